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
class DataFlow:
    """A database with models. Threads may share it."""
    def __new__(cls, database_url: str | None = None, config: DataFlowConfig | None = None, auto_migrate: bool = False, test_mode: bool = False) -> Self: ...
    @property
    def config(self) -> DataFlowConfig:
        """Its settings."""
    def register_model(self, /, model: ModelDefinition) -> None:
        """Checks a model and adds it; with auto_migrate its table and indexes are made unless they
        are there. The same definition again changes nothing, another one of the same name is a
        ValueError.
        """
    def create_tables(self, /) -> None:
        """Makes the tables and indexes of all models unless they are there."""
    @property
    def models(self) -> list[ModelDefinition]:
        """the registered models"""
    @property
    def registered_models(self) -> list[str]:
        """names of the registered models"""
    @property
    def _registered_models(self) -> list[str]:
        """names of the registered models"""
    def execute_raw(self, /, sql: str, params: list[Any] | None = None) -> list[dict[str, Any]]:
        """Runs a statement and gives its rows, [] when it has none. It is not confined to a
        tenant, and nothing in it is masked.
        """
    def execute_raw_blocking(self, /, sql: str, params: list[Any] | None = None) -> list[dict[str, Any]]:
        """The same as execute_raw()."""
    def execute_raw_params_affected(self, /, sql: str, params: list[Any] | None = None) -> int:
        """Runs a statement and gives the number of rows it changed."""
    def execute_lightweight(self, /, sql: str, params: list[Any] | None = None) -> list[dict[str, Any]]:
        """Runs a statement that only reads, on a connection of its own small pool: a busy main
        pool does not hold it up.
        """
    def execute_lightweight_blocking(self, /, sql: str, params: list[Any] | None = None) -> list[dict[str, Any]]:
        """The same as execute_lightweight()."""
    def health_check(self, /) -> bool:
        """Whether the database answers."""
    def is_connected(self, /) -> bool:
        """Whether it is open: False after close()."""
    def close(self, /) -> None:
        """Closes all connections. May be called again."""
    def database_url_redacted(self, /) -> str:
        """The URL without user and password, for logs."""
    def pool_status(self, /) -> dict[str, Any]:
        """{"pool_size": open connections, "idle": those that nobody uses}."""
    def pool_metrics(self, /) -> PoolMetrics | None:
        """The connections of now; None when enable_pool_monitor is off."""
    def resolve_pool_size(self, /, pool_size: PoolSize | None = None) -> int:
        """Connections that a size stands for: those of a fixed one, those of each worker times the
        workers (KAILASH_WORKERS, WEB_CONCURRENCY), or seven tenths of what the server takes,
        shared among the workers.
        """

@final
class DataFlowConfig:
    """Settings of a DataFlow. Immutable."""
    def __new__(cls, database_url: str, min_connections: int = 1, connect_timeout_secs: int = 30, idle_timeout_secs: int | None = None, max_lifetime_secs: int | None = None, auto_migrate: bool = False, test_mode: bool = False, pool_size: Any = None, enable_pool_monitor: bool = True, leak_detection_threshold_secs: int = 30, enable_query_cache: bool = False, query_cache_ttl_secs: int = 60, query_cache_max_entries: int = 10000, enable_lightweight_pool: bool = True, pool_timeout: int | None = None, pool_recycle: int | None = None, max_overflow: int | None = None, credential_provider: Callable[..., Any] | None = None, credential_refresh_interval_secs: int | None = None, pg_type_mode: Literal["any_compat", "native"] = 'any_compat', classification_migration_window: Any = None, json_mode: Literal["text", "decode"] = 'text', undeclared_fields: Literal["disclose", "redact"] | None = None, strict_types: bool = False) -> Self: ...
    @property
    def database_url(self) -> str:
        """As it was given."""
    @property
    def min_connections(self) -> int:
        """As it was given."""
    @property
    def connect_timeout_secs(self) -> int:
        """As it was given."""
    @property
    def idle_timeout_secs(self) -> int | None:
        """As it was given."""
    @property
    def max_lifetime_secs(self) -> int:
        """As it was given."""
    @property
    def auto_migrate(self) -> bool:
        """As it was given."""
    @property
    def test_mode(self) -> bool:
        """As it was given."""
    @property
    def pool_size(self) -> PoolSize:
        """As it was given."""
    @property
    def enable_pool_monitor(self) -> bool:
        """As it was given."""
    @property
    def leak_detection_threshold_secs(self) -> int:
        """As it was given."""
    @property
    def enable_query_cache(self) -> bool:
        """As it was given."""
    @property
    def query_cache_ttl_secs(self) -> int:
        """As it was given."""
    @property
    def query_cache_max_entries(self) -> int:
        """As it was given."""
    @property
    def enable_lightweight_pool(self) -> bool:
        """As it was given."""
    @property
    def credential_provider(self) -> Callable[..., Any] | None:
        """As it was given."""
    @property
    def credential_refresh_interval_secs(self) -> int:
        """As it was given."""
    @property
    def pg_type_mode(self) -> str:
        """As it was given."""
    @property
    def json_mode(self) -> str:
        """As it was given."""
    @property
    def undeclared_fields(self) -> str:
        """As it was given."""
    @property
    def classification_migration_window(self) -> Any:
        """As it was given."""
    @property
    def strict_types(self) -> bool:
        """As it was given."""
    def database_url_redacted(self, /) -> str:
        """The URL without user and password, for logs."""
    @staticmethod
    def test() -> DataFlowConfig:
        """Settings of a test: in memory, tables made as models are registered."""

class DataFlowDatabaseError(RuntimeError):
    """The database refused a statement, or could not be reached."""
    sqlstate: str | None
    sqlstate_status: str | None
    constraint: str | None
    table: str | None
    columns: list[Any] | None
    native_code: int | None

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

@final
class FieldDef:
    """A field of a model. Made by ModelDefinition.field(), never changed."""
    @property
    def name(self) -> str:
        """Name of the field and of its column."""
    @property
    def field_type(self) -> FieldType:
        """Its kind."""
    @property
    def is_primary_key(self) -> bool:
        """Whether it is the key of the rows."""
    @property
    def is_nullable(self) -> bool:
        """Whether it may hold None."""
    @property
    def is_required(self) -> bool:
        """Whether a new row must give a value; a primary key says so too."""
    @property
    def is_unique(self) -> bool:
        """Whether no two rows may have the same value."""
    @property
    def is_indexed(self) -> bool:
        """Whether an index makes it quick to find rows by it."""
    @property
    def is_auto_managed(self) -> bool:
        """Whether DataFlow alone writes it: created_at, updated_at."""
    @property
    def is_soft_delete(self) -> bool:
        """Whether it holds the time at which a row was deleted."""
    @property
    def references(self) -> dict[str, Any] | None:
        """{"table", "column"} that a value must be found in, or None."""
    @property
    def allows_query_reference(self) -> bool:
        """Whether those who may not see it may still group and order by it."""

@final
class FieldType:
    """Kind of a model's field."""
    @staticmethod
    def integer() -> FieldType:
        """A whole number of 64 bits; as a primary key the database numbers the rows."""
    @staticmethod
    def float() -> FieldType:
        """A floating-point number of 64 bits."""
    @staticmethod
    def real() -> FieldType:
        """Another name for float()."""
    @staticmethod
    def text() -> FieldType:
        """Text of any length; at most 255 characters on MySQL when it is a key, unique, indexed or
        a reference.
        """
    @staticmethod
    def boolean() -> FieldType:
        """True or False."""
    @staticmethod
    def timestamp() -> FieldType:
        """A point in time, as RFC 3339 text."""
    @staticmethod
    def json() -> FieldType:
        """A list or dict, stored as JSON text."""
    @staticmethod
    def uuid() -> FieldType:
        """A UUID, as text; a primary key that is not given is made."""
    @staticmethod
    def vector() -> FieldType:
        """A list of numbers, stored as a JSON array."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

class GateUndetermined(RuntimeError):
    """A gate can neither open nor close, because an input of its predicate is absent."""
    kind: str | None
    node_id: str | None
    input_key: str | None
    detail: str | None

@final
class ModelDefinition:
    """What a table holds: its fields, and how DataFlow treats its rows."""
    def __new__(cls, name: str, table: str) -> Self: ...
    @property
    def name(self) -> str:
        """Name of the model: any text."""
    @property
    def table_name(self) -> str:
        """Name of its table."""
    @property
    def has_auto_timestamps(self) -> bool:
        """Whether DataFlow writes created_at and updated_at."""
    @property
    def tenant_column(self) -> str | None:
        """Column of the tenant, or None."""
    @property
    def row_classification_column(self) -> str | None:
        """Column of the rows' level, or None."""
    def field(self, /, name: str, field_type: FieldType, primary_key: bool = False, nullable: bool = False, required: bool = False, soft_delete: bool = False, default_value: Any = None, unique: bool = False, index: bool = False, references: Any = None, classification: Any = None, masking: Any = None, allow_query_reference: bool = False) -> ModelDefinition:
        """Declares a field, and gives the model so that calls can be chained. ValueError for a
        name that is no identifier or is declared already; the model is then unchanged.
        """
    def auto_timestamps(self, /) -> ModelDefinition:
        """Adds created_at and updated_at, which DataFlow writes by itself."""
    def soft_delete(self, /, enabled: bool = True) -> ModelDefinition:
        """Rows are marked as deleted rather than removed: adds deleted_at, unless a field with
        soft_delete=True is there.
        """
    def multi_tenant(self, /) -> ModelDefinition:
        """Every row belongs to the tenant in its column tenant_id, which must be a field."""
    def multi_tenant_on(self, /, column: str) -> ModelDefinition:
        """The same with another column."""
    def row_classified(self, /) -> ModelDefinition:
        """Every row has a level, in its integer column classification_level, which must be a
        field: only callers cleared for it see the row.
        """
    def row_classified_on(self, /, column: str) -> ModelDefinition:
        """The same with another column."""
    def pg_type_mode(self, /, mode: str) -> ModelDefinition:
        """How timestamps, JSON and UUIDs lie in PostgreSQL; goes before the setting of the
        database.
        """
    def validate(self, /) -> None:
        """RuntimeError when the model cannot be registered: without fields or primary key, with
        two keys or two soft-delete columns, with an undeclared tenant or level column.
        """
    @property
    def primary_key(self) -> str:
        """name of the primary key; id when none is declared"""
    @property
    def fields(self) -> list[FieldDef]:
        """the declared fields, in order"""
    @property
    def has_soft_delete(self) -> bool:
        """whether rows are marked as deleted rather than removed"""
    @property
    def is_multi_tenant(self) -> bool:
        """whether every row belongs to a tenant"""
    @property
    def is_row_classified(self) -> bool:
        """whether every row has a level"""

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
class PoolMetrics:
    """The connections of a DataFlow at one moment."""
    @property
    def active(self) -> int:
        """Connections in use."""
    @property
    def idle(self) -> int:
        """Open ones that nobody uses."""
    @property
    def max_connections(self) -> int:
        """The most there may be."""
    @property
    def min_connections(self) -> int:
        """How many stay open."""
    @property
    def utilization_pct(self) -> float:
        """Those in use, in percent of the most."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class PoolSize:
    """How many connections a pool may have."""
    Auto: ClassVar[PoolSize]
    """By the kind of database."""
    @staticmethod
    def auto_() -> PoolSize:
        """By the kind of database: 5 for an SQLite file, 1 in memory, 10 for a server."""
    @staticmethod
    def fixed(n: int) -> PoolSize:
        """At most n connections."""
    @staticmethod
    def per_worker(n: int) -> PoolSize:
        """At most n connections for each worker process."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

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

class RowClassificationRequiredError(Exception):
    """The rows of the model have levels, and the call gives none."""
    model: str | None

class RowClassifiedAggregateRefusedError(RuntimeError):
    """The rows of the model have levels, so nothing is computed over them."""
    model: str | None
    operation: str | None

class RowLockUnsupportedError(RuntimeError):
    """The database cannot lock single rows."""
    model: str | None
    lock: str | None
    dialect: str | None

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

class TenantMismatchError(RuntimeError):
    """The call names another tenant than that of its transaction."""
    model: str | None
    transaction_tenant: str | None
    requested_tenant: str | None

class TenantRequiredError(Exception):
    """The model is multi-tenant, and the call names no tenant."""
    model: str | None

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

@final
class ClassificationMigrationWindow:
    """The models whose undeclared fields are shown although the database redacts such fields
    (undeclared_fields="redact"), until they are declared. Never changes.
    """
    @staticmethod
    def closed() -> ClassificationMigrationWindow:
        """A window that covers no model."""
    def disclose_undeclared_fields_until_4_49_0(self, /, model: str) -> ClassificationMigrationWindow:
        """A new window that covers one more model. Deprecated: declare the fields."""
    def covers(self, /, model: str) -> bool:
        """Whether undeclared fields of that model are shown."""
    def is_closed(self, /) -> bool:
        """Whether it covers no model."""
    def models(self, /) -> list[str]:
        """Names of the models it covers, sorted."""

@final
class ClearanceVerdict:
    """What is known of a caller's clearance. Rank 0 is a verdict like any other, and not the
    absence of one.
    """
    @property
    def state(self) -> str:
        """Absent: nothing was presented; unverified: what was presented does not hold; verified:
        rank says what the caller may see.
        """
    @property
    def rank(self) -> int | None:
        """Rank of a verified clearance, else None."""
    @staticmethod
    def absent() -> ClearanceVerdict:
        """Nothing was presented."""
    @staticmethod
    def unverified() -> ClearanceVerdict:
        """A clearance was presented that does not hold."""
    @staticmethod
    def verified(rank: int) -> ClearanceVerdict:
        """A clearance of that rank."""
    def resolved_rank(self, /) -> int:
        """The rank that reads go by: 0, the public's, unless a clearance is verified."""
    def is_determined(self, /) -> bool:
        """Whether a clearance is verified."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class ComplianceTag:
    """The rules because of which a field is protected."""
    GDPR: ClassVar[ComplianceTag]
    """General Data Protection Regulation of the European Union"""
    CCPA: ClassVar[ComplianceTag]
    """California Consumer Privacy Act"""
    HIPAA: ClassVar[ComplianceTag]
    """Health Insurance Portability and Accountability Act"""
    SOC2: ClassVar[ComplianceTag]
    """System and Organization Controls 2"""
    def __new__(cls, value: str | Self) -> Self: ...
    @staticmethod
    def gdpr() -> ComplianceTag:
        """The tag GDPR."""
    @staticmethod
    def ccpa() -> ComplianceTag:
        """The tag CCPA."""
    @staticmethod
    def hipaa() -> ComplianceTag:
        """The tag HIPAA."""
    @staticmethod
    def soc2() -> ComplianceTag:
        """The tag SOC2."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class DataClassification:
    """How sensitive a field is; and, as a clearance, up to which sensitivity a caller sees values
    as they are.
    """
    Public: ClassVar[DataClassification]
    """for everybody; level 0"""
    Internal: ClassVar[DataClassification]
    """for the house; level 1"""
    Sensitive: ClassVar[DataClassification]
    """for those who need it; level 2"""
    PII: ClassVar[DataClassification]
    """tells who somebody is; level 3"""
    GDPR: ClassVar[DataClassification]
    """personal data under the GDPR; level 4"""
    HighlyConfidential: ClassVar[DataClassification]
    """for very few; level 5"""
    def __new__(cls, value: str | Self) -> Self: ...
    @staticmethod
    def public() -> DataClassification:
        """Level 0."""
    @staticmethod
    def internal() -> DataClassification:
        """Level 1."""
    @staticmethod
    def sensitive() -> DataClassification:
        """Level 2."""
    @staticmethod
    def pii() -> DataClassification:
        """Level 3."""
    @staticmethod
    def gdpr() -> DataClassification:
        """Level 4."""
    @staticmethod
    def highly_confidential() -> DataClassification:
        """Level 5."""
    @property
    def sensitivity_level(self) -> int:
        """The level, from 0 (Public) to 5 (HighlyConfidential)."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __lt__(self, other: Self, /) -> bool: ...
    def __le__(self, other: Self, /) -> bool: ...
    def __gt__(self, other: Self, /) -> bool: ...
    def __ge__(self, other: Self, /) -> bool: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class DataClassificationPolicy:
    """From which classification on fields are masked."""
    def __new__(cls, mask_threshold: DataClassification, audit_access: bool = False) -> Self: ...
    @property
    def mask_threshold(self) -> DataClassification:
        """From this classification on fields are masked."""
    @property
    def audit_access(self) -> bool:
        """Whether access to such fields is to be audited."""
    def sensitivity_requires_masking(self, /, classification: DataClassification) -> bool:
        """Whether a classification reaches the threshold."""
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
class MaskingStrategy:
    """What is shown of a value to those who must not see it."""
    NONE: ClassVar[MaskingStrategy]
    """as it is; redacted in a classified field of a model"""
    HASH: ClassVar[MaskingStrategy]
    """SHA-256 of its text, in hexadecimal"""
    REDACT: ClassVar[MaskingStrategy]
    """[REDACTED]"""
    LAST_FOUR: ClassVar[MaskingStrategy]
    """all but the last four characters as *"""
    ENCRYPT: ClassVar[MaskingStrategy]
    """[ENCRYPTED]"""
    def __new__(cls, value: str | Self) -> Self: ...
    @staticmethod
    def none_() -> MaskingStrategy:
        """Shows the value as it is."""
    @staticmethod
    def hash() -> MaskingStrategy:
        """SHA-256 of the text, so that equal values can still be told."""
    @staticmethod
    def redact() -> MaskingStrategy:
        """Shows [REDACTED]."""
    @staticmethod
    def last_four() -> MaskingStrategy:
        """Shows the last four characters, the others as *. None stays None."""
    @staticmethod
    def encrypt() -> MaskingStrategy:
        """Shows [ENCRYPTED]."""
    def apply(self, /, value: str, salt: str | None = None) -> str:
        """A text, masked."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

class RequiredFieldUnavailableError(RuntimeError):
    """A read required a field that is unknown, absent, NULL or not to be seen by the caller. Holds
    no value of the row.
    """
    model: str | None
    required_index: int | None
    field_fingerprint: str | None
    reason: RequiredFieldUnavailableReason | None

@final
class RequiredFieldUnavailableReason:
    """Why a read that requires a field is refused; as an int, 0 to 5."""
    UnknownField: ClassVar[RequiredFieldUnavailableReason]
    """the model has no such field"""
    MissingValue: ClassVar[RequiredFieldUnavailableReason]
    """the row holds none"""
    NullValue: ClassVar[RequiredFieldUnavailableReason]
    """the row holds NULL"""
    ClearanceAbsent: ClassVar[RequiredFieldUnavailableReason]
    """it is classified, and the caller has no clearance"""
    ClearanceUnverified: ClassVar[RequiredFieldUnavailableReason]
    """it is classified, and the caller's clearance does not hold"""
    InsufficientClearance: ClassVar[RequiredFieldUnavailableReason]
    """it is classified above the caller's clearance"""
    def __new__(cls, value: str | Self) -> Self: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __int__(self) -> int: ...
    def __index__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class _CallerClearanceGuard:
    """A clearance for the length of a with-block."""
    def __enter__(self, /) -> Any:
        """The clearance is in force."""
    def __exit__(self, exc_type: Any = None, exc_value: Any = None, traceback: Any = None, /) -> None: ...

def apply_classification_to_record(record: dict[str, Any], field_classifications: dict[str, tuple[Any, ...]]) -> dict[str, Any]:
    """A record as the caller may see it. Fields without a classification pass unchanged."""

def current_caller_clearance() -> DataClassification:
    """The clearance that reads go by: Public when there is none."""

def current_caller_clearance_opt() -> DataClassification | None:
    """The clearance that was set, or None when there is none."""

def current_clearance_verdict() -> ClearanceVerdict:
    """What is known of the caller's clearance, and decides about masking."""

def mask_value(value: Any, classification: DataClassification, strategy: MaskingStrategy | None = None) -> Any:
    """The value as the caller may see it: as it is when the classification does not exceed the
    clearance, else masked. The same bytes as reading a field so classified gives.
    """

def reset_caller_clearance() -> None:
    """From now on there is no clearance: reads see what is public."""

def set_caller_clearance(clearance: DataClassification) -> None:
    """Gives what runs now a clearance, until reset_caller_clearance() or the end of its context:
    an asyncio task, or a thread. On a thread that serves one caller after the other, prefer
    with_caller_clearance().
    """

def with_caller_clearance(clearance: DataClassification) -> _CallerClearanceGuard:
    """A clearance for the length of a with-block; blocks nest, and an exception ends one as its
    end does.
    """

class ConstraintViolationError(DataFlowDatabaseError):
    """A row breaks a rule of its table."""
    sqlstate: str | None
    sqlstate_status: str | None
    constraint: str | None
    table: str | None
    columns: list[Any] | None
    native_code: int | None
    constraint_kind: str | None

class CheckViolationError(ConstraintViolationError):
    """A condition of the table does not hold."""
    sqlstate: str | None
    sqlstate_status: str | None
    constraint: str | None
    table: str | None
    columns: list[Any] | None
    native_code: int | None
    constraint_kind: str | None

class ForeignKeyViolationError(ConstraintViolationError):
    """A row refers to one that is not there, or is referred to itself."""
    sqlstate: str | None
    sqlstate_status: str | None
    constraint: str | None
    table: str | None
    columns: list[Any] | None
    native_code: int | None
    constraint_kind: str | None

class NotNullViolationError(ConstraintViolationError):
    """A column that must have a value has none."""
    sqlstate: str | None
    sqlstate_status: str | None
    constraint: str | None
    table: str | None
    columns: list[Any] | None
    native_code: int | None
    constraint_kind: str | None

class UniqueViolationError(ConstraintViolationError):
    """Another row has the same value where no two may."""
    sqlstate: str | None
    sqlstate_status: str | None
    constraint: str | None
    table: str | None
    columns: list[Any] | None
    native_code: int | None
    constraint_kind: str | None
