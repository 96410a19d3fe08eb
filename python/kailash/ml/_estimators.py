"""What Python and scikit-learn ask of an estimator beyond what the library gives it.

The methods are put on the class Estimator, which all estimators are below. scikit-learn is imported
only by those that it calls itself.
"""

import importlib
import inspect
from typing import Any

from kailash import _kailash
from kailash._objects import _part

# The words of scikit-learn for kinds.
_WORDS = {"classifier": "classifier", "regressor": "regressor", "cluster": "clusterer",
          "outlier": "outlier_detector", "density": "density_estimator"}


def _is_native(cls: type) -> bool:
    """Whether a class is made of a table, not written in Python."""
    return getattr(_kailash, cls.__name__, None) is cls


def _native(cls: type) -> type:
    return next(base for base in cls.__mro__ if _is_native(base))


def _parameters(estimator: Any) -> dict[str, Any]:
    """What the constructor of a subclass takes: its own parameters if it has written one."""
    cls = type(estimator)
    if "__init__" not in {name for base in cls.__mro__[:cls.__mro__.index(_native(cls))] for name in base.__dict__}:
        return dict(estimator.get_params(deep=False))
    taken = [parameter for parameter in inspect.signature(cls.__init__).parameters.values()][1:]
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return {parameter.name: getattr(estimator, parameter.name) for parameter in taken
            if parameter.kind not in kinds}


def _restored(cls: type, state: bytes, objects: list[Any]) -> Any:
    made = _kailash._find("kailash.ml", "Estimator")._restore(state, objects)
    return made if type(made) is cls else _kailash._as_subclass(cls, made)


class _Methods:
    """What becomes a part of Estimator."""

    def __reduce__(self: Any) -> tuple[Any, ...]:
        state, objects = self._dump()
        return _restored, (type(self), state, list(objects)), getattr(self, "__dict__", None) or None

    def clone(self: Any) -> Any:
        """A fresh one with the same parameters, not fitted."""
        if _is_native(type(self)):
            return _native_clone(self)
        return type(self)(**{name: _part(value) for name, value in _parameters(self).items()})

    def __sklearn_clone__(self: Any) -> Any:
        """The same, by the name that scikit-learn calls."""
        return self.clone()

    @property
    def _estimator_type(self: Any) -> str | None:
        return _WORDS.get(self._tags()["kind"])

    def __sklearn_tags__(self: Any) -> Any:
        utils: Any = importlib.import_module("sklearn.utils")
        own = self._tags()
        word = _WORDS.get(own["kind"])
        return utils.Tags(
            estimator_type=word,
            target_tags=utils.TargetTags(required=own["requires_y"], multi_output=own["multi_output"]),
            transformer_tags=utils.TransformerTags() if own["transforms"] else None,
            classifier_tags=utils.ClassifierTags() if word == "classifier" else None,
            regressor_tags=utils.RegressorTags() if word == "regressor" else None,
            non_deterministic=own["non_deterministic"],
            requires_fit=own["requires_fit"],
            input_tags=utils.InputTags(sparse=own["sparse"], allow_nan=own["allow_nan"],
                                       string=own["any_x"], categorical=own["any_x"],
                                       positive_only=own["positive_only"]),
        )


_native_clone: Any = None


def extend(cls: Any) -> None:
    """Give the class Estimator these methods."""
    global _native_clone
    if _native_clone is None:
        _native_clone = cls.clone
    for name, value in _Methods.__dict__.items():
        if name not in ("__module__", "__doc__", "__dict__", "__weakref__", "__qualname__"):
            setattr(cls, name, value)
