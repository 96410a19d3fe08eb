"""Generated from the tables of the library by tools/generate.py; do not edit."""

from kailash._kailash import GaussianNB as GaussianNB
from kailash._kailash import MultinomialNB as MultinomialNB
from kailash._kailash import BernoulliNB as BernoulliNB

__all__ = [
    "GaussianNB",
    "MultinomialNB",
    "BernoulliNB",
]
