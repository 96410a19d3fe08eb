/* src/dataflow/pool_metrics.h - PoolMetrics: how many connections a pool has, and how many work. */
#ifndef KL_DATAFLOW_POOL_METRICS_H
#define KL_DATAFLOW_POOL_METRICS_H

#include "database.h"

typedef struct kl_pool_metrics {
    kl_object object;
    int64_t active, idle, max_connections, min_connections;
    double utilization_pct;
} kl_pool_metrics;
extern KL_API const kl_type kl_pool_metrics_type;

/* Of now; given. `connections_min` is told as it is. */
KL_API kl_status kl_pool_metrics_of(kl_value *out, kl_sql_pool *pool, int64_t connections_min,
                                    kl_error *error);

#endif
