/* src/dataflow/query_cache.h - results of queries, kept until the model is written to. */
#ifndef KL_DATAFLOW_QUERY_CACHE_H
#define KL_DATAFLOW_QUERY_CACHE_H

#include "database.h"

/* Forget what was read of a model: something was written to it. */
KL_API void kl_query_cache_drop(const kl_data_session *session, const kl_table *table);

#endif
