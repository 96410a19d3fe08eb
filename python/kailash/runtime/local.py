"""LocalRuntime by its older v0.12 import path."""

from kailash.runtime import AsyncLocalRuntime, LocalRuntime, get_runtime

__all__ = ["AsyncLocalRuntime", "LocalRuntime", "get_runtime"]
