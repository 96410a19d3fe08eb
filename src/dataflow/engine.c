/* src/dataflow/engine.c - see engine.h. */
#include "engine.h"
#include "dataflow.h"
#include "express.h"
#include "query_engine.h"
#include "validation.h"

typedef struct engine {
    kl_object object;
    kl_dataflow *dataflow;
    bool has_classification;
} engine;

/* ---- making ------------------------------------------------------------------------------------ */

static kl_status config_of(kl_dataflow_config **out, const kl_engine_options *options,
                           kl_error *error)
{
    kl_dataflow_config *config;
    KL_TRY(kl_dataflow_config_new(&config, options->url, error));
    config->auto_migrate = options->auto_migrate;
    config->classification_migration_window = kl_value_retain(options->window);
    *out = config;
    return KL_OK;
}

static kl_status add_watch(kl_data_watch *watch, const kl_engine_options *options, kl_error *error)
{
    const kl_value slow = kl_double((double)options->slow_ms);
    watch->slow_ms = (double)options->slow_ms;
    watch->mask_from = KL_MAX(options->mask_from, 0);
    watch->audits = options->audits;
    if (options->validates)
        KL_TRY(kl_object_make(&watch->validation, &kl_validation_layer_type, NULL, error));
    return kl_object_make(&watch->query_engine, &kl_query_engine_type, &slow, error);
}

kl_status kl_engine_database(kl_dataflow **out, const kl_engine_options *options, kl_error *error)
{
    kl_dataflow_config *config;
    kl_dataflow *made;
    KL_TRY(config_of(&config, options, error));
    kl_status status = kl_dataflow_new(&made, config, error);
    kl_object_release(&config->object);
    KL_TRY(status);
    status = add_watch(&made->watch, options, error);
    if (status == KL_OK)
        *out = made;
    else
        kl_object_release(&made->object);
    return status;
}

kl_status kl_engine_new(kl_value *out, const kl_engine_options *options, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_engine_type, error));
    engine *made = (engine *)object;
    made->has_classification = options->mask_from >= 0;
    kl_status status = kl_engine_database(&made->dataflow, options, error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

static kl_status init(kl_object *self, const kl_value *args, kl_error *error)
{
    const kl_engine_options options = {.url = kl_as_text(args[0]), .slow_ms = kl_as_int(args[1]),
                                       .auto_migrate = kl_as_bool(args[2]), .mask_from = -1};
    return kl_engine_database(&((engine *)self)->dataflow, &options, error);
}

static void dispose(kl_object *self) { kl_object_release((kl_object *)((engine *)self)->dataflow); }

static void traverse(kl_object *self, kl_visit *visit, void *data)
{
    if (((engine *)self)->dataflow)
        visit(kl_value_of(&((engine *)self)->dataflow->object), data);
}

/* Not of a database that others have too: its rules stay in force. */
static void clear(kl_object *self)
{
    kl_dataflow *dataflow = ((engine *)self)->dataflow;
    if (dataflow && __atomic_load_n(&dataflow->object.payload.refs, __ATOMIC_ACQUIRE) == 1)
        kl_object_clear(&dataflow->object);
}

/* ---- methods ----------------------------------------------------------------------------------- */

static kl_status get_dataflow(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_of(kl_object_retain(&((engine *)self)->dataflow->object));
    return KL_OK;
}

static kl_status get_express(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_express_new(out, &kl_express_type, ((engine *)self)->dataflow, error);
}

static kl_status get_validation(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((engine *)self)->dataflow->watch.validation);
    return KL_OK;
}

static kl_status get_query_engine(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((engine *)self)->dataflow->watch.query_engine);
    return KL_OK;
}

static kl_status has_validation(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    (void)args, (void)error;
    *out = kl_bool(!kl_is_null(((engine *)self)->dataflow->watch.validation));
    return KL_OK;
}

static kl_status has_classification(kl_value *out, kl_object *self, const kl_value *args,
                                    kl_error *error)
{
    (void)args, (void)error;
    *out = kl_bool(((engine *)self)->has_classification);
    return KL_OK;
}

static kl_status register_model(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    (void)out;
    return kl_dataflow_register(((engine *)self)->dataflow, (const kl_model *)args[0].as.object,
                                error);
}

static kl_status create_tables(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    (void)out, (void)args;
    return kl_dataflow_create_tables(((engine *)self)->dataflow, error);
}

static kl_status health_check(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_object_call(out, &((engine *)self)->dataflow->object, KL_TEXT("health_check"), NULL,
                          0, error);
}

static kl_status close_engine(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out, (void)args, (void)error;
    kl_dataflow_close(((engine *)self)->dataflow);
    return KL_OK;
}

/* DataFlowEngine.builder(url) is what DataFlowEngineBuilder's table makes. */
static kl_status builder(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return kl_engine_builder_new(out, args[0], error);
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    const engine *e = (const engine *)self;
    return kl_string_format(out, error, "DataFlowEngine(validation=%s, classification=%s)",
                            kl_is_null(e->dataflow->watch.validation) ? "false" : "true",
                            e->has_classification ? "true" : "false");
}

/* ---- the type ---------------------------------------------------------------------------------- */

static const kl_param params[] = {
    {.name = "database_url", .kind = KL_KIND_STRING, .flags = KL_SECRET, .doc = "which database"},
    {.name = "slow_query_threshold_ms", .kind = KL_KIND_COUNT, .fallback = "1000",
     .doc = "statements that take longer, in milliseconds, are slow"},
    {.name = "auto_migrate", .kind = KL_KIND_BOOL, .fallback = "false", .flags = KL_KEYWORD_ONLY,
     .doc = "register_model() makes the table"},
};
static const kl_param url_param[] = {
    {.name = "database_url", .kind = KL_KIND_STRING, .flags = KL_SECRET, .doc = "which database"},
};
static const kl_param model_param[] = {
    {.name = "model", .kind = KL_KIND_OBJECT, .type = &kl_model_type, .doc = "what to register"},
};

static const kl_method methods[] = {
    {.name = "builder", .call = builder, .params = KL_TABLE(url_param), .flags = KL_STATIC,
     .returns = KL_KIND_OBJECT, .returns_type = &kl_engine_builder_type,
     .doc = "Settings to chain, ended by build(). Nothing connects before that."},
    {.name = "dataflow", .call = get_dataflow, .flags = KL_PROPERTY, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_dataflow_type,
     .doc = "The database itself: transactions, streams, migrations, workflow nodes. What is written "
            "through it passes the same rules, and its statements are counted likewise."},
    {.name = "express", .call = get_express, .flags = KL_PROPERTY, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_express_type, .doc = "Rows by one call each."},
    {.name = "validation", .call = get_validation, .flags = KL_PROPERTY, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_validation_layer_type, .returns_optional = true,
     .doc = "The rules that records pass before they are written, by create, update, upsert, the bulk "
            "calls, in transactions and by workflow nodes; a violation is a DataFlowValidationError "
            "and nothing is written. Of an update the given fields alone are checked. None unless "
            "the builder was told enable_validation()."},
    {.name = "query_engine", .call = get_query_engine, .flags = KL_PROPERTY,
     .returns = KL_KIND_OBJECT, .returns_type = &kl_query_engine_type,
     .doc = "How often each statement ran, and how long it took. Texts count by their first 2,000 "
            "bytes."},
    {.name = "has_validation", .call = has_validation, .flags = KL_PROPERTY,
     .returns = KL_KIND_BOOL, .doc = "Whether records pass rules."},
    {.name = "has_classification", .call = has_classification, .flags = KL_PROPERTY,
     .returns = KL_KIND_BOOL, .doc = "Whether a threshold of masking was set."},
    {.name = "register_model", .call = register_model, .params = KL_TABLE(model_param),
     .returns = KL_KIND_NONE, .flags = KL_BLOCKING,
     .raises = "RuntimeError, ValueError, DataFlowDatabaseError",
     .doc = "Checks a model and adds it; with auto_migrate its table is made too."},
    {.name = "create_tables", .call = create_tables, .returns = KL_KIND_NONE, .flags = KL_BLOCKING,
     .raises = "DataFlowDatabaseError", .doc = "Makes the tables of all models unless they are there."},
    {.name = "health_check", .call = health_check, .returns = KL_KIND_BOOL, .flags = KL_BLOCKING,
     .doc = "Whether the database answers."},
    {.name = "close", .call = close_engine, .returns = KL_KIND_NONE, .flags = KL_BLOCKING,
     .doc = "Closes all connections. May be called again."},
};

const kl_type kl_engine_type = {
    .name = "DataFlowEngine",
    .module = "kailash.dataflow",
    .doc = "A database whose records are checked, whose statements are counted, and whose slow "
           "statements are logged (logger kailash.dataflow, level WARNING; values that stand in a "
           "text are left out). Threads may share it.",
    .size = sizeof(engine),
    .params = KL_TABLE(params),
    .methods = KL_TABLE(methods),
    .init = init,
    .dispose = dispose,
    .repr = repr,
    .traverse = traverse,
    .clear = clear,
};
KL_PUBLISH(kl_engine_type);
