"""BaggingClassifier and BaggingRegressor beside scikit-learn: as good over seeds; every keyword does what it says."""

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
pytest.importorskip("sklearn")

from scipy.sparse import csr_matrix  # noqa: E402
from sklearn import datasets, ensemble  # noqa: E402
from sklearn.linear_model import LogisticRegression, Ridge  # noqa: E402
from sklearn.model_selection import train_test_split  # noqa: E402
from sklearn.neighbors import KNeighborsClassifier  # noqa: E402
from sklearn.svm import LinearSVC  # noqa: E402

NAMES = ["BaggingClassifier", "BaggingRegressor"]


def data(name):
    load = datasets.load_wine if name == "BaggingClassifier" else datasets.load_diabetes
    x, y = load(return_X_y=True)
    return (x - x.mean(axis=0)) / x.std(axis=0), y.astype(float)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("how", [{}, {"max_samples": 0.6, "max_features": 0.5}, {"bootstrap": False, "max_samples": 0.7}],
                         ids=str)
def test_as_good(name, how):
    x, test, y, unseen = train_test_split(*data(name), random_state=0)
    ours = [getattr(ml, name)(random_state=s, **how).fit(x, y).score(test, unseen) for s in range(20)]
    theirs = [getattr(ensemble, name)(random_state=s, **how).fit(x, y).score(test, unseen) for s in range(6)]
    assert abs(np.mean(ours) - np.mean(theirs)) < 0.1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("member", [None, "own", "other"])
@pytest.mark.parametrize("how", [{}, {"max_features": 4}, {"bootstrap_features": True, "max_features": 0.8}], ids=str)
def test_the_answer_is_the_mean_of_members(name, member, how):
    x, y = data(name)
    is_classifier = name == "BaggingClassifier"
    made = {None: None, "own": ml.DecisionTreeClassifier() if is_classifier else ml.DecisionTreeRegressor(max_depth=4),
            "other": KNeighborsClassifier(3) if is_classifier else Ridge()}[member]
    model = getattr(ml, name)(5, random_state=1, estimator=made, **how).fit(x, y)
    answer = "predict_proba" if is_classifier else "predict"
    answers = [getattr(m, answer)(x[:, f]) for m, f in zip(model.estimators_, model.estimators_features_)]
    np.testing.assert_allclose(getattr(model, answer)(x), np.mean(answers, axis=0))
    features = model.estimators_features_
    assert [len(f) for f in features] == [4 if how == {"max_features": 4} else int(x.shape[1] * how.get("max_features", 1))] * 5
    if how:
        assert len({tuple(f) for f in features}) > 1
        assert any(len(set(f)) < len(f) for f in features) == ("bootstrap_features" in how)
    again = getattr(ml, name)(5, random_state=1, estimator=made, **how).fit(x, y)
    np.testing.assert_array_equal(getattr(model, answer)(x), getattr(again, answer)(x))


def test_members_learn_from_their_rows():
    x, y = data("BaggingRegressor")
    for member in (ml.DecisionTreeRegressor(max_depth=3), Ridge()):
        model = ml.BaggingRegressor(3, estimator=member, random_state=0, max_samples=100).fit(x, y)
        for fitted, rows in zip(model.estimators_, model.estimators_samples_):
            assert len(rows) == 100
            alone = type(member)(**member.get_params()).fit(x[rows], y[rows])
            same = np.isclose(fitted.predict(x), alone.predict(x), rtol=1e-9)
            assert same.mean() > (0.9 if isinstance(member, ml.DecisionTreeRegressor) else 0.999)  # of ties, another


@pytest.mark.parametrize("name", NAMES)
def test_out_of_bag(name):
    x, y = data(name)
    for member in (None, KNeighborsClassifier(3) if name == "BaggingClassifier" else Ridge()):
        model = getattr(ml, name)(30, random_state=0, oob_score=True, estimator=member).fit(x, y)
        peer = getattr(ensemble, name)(member, n_estimators=30, random_state=0, oob_score=True).fit(x, y)
        assert abs(model.oob_score_ - peer.oob_score_) < 0.08
        answers = model.oob_decision_function_ if name == "BaggingClassifier" else model.oob_prediction_
        sums, counts = np.zeros_like(answers), np.zeros(len(y))
        for m, rows in zip(model.estimators_, model.estimators_samples_):
            unseen = np.setdiff1d(np.arange(len(y)), rows)
            sums[unseen] += m.predict_proba(x[unseen]) if name == "BaggingClassifier" else m.predict(x[unseen])
            counts[unseen] += 1
        np.testing.assert_allclose(answers, (sums.T / counts).T)
    with pytest.warns(UserWarning, match="out-of-bag"):
        few = getattr(ml, name)(1, random_state=0, oob_score=True).fit(x, y)
    if name == "BaggingClassifier":
        assert np.isnan(few.oob_decision_function_).any()
    with pytest.raises(ml.MlError, match="bootstrap"):
        getattr(ml, name)(bootstrap=False, oob_score=True).fit(x, y)
    with pytest.raises(ml.MlError, match="warm_start"):
        getattr(ml, name)(warm_start=True, oob_score=True).fit(x, y)


def test_members_without_probabilities_vote():
    x, y = data("BaggingClassifier")
    model = ml.BaggingClassifier(4, estimator=LinearSVC(), random_state=0).fit(x, y)
    votes = np.mean([m.predict(x)[:, None] == model.classes_ for m in model.estimators_], axis=0)
    np.testing.assert_allclose(model.predict_proba(x), votes)
    np.testing.assert_allclose(model.decision_function(x), np.mean([m.decision_function(x) for m in model.estimators_], axis=0))
    two = ml.BaggingClassifier(3, estimator=LogisticRegression(), random_state=0).fit(x[y < 2], y[y < 2])
    assert two.decision_function(x).shape == (len(x),)
    trees = ml.BaggingClassifier(3, random_state=0).fit(x, y)
    np.testing.assert_array_equal(trees.decision_function(x), trees.predict_proba(x))
    trees.fit(x[y < 2], y[y < 2])
    np.testing.assert_allclose(trees.decision_function(x), np.diff(trees.predict_proba(x))[:, 0])


def test_members_that_miss_classes():
    x = np.arange(30.0)[:, None]
    y = np.r_[np.zeros(14), np.ones(14), 2, 2]
    for member in (None, KNeighborsClassifier(1), ml.DecisionTreeClassifier()):
        model = ml.BaggingClassifier(12, max_samples=6, estimator=member, random_state=0).fit(x, y)
        assert model.predict_proba(x).shape == (30, 3)
        np.testing.assert_allclose(model.predict_proba(x).sum(axis=1), 1)
        assert model.predict([[0.0], [20.0]]).tolist() == [0, 1]


@pytest.mark.parametrize("name", NAMES)
def test_warm_start_weights_and_threads(name, monkeypatch):
    x, y = data(name)
    for member in (None, ml.DecisionTreeClassifier() if name == "BaggingClassifier" else ml.DecisionTreeRegressor()):
        model = getattr(ml, name)(3, random_state=2, warm_start=True, estimator=member).fit(x, y)
        model.set_params(n_estimators=7).fit(x, y)
        made = []
        for threads in ("1", "2"):
            monkeypatch.setenv("KAILASH_NUM_THREADS", threads)
            made.append(getattr(ml, name)(7, random_state=2, estimator=member).fit(x, y).predict(x))
        np.testing.assert_array_equal(made[0], made[1])
        np.testing.assert_array_equal(model.predict(x), made[0])
        with pytest.raises(ml.MlError, match="n_estimators"):
            model.set_params(n_estimators=2).fit(x, y)
    weights = np.r_[np.ones(60), np.zeros(len(y) - 60)]
    for bootstrap, samples in [(True, None), (True, 0.5), (False, 40)]:
        model = getattr(ml, name)(5, random_state=0, bootstrap=bootstrap, max_samples=samples).fit(x, y, sample_weight=weights)
        assert max(rows.max() for rows in model.estimators_samples_) < 60
        assert len(model.estimators_samples_[0]) == {None: len(y), 0.5: 30, 40: 40}[samples]
    shallow = getattr(ml, name)(3, max_depth=2, random_state=0).fit(x, y)
    assert max(t.get_depth() for t in shallow.estimators_) == 2


def test_data(tmp_path):
    x, y = data("BaggingClassifier")
    sparse = np.where(np.abs(x) < 0.5, 0, x)
    for member in (None, LogisticRegression()):
        model = ml.BaggingClassifier(3, random_state=0, max_features=6, estimator=member)
        a = model.fit(csr_matrix(sparse), y).predict_proba(csr_matrix(sparse))
        np.testing.assert_allclose(a, model.fit(sparse, y).predict_proba(sparse), rtol=1e-6)
    holes = np.where(np.random.default_rng(0).random(x.shape) < 0.1, np.nan, x)
    assert ml.BaggingClassifier(10, random_state=0).fit(holes, y).score(holes, y) > 0.95
    for member in (None, ml.DecisionTreeClassifier()):
        model = ml.BaggingClassifier(3, random_state=0, max_features=5, estimator=member).fit(x, y)
        model.save(str(tmp_path / "bag"))
        again = ml.BaggingClassifier.load(str(tmp_path / "bag"))
        np.testing.assert_array_equal(model.predict_proba(x), again.predict_proba(x))
        np.testing.assert_array_equal(model.estimators_samples_[2], again.estimators_samples_[2])


@pytest.mark.parametrize("wrong", [
    {"n_estimators": 0}, {"max_samples": 0}, {"max_samples": 1.5}, {"max_features": 0}, {"max_features": 99},
    {"max_depth": 0}, {"bootstrap": False, "max_samples": 10_000}, {"estimator": 3},
], ids=str)
def test_wrong_parameters(wrong):
    x, y = data("BaggingRegressor")
    with pytest.raises(ml.MlError, match=list(wrong)[-1]):
        ml.BaggingRegressor(**wrong).fit(x, y)
