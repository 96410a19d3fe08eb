"""Node types by their v0.12 import path; new code takes NodeRegistry from `kailash`."""

from kailash import NodeRegistry

__all__ = ["NodeRegistry"]
