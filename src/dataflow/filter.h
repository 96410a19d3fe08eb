/* src/dataflow/filter.h - FilterCondition, F and the operators that both and filter objects know.
 *
 * A condition only keeps what it was given: whether a column exists, and whether the operator can
 * do with the value, is asked when it is used (where.h).
 */
#ifndef KL_DATAFLOW_FILTER_H
#define KL_DATAFLOW_FILTER_H

#include "kailash/type.h"

/* What an operator takes. */
typedef enum kl_filter_takes {
    KL_TAKES_VALUE,
    KL_TAKES_LIST,
    KL_TAKES_PAIR,
    KL_TAKES_TEXT,
    KL_TAKES_NOTHING,
} kl_filter_takes;

typedef enum kl_filter_op {
    KL_FILTER_EQ,
    KL_FILTER_NE,
    KL_FILTER_GT,
    KL_FILTER_GTE,
    KL_FILTER_LT,
    KL_FILTER_LTE,
    KL_FILTER_LIKE,
    KL_FILTER_ILIKE,
    KL_FILTER_IN,
    KL_FILTER_NOT_IN,
    KL_FILTER_BETWEEN,
    KL_FILTER_STARTSWITH,
    KL_FILTER_ENDSWITH,
    KL_FILTER_CONTAINS,
    KL_FILTER_REGEX,
    KL_FILTER_IS_NULL,
    KL_FILTER_IS_NOT_NULL,
    KL_FILTER_AND,
    KL_FILTER_OR,
    KL_FILTER_NOT,
} kl_filter_op;

/* A row of the table of operators. */
typedef struct kl_filter_operator {
    kl_filter_op op;
    kl_filter_takes takes;
    const char *name;   /* what FilterCondition.operator tells */
    const char *others; /* blank-separated: what else stands for it */
    const char *key;    /* in a filter object: "$gt"; NULL = none */
    const char *sql;    /* of those that compare with one value: " > " */
} kl_filter_operator;

/* By a name of FilterCondition, or by a key of a filter object; NULL when there is none. Groups
 * (and, or, not) are found by neither. */
KL_API const kl_filter_operator *kl_filter_by_name(kl_text name);
KL_API const kl_filter_operator *kl_filter_by_key(kl_text key);
KL_API const kl_filter_operator *kl_filter_of(kl_filter_op op);

typedef struct kl_condition {
    kl_object object;
    const kl_filter_operator *op;
    kl_value column; /* string; null of a group */
    kl_value value;  /* of a group: array of conditions */
} kl_condition;
extern KL_API const kl_type kl_condition_type; /* FilterCondition */

/* A condition; given. `column` and `value` are borrowed. */
KL_API kl_status kl_condition_new(kl_value *out, kl_filter_op op, kl_value column, kl_value value,
                                  kl_error *error);

#endif
