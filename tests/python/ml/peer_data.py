"""What estimators learn from where they stand beside those of scikit-learn: its own data, made ones, and hard ones."""

import functools
import importlib
import pathlib
import sys

import numpy as np

BENCH = pathlib.Path(__file__).resolve().parents[3] / "bench" / "ml"
sys.path.insert(0, str(BENCH))
try:
    dataset = importlib.import_module("datasets").dataset  # those that are timed
finally:
    sys.path.remove(str(BENCH))


def _texts(count):
    odd = ["Straße", "élan", "naïve", "x", "don't", "e-mail", "ΣΊΣΥΦΟΣ", "12.5"]
    words = [f"word{i}" for i in range(2000)] + odd
    draw = np.random.default_rng(0)
    weights = 1 / np.arange(1, len(words) + 1)
    chosen = draw.choice(len(words), size=(count, 20), p=weights / weights.sum())
    return [" ".join(words[i] for i in row) for row in chosen], None


def _timed(names, **more):
    chosen = {name: name for name in names.split()} | more
    return {short: functools.partial(dataset, name) for short, name in chosen.items()}


CLASSES = _timed("iris wine breast_cancer digits", **{"10k": "class_10k", "100k": "class_100k"})
NUMBERS = _timed("diabetes", **{"10k": "reg_10k", "100k": "reg_100k"})
ROWS = CLASSES | _timed("diabetes", **{"10k": "blobs_10k"})
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
