"""Clusters where rows lie densely, beside scikit-learn's."""

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
pytest.importorskip("sklearn")

from sklearn import cluster as peer, datasets  # noqa: E402


def iris():
    return datasets.load_iris(return_X_y=True)[0]


def blobs(rows=400, columns=2, seed=0):
    return datasets.make_blobs(rows, columns, centers=5, cluster_std=1.0, random_state=seed)[0]


def moons(rows=300):
    return datasets.make_moons(rows, noise=0.07, random_state=0)[0]


DATA = {
    "iris": iris, "blobs": blobs, "moons": moons,
    "wide": lambda: blobs(200, 30, 3),
    "doubles": lambda: np.repeat(moons(60), 4, axis=0),
    "grid": lambda: np.argwhere(np.ones((12, 12))).astype(float),
}


# ---- DBSCAN ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize("eps, count", [(0.15, 3), (0.5, 5), (1.0, 5), (3.0, 10), (9.0, 4)])
def test_dbscan(name, eps, count):
    x = DATA[name]()
    ours, theirs = ml.DBSCAN(eps, count).fit(x), peer.DBSCAN(eps=eps, min_samples=count).fit(x)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    assert ours.labels_.dtype == float and ours.labels_int_.dtype == np.int64
    np.testing.assert_array_equal(ours.core_sample_indices_, theirs.core_sample_indices_)
    np.testing.assert_array_equal(ours.components_, theirs.components_)
    np.testing.assert_array_equal(ml.DBSCAN(eps, count).fit_predict(x), theirs.labels_)


@pytest.mark.parametrize("keywords", [
    {"metric": "manhattan"}, {"metric": "chebyshev"}, {"metric": "minkowski", "p": 3}, {"metric": "l2", "leaf_size": 1},
    {"metric": "minkowski", "p": 1}, {"algorithm": "brute"}, {"algorithm": "kd_tree"}, {"algorithm": "ball_tree"}, {"metric": "cosine", "eps": 0.01},
    {"metric": "minkowski", "metric_params": {"p": 1}}])
def test_metrics_of_dbscan(keywords):
    x = blobs()
    settings = {"eps": 0.6, **keywords}
    np.testing.assert_array_equal(ml.DBSCAN(**settings).fit(x).labels_, peer.DBSCAN(**settings).fit(x).labels_)


def test_distances_that_are_given():
    x = moons()
    distances = np.sqrt(((x[:, None] - x[None]) ** 2).sum(-1))
    ours = ml.DBSCAN(0.15, metric="precomputed").fit(distances)
    np.testing.assert_array_equal(ours.labels_, peer.DBSCAN(eps=0.15).fit(x).labels_)
    with pytest.raises(ValueError, match="square"):
        ml.DBSCAN(metric="precomputed").fit(x)


def test_weights_of_dbscan_stand_for_rows():
    x = moons(150)
    weights = np.random.default_rng(0).integers(0, 4, len(x)).astype(float)
    ours = ml.DBSCAN(0.2, 6).fit(x, sample_weight=weights)
    theirs = peer.DBSCAN(eps=0.2, min_samples=6).fit(x, sample_weight=weights)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)


def test_dbscan_refuses_what_cannot_be():
    x = moons()
    for keywords, name in (({"eps": 0}, "eps"), ({"eps": -1.0}, "eps"), ({"min_samples": 0}, "min_samples"),
                           ({"p": -1}, "`p`"), ({"metric": "parsecs"}, "metric"), ({"leaf_size": 0}, "leaf_size")):
        with pytest.raises(RuntimeError, match=name):
            ml.DBSCAN(**keywords).fit(x)
    assert repr(ml.DBSCAN()) == "DBSCAN(eps=0.5, min_samples=5, unfitted)"


# ---- MeanShift ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["iris", "blobs", "moons", "wide", "doubles"])
@pytest.mark.parametrize("keywords", [
    {}, {"bandwidth": 0.9}, {"bandwidth": 0.9, "cluster_all": False}, {"bandwidth": 2.0, "max_iter": 1},
    {"bandwidth": 1.3, "max_iter": 0}])
def test_mean_shift(name, keywords):
    x = DATA[name]()[::4]
    ours, theirs = ml.MeanShift(**keywords).fit(x), peer.MeanShift(**keywords).fit(x)
    np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_, rtol=1e-6, atol=1e-9)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    assert ours.n_iter_ == theirs.n_iter_
    np.testing.assert_array_equal(ours.predict(x + 0.01), theirs.predict(x + 0.01))


def test_seeds_of_mean_shift():
    x = blobs(150)
    for keywords in ({"seeds": x[:7]}, {"bin_seeding": True}, {"bin_seeding": True, "min_bin_freq": 6}):
        ours, theirs = ml.MeanShift(1.5, **keywords).fit(x), peer.MeanShift(bandwidth=1.5, **keywords).fit(x)
        np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_, rtol=1e-5)
        np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    with pytest.warns(UserWarning, match="bin"):
        ml.MeanShift(1e-9, bin_seeding=True).fit(x)
    with pytest.raises(ValueError, match="no row is within the bandwidth"):
        ml.MeanShift(0.1, seeds=[[99.0, 99.0]]).fit(x)
    with pytest.raises(ValueError, match="min_bin_freq"):
        ml.MeanShift(1.0, bin_seeding=True, min_bin_freq=1000).fit(x)
    with pytest.raises(ValueError, match="columns of seeds"):
        ml.MeanShift(1.0, seeds=[[99.0]]).fit(x)
    with pytest.raises(ValueError, match="bandwidth"):
        ml.MeanShift(-1.0).fit(x)


# ---- HDBSCAN -----------------------------------------------------------------------------------------------------

@pytest.fixture
def equal_edges_in_order(monkeypatch):
    """Edges of equal length are merged in the order they were found, which scikit-learn leaves to its sort."""
    inner = pytest.importorskip("sklearn.cluster._hdbscan.hdbscan")
    merge = pytest.importorskip("sklearn.cluster._hdbscan._linkage").make_single_linkage
    monkeypatch.setattr(inner, "_process_mst", lambda tree: merge(tree[np.argsort(tree["distance"], kind="stable")]))


def same_clusters(ours, theirs):
    """The same but for the numbers of the clusters."""
    np.testing.assert_array_equal(ours < 0, theirs < 0)
    pairs = set(zip(ours, theirs))
    assert len(pairs) == len(set(ours)) == len(set(theirs))


def distinct(x):
    return x + np.random.default_rng(0).normal(scale=1e-6, size=x.shape)  # no two distances are equal


@pytest.mark.parametrize("name", ["iris", "blobs", "moons", "wide"])
@pytest.mark.parametrize("keywords", [
    {}, {"min_cluster_size": 2}, {"min_cluster_size": 15, "min_samples": 3}, {"min_samples": 1},
    {"cluster_selection_method": "leaf"}, {"cluster_selection_epsilon": 0.3}, {"cluster_selection_epsilon": 5.0},
    {"allow_single_cluster": True}, {"max_cluster_size": 40}, {"alpha": 1.5}, {"alpha": 0.5, "algorithm": "brute"},
    {"cluster_selection_method": "leaf", "cluster_selection_epsilon": 0.4}, {"algorithm": "kd_tree", "leaf_size": 10}, {"algorithm": "ball_tree"},
    {"metric": "manhattan"}, {"metric": "cosine", "algorithm": "brute"},
    {"allow_single_cluster": True, "cluster_selection_epsilon": 2.0, "min_cluster_size": 20}])
def test_hdbscan(name, keywords, equal_edges_in_order):
    x = distinct(DATA[name]())
    ours = ml.HDBSCAN(**keywords).fit(x)
    try:
        theirs = peer.HDBSCAN(copy=True, **keywords).fit(x)
    except TypeError:
        assert "cluster_selection_epsilon" in keywords
        pytest.skip("scikit-learn fails here with some versions of numpy")
    same_clusters(ours.labels_, theirs.labels_)
    np.testing.assert_allclose(ours.probabilities_, theirs.probabilities_, rtol=1e-6)


def test_rows_that_are_no_points_and_distances():
    x = distinct(blobs())
    whole = ml.HDBSCAN().fit(x)
    holes = np.vstack([x[:5], [[np.nan, 1.0]], x[5:]])
    with_holes = ml.HDBSCAN().fit(holes)
    assert with_holes.labels_[5] == -3 and np.isnan(with_holes.probabilities_[5])
    np.testing.assert_array_equal(np.delete(with_holes.labels_, 5), whole.labels_)
    distances = np.sqrt(((x[:, None] - x[None]) ** 2).sum(-1))
    given = ml.HDBSCAN(metric="precomputed").fit(distances)
    same_clusters(given.labels_, whole.labels_)
    with pytest.raises(ValueError, match="symmetric"):
        ml.HDBSCAN(metric="precomputed").fit(np.triu(distances))


def test_centres_and_cuts_of_hdbscan(equal_edges_in_order):
    x = distinct(blobs())
    ours, theirs = ml.HDBSCAN(store_centers="both").fit(x), peer.HDBSCAN(store_centers="both", copy=True).fit(x)
    order = [int(theirs.labels_[np.flatnonzero(ours.labels_ == c)[0]]) for c in range(len(ours.centroids_))]
    np.testing.assert_allclose(ours.centroids_, theirs.centroids_[order], rtol=1e-6)
    np.testing.assert_allclose(ours.medoids_, theirs.medoids_[order], rtol=1e-6)
    assert not hasattr(ml.HDBSCAN(store_centers="medoid").fit(x), "centroids_")
    for cut in (0.2, 0.5, 1.0, 99.0):
        same_clusters(ours.dbscan_clustering(cut), theirs.dbscan_clustering(cut))
        same_clusters(ours.dbscan_clustering(cut, min_cluster_size=20), theirs.dbscan_clustering(cut, 20))


def test_clusters_that_part_at_a_smaller_distance_stay_one():
    x = np.concatenate([np.linspace(0, 1, 30), np.linspace(1.4, 2.4, 30), np.linspace(9, 10, 30)])[:, None]
    assert set(ml.HDBSCAN().fit(x).labels_) == {0.0, 1.0, 2.0}
    labels = ml.HDBSCAN(cluster_selection_epsilon=1.0).fit(x).labels_
    assert len(set(labels[:60])) == 1 and labels[0] != labels[-1] and labels.min() == 0
    assert set(ml.HDBSCAN(cluster_selection_epsilon=50.0, allow_single_cluster=True).fit(x).labels_) == {0.0}


def test_hdbscan_refuses_what_cannot_be():
    x = moons(30)
    for keywords, name in (({"min_cluster_size": 1}, "min_cluster_size"), ({"min_samples": 0}, "min_samples"),
                           ({"min_samples": 31}, "min_samples"), ({"alpha": 0}, "alpha"),
                           ({"cluster_selection_epsilon": -1.0}, "cluster_selection_epsilon"),
                           ({"max_cluster_size": 0}, "max_cluster_size")):
        with pytest.raises(RuntimeError, match=name):
            ml.HDBSCAN(**keywords).fit(x)
    with pytest.raises(RuntimeError, match="at least 2 rows"):
        ml.HDBSCAN().fit(x[:1])
    assert set(ml.HDBSCAN().fit(np.ones((20, 2))).labels_) <= {-1.0, 0.0}


# ---- OPTICS ------------------------------------------------------------------------------------------------------

def agree_on_order(x, **keywords):
    ours, theirs = ml.OPTICS(**{"min_samples": 5, **keywords}).fit(x), peer.OPTICS(**{"min_samples": 5, **keywords}).fit(x)
    for name in ("core_distances_", "reachability_"):
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=1e-6, err_msg=name)
    for name in ("ordering_", "predecessor_", "labels_"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name), err_msg=name)
    if keywords.get("cluster_method") != "dbscan":
        np.testing.assert_array_equal(ours.cluster_hierarchy_, theirs.cluster_hierarchy_)


@pytest.mark.parametrize("name", ["iris", "blobs", "moons"])
@pytest.mark.parametrize("keywords", [
    {}, {"min_samples": 12}, {"min_samples": 0.05}, {"xi": 0.01}, {"xi": 0.2}, {"max_eps": 0.8},
    {"min_cluster_size": 25}, {"min_cluster_size": 0.1}, {"predecessor_correction": False},
    {"cluster_method": "dbscan", "eps": 0.5}, {"cluster_method": "dbscan", "max_eps": 1.0}, {"p": 1},
    {"metric": "chebyshev"}, {"p": 3, "algorithm": "brute"}, {"metric_params": {"p": 1}},
    {"metric": "cosine", "algorithm": "brute"}, {"algorithm": "kd_tree", "leaf_size": 9}, {"algorithm": "ball_tree"}, {"max_eps": float("inf")}])
def test_optics(name, keywords):
    if keywords.get("metric") == "cosine":
        name = "iris"  # in two columns angles are equal but for rounding
    agree_on_order(distinct(DATA[name]())[::3], **keywords)


def test_optics_of_distances():
    for x in (distinct(moons()), distinct(DATA["wide"]())):
        distances = np.sqrt(((x[:, None] - x[None]) ** 2).sum(-1))
        agree_on_order(distances, metric="precomputed")
        np.testing.assert_allclose(ml.OPTICS().fit(x).core_distances_, np.sort(distances, axis=1)[:, 4], rtol=1e-9)
    with pytest.raises(ValueError, match="square"):
        ml.OPTICS(metric="precomputed").fit(x)


def test_optics_refuses_what_cannot_be():
    x = moons(30)
    for keywords, name in (({"min_samples": 1}, "min_samples"), ({"min_samples": 31}, "min_samples"),
                           ({"min_samples": 1.5}, "min_samples"), ({"min_cluster_size": 1}, "min_cluster_size"),
                           ({"xi": 1.5}, "xi"), ({"max_eps": -1.0}, "max_eps"), ({"p": 0}, "`p`"),
                           ({"eps": 2.0, "max_eps": 1.0}, "eps")):
        with pytest.raises(RuntimeError, match=name):
            ml.OPTICS(**keywords).fit(x)
    with pytest.warns(UserWarning, match="no row is reached"):
        assert set(ml.OPTICS(max_eps=1e-9).fit(x).labels_) == {-1.0}
    assert repr(ml.OPTICS()) == "OPTICS(min_samples=5, unfitted)"
