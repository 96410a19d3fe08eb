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


def both(x, count, **keywords):
    ours = ml.SpectralClustering(count, random_state=0, **keywords).fit(x)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = peer.SpectralClustering(count, random_state=0, **keywords).fit(x)
    return ours, theirs


@pytest.mark.parametrize("how", ["kmeans", "discretize", "cluster_qr"])
@pytest.mark.parametrize("solver", [None, "arpack", "lobpcg"])
@pytest.mark.parametrize("x, count, gamma", [(IRIS, 3, 1.0), (BLOBS, 4, 0.5), (MOONS, 2, 30.0), (BLOBS, 1, 1.0)],
                         ids=["iris", "blobs", "moons", "one"])
def test_ways_to_eigenvectors_and_labels(x, count, gamma, solver, how):
    if count == 1 and solver == "lobpcg":
        assert not ml.SpectralClustering(1, assign_labels=how, eigen_solver=solver).fit(x).labels_.any()
        return  # the peer raises
    ours, theirs = both(x, count, gamma=gamma, assign_labels=how, eigen_solver=solver)
    assert adjusted_rand_score(ours.labels_, theirs.labels_) > (0.95 if how == "discretize" else 0.98)
    if how == "cluster_qr" and solver != "lobpcg":  # there is no chance in it
        np.testing.assert_array_equal(ours.labels_int_, theirs.labels_)


@pytest.mark.parametrize("seed", range(5))
def test_labels_by_rotation_are_as_good_whatever_row_they_begin_with(seed):
    x, of = make_blobs(400, 3, centers=5, cluster_std=0.7, random_state=seed)
    ours = ml.SpectralClustering(5, gamma=0.3, assign_labels="discretize", random_state=seed).fit(x)
    theirs = peer.SpectralClustering(5, gamma=0.3, assign_labels="discretize", random_state=seed).fit(x)
    assert adjusted_rand_score(ours.labels_, of) > adjusted_rand_score(theirs.labels_, of) - 0.02


def test_blocks_find_the_eigenvectors_of_many_rows():
    x, of = make_blobs(900, 4, centers=6, cluster_std=0.5, random_state=3)
    ours = ml.SpectralClustering(6, gamma=0.2, eigen_solver="lobpcg", eigen_tol=1e-8, random_state=0).fit(x)
    assert adjusted_rand_score(ours.labels_, of) == 1.0
    with pytest.warns(ml.ConvergenceWarning, match="lobpcg"):
        ml.SpectralClustering(6, gamma=0.2, eigen_solver="lobpcg", eigen_tol=1e-300, random_state=0).fit(x[:100])


@pytest.mark.parametrize("keywords", [
    {"affinity": "laplacian", "gamma": 0.5}, {"affinity": "poly", "degree": 2, "coef0": 0.5, "gamma": 0.2},
    {"affinity": "polynomial"}, {"affinity": "cosine"}, {"affinity": "linear"}, {"affinity": "chi2", "gamma": 2.0},
    {"affinity": "sigmoid", "gamma": 0.01},
], ids=str)
def test_likeness_by_any_kernel(keywords):
    ours, theirs = both(IRIS, 3, assign_labels="cluster_qr", **keywords)
    np.testing.assert_allclose(ours.affinity_matrix_, theirs.affinity_matrix_, rtol=1e-9)
    assert adjusted_rand_score(ours.labels_, theirs.labels_) > 0.98


def test_likeness_by_a_callable():
    x = BLOBS[:80]

    def likeness(a, b, width=1.0):
        return float(np.exp(-((a - b) ** 2).sum() / width))

    for keywords in ({}, {"kernel_params": {"width": 3.0}}):
        ours, theirs = both(x, 4, affinity=likeness, assign_labels="cluster_qr", **keywords)
        np.testing.assert_allclose(ours.affinity_matrix_, theirs.affinity_matrix_)
        np.testing.assert_array_equal(ours.labels_int_, theirs.labels_)
    with pytest.raises(ml.MlError, match="finite number"):
        ml.SpectralClustering(2, affinity=lambda a, b: "near").fit(x)
    with pytest.raises(KeyError):
        ml.SpectralClustering(2, affinity=lambda a, b: {}["x"]).fit(x)


def test_nearest_by_given_distances():
    distances = np.linalg.norm(BLOBS[:, None] - BLOBS[None], axis=2)
    ours, theirs = both(distances, 4, affinity="precomputed_nearest_neighbors", assign_labels="cluster_qr")
    np.testing.assert_allclose(ours.affinity_matrix_, theirs.affinity_matrix_.toarray())
    assert adjusted_rand_score(ours.labels_, theirs.labels_) > 0.98


@pytest.mark.parametrize("keywords, word", [
    ({"eigen_solver": "amg"}, "pyamg"), ({"eigen_tol": -1.0}, "eigen_tol"), ({"eigen_tol": "none"}, "eigen_tol"),
    ({"degree": -1}, "degree"), ({"kernel_params": {"gamma": 1}}, "kernel_params"), ({"affinity": "additive_chi2"}, "affinity"),
    ({"affinity": "precomputed_nearest_neighbors"}, "square"), ({"affinity": "near"}, "affinity"), ({"affinity": 3}, "affinity"),
    ({"eigen_solver": "qr"}, "eigen_solver"), ({"assign_labels": "best"}, "assign_labels"),
])
def test_what_spectral_clustering_refuses(keywords, word):
    with pytest.raises(ValueError, match=word):
        ml.SpectralClustering(3, **keywords).fit(IRIS)
