"""PACT: who in an organisation may do and read what, and proof of it.

Every name stands here twice: PactAddress is also Address. What begins otherwise keeps its name.
"""

from kailash import _kailash

_PREFIX = "Pact"

# Names whose short form is not theirs without the prefix.
_SHORT = {"intersect_envelopes": "pact_intersect_envelopes", "PactMcpBridge": "OrchPactMcpBridge"}


def _native() -> list[str]:
    return [name for name in _kailash._names(__name__) if not name.startswith("_")]


def _short() -> dict[str, str]:
    """Names without the prefix -> names of the library."""
    names = _native()
    short = {name.removeprefix(_PREFIX): name for name in names if name.startswith(_PREFIX)}
    short |= {name: full for name, full in _SHORT.items() if full in names}
    return {name: full for name, full in short.items() if name not in names}


def __getattr__(name):
    if name == "__all__":
        value = sorted([*_native(), *_short()])
    else:
        value = _kailash._find(__name__, _short().get(name, name))
    globals()[name] = value
    return value


def __dir__():
    return sorted(set(globals()) | set(_native()) | set(_short()))
