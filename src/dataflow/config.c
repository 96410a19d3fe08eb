/* src/dataflow/config.c - DataFlowConfig: the settings of a database. */
#include "config.h"
#include "store/sql_url.h"

#include <inttypes.h>
#include <stdlib.h>

/* What the constructor takes, in the order of its table. */
enum {
    DATABASE_URL,
    MIN_CONNECTIONS,
    CONNECT_TIMEOUT,
    IDLE_TIMEOUT,
    MAX_LIFETIME,
    AUTO_MIGRATE,
    TEST_MODE,
    POOL_SIZE,
    POOL_MONITOR,
    LEAK_THRESHOLD,
    QUERY_CACHE,
    CACHE_TTL,
    CACHE_ENTRIES,
    LIGHTWEIGHT,
    POOL_TIMEOUT,
    POOL_RECYCLE,
    MAX_OVERFLOW,
    PROVIDER,
    PROVIDER_INTERVAL,
    PG_TYPE_MODE,
    WINDOW,
    JSON_MODE,
    UNDECLARED,
    STRICT_TYPES,
    PARAMS
};

static const char *const pg_modes[] = {"any_compat", "native", NULL};
static const char *const json_modes[] = {"text", "decode", NULL};
static const char *const undeclared_words[] = {"disclose", "redact", NULL};

/* ---- making ------------------------------------------------------------------------------------ */

static int64_t or_else(kl_value value, int64_t fallback)
{
    return kl_is_null(value) ? fallback : kl_as_int(value);
}

static kl_status set_pool_size(kl_value *out, kl_value given, kl_error *error)
{
    if (kl_as_object(given, &kl_pool_size_type)) {
        *out = kl_value_retain(given);
        return KL_OK;
    }
    if (kl_is_null(given))
        return kl_pool_size_new(out, KL_POOL_AUTO, 0, error);
    if (!kl_is(given, KL_KIND_INT))
        return kl_error_set(error, KL_TYPE, "pool_size: expected a PoolSize or an integer, got %s",
                            kl_value_kind_name(given));
    return kl_pool_size_new(out, KL_POOL_FIXED, kl_as_int(given), error);
}

/* What is said here goes before what the environment says. */
static kl_status set_undeclared(kl_value *out, kl_value given, kl_error *error)
{
    static const char variable[] = "KAILASH_DATAFLOW_UNDECLARED";
    const char *word = getenv(variable);
    if (!kl_is_null(given)) {
        *out = kl_value_retain(given);
        return KL_OK;
    }
    if (!word || !*word)
        word = "disclose";
    if (strcmp(word, "disclose") != 0 && strcmp(word, "redact") != 0)
        return kl_error_set(error, KL_INVALID, "%s: expected one of: disclose, redact", variable);
    return kl_string_from_valid(out, kl_text_from(word), error);
}

static void set_numbers(kl_dataflow_config *config, const kl_value *args)
{
    config->min_connections = kl_as_int(args[MIN_CONNECTIONS]);
    config->connect_timeout_secs = or_else(args[POOL_TIMEOUT], kl_as_int(args[CONNECT_TIMEOUT]));
    config->idle_timeout_secs = kl_value_retain(args[IDLE_TIMEOUT]);
    config->max_lifetime_secs = or_else(args[POOL_RECYCLE], or_else(args[MAX_LIFETIME], 1800));
    config->leak_detection_threshold_secs = kl_as_int(args[LEAK_THRESHOLD]);
    config->query_cache_ttl_secs = kl_as_int(args[CACHE_TTL]);
    config->query_cache_max_entries = kl_as_int(args[CACHE_ENTRIES]);
    config->credential_refresh_interval_secs = or_else(args[PROVIDER_INTERVAL], 300);
    config->auto_migrate = kl_as_bool(args[AUTO_MIGRATE]);
    config->test_mode = kl_as_bool(args[TEST_MODE]);
    config->enable_pool_monitor = kl_as_bool(args[POOL_MONITOR]);
    config->enable_query_cache = kl_as_bool(args[QUERY_CACHE]);
    config->enable_lightweight_pool = kl_as_bool(args[LIGHTWEIGHT]);
    config->strict_types = kl_as_bool(args[STRICT_TYPES]);
}

static kl_status init(kl_object *self, const kl_value *args, kl_error *error)
{
    kl_dataflow_config *config = (kl_dataflow_config *)self;
    set_numbers(config, args);
    config->database_url = kl_value_retain(args[DATABASE_URL]);
    config->credential_provider = kl_value_retain(args[PROVIDER]);
    config->pg_type_mode = kl_value_retain(args[PG_TYPE_MODE]);
    config->json_mode = kl_value_retain(args[JSON_MODE]);
    config->classification_migration_window = kl_value_retain(args[WINDOW]);
    KL_TRY(set_undeclared(&config->undeclared_fields, args[UNDECLARED], error));
    return set_pool_size(&config->pool_size, args[POOL_SIZE], error);
}

static kl_status make(kl_dataflow_config **out, const char *const names[], const kl_value *values,
                      size_t count, kl_error *error)
{
    kl_value map, made;
    KL_TRY(kl_map_new(&map, count, error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < count && status == KL_OK; i++)
        status = kl_map_set(&map, kl_text_from(names[i]), kl_value_retain(values[i]), error);
    if (status == KL_OK)
        status = kl_object_from_map(&made, &kl_dataflow_config_type, map, error);
    kl_value_release(map);
    if (status == KL_OK)
        *out = (kl_dataflow_config *)made.as.object;
    return status;
}

kl_status kl_dataflow_config_new(kl_dataflow_config **out, kl_text url, kl_error *error)
{
    static const char *const names[] = {"database_url"};
    kl_value value;
    KL_TRY(kl_string_new(&value, url, error));
    kl_status status = make(out, names, &value, 1, error);
    kl_value_release(value);
    return status;
}

kl_status kl_dataflow_config_copy(kl_dataflow_config **out, const kl_dataflow_config *from,
                                  kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_dataflow_config_type, error));
    kl_dataflow_config *copy = (kl_dataflow_config *)object;
    const kl_object head = copy->object;
    *copy = *from;
    copy->object = head;
    const kl_value held[] = {copy->database_url, copy->pool_size, copy->idle_timeout_secs,
                             copy->credential_provider, copy->pg_type_mode, copy->json_mode,
                             copy->undeclared_fields, copy->classification_migration_window};
    for (size_t i = 0; i < KL_COUNT(held); i++)
        kl_value_retain(held[i]);
    *out = copy;
    return KL_OK;
}

/* ---- methods ----------------------------------------------------------------------------------- */

static kl_status call_test(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    static const char *const names[] = {"database_url", "auto_migrate", "test_mode"};
    kl_value values[] = {kl_null(), kl_bool(true), kl_bool(true)};
    kl_dataflow_config *made;
    (void)self;
    (void)args;
    KL_TRY(kl_string_from_valid(&values[0], KL_TEXT("sqlite::memory:"), error));
    kl_status status = make(&made, names, values, KL_COUNT(values), error);
    kl_value_release(values[0]);
    if (status == KL_OK)
        *out = kl_value_of(&made->object);
    return status;
}

static kl_status call_redacted(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    (void)args;
    return kl_sql_url_redact(out, kl_as_text(((kl_dataflow_config *)self)->database_url), error);
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_dataflow_config *config = (const kl_dataflow_config *)self;
    kl_value size;
    KL_TRY(kl_object_repr(&size, config->pool_size.as.object, error));
    kl_status status = kl_string_format(
        out, error, "DataFlowConfig(url=[REDACTED], pool_size=%s, min=%" PRId64 ")",
        kl_as_text(size).data, config->min_connections);
    kl_value_release(size);
    return status;
}

/* ---- the type ---------------------------------------------------------------------------------- */

#define FLAG(word, initial, text)                                                                  \
    {.name = (word), .kind = KL_KIND_BOOL, .fallback = (initial), .doc = (text)}
#define SECONDS(word, initial, text)                                                               \
    {.name = (word), .kind = KL_KIND_COUNT, .fallback = (initial),                                 \
     .range = KL_RANGE(0, 4294967295.0), .doc = (text)}
#define MAYBE(word, more, text)                                                                    \
    {.name = (word), .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL | (more),                         \
     .range = KL_RANGE(0, 4294967295.0), .doc = (text)}
#define WORD(word, initial, of_words, text)                                                        \
    {.name = (word), .kind = KL_KIND_ENUM, .fallback = (initial), .names = (of_words),             \
     .doc = (text)}

static const kl_param params[PARAMS] = {
    [DATABASE_URL] = {.name = "database_url", .kind = KL_KIND_STRING, .flags = KL_SECRET,
                      .doc = "which database: sqlite:PATH, sqlite::memory:, postgresql://..., "
                             "mysql://..."},
    [MIN_CONNECTIONS] = SECONDS("min_connections", "1", "connections that are kept open"),
    [CONNECT_TIMEOUT] = SECONDS("connect_timeout_secs", "30",
                                "longest wait for a connection, in seconds"),
    [IDLE_TIMEOUT] = MAYBE("idle_timeout_secs", 0,
                           "seconds after which an unused connection is closed; None = never"),
    [MAX_LIFETIME] = MAYBE("max_lifetime_secs", 0,
                           "seconds after which a connection is replaced; None = 1800, 0 = never"),
    [AUTO_MIGRATE] = FLAG("auto_migrate", "false", "register_model() makes the table"),
    [TEST_MODE] = FLAG("test_mode", "false", "the database is one for tests"),
    [POOL_SIZE] = {.name = "pool_size", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
                   .doc = "most connections: a PoolSize or a number; None = PoolSize.Auto"},
    [POOL_MONITOR] = FLAG("enable_pool_monitor", "true", "pool_metrics() tells of the pool"),
    [LEAK_THRESHOLD] = SECONDS("leak_detection_threshold_secs", "30",
                               "seconds after which a connection held is told of; 0 = never"),
    [QUERY_CACHE] = FLAG("enable_query_cache", "false", "results of reads are kept for a while"),
    [CACHE_TTL] = SECONDS("query_cache_ttl_secs", "60", "how long they are kept, in seconds"),
    [CACHE_ENTRIES] = SECONDS("query_cache_max_entries", "10000", "how many are kept"),
    [LIGHTWEIGHT] = FLAG("enable_lightweight_pool", "true",
                         "a second, small pool serves execute_lightweight()"),
    [POOL_TIMEOUT] = MAYBE("pool_timeout", KL_DEPRECATED, "use connect_timeout_secs"),
    [POOL_RECYCLE] = MAYBE("pool_recycle", KL_DEPRECATED, "use max_lifetime_secs"),
    [MAX_OVERFLOW] = MAYBE("max_overflow", KL_DEPRECATED, "has no effect; use pool_size"),
    [PROVIDER] = {.name = "credential_provider", .kind = KL_KIND_CALLABLE, .flags = KL_OPTIONAL,
                  .doc = "called without arguments, gives the URL to connect to; goes before "
                         "database_url"},
    [PROVIDER_INTERVAL] = MAYBE("credential_refresh_interval_secs", 0,
                                "seconds after which it is called anew; None = 300"),
    [PG_TYPE_MODE] = WORD("pg_type_mode", "\"any_compat\"", pg_modes,
                          "how PostgreSQL keeps times, JSON and UUIDs: as text, or in its own types"),
    [WINDOW] = {.name = "classification_migration_window", .kind = KL_KIND_OBJECT,
                .flags = KL_OPTIONAL,
                .doc = "a ClassificationMigrationWindow: models whose undeclared fields are shown"},
    [JSON_MODE] = WORD("json_mode", "\"text\"", json_modes,
                       "how json fields are read: as their text, or as lists and dicts"),
    [UNDECLARED] = {.name = "undeclared_fields", .kind = KL_KIND_ENUM, .names = undeclared_words,
                    .flags = KL_OPTIONAL,
                    .doc = "fields without classification are shown, or taken for the most "
                           "confidential ones; None = as KAILASH_DATAFLOW_UNDECLARED says, else "
                           "shown"},
    [STRICT_TYPES] = FLAG("strict_types", "false",
                          "values of another type than their field's are refused"),
};

#define FIELD(member, of_kind, ...)                                                                \
    {.name = #member, .kind = (of_kind), .offset = offsetof(kl_dataflow_config, member),           \
     .doc = "as it was given", __VA_ARGS__}
#define BOOL_FIELD(member) FIELD(member, KL_KIND_BOOL, .fallback = "false", .flags = KL_READ_ONLY)
#define INT_FIELD(member) FIELD(member, KL_KIND_INT, .fallback = "0", .flags = KL_READ_ONLY)

static const kl_field fields[] = {
    FIELD(database_url, KL_KIND_STRING, .flags = KL_READ_ONLY | KL_SECRET),
    INT_FIELD(min_connections),
    INT_FIELD(connect_timeout_secs),
    FIELD(idle_timeout_secs, KL_KIND_INT, .flags = KL_READ_ONLY | KL_OPTIONAL),
    INT_FIELD(max_lifetime_secs),
    BOOL_FIELD(auto_migrate),
    BOOL_FIELD(test_mode),
    FIELD(pool_size, KL_KIND_OBJECT, .type = &kl_pool_size_type, .flags = KL_READ_ONLY),
    BOOL_FIELD(enable_pool_monitor),
    INT_FIELD(leak_detection_threshold_secs),
    BOOL_FIELD(enable_query_cache),
    INT_FIELD(query_cache_ttl_secs),
    INT_FIELD(query_cache_max_entries),
    BOOL_FIELD(enable_lightweight_pool),
    FIELD(credential_provider, KL_KIND_CALLABLE, .flags = KL_READ_ONLY | KL_OPTIONAL),
    INT_FIELD(credential_refresh_interval_secs),
    FIELD(pg_type_mode, KL_KIND_STRING, .flags = KL_READ_ONLY),
    FIELD(json_mode, KL_KIND_STRING, .flags = KL_READ_ONLY),
    FIELD(undeclared_fields, KL_KIND_STRING, .flags = KL_READ_ONLY),
    FIELD(classification_migration_window, KL_KIND_OBJECT, .flags = KL_READ_ONLY | KL_OPTIONAL),
    BOOL_FIELD(strict_types),
};

static const kl_method methods[] = {
    {.name = "database_url_redacted", .call = call_redacted, .returns = KL_KIND_STRING,
     .doc = "The URL without user and password, for logs."},
    {.name = "test", .call = call_test, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_dataflow_config_type, .flags = KL_STATIC,
     .doc = "Settings of a test: in memory, tables made as models are registered."},
};

const kl_type kl_dataflow_config_type = {
    .name = "DataFlowConfig",
    .module = "kailash.dataflow",
    .doc = "Settings of a DataFlow. Immutable.",
    .size = sizeof(kl_dataflow_config),
    .flags = KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .params = KL_TABLE(params),
    .init = init,
    .repr = repr,
};
KL_PUBLISH(kl_dataflow_config_type);
