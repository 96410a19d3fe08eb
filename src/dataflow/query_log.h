/* src/dataflow/query_log.h - what is logged of statements: LoggingConfig.apply() decides. */
#ifndef KL_DATAFLOW_QUERY_LOG_H
#define KL_DATAFLOW_QUERY_LOG_H

#include "kailash/log.h"

extern KL_API int kl_query_log_bits; /* atomic; read it through kl_query_log_wanted() */

/* Whether anything is logged of statements: one load. */
static inline bool kl_query_log_wanted(void)
{
    return __builtin_expect(__atomic_load_n(&kl_query_log_bits, __ATOMIC_RELAXED) != 0, 0);
}

/* Whether rows are to be logged too, for which they must be masked first. */
KL_API bool kl_query_log_wants_rows(void);

/*
 * A statement has run, in so many milliseconds: a record of the logger kailash.dataflow with what
 * LoggingConfig asks for. `rows` is what its caller may see of the result, that is, already masked,
 * or null; `row_count` < 0 = it gave none. Values that were bound are never logged.
 */
KL_API void kl_query_log_write(kl_text sql, double duration_ms, int64_t row_count, kl_value rows);

#endif
