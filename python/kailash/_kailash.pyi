"""Generated from the tables of the library by tools/generate.py; do not edit."""

import sys
from collections.abc import Callable, Generator
from typing import Any, ClassVar, Literal, Self, final
from typing_extensions import Buffer, disjoint_base

__version__: str

def __dir__() -> list[str]: ...
def _on_done(handle: RunHandle, function: Callable[[], None], /) -> None: ...

@final
class CircuitBreakerConfig:
    """When a circuit breaker opens, and when it closes again."""
    def __new__(cls, failure_threshold: int | None = None, success_threshold: int | None = None, open_duration_secs: float | None = None, half_open_max_calls: int | None = None) -> Self: ...
    @property
    def failure_threshold(self) -> int:
        """Failures in a row that open the breaker."""
    @property
    def success_threshold(self) -> int:
        """Successes that close a half-open breaker."""
    @property
    def open_duration_secs(self) -> float:
        """Seconds an open breaker refuses calls."""
    @property
    def half_open_max_calls(self) -> int:
        """Calls a half-open breaker lets through at once."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...
    def to_dict(self) -> dict[str, Any]:
        """The fields as a dict."""
    def to_json(self) -> str:
        """The fields as JSON text."""
    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """From what to_dict() gives; unknown keys are refused."""
    @classmethod
    def from_json(cls, json_str: str) -> Self:
        """From what to_json() gives."""

@final
class ExecuteOpts:
    """Limits of one execution."""
    def __new__(cls, soft_time_limit: float | None = None, time_limit: float | None = None) -> Self: ...
    @property
    def soft_time_limit(self) -> float | None:
        """Seconds after which ExecutionContext.check_cancellation() raises SoftTimeLimitExceeded;
        None = no limit.
        """
    @property
    def time_limit(self) -> float | None:
        """Seconds after which the run fails; None = no limit."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class ExecutionContext:
    """The run a callback is part of: second argument of a callback that takes two."""
    @property
    def node_id(self) -> str:
        """Id of the node that is running."""
    @property
    def run_id(self) -> str:
        """UUID of the run."""
    def check_cancellation(self, /) -> None:
        """Return when the run may go on. Raises SoftTimeLimitExceeded once the soft limit has
        passed, RuntimeError when the run was cancelled or timed out.
        """

class GateUndetermined(RuntimeError):
    """A gate can neither open nor close, because an input of its predicate is absent."""
    kind: str | None
    node_id: str | None
    input_key: str | None
    detail: str | None

@final
class NodeRegistry:
    """The node types that workflows may use: all built-in ones and registered callbacks."""
    def __new__(cls) -> Self: ...
    def list_types(self, /) -> list[str]:
        """Names of all node types, sorted."""
    def has_type(self, /, type_name: str) -> bool:
        """Whether a node type of that name exists."""
    def describe(self, /, type_name: str) -> dict[str, Any]:
        """What a node type takes, does and gives: name, category, doc, inputs, config, outputs."""
    def register_callback(self, /, name: str, callback: Callable[..., Any], inputs: list[str], outputs: list[str]) -> None:
        """Adds a node type that calls a function. The first of a name wins. Not possible while a
        Runtime made from this registry lives.
        """
    def __len__(self, /) -> int:
        """Number of node types."""

@final
class RetryPolicy:
    """When a failed step is tried again."""
    def __new__(cls, max_retries: int = 3, backoff: Literal["exponential", "fixed"] = 'exponential', base_delay_ms: int = 100, max_delay_ms: int = 5000) -> Self: ...
    @property
    def max_retries(self) -> int:
        """Tries after the first; 0 = none."""
    @property
    def backoff(self) -> str:
        """Whether the delay doubles with every retry or stays the same."""
    @property
    def base_delay_ms(self) -> int:
        """Delay before the first retry."""
    @property
    def max_delay_ms(self) -> int:
        """Upper bound of every delay."""
    def delay_ms(self, /, attempt: int) -> int:
        """Milliseconds to wait before a retry: min(base_delay_ms * 2^(attempt - 1), max_delay_ms),
        or min(base_delay_ms, max_delay_ms) with fixed backoff.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...
    def to_dict(self) -> dict[str, Any]:
        """The fields as a dict."""
    def to_json(self) -> str:
        """The fields as JSON text."""
    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """From what to_dict() gives; unknown keys are refused."""
    @classmethod
    def from_json(cls, json_str: str) -> Self:
        """From what to_json() gives."""

@final
class RunHandle:
    """A run in the background, from Runtime.start(). Can be awaited."""
    @property
    def run_id(self) -> str:
        """UUID of the run."""
    def pause(self, /) -> None:
        """Starts no further node until resume(); nodes that run go on."""
    def resume(self, /) -> None:
        """Ends a pause."""
    def cancel(self, /) -> None:
        """Asks the run to stop; result() then raises RuntimeError."""
    def is_paused(self, /) -> bool:
        """Whether it is paused."""
    def is_done(self, /) -> bool:
        """Whether it has ended, in whatever way."""
    def result(self, /, timeout: float | None = None) -> dict[str, Any]:
        """Waits for the run and returns what execute() would; raises what it would raise."""
    def __await__(self) -> Generator[Any, None, Any]: ...

@final
class Runtime:
    """Executes workflows. Any number of threads may use it at once."""
    def __new__(cls, registry: NodeRegistry, config: RuntimeConfig | None = None) -> Self: ...
    def execute(self, /, workflow: Workflow, inputs: dict[str, Any] | None = None) -> dict[str, Any]:
        """Runs a workflow to its end and returns {results, run_id, metadata}, with skipped when a
        gate was closed. An error carries node_id, run_id and partial_results.
        """
    def execute_async(self, /, workflow: Workflow, inputs: dict[str, Any] | None = None, opts: ExecuteOpts | None = None, *, node_inputs: dict[str, dict[str, Any]] | None = None) -> RunHandle:
        """The same as an awaitable; cancelling it cancels the run."""
    def execute_with_opts(self, /, workflow: Workflow, inputs: dict[str, Any] | None = None, opts: ExecuteOpts | None = None, *, node_inputs: dict[str, dict[str, Any]] | None = None) -> dict[str, Any]:
        """The same as execute() under limits."""
    def start(self, /, workflow: Workflow, inputs: dict[str, Any] | None = None, opts: ExecuteOpts | None = None, *, node_inputs: dict[str, dict[str, Any]] | None = None) -> RunHandle:
        """Runs a workflow in the background and returns its handle."""
    def on_node_complete(self, /, callback: Callable[..., Any]) -> Callable[..., Any]:
        """Calls back after each node of every run; returns a function that ends this."""
    def metrics(self, /) -> RuntimeMetrics:
        """The counters of this runtime."""
    @property
    def registry(self) -> NodeRegistry:
        """The registry it was made from."""
    def drain(self, /, timeout_secs: float) -> dict[str, int]:
        """Takes no further runs, waits for those under way and cancels what is left then. Returns
        {drained, cancelled}.
        """
    def shutdown(self, /) -> None:
        """Takes no further runs and cancels those under way. May be called again."""
    def __enter__(self, /) -> Runtime:
        """The runtime itself."""
    def __exit__(self, exc_type: Any = None, exc_value: Any = None, traceback: Any = None, /) -> None: ...

@final
class RuntimeConfig:
    """How a Runtime executes. A Runtime takes a snapshot when it is made."""
    def __new__(cls, debug: bool = False, max_concurrent_nodes: int = 0, enable_cycles: bool = False, conditional_execution: Literal["skip", "evaluate_all"] = 'skip', connection_validation: Literal["strict", "warn", "off"] | None = None, enable_monitoring: bool | None = None, enable_resource_limits: bool | None = None, enable_security: bool | None = None, enable_audit: bool | None = None, node_timeout: float | None = None, workflow_timeout: float | None = None, *, max_workflow_duration: float | None = None, max_nodes_per_workflow: int | None = None, max_concurrent_workflows: int | None = None, strict_input_validation: bool = False) -> Self: ...
    @property
    def debug(self) -> bool:
        """Write verbose logs, warn of ports that nobody declares."""
    @debug.setter
    def debug(self, value: bool, /) -> None: ...
    @property
    def max_concurrent_nodes(self) -> int:
        """Most nodes of a run that work at once; 0 = number of processors."""
    @max_concurrent_nodes.setter
    def max_concurrent_nodes(self, value: int, /) -> None: ...
    @property
    def enable_cycles(self) -> bool:
        """Allow executing a workflow with cycles."""
    @enable_cycles.setter
    def enable_cycles(self, value: bool, /) -> None: ...
    @property
    def conditional_execution(self) -> str:
        """What becomes of a node whose required inputs do not arrive: skip it, or fail."""
    @property
    def connection_validation(self) -> str | None:
        """Deprecated: kept and read back, has no effect."""
    @connection_validation.setter
    def connection_validation(self, value: Literal["strict", "warn", "off"] | None, /) -> None: ...
    @property
    def enable_monitoring(self) -> bool | None:
        """Deprecated: kept and read back, has no effect."""
    @enable_monitoring.setter
    def enable_monitoring(self, value: bool | None, /) -> None: ...
    @property
    def enable_resource_limits(self) -> bool | None:
        """Deprecated: kept and read back, has no effect."""
    @enable_resource_limits.setter
    def enable_resource_limits(self, value: bool | None, /) -> None: ...
    @property
    def enable_security(self) -> bool | None:
        """Deprecated: kept and read back, has no effect."""
    @enable_security.setter
    def enable_security(self, value: bool | None, /) -> None: ...
    @property
    def enable_audit(self) -> bool | None:
        """Deprecated: kept and read back, has no effect."""
    @enable_audit.setter
    def enable_audit(self, value: bool | None, /) -> None: ...
    @property
    def node_timeout(self) -> float | None:
        """Seconds one node may take; None = no limit."""
    @property
    def workflow_timeout(self) -> float | None:
        """Seconds one run may take; None = no limit."""
    @property
    def max_workflow_duration(self) -> float | None:
        """Upper bound of workflow_timeout and of every time_limit; None = none."""
    @property
    def max_nodes_per_workflow(self) -> int | None:
        """Refuse workflows with more nodes; None = no limit."""
    @property
    def max_concurrent_workflows(self) -> int | None:
        """Most runs at once, others wait for their turn; None = no limit."""
    @property
    def strict_input_validation(self) -> bool:
        """Refuse workflow inputs that no root node declares."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

class SoftTimeLimitExceeded(Exception):
    """The soft time limit of a run has passed; raised by check_cancellation() within a callback,
    which may still tidy up, and by the run when the callback lets it escape.
    """

class TerminalRecordNotWritten(RuntimeError):
    """A run ended, but the execution store could not write down how. The outcome is in run_result
    or run_error, so it is not lost.
    """
    run_id: str | None
    run_result: dict[str, Any] | None
    run_error: str | None
    killed_at: str | None
    store_error: str | None

@final
class Workflow:
    """A checked graph of nodes. Immutable; any number of threads may run it at once."""
    def node_count(self, /) -> int:
        """Number of nodes."""
    def connection_count(self, /) -> int:
        """Number of connections."""
    def level_count(self, /) -> int:
        """Number of levels: the longest way from a root, counted in nodes."""
    def has_cycles(self, /) -> bool:
        """Whether the graph has a cycle."""
    def to_definition(self, /) -> dict[str, Any]:
        """The definition as a dict."""
    def to_json(self, /, *, strict: bool = False) -> str:
        """The definition as JSON text."""
    def workflow_hash(self, /) -> str:
        """16 hexadecimal digits: FNV-1a 64 over the canonical definition."""

@final
class WorkflowBuilder:
    """Collects nodes and connections and builds a workflow of them."""
    def __new__(cls) -> Self: ...
    def add_node(self, /, type_name: str, node_id: str, config: dict[str, Any] | None = None) -> None:
        """Adds a node."""
    def add_node_auto_id(self, /, type_name: str, config: dict[str, Any] | None = None) -> str:
        """Adds a node with an id made of its type and a number; returns the id."""
    def connect(self, /, source: str, source_output: str, target: str, target_input: str) -> None:
        """Connects an output of one node to an input of another."""
    def add_connection(self, /, source: str, source_output: str, target: str, target_input: str) -> None:
        """The same as connect()."""
    def connect_when(self, /, source: str, source_output: str, target: str, target_input: str, when: dict[str, Any]) -> None:
        """Connects through a gate that lets values pass when the predicate holds."""
    def enable_cycles(self, /, enabled: bool) -> None:
        """Allows cycles in the graph."""
    def set_cycle(self, /, max_iterations: int, until: dict[str, Any] | None = None, node: str | None = None) -> None:
        """Makes cycles iterate: each pass gets the values the last one sent back, until the
        predicate holds or max_iterations is reached. Allows cycles.
        """
    def set_retry(self, /, node_id: str, policy: RetryPolicy) -> None:
        """Tries a node again when it fails. Its time limit holds for all tries together; what was
        cancelled or interrupted is not tried again.
        """
    def get_node_ids(self, /) -> list[str]:
        """Ids in the order of adding."""
    def get_connections(self, /) -> list[dict[str, Any]]:
        """Connections as dicts of source, source_output, target, target_input."""
    def to_json(self, /, *, strict: bool = False) -> str:
        """The definition as JSON text."""
    @staticmethod
    def from_json(json_str: str) -> WorkflowBuilder:
        """A builder from a definition in JSON."""
    def build(self, /, registry: NodeRegistry) -> Workflow:
        """Checks everything and returns the workflow. Uses up the builder, unless it fails."""

@final
class WorkflowRegistry:
    """Built workflows by name. Threads may share it."""
    def __new__(cls) -> Self: ...
    def register(self, /, name: str, workflow: Workflow, description: str | None = None) -> None:
        """Adds a workflow. RuntimeError when the name is taken."""
    def get(self, /, name: str) -> dict[str, Any] | None:
        """What is known of a workflow, or None: name, description, registered_at (UTC, RFC 3339),
        node_count.
        """
    def list(self, /) -> list[str]:
        """Names of all workflows, sorted."""
    def contains(self, /, name: str) -> bool:
        """Whether a workflow of that name is registered."""
    def count(self, /) -> int:
        """Number of workflows."""
    def __len__(self, /) -> int:
        """Number of workflows."""
    def remove(self, /, name: str) -> None:
        """Takes a workflow out; runs under way go on. RuntimeError when there is none of that
        name.
        """
    def execute(self, /, name: str, runtime: Runtime, inputs: dict[str, Any] | None = None) -> dict[str, Any]:
        """Runs a workflow on a runtime and gives its result dict. RuntimeError when there is none
        of that name, or the run fails.
        """

@final
class ArrayView:
    """Numbers in memory of the library or of whoever passed them in. Has the buffer protocol:
    numpy.asarray(view) and memoryview(view) share the memory.
    """
    @property
    def format(self) -> str:
        """Letter of Python's struct module for an item: "d" for float64."""
    @property
    def dtype(self) -> str:
        """Name of the kind of its items: "int8" to "int64", "uint8" to "uint64", "float32",
        "float64" or "bool".
        """
    @property
    def shape(self) -> list[int]:
        """Items along each dimension."""
    @property
    def strides(self) -> list[int]:
        """Bytes from one item to the next, along each dimension."""
    @property
    def size(self) -> int:
        """Items in all."""
    @property
    def writable(self) -> bool:
        """Whether its memory may be written to."""
    if sys.version_info >= (3, 12):
        def __buffer__(self, flags: int, /) -> memoryview: ...

@final
class RuntimeMetrics:
    """Counters of runs and nodes. Those of a Runtime come from Runtime.metrics()."""
    def __new__(cls) -> Self: ...
    def workflows_started(self, /) -> int:
        """Runs started."""
    def workflows_completed(self, /) -> int:
        """Runs completed."""
    def workflows_failed(self, /) -> int:
        """Runs failed."""
    def nodes_executed(self, /) -> int:
        """Nodes executed."""
    def nodes_failed(self, /) -> int:
        """Nodes failed."""
    def total_execution_us(self, /) -> int:
        """Time spent in runs, in microseconds."""
    def record_workflow_start(self, /) -> None:
        """Counts a run that starts."""
    def record_workflow_complete(self, /, duration_us: int) -> None:
        """Counts a run that completed."""
    def record_workflow_failed(self, /, duration_us: int) -> None:
        """Counts a run that failed."""
    def record_node_executed(self, /) -> None:
        """Counts a node that was executed."""
    def record_node_failed(self, /) -> None:
        """Counts a node that failed."""
    def to_prometheus(self, /) -> str:
        """All counters in the Prometheus text exposition format."""

@final
class VersionInfo:
    """One version of a workflow, as VersionedWorkflowRegistry.list_versions() gives it."""
    @property
    def name(self) -> str:
        """Name of the workflow."""
    @property
    def version(self) -> str:
        """Its version."""
    @property
    def workflow_hash(self) -> str:
        """16 hexadecimal digits: FNV-1a 64 over the canonical definition."""
    @property
    def registered_at(self) -> str:
        """When it was registered: UTC, RFC 3339 with microseconds."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class VersionKey:
    """Name and version of a registered workflow."""
    def __new__(cls, name: str, version: str) -> Self: ...
    @property
    def name(self) -> str:
        """Name of the workflow."""
    @property
    def version(self) -> str:
        """Its version, any text."""
    def __str__(self, /) -> str:
        """name@version"""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class VersionedWorkflowRegistry:
    """Workflow definitions by name and version. Threads may share it."""
    def __new__(cls) -> Self: ...
    def register(self, /, name: str, version: str, definition_json: str, *, replace: bool = False) -> str:
        """Registers a definition and gives its hash: 16 hexadecimal digits, FNV-1a 64 over the
        canonical definition, so blanks and the order of keys do not matter. ValueError when the
        definition is malformed, or the version holds another one already.
        """
    def get(self, /, name: str, version: str) -> str | None:
        """The canonical definition of a version as JSON text, or None."""
    def latest_version(self, /, name: str) -> str | None:
        """The canonical definition of the newest version as JSON text, or None. Versions are
        ordered as numbers between dots, a pre-release below its release.
        """
    def list_versions(self, /, name: str) -> list[VersionInfo]:
        """All versions of a workflow, the oldest first; empty for an unknown name."""
    def lookup_hash(self, /, hash: str) -> VersionKey | None:
        """Name and version registered last with that hash, or None."""
    def workflow_count(self, /) -> int:
        """Number of registered versions of all workflows."""
    def __len__(self, /) -> int:
        """Number of registered versions of all workflows."""

@final
class WorkflowTemplate:
    """A workflow definition with placeholders {{name}} in string values of node configs."""
    def __new__(cls, definition_json: str) -> Self: ...
    @property
    def name(self) -> str:
        """Name; empty when none was set."""
    @property
    def description(self) -> str:
        """Description; empty when none was set."""
    @staticmethod
    def from_json(json_str: str) -> WorkflowTemplate:
        """Reads the text that to_json() gives, or a workflow definition."""
    def parameters(self, /) -> list[str]:
        """Names of all placeholders, sorted."""
    def with_name(self, /, name: str) -> WorkflowTemplate:
        """A new template with another name."""
    def with_description(self, /, description: str) -> WorkflowTemplate:
        """A new template with another description."""
    def with_defaults(self, /, defaults: dict[str, Any]) -> WorkflowTemplate:
        """A new template with other defaults; the ones before are gone."""
    def instantiate(self, /, params: dict[str, Any]) -> str:
        """The definition with every placeholder replaced, as JSON text. A string that is one
        placeholder becomes the value with its type; within other text the value must be a
        string. Inserted text is not expanded again.
        """
    def to_json(self, /) -> str:
        """The template as JSON text: definition, defaults, name, description."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...
