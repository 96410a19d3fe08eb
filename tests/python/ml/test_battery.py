"""What holds for every estimator, tried on every one: parameters, data of all forms, refusals, copies, threads, forks."""

import copy
import inspect
import os
import pickle
import subprocess
import sys
import threading
import warnings

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")

# What cannot be made without arguments, or learns from other data than a matrix of numbers.
ARGUMENTS = {
    "Pipeline": lambda: ([("scale", ml.StandardScaler()), ("model", ml.LinearRegression())],),
    "FeatureUnion": lambda: ([("scale", ml.StandardScaler()), ("range", ml.MinMaxScaler())],),
    "ColumnTransformer": lambda: ([("scale", ml.StandardScaler(), [0, 1])],),
    "GridSearchCV": lambda: (ml.Ridge(), {"alpha": [0.1, 1.0]}),
    "RandomizedSearchCV": lambda: (ml.Ridge(), {"alpha": [0.1, 1.0, 10.0]}),
    "OneVsRestClassifier": lambda: (ml.LogisticRegression(),),
    "OneVsOneClassifier": lambda: (ml.LogisticRegression(),),
    "RFE": lambda: (2,),
}
KEYWORDS = {"SVC": {"probability": True}, "NuSVC": {"probability": True}, "SelectKBest": {"k": 2}, "RFE": {"estimator": "LinearRegression"}, "TSNE": {"perplexity": 5, "n_iter": 250},
            "HashingVectorizer": {"n_features": 64}}
KEYWORDS |= {"SGDClassifier": {"loss": "log_loss"}, "CCA": {"n_components": 1}, "PLSCanonical": {"n_components": 1}}
SEEDED = 7


def estimators():
    for name in ml.__all__:
        made = getattr(ml, name)
        if inspect.isclass(made) and issubclass(made, ml.Estimator) and made is not ml.Estimator:
            yield name


NAMES = sorted(estimators())
LABELS = ("LabelEncoder", "LabelBinarizer")
COMPOSED = ("Pipeline", "FeatureUnion", "ColumnTransformer")  # what they hold compares names
MATRIX = [name for name in NAMES if not name.endswith("Vectorizer") and name not in LABELS]


def make(name, **more):
    keywords = dict(KEYWORDS.get(name, {}), **more)
    made = getattr(ml, name)(*ARGUMENTS.get(name, tuple)(), **keywords)
    if "random_state" in made.get_params(deep=False):
        made.set_params(random_state=SEEDED)
    return made


def kind(model):
    return model._tags()["kind"]


def numbers(rows=60, columns=4, seed=0):
    """Three groups of points, positive all."""
    draw = np.random.default_rng(seed)
    centers = draw.uniform(2, 8, (3, columns))
    return np.abs(centers[np.arange(rows) % 3] + draw.normal(scale=0.4, size=(rows, columns)))


def targets(model, x):
    if type(model).__name__ in LABELS or isinstance(x, list):
        return None
    if kind(model) == "classifier" or type(model).__name__ == "SelectKBest":
        return (np.arange(len(x)) % 3).astype(float)
    if type(model).__name__ == "IsotonicRegression":
        return x[:, 0] * 2 + np.sin(np.arange(len(x)))
    return x @ np.arange(1.0, x.shape[1] + 1) + np.sin(np.arange(len(x)))


def data(name, rows=60):
    model = make(name)
    if name.endswith("Vectorizer"):
        x = [f"word{i % 7} other{i % 3} and{i % 5} more words" for i in range(rows)]
    elif name in LABELS:
        x = np.arange(rows) % 4 * 1.5
    else:
        x = numbers(rows, columns=1 if name == "IsotonicRegression" else 4)
    return model, x, targets(model, x)


def quiet(call, *arguments, **keywords):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call(*arguments, **keywords)


def learn(model, x, y):
    return quiet(model.fit, x) if y is None else quiet(model.fit, x, y)


def fitted(name, rows=60):
    model, x, y = data(name, rows)
    learn(model, x, y)
    return model, x, y


def answers(model, x):
    """All that it says of x, by the name of the method."""
    said = {}
    for method in ("predict", "predict_proba", "decision_function", "transform", "score_samples"):
        if hasattr(model, method):
            said[method] = quiet(getattr(model, method), x)
    if not said:
        for attribute in ("labels_", "embedding_", "covariance_"):
            if hasattr(model, attribute):
                said[attribute] = getattr(model, attribute)
    return {name: value.toarray() if hasattr(value, "toarray") else value for name, value in said.items()}


def same(one, other):
    assert one.keys() == other.keys() and one
    for name in one:
        np.testing.assert_array_equal(np.asarray(one[name]), np.asarray(other[name]), err_msg=name)


def close(one, other):
    assert one.keys() == other.keys() and one
    for name in one:
        np.testing.assert_allclose(np.asarray(one[name]), np.asarray(other[name]), rtol=1e-6, atol=1e-8, err_msg=name)


# ---- parameters --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", NAMES)
def test_parameters_come_back_and_clones_have_them(name):
    model = make(name)
    params = model.get_params(deep=False)
    for parameter, value in params.items():
        if (name, parameter) == ("Pipeline", "steps"):
            continue  # as an attribute their names alone
        assert getattr(model, parameter, value) is value or np.all(getattr(model, parameter) == value)
    twin = model.clone()
    assert type(twin) is type(model) and twin is not model
    assert twin.get_params(deep=False).keys() == params.keys()
    assert repr(twin) == repr(model) and repr(model).endswith("unfitted)")
    with pytest.raises(ValueError, match="no_such_parameter"):
        model.set_params(no_such_parameter=1)
    assert model.set_params() is model


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_is_documented_and_may_be_given(name):
    made = getattr(ml, name)
    assert made.__doc__ and made.__module__ == "kailash.ml"
    for parameter in make(name).get_params(deep=False):
        assert parameter in made.__doc__ or parameter in ("C", "transformer_list")  # other names
    with pytest.raises(TypeError):
        made(*ARGUMENTS.get(name, tuple)(), no_such_parameter=1)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_fitted_says_so(name):
    model, x, _ = data(name)
    for method in ("predict", "predict_proba", "decision_function", "score_samples", "transform"):
        if hasattr(model, method) and model._tags()["requires_fit"]:
            with pytest.raises(ml.NotFittedError, match="not fitted yet -- call fit"):
                getattr(model, method)(x)
    assert not hasattr(model, "n_features_in_")
    assert issubclass(ml.NotFittedError, ml.MlError) and issubclass(ml.MlError, (RuntimeError, ValueError))


# ---- fitting -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", NAMES)
def test_a_fit_gives_itself_and_changes_no_input(name):
    model, x, y = data(name)
    kept, targets_kept = copy.deepcopy(x), copy.deepcopy(y)
    assert learn(model, x, y) is model
    assert "unfitted" not in repr(model)
    assert answers(model, x)
    np.testing.assert_array_equal(x, kept)
    if y is not None:
        np.testing.assert_array_equal(y, targets_kept)
    twin = make(name)
    learn(twin, x, y)
    same(answers(model, x), answers(twin, x))


@pytest.mark.parametrize("name", MATRIX)
def test_data_of_every_form_are_the_same_data(name):
    model, x, y = fitted(name)
    known = answers(model, x)
    wide = np.zeros((x.shape[0] * 2, x.shape[1] * 2))
    wide[::2, ::2] = x
    readonly = x.copy()
    readonly.flags.writeable = False
    for form in (np.asfortranarray(x), wide[::2, ::2], readonly, x.tolist(), [tuple(row) for row in x.tolist()],
                 x.astype(">f8")):
        other = make(name)
        learn(other, form, y)
        close(known, answers(other, x))
        close(known, answers(model, form))
    whole = np.round(x).astype(np.int32)
    other, again = make(name), make(name)
    close(answers(learn(other, whole, y), whole), answers(learn(again, whole.astype(float), y), whole.astype(float)))


@pytest.mark.parametrize("name", MATRIX)
def test_names_of_columns_are_kept_and_compared(name):
    pandas = pytest.importorskip("pandas")
    model, x, y = data(name)
    columns = [f"c{i}" for i in range(x.shape[1])]
    quiet(model.fit, pandas.DataFrame(x, columns=columns), y)
    assert list(model.feature_names_in_) == columns
    assert model.n_features_in_ == x.shape[1]
    method = next((m for m in ("predict", "transform") if hasattr(model, m)), None)
    if method and kind(model) != "meta" and x.shape[1] > 1 and name not in COMPOSED:
        with pytest.raises(ml.MlError, match="named 'c"):
            getattr(model, method)(pandas.DataFrame(x, columns=columns[::-1]))


# ---- refusals ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", MATRIX)
def test_bad_data_are_refused(name):
    model, x, y = data(name)
    tags = model._tags()
    if kind(model) == "meta":
        pytest.skip("what it holds refuses")
    for empty in (np.empty((0, x.shape[1])), np.empty((5, 0))):
        with pytest.raises((ValueError, TypeError)):
            model.fit(empty, y[:len(empty)])
    with pytest.raises(TypeError):
        model.fit(np.zeros((3, 3, 3)), y[:3])
    if tags["requires_y"]:
        with pytest.raises(ml.MlError, match="dimension mismatch"):
            model.fit(x, y[:-1])
        with pytest.raises((TypeError, ml.MlError)):
            model.fit(x, None)
        if kind(model) == "regressor":
            broken = y.copy()
            broken[3] = np.nan
            with pytest.raises(ml.MlError, match="NaN"):
                model.fit(x, broken)
    for number, word in ((np.nan, "NaN"), (np.inf, "Inf")):
        broken = x.copy()
        broken[3, 0] = number
        if tags["allow_nan"] and word == "NaN" or tags["any_x"]:
            continue
        with pytest.raises(ml.MlError, match=word):
            model.fit(broken, y)
    assert not model.__sklearn_is_fitted__() or not tags["requires_fit"]


@pytest.mark.parametrize("name", MATRIX)
def test_another_width_is_refused_and_no_rows_are_fine(name):
    model, x, _ = fitted(name)
    for method in ("predict", "predict_proba", "decision_function", "transform", "score_samples"):
        if not hasattr(model, method):
            continue
        if model._tags()["requires_fit"] and kind(model) != "meta":
            with pytest.raises((ml.MlError, TypeError)):
                getattr(model, method)(np.c_[x, x])
        if not model._tags()["any_x"] and kind(model) != "meta":
            assert len(getattr(model, method)(x[:0]).shape) >= 1
            assert getattr(model, method)(x[:0]).shape[0] == 0


@pytest.mark.parametrize("name", MATRIX)
def test_a_fit_that_fails_leaves_what_was_learned(name):
    model, x, y = fitted(name)
    known = answers(model, x)
    with pytest.raises(Exception):
        model.fit(np.zeros((3, 3, 3)), y)
    same(known, answers(model, x))


# ---- copies ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", NAMES)
def test_copies_and_files_answer_alike(name, tmp_path):
    model, x, y = fitted(name)
    known = answers(model, x)
    same(known, answers(pickle.loads(pickle.dumps(model)), x))
    same(known, answers(copy.deepcopy(model), x))
    model.save(str(tmp_path / "model.kmlf"))
    loaded = type(model).load(str(tmp_path / "model.kmlf"))
    assert type(loaded) is type(model)
    same(known, answers(loaded, x))
    again = pickle.loads(pickle.dumps(make(name)))
    learn(again, x, y)
    same(known, answers(again, x))


def test_damaged_files_are_refused(tmp_path):
    model, x, _ = fitted("LinearRegression")
    path = tmp_path / "model.kmlf"
    model.save(str(path))
    whole = path.read_bytes()
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at])
        with pytest.raises((RuntimeError, ValueError)):
            ml.Estimator.load(str(path))
    changed = 0
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1:])
        try:
            other = ml.Estimator.load(str(path))
        except (RuntimeError, ValueError):
            changed += 1
        else:
            same(answers(model, x), answers(other, x))
    assert changed > len(whole) // 2


# ---- threads and forks -------------------------------------------------------------------------------------------

@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_others_may_ask_while_one_fits(name):
    model, x, y = fitted(name)
    known = answers(model, x)
    wrong = []

    def ask():
        for _ in range(5):
            try:
                same(known, answers(model, x))
            except Exception as error:
                wrong.append(error)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        for _ in range(3):
            model.fit(x) if y is None else model.fit(x, y)
        for thread in threads:
            thread.join()
    assert not wrong


SCRIPT = """
import hashlib, os, sys, warnings
import numpy as np
warnings.simplefilter("ignore")
sys.path.insert(0, {here!r})
import test_battery as t
if {fork}:
    t.fitted("KMeans", rows=600)
    pid = os.fork()
    if pid:
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
for name in t.NAMES:
    model, x, y = t.fitted(name, rows=300)
    said = t.answers(model, x)
    digest = hashlib.sha256()
    for key in sorted(said):
        digest.update(np.ascontiguousarray(np.asarray(said[key])).tobytes())
    print(name, digest.hexdigest())
sys.stdout.flush()
if {fork}:
    os._exit(0)
"""


def run(threads, fork=False):
    here = os.path.dirname(os.path.abspath(__file__))
    done = subprocess.run([sys.executable, "-c", SCRIPT.format(here=here, fork=fork)], capture_output=True, text=True,
                          timeout=300, env=dict(os.environ, KAILASH_NUM_THREADS=str(threads)))
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(line.split() for line in done.stdout.splitlines())


@pytest.mark.slow
def test_results_depend_neither_on_threads_nor_on_a_fork():
    one = run(1)
    assert sorted(one) == NAMES
    assert run(3) == one
    assert run(2, fork=True) == one


# ---- scikit-learn's own battery ----------------------------------------------------------------------------------

def test_a_subclass_of_python_is_an_estimator_too():
    class Doubled(ml.Ridge):
        def predict(self, x):
            return 2 * super().predict(x)

    model, x, y = data("Ridge")
    doubled = Doubled(alpha=0.5).fit(x, y)
    np.testing.assert_allclose(doubled.predict(x), 2 * ml.Ridge(alpha=0.5).fit(x, y).predict(x))
    assert isinstance(doubled, ml.Estimator) and doubled.alpha == 0.5


# ---- what holds for some -----------------------------------------------------------------------------------------

def test_what_cannot_be_scored_says_so():
    model, x, y = data("LinearRegression")
    union = ml.FeatureUnion([("range", ml.MinMaxScaler())])
    pipeline = ml.Pipeline([("scale", ml.StandardScaler()), ("union", union)]).fit(x, y)
    with pytest.raises(AttributeError, match="no attribute 'score'"):
        pipeline.score(x, y)


@pytest.mark.parametrize("weight", [np.inf, np.nan, -1.0])
def test_weights_are_finite_and_not_negative(weight):
    model, x, y = data("LinearRegression")
    for weights in (weight, np.r_[weight, np.ones(len(x) - 1)]):
        with pytest.raises(ml.MlError, match="sample_weight"):
            model.fit(x, y, sample_weight=weights)


def test_progress_is_told_and_may_end_a_fit():
    _, x, y = data("KMeans")
    told = []
    ml.KMeans(2, n_init=3, random_state=0).fit(x, progress=lambda *said: told.append(said))
    assert told == [(1, 3, "KMeans"), (2, 3, "KMeans"), (3, 3, "KMeans")]

    def stop(*said):
        raise KeyError("enough")

    model = ml.KMeans(2, random_state=0)
    with pytest.raises(KeyError, match="enough"):
        model.fit(x, progress=stop)
    assert not model.__sklearn_is_fitted__()


def test_threads_of_a_call():
    _, x, y = data("RandomForestClassifier", rows=300)
    known = ml.RandomForestClassifier(20, random_state=0).fit(x, y).predict_proba(x)
    for jobs in (1, 2, -1, -2):
        np.testing.assert_array_equal(ml.RandomForestClassifier(20, random_state=0, n_jobs=jobs).fit(x, y).predict_proba(x), known)
