"""kailash.ml as a package of Python, and its estimators in the hands of scikit-learn."""

import copy
import importlib
import pickle
import subprocess
import sys
import warnings

import numpy as np
import pytest

import kailash
import kailash.ml as ml
from kailash import _kailash, _objects
from kailash.ml import _names

X = np.random.default_rng(0).normal(size=(30, 3))


class Mine(ml.StandardScaler):
    """A subclass with a parameter of its own."""

    def __init__(self, extra=1, with_mean=True):
        super().__init__(with_mean=with_mean)
        self.extra = extra


class Plain:
    """An estimator that knows nothing of anybody."""

    def __init__(self, part=None):
        self.part = part

    def get_params(self, deep=True):
        return {"part": self.part}


# ---- names ---------------------------------------------------------------------------------------


def test_all_names_in_their_order():
    names = ml.__all__
    assert set(names) == {name for name in _kailash._names("kailash.ml") if not name.startswith("_")}
    assert len(names) == len(set(names)) and set(names) <= set(dir(ml))
    listed = [name for part in _names.PARTS.values() for name in part.split()]
    assert [name for name in names if name in listed] == [name for name in listed if name in names]
    assert sum(len(part.split()) for name, part in _names.PARTS.items() if name != "metrics") == 126
    assert len(_names.PARTS["metrics"].split()) == 25 + 6  # those of clusters are ours


@pytest.mark.parametrize("part", _names.PARTS)
def test_parts_show_the_same_objects(part):
    module = importlib.import_module(f"kailash.ml.{part}")
    assert getattr(ml, part) is module and getattr(kailash, "ml") is ml
    for name in module.__all__:
        assert getattr(module, name) is getattr(ml, name) and name in dir(module)
    with pytest.raises(AttributeError, match="no attribute 'absent'"):
        module.absent


def test_classes_are_at_home_in_the_package():
    from kailash.ml.preprocessing import StandardScaler

    assert StandardScaler.__module__ == "kailash.ml" and issubclass(StandardScaler, ml.Estimator)
    with pytest.raises(AttributeError, match="absent"):
        ml.absent


def test_exceptions():
    assert issubclass(ml.MlError, RuntimeError) and issubclass(ml.MlError, ValueError)
    assert issubclass(ml.NotFittedError, ml.MlError) and issubclass(ml.NotFittedError, AttributeError)
    assert issubclass(ml.ConvergenceWarning, UserWarning)
    with pytest.raises(ml.NotFittedError):
        ml.StandardScaler().transform(X)
    assert not hasattr(ml.StandardScaler(), "mean_")
    with warnings.catch_warnings():
        warnings.simplefilter("error", ml.ConvergenceWarning)
        with pytest.raises(ml.ConvergenceWarning, match="told"):
            warnings.warn("told", ml.ConvergenceWarning)


def test_without_numpy_the_extra_is_named():
    code = "import sys; sys.modules['numpy'] = None\nimport kailash\nprint(kailash.__version__)\nimport kailash.ml"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout and "ImportError: kailash.ml needs numpy: pip install kailash-enterprise[ml]" in done.stderr


def test_importing_loads_no_other_package():
    code = ("import sys, kailash.ml\n"
            "print([name for name in ('numpy', 'scipy', 'sklearn', 'pandas', 'polars') if name in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ---- instances -----------------------------------------------------------------------------------


def test_private_attributes_are_kept_and_misspelt_ones_refused():
    scaler = ml.StandardScaler()
    scaler._note = 5
    assert scaler._note == 5 and scaler.__dict__ == {"_note": 5}
    with pytest.raises(AttributeError, match="'kailash.ml.StandardScaler' object has no attribute 'with_men'"):
        scaler.with_men = False
    del scaler._note
    assert not hasattr(scaler, "_note")
    mine = Mine()
    mine.anything = 1
    assert mine.anything == 1


@pytest.mark.parametrize("again", [lambda one: pickle.loads(pickle.dumps(one)), copy.copy, copy.deepcopy])
def test_copies_are_what_they_are_of(again):
    for made in (ml.StandardScaler(with_std=False), Mine(extra=7)):
        made.fit(X)
        made._note = [1]
        same = again(made)
        assert type(same) is type(made) and same is not made and same._note == [1]
        np.testing.assert_array_equal(same.transform(X), made.transform(X))
        assert same.get_params() == made.get_params() and repr(same) == repr(made)
        assert getattr(same, "extra", None) == getattr(made, "extra", None)


def test_clones_have_learned_nothing():
    assert Mine(extra=3).clone().extra == 3 and type(Mine().clone()) is Mine
    fitted = ml.StandardScaler(with_std=False).fit(X)
    for fresh in (fitted.clone(), _objects.clone(fitted), fitted.__sklearn_clone__()):
        assert fresh.get_params() == fitted.get_params() and not hasattr(fresh, "mean_")
    inner = Plain(part=[("a", Plain()), 5])
    fresh = _objects.clone(inner)
    assert type(fresh) is Plain and fresh.part[0][1] is not inner.part[0][1] and fresh.part[1] == 5
    assert _objects.clone(Plain) is Plain and _objects.clone({"a": [1]}) == {"a": [1]}


def test_the_library_asks_for_clones_of_what_is_not_its_own(data_types):
    model = Plain()
    clone = data_types.Data.call(model, "__kailash_clone__")
    assert type(clone) is Plain and clone is not model


# ---- scikit-learn --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sklearn():
    return pytest.importorskip("sklearn")


@pytest.mark.parametrize("name", [name for name in ml.__all__ if isinstance(getattr(ml, name), type)
                                  and issubclass(getattr(ml, name), ml.Estimator) and name != "Estimator"])
def test_every_estimator_says_what_it_is(sklearn, name):
    from sklearn.utils import get_tags

    try:
        estimator = getattr(ml, name)()
    except TypeError:  # one that needs others to be made of
        return
    tags, own = get_tags(estimator), estimator._tags()
    assert tags.input_tags.allow_nan == own["allow_nan"] and tags.input_tags.sparse == own["sparse"]
    assert (tags.transformer_tags is not None) == own["transforms"]
    assert (tags.classifier_tags is not None) == (own["kind"] == "classifier")
    assert (tags.regressor_tags is not None) == (own["kind"] == "regressor")
    assert tags.estimator_type == estimator._estimator_type


def test_cloned_and_asked_by_sklearn(sklearn):
    from sklearn.base import clone
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted, has_fit_parameter

    scaler = ml.StandardScaler(with_std=False).fit(X)
    check_is_fitted(scaler)
    with pytest.raises(NotFittedError):
        check_is_fitted(clone(scaler))
    assert clone(scaler).get_params() == scaler.get_params() and clone(Mine(extra=4)).extra == 4
    assert has_fit_parameter(scaler, "sample_weight")


def test_within_pipelines_searches_and_columns_of_sklearn(sklearn):
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import Ridge
    from sklearn.model_selection import GridSearchCV, cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    y = X @ [1.0, 2.0, 3.0]
    ours, theirs = (make_pipeline(scaler, Ridge()) for scaler in (ml.StandardScaler(), StandardScaler()))
    np.testing.assert_allclose(ours.fit(X, y).predict(X), theirs.fit(X, y).predict(X))
    np.testing.assert_allclose(cross_val_score(ours, X, y), cross_val_score(theirs, X, y))
    assert "StandardScaler(fitted)" in repr(ours) and "StandardScaler" in ours._repr_html_()
    grid = {"standardscaler__with_mean": [True, False], "ridge__alpha": [1, 10]}
    found = [GridSearchCV(pipeline, grid, cv=3).fit(X, y) for pipeline in (ours, theirs)]
    assert found[0].best_params_ == found[1].best_params_
    same = pickle.loads(pickle.dumps(found[0]))
    np.testing.assert_array_equal(same.predict(X), found[0].predict(X))
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    columns = make_column_transformer((ml.StandardScaler(), ["a", "c"])).fit(frame)
    assert columns.get_feature_names_out().tolist() == ["standardscaler__a", "standardscaler__c"]
    np.testing.assert_allclose(columns.transform(frame), StandardScaler().fit_transform(X[:, [0, 2]]))
    assert ml.StandardScaler().fit(frame).feature_names_in_.tolist() == ["a", "b", "c"]
