"""AgglomerativeClustering beside scikit-learn: the same tree, the same clusters."""

import warnings

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
peer = pytest.importorskip("sklearn.cluster")

from sklearn import datasets  # noqa: E402
from sklearn.metrics import adjusted_rand_score  # noqa: E402

DRAWN = np.random.default_rng(0).normal(size=(150, 4)) + np.repeat(np.arange(3.0), 50)[:, None] * 4


def same(x, **keywords):
    ours = ml.AgglomerativeClustering(**keywords).fit(x)
    theirs = peer.AgglomerativeClustering(**keywords).fit(x)
    np.testing.assert_array_equal(ours.children_, theirs.children_)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    assert (ours.n_clusters_, ours.n_leaves_) == (theirs.n_clusters_, theirs.n_leaves_)
    assert ours.n_connected_components_ == theirs.n_connected_components_
    if hasattr(theirs, "distances_"):
        np.testing.assert_allclose(ours.distances_, theirs.distances_, rtol=1e-9)
    return ours


@pytest.mark.parametrize("clusters", [1, 2, 3, 7, 40, 150])
@pytest.mark.parametrize("linkage", ["ward", "complete", "average", "single"])
def test_linkages(linkage, clusters):
    same(DRAWN, n_clusters=clusters, linkage=linkage, compute_distances=True)


@pytest.mark.parametrize("metric", ["l1", "l2", "manhattan", "cosine"])
@pytest.mark.parametrize("linkage", ["complete", "average", "single"])
def test_metrics(linkage, metric):
    same(DRAWN, n_clusters=4, linkage=linkage, metric=metric)


@pytest.mark.parametrize("linkage", ["ward", "complete", "average", "single"])
def test_threshold(linkage):
    ours = same(DRAWN, n_clusters=None, distance_threshold=1.5, linkage=linkage)
    assert ours.n_clusters_ > 2


def test_precomputed():
    apart = np.abs(DRAWN[:, None, :] - DRAWN[None, :, :]).sum(-1)
    same(apart, n_clusters=5, metric="precomputed", linkage="single")
    ours = same(apart, n_clusters=5, metric="precomputed", linkage="average")
    direct = ml.AgglomerativeClustering(5, metric="l1", linkage="average").fit(DRAWN)
    np.testing.assert_array_equal(ours.labels_, direct.labels_)


@pytest.mark.parametrize("name", ["wine", "breast_cancer"])
def test_known_data(name):
    x = getattr(datasets, f"load_{name}")().data
    ours, theirs = ml.AgglomerativeClustering(3).fit(x), peer.AgglomerativeClustering(3).fit(x)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)


def test_equal_rows():
    x = np.repeat([[0.0, 0.0], [5.0, 5.0]], 20, axis=0)
    labels = ml.AgglomerativeClustering(2).fit_predict(x)
    assert len(set(labels[:20])) == len(set(labels[20:])) == 1 and labels[0] != labels[20]


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"n_clusters": 151}, "n_clusters"),
        ({"n_clusters": None}, "exactly one"),
        ({"n_clusters": 2, "distance_threshold": 1.0}, "exactly one"),
        ({"metric": "l1"}, "ward"),
        ({"metric": "nearby", "linkage": "single"}, "metric"),
        ({"metric": "precomputed", "linkage": "single"}, "square"),
        ({"compute_full_tree": "maybe"}, "compute_full_tree"),
        ({"n_clusters": None, "distance_threshold": 1.0, "compute_full_tree": False}, "compute_full_tree"),
    ],
)
def test_refused(keywords, message):
    with pytest.raises((ml.MlError, ValueError), match=message):
        ml.AgglomerativeClustering(**keywords).fit(DRAWN)


def near_rows(x, count=6):
    from sklearn.neighbors import kneighbors_graph

    return kneighbors_graph(x, count, include_self=False)


def same_structured(x, linkage="ward", **keywords):
    keywords["linkage"] = linkage
    ours = quiet(ml.AgglomerativeClustering(**keywords).fit, x)
    theirs = quiet(peer.AgglomerativeClustering(**keywords).fit, x)
    np.testing.assert_array_equal(np.sort(ours.children_), np.sort(theirs.children_))
    if keywords["linkage"] == "single":  # which of two is first there is an accident, and decides the numbers of clusters
        assert adjusted_rand_score(ours.labels_, theirs.labels_) == 1
    else:
        np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    assert (ours.n_clusters_, ours.n_leaves_, ours.n_connected_components_) == \
        (theirs.n_clusters_, theirs.n_leaves_, theirs.n_connected_components_)
    if hasattr(theirs, "distances_"):
        np.testing.assert_allclose(ours.distances_, theirs.distances_, rtol=1e-9, atol=1e-9)
    return ours


def quiet(call, *arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call(*arguments)


@pytest.mark.parametrize("clusters", [1, 3, 20, 110])
@pytest.mark.parametrize("linkage", ["ward", "complete", "average", "single"])
@pytest.mark.parametrize("full", ["auto", True, False])
def test_only_what_is_connected_is_joined(linkage, clusters, full):
    same_structured(DRAWN, n_clusters=clusters, linkage=linkage, connectivity=near_rows(DRAWN), compute_full_tree=full,
                    compute_distances=True)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("linkage", ["ward", "complete", "average", "single"])
def test_random_graphs(linkage, seed):
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(80, 3))
    dense = (draw.random((80, 80)) < 0.02 * (seed + 1)) * draw.random((80, 80))  # in one direction, and in parts
    if linkage == "ward":
        ours = same_structured(x, n_clusters=5, linkage=linkage, connectivity=dense, compute_distances=True)
        of_list = quiet(ml.AgglomerativeClustering(5, connectivity=dense.tolist()).fit, x)
        np.testing.assert_array_equal(of_list.labels_, ours.labels_)
    else:
        same_structured(x, n_clusters=5, linkage=linkage, metric="l1", connectivity=dense, compute_distances=True)
        apart = np.abs(x[:, None, :] - x[None, :, :]).sum(-1)
        same_structured(apart, n_clusters=4, linkage=linkage, metric="precomputed", connectivity=dense)
    same_structured(x, n_clusters=None, distance_threshold=1.0, linkage=linkage, connectivity=near_rows(x, 4))


def test_connectivity_by_a_callable():
    for given in (near_rows, lambda x: near_rows(x).toarray()):
        same_structured(DRAWN, n_clusters=4, connectivity=given)
    everything = same_structured(DRAWN, n_clusters=4, connectivity=np.ones((150, 150)))
    np.testing.assert_array_equal(everything.labels_, ml.AgglomerativeClustering(4).fit(DRAWN).labels_)


def test_parts_that_nothing_connects():
    with pytest.warns(UserWarning, match="3 parts"):
        ours = ml.AgglomerativeClustering(3, connectivity=np.kron(np.eye(3), np.ones((50, 50)))).fit(DRAWN)
    assert ours.n_connected_components_ == 3 and set(ours.labels_[:50]) == {ours.labels_[0]}
    for wrong, word in ((np.ones((3, 3)), "150 x 150"), (lambda x: np.ones(3), "connectivity"), (np.full((150, 150), np.nan), "NaN")):
        with pytest.raises((ml.MlError, TypeError), match=word):
            ml.AgglomerativeClustering(2, connectivity=wrong).fit(DRAWN)
    with pytest.raises(KeyError):
        ml.AgglomerativeClustering(2, connectivity=lambda x: {}["x"]).fit(DRAWN)


@pytest.mark.parametrize("linkage", ["ward", "average", "single"])
@pytest.mark.parametrize("connected", [False, True])
def test_trees_are_kept_in_a_folder(tmp_path, linkage, connected):
    folder = tmp_path / "not" / "yet"
    keywords = {"linkage": linkage, "connectivity": near_rows(DRAWN) if connected else None, "compute_distances": True}

    def same_as_fresh(clusters, x=DRAWN, **more):
        kept = quiet(ml.AgglomerativeClustering(clusters, memory=str(folder), **keywords, **more).fit, x)
        fresh = quiet(ml.AgglomerativeClustering(clusters, **keywords, **more).fit, x)
        for name in ("labels_", "children_", "distances_", "n_clusters_", "n_connected_components_", "n_leaves_"):
            np.testing.assert_array_equal(getattr(kept, name), getattr(fresh, name))
        return len(list(folder.iterdir()))

    assert same_as_fresh(3) == 1
    before = next(folder.iterdir())
    assert same_as_fresh(7) == 1 and same_as_fresh(None, distance_threshold=2.0) == 1
    assert same_as_fresh(3, x=DRAWN + 1e-9) == 2
    whole = before.read_bytes()
    for damaged in (whole[:-1], whole[:40] + b"\x55" + whole[41:], b""):
        before.write_bytes(damaged)  # is made anew
        assert same_as_fresh(3) == 2 and before.read_bytes() == whole
    keywords["linkage"] = "complete"
    assert same_as_fresh(3) == 3


def test_memory_of_joblib_and_folders_that_are_none(tmp_path):
    joblib = pytest.importorskip("joblib")
    ml.AgglomerativeClustering(2, memory=joblib.Memory(str(tmp_path / "kept"), verbose=0)).fit(DRAWN)
    assert len(list((tmp_path / "kept").glob("kailash-tree-*"))) == 1
    (tmp_path / "file").write_text("")
    for wrong in (3, "", object()):
        with pytest.raises(TypeError, match="memory: expected the path of a folder"):
            ml.AgglomerativeClustering(2, memory=wrong).fit(DRAWN)
    with pytest.warns(UserWarning, match="memory: what AgglomerativeClustering learned could not be kept"):
        model = ml.AgglomerativeClustering(2, memory=str(tmp_path / "file")).fit(DRAWN)
    np.testing.assert_array_equal(model.labels_, ml.AgglomerativeClustering(2).fit(DRAWN).labels_)

