/* src/dataflow/aggregate.h - AggregateOp and AggregateSpec: what is computed of many rows. */
#ifndef KL_DATAFLOW_AGGREGATE_H
#define KL_DATAFLOW_AGGREGATE_H

#include "kailash/type.h"

typedef enum kl_aggregate_kind {
    KL_AGGREGATE_COUNT,
    KL_AGGREGATE_SUM,
    KL_AGGREGATE_AVG,
    KL_AGGREGATE_MIN,
    KL_AGGREGATE_MAX,
} kl_aggregate_kind;

/* "count", "sum" ... */
KL_API const char *kl_aggregate_name(kl_aggregate_kind kind);

typedef struct kl_aggregate_op {
    kl_object object;
    int64_t kind; /* kl_aggregate_kind */
} kl_aggregate_op;
extern KL_API const kl_type kl_aggregate_op_type;

typedef struct kl_aggregate {
    kl_object object;
    kl_value op;    /* of kl_aggregate_op_type */
    kl_value field; /* string: a column, or "*" of a count */
    kl_value alias; /* string, or null */
} kl_aggregate;
extern KL_API const kl_type kl_aggregate_type; /* AggregateSpec */

/* One; given. `alias` may be null. */
KL_API kl_status kl_aggregate_new(kl_value *out, kl_aggregate_kind kind, kl_value field,
                                  kl_value alias, kl_error *error);
/* The name of its column in a result: the alias, or "sum_age", "count_star"; given. */
KL_API kl_status kl_aggregate_column(kl_value *out, const kl_aggregate *aggregate, kl_error *error);

static inline kl_aggregate_kind kl_aggregate_kind_of(const kl_aggregate *aggregate)
{
    return (kl_aggregate_kind)((const kl_aggregate_op *)aggregate->op.as.object)->kind;
}

#endif
