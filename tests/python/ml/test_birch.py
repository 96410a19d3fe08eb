"""Birch beside scikit-learn's: the same groups, whose order the last digits decide there."""

import pickle

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


@pytest.mark.parametrize("keywords", [{"threshold": 0.3}, {"threshold": 0.1, "branching_factor": 2}, {"threshold": 0.4, "branching_factor": 7}], ids=str)
@pytest.mark.parametrize("clusters", [None, 4])
def test_rows_may_come_in_parts(keywords, clusters):
    x = BLOBS[:700]
    ours, theirs = ml.Birch(n_clusters=clusters, **keywords), peer.Birch(n_clusters=clusters, **keywords)
    whole = ml.Birch(n_clusters=clusters, **keywords).fit(x)
    for part in np.array_split(x, 5):
        ours = pickle.loads(pickle.dumps(ours.partial_fit(part)))
        theirs.partial_fit(part)
        np.testing.assert_allclose(in_order(ours.subcluster_centers_), in_order(theirs.subcluster_centers_), rtol=1e-9)
        assert adjusted_rand_score(ours.labels_, theirs.labels_) == 1 and len(ours.labels_) == len(part)
    np.testing.assert_array_equal(ours.subcluster_centers_, whole.subcluster_centers_)  # in the same order, too
    np.testing.assert_array_equal(ours.predict(x), whole.labels_)
    fitted = ml.Birch(n_clusters=clusters, **keywords).fit(x[:300]).partial_fit(x[300:])
    np.testing.assert_array_equal(fitted.subcluster_centers_, whole.subcluster_centers_)


def test_groups_are_named_anew_without_rows():
    model = ml.Birch(0.3).partial_fit(IRIS)
    groups = len(model.subcluster_centers_)
    assert model.set_params(n_clusters=3).partial_fit() is model
    assert len(model.subcluster_centers_) == groups and set(model.subcluster_labels_) == {0, 1, 2}
    np.testing.assert_array_equal(model.predict(IRIS), ml.Birch(0.3, n_clusters=3).fit(IRIS).labels_)
    with pytest.raises(ml.NotFittedError):
        ml.Birch().partial_fit()
    known = model.subcluster_centers_.copy()
    with pytest.raises(ml.MlError, match="features"):
        model.partial_fit(IRIS[:, :3])
    with pytest.raises(ValueError, match="branching_factor"):
        model.set_params(branching_factor=2).partial_fit(IRIS)
    np.testing.assert_array_equal(model.subcluster_centers_, known)
