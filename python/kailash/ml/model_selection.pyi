"""Generated from the tables of the library by tools/generate.py; do not edit."""

from kailash._kailash import RandomizedSearchCV as RandomizedSearchCV
from kailash._kailash import KFold as KFold
from kailash._kailash import StratifiedKFold as StratifiedKFold
from kailash._kailash import GroupKFold as GroupKFold
from kailash._kailash import TimeSeriesSplit as TimeSeriesSplit
from kailash._kailash import GridSearchCV as GridSearchCV
from kailash._kailash import train_test_split as train_test_split
from kailash._kailash import cross_val_score as cross_val_score

__all__ = [
    "RandomizedSearchCV",
    "KFold",
    "StratifiedKFold",
    "GroupKFold",
    "TimeSeriesSplit",
    "GridSearchCV",
    "train_test_split",
    "cross_val_score",
]
