"""IncrementalPCA and KernelPCA beside scikit-learn's."""

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
pytest.importorskip("sklearn")
from sklearn import decomposition as peer  # noqa: E402

from decomposition_data import DATA, draw, near, quiet, same_attributes  # noqa: E402

NUMBERS = "explained_variance_ explained_variance_ratio_ mean_ var_ noise_variance_ singular_values_ n_components_ " \
          "n_samples_seen_"


@pytest.mark.parametrize("data", [name for name in DATA if name != "dependent"])
@pytest.mark.parametrize("keywords", [{}, {"n_components": 3, "batch_size": 17}, {"whiten": True}], ids=str)
def test_incremental_pca(data, keywords):
    x, keywords = DATA[data], {"n_components": 2, **keywords}
    ours, theirs = ml.IncrementalPCA(**keywords).fit(x), peer.IncrementalPCA(**keywords).fit(x)
    same_attributes(ours, theirs, NUMBERS + " batch_size_ components_", atol=1e-7)
    near(ours.transform(x), theirs.transform(x), atol=1e-7)
    near(ours.inverse_transform(ours.transform(x)), theirs.inverse_transform(theirs.transform(x)), atol=1e-7)


def test_batches_of_rows():
    x = DATA["cancer"]
    ours, theirs = ml.IncrementalPCA(4), peer.IncrementalPCA(4)
    for part in np.array_split(x, 7):
        before = ours.clone() if not ours.__sklearn_is_fitted__() else ours.components_.copy()
        ours.partial_fit(part)
        theirs.partial_fit(part)
        assert isinstance(before, ml.IncrementalPCA) or not np.array_equal(before, ours.components_)
    same_attributes(ours, theirs, NUMBERS + " components_", atol=1e-7)
    near(ours.get_covariance(), theirs.get_covariance())
    whole = ml.IncrementalPCA(None, batch_size=60).fit(x)
    near(whole.explained_variance_, peer.PCA().fit(x).explained_variance_, atol=1e-7)
    sparse = pytest.importorskip("scipy.sparse")
    digits = DATA["digits"]
    near(ml.IncrementalPCA(3).fit(sparse.csr_matrix(digits)).components_, ml.IncrementalPCA(3).fit(digits).components_)


def test_incremental_pca_refuses():
    x = DATA["iris"]
    for keywords in ({"n_components": 5}, {"n_components": 0}, {"batch_size": 0}):
        with pytest.raises(ml.MlError):
            ml.IncrementalPCA(**keywords).fit(x)
    model = ml.IncrementalPCA(2).partial_fit(x)
    with pytest.raises(ml.MlError, match="n_components"):
        model.set_params(n_components=3).partial_fit(x)
    with pytest.raises(ml.MlError, match="first batch"):
        ml.IncrementalPCA(3).partial_fit(x[:2])


@pytest.mark.parametrize("data", ["iris", "wine", "diabetes", "duplicates", "wide"])
@pytest.mark.parametrize("keywords", [
    {}, {"gamma": 0.01}, {"kernel": "linear"}, {"kernel": "poly"}, {"kernel": "poly", "degree": 2, "coef0": 0.5},
    {"kernel": "sigmoid", "gamma": 1e-4}, {"kernel": "cosine"},
    {"eigen_solver": "dense"}, {"eigen_solver": "arpack"},
], ids=str)
def test_kernel_pca(data, keywords):
    x = DATA[data] / np.abs(DATA[data]).max(axis=0)
    keywords = {"n_components": 3, "kernel": "rbf", **keywords}
    theirs = peer.KernelPCA(**keywords).fit(x)
    ours = ml.KernelPCA(**keywords).fit(x)
    same_attributes(ours, theirs, "eigenvalues_ gamma_", atol=1e-9)
    apart = np.abs(np.diff(theirs.eigenvalues_, append=0)) > 1e-6 * theirs.eigenvalues_[0]
    if apart.all():
        near(ours.eigenvectors_, theirs.eigenvectors_, atol=1e-6)
        near(ours.transform(x[:7]), theirs.transform(x[:7]), atol=1e-6)
        near(ours.fit_transform(x), theirs.fit_transform(x), atol=1e-6)


def test_kernels_that_are_given():
    x = DATA["digits"][:100]
    gram, more = x @ x.T, x[:5] @ x.T
    ours, theirs = ml.KernelPCA(3, kernel="precomputed").fit(gram), peer.KernelPCA(3, kernel="precomputed").fit(gram)
    near(ours.transform(more), theirs.transform(more))
    with pytest.raises(ml.MlError, match="square"):
        ml.KernelPCA(2, kernel="precomputed").fit(x)
    with pytest.raises(ml.MlError, match="eigenvalues"):
        ml.KernelPCA(None, kernel="precomputed").fit(-gram)


def test_the_way_back_and_what_is_zero():
    x = DATA["iris"]
    keywords = {"n_components": 3, "kernel": "rbf", "fit_inverse_transform": True, "alpha": 0.1}
    ours, theirs = ml.KernelPCA(**keywords).fit(x), peer.KernelPCA(**keywords).fit(x)
    near(ours.inverse_transform(ours.transform(x)), theirs.inverse_transform(theirs.transform(x)), atol=1e-6)
    near(ours.dual_coef_, theirs.dual_coef_, atol=1e-5)
    for more in ({"n_components": None}, {"n_components": 10, "remove_zero_eig": True}, {"n_components": 10}):
        assert ml.KernelPCA(kernel="linear", **more).fit(x).eigenvalues_.shape == \
            peer.KernelPCA(kernel="linear", **more).fit(x).eigenvalues_.shape
    with pytest.raises(ml.MlError, match="fit_inverse_transform"):
        ml.KernelPCA().fit(x).inverse_transform(np.zeros((2, 2)))
    chance = ml.KernelPCA(3, eigen_solver="randomized", iterated_power=10, random_state=0).fit(x)
    near(chance.eigenvalues_, peer.KernelPCA(3, kernel="rbf").fit(x).eigenvalues_, rtol=1e-4)
    rough = ml.KernelPCA(3, eigen_solver="randomized", iterated_power=0, random_state=0).fit(draw.normal(size=(300, 9)))
    assert quiet(rough.transform, np.zeros((1, 9))).shape == (1, 3)
    for bad in ({"gamma": -1}, {"n_components": 0}, {"tol": -1}, {"alpha": -1}, {"iterated_power": "x"}, {"degree": -1},
                {"max_iter": 0}, {"kernel": "precomputed", "fit_inverse_transform": True}):
        with pytest.raises(ml.MlError):
            ml.KernelPCA(**bad).fit(x)


def near_rows(a, b, width=1.0):
    return float(np.exp(-np.abs(a - b).sum() / width))


@pytest.mark.parametrize("keywords", [{}, {"kernel_params": {"width": 4.0}}], ids=str)
def test_a_kernel_that_is_a_callable(keywords):
    x = DATA["iris"][::3]
    made = [kind.KernelPCA(2, kernel=near_rows, fit_inverse_transform=True, **keywords).fit(x) for kind in (ml, peer)]
    ours, theirs = made
    same_attributes(ours, theirs, "eigenvalues_ dual_coef_", atol=1e-7)
    near(ours.transform(x + 0.01), theirs.transform(x + 0.01), atol=1e-7)
    near(ours.inverse_transform(ours.transform(x)), theirs.inverse_transform(theirs.transform(x)), atol=1e-7)
    assert ours.clone().kernel is near_rows


def test_kernels_that_are_refused():
    x = DATA["iris"]
    for wrong in ("laplacian", 3, None):
        with pytest.raises((ValueError, TypeError), match="kernel"):
            ml.KernelPCA(2, kernel=wrong)
    with pytest.raises(ml.MlError, match="kernel_params"):
        ml.KernelPCA(2, kernel_params={"gamma": 1}).fit(x)
    with pytest.raises(ml.MlError, match="kernel_params"):
        ml.KernelPCA(2, kernel=near_rows, kernel_params=[1]).fit(x)
    with pytest.raises(ml.MlError, match="finite number"):
        ml.KernelPCA(2, kernel=lambda a, b: float("nan")).fit(x)
    with pytest.raises(ZeroDivisionError):
        ml.KernelPCA(2, kernel=lambda a, b: 1 / 0).fit(x)
