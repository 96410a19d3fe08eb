"""Generated from the tables of the library by tools/generate.py; do not edit."""

import builtins
import sys
from collections.abc import Callable, Generator
from numpy.typing import NDArray
from typing import Any, ClassVar, Literal, Self, final
from typing_extensions import Buffer, disjoint_base

__version__: str

def __dir__() -> list[str]: ...
def _names(module: str, /) -> list[str]: ...
def _find(module: str, name: str, /) -> Any: ...
def _as_subclass(cls: type, instance: Any, /) -> Any: ...
def _on_done(handle: RunHandle, function: Callable[[], None], /) -> None: ...

@final
class ActionResult:
    """How an action came out, and what the trust plane said of it."""
    def __new__(cls, success: bool, message: str, verdict: str, details: Any = None) -> Self: ...
    @property
    def success(self) -> bool:
        """Whether the action took place and succeeded."""
    @property
    def message(self) -> str:
        """What happened, for people."""
    @property
    def verdict(self) -> str:
        """Auto_approved, flagged, held or blocked."""
    @property
    def details(self) -> Any:
        """More about it: JSON text, or a dict that becomes such."""
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
class AgentPosture:
    """How much of its own an agent may do, from 1 to 5."""
    def __new__(cls, posture: str) -> Self: ...
    @property
    def posture(self) -> str:
        """Pseudo_agent, supervised, shared_planning, continuous_insight or delegated, in any case;
        also pseudo, tool (supervised), autonomous (continuous_insight), delegating (delegated).
        """
    @property
    def value(self) -> str:
        """The name."""
    @property
    def level(self) -> int:
        """1 (pseudo_agent) to 5 (delegated)."""
    def is_at_most(self, /, other: AgentPosture) -> bool:
        """Whether it gives no more autonomy than another."""
    def __str__(self, /) -> str:
        """The name."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __lt__(self, other: Self, /) -> bool: ...
    def __le__(self, other: Self, /) -> bool: ...
    def __gt__(self, other: Self, /) -> bool: ...
    def __ge__(self, other: Self, /) -> bool: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class AlgorithmId:
    """The algorithm of a signed record. Reserved and unknown tokens are refused."""
    def __new__(cls, algorithm: str | None = None) -> Self: ...
    def as_str(self, /) -> str:
        """The token."""
    def canonical_bytes(self, /) -> bytes:
        """Canonical JSON of to_dict(): b'{"alg_id":"eatp-v1"}'."""
    def to_dict(self, /) -> dict[str, Any]:
        """{"alg_id": token}."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class AuditAnchor:
    """A link of an audit chain: what was done and how it was judged, hashed together with the link
    before it.
    """
    @property
    def anchor_id(self) -> str:
        """Id of the anchor."""
    @property
    def previous_hash(self) -> str:
        """Hash of the anchor before it: 64 hexadecimal digits, zeros for the first."""
    @property
    def agent_id(self) -> str:
        """Whose action it tells."""
    @property
    def action(self) -> str:
        """What was done or asked for."""
    @property
    def verification_level(self) -> str:
        """The verdict, such as AUTO_APPROVED."""
    @property
    def envelope_id(self) -> str:
        """Id of the constraint envelope that was looked at; empty without one."""
    @property
    def result(self) -> str:
        """How it went, such as success."""
    @property
    def timestamp(self) -> str:
        """When: RFC 3339, as it is hashed."""
    @property
    def subject_hash(self) -> str | None:
        """Hash of whom or what it is about: "sha256:" and 64 hexadecimal digits, or None."""
    @property
    def hash(self) -> str:
        """SHA-256 of all the others: 64 hexadecimal digits."""
    @staticmethod
    def from_json(json_str: str) -> AuditAnchor:
        """The anchor that a JSON text tells. Its hash is not checked: verify_hash() does."""
    @staticmethod
    def create(anchor_id: str, sequence: int, agent_id: str, action: str, verification_level: str, result: str, envelope_id: str = '', previous_hash: str = '0000000000000000000000000000000000000000000000000000000000000000', timestamp: str | None = None, metadata: dict[str, Any] | None = None, subject: dict[str, Any] | None = None) -> AuditAnchor:
        """A new anchor, hashed."""
    @property
    def sequence(self) -> int:
        """place in its chain, from 0 to 2^64-1"""
    def metadata_json(self, /) -> str | None:
        """The metadata as JSON text, or None without any."""
    def to_json(self, /) -> str:
        """The anchor as JSON text: {"input":{...},"hash":"..."}."""
    def verify_hash(self, /) -> bool:
        """True when the hash is that of the input; anything else is a ValueError."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class AuditSession:
    """Watches the files of a folder: which were added, modified or deleted since it began."""
    @property
    def session_id(self) -> str:
        """UUID of the session."""
    @property
    def start_time(self) -> str:
        """When it began: UTC, RFC 3339."""
    @property
    def git_head(self) -> str | None:
        """Commit of the git repository around the folder when it began, 40 hexadecimal digits;
        None outside of one.
        """
    @staticmethod
    def start(scan_root: str) -> AuditSession:
        """Begin a session: remember path and SHA-256 of every regular file below a folder, hidden
        ones too. Folders called .git are left out; symlinks are neither followed nor listed.
        """
    @property
    def end_time(self) -> str | None:
        """When end() was called: UTC, RFC 3339; None before."""
    @property
    def file_count(self) -> int:
        """Number of files when it began."""
    def compute_diff(self, /) -> list[FileChange]:
        """What is different now, ordered by path. May be asked any number of times, also after the
        end.
        """
    def end(self, /) -> None:
        """End the session. A second time is an error."""

@final
class Capability:
    """Something that an agent may be trusted to do."""
    LLM_CALL: ClassVar[Capability]
    """ask a language model"""
    TOOL_CALL: ClassVar[Capability]
    """use a tool"""
    EXTERNAL_API_CALL: ClassVar[Capability]
    """call a service outside"""
    FILE_READ: ClassVar[Capability]
    """read files"""
    FILE_WRITE: ClassVar[Capability]
    """write files"""
    DATABASE_READ: ClassVar[Capability]
    """read databases"""
    DATABASE_WRITE: ClassVar[Capability]
    """write to databases"""
    DELEGATION: ClassVar[Capability]
    """hand work on to other agents"""
    CODE_EXECUTION: ClassVar[Capability]
    """run code"""
    TRUST_MANAGEMENT: ClassVar[Capability]
    """change who is trusted"""
    def __new__(cls, value: str | Self) -> Self: ...
    @staticmethod
    def llm_call() -> Capability:
        """ask a language model"""
    @staticmethod
    def tool_call() -> Capability:
        """use a tool"""
    @staticmethod
    def external_api_call() -> Capability:
        """call a service outside"""
    @staticmethod
    def file_read() -> Capability:
        """read files"""
    @staticmethod
    def file_write() -> Capability:
        """write files"""
    @staticmethod
    def database_read() -> Capability:
        """read databases"""
    @staticmethod
    def database_write() -> Capability:
        """write to databases"""
    @staticmethod
    def delegation() -> Capability:
        """hand work on to other agents"""
    @staticmethod
    def code_execution() -> Capability:
        """run code"""
    @staticmethod
    def trust_management() -> Capability:
        """change who is trusted"""
    @staticmethod
    def for_level(level: TrustLevel) -> list[Capability]:
        """All capabilities that a level brings."""
    def minimum_level(self, /) -> TrustLevel:
        """The lowest level that brings it."""
    def __str__(self, /) -> str:
        """As repr()."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class CheckRecord:
    """One check that was made, for analyze_constraints()."""
    def __new__(cls, action: str, verdict: str, dimension_triggered: str | None = None) -> Self: ...
    @property
    def action(self) -> str:
        """What was judged."""
    @property
    def verdict(self) -> str:
        """Auto_approved, flagged, held or blocked."""
    @property
    def dimension_triggered(self) -> str | None:
        """The dimension whose rule decided, such as operational; None = no rule did."""
    @property
    def timestamp(self) -> str | None:
        """When the record was made: RFC 3339, UTC."""
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
class CommunicationConstraints:
    """Which channels an envelope allows."""
    def __new__(cls) -> Self: ...
    @property
    def allowed_channels(self) -> list[str] | None:
        """What alone may be used; None = everything."""
    @property
    def blocked_channels(self) -> list[str]:
        """What must not be used."""
    @property
    def requires_review(self) -> bool:
        """Whether communication wants a human's eye."""
    @staticmethod
    def of(envelope: ConstraintEnvelope) -> CommunicationConstraints:
        """The dimension of an envelope."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class CompetencyMap:
    """Which human competencies the mirror records of a trust project speak of."""
    @property
    def total_records(self) -> int:
        """Records of all three kinds."""
    @property
    def ai_autonomy_rate(self) -> float:
        """Executions as a share of all records, 0 to 1; 0.0 without records."""
    @property
    def dominant_category(self) -> str | None:
        """The most frequent competency, of equals the first in the order of HumanCompetency; None
        when there is none.
        """
    def distribution(self, /) -> dict[str, int]:
        """{competency: number of executions and interventions}, of those that occur."""
    def to_markdown(self, /) -> str:
        """The same as a section of a Markdown document."""

@final
class CompetencyRequirement:
    """Some work needs a human competency, at some level at least."""
    def __new__(cls, competency: HumanCompetency | Literal["ethical_judgment", "relationship_capital", "contextual_wisdom", "creative_synthesis", "emotional_intelligence", "cultural_navigation"], min_level: int, justification: str) -> Self: ...
    @property
    def competency(self) -> HumanCompetency:
        """A HumanCompetency, or its token."""
    @property
    def min_level(self) -> int:
        """The least level of it that is needed, 1 to 5."""
    @property
    def justification(self) -> str:
        """Why it is needed."""
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
class ConstraintDiagnostics:
    """How well an envelope fits the checks that were made under it."""
    @property
    def quality_score(self) -> int:
        """0 to 100: less 10 for every dimension that never decided, less 15 for one that decides
        most.
        """
    @property
    def quality_level(self) -> str:
        """Well_tuned (from 80), needs_attention (from 50) or major_issues."""
    @property
    def boundary_pressure(self) -> list[str]:
        """Dimensions that decide more than 80 % of all checks."""
    @property
    def uncovered_dimensions(self) -> list[str]:
        """Dimensions that say something but never decided."""
    @property
    def suggestions(self) -> list[str]:
        """What to do about either."""
    def utilization(self, /) -> dict[str, float]:
        """The share of all checks that each of the five dimensions decided, 0 to 1."""
    def to_markdown(self, /) -> str:
        """All of it as Markdown."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class DataAccessConstraints:
    """Which paths an envelope allows."""
    def __new__(cls) -> Self: ...
    @property
    def read_paths(self) -> list[str] | None:
        """Where alone an action may reach; None = everywhere."""
    @property
    def write_paths(self) -> list[str] | None:
        """Where alone actions may write; None = everywhere."""
    @property
    def blocked_paths(self) -> list[str]:
        """Where no action may reach, with all below."""
    @property
    def blocked_patterns(self) -> list[str]:
        """Globs of paths that no action may touch."""
    @staticmethod
    def of(envelope: ConstraintEnvelope) -> DataAccessConstraints:
        """The dimension of an envelope."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class DataFabricEngine:
    """Rows of a database, how long their fields are kept, and data of other sources: REST, files,
    databases. Threads may share it.
    """
    def __new__(cls, database_url: str, auto_migrate: bool = True, slow_query_threshold_ms: int = 1000, *, source_reset_secs: float = 30) -> Self: ...
    def register_model(self, /, model: ModelDefinition) -> None:
        """Checks a model and adds it; with auto_migrate its table is made too."""
    def create(self, /, model_name: str, data: dict[str, Any], *, tenant_id: str | None = None) -> dict[str, Any]:
        """Inserts a row; gives all of it as it was stored."""
    def read(self, /, model_name: str, id: Any, *, tenant_id: str | None = None) -> dict[str, Any] | None:
        """The row of a key, or None."""
    def list(self, /, model_name: str, limit: int | None = None, offset: int | None = None, order_by: str | None = None, order_dir: str | None = None, *, filters: builtins.list[FilterCondition] | None = None, tenant_id: str | None = None) -> builtins.list[dict[str, Any]]:
        """Rows, those that meet all conditions."""
    def count(self, /, model_name: str, *, filters: builtins.list[FilterCondition] | None = None, tenant_id: str | None = None) -> int:
        """How many rows meet all conditions."""
    def update(self, /, model_name: str, id: Any, data: dict[str, Any], *, tenant_id: str | None = None) -> dict[str, Any]:
        """Changes some fields of a row; gives all of it. RuntimeError when there is none."""
    def delete(self, /, model_name: str, id: Any, *, tenant_id: str | None = None) -> bool:
        """Deletes a row, softly where the model says so; whether there was one."""
    def classify_field(self, /, model_name: str, field_name: str) -> str | None:
        """The classification of a field, such as PII; None when it has none, or is not known."""
    def add_retention_policy(self, /, field_name: str, policy: RetentionPolicy) -> None:
        """How long a field is kept. The first policy of a field counts."""
    def check_retention(self, /, field_name: str, age_days: int) -> str | None:
        """What becomes of a field at an age: Retain, Delete or RequiresConsent; None when no
        policy is known for it.
        """
    def register_rest_source(self, /, name: str, url: str, auth: dict[str, Any] | None = None, timeout_secs: float | None = None, allow_private_networks: bool = False) -> None:
        """Data that a URL gives: JSON as lists and dicts, all else as text. Only public addresses
        are asked, of redirects too. ValueError for a bad auth; RuntimeError for a URL that may
        not be asked, or a name that is taken.
        """
    def register_file_source(self, /, name: str, path: str, root: str, format: Literal["csv", "json", "jsonl", "yaml", "toml", "text", "excel"] | None = None, options: dict[str, Any] | None = None) -> None:
        """Data that a file holds, read anew by each fetch: rows of CSV and Excel, what JSON, YAML
        and TOML say, a list of the lines of JSONL, or a text.
        """
    def register_database_source(self, /, name: str, url: str, query: str | None = None, timeout_secs: float = 30, max_rows: int = 100000) -> None:
        """Rows of another database. It is only read: a statement that could write is refused."""
    def source_names(self, /) -> builtins.list[str]:
        """Names of all sources, sorted."""
    def source_status(self, /, name: str) -> dict[str, Any]:
        """{"kind": rest, file or database, "breaker": closed, open or half_open, "failures": those
        in a row, "retry_after_secs"}.
        """
    def fetch_source(self, /, name: str, query: Any = None) -> Any:
        """What a source gives. After three failures in a row it is not asked for
        source_reset_secs; then one call tries it.
        """
    def fetch_source_async(self, /, name: str, query: Any = None) -> DataFlowFuture:
        """The same on another thread. Awaitable."""
    @property
    def dataflow(self) -> DataFlow:
        """The database itself."""
    @property
    def express(self) -> DataFlowExpress:
        """Rows by one call each, with all that Express can."""
    @property
    def query_engine(self) -> QueryEngine:
        """How often each statement ran, and how long it took."""
    def close(self, /) -> None:
        """Closes the connections to the database. May be called again."""

class DataFlowDatabaseError(RuntimeError):
    """The database refused a statement, or could not be reached."""
    sqlstate: str | None
    sqlstate_status: str | None
    constraint: str | None
    table: str | None
    columns: list[Any] | None
    native_code: int | None

class DataFlowValidationError(RuntimeError):
    """A record breaks rules of the ValidationLayer of its engine."""
    model: str | None
    item: int | None
    violations: list[Any] | None

@final
class DerivesFromEdge:
    """One artifact derives from one source. Several sources are several edges."""
    def __new__(cls, id: str, artifact: str, endpoint: str, emitted_by: str | None = None) -> Self: ...
    @property
    def id(self) -> str:
        """Its key, the same whenever it is told again."""
    @property
    def artifact(self) -> str:
        """Anchor of what was derived."""
    @property
    def endpoint(self) -> str:
        """Anchor of one source of it."""
    @property
    def emitted_by(self) -> str | None:
        """Who told it; None = not recorded."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class DxTrustManager:
    """A dial of trust for your own heuristics. Advisory: nothing asks it before it acts; what may
    be done is decided by kailash.pact and kailash.trust_plane.
    """
    def __new__(cls) -> Self: ...
    @property
    def posture(self) -> str:
        """cautious (at first), balanced or trusting."""
    def set_posture(self, /, posture: str) -> None:
        """Turn the dial."""
    def grant_capability(self, /, agent_name: str, capability: str) -> None:
        """Note that an agent has a capability."""
    def revoke_capability(self, /, agent_name: str, capability: str) -> None:
        """Note that it has it no more; nothing happens when it had not."""
    def check_capability(self, /, agent_name: str, capability: str) -> bool:
        """Whether it was granted; the posture does not count."""
    def agent_capabilities(self, /, agent_name: str) -> list[str]:
        """What was granted to an agent, sorted."""
    def evaluate_trust(self, /, agent_name: str) -> dict[str, Any]:
        """A dict with `score`, 0.3, 0.6 or 0.9 by posture and 0.05 more for a grant (0.1 for two
        or more), and `posture`. It is advice, and no permission.
        """

@final
class EatpActionOutcome:
    """How an action ended."""
    @property
    def status(self) -> str:
        """Success, failure or partial."""
    @property
    def detail(self) -> str | None:
        """Reason of a failure, detail of a partial success; None after a success."""
    @staticmethod
    def success() -> EatpActionOutcome:
        """It was done."""
    @staticmethod
    def failure(reason: str) -> EatpActionOutcome:
        """It was not done."""
    @staticmethod
    def partial(detail: str) -> EatpActionOutcome:
        """Some of it was done."""
    def __str__(self, /) -> str:
        """success, failure: REASON or partial: DETAIL."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class EatpActionType:
    """What kind of action an agent took."""
    LlmCall: ClassVar[EatpActionType]
    """a language model was asked"""
    ToolCall: ClassVar[EatpActionType]
    """a tool was used"""
    DataAccess: ClassVar[EatpActionType]
    """data was read or written"""
    SubAgentSpawn: ClassVar[EatpActionType]
    """another agent was started"""
    UserInteraction: ClassVar[EatpActionType]
    """a human was talked to"""
    PolicyDecision: ClassVar[EatpActionType]
    """a policy was applied"""
    def __new__(cls, value: str | Self) -> Self: ...
    @staticmethod
    def llm_call() -> EatpActionType:
        """a language model was asked"""
    @staticmethod
    def tool_call() -> EatpActionType:
        """a tool was used"""
    @staticmethod
    def data_access() -> EatpActionType:
        """data was read or written"""
    @staticmethod
    def sub_agent_spawn() -> EatpActionType:
        """another agent was started"""
    @staticmethod
    def user_interaction() -> EatpActionType:
        """a human was talked to"""
    @staticmethod
    def policy_decision() -> EatpActionType:
        """a policy was applied"""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class EatpAgentId:
    """Name of an agent. Equal to another one of the same text, never to a plain text."""
    def __new__(cls, id: str) -> Self: ...
    @property
    def id(self) -> str:
        """Any text that is not empty."""
    def as_str(self, /) -> str:
        """The text."""
    def __str__(self, /) -> str:
        """The text."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class EatpAuditAnchor:
    """The signed record of one action: who did what to what, and how it went."""
    @property
    def alg_id(self) -> str:
        """Token of the algorithms: eatp-v1."""
    @property
    def event_id(self) -> str:
        """Id of the event."""
    @property
    def actor(self) -> str:
        """Who acted."""
    @property
    def action(self) -> str:
        """What was done."""
    @property
    def resource(self) -> str:
        """To what."""
    @property
    def prev_hash(self) -> str | None:
        """Hash of the event before it, or None."""
    @property
    def reasoning_trace_hash(self) -> str | None:
        """Hash of the reasoning behind it: "sha256:" and 64 hexadecimal digits, or None."""
    @property
    def signer_public_key(self) -> str:
        """Public key of the signer: 64 hexadecimal digits."""
    @property
    def signature(self) -> str:
        """Its signature: 128 hexadecimal digits."""
    @staticmethod
    def from_dict(data: dict[str, Any]) -> EatpAuditAnchor:
        """The anchor of a dict, once its alg_id, its shape and its signature were checked. That it
        is good tells that the signer had the key, not that he had the right.
        """
    def to_dict(self, /) -> dict[str, Any]:
        """The record as a dict: its wire form, members in their order."""
    def to_json(self, /) -> str:
        """The same as JSON text with ", " and ": " between its parts, in ASCII."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class EatpAuthorityRegistry:
    """The authorities that are known, one an organisation. Threads may share one."""
    def __new__(cls) -> Self: ...
    def register(self, /, authority: EatpOrganizationalAuthority) -> None:
        """Adds the authority of an organisation that has none here."""
    def replace(self, /, org_id: str, authority: EatpOrganizationalAuthority, force_replace: bool = False) -> None:
        """Puts another authority in the place of that of the same organisation."""
    def lookup(self, /, org_id: str) -> EatpOrganizationalAuthority | None:
        """The authority of an organisation, or None."""
    def unregister(self, /, org_id: str) -> EatpOrganizationalAuthority | None:
        """Takes the authority of an organisation away; it, or None when there was none."""
    def list_orgs(self, /) -> list[str]:
        """Names of the organisations, sorted."""
    def __contains__(self, /, org_id: str) -> bool:
        """Whether an organisation has an authority here."""
    def __len__(self, /) -> int:
        """Number of authorities."""

@final
class EatpCapabilityAttestation:
    """What an agent may do, and until when, signed by its organisation:
    EatpCareChain.capability_attestation() or from_dict().
    """
    @property
    def alg_id(self) -> str:
        """Algorithms of signature and hash: eatp-v1."""
    @property
    def agent_id(self) -> str:
        """The agent."""
    @property
    def capabilities(self) -> list[Any]:
        """Tokens of what the agent may do."""
    @property
    def constraints(self) -> dict[str, Any]:
        """Flags and limits by name."""
    @property
    def issuer(self) -> str:
        """The organisation that attests."""
    @property
    def valid_from(self) -> str:
        """From when it holds: UTC, RFC 3339."""
    @property
    def valid_until(self) -> str:
        """Until when it holds: UTC, RFC 3339."""
    @property
    def signer_public_key(self) -> str:
        """Who signed, 64 hexadecimal characters."""
    @property
    def signature(self) -> str:
        """Ed25519 signature, 128 hexadecimal characters."""
    @staticmethod
    def from_dict(data: dict[str, Any]) -> EatpCapabilityAttestation:
        """The record of a wire form, whose signature is verified. Whether it still holds is told
        by valid_until, whether its signer may be trusted by signer_public_key.
        """
    def to_dict(self, /) -> dict[str, Any]:
        """The record as a dict: its wire form, members in their order."""
    def to_json(self, /) -> str:
        """The same as JSON text with ", " and ": " between its parts, in ASCII."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class EatpCareChain:
    """An organisation's signed chain of grants of trust to agents. Threads may share one."""
    def __new__(cls, keypair: EatpKeyPair) -> Self: ...
    def set_genesis(self, /, org_id: str) -> None:
        """Names the organisation at the root, with the capabilities of level 2. May be repeated
        until sign_genesis().
        """
    def sign_genesis(self, /) -> None:
        """Signs the root, which is fixed from then on. Nothing happens the second time."""
    def genesis_record(self, /) -> EatpGenesisRecord:
        """The signed root; the same bytes at each call."""
    def issue_trust(self, /, agent_id: str, level: int) -> dict[str, Any]:
        """Appends a signed grant, which replaces the agent's older ones, up or down. A dict of
        block_id, agent_id, trust_level, issued_by and issued_at.
        """
    def issue_trust_with_expiry(self, /, agent_id: str, level: int, expires_at: str | None = None) -> dict[str, Any]:
        """The same for a grant that ends; the dict has expires_at too, in UTC."""
    def verify(self, /) -> None:
        """Checks every signature and link anew, from the root on."""
    def save(self, /, store: EatpTrustStore) -> None:
        """Puts genesis and grants into a store. What is there already stays."""
    @staticmethod
    def load(store: EatpTrustStore, keypair: EatpKeyPair) -> EatpCareChain:
        """The chain of a key that a store holds, verified from the root on."""
    def __len__(self, /) -> int:
        """Number of grants, the genesis not counted."""
    def get_agent_trust_level(self, /, agent_id: str) -> int | None:
        """The level that the newest grant of an agent gives; None when it has none or that has
        expired: an older grant does not come back. What is new in the chain is verified first,
        once.
        """
    def get_agent_trust_level_verified(self, /, agent_id: str) -> int | None:
        """The same as get_agent_trust_level()."""
    def is_capability_allowed(self, /, agent_id: str, capability: str) -> bool:
        """Whether the agent's level has a capability now."""
    def is_capability_allowed_verified(self, /, agent_id: str, capability: str) -> bool:
        """The same as is_capability_allowed()."""
    def agent_capabilities(self, /, agent_id: str) -> list[str]:
        """Tokens of what the agent's level allows now; [] when it has none."""
    def agent_capabilities_verified(self, /, agent_id: str) -> list[str]:
        """The same as agent_capabilities()."""
    def capability_attestation(self, /, agent_id: str, valid_days: int = 90) -> EatpCapabilityAttestation:
        """A signed statement of what the agent may do now. ValueError when it has no valid level."""
    def lineage(self, /, agent_id: str, delegations: list[Any] | None = None, audit_anchors: list[Any] | None = None, valid_days: int = 90, *, filter_foreign_records: bool = False, manifest: bool = False) -> EatpTrustLineageChain:
        """All that speaks for an agent in one document: the root, a fresh attestation, the signed
        envelope of its level, the given grants and anchors.
        """

@final
class EatpConfidentialityLevel:
    """How confidential something is; a higher level is greater."""
    Public: ClassVar[EatpConfidentialityLevel]
    """for everybody"""
    Restricted: ClassVar[EatpConfidentialityLevel]
    """for the house"""
    Confidential: ClassVar[EatpConfidentialityLevel]
    """for those who need it"""
    Secret: ClassVar[EatpConfidentialityLevel]
    """for few"""
    TopSecret: ClassVar[EatpConfidentialityLevel]
    """for very few"""
    def __new__(cls, value: str | Self) -> Self: ...
    @staticmethod
    def public() -> EatpConfidentialityLevel:
        """for everybody"""
    @staticmethod
    def restricted() -> EatpConfidentialityLevel:
        """for the house"""
    @staticmethod
    def confidential() -> EatpConfidentialityLevel:
        """for those who need it"""
    @staticmethod
    def secret() -> EatpConfidentialityLevel:
        """for few"""
    @staticmethod
    def top_secret() -> EatpConfidentialityLevel:
        """for very few"""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __lt__(self, other: Self, /) -> bool: ...
    def __le__(self, other: Self, /) -> bool: ...
    def __gt__(self, other: Self, /) -> bool: ...
    def __ge__(self, other: Self, /) -> bool: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class EatpConstraintDimensions:
    """What an agent may do, as switches."""
    @property
    def allow_network(self) -> bool:
        """May reach the network."""
    @property
    def allow_filesystem(self) -> bool:
        """May read and write files."""
    @property
    def allow_code_execution(self) -> bool:
        """May run code."""
    @property
    def allow_state_mutation(self) -> bool:
        """May change state, such as rows of a database."""
    @property
    def allow_delegation(self) -> bool:
        """May delegate to other agents."""
    @property
    def max_context_tokens(self) -> int:
        """Tokens in a context at most."""
    @property
    def reasoning_required(self) -> bool:
        """Must leave its reasons with every action."""
    @staticmethod
    def for_level(level: int) -> EatpConstraintDimensions:
        """What a trust level allows."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class EatpConstraintEnvelope:
    """What a subject may do, in five dimensions: financial, operational, temporal, data access and
    communication.
    """
    @property
    def envelope_id(self) -> str:
        """UUID."""
    @property
    def version(self) -> str:
        """Version of the document."""
    @property
    def issuer(self) -> str:
        """Who issued it."""
    @property
    def subject_id(self) -> str:
        """Whom it is about."""
    @property
    def context(self) -> str | None:
        """Where it comes from, or None."""
    @staticmethod
    def from_dict(data: dict[str, Any]) -> EatpConstraintEnvelope:
        """The envelope of a dict: alg_id, all members and, if it has one, its signature are
        checked. ValueError says which is wrong.
        """
    def to_dict(self, /) -> dict[str, Any]:
        """The record as a dict: its wire form, members in their order."""
    def to_json(self, /) -> str:
        """The same as JSON text with ", " and ": " between its parts, in ASCII."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class EatpDelegationChain:
    """Who granted what to whom, and what was revoked. Threads may share one."""
    def __new__(cls, keypair: EatpKeyPair) -> Self: ...
    def delegate(self, /, delegator: str, delegate: str, capabilities: list[str], level: int, scope: EatpDelegationScope, *, delegator_keypair: EatpKeyPair | None = None, expires_at: str | None = None) -> str:
        """Signs a grant of its own; its UUID. EatpDelegationError for a grant to oneself or to
        somebody from whom the delegator has its authority, without capabilities, or with one
        above the level.
        """
    def delegate_record(self, /, delegator: str, delegate: str, capabilities: list[str], level: int, scope: EatpDelegationScope, *, delegator_keypair: EatpKeyPair | None = None, expires_at: str | None = None) -> EatpDelegationRecord:
        """The same; the record."""
    def delegate_sub(self, /, delegator: str, delegate: str, capabilities: list[str], level: int, scope: EatpDelegationScope, parent_delegation_id: str, *, delegator_keypair: EatpKeyPair | None = None, expires_at: str | None = None) -> str:
        """Passes a grant on, nowhere wider than it is; the UUID of the new one. ValueError when it
        is unknown, revoked or expired, not the delegator's, or narrower than what is asked.
        """
    def last_delegation_record(self, /) -> EatpDelegationRecord | None:
        """The newest record as it is now; None without one."""
    def revoke(self, /, delegation_id: str) -> int:
        """Revokes a grant and all that came of it; how many were not revoked before."""
    def revoke_cascade(self, /, delegation_id: str) -> list[str]:
        """The same; their ids, each before its descendants."""
    def revocation_ledger(self, /) -> EatpRevocationLedger:
        """All revocations as a signed ledger, for those who must not take the chain's word."""
    def register_agent_key(self, /, agent_id: str, public_key_hex: str) -> None:
        """From now on an agent's grants are signed with its own key. A key cannot be replaced."""
    def agent_public_key(self, /, agent_id: str) -> str | None:
        """The key of its own that an agent has here, or None."""
    def verify(self, /) -> None:
        """Checks every signature, and that it is by the chain's key or by the delegator's own."""
    def save(self, /, store: EatpTrustStore) -> None:
        """Puts every grant into a store, and what was revoked. What is there already stays."""
    @staticmethod
    def load(store: EatpTrustStore, keypair: EatpKeyPair, *, agent_keys: dict[str, str] | None = None, revocation_ledger: EatpRevocationLedger | None = None) -> EatpDelegationChain:
        """The chain that a store holds. Every signature is verified, and that nothing is wider
        than what it was made from.
        """
    def __len__(self, /) -> int:
        """Number of grants, revoked ones too."""

@final
class EatpDelegationRecord:
    """A signed grant from a delegator to a delegate: EatpDelegationChain.delegate_record() or
    from_dict(). A snapshot: it does not change when the grant is revoked.
    """
    @property
    def delegation_id(self) -> str:
        """UUID of the grant."""
    @property
    def delegator(self) -> str:
        """Who grants."""
    @property
    def delegate(self) -> str:
        """Who may act."""
    @property
    def capabilities(self) -> list[Any]:
        """Tokens of what is granted."""
    @property
    def created_at(self) -> str:
        """When it was granted: UTC, RFC 3339."""
    @property
    def expires_at(self) -> str | None:
        """When it ends: UTC, RFC 3339; None = never."""
    @property
    def parent_delegation_id(self) -> str | None:
        """UUID of the grant it was made from; None = a grant of its own."""
    @property
    def revoked(self) -> bool:
        """Whether it was revoked when this record was made; not signed."""
    @property
    def signature(self) -> str:
        """Ed25519 signature, 128 hexadecimal characters."""
    @property
    def signing_payload_version(self) -> str:
        """What is signed: v2-complete, or v3-complete for several signers."""
    @property
    def constraints(self) -> EatpConstraintEnvelope:
        """What the grant's flags and limits allow, as an EatpConstraintEnvelope."""
    def signing_payload(self, /) -> bytes:
        """The bytes that are signed, for MultiSigPolicy.validate() and for other verifiers."""
    @staticmethod
    def from_dict(data: dict[str, Any]) -> EatpDelegationRecord:
        """The record of a wire form, whose signature is verified under its own
        delegator_public_key. Whether that key may grant is for the caller to know. `revoked` is
        not signed: ask the chain, or its revocation ledger.
        """
    def to_dict(self, /) -> dict[str, Any]:
        """The record as a dict: its wire form, members in their order."""
    def to_json(self, /) -> str:
        """The same as JSON text with ", " and ": " between its parts, in ASCII."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class EatpDelegationScope:
    """Where a grant holds, and for how much money."""
    def __new__(cls, domain: str, operations: list[str] | None = None, max_financial_cents: int | None = None) -> Self: ...
    @property
    def domain(self) -> str:
        """Where the grant holds."""
    @property
    def operations(self) -> list[str]:
        """What may be done there."""
    @property
    def max_financial_cents(self) -> int | None:
        """Most money of a decision, in cents; None = no bound."""
    def is_subset_of(self, /, parent: EatpDelegationScope) -> bool:
        """Whether this scope is nowhere wider: the same domain, only operations of the parent ([]
        has none), and cents within the parent's bound if it has one.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

class EatpError(Exception):
    """Something of the trust protocol failed; the classes below it say what."""
    code: str | None
    details: dict[str, Any] | None

@final
class EatpEuAiActArticle:
    """An article of the EU AI Act that evidence may serve."""
    Article6: ClassVar[EatpEuAiActArticle]
    """classification of high-risk systems"""
    Article9: ClassVar[EatpEuAiActArticle]
    """risk management system"""
    Article11: ClassVar[EatpEuAiActArticle]
    """technical documentation"""
    Article13: ClassVar[EatpEuAiActArticle]
    """transparency and information of deployers"""
    Article14: ClassVar[EatpEuAiActArticle]
    """human oversight"""
    Article15: ClassVar[EatpEuAiActArticle]
    """accuracy, robustness and cybersecurity"""
    Article52: ClassVar[EatpEuAiActArticle]
    """transparency towards persons"""
    Article69: ClassVar[EatpEuAiActArticle]
    """codes of conduct"""
    def __new__(cls, value: str | Self) -> Self: ...
    @staticmethod
    def article6() -> EatpEuAiActArticle:
        """classification of high-risk systems"""
    @staticmethod
    def article9() -> EatpEuAiActArticle:
        """risk management system"""
    @staticmethod
    def article11() -> EatpEuAiActArticle:
        """technical documentation"""
    @staticmethod
    def article13() -> EatpEuAiActArticle:
        """transparency and information of deployers"""
    @staticmethod
    def article14() -> EatpEuAiActArticle:
        """human oversight"""
    @staticmethod
    def article15() -> EatpEuAiActArticle:
        """accuracy, robustness and cybersecurity"""
    @staticmethod
    def article52() -> EatpEuAiActArticle:
        """transparency towards persons"""
    @staticmethod
    def article69() -> EatpEuAiActArticle:
        """codes of conduct"""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class EatpEvidenceReference:
    """Points to evidence that lies elsewhere."""
    def __new__(cls, evidence_type: str, reference: str, summary: str | None = None) -> Self: ...
    @property
    def evidence_type(self) -> str:
        """Kind of evidence: log, document ...."""
    @property
    def reference(self) -> str:
        """Where it is found."""
    @property
    def summary(self) -> str | None:
        """What it says, in short, or None."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class EatpGenesisRecord:
    """The signed root of a chain: EatpCareChain.genesis_record() or from_dict()."""
    @property
    def alg_id(self) -> str:
        """Algorithms of signature and hash: eatp-v1."""
    @property
    def org_id(self) -> str:
        """The organisation."""
    @property
    def public_key_hex(self) -> str:
        """Its Ed25519 public key, 64 hexadecimal characters."""
    @property
    def created_at(self) -> str:
        """When the chain began: UTC, RFC 3339."""
    @property
    def capabilities(self) -> list[Any]:
        """Tokens of what the organisation grants at the root."""
    @property
    def signer_public_key(self) -> str:
        """Who signed: the same key as public_key_hex."""
    @property
    def signature(self) -> str:
        """Ed25519 signature, 128 hexadecimal characters."""
    @staticmethod
    def from_dict(data: dict[str, Any]) -> EatpGenesisRecord:
        """The record of a wire form, whose signature is verified. Success proves that who holds
        the key signed it, not that the key may be trusted: compare public_key_hex with the one
        you know.
        """
    def to_dict(self, /) -> dict[str, Any]:
        """The record as a dict: its wire form, members in their order."""
    def to_json(self, /) -> str:
        """The same as JSON text with ", " and ": " between its parts, in ASCII."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class EatpGovernedTaodConfig:
    """How a governed loop of thinking, acting, observing and deciding runs."""
    def __new__(cls, block_on_held: bool = True, reasoning_required: bool = False, max_verification_log: int = 10000) -> Self: ...
    @property
    def block_on_held(self) -> bool:
        """Whether a held action stops the loop."""
    @property
    def reasoning_required(self) -> bool:
        """Whether every action needs a reasoning trace."""
    @property
    def max_verification_log(self) -> int:
        """Verifications that are kept, the newest."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class EatpHeldBehavior:
    """What becomes of an action that is held: a behavior equals its number."""
    Queue: ClassVar[EatpHeldBehavior]
    """it waits in a queue until somebody decides"""
    Notify: ClassVar[EatpHeldBehavior]
    """a person is told"""
    Resumable: ClassVar[EatpHeldBehavior]
    """enough is kept to go on after an approval without a second run"""
    def __new__(cls, value: str | Self) -> Self: ...
    @staticmethod
    def from_str(s: str) -> EatpHeldBehavior:
        """The behavior of a word."""
    def as_str(self, /) -> str:
        """The word of the behavior, such as queue; str() gives the same."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __int__(self) -> int: ...
    def __index__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class EatpHoldQueue:
    """Actions that wait for a person to approve or reject them. Threads may share one."""
    def __new__(cls) -> Self: ...
    def enqueue(self, /, agent_id: str, action: str, reason: str, context: dict[str, Any] | None = None) -> str:
        """Let an action wait; the id of its hold. At most 10000 wait at a time."""
    def get(self, /, hold_id: str) -> dict[str, Any] | None:
        """A hold, decided or not: hold_id, agent_id, action, reason, context, status (pending,
        approved, rejected, expired), created_at, resolved_by, resolved_at, resolution. None
        when there is none, or it was decided more than 10000 decisions ago.
        """
    def approve(self, /, hold_id: str, approver: str, reason: str | None = None) -> None:
        """Let an action go ahead. EatpError when there is no such hold, or it is decided."""
    def reject(self, /, hold_id: str, approver: str, reason: str | None = None) -> None:
        """Deny an action. EatpError when there is no such hold, or it is decided."""
    def expire(self, /, ttl: float) -> list[str]:
        """Deny all that have waited too long; their ids, the oldest first."""
    def pending_count(self, /) -> int:
        """How many actions wait."""
    def pending_holds(self, /) -> list[dict[str, Any]]:
        """The holds of those, the oldest first; see get()."""

@final
class EatpHumanOrigin:
    """The human whom an agent's authority goes back to."""
    def __new__(cls, identity: str, role: str, attestation: str | None = None) -> Self: ...
    @property
    def identity(self) -> str:
        """Who it is."""
    @property
    def role(self) -> str:
        """In what role."""
    @property
    def attestation(self) -> str | None:
        """What proves it, or None."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class EatpInMemoryLedger:
    """Records that are only ever added, each hashed together with the hash before it. Threads may
    share one.
    """
    def __new__(cls) -> Self: ...
    def append(self, /, record: dict[str, Any]) -> str:
        """Add a record; its hash: SHA-256, in hexadecimal digits, of those of the hash before it
        (64 zeros for the first) and the record as canonical JSON.
        """
    def export(self, /) -> bytes:
        """All entries as JSON: an array of objects of sequence, previous_hash, record and hash."""
    @staticmethod
    def load(data: bytes) -> EatpInMemoryLedger:
        """The ledger of an export. Its links are not checked: verify_integrity() does."""
    def verify_integrity(self, /) -> LedgerIntegrity:
        """Walk over all entries. EatpAuthorityError names the first whose link does not hold."""
    def __len__(self, /) -> int:
        """Number of entries."""

@final
class EatpJwtClaims:
    """Claims of a JSON Web Token (RFC 7519). They never change; with_expiry() and with_custom()
    give new ones.
    """
    def __new__(cls, issuer: str, subject: str) -> Self: ...
    @property
    def iss(self) -> str:
        """Who says it."""
    @property
    def sub(self) -> str:
        """Of whom it is said."""
    @property
    def jti(self) -> str:
        """Id of the token: a random UUID."""
    @property
    def iat(self) -> int | None:
        """When it was issued: seconds since 1970."""
    @property
    def nbf(self) -> int | None:
        """From when on it holds: seconds since 1970."""
    @property
    def exp(self) -> int | None:
        """Until when it holds: seconds since 1970; None = not said."""
    def with_expiry(self, /, seconds_from_now: int) -> EatpJwtClaims:
        """The same claims that end after some seconds."""
    def with_custom(self, /, key: str, value: Any = None) -> EatpJwtClaims:
        """The same claims and one more."""
    def to_dict(self, /) -> dict[str, Any]:
        """iss, sub, exp (when it is set), nbf, iat, jti, then the custom ones."""
    def to_json(self, /) -> str:
        """The same as compact JSON text."""
    def sign(self, /, keypair: EatpKeyPair) -> str:
        """A compact JWS of the claims, signed with EdDSA (RFC 8037)."""
    @staticmethod
    def verify(token: str, public_key_hex: str) -> EatpJwtClaims:
        """The claims of a token: signed with EdDSA by that key, with an exp that lies ahead and an
        nbf that does not (60 seconds of leeway), without an aud. ValueError says what is wrong.
        """

@final
class EatpKeyPair:
    """An Ed25519 key pair (RFC 8032). The secret is wiped when the pair ends and never shown;
    pairs cannot be copied or pickled.
    """
    @staticmethod
    def generate() -> EatpKeyPair:
        """A new pair, of the system's random numbers."""
    @staticmethod
    def from_seed(seed: bytes) -> EatpKeyPair:
        """The pair of a seed (RFC 8032, the secret key)."""
    def public_key_hex(self, /) -> str:
        """The public key as 64 lower-case hexadecimal characters."""
    def public_key_bytes(self, /) -> bytes:
        """The public key as 32 bytes."""
    def sign(self, /, message: bytes) -> EatpSignature:
        """The signature of any message, in the generic domain: of EATP-GENERIC-SIG-v1, a NUL and
        the message. No such signature is one of a record. Check it with EatpSignature.verify().
        """
    def sign_protocol(self, /, message: bytes) -> EatpSignature:
        """The plain Ed25519 signature of a protocol message, such as the canonical JSON of a
        record. For messages that the caller made itself: whoever may choose them gets records
        signed. Check it with EatpSignature.verify_protocol_message().
        """

@final
class EatpKeyRotation:
    """Leads from one key to the next: prepare(), commit(), then finalize() or cancel(). Threads
    may share one.
    """
    def __new__(cls, config: EatpRotationConfig | None = None) -> Self: ...
    def prepare(self, /, old_keypair: EatpKeyPair, new_keypair: EatpKeyPair | None = None) -> None:
        """Names the key in use and its successor, which does not count yet."""
    def commit(self, /) -> dict[str, Any]:
        """From now on the new key signs, and both verify until the transition is over. A
        certificate, signed by both keys, to hand to those who know the old one.
        """
    def finalize(self, /) -> None:
        """Ends the rotation, and the old key at once, even before the transition is over."""
    def cancel(self, /) -> None:
        """Goes back to the old key, also after commit(); not after finalize()."""
    def signing_keypair(self, /) -> EatpKeyPair:
        """The pair to sign with now."""
    def verifying_keys(self, /) -> list[str]:
        """The public keys that verify now, that which signs first."""
    def verify(self, /, message: bytes, signature: EatpSignature) -> bool:
        """Whether one of them signed a message."""
    @property
    def status(self) -> EatpRotationStatus | None:
        """How far the rotation is; None before prepare()."""
    @property
    def certificate(self) -> dict[str, Any] | None:
        """What commit() gave; None before."""
    @staticmethod
    def verify_certificate(certificate: dict[str, Any], old_public_key_hex: str) -> str:
        """The new public key of a certificate, both of whose signatures are verified."""

@final
class EatpNonceTracker:
    """Nonces seen lately: a message that comes twice is refused. For any number of threads."""
    def __new__(cls, max_age_secs: int = 600) -> Self: ...
    def check_and_record(self, /, nonce_hex: str) -> None:
        """Remembers a nonce; ValueError when it was seen within max_age_secs. At most a million
        are remembered (RuntimeError: fail closed).
        """
    def cleanup(self, /) -> None:
        """Forgets nonces older than max_age_secs. check_and_record() does so too, now and then."""
    def __len__(self, /) -> int:
        """Number of remembered nonces."""

@final
class EatpOrgId:
    """Name of an organisation. Equal to another one of the same text, never to a plain text."""
    def __new__(cls, id: str) -> Self: ...
    @property
    def id(self) -> str:
        """Any text that is not empty."""
    def as_str(self, /) -> str:
        """The text."""
    def __str__(self, /) -> str:
        """The text."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class EatpOrganizationalAuthority:
    """An organisation's key, and what it may grant."""
    def __new__(cls, org_id: EatpOrgId, public_key_hex: str, capabilities: list[str] | None = None) -> Self: ...
    @property
    def org_id(self) -> str:
        """Name of the organisation."""
    @property
    def public_key_hex(self) -> str:
        """Its key, 64 hexadecimal characters as they were given."""
    @property
    def capabilities(self) -> list[str]:
        """Tokens of what it may grant."""
    @staticmethod
    def from_chain(chain: EatpCareChain) -> EatpOrganizationalAuthority:
        """What the genesis of a chain says."""
    def has_capability(self, /, capability: str) -> bool:
        """Whether it may grant a capability."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class EatpOwaspAgenticItem:
    """An item of OWASP's list of the risks of agents that evidence may serve."""
    PromptInjection: ClassVar[EatpOwaspAgenticItem]
    """text that makes a model follow somebody else"""
    ToolMisuse: ClassVar[EatpOwaspAgenticItem]
    """tools used for what they are not meant for"""
    ExcessiveAgency: ClassVar[EatpOwaspAgenticItem]
    """more power than the task needs"""
    InsufficientAccessControl: ClassVar[EatpOwaspAgenticItem]
    """acts nobody checked the right for"""
    InsecureOutputHandling: ClassVar[EatpOwaspAgenticItem]
    """output that is trusted where it is used"""
    OverRelianceOnAgent: ClassVar[EatpOwaspAgenticItem]
    """people who no longer check"""
    DataExfiltration: ClassVar[EatpOwaspAgenticItem]
    """data that leave the house"""
    ModelDenialOfService: ClassVar[EatpOwaspAgenticItem]
    """requests that exhaust the model"""
    SupplyChainVulnerability: ClassVar[EatpOwaspAgenticItem]
    """models, tools and data of others"""
    InadequateLogging: ClassVar[EatpOwaspAgenticItem]
    """acts that leave no trace"""
    def __new__(cls, value: str | Self) -> Self: ...
    @staticmethod
    def prompt_injection() -> EatpOwaspAgenticItem:
        """text that makes a model follow somebody else"""
    @staticmethod
    def tool_misuse() -> EatpOwaspAgenticItem:
        """tools used for what they are not meant for"""
    @staticmethod
    def excessive_agency() -> EatpOwaspAgenticItem:
        """more power than the task needs"""
    @staticmethod
    def insufficient_access_control() -> EatpOwaspAgenticItem:
        """acts nobody checked the right for"""
    @staticmethod
    def insecure_output_handling() -> EatpOwaspAgenticItem:
        """output that is trusted where it is used"""
    @staticmethod
    def over_reliance_on_agent() -> EatpOwaspAgenticItem:
        """people who no longer check"""
    @staticmethod
    def data_exfiltration() -> EatpOwaspAgenticItem:
        """data that leave the house"""
    @staticmethod
    def model_denial_of_service() -> EatpOwaspAgenticItem:
        """requests that exhaust the model"""
    @staticmethod
    def supply_chain_vulnerability() -> EatpOwaspAgenticItem:
        """models, tools and data of others"""
    @staticmethod
    def inadequate_logging() -> EatpOwaspAgenticItem:
        """acts that leave no trace"""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class EatpPosture:
    """How much an agent does on its own; a higher posture is greater."""
    PseudoAgent: ClassVar[EatpPosture]
    """a human acts through it"""
    Supervised: ClassVar[EatpPosture]
    """a human approves what it does"""
    SharedPlanning: ClassVar[EatpPosture]
    """a human plans with it"""
    ContinuousInsight: ClassVar[EatpPosture]
    """a human watches it"""
    Delegated: ClassVar[EatpPosture]
    """it acts on its own"""
    def __new__(cls, value: str | Self) -> Self: ...
    @staticmethod
    def pseudo_agent() -> EatpPosture:
        """a human acts through it"""
    @staticmethod
    def supervised() -> EatpPosture:
        """a human approves what it does"""
    @staticmethod
    def shared_planning() -> EatpPosture:
        """a human plans with it"""
    @staticmethod
    def continuous_insight() -> EatpPosture:
        """a human watches it"""
    @staticmethod
    def delegated() -> EatpPosture:
        """it acts on its own"""
    def to_trust_level(self, /) -> Any:
        """The TrustLevel of the same rung: untrusted, restricted, supervised, autonomous, full."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __lt__(self, other: Self, /) -> bool: ...
    def __le__(self, other: Self, /) -> bool: ...
    def __gt__(self, other: Self, /) -> bool: ...
    def __ge__(self, other: Self, /) -> bool: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class EatpPseudoAgent:
    """A human who decides as one of the agents, with a key."""
    def __new__(cls, origin: EatpHumanOrigin, keypair: EatpKeyPair) -> Self: ...
    @staticmethod
    def from_config(config: EatpPseudoAgentConfig) -> EatpPseudoAgent:
        """The one of a config."""
    def origin(self, /) -> EatpHumanOrigin:
        """The human."""
    def verifying_key_hex(self, /) -> str:
        """The public key, 64 hexadecimal characters."""
    def override_block(self, /, capability: str, justification: str, expires_at: str | None = None) -> dict[str, Any]:
        """Lets a blocked capability through: a signed dict of override_id, capability,
        authorized_by, authorized_at, justification, expires_at and signature; of one that ends
        also signature_v2, which covers expires_at too.
        """
    @staticmethod
    def verify_override(decision: dict[str, Any], public_key_hex: str, *, accept_unsigned_expiry: bool = False) -> bool:
        """Whether a key signed such a dict. Whether it has expired is for the caller to see."""
    def approve_escalation(self, /, agent_id: str, justification: str) -> dict[str, Any]:
        """Lets an agent go on: a signed dict of hold_id, approved_by, approved_at, conditions and
        signature.
        """
    def revoke_all_delegations(self, /, chain: EatpDelegationChain) -> list[str]:
        """Revokes every grant that the human made and all that came of them; the ids, each before
        its descendants.
        """

@final
class EatpPseudoAgentConfig:
    """What an EatpPseudoAgent is made of."""
    def __new__(cls, origin: EatpHumanOrigin, keypair: EatpKeyPair) -> Self: ...
    @property
    def origin(self) -> EatpHumanOrigin:
        """The human."""
    def verifying_key_hex(self, /) -> str:
        """The public key, 64 hexadecimal characters."""

@final
class EatpReasoningTrace:
    """Why a decision was taken, so that others can see it, and can tell that it was not changed.
    At most 10240 bytes as JSON.
    """
    def __new__(cls, decision: str, rationale: str, confidence: float = 0.5, confidentiality: str | None = None, alternatives: list[str] | None = None, methodology: str | None = None, evidence: list[Any] | None = None) -> Self: ...
    @property
    def decision(self) -> str:
        """What was decided."""
    @property
    def rationale(self) -> str:
        """Why."""
    @property
    def confidentiality(self) -> str:
        """Who may see it: public, restricted, confidential, secret or top_secret."""
    @property
    def confidence(self) -> float | None:
        """How sure, from 0 to 1; None in a trace of the open SDK that does not say."""
    @property
    def confidence_bps(self) -> int | None:
        """The same in basis points, from 0 to 10000."""
    @property
    def alternatives_considered(self) -> list[str]:
        """What else might have been decided."""
    @property
    def evidence(self) -> list[dict[str, Any]]:
        """What speaks for it, as dicts."""
    @property
    def methodology(self) -> str | None:
        """How it was decided, or None."""
    @property
    def timestamp(self) -> str:
        """When: RFC 3339."""
    def content_hash(self, /) -> bytes:
        """SHA-256 of to_dict() as canonical JSON: 32 bytes."""
    def sign(self, /, keypair: EatpKeyPair) -> EatpSignature:
        """A protocol signature of "EATP-REASONING-v1:" and the content hash; of the canonical JSON
        itself for a trace of the open SDK.
        """
    def verify(self, /, public_key_hex: str, signature: EatpSignature) -> bool:
        """Whether a signature is one of this trace by that key."""
    def is_redacted(self, /) -> bool:
        """Whether the decision is [REDACTED]."""
    def redact(self, /) -> EatpReasoningTrace:
        """The same trace without decision, reasons, alternatives, evidence and methodology. Its
        hash is another one.
        """
    @property
    def schema(self) -> str:
        """whose form the trace has: eatp, or open-sdk"""
    @staticmethod
    def from_dict(data: dict[str, Any]) -> EatpReasoningTrace:
        """The trace of a dict."""
    def to_dict(self, /) -> dict[str, Any]:
        """The record as a dict: its wire form, members in their order."""
    def to_json(self, /) -> str:
        """The same as JSON text with ", " and ": " between its parts, in ASCII."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class EatpReasoningVerificationLevel:
    """How closely the reasoning behind an action is looked at."""
    Quick: ClassVar[EatpReasoningVerificationLevel]
    """nothing is looked at"""
    Standard: ClassVar[EatpReasoningVerificationLevel]
    """a trace must be there"""
    Full: ClassVar[EatpReasoningVerificationLevel]
    """its hash and its signature must hold"""
    def __new__(cls, value: str | Self) -> Self: ...
    @staticmethod
    def quick() -> EatpReasoningVerificationLevel:
        """nothing is looked at"""
    @staticmethod
    def standard() -> EatpReasoningVerificationLevel:
        """a trace must be there"""
    @staticmethod
    def full() -> EatpReasoningVerificationLevel:
        """its hash and its signature must hold"""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class EatpResourceConsumption:
    """What an action used."""
    def __new__(cls, tokens_used: int = 0, api_calls_made: int = 0, duration_ms: int = 0, estimated_cost_microdollars: int | None = None) -> Self: ...
    @property
    def tokens_used(self) -> int:
        """Tokens."""
    @property
    def api_calls_made(self) -> int:
        """Calls of other services."""
    @property
    def duration_ms(self) -> int:
        """Milliseconds it took."""
    @property
    def estimated_cost_microdollars(self) -> int | None:
        """Millionths of a dollar; None = unknown."""
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
class EatpResourceLimits:
    """How much an agent may use."""
    def __new__(cls, max_llm_calls: int = 50, max_tool_calls: int = 20, max_total_tokens: int = 100000, max_execution_secs: int = 300) -> Self: ...
    @property
    def max_llm_calls(self) -> int:
        """Calls of language models, at most 2^64 - 1."""
    @property
    def max_tool_calls(self) -> int:
        """Calls of tools, at most 2^64 - 1."""
    @property
    def max_total_tokens(self) -> int:
        """Tokens in all, at most 2^64 - 1."""
    @property
    def max_execution_secs(self) -> int:
        """Seconds of work, at most 2^64 - 1."""
    @staticmethod
    def for_level(level: int) -> EatpResourceLimits:
        """What a trust level allows."""
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
class EatpRevocationLedger:
    """What was revoked in a chain of delegations, signed by the chain, so that others need not
    take its word: EatpDelegationChain.revocation_ledger() or from_dict().
    """
    @property
    def events(self) -> list[Any]:
        """Dicts of delegation_id, epoch, revoked_at and their signature."""
    @property
    def epoch(self) -> int | None:
        """That of the last event, 0 without one: keep it, and refuse a ledger with a lower one."""
    @property
    def tip(self) -> str:
        """Hash over all events, 64 hexadecimal characters."""
    @property
    def signer_public_key(self) -> str:
        """Who signed, 64 hexadecimal characters."""
    @staticmethod
    def from_dict(data: dict[str, Any], public_key_hex: str, retained_epoch: int = 0) -> EatpRevocationLedger:
        """The ledger of a wire form. Every signature, the order of the epochs and the tip are
        verified.
        """
    def is_revoked(self, /, delegation_id: str) -> bool:
        """Whether it has an event that revokes a grant."""
    def __len__(self, /) -> int:
        """Number of events."""
    def to_dict(self, /) -> dict[str, Any]:
        """The record as a dict: its wire form, members in their order."""
    def to_json(self, /) -> str:
        """The same as JSON text with ", " and ": " between its parts, in ASCII."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class EatpRotationConfig:
    """How long two keys overlap."""
    def __new__(cls, transition_hours: int = 24) -> Self: ...
    @property
    def transition_hours(self) -> int:
        """Hours after commit() in which both keys verify, from 1 to 72."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class EatpRotationStatus:
    """How far the rotation of a key is."""
    Prepared: ClassVar[EatpRotationStatus]
    """the new key is there, and not used yet"""
    Committed: ClassVar[EatpRotationStatus]
    """the new key signs; both verify for a while"""
    Finalized: ClassVar[EatpRotationStatus]
    """only the new key verifies"""
    Cancelled: ClassVar[EatpRotationStatus]
    """only the old key verifies"""
    def __new__(cls, value: str | Self) -> Self: ...
    @staticmethod
    def prepared() -> EatpRotationStatus:
        """the new key is there, and not used yet"""
    @staticmethod
    def committed() -> EatpRotationStatus:
        """the new key signs; both verify for a while"""
    @staticmethod
    def finalized() -> EatpRotationStatus:
        """only the new key verifies"""
    @staticmethod
    def cancelled() -> EatpRotationStatus:
        """only the old key verifies"""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class EatpSignature:
    """An Ed25519 signature."""
    @staticmethod
    def from_bytes(bytes: bytes) -> EatpSignature:
        """The signature of 64 bytes."""
    @staticmethod
    def from_hex(hex: str) -> EatpSignature:
        """The signature of 128 hexadecimal characters."""
    def as_bytes(self, /) -> bytes:
        """Its 64 bytes."""
    def as_hex(self, /) -> str:
        """128 lower-case hexadecimal characters."""
    def verify(self, /, public_key_hex: str, message: bytes) -> bool:
        """Whether EatpKeyPair.sign() of that key made it of that message. ValueError when no
        verdict is possible: the key is no hexadecimal text of 32 bytes, no point of the curve,
        or one of small order.
        """
    def verify_protocol_message(self, /, public_key_hex: str, message: bytes) -> bool:
        """Whether it is the plain Ed25519 signature of the message (RFC 8032, S below the order of
        the group, no points of small order); errors as of verify().
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class EatpStrictEnforcer:
    """Enforces verdicts where "flagged, but go ahead" is not good enough: only AutoApproved
    passes. Threads may share one.
    """
    def __new__(cls, on_held: EatpHeldBehavior | None = None, *, hold_queue: EatpHoldQueue | None = None) -> Self: ...
    @property
    def on_held(self) -> EatpHeldBehavior:
        """what becomes of an action that is held"""
    def permits(self, /, verdict: EatpVerdict) -> bool:
        """Whether an action passes: AutoApproved alone does."""
    def apply(self, /, verdict: EatpVerdict) -> EatpVerdict:
        """The verdict made strict: Flagged becomes Blocked."""
    def classify(self, /, verdict: EatpVerdict) -> str:
        """allowed, held or blocked; nothing is recorded."""
    def enforce(self, /, verdict: EatpVerdict, agent_id: str = '', action: str = '', reason: str = '', context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Judge and record: a dict of input and verdict (words, before and after it was made
        strict), allowed, and held_behavior (a word for what is held, else None). A held action
        joins the hold queue, if there is one; hold_id in the dict tells where. RuntimeError
        when the queue is full: the action is denied then, too.
        """
    def enforce_classification(self, /, action_level: EatpConfidentialityLevel, clearance: EatpConfidentialityLevel) -> dict[str, Any]:
        """Approve what is no more confidential than the clearance, block the rest, and record it:
        a dict of input and verdict (words, before and after it was made strict), allowed, and
        held_behavior (a word for what is held, else None).
        """
    def records(self, /) -> list[dict[str, Any]]:
        """What enforce() and enforce_classification() gave, the oldest first; the newest 100000
        are kept.
        """
    def review_queue(self, /) -> list[dict[str, Any]]:
        """Those that were not allowed."""

@final
class EatpSubjectType:
    """What a constraint envelope is about."""
    Agent: ClassVar[EatpSubjectType]
    """an agent"""
    Delegation: ClassVar[EatpSubjectType]
    """a grant"""
    Operation: ClassVar[EatpSubjectType]
    """a single action"""
    Workflow: ClassVar[EatpSubjectType]
    """a workflow"""
    def __new__(cls, value: str | Self) -> Self: ...
    @staticmethod
    def agent() -> EatpSubjectType:
        """an agent"""
    @staticmethod
    def delegation() -> EatpSubjectType:
        """a grant"""
    @staticmethod
    def operation() -> EatpSubjectType:
        """a single action"""
    @staticmethod
    def workflow() -> EatpSubjectType:
        """a workflow"""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class EatpTracker:
    """Records what one agent does and uses. Threads may share one."""
    def __new__(cls, agent_id: str, keypair: EatpKeyPair) -> Self: ...
    def record_action(self, /, action_type: EatpActionType, details: dict[str, Any], outcome: EatpActionOutcome, resources: EatpResourceConsumption) -> dict[str, Any]:
        """Record an action: a dict of record_id, agent_id, action_type, outcome, timestamp and
        tokens_used. ValueError for NaN in the details.
        """
    def check_resource_limits(self, /, limits: EatpResourceLimits) -> None:
        """ValueError when more was used than the limits allow: calls of models, calls of tools,
        tokens, then seconds, each action's begun one counting.
        """
    def record_count(self, /) -> int:
        """Number of actions that were recorded."""
    def records(self, /) -> list[dict[str, Any]]:
        """The signed records as dicts, the oldest first."""
    def export_jsonl(self, /) -> str:
        """The same as canonical JSON, one to a line."""
    def verify(self, /) -> int:
        """Check the signature of every record and its link to the one before it; their number."""
    @staticmethod
    def verify_jsonl(jsonl: str, public_key_hex: str) -> int:
        """The same for an export, without the tracker. EatpAuthorityError names the first record
        that is no good; whether the last ones are missing cannot be seen.
        """

@final
class EatpTrustLineageChain:
    """All that speaks for one agent, in one document that others can verify:
    EatpCareChain.lineage() or from_dict().
    """
    @property
    def alg_id(self) -> str:
        """Algorithms of signatures and hashes: eatp-v1."""
    @property
    def agent_id(self) -> str:
        """The agent that all is about."""
    @property
    def genesis(self) -> EatpGenesisRecord:
        """The root: its key is the one to compare with what you know."""
    @property
    def delegations(self) -> list[EatpDelegationRecord]:
        """Grants to the agent."""
    @property
    def envelope(self) -> EatpConstraintEnvelope:
        """What the agent's level allows."""
    @property
    def attestations(self) -> list[EatpCapabilityAttestation]:
        """What its organisation says it may do."""
    @property
    def audit_anchors(self) -> list[EatpAuditAnchor]:
        """What the agent did."""
    @property
    def verification_status(self) -> str:
        """Verified; or not_determined when there is no record about the agent."""
    @property
    def manifest(self) -> dict[str, Any] | None:
        """The signed statement of which records there are, or None."""
    @staticmethod
    def from_dict(data: dict[str, Any]) -> EatpTrustLineageChain:
        """The lineage of a wire form. Every signature in it is verified, and that every record is
        about its agent. Other implementations cannot sign the envelope: without a signature it
        must have their form, and allow what the level that is attested brings. By whom it was
        signed only verify_all() with a key tells.
        """
    def verify_all(self, /, root_public_key_hex: str | None = None) -> int:
        """Verifies all signatures anew, as from_dict() does; the number of records about the
        agent, at least 1: ValueError without any, for then nothing was shown.
        """
    def effective_constraints(self, /) -> EatpConstraintEnvelope:
        """What envelope and active grants allow together, after verify_all(). A list of what is
        allowed that is empty allows nothing. Grants that are revoked or have expired do not
        count: see dropped_delegations().
        """
    def dropped_delegations(self, /) -> list[dict[str, Any]]:
        """The grants that effective_constraints() leaves out now: dicts of delegation_id and
        reason, which is revoked or expired.
        """
    def to_dict(self, /) -> dict[str, Any]:
        """The record as a dict: its wire form, members in their order."""
    def to_json(self, /) -> str:
        """The same as JSON text with ", " and ": " between its parts, in ASCII."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class EatpTrustOperations:
    """The four operations of EATP - establish, delegate, verify, audit - over chains that are
    given to them.
    """
    def __new__(cls, max_delegation_depth: int | None = None) -> Self: ...
    @property
    def max_delegation_depth(self) -> int | None:
        """Ancestors that a grant may have; None = any number."""
    def verify(self, /, public_key_hex: str, message: bytes, signature: EatpSignature) -> bool:
        """The same as EatpSignature.verify()."""
    def establish(self, /, chain: EatpCareChain) -> EatpOrganizationalAuthority:
        """The authority that a signed chain gives its organisation."""
    def establish_record(self, /, chain: EatpCareChain) -> EatpGenesisRecord:
        """Its genesis record."""
    def delegate(self, /, chain: EatpDelegationChain, delegator: str, delegate: str, capabilities: list[str], level: int, scope: EatpDelegationScope, *, delegator_keypair: EatpKeyPair | None = None, expires_at: str | None = None) -> str:
        """The same as EatpDelegationChain.delegate(), within max_delegation_depth. Ancestors of a
        grant without a parent are counted through the newest active grant to its delegator.
        """
    def delegate_record(self, /, chain: EatpDelegationChain, delegator: str, delegate: str, capabilities: list[str], level: int, scope: EatpDelegationScope, *, delegator_keypair: EatpKeyPair | None = None, expires_at: str | None = None) -> EatpDelegationRecord:
        """The same; the record."""
    def delegate_sub(self, /, chain: EatpDelegationChain, delegator: str, delegate: str, capabilities: list[str], level: int, scope: EatpDelegationScope, parent_delegation_id: str, *, delegator_keypair: EatpKeyPair | None = None, expires_at: str | None = None) -> str:
        """The same as EatpDelegationChain.delegate_sub(), within max_delegation_depth."""
    def validate_delegation_chain(self, /, chain: EatpDelegationChain) -> None:
        """Checks every signature, and that no grant has more ancestors than allowed."""
    def audit(self, /, tracker: Any, action_type: Any, details: Any, outcome: Any, resources: Any) -> dict[str, Any]:
        """The same as EatpTracker.record_action()."""
    def audit_record(self, /, keypair: EatpKeyPair, actor: str, action: str, resource: str, outcome: str, event_id: str | None = None) -> EatpAuditAnchor:
        """A signed record of an action."""
    def revoke_delegation(self, /, chain: EatpDelegationChain, delegation_id: str) -> list[str]:
        """Revokes a grant and all that came of it; the ids, each before its descendants."""
    def revoke_cascade(self, /, chain: EatpDelegationChain, delegation_id: str) -> list[str]:
        """The same."""
    def revoke_by_human(self, /, chain: EatpDelegationChain, delegator_id: str) -> list[str]:
        """The same for every grant of a delegator, in the order of creation."""
    def get_delegation_chain(self, /, chain: EatpDelegationChain, delegate: str) -> list[dict[str, Any]]:
        """The active grants to somebody, in the order of creation: dicts of delegation_id,
        delegator, delegate, capabilities, active, revoked, created_at, parent_delegation_id.
        """
    def get_agent_capabilities(self, /, chain: EatpDelegationChain, delegate: str) -> list[str]:
        """Tokens of what the active grants to somebody allow, each once."""
    def get_agent_constraints(self, /, chain: EatpDelegationChain, delegation_id: str) -> dict[str, Any] | None:
        """The eight constraints of a grant, or None when it is unknown."""
    def find_delegations_by_human_origin(self, /, chain: EatpDelegationChain, delegator_id: str) -> list[dict[str, Any]]:
        """All grants of a delegator, also those that ended; dicts as of get_delegation_chain()."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class EatpTrustScoreConfig:
    """How much each component counts in a trust score."""
    def __new__(cls, posture_weight: float = 0.25, chain_depth_weight: float = 0.25, constraint_coverage_weight: float = 0.25, track_record_weight: float = 0.25, reasoning_weight: float = 0.0) -> Self: ...
    @property
    def posture_weight(self) -> float:
        """Weight of the posture, from 0 to 1."""
    @property
    def chain_depth_weight(self) -> float:
        """Weight of the chain's depth, from 0 to 1."""
    @property
    def constraint_coverage_weight(self) -> float:
        """Weight of the constrained dimensions, from 0 to 1."""
    @property
    def track_record_weight(self) -> float:
        """Weight of the track record, from 0 to 1."""
    @property
    def reasoning_weight(self) -> float:
        """Weight of the reasoning traces, from 0 to 1."""
    def is_valid(self, /) -> bool:
        """Whether each weight lies from 0 to 1 and their sum within 0.01 of 1."""
    def score(self, /, posture: str, depth: int, dimensions: int, anchors: int, age_days: int, reasoning_pct: float = 0) -> dict[str, Any]:
        """The weighted sum of the components, rounded to two decimals, as {"score", "grade"}: A
        from 90, B from 80, C from 70, D from 60, else F.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@disjoint_base
class EatpTrustStore:
    """What all trust stores are: they keep blocks of chains, and delegations."""

@final
class EatpTsaConfig:
    """An authority that stamps hashes with the time (RFC 3161), so that others can see what was
    there when.
    """
    def __new__(cls, url: str, gen_time_tolerance_secs: int | None = None, pinned_cert: bytes | None = None, *, address_policy: Literal["refuse_private", "allow_loopback", "allow_internal_unicast", "allow_internal_unicast_and_loopback"] = 'refuse_private') -> Self: ...
    def build_timestamp_request(self, /, payload_hash: bytes) -> tuple[Any, ...]:
        """The request for a stamp in DER, and its random nonce of 64 bits. Nothing is sent."""
    def request_timestamp(self, /, payload_hash: bytes, issued_at: str) -> dict[str, Any]:
        """Ask the authority for a stamp and verify it: a dict of tsa_response (DER), tsa_url and
        verified, which is True. EatpError when there is no answer, or it does not verify.
        """
    def verify_timestamp_token(self, /, token_der: bytes, payload_hash: bytes, issued_at: str, nonce: int | None = None) -> bool:
        """Whether a stamp is about that hash, near that time, with that nonce, and signed by an
        authority that may.
        """

@final
class EatpVerdict:
    """How an action is judged, from the mildest to the strictest: a verdict equals its number."""
    AutoApproved: ClassVar[EatpVerdict]
    """it goes ahead"""
    Flagged: ClassVar[EatpVerdict]
    """it goes ahead, and somebody is told"""
    Held: ClassVar[EatpVerdict]
    """it waits for a person"""
    Blocked: ClassVar[EatpVerdict]
    """it is denied"""
    def __new__(cls, value: str | Self) -> Self: ...
    @staticmethod
    def from_str(s: str) -> EatpVerdict:
        """The verdict of a word."""
    def is_allowed(self, /) -> bool:
        """Whether the action goes ahead: auto_approved or flagged."""
    def is_held(self, /) -> bool:
        """Whether it waits for a person."""
    def is_blocked(self, /) -> bool:
        """Whether it is denied."""
    def severity(self, /) -> int:
        """0 for auto_approved to 3 for blocked; int() gives the same."""
    def as_str(self, /) -> str:
        """The word of the verdict, such as auto_approved; str() gives the same."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __int__(self) -> int: ...
    def __index__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class EatpVerifyOptions:
    """How a question is answered: whether it leaves a trace, and how much is told."""
    def __new__(cls, dry_run: bool = False, verbose: bool = False) -> Self: ...
    @property
    def is_dry_run(self) -> bool:
        """Whether nothing is recorded."""
    @property
    def is_verbose(self) -> bool:
        """Whether every step is told."""
    @staticmethod
    def dry_run() -> EatpVerifyOptions:
        """Options that record nothing."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class EnforcementContext:
    """What is known of an action beside its name."""
    def __new__(cls, channel: str | None = None, resource_path: str | None = None, estimated_cost: float | None = None) -> Self: ...
    @property
    def channel(self) -> str | None:
        """The channel of communication that an action uses; None = none."""
    @property
    def resource_path(self) -> str | None:
        """The path it concerns; None = none."""
    @property
    def estimated_cost(self) -> float | None:
        """What it will cost, in USD: finite, not negative; None = nothing is known."""
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
class EscalationRecord:
    """Something that was handed to somebody else, as a mirror record of a trust project."""
    @property
    def id(self) -> str:
        """Its id, esc- and 12 hexadecimal digits."""
    @property
    def reason(self) -> str:
        """Why."""
    @property
    def escalated_to(self) -> str:
        """To whom."""
    @property
    def resolution(self) -> str | None:
        """How it ended, or None."""
    @property
    def created_at(self) -> str:
        """When: UTC, RFC 3339."""
    def content_hash(self, /) -> str:
        """SHA-256 of the canonical JSON of the record as it is stored, without its seal, as
        hexadecimal text.
        """
    def to_dict(self, /) -> dict[str, Any]:
        """The record as a dict: its wire form, members in their order."""
    def to_json(self, /) -> str:
        """The same as JSON text with ", " and ": " between its parts, in ASCII."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

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
class FileChange:
    """A file that is not what it was when an AuditSession began."""
    @property
    def path(self) -> str:
        """Absolute path of the file."""
    @property
    def change_type(self) -> str:
        """Added, modified, deleted, or unreadable: what it holds now cannot be told."""
    @property
    def old_hash(self) -> str | None:
        """SHA-256 at the beginning, as hexadecimal text; None for a file that was added."""
    @property
    def new_hash(self) -> str | None:
        """SHA-256 now; None for a file that was deleted or cannot be read."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class FinancialConstraints:
    """What an envelope lets actions cost."""
    def __new__(cls) -> Self: ...
    @property
    def max_cost_per_session(self) -> float | None:
        """In USD; None = no limit."""
    @property
    def max_cost_per_action(self) -> float | None:
        """In USD; None = no limit."""
    @property
    def budget_tracking(self) -> bool:
        """Whether the budget is watched."""
    @staticmethod
    def of(envelope: ConstraintEnvelope) -> FinancialConstraints:
        """The dimension of an envelope."""
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
class HeldBehavior:
    """What to do while an action waits for approval."""
    def __new__(cls, wait_for_approval: bool = True, timeout_seconds: int | None = None, notify_delegates: bool = True) -> Self: ...
    @property
    def wait_for_approval(self) -> bool:
        """Whether the caller waits until somebody has decided."""
    @property
    def timeout_seconds(self) -> int | None:
        """How long it waits at most; None = as long as it takes."""
    @property
    def notify_delegates(self) -> bool:
        """Whether those who may decide are told."""
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
class HumanCompetency:
    """What people can and programs cannot: six competencies."""
    ETHICAL_JUDGMENT: ClassVar[HumanCompetency]
    """telling right from wrong"""
    RELATIONSHIP_CAPITAL: ClassVar[HumanCompetency]
    """being known and trusted by others"""
    CONTEXTUAL_WISDOM: ClassVar[HumanCompetency]
    """knowing how things are done here"""
    CREATIVE_SYNTHESIS: ClassVar[HumanCompetency]
    """joining what nobody joined before"""
    EMOTIONAL_INTELLIGENCE: ClassVar[HumanCompetency]
    """understanding what others feel"""
    CULTURAL_NAVIGATION: ClassVar[HumanCompetency]
    """being at home in several cultures"""
    def __new__(cls, value: str | Self) -> Self: ...
    @staticmethod
    def ethical_judgment() -> HumanCompetency:
        """telling right from wrong"""
    @staticmethod
    def relationship_capital() -> HumanCompetency:
        """being known and trusted by others"""
    @staticmethod
    def contextual_wisdom() -> HumanCompetency:
        """knowing how things are done here"""
    @staticmethod
    def creative_synthesis() -> HumanCompetency:
        """joining what nobody joined before"""
    @staticmethod
    def emotional_intelligence() -> HumanCompetency:
        """understanding what others feel"""
    @staticmethod
    def cultural_navigation() -> HumanCompetency:
        """being at home in several cultures"""
    @staticmethod
    def all() -> list[HumanCompetency]:
        """All six, in order."""
    def __str__(self, /) -> str:
        """As repr()."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class InterventionRecord:
    """Somebody who stepped in, as a mirror record of a trust project."""
    @property
    def id(self) -> str:
        """Its id, int- and 12 hexadecimal digits."""
    @property
    def action_taken(self) -> str:
        """What somebody did."""
    @property
    def context(self) -> str:
        """In what situation."""
    @property
    def competency_category(self) -> str:
        """The human competency it took: a HumanCompetency."""
    @property
    def outcome(self) -> str | None:
        """What came of it, or None."""
    @property
    def created_at(self) -> str:
        """When: UTC, RFC 3339."""
    def content_hash(self, /) -> str:
        """SHA-256 of the canonical JSON of the record as it is stored, without its seal, as
        hexadecimal text.
        """
    def to_dict(self, /) -> dict[str, Any]:
        """The record as a dict: its wire form, members in their order."""
    def to_json(self, /) -> str:
        """The same as JSON text with ", " and ": " between its parts, in ASCII."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class LedgerIntegrity:
    """How far a walk over a hash chain came. A chain that was tampered with has none: walking it
    is an error.
    """
    @property
    def status(self) -> str:
        """Verified, or not_determined when there was nothing to walk."""
    @property
    def entries_checked(self) -> int | None:
        """Entries that were walked; None when there was none."""
    @property
    def is_verified(self) -> bool:
        """whether at least one entry was walked, and every link held"""
    @property
    def is_not_determined(self) -> bool:
        """whether nothing was walked, and so nothing verified"""
    def __bool__(self, /) -> bool:
        """is_verified: an empty chain is no verified one."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class Migration:
    """Statements that change the tables of a database, and those that undo it. MigrationManager
    makes, applies and rolls them back.
    """
    def __new__(cls, version: str, description: str, up_sql: list[str], down_sql: list[str] = [], checksum: str | None = None, applied_at: str | None = None) -> Self: ...
    @property
    def version(self) -> str:
        """Its name; by it migrations are in order: YYYYMMDD_HHMMSS_what."""
    @property
    def description(self) -> str:
        """What it does, for people."""
    @property
    def up_sql(self) -> list[str]:
        """The statements, one in each text."""
    @property
    def down_sql(self) -> list[str]:
        """The statements that undo it."""
    @property
    def checksum(self) -> str | None:
        """SHA-256 over up_sql, a line feed behind each; worked out if it is left out, and refused
        if it is wrong.
        """
    @property
    def applied_at(self) -> str | None:
        """When it was applied (RFC 3339); None for one that was not."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __lt__(self, other: Self, /) -> bool: ...
    def __le__(self, other: Self, /) -> bool: ...
    def __gt__(self, other: Self, /) -> bool: ...
    def __ge__(self, other: Self, /) -> bool: ...
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
class MigrationManager:
    """Makes migrations of registered models, applies them and rolls them back."""
    def __new__(cls) -> Self: ...
    @property
    def table_name(self) -> str:
        """the table that says which migrations were applied"""
    def diff(self, /, dataflow: DataFlow, allow_drops: bool = False) -> dict[str, Any]:
        """In what the live database differs from the models: {"changes": [{"change", "table",
        "column", "detail"}], "kept": [what no model declares]}.
        """
    def generate_migration(self, /, dataflow: DataFlow, allow_drops: bool = False) -> Migration:
        """The migration that makes the live database what the models say. A new column that must
        not be null gets the model's default, else 0, false, an empty text or the like.
        RuntimeError when nothing differs, and for what no statements are made for: another
        primary key.
        """
    def apply(self, /, migration: Migration, dataflow: DataFlow, dry_run: bool = False) -> None:
        """Runs the statements and records the migration: all or nothing, one process at a time. On
        MySQL, where every statement is kept at once, a migration that ended halfway is
        continued by applying it again. RuntimeError when it was applied already.
        """
    def rollback(self, /, version: str, dataflow: DataFlow, dry_run: bool = False) -> None:
        """Runs the statements that undo a migration and forgets it. RuntimeError for a version
        that was not applied, and for one whose statements were changed since.
        """
    def list_applied(self, /, dataflow: DataFlow) -> list[Migration]:
        """What was applied, by version. RuntimeError when one was changed since."""
    def status(self, /, dataflow: DataFlow) -> dict[str, Any]:
        """{"applied_count", "last_applied_version", "has_pending", "pending_count"}; pending is
        what generate_migration() would change.
        """
    def interrupted(self, /, dataflow: DataFlow) -> str | None:
        """The version of a migration that ended halfway and waits to be applied again or rolled
        back, or None. Only MySQL can have one.
        """

@final
class MirrorRecords:
    """All mirror records of a trust project."""
    @property
    def executions(self) -> list[TrustExecutionRecord]:
        """Actions, the oldest first."""
    @property
    def escalations(self) -> list[EscalationRecord]:
        """What was handed to somebody else, the oldest first."""
    @property
    def interventions(self) -> list[InterventionRecord]:
        """What somebody stepped into, the oldest first."""
    @property
    def total(self) -> int:
        """Number of all three."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class MultiSigBundle:
    """Signatures of several signers under one payload. Threads may share one."""
    def __new__(cls, payload: bytes) -> Self: ...
    def add_signature(self, /, private_key_hex: str, payload: bytes) -> None:
        """Sign the payload and keep the signature. ValueError for another payload, a signer who
        signed already, a key that is none.
        """
    def add_signature_bytes(self, /, public_key_hex: str, signature: bytes) -> None:
        """Keep a signature that was made elsewhere, so that no secret key must be handed over.
        ValueError when it is none of the payload, or its signer signed already.
        """
    def signing_bytes(self, /) -> bytes:
        """What every signer signs: "EATP-MULTISIG-v1", a NUL and the SHA-256 of the payload."""
    @property
    def signature_count(self) -> int:
        """signatures so far, of whomever"""
    def to_json(self, /) -> str:
        """The hash of the payload and all signatures as JSON text."""
    @staticmethod
    def from_json(json_str: str) -> MultiSigBundle:
        """The bundle of such a text. Its signatures are not verified: a policy does."""

@final
class MultiSigPolicy:
    """Who must sign, and how many of them are enough."""
    def __new__(cls, threshold: int, authorized_signers: list[str]) -> Self: ...
    @property
    def threshold(self) -> int:
        """Valid signatures that are enough, at least 1."""
    @property
    def authorized_signers(self) -> list[str]:
        """Public keys that count: 64 hexadecimal digits each, no two alike."""
    def validate(self, /, bundle: MultiSigBundle, payload: bytes) -> MultiSigResult:
        """Count the authorized signers whose signature is valid. ValueError when the bundle is of
        another payload.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class MultiSigResult:
    """Whose signatures a bundle has, and whether they are enough."""
    @property
    def threshold_met(self) -> bool:
        """Whether there are enough valid signatures."""
    @property
    def valid_signatures(self) -> int:
        """Authorized signers whose signature is valid."""
    @property
    def missing_count(self) -> int:
        """Authorized signers without a valid signature."""
    @property
    def missing_signers(self) -> list[str]:
        """Their public keys, in the order of the policy."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

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
class OperationalConstraints:
    """Which actions an envelope allows."""
    def __new__(cls) -> Self: ...
    @property
    def allowed_actions(self) -> list[str] | None:
        """What alone may be done; None = everything."""
    @property
    def blocked_actions(self) -> list[str]:
        """What must not be done."""
    @staticmethod
    def of(envelope: ConstraintEnvelope) -> OperationalConstraints:
        """The dimension of an envelope."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

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
class PostureSystem:
    """The trust level of an agent, and the rules by which it changes. Threads may share one."""
    def __new__(cls, initial_level: TrustLevel) -> Self: ...
    def current_level(self, /) -> TrustLevel:
        """The level now."""
    def transition_to(self, /, target: TrustLevel, reason: str = 'transition requested') -> None:
        """Change the level: down to any, up by one step. To the same: nothing happens."""
    def check_capability(self, /, capability: Capability) -> bool:
        """Whether the level now brings a capability."""
    def granted_capabilities(self, /) -> list[Capability]:
        """All that the level now brings."""
    def emergency_revoke(self, /, reason: str = 'emergency revocation') -> None:
        """Down to untrusted, at once."""
    def history(self, /) -> list[dict[str, Any]]:
        """The changes so far, at most the last 1000, oldest first: dicts with from, to, reason,
        at.
        """

@final
class PostureTransitionRequest:
    """Somebody asks for another posture."""
    def __new__(cls, target_posture: str, reason: str) -> Self: ...
    @property
    def target_posture(self) -> str:
        """Name of the posture that is asked for."""
    @property
    def reason(self) -> str:
        """Why."""
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
class RowStream:
    """A long result, read some rows at a time on a connection of its own. From DataFlow.stream()
    and stream_keyset().
    """
    def next_batch(self, /) -> list[dict[str, Any]] | None:
        """The next rows, at most batch_size of them; None behind the last one and after close()."""
    def close(self, /) -> None:
        """Gives the connection back. May be called again; who drops the stream need not."""
    def __iter__(self, /) -> RowStream:
        """The stream itself: it gives one row after another."""
    def __next__(self, /) -> dict[str, Any]:
        """The next row."""
    def __enter__(self, /) -> RowStream:
        """The stream itself."""
    def __exit__(self, exc_type: Any = None, exc_value: Any = None, traceback: Any = None, /) -> None: ...

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
    def __exit__(self, exc_type: Any = None, exc_value: Any = None, traceback: Any = None, /) -> bool: ...

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

@final
class SignedArtifact:
    """Bytes with a signature, the name of the key and the time of signing."""
    @property
    def version(self) -> int:
        """Version of the format: 1."""
    @property
    def alg_id(self) -> AlgorithmId:
        """The algorithm."""
    @property
    def key_id(self) -> str:
        """Name of the key."""
    @property
    def payload(self) -> str:
        """What is signed, in hexadecimal text."""
    @property
    def signature(self) -> str:
        """128 hexadecimal characters."""
    @property
    def timestamp(self) -> str:
        """When it was signed: UTC, RFC 3339."""
    @staticmethod
    def sign(payload: bytes, keypair: EatpKeyPair, alg_id: AlgorithmId, key_id: str) -> SignedArtifact:
        """Signs bytes: plain Ed25519 over the canonical JSON of alg_id, key_id, payload, timestamp
        and version.
        """
    def verify(self, /, public_key_hex: str, expected_alg_id: AlgorithmId | None = None) -> None:
        """Returns when version, algorithm and signature are right; ValueError says what is not."""
    def to_json(self, /) -> str:
        """The artifact as JSON text."""
    @staticmethod
    def from_json(json_str: str) -> SignedArtifact:
        """The artifact of such a text; verify() it."""

class SoftTimeLimitExceeded(Exception):
    """The soft time limit of a run has passed; raised by check_cancellation() within a callback,
    which may still tidy up, and by the run when the callback lets it escape.
    """

@final
class StrictEnforcer:
    """Judges actions by a ConstraintEnvelope. All five dimensions are looked at, and the most
    severe verdict counts. Threads may share one: what is left of a budget is spent once.
    """
    def __new__(cls, envelope: ConstraintEnvelope, resolve: bool = False) -> Self: ...
    def check(self, /, action: str, resource_path: str | None = None, channel: str | None = None, estimated_cost: float | None = None) -> str:
        """The verdict on an action: auto_approved, flagged, held or blocked. What is approved or
        flagged is booked: its cost, and its time for the cooldown.
        """
    def check_detailed(self, /, action: str, resource_path: str | None = None, channel: str | None = None, estimated_cost: float | None = None) -> VerdictDetail:
        """As check(), with the reason."""
    def reset_session(self, /) -> None:
        """Begin a new session: no cost, no start, no cooldown."""
    @property
    def session_cost(self) -> float:
        """What the actions of this session cost so far, in USD."""
    @property
    def session_start(self) -> str | None:
        """Time of the first action that took place, RFC 3339; None before."""

@final
class TemporalConstraints:
    """When an envelope allows actions."""
    def __new__(cls) -> Self: ...
    @property
    def max_session_hours(self) -> float | None:
        """In hours; None = no limit."""
    @property
    def cooldown_minutes(self) -> int | None:
        """In minutes; None = no cooldown."""
    @staticmethod
    def of(envelope: ConstraintEnvelope) -> TemporalConstraints:
        """The dimension of an envelope."""
    @property
    def allowed_hours(self) -> list[tuple[Any, ...]] | None:
        """Ranges (start, end) of hours, UTC; None = at all hours."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

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
class TrustExecutionRecord:
    """An action that went its way, as a mirror record of a trust project."""
    @property
    def id(self) -> str:
        """Its id, exec- and 12 hexadecimal digits."""
    @property
    def action(self) -> str:
        """What was done."""
    @property
    def outcome(self) -> str:
        """What came of it."""
    @property
    def competency_category(self) -> str:
        """The human competency it took: a HumanCompetency."""
    @property
    def notes(self) -> str | None:
        """What else is to be said, or None."""
    @property
    def created_at(self) -> str:
        """When: UTC, RFC 3339."""
    def content_hash(self, /) -> str:
        """SHA-256 of the canonical JSON of the record as it is stored, without its seal, as
        hexadecimal text.
        """
    def to_dict(self, /) -> dict[str, Any]:
        """The record as a dict: its wire form, members in their order."""
    def to_json(self, /) -> str:
        """The same as JSON text with ", " and ": " between its parts, in ASCII."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class TrustLevel:
    """How far an agent is trusted."""
    UNTRUSTED: ClassVar[TrustLevel]
    """may do nothing; level 0"""
    RESTRICTED: ClassVar[TrustLevel]
    """may think, not act; level 1"""
    SUPERVISED: ClassVar[TrustLevel]
    """acts under the eyes of a human; level 2"""
    AUTONOMOUS: ClassVar[TrustLevel]
    """acts on its own within limits; level 3"""
    FULL: ClassVar[TrustLevel]
    """may do everything; level 4"""
    def __new__(cls, value: str | Self) -> Self: ...
    @staticmethod
    def untrusted() -> TrustLevel:
        """may do nothing; level 0"""
    @staticmethod
    def restricted() -> TrustLevel:
        """may think, not act; level 1"""
    @staticmethod
    def supervised() -> TrustLevel:
        """acts under the eyes of a human; level 2"""
    @staticmethod
    def autonomous() -> TrustLevel:
        """acts on its own within limits; level 3"""
    @staticmethod
    def full() -> TrustLevel:
        """may do everything; level 4"""
    def as_u8(self, /) -> int:
        """The level, 0 to 4."""
    def __str__(self, /) -> str:
        """As repr()."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __lt__(self, other: Self, /) -> bool: ...
    def __le__(self, other: Self, /) -> bool: ...
    def __gt__(self, other: Self, /) -> bool: ...
    def __ge__(self, other: Self, /) -> bool: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class TrustPosture:
    """What an agent may do at a trust level: capabilities and limits."""
    def __new__(cls, level: TrustLevel, capabilities: list[str] | None = None) -> Self: ...
    @property
    def level(self) -> TrustLevel:
        """The level."""
    @property
    def capabilities(self) -> list[str]:
        """The capabilities that the level grants."""
    @property
    def missing_capabilities(self) -> list[str]:
        """Those that were wanted and are not granted."""
    @property
    def max_llm_calls(self) -> int:
        """Calls of language models; 2^64 - 1 = no limit."""
    @property
    def max_tool_calls(self) -> int:
        """Uses of tools; 2^64 - 1 = no limit."""
    @property
    def allow_network(self) -> bool:
        """Whether it may use the network."""
    @property
    def allow_filesystem(self) -> bool:
        """Whether it may use files."""
    @property
    def allow_code_execution(self) -> bool:
        """Whether it may run code."""
    @property
    def allow_delegation(self) -> bool:
        """Whether it may hand work on."""
    def has_capability(self, /, capability: str) -> bool:
        """Whether a capability is granted; false for unknown ones."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class TrustPostureLevel:
    """How much of its own an agent may do: 1 acts only as directed, 2 under supervision, 3 plans
    along with humans, 4 gives insight of its own, 5 acts by full delegation.
    """
    def __new__(cls, level: str) -> Self: ...
    @property
    def level(self) -> str:
        """Pseudo_agent, supervised, shared_planning, continuous_insight or delegated."""
    @property
    def value(self) -> str:
        """The name."""
    @property
    def numeric_level(self) -> int:
        """1 (pseudo_agent) to 5 (delegated)."""
    def __str__(self, /) -> str:
        """The name."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __lt__(self, other: Self, /) -> bool: ...
    def __le__(self, other: Self, /) -> bool: ...
    def __gt__(self, other: Self, /) -> bool: ...
    def __ge__(self, other: Self, /) -> bool: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class VerdictDetail:
    """A verdict on an action, with the reason for it."""
    @property
    def verdict(self) -> str:
        """Auto_approved, flagged, held or blocked."""
    @property
    def reason(self) -> str | None:
        """Why, in one sentence; None when approved."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class VerificationConfig:
    """From which share of a limit on actions are flagged and held."""
    def __new__(cls, flag_threshold: float = 0.8, hold_threshold: float = 0.95, fail_open_on_hold: bool = False) -> Self: ...
    @property
    def flag_threshold(self) -> float:
        """Share of a limit from which an action is flagged: 0 to 1, below hold_threshold."""
    @property
    def hold_threshold(self) -> float:
        """Share of a limit from which an action is held: 0 to 1."""
    @property
    def fail_open_on_hold(self) -> bool:
        """Whether what cannot be held for want of somebody to ask is let through."""
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
class VerificationResult:
    """What the verification of a capability found."""
    @property
    def variant(self) -> str:
        """Auto_approved, flagged, held or blocked."""
    @property
    def capability(self) -> str:
        """What was verified."""
    @property
    def reason(self) -> str:
        """Why it came out so."""
    @staticmethod
    def auto_approved(capability: str, reason: str) -> VerificationResult:
        """It is allowed."""
    @staticmethod
    def flagged(capability: str, reason: str) -> VerificationResult:
        """It is allowed, and somebody should look at it."""
    @staticmethod
    def held(capability: str, reason: str) -> VerificationResult:
        """It waits for somebody's approval."""
    @staticmethod
    def blocked(capability: str, reason: str) -> VerificationResult:
        """It is refused."""
    def is_allowed(self, /) -> bool:
        """Whether it may take place: auto_approved or flagged."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

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
    def list(self, /) -> builtins.list[str]:
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
class DataFrame:
    """A table with named columns, as the library sees what pandas, polars or pyarrow hold."""
    @property
    def names(self) -> list[str]:
        """Names of the columns."""
    @property
    def columns(self) -> list[Any]:
        """The columns: an array of numbers, or a list of other values, each."""
    @property
    def matrix(self) -> NDArray[Any] | None:
        """All numbers as one array of two dimensions, when there is nothing else."""
    @property
    def rows(self) -> int:
        """Number of rows."""

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
class SparseMatrix:
    """A matrix of which only the numbers that are not 0 are kept, in compressed rows."""
    def __new__(cls, data: Any, indices: Any, indptr: Any, shape: list[int]) -> Self: ...
    @property
    def data(self) -> NDArray[Any]:
        """The numbers, row by row."""
    @property
    def indices(self) -> NDArray[Any]:
        """The column of each number."""
    @property
    def indptr(self) -> NDArray[Any]:
        """Where each row begins, and behind the last."""
    @property
    def shape(self) -> tuple[Any, ...]:
        """Rows and columns."""
    @property
    def nnz(self) -> int:
        """How many numbers it keeps."""
    def toarray(self, /) -> NDArray[Any]:
        """All numbers, those that are 0 too, as an array of two dimensions."""

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
class _TenantScope:
    """What with_tenant() returns: a context manager that gives an interceptor."""
    def __enter__(self, /) -> QueryInterceptor:
        """The interceptor of the tenant."""
    def __exit__(self, exc_type: Any = None, exc_value: Any = None, traceback: Any = None, /) -> bool: ...

@final
class AggregateOp:
    """What is computed of many values: count, sum, avg, min or max."""
    @staticmethod
    def count() -> AggregateOp:
        """How many rows there are (*), or how many have a value."""
    @staticmethod
    def sum() -> AggregateOp:
        """The sum."""
    @staticmethod
    def avg() -> AggregateOp:
        """The mean, a float."""
    @staticmethod
    def min() -> AggregateOp:
        """The least value."""
    @staticmethod
    def max() -> AggregateOp:
        """The greatest value."""
    def __str__(self, /) -> str:
        """As repr()."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class AggregateSpec:
    """One value that is computed of many rows."""
    def __new__(cls, op: AggregateOp, field: str, alias: str | None = None) -> Self: ...
    @property
    def op(self) -> AggregateOp:
        """What is computed."""
    @property
    def field(self) -> str:
        """Of which field; "*" counts rows."""
    @property
    def alias(self) -> str | None:
        """Name in the result; None = "sum_age" and the like."""
    @staticmethod
    def from_dict(dict: dict[str, Any]) -> AggregateSpec:
        """The same from a dict; other keys are ignored."""
    def __str__(self, /) -> str:
        """As repr()."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class CacheStats:
    """How a cache of queries fares. A snapshot."""
    def __new__(cls, hits: int, misses: int, evictions: int, entries: int, hit_rate: float) -> Self: ...
    @property
    def hits(self) -> int:
        """Look-ups that found an entry."""
    @property
    def misses(self) -> int:
        """Look-ups that found none."""
    @property
    def evictions(self) -> int:
        """Entries that made room for others."""
    @property
    def entries(self) -> int:
        """Entries there are now."""
    @property
    def hit_rate(self) -> float:
        """Hits as a share of all look-ups, 0.0 when there was none."""
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
class CheckoutGuard:
    """A checkout for the length of a with-block."""
    def __new__(cls, detector: LeakDetector, location: str) -> Self: ...
    def __enter__(self, /) -> Any:
        """Something is taken."""
    def __exit__(self, exc_type: Any = None, exc_value: Any = None, traceback: Any = None, /) -> None: ...

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
        """General Data Protection Regulation of the European Union"""
    @staticmethod
    def ccpa() -> ComplianceTag:
        """California Consumer Privacy Act"""
    @staticmethod
    def hipaa() -> ComplianceTag:
        """Health Insurance Portability and Accountability Act"""
    @staticmethod
    def soc2() -> ComplianceTag:
        """System and Organization Controls 2"""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class CrossFieldRule:
    """How two fields of a record relate. For a ValidationLayer, or to be used alone."""
    def __new__(cls, field_a: str, field_b: str, comparison: Literal["lt", "lte", "gt", "gte", "eq", "neq"], message: str) -> Self: ...
    @property
    def field_a(self) -> str:
        """The field on the left."""
    @property
    def field_b(self) -> str:
        """The field on the right."""
    @property
    def comparison(self) -> str:
        """How they must relate; lt, lte, gt and gte compare two numbers or two texts."""
    @property
    def message(self) -> str:
        """Told when they do not."""
    def validate(self, /, data: dict[str, Any]) -> FieldValidationError | None:
        """None when the record fits, or has no value in one of the fields; else what is wrong,
        told of the field on the left.
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
        """for everybody; level 0"""
    @staticmethod
    def internal() -> DataClassification:
        """for the house; level 1"""
    @staticmethod
    def sensitive() -> DataClassification:
        """for those who need it; level 2"""
    @staticmethod
    def pii() -> DataClassification:
        """tells who somebody is; level 3"""
    @staticmethod
    def gdpr() -> DataClassification:
        """personal data under the GDPR; level 4"""
    @staticmethod
    def highly_confidential() -> DataClassification:
        """for very few; level 5"""
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
    def stream(self, /, sql: str, params: list[Any] | None = None, batch_size: int = 1000) -> RowStream:
        """Begins a statement and gives its rows some at a time, so that a result of any length
        passes through little memory. As execute_raw(), it is not confined to a tenant, and
        nothing in it is masked.
        """
    def stream_keyset(self, /, sql: str, *, key_column: str, params: list[Any] | None = None, batch_size: int = 1000) -> RowStream:
        """The same with the rows in ascending order of a column. RuntimeError when key_column is
        no identifier.
        """
    @property
    def express(self) -> DataFlowExpress:
        """Rows by one call each: a new object on the same connections and models."""
    def transaction(self, /) -> DataFlowTransaction:
        """Begin a transaction, on a connection of its own."""
    def transaction_with_tenant(self, /, tenant_id: str) -> DataFlowTransaction:
        """The same, all of whose calls are for one tenant."""
    def register_nodes(self, /, registry: NodeRegistry) -> None:
        """Adds eleven node types for each model: CreateUser, ReadUser, UpdateUser, DeleteUser,
        ListUser, CountUser, UpsertUser, BulkCreateUser ..., also by the names UserCreateNode
        and so on. Rows of a multi-tenant model need __tenant_id__ among the inputs of the
        workflow.
        """
    def query_cache_stats(self, /) -> CacheStats:
        """How the query cache fares; all zero when enable_query_cache is off."""
    def clear_query_cache(self, /) -> None:
        """Forgets the results that the query cache holds."""
    def enforce_retention(self, /, model_name: str, policy: ModelRetentionPolicy, timestamp_column: str = 'created_at', dry_run: bool = False, *, tenant_id: str | None = None) -> dict[str, Any]:
        """Removes the rows of a model that are too old or too many, for good and in one
        transaction: {"deleted": rows that left the table, "archived": how many of them were
        copied before}. Soft-deleted rows count as any other; rows under a legal hold, without a
        timestamp, of another tenant or above the caller's clearance stay.
        """
    def add_legal_hold(self, /, model_name: str, hold: LegalHold) -> None:
        """Keeps enforce_retention() from the rows of a model whose integer primary key lies from
        start_seq to end_seq. Holds are kept by this object, not by the database: add them again
        after a restart. ValueError when the model has a hold of that id.
        """
    def release_legal_hold(self, /, model_name: str, hold_id: str) -> bool:
        """Ends a hold; whether there was one."""
    def legal_holds(self, /, model_name: str) -> list[LegalHold]:
        """The holds of a model, in the order they came."""
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

@final
class DataFlowEngine:
    """A database whose records are checked, whose statements are counted, and whose slow
    statements are logged (logger kailash.dataflow, level WARNING; values that stand in a text
    are left out). Threads may share it.
    """
    def __new__(cls, database_url: str, slow_query_threshold_ms: int = 1000, *, auto_migrate: bool = False) -> Self: ...
    @staticmethod
    def builder(database_url: str) -> DataFlowEngineBuilder:
        """Settings to chain, ended by build(). Nothing connects before that."""
    @property
    def dataflow(self) -> DataFlow:
        """The database itself: transactions, streams, migrations, workflow nodes. What is written
        through it passes the same rules, and its statements are counted likewise.
        """
    @property
    def express(self) -> DataFlowExpress:
        """Rows by one call each."""
    @property
    def validation(self) -> ValidationLayer | None:
        """The rules that records pass before they are written, by create, update, upsert, the bulk
        calls, in transactions and by workflow nodes; a violation is a DataFlowValidationError
        and nothing is written. Of an update the given fields alone are checked. None unless the
        builder was told enable_validation().
        """
    @property
    def query_engine(self) -> QueryEngine:
        """How often each statement ran, and how long it took. Texts count by their first 2,000
        bytes.
        """
    @property
    def has_validation(self) -> bool:
        """Whether records pass rules."""
    @property
    def has_classification(self) -> bool:
        """Whether a threshold of masking was set."""
    def register_model(self, /, model: ModelDefinition) -> None:
        """Checks a model and adds it; with auto_migrate its table is made too."""
    def create_tables(self, /) -> None:
        """Makes the tables of all models unless they are there."""
    def health_check(self, /) -> bool:
        """Whether the database answers."""
    def close(self, /) -> None:
        """Closes all connections. May be called again."""

@final
class DataFlowEngineBuilder:
    """The settings of a DataFlowEngine, one by one."""
    def __new__(cls, database_url: str) -> Self: ...
    def enable_validation(self, /) -> DataFlowEngineBuilder:
        """The engine gets a ValidationLayer, empty at first. The builder itself."""
    def enable_classification(self, /, mask_threshold: DataClassification | None = None, audit_access: bool = False) -> DataFlowEngineBuilder:
        """From which classification on fields are masked, and whether access is audited. The
        builder itself.
        """
    def slow_query_threshold_ms(self, /, ms: int) -> DataFlowEngineBuilder:
        """Which statements are slow. The builder itself."""
    def classification_migration_window(self, /, window: ClassificationMigrationWindow) -> DataFlowEngineBuilder:
        """Discloses undeclared fields of some models. The builder itself."""
    def auto_migrate(self, /, enabled: bool = True) -> DataFlowEngineBuilder:
        """Whether tables are made. The builder itself."""
    def build(self, /) -> DataFlowEngine:
        """Connects; the engine."""

@final
class DataFlowExpress:
    """Rows of registered models by one call each, for scripts and services."""
    def __new__(cls, database_url: str, auto_migrate: bool = True) -> Self: ...
    def create(self, /, model_name: str, data: dict[str, Any]) -> dict[str, Any]:
        """Inserts a row; gives all of it as it was stored."""
    def create_async(self, /, model_name: str, data: dict[str, Any]) -> DataFlowFuture:
        """Inserts a row; gives all of it as it was stored. Awaitable: it runs on another thread."""
    def create_with_tenant(self, /, model_name: str, data: dict[str, Any], tenant_id: str) -> dict[str, Any]:
        """Inserts a row; gives all of it as it was stored. For one tenant."""
    def create_with_tenant_async(self, /, model_name: str, data: dict[str, Any], tenant_id: str) -> DataFlowFuture:
        """Inserts a row; gives all of it as it was stored. For one tenant. Awaitable: it runs on
        another thread.
        """
    def read(self, /, model_name: str, id: Any, include_deleted: bool = False) -> dict[str, Any] | None:
        """The row of a key, or None."""
    def read_async(self, /, model_name: str, id: Any, include_deleted: bool = False) -> DataFlowFuture:
        """The row of a key, or None. Awaitable: it runs on another thread."""
    def read_with_tenant(self, /, model_name: str, id: Any, tenant_id: str, include_deleted: bool = False) -> dict[str, Any] | None:
        """The row of a key, or None. For one tenant."""
    def read_with_tenant_async(self, /, model_name: str, id: Any, tenant_id: str, include_deleted: bool = False) -> DataFlowFuture:
        """The row of a key, or None. For one tenant. Awaitable: it runs on another thread."""
    def list(self, /, model_name: str, filters: builtins.list[FilterCondition] | None = None, order_by: str | None = None, order_dir: str | None = None, limit: int | None = None, offset: int | None = None, include_deleted: bool = False) -> builtins.list[dict[str, Any]]:
        """The rows that meet all conditions."""
    def list_async(self, /, model_name: str, filters: builtins.list[FilterCondition] | None = None, order_by: str | None = None, order_dir: str | None = None, limit: int | None = None, offset: int | None = None, include_deleted: bool = False) -> DataFlowFuture:
        """The rows that meet all conditions. Awaitable: it runs on another thread."""
    def list_with_tenant(self, /, model_name: str, tenant_id: str, filters: builtins.list[FilterCondition] | None = None, order_by: str | None = None, order_dir: str | None = None, limit: int | None = None, offset: int | None = None, include_deleted: bool = False) -> builtins.list[dict[str, Any]]:
        """The rows that meet all conditions. For one tenant."""
    def list_with_tenant_async(self, /, model_name: str, tenant_id: str, filters: builtins.list[FilterCondition] | None = None, order_by: str | None = None, order_dir: str | None = None, limit: int | None = None, offset: int | None = None, include_deleted: bool = False) -> DataFlowFuture:
        """The rows that meet all conditions. For one tenant. Awaitable: it runs on another thread."""
    def count(self, /, model_name: str, filters: builtins.list[FilterCondition] | None = None, include_deleted: bool = False) -> int:
        """How many rows meet all conditions."""
    def count_async(self, /, model_name: str, filters: builtins.list[FilterCondition] | None = None, include_deleted: bool = False) -> DataFlowFuture:
        """How many rows meet all conditions. Awaitable: it runs on another thread."""
    def count_with_tenant(self, /, model_name: str, tenant_id: str, filters: builtins.list[FilterCondition] | None = None, include_deleted: bool = False) -> int:
        """How many rows meet all conditions. For one tenant."""
    def count_with_tenant_async(self, /, model_name: str, tenant_id: str, filters: builtins.list[FilterCondition] | None = None, include_deleted: bool = False) -> DataFlowFuture:
        """How many rows meet all conditions. For one tenant. Awaitable: it runs on another thread."""
    def update(self, /, model_name: str, id: Any, data: dict[str, Any]) -> dict[str, Any]:
        """Changes some fields of a row; gives all of it. RuntimeError when there is none."""
    def update_async(self, /, model_name: str, id: Any, data: dict[str, Any]) -> DataFlowFuture:
        """Changes some fields of a row; gives all of it. RuntimeError when there is none.
        Awaitable: it runs on another thread.
        """
    def update_with_tenant(self, /, model_name: str, id: Any, data: dict[str, Any], tenant_id: str) -> dict[str, Any]:
        """Changes some fields of a row; gives all of it. RuntimeError when there is none. For one
        tenant.
        """
    def update_with_tenant_async(self, /, model_name: str, id: Any, data: dict[str, Any], tenant_id: str) -> DataFlowFuture:
        """Changes some fields of a row; gives all of it. RuntimeError when there is none. For one
        tenant. Awaitable: it runs on another thread.
        """
    def delete(self, /, model_name: str, id: Any) -> bool:
        """Deletes a row, softly where the model says so; whether there was one."""
    def delete_async(self, /, model_name: str, id: Any) -> DataFlowFuture:
        """Deletes a row, softly where the model says so; whether there was one. Awaitable: it runs
        on another thread.
        """
    def delete_with_tenant(self, /, model_name: str, id: Any, tenant_id: str) -> bool:
        """Deletes a row, softly where the model says so; whether there was one. For one tenant."""
    def delete_with_tenant_async(self, /, model_name: str, id: Any, tenant_id: str) -> DataFlowFuture:
        """Deletes a row, softly where the model says so; whether there was one. For one tenant.
        Awaitable: it runs on another thread.
        """
    def upsert(self, /, model_name: str, data: dict[str, Any]) -> dict[str, Any]:
        """Inserts a row, or changes the given fields of the one that has its key."""
    def upsert_async(self, /, model_name: str, data: dict[str, Any]) -> DataFlowFuture:
        """Inserts a row, or changes the given fields of the one that has its key. Awaitable: it
        runs on another thread.
        """
    def upsert_with_tenant(self, /, model_name: str, data: dict[str, Any], tenant_id: str) -> dict[str, Any]:
        """Inserts a row, or changes the given fields of the one that has its key. For one tenant."""
    def upsert_with_tenant_async(self, /, model_name: str, data: dict[str, Any], tenant_id: str) -> DataFlowFuture:
        """Inserts a row, or changes the given fields of the one that has its key. For one tenant.
        Awaitable: it runs on another thread.
        """
    def restore(self, /, model_name: str, id: Any) -> bool:
        """Takes a soft deletion back; whether the row was deleted."""
    def restore_async(self, /, model_name: str, id: Any) -> DataFlowFuture:
        """Takes a soft deletion back; whether the row was deleted. Awaitable: it runs on another
        thread.
        """
    def restore_with_tenant(self, /, model_name: str, id: Any, tenant_id: str) -> bool:
        """Takes a soft deletion back; whether the row was deleted. For one tenant."""
    def restore_with_tenant_async(self, /, model_name: str, id: Any, tenant_id: str) -> DataFlowFuture:
        """Takes a soft deletion back; whether the row was deleted. For one tenant. Awaitable: it
        runs on another thread.
        """
    def bulk_create(self, /, model_name: str, items: builtins.list[dict[str, Any]]) -> builtins.list[dict[str, Any]]:
        """Inserts rows, all or none; gives them in the order of the items."""
    def bulk_create_async(self, /, model_name: str, items: builtins.list[dict[str, Any]]) -> DataFlowFuture:
        """Inserts rows, all or none; gives them in the order of the items. Awaitable: it runs on
        another thread.
        """
    def bulk_create_with_tenant(self, /, model_name: str, items: builtins.list[dict[str, Any]], tenant_id: str) -> builtins.list[dict[str, Any]]:
        """Inserts rows, all or none; gives them in the order of the items. For one tenant."""
    def bulk_create_with_tenant_async(self, /, model_name: str, items: builtins.list[dict[str, Any]], tenant_id: str) -> DataFlowFuture:
        """Inserts rows, all or none; gives them in the order of the items. For one tenant.
        Awaitable: it runs on another thread.
        """
    def bulk_update(self, /, model_name: str, filter: builtins.list[FilterCondition] | None = None, updates: dict[str, Any] | None = None) -> dict[str, Any]:
        """Changes fields of all rows that meet the conditions."""
    def bulk_update_async(self, /, model_name: str, filter: builtins.list[FilterCondition] | None = None, updates: dict[str, Any] | None = None) -> DataFlowFuture:
        """Changes fields of all rows that meet the conditions. Awaitable: it runs on another
        thread.
        """
    def bulk_update_with_tenant(self, /, model_name: str, tenant_id: str, filter: builtins.list[FilterCondition] | None = None, updates: dict[str, Any] | None = None) -> dict[str, Any]:
        """Changes fields of all rows that meet the conditions. For one tenant."""
    def bulk_update_with_tenant_async(self, /, model_name: str, tenant_id: str, filter: builtins.list[FilterCondition] | None = None, updates: dict[str, Any] | None = None) -> DataFlowFuture:
        """Changes fields of all rows that meet the conditions. For one tenant. Awaitable: it runs
        on another thread.
        """
    def bulk_delete(self, /, model_name: str, filter: builtins.list[FilterCondition]) -> dict[str, Any]:
        """Deletes the rows that meet the conditions."""
    def bulk_delete_async(self, /, model_name: str, filter: builtins.list[FilterCondition]) -> DataFlowFuture:
        """Deletes the rows that meet the conditions. Awaitable: it runs on another thread."""
    def bulk_delete_with_tenant(self, /, model_name: str, tenant_id: str, filter: builtins.list[FilterCondition]) -> dict[str, Any]:
        """Deletes the rows that meet the conditions. For one tenant."""
    def bulk_delete_with_tenant_async(self, /, model_name: str, tenant_id: str, filter: builtins.list[FilterCondition]) -> DataFlowFuture:
        """Deletes the rows that meet the conditions. For one tenant. Awaitable: it runs on another
        thread.
        """
    def bulk_upsert(self, /, model_name: str, records: builtins.list[dict[str, Any]], conflict_columns: builtins.list[str] | None = None) -> dict[str, Any]:
        """upsert() for many rows, all or none; gives what was attempted and succeeded."""
    def bulk_upsert_async(self, /, model_name: str, records: builtins.list[dict[str, Any]], conflict_columns: builtins.list[str] | None = None) -> DataFlowFuture:
        """upsert() for many rows, all or none; gives what was attempted and succeeded. Awaitable:
        it runs on another thread.
        """
    def bulk_upsert_with_tenant(self, /, model_name: str, records: builtins.list[dict[str, Any]], tenant_id: str, conflict_columns: builtins.list[str] | None = None) -> dict[str, Any]:
        """upsert() for many rows, all or none; gives what was attempted and succeeded. For one
        tenant.
        """
    def bulk_upsert_with_tenant_async(self, /, model_name: str, records: builtins.list[dict[str, Any]], tenant_id: str, conflict_columns: builtins.list[str] | None = None) -> DataFlowFuture:
        """upsert() for many rows, all or none; gives what was attempted and succeeded. For one
        tenant. Awaitable: it runs on another thread.
        """
    def count_by(self, /, model_name: str, group_by: str, filters: builtins.list[FilterCondition] | None = None) -> builtins.list[dict[str, Any]]:
        """How many rows each group has: [{group_by, "count"}]."""
    def count_by_async(self, /, model_name: str, group_by: str, filters: builtins.list[FilterCondition] | None = None) -> DataFlowFuture:
        """How many rows each group has: [{group_by, "count"}]. Awaitable: it runs on another
        thread.
        """
    def count_by_with_tenant(self, /, model_name: str, group_by: str, tenant_id: str, filters: builtins.list[FilterCondition] | None = None) -> builtins.list[dict[str, Any]]:
        """How many rows each group has: [{group_by, "count"}]. For one tenant."""
    def count_by_with_tenant_async(self, /, model_name: str, group_by: str, tenant_id: str, filters: builtins.list[FilterCondition] | None = None) -> DataFlowFuture:
        """How many rows each group has: [{group_by, "count"}]. For one tenant. Awaitable: it runs
        on another thread.
        """
    def sum_by(self, /, model_name: str, field: str, group_by: str, filters: builtins.list[FilterCondition] | None = None) -> builtins.list[dict[str, Any]]:
        """The sum of a field in each group: [{group_by, "sum"}]."""
    def sum_by_async(self, /, model_name: str, field: str, group_by: str, filters: builtins.list[FilterCondition] | None = None) -> DataFlowFuture:
        """The sum of a field in each group: [{group_by, "sum"}]. Awaitable: it runs on another
        thread.
        """
    def sum_by_with_tenant(self, /, model_name: str, field: str, group_by: str, tenant_id: str, filters: builtins.list[FilterCondition] | None = None) -> builtins.list[dict[str, Any]]:
        """The sum of a field in each group: [{group_by, "sum"}]. For one tenant."""
    def sum_by_with_tenant_async(self, /, model_name: str, field: str, group_by: str, tenant_id: str, filters: builtins.list[FilterCondition] | None = None) -> DataFlowFuture:
        """The sum of a field in each group: [{group_by, "sum"}]. For one tenant. Awaitable: it
        runs on another thread.
        """
    def aggregate(self, /, model_name: str, specs: builtins.list[AggregateSpec], group_by: builtins.list[str], filters: builtins.list[FilterCondition] | None = None) -> builtins.list[dict[str, Any]]:
        """Several values computed of each group."""
    def aggregate_async(self, /, model_name: str, specs: builtins.list[AggregateSpec], group_by: builtins.list[str], filters: builtins.list[FilterCondition] | None = None) -> DataFlowFuture:
        """Several values computed of each group. Awaitable: it runs on another thread."""
    def aggregate_with_tenant(self, /, model_name: str, specs: builtins.list[AggregateSpec], group_by: builtins.list[str], tenant_id: str, filters: builtins.list[FilterCondition] | None = None) -> builtins.list[dict[str, Any]]:
        """Several values computed of each group. For one tenant."""
    def aggregate_with_tenant_async(self, /, model_name: str, specs: builtins.list[AggregateSpec], group_by: builtins.list[str], tenant_id: str, filters: builtins.list[FilterCondition] | None = None) -> DataFlowFuture:
        """Several values computed of each group. For one tenant. Awaitable: it runs on another
        thread.
        """
    def create_scoped(self, /, model_name: str, data: dict[str, Any], validate: bool, scope: WriteScope) -> dict[str, Any]:
        """Inserts a row; gives all of it as it was stored. The tenant and the level are those of a
        scope.
        """
    def create_scoped_async(self, /, model_name: str, data: dict[str, Any], validate: bool, scope: WriteScope) -> DataFlowFuture:
        """Inserts a row; gives all of it as it was stored. The tenant and the level are those of a
        scope. Awaitable: it runs on another thread.
        """
    def update_scoped(self, /, model_name: str, id: Any, data: dict[str, Any], scope: WriteScope) -> dict[str, Any]:
        """Changes some fields of a row; gives all of it. RuntimeError when there is none. The
        tenant and the level are those of a scope.
        """
    def update_scoped_async(self, /, model_name: str, id: Any, data: dict[str, Any], scope: WriteScope) -> DataFlowFuture:
        """Changes some fields of a row; gives all of it. RuntimeError when there is none. The
        tenant and the level are those of a scope. Awaitable: it runs on another thread.
        """
    def upsert_scoped(self, /, model_name: str, data: dict[str, Any], scope: WriteScope) -> dict[str, Any]:
        """Inserts a row, or changes the given fields of the one that has its key. The tenant and
        the level are those of a scope.
        """
    def upsert_scoped_async(self, /, model_name: str, data: dict[str, Any], scope: WriteScope) -> DataFlowFuture:
        """Inserts a row, or changes the given fields of the one that has its key. The tenant and
        the level are those of a scope. Awaitable: it runs on another thread.
        """
    def bulk_create_scoped(self, /, model_name: str, items: builtins.list[dict[str, Any]], scope: WriteScope) -> builtins.list[dict[str, Any]]:
        """Inserts rows, all or none; gives them in the order of the items. The tenant and the
        level are those of a scope.
        """
    def bulk_create_scoped_async(self, /, model_name: str, items: builtins.list[dict[str, Any]], scope: WriteScope) -> DataFlowFuture:
        """Inserts rows, all or none; gives them in the order of the items. The tenant and the
        level are those of a scope. Awaitable: it runs on another thread.
        """
    def bulk_upsert_scoped(self, /, model_name: str, records: builtins.list[dict[str, Any]], conflict_columns: builtins.list[str] | None = None, *, scope: WriteScope) -> dict[str, Any]:
        """upsert() for many rows, all or none; gives what was attempted and succeeded. The tenant
        and the level are those of a scope.
        """
    def bulk_upsert_scoped_async(self, /, model_name: str, records: builtins.list[dict[str, Any]], conflict_columns: builtins.list[str] | None = None, *, scope: WriteScope) -> DataFlowFuture:
        """upsert() for many rows, all or none; gives what was attempted and succeeded. The tenant
        and the level are those of a scope. Awaitable: it runs on another thread.
        """
    def read_required_fields(self, /, model_name: str, id: Any, required_fields: builtins.list[str], *, tenant_id: str | None = None, include_deleted: bool = False) -> dict[str, Any] | None:
        """As read(), but RequiredFieldUnavailableError when the caller cannot have the value of
        one of the required fields.
        """
    def read_required_fields_async(self, /, model_name: str, id: Any, required_fields: builtins.list[str], *, tenant_id: str | None = None, include_deleted: bool = False) -> DataFlowFuture:
        """As read(), but RequiredFieldUnavailableError when the caller cannot have the value of
        one of the required fields. Awaitable: it runs on another thread.
        """
    def register_model(self, /, model: ModelDefinition) -> None:
        """Make a model known; its table is made when it is missing and auto_migrate is on."""
    def create_tables(self, /) -> None:
        """Make the tables of all models that have none."""
    def execute_raw(self, /, sql: str, params: builtins.list[Any] | None = None) -> builtins.list[dict[str, Any]]:
        """Run SQL as it is: neither scoped to a tenant nor masked."""
    def execute_raw_blocking(self, /, sql: str, params: builtins.list[Any] | None = None) -> builtins.list[dict[str, Any]]:
        """As execute_raw()."""
    def close(self, /) -> None:
        """Close all connections."""
    @staticmethod
    def from_config(config: DataFlowConfig) -> DataFlowExpress:
        """An Express with these settings."""
    def transaction(self, /) -> DataFlowTransaction:
        """Begin a transaction."""

@final
class DataFlowExpressSync:
    """As DataFlowExpress, for code without asyncio: its transactions are plain."""
    def __new__(cls, database_url: str, auto_migrate: bool = True) -> Self: ...
    def create(self, /, model_name: str, data: dict[str, Any]) -> dict[str, Any]:
        """Inserts a row; gives all of it as it was stored."""
    def create_async(self, /, model_name: str, data: dict[str, Any]) -> DataFlowFuture:
        """Inserts a row; gives all of it as it was stored. Awaitable: it runs on another thread."""
    def create_with_tenant(self, /, model_name: str, data: dict[str, Any], tenant_id: str) -> dict[str, Any]:
        """Inserts a row; gives all of it as it was stored. For one tenant."""
    def create_with_tenant_async(self, /, model_name: str, data: dict[str, Any], tenant_id: str) -> DataFlowFuture:
        """Inserts a row; gives all of it as it was stored. For one tenant. Awaitable: it runs on
        another thread.
        """
    def read(self, /, model_name: str, id: Any, include_deleted: bool = False) -> dict[str, Any] | None:
        """The row of a key, or None."""
    def read_async(self, /, model_name: str, id: Any, include_deleted: bool = False) -> DataFlowFuture:
        """The row of a key, or None. Awaitable: it runs on another thread."""
    def read_with_tenant(self, /, model_name: str, id: Any, tenant_id: str, include_deleted: bool = False) -> dict[str, Any] | None:
        """The row of a key, or None. For one tenant."""
    def read_with_tenant_async(self, /, model_name: str, id: Any, tenant_id: str, include_deleted: bool = False) -> DataFlowFuture:
        """The row of a key, or None. For one tenant. Awaitable: it runs on another thread."""
    def list(self, /, model_name: str, filters: builtins.list[FilterCondition] | None = None, order_by: str | None = None, order_dir: str | None = None, limit: int | None = None, offset: int | None = None, include_deleted: bool = False) -> builtins.list[dict[str, Any]]:
        """The rows that meet all conditions."""
    def list_async(self, /, model_name: str, filters: builtins.list[FilterCondition] | None = None, order_by: str | None = None, order_dir: str | None = None, limit: int | None = None, offset: int | None = None, include_deleted: bool = False) -> DataFlowFuture:
        """The rows that meet all conditions. Awaitable: it runs on another thread."""
    def list_with_tenant(self, /, model_name: str, tenant_id: str, filters: builtins.list[FilterCondition] | None = None, order_by: str | None = None, order_dir: str | None = None, limit: int | None = None, offset: int | None = None, include_deleted: bool = False) -> builtins.list[dict[str, Any]]:
        """The rows that meet all conditions. For one tenant."""
    def list_with_tenant_async(self, /, model_name: str, tenant_id: str, filters: builtins.list[FilterCondition] | None = None, order_by: str | None = None, order_dir: str | None = None, limit: int | None = None, offset: int | None = None, include_deleted: bool = False) -> DataFlowFuture:
        """The rows that meet all conditions. For one tenant. Awaitable: it runs on another thread."""
    def count(self, /, model_name: str, filters: builtins.list[FilterCondition] | None = None, include_deleted: bool = False) -> int:
        """How many rows meet all conditions."""
    def count_async(self, /, model_name: str, filters: builtins.list[FilterCondition] | None = None, include_deleted: bool = False) -> DataFlowFuture:
        """How many rows meet all conditions. Awaitable: it runs on another thread."""
    def count_with_tenant(self, /, model_name: str, tenant_id: str, filters: builtins.list[FilterCondition] | None = None, include_deleted: bool = False) -> int:
        """How many rows meet all conditions. For one tenant."""
    def count_with_tenant_async(self, /, model_name: str, tenant_id: str, filters: builtins.list[FilterCondition] | None = None, include_deleted: bool = False) -> DataFlowFuture:
        """How many rows meet all conditions. For one tenant. Awaitable: it runs on another thread."""
    def update(self, /, model_name: str, id: Any, data: dict[str, Any]) -> dict[str, Any]:
        """Changes some fields of a row; gives all of it. RuntimeError when there is none."""
    def update_async(self, /, model_name: str, id: Any, data: dict[str, Any]) -> DataFlowFuture:
        """Changes some fields of a row; gives all of it. RuntimeError when there is none.
        Awaitable: it runs on another thread.
        """
    def update_with_tenant(self, /, model_name: str, id: Any, data: dict[str, Any], tenant_id: str) -> dict[str, Any]:
        """Changes some fields of a row; gives all of it. RuntimeError when there is none. For one
        tenant.
        """
    def update_with_tenant_async(self, /, model_name: str, id: Any, data: dict[str, Any], tenant_id: str) -> DataFlowFuture:
        """Changes some fields of a row; gives all of it. RuntimeError when there is none. For one
        tenant. Awaitable: it runs on another thread.
        """
    def delete(self, /, model_name: str, id: Any) -> bool:
        """Deletes a row, softly where the model says so; whether there was one."""
    def delete_async(self, /, model_name: str, id: Any) -> DataFlowFuture:
        """Deletes a row, softly where the model says so; whether there was one. Awaitable: it runs
        on another thread.
        """
    def delete_with_tenant(self, /, model_name: str, id: Any, tenant_id: str) -> bool:
        """Deletes a row, softly where the model says so; whether there was one. For one tenant."""
    def delete_with_tenant_async(self, /, model_name: str, id: Any, tenant_id: str) -> DataFlowFuture:
        """Deletes a row, softly where the model says so; whether there was one. For one tenant.
        Awaitable: it runs on another thread.
        """
    def upsert(self, /, model_name: str, data: dict[str, Any]) -> dict[str, Any]:
        """Inserts a row, or changes the given fields of the one that has its key."""
    def upsert_async(self, /, model_name: str, data: dict[str, Any]) -> DataFlowFuture:
        """Inserts a row, or changes the given fields of the one that has its key. Awaitable: it
        runs on another thread.
        """
    def upsert_with_tenant(self, /, model_name: str, data: dict[str, Any], tenant_id: str) -> dict[str, Any]:
        """Inserts a row, or changes the given fields of the one that has its key. For one tenant."""
    def upsert_with_tenant_async(self, /, model_name: str, data: dict[str, Any], tenant_id: str) -> DataFlowFuture:
        """Inserts a row, or changes the given fields of the one that has its key. For one tenant.
        Awaitable: it runs on another thread.
        """
    def restore(self, /, model_name: str, id: Any) -> bool:
        """Takes a soft deletion back; whether the row was deleted."""
    def restore_async(self, /, model_name: str, id: Any) -> DataFlowFuture:
        """Takes a soft deletion back; whether the row was deleted. Awaitable: it runs on another
        thread.
        """
    def restore_with_tenant(self, /, model_name: str, id: Any, tenant_id: str) -> bool:
        """Takes a soft deletion back; whether the row was deleted. For one tenant."""
    def restore_with_tenant_async(self, /, model_name: str, id: Any, tenant_id: str) -> DataFlowFuture:
        """Takes a soft deletion back; whether the row was deleted. For one tenant. Awaitable: it
        runs on another thread.
        """
    def bulk_create(self, /, model_name: str, items: builtins.list[dict[str, Any]]) -> builtins.list[dict[str, Any]]:
        """Inserts rows, all or none; gives them in the order of the items."""
    def bulk_create_async(self, /, model_name: str, items: builtins.list[dict[str, Any]]) -> DataFlowFuture:
        """Inserts rows, all or none; gives them in the order of the items. Awaitable: it runs on
        another thread.
        """
    def bulk_create_with_tenant(self, /, model_name: str, items: builtins.list[dict[str, Any]], tenant_id: str) -> builtins.list[dict[str, Any]]:
        """Inserts rows, all or none; gives them in the order of the items. For one tenant."""
    def bulk_create_with_tenant_async(self, /, model_name: str, items: builtins.list[dict[str, Any]], tenant_id: str) -> DataFlowFuture:
        """Inserts rows, all or none; gives them in the order of the items. For one tenant.
        Awaitable: it runs on another thread.
        """
    def bulk_update(self, /, model_name: str, filter: builtins.list[FilterCondition] | None = None, updates: dict[str, Any] | None = None) -> dict[str, Any]:
        """Changes fields of all rows that meet the conditions."""
    def bulk_update_async(self, /, model_name: str, filter: builtins.list[FilterCondition] | None = None, updates: dict[str, Any] | None = None) -> DataFlowFuture:
        """Changes fields of all rows that meet the conditions. Awaitable: it runs on another
        thread.
        """
    def bulk_update_with_tenant(self, /, model_name: str, tenant_id: str, filter: builtins.list[FilterCondition] | None = None, updates: dict[str, Any] | None = None) -> dict[str, Any]:
        """Changes fields of all rows that meet the conditions. For one tenant."""
    def bulk_update_with_tenant_async(self, /, model_name: str, tenant_id: str, filter: builtins.list[FilterCondition] | None = None, updates: dict[str, Any] | None = None) -> DataFlowFuture:
        """Changes fields of all rows that meet the conditions. For one tenant. Awaitable: it runs
        on another thread.
        """
    def bulk_delete(self, /, model_name: str, filter: builtins.list[FilterCondition]) -> dict[str, Any]:
        """Deletes the rows that meet the conditions."""
    def bulk_delete_async(self, /, model_name: str, filter: builtins.list[FilterCondition]) -> DataFlowFuture:
        """Deletes the rows that meet the conditions. Awaitable: it runs on another thread."""
    def bulk_delete_with_tenant(self, /, model_name: str, tenant_id: str, filter: builtins.list[FilterCondition]) -> dict[str, Any]:
        """Deletes the rows that meet the conditions. For one tenant."""
    def bulk_delete_with_tenant_async(self, /, model_name: str, tenant_id: str, filter: builtins.list[FilterCondition]) -> DataFlowFuture:
        """Deletes the rows that meet the conditions. For one tenant. Awaitable: it runs on another
        thread.
        """
    def bulk_upsert(self, /, model_name: str, records: builtins.list[dict[str, Any]], conflict_columns: builtins.list[str] | None = None) -> dict[str, Any]:
        """upsert() for many rows, all or none; gives what was attempted and succeeded."""
    def bulk_upsert_async(self, /, model_name: str, records: builtins.list[dict[str, Any]], conflict_columns: builtins.list[str] | None = None) -> DataFlowFuture:
        """upsert() for many rows, all or none; gives what was attempted and succeeded. Awaitable:
        it runs on another thread.
        """
    def bulk_upsert_with_tenant(self, /, model_name: str, records: builtins.list[dict[str, Any]], tenant_id: str, conflict_columns: builtins.list[str] | None = None) -> dict[str, Any]:
        """upsert() for many rows, all or none; gives what was attempted and succeeded. For one
        tenant.
        """
    def bulk_upsert_with_tenant_async(self, /, model_name: str, records: builtins.list[dict[str, Any]], tenant_id: str, conflict_columns: builtins.list[str] | None = None) -> DataFlowFuture:
        """upsert() for many rows, all or none; gives what was attempted and succeeded. For one
        tenant. Awaitable: it runs on another thread.
        """
    def count_by(self, /, model_name: str, group_by: str, filters: builtins.list[FilterCondition] | None = None) -> builtins.list[dict[str, Any]]:
        """How many rows each group has: [{group_by, "count"}]."""
    def count_by_async(self, /, model_name: str, group_by: str, filters: builtins.list[FilterCondition] | None = None) -> DataFlowFuture:
        """How many rows each group has: [{group_by, "count"}]. Awaitable: it runs on another
        thread.
        """
    def count_by_with_tenant(self, /, model_name: str, group_by: str, tenant_id: str, filters: builtins.list[FilterCondition] | None = None) -> builtins.list[dict[str, Any]]:
        """How many rows each group has: [{group_by, "count"}]. For one tenant."""
    def count_by_with_tenant_async(self, /, model_name: str, group_by: str, tenant_id: str, filters: builtins.list[FilterCondition] | None = None) -> DataFlowFuture:
        """How many rows each group has: [{group_by, "count"}]. For one tenant. Awaitable: it runs
        on another thread.
        """
    def sum_by(self, /, model_name: str, field: str, group_by: str, filters: builtins.list[FilterCondition] | None = None) -> builtins.list[dict[str, Any]]:
        """The sum of a field in each group: [{group_by, "sum"}]."""
    def sum_by_async(self, /, model_name: str, field: str, group_by: str, filters: builtins.list[FilterCondition] | None = None) -> DataFlowFuture:
        """The sum of a field in each group: [{group_by, "sum"}]. Awaitable: it runs on another
        thread.
        """
    def sum_by_with_tenant(self, /, model_name: str, field: str, group_by: str, tenant_id: str, filters: builtins.list[FilterCondition] | None = None) -> builtins.list[dict[str, Any]]:
        """The sum of a field in each group: [{group_by, "sum"}]. For one tenant."""
    def sum_by_with_tenant_async(self, /, model_name: str, field: str, group_by: str, tenant_id: str, filters: builtins.list[FilterCondition] | None = None) -> DataFlowFuture:
        """The sum of a field in each group: [{group_by, "sum"}]. For one tenant. Awaitable: it
        runs on another thread.
        """
    def aggregate(self, /, model_name: str, specs: builtins.list[AggregateSpec], group_by: builtins.list[str], filters: builtins.list[FilterCondition] | None = None) -> builtins.list[dict[str, Any]]:
        """Several values computed of each group."""
    def aggregate_async(self, /, model_name: str, specs: builtins.list[AggregateSpec], group_by: builtins.list[str], filters: builtins.list[FilterCondition] | None = None) -> DataFlowFuture:
        """Several values computed of each group. Awaitable: it runs on another thread."""
    def aggregate_with_tenant(self, /, model_name: str, specs: builtins.list[AggregateSpec], group_by: builtins.list[str], tenant_id: str, filters: builtins.list[FilterCondition] | None = None) -> builtins.list[dict[str, Any]]:
        """Several values computed of each group. For one tenant."""
    def aggregate_with_tenant_async(self, /, model_name: str, specs: builtins.list[AggregateSpec], group_by: builtins.list[str], tenant_id: str, filters: builtins.list[FilterCondition] | None = None) -> DataFlowFuture:
        """Several values computed of each group. For one tenant. Awaitable: it runs on another
        thread.
        """
    def create_scoped(self, /, model_name: str, data: dict[str, Any], validate: bool, scope: WriteScope) -> dict[str, Any]:
        """Inserts a row; gives all of it as it was stored. The tenant and the level are those of a
        scope.
        """
    def create_scoped_async(self, /, model_name: str, data: dict[str, Any], validate: bool, scope: WriteScope) -> DataFlowFuture:
        """Inserts a row; gives all of it as it was stored. The tenant and the level are those of a
        scope. Awaitable: it runs on another thread.
        """
    def update_scoped(self, /, model_name: str, id: Any, data: dict[str, Any], scope: WriteScope) -> dict[str, Any]:
        """Changes some fields of a row; gives all of it. RuntimeError when there is none. The
        tenant and the level are those of a scope.
        """
    def update_scoped_async(self, /, model_name: str, id: Any, data: dict[str, Any], scope: WriteScope) -> DataFlowFuture:
        """Changes some fields of a row; gives all of it. RuntimeError when there is none. The
        tenant and the level are those of a scope. Awaitable: it runs on another thread.
        """
    def upsert_scoped(self, /, model_name: str, data: dict[str, Any], scope: WriteScope) -> dict[str, Any]:
        """Inserts a row, or changes the given fields of the one that has its key. The tenant and
        the level are those of a scope.
        """
    def upsert_scoped_async(self, /, model_name: str, data: dict[str, Any], scope: WriteScope) -> DataFlowFuture:
        """Inserts a row, or changes the given fields of the one that has its key. The tenant and
        the level are those of a scope. Awaitable: it runs on another thread.
        """
    def bulk_create_scoped(self, /, model_name: str, items: builtins.list[dict[str, Any]], scope: WriteScope) -> builtins.list[dict[str, Any]]:
        """Inserts rows, all or none; gives them in the order of the items. The tenant and the
        level are those of a scope.
        """
    def bulk_create_scoped_async(self, /, model_name: str, items: builtins.list[dict[str, Any]], scope: WriteScope) -> DataFlowFuture:
        """Inserts rows, all or none; gives them in the order of the items. The tenant and the
        level are those of a scope. Awaitable: it runs on another thread.
        """
    def bulk_upsert_scoped(self, /, model_name: str, records: builtins.list[dict[str, Any]], conflict_columns: builtins.list[str] | None = None, *, scope: WriteScope) -> dict[str, Any]:
        """upsert() for many rows, all or none; gives what was attempted and succeeded. The tenant
        and the level are those of a scope.
        """
    def bulk_upsert_scoped_async(self, /, model_name: str, records: builtins.list[dict[str, Any]], conflict_columns: builtins.list[str] | None = None, *, scope: WriteScope) -> DataFlowFuture:
        """upsert() for many rows, all or none; gives what was attempted and succeeded. The tenant
        and the level are those of a scope. Awaitable: it runs on another thread.
        """
    def read_required_fields(self, /, model_name: str, id: Any, required_fields: builtins.list[str], *, tenant_id: str | None = None, include_deleted: bool = False) -> dict[str, Any] | None:
        """As read(), but RequiredFieldUnavailableError when the caller cannot have the value of
        one of the required fields.
        """
    def read_required_fields_async(self, /, model_name: str, id: Any, required_fields: builtins.list[str], *, tenant_id: str | None = None, include_deleted: bool = False) -> DataFlowFuture:
        """As read(), but RequiredFieldUnavailableError when the caller cannot have the value of
        one of the required fields. Awaitable: it runs on another thread.
        """
    def register_model(self, /, model: ModelDefinition) -> None:
        """Make a model known; its table is made when it is missing and auto_migrate is on."""
    def create_tables(self, /) -> None:
        """Make the tables of all models that have none."""
    def execute_raw(self, /, sql: str, params: builtins.list[Any] | None = None) -> builtins.list[dict[str, Any]]:
        """Run SQL as it is: neither scoped to a tenant nor masked."""
    def execute_raw_blocking(self, /, sql: str, params: builtins.list[Any] | None = None) -> builtins.list[dict[str, Any]]:
        """As execute_raw()."""
    def close(self, /) -> None:
        """Close all connections."""
    @staticmethod
    def from_config(config: DataFlowConfig) -> DataFlowExpressSync:
        """An Express with these settings."""
    def transaction(self, /) -> DataFlowTransactionSync:
        """Begin a transaction."""

@final
class DataFlowFuture:
    """The result of a call that runs on another thread. Awaitable."""
    def result(self, /, timeout: float | None = None) -> Any:
        """Waits for the result, and gives it or raises what the call raised."""
    def is_done(self, /) -> bool:
        """Whether the result is there."""
    def cancel(self, /) -> None:
        """Asks the statement to stop; what it has written is undone unless it was complete."""
    def __await__(self) -> Generator[Any, None, Any]: ...

@final
class DataFlowInspector:
    """What a live database holds. All methods are static."""
    @staticmethod
    def tables(dataflow: DataFlow) -> list[str]:
        """Names of the tables, sorted; in PostgreSQL those of the current schema."""
    @staticmethod
    def table_info(dataflow: DataFlow, table: str) -> dict[str, Any]:
        """{"name", "columns": [{"name", "data_type", "is_nullable", "is_primary_key",
        "default_value"}], "row_count"} as the database tells it. RuntimeError when there is no
        such table.
        """
    @staticmethod
    def indexes(dataflow: DataFlow, table: str) -> list[dict[str, Any]]:
        """[{"name", "table", "columns", "is_unique"}] by name, without that of the primary key; a
        column is None where an expression is indexed. [] when there is no such table.
        """
    @staticmethod
    def foreign_keys(dataflow: DataFlow, table: str) -> list[dict[str, Any]]:
        """[{"columns", "table", "references"}]: which columns lead to which of another table."""
    @staticmethod
    def row_count(dataflow: DataFlow, table: str) -> int:
        """How many rows a table has, deleted ones included."""
    @staticmethod
    def sample(dataflow: DataFlow, table: str, limit: int = 10) -> list[dict[str, Any]]:
        """Some rows as they are stored, of all tenants. For a table of a registered model what the
        caller may not see is masked, and rows above the clearance are left out.
        """

@final
class DataFlowTransaction:
    """Calls that happen together or not at all. One that is dropped unfinished is rolled back."""
    def create(self, /, model_name: str, data: dict[str, Any], *, tenant_id: str | None = None) -> dict[str, Any]:
        """Inserts a row; gives all of it."""
    def create_async(self, /, model_name: str, data: dict[str, Any], *, tenant_id: str | None = None) -> DataFlowFuture:
        """Inserts a row; gives all of it. Awaitable: it runs on another thread."""
    def upsert(self, /, model_name: str, data: dict[str, Any], *, tenant_id: str | None = None) -> dict[str, Any]:
        """Inserts a row, or changes the given fields of the one that has its key."""
    def upsert_async(self, /, model_name: str, data: dict[str, Any], *, tenant_id: str | None = None) -> DataFlowFuture:
        """Inserts a row, or changes the given fields of the one that has its key. Awaitable: it
        runs on another thread.
        """
    def create_scoped(self, /, model_name: str, data: dict[str, Any], validate: bool, scope: WriteScope) -> dict[str, Any]:
        """create() for a tenant and, of a row-classified model, at a level."""
    def create_scoped_async(self, /, model_name: str, data: dict[str, Any], validate: bool, scope: WriteScope) -> DataFlowFuture:
        """create() for a tenant and, of a row-classified model, at a level. Awaitable: it runs on
        another thread.
        """
    def upsert_scoped(self, /, model_name: str, data: dict[str, Any], scope: WriteScope) -> dict[str, Any]:
        """upsert() for a tenant and, of a row-classified model, at a level."""
    def upsert_scoped_async(self, /, model_name: str, data: dict[str, Any], scope: WriteScope) -> DataFlowFuture:
        """upsert() for a tenant and, of a row-classified model, at a level. Awaitable: it runs on
        another thread.
        """
    def read_one(self, /, model_name: str, id: Any, *, tenant_id: str | None = None, for_update: bool = False) -> dict[str, Any] | None:
        """The row of a key, or None."""
    def read_one_async(self, /, model_name: str, id: Any, *, tenant_id: str | None = None, for_update: bool = False) -> DataFlowFuture:
        """The row of a key, or None. Awaitable: it runs on another thread."""
    def list(self, /, model_name: str, filters: builtins.list[FilterCondition] | None = None, *, order_by: str | None = None, order_dir: str | None = None, limit: int | None = None, offset: int | None = None, include_deleted: bool = False, tenant_id: str | None = None, for_update: bool = False) -> builtins.list[dict[str, Any]]:
        """The rows that meet all conditions."""
    def list_async(self, /, model_name: str, filters: builtins.list[FilterCondition] | None = None, *, order_by: str | None = None, order_dir: str | None = None, limit: int | None = None, offset: int | None = None, include_deleted: bool = False, tenant_id: str | None = None, for_update: bool = False) -> DataFlowFuture:
        """The rows that meet all conditions. Awaitable: it runs on another thread."""
    def count(self, /, model_name: str, filters: builtins.list[FilterCondition] | None = None, *, include_deleted: bool = False, tenant_id: str | None = None) -> int:
        """How many rows meet all conditions."""
    def count_async(self, /, model_name: str, filters: builtins.list[FilterCondition] | None = None, *, include_deleted: bool = False, tenant_id: str | None = None) -> DataFlowFuture:
        """How many rows meet all conditions. Awaitable: it runs on another thread."""
    def update(self, /, model_name: str, id: Any, data: dict[str, Any], *, tenant_id: str | None = None) -> dict[str, Any]:
        """Changes some fields of a row. Gives {"outcome": "applied" or "no_match",
        "rows_affected"}.
        """
    def update_async(self, /, model_name: str, id: Any, data: dict[str, Any], *, tenant_id: str | None = None) -> DataFlowFuture:
        """Changes some fields of a row. Gives {"outcome": "applied" or "no_match",
        "rows_affected"}. Awaitable: it runs on another thread.
        """
    def delete(self, /, model_name: str, id: Any, *, tenant_id: str | None = None) -> dict[str, Any]:
        """Deletes a row, softly where the model says so. Gives {"outcome": "applied" or
        "no_match", "rows_affected"}.
        """
    def delete_async(self, /, model_name: str, id: Any, *, tenant_id: str | None = None) -> DataFlowFuture:
        """Deletes a row, softly where the model says so. Gives {"outcome": "applied" or
        "no_match", "rows_affected"}. Awaitable: it runs on another thread.
        """
    def compare_and_set(self, /, model_name: str, id: Any, data: dict[str, Any], revision_column: str, expected_revision: int, *, tenant_id: str | None = None) -> dict[str, Any]:
        """Changes a row if nobody else has: if its revision is the expected one, which is then
        counted up. Gives {"outcome": "applied_pending_commit", "previous_revision",
        "next_revision"}, {"outcome": "revision_conflict"} or {"outcome": "no_visible_row"}.
        """
    def compare_and_set_async(self, /, model_name: str, id: Any, data: dict[str, Any], revision_column: str, expected_revision: int, *, tenant_id: str | None = None) -> DataFlowFuture:
        """Changes a row if nobody else has: if its revision is the expected one, which is then
        counted up. Gives {"outcome": "applied_pending_commit", "previous_revision",
        "next_revision"}, {"outcome": "revision_conflict"} or {"outcome": "no_visible_row"}.
        Awaitable: it runs on another thread.
        """
    def commit(self, /) -> None:
        """Make all of it last."""
    def rollback(self, /) -> None:
        """Take all of it back."""
    def commit_async(self, /) -> DataFlowFuture:
        """Awaitable commit()."""
    def rollback_async(self, /) -> DataFlowFuture:
        """Awaitable rollback()."""
    def __enter__(self, /) -> Any:
        """The transaction itself."""
    def __exit__(self, exc_type: Any = None, exc_value: Any = None, traceback: Any = None, /) -> bool: ...
    @property
    def is_finished(self) -> bool:
        """Whether it was committed or rolled back."""
    @property
    def tenant_id(self) -> str | None:
        """The tenant that all calls are bound to, or None."""
    def __aenter__(self, /) -> DataFlowFuture:
        """Gives the transaction itself."""
    def __aexit__(self, exc_type: Any = None, exc_value: Any = None, traceback: Any = None, /) -> DataFlowFuture: ...
    def savepoint(self, /) -> DataFlowTransaction:
        """A transaction within this one: its rollback takes back what was done since, its commit
        leaves it to this one.
        """
    def execute_raw(self, /, sql: str, params: builtins.list[Any] | None = None) -> builtins.list[dict[str, Any]]:
        """Run SQL as it is: neither scoped to a tenant nor masked. Gives its rows."""

@final
class DataFlowTransactionSync:
    """As DataFlowTransaction, for code without asyncio."""
    def create(self, /, model_name: str, data: dict[str, Any], *, tenant_id: str | None = None) -> dict[str, Any]:
        """Inserts a row; gives all of it."""
    def create_async(self, /, model_name: str, data: dict[str, Any], *, tenant_id: str | None = None) -> DataFlowFuture:
        """Inserts a row; gives all of it. Awaitable: it runs on another thread."""
    def upsert(self, /, model_name: str, data: dict[str, Any], *, tenant_id: str | None = None) -> dict[str, Any]:
        """Inserts a row, or changes the given fields of the one that has its key."""
    def upsert_async(self, /, model_name: str, data: dict[str, Any], *, tenant_id: str | None = None) -> DataFlowFuture:
        """Inserts a row, or changes the given fields of the one that has its key. Awaitable: it
        runs on another thread.
        """
    def create_scoped(self, /, model_name: str, data: dict[str, Any], validate: bool, scope: WriteScope) -> dict[str, Any]:
        """create() for a tenant and, of a row-classified model, at a level."""
    def create_scoped_async(self, /, model_name: str, data: dict[str, Any], validate: bool, scope: WriteScope) -> DataFlowFuture:
        """create() for a tenant and, of a row-classified model, at a level. Awaitable: it runs on
        another thread.
        """
    def upsert_scoped(self, /, model_name: str, data: dict[str, Any], scope: WriteScope) -> dict[str, Any]:
        """upsert() for a tenant and, of a row-classified model, at a level."""
    def upsert_scoped_async(self, /, model_name: str, data: dict[str, Any], scope: WriteScope) -> DataFlowFuture:
        """upsert() for a tenant and, of a row-classified model, at a level. Awaitable: it runs on
        another thread.
        """
    def read_one(self, /, model_name: str, id: Any, *, tenant_id: str | None = None, for_update: bool = False) -> dict[str, Any] | None:
        """The row of a key, or None."""
    def read_one_async(self, /, model_name: str, id: Any, *, tenant_id: str | None = None, for_update: bool = False) -> DataFlowFuture:
        """The row of a key, or None. Awaitable: it runs on another thread."""
    def list(self, /, model_name: str, filters: builtins.list[FilterCondition] | None = None, *, order_by: str | None = None, order_dir: str | None = None, limit: int | None = None, offset: int | None = None, include_deleted: bool = False, tenant_id: str | None = None, for_update: bool = False) -> builtins.list[dict[str, Any]]:
        """The rows that meet all conditions."""
    def list_async(self, /, model_name: str, filters: builtins.list[FilterCondition] | None = None, *, order_by: str | None = None, order_dir: str | None = None, limit: int | None = None, offset: int | None = None, include_deleted: bool = False, tenant_id: str | None = None, for_update: bool = False) -> DataFlowFuture:
        """The rows that meet all conditions. Awaitable: it runs on another thread."""
    def count(self, /, model_name: str, filters: builtins.list[FilterCondition] | None = None, *, include_deleted: bool = False, tenant_id: str | None = None) -> int:
        """How many rows meet all conditions."""
    def count_async(self, /, model_name: str, filters: builtins.list[FilterCondition] | None = None, *, include_deleted: bool = False, tenant_id: str | None = None) -> DataFlowFuture:
        """How many rows meet all conditions. Awaitable: it runs on another thread."""
    def update(self, /, model_name: str, id: Any, data: dict[str, Any], *, tenant_id: str | None = None) -> dict[str, Any]:
        """Changes some fields of a row. Gives {"outcome": "applied" or "no_match",
        "rows_affected"}.
        """
    def update_async(self, /, model_name: str, id: Any, data: dict[str, Any], *, tenant_id: str | None = None) -> DataFlowFuture:
        """Changes some fields of a row. Gives {"outcome": "applied" or "no_match",
        "rows_affected"}. Awaitable: it runs on another thread.
        """
    def delete(self, /, model_name: str, id: Any, *, tenant_id: str | None = None) -> dict[str, Any]:
        """Deletes a row, softly where the model says so. Gives {"outcome": "applied" or
        "no_match", "rows_affected"}.
        """
    def delete_async(self, /, model_name: str, id: Any, *, tenant_id: str | None = None) -> DataFlowFuture:
        """Deletes a row, softly where the model says so. Gives {"outcome": "applied" or
        "no_match", "rows_affected"}. Awaitable: it runs on another thread.
        """
    def compare_and_set(self, /, model_name: str, id: Any, data: dict[str, Any], revision_column: str, expected_revision: int, *, tenant_id: str | None = None) -> dict[str, Any]:
        """Changes a row if nobody else has: if its revision is the expected one, which is then
        counted up. Gives {"outcome": "applied_pending_commit", "previous_revision",
        "next_revision"}, {"outcome": "revision_conflict"} or {"outcome": "no_visible_row"}.
        """
    def compare_and_set_async(self, /, model_name: str, id: Any, data: dict[str, Any], revision_column: str, expected_revision: int, *, tenant_id: str | None = None) -> DataFlowFuture:
        """Changes a row if nobody else has: if its revision is the expected one, which is then
        counted up. Gives {"outcome": "applied_pending_commit", "previous_revision",
        "next_revision"}, {"outcome": "revision_conflict"} or {"outcome": "no_visible_row"}.
        Awaitable: it runs on another thread.
        """
    def commit(self, /) -> None:
        """Make all of it last."""
    def rollback(self, /) -> None:
        """Take all of it back."""
    def commit_async(self, /) -> DataFlowFuture:
        """Awaitable commit()."""
    def rollback_async(self, /) -> DataFlowFuture:
        """Awaitable rollback()."""
    def __enter__(self, /) -> Any:
        """The transaction itself."""
    def __exit__(self, exc_type: Any = None, exc_value: Any = None, traceback: Any = None, /) -> bool: ...
    @property
    def is_finished(self) -> bool:
        """Whether it was committed or rolled back."""
    @property
    def tenant_id(self) -> str | None:
        """The tenant that all calls are bound to, or None."""
    def savepoint(self, /) -> DataFlowTransactionSync:
        """A transaction within this one: its rollback takes back what was done since, its commit
        leaves it to this one.
        """
    def execute_raw(self, /, sql: str, params: builtins.list[Any] | None = None) -> Any:
        """Run SQL as it is. Without params, gives the number of rows it changed; with a list of
        them, its rows.
        """

@final
class DataRetentionEnforcer:
    """How long which field is kept. Threads may share one."""
    def __new__(cls) -> Self: ...
    def add_policy(self, /, field_pattern: str, policy: RetentionPolicy) -> None:
        """Adds a policy for a field. The first one of a field counts."""
    def check_retention(self, /, field_name: str, age_days: int) -> RetentionAction:
        """What becomes of a field at an age. Without a policy it stays."""
    def fields_requiring_action(self, /, age_days: int) -> list[tuple[Any, ...]]:
        """The fields that do not just stay at an age, each once, as pairs of its name and a
        RetentionAction.
        """

@final
class DebugAgent:
    """Explains operations and errors of a DataFlow, without changing anything."""
    def __new__(cls, dataflow: DataFlow) -> Self: ...
    def explain_query(self, /, model_name: str, operation: str, data: dict[str, Any], tenant_id: str | None = None) -> dict[str, Any]:
        """What an operation on one row would run, with the predicates of tenant, level and soft
        deletion, but without what reads the row back: {"sql", "params": its values as SQL
        literals, "estimated_rows": 1, as all go by the primary key}. Nothing is run; what the
        operation refuses is refused.
        """
    def dry_run(self, /, model_name: str, operation: str, data: dict[str, Any], tenant_id: str | None = None) -> dict[str, Any]:
        """The same without raising: {"valid", "sql", "params", "warnings"}. Only a model that is
        not registered is a RuntimeError.
        """
    def diagnose(self, /, error_message: str) -> dict[str, Any]:
        """What an error means: {"root_cause", "details", "suggested_fix"}."""
    def health_check(self, /) -> dict[str, Any]:
        """Whether the database answers, and its tables are what the models say: {"connected",
        "tables": [{"name", "exists", "row_count", "issues"}], "issues": those of all tables}.
        """

@final
class EmailValidator:
    """An address: something, one @, and a domain with a dot; no blanks."""
    def __new__(cls) -> Self: ...
    @property
    def name(self) -> str:
        """The word for this validator, as results tell it."""
    def validate(self, /, field_name: str, value: str) -> FieldValidationError | None:
        """None when the value fits, else what is wrong with it."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class ErrorEnhancer:
    """Explains errors of databases."""
    @staticmethod
    def enhance(error_message: str, model: str | None = None, table: str | None = None, sql: str | None = None, known_columns: list[str] | None = None, sqlstate: str | None = None, constraint: str | None = None) -> dict[str, Any]:
        """A dict of original_message; context, in words; suggestion, or None when the kind of
        error is not known; and classification: sqlstate or message_heuristic, by which the kind
        was found.
        """

@final
class F:
    """A field of a model, to write conditions with: F("age") >= 18."""
    def __new__(cls, column: str) -> Self: ...
    def __eq__(self, /, value: Any) -> FilterCondition:  # type: ignore[override]
        """The column equals a value."""
    def __ne__(self, /, value: Any) -> FilterCondition:  # type: ignore[override]
        """The column differs from a value."""
    def __gt__(self, /, value: Any) -> FilterCondition:
        """The column is greater."""
    def __ge__(self, /, value: Any) -> FilterCondition:
        """The column is greater or equal."""
    def __lt__(self, /, value: Any) -> FilterCondition:
        """The column is less."""
    def __le__(self, /, value: Any) -> FilterCondition:
        """The column is less or equal."""
    def like(self, /, pattern: str) -> FilterCondition:
        """The column matches a pattern; see FilterCondition.like()."""
    def ilike(self, /, pattern: str) -> FilterCondition:
        """As like(), taking no notice of case anywhere."""
    def in_list(self, /, values: list[Any]) -> FilterCondition:
        """The column has one of these values."""
    def not_in(self, /, values: list[Any]) -> FilterCondition:
        """The column has none of these values."""
    def between(self, /, low: Any, high: Any) -> FilterCondition:
        """The column lies between two values, both included."""
    def startswith(self, /, pattern: str) -> FilterCondition:
        """The column begins with a text; case counts."""
    def endswith(self, /, pattern: str) -> FilterCondition:
        """The column ends with a text; case counts."""
    def contains(self, /, pattern: str) -> FilterCondition:
        """The column contains a text; case counts."""
    def regex(self, /, pattern: str) -> FilterCondition:
        """A regular expression is found in the column."""
    def is_null(self, /) -> FilterCondition:
        """The column has no value."""
    def is_not_null(self, /) -> FilterCondition:
        """The column has a value."""

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

@final
class FieldValidationError:
    """What a validator found. Returned, never raised."""
    def __new__(cls, field: str, message: str, validator: str) -> Self: ...
    @property
    def field(self) -> str:
        """Name of the field."""
    @property
    def message(self) -> str:
        """What is wrong with its value."""
    @property
    def validator(self) -> str:
        """Name of the rule."""
    def __str__(self, /) -> str:
        """All three in a sentence."""
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
class FilterCondition:
    """A condition that rows must meet: a field, an operator and a value, or several conditions
    joined by &, | and ~.
    """
    def __new__(cls, column: str, operator: str, value: Any = None) -> Self: ...
    @staticmethod
    def eq(column: str, value: Any) -> FilterCondition:
        """The column equals a value."""
    @staticmethod
    def ne(column: str, value: Any) -> FilterCondition:
        """The column differs from a value."""
    @staticmethod
    def gt(column: str, value: Any) -> FilterCondition:
        """The column is greater."""
    @staticmethod
    def gte(column: str, value: Any) -> FilterCondition:
        """The column is greater or equal."""
    @staticmethod
    def lt(column: str, value: Any) -> FilterCondition:
        """The column is less."""
    @staticmethod
    def lte(column: str, value: Any) -> FilterCondition:
        """The column is less or equal."""
    @staticmethod
    def like(column: str, pattern: str) -> FilterCondition:
        """The column matches a pattern with % and _. SQLite and MySQL take no notice of case (of
        ASCII letters), PostgreSQL does.
        """
    @staticmethod
    def ilike(column: str, pattern: str) -> FilterCondition:
        """As like(), taking no notice of case anywhere."""
    @staticmethod
    def in_list(column: str, values: list[Any]) -> FilterCondition:
        """The column has one of these values."""
    @staticmethod
    def not_in(column: str, values: list[Any]) -> FilterCondition:
        """The column has none of these values."""
    @staticmethod
    def between(column: str, low: Any, high: Any) -> FilterCondition:
        """The column lies between two values, both included."""
    @staticmethod
    def startswith(column: str, pattern: str) -> FilterCondition:
        """The column begins with a text; case counts."""
    @staticmethod
    def endswith(column: str, pattern: str) -> FilterCondition:
        """The column ends with a text; case counts."""
    @staticmethod
    def contains(column: str, pattern: str) -> FilterCondition:
        """The column contains a text; case counts."""
    @staticmethod
    def regex(column: str, pattern: str) -> FilterCondition:
        """A regular expression is found in the column; case counts."""
    @staticmethod
    def is_null(column: str) -> FilterCondition:
        """The column has no value."""
    @staticmethod
    def is_not_null(column: str) -> FilterCondition:
        """The column has a value."""
    @property
    def column(self) -> str | None:
        """Name of the field; None of a group."""
    @property
    def operator(self) -> str:
        """Name of the operator: eq, gt ...; and, or, not of a group."""
    def __and__(self, /, other: FilterCondition) -> FilterCondition:
        """Both hold."""
    def __or__(self, /, other: FilterCondition) -> FilterCondition:
        """At least one holds."""
    def __invert__(self, /) -> FilterCondition:
        """It does not hold."""

@final
class LazyDataFlow:
    """A DataFlow that connects when it is first asked for. Threads may share it."""
    def __new__(cls, database_url: str) -> Self: ...
    def get(self, /) -> DataFlow:
        """The DataFlow, always the same; the first call connects. RuntimeError when it cannot."""
    @property
    def is_initialized(self) -> bool:
        """whether it has connected"""

@final
class LeakDetector:
    """Watches what is taken and not given back, such as connections. Threads may share one."""
    def __new__(cls, threshold_secs: float) -> Self: ...
    def checkout(self, /, location: str) -> int:
        """Something is taken; its number, counted from 1."""
    def checkin(self, /, id: int) -> None:
        """It is back. Numbers that are not known are ignored."""
    def active_count(self, /) -> int:
        """How much is held."""
    def check_leaks(self, /) -> list[LeakRecord]:
        """What has been held for longer than the threshold, the oldest first."""

@final
class LeakRecord:
    """Something that has not been given back for longer than a detector allows."""
    @property
    def id(self) -> int:
        """Number of the checkout."""
    @property
    def location(self) -> str:
        """Where it was taken."""
    @property
    def age_secs(self) -> float:
        """Seconds since then."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class LegalHold:
    """Records, from one number to another, that must not be deleted: DataFlow.add_legal_hold()
    keeps enforce_retention() from them.
    """
    def __new__(cls, hold_id: str, reason: str, start_seq: int, end_seq: int) -> Self: ...
    @property
    def hold_id(self) -> str:
        """Name of the hold."""
    @property
    def reason(self) -> str:
        """Why."""
    @property
    def start_seq(self) -> int:
        """Number of the first record that is held."""
    @property
    def end_seq(self) -> int:
        """Number of the last one, which is held too."""
    @property
    def created_at(self) -> str | None:
        """When the hold was made: UTC, RFC 3339."""
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
class LengthValidator:
    """A text of so many characters (code points)."""
    def __new__(cls, min: int | None = None, max: int | None = None) -> Self: ...
    @property
    def min(self) -> int | None:
        """Fewest characters; None = 0."""
    @property
    def max(self) -> int | None:
        """Most characters; None = any number."""
    @property
    def name(self) -> str:
        """The word for this validator, as results tell it."""
    def validate(self, /, field_name: str, value: str) -> FieldValidationError | None:
        """None when the value fits, else what is wrong with it."""
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
class LoggingConfig:
    """What is logged of the statements that run."""
    @property
    def log_queries(self) -> bool:
        """Whether the text of statements is logged."""
    @property
    def log_results(self) -> bool:
        """Whether their rows are logged, classified values masked."""
    @property
    def log_timing(self) -> bool:
        """Whether the time they took is logged."""
    @property
    def preset_name(self) -> str:
        """Production, development, quiet or custom."""
    @staticmethod
    def production() -> LoggingConfig:
        """Nothing is logged of statements."""
    @staticmethod
    def development() -> LoggingConfig:
        """Everything is, at level debug."""
    @staticmethod
    def quiet() -> LoggingConfig:
        """Nothing is logged of statements."""
    @staticmethod
    def custom(log_queries: bool = True, log_results: bool = False, log_timing: bool = True, level: str = 'debug') -> LoggingConfig:
        """What is chosen."""
    def apply(self, /) -> None:
        """From now on, for all databases of the process. Records go to the logger kailash.dataflow
        of Python's logging, which has its own level. Values that are bound to statements are
        never logged.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

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
        """as it is; redacted in a classified field of a model"""
    @staticmethod
    def hash() -> MaskingStrategy:
        """SHA-256 of its text, in hexadecimal"""
    @staticmethod
    def redact() -> MaskingStrategy:
        """[REDACTED]"""
    @staticmethod
    def last_four() -> MaskingStrategy:
        """all but the last four characters as *"""
    @staticmethod
    def encrypt() -> MaskingStrategy:
        """[ENCRYPTED]"""
    def apply(self, /, value: str, salt: str | None = None) -> str:
        """A text, masked."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

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
    def field(self, /, name: str, field_type: FieldType, primary_key: bool = False, nullable: bool = False, required: bool = False, soft_delete: bool = False, default_value: Any = None, unique: bool = False, index: bool = False, references: Any = None, classification: DataClassification | None = None, masking: MaskingStrategy | None = None, allow_query_reference: bool = False) -> ModelDefinition:
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
    def to_dict(self, /) -> dict[str, Any]:
        """{"name", "table", "fields": [{"name", "type", ...}], ...}: all it says; what is not said
        is left out.
        """
    def to_json(self, /) -> str:
        """The same as JSON text."""
    @staticmethod
    def from_dict(data: dict[str, Any]) -> ModelDefinition:
        """The model of what to_dict() gave."""
    @staticmethod
    def from_json(text: str) -> ModelDefinition:
        """The model of what to_json() gave."""
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
class ModelRetentionPolicy:
    """Which rows of a model are kept, and where the others go."""
    def __new__(cls, max_age_days: int | None = None, max_rows: int | None = None, archive_to: str | None = None) -> Self: ...
    @property
    def max_age_days(self) -> int | None:
        """Days after which a row goes; None = never."""
    @property
    def max_rows(self) -> int | None:
        """Rows that stay, the newest; None = all."""
    @property
    def archive_to(self) -> str | None:
        """Table that gets the rows that go; None = they are deleted."""
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
class PatternValidator:
    """A text in which a regular expression occurs."""
    def __new__(cls, pattern: str) -> Self: ...
    @property
    def pattern(self) -> str:
        """Regular expression (PCRE2) that must occur in the text; ^ and $ tie it to both ends.
        Matching is bounded: what backtracks too much is a RuntimeError.
        """
    @property
    def name(self) -> str:
        """The word for this validator, as results tell it."""
    def validate(self, /, field_name: str, value: str) -> FieldValidationError | None:
        """None when the value fits, else what is wrong with it."""
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
class PhoneValidator:
    """A phone number: + and 7 to 15 digits, with blanks, -, ( and ) anywhere among them."""
    def __new__(cls) -> Self: ...
    @property
    def name(self) -> str:
        """The word for this validator, as results tell it."""
    def validate(self, /, field_name: str, value: str) -> FieldValidationError | None:
        """None when the value fits, else what is wrong with it."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class PoolMonitorHandle:
    """Watches a DataFlow's pool in the background: the log kailash.dataflow is told how many
    connections are in use, as a warning from four fifths on.
    """
    @staticmethod
    def spawn(dataflow: DataFlow, interval_secs: float) -> PoolMonitorHandle:
        """Begins to watch. It ends with shutdown(), or when the handle is dropped."""
    def metrics(self, /) -> PoolMetrics:
        """The connections of now; RuntimeError after shutdown()."""
    def shutdown(self, /) -> None:
        """Ends it. May be called again."""

@final
class QueryEngine:
    """Counts and times statements. Threads may share one."""
    def __new__(cls, slow_threshold_ms: float) -> Self: ...
    def record_query(self, /, query: str, duration_ms: float) -> None:
        """Notes a run of a statement. The 10,000 texts that ran last are remembered."""
    def stats(self, /) -> list[tuple[Any, ...]]:
        """All statements, the most frequent first, as pairs of text and QueryStats."""
    def slow_queries(self, /) -> list[tuple[Any, ...]]:
        """Those that take longer than the threshold on average, the slowest first, likewise."""
    def query_count(self, /) -> int:
        """How many statements are remembered."""
    def clear_stats(self, /) -> None:
        """Forgets all."""

@final
class QueryInterceptor:
    """Rewrites SQL statements so that they see and change the rows of one tenant only. Never
    changes; threads may share it.
    """
    def __new__(cls, tenant_context: TenantContext, column_name_override: str | None = None, *, dialect: Literal["sqlite", "postgresql", "mysql", "mariadb"] | None = None) -> Self: ...
    def intercept_query(self, /, sql: str) -> dict[str, Any]:
        """Keeps a SELECT, INSERT, UPDATE or DELETE to the rows of the tenant. Returns {sql,
        params}: the statement with placeholders for the tenant and their values. With
        param_positions when these do not come last among all values, param_names when the
        statement names its values, dropped_params when values of yours stand in it no more.
        Whatever is not understood is a RuntimeError.
        """
    def intercept_select(self, /, sql: str) -> dict[str, Any]:
        """The same of a statement that only reads; others are a RuntimeError."""
    @property
    def tenant_context(self) -> TenantContext:
        """Whose rows may be seen."""

@final
class QueryStats:
    """What is known of a statement. A snapshot."""
    @property
    def execution_count(self) -> int:
        """How often the statement ran."""
    @property
    def total_duration_ms(self) -> float:
        """Milliseconds that all runs took."""
    @property
    def avg_duration_ms(self) -> float:
        """Milliseconds that a run took on average."""
    @property
    def last_executed(self) -> str:
        """When the last run was recorded: UTC, RFC 3339."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class RangeValidator:
    """A finite number between two others, both included."""
    def __new__(cls, min: float | None = None, max: float | None = None) -> Self: ...
    @property
    def min(self) -> float | None:
        """The least; None = none."""
    @property
    def max(self) -> float | None:
        """The greatest; None = none."""
    @property
    def name(self) -> str:
        """The word for this validator, as results tell it."""
    def validate(self, /, field_name: str, value: float) -> FieldValidationError | None:
        """None when the value fits, else what is wrong with it."""
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
class RetentionAction:
    """What becomes of a value, or a row, at its age."""
    Retain: ClassVar[RetentionAction]
    """it stays"""
    Archive: ClassVar[RetentionAction]
    """it is moved to an archive"""
    Delete: ClassVar[RetentionAction]
    """it is deleted"""
    RequiresConsent: ClassVar[RetentionAction]
    """it stays as long as the person consents"""
    def __new__(cls, value: str | Self) -> Self: ...
    @staticmethod
    def retain() -> RetentionAction:
        """it stays"""
    @staticmethod
    def archive() -> RetentionAction:
        """it is moved to an archive"""
    @staticmethod
    def delete() -> RetentionAction:
        """it is deleted"""
    @staticmethod
    def requires_consent() -> RetentionAction:
        """it stays as long as the person consents"""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class RetentionPolicy:
    """How long a value is kept."""
    @staticmethod
    def indefinite() -> RetentionPolicy:
        """For ever."""
    @staticmethod
    def days(n: int) -> RetentionPolicy:
        """So many days."""
    @staticmethod
    def years(n: int) -> RetentionPolicy:
        """So many years of 365 days."""
    @staticmethod
    def until_consent_revoked() -> RetentionPolicy:
        """As long as the person consents."""
    @property
    def max_days(self) -> int | None:
        """Days after which the value goes, at most 2^32-1; None when no time ends it."""
    def __str__(self, /) -> str:
        """In words, such as 365 days."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class SchemaCache:
    """Keeps what DataFlowInspector tells, apart for each DataFlow. Threads may share one."""
    def __new__(cls, ttl_secs: float | None = None) -> Self: ...
    def get_tables(self, /, dataflow: DataFlow) -> list[str]:
        """Names of the tables, as DataFlowInspector.tables() tells them."""
    def get_columns(self, /, dataflow: DataFlow, table: str) -> list[dict[str, Any]]:
        """The columns that DataFlowInspector.table_info() tells. RuntimeError when there is no
        such table.
        """
    def get_indexes(self, /, dataflow: DataFlow, table: str) -> list[dict[str, Any]]:
        """As DataFlowInspector.indexes()."""
    def invalidate(self, /) -> None:
        """Forgets all."""
    def invalidate_table(self, /, table: str) -> None:
        """Forgets a table, of all databases, and the lists of tables."""

@final
class StrictMode:
    """Checks records against what their model declares, before anything is written."""
    @staticmethod
    def enable() -> None:
        """Sets a flag of the process that is_enabled() tells. To have a database check all that is
        written, give DataFlowConfig strict_types=True.
        """
    @staticmethod
    def disable() -> None:
        """Takes the flag back."""
    @staticmethod
    def is_enabled() -> bool:
        """Whether the flag is set."""
    @staticmethod
    def validate_insert(model: ModelDefinition, data: dict[str, Any]) -> None:
        """RuntimeError with all faults of a record that is to be inserted: a required field
        without default is absent (None counts as a value), a field is unknown or written by
        DataFlow alone, or a value is of another type than its column.
        """
    @staticmethod
    def validate_update(model: ModelDefinition, data: dict[str, Any]) -> None:
        """The same of values that are to be written over others: the primary key cannot be among
        them.
        """

@final
class TenantContext:
    """Whose rows a statement may see and change."""
    def __new__(cls, tenant_id: str, column_name: str = 'tenant_id', bypass: bool = False) -> Self: ...
    @property
    def tenant_id(self) -> str:
        """Whose rows may be seen."""
    @property
    def column_name(self) -> str:
        """The column that has the tenant of a row."""
    def is_bypass(self, /) -> bool:
        """Whether statements pass unchanged."""

@final
class UrlValidator:
    """A URL that starts with http:// or https:// and has a host."""
    def __new__(cls) -> Self: ...
    @property
    def name(self) -> str:
        """The word for this validator, as results tell it."""
    def validate(self, /, field_name: str, value: str) -> FieldValidationError | None:
        """None when the value fits, else what is wrong with it."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class UuidValidator:
    """A UUID: 8-4-4-4-12 hexadecimal digits, of any case."""
    def __new__(cls) -> Self: ...
    @property
    def name(self) -> str:
        """The word for this validator, as results tell it."""
    def validate(self, /, field_name: str, value: str) -> FieldValidationError | None:
        """None when the value fits, else what is wrong with it."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class ValidationLayer:
    """Rules for the values of records, by model. Threads may share one."""
    def __new__(cls) -> Self: ...
    def add_rule(self, /, model: str, field: str, rule_type: str, value: Any) -> None:
        """Adds a rule for a field. A field that is absent or None is not checked."""
    def add_custom_rule(self, /, model: str, field: str, callable: Callable[..., Any], error_message: str = 'custom validation failed') -> None:
        """Adds a function that checks a field. An exception in it, or another result than a bool,
        is a violation too.
        """
    def add_cross_field_rule(self, /, model: str, rule: CrossFieldRule) -> None:
        """Adds a rule for two fields."""
    def validate(self, /, model: str, data: dict[str, Any]) -> list[dict[str, Any]]:
        """What a record violates, in the order in which the rules were added: dicts of field, rule
        and message. Empty when it fits, or the model has no rules.
        """
    def has_rules(self, /, model: str) -> bool:
        """Whether a model has rules."""
    def rule_count(self, /, model: str) -> int:
        """How many rules a model has."""

@final
class WriteScope:
    """For which tenant, and at which level, rows are written."""
    def __new__(cls, tenant_id: str | None = None, classification: DataClassification | None = None) -> Self: ...
    @property
    def tenant_id(self) -> str | None:
        """For which tenant."""
    @property
    def classification(self) -> DataClassification | None:
        """Level of the rows of a row-classified model; an update does not change it."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class _CallerClearanceGuard:
    """A clearance for the length of a with-block."""
    def __enter__(self, /) -> Any:
        """The clearance is in force."""
    def __exit__(self, exc_type: Any = None, exc_value: Any = None, traceback: Any = None, /) -> None: ...

class ConvergenceWarning(UserWarning):
    """An iteration was stopped before it had settled: more of them, or other parameters, would do
    better.
    """

@disjoint_base
class Estimator:
    """What all estimators have in common: parameters by name, what they were fitted to, saving and
    loading. A parameter may be set at any time and counts from the next fit() on.
    """
    def get_params(self, /, deep: bool = True) -> dict[str, Any]:
        """All parameters by name, with their aliases."""
    def set_params(self, /, **params: Any) -> Estimator:
        """Change parameters by name; they count from the next fit() on. Returns self."""
    def clone(self, /) -> Estimator:
        """A fresh one with the same parameters, not fitted."""
    def __sklearn_clone__(self, /) -> Estimator:
        """The same, by the name that scikit-learn calls."""
    def __sklearn_is_fitted__(self, /) -> bool:
        """Whether fit() was called, or need not be."""
    @property
    def n_features_in_(self) -> int:
        """Columns of x in fit()."""
    @property
    def feature_names_in_(self) -> NDArray[Any]:
        """Names of the columns of x in fit(), when they had any."""
    def _tags(self, /) -> dict[str, Any]:
        """What it is and what it accepts: kind, allow_nan, sparse ..."""
    def save(self, /, path: str) -> None:
        """Write it, with all it learned, to a file (KMLF), which appears whole or not at all."""
    @staticmethod
    def load(path: str) -> Estimator:
        """The estimator in a file of save(). What is damaged is refused. Load only files you
        trust: one made to harm can hold arrays that do not fit each other.
        """
    def _dump(self, /) -> tuple[Any, ...]:
        """Itself as bytes, and the objects of Python in it: for pickle."""
    @staticmethod
    def _restore(state: bytes, objects: list[Any]) -> Estimator:
        """What _dump() was of."""
    def __sklearn_tags__(self) -> Any: ...
    def set_output(self, *, transform: str | None = None) -> Any:
        """What transform() and fit_transform() give: "pandas" or "polars" tables, whose columns
        have the names of get_feature_names_out(), or "default" arrays; None changes nothing.
        Returns self.
        """
    def set_fit_request(self, *, sample_weight: bool | str | None = None) -> Any:
        """Whether scikit-learn passes weights to fit(), where metadata are routed. Returns self."""
    def set_partial_fit_request(self, *, sample_weight: bool | str | None = None) -> Any:
        """The same of partial_fit()."""
    def set_score_request(self, *, sample_weight: bool | str | None = None) -> Any:
        """The same of score()."""
    def get_metadata_routing(self) -> Any:
        """What scikit-learn asks where metadata are routed: which methods take weights, and want
        them.
        """

@disjoint_base
class GroupKFold:
    """Folds that keep groups of rows together, of about the same number of rows: the largest group
    goes to the lightest fold, and so on.
    """
    def __new__(cls, n_splits: int = 5, *, shuffle: bool = False, random_state: int | None = None) -> Self: ...
    def __init__(self, /, n_splits: int = 5, *, shuffle: bool = False, random_state: int | None = None) -> None: ...
    @property
    def n_splits(self) -> int:
        """How many folds; at least 2 and at most the number of groups."""
    @n_splits.setter
    def n_splits(self, value: int, /) -> None: ...
    @property
    def shuffle(self) -> bool:
        """Deal out the groups in random order, as many to each fold, instead of the largest to the
        lightest fold.
        """
    @shuffle.setter
    def shuffle(self, value: bool, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the shuffling, an int >= 0; None = a fresh one each time. Without shuffle
        nothing is random.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    def split(self, /, n_samples: Any, y: Any = None, groups: Any = None, *, as_arrays: bool = False) -> list[tuple[Any, ...]]:
        """The folds of split(n_samples, groups) or split(x, y, groups): a list of (rows to learn
        from, rows to test on), both ascending.
        """
    def get_n_splits(self, /, x: Any = None, y: Any = None, groups: Any = None) -> int:
        """The number of folds."""

@disjoint_base
class KFold:
    """Rows cut into n_splits folds, each of which is the test once. The first folds have one row
    more when the rows cannot be divided evenly.
    """
    def __new__(cls, n_splits: int = 5, shuffle: bool = False, random_state: int | None = None) -> Self: ...
    def __init__(self, /, n_splits: int = 5, shuffle: bool = False, random_state: int | None = None) -> None: ...
    @property
    def n_splits(self) -> int:
        """How many folds; at least 2."""
    @n_splits.setter
    def n_splits(self, value: int, /) -> None: ...
    @property
    def shuffle(self) -> bool:
        """Cut the rows in random order instead of as they stand."""
    @shuffle.setter
    def shuffle(self, value: bool, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the shuffling, an int >= 0; None = a fresh one each time. Without shuffle
        nothing is random.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    def split(self, /, n_samples: Any, y: Any = None, groups: Any = None, *, as_arrays: bool = False) -> list[tuple[Any, ...]]:
        """The folds: a list of (rows to learn from, rows to test on), both ascending."""
    def get_n_splits(self, /, x: Any = None, y: Any = None, groups: Any = None) -> int:
        """The number of folds."""

class MlError(RuntimeError, ValueError):
    """Data or a parameter that nothing can be learned from, or a model that does not fit the data.
    Both a RuntimeError and a ValueError.
    """

@disjoint_base
class StratifiedKFold:
    """As KFold, with the classes in each fold as in all rows. A class with fewer rows than folds
    gives a warning; when all are so small, it is an error.
    """
    def __new__(cls, n_splits: int = 5, shuffle: bool = False, random_state: int | None = None) -> Self: ...
    def __init__(self, /, n_splits: int = 5, shuffle: bool = False, random_state: int | None = None) -> None: ...
    @property
    def n_splits(self) -> int:
        """How many folds; at least 2."""
    @n_splits.setter
    def n_splits(self, value: int, /) -> None: ...
    @property
    def shuffle(self) -> bool:
        """Cut the rows in random order instead of as they stand."""
    @shuffle.setter
    def shuffle(self, value: bool, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the shuffling, an int >= 0; None = a fresh one each time. Without shuffle
        nothing is random.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    def split(self, /, x: Any = None, y: Any = None, groups: Any = None, *, as_arrays: bool = False) -> list[tuple[Any, ...]]:
        """The folds of split(y) or split(x, y): a list of (rows to learn from, rows to test on),
        both ascending.
        """
    def get_n_splits(self, /, x: Any = None, y: Any = None, groups: Any = None) -> int:
        """The number of folds."""

@disjoint_base
class TimeSeriesSplit:
    """Rows in the order of time: each test follows the rows to learn from, of which there are more
    and more.
    """
    def __new__(cls, n_splits: int = 5, max_train_size: int | None = None, test_size: int | None = None, gap: int = 0) -> Self: ...
    def __init__(self, /, n_splits: int = 5, max_train_size: int | None = None, test_size: int | None = None, gap: int = 0) -> None: ...
    @property
    def n_splits(self) -> int:
        """How many splits; at least 2."""
    @n_splits.setter
    def n_splits(self, value: int, /) -> None: ...
    @property
    def max_train_size(self) -> int | None:
        """Most rows to learn from, the latest ones; None = all before the test."""
    @max_train_size.setter
    def max_train_size(self, value: int | None, /) -> None: ...
    @property
    def test_size(self) -> int | None:
        """Rows of each test; None = rows / (n_splits + 1)."""
    @test_size.setter
    def test_size(self, value: int | None, /) -> None: ...
    @property
    def gap(self) -> int:
        """Rows left out between those to learn from and the test."""
    @gap.setter
    def gap(self, value: int, /) -> None: ...
    def split(self, /, n_samples: Any, y: Any = None, groups: Any = None, *, as_arrays: bool = False) -> list[tuple[Any, ...]]:
        """The folds: a list of (rows to learn from, rows to test on), both ascending."""
    def get_n_splits(self, /, x: Any = None, y: Any = None, groups: Any = None) -> int:
        """The number of folds."""

@final
class Tree:
    """One tree of a model: arrays with an item for each node. It holds what was learned; it does
    not change.
    """
    @property
    def node_count(self) -> int:
        """Nodes; number 0 is the root, every child has a higher number than its parent."""
    @property
    def n_leaves(self) -> int:
        """Leaves."""
    @property
    def max_depth(self) -> int:
        """Splits above the deepest leaf; 0 for a root alone."""
    @property
    def n_features(self) -> int:
        """Columns of x."""
    @property
    def n_outputs(self) -> int:
        """Columns of y."""
    @property
    def n_classes(self) -> int:
        """Numbers a value has for each output: classes, or 1."""
    @property
    def children_left(self) -> NDArray[Any]:
        """The node that rows with x[feature] <= threshold go to; -1 for leaves."""
    @property
    def children_right(self) -> NDArray[Any]:
        """The node that the other rows go to; -1 for leaves."""
    @property
    def feature(self) -> NDArray[Any]:
        """Column of x that a node splits; -2 for leaves."""
    @property
    def threshold(self) -> NDArray[Any]:
        """Where it splits; -2 for leaves, infinity where all but NaN go left."""
    @property
    def impurity(self) -> NDArray[Any]:
        """Impurity of each node by the criterion."""
    @property
    def n_node_samples(self) -> NDArray[Any]:
        """Rows that reached each node in fit()."""
    @property
    def weighted_n_node_samples(self) -> NDArray[Any]:
        """Their weight."""
    @property
    def missing_go_to_left(self) -> NDArray[Any]:
        """1 where NaN goes left."""
    @property
    def value(self) -> NDArray[Any]:
        """What each node answers: nodes x outputs x classes; shares of the classes, or numbers."""
    def compute_node_depths(self, /) -> NDArray[Any]:
        """Depth of each node, where the root has 1."""
    def compute_feature_importances(self, /, normalize: bool = True) -> NDArray[Any]:
        """How much of the decrease of impurity each feature brought."""

class EnvelopeIntersectionError(ValueError):
    """Two envelopes have nothing in common, which an envelope cannot say: its empty list means
    everything.
    """

@final
class PactAccessDecision:
    """Whether a role may read an item, and why."""
    @property
    def allowed(self) -> bool:
        """Whether the item may be read."""
    @property
    def step_reached(self) -> int:
        """Where it was decided: 0 preconditions, 1 public, 2 clearance, 3 containment, 4 default."""
    @property
    def access_path(self) -> str | None:
        """What allows it, such as 3a: same_unit; None when it is denied."""
    @property
    def reason(self) -> str:
        """Why."""
    def to_canonical_json(self, /) -> str:
        """The form in which implementations of PACT compare decisions: keys sorted, in ASCII."""
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
class PactAddress:
    """Where a role stands in an organisation: departments (D), teams (T) and roles (R) from the
    top, such as D1-R1-T2-R1. Addresses are equal, and ordered, by their segments.
    """
    @staticmethod
    def parse(s: str) -> PactAddress:
        """The address of a text: at most 100 segments joined by -, each D, T or R with a number
        from 1 to 4294967295; each D and T is followed by an R.
        """
    @staticmethod
    def lca(a: PactAddress, b: PactAddress) -> PactAddress | None:
        """The longest address that both begin with; None when there is none."""
    def depth(self, /) -> int:
        """Number of segments."""
    def parent(self, /) -> PactAddress | None:
        """Without the last segment, if that is an address; else None."""
    def supervisor(self, /) -> PactAddress | None:
        """The nearest ancestor; None at the top."""
    def ancestors(self, /) -> list[PactAddress]:
        """All addresses above it, the highest first."""
    def containment_unit(self, /) -> PactAddress | None:
        """Up to the role behind the last department or team; None without either."""
    def department_segment(self, /) -> PactAddress | None:
        """Up to the role behind the last department; None without one."""
    def team_segment(self, /) -> PactAddress | None:
        """Up to the role behind the last team, even if a department comes later; None without one."""
    def is_prefix_of(self, /, other: PactAddress) -> bool:
        """Whether the other address is this one or stands below it."""
    def __str__(self, /) -> str:
        """The text, in upper case."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __lt__(self, other: Self, /) -> bool: ...
    def __le__(self, other: Self, /) -> bool: ...
    def __gt__(self, other: Self, /) -> bool: ...
    def __ge__(self, other: Self, /) -> bool: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class PactApprovalState:
    """Where a held action stands: pending, approved, rejected, or consumed when its one retry was
    made.
    """
    @property
    def name(self) -> str:
        """Pending, approved, rejected or consumed."""
    @property
    def by(self) -> str | None:
        """Who approved or rejected."""
    @property
    def reason(self) -> str | None:
        """Why it was rejected."""
    @property
    def at(self) -> str | None:
        """When: UTC, RFC 3339."""
    @property
    def expires_at(self) -> str | None:
        """Until when the approval releases a retry."""
    @staticmethod
    def pending() -> PactApprovalState:
        """Nobody has decided yet."""
    @staticmethod
    def approved(by: str) -> PactApprovalState:
        """Somebody has approved, now, for 24 hours."""
    @staticmethod
    def rejected(by: str, reason: str) -> PactApprovalState:
        """Somebody has rejected, now."""
    @property
    def is_pending(self) -> bool:
        """Whether nobody has decided yet."""
    @property
    def is_approved(self) -> bool:
        """Whether it is approved, and the approval not used."""
    @property
    def is_rejected(self) -> bool:
        """Whether it is rejected."""
    @property
    def is_consumed(self) -> bool:
        """Whether the approval was used by a retry."""
    def __str__(self, /) -> str:
        """The name."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class PactBridge:
    """That two roles, without those below them, may read what the other one owns."""
    def __new__(cls, id: str, role_a_address: str, role_b_address: str, bridge_type: str = 'Standing', bilateral: bool = True, max_classification: str = 'Confidential') -> Self: ...
    @property
    def id(self) -> str:
        """Name of the bridge."""
    @property
    def role_a_address(self) -> str:
        """Address of one end, A."""
    @property
    def role_b_address(self) -> str:
        """Address of the other end, B."""
    @property
    def bridge_type(self) -> str:
        """Standing, scoped or ad_hoc."""
    @property
    def max_classification(self) -> PactClassificationLevel:
        """The highest level that may be read over it."""
    @property
    def bilateral(self) -> bool:
        """Whether both ends read from each other, or only A from B."""
    @property
    def active(self) -> bool:
        """Whether it counts."""
    @property
    def expires_at(self) -> str | None:
        """When it ends: RFC 3339, UTC; None = never."""
    @property
    def created_by(self) -> str | None:
        """Who made it."""
    @property
    def approval_status(self) -> PactBridgeApprovalStatus:
        """Whether it was approved."""
    @property
    def approved_by(self) -> str | None:
        """Address of the role that approved it, or None."""
    @property
    def approved_at(self) -> str | None:
        """When it was approved, or None."""
    @property
    def lca_address(self) -> str | None:
        """Address of the lowest role above both ends, who decides on it or somebody above; None
        for a bridge that was not asked for.
        """
    @property
    def read_paths(self) -> list[str] | None:
        """Globs of paths that may be read; None = all."""
    @property
    def write_paths(self) -> list[str] | None:
        """Globs of paths that may be written; None = all."""
    @property
    def review_interval_days(self) -> int | None:
        """Days between two reviews; None = none is due."""
    @property
    def next_review_at(self) -> str | None:
        """When the next review is due; None = never."""
    @property
    def last_reviewed_at(self) -> str | None:
        """When it was reviewed last, or None."""
    @property
    def used_at(self) -> str | None:
        """When a bridge for one use was used, or None."""
    @property
    def suspend_on_overdue(self) -> bool:
        """Whether it does not count while a review is overdue."""
    @property
    def one_time_use(self) -> bool:
        """Whether one access uses it up."""
    @property
    def by_admin(self) -> bool:
        """Whether it was asked for across departments, so that a role at the top decides."""
    def is_usable(self, /) -> bool:
        """Whether it counts now: active, approved, not expired, not used up, not suspended by a
        review that is overdue.
        """
    def is_review_overdue(self, /) -> bool:
        """Whether a review should have been."""
    def is_one_time_expired(self, /) -> bool:
        """Whether it was for one use, and was used."""
    def path_allowed_for_read(self, /, path: str) -> bool:
        """Whether a path is among read_paths (* within a segment, ** across); never with a segment
        '..'.
        """
    def path_allowed_for_write(self, /, path: str) -> bool:
        """The same for write_paths."""
    @staticmethod
    def from_json(s: str) -> PactBridge:
        """The bridge of a JSON text."""
    def to_json(self, /) -> str:
        """The bridge as JSON text."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class PactBridgeApprovalStatus:
    """Whether a bridge was approved."""
    @property
    def name(self) -> str:
        """Pending, approved or rejected."""
    @property
    def reason(self) -> str | None:
        """Why it was rejected; else None."""
    @staticmethod
    def pending() -> PactBridgeApprovalStatus:
        """Nobody has decided yet."""
    @staticmethod
    def approved() -> PactBridgeApprovalStatus:
        """It was approved."""
    @staticmethod
    def rejected(reason: str) -> PactBridgeApprovalStatus:
        """It was rejected, and why."""
    def is_pending(self, /) -> bool:
        """Whether nobody has decided."""
    def is_approved(self, /) -> bool:
        """Whether it was approved."""
    def is_rejected(self, /) -> bool:
        """Whether it was rejected."""
    def __str__(self, /) -> str:
        """The name, and the reason of a rejection: rejected: why"""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class PactChainVerificationResult:
    """Whether an audit chain holds."""
    @property
    def status(self) -> str:
        """Verified: every anchor held; failed: one did not; not_determined: there was none to look
        at, which is no proof of anything.
        """
    @property
    def verified_count(self) -> int | None:
        """Anchors that held, up to the first that did not; None when there was none."""
    @property
    def broken_at_seq(self) -> int | None:
        """Place in the chain, from 0, of the first that did not hold."""
    @property
    def first_break_reason(self) -> str | None:
        """Why it did not hold."""
    @property
    def verified_at(self) -> str:
        """When that was found: UTC, RFC 3339."""
    @property
    def is_verified(self) -> bool:
        """Whether there were anchors and all of them held."""
    @property
    def is_not_determined(self) -> bool:
        """Whether there was nothing to verify."""
    @property
    def valid(self) -> bool:
        """The old name of is_verified: use that."""
    def __bool__(self, /) -> bool:
        """As is_verified."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class PactClassificationLevel:
    """How secret a knowledge item is, and up to which level a role is cleared: public < restricted
    < confidential < secret < top_secret.
    """
    @property
    def name(self) -> str:
        """Public, restricted, confidential, secret or top_secret."""
    @property
    def value(self) -> int:
        """Its number: 0 is public, 4 top_secret."""
    @staticmethod
    def from_str(s: str) -> PactClassificationLevel:
        """The level of a name: snake or Pascal, in any case."""
    def __str__(self, /) -> str:
        """The name."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __lt__(self, other: Self, /) -> bool: ...
    def __le__(self, other: Self, /) -> bool: ...
    def __gt__(self, other: Self, /) -> bool: ...
    def __ge__(self, other: Self, /) -> bool: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class PactCompiledOrg:
    """An organisation with the addresses of its roles. Never changes;
    PactGovernanceEngine.compiled_org() gives it.
    """
    @property
    def org_id(self) -> str:
        """Id of the organisation."""
    @property
    def name(self) -> str:
        """Its name."""
    def node_count(self, /) -> int:
        """Number of nodes; every node is a role."""
    def role_count(self, /) -> int:
        """Number of roles."""
    def get_node(self, /, address: str) -> PactOrgNode | None:
        """The node at an address; None when there is none."""
    def get_node_by_role_id(self, /, role_id: str) -> PactOrgNode | None:
        """The node of a role's id; None when there is none."""

@final
class PactDegenerateWarning:
    """That an envelope leaves next to nothing in a dimension. No exception."""
    def __new__(cls, dimension: str, message: str) -> Self: ...
    @property
    def dimension(self) -> str:
        """Financial, Operational, Temporal, DataAccess, Communication, Passthrough or Gradient."""
    @property
    def message(self) -> str:
        """What is odd."""
    def __str__(self, /) -> str:
        """DIMENSION: MESSAGE"""
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
class PactDelegationRecord:
    """That one role delegates to another, in some dimensions or in all."""
    def __new__(cls, delegation_id: str, delegator: str, delegate: str, dimension_scope: list[str] | None = None) -> Self: ...
    @property
    def delegation_id(self) -> str:
        """Name of the delegation."""
    @property
    def delegator(self) -> str:
        """Address of the role that delegates."""
    @property
    def delegate(self) -> str:
        """Address of the role it delegates to."""
    @property
    def dimension_scope(self) -> list[str] | None:
        """Names of the dimensions it is for; None = all five."""
    @property
    def revoked(self) -> bool:
        """Whether it was taken back."""
    @property
    def is_active(self) -> bool:
        """Whether it was not revoked."""
    def allows_dimension(self, /, dimension: str) -> bool:
        """Whether it is for a dimension."""
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
class PactDimensionName:
    """One of the five dimensions of an envelope."""
    @property
    def name(self) -> str:
        """Financial, operational, temporal, data_access or communication."""
    @staticmethod
    def financial() -> PactDimensionName:
        """What may be spent."""
    @staticmethod
    def operational() -> PactDimensionName:
        """What may be done."""
    @staticmethod
    def temporal() -> PactDimensionName:
        """When, how long, how often."""
    @staticmethod
    def data_access() -> PactDimensionName:
        """Which data may be used."""
    @staticmethod
    def communication() -> PactDimensionName:
        """With whom, through what."""
    @staticmethod
    def all() -> list[PactDimensionName]:
        """All five, in their order."""
    @staticmethod
    def from_str(s: str) -> PactDimensionName:
        """The dimension of a name, exactly as it is written, in lower case."""
    def __str__(self, /) -> str:
        """The name."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class PactDimensionVerdict:
    """What was found in one dimension."""
    def __new__(cls, dimension: str, zone: str, detail: str) -> Self: ...
    @property
    def dimension(self) -> str:
        """Name of the dimension."""
    @property
    def zone(self) -> str:
        """Name of the zone."""
    @property
    def detail(self) -> str:
        """What was found."""
    def __str__(self, /) -> str:
        """DIMENSION: ZONE (DETAIL)"""
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
class PactEffectiveEnvelopeSnapshot:
    """The envelope a role works under: that of each role above it, its own, and that of its task,
    all at once.
    """
    @property
    def chain(self) -> list[str]:
        """Addresses whose envelopes make it up, from the root on."""
    @property
    def version_hash(self) -> str:
        """SHA-256 of the versions of those envelopes, in hexadecimal; another one after any of
        them was replaced.
        """
    @property
    def content_hash(self) -> str:
        """SHA-256 of what it allows (the canonical JSON of its dimensions), in hexadecimal."""
    @property
    def is_expired(self) -> bool:
        """Whether the time of an envelope in it is over: then everything is blocked."""
    @property
    def computed_at(self) -> str:
        """When it was computed: RFC 3339, UTC."""
    def to_json(self, /) -> str:
        """The envelope, its chain and hashes as JSON text."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class PactEnforcementMode:
    """Whether verdicts bind (enforce), are computed and recorded while everything is allowed
    (audit), or are not computed (disabled).
    """
    def __new__(cls, name: str) -> Self: ...
    @property
    def name(self) -> str:
        """Enforce, audit or disabled."""
    @property
    def is_binding(self) -> bool:
        """Whether verdicts bind: in enforce alone."""
    def __str__(self, /) -> str:
        """The name."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class PactEnvelopeSnapshot:
    """The audit anchors of one envelope as they were at one time."""
    @property
    def envelope_id(self) -> str:
        """Whose anchors they are."""
    @property
    def snapshot_taken_at(self) -> str:
        """When they were copied: UTC, RFC 3339."""
    def anchors(self, /) -> list[AuditAnchor]:
        """The AuditAnchors in the order in which they were recorded; later ones do not join them."""
    def anchor_count(self, /) -> int:
        """How many they are."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class PactEnvelopeWarning:
    """That an envelope contradicts itself, or that a part of it never applies. No exception."""
    def __new__(cls, variant: str, message: str) -> Self: ...
    @property
    def variant(self) -> str:
        """Kind of the oddity, such as ZeroFinancialLimit."""
    @property
    def message(self) -> str:
        """What is odd."""
    def __str__(self, /) -> str:
        """The message."""
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
class PactExplainStep:
    """One step of an access decision."""
    @property
    def step(self) -> int:
        """Its number, 0 to 4."""
    @property
    def name(self) -> str:
        """What is looked at."""
    @property
    def result(self) -> str:
        """Pass, skip, allow or deny; the last two decide."""
    @property
    def reason(self) -> str:
        """What was found, line by line."""
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
class PactExplainedAccessDecision:
    """An access decision with all that led to it."""
    @property
    def allowed(self) -> bool:
        """Whether the item may be read."""
    @property
    def reason(self) -> str:
        """Why."""
    @property
    def decision(self) -> PactAccessDecision:
        """What check_access() says."""
    @property
    def steps(self) -> list[PactExplainStep]:
        """The steps up to the one that decides."""
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
class PactFilterDecision:
    """What a knowledge filter says before anything is read; see
    PactGovernanceEngine.filter_knowledge().
    """
    def __new__(cls, allowed: bool, reason: str = '', filtered_scope: dict[str, Any] | None = None, audit_anchor_id: str | None = None) -> Self: ...
    @property
    def allowed(self) -> bool:
        """Whether the question may go on to the access algorithm."""
    @property
    def reason(self) -> str:
        """Why."""
    @property
    def filtered_scope(self) -> dict[str, Any] | None:
        """What may be asked for: classifications, item_ids, owning_units (lists; None = any) and a
        description; None = anything.
        """
    @property
    def audit_anchor_id(self) -> str | None:
        """The anchor that tells of it, or None."""
    def to_canonical_json(self, /) -> str:
        """The form in which implementations of PACT compare filters: keys sorted, in ASCII."""
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
class PactFiniteF64:
    """A number that is neither NaN nor infinite."""
    def __new__(cls, value: float) -> Self: ...
    @property
    def value(self) -> float:
        """The number: neither NaN nor infinite."""
    def __float__(self, /) -> float:
        """The number."""
    def __str__(self, /) -> str:
        """The number as text."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __lt__(self, other: Self, /) -> bool: ...
    def __le__(self, other: Self, /) -> bool: ...
    def __gt__(self, other: Self, /) -> bool: ...
    def __ge__(self, other: Self, /) -> bool: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class PactGovernanceContext:
    """What a role may in a posture, as it was when the context was made. Never changes and cannot
    be made from data, so code that was handed one cannot widen it.
    """
    @property
    def org_id(self) -> str:
        """Id of the organisation."""
    @property
    def role_address(self) -> str:
        """Address of the role."""
    @property
    def posture(self) -> str:
        """The posture it was made for, in snake case."""
    def has_clearance_for(self, /, level: str) -> bool:
        """Whether the role was cleared for a level, in this posture."""
    def has_compartment(self, /, compartment: str) -> bool:
        """Whether the role was cleared for a compartment."""
    def is_action_allowed(self, /, action: str) -> bool:
        """Whether the operations of its envelope let an action pass without a human. What it
        costs, when it is done and what it uses are not looked at:
        PactGovernanceEngine.verify_action() does.
        """

@final
class PactGovernanceEngine:
    """Decides for the roles of an organisation what they may do and read, and leaves proof of it.
    Doubt is a denial.
    """
    def __new__(cls, org_def_json: str) -> Self: ...
    def list_roles(self, /) -> list[Any]:
        """All roles as PactRoleSummary, sorted by address as text."""
    def get_node(self, /, address: str) -> Any:
        """The PactOrgNode at an address; None when there is none."""
    def get_node_by_role_id(self, /, role_id: str) -> Any:
        """The PactOrgNode of a role's id; None when there is none."""
    def resolve_role_id(self, /, identifier: str) -> str | None:
        """The id of a role that is named by its address or its id; None when it is neither."""
    def describe_address(self, /, address: str) -> str:
        """The role at an address and those above it, from the nearest on."""
    def compiled_org(self, /) -> PactCompiledOrg:
        """The organisation with its addresses."""
    def compile_warnings(self, /) -> list[str]:
        """What its document has that is probably a mistake: keys that nobody reads, empty ids,
        heads that are not among their roles.
        """
    def set_enforcement_mode(self, /, mode: Literal["enforce", "audit", "disabled"]) -> None:
        """Whether verdicts bind (enforce), are only recorded (audit), or not computed (disabled)."""
    @property
    def enforcement_mode(self) -> str:
        """enforce, audit or disabled."""
    def add_never_delegated(self, /, actions: list[str]) -> None:
        """More actions that always wait for a human. None is ever taken away."""
    def never_delegated_actions(self, /) -> list[str]:
        """The actions that always wait for a human, sorted, in lower case."""
    def set_clock(self, /, clock: Callable[..., Any] | None = None) -> None:
        """Another clock for all decisions, for tests and replays."""
    def set_role_envelope(self, /, envelope_json: str) -> None:
        """Set the standing envelope of a role, from JSON. RuntimeError for an unknown role, and
        for an envelope that is wider than one above it.
        """
    def get_role_envelope(self, /, role_address: str) -> PactRoleEnvelope | None:
        """The standing envelope of a role; None when it has none."""
    def set_task_envelope(self, /, envelope_json: str) -> None:
        """Set the envelope of a task, from JSON: it narrows that of its role until it ends."""
    def delete_task_envelope(self, /, task_id: str) -> None:
        """Forget the envelope of a task, if there is one."""
    def compute_envelope(self, /, role_address: str, task_id: str | None = None) -> PactEffectiveEnvelopeSnapshot:
        """The envelope a role works under, for a task or without one."""
    def explain_envelope(self, /, role_address: str) -> str:
        """The envelopes above a role, and what they come to, as text."""
    def default_envelope_for_posture(self, /, posture: str) -> str:
        """The envelope that a posture starts with, as JSON."""
    def check_degenerate_envelope(self, /, envelope_json: str) -> list[PactDegenerateWarning]:
        """Dimensions of an envelope in which next to nothing can be done."""
    def check_passthrough_envelope(self, /, envelope_json: str) -> list[PactDegenerateWarning]:
        """A warning when an envelope states no dimension at all."""
    def validate_envelope_health(self, /, envelope_json: str) -> list[PactEnvelopeWarning]:
        """What in an envelope contradicts itself or never applies."""
    def check_gradient_dereliction(self, /, action_zones: list[tuple[Any, ...]], never_delegated: list[str]) -> list[PactDegenerateWarning]:
        """Actions that should wait for a human and do not."""
    def grant_clearance(self, /, role_id: str, max_clearance: str, compartments: list[str] | None = None) -> None:
        """Clear a role up to a level and for compartments, in place of what it had."""
    def revoke_clearance(self, /, role_id: str) -> None:
        """Take the clearance of a role away, if it has one."""
    def transition_clearance(self, /, role_id: str, status: Literal["pending", "active", "suspended", "expired", "revoked", "PENDING", "ACTIVE", "SUSPENDED", "EXPIRED", "REVOKED"]) -> None:
        """Change the vetting of a clearance, as PactVettingStatus.can_transition_to() allows."""
    def list_clearances(self, /) -> list[PactRoleClearance]:
        """All clearances, sorted by address."""
    def set_vacancy_designation(self, /, role_address: str, acting_occupant: str, designated_by: str, expiry_hours: int = 24) -> None:
        """Say who acts for a role that is vacant or suspended, and for how long."""
    def get_vacancy_designation(self, /, role_address: str) -> PactVacancyDesignation | None:
        """Who acts for a role; None when nobody was named."""
    def remove_vacancy_designation(self, /, role_address: str) -> None:
        """Nobody acts for a role any more."""
    def get_vacancy_status(self, /) -> PactVacancyStatus:
        """How many roles are vacant by the document, whoever acts for them."""
    def is_role_vacant(self, /, role_address: str) -> bool | None:
        """Whether a role is vacant and nobody acts; None for an unknown address."""
    def is_role_suspended(self, /, role_address: str) -> bool | None:
        """Whether a role waits because one above it is vacant; None for an unknown address."""
    def get_context(self, /, role_address: str, posture: str) -> PactGovernanceContext:
        """What a role may in a posture, as it is now: an object that never changes."""
    def check_access(self, /, role_id: str, knowledge_item: PactKnowledgeItem, posture: str) -> PactAccessDecision:
        """Whether a role in a posture may read an item. A bridge for one use is used up by it."""
    def check_access_with_env(self, /, role_id: str, knowledge_item: PactKnowledgeItem, posture: str, now: str | None = None) -> PactAccessDecision:
        """The same at a time of the caller's."""
    def explain_access(self, /, role_id: str, knowledge_item: PactKnowledgeItem, posture: str) -> PactExplainedAccessDecision:
        """The same with every step to the answer. Nothing is recorded, and no bridge is used up."""
    def filter_knowledge(self, /, callable: Callable[..., Any] | None = None) -> None:
        """A function that is asked before every access: (role, query) -> bool, or the dict of a
        PactFilterDecision (its to_dict()). What raises or answers otherwise denies.
        """
    def create_ksp(self, /, ksp_json: str) -> None:
        """Add a knowledge share policy, from JSON, or replace the one with its id."""
    def remove_ksp(self, /, ksp_id: str) -> None:
        """Take a knowledge share policy away, if it is there."""
    def get_ksps(self, /) -> str:
        """All knowledge share policies as a JSON array, sorted by id."""
    def create_bridge(self, /, bridge_json: str) -> None:
        """Add a bridge that counts at once, from JSON. approved_by names a role above both ends;
        without it the audit chain tells that nobody has approved.
        """
    def request_bridge(self, /, bridge: PactBridge, admin: bool = False) -> str:
        """Ask for a bridge; its id. It counts when it is approved."""
    def approve_bridge(self, /, bridge_id: str, approver_address: str) -> None:
        """Approve a bridge that was asked for: by a role at or above the lowest one above both
        ends, or, across departments, at the top of one.
        """
    def reject_bridge(self, /, bridge_id: str, rejector_address: str, reason: str) -> None:
        """Reject one, by whoever could approve it."""
    def remove_bridge(self, /, bridge_id: str) -> None:
        """Take a bridge away, if it is there."""
    def list_bridges(self, /) -> list[PactBridge]:
        """All bridges by id."""
    def overdue_bridges(self, /) -> list[PactBridge]:
        """Active, approved bridges whose review is overdue."""
    def mark_bridge_reviewed(self, /, bridge_id: str, by: str) -> None:
        """A bridge was reviewed now, by a role that could approve it; the next review is due after
        its interval.
        """
    def compute_bridge_lca(self, /, role_a: str, role_b: str) -> PactAddress:
        """The lowest role above two roles; RuntimeError when there is none."""
    def verify_bridge_access(self, /, source_address: str, target_address: str, action: str) -> PactGovernanceVerdict:
        """Whether one role may act towards another: within a department, or over a bridge."""
    def suspend_plan(self, /, role_address: str, plan_id: str, trigger: str, snapshot: dict[str, Any] | None = None) -> PactPlanSuspension:
        """Block everything that is asked for a plan until it is resumed."""
    def resume_plan(self, /, plan_id: str) -> PactGovernanceVerdict:
        """Let a plan go on when all its conditions are met; else a verdict that is blocked tells
        which are not.
        """
    def update_resume_condition(self, /, plan_id: str, condition_type: str, satisfied: bool, details: str = '') -> PactPlanSuspension:
        """Tell whether a condition of a suspended plan is met."""
    def get_suspension(self, /, plan_id: str) -> PactPlanSuspension | None:
        """Why and since when a plan is suspended; None when it is not."""
    def verify_action(self, /, role_address: str, action: str, context: dict[str, float] | None = None, resource: str | None = None, task_id: str | None = None, channel: str | None = None, recipient: str | None = None) -> PactGovernanceVerdict:
        """Whether a role may do an action now. A verdict that is held files an action for a human,
        whose number is details['held_action_id']. RuntimeError for text that is no address or
        no action, and for a decision that cannot be recorded.
        """
    def verify_action_chain(self, /, role_address: str, action: str, context: dict[str, float] | None = None, resource: str | None = None, task_id: str | None = None, channel: str | None = None, recipient: str | None = None) -> list[PactGovernanceVerdict]:
        """The verdict at every ancestor, each by its own envelope, from the root on, and last that
        of the role itself. Only the last one is held for a human and counted.
        """
    def approve_held_action(self, /, action_id: int, approver: str, valid_hours: float = 24) -> None:
        """Approve a pending action: it releases one retry."""
    def reject_held_action(self, /, action_id: int, rejector: str, reason: str) -> None:
        """Reject a pending action."""
    def retry_held_action(self, /, action_id: int) -> PactGovernanceVerdict:
        """Judge an approved action again, as it was asked for then. What was held and approved
        passes; what is blocked by now stays blocked. The approval is used up by it.
        """
    def list_held_actions(self, /, state: Literal["pending", "approved", "rejected", "consumed"] | None = None) -> list[PactHeldAction]:
        """The held actions by number."""
    def get_held_action(self, /, action_id: int) -> PactHeldAction | None:
        """One held action; None when there is none of that number."""
    def held_action_store(self, /) -> PactMemoryHeldActionStore:
        """The store of the held actions."""
    def record_audit_anchor(self, /, anchor: AuditAnchor) -> AuditAnchor:
        """Append an anchor that was made elsewhere; the one that was recorded, its hash computed
        anew. One that does not follow the last is recorded too: then the chain does not verify.
        """
    def iter_audit_anchors(self, /) -> list[AuditAnchor]:
        """A copy of the audit chain. Without a file the last 250 000 anchors are there."""
    def last_audit_anchor_hash(self, /) -> str | None:
        """The hash of the last anchor; None while there is none."""
    def audit_anchor_count(self, /) -> int:
        """How many anchors were recorded."""
    def verify_audit_chain(self, /) -> PactChainVerificationResult:
        """Compute every hash again, and look whether each anchor names the one before it."""
    def envelope_snapshot(self, /, envelope_id: str) -> PactEnvelopeSnapshot:
        """The anchors of one envelope as they are now. The engine's own anchors name the address
        of a role as the envelope.
        """
    def set_audit_enabled(self, /, enabled: bool) -> None:
        """Whether decisions and changes are recorded in the audit chain, as they are unless this
        says otherwise.
        """
    def export_rbac_matrix(self, /) -> RbacMatrix:
        """What every role may do of all actions that any envelope names. Nothing is recorded,
        counted or held.
        """
    def record_spend(self, /, role: str, cents: int) -> None:
        """Tell that a role has spent money: it counts toward max_cumulative_cents of the running
        period.
        """
    def spent_cents(self, /, role: str, period: Literal["daily", "weekly", "monthly", "quarterly", "annual"] = 'daily') -> int:
        """What a role has spent in the running period of the calendar of UTC."""
    @staticmethod
    def open(path: str, org_def_json: str | None = None, verify: bool = True, read_only: bool = False) -> PactGovernanceEngine:
        """An engine whose state is in an SQLite file: each change and its anchor are on the disk,
        together, before the call returns. Opening verifies the audit chain.
        """

@final
class PactGovernanceError:
    """An error of governance as a value: which kind, and what it says. No exception."""
    def __new__(cls, variant: str, message: str) -> Self: ...
    @property
    def variant(self) -> str:
        """Which kind of error."""
    @property
    def message(self) -> str:
        """What it says."""
    def __str__(self, /) -> str:
        """The message."""
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
class PactGovernanceVerdict:
    """What a governance engine says of an action. Verdicts are equal when all but their times and
    envelope versions are.
    """
    @property
    def zone(self) -> str:
        """Auto_approved, flagged, held or blocked."""
    @property
    def allowed(self) -> bool:
        """Whether the action may run: auto_approved and flagged ones."""
    @property
    def reason(self) -> str:
        """Why, for a person."""
    @property
    def action(self) -> str:
        """What was asked for."""
    @property
    def details(self) -> dict[str, str]:
        """What was found, by dimension or check."""
    @property
    def role_address(self) -> str:
        """Who asked."""
    @property
    def envelope_version(self) -> str | None:
        """Version hash of the envelope it was judged by; None when none was looked at."""
    @property
    def timestamp(self) -> str:
        """When it was judged: UTC, RFC 3339."""
    def to_dict(self, /) -> dict[str, Any]:
        """The verdict as a dict, with envelope_version and timestamp."""
    def to_canonical_json(self, /) -> str:
        """The form that implementations compare: sorted keys, ", " and ": " between parts, ASCII."""
    def to_observation(self, /, correlation_id: str | None = None) -> PactObservation:
        """The verdict as an event for a monitor."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class PactGovernedAgent:
    """An agent that uses only tools that were registered, and those only as its engine allows."""
    def __new__(cls, engine: PactGovernanceEngine, role_address: str, posture: str) -> Self: ...
    @staticmethod
    def with_recorder(recorder: PactRecorder, role_address: str, posture: str) -> PactGovernedAgent:
        """An agent whose decisions are written down before they count."""
    def register_tool(self, /, action: str, estimated_cost: float | None = None, resource: str | None = None) -> None:
        """Let the agent have a tool. Registered again, its cost may only rise and its resource
        must stay.
        """
    def register_tool_with_description(self, /, action: str, estimated_cost: float | None = None, resource: str | None = None, description: str = '') -> None:
        """The same with a description for people."""
    def unregister_tool(self, /, action: str) -> bool:
        """Take a tool away; whether it was there."""
    def is_tool_registered(self, /, action: str) -> bool:
        """Whether the agent has a tool."""
    def registered_tools(self, /) -> list[str]:
        """The names of its tools, sorted."""
    def check_tool(self, /, action: str) -> PactGovernanceVerdict:
        """Whether the tool may be used now; blocked when it is not registered. RuntimeError when
        the decision cannot be written down.
        """
    def execute_tool(self, /, action: str, fn: Callable[..., Any], args: list[Any] = [], held_action_id: int | None = None) -> Any:
        """Call fn if the tool may be used now, and give what it gives. RuntimeError otherwise,
        with code governance_held or governance_blocked and details, among them held_action_id.
        Calls under way are judged as concurrent_operations. What was spent is told by
        engine.record_spend().
        """
    def context(self, /) -> Any:
        """What its role may do and see, as of its making or the last refresh_context()."""
    def refresh_context(self, /) -> None:
        """Read the context from the engine again."""
    @property
    def posture(self) -> str:
        """Its posture in snake case."""
    @property
    def role_address(self) -> str:
        """The address of its role."""
    @property
    def is_recording(self) -> bool:
        """Whether its decisions are written down by a PactRecorder."""

@final
class PactGradientZone:
    """The zone of a verdict: auto_approved < flagged < held < blocked; the worst of several wins."""
    def __new__(cls, name: str) -> Self: ...
    @property
    def name(self) -> str:
        """Auto_approved, flagged, held or blocked."""
    @property
    def severity(self) -> int:
        """0 for auto_approved to 3 for blocked."""
    @property
    def is_allowed(self) -> bool:
        """Whether an action in this zone may go on: auto_approved and flagged."""
    def __str__(self, /) -> str:
        """The name."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __lt__(self, other: Self, /) -> bool: ...
    def __le__(self, other: Self, /) -> bool: ...
    def __gt__(self, other: Self, /) -> bool: ...
    def __ge__(self, other: Self, /) -> bool: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class PactHeldAction:
    """An action that waits, or has waited, for a human: as it was when it was looked at."""
    @property
    def action_id(self) -> int:
        """Its number in the engine, from 1."""
    @property
    def action(self) -> str:
        """What was asked for."""
    @property
    def role_address(self) -> str:
        """Who asked."""
    @property
    def context(self) -> dict[str, float]:
        """The numbers that were given."""
    @property
    def created_at(self) -> str:
        """When: UTC, RFC 3339."""
    @property
    def state(self) -> PactApprovalState:
        """Where it stands."""
    @property
    def original_verdict(self) -> PactGovernanceVerdict:
        """Why it was held."""
    @property
    def data_source(self) -> str | None:
        """The resource it is about; None = none was named."""
    @property
    def task_id(self) -> str | None:
        """The task it belongs to."""
    @property
    def channel(self) -> str | None:
        """The channel it uses."""
    @property
    def recipient(self) -> str | None:
        """Whom it is sent to."""
    def to_dict(self, /) -> dict[str, Any]:
        """The action as a dict, state and verdict as dicts in it."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class PactKnowledgeItem:
    """Something that can be read: who owns it, and how secret it is."""
    def __new__(cls, id: str, owner_address: str, classification: str, compartments: list[str] | None = None, org_id: str = 'default', name: str | None = None, path: str | None = None, knowledge_type: str | None = None) -> Self: ...
    @property
    def id(self) -> str:
        """Name of the item."""
    @property
    def owner_address(self) -> str:
        """Address of the role that owns it."""
    @property
    def classification(self) -> PactClassificationLevel:
        """How secret it is."""
    @property
    def compartments(self) -> list[str]:
        """Compartments a reader must be cleared for, sorted."""
    @property
    def org_id(self) -> str:
        """Id of its organisation."""
    @property
    def name(self) -> str | None:
        """What people call it."""
    @property
    def path(self) -> str | None:
        """Where it lies."""
    @property
    def knowledge_type(self) -> str | None:
        """What kind of knowledge it is."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class PactKnowledgeSharePolicy:
    """That one unit lets another one read what it owns, up to a level and within a scope."""
    @property
    def id(self) -> str:
        """Name of the policy."""
    @property
    def source_unit_address(self) -> str:
        """Address whose knowledge is shared, with all below it."""
    @property
    def target_unit_address(self) -> str:
        """Address that may read it, with all below it."""
    @property
    def max_classification(self) -> PactClassificationLevel:
        """The highest level that is shared."""
    @property
    def is_active(self) -> bool:
        """Whether it counts."""
    @property
    def expires_at(self) -> str | None:
        """When it ends: RFC 3339, UTC; None = never."""
    @property
    def created_by(self) -> str | None:
        """Who made it."""
    @property
    def shared_types(self) -> list[str] | None:
        """Kinds of knowledge that are shared; None or empty = all."""
    @property
    def shared_paths(self) -> list[str] | None:
        """Beginnings of paths that are shared; None or empty = all."""
    @property
    def shared_classifications(self) -> list[str] | None:
        """The levels that are shared; None or empty = up to the highest."""
    @property
    def min_clearance(self) -> PactClassificationLevel | None:
        """Clearance a reader needs; None = any."""
    @property
    def min_authority_level(self) -> str | None:
        """Posture a reader needs; None = any."""
    @property
    def compartments(self) -> list[str] | None:
        """Compartments whose items are shared; None = all."""
    @property
    def time_window(self) -> tuple[Any, ...] | None:
        """(not_before, not_after), RFC 3339 or None each; None = always."""
    @staticmethod
    def from_json(s: str) -> PactKnowledgeSharePolicy:
        """The policy of a JSON text."""
    def to_json(self, /) -> str:
        """The policy as JSON text; optional members that are not set are left out."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class PactMemoryHeldActionStore:
    """Held actions by number. That of an engine is engine.held_action_store(); it keeps 100 000
    actions, the decided ones going first, then the oldest.
    """
    def __new__(cls) -> Self: ...
    def get(self, /, action_id: int) -> PactHeldAction | None:
        """The action of that number as it stands now; None when there is none."""
    def list_all(self, /) -> list[PactHeldAction]:
        """All actions by number, decided ones too."""
    def list_pending(self, /) -> list[PactHeldAction]:
        """The actions that wait for a human, by number."""
    def __len__(self, /) -> int:
        """How many actions it has."""

@final
class PactMonotonicTighteningError:
    """That an envelope is wider than one above it, as a value. No exception."""
    def __new__(cls, variant: str, message: str) -> Self: ...
    @property
    def variant(self) -> str:
        """Which kind of error."""
    @property
    def message(self) -> str:
        """What it says."""
    def __str__(self, /) -> str:
        """The message."""
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
class PactObservation:
    """An event of governance, for monitors."""
    def __new__(cls, event_type: str, role_address: str, level: Literal["debug", "info", "warn", "error", "critical"] = 'info', payload: dict[str, Any] = {}, correlation_id: str | None = None, observation_id: str | None = None, timestamp: str | None = None) -> Self: ...
    @property
    def event_type(self) -> str:
        """What happened, such as verdict."""
    @property
    def role_address(self) -> str:
        """Whom it is about."""
    @property
    def level(self) -> str:
        """How grave it is."""
    @property
    def payload(self) -> dict[str, Any]:
        """The facts."""
    @property
    def correlation_id(self) -> str | None:
        """What it belongs to; None = nothing."""
    @property
    def observation_id(self) -> str | None:
        """Its id; None = a new one."""
    @property
    def timestamp(self) -> str | None:
        """When it happened: RFC 3339; None = now."""
    def to_canonical_json(self, /) -> str:
        """The form that implementations compare: sorted keys, ", " and ": " between parts, ASCII."""
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
class PactOrgNode:
    """A role of a compiled organisation, with its place."""
    @property
    def address(self) -> str:
        """Address of the role."""
    @property
    def name(self) -> str:
        """Name of the role."""
    @property
    def node_id(self) -> str:
        """Id of the role in the organisation's document."""
    @property
    def parent_address(self) -> str | None:
        """Address of the nearest role above; None at the top."""
    @property
    def children(self) -> list[str]:
        """Addresses right below: extra roles, leads of teams, heads of departments."""
    @property
    def is_vacant(self) -> bool:
        """Whether nobody holds the role, by the document."""
    @property
    def is_external(self) -> bool:
        """Whether somebody from outside holds it."""
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
class PactPlanSuspension:
    """A plan that waits: everything that is asked for it is blocked until it is resumed."""
    @property
    def suspension_id(self) -> str:
        """A UUID."""
    @property
    def plan_id(self) -> str:
        """The plan, which is the task of its actions."""
    @property
    def role_address(self) -> str:
        """Address of the role whose plan it is."""
    @property
    def trigger(self) -> str:
        """Why: budget, temporal, posture or envelope."""
    @property
    def suspended_at(self) -> str:
        """Since when: RFC 3339, UTC."""
    @property
    def resume_conditions(self) -> list[PactResumeCondition]:
        """What must be so before it may go on."""
    @property
    def snapshot(self) -> dict[str, Any]:
        """The state of the plan, as it was given."""
    def all_conditions_met(self, /) -> bool:
        """Whether all conditions are satisfied."""
    def to_canonical_json(self, /) -> str:
        """The form in which implementations of PACT compare suspensions: keys sorted, in ASCII."""
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
class PactRecorder:
    """Writes down every decision of the agents that are made with it, before it counts: what
    cannot be written may not be done.
    """
    @staticmethod
    def in_memory(engine: PactGovernanceEngine) -> PactRecorder:
        """One that keeps the last 10 000 lines."""
    @staticmethod
    def file_backed(engine: PactGovernanceEngine, audit_dir: str, signing_key: EatpKeyPair | None = None) -> PactRecorder:
        """One that adds lines to files: zone1-pseudo.jsonl, zone2-guardian.jsonl,
        zone3-cognate.jsonl by the posture of the agent, and evidence.jsonl; with a key also
        zone4-delegated.jsonl. They are for their owner alone.
        """
    def evidence_count(self, /) -> int:
        """How many decisions were recorded."""
    def dropped_count(self, /) -> int:
        """How many decisions were refused because there is no file for their posture."""
    def audit_lines(self, /) -> list[str]:
        """The lines of audit that are in memory."""
    def evidence_lines(self, /) -> list[str]:
        """The lines of evidence that are in memory."""
    @staticmethod
    def audit_line(event_id: str, timestamp: str, role_address: str, posture: str, action: str, zone: str, reason: str, tenant_id: str | None = None, signature: str | None = None) -> str:
        """The line of audit of the given facts, byte for byte as it is written."""

@final
class PactResumeCondition:
    """Something that must be so before a suspended plan may go on."""
    def __new__(cls, condition_type: str, satisfied: bool = False, details: str = '') -> Self: ...
    @property
    def condition_type(self) -> str:
        """What must be so, such as budget_replenished."""
    @property
    def satisfied(self) -> bool:
        """Whether it is."""
    @property
    def details(self) -> str:
        """More about it, in words."""
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
class PactRoleClearance:
    """What the holder of a role is cleared for."""
    @property
    def role_id(self) -> str:
        """Id of the role."""
    @property
    def role_address(self) -> str:
        """Its address."""
    @property
    def max_clearance(self) -> PactClassificationLevel:
        """The highest level it may read."""
    @property
    def compartments(self) -> list[str]:
        """Compartments it is cleared for, sorted."""
    @property
    def vetting_status(self) -> PactVettingStatus:
        """How far its holder is vetted: only active counts."""
    @property
    def granted_by(self) -> str | None:
        """Address of the role that granted it, or None."""
    @property
    def review_at(self) -> str | None:
        """When it is to be reviewed, or None."""
    @property
    def nda_signed(self) -> bool:
        """Whether its holder has signed not to tell."""
    def to_canonical_json(self, /) -> str:
        """The form in which implementations of PACT compare clearances: keys sorted, in ASCII."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class PactRoleEnvelope:
    """The standing envelope of a role: what it may do until the envelope is replaced."""
    @property
    def role_address(self) -> str:
        """Whose envelope it is: an address such as D1-R1."""
    @property
    def set_by(self) -> str:
        """Address of who set it."""
    @property
    def version(self) -> int:
        """Number of the version."""
    @property
    def allow_bridge(self) -> bool:
        """Whether the role may be an end of bridges."""
    @property
    def created_at(self) -> str:
        """When it was made: UTC, RFC 3339."""
    @property
    def modified_at(self) -> str:
        """When it was changed: UTC, RFC 3339."""
    @staticmethod
    def from_json(s: str) -> PactRoleEnvelope:
        """Of a JSON document. Addresses may be text or {"segments": [...]}. ValueError says which
        member is wrong.
        """
    def to_json(self, /) -> str:
        """The document as compact JSON, addresses in segments."""
    @property
    def envelope_json(self) -> str:
        """The envelope alone as compact JSON."""
    def intersect(self, /, other: PactRoleEnvelope) -> str:
        """Both envelopes at once, as JSON: never wider than either."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class PactRoleSummary:
    """A role in the list of an engine's roles."""
    @property
    def address(self) -> str:
        """Address of the role."""
    @property
    def role_id(self) -> str:
        """Id of the role in the organisation's document."""
    @property
    def name(self) -> str:
        """Name of the role."""
    @property
    def department(self) -> str:
        """Name of the top-level department it belongs to."""
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
class PactTaskEnvelope:
    """What a role may do within one task: narrower than its standing envelope, and for a while."""
    @property
    def task_id(self) -> str:
        """Name of the task."""
    @property
    def role_address(self) -> str:
        """Whose task it is: an address such as D1-R1."""
    @property
    def expires_at(self) -> str:
        """Until when it narrows: UTC, RFC 3339."""
    @property
    def created_by(self) -> str:
        """Address of who made it."""
    @staticmethod
    def from_json(s: str) -> PactTaskEnvelope:
        """Of a JSON document. Addresses may be text or {"segments": [...]}. ValueError says which
        member is wrong.
        """
    def to_json(self, /) -> str:
        """The document as compact JSON, addresses in segments."""
    @property
    def envelope_json(self) -> str:
        """The envelope alone as compact JSON."""
    def intersect(self, /, other: PactTaskEnvelope) -> str:
        """Both envelopes at once, as JSON: never wider than either."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class PactTieredAuditDispatcher:
    """Keeps audit events the more carefully the graver their verdict is."""
    @staticmethod
    def in_memory() -> Any:
        """A dispatcher whose events are in memory: the last 10 000 of each of up to 10 000
        envelopes.
        """
    def dispatch_verdict_zone(self, /, event_id: str, timestamp: str, role_address: str, posture: str, action: str, zone: str, reason: str, envelope_id: str = '', tenant_id: str | None = None) -> str:
        """Add an event, numbered and linked to the one before it of the same envelope. Its tier:
        tier1_ephemeral for auto_approved, tier2_session_buffered for flagged,
        tier3_synchronous_durable for held and blocked.
        """
    def session_buffer_size(self, /) -> int:
        """How many flagged events wait for flush_session(): at most 10 000, of which the oldest
        tenth goes when one more comes.
        """
    def session_events(self, /) -> list[dict[str, Any]]:
        """The flagged events that wait, as dicts."""
    def flush_session(self, /) -> int:
        """Empty the buffer; how many events were in it."""
    def evicted_count(self, /) -> int:
        """How many flagged events went because the buffer was full."""
    def verify_envelope_chain(self, /, envelope_id: str) -> int | None:
        """How many events of an envelope hold, from the first on; None when it has none."""

@final
class PactVacancyDesignation:
    """Who acts for a role that nobody holds, for a time."""
    def __new__(cls, role_address: str, acting_occupant: str, designated_by: str, expiry_hours: int = 24) -> Self: ...
    @property
    def role_address(self) -> str:
        """Address of the role that nobody holds."""
    @property
    def acting_occupant(self) -> str:
        """Id of the role whose holder acts."""
    @property
    def designated_by(self) -> str:
        """Who says so."""
    @property
    def designated_at(self) -> str:
        """Since when: RFC 3339, UTC."""
    @property
    def expires_at(self) -> str:
        """Until when."""
    def is_active(self, /) -> bool:
        """Whether it has not ended."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class PactVacancyStatus:
    """How many roles of an organisation nobody holds."""
    @property
    def total_roles(self) -> int:
        """Number of roles."""
    @property
    def vacant_roles(self) -> int:
        """How many of them are vacant, by the document."""
    @property
    def vacancy_rate(self) -> float:
        """The share of vacant roles, 0 to 1."""
    @property
    def vacant_role_ids(self) -> list[str]:
        """Ids of the vacant roles, sorted."""
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
class PactVettingStatus:
    """How far the holder of a clearance is vetted."""
    @property
    def name(self) -> str:
        """Pending, active, suspended, expired or revoked."""
    @staticmethod
    def pending() -> PactVettingStatus:
        """Not vetted yet."""
    @staticmethod
    def active() -> PactVettingStatus:
        """Vetted; the only status that grants access."""
    @staticmethod
    def suspended() -> PactVettingStatus:
        """Set aside; may become active again."""
    @staticmethod
    def expired() -> PactVettingStatus:
        """Over; must be vetted again."""
    @staticmethod
    def revoked() -> PactVettingStatus:
        """Taken away for good."""
    @staticmethod
    def from_str(s: str) -> PactVettingStatus:
        """The status of a name, in any case."""
    @property
    def grants_access(self) -> bool:
        """Whether a clearance counts: when it is active."""
    def valid_transitions(self, /) -> list[str]:
        """Names of what it may become."""
    def can_transition_to(self, /, target: PactVettingStatus) -> bool:
        """Whether it may become another status."""
    def __str__(self, /) -> str:
        """The name in upper case."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class RbacCell:
    """What the matrix says of one role and one action."""
    def __new__(cls, allowed: bool, zone: str, constraints: dict[str, str] | None = None) -> Self: ...
    @property
    def allowed(self) -> bool:
        """Whether the role may do the action."""
    @property
    def zone(self) -> str:
        """Auto_approved, flagged, held or blocked; also read as AutoApproved or AUTO_APPROVED."""
    @property
    def constraints(self) -> dict[str, str] | None:
        """What else holds, by name; None = nothing."""
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
class RbacMatrix:
    """Who may do what: every role of an organisation against every known action."""
    def __new__(cls, roles: list[str], actions: list[str], cells: list[RbacCell], org_id: str) -> Self: ...
    @property
    def roles(self) -> list[str]:
        """Addresses of the roles, one a row."""
    @property
    def actions(self) -> list[str]:
        """Names of the actions, one a column."""
    @property
    def cells(self) -> list[RbacCell]:
        """Lists of RbacCell: cells[role][action], as many as there are roles and actions."""
    @property
    def org_id(self) -> str:
        """Id of the organisation."""
    @property
    def exported_at(self) -> str | None:
        """When the matrix was made: UTC, RFC 3339."""
    def to_csv(self, /) -> str:
        """CSV (RFC 4180): a header, then a line for each role with allowed(zone) or denied."""
    def to_json(self, /) -> str:
        """Pretty JSON: roles, actions, cells with allowed, zone and constraints, org_id,
        exported_at.
        """
    def to_markdown(self, /) -> str:
        """A Markdown table, a row for each role."""
    def to_dict(self, /) -> dict[str, Any]:
        """The same as a dict."""
    def __len__(self, /) -> int:
        """Number of roles."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class AnchorRecord:
    """A link of a trust project's chain: TrustProject.anchors()."""
    @property
    def anchor_id(self) -> str | None:
        """"anc-" and 12 random digits."""
    @property
    def anchor_type(self) -> str | None:
        """Decision, milestone, posture_transition, shadow_enabled, shadow_promoted, hold_resolved."""
    @property
    def parent_anchor_id(self) -> str | None:
        """The anchor before it; None = it is the first."""
    @property
    def record_id(self) -> str | None:
        """Id of what is anchored."""
    @property
    def record_hash(self) -> str | None:
        """SHA-256 of what is anchored, as hexadecimal text."""
    @property
    def signature(self) -> str | None:
        """That of the hash by the operational key, as hexadecimal text."""
    @property
    def created_at(self) -> str | None:
        """When it was signed: UTC, RFC 3339."""
    def to_dict(self, /) -> dict[str, Any]:
        """The record as a dict: its wire form, members in their order."""
    def to_json(self, /) -> str:
        """The same as JSON text with ", " and ": " between its parts, in ASCII."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class ConformanceReport:
    """What run_conformance() found. Ask for passed == total: a test without a verdict is none that
    passed.
    """
    @property
    def level(self) -> str:
        """Compatible, Conformant or Complete: the highest tier of which, and of those below it,
        every test was run and passed; else NotAchieved.
        """
    @property
    def passed(self) -> int:
        """Tests that passed."""
    @property
    def failed(self) -> int:
        """Tests that failed."""
    @property
    def total(self) -> int:
        """Tests of the level that was asked for."""
    @property
    def undetermined(self) -> int:
        """Tests that had nothing to check: no pass."""
    def results(self, /) -> list[dict[str, Any]]:
        """A dict per test: name, passed, verdict (passed, failed or no_basis) and message."""

@final
class ConstraintEnvelope:
    """What a session may do, in five dimensions: actions, paths, costs, times, channels. A new one
    restricts nothing.
    """
    def __new__(cls) -> Self: ...
    @staticmethod
    def from_json(s: str) -> ConstraintEnvelope:
        """The envelope of a JSON text; no key may stand twice in it."""
    @staticmethod
    def from_legacy(constraints: list[str]) -> ConstraintEnvelope:
        """The envelope of free texts: those with path, file or dir block a path, those with
        channel or email a channel, all others an action; cost or budget turn on budget
        tracking.
        """
    def to_json(self, /) -> str:
        """The document as JSON text with two blanks of indent."""
    def envelope_hash(self, /) -> str:
        """SHA-256 of the five dimensions in canonical form, 64 hexadecimal digits; who signed it,
        and when, does not count.
        """
    def intersect(self, /, other: ConstraintEnvelope) -> ConstraintEnvelope:
        """A new envelope that allows what both allow, unsigned."""
    def is_tighter_than(self, /, other: ConstraintEnvelope) -> bool:
        """Whether this one is nowhere wider than the other. Each is as tight as itself."""
    def set_blocked_actions(self, /, actions: list[str]) -> None:
        """What must not be done."""
    def set_allowed_actions(self, /, actions: list[str] | None = None) -> None:
        """What alone may be done."""
    def set_read_paths(self, /, paths: list[str] | None = None) -> None:
        """Where alone an action may reach."""
    def set_write_paths(self, /, paths: list[str] | None = None) -> None:
        """Where alone write, create and delete may reach."""
    def set_blocked_paths(self, /, paths: list[str]) -> None:
        """Where no action may reach."""
    def set_blocked_patterns(self, /, patterns: list[str]) -> None:
        """Which paths no action may touch."""
    def set_max_cost_per_session(self, /, limit: float | None = None) -> None:
        """What all actions of a session may cost; more is blocked."""
    def set_max_cost_per_action(self, /, limit: float | None = None) -> None:
        """What one action may cost; more is held."""
    def set_budget_tracking(self, /, enabled: bool) -> None:
        """Tell that the budget is watched; costs count always."""
    def set_max_session_hours(self, /, hours: float | None = None) -> None:
        """How long a session may last; later actions are held."""
    def set_allowed_hours(self, /, hours: list[tuple[Any, ...]] | None = None) -> None:
        """The hours of the day at which actions may take place."""
    def set_cooldown_minutes(self, /, minutes: int | None = None) -> None:
        """How soon an action may follow itself unflagged."""
    def set_allowed_channels(self, /, channels: list[str] | None = None) -> None:
        """What alone may be used to communicate."""
    def set_blocked_channels(self, /, channels: list[str]) -> None:
        """What must not be used to communicate."""
    def set_requires_review(self, /, required: bool) -> None:
        """Whether communication wants a human's eye."""
    def set_signed_by(self, /, signer: str | None = None) -> None:
        """Who has signed the envelope; no part of its hash."""
    def set_signed_at(self, /, time: str | None = None) -> None:
        """When it was signed; no part of its hash."""
    def get_operational(self, /) -> dict[str, Any]:
        """The dimension as a dict: allowed_actions, blocked_actions."""
    def get_data_access(self, /) -> dict[str, Any]:
        """The dimension as a dict: read_paths, write_paths, blocked_paths, blocked_patterns."""
    def get_financial(self, /) -> dict[str, Any]:
        """The dimension as a dict: max_cost_per_session, max_cost_per_action, budget_tracking."""
    def get_temporal(self, /) -> dict[str, tuple[Any, ...]]:
        """The dimension as a dict: max_session_hours, allowed_hours (a list of tuples),
        cooldown_minutes.
        """
    def get_communication(self, /) -> dict[str, Any]:
        """The dimension as a dict: allowed_channels, blocked_channels, requires_review."""
    def get_blocked_actions(self, /) -> list[str]:
        """What must not be done."""
    def get_allowed_actions(self, /) -> list[str] | None:
        """What alone may be done; None = everything."""
    def get_read_paths(self, /) -> list[str] | None:
        """Where alone an action may reach; None = everywhere."""
    def get_write_paths(self, /) -> list[str] | None:
        """Where alone actions may write; None = everywhere."""
    def get_blocked_paths(self, /) -> list[str]:
        """Where no action may reach."""
    def get_blocked_patterns(self, /) -> list[str]:
        """Which paths no action may touch."""
    def get_max_cost_per_session(self, /) -> float | None:
        """In USD; None = no limit."""
    def get_max_cost_per_action(self, /) -> float | None:
        """In USD; None = no limit."""
    def get_budget_tracking(self, /) -> bool:
        """Whether the budget is watched."""
    def get_max_session_hours(self, /) -> float | None:
        """In hours; None = no limit."""
    def get_allowed_hours(self, /) -> list[tuple[Any, ...]] | None:
        """Ranges (start, end) of hours, UTC; None = at all hours."""
    def get_cooldown_minutes(self, /) -> int | None:
        """In minutes; None = no cooldown."""
    def get_allowed_channels(self, /) -> list[str] | None:
        """What alone may be used to communicate; None = everything."""
    def get_blocked_channels(self, /) -> list[str]:
        """What must not be used to communicate."""
    def get_requires_review(self, /) -> bool:
        """Whether communication wants a human's eye."""
    def get_signed_by(self, /) -> str | None:
        """Who has signed the envelope; None = nobody."""
    def get_signed_at(self, /) -> str | None:
        """When it was signed, RFC 3339, UTC; None = it is not."""

@final
class DecisionRecord:
    """A decision as a trust project stores it: TrustProject.decisions()."""
    @property
    def id(self) -> str | None:
        """"dec-" and the first 12 digits of the content's hash."""
    @property
    def decision(self) -> str | None:
        """What was decided."""
    @property
    def rationale(self) -> str | None:
        """Why."""
    @property
    def decision_type(self) -> str | None:
        """Free text such as "architecture"."""
    @property
    def confidence(self) -> float | None:
        """0.0 to 1.0; None = not said."""
    @property
    def alternatives(self) -> list[str] | None:
        """What else was considered."""
    @property
    def risks(self) -> list[str] | None:
        """What may go wrong."""
    @property
    def related_decisions(self) -> list[str] | None:
        """Ids of other decisions."""
    @property
    def evidence(self) -> list[str] | None:
        """What it rests on."""
    @property
    def created_at(self) -> str | None:
        """When it was recorded: UTC, RFC 3339."""
    @property
    def review_requirement(self) -> str | None:
        """Quick, standard or full."""
    @property
    def confidentiality(self) -> str | None:
        """Public, Restricted, Confidential, Secret or TopSecret."""
    def content_hash(self, /) -> str:
        """SHA-256, as hexadecimal text, of the record without its id in canonical JSON: what its
        anchor signs.
        """
    def to_dict(self, /) -> dict[str, Any]:
        """The record as a dict: its wire form, members in their order."""
    def to_json(self, /) -> str:
        """The same as JSON text with ", " and ": " between its parts, in ASCII."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class Delegate:
    """Somebody who may resolve holds of a trust project, as read from the disk."""
    @property
    def delegate_id(self) -> str:
        """Its id, such as "del-alice"."""
    @property
    def name(self) -> str:
        """What people call it."""
    @property
    def dimensions(self) -> list[str]:
        """Dimensions in which it may resolve holds."""
    @property
    def depth(self) -> int:
        """Levels above it: 0 for a delegate of the owner."""
    @property
    def parent_id(self) -> str | None:
        """Id of the delegate above it, or None."""
    @property
    def status(self) -> str:
        """Active, revoked or expired; all above it must be active too."""
    @property
    def expiry(self) -> str | None:
        """When it ends: UTC, RFC 3339; None = never."""
    @property
    def created_at(self) -> str:
        """When it came to be: UTC, RFC 3339."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class DelegationManager:
    """Who may resolve holds of a trust project, in which dimensions. Every call reads the disk, so
    that what another process revoked is revoked here too.
    """
    @staticmethod
    def load(trust_dir: str, project: TrustProject | None = None) -> DelegationManager:
        """The delegates of a project. A revocation that was cut short is finished first."""
    def add_delegate(self, /, delegate_id: str, name: str, dimensions: list[str], expiry_hours: float | None = None, constraint_envelope_json: str | None = None) -> str:
        """Make a delegate of the project's owner; its id."""
    def sub_delegate(self, /, parent_id: str, delegate_id: str, name: str, dimensions: list[str], expiry_hours: float | None = None, constraint_envelope_json: str | None = None) -> str:
        """Make a delegate of a delegate, at most ten levels below the first; its id."""
    def get(self, /, delegate_id: str) -> Delegate | None:
        """One by its id, as it stands now; None when there is none."""
    def list_active(self, /) -> list[Delegate]:
        """Those that may decide now, the oldest first."""
    def list_all(self, /) -> list[Delegate]:
        """All, the oldest first."""
    def revoke(self, /, delegate_id: str, reason: str) -> list[str]:
        """Revoke one and all below it; the ids of those that were not revoked before, parents
        first. It counts as a whole, even when the process ends in the middle of it.
        """

@final
class HoldManager:
    """Actions of a trust project that wait for somebody's word. Every call reads the disk."""
    @staticmethod
    def load(trust_dir: str, project: TrustProject | None = None) -> HoldManager:
        """The holds of a project."""
    def create(self, /, action: str, dimension: str, reason: str, resource: str | None = None) -> str:
        """Put an action on hold; the id of the hold."""
    def get(self, /, hold_id: str) -> HoldRecord | None:
        """One by its id, as it stands now; None when there is none."""
    def list_all(self, /) -> list[HoldRecord]:
        """All, the oldest first."""
    def list_pending(self, /) -> list[HoldRecord]:
        """Those that wait, the oldest first."""
    def resolve(self, /, hold_id: str, delegate_id: str, approved: bool, reason: str | None = None, delegation_manager: DelegationManager | None = None, project: TrustProject | None = None) -> None:
        """Approve or deny a pending hold, once and for all. With an operational key the outcome is
        signed and stands in the chain of anchors, as hold_resolved.
        """
    def resolve_wait(self, /, hold_id: str, behavior: HeldBehavior) -> bool:
        """Wait until a hold is resolved, by this process or another. True when it is; False when
        the time is over or the behavior does not wait: the hold stays pending then.
        """

@final
class HoldRecord:
    """An action that waits for somebody's word, or has got it, as read from the disk."""
    @property
    def hold_id(self) -> str:
        """Its id, "hold-" and a UUID."""
    @property
    def action(self) -> str:
        """What waits."""
    @property
    def resource(self) -> str | None:
        """What it would be done to, or None."""
    @property
    def reason(self) -> str:
        """Why it waits."""
    @property
    def dimension(self) -> str:
        """The dimension that who resolves it must have."""
    @property
    def status(self) -> str:
        """Pending, approved or denied."""
    @property
    def resolved_by(self) -> str | None:
        """Id of the delegate that resolved it, or None."""
    @property
    def resolved_reason(self) -> str | None:
        """What the delegate said, or None."""
    @property
    def created_at(self) -> str:
        """When it came to be: UTC, RFC 3339."""
    @property
    def resolved_at(self) -> str | None:
        """When it was resolved, or None."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class IntersectionResult:
    """What several envelopes allow together."""
    @property
    def envelope(self) -> ConstraintEnvelope | None:
        """What all of them allow; None when there was none: that is no permission."""
    @property
    def source_count(self) -> int | None:
        """How many envelopes there were; None when there was none."""
    @property
    def empty_dimensions(self) -> list[str]:
        """What allows nothing any more, such as communication.allowed_channels, sorted."""
    @property
    def warnings(self) -> list[str]:
        """What its members contradict together: lists that are allowed but all blocked."""
    def has_basis(self, /) -> bool:
        """Whether there was at least one envelope."""
    def is_empty(self, /) -> bool:
        """Whether anything allows nothing any more."""

@final
class MilestoneRecord:
    """A milestone as a trust project stores it: TrustProject.milestones()."""
    @property
    def id(self) -> str | None:
        """"ms-" and the first 12 digits of the content's hash."""
    @property
    def version(self) -> str | None:
        """Such as "v1.0"."""
    @property
    def description(self) -> str | None:
        """What was reached."""
    @property
    def file_path(self) -> str | None:
        """The artifact, as it was named; None = none."""
    @property
    def file_hash(self) -> str | None:
        """SHA-256 of the artifact when it was recorded; None = none."""
    @property
    def created_at(self) -> str | None:
        """When it was recorded: UTC, RFC 3339."""
    def content_hash(self, /) -> str:
        """SHA-256, as hexadecimal text, of the record without its id in canonical JSON: what its
        anchor signs.
        """
    def to_dict(self, /) -> dict[str, Any]:
        """The record as a dict: its wire form, members in their order."""
    def to_json(self, /) -> str:
        """The same as JSON text with ", " and ": " between its parts, in ASCII."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class MirrorManager:
    """What people did, handed on and stepped into in a trust project, and what it took."""
    def __new__(cls, trust_dir: str, project: TrustProject | None = None) -> Self: ...
    def record_execution(self, /, action: str, outcome: str, competency: Literal["ethical_judgment", "relationship_capital", "contextual_wisdom", "creative_synthesis", "emotional_intelligence", "cultural_navigation"], notes: str | None = None) -> str:
        """An action that went its way; the record's id."""
    def record_escalation(self, /, reason: str, escalated_to: str, resolution: str | None = None) -> str:
        """Something that was handed to somebody else; the record's id."""
    def record_intervention(self, /, action_taken: str, context: str, competency: Literal["ethical_judgment", "relationship_capital", "contextual_wisdom", "creative_synthesis", "emotional_intelligence", "cultural_navigation"], outcome: str | None = None) -> str:
        """Somebody who stepped in; the record's id."""
    def competency_map(self, /) -> dict[str, int]:
        """{competency: executions and interventions, ..., "total_records": records of all three
        kinds}; competencies that do not occur are left out.
        """
    def records(self, /) -> MirrorRecords:
        """All records as MirrorRecords, the oldest first."""
    def competency(self, /) -> CompetencyMap:
        """The competency_map() with shares and what prevails."""

@final
class ProjectManifest:
    """What a trust project says of itself: TrustProject.manifest()."""
    @property
    def project_name(self) -> str | None:
        """Name of the project."""
    @property
    def author(self) -> str | None:
        """Who made it."""
    @property
    def created_at(self) -> str | None:
        """When it was made: UTC, RFC 3339."""
    @property
    def updated_at(self) -> str | None:
        """When something was last recorded: UTC, RFC 3339."""
    @property
    def version(self) -> str | None:
        """Version of the format."""
    @property
    def decision_count(self) -> int:
        """Decisions recorded."""
    @property
    def milestone_count(self) -> int:
        """Milestones recorded."""
    @property
    def anchor_count(self) -> int:
        """Links of the chain."""
    @property
    def last_anchor_id(self) -> str | None:
        """End of the chain; None = it is empty."""
    @property
    def trust_posture(self) -> str | None:
        """Untrusted, Restricted, Supervised, Autonomous or Full; None = never changed."""
    def to_dict(self, /) -> dict[str, Any]:
        """The record as a dict: its wire form, members in their order."""
    def to_json(self, /) -> str:
        """The same as JSON text with ", " and ": " between its parts, in ASCII."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class RepairReport:
    """What TrustProject.repair() found and mended."""
    @property
    def issues_found(self) -> int:
        """What was found."""
    @property
    def issues_fixed(self) -> int:
        """What of it was mended."""
    @property
    def details(self) -> list[str] | None:
        """One text for each; those that were mended end in " -- fixed"."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class ShadowConfig:
    """How many evaluations of a candidate are kept, and what is recommended when."""
    def __new__(cls, max_records: int = 10000, persist_records: bool = True, min_samples_for_recommend: int = 100, promote_threshold: float = 0.05, revert_threshold: float = 0.2) -> Self: ...
    @property
    def max_records(self) -> int:
        """How many records are kept; the oldest goes first."""
    @property
    def persist_records(self) -> bool:
        """Whether a project writes its records to shadow/records."""
    @property
    def min_samples_for_recommend(self) -> int:
        """Records below which nothing but keep is recommended."""
    @property
    def promote_threshold(self) -> float:
        """Rate of divergence below which promote is recommended."""
    @property
    def revert_threshold(self) -> float:
        """Rate of divergence above which revert is recommended."""
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
class ShadowEnforcer:
    """Tries a candidate envelope beside the one in force, whose verdicts alone count."""
    def __new__(cls, production_envelope: ConstraintEnvelope, candidate_envelope: ConstraintEnvelope, config: ShadowConfig | None = None) -> Self: ...
    def evaluate(self, /, action: str, resource_path: str | None = None, channel: str | None = None, estimated_cost: float | None = None) -> str:
        """Judge by both, record both verdicts, and give that of the envelope in force. Each counts
        a session of its own.
        """
    def records(self, /) -> list[ShadowRecord]:
        """The records that are kept, oldest first."""
    def report(self, /) -> ShadowReport:
        """What the records say."""
    def clear_records(self, /) -> None:
        """Forget the records; the lifetime counts stay."""

@final
class ShadowRecord:
    """One action, judged by the envelope in force and by a candidate."""
    @property
    def action(self) -> str:
        """What was to be done."""
    @property
    def production_verdict(self) -> str:
        """Verdict of the envelope in force."""
    @property
    def candidate_verdict(self) -> str:
        """Verdict of the candidate."""
    @property
    def divergent(self) -> bool:
        """Whether they differ."""
    @property
    def timestamp(self) -> str:
        """When: RFC 3339, UTC."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class ShadowReport:
    """How far a candidate's verdicts differ from those of the envelope in force, and what follows
    from it.
    """
    @property
    def total_evaluated(self) -> int:
        """Records the report is about: those that are kept."""
    @property
    def divergent_count(self) -> int:
        """Those in which the verdicts differ."""
    @property
    def divergence_rate(self) -> float:
        """Their share, 0 to 1; 0 when there is no record."""
    @property
    def false_negative_decrease(self) -> float:
        """Share of the divergent in which the candidate is stricter."""
    @property
    def false_positive_increase(self) -> float:
        """Share of the divergent in which the candidate is looser."""
    @property
    def lifetime_evaluations(self) -> int:
        """All evaluations ever, also of records that are gone."""
    @property
    def lifetime_divergences(self) -> int:
        """All divergences ever."""
    @property
    def lifetime_divergence_rate(self) -> float:
        """Their share, 0 to 1."""
    @property
    def recommendation(self) -> str:
        """Promote, keep or revert."""
    @property
    def recommendation_note(self) -> str | None:
        """Why there is no other recommendation than keep yet; None when there is one."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class TemplateRegistry:
    """Envelopes to begin with, by name and author; software, research and governance are built in."""
    def __new__(cls) -> Self: ...
    def list_templates(self, /) -> list[str]:
        """What there is, as "NAME (by AUTHOR)", in the order of registration."""
    def get_template(self, /, name: str, author: str) -> str | None:
        """A template as JSON text; its `envelope` is that of a ConstraintEnvelope. None when there
        is none of that name and author.
        """
    def register(self, /, json: str, replace: bool = False) -> None:
        """Add a template."""

@final
class TrustProject:
    """Decisions, milestones and posture of a team of humans and agents: a directory of records,
    each signed and linked to the one before. Made by create() or load().
    """
    @staticmethod
    def create(trust_dir: str, name: str, author: str, envelope: ConstraintEnvelope | None = None) -> TrustProject:
        """Make a project: a directory with a genesis that a new authority key signs, and a new
        operational key, which signs records. Neither private key is written anywhere; this
        object alone holds them, see export_operational_key_hex().
        """
    @staticmethod
    def load(trust_dir: str) -> TrustProject:
        """Open a project, checking the signature of its genesis and envelope and the form of its
        chain. TRUST_PLANE_AUTHORITY_PUBKEY pins the authority's key (a project with an envelope
        is not opened without), TRUST_PLANE_TRUST_DIR names the directories that may be opened,
        separated by ':'. To record, bind a key.
        """
    def author(self, /) -> str:
        """Who made the project."""
    def project_name(self, /) -> str:
        """Name of the project."""
    def trust_dir(self, /) -> str:
        """Its directory, as it was given."""
    def posture(self, /) -> str | None:
        """Untrusted, Restricted, Supervised, Autonomous or Full after the last transition; None
        while there was none, which counts as Supervised.
        """
    def check(self, /, action: str, resource_path: str | None = None, channel: str | None = None, estimated_cost: float | None = None) -> str:
        """Judge an action by the envelope in force: auto_approved, flagged, held or blocked. What
        is approved or flagged counts for the session.
        """
    def shadow_check(self, /, action: str, resource_path: str | None = None, channel: str | None = None, estimated_cost: float | None = None) -> str:
        """As check(); in shadow mode the candidate judges, too, and both verdicts are recorded.
        The verdict is that of the envelope in force.
        """
    def record_decision(self, /, decision: str, rationale: str, decision_type: str, confidence: float | None = None, alternatives: list[str] | None = None, risks: list[str] | None = None, related_decisions: list[str] | None = None, evidence: list[str] | None = None, review_requirement: Literal["quick", "standard", "full"] = 'standard', confidentiality: str = 'public') -> str:
        """Record a decision and anchor it in the chain; the anchor's id. What it returns for is on
        the disk, whole, whatever kills the process.
        """
    def record_milestone(self, /, version: str, description: str, file_path: str | None = None) -> str:
        """Record a milestone and anchor it in the chain; the anchor's id."""
    def transition_posture(self, /, target: str, reason: str) -> None:
        """Change the posture: up by one step, down by any number. The same one changes nothing."""
    def verify(self, /, full: bool = False) -> VerificationReport:
        """Check all signatures and hashes, the chain, and that records, anchors, keys and manifest
        fit together, on all processors.
        """
    def repair(self, /, dry_run: bool = False) -> RepairReport:
        """Correct what the manifest says by what there is: counts, end of the chain, posture.
        Anchors whose record is gone are only told of. Anchors without a chain_signature, which
        other implementations write, get one if the operational key is bound: read them first.
        So do delegates, holds and mirror records without a seal; one that does not fit is told
        of.
        """
    def manifest(self, /) -> ProjectManifest:
        """The manifest as it stands now."""
    def anchors(self, /) -> list[AnchorRecord]:
        """The chain, from its beginning."""
    def decisions(self, /) -> list[DecisionRecord]:
        """All decisions, oldest first."""
    def milestones(self, /) -> list[MilestoneRecord]:
        """All milestones, oldest first."""
    def enable_shadow(self, /, candidate_envelope: ConstraintEnvelope) -> None:
        """Try a stricter envelope beside the one in force; replaces a trial that is under way.
        Only the object that created the project can sign a candidate.
        """
    def disable_shadow(self, /) -> None:
        """End the trial with all its records; nothing happens when there is none."""
    def is_shadow_active(self, /) -> bool:
        """Whether a trial is under way."""
    def shadow_report(self, /) -> ShadowReport | None:
        """What the trial shows so far; None without one."""
    def shadow_records(self, /) -> list[ShadowRecord]:
        """Records of the trial, oldest first; none without one."""
    def shadow_promote(self, /) -> None:
        """Make the candidate the envelope in force and end the trial. The session goes on: what
        was spent stays spent.
        """
    def export_operational_key_hex(self, /) -> str | None:
        """The operational key as 64 hexadecimal characters, from the object that created the
        project; None from others. Keep it outside of the directory.
        """
    def legacy_operational_key_path(self, /) -> str | None:
        """Path of keys/private.key, where old projects kept the key; None when there is none."""
    def resolve_operational_key_from_env(self, /) -> bool:
        """Bind the operational key that TRUST_PLANE_OPERATIONAL_KEY_FILE (a file that nobody else
        may read) or TRUST_PLANE_OPERATIONAL_KEY holds, if TRUST_PLANE_TRUST_DIR names this
        project; False when neither is set.
        """
    def set_operational_key_hex(self, /, hex_key: str) -> None:
        """Bind the operational key, if TRUST_PLANE_TRUST_DIR names this project."""

@final
class VerificationBundle:
    """A trust project as one document that can be verified anywhere."""
    @staticmethod
    def create(project: TrustProject, confidentiality: str = 'public') -> VerificationBundle:
        """The bundle of a project as it stands now."""
    @staticmethod
    def from_json(s: str) -> VerificationBundle:
        """A bundle from its text. Nothing in it is verified yet: call verify()."""
    def to_json(self, /) -> str:
        """The bundle as JSON, with an indent of two blanks."""
    def verify(self, /, authority_pubkey: str | None = None, require_signature: bool = False) -> bool:
        """True when everything in it is right: the hash, the authority's signature of the genesis,
        every anchor's signature, the one chain, every record against its anchor; else
        RuntimeError "bundle integrity error: ..." that names the first fault. A hash that was
        computed anew fools nobody.
        """
    def create_html(self, /) -> str:
        """A page for people with what the bundle holds, its JSON, and whether it verified. It
        needs nothing from elsewhere and runs no script.
        """

@final
class VerificationIssue:
    """Something that TrustProject.verify() found."""
    @property
    def severity(self) -> str:
        """Low, medium, high or critical; from high on the project is not valid."""
    @property
    def issue_type(self) -> str | None:
        """Such as "content_hash_mismatch"."""
    @property
    def file(self) -> str | None:
        """Path of the file; None = it concerns no single one."""
    @property
    def description(self) -> str | None:
        """What is wrong."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class VerificationReport:
    """What TrustProject.verify() found."""
    @property
    def is_valid(self) -> bool:
        """Whether no issue is high or critical."""
    @property
    def issues(self) -> list[VerificationIssue] | None:
        """What was found."""
    @property
    def decisions_checked(self) -> int:
        """Files of decisions that were read."""
    @property
    def milestones_checked(self) -> int:
        """Files of milestones that were read."""
    @property
    def anchors_checked(self) -> int:
        """Anchors that were read."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

def aggregate_artifact_activation_overlap(express: Any, tenant_id: str, threshold: int) -> list[dict[str, Any]]:
    """The same of artifacts, by artifact_id."""

def aggregate_index_activation_overlap(express: Any, tenant_id: str, threshold: int) -> list[dict[str, Any]]:
    """How many agents retrieved each index key that has events, by key: [{"key",
    "distinct_agent_count", "bucket"}]. The bucket is activated-unattributed (no event names an
    agent), 1-agent, some or many.
    """

def analyze_constraints(envelope: ConstraintEnvelope, check_history: list[CheckRecord]) -> ConstraintDiagnostics:
    """What a history of checks tells of the envelope they were made under."""

def cascade_scope_resolve(stored: str | None = None) -> str:
    """How far a row reaches: "generic" when exactly that is stored, else "scoped"."""

def compute_corpus_coverage(express: Any, tenant_id: str, scope_label: str, resolver: Callable[..., Any]) -> dict[str, Any]:
    """The same of every source, in the order of their first chunks, and the answers of both sweeps
    over the anchors.
    """

def compute_source_coverage(express: Any, tenant_id: str, source_id: str, scope_label: str) -> dict[str, Any]:
    """How much of a source reached the index: coverage from 0 to 1, or None when nothing of it was
    measured, and the spans that it lacks.
    """

def compute_trace_event_fingerprint(event: dict[str, Any]) -> str:
    """SHA-256 of a trace event, 64 hexadecimal digits: the same in all implementations. A member
    that is none of the nineteen is refused.
    """

def derived_from_endpoint(express: Any, endpoint: str, tenant_id: str) -> list[DerivesFromEdge]:
    """What derives from a source: the edges that lead to it, the oldest first."""

def derives_from_edge_fields() -> list[str]:
    """Names of the fields of an edge as it is stored, which do not change."""

def drain_artifact_activation_events(df: DataFlow, tenant_id: str, directory: str) -> dict[str, Any]:
    """Reads the files *.jsonl of a folder, one event a line, into the rows of
    ArtifactActivationEvent. A line that is stored already is skipped, a bad one is counted and
    told among the first 1000 errors. {"inserted", "skipped_duplicates", "files_processed",
    "errored", "errors": [{"file", "line", "reason"}]}
    """

def eatp_chain_depth_score(depth: int) -> int:
    """Score of a chain's depth: 100 for 1, 80 for 2, 60 for 3, 40 beyond; 0 without a chain."""

def eatp_constraint_coverage_score(dimensions_present: int) -> int:
    """Score of constrained dimensions: 20 each, at most 100."""

def eatp_create_challenge(verifier_id: str) -> dict[str, Any]:
    """A challenge of random 32 bytes, for a peer to sign: {"nonce", "timestamp", "verifier_id"}."""

def eatp_posture_score(posture: str) -> int:
    """Score of a posture: 0 for pseudo_agent, 25 more for each rung, 100 for delegated."""

def eatp_respond_challenge(challenge: dict[str, Any], keypair: EatpKeyPair) -> EatpSignature:
    """The answer to a challenge: the signature of EATP-CHALLENGE-v1: and its canonical JSON."""

def eatp_suggest_eu_ai_act_articles(has_financial: bool = False, has_human_oversight: bool = False, has_data_access: bool = False, has_transparency_log: bool = False) -> list[Any]:
    """The articles of the EU AI Act that a system with these features should heed: 6 and 9 for
    money, 13 and 52 for a log, 14 for oversight, 15 for data, 69 always.
    """

def eatp_track_record_score(anchor_count: int, chain_age_days: int) -> int:
    """Score of a track record: 25 below 10 anchors, 50 below 50, 75 below 100 (0 without any);
    from 100 on 75 and 5 more for every 30 days of age, at most 100.
    """

def eatp_verify_challenge(challenge: dict[str, Any], response: EatpSignature, public_key_hex: str, tracker: EatpNonceTracker | None = None) -> bool:
    """Whether an answer is the key's, to a challenge at most 300 seconds old whose nonce the
    tracker has not seen.
    """

def generate_audit_report(project: TrustProject) -> str:
    """A report on a project in Markdown: summary, envelope, decisions, milestones, delegates,
    competencies, and what verifying it says. Texts of the project are escaped.
    """

def intersect_constraints(envelopes: list[ConstraintEnvelope]) -> IntersectionResult:
    """The envelope that allows what all of them allow."""

def migrate_project(trust_dir: str) -> str:
    """Make a project of a directory of the open Python SDK, or of an older one with its private
    key in keys/private.key: decisions, milestones and envelope become DIR-migrated, signed with
    new keys; its operational key is written to DIR-migrated.key, for its owner alone. The
    directory itself is not changed; a last decision holds the hashes of its files. Gives JSON:
    was_needed (false for a project that is as it should be), was_successful, anchors_migrated,
    parent_chain_reconstructed, errors, and of a new project migrated_to, operational_key_file,
    authority_public_key, not_migrated.
    """

def observation_tier_parse(tier: str) -> str | None:
    """The tier as it is given, when it is observed, availability or self-reported; None for any
    other text.
    """

def pact_intersect_envelopes(a_json: str, b_json: str) -> str:
    """Both envelopes at once, as JSON: of each member the narrower one. Never wider than either;
    EnvelopeIntersectionError where they have nothing in common.
    """

def persist_derives_from_edge(express: Any, edge: DerivesFromEdge, tenant_id: str) -> None:
    """Keeps an edge. ValueError when one of its anchors does not stay good, UniqueViolationError
    when its id is taken.
    """

def provenance_of(express: Any, artifact: str, tenant_id: str) -> list[DerivesFromEdge]:
    """Where an artifact came from: its edges, the oldest first."""

def rag_metric_names() -> list[str]:
    """Names of the measures of retrieval-augmented answers, in the order of reports."""

def rag_provenance_model_names() -> list[str]:
    """Names of the models of an index and of its use, in the order of their tables."""

def register_rag_provenance_models(df: DataFlow) -> None:
    """Registers the models of provenance: those of rag_provenance_model_names() and
    DerivesFromEdge. With auto_migrate their tables are made unless they are there. A second
    time changes nothing.
    """

def register_rag_provenance_models_express(express: Any) -> None:
    """The same for the DataFlow of an Express."""

def render_activation_report(express: Any, tenant_id: str, scope_label: str, threshold: int) -> dict[str, Any]:
    """What agents did with the knowledge: every declared index entry, also those that nobody
    retrieved, with agents, bucket, incorporation (incorporated, retrieved-not-incorporated,
    retrieved-unjudged, not-retrieved) and a sentence; every artifact by tier of observation;
    and the keys of events that no entry declares.
    """

def render_corpus_coverage(express: Any, tenant_id: str, scope_label: str, resolver: Callable[..., Any]) -> dict[str, Any]:
    """compute_corpus_coverage() with totals, a sentence and a band for every source (fully-
    covered, partially-covered, not-covered, no-data), a description of every index entry, and
    whether nothing is missing.
    """

def run_conformance(trust_dir: str, level: Literal["compatible", "conformant", "complete"] = 'compatible', project: TrustProject | None = None) -> ConformanceReport:
    """Test whether a project keeps to the rules of EATP. The tests write to a private copy only.
    Those that record something need the operational key, and have no verdict without it.
    """

def sweep_orphaned_chunks(express: Any, tenant_id: str, resolver: Callable[..., Any]) -> list[dict[str, Any]]:
    """Anchors with chunks that lead nowhere any more: those for which the resolver says False.
    [{"id", "anchor", "chunk_refs", "origin"}]
    """

def sweep_unbacked_anchors(express: Any, tenant_id: str) -> list[dict[str, Any]]:
    """Anchors without any chunk, except those whose origin is hand-authored. [{"id", "anchor",
    "chunk_refs", "origin"}]
    """

def validate_provenance_anchor(anchor: str) -> None:
    """Refuses an anchor that does not stay good: accepted are a heading (a text with §) and a
    symbol (path::symbol, path#fragment, symbol()), not a bare path, a word, the number of a
    line (path:12, path:12-20, path#L12) or kp://.
    """

def register_py_estimator(cls: Any) -> Any:
    """Remember a class of Python as an estimator; returns it, so that it may be used as a
    decorator. Unregistered ones may be used as well.
    """

def unregister_py_estimator(cls: Any) -> bool:
    """Forget a class that was registered; whether it was."""

def apply_classification_to_record(record: dict[str, Any], field_classifications: dict[str, tuple[Any, ...]]) -> dict[str, Any]:
    """A record as the caller may see it. Fields without a classification pass unchanged."""

def apply_read_classification(model: ModelDefinition, record: dict[str, Any]) -> dict[str, Any]:
    """A row of a model as the caller may see it: as reading it gives. Keys that are no column of
    the model pass unchanged. Fields without a classification are shown, unless the environment
    variable KAILASH_DATAFLOW_UNDECLARED is redact.
    """

def current_caller_clearance() -> DataClassification:
    """The clearance that reads go by: Public when there is none."""

def current_caller_clearance_opt() -> DataClassification | None:
    """The clearance that was set, or None when there is none."""

def current_clearance_verdict() -> ClearanceVerdict:
    """What is known of the caller's clearance, and decides about masking."""

def format_record_id_for_event(model: ModelDefinition, record_id: Any = None) -> str:
    """How a record is named in events, logs and messages: its primary key as text, <missing> for
    None. Of a key that is classified above Public, whoever asks, sha256: and the first 8 digits
    of its hash; integers stay as they are.
    """

def mask_value(value: Any, classification: DataClassification, strategy: MaskingStrategy | None = None) -> Any:
    """The value as the caller may see it: as it is when the classification does not exceed the
    clearance, else masked. The same bytes as reading a field so classified gives.
    """

def models_from_json(text: str) -> list[ModelDefinition]:
    """The models of a file such as `kailash db migrate` takes."""

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

def with_tenant(interceptor: QueryInterceptor, tenant_id: str, column_name: str = 'tenant_id') -> _TenantScope:
    """A context manager that gives a new QueryInterceptor for another tenant."""

def accuracy_score(y_true: Any, y_pred: Any, *, normalize: bool = True, sample_weight: Any = None) -> float:
    """Share of the rows whose predicted label is the true one; of tables of several labels, rows
    that are right in all columns.
    """

def adjusted_rand_score(labels_true: Any, labels_pred: Any) -> float:
    """Share of the pairs of rows that two partitions treat alike, beyond chance (Hubert and Arabie
    1985): 1 = the same partition, 0 = as chance would have it.
    """

def average_precision_score(y_true: Any, y_score: Any, *, average: Literal["micro", "macro", "weighted", "samples"] | None = 'macro', pos_label: Any = 1, sample_weight: Any = None) -> Any:
    """Sum over the distinct scores, highest first, of the recall gained times the precision there."""

def balanced_accuracy_score(y_true: Any, y_pred: Any, adjusted: bool = False, *, sample_weight: Any = None) -> float:
    """Mean of the recalls of the classes that occur in y_true."""

def brier_score_loss(y_true: Any, y_prob: Any, *, sample_weight: Any = None, pos_label: Any = None, labels: Any = None, scale_by_half: Any = 'auto') -> float:
    """Mean squared distance of the probabilities to what was true (Brier 1950): 0 is best."""

def calinski_harabasz_score(x: Any, labels: Any) -> float:
    """Variance between the clusters beside that within them, each by its degrees of freedom
    (Calinski and Harabasz 1974): higher is better.
    """

def cohen_kappa_score(y_true: Any, y_pred: Any, *, labels: Any = None, weights: Literal["linear", "quadratic"] | None = None, sample_weight: Any = None, replace_undefined_by: float = 1.0) -> float:
    """Agreement of two who label the same rows, beyond chance (Cohen 1960): 1 = complete, 0 = as
    chance would have it.
    """

def confusion_matrix(y_true: Any, y_pred: Any, *, labels: Any = None, sample_weight: Any = None, normalize: Literal["true", "pred", "all"] | None = None) -> NDArray[Any]:
    """How often a label (row) was predicted as another (column): a float64 matrix over the sorted
    labels that occur in either.
    """

def cross_val_score(estimator: Any, x: Any, y: Any = None, cv: Any = 5, scoring: Any = 'accuracy', *, groups: Any = None, n_jobs: int | None = None, verbose: int = 0, params: dict[str, Any] | None = None, pre_dispatch: Any = '2*n_jobs', error_score: Any = 'raise') -> NDArray[Any]:
    """The score on each fold of a clone that has learned from the others: a float64 array."""

def data_profile(x: Any, feature_names: list[str] | None = None) -> dict[str, Any]:
    """A matrix at a glance: a dict of n_rows, n_columns, duplicate_rows, duplicate_pct,
    memory_bytes, columns (name, count, null_count, null_pct, inf_count, unique_count,
    cardinality_ratio, mean, std, min, max, median, q25, q75, skewness, kurtosis, dtype of
    each), correlations (Pearson's, of two rows and columns or more) and alerts (type, severity,
    column, message). Shares (_pct) are from 0 to 1; moments are those of the population and
    leave infinities out. dtype is boolean for 0 and 1 alone, categorical for at most 10
    distinct values that are at most 5% of all, else numeric.
    """

def davies_bouldin_score(x: Any, labels: Any) -> float:
    """Mean over the clusters of how much each overlaps its worst neighbour: spreads of both,
    beside the distance of their centres (Davies and Bouldin 1979). 0 is best.
    """

def estimator_count() -> int:
    """How many names list_estimators() gives."""

def explained_variance_score(y_true: Any, y_pred: Any, *, sample_weight: Any = None, multioutput: Any = 'uniform_average', force_finite: bool = True) -> Any:
    """Share of the variance of y_true that y_pred explains: as r2_score(), with a constant error
    free.
    """

def f1_score(y_true: Any, y_pred: Any, *, labels: Any = None, pos_label: Any = 1, average: Literal["binary", "micro", "macro", "weighted", "samples"] | None = 'binary', sample_weight: Any = None, zero_division: Any = 0.0) -> Any:
    """Harmonic mean of precision and recall: 2 tp / (2 tp + fp + fn)."""

def hamming_loss(y_true: Any, y_pred: Any, *, sample_weight: Any = None) -> float:
    """Share of the labels that are wrong; of tables of several labels, of the cells."""

def hinge_loss(y_true: Any, y_decision: Any, *, labels: Any = None, sample_weight: Any = None) -> float:
    """Mean of max(0, 1 - margin), the margin being the decision towards the true label; of more
    than two classes, by how much it is above the others (Crammer and Singer 2001).
    """

def jaccard_score(y_true: Any, y_pred: Any, *, labels: Any = None, pos_label: Any = 1, average: Literal["binary", "micro", "macro", "weighted", "samples"] | None = 'binary', sample_weight: Any = None, zero_division: Any = 0.0) -> Any:
    """Rows that have a label and are predicted to, beside those that have it or are predicted to:
    tp / (tp + fp + fn).
    """

def list_estimators(kind: Literal["classifier", "regressor", "cluster", "outlier", "transformer"] | None = None) -> list[str]:
    """Names of the library's estimators, sorted. Each may stand for one with its default
    parameters wherever an estimator is expected.
    """

def log_loss(y_true: Any, y_prob: Any, *, normalize: bool = True, sample_weight: Any = None, labels: Any = None) -> float:
    """Mean of -ln(probability of the true label). Probabilities in one column are those of label 1
    and count as between 1e-15 and 1 - 1e-15, those of a table as between 2.2e-16 and 1 -
    2.2e-16.
    """

def matthews_corrcoef(y_true: Any, y_pred: Any, *, sample_weight: Any = None) -> float:
    """Correlation of the true and the predicted labels, of any number of classes (R_K of Gorodkin
    2004): 1 = the same, 0 = no relation or a side with one label only.
    """

def max_error(y_true: Any, y_pred: Any) -> float:
    """Largest absolute difference, in units of y; NaN is refused."""

def mean_absolute_error(y_true: Any, y_pred: Any, *, sample_weight: Any = None, multioutput: Any = 'uniform_average') -> Any:
    """Mean of the absolute differences, in units of y."""

def mean_absolute_percentage_error(y_true: Any, y_pred: Any, *, sample_weight: Any = None, multioutput: Any = 'uniform_average') -> Any:
    """Mean of the absolute differences divided by |y_true| (by 2.2e-16 where that is less); a
    fraction, not per cent.
    """

def mean_squared_error(y_true: Any, y_pred: Any, *, sample_weight: Any = None, multioutput: Any = 'uniform_average') -> Any:
    """Mean of the squared differences, in squared units of y."""

def mean_squared_log_error(y_true: Any, y_pred: Any, *, sample_weight: Any = None, multioutput: Any = 'uniform_average') -> Any:
    """Mean of (ln(1 + y_true) - ln(1 + y_pred))^2; both must not be negative."""

def median_absolute_error(y_true: Any, y_pred: Any, *, sample_weight: Any = None, multioutput: Any = 'uniform_average') -> Any:
    """Median of the absolute differences (mean of the middle two), in units of y."""

def normalized_mutual_info_score(labels_true: Any, labels_pred: Any, *, average_method: Literal["arithmetic", "geometric", "min", "max"] = 'arithmetic') -> float:
    """Information that two partitions share, divided by a mean of their entropies: 0 to 1."""

def precision_score(y_true: Any, y_pred: Any, *, labels: Any = None, pos_label: Any = 1, average: Literal["binary", "micro", "macro", "weighted", "samples"] | None = 'binary', sample_weight: Any = None, zero_division: Any = 0.0) -> Any:
    """Share of the rows predicted to have a label that have it: tp / (tp + fp)."""

def r2_score(y_true: Any, y_pred: Any, *, sample_weight: Any = None, multioutput: Any = 'uniform_average', force_finite: bool = True) -> Any:
    """Coefficient of determination: 1 - (sum of squared errors) / (sum of squares about the mean).
    1 is best, 0 what the mean would give.
    """

def recall_score(y_true: Any, y_pred: Any, *, labels: Any = None, pos_label: Any = 1, average: Literal["binary", "micro", "macro", "weighted", "samples"] | None = 'binary', sample_weight: Any = None, zero_division: Any = 0.0) -> Any:
    """Share of the rows that have a label that are predicted to: tp / (tp + fn)."""

def register_estimator(cls: Any) -> Any:
    """Remember a class of Python as an estimator; returns it, so that it may be used as a
    decorator. Unregistered ones may be used as well.
    """

def registered_estimator_ids() -> list[int]:
    """id() of each registered class, in the order they were registered."""

def roc_auc_score(y_true: Any, y_score: Any, *, average: Literal["micro", "macro", "weighted", "samples"] | None = 'macro', sample_weight: Any = None, max_fpr: float | None = None, multi_class: Literal["raise", "ovr", "ovo"] = 'raise', labels: Any = None) -> Any:
    """Area under the ROC curve: how often a positive row has a higher score than a negative one,
    ties counted half.
    """

def root_mean_squared_error(y_true: Any, y_pred: Any, *, sample_weight: Any = None, multioutput: Any = 'uniform_average') -> Any:
    """Square root of the mean squared difference, in units of y."""

def silhouette_score(x: Any, labels: Any, *, metric: Literal["euclidean", "l2", "sqeuclidean", "manhattan", "cityblock", "l1", "chebyshev", "minkowski", "cosine", "precomputed"] = 'euclidean', sample_size: int | None = None, random_state: int | None = None, p: float = 2.0) -> float:
    """Mean over the rows of (b - a) / max(a, b), a being the mean distance to the row's own
    cluster and b that to the nearest other one (Rousseeuw 1987): 1 is best, below 0 the row
    lies in another cluster. Takes time n^2 and memory n.
    """

def train_test_split(x: Any, y: Any = None, test_size: float | None = None, random_state: int | None = None, shuffle: bool = True, *, train_size: float | None = None, stratify: Any = None) -> tuple[Any, ...]:
    """Cut rows in two: (x_train, x_test, y_train, y_test), or (x_train, x_test) without y. Each
    part is of the kind that was given.
    """

def unregister_estimator(cls: Any) -> bool:
    """Forget a class that was registered; whether it was."""

def v_measure_score(labels_true: Any, labels_pred: Any, *, beta: float = 1.0) -> float:
    """Weighted harmonic mean of homogeneity (a cluster holds one class only) and completeness (a
    class lies in one cluster only); Rosenberg and Hirschberg 2007.
    """

def zero_one_loss(y_true: Any, y_pred: Any, *, normalize: bool = True, sample_weight: Any = None) -> float:
    """Share of the rows whose predicted label is wrong: 1 - accuracy_score()."""

class ConstraintViolationError(DataFlowDatabaseError):
    """A row breaks a rule of its table."""
    sqlstate: str | None
    sqlstate_status: str | None
    constraint: str | None
    table: str | None
    columns: list[Any] | None
    native_code: int | None
    constraint_kind: str | None

class EatpAuthorityError(EatpError):
    """A chain, a key or a store has no authority: it is unrooted, damaged or not to be opened."""
    code: str | None
    details: dict[str, Any] | None

class EatpConstraintError(EatpError):
    """A constraint would be widened, or is exceeded."""
    code: str | None
    details: dict[str, Any] | None

class EatpDelegationError(EatpError):
    """A delegation is not allowed, or a chain of them does not hold."""
    code: str | None
    details: dict[str, Any] | None

class EatpEnvelopeError(EatpError):
    """A constraint envelope is malformed or contradicts itself."""
    code: str | None
    details: dict[str, Any] | None

@final
class EatpFilesystemStore(EatpTrustStore):
    """A trust store in a folder, beside encrypted keys. Several processes may share it; one that
    is killed leaves it whole.
    """
    def __new__(cls, base_dir: str, passphrase: str, *, work_factor: int = 18) -> Self: ...
    def append_block(self, /, block: dict[str, Any]) -> int:
        """Keep a block of a chain; its place, from 0. One that is there already stays where it is.
        EatpAuthorityError when its id stands for another block.
        """
    def get_blocks(self, /, agent_id: str | None = None) -> list[dict[str, Any]]:
        """The blocks as they were put in, in their order."""
    def block_count(self, /) -> int:
        """Number of blocks."""
    def put_delegation(self, /, record: Any) -> None:
        """Keep a delegation. One that is there already stays, and is revoked if this one is:
        revoking is for ever. EatpAuthorityError when its id stands for another record.
        """
    def get_delegation(self, /, delegation_id: str) -> dict[str, Any] | None:
        """A record as a dict, its revoked telling how it stands now; None when there is none."""
    def list_delegations(self, /, delegate: str | None = None, limit: int = 1000) -> list[dict[str, Any]]:
        """Records as dicts, by created_at, then by id."""
    def set_revoked(self, /, delegation_id: str) -> bool:
        """Revoke a delegation for ever; whether it was not yet. EatpAuthorityError when there is
        none of that id.
        """
    def store_key(self, /, key_id: str, key_bytes: bytes) -> None:
        """Keep a key, encrypted with the passphrase as the `age` command does."""
    def load_key(self, /, key_id: str) -> bytes:
        """A key that was kept. EatpAuthorityError when there is none of that name, or it was
        encrypted with another passphrase.
        """

@final
class EatpMemoryStore(EatpTrustStore):
    """A trust store in memory, for tests and for what need not last."""
    def __new__(cls) -> Self: ...
    def append_block(self, /, block: dict[str, Any]) -> int:
        """Keep a block of a chain; its place, from 0. One that is there already stays where it is.
        EatpAuthorityError when its id stands for another block.
        """
    def get_blocks(self, /, agent_id: str | None = None) -> list[dict[str, Any]]:
        """The blocks as they were put in, in their order."""
    def block_count(self, /) -> int:
        """Number of blocks."""
    def put_delegation(self, /, record: Any) -> None:
        """Keep a delegation. One that is there already stays, and is revoked if this one is:
        revoking is for ever. EatpAuthorityError when its id stands for another record.
        """
    def get_delegation(self, /, delegation_id: str) -> dict[str, Any] | None:
        """A record as a dict, its revoked telling how it stands now; None when there is none."""
    def list_delegations(self, /, delegate: str | None = None, limit: int = 1000) -> list[dict[str, Any]]:
        """Records as dicts, by created_at, then by id."""
    def set_revoked(self, /, delegation_id: str) -> bool:
        """Revoke a delegation for ever; whether it was not yet. EatpAuthorityError when there is
        none of that id.
        """

@final
class EatpSqlxStore(EatpTrustStore):
    """A trust store in a database, whose tables it makes: trust_chain_blocks and
    trust_delegation_records.
    """
    def __new__(cls, database_url: str, max_connections: int = 1) -> Self: ...
    def append_block(self, /, block: dict[str, Any]) -> int:
        """Keep a block of a chain; its place, from 0. One that is there already stays where it is.
        EatpAuthorityError when its id stands for another block.
        """
    def get_blocks(self, /, agent_id: str | None = None) -> list[dict[str, Any]]:
        """The blocks as they were put in, in their order."""
    def block_count(self, /) -> int:
        """Number of blocks."""
    def put_delegation(self, /, record: Any) -> None:
        """Keep a delegation. One that is there already stays, and is revoked if this one is:
        revoking is for ever. EatpAuthorityError when its id stands for another record.
        """
    def get_delegation(self, /, delegation_id: str) -> dict[str, Any] | None:
        """A record as a dict, its revoked telling how it stands now; None when there is none."""
    def list_delegations(self, /, delegate: str | None = None, limit: int = 1000) -> list[dict[str, Any]]:
        """Records as dicts, by created_at, then by id."""
    def set_revoked(self, /, delegation_id: str) -> bool:
        """Revoke a delegation for ever; whether it was not yet. EatpAuthorityError when there is
        none of that id.
        """

class EatpValidationError(EatpError):
    """A value is none that the protocol knows."""
    code: str | None
    details: dict[str, Any] | None

class ARDRegression(Estimator):
    """Automatic relevance determination (MacKay 1994; Tipping 2001): Bayesian regression in which
    each weight has a precision of its own, so that features that do not matter go to 0. Fewer
    rows than features: by Woodbury.
    """
    def __new__(cls, max_iter: int = 300, tol: float = 0.001, fit_intercept: bool = True, *, alpha_1: float = 1e-06, alpha_2: float = 1e-06, lambda_1: float = 1e-06, lambda_2: float = 1e-06, compute_score: bool = False, copy_X: bool = True, verbose: bool = False, threshold_lambda: float = 10000.0) -> Self: ...
    def __init__(self, /, max_iter: int = 300, tol: float = 0.001, fit_intercept: bool = True, *, alpha_1: float = 1e-06, alpha_2: float = 1e-06, lambda_1: float = 1e-06, lambda_2: float = 1e-06, compute_score: bool = False, copy_X: bool = True, verbose: bool = False, threshold_lambda: float = 10000.0) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most iterations; >= 1."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def tol(self) -> float:
        """Stop when the weights have moved by less in sum."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def fit_intercept(self) -> bool:
        """Whether a constant is learned, too; without it the data should be centred."""
    @fit_intercept.setter
    def fit_intercept(self, value: bool, /) -> None: ...
    @property
    def alpha_1(self) -> float:
        """Shape of the gamma prior of alpha; >= 0."""
    @alpha_1.setter
    def alpha_1(self, value: float, /) -> None: ...
    @property
    def alpha_2(self) -> float:
        """Rate of the gamma prior of alpha; >= 0."""
    @alpha_2.setter
    def alpha_2(self, value: float, /) -> None: ...
    @property
    def lambda_1(self) -> float:
        """Shape of the gamma prior of lambda; >= 0."""
    @lambda_1.setter
    def lambda_1(self, value: float, /) -> None: ...
    @property
    def lambda_2(self) -> float:
        """Rate of the gamma prior of lambda; >= 0."""
    @lambda_2.setter
    def lambda_2(self, value: float, /) -> None: ...
    @property
    def compute_score(self) -> bool:
        """Whether scores_ is learned."""
    @compute_score.setter
    def compute_score(self, value: bool, /) -> None: ...
    @property
    def copy_X(self) -> bool:
        """Accepted for the sake of other libraries; without effect, since x is never changed."""
    @copy_X.setter
    def copy_X(self, value: bool, /) -> None: ...
    @property
    def verbose(self) -> bool:
        """Whether progress is told on standard error."""
    @verbose.setter
    def verbose(self, value: bool, /) -> None: ...
    @property
    def threshold_lambda(self) -> float:
        """A weight whose precision passes it becomes 0; >= 0."""
    @threshold_lambda.setter
    def threshold_lambda(self, value: float, /) -> None: ...
    @property
    def coef_(self) -> NDArray[Any]:
        """Weights of the features: d numbers, or outputs x d when y was a matrix."""
    @property
    def intercept_(self) -> Any:
        """What is added to x'w: a number, or one per output when y was a matrix; 0.0 without an
        intercept.
        """
    @property
    def alpha_(self) -> float:
        """Precision of the noise: 1 / variance."""
    @property
    def n_iter_(self) -> int:
        """Iterations."""
    @property
    def sigma_(self) -> NDArray[Any]:
        """Covariance of the weights (of those that are kept)."""
    @property
    def scores_(self) -> NDArray[Any]:
        """Log marginal likelihood of each iteration."""
    @property
    def X_offset_(self) -> NDArray[Any]:
        """Means of the features; 0 without an intercept."""
    @property
    def X_scale_(self) -> NDArray[Any]:
        """Ones."""
    @property
    def lambda_(self) -> NDArray[Any]:
        """Precision of each weight."""
    def fit(self, /, x: Any, y: Any, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any, return_std: bool = False) -> Any:
        """A number for each row of x; with return_std=True a list of those and of their standard
        deviations.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""

class AdaBoostClassifier(Estimator):
    """Members learn one after another from rows that weigh more the more often they were got
    wrong, and vote with weights learning_rate (ln((1 - e) / e) + ln(K - 1)) of their weighted
    errors e (SAMME; Zhu, Zou, Rosset, Hastie 2009). It stops when a member is perfect, or no
    better than guessing.
    """
    def __new__(cls, n_estimators: int = 50, learning_rate: float = 1.0, max_depth: int | None = 1, random_state: int | None = None, *, estimator: Any = None) -> Self: ...
    def __init__(self, /, n_estimators: int = 50, learning_rate: float = 1.0, max_depth: int | None = 1, random_state: int | None = None, *, estimator: Any = None) -> None: ...
    @property
    def n_estimators(self) -> int:
        """Most members; >= 1."""
    @n_estimators.setter
    def n_estimators(self, value: int, /) -> None: ...
    @property
    def learning_rate(self) -> float:
        """What the weight of each member is multiplied by; > 0."""
    @learning_rate.setter
    def learning_rate(self, value: float, /) -> None: ...
    @property
    def max_depth(self) -> int | None:
        """Most splits above a leaf of the trees that are members unless there is an estimator, >=
        1; None = until leaves are pure.
        """
    @max_depth.setter
    def max_depth(self, value: int | None, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def estimator(self) -> Any:
        """What members are copies of: any estimator (one that takes sample_weight, of a
        classifier); None = decision trees of max_depth.
        """
    @estimator.setter
    def estimator(self, value: Any, /) -> None: ...
    @property
    def n_classes_(self) -> int:
        """Classes."""
    @property
    def estimator_weights_(self) -> NDArray[Any]:
        """Weight of each member in the answer; 0 for those that were not made."""
    @property
    def estimator_errors_(self) -> NDArray[Any]:
        """Error of each member on the weighted rows; 1 for those that were not made."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    @property
    def feature_importances_(self) -> NDArray[Any]:
        """The mean of those of the members by their weights; where members have none there is no
        such attribute.
        """
    @property
    def estimators_(self) -> list[Any]:
        """The members."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """Probability of each class for each row of x: rows x classes, in the order of classes_."""
    def predict_log_proba(self, /, x: Any) -> NDArray[Any]:
        """Natural logarithm of predict_proba(x)."""
    def decision_function(self, /, x: Any) -> NDArray[Any]:
        """How far each row of x is on the side of a class: rows x classes; one number a row for
        two classes, positive for the second, and for outlier detectors, negative for outliers.
        """
    def staged_predict(self, /, x: Any) -> list[Any]:
        """predict(x) by the first members, after each: a list."""
    def staged_predict_proba(self, /, x: Any) -> list[Any]:
        """predict_proba(x) by the first members, after each: a list."""
    def staged_decision_function(self, /, x: Any) -> list[Any]:
        """decision_function(x) by the first members, after each: a list."""
    def staged_score(self, /, x: Any, y: Any, sample_weight: Any = None) -> list[Any]:
        """score(x, y) by the first members, after each: a list."""

class AdaBoostRegressor(Estimator):
    """Members learn one after another from rows drawn with probabilities that grow where the
    former ones were far off; the answer is the weighted median of theirs (AdaBoost.R2; Drucker
    1997).
    """
    def __new__(cls, n_estimators: int = 50, learning_rate: float = 1.0, max_depth: int | None = 3, random_state: int | None = None, *, estimator: Any = None, loss: Literal["linear", "square", "exponential"] = 'linear') -> Self: ...
    def __init__(self, /, n_estimators: int = 50, learning_rate: float = 1.0, max_depth: int | None = 3, random_state: int | None = None, *, estimator: Any = None, loss: Literal["linear", "square", "exponential"] = 'linear') -> None: ...
    @property
    def n_estimators(self) -> int:
        """Most members; >= 1."""
    @n_estimators.setter
    def n_estimators(self, value: int, /) -> None: ...
    @property
    def learning_rate(self) -> float:
        """What the weight of each member is multiplied by; > 0."""
    @learning_rate.setter
    def learning_rate(self, value: float, /) -> None: ...
    @property
    def max_depth(self) -> int | None:
        """Most splits above a leaf of the trees that are members unless there is an estimator, >=
        1; None = until leaves are pure.
        """
    @max_depth.setter
    def max_depth(self, value: int | None, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def estimator(self) -> Any:
        """What members are copies of: any estimator (one that takes sample_weight, of a
        classifier); None = decision trees of max_depth.
        """
    @estimator.setter
    def estimator(self, value: Any, /) -> None: ...
    @property
    def loss(self) -> str:
        """How distances, as shares e of the largest, count: e, e^2 or 1 - exp(-e)."""
    @loss.setter
    def loss(self, value: Literal["linear", "square", "exponential"], /) -> None: ...
    @property
    def estimator_weights_(self) -> NDArray[Any]:
        """Weight of each member in the answer; 0 for those that were not made."""
    @property
    def estimator_errors_(self) -> NDArray[Any]:
        """Error of each member on the weighted rows; 1 for those that were not made."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    @property
    def feature_importances_(self) -> NDArray[Any]:
        """The mean of those of the members by their weights; where members have none there is no
        such attribute.
        """
    @property
    def estimators_(self) -> list[Any]:
        """The members."""
    def staged_predict(self, /, x: Any) -> list[Any]:
        """predict(x) by the first members, after each: a list."""
    def staged_score(self, /, x: Any, y: Any, sample_weight: Any = None) -> list[Any]:
        """score(x, y) by the first members, after each: a list."""

class AffinityPropagation(Estimator):
    """Clusters around rows that others choose as their example, as many as come out of it (Frey
    and Dueck 2007). Takes rows x rows of memory.
    """
    def __new__(cls, damping: float = 0.5, max_iter: int = 200, convergence_iter: int = 15, preference: Any = None, *, affinity: Literal["euclidean", "precomputed"] = 'euclidean', copy: bool = True, verbose: bool = False, random_state: int | None = None) -> Self: ...
    def __init__(self, /, damping: float = 0.5, max_iter: int = 200, convergence_iter: int = 15, preference: Any = None, *, affinity: Literal["euclidean", "precomputed"] = 'euclidean', copy: bool = True, verbose: bool = False, random_state: int | None = None) -> None: ...
    @property
    def damping(self) -> float:
        """Share of a message that stays as it was; in [0.5, 1), higher when messages go to and
        fro.
        """
    @damping.setter
    def damping(self, value: float, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most exchanges of messages; >= 1."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def convergence_iter(self) -> int:
        """Exchanges without another choice that end it; >= 1."""
    @convergence_iter.setter
    def convergence_iter(self, value: int, /) -> None: ...
    @property
    def preference(self) -> Any:
        """How much rows would like to be examples, a number or one for each; higher gives more
        clusters. None = the median likeness.
        """
    @preference.setter
    def preference(self, value: Any, /) -> None: ...
    @property
    def affinity(self) -> str:
        """Likeness is minus the squared distance, or what x holds (precomputed)."""
    @affinity.setter
    def affinity(self, value: Literal["euclidean", "precomputed"], /) -> None: ...
    @property
    def copy(self) -> bool:
        """Has no effect: what is given is never changed."""
    @copy.setter
    def copy(self, value: bool, /) -> None: ...
    @property
    def verbose(self) -> bool:
        """Whether progress is printed."""
    @verbose.setter
    def verbose(self, value: bool, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def cluster_centers_indices_(self) -> NDArray[Any]:
        """Rows that are examples."""
    @property
    def cluster_centers_(self) -> NDArray[Any]:
        """Those rows; there unless precomputed."""
    @property
    def labels_(self) -> NDArray[Any]:
        """The cluster of each row, as float64; -1 when there is none."""
    @property
    def affinity_matrix_(self) -> NDArray[Any]:
        """Likeness of the rows."""
    @property
    def n_iter_(self) -> int:
        """Exchanges of messages."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def fit_predict(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x), and the cluster of each row: labels_."""
    @property
    def labels_int_(self) -> NDArray[Any]:
        """labels_ as integers: the cluster of each row that it was fitted to, -1 for noise."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """

class AgglomerativeClustering(Estimator):
    """Every row begins as a cluster, and the two nearest clusters become one until few are left
    (Ward 1963; Lance and Williams 1967), by chains of nearest neighbours in n^2 steps; single
    linkage by a spanning tree (Prim 1957). Needs the distances of all pairs: n^2 / 2 numbers;
    with connectivity only those of its edges.
    """
    def __new__(cls, n_clusters: int | None = 2, *, metric: str = 'euclidean', memory: Any = None, connectivity: Any = None, compute_full_tree: Any = 'auto', linkage: Literal["ward", "complete", "average", "single"] = 'ward', distance_threshold: float | None = None, compute_distances: bool = False) -> Self: ...
    def __init__(self, /, n_clusters: int | None = 2, *, metric: str = 'euclidean', memory: Any = None, connectivity: Any = None, compute_full_tree: Any = 'auto', linkage: Literal["ward", "complete", "average", "single"] = 'ward', distance_threshold: float | None = None, compute_distances: bool = False) -> None: ...
    @property
    def n_clusters(self) -> int | None:
        """Clusters, from 1 to the number of rows; None = as distance_threshold says."""
    @n_clusters.setter
    def n_clusters(self, value: int | None, /) -> None: ...
    @property
    def metric(self) -> str:
        """How far rows are from each other: euclidean (l2), manhattan (l1, cityblock), chebyshev,
        cosine, or precomputed: x is the square of distances. Ward's linkage is for euclidean.
        """
    @metric.setter
    def metric(self, value: str, /) -> None: ...
    @property
    def memory(self) -> Any:
        """A folder where trees are kept: a fit to the same data with another n_clusters or
        distance_threshold reads its tree from there; its path, or an object with cache() and
        location, such as joblib's Memory; None = trees are not kept.
        """
    @memory.setter
    def memory(self, value: Any, /) -> None: ...
    @property
    def connectivity(self) -> Any:
        """Which rows may be joined: a matrix of rows x rows (sparse, too), other than 0 where they
        may, or a callable that makes it of x; None = all.
        """
    @connectivity.setter
    def connectivity(self, value: Any, /) -> None: ...
    @property
    def compute_full_tree(self) -> Any:
        """With connectivity: whether all is joined, or only as far as n_clusters; 'auto' = only as
        far for 100 clusters or more, a fiftieth of the rows or more. Without it all is always
        joined.
        """
    @compute_full_tree.setter
    def compute_full_tree(self, value: Any, /) -> None: ...
    @property
    def linkage(self) -> str:
        """How far clusters are from each other: by how much joining them raises the sum of squares
        (ward), the farthest rows, their mean distance, the nearest rows.
        """
    @linkage.setter
    def linkage(self, value: Literal["ward", "complete", "average", "single"], /) -> None: ...
    @property
    def distance_threshold(self) -> float | None:
        """Clusters at this distance or farther are not joined, >= 0; n_clusters must be None."""
    @distance_threshold.setter
    def distance_threshold(self, value: float | None, /) -> None: ...
    @property
    def compute_distances(self) -> bool:
        """Whether distances_ is kept when distance_threshold is None."""
    @compute_distances.setter
    def compute_distances(self, value: bool, /) -> None: ...
    @property
    def labels_(self) -> NDArray[Any]:
        """The cluster of each row, as float64."""
    @property
    def children_(self) -> NDArray[Any]:
        """The two that each merge joined: rows are 0 to n - 1, merge k makes n + k."""
    @property
    def distances_(self) -> NDArray[Any]:
        """How far they were from each other."""
    @property
    def n_clusters_(self) -> int:
        """Clusters."""
    @property
    def n_leaves_(self) -> int:
        """Leaves of the tree: rows."""
    @property
    def n_connected_components_(self) -> int:
        """Parts of the graph that nothing connects; 1 without connectivity."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def fit_predict(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x), and the cluster of each row: labels_."""
    @property
    def labels_int_(self) -> NDArray[Any]:
        """labels_ as integers: the cluster of each row that it was fitted to, -1 for noise."""

class BaggingClassifier(Estimator):
    """Copies of an estimator, each fitted to rows and features drawn at random; the answer is the
    mean of their probabilities, or of their votes where they have none (Breiman: Bagging
    predictors, 1996). Estimators of the library learn from draws as weights where they take
    weights. decision_function() is the mean of those of members, or where they have none, of
    their probabilities (for two classes, by how much the second is more likely).
    """
    def __new__(cls, n_estimators: int = 10, max_samples: float | None = 1.0, max_features: float = 1.0, max_depth: int | None = None, random_state: int | None = None, *, estimator: Any = None, bootstrap: bool = True, bootstrap_features: bool = False, oob_score: bool = False, warm_start: bool = False, n_jobs: int | None = None, verbose: int = 0) -> Self: ...
    def __init__(self, /, n_estimators: int = 10, max_samples: float | None = 1.0, max_features: float = 1.0, max_depth: int | None = None, random_state: int | None = None, *, estimator: Any = None, bootstrap: bool = True, bootstrap_features: bool = False, oob_score: bool = False, warm_start: bool = False, n_jobs: int | None = None, verbose: int = 0) -> None: ...
    @property
    def n_estimators(self) -> int:
        """Members; >= 1."""
    @n_estimators.setter
    def n_estimators(self, value: int, /) -> None: ...
    @property
    def max_samples(self) -> float | None:
        """Rows drawn for each member: an int >= 1, or a share in (0, 1) of the rows (of the sum of
        sample_weight); None or 1.0 = as many as x has.
        """
    @max_samples.setter
    def max_samples(self, value: float | None, /) -> None: ...
    @property
    def max_features(self) -> float:
        """Features drawn for each member: an int >= 1, or a share of all in (0, 1]."""
    @max_features.setter
    def max_features(self, value: float, /) -> None: ...
    @property
    def max_depth(self) -> int | None:
        """Most splits above a leaf of the trees that are members unless there is an estimator, >=
        1; None = until leaves are pure.
        """
    @max_depth.setter
    def max_depth(self, value: int | None, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def estimator(self) -> Any:
        """What members are copies of: any estimator; None = decision trees of max_depth."""
    @estimator.setter
    def estimator(self, value: Any, /) -> None: ...
    @property
    def bootstrap(self) -> bool:
        """Whether rows are drawn with replacement; sample_weight are the probabilities."""
    @bootstrap.setter
    def bootstrap(self, value: bool, /) -> None: ...
    @property
    def bootstrap_features(self) -> bool:
        """Whether features are drawn with replacement."""
    @bootstrap_features.setter
    def bootstrap_features(self, value: bool, /) -> None: ...
    @property
    def oob_score(self) -> bool:
        """Whether to score the answers of members that did not see a row; needs bootstrap."""
    @oob_score.setter
    def oob_score(self, value: bool, /) -> None: ...
    @property
    def warm_start(self) -> bool:
        """Fit() keeps the members there are and adds more up to n_estimators."""
    @warm_start.setter
    def warm_start(self, value: bool, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Most threads; None or -1 = all processors."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def verbose(self) -> int:
        """1 = tell progress."""
    @verbose.setter
    def verbose(self, value: int, /) -> None: ...
    @property
    def oob_score_(self) -> Any:
        """Accuracy, or R2, of the out-of-bag answers."""
    @property
    def n_classes_(self) -> int:
        """Classes."""
    @property
    def oob_decision_function_(self) -> NDArray[Any]:
        """Out-of-bag probabilities: rows x classes; NaN where every member saw the row."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    @property
    def estimators_(self) -> list[Any]:
        """The members."""
    @property
    def estimators_samples_(self) -> list[Buffer]:
        """The rows that each member learned from, as often as they were drawn."""
    @property
    def estimators_features_(self) -> list[Buffer]:
        """The features that each member sees, in its order."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """Probability of each class for each row of x: rows x classes, in the order of classes_."""
    def predict_log_proba(self, /, x: Any) -> NDArray[Any]:
        """Natural logarithm of predict_proba(x)."""
    def decision_function(self, /, x: Any) -> NDArray[Any]:
        """How far each row of x is on the side of a class: rows x classes; one number a row for
        two classes, positive for the second, and for outlier detectors, negative for outliers.
        """

class BaggingRegressor(Estimator):
    """Copies of an estimator, each fitted to rows and features drawn at random; the answer is the
    mean of theirs (Breiman: Bagging predictors, 1996).
    """
    def __new__(cls, n_estimators: int = 10, max_samples: float | None = 1.0, max_features: float = 1.0, max_depth: int | None = None, random_state: int | None = None, *, estimator: Any = None, bootstrap: bool = True, bootstrap_features: bool = False, oob_score: bool = False, warm_start: bool = False, n_jobs: int | None = None, verbose: int = 0) -> Self: ...
    def __init__(self, /, n_estimators: int = 10, max_samples: float | None = 1.0, max_features: float = 1.0, max_depth: int | None = None, random_state: int | None = None, *, estimator: Any = None, bootstrap: bool = True, bootstrap_features: bool = False, oob_score: bool = False, warm_start: bool = False, n_jobs: int | None = None, verbose: int = 0) -> None: ...
    @property
    def n_estimators(self) -> int:
        """Members; >= 1."""
    @n_estimators.setter
    def n_estimators(self, value: int, /) -> None: ...
    @property
    def max_samples(self) -> float | None:
        """Rows drawn for each member: an int >= 1, or a share in (0, 1) of the rows (of the sum of
        sample_weight); None or 1.0 = as many as x has.
        """
    @max_samples.setter
    def max_samples(self, value: float | None, /) -> None: ...
    @property
    def max_features(self) -> float:
        """Features drawn for each member: an int >= 1, or a share of all in (0, 1]."""
    @max_features.setter
    def max_features(self, value: float, /) -> None: ...
    @property
    def max_depth(self) -> int | None:
        """Most splits above a leaf of the trees that are members unless there is an estimator, >=
        1; None = until leaves are pure.
        """
    @max_depth.setter
    def max_depth(self, value: int | None, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def estimator(self) -> Any:
        """What members are copies of: any estimator; None = decision trees of max_depth."""
    @estimator.setter
    def estimator(self, value: Any, /) -> None: ...
    @property
    def bootstrap(self) -> bool:
        """Whether rows are drawn with replacement; sample_weight are the probabilities."""
    @bootstrap.setter
    def bootstrap(self, value: bool, /) -> None: ...
    @property
    def bootstrap_features(self) -> bool:
        """Whether features are drawn with replacement."""
    @bootstrap_features.setter
    def bootstrap_features(self, value: bool, /) -> None: ...
    @property
    def oob_score(self) -> bool:
        """Whether to score the answers of members that did not see a row; needs bootstrap."""
    @oob_score.setter
    def oob_score(self, value: bool, /) -> None: ...
    @property
    def warm_start(self) -> bool:
        """Fit() keeps the members there are and adds more up to n_estimators."""
    @warm_start.setter
    def warm_start(self, value: bool, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Most threads; None or -1 = all processors."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def verbose(self) -> int:
        """1 = tell progress."""
    @verbose.setter
    def verbose(self, value: int, /) -> None: ...
    @property
    def oob_score_(self) -> Any:
        """Accuracy, or R2, of the out-of-bag answers."""
    @property
    def oob_prediction_(self) -> NDArray[Any]:
        """Out-of-bag answers."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    @property
    def estimators_(self) -> list[Any]:
        """The members."""
    @property
    def estimators_samples_(self) -> list[Buffer]:
        """The rows that each member learned from, as often as they were drawn."""
    @property
    def estimators_features_(self) -> list[Buffer]:
        """The features that each member sees, in its order."""

class BayesianRidge(Estimator):
    """Bayesian ridge regression (MacKay 1992; Tipping 2001): the precisions of noise (alpha) and
    weights (lambda), which have gamma priors, are those that make the data most likely. One
    singular value decomposition.
    """
    def __new__(cls, max_iter: int = 300, tol: float = 0.001, fit_intercept: bool = True, *, alpha_1: float = 1e-06, alpha_2: float = 1e-06, lambda_1: float = 1e-06, lambda_2: float = 1e-06, compute_score: bool = False, copy_X: bool = True, verbose: bool = False, alpha_init: float | None = None, lambda_init: float | None = None) -> Self: ...
    def __init__(self, /, max_iter: int = 300, tol: float = 0.001, fit_intercept: bool = True, *, alpha_1: float = 1e-06, alpha_2: float = 1e-06, lambda_1: float = 1e-06, lambda_2: float = 1e-06, compute_score: bool = False, copy_X: bool = True, verbose: bool = False, alpha_init: float | None = None, lambda_init: float | None = None) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most iterations; >= 1."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def tol(self) -> float:
        """Stop when the weights have moved by less in sum."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def fit_intercept(self) -> bool:
        """Whether a constant is learned, too; without it the data should be centred."""
    @fit_intercept.setter
    def fit_intercept(self, value: bool, /) -> None: ...
    @property
    def alpha_1(self) -> float:
        """Shape of the gamma prior of alpha; >= 0."""
    @alpha_1.setter
    def alpha_1(self, value: float, /) -> None: ...
    @property
    def alpha_2(self) -> float:
        """Rate of the gamma prior of alpha; >= 0."""
    @alpha_2.setter
    def alpha_2(self, value: float, /) -> None: ...
    @property
    def lambda_1(self) -> float:
        """Shape of the gamma prior of lambda; >= 0."""
    @lambda_1.setter
    def lambda_1(self, value: float, /) -> None: ...
    @property
    def lambda_2(self) -> float:
        """Rate of the gamma prior of lambda; >= 0."""
    @lambda_2.setter
    def lambda_2(self, value: float, /) -> None: ...
    @property
    def compute_score(self) -> bool:
        """Whether scores_ is learned."""
    @compute_score.setter
    def compute_score(self, value: bool, /) -> None: ...
    @property
    def copy_X(self) -> bool:
        """Accepted for the sake of other libraries; without effect, since x is never changed."""
    @copy_X.setter
    def copy_X(self, value: bool, /) -> None: ...
    @property
    def verbose(self) -> bool:
        """Whether progress is told on standard error."""
    @verbose.setter
    def verbose(self, value: bool, /) -> None: ...
    @property
    def alpha_init(self) -> float | None:
        """Alpha at the beginning; >= 0, None = 1 / variance of y."""
    @alpha_init.setter
    def alpha_init(self, value: float | None, /) -> None: ...
    @property
    def lambda_init(self) -> float | None:
        """Lambda at the beginning; >= 0, None = 1."""
    @lambda_init.setter
    def lambda_init(self, value: float | None, /) -> None: ...
    @property
    def coef_(self) -> NDArray[Any]:
        """Weights of the features: d numbers, or outputs x d when y was a matrix."""
    @property
    def intercept_(self) -> Any:
        """What is added to x'w: a number, or one per output when y was a matrix; 0.0 without an
        intercept.
        """
    @property
    def alpha_(self) -> float:
        """Precision of the noise: 1 / variance."""
    @property
    def n_iter_(self) -> int:
        """Iterations."""
    @property
    def sigma_(self) -> NDArray[Any]:
        """Covariance of the weights (of those that are kept)."""
    @property
    def scores_(self) -> NDArray[Any]:
        """Log marginal likelihood of each iteration."""
    @property
    def X_offset_(self) -> NDArray[Any]:
        """Means of the features; 0 without an intercept."""
    @property
    def X_scale_(self) -> NDArray[Any]:
        """Ones."""
    @property
    def lambda_(self) -> float:
        """Precision of the weights."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any, return_std: bool = False) -> Any:
        """A number for each row of x; with return_std=True a list of those and of their standard
        deviations.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""

class BernoulliNB(Estimator):
    """Naive Bayes with features that are there or not: each is drawn by itself, and its absence
    counts, too (Manning, Raghavan, Schuetze: Introduction to Information Retrieval, 2008,
    chapter 13). x: rows x features, dense or sparse.
    """
    def __new__(cls, alpha: Any = 1.0, binarize: float | None = 0.0, *, force_alpha: bool = True, fit_prior: bool = True, class_prior: Any = None) -> Self: ...
    def __init__(self, /, alpha: Any = 1.0, binarize: float | None = 0.0, *, force_alpha: bool = True, fit_prior: bool = True, class_prior: Any = None) -> None: ...
    @property
    def alpha(self) -> Any:
        """What is added to all counts (Laplace, Lidstone): a number >= 0, or one for each feature."""
    @alpha.setter
    def alpha(self, value: Any, /) -> None: ...
    @property
    def binarize(self) -> float | None:
        """Numbers above it count as 1, all others as 0; >= 0; None = x is 0 and 1 already."""
    @binarize.setter
    def binarize(self, value: float | None, /) -> None: ...
    @property
    def force_alpha(self) -> bool:
        """Whether an alpha below 1e-10 is taken as it is; false = 1e-10, with a warning."""
    @force_alpha.setter
    def force_alpha(self, value: bool, /) -> None: ...
    @property
    def fit_prior(self) -> bool:
        """Whether classes have the probability of their share of the rows; false = all the same."""
    @fit_prior.setter
    def fit_prior(self, value: bool, /) -> None: ...
    @property
    def class_prior(self) -> Any:
        """Probability of each class; None = see fit_prior."""
    @class_prior.setter
    def class_prior(self, value: Any, /) -> None: ...
    @property
    def feature_count_(self) -> NDArray[Any]:
        """Sums of the columns for each class: classes x features."""
    @property
    def feature_log_prob_(self) -> NDArray[Any]:
        """Ln P(feature | class): classes x features."""
    @property
    def class_count_(self) -> NDArray[Any]:
        """Rows (or their weight) of each class."""
    @property
    def class_log_prior_(self) -> NDArray[Any]:
        """Ln P(class)."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """Probability of each class for each row of x: rows x classes, in the order of classes_."""
    def predict_log_proba(self, /, x: Any) -> NDArray[Any]:
        """Natural logarithm of predict_proba(x)."""
    def partial_fit(self, /, x: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Estimator:
        """Learn from more rows, going on from what was learned. The first call of a classifier
        names all classes, if not all occur in y.
        """
    def predict_joint_log_proba(self, /, x: Any) -> NDArray[Any]:
        """ln P(class) + ln p(row | class): rows x classes, in the order of classes_."""

class BernoulliRBM(Estimator):
    """A restricted Boltzmann machine: binary hidden units that explain visible ones, numbers from
    0 to 1. Learned by persistent contrastive divergence (Tieleman 2008); transform() gives the
    probability that each hidden unit is on.
    """
    def __new__(cls, n_components: int = 256, learning_rate: float = 0.1, batch_size: int = 10, n_iter: int = 10, random_state: int | None = None, *, verbose: bool = False) -> Self: ...
    def __init__(self, /, n_components: int = 256, learning_rate: float = 0.1, batch_size: int = 10, n_iter: int = 10, random_state: int | None = None, *, verbose: bool = False) -> None: ...
    @property
    def n_components(self) -> int:
        """Hidden units; >= 1."""
    @n_components.setter
    def n_components(self, value: int, /) -> None: ...
    @property
    def learning_rate(self) -> float:
        """Length of a step; > 0."""
    @learning_rate.setter
    def learning_rate(self, value: float, /) -> None: ...
    @property
    def batch_size(self) -> int:
        """Rows of a batch; >= 1."""
    @batch_size.setter
    def batch_size(self, value: int, /) -> None: ...
    @property
    def n_iter(self) -> int:
        """Passes over the rows; >= 0."""
    @n_iter.setter
    def n_iter(self, value: int, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def verbose(self) -> bool:
        """Whether progress is printed."""
    @verbose.setter
    def verbose(self, value: bool, /) -> None: ...
    @property
    def components_(self) -> NDArray[Any]:
        """Weights between hidden and visible units: n_components x columns."""
    @property
    def intercept_hidden_(self) -> NDArray[Any]:
        """Offsets of the hidden units."""
    @property
    def intercept_visible_(self) -> NDArray[Any]:
        """Offsets of the visible units."""
    @property
    def h_samples_(self) -> NDArray[Any]:
        """Hidden units of the chain: rows of a batch x n_components."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def partial_fit(self, /, x: Any, y: Any = None) -> Estimator:
        """Learn from more rows, going on from what was learned."""
    def score_samples(self, /, x: Any) -> NDArray[Any]:
        """One number for each row of x: the higher, the more usual."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""
    def gibbs(self, /, x: Any) -> NDArray[Any]:
        """Visible units after one step of the chain from the rows of x."""

class Binarizer(Estimator):
    """1 for numbers above a threshold, 0 for all others."""
    def __new__(cls, threshold: float = 0.0, *, copy: bool = True) -> Self: ...
    def __init__(self, /, threshold: float = 0.0, *, copy: bool = True) -> None: ...
    @property
    def threshold(self) -> float:
        """Numbers above it become 1, all others 0."""
    @threshold.setter
    def threshold(self, value: float, /) -> None: ...
    @property
    def copy(self) -> bool:
        """Has no effect: what is given is never changed."""
    @copy.setter
    def copy(self, value: bool, /) -> None: ...
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class Birch(Estimator):
    """Groups of close rows in one pass over them, kept as sums in a tree, then clusters of groups
    (Zhang, Ramakrishnan and Livny 1996). Takes memory for the groups alone.
    """
    def __new__(cls, threshold: float = 0.5, branching_factor: int = 50, n_clusters: Any = None, *, compute_labels: bool = True) -> Self: ...
    def __init__(self, /, threshold: float = 0.5, branching_factor: int = 50, n_clusters: Any = None, *, compute_labels: bool = True) -> None: ...
    @property
    def threshold(self) -> float:
        """Most radius of a group; > 0. Smaller gives more groups."""
    @threshold.setter
    def threshold(self, value: float, /) -> None: ...
    @property
    def branching_factor(self) -> int:
        """Most groups in a node of the tree; >= 2."""
    @branching_factor.setter
    def branching_factor(self, value: int, /) -> None: ...
    @property
    def n_clusters(self) -> Any:
        """Clusters that the groups are put in, by Ward's linkage, or a clusterer that does so;
        None = each group is a cluster.
        """
    @n_clusters.setter
    def n_clusters(self, value: Any, /) -> None: ...
    @property
    def compute_labels(self) -> bool:
        """Whether fit() labels its rows."""
    @compute_labels.setter
    def compute_labels(self, value: bool, /) -> None: ...
    @property
    def subcluster_centers_(self) -> NDArray[Any]:
        """Means of the groups: groups x columns."""
    @property
    def subcluster_labels_(self) -> NDArray[Any]:
        """The cluster of each group, as float64."""
    @property
    def labels_(self) -> NDArray[Any]:
        """The cluster of each row that was seen last, as float64; there with compute_labels."""
    def partial_fit(self, /, x: Any = None, y: Any = None) -> Estimator:
        """Put more rows in the groups there are, or in new ones, and the groups in clusters."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def fit_predict(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x), and the cluster of each row: labels_."""
    @property
    def labels_int_(self) -> NDArray[Any]:
        """labels_ as integers: the cluster of each row that it was fitted to, -1 for noise."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x), and the distance of each row to the mean of each group."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class CCA(Estimator):
    """Canonical correlation analysis (Hotelling 1936) by NIPALS in mode B: pairs of directions of
    x and y whose scores correlate most.
    """
    def __new__(cls, n_components: int = 2, max_iter: int = 500, tol: float = 1e-06, *, scale: bool = True, copy: bool = True) -> Self: ...
    def __init__(self, /, n_components: int = 2, max_iter: int = 500, tol: float = 1e-06, *, scale: bool = True, copy: bool = True) -> None: ...
    @property
    def n_components(self) -> int:
        """Directions to find; >= 1."""
    @n_components.setter
    def n_components(self, value: int, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most iterations for each direction; >= 1."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def tol(self) -> float:
        """A direction is found when the square of its change is below; >= 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def scale(self) -> bool:
        """Whether features and targets are divided by their standard deviations."""
    @scale.setter
    def scale(self, value: bool, /) -> None: ...
    @property
    def copy(self) -> bool:
        """Accepted for the sake of other libraries; without effect, since x is never changed."""
    @copy.setter
    def copy(self, value: bool, /) -> None: ...
    @property
    def x_weights_(self) -> NDArray[Any]:
        """Directions of x: d x components."""
    @property
    def y_weights_(self) -> NDArray[Any]:
        """Directions of y: targets x components."""
    @property
    def x_loadings_(self) -> NDArray[Any]:
        """What each direction takes out of x: d x components."""
    @property
    def y_loadings_(self) -> NDArray[Any]:
        """What each direction takes out of y: targets x components."""
    @property
    def x_rotations_(self) -> NDArray[Any]:
        """From x to its scores: d x components."""
    @property
    def y_rotations_(self) -> NDArray[Any]:
        """From y to its scores: targets x components."""
    @property
    def coef_(self) -> NDArray[Any]:
        """Weights of the features less their means: targets x d."""
    @property
    def intercept_(self) -> NDArray[Any]:
        """Means of the targets."""
    @property
    def n_iter_(self) -> Any:
        """List of the iterations for each direction."""
    def fit(self, /, x: Any, y: Any, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    def transform(self, /, x: Any, y: Any = None) -> Any:
        """The scores of x; with y a pair, the scores of x and those of y."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and the scores of x."""
    def inverse_transform(self, /, x: Any) -> NDArray[Any]:
        """What transform() would have made x of, as far as that is known."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class CalibratedClassifierCV(Estimator):
    """A classifier whose probabilities are calibrated on rows it has not learned from (Platt 1999;
    Zadrozny and Elkan 2002). Of more than two classes each is calibrated against the rest.
    """
    def __new__(cls, method: Literal["sigmoid", "isotonic"] = 'sigmoid', cv: Any = 5, *, estimator: Any = None, n_jobs: int | None = None, ensemble: Any = 'auto') -> Self: ...
    def __init__(self, /, method: Literal["sigmoid", "isotonic"] = 'sigmoid', cv: Any = 5, *, estimator: Any = None, n_jobs: int | None = None, ensemble: Any = 'auto') -> None: ...
    @property
    def method(self) -> str:
        """Sigmoid: Platt's, for few rows; isotonic: any rising function, for a thousand rows and
        more.
        """
    @method.setter
    def method(self, value: Literal["sigmoid", "isotonic"], /) -> None: ...
    @property
    def cv(self) -> Any:
        """Folds, each of which calibrates what learned from the others: their number, at least 2
        (stratified), a splitter, pairs of train and test rows; None = 5; "prefit": the
        estimator is fitted already and all rows calibrate it.
        """
    @cv.setter
    def cv(self, value: Any, /) -> None: ...
    @property
    def estimator(self) -> Any:
        """The classifier, any object with fit() and decision_function() or predict_proba(), or the
        name of one; None = LinearSVC(), or, when x has one column and y two classes, x itself:
        decisions of any classifier.
        """
    @estimator.setter
    def estimator(self, value: Any, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Threads at most; None = all. Classifiers of Python run one after the other."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def ensemble(self) -> Any:
        """True, auto: the mean of a classifier and its curve for each fold; false: one classifier
        of all rows, with a curve from what the folds said of rows they had not seen.
        """
    @ensemble.setter
    def ensemble(self, value: Any, /) -> None: ...
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """Probability of each class for each row of x: rows x classes, in the order of classes_."""
    def predict_log_proba(self, /, x: Any) -> NDArray[Any]:
        """Natural logarithm of predict_proba(x)."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""

class ColumnTransformer(Estimator):
    """A transformer for some columns of x, another for others; the results stand side by side in
    the order of the list. The same column may go to several. Tables are taken apart by the
    names of their columns.
    """
    def __new__(cls, transformers: Any, remainder: Any = 'drop', *, sparse_threshold: float = 0.3, n_jobs: int | None = None, transformer_weights: dict[str, Any] | None = None, verbose: bool = False, verbose_feature_names_out: bool = True) -> Self: ...
    def __init__(self, /, transformers: Any, remainder: Any = 'drop', *, sparse_threshold: float = 0.3, n_jobs: int | None = None, transformer_weights: dict[str, Any] | None = None, verbose: bool = False, verbose_feature_names_out: bool = True) -> None: ...
    @property
    def transformers(self) -> Any:
        """List of (name, transformer, columns). A transformer is any object with fit() and
        transform(), the name of one, "passthrough" or "drop". Columns are a list of numbers
        (negative ones count from the end) or names, a mask of bools, a slice, a function of x
        that gives one of these, or a single number or name: then the transformer gets a row of
        values instead of a matrix.
        """
    @transformers.setter
    def transformers(self, value: Any, /) -> None: ...
    @property
    def remainder(self) -> Any:
        """What becomes of columns that no transformer was given: "drop", "passthrough" (they come
        last, in order) or a transformer of them all.
        """
    @remainder.setter
    def remainder(self, value: Any, /) -> None: ...
    @property
    def sparse_threshold(self) -> float:
        """When one of the results is sparse, the whole is as long as the share of its numbers that
        are not 0 is below this; in [0, 1].
        """
    @sparse_threshold.setter
    def sparse_threshold(self, value: float, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Threads at most; None = all. Transformers of Python run one after the other."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def transformer_weights(self) -> dict[str, Any] | None:
        """Number by name that what a transformer gives is multiplied with; None = 1 for all."""
    @transformer_weights.setter
    def transformer_weights(self, value: dict[str, Any] | None, /) -> None: ...
    @property
    def verbose(self) -> bool:
        """Tell of progress on standard error."""
    @verbose.setter
    def verbose(self, value: bool, /) -> None: ...
    @property
    def verbose_feature_names_out(self) -> bool:
        """Names of columns begin with that of their transformer and "__"."""
    @verbose_feature_names_out.setter
    def verbose_feature_names_out(self, value: bool, /) -> None: ...
    @property
    def sparse_output_(self) -> bool:
        """Whether transform() gives a sparse matrix."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""
    @property
    def transformers_(self) -> list[tuple[Any, ...]]:
        """(name, fitted transformer or word, numbers of its columns) of each, the remainder last."""
    @property
    def named_transformers_(self) -> dict[str, Any]:
        """The fitted transformers by name."""

class CountVectorizer(Estimator):
    """Texts as rows of counts, a column for each term, in the order of their code points. A term
    is a word of two characters and more, or several in a row.
    """
    def __new__(cls, max_features: int | None = None, ngram_range_min: int = 1, ngram_range_max: int = 1, lowercase: bool = True, binary: bool = False, *, ngram_range: list[int] | None = None, token_pattern: str | None = None, tokenizer: Callable[..., Any] | None = None, preprocessor: Callable[..., Any] | None = None, input: Literal["content", "filename", "file"] = 'content', encoding: str = 'utf-8', decode_error: Literal["strict", "ignore", "replace"] = 'strict', strip_accents: Any = None, stop_words: Any = None, analyzer: Any = 'word', dtype: Any = 'float64', max_df: float | None = 1.0, min_df: float | None = 1, vocabulary: Any = None, sparse_output: bool = False) -> Self: ...
    def __init__(self, /, max_features: int | None = None, ngram_range_min: int = 1, ngram_range_max: int = 1, lowercase: bool = True, binary: bool = False, *, ngram_range: list[int] | None = None, token_pattern: str | None = None, tokenizer: Callable[..., Any] | None = None, preprocessor: Callable[..., Any] | None = None, input: Literal["content", "filename", "file"] = 'content', encoding: str = 'utf-8', decode_error: Literal["strict", "ignore", "replace"] = 'strict', strip_accents: Any = None, stop_words: Any = None, analyzer: Any = 'word', dtype: Any = 'float64', max_df: float | None = 1.0, min_df: float | None = 1, vocabulary: Any = None, sparse_output: bool = False) -> None: ...
    @property
    def max_features(self) -> int | None:
        """Only the terms that occur most often, of equals the first by letters; None = all."""
    @max_features.setter
    def max_features(self, value: int | None, /) -> None: ...
    @property
    def ngram_range_min(self) -> int:
        """Fewest words (or characters) in a row that make a term; >= 1."""
    @ngram_range_min.setter
    def ngram_range_min(self, value: int, /) -> None: ...
    @property
    def ngram_range_max(self) -> int:
        """Most words (or characters) in a row that make a term."""
    @ngram_range_max.setter
    def ngram_range_max(self, value: int, /) -> None: ...
    @property
    def lowercase(self) -> bool:
        """Whether all letters are made small."""
    @lowercase.setter
    def lowercase(self, value: bool, /) -> None: ...
    @property
    def binary(self) -> bool:
        """Whether a term counts once in a text, however often it occurs."""
    @binary.setter
    def binary(self, value: bool, /) -> None: ...
    @property
    def ngram_range(self) -> list[int] | None:
        """(fewest, most) in place of ngram_range_min and ngram_range_max."""
    @ngram_range.setter
    def ngram_range(self, value: list[int] | None, /) -> None: ...
    @property
    def token_pattern(self) -> str | None:
        """Regular expression of a word, its group (if it has one) being the word; None = two word
        characters and more.
        """
    @token_pattern.setter
    def token_pattern(self, value: str | None, /) -> None: ...
    @property
    def tokenizer(self) -> Callable[..., Any] | None:
        """A function from a text to its words; None = by token_pattern."""
    @tokenizer.setter
    def tokenizer(self, value: Callable[..., Any] | None, /) -> None: ...
    @property
    def preprocessor(self) -> Callable[..., Any] | None:
        """A function from a text to the text that is looked at, in place of lowercase and
        strip_accents; None = none.
        """
    @preprocessor.setter
    def preprocessor(self, value: Callable[..., Any] | None, /) -> None: ...
    @property
    def input(self) -> str:
        """What x lists: content: texts or bytes; filename: paths of regular files of at most 64
        MiB; file: objects with read().
        """
    @input.setter
    def input(self, value: Literal["content", "filename", "file"], /) -> None: ...
    @property
    def encoding(self) -> str:
        """What bytes and files are written in: utf-8, latin-1, or any name that iconv knows."""
    @encoding.setter
    def encoding(self, value: str, /) -> None: ...
    @property
    def decode_error(self) -> str:
        """Bytes that are no text: strict: MlError; ignore: left out; replace: U+FFFD (the latter
        two with utf-8, ascii and latin-1).
        """
    @decode_error.setter
    def decode_error(self, value: Literal["strict", "ignore", "replace"], /) -> None: ...
    @property
    def strip_accents(self) -> Any:
        """"ascii": letters without accents, what else is not ASCII left out; "unicode": accents
        left out; or a function from text to text; None = as they are.
        """
    @strip_accents.setter
    def strip_accents(self, value: Any, /) -> None: ...
    @property
    def stop_words(self) -> Any:
        """Words that are no terms: a list, or "english" for the 318 of the Glasgow list; None =
        none.
        """
    @stop_words.setter
    def stop_words(self, value: Any, /) -> None: ...
    @property
    def analyzer(self) -> Any:
        """What terms are made of: "word", "char", or "char_wb" for characters within words; or a
        function from a text to its terms.
        """
    @analyzer.setter
    def analyzer(self, value: Any, /) -> None: ...
    @property
    def dtype(self) -> Any:
        """Kind of the numbers of dense output: float64, float32, and for counts int64, by name or
        as numpy's class.
        """
    @dtype.setter
    def dtype(self, value: Any, /) -> None: ...
    @property
    def max_df(self) -> float | None:
        """Most texts a term may occur in: a count (int) or a share (float)."""
    @max_df.setter
    def max_df(self, value: float | None, /) -> None: ...
    @property
    def min_df(self) -> float | None:
        """Fewest texts a term must occur in: a count (int) or a share (float)."""
    @min_df.setter
    def min_df(self, value: float | None, /) -> None: ...
    @property
    def vocabulary(self) -> Any:
        """The terms: a list, or a dict from term to column; None = those of the texts."""
    @vocabulary.setter
    def vocabulary(self, value: Any, /) -> None: ...
    @property
    def sparse_output(self) -> bool:
        """Whether a sparse matrix is given instead of a dense one."""
    @sparse_output.setter
    def sparse_output(self, value: bool, /) -> None: ...
    @property
    def vocabulary_(self) -> Any:
        """Dict from term to column."""
    @property
    def fixed_vocabulary_(self) -> bool:
        """Whether the terms were given, not learned."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def build_analyzer(self, /) -> Callable[..., Any]:
        """A function from a document to the list of its terms."""
    def build_preprocessor(self, /) -> Callable[..., Any]:
        """A function from a text to the form that tokens are sought in."""
    def build_tokenizer(self, /) -> Callable[..., Any]:
        """A function from a text to the list of its tokens."""
    def decode(self, /, doc: Any) -> str:
        """The text of a document, by input and encoding."""
    def get_stop_words(self, /) -> Any:
        """The words that are no terms: a list, or None."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""
    def inverse_transform(self, /, x: Any) -> list[Any]:
        """For each row of numbers the list of the terms whose number is not 0."""
    def get_vocabulary(self, /) -> dict[str, Any]:
        """vocabulary_: dict from term to column."""

class DBSCAN(Estimator):
    """Clusters are where rows lie densely: core rows, which have enough neighbours within eps, and
    what is near them; the rest is noise (Ester, Kriegel, Sander, Xu 1996). Clusters are
    numbered in the order of their first core rows, and a row near two of them goes to the
    first.
    """
    def __new__(cls, eps: float = 0.5, min_samples: int = 5, *, metric: Any = 'euclidean', metric_params: Any = None, algorithm: Literal["auto", "ball_tree", "kd_tree", "brute"] = 'auto', leaf_size: int = 30, p: float | None = None, n_jobs: int | None = None) -> Self: ...
    def __init__(self, /, eps: float = 0.5, min_samples: int = 5, *, metric: Any = 'euclidean', metric_params: Any = None, algorithm: Literal["auto", "ball_tree", "kd_tree", "brute"] = 'auto', leaf_size: int = 30, p: float | None = None, n_jobs: int | None = None) -> None: ...
    @property
    def eps(self) -> float:
        """How far a neighbour may be, itself included; > 0, in the units of x."""
    @eps.setter
    def eps(self, value: float, /) -> None: ...
    @property
    def min_samples(self) -> int:
        """Neighbours (or weight of neighbours), itself counted, that make a row a core row; >= 1."""
    @min_samples.setter
    def min_samples(self, value: int, /) -> None: ...
    @property
    def metric(self) -> Any:
        """The distance: 'euclidean' or 'l2', 'manhattan', 'cityblock' or 'l1', 'chebyshev' or
        'infinity', 'minkowski', 'cosine', or 'precomputed': x holds the distances between all
        rows.
        """
    @metric.setter
    def metric(self, value: Any, /) -> None: ...
    @property
    def metric_params(self) -> Any:
        """More about the metric: {'p': number} for 'minkowski' goes before p; None = nothing."""
    @metric_params.setter
    def metric_params(self, value: Any, /) -> None: ...
    @property
    def algorithm(self) -> str:
        """How near rows are found: 'kd_tree' (boxes), 'ball_tree' (balls), 'brute' compares all
        rows, 'auto' takes a kd_tree up to 15 columns. Answers are the same.
        """
    @algorithm.setter
    def algorithm(self, value: Literal["auto", "ball_tree", "kd_tree", "brute"], /) -> None: ...
    @property
    def leaf_size(self) -> int:
        """Most rows of a leaf of the tree, taken as 8 to 128; >= 1. Answers are the same."""
    @leaf_size.setter
    def leaf_size(self, value: int, /) -> None: ...
    @property
    def p(self) -> float | None:
        """The power of 'minkowski'; > 0, None = 2."""
    @p.setter
    def p(self, value: float | None, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Most threads; None or -1 = all processors."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def labels_(self) -> NDArray[Any]:
        """The cluster of each row, as float64; -1 = noise."""
    @property
    def core_sample_indices_(self) -> NDArray[Any]:
        """Numbers of the core rows."""
    @property
    def components_(self) -> NDArray[Any]:
        """The core rows themselves."""
    def fit(self, /, x: Any, y: Any = None, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def fit_predict(self, /, x: Any, y: Any = None, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x), and the cluster of each row: labels_."""
    @property
    def labels_int_(self) -> NDArray[Any]:
        """labels_ as integers: the cluster of each row that it was fitted to, -1 for noise."""

class DartRegressor(Estimator):
    """Gradient boosting of the squared error that drops trees (Rashmi and Gilad-Bachrach, DART,
    2015): a round leaves out some of the trees so far, fits a new one to what is missing then,
    and gives all of them together the weight of those that were dropped: of k dropped trees
    each keeps k / (k + 1), the new one has 1 / (k + 1).
    """
    def __new__(cls, n_estimators: int = 100, learning_rate: float = 0.1, max_depth: int = 3, drop_rate: float = 0.1, random_state: int | None = None, *, skip_drop: float = 0.5, min_samples_split: int = 2, min_samples_leaf: int = 1) -> Self: ...
    def __init__(self, /, n_estimators: int = 100, learning_rate: float = 0.1, max_depth: int = 3, drop_rate: float = 0.1, random_state: int | None = None, *, skip_drop: float = 0.5, min_samples_split: int = 2, min_samples_leaf: int = 1) -> None: ...
    @property
    def n_estimators(self) -> int:
        """Trees; >= 1."""
    @n_estimators.setter
    def n_estimators(self, value: int, /) -> None: ...
    @property
    def learning_rate(self) -> float:
        """What the answers of a new tree are multiplied by; > 0."""
    @learning_rate.setter
    def learning_rate(self, value: float, /) -> None: ...
    @property
    def max_depth(self) -> int:
        """Most splits above a leaf; >= 1."""
    @max_depth.setter
    def max_depth(self, value: int, /) -> None: ...
    @property
    def drop_rate(self) -> float:
        """Probability of each tree to be dropped in a round; in [0, 1]."""
    @drop_rate.setter
    def drop_rate(self, value: float, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def skip_drop(self) -> float:
        """Probability of a round that drops no tree; in [0, 1]."""
    @skip_drop.setter
    def skip_drop(self, value: float, /) -> None: ...
    @property
    def min_samples_split(self) -> int:
        """A node with fewer rows is a leaf; >= 2."""
    @min_samples_split.setter
    def min_samples_split(self, value: int, /) -> None: ...
    @property
    def min_samples_leaf(self) -> int:
        """Fewest rows of a leaf; >= 1."""
    @min_samples_leaf.setter
    def min_samples_leaf(self, value: int, /) -> None: ...
    @property
    def train_score_(self) -> NDArray[Any]:
        """Mean squared error of the rows learned from, after each round."""
    @property
    def feature_importances_(self) -> NDArray[Any]:
        """Share of the decrease of the squared error that each feature brought."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""

class DecisionTreeClassifier(Estimator):
    """A binary tree that asks of one feature at a time whether it is <= a threshold, and answers
    with the shares of the classes in the leaf (CART; Breiman, Friedman, Olshen, Stone 1984).
    Each split lowers the impurity most; thresholds lie midway between neighbouring values of x,
    which is read in float32. NaN goes to the side where it fits better, and where none was seen
    in fit(), to the larger side. Without random_state features are tried in order and the first
    of equal splits is taken.
    """
    def __new__(cls, max_depth: int | None = None, min_samples_split: float = 2, *, criterion: Literal["gini", "entropy", "log_loss"] = 'gini', class_weight: Any = None, splitter: Literal["best", "random"] = 'best', min_samples_leaf: float = 1, min_weight_fraction_leaf: float = 0.0, max_features: Any = None, random_state: int | None = None, max_leaf_nodes: int | None = None, min_impurity_decrease: float = 0.0, ccp_alpha: float = 0.0, monotonic_cst: Any = None) -> Self: ...
    def __init__(self, /, max_depth: int | None = None, min_samples_split: float = 2, *, criterion: Literal["gini", "entropy", "log_loss"] = 'gini', class_weight: Any = None, splitter: Literal["best", "random"] = 'best', min_samples_leaf: float = 1, min_weight_fraction_leaf: float = 0.0, max_features: Any = None, random_state: int | None = None, max_leaf_nodes: int | None = None, min_impurity_decrease: float = 0.0, ccp_alpha: float = 0.0, monotonic_cst: Any = None) -> None: ...
    @property
    def max_depth(self) -> int | None:
        """Most splits above a leaf, >= 1; None = until leaves are pure or small."""
    @max_depth.setter
    def max_depth(self, value: int | None, /) -> None: ...
    @property
    def min_samples_split(self) -> float:
        """A node with fewer rows is a leaf: an int >= 2, or a share of all rows in (0, 1]."""
    @min_samples_split.setter
    def min_samples_split(self, value: float, /) -> None: ...
    @property
    def criterion(self) -> str:
        """Impurity of a node: gini, or entropy in bits, which is log_loss, too."""
    @criterion.setter
    def criterion(self, value: Literal["gini", "entropy", "log_loss"], /) -> None: ...
    @property
    def class_weight(self) -> Any:
        """Weights of the classes: a dict by label, 'balanced' = rows / (classes * rows of the
        class); None = all 1.
        """
    @class_weight.setter
    def class_weight(self, value: Any, /) -> None: ...
    @property
    def n_classes_(self) -> int:
        """Classes."""
    @property
    def splitter(self) -> str:
        """The best of all thresholds of a feature, or one random threshold each."""
    @splitter.setter
    def splitter(self, value: Literal["best", "random"], /) -> None: ...
    @property
    def min_samples_leaf(self) -> float:
        """Both sides of a split have at least so many rows: an int >= 1, or a share of all rows in
        (0, 1).
        """
    @min_samples_leaf.setter
    def min_samples_leaf(self, value: float, /) -> None: ...
    @property
    def min_weight_fraction_leaf(self) -> float:
        """Both sides of a split have at least this share of the weight of all rows; in [0, 0.5]."""
    @min_weight_fraction_leaf.setter
    def min_weight_fraction_leaf(self, value: float, /) -> None: ...
    @property
    def max_features(self) -> Any:
        """Features that are looked at for a split, drawn anew for each: an int >= 1, a share of
        all in (0, 1], 'sqrt', 'log2'; None = all.
        """
    @max_features.setter
    def max_features(self, value: Any, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def max_leaf_nodes(self) -> int | None:
        """Most leaves, >= 2: the node whose split gains most is split first; None = any."""
    @max_leaf_nodes.setter
    def max_leaf_nodes(self, value: int | None, /) -> None: ...
    @property
    def min_impurity_decrease(self) -> float:
        """A split is made when it lowers the impurity, weighted by the share of the rows of the
        node, by at least this much; >= 0.
        """
    @min_impurity_decrease.setter
    def min_impurity_decrease(self, value: float, /) -> None: ...
    @property
    def ccp_alpha(self) -> float:
        """Cost of a leaf in minimal cost-complexity pruning, >= 0; 0 = none."""
    @ccp_alpha.setter
    def ccp_alpha(self, value: float, /) -> None: ...
    @property
    def monotonic_cst(self) -> Any:
        """For each feature 1 = the answer (of a classifier of two classes: the probability of the
        second) never falls with it, -1 = never rises, 0 = any; None = 0 for all. For one
        output.
        """
    @monotonic_cst.setter
    def monotonic_cst(self, value: Any, /) -> None: ...
    @property
    def n_outputs_(self) -> int:
        """Columns of y."""
    @property
    def max_features_(self) -> int:
        """Features looked at for a split."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    def apply(self, /, x: Any) -> NDArray[Any]:
        """The leaf that each row of x ends in."""
    def decision_path(self, /, x: Any) -> Any:
        """The nodes that each row of x passes: a sparse matrix rows x nodes of ones."""
    @property
    def tree_(self) -> Tree:
        """The tree, array by array."""
    @property
    def feature_importances_(self) -> NDArray[Any]:
        """Share of the decrease of impurity that each feature brought; they sum to 1, or are 0 for
        a tree that is a leaf.
        """
    def get_depth(self, /) -> int:
        """Splits above the deepest leaf."""
    def get_n_leaves(self, /) -> int:
        """Leaves of the tree."""
    def export_text(self, /, feature_names: list[str] | None = None, *, class_names: list[str] | None = None, max_depth: int = 10, spacing: int = 3, decimals: int = 2, show_weights: bool = False) -> str:
        """The tree as text, a line for each side of a split and each leaf."""
    def cost_complexity_pruning_path(self, /, x: Any, y: Any, sample_weight: Any = None) -> dict[str, Any]:
        """What ccp_alpha would do: grows a tree from x and y (this one stays as it is) and gives
        the effective alphas at which branches go (ccp_alphas) and the impurity of the leaves
        that are left (impurities).
        """
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """Probability of each class for each row of x: rows x classes, in the order of classes_."""
    def predict_log_proba(self, /, x: Any) -> NDArray[Any]:
        """Natural logarithm of predict_proba(x)."""

class DecisionTreeRegressor(Estimator):
    """A binary tree that asks of one feature at a time whether it is <= a threshold, and answers
    with the mean of y in the leaf, or the median for the absolute_error criterion (CART;
    Breiman, Friedman, Olshen, Stone 1984). y may have several columns. Missing values and ties
    as in DecisionTreeClassifier.
    """
    def __new__(cls, max_depth: int | None = None, min_samples_split: float = 2, *, criterion: Literal["squared_error", "friedman_mse", "absolute_error", "poisson"] = 'squared_error', splitter: Literal["best", "random"] = 'best', min_samples_leaf: float = 1, min_weight_fraction_leaf: float = 0.0, max_features: Any = None, random_state: int | None = None, max_leaf_nodes: int | None = None, min_impurity_decrease: float = 0.0, ccp_alpha: float = 0.0, monotonic_cst: Any = None) -> Self: ...
    def __init__(self, /, max_depth: int | None = None, min_samples_split: float = 2, *, criterion: Literal["squared_error", "friedman_mse", "absolute_error", "poisson"] = 'squared_error', splitter: Literal["best", "random"] = 'best', min_samples_leaf: float = 1, min_weight_fraction_leaf: float = 0.0, max_features: Any = None, random_state: int | None = None, max_leaf_nodes: int | None = None, min_impurity_decrease: float = 0.0, ccp_alpha: float = 0.0, monotonic_cst: Any = None) -> None: ...
    @property
    def max_depth(self) -> int | None:
        """Most splits above a leaf, >= 1; None = until leaves are pure or small."""
    @max_depth.setter
    def max_depth(self, value: int | None, /) -> None: ...
    @property
    def min_samples_split(self) -> float:
        """A node with fewer rows is a leaf: an int >= 2, or a share of all rows in (0, 1]."""
    @min_samples_split.setter
    def min_samples_split(self, value: float, /) -> None: ...
    @property
    def criterion(self) -> str:
        """Impurity of a node: the variance (friedman_mse is another name), the mean distance to
        the median, half the mean Poisson deviance.
        """
    @criterion.setter
    def criterion(self, value: Literal["squared_error", "friedman_mse", "absolute_error", "poisson"], /) -> None: ...
    @property
    def splitter(self) -> str:
        """The best of all thresholds of a feature, or one random threshold each."""
    @splitter.setter
    def splitter(self, value: Literal["best", "random"], /) -> None: ...
    @property
    def min_samples_leaf(self) -> float:
        """Both sides of a split have at least so many rows: an int >= 1, or a share of all rows in
        (0, 1).
        """
    @min_samples_leaf.setter
    def min_samples_leaf(self, value: float, /) -> None: ...
    @property
    def min_weight_fraction_leaf(self) -> float:
        """Both sides of a split have at least this share of the weight of all rows; in [0, 0.5]."""
    @min_weight_fraction_leaf.setter
    def min_weight_fraction_leaf(self, value: float, /) -> None: ...
    @property
    def max_features(self) -> Any:
        """Features that are looked at for a split, drawn anew for each: an int >= 1, a share of
        all in (0, 1], 'sqrt', 'log2'; None = all.
        """
    @max_features.setter
    def max_features(self, value: Any, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def max_leaf_nodes(self) -> int | None:
        """Most leaves, >= 2: the node whose split gains most is split first; None = any."""
    @max_leaf_nodes.setter
    def max_leaf_nodes(self, value: int | None, /) -> None: ...
    @property
    def min_impurity_decrease(self) -> float:
        """A split is made when it lowers the impurity, weighted by the share of the rows of the
        node, by at least this much; >= 0.
        """
    @min_impurity_decrease.setter
    def min_impurity_decrease(self, value: float, /) -> None: ...
    @property
    def ccp_alpha(self) -> float:
        """Cost of a leaf in minimal cost-complexity pruning, >= 0; 0 = none."""
    @ccp_alpha.setter
    def ccp_alpha(self, value: float, /) -> None: ...
    @property
    def monotonic_cst(self) -> Any:
        """For each feature 1 = the answer (of a classifier of two classes: the probability of the
        second) never falls with it, -1 = never rises, 0 = any; None = 0 for all. For one
        output.
        """
    @monotonic_cst.setter
    def monotonic_cst(self, value: Any, /) -> None: ...
    @property
    def n_outputs_(self) -> int:
        """Columns of y."""
    @property
    def max_features_(self) -> int:
        """Features looked at for a split."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    def apply(self, /, x: Any) -> NDArray[Any]:
        """The leaf that each row of x ends in."""
    def decision_path(self, /, x: Any) -> Any:
        """The nodes that each row of x passes: a sparse matrix rows x nodes of ones."""
    @property
    def tree_(self) -> Tree:
        """The tree, array by array."""
    @property
    def feature_importances_(self) -> NDArray[Any]:
        """Share of the decrease of impurity that each feature brought; they sum to 1, or are 0 for
        a tree that is a leaf.
        """
    def get_depth(self, /) -> int:
        """Splits above the deepest leaf."""
    def get_n_leaves(self, /) -> int:
        """Leaves of the tree."""
    def export_text(self, /, feature_names: list[str] | None = None, *, class_names: list[str] | None = None, max_depth: int = 10, spacing: int = 3, decimals: int = 2, show_weights: bool = False) -> str:
        """The tree as text, a line for each side of a split and each leaf."""
    def cost_complexity_pruning_path(self, /, x: Any, y: Any, sample_weight: Any = None) -> dict[str, Any]:
        """What ccp_alpha would do: grows a tree from x and y (this one stays as it is) and gives
        the effective alphas at which branches go (ccp_alphas) and the impurity of the leaves
        that are left (impurities).
        """

class DictionaryLearning(Estimator):
    """Atoms of which every row needs few: minimises |x - codes atoms|^2 / 2 + alpha |codes|_1 over
    both, atoms being of length 1 at most (Mairal, Bach, Ponce, Sapiro 2009). Codes by least
    angles (Efron, Hastie, Johnstone, Tibshirani 2004) or coordinate descent; transform() by
    those or by orthogonal matching pursuit (Pati, Rezaiifar, Krishnaprasad 1993).
    """
    def __new__(cls, n_components: int | None = 2, alpha: float = 1.0, max_iter: int = 1000, random_state: int | None = None, *, tol: float = 1e-08, fit_algorithm: Literal["lars", "cd"] = 'lars', transform_algorithm: Literal["lasso_lars", "lasso_cd", "lars", "omp", "threshold"] = 'omp', transform_n_nonzero_coefs: int | None = None, transform_alpha: float | None = None, n_jobs: int | None = None, code_init: Any = None, dict_init: Any = None, callback: Callable[..., Any] | None = None, verbose: int = 0, split_sign: bool = False, positive_code: bool = False, positive_dict: bool = False, transform_max_iter: int = 1000) -> Self: ...
    def __init__(self, /, n_components: int | None = 2, alpha: float = 1.0, max_iter: int = 1000, random_state: int | None = None, *, tol: float = 1e-08, fit_algorithm: Literal["lars", "cd"] = 'lars', transform_algorithm: Literal["lasso_lars", "lasso_cd", "lars", "omp", "threshold"] = 'omp', transform_n_nonzero_coefs: int | None = None, transform_alpha: float | None = None, n_jobs: int | None = None, code_init: Any = None, dict_init: Any = None, callback: Callable[..., Any] | None = None, verbose: int = 0, split_sign: bool = False, positive_code: bool = False, positive_dict: bool = False, transform_max_iter: int = 1000) -> None: ...
    @property
    def n_components(self) -> int | None:
        """How many atoms; >= 1; None = one for each column."""
    @n_components.setter
    def n_components(self, value: int | None, /) -> None: ...
    @property
    def alpha(self) -> float:
        """Penalty of the absolute values of codes; >= 0."""
    @alpha.setter
    def alpha(self, value: float, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most turns; >= 0."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def tol(self) -> float:
        """Stop when a turn lessens the objective by less than this share of it; >= 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def fit_algorithm(self) -> str:
        """How fit() finds codes. lars: least angles; cd: coordinate descent."""
    @fit_algorithm.setter
    def fit_algorithm(self, value: Literal["lars", "cd"], /) -> None: ...
    @property
    def transform_algorithm(self) -> str:
        """How transform() finds codes. omp: orthogonal matching pursuit; lars: least angle
        regression; lasso_lars, lasso_cd: the least squares with a penalty of absolute values;
        threshold: products with the atoms, less the penalty.
        """
    @transform_algorithm.setter
    def transform_algorithm(self, value: Literal["lasso_lars", "lasso_cd", "lars", "omp", "threshold"], /) -> None: ...
    @property
    def transform_n_nonzero_coefs(self) -> int | None:
        """Most codes of a row other than 0, for omp and lars; >= 1; None = a tenth of the columns."""
    @transform_n_nonzero_coefs.setter
    def transform_n_nonzero_coefs(self, value: int | None, /) -> None: ...
    @property
    def transform_alpha(self) -> float | None:
        """Penalty of lasso_lars, lasso_cd and threshold; >= 0; None = alpha."""
    @transform_alpha.setter
    def transform_alpha(self, value: float | None, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Most threads to use; -1 or None = all processors."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def code_init(self) -> Any:
        """Codes to begin with, with dict_init: rows x components."""
    @code_init.setter
    def code_init(self, value: Any, /) -> None: ...
    @property
    def dict_init(self) -> Any:
        """Atoms to begin with, with code_init: components x d."""
    @dict_init.setter
    def dict_init(self, value: Any, /) -> None: ...
    @property
    def callback(self) -> Callable[..., Any] | None:
        """Function of a dict, called after the first and every fifth turn: ii, max_iter, alpha,
        tol, current_cost, errors, code, dictionary.
        """
    @callback.setter
    def callback(self, value: Callable[..., Any] | None, /) -> None: ...
    @property
    def verbose(self) -> int:
        """1 = tell progress."""
    @verbose.setter
    def verbose(self, value: int, /) -> None: ...
    @property
    def split_sign(self) -> bool:
        """Whether transform() gives positive and negative parts of codes as columns of their own."""
    @split_sign.setter
    def split_sign(self, value: bool, /) -> None: ...
    @property
    def positive_code(self) -> bool:
        """Whether no code may be below 0."""
    @positive_code.setter
    def positive_code(self, value: bool, /) -> None: ...
    @property
    def positive_dict(self) -> bool:
        """Whether no number of an atom may be below 0."""
    @positive_dict.setter
    def positive_dict(self, value: bool, /) -> None: ...
    @property
    def transform_max_iter(self) -> int:
        """Most steps for the codes of a row by lasso_lars or lasso_cd, in fit() too; >= 0."""
    @transform_max_iter.setter
    def transform_max_iter(self, value: int, /) -> None: ...
    @property
    def components_(self) -> NDArray[Any]:
        """The atoms: n_components x d."""
    @property
    def error_(self) -> NDArray[Any]:
        """The objective after each turn."""
    @property
    def n_iter_(self) -> int:
        """Turns that were made."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def inverse_transform(self, /, x: Any) -> NDArray[Any]:
        """What transform() would have made x of, as far as that is known."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class ElasticNet(Estimator):
    """The elastic net (Zou and Hastie 2005): minimises the sum of (y - x'w - b)^2 / 2n plus alpha
    l1_ratio |w|_1 plus alpha (1 - l1_ratio) |w|^2 / 2. Cyclic coordinate descent with gap safe
    screening.
    """
    def __new__(cls, alpha: float = 1.0, l1_ratio: float = 0.5, fit_intercept: bool = True, max_iter: int = 1000, *, precompute: Any = False, copy_X: bool = True, tol: float = 0.0001, warm_start: bool = False, positive: bool = False, random_state: int | None = None, selection: Literal["cyclic", "random"] = 'cyclic') -> Self: ...
    def __init__(self, /, alpha: float = 1.0, l1_ratio: float = 0.5, fit_intercept: bool = True, max_iter: int = 1000, *, precompute: Any = False, copy_X: bool = True, tol: float = 0.0001, warm_start: bool = False, positive: bool = False, random_state: int | None = None, selection: Literal["cyclic", "random"] = 'cyclic') -> None: ...
    @property
    def alpha(self) -> float:
        """Strength of both penalties; >= 0."""
    @alpha.setter
    def alpha(self, value: float, /) -> None: ...
    @property
    def l1_ratio(self) -> float:
        """Share of the penalty of absolute values, from 0 to 1; the rest is of squares."""
    @l1_ratio.setter
    def l1_ratio(self, value: float, /) -> None: ...
    @property
    def fit_intercept(self) -> bool:
        """Whether a constant is learned, too; without it the data should be centred."""
    @fit_intercept.setter
    def fit_intercept(self, value: bool, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most rounds through all weights; >= 1."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def precompute(self) -> Any:
        """True: descend on X'X; 'auto': when there are more rows than features; False: as is
        quickest; or X'X itself (d x d), for x that has mean 0 or no intercept.
        """
    @precompute.setter
    def precompute(self, value: Any, /) -> None: ...
    @property
    def copy_X(self) -> bool:
        """Accepted for the sake of other libraries; without effect, since x is never changed."""
    @copy_X.setter
    def copy_X(self, value: bool, /) -> None: ...
    @property
    def tol(self) -> float:
        """Stop when the duality gap is at most tol times the squares of the centred y; >= 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def warm_start(self) -> bool:
        """Whether fit() starts from the weights that were learned before."""
    @warm_start.setter
    def warm_start(self, value: bool, /) -> None: ...
    @property
    def positive(self) -> bool:
        """Whether no weight may be below 0."""
    @positive.setter
    def positive(self, value: bool, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def selection(self) -> str:
        """The weight of each step: the next one, or one by chance."""
    @selection.setter
    def selection(self, value: Literal["cyclic", "random"], /) -> None: ...
    @property
    def coef_(self) -> NDArray[Any]:
        """Weights of the features: d numbers, or outputs x d when y was a matrix."""
    @property
    def intercept_(self) -> Any:
        """What is added to x'w: a number, or one per output when y was a matrix; 0.0 without an
        intercept.
        """
    @property
    def n_iter_(self) -> Any:
        """Rounds through all weights; a list for several targets."""
    @property
    def dual_gap_(self) -> Any:
        """How far the objective is from its minimum at most; an array for several targets."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    @property
    def sparse_coef_(self) -> SparseMatrix:
        """coef_ as a sparse matrix: outputs x d."""
    @staticmethod
    def path(x: Any, y: Any, *, l1_ratio: float = 0.5, eps: float = 0.001, n_alphas: int | None = None, alphas: Any = 100, precompute: Any = 'auto', Xy: Any = None, copy_X: bool = True, coef_init: Any = None, verbose: int = 0, return_n_iter: bool = False, positive: bool = False, check_input: bool = True, tol: float = 0.0001, max_iter: int = 1000, random_state: int | None = None, selection: Literal["cyclic", "random"] = 'cyclic', do_screening: bool = True) -> tuple[Any, ...]:
        """Weights for one penalty after the other, the strongest first: penalties, weights (d x
        penalties), duality gaps, and rounds with return_n_iter. There is no intercept: x and y
        should be centred. Of a Lasso too, l1_ratio is 0.5 unless it is given.
        """

class EmpiricalCovariance(Estimator):
    """The covariance of most likelihood of normal rows: the sum of (x - mean)(x - mean)' over n.
    score(x) is the mean log-likelihood of rows.
    """
    def __new__(cls, assume_centered: bool = False, *, store_precision: bool = True) -> Self: ...
    def __init__(self, /, assume_centered: bool = False, *, store_precision: bool = True) -> None: ...
    @property
    def assume_centered(self) -> bool:
        """Whether the means of the columns are known to be 0."""
    @assume_centered.setter
    def assume_centered(self, value: bool, /) -> None: ...
    @property
    def store_precision(self) -> bool:
        """Whether the inverse is kept as precision_; without it, it is made when asked for."""
    @store_precision.setter
    def store_precision(self, value: bool, /) -> None: ...
    @property
    def location_(self) -> NDArray[Any]:
        """Mean of each column."""
    @property
    def covariance_(self) -> NDArray[Any]:
        """Covariance of the columns: d x d."""
    @property
    def precision_(self) -> NDArray[Any]:
        """Inverse of covariance_ (that of Moore and Penrose, when it is singular)."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def score(self, /, x: Any, y: Any = None) -> float:
        """How well x fits what was learned; higher is better."""
    def get_precision(self, /) -> NDArray[Any]:
        """Inverse of covariance_, whether or not it is stored."""
    def mahalanobis(self, /, x: Any) -> NDArray[Any]:
        """Squared Mahalanobis distance of each row of x to location_."""
    def error_norm(self, /, comp_cov: Any, norm: Literal["frobenius", "spectral"] = 'frobenius', scaling: bool = True, squared: bool = True) -> float:
        """How far covariance_ is from another covariance: the norm of their difference."""

class ExtraTreesClassifier(Estimator):
    """The mean of the probabilities of many extremely randomised trees: each split is the best of
    one random threshold for each of a few random features (Geurts, Ernst, Wehenkel 2006).
    """
    def __new__(cls, n_estimators: int = 100, max_depth: int | None = None, min_samples_split: float = 2, random_state: int | None = None, *, criterion: Literal["gini", "entropy", "log_loss"] = 'gini', class_weight: Any = None, min_samples_leaf: float = 1, min_weight_fraction_leaf: float = 0.0, max_features: Any = 'sqrt', max_leaf_nodes: int | None = None, min_impurity_decrease: float = 0.0, bootstrap: bool = False, oob_score: Any = False, n_jobs: int | None = None, verbose: int = 0, warm_start: bool = False, ccp_alpha: float = 0.0, max_samples: float | None = None, monotonic_cst: Any = None) -> Self: ...
    def __init__(self, /, n_estimators: int = 100, max_depth: int | None = None, min_samples_split: float = 2, random_state: int | None = None, *, criterion: Literal["gini", "entropy", "log_loss"] = 'gini', class_weight: Any = None, min_samples_leaf: float = 1, min_weight_fraction_leaf: float = 0.0, max_features: Any = 'sqrt', max_leaf_nodes: int | None = None, min_impurity_decrease: float = 0.0, bootstrap: bool = False, oob_score: Any = False, n_jobs: int | None = None, verbose: int = 0, warm_start: bool = False, ccp_alpha: float = 0.0, max_samples: float | None = None, monotonic_cst: Any = None) -> None: ...
    @property
    def n_estimators(self) -> int:
        """Trees; >= 1."""
    @n_estimators.setter
    def n_estimators(self, value: int, /) -> None: ...
    @property
    def max_depth(self) -> int | None:
        """Most splits above a leaf, >= 1; None = until leaves are pure or small."""
    @max_depth.setter
    def max_depth(self, value: int | None, /) -> None: ...
    @property
    def min_samples_split(self) -> float:
        """A node with fewer rows is a leaf: an int >= 2, or a share of all rows in (0, 1]."""
    @min_samples_split.setter
    def min_samples_split(self, value: float, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def criterion(self) -> str:
        """Impurity of a node: gini, or entropy in bits, which is log_loss, too."""
    @criterion.setter
    def criterion(self, value: Literal["gini", "entropy", "log_loss"], /) -> None: ...
    @property
    def class_weight(self) -> Any:
        """Weights of the classes: a dict by label, 'balanced' = rows / (classes * rows of the
        class), 'balanced_subsample' = balanced within each draw; None = all 1.
        """
    @class_weight.setter
    def class_weight(self, value: Any, /) -> None: ...
    @property
    def n_classes_(self) -> int:
        """Classes."""
    @property
    def oob_decision_function_(self) -> NDArray[Any]:
        """Out-of-bag probabilities: rows x classes."""
    @property
    def min_samples_leaf(self) -> float:
        """Both sides of a split have at least so many rows: an int >= 1, or a share of all rows in
        (0, 1).
        """
    @min_samples_leaf.setter
    def min_samples_leaf(self, value: float, /) -> None: ...
    @property
    def min_weight_fraction_leaf(self) -> float:
        """Both sides of a split have at least this share of the weight of all rows; in [0, 0.5]."""
    @min_weight_fraction_leaf.setter
    def min_weight_fraction_leaf(self, value: float, /) -> None: ...
    @property
    def max_features(self) -> Any:
        """Features that are looked at for a split, drawn anew for each: an int >= 1, a share of
        all in (0, 1], 'sqrt', 'log2'; None = all.
        """
    @max_features.setter
    def max_features(self, value: Any, /) -> None: ...
    @property
    def max_leaf_nodes(self) -> int | None:
        """Most leaves, >= 2: the node whose split gains most is split first; None = any."""
    @max_leaf_nodes.setter
    def max_leaf_nodes(self, value: int | None, /) -> None: ...
    @property
    def min_impurity_decrease(self) -> float:
        """A split is made when it lowers the impurity, weighted by the share of the rows of the
        node, by at least this much; >= 0.
        """
    @min_impurity_decrease.setter
    def min_impurity_decrease(self, value: float, /) -> None: ...
    @property
    def bootstrap(self) -> bool:
        """Each tree learns from rows that are drawn with replacement, with sample_weight as
        probabilities; false: from all rows.
        """
    @bootstrap.setter
    def bootstrap(self, value: bool, /) -> None: ...
    @property
    def oob_score(self) -> Any:
        """Whether to score the answers of trees that did not see a row; a callable of (y, answers)
        scores in its way. Needs bootstrap.
        """
    @oob_score.setter
    def oob_score(self, value: Any, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Most threads; None or -1 = all processors."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def verbose(self) -> int:
        """1 = tell progress."""
    @verbose.setter
    def verbose(self, value: int, /) -> None: ...
    @property
    def warm_start(self) -> bool:
        """Fit() keeps the trees there are and grows more up to n_estimators."""
    @warm_start.setter
    def warm_start(self, value: bool, /) -> None: ...
    @property
    def ccp_alpha(self) -> float:
        """Cost of a leaf in minimal cost-complexity pruning, >= 0; 0 = none."""
    @ccp_alpha.setter
    def ccp_alpha(self, value: float, /) -> None: ...
    @property
    def max_samples(self) -> float | None:
        """Rows drawn for each tree: an int >= 1, or a share > 0 of the rows (of the sum of
        sample_weight); None = as many as x has. Needs bootstrap.
        """
    @max_samples.setter
    def max_samples(self, value: float | None, /) -> None: ...
    @property
    def monotonic_cst(self) -> Any:
        """For each feature 1 = the answer (of a classifier of two classes: the probability of the
        second) never falls with it, -1 = never rises, 0 = any; None = 0 for all. For one
        output.
        """
    @monotonic_cst.setter
    def monotonic_cst(self, value: Any, /) -> None: ...
    @property
    def n_outputs_(self) -> int:
        """Columns of y."""
    @property
    def oob_score_(self) -> Any:
        """Score of the out-of-bag answers."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    def apply(self, /, x: Any) -> NDArray[Any]:
        """The leaf that each row of x ends in, tree by tree: rows x trees."""
    def decision_path(self, /, x: Any) -> list[Any]:
        """The nodes that each row of x passes: a sparse matrix of ones, rows x nodes of all trees
        side by side, and an array of where each tree begins in it.
        """
    @property
    def feature_importances_(self) -> NDArray[Any]:
        """Share of the decrease of impurity that each feature brought, the mean of all trees that
        have a split.
        """
    @property
    def estimators_(self) -> list[Any]:
        """The trees, each as an estimator."""
    @property
    def estimators_samples_(self) -> list[Buffer]:
        """The rows that each tree learned from, as often as they were drawn."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """Probability of each class for each row of x: rows x classes, in the order of classes_."""
    def predict_log_proba(self, /, x: Any) -> NDArray[Any]:
        """Natural logarithm of predict_proba(x)."""

class ExtraTreesRegressor(Estimator):
    """The mean of the answers of many extremely randomised trees: each split is the best of one
    random threshold for each feature (Geurts, Ernst, Wehenkel 2006). y may have several
    columns.
    """
    def __new__(cls, n_estimators: int = 100, max_depth: int | None = None, min_samples_split: float = 2, random_state: int | None = None, *, criterion: Literal["squared_error", "friedman_mse", "absolute_error", "poisson"] = 'squared_error', min_samples_leaf: float = 1, min_weight_fraction_leaf: float = 0.0, max_features: Any = 1.0, max_leaf_nodes: int | None = None, min_impurity_decrease: float = 0.0, bootstrap: bool = False, oob_score: Any = False, n_jobs: int | None = None, verbose: int = 0, warm_start: bool = False, ccp_alpha: float = 0.0, max_samples: float | None = None, monotonic_cst: Any = None) -> Self: ...
    def __init__(self, /, n_estimators: int = 100, max_depth: int | None = None, min_samples_split: float = 2, random_state: int | None = None, *, criterion: Literal["squared_error", "friedman_mse", "absolute_error", "poisson"] = 'squared_error', min_samples_leaf: float = 1, min_weight_fraction_leaf: float = 0.0, max_features: Any = 1.0, max_leaf_nodes: int | None = None, min_impurity_decrease: float = 0.0, bootstrap: bool = False, oob_score: Any = False, n_jobs: int | None = None, verbose: int = 0, warm_start: bool = False, ccp_alpha: float = 0.0, max_samples: float | None = None, monotonic_cst: Any = None) -> None: ...
    @property
    def n_estimators(self) -> int:
        """Trees; >= 1."""
    @n_estimators.setter
    def n_estimators(self, value: int, /) -> None: ...
    @property
    def max_depth(self) -> int | None:
        """Most splits above a leaf, >= 1; None = until leaves are pure or small."""
    @max_depth.setter
    def max_depth(self, value: int | None, /) -> None: ...
    @property
    def min_samples_split(self) -> float:
        """A node with fewer rows is a leaf: an int >= 2, or a share of all rows in (0, 1]."""
    @min_samples_split.setter
    def min_samples_split(self, value: float, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def criterion(self) -> str:
        """Impurity of a node: the variance (friedman_mse is another name), the mean distance to
        the median, half the mean Poisson deviance.
        """
    @criterion.setter
    def criterion(self, value: Literal["squared_error", "friedman_mse", "absolute_error", "poisson"], /) -> None: ...
    @property
    def oob_prediction_(self) -> NDArray[Any]:
        """Out-of-bag answers: rows, or rows x outputs."""
    @property
    def min_samples_leaf(self) -> float:
        """Both sides of a split have at least so many rows: an int >= 1, or a share of all rows in
        (0, 1).
        """
    @min_samples_leaf.setter
    def min_samples_leaf(self, value: float, /) -> None: ...
    @property
    def min_weight_fraction_leaf(self) -> float:
        """Both sides of a split have at least this share of the weight of all rows; in [0, 0.5]."""
    @min_weight_fraction_leaf.setter
    def min_weight_fraction_leaf(self, value: float, /) -> None: ...
    @property
    def max_features(self) -> Any:
        """Features that are looked at for a split, drawn anew for each: an int >= 1, a share of
        all in (0, 1], 'sqrt', 'log2'; None = all.
        """
    @max_features.setter
    def max_features(self, value: Any, /) -> None: ...
    @property
    def max_leaf_nodes(self) -> int | None:
        """Most leaves, >= 2: the node whose split gains most is split first; None = any."""
    @max_leaf_nodes.setter
    def max_leaf_nodes(self, value: int | None, /) -> None: ...
    @property
    def min_impurity_decrease(self) -> float:
        """A split is made when it lowers the impurity, weighted by the share of the rows of the
        node, by at least this much; >= 0.
        """
    @min_impurity_decrease.setter
    def min_impurity_decrease(self, value: float, /) -> None: ...
    @property
    def bootstrap(self) -> bool:
        """Each tree learns from rows that are drawn with replacement, with sample_weight as
        probabilities; false: from all rows.
        """
    @bootstrap.setter
    def bootstrap(self, value: bool, /) -> None: ...
    @property
    def oob_score(self) -> Any:
        """Whether to score the answers of trees that did not see a row; a callable of (y, answers)
        scores in its way. Needs bootstrap.
        """
    @oob_score.setter
    def oob_score(self, value: Any, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Most threads; None or -1 = all processors."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def verbose(self) -> int:
        """1 = tell progress."""
    @verbose.setter
    def verbose(self, value: int, /) -> None: ...
    @property
    def warm_start(self) -> bool:
        """Fit() keeps the trees there are and grows more up to n_estimators."""
    @warm_start.setter
    def warm_start(self, value: bool, /) -> None: ...
    @property
    def ccp_alpha(self) -> float:
        """Cost of a leaf in minimal cost-complexity pruning, >= 0; 0 = none."""
    @ccp_alpha.setter
    def ccp_alpha(self, value: float, /) -> None: ...
    @property
    def max_samples(self) -> float | None:
        """Rows drawn for each tree: an int >= 1, or a share > 0 of the rows (of the sum of
        sample_weight); None = as many as x has. Needs bootstrap.
        """
    @max_samples.setter
    def max_samples(self, value: float | None, /) -> None: ...
    @property
    def monotonic_cst(self) -> Any:
        """For each feature 1 = the answer (of a classifier of two classes: the probability of the
        second) never falls with it, -1 = never rises, 0 = any; None = 0 for all. For one
        output.
        """
    @monotonic_cst.setter
    def monotonic_cst(self, value: Any, /) -> None: ...
    @property
    def n_outputs_(self) -> int:
        """Columns of y."""
    @property
    def oob_score_(self) -> Any:
        """Score of the out-of-bag answers."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    def apply(self, /, x: Any) -> NDArray[Any]:
        """The leaf that each row of x ends in, tree by tree: rows x trees."""
    def decision_path(self, /, x: Any) -> list[Any]:
        """The nodes that each row of x passes: a sparse matrix of ones, rows x nodes of all trees
        side by side, and an array of where each tree begins in it.
        """
    @property
    def feature_importances_(self) -> NDArray[Any]:
        """Share of the decrease of impurity that each feature brought, the mean of all trees that
        have a split.
        """
    @property
    def estimators_(self) -> list[Any]:
        """The trees, each as an estimator."""
    @property
    def estimators_samples_(self) -> list[Buffer]:
        """The rows that each tree learned from, as often as they were drawn."""

class FactorAnalysis(Estimator):
    """Rows as a few normal factors times loadings, plus a mean, plus normal noise that each column
    has of its own. Most likely loadings and noise by expectation and maximisation (Barber
    2012); transform() gives the expected factors.
    """
    def __new__(cls, n_components: int | None = 2, max_iter: int = 1000, tol: float = 0.01, *, copy: bool = True, noise_variance_init: Any = None, svd_method: Literal["randomized", "lapack"] = 'randomized', iterated_power: int = 3, rotation: Literal["varimax", "quartimax"] | None = None, random_state: int | None = 0) -> Self: ...
    def __init__(self, /, n_components: int | None = 2, max_iter: int = 1000, tol: float = 0.01, *, copy: bool = True, noise_variance_init: Any = None, svd_method: Literal["randomized", "lapack"] = 'randomized', iterated_power: int = 3, rotation: Literal["varimax", "quartimax"] | None = None, random_state: int | None = 0) -> None: ...
    @property
    def n_components(self) -> int | None:
        """How many factors; at least 1, at most the smaller side of x; None = one for each column."""
    @n_components.setter
    def n_components(self, value: int | None, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most steps; >= 1."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def tol(self) -> float:
        """Stop when a step raises the log-likelihood by less; >= 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def copy(self) -> bool:
        """Has no effect: what is given is never changed."""
    @copy.setter
    def copy(self, value: bool, /) -> None: ...
    @property
    def noise_variance_init(self) -> Any:
        """Noise of each column to begin with; None = 1."""
    @noise_variance_init.setter
    def noise_variance_init(self, value: Any, /) -> None: ...
    @property
    def svd_method(self) -> str:
        """Randomized: singular values by random projection; lapack: to the last digits."""
    @svd_method.setter
    def svd_method(self, value: Literal["randomized", "lapack"], /) -> None: ...
    @property
    def iterated_power(self) -> int:
        """Power iterations of randomized; >= 0."""
    @iterated_power.setter
    def iterated_power(self, value: int, /) -> None: ...
    @property
    def rotation(self) -> str | None:
        """How factors are turned in the end: varimax (Kaiser 1958), quartimax, or None."""
    @rotation.setter
    def rotation(self, value: Literal["varimax", "quartimax"] | None, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random projection: an int >= 0; None = a fresh one."""
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def components_(self) -> NDArray[Any]:
        """Loadings: n_components x d."""
    @property
    def noise_variance_(self) -> NDArray[Any]:
        """Noise of each column."""
    @property
    def mean_(self) -> NDArray[Any]:
        """Mean of each column."""
    @property
    def loglike_(self) -> NDArray[Any]:
        """Log-likelihood at each step."""
    @property
    def n_iter_(self) -> int:
        """Steps that were made."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""
    def score_samples(self, /, x: Any) -> NDArray[Any]:
        """One number for each row of x: the higher, the more usual."""
    def score(self, /, x: Any, y: Any = None) -> float:
        """How well x fits what was learned; higher is better."""
    def get_covariance(self, /) -> NDArray[Any]:
        """Covariance of the columns as the model has it: d x d."""
    def get_precision(self, /) -> NDArray[Any]:
        """Inverse of get_covariance(); MlError when it has none."""

class FastICA(Estimator):
    """Independent component analysis (Hyvarinen and Oja 2000): sources that the columns of x are
    mixtures of, sought as directions in which the white rows are least normal.
    """
    def __new__(cls, n_components: int | None = None, max_iter: int = 200, tol: float = 0.0001, random_state: int | None = None, *, algorithm: Literal["parallel", "deflation"] = 'parallel', whiten: Any = 'unit-variance', fun: Any = 'logcosh', fun_args: Any = None, w_init: Any = None, whiten_solver: Literal["svd", "eigh"] = 'svd') -> Self: ...
    def __init__(self, /, n_components: int | None = None, max_iter: int = 200, tol: float = 0.0001, random_state: int | None = None, *, algorithm: Literal["parallel", "deflation"] = 'parallel', whiten: Any = 'unit-variance', fun: Any = 'logcosh', fun_args: Any = None, w_init: Any = None, whiten_solver: Literal["svd", "eigh"] = 'svd') -> None: ...
    @property
    def n_components(self) -> int | None:
        """How many sources; >= 1; None, or more than that, = the smaller side of x."""
    @n_components.setter
    def n_components(self, value: int | None, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most steps; >= 1."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def tol(self) -> float:
        """Stop when no direction turns by more: 1 - |cos|; > 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def algorithm(self) -> str:
        """Parallel: all directions at once; deflation: one after the other."""
    @algorithm.setter
    def algorithm(self, value: Literal["parallel", "deflation"], /) -> None: ...
    @property
    def whiten(self) -> Any:
        """'unit-variance': sources have variance 1; 'arbitrary-variance': they keep what whitening
        gives; False: x is white already.
        """
    @whiten.setter
    def whiten(self, value: Any, /) -> None: ...
    @property
    def fun(self) -> Any:
        """What tells a source from a normal one: logcosh: ln cosh(alpha y); exp: -exp(-y^2 / 2);
        cube: y^4; or a callable that gets projections (directions x rows; rows alone for
        deflation) and answers with the slope at each and the mean of its own slope over the
        rows.
        """
    @fun.setter
    def fun(self, value: Any, /) -> None: ...
    @property
    def fun_args(self) -> Any:
        """A dict: {'alpha': number from 1 to 2} of logcosh, None = 1; what a callable gets by
        name.
        """
    @fun_args.setter
    def fun_args(self, value: Any, /) -> None: ...
    @property
    def w_init(self) -> Any:
        """Directions to begin with: n_components x n_components; None = random ones."""
    @w_init.setter
    def w_init(self, value: Any, /) -> None: ...
    @property
    def whiten_solver(self) -> str:
        """Svd: singular values of x; eigh: eigenvalues of its covariance, quicker for many rows."""
    @whiten_solver.setter
    def whiten_solver(self, value: Literal["svd", "eigh"], /) -> None: ...
    @property
    def components_(self) -> NDArray[Any]:
        """Sources are (x - mean_) times its transpose: n_components x d."""
    @property
    def mixing_(self) -> NDArray[Any]:
        """Pseudo-inverse of components_: d x n_components."""
    @property
    def mean_(self) -> NDArray[Any]:
        """Mean of each column; None with whiten=False."""
    @property
    def whitening_(self) -> NDArray[Any]:
        """Makes rows white: n_components x d; None with whiten=False."""
    @property
    def n_iter_(self) -> int:
        """Steps that were made; of deflation, for the slowest source."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def inverse_transform(self, /, x: Any) -> NDArray[Any]:
        """What transform() would have made x of, as far as that is known."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class FeatureUnion(Estimator):
    """Several transformers of the same x, whose results stand side by side, in compressed rows
    when one of them does. Those of the library run at once.
    """
    def __new__(cls, transformers: Any, *, n_jobs: int | None = None, transformer_weights: dict[str, Any] | None = None, verbose: bool = False, verbose_feature_names_out: bool = True) -> Self: ...
    def __init__(self, /, transformers: Any, *, n_jobs: int | None = None, transformer_weights: dict[str, Any] | None = None, verbose: bool = False, verbose_feature_names_out: bool = True) -> None: ...
    @property
    def transformers(self) -> Any:
        """List of (name, transformer): any object with fit() and transform(), the name of one,
        "passthrough" for x itself, "drop" or None for nothing. scikit-learn's name,
        transformer_list, is known too.
        """
    @transformers.setter
    def transformers(self, value: Any, /) -> None: ...
    @property
    def transformer_list(self) -> Any:
        """The same as transformers."""
    @transformer_list.setter
    def transformer_list(self, value: Any, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Threads at most; None = all. Transformers of Python run one after the other."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def transformer_weights(self) -> dict[str, Any] | None:
        """Number by name that what a transformer gives is multiplied with; None = 1 for all."""
    @transformer_weights.setter
    def transformer_weights(self, value: dict[str, Any] | None, /) -> None: ...
    @property
    def verbose(self) -> bool:
        """Tell of progress on standard error."""
    @verbose.setter
    def verbose(self, value: bool, /) -> None: ...
    @property
    def verbose_feature_names_out(self) -> bool:
        """Names of columns begin with that of their transformer and "__"."""
    @verbose_feature_names_out.setter
    def verbose_feature_names_out(self, value: bool, /) -> None: ...
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""
    @property
    def named_transformers(self) -> dict[str, Any]:
        """The transformers by name."""

class GammaRegressor(Estimator):
    """Gamma regression, y > 0 with mean e^(x'w + b), with a penalty of squares: minimises half the
    mean deviance plus alpha |w|^2 / 2 (Nelder and Wedderburn 1972). Newton's method where there
    are few parameters, else L-BFGS.
    """
    def __new__(cls, alpha: float = 1.0, fit_intercept: bool = True, max_iter: int = 100, *, solver: Literal["lbfgs", "newton-cholesky"] = 'lbfgs', tol: float = 0.0001, warm_start: bool = False, verbose: int = 0) -> Self: ...
    def __init__(self, /, alpha: float = 1.0, fit_intercept: bool = True, max_iter: int = 100, *, solver: Literal["lbfgs", "newton-cholesky"] = 'lbfgs', tol: float = 0.0001, warm_start: bool = False, verbose: int = 0) -> None: ...
    @property
    def alpha(self) -> float:
        """Strength of the penalty alpha |w|^2 / 2; >= 0."""
    @alpha.setter
    def alpha(self, value: float, /) -> None: ...
    @property
    def fit_intercept(self) -> bool:
        """Whether a constant is learned, too; without it the data should be centred."""
    @fit_intercept.setter
    def fit_intercept(self, value: bool, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most iterations; >= 1."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def solver(self) -> str:
        """Both have the same minimum; the method is chosen by the size of the data."""
    @solver.setter
    def solver(self, value: Literal["lbfgs", "newton-cholesky"], /) -> None: ...
    @property
    def tol(self) -> float:
        """The largest slope of the objective that counts as the minimum; > 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def warm_start(self) -> bool:
        """Whether fit() starts from what was learned before."""
    @warm_start.setter
    def warm_start(self, value: bool, /) -> None: ...
    @property
    def verbose(self) -> int:
        """> 0: tell of progress on standard error."""
    @verbose.setter
    def verbose(self, value: int, /) -> None: ...
    @property
    def coef_(self) -> NDArray[Any]:
        """Weights of the features: d numbers, or outputs x d when y was a matrix."""
    @property
    def intercept_(self) -> Any:
        """What is added to x'w: a number, or one per output when y was a matrix; 0.0 without an
        intercept.
        """
    @property
    def n_iter_(self) -> int:
        """Iterations."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None, *, metric: Literal["r2", "d2"] = 'r2') -> float:
        """How good predict(x) is beside y: R2, or the share of the deviance that is explained (1 =
        all).
        """

class GaussianMixture(Estimator):
    """Clusters that are normal distributions, each with a share of the rows; found by expectation
    and maximisation (Dempster, Laird and Rubin 1977) from the clusters of k-means.
    """
    def __new__(cls, n_components: int = 3, covariance_type: Literal["full", "tied", "diag", "spherical"] = 'full', max_iter: int = 100, tol: float = 0.001, random_state: int | None = None, *, reg_covar: float = 1e-06, n_init: int = 1, init_params: Literal["kmeans", "k-means++", "random", "random_from_data"] = 'kmeans', weights_init: Any = None, means_init: Any = None, precisions_init: Any = None, warm_start: bool = False, verbose: bool = False, verbose_interval: int = 10) -> Self: ...
    def __init__(self, /, n_components: int = 3, covariance_type: Literal["full", "tied", "diag", "spherical"] = 'full', max_iter: int = 100, tol: float = 0.001, random_state: int | None = None, *, reg_covar: float = 1e-06, n_init: int = 1, init_params: Literal["kmeans", "k-means++", "random", "random_from_data"] = 'kmeans', weights_init: Any = None, means_init: Any = None, precisions_init: Any = None, warm_start: bool = False, verbose: bool = False, verbose_interval: int = 10) -> None: ...
    @property
    def n_components(self) -> int:
        """Distributions; from 1 to the number of rows."""
    @n_components.setter
    def n_components(self, value: int, /) -> None: ...
    @property
    def covariance_type(self) -> str:
        """Full: each its own covariance; tied: one for all; diag: each its own variances;
        spherical: each one variance.
        """
    @covariance_type.setter
    def covariance_type(self, value: Literal["full", "tied", "diag", "spherical"], /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most iterations of one run; >= 1."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def tol(self) -> float:
        """Stop when the mean log-likelihood changed less; >= 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def reg_covar(self) -> float:
        """Added to all variances; >= 0."""
    @reg_covar.setter
    def reg_covar(self, value: float, /) -> None: ...
    @property
    def n_init(self) -> int:
        """Runs from other beginnings, of which the likeliest counts; >= 1."""
    @n_init.setter
    def n_init(self, value: int, /) -> None: ...
    @property
    def init_params(self) -> str:
        """Where to begin: clusters of KMeans, rows far from each other, random shares, random
        rows.
        """
    @init_params.setter
    def init_params(self, value: Literal["kmeans", "k-means++", "random", "random_from_data"], /) -> None: ...
    @property
    def weights_init(self) -> Any:
        """Weights to begin with: n_components numbers."""
    @weights_init.setter
    def weights_init(self, value: Any, /) -> None: ...
    @property
    def means_init(self) -> Any:
        """Means to begin with: n_components x columns."""
    @means_init.setter
    def means_init(self, value: Any, /) -> None: ...
    @property
    def precisions_init(self) -> Any:
        """Inverse covariances to begin with, in the shape of precisions_."""
    @precisions_init.setter
    def precisions_init(self, value: Any, /) -> None: ...
    @property
    def warm_start(self) -> bool:
        """Whether fit() goes on from what the fit before learned."""
    @warm_start.setter
    def warm_start(self, value: bool, /) -> None: ...
    @property
    def verbose(self) -> bool:
        """Whether progress is printed."""
    @verbose.setter
    def verbose(self, value: bool, /) -> None: ...
    @property
    def verbose_interval(self) -> int:
        """Has no effect: progress comes at a pace that can be read."""
    @verbose_interval.setter
    def verbose_interval(self, value: int, /) -> None: ...
    @property
    def weights_(self) -> NDArray[Any]:
        """Share of each distribution."""
    @property
    def means_(self) -> NDArray[Any]:
        """Their means: n_components x columns."""
    @property
    def covariances_(self) -> NDArray[Any]:
        """Full: n_components x d x d; tied: d x d; diag: n_components x d; spherical:
        n_components.
        """
    @property
    def precisions_(self) -> NDArray[Any]:
        """Inverses of covariances_."""
    @property
    def precisions_cholesky_(self) -> NDArray[Any]:
        """Upper factors U of precisions_ = U U'."""
    @property
    def lower_bounds_(self) -> NDArray[Any]:
        """Mean log-likelihood in each iteration of the best run."""
    @property
    def lower_bound_(self) -> float:
        """The last of them."""
    @property
    def n_iter_(self) -> int:
        """Iterations of the best run."""
    @property
    def converged_(self) -> bool:
        """Whether it ended below tol."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """The share that each distribution has in each row of x: rows x n_components."""
    def fit_predict(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x), and the likeliest distribution of each row."""
    def score_samples(self, /, x: Any) -> NDArray[Any]:
        """Logarithm of the density at each row of x."""
    def score(self, /, x: Any, y: Any = None) -> float:
        """How well x fits what was learned; higher is better."""
    def bic(self, /, x: Any) -> float:
        """Bayesian information criterion of x; lower is better."""
    def aic(self, /, x: Any) -> float:
        """Akaike's information criterion of x; lower is better."""
    def sample(self, /, n_samples: int = 1) -> tuple[Any, ...]:
        """(x, labels): rows drawn from the distributions, in their order."""

class GaussianNB(Estimator):
    """Naive Bayes with normal features: within a class each column is normal and independent of
    the others. Means and variances are updated as Chan, Golub and LeVeque do (STAN-CS-79-773).
    x: rows x features.
    """
    def __new__(cls, var_smoothing: float = 1e-09, *, priors: Any = None) -> Self: ...
    def __init__(self, /, var_smoothing: float = 1e-09, *, priors: Any = None) -> None: ...
    @property
    def var_smoothing(self) -> float:
        """Share of the largest variance of a column that is added to all variances; >= 0."""
    @var_smoothing.setter
    def var_smoothing(self, value: float, /) -> None: ...
    @property
    def priors(self) -> Any:
        """Probability of each class, sum 1; None = their shares of the rows."""
    @priors.setter
    def priors(self, value: Any, /) -> None: ...
    @property
    def theta_(self) -> NDArray[Any]:
        """Means: classes x features."""
    @property
    def var_(self) -> NDArray[Any]:
        """Variances, epsilon_ added: classes x features."""
    @property
    def class_count_(self) -> NDArray[Any]:
        """Rows (or their weight) of each class."""
    @property
    def class_prior_(self) -> NDArray[Any]:
        """Probability of each class."""
    @property
    def epsilon_(self) -> float:
        """What was added to variances."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """Probability of each class for each row of x: rows x classes, in the order of classes_."""
    def predict_log_proba(self, /, x: Any) -> NDArray[Any]:
        """Natural logarithm of predict_proba(x)."""
    def partial_fit(self, /, x: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Estimator:
        """Learn from more rows, going on from what was learned. The first call of a classifier
        names all classes, if not all occur in y.
        """
    def predict_joint_log_proba(self, /, x: Any) -> NDArray[Any]:
        """ln P(class) + ln p(row | class): rows x classes, in the order of classes_."""

class GaussianProcessRegressor(Estimator):
    """Functions as draws of a normal process with a covariance of one's choice, given rows with
    noise (Rasmussen, Williams: Gaussian Processes for Machine Learning, 2006). x: rows x
    features, y: rows, or rows x outputs. Memory and time grow with the square and the cube of
    the rows.
    """
    def __new__(cls, kernel: Any = 'rbf', alpha: Any = 1e-10, n_restarts_optimizer: int = 5, random_state: int | None = None, *, optimizer: Any = 'fmin_l_bfgs_b', normalize_y: bool = False, copy_X_train: bool = True, n_targets: int | None = None) -> Self: ...
    def __init__(self, /, kernel: Any = 'rbf', alpha: Any = 1e-10, n_restarts_optimizer: int = 5, random_state: int | None = None, *, optimizer: Any = 'fmin_l_bfgs_b', normalize_y: bool = False, copy_X_train: bool = True, n_targets: int | None = None) -> None: ...
    @property
    def kernel(self) -> Any:
        """The covariance as text: sums, products and powers of numbers, constant(1), white(1),
        rbf(1), matern(1, nu=1.5), rational_quadratic(1, alpha=1), exp_sine_squared(1,
        periodicity=1), dot_product(1); within the brackets lengths may be a list, one for each
        feature, and bounds=(1e-5, 1e5) or fixed say where hyperparameters are looked for. rbf
        and matern alone are '1 * rbf(1)' and so on. Or a kernel object with the attributes of
        scikit-learn's. None = 'rbf'.
        """
    @kernel.setter
    def kernel(self, value: Any, /) -> None: ...
    @property
    def alpha(self) -> Any:
        """What is added to the diagonal of the kernel matrix, the variance of noise: a number >=
        0, or one for each row.
        """
    @alpha.setter
    def alpha(self, value: Any, /) -> None: ...
    @property
    def n_restarts_optimizer(self) -> int:
        """Searches from random starts beside the one from the kernel as it is given; >= 0."""
    @n_restarts_optimizer.setter
    def n_restarts_optimizer(self, value: int, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def optimizer(self) -> Any:
        """'fmin_l_bfgs_b': hyperparameters of the largest likelihood (L-BFGS-B); None = as they
        are given.
        """
    @optimizer.setter
    def optimizer(self, value: Any, /) -> None: ...
    @property
    def normalize_y(self) -> bool:
        """Whether y is brought to mean 0 and variance 1 before, and back after."""
    @normalize_y.setter
    def normalize_y(self, value: bool, /) -> None: ...
    @property
    def copy_X_train(self) -> bool:
        """Has no effect: x is always copied."""
    @copy_X_train.setter
    def copy_X_train(self, value: bool, /) -> None: ...
    @property
    def n_targets(self) -> int | None:
        """Columns that y must have; None = any number."""
    @n_targets.setter
    def n_targets(self, value: int | None, /) -> None: ...
    @property
    def kernel_(self) -> Any:
        """The kernel with its best hyperparameters, as text."""
    @property
    def X_train_(self) -> NDArray[Any]:
        """X of fit()."""
    @property
    def y_train_(self) -> NDArray[Any]:
        """Y of fit(), normalised with normalize_y."""
    @property
    def L_(self) -> NDArray[Any]:
        """Lower Cholesky factor of the kernel matrix."""
    @property
    def alpha_(self) -> NDArray[Any]:
        """What each row of x counts."""
    @property
    def log_marginal_likelihood_value_(self) -> float:
        """Logarithm of the likelihood of y."""
    def fit(self, /, x: Any, y: Any, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any, return_std: bool = False, return_cov: bool = False) -> Any:
        """The mean of y for each row of x; with return_std or return_cov a pair."""
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    def log_marginal_likelihood(self, /, theta: Any = None, eval_gradient: bool = False) -> Any:
        """Logarithm of the likelihood of y for hyperparameters; with eval_gradient a pair."""
    def sample_y(self, /, x: Any, n_samples: int = 1, random_state: int | None = 0) -> NDArray[Any]:
        """Functions drawn from the process, at the rows of x: rows x samples."""

class GradientBoostingClassifier(Estimator):
    """Small regression trees added up, each fitted to what is left to gain: the negative gradient
    of the loss (Friedman 2001). Leaves take one Newton step. For more than two classes each
    stage has a tree a class. Ties between splits go to the first feature.
    """
    def __new__(cls, n_estimators: int = 100, learning_rate: float = 0.1, max_depth: int | None = 3, *, loss: Literal["log_loss", "exponential"] = 'log_loss', subsample: float = 1.0, criterion: Literal["squared_error", "friedman_mse", "deprecated"] = 'squared_error', min_samples_split: float = 2, min_samples_leaf: float = 1, min_weight_fraction_leaf: float = 0.0, min_impurity_decrease: float = 0.0, init: Any = None, random_state: int | None = None, max_features: Any = None, verbose: int = 0, max_leaf_nodes: int | None = None, warm_start: bool = False, validation_fraction: float = 0.1, n_iter_no_change: int | None = None, tol: float = 0.0001, ccp_alpha: float = 0.0) -> Self: ...
    def __init__(self, /, n_estimators: int = 100, learning_rate: float = 0.1, max_depth: int | None = 3, *, loss: Literal["log_loss", "exponential"] = 'log_loss', subsample: float = 1.0, criterion: Literal["squared_error", "friedman_mse", "deprecated"] = 'squared_error', min_samples_split: float = 2, min_samples_leaf: float = 1, min_weight_fraction_leaf: float = 0.0, min_impurity_decrease: float = 0.0, init: Any = None, random_state: int | None = None, max_features: Any = None, verbose: int = 0, max_leaf_nodes: int | None = None, warm_start: bool = False, validation_fraction: float = 0.1, n_iter_no_change: int | None = None, tol: float = 0.0001, ccp_alpha: float = 0.0) -> None: ...
    @property
    def n_estimators(self) -> int:
        """Stages; >= 1."""
    @n_estimators.setter
    def n_estimators(self, value: int, /) -> None: ...
    @property
    def learning_rate(self) -> float:
        """What the answer of each tree is multiplied by; >= 0."""
    @learning_rate.setter
    def learning_rate(self, value: float, /) -> None: ...
    @property
    def max_depth(self) -> int | None:
        """Most splits above a leaf of a tree, >= 1; None = until leaves are pure or small."""
    @max_depth.setter
    def max_depth(self, value: int | None, /) -> None: ...
    @property
    def loss(self) -> str:
        """The negative log-likelihood, or for two classes the exponential loss of AdaBoost."""
    @loss.setter
    def loss(self, value: Literal["log_loss", "exponential"], /) -> None: ...
    @property
    def n_classes_(self) -> int:
        """Classes."""
    @property
    def subsample(self) -> float:
        """Share of the rows that each stage learns from, drawn without replacement; in (0, 1]."""
    @subsample.setter
    def subsample(self, value: float, /) -> None: ...
    @property
    def criterion(self) -> str:
        """No effect: all of them order splits alike."""
    @criterion.setter
    def criterion(self, value: Literal["squared_error", "friedman_mse", "deprecated"], /) -> None: ...
    @property
    def min_samples_split(self) -> float:
        """A node with fewer rows is a leaf: an int >= 2, or a share of all rows in (0, 1]."""
    @min_samples_split.setter
    def min_samples_split(self, value: float, /) -> None: ...
    @property
    def min_samples_leaf(self) -> float:
        """Both sides of a split have at least so many rows: an int >= 1, or a share of all rows in
        (0, 1).
        """
    @min_samples_leaf.setter
    def min_samples_leaf(self, value: float, /) -> None: ...
    @property
    def min_weight_fraction_leaf(self) -> float:
        """Both sides of a split have at least this share of the weight of all rows; in [0, 0.5]."""
    @min_weight_fraction_leaf.setter
    def min_weight_fraction_leaf(self, value: float, /) -> None: ...
    @property
    def min_impurity_decrease(self) -> float:
        """A split is made when it lowers the impurity, weighted by the share of the rows of the
        node, by at least this much; >= 0.
        """
    @min_impurity_decrease.setter
    def min_impurity_decrease(self, value: float, /) -> None: ...
    @property
    def init(self) -> Any:
        """Where to begin: None = the best constant, 'zero', or an estimator, which is fitted
        first.
        """
    @init.setter
    def init(self, value: Any, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def max_features(self) -> Any:
        """Features that are looked at for a split, drawn anew for each: an int >= 1, a share of
        all in (0, 1], 'sqrt', 'log2'; None = all.
        """
    @max_features.setter
    def max_features(self, value: Any, /) -> None: ...
    @property
    def verbose(self) -> int:
        """1 = tell progress."""
    @verbose.setter
    def verbose(self, value: int, /) -> None: ...
    @property
    def max_leaf_nodes(self) -> int | None:
        """Most leaves, >= 2: the node whose split gains most is split first; None = any."""
    @max_leaf_nodes.setter
    def max_leaf_nodes(self, value: int | None, /) -> None: ...
    @property
    def warm_start(self) -> bool:
        """Fit() keeps the stages there are and adds more up to n_estimators."""
    @warm_start.setter
    def warm_start(self, value: bool, /) -> None: ...
    @property
    def validation_fraction(self) -> float:
        """Share of the rows set apart to see when to stop, in (0, 1); of each class alike."""
    @validation_fraction.setter
    def validation_fraction(self, value: float, /) -> None: ...
    @property
    def n_iter_no_change(self) -> int | None:
        """Stop when the loss of the rows set apart was not better by tol than any of so many
        stages before, >= 1; None = never.
        """
    @n_iter_no_change.setter
    def n_iter_no_change(self, value: int | None, /) -> None: ...
    @property
    def tol(self) -> float:
        """See n_iter_no_change; >= 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def ccp_alpha(self) -> float:
        """Cost of a leaf in minimal cost-complexity pruning, >= 0; 0 = none."""
    @ccp_alpha.setter
    def ccp_alpha(self, value: float, /) -> None: ...
    @property
    def n_estimators_(self) -> int:
        """Stages that were made."""
    @property
    def n_trees_per_iteration_(self) -> int:
        """Trees of a stage: one, or one a class."""
    @property
    def max_features_(self) -> int:
        """Features looked at for a split."""
    @property
    def train_score_(self) -> NDArray[Any]:
        """Loss of the rows of each stage after it."""
    @property
    def oob_improvement_(self) -> NDArray[Any]:
        """By how much each stage lowered the loss of the rows that it did not see."""
    @property
    def oob_scores_(self) -> NDArray[Any]:
        """Loss of these rows after each stage."""
    @property
    def oob_score_(self) -> Any:
        """The last of oob_scores_."""
    @property
    def init_(self) -> Any:
        """The fitted estimator of init."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    @property
    def feature_importances_(self) -> NDArray[Any]:
        """Share of the decrease of impurity that each feature brought in all trees."""
    @property
    def estimators_(self) -> list[list[Any]]:
        """The trees: for each stage a list of regressors, one a column of raw predictions."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """Probability of each class for each row of x: rows x classes, in the order of classes_."""
    def predict_log_proba(self, /, x: Any) -> NDArray[Any]:
        """Natural logarithm of predict_proba(x)."""
    def decision_function(self, /, x: Any) -> NDArray[Any]:
        """How far each row of x is on the side of a class: rows x classes; one number a row for
        two classes, positive for the second, and for outlier detectors, negative for outliers.
        """
    def apply(self, /, x: Any) -> NDArray[Any]:
        """The leaf that each row of x ends in: rows x stages x trees of a stage."""
    def staged_predict(self, /, x: Any) -> list[Any]:
        """predict(x) after each stage: a list."""
    def staged_predict_proba(self, /, x: Any) -> list[Any]:
        """predict_proba(x) after each stage: a list."""
    def staged_decision_function(self, /, x: Any) -> list[Any]:
        """The raw predictions after each stage: a list of rows x columns, of which there is one
        for two classes, else one a class.
        """

class GradientBoostingRegressor(Estimator):
    """Small regression trees added up, each fitted to the negative gradient of the loss (Friedman
    2001). Leaves take the best constant. Ties between splits go to the first feature.
    """
    def __new__(cls, n_estimators: int = 100, learning_rate: float = 0.1, max_depth: int | None = 3, *, loss: Literal["squared_error", "absolute_error", "huber", "quantile"] = 'squared_error', alpha: float = 0.9, subsample: float = 1.0, criterion: Literal["squared_error", "friedman_mse", "deprecated"] = 'squared_error', min_samples_split: float = 2, min_samples_leaf: float = 1, min_weight_fraction_leaf: float = 0.0, min_impurity_decrease: float = 0.0, init: Any = None, random_state: int | None = None, max_features: Any = None, verbose: int = 0, max_leaf_nodes: int | None = None, warm_start: bool = False, validation_fraction: float = 0.1, n_iter_no_change: int | None = None, tol: float = 0.0001, ccp_alpha: float = 0.0) -> Self: ...
    def __init__(self, /, n_estimators: int = 100, learning_rate: float = 0.1, max_depth: int | None = 3, *, loss: Literal["squared_error", "absolute_error", "huber", "quantile"] = 'squared_error', alpha: float = 0.9, subsample: float = 1.0, criterion: Literal["squared_error", "friedman_mse", "deprecated"] = 'squared_error', min_samples_split: float = 2, min_samples_leaf: float = 1, min_weight_fraction_leaf: float = 0.0, min_impurity_decrease: float = 0.0, init: Any = None, random_state: int | None = None, max_features: Any = None, verbose: int = 0, max_leaf_nodes: int | None = None, warm_start: bool = False, validation_fraction: float = 0.1, n_iter_no_change: int | None = None, tol: float = 0.0001, ccp_alpha: float = 0.0) -> None: ...
    @property
    def n_estimators(self) -> int:
        """Stages; >= 1."""
    @n_estimators.setter
    def n_estimators(self, value: int, /) -> None: ...
    @property
    def learning_rate(self) -> float:
        """What the answer of each tree is multiplied by; >= 0."""
    @learning_rate.setter
    def learning_rate(self, value: float, /) -> None: ...
    @property
    def max_depth(self) -> int | None:
        """Most splits above a leaf of a tree, >= 1; None = until leaves are pure or small."""
    @max_depth.setter
    def max_depth(self, value: int | None, /) -> None: ...
    @property
    def loss(self) -> str:
        """Squared or absolute distance, huber (squared up to the quantile alpha of all distances,
        absolute beyond), or that of the quantile alpha.
        """
    @loss.setter
    def loss(self, value: Literal["squared_error", "absolute_error", "huber", "quantile"], /) -> None: ...
    @property
    def alpha(self) -> float:
        """See loss; in (0, 1)."""
    @alpha.setter
    def alpha(self, value: float, /) -> None: ...
    @property
    def subsample(self) -> float:
        """Share of the rows that each stage learns from, drawn without replacement; in (0, 1]."""
    @subsample.setter
    def subsample(self, value: float, /) -> None: ...
    @property
    def criterion(self) -> str:
        """No effect: all of them order splits alike."""
    @criterion.setter
    def criterion(self, value: Literal["squared_error", "friedman_mse", "deprecated"], /) -> None: ...
    @property
    def min_samples_split(self) -> float:
        """A node with fewer rows is a leaf: an int >= 2, or a share of all rows in (0, 1]."""
    @min_samples_split.setter
    def min_samples_split(self, value: float, /) -> None: ...
    @property
    def min_samples_leaf(self) -> float:
        """Both sides of a split have at least so many rows: an int >= 1, or a share of all rows in
        (0, 1).
        """
    @min_samples_leaf.setter
    def min_samples_leaf(self, value: float, /) -> None: ...
    @property
    def min_weight_fraction_leaf(self) -> float:
        """Both sides of a split have at least this share of the weight of all rows; in [0, 0.5]."""
    @min_weight_fraction_leaf.setter
    def min_weight_fraction_leaf(self, value: float, /) -> None: ...
    @property
    def min_impurity_decrease(self) -> float:
        """A split is made when it lowers the impurity, weighted by the share of the rows of the
        node, by at least this much; >= 0.
        """
    @min_impurity_decrease.setter
    def min_impurity_decrease(self, value: float, /) -> None: ...
    @property
    def init(self) -> Any:
        """Where to begin: None = the best constant, 'zero', or an estimator, which is fitted
        first.
        """
    @init.setter
    def init(self, value: Any, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def max_features(self) -> Any:
        """Features that are looked at for a split, drawn anew for each: an int >= 1, a share of
        all in (0, 1], 'sqrt', 'log2'; None = all.
        """
    @max_features.setter
    def max_features(self, value: Any, /) -> None: ...
    @property
    def verbose(self) -> int:
        """1 = tell progress."""
    @verbose.setter
    def verbose(self, value: int, /) -> None: ...
    @property
    def max_leaf_nodes(self) -> int | None:
        """Most leaves, >= 2: the node whose split gains most is split first; None = any."""
    @max_leaf_nodes.setter
    def max_leaf_nodes(self, value: int | None, /) -> None: ...
    @property
    def warm_start(self) -> bool:
        """Fit() keeps the stages there are and adds more up to n_estimators."""
    @warm_start.setter
    def warm_start(self, value: bool, /) -> None: ...
    @property
    def validation_fraction(self) -> float:
        """Share of the rows set apart to see when to stop, in (0, 1); of each class alike."""
    @validation_fraction.setter
    def validation_fraction(self, value: float, /) -> None: ...
    @property
    def n_iter_no_change(self) -> int | None:
        """Stop when the loss of the rows set apart was not better by tol than any of so many
        stages before, >= 1; None = never.
        """
    @n_iter_no_change.setter
    def n_iter_no_change(self, value: int | None, /) -> None: ...
    @property
    def tol(self) -> float:
        """See n_iter_no_change; >= 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def ccp_alpha(self) -> float:
        """Cost of a leaf in minimal cost-complexity pruning, >= 0; 0 = none."""
    @ccp_alpha.setter
    def ccp_alpha(self, value: float, /) -> None: ...
    @property
    def n_estimators_(self) -> int:
        """Stages that were made."""
    @property
    def n_trees_per_iteration_(self) -> int:
        """Trees of a stage: one, or one a class."""
    @property
    def max_features_(self) -> int:
        """Features looked at for a split."""
    @property
    def train_score_(self) -> NDArray[Any]:
        """Loss of the rows of each stage after it."""
    @property
    def oob_improvement_(self) -> NDArray[Any]:
        """By how much each stage lowered the loss of the rows that it did not see."""
    @property
    def oob_scores_(self) -> NDArray[Any]:
        """Loss of these rows after each stage."""
    @property
    def oob_score_(self) -> Any:
        """The last of oob_scores_."""
    @property
    def init_(self) -> Any:
        """The fitted estimator of init."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    @property
    def feature_importances_(self) -> NDArray[Any]:
        """Share of the decrease of impurity that each feature brought in all trees."""
    @property
    def estimators_(self) -> list[list[Any]]:
        """The trees: for each stage a list of regressors, one a column of raw predictions."""
    def apply(self, /, x: Any) -> NDArray[Any]:
        """The leaf that each row of x ends in: rows x stages."""
    def staged_predict(self, /, x: Any) -> list[Any]:
        """predict(x) after each stage: a list."""

class GraphicalLasso(Estimator):
    """A covariance whose inverse has many zeros: columns that do not depend on each other, given
    the rest. The most likely normal distribution with a penalty of the inverse's absolute
    values (Friedman, Hastie, Tibshirani 2008).
    """
    def __new__(cls, alpha: float = 0.01, max_iter: int = 100, tol: float = 0.0001, assume_centered: bool = False, *, mode: Literal["cd", "lars"] = 'cd', covariance: Literal["precomputed"] | None = None, enet_tol: float = 0.0001, verbose: bool = False, eps: float = 2.220446049250313e-16) -> Self: ...
    def __init__(self, /, alpha: float = 0.01, max_iter: int = 100, tol: float = 0.0001, assume_centered: bool = False, *, mode: Literal["cd", "lars"] = 'cd', covariance: Literal["precomputed"] | None = None, enet_tol: float = 0.0001, verbose: bool = False, eps: float = 2.220446049250313e-16) -> None: ...
    @property
    def alpha(self) -> float:
        """Penalty of the inverse's absolute values off the diagonal; >= 0."""
    @alpha.setter
    def alpha(self, value: float, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most rounds through all columns; >= 0."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def tol(self) -> float:
        """Stop when the duality gap is smaller; > 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def assume_centered(self) -> bool:
        """Whether the means of the columns are known to be 0."""
    @assume_centered.setter
    def assume_centered(self, value: bool, /) -> None: ...
    @property
    def mode(self) -> str:
        """Cd: each column by coordinate descent up to enet_tol; lars: each column to the last
        digits, as the path of least angles ends.
        """
    @mode.setter
    def mode(self, value: Literal["cd", "lars"], /) -> None: ...
    @property
    def covariance(self) -> str | None:
        """'precomputed': x is a covariance; None: x is rows."""
    @covariance.setter
    def covariance(self, value: Literal["precomputed"] | None, /) -> None: ...
    @property
    def enet_tol(self) -> float:
        """Duality gap of a column, beside the squares of its covariances, at which cd stops; > 0."""
    @enet_tol.setter
    def enet_tol(self, value: float, /) -> None: ...
    @property
    def verbose(self) -> bool:
        """Whether progress is printed."""
    @verbose.setter
    def verbose(self, value: bool, /) -> None: ...
    @property
    def eps(self) -> float:
        """Keeps a column's start finite; >= 0."""
    @eps.setter
    def eps(self, value: float, /) -> None: ...
    @property
    def location_(self) -> NDArray[Any]:
        """Mean of each column."""
    @property
    def covariance_(self) -> NDArray[Any]:
        """Covariance of the columns: d x d."""
    @property
    def precision_(self) -> NDArray[Any]:
        """Inverse of covariance_ (that of Moore and Penrose, when it is singular)."""
    @property
    def costs_(self) -> Any:
        """Objective and duality gap after each round."""
    @property
    def n_iter_(self) -> int:
        """Rounds that were made."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def score(self, /, x: Any, y: Any = None) -> float:
        """How well x fits what was learned; higher is better."""
    def get_precision(self, /) -> NDArray[Any]:
        """Inverse of covariance_, whether or not it is stored."""
    def mahalanobis(self, /, x: Any) -> NDArray[Any]:
        """Squared Mahalanobis distance of each row of x to location_."""
    def error_norm(self, /, comp_cov: Any, norm: Literal["frobenius", "spectral"] = 'frobenius', scaling: bool = True, squared: bool = True) -> float:
        """How far covariance_ is from another covariance: the norm of their difference."""

class GridSearchCV(Estimator):
    """The best of all combinations of parameters by cross-validation. Keys are taken in
    alphabetical order, the last changes fastest; of equal scores the first wins. Afterwards it
    is the best estimator.
    """
    def __new__(cls, estimator: Any, param_grid: Any, scoring: Any = 'r2', cv: Any = 5, *, n_jobs: int | None = None, refit: Any = True, verbose: int = 0, pre_dispatch: Any = '2*n_jobs', error_score: Any = 'raise', return_train_score: bool = False) -> Self: ...
    def __init__(self, /, estimator: Any, param_grid: Any, scoring: Any = 'r2', cv: Any = 5, *, n_jobs: int | None = None, refit: Any = True, verbose: int = 0, pre_dispatch: Any = '2*n_jobs', error_score: Any = 'raise', return_train_score: bool = False) -> None: ...
    @property
    def estimator(self) -> Any:
        """What is searched: any object with fit() and predict(), or the name of one; itself stays
        as it is.
        """
    @estimator.setter
    def estimator(self, value: Any, /) -> None: ...
    @property
    def param_grid(self) -> Any:
        """Dict of lists: the values of each parameter, all combinations of which are tried; or a
        list of such dicts. Names are those of get_params().
        """
    @param_grid.setter
    def param_grid(self, value: Any, /) -> None: ...
    @property
    def scoring(self) -> Any:
        """The name of a scorer, callable(estimator, x, y), None = the estimator's own score(); or
        several: a list of names, a dict of names to either.
        """
    @scoring.setter
    def scoring(self, value: Any, /) -> None: ...
    @property
    def cv(self) -> Any:
        """Folds: their number, at least 2 (as the rows stand; stratified for classifiers), a
        splitter, or pairs of train and test rows; None = 5.
        """
    @cv.setter
    def cv(self, value: Any, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Threads at most; None = all. Estimators of Python run one after the other."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def refit(self) -> Any:
        """Fit the best to all data. Of several scorers the name of the one that decides; or
        callable(cv_results_full_) that gives the number of the best candidate.
        """
    @refit.setter
    def refit(self, value: Any, /) -> None: ...
    @property
    def verbose(self) -> int:
        """Above 0: tell of progress on standard error."""
    @verbose.setter
    def verbose(self, value: int, /) -> None: ...
    @property
    def pre_dispatch(self) -> Any:
        """Accepted for scikit-learn's sake; has no effect, no copies are made ahead."""
    @pre_dispatch.setter
    def pre_dispatch(self, value: Any, /) -> None: ...
    @property
    def error_score(self) -> Any:
        """What a candidate scores on a fold where it fails, with a warning; 'raise' = the failure
        goes on.
        """
    @error_score.setter
    def error_score(self, value: Any, /) -> None: ...
    @property
    def return_train_score(self) -> bool:
        """Score also what was learned from."""
    @return_train_score.setter
    def return_train_score(self, value: bool, /) -> None: ...
    @property
    def cv_results_(self) -> Any:
        """List of {params, mean_test_score, std_test_score, rank} in the order of the candidates."""
    @property
    def cv_results_full_(self) -> Any:
        """The same and more as a dict of columns, named as scikit-learn's cv_results_."""
    @property
    def best_estimator_(self) -> Any:
        """The best, fitted to all data."""
    @property
    def best_params_(self) -> Any:
        """Its parameters."""
    @property
    def best_score_(self) -> Any:
        """Its mean score over the folds."""
    @property
    def best_index_(self) -> Any:
        """Its number among the candidates."""
    @property
    def refit_time_(self) -> Any:
        """Seconds that the fit to all data took."""
    @property
    def n_splits_(self) -> int:
        """How many folds."""
    @property
    def multimetric_(self) -> bool:
        """Whether there are several scorers."""
    def fit(self, /, x: Any, y: Any = None, sample_weight: Any = None, *, groups: Any = None, progress: Callable[..., Any] | None = None) -> Estimator:
        """Score every candidate by cross-validation and fit the best to all data; returns self. A
        failure leaves what was learned before.
        """
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """Probability of each class for each row of x: rows x classes, in the order of classes_."""
    def predict_log_proba(self, /, x: Any) -> NDArray[Any]:
        """Natural logarithm of predict_proba(x)."""
    def decision_function(self, /, x: Any) -> NDArray[Any]:
        """How far each row of x is on the side of a class: rows x classes; one number a row for
        two classes, positive for the second, and for outlier detectors, negative for outliers.
        """
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def inverse_transform(self, /, x: Any) -> NDArray[Any]:
        """What transform() would have made x of, as far as that is known."""
    def score_samples(self, /, x: Any) -> NDArray[Any]:
        """One number for each row of x: the higher, the more usual."""
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """The score of the best estimator by the search's own scorer."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class HDBSCAN(Estimator):
    """Clusters of different densities: of all those that DBSCAN finds at any distance the ones
    that last longest (Campello, Moulavi, Sander 2013; McInnes and Healy 2017). The spanning
    tree of mutual reachability is found by Prim's method in the order of the rows.
    """
    def __new__(cls, min_cluster_size: int = 5, min_samples: int | None = None, cluster_selection_epsilon: float = 0.0, *, max_cluster_size: int | None = None, metric: Any = 'euclidean', metric_params: Any = None, alpha: float = 1.0, algorithm: Literal["auto", "ball_tree", "kd_tree", "brute"] = 'auto', leaf_size: int = 30, n_jobs: int | None = None, cluster_selection_method: Literal["eom", "leaf"] = 'eom', allow_single_cluster: bool = False, store_centers: Literal["centroid", "medoid", "both"] | None = None, copy: Any = False) -> Self: ...
    def __init__(self, /, min_cluster_size: int = 5, min_samples: int | None = None, cluster_selection_epsilon: float = 0.0, *, max_cluster_size: int | None = None, metric: Any = 'euclidean', metric_params: Any = None, alpha: float = 1.0, algorithm: Literal["auto", "ball_tree", "kd_tree", "brute"] = 'auto', leaf_size: int = 30, n_jobs: int | None = None, cluster_selection_method: Literal["eom", "leaf"] = 'eom', allow_single_cluster: bool = False, store_centers: Literal["centroid", "medoid", "both"] | None = None, copy: Any = False) -> None: ...
    @property
    def min_cluster_size(self) -> int:
        """Rows that make a cluster; >= 2."""
    @min_cluster_size.setter
    def min_cluster_size(self, value: int, /) -> None: ...
    @property
    def min_samples(self) -> int | None:
        """Neighbours, itself counted, whose farthest tells how dense it is around a row; >= 1,
        None = min_cluster_size.
        """
    @min_samples.setter
    def min_samples(self, value: int | None, /) -> None: ...
    @property
    def cluster_selection_epsilon(self) -> float:
        """Clusters that part at a smaller distance stay one; >= 0, in the units of x."""
    @cluster_selection_epsilon.setter
    def cluster_selection_epsilon(self, value: float, /) -> None: ...
    @property
    def max_cluster_size(self) -> int | None:
        """Most rows of a cluster of method 'eom'; >= 1, None = any number."""
    @max_cluster_size.setter
    def max_cluster_size(self, value: int | None, /) -> None: ...
    @property
    def metric(self) -> Any:
        """The distance: 'euclidean' or 'l2', 'manhattan', 'cityblock' or 'l1', 'chebyshev' or
        'infinity', 'minkowski', 'cosine', or 'precomputed': x holds the distances between all
        rows.
        """
    @metric.setter
    def metric(self, value: Any, /) -> None: ...
    @property
    def metric_params(self) -> Any:
        """More about the metric: {'p': number} for 'minkowski'; None = 2."""
    @metric_params.setter
    def metric_params(self, value: Any, /) -> None: ...
    @property
    def alpha(self) -> float:
        """Distances between rows are divided by it, those to their neighbours are not but for
        algorithm 'brute', 'cosine' and 'precomputed'; > 0.
        """
    @alpha.setter
    def alpha(self, value: float, /) -> None: ...
    @property
    def algorithm(self) -> str:
        """How near rows are found: 'kd_tree' (boxes), 'ball_tree' (balls), 'brute' compares all
        rows, 'auto' takes a kd_tree up to 15 columns. Answers are the same.
        """
    @algorithm.setter
    def algorithm(self, value: Literal["auto", "ball_tree", "kd_tree", "brute"], /) -> None: ...
    @property
    def leaf_size(self) -> int:
        """Most rows of a leaf of the tree, taken as 8 to 128; >= 1. Answers are the same."""
    @leaf_size.setter
    def leaf_size(self, value: int, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Most threads; None or -1 = all processors."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def cluster_selection_method(self) -> str:
        """'eom': clusters with the greatest excess of mass; 'leaf': the finest ones."""
    @cluster_selection_method.setter
    def cluster_selection_method(self, value: Literal["eom", "leaf"], /) -> None: ...
    @property
    def allow_single_cluster(self) -> bool:
        """Whether all rows may be one cluster."""
    @allow_single_cluster.setter
    def allow_single_cluster(self, value: bool, /) -> None: ...
    @property
    def store_centers(self) -> str | None:
        """Which centres are kept: 'centroid', 'medoid' or 'both'; None = none."""
    @store_centers.setter
    def store_centers(self, value: Literal["centroid", "medoid", "both"] | None, /) -> None: ...
    @property
    def copy(self) -> Any:
        """Has no effect: what is given is never changed."""
    @copy.setter
    def copy(self, value: Any, /) -> None: ...
    @property
    def labels_(self) -> NDArray[Any]:
        """The cluster of each row, as float64; -1 = noise, -2 = a row with an infinite number, -3
        = one with NaN.
        """
    @property
    def probabilities_(self) -> NDArray[Any]:
        """How surely each row belongs to its cluster, from 0 to 1; NaN for rows with NaN."""
    @property
    def centroids_(self) -> NDArray[Any]:
        """Mean of each cluster, by probabilities_; where store_centers asks."""
    @property
    def medoids_(self) -> NDArray[Any]:
        """The row of each cluster that is nearest to all of it; where store_centers asks."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def fit_predict(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x), and the cluster of each row: labels_."""
    @property
    def labels_int_(self) -> NDArray[Any]:
        """labels_ as integers: the cluster of each row that it was fitted to, -1 for noise."""
    def dbscan_clustering(self, /, cut_distance: float, min_cluster_size: int = 5) -> NDArray[Any]:
        """Clusters at one distance, as DBSCAN would find them without rows at their borders; -1 =
        noise.
        """

class HashingVectorizer(Estimator):
    """Texts as rows of counts without a vocabulary: the column of a term is its hash (MurmurHash3,
    Weinberger et al. 2009). Needs no fit() and no memory of terms.
    """
    def __new__(cls, n_features: int = 1048576, lowercase: bool = True, alternate_sign: bool = True, *, binary: bool = False, ngram_range_min: int = 1, ngram_range_max: int = 1, norm: Any = 'l2', sparse_output: bool | None = None, ngram_range: list[int] | None = None, token_pattern: str | None = None, tokenizer: Callable[..., Any] | None = None, preprocessor: Callable[..., Any] | None = None, input: Literal["content", "filename", "file"] = 'content', encoding: str = 'utf-8', decode_error: Literal["strict", "ignore", "replace"] = 'strict', strip_accents: Any = None, stop_words: Any = None, analyzer: Any = 'word', dtype: Any = 'float64') -> Self: ...
    def __init__(self, /, n_features: int = 1048576, lowercase: bool = True, alternate_sign: bool = True, *, binary: bool = False, ngram_range_min: int = 1, ngram_range_max: int = 1, norm: Any = 'l2', sparse_output: bool | None = None, ngram_range: list[int] | None = None, token_pattern: str | None = None, tokenizer: Callable[..., Any] | None = None, preprocessor: Callable[..., Any] | None = None, input: Literal["content", "filename", "file"] = 'content', encoding: str = 'utf-8', decode_error: Literal["strict", "ignore", "replace"] = 'strict', strip_accents: Any = None, stop_words: Any = None, analyzer: Any = 'word', dtype: Any = 'float64') -> None: ...
    @property
    def n_features(self) -> int:
        """Columns; from 1 to 2^31 - 1."""
    @n_features.setter
    def n_features(self, value: int, /) -> None: ...
    @property
    def lowercase(self) -> bool:
        """Whether all letters are made small."""
    @lowercase.setter
    def lowercase(self, value: bool, /) -> None: ...
    @property
    def alternate_sign(self) -> bool:
        """Whether half of the terms count negative, so that those of one column tend to cancel
        out.
        """
    @alternate_sign.setter
    def alternate_sign(self, value: bool, /) -> None: ...
    @property
    def binary(self) -> bool:
        """Whether a term counts once in a text, however often it occurs."""
    @binary.setter
    def binary(self, value: bool, /) -> None: ...
    @property
    def ngram_range_min(self) -> int:
        """Fewest words (or characters) in a row that make a term; >= 1."""
    @ngram_range_min.setter
    def ngram_range_min(self, value: int, /) -> None: ...
    @property
    def ngram_range_max(self) -> int:
        """Most words (or characters) in a row that make a term."""
    @ngram_range_max.setter
    def ngram_range_max(self, value: int, /) -> None: ...
    @property
    def norm(self) -> Any:
        """What becomes 1 in each row: "l2" the length, "l1" the sum, None = nothing."""
    @norm.setter
    def norm(self, value: Any, /) -> None: ...
    @property
    def sparse_output(self) -> bool | None:
        """Whether a sparse matrix is given; None = above 65536 columns."""
    @sparse_output.setter
    def sparse_output(self, value: bool | None, /) -> None: ...
    @property
    def ngram_range(self) -> list[int] | None:
        """(fewest, most) in place of ngram_range_min and ngram_range_max."""
    @ngram_range.setter
    def ngram_range(self, value: list[int] | None, /) -> None: ...
    @property
    def token_pattern(self) -> str | None:
        """Regular expression of a word; None = two word characters and more."""
    @token_pattern.setter
    def token_pattern(self, value: str | None, /) -> None: ...
    @property
    def tokenizer(self) -> Callable[..., Any] | None:
        """A function from a text to its words; None = by token_pattern."""
    @tokenizer.setter
    def tokenizer(self, value: Callable[..., Any] | None, /) -> None: ...
    @property
    def preprocessor(self) -> Callable[..., Any] | None:
        """A function from a text to the text that is looked at; None = none."""
    @preprocessor.setter
    def preprocessor(self, value: Callable[..., Any] | None, /) -> None: ...
    @property
    def input(self) -> str:
        """What x lists: content: texts or bytes; filename: paths of regular files of at most 64
        MiB; file: objects with read().
        """
    @input.setter
    def input(self, value: Literal["content", "filename", "file"], /) -> None: ...
    @property
    def encoding(self) -> str:
        """What bytes and files are written in: utf-8, latin-1, or any name that iconv knows."""
    @encoding.setter
    def encoding(self, value: str, /) -> None: ...
    @property
    def decode_error(self) -> str:
        """Bytes that are no text: strict: MlError; ignore: left out; replace: U+FFFD (the latter
        two with utf-8, ascii and latin-1).
        """
    @decode_error.setter
    def decode_error(self, value: Literal["strict", "ignore", "replace"], /) -> None: ...
    @property
    def strip_accents(self) -> Any:
        """"ascii": letters without accents, what else is not ASCII left out; "unicode": accents
        left out; or a function from text to text; None = as they are.
        """
    @strip_accents.setter
    def strip_accents(self, value: Any, /) -> None: ...
    @property
    def stop_words(self) -> Any:
        """Words that are no terms: a list, or "english" for the 318 of the Glasgow list; None =
        none.
        """
    @stop_words.setter
    def stop_words(self, value: Any, /) -> None: ...
    @property
    def analyzer(self) -> Any:
        """What terms are made of: "word", "char", or "char_wb" for characters within words; or a
        function from a text to its terms.
        """
    @analyzer.setter
    def analyzer(self, value: Any, /) -> None: ...
    @property
    def dtype(self) -> Any:
        """Kind of the numbers of dense output: float64, float32, and for counts int64, by name or
        as numpy's class.
        """
    @dtype.setter
    def dtype(self, value: Any, /) -> None: ...
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def build_analyzer(self, /) -> Callable[..., Any]:
        """A function from a document to the list of its terms."""
    def build_preprocessor(self, /) -> Callable[..., Any]:
        """A function from a text to the form that tokens are sought in."""
    def build_tokenizer(self, /) -> Callable[..., Any]:
        """A function from a text to the list of its tokens."""
    def decode(self, /, doc: Any) -> str:
        """The text of a document, by input and encoding."""
    def get_stop_words(self, /) -> Any:
        """The words that are no terms: a list, or None."""
    def partial_fit(self, /, x: Any, y: Any = None) -> Estimator:
        """Checks the parameters as fit() does; nothing is learned. Returns self."""

class HistGradientBoostingClassifier(Estimator):
    """Gradient boosting on histograms (Friedman 2001; Chen and Guestrin 2016; Ke and others,
    LightGBM, 2017). Features are cut into bins of about as many rows each; trees grow leaf by
    leaf, the best split first, on histograms of gradients and hessians. Missing values go to
    the side where they fit better, and where none was seen in fit(), to the larger one; for
    more than two classes a round has a tree for each.
    """
    def __new__(cls, max_iter: int = 100, learning_rate: float = 0.1, max_depth: int | None = 6, max_bins: int = 255, *, loss: Literal["log_loss"] = 'log_loss', class_weight: Any = None, max_leaf_nodes: int | None = 31, min_samples_leaf: int = 20, l2_regularization: float = 0.0, max_features: float = 1.0, categorical_features: Any = None, monotonic_cst: Any = None, interaction_cst: Any = None, warm_start: bool = False, early_stopping: Any = 'auto', scoring: str | None = 'loss', validation_fraction: float | None = 0.1, n_iter_no_change: int = 10, tol: float = 1e-07, verbose: int = 0, random_state: int | None = None) -> Self: ...
    def __init__(self, /, max_iter: int = 100, learning_rate: float = 0.1, max_depth: int | None = 6, max_bins: int = 255, *, loss: Literal["log_loss"] = 'log_loss', class_weight: Any = None, max_leaf_nodes: int | None = 31, min_samples_leaf: int = 20, l2_regularization: float = 0.0, max_features: float = 1.0, categorical_features: Any = None, monotonic_cst: Any = None, interaction_cst: Any = None, warm_start: bool = False, early_stopping: Any = 'auto', scoring: str | None = 'loss', validation_fraction: float | None = 0.1, n_iter_no_change: int = 10, tol: float = 1e-07, verbose: int = 0, random_state: int | None = None) -> None: ...
    @property
    def max_iter(self) -> int:
        """Rounds, each of which adds a tree (one a class for more than two classes); >= 1."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def learning_rate(self) -> float:
        """What the answers of trees are multiplied by; > 0."""
    @learning_rate.setter
    def learning_rate(self, value: float, /) -> None: ...
    @property
    def max_depth(self) -> int | None:
        """Most splits above a leaf, >= 1; None = any."""
    @max_depth.setter
    def max_depth(self, value: int | None, /) -> None: ...
    @property
    def max_bins(self) -> int:
        """Most bins of a feature, beside the one of missing values; in [2, 255]."""
    @max_bins.setter
    def max_bins(self, value: int, /) -> None: ...
    @property
    def loss(self) -> str:
        """What is made small: minus the logarithm of the probability of the right class."""
    @loss.setter
    def loss(self, value: Literal["log_loss"], /) -> None: ...
    @property
    def class_weight(self) -> Any:
        """What the rows of each class count: a dict from label to weight (1 where a label is
        missing), 'balanced' = rows / (classes x rows of the class), or None = 1.
        """
    @class_weight.setter
    def class_weight(self, value: Any, /) -> None: ...
    @property
    def max_leaf_nodes(self) -> int | None:
        """Most leaves of a tree, >= 2; None = any."""
    @max_leaf_nodes.setter
    def max_leaf_nodes(self, value: int | None, /) -> None: ...
    @property
    def min_samples_leaf(self) -> int:
        """Fewest rows of a leaf; >= 1."""
    @min_samples_leaf.setter
    def min_samples_leaf(self, value: int, /) -> None: ...
    @property
    def l2_regularization(self) -> float:
        """Added to the hessian of a leaf, so that small ones answer less; >= 0."""
    @l2_regularization.setter
    def l2_regularization(self, value: float, /) -> None: ...
    @property
    def max_features(self) -> float:
        """Share of the features that are looked at for a split, drawn anew for each; in (0, 1]."""
    @max_features.setter
    def max_features(self, value: float, /) -> None: ...
    @property
    def categorical_features(self) -> Any:
        """Columns whose numbers are names of at most max_bins categories: their numbers, their
        names, or True or False for each; None = none. What was not seen in fit() counts as
        missing.
        """
    @categorical_features.setter
    def categorical_features(self, value: Any, /) -> None: ...
    @property
    def monotonic_cst(self) -> Any:
        """For each feature 1 = the answer (of two classes: the probability of the second) never
        falls with it, -1 = never rises, 0 = any; or a dict by names of columns; None = 0 for
        all.
        """
    @monotonic_cst.setter
    def monotonic_cst(self, value: Any, /) -> None: ...
    @property
    def interaction_cst(self) -> Any:
        """Which features may occur together on the way to a leaf: a list of groups of column
        numbers (columns of none of them are one more), 'pairwise', 'no_interactions'; None =
        all.
        """
    @interaction_cst.setter
    def interaction_cst(self, value: Any, /) -> None: ...
    @property
    def warm_start(self) -> bool:
        """Fit() goes on from the rounds that were learned, up to max_iter of them."""
    @warm_start.setter
    def warm_start(self, value: bool, /) -> None: ...
    @property
    def early_stopping(self) -> Any:
        """Whether to stop when the score gets no better; 'auto' = with more than 10000 rows."""
    @early_stopping.setter
    def early_stopping(self, value: Any, /) -> None: ...
    @property
    def scoring(self) -> str | None:
        """The score for early stopping: 'loss' (minus it); of regressors 'r2',
        'neg_mean_squared_error', 'neg_root_mean_squared_error', 'neg_mean_absolute_error'; of
        classifiers 'accuracy', 'neg_log_loss'; None = r2, or accuracy.
        """
    @scoring.setter
    def scoring(self, value: str | None, /) -> None: ...
    @property
    def validation_fraction(self) -> float | None:
        """Rows that are set aside for that score: a share in (0, 1), or a number of rows; None =
        the score is that of the rows learned from.
        """
    @validation_fraction.setter
    def validation_fraction(self, value: float | None, /) -> None: ...
    @property
    def n_iter_no_change(self) -> int:
        """Stop when the score was not better for so many rounds; >= 1."""
    @n_iter_no_change.setter
    def n_iter_no_change(self, value: int, /) -> None: ...
    @property
    def tol(self) -> float:
        """By how much a score must be higher to count as better; >= 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def verbose(self) -> int:
        """1 = tell progress."""
    @verbose.setter
    def verbose(self, value: int, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def n_iter_(self) -> int:
        """Rounds."""
    @property
    def n_trees_per_iteration_(self) -> int:
        """Trees of a round."""
    @property
    def do_early_stopping_(self) -> bool:
        """Whether it could stop early."""
    @property
    def train_score_(self) -> NDArray[Any]:
        """The score of the rows learned from, before the first round and after each; empty without
        early stopping.
        """
    @property
    def validation_score_(self) -> NDArray[Any]:
        """That of the rows set aside."""
    @property
    def is_categorical_(self) -> NDArray[Any]:
        """For each feature whether its numbers are names of categories; None when no one's are."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """Probability of each class for each row of x: rows x classes, in the order of classes_."""
    def predict_log_proba(self, /, x: Any) -> NDArray[Any]:
        """Natural logarithm of predict_proba(x)."""
    def decision_function(self, /, x: Any) -> NDArray[Any]:
        """How far each row of x is on the side of a class: rows x classes; one number a row for
        two classes, positive for the second, and for outlier detectors, negative for outliers.
        """
    def staged_predict(self, /, x: Any) -> list[Any]:
        """predict(x) after each round: a list."""
    def staged_predict_proba(self, /, x: Any) -> list[Any]:
        """predict_proba(x) after each round: a list."""
    def staged_decision_function(self, /, x: Any) -> list[Any]:
        """decision_function(x) after each round: a list."""

class HistGradientBoostingRegressor(Estimator):
    """Gradient boosting on histograms (Friedman 2001; Chen and Guestrin 2016; Ke and others,
    LightGBM, 2017). Features are cut into bins of about as many rows each; trees grow leaf by
    leaf, the best split first, on histograms of gradients and hessians. Missing values go to
    the side where they fit better, and where none was seen in fit(), to the larger one.
    """
    def __new__(cls, max_iter: int = 100, learning_rate: float = 0.1, max_depth: int | None = 6, max_bins: int = 255, *, loss: Literal["squared_error", "absolute_error", "gamma", "poisson", "quantile"] = 'squared_error', quantile: float | None = None, max_leaf_nodes: int | None = 31, min_samples_leaf: int = 20, l2_regularization: float = 0.0, max_features: float = 1.0, categorical_features: Any = None, monotonic_cst: Any = None, interaction_cst: Any = None, warm_start: bool = False, early_stopping: Any = 'auto', scoring: str | None = 'loss', validation_fraction: float | None = 0.1, n_iter_no_change: int = 10, tol: float = 1e-07, verbose: int = 0, random_state: int | None = None) -> Self: ...
    def __init__(self, /, max_iter: int = 100, learning_rate: float = 0.1, max_depth: int | None = 6, max_bins: int = 255, *, loss: Literal["squared_error", "absolute_error", "gamma", "poisson", "quantile"] = 'squared_error', quantile: float | None = None, max_leaf_nodes: int | None = 31, min_samples_leaf: int = 20, l2_regularization: float = 0.0, max_features: float = 1.0, categorical_features: Any = None, monotonic_cst: Any = None, interaction_cst: Any = None, warm_start: bool = False, early_stopping: Any = 'auto', scoring: str | None = 'loss', validation_fraction: float | None = 0.1, n_iter_no_change: int = 10, tol: float = 1e-07, verbose: int = 0, random_state: int | None = None) -> None: ...
    @property
    def max_iter(self) -> int:
        """Rounds, each of which adds a tree (one a class for more than two classes); >= 1."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def learning_rate(self) -> float:
        """What the answers of trees are multiplied by; > 0."""
    @learning_rate.setter
    def learning_rate(self, value: float, /) -> None: ...
    @property
    def max_depth(self) -> int | None:
        """Most splits above a leaf, >= 1; None = any."""
    @max_depth.setter
    def max_depth(self, value: int | None, /) -> None: ...
    @property
    def max_bins(self) -> int:
        """Most bins of a feature, beside the one of missing values; in [2, 255]."""
    @max_bins.setter
    def max_bins(self, value: int, /) -> None: ...
    @property
    def loss(self) -> str:
        """What is made small; gamma and poisson predict by the logarithm, for y > 0 and y >= 0."""
    @loss.setter
    def loss(self, value: Literal["squared_error", "absolute_error", "gamma", "poisson", "quantile"], /) -> None: ...
    @property
    def quantile(self) -> float | None:
        """Which quantile is predicted for loss='quantile'; in [0, 1]."""
    @quantile.setter
    def quantile(self, value: float | None, /) -> None: ...
    @property
    def max_leaf_nodes(self) -> int | None:
        """Most leaves of a tree, >= 2; None = any."""
    @max_leaf_nodes.setter
    def max_leaf_nodes(self, value: int | None, /) -> None: ...
    @property
    def min_samples_leaf(self) -> int:
        """Fewest rows of a leaf; >= 1."""
    @min_samples_leaf.setter
    def min_samples_leaf(self, value: int, /) -> None: ...
    @property
    def l2_regularization(self) -> float:
        """Added to the hessian of a leaf, so that small ones answer less; >= 0."""
    @l2_regularization.setter
    def l2_regularization(self, value: float, /) -> None: ...
    @property
    def max_features(self) -> float:
        """Share of the features that are looked at for a split, drawn anew for each; in (0, 1]."""
    @max_features.setter
    def max_features(self, value: float, /) -> None: ...
    @property
    def categorical_features(self) -> Any:
        """Columns whose numbers are names of at most max_bins categories: their numbers, their
        names, or True or False for each; None = none. What was not seen in fit() counts as
        missing.
        """
    @categorical_features.setter
    def categorical_features(self, value: Any, /) -> None: ...
    @property
    def monotonic_cst(self) -> Any:
        """For each feature 1 = the answer (of two classes: the probability of the second) never
        falls with it, -1 = never rises, 0 = any; or a dict by names of columns; None = 0 for
        all.
        """
    @monotonic_cst.setter
    def monotonic_cst(self, value: Any, /) -> None: ...
    @property
    def interaction_cst(self) -> Any:
        """Which features may occur together on the way to a leaf: a list of groups of column
        numbers (columns of none of them are one more), 'pairwise', 'no_interactions'; None =
        all.
        """
    @interaction_cst.setter
    def interaction_cst(self, value: Any, /) -> None: ...
    @property
    def warm_start(self) -> bool:
        """Fit() goes on from the rounds that were learned, up to max_iter of them."""
    @warm_start.setter
    def warm_start(self, value: bool, /) -> None: ...
    @property
    def early_stopping(self) -> Any:
        """Whether to stop when the score gets no better; 'auto' = with more than 10000 rows."""
    @early_stopping.setter
    def early_stopping(self, value: Any, /) -> None: ...
    @property
    def scoring(self) -> str | None:
        """The score for early stopping: 'loss' (minus it); of regressors 'r2',
        'neg_mean_squared_error', 'neg_root_mean_squared_error', 'neg_mean_absolute_error'; of
        classifiers 'accuracy', 'neg_log_loss'; None = r2, or accuracy.
        """
    @scoring.setter
    def scoring(self, value: str | None, /) -> None: ...
    @property
    def validation_fraction(self) -> float | None:
        """Rows that are set aside for that score: a share in (0, 1), or a number of rows; None =
        the score is that of the rows learned from.
        """
    @validation_fraction.setter
    def validation_fraction(self, value: float | None, /) -> None: ...
    @property
    def n_iter_no_change(self) -> int:
        """Stop when the score was not better for so many rounds; >= 1."""
    @n_iter_no_change.setter
    def n_iter_no_change(self, value: int, /) -> None: ...
    @property
    def tol(self) -> float:
        """By how much a score must be higher to count as better; >= 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def verbose(self) -> int:
        """1 = tell progress."""
    @verbose.setter
    def verbose(self, value: int, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def n_iter_(self) -> int:
        """Rounds."""
    @property
    def n_trees_per_iteration_(self) -> int:
        """Trees of a round."""
    @property
    def do_early_stopping_(self) -> bool:
        """Whether it could stop early."""
    @property
    def train_score_(self) -> NDArray[Any]:
        """The score of the rows learned from, before the first round and after each; empty without
        early stopping.
        """
    @property
    def validation_score_(self) -> NDArray[Any]:
        """That of the rows set aside."""
    @property
    def is_categorical_(self) -> NDArray[Any]:
        """For each feature whether its numbers are names of categories; None when no one's are."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    def staged_predict(self, /, x: Any) -> list[Any]:
        """predict(x) after each round: a list."""

class HuberRegressor(Estimator):
    """Robust regression by Huber's loss, with the scale of the residuals learned beside the
    weights (Huber 1981; Owen 2007): minimises the sum of s + H(r / s) s, plus alpha |w|^2.
    Newton's method, of many features L-BFGS-B.
    """
    def __new__(cls, epsilon: float = 1.35, alpha: float = 0.0001, max_iter: int = 100, fit_intercept: bool = True, *, tol: float = 1e-05, warm_start: bool = False) -> Self: ...
    def __init__(self, /, epsilon: float = 1.35, alpha: float = 0.0001, max_iter: int = 100, fit_intercept: bool = True, *, tol: float = 1e-05, warm_start: bool = False) -> None: ...
    @property
    def epsilon(self) -> float:
        """Residuals beyond epsilon times the scale count by their size; >= 1, the smaller the more
        robust.
        """
    @epsilon.setter
    def epsilon(self, value: float, /) -> None: ...
    @property
    def alpha(self) -> float:
        """Strength of the penalty alpha |w|^2; >= 0."""
    @alpha.setter
    def alpha(self, value: float, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most iterations; >= 0."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def fit_intercept(self) -> bool:
        """Whether a constant is learned, too; without it the data should be centred."""
    @fit_intercept.setter
    def fit_intercept(self, value: bool, /) -> None: ...
    @property
    def tol(self) -> float:
        """The largest slope of the objective that counts as the minimum; >= 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def warm_start(self) -> bool:
        """Whether fit() starts from what was learned before."""
    @warm_start.setter
    def warm_start(self, value: bool, /) -> None: ...
    @property
    def coef_(self) -> NDArray[Any]:
        """Weights of the features: d numbers, or outputs x d when y was a matrix."""
    @property
    def intercept_(self) -> Any:
        """What is added to x'w: a number, or one per output when y was a matrix; 0.0 without an
        intercept.
        """
    @property
    def scale_(self) -> float:
        """By which residuals are divided."""
    @property
    def n_iter_(self) -> int:
        """Iterations."""
    @property
    def outliers_(self) -> NDArray[Any]:
        """For each row whether its residual is large: n bools."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""

class IncrementalPCA(Estimator):
    """Principal components of rows that come in batches, in memory that does not grow with them
    (Ross, Lim, Lin, Yang 2008). fit() cuts x into batches; partial_fit() learns from one more.
    """
    def __new__(cls, n_components: int | None = 2, batch_size: int | None = None, whiten: bool = False, *, copy: bool = True) -> Self: ...
    def __init__(self, /, n_components: int | None = 2, batch_size: int | None = None, whiten: bool = False, *, copy: bool = True) -> None: ...
    @property
    def n_components(self) -> int | None:
        """How many components; at least 1, at most the columns of x and the rows of the first
        batch; None = as many.
        """
    @n_components.setter
    def n_components(self, value: int | None, /) -> None: ...
    @property
    def batch_size(self) -> int | None:
        """Rows of a batch of fit(); >= 1; None = 5 for each column."""
    @batch_size.setter
    def batch_size(self, value: int | None, /) -> None: ...
    @property
    def whiten(self) -> bool:
        """Whether transform() divides each component by its standard deviation."""
    @whiten.setter
    def whiten(self, value: bool, /) -> None: ...
    @property
    def copy(self) -> bool:
        """Has no effect: what is given is never changed."""
    @copy.setter
    def copy(self, value: bool, /) -> None: ...
    @property
    def components_(self) -> NDArray[Any]:
        """The directions, by falling variance: n_components_ x d, of length 1."""
    @property
    def explained_variance_(self) -> NDArray[Any]:
        """Variance of each component, with n - 1 degrees of freedom."""
    @property
    def explained_variance_ratio_(self) -> NDArray[Any]:
        """Its share of the variance of all columns."""
    @property
    def singular_values_(self) -> NDArray[Any]:
        """Singular values of x less its mean."""
    @property
    def mean_(self) -> NDArray[Any]:
        """Mean of each column."""
    @property
    def n_components_(self) -> int:
        """How many components."""
    @property
    def noise_variance_(self) -> float:
        """Mean variance of the directions left out."""
    @property
    def var_(self) -> NDArray[Any]:
        """Population variance of each column."""
    @property
    def n_samples_seen_(self) -> int:
        """Rows learned from."""
    @property
    def batch_size_(self) -> int:
        """Rows of a batch of fit(); 0 when there was none."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def partial_fit(self, /, x: Any, y: Any = None) -> Estimator:
        """Learn from more rows, going on from what was learned."""
    def inverse_transform(self, /, x: Any) -> NDArray[Any]:
        """What transform() would have made x of, as far as that is known."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""
    def get_covariance(self, /) -> NDArray[Any]:
        """Covariance of the columns as the model has it: d x d."""
    def get_precision(self, /) -> NDArray[Any]:
        """Inverse of get_covariance(); MlError when it has none."""

class IsolationForest(Estimator):
    """Finds outliers by how few random cuts part a row from the others (Liu, Ting, Zhou 2008).
    Each tree cuts rows drawn at random, at most ceil(log2 of their number) deep;
    score_samples() is -2^(-mean path / mean path of such a tree), in [-1, 0), and predict()
    gives -1 for outliers, 1 for the rest. sample_weight is the probability of a row to be
    drawn.
    """
    def __new__(cls, n_estimators: int = 100, contamination: Any = 0.1, max_samples: Any = None, random_state: int | None = None, *, max_features: float = 1.0, bootstrap: bool = False, n_jobs: int | None = None, verbose: int = 0, warm_start: bool = False) -> Self: ...
    def __init__(self, /, n_estimators: int = 100, contamination: Any = 0.1, max_samples: Any = None, random_state: int | None = None, *, max_features: float = 1.0, bootstrap: bool = False, n_jobs: int | None = None, verbose: int = 0, warm_start: bool = False) -> None: ...
    @property
    def n_estimators(self) -> int:
        """Trees; >= 1."""
    @n_estimators.setter
    def n_estimators(self, value: int, /) -> None: ...
    @property
    def contamination(self) -> Any:
        """Share of outliers in what it is fitted to, in (0, 0.5]: sets offset_; 'auto' = offset_
        is -0.5, as in the paper.
        """
    @contamination.setter
    def contamination(self, value: Any, /) -> None: ...
    @property
    def max_samples(self) -> Any:
        """Rows drawn for each tree: an int >= 1, or a share of all in (0, 1]; None or 'auto' =
        256, or all when there are fewer.
        """
    @max_samples.setter
    def max_samples(self, value: Any, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def max_features(self) -> float:
        """Features drawn for each tree: an int >= 1, or a share of all in (0, 1]."""
    @max_features.setter
    def max_features(self, value: float, /) -> None: ...
    @property
    def bootstrap(self) -> bool:
        """Whether rows are drawn with replacement."""
    @bootstrap.setter
    def bootstrap(self, value: bool, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Most threads; None or -1 = all processors."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def verbose(self) -> int:
        """1 = tell progress."""
    @verbose.setter
    def verbose(self, value: int, /) -> None: ...
    @property
    def warm_start(self) -> bool:
        """Fit() keeps the trees there are and grows more up to n_estimators."""
    @warm_start.setter
    def warm_start(self, value: bool, /) -> None: ...
    @property
    def offset_(self) -> float:
        """Decision_function(x) is score_samples(x) less this."""
    @property
    def max_samples_(self) -> int:
        """Rows drawn for each tree."""
    def fit(self, /, x: Any, y: Any = None, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def fit_predict(self, /, x: Any, y: Any = None, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x), and 1 for each row that is an inlier, -1 for an outlier."""
    def decision_function(self, /, x: Any) -> NDArray[Any]:
        """How far each row of x is on the side of a class: rows x classes; one number a row for
        two classes, positive for the second, and for outlier detectors, negative for outliers.
        """
    def score_samples(self, /, x: Any) -> NDArray[Any]:
        """One number for each row of x: the higher, the more usual."""
    @property
    def estimators_(self) -> list[Any]:
        """The trees, each as a regressor of the length of the path that isolates a row."""
    @property
    def estimators_samples_(self) -> list[Buffer]:
        """The rows that each tree was grown from."""
    @property
    def estimators_features_(self) -> list[Buffer]:
        """The features that each tree looked at."""

class IsotonicRegression(Estimator):
    """The rising (or falling) answers that are nearest to y in weighted squares (Barlow and others
    1972), by pooling adjacent violators; between thresholds they are interpolated. x has one
    column.
    """
    def __new__(cls, increasing: Any = True, out_of_bounds: Literal["clip", "nan", "raise"] = 'clip', *, y_min: float | None = None, y_max: float | None = None) -> Self: ...
    def __init__(self, /, increasing: Any = True, out_of_bounds: Literal["clip", "nan", "raise"] = 'clip', *, y_min: float | None = None, y_max: float | None = None) -> None: ...
    @property
    def increasing(self) -> Any:
        """True: answers rise with x; False: they fall; 'auto': as Spearman's rank correlation is."""
    @increasing.setter
    def increasing(self, value: Any, /) -> None: ...
    @property
    def out_of_bounds(self) -> str:
        """X outside of what was learned from: the answer at the end, NaN, or an error."""
    @out_of_bounds.setter
    def out_of_bounds(self, value: Literal["clip", "nan", "raise"], /) -> None: ...
    @property
    def y_min(self) -> float | None:
        """Least answer; None = none."""
    @y_min.setter
    def y_min(self, value: float | None, /) -> None: ...
    @property
    def y_max(self) -> float | None:
        """Greatest answer; None = none."""
    @y_max.setter
    def y_max(self, value: float | None, /) -> None: ...
    @property
    def increasing_(self) -> bool:
        """Whether answers rise."""
    @property
    def X_min_(self) -> float:
        """Least x that was seen."""
    @property
    def X_max_(self) -> float:
        """Greatest x that was seen."""
    @property
    def X_thresholds_(self) -> NDArray[Any]:
        """X where the line of answers bends, ascending."""
    @property
    def y_thresholds_(self) -> NDArray[Any]:
        """Answers there; between them they lie on straight lines."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and the answers for x."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class IterativeImputer(Estimator):
    """Fills what is missing (NaN) by learning each column from the others, round after round,
    until little changes (MICE: van Buuren and Groothuis-Oudshoorn 2011).
    """
    def __new__(cls, max_iter: int = 10, tol: float = 0.001, *, estimator: Any = None, missing_values: float | None = None, sample_posterior: bool = False, n_nearest_features: int | None = None, initial_strategy: Literal["mean", "median", "most_frequent", "constant"] = 'mean', fill_value: float | None = None, imputation_order: Literal["ascending", "descending", "roman", "arabic", "random"] = 'ascending', skip_complete: bool = False, min_value: Any = None, max_value: Any = None, verbose: int = 0, random_state: int | None = None, add_indicator: bool = False, keep_empty_features: bool = False) -> Self: ...
    def __init__(self, /, max_iter: int = 10, tol: float = 0.001, *, estimator: Any = None, missing_values: float | None = None, sample_posterior: bool = False, n_nearest_features: int | None = None, initial_strategy: Literal["mean", "median", "most_frequent", "constant"] = 'mean', fill_value: float | None = None, imputation_order: Literal["ascending", "descending", "roman", "arabic", "random"] = 'ascending', skip_complete: bool = False, min_value: Any = None, max_value: Any = None, verbose: int = 0, random_state: int | None = None, add_indicator: bool = False, keep_empty_features: bool = False) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most rounds; >= 0; 0 = what initial_strategy says."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def tol(self) -> float:
        """The rounds end when no row has changed by more than this times the greatest known
        number; >= 0.
        """
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def estimator(self) -> Any:
        """The regressor that learns a column from others, or its name; None = BayesianRidge()."""
    @estimator.setter
    def estimator(self, value: Any, /) -> None: ...
    @property
    def missing_values(self) -> float | None:
        """The number that stands for a missing value; None and NaN = NaN."""
    @missing_values.setter
    def missing_values(self, value: float | None, /) -> None: ...
    @property
    def sample_posterior(self) -> bool:
        """Whether a gap gets a number drawn from the normal distribution of the answer instead of
        its mean; needs an estimator whose predict() takes return_std. All max_iter rounds are
        gone then.
        """
    @sample_posterior.setter
    def sample_posterior(self, value: bool, /) -> None: ...
    @property
    def n_nearest_features(self) -> int | None:
        """How many columns each is learned from, drawn by chance, likelier the greater their
        absolute correlation; >= 1; None = all others.
        """
    @n_nearest_features.setter
    def n_nearest_features(self, value: int | None, /) -> None: ...
    @property
    def initial_strategy(self) -> str:
        """What stands for what is missing before the first round, as in SimpleImputer."""
    @initial_strategy.setter
    def initial_strategy(self, value: Literal["mean", "median", "most_frequent", "constant"], /) -> None: ...
    @property
    def fill_value(self) -> float | None:
        """The number of initial_strategy constant; None = 0."""
    @fill_value.setter
    def fill_value(self, value: float | None, /) -> None: ...
    @property
    def imputation_order(self) -> str:
        """Which column is next: the one with the fewest gaps, with the most, from left to right
        (roman), from right to left (arabic), or a random order in each round.
        """
    @imputation_order.setter
    def imputation_order(self, value: Literal["ascending", "descending", "roman", "arabic", "random"], /) -> None: ...
    @property
    def skip_complete(self) -> bool:
        """Whether columns without gaps are not learned; in transform() their gaps get what
        initial_strategy says then.
        """
    @skip_complete.setter
    def skip_complete(self, value: bool, /) -> None: ...
    @property
    def min_value(self) -> Any:
        """Least number that may be put into a gap, or one for each column; None = any."""
    @min_value.setter
    def min_value(self, value: Any, /) -> None: ...
    @property
    def max_value(self) -> Any:
        """Greatest number that may be put into a gap, or one for each column; None = any."""
    @max_value.setter
    def max_value(self, value: Any, /) -> None: ...
    @property
    def verbose(self) -> int:
        """Above 0: each round is told on standard error."""
    @verbose.setter
    def verbose(self, value: int, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def add_indicator(self) -> bool:
        """Whether columns of 0 and 1 are added that tell where something was missing."""
    @add_indicator.setter
    def add_indicator(self, value: bool, /) -> None: ...
    @property
    def keep_empty_features(self) -> bool:
        """Whether a column without any number is filled with 0 (strategy constant: fill_value)
        instead of refused.
        """
    @keep_empty_features.setter
    def keep_empty_features(self, value: bool, /) -> None: ...
    @property
    def initial_imputer_(self) -> Any:
        """The SimpleImputer that fills before the first round."""
    @property
    def imputation_sequence_(self) -> Any:
        """What was learned, in order: lists of column, columns it was learned from, estimator."""
    @property
    def n_iter_(self) -> int:
        """Rounds that were gone."""
    @property
    def n_features_with_missing_(self) -> int:
        """Columns that are filled in each round."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class KMeans(Estimator):
    """Clusters around their means: each row belongs to the nearest mean, and the sum of squared
    distances is as small as moving the means makes it (Lloyd 1982, with Hamerly's bounds).
    """
    def __new__(cls, n_clusters: int = 8, max_iter: int = 300, n_init: Any = 10, random_state: int | None = None, *, init: Any = 'k-means++', tol: float = 0.0001, verbose: bool = False, copy_x: bool = True, algorithm: Literal["lloyd", "elkan", "auto", "full"] = 'lloyd') -> Self: ...
    def __init__(self, /, n_clusters: int = 8, max_iter: int = 300, n_init: Any = 10, random_state: int | None = None, *, init: Any = 'k-means++', tol: float = 0.0001, verbose: bool = False, copy_x: bool = True, algorithm: Literal["lloyd", "elkan", "auto", "full"] = 'lloyd') -> None: ...
    @property
    def n_clusters(self) -> int:
        """Clusters; from 1 to the number of rows."""
    @n_clusters.setter
    def n_clusters(self, value: int, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most moves of the centres in one run; >= 1."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def n_init(self) -> Any:
        """Runs from other beginnings, of which the best counts; "auto" = 1 for k-means++ and given
        centres, else 10.
        """
    @n_init.setter
    def n_init(self, value: Any, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def init(self) -> Any:
        """Where the centres begin: "k-means++" (rows far from each other), "random" rows, centres
        (n_clusters x columns), or a function (x, n_clusters, random_state) that gives them.
        """
    @init.setter
    def init(self, value: Any, /) -> None: ...
    @property
    def tol(self) -> float:
        """Stop when the squares of all moves are below it times the mean variance of the columns;
        >= 0.
        """
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def verbose(self) -> bool:
        """Whether progress is printed."""
    @verbose.setter
    def verbose(self, value: bool, /) -> None: ...
    @property
    def copy_x(self) -> bool:
        """Has no effect: what is given is never changed."""
    @copy_x.setter
    def copy_x(self, value: bool, /) -> None: ...
    @property
    def algorithm(self) -> str:
        """All give the same clusters by the same method."""
    @algorithm.setter
    def algorithm(self, value: Literal["lloyd", "elkan", "auto", "full"], /) -> None: ...
    @property
    def cluster_centers_(self) -> NDArray[Any]:
        """The means: n_clusters x columns."""
    @property
    def labels_(self) -> NDArray[Any]:
        """The cluster of each row, as float64."""
    @property
    def inertia_(self) -> float:
        """Sum of squared distances to the means, with weights."""
    @property
    def n_iter_(self) -> int:
        """Moves of the best run."""
    def fit(self, /, x: Any, y: Any = None, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def fit_predict(self, /, x: Any, y: Any = None, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x), and the cluster of each row: labels_."""
    @property
    def labels_int_(self) -> NDArray[Any]:
        """labels_ as integers: the cluster of each row that it was fitted to, -1 for noise."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x), and the distance of each row to each centre."""
    def score(self, /, x: Any, y: Any = None, sample_weight: Any = None) -> float:
        """Minus the sum of squared distances of x to the centres."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class KNNImputer(Estimator):
    """Fills what is missing (NaN) with the mean of the nearest rows of fit() that have a number
    there (Troyanskaya et al. 2001), or with the mean of the column when no row is comparable.
    Of rows at equal distance the lower number is nearer.
    """
    def __new__(cls, n_neighbors: int = 5, *, weights: Any = 'uniform', metric: Literal["nan_euclidean"] = 'nan_euclidean', missing_values: float | None = None, copy: bool = True, add_indicator: bool = False, keep_empty_features: bool = False) -> Self: ...
    def __init__(self, /, n_neighbors: int = 5, *, weights: Any = 'uniform', metric: Literal["nan_euclidean"] = 'nan_euclidean', missing_values: float | None = None, copy: bool = True, add_indicator: bool = False, keep_empty_features: bool = False) -> None: ...
    @property
    def n_neighbors(self) -> int:
        """How many rows give a number, where so many have it; >= 1."""
    @n_neighbors.setter
    def n_neighbors(self, value: int, /) -> None: ...
    @property
    def weights(self) -> Any:
        """What a neighbour counts: 'uniform' or None = 1, 'distance' = 1 / distance (rows at
        distance 0 alone, where there are some), or a function of an array of distances that
        gives weights.
        """
    @weights.setter
    def weights(self, value: Any, /) -> None: ...
    @property
    def metric(self) -> str:
        """The distance: Euclidean over the columns that both rows have, as if there were all."""
    @metric.setter
    def metric(self, value: Literal["nan_euclidean"], /) -> None: ...
    @property
    def missing_values(self) -> float | None:
        """The number that stands for a missing value; None and NaN = NaN."""
    @missing_values.setter
    def missing_values(self, value: float | None, /) -> None: ...
    @property
    def copy(self) -> bool:
        """Has no effect: what is given is never changed."""
    @copy.setter
    def copy(self, value: bool, /) -> None: ...
    @property
    def add_indicator(self) -> bool:
        """Whether columns of 0 and 1 are added that tell where something was missing."""
    @add_indicator.setter
    def add_indicator(self, value: bool, /) -> None: ...
    @property
    def keep_empty_features(self) -> bool:
        """Whether a column without any number is filled with 0 instead of left out."""
    @keep_empty_features.setter
    def keep_empty_features(self, value: bool, /) -> None: ...
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class KNeighborsClassifier(Estimator):
    """The class that most of the k nearest rows have (Fix and Hodges 1951; Cover and Hart 1967).
    Of rows at equal distance the lower number is nearer; of classes with equal votes the first
    wins.
    """
    def __new__(cls, n_neighbors: int = 5, *, weights: Any = 'uniform', algorithm: Literal["auto", "ball_tree", "kd_tree", "brute"] = 'auto', leaf_size: int = 30, p: float = 2.0, metric: Any = 'minkowski', metric_params: Any = None, n_jobs: int | None = None) -> Self: ...
    def __init__(self, /, n_neighbors: int = 5, *, weights: Any = 'uniform', algorithm: Literal["auto", "ball_tree", "kd_tree", "brute"] = 'auto', leaf_size: int = 30, p: float = 2.0, metric: Any = 'minkowski', metric_params: Any = None, n_jobs: int | None = None) -> None: ...
    @property
    def n_neighbors(self) -> int:
        """How many rows answer; >= 1, at most the rows of fit()."""
    @n_neighbors.setter
    def n_neighbors(self, value: int, /) -> None: ...
    @property
    def weights(self) -> Any:
        """What a neighbour counts: 'uniform' or None = 1, 'distance' = 1 / distance (rows at
        distance 0 alone, where there are some), or a function of an array of distances that
        gives weights.
        """
    @weights.setter
    def weights(self, value: Any, /) -> None: ...
    @property
    def algorithm(self) -> str:
        """How near rows are found: 'kd_tree' (boxes), 'ball_tree' (balls), 'brute' compares all
        rows, 'auto' takes a kd_tree up to 15 columns. Answers are the same.
        """
    @algorithm.setter
    def algorithm(self, value: Literal["auto", "ball_tree", "kd_tree", "brute"], /) -> None: ...
    @property
    def leaf_size(self) -> int:
        """Most rows of a leaf of the tree, taken as 8 to 128; >= 1. Answers are the same."""
    @leaf_size.setter
    def leaf_size(self, value: int, /) -> None: ...
    @property
    def p(self) -> float:
        """The power of 'minkowski'; > 0: 1 = manhattan, 2 = euclidean, inf = chebyshev."""
    @p.setter
    def p(self, value: float, /) -> None: ...
    @property
    def metric(self) -> Any:
        """The distance: 'minkowski' (the p-th root of the sum of |a - b|^p), 'euclidean' or 'l2',
        'manhattan', 'cityblock' or 'l1', 'chebyshev' or 'infinity', or 'cosine' (1 - cos).
        """
    @metric.setter
    def metric(self, value: Any, /) -> None: ...
    @property
    def metric_params(self) -> Any:
        """More about the metric: {'p': number} for 'minkowski' goes before p; None = nothing."""
    @metric_params.setter
    def metric_params(self, value: Any, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Most threads; None or -1 = all processors."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def effective_metric_(self) -> Any:
        """Name of the metric that is used."""
    @property
    def effective_metric_params_(self) -> Any:
        """{'p': power} of minkowski, else {}."""
    @property
    def n_samples_fit_(self) -> int:
        """Rows of x in fit()."""
    @property
    def outputs_2d_(self) -> bool:
        """Whether y had several columns."""
    def fit(self, /, x: Any, y: Any, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """Probability of each class for each row of x: rows x classes, in the order of classes_."""
    def predict_log_proba(self, /, x: Any) -> NDArray[Any]:
        """Natural logarithm of predict_proba(x)."""
    def kneighbors(self, /, x: Any = None, n_neighbors: int | None = None, return_distance: bool = True) -> tuple[Any, ...]:
        """The nearest rows of fit() for each row of x: distances and numbers of the rows, both
        rows x n_neighbors, the nearest first, or the numbers alone.
        """
    def kneighbors_graph(self, /, x: Any = None, n_neighbors: int | None = None, mode: Literal["connectivity", "distance"] = 'connectivity') -> Any:
        """Who is among the nearest of each row of x: a sparse matrix rows x rows of fit()."""

class KNeighborsRegressor(Estimator):
    """The mean of y of the k nearest rows. y may have several columns. Of rows at equal distance
    the lower number is nearer.
    """
    def __new__(cls, n_neighbors: int = 5, *, weights: Any = 'uniform', algorithm: Literal["auto", "ball_tree", "kd_tree", "brute"] = 'auto', leaf_size: int = 30, p: float = 2.0, metric: Any = 'minkowski', metric_params: Any = None, n_jobs: int | None = None) -> Self: ...
    def __init__(self, /, n_neighbors: int = 5, *, weights: Any = 'uniform', algorithm: Literal["auto", "ball_tree", "kd_tree", "brute"] = 'auto', leaf_size: int = 30, p: float = 2.0, metric: Any = 'minkowski', metric_params: Any = None, n_jobs: int | None = None) -> None: ...
    @property
    def n_neighbors(self) -> int:
        """How many rows answer; >= 1, at most the rows of fit()."""
    @n_neighbors.setter
    def n_neighbors(self, value: int, /) -> None: ...
    @property
    def weights(self) -> Any:
        """What a neighbour counts: 'uniform' or None = 1, 'distance' = 1 / distance (rows at
        distance 0 alone, where there are some), or a function of an array of distances that
        gives weights.
        """
    @weights.setter
    def weights(self, value: Any, /) -> None: ...
    @property
    def algorithm(self) -> str:
        """How near rows are found: 'kd_tree' (boxes), 'ball_tree' (balls), 'brute' compares all
        rows, 'auto' takes a kd_tree up to 15 columns. Answers are the same.
        """
    @algorithm.setter
    def algorithm(self, value: Literal["auto", "ball_tree", "kd_tree", "brute"], /) -> None: ...
    @property
    def leaf_size(self) -> int:
        """Most rows of a leaf of the tree, taken as 8 to 128; >= 1. Answers are the same."""
    @leaf_size.setter
    def leaf_size(self, value: int, /) -> None: ...
    @property
    def p(self) -> float:
        """The power of 'minkowski'; > 0: 1 = manhattan, 2 = euclidean, inf = chebyshev."""
    @p.setter
    def p(self, value: float, /) -> None: ...
    @property
    def metric(self) -> Any:
        """The distance: 'minkowski' (the p-th root of the sum of |a - b|^p), 'euclidean' or 'l2',
        'manhattan', 'cityblock' or 'l1', 'chebyshev' or 'infinity', or 'cosine' (1 - cos).
        """
    @metric.setter
    def metric(self, value: Any, /) -> None: ...
    @property
    def metric_params(self) -> Any:
        """More about the metric: {'p': number} for 'minkowski' goes before p; None = nothing."""
    @metric_params.setter
    def metric_params(self, value: Any, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Most threads; None or -1 = all processors."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def effective_metric_(self) -> Any:
        """Name of the metric that is used."""
    @property
    def effective_metric_params_(self) -> Any:
        """{'p': power} of minkowski, else {}."""
    @property
    def n_samples_fit_(self) -> int:
        """Rows of x in fit()."""
    @property
    def outputs_2d_(self) -> bool:
        """Whether y had several columns."""
    def fit(self, /, x: Any, y: Any, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    def kneighbors(self, /, x: Any = None, n_neighbors: int | None = None, return_distance: bool = True) -> tuple[Any, ...]:
        """The nearest rows of fit() for each row of x: distances and numbers of the rows, both
        rows x n_neighbors, the nearest first, or the numbers alone.
        """
    def kneighbors_graph(self, /, x: Any = None, n_neighbors: int | None = None, mode: Literal["connectivity", "distance"] = 'connectivity') -> Any:
        """Who is among the nearest of each row of x: a sparse matrix rows x rows of fit()."""

class KernelPCA(Estimator):
    """Principal components in the space of a kernel (Schoelkopf, Smola, Mueller 1997):
    eigenvectors of the centred kernel of the rows, times the roots of their eigenvalues. The
    entry of each that is largest by magnitude is positive.
    """
    def __new__(cls, n_components: int | None = 2, kernel: Any = 'rbf', gamma: float | None = 0.0, *, degree: float = 3.0, coef0: float = 1.0, kernel_params: Any = None, alpha: float = 1.0, fit_inverse_transform: bool = False, eigen_solver: Literal["auto", "dense", "arpack", "randomized"] = 'auto', tol: float = 0.0, max_iter: int | None = None, iterated_power: Any = 'auto', remove_zero_eig: bool = False, random_state: int | None = None, copy_X: bool = True, n_jobs: int | None = None) -> Self: ...
    def __init__(self, /, n_components: int | None = 2, kernel: Any = 'rbf', gamma: float | None = 0.0, *, degree: float = 3.0, coef0: float = 1.0, kernel_params: Any = None, alpha: float = 1.0, fit_inverse_transform: bool = False, eigen_solver: Literal["auto", "dense", "arpack", "randomized"] = 'auto', tol: float = 0.0, max_iter: int | None = None, iterated_power: Any = 'auto', remove_zero_eig: bool = False, random_state: int | None = None, copy_X: bool = True, n_jobs: int | None = None) -> None: ...
    @property
    def n_components(self) -> int | None:
        """How many components; >= 1, at most the rows of x count; None = all whose eigenvalue is
        not 0.
        """
    @n_components.setter
    def n_components(self, value: int | None, /) -> None: ...
    @property
    def kernel(self) -> Any:
        """Rbf: exp(-gamma |a - b|^2); linear: a'b; poly: (gamma a'b + coef0)^degree; sigmoid:
        tanh(gamma a'b + coef0); cosine: a'b / (|a| |b|); precomputed: x is the kernel; or a
        callable of two rows that answers with a number.
        """
    @kernel.setter
    def kernel(self, value: Any, /) -> None: ...
    @property
    def gamma(self) -> float | None:
        """Factor in the kernel; >= 0; 0 or None = 1 / columns."""
    @gamma.setter
    def gamma(self, value: float | None, /) -> None: ...
    @property
    def degree(self) -> float:
        """Power of poly; >= 0."""
    @degree.setter
    def degree(self, value: float, /) -> None: ...
    @property
    def coef0(self) -> float:
        """Constant in poly and sigmoid."""
    @coef0.setter
    def coef0(self, value: float, /) -> None: ...
    @property
    def kernel_params(self) -> Any:
        """A dict of what a callable gets by name beside its two rows."""
    @kernel_params.setter
    def kernel_params(self, value: Any, /) -> None: ...
    @property
    def alpha(self) -> float:
        """Penalty of the ridge regression that learns the way back; >= 0."""
    @alpha.setter
    def alpha(self, value: float, /) -> None: ...
    @property
    def fit_inverse_transform(self) -> bool:
        """Whether inverse_transform() is learned."""
    @fit_inverse_transform.setter
    def fit_inverse_transform(self, value: bool, /) -> None: ...
    @property
    def eigen_solver(self) -> str:
        """Dense: by LAPACK; arpack: by Lanczos; randomized: by random projection; auto: arpack for
        less than 10 components of more than 200 rows, else dense.
        """
    @eigen_solver.setter
    def eigen_solver(self, value: Literal["auto", "dense", "arpack", "randomized"], /) -> None: ...
    @property
    def tol(self) -> float:
        """Tolerance of arpack; 0 = to the last digits."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def max_iter(self) -> int | None:
        """Has no effect: Lanczos goes on until it has converged, or fails."""
    @max_iter.setter
    def max_iter(self, value: int | None, /) -> None: ...
    @property
    def iterated_power(self) -> Any:
        """Power iterations of randomized; 'auto' = 7 for less than a tenth of the components, else
        4.
        """
    @iterated_power.setter
    def iterated_power(self, value: Any, /) -> None: ...
    @property
    def remove_zero_eig(self) -> bool:
        """Whether components whose eigenvalue is 0 are left out."""
    @remove_zero_eig.setter
    def remove_zero_eig(self, value: bool, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def copy_X(self) -> bool:
        """Has no effect: what is given is never changed."""
    @copy_X.setter
    def copy_X(self, value: bool, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Most threads to use; -1 or None = all processors."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def eigenvalues_(self) -> NDArray[Any]:
        """Of the centred kernel, descending."""
    @property
    def eigenvectors_(self) -> NDArray[Any]:
        """Of the centred kernel: rows x components."""
    @property
    def dual_coef_(self) -> NDArray[Any]:
        """Weights of the way back: rows x columns; None when not learned."""
    @property
    def X_transformed_fit_(self) -> NDArray[Any]:
        """Components of the rows; None without the way back."""
    @property
    def X_fit_(self) -> NDArray[Any]:
        """The rows that were learned from."""
    @property
    def gamma_(self) -> float:
        """Factor in the kernel that was used."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def inverse_transform(self, /, x: Any) -> NDArray[Any]:
        """What transform() would have made x of, as far as that is known."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class LabelBinarizer(Estimator):
    """Labels as rows with a mark in the column of their class."""
    def __new__(cls, *, neg_label: int = 0, pos_label: int = 1, sparse_output: bool = False) -> Self: ...
    def __init__(self, /, *, neg_label: int = 0, pos_label: int = 1, sparse_output: bool = False) -> None: ...
    @property
    def neg_label(self) -> int:
        """Number of what is not so."""
    @neg_label.setter
    def neg_label(self, value: int, /) -> None: ...
    @property
    def pos_label(self) -> int:
        """Number of what is so; above neg_label."""
    @pos_label.setter
    def pos_label(self, value: int, /) -> None: ...
    @property
    def sparse_output(self) -> bool:
        """Whether transform() gives a sparse matrix."""
    @sparse_output.setter
    def sparse_output(self, value: bool, /) -> None: ...
    @property
    def y_type_(self) -> Any:
        """"binary" for up to two classes, else "multiclass"."""
    @property
    def sparse_input_(self) -> bool:
        """Whether labels came as a sparse matrix: they never do."""
    def fit(self, /, y: Any) -> Estimator:
        """Learn the distinct labels; returns self."""
    def transform(self, /, y: Any) -> NDArray[Any]:
        """A column for each class, with pos_label in the column of the label; one column for two
        classes, with pos_label for the second.
        """
    def fit_transform(self, /, y: Any) -> NDArray[Any]:
        """fit(y), then transform(y)."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def inverse_transform(self, /, y: Any, threshold: float | None = None) -> NDArray[Any]:
        """The labels of such rows."""

class LabelEncoder(Estimator):
    """Labels as whole numbers from 0 on: their places among the sorted distinct labels. For y, not
    for x: see OrdinalEncoder.
    """
    def __new__(cls) -> Self: ...
    def __init__(self, /) -> None: ...
    def fit(self, /, y: Any) -> Estimator:
        """Learn the distinct labels; returns self."""
    def transform(self, /, y: Any) -> NDArray[Any]:
        """The place of each label among classes_, from 0 on."""
    def fit_transform(self, /, y: Any) -> NDArray[Any]:
        """fit(y), then transform(y)."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def inverse_transform(self, /, y: Any) -> NDArray[Any]:
        """The labels of such places."""

class LabelPropagation(Estimator):
    """Labels of some rows flow to those that have none, marked -1, along weights between all rows
    (Zhu and Ghahramani 2002). Rows with a label keep it.
    """
    def __new__(cls, n_neighbors: int = 7, max_iter: int = 30, tol: float = 0.001, gamma: float = 20.0, *, kernel: Any = 'rbf', n_jobs: int | None = None) -> Self: ...
    def __init__(self, /, n_neighbors: int = 7, max_iter: int = 30, tol: float = 0.001, gamma: float = 20.0, *, kernel: Any = 'rbf', n_jobs: int | None = None) -> None: ...
    @property
    def n_neighbors(self) -> int:
        """Neighbours of kernel 'knn', itself among them; >= 1."""
    @n_neighbors.setter
    def n_neighbors(self, value: int, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most rounds; >= 1."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def tol(self) -> float:
        """Stop when distributions change by less, in sum; >= 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def gamma(self) -> float:
        """Of kernel 'rbf': e^(-gamma |a - b|^2); >= 0."""
    @gamma.setter
    def gamma(self, value: float, /) -> None: ...
    @property
    def kernel(self) -> Any:
        """How rows weigh for each other: 'rbf', 'knn' = 1 for the nearest, or a function of two
        matrices a and b that gives weights, rows of a x rows of b.
        """
    @kernel.setter
    def kernel(self, value: Any, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Most threads; None or -1 = all processors."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def X_(self) -> NDArray[Any]:
        """X of fit()."""
    @property
    def label_distributions_(self) -> NDArray[Any]:
        """Shares of the classes: rows x classes."""
    @property
    def transduction_(self) -> NDArray[Any]:
        """The label that each row of fit() got."""
    @property
    def n_iter_(self) -> int:
        """Rounds made."""
    def fit(self, /, x: Any, y: Any, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """Probability of each class for each row of x: rows x classes, in the order of classes_."""
    def predict_log_proba(self, /, x: Any) -> NDArray[Any]:
        """Natural logarithm of predict_proba(x)."""

class LabelSpreading(Estimator):
    """Labels of some rows flow to those that have none, marked -1, by the normalised weights
    between all rows; rows with a label may lose it (Zhou, Bousquet, Lal, Weston, Schoelkopf
    2004).
    """
    def __new__(cls, n_neighbors: int = 7, max_iter: int = 30, tol: float = 0.001, gamma: float = 20.0, alpha: float = 0.2, *, kernel: Any = 'rbf', n_jobs: int | None = None) -> Self: ...
    def __init__(self, /, n_neighbors: int = 7, max_iter: int = 30, tol: float = 0.001, gamma: float = 20.0, alpha: float = 0.2, *, kernel: Any = 'rbf', n_jobs: int | None = None) -> None: ...
    @property
    def n_neighbors(self) -> int:
        """Neighbours of kernel 'knn', itself among them; >= 1."""
    @n_neighbors.setter
    def n_neighbors(self, value: int, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most rounds; >= 1."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def tol(self) -> float:
        """Stop when distributions change by less, in sum; >= 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def gamma(self) -> float:
        """Of kernel 'rbf': e^(-gamma |a - b|^2); >= 0."""
    @gamma.setter
    def gamma(self, value: float, /) -> None: ...
    @property
    def alpha(self) -> float:
        """Share that a row takes from its neighbours, the rest being its own label; 0 < alpha < 1."""
    @alpha.setter
    def alpha(self, value: float, /) -> None: ...
    @property
    def kernel(self) -> Any:
        """How rows weigh for each other: 'rbf', 'knn' = 1 for the nearest, or a function of two
        matrices a and b that gives weights, rows of a x rows of b.
        """
    @kernel.setter
    def kernel(self, value: Any, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Most threads; None or -1 = all processors."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def X_(self) -> NDArray[Any]:
        """X of fit()."""
    @property
    def label_distributions_(self) -> NDArray[Any]:
        """Shares of the classes: rows x classes."""
    @property
    def transduction_(self) -> NDArray[Any]:
        """The label that each row of fit() got."""
    @property
    def n_iter_(self) -> int:
        """Rounds made."""
    def fit(self, /, x: Any, y: Any, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """Probability of each class for each row of x: rows x classes, in the order of classes_."""
    def predict_log_proba(self, /, x: Any) -> NDArray[Any]:
        """Natural logarithm of predict_proba(x)."""

class Lasso(Estimator):
    """The lasso (Tibshirani 1996): minimises the sum of (y - x'w - b)^2 / 2n plus alpha |w|_1,
    which makes many weights 0. Cyclic coordinate descent (Friedman, Hastie, Tibshirani 2010)
    with gap safe screening (Ndiaye, Fercoq, Gramfort, Salmon 2017).
    """
    def __new__(cls, alpha: float = 1.0, fit_intercept: bool = True, max_iter: int = 1000, *, precompute: Any = False, copy_X: bool = True, tol: float = 0.0001, warm_start: bool = False, positive: bool = False, random_state: int | None = None, selection: Literal["cyclic", "random"] = 'cyclic') -> Self: ...
    def __init__(self, /, alpha: float = 1.0, fit_intercept: bool = True, max_iter: int = 1000, *, precompute: Any = False, copy_X: bool = True, tol: float = 0.0001, warm_start: bool = False, positive: bool = False, random_state: int | None = None, selection: Literal["cyclic", "random"] = 'cyclic') -> None: ...
    @property
    def alpha(self) -> float:
        """Strength of the penalty; >= 0."""
    @alpha.setter
    def alpha(self, value: float, /) -> None: ...
    @property
    def fit_intercept(self) -> bool:
        """Whether a constant is learned, too; without it the data should be centred."""
    @fit_intercept.setter
    def fit_intercept(self, value: bool, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most rounds through all weights; >= 1."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def precompute(self) -> Any:
        """True: descend on X'X; 'auto': when there are more rows than features; False: as is
        quickest; or X'X itself (d x d), for x that has mean 0 or no intercept.
        """
    @precompute.setter
    def precompute(self, value: Any, /) -> None: ...
    @property
    def copy_X(self) -> bool:
        """Accepted for the sake of other libraries; without effect, since x is never changed."""
    @copy_X.setter
    def copy_X(self, value: bool, /) -> None: ...
    @property
    def tol(self) -> float:
        """Stop when the duality gap is at most tol times the squares of the centred y; >= 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def warm_start(self) -> bool:
        """Whether fit() starts from the weights that were learned before."""
    @warm_start.setter
    def warm_start(self, value: bool, /) -> None: ...
    @property
    def positive(self) -> bool:
        """Whether no weight may be below 0."""
    @positive.setter
    def positive(self, value: bool, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def selection(self) -> str:
        """The weight of each step: the next one, or one by chance."""
    @selection.setter
    def selection(self, value: Literal["cyclic", "random"], /) -> None: ...
    @property
    def coef_(self) -> NDArray[Any]:
        """Weights of the features: d numbers, or outputs x d when y was a matrix."""
    @property
    def intercept_(self) -> Any:
        """What is added to x'w: a number, or one per output when y was a matrix; 0.0 without an
        intercept.
        """
    @property
    def n_iter_(self) -> Any:
        """Rounds through all weights; a list for several targets."""
    @property
    def dual_gap_(self) -> Any:
        """How far the objective is from its minimum at most; an array for several targets."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    @property
    def sparse_coef_(self) -> SparseMatrix:
        """coef_ as a sparse matrix: outputs x d."""
    @staticmethod
    def path(x: Any, y: Any, *, l1_ratio: float = 0.5, eps: float = 0.001, n_alphas: int | None = None, alphas: Any = 100, precompute: Any = 'auto', Xy: Any = None, copy_X: bool = True, coef_init: Any = None, verbose: int = 0, return_n_iter: bool = False, positive: bool = False, check_input: bool = True, tol: float = 0.0001, max_iter: int = 1000, random_state: int | None = None, selection: Literal["cyclic", "random"] = 'cyclic', do_screening: bool = True) -> tuple[Any, ...]:
        """Weights for one penalty after the other, the strongest first: penalties, weights (d x
        penalties), duality gaps, and rounds with return_n_iter. There is no intercept: x and y
        should be centred. Of a Lasso too, l1_ratio is 0.5 unless it is given.
        """

class LatentDirichletAllocation(Estimator):
    """Documents (rows of counts of words) as mixtures of topics, which are mixtures of words
    (Blei, Ng, Jordan 2003), by variational Bayes in batches or online (Hoffman, Blei, Bach
    2010). transform() gives the shares of the topics; score() the bound of the log-likelihood.
    """
    def __new__(cls, n_components: int = 10, max_iter: int = 10, random_state: int | None = None, *, doc_topic_prior: float | None = None, topic_word_prior: float | None = None, learning_method: Literal["batch", "online"] = 'batch', learning_decay: float = 0.7, learning_offset: float = 10.0, batch_size: int = 128, evaluate_every: int = -1, total_samples: float = 1000000.0, perp_tol: float = 0.1, mean_change_tol: float = 0.001, max_doc_update_iter: int = 100, n_jobs: int | None = None, verbose: bool = False) -> Self: ...
    def __init__(self, /, n_components: int = 10, max_iter: int = 10, random_state: int | None = None, *, doc_topic_prior: float | None = None, topic_word_prior: float | None = None, learning_method: Literal["batch", "online"] = 'batch', learning_decay: float = 0.7, learning_offset: float = 10.0, batch_size: int = 128, evaluate_every: int = -1, total_samples: float = 1000000.0, perp_tol: float = 0.1, mean_change_tol: float = 0.001, max_doc_update_iter: int = 100, n_jobs: int | None = None, verbose: bool = False) -> None: ...
    @property
    def n_components(self) -> int:
        """How many topics; >= 1."""
    @n_components.setter
    def n_components(self, value: int, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Passes over the documents; >= 0."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def doc_topic_prior(self) -> float | None:
        """Prior of the topics of a document, from 0 to 1; None = 1 / n_components."""
    @doc_topic_prior.setter
    def doc_topic_prior(self, value: float | None, /) -> None: ...
    @property
    def topic_word_prior(self) -> float | None:
        """Prior of the words of a topic, from 0 to 1; None = 1 / n_components."""
    @topic_word_prior.setter
    def topic_word_prior(self, value: float | None, /) -> None: ...
    @property
    def learning_method(self) -> str:
        """Batch: topics learn once a pass; online: after every batch_size documents."""
    @learning_method.setter
    def learning_method(self, value: Literal["batch", "online"], /) -> None: ...
    @property
    def learning_decay(self) -> float:
        """How soon later batches weigh less, from 0 to 1: the power of learning_offset + number of
        the batch.
        """
    @learning_decay.setter
    def learning_decay(self, value: float, /) -> None: ...
    @property
    def learning_offset(self) -> float:
        """Makes the first batches weigh less; >= 1."""
    @learning_offset.setter
    def learning_offset(self, value: float, /) -> None: ...
    @property
    def batch_size(self) -> int:
        """Documents of a batch; >= 1."""
    @batch_size.setter
    def batch_size(self, value: int, /) -> None: ...
    @property
    def evaluate_every(self) -> int:
        """Passes between two looks at the perplexity; <= 0 = none."""
    @evaluate_every.setter
    def evaluate_every(self, value: int, /) -> None: ...
    @property
    def total_samples(self) -> float:
        """How many documents there are, for partial_fit(); > 0."""
    @total_samples.setter
    def total_samples(self, value: float, /) -> None: ...
    @property
    def perp_tol(self) -> float:
        """Stop when the perplexity changes by less between two looks; >= 0."""
    @perp_tol.setter
    def perp_tol(self, value: float, /) -> None: ...
    @property
    def mean_change_tol(self) -> float:
        """A document has its topics when they change by less on average; >= 0."""
    @mean_change_tol.setter
    def mean_change_tol(self, value: float, /) -> None: ...
    @property
    def max_doc_update_iter(self) -> int:
        """Most rounds for a document; >= 0."""
    @max_doc_update_iter.setter
    def max_doc_update_iter(self, value: int, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Most threads to use; -1 or None = all processors."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def verbose(self) -> bool:
        """Whether progress is printed."""
    @verbose.setter
    def verbose(self, value: bool, /) -> None: ...
    @property
    def components_(self) -> NDArray[Any]:
        """About how often each topic was given each word: n_components x d."""
    @property
    def exp_dirichlet_component_(self) -> NDArray[Any]:
        """E^E ln of the words of each topic: n_components x d."""
    @property
    def n_iter_(self) -> int:
        """Passes that were made."""
    @property
    def n_batch_iter_(self) -> int:
        """Steps that were made, and one."""
    @property
    def bound_(self) -> float:
        """Perplexity of the documents in the end."""
    @property
    def doc_topic_prior_(self) -> float:
        """Prior of the topics of a document."""
    @property
    def topic_word_prior_(self) -> float:
        """Prior of the words of a topic."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def partial_fit(self, /, x: Any, y: Any = None) -> Estimator:
        """Learn from more rows, going on from what was learned."""
    def score(self, /, x: Any, y: Any = None) -> float:
        """How well x fits what was learned; higher is better."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""
    def perplexity(self, /, x: Any, sub_sampling: bool = False) -> float:
        """e^(- bound of the log-likelihood of a word): lower is better."""

class LedoitWolf(Estimator):
    """A covariance drawn towards a multiple mu of the identity, mu being the mean of its diagonal,
    by the share that is expected to err least (Ledoit and Wolf, A well-conditioned estimator
    for large-dimensional covariance matrices, 2004).
    """
    def __new__(cls, assume_centered: bool = False, block_size: int = 1000, *, store_precision: bool = True) -> Self: ...
    def __init__(self, /, assume_centered: bool = False, block_size: int = 1000, *, store_precision: bool = True) -> None: ...
    @property
    def assume_centered(self) -> bool:
        """Whether the means of the columns are known to be 0."""
    @assume_centered.setter
    def assume_centered(self, value: bool, /) -> None: ...
    @property
    def block_size(self) -> int:
        """Has no effect on results; work is cut into blocks as is quickest; >= 1."""
    @block_size.setter
    def block_size(self, value: int, /) -> None: ...
    @property
    def store_precision(self) -> bool:
        """Whether the inverse is kept as precision_; without it, it is made when asked for."""
    @store_precision.setter
    def store_precision(self, value: bool, /) -> None: ...
    @property
    def location_(self) -> NDArray[Any]:
        """Mean of each column."""
    @property
    def covariance_(self) -> NDArray[Any]:
        """Covariance of the columns: d x d."""
    @property
    def precision_(self) -> NDArray[Any]:
        """Inverse of covariance_ (that of Moore and Penrose, when it is singular)."""
    @property
    def shrinkage_(self) -> float:
        """Share of mu I in covariance_, from 0 to 1."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def score(self, /, x: Any, y: Any = None) -> float:
        """How well x fits what was learned; higher is better."""
    def get_precision(self, /) -> NDArray[Any]:
        """Inverse of covariance_, whether or not it is stored."""
    def mahalanobis(self, /, x: Any) -> NDArray[Any]:
        """Squared Mahalanobis distance of each row of x to location_."""
    def error_norm(self, /, comp_cov: Any, norm: Literal["frobenius", "spectral"] = 'frobenius', scaling: bool = True, squared: bool = True) -> float:
        """How far covariance_ is from another covariance: the norm of their difference."""

class LinearDiscriminantAnalysis(Estimator):
    """Classes are normal with one common covariance, so borders are planes; transform() shows the
    directions in which classes differ most (Hastie, Tibshirani, Friedman: The Elements of
    Statistical Learning, 2009, section 4.3). x: rows x features.
    """
    def __new__(cls, n_components: int | None = None, shrinkage: Any = None, *, solver: Literal["svd", "lsqr", "eigen"] | None = None, priors: Any = None, store_covariance: bool = False, tol: float = 0.0001, covariance_estimator: Any = None) -> Self: ...
    def __init__(self, /, n_components: int | None = None, shrinkage: Any = None, *, solver: Literal["svd", "lsqr", "eigen"] | None = None, priors: Any = None, store_covariance: bool = False, tol: float = 0.0001, covariance_estimator: Any = None) -> None: ...
    @property
    def n_components(self) -> int | None:
        """Columns of transform(): 1 up to min(features, classes - 1); None = that many."""
    @n_components.setter
    def n_components(self, value: int | None, /) -> None: ...
    @property
    def shrinkage(self) -> Any:
        """How far covariances are drawn to multiples of the identity: a number in [0, 1], or
        'auto' (Ledoit and Wolf 2004); None = not; not with the solver svd.
        """
    @shrinkage.setter
    def shrinkage(self, value: Any, /) -> None: ...
    @property
    def solver(self) -> str | None:
        """Svd: no covariance is made, for many features; lsqr: least squares, no transform();
        eigen: the ratio of the spreads between and within classes; None = svd, or lsqr where
        shrinkage or a covariance_estimator is given.
        """
    @solver.setter
    def solver(self, value: Literal["svd", "lsqr", "eigen"] | None, /) -> None: ...
    @property
    def priors(self) -> Any:
        """Probability of each class; None = their shares of the rows."""
    @priors.setter
    def priors(self, value: Any, /) -> None: ...
    @property
    def store_covariance(self) -> bool:
        """Whether covariance_ is kept, where the solver does not need it."""
    @store_covariance.setter
    def store_covariance(self, value: bool, /) -> None: ...
    @property
    def tol(self) -> float:
        """Singular values (or variances) up to it count as 0; >= 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def covariance_estimator(self) -> Any:
        """An estimator with covariance_ after fit(x), which is asked for each class; None = the
        plain or shrunk covariance.
        """
    @covariance_estimator.setter
    def covariance_estimator(self, value: Any, /) -> None: ...
    @property
    def coef_(self) -> NDArray[Any]:
        """Weights: classes x features, 1 x features for two classes."""
    @property
    def intercept_(self) -> NDArray[Any]:
        """Constant of each row of coef_."""
    @property
    def covariance_(self) -> NDArray[Any]:
        """Covariance within classes: features x features."""
    @property
    def explained_variance_ratio_(self) -> NDArray[Any]:
        """Share of each component in the spread between classes; not of lsqr."""
    @property
    def means_(self) -> NDArray[Any]:
        """Means of the classes: classes x features."""
    @property
    def priors_(self) -> NDArray[Any]:
        """Probability of each class."""
    @property
    def scalings_(self) -> NDArray[Any]:
        """Directions of transform(), column by column; not of lsqr."""
    @property
    def xbar_(self) -> NDArray[Any]:
        """Mean of all, by priors_; of the solver svd."""
    def fit(self, /, x: Any, y: Any, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def decision_function(self, /, x: Any) -> NDArray[Any]:
        """How far each row of x is on the side of a class: rows x classes; one number a row for
        two classes, positive for the second, and for outlier detectors, negative for outliers.
        """
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """Probability of each class for each row of x: rows x classes, in the order of classes_."""
    def predict_log_proba(self, /, x: Any) -> NDArray[Any]:
        """Natural logarithm of predict_proba(x)."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class LinearRegression(Estimator):
    """Least squares: the weights w and the constant b that minimise the sum of (y - x'w - b)^2; of
    all such w the shortest. Solved by the normal equations where x is well conditioned, else by
    its singular value decomposition; with positive=True by active sets (Lawson and Hanson
    1974); a large sparse x by LSQR (Paige and Saunders 1982). y may have several columns.
    """
    def __new__(cls, fit_intercept: bool = True, *, copy_X: bool = True, tol: float = 1e-06, n_jobs: int | None = None, positive: bool = False) -> Self: ...
    def __init__(self, /, fit_intercept: bool = True, *, copy_X: bool = True, tol: float = 1e-06, n_jobs: int | None = None, positive: bool = False) -> None: ...
    @property
    def fit_intercept(self) -> bool:
        """Whether a constant is learned, too; without it the data should be centred."""
    @fit_intercept.setter
    def fit_intercept(self, value: bool, /) -> None: ...
    @property
    def copy_X(self) -> bool:
        """Accepted for the sake of other libraries; without effect, since x is never changed."""
    @copy_X.setter
    def copy_X(self, value: bool, /) -> None: ...
    @property
    def tol(self) -> float:
        """Singular values below tol times the largest count as 0; for large sparse x where its
        iterations stop; >= 0.
        """
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Most threads to use; -1 or None = all processors."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def positive(self) -> bool:
        """Whether no weight may be below 0."""
    @positive.setter
    def positive(self, value: bool, /) -> None: ...
    @property
    def coef_(self) -> NDArray[Any]:
        """Weights of the features: d numbers, or outputs x d when y was a matrix."""
    @property
    def intercept_(self) -> Any:
        """What is added to x'w: a number, or one per output when y was a matrix; 0.0 without an
        intercept.
        """
    @property
    def rank_(self) -> Any:
        """Rank of x, when it is dense and weights are free."""
    @property
    def singular_(self) -> NDArray[Any]:
        """Singular values of the centred x, largest first, when rank_ is there."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""

class LinearSVC(Estimator):
    """Linear support vector classification, as LIBLINEAR defines it (Fan, Chang, Hsieh, Wang, Lin:
    JMLR 9, 2008), for many rows and features. x: rows x features, dense or sparse.
    """
    def __new__(cls, c: float = 1.0, max_iter: int = 1000, *, penalty: Literal["l1", "l2"] = 'l2', loss: Literal["hinge", "squared_hinge"] = 'squared_hinge', dual: Any = 'auto', tol: float = 0.0001, multi_class: Literal["ovr", "crammer_singer"] = 'ovr', fit_intercept: bool = True, intercept_scaling: float = 1.0, class_weight: Any = None, verbose: bool = False, random_state: int | None = None) -> Self: ...
    def __init__(self, /, c: float = 1.0, max_iter: int = 1000, *, penalty: Literal["l1", "l2"] = 'l2', loss: Literal["hinge", "squared_hinge"] = 'squared_hinge', dual: Any = 'auto', tol: float = 0.0001, multi_class: Literal["ovr", "crammer_singer"] = 'ovr', fit_intercept: bool = True, intercept_scaling: float = 1.0, class_weight: Any = None, verbose: bool = False, random_state: int | None = None) -> None: ...
    @property
    def c(self) -> float:
        """What an error costs beside the penalty; > 0."""
    @c.setter
    def c(self, value: float, /) -> None: ...
    @property
    def C(self) -> float:
        """The same as c."""
    @C.setter
    def C(self, value: float, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Rounds at most, with a ConvergenceWarning; >= 0."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def penalty(self) -> str:
        """L2: |w|^2 / 2; l1: the sum of |w|, which leaves most weights 0 (squared_hinge alone)."""
    @penalty.setter
    def penalty(self, value: Literal["l1", "l2"], /) -> None: ...
    @property
    def loss(self) -> str:
        """Hinge: max(0, 1 - y f(x)); squared_hinge: its square."""
    @loss.setter
    def loss(self, value: Literal["hinge", "squared_hinge"], /) -> None: ...
    @property
    def dual(self) -> Any:
        """Whether the dual is solved, row by row, or the primal, by Newton's method; 'auto' = the
        dual where there are fewer rows than features, or the primal is not possible.
        """
    @dual.setter
    def dual(self, value: Any, /) -> None: ...
    @property
    def tol(self) -> float:
        """Violation of the optimum, or share of the first gradient, at which it stops; > 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def multi_class(self) -> str:
        """Ovr: a machine for each class against the rest; crammer_singer: one for all classes
        (penalty, loss and dual play no part).
        """
    @multi_class.setter
    def multi_class(self, value: Literal["ovr", "crammer_singer"], /) -> None: ...
    @property
    def fit_intercept(self) -> bool:
        """Whether there is a constant."""
    @fit_intercept.setter
    def fit_intercept(self, value: bool, /) -> None: ...
    @property
    def intercept_scaling(self) -> float:
        """The constant is the weight of a feature of this value, which is penalised as all are;
        the larger, the less; > 0.
        """
    @intercept_scaling.setter
    def intercept_scaling(self, value: float, /) -> None: ...
    @property
    def class_weight(self) -> Any:
        """Factor of C for each class: 'balanced' = rows / (classes * rows of the class), or a dict
        from labels to numbers; None = 1.
        """
    @class_weight.setter
    def class_weight(self, value: Any, /) -> None: ...
    @property
    def verbose(self) -> bool:
        """Whether lines of progress go to standard error."""
    @verbose.setter
    def verbose(self, value: bool, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def coef_(self) -> NDArray[Any]:
        """Weights: classes x features, 1 x features for two classes."""
    @property
    def intercept_(self) -> NDArray[Any]:
        """Constant of each row of coef_."""
    @property
    def n_iter_(self) -> int:
        """Rounds, of the class that took most."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def decision_function(self, /, x: Any) -> NDArray[Any]:
        """How far each row of x is on the side of a class: rows x classes; one number a row for
        two classes, positive for the second, and for outlier detectors, negative for outliers.
        """

class LinearSVR(Estimator):
    """Linear support vector regression, as LIBLINEAR defines it (Ho, Lin: Large-scale linear
    support vector regression, JMLR 13, 2012). x: rows x features, dense or sparse; y: rows.
    """
    def __new__(cls, c: float = 1.0, epsilon: float = 0.0, max_iter: int = 1000, *, tol: float = 0.0001, loss: Literal["epsilon_insensitive", "squared_epsilon_insensitive"] = 'epsilon_insensitive', fit_intercept: bool = True, intercept_scaling: float = 1.0, dual: Any = 'auto', verbose: bool = False, random_state: int | None = None) -> Self: ...
    def __init__(self, /, c: float = 1.0, epsilon: float = 0.0, max_iter: int = 1000, *, tol: float = 0.0001, loss: Literal["epsilon_insensitive", "squared_epsilon_insensitive"] = 'epsilon_insensitive', fit_intercept: bool = True, intercept_scaling: float = 1.0, dual: Any = 'auto', verbose: bool = False, random_state: int | None = None) -> None: ...
    @property
    def c(self) -> float:
        """What an error costs beside |w|^2 / 2; > 0."""
    @c.setter
    def c(self, value: float, /) -> None: ...
    @property
    def C(self) -> float:
        """The same as c."""
    @C.setter
    def C(self, value: float, /) -> None: ...
    @property
    def epsilon(self) -> float:
        """Errors up to it cost nothing; >= 0."""
    @epsilon.setter
    def epsilon(self, value: float, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Rounds at most, with a ConvergenceWarning; >= 0."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def tol(self) -> float:
        """Share of the first violation at which it stops; > 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def loss(self) -> str:
        """Epsilon_insensitive: max(0, |y - f(x)| - epsilon); squared_epsilon_insensitive: its
        square.
        """
    @loss.setter
    def loss(self, value: Literal["epsilon_insensitive", "squared_epsilon_insensitive"], /) -> None: ...
    @property
    def fit_intercept(self) -> bool:
        """Whether there is a constant."""
    @fit_intercept.setter
    def fit_intercept(self, value: bool, /) -> None: ...
    @property
    def intercept_scaling(self) -> float:
        """The constant is the weight of a feature of this value, which is penalised as all are;
        the larger, the less; > 0.
        """
    @intercept_scaling.setter
    def intercept_scaling(self, value: float, /) -> None: ...
    @property
    def dual(self) -> Any:
        """Whether the dual is solved, row by row, or the primal (of the squared loss), by Newton's
        method; 'auto' = the primal where it is possible and there are not fewer rows than
        features.
        """
    @dual.setter
    def dual(self, value: Any, /) -> None: ...
    @property
    def verbose(self) -> bool:
        """Whether lines of progress go to standard error."""
    @verbose.setter
    def verbose(self, value: bool, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def coef_(self) -> NDArray[Any]:
        """Weights of the features."""
    @property
    def intercept_(self) -> NDArray[Any]:
        """The constant: one number."""
    @property
    def n_iter_(self) -> int:
        """Rounds."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""

class LogisticRegression(Estimator):
    """Logistic regression: minimises |w|^2 / 2 + C times the sum of the logistic losses of two
    classes, or of the cross entropies of the softmax of several; the constant is free. Newton's
    method with a Cholesky factor where there are few parameters, else L-BFGS (Liu and Nocedal
    1989); with an l1 penalty coordinate descent within Newton's method (Yuan, Ho, Lin 2012).
    """
    def __new__(cls, c: float = 1.0, max_iter: int = 100, fit_intercept: bool = True, *, penalty: Literal["l1", "l2", "elasticnet", "deprecated"] | None = 'deprecated', l1_ratio: float = 0.0, dual: bool = False, tol: float = 0.0001, intercept_scaling: float = 1.0, class_weight: Any = None, random_state: int | None = None, solver: Literal["lbfgs", "liblinear", "newton-cg", "newton-cholesky", "sag", "saga"] = 'lbfgs', verbose: int = 0, warm_start: bool = False, n_jobs: int | None = None) -> Self: ...
    def __init__(self, /, c: float = 1.0, max_iter: int = 100, fit_intercept: bool = True, *, penalty: Literal["l1", "l2", "elasticnet", "deprecated"] | None = 'deprecated', l1_ratio: float = 0.0, dual: bool = False, tol: float = 0.0001, intercept_scaling: float = 1.0, class_weight: Any = None, random_state: int | None = None, solver: Literal["lbfgs", "liblinear", "newton-cg", "newton-cholesky", "sag", "saga"] = 'lbfgs', verbose: int = 0, warm_start: bool = False, n_jobs: int | None = None) -> None: ...
    @property
    def c(self) -> float:
        """Inverse of the strength of the penalty: 1 / C; > 0, inf = no penalty."""
    @c.setter
    def c(self, value: float, /) -> None: ...
    @property
    def C(self) -> float:
        """The same as c."""
    @C.setter
    def C(self, value: float, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most iterations; >= 0."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def fit_intercept(self) -> bool:
        """Whether a constant is learned, too; without it the data should be centred."""
    @fit_intercept.setter
    def fit_intercept(self, value: bool, /) -> None: ...
    @property
    def penalty(self) -> str | None:
        """L2: of squares; l1: of absolute values; elasticnet: of both, by l1_ratio; None: none;
        'deprecated' (the default): as l1_ratio and C say.
        """
    @penalty.setter
    def penalty(self, value: Literal["l1", "l2", "elasticnet", "deprecated"] | None, /) -> None: ...
    @property
    def l1_ratio(self) -> float:
        """Share of the penalty of absolute values, from 0 to 1."""
    @l1_ratio.setter
    def l1_ratio(self, value: float, /) -> None: ...
    @property
    def dual(self) -> bool:
        """Accepted with solver='liblinear' and the l2 penalty; the minimum is the same."""
    @dual.setter
    def dual(self, value: bool, /) -> None: ...
    @property
    def tol(self) -> float:
        """The largest slope of the mean loss that counts as the minimum; >= 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def intercept_scaling(self) -> float:
        """Of solver 'liblinear', which penalises the constant as the weight of a feature of this
        value; > 0.
        """
    @intercept_scaling.setter
    def intercept_scaling(self, value: float, /) -> None: ...
    @property
    def class_weight(self) -> Any:
        """What the rows of each class count: a dict from label to weight (1 where a label is
        missing), 'balanced' = n / (classes x rows of the class), or None = 1.
        """
    @class_weight.setter
    def class_weight(self, value: Any, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def solver(self) -> str:
        """Which penalties are allowed and whether the constant is penalised (liblinear); all have
        the same minimum otherwise, and the method is chosen by the size of the data.
        """
    @solver.setter
    def solver(self, value: Literal["lbfgs", "liblinear", "newton-cg", "newton-cholesky", "sag", "saga"], /) -> None: ...
    @property
    def verbose(self) -> int:
        """> 0: tell of progress on standard error."""
    @verbose.setter
    def verbose(self, value: int, /) -> None: ...
    @property
    def warm_start(self) -> bool:
        """Whether fit() starts from what was learned before."""
    @warm_start.setter
    def warm_start(self, value: bool, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Most threads to use; -1 or None = all processors."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def coef_(self) -> NDArray[Any]:
        """Weights of the features: classes x d; 1 x d for two classes, for the second of them."""
    @property
    def intercept_(self) -> NDArray[Any]:
        """What is added to x'w: one number per row of coef_."""
    @property
    def n_iter_(self) -> NDArray[Any]:
        """Iterations: an array of one int."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """Probability of each class for each row of x: rows x classes, in the order of classes_."""
    def predict_log_proba(self, /, x: Any) -> NDArray[Any]:
        """Natural logarithm of predict_proba(x)."""
    def decision_function(self, /, x: Any) -> NDArray[Any]:
        """How far each row of x is on the side of a class: rows x classes; one number a row for
        two classes, positive for the second, and for outlier detectors, negative for outliers.
        """

class MLPClassifier(Estimator):
    """A network of layers that tells classes: least log loss + alpha / 2 |weights|^2 / rows, by
    back-propagation. Scale x first: it learns badly from columns of different size.
    """
    def __new__(cls, hidden_layer_sizes: Any = None, activation: Literal["relu", "tanh", "logistic", "identity"] = 'relu', solver: Literal["adam", "sgd", "lbfgs"] = 'adam', alpha: float = 0.0001, learning_rate_init: float = 0.001, max_iter: int = 200, random_state: int | None = None, *, batch_size: Any = 'auto', learning_rate: Literal["constant", "invscaling", "adaptive"] = 'constant', power_t: float = 0.5, shuffle: bool = True, tol: float = 0.0001, verbose: bool = False, warm_start: bool = False, momentum: float = 0.9, nesterovs_momentum: bool = True, early_stopping: bool = False, validation_fraction: float = 0.1, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-08, n_iter_no_change: int = 10, max_fun: int = 15000) -> Self: ...
    def __init__(self, /, hidden_layer_sizes: Any = None, activation: Literal["relu", "tanh", "logistic", "identity"] = 'relu', solver: Literal["adam", "sgd", "lbfgs"] = 'adam', alpha: float = 0.0001, learning_rate_init: float = 0.001, max_iter: int = 200, random_state: int | None = None, *, batch_size: Any = 'auto', learning_rate: Literal["constant", "invscaling", "adaptive"] = 'constant', power_t: float = 0.5, shuffle: bool = True, tol: float = 0.0001, verbose: bool = False, warm_start: bool = False, momentum: float = 0.9, nesterovs_momentum: bool = True, early_stopping: bool = False, validation_fraction: float = 0.1, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-08, n_iter_no_change: int = 10, max_fun: int = 15000) -> None: ...
    @property
    def hidden_layer_sizes(self) -> Any:
        """Units of each hidden layer, an int or a list of ints; None = one layer of 100."""
    @hidden_layer_sizes.setter
    def hidden_layer_sizes(self, value: Any, /) -> None: ...
    @property
    def activation(self) -> str:
        """What a hidden unit makes of its sum: max(0, x), tanh x, 1 / (1 + e^-x), or x."""
    @activation.setter
    def activation(self, value: Literal["relu", "tanh", "logistic", "identity"], /) -> None: ...
    @property
    def solver(self) -> str:
        """Adam and sgd learn batch by batch, lbfgs from all rows at once."""
    @solver.setter
    def solver(self, value: Literal["adam", "sgd", "lbfgs"], /) -> None: ...
    @property
    def alpha(self) -> float:
        """Strength of the penalty on squared weights; >= 0."""
    @alpha.setter
    def alpha(self, value: float, /) -> None: ...
    @property
    def learning_rate_init(self) -> float:
        """Length of the first steps of adam and sgd; > 0."""
    @learning_rate_init.setter
    def learning_rate_init(self, value: float, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most passes over the rows, of lbfgs most iterations; >= 1."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def batch_size(self) -> Any:
        """Rows of a batch; "auto" = min(200, rows)."""
    @batch_size.setter
    def batch_size(self, value: Any, /) -> None: ...
    @property
    def learning_rate(self) -> str:
        """Of sgd: constant, falling with the rows seen (invscaling), or divided by 5 when there is
        no gain (adaptive).
        """
    @learning_rate.setter
    def learning_rate(self, value: Literal["constant", "invscaling", "adaptive"], /) -> None: ...
    @property
    def power_t(self) -> float:
        """Exponent of invscaling; >= 0."""
    @power_t.setter
    def power_t(self, value: float, /) -> None: ...
    @property
    def shuffle(self) -> bool:
        """Whether rows come in another order in each pass."""
    @shuffle.setter
    def shuffle(self, value: bool, /) -> None: ...
    @property
    def tol(self) -> float:
        """A smaller gain counts as none; > 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def verbose(self) -> bool:
        """Whether progress is printed."""
    @verbose.setter
    def verbose(self, value: bool, /) -> None: ...
    @property
    def warm_start(self) -> bool:
        """Whether fit() goes on from the weights of the fit before."""
    @warm_start.setter
    def warm_start(self, value: bool, /) -> None: ...
    @property
    def momentum(self) -> float:
        """Of sgd: share of a step that the next repeats; in [0, 1]."""
    @momentum.setter
    def momentum(self, value: float, /) -> None: ...
    @property
    def nesterovs_momentum(self) -> bool:
        """Of sgd: whether the momentum looks ahead."""
    @nesterovs_momentum.setter
    def nesterovs_momentum(self, value: bool, /) -> None: ...
    @property
    def early_stopping(self) -> bool:
        """Whether rows are held back, whose score tells when to stop."""
    @early_stopping.setter
    def early_stopping(self, value: bool, /) -> None: ...
    @property
    def validation_fraction(self) -> float:
        """Share of the rows held back; in (0, 1)."""
    @validation_fraction.setter
    def validation_fraction(self, value: float, /) -> None: ...
    @property
    def beta_1(self) -> float:
        """Of adam: how long gradients are remembered; in [0, 1)."""
    @beta_1.setter
    def beta_1(self, value: float, /) -> None: ...
    @property
    def beta_2(self) -> float:
        """Of adam: how long their squares are; in [0, 1)."""
    @beta_2.setter
    def beta_2(self, value: float, /) -> None: ...
    @property
    def epsilon(self) -> float:
        """Of adam: keeps steps finite; > 0."""
    @epsilon.setter
    def epsilon(self, value: float, /) -> None: ...
    @property
    def n_iter_no_change(self) -> int:
        """Passes without gain that are waited for; >= 1."""
    @n_iter_no_change.setter
    def n_iter_no_change(self, value: int, /) -> None: ...
    @property
    def max_fun(self) -> int:
        """Of lbfgs: most evaluations of the loss; >= 1."""
    @max_fun.setter
    def max_fun(self, value: int, /) -> None: ...
    @property
    def coefs_(self) -> Any:
        """Weights of each layer: inputs x outputs."""
    @property
    def intercepts_(self) -> Any:
        """Offsets of each layer."""
    @property
    def loss_(self) -> float:
        """Loss of the last pass."""
    @property
    def best_loss_(self) -> Any:
        """Least loss; there without early_stopping."""
    @property
    def loss_curve_(self) -> Any:
        """Loss of each pass; there but for lbfgs."""
    @property
    def validation_scores_(self) -> Any:
        """Score of the rows held back in each pass; with early_stopping."""
    @property
    def best_validation_score_(self) -> Any:
        """The best of them."""
    @property
    def out_activation_(self) -> Any:
        """What the last layer does: identity, exp, logistic or softmax."""
    @property
    def n_iter_(self) -> int:
        """Passes over the rows."""
    @property
    def n_layers_(self) -> int:
        """Layers, with those of inputs and outputs."""
    @property
    def n_outputs_(self) -> int:
        """Units of the last layer."""
    @property
    def t_(self) -> int:
        """Rows seen, each as often as it was."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """Probability of each class for each row of x: rows x classes, in the order of classes_."""
    def predict_log_proba(self, /, x: Any) -> NDArray[Any]:
        """Natural logarithm of predict_proba(x)."""
    def partial_fit(self, /, x: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Estimator:
        """Learn from more rows, going on from what was learned. The first call of a classifier
        names all classes, if not all occur in y.
        """

class MLPRegressor(Estimator):
    """A network of layers that tells numbers: least mean squared error / 2 + alpha / 2 |weights|^2
    / rows, by back-propagation. Scale x (and y) first: it learns badly from numbers of
    different size.
    """
    def __new__(cls, hidden_layer_sizes: Any = None, activation: Literal["relu", "tanh", "logistic", "identity"] = 'relu', solver: Literal["adam", "sgd", "lbfgs"] = 'adam', alpha: float = 0.0001, learning_rate_init: float = 0.001, max_iter: int = 200, random_state: int | None = None, *, batch_size: Any = 'auto', learning_rate: Literal["constant", "invscaling", "adaptive"] = 'constant', power_t: float = 0.5, shuffle: bool = True, tol: float = 0.0001, verbose: bool = False, warm_start: bool = False, momentum: float = 0.9, nesterovs_momentum: bool = True, early_stopping: bool = False, validation_fraction: float = 0.1, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-08, n_iter_no_change: int = 10, max_fun: int = 15000, loss: Literal["squared_error", "poisson"] = 'squared_error') -> Self: ...
    def __init__(self, /, hidden_layer_sizes: Any = None, activation: Literal["relu", "tanh", "logistic", "identity"] = 'relu', solver: Literal["adam", "sgd", "lbfgs"] = 'adam', alpha: float = 0.0001, learning_rate_init: float = 0.001, max_iter: int = 200, random_state: int | None = None, *, batch_size: Any = 'auto', learning_rate: Literal["constant", "invscaling", "adaptive"] = 'constant', power_t: float = 0.5, shuffle: bool = True, tol: float = 0.0001, verbose: bool = False, warm_start: bool = False, momentum: float = 0.9, nesterovs_momentum: bool = True, early_stopping: bool = False, validation_fraction: float = 0.1, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-08, n_iter_no_change: int = 10, max_fun: int = 15000, loss: Literal["squared_error", "poisson"] = 'squared_error') -> None: ...
    @property
    def hidden_layer_sizes(self) -> Any:
        """Units of each hidden layer, an int or a list of ints; None = one layer of 100."""
    @hidden_layer_sizes.setter
    def hidden_layer_sizes(self, value: Any, /) -> None: ...
    @property
    def activation(self) -> str:
        """What a hidden unit makes of its sum: max(0, x), tanh x, 1 / (1 + e^-x), or x."""
    @activation.setter
    def activation(self, value: Literal["relu", "tanh", "logistic", "identity"], /) -> None: ...
    @property
    def solver(self) -> str:
        """Adam and sgd learn batch by batch, lbfgs from all rows at once."""
    @solver.setter
    def solver(self, value: Literal["adam", "sgd", "lbfgs"], /) -> None: ...
    @property
    def alpha(self) -> float:
        """Strength of the penalty on squared weights; >= 0."""
    @alpha.setter
    def alpha(self, value: float, /) -> None: ...
    @property
    def learning_rate_init(self) -> float:
        """Length of the first steps of adam and sgd; > 0."""
    @learning_rate_init.setter
    def learning_rate_init(self, value: float, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most passes over the rows, of lbfgs most iterations; >= 1."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def batch_size(self) -> Any:
        """Rows of a batch; "auto" = min(200, rows)."""
    @batch_size.setter
    def batch_size(self, value: Any, /) -> None: ...
    @property
    def learning_rate(self) -> str:
        """Of sgd: constant, falling with the rows seen (invscaling), or divided by 5 when there is
        no gain (adaptive).
        """
    @learning_rate.setter
    def learning_rate(self, value: Literal["constant", "invscaling", "adaptive"], /) -> None: ...
    @property
    def power_t(self) -> float:
        """Exponent of invscaling; >= 0."""
    @power_t.setter
    def power_t(self, value: float, /) -> None: ...
    @property
    def shuffle(self) -> bool:
        """Whether rows come in another order in each pass."""
    @shuffle.setter
    def shuffle(self, value: bool, /) -> None: ...
    @property
    def tol(self) -> float:
        """A smaller gain counts as none; > 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def verbose(self) -> bool:
        """Whether progress is printed."""
    @verbose.setter
    def verbose(self, value: bool, /) -> None: ...
    @property
    def warm_start(self) -> bool:
        """Whether fit() goes on from the weights of the fit before."""
    @warm_start.setter
    def warm_start(self, value: bool, /) -> None: ...
    @property
    def momentum(self) -> float:
        """Of sgd: share of a step that the next repeats; in [0, 1]."""
    @momentum.setter
    def momentum(self, value: float, /) -> None: ...
    @property
    def nesterovs_momentum(self) -> bool:
        """Of sgd: whether the momentum looks ahead."""
    @nesterovs_momentum.setter
    def nesterovs_momentum(self, value: bool, /) -> None: ...
    @property
    def early_stopping(self) -> bool:
        """Whether rows are held back, whose score tells when to stop."""
    @early_stopping.setter
    def early_stopping(self, value: bool, /) -> None: ...
    @property
    def validation_fraction(self) -> float:
        """Share of the rows held back; in (0, 1)."""
    @validation_fraction.setter
    def validation_fraction(self, value: float, /) -> None: ...
    @property
    def beta_1(self) -> float:
        """Of adam: how long gradients are remembered; in [0, 1)."""
    @beta_1.setter
    def beta_1(self, value: float, /) -> None: ...
    @property
    def beta_2(self) -> float:
        """Of adam: how long their squares are; in [0, 1)."""
    @beta_2.setter
    def beta_2(self, value: float, /) -> None: ...
    @property
    def epsilon(self) -> float:
        """Of adam: keeps steps finite; > 0."""
    @epsilon.setter
    def epsilon(self, value: float, /) -> None: ...
    @property
    def n_iter_no_change(self) -> int:
        """Passes without gain that are waited for; >= 1."""
    @n_iter_no_change.setter
    def n_iter_no_change(self, value: int, /) -> None: ...
    @property
    def max_fun(self) -> int:
        """Of lbfgs: most evaluations of the loss; >= 1."""
    @max_fun.setter
    def max_fun(self, value: int, /) -> None: ...
    @property
    def loss(self) -> str:
        """What is made small: half the squared error, or half the Poisson deviance, for y >= 0, of
        which the network tells the logarithm.
        """
    @loss.setter
    def loss(self, value: Literal["squared_error", "poisson"], /) -> None: ...
    @property
    def coefs_(self) -> Any:
        """Weights of each layer: inputs x outputs."""
    @property
    def intercepts_(self) -> Any:
        """Offsets of each layer."""
    @property
    def loss_(self) -> float:
        """Loss of the last pass."""
    @property
    def best_loss_(self) -> Any:
        """Least loss; there without early_stopping."""
    @property
    def loss_curve_(self) -> Any:
        """Loss of each pass; there but for lbfgs."""
    @property
    def validation_scores_(self) -> Any:
        """Score of the rows held back in each pass; with early_stopping."""
    @property
    def best_validation_score_(self) -> Any:
        """The best of them."""
    @property
    def out_activation_(self) -> Any:
        """What the last layer does: identity, exp, logistic or softmax."""
    @property
    def n_iter_(self) -> int:
        """Passes over the rows."""
    @property
    def n_layers_(self) -> int:
        """Layers, with those of inputs and outputs."""
    @property
    def n_outputs_(self) -> int:
        """Units of the last layer."""
    @property
    def t_(self) -> int:
        """Rows seen, each as often as it was."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    def partial_fit(self, /, x: Any, y: Any = None, sample_weight: Any = None) -> Estimator:
        """Learn from more rows, going on from what was learned."""

class MaxAbsScaler(Estimator):
    """Columns divided by their largest absolute number. Zeros stay zeros, so sparse data stay
    sparse.
    """
    def __new__(cls, *, copy: bool = True, clip: bool = False) -> Self: ...
    def __init__(self, /, *, copy: bool = True, clip: bool = False) -> None: ...
    @property
    def copy(self) -> bool:
        """Has no effect: what is given is never changed."""
    @copy.setter
    def copy(self, value: bool, /) -> None: ...
    @property
    def clip(self) -> bool:
        """Whether later numbers beyond those seen in fit() are cut to [-1, 1]."""
    @clip.setter
    def clip(self, value: bool, /) -> None: ...
    @property
    def max_abs_(self) -> NDArray[Any]:
        """Largest absolute number of each column."""
    @property
    def scale_(self) -> NDArray[Any]:
        """The same, 1 for columns of zeros."""
    @property
    def n_samples_seen_(self) -> int:
        """Rows seen."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def inverse_transform(self, /, x: Any) -> NDArray[Any]:
        """What transform() would have made x of, as far as that is known."""
    def partial_fit(self, /, x: Any, y: Any = None) -> Estimator:
        """Learn from more rows, going on from what was learned."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class MeanShift(Estimator):
    """Every row moves to the mean of the rows within the bandwidth until it stands still; where
    rows meet are the centres (Comaniciu and Meer 2002). Of centres within the bandwidth of each
    other that with most rows stays, and each row belongs to the nearest centre.
    """
    def __new__(cls, bandwidth: float | None = None, max_iter: int = 300, *, seeds: Any = None, bin_seeding: bool = False, min_bin_freq: int = 1, cluster_all: bool = True, n_jobs: int | None = None) -> Self: ...
    def __init__(self, /, bandwidth: float | None = None, max_iter: int = 300, *, seeds: Any = None, bin_seeding: bool = False, min_bin_freq: int = 1, cluster_all: bool = True, n_jobs: int | None = None) -> None: ...
    @property
    def bandwidth(self) -> float | None:
        """How far a row sees, in the units of x; >= 0, None = the mean distance to the neighbour
        that 0.3 of all rows are nearer than.
        """
    @bandwidth.setter
    def bandwidth(self, value: float | None, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most moves of a seed; >= 0."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def seeds(self) -> Any:
        """Where to begin: seeds x columns; None = at all rows, or as bin_seeding says."""
    @seeds.setter
    def seeds(self, value: Any, /) -> None: ...
    @property
    def bin_seeding(self) -> bool:
        """Whether to begin at the cells of a grid, as wide as the bandwidth, that have rows;
        faster.
        """
    @bin_seeding.setter
    def bin_seeding(self, value: bool, /) -> None: ...
    @property
    def min_bin_freq(self) -> int:
        """Rows that such a cell must have; >= 1."""
    @min_bin_freq.setter
    def min_bin_freq(self, value: int, /) -> None: ...
    @property
    def cluster_all(self) -> bool:
        """Whether rows out of sight of all centres go to the nearest one, too, instead of being
        noise (-1).
        """
    @cluster_all.setter
    def cluster_all(self, value: bool, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Most threads; None or -1 = all processors."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def cluster_centers_(self) -> NDArray[Any]:
        """Centres: clusters x columns, that with most rows first."""
    @property
    def labels_(self) -> NDArray[Any]:
        """The cluster of each row, as float64."""
    @property
    def n_iter_(self) -> int:
        """Most moves that a seed made."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def fit_predict(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x), and the cluster of each row: labels_."""
    @property
    def labels_int_(self) -> NDArray[Any]:
        """labels_ as integers: the cluster of each row that it was fitted to, -1 for noise."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """

class MinCovDet(Estimator):
    """Mean and covariance that outliers do not move: of the rows whose covariance has the smallest
    determinant, found by FAST-MCD (Rousseeuw and Van Driessen 1999), then of all rows within
    97.5 % of the normal distribution they show.
    """
    def __new__(cls, support_fraction: float | None = None, random_state: int | None = None, assume_centered: bool = False, *, store_precision: bool = True) -> Self: ...
    def __init__(self, /, support_fraction: float | None = None, random_state: int | None = None, assume_centered: bool = False, *, store_precision: bool = True) -> None: ...
    @property
    def support_fraction(self) -> float | None:
        """Share of the rows that are sought as most alike, above 0, at most 1; None = (rows +
        columns + 1) / 2 of them, which withstands the most outliers.
        """
    @support_fraction.setter
    def support_fraction(self, value: float | None, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def assume_centered(self) -> bool:
        """Whether the means of the columns are known to be 0."""
    @assume_centered.setter
    def assume_centered(self, value: bool, /) -> None: ...
    @property
    def store_precision(self) -> bool:
        """Whether the inverse is kept as precision_; without it, it is made when asked for."""
    @store_precision.setter
    def store_precision(self, value: bool, /) -> None: ...
    @property
    def location_(self) -> NDArray[Any]:
        """Mean of each column."""
    @property
    def covariance_(self) -> NDArray[Any]:
        """Covariance of the columns: d x d."""
    @property
    def precision_(self) -> NDArray[Any]:
        """Inverse of covariance_ (that of Moore and Penrose, when it is singular)."""
    @property
    def raw_location_(self) -> NDArray[Any]:
        """Mean of the rows that are most alike."""
    @property
    def raw_covariance_(self) -> NDArray[Any]:
        """Covariance of the rows that are most alike."""
    @property
    def raw_support_(self) -> NDArray[Any]:
        """Which rows are most alike."""
    @property
    def support_(self) -> NDArray[Any]:
        """Which rows gave location_ and covariance_."""
    @property
    def dist_(self) -> NDArray[Any]:
        """Squared Mahalanobis distance of each row."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def score(self, /, x: Any, y: Any = None) -> float:
        """How well x fits what was learned; higher is better."""
    def get_precision(self, /) -> NDArray[Any]:
        """Inverse of covariance_, whether or not it is stored."""
    def mahalanobis(self, /, x: Any) -> NDArray[Any]:
        """Squared Mahalanobis distance of each row of x to location_."""
    def error_norm(self, /, comp_cov: Any, norm: Literal["frobenius", "spectral"] = 'frobenius', scaling: bool = True, squared: bool = True) -> float:
        """How far covariance_ is from another covariance: the norm of their difference."""
    def correct_covariance(self, /, data: Any) -> NDArray[Any]:
        """raw_covariance_ made consistent for normal rows by the share of support_ (Rousseeuw and
        Van Driessen 1999); dist_ is divided by the same factor. fit() has done so already.
        """
    def reweight_covariance(self, /, data: Any) -> tuple[Any, ...]:
        """Mean, covariance and support of the rows whose dist_ is within the 97.5 % quantile. The
        model learns them, with a covariance that is consistent for normal rows. fit() has done
        so already.
        """

class MinMaxScaler(Estimator):
    """Columns in an interval: the least number seen becomes its begin, the largest its end. A
    constant column becomes the begin. NaN is left out when learning and stays where it is.
    """
    def __new__(cls, feature_range_min: float = 0.0, feature_range_max: float = 1.0, *, feature_range: list[float] | None = None, copy: bool = True, clip: bool = False) -> Self: ...
    def __init__(self, /, feature_range_min: float = 0.0, feature_range_max: float = 1.0, *, feature_range: list[float] | None = None, copy: bool = True, clip: bool = False) -> None: ...
    @property
    def feature_range_min(self) -> float:
        """Least number of a scaled column."""
    @feature_range_min.setter
    def feature_range_min(self, value: float, /) -> None: ...
    @property
    def feature_range_max(self) -> float:
        """Largest number of a scaled column."""
    @feature_range_max.setter
    def feature_range_max(self, value: float, /) -> None: ...
    @property
    def feature_range(self) -> list[float] | None:
        """(min, max) in place of the two parameters before it."""
    @feature_range.setter
    def feature_range(self, value: list[float] | None, /) -> None: ...
    @property
    def copy(self) -> bool:
        """Has no effect: what is given is never changed."""
    @copy.setter
    def copy(self, value: bool, /) -> None: ...
    @property
    def clip(self) -> bool:
        """Whether later numbers beyond those seen in fit() are cut to the range."""
    @clip.setter
    def clip(self, value: bool, /) -> None: ...
    @property
    def min_(self) -> NDArray[Any]:
        """What is added to each column after scaling."""
    @property
    def scale_(self) -> NDArray[Any]:
        """What each column is multiplied by."""
    @property
    def data_min_(self) -> NDArray[Any]:
        """Least number of each column."""
    @property
    def data_max_(self) -> NDArray[Any]:
        """Largest number of each column."""
    @property
    def data_range_(self) -> NDArray[Any]:
        """Data_max_ - data_min_."""
    @property
    def n_samples_seen_(self) -> int:
        """Rows seen."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def inverse_transform(self, /, x: Any) -> NDArray[Any]:
        """What transform() would have made x of, as far as that is known."""
    def partial_fit(self, /, x: Any, y: Any = None) -> Estimator:
        """Learn from more rows, going on from what was learned."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class MiniBatchKMeans(Estimator):
    """Clusters around means that are learned from small batches of rows (Sculley 2010): each step
    moves the means of the batch's clusters, the less the more rows they have seen. Quicker than
    KMeans on many rows, and nearly as good.
    """
    def __new__(cls, n_clusters: int = 8, batch_size: int = 100, max_iter: int = 100, random_state: int | None = None, *, init: Any = 'k-means++', n_init: Any = 'auto', max_no_improvement: int | None = 10, init_size: int | None = None, tol: float = 0.0, reassignment_ratio: float = 0.01, compute_labels: bool = True, verbose: int = 0) -> Self: ...
    def __init__(self, /, n_clusters: int = 8, batch_size: int = 100, max_iter: int = 100, random_state: int | None = None, *, init: Any = 'k-means++', n_init: Any = 'auto', max_no_improvement: int | None = 10, init_size: int | None = None, tol: float = 0.0, reassignment_ratio: float = 0.01, compute_labels: bool = True, verbose: int = 0) -> None: ...
    @property
    def n_clusters(self) -> int:
        """Clusters; from 1 to the number of rows."""
    @n_clusters.setter
    def n_clusters(self, value: int, /) -> None: ...
    @property
    def batch_size(self) -> int:
        """Rows of a step, drawn with repetition; >= 1."""
    @batch_size.setter
    def batch_size(self, value: int, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most steps, in turns through as many rows as x has; >= 1."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def init(self) -> Any:
        """Where the centres begin: "k-means++" (rows far from each other), "random" rows, centres
        (n_clusters x columns), or a function (x, n_clusters, random_state) that gives them.
        """
    @init.setter
    def init(self, value: Any, /) -> None: ...
    @property
    def n_init(self) -> Any:
        """Beginnings of which the best is taken; "auto" = 1 for k-means++ and given centres, else
        3.
        """
    @n_init.setter
    def n_init(self, value: Any, /) -> None: ...
    @property
    def max_no_improvement(self) -> int | None:
        """Stop after so many steps without a lower smoothed inertia, >= 0; None = never so."""
    @max_no_improvement.setter
    def max_no_improvement(self, value: int | None, /) -> None: ...
    @property
    def init_size(self) -> int | None:
        """Rows that are drawn to begin from, >= 1; None = three batches. 3 x n_clusters when it is
        below n_clusters.
        """
    @init_size.setter
    def init_size(self, value: int | None, /) -> None: ...
    @property
    def tol(self) -> float:
        """Stop when the squares of all moves of a step are not above it times the mean variance of
        the columns; >= 0, 0 = never so.
        """
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def reassignment_ratio(self) -> float:
        """A centre that has seen less than this share of the rows of the busiest one begins anew
        at a row; >= 0.
        """
    @reassignment_ratio.setter
    def reassignment_ratio(self, value: float, /) -> None: ...
    @property
    def compute_labels(self) -> bool:
        """Whether labels_ and inertia_ are computed for all rows; else inertia_ is that of the
        batches, scaled.
        """
    @compute_labels.setter
    def compute_labels(self, value: bool, /) -> None: ...
    @property
    def verbose(self) -> int:
        """1 = tell progress."""
    @verbose.setter
    def verbose(self, value: int, /) -> None: ...
    @property
    def cluster_centers_(self) -> NDArray[Any]:
        """The means: n_clusters x columns."""
    @property
    def labels_(self) -> NDArray[Any]:
        """The cluster of each row, as float64."""
    @property
    def inertia_(self) -> float:
        """Sum of squared distances to the means, with weights."""
    @property
    def n_iter_(self) -> int:
        """Turns through as many rows as x has, begun."""
    @property
    def n_steps_(self) -> int:
        """Steps."""
    def fit(self, /, x: Any, y: Any = None, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def fit_predict(self, /, x: Any, y: Any = None, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x), and the cluster of each row: labels_."""
    @property
    def labels_int_(self) -> NDArray[Any]:
        """labels_ as integers: the cluster of each row that it was fitted to, -1 for noise."""
    def partial_fit(self, /, x: Any, y: Any = None, sample_weight: Any = None) -> Estimator:
        """Learn from more rows, going on from what was learned."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x), and the distance of each row to each centre."""
    def score(self, /, x: Any, y: Any = None, sample_weight: Any = None) -> float:
        """Minus the sum of squared distances of x to the centres."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class MultinomialNB(Estimator):
    """Naive Bayes with counts: the row of a class is drawn from a multinomial distribution, as the
    words of a text are (Manning, Raghavan, Schuetze: Introduction to Information Retrieval,
    2008, chapter 13). x: rows x features, >= 0, dense or sparse.
    """
    def __new__(cls, alpha: Any = 1.0, *, force_alpha: bool = True, fit_prior: bool = True, class_prior: Any = None) -> Self: ...
    def __init__(self, /, alpha: Any = 1.0, *, force_alpha: bool = True, fit_prior: bool = True, class_prior: Any = None) -> None: ...
    @property
    def alpha(self) -> Any:
        """What is added to all counts (Laplace, Lidstone): a number >= 0, or one for each feature."""
    @alpha.setter
    def alpha(self, value: Any, /) -> None: ...
    @property
    def force_alpha(self) -> bool:
        """Whether an alpha below 1e-10 is taken as it is; false = 1e-10, with a warning."""
    @force_alpha.setter
    def force_alpha(self, value: bool, /) -> None: ...
    @property
    def fit_prior(self) -> bool:
        """Whether classes have the probability of their share of the rows; false = all the same."""
    @fit_prior.setter
    def fit_prior(self, value: bool, /) -> None: ...
    @property
    def class_prior(self) -> Any:
        """Probability of each class; None = see fit_prior."""
    @class_prior.setter
    def class_prior(self, value: Any, /) -> None: ...
    @property
    def feature_count_(self) -> NDArray[Any]:
        """Sums of the columns for each class: classes x features."""
    @property
    def feature_log_prob_(self) -> NDArray[Any]:
        """Ln P(feature | class): classes x features."""
    @property
    def class_count_(self) -> NDArray[Any]:
        """Rows (or their weight) of each class."""
    @property
    def class_log_prior_(self) -> NDArray[Any]:
        """Ln P(class)."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """Probability of each class for each row of x: rows x classes, in the order of classes_."""
    def predict_log_proba(self, /, x: Any) -> NDArray[Any]:
        """Natural logarithm of predict_proba(x)."""
    def partial_fit(self, /, x: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Estimator:
        """Learn from more rows, going on from what was learned. The first call of a classifier
        names all classes, if not all occur in y.
        """
    def predict_joint_log_proba(self, /, x: Any) -> NDArray[Any]:
        """ln P(class) + ln p(row | class): rows x classes, in the order of classes_."""

class NMF(Estimator):
    """Non-negative matrix factorisation: x is about W H, W being transform(x) and H components_,
    none of whose numbers is negative (Lee and Seung 1999). Coordinate descent (Cichocki and
    Phan 2009) on the squared error, or multiplicative updates (Fevotte and Idier 2011) on any
    beta-divergence.
    """
    def __new__(cls, n_components: Any = 2, max_iter: int = 200, tol: float = 0.0001, random_state: int | None = None, *, init: Literal["random", "nndsvd", "nndsvda", "nndsvdar", "custom"] | None = None, solver: Literal["cd", "mu"] = 'cd', beta_loss: Any = 'frobenius', alpha_W: float = 0.0, alpha_H: Any = 'same', l1_ratio: float = 0.0, verbose: bool = False, shuffle: bool = False) -> Self: ...
    def __init__(self, /, n_components: Any = 2, max_iter: int = 200, tol: float = 0.0001, random_state: int | None = None, *, init: Literal["random", "nndsvd", "nndsvda", "nndsvdar", "custom"] | None = None, solver: Literal["cd", "mu"] = 'cd', beta_loss: Any = 'frobenius', alpha_W: float = 0.0, alpha_H: Any = 'same', l1_ratio: float = 0.0, verbose: bool = False, shuffle: bool = False) -> None: ...
    @property
    def n_components(self) -> Any:
        """How many parts; >= 1; 'auto' or None = one for each column."""
    @n_components.setter
    def n_components(self, value: Any, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most passes; >= 1."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def tol(self) -> float:
        """Cd: stop when the gradient is below this share of the first one; mu: when ten passes
        lessen the error by less than this share; >= 0.
        """
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def init(self) -> str | None:
        """The beginning: nndsvd: of singular vectors; nndsvda: zeros become the mean of x;
        nndsvdar: small random numbers; random; custom: W and H of fit(); None = nndsvda, or
        random for more components than the smaller side of x.
        """
    @init.setter
    def init(self, value: Literal["random", "nndsvd", "nndsvda", "nndsvdar", "custom"] | None, /) -> None: ...
    @property
    def solver(self) -> str:
        """Cd: coordinate descent; mu: multiplicative updates, which take every beta_loss."""
    @solver.setter
    def solver(self, value: Literal["cd", "mu"], /) -> None: ...
    @property
    def beta_loss(self) -> Any:
        """Divergence of x from the product: 'frobenius' or 2: squares; 'kullback-leibler' or 1;
        'itakura-saito' or 0; any other beta.
        """
    @beta_loss.setter
    def beta_loss(self, value: Any, /) -> None: ...
    @property
    def alpha_W(self) -> float:
        """Penalty of transform(x), times the columns; >= 0."""
    @alpha_W.setter
    def alpha_W(self, value: float, /) -> None: ...
    @property
    def alpha_H(self) -> Any:
        """Penalty of components_, times the rows; >= 0; 'same' = alpha_W."""
    @alpha_H.setter
    def alpha_H(self, value: Any, /) -> None: ...
    @property
    def l1_ratio(self) -> float:
        """Share of absolute values in the penalties, from 0 to 1; the rest is of squares."""
    @l1_ratio.setter
    def l1_ratio(self, value: float, /) -> None: ...
    @property
    def verbose(self) -> bool:
        """Whether progress is printed."""
    @verbose.setter
    def verbose(self, value: bool, /) -> None: ...
    @property
    def shuffle(self) -> bool:
        """Whether cd takes components in random order."""
    @shuffle.setter
    def shuffle(self, value: bool, /) -> None: ...
    @property
    def components_(self) -> NDArray[Any]:
        """The parts: n_components_ x d."""
    @property
    def n_components_(self) -> int:
        """How many parts."""
    @property
    def n_iter_(self) -> int:
        """Passes that were made."""
    @property
    def reconstruction_err_(self) -> float:
        """Root of twice the divergence of x from the product: for squares, their norm."""
    def fit(self, /, x: Any, y: Any = None, W: Any = None, H: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, W: Any = None, H: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x), and x in its new form."""
    def inverse_transform(self, /, x: Any) -> NDArray[Any]:
        """What transform() would have made x of, as far as that is known."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class NearestCentroid(Estimator):
    """The class whose centre is nearest, the first of equals; with shrink_threshold nearest
    shrunken centroids (Tibshirani, Hastie, Narasimhan, Chu 2002). Scores and probabilities are
    those of normal distributions with one diagonal covariance.
    """
    def __new__(cls, shrink_threshold: float | None = None, *, metric: Literal["euclidean", "manhattan"] = 'euclidean', priors: Any = 'uniform') -> Self: ...
    def __init__(self, /, shrink_threshold: float | None = None, *, metric: Literal["euclidean", "manhattan"] = 'euclidean', priors: Any = 'uniform') -> None: ...
    @property
    def shrink_threshold(self) -> float | None:
        """How far the centres move towards that of all rows, in units of their deviation; > 0,
        None = not.
        """
    @shrink_threshold.setter
    def shrink_threshold(self, value: float | None, /) -> None: ...
    @property
    def metric(self) -> str:
        """'euclidean' with means as centres, or 'manhattan' with medians."""
    @metric.setter
    def metric(self, value: Literal["euclidean", "manhattan"], /) -> None: ...
    @property
    def priors(self) -> Any:
        """How likely each class is: 'uniform', 'empirical' = its share of the rows, or one number
        for each.
        """
    @priors.setter
    def priors(self, value: Any, /) -> None: ...
    @property
    def centroids_(self) -> NDArray[Any]:
        """Centres: classes x columns."""
    @property
    def class_prior_(self) -> NDArray[Any]:
        """How likely each class is."""
    @property
    def within_class_std_dev_(self) -> NDArray[Any]:
        """Deviation of each column within the classes."""
    @property
    def deviations_(self) -> NDArray[Any]:
        """How far centres are from that of all rows, shrunk, in units of the deviation."""
    def fit(self, /, x: Any, y: Any, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def decision_function(self, /, x: Any) -> NDArray[Any]:
        """How far each row of x is on the side of a class: rows x classes; one number a row for
        two classes, positive for the second, and for outlier detectors, negative for outliers.
        """
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """Probability of each class for each row of x: rows x classes, in the order of classes_."""
    def predict_log_proba(self, /, x: Any) -> NDArray[Any]:
        """Natural logarithm of predict_proba(x)."""

class Normalizer(Estimator):
    """Rows of length 1. A row of zeros stays as it is."""
    def __new__(cls, norm: Literal["l1", "l2", "max"] = 'l2', *, copy: bool = True) -> Self: ...
    def __init__(self, /, norm: Literal["l1", "l2", "max"] = 'l2', *, copy: bool = True) -> None: ...
    @property
    def norm(self) -> str:
        """What becomes 1: the sum of absolute numbers (l1), their Euclidean length (l2), the
        largest (max).
        """
    @norm.setter
    def norm(self, value: Literal["l1", "l2", "max"], /) -> None: ...
    @property
    def copy(self) -> bool:
        """Has no effect: what is given is never changed."""
    @copy.setter
    def copy(self, value: bool, /) -> None: ...
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class NotFittedError(MlError, AttributeError):
    """Something was asked of an estimator before fit(). Also an AttributeError, for what it would
    have learned.
    """

class NuSVC(Estimator):
    """Support vector classification where nu, the share of rows within the margin, stands for C
    (Schoelkopf, Smola, Williamson, Bartlett: New support vector algorithms, Neural Computation
    12, 2000). x: rows x features.
    """
    def __new__(cls, nu: float = 0.5, kernel: Any = 'rbf', gamma: Any = None, *, degree: int = 3, coef0: float = 0.0, shrinking: bool = True, tol: float = 0.001, cache_size: float = 200.0, verbose: bool = False, max_iter: int = -1, probability: bool = False, class_weight: Any = None, decision_function_shape: Literal["ovr", "ovo"] = 'ovr', break_ties: bool = False, random_state: int | None = None) -> Self: ...
    def __init__(self, /, nu: float = 0.5, kernel: Any = 'rbf', gamma: Any = None, *, degree: int = 3, coef0: float = 0.0, shrinking: bool = True, tol: float = 0.001, cache_size: float = 200.0, verbose: bool = False, max_iter: int = -1, probability: bool = False, class_weight: Any = None, decision_function_shape: Literal["ovr", "ovo"] = 'ovr', break_ties: bool = False, random_state: int | None = None) -> None: ...
    @property
    def nu(self) -> float:
        """Share of rows in (0, 1]: at most so many are on the wrong side of their margin, at least
        so many are support vectors.
        """
    @nu.setter
    def nu(self, value: float, /) -> None: ...
    @property
    def kernel(self) -> Any:
        """Rbf: exp(-gamma |x - y|^2); linear: x'y; poly: (gamma x'y + coef0)^degree; sigmoid:
        tanh(gamma x'y + coef0); precomputed: x holds the values, rows x rows in fit(); or a
        callable(x, y) that answers with the values of all pairs of rows.
        """
    @kernel.setter
    def kernel(self, value: Any, /) -> None: ...
    @property
    def gamma(self) -> Any:
        """Of the kernels rbf, poly and sigmoid: a number > 0; 'scale' or None = 1 / (features *
        variance of x); 'auto' = 1 / features.
        """
    @gamma.setter
    def gamma(self, value: Any, /) -> None: ...
    @property
    def degree(self) -> int:
        """Of the kernel poly; >= 0."""
    @degree.setter
    def degree(self, value: int, /) -> None: ...
    @property
    def coef0(self) -> float:
        """Constant of the kernels poly and sigmoid."""
    @coef0.setter
    def coef0(self, value: float, /) -> None: ...
    @property
    def shrinking(self) -> bool:
        """Whether rows that seem settled are set aside; the result is the same."""
    @shrinking.setter
    def shrinking(self, value: bool, /) -> None: ...
    @property
    def tol(self) -> float:
        """By how much a pair of rows may violate the optimum in the end; > 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def cache_size(self) -> float:
        """Megabytes for values of the kernel; > 0."""
    @cache_size.setter
    def cache_size(self, value: float, /) -> None: ...
    @property
    def verbose(self) -> bool:
        """Whether lines of progress go to standard error."""
    @verbose.setter
    def verbose(self, value: bool, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Steps at most, with a ConvergenceWarning; -1 = no limit."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def probability(self) -> bool:
        """Whether predict_proba() shall be possible: five more fits of each pair, and Platt's
        sigmoid of what they say of rows they have not seen.
        """
    @probability.setter
    def probability(self, value: bool, /) -> None: ...
    @property
    def class_weight(self) -> Any:
        """Checked and shown as class_weight_; nu alone bounds what rows count, so the machine does
        not depend on it (weigh rows instead).
        """
    @class_weight.setter
    def class_weight(self, value: Any, /) -> None: ...
    @property
    def decision_function_shape(self) -> str:
        """What decision_function() gives for more than two classes: ovr = a number for each class,
        ovo = one for each pair.
        """
    @decision_function_shape.setter
    def decision_function_shape(self, value: Literal["ovr", "ovo"], /) -> None: ...
    @property
    def break_ties(self) -> bool:
        """Whether of classes with as many votes the surest wins (with ovr), not the first."""
    @break_ties.setter
    def break_ties(self, value: bool, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def class_weight_(self) -> NDArray[Any]:
        """What each class weighs."""
    @property
    def probA_(self) -> NDArray[Any]:
        """Slope of the sigmoid of each pair; empty without probability."""
    @property
    def probB_(self) -> NDArray[Any]:
        """Its constant."""
    @property
    def support_(self) -> NDArray[Any]:
        """Numbers of the rows that are support vectors."""
    @property
    def support_vectors_(self) -> NDArray[Any]:
        """These rows; 0 x 0 where the kernel is precomputed or a callable."""
    @property
    def n_support_(self) -> NDArray[Any]:
        """How many support vectors each class has; of others: how many there are."""
    @property
    def dual_coef_(self) -> NDArray[Any]:
        """What each support vector counts: (classes - 1) x vectors, 1 x vectors where there are no
        classes.
        """
    @property
    def intercept_(self) -> NDArray[Any]:
        """Constant of each decision function."""
    @property
    def coef_(self) -> NDArray[Any]:
        """Weights of the features, of the kernel linear alone: a row for each decision function."""
    @property
    def shape_fit_(self) -> Any:
        """Rows and columns of x in fit()."""
    @property
    def fit_status_(self) -> int:
        """0 = converged, 1 = not."""
    @property
    def n_iter_(self) -> Any:
        """Steps taken: a number, or of a classifier an array of one for each pair of classes."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def decision_function(self, /, x: Any) -> NDArray[Any]:
        """How far each row of x is on the side of a class: rows x classes; one number a row for
        two classes, positive for the second, and for outlier detectors, negative for outliers.
        """
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """Probability of each class for each row of x: rows x classes, in the order of classes_."""
    def predict_log_proba(self, /, x: Any) -> NDArray[Any]:
        """Natural logarithm of predict_proba(x)."""

class NuSVR(Estimator):
    """Support vector regression where nu, the share of rows with errors, stands for the width that
    costs nothing (Schoelkopf, Smola, Williamson, Bartlett: New support vector algorithms,
    Neural Computation 12, 2000). x: rows x features, y: rows.
    """
    def __new__(cls, nu: float = 0.5, c: float = 1.0, kernel: Any = 'rbf', gamma: Any = None, *, degree: int = 3, coef0: float = 0.0, shrinking: bool = True, tol: float = 0.001, cache_size: float = 200.0, verbose: bool = False, max_iter: int = -1) -> Self: ...
    def __init__(self, /, nu: float = 0.5, c: float = 1.0, kernel: Any = 'rbf', gamma: Any = None, *, degree: int = 3, coef0: float = 0.0, shrinking: bool = True, tol: float = 0.001, cache_size: float = 200.0, verbose: bool = False, max_iter: int = -1) -> None: ...
    @property
    def nu(self) -> float:
        """Share of rows in (0, 1]: at most so many are errors, at least so many are support
        vectors.
        """
    @nu.setter
    def nu(self, value: float, /) -> None: ...
    @property
    def c(self) -> float:
        """What an error costs: the penalty is |w|^2 / 2 beside C times the errors; > 0."""
    @c.setter
    def c(self, value: float, /) -> None: ...
    @property
    def C(self) -> float:
        """The same as c."""
    @C.setter
    def C(self, value: float, /) -> None: ...
    @property
    def kernel(self) -> Any:
        """Rbf: exp(-gamma |x - y|^2); linear: x'y; poly: (gamma x'y + coef0)^degree; sigmoid:
        tanh(gamma x'y + coef0); precomputed: x holds the values, rows x rows in fit(); or a
        callable(x, y) that answers with the values of all pairs of rows.
        """
    @kernel.setter
    def kernel(self, value: Any, /) -> None: ...
    @property
    def gamma(self) -> Any:
        """Of the kernels rbf, poly and sigmoid: a number > 0; 'scale' or None = 1 / (features *
        variance of x); 'auto' = 1 / features.
        """
    @gamma.setter
    def gamma(self, value: Any, /) -> None: ...
    @property
    def degree(self) -> int:
        """Of the kernel poly; >= 0."""
    @degree.setter
    def degree(self, value: int, /) -> None: ...
    @property
    def coef0(self) -> float:
        """Constant of the kernels poly and sigmoid."""
    @coef0.setter
    def coef0(self, value: float, /) -> None: ...
    @property
    def shrinking(self) -> bool:
        """Whether rows that seem settled are set aside; the result is the same."""
    @shrinking.setter
    def shrinking(self, value: bool, /) -> None: ...
    @property
    def tol(self) -> float:
        """By how much a pair of rows may violate the optimum in the end; > 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def cache_size(self) -> float:
        """Megabytes for values of the kernel; > 0."""
    @cache_size.setter
    def cache_size(self, value: float, /) -> None: ...
    @property
    def verbose(self) -> bool:
        """Whether lines of progress go to standard error."""
    @verbose.setter
    def verbose(self, value: bool, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Steps at most, with a ConvergenceWarning; -1 = no limit."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def support_(self) -> NDArray[Any]:
        """Numbers of the rows that are support vectors."""
    @property
    def support_vectors_(self) -> NDArray[Any]:
        """These rows; 0 x 0 where the kernel is precomputed or a callable."""
    @property
    def n_support_(self) -> NDArray[Any]:
        """How many support vectors each class has; of others: how many there are."""
    @property
    def dual_coef_(self) -> NDArray[Any]:
        """What each support vector counts: (classes - 1) x vectors, 1 x vectors where there are no
        classes.
        """
    @property
    def intercept_(self) -> NDArray[Any]:
        """Constant of each decision function."""
    @property
    def coef_(self) -> NDArray[Any]:
        """Weights of the features, of the kernel linear alone: a row for each decision function."""
    @property
    def shape_fit_(self) -> Any:
        """Rows and columns of x in fit()."""
    @property
    def fit_status_(self) -> int:
        """0 = converged, 1 = not."""
    @property
    def n_iter_(self) -> Any:
        """Steps taken: a number, or of a classifier an array of one for each pair of classes."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""

class Nystroem(Estimator):
    """Features whose products are about those of a kernel: its values beside some rows, drawn at
    random, times the root of the inverse of their own matrix (Williams, Seeger: Using the
    Nystroem method to speed up kernel machines, NIPS 2001). x: rows x features.
    """
    def __new__(cls, n_components: int = 100, random_state: int | None = None, *, kernel: Any = 'rbf', gamma: float | None = None, coef0: float | None = None, degree: float | None = None, kernel_params: Any = None, n_jobs: int | None = None) -> Self: ...
    def __init__(self, /, n_components: int = 100, random_state: int | None = None, *, kernel: Any = 'rbf', gamma: float | None = None, coef0: float | None = None, degree: float | None = None, kernel_params: Any = None, n_jobs: int | None = None) -> None: ...
    @property
    def n_components(self) -> int:
        """Rows that are drawn, and columns of transform(); >= 1."""
    @n_components.setter
    def n_components(self, value: int, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def kernel(self) -> Any:
        """Rbf: exp(-gamma |x - y|^2); laplacian: exp(-gamma |x - y|_1); linear: x'y; poly or
        polynomial: (gamma x'y + coef0)^degree; sigmoid: tanh(gamma x'y + coef0); cosine;
        additive_chi2 and chi2, of numbers >= 0; or a callable of two rows that answers with a
        number.
        """
    @kernel.setter
    def kernel(self, value: Any, /) -> None: ...
    @property
    def gamma(self) -> float | None:
        """Of the kernels rbf, laplacian, poly, sigmoid and chi2, >= 0; None = 1 / features, 1 for
        chi2.
        """
    @gamma.setter
    def gamma(self, value: float | None, /) -> None: ...
    @property
    def coef0(self) -> float | None:
        """Constant of the kernels poly and sigmoid; None = 1."""
    @coef0.setter
    def coef0(self, value: float | None, /) -> None: ...
    @property
    def degree(self) -> float | None:
        """Of the kernel poly, >= 1; None = 3."""
    @degree.setter
    def degree(self, value: float | None, /) -> None: ...
    @property
    def kernel_params(self) -> Any:
        """A dict of what a callable gets by name beside its two rows."""
    @kernel_params.setter
    def kernel_params(self, value: Any, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Threads at most; None or -1 = all processors; the result is the same."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def components_(self) -> NDArray[Any]:
        """The rows that were drawn."""
    @property
    def component_indices_(self) -> NDArray[Any]:
        """Their numbers."""
    @property
    def normalization_(self) -> NDArray[Any]:
        """Root of the inverse of their kernel matrix."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class OPTICS(Estimator):
    """Puts the rows in the order in which dense places are reached and finds valleys in it
    (Ankerst, Breunig, Kriegel, Sander 1999), the first of those reached at equal distance being
    the lowest row.
    """
    def __new__(cls, min_samples: Any = 5, max_eps: float | None = None, xi: float = 0.05, *, metric: Any = 'minkowski', p: float = 2.0, metric_params: Any = None, cluster_method: Literal["xi", "dbscan"] = 'xi', eps: float | None = None, predecessor_correction: bool = True, min_cluster_size: Any = None, algorithm: Literal["auto", "ball_tree", "kd_tree", "brute"] = 'auto', leaf_size: int = 30, memory: Any = None, n_jobs: int | None = None) -> Self: ...
    def __init__(self, /, min_samples: Any = 5, max_eps: float | None = None, xi: float = 0.05, *, metric: Any = 'minkowski', p: float = 2.0, metric_params: Any = None, cluster_method: Literal["xi", "dbscan"] = 'xi', eps: float | None = None, predecessor_correction: bool = True, min_cluster_size: Any = None, algorithm: Literal["auto", "ball_tree", "kd_tree", "brute"] = 'auto', leaf_size: int = 30, memory: Any = None, n_jobs: int | None = None) -> None: ...
    @property
    def min_samples(self) -> Any:
        """Neighbours, itself counted, whose farthest is the core distance: an int >= 2, or a share
        of the rows.
        """
    @min_samples.setter
    def min_samples(self, value: Any, /) -> None: ...
    @property
    def max_eps(self) -> float | None:
        """How far a row can be reached; >= 0, in the units of x; None = infinity: from anywhere."""
    @max_eps.setter
    def max_eps(self, value: float | None, /) -> None: ...
    @property
    def xi(self) -> float:
        """How steep the sides of a valley are: by this share from a row to the next; 0 to 1."""
    @xi.setter
    def xi(self, value: float, /) -> None: ...
    @property
    def metric(self) -> Any:
        """The distance: 'minkowski', 'euclidean' or 'l2', 'manhattan', 'cityblock' or 'l1',
        'chebyshev' or 'infinity', 'cosine', or 'precomputed': x holds the distances between all
        rows.
        """
    @metric.setter
    def metric(self, value: Any, /) -> None: ...
    @property
    def p(self) -> float:
        """The power of 'minkowski'; > 0."""
    @p.setter
    def p(self, value: float, /) -> None: ...
    @property
    def metric_params(self) -> Any:
        """More about the metric: {'p': number} for 'minkowski' goes before p; None = nothing."""
    @metric_params.setter
    def metric_params(self, value: Any, /) -> None: ...
    @property
    def cluster_method(self) -> str:
        """'xi': valleys with steep sides; 'dbscan': what lies below eps."""
    @cluster_method.setter
    def cluster_method(self, value: Literal["xi", "dbscan"], /) -> None: ...
    @property
    def eps(self) -> float | None:
        """Distance of cluster_method 'dbscan'; 0 to max_eps, None = max_eps."""
    @eps.setter
    def eps(self, value: float | None, /) -> None: ...
    @property
    def predecessor_correction(self) -> bool:
        """Whether valleys end with a row that was reached from within (Schubert and Gertz 2018)."""
    @predecessor_correction.setter
    def predecessor_correction(self, value: bool, /) -> None: ...
    @property
    def min_cluster_size(self) -> Any:
        """Rows of a valley: an int >= 2, or a share of the rows; None = min_samples."""
    @min_cluster_size.setter
    def min_cluster_size(self, value: Any, /) -> None: ...
    @property
    def algorithm(self) -> str:
        """How near rows are found: 'kd_tree' (boxes), 'ball_tree' (balls), 'brute' compares all
        rows, 'auto' takes a kd_tree up to 15 columns. Answers are the same.
        """
    @algorithm.setter
    def algorithm(self, value: Literal["auto", "ball_tree", "kd_tree", "brute"], /) -> None: ...
    @property
    def leaf_size(self) -> int:
        """Most rows of a leaf of the tree, taken as 8 to 128; >= 1. Answers are the same."""
    @leaf_size.setter
    def leaf_size(self, value: int, /) -> None: ...
    @property
    def memory(self) -> Any:
        """Has no effect: nothing is cached."""
    @memory.setter
    def memory(self, value: Any, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Most threads; None or -1 = all processors."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def labels_(self) -> NDArray[Any]:
        """The cluster of each row, as float64; -1 = noise."""
    @property
    def reachability_(self) -> NDArray[Any]:
        """At which distance each row was reached."""
    @property
    def ordering_(self) -> NDArray[Any]:
        """The rows in the order in which they were reached."""
    @property
    def core_distances_(self) -> NDArray[Any]:
        """How far the neighbours of each row are; inf beyond max_eps."""
    @property
    def predecessor_(self) -> NDArray[Any]:
        """From which row each was reached; -1 = from none."""
    @property
    def cluster_hierarchy_(self) -> NDArray[Any]:
        """Valleys x 2: the first and the last place in ordering_, inner ones first; of method
        'xi'.
        """
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def fit_predict(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x), and the cluster of each row: labels_."""
    @property
    def labels_int_(self) -> NDArray[Any]:
        """labels_ as integers: the cluster of each row that it was fitted to, -1 for noise."""

class OneClassSVM(Estimator):
    """The support of a distribution: 1 for rows within it, -1 for outliers (Schoelkopf, Platt,
    Shawe-Taylor, Smola, Williamson: Estimating the support of a high-dimensional distribution,
    Neural Computation 13, 2001). x: rows x features.
    """
    def __new__(cls, nu: float = 0.5, kernel: Any = 'rbf', gamma: Any = None, *, degree: int = 3, coef0: float = 0.0, shrinking: bool = True, tol: float = 0.001, cache_size: float = 200.0, verbose: bool = False, max_iter: int = -1) -> Self: ...
    def __init__(self, /, nu: float = 0.5, kernel: Any = 'rbf', gamma: Any = None, *, degree: int = 3, coef0: float = 0.0, shrinking: bool = True, tol: float = 0.001, cache_size: float = 200.0, verbose: bool = False, max_iter: int = -1) -> None: ...
    @property
    def nu(self) -> float:
        """Share of rows in (0, 1]: at most so many are outliers, at least so many are support
        vectors.
        """
    @nu.setter
    def nu(self, value: float, /) -> None: ...
    @property
    def kernel(self) -> Any:
        """Rbf: exp(-gamma |x - y|^2); linear: x'y; poly: (gamma x'y + coef0)^degree; sigmoid:
        tanh(gamma x'y + coef0); precomputed: x holds the values, rows x rows in fit(); or a
        callable(x, y) that answers with the values of all pairs of rows.
        """
    @kernel.setter
    def kernel(self, value: Any, /) -> None: ...
    @property
    def gamma(self) -> Any:
        """Of the kernels rbf, poly and sigmoid: a number > 0; 'scale' or None = 1 / (features *
        variance of x); 'auto' = 1 / features.
        """
    @gamma.setter
    def gamma(self, value: Any, /) -> None: ...
    @property
    def degree(self) -> int:
        """Of the kernel poly; >= 0."""
    @degree.setter
    def degree(self, value: int, /) -> None: ...
    @property
    def coef0(self) -> float:
        """Constant of the kernels poly and sigmoid."""
    @coef0.setter
    def coef0(self, value: float, /) -> None: ...
    @property
    def shrinking(self) -> bool:
        """Whether rows that seem settled are set aside; the result is the same."""
    @shrinking.setter
    def shrinking(self, value: bool, /) -> None: ...
    @property
    def tol(self) -> float:
        """By how much a pair of rows may violate the optimum in the end; > 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def cache_size(self) -> float:
        """Megabytes for values of the kernel; > 0."""
    @cache_size.setter
    def cache_size(self, value: float, /) -> None: ...
    @property
    def verbose(self) -> bool:
        """Whether lines of progress go to standard error."""
    @verbose.setter
    def verbose(self, value: bool, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Steps at most, with a ConvergenceWarning; -1 = no limit."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def support_(self) -> NDArray[Any]:
        """Numbers of the rows that are support vectors."""
    @property
    def support_vectors_(self) -> NDArray[Any]:
        """These rows; 0 x 0 where the kernel is precomputed or a callable."""
    @property
    def n_support_(self) -> NDArray[Any]:
        """How many support vectors each class has; of others: how many there are."""
    @property
    def dual_coef_(self) -> NDArray[Any]:
        """What each support vector counts: (classes - 1) x vectors, 1 x vectors where there are no
        classes.
        """
    @property
    def intercept_(self) -> NDArray[Any]:
        """Constant of each decision function."""
    @property
    def coef_(self) -> NDArray[Any]:
        """Weights of the features, of the kernel linear alone: a row for each decision function."""
    @property
    def shape_fit_(self) -> Any:
        """Rows and columns of x in fit()."""
    @property
    def fit_status_(self) -> int:
        """0 = converged, 1 = not."""
    @property
    def n_iter_(self) -> Any:
        """Steps taken: a number, or of a classifier an array of one for each pair of classes."""
    @property
    def offset_(self) -> NDArray[Any]:
        """What divides score_samples() of inliers and outliers."""
    def fit(self, /, x: Any, y: Any = None, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def decision_function(self, /, x: Any) -> NDArray[Any]:
        """How far each row of x is on the side of a class: rows x classes; one number a row for
        two classes, positive for the second, and for outlier detectors, negative for outliers.
        """
    def score_samples(self, /, x: Any) -> NDArray[Any]:
        """One number for each row of x: the higher, the more usual."""
    def fit_predict(self, /, x: Any, y: Any = None, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x), and 1 for each row that is an inlier, -1 for an outlier."""
    def score(self, /, x: Any, y: Any = None) -> float:
        """How well x fits what was learned; higher is better."""

class OneHotEncoder(Estimator):
    """A column of 0 and 1 for each distinct value, number or text, of each column."""
    def __new__(cls, *, categories: Any = 'auto', drop: Any = None, sparse_output: bool = False, handle_unknown: Literal["error", "ignore", "infrequent_if_exist", "warn"] = 'error', min_frequency: float | None = None, max_categories: int | None = None, dtype: Any = 'float64', feature_name_combiner: Any = 'concat') -> Self: ...
    def __init__(self, /, *, categories: Any = 'auto', drop: Any = None, sparse_output: bool = False, handle_unknown: Literal["error", "ignore", "infrequent_if_exist", "warn"] = 'error', min_frequency: float | None = None, max_categories: int | None = None, dtype: Any = 'float64', feature_name_combiner: Any = 'concat') -> None: ...
    @property
    def categories(self) -> Any:
        """The categories of each column, numbers in ascending order; "auto" = the distinct values."""
    @categories.setter
    def categories(self, value: Any, /) -> None: ...
    @property
    def drop(self) -> Any:
        """Category that gets no column: "first", "if_binary" (the first of two), or one for each
        column; None = all get one.
        """
    @drop.setter
    def drop(self, value: Any, /) -> None: ...
    @property
    def sparse_output(self) -> bool:
        """Whether transform() gives a sparse matrix."""
    @sparse_output.setter
    def sparse_output(self, value: bool, /) -> None: ...
    @property
    def handle_unknown(self) -> str:
        """What happens with a value that fit() has not seen: a refusal, zeros (ignore), the column
        of rare categories or zeros (infrequent_if_exist), the same with a warning (warn).
        """
    @handle_unknown.setter
    def handle_unknown(self, value: Literal["error", "ignore", "infrequent_if_exist", "warn"], /) -> None: ...
    @property
    def min_frequency(self) -> float | None:
        """Categories that occur less often are taken together: a count (int) or a share of the
        rows (float in (0, 1)); None = no bound.
        """
    @min_frequency.setter
    def min_frequency(self, value: float | None, /) -> None: ...
    @property
    def max_categories(self) -> int | None:
        """Most categories of a column, those taken together counting as one; None = any number."""
    @max_categories.setter
    def max_categories(self, value: int | None, /) -> None: ...
    @property
    def dtype(self) -> Any:
        """Kind of the numbers of dense output: float64, float32 or int64, by name or as numpy's
        class.
        """
    @dtype.setter
    def dtype(self, value: Any, /) -> None: ...
    @property
    def feature_name_combiner(self) -> Any:
        """How names of columns are made: "concat" (name_category) or a function of the two."""
    @feature_name_combiner.setter
    def feature_name_combiner(self, value: Any, /) -> None: ...
    @property
    def categories_(self) -> Any:
        """The categories of each column."""
    @property
    def drop_idx_(self) -> Any:
        """For each column the place of the category left out, or None."""
    @property
    def infrequent_categories_(self) -> Any:
        """For each column those taken together, or None; there with min_frequency or
        max_categories.
        """
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def inverse_transform(self, /, x: Any) -> NDArray[Any]:
        """What transform() would have made x of, as far as that is known."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class OneVsOneClassifier(Estimator):
    """Each class against each: the class with most votes of the classifiers of pairs; of equals
    the one they are surest of.
    """
    def __new__(cls, estimator: Any, *, n_jobs: int | None = None) -> Self: ...
    def __init__(self, /, estimator: Any, *, n_jobs: int | None = None) -> None: ...
    @property
    def estimator(self) -> Any:
        """A classifier of two classes, of which a clone is fitted for each: any object with fit()
        and decision_function(), predict_proba() or predict(), or the name of one.
        """
    @estimator.setter
    def estimator(self, value: Any, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Threads at most; None = all. Classifiers of Python run one after the other."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def estimators_(self) -> Any:
        """A classifier for each pair of classes: (0, 1), (0, 2) ... (1, 2)."""
    @property
    def n_classes_(self) -> int:
        """How many classes."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    def decision_function(self, /, x: Any) -> NDArray[Any]:
        """How far each row of x is on the side of a class: rows x classes; one number a row for
        two classes, positive for the second, and for outlier detectors, negative for outliers.
        """
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def partial_fit(self, /, x: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Estimator:
        """Learn from more rows, going on from what was learned. The first call of a classifier
        names all classes, if not all occur in y.
        """

class OneVsRestClassifier(Estimator):
    """Each class against all others: the class whose classifier is surest. y may be a table of 0
    and 1, a column a label, of which a row may have several.
    """
    def __new__(cls, estimator: Any, *, n_jobs: int | None = None, verbose: int = 0) -> Self: ...
    def __init__(self, /, estimator: Any, *, n_jobs: int | None = None, verbose: int = 0) -> None: ...
    @property
    def estimator(self) -> Any:
        """A classifier of two classes, of which a clone is fitted for each: any object with fit()
        and decision_function(), predict_proba() or predict(), or the name of one.
        """
    @estimator.setter
    def estimator(self, value: Any, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Threads at most; None = all. Classifiers of Python run one after the other."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def verbose(self) -> int:
        """Above 0: tell of progress on standard error."""
    @verbose.setter
    def verbose(self, value: int, /) -> None: ...
    @property
    def estimators_(self) -> Any:
        """A classifier for each class (one for two classes); None where all or no rows have the
        label.
        """
    @property
    def multilabel_(self) -> bool:
        """Whether y was a table of several labels."""
    @property
    def n_classes_(self) -> int:
        """How many classes."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """Probability of each class for each row of x: rows x classes, in the order of classes_."""
    def predict_log_proba(self, /, x: Any) -> NDArray[Any]:
        """Natural logarithm of predict_proba(x)."""
    def decision_function(self, /, x: Any) -> NDArray[Any]:
        """How far each row of x is on the side of a class: rows x classes; one number a row for
        two classes, positive for the second, and for outlier detectors, negative for outliers.
        """
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def partial_fit(self, /, x: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Estimator:
        """Learn from more rows, going on from what was learned. The first call of a classifier
        names all classes, if not all occur in y.
        """

class OrdinalEncoder(Estimator):
    """Values of columns, numbers or texts, as whole numbers from 0 on: their places among the
    sorted distinct values of their column.
    """
    def __new__(cls, *, categories: Any = 'auto', handle_unknown: Literal["error", "use_encoded_value"] = 'error', unknown_value: float | None = None, encoded_missing_value: float | None = None, min_frequency: float | None = None, max_categories: int | None = None, dtype: Any = 'float64') -> Self: ...
    def __init__(self, /, *, categories: Any = 'auto', handle_unknown: Literal["error", "use_encoded_value"] = 'error', unknown_value: float | None = None, encoded_missing_value: float | None = None, min_frequency: float | None = None, max_categories: int | None = None, dtype: Any = 'float64') -> None: ...
    @property
    def categories(self) -> Any:
        """The categories of each column, numbers in ascending order; "auto" = the distinct values."""
    @categories.setter
    def categories(self, value: Any, /) -> None: ...
    @property
    def handle_unknown(self) -> str:
        """What happens with a value that fit() has not seen: a refusal, or unknown_value."""
    @handle_unknown.setter
    def handle_unknown(self, value: Literal["error", "use_encoded_value"], /) -> None: ...
    @property
    def unknown_value(self) -> float | None:
        """The number of values that fit() has not seen; must be no code."""
    @unknown_value.setter
    def unknown_value(self, value: float | None, /) -> None: ...
    @property
    def encoded_missing_value(self) -> float | None:
        """The number of missing values; None = NaN."""
    @encoded_missing_value.setter
    def encoded_missing_value(self, value: float | None, /) -> None: ...
    @property
    def min_frequency(self) -> float | None:
        """Categories that occur less often are taken together: a count (int) or a share of the
        rows (float in (0, 1)); None = no bound.
        """
    @min_frequency.setter
    def min_frequency(self, value: float | None, /) -> None: ...
    @property
    def max_categories(self) -> int | None:
        """Most categories of a column, those taken together counting as one; None = any number."""
    @max_categories.setter
    def max_categories(self, value: int | None, /) -> None: ...
    @property
    def dtype(self) -> Any:
        """Kind of the numbers: float64, float32 or int64, by name or as numpy's class; missing
        values are no int64.
        """
    @dtype.setter
    def dtype(self, value: Any, /) -> None: ...
    @property
    def categories_(self) -> Any:
        """The categories of each column, in the order of their codes."""
    @property
    def infrequent_categories_(self) -> Any:
        """For each column those taken together, or None; there with min_frequency or
        max_categories.
        """
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def inverse_transform(self, /, x: Any) -> NDArray[Any]:
        """What transform() would have made x of, as far as that is known."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class PCA(Estimator):
    """Principal components: orthogonal directions in which the rows differ most, by the singular
    values of x less its mean. The entry of each component that is largest by magnitude is
    positive. As a density it is probabilistic PCA (Tipping and Bishop 1999), whose covariance
    whiten does not change.
    """
    def __new__(cls, n_components: Any = 2, *, copy: bool = True, whiten: bool = False, svd_solver: Literal["auto", "full", "covariance_eigh", "arpack", "randomized"] = 'auto', tol: float = 0.0, iterated_power: Any = 'auto', n_oversamples: int = 10, power_iteration_normalizer: Literal["auto", "QR", "LU", "none"] = 'auto', random_state: int | None = None) -> Self: ...
    def __init__(self, /, n_components: Any = 2, *, copy: bool = True, whiten: bool = False, svd_solver: Literal["auto", "full", "covariance_eigh", "arpack", "randomized"] = 'auto', tol: float = 0.0, iterated_power: Any = 'auto', n_oversamples: int = 10, power_iteration_normalizer: Literal["auto", "QR", "LU", "none"] = 'auto', random_state: int | None = None) -> None: ...
    @property
    def n_components(self) -> Any:
        """How many components: an int >= 1; a share of the variance above 0 and below 1, which
        they explain at least; 'mle' = as many as have the greatest evidence (Minka 2000); None
        = all.
        """
    @n_components.setter
    def n_components(self, value: Any, /) -> None: ...
    @property
    def copy(self) -> bool:
        """Has no effect: what is given is never changed."""
    @copy.setter
    def copy(self, value: bool, /) -> None: ...
    @property
    def whiten(self) -> bool:
        """Whether transform() divides each component by its standard deviation."""
    @whiten.setter
    def whiten(self, value: bool, /) -> None: ...
    @property
    def svd_solver(self) -> str:
        """Full: singular values of all x; covariance_eigh: eigenvalues of the covariance; arpack:
        the first few by Lanczos; randomized: the first few by random projection; auto:
        covariance_eigh for at least ten rows a column, randomized for few components of large
        x, else full.
        """
    @svd_solver.setter
    def svd_solver(self, value: Literal["auto", "full", "covariance_eigh", "arpack", "randomized"], /) -> None: ...
    @property
    def tol(self) -> float:
        """Tolerance of arpack; 0 = to the last digits."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def iterated_power(self) -> Any:
        """Power iterations of randomized; 'auto' = 7 for less than a tenth of the components, else
        4.
        """
    @iterated_power.setter
    def iterated_power(self, value: Any, /) -> None: ...
    @property
    def n_oversamples(self) -> int:
        """Random vectors more than components; >= 1."""
    @n_oversamples.setter
    def n_oversamples(self, value: int, /) -> None: ...
    @property
    def power_iteration_normalizer(self) -> str:
        """None: power iterations go without a fresh basis; all others make it by QR."""
    @power_iteration_normalizer.setter
    def power_iteration_normalizer(self, value: Literal["auto", "QR", "LU", "none"], /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def components_(self) -> NDArray[Any]:
        """The directions, by falling variance: n_components_ x d, of length 1."""
    @property
    def explained_variance_(self) -> NDArray[Any]:
        """Variance of each component, with n - 1 degrees of freedom."""
    @property
    def explained_variance_ratio_(self) -> NDArray[Any]:
        """Its share of the variance of all columns."""
    @property
    def singular_values_(self) -> NDArray[Any]:
        """Singular values of x less its mean."""
    @property
    def mean_(self) -> NDArray[Any]:
        """Mean of each column."""
    @property
    def n_components_(self) -> int:
        """How many components."""
    @property
    def noise_variance_(self) -> float:
        """Mean variance of the directions left out."""
    @property
    def n_samples_(self) -> int:
        """Rows of x."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def inverse_transform(self, /, x: Any) -> NDArray[Any]:
        """What transform() would have made x of, as far as that is known."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""
    def score_samples(self, /, x: Any) -> NDArray[Any]:
        """One number for each row of x: the higher, the more usual."""
    def score(self, /, x: Any, y: Any = None) -> float:
        """How well x fits what was learned; higher is better."""
    def get_covariance(self, /) -> NDArray[Any]:
        """Covariance of the columns as the model has it: d x d."""
    def get_precision(self, /) -> NDArray[Any]:
        """Inverse of get_covariance(); MlError when it has none."""

class PLSCanonical(Estimator):
    """Canonical partial least squares (Wegelin 2000: W2A): pairs of directions of x and y of
    largest covariance, each side deflated by its own scores.
    """
    def __new__(cls, n_components: int = 2, max_iter: int = 500, tol: float = 1e-06, *, scale: bool = True, copy: bool = True, algorithm: Literal["nipals", "svd"] = 'nipals') -> Self: ...
    def __init__(self, /, n_components: int = 2, max_iter: int = 500, tol: float = 1e-06, *, scale: bool = True, copy: bool = True, algorithm: Literal["nipals", "svd"] = 'nipals') -> None: ...
    @property
    def n_components(self) -> int:
        """Directions to find; >= 1."""
    @n_components.setter
    def n_components(self, value: int, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most iterations for each direction; >= 1."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def tol(self) -> float:
        """A direction is found when the square of its change is below; >= 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def scale(self) -> bool:
        """Whether features and targets are divided by their standard deviations."""
    @scale.setter
    def scale(self, value: bool, /) -> None: ...
    @property
    def copy(self) -> bool:
        """Accepted for the sake of other libraries; without effect, since x is never changed."""
    @copy.setter
    def copy(self, value: bool, /) -> None: ...
    @property
    def algorithm(self) -> str:
        """Nipals: power iteration; svd: the first singular vectors of x'y."""
    @algorithm.setter
    def algorithm(self, value: Literal["nipals", "svd"], /) -> None: ...
    @property
    def x_weights_(self) -> NDArray[Any]:
        """Directions of x: d x components."""
    @property
    def y_weights_(self) -> NDArray[Any]:
        """Directions of y: targets x components."""
    @property
    def x_loadings_(self) -> NDArray[Any]:
        """What each direction takes out of x: d x components."""
    @property
    def y_loadings_(self) -> NDArray[Any]:
        """What each direction takes out of y: targets x components."""
    @property
    def x_rotations_(self) -> NDArray[Any]:
        """From x to its scores: d x components."""
    @property
    def y_rotations_(self) -> NDArray[Any]:
        """From y to its scores: targets x components."""
    @property
    def coef_(self) -> NDArray[Any]:
        """Weights of the features less their means: targets x d."""
    @property
    def intercept_(self) -> NDArray[Any]:
        """Means of the targets."""
    @property
    def n_iter_(self) -> Any:
        """List of the iterations for each direction."""
    def fit(self, /, x: Any, y: Any, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    def transform(self, /, x: Any, y: Any = None) -> Any:
        """The scores of x; with y a pair, the scores of x and those of y."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and the scores of x."""
    def inverse_transform(self, /, x: Any) -> NDArray[Any]:
        """What transform() would have made x of, as far as that is known."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class PLSRegression(Estimator):
    """Partial least squares regression (Wold 1975: NIPALS; PLS2, of one target PLS1): y is
    explained by the directions of x that have most in common with it.
    """
    def __new__(cls, n_components: int = 2, max_iter: int = 500, tol: float = 1e-06, scale: bool = True, *, copy: bool = True) -> Self: ...
    def __init__(self, /, n_components: int = 2, max_iter: int = 500, tol: float = 1e-06, scale: bool = True, *, copy: bool = True) -> None: ...
    @property
    def n_components(self) -> int:
        """Directions to find; >= 1."""
    @n_components.setter
    def n_components(self, value: int, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most iterations for each direction; >= 1."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def tol(self) -> float:
        """A direction is found when the square of its change is below; >= 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def scale(self) -> bool:
        """Whether features and targets are divided by their standard deviations."""
    @scale.setter
    def scale(self, value: bool, /) -> None: ...
    @property
    def copy(self) -> bool:
        """Accepted for the sake of other libraries; without effect, since x is never changed."""
    @copy.setter
    def copy(self, value: bool, /) -> None: ...
    @property
    def x_weights_(self) -> NDArray[Any]:
        """Directions of x: d x components."""
    @property
    def y_weights_(self) -> NDArray[Any]:
        """Directions of y: targets x components."""
    @property
    def x_loadings_(self) -> NDArray[Any]:
        """What each direction takes out of x: d x components."""
    @property
    def y_loadings_(self) -> NDArray[Any]:
        """What each direction takes out of y: targets x components."""
    @property
    def x_rotations_(self) -> NDArray[Any]:
        """From x to its scores: d x components."""
    @property
    def y_rotations_(self) -> NDArray[Any]:
        """From y to its scores: targets x components."""
    @property
    def coef_(self) -> NDArray[Any]:
        """Weights of the features less their means: targets x d."""
    @property
    def intercept_(self) -> NDArray[Any]:
        """Means of the targets."""
    @property
    def n_iter_(self) -> Any:
        """List of the iterations for each direction."""
    @property
    def x_scores_(self) -> NDArray[Any]:
        """Scores of the rows of x: n x components."""
    @property
    def y_scores_(self) -> NDArray[Any]:
        """Scores of the rows of y: n x components."""
    def fit(self, /, x: Any, y: Any, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    def transform(self, /, x: Any, y: Any = None) -> Any:
        """The scores of x; with y a pair, the scores of x and those of y."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and the scores of x."""
    def inverse_transform(self, /, x: Any) -> NDArray[Any]:
        """What transform() would have made x of, as far as that is known."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class Perceptron(Estimator):
    """The perceptron (Rosenblatt 1958): a row that is on the wrong side moves the weights towards
    it by eta0; several classes each against all others.
    """
    def __new__(cls, max_iter: int = 1000, eta0: float = 1.0, fit_intercept: bool = True, *, penalty: Literal["l2", "l1", "elasticnet", "none"] | None = None, alpha: float = 0.0001, l1_ratio: float | None = 0.15, tol: float | None = 0.001, shuffle: bool = True, verbose: int = 0, early_stopping: bool = False, validation_fraction: float = 0.1, n_iter_no_change: int = 5, warm_start: bool = False, class_weight: Any = None, random_state: int | None = 0, n_jobs: int | None = None) -> Self: ...
    def __init__(self, /, max_iter: int = 1000, eta0: float = 1.0, fit_intercept: bool = True, *, penalty: Literal["l2", "l1", "elasticnet", "none"] | None = None, alpha: float = 0.0001, l1_ratio: float | None = 0.15, tol: float | None = 0.001, shuffle: bool = True, verbose: int = 0, early_stopping: bool = False, validation_fraction: float = 0.1, n_iter_no_change: int = 5, warm_start: bool = False, class_weight: Any = None, random_state: int | None = 0, n_jobs: int | None = None) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most epochs of fit(); >= 1."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def eta0(self) -> float:
        """Size of steps; > 0."""
    @eta0.setter
    def eta0(self, value: float, /) -> None: ...
    @property
    def fit_intercept(self) -> bool:
        """Whether a constant is learned, too; without it the data should be centred."""
    @fit_intercept.setter
    def fit_intercept(self, value: bool, /) -> None: ...
    @property
    def penalty(self) -> str | None:
        """L2: of squares; l1: of absolute values; elasticnet: of both, by l1_ratio; None or
        'none': none.
        """
    @penalty.setter
    def penalty(self, value: Literal["l2", "l1", "elasticnet", "none"] | None, /) -> None: ...
    @property
    def alpha(self) -> float:
        """Strength of the penalty; >= 0."""
    @alpha.setter
    def alpha(self, value: float, /) -> None: ...
    @property
    def l1_ratio(self) -> float | None:
        """Share of absolute values in the elasticnet penalty, from 0 to 1."""
    @l1_ratio.setter
    def l1_ratio(self, value: float | None, /) -> None: ...
    @property
    def tol(self) -> float | None:
        """Stop when the loss (or the score on rows held out) has not got better by this for
        n_iter_no_change epochs; >= 0, None = never.
        """
    @tol.setter
    def tol(self, value: float | None, /) -> None: ...
    @property
    def shuffle(self) -> bool:
        """Whether each epoch takes rows in another order."""
    @shuffle.setter
    def shuffle(self, value: bool, /) -> None: ...
    @property
    def verbose(self) -> int:
        """> 0: tell of progress on standard error."""
    @verbose.setter
    def verbose(self, value: int, /) -> None: ...
    @property
    def early_stopping(self) -> bool:
        """Whether rows are held out, and their score tells when to stop."""
    @early_stopping.setter
    def early_stopping(self, value: bool, /) -> None: ...
    @property
    def validation_fraction(self) -> float:
        """Share of the rows that is held out, between 0 and 1."""
    @validation_fraction.setter
    def validation_fraction(self, value: float, /) -> None: ...
    @property
    def n_iter_no_change(self) -> int:
        """Epochs without a gain after which it stops; >= 1."""
    @n_iter_no_change.setter
    def n_iter_no_change(self, value: int, /) -> None: ...
    @property
    def warm_start(self) -> bool:
        """Whether fit() starts from what was learned before."""
    @warm_start.setter
    def warm_start(self, value: bool, /) -> None: ...
    @property
    def class_weight(self) -> Any:
        """What the rows of each class count: a dict from label to weight (1 where a label is
        missing), 'balanced' = n / (classes x rows of the class), or None = 1.
        """
    @class_weight.setter
    def class_weight(self, value: Any, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the order of rows: an int >= 0; None = a fresh one."""
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Most threads to use; -1 or None = all processors."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def coef_(self) -> NDArray[Any]:
        """Weights of the features: classes x d; 1 x d for two classes, for the second of them."""
    @property
    def intercept_(self) -> NDArray[Any]:
        """What is added to x'w: one number per row of coef_."""
    @property
    def n_iter_(self) -> int:
        """Epochs; of several classes the most."""
    @property
    def t_(self) -> float:
        """Steps, and 1."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def decision_function(self, /, x: Any) -> NDArray[Any]:
        """How far each row of x is on the side of a class: rows x classes; one number a row for
        two classes, positive for the second, and for outlier detectors, negative for outliers.
        """
    def partial_fit(self, /, x: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Estimator:
        """Learn from more rows, going on from what was learned. The first call of a classifier
        names all classes, if not all occur in y.
        """

class Pipeline(Estimator):
    """Estimators one behind the other: each but the last turns x into what the next one gets. It
    can do what its last step can. Parameters of steps are set as STEP__PARAMETER. Estimators of
    the library are fitted as copies, whose results the steps have when all went well; others
    are fitted themselves.
    """
    def __new__(cls, steps: Any, *, memory: Any = None, transform_input: Any = None, verbose: bool = False) -> Self: ...
    def __init__(self, /, steps: Any, *, memory: Any = None, transform_input: Any = None, verbose: bool = False) -> None: ...
    @property
    def memory(self) -> Any:
        """A folder in which what transformers learned is kept for the next fit to the same data
        with the same parameters: its path, or an object with cache() and location, such as
        joblib's Memory. The last step, and steps that hold objects of Python, are always
        fitted. As with load(), only folders you trust.
        """
    @memory.setter
    def memory(self, value: Any, /) -> None: ...
    @property
    def transform_input(self) -> Any:
        """None: steps get no other data than x, y and weights."""
    @transform_input.setter
    def transform_input(self, value: Any, /) -> None: ...
    @property
    def verbose(self) -> bool:
        """Tell of each step on standard error."""
    @verbose.setter
    def verbose(self, value: bool, /) -> None: ...
    def fit(self, /, x: Any, y: Any = None, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None, **params: Any) -> Estimator:
        """Fit the steps one after the other, each to what those before it make of x; returns self.
        A failure leaves what was learned before.
        """
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """Probability of each class for each row of x: rows x classes, in the order of classes_."""
    def predict_log_proba(self, /, x: Any) -> NDArray[Any]:
        """Natural logarithm of predict_proba(x)."""
    def decision_function(self, /, x: Any) -> NDArray[Any]:
        """How far each row of x is on the side of a class: rows x classes; one number a row for
        two classes, positive for the second, and for outlier detectors, negative for outliers.
        """
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def inverse_transform(self, /, x: Any) -> NDArray[Any]:
        """What transform() would have made x of, as far as that is known."""
    def score_samples(self, /, x: Any) -> NDArray[Any]:
        """One number for each row of x: the higher, the more usual."""
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """score() of the last step, of what the others make of x."""
    def fit_transform(self, /, x: Any, y: Any = None, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None, **params: Any) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def fit_predict(self, /, x: Any, y: Any = None, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None, **params: Any) -> NDArray[Any]:
        """fit(x, y), and the clusters of the last step, or predict(x)."""
    @property
    def steps(self) -> list[str]:
        """The names of the steps."""
    @property
    def named_steps(self) -> dict[str, Any]:
        """The steps by name."""
    def __len__(self, /) -> int:
        """How many steps."""
    def __getitem__(self, /, index: Any) -> Any:
        """A step by name or number; a slice is a pipeline of those steps."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class PoissonRegressor(Estimator):
    """Poisson regression, y >= 0 with mean e^(x'w + b), with a penalty of squares: minimises half
    the mean deviance plus alpha |w|^2 / 2 (Nelder and Wedderburn 1972). Newton's method where
    there are few parameters, else L-BFGS.
    """
    def __new__(cls, alpha: float = 1.0, fit_intercept: bool = True, max_iter: int = 100, *, solver: Literal["lbfgs", "newton-cholesky"] = 'lbfgs', tol: float = 0.0001, warm_start: bool = False, verbose: int = 0) -> Self: ...
    def __init__(self, /, alpha: float = 1.0, fit_intercept: bool = True, max_iter: int = 100, *, solver: Literal["lbfgs", "newton-cholesky"] = 'lbfgs', tol: float = 0.0001, warm_start: bool = False, verbose: int = 0) -> None: ...
    @property
    def alpha(self) -> float:
        """Strength of the penalty alpha |w|^2 / 2; >= 0."""
    @alpha.setter
    def alpha(self, value: float, /) -> None: ...
    @property
    def fit_intercept(self) -> bool:
        """Whether a constant is learned, too; without it the data should be centred."""
    @fit_intercept.setter
    def fit_intercept(self, value: bool, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most iterations; >= 1."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def solver(self) -> str:
        """Both have the same minimum; the method is chosen by the size of the data."""
    @solver.setter
    def solver(self, value: Literal["lbfgs", "newton-cholesky"], /) -> None: ...
    @property
    def tol(self) -> float:
        """The largest slope of the objective that counts as the minimum; > 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def warm_start(self) -> bool:
        """Whether fit() starts from what was learned before."""
    @warm_start.setter
    def warm_start(self, value: bool, /) -> None: ...
    @property
    def verbose(self) -> int:
        """> 0: tell of progress on standard error."""
    @verbose.setter
    def verbose(self, value: int, /) -> None: ...
    @property
    def coef_(self) -> NDArray[Any]:
        """Weights of the features: d numbers, or outputs x d when y was a matrix."""
    @property
    def intercept_(self) -> Any:
        """What is added to x'w: a number, or one per output when y was a matrix; 0.0 without an
        intercept.
        """
    @property
    def n_iter_(self) -> int:
        """Iterations."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None, *, metric: Literal["r2", "d2"] = 'r2') -> float:
        """How good predict(x) is beside y: R2, or the share of the deviance that is explained (1 =
        all).
        """

class PolynomialFeatures(Estimator):
    """All products of columns up to a degree: 1, a, b, a^2, a b, b^2 ... in order of their degree."""
    def __new__(cls, degree: Any = 2, interaction_only: bool = False, include_bias: bool = True, *, order: Literal["C", "F"] = 'C') -> Self: ...
    def __init__(self, /, degree: Any = 2, interaction_only: bool = False, include_bias: bool = True, *, order: Literal["C", "F"] = 'C') -> None: ...
    @property
    def degree(self) -> Any:
        """Most columns in a product, counted as often as they occur; or a pair (least, most)."""
    @degree.setter
    def degree(self, value: Any, /) -> None: ...
    @property
    def interaction_only(self) -> bool:
        """Whether a column occurs at most once in a product."""
    @interaction_only.setter
    def interaction_only(self, value: bool, /) -> None: ...
    @property
    def include_bias(self) -> bool:
        """Whether the column of ones is given, too."""
    @include_bias.setter
    def include_bias(self, value: bool, /) -> None: ...
    @property
    def order(self) -> str:
        """Has no effect: results lie row by row."""
    @order.setter
    def order(self, value: Literal["C", "F"], /) -> None: ...
    @property
    def powers_(self) -> NDArray[Any]:
        """How often each column occurs in each product: products x columns."""
    @property
    def n_output_features_(self) -> int:
        """Products that are given."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class PowerTransformer(Estimator):
    """Columns made as normal as a power can make them (Box and Cox 1964; Yeo and Johnson 2000),
    the exponent that of highest likelihood. NaN is left out when learning and stays where it
    is.
    """
    def __new__(cls, method: Literal["yeo-johnson", "box-cox"] = 'yeo-johnson', standardize: bool = True, *, copy: bool = True) -> Self: ...
    def __init__(self, /, method: Literal["yeo-johnson", "box-cox"] = 'yeo-johnson', standardize: bool = True, *, copy: bool = True) -> None: ...
    @property
    def method(self) -> str:
        """Yeo-johnson takes any numbers, box-cox those above 0."""
    @method.setter
    def method(self, value: Literal["yeo-johnson", "box-cox"], /) -> None: ...
    @property
    def standardize(self) -> bool:
        """Whether columns get mean 0 and variance 1 afterwards."""
    @standardize.setter
    def standardize(self, value: bool, /) -> None: ...
    @property
    def copy(self) -> bool:
        """Has no effect: what is given is never changed."""
    @copy.setter
    def copy(self, value: bool, /) -> None: ...
    @property
    def lambdas_(self) -> NDArray[Any]:
        """The exponent of each column; 1 for constant ones."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def inverse_transform(self, /, x: Any) -> NDArray[Any]:
        """What transform() would have made x of, as far as that is known."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class QuadraticDiscriminantAnalysis(Estimator):
    """Classes are normal, each with a covariance of its own, so borders are quadratic (Hastie,
    Tibshirani, Friedman: The Elements of Statistical Learning, 2009, section 4.3). x: rows x
    features.
    """
    def __new__(cls, reg_param: float = 0.0, *, solver: Literal["svd", "eigen"] = 'svd', shrinkage: Any = None, priors: Any = None, store_covariance: bool = False, tol: float = 0.0001, covariance_estimator: Any = None) -> Self: ...
    def __init__(self, /, reg_param: float = 0.0, *, solver: Literal["svd", "eigen"] = 'svd', shrinkage: Any = None, priors: Any = None, store_covariance: bool = False, tol: float = 0.0001, covariance_estimator: Any = None) -> None: ...
    @property
    def reg_param(self) -> float:
        """R in [0, 1]: variances become (1 - r) variance + r; of the solver svd."""
    @reg_param.setter
    def reg_param(self, value: float, /) -> None: ...
    @property
    def solver(self) -> str:
        """Svd: no covariance is made; eigen: by covariances, which may be shrunk."""
    @solver.setter
    def solver(self, value: Literal["svd", "eigen"], /) -> None: ...
    @property
    def shrinkage(self) -> Any:
        """How far covariances are drawn to multiples of the identity: a number in [0, 1], or
        'auto' (Ledoit and Wolf 2004); None = not; of the solver eigen.
        """
    @shrinkage.setter
    def shrinkage(self, value: Any, /) -> None: ...
    @property
    def priors(self) -> Any:
        """Probability of each class; None = their shares of the rows."""
    @priors.setter
    def priors(self, value: Any, /) -> None: ...
    @property
    def store_covariance(self) -> bool:
        """Whether covariance_ is kept, where the solver does not need it."""
    @store_covariance.setter
    def store_covariance(self, value: bool, /) -> None: ...
    @property
    def tol(self) -> float:
        """Singular values (or variances) up to it count as 0; >= 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def covariance_estimator(self) -> Any:
        """An estimator with covariance_ after fit(x), which is asked for each class; None = the
        plain or shrunk covariance.
        """
    @covariance_estimator.setter
    def covariance_estimator(self, value: Any, /) -> None: ...
    @property
    def means_(self) -> NDArray[Any]:
        """Means of the classes: classes x features."""
    @property
    def priors_(self) -> NDArray[Any]:
        """Probability of each class."""
    @property
    def scalings_(self) -> Any:
        """Variances along the principal directions: an array for each class, descending."""
    @property
    def rotations_(self) -> Any:
        """Principal directions: for each class features x features, column by column."""
    @property
    def covariance_(self) -> Any:
        """Covariances of the classes, with store_covariance."""
    def fit(self, /, x: Any, y: Any, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def decision_function(self, /, x: Any) -> NDArray[Any]:
        """How far each row of x is on the side of a class: rows x classes; one number a row for
        two classes, positive for the second, and for outlier detectors, negative for outliers.
        """
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """Probability of each class for each row of x: rows x classes, in the order of classes_."""
    def predict_log_proba(self, /, x: Any) -> NDArray[Any]:
        """Natural logarithm of predict_proba(x)."""

class QuantileTransformer(Estimator):
    """Columns by the share of their numbers below each: uniform, or through the quantiles of a
    normal distribution. Between known points it is interpolated; numbers that occur often get
    the middle of their shares. NaN is left out when learning and stays where it is.
    """
    def __new__(cls, n_quantiles: int = 1000, output_distribution: Literal["uniform", "normal"] = 'uniform', *, ignore_implicit_zeros: bool = False, subsample: int | None = 10000, random_state: int | None = None, copy: bool = True) -> Self: ...
    def __init__(self, /, n_quantiles: int = 1000, output_distribution: Literal["uniform", "normal"] = 'uniform', *, ignore_implicit_zeros: bool = False, subsample: int | None = 10000, random_state: int | None = None, copy: bool = True) -> None: ...
    @property
    def n_quantiles(self) -> int:
        """Points of the distribution that are kept; at most one a row."""
    @n_quantiles.setter
    def n_quantiles(self, value: int, /) -> None: ...
    @property
    def output_distribution(self) -> str:
        """Uniform on [0, 1], or normal, cut at +-5.1993."""
    @output_distribution.setter
    def output_distribution(self, value: Literal["uniform", "normal"], /) -> None: ...
    @property
    def ignore_implicit_zeros(self) -> bool:
        """Has no effect: it concerns sparse data, which are not taken."""
    @ignore_implicit_zeros.setter
    def ignore_implicit_zeros(self, value: bool, /) -> None: ...
    @property
    def subsample(self) -> int | None:
        """Most rows that are learned from, drawn at random; None = all."""
    @subsample.setter
    def subsample(self, value: int | None, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def copy(self) -> bool:
        """Has no effect: what is given is never changed."""
    @copy.setter
    def copy(self, value: bool, /) -> None: ...
    @property
    def quantiles_(self) -> NDArray[Any]:
        """The points of each column: n_quantiles_ x columns."""
    @property
    def references_(self) -> NDArray[Any]:
        """The shares that belong to them."""
    @property
    def n_quantiles_(self) -> int:
        """Points that are kept."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def inverse_transform(self, /, x: Any) -> NDArray[Any]:
        """What transform() would have made x of, as far as that is known."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class RANSACRegressor(Estimator):
    """Random sample consensus (Fischler and Bolles 1981): models of small samples are tried, and
    the one with which most rows agree is fitted to those rows.
    """
    def __new__(cls, max_trials: Any = 100, fit_intercept: bool = True, *, estimator: Any = None, min_samples: Any = None, residual_threshold: float | None = None, is_data_valid: Callable[..., Any] | None = None, is_model_valid: Callable[..., Any] | None = None, max_skips: Any = None, stop_n_inliers: Any = None, stop_score: float | None = None, stop_probability: float = 0.99, loss: Any = 'absolute_error', random_state: int | None = None) -> Self: ...
    def __init__(self, /, max_trials: Any = 100, fit_intercept: bool = True, *, estimator: Any = None, min_samples: Any = None, residual_threshold: float | None = None, is_data_valid: Callable[..., Any] | None = None, is_model_valid: Callable[..., Any] | None = None, max_skips: Any = None, stop_n_inliers: Any = None, stop_score: float | None = None, stop_probability: float = 0.99, loss: Any = 'absolute_error', random_state: int | None = None) -> None: ...
    @property
    def max_trials(self) -> Any:
        """Most samples that are tried; >= 0, inf or None = until stop_probability is reached."""
    @max_trials.setter
    def max_trials(self, value: Any, /) -> None: ...
    @property
    def fit_intercept(self) -> bool:
        """Of the LinearRegression that stands for estimator=None."""
    @fit_intercept.setter
    def fit_intercept(self, value: bool, /) -> None: ...
    @property
    def estimator(self) -> Any:
        """The model to fit; None = LinearRegression()."""
    @estimator.setter
    def estimator(self, value: Any, /) -> None: ...
    @property
    def min_samples(self) -> Any:
        """Rows of a sample: an int, or a share of all from 0 to 1; None = features + 1."""
    @min_samples.setter
    def min_samples(self, value: Any, /) -> None: ...
    @property
    def residual_threshold(self) -> float | None:
        """Largest loss of rows that agree; >= 0, None = median distance of y from its median."""
    @residual_threshold.setter
    def residual_threshold(self, value: float | None, /) -> None: ...
    @property
    def is_data_valid(self) -> Callable[..., Any] | None:
        """Function of x and y of a sample that tells whether to use it."""
    @is_data_valid.setter
    def is_data_valid(self, value: Callable[..., Any] | None, /) -> None: ...
    @property
    def is_model_valid(self) -> Callable[..., Any] | None:
        """Function of the fitted model, x and y of its sample that tells whether to use it."""
    @is_model_valid.setter
    def is_model_valid(self, value: Callable[..., Any] | None, /) -> None: ...
    @property
    def max_skips(self) -> Any:
        """Most samples that may be skipped; >= 0, inf or None = any number."""
    @max_skips.setter
    def max_skips(self, value: Any, /) -> None: ...
    @property
    def stop_n_inliers(self) -> Any:
        """Stop when so many rows agree; >= 0, inf or None = never."""
    @stop_n_inliers.setter
    def stop_n_inliers(self, value: Any, /) -> None: ...
    @property
    def stop_score(self) -> float | None:
        """Stop when the score of the rows that agree is this good; None = never."""
    @stop_score.setter
    def stop_score(self, value: float | None, /) -> None: ...
    @property
    def stop_probability(self) -> float:
        """Stop when a sample without outliers was drawn with this probability; from 0 to 1."""
    @stop_probability.setter
    def stop_probability(self, value: float, /) -> None: ...
    @property
    def loss(self) -> Any:
        """Absolute_error, squared_error, or a function of y and predictions that gives a number
        per row.
        """
    @loss.setter
    def loss(self, value: Any, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def estimator_(self) -> Any:
        """The model, fitted to the rows that agree."""
    @property
    def inlier_mask_(self) -> NDArray[Any]:
        """For each row whether it agrees: n bools."""
    @property
    def n_trials_(self) -> int:
        """Samples that were tried."""
    @property
    def n_skips_no_inliers_(self) -> int:
        """Samples with which fewer rows agreed than with the best."""
    @property
    def n_skips_invalid_data_(self) -> int:
        """Samples that is_data_valid refused."""
    @property
    def n_skips_invalid_model_(self) -> int:
        """Models that is_model_valid refused."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""

class RBFSampler(Estimator):
    """Features whose products are about those of the kernel exp(-gamma |x - y|^2): sqrt(2 / m)
    cos(x'w + b) with random w and b (Rahimi, Recht: Random features for large-scale kernel
    machines, NIPS 2007). x: rows x features.
    """
    def __new__(cls, gamma: Any = 1.0, n_components: int = 100, random_state: int | None = None) -> Self: ...
    def __init__(self, /, gamma: Any = 1.0, n_components: int = 100, random_state: int | None = None) -> None: ...
    @property
    def gamma(self) -> Any:
        """Of the kernel exp(-gamma |x - y|^2): a number >= 0; 'scale' = 1 / (features * variance
        of x).
        """
    @gamma.setter
    def gamma(self, value: Any, /) -> None: ...
    @property
    def n_components(self) -> int:
        """Columns of transform(); >= 1."""
    @n_components.setter
    def n_components(self, value: int, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def random_weights_(self) -> NDArray[Any]:
        """Random frequencies: features x components."""
    @property
    def random_offset_(self) -> NDArray[Any]:
        """Random phases, in [0, 2 pi)."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class RFE(Estimator):
    """Recursive feature elimination (Guyon, Weston, Barnhill, Vapnik 2002): fit, let the columns
    of the least importance (sum of squares of the coefficients) go, and again, until as many
    are left as wanted.
    """
    def __new__(cls, n_features_to_select: Any = None, step: Any = 1, estimator: Any = None, *, verbose: int = 0, importance_getter: Any = 'auto') -> Self: ...
    def __init__(self, /, n_features_to_select: Any = None, step: Any = 1, estimator: Any = None, *, verbose: int = 0, importance_getter: Any = 'auto') -> None: ...
    @property
    def n_features_to_select(self) -> Any:
        """How many columns are left: a number, or a share in (0, 1]; None = half. An estimator may
        stand here, the number being given by its name.
        """
    @n_features_to_select.setter
    def n_features_to_select(self, value: Any, /) -> None: ...
    @property
    def step(self) -> Any:
        """How many columns go at a time: a number >= 1, or a share of all in (0, 1)."""
    @step.setter
    def step(self, value: Any, /) -> None: ...
    @property
    def estimator(self) -> Any:
        """What tells which columns matter: any object with fit() and coef_ or
        feature_importances_, or the name of one; None = Ridge(), or LogisticRegression() when y
        holds texts, bools or at most twenty whole numbers.
        """
    @estimator.setter
    def estimator(self, value: Any, /) -> None: ...
    @property
    def verbose(self) -> int:
        """Above 0: tell of progress on standard error."""
    @verbose.setter
    def verbose(self, value: int, /) -> None: ...
    @property
    def importance_getter(self) -> Any:
        """Where the importances are: auto = coef_ or feature_importances_; the path of an
        attribute ("named_steps.m.coef_"), or a function of the fitted estimator.
        """
    @importance_getter.setter
    def importance_getter(self, value: Any, /) -> None: ...
    @property
    def support_(self) -> NDArray[Any]:
        """Which columns are left."""
    @property
    def ranking_(self) -> NDArray[Any]:
        """1 for those, higher the earlier a column went."""
    @property
    def estimator_(self) -> Any:
        """The estimator, fitted to the columns that are left."""
    @property
    def n_features_(self) -> int:
        """How many are left."""
    def fit(self, /, x: Any, y: Any = None, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def inverse_transform(self, /, x: Any) -> NDArray[Any]:
        """What transform() would have made x of, as far as that is known."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """Probability of each class for each row of x: rows x classes, in the order of classes_."""
    def predict_log_proba(self, /, x: Any) -> NDArray[Any]:
        """Natural logarithm of predict_proba(x)."""
    def decision_function(self, /, x: Any) -> NDArray[Any]:
        """How far each row of x is on the side of a class: rows x classes; one number a row for
        two classes, positive for the second, and for outlier detectors, negative for outliers.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""
    def get_support(self, /, indices: bool = False) -> NDArray[Any]:
        """Which columns are left: a mask, or their numbers."""

class RadiusNeighborsClassifier(Estimator):
    """The class that most of the rows within a radius have; of classes with equal votes the first
    wins.
    """
    def __new__(cls, radius: float = 1.0, *, outlier_label: Any = None, weights: Any = 'uniform', algorithm: Literal["auto", "ball_tree", "kd_tree", "brute"] = 'auto', leaf_size: int = 30, p: float = 2.0, metric: Any = 'minkowski', metric_params: Any = None, n_jobs: int | None = None) -> Self: ...
    def __init__(self, /, radius: float = 1.0, *, outlier_label: Any = None, weights: Any = 'uniform', algorithm: Literal["auto", "ball_tree", "kd_tree", "brute"] = 'auto', leaf_size: int = 30, p: float = 2.0, metric: Any = 'minkowski', metric_params: Any = None, n_jobs: int | None = None) -> None: ...
    @property
    def radius(self) -> float:
        """Largest distance of a row that answers, itself included; >= 0."""
    @radius.setter
    def radius(self, value: float, /) -> None: ...
    @property
    def outlier_label(self) -> Any:
        """Class of rows without a neighbour: a label of y, or 'most_frequent'; None = such rows
        are refused.
        """
    @outlier_label.setter
    def outlier_label(self, value: Any, /) -> None: ...
    @property
    def weights(self) -> Any:
        """What a neighbour counts: 'uniform' or None = 1, 'distance' = 1 / distance (rows at
        distance 0 alone, where there are some), or a function of an array of distances that
        gives weights.
        """
    @weights.setter
    def weights(self, value: Any, /) -> None: ...
    @property
    def algorithm(self) -> str:
        """How near rows are found: 'kd_tree' (boxes), 'ball_tree' (balls), 'brute' compares all
        rows, 'auto' takes a kd_tree up to 15 columns. Answers are the same.
        """
    @algorithm.setter
    def algorithm(self, value: Literal["auto", "ball_tree", "kd_tree", "brute"], /) -> None: ...
    @property
    def leaf_size(self) -> int:
        """Most rows of a leaf of the tree, taken as 8 to 128; >= 1. Answers are the same."""
    @leaf_size.setter
    def leaf_size(self, value: int, /) -> None: ...
    @property
    def p(self) -> float:
        """The power of 'minkowski'; > 0: 1 = manhattan, 2 = euclidean, inf = chebyshev."""
    @p.setter
    def p(self, value: float, /) -> None: ...
    @property
    def metric(self) -> Any:
        """The distance: 'minkowski' (the p-th root of the sum of |a - b|^p), 'euclidean' or 'l2',
        'manhattan', 'cityblock' or 'l1', 'chebyshev' or 'infinity', or 'cosine' (1 - cos).
        """
    @metric.setter
    def metric(self, value: Any, /) -> None: ...
    @property
    def metric_params(self) -> Any:
        """More about the metric: {'p': number} for 'minkowski' goes before p; None = nothing."""
    @metric_params.setter
    def metric_params(self, value: Any, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Most threads; None or -1 = all processors."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def effective_metric_(self) -> Any:
        """Name of the metric that is used."""
    @property
    def effective_metric_params_(self) -> Any:
        """{'p': power} of minkowski, else {}."""
    @property
    def n_samples_fit_(self) -> int:
        """Rows of x in fit()."""
    @property
    def outputs_2d_(self) -> bool:
        """Whether y had several columns."""
    @property
    def outlier_label_(self) -> Any:
        """Label of rows without a neighbour, in a list; None = refused."""
    def fit(self, /, x: Any, y: Any, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """Probability of each class for each row of x: rows x classes, in the order of classes_."""
    def predict_log_proba(self, /, x: Any) -> NDArray[Any]:
        """Natural logarithm of predict_proba(x)."""
    def radius_neighbors(self, /, x: Any = None, radius: float | None = None, return_distance: bool = True, sort_results: bool = False) -> tuple[Any, ...]:
        """The rows of fit() within the radius of each row of x: a list of arrays of distances and
        one of arrays of the numbers of the rows, or the latter alone.
        """
    def radius_neighbors_graph(self, /, x: Any = None, radius: float | None = None, mode: Literal["connectivity", "distance"] = 'connectivity', sort_results: bool = False) -> Any:
        """Who is within the radius of each row of x: a sparse matrix rows x rows of fit()."""

class RadiusNeighborsRegressor(Estimator):
    """The mean of y of the rows within a radius; NaN, with a warning, where there are none. y may
    have several columns.
    """
    def __new__(cls, radius: float = 1.0, *, weights: Any = 'uniform', algorithm: Literal["auto", "ball_tree", "kd_tree", "brute"] = 'auto', leaf_size: int = 30, p: float = 2.0, metric: Any = 'minkowski', metric_params: Any = None, n_jobs: int | None = None) -> Self: ...
    def __init__(self, /, radius: float = 1.0, *, weights: Any = 'uniform', algorithm: Literal["auto", "ball_tree", "kd_tree", "brute"] = 'auto', leaf_size: int = 30, p: float = 2.0, metric: Any = 'minkowski', metric_params: Any = None, n_jobs: int | None = None) -> None: ...
    @property
    def radius(self) -> float:
        """Largest distance of a row that answers, itself included; >= 0."""
    @radius.setter
    def radius(self, value: float, /) -> None: ...
    @property
    def weights(self) -> Any:
        """What a neighbour counts: 'uniform' or None = 1, 'distance' = 1 / distance (rows at
        distance 0 alone, where there are some), or a function of an array of distances that
        gives weights.
        """
    @weights.setter
    def weights(self, value: Any, /) -> None: ...
    @property
    def algorithm(self) -> str:
        """How near rows are found: 'kd_tree' (boxes), 'ball_tree' (balls), 'brute' compares all
        rows, 'auto' takes a kd_tree up to 15 columns. Answers are the same.
        """
    @algorithm.setter
    def algorithm(self, value: Literal["auto", "ball_tree", "kd_tree", "brute"], /) -> None: ...
    @property
    def leaf_size(self) -> int:
        """Most rows of a leaf of the tree, taken as 8 to 128; >= 1. Answers are the same."""
    @leaf_size.setter
    def leaf_size(self, value: int, /) -> None: ...
    @property
    def p(self) -> float:
        """The power of 'minkowski'; > 0: 1 = manhattan, 2 = euclidean, inf = chebyshev."""
    @p.setter
    def p(self, value: float, /) -> None: ...
    @property
    def metric(self) -> Any:
        """The distance: 'minkowski' (the p-th root of the sum of |a - b|^p), 'euclidean' or 'l2',
        'manhattan', 'cityblock' or 'l1', 'chebyshev' or 'infinity', or 'cosine' (1 - cos).
        """
    @metric.setter
    def metric(self, value: Any, /) -> None: ...
    @property
    def metric_params(self) -> Any:
        """More about the metric: {'p': number} for 'minkowski' goes before p; None = nothing."""
    @metric_params.setter
    def metric_params(self, value: Any, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Most threads; None or -1 = all processors."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def effective_metric_(self) -> Any:
        """Name of the metric that is used."""
    @property
    def effective_metric_params_(self) -> Any:
        """{'p': power} of minkowski, else {}."""
    @property
    def n_samples_fit_(self) -> int:
        """Rows of x in fit()."""
    @property
    def outputs_2d_(self) -> bool:
        """Whether y had several columns."""
    def fit(self, /, x: Any, y: Any, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    def radius_neighbors(self, /, x: Any = None, radius: float | None = None, return_distance: bool = True, sort_results: bool = False) -> tuple[Any, ...]:
        """The rows of fit() within the radius of each row of x: a list of arrays of distances and
        one of arrays of the numbers of the rows, or the latter alone.
        """
    def radius_neighbors_graph(self, /, x: Any = None, radius: float | None = None, mode: Literal["connectivity", "distance"] = 'connectivity', sort_results: bool = False) -> Any:
        """Who is within the radius of each row of x: a sparse matrix rows x rows of fit()."""

class RandomForestClassifier(Estimator):
    """The mean of the probabilities of many decision trees, each grown from rows drawn with
    replacement, where every split looks at a few features drawn at random (Breiman: Random
    forests, 2001). Trees grow on all processors; tree number i of a seed is the same whoever
    grows it.
    """
    def __new__(cls, n_estimators: int = 100, max_depth: int | None = None, min_samples_split: float = 2, random_state: int | None = None, *, criterion: Literal["gini", "entropy", "log_loss"] = 'gini', class_weight: Any = None, min_samples_leaf: float = 1, min_weight_fraction_leaf: float = 0.0, max_features: Any = 'sqrt', max_leaf_nodes: int | None = None, min_impurity_decrease: float = 0.0, bootstrap: bool = True, oob_score: Any = False, n_jobs: int | None = None, verbose: int = 0, warm_start: bool = False, ccp_alpha: float = 0.0, max_samples: float | None = None, monotonic_cst: Any = None) -> Self: ...
    def __init__(self, /, n_estimators: int = 100, max_depth: int | None = None, min_samples_split: float = 2, random_state: int | None = None, *, criterion: Literal["gini", "entropy", "log_loss"] = 'gini', class_weight: Any = None, min_samples_leaf: float = 1, min_weight_fraction_leaf: float = 0.0, max_features: Any = 'sqrt', max_leaf_nodes: int | None = None, min_impurity_decrease: float = 0.0, bootstrap: bool = True, oob_score: Any = False, n_jobs: int | None = None, verbose: int = 0, warm_start: bool = False, ccp_alpha: float = 0.0, max_samples: float | None = None, monotonic_cst: Any = None) -> None: ...
    @property
    def n_estimators(self) -> int:
        """Trees; >= 1."""
    @n_estimators.setter
    def n_estimators(self, value: int, /) -> None: ...
    @property
    def max_depth(self) -> int | None:
        """Most splits above a leaf, >= 1; None = until leaves are pure or small."""
    @max_depth.setter
    def max_depth(self, value: int | None, /) -> None: ...
    @property
    def min_samples_split(self) -> float:
        """A node with fewer rows is a leaf: an int >= 2, or a share of all rows in (0, 1]."""
    @min_samples_split.setter
    def min_samples_split(self, value: float, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def criterion(self) -> str:
        """Impurity of a node: gini, or entropy in bits, which is log_loss, too."""
    @criterion.setter
    def criterion(self, value: Literal["gini", "entropy", "log_loss"], /) -> None: ...
    @property
    def class_weight(self) -> Any:
        """Weights of the classes: a dict by label, 'balanced' = rows / (classes * rows of the
        class), 'balanced_subsample' = balanced within each draw; None = all 1.
        """
    @class_weight.setter
    def class_weight(self, value: Any, /) -> None: ...
    @property
    def n_classes_(self) -> int:
        """Classes."""
    @property
    def oob_decision_function_(self) -> NDArray[Any]:
        """Out-of-bag probabilities: rows x classes."""
    @property
    def min_samples_leaf(self) -> float:
        """Both sides of a split have at least so many rows: an int >= 1, or a share of all rows in
        (0, 1).
        """
    @min_samples_leaf.setter
    def min_samples_leaf(self, value: float, /) -> None: ...
    @property
    def min_weight_fraction_leaf(self) -> float:
        """Both sides of a split have at least this share of the weight of all rows; in [0, 0.5]."""
    @min_weight_fraction_leaf.setter
    def min_weight_fraction_leaf(self, value: float, /) -> None: ...
    @property
    def max_features(self) -> Any:
        """Features that are looked at for a split, drawn anew for each: an int >= 1, a share of
        all in (0, 1], 'sqrt', 'log2'; None = all.
        """
    @max_features.setter
    def max_features(self, value: Any, /) -> None: ...
    @property
    def max_leaf_nodes(self) -> int | None:
        """Most leaves, >= 2: the node whose split gains most is split first; None = any."""
    @max_leaf_nodes.setter
    def max_leaf_nodes(self, value: int | None, /) -> None: ...
    @property
    def min_impurity_decrease(self) -> float:
        """A split is made when it lowers the impurity, weighted by the share of the rows of the
        node, by at least this much; >= 0.
        """
    @min_impurity_decrease.setter
    def min_impurity_decrease(self, value: float, /) -> None: ...
    @property
    def bootstrap(self) -> bool:
        """Each tree learns from rows that are drawn with replacement, with sample_weight as
        probabilities; false: from all rows.
        """
    @bootstrap.setter
    def bootstrap(self, value: bool, /) -> None: ...
    @property
    def oob_score(self) -> Any:
        """Whether to score the answers of trees that did not see a row; a callable of (y, answers)
        scores in its way. Needs bootstrap.
        """
    @oob_score.setter
    def oob_score(self, value: Any, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Most threads; None or -1 = all processors."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def verbose(self) -> int:
        """1 = tell progress."""
    @verbose.setter
    def verbose(self, value: int, /) -> None: ...
    @property
    def warm_start(self) -> bool:
        """Fit() keeps the trees there are and grows more up to n_estimators."""
    @warm_start.setter
    def warm_start(self, value: bool, /) -> None: ...
    @property
    def ccp_alpha(self) -> float:
        """Cost of a leaf in minimal cost-complexity pruning, >= 0; 0 = none."""
    @ccp_alpha.setter
    def ccp_alpha(self, value: float, /) -> None: ...
    @property
    def max_samples(self) -> float | None:
        """Rows drawn for each tree: an int >= 1, or a share > 0 of the rows (of the sum of
        sample_weight); None = as many as x has. Needs bootstrap.
        """
    @max_samples.setter
    def max_samples(self, value: float | None, /) -> None: ...
    @property
    def monotonic_cst(self) -> Any:
        """For each feature 1 = the answer (of a classifier of two classes: the probability of the
        second) never falls with it, -1 = never rises, 0 = any; None = 0 for all. For one
        output.
        """
    @monotonic_cst.setter
    def monotonic_cst(self, value: Any, /) -> None: ...
    @property
    def n_outputs_(self) -> int:
        """Columns of y."""
    @property
    def oob_score_(self) -> Any:
        """Score of the out-of-bag answers."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    def apply(self, /, x: Any) -> NDArray[Any]:
        """The leaf that each row of x ends in, tree by tree: rows x trees."""
    def decision_path(self, /, x: Any) -> list[Any]:
        """The nodes that each row of x passes: a sparse matrix of ones, rows x nodes of all trees
        side by side, and an array of where each tree begins in it.
        """
    @property
    def feature_importances_(self) -> NDArray[Any]:
        """Share of the decrease of impurity that each feature brought, the mean of all trees that
        have a split.
        """
    @property
    def estimators_(self) -> list[Any]:
        """The trees, each as an estimator."""
    @property
    def estimators_samples_(self) -> list[Buffer]:
        """The rows that each tree learned from, as often as they were drawn."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """Probability of each class for each row of x: rows x classes, in the order of classes_."""
    def predict_log_proba(self, /, x: Any) -> NDArray[Any]:
        """Natural logarithm of predict_proba(x)."""

class RandomForestRegressor(Estimator):
    """The mean of the answers of many decision trees, each grown from rows drawn with replacement
    (Breiman: Random forests, 2001). y may have several columns.
    """
    def __new__(cls, n_estimators: int = 100, max_depth: int | None = None, min_samples_split: float = 2, random_state: int | None = None, *, criterion: Literal["squared_error", "friedman_mse", "absolute_error", "poisson"] = 'squared_error', min_samples_leaf: float = 1, min_weight_fraction_leaf: float = 0.0, max_features: Any = 1.0, max_leaf_nodes: int | None = None, min_impurity_decrease: float = 0.0, bootstrap: bool = True, oob_score: Any = False, n_jobs: int | None = None, verbose: int = 0, warm_start: bool = False, ccp_alpha: float = 0.0, max_samples: float | None = None, monotonic_cst: Any = None) -> Self: ...
    def __init__(self, /, n_estimators: int = 100, max_depth: int | None = None, min_samples_split: float = 2, random_state: int | None = None, *, criterion: Literal["squared_error", "friedman_mse", "absolute_error", "poisson"] = 'squared_error', min_samples_leaf: float = 1, min_weight_fraction_leaf: float = 0.0, max_features: Any = 1.0, max_leaf_nodes: int | None = None, min_impurity_decrease: float = 0.0, bootstrap: bool = True, oob_score: Any = False, n_jobs: int | None = None, verbose: int = 0, warm_start: bool = False, ccp_alpha: float = 0.0, max_samples: float | None = None, monotonic_cst: Any = None) -> None: ...
    @property
    def n_estimators(self) -> int:
        """Trees; >= 1."""
    @n_estimators.setter
    def n_estimators(self, value: int, /) -> None: ...
    @property
    def max_depth(self) -> int | None:
        """Most splits above a leaf, >= 1; None = until leaves are pure or small."""
    @max_depth.setter
    def max_depth(self, value: int | None, /) -> None: ...
    @property
    def min_samples_split(self) -> float:
        """A node with fewer rows is a leaf: an int >= 2, or a share of all rows in (0, 1]."""
    @min_samples_split.setter
    def min_samples_split(self, value: float, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def criterion(self) -> str:
        """Impurity of a node: the variance (friedman_mse is another name), the mean distance to
        the median, half the mean Poisson deviance.
        """
    @criterion.setter
    def criterion(self, value: Literal["squared_error", "friedman_mse", "absolute_error", "poisson"], /) -> None: ...
    @property
    def oob_prediction_(self) -> NDArray[Any]:
        """Out-of-bag answers: rows, or rows x outputs."""
    @property
    def min_samples_leaf(self) -> float:
        """Both sides of a split have at least so many rows: an int >= 1, or a share of all rows in
        (0, 1).
        """
    @min_samples_leaf.setter
    def min_samples_leaf(self, value: float, /) -> None: ...
    @property
    def min_weight_fraction_leaf(self) -> float:
        """Both sides of a split have at least this share of the weight of all rows; in [0, 0.5]."""
    @min_weight_fraction_leaf.setter
    def min_weight_fraction_leaf(self, value: float, /) -> None: ...
    @property
    def max_features(self) -> Any:
        """Features that are looked at for a split, drawn anew for each: an int >= 1, a share of
        all in (0, 1], 'sqrt', 'log2'; None = all.
        """
    @max_features.setter
    def max_features(self, value: Any, /) -> None: ...
    @property
    def max_leaf_nodes(self) -> int | None:
        """Most leaves, >= 2: the node whose split gains most is split first; None = any."""
    @max_leaf_nodes.setter
    def max_leaf_nodes(self, value: int | None, /) -> None: ...
    @property
    def min_impurity_decrease(self) -> float:
        """A split is made when it lowers the impurity, weighted by the share of the rows of the
        node, by at least this much; >= 0.
        """
    @min_impurity_decrease.setter
    def min_impurity_decrease(self, value: float, /) -> None: ...
    @property
    def bootstrap(self) -> bool:
        """Each tree learns from rows that are drawn with replacement, with sample_weight as
        probabilities; false: from all rows.
        """
    @bootstrap.setter
    def bootstrap(self, value: bool, /) -> None: ...
    @property
    def oob_score(self) -> Any:
        """Whether to score the answers of trees that did not see a row; a callable of (y, answers)
        scores in its way. Needs bootstrap.
        """
    @oob_score.setter
    def oob_score(self, value: Any, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Most threads; None or -1 = all processors."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def verbose(self) -> int:
        """1 = tell progress."""
    @verbose.setter
    def verbose(self, value: int, /) -> None: ...
    @property
    def warm_start(self) -> bool:
        """Fit() keeps the trees there are and grows more up to n_estimators."""
    @warm_start.setter
    def warm_start(self, value: bool, /) -> None: ...
    @property
    def ccp_alpha(self) -> float:
        """Cost of a leaf in minimal cost-complexity pruning, >= 0; 0 = none."""
    @ccp_alpha.setter
    def ccp_alpha(self, value: float, /) -> None: ...
    @property
    def max_samples(self) -> float | None:
        """Rows drawn for each tree: an int >= 1, or a share > 0 of the rows (of the sum of
        sample_weight); None = as many as x has. Needs bootstrap.
        """
    @max_samples.setter
    def max_samples(self, value: float | None, /) -> None: ...
    @property
    def monotonic_cst(self) -> Any:
        """For each feature 1 = the answer (of a classifier of two classes: the probability of the
        second) never falls with it, -1 = never rises, 0 = any; None = 0 for all. For one
        output.
        """
    @monotonic_cst.setter
    def monotonic_cst(self, value: Any, /) -> None: ...
    @property
    def n_outputs_(self) -> int:
        """Columns of y."""
    @property
    def oob_score_(self) -> Any:
        """Score of the out-of-bag answers."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    def apply(self, /, x: Any) -> NDArray[Any]:
        """The leaf that each row of x ends in, tree by tree: rows x trees."""
    def decision_path(self, /, x: Any) -> list[Any]:
        """The nodes that each row of x passes: a sparse matrix of ones, rows x nodes of all trees
        side by side, and an array of where each tree begins in it.
        """
    @property
    def feature_importances_(self) -> NDArray[Any]:
        """Share of the decrease of impurity that each feature brought, the mean of all trees that
        have a split.
        """
    @property
    def estimators_(self) -> list[Any]:
        """The trees, each as an estimator."""
    @property
    def estimators_samples_(self) -> list[Buffer]:
        """The rows that each tree learned from, as often as they were drawn."""

class RandomizedSearchCV(Estimator):
    """The best of some combinations of parameters, drawn at random, by cross-validation (Bergstra
    and Bengio 2012). Afterwards it is the best estimator.
    """
    def __new__(cls, estimator: Any, param_distributions: Any, n_iter: int = 10, scoring: Any = 'r2', cv: Any = 5, random_state: int | None = None, *, n_jobs: int | None = None, refit: Any = True, verbose: int = 0, pre_dispatch: Any = '2*n_jobs', error_score: Any = 'raise', return_train_score: bool = False) -> Self: ...
    def __init__(self, /, estimator: Any, param_distributions: Any, n_iter: int = 10, scoring: Any = 'r2', cv: Any = 5, random_state: int | None = None, *, n_jobs: int | None = None, refit: Any = True, verbose: int = 0, pre_dispatch: Any = '2*n_jobs', error_score: Any = 'raise', return_train_score: bool = False) -> None: ...
    @property
    def estimator(self) -> Any:
        """What is searched: any object with fit() and predict(), or the name of one; itself stays
        as it is.
        """
    @estimator.setter
    def estimator(self, value: Any, /) -> None: ...
    @property
    def param_distributions(self) -> Any:
        """Dict of lists of values, objects with rvs(), {"uniform": [a, b]}, {"loguniform": [a, b]}
        or {"randint": [a, b]} (b left out); or a list of such dicts. When all are lists, no
        combination is tried twice.
        """
    @param_distributions.setter
    def param_distributions(self, value: Any, /) -> None: ...
    @property
    def n_iter(self) -> int:
        """How many candidates."""
    @n_iter.setter
    def n_iter(self, value: int, /) -> None: ...
    @property
    def scoring(self) -> Any:
        """The name of a scorer, callable(estimator, x, y), None = the estimator's own score(); or
        several: a list of names, a dict of names to either.
        """
    @scoring.setter
    def scoring(self, value: Any, /) -> None: ...
    @property
    def cv(self) -> Any:
        """Folds: their number, at least 2 (as the rows stand; stratified for classifiers), a
        splitter, or pairs of train and test rows; None = 5.
        """
    @cv.setter
    def cv(self, value: Any, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Threads at most; None = all. Estimators of Python run one after the other."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def refit(self) -> Any:
        """Fit the best to all data. Of several scorers the name of the one that decides; or
        callable(cv_results_full_) that gives the number of the best candidate.
        """
    @refit.setter
    def refit(self, value: Any, /) -> None: ...
    @property
    def verbose(self) -> int:
        """Above 0: tell of progress on standard error."""
    @verbose.setter
    def verbose(self, value: int, /) -> None: ...
    @property
    def pre_dispatch(self) -> Any:
        """Accepted for scikit-learn's sake; has no effect, no copies are made ahead."""
    @pre_dispatch.setter
    def pre_dispatch(self, value: Any, /) -> None: ...
    @property
    def error_score(self) -> Any:
        """What a candidate scores on a fold where it fails, with a warning; 'raise' = the failure
        goes on.
        """
    @error_score.setter
    def error_score(self, value: Any, /) -> None: ...
    @property
    def return_train_score(self) -> bool:
        """Score also what was learned from."""
    @return_train_score.setter
    def return_train_score(self, value: bool, /) -> None: ...
    @property
    def cv_results_(self) -> Any:
        """List of {params, mean_test_score, std_test_score, rank} in the order of the candidates."""
    @property
    def cv_results_full_(self) -> Any:
        """The same and more as a dict of columns, named as scikit-learn's cv_results_."""
    @property
    def best_estimator_(self) -> Any:
        """The best, fitted to all data."""
    @property
    def best_params_(self) -> Any:
        """Its parameters."""
    @property
    def best_score_(self) -> Any:
        """Its mean score over the folds."""
    @property
    def best_index_(self) -> Any:
        """Its number among the candidates."""
    @property
    def refit_time_(self) -> Any:
        """Seconds that the fit to all data took."""
    @property
    def n_splits_(self) -> int:
        """How many folds."""
    @property
    def multimetric_(self) -> bool:
        """Whether there are several scorers."""
    def fit(self, /, x: Any, y: Any = None, sample_weight: Any = None, *, groups: Any = None, progress: Callable[..., Any] | None = None) -> Estimator:
        """Score every candidate by cross-validation and fit the best to all data; returns self. A
        failure leaves what was learned before.
        """
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """Probability of each class for each row of x: rows x classes, in the order of classes_."""
    def predict_log_proba(self, /, x: Any) -> NDArray[Any]:
        """Natural logarithm of predict_proba(x)."""
    def decision_function(self, /, x: Any) -> NDArray[Any]:
        """How far each row of x is on the side of a class: rows x classes; one number a row for
        two classes, positive for the second, and for outlier detectors, negative for outliers.
        """
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def inverse_transform(self, /, x: Any) -> NDArray[Any]:
        """What transform() would have made x of, as far as that is known."""
    def score_samples(self, /, x: Any) -> NDArray[Any]:
        """One number for each row of x: the higher, the more usual."""
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """The score of the best estimator by the search's own scorer."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class Ridge(Estimator):
    """Ridge regression (Hoerl and Kennard 1970): minimises the sum of (y - x'w - b)^2 plus alpha
    |w|^2; b is not penalised. Solved by a Cholesky factor of the smaller of X'X + alpha and XX'
    + alpha.
    """
    def __new__(cls, alpha: Any = 1.0, fit_intercept: bool = True, *, copy_X: bool = True, max_iter: int | None = None, tol: float = 0.0001, solver: Literal["auto", "svd", "cholesky", "lsqr", "sparse_cg", "sag", "saga", "lbfgs"] = 'auto', positive: bool = False, random_state: int | None = None) -> Self: ...
    def __init__(self, /, alpha: Any = 1.0, fit_intercept: bool = True, *, copy_X: bool = True, max_iter: int | None = None, tol: float = 0.0001, solver: Literal["auto", "svd", "cholesky", "lsqr", "sparse_cg", "sag", "saga", "lbfgs"] = 'auto', positive: bool = False, random_state: int | None = None) -> None: ...
    @property
    def alpha(self) -> Any:
        """Strength of the penalty, or one per target; >= 0."""
    @alpha.setter
    def alpha(self, value: Any, /) -> None: ...
    @property
    def fit_intercept(self) -> bool:
        """Whether a constant is learned, too; without it the data should be centred."""
    @fit_intercept.setter
    def fit_intercept(self, value: bool, /) -> None: ...
    @property
    def copy_X(self) -> bool:
        """Accepted for the sake of other libraries; without effect, since x is never changed."""
    @copy_X.setter
    def copy_X(self, value: bool, /) -> None: ...
    @property
    def max_iter(self) -> int | None:
        """Most iterations of lsqr and sparse_cg; >= 1; None = as many as they need."""
    @max_iter.setter
    def max_iter(self, value: int | None, /) -> None: ...
    @property
    def tol(self) -> float:
        """Where lsqr and sparse_cg stop, relative to y; >= 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def solver(self) -> str:
        """Svd: singular value decomposition; lsqr, sparse_cg: iterations, for large sparse x;
        lbfgs: only with positive=True; all others solve the normal equations directly, since
        all have the same minimum.
        """
    @solver.setter
    def solver(self, value: Literal["auto", "svd", "cholesky", "lsqr", "sparse_cg", "sag", "saga", "lbfgs"], /) -> None: ...
    @property
    def positive(self) -> bool:
        """Whether no weight may be below 0."""
    @positive.setter
    def positive(self, value: bool, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def n_iter_(self) -> NDArray[Any]:
        """Iterations per target, of solver lsqr alone."""
    @property
    def solver_(self) -> Any:
        """The solver that was used."""
    @property
    def coef_(self) -> NDArray[Any]:
        """Weights of the features: d numbers, or outputs x d when y was a matrix."""
    @property
    def intercept_(self) -> Any:
        """What is added to x'w: a number, or one per output when y was a matrix; 0.0 without an
        intercept.
        """
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""

class RidgeCV(Estimator):
    """Ridge regression whose penalty does best on rows that were left out, one at a time by the
    diagonal of the hat matrix (Golub, Heath, Wahba 1979; Rifkin and Lippert 2007), or in folds.
    Of equals the first.
    """
    def __new__(cls, alphas: Any = None, fit_intercept: bool = True, *, scoring: Any = None, cv: Any = None, gcv_mode: Literal["auto", "svd", "eigen"] | None = None, store_cv_results: bool = False, alpha_per_target: bool = False) -> Self: ...
    def __init__(self, /, alphas: Any = None, fit_intercept: bool = True, *, scoring: Any = None, cv: Any = None, gcv_mode: Literal["auto", "svd", "eigen"] | None = None, store_cv_results: bool = False, alpha_per_target: bool = False) -> None: ...
    @property
    def alphas(self) -> Any:
        """Penalties to choose from; > 0 (with cv >= 0); None = (0.1, 1.0, 10.0)."""
    @alphas.setter
    def alphas(self, value: Any, /) -> None: ...
    @property
    def fit_intercept(self) -> bool:
        """Whether a constant is learned, too; without it the data should be centred."""
    @fit_intercept.setter
    def fit_intercept(self, value: bool, /) -> None: ...
    @property
    def scoring(self) -> Any:
        """What is best: None = least squared error when each row is left out (with cv: r2), the
        name of a scorer, or callable(estimator, x, y), whose x are predictions and whose
        estimator repeats them when each row is left out.
        """
    @scoring.setter
    def scoring(self, value: Any, /) -> None: ...
    @property
    def cv(self) -> Any:
        """None: leave out one row at a time, all at once from one decomposition; else folds: their
        number, at least 2, a splitter, or pairs of train and test rows.
        """
    @cv.setter
    def cv(self, value: Any, /) -> None: ...
    @property
    def gcv_mode(self) -> str | None:
        """Accepted for the sake of other libraries; the decomposition is chosen by shape and
        condition of x.
        """
    @gcv_mode.setter
    def gcv_mode(self, value: Literal["auto", "svd", "eigen"] | None, /) -> None: ...
    @property
    def store_cv_results(self) -> bool:
        """Whether cv_results_ is learned; not with cv."""
    @store_cv_results.setter
    def store_cv_results(self, value: bool, /) -> None: ...
    @property
    def alpha_per_target(self) -> bool:
        """Whether each target has a penalty of its own; not with cv."""
    @alpha_per_target.setter
    def alpha_per_target(self, value: bool, /) -> None: ...
    @property
    def coef_(self) -> NDArray[Any]:
        """Weights of the features: d numbers, or outputs x d when y was a matrix."""
    @property
    def intercept_(self) -> Any:
        """What is added to x'w: a number, or one per output when y was a matrix; 0.0 without an
        intercept.
        """
    @property
    def alpha_(self) -> Any:
        """The best penalty; an array with alpha_per_target."""
    @property
    def best_score_(self) -> Any:
        """Its score; an array with alpha_per_target."""
    @property
    def cv_results_(self) -> NDArray[Any]:
        """Squared error (with scoring: prediction) of each row left out, for each penalty: n x
        alphas, or n x targets x alphas.
        """
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""

class RidgeClassifier(Estimator):
    """Ridge regression on targets of 1 for a class and -1 for all others, one for each class and
    all with the same factor of X'X + alpha; the class with the largest answer is predicted.
    """
    def __new__(cls, alpha: float | None = 1.0, fit_intercept: bool = True, *, copy_X: bool = True, class_weight: Any = None, max_iter: int | None = None, tol: float = 0.0001, solver: Literal["auto", "svd", "cholesky", "lsqr", "sparse_cg", "sag", "saga", "lbfgs"] = 'auto', positive: bool = False, random_state: int | None = None) -> Self: ...
    def __init__(self, /, alpha: float | None = 1.0, fit_intercept: bool = True, *, copy_X: bool = True, class_weight: Any = None, max_iter: int | None = None, tol: float = 0.0001, solver: Literal["auto", "svd", "cholesky", "lsqr", "sparse_cg", "sag", "saga", "lbfgs"] = 'auto', positive: bool = False, random_state: int | None = None) -> None: ...
    @property
    def alpha(self) -> float | None:
        """Strength of the penalty; >= 0."""
    @alpha.setter
    def alpha(self, value: float | None, /) -> None: ...
    @property
    def fit_intercept(self) -> bool:
        """Whether a constant is learned, too; without it the data should be centred."""
    @fit_intercept.setter
    def fit_intercept(self, value: bool, /) -> None: ...
    @property
    def copy_X(self) -> bool:
        """Accepted for the sake of other libraries; without effect, since x is never changed."""
    @copy_X.setter
    def copy_X(self, value: bool, /) -> None: ...
    @property
    def class_weight(self) -> Any:
        """What the rows of each class count: a dict from label to weight (1 where a label is
        missing), 'balanced' = n / (classes x rows of the class), or None = 1.
        """
    @class_weight.setter
    def class_weight(self, value: Any, /) -> None: ...
    @property
    def max_iter(self) -> int | None:
        """Most iterations of lsqr and sparse_cg; >= 1; None = as many as they need."""
    @max_iter.setter
    def max_iter(self, value: int | None, /) -> None: ...
    @property
    def tol(self) -> float:
        """Where lsqr and sparse_cg stop, relative to y; >= 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def solver(self) -> str:
        """Svd: singular value decomposition; lsqr, sparse_cg: iterations, for large sparse x;
        lbfgs: only with positive=True; all others solve the normal equations directly, since
        all have the same minimum.
        """
    @solver.setter
    def solver(self, value: Literal["auto", "svd", "cholesky", "lsqr", "sparse_cg", "sag", "saga", "lbfgs"], /) -> None: ...
    @property
    def positive(self) -> bool:
        """Whether no weight may be below 0."""
    @positive.setter
    def positive(self, value: bool, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def n_iter_(self) -> NDArray[Any]:
        """Iterations per target, of solver lsqr alone."""
    @property
    def solver_(self) -> Any:
        """The solver that was used."""
    @property
    def coef_(self) -> NDArray[Any]:
        """Weights of the features: classes x d; of two classes d numbers, for the second of them."""
    @property
    def intercept_(self) -> Any:
        """What is added to x'w: one number per row of coef_; 0.0 without an intercept."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def decision_function(self, /, x: Any) -> NDArray[Any]:
        """How far each row of x is on the side of a class: rows x classes; one number a row for
        two classes, positive for the second, and for outlier detectors, negative for outliers.
        """

class RobustScaler(Estimator):
    """Columns without their median, in units of the distance between two quantiles, which outliers
    do not move. Quantiles are interpolated linearly. NaN is left out when learning and stays
    where it is.
    """
    def __new__(cls, with_centering: bool = True, with_scaling: bool = True, quantile_range_low: float = 25.0, quantile_range_high: float = 75.0, *, quantile_range: list[float] | None = None, copy: bool = True, unit_variance: bool = False) -> Self: ...
    def __init__(self, /, with_centering: bool = True, with_scaling: bool = True, quantile_range_low: float = 25.0, quantile_range_high: float = 75.0, *, quantile_range: list[float] | None = None, copy: bool = True, unit_variance: bool = False) -> None: ...
    @property
    def with_centering(self) -> bool:
        """Whether the median of each column is taken away."""
    @with_centering.setter
    def with_centering(self, value: bool, /) -> None: ...
    @property
    def with_scaling(self) -> bool:
        """Whether each column is divided by the distance of two of its quantiles."""
    @with_scaling.setter
    def with_scaling(self, value: bool, /) -> None: ...
    @property
    def quantile_range_low(self) -> float:
        """The lower quantile, in percent."""
    @quantile_range_low.setter
    def quantile_range_low(self, value: float, /) -> None: ...
    @property
    def quantile_range_high(self) -> float:
        """The upper quantile, in percent."""
    @quantile_range_high.setter
    def quantile_range_high(self, value: float, /) -> None: ...
    @property
    def quantile_range(self) -> list[float] | None:
        """(low, high) in place of the two parameters before it."""
    @quantile_range.setter
    def quantile_range(self, value: list[float] | None, /) -> None: ...
    @property
    def copy(self) -> bool:
        """Has no effect: what is given is never changed."""
    @copy.setter
    def copy(self, value: bool, /) -> None: ...
    @property
    def unit_variance(self) -> bool:
        """Whether a normal column gets variance 1."""
    @unit_variance.setter
    def unit_variance(self, value: bool, /) -> None: ...
    @property
    def center_(self) -> NDArray[Any]:
        """Median of each column; there with with_centering."""
    @property
    def scale_(self) -> NDArray[Any]:
        """Distance of the two quantiles of each column, 1 for constant ones; there with
        with_scaling.
        """
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def inverse_transform(self, /, x: Any) -> NDArray[Any]:
        """What transform() would have made x of, as far as that is known."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class SGDClassifier(Estimator):
    """Linear classifiers learned by stochastic gradients (Bottou 2012): rows in random order, each
    moving the weights against the slope of its loss; several classes each against all others.
    """
    def __new__(cls, loss: Literal["hinge", "squared_hinge", "perceptron", "log_loss", "modified_huber", "squared_error", "huber", "epsilon_insensitive", "squared_epsilon_insensitive"] = 'hinge', penalty: Literal["l2", "l1", "elasticnet", "none"] | None = 'l2', alpha: float = 0.0001, max_iter: int = 1000, fit_intercept: bool = True, *, l1_ratio: float | None = 0.15, tol: float | None = 0.001, shuffle: bool = True, verbose: int = 0, early_stopping: bool = False, validation_fraction: float = 0.1, n_iter_no_change: int = 5, warm_start: bool = False, learning_rate: Literal["constant", "optimal", "invscaling", "adaptive", "pa1", "pa2"] = 'optimal', eta0: float = 0.01, power_t: float = 0.5, epsilon: float = 0.1, average: Any = False, class_weight: Any = None, random_state: int | None = None, n_jobs: int | None = None) -> Self: ...
    def __init__(self, /, loss: Literal["hinge", "squared_hinge", "perceptron", "log_loss", "modified_huber", "squared_error", "huber", "epsilon_insensitive", "squared_epsilon_insensitive"] = 'hinge', penalty: Literal["l2", "l1", "elasticnet", "none"] | None = 'l2', alpha: float = 0.0001, max_iter: int = 1000, fit_intercept: bool = True, *, l1_ratio: float | None = 0.15, tol: float | None = 0.001, shuffle: bool = True, verbose: int = 0, early_stopping: bool = False, validation_fraction: float = 0.1, n_iter_no_change: int = 5, warm_start: bool = False, learning_rate: Literal["constant", "optimal", "invscaling", "adaptive", "pa1", "pa2"] = 'optimal', eta0: float = 0.01, power_t: float = 0.5, epsilon: float = 0.1, average: Any = False, class_weight: Any = None, random_state: int | None = None, n_jobs: int | None = None) -> None: ...
    @property
    def loss(self) -> str:
        """Hinge: a linear support vector machine; log_loss: logistic regression; modified_huber:
        smooth, with probabilities; squared_hinge; perceptron; the others are losses of
        regression on 1 and -1.
        """
    @loss.setter
    def loss(self, value: Literal["hinge", "squared_hinge", "perceptron", "log_loss", "modified_huber", "squared_error", "huber", "epsilon_insensitive", "squared_epsilon_insensitive"], /) -> None: ...
    @property
    def penalty(self) -> str | None:
        """L2: of squares; l1: of absolute values; elasticnet: of both, by l1_ratio; None or
        'none': none.
        """
    @penalty.setter
    def penalty(self, value: Literal["l2", "l1", "elasticnet", "none"] | None, /) -> None: ...
    @property
    def alpha(self) -> float:
        """Strength of the penalty; >= 0."""
    @alpha.setter
    def alpha(self, value: float, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most epochs of fit(); >= 1."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def fit_intercept(self) -> bool:
        """Whether a constant is learned, too; without it the data should be centred."""
    @fit_intercept.setter
    def fit_intercept(self, value: bool, /) -> None: ...
    @property
    def l1_ratio(self) -> float | None:
        """Share of absolute values in the elasticnet penalty, from 0 to 1."""
    @l1_ratio.setter
    def l1_ratio(self, value: float | None, /) -> None: ...
    @property
    def tol(self) -> float | None:
        """Stop when the loss (or the score on rows held out) has not got better by this for
        n_iter_no_change epochs; >= 0, None = never.
        """
    @tol.setter
    def tol(self, value: float | None, /) -> None: ...
    @property
    def shuffle(self) -> bool:
        """Whether each epoch takes rows in another order."""
    @shuffle.setter
    def shuffle(self, value: bool, /) -> None: ...
    @property
    def verbose(self) -> int:
        """> 0: tell of progress on standard error."""
    @verbose.setter
    def verbose(self, value: int, /) -> None: ...
    @property
    def early_stopping(self) -> bool:
        """Whether rows are held out, and their score tells when to stop."""
    @early_stopping.setter
    def early_stopping(self, value: bool, /) -> None: ...
    @property
    def validation_fraction(self) -> float:
        """Share of the rows that is held out, between 0 and 1."""
    @validation_fraction.setter
    def validation_fraction(self, value: float, /) -> None: ...
    @property
    def n_iter_no_change(self) -> int:
        """Epochs without a gain after which it stops; >= 1."""
    @n_iter_no_change.setter
    def n_iter_no_change(self, value: int, /) -> None: ...
    @property
    def warm_start(self) -> bool:
        """Whether fit() starts from what was learned before."""
    @warm_start.setter
    def warm_start(self, value: bool, /) -> None: ...
    @property
    def learning_rate(self) -> str:
        """Size of step t: constant = eta0; optimal = 1 / (alpha (t0 + t)) with t0 as Bottou found
        it; invscaling = eta0 / t^power_t; adaptive = eta0, a fifth of it whenever it would
        stop; pa1, pa2 = passive and aggressive steps with C = eta0.
        """
    @learning_rate.setter
    def learning_rate(self, value: Literal["constant", "optimal", "invscaling", "adaptive", "pa1", "pa2"], /) -> None: ...
    @property
    def eta0(self) -> float:
        """First size of steps; > 0."""
    @eta0.setter
    def eta0(self, value: float, /) -> None: ...
    @property
    def power_t(self) -> float:
        """How fast invscaling makes steps smaller."""
    @power_t.setter
    def power_t(self, value: float, /) -> None: ...
    @property
    def epsilon(self) -> float:
        """Of the losses huber (where it becomes linear) and epsilon_insensitive (what costs
        nothing).
        """
    @epsilon.setter
    def epsilon(self, value: float, /) -> None: ...
    @property
    def average(self) -> Any:
        """True: coef_ is the mean of the weights of all steps; an int: from that step on."""
    @average.setter
    def average(self, value: Any, /) -> None: ...
    @property
    def class_weight(self) -> Any:
        """What the rows of each class count: a dict from label to weight (1 where a label is
        missing), 'balanced' = n / (classes x rows of the class), or None = 1.
        """
    @class_weight.setter
    def class_weight(self, value: Any, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Most threads to use; -1 or None = all processors."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def coef_(self) -> NDArray[Any]:
        """Weights of the features: classes x d; 1 x d for two classes, for the second of them."""
    @property
    def intercept_(self) -> NDArray[Any]:
        """What is added to x'w: one number per row of coef_."""
    @property
    def n_iter_(self) -> int:
        """Epochs; of several classes the most."""
    @property
    def t_(self) -> float:
        """Steps, and 1."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def decision_function(self, /, x: Any) -> NDArray[Any]:
        """How far each row of x is on the side of a class: rows x classes; one number a row for
        two classes, positive for the second, and for outlier detectors, negative for outliers.
        """
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """Probability of each class for each row of x: rows x classes, in the order of classes_."""
    def predict_log_proba(self, /, x: Any) -> NDArray[Any]:
        """Natural logarithm of predict_proba(x)."""
    def partial_fit(self, /, x: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Estimator:
        """Learn from more rows, going on from what was learned. The first call of a classifier
        names all classes, if not all occur in y.
        """

class SGDRegressor(Estimator):
    """Linear regression learned by stochastic gradients (Bottou 2012): rows in random order, each
    moving the weights against the slope of its loss.
    """
    def __new__(cls, loss: Literal["squared_error", "huber", "epsilon_insensitive", "squared_epsilon_insensitive"] = 'squared_error', penalty: Literal["l2", "l1", "elasticnet", "none"] | None = 'l2', alpha: float = 0.0001, max_iter: int = 1000, fit_intercept: bool = True, *, l1_ratio: float | None = 0.15, tol: float | None = 0.001, shuffle: bool = True, verbose: int = 0, early_stopping: bool = False, validation_fraction: float = 0.1, n_iter_no_change: int = 5, warm_start: bool = False, learning_rate: Literal["constant", "optimal", "invscaling", "adaptive", "pa1", "pa2"] = 'invscaling', eta0: float = 0.01, power_t: float = 0.25, epsilon: float = 0.1, average: Any = False, random_state: int | None = None) -> Self: ...
    def __init__(self, /, loss: Literal["squared_error", "huber", "epsilon_insensitive", "squared_epsilon_insensitive"] = 'squared_error', penalty: Literal["l2", "l1", "elasticnet", "none"] | None = 'l2', alpha: float = 0.0001, max_iter: int = 1000, fit_intercept: bool = True, *, l1_ratio: float | None = 0.15, tol: float | None = 0.001, shuffle: bool = True, verbose: int = 0, early_stopping: bool = False, validation_fraction: float = 0.1, n_iter_no_change: int = 5, warm_start: bool = False, learning_rate: Literal["constant", "optimal", "invscaling", "adaptive", "pa1", "pa2"] = 'invscaling', eta0: float = 0.01, power_t: float = 0.25, epsilon: float = 0.1, average: Any = False, random_state: int | None = None) -> None: ...
    @property
    def loss(self) -> str:
        """Squared_error; huber: linear beyond epsilon; epsilon_insensitive: what is nearer than
        epsilon costs nothing; squared_epsilon_insensitive.
        """
    @loss.setter
    def loss(self, value: Literal["squared_error", "huber", "epsilon_insensitive", "squared_epsilon_insensitive"], /) -> None: ...
    @property
    def penalty(self) -> str | None:
        """L2: of squares; l1: of absolute values; elasticnet: of both, by l1_ratio; None or
        'none': none.
        """
    @penalty.setter
    def penalty(self, value: Literal["l2", "l1", "elasticnet", "none"] | None, /) -> None: ...
    @property
    def alpha(self) -> float:
        """Strength of the penalty; >= 0."""
    @alpha.setter
    def alpha(self, value: float, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most epochs of fit(); >= 1."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def fit_intercept(self) -> bool:
        """Whether a constant is learned, too; without it the data should be centred."""
    @fit_intercept.setter
    def fit_intercept(self, value: bool, /) -> None: ...
    @property
    def l1_ratio(self) -> float | None:
        """Share of absolute values in the elasticnet penalty, from 0 to 1."""
    @l1_ratio.setter
    def l1_ratio(self, value: float | None, /) -> None: ...
    @property
    def tol(self) -> float | None:
        """Stop when the loss (or the score on rows held out) has not got better by this for
        n_iter_no_change epochs; >= 0, None = never.
        """
    @tol.setter
    def tol(self, value: float | None, /) -> None: ...
    @property
    def shuffle(self) -> bool:
        """Whether each epoch takes rows in another order."""
    @shuffle.setter
    def shuffle(self, value: bool, /) -> None: ...
    @property
    def verbose(self) -> int:
        """> 0: tell of progress on standard error."""
    @verbose.setter
    def verbose(self, value: int, /) -> None: ...
    @property
    def early_stopping(self) -> bool:
        """Whether rows are held out, and their score tells when to stop."""
    @early_stopping.setter
    def early_stopping(self, value: bool, /) -> None: ...
    @property
    def validation_fraction(self) -> float:
        """Share of the rows that is held out, between 0 and 1."""
    @validation_fraction.setter
    def validation_fraction(self, value: float, /) -> None: ...
    @property
    def n_iter_no_change(self) -> int:
        """Epochs without a gain after which it stops; >= 1."""
    @n_iter_no_change.setter
    def n_iter_no_change(self, value: int, /) -> None: ...
    @property
    def warm_start(self) -> bool:
        """Whether fit() starts from what was learned before."""
    @warm_start.setter
    def warm_start(self, value: bool, /) -> None: ...
    @property
    def learning_rate(self) -> str:
        """Size of step t: constant = eta0; optimal = 1 / (alpha (t0 + t)) with t0 as Bottou found
        it; invscaling = eta0 / t^power_t; adaptive = eta0, a fifth of it whenever it would
        stop; pa1, pa2 = passive and aggressive steps with C = eta0.
        """
    @learning_rate.setter
    def learning_rate(self, value: Literal["constant", "optimal", "invscaling", "adaptive", "pa1", "pa2"], /) -> None: ...
    @property
    def eta0(self) -> float:
        """First size of steps; > 0."""
    @eta0.setter
    def eta0(self, value: float, /) -> None: ...
    @property
    def power_t(self) -> float:
        """How fast invscaling makes steps smaller."""
    @power_t.setter
    def power_t(self, value: float, /) -> None: ...
    @property
    def epsilon(self) -> float:
        """Of the losses huber (where it becomes linear) and epsilon_insensitive (what costs
        nothing).
        """
    @epsilon.setter
    def epsilon(self, value: float, /) -> None: ...
    @property
    def average(self) -> Any:
        """True: coef_ is the mean of the weights of all steps; an int: from that step on."""
    @average.setter
    def average(self, value: Any, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def coef_(self) -> NDArray[Any]:
        """Weights of the features: d numbers."""
    @property
    def intercept_(self) -> NDArray[Any]:
        """What is added to x'w: an array of one number."""
    @property
    def n_iter_(self) -> int:
        """Epochs; of several classes the most."""
    @property
    def t_(self) -> float:
        """Steps, and 1."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    def partial_fit(self, /, x: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Estimator:
        """Learn from more rows, going on from what was learned. The first call of a classifier
        names all classes, if not all occur in y.
        """

class SVC(Estimator):
    """Support vector classification: the widest margin in the space of a kernel, where errors cost
    C each; one machine for each pair of classes, which vote. Fitted by sequential minimal
    optimisation with second-order working sets (Fan, Chen, Lin: JMLR 6, 2005). x: rows x
    features.
    """
    def __new__(cls, c: float = 1.0, kernel: Any = 'rbf', gamma: Any = None, degree: int = 3, coef0: float = 0.0, *, shrinking: bool = True, tol: float = 0.001, cache_size: float = 200.0, verbose: bool = False, max_iter: int = -1, probability: bool = False, class_weight: Any = None, decision_function_shape: Literal["ovr", "ovo"] = 'ovr', break_ties: bool = False, random_state: int | None = None) -> Self: ...
    def __init__(self, /, c: float = 1.0, kernel: Any = 'rbf', gamma: Any = None, degree: int = 3, coef0: float = 0.0, *, shrinking: bool = True, tol: float = 0.001, cache_size: float = 200.0, verbose: bool = False, max_iter: int = -1, probability: bool = False, class_weight: Any = None, decision_function_shape: Literal["ovr", "ovo"] = 'ovr', break_ties: bool = False, random_state: int | None = None) -> None: ...
    @property
    def c(self) -> float:
        """What an error costs: the penalty is |w|^2 / 2 beside C times the errors; > 0."""
    @c.setter
    def c(self, value: float, /) -> None: ...
    @property
    def C(self) -> float:
        """The same as c."""
    @C.setter
    def C(self, value: float, /) -> None: ...
    @property
    def kernel(self) -> Any:
        """Rbf: exp(-gamma |x - y|^2); linear: x'y; poly: (gamma x'y + coef0)^degree; sigmoid:
        tanh(gamma x'y + coef0); precomputed: x holds the values, rows x rows in fit(); or a
        callable(x, y) that answers with the values of all pairs of rows.
        """
    @kernel.setter
    def kernel(self, value: Any, /) -> None: ...
    @property
    def gamma(self) -> Any:
        """Of the kernels rbf, poly and sigmoid: a number > 0; 'scale' or None = 1 / (features *
        variance of x); 'auto' = 1 / features.
        """
    @gamma.setter
    def gamma(self, value: Any, /) -> None: ...
    @property
    def degree(self) -> int:
        """Of the kernel poly; >= 0."""
    @degree.setter
    def degree(self, value: int, /) -> None: ...
    @property
    def coef0(self) -> float:
        """Constant of the kernels poly and sigmoid."""
    @coef0.setter
    def coef0(self, value: float, /) -> None: ...
    @property
    def shrinking(self) -> bool:
        """Whether rows that seem settled are set aside; the result is the same."""
    @shrinking.setter
    def shrinking(self, value: bool, /) -> None: ...
    @property
    def tol(self) -> float:
        """By how much a pair of rows may violate the optimum in the end; > 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def cache_size(self) -> float:
        """Megabytes for values of the kernel; > 0."""
    @cache_size.setter
    def cache_size(self, value: float, /) -> None: ...
    @property
    def verbose(self) -> bool:
        """Whether lines of progress go to standard error."""
    @verbose.setter
    def verbose(self, value: bool, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Steps at most, with a ConvergenceWarning; -1 = no limit."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def probability(self) -> bool:
        """Whether predict_proba() shall be possible: five more fits of each pair, and Platt's
        sigmoid of what they say of rows they have not seen.
        """
    @probability.setter
    def probability(self, value: bool, /) -> None: ...
    @property
    def class_weight(self) -> Any:
        """Factor of C for each class: 'balanced' = rows / (classes * rows of the class), or a dict
        from labels to numbers; None = 1.
        """
    @class_weight.setter
    def class_weight(self, value: Any, /) -> None: ...
    @property
    def decision_function_shape(self) -> str:
        """What decision_function() gives for more than two classes: ovr = a number for each class,
        ovo = one for each pair.
        """
    @decision_function_shape.setter
    def decision_function_shape(self, value: Literal["ovr", "ovo"], /) -> None: ...
    @property
    def break_ties(self) -> bool:
        """Whether of classes with as many votes the surest wins (with ovr), not the first."""
    @break_ties.setter
    def break_ties(self, value: bool, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def class_weight_(self) -> NDArray[Any]:
        """What each class weighs."""
    @property
    def probA_(self) -> NDArray[Any]:
        """Slope of the sigmoid of each pair; empty without probability."""
    @property
    def probB_(self) -> NDArray[Any]:
        """Its constant."""
    @property
    def support_(self) -> NDArray[Any]:
        """Numbers of the rows that are support vectors."""
    @property
    def support_vectors_(self) -> NDArray[Any]:
        """These rows; 0 x 0 where the kernel is precomputed or a callable."""
    @property
    def n_support_(self) -> NDArray[Any]:
        """How many support vectors each class has; of others: how many there are."""
    @property
    def dual_coef_(self) -> NDArray[Any]:
        """What each support vector counts: (classes - 1) x vectors, 1 x vectors where there are no
        classes.
        """
    @property
    def intercept_(self) -> NDArray[Any]:
        """Constant of each decision function."""
    @property
    def coef_(self) -> NDArray[Any]:
        """Weights of the features, of the kernel linear alone: a row for each decision function."""
    @property
    def shape_fit_(self) -> Any:
        """Rows and columns of x in fit()."""
    @property
    def fit_status_(self) -> int:
        """0 = converged, 1 = not."""
    @property
    def n_iter_(self) -> Any:
        """Steps taken: a number, or of a classifier an array of one for each pair of classes."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def decision_function(self, /, x: Any) -> NDArray[Any]:
        """How far each row of x is on the side of a class: rows x classes; one number a row for
        two classes, positive for the second, and for outlier detectors, negative for outliers.
        """
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """Probability of each class for each row of x: rows x classes, in the order of classes_."""
    def predict_log_proba(self, /, x: Any) -> NDArray[Any]:
        """Natural logarithm of predict_proba(x)."""

class SVR(Estimator):
    """Support vector regression: errors beyond epsilon cost C each. Fitted by sequential minimal
    optimisation with second-order working sets (Fan, Chen, Lin: JMLR 6, 2005). x: rows x
    features, y: rows.
    """
    def __new__(cls, c: float = 1.0, epsilon: float = 0.1, kernel: Any = 'rbf', gamma: Any = None, *, degree: int = 3, coef0: float = 0.0, shrinking: bool = True, tol: float = 0.001, cache_size: float = 200.0, verbose: bool = False, max_iter: int = -1) -> Self: ...
    def __init__(self, /, c: float = 1.0, epsilon: float = 0.1, kernel: Any = 'rbf', gamma: Any = None, *, degree: int = 3, coef0: float = 0.0, shrinking: bool = True, tol: float = 0.001, cache_size: float = 200.0, verbose: bool = False, max_iter: int = -1) -> None: ...
    @property
    def c(self) -> float:
        """What an error costs: the penalty is |w|^2 / 2 beside C times the errors; > 0."""
    @c.setter
    def c(self, value: float, /) -> None: ...
    @property
    def C(self) -> float:
        """The same as c."""
    @C.setter
    def C(self, value: float, /) -> None: ...
    @property
    def epsilon(self) -> float:
        """Errors up to it cost nothing; >= 0."""
    @epsilon.setter
    def epsilon(self, value: float, /) -> None: ...
    @property
    def kernel(self) -> Any:
        """Rbf: exp(-gamma |x - y|^2); linear: x'y; poly: (gamma x'y + coef0)^degree; sigmoid:
        tanh(gamma x'y + coef0); precomputed: x holds the values, rows x rows in fit(); or a
        callable(x, y) that answers with the values of all pairs of rows.
        """
    @kernel.setter
    def kernel(self, value: Any, /) -> None: ...
    @property
    def gamma(self) -> Any:
        """Of the kernels rbf, poly and sigmoid: a number > 0; 'scale' or None = 1 / (features *
        variance of x); 'auto' = 1 / features.
        """
    @gamma.setter
    def gamma(self, value: Any, /) -> None: ...
    @property
    def degree(self) -> int:
        """Of the kernel poly; >= 0."""
    @degree.setter
    def degree(self, value: int, /) -> None: ...
    @property
    def coef0(self) -> float:
        """Constant of the kernels poly and sigmoid."""
    @coef0.setter
    def coef0(self, value: float, /) -> None: ...
    @property
    def shrinking(self) -> bool:
        """Whether rows that seem settled are set aside; the result is the same."""
    @shrinking.setter
    def shrinking(self, value: bool, /) -> None: ...
    @property
    def tol(self) -> float:
        """By how much a pair of rows may violate the optimum in the end; > 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def cache_size(self) -> float:
        """Megabytes for values of the kernel; > 0."""
    @cache_size.setter
    def cache_size(self, value: float, /) -> None: ...
    @property
    def verbose(self) -> bool:
        """Whether lines of progress go to standard error."""
    @verbose.setter
    def verbose(self, value: bool, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Steps at most, with a ConvergenceWarning; -1 = no limit."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def support_(self) -> NDArray[Any]:
        """Numbers of the rows that are support vectors."""
    @property
    def support_vectors_(self) -> NDArray[Any]:
        """These rows; 0 x 0 where the kernel is precomputed or a callable."""
    @property
    def n_support_(self) -> NDArray[Any]:
        """How many support vectors each class has; of others: how many there are."""
    @property
    def dual_coef_(self) -> NDArray[Any]:
        """What each support vector counts: (classes - 1) x vectors, 1 x vectors where there are no
        classes.
        """
    @property
    def intercept_(self) -> NDArray[Any]:
        """Constant of each decision function."""
    @property
    def coef_(self) -> NDArray[Any]:
        """Weights of the features, of the kernel linear alone: a row for each decision function."""
    @property
    def shape_fit_(self) -> Any:
        """Rows and columns of x in fit()."""
    @property
    def fit_status_(self) -> int:
        """0 = converged, 1 = not."""
    @property
    def n_iter_(self) -> Any:
        """Steps taken: a number, or of a classifier an array of one for each pair of classes."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""

class SelectKBest(Estimator):
    """The k columns with the highest scores, in the order of x. Columns that score NaN, as
    constant ones do, come last; of equal scores the later column stays.
    """
    def __new__(cls, score_func: Any = 'f_classif', k: Any = 10) -> Self: ...
    def __init__(self, /, score_func: Any = 'f_classif', k: Any = 10) -> None: ...
    @property
    def score_func(self) -> Any:
        """What scores the columns: f_classif (variance between classes beside that within),
        f_regression (correlation), chi2 (counts), mutual_info_classif, mutual_info_regression;
        or a function of x and y that gives scores, or (scores, p-values).
        """
    @score_func.setter
    def score_func(self, value: Any, /) -> None: ...
    @property
    def k(self) -> Any:
        """How many columns stay, from 1 to all; "all" = all."""
    @k.setter
    def k(self, value: Any, /) -> None: ...
    @property
    def scores_(self) -> NDArray[Any]:
        """Score of each column; NaN of a constant one."""
    @property
    def pvalues_(self) -> NDArray[Any]:
        """How likely chance gives a score as high; None for functions that do not tell."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def inverse_transform(self, /, x: Any) -> NDArray[Any]:
        """What transform() would have made x of, as far as that is known."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""
    def get_support(self, /, indices: bool = False) -> NDArray[Any]:
        """Which columns stay: a mask, or their numbers."""

class SimpleImputer(Estimator):
    """Fills what is missing (NaN) with one value for each column."""
    def __new__(cls, strategy: Literal["mean", "median", "most_frequent", "constant"] = 'mean', fill_value: Any = 0.0, *, missing_values: float | None = None, copy: bool = True, add_indicator: bool = False, keep_empty_features: bool = False) -> Self: ...
    def __init__(self, /, strategy: Literal["mean", "median", "most_frequent", "constant"] = 'mean', fill_value: Any = 0.0, *, missing_values: float | None = None, copy: bool = True, add_indicator: bool = False, keep_empty_features: bool = False) -> None: ...
    @property
    def strategy(self) -> str:
        """What stands for what is missing: the mean of the column, its median, its commonest
        number (the smallest of equals), or fill_value.
        """
    @strategy.setter
    def strategy(self, value: Literal["mean", "median", "most_frequent", "constant"], /) -> None: ...
    @property
    def fill_value(self) -> Any:
        """The number of strategy constant; None = 0."""
    @fill_value.setter
    def fill_value(self, value: Any, /) -> None: ...
    @property
    def missing_values(self) -> float | None:
        """The number that stands for a missing value; None and NaN = NaN."""
    @missing_values.setter
    def missing_values(self, value: float | None, /) -> None: ...
    @property
    def copy(self) -> bool:
        """Has no effect: what is given is never changed."""
    @copy.setter
    def copy(self, value: bool, /) -> None: ...
    @property
    def add_indicator(self) -> bool:
        """Whether columns of 0 and 1 are added that tell where something was missing."""
    @add_indicator.setter
    def add_indicator(self, value: bool, /) -> None: ...
    @property
    def keep_empty_features(self) -> bool:
        """Whether a column without any number is filled with 0 instead of refused."""
    @keep_empty_features.setter
    def keep_empty_features(self, value: bool, /) -> None: ...
    @property
    def statistics_(self) -> NDArray[Any]:
        """What stands for missing values in each column."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def inverse_transform(self, /, x: Any) -> NDArray[Any]:
        """What transform() would have made x of, as far as that is known."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class SparsePCA(Estimator):
    """Components of few columns each: minimises |x - mean - scores components|^2 / 2 + alpha
    |components|_1 over both, the scores of each component being of length 1 at most (Jenatton,
    Obozinski, Bach 2010; Mairal, Bach, Ponce, Sapiro 2009). transform() is a ridge regression
    of rows on the components.
    """
    def __new__(cls, n_components: int | None = 2, alpha: float = 1.0, max_iter: int = 1000, random_state: int | None = None, *, ridge_alpha: float = 0.01, tol: float = 1e-08, method: Literal["lars", "cd"] = 'lars', n_jobs: int | None = None, U_init: Any = None, V_init: Any = None, verbose: int = 0) -> Self: ...
    def __init__(self, /, n_components: int | None = 2, alpha: float = 1.0, max_iter: int = 1000, random_state: int | None = None, *, ridge_alpha: float = 0.01, tol: float = 1e-08, method: Literal["lars", "cd"] = 'lars', n_jobs: int | None = None, U_init: Any = None, V_init: Any = None, verbose: int = 0) -> None: ...
    @property
    def n_components(self) -> int | None:
        """How many components; >= 1; None = one for each column."""
    @n_components.setter
    def n_components(self, value: int | None, /) -> None: ...
    @property
    def alpha(self) -> float:
        """Penalty of the absolute values of components; >= 0."""
    @alpha.setter
    def alpha(self, value: float, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most turns; >= 0."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def ridge_alpha(self) -> float:
        """Penalty of squares in transform(), which is a ridge regression on the components; >= 0."""
    @ridge_alpha.setter
    def ridge_alpha(self, value: float, /) -> None: ...
    @property
    def tol(self) -> float:
        """Stop when a turn lessens the objective by less than this share of it; >= 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def method(self) -> str:
        """How components are found. lars: least angles; cd: coordinate descent."""
    @method.setter
    def method(self, value: Literal["lars", "cd"], /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Most threads to use; -1 or None = all processors."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def U_init(self) -> Any:
        """Scores to begin with, with V_init: rows x components."""
    @U_init.setter
    def U_init(self, value: Any, /) -> None: ...
    @property
    def V_init(self) -> Any:
        """Components to begin with, with U_init: components x d."""
    @V_init.setter
    def V_init(self, value: Any, /) -> None: ...
    @property
    def verbose(self) -> int:
        """1 = tell progress."""
    @verbose.setter
    def verbose(self, value: int, /) -> None: ...
    @property
    def components_(self) -> NDArray[Any]:
        """The components, of length 1: n_components_ x d."""
    @property
    def error_(self) -> NDArray[Any]:
        """The objective after each turn."""
    @property
    def mean_(self) -> NDArray[Any]:
        """Mean of each column."""
    @property
    def n_components_(self) -> int:
        """How many components."""
    @property
    def n_iter_(self) -> int:
        """Turns that were made."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def inverse_transform(self, /, x: Any) -> NDArray[Any]:
        """What transform() would have made x of, as far as that is known."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class SpectralClustering(Estimator):
    """Clusters of rows that hang together, whatever their shape: k-means, or another way to
    labels, on the first eigenvectors of the normalised Laplacian of their likeness (Shi and
    Malik 2000). Takes rows x rows of memory.
    """
    def __new__(cls, n_clusters: int = 8, gamma: float = 1.0, random_state: int | None = None, *, affinity: Any = 'rbf', n_neighbors: int = 10, degree: float = 3.0, coef0: float = 1.0, kernel_params: Any = None, n_components: int | None = None, assign_labels: Literal["kmeans", "discretize", "cluster_qr"] = 'kmeans', eigen_solver: Literal["arpack", "lobpcg", "amg"] | None = None, eigen_tol: Any = 'auto', n_jobs: int | None = None, n_init: int = 10, verbose: bool = False) -> Self: ...
    def __init__(self, /, n_clusters: int = 8, gamma: float = 1.0, random_state: int | None = None, *, affinity: Any = 'rbf', n_neighbors: int = 10, degree: float = 3.0, coef0: float = 1.0, kernel_params: Any = None, n_components: int | None = None, assign_labels: Literal["kmeans", "discretize", "cluster_qr"] = 'kmeans', eigen_solver: Literal["arpack", "lobpcg", "amg"] | None = None, eigen_tol: Any = 'auto', n_jobs: int | None = None, n_init: int = 10, verbose: bool = False) -> None: ...
    @property
    def n_clusters(self) -> int:
        """Clusters; from 1 to the number of rows."""
    @n_clusters.setter
    def n_clusters(self, value: int, /) -> None: ...
    @property
    def gamma(self) -> float:
        """Factor in the kernels rbf, laplacian, poly, sigmoid and chi2; >= 0."""
    @gamma.setter
    def gamma(self, value: float, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def affinity(self) -> Any:
        """Likeness of two rows. rbf: exp(-gamma |x - y|^2); laplacian: exp(-gamma |x - y|_1);
        linear: x'y; poly or polynomial: (gamma x'y + coef0)^degree; sigmoid: tanh(gamma x'y +
        coef0); cosine; additive_chi2 and chi2, of numbers >= 0; nearest_neighbors: being among
        the nearest; precomputed: what x holds; precomputed_nearest_neighbors: being among the
        nearest by the distances that x holds; or a callable of two rows that answers with a
        number >= 0.
        """
    @affinity.setter
    def affinity(self, value: Any, /) -> None: ...
    @property
    def n_neighbors(self) -> int:
        """How many are the nearest, the row itself counted; >= 1."""
    @n_neighbors.setter
    def n_neighbors(self, value: int, /) -> None: ...
    @property
    def degree(self) -> float:
        """Power of poly; >= 0."""
    @degree.setter
    def degree(self, value: float, /) -> None: ...
    @property
    def coef0(self) -> float:
        """Constant in poly and sigmoid."""
    @coef0.setter
    def coef0(self, value: float, /) -> None: ...
    @property
    def kernel_params(self) -> Any:
        """A dict of what a callable gets by name beside its two rows."""
    @kernel_params.setter
    def kernel_params(self, value: Any, /) -> None: ...
    @property
    def n_components(self) -> int | None:
        """Eigenvectors that labels are made from; None = n_clusters."""
    @n_components.setter
    def n_components(self, value: int | None, /) -> None: ...
    @property
    def assign_labels(self) -> str:
        """How labels are made from eigenvectors. kmeans; discretize: by the rotation nearest to
        indicators of clusters (Yu and Shi 2003); cluster_qr: by a factorisation with pivots,
        without chance (Damle, Minden, Ying 2019). The last two give as many clusters as
        eigenvectors.
        """
    @assign_labels.setter
    def assign_labels(self, value: Literal["kmeans", "discretize", "cluster_qr"], /) -> None: ...
    @property
    def eigen_solver(self) -> str | None:
        """Arpack or None: by Lanczos, all at once for few rows; lobpcg: by blocks of vectors
        (Knyazev 2001); amg is refused, as it needs pyamg.
        """
    @eigen_solver.setter
    def eigen_solver(self, value: Literal["arpack", "lobpcg", "amg"] | None, /) -> None: ...
    @property
    def eigen_tol(self) -> Any:
        """How exact eigenvectors are, where they are not computed all at once; 'auto' or 0 =
        nearly to the last digits by arpack, 3e-8 of the rows by lobpcg.
        """
    @eigen_tol.setter
    def eigen_tol(self, value: Any, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Most threads to use; -1 or None = all processors."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def n_init(self) -> int:
        """Runs of k-means, of which the best counts; >= 1."""
    @n_init.setter
    def n_init(self, value: int, /) -> None: ...
    @property
    def verbose(self) -> bool:
        """Whether progress is printed."""
    @verbose.setter
    def verbose(self, value: bool, /) -> None: ...
    @property
    def labels_(self) -> NDArray[Any]:
        """The cluster of each row, as float64."""
    @property
    def affinity_matrix_(self) -> NDArray[Any]:
        """Likeness of the rows."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def fit_predict(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x), and the cluster of each row: labels_."""
    @property
    def labels_int_(self) -> NDArray[Any]:
        """labels_ as integers: the cluster of each row that it was fitted to, -1 for noise."""

class StackingClassifier(Estimator):
    """A classifier that learns from what several others say of rows they have not seen (Wolpert
    1992). All learn the numbers of the classes, their places in classes_.
    """
    def __new__(cls, estimators: Any = None, final_estimator: Any = None, cv: Any = 5, passthrough: bool = False, *, stack_method: Literal["auto", "predict_proba", "decision_function", "predict"] = 'auto', n_jobs: int | None = None, verbose: int = 0) -> Self: ...
    def __init__(self, /, estimators: Any = None, final_estimator: Any = None, cv: Any = 5, passthrough: bool = False, *, stack_method: Literal["auto", "predict_proba", "decision_function", "predict"] = 'auto', n_jobs: int | None = None, verbose: int = 0) -> None: ...
    @property
    def estimators(self) -> Any:
        """List of (name, estimator): any objects with fit() and predict(), names of them, or
        "drop"; or of (max_depth or None, min_samples_split) for decision trees; None = two
        trees, of depth 3 and without bound.
        """
    @estimators.setter
    def estimators(self, value: Any, /) -> None: ...
    @property
    def final_estimator(self) -> Any:
        """What learns from their predictions: an estimator, or (max_depth or None,
        min_samples_split) for a decision tree; None = LogisticRegression().
        """
    @final_estimator.setter
    def final_estimator(self, value: Any, /) -> None: ...
    @property
    def cv(self) -> Any:
        """Folds for predictions of rows that were not learned from: their number, at least 2, a
        splitter, pairs of train and test rows; None = 5; "prefit": the estimators are fitted
        already and used as they are.
        """
    @cv.setter
    def cv(self, value: Any, /) -> None: ...
    @property
    def passthrough(self) -> bool:
        """The final estimator gets x, too, behind the predictions."""
    @passthrough.setter
    def passthrough(self, value: bool, /) -> None: ...
    @property
    def stack_method(self) -> str:
        """What the estimators are asked; auto: the first of predict_proba, decision_function and
        predict that they have.
        """
    @stack_method.setter
    def stack_method(self, value: Literal["auto", "predict_proba", "decision_function", "predict"], /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Threads at most; None = all. Estimators of Python run one after the other."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def verbose(self) -> int:
        """Above 0: tell of progress on standard error."""
    @verbose.setter
    def verbose(self, value: int, /) -> None: ...
    @property
    def estimators_(self) -> Any:
        """The estimators, fitted to all data."""
    @property
    def named_estimators_(self) -> Any:
        """The same by name."""
    @property
    def final_estimator_(self) -> Any:
        """The one that has learned from their predictions."""
    @property
    def stack_method_(self) -> Any:
        """What each of them is asked: names of methods."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """Probability of each class for each row of x: rows x classes, in the order of classes_."""
    def predict_log_proba(self, /, x: Any) -> NDArray[Any]:
        """Natural logarithm of predict_proba(x)."""
    def decision_function(self, /, x: Any) -> NDArray[Any]:
        """How far each row of x is on the side of a class: rows x classes; one number a row for
        two classes, positive for the second, and for outlier detectors, negative for outliers.
        """
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and what the estimators say of x."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""
    @property
    def named_estimators(self) -> dict[str, Any]:
        """The estimators that were given, by name."""

class StackingRegressor(Estimator):
    """A regressor that learns from what several others predict of rows they have not seen (Wolpert
    1992).
    """
    def __new__(cls, estimators: Any = None, final_estimator: Any = None, cv: Any = 5, passthrough: bool = False, *, n_jobs: int | None = None, verbose: int = 0) -> Self: ...
    def __init__(self, /, estimators: Any = None, final_estimator: Any = None, cv: Any = 5, passthrough: bool = False, *, n_jobs: int | None = None, verbose: int = 0) -> None: ...
    @property
    def estimators(self) -> Any:
        """List of (name, estimator): any objects with fit() and predict(), names of them, or
        "drop"; or of (max_depth or None, min_samples_split) for decision trees; None = two
        trees, of depth 3 and without bound.
        """
    @estimators.setter
    def estimators(self, value: Any, /) -> None: ...
    @property
    def final_estimator(self) -> Any:
        """What learns from their predictions: an estimator, or (max_depth or None,
        min_samples_split) for a decision tree; None = RidgeCV().
        """
    @final_estimator.setter
    def final_estimator(self, value: Any, /) -> None: ...
    @property
    def cv(self) -> Any:
        """Folds for predictions of rows that were not learned from: their number, at least 2, a
        splitter, pairs of train and test rows; None = 5; "prefit": the estimators are fitted
        already and used as they are.
        """
    @cv.setter
    def cv(self, value: Any, /) -> None: ...
    @property
    def passthrough(self) -> bool:
        """The final estimator gets x, too, behind the predictions."""
    @passthrough.setter
    def passthrough(self, value: bool, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Threads at most; None = all. Estimators of Python run one after the other."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def verbose(self) -> int:
        """Above 0: tell of progress on standard error."""
    @verbose.setter
    def verbose(self, value: int, /) -> None: ...
    @property
    def estimators_(self) -> Any:
        """The estimators, fitted to all data."""
    @property
    def named_estimators_(self) -> Any:
        """The same by name."""
    @property
    def final_estimator_(self) -> Any:
        """The one that has learned from their predictions."""
    @property
    def stack_method_(self) -> Any:
        """What each of them is asked: names of methods."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and what the estimators say of x."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""
    @property
    def named_estimators(self) -> dict[str, Any]:
        """The estimators that were given, by name."""

class StandardScaler(Estimator):
    """Columns with mean 0 and variance 1: (x - mean) / standard deviation, with population
    moments. NaN is left out when learning and stays where it is.
    """
    def __new__(cls, with_mean: bool = True, with_std: bool = True, *, copy: bool = True) -> Self: ...
    def __init__(self, /, with_mean: bool = True, with_std: bool = True, *, copy: bool = True) -> None: ...
    @property
    def with_mean(self) -> bool:
        """Whether the mean of each column is taken away."""
    @with_mean.setter
    def with_mean(self, value: bool, /) -> None: ...
    @property
    def with_std(self) -> bool:
        """Whether each column is divided by its standard deviation."""
    @with_std.setter
    def with_std(self, value: bool, /) -> None: ...
    @property
    def copy(self) -> bool:
        """Has no effect: what is given is never changed."""
    @copy.setter
    def copy(self, value: bool, /) -> None: ...
    @property
    def mean_(self) -> NDArray[Any]:
        """Mean of each column; there unless both parameters are false."""
    @property
    def var_(self) -> NDArray[Any]:
        """Population variance of each column; there with with_std."""
    @property
    def scale_(self) -> NDArray[Any]:
        """What each column is divided by: the root of var_, 1 for constant columns."""
    def fit(self, /, x: Any, y: Any = None, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def inverse_transform(self, /, x: Any) -> NDArray[Any]:
        """What transform() would have made x of, as far as that is known."""
    def partial_fit(self, /, x: Any, y: Any = None, sample_weight: Any = None) -> Estimator:
        """Learn from more rows, going on from what was learned."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""
    @property
    def n_samples_seen_(self) -> Any:
        """Rows seen, or the sum of their weights; one number for each column when some had NaN."""

class TSNE(Estimator):
    """A map of rows in few dimensions on which near ones stay near (van der Maaten and Hinton
    2008): the probabilities that rows are neighbours are those of normal distributions in x, of
    Student's t in the map. Forces between far points by Barnes and Hut (van der Maaten 2014).
    """
    def __new__(cls, n_components: int = 2, perplexity: float = 30.0, learning_rate: Any = 200.0, n_iter: int = 1000, random_state: int | None = None, *, early_exaggeration: float = 12.0, n_iter_without_progress: int = 300, min_grad_norm: float = 1e-07, metric: Literal["euclidean", "l2", "manhattan", "l1", "cityblock", "chebyshev", "minkowski", "cosine", "precomputed"] = 'euclidean', metric_params: dict[str, Any] | None = None, init: Any = 'pca', verbose: bool = False, method: Literal["barnes_hut", "exact"] = 'barnes_hut', angle: float = 0.5, n_jobs: int | None = None) -> Self: ...
    def __init__(self, /, n_components: int = 2, perplexity: float = 30.0, learning_rate: Any = 200.0, n_iter: int = 1000, random_state: int | None = None, *, early_exaggeration: float = 12.0, n_iter_without_progress: int = 300, min_grad_norm: float = 1e-07, metric: Literal["euclidean", "l2", "manhattan", "l1", "cityblock", "chebyshev", "minkowski", "cosine", "precomputed"] = 'euclidean', metric_params: dict[str, Any] | None = None, init: Any = 'pca', verbose: bool = False, method: Literal["barnes_hut", "exact"] = 'barnes_hut', angle: float = 0.5, n_jobs: int | None = None) -> None: ...
    @property
    def n_components(self) -> int:
        """Dimensions of the map; >= 1; more than 3 are always computed exactly."""
    @n_components.setter
    def n_components(self, value: int, /) -> None: ...
    @property
    def perplexity(self) -> float:
        """About how many neighbours a row has; > 0, less than the rows of x."""
    @perplexity.setter
    def perplexity(self, value: float, /) -> None: ...
    @property
    def learning_rate(self) -> Any:
        """Length of a step; > 0; 'auto' = rows / early_exaggeration / 4, at least 50."""
    @learning_rate.setter
    def learning_rate(self, value: Any, /) -> None: ...
    @property
    def n_iter(self) -> int:
        """Most steps; >= 250. max_iter is another name for it."""
    @n_iter.setter
    def n_iter(self, value: int, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """The same as n_iter."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def early_exaggeration(self) -> float:
        """How much stronger neighbours pull in the first 250 steps; >= 1."""
    @early_exaggeration.setter
    def early_exaggeration(self, value: float, /) -> None: ...
    @property
    def n_iter_without_progress(self) -> int:
        """Stop after so many steps that do not lower the divergence, which is looked at every 50."""
    @n_iter_without_progress.setter
    def n_iter_without_progress(self, value: int, /) -> None: ...
    @property
    def min_grad_norm(self) -> float:
        """Stop when the gradient is shorter; >= 0."""
    @min_grad_norm.setter
    def min_grad_norm(self, value: float, /) -> None: ...
    @property
    def metric(self) -> str:
        """Distance of rows; precomputed: x is their distances."""
    @metric.setter
    def metric(self, value: Literal["euclidean", "l2", "manhattan", "l1", "cityblock", "chebyshev", "minkowski", "cosine", "precomputed"], /) -> None: ...
    @property
    def metric_params(self) -> dict[str, Any] | None:
        """{'p': power >= 1} of minkowski."""
    @metric_params.setter
    def metric_params(self, value: dict[str, Any] | None, /) -> None: ...
    @property
    def init(self) -> Any:
        """The beginning: 'pca': principal components, 'random', or an array: rows x n_components."""
    @init.setter
    def init(self, value: Any, /) -> None: ...
    @property
    def verbose(self) -> bool:
        """Whether progress is printed."""
    @verbose.setter
    def verbose(self, value: bool, /) -> None: ...
    @property
    def method(self) -> str:
        """Barnes_hut: far points are taken together, in a time of about n ln n; exact: n^2."""
    @method.setter
    def method(self, value: Literal["barnes_hut", "exact"], /) -> None: ...
    @property
    def angle(self) -> float:
        """Size over distance below which points are taken together, from 0 to 1."""
    @angle.setter
    def angle(self, value: float, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Most threads to use; -1 or None = all processors."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def embedding_(self) -> NDArray[Any]:
        """The map: rows x n_components."""
    @property
    def kl_divergence_(self) -> float:
        """Divergence of the map from the neighbourhoods in x."""
    @property
    def learning_rate_(self) -> float:
        """Length of a step that was used."""
    @property
    def n_iter_(self) -> int:
        """Steps that were made."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x), and the map: embedding_."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class TfidfTransformer(Estimator):
    """Counts weighted by how rare their terms are (Spaerck Jones 1972): count * (ln((1 + n) / (1 +
    texts)) + 1), then rows of length 1.
    """
    def __new__(cls, use_idf: bool = True, smooth_idf: bool = True, sublinear_tf: bool = False, *, norm: Any = 'l2') -> Self: ...
    def __init__(self, /, use_idf: bool = True, smooth_idf: bool = True, sublinear_tf: bool = False, *, norm: Any = 'l2') -> None: ...
    @property
    def use_idf(self) -> bool:
        """Whether terms count less the more texts have them."""
    @use_idf.setter
    def use_idf(self, value: bool, /) -> None: ...
    @property
    def smooth_idf(self) -> bool:
        """Whether each term is as if it occurred in one text more."""
    @smooth_idf.setter
    def smooth_idf(self, value: bool, /) -> None: ...
    @property
    def sublinear_tf(self) -> bool:
        """Whether a count c becomes 1 + ln c."""
    @sublinear_tf.setter
    def sublinear_tf(self, value: bool, /) -> None: ...
    @property
    def norm(self) -> Any:
        """What becomes 1 in each row: "l2" the length, "l1" the sum, None = nothing."""
    @norm.setter
    def norm(self, value: Any, /) -> None: ...
    @property
    def idf_(self) -> NDArray[Any]:
        """Weight of each term; there with use_idf."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class TfidfVectorizer(Estimator):
    """Texts as rows of weighted counts: CountVectorizer, then TfidfTransformer."""
    def __new__(cls, max_features: int | None = None, ngram_range_min: int = 1, ngram_range_max: int = 1, lowercase: bool = True, binary: bool = False, use_idf: bool = True, smooth_idf: bool = True, sublinear_tf: bool = False, *, norm: Any = 'l2', ngram_range: list[int] | None = None, token_pattern: str | None = None, tokenizer: Callable[..., Any] | None = None, preprocessor: Callable[..., Any] | None = None, input: Literal["content", "filename", "file"] = 'content', encoding: str = 'utf-8', decode_error: Literal["strict", "ignore", "replace"] = 'strict', strip_accents: Any = None, stop_words: Any = None, analyzer: Any = 'word', dtype: Any = 'float64', max_df: float | None = 1.0, min_df: float | None = 1, vocabulary: Any = None, sparse_output: bool = False) -> Self: ...
    def __init__(self, /, max_features: int | None = None, ngram_range_min: int = 1, ngram_range_max: int = 1, lowercase: bool = True, binary: bool = False, use_idf: bool = True, smooth_idf: bool = True, sublinear_tf: bool = False, *, norm: Any = 'l2', ngram_range: list[int] | None = None, token_pattern: str | None = None, tokenizer: Callable[..., Any] | None = None, preprocessor: Callable[..., Any] | None = None, input: Literal["content", "filename", "file"] = 'content', encoding: str = 'utf-8', decode_error: Literal["strict", "ignore", "replace"] = 'strict', strip_accents: Any = None, stop_words: Any = None, analyzer: Any = 'word', dtype: Any = 'float64', max_df: float | None = 1.0, min_df: float | None = 1, vocabulary: Any = None, sparse_output: bool = False) -> None: ...
    @property
    def max_features(self) -> int | None:
        """Only the terms that occur most often, of equals the first by letters; None = all."""
    @max_features.setter
    def max_features(self, value: int | None, /) -> None: ...
    @property
    def ngram_range_min(self) -> int:
        """Fewest words (or characters) in a row that make a term; >= 1."""
    @ngram_range_min.setter
    def ngram_range_min(self, value: int, /) -> None: ...
    @property
    def ngram_range_max(self) -> int:
        """Most words (or characters) in a row that make a term."""
    @ngram_range_max.setter
    def ngram_range_max(self, value: int, /) -> None: ...
    @property
    def lowercase(self) -> bool:
        """Whether all letters are made small."""
    @lowercase.setter
    def lowercase(self, value: bool, /) -> None: ...
    @property
    def binary(self) -> bool:
        """Whether a term counts once in a text, however often it occurs."""
    @binary.setter
    def binary(self, value: bool, /) -> None: ...
    @property
    def use_idf(self) -> bool:
        """Whether terms count less the more texts have them."""
    @use_idf.setter
    def use_idf(self, value: bool, /) -> None: ...
    @property
    def smooth_idf(self) -> bool:
        """Whether each term is as if it occurred in one text more."""
    @smooth_idf.setter
    def smooth_idf(self, value: bool, /) -> None: ...
    @property
    def sublinear_tf(self) -> bool:
        """Whether a count c becomes 1 + ln c."""
    @sublinear_tf.setter
    def sublinear_tf(self, value: bool, /) -> None: ...
    @property
    def norm(self) -> Any:
        """What becomes 1 in each row: "l2" the length, "l1" the sum, None = nothing."""
    @norm.setter
    def norm(self, value: Any, /) -> None: ...
    @property
    def ngram_range(self) -> list[int] | None:
        """(fewest, most) in place of ngram_range_min and ngram_range_max."""
    @ngram_range.setter
    def ngram_range(self, value: list[int] | None, /) -> None: ...
    @property
    def token_pattern(self) -> str | None:
        """Regular expression of a word, its group (if it has one) being the word; None = two word
        characters and more.
        """
    @token_pattern.setter
    def token_pattern(self, value: str | None, /) -> None: ...
    @property
    def tokenizer(self) -> Callable[..., Any] | None:
        """A function from a text to its words; None = by token_pattern."""
    @tokenizer.setter
    def tokenizer(self, value: Callable[..., Any] | None, /) -> None: ...
    @property
    def preprocessor(self) -> Callable[..., Any] | None:
        """A function from a text to the text that is looked at, in place of lowercase and
        strip_accents; None = none.
        """
    @preprocessor.setter
    def preprocessor(self, value: Callable[..., Any] | None, /) -> None: ...
    @property
    def input(self) -> str:
        """What x lists: content: texts or bytes; filename: paths of regular files of at most 64
        MiB; file: objects with read().
        """
    @input.setter
    def input(self, value: Literal["content", "filename", "file"], /) -> None: ...
    @property
    def encoding(self) -> str:
        """What bytes and files are written in: utf-8, latin-1, or any name that iconv knows."""
    @encoding.setter
    def encoding(self, value: str, /) -> None: ...
    @property
    def decode_error(self) -> str:
        """Bytes that are no text: strict: MlError; ignore: left out; replace: U+FFFD (the latter
        two with utf-8, ascii and latin-1).
        """
    @decode_error.setter
    def decode_error(self, value: Literal["strict", "ignore", "replace"], /) -> None: ...
    @property
    def strip_accents(self) -> Any:
        """"ascii": letters without accents, what else is not ASCII left out; "unicode": accents
        left out; or a function from text to text; None = as they are.
        """
    @strip_accents.setter
    def strip_accents(self, value: Any, /) -> None: ...
    @property
    def stop_words(self) -> Any:
        """Words that are no terms: a list, or "english" for the 318 of the Glasgow list; None =
        none.
        """
    @stop_words.setter
    def stop_words(self, value: Any, /) -> None: ...
    @property
    def analyzer(self) -> Any:
        """What terms are made of: "word", "char", or "char_wb" for characters within words; or a
        function from a text to its terms.
        """
    @analyzer.setter
    def analyzer(self, value: Any, /) -> None: ...
    @property
    def dtype(self) -> Any:
        """Kind of the numbers of dense output: float64, float32, and for counts int64, by name or
        as numpy's class.
        """
    @dtype.setter
    def dtype(self, value: Any, /) -> None: ...
    @property
    def max_df(self) -> float | None:
        """Most texts a term may occur in: a count (int) or a share (float)."""
    @max_df.setter
    def max_df(self, value: float | None, /) -> None: ...
    @property
    def min_df(self) -> float | None:
        """Fewest texts a term must occur in: a count (int) or a share (float)."""
    @min_df.setter
    def min_df(self, value: float | None, /) -> None: ...
    @property
    def vocabulary(self) -> Any:
        """The terms: a list, or a dict from term to column; None = those of the texts."""
    @vocabulary.setter
    def vocabulary(self, value: Any, /) -> None: ...
    @property
    def sparse_output(self) -> bool:
        """Whether a sparse matrix is given instead of a dense one."""
    @sparse_output.setter
    def sparse_output(self, value: bool, /) -> None: ...
    @property
    def vocabulary_(self) -> Any:
        """Dict from term to column."""
    @property
    def fixed_vocabulary_(self) -> bool:
        """Whether the terms were given, not learned."""
    @property
    def idf_(self) -> NDArray[Any]:
        """Weight of each term; there with use_idf."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def build_analyzer(self, /) -> Callable[..., Any]:
        """A function from a document to the list of its terms."""
    def build_preprocessor(self, /) -> Callable[..., Any]:
        """A function from a text to the form that tokens are sought in."""
    def build_tokenizer(self, /) -> Callable[..., Any]:
        """A function from a text to the list of its tokens."""
    def decode(self, /, doc: Any) -> str:
        """The text of a document, by input and encoding."""
    def get_stop_words(self, /) -> Any:
        """The words that are no terms: a list, or None."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""
    def inverse_transform(self, /, x: Any) -> list[Any]:
        """For each row of numbers the list of the terms whose number is not 0."""
    def get_vocabulary(self, /) -> dict[str, Any]:
        """vocabulary_: dict from term to column."""

class TheilSenRegressor(Estimator):
    """Robust regression (Theil 1950; Sen 1968; Dang, Peng, Wang, Zhang 2008): the spatial median
    of the weights that least squares finds in many samples as small as can be.
    """
    def __new__(cls, max_subpopulation: float = 10000.0, fit_intercept: bool = True, *, n_subsamples: int | None = None, max_iter: int = 300, tol: float = 0.001, random_state: int | None = None, n_jobs: int | None = None, verbose: bool = False) -> Self: ...
    def __init__(self, /, max_subpopulation: float = 10000.0, fit_intercept: bool = True, *, n_subsamples: int | None = None, max_iter: int = 300, tol: float = 0.001, random_state: int | None = None, n_jobs: int | None = None, verbose: bool = False) -> None: ...
    @property
    def max_subpopulation(self) -> float:
        """Most samples; where all subsets are no more than these, each is taken once; >= 1."""
    @max_subpopulation.setter
    def max_subpopulation(self, value: float, /) -> None: ...
    @property
    def fit_intercept(self) -> bool:
        """Whether a constant is learned, too; without it the data should be centred."""
    @fit_intercept.setter
    def fit_intercept(self, value: bool, /) -> None: ...
    @property
    def n_subsamples(self) -> int | None:
        """Rows of each sample; None = as many as there are weights, which is the most robust."""
    @n_subsamples.setter
    def n_subsamples(self, value: int | None, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most iterations of the median; >= 0."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def tol(self) -> float:
        """The median is found when it moves by less; >= 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Most threads to use; -1 or None = all processors."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def verbose(self) -> bool:
        """Whether progress is told on standard error."""
    @verbose.setter
    def verbose(self, value: bool, /) -> None: ...
    @property
    def coef_(self) -> NDArray[Any]:
        """Weights of the features: d numbers, or outputs x d when y was a matrix."""
    @property
    def intercept_(self) -> Any:
        """What is added to x'w: a number, or one per output when y was a matrix; 0.0 without an
        intercept.
        """
    @property
    def breakdown_(self) -> float:
        """Share of outliers that it can bear."""
    @property
    def n_iter_(self) -> int:
        """Iterations of the median."""
    @property
    def n_subpopulation_(self) -> int:
        """Samples."""
    def fit(self, /, x: Any, y: Any, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""

class TruncatedSVD(Estimator):
    """The first singular vectors of x, which is not centred and may stay sparse: latent semantic
    analysis of counts of words. The entry of each component that is largest by magnitude is
    positive.
    """
    def __new__(cls, n_components: int = 2, n_iter: int = 5, random_state: int | None = None, *, algorithm: Literal["randomized", "arpack"] = 'randomized', n_oversamples: int = 10, power_iteration_normalizer: Literal["auto", "QR", "LU", "none"] = 'auto', tol: float = 0.0) -> Self: ...
    def __init__(self, /, n_components: int = 2, n_iter: int = 5, random_state: int | None = None, *, algorithm: Literal["randomized", "arpack"] = 'randomized', n_oversamples: int = 10, power_iteration_normalizer: Literal["auto", "QR", "LU", "none"] = 'auto', tol: float = 0.0) -> None: ...
    @property
    def n_components(self) -> int:
        """How many components; at least 1, at most the smaller side of x."""
    @n_components.setter
    def n_components(self, value: int, /) -> None: ...
    @property
    def n_iter(self) -> int:
        """Power iterations of randomized; >= 0."""
    @n_iter.setter
    def n_iter(self, value: int, /) -> None: ...
    @property
    def random_state(self) -> int | None:
        """Seed of the random numbers: an int >= 0 makes results repeatable on any machine and
        number of threads; None = a fresh one.
        """
    @random_state.setter
    def random_state(self, value: int | None, /) -> None: ...
    @property
    def algorithm(self) -> str:
        """Randomized: by random projection (Halko, Martinsson, Tropp 2011); arpack: by Lanczos, to
        the last digits.
        """
    @algorithm.setter
    def algorithm(self, value: Literal["randomized", "arpack"], /) -> None: ...
    @property
    def n_oversamples(self) -> int:
        """Random vectors more than components; >= 1."""
    @n_oversamples.setter
    def n_oversamples(self, value: int, /) -> None: ...
    @property
    def power_iteration_normalizer(self) -> str:
        """None: power iterations go without a fresh basis; all others make it by QR."""
    @power_iteration_normalizer.setter
    def power_iteration_normalizer(self, value: Literal["auto", "QR", "LU", "none"], /) -> None: ...
    @property
    def tol(self) -> float:
        """Tolerance of arpack; 0 = to the last digits."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def components_(self) -> NDArray[Any]:
        """Right singular vectors: n_components x d."""
    @property
    def explained_variance_(self) -> NDArray[Any]:
        """Variance of each column of transform(x)."""
    @property
    def explained_variance_ratio_(self) -> NDArray[Any]:
        """Its share of the variance of all columns."""
    @property
    def singular_values_(self) -> NDArray[Any]:
        """Singular values of x."""
    def fit(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and x in its new form."""
    def inverse_transform(self, /, x: Any) -> NDArray[Any]:
        """What transform() would have made x of, as far as that is known."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""

class TweedieRegressor(Estimator):
    """A generalised linear model for y of a Tweedie distribution, with a penalty of squares:
    minimises half the mean deviance plus alpha |w|^2 / 2 (Nelder and Wedderburn 1972). Newton's
    method where there are few parameters, else L-BFGS.
    """
    def __new__(cls, power: float = 0.0, alpha: float = 1.0, fit_intercept: bool = True, max_iter: int = 100, *, solver: Literal["lbfgs", "newton-cholesky"] = 'lbfgs', tol: float = 0.0001, warm_start: bool = False, verbose: int = 0, link: Literal["auto", "identity", "log"] = 'auto') -> Self: ...
    def __init__(self, /, power: float = 0.0, alpha: float = 1.0, fit_intercept: bool = True, max_iter: int = 100, *, solver: Literal["lbfgs", "newton-cholesky"] = 'lbfgs', tol: float = 0.0001, warm_start: bool = False, verbose: int = 0, link: Literal["auto", "identity", "log"] = 'auto') -> None: ...
    @property
    def power(self) -> float:
        """Of the mean in the variance of y: 0 normal, 1 Poisson, between 1 and 2 compound Poisson
        and gamma, 2 gamma, 3 inverse Gaussian.
        """
    @power.setter
    def power(self, value: float, /) -> None: ...
    @property
    def alpha(self) -> float:
        """Strength of the penalty alpha |w|^2 / 2; >= 0."""
    @alpha.setter
    def alpha(self, value: float, /) -> None: ...
    @property
    def fit_intercept(self) -> bool:
        """Whether a constant is learned, too; without it the data should be centred."""
    @fit_intercept.setter
    def fit_intercept(self, value: bool, /) -> None: ...
    @property
    def max_iter(self) -> int:
        """Most iterations; >= 1."""
    @max_iter.setter
    def max_iter(self, value: int, /) -> None: ...
    @property
    def solver(self) -> str:
        """Both have the same minimum; the method is chosen by the size of the data."""
    @solver.setter
    def solver(self, value: Literal["lbfgs", "newton-cholesky"], /) -> None: ...
    @property
    def tol(self) -> float:
        """The largest slope of the objective that counts as the minimum; > 0."""
    @tol.setter
    def tol(self, value: float, /) -> None: ...
    @property
    def warm_start(self) -> bool:
        """Whether fit() starts from what was learned before."""
    @warm_start.setter
    def warm_start(self, value: bool, /) -> None: ...
    @property
    def verbose(self) -> int:
        """> 0: tell of progress on standard error."""
    @verbose.setter
    def verbose(self, value: int, /) -> None: ...
    @property
    def coef_(self) -> NDArray[Any]:
        """Weights of the features: d numbers, or outputs x d when y was a matrix."""
    @property
    def intercept_(self) -> Any:
        """What is added to x'w: a number, or one per output when y was a matrix; 0.0 without an
        intercept.
        """
    @property
    def n_iter_(self) -> int:
        """Iterations."""
    @property
    def link(self) -> str:
        """The mean of y is x'w + b (identity) or its exponential (log); auto: identity for power
        <= 0.
        """
    @link.setter
    def link(self, value: Literal["auto", "identity", "log"], /) -> None: ...
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None, *, metric: Literal["r2", "d2"] = 'r2') -> float:
        """How good predict(x) is beside y: R2, or the share of the deviance that is explained (1 =
        all).
        """

class VotingClassifier(Estimator):
    """Several classifiers that vote. They learn the numbers of the classes (their places in
    classes_) as copies; those of the library at once.
    """
    def __new__(cls, estimators: Any = None, weights: Any = None, *, voting: Literal["hard", "soft"] = 'hard', n_jobs: int | None = None, verbose: bool = False, flatten_transform: bool = True) -> Self: ...
    def __init__(self, /, estimators: Any = None, weights: Any = None, *, voting: Literal["hard", "soft"] = 'hard', n_jobs: int | None = None, verbose: bool = False, flatten_transform: bool = True) -> None: ...
    @property
    def estimators(self) -> Any:
        """List of (name, estimator): any objects with fit() and predict(), names of classifiers,
        or "drop"; or of (max_depth or None, min_samples_split) for decision trees; None = three
        trees, of depth 3, 5 and without bound.
        """
    @estimators.setter
    def estimators(self, value: Any, /) -> None: ...
    @property
    def weights(self) -> Any:
        """A weight >= 0 for each estimator; None = all the same."""
    @weights.setter
    def weights(self, value: Any, /) -> None: ...
    @property
    def voting(self) -> str:
        """Hard: the class that most predict, the first of equals; soft: that of the highest mean
        probability.
        """
    @voting.setter
    def voting(self, value: Literal["hard", "soft"], /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Threads at most; None = all. Estimators of Python run one after the other."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def verbose(self) -> bool:
        """Tell of progress on standard error."""
    @verbose.setter
    def verbose(self, value: bool, /) -> None: ...
    @property
    def flatten_transform(self) -> bool:
        """Transform() of probabilities: n x (estimators * classes); false: estimators x n x
        classes.
        """
    @flatten_transform.setter
    def flatten_transform(self, value: bool, /) -> None: ...
    @property
    def estimators_(self) -> Any:
        """The fitted estimators."""
    @property
    def named_estimators_(self) -> Any:
        """The same by name."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    def predict_proba(self, /, x: Any) -> NDArray[Any]:
        """Probability of each class for each row of x: rows x classes, in the order of classes_."""
    def predict_log_proba(self, /, x: Any) -> NDArray[Any]:
        """Natural logarithm of predict_proba(x)."""
    @property
    def classes_(self) -> NDArray[Any]:
        """The labels it knows, sorted."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and what the estimators say of x."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""
    @property
    def named_estimators(self) -> dict[str, Any]:
        """The estimators that were given, by name."""

class VotingRegressor(Estimator):
    """The weighted mean of what several regressors predict. They learn as copies; those of the
    library at once.
    """
    def __new__(cls, estimators: Any = None, weights: Any = None, *, n_jobs: int | None = None, verbose: bool = False) -> Self: ...
    def __init__(self, /, estimators: Any = None, weights: Any = None, *, n_jobs: int | None = None, verbose: bool = False) -> None: ...
    @property
    def estimators(self) -> Any:
        """List of (name, estimator): any objects with fit() and predict(), names of regressors, or
        "drop"; or of (max_depth or None, min_samples_split) for decision trees; None = three
        trees, of depth 3, 5 and without bound.
        """
    @estimators.setter
    def estimators(self, value: Any, /) -> None: ...
    @property
    def weights(self) -> Any:
        """A weight >= 0 for each estimator; None = all the same."""
    @weights.setter
    def weights(self, value: Any, /) -> None: ...
    @property
    def n_jobs(self) -> int | None:
        """Threads at most; None = all. Estimators of Python run one after the other."""
    @n_jobs.setter
    def n_jobs(self, value: int | None, /) -> None: ...
    @property
    def verbose(self) -> bool:
        """Tell of progress on standard error."""
    @verbose.setter
    def verbose(self, value: bool, /) -> None: ...
    @property
    def estimators_(self) -> Any:
        """The fitted estimators."""
    @property
    def named_estimators_(self) -> Any:
        """The same by name."""
    def fit(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> Estimator:
        """Learn from x (and y); returns self. A failure leaves what was learned before."""
    def predict(self, /, x: Any) -> NDArray[Any]:
        """The answer for each row of x: a label of a classifier, a number of a regressor, the
        cluster of a clusterer.
        """
    def score(self, /, x: Any, y: Any, sample_weight: Any = None) -> float:
        """How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor."""
    def transform(self, /, x: Any) -> NDArray[Any]:
        """x in its new form."""
    def fit_transform(self, /, x: Any, y: Any, sample_weight: Any = None, *, progress: Callable[..., Any] | None = None) -> NDArray[Any]:
        """fit(x, y), and what the estimators say of x."""
    def get_feature_names_out(self, /, input_features: list[str] | None = None) -> NDArray[Any]:
        """Names of the columns that transform() gives."""
    @property
    def named_estimators(self) -> dict[str, Any]:
        """The estimators that were given, by name."""

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
