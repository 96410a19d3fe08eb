"""LinearSVC, LinearSVR beside scikit-learn, whose problems are solved to a fine tolerance."""

import signal
import warnings

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
sklearn = pytest.importorskip("sklearn")

from sklearn import datasets, svm  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402

FINE = {"tol": 1e-8, "max_iter": 50000, "random_state": 0}


def data(name):
    if name == "wide":
        x, y = datasets.make_classification(60, 150, n_informative=10, n_classes=3, random_state=0)
    elif name == "two":
        x, y = datasets.make_classification(300, 8, n_informative=5, flip_y=0.1, random_state=0)
    else:
        x, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    return StandardScaler().fit_transform(x), y


def compare(ours, theirs, close=1e-5):
    scale = max(1.0, np.abs(theirs.coef_).max())
    assert ours.coef_.shape == theirs.coef_.shape
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=close * scale)
    np.testing.assert_allclose(ours.intercept_, np.broadcast_to(theirs.intercept_, ours.intercept_.shape), atol=close * scale)
    assert 0 < ours.n_iter_ < ours.max_iter


@pytest.mark.parametrize("name", ["iris", "wine", "two", "wide"])
@pytest.mark.parametrize("keywords", [
    {}, {"C": 0.05}, {"dual": True}, {"dual": False}, {"loss": "hinge"}, {"penalty": "l1", "C": 0.2},
    {"multi_class": "crammer_singer"}, {"fit_intercept": False}, {"intercept_scaling": 7.0}, {"class_weight": "balanced"},
], ids=str)
def test_svc_agrees_with_the_peer(name, keywords):
    x, y = data(name)
    ours, theirs = ml.LinearSVC(**FINE, **keywords).fit(x, y), svm.LinearSVC(**FINE, **keywords).fit(x, y)
    compare(ours, theirs)
    np.testing.assert_allclose(ours.decision_function(x), theirs.decision_function(x), atol=1e-4)
    np.testing.assert_array_equal(ours.predict(x), theirs.predict(x))


@pytest.mark.parametrize("keywords", [{}, {"dual": True}, {"penalty": "l1"}, {"loss": "hinge"}, {"multi_class": "crammer_singer"}], ids=str)
def test_rows_and_classes_have_weights(keywords):
    x, y = data("wine")
    weights = np.random.default_rng(0).integers(0, 4, len(y)) / 2
    keywords = {**FINE, **keywords, "class_weight": {0: 3.0, 2: 0.5}}
    ours = ml.LinearSVC(**keywords).fit(x, y, sample_weight=weights)
    compare(ours, svm.LinearSVC(**keywords).fit(x, y, sample_weight=weights))
    assert not np.allclose(ours.coef_, ml.LinearSVC(**FINE).fit(x, y).coef_)


@pytest.mark.parametrize("keywords", [
    {}, {"epsilon": 20.0}, {"C": 10.0}, {"loss": "squared_epsilon_insensitive"}, {"loss": "squared_epsilon_insensitive", "epsilon": 20.0},
    {"loss": "squared_epsilon_insensitive", "dual": True, "epsilon": 5.0}, {"fit_intercept": False}, {"intercept_scaling": 5.0},
], ids=str)
def test_svr_agrees_with_the_peer(keywords):
    x, y = data("diabetes")
    x = x + 1
    weights = np.linspace(0.5, 2, len(y))
    for fit in ({}, {"sample_weight": weights}):
        ours, theirs = ml.LinearSVR(**FINE, **keywords).fit(x, y, **fit), svm.LinearSVR(**FINE, **keywords).fit(x, y, **fit)
        compare(ours, theirs, 1e-4)
        np.testing.assert_allclose(ours.predict(x), theirs.predict(x), atol=1e-2)


@pytest.mark.parametrize("cls, keywords", [
    ("LinearSVC", {}), ("LinearSVC", {"dual": True}), ("LinearSVC", {"penalty": "l1"}), ("LinearSVC", {"multi_class": "crammer_singer"}),
    ("LinearSVR", {}), ("LinearSVR", {"loss": "squared_epsilon_insensitive"}),
], ids=str)
def test_sparse_rows(cls, keywords):
    sparse = pytest.importorskip("scipy.sparse")
    x, y = data("two")
    x[np.abs(x) < 0.7] = 0
    dense = getattr(ml, cls)(**FINE, **keywords).fit(x, y)
    thin = getattr(ml, cls)(**FINE, **keywords).fit(sparse.csr_matrix(x), y)
    np.testing.assert_allclose(thin.coef_, dense.coef_, atol=1e-6)
    np.testing.assert_allclose(thin.predict(sparse.csr_matrix(x)), dense.predict(x), atol=1e-5)


def test_wide_dense_primal_is_solved_by_conjugate_gradients():
    x, y = datasets.make_classification(150, 900, n_informative=30, random_state=1)
    compare(ml.LinearSVC(**FINE, dual=False).fit(x, y), svm.LinearSVC(**FINE, dual=False).fit(x, y))


def test_a_seed_repeats_the_order_of_rows():
    x, y = data("iris")
    rough = {"dual": True, "max_iter": 3}
    with pytest.warns(ml.ConvergenceWarning, match="max_iter=3"):
        first = ml.LinearSVC(random_state=1, **rough).fit(x, y)
        again = ml.LinearSVC(random_state=1, **rough).fit(x, y)
        other = ml.LinearSVC(random_state=2, **rough).fit(x, y)
    np.testing.assert_array_equal(first.coef_, again.coef_)
    assert not np.array_equal(first.coef_, other.coef_)
    with pytest.warns(ml.ConvergenceWarning, match="LinearSVR"):
        ml.LinearSVR(max_iter=1, random_state=0).fit(x, y)


def test_constant_and_repeated_rows():
    x = np.array([[0.0, 1.0], [0.0, 1.0], [1.0, 1.0], [1.0, 1.0], [0.0, 0.0]])
    y = np.array([0, 0, 1, 1, 0])
    for keywords in ({}, {"dual": True}, {"loss": "hinge"}, {"penalty": "l1"}, {"multi_class": "crammer_singer"}, {"fit_intercept": False, "dual": True}):
        ours, theirs = ml.LinearSVC(**FINE, **keywords).fit(x, y), svm.LinearSVC(**FINE, **keywords).fit(x, y)
        np.testing.assert_allclose(ours.decision_function(x), theirs.decision_function(x), atol=1e-5)


@pytest.mark.parametrize("cls, keywords, message", [
    ("LinearSVC", {"C": 0.0}, "`c`"), ("LinearSVC", {"tol": 0.0}, "tol"), ("LinearSVC", {"max_iter": -1}, "max_iter"),
    ("LinearSVC", {"penalty": "l1", "loss": "hinge"}, "penalty='l1' and loss='hinge' cannot be combined"),
    ("LinearSVC", {"penalty": "l1", "dual": True}, "penalty='l1' cannot be combined with dual=True"),
    ("LinearSVC", {"loss": "hinge", "dual": False}, "loss='hinge' cannot be combined with dual=False"),
    ("LinearSVC", {"dual": "some"}, "dual"), ("LinearSVC", {"intercept_scaling": 0.0}, "intercept_scaling"),
    ("LinearSVC", {"multi_class": "ovo"}, "multi_class"), ("LinearSVR", {"epsilon": -1.0}, "epsilon"),
    ("LinearSVR", {"loss": "hinge"}, "loss"), ("LinearSVR", {"dual": False}, "loss='epsilon_insensitive' cannot be combined with dual=False"),
], ids=str)
def test_refuses_bad_parameters(cls, keywords, message):
    x, y = data("iris")
    with pytest.raises(ValueError, match=message):
        getattr(ml, cls)(**keywords).fit(x, y)


def test_an_interrupt_ends_a_long_fit_of_several_classes():
    """Each class is one block of a loop, and would take hours."""
    class Enough(Exception):
        pass

    def stop(*_):
        raise Enough

    x, y = datasets.load_digits(return_X_y=True)
    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(Enough):
            ml.LinearSVC(loss="hinge", tol=1e-300, max_iter=10**9).fit(x, y)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("seed", range(3))
def test_rows_that_were_set_aside_too_early_come_back(seed):
    """With a tube of no width nearly all rows lie at their bounds after a few rounds."""
    x, y = datasets.make_regression(10_000, 20, n_informative=10, noise=10.0, random_state=0)
    costs = []
    for of in (ml, svm):
        model = of.LinearSVR(max_iter=1000, tol=1e-9, random_state=seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(x, y)
        coef, intercept = np.ravel(model.coef_), np.ravel(model.intercept_)
        costs.append((coef @ coef + intercept @ intercept) / 2 + np.abs(y - x @ coef - intercept).sum())
    assert costs[0] <= costs[1] * (1 + 1e-5)


def test_a_tolerance_below_rounding_ends():
    x, y = datasets.make_classification(2000, 20, n_informative=10, n_classes=3, random_state=0)
    model = ml.LinearSVC(tol=1e-300, max_iter=10**6).fit(x, y)
    assert model.n_iter_ < 1000
