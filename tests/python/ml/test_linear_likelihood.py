"""Logistic regression and generalised linear models beside scikit-learn, whose solvers are made exact by tol."""

import numpy as np
import pytest
from linear_data import close, labels, numbers, quiet, same, weights

ml = pytest.importorskip("kailash.ml")
peer = pytest.importorskip("sklearn.linear_model")
datasets = pytest.importorskip("sklearn.datasets")
sparse = pytest.importorskip("scipy.sparse")


def exact(x, y, w=None, **keywords):
    return quiet(peer.LogisticRegression(solver="newton-cholesky", tol=1e-14, max_iter=1000, **keywords).fit, x, y, w)


@pytest.mark.parametrize("data", ["load_iris", "load_wine", "load_breast_cancer"])
def test_known_data(data):
    x, y = getattr(datasets, data)(return_X_y=True)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    ours, theirs = ml.LogisticRegression().fit(x, y), exact(x, y)
    same(ours, theirs, rtol=1e-5)
    close(ours.predict_proba(x), theirs.predict_proba(x))
    close(ours.predict_log_proba(x), theirs.predict_log_proba(x), rtol=1e-5)
    close(ours.decision_function(x), theirs.decision_function(x), rtol=1e-5)
    assert (ours.predict(x) == theirs.predict(x)).all()


@pytest.mark.parametrize("classes", [2, 3, 4])
@pytest.mark.parametrize("keywords", [{}, {"C": 0.05}, {"fit_intercept": False}, {"class_weight": "balanced"},
                                      {"class_weight": {0: 3.0, 1: 0.5}}])
def test_parameters_and_weights(classes, keywords):
    x, y = labels(80, 5, classes)
    for w in (None, weights(80)):
        ours, theirs = ml.LogisticRegression(tol=1e-8, **keywords).fit(x, y, w), exact(x, y, w, **keywords)
        same(ours, theirs)
        close(ours.predict_proba(x), theirs.predict_proba(x))


def test_c_has_two_names():
    x, y = labels()
    model = ml.LogisticRegression(0.3)
    assert model.get_params()["C"] == model.get_params()["c"] == 0.3
    close(model.fit(x, y).coef_, ml.LogisticRegression(C=0.3).fit(x, y).coef_)


@pytest.mark.parametrize("solver", ["lbfgs", "newton-cg", "newton-cholesky", "sag", "saga"])
@pytest.mark.parametrize("classes", [2, 3])
def test_all_solvers_have_one_minimum(solver, classes):
    x, y = labels(classes=classes)
    same(ml.LogisticRegression(solver=solver, tol=1e-8).fit(x, y), exact(x, y))


def test_without_a_penalty():
    x, y = labels(200, 3, 2)
    theirs = exact(x, y, C=np.inf)
    for keywords in [{"C": float("inf")}, {"penalty": None}]:
        same(ml.LogisticRegression(tol=1e-8, **keywords).fit(x, y), theirs)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("ratio", [1.0, 0.4])
def test_penalties_of_absolute_values(classes, ratio):
    x, y = labels(90, 8, classes)
    theirs = quiet(peer.LogisticRegression(C=0.2, l1_ratio=ratio, solver="saga", tol=1e-10, max_iter=50000,
                                           random_state=0).fit, x, y)
    penalty = "l1" if ratio == 1 else "elasticnet"
    for keywords in [{}, {"penalty": penalty}]:
        ours = ml.LogisticRegression(0.2, l1_ratio=ratio, solver="saga", tol=1e-8, **keywords).fit(x, y)
        same(ours, theirs, rtol=1e-4)
        assert ((ours.coef_ == 0) == (theirs.coef_ == 0)).all()


@pytest.mark.parametrize("keywords", [{}, {"intercept_scaling": 4.0}, {"l1_ratio": 1.0, "C": 0.3},
                                      {"l1_ratio": 1.0, "C": 0.3, "intercept_scaling": 4.0}, {"dual": True}])
def test_liblinear_penalises_the_constant(keywords):
    x, y = labels(90, 5, 2)
    x += 1.0
    w = weights(90)
    theirs = quiet(peer.LogisticRegression(solver="liblinear", tol=1e-10, max_iter=100000, random_state=0, **keywords).fit,
                   x, y, w)
    ours = ml.LogisticRegression(solver="liblinear", tol=1e-8, **keywords).fit(x, y, w)
    same(ours, theirs, rtol=1e-5)
    assert abs(ours.intercept_[0] - ml.LogisticRegression(C=keywords.get("C", 1.0)).fit(x, y, w).intercept_[0]) > 1e-3


@pytest.mark.parametrize("solver, more, message", [
    ("lbfgs", {"l1_ratio": 1.0}, "solver"), ("liblinear", {"l1_ratio": 0.5}, "solver"),
    ("liblinear", {"penalty": None}, "solver"), ("lbfgs", {"dual": True}, "dual"), ("liblinear", {}, "solver"),
    ("lbfgs", {"C": 0.0}, "c"), ("lbfgs", {"C": -1.0}, "c"), ("lbfgs", {"tol": -1.0}, "tol"),
    ("saga", {"l1_ratio": 2.0}, "l1_ratio"), ("liblinear", {"intercept_scaling": 0.0}, "intercept_scaling"),
])
def test_what_cannot_be_is_refused(solver, more, message):
    x, y = labels(classes=3)
    with pytest.raises(ml.MlError, match=f"invalid parameter `{message}`"):
        ml.LogisticRegression(solver=solver, **more).fit(x, y)


def test_one_class_is_refused():
    with pytest.raises(ml.MlError, match="one class"):
        ml.LogisticRegression().fit(np.ones((4, 2)), np.zeros(4))


@pytest.mark.parametrize("classes", [2, 3])
def test_sparse_is_the_same_as_dense(classes):
    x, y = labels(90, 8, classes)
    x[np.abs(x) < 0.8] = 0
    thin = sparse.csr_matrix(x)
    for keywords in [{}, {"solver": "saga", "l1_ratio": 1.0}]:
        dense, found = (ml.LogisticRegression(0.5, tol=1e-8, **keywords).fit(form, y) for form in (x, thin))
        close(found.coef_, dense.coef_)
        close(found.predict_proba(thin), dense.predict_proba(x))


def test_many_features():
    """More parameters than Newton's method takes."""
    x = sparse.random(200, 700, density=0.05, random_state=0, format="csr")
    y = (np.asarray(x.sum(axis=1)).ravel() > 17).astype(float)
    same(quiet(ml.LogisticRegression(tol=1e-7, max_iter=2000).fit, x, y),
         quiet(peer.LogisticRegression(tol=1e-9, max_iter=5000).fit, x, y), rtol=1e-3)
    wide = sparse.random(100, 1500, density=0.05, random_state=1, format="csr")
    z = (wide[:, 0].toarray().ravel() + wide[:, 1].toarray().ravel() > 0).astype(float)
    keywords = {"C": 2.0, "l1_ratio": 1.0}
    ours = quiet(ml.LogisticRegression(solver="saga", tol=1e-8, max_iter=20000, **keywords).fit, wide, z)
    theirs = quiet(peer.LogisticRegression(solver="saga", tol=1e-9, max_iter=20000, random_state=0, **keywords).fit, wide, z)
    close(ours.predict_proba(wide), theirs.predict_proba(wide), rtol=1e-3)


def test_warm_start_and_iterations():
    x, y = datasets.load_wine(return_X_y=True)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    model = ml.LogisticRegression(warm_start=True).fit(x, y)
    assert model.n_iter_[0] > 3
    assert model.fit(x, y).n_iter_[0] <= 2
    with pytest.warns(UserWarning, match="did not converge"):
        ml.LogisticRegression(max_iter=1).fit(x, y)


def test_labels_may_be_words():
    x, y = labels()
    words = np.array(["ape", "bee", "cat"])[y.astype(int)]
    model = ml.LogisticRegression().fit(x, words)
    assert list(model.classes_) == ["ape", "bee", "cat"]
    assert set(model.predict(x)) <= set(words)


# ---- generalised linear models

def counts(rows=120, columns=4, seed=0):
    x, y = numbers(rows, columns, seed)
    return x * 0.3, np.random.default_rng(seed).poisson(np.exp((y - y.mean()) / y.std() * 0.7)).astype(float)


GLM = [("PoissonRegressor", {}, 0.0), ("PoissonRegressor", {"alpha": 0.01}, 0.0), ("GammaRegressor", {}, 0.5),
       ("TweedieRegressor", {}, -1.0), ("TweedieRegressor", {"power": 1.5}, 0.0), ("TweedieRegressor", {"power": 3.0}, 0.5),
       ("TweedieRegressor", {"power": 2, "link": "log"}, 0.5), ("TweedieRegressor", {"power": 0, "link": "log"}, 0.5),
       ("TweedieRegressor", {"power": 1, "link": "identity", "alpha": 10.0}, 3.0),
       ("TweedieRegressor", {"power": -0.5, "alpha": 10.0}, 3.0)]


@pytest.mark.parametrize("name, keywords, shift", GLM)
def test_generalised_models(name, keywords, shift):
    x, y = counts()
    for w, more in [(None, {}), (weights(120), {}), (None, {"fit_intercept": False})]:
        if more and keywords.get("power", 1) < 1 or keywords.get("link") == "identity" and more:
            continue
        ours = quiet(getattr(ml, name)(tol=1e-8, **keywords, **more).fit, x, y + shift, w)
        theirs = quiet(getattr(peer, name)(tol=1e-10, max_iter=10000, **keywords, **more).fit, x, y + shift, w)
        same(ours, theirs, rtol=1e-4)
        close(ours.predict(x), theirs.predict(x), rtol=1e-5)


def test_both_scores():
    x, y = counts()
    for name, shift in [("PoissonRegressor", 0.0), ("GammaRegressor", 0.5), ("TweedieRegressor", 0.0)]:
        ours = getattr(ml, name)(alpha=0.1, tol=1e-8).fit(x, y + shift)
        theirs = getattr(peer, name)(alpha=0.1, tol=1e-10, max_iter=10000).fit(x, y + shift)
        w = weights(120)
        assert ours.score(x, y + shift, w, metric="d2") == pytest.approx(theirs.score(x, y + shift, w), abs=1e-6)
        p = ours.predict(x)
        plain = 1 - ((y + shift - p) ** 2).sum() / ((y - y.mean()) ** 2).sum()
        assert ours.score(x, y + shift) == pytest.approx(plain)


@pytest.mark.parametrize("name, keywords, y", [
    ("PoissonRegressor", {}, [1.0, -0.5, 2.0]), ("GammaRegressor", {}, [1.0, 0.0, 2.0]),
    ("TweedieRegressor", {"power": 3.0}, [1.0, 0.0, 2.0]), ("TweedieRegressor", {"link": "log"}, [-1.0, -2.0, -1.0])])
def test_targets_out_of_range_are_refused(name, keywords, y):
    with pytest.raises(ml.MlError, match="y must"):
        getattr(ml, name)(**keywords).fit(np.arange(6.0).reshape(3, 2), np.array(y))


def test_generalised_models_go_on_and_take_sparse_data():
    x, y = counts()
    model = ml.PoissonRegressor(warm_start=True).fit(x, y)
    assert model.n_iter_ > 2 and model.fit(x, y).n_iter_ <= 2
    x[np.abs(x) < 0.2] = 0
    same(ml.PoissonRegressor(solver="newton-cholesky").fit(sparse.csr_matrix(x), y), ml.PoissonRegressor().fit(x, y))
    with pytest.warns(UserWarning, match="did not converge"):
        ml.PoissonRegressor(max_iter=1).fit(x, y)
    with pytest.raises(ml.MlError, match="alpha"):
        ml.GammaRegressor(-1.0).fit(x, y + 1)
