/* src/dataflow/config.h - DataFlowConfig and PoolSize: the settings of a database. */
#ifndef KL_DATAFLOW_CONFIG_H
#define KL_DATAFLOW_CONFIG_H

#include "model.h"

/* How a number of connections is told; the position in the enum is what a PoolSize keeps. */
typedef enum kl_pool_size_kind {
    KL_POOL_AUTO,
    KL_POOL_FIXED,
    KL_POOL_PER_WORKER
} kl_pool_size_kind;

typedef struct kl_pool_size {
    kl_object object;
    int64_t kind; /* kl_pool_size_kind */
    int64_t count;
} kl_pool_size;
extern KL_API const kl_type kl_pool_size_type;

/* A PoolSize; given. KL_OVERFLOW for a negative count, KL_INVALID for 0 where it counts. */
KL_API kl_status kl_pool_size_new(kl_value *out, kl_pool_size_kind kind, int64_t count,
                                  kl_error *error);

typedef struct kl_dataflow_config {
    kl_object object;
    kl_value database_url; /* string; may hold a password */
    kl_value pool_size;    /* of kl_pool_size_type */
    int64_t min_connections, connect_timeout_secs, max_lifetime_secs;
    kl_value idle_timeout_secs; /* int, or null: idle connections stay */
    int64_t leak_detection_threshold_secs;
    int64_t query_cache_ttl_secs, query_cache_max_entries;
    int64_t credential_refresh_interval_secs;
    kl_value credential_provider;                        /* callable, or null */
    kl_value pg_type_mode, json_mode, undeclared_fields; /* words */
    kl_value classification_migration_window;            /* or null */
    bool auto_migrate, test_mode, enable_pool_monitor, enable_query_cache;
    bool enable_lightweight_pool, strict_types;
} kl_dataflow_config;
extern KL_API const kl_type kl_dataflow_config_type;

/* The settings of a URL without further ones; given. */
KL_API kl_status kl_dataflow_config_new(kl_dataflow_config **out, kl_text url, kl_error *error);

/* Settings that say the same, for the caller to change before others see them; given. */
KL_API kl_status kl_dataflow_config_copy(kl_dataflow_config **out, const kl_dataflow_config *from,
                                         kl_error *error);

#endif
