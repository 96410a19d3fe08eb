"""What the library asks of objects that it did not make."""

import copy
from typing import Any


def _part(value: Any) -> Any:
    """A parameter of a clone: estimators are cloned too, also those in lists and pairs."""
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        return type(value)(_part(item) for item in value)
    if hasattr(value, "get_params") and not isinstance(value, type):
        return clone(value)
    return copy.deepcopy(value)


def clone(estimator: Any) -> Any:
    """One with the same parameters that has learned nothing."""
    if isinstance(estimator, type):
        return estimator
    if hasattr(estimator, "__sklearn_clone__"):
        return estimator.__sklearn_clone__()
    if hasattr(estimator, "get_params"):
        parameters = estimator.get_params(deep=False)
        return type(estimator)(**{name: _part(value) for name, value in parameters.items()})
    return copy.deepcopy(estimator)
