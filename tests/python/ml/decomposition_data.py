"""Data that decompositions and covariances are compared on, and how."""

import warnings

import numpy as np
from sklearn import datasets

draw = np.random.default_rng(0)
DATA = {
    "iris": datasets.load_iris().data,
    "wine": datasets.load_wine().data,
    "cancer": datasets.load_breast_cancer().data,
    "diabetes": datasets.load_diabetes().data,
    "digits": datasets.load_digits().data,
    "wide": draw.normal(size=(20, 50)),
}
_dependent = draw.normal(size=(60, 6))
_dependent[:, 3] = 2 * _dependent[:, 0]
_dependent[:, 4] = 7
DATA["dependent"] = _dependent
DATA["duplicates"] = np.round(draw.normal(size=(80, 4)))


def quiet(call, *arguments, **keywords):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call(*arguments, **keywords)


def near(ours, theirs, rtol=1e-6, atol=1e-8, what=""):
    ours, theirs = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
    scale = np.abs(theirs).max() if theirs.size else 0
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=max(atol, atol * scale), err_msg=str(what))


def same_attributes(ours, theirs, names, **tolerance):
    for name in names.split():
        near(getattr(ours, name), getattr(theirs, name), what=name, **tolerance)
