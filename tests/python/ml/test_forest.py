"""Random forests and extremely randomised trees beside scikit-learn: as good over seeds, repeatable, and every
keyword does what it says."""

import warnings

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
pytest.importorskip("sklearn")

from sklearn import datasets, ensemble  # noqa: E402
from sklearn.model_selection import train_test_split  # noqa: E402

CLASSIFIERS = ["RandomForestClassifier", "ExtraTreesClassifier"]
REGRESSORS = ["RandomForestRegressor", "ExtraTreesRegressor"]


def split(load):
    x, y = getattr(datasets, f"load_{load}")(return_X_y=True)
    return train_test_split(x, y.astype(float), random_state=0)


@pytest.mark.parametrize("name", CLASSIFIERS)
@pytest.mark.parametrize("load", ["iris", "wine", "breast_cancer"])
def test_classifiers_are_as_good(name, load):
    x, test, y, unseen = split(load)
    ours = [getattr(ml, name)(n_estimators=30, random_state=s).fit(x, y).score(test, unseen) for s in range(4)]
    theirs = [getattr(ensemble, name)(n_estimators=30, random_state=s).fit(x, y).score(test, unseen) for s in range(3)]
    assert np.mean(ours) > np.mean(theirs) - 0.03


@pytest.mark.parametrize("name", REGRESSORS)
def test_regressors_are_as_good(name):
    x, test, y, unseen = split("diabetes")
    ours = [getattr(ml, name)(n_estimators=40, random_state=s).fit(x, y).score(test, unseen) for s in range(6)]
    theirs = [getattr(ensemble, name)(n_estimators=40, random_state=s).fit(x, y).score(test, unseen) for s in range(3)]
    assert abs(np.mean(ours) - np.mean(theirs)) < 0.05


def test_digits():
    x, test, y, unseen = split("digits")
    for name, least in [("RandomForestClassifier", 0.95), ("ExtraTreesClassifier", 0.95)]:
        assert getattr(ml, name)(n_estimators=50, random_state=0).fit(x, y).score(test, unseen) > least


@pytest.mark.parametrize("name", CLASSIFIERS + REGRESSORS)
def test_a_forest_is_the_mean_of_its_trees(name):
    x, _, y, _ = split("diabetes" if name in REGRESSORS else "wine")
    model = getattr(ml, name)(n_estimators=7, random_state=3).fit(x, y)
    answer = "predict" if name in REGRESSORS else "predict_proba"
    trees = model.estimators_
    assert len(trees) == 7 and len({t.tree_.node_count for t in trees}) > 1
    np.testing.assert_allclose(getattr(model, answer)(x), np.mean([getattr(t, answer)(x) for t in trees], axis=0))
    importances = np.mean([t.feature_importances_ for t in trees], axis=0)
    np.testing.assert_allclose(model.feature_importances_, importances / importances.sum(), rtol=1e-9)
    np.testing.assert_array_equal(model.apply(x), np.stack([t.apply(x) for t in trees], axis=1))
    path, starts = model.decision_path(x[:5])
    assert path.shape == (5, starts[-1]) and list(np.diff(starts)) == [t.tree_.node_count for t in trees]
    assert (path.toarray()[:, starts[2]:starts[3]] == trees[2].decision_path(x[:5]).toarray()).all()


@pytest.mark.parametrize("name", CLASSIFIERS + REGRESSORS)
def test_seeds_and_threads(name, monkeypatch):
    x, test, y, _ = split("diabetes" if name in REGRESSORS else "wine")
    answer = "predict" if name in REGRESSORS else "predict_proba"
    made = []
    for seed, threads in [(1, "1"), (1, "2"), (2, "2")]:
        monkeypatch.setenv("KAILASH_NUM_THREADS", threads)
        made.append(getattr(getattr(ml, name)(n_estimators=12, random_state=seed).fit(x, y), answer)(test))
    np.testing.assert_array_equal(made[0], made[1])
    assert not np.array_equal(made[1], made[2])


def test_out_of_bag():
    x, y = datasets.load_breast_cancer(return_X_y=True)
    ours = ml.RandomForestClassifier(oob_score=True, random_state=0).fit(x, y)
    theirs = ensemble.RandomForestClassifier(oob_score=True, random_state=0, n_jobs=2).fit(x, y)
    assert abs(ours.oob_score_ - theirs.oob_score_) < 0.02
    assert ours.oob_decision_function_.shape == theirs.oob_decision_function_.shape
    np.testing.assert_allclose(ours.oob_decision_function_.sum(axis=1), 1)
    votes, counts = np.zeros((len(y), 2)), np.zeros(len(y))
    for tree, rows in zip(ours.estimators_, ours.estimators_samples_):
        unseen = np.setdiff1d(np.arange(len(y)), rows)
        votes[unseen] += tree.predict_proba(x[unseen])
        counts[unseen] += 1
    np.testing.assert_allclose(ours.oob_decision_function_, votes / counts[:, None])
    x, y = datasets.load_diabetes(return_X_y=True)
    ours = ml.RandomForestRegressor(oob_score=True, random_state=0).fit(x, y)
    theirs = ensemble.RandomForestRegressor(oob_score=True, random_state=0, n_jobs=2).fit(x, y)
    assert abs(ours.oob_score_ - theirs.oob_score_) < 0.04 and ours.oob_prediction_.shape == (len(y),)
    error = lambda truth, answer: -np.abs(np.asarray(truth) - answer).mean()  # noqa: E731
    told = ml.RandomForestRegressor(oob_score=error, random_state=0).fit(x, y)
    np.testing.assert_allclose(told.oob_score_, error(y, told.oob_prediction_))
    several = ml.RandomForestRegressor(20, oob_score=True, random_state=0).fit(x, np.c_[y, -y])
    assert several.oob_prediction_.shape == (len(y), 2) and several.predict(x).shape == (len(y), 2)
    with pytest.warns(UserWarning, match="out-of-bag"):
        ml.RandomForestRegressor(2, oob_score=True, random_state=0).fit(x, y)
    with pytest.raises(ml.MlError, match="oob_score"):
        ml.ExtraTreesRegressor(oob_score=True).fit(x, y)
    assert not hasattr(ml.RandomForestRegressor(2).fit(x, y), "oob_score_")


def test_draws():
    x, _, y, _ = split("wine")
    n = len(y)
    model = ml.RandomForestClassifier(5, random_state=0).fit(x, y)
    assert all(len(rows) == n and len(set(rows)) < n for rows in model.estimators_samples_)
    model = ml.RandomForestClassifier(5, random_state=0, max_samples=20).fit(x, y)
    assert [t.tree_.weighted_n_node_samples[0] for t in model.estimators_] == [20] * 5
    model = ml.RandomForestClassifier(5, random_state=0, max_samples=0.5).fit(x, y)
    assert [len(rows) for rows in model.estimators_samples_] == [n // 2] * 5
    model = ml.ExtraTreesClassifier(3, random_state=0).fit(x, y)
    assert [t.tree_.n_node_samples[0] for t in model.estimators_] == [n] * 3
    assert list(model.estimators_samples_[0]) == list(range(n))
    weights = np.zeros(n)
    weights[:40] = np.linspace(1, 9, 40)
    model = ml.RandomForestClassifier(50, random_state=0).fit(x, y, sample_weight=weights)
    drawn = np.concatenate(model.estimators_samples_)
    assert drawn.max() < 40
    shares = np.bincount(drawn, minlength=40) / len(drawn)
    np.testing.assert_allclose(shares, weights[:40] / weights.sum(), atol=0.01)
    for wrong in (0, -1, 0.0):
        with pytest.raises(ml.MlError, match="max_samples"):
            ml.RandomForestClassifier(max_samples=wrong).fit(x, y)
    with pytest.raises(ml.MlError, match="bootstrap"):
        ml.RandomForestClassifier(bootstrap=False, max_samples=5).fit(x, y)


def test_warm_start():
    x, _, y, _ = split("wine")
    model = ml.RandomForestClassifier(4, random_state=5, warm_start=True, oob_score=False).fit(x, y)
    first = model.estimators_
    model.set_params(n_estimators=9).fit(x, y)
    whole = ml.RandomForestClassifier(9, random_state=5).fit(x, y)
    np.testing.assert_array_equal(model.predict_proba(x), whole.predict_proba(x))
    np.testing.assert_array_equal(model.estimators_[1].tree_.threshold, first[1].tree_.threshold)
    model.fit(x, y)
    assert len(model.estimators_) == 9
    with pytest.raises(ml.MlError, match="n_estimators"):
        model.set_params(n_estimators=3).fit(x, y)
    with pytest.raises(ml.MlError, match="features"):
        model.set_params(n_estimators=12).fit(x[:, :4], y)


def test_class_weight():
    x, y = datasets.make_classification(600, 6, weights=[0.95], flip_y=0.1, random_state=0)
    y = y.astype(float)
    for name in CLASSIFIERS:
        recalls = {}
        for weight in (None, "balanced", "balanced_subsample", {0: 1, 1: 30}):
            model = getattr(ml, name)(30, max_depth=3, random_state=0, class_weight=weight).fit(x, y)
            recalls[str(weight)] = (model.predict(x)[y == 1] == 1).mean()
        assert min(recalls[k] for k in recalls if k != "None") > recalls["None"] + 0.1


@pytest.mark.parametrize("rules", [
    {"max_depth": 2}, {"min_samples_leaf": 20}, {"min_samples_split": 60}, {"max_leaf_nodes": 4},
    {"min_impurity_decrease": 0.05}, {"ccp_alpha": 0.05}, {"min_weight_fraction_leaf": 0.2},
], ids=str)
def test_rules_of_trees(rules):
    x, _, y, _ = split("breast_cancer")
    for name in CLASSIFIERS:
        small = getattr(ml, name)(5, random_state=0, **rules).fit(x, y)
        large = getattr(ml, name)(5, random_state=0).fit(x, y)
        for a, b in zip(small.estimators_, large.estimators_):
            assert a.tree_.node_count < b.tree_.node_count


def test_other_keywords():
    x, _, y, _ = split("diabetes")
    for criterion in ("friedman_mse", "absolute_error", "poisson"):
        model = ml.RandomForestRegressor(5, criterion=criterion, random_state=0, max_depth=5).fit(x, y)
        assert model.score(x, y) > 0.4
    rising = [0] * 10
    rising[2] = 1
    model = ml.RandomForestRegressor(10, random_state=0, monotonic_cst=rising, max_depth=4).fit(x, y)
    grid = np.repeat(x[:20], 30, axis=0)
    grid[:, 2] = np.tile(np.linspace(x[:, 2].min(), x[:, 2].max(), 30), 20)
    assert (np.diff(model.predict(grid).reshape(20, 30), axis=1) >= 0).all()
    one, all_ = (ml.RandomForestRegressor(40, random_state=0, max_features=f).fit(x, y) for f in (1, None))
    assert one.feature_importances_.max() < all_.feature_importances_.max()
    entropy = ml.RandomForestClassifier(5, random_state=0, criterion="entropy").fit(x, y > 100)
    assert entropy.estimators_[0].tree_.impurity[0] > 0.8
    x[::7, 2] = np.nan
    for name in REGRESSORS:
        assert getattr(ml, name)(20, random_state=0).fit(x, y).score(x, y) > 0.8
    with pytest.raises(ml.MlError, match="n_estimators"):
        ml.RandomForestRegressor(0).fit(x, y)


def test_saved_and_loaded(tmp_path):
    x, _, y, _ = split("wine")
    for name in CLASSIFIERS:
        model = getattr(ml, name)(5, random_state=0).fit(x, y)
        model.save(str(tmp_path / "forest"))
        again = getattr(ml, name).load(str(tmp_path / "forest"))
        np.testing.assert_array_equal(model.predict_proba(x), again.predict_proba(x))
        assert len(again.estimators_) == 5


def test_progress(capfd):
    seen = []
    x, _, y, _ = split("wine")
    ml.RandomForestClassifier(40, random_state=0).fit(x, y, progress=lambda done, total, *_: seen.append((done, total)))
    assert seen and all(total == 40 for _, total in seen)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ml.RandomForestClassifier(10, random_state=0, verbose=1, n_jobs=1).fit(x, y)
