"""Generated from the tables of the library by tools/generate.py; do not edit."""

from kailash._kailash import CountVectorizer as CountVectorizer
from kailash._kailash import HashingVectorizer as HashingVectorizer
from kailash._kailash import TfidfTransformer as TfidfTransformer
from kailash._kailash import TfidfVectorizer as TfidfVectorizer

__all__ = [
    "CountVectorizer",
    "HashingVectorizer",
    "TfidfTransformer",
    "TfidfVectorizer",
]
