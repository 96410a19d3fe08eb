/* src/dataflow/classification.h - how sensitive a field is, and how it is masked. */
#ifndef KL_DATAFLOW_CLASSIFICATION_H
#define KL_DATAFLOW_CLASSIFICATION_H

#include "kailash/type.h"

/* DataClassification: an enum, whose positions are the sensitivity levels 0 to 5. */
extern KL_API const kl_type kl_data_classification_type;

/* MaskingStrategy: an enum, whose positions these are. */
typedef enum kl_masking {
    KL_MASK_NONE,
    KL_MASK_HASH,
    KL_MASK_REDACT,
    KL_MASK_LAST_FOUR,
    KL_MASK_ENCRYPT,
} kl_masking;
extern KL_API const kl_type kl_masking_strategy_type;

/* The level of a DataClassification, -1 when the value is none (null, say). */
KL_API int kl_classification_level(kl_value classification);
/* The same of its name too, such as "internal" or "HighlyConfidential". */
KL_API int kl_classification_level_named(kl_value classification);
/* The masking of a MaskingStrategy; KL_MASK_REDACT when the value is none. */
KL_API kl_masking kl_masking_of(kl_value strategy);

/* For which models undeclared fields are shown though the database redacts them. */
extern KL_API const kl_type kl_migration_window_type;
/* Whether a ClassificationMigrationWindow names a model; false when the value is none. */
KL_API bool kl_migration_window_covers(kl_value window, kl_text model);

/* RequiredFieldUnavailableReason, in order. */
typedef enum kl_unavailable {
    KL_UNAVAILABLE_UNKNOWN_FIELD,
    KL_UNAVAILABLE_MISSING_VALUE,
    KL_UNAVAILABLE_NULL_VALUE,
    KL_UNAVAILABLE_CLEARANCE_ABSENT,
    KL_UNAVAILABLE_CLEARANCE_UNVERIFIED,
    KL_UNAVAILABLE_INSUFFICIENT_CLEARANCE,
} kl_unavailable;

/* Set a RequiredFieldUnavailableError (KL_FAILED) about required field number `index`, of whose name
 * only the fingerprint is told; returns its code. */
KL_API kl_status kl_required_field_error(kl_error *error, kl_text model, size_t index,
                                         kl_text fingerprint, kl_unavailable reason);

#endif
