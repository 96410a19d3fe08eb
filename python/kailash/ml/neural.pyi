"""Generated from the tables of the library by tools/generate.py; do not edit."""

from kailash._kailash import MLPClassifier as MLPClassifier
from kailash._kailash import MLPRegressor as MLPRegressor

__all__ = [
    "MLPClassifier",
    "MLPRegressor",
]
