"""GaussianNB, MultinomialNB, BernoulliNB beside scikit-learn."""

import warnings

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
sklearn = pytest.importorskip("sklearn")

from sklearn import datasets, naive_bayes  # noqa: E402

warnings.filterwarnings("ignore", category=RuntimeWarning)
NAMES = ["GaussianNB", "MultinomialNB", "BernoulliNB"]
LEARNED = {"GaussianNB": ["theta_", "var_", "class_count_", "class_prior_", "epsilon_"]}
DISCRETE = ["feature_count_", "feature_log_prob_", "class_count_", "class_log_prior_"]


def compare(ours, theirs, x):
    name = type(theirs).__name__
    for attribute in LEARNED.get(name, DISCRETE):
        np.testing.assert_allclose(getattr(ours, attribute), getattr(theirs, attribute), rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(ours.predict_log_proba(x), theirs.predict_log_proba(x), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(ours.predict_proba(x), theirs.predict_proba(x), rtol=1e-6, atol=1e-9)
    np.testing.assert_array_equal(ours.predict(x), theirs.predict(x))


def counts(rows=300, cols=40, classes=4, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(classes, size=rows)
    return rng.poisson(1 + 2 * rng.random((classes, cols))[y]).astype(float), y


@pytest.mark.parametrize("load", ["iris", "wine", "breast_cancer", "digits"])
@pytest.mark.parametrize("name", NAMES)
def test_agrees_with_the_peer(name, load):
    x, y = getattr(datasets, f"load_{load}")(return_X_y=True)
    compare(getattr(ml, name)().fit(x, y), getattr(naive_bayes, name)().fit(x, y), x)


@pytest.mark.parametrize("name", NAMES)
def test_rows_have_weights(name):
    x, y = counts()
    weights = np.random.default_rng(1).random(len(y))
    weights[y == 2] *= 3
    ours = getattr(ml, name)().fit(x, y, sample_weight=weights)
    compare(ours, getattr(naive_bayes, name)().fit(x, y, sample_weight=weights), x)


@pytest.mark.parametrize("name", NAMES)
def test_learns_piece_by_piece(name):
    x, y = counts(rows=600)
    ours, theirs = getattr(ml, name)(), getattr(naive_bayes, name)()
    for begin in range(0, 600, 150):
        part = slice(begin, begin + 150)
        first = {"classes": [0, 1, 2, 3, 4]} if begin == 0 else {}
        weights = np.linspace(0.5, 2, 150)
        ours.partial_fit(x[part], y[part], sample_weight=weights, **first)
        theirs.partial_fit(x[part], y[part], sample_weight=weights, **first)
    if name == "GaussianNB":  # the class nobody saw has no variance but epsilon_, and the prior 0
        assert ours.class_prior_[4] == 0
    compare(ours, theirs, x)
    assert len(ours.classes_) == 5


@pytest.mark.parametrize("name", NAMES)
def test_large_data_is_summed_up_in_blocks(name):
    x, y = counts(rows=20000, cols=7)
    compare(getattr(ml, name)().fit(x, y), getattr(naive_bayes, name)().fit(x, y), x)


@pytest.mark.parametrize("name", NAMES)
def test_one_class_one_row_and_constant_columns(name):
    for x, y in [(np.array([[1.0, 2.0], [3.0, 5.0]]), [1, 1]), (np.array([[1.0, 2.0], [3.0, 4.0]]), [0, 1]),
                 (np.c_[np.ones(6), np.arange(6.0)], [0, 1, 0, 1, 1, 0])]:
        ours = getattr(ml, name)().fit(x, y)
        compare(ours, getattr(naive_bayes, name)().fit(x, y), x)


@pytest.mark.parametrize("name, keywords", [
    ("GaussianNB", {"priors": [0.1, 0.2, 0.3, 0.4]}), ("GaussianNB", {"var_smoothing": 0.1}),
    ("MultinomialNB", {"alpha": 0.3}), ("MultinomialNB", {"fit_prior": False}),
    ("MultinomialNB", {"class_prior": [0.1, 0.2, 0.3, 0.4]}), ("MultinomialNB", {"alpha": np.linspace(0.1, 2, 40)}),
    ("BernoulliNB", {"alpha": 3}), ("BernoulliNB", {"binarize": 2.5}), ("BernoulliNB", {"fit_prior": False}),
    ("BernoulliNB", {"class_prior": [0.1, 0.2, 0.3, 0.4]}),
])
def test_parameters(name, keywords):
    x, y = counts()
    ours = getattr(ml, name)(**keywords).fit(x, y)
    compare(ours, getattr(naive_bayes, name)(**keywords).fit(x, y), x)
    assert not np.allclose(ours.predict_proba(x), getattr(ml, name)().fit(x, y).predict_proba(x))


def test_bernoulli_smooths_each_feature_by_itself():  # which the peer refuses
    x, y = counts()
    alpha = np.linspace(0.1, 2, 40)
    ours = ml.BernoulliNB(alpha=alpha).fit(x, y)
    there = np.array([(x[y == c] > 0).sum(axis=0) for c in range(4)])
    rows = np.bincount(y)[:, None]
    np.testing.assert_allclose(ours.feature_log_prob_, np.log((there + alpha) / (rows + 2 * alpha)))


def test_bernoulli_takes_zeros_and_ones_as_they_are():
    x, y = counts()
    x = (x > 1).astype(float)
    compare(ml.BernoulliNB(binarize=None).fit(x, y), naive_bayes.BernoulliNB(binarize=None).fit(x, y), x)


@pytest.mark.parametrize("name", NAMES[1:])
def test_a_small_alpha_is_raised_unless_it_is_forced(name):
    x, y = counts(rows=40)
    with pytest.warns(UserWarning, match="alpha"):
        raised = getattr(ml, name)(alpha=0, force_alpha=False).fit(x, y)
    np.testing.assert_allclose(raised.feature_log_prob_, getattr(ml, name)(alpha=1e-10).fit(x, y).feature_log_prob_)
    assert not np.isfinite(getattr(ml, name)(alpha=0.0).fit(x * (x > 5), y).feature_log_prob_).all()


@pytest.mark.parametrize("name", NAMES[1:])
def test_sparse_rows(name):
    sparse = pytest.importorskip("scipy.sparse")
    x, y = counts()
    x[x < 2] = 0
    dense = getattr(ml, name)().fit(x, y)
    ours = getattr(ml, name)().fit(sparse.csr_matrix(x), y)
    np.testing.assert_allclose(ours.feature_log_prob_, dense.feature_log_prob_, rtol=1e-12)
    np.testing.assert_allclose(ours.predict_log_proba(sparse.csr_matrix(x)), dense.predict_log_proba(x), rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(ours.predict(sparse.csc_matrix(x)), dense.predict(x))


@pytest.mark.parametrize("name, keywords, message", [
    ("GaussianNB", {"priors": [0.5, 0.5]}, "priors"), ("GaussianNB", {"priors": [0.5, 0.5, 0.5, 0.5]}, "priors.*sum is 1"),
    ("GaussianNB", {"priors": [1.5, -0.5, 0, 0]}, "priors"), ("GaussianNB", {"var_smoothing": -1.0}, "var_smoothing"),
    ("MultinomialNB", {"alpha": -1}, "alpha"), ("MultinomialNB", {"alpha": [1.0, 2.0]}, "alpha"),
    ("MultinomialNB", {"class_prior": [0.5, 0.5]}, "class_prior"), ("BernoulliNB", {"alpha": "much"}, "alpha"),
    ("BernoulliNB", {"binarize": -0.5}, "binarize"),
])
def test_refuses_bad_parameters(name, keywords, message):
    x, y = counts(rows=40)
    with pytest.raises(ValueError, match=message):
        getattr(ml, name)(**keywords).fit(x, y)


def test_multinomial_refuses_negative_counts():
    with pytest.raises(RuntimeError, match="MultinomialNB needs counts >= 0, got -1"):
        ml.MultinomialNB().fit([[1.0, -1.0], [2.0, 3.0]], [0, 1])


@pytest.mark.parametrize("name", NAMES)
def test_a_refused_piece_leaves_the_model(name):
    x, y = counts()
    ours = getattr(ml, name)().partial_fit(x, y)
    before = ours.predict_proba(x)
    with pytest.raises(ValueError):
        ours.partial_fit(x, y + 7)
    np.testing.assert_array_equal(ours.predict_proba(x), before)


@pytest.mark.parametrize("name", NAMES)
def test_joint_probabilities(name):
    x, y = counts()
    ours, theirs = getattr(ml, name)().fit(x, y), getattr(naive_bayes, name)().fit(x, y)
    np.testing.assert_allclose(ours.predict_joint_log_proba(x), theirs.predict_joint_log_proba(x), rtol=1e-9)
    with pytest.raises(ml.NotFittedError):
        getattr(ml, name)().predict_joint_log_proba(x)
