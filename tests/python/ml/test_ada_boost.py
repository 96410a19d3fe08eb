"""AdaBoostClassifier and AdaBoostRegressor beside scikit-learn."""

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
pytest.importorskip("sklearn")

from scipy.sparse import csr_matrix  # noqa: E402
from sklearn import datasets, ensemble, tree  # noqa: E402
from sklearn.linear_model import LogisticRegression, Ridge  # noqa: E402
from sklearn.metrics import r2_score  # noqa: E402
from sklearn.model_selection import train_test_split  # noqa: E402


def split(load):
    x, y = getattr(datasets, f"load_{load}")(return_X_y=True)
    weights = np.random.default_rng(0).integers(1, 80, len(y)) / 32
    return x, y.astype(float), weights


def theirs_of(depth, **more):
    return ensemble.AdaBoostClassifier(tree.DecisionTreeClassifier(max_depth=depth), random_state=0, **more)


@pytest.mark.parametrize("load", ["iris", "wine", "breast_cancer"])
@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize("rate", [1.0, 0.5])
def test_classifier(load, depth, rate):
    x, y, weights = split(load)
    ours = ml.AdaBoostClassifier(12, rate, depth).fit(x, y, sample_weight=weights)
    theirs = theirs_of(depth, n_estimators=12, learning_rate=rate).fit(x, y, sample_weight=weights)
    np.testing.assert_allclose(ours.estimator_weights_, theirs.estimator_weights_, rtol=1e-6)
    np.testing.assert_allclose(ours.estimator_errors_, theirs.estimator_errors_, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(ours.decision_function(x), theirs.decision_function(x), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(ours.predict_proba(x), theirs.predict_proba(x), rtol=1e-6)
    np.testing.assert_array_equal(ours.predict(x), theirs.predict(x))
    shares = [m.feature_importances_ for m in ours.estimators_]
    weights = ours.estimator_weights_[:len(shares)]
    np.testing.assert_allclose(ours.feature_importances_, np.average(shares, axis=0, weights=weights))
    for name in ("staged_predict", "staged_predict_proba", "staged_decision_function"):
        a, b = getattr(ours, name)(x), list(getattr(theirs, name)(x))
        assert len(a) == len(b) == len(ours.estimators_)
        for one, other in zip(a, b):
            np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-9)


def test_one_boosted_by_hand():
    """Errors of 1/4, then weights 1/6 and 1/2: two of these stumps tie, the first is taken."""
    x = np.array([[0.0], [1], [2], [3]])
    model = ml.AdaBoostClassifier(2).fit(x, [0.0, 1, 0, 0])
    assert model.estimator_errors_[0] == 0.25
    np.testing.assert_allclose(model.estimator_weights_[0], np.log(3))
    np.testing.assert_allclose(model.estimator_errors_[1], 1 / 6)


@pytest.mark.parametrize("loss", ["linear", "square", "exponential"])
def test_regressor_is_as_good(loss):
    x, y = datasets.load_diabetes(return_X_y=True)
    x, test, y, unseen = train_test_split(x, y, random_state=0)
    ours = [ml.AdaBoostRegressor(20, random_state=s, loss=loss).fit(x, y) for s in range(4)]
    theirs = [ensemble.AdaBoostRegressor(n_estimators=20, random_state=s, loss=loss).fit(x, y) for s in range(4)]
    for a, b in ((x, y), (test, unseen)):
        assert abs(np.mean([m.score(a, b) for m in ours]) - np.mean([m.score(a, b) for m in theirs])) < 0.06
    first = [m.estimator_errors_[0] for m in ours]
    assert abs(np.mean(first) - np.mean([m.estimator_errors_[0] for m in theirs])) < 0.04


def test_answers_are_weighted_medians():
    x, y = datasets.load_diabetes(return_X_y=True)
    model = ml.AdaBoostRegressor(9, random_state=0).fit(x, y)
    numbers = np.stack([member.predict(x) for member in model.estimators_], axis=1)
    order = np.argsort(numbers, axis=1)
    for count, staged in enumerate(model.staged_predict(x), 1):
        order = np.argsort(numbers[:, :count], axis=1)
        running = np.cumsum(model.estimator_weights_[order], axis=1)
        at = (running >= 0.5 * running[:, -1:]).argmax(axis=1)
        rows = np.arange(len(y))
        np.testing.assert_array_equal(staged, numbers[rows, order[rows, at]])
    np.testing.assert_array_equal(model.predict(x), staged)
    assert abs(model.feature_importances_.sum() - 1) < 1e-9


def test_any_estimator():
    x, y, weights = split("breast_cancer")
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    ours = ml.AdaBoostClassifier(4, estimator=LogisticRegression()).fit(x, y, sample_weight=weights)
    theirs = ensemble.AdaBoostClassifier(LogisticRegression(), n_estimators=4).fit(x, y, sample_weight=weights)
    np.testing.assert_allclose(ours.predict_proba(x), theirs.predict_proba(x), rtol=1e-6)
    assert isinstance(ours.estimators_[0], LogisticRegression)
    with pytest.raises(AttributeError, match="feature_importances_"):
        ours.feature_importances_
    own = ml.AdaBoostClassifier(6, estimator=ml.DecisionTreeClassifier(max_depth=1)).fit(x, y)
    np.testing.assert_allclose(own.predict_proba(x), ml.AdaBoostClassifier(6).fit(x, y).predict_proba(x), rtol=1e-9)
    np.testing.assert_allclose(own.feature_importances_, ml.AdaBoostClassifier(6).fit(x, y).feature_importances_)
    x, y = datasets.load_diabetes(return_X_y=True)
    for member in (Ridge(), ml.DecisionTreeRegressor(max_depth=3)):
        model = ml.AdaBoostRegressor(6, estimator=member, random_state=0).fit(x, y)
        assert model.score(x, y) > 0.3 and type(model.estimators_[0]) is type(member)
    with pytest.raises(ml.MlError, match="estimator"):
        ml.AdaBoostRegressor(estimator=3).fit(x, y)


def test_stops():
    perfect = ml.AdaBoostClassifier(10).fit([[0.0], [1], [2]], [0.0, 0, 1])
    assert len(perfect.estimators_) == 1 and perfect.estimator_weights_[0] == 1 and perfect.estimator_errors_[0] == 0
    assert (perfect.estimator_errors_[1:] == 1).all() and len(perfect.staged_predict([[0.0]])) == 1
    with pytest.raises(ml.MlError, match="guessing"):
        ml.AdaBoostClassifier().fit(np.ones((4, 1)), [0.0, 1, 0, 1])
    same = ml.AdaBoostRegressor(5).fit(np.arange(6.0)[:, None], np.full(6, 3.0))
    assert len(same.estimators_) == 1 and (same.predict([[9.0]]) == 3).all()


def test_seeds_weights_and_data(tmp_path):
    x, y = datasets.load_diabetes(return_X_y=True)
    a, b, c = (ml.AdaBoostRegressor(5, random_state=s).fit(x, y).predict(x) for s in (1, 1, 2))
    np.testing.assert_array_equal(a, b)
    assert not np.array_equal(a, c)
    weights = np.r_[np.ones(200), np.zeros(len(y) - 200)]
    np.testing.assert_array_equal(
        ml.AdaBoostRegressor(5, random_state=1).fit(x, y, sample_weight=weights).estimators_[0].tree_.n_node_samples[0] <= 200, True)
    labels = (y > 140).astype(float)
    part = ml.AdaBoostClassifier(5).fit(x[:200], labels[:200])
    whole = ml.AdaBoostClassifier(5).fit(x, labels, sample_weight=weights)
    np.testing.assert_allclose(part.predict_proba(x), whole.predict_proba(x), rtol=1e-9)
    sparse = np.where(np.abs(x) < 0.02, 0, x)
    np.testing.assert_array_equal(ml.AdaBoostClassifier(5).fit(csr_matrix(sparse), labels).predict(csr_matrix(sparse)),
                                  ml.AdaBoostClassifier(5).fit(sparse, labels).predict(sparse))
    for model in (part, ml.AdaBoostClassifier(3, estimator=ml.DecisionTreeClassifier(max_depth=2)).fit(x, labels)):
        model.save(str(tmp_path / "boosted"))
        np.testing.assert_array_equal(ml.AdaBoostClassifier.load(str(tmp_path / "boosted")).predict_proba(x),
                                      model.predict_proba(x))


@pytest.mark.parametrize("wrong", [{"n_estimators": 0}, {"learning_rate": 0.0}, {"max_depth": 0}], ids=str)
def test_wrong_parameters(wrong):
    with pytest.raises(ml.MlError, match=next(iter(wrong))):
        ml.AdaBoostRegressor(**wrong).fit([[1.0], [2.0]], [1.0, 2.0])
    with pytest.raises(ValueError, match="loss"):
        ml.AdaBoostRegressor(loss="cubic")


def test_scores_of_stages():
    x, y = datasets.load_iris(return_X_y=True)
    weights = np.random.default_rng(0).random(len(y))
    model = ml.AdaBoostClassifier(12, random_state=0).fit(x, y)
    stages = model.staged_predict(x)
    assert model.staged_score(x, y) == [np.mean(stage == y) for stage in stages]
    np.testing.assert_allclose(model.staged_score(x, y, weights), [np.average(stage == y, weights=weights) for stage in stages])
    assert model.staged_score(x, y)[-1] == model.score(x, y)
    theirs = list(ensemble.AdaBoostClassifier(n_estimators=12, random_state=0).fit(x, y).staged_score(x, y))
    np.testing.assert_allclose(model.staged_score(x, y), theirs, atol=0.03)

    target = x[:, 3] * 2 + x[:, 0]
    model = ml.AdaBoostRegressor(8, random_state=0).fit(x, target)
    scores = model.staged_score(x, target, sample_weight=weights)
    np.testing.assert_allclose(scores, [r2_score(target, stage, sample_weight=weights) for stage in model.staged_predict(x)])
    np.testing.assert_allclose(model.staged_score(x, target)[-1], model.score(x, target))
    with pytest.raises(ml.MlError):
        model.staged_score(x, target[:-1])
    with pytest.raises(ml.NotFittedError):
        ml.AdaBoostRegressor().staged_score(x, target)
