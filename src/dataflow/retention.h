/* src/dataflow/retention.h - how long values and rows are kept. */
#ifndef KL_DATAFLOW_RETENTION_H
#define KL_DATAFLOW_RETENTION_H

#include "kailash/type.h"

/* RetentionAction: an enum, whose positions these are. */
typedef enum kl_retention {
    KL_RETENTION_RETAIN,
    KL_RETENTION_ARCHIVE,
    KL_RETENTION_DELETE,
    KL_RETENTION_CONSENT,
} kl_retention;
extern KL_API const kl_type kl_retention_action_type;

/* RetentionPolicy; and what it asks for at an age in days (KL_RETENTION_RETAIN for null). */
extern KL_API const kl_type kl_retention_policy_type;
KL_API kl_retention kl_retention_of(kl_value policy, int64_t age_days);

/* DataRetentionEnforcer: policies by field. What becomes of a field at an age; any thread. */
extern KL_API const kl_type kl_retention_enforcer_type;
/* Whether it has a policy for a field, or for any (an empty text). */
KL_API bool kl_retention_has(kl_object *enforcer, kl_text field);
KL_API kl_retention kl_retention_check(kl_object *enforcer, kl_text field, int64_t age_days);

/* ModelRetentionPolicy: a limit for the rows of a model. */
typedef struct kl_model_retention {
    kl_object object;
    kl_value max_age_days, max_rows; /* ints, or null */
    kl_value archive_to;             /* string, or null */
} kl_model_retention;
extern KL_API const kl_type kl_model_retention_type;

/* LegalHold: rows of a model, by their numbers, that must stay. */
typedef struct kl_legal_hold {
    kl_object object;
    kl_value hold_id, reason, created_at; /* strings */
    int64_t start_seq, end_seq;           /* both held too */
} kl_legal_hold;
extern KL_API const kl_type kl_legal_hold_type;

#endif
