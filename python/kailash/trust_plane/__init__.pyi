"""Generated from the tables of the library by tools/generate.py; do not edit."""

from kailash._kailash import AnchorRecord as AnchorRecord
from kailash._kailash import ConformanceReport as ConformanceReport
from kailash._kailash import ConstraintEnvelope as ConstraintEnvelope
from kailash._kailash import DecisionRecord as DecisionRecord
from kailash._kailash import Delegate as Delegate
from kailash._kailash import DelegationManager as DelegationManager
from kailash._kailash import HoldManager as HoldManager
from kailash._kailash import HoldRecord as HoldRecord
from kailash._kailash import IntersectionResult as IntersectionResult
from kailash._kailash import MilestoneRecord as MilestoneRecord
from kailash._kailash import MirrorManager as MirrorManager
from kailash._kailash import ProjectManifest as ProjectManifest
from kailash._kailash import RepairReport as RepairReport
from kailash._kailash import ShadowConfig as ShadowConfig
from kailash._kailash import ShadowEnforcer as ShadowEnforcer
from kailash._kailash import ShadowRecord as ShadowRecord
from kailash._kailash import ShadowReport as ShadowReport
from kailash._kailash import TemplateRegistry as TemplateRegistry
from kailash._kailash import TrustProject as TrustProject
from kailash._kailash import VerificationBundle as VerificationBundle
from kailash._kailash import VerificationIssue as VerificationIssue
from kailash._kailash import VerificationReport as VerificationReport
from kailash._kailash import intersect_constraints as intersect_constraints
from kailash._kailash import migrate_project as migrate_project
from kailash._kailash import run_conformance as run_conformance

__all__ = [
    "TrustProject",
    "ConstraintEnvelope",
    "VerificationReport",
    "VerificationIssue",
    "RepairReport",
    "DelegationManager",
    "Delegate",
    "HoldManager",
    "HoldRecord",
    "MirrorManager",
    "TemplateRegistry",
    "VerificationBundle",
    "ConformanceReport",
    "ShadowConfig",
    "ShadowRecord",
    "ShadowReport",
    "ShadowEnforcer",
    "run_conformance",
    "migrate_project",
    "IntersectionResult",
    "intersect_constraints",
]
