"""KMeans and GaussianMixture beside scikit-learn's: from the same beginning, the same end."""

import warnings

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
pytest.importorskip("sklearn")
from sklearn import cluster as peer  # noqa: E402
from sklearn.datasets import load_digits, load_iris, make_blobs  # noqa: E402
from sklearn.mixture import GaussianMixture as PeerMixture  # noqa: E402

IRIS, DIGITS = load_iris().data, load_digits().data
BLOBS = make_blobs(3000, 12, centers=6, cluster_std=3, random_state=0)[0]
NOISE = np.random.default_rng(0).normal(size=(3000, 8))


def rows_of(x, count, seed=1):
    return x[np.random.default_rng(seed).choice(len(x), count, replace=False)]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("x, k", [(IRIS, 3), (DIGITS, 10), (BLOBS, 6), (NOISE, 8)], ids=["iris", "digits", "blobs", "noise"])
def test_the_same_beginning_ends_in_the_same_means(x, k, weighted):
    weights = np.random.default_rng(0).integers(0, 3, len(x)).astype(float) if weighted else None
    begin = rows_of(x, k)
    ours = ml.KMeans(k, n_init=1, init=begin).fit(x, sample_weight=weights)
    theirs = peer.KMeans(k, n_init=1, init=begin).fit(x, sample_weight=weights)
    assert ours.n_iter_ == theirs.n_iter_
    np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_, rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(ours.labels_int_, theirs.labels_)
    assert ours.inertia_ == pytest.approx(theirs.inertia_, rel=1e-12)
    np.testing.assert_allclose(ours.transform(x), theirs.transform(x), rtol=1e-6, atol=1e-6)
    assert ours.score(x) == pytest.approx(theirs.score(x), rel=1e-9)
    np.testing.assert_array_equal(ours.predict(x), theirs.predict(x))


@pytest.mark.parametrize("init", ["k-means++", "random"])
def test_random_beginnings_end_as_well(init):
    ours = [ml.KMeans(10, n_init=1, init=init, random_state=s).fit(DIGITS).inertia_ for s in range(15)]
    theirs = [peer.KMeans(10, n_init=1, init=init, random_state=s).fit(DIGITS).inertia_ for s in range(15)]
    assert abs(np.mean(ours) / np.mean(theirs) - 1) < 0.01


def test_clusters_without_rows_and_other_edges():
    x = np.array([[0.0], [0.1], [10.0], [10.1]])
    assert ml.KMeans(3, n_init=1, init=np.array([[0.0], [10.0], [100.0]])).fit(x).inertia_ == pytest.approx(0.005)
    assert ml.KMeans(4, random_state=0).fit(x).inertia_ == pytest.approx(0, abs=1e-20)
    assert len(np.unique(ml.KMeans(2, random_state=0).fit(np.ones((5, 2))).labels_)) == 1
    begin = ml.KMeans(2, n_init=1, init=lambda data, count, seed: np.asarray(data)[:count]).fit(x)
    assert sorted(begin.cluster_centers_.ravel()) == pytest.approx([0.05, 10.05])
    for clusters in (0, 5):
        with pytest.raises(ml.MlError, match="n_clusters"):
            ml.KMeans(clusters).fit(x)
    with pytest.raises(ml.MlError, match="n_init"):
        ml.KMeans(2, n_init=0).fit(x)
    assert repr(ml.KMeans()) == "KMeans(n_clusters=8, unfitted)"


@pytest.mark.parametrize("kind", ["full", "tied", "diag", "spherical"])
@pytest.mark.parametrize("x, k", [(IRIS, 3), (BLOBS, 6)], ids=["iris", "blobs"])
def test_the_same_beginning_ends_in_the_same_mixture(x, k, kind):
    d = x.shape[1]
    precisions = {"full": np.stack([np.eye(d)] * k), "tied": np.eye(d), "diag": np.ones((k, d)), "spherical": np.ones(k)}[kind]
    keywords = {"covariance_type": kind, "means_init": rows_of(x, k), "weights_init": np.ones(k) / k,
                "precisions_init": precisions, "max_iter": 200}
    ours, theirs = ml.GaussianMixture(k, **keywords).fit(x), PeerMixture(k, **keywords).fit(x)
    assert ours.n_iter_ == theirs.n_iter_ and ours.converged_
    for name in ("weights_", "means_", "covariances_", "precisions_", "precisions_cholesky_"):
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=1e-6, atol=1e-9, err_msg=name)
    np.testing.assert_allclose(ours.score_samples(x), theirs.score_samples(x), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(ours.predict_proba(x), theirs.predict_proba(x), rtol=1e-6, atol=1e-9)
    np.testing.assert_array_equal(ours.predict(x), theirs.predict(x))
    assert (ours.bic(x), ours.aic(x), ours.score(x)) == pytest.approx((theirs.bic(x), theirs.aic(x), theirs.score(x)))


def test_mixtures_of_random_beginnings_and_what_they_draw():
    for begin in ("kmeans", "k-means++", "random", "random_from_data"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ours = [ml.GaussianMixture(3, random_state=s, init_params=begin).fit(IRIS).lower_bound_ for s in range(10)]
            theirs = [PeerMixture(3, random_state=s, init_params=begin).fit(IRIS).lower_bound_ for s in range(10)]
        assert max(ours) > max(theirs) - 0.1
    mixture = ml.GaussianMixture(3, random_state=0).fit(IRIS)
    drawn, labels = mixture.sample(20_000)
    np.testing.assert_allclose(drawn.mean(axis=0), mixture.weights_ @ mixture.means_, atol=0.05)
    np.testing.assert_allclose(np.cov(drawn[labels == 1].T), mixture.covariances_[1], atol=0.05)
    assert list(labels) == sorted(labels)
    assert (ml.GaussianMixture(3, random_state=0).fit_predict(IRIS) == mixture.predict(IRIS)).all()


def test_mixtures_that_cannot_be():
    with pytest.raises(ml.MlError, match="n_components"):
        ml.GaussianMixture(5).fit(IRIS[:4])
    with pytest.raises(ml.MlError, match="reg_covar"):
        ml.GaussianMixture(2, reg_covar=0.0).fit(np.ones((10, 2)))
    with pytest.warns(UserWarning, match="without having converged"):
        ml.GaussianMixture(3, max_iter=1, tol=0.0, random_state=0).fit(BLOBS)
    with pytest.raises(ml.MlError, match="means_init"):
        ml.GaussianMixture(3, means_init=np.zeros((2, 4))).fit(IRIS)
