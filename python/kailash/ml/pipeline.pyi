"""Generated from the tables of the library by tools/generate.py; do not edit."""

from kailash._kailash import Pipeline as Pipeline
from kailash._kailash import ColumnTransformer as ColumnTransformer
from kailash._kailash import FeatureUnion as FeatureUnion

__all__ = [
    "Pipeline",
    "ColumnTransformer",
    "FeatureUnion",
]
