"""PACT: who in an organisation may do and read what, and proof of it.

Every name stands here twice: PactAddress is also Address, pact_intersect_envelopes also intersect_envelopes.
"""

import kailash
from kailash import _kailash

# What stands at `kailash` alone, or has another name there.
_ELSEWHERE = {
    "pact_intersect_envelopes": "pact_intersect_envelopes",
    "intersect_envelopes": "pact_intersect_envelopes",
    "PactMcpBridge": "OrchPactMcpBridge",
}


def _own() -> list[str]:
    return [name for name in _kailash._names(__name__) if not name.startswith("_")]


def _names() -> set[str]:
    root = set(_kailash._names("kailash"))
    own = _own()
    return {*own, *(name.removeprefix("Pact") for name in own),
            *(name for name, native in _ELSEWHERE.items() if native in root)}


def __getattr__(name):
    names = _names()
    if name == "__all__":
        value = sorted(names)
    elif name not in names:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    elif name in _ELSEWHERE:
        value = getattr(kailash, _ELSEWHERE[name])
    else:
        value = _kailash._find(__name__, name if name in _own() else "Pact" + name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *_names()})
