"""Generated from the tables of the library by tools/generate.py; do not edit."""

import builtins
import sys
from collections.abc import Callable, Generator
from typing import Any, ClassVar, Literal, Self, final
from typing_extensions import Buffer, disjoint_base

__version__: str

def __dir__() -> list[str]: ...
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
        """Ask a language model."""
    @staticmethod
    def tool_call() -> Capability:
        """Use a tool."""
    @staticmethod
    def external_api_call() -> Capability:
        """Call a service outside."""
    @staticmethod
    def file_read() -> Capability:
        """Read files."""
    @staticmethod
    def file_write() -> Capability:
        """Write files."""
    @staticmethod
    def database_read() -> Capability:
        """Read databases."""
    @staticmethod
    def database_write() -> Capability:
        """Write to databases."""
    @staticmethod
    def delegation() -> Capability:
        """Hand work on to other agents."""
    @staticmethod
    def code_execution() -> Capability:
        """Run code."""
    @staticmethod
    def trust_management() -> Capability:
        """Change who is trusted."""
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
        """A language model was asked."""
    @staticmethod
    def tool_call() -> EatpActionType:
        """A tool was used."""
    @staticmethod
    def data_access() -> EatpActionType:
        """Data was read or written."""
    @staticmethod
    def sub_agent_spawn() -> EatpActionType:
        """Another agent was started."""
    @staticmethod
    def user_interaction() -> EatpActionType:
        """A human was talked to."""
    @staticmethod
    def policy_decision() -> EatpActionType:
        """A policy was applied."""
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
        """The lowest level."""
    @staticmethod
    def restricted() -> EatpConfidentialityLevel:
        """Above public."""
    @staticmethod
    def confidential() -> EatpConfidentialityLevel:
        """Above restricted."""
    @staticmethod
    def secret() -> EatpConfidentialityLevel:
        """Above confidential."""
    @staticmethod
    def top_secret() -> EatpConfidentialityLevel:
        """The highest level."""
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
        """Classification of high-risk systems."""
    @staticmethod
    def article9() -> EatpEuAiActArticle:
        """Risk management system."""
    @staticmethod
    def article11() -> EatpEuAiActArticle:
        """Technical documentation."""
    @staticmethod
    def article13() -> EatpEuAiActArticle:
        """Transparency towards deployers."""
    @staticmethod
    def article14() -> EatpEuAiActArticle:
        """Human oversight."""
    @staticmethod
    def article15() -> EatpEuAiActArticle:
        """Accuracy, robustness and cybersecurity."""
    @staticmethod
    def article52() -> EatpEuAiActArticle:
        """Transparency towards persons."""
    @staticmethod
    def article69() -> EatpEuAiActArticle:
        """Codes of conduct."""
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
        """PromptInjection."""
    @staticmethod
    def tool_misuse() -> EatpOwaspAgenticItem:
        """ToolMisuse."""
    @staticmethod
    def excessive_agency() -> EatpOwaspAgenticItem:
        """ExcessiveAgency."""
    @staticmethod
    def insufficient_access_control() -> EatpOwaspAgenticItem:
        """InsufficientAccessControl."""
    @staticmethod
    def insecure_output_handling() -> EatpOwaspAgenticItem:
        """InsecureOutputHandling."""
    @staticmethod
    def over_reliance_on_agent() -> EatpOwaspAgenticItem:
        """OverRelianceOnAgent."""
    @staticmethod
    def data_exfiltration() -> EatpOwaspAgenticItem:
        """DataExfiltration."""
    @staticmethod
    def model_denial_of_service() -> EatpOwaspAgenticItem:
        """ModelDenialOfService."""
    @staticmethod
    def supply_chain_vulnerability() -> EatpOwaspAgenticItem:
        """SupplyChainVulnerability."""
    @staticmethod
    def inadequate_logging() -> EatpOwaspAgenticItem:
        """InadequateLogging."""
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
        """The lowest posture."""
    @staticmethod
    def supervised() -> EatpPosture:
        """Above pseudo_agent."""
    @staticmethod
    def shared_planning() -> EatpPosture:
        """Above supervised."""
    @staticmethod
    def continuous_insight() -> EatpPosture:
        """Above shared_planning."""
    @staticmethod
    def delegated() -> EatpPosture:
        """The highest posture."""
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
        """Nothing is looked at."""
    @staticmethod
    def standard() -> EatpReasoningVerificationLevel:
        """A trace must be there."""
    @staticmethod
    def full() -> EatpReasoningVerificationLevel:
        """Its hash and its signature must hold."""
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
        """The new key is there, and not used yet."""
    @staticmethod
    def committed() -> EatpRotationStatus:
        """The new key signs; both verify for a while."""
    @staticmethod
    def finalized() -> EatpRotationStatus:
        """Only the new key verifies."""
    @staticmethod
    def cancelled() -> EatpRotationStatus:
        """Only the old key verifies."""
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
        """An agent."""
    @staticmethod
    def delegation() -> EatpSubjectType:
        """A grant."""
    @staticmethod
    def operation() -> EatpSubjectType:
        """A single action."""
    @staticmethod
    def workflow() -> EatpSubjectType:
        """A workflow."""
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
        about its agent.
        """
    def verify_all(self, /, root_public_key_hex: str | None = None) -> int:
        """Verifies all signatures anew; the number of records about the agent, at least 1:
        ValueError without any, for then nothing was shown.
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

@final
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
        """SHA-256 of the canonical JSON of the record as it is stored, as hexadecimal text."""
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
        """Telling right from wrong."""
    @staticmethod
    def relationship_capital() -> HumanCompetency:
        """Being known and trusted by others."""
    @staticmethod
    def contextual_wisdom() -> HumanCompetency:
        """Knowing how things are done here."""
    @staticmethod
    def creative_synthesis() -> HumanCompetency:
        """Joining what nobody joined before."""
    @staticmethod
    def emotional_intelligence() -> HumanCompetency:
        """Understanding what others feel."""
    @staticmethod
    def cultural_navigation() -> HumanCompetency:
        """Being at home in several cultures."""
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
        """SHA-256 of the canonical JSON of the record as it is stored, as hexadecimal text."""
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
        """SHA-256 of the canonical JSON of the record as it is stored, as hexadecimal text."""
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
        """Level 0."""
    @staticmethod
    def restricted() -> TrustLevel:
        """Level 1."""
    @staticmethod
    def supervised() -> TrustLevel:
        """Level 2."""
    @staticmethod
    def autonomous() -> TrustLevel:
        """Level 3."""
    @staticmethod
    def full() -> TrustLevel:
        """Level 4."""
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
        """It stays."""
    @staticmethod
    def archive() -> RetentionAction:
        """It is moved to an archive."""
    @staticmethod
    def delete() -> RetentionAction:
        """It is deleted."""
    @staticmethod
    def requires_consent() -> RetentionAction:
        """It stays as long as the person consents."""
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
    def load(trust_dir: str) -> DelegationManager:
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
    def load(trust_dir: str) -> HoldManager:
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
    def __new__(cls, trust_dir: str) -> Self: ...
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
class EatpFilesystemStore:
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
class EatpMemoryStore:
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
class EatpSqlxStore:
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
