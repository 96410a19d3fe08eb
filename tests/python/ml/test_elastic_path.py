"""ElasticNet.path(), Lasso.path() and sparse weights beside scikit-learn's."""

import warnings

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
pytest.importorskip("sklearn")
from sklearn import datasets, linear_model as peer  # noqa: E402

sparse = pytest.importorskip("scipy.sparse")
DIABETES, GROWTH = datasets.load_diabetes(return_X_y=True)
GROWTH = GROWTH - GROWTH.mean()
_draw = np.random.default_rng(0)
WIDE = _draw.normal(size=(30, 80))
FEW = WIDE[:, :4] @ [3.0, -2.0, 1.0, 0.5] + 0.1 * _draw.normal(size=30)


def both(x, y, name="ElasticNet", **keywords):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours = getattr(ml, name).path(x, y, return_n_iter=True, **keywords)
        theirs = getattr(peer, name).path(x, y, return_n_iter=True, **keywords)
    np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-10)
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-6, atol=1e-8 * np.abs(theirs[1]).max())
    np.testing.assert_allclose(ours[2], theirs[2], rtol=1e-4, atol=1e-7 * np.square(y).sum())
    assert isinstance(ours, tuple) and len(ours) == 4 and list(ours[3]) == list(theirs[3])
    return ours


@pytest.mark.parametrize("x, y", [(DIABETES, GROWTH), (WIDE, FEW)], ids=["diabetes", "wide"])
@pytest.mark.parametrize("keywords", [
    {}, {"l1_ratio": 1.0}, {"l1_ratio": 0.1, "eps": 1e-2, "alphas": 7}, {"positive": True}, {"alphas": [0.01, 1.0, 0.1]},
    {"precompute": False}, {"precompute": True}, {"alphas": [0.5]}, {"tol": 1e-8, "alphas": 20, "max_iter": 5000},
    {"do_screening": False, "alphas": 10}, {"max_iter": 3, "alphas": 5},
], ids=str)
def test_paths(x, y, keywords):
    both(x, y, **keywords)
    both(x, y, "Lasso", **keywords)


def test_paths_from_what_is_known():
    x, y = DIABETES, GROWTH
    gram, products, start = x.T @ x, x.T @ y, np.arange(10.0)
    both(x, y, precompute=gram, Xy=products, alphas=10)
    both(x, y, precompute=gram, alphas=10)
    both(x, y, coef_init=start, alphas=[0.01, 0.001])
    ours = both(sparse.csr_matrix(np.where(np.abs(WIDE) > 1, WIDE, 0)), FEW, alphas=20)
    assert ours[1].shape == (80, 20) and (ours[1][:, 0] == 0).all()
    assert len(ml.Lasso.path(x, y, alphas=3)) == 3
    assert len(ml.Lasso.path(x, y, n_alphas=4)[0]) == 4
    model = ml.ElasticNet(0.01, fit_intercept=False, tol=1e-10, max_iter=10000).fit(x, y)
    np.testing.assert_allclose(model.path(x, y, alphas=[0.01], tol=1e-10, max_iter=10000)[1][:, 0], model.coef_, rtol=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_random_steps_come_to_the_same_weights(seed):
    ours = ml.ElasticNet.path(WIDE, FEW, selection="random", random_state=seed, tol=1e-10, alphas=10, max_iter=20000)
    theirs = peer.ElasticNet.path(WIDE, FEW, tol=1e-10, alphas=10, max_iter=20000)
    np.testing.assert_allclose(ours[1], theirs[1], atol=1e-4)


@pytest.mark.parametrize("keywords, word", [
    ({"l1_ratio": 1.5}, "l1_ratio"), ({"l1_ratio": 0.0}, "alphas"), ({"eps": 0.0}, "eps"), ({"alphas": 0}, "alphas"),
    ({"alphas": [-1.0]}, "alphas"), ({"alphas": []}, "alphas|empty"), ({"tol": -1.0}, "tol"), ({"max_iter": 0}, "max_iter"),
    ({"precompute": "often"}, "precompute"), ({"precompute": np.eye(3)}, "precompute"), ({"Xy": [1.0]}, "Xy"),
    ({"coef_init": [1.0]}, "coef_init"), ({"selection": "best"}, "selection"),
])
def test_paths_that_are_refused(keywords, word):
    with pytest.raises(ValueError, match=word):
        ml.ElasticNet.path(DIABETES, GROWTH, **keywords)


def test_data_that_are_refused():
    with pytest.raises(ml.MlError, match="samples"):
        ml.Lasso.path(DIABETES, GROWTH[:-1])
    with pytest.raises(ml.MlError, match="2 columns"):
        ml.Lasso.path(DIABETES, np.c_[GROWTH, GROWTH])
    with pytest.raises(ml.MlError, match="NaN"):
        ml.Lasso.path(DIABETES * np.nan, GROWTH)
    with pytest.raises(TypeError):
        ml.Lasso.path(DIABETES, GROWTH, no_such_parameter=1)
    with pytest.warns(ml.ConvergenceWarning, match="penalties"):
        ml.Lasso.path(WIDE, FEW, max_iter=1, alphas=5)


@pytest.mark.parametrize("name", ["Lasso", "ElasticNet"])
def test_sparse_weights(name):
    for y in (FEW, np.c_[FEW, -FEW]):
        ours, theirs = getattr(ml, name)(0.1).fit(WIDE, y), getattr(peer, name)(0.1).fit(WIDE, y)
        kept = ours.sparse_coef_
        assert sparse.issparse(kept) and kept.shape == theirs.sparse_coef_.shape and kept.nnz == np.count_nonzero(ours.coef_)
        np.testing.assert_array_equal(kept.toarray(), np.atleast_2d(ours.coef_))
    with pytest.raises(ml.NotFittedError):
        getattr(ml, name)().sparse_coef_
