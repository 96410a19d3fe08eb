"""AgglomerativeClustering beside scikit-learn: the same tree, the same clusters."""

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
peer = pytest.importorskip("sklearn.cluster")

from sklearn import datasets  # noqa: E402

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
