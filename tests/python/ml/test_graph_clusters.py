"""AffinityPropagation and SpectralClustering beside scikit-learn's."""

import warnings

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
pytest.importorskip("sklearn")
from sklearn import cluster as peer  # noqa: E402
from sklearn.datasets import load_iris, make_blobs, make_moons  # noqa: E402
from sklearn.metrics import adjusted_rand_score  # noqa: E402

IRIS = load_iris().data
APART = IRIS + np.random.default_rng(0).normal(scale=0.01, size=IRIS.shape)  # no two distances are equal
BLOBS = make_blobs(300, 2, centers=4, cluster_std=0.8, random_state=1)[0]
MOONS, MOON_OF = make_moons(500, noise=0.05, random_state=0)


@pytest.mark.parametrize("keywords", [{}, {"damping": 0.8}, {"preference": -50.0}, {"preference": -5.0, "damping": 0.7},
                                      {"convergence_iter": 30, "preference": -20.0}])
@pytest.mark.parametrize("x", [APART, BLOBS], ids=["iris", "blobs"])
def test_examples(x, keywords):
    ours = ml.AffinityPropagation(random_state=0, **keywords).fit(x)
    theirs = peer.AffinityPropagation(random_state=0, **keywords).fit(x)
    assert ours.n_iter_ == theirs.n_iter_
    np.testing.assert_array_equal(ours.cluster_centers_indices_, theirs.cluster_centers_indices_)
    np.testing.assert_array_equal(ours.labels_int_, theirs.labels_)
    np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_)
    np.testing.assert_array_equal(ours.predict(x[::-1] + 0.01), theirs.predict(x[::-1] + 0.01))
    precomputed = ml.AffinityPropagation(random_state=0, affinity="precomputed", **keywords).fit(ours.affinity_matrix_)
    np.testing.assert_array_equal(precomputed.labels_, ours.labels_)
    assert hasattr(ours, "predict") and not hasattr(precomputed, "predict")


def test_examples_of_equal_rows_and_without_an_end():
    x = np.ones((5, 2))
    assert ml.AffinityPropagation(preference=-1.0).fit(x).labels_.tolist() == [0] * 5
    assert ml.AffinityPropagation(preference=1.0).fit(x).labels_.tolist() == [0, 1, 2, 3, 4]
    assert ml.AffinityPropagation().fit(x[:1]).labels_.tolist() == [0]
    with pytest.warns(UserWarning, match="without having converged"):
        ml.AffinityPropagation(max_iter=2).fit(IRIS)
    for wrong in (0.4, 1.0):
        with pytest.raises(ml.MlError, match="damping"):
            ml.AffinityPropagation(wrong).fit(IRIS)
    with pytest.raises(ml.MlError, match="must be square"):
        ml.AffinityPropagation(affinity="precomputed").fit(IRIS)


@pytest.mark.parametrize("x, keywords", [
    (IRIS, {"n_clusters": 3}), (BLOBS, {"n_clusters": 4, "gamma": 0.5}), (BLOBS, {"n_clusters": 4, "affinity": "nearest_neighbors"}),
    (MOONS, {"n_clusters": 2, "gamma": 30.0}), (IRIS, {"n_clusters": 3, "n_components": 2})])
def test_what_hangs_together(x, keywords):
    ours = ml.SpectralClustering(random_state=0, **keywords).fit(x)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = peer.SpectralClustering(random_state=0, **keywords).fit(x)
    assert adjusted_rand_score(ours.labels_, theirs.labels_) > 0.98
    same = ours.affinity_matrix_ - (theirs.affinity_matrix_.toarray() if hasattr(theirs.affinity_matrix_, "toarray") else theirs.affinity_matrix_)
    assert abs(same).max() < 1e-9
    given = ml.SpectralClustering(random_state=0, affinity="precomputed", n_clusters=keywords["n_clusters"],
                                  n_components=keywords.get("n_components")).fit(ours.affinity_matrix_)
    np.testing.assert_array_equal(given.labels_, ours.labels_)


def test_moons_are_told_apart():
    assert adjusted_rand_score(ml.SpectralClustering(2, 30.0, random_state=0).fit_predict(MOONS), MOON_OF) == 1.0
    with pytest.raises(ml.MlError, match="n_clusters"):
        ml.SpectralClustering(8).fit(IRIS[:5])
    with pytest.raises(ml.MlError, match="likeness must be >= 0"):
        ml.SpectralClustering(2, affinity="precomputed").fit(-np.ones((4, 4)))
