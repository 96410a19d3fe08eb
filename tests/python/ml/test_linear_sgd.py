"""Stochastic gradients beside scikit-learn: the same steps without shuffling, the same quality with it."""

import numpy as np
import pytest
from linear_data import close, labels, numbers, quiet, weights

ml = pytest.importorskip("kailash.ml")
peer = pytest.importorskip("sklearn.linear_model")
datasets = pytest.importorskip("sklearn.datasets")
sparse = pytest.importorskip("scipy.sparse")

CLASSIFIER = [
    {}, {"loss": "log_loss"}, {"loss": "modified_huber"}, {"loss": "squared_hinge"}, {"loss": "perceptron"},
    {"loss": "squared_error"}, {"loss": "huber", "epsilon": 0.3}, {"loss": "epsilon_insensitive"},
    {"loss": "squared_epsilon_insensitive", "learning_rate": "constant"}, {"penalty": "l1"}, {"penalty": "elasticnet", "l1_ratio": 0.4},
    {"penalty": None}, {"average": True}, {"average": 50}, {"fit_intercept": False}, {"class_weight": "balanced"},
    {"class_weight": {0: 2.0, 1: 0.5}}, {"learning_rate": "constant", "eta0": 0.05},
    {"learning_rate": "invscaling", "eta0": 0.5, "power_t": 0.3}, {"learning_rate": "adaptive", "eta0": 0.1},
    {"learning_rate": "pa1", "eta0": 0.5}, {"learning_rate": "pa2", "eta0": 0.5}]
REGRESSOR = [
    {}, {"loss": "huber", "epsilon": 0.5}, {"loss": "epsilon_insensitive"}, {"loss": "squared_epsilon_insensitive"},
    {"penalty": "l1", "alpha": 0.01}, {"average": True}, {"learning_rate": "optimal", "alpha": 0.1},
    {"learning_rate": "adaptive"}, {"power_t": 0.5}, {"eta0": 0.001},
    {"loss": "epsilon_insensitive", "learning_rate": "pa1", "eta0": 0.1}]


def both(name, x, y, keywords, w=None):
    keywords = dict({"alpha": 0.05, "tol": None, "max_iter": 6, "shuffle": False}, **keywords)
    return tuple(quiet(getattr(side, name)(**keywords).fit, x, y, sample_weight=w) for side in (ml, peer))


@pytest.mark.parametrize("keywords", CLASSIFIER)
@pytest.mark.parametrize("classes", [2, 3])
def test_steps_of_classifiers(keywords, classes):
    if classes == 3 and isinstance(keywords.get("class_weight"), dict):
        keywords = {"class_weight": {0: 2.0, 1: 0.5, 2: 1.0}}
    x, y = labels(80, 5, classes)
    for form, w in [(x, None), (x, weights(80)), (sparse.csr_matrix(np.where(np.abs(x) < 0.7, 0, x)), None)]:
        ours, theirs = both("SGDClassifier", form, y, keywords, w)
        close(ours.coef_, theirs.coef_)
        close(ours.intercept_, theirs.intercept_)
        assert (ours.n_iter_, ours.t_) == (theirs.n_iter_, theirs.t_)
        assert (ours.predict(form) == theirs.predict(form)).all()


@pytest.mark.parametrize("keywords", REGRESSOR)
def test_steps_of_regressors(keywords):
    x, y = numbers(80, 5)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    ours, theirs = both("SGDRegressor", x, y, keywords, weights(80))
    close(ours.coef_, theirs.coef_)
    close(ours.intercept_, theirs.intercept_)
    close(ours.predict(x), theirs.predict(x))


@pytest.mark.parametrize("keywords", [{}, {"eta0": 0.1}, {"penalty": "l2"}, {"fit_intercept": False},
                                      {"class_weight": "balanced"}])
def test_steps_of_the_perceptron(keywords):
    x, y = labels(80, 5, 3)
    ours, theirs = both("Perceptron", x, y, keywords)
    close(ours.coef_, theirs.coef_)
    close(ours.intercept_, theirs.intercept_)
    assert not hasattr(ours, "predict_proba") or pytest.raises(AttributeError, ours.predict_proba, x)


def test_when_it_stops():
    x, y = labels(80, 5, 2)
    for keywords in [{}, {"loss": "log_loss"}, {"n_iter_no_change": 2}, {"tol": 0.05}]:
        ours, theirs = both("SGDClassifier", x, y, dict({"tol": 1e-3, "max_iter": 1000}, **keywords))
        assert ours.n_iter_ == theirs.n_iter_
    with pytest.warns(UserWarning, match="increase max_iter"):
        ml.SGDClassifier(max_iter=2, random_state=0).fit(x, y)


@pytest.mark.parametrize("data", ["load_iris", "load_breast_cancer"])
@pytest.mark.parametrize("keywords", [{}, {"loss": "log_loss"}, {"early_stopping": True}, {"average": True},
                                      {"penalty": "l1"}])
def test_shuffled_quality(data, keywords):
    x, y = getattr(datasets, data)(return_X_y=True)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    ours, theirs = (np.mean([quiet(side.SGDClassifier(random_state=s, alpha=0.01, **keywords).fit, x, y).score(x, y)
                             for s in range(10)]) for side in (ml, peer))
    assert ours > theirs - 0.03


def test_shuffled_regression():
    x, y = datasets.load_diabetes(return_X_y=True)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    for keywords in [{}, {"early_stopping": True, "validation_fraction": 0.2}]:
        ours, theirs = (np.mean([quiet(side.SGDRegressor(random_state=s, **keywords).fit, x, y).score(x, y)
                                 for s in range(5)]) for side in (ml, peer))
        assert ours > theirs - 0.02


def test_a_seed_repeats_and_another_differs():
    x, y = labels()
    one, two, other = (quiet(ml.SGDClassifier(random_state=s, max_iter=3, tol=None).fit, x, y).coef_ for s in (1, 1, 2))
    assert (one == two).all() and (one != other).any()
    first, again = (quiet(ml.Perceptron().fit, x, y).coef_ for _ in range(2))
    assert (first == again).all()


def test_learning_in_parts():
    x, y = labels(90, 5, 3)
    ours, theirs = (side.SGDClassifier(alpha=0.1, shuffle=False) for side in (ml, peer))
    for part in range(3):
        rows = slice(30 * part, 30 * part + 30)
        for model in (ours, theirs):
            model.partial_fit(x[rows], y[rows], classes=np.unique(y))
        close(ours.coef_, theirs.coef_)
        assert ours.t_ == theirs.t_
    x, y = numbers(90, 5)
    ours, theirs = (side.SGDRegressor(shuffle=False, average=20) for side in (ml, peer))
    for part in range(3):
        rows = slice(30 * part, 30 * part + 30)
        for model in (ours, theirs):
            model.partial_fit(x[rows], y[rows])
        close(ours.predict(x), theirs.predict(x))


def test_warm_start():
    x, y = labels(80, 5, 2)
    ours, theirs = (side.SGDClassifier(alpha=0.1, shuffle=False, warm_start=True, max_iter=2, tol=None) for side in (ml, peer))
    for _ in range(3):
        close(ours.fit(x, y).coef_, theirs.fit(x, y).coef_)


def test_probabilities_where_the_loss_has_them():
    for classes in (2, 3):
        x, y = labels(80, 5, classes)
        for loss in ("log_loss", "modified_huber"):
            ours, theirs = both("SGDClassifier", x, y, {"loss": loss})
            close(ours.predict_proba(x), theirs.predict_proba(x))
    with pytest.raises(AttributeError):
        quiet(ml.SGDClassifier().fit, x, y).predict_proba(x)


@pytest.mark.parametrize("keywords, message", [
    ({"alpha": -1.0}, "alpha"), ({"alpha": 0.0}, "alpha"), ({"max_iter": 0}, "max_iter"), ({"eta0": 0.0}, "eta0"),
    ({"l1_ratio": 2.0}, "l1_ratio"), ({"penalty": "elasticnet", "l1_ratio": None}, "l1_ratio"),
    ({"learning_rate": "pa1", "loss": "log_loss"}, "loss"), ({"average": -3}, "average"),
    ({"validation_fraction": 1.0}, "validation_fraction"), ({"n_iter_no_change": 0}, "n_iter_no_change")])
def test_parameters_out_of_range_are_named(keywords, message):
    x, y = labels()
    with pytest.raises(ml.MlError, match=f"invalid parameter `{message}`"):
        ml.SGDClassifier(**keywords).fit(x, y)


def test_what_else_is_refused():
    x, y = labels()
    with pytest.raises(ValueError, match="loss"):
        ml.SGDClassifier("cross")
    with pytest.raises(ValueError, match="loss"):
        ml.SGDRegressor("hinge")
    with pytest.raises(ml.MlError, match="early_stopping"):
        ml.SGDClassifier(early_stopping=True).partial_fit(x, y, classes=[0.0, 1.0, 2.0])
    with pytest.raises(ml.MlError, match="class_weight"):
        ml.SGDClassifier(class_weight="balanced").partial_fit(x, y, classes=[0.0, 1.0, 2.0])
    with pytest.raises(ml.MlError, match="passed all bounds"):
        ml.SGDRegressor(learning_rate="constant", eta0=1e6).fit(x * 1e150, y)
