/* src/dataflow/scope.h - WriteScope: for which tenant, and at which level, rows are written. */
#ifndef KL_DATAFLOW_SCOPE_H
#define KL_DATAFLOW_SCOPE_H

#include "kailash/type.h"

typedef struct kl_write_scope {
    kl_object object;
    kl_value tenant_id;      /* string, or null */
    kl_value classification; /* of kl_data_classification_type, or null */
} kl_write_scope;
extern KL_API const kl_type kl_write_scope_type;

#endif
