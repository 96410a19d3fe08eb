"""What estimators learn from where they stand beside those of scikit-learn: its own data, made ones, and hard ones."""

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


def _texts(count):
    odd = ["Straße", "élan", "naïve", "x", "don't", "e-mail", "ΣΊΣΥΦΟΣ", "12.5"]
    words = [f"word{i}" for i in range(2000)] + odd
    draw = np.random.default_rng(0)
    weights = 1 / np.arange(1, len(words) + 1)
    chosen = draw.choice(len(words), size=(count, 20), p=weights / weights.sum())
    return [" ".join(words[i] for i in row) for row in chosen], None


CLASSES = {
    "iris": lambda: _loaded(datasets.load_iris),
    "wine": lambda: _loaded(datasets.load_wine),
    "breast_cancer": lambda: _loaded(datasets.load_breast_cancer),
    "digits": lambda: _loaded(datasets.load_digits),
    "10k": lambda: _classes(10_000, 20),
    "100k": lambda: _classes(100_000, 50),
}
NUMBERS = {
    "diabetes": lambda: _loaded(datasets.load_diabetes),
    "10k": lambda: _numbers(10_000, 20),
    "100k": lambda: _numbers(100_000, 50),
}
ROWS = CLASSES | {
    "diabetes": NUMBERS["diabetes"],
    "10k": lambda: _made(datasets.make_blobs, n_samples=10_000, n_features=20, centers=8),
}
TEXTS = {
    "few": lambda: (["One word, two words.", "two  Words", "", "ein Wort", "a b c", "\tOne\none"], None),
    "10k": lambda: _texts(10_000),
}


# ---- hard ones: changes of one small set ----------------------------------------------------------------------------

def _plain(kind):
    draw = np.random.default_rng(3)
    y = np.arange(120) % 3 * 1.0
    x = draw.normal(size=(len(y), 6)) + y[:, None] * draw.uniform(0, 1.5, 6)
    if kind in ("numbers", "line"):
        y = x @ draw.normal(size=6) + draw.normal(scale=0.3, size=len(y))
    return x, y


def _weighted(x, y):
    weights = np.random.default_rng(4).integers(0, 4, len(x)) * 0.5
    weights[:3] = 1.0  # of every class
    return x, y, weights


def _gaps(x, y):
    return np.where(np.random.default_rng(5).random(x.shape) < 0.05, np.nan, x), y


def _constant(x, y):
    x = x.copy()
    x[:, 1], x[:, 4] = 0.0, 5.0
    return x, y


def _ill(x, y):
    near = x[:, :1] + 1e-5 * np.random.default_rng(6).normal(size=(len(x), 1))
    return np.hstack([x * np.logspace(-3, 3, x.shape[1]), near]), y


def _wide(x, y):
    return np.random.default_rng(7).normal(size=(20, 40)) + y[:20, None], y[:20]


def _tall(x, y):
    return np.tile(x[:, :1], (20, 1)) + np.random.default_rng(8).normal(size=(len(x) * 20, 1)), np.tile(y, 20)


HARD = {
    "weighted": _weighted,
    "gaps": _gaps,
    "ties": lambda x, y: (np.round(x), np.round(y)),
    "constant": _constant,
    "one target": lambda x, y: (x, np.full(len(y), 1.0)),
    "one row": lambda x, y: (x[:1], y[:1]),
    "duplicates": lambda x, y: (np.repeat(x, 3, axis=0), np.repeat(y, 3)),
    "wide": _wide,
    "tall": _tall,
    "ill-conditioned": _ill,
    "rank-deficient": lambda x, y: (np.hstack([x, x[:, :2] + x[:, 2:4]]), y),
}
NO_TARGET = ("rows", "parts", "labels", "texts")
TAME = [name for name in HARD if name not in ("weighted", "gaps", "one target", "one row")]  # quality can be seen

# Of each kind: the sets, and what is made of x and y.
KINDS = {
    "classes": (CLASSES, lambda x, y: (x, y)),
    "counts": (CLASSES, lambda x, y: (np.abs(x), y)),
    "numbers": (NUMBERS, lambda x, y: (x, y)),
    "line": (NUMBERS, lambda x, y: (np.ascontiguousarray(x[:, 0]), y)),
    "positive": (NUMBERS, lambda x, y: (x, np.abs(y) / 100 + 0.1)),
    "rows": (ROWS, lambda x, y: (x, y)),
    "parts": (ROWS, lambda x, y: (np.abs(x), y)),
    "labels": (CLASSES, lambda x, y: (y, None)),
    "texts": (TEXTS, lambda x, y: (x, y)),
}


def names(kind, rows, hard=tuple(HARD)):
    """Data of a kind that have no more than so many rows."""
    sizes = {"10k": 10_000, "100k": 100_000}
    return [name for name in KINDS[kind][0] if sizes.get(name, 0) <= rows] + list(() if kind == "texts" else hard)


@functools.cache
def data(kind, name):
    """x, y and, of some, weights."""
    sets, change = KINDS[kind]
    x, y, *weights = sets[name]() if name in sets else HARD[name](*_plain(kind))
    return (*change(x, y), *weights)
