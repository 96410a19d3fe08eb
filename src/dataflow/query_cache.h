/* src/dataflow/query_cache.h - results of queries, kept until their model is written to.
 *
 * A result is found by all that it depends on: the model, the tenant and the clearance of the caller,
 * the text and its values. A model that was written to has a new generation, so that what was read
 * before, or is being read, is never found again. Transactions read past the cache, and what they have
 * written is forgotten once more when they commit.
 */
#ifndef KL_DATAFLOW_QUERY_CACHE_H
#define KL_DATAFLOW_QUERY_CACHE_H

#include "database.h"

struct kl_cache; /* see store/cache.h */

/* What a transaction has written to. */
typedef struct kl_touched {
    kl_value tables; /* array of kl_table, or null */
    bool all;        /* what it was is not known */
} kl_touched;

/* The cache that the settings ask for: `*out` NULL when they ask for none. */
KL_API kl_status kl_query_cache_new(struct kl_cache **out, const kl_dataflow_config *config,
                                    kl_error *error);

/* A query that gives `*out`, or what it gave before. */
typedef kl_status kl_query_run(kl_value *out, kl_data_session *session, const kl_table *table,
                               kl_text text, const kl_value *values, size_t count, kl_error *error);
KL_API kl_status kl_query_cached(kl_value *out, kl_data_session *session, const kl_table *table,
                                 kl_query_run *run, kl_text text, const kl_value *values,
                                 size_t count, kl_error *error);

/* Around whatever writes to a model. Meanwhile nothing of it is kept or given again, for one reader
 * may have seen the new row and another the old one; then all of before is forgotten. In a transaction
 * it is only noted, until the commit. */
KL_API void kl_query_cache_begin_write(const kl_data_session *session, const kl_table *table);
KL_API void kl_query_cache_end_write(const kl_data_session *session, const kl_table *table);
/* The same where it is not known what is written to: all models. */
KL_API void kl_query_cache_begin_any(const kl_data_session *session);
KL_API void kl_query_cache_end_any(const kl_data_session *session);
/* Around the commit of a transaction, which ends `touched`. */
KL_API void kl_query_cache_begin_commit(kl_dataflow *dataflow, const kl_touched *touched);
KL_API void kl_query_cache_end_commit(kl_dataflow *dataflow, kl_touched *touched);
KL_API void kl_touched_end(kl_touched *touched);

/* What DataFlow.query_cache_stats() and clear_query_cache() do. Given. */
KL_API kl_status kl_query_cache_look(kl_value *out, const kl_dataflow *dataflow, kl_error *error);
KL_API void kl_query_cache_clear(kl_dataflow *dataflow);

#endif
