"""The trust plane: projects on disk whose records are signed, and the envelopes that bound a session."""

from kailash import _kailash

__all__ = [  # noqa: F822 - found by __getattr__ when they are first asked for
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


def __getattr__(name):
    value = _kailash._find("kailash" if name in __all__ else __name__, name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *__all__})
