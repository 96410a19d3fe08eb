/* src/eatp/kinds.h - small types of EATP that others take and give. */
#ifndef KL_EATP_KINDS_H
#define KL_EATP_KINDS_H

#include "ladder.h"
#include "kailash/type.h"

/* Enums: EatpConfidentialityLevel and EatpPosture in the order of their ladders, EatpActionType. */
extern KL_API const kl_type kl_confidentiality_type, kl_eatp_posture_type, kl_action_type_type;

/* EatpActionOutcome. */
extern KL_API const kl_type kl_action_outcome_type;
typedef struct kl_action_outcome {
    kl_object object;
    kl_value status; /* "success", "failure", "partial" */
    kl_value detail; /* string, or null after a success */
} kl_action_outcome;
/* "success", "failure: REASON", "partial: DETAIL"; given. */
KL_API kl_status kl_action_outcome_text(kl_value *out, const kl_action_outcome *outcome,
                                        kl_error *error);

/* EatpConstraintDimensions: what a trust level allows. */
extern KL_API const kl_type kl_constraint_dimensions_type;

/* EatpResourceLimits; to be read with kl_as_unsigned() (kailash/wide.h). */
extern KL_API const kl_type kl_resource_limits_type;
typedef struct kl_resource_limits {
    kl_object object;
    kl_value max_llm_calls, max_tool_calls, max_total_tokens, max_execution_secs;
} kl_resource_limits;

/* EatpResourceConsumption; likewise. */
extern KL_API const kl_type kl_resource_consumption_type;
typedef struct kl_resource_consumption {
    kl_object object;
    kl_value tokens_used, api_calls_made, duration_ms;
    kl_value estimated_cost_microdollars; /* or null */
} kl_resource_consumption;

#endif
