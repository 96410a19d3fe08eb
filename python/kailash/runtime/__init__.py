"""The runtimes of v0.12, which make their own registry; new code takes Runtime from `kailash`."""

from __future__ import annotations

import asyncio
import warnings
from typing import Any

import kailash
from kailash.workflow.builder import actions_of

__all__ = ["AsyncLocalRuntime", "LocalRuntime", "get_runtime"]


def _normalised(action: str, outputs: dict[str, Any]) -> dict[str, Any]:
    """Outputs of a model node in the form of v0.12."""
    record = outputs.get("record")
    fields = record if isinstance(record, dict) else {}
    if action == "Create":
        return {**fields, "rows_affected": 1}
    if action == "Read":
        return {**fields, "found": bool(outputs.get("found"))}
    if action in ("Update", "Upsert"):
        count = outputs.get("updated_count", 1)
        return {**outputs, **fields, "rows_affected": count, "updated": count > 0}
    if action == "Delete":
        count = outputs.get("deleted_count", 0)
        return {**outputs, "rows_affected": count, "deleted": count > 0, "success": count > 0}
    return outputs


def _results(workflow: kailash.Workflow, answer: dict[str, Any]) -> tuple[dict[str, Any], str]:
    results = answer["results"]
    for node_id, action in actions_of.get(workflow, {}).items():
        if node_id in results:
            results[node_id] = _normalised(action, results[node_id])
    return results, answer["run_id"]


class _CompatRuntime:
    """What both runtimes share: a registry, and a Runtime made from it at the first execution."""

    def __init__(self, debug: bool = False, max_concurrent_nodes: int = 0, **kwargs: Any) -> None:
        name = type(self).__name__
        warnings.warn(
            f"{name} is deprecated since v2.0; use kailash.Runtime", DeprecationWarning, stacklevel=3
        )
        if kwargs:
            warnings.warn(
                f"{name}: not supported since v2.0 and ignored: {', '.join(sorted(kwargs))}",
                DeprecationWarning,
                stacklevel=3,
            )
        self._config = kailash.RuntimeConfig(
            debug=debug, max_concurrent_nodes=max_concurrent_nodes
        )
        self._registry = kailash.NodeRegistry()
        self._runtime: kailash.Runtime | None = None
        self._references = 1

    @property
    def registry(self) -> kailash.NodeRegistry:
        """The node types of this runtime; callbacks can be registered until the first execution."""
        return self._registry

    def _engine(self) -> kailash.Runtime:
        if self._references <= 0:
            raise RuntimeError("the runtime was closed")
        if self._runtime is None:
            self._runtime = kailash.Runtime(self._registry, self._config)
        return self._runtime

    def acquire(self) -> Any:
        """One more owner; returns the runtime itself."""
        self._engine()
        self._references += 1
        return self

    def release(self) -> None:
        """One owner less; the last one closes it."""
        self._references -= 1
        if self._references <= 0:
            self.close()

    def close(self) -> None:
        """Takes no further runs and cancels those under way."""
        self._references = 0
        if self._runtime is not None:
            self._runtime.shutdown()

    @property
    def ref_count(self) -> int:
        """Number of owners."""
        return max(self._references, 0)

    @staticmethod
    def _arguments(
        workflow: kailash.Workflow, task_manager: Any, parameters: Any, inputs: Any
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Inputs for all root nodes, and inputs for single nodes."""
        if isinstance(task_manager, dict) and inputs is None:
            inputs, task_manager = task_manager, None
        if task_manager is not None:
            warnings.warn(
                "task_manager is not supported since v2.0 and ignored; see Runtime.on_node_complete()",
                DeprecationWarning,
                stacklevel=3,
            )
        ids = {node["node_id"] for node in workflow.to_definition()["nodes"]}
        shared, own = dict(inputs or {}), {}
        for key, value in (parameters or {}).items():
            if key in ids and isinstance(value, dict):
                own[key] = value
            else:
                shared[key] = value
        return shared, own


class LocalRuntime(_CompatRuntime):
    """Executes workflows; returns (results, run_id) as v0.12 did."""

    def __init__(self, debug: bool = False, max_concurrent_nodes: int = 0, **kwargs: Any) -> None:
        super().__init__(debug, max_concurrent_nodes, **kwargs)

    def execute(
        self,
        workflow: kailash.Workflow,
        task_manager: Any = None,
        parameters: dict[str, Any] | None = None,
        inputs: dict[str, Any] | None = None,
    ) -> tuple[dict[str, Any], str]:
        """Runs a workflow.

        parameters: values by node id, `{"node": {"key": value}}`, which go to that node alone;
            other keys go to all root nodes. inputs: values for all root nodes.
        """
        shared, own = self._arguments(workflow, task_manager, parameters, inputs)
        answer = self._engine().execute_with_opts(workflow, shared, node_inputs=own or None)
        return _results(workflow, answer)

    def __enter__(self) -> LocalRuntime:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class AsyncLocalRuntime(_CompatRuntime):
    """Executes workflows from a running event loop; returns (results, run_id) as v0.12 did."""

    def __init__(self, debug: bool = False, max_concurrent_nodes: int = 0, **kwargs: Any) -> None:
        super().__init__(debug, max_concurrent_nodes, **kwargs)

    async def execute_workflow_async(
        self,
        workflow: kailash.Workflow,
        task_manager: Any = None,
        parameters: dict[str, Any] | None = None,
        inputs: dict[str, Any] | None = None,
    ) -> tuple[dict[str, Any], str]:
        """As LocalRuntime.execute()."""
        shared, own = self._arguments(workflow, task_manager, parameters, inputs)
        answer = await self._engine().execute_async(workflow, shared, node_inputs=own or None)
        return _results(workflow, answer)

    async def __aenter__(self) -> AsyncLocalRuntime:
        return self

    async def __aexit__(self, *exception: object) -> None:
        self.close()


def get_runtime(**kwargs: Any) -> LocalRuntime | AsyncLocalRuntime:
    """An AsyncLocalRuntime inside a running event loop, else a LocalRuntime."""
    warnings.warn(
        "get_runtime() is deprecated since v2.0; use kailash.Runtime",
        DeprecationWarning,
        stacklevel=2,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return LocalRuntime(**kwargs)
        return AsyncLocalRuntime(**kwargs)
