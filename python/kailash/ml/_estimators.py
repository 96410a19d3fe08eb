"""What Python and scikit-learn ask of an estimator beyond what the library gives it.

The methods are put on the class Estimator, which all estimators are below. scikit-learn is imported
only by those that it calls itself.
"""

import html
import importlib
import inspect
import sys
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


def _takes_weights(estimator: Any, method: str) -> bool:
    found = getattr(type(estimator), method, None)
    return found is not None and "sample_weight" in inspect.signature(found).parameters


class _Tabled:
    """transform() or fit_transform() of an estimator that was told to give tables: see set_output()."""

    def __init__(self, estimator: Any, method: str, package: str) -> None:
        self.estimator, self.method, self.package = estimator, method, package

    def __call__(self, *args: Any, **named: Any) -> Any:
        made = getattr(type(self.estimator), self.method)(self.estimator, *args, **named)
        given = args[0] if args else named.get("x", named.get("X"))
        if isinstance(made, (list, tuple)):  # scores of x and of y: the first alone
            return (self.table(made[0], given), *made[1:])
        return self.table(made, given)

    def table(self, made: Any, given: Any) -> Any:
        if hasattr(made, "tocsr"):
            raise ValueError(f"set_output(transform={self.package!r}): {type(self.estimator).__name__} gives a sparse "
                             "matrix, which makes no table; let it give a dense one, or set_output(transform='default')")
        names = list(self.estimator.get_feature_names_out())
        module: Any = importlib.import_module(self.package)
        if self.package == "polars":
            return module.DataFrame(made, schema=names, orient="row")
        return module.DataFrame(made, columns=names, index=getattr(given, "index", None))


class _Methods:
    """What becomes a part of Estimator."""

    def __reduce__(self: Any) -> tuple[Any, ...]:
        state, objects = self._dump()
        return _restored, (type(self), state, list(objects)), getattr(self, "__dict__", None) or None

    def clone(self: Any) -> Any:
        """A fresh one with the same parameters, not fitted."""
        if _is_native(type(self)):
            made = _native_clone(self)
        else:
            made = type(self)(**{name: _part(value) for name, value in _parameters(self).items()})
        for name in ("_requests", "_output"):
            if name in getattr(self, "__dict__", ()):
                setattr(made, name, getattr(self, name))
        return made.set_output(transform=made._output) if hasattr(made, "_output") else made

    def __sklearn_clone__(self: Any) -> Any:
        """The same, by the name that scikit-learn calls."""
        return self.clone()

    def set_output(self: Any, *, transform: str | None = None) -> Any:
        """What transform() and fit_transform() give: "pandas" or "polars" tables, whose columns have the names of
        get_feature_names_out(), or "default" arrays; None changes nothing. Returns self."""
        if transform not in (None, "default", "pandas", "polars"):
            raise ValueError(f"transform: expected 'default', 'pandas', 'polars' or None, got {transform!r}")
        if not (hasattr(self, "transform") and hasattr(type(self), "get_feature_names_out")):
            raise AttributeError(f"{type(self).__name__!r} object has no columns with names to give")
        if transform is None:
            return self
        self._output = transform
        for method in ("transform", "fit_transform"):
            self.__dict__.pop(method, None)
            if transform != "default" and hasattr(self, method):
                self.__dict__[method] = _Tabled(self, method, transform)
        return self

    def set_fit_request(self: Any, *, sample_weight: bool | str | None = None) -> Any:
        """Whether scikit-learn passes weights to fit(), where metadata are routed. Returns self."""
        return _ask_for(self, "fit", sample_weight)

    def set_partial_fit_request(self: Any, *, sample_weight: bool | str | None = None) -> Any:
        """The same of partial_fit()."""
        return _ask_for(self, "partial_fit", sample_weight)

    def set_score_request(self: Any, *, sample_weight: bool | str | None = None) -> Any:
        """The same of score()."""
        return _ask_for(self, "score", sample_weight)

    def get_metadata_routing(self: Any) -> Any:
        """What scikit-learn asks where metadata are routed: which methods take weights, and want them."""
        made = importlib.import_module("sklearn.utils.metadata_routing").MetadataRequest(owner=self)
        asked = getattr(self, "_requests", {})
        for method in ("fit", "partial_fit", "score"):
            if _takes_weights(self, method):
                getattr(made, method).add_request(param="sample_weight", alias=asked.get(method))
        return made

    def _repr_html_(self: Any) -> str:
        if "sklearn" in sys.modules:
            made: str = importlib.import_module("sklearn.utils").estimator_html_repr(self)
            return made
        return f"<pre>{html.escape(repr(self))}</pre>"

    @property
    def _estimator_type(self: Any) -> str | None:
        return _WORDS.get(self._tags()["kind"])

    def __sklearn_tags__(self: Any) -> Any:
        utils: Any = importlib.import_module("sklearn.utils")
        own = self._tags()
        word = _WORDS.get(own["kind"])
        any_x, no_table = own["any_x"] and not own["holds_others"], own["no_table"]
        return utils.Tags(
            estimator_type=word,
            target_tags=utils.TargetTags(required=own["requires_y"], multi_output=own["multi_output"],
                                         one_d_labels=no_table and any_x, positive_only=own["positive_y"]),
            transformer_tags=utils.TransformerTags() if own["transforms"] else None,
            classifier_tags=utils.ClassifierTags(poor_score=own["poor_score"]) if word == "classifier" else None,
            regressor_tags=utils.RegressorTags(poor_score=own["poor_score"]) if word == "regressor" else None,
            non_deterministic=own["non_deterministic"],
            requires_fit=own["requires_fit"],
            input_tags=utils.InputTags(two_d_array=not no_table, one_d_array=no_table and not any_x,
                                       sparse=own["sparse"], allow_nan=own["allow_nan"],
                                       string=any_x, categorical=any_x,
                                       positive_only=own["positive_only"]),
        )


def _ask_for(estimator: Any, method: str, wanted: bool | str | None) -> Any:
    if not _takes_weights(estimator, method):
        raise TypeError(f"{method}() of {type(estimator).__name__} takes no sample_weight")
    estimator._requests = {**getattr(estimator, "_requests", {}), method: wanted}
    return estimator


_native_clone: Any = None


def extend(cls: Any) -> None:
    """Give the class Estimator these methods."""
    global _native_clone
    if _native_clone is None:
        _native_clone = cls.clone
    for name, value in _Methods.__dict__.items():
        if name not in ("__module__", "__doc__", "__dict__", "__weakref__", "__qualname__"):
            setattr(cls, name, value)
