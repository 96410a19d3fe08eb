"""GradientBoostingClassifier and GradientBoostingRegressor beside scikit-learn: equal where no two splits are equally
good, as good elsewhere."""

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
pytest.importorskip("sklearn")

from scipy.sparse import csr_matrix  # noqa: E402
from sklearn import datasets, ensemble  # noqa: E402
from sklearn.linear_model import LogisticRegression, Ridge  # noqa: E402
from sklearn.model_selection import train_test_split  # noqa: E402

STAGES = {"n_estimators": 15, "min_samples_leaf": 12}


def data(classes=2, seed=0):
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(400, 5))
    score = x[:, 0] + x[:, 1] * x[:, 2] + 0.5 * draw.normal(size=400)
    labels = (score > 0).astype(float) if classes == 2 else np.digitize(score, [-0.8, 0.6]).astype(float)
    return x, labels, 3 * score, draw.integers(1, 80, 400) / 32


def same(ours, theirs, x, y, weights=None):
    a, b = ours.fit(x, y, sample_weight=weights), theirs.fit(x, y, sample_weight=weights)
    np.testing.assert_allclose(a.train_score_, b.train_score_, rtol=1e-6)
    np.testing.assert_allclose(a.feature_importances_, b.feature_importances_, rtol=1e-6, atol=1e-9)
    np.testing.assert_array_equal(a.apply(x), b.apply(x))
    staged = list(b.staged_predict(x))
    assert len(a.staged_predict(x)) == len(staged) == a.n_estimators_ == b.n_estimators_
    np.testing.assert_allclose(a.staged_predict(x)[3], staged[3], rtol=1e-6)
    np.testing.assert_allclose(a.predict(x), b.predict(x), rtol=1e-6)


@pytest.mark.parametrize("how", [{}, {"max_leaf_nodes": 5, "learning_rate": 0.3}, {"init": "zero"}, {"ccp_alpha": 0.02},
                                 {"max_depth": 2, "min_weight_fraction_leaf": 0.06}, {"min_impurity_decrease": 0.05}],
                         ids=str)
@pytest.mark.parametrize("weighted", [False, True])
def test_regressor(how, weighted):
    x, _, y, weights = data()
    weights = weights if weighted else None
    for loss in ("squared_error", "huber"):
        how = dict(STAGES, **how, loss=loss) if "loss" not in how else dict(how, loss=loss)
        same(ml.GradientBoostingRegressor(**how), ensemble.GradientBoostingRegressor(random_state=0, **how), x, y, weights)


@pytest.mark.parametrize("loss", ["absolute_error", "quantile"])
def test_losses_whose_gradients_are_equal(loss):
    """So are many splits: one stage is compared, then the course of the loss."""
    x, _, y, weights = data()
    for alpha in (0.5, 0.8):
        one = {"n_estimators": 1, "max_depth": 1, "loss": loss, "alpha": alpha}
        same_one = [m.fit(x, y, sample_weight=weights) for m in
                    (ml.GradientBoostingRegressor(**one), ensemble.GradientBoostingRegressor(random_state=0, **one))]
        np.testing.assert_allclose(same_one[0].predict(x), same_one[1].predict(x), rtol=1e-9)
        np.testing.assert_allclose(same_one[0].train_score_, same_one[1].train_score_, rtol=1e-9)
        more = {"n_estimators": 40, "loss": loss, "alpha": alpha}
        ours = ml.GradientBoostingRegressor(**more).fit(x, y).train_score_[-1]
        theirs = ensemble.GradientBoostingRegressor(random_state=0, **more).fit(x, y).train_score_[-1]
        assert abs(ours / theirs - 1) < 0.1
    covered = ml.GradientBoostingRegressor(loss="quantile", alpha=0.9).fit(x, y).predict(x)
    assert 0.85 < (y <= covered).mean() < 0.95


@pytest.mark.parametrize("classes, loss", [(2, "log_loss"), (3, "log_loss"), (2, "exponential")])
def test_classifier(classes, loss):
    x, y, _, weights = data(classes)
    how = dict(STAGES, loss=loss)
    ours, theirs = ml.GradientBoostingClassifier(**how), ensemble.GradientBoostingClassifier(random_state=0, **how)
    same(ours, theirs, x, y, weights)
    np.testing.assert_allclose(ours.predict_proba(x), theirs.predict_proba(x), rtol=1e-6)
    np.testing.assert_allclose(ours.decision_function(x), theirs.decision_function(x), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(ours.staged_predict_proba(x)[4], list(theirs.staged_predict_proba(x))[4], rtol=1e-6)
    np.testing.assert_allclose(ours.staged_decision_function(x)[4], list(theirs.staged_decision_function(x))[4],
                               rtol=1e-6, atol=1e-9)
    assert len(ours.estimators_) == 15 and len(ours.estimators_[0]) == (1 if classes == 2 else 3)
    tree = ours.estimators_[2][0]
    np.testing.assert_allclose(tree.predict(x), theirs.estimators_[2, 0].predict(x), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("load", ["iris", "breast_cancer", "digits"])
def test_scores(load):
    x, y = getattr(datasets, f"load_{load}")(return_X_y=True)
    x, test, y, unseen = train_test_split(x, y.astype(float), random_state=0)
    stages = 8 if load == "digits" else 30
    ours = ml.GradientBoostingClassifier(stages).fit(x, y).score(test, unseen)
    theirs = ensemble.GradientBoostingClassifier(n_estimators=stages, random_state=0).fit(x, y).score(test, unseen)
    assert ours > theirs - 0.03


def test_subsample():
    x, _, y, _ = data()
    ours = ml.GradientBoostingRegressor(60, subsample=0.5, random_state=0).fit(x, y)
    theirs = ensemble.GradientBoostingRegressor(n_estimators=60, subsample=0.5, random_state=0).fit(x, y)
    assert abs(ours.oob_score_ / theirs.oob_score_ - 1) < 0.25 and ours.oob_score_ == ours.oob_scores_[-1]
    np.testing.assert_allclose(-np.diff(ours.oob_scores_), ours.oob_improvement_[1:])
    assert ours.oob_improvement_[0] > 0 and {t.tree_.n_node_samples[0] for [t] in ours.estimators_} == {200}
    again = ml.GradientBoostingRegressor(60, subsample=0.5, random_state=0).fit(x, y)
    np.testing.assert_array_equal(ours.predict(x), again.predict(x))
    assert not np.array_equal(ours.predict(x), again.set_params(random_state=1).fit(x, y).predict(x))
    assert not hasattr(ml.GradientBoostingRegressor(2).fit(x, y), "oob_score_")


def test_stops_early():
    x, y, numbers, weights = data(3)
    for made, target in [(ml.GradientBoostingClassifier, y), (ml.GradientBoostingRegressor, numbers)]:
        how = {"n_iter_no_change": 3, "validation_fraction": 0.25, "random_state": 0, "learning_rate": 0.5}
        model = made(500, **how).fit(x, target, sample_weight=weights)
        assert 3 < model.n_estimators_ < 100 and len(model.train_score_) == model.n_estimators_
        assert len(model.staged_predict(x)) == model.n_estimators_
        eager = made(500, **dict(how, tol=0.1)).fit(x, target, sample_weight=weights)
        assert eager.n_estimators_ < model.n_estimators_
        small = made(5, **dict(how, validation_fraction=0.5)).fit(x, target)
        assert abs(small.estimators_[0][0].tree_.n_node_samples[0] - 200) <= 1
    with pytest.raises(ml.MlError, match="none is left"):
        ml.GradientBoostingClassifier(5, n_iter_no_change=2, validation_fraction=0.9).fit(x[:8], [0.0, 1] * 4)


def test_init():
    x, y, numbers, weights = data()
    for init in (Ridge(), ml.DecisionTreeRegressor(max_depth=2)):
        peer = Ridge() if isinstance(init, Ridge) else None
        model = ml.GradientBoostingRegressor(10, init=init, min_samples_leaf=12).fit(x, numbers, sample_weight=weights)
        assert type(model.init_) is type(init)
        if peer:
            theirs = ensemble.GradientBoostingRegressor(n_estimators=10, init=peer, random_state=0, min_samples_leaf=12)
            theirs.fit(x, numbers, sample_weight=weights)
            np.testing.assert_allclose(model.predict(x), theirs.predict(x), atol=1e-4)  # which reads x in float32
    ours = ml.GradientBoostingClassifier(10, init=LogisticRegression(), min_samples_leaf=12).fit(x, y, weights)
    theirs = ensemble.GradientBoostingClassifier(n_estimators=10, init=LogisticRegression(), random_state=0,
                                                 min_samples_leaf=12).fit(x, y, weights)
    np.testing.assert_allclose(ours.predict_proba(x), theirs.predict_proba(x), atol=1e-4)
    stopped = ml.GradientBoostingClassifier(30, init=LogisticRegression(), n_iter_no_change=2, random_state=0).fit(x, y)
    assert stopped.score(x, y) > 0.7
    with pytest.raises(ml.MlError, match="init"):
        ml.GradientBoostingRegressor(init="best").fit(x, numbers)


def test_warm_start():
    x, y, numbers, _ = data(3)
    for made, target in [(ml.GradientBoostingClassifier, y), (ml.GradientBoostingRegressor, numbers)]:
        for how in [{}, {"subsample": 0.6}, {"max_features": 2}]:
            whole = made(12, random_state=3, **how).fit(x, target)
            model = made(5, random_state=3, warm_start=True, **how).fit(x, target)
            model.set_params(n_estimators=12).fit(x, target)
            np.testing.assert_allclose(model.predict(x), whole.predict(x), rtol=1e-9)
            np.testing.assert_allclose(model.train_score_, whole.train_score_, rtol=1e-9)
        with pytest.raises(ml.MlError, match="n_estimators"):
            model.set_params(n_estimators=3).fit(x, target)


def test_threads_and_sparse_data(monkeypatch):
    x, y, _, _ = data(3)
    x[np.abs(x) < 0.6] = 0
    made = []
    for threads in ("1", "2"):
        monkeypatch.setenv("KAILASH_NUM_THREADS", threads)
        made.append(ml.GradientBoostingClassifier(8).fit(x, y).predict_proba(x))
    np.testing.assert_array_equal(made[0], made[1])
    np.testing.assert_array_equal(ml.GradientBoostingClassifier(8).fit(csr_matrix(x), y).predict_proba(csr_matrix(x)), made[0])


def test_saved_and_loaded(tmp_path):
    x, y, _, _ = data(3)
    for init in (None, "zero", ml.DecisionTreeClassifier(max_depth=2)):
        model = ml.GradientBoostingClassifier(4, init=init).fit(x, y)
        model.save(str(tmp_path / "boosted"))
        np.testing.assert_array_equal(ml.GradientBoostingClassifier.load(str(tmp_path / "boosted")).predict_proba(x),
                                      model.predict_proba(x))


@pytest.mark.parametrize("wrong", [
    {"learning_rate": -0.1}, {"subsample": 0.0}, {"subsample": 1.5}, {"n_estimators": 0}, {"max_depth": 0},
    {"alpha": 1.0}, {"validation_fraction": 0.0}, {"n_iter_no_change": 0}, {"tol": -1.0}, {"max_features": 0},
    {"min_samples_split": 1},
], ids=str)
def test_wrong_parameters(wrong):
    with pytest.raises(ml.MlError, match=next(iter(wrong))):
        ml.GradientBoostingRegressor(**wrong).fit(np.arange(8.0).reshape(4, 2), np.arange(4.0))


def test_wrong_losses_and_data():
    x, y, numbers, _ = data(3)
    with pytest.raises(ValueError, match="loss"):
        ml.GradientBoostingRegressor(loss="log_loss")
    with pytest.raises(ml.MlError, match="2 classes"):
        ml.GradientBoostingClassifier(loss="exponential").fit(x, y)
    with pytest.raises(ml.MlError, match="one class"):
        ml.GradientBoostingClassifier().fit(x, np.zeros(len(x)))
    x[0, 0] = np.nan
    with pytest.raises(ml.MlError, match="NaN"):
        ml.GradientBoostingRegressor().fit(x, numbers)
    for criterion in ("squared_error", "friedman_mse"):
        ml.GradientBoostingRegressor(2, criterion=criterion).fit(x[1:], numbers[1:])
