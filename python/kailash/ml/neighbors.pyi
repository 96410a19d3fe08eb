"""Generated from the tables of the library by tools/generate.py; do not edit."""

from kailash._kailash import KNeighborsClassifier as KNeighborsClassifier
from kailash._kailash import KNeighborsRegressor as KNeighborsRegressor
from kailash._kailash import RadiusNeighborsClassifier as RadiusNeighborsClassifier
from kailash._kailash import RadiusNeighborsRegressor as RadiusNeighborsRegressor
from kailash._kailash import NearestCentroid as NearestCentroid

__all__ = [
    "KNeighborsClassifier",
    "KNeighborsRegressor",
    "RadiusNeighborsClassifier",
    "RadiusNeighborsRegressor",
    "NearestCentroid",
]
