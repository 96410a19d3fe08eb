"""HistGradientBoostingRegressor and HistGradientBoostingClassifier beside scikit-learn: the same trees where no two
splits are equally good."""

import pickle

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
peer = pytest.importorskip("sklearn.ensemble")

ROWS = 800
ROUNDS = 15


def data(missing=0.0):
    draw = np.random.default_rng(0)
    x = draw.normal(size=(ROWS, 6))
    y = 3 * x[:, 0] + np.sin(3 * x[:, 1]) + x[:, 2] * x[:, 3] + 0.3 * draw.normal(size=ROWS)
    if missing:
        x[draw.random(x.shape) < missing] = np.nan
    return x, y, draw.uniform(0.1, 2, ROWS)


def pair(kind, **keywords):
    keywords = {"max_iter": ROUNDS, **keywords}
    theirs = getattr(peer, kind)(**{"max_depth": 6, **keywords})
    return getattr(ml, kind)(**keywords), theirs


def same(kind, x, y, weights=None, **keywords):
    ours, theirs = pair(kind, **keywords)
    ours.fit(x, y, sample_weight=weights)
    theirs.fit(x, y, sample_weight=weights)
    np.testing.assert_allclose(ours.predict(x), theirs.predict(x), rtol=1e-6, atol=1e-9)
    assert ours.n_iter_ == theirs.n_iter_
    assert ours.n_trees_per_iteration_ == theirs.n_trees_per_iteration_
    return ours, theirs


@pytest.mark.parametrize("missing", [0.0, 0.1])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "gamma", "poisson", "quantile"])
def test_losses(loss, weighted, missing):
    x, y, weights = data(missing)
    y = np.exp(y / 3) if loss in ("gamma", "poisson") else y
    quantile = 0.7 if loss == "quantile" else None
    same("HistGradientBoostingRegressor", x, y, weights if weighted else None, loss=loss, quantile=quantile)


RULES = [
    {"max_bins": 10},
    {"max_leaf_nodes": None, "min_samples_leaf": 8},
    {"max_leaf_nodes": 5, "max_depth": None},
    {"max_depth": 2},
    {"l2_regularization": 3.0},
    {"min_samples_leaf": 100},
    {"learning_rate": 0.3},
    {"monotonic_cst": [1, 0, 0, -1, 0, 0]},
    {"interaction_cst": [[0, 1], [1, 2, 3]]},
    {"interaction_cst": "pairwise"},
    {"interaction_cst": "no_interactions"},
    {"early_stopping": True, "validation_fraction": None, "n_iter_no_change": 2, "tol": 0.2},
    {"early_stopping": True, "validation_fraction": None, "scoring": "r2", "n_iter_no_change": 2, "tol": 0.1},
    {"early_stopping": True, "validation_fraction": None, "scoring": "neg_mean_absolute_error"},
]


@pytest.mark.parametrize("rules", RULES, ids=str)
def test_rules(rules):
    x, y, _ = data(0.05)
    ours, theirs = same("HistGradientBoostingRegressor", x, y, **rules)
    plain, _ = pair("HistGradientBoostingRegressor")
    if "early_stopping" not in rules:
        assert np.abs(ours.predict(x) - plain.fit(x, y).predict(x)).max() > 1e-6
    else:
        assert ours.do_early_stopping_
        np.testing.assert_allclose(ours.train_score_, theirs.train_score_, rtol=1e-6)
        assert len(ours.validation_score_) == 0


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("classes", [2, 3])
def test_classifier(classes, weighted):
    x, y, weights = data(0.1)
    labels = np.digitize(y, [0] if classes == 2 else [0, 2])
    ours, theirs = same("HistGradientBoostingClassifier", x, labels, weights if weighted else None)
    np.testing.assert_allclose(ours.predict_proba(x), theirs.predict_proba(x), rtol=1e-6)
    np.testing.assert_allclose(ours.decision_function(x), theirs.decision_function(x), rtol=1e-6, atol=1e-9)
    for ask in ("staged_predict", "staged_predict_proba", "staged_decision_function"):
        mine, rival = list(getattr(ours, ask)(x)), list(getattr(theirs, ask)(x))
        assert len(mine) == len(rival) == ROUNDS
        np.testing.assert_allclose(mine[4], rival[4], rtol=1e-6, atol=1e-9)
        np.testing.assert_array_equal(mine[-1], getattr(ours, ask.removeprefix("staged_"))(x))


@pytest.mark.parametrize("weights", ["balanced", {0: 3.0, 1: 1.0}])
def test_class_weight(weights):
    x, y, _ = data()
    labels = np.where(y > 1.5, 1, 0)
    ours, theirs = same_labels(x, labels, class_weight=weights)
    np.testing.assert_allclose(ours.predict_proba(x), theirs.predict_proba(x), rtol=1e-6)


def same_labels(x, labels, **keywords):
    ours, theirs = pair("HistGradientBoostingClassifier", **keywords)
    ours.fit(x, labels)
    theirs.fit(x, labels)
    assert list(ours.predict(x)) == list(theirs.predict(x))
    return ours, theirs


@pytest.mark.parametrize("columns", [[2, 4], [False, False, True, False, True, False]])
def test_categories(columns):
    x, y, _ = data(0.05)
    draw = np.random.default_rng(1)
    x[:, 4], x[:, 2] = draw.integers(0, 12, ROWS), draw.integers(-3, 4, ROWS)
    y = y + 3 * np.isin(x[:, 4], [1, 5, 7]) + (x[:, 2] == 0)
    x[::17, 4] = np.nan
    ours, theirs = same("HistGradientBoostingRegressor", x, y, categorical_features=columns)
    np.testing.assert_array_equal(ours.is_categorical_, theirs.is_categorical_)
    unseen = x[:50].copy()
    unseen[:, 4] = 77
    np.testing.assert_allclose(ours.predict(unseen), theirs.predict(unseen), rtol=1e-6)
    again = pickle.loads(pickle.dumps(ours))
    np.testing.assert_array_equal(again.predict(unseen), ours.predict(unseen))


def test_categories_by_name():
    pandas = pytest.importorskip("pandas")
    x, y, _ = data()
    x[:, 1] = np.round(x[:, 1] * 2)
    frame = pandas.DataFrame(x, columns=list("abcdef"))
    ours = ml.HistGradientBoostingRegressor(max_iter=5, categorical_features=["b"]).fit(frame, y)
    by_number = ml.HistGradientBoostingRegressor(max_iter=5, categorical_features=[1]).fit(x, y)
    np.testing.assert_array_equal(ours.predict(frame), by_number.predict(x))
    rising = ml.HistGradientBoostingRegressor(max_iter=5, monotonic_cst={"a": -1}).fit(frame, y)
    assert rising.score(frame, y) < by_number.score(x, y)


def test_stops_early_by_rows_set_aside():
    x, y, _ = data()
    keywords = {"early_stopping": True, "n_iter_no_change": 3, "learning_rate": 0.5, "random_state": 0}
    ours = ml.HistGradientBoostingRegressor(max_iter=200, **keywords).fit(x, y)
    assert 3 <= ours.n_iter_ < 200
    assert len(ours.train_score_) == len(ours.validation_score_) == ours.n_iter_ + 1
    assert ours.validation_score_[-4] >= ours.validation_score_[-3:].max() - 1e-7
    assert ours.score(x, y) > 0.8
    counted = ml.HistGradientBoostingClassifier(max_iter=50, **keywords, validation_fraction=100, scoring=None)
    counted.fit(x, y > 0)
    assert 0.8 < counted.validation_score_[-1] <= 1 and counted.score(x, y > 0) > 0.9
    assert not ml.HistGradientBoostingRegressor(max_iter=2).fit(x, y).do_early_stopping_


def test_warm_start():
    x, y, _ = data(0.1)
    whole = ml.HistGradientBoostingRegressor(max_iter=12, random_state=0).fit(x, y)
    parts = ml.HistGradientBoostingRegressor(max_iter=5, random_state=0, warm_start=True).fit(x, y)
    parts.set_params(max_iter=12).fit(x, y)
    assert parts.n_iter_ == 12
    np.testing.assert_allclose(parts.predict(x), whole.predict(x), rtol=1e-9)
    with pytest.raises(ml.MlError, match="max_iter=3"):
        parts.set_params(max_iter=3).fit(x, y)


def test_some_features():
    x, y, _ = data()
    all_of_them = ml.HistGradientBoostingRegressor(max_iter=20).fit(x, y)
    some = ml.HistGradientBoostingRegressor(max_iter=20, max_features=0.4, random_state=1)
    first = some.fit(x, y).predict(x)
    np.testing.assert_array_equal(first, some.fit(x, y).predict(x))
    assert np.abs(first - all_of_them.predict(x)).max() > 1e-3
    assert some.score(x, y) > 0.7


def test_many_rows_are_sampled_for_bins():
    draw = np.random.default_rng(2)
    x = draw.normal(size=(210_000, 2))
    y = x[:, 0] + (x[:, 1] > 0.5)
    ours = ml.HistGradientBoostingRegressor(max_iter=10, learning_rate=0.5, early_stopping=False, random_state=3)
    assert ours.fit(x, y).score(x, y) > 0.98


def test_few_rows_and_constant_columns():
    x = np.zeros((30, 2))
    ours = ml.HistGradientBoostingRegressor(max_iter=3).fit(x, np.arange(30.0))
    np.testing.assert_allclose(ours.predict(x), 14.5)
    nothing = np.full((60, 1), np.nan)
    np.testing.assert_allclose(ml.HistGradientBoostingRegressor(max_iter=2).fit(nothing, np.ones(60)).predict(nothing), 1)


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"max_bins": 1}, "max_bins"),
        ({"max_bins": 256}, "max_bins"),
        ({"loss": "quantile"}, "quantile"),
        ({"scoring": "accuracy"}, "scoring"),
        ({"early_stopping": "maybe"}, "early_stopping"),
        ({"categorical_features": [9]}, "categorical_features"),
        ({"monotonic_cst": [2, 0, 0, 0, 0, 0]}, "monotonic_cst"),
        ({"monotonic_cst": [1]}, "monotonic_cst"),
        ({"interaction_cst": [[0, 9]]}, "interaction_cst"),
        ({"loss": "gamma"}, "gamma"),
    ],
)
def test_refused(keywords, message):
    x, y, _ = data()
    with pytest.raises((ml.MlError, ValueError), match=message):
        ml.HistGradientBoostingRegressor(**keywords).fit(x, y)
