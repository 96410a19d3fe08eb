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

def intersect_constraints(envelopes: list[ConstraintEnvelope]) -> IntersectionResult:
    """The envelope that allows what all of them allow."""

def observation_tier_parse(tier: str) -> str | None:
    """The tier as it is given, when it is observed, availability or self-reported; None for any
    other text.
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
