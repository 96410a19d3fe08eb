"""Folds: the same rows as scikit-learn's, wherever nothing is random."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

import kailash.ml as ml

sk = pytest.importorskip("sklearn.model_selection")


def folds_of(splitter, *args, **kwargs):
    return [([int(i) for i in train], [int(i) for i in test]) for train, test in splitter.split(*args, **kwargs)]


@given(st.integers(2, 40), st.integers(2, 8))
def test_kfold(n, k):
    if k > n:
        with pytest.raises(ValueError, match="n_splits"):
            ml.KFold(k).split(n)
        return
    folds = ml.KFold(k).split(n)
    assert folds == folds_of(sk.KFold(k), np.zeros(n))
    assert all(type(train) is list and type(test) is list for train, test in folds)
    assert ml.KFold(k).get_n_splits() == k


@given(st.lists(st.integers(0, 3), min_size=2, max_size=60), st.integers(2, 6))
@pytest.mark.filterwarnings("ignore")
def test_stratified(labels, k):
    most = max(labels.count(v) for v in set(labels))
    if most < k:
        with pytest.raises(ValueError, match="n_splits"):
            ml.StratifiedKFold(k).split(labels)
        return
    expected = folds_of(sk.StratifiedKFold(k), np.zeros(len(labels)), labels)
    assert ml.StratifiedKFold(k).split(labels) == expected
    assert ml.StratifiedKFold(k).split(np.zeros((len(labels), 2)), labels) == expected
    assert ml.StratifiedKFold(k).split([f"c{v}" for v in labels]) == expected


@given(st.lists(st.integers(0, 9), min_size=2, max_size=60), st.integers(2, 5))
def test_groups(groups, k):
    if len(set(groups)) < k:
        with pytest.raises(ValueError, match="groups"):
            ml.GroupKFold(k).split(len(groups), groups)
        return
    expected = folds_of(sk.GroupKFold(k), np.zeros(len(groups)), groups=groups)
    assert ml.GroupKFold(k).split(len(groups), groups) == expected
    assert ml.GroupKFold(k).split(np.zeros(len(groups)), np.zeros(len(groups)), groups) == expected


@given(st.integers(2, 40), st.integers(2, 6), st.none() | st.integers(1, 8), st.none() | st.integers(1, 8),
       st.integers(0, 6))
def test_time_series(n, k, max_train_size, test_size, gap):
    keywords = {"max_train_size": max_train_size, "test_size": test_size, "gap": gap}
    try:
        expected = folds_of(sk.TimeSeriesSplit(k, **keywords), np.zeros(n))
    except ValueError:
        expected = None
    if expected is None:
        with pytest.raises(ValueError):
            ml.TimeSeriesSplit(k, **keywords).split(n)
    else:
        assert ml.TimeSeriesSplit(k, **keywords).split(n) == expected


def test_shuffling():
    labels = np.arange(40) % 2
    for splitter, args in [(ml.KFold, (40,)), (ml.StratifiedKFold, (labels,))]:
        one = splitter(4, True, 3).split(*args)
        assert one == splitter(4, shuffle=True, random_state=3).split(*args)
        assert one != splitter(4, True, 4).split(*args) and one != splitter(4).split(*args)
        assert sorted(i for _, test in one for i in test) == list(range(40))
        for train, test in one:
            assert train == sorted(train) and test == sorted(test) and not set(train) & set(test)
    for _, test in ml.StratifiedKFold(4, True, 3).split(labels):
        assert labels[test].sum() == 5
    groups = np.arange(40) // 4
    for train, test in ml.GroupKFold(5, shuffle=True, random_state=1).split(40, groups):
        assert len(test) == 8 and not set(groups[train]) & set(groups[test])


def test_a_small_class_warns():
    with pytest.warns(UserWarning, match="smallest class has 1 row"):
        ml.StratifiedKFold(3).split([0, 0, 0, 0, 1])


def test_forms():
    train, test = ml.KFold(2).split(np.zeros((5, 2)), as_arrays=True)[0]
    assert train.dtype == np.int64 and test.tolist() == [0, 1, 2]
    assert ml.KFold(2).split(X=[[1.0]] * 4) == ml.KFold(2).split(n_samples=4)
    assert repr(ml.KFold(3)) == "KFold(n_splits=3, shuffle=false)"
    assert repr(ml.StratifiedKFold(shuffle=True)) == "StratifiedKFold(n_splits=5, shuffle=true)"
    assert repr(ml.GroupKFold()) == "GroupKFold(n_splits=5)"
    assert repr(ml.TimeSeriesSplit()) == "TimeSeriesSplit(n_splits=5)"
    assert isinstance(ml.KFold(2).split(4)[0], tuple)


@pytest.mark.parametrize("splitter", ["KFold", "StratifiedKFold", "GroupKFold", "TimeSeriesSplit"])
def test_what_is_refused(splitter):
    make = getattr(ml, splitter)
    for wrong in [1, 0]:
        with pytest.raises(ValueError, match="n_splits"):
            make(wrong)
    with pytest.raises(OverflowError):
        make(-1)
    with pytest.raises(TypeError):
        make("two")
    with pytest.raises(TypeError):
        make(2).split("abc")


def test_wrong_lengths_are_refused():
    with pytest.raises(ValueError, match="groups"):
        ml.GroupKFold(2).split(4, [1, 2])
    with pytest.raises(ValueError, match="groups"):
        ml.GroupKFold(2).split(4)
    with pytest.raises(ValueError, match="y"):
        ml.StratifiedKFold(2).split(np.zeros(3), [0, 1])
    with pytest.raises(OverflowError):
        ml.KFold(2).split(-3)
    with pytest.raises(ValueError):
        ml.KFold(2).split(0)
