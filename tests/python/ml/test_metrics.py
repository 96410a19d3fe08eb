"""Measures: the same numbers as scikit-learn's, and what differs on purpose."""

import math

import numpy as np
import pytest

import kailash.ml as ml

sk = pytest.importorskip("sklearn.metrics")

CLASSIFICATION = ["accuracy_score", "zero_one_loss", "hamming_loss", "balanced_accuracy_score", "matthews_corrcoef",
                  "cohen_kappa_score", "confusion_matrix"]
RATIOS = ["precision_score", "recall_score", "f1_score", "jaccard_score"]
REGRESSION = ["r2_score", "explained_variance_score", "mean_squared_error", "root_mean_squared_error",
              "mean_absolute_error", "median_absolute_error", "mean_absolute_percentage_error",
              "mean_squared_log_error"]
PARTITIONS = ["adjusted_rand_score", "normalized_mutual_info_score", "v_measure_score"]
rng = np.random.default_rng(7)


def both(name, *args, rtol=1e-9, **kwargs):
    ours, theirs = getattr(ml, name)(*args, **kwargs), getattr(sk, name)(*args, **kwargs)
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=1e-12)
    return ours


def labels(kinds, n=60):
    y = rng.integers(0, kinds, n)
    p = np.where(rng.random(n) < 0.6, y, rng.integers(0, kinds, n))
    return y.astype(float), p.astype(float), rng.random(n)


# ---- labels ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", CLASSIFICATION)
@pytest.mark.parametrize("kinds", [2, 3, 7])
def test_labels_score_as_scikit_learns_do(name, kinds):
    y, p, w = labels(kinds)
    both(name, y, p)
    both(name, y, p, sample_weight=w)
    both(name, y - 2, p - 2)
    np.testing.assert_allclose(getattr(ml, name)(y / 2, p / 2), getattr(ml, name)(y, p))
    both(name, [f"c{int(v)}" for v in y], [f"c{int(v)}" for v in p])
    if kinds == 2:
        both(name, y > 0, p > 0)


@pytest.mark.parametrize("name", RATIOS)
@pytest.mark.parametrize("average", ["micro", "macro", "weighted", None])
def test_ratios_are_averaged_alike(name, average):
    y, p, w = labels(4)
    both(name, y, p, average=average)
    both(name, y, p, average=average, sample_weight=w)
    both(name, y, p, average=average, labels=[2, 0])
    both(name, y, np.zeros_like(y), average=average, zero_division=1)
    if average and name != "jaccard_score":
        both(name, y, np.zeros_like(y), average=average, zero_division=math.nan)
    texts = [f"c{int(v)}" for v in y], [f"c{int(v)}" for v in p]
    both(name, *texts, average=average, labels=["c3", "c1"])


@pytest.mark.parametrize("name", RATIOS)
def test_the_binary_ratio_is_about_one_label(name):
    y, p, w = labels(2)
    both(name, y, p, sample_weight=w)
    both(name, y, p, pos_label=0)
    texts = np.where(y > 0, "yes", "no").tolist(), np.where(p > 0, "yes", "no").tolist()
    both(name, *texts, pos_label="yes")
    of = getattr(ml, name)
    with pytest.raises(ml.MlError, match="pos_label"):
        of(*texts)
    with pytest.raises(ml.MlError, match="pos_label"):
        of(y, p, pos_label=5)
    # of several classes: the label 1 against the rest
    y, p, _ = labels(4)
    assert of(y, p) == pytest.approx(getattr(sk, name)(y == 1, p == 1))
    assert of([0.0, 2.0], [2.0, 0.0]) == 0.0
    assert of([], []) == 0.0
    assert of([], [], zero_division=1.0) == 1.0


def test_zero_division_may_warn():
    with pytest.warns(UserWarning, match="precision"):
        assert ml.precision_score([1.0, 0.0], [0.0, 0.0], zero_division="warn") == 0.0
    with pytest.raises(ml.MlError, match="zero_division"):
        ml.precision_score([1.0, 0.0], [0.0, 0.0], zero_division=2.0)


@pytest.mark.parametrize("name", RATIOS + ["accuracy_score", "zero_one_loss", "hamming_loss"])
def test_tables_of_several_labels(name):
    y = rng.integers(0, 2, (40, 4))
    p = np.where(rng.random(y.shape) < 0.7, y, 1 - y)
    p[3] = y[3] = 0
    w = rng.random(40)
    if name not in RATIOS:
        both(name, y, p)
        both(name, y, p, sample_weight=w)
        return
    for average in ["micro", "macro", "weighted", "samples", None]:
        both(name, y, p, average=average, zero_division=0)
        both(name, y, p, average=average, sample_weight=w, zero_division=1)
        both(name, y, p, average=average, labels=[3, 1], zero_division=0)
    with pytest.raises(ml.MlError, match="binary"):
        getattr(ml, name)(y, p)


def test_keywords_of_label_measures():
    y, p, w = labels(3)
    both("accuracy_score", y, p, normalize=False)
    both("accuracy_score", y, p, normalize=False, sample_weight=w)
    both("zero_one_loss", y, p, normalize=False, sample_weight=w)
    both("balanced_accuracy_score", y, p, adjusted=True)
    for normalize in ["true", "pred", "all", None]:
        both("confusion_matrix", y, p, normalize=normalize, labels=[2, 1, 5])
    for weights in ["linear", "quadratic", None]:
        both("cohen_kappa_score", y, p, weights=weights)
        both("cohen_kappa_score", y, p, weights=weights, labels=[2, 0, 1], sample_weight=w)
    assert ml.confusion_matrix(y, p).dtype == np.float64
    assert ml.cohen_kappa_score([1.0, 1.0], [1.0, 1.0]) == 1.0
    assert math.isnan(ml.cohen_kappa_score([1.0, 1.0], [1.0, 1.0], replace_undefined_by=math.nan))
    assert ml.matthews_corrcoef([1.0, 1.0], [1.0, 1.0]) == 0.0
    with pytest.raises(ml.MlError, match="labels"):
        ml.confusion_matrix(y, p, labels=[8])


@pytest.mark.parametrize("name", CLASSIFICATION + ["r2_score", "mean_squared_error", "jaccard_score"])
def test_what_does_not_fit_together_is_refused(name):
    of = getattr(ml, name)
    with pytest.raises(RuntimeError, match="expected 3 .*got 2"):
        of([1.0, 2.0, 3.0], [1.0, 2.0])
    if name != "jaccard_score":
        with pytest.raises(RuntimeError, match="y_true is empty"):
            of([], [])
    with pytest.raises(RuntimeError, match="sample weights"):
        of([1.0, 2.0], [1.0, 2.0], sample_weight=[1.0])
    with pytest.raises(TypeError):
        of([1.0, 2.0])


def test_labels_of_two_kinds_do_not_compare():
    with pytest.raises(ml.MlError, match="numbers on one side"):
        ml.accuracy_score([1.0, 2.0], ["a", "b"])


# ---- numbers -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", REGRESSION)
def test_numbers_score_as_scikit_learns_do(name):
    y, w = rng.random(51), rng.integers(0, 4, 51).astype(float)
    p = y + 0.1 * rng.random(51)
    both(name, y, p)
    both(name, y, p, sample_weight=w)
    both(name, y.astype(np.float32), p.astype(np.float32), rtol=1e-5)
    both(name, (10 * y).astype(int).tolist(), (10 * p).astype(int).tolist())
    table, answers = rng.random((30, 3)), rng.random((30, 3))
    for multioutput in ["raw_values", "uniform_average", [0.2, 0.3, 1.0]]:
        both(name, table, answers, multioutput=multioutput)
        both(name, table, answers, multioutput=multioutput, sample_weight=w[:30])
    with pytest.raises(ml.MlError, match="multioutput"):
        getattr(ml, name)(table, answers, multioutput="median")


def test_ties_of_a_weighted_median():
    for weights in [[1.0, 1.0, 1.0, 1.0], [0.0, 2.0, 1.0, 1.0], [1.0, 0.0, 1.0, 0.0], [3.0, 1.0, 0.0, 2.0]]:
        both("median_absolute_error", [0.0] * 4, [1.0, 2.0, 3.0, 4.0], sample_weight=weights)


@pytest.mark.parametrize("name", ["r2_score", "explained_variance_score"])
def test_shares_of_a_variance_that_is_none(name):
    of = getattr(ml, name)
    assert of([2.0, 2.0], [2.0, 2.0]) == 1.0
    assert of([2.0, 2.0], [2.0, 3.0]) == 0.0
    assert of([2.0], [2.0]) == 1.0
    assert of([2.0, 2.0], [2.0, 3.0], force_finite=False) == -math.inf
    assert math.isnan(of([2.0, 2.0], [2.0, 2.0], force_finite=False))
    y, p = rng.random((20, 3)), rng.random((20, 3))
    both(name, y, p, multioutput="variance_weighted")
    y[:, 1] = 1
    both(name, y, p, multioutput="variance_weighted")
    both(name, np.ones((4, 2)), np.ones((4, 2)), multioutput="variance_weighted")


def test_numbers_that_are_none():
    bad, good = [1.0, math.nan], [1.0, 2.0]
    for name in REGRESSION:
        assert math.isnan(getattr(ml, name)(good, bad)), name
    with pytest.raises(RuntimeError, match="NaN"):
        ml.max_error(good, bad)
    both("max_error", [1.0, 5.0], [1.5, 4.0])
    with pytest.raises(RuntimeError, match="negative"):
        ml.mean_squared_log_error([1.0, -2.0], [1.0, 1.0])
    assert ml.mean_absolute_percentage_error([0.0, 1.0], [0.0, 2.0]) == 0.5


# ---- probabilities -----------------------------------------------------------------------------------------

def test_log_loss():
    y, _, w = labels(2)
    p = rng.random(60)
    both("log_loss", y, p)
    both("log_loss", y, p, sample_weight=w)
    both("log_loss", y, p, normalize=False, sample_weight=w)
    both("log_loss", 2 * y - 1, p)
    both("log_loss", np.where(y > 0, "b", "a").tolist(), p)
    y, _, w = labels(3)
    p = rng.dirichlet(np.ones(3), 60)
    both("log_loss", y, p, sample_weight=w)
    both("log_loss", y[y < 2], p[y < 2], labels=[0, 1, 2])
    both("log_loss", [0, 1, 2], np.eye(3)[[1, 0, 2]])
    assert ml.log_loss([1.0], [0.0]) == pytest.approx(34.538776394910684)
    assert ml.log_loss(y_true=[1.0, 1.0], y_prob=[0.5, 1.0]) == pytest.approx(math.log(2) / 2)
    with pytest.raises(ValueError, match="0 and 1"):
        ml.log_loss([0.0, 2.0], [0.5, 0.5])
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        ml.log_loss([0.0, 1.0], [0.5, 1.5])
    with pytest.raises(ml.MlError, match="NaN"):
        ml.log_loss([0.0, 1.0], [0.5, math.nan])
    with pytest.raises(ml.MlError, match="classes"):
        ml.log_loss([0.0, 1.0], p[:2])


def test_brier_score():
    y, _, w = labels(2)
    p = rng.random(60)
    both("brier_score_loss", y, p)
    both("brier_score_loss", y, p, sample_weight=w)
    both("brier_score_loss", y, p, pos_label=0)
    both("brier_score_loss", y, p, scale_by_half=False)
    both("brier_score_loss", np.where(y > 0, "b", "a").tolist(), p, pos_label="a")
    both("brier_score_loss", y, np.c_[1 - p, p])
    y, _, w = labels(3)
    p = rng.dirichlet(np.ones(3), 60)
    both("brier_score_loss", y, p, sample_weight=w)
    both("brier_score_loss", y, p, scale_by_half=True)
    both("brier_score_loss", y[y < 2], p[y < 2], labels=[0, 1, 2])
    with pytest.raises(ml.MlError, match="pos_label"):
        ml.brier_score_loss([0.0, 1.0], [0.1, 0.2], pos_label=7)


def test_hinge_loss():
    y, _, w = labels(2)
    d = rng.normal(size=60)
    both("hinge_loss", y, d)
    both("hinge_loss", 2 * y - 1, d, sample_weight=w)
    y, _, w = labels(3)
    d = rng.normal(size=(60, 3))
    both("hinge_loss", y, d, sample_weight=w)
    both("hinge_loss", y[y < 2], d[y < 2], labels=[0, 1, 2])
    assert ml.hinge_loss([1.0, 1.0], [0.5, 2.0]) == 0.25


# ---- order -------------------------------------------------------------------------------------------------

def test_roc_auc():
    y, _, w = labels(2)
    s = np.round(y + rng.normal(size=60), 1)
    both("roc_auc_score", y, s)
    both("roc_auc_score", y, s, sample_weight=w)
    both("roc_auc_score", 2 * y - 1, s)
    both("roc_auc_score", np.where(y > 0, "b", "a").tolist(), s)
    for max_fpr in [0.05, 0.3, 1.0]:
        both("roc_auc_score", y, s, max_fpr=max_fpr)
        both("roc_auc_score", y, s, max_fpr=max_fpr, sample_weight=w)
    y, _, w = labels(3)
    p = rng.dirichlet(np.ones(3), 60)
    for average in ["macro", "weighted", "micro", None]:
        both("roc_auc_score", y, p, multi_class="ovr", average=average)
        both("roc_auc_score", y, p, multi_class="ovr", average=average, sample_weight=w)
    for average in ["macro", "weighted"]:
        both("roc_auc_score", y, p, multi_class="ovo", average=average)
    bits, scores = rng.integers(0, 2, (30, 4)), rng.random((30, 4))
    bits[:, :2] = [1, 0]
    both("roc_auc_score", bits, scores, average="samples")
    bits = rng.integers(0, 2, (30, 4))
    for average in ["macro", "weighted", "micro", None]:
        both("roc_auc_score", bits, scores, average=average, sample_weight=w[:30])


def test_what_has_no_roc():
    with pytest.raises(RuntimeError, match="one class"):
        ml.roc_auc_score([1.0, 1.0], [0.2, 0.3])
    with pytest.raises(RuntimeError, match="NaN"):
        ml.roc_auc_score([0.0, 1.0], [0.2, math.nan])
    with pytest.raises(RuntimeError, match="max_fpr"):
        ml.roc_auc_score([0.0, 1.0], [0.2, 0.3], max_fpr=0)
    y, p = [0.0, 1.0, 2.0], np.eye(3)
    for keywords, message in [({}, "multi_class"), ({"multi_class": "ovo", "average": None}, "average"),
                              ({"multi_class": "ovr", "average": "samples"}, "average"),
                              ({"multi_class": "ovo", "sample_weight": [1, 1, 1]}, "sample_weight"),
                              ({"multi_class": "ovr", "max_fpr": 0.5}, "max_fpr")]:
        with pytest.raises(ml.MlError, match=message):
            ml.roc_auc_score(y, p, **keywords)
    with pytest.raises(ml.MlError, match="add up to 1"):
        ml.roc_auc_score(y, 2 * p, multi_class="ovr")
    with pytest.raises(ml.MlError, match="classes"):
        ml.roc_auc_score(y, p[:, :2], multi_class="ovr")


def test_average_precision():
    y, _, w = labels(2)
    s = np.round(y + rng.normal(size=60), 1)
    both("average_precision_score", y, s)
    both("average_precision_score", y, s, sample_weight=w)
    both("average_precision_score", y, s, pos_label=0)
    assert ml.average_precision_score([0.0, 1.0], [0.5, 0.5]) == 0.5  # ties together, in whatever order
    assert ml.average_precision_score([1.0, 0.0], [0.5, 0.5]) == 0.5
    y, _, w = labels(3)
    p = rng.dirichlet(np.ones(3), 60)
    for average in ["macro", "weighted", "micro", "samples", None]:
        both("average_precision_score", y, p, average=average)
        both("average_precision_score", y, p, average=average, sample_weight=w)
    with pytest.raises(RuntimeError, match="positive"):
        ml.average_precision_score([0.0, 0.0], [0.2, 0.3])
    with pytest.raises(RuntimeError, match="pos_label"):
        ml.average_precision_score([0.0, 1.0], [0.2, 0.3], pos_label=3)


# ---- clusters ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", PARTITIONS)
def test_partitions(name):
    for a, b, n in [(3, 3, 50), (1, 4, 30), (1, 1, 10), (9, 2, 40), (20, 20, 20)]:
        y, p = rng.integers(0, a, n), rng.integers(0, b, n)
        both(name, y, p)
        both(name, y, y)
    both(name, np.arange(12), np.arange(12)[::-1])
    both(name, ["a", "b", "a"], ["x", "x", "y"])
    with pytest.raises(ml.MlError, match="labels_pred"):
        getattr(ml, name)([1, 2, 3], [1, 2])


def test_keywords_of_partitions():
    y, p = rng.integers(0, 4, 50), rng.integers(0, 3, 50)
    for method in ["arithmetic", "geometric", "min", "max"]:
        both("normalized_mutual_info_score", y, p, average_method=method)
    both("v_measure_score", y, p, beta=0.3)
    with pytest.raises(ml.MlError, match="beta"):
        ml.v_measure_score(y, p, beta=-1.0)


def test_clusters_in_space():
    x = np.concatenate([rng.normal(3 * c, 1, (130 + 20 * c, 3)) for c in range(3)])
    y = np.repeat([5, 2, 9], [130, 150, 170])
    for name in ["silhouette_score", "davies_bouldin_score", "calinski_harabasz_score"]:
        both(name, x, y, rtol=1e-7)
        both(name, x[:5], [0, 0, 1, 1, 2], rtol=1e-7)
        for wrong in [np.zeros(450), np.arange(450)]:
            with pytest.raises(ml.MlError, match="clusters"):
                getattr(ml, name)(x, wrong)
    for metric in ["l2", "sqeuclidean", "manhattan", "cityblock", "l1", "chebyshev", "cosine"]:
        both("silhouette_score", x, y, metric=metric, rtol=1e-7)
    both("silhouette_score", x, y, metric="minkowski", p=3.0, rtol=1e-7)
    square = np.abs(x[:60, :1] - x[:60, :1].T)
    both("silhouette_score", square, np.arange(60) % 4, metric="precomputed")
    whole = ml.silhouette_score(x, y)
    some = [ml.silhouette_score(x, y, sample_size=200, random_state=s) for s in range(8)]
    assert len(set(some)) == 8 and abs(np.mean(some) - whole) < 0.05
    assert some[0] == ml.silhouette_score(x, y, sample_size=200, random_state=0)
    with pytest.raises(ml.MlError, match="diagonal|itself"):
        ml.silhouette_score(square + 1, np.arange(60) % 4, metric="precomputed")
    same = np.ones((4, 2))
    assert ml.davies_bouldin_score(same, [0, 0, 1, 1]) == 0.0
    assert ml.calinski_harabasz_score(np.array([[0.0], [0.0], [1.0], [1.0]]), [0, 0, 1, 1]) == 1.0
