/* src/dataflow/engine_builder.c - DataFlowEngineBuilder: the settings of a DataFlowEngine, one by one. */
#include "classification.h"
#include "engine.h"
#include "fork.h"
#include "store/sql_url.h"

#include <pthread.h>

typedef struct builder {
    kl_object object;
    kl_value url; /* string; may hold a password */
    kl_fork_watch fork_watch;
    pthread_mutex_t lock;      /* guards what follows */
    kl_engine_options options; /* owns its window; its url stays empty */
} builder;

static kl_status init(kl_object *self, const kl_value *args, kl_error *error)
{
    builder *b = (builder *)self;
    (void)error;
    b->url = kl_value_retain(args[0]);
    b->options = (kl_engine_options){.slow_ms = 1000, .mask_from = -1};
    pthread_mutex_init(&b->lock, NULL);
    b->fork_watch.lock = &b->lock;
    kl_fork_watch_begin(&b->fork_watch);
    return KL_OK;
}

static void dispose(kl_object *self)
{
    builder *b = (builder *)self;
    kl_fork_watch_end(&b->fork_watch);
    kl_value_release(b->url);
    kl_value_release(b->options.window);
    pthread_mutex_destroy(&b->lock);
}

kl_status kl_engine_builder_new(kl_value *out, kl_value url, kl_error *error)
{
    return kl_object_make(out, &kl_engine_builder_type, &url, error);
}

/* A copy that owns its window. */
static kl_engine_options options_of(builder *b)
{
    pthread_mutex_lock(&b->lock);
    kl_engine_options options = b->options;
    kl_value_retain(options.window);
    pthread_mutex_unlock(&b->lock);
    return options;
}

/* ---- settings ---------------------------------------------------------------------------------- */

/* Each gives the builder itself, so that calls chain. */
#define SETTING(function, ...)                                                                     \
    static kl_status function(kl_value *out, kl_object *self, const kl_value *args,                \
                              kl_error *error)                                                     \
    {                                                                                              \
        builder *b = (builder *)self;                                                              \
        (void)args, (void)error;                                                                   \
        pthread_mutex_lock(&b->lock);                                                              \
        __VA_ARGS__;                                                                               \
        pthread_mutex_unlock(&b->lock);                                                            \
        *out = kl_value_of(kl_object_retain(self));                                                \
        return KL_OK;                                                                              \
    }

enum { DEFAULT_MASK_FROM = 2 /* Sensitive */ };

static int threshold_of(kl_value classification)
{
    int level = kl_classification_level(classification);
    return level < 0 ? DEFAULT_MASK_FROM : level;
}

SETTING(enable_validation, b->options.validates = true)
SETTING(enable_classification, b->options.mask_from = threshold_of(args[0]);
        b->options.audits = kl_as_bool(args[1]))
SETTING(slow_query_threshold, b->options.slow_ms = kl_as_int(args[0]))
SETTING(auto_migrate, b->options.auto_migrate = kl_as_bool(args[0]))
SETTING(migration_window, kl_value_replace(&b->options.window, kl_value_retain(args[0])))

/* ---- the rest ---------------------------------------------------------------------------------- */

static kl_status build(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    builder *b = (builder *)self;
    kl_engine_options options = options_of(b);
    (void)args;
    options.url = kl_as_text(b->url);
    kl_status status = kl_engine_new(out, &options, error);
    kl_value_release(options.window);
    return status;
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    builder *b = (builder *)self;
    kl_engine_options options = options_of(b);
    kl_value url;
    kl_value_release(options.window);
    KL_TRY(kl_sql_url_redact(&url, kl_as_text(b->url), error));
    kl_status status = kl_string_format(
        out, error,
        "DataFlowEngineBuilder(url='%s', validation=%s, classification=%s, slow_ms=%lld)",
        kl_as_text(url).data, options.validates ? "true" : "false",
        options.mask_from >= 0 ? "true" : "false", (long long)options.slow_ms);
    kl_value_release(url);
    return status;
}

static const kl_param params[] = {
    {.name = "database_url", .kind = KL_KIND_STRING, .flags = KL_SECRET, .doc = "which database"},
};
static const kl_param classification_params[] = {
    {.name = "mask_threshold", .kind = KL_KIND_OBJECT, .type = &kl_data_classification_type,
     .flags = KL_OPTIONAL,
     .doc = "fields of a lower classification are shown to everybody; None = Sensitive"},
    {.name = "audit_access", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "log who reads fields of that classification and above, or refers to them in a query: "
            "logger kailash.dataflow.audit, level INFO"},
};
static const kl_param slow_params[] = {
    {.name = "ms", .kind = KL_KIND_COUNT, .doc = "statements that take longer, in milliseconds, are "
                                                 "slow"},
};
static const kl_param migrate_params[] = {
    {.name = "enabled", .kind = KL_KIND_BOOL, .fallback = "true", .doc = "register_model() makes the "
                                                                       "table"},
};
static const kl_param window_params[] = {
    {.name = "window", .kind = KL_KIND_OBJECT, .type = &kl_migration_window_type,
     .doc = "models whose undeclared fields are shown, where such fields are redacted"},
};

#define SETTING_ROW(word, function, table, text)                                                   \
    {.name = (word), .call = (function), .params = KL_TABLE(table), .returns = KL_KIND_OBJECT,     \
     .returns_type = &kl_engine_builder_type, .doc = text " The builder itself."}

static const kl_method methods[] = {
    {.name = "enable_validation", .call = enable_validation, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_engine_builder_type,
     .doc = "The engine gets a ValidationLayer, empty at first. The builder itself."},
    SETTING_ROW("enable_classification", enable_classification, classification_params,
                "From which classification on fields are masked, and whether access is audited."),
    SETTING_ROW("slow_query_threshold_ms", slow_query_threshold, slow_params,
                "Which statements are slow."),
    SETTING_ROW("classification_migration_window", migration_window, window_params,
                "Discloses undeclared fields of some models."),
    SETTING_ROW("auto_migrate", auto_migrate, migrate_params, "Whether tables are made."),
    {.name = "build", .call = build, .returns = KL_KIND_OBJECT, .returns_type = &kl_engine_type,
     .flags = KL_BLOCKING, .raises = "RuntimeError, DataFlowDatabaseError",
     .doc = "Connects; the engine."},
};

const kl_type kl_engine_builder_type = {
    .name = "DataFlowEngineBuilder",
    .module = "kailash.dataflow",
    .doc = "The settings of a DataFlowEngine, one by one.",
    .size = sizeof(builder),
    .params = KL_TABLE(params),
    .methods = KL_TABLE(methods),
    .init = init,
    .dispose = dispose,
    .repr = repr,
};
KL_PUBLISH(kl_engine_builder_type);
