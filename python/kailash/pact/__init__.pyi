"""Generated from the tables of the library by tools/generate.py; do not edit."""

from kailash._kailash import PactAccessDecision as AccessDecision
from kailash._kailash import PactAddress as Address
from kailash._kailash import PactApprovalState as ApprovalState
from kailash._kailash import PactBridge as Bridge
from kailash._kailash import PactBridgeApprovalStatus as BridgeApprovalStatus
from kailash._kailash import PactChainVerificationResult as ChainVerificationResult
from kailash._kailash import PactClassificationLevel as ClassificationLevel
from kailash._kailash import PactCompiledOrg as CompiledOrg
from kailash._kailash import PactDegenerateWarning as DegenerateWarning
from kailash._kailash import PactDelegationRecord as DelegationRecord
from kailash._kailash import PactDimensionName as DimensionName
from kailash._kailash import PactDimensionVerdict as DimensionVerdict
from kailash._kailash import PactEffectiveEnvelopeSnapshot as EffectiveEnvelopeSnapshot
from kailash._kailash import PactEnforcementMode as EnforcementMode
from kailash._kailash import EnvelopeIntersectionError as EnvelopeIntersectionError
from kailash._kailash import PactEnvelopeSnapshot as EnvelopeSnapshot
from kailash._kailash import PactEnvelopeWarning as EnvelopeWarning
from kailash._kailash import PactExplainStep as ExplainStep
from kailash._kailash import PactExplainedAccessDecision as ExplainedAccessDecision
from kailash._kailash import PactFilterDecision as FilterDecision
from kailash._kailash import PactFiniteF64 as FiniteF64
from kailash._kailash import PactGovernanceContext as GovernanceContext
from kailash._kailash import PactGovernanceEngine as GovernanceEngine
from kailash._kailash import PactGovernanceError as GovernanceError
from kailash._kailash import PactGovernanceVerdict as GovernanceVerdict
from kailash._kailash import PactGovernedAgent as GovernedAgent
from kailash._kailash import PactGradientZone as GradientZone
from kailash._kailash import PactHeldAction as HeldAction
from kailash._kailash import PactKnowledgeItem as KnowledgeItem
from kailash._kailash import PactKnowledgeSharePolicy as KnowledgeSharePolicy
from kailash._kailash import PactMemoryHeldActionStore as MemoryHeldActionStore
from kailash._kailash import PactMonotonicTighteningError as MonotonicTighteningError
from kailash._kailash import PactObservation as Observation
from kailash._kailash import PactOrgNode as OrgNode
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
from kailash._kailash import PactPlanSuspension as PlanSuspension
from kailash._kailash import RbacCell as RbacCell
from kailash._kailash import RbacMatrix as RbacMatrix
from kailash._kailash import PactRecorder as Recorder
from kailash._kailash import PactResumeCondition as ResumeCondition
from kailash._kailash import PactRoleClearance as RoleClearance
from kailash._kailash import PactRoleEnvelope as RoleEnvelope
from kailash._kailash import PactRoleSummary as RoleSummary
from kailash._kailash import PactTaskEnvelope as TaskEnvelope
from kailash._kailash import PactTieredAuditDispatcher as TieredAuditDispatcher
from kailash._kailash import PactVacancyDesignation as VacancyDesignation
from kailash._kailash import PactVacancyStatus as VacancyStatus
from kailash._kailash import PactVettingStatus as VettingStatus
from kailash._kailash import pact_intersect_envelopes as intersect_envelopes
from kailash._kailash import pact_intersect_envelopes as pact_intersect_envelopes

__all__ = [
    "AccessDecision",
    "Address",
    "ApprovalState",
    "Bridge",
    "BridgeApprovalStatus",
    "ChainVerificationResult",
    "ClassificationLevel",
    "CompiledOrg",
    "DegenerateWarning",
    "DelegationRecord",
    "DimensionName",
    "DimensionVerdict",
    "EffectiveEnvelopeSnapshot",
    "EnforcementMode",
    "EnvelopeIntersectionError",
    "EnvelopeSnapshot",
    "EnvelopeWarning",
    "ExplainStep",
    "ExplainedAccessDecision",
    "FilterDecision",
    "FiniteF64",
    "GovernanceContext",
    "GovernanceEngine",
    "GovernanceError",
    "GovernanceVerdict",
    "GovernedAgent",
    "GradientZone",
    "HeldAction",
    "KnowledgeItem",
    "KnowledgeSharePolicy",
    "MemoryHeldActionStore",
    "MonotonicTighteningError",
    "Observation",
    "OrgNode",
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
    "PlanSuspension",
    "RbacCell",
    "RbacMatrix",
    "Recorder",
    "ResumeCondition",
    "RoleClearance",
    "RoleEnvelope",
    "RoleSummary",
    "TaskEnvelope",
    "TieredAuditDispatcher",
    "VacancyDesignation",
    "VacancyStatus",
    "VettingStatus",
    "intersect_envelopes",
    "pact_intersect_envelopes",
]
