"""Birch beside scikit-learn's: the same groups, whose order the last digits decide there."""

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
pytest.importorskip("sklearn")
from sklearn import cluster as peer  # noqa: E402
from sklearn.datasets import load_digits, load_iris, make_blobs  # noqa: E402
from sklearn.metrics import adjusted_rand_score  # noqa: E402

IRIS = load_iris().data
APART = IRIS + np.random.default_rng(0).normal(scale=0.01, size=IRIS.shape)  # no two distances are equal
DIGITS = load_digits().data
BLOBS = make_blobs(2000, 3, centers=20, cluster_std=0.5, random_state=0)[0]


def in_order(rows):
    return rows[np.lexsort(rows.T)]


@pytest.mark.parametrize("clusters", [None, 3])
@pytest.mark.parametrize("keywords", [{}, {"threshold": 0.2}, {"threshold": 0.3, "branching_factor": 3}, {"threshold": 0.1, "branching_factor": 2}])
@pytest.mark.parametrize("x", [APART, BLOBS], ids=["iris", "blobs"])
def test_groups_and_clusters(x, keywords, clusters):
    ours = ml.Birch(n_clusters=clusters, **keywords).fit(x)
    theirs = peer.Birch(n_clusters=clusters, **keywords).fit(x)
    np.testing.assert_allclose(in_order(ours.subcluster_centers_), in_order(theirs.subcluster_centers_), rtol=1e-9)
    assert adjusted_rand_score(ours.labels_, theirs.labels_) == 1
    assert adjusted_rand_score(ours.predict(x + 0.1), theirs.predict(x + 0.1)) == 1
    np.testing.assert_allclose(np.sort(ours.transform(x)), np.sort(theirs.transform(x)), atol=1e-6)


def test_wide_rows_and_clusterers_that_are_given():
    ours, theirs = ml.Birch(12.0).fit(DIGITS), peer.Birch(threshold=12.0, n_clusters=None).fit(DIGITS)
    np.testing.assert_allclose(in_order(ours.subcluster_centers_), in_order(theirs.subcluster_centers_), rtol=1e-9)
    given = ml.Birch(0.3, n_clusters=ml.KMeans(3, random_state=0)).fit(IRIS)
    assert len(np.unique(given.labels_)) == 3
    also = ml.Birch(0.3, n_clusters=peer.AgglomerativeClustering(3)).fit(IRIS)
    np.testing.assert_array_equal(also.labels_, ml.Birch(0.3, n_clusters=3).fit(IRIS).labels_)
    assert not hasattr(ml.Birch(compute_labels=False).fit(IRIS), "labels_")


def test_equal_rows_and_what_cannot_be():
    assert ml.Birch().fit(np.ones((50, 2))).subcluster_centers_.tolist() == [[1, 1]]
    with pytest.warns(UserWarning, match="fewer than the 5 clusters"):
        ml.Birch(n_clusters=5).fit(np.ones((50, 2)))
    for keywords, word in (({"threshold": 0.0}, "threshold"), ({"branching_factor": 1}, "branching_factor"), ({"n_clusters": 0}, "n_clusters")):
        with pytest.raises(ml.MlError, match=word):
            ml.Birch(**keywords).fit(IRIS)
