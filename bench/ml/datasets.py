"""Data that estimators are timed on, by name: (x, y), made once."""

import functools

import numpy as np
from sklearn import datasets


def _loaded(load):
    x, y = load(return_X_y=True)
    return np.ascontiguousarray(x, dtype=float), np.asarray(y, dtype=float)


def _made(make, **arguments):
    x, y = make(random_state=0, **arguments)[:2]
    return np.ascontiguousarray(x), np.asarray(y, dtype=float)


def _classes(rows, columns):
    return _made(datasets.make_classification, n_samples=rows, n_features=columns, n_informative=10,
                 n_redundant=4, n_classes=3)


def _numbers(rows, columns):
    return _made(datasets.make_regression, n_samples=rows, n_features=columns, n_informative=10, noise=10.0)


def _texts():
    words = [f"word{i}" for i in range(5000)]
    draw = np.random.default_rng(0)
    weights = 1 / np.arange(1, len(words) + 1)
    chosen = draw.choice(len(words), size=(5000, 100), p=weights / weights.sum())
    return [" ".join(words[i] for i in row) for row in chosen], draw.integers(0, 2, 5000).astype(float)


_MAKERS = {
    "iris": lambda: _loaded(datasets.load_iris),
    "wine": lambda: _loaded(datasets.load_wine),
    "breast_cancer": lambda: _loaded(datasets.load_breast_cancer),
    "diabetes": lambda: _loaded(datasets.load_diabetes),
    "digits": lambda: _loaded(datasets.load_digits),
    "blobs_10k": lambda: _made(datasets.make_blobs, n_samples=10_000, n_features=20, centers=8),
    "class_10k": lambda: _classes(10_000, 20),
    "class_100k": lambda: _classes(100_000, 50),
    "reg_10k": lambda: _numbers(10_000, 20),
    "reg_100k": lambda: _numbers(100_000, 50),
    "text": _texts,
}


@functools.cache
def dataset(name):
    return _MAKERS[name]()
