"""Least squares, plain and with penalties, beside scikit-learn."""

import numpy as np
import pytest
from linear_data import close, labels, numbers, odd_data, quiet, same, weights

ml = pytest.importorskip("kailash.ml")
peer = pytest.importorskip("sklearn.linear_model")
datasets = pytest.importorskip("sklearn.datasets")
sparse = pytest.importorskip("scipy.sparse")

ODD = odd_data()
SQUARES = [("LinearRegression", {}), ("Ridge", {}), ("Ridge", {"alpha": 0.01}), ("Lasso", {"alpha": 0.05}),
           ("ElasticNet", {"alpha": 0.05}), ("ElasticNet", {"alpha": 0.3, "l1_ratio": 0.9})]


def both(name, keywords, x, y, *more):
    ours = quiet(getattr(ml, name)(**keywords).fit, x, y, *more)
    theirs = quiet(getattr(peer, name)(**keywords).fit, x, y, *more)
    return ours, theirs


@pytest.mark.parametrize("name, keywords", SQUARES)
@pytest.mark.parametrize("data", ODD)
def test_odd_data_gives_what_the_peer_finds(name, keywords, data):
    x, y = ODD[data]
    if data == "far from 0" and name in ("Lasso", "ElasticNet"):
        keywords = dict(keywords, tol=1e-6)
    ours, theirs = both(name, keywords, x, y)
    close(ours.predict(x), theirs.predict(x))
    if data == "duplicate columns" and name in ("Lasso", "ElasticNet"):
        return  # which of the twins has the weight is a matter of rounding
    same(ours, theirs, rtol=1e-6 if data != "scales of all sizes" else 1e-5)


@pytest.mark.parametrize("name, keywords", SQUARES)
@pytest.mark.parametrize("data", ["load_diabetes", "load_breast_cancer", "load_iris", "load_digits"])
def test_known_data(name, keywords, data):
    x, y = getattr(datasets, data)(return_X_y=True)
    x, y = x[:600], y[:600]
    ours, theirs = both(name, keywords, x, y)
    close(ours.predict(x), theirs.predict(x))
    assert ours.score(x, y) == pytest.approx(theirs.score(x, y), abs=1e-9)


@pytest.mark.parametrize("name, keywords", SQUARES + [("LinearRegression", {"positive": True})])
@pytest.mark.parametrize("more", [{}, {"fit_intercept": False}])
def test_weights_and_several_targets(name, keywords, more):
    x, y = numbers(50, 6, outputs=3)
    same(*both(name, dict(keywords, **more), x, y, weights(50)))
    same(*both(name, dict(keywords, **more), x, y))
    same(*both(name, dict(keywords, **more), x, y[:, 0], weights(50)))


def test_rank_and_singular_values():
    for x, y in ODD.values():
        ours, theirs = both("LinearRegression", {}, x, y)
        assert ours.rank_ == theirs.rank_
        close(ours.singular_[:ours.rank_], theirs.singular_[:theirs.rank_])
        assert len(ours.singular_) == len(theirs.singular_)


def test_tol_of_least_squares_cuts_small_singular_values():
    x, y = numbers(40, 4)
    x[:, 3] = x[:, 2] + 1e-4 * x[:, 3]
    ours, theirs = both("LinearRegression", {"tol": 1e-2}, x, y)
    assert ours.rank_ == theirs.rank_ == 3
    same(ours, theirs)
    assert ml.LinearRegression().fit(x, y).rank_ == 4


def test_no_weight_is_negative_where_that_is_asked():
    x, y = numbers(50, 8, seed=3)
    for name, keywords in [("LinearRegression", {}), ("Ridge", {"tol": 1e-12}), ("Lasso", {"alpha": 0.01}),
                           ("ElasticNet", {"alpha": 0.01})]:
        ours, theirs = both(name, dict(keywords, positive=True), x, y)
        assert (ours.coef_ >= 0).all() and (ours.coef_ == 0).any()
        same(ours, theirs, rtol=1e-5)


@pytest.mark.parametrize("solver", ["auto", "svd", "cholesky", "lsqr", "sparse_cg", "sag", "saga"])
@pytest.mark.parametrize("shape", [(50, 6), (10, 25)])
def test_all_solvers_of_ridge_have_one_minimum(solver, shape):
    x, y = numbers(*shape)
    theirs = peer.Ridge(0.7).fit(x, y)
    ours = ml.Ridge(0.7, solver=solver, tol=1e-12).fit(x, y)
    same(ours, theirs)
    assert ours.solver_ == ("cholesky" if solver == "auto" else solver)


def test_iterations_of_ridge_stop_where_the_peers_do():
    x, y = numbers(60, 8)
    for keywords in [{"tol": 1e-1}, {"max_iter": 2}, {}]:
        ours, theirs = both("Ridge", dict(keywords, solver="lsqr"), x, y)
        assert ours.n_iter_.tolist() == theirs.n_iter_.tolist()
        same(ours, theirs)
    few = quiet(ml.Ridge(solver="sparse_cg", max_iter=1).fit, x, y)
    assert not hasattr(few, "n_iter_")
    assert not np.allclose(few.coef_, ml.Ridge().fit(x, y).coef_)
    with pytest.warns(UserWarning, match="did not converge"):
        ml.Ridge(solver="sparse_cg", max_iter=1).fit(x, y)


def test_one_penalty_for_each_target():
    x, y = numbers(50, 5, outputs=2)
    same(*both("Ridge", {"alpha": [0.1, 30.0]}, x, y))
    with pytest.raises(ml.MlError, match="one for each of the 2 targets, got 3"):
        ml.Ridge([1.0, 2.0, 3.0]).fit(x, y)


@pytest.mark.parametrize("name, keywords", SQUARES)
@pytest.mark.parametrize("more", [{}, {"fit_intercept": False}])
def test_sparse_is_the_same_as_dense(name, keywords, more):
    x, y = numbers(60, 12, outputs=2)
    x[np.abs(x) < 1.0] = 0
    made = getattr(ml, name)(**keywords, **more)
    for w in (None, weights(60)):
        dense = made.fit(x, y, w)
        coef, answers = dense.coef_.copy(), dense.predict(x)
        thin = getattr(ml, name)(**keywords, **more).fit(sparse.csr_matrix(x), y, w)
        close(thin.coef_, coef)
        close(thin.predict(sparse.csr_matrix(x)), answers)


def test_large_sparse_data_stay_sparse():
    x = sparse.random(300, 3000, density=0.01, random_state=0, format="csr")
    y = x @ np.linspace(-1, 1, 3000)
    close(ml.Ridge(0.5).fit(x, y).predict(x), peer.Ridge(0.5, tol=1e-12).fit(x, y).predict(x))
    close(ml.LinearRegression(tol=1e-12).fit(x, y).predict(x), y)
    same(ml.Lasso(0.001).fit(x, y), peer.Lasso(0.001).fit(x.tocsc(), y))


@pytest.mark.parametrize("name", ["Lasso", "ElasticNet"])
def test_coordinate_descent_takes_the_same_rounds(name):
    x, y = datasets.load_diabetes(return_X_y=True)
    for keywords in [{"alpha": 0.1}, {"alpha": 0.1, "precompute": True}, {"alpha": 0.1, "tol": 1e-7}, {"alpha": 1e4},
                     {"alpha": 0.5, "tol": 1e-12}]:
        ours, theirs = both(name, keywords, x, y)
        assert ours.n_iter_ == theirs.n_iter_
        same(ours, theirs)
        assert ours.dual_gap_ == pytest.approx(theirs.dual_gap_, rel=1e-4, abs=1e-9)


def test_a_given_matrix_of_products_is_used_or_refused():
    x, y = numbers(50, 5)
    x, y = x - x.mean(axis=0), y - y.mean()
    plain = ml.Lasso(0.01).fit(x, y)
    close(ml.Lasso(0.01, precompute=x.T @ x).fit(x, y).coef_, plain.coef_)
    close(ml.Lasso(0.01, precompute="auto").fit(x, y).coef_, plain.coef_)
    with pytest.raises(ml.MlError, match="precompute: is not X'X of x"):
        ml.Lasso(0.01, precompute=np.eye(5)).fit(x, y)
    with pytest.raises(ml.MlError, match="precompute: expected a matrix of 5 x 5, got 4 x 4"):
        ml.Lasso(0.01, precompute=np.eye(4)).fit(x, y)
    with pytest.raises(ml.MlError, match="precompute"):
        ml.Lasso(0.01, precompute="never").fit(x, y)


def test_steps_by_chance_lead_to_the_same_minimum():
    x, y = datasets.load_diabetes(return_X_y=True)
    cyclic = ml.Lasso(0.1, tol=1e-9).fit(x, y)
    for seed in range(3):
        same(ml.Lasso(0.1, tol=1e-9, selection="random", random_state=seed, max_iter=100000).fit(x, y), cyclic, rtol=1e-4)
    one, two = (ml.Lasso(0.1, selection="random", random_state=s).fit(x, y) for s in (1, 1))
    assert (one.coef_ == two.coef_).all()


def test_warm_start_goes_on_from_the_former_weights():
    x, y = datasets.load_diabetes(return_X_y=True)
    model = ml.Lasso(0.1, warm_start=True).fit(x, y)
    assert model.n_iter_ > 1
    assert model.fit(x, y).n_iter_ <= 1
    assert ml.Lasso(0.1).fit(x, y).fit(x, y).n_iter_ > 1


def test_too_few_rounds_warn():
    x, y = datasets.load_diabetes(return_X_y=True)
    with pytest.warns(UserWarning, match="did not converge"):
        ml.Lasso(0.01, max_iter=1).fit(x, y)


@pytest.mark.parametrize("model, message", [
    (lambda: ml.Ridge(-1.0), "alpha"),
    (lambda: ml.Ridge("strong"), "alpha"),
    (lambda: ml.Lasso(-0.5), "alpha"),
    (lambda: ml.ElasticNet(1.0, 1.5), "l1_ratio"),
    (lambda: ml.ElasticNet(1.0, -0.1), "l1_ratio"),
    (lambda: ml.Lasso(tol=-1.0), "tol"),
    (lambda: ml.Lasso(max_iter=0), "max_iter"),
    (lambda: ml.Ridge(max_iter=0), "max_iter"),
    (lambda: ml.Ridge(solver="lbfgs"), "solver"),
    (lambda: ml.Ridge(solver="svd", positive=True), "solver"),
])
def test_parameters_out_of_range_are_named(model, message):
    x, y = numbers(20, 3)
    with pytest.raises(ml.MlError, match=f"invalid parameter `{message}`"):
        model().fit(x, y)


def test_unknown_words_are_refused_at_once():
    with pytest.raises(ValueError, match="solver"):
        ml.Ridge(solver="magic")
    with pytest.raises(ValueError, match="selection"):
        ml.Lasso(selection="best")


# ---- RidgeClassifier

@pytest.mark.parametrize("data", ["load_iris", "load_wine", "load_breast_cancer", "load_digits"])
def test_ridge_classifier(data):
    x, y = getattr(datasets, data)(return_X_y=True)
    for keywords in [{}, {"alpha": 10.0}, {"fit_intercept": False}, {"class_weight": "balanced"}]:
        ours, theirs = both("RidgeClassifier", keywords, x, y, weights(len(y)))
        same(ours, theirs, rtol=1e-5)
        assert (ours.predict(x) == theirs.predict(x)).all()
        close(ours.decision_function(x), theirs.decision_function(x), rtol=1e-5)


@pytest.mark.parametrize("classes", [2, 3])
def test_class_weights(classes):
    x, y = labels(classes=classes)
    for weight in [{0: 3.0, 1: 0.2}, {0: 2, 1: 1, 2: 0.5}, {1.0: 5.0}]:
        weight = {k: v for k, v in weight.items() if k < classes}
        same(*both("RidgeClassifier", {"class_weight": weight}, x, y))
    words = np.array(["ape", "bee", "cat"])[y.astype(int)]
    same(*both("RidgeClassifier", {"class_weight": {"ape": 4.0, "bee": 0.5}}, x, words))


def test_class_weights_that_mean_nothing_are_refused():
    x, y = labels()
    with pytest.raises(ml.MlError, match="labels that occur"):
        ml.RidgeClassifier(class_weight={7: 1.0}).fit(x, y)
    with pytest.raises(ml.MlError, match="class_weight"):
        ml.RidgeClassifier(class_weight={0: -1.0}).fit(x, y)
    with pytest.raises(ml.MlError, match="class_weight"):
        ml.RidgeClassifier(class_weight="fair").fit(x, y)
