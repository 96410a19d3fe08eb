/* src/dataflow/pool_metrics.c - see pool_metrics.h. */
#include "pool_metrics.h"

#include <inttypes.h>

kl_status kl_pool_metrics_of(kl_value *out, kl_sql_pool *pool, int64_t connections_min,
                             kl_error *error)
{
    kl_object *object;
    kl_sql_pool_status now = kl_sql_pool_look(pool);
    KL_TRY(kl_object_alloc(&object, &kl_pool_metrics_type, error));
    kl_pool_metrics *metrics = (kl_pool_metrics *)object;
    metrics->active = (int64_t)(now.connections - now.idle);
    metrics->idle = (int64_t)now.idle;
    metrics->max_connections = (int64_t)now.connections_max;
    metrics->min_connections = connections_min;
    metrics->utilization_pct = 100.0 * (double)metrics->active / (double)now.connections_max;
    *out = kl_value_of(object);
    return KL_OK;
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_pool_metrics *metrics = (const kl_pool_metrics *)self;
    return kl_string_format(out, error,
                            "PoolMetrics(active=%" PRId64 ", idle=%" PRId64 ", max=%" PRId64
                            ", utilization=%.1f%%)",
                            metrics->active, metrics->idle, metrics->max_connections,
                            metrics->utilization_pct);
}

static const kl_field fields[] = {
    KL_INT(kl_pool_metrics, active, 0, .flags = KL_READ_ONLY, .doc = "connections in use"),
    KL_INT(kl_pool_metrics, idle, 0, .flags = KL_READ_ONLY, .doc = "open ones that nobody uses"),
    KL_INT(kl_pool_metrics, max_connections, 0, .flags = KL_READ_ONLY, .doc = "the most there may be"),
    KL_INT(kl_pool_metrics, min_connections, 0, .flags = KL_READ_ONLY, .doc = "how many stay open"),
    KL_DOUBLE(kl_pool_metrics, utilization_pct, 0.0, .flags = KL_READ_ONLY,
              .doc = "those in use, in percent of the most"),
};

const kl_type kl_pool_metrics_type = {
    .name = "PoolMetrics",
    .module = "kailash",
    .doc = "The connections of a DataFlow at one moment.",
    .size = sizeof(kl_pool_metrics),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT,
    .fields = KL_TABLE(fields),
    .repr = repr,
};
KL_PUBLISH(kl_pool_metrics_type);
