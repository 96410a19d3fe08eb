/* src/dataflow/query_log.c - LoggingConfig, and the records that it lets through; see query_log.h. */
#include "query_log.h"
#include "kailash/type.h"

/* ---- the setting of the process ---------------------------------------------------------------- */

enum { LOG_QUERIES = 1, LOG_RESULTS = 2, LOG_TIMING = 4, LOG_ALL = 7, LEVEL_SHIFT = 3 };

int kl_query_log_bits; /* flags, and above them the level of the records */

bool kl_query_log_wants_rows(void)
{
    int bits = __atomic_load_n(&kl_query_log_bits, __ATOMIC_RELAXED);
    return bits & LOG_RESULTS && kl_log_enabled((kl_log_level)(bits >> LEVEL_SHIFT));
}

static kl_status fill_fields(kl_value *map, int bits, double duration_ms, int64_t row_count,
                             kl_value rows)
{
    if (bits & LOG_TIMING)
        KL_TRY(kl_map_set(map, KL_TEXT("duration_ms"), kl_double(duration_ms), NULL));
    if (row_count >= 0)
        KL_TRY(kl_map_set(map, KL_TEXT("row_count"), kl_int(row_count), NULL));
    if (bits & LOG_RESULTS && !kl_is_null(rows))
        KL_TRY(kl_map_set(map, KL_TEXT("rows"), kl_value_retain(rows), NULL));
    return KL_OK;
}

void kl_query_log_write(kl_text sql, double duration_ms, int64_t row_count, kl_value rows)
{
    int bits = __atomic_load_n(&kl_query_log_bits, __ATOMIC_RELAXED);
    kl_log_level level = (kl_log_level)(bits >> LEVEL_SHIFT);
    kl_value fields = kl_null();
    if (!(bits & LOG_ALL) || !kl_log_enabled(level))
        return;
    /* Without memory the record is lost, as any other. */
    if (kl_map_new(&fields, 3, NULL) == KL_OK &&
        fill_fields(&fields, bits, duration_ms, row_count, rows) == KL_OK) {
        if (bits & LOG_QUERIES)
            kl_log_write(level, "kailash.dataflow", fields, "%.*s", KL_TEXT_ARG(sql));
        else
            kl_log_write(level, "kailash.dataflow", fields, "a statement has run");
    }
    kl_value_release(fields);
}

/* ---- LoggingConfig ----------------------------------------------------------------------------- */

typedef struct config {
    kl_object object;
    bool log_queries, log_results, log_timing;
    kl_value preset_name;
    int64_t level; /* a kl_log_level */
} config;

extern const kl_type kl_logging_config_type;

static kl_status new_config(kl_value *out, const char *preset, int flags, kl_log_level level,
                            kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_logging_config_type, error));
    config *made = (config *)object;
    made->log_queries = flags & LOG_QUERIES;
    made->log_results = flags & LOG_RESULTS;
    made->log_timing = flags & LOG_TIMING;
    made->level = level;
    kl_status status = kl_string_new(&made->preset_name, kl_text_from(preset), error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

static kl_status production(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self, (void)args;
    return new_config(out, "production", 0, KL_LOG_WARN, error);
}

static kl_status development(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self, (void)args;
    return new_config(out, "development", LOG_ALL, KL_LOG_DEBUG, error);
}

static kl_status quiet(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self, (void)args;
    return new_config(out, "quiet", 0, KL_LOG_ERROR, error);
}

static kl_status level_of(kl_log_level *out, kl_text word, kl_error *error)
{
    static const struct {
        const char *word;
        kl_log_level level;
    } rows[] = {{"error", KL_LOG_ERROR}, {"warn", KL_LOG_WARN},   {"warning", KL_LOG_WARN},
                {"info", KL_LOG_INFO},   {"debug", KL_LOG_DEBUG}, {"trace", KL_LOG_TRACE}};
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        if (kl_text_is(word, rows[i].word)) {
            *out = rows[i].level;
            return KL_OK;
        }
    return kl_error_set(error, KL_INVALID,
                        "unknown log level: '%.*s'. Valid levels: error, warn, info, debug, trace",
                        (int)KL_MIN(word.len, 40), word.data);
}

static kl_status custom(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_log_level level;
    (void)self;
    KL_TRY(level_of(&level, kl_as_text(args[3]), error));
    int flags = (kl_as_bool(args[0]) ? LOG_QUERIES : 0) | (kl_as_bool(args[1]) ? LOG_RESULTS : 0) |
                (kl_as_bool(args[2]) ? LOG_TIMING : 0);
    return new_config(out, "custom", flags, level, error);
}

static kl_status apply(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const config *c = (const config *)self;
    int flags = (c->log_queries ? LOG_QUERIES : 0) | (c->log_results ? LOG_RESULTS : 0) |
                (c->log_timing ? LOG_TIMING : 0);
    int bits = flags ? flags | (int)c->level << LEVEL_SHIFT : 0;
    (void)out, (void)args, (void)error;
    __atomic_store_n(&kl_query_log_bits, bits, __ATOMIC_RELAXED);
    return KL_OK;
}

static kl_status config_repr(kl_value *out, kl_object *self, kl_error *error)
{
    static const char *const words[] = {"False", "True"};
    const config *c = (const config *)self;
    return kl_string_format(
        out, error, "LoggingConfig(preset=\"%s\", queries=%s, results=%s, timing=%s)",
        kl_as_text(c->preset_name).data, words[c->log_queries], words[c->log_results],
        words[c->log_timing]);
}

static const kl_field config_fields[] = {
    KL_BOOL(config, log_queries, false, .doc = "whether the text of statements is logged"),
    KL_BOOL(config, log_results, false,
            .doc = "whether their rows are logged, classified values masked"),
    KL_BOOL(config, log_timing, false, .doc = "whether the time they took is logged"),
    KL_VALUE(config, preset_name, .kind = KL_KIND_STRING,
             .doc = "production, development, quiet or custom"),
    KL_COUNT_FIELD(config, level, 0, .flags = KL_HIDDEN),
};

static const kl_param custom_params[] = {
    {.name = "log_queries", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "log the text of statements"},
    {.name = "log_results", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "log their rows, classified values masked"},
    {.name = "log_timing", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "log the time they took"},
    {.name = "level", .kind = KL_KIND_STRING, .fallback = "\"debug\"",
     .doc = "level of the records: error, warn (or warning), info, debug or trace"},
};

#define PRESET(preset, function, text)                                                             \
    {.name = (preset), .call = (function), .flags = KL_STATIC, .returns = KL_KIND_OBJECT,          \
     .returns_type = &kl_logging_config_type, .doc = (text)}

static const kl_method config_methods[] = {
    PRESET("production", production, "Nothing is logged of statements."),
    PRESET("development", development, "Everything is, at level debug."),
    PRESET("quiet", quiet, "Nothing is logged of statements."),
    {.name = "custom", .call = custom, .flags = KL_STATIC, .params = KL_TABLE(custom_params),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_logging_config_type, .raises = "ValueError",
     .doc = "What is chosen."},
    {.name = "apply", .call = apply, .returns = KL_KIND_NONE,
     .doc = "From now on, for all databases of the process. Records go to the logger "
            "kailash.dataflow of Python's logging, which has its own level. Values that are bound "
            "to statements are never logged."},
};

const kl_type kl_logging_config_type = {
    .name = "LoggingConfig",
    .module = "kailash.dataflow",
    .doc = "What is logged of the statements that run.",
    .size = sizeof(config),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT,
    .fields = KL_TABLE(config_fields),
    .methods = KL_TABLE(config_methods),
    .repr = config_repr,
};
KL_PUBLISH(kl_logging_config_type);
