"""Generated from the tables of the library by tools/generate.py; do not edit."""

from kailash._kailash import LinearRegression as LinearRegression
from kailash._kailash import Ridge as Ridge
from kailash._kailash import Lasso as Lasso
from kailash._kailash import LogisticRegression as LogisticRegression
from kailash._kailash import ElasticNet as ElasticNet
from kailash._kailash import RidgeCV as RidgeCV
from kailash._kailash import RidgeClassifier as RidgeClassifier
from kailash._kailash import SGDClassifier as SGDClassifier
from kailash._kailash import SGDRegressor as SGDRegressor
from kailash._kailash import Perceptron as Perceptron
from kailash._kailash import BayesianRidge as BayesianRidge
from kailash._kailash import ARDRegression as ARDRegression
from kailash._kailash import HuberRegressor as HuberRegressor
from kailash._kailash import RANSACRegressor as RANSACRegressor
from kailash._kailash import TheilSenRegressor as TheilSenRegressor
from kailash._kailash import TweedieRegressor as TweedieRegressor
from kailash._kailash import PoissonRegressor as PoissonRegressor
from kailash._kailash import GammaRegressor as GammaRegressor

__all__ = [
    "LinearRegression",
    "Ridge",
    "Lasso",
    "LogisticRegression",
    "ElasticNet",
    "RidgeCV",
    "RidgeClassifier",
    "SGDClassifier",
    "SGDRegressor",
    "Perceptron",
    "BayesianRidge",
    "ARDRegression",
    "HuberRegressor",
    "RANSACRegressor",
    "TheilSenRegressor",
    "TweedieRegressor",
    "PoissonRegressor",
    "GammaRegressor",
]
