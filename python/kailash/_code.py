"""Code of EmbeddedPythonNode that runs in this interpreter."""

import functools
import importlib.util
import types
from collections.abc import Callable
from typing import Any


@functools.cache
def _worker(path: str) -> types.ModuleType:
    spec = importlib.util.spec_from_file_location("kailash._python_worker", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"no Python file: {path}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run_here(path: str, request: dict[str, Any], must_stop: Callable[[], bool]) -> Any:
    """As the worker answers, whose file `path` is; None when the code was stopped."""
    return _worker(path).run_here(request, must_stop)
