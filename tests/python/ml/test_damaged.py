"""Saved estimators whose checksums are right and whose content is not: a typed error or an answer, but never a crash.

Each type learns, one thing of what it learned is damaged, and whatever can still be read is asked all that it may be asked. That
is done in a child: what would end the process is told by what was damaged last.
"""

import os
import signal

import numpy as np
import pytest
import test_battery as battery
from saved_model import Saved, objects

ml = pytest.importorskip("kailash.ml")

SECONDS = 120
HUGE = 2**62
METHODS = ("predict", "predict_proba", "predict_log_proba", "decision_function", "transform", "inverse_transform",
           "score_samples", "apply", "decision_path", "kneighbors", "radius_neighbors", "predict_joint_log_proba", "mahalanobis",
           "staged_predict", "score", "get_feature_names_out", "sample", "get_n_leaves", "get_depth", "bic", "partial_fit",
           "get_covariance", "get_precision", "correct_covariance", "perplexity", "get_support", "reconstruct", "gibbs")
MORE = {"BayesianRidge": ("return_std",), "ARDRegression": ("return_std",), "GaussianProcessRegressor": ("return_std", "return_cov")}


def worse_arrays(array):
    """Arrays that are not what it was: of other sizes, numbers, kinds."""
    yield array[:0]
    yield array[:-1]
    yield np.concatenate([array, array])
    yield array.reshape(-1)
    yield array.reshape(1, -1)
    yield array.reshape(-1, 1)
    yield np.ascontiguousarray(array.T)
    yield array[..., :1]
    yield array.astype("q" if array.dtype.char == "d" else "d")
    yield array.astype("?")
    for number in (-1, 0, 1, -HUGE, HUGE, np.nan, np.inf, 1e300):
        if array.dtype.char == "d" or (array.dtype.char in "lq" and isinstance(number, int)):
            yield np.full_like(array, number)
            if array.size:
                one = array.copy()
                one.flat[-1] = number
                yield one


def worse_values(value):
    """Values in place of what is no array."""
    yield from (None, -1, 0, 1, 3, HUGE, -HUGE, 0.5, float("nan"), "", "word", True, [], [None], [1, "a"], {"$": "map", "k": ["a"], "v": [1]})
    if isinstance(value, list):
        yield value[:-1]
        yield value + value
        yield value[::-1]
        for item in (None, 1, "x", [], -1.5):
            yield [item] * len(value)
    elif isinstance(value, dict) and value.get("$") == "map":
        yield dict(value, k=value["k"][:-1], v=value["v"][:-1])
        for item in (None, HUGE, -1, "x", []):
            yield dict(value, v=[item] * len(value["k"]))
    elif isinstance(value, dict) and value.get("$") == "object":
        yield dict(value, model=None)


def references(form, path=""):
    """Arrays that a value refers to by number."""
    if isinstance(form, dict):
        if form.get("$") == "array":
            yield path, form["i"]
        for key, item in form.items():
            yield from references(item, f"{path}.{key}")
    elif isinstance(form, list):
        for i, item in enumerate(form):
            yield from references(item, f"{path}[{i}]")


def damages(saved):
    """Names of what is damaged, each with the bytes of a model that is so."""
    for path, number in references(saved.tree["model"]):
        array = saved.arrays[number]
        for i, worse in enumerate(worse_arrays(array)):
            saved.arrays[number] = worse
            yield f"{path} as array {i}", saved.bytes()
        saved.arrays[number] = array
    for path, form in objects(saved.tree["model"]):
        for holder in (form, form["fields"]):
            for key in [key for key in holder if key not in ("$", "type", "fields", "model")]:
                value = holder[key]
                for i, worse in enumerate(worse_values(value)):
                    holder[key] = worse
                    yield f"{path}.{key} as value {i}", saved.bytes()
                holder[key] = value


def ask(model, x, y):
    """All that can be asked; errors must be those of an API."""
    attempts = [lambda: repr(model), lambda: model.get_params(), lambda: model._dump()]
    attempts += [lambda name=name: getattr(model, name) for name in dir(model) if name.endswith("_") and name[0] != "_"]
    for name in METHODS:
        if name in ("sample", "get_n_leaves", "get_depth", "get_feature_names_out", "get_covariance", "get_precision", "get_support"):
            attempts.append(lambda name=name: getattr(model, name)())
        elif name in ("score", "partial_fit"):
            attempts.append(lambda name=name: getattr(model, name)(x) if y is None else getattr(model, name)(x, y))
        elif name == "inverse_transform":
            attempts.append(lambda: model.inverse_transform(model.transform(x)))
            attempts.append(lambda: model.inverse_transform(x))
        else:
            attempts.append(lambda name=name: list(getattr(model, name)(x)))
    attempts += [lambda word=word: model.predict(x, **{word: True}) for word in MORE.get(type(model).__name__, ())]
    for attempt in attempts:
        try:
            battery.quiet(attempt)
        except SystemError:
            raise
        except Exception:
            pass


def try_all(name, say):
    model, x, y = battery.fitted(name, 24)
    saved = Saved(model._dump()[0])
    if not saved.tree["model"]:
        return
    for damage, data in damages(saved):
        say(damage)
        try:
            damaged = type(model)._restore(data, [])
        except (ValueError, TypeError, RuntimeError, OverflowError, MemoryError):
            continue
        ask(damaged, x, y)
        other = getattr(damaged, "n_features_in_", 4)
        if isinstance(x, np.ndarray) and x.ndim == 2 and 0 < other < 20 and other != x.shape[1]:
            ask(damaged, battery.numbers(24, other), y)


@pytest.mark.parametrize("name", battery.NAMES)
def test_damaged_models_are_refused_or_answer(name):
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            signal.alarm(SECONDS)
            try_all(name, lambda damage: os.write(write, damage.encode() + b"\n"))
            status = 0
        except BaseException as error:  # noqa: BLE001
            os.write(write, f"{type(error).__name__}: {error}\n".encode())
        finally:
            os._exit(status)
    os.close(write)
    with os.fdopen(read) as said:
        last = [line for line in said][-1:]
    _, status = os.waitpid(child, 0)
    assert status == 0, f"{name}: ended with {status} at {last}"
