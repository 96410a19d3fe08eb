"""SVC, NuSVC, SVR, NuSVR, OneClassSVM beside scikit-learn, whose problems are solved to the same tolerance."""

import warnings

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
sklearn = pytest.importorskip("sklearn")

from sklearn import datasets, svm  # noqa: E402
from sklearn.metrics import log_loss  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402

KERNELS = [{"kernel": "rbf"}, {"kernel": "linear"}, {"kernel": "poly", "coef0": 1.0}, {"kernel": "poly", "degree": 2, "gamma": 0.1},
           {"kernel": "sigmoid", "gamma": 0.01}, {"gamma": "auto"}, {"gamma": 0.5}]
FINE = 1e-7


def data(name):
    if name == "two":
        x, y = datasets.make_classification(300, 6, n_informative=4, n_redundant=0, random_state=3)
    else:
        x, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    # Of rows that are the same each may be the support vector.
    rows = np.sort(np.unique(x, axis=0, return_index=True)[1])
    return StandardScaler().fit_transform(x[rows]), y[rows]


def compare(ours, theirs, x, close=1e-4):
    scale = max(1.0, np.abs(theirs.decision_function(x)).max()) if hasattr(theirs, "decision_function") else 1.0
    if hasattr(theirs, "decision_function"):
        np.testing.assert_allclose(ours.decision_function(x), theirs.decision_function(x), atol=close * scale)
        clear = np.abs(theirs.decision_function(x)).reshape(len(x), -1).min(axis=1) > close * scale
        np.testing.assert_array_equal(ours.predict(x)[clear], theirs.predict(x)[clear])
    else:
        np.testing.assert_allclose(ours.predict(x), theirs.predict(x), atol=close * np.abs(theirs.predict(x)).max())
    for name in ("support_", "n_support_", "support_vectors_"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name), err_msg=name)
    for name in ("dual_coef_", "intercept_"):
        expected = getattr(theirs, name)
        np.testing.assert_allclose(getattr(ours, name), expected, atol=close * max(1, np.abs(expected).max()), err_msg=name)
    assert hasattr(ours, "coef_") == (ours.kernel == "linear")
    if ours.kernel == "linear":
        np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=close * np.abs(theirs.coef_).max())
    assert tuple(ours.shape_fit_) == theirs.shape_fit_
    assert ours.fit_status_ == theirs.fit_status_ == 0


@pytest.mark.parametrize("name", ["iris", "two", "breast_cancer"])
@pytest.mark.parametrize("keywords", KERNELS, ids=str)
def test_svc_agrees_with_the_peer(name, keywords):
    x, y = data(name)
    compare(ml.SVC(tol=FINE, **keywords).fit(x, y), svm.SVC(tol=FINE, **keywords).fit(x, y), x)


@pytest.mark.parametrize("cls, keywords", [("SVC", {}), ("SVC", {"kernel": "linear", "C": 0.1}), ("NuSVC", {"nu": 0.1})])
def test_ten_classes(cls, keywords):
    x, y = datasets.load_digits(return_X_y=True)
    ours = getattr(ml, cls)(tol=1e-5, **keywords).fit(x, y)
    theirs = getattr(svm, cls)(tol=1e-5, **keywords).fit(x, y)
    np.testing.assert_array_equal(ours.predict(x), theirs.predict(x))
    np.testing.assert_allclose(ours.decision_function(x), theirs.decision_function(x), atol=1e-3)
    assert ours.n_iter_.shape == theirs.n_iter_.shape == (45,)


@pytest.mark.parametrize("name", ["iris", "two"])
@pytest.mark.parametrize("keywords", [{"nu": 0.3}, {"kernel": "linear"}, {"kernel": "poly", "coef0": 1.0, "nu": 0.2}], ids=str)
def test_nu_svc_agrees_with_the_peer(name, keywords):
    x, y = data(name)
    compare(ml.NuSVC(tol=FINE, **keywords).fit(x, y), svm.NuSVC(tol=FINE, **keywords).fit(x, y), x, 1e-3)


@pytest.mark.parametrize("cls, keywords", [
    ("SVR", {"C": 10}), ("SVR", {"kernel": "linear", "epsilon": 1.0}), ("SVR", {"epsilon": 0.0, "C": 0.5}),
    ("SVR", {"kernel": "poly", "coef0": 1.0, "degree": 2}), ("NuSVR", {"C": 10}), ("NuSVR", {"nu": 0.2, "kernel": "linear"}),
], ids=str)
def test_regressors_agree_with_the_peer(cls, keywords):
    x, y = data("diabetes")
    ours, theirs = getattr(ml, cls)(tol=FINE, **keywords).fit(x, y), getattr(svm, cls)(tol=FINE, **keywords).fit(x, y)
    compare(ours, theirs, x)
    assert ours.score(x, y) == pytest.approx(theirs.score(x, y), abs=1e-5)


@pytest.mark.parametrize("keywords", [{}, {"nu": 0.1}, {"kernel": "linear", "nu": 0.3}, {"kernel": "poly", "coef0": 1.0, "gamma": 0.1}], ids=str)
def test_one_class_agrees_with_the_peer(keywords):
    x = data("iris")[0] + 3
    ours, theirs = ml.OneClassSVM(tol=1e-6, **keywords).fit(x), svm.OneClassSVM(tol=1e-6, **keywords).fit(x)
    clear = np.abs(theirs.decision_function(x)) > 1e-4 * np.abs(theirs.decision_function(x)).max()
    np.testing.assert_allclose(ours.decision_function(x), theirs.decision_function(x), atol=1e-4 * np.abs(theirs.offset_).max())
    np.testing.assert_array_equal(ours.predict(x)[clear], theirs.predict(x)[clear])
    np.testing.assert_allclose(ours.score_samples(x), ours.decision_function(x) + ours.offset_)
    np.testing.assert_allclose(ours.offset_, theirs.offset_, rtol=1e-5)
    np.testing.assert_array_equal(ours.fit_predict(x), ours.predict(x))


# ---- rows and classes that weigh ------------------------------------------------------------------------


@pytest.mark.parametrize("cls, keywords", [("SVC", {}), ("NuSVC", {"nu": 0.2}), ("SVR", {"C": 5}), ("NuSVR", {"C": 5}), ("OneClassSVM", {"nu": 0.3})])
def test_rows_have_weights(cls, keywords):
    x, y = data("iris" if "SVC" in cls else "diabetes")
    weights = np.random.default_rng(0).integers(1, 5, len(y)) / 2
    ours, theirs = getattr(ml, cls)(tol=FINE, **keywords), getattr(svm, cls)(tol=FINE, **keywords)
    compare(ours.fit(x, y, sample_weight=weights), theirs.fit(x, y, sample_weight=weights), x, 2e-3)
    weights[::3] = 0  # as if they were not there
    ours, rest = getattr(ml, cls)(gamma=0.2, **keywords), getattr(ml, cls)(gamma=0.2, **keywords)
    ours.fit(x, y, sample_weight=weights)
    rest.fit(x[weights > 0], y[weights > 0], sample_weight=weights[weights > 0])
    np.testing.assert_array_equal(ours.dual_coef_, rest.dual_coef_)
    np.testing.assert_array_equal(ours.support_, np.flatnonzero(weights)[rest.support_])


@pytest.mark.parametrize("weights", ["balanced", {0: 5, 1: 0.5}, {2: 10.0}])
def test_classes_have_weights(weights):
    x, y = data("iris")
    x, y = x[20:], y[20:]
    ours = ml.SVC(tol=FINE, class_weight=weights).fit(x, y)
    compare(ours, svm.SVC(tol=FINE, class_weight=weights).fit(x, y), x)
    np.testing.assert_allclose(ours.class_weight_, svm.SVC(class_weight=weights).fit(x, y).class_weight_)


def test_classes_of_words_have_weights():
    x, y = data("iris")
    words = np.array(["setosa", "versicolor", "virginica"])[y]
    ours = ml.SVC(class_weight={"virginica": 3.0}, tol=FINE).fit(x, words)
    theirs = svm.SVC(class_weight={"virginica": 3.0}, tol=FINE).fit(x, words)
    assert list(ours.predict(x)) == list(theirs.predict(x))
    np.testing.assert_allclose(ours.decision_function(x), theirs.decision_function(x), atol=1e-4)


# ---- answers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", ["SVC", "NuSVC"])
def test_shapes_of_decisions_and_ties(cls):
    x, y = datasets.make_blobs(300, centers=6, cluster_std=2.5, random_state=0)
    for keywords in ({"decision_function_shape": "ovo"}, {"break_ties": True}, {}):
        ours, theirs = getattr(ml, cls)(tol=FINE, **keywords).fit(x, y), getattr(svm, cls)(tol=FINE, **keywords).fit(x, y)
        assert ours.decision_function(x).shape == theirs.decision_function(x).shape
        np.testing.assert_allclose(ours.decision_function(x), theirs.decision_function(x), atol=1e-3, rtol=1e-3)
        np.testing.assert_array_equal(ours.predict(x), theirs.predict(x))
    with pytest.raises(ValueError, match="break_ties"):
        getattr(ml, cls)(break_ties=True, decision_function_shape="ovo").fit(x, y).predict(x)


@pytest.mark.parametrize("name, cls", [("two", "SVC"), ("iris", "SVC"), ("wine", "NuSVC")])
def test_probabilities_are_as_good_as_those_of_the_peer(name, cls):
    x, y = data(name)
    train, test = np.arange(len(y)) % 2 == 0, np.arange(len(y)) % 2 == 1
    ours = getattr(ml, cls)(probability=True, random_state=0).fit(x[train], y[train])
    with pytest.warns(FutureWarning):
        theirs = getattr(svm, cls)(probability=True, random_state=0).fit(x[train], y[train])
    p = ours.predict_proba(x[test])
    np.testing.assert_allclose(p.sum(axis=1), 1)
    assert log_loss(y[test], p) < log_loss(y[test], theirs.predict_proba(x[test])) + 0.1
    np.testing.assert_allclose(ours.predict_log_proba(x[test]), np.log(p))
    again = getattr(ml, cls)(probability=True, random_state=0).fit(x[train], y[train])
    np.testing.assert_array_equal(again.predict_proba(x[test]), p)
    assert ours.probA_.shape == ours.probB_.shape == theirs.probA_.shape
    # The sigmoids themselves, given those of the peer, are coupled as the peer does.
    other = getattr(ml, cls)(probability=True, random_state=1).fit(x[train], y[train])
    assert not np.array_equal(other.probA_, ours.probA_)


def test_without_probability_there_is_none():
    x, y = data("iris")
    ours = ml.SVC().fit(x, y)
    assert ours.probA_.shape == (0,)
    with pytest.raises(AttributeError, match="predict_proba"):
        ours.predict_proba(x)


# ---- kernels that are given -----------------------------------------------------------------------------


def closeness(a, b):
    return np.exp(-0.3 * ((a[:, None, :] - b[None, :, :]) ** 2).sum(axis=2))


@pytest.mark.parametrize("cls", ["SVC", "SVR", "OneClassSVM", "NuSVR"])
def test_precomputed_and_callable_kernels(cls):
    x, y = data("iris")
    train, test = x[::2], x[1::2]
    known = getattr(ml, cls)(gamma=0.3, tol=FINE).fit(train, y[::2])
    given = getattr(ml, cls)(kernel="precomputed", tol=FINE).fit(closeness(train, train), y[::2])
    called = getattr(ml, cls)(kernel=closeness, tol=FINE).fit(train, y[::2])
    np.testing.assert_allclose(given.predict(closeness(test, train)), known.predict(test), atol=1e-5)
    np.testing.assert_allclose(called.predict(test), known.predict(test), atol=1e-5)
    np.testing.assert_array_equal(given.support_, known.support_)
    assert given.support_vectors_.shape == called.support_vectors_.shape == (0, 0)


def test_bad_kernels_are_refused():
    x, y = data("iris")
    with pytest.raises(ValueError, match="kernel: expected one of: linear, poly, rbf, sigmoid, precomputed"):
        ml.SVC(kernel="cubic")
    with pytest.raises(ValueError, match="square"):
        ml.SVC(kernel="precomputed").fit(x, y)
    with pytest.raises(ValueError, match="149 x 149, got 149 x 4"):
        ml.SVC(kernel=lambda a, b: a).fit(x, y)
    with pytest.raises(ZeroDivisionError):
        ml.SVC(kernel=lambda a, b: 1 / 0).fit(x, y)


# ---- the solver -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("keywords", [{"shrinking": False}, {"cache_size": 1e-3}, {"cache_size": 0.05}], ids=str)
@pytest.mark.parametrize("cls", ["SVC", "SVR", "NuSVR"])
def test_how_it_is_solved_does_not_matter(cls, keywords):
    x, y = datasets.make_classification(1500, 5, n_informative=4, n_redundant=0, flip_y=0.2, random_state=0)
    plain, other = getattr(ml, cls)(tol=1e-6).fit(x, y), getattr(ml, cls)(tol=1e-6, **keywords).fit(x, y)
    np.testing.assert_allclose(plain.intercept_, other.intercept_, atol=1e-4)
    np.testing.assert_allclose(plain.predict(x), other.predict(x), atol=1e-4)


def test_the_dual_is_as_low_as_that_of_the_peer():
    x, y = datasets.make_classification(1200, 10, n_informative=6, flip_y=0.1, random_state=5)
    kernel = closeness(x, x)

    def dual(machine):
        b = np.zeros(len(y))
        b[machine.support_] = machine.dual_coef_[0]
        return b @ kernel @ b / 2 - np.abs(b).sum()

    for c in (0.1, 10.0, 1000.0):
        ours, theirs = ml.SVC(C=c, gamma=0.3).fit(x, y), svm.SVC(C=c, gamma=0.3).fit(x, y)
        assert dual(ours) <= dual(theirs) + 1e-3 * abs(dual(theirs))
        np.testing.assert_allclose(ours.decision_function(x), theirs.decision_function(x), atol=5e-3)


def test_stops_early_with_a_warning():
    x, y = data("two")
    with pytest.warns(ml.ConvergenceWarning, match="max_iter=3"):
        ours = ml.SVC(max_iter=3).fit(x, y)
    assert ours.fit_status_ == 1 and list(ours.n_iter_) == [3]


def test_a_tolerance_beyond_the_precision_ends():
    x, y = data("iris")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours = ml.SVC(tol=1e-300).fit(x, y)
    np.testing.assert_allclose(ours.decision_function(x), ml.SVC(tol=1e-6).fit(x, y).decision_function(x), atol=1e-4)


def test_duplicates_constants_and_few_rows():
    x = np.array([[0.0, 1.0], [0.0, 1.0], [1.0, 1.0], [1.0, 1.0], [1.0, 1.0], [0.0, 1.0]])
    y = np.array([0, 0, 1, 1, 0, 1])
    for cls, keywords in (("SVC", {}), ("SVR", {}), ("NuSVR", {}), ("OneClassSVM", {})):
        ours, theirs = getattr(ml, cls)(tol=FINE, **keywords).fit(x, y), getattr(svm, cls)(tol=FINE, **keywords).fit(x, y)
        np.testing.assert_allclose(ours.predict(x)[2:3], theirs.predict(x)[2:3], atol=1e-4)
        np.testing.assert_allclose(ours.intercept_, theirs.intercept_, atol=1e-4)
    assert ml.SVC().fit([[0.0], [1.0]], [3, 7]).predict([[0.1], [0.9]]).tolist() == [3, 7]
    assert ml.SVR().fit([[2.0]], [5.0]).predict([[2.0]]) == pytest.approx([5.0], abs=0.11)
    assert ml.SVC().fit(np.ones((4, 2)), [0, 0, 1, 1]).predict(np.ones((1, 2))).shape == (1,)


def test_both_spellings_of_c():
    x, y = data("iris")
    assert ml.SVC(C=7.0).c == ml.SVC(c=7.0).C == 7.0
    np.testing.assert_array_equal(ml.SVC(7.0).fit(x, y).dual_coef_, ml.SVC(C=7.0).fit(x, y).dual_coef_)


@pytest.mark.parametrize("cls, keywords, message", [
    ("SVC", {"C": 0.0}, "`c`"), ("SVC", {"C": -1.0}, "`c`"), ("SVC", {"gamma": -1.0}, "gamma"), ("SVC", {"gamma": 0}, "gamma"),
    ("SVC", {"gamma": "some"}, "gamma"), ("SVC", {"degree": -1}, "degree"), ("SVC", {"tol": 0.0}, "tol"),
    ("SVC", {"cache_size": 0.0}, "cache_size"), ("SVC", {"max_iter": -2}, "max_iter"), ("SVC", {"class_weight": "some"}, "class_weight"),
    ("SVC", {"class_weight": {7: 1.0}}, "class_weight"), ("SVC", {"class_weight": {0: -1.0}}, "class_weight"),
    ("NuSVC", {"nu": 0.0}, r"nu.*\(0, 1\]"), ("NuSVC", {"nu": 1.5}, "nu"), ("SVR", {"epsilon": -0.1}, "epsilon"),
    ("NuSVR", {"nu": -1.0}, "nu"), ("OneClassSVM", {"nu": 0.0}, "nu"), ("SVC", {"decision_function_shape": "ova"}, "decision_function_shape"),
], ids=str)
def test_refuses_bad_parameters(cls, keywords, message):
    x, y = data("iris")
    with pytest.raises(ValueError, match=message):
        getattr(ml, cls)(**keywords).fit(x, y)


def test_refuses_what_cannot_be_solved():
    x, y = data("iris")
    few = np.r_[0:50, 50:55]
    with pytest.raises(ValueError, match="nu"):
        ml.NuSVC(nu=0.9).fit(x[few], y[few])
    with pytest.raises(ValueError, match="weighs more than 0"):
        ml.SVC().fit(x, y, sample_weight=(y != 1).astype(float))
    with pytest.raises(ValueError, match="not finite"):
        ml.SVC(kernel="linear").fit(x * 1e30, y)
