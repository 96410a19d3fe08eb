"""Voting, stacking, classes against classes, calibration: scikit-learn's answers, whichever estimators are within."""

import numpy as np
import pytest

import kailash.ml as ml

pytest.importorskip("sklearn")
from sklearn import (calibration, datasets, ensemble, linear_model, multiclass, naive_bayes, neighbors,  # noqa: E402
                     pipeline, preprocessing, svm, tree)

X, Y = datasets.load_iris(return_X_y=True)
Y = Y.astype(float)
XB, YB = datasets.load_breast_cancer(return_X_y=True)
XB, YB = preprocessing.scale(XB[::2]), YB[::2].astype(float)
XR, YR = datasets.load_diabetes(return_X_y=True)
W = np.random.default_rng(0).integers(1, 4, len(X)).astype(float)


def classifiers():
    return [("nb", naive_bayes.GaussianNB()), ("tree", tree.DecisionTreeClassifier(max_depth=2, random_state=0)),
            ("lr", linear_model.LogisticRegression())]


def regressors():
    return [("r", linear_model.Ridge()), ("knn", neighbors.KNeighborsRegressor()), ("l", linear_model.LinearRegression())]


class Mean:
    """A regressor of Python."""

    def fit(self, x, y):
        self.mean = np.mean(y)
        return self

    def predict(self, x):
        return np.full(len(x), self.mean)


def close(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-9)


# ---- voting ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("voting", ["hard", "soft"])
@pytest.mark.parametrize("weights", [None, [1, 2, 0.5]])
def test_voting_classifiers(voting, weights):
    ours = ml.VotingClassifier(classifiers(), weights, voting=voting).fit(X, Y)
    theirs = ensemble.VotingClassifier(classifiers(), weights=weights, voting=voting).fit(X, Y)
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
    close(ours.transform(X), theirs.transform(X))
    assert ours.score(X, Y) == theirs.score(X, Y)
    assert hasattr(ours, "predict_proba") == (voting == "soft")
    if voting == "soft":
        close(ours.predict_proba(X), theirs.predict_proba(X))
        flat = ml.VotingClassifier(classifiers(), voting="soft", flatten_transform=False).fit(X, Y).transform(X)
        close(flat, ensemble.VotingClassifier(classifiers(), voting="soft", flatten_transform=False).fit(X, Y).transform(X))
    np.testing.assert_array_equal(ours.classes_, [0, 1, 2])
    assert list(ours.named_estimators_) == ["nb", "tree", "lr"] and len(ours.estimators_) == 3
    close(ours.fit(X, Y, W).predict(X), theirs.fit(X, Y, sample_weight=W).predict(X))


def test_voting_of_texts_and_own_estimators():
    texts = np.array(["a", "b", "c"])[Y.astype(int)].tolist()
    ours = ml.VotingClassifier([("p", ml.Pipeline([("s", "StandardScaler"), ("m", linear_model.LogisticRegression())])),
                                ("none", "drop"), ("nb", naive_bayes.GaussianNB())], voting="soft").fit(X, texts)
    theirs = ensemble.VotingClassifier(
        [("p", pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.LogisticRegression())),
         ("nb", naive_bayes.GaussianNB())], voting="soft").fit(X, texts)
    assert list(ours.predict(X)) == list(theirs.predict(X))
    assert list(ours.classes_) == ["a", "b", "c"]
    ours.set_params(nb__var_smoothing=0.1, none="GaussianNB" if hasattr(ml, "GaussianNB") else naive_bayes.GaussianNB())
    assert len(ours.fit(X, texts).estimators_) == 3


def test_voting_of_trees():
    for model, y in [(ml.VotingClassifier(), Y), (ml.VotingRegressor(), Y), (ml.VotingClassifier([(2, 2), (None, 5)]), Y),
                     (ml.VotingRegressor(estimators=[(2, 2), (3, 2)], weights=[1.0, 3.0]), Y)]:
        assert model.fit(X, y).score(X, y) > 0.85
    assert [e.max_depth for e in ml.VotingClassifier([(2, 2), (None, 5)]).fit(X, Y).estimators_] == [2, None]


def test_voting_regressors():
    for weights in [None, [3.0, 1.0, 2.0]]:
        ours = ml.VotingRegressor(regressors(), weights).fit(XR, YR)
        theirs = ensemble.VotingRegressor(regressors(), weights=weights).fit(XR, YR)
        close(ours.predict(XR), theirs.predict(XR))
        close(ours.transform(XR), theirs.transform(XR))
        close(ours.score(XR, YR), theirs.score(XR, YR))
    mixed = ml.VotingRegressor([("own", ml.LinearRegression()), ("python", Mean())]).fit(XR, YR)
    close(mixed.predict(XR), (linear_model.LinearRegression().fit(XR, YR).predict(XR) + YR.mean()) / 2)


@pytest.mark.parametrize("make", [ml.VotingClassifier, ml.VotingRegressor, ml.StackingClassifier, ml.StackingRegressor])
def test_lists_of_estimators_that_are_none(make):
    with pytest.raises(ValueError, match="at least one"):
        make([])
    with pytest.raises(ValueError, match="twice"):
        make([("a", Mean()), ("a", Mean())])
    with pytest.raises(TypeError):
        make([("a", 5)])
    with pytest.raises(ml.MlError, match="dropped"):
        make([("a", "drop")]).fit(X, Y)
    with pytest.raises(ml.MlError, match="dimension"):
        make().fit(X, Y[:-1])
    with pytest.raises(ml.MlError, match="y"):
        make([("a", Mean())]).fit(X, None)


def test_weights_must_fit():
    for weights, match in [([1.0], "weights"), ([1, 1, -1.0], ">= 0"), ([0, 0, 0], "all weights")]:
        with pytest.raises(RuntimeError, match=match):
            ml.VotingClassifier(classifiers(), weights).fit(X, Y)


# ---- stacking ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("x, y", [(X, Y), (XB, YB)])
@pytest.mark.parametrize("passthrough", [False, True])
def test_stacking_classifiers(x, y, passthrough):
    final = linear_model.LogisticRegression(max_iter=1000)
    keywords = {"final_estimator": final, "passthrough": passthrough, "cv": 4}
    ours = ml.StackingClassifier(classifiers(), **keywords).fit(x, y)
    theirs = ensemble.StackingClassifier(classifiers(), **keywords).fit(x, y)
    np.testing.assert_array_equal(ours.predict(x), theirs.predict(x))
    np.testing.assert_allclose(ours.predict_proba(x), theirs.predict_proba(x), rtol=1e-4, atol=1e-6)
    close(ours.transform(x), theirs.transform(x))
    assert ours.stack_method_ == theirs.stack_method_
    assert ours.final_estimator_.coef_.shape == theirs.final_estimator_.coef_.shape


@pytest.mark.parametrize("method", ["predict_proba", "predict", "decision_function"])
def test_methods_of_stacking(method):
    members = [("lr", linear_model.LogisticRegression()), ("lr2", linear_model.LogisticRegression(C=0.01))]
    final = naive_bayes.GaussianNB()
    ours = ml.StackingClassifier(members, final, stack_method=method).fit(X, Y)
    theirs = ensemble.StackingClassifier(members, final, stack_method=method, cv=5).fit(X, Y)
    close(ours.transform(X), theirs.transform(X))
    close(ours.predict_proba(X), theirs.predict_proba(X))


def test_stacking_regressors():
    ours = ml.StackingRegressor(regressors(), linear_model.Ridge(), passthrough=True).fit(XR, YR)
    theirs = ensemble.StackingRegressor(regressors(), linear_model.Ridge(), passthrough=True).fit(XR, YR)
    close(ours.predict(XR), theirs.predict(XR))
    ours = ml.StackingRegressor(regressors()).fit(XR, YR)
    close(ours.predict(XR), ensemble.StackingRegressor(regressors()).fit(XR, YR).predict(XR))
    ours = ml.StackingRegressor([("own", "LinearRegression"), ("python", Mean())], linear_model.LinearRegression())
    assert ours.fit(XR, YR).score(XR, YR) > 0.4
    prefit = [("r", linear_model.Ridge().fit(XR, YR))]
    ours = ml.StackingRegressor(prefit, linear_model.LinearRegression(), cv="prefit").fit(XR, YR)
    close(ours.predict(XR), ensemble.StackingRegressor(prefit, linear_model.LinearRegression(), cv="prefit").fit(XR, YR).predict(XR))
    assert ours.estimators_[0] is prefit[0][1]


def test_stacking_of_trees():
    assert ml.StackingClassifier().fit(X, Y).score(X, Y) > 0.9
    assert ml.StackingRegressor([(2, 2), (None, 9)], (3, 2)).fit(XR, YR).score(XR, YR) > 0.2
    for wrong in [1, 0]:
        with pytest.raises(ValueError, match="cv"):
            ml.StackingClassifier(cv=wrong).fit(X, Y)
    with pytest.raises(ValueError):
        ml.StackingClassifier().fit(X[:1], Y[:1])
    with pytest.raises(ValueError):
        ml.StackingRegressor().fit(X[:1], Y[:1])


@pytest.mark.parametrize("make, members, keywords", [
    ("VotingClassifier", classifiers, {}), ("VotingClassifier", classifiers, {"voting": "soft"}),
    ("VotingRegressor", regressors, {}), ("StackingClassifier", classifiers, {}),
    ("StackingClassifier", classifiers, {"passthrough": True}), ("StackingRegressor", regressors, {"passthrough": True})])
def test_committees_as_transformers(make, members, keywords):
    x, y = (XR, YR) if "Regressor" in make else (X, Y)
    ours, theirs = getattr(ml, make)(members(), **keywords), getattr(ensemble, make)(members(), **keywords)
    close(ours.fit_transform(x, y), theirs.fit_transform(x, y))
    assert list(ours.get_feature_names_out()) == list(theirs.get_feature_names_out())
    assert list(ours.named_estimators) == list(theirs.named_estimators)
    assert ours.named_estimators[members()[0][0]] is dict(ours.get_params(deep=False)["estimators"])[members()[0][0]]
    with pytest.raises(ValueError, match="flatten_transform"):
        ml.VotingClassifier(voting="soft", flatten_transform=False).fit(X, Y).get_feature_names_out()


# ---- classes against classes -------------------------------------------------------------------------------

@pytest.mark.parametrize("inner", [linear_model.LogisticRegression(), naive_bayes.GaussianNB(), svm.SVC()])
@pytest.mark.parametrize("x, y", [(X, Y), (XB, YB)])
def test_one_against_the_rest(inner, x, y):
    ours, theirs = ml.OneVsRestClassifier(inner).fit(x, y), multiclass.OneVsRestClassifier(inner).fit(x, y)
    np.testing.assert_array_equal(ours.predict(x), theirs.predict(x))
    assert ours.score(x, y) == theirs.score(x, y)
    for method in ["predict_proba", "decision_function"]:
        assert hasattr(ours, method) == hasattr(theirs, method)
        if hasattr(theirs, method):
            close(getattr(ours, method)(x), getattr(theirs, method)(x))
    assert len(ours.estimators_) == len(theirs.estimators_)


@pytest.mark.parametrize("inner", [linear_model.LogisticRegression(), naive_bayes.GaussianNB(), svm.SVC()])
@pytest.mark.parametrize("x, y", [(X, Y), (XB, YB)])
def test_one_against_one(inner, x, y):
    ours, theirs = ml.OneVsOneClassifier(inner).fit(x, y), multiclass.OneVsOneClassifier(inner).fit(x, y)
    np.testing.assert_array_equal(ours.predict(x), theirs.predict(x))
    close(ours.decision_function(x), theirs.decision_function(x))
    assert len(ours.estimators_) == len(theirs.estimators_) and ours.n_classes_ == len(np.unique(y))


@pytest.mark.parametrize("make", [ml.OneVsOneClassifier, ml.OneVsRestClassifier, ml.CalibratedClassifierCV])
def test_weights_of_every_row(make):
    model = make(estimator=ml.LogisticRegression())
    one, same = model.fit(X, Y, np.ones(len(X))).predict(X), model.fit(X, Y, 1.0).predict(X)
    np.testing.assert_array_equal(one, same)
    for wrong in (np.ones(7), np.ones((len(X), 2)), -np.ones(len(X))):
        with pytest.raises((ml.MlError, TypeError), match="weight"):
            model.fit(X, Y, wrong)


def test_rows_with_several_labels():
    bits = np.c_[Y > 0, Y < 2, np.ones(len(Y)), np.zeros(len(Y))].astype(int)
    ours = ml.OneVsRestClassifier(linear_model.LogisticRegression()).fit(X, bits)
    with pytest.warns(UserWarning):
        theirs = multiclass.OneVsRestClassifier(linear_model.LogisticRegression()).fit(X, bits)
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
    close(ours.predict_proba(X), theirs.predict_proba(X))
    assert ours.multilabel_ and ours.estimators_[2] is None
    with pytest.raises(ml.MlError, match="0 or 1"):
        ml.OneVsRestClassifier(linear_model.LogisticRegression()).fit(X, bits + 1)


@pytest.mark.parametrize("make", [ml.OneVsRestClassifier, ml.OneVsOneClassifier])
def test_own_and_named_within(make):
    texts = np.array(["a", "b", "c"])[Y.astype(int)].tolist()
    ours = make(ml.Pipeline([("s", "StandardScaler"), ("m", linear_model.LogisticRegression())])).fit(X, texts)
    assert ours.score(X, texts) > 0.9 and set(ours.predict(X)) == {"a", "b", "c"}
    assert make(ml.VotingClassifier()).fit(X, Y).score(X, Y) > 0.9
    with pytest.raises(TypeError, match="estimator"):
        make(3)
    with pytest.raises(ml.MlError, match="one class"):
        make(svm.SVC()).fit(X, np.zeros(len(X)))


@pytest.mark.parametrize("inner", [naive_bayes.GaussianNB(), ml.GaussianNB(), ml.MultinomialNB()])
@pytest.mark.parametrize("name", ["OneVsRestClassifier", "OneVsOneClassifier"])
@pytest.mark.parametrize("classes", [2, 3])
def test_learning_piece_by_piece(name, inner, classes):
    theirs_within = inner if type(inner).__module__.startswith("sklearn") else getattr(naive_bayes, type(inner).__name__)()
    order = np.random.default_rng(1).permutation(np.flatnonzero(Y < classes))
    x, y = X[order], Y[order]
    ours, theirs = getattr(ml, name)(inner), getattr(multiclass, name)(theirs_within)
    known = np.unique(y)
    for begin in range(0, len(x), 30):
        part = slice(begin, begin + 30)
        assert ours.partial_fit(x[part], y[part], known) is ours
        theirs.partial_fit(x[part], y[part], known)
        before = ours.predict(x)
        np.testing.assert_array_equal(before, theirs.predict(x))
    np.testing.assert_array_equal(ours.classes_, known)
    with pytest.raises(ml.MlError, match="no known class"):
        ours.partial_fit(x[:5], np.full(5, 9.0))
    with pytest.raises(ml.MlError, match="features"):
        ours.partial_fit(x[:5, :2], y[:5])
    np.testing.assert_array_equal(ours.predict(x), before)
    whole = getattr(ml, name)(inner).fit(x, y)
    fitted = whole.predict(x)
    np.testing.assert_array_equal(whole.partial_fit(x, y).predict(x), fitted)


@pytest.mark.parametrize("make", [ml.OneVsRestClassifier, ml.OneVsOneClassifier])
def test_what_cannot_learn_on(make):
    with pytest.raises(AttributeError, match="partial_fit"):
        make(ml.LinearSVC()).partial_fit(X, Y)
    with pytest.raises(AttributeError, match="SVC has no partial_fit"):
        make(svm.SVC()).partial_fit(X, Y)
    with pytest.raises(ml.MlError, match="classes"):
        make(ml.GaussianNB()).partial_fit(X[:10], Y[:10])


# ---- calibration -------------------------------------------------------------------------------------------

@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
@pytest.mark.parametrize("keywords", [{}, {"ensemble": False}, {"cv": 3}])
@pytest.mark.parametrize("inner", [naive_bayes.GaussianNB(), svm.SVC()])
@pytest.mark.parametrize("x, y", [(X, Y), (XB, YB)])
def test_calibrated_probabilities(method, keywords, inner, x, y):
    ours = ml.CalibratedClassifierCV(method, estimator=inner, **keywords).fit(x, y)
    theirs = calibration.CalibratedClassifierCV(inner, method=method, **keywords).fit(x, y)
    np.testing.assert_allclose(ours.predict_proba(x), theirs.predict_proba(x), rtol=2e-4, atol=2e-5)
    assert np.mean(ours.predict(x) == theirs.predict(x)) > 0.995
    assert not hasattr(ours, "decision_function")


def test_calibration_with_weights_and_what_is_fitted():
    inner = naive_bayes.GaussianNB()
    ours = ml.CalibratedClassifierCV(estimator=inner).fit(X, Y, W)
    theirs = calibration.CalibratedClassifierCV(inner).fit(X, Y, sample_weight=W)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol=2e-4, atol=2e-5)
    fitted = naive_bayes.GaussianNB().fit(X, Y)
    ours = ml.CalibratedClassifierCV(cv="prefit", estimator=fitted).fit(X, Y)
    assert ours.score(X, Y) > 0.9


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
def test_a_column_of_decisions(method):
    decisions = svm.SVC().fit(XB, YB).decision_function(XB)
    ours = ml.CalibratedClassifierCV(method).fit(decisions[:, None], YB)
    p = ours.predict_proba(decisions[:, None])[:, 1]
    order = np.argsort(decisions)
    assert (np.diff(p[order]) >= -1e-12).all() and abs(p.mean() - YB.mean()) < 0.02
    assert ours.score(decisions[:, None], YB) > 0.95


def test_calibration_refuses():
    with pytest.raises(ValueError, match="method"):
        ml.CalibratedClassifierCV("linear")
    for wrong, error, match in [({"cv": 1}, ValueError, "cv"), ({"ensemble": "no"}, ml.MlError, "ensemble")]:
        with pytest.raises(error, match=match):
            ml.CalibratedClassifierCV(estimator=naive_bayes.GaussianNB(), **wrong).fit(X, Y)
    with pytest.raises(ml.MlError, match="neither"):
        ml.CalibratedClassifierCV(estimator=linear_model.LinearRegression()).fit(X, Y)
