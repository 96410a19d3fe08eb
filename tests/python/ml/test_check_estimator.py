"""scikit-learn's own checks of estimators, on every estimator of ours.

Each type is tried in the form in which scikit-learn tries the type of the same name. Where it fails a check on purpose, or
with scikit-learn's own type, the tables below say so; a row that is needed no more fails, too.
"""

import copy
import pickle
import warnings
from functools import partial

import numpy as np
import pytest
from test_battery import NAMES, kind, make

ml = pytest.importorskip("kailash.ml")
checks = pytest.importorskip("sklearn.utils.estimator_checks")
known = pytest.importorskip("sklearn.utils._test_common.instance_generator")

# ---- where the contracts differ on purpose -------------------------------------------------------------------------

# Of all types: a check, and what we do instead.
DIFFERENT = {
    "check_do_not_raise_errors_in_init_or_set_params": "a parameter of the wrong type is refused when it is given",
    "check_set_params": "numbers are kept as numbers, so the object of Python that comes back is another",
    "check_requires_y_none": "that y is needed is said in words of our own",
    "check_supervised_y_2d": "y of one column is that column, without a warning",
    "check_classifiers_regression_target": "labels may be any numbers",
    "check_clustering": "labels of clusters are float64, beside labels_int_",
    "check_outliers_train": "1.0 and -1.0 are float64",
    "check_outliers_fit_predict": "1.0 and -1.0 are float64",
}

# Of some types: each must fail its check.
PLS = ("CCA", "PLSCanonical", "PLSRegression")
PARTIAL = {
    "check_parameters_default_constructible": (
        ("ColumnTransformer", "FeatureUnion", "GridSearchCV", "OneVsOneClassifier", "OneVsRestClassifier", "Pipeline",
         "RandomizedSearchCV"), "what must be given has no default in the C table"),
    "check_transformer_general": (PLS, "fit_transform() gives the scores of x alone, for the next step of a pipeline"),
    "check_transformer_data_not_an_array": (PLS, "the same"),
    "check_estimators_overwrite_params": (("ColumnTransformer",), "the estimators that were given are the ones fitted"),
    "check_estimators_nan_inf": (("Pipeline",), "transform() is that of the steps before the last, which take NaN"),
    "check_sample_weight_equivalence_on_dense_data": (
        ("DartRegressor", "Pipeline"), "trees as GradientBoostingRegressor's; weights are those of the last step alone"),
    "check_classifier_multioutput": (("OneVsRestClassifier",), "labels of a table are float64"),
}


def by_our_rules(expected, match=None, may_pass=False, err_msg=None, theirs=checks.raises):
    """What a check expects to be raised: messages are in words of our own, and data of a wrong shape are a TypeError."""
    kinds = list(expected) if isinstance(expected, (list, tuple)) else [expected]
    kinds += [TypeError] * (ValueError in kinds) + [ml.NotFittedError] * (checks.NotFittedError in kinds)
    return theirs(kinds, None if match is None else "", may_pass, err_msg)


# ---- instances -----------------------------------------------------------------------------------------------------

PEERS = {peer.__name__: settings for peer, settings in known.INIT_PARAMS.items()}
# Where our defaults differ from those that scikit-learn tries.
SETTINGS = {
    "CalibratedClassifierCV": lambda: {"estimator": ml.LogisticRegression()},
    "HuberRegressor": lambda: {"max_iter": 100},  # to the end, where weights and copies meet
    "NuSVC": lambda: {"probability": False},
}
PEERS_FAIL = {peer.__name__: fails for peer, fails in known.PER_ESTIMATOR_XFAIL_CHECKS.items()}


def instance(name):
    model = make(name)
    settings = PEERS.get(name, {})
    settings = settings[0] if isinstance(settings, list) else settings
    parameters = model.get_params(deep=False)
    plain = {word: value for word, value in settings.items()
             if word in parameters and isinstance(value, (int, float, str))}
    return model.set_params(**(plain | SETTINGS.get(name, dict)()))


def checks_of(model, name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it does not inherit from BaseEstimator
        pairs = list(checks.estimator_checks_generator(model, mark="skip"))
    if kind(model) == "cluster":
        pairs += [(model, partial(check, name)) for check in checks._yield_clustering_checks(model)]
    return pairs


def run(name):
    """The checks that fail, with what they say, and how many pass."""
    fails, fine = {}, 0
    for model, check in checks_of(instance(name), name):
        label = checks._check_name(check)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                check(model)
        except checks.SkipTest:
            pass
        except Exception as error:
            fails[label] = f"{type(error).__name__}: {str(error)[:300]}"
        else:
            fine += 1
    return fails, fine


@pytest.mark.parametrize("name", NAMES)
def test_scikit_learn_finds_nothing(name, monkeypatch):
    monkeypatch.setattr(checks, "raises", by_our_rules)
    fails, fine = run(name)
    assert fine > 25 or not instance(name).__sklearn_tags__().input_tags.two_d_array
    must_fail = {check for check, (names, _) in PARTIAL.items() if name in names}
    expected = {*DIFFERENT, *must_fail, *PEERS_FAIL.get(name, ())}
    assert {label: text for label, text in fails.items() if label not in expected} == {}
    assert must_fail <= fails.keys(), "no longer needed"


# ---- what scikit-learn and its users ask of estimators besides -------------------------------------------------------

@pytest.mark.parametrize("package", ["pandas", "polars"])
@pytest.mark.parametrize("name", [name for name in NAMES if hasattr(instance(name), "transform")])
def test_tables_come_out_where_they_are_asked_for(name, package, monkeypatch):
    pytest.importorskip(package)
    monkeypatch.setattr(checks, "raises", by_our_rules)
    model = instance(name)
    if name in PLS:
        pytest.skip("the check wants two results of fit_transform()")
    if name == "Pipeline":
        model = ml.Pipeline([("scale", ml.StandardScaler()), ("parts", ml.PCA(2))])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        getattr(checks, f"check_set_output_transform_{package}")(name, model)
        checks.check_set_output_transform(name, model)


def test_tables_of_pairs_copies_and_refusals():
    pandas = pytest.importorskip("pandas")
    x = np.random.default_rng(0).normal(size=(20, 3))
    y = x @ [[1.0, 2], [0, 1], [2, 0]]
    first, second = ml.PLSRegression(2).fit(x, y).set_output(transform="pandas").transform(x, y)
    assert isinstance(first, pandas.DataFrame) and second.shape == (20, 2)
    scaler = ml.StandardScaler().set_output(transform="pandas")
    twins = [scaler, scaler.clone(), copy.deepcopy(scaler), pickle.loads(pickle.dumps(scaler))]
    for twin in twins:
        assert isinstance(twin.fit_transform(x), pandas.DataFrame) and twin.transform.estimator is twin
    frame = pandas.DataFrame(x, columns=list("abc"), index=range(5, 25))
    assert list(scaler.fit(frame).transform(frame).index) == list(range(5, 25))
    assert isinstance(scaler.set_output(transform="default").transform(frame), np.ndarray)
    assert scaler.set_output() is scaler
    with pytest.raises(ValueError, match="polars"):
        scaler.set_output(transform="arrow")
    with pytest.raises(AttributeError, match="Ridge"):
        ml.Ridge().set_output(transform="pandas")
    with pytest.raises(ValueError, match="sparse"):
        ml.OneHotEncoder(sparse_output=True).set_output(transform="pandas").fit_transform(x)


def test_weights_are_routed():
    sklearn = pytest.importorskip("sklearn")
    from sklearn.model_selection import GridSearchCV
    x = np.random.default_rng(0).normal(size=(40, 3))
    y, w = x.sum(1) + np.arange(40) % 5, np.random.default_rng(1).uniform(0.1, 2, 40)
    with sklearn.config_context(enable_metadata_routing=True):
        asked = ml.Ridge().set_fit_request(sample_weight=True).set_score_request(sample_weight=False)
        search = GridSearchCV(asked, {"alpha": [0.1]}, cv=2).fit(x, y, sample_weight=w)
        np.testing.assert_allclose(search.best_estimator_.coef_, ml.Ridge(alpha=0.1).fit(x, y, w).coef_)
        with pytest.raises(ValueError, match="sample_weight"):
            GridSearchCV(ml.Ridge(), {"alpha": [0.1]}, cv=2).fit(x, y, sample_weight=w)
    with pytest.raises(TypeError, match="takes no sample_weight"):
        ml.KNeighborsRegressor().set_fit_request(sample_weight=True)


@pytest.mark.parametrize("name", NAMES)
def test_they_show_in_notebooks(name):
    assert name in instance(name)._repr_html_()
