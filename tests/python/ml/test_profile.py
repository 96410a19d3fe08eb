"""A matrix at a glance, and the estimators by name."""

import math

import numpy as np
import pytest

import kailash.ml as ml
from kailash import _kailash

rng = np.random.default_rng(3)


def column(x, **keywords):
    return ml.data_profile(np.asarray(x, dtype=float).reshape(-1, 1), **keywords)["columns"][0]


def alerts(x, **keywords):
    return [(a["type"], a["severity"], a["column"]) for a in ml.data_profile(x, **keywords)["alerts"]]


def test_the_keys_and_their_numbers():
    stats = pytest.importorskip("scipy.stats")
    x = rng.gamma(2.0, size=(50, 3))
    x[4, 1] = np.nan
    x[7] = x[6]
    profile = ml.data_profile(x)
    assert list(profile) == ["n_rows", "n_columns", "duplicate_rows", "duplicate_pct", "memory_bytes", "columns", "correlations",
                             "alerts"]
    assert (profile["n_rows"], profile["n_columns"], profile["memory_bytes"]) == (50, 3, 1200)
    assert (profile["duplicate_rows"], profile["duplicate_pct"]) == (1, 0.02)
    one = profile["columns"][1]
    values = x[~np.isnan(x[:, 1]), 1]
    assert one["name"] == "col_1" and one["dtype"] == "numeric"
    assert (one["count"], one["null_count"], one["null_pct"], one["inf_count"]) == (49, 1, 0.02, 0)
    assert (one["unique_count"], one["cardinality_ratio"]) == (48, 48 / 49)
    expected = {"mean": values.mean(), "std": values.std(), "min": values.min(), "max": values.max(),
                "median": np.median(values), "q25": np.quantile(values, 0.25), "q75": np.quantile(values, 0.75),
                "skewness": stats.skew(values), "kurtosis": stats.kurtosis(values)}
    for key, number in expected.items():
        assert one[key] == pytest.approx(number), key
    correlations = profile["correlations"]
    assert correlations[0, 2] == pytest.approx(np.corrcoef(x[:, 0], x[:, 2])[0, 1])
    assert np.isnan(correlations[0, 1]) and (np.diag(correlations) == 1).all()


def test_columns_that_say_little():
    empty = column([np.nan, np.nan])
    assert all(empty[key] is None for key in ["mean", "std", "min", "max", "median", "q25", "q75", "skewness", "kurtosis"])
    assert (empty["dtype"], empty["count"], empty["cardinality_ratio"]) == ("numeric", 0, 0.0)
    same = column([3.0] * 5)
    assert same["std"] == 0 and same["skewness"] is None and same["kurtosis"] is None
    assert column([1.0, 2.0])["skewness"] is None
    infinite = column([1.0, 2.0, 3.0, math.inf])
    assert (infinite["inf_count"], infinite["mean"], infinite["max"]) == (1, 2.0, math.inf)
    x = np.c_[np.ones(5), np.arange(5.0), [1, 2, 3, 4, math.inf]]
    correlations = ml.data_profile(x)["correlations"]
    assert correlations[0, 1] == 0 and np.isnan(correlations[1, 2]) and correlations[0, 0] == 1
    assert "correlations" not in ml.data_profile(x[:1]) and "correlations" not in ml.data_profile(x[:, :1])


@pytest.mark.parametrize("values, dtype", [([0, 1] * 5, "boolean"), ([1.0] * 4, "boolean"), ([0, 2] * 50, "categorical"),
                                           ([0, 2, 4] * 40, "categorical"), (range(6), "numeric"),
                                           ([0, 1, np.nan], "boolean"), (rng.random(30), "numeric")])
def test_kinds_of_columns(values, dtype):
    assert column(list(values))["dtype"] == dtype


def test_alerts():
    assert alerts(np.r_[[np.nan] * 6, rng.random(94)].reshape(-1, 1))[0] == ("high_nulls", "warning", "col_0")
    assert alerts(np.r_[[np.nan] * 60, rng.random(40)].reshape(-1, 1))[0] == ("high_nulls", "critical", "col_0")
    assert ("constant", "warning", "c") in alerts(np.ones((4, 1)), feature_names=["c"])
    assert ("high_skew", "info", "col_0") in alerts(rng.lognormal(sigma=2, size=(200, 1)))
    zeros = np.r_[np.zeros(60), rng.random(40)].reshape(-1, 1)
    assert ("many_zeros", "info", "col_0") in alerts(zeros)
    few = np.r_[np.ones(5), np.zeros(95)].reshape(-1, 1)
    assert ("imbalanced", "warning", "col_0") in alerts(few)
    assert ("imbalanced", "warning", "col_0") not in alerts(np.r_[np.ones(50), np.zeros(50)].reshape(-1, 1))
    assert ("high_cardinality", "info", "col_0") in alerts(np.arange(10.0).reshape(-1, 1))
    assert alerts(np.arange(9.0).reshape(-1, 1)) == []
    x = rng.random(40)
    assert alerts(np.c_[x, 2 * x])[-1] == ("high_correlation", "warning", "col_0, col_1")
    assert alerts(np.repeat(x.reshape(10, 4), 2, axis=0))[-1] == ("duplicates", "warning", "")
    assert alerts(np.r_[x.reshape(20, 2), x[:2].reshape(1, 2)])[-1] == ("duplicates", "info", "")
    message = ml.data_profile(few)["alerts"][-1]["message"]
    assert isinstance(message, str) and message


def test_names_come_from_tables():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(rng.random((12, 2)), columns=["a", "b"])
    assert [c["name"] for c in ml.data_profile(frame)["columns"]] == ["a", "b"]
    assert [c["name"] for c in ml.data_profile(frame, ["x", "y"])["columns"]] == ["x", "y"]
    with pytest.raises(RuntimeError, match="feature names"):
        ml.data_profile(frame, ["x"])
    for empty in [np.empty((0, 3)), np.empty((3, 0))]:
        with pytest.raises(RuntimeError):
            ml.data_profile(empty)


# ---- by name -----------------------------------------------------------------------------------------------

def test_estimators_have_names():
    names = ml.list_estimators()
    assert names == sorted(names) and len(names) == ml.estimator_count()
    assert {"LinearRegression", "VotingClassifier"} <= set(names) and not {"Pipeline", "StandardScaler"} & set(names)
    kinds = {kind: ml.list_estimators(kind) for kind in ["classifier", "regressor", "cluster", "transformer", "outlier"]}
    assert "StandardScaler" in kinds["transformer"] and "VotingRegressor" in ml.list_estimators(kind="regressor")
    assert sorted(sum((kinds[k] for k in ["classifier", "regressor", "cluster", "outlier"]), [])) == names
    assert all(isinstance(getattr(ml, name), type) for name in names)
    with pytest.raises(ValueError, match="kind"):
        ml.list_estimators("other")


def test_classes_of_python_are_registered():
    before = ml.registered_estimator_ids()

    @ml.register_estimator
    class Mine:
        def fit(self, x, y):
            return self

    assert isinstance(Mine, type) and ml.register_estimator(Mine) is Mine
    assert ml.registered_estimator_ids() == [*before, id(Mine)]
    assert ml.unregister_estimator(Mine) is True and ml.unregister_estimator(Mine) is False
    assert ml.registered_estimator_ids() == before
    assert _kailash.register_py_estimator(Mine) is Mine and _kailash.unregister_py_estimator(Mine)
    for wrong, match in [(Mine(), "class"), (5, "class"), (int, "fit")]:
        with pytest.raises(TypeError, match=match):
            ml.register_estimator(wrong)
    assert ml.unregister_estimator(5) is False
