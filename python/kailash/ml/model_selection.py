"""Splitters, searches and cross-validation."""

import sys

from kailash.ml._names import become_part

become_part(sys.modules[__name__])
