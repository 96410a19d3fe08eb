"""Kailash: workflows, databases, agents and their governance, in one C library."""

from kailash import _kailash
from kailash._kailash import __version__ as __version__

_MODULES = ("dataflow", "enterprise", "ml", "nodes", "pact", "runtime", "trust_plane", "workflow")


def __getattr__(name):
    if name == "__all__":
        value = ["__version__", *_kailash._names("kailash")]
    elif name in _MODULES:
        import importlib

        return importlib.import_module("kailash." + name)
    else:
        value = _kailash._find("kailash", name)
    globals()[name] = value
    return value


def __dir__():
    return sorted(set(globals()) | set(_kailash._names("kailash")) | set(_MODULES))
