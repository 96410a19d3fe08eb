/* src/dataflow/query_cache.c - see query_cache.h. */
#include "query_cache.h"

void kl_query_cache_drop(const kl_data_session *session, const kl_table *table)
{
    (void)session;
    (void)table;
}
