"""Generated from the tables of the library by tools/generate.py; do not edit."""

from kailash._kailash import LinearDiscriminantAnalysis as LinearDiscriminantAnalysis
from kailash._kailash import QuadraticDiscriminantAnalysis as QuadraticDiscriminantAnalysis
from kailash._kailash import GaussianProcessRegressor as GaussianProcessRegressor
from kailash._kailash import GaussianMixture as GaussianMixture
from kailash._kailash import BernoulliRBM as BernoulliRBM
from kailash._kailash import IsotonicRegression as IsotonicRegression
from kailash._kailash import LabelPropagation as LabelPropagation
from kailash._kailash import LabelSpreading as LabelSpreading
from kailash._kailash import OneVsRestClassifier as OneVsRestClassifier
from kailash._kailash import OneVsOneClassifier as OneVsOneClassifier
from kailash._kailash import CalibratedClassifierCV as CalibratedClassifierCV
from kailash._kailash import EmpiricalCovariance as EmpiricalCovariance
from kailash._kailash import LedoitWolf as LedoitWolf
from kailash._kailash import MinCovDet as MinCovDet
from kailash._kailash import GraphicalLasso as GraphicalLasso
from kailash._kailash import PLSRegression as PLSRegression
from kailash._kailash import CCA as CCA

__all__ = [
    "LinearDiscriminantAnalysis",
    "QuadraticDiscriminantAnalysis",
    "GaussianProcessRegressor",
    "GaussianMixture",
    "BernoulliRBM",
    "IsotonicRegression",
    "LabelPropagation",
    "LabelSpreading",
    "OneVsRestClassifier",
    "OneVsOneClassifier",
    "CalibratedClassifierCV",
    "EmpiricalCovariance",
    "LedoitWolf",
    "MinCovDet",
    "GraphicalLasso",
    "PLSRegression",
    "CCA",
]
