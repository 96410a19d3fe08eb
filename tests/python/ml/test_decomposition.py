"""Principal components and singular vectors beside scikit-learn's."""

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
pytest.importorskip("sklearn")
from sklearn import decomposition as peer  # noqa: E402

from decomposition_data import DATA, draw, near, quiet, same_attributes  # noqa: E402

sparse = pytest.importorskip("scipy.sparse")
SPARSE = sparse.random(300, 80, 0.1, format="csr", random_state=0)

PCA_NUMBERS = "explained_variance_ explained_variance_ratio_ mean_ noise_variance_ singular_values_ n_components_"


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("keywords", [
    {"n_components": 2}, {"n_components": None}, {"n_components": 0.9}, {"n_components": 3, "whiten": True},
    {"svd_solver": "arpack"}, {"svd_solver": "full"}, {"svd_solver": "covariance_eigh"},
], ids=str)
def test_pca(data, keywords):
    x, keywords = DATA[data], {"n_components": 2, **keywords}
    ours, theirs = ml.PCA(**keywords).fit(x), peer.PCA(**keywords).fit(x)
    same_attributes(ours, theirs, PCA_NUMBERS, atol=1e-7)
    real = theirs.explained_variance_ > 1e-9 * theirs.explained_variance_[0]
    near(ours.components_[real], theirs.components_[real], atol=1e-7)
    near(ours.transform(x)[:, real], theirs.transform(x)[:, real], atol=1e-7)
    near(ours.fit_transform(x)[:, real], theirs.transform(x)[:, real], atol=1e-7)
    if real.all():
        near(ours.inverse_transform(ours.transform(x)), theirs.inverse_transform(theirs.transform(x)))


@pytest.mark.parametrize("data", ["iris", "wine", "diabetes", "wide"])
def test_pca_as_a_density(data):
    x = DATA[data]
    ours, theirs = ml.PCA(2).fit(x), peer.PCA(2).fit(x)
    near(ours.get_covariance(), theirs.get_covariance())
    near(ours.get_precision(), theirs.get_precision())
    near(ours.score_samples(x), theirs.score_samples(x))
    near(ours.score(x), theirs.score(x))
    near(ml.PCA(2, whiten=True).fit(x).get_covariance(), theirs.get_covariance())
    with pytest.raises(ml.MlError, match="singular"):
        ml.PCA(None).fit(DATA["wide"]).score(DATA["wide"])


@pytest.mark.parametrize("data", ["iris", "wine", "cancer", "digits", "duplicates"])
def test_the_rank_of_greatest_evidence(data):
    x = DATA[data]
    assert ml.PCA("mle").fit(x).n_components_ == peer.PCA("mle").fit(x).n_components_


@pytest.mark.parametrize("solver", ["arpack", "covariance_eigh"])
def test_pca_of_sparse_rows(solver):
    ours, theirs = ml.PCA(3, svd_solver=solver).fit(SPARSE), peer.PCA(3, svd_solver=solver).fit(SPARSE)
    same_attributes(ours, theirs, PCA_NUMBERS + " components_")
    near(ours.transform(SPARSE), theirs.transform(SPARSE))


def test_random_pca_is_as_good_and_repeats():
    x = draw.normal(size=(600, 20)) / np.arange(1, 21) @ draw.normal(size=(20, 520)) + 0.01 * draw.normal(size=(600, 520))
    exact = peer.PCA(5, svd_solver="full").fit(x)
    for keywords in ({}, {"svd_solver": "randomized"}, {"svd_solver": "randomized", "n_oversamples": 4},
                     {"svd_solver": "randomized", "power_iteration_normalizer": "none"}):
        ours = ml.PCA(5, random_state=1, **keywords).fit(x)
        near(ours.explained_variance_, exact.explained_variance_, rtol=1e-3)
        near(ours.noise_variance_, exact.noise_variance_, rtol=1e-3)
        assert np.array_equal(ours.components_, ml.PCA(5, random_state=1, **keywords).fit(x).components_)
    rough = ml.PCA(5, random_state=1, svd_solver="randomized", iterated_power=0, n_oversamples=1).fit(x)
    assert rough.explained_variance_.sum() < exact.explained_variance_.sum() * (1 - 1e-6)


@pytest.mark.parametrize("keywords, name", [
    ({"n_components": 5}, "n_components"), ({"n_components": 0}, "n_components"), ({"n_components": 1.5}, "n_components"),
    ({"n_components": "all"}, "n_components"), ({"iterated_power": -1}, "iterated_power"), ({"tol": -1}, "tol"),
    ({"n_oversamples": 0}, "n_oversamples"), ({"n_components": 4, "svd_solver": "arpack"}, "n_components"),
])
def test_pca_refuses(keywords, name):
    with pytest.raises(ml.MlError, match=name):
        ml.PCA(**keywords).fit(DATA["iris"])
    with pytest.raises(ml.MlError, match="rows"):
        ml.PCA(1).fit([[1.0, 2.0]])
    with pytest.raises(ml.MlError, match="svd_solver"):
        ml.PCA(2, svd_solver="full").fit(SPARSE)


@pytest.mark.parametrize("data", DATA)
def test_truncated_svd(data):
    x = DATA[data]
    names = "explained_variance_ explained_variance_ratio_ singular_values_"
    exact = quiet(peer.TruncatedSVD(3, algorithm="arpack").fit, x)
    ours = ml.TruncatedSVD(3, algorithm="arpack").fit(x)
    same_attributes(ours, exact, names + " components_", atol=1e-7)
    near(ours.inverse_transform(ours.transform(x)), exact.inverse_transform(exact.transform(x)), atol=1e-7)
    random = ml.TruncatedSVD(3, n_iter=20, random_state=3).fit(x)
    same_attributes(random, exact, names, rtol=1e-3, atol=1e-6)


def test_truncated_svd_of_sparse_rows():
    exact = peer.TruncatedSVD(3, algorithm="arpack").fit(SPARSE)
    ours = ml.TruncatedSVD(3, algorithm="arpack").fit(SPARSE)
    same_attributes(ours, exact, "components_ explained_variance_ explained_variance_ratio_ singular_values_")
    near(ours.transform(SPARSE), exact.transform(SPARSE))
    plain = ml.TruncatedSVD(3, n_iter=0, n_oversamples=1, random_state=0).fit(SPARSE)
    assert plain.singular_values_.sum() < exact.singular_values_.sum() * (1 - 1e-6)
    for keywords in ({"n_components": 81}, {"n_components": 0}, {"n_iter": -1}, {"n_oversamples": 0}, {"tol": -1}):
        with pytest.raises(ml.MlError):
            ml.TruncatedSVD(**keywords).fit(SPARSE)
