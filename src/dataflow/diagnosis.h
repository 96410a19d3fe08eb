/* src/dataflow/diagnosis.h - errors of databases explained: what kind it is, and what to do. */
#ifndef KL_DATAFLOW_DIAGNOSIS_H
#define KL_DATAFLOW_DIAGNOSIS_H

#include "kailash/type.h"

/* What is known of an error beside its message; texts of length 0 are not known. */
typedef struct kl_error_facts {
    kl_text message;
    kl_text model, table, sql, sqlstate, constraint;
    kl_value known_columns; /* array of strings, or null */
} kl_error_facts;

/* ErrorEnhancer.enhance(): a map of original_message, context, suggestion (string or null) and
 * classification ("sqlstate" or "message_heuristic"); given. */
KL_API kl_status kl_error_enhance(kl_value *out, const kl_error_facts *facts, kl_error *error);

/* DebugAgent.diagnose(): a map of root_cause, details and suggested_fix; given. */
KL_API kl_status kl_error_diagnose(kl_value *out, kl_text message, kl_error *error);

#endif
