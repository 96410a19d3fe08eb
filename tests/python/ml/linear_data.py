"""Data that linear models are tried on, and how two fitted models are compared."""

import warnings

import numpy as np


def draw(seed=0):
    return np.random.default_rng(seed)


def numbers(rows=60, columns=5, seed=0, noise=0.1, outputs=1):
    """x, y with y nearly x w + 3."""
    random = draw(seed)
    x = random.normal(size=(rows, columns)) * np.linspace(0.5, 2.0, columns) + np.linspace(-1, 4, columns)
    w = random.normal(size=(columns, outputs))
    y = x @ w + 3 + noise * random.normal(size=(rows, outputs))
    return x, y[:, 0] if outputs == 1 else y


def labels(rows=90, columns=4, classes=3, seed=0):
    """Points around one centre per class, which overlap."""
    random = draw(seed)
    y = np.arange(rows) % classes
    centres = random.normal(size=(classes, columns)) * 1.5
    return centres[y] + random.normal(size=(rows, columns)), y.astype(float)


def weights(rows, seed=1):
    """Some are 0, some are large."""
    found = draw(seed).integers(0, 4, rows).astype(float) * 0.5
    found[0] = 1.0
    return found


def odd_data():
    """name -> (x, y): what breaks careless solvers."""
    x, y = numbers(40, 6)
    constant = x.copy()
    constant[:, 2] = 0.1
    twins = np.hstack([x, x[:, :2]])
    scales = x * np.logspace(-4, 4, 6)
    shifted = x + 1e5
    return {
        "plain": (x, y),
        "wide": numbers(12, 30),
        "a constant column": (constant, y),
        "a column of zeros": (np.hstack([x, np.zeros((40, 1))]), y),
        "duplicate columns": (twins, y),
        "scales of all sizes": (scales, y),
        "far from 0": (shifted, y),
        "one column": (x[:, :1], y),
        "two rows": (x[:2], y[:2]),
        "duplicate rows": (np.repeat(x, 3, axis=0), np.repeat(y, 3)),
        "a constant target": (x, np.full(40, 2.5)),
    }


def quiet(call, *arguments, **keywords):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call(*arguments, **keywords)


def close(ours, theirs, rtol=1e-6, atol=None):
    """Same shape, and as near as their largest number asks."""
    ours, theirs = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
    assert ours.shape == theirs.shape
    if theirs.size:
        np.testing.assert_allclose(ours, theirs, rtol=rtol,
                                   atol=rtol * np.nanmax(np.abs(theirs)) if atol is None else atol)


def same(ours, theirs, *attributes, rtol=1e-6, atol=None):
    for name in attributes or ("coef_", "intercept_"):
        close(getattr(ours, name), getattr(theirs, name), rtol, atol)
