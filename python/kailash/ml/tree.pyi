"""Generated from the tables of the library by tools/generate.py; do not edit."""

from kailash._kailash import DecisionTreeClassifier as DecisionTreeClassifier
from kailash._kailash import DecisionTreeRegressor as DecisionTreeRegressor

__all__ = [
    "DecisionTreeClassifier",
    "DecisionTreeRegressor",
]
