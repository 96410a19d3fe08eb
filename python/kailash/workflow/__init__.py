"""Workflows by their v0.12 import path; new code takes WorkflowBuilder from `kailash`."""

from kailash.workflow.builder import WorkflowBuilder

__all__ = ["WorkflowBuilder"]
