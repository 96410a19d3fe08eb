"""Columns that are kept: SelectKBest, RFE."""

import numpy as np
import pytest

import kailash.ml as ml

sk = pytest.importorskip("sklearn.feature_selection")
from sklearn import datasets, ensemble, linear_model, pipeline, preprocessing, svm  # noqa: E402

X, Y = datasets.load_breast_cancer(return_X_y=True)
Y = Y.astype(float)
XR, YR = datasets.load_diabetes(return_X_y=True)
XD, YD = datasets.load_digits(return_X_y=True)


@pytest.mark.parametrize("name, x, y", [("f_classif", X, Y), ("f_classif", XD, YD), ("f_regression", XR, YR), ("chi2", X, Y),
                                        ("chi2", XD, YD)])
def test_scores_are_scikit_learns(name, x, y):
    ours = ml.SelectKBest(name, 5).fit(x, y)
    with np.errstate(all="ignore"):
        theirs = sk.SelectKBest(getattr(sk, name), k=5).fit(x, y)
    np.testing.assert_allclose(ours.scores_, theirs.scores_, rtol=1e-7)
    np.testing.assert_allclose(ours.pvalues_, theirs.pvalues_, rtol=1e-6, atol=1e-300)
    np.testing.assert_array_equal(ours.transform(x), theirs.transform(x))
    np.testing.assert_array_equal(ours.get_support(), theirs.get_support())
    np.testing.assert_array_equal(ours.get_support(True), theirs.get_support(True))
    np.testing.assert_array_equal(ours.inverse_transform(ours.transform(x)), theirs.inverse_transform(theirs.transform(x)))
    np.testing.assert_array_equal(ours.fit_transform(x, y), theirs.fit_transform(x, y))


def test_labels_may_be_texts_and_functions_the_users():
    texts = [f"c{int(v)}" for v in Y]
    np.testing.assert_allclose(ml.SelectKBest(k=3).fit(X, texts).scores_, sk.f_classif(X, Y)[0])
    ours = ml.SelectKBest(sk.f_classif, 3).fit(X, Y)
    np.testing.assert_allclose(ours.pvalues_, sk.f_classif(X, Y)[1])
    ours = ml.SelectKBest(lambda x, y: x.var(0), 2).fit(X, Y)
    np.testing.assert_array_equal(ours.get_support(True), np.sort(np.argsort(X.var(0))[-2:]))
    assert ours.pvalues_ is None if hasattr(ours, "pvalues_") else True
    assert ml.SelectKBest(k="all").fit_transform(X, Y).shape == X.shape
    assert list(ml.SelectKBest(k=2).fit(X[:, :3], Y).get_feature_names_out()) == ["x0", "x2"]


def test_constant_columns_come_last():
    x = np.c_[np.ones(len(X)), X[:, 0], np.ones(len(X)), X[:, 1]]
    ours = ml.SelectKBest(k=2).fit(x, Y)
    assert np.isnan(ours.scores_[[0, 2]]).all() and ours.get_support(True).tolist() == [1, 3]
    same = ml.SelectKBest(k=1).fit(np.c_[X[:, 0], X[:, 0]], Y)
    assert same.get_support(True).tolist() == sk.SelectKBest(k=1).fit(np.c_[X[:, 0], X[:, 0]], Y).get_support(True).tolist()


@pytest.mark.parametrize("name, x, y", [("mutual_info_classif", X, Y), ("mutual_info_regression", XR, YR)])
def test_mutual_information(name, x, y):
    ours = ml.SelectKBest(name, 3).fit(x, y)
    theirs = getattr(sk, name)(x, y, random_state=0)
    np.testing.assert_allclose(ours.scores_, theirs, atol=0.04)
    assert np.corrcoef(ours.scores_, theirs)[0, 1] > 0.97
    noise = np.random.default_rng(0).normal(size=(len(y), 1))
    assert ml.SelectKBest(name, 1).fit(np.c_[noise, x[:, :1]], y).scores_[0] < 0.1


@pytest.mark.parametrize("keywords, error, match", [
    ({"k": 31}, RuntimeError, "30 columns"), ({"k": 0}, RuntimeError, "`k`"), ({"k": "some"}, ml.MlError, "`k`"),
    ({"score_func": "none"}, ml.MlError, "score_func"), ({"score_func": 5}, ml.MlError, "score_func")])
def test_what_select_k_best_refuses(keywords, error, match):
    with pytest.raises(error, match=match):
        ml.SelectKBest(**keywords).fit(X, Y)
    with pytest.raises(ml.MlError, match="negative"):
        ml.SelectKBest("chi2", 2).fit(-X, Y)
    with pytest.raises(ml.MlError, match="needs y"):
        ml.SelectKBest().fit(X)


# ---- RFE ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("wanted, step", [(3, 1), (None, 2), (0.25, 0.3), (10, 1)])
def test_elimination_is_scikit_learns(wanted, step):
    for inner, x, y in [(linear_model.Ridge(), XR, YR), (svm.LinearSVC(random_state=0), preprocessing.scale(XD[:200, 1:40]), YD[:200]),
                        (ensemble.RandomForestRegressor(5, random_state=0), XR, YR)]:
        ours = ml.RFE(wanted, step, inner).fit(x, y)
        theirs = sk.RFE(inner, n_features_to_select=wanted, step=step).fit(x, y)
        np.testing.assert_array_equal(ours.ranking_, theirs.ranking_)
        np.testing.assert_array_equal(ours.support_, theirs.support_)
        np.testing.assert_array_equal(ours.transform(x), theirs.transform(x))
        np.testing.assert_allclose(ours.predict(x), theirs.predict(x))
        assert ours.n_features_ == theirs.n_features_ and ours.score(x, y) == pytest.approx(theirs.score(x, y))
        np.testing.assert_array_equal(ours.inverse_transform(ours.transform(x)), theirs.inverse_transform(theirs.transform(x)))


def test_which_estimator_tells():
    assert type(ml.RFE(3).fit(XR, YR).estimator_).__name__ == "Ridge"
    ours = ml.RFE(ml.Ridge(), n_features_to_select=2) if False else ml.RFE(linear_model.Ridge(), estimator=None)
    assert ours.n_features_to_select is None and ours.fit(XR, YR).n_features_ == 5
    pipe = ml.Pipeline([("s", ml.StandardScaler()), ("m", linear_model.Ridge())])
    getter = ml.RFE(3, estimator=pipe, importance_getter="named_steps.m.coef_").fit(XR, YR)
    peer = sk.RFE(pipeline.Pipeline([("s", preprocessing.StandardScaler()), ("m", linear_model.Ridge())]),
                  n_features_to_select=3, importance_getter="named_steps.m.coef_").fit(XR, YR)
    np.testing.assert_array_equal(getter.support_, peer.support_)
    called = ml.RFE(3, estimator=linear_model.Ridge(), importance_getter=lambda m: m.coef_).fit(XR, YR)
    np.testing.assert_array_equal(called.support_, sk.RFE(linear_model.Ridge(), n_features_to_select=3).fit(XR, YR).support_)


@pytest.mark.parametrize("keywords, match", [
    ({"n_features_to_select": 11}, "n_features"), ({"n_features_to_select": 0}, "n_features"),
    ({"n_features_to_select": 1.5}, "n_features"), ({"n_features_to_select": 2, "step": 0}, "step"),
    ({"n_features_to_select": 2, "step": 1.5}, "step"), ({"n_features_to_select": 2, "importance_getter": 3}, "getter")])
def test_what_elimination_refuses(keywords, match):
    with pytest.raises(ml.MlError, match=match):
        ml.RFE(estimator=linear_model.Ridge(), **keywords).fit(XR, YR)
    with pytest.raises(ml.MlError, match="coef_"):
        ml.RFE(2, estimator=svm.SVR()).fit(XR, YR)
    with pytest.raises(ml.MlError, match="expected 10 features"):
        ml.RFE(2, estimator=linear_model.Ridge()).fit(XR, YR).transform(XR[:, :4])
