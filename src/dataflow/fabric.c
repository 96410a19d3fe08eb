/* src/dataflow/fabric.c - see fabric.h. The kinds of sources: fabric_rest.c, fabric_file.c,
 * fabric_database.c. */
#include "fabric.h"
#include "clearance.h"
#include "dataflow.h"
#include "engine.h"
#include "express.h"
#include "express_operations.h"
#include "fabric_source.h"
#include "filter.h"
#include "query_engine.h"
#include "retention.h"

typedef struct fabric {
    kl_object object;
    kl_dataflow *dataflow;
    kl_value retention;      /* DataRetentionEnforcer */
    kl_duration reset_after; /* of the breakers */
    kl_fork_watch fork_watch;
    pthread_mutex_t lock; /* guards what follows */
    kl_value sources;     /* map: name -> kl_fabric_source */
} fabric;

static kl_status init(kl_object *self, const kl_value *args, kl_error *error)
{
    fabric *f = (fabric *)self;
    const kl_engine_options options = {.url = kl_as_text(args[0]),
                                       .auto_migrate = kl_as_bool(args[1]),
                                       .slow_ms = kl_as_int(args[2]), .mask_from = -1};
    f->reset_after = KL_MAX((kl_duration)(kl_as_double(args[3]) * 1e9), 1);
    pthread_mutex_init(&f->lock, NULL);
    f->fork_watch.lock = &f->lock;
    kl_fork_watch_begin(&f->fork_watch);
    KL_TRY(kl_map_new(&f->sources, 0, error));
    KL_TRY(kl_object_make(&f->retention, &kl_retention_enforcer_type, NULL, error));
    return kl_engine_database(&f->dataflow, &options, error);
}

static void dispose(kl_object *self)
{
    fabric *f = (fabric *)self;
    kl_fork_watch_end(&f->fork_watch);
    kl_value_release(f->sources);
    kl_value_release(f->retention);
    kl_object_release((kl_object *)f->dataflow);
    pthread_mutex_destroy(&f->lock);
}

/* ---- rows -------------------------------------------------------------------------------------- */

/* One operation of Express. `args` are those behind the model's name; all is borrowed. */
static kl_status operate(kl_value *out, kl_object *self, kl_express_op op, kl_value model,
                         kl_value tenant, const kl_value *args, size_t count, kl_error *error)
{
    kl_face_request request = {.operation = &kl_express_operations[op], .model = model,
                               .caller = {.tenant = kl_tenant_of(tenant), .level = -1,
                                          .clearance = kl_clearance_now().rank}};
    for (size_t i = 0; i < count; i++)
        request.args[i] = args[i];
    return kl_face_on_dataflow(out, ((fabric *)self)->dataflow, &request, error);
}

static kl_status create(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    return operate(out, self, KL_OP_CREATE, args[0], args[2], &args[1], 1, error);
}

static kl_status read(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const kl_value given[] = {args[1], kl_bool(false)};
    return operate(out, self, KL_OP_READ, args[0], args[2], given, 2, error);
}

static kl_status list(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const kl_value given[] = {args[5], args[3], args[4], args[1], args[2], kl_bool(false)};
    return operate(out, self, KL_OP_LIST, args[0], args[6], given, 6, error);
}

static kl_status count(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const kl_value given[] = {args[1], kl_bool(false)};
    return operate(out, self, KL_OP_COUNT, args[0], args[2], given, 2, error);
}

static kl_status update(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    return operate(out, self, KL_OP_UPDATE, args[0], args[3], &args[1], 2, error);
}

static kl_status delete(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    return operate(out, self, KL_OP_DELETE, args[0], args[2], &args[1], 1, error);
}

/* ---- models ------------------------------------------------------------------------------------ */

static kl_status register_model(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    (void)out;
    return kl_dataflow_register(((fabric *)self)->dataflow, (const kl_model *)args[0].as.object,
                                error);
}

static kl_status classify_field(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    kl_value tables;
    KL_TRY(kl_dataflow_tables(&tables, ((fabric *)self)->dataflow, error));
    const kl_item *item = NULL;
    for (size_t i = 0; i < kl_array_len(tables); i++) {
        const kl_model *model = ((const kl_table *)kl_array_at(tables, i).as.object)->model;
        const kl_column *column = kl_text_equal(kl_as_text(model->name), kl_as_text(args[0]))
                                      ? kl_model_column(model, kl_as_text(args[1]))
                                      : NULL;
        if (column && !kl_is_null(column->classification))
            item = kl_item_in(column->classification);
    }
    kl_value_release(tables);
    return item ? kl_string_new(out, kl_text_from(item->word), error) : KL_OK;
}

static bool has_classified(const kl_model *model)
{
    for (size_t i = 0; i < kl_model_column_count(model); i++)
        if (!kl_is_null(kl_model_column_at(model, i)->classification))
            return true;
    return false;
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    fabric *f = (fabric *)self;
    kl_value tables;
    bool classified = false;
    KL_TRY(kl_dataflow_tables(&tables, f->dataflow, error));
    for (size_t i = 0; i < kl_array_len(tables); i++)
        classified |= has_classified(((const kl_table *)kl_array_at(tables, i).as.object)->model);
    kl_value_release(tables);
    bool retains = kl_retention_has(f->retention.as.object, (kl_text){"", 0});
    return kl_string_format(out, error, "DataFabricEngine(classification=%s, retention=%s)",
                            classified ? "true" : "false", retains ? "true" : "false");
}

/* ---- retention --------------------------------------------------------------------------------- */

static kl_status add_policy(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    return kl_object_call(out, ((fabric *)self)->retention.as.object, KL_TEXT("add_policy"), args,
                          2, error);
}

static kl_status check_retention(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    kl_object *enforcer = ((fabric *)self)->retention.as.object;
    kl_text field = kl_as_text(args[0]);
    kl_value item;
    if (!field.len || !kl_retention_has(enforcer, field))
        return KL_OK;
    kl_retention action = kl_retention_check(enforcer, field, kl_as_int(args[1]));
    KL_TRY(kl_item_at(&item, &kl_retention_action_type, action, error));
    kl_status status = kl_string_new(out, kl_text_from(kl_item_in(item)->word), error);
    kl_value_release(item);
    return status;
}

/* ---- sources ----------------------------------------------------------------------------------- */

/* `source` is taken, also on failure. */
static kl_status add_source(kl_object *self, kl_value name, kl_value source, const char *method,
                            kl_error *error)
{
    fabric *f = (fabric *)self;
    kl_status status;
    pthread_mutex_lock(&f->lock);
    if (kl_map_has(f->sources, kl_as_text(name)))
        status = kl_error_set(error, KL_FAILED,
                              "%s failed: configuration error: source adapter already registered: "
                              "%.*s", method, KL_TEXT_ARG(kl_as_text(name)));
    else
        status = kl_map_set_key(&f->sources, name, kl_value_retain(source), error);
    pthread_mutex_unlock(&f->lock);
    kl_value_release(source);
    return status;
}

#define REGISTER(function, maker, method)                                                          \
    static kl_status function(kl_value *out, kl_object *self, const kl_value *args,                \
                              kl_error *error)                                                     \
    {                                                                                              \
        kl_value source;                                                                           \
        (void)out;                                                                                 \
        KL_TRY(maker(&source, args, ((fabric *)self)->reset_after, error));                        \
        return add_source(self, args[0], source, method, error);                                   \
    }

REGISTER(register_rest, kl_fabric_rest_new, "register_rest_source")
REGISTER(register_file, kl_fabric_file_new, "register_file_source")
REGISTER(register_database, kl_fabric_database_new, "register_database_source")

/* Given. */
static kl_status find_source(kl_value *out, kl_object *self, kl_value name, const char *method,
                             kl_error *error)
{
    fabric *f = (fabric *)self;
    pthread_mutex_lock(&f->lock);
    kl_value source = kl_value_retain(kl_map_get(f->sources, kl_as_text(name)));
    pthread_mutex_unlock(&f->lock);
    if (kl_is_null(source))
        return kl_error_set(error, KL_FAILED, "%s failed: not found: source adapter not registered: "
                            "%.*s", method, (int)KL_MIN(kl_value_len(name), (size_t)100),
                            kl_as_text(name).data);
    *out = source;
    return KL_OK;
}

static kl_status source_names(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    fabric *f = (fabric *)self;
    kl_value names;
    (void)args;
    KL_TRY(kl_array_new(&names, 0, error));
    pthread_mutex_lock(&f->lock);
    kl_value sources = kl_value_retain(f->sources);
    pthread_mutex_unlock(&f->lock);
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_map_len(sources) && status == KL_OK; i++)
        status = kl_array_push(&names, kl_value_retain(kl_map_key_value_at(sources, i)), error);
    kl_value_release(sources);
    if (status == KL_OK)
        status = kl_array_sort(&names, error);
    if (status == KL_OK)
        *out = names;
    else
        kl_value_release(names);
    return status;
}

static kl_status source_status(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    kl_value source;
    KL_TRY(find_source(&source, self, args[0], "source_status", error));
    kl_status status = kl_fabric_status(out, (kl_fabric_source *)source.as.object, error);
    kl_value_release(source);
    return status;
}

static kl_status fetch(kl_value *out, kl_object *self, const kl_value *args,
                       const kl_sql_watch *watch, kl_error *error)
{
    kl_value source;
    KL_TRY(find_source(&source, self, args[0], "fetch_source", error));
    kl_status status =
        kl_fabric_fetch(out, (kl_fabric_source *)source.as.object, args[1], watch, error);
    kl_value_release(source);
    return status;
}

static kl_status fetch_source(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const kl_sql_watch nobody = KL_SQL_WATCH_NONE;
    return fetch(out, self, args, &nobody, error);
}

/* A fetch on another thread keeps what it was given. */
static kl_status fetch_later(kl_value *out, kl_object *self, const kl_sql_watch *watch, void *data,
                             kl_error *error)
{
    return fetch(out, self, data, watch, error);
}

static void end_later(void *data)
{
    kl_value *args = data;
    kl_value_release(args[0]);
    kl_value_release(args[1]);
    kl_free(args);
}

static kl_status fetch_source_async(kl_value *out, kl_object *self, const kl_value *args,
                                    kl_error *error)
{
    kl_value *kept = kl_alloc(2 * sizeof *kept);
    if (!kept)
        return kl_error_no_memory(error);
    kept[0] = kl_value_retain(args[0]);
    kept[1] = kl_value_retain(args[1]);
    return kl_data_later(out, self, fetch_later, kept, end_later, error);
}

/* ---- the rest ---------------------------------------------------------------------------------- */

static kl_status get_dataflow(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_of(kl_object_retain(&((fabric *)self)->dataflow->object));
    return KL_OK;
}

static kl_status get_express(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_express_new(out, &kl_express_type, ((fabric *)self)->dataflow, error);
}

static kl_status get_query_engine(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((fabric *)self)->dataflow->watch.query_engine);
    return KL_OK;
}

static kl_status close_fabric(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out, (void)args, (void)error;
    kl_dataflow_close(((fabric *)self)->dataflow);
    return KL_OK;
}

/* ---- the type ---------------------------------------------------------------------------------- */

#define MODEL {.name = "model_name", .kind = KL_KIND_STRING, .doc = "name of a registered model"}
#define ID {.name = "id", .kind = KL_KIND_ANY, .doc = "primary key of a row"}
#define DATA {.name = "data", .kind = KL_KIND_MAP, .doc = "values by column"}
#define TENANT                                                                                     \
    {.name = "tenant_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,          \
     .doc = "for which tenant; a multi-tenant model needs it"}
#define FILTERS                                                                                    \
    {.name = "filters", .kind = KL_KIND_ARRAY, .item = KL_KIND_OBJECT, .type = &kl_condition_type, \
     .flags = KL_OPTIONAL | KL_KEYWORD_ONLY, .doc = "conditions that all must hold"}
#define NUMBER(word, text) {.name = (word), .kind = KL_KIND_INT, .flags = KL_OPTIONAL, .doc = (text)}
#define WORD(word, text) {.name = (word), .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = (text)}

static const kl_param params[] = {
    {.name = "database_url", .kind = KL_KIND_STRING, .flags = KL_SECRET, .doc = "which database"},
    {.name = "auto_migrate", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "register_model() makes the table"},
    {.name = "slow_query_threshold_ms", .kind = KL_KIND_COUNT, .fallback = "1000",
     .doc = "statements that take longer, in milliseconds, are slow"},
    {.name = "source_reset_secs", .kind = KL_KIND_NUMBER, .fallback = "30",
     .range = KL_RANGE(0, 86400), .flags = KL_KEYWORD_ONLY,
     .doc = "seconds after which a source that failed three times in a row is tried again"},
};
static const kl_param model_param[] = {
    {.name = "model", .kind = KL_KIND_OBJECT, .type = &kl_model_type, .doc = "what to register"},
};
static const kl_param create_params[] = {MODEL, DATA, TENANT};
static const kl_param read_params[] = {MODEL, ID, TENANT};
static const kl_param list_params[] = {
    MODEL,
    NUMBER("limit", "rows at most; None = all"),
    NUMBER("offset", "rows that are passed over; None = 0"),
    WORD("order_by", "a column; None = in no order"),
    WORD("order_dir", "asc or desc; None = asc"),
    FILTERS,
    TENANT,
};
static const kl_param count_params[] = {MODEL, FILTERS, TENANT};
static const kl_param update_params[] = {MODEL, ID, DATA, TENANT};
static const kl_param field_params[] = {
    MODEL,
    {.name = "field_name", .kind = KL_KIND_STRING, .doc = "name of a field"},
};
static const kl_param policy_params[] = {
    {.name = "field_name", .kind = KL_KIND_STRING, .range = KL_RANGE(1, 255),
     .doc = "name of a field, in this very spelling"},
    {.name = "policy", .kind = KL_KIND_OBJECT, .type = &kl_retention_policy_type,
     .doc = "how long it is kept"},
};
static const kl_param age_params[] = {
    {.name = "field_name", .kind = KL_KIND_STRING, .doc = "name of a field"},
    {.name = "age_days", .kind = KL_KIND_COUNT, .range = KL_RANGE(0, 4294967295.0),
     .doc = "age of the value in days"},
};
static const kl_param name_param[] = {
    {.name = "name", .kind = KL_KIND_STRING, .doc = "name of a source"},
};
static const kl_param fetch_params[] = {
    {.name = "name", .kind = KL_KIND_STRING, .doc = "name of a source"},
    {.name = "query", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "of a REST source a path, a query (?a=1) or a dict of parameters; of a file a JMESPath "
            "expression; of a database SQL, or a dict of sql and params"},
};

#define CALL(word, function, table, text, ...)                                                     \
    {.name = (word), .call = (function), .params = KL_TABLE(table), .flags = KL_BLOCKING,          \
     .doc = (text), .raises = KL_FACE_RAISES, __VA_ARGS__}
#define FETCH_RAISES "RuntimeError, ValueError, TypeError, DataFlowDatabaseError"

static const kl_method methods[] = {
    CALL("register_model", register_model, model_param,
         "Checks a model and adds it; with auto_migrate its table is made too.",
         .returns = KL_KIND_NONE),
    CALL("create", create, create_params, "Inserts a row; gives all of it as it was stored.",
         .returns = KL_KIND_MAP),
    CALL("read", read, read_params, "The row of a key, or None.", .returns = KL_KIND_MAP,
         .returns_optional = true),
    CALL("list", list, list_params, "Rows, those that meet all conditions.",
         .returns = KL_KIND_ARRAY, .item = KL_KIND_MAP),
    CALL("count", count, count_params, "How many rows meet all conditions.",
         .returns = KL_KIND_INT),
    CALL("update", update, update_params,
         "Changes some fields of a row; gives all of it. RuntimeError when there is none.",
         .returns = KL_KIND_MAP),
    CALL("delete", delete, read_params,
         "Deletes a row, softly where the model says so; whether there was one.",
         .returns = KL_KIND_BOOL),
    {.name = "classify_field", .call = classify_field, .params = KL_TABLE(field_params),
     .returns = KL_KIND_STRING, .returns_optional = true,
     .doc = "The classification of a field, such as PII; None when it has none, or is not known."},
    {.name = "add_retention_policy", .call = add_policy, .params = KL_TABLE(policy_params),
     .returns = KL_KIND_NONE, .doc = "How long a field is kept. The first policy of a field counts."},
    {.name = "check_retention", .call = check_retention, .params = KL_TABLE(age_params),
     .returns = KL_KIND_STRING, .returns_optional = true, .raises = "OverflowError",
     .doc = "What becomes of a field at an age: Retain, Delete or RequiresConsent; None when no "
            "policy is known for it."},
    {.name = "register_rest_source", .call = register_rest,
     .params = KL_TABLE(kl_fabric_rest_params), .returns = KL_KIND_NONE,
     .raises = "ValueError, RuntimeError",
     .doc = "Data that a URL gives: JSON as lists and dicts, all else as text. Only public addresses "
            "are asked, of redirects too. ValueError for a bad auth; RuntimeError for a URL that may "
            "not be asked, or a name that is taken."},
    {.name = "register_file_source", .call = register_file,
     .params = KL_TABLE(kl_fabric_file_params), .returns = KL_KIND_NONE,
     .raises = "ValueError, RuntimeError",
     .doc = "Data that a file holds, read anew by each fetch: rows of CSV and Excel, what JSON, YAML "
            "and TOML say, a list of the lines of JSONL, or a text."},
    {.name = "register_database_source", .call = register_database,
     .params = KL_TABLE(kl_fabric_database_params), .returns = KL_KIND_NONE,
     .raises = "RuntimeError",
     .doc = "Rows of another database. It is only read: a statement that could write is refused."},
    {.name = "source_names", .call = source_names, .returns = KL_KIND_ARRAY,
     .item = KL_KIND_STRING, .doc = "Names of all sources, sorted."},
    {.name = "source_status", .call = source_status, .params = KL_TABLE(name_param),
     .returns = KL_KIND_MAP, .raises = "RuntimeError",
     .doc = "{\"kind\": rest, file or database, \"breaker\": closed, open or half_open, "
            "\"failures\": those in a row, \"retry_after_secs\"}."},
    {.name = "fetch_source", .call = fetch_source, .params = KL_TABLE(fetch_params),
     .returns = KL_KIND_ANY, .flags = KL_BLOCKING, .raises = FETCH_RAISES,
     .doc = "What a source gives. After three failures in a row it is not asked for "
            "source_reset_secs; then one call tries it."},
    {.name = "fetch_source_async", .call = fetch_source_async, .params = KL_TABLE(fetch_params),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_data_future_type, .flags = KL_AWAITABLE,
     .raises = FETCH_RAISES, .doc = "The same on another thread. Awaitable."},
    {.name = "dataflow", .call = get_dataflow, .flags = KL_PROPERTY, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_dataflow_type, .doc = "The database itself."},
    {.name = "express", .call = get_express, .flags = KL_PROPERTY, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_express_type, .doc = "Rows by one call each, with all that Express can."},
    {.name = "query_engine", .call = get_query_engine, .flags = KL_PROPERTY,
     .returns = KL_KIND_OBJECT, .returns_type = &kl_query_engine_type,
     .doc = "How often each statement ran, and how long it took."},
    {.name = "close", .call = close_fabric, .returns = KL_KIND_NONE, .flags = KL_BLOCKING,
     .doc = "Closes the connections to the database. May be called again."},
};

const kl_type kl_fabric_type = {
    .name = "DataFabricEngine",
    .module = "kailash",
    .doc = "Rows of a database, how long their fields are kept, and data of other sources: REST, "
           "files, databases. Threads may share it.",
    .size = sizeof(fabric),
    .params = KL_TABLE(params),
    .methods = KL_TABLE(methods),
    .init = init,
    .dispose = dispose,
    .repr = repr,
};
KL_PUBLISH(kl_fabric_type);
