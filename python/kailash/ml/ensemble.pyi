"""Generated from the tables of the library by tools/generate.py; do not edit."""

from kailash._kailash import RandomForestClassifier as RandomForestClassifier
from kailash._kailash import RandomForestRegressor as RandomForestRegressor
from kailash._kailash import AdaBoostClassifier as AdaBoostClassifier
from kailash._kailash import AdaBoostRegressor as AdaBoostRegressor
from kailash._kailash import BaggingClassifier as BaggingClassifier
from kailash._kailash import BaggingRegressor as BaggingRegressor
from kailash._kailash import ExtraTreesClassifier as ExtraTreesClassifier
from kailash._kailash import ExtraTreesRegressor as ExtraTreesRegressor
from kailash._kailash import IsolationForest as IsolationForest
from kailash._kailash import StackingClassifier as StackingClassifier
from kailash._kailash import StackingRegressor as StackingRegressor
from kailash._kailash import VotingClassifier as VotingClassifier
from kailash._kailash import VotingRegressor as VotingRegressor

__all__ = [
    "RandomForestClassifier",
    "RandomForestRegressor",
    "AdaBoostClassifier",
    "AdaBoostRegressor",
    "BaggingClassifier",
    "BaggingRegressor",
    "ExtraTreesClassifier",
    "ExtraTreesRegressor",
    "IsolationForest",
    "StackingClassifier",
    "StackingRegressor",
    "VotingClassifier",
    "VotingRegressor",
]
