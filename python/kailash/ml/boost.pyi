"""Generated from the tables of the library by tools/generate.py; do not edit."""

from kailash._kailash import GradientBoostingClassifier as GradientBoostingClassifier
from kailash._kailash import GradientBoostingRegressor as GradientBoostingRegressor
from kailash._kailash import DartRegressor as DartRegressor
from kailash._kailash import HistGradientBoostingRegressor as HistGradientBoostingRegressor
from kailash._kailash import HistGradientBoostingClassifier as HistGradientBoostingClassifier
from kailash._kailash import AdaBoostClassifier as AdaBoostClassifier
from kailash._kailash import AdaBoostRegressor as AdaBoostRegressor

__all__ = [
    "GradientBoostingClassifier",
    "GradientBoostingRegressor",
    "DartRegressor",
    "HistGradientBoostingRegressor",
    "HistGradientBoostingClassifier",
    "AdaBoostClassifier",
    "AdaBoostRegressor",
]
