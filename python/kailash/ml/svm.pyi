"""Generated from the tables of the library by tools/generate.py; do not edit."""

from kailash._kailash import SVC as SVC
from kailash._kailash import LinearSVC as LinearSVC
from kailash._kailash import SVR as SVR
from kailash._kailash import LinearSVR as LinearSVR
from kailash._kailash import NuSVC as NuSVC
from kailash._kailash import NuSVR as NuSVR
from kailash._kailash import OneClassSVM as OneClassSVM

__all__ = [
    "SVC",
    "LinearSVC",
    "SVR",
    "LinearSVR",
    "NuSVC",
    "NuSVR",
    "OneClassSVM",
]
