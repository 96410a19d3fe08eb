"""Generated from the tables of the library by tools/generate.py; do not edit."""

from kailash import dataflow as dataflow, nodes as nodes, runtime as runtime, trust_plane as trust_plane, workflow as workflow
from kailash._kailash import __version__ as __version__
from kailash._kailash import ActionResult as ActionResult
from kailash._kailash import AgentPosture as AgentPosture
from kailash._kailash import AggregateOp as AggregateOp
from kailash._kailash import AggregateSpec as AggregateSpec
from kailash._kailash import AlgorithmId as AlgorithmId
from kailash._kailash import Capability as Capability
from kailash._kailash import CheckRecord as CheckRecord
from kailash._kailash import CheckViolationError as CheckViolationError
from kailash._kailash import CheckoutGuard as CheckoutGuard
from kailash._kailash import CircuitBreakerConfig as CircuitBreakerConfig
from kailash._kailash import ClassificationMigrationWindow as ClassificationMigrationWindow
from kailash._kailash import CommunicationConstraints as CommunicationConstraints
from kailash._kailash import CompetencyRequirement as CompetencyRequirement
from kailash._kailash import ConstraintDiagnostics as ConstraintDiagnostics
from kailash._kailash import ConstraintEnvelope as ConstraintEnvelope
from kailash._kailash import ConstraintViolationError as ConstraintViolationError
from kailash._kailash import DataAccessConstraints as DataAccessConstraints
from kailash._kailash import DataFabricEngine as DataFabricEngine
from kailash._kailash import DataFlow as DataFlow
from kailash._kailash import DataFlowConfig as DataFlowConfig
from kailash._kailash import DataFlowDatabaseError as DataFlowDatabaseError
from kailash._kailash import DataFlowExpress as DataFlowExpress
from kailash._kailash import DataFlowExpressSync as DataFlowExpressSync
from kailash._kailash import DataFlowInspector as DataFlowInspector
from kailash._kailash import DataFlowTransaction as DataFlowTransaction
from kailash._kailash import DataFlowValidationError as DataFlowValidationError
from kailash._kailash import DerivesFromEdge as DerivesFromEdge
from kailash._kailash import DxTrustManager as DxTrustManager
from kailash._kailash import EatpAuthorityError as EatpAuthorityError
from kailash._kailash import EatpConstraintError as EatpConstraintError
from kailash._kailash import EatpDelegationError as EatpDelegationError
from kailash._kailash import EatpEnvelopeError as EatpEnvelopeError
from kailash._kailash import EatpError as EatpError
from kailash._kailash import EatpEuAiActArticle as EatpEuAiActArticle
from kailash._kailash import EatpJwtClaims as EatpJwtClaims
from kailash._kailash import EatpKeyPair as EatpKeyPair
from kailash._kailash import EatpNonceTracker as EatpNonceTracker
from kailash._kailash import EatpOwaspAgenticItem as EatpOwaspAgenticItem
from kailash._kailash import EatpSignature as EatpSignature
from kailash._kailash import EatpTrustScoreConfig as EatpTrustScoreConfig
from kailash._kailash import EatpValidationError as EatpValidationError
from kailash._kailash import EnforcementContext as EnforcementContext
from kailash._kailash import ExecuteOpts as ExecuteOpts
from kailash._kailash import ExecutionContext as ExecutionContext
from kailash._kailash import FieldDef as FieldDef
from kailash._kailash import FieldType as FieldType
from kailash._kailash import FilterCondition as FilterCondition
from kailash._kailash import FinancialConstraints as FinancialConstraints
from kailash._kailash import ForeignKeyViolationError as ForeignKeyViolationError
from kailash._kailash import GateUndetermined as GateUndetermined
from kailash._kailash import HeldBehavior as HeldBehavior
from kailash._kailash import HumanCompetency as HumanCompetency
from kailash._kailash import IntersectionResult as IntersectionResult
from kailash._kailash import LeakDetector as LeakDetector
from kailash._kailash import LeakRecord as LeakRecord
from kailash._kailash import Migration as Migration
from kailash._kailash import MigrationManager as MigrationManager
from kailash._kailash import ModelDefinition as ModelDefinition
from kailash._kailash import NodeRegistry as NodeRegistry
from kailash._kailash import NotNullViolationError as NotNullViolationError
from kailash._kailash import OperationalConstraints as OperationalConstraints
from kailash._kailash import PoolMetrics as PoolMetrics
from kailash._kailash import PoolMonitorHandle as PoolMonitorHandle
from kailash._kailash import PoolSize as PoolSize
from kailash._kailash import PostureSystem as PostureSystem
from kailash._kailash import PostureTransitionRequest as PostureTransitionRequest
from kailash._kailash import QueryInterceptor as QueryInterceptor
from kailash._kailash import RequiredFieldUnavailableError as RequiredFieldUnavailableError
from kailash._kailash import RequiredFieldUnavailableReason as RequiredFieldUnavailableReason
from kailash._kailash import RetryPolicy as RetryPolicy
from kailash._kailash import RowClassificationRequiredError as RowClassificationRequiredError
from kailash._kailash import RowClassifiedAggregateRefusedError as RowClassifiedAggregateRefusedError
from kailash._kailash import RowLockUnsupportedError as RowLockUnsupportedError
from kailash._kailash import RowStream as RowStream
from kailash._kailash import RunHandle as RunHandle
from kailash._kailash import Runtime as Runtime
from kailash._kailash import RuntimeConfig as RuntimeConfig
from kailash._kailash import ShadowConfig as ShadowConfig
from kailash._kailash import ShadowEnforcer as ShadowEnforcer
from kailash._kailash import ShadowRecord as ShadowRecord
from kailash._kailash import ShadowReport as ShadowReport
from kailash._kailash import SignedArtifact as SignedArtifact
from kailash._kailash import SoftTimeLimitExceeded as SoftTimeLimitExceeded
from kailash._kailash import StrictEnforcer as StrictEnforcer
from kailash._kailash import TemplateRegistry as TemplateRegistry
from kailash._kailash import TemporalConstraints as TemporalConstraints
from kailash._kailash import TenantContext as TenantContext
from kailash._kailash import TenantMismatchError as TenantMismatchError
from kailash._kailash import TenantRequiredError as TenantRequiredError
from kailash._kailash import TerminalRecordNotWritten as TerminalRecordNotWritten
from kailash._kailash import TrustLevel as TrustLevel
from kailash._kailash import TrustPosture as TrustPosture
from kailash._kailash import TrustPostureLevel as TrustPostureLevel
from kailash._kailash import UniqueViolationError as UniqueViolationError
from kailash._kailash import VerdictDetail as VerdictDetail
from kailash._kailash import VerificationConfig as VerificationConfig
from kailash._kailash import VerificationResult as VerificationResult
from kailash._kailash import Workflow as Workflow
from kailash._kailash import WorkflowBuilder as WorkflowBuilder
from kailash._kailash import WorkflowRegistry as WorkflowRegistry
from kailash._kailash import WriteScope as WriteScope
from kailash._kailash import aggregate_artifact_activation_overlap as aggregate_artifact_activation_overlap
from kailash._kailash import aggregate_index_activation_overlap as aggregate_index_activation_overlap
from kailash._kailash import analyze_constraints as analyze_constraints
from kailash._kailash import cascade_scope_resolve as cascade_scope_resolve
from kailash._kailash import compute_corpus_coverage as compute_corpus_coverage
from kailash._kailash import compute_source_coverage as compute_source_coverage
from kailash._kailash import derived_from_endpoint as derived_from_endpoint
from kailash._kailash import derives_from_edge_fields as derives_from_edge_fields
from kailash._kailash import drain_artifact_activation_events as drain_artifact_activation_events
from kailash._kailash import eatp_chain_depth_score as eatp_chain_depth_score
from kailash._kailash import eatp_constraint_coverage_score as eatp_constraint_coverage_score
from kailash._kailash import eatp_create_challenge as eatp_create_challenge
from kailash._kailash import eatp_posture_score as eatp_posture_score
from kailash._kailash import eatp_respond_challenge as eatp_respond_challenge
from kailash._kailash import eatp_suggest_eu_ai_act_articles as eatp_suggest_eu_ai_act_articles
from kailash._kailash import eatp_track_record_score as eatp_track_record_score
from kailash._kailash import eatp_verify_challenge as eatp_verify_challenge
from kailash._kailash import intersect_constraints as intersect_constraints
from kailash._kailash import observation_tier_parse as observation_tier_parse
from kailash._kailash import persist_derives_from_edge as persist_derives_from_edge
from kailash._kailash import provenance_of as provenance_of
from kailash._kailash import rag_metric_names as rag_metric_names
from kailash._kailash import rag_provenance_model_names as rag_provenance_model_names
from kailash._kailash import register_rag_provenance_models as register_rag_provenance_models
from kailash._kailash import register_rag_provenance_models_express as register_rag_provenance_models_express
from kailash._kailash import render_activation_report as render_activation_report
from kailash._kailash import render_corpus_coverage as render_corpus_coverage
from kailash._kailash import sweep_orphaned_chunks as sweep_orphaned_chunks
from kailash._kailash import sweep_unbacked_anchors as sweep_unbacked_anchors
from kailash._kailash import validate_provenance_anchor as validate_provenance_anchor

__all__ = [
    "__version__",
    "ActionResult",
    "AgentPosture",
    "AggregateOp",
    "AggregateSpec",
    "AlgorithmId",
    "Capability",
    "CheckRecord",
    "CheckViolationError",
    "CheckoutGuard",
    "CircuitBreakerConfig",
    "ClassificationMigrationWindow",
    "CommunicationConstraints",
    "CompetencyRequirement",
    "ConstraintDiagnostics",
    "ConstraintEnvelope",
    "ConstraintViolationError",
    "DataAccessConstraints",
    "DataFabricEngine",
    "DataFlow",
    "DataFlowConfig",
    "DataFlowDatabaseError",
    "DataFlowExpress",
    "DataFlowExpressSync",
    "DataFlowInspector",
    "DataFlowTransaction",
    "DataFlowValidationError",
    "DerivesFromEdge",
    "DxTrustManager",
    "EatpAuthorityError",
    "EatpConstraintError",
    "EatpDelegationError",
    "EatpEnvelopeError",
    "EatpError",
    "EatpEuAiActArticle",
    "EatpJwtClaims",
    "EatpKeyPair",
    "EatpNonceTracker",
    "EatpOwaspAgenticItem",
    "EatpSignature",
    "EatpTrustScoreConfig",
    "EatpValidationError",
    "EnforcementContext",
    "ExecuteOpts",
    "ExecutionContext",
    "FieldDef",
    "FieldType",
    "FilterCondition",
    "FinancialConstraints",
    "ForeignKeyViolationError",
    "GateUndetermined",
    "HeldBehavior",
    "HumanCompetency",
    "IntersectionResult",
    "LeakDetector",
    "LeakRecord",
    "Migration",
    "MigrationManager",
    "ModelDefinition",
    "NodeRegistry",
    "NotNullViolationError",
    "OperationalConstraints",
    "PoolMetrics",
    "PoolMonitorHandle",
    "PoolSize",
    "PostureSystem",
    "PostureTransitionRequest",
    "QueryInterceptor",
    "RequiredFieldUnavailableError",
    "RequiredFieldUnavailableReason",
    "RetryPolicy",
    "RowClassificationRequiredError",
    "RowClassifiedAggregateRefusedError",
    "RowLockUnsupportedError",
    "RowStream",
    "RunHandle",
    "Runtime",
    "RuntimeConfig",
    "ShadowConfig",
    "ShadowEnforcer",
    "ShadowRecord",
    "ShadowReport",
    "SignedArtifact",
    "SoftTimeLimitExceeded",
    "StrictEnforcer",
    "TemplateRegistry",
    "TemporalConstraints",
    "TenantContext",
    "TenantMismatchError",
    "TenantRequiredError",
    "TerminalRecordNotWritten",
    "TrustLevel",
    "TrustPosture",
    "TrustPostureLevel",
    "UniqueViolationError",
    "VerdictDetail",
    "VerificationConfig",
    "VerificationResult",
    "Workflow",
    "WorkflowBuilder",
    "WorkflowRegistry",
    "WriteScope",
    "aggregate_artifact_activation_overlap",
    "aggregate_index_activation_overlap",
    "analyze_constraints",
    "cascade_scope_resolve",
    "compute_corpus_coverage",
    "compute_source_coverage",
    "derived_from_endpoint",
    "derives_from_edge_fields",
    "drain_artifact_activation_events",
    "eatp_chain_depth_score",
    "eatp_constraint_coverage_score",
    "eatp_create_challenge",
    "eatp_posture_score",
    "eatp_respond_challenge",
    "eatp_suggest_eu_ai_act_articles",
    "eatp_track_record_score",
    "eatp_verify_challenge",
    "intersect_constraints",
    "observation_tier_parse",
    "persist_derives_from_edge",
    "provenance_of",
    "rag_metric_names",
    "rag_provenance_model_names",
    "register_rag_provenance_models",
    "register_rag_provenance_models_express",
    "render_activation_report",
    "render_corpus_coverage",
    "sweep_orphaned_chunks",
    "sweep_unbacked_anchors",
    "validate_provenance_anchor",
]
