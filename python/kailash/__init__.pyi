"""Generated from the tables of the library by tools/generate.py; do not edit."""

from kailash import dataflow as dataflow, enterprise as enterprise, ml as ml, nodes as nodes, pact as pact, runtime as runtime, trust_plane as trust_plane, workflow as workflow
from kailash._kailash import __version__ as __version__
from kailash._kailash import ActionResult as ActionResult
from kailash._kailash import AgentPosture as AgentPosture
from kailash._kailash import AggregateOp as AggregateOp
from kailash._kailash import AggregateSpec as AggregateSpec
from kailash._kailash import AlgorithmId as AlgorithmId
from kailash._kailash import AnchorRecord as AnchorRecord
from kailash._kailash import AuditAnchor as AuditAnchor
from kailash._kailash import AuditSession as AuditSession
from kailash._kailash import Capability as Capability
from kailash._kailash import CheckRecord as CheckRecord
from kailash._kailash import CheckViolationError as CheckViolationError
from kailash._kailash import CheckoutGuard as CheckoutGuard
from kailash._kailash import CircuitBreakerConfig as CircuitBreakerConfig
from kailash._kailash import ClassificationMigrationWindow as ClassificationMigrationWindow
from kailash._kailash import CommunicationConstraints as CommunicationConstraints
from kailash._kailash import CompetencyMap as CompetencyMap
from kailash._kailash import CompetencyRequirement as CompetencyRequirement
from kailash._kailash import ConformanceReport as ConformanceReport
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
from kailash._kailash import DecisionRecord as DecisionRecord
from kailash._kailash import Delegate as Delegate
from kailash._kailash import DelegationManager as DelegationManager
from kailash._kailash import DerivesFromEdge as DerivesFromEdge
from kailash._kailash import DxTrustManager as DxTrustManager
from kailash._kailash import EatpActionOutcome as EatpActionOutcome
from kailash._kailash import EatpActionType as EatpActionType
from kailash._kailash import EatpAgentId as EatpAgentId
from kailash._kailash import EatpAuditAnchor as EatpAuditAnchor
from kailash._kailash import EatpAuthorityError as EatpAuthorityError
from kailash._kailash import EatpAuthorityRegistry as EatpAuthorityRegistry
from kailash._kailash import EatpCapabilityAttestation as EatpCapabilityAttestation
from kailash._kailash import EatpCareChain as EatpCareChain
from kailash._kailash import EatpConfidentialityLevel as EatpConfidentialityLevel
from kailash._kailash import EatpConstraintDimensions as EatpConstraintDimensions
from kailash._kailash import EatpConstraintEnvelope as EatpConstraintEnvelope
from kailash._kailash import EatpConstraintError as EatpConstraintError
from kailash._kailash import EatpDelegationChain as EatpDelegationChain
from kailash._kailash import EatpDelegationError as EatpDelegationError
from kailash._kailash import EatpDelegationRecord as EatpDelegationRecord
from kailash._kailash import EatpDelegationScope as EatpDelegationScope
from kailash._kailash import EatpEnvelopeError as EatpEnvelopeError
from kailash._kailash import EatpError as EatpError
from kailash._kailash import EatpEuAiActArticle as EatpEuAiActArticle
from kailash._kailash import EatpEvidenceReference as EatpEvidenceReference
from kailash._kailash import EatpFilesystemStore as EatpFilesystemStore
from kailash._kailash import EatpGenesisRecord as EatpGenesisRecord
from kailash._kailash import EatpGovernedTaodConfig as EatpGovernedTaodConfig
from kailash._kailash import EatpHeldBehavior as EatpHeldBehavior
from kailash._kailash import EatpHoldQueue as EatpHoldQueue
from kailash._kailash import EatpHumanOrigin as EatpHumanOrigin
from kailash._kailash import EatpInMemoryLedger as EatpInMemoryLedger
from kailash._kailash import EatpJwtClaims as EatpJwtClaims
from kailash._kailash import EatpKeyPair as EatpKeyPair
from kailash._kailash import EatpKeyRotation as EatpKeyRotation
from kailash._kailash import EatpMemoryStore as EatpMemoryStore
from kailash._kailash import EatpNonceTracker as EatpNonceTracker
from kailash._kailash import EatpOrgId as EatpOrgId
from kailash._kailash import EatpOrganizationalAuthority as EatpOrganizationalAuthority
from kailash._kailash import EatpOwaspAgenticItem as EatpOwaspAgenticItem
from kailash._kailash import EatpPosture as EatpPosture
from kailash._kailash import EatpPseudoAgent as EatpPseudoAgent
from kailash._kailash import EatpPseudoAgentConfig as EatpPseudoAgentConfig
from kailash._kailash import EatpReasoningTrace as EatpReasoningTrace
from kailash._kailash import EatpReasoningVerificationLevel as EatpReasoningVerificationLevel
from kailash._kailash import EatpResourceConsumption as EatpResourceConsumption
from kailash._kailash import EatpResourceLimits as EatpResourceLimits
from kailash._kailash import EatpRevocationLedger as EatpRevocationLedger
from kailash._kailash import EatpRotationConfig as EatpRotationConfig
from kailash._kailash import EatpRotationStatus as EatpRotationStatus
from kailash._kailash import EatpSignature as EatpSignature
from kailash._kailash import EatpSqlxStore as EatpSqlxStore
from kailash._kailash import EatpStrictEnforcer as EatpStrictEnforcer
from kailash._kailash import EatpSubjectType as EatpSubjectType
from kailash._kailash import EatpTracker as EatpTracker
from kailash._kailash import EatpTrustLineageChain as EatpTrustLineageChain
from kailash._kailash import EatpTrustOperations as EatpTrustOperations
from kailash._kailash import EatpTrustScoreConfig as EatpTrustScoreConfig
from kailash._kailash import EatpTrustStore as EatpTrustStore
from kailash._kailash import EatpTsaConfig as EatpTsaConfig
from kailash._kailash import EatpValidationError as EatpValidationError
from kailash._kailash import EatpVerdict as EatpVerdict
from kailash._kailash import EatpVerifyOptions as EatpVerifyOptions
from kailash._kailash import EnforcementContext as EnforcementContext
from kailash._kailash import EnvelopeIntersectionError as EnvelopeIntersectionError
from kailash._kailash import EscalationRecord as EscalationRecord
from kailash._kailash import ExecuteOpts as ExecuteOpts
from kailash._kailash import ExecutionContext as ExecutionContext
from kailash._kailash import FieldDef as FieldDef
from kailash._kailash import FieldType as FieldType
from kailash._kailash import FileChange as FileChange
from kailash._kailash import FilterCondition as FilterCondition
from kailash._kailash import FinancialConstraints as FinancialConstraints
from kailash._kailash import ForeignKeyViolationError as ForeignKeyViolationError
from kailash._kailash import GateUndetermined as GateUndetermined
from kailash._kailash import HeldBehavior as HeldBehavior
from kailash._kailash import HoldManager as HoldManager
from kailash._kailash import HoldRecord as HoldRecord
from kailash._kailash import HumanCompetency as HumanCompetency
from kailash._kailash import IntersectionResult as IntersectionResult
from kailash._kailash import InterventionRecord as InterventionRecord
from kailash._kailash import LeakDetector as LeakDetector
from kailash._kailash import LeakRecord as LeakRecord
from kailash._kailash import LedgerIntegrity as LedgerIntegrity
from kailash._kailash import Migration as Migration
from kailash._kailash import MigrationManager as MigrationManager
from kailash._kailash import MilestoneRecord as MilestoneRecord
from kailash._kailash import MirrorManager as MirrorManager
from kailash._kailash import MirrorRecords as MirrorRecords
from kailash._kailash import ModelDefinition as ModelDefinition
from kailash._kailash import MultiSigBundle as MultiSigBundle
from kailash._kailash import MultiSigPolicy as MultiSigPolicy
from kailash._kailash import MultiSigResult as MultiSigResult
from kailash._kailash import NodeRegistry as NodeRegistry
from kailash._kailash import NotNullViolationError as NotNullViolationError
from kailash._kailash import OperationalConstraints as OperationalConstraints
from kailash._kailash import PactAccessDecision as PactAccessDecision
from kailash._kailash import PactAddress as PactAddress
from kailash._kailash import PactApprovalState as PactApprovalState
from kailash._kailash import PactBridge as PactBridge
from kailash._kailash import PactBridgeApprovalStatus as PactBridgeApprovalStatus
from kailash._kailash import PactChainVerificationResult as PactChainVerificationResult
from kailash._kailash import PactClassificationLevel as PactClassificationLevel
from kailash._kailash import PactCompiledOrg as PactCompiledOrg
from kailash._kailash import PactDegenerateWarning as PactDegenerateWarning
from kailash._kailash import PactDelegationRecord as PactDelegationRecord
from kailash._kailash import PactDimensionName as PactDimensionName
from kailash._kailash import PactDimensionVerdict as PactDimensionVerdict
from kailash._kailash import PactEffectiveEnvelopeSnapshot as PactEffectiveEnvelopeSnapshot
from kailash._kailash import PactEnforcementMode as PactEnforcementMode
from kailash._kailash import PactEnvelopeSnapshot as PactEnvelopeSnapshot
from kailash._kailash import PactEnvelopeWarning as PactEnvelopeWarning
from kailash._kailash import PactExplainStep as PactExplainStep
from kailash._kailash import PactExplainedAccessDecision as PactExplainedAccessDecision
from kailash._kailash import PactFilterDecision as PactFilterDecision
from kailash._kailash import PactFiniteF64 as PactFiniteF64
from kailash._kailash import PactGovernanceContext as PactGovernanceContext
from kailash._kailash import PactGovernanceEngine as PactGovernanceEngine
from kailash._kailash import PactGovernanceError as PactGovernanceError
from kailash._kailash import PactGovernanceVerdict as PactGovernanceVerdict
from kailash._kailash import PactGovernedAgent as PactGovernedAgent
from kailash._kailash import PactGradientZone as PactGradientZone
from kailash._kailash import PactHeldAction as PactHeldAction
from kailash._kailash import PactKnowledgeItem as PactKnowledgeItem
from kailash._kailash import PactKnowledgeSharePolicy as PactKnowledgeSharePolicy
from kailash._kailash import PactMemoryHeldActionStore as PactMemoryHeldActionStore
from kailash._kailash import PactMonotonicTighteningError as PactMonotonicTighteningError
from kailash._kailash import PactObservation as PactObservation
from kailash._kailash import PactOrgNode as PactOrgNode
from kailash._kailash import PactPlanSuspension as PactPlanSuspension
from kailash._kailash import PactRecorder as PactRecorder
from kailash._kailash import PactResumeCondition as PactResumeCondition
from kailash._kailash import PactRoleClearance as PactRoleClearance
from kailash._kailash import PactRoleEnvelope as PactRoleEnvelope
from kailash._kailash import PactRoleSummary as PactRoleSummary
from kailash._kailash import PactTaskEnvelope as PactTaskEnvelope
from kailash._kailash import PactTieredAuditDispatcher as PactTieredAuditDispatcher
from kailash._kailash import PactVacancyDesignation as PactVacancyDesignation
from kailash._kailash import PactVacancyStatus as PactVacancyStatus
from kailash._kailash import PactVettingStatus as PactVettingStatus
from kailash._kailash import PoolMetrics as PoolMetrics
from kailash._kailash import PoolMonitorHandle as PoolMonitorHandle
from kailash._kailash import PoolSize as PoolSize
from kailash._kailash import PostureSystem as PostureSystem
from kailash._kailash import PostureTransitionRequest as PostureTransitionRequest
from kailash._kailash import ProjectManifest as ProjectManifest
from kailash._kailash import QueryInterceptor as QueryInterceptor
from kailash._kailash import RbacCell as RbacCell
from kailash._kailash import RbacMatrix as RbacMatrix
from kailash._kailash import RepairReport as RepairReport
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
from kailash._kailash import TrustExecutionRecord as TrustExecutionRecord
from kailash._kailash import TrustLevel as TrustLevel
from kailash._kailash import TrustPosture as TrustPosture
from kailash._kailash import TrustPostureLevel as TrustPostureLevel
from kailash._kailash import TrustProject as TrustProject
from kailash._kailash import UniqueViolationError as UniqueViolationError
from kailash._kailash import VerdictDetail as VerdictDetail
from kailash._kailash import VerificationBundle as VerificationBundle
from kailash._kailash import VerificationConfig as VerificationConfig
from kailash._kailash import VerificationIssue as VerificationIssue
from kailash._kailash import VerificationReport as VerificationReport
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
from kailash._kailash import compute_trace_event_fingerprint as compute_trace_event_fingerprint
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
from kailash._kailash import generate_audit_report as generate_audit_report
from kailash._kailash import intersect_constraints as intersect_constraints
from kailash._kailash import migrate_project as migrate_project
from kailash._kailash import observation_tier_parse as observation_tier_parse
from kailash._kailash import pact_intersect_envelopes as pact_intersect_envelopes
from kailash._kailash import persist_derives_from_edge as persist_derives_from_edge
from kailash._kailash import provenance_of as provenance_of
from kailash._kailash import rag_metric_names as rag_metric_names
from kailash._kailash import rag_provenance_model_names as rag_provenance_model_names
from kailash._kailash import register_rag_provenance_models as register_rag_provenance_models
from kailash._kailash import register_rag_provenance_models_express as register_rag_provenance_models_express
from kailash._kailash import render_activation_report as render_activation_report
from kailash._kailash import render_corpus_coverage as render_corpus_coverage
from kailash._kailash import run_conformance as run_conformance
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
    "AnchorRecord",
    "AuditAnchor",
    "AuditSession",
    "Capability",
    "CheckRecord",
    "CheckViolationError",
    "CheckoutGuard",
    "CircuitBreakerConfig",
    "ClassificationMigrationWindow",
    "CommunicationConstraints",
    "CompetencyMap",
    "CompetencyRequirement",
    "ConformanceReport",
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
    "DecisionRecord",
    "Delegate",
    "DelegationManager",
    "DerivesFromEdge",
    "DxTrustManager",
    "EatpActionOutcome",
    "EatpActionType",
    "EatpAgentId",
    "EatpAuditAnchor",
    "EatpAuthorityError",
    "EatpAuthorityRegistry",
    "EatpCapabilityAttestation",
    "EatpCareChain",
    "EatpConfidentialityLevel",
    "EatpConstraintDimensions",
    "EatpConstraintEnvelope",
    "EatpConstraintError",
    "EatpDelegationChain",
    "EatpDelegationError",
    "EatpDelegationRecord",
    "EatpDelegationScope",
    "EatpEnvelopeError",
    "EatpError",
    "EatpEuAiActArticle",
    "EatpEvidenceReference",
    "EatpFilesystemStore",
    "EatpGenesisRecord",
    "EatpGovernedTaodConfig",
    "EatpHeldBehavior",
    "EatpHoldQueue",
    "EatpHumanOrigin",
    "EatpInMemoryLedger",
    "EatpJwtClaims",
    "EatpKeyPair",
    "EatpKeyRotation",
    "EatpMemoryStore",
    "EatpNonceTracker",
    "EatpOrgId",
    "EatpOrganizationalAuthority",
    "EatpOwaspAgenticItem",
    "EatpPosture",
    "EatpPseudoAgent",
    "EatpPseudoAgentConfig",
    "EatpReasoningTrace",
    "EatpReasoningVerificationLevel",
    "EatpResourceConsumption",
    "EatpResourceLimits",
    "EatpRevocationLedger",
    "EatpRotationConfig",
    "EatpRotationStatus",
    "EatpSignature",
    "EatpSqlxStore",
    "EatpStrictEnforcer",
    "EatpSubjectType",
    "EatpTracker",
    "EatpTrustLineageChain",
    "EatpTrustOperations",
    "EatpTrustScoreConfig",
    "EatpTrustStore",
    "EatpTsaConfig",
    "EatpValidationError",
    "EatpVerdict",
    "EatpVerifyOptions",
    "EnforcementContext",
    "EnvelopeIntersectionError",
    "EscalationRecord",
    "ExecuteOpts",
    "ExecutionContext",
    "FieldDef",
    "FieldType",
    "FileChange",
    "FilterCondition",
    "FinancialConstraints",
    "ForeignKeyViolationError",
    "GateUndetermined",
    "HeldBehavior",
    "HoldManager",
    "HoldRecord",
    "HumanCompetency",
    "IntersectionResult",
    "InterventionRecord",
    "LeakDetector",
    "LeakRecord",
    "LedgerIntegrity",
    "Migration",
    "MigrationManager",
    "MilestoneRecord",
    "MirrorManager",
    "MirrorRecords",
    "ModelDefinition",
    "MultiSigBundle",
    "MultiSigPolicy",
    "MultiSigResult",
    "NodeRegistry",
    "NotNullViolationError",
    "OperationalConstraints",
    "PactAccessDecision",
    "PactAddress",
    "PactApprovalState",
    "PactBridge",
    "PactBridgeApprovalStatus",
    "PactChainVerificationResult",
    "PactClassificationLevel",
    "PactCompiledOrg",
    "PactDegenerateWarning",
    "PactDelegationRecord",
    "PactDimensionName",
    "PactDimensionVerdict",
    "PactEffectiveEnvelopeSnapshot",
    "PactEnforcementMode",
    "PactEnvelopeSnapshot",
    "PactEnvelopeWarning",
    "PactExplainStep",
    "PactExplainedAccessDecision",
    "PactFilterDecision",
    "PactFiniteF64",
    "PactGovernanceContext",
    "PactGovernanceEngine",
    "PactGovernanceError",
    "PactGovernanceVerdict",
    "PactGovernedAgent",
    "PactGradientZone",
    "PactHeldAction",
    "PactKnowledgeItem",
    "PactKnowledgeSharePolicy",
    "PactMemoryHeldActionStore",
    "PactMonotonicTighteningError",
    "PactObservation",
    "PactOrgNode",
    "PactPlanSuspension",
    "PactRecorder",
    "PactResumeCondition",
    "PactRoleClearance",
    "PactRoleEnvelope",
    "PactRoleSummary",
    "PactTaskEnvelope",
    "PactTieredAuditDispatcher",
    "PactVacancyDesignation",
    "PactVacancyStatus",
    "PactVettingStatus",
    "PoolMetrics",
    "PoolMonitorHandle",
    "PoolSize",
    "PostureSystem",
    "PostureTransitionRequest",
    "ProjectManifest",
    "QueryInterceptor",
    "RbacCell",
    "RbacMatrix",
    "RepairReport",
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
    "TrustExecutionRecord",
    "TrustLevel",
    "TrustPosture",
    "TrustPostureLevel",
    "TrustProject",
    "UniqueViolationError",
    "VerdictDetail",
    "VerificationBundle",
    "VerificationConfig",
    "VerificationIssue",
    "VerificationReport",
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
    "compute_trace_event_fingerprint",
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
    "generate_audit_report",
    "intersect_constraints",
    "migrate_project",
    "observation_tier_parse",
    "pact_intersect_envelopes",
    "persist_derives_from_edge",
    "provenance_of",
    "rag_metric_names",
    "rag_provenance_model_names",
    "register_rag_provenance_models",
    "register_rag_provenance_models_express",
    "render_activation_report",
    "render_corpus_coverage",
    "run_conformance",
    "sweep_orphaned_chunks",
    "sweep_unbacked_anchors",
    "validate_provenance_anchor",
]
