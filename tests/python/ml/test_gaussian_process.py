"""GaussianProcessRegressor beside scikit-learn."""

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
sklearn = pytest.importorskip("sklearn")

import warnings  # noqa: E402

from sklearn import datasets  # noqa: E402
from sklearn.gaussian_process import GaussianProcessRegressor  # noqa: E402
from sklearn.gaussian_process import kernels as k  # noqa: E402

PAIRS = [
    ("2.5 * rbf(0.7) + white(0.1)", k.ConstantKernel(2.5) * k.RBF(0.7) + k.WhiteKernel(0.1)),
    ("rbf([0.5, 2.0])", k.RBF([0.5, 2.0])),
    ("3 * matern(1.2) + white(0.05)", k.ConstantKernel(3.0) * k.Matern(1.2) + k.WhiteKernel(0.05)),
    ("matern(1.2, nu=0.5)", k.Matern(1.2, nu=0.5)),
    ("matern([0.8, 1.5], nu=2.5)", k.Matern([0.8, 1.5], nu=2.5)),
    ("matern([0.8, 1.5], nu=0.5)", k.Matern([0.8, 1.5], nu=0.5)),
    ("matern(0.9, nu=1.1)", k.Matern(0.9, nu=1.1)),
    ("matern(0.9, nu=inf)", k.Matern(0.9, nu=np.inf)),
    ("rational_quadratic(0.9, alpha=0.4)", k.RationalQuadratic(0.9, alpha=0.4)),
    ("exp_sine_squared(1.1, periodicity=2.5) + white(5)", k.ExpSineSquared(1.1, periodicity=2.5) + k.WhiteKernel(5.0)),
    ("dot_product(0.6) ** 2 * rbf(1.5)", k.DotProduct(0.6) ** 2 * k.RBF(1.5)),
    ("(rbf(1) + 0.3) * (white(0.1) + dot_product(2))", (k.RBF() + k.ConstantKernel(0.3)) * (k.WhiteKernel(0.1) + k.DotProduct(2.0))),
]
NOISE = 1e-2


def waves(rows=60, seed=0):
    draw = np.random.default_rng(seed)
    x = draw.uniform(-2, 2, (rows, 2))
    return x, np.sin(2 * x[:, 0]) + x[:, 1] ** 2 + 0.1 * draw.normal(size=rows)


def quiet(fit, *data):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fit(*data)


@pytest.mark.parametrize("text, kernel", PAIRS, ids=[text for text, _ in PAIRS])
def test_a_given_kernel_answers_as_the_peer(text, kernel):
    x, y = waves()
    new = np.r_[np.random.default_rng(1).uniform(-3, 3, (20, 2)), x[:5]]
    theirs = GaussianProcessRegressor(kernel, alpha=NOISE, optimizer=None).fit(x, y)
    for given in (text, kernel):
        ours = ml.GaussianProcessRegressor(given, alpha=NOISE, optimizer=None).fit(x, y)
        np.testing.assert_allclose(ours.L_, np.tril(theirs.L_), rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(ours.alpha_, theirs.alpha_, rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(ours.predict(new), theirs.predict(new), rtol=1e-6, atol=1e-8)
        for which in ("return_std", "return_cov"):
            mean, spread = ours.predict(new, **{which: True})
            expected, other = theirs.predict(new, **{which: True})
            np.testing.assert_allclose(mean, expected, rtol=1e-6, atol=1e-8)
            np.testing.assert_allclose(spread, other, rtol=1e-6, atol=1e-7)
        assert ours.log_marginal_likelihood_value_ == pytest.approx(theirs.log_marginal_likelihood_value_, rel=1e-8)
        value, slopes = ours.log_marginal_likelihood(kernel.theta + 0.1, eval_gradient=True)
        expected, other = theirs.log_marginal_likelihood(kernel.theta + 0.1, eval_gradient=True)
        assert value == pytest.approx(expected, rel=1e-8)
        np.testing.assert_allclose(slopes, other, rtol=1e-4, atol=1e-6)  # the peer's are differences for most nu
        again = ml.GaussianProcessRegressor(ours.kernel_, alpha=NOISE, optimizer=None).fit(x, y)
        np.testing.assert_array_equal(again.predict(new), ours.predict(new))


@pytest.mark.parametrize("text, kernel", [PAIRS[0], PAIRS[2], PAIRS[8], PAIRS[1]], ids=[PAIRS[i][0] for i in (0, 2, 8, 1)])
def test_the_best_hyperparameters_are_as_good_as_those_of_the_peer(text, kernel):
    x, y = waves(80)
    theirs = quiet(GaussianProcessRegressor(kernel, alpha=NOISE, normalize_y=True, random_state=0).fit, x, y)
    ours = ml.GaussianProcessRegressor(text, alpha=NOISE, n_restarts_optimizer=0, normalize_y=True).fit(x, y)
    assert ours.log_marginal_likelihood_value_ > theirs.log_marginal_likelihood_value_ - 1e-3
    np.testing.assert_allclose(ours.predict(x), theirs.predict(x), atol=0.02)


def test_restarts_do_not_make_it_worse_and_words_are_kernels():
    x, y = datasets.load_diabetes(return_X_y=True)
    x, y = x[:150, 2:5] * 20, y[:150]
    for word, product in (("rbf", "1 * rbf(1)"), ("matern", "1 * matern(1)"), ("white", "white(1)"), ("constant", "constant(1)")):
        one = ml.GaussianProcessRegressor(word, 0.5, 0, normalize_y=True).fit(x, y)
        more = ml.GaussianProcessRegressor(word, 0.5, 4, 0, normalize_y=True).fit(x, y)
        same = ml.GaussianProcessRegressor(product, 0.5, 4, 0, normalize_y=True).fit(x, y)
        assert more.log_marginal_likelihood_value_ >= one.log_marginal_likelihood_value_ - 1e-9
        assert same.kernel_ == more.kernel_
    assert "rbf" in ml.GaussianProcessRegressor(alpha=0.5, n_restarts_optimizer=0).fit(x, y).kernel_


def test_none_is_rbf_and_fixed_stays_fixed():
    x, y = waves()
    ours = ml.GaussianProcessRegressor(None, alpha=NOISE, n_restarts_optimizer=0).fit(x, y)
    theirs = quiet(GaussianProcessRegressor(alpha=NOISE).fit, x, y)
    np.testing.assert_allclose(ours.predict(x), theirs.predict(x), atol=1e-3)
    part = ml.GaussianProcessRegressor("constant(2, fixed) * rbf(1, bounds=(0.3, 0.4))", alpha=NOISE, random_state=0).fit(x, y)
    assert part.kernel_.startswith("constant(2) * rbf(0.")
    assert len(part.log_marginal_likelihood(eval_gradient=True)[1]) == 1
    peer = k.ConstantKernel(2.0, "fixed") * k.RBF(1.0, (0.3, 0.4))
    assert ml.GaussianProcessRegressor(peer, alpha=NOISE, random_state=0).fit(x, y).kernel_ == part.kernel_


@pytest.mark.parametrize("columns", [1, 3])
@pytest.mark.parametrize("normalize", [False, True])
def test_many_outputs(columns, normalize):
    x, y = waves()
    y = np.c_[y, 2 * y + x[:, 0], 5 - y**2][:, :columns]
    kernel = k.RBF(0.8)
    theirs = GaussianProcessRegressor(kernel, alpha=NOISE, optimizer=None, normalize_y=normalize).fit(x, y)
    ours = ml.GaussianProcessRegressor("rbf(0.8)", alpha=NOISE, optimizer=None, normalize_y=normalize).fit(x, y)
    np.testing.assert_allclose(ours.predict(x).reshape(len(x), -1), theirs.predict(x).reshape(len(x), -1), rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(ours.predict(x, return_std=True)[1].reshape(len(x), -1), theirs.predict(x, return_std=True)[1].reshape(len(x), -1), rtol=1e-5)
    cov = ours.predict(x, return_cov=True)[1]
    np.testing.assert_allclose(cov, theirs.predict(x, return_cov=True)[1].reshape(cov.shape), rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(ours.y_train_.reshape(len(x), -1), theirs.y_train_.reshape(len(x), -1), rtol=1e-9)


def test_noise_of_each_row():
    x, y = waves()
    noise = np.linspace(0.01, 1, len(y))
    theirs = GaussianProcessRegressor(k.RBF(), alpha=noise, optimizer=None).fit(x, y)
    np.testing.assert_allclose(ml.GaussianProcessRegressor("rbf(1)", alpha=noise, optimizer=None).fit(x, y).predict(x), theirs.predict(x), rtol=1e-6)


def test_functions_are_drawn_from_the_process():
    x, y = waves(15)
    ours = ml.GaussianProcessRegressor("rbf(1)", alpha=0.1, optimizer=None, normalize_y=True).fit(x, y)
    new = np.linspace(-2, 2, 10).reshape(-1, 2)
    drawn = ours.sample_y(new, 4000, random_state=1)
    mean, cov = ours.predict(new, return_cov=True)
    assert drawn.shape == (5, 4000)
    np.testing.assert_allclose(drawn.mean(axis=1), mean, atol=0.1)
    np.testing.assert_allclose(np.cov(drawn), cov, atol=0.15)
    np.testing.assert_array_equal(drawn, ours.sample_y(new, 4000, random_state=1))
    assert ours.sample_y(new).shape == (5, 1)


@pytest.mark.parametrize("kernel, message", [
    ("cubic", "at byte 0"), ("rbf(1", r"',' or '\)'"), ("rbf(1) +", "expected constant"), ("rbf(1) rbf(2)", "'+', '*', '*\\*' or the end"),
    ("rbf(-1)", "numbers > 0"), ("rbf(nu=2)", "a parameter of this kernel"), ("matern(1, nu=0)", "nu of matern"),
    ("(" * 20 + "rbf" + ")" * 20, "fewer brackets"), ("rbf(1, bounds=(2, 1))", "low <= high"), ("rbf(1) ** x", "an exponent"),
    ("", "expected"), ("white([1, 2])", "white has one number"),
])
def test_a_kernel_that_cannot_be_read_is_refused_at_once(kernel, message):
    with pytest.raises(ValueError, match=message.replace("*\\*", r"\*\*").replace("'+', '*'", r"'\+', '\*'")):
        ml.GaussianProcessRegressor(kernel)


@pytest.mark.parametrize("keywords, message", [
    ({"kernel": "rbf([1, 2, 3])"}, "one for each of 2 features, got 3"), ({"alpha": -1.0}, "alpha"), ({"alpha": [1.0, 2.0]}, "alpha"),
    ({"optimizer": "adam"}, "optimizer"), ({"n_restarts_optimizer": -1}, "n_restarts_optimizer"), ({"n_targets": 2}, "n_targets"),
    ({"kernel": 3}, "kernel"), ({"kernel": datasets}, "kernel"),
    ({"kernel": "dot_product(1)", "alpha": 0.0, "optimizer": None}, "not positive definite"),
])
def test_refuses_bad_parameters(keywords, message):
    x, y = waves(20)
    with pytest.raises(ValueError, match=message):
        ml.GaussianProcessRegressor(**keywords).fit(x, y)


def test_refuses_what_cannot_be_answered():
    x, y = waves(20)
    with pytest.raises(RuntimeError, match="not fitted"):
        ml.GaussianProcessRegressor().predict(x, return_std=True)
    ours = ml.GaussianProcessRegressor(None, 0.1).fit(x, y)
    with pytest.raises(ValueError, match="return_cov"):
        ours.predict(x, return_std=True, return_cov=True)
    with pytest.raises(RuntimeError, match="features"):
        ours.predict(x[:, :1], return_std=True)
    with pytest.raises(ValueError, match="theta"):
        ours.log_marginal_likelihood([1.0])
    assert ours.predict(x[:0], return_std=True)[1].shape == (0,)
