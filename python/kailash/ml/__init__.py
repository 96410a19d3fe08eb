"""Machine learning on numpy's arrays: estimators, pipelines, searches and metrics.

The names stand here and in parts such as kailash.ml.linear_model; `kailash.ml.__all__` lists all.
"""

import importlib
import importlib.util

from kailash import _kailash
from kailash.ml import _names

_PARTS = tuple(_names.PARTS)

if not _names.known():
    raise ImportError("this kailash was built without machine learning (KAILASH_ML=OFF)", name=__name__)
if importlib.util.find_spec("numpy") is None:
    raise ImportError("kailash.ml needs numpy: pip install kailash-enterprise[ml]", name=__name__)

from kailash.ml import _estimators  # noqa: E402

_estimators.extend(_kailash._find(__name__, "Estimator"))


def __getattr__(name):
    if name == "__all__":
        value = _names.ordered()
    elif name in _PARTS:
        return importlib.import_module(f"{__name__}.{name}")
    else:
        value = _kailash._find(__name__, name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *_names.known(), *_PARTS})
