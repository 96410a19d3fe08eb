"""Generated from the tables of the library by tools/generate.py; do not edit."""

from kailash._kailash import ConstraintEnvelope as ConstraintEnvelope
from kailash._kailash import IntersectionResult as IntersectionResult
from kailash._kailash import ShadowConfig as ShadowConfig
from kailash._kailash import ShadowEnforcer as ShadowEnforcer
from kailash._kailash import ShadowRecord as ShadowRecord
from kailash._kailash import ShadowReport as ShadowReport
from kailash._kailash import TemplateRegistry as TemplateRegistry
from kailash._kailash import intersect_constraints as intersect_constraints

__all__ = [
    "ConstraintEnvelope",
    "TemplateRegistry",
    "ShadowConfig",
    "ShadowRecord",
    "ShadowReport",
    "ShadowEnforcer",
    "IntersectionResult",
    "intersect_constraints",
]
