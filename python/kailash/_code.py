"""Code of EmbeddedPythonNode that runs in this interpreter."""

import importlib.machinery
import importlib.util
import types
from collections.abc import Callable
from typing import Any

_workers: dict[str, types.ModuleType] = {}


def _worker(path: str) -> types.ModuleType:
    if path in _workers:
        return _workers[path]
    # Its name has no .py: it is no module of the package, and belongs to the library.
    loader = importlib.machinery.SourceFileLoader("kailash._python_worker", path)
    spec = importlib.util.spec_from_file_location(loader.name, path, loader=loader)
    if spec is None:
        raise ImportError(f"no Python file: {path}")
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return _workers.setdefault(path, module)


def run_here(path: str, request: dict[str, Any], must_stop: Callable[[], bool]) -> Any:
    """As the worker answers, whose file `path` is; None when the code was stopped."""
    return _worker(path).run_here(request, must_stop)
