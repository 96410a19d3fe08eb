"""Generated from the tables of the library by tools/generate.py; do not edit."""

from kailash._kailash import StandardScaler as StandardScaler
from kailash._kailash import MinMaxScaler as MinMaxScaler
from kailash._kailash import RobustScaler as RobustScaler
from kailash._kailash import MaxAbsScaler as MaxAbsScaler
from kailash._kailash import Normalizer as Normalizer
from kailash._kailash import OneHotEncoder as OneHotEncoder
from kailash._kailash import LabelEncoder as LabelEncoder
from kailash._kailash import OrdinalEncoder as OrdinalEncoder
from kailash._kailash import LabelBinarizer as LabelBinarizer
from kailash._kailash import SimpleImputer as SimpleImputer
from kailash._kailash import KNNImputer as KNNImputer
from kailash._kailash import IterativeImputer as IterativeImputer
from kailash._kailash import Binarizer as Binarizer
from kailash._kailash import PolynomialFeatures as PolynomialFeatures
from kailash._kailash import PowerTransformer as PowerTransformer
from kailash._kailash import QuantileTransformer as QuantileTransformer

__all__ = [
    "StandardScaler",
    "MinMaxScaler",
    "RobustScaler",
    "MaxAbsScaler",
    "Normalizer",
    "OneHotEncoder",
    "LabelEncoder",
    "OrdinalEncoder",
    "LabelBinarizer",
    "SimpleImputer",
    "KNNImputer",
    "IterativeImputer",
    "Binarizer",
    "PolynomialFeatures",
    "PowerTransformer",
    "QuantileTransformer",
]
