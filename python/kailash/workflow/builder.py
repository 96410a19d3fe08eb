"""The WorkflowBuilder of v0.12: a registry is optional, names of model nodes are translated."""

from __future__ import annotations

import re
import warnings
from typing import Any
from weakref import WeakKeyDictionary

import kailash

__all__ = ["WorkflowBuilder"]

_ACTIONS = "BulkCreate|BulkUpdate|BulkDelete|BulkUpsert|Create|Read|Update|Delete|List|Count|Upsert"
_MODEL_NODE = re.compile(rf"(?P<model>[A-Z]\w*?)(?P<action>{_ACTIONS})Node")
_OF_LISTS = {"filter", "order_by", "order_dir", "limit", "offset", "include_deleted"}

# Workflow -> {node id: action of a model node}: whose results LocalRuntime gives in v0.12 form.
actions_of: WeakKeyDictionary[kailash.Workflow, dict[str, str]] = WeakKeyDictionary()

_builtin_types: set[str] = set()


def _is_builtin(type_name: str) -> bool:
    if not _builtin_types:
        _builtin_types.update(kailash.NodeRegistry().list_types())
    return type_name in _builtin_types


def translate(type_name: str) -> tuple[str, str | None]:
    """`UserCreateNode` -> (`CreateUser`, `Create`); other names stay as they are."""
    match = _MODEL_NODE.fullmatch(type_name)
    if match is None or _is_builtin(type_name):
        return type_name, None
    return match["action"] + match["model"], match["action"]


def _with_filter(config: dict[str, Any]) -> dict[str, Any]:
    """Lists and counts of v0.12 took columns beside the options; they belong into the filter."""
    columns = {key: value for key, value in config.items() if key not in _OF_LISTS}
    if not columns:
        return config
    options = {key: value for key, value in config.items() if key in _OF_LISTS}
    return {**options, "filter": {**columns, **options.get("filter", {})}}


class WorkflowBuilder:
    """Collects nodes and connections; `kailash.WorkflowBuilder` with the habits of v0.12."""

    def __init__(self) -> None:
        self._builder = kailash.WorkflowBuilder()
        self._actions: dict[str, str] = {}

    def add_node(
        self, type_name: str, node_id: str, config: dict[str, Any] | None = None
    ) -> None:
        """Adds a node; `{Model}{Action}Node` means the DataFlow node `{Action}{Model}`."""
        name, action = translate(type_name)
        if action in ("List", "Count") and config:
            config = _with_filter(config)
        self._builder.add_node(name, node_id, config)
        if action is not None:
            self._actions[node_id] = action

    def connect(
        self, source: str, source_output: str, target: str, target_input: str
    ) -> None:
        """Connects an output of one node to an input of another."""
        self._builder.connect(source, source_output, target, target_input)

    def add_connection(
        self, source: str, source_output: str, target: str, target_input: str
    ) -> None:
        """The same as connect()."""
        self._builder.connect(source, source_output, target, target_input)

    def build(self, registry: kailash.NodeRegistry | None = None) -> kailash.Workflow:
        """Checks everything and returns the workflow; without a registry, of built-in types."""
        if registry is None:
            warnings.warn(
                "WorkflowBuilder.build() without a registry is deprecated since v2.0; "
                "call build(kailash.NodeRegistry())",
                DeprecationWarning,
                stacklevel=2,
            )
            registry = kailash.NodeRegistry()
        workflow = self._builder.build(registry)
        if self._actions:
            actions_of[workflow] = dict(self._actions)
        return workflow

    def to_json(self) -> str:
        """The definition as JSON text."""
        return self._builder.to_json()

    @staticmethod
    def from_json(json_str: str) -> WorkflowBuilder:
        """A builder from a definition in JSON."""
        made = WorkflowBuilder()
        made._builder = kailash.WorkflowBuilder.from_json(json_str)
        return made

    def __repr__(self) -> str:
        return repr(self._builder)
