/* src/dataflow/database_methods.c - DataFlow: its methods and its table. */
#include "data_error.h"
#include "database_faces.h"
#include "dataflow.h"
#include "pool_metrics.h"
#include "retention_methods.h"
#include "row_stream.h"

#include <inttypes.h>
#include <stdlib.h>

/* ---- making ------------------------------------------------------------------------------------ */

enum { URL, CONFIG, AUTO_MIGRATE, TEST_MODE };

static kl_text default_url(kl_value given)
{
    const char *environment = getenv("DATABASE_URL");
    if (!kl_is_null(given))
        return kl_as_text(given);
    return environment && *environment ? kl_text_from(environment) : KL_TEXT("sqlite::memory:");
}

/* The settings that are given, with what the other arguments add; given. */
static kl_status settings(kl_dataflow_config **out, const kl_value *args, kl_error *error)
{
    const kl_dataflow_config *given = kl_as_object(args[CONFIG], &kl_dataflow_config_type);
    kl_dataflow_config *made;
    bool migrate = kl_as_bool(args[AUTO_MIGRATE]), test = kl_as_bool(args[TEST_MODE]);
    if (given && migrate <= given->auto_migrate && test <= given->test_mode) {
        *out = (kl_dataflow_config *)kl_object_retain(args[CONFIG].as.object);
        return KL_OK;
    }
    if (given)
        KL_TRY(kl_dataflow_config_copy(&made, given, error));
    else
        KL_TRY(kl_dataflow_config_new(&made, default_url(args[URL]), error));
    made->auto_migrate |= migrate;
    made->test_mode |= test;
    *out = made;
    return KL_OK;
}

static kl_status init(kl_object *self, const kl_value *args, kl_error *error)
{
    kl_dataflow_config *config;
    KL_TRY(settings(&config, args, error));
    kl_status status = kl_dataflow_start((kl_dataflow *)self, config, error);
    kl_object_release(&config->object);
    return status;
}

/* The functions of a validation may lead back here. */
static void traverse(kl_object *self, kl_visit *visit, void *data)
{
    visit(((kl_dataflow *)self)->watch.validation, data);
}

static void clear(kl_object *self)
{
    kl_value_replace(&((kl_dataflow *)self)->watch.validation, kl_null());
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    kl_dataflow *dataflow = (kl_dataflow *)self;
    pthread_mutex_lock(&dataflow->lock);
    size_t count = kl_map_len(dataflow->tables);
    pthread_mutex_unlock(&dataflow->lock);
    return kl_string_format(out, error, "DataFlow(url=\"[REDACTED]\", models=%zu)", count);
}

/* ---- models ------------------------------------------------------------------------------------ */

static kl_status call_register_model(kl_value *out, kl_object *self, const kl_value *args,
                                     kl_error *error)
{
    (void)out;
    return kl_dataflow_register((kl_dataflow *)self, (const kl_model *)args[0].as.object, error);
}

static kl_status call_create_tables(kl_value *out, kl_object *self, const kl_value *args,
                                    kl_error *error)
{
    (void)out;
    (void)args;
    return kl_dataflow_create_tables((kl_dataflow *)self, error);
}

static kl_status get_models(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_dataflow *dataflow = (kl_dataflow *)self;
    (void)args;
    pthread_mutex_lock(&dataflow->lock);
    kl_status status = kl_array_slice(out, dataflow->models, 0, SIZE_MAX, error);
    pthread_mutex_unlock(&dataflow->lock);
    return status;
}

static kl_status get_names(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_dataflow *dataflow = (kl_dataflow *)self;
    kl_value names;
    (void)args;
    KL_TRY(kl_array_new(&names, 0, error));
    kl_status status = KL_OK;
    pthread_mutex_lock(&dataflow->lock);
    for (size_t i = 0; i < kl_map_len(dataflow->tables) && status == KL_OK; i++)
        status = kl_array_push(&names,
                               kl_value_retain(kl_map_key_value_at(dataflow->tables, i)), error);
    pthread_mutex_unlock(&dataflow->lock);
    if (status == KL_OK)
        *out = names;
    else
        kl_value_release(names);
    return status;
}

/* ---- statements -------------------------------------------------------------------------------- */

static kl_status run_raw(kl_value *rows, kl_sql_effect *effect, kl_object *self,
                         const kl_value *args, const char *method, kl_error *error)
{
    kl_data_session session;
    KL_TRY(kl_data_session_begin(&session, (kl_dataflow *)self, method, error));
    kl_status status = kl_data_session_raw(rows, effect, &session, kl_as_text(args[0]), args[1],
                                           false, error);
    kl_data_session_end(&session);
    return status;
}

static kl_status call_execute_raw(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    return run_raw(out, NULL, self, args, "execute_raw", error);
}

static kl_status call_affected(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    kl_sql_effect effect = {0};
    KL_TRY(run_raw(NULL, &effect, self, args, "execute_raw_params_affected", error));
    *out = kl_int(effect.affected);
    return KL_OK;
}

static kl_status call_lightweight(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    kl_data_session session;
    KL_TRY(kl_data_session_begin_reading(&session, (kl_dataflow *)self, "execute_lightweight",
                                         error));
    kl_status status = kl_data_session_raw(out, NULL, &session, kl_as_text(args[0]), args[1], true,
                                           error);
    kl_data_session_end(&session);
    return status;
}

static kl_status call_stream(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    return kl_row_stream_new(out, (kl_dataflow *)self, kl_as_text(args[0]), args[1],
                             (kl_text){"", 0}, kl_as_int(args[2]), error);
}

static kl_status call_stream_keyset(kl_value *out, kl_object *self, const kl_value *args,
                                    kl_error *error)
{
    kl_text key = kl_as_text(args[1]);
    return kl_row_stream_new(out, (kl_dataflow *)self, kl_as_text(args[0]), args[2],
                             key.len ? key : KL_TEXT("?"), kl_as_int(args[3]), error);
}

/* ---- the pool ---------------------------------------------------------------------------------- */

static kl_status call_health_check(kl_value *out, kl_object *self, const kl_value *args,
                                   kl_error *error)
{
    kl_data_session session;
    (void)args;
    (void)error;
    *out = kl_bool(false);
    if (kl_data_session_begin(&session, (kl_dataflow *)self, "health_check", NULL) != KL_OK)
        return KL_OK;
    *out = kl_bool(kl_data_session_query(NULL, NULL, &session, KL_TEXT("SELECT 1"), NULL, 0,
                                         NULL) == KL_OK);
    kl_data_session_end(&session);
    return KL_OK;
}

static kl_status call_is_connected(kl_value *out, kl_object *self, const kl_value *args,
                                   kl_error *error)
{
    (void)args;
    (void)error;
    *out = kl_bool(kl_dataflow_is_open((kl_dataflow *)self));
    return KL_OK;
}

static kl_status call_close(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out;
    (void)args;
    (void)error;
    kl_dataflow_close((kl_dataflow *)self);
    return KL_OK;
}

static kl_status call_redacted(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    (void)args;
    (void)error;
    *out = kl_value_retain(((kl_dataflow *)self)->shown_url);
    return KL_OK;
}

static kl_status call_pool_status(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    kl_sql_pool_status now = kl_sql_pool_look(((kl_dataflow *)self)->pool);
    kl_value map;
    (void)args;
    KL_TRY(kl_map_new(&map, 2, error));
    kl_status status = kl_map_set(&map, KL_TEXT("pool_size"), kl_int((int64_t)now.connections), error);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("idle"), kl_int((int64_t)now.idle), error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

static kl_status call_pool_metrics(kl_value *out, kl_object *self, const kl_value *args,
                                   kl_error *error)
{
    kl_dataflow *dataflow = (kl_dataflow *)self;
    (void)args;
    if (!kl_dataflow_config_of(dataflow)->enable_pool_monitor)
        return KL_OK;
    return kl_pool_metrics_of(out, dataflow->pool,
                              kl_dataflow_config_of(dataflow)->min_connections, error);
}

/* Processes that share the server, as web servers tell it. */
static int64_t worker_count(void)
{
    static const char *const variables[] = {"KAILASH_WORKERS", "WEB_CONCURRENCY", "UVICORN_WORKERS",
                                            "GUNICORN_WORKERS"};
    for (size_t i = 0; i < KL_COUNT(variables); i++) {
        const char *text = getenv(variables[i]);
        long count = text ? strtol(text, NULL, 10) : 0;
        if (count > 0 && count < 100000)
            return count;
    }
    return 1;
}

/* Connections that the server lets in; SQLite has no such bound and counts as 5. */
static kl_status server_connections(int64_t *out, kl_dataflow *dataflow, kl_error *error)
{
    kl_data_session session;
    kl_value rows;
    bool postgres = dataflow->dialect == KL_SQL_POSTGRES;
    *out = 5;
    if (dataflow->dialect == KL_SQL_SQLITE)
        return KL_OK;
    KL_TRY(kl_data_session_begin(&session, dataflow, "resolve_pool_size", error));
    kl_status status = kl_data_session_query(
        &rows, NULL, &session,
        postgres ? KL_TEXT("SELECT current_setting('max_connections')::bigint AS n")
                 : KL_TEXT("SELECT @@max_connections AS n"),
        NULL, 0, error);
    kl_data_session_end(&session);
    KL_TRY(status);
    *out = kl_as_int(kl_map_value_at(kl_array_at(rows, 0), 0));
    kl_value_release(rows);
    return KL_OK;
}

static kl_status call_resolve_pool_size(kl_value *out, kl_object *self, const kl_value *args,
                                        kl_error *error)
{
    kl_dataflow *dataflow = (kl_dataflow *)self;
    const kl_pool_size *size = kl_as_object(args[0], &kl_pool_size_type);
    int64_t most, workers = worker_count();
    if (!size)
        size = kl_as_object(kl_dataflow_config_of(dataflow)->pool_size, &kl_pool_size_type);
    if (size->kind != KL_POOL_AUTO) {
        *out = kl_int(size->kind == KL_POOL_FIXED ? size->count : size->count * workers);
        return KL_OK;
    }
    KL_TRY(server_connections(&most, dataflow, error));
    *out = kl_int(KL_MAX(2, most * 7 / (10 * workers)));
    return KL_OK;
}

/* ---- the type ---------------------------------------------------------------------------------- */

static const kl_param model_param[] = {
    {.name = "model", .kind = KL_KIND_OBJECT, .type = &kl_model_type, .doc = "what to register"},
};
static const kl_param sql_params[] = {
    {.name = "sql", .kind = KL_KIND_STRING, .doc = "one statement; ? stands for a value, in "
                                                   "PostgreSQL also $1"},
    {.name = "params", .kind = KL_KIND_ARRAY, .flags = KL_OPTIONAL,
     .doc = "the values, one for each ?"},
};
#define BATCH_SIZE                                                                                 \
    .name = "batch_size", .kind = KL_KIND_COUNT, .fallback = "1000",                               \
    .doc = "rows of a batch; 0 = 1000"
static const kl_param stream_params[] = {
    {.name = "sql", .kind = KL_KIND_STRING, .doc = "one statement"},
    {.name = "params", .kind = KL_KIND_ARRAY, .flags = KL_OPTIONAL, .doc = "its values"},
    {BATCH_SIZE},
};
static const kl_param keyset_params[] = {
    {.name = "sql", .kind = KL_KIND_STRING, .doc = "one SELECT"},
    {.name = "key_column", .kind = KL_KIND_STRING, .flags = KL_KEYWORD_ONLY,
     .doc = "a column of its result, by which the rows are ordered"},
    {.name = "params", .kind = KL_KIND_ARRAY, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
     .doc = "its values"},
    {BATCH_SIZE, .flags = KL_KEYWORD_ONLY},
};
static const kl_param pool_size_param[] = {
    {.name = "pool_size", .kind = KL_KIND_OBJECT, .type = &kl_pool_size_type, .flags = KL_OPTIONAL,
     .doc = "what to resolve; None = that of the settings"},
};

#define ROWS(word, function, text)                                                                 \
    {.name = (word), .call = (function), .params = KL_TABLE(sql_params), .returns = KL_KIND_ARRAY, \
     .item = KL_KIND_MAP, .flags = KL_BLOCKING, .raises = "DataFlowDatabaseError, ValueError",     \
     .doc = (text)}
#define NAMES(word)                                                                                \
    {.name = (word), .call = get_names, .returns = KL_KIND_ARRAY, .item = KL_KIND_STRING,          \
     .flags = KL_PROPERTY, .doc = "names of the registered models"}

static const kl_method methods[] = {
    {.name = "register_model", .call = call_register_model, .params = KL_TABLE(model_param),
     .returns = KL_KIND_NONE, .flags = KL_BLOCKING,
     .raises = "RuntimeError, ValueError, DataFlowDatabaseError",
     .doc = "Checks a model and adds it; with auto_migrate its table and indexes are made unless "
            "they are there. The same definition again changes nothing, another one of the same "
            "name is a ValueError."},
    {.name = "create_tables", .call = call_create_tables, .returns = KL_KIND_NONE,
     .flags = KL_BLOCKING, .raises = "DataFlowDatabaseError",
     .doc = "Makes the tables and indexes of all models unless they are there."},
    {.name = "models", .call = get_models, .returns = KL_KIND_ARRAY, .item = KL_KIND_OBJECT,
     .returns_type = &kl_model_type, .flags = KL_PROPERTY, .doc = "the registered models"},
    NAMES("registered_models"),
    NAMES("_registered_models"),
    ROWS("execute_raw", call_execute_raw,
         "Runs a statement and gives its rows, [] when it has none. It is not confined to a tenant, "
         "and nothing in it is masked."),
    ROWS("execute_raw_blocking", call_execute_raw, "The same as execute_raw()."),
    {.name = "execute_raw_params_affected", .call = call_affected, .params = KL_TABLE(sql_params),
     .returns = KL_KIND_INT, .flags = KL_BLOCKING, .raises = "DataFlowDatabaseError, ValueError",
     .doc = "Runs a statement and gives the number of rows it changed."},
    ROWS("execute_lightweight", call_lightweight,
         "Runs a statement that only reads, on a connection of its own small pool: a busy main "
         "pool does not hold it up."),
    ROWS("execute_lightweight_blocking", call_lightweight, "The same as execute_lightweight()."),
    {.name = "stream", .call = call_stream, .params = KL_TABLE(stream_params),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_row_stream_type, .flags = KL_BLOCKING,
     .raises = "DataFlowDatabaseError, ValueError, OverflowError",
     .doc = "Begins a statement and gives its rows some at a time, so that a result of any length "
            "passes through little memory. As execute_raw(), it is not confined to a tenant, and "
            "nothing in it is masked."},
    {.name = "stream_keyset", .call = call_stream_keyset, .params = KL_TABLE(keyset_params),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_row_stream_type, .flags = KL_BLOCKING,
     .raises = "DataFlowDatabaseError, RuntimeError, ValueError, OverflowError",
     .doc = "The same with the rows in ascending order of a column. RuntimeError when key_column is "
            "no identifier."},
    KL_DATAFLOW_FACE_METHODS,
    KL_DATAFLOW_RETENTION_METHODS,
    {.name = "health_check", .call = call_health_check, .returns = KL_KIND_BOOL,
     .flags = KL_BLOCKING, .doc = "Whether the database answers."},
    {.name = "is_connected", .call = call_is_connected, .returns = KL_KIND_BOOL,
     .doc = "Whether it is open: False after close()."},
    {.name = "close", .call = call_close, .returns = KL_KIND_NONE, .flags = KL_BLOCKING,
     .doc = "Closes all connections. May be called again."},
    {.name = "database_url_redacted", .call = call_redacted, .returns = KL_KIND_STRING,
     .doc = "The URL without user and password, for logs."},
    {.name = "pool_status", .call = call_pool_status, .returns = KL_KIND_MAP,
     .doc = "{\"pool_size\": open connections, \"idle\": those that nobody uses}."},
    {.name = "pool_metrics", .call = call_pool_metrics, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_pool_metrics_type, .returns_optional = true,
     .doc = "The connections of now; None when enable_pool_monitor is off."},
    {.name = "resolve_pool_size", .call = call_resolve_pool_size,
     .params = KL_TABLE(pool_size_param), .returns = KL_KIND_INT, .flags = KL_BLOCKING,
     .raises = "DataFlowDatabaseError",
     .doc = "Connections that a size stands for: those of a fixed one, those of each worker times "
            "the workers (KAILASH_WORKERS, WEB_CONCURRENCY), or seven tenths of what the server "
            "takes, shared among the workers."},
};

static const kl_field fields[] = {
    {.name = "config", .kind = KL_KIND_OBJECT, .type = &kl_dataflow_config_type,
     .offset = offsetof(kl_dataflow, config), .flags = KL_READ_ONLY, .doc = "its settings"},
};

static const kl_param params[] = {
    [URL] = {.name = "database_url", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
             .doc = "which database; None = the environment variable DATABASE_URL, else one in "
                    "memory"},
    [CONFIG] = {.name = "config", .kind = KL_KIND_OBJECT, .type = &kl_dataflow_config_type,
                .flags = KL_OPTIONAL, .doc = "settings, whose database_url goes before the other"},
    [AUTO_MIGRATE] = {.name = "auto_migrate", .kind = KL_KIND_BOOL, .fallback = "false",
                      .doc = "register_model() makes the table"},
    [TEST_MODE] = {.name = "test_mode", .kind = KL_KIND_BOOL, .fallback = "false",
                   .doc = "for tests: writes do not wait for the disk"},
};

const kl_type kl_dataflow_type = {
    .name = "DataFlow",
    .module = "kailash.dataflow",
    .doc = "A database with models. Threads may share it.",
    .size = sizeof(kl_dataflow),
    .flags = KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .params = KL_TABLE(params),
    .init = init,
    .dispose = kl_dataflow_dispose,
    .repr = repr,
    .traverse = traverse,
    .clear = clear,
};
KL_PUBLISH(kl_dataflow_type);
