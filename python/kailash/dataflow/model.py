"""`@db.model`: a class whose annotations declare a model. What it makes of them is a ModelDefinition."""

from __future__ import annotations

import datetime
import decimal
import re
import sys
import types
import typing
import uuid
from typing import Any, TypeVar

from kailash.dataflow import DataClassification, DataFlow, FieldType, MaskingStrategy, ModelDefinition

__all__ = ["DataFlow", "FieldType", "ModelDefinition", "db"]

Class = TypeVar("Class", bound=type)

_KINDS: dict[Any, Any] = {
    int: FieldType.integer,
    str: FieldType.text,
    float: FieldType.float,
    bool: FieldType.boolean,
    datetime.datetime: FieldType.timestamp,
    datetime.date: FieldType.text,
    decimal.Decimal: FieldType.text,
    dict: FieldType.json,
    list: FieldType.json,
    uuid.UUID: FieldType.uuid,
}
_EXPECTED = (
    "expected int, str, float, bool, datetime.datetime, datetime.date, decimal.Decimal, uuid.UUID, dict, list, "
    "or Optional[T]"
)
_STAMPS = ("created_at", "updated_at")


# ---- names ----------------------------------------------------------------------------------------------


def _snake_case(name: str) -> str:
    name = re.sub(r"([A-Z])([A-Z][a-z])", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()


def _plural(word: str) -> str:
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    if len(word) > 1 and word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"


# ---- annotations ----------------------------------------------------------------------------------------


def _own_annotations(cls: type) -> dict[str, Any]:
    """Annotations of one class as they stand; names that are not known yet stay unresolved."""
    if sys.version_info >= (3, 14):
        import annotationlib

        return annotationlib.get_annotations(cls, format=annotationlib.Format.FORWARDREF)
    own: dict[str, Any] = cls.__dict__.get("__annotations__", {})
    return own


def _resolve(owner: type, name: str, annotation: Any) -> Any:
    """The type of one field; NameError when a name in it is not known."""
    probe = type(owner.__name__, (), {"__annotations__": {name: annotation}, "__module__": owner.__module__})
    known = {**vars(owner), owner.__name__: owner}
    return typing.get_type_hints(probe, localns=known, include_extras=True)[name]


def _annotations(cls: type) -> dict[str, Any]:
    """Types by field, those of base classes first. RuntimeError names all that cannot be resolved."""
    resolved: dict[str, Any] = {}
    unknown: dict[str, Exception] = {}
    for owner in reversed(cls.__mro__):
        for name, annotation in _own_annotations(owner).items():
            if name.startswith("_"):
                continue
            try:
                resolved[name] = _resolve(owner, name, annotation)
            except (NameError, AttributeError, SyntaxError) as error:
                unknown[name] = error
    if unknown:
        told = "; ".join(f"{name} ({error})" for name, error in unknown.items())
        raise RuntimeError(
            f"@db.model(cls={cls.__name__}) could not resolve the annotation of: {told}. Every type must be known "
            "when the class is decorated: an import under TYPE_CHECKING is not, nor is what is defined later or "
            "within another function."
        ) from next(iter(unknown.values()))
    return {name: kind for name, kind in resolved.items() if typing.get_origin(kind) is not typing.ClassVar}


def _take_apart(annotation: Any) -> tuple[Any, bool, list[Any]]:
    """The bare type, whether None is allowed, and what Annotated adds to it."""
    nullable = False
    extras: list[Any] = []
    while True:
        origin, args = typing.get_origin(annotation), typing.get_args(annotation)
        if origin is typing.Annotated:
            extras += args[1:]
            annotation = args[0]
        elif origin is typing.Union or origin is types.UnionType:
            others = [arg for arg in args if arg is not type(None)]
            if len(others) != 1 or len(others) == len(args):
                raise TypeError(f"unsupported Union type: {annotation}; only Optional[T] is supported")
            annotation, nullable = others[0], True
        else:
            return origin if origin in (dict, list) else annotation, nullable, extras


def _protection(extras: list[Any]) -> dict[str, Any]:
    """The classification and the masking that stand in an Annotated."""
    found: dict[str, Any] = {}
    for extra in extras:
        if isinstance(extra, DataClassification):
            found["classification"] = extra
        elif isinstance(extra, MaskingStrategy):
            found["masking"] = extra
    return found


# ---- the decorator --------------------------------------------------------------------------------------


def _add_field(model: ModelDefinition, cls: type, name: str, annotation: Any, primary_key: str) -> None:
    kind, nullable, extras = _take_apart(annotation)
    make = _KINDS.get(kind) if isinstance(kind, type) else None
    if make is None:
        raise TypeError(f"{cls.__name__}.{name}: unsupported type annotation: {kind}; {_EXPECTED}")
    is_key, has_default = name == primary_key, hasattr(cls, name)
    model.field(
        name,
        make(),
        primary_key=is_key,
        nullable=nullable,
        required=not (nullable or is_key or has_default),
        default_value=getattr(cls, name, None),
        **_protection(extras),
    )


def _define(cls: type) -> ModelDefinition:
    annotations = _annotations(cls)
    table = getattr(cls, "__table__", None) or _plural(_snake_case(cls.__name__))
    primary_key = getattr(cls, "__primary_key__", "id")
    model = ModelDefinition(cls.__name__, table)
    for name, annotation in annotations.items():
        _add_field(model, cls, name, annotation, primary_key)
    if getattr(cls, "__auto_timestamps__", True) and not any(name in annotations for name in _STAMPS):
        model.auto_timestamps()
    return model


class _Database:
    """The namespace `db`: a decorator for models, and all models that it was used on."""

    def __init__(self) -> None:
        self._models: dict[str, ModelDefinition] = {}

    def model(self, cls: Class) -> Class:
        """Declare a model by the annotations of a class, which is returned unchanged.

        `__table__`, `__primary_key__` ("id") and `__auto_timestamps__` (True) say what annotations cannot. The
        definition is in `_model_definition`. A later class of the same name takes the place of an earlier one.
        """
        if not isinstance(cls, type):
            raise TypeError(f"db.model decorates classes, got {type(cls).__name__}")
        definition = _define(cls)
        cls._model_definition = definition  # type: ignore[attr-defined]
        self._models[cls.__name__] = definition
        return cls

    def register_all(self, dataflow: DataFlow) -> None:
        """Register all declared models with a DataFlow, save those of a name that it has already."""
        known = set(dataflow.registered_models)
        for name, definition in list(self._models.items()):
            if name not in known:
                dataflow.register_model(definition)

    def __repr__(self) -> str:
        return f"db(models={len(self._models)})"


db = _Database()
