"""DartRegressor: plain gradient boosting where no tree is dropped, and what dropping does."""

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")

DRAW = np.random.default_rng(0)
X = DRAW.normal(size=(400, 5))
Y = 3 * X[:, 0] + np.sin(3 * X[:, 1]) + X[:, 2] * X[:, 3] + 0.2 * DRAW.normal(size=400)


def test_without_drops_it_is_gradient_boosting():
    ensemble = pytest.importorskip("sklearn.ensemble")
    keywords = {"n_estimators": 30, "max_depth": 2, "min_samples_leaf": 20}
    theirs = ensemble.GradientBoostingRegressor(random_state=0, **keywords).fit(X, Y)
    for never in ({"drop_rate": 0.0}, {"skip_drop": 1.0}):
        ours = ml.DartRegressor(**keywords, **never).fit(X, Y)
        np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-6, atol=1e-9)
        assert ours.train_score_[-1] == pytest.approx(np.mean((ours.predict(X) - Y) ** 2), rel=1e-6)


def test_all_trees_dropped_are_means():
    """A learning rate of 1, all dropped each round: every round fits the same first tree."""
    one = ml.DartRegressor(1, 1.0, 2).fit(X, Y)
    five = ml.DartRegressor(5, 1.0, 2, drop_rate=1.0, skip_drop=0.0).fit(X, Y)
    np.testing.assert_allclose(five.predict(X), one.predict(X), rtol=1e-6, atol=1e-9)


def test_learns():
    ours = ml.DartRegressor(200, 0.3, random_state=0).fit(X[:300], Y[:300])
    assert ours.score(X[300:], Y[300:]) > 0.7
    assert ours.feature_importances_.sum() == pytest.approx(1) and ours.feature_importances_.argmax() == 0
    again = ml.DartRegressor(200, 0.3, random_state=0).fit(X[:300], Y[:300])
    np.testing.assert_array_equal(ours.predict(X), again.predict(X))
    other = ml.DartRegressor(200, 0.3, random_state=1).fit(X[:300], Y[:300])
    assert np.abs(ours.predict(X) - other.predict(X)).max() > 1e-6
    assert ours.train_score_[-1] == pytest.approx(np.mean((ours.predict(X[:300]) - Y[:300]) ** 2), rel=1e-6)


def test_weights_count_rows():
    twice = np.concatenate([X, X[:100]]), np.concatenate([Y, Y[:100]])
    weights = np.ones(400)
    weights[:100] = 2
    keywords = {"n_estimators": 10, "max_depth": 2, "drop_rate": 0.5, "skip_drop": 0.0, "random_state": 0}
    weighted = ml.DartRegressor(**keywords).fit(X, Y, sample_weight=weights)
    np.testing.assert_allclose(weighted.predict(X), ml.DartRegressor(**keywords).fit(*twice).predict(X), rtol=1e-6)


def test_size_of_nodes():
    leaves = ml.DartRegressor(1, 1.0, 8, min_samples_leaf=50).fit(X, Y).predict(X)
    assert np.unique(leaves, return_counts=True)[1].min() >= 50
    whole = ml.DartRegressor(1, 1.0, 8, min_samples_split=401).fit(X, Y).predict(X)
    np.testing.assert_allclose(whole, Y.mean())


@pytest.mark.parametrize("keywords", [{"drop_rate": 1.5}, {"skip_drop": -0.1}, {"n_estimators": 0}, {"max_depth": 0}])
def test_refused(keywords):
    with pytest.raises((ml.MlError, ValueError), match=next(iter(keywords))):
        ml.DartRegressor(**keywords).fit(X, Y)
