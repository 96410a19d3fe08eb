"""What an organisation needs around its agents: who may do what, tenants, the record of what was done."""

import kailash
from kailash import _kailash

# What belongs to other modules and is looked for here too.
_ELSEWHERE = {"AuditAnchor", "TenantContext"}


def _names() -> set[str]:
    own = {name for name in _kailash._names(__name__) if not name.startswith("_")}
    return own | (_ELSEWHERE & set(dir(kailash)))


def __getattr__(name):
    names = _names()
    if name == "__all__":
        value = sorted(names)
    elif name not in names:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    elif name in _ELSEWHERE:
        value = getattr(kailash, name)
    else:
        value = _kailash._find(__name__, name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *_names()})
