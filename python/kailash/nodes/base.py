"""Node types by their older v0.12 import path."""

from kailash import NodeRegistry

__all__ = ["NodeRegistry"]
