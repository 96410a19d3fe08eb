"""DataFlow: models, typed operations on their rows, and who may see what of them."""

from kailash import _kailash

# What is Python by nature: name -> the module it is written in.
_WRITTEN: dict[str, str] = {"db": "kailash.dataflow.model"}


def _native() -> list[str]:
    return [name for name in _kailash._names(__name__) if not name.startswith("_")]


def __getattr__(name):
    if name == "__all__":
        value = sorted([*_native(), *_WRITTEN])
    elif name in _WRITTEN:
        import importlib

        value = getattr(importlib.import_module(_WRITTEN[name]), name)
    else:
        value = _kailash._find(__name__, name)
    globals()[name] = value
    return value


def __dir__():
    return sorted(set(globals()) | set(_native()) | set(_WRITTEN))
