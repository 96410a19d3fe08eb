/* src/dataflow/express.c - see express.h. The methods are made from rows; see face.h. */
#include "express.h"
#include "express_operations.h"
#include "face_params.h"
#include "transaction.h"

typedef struct express {
    kl_object object;
    kl_dataflow *dataflow;
} express;

kl_dataflow *kl_express_dataflow(kl_value value)
{
    express *self = kl_as_object(value, &kl_express_type);
    if (!self)
        self = kl_as_object(value, &kl_express_sync_type);
    return self ? self->dataflow : kl_as_object(value, &kl_dataflow_type);
}

kl_status kl_express_new(kl_value *out, const kl_type *type, kl_dataflow *dataflow, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, type, error));
    ((express *)object)->dataflow = dataflow;
    kl_object_retain((kl_object *)dataflow);
    *out = kl_value_of(object);
    return KL_OK;
}

static kl_status target(kl_value *out, kl_object *self, kl_face_request *request, kl_error *error)
{
    return kl_face_on_dataflow(out, ((express *)self)->dataflow, request, error);
}

/* ---- the table of operations -------------------------------------------------------------------------- */

#define OPERATION(word) &kl_express_operations[KL_OP_##word]

/* method, operation, parameters before and behind that of the tenant */
#define WITH_TENANT(X)                                                                             \
    X(create, CREATE, P_MODEL P_DATA, )                                                            \
    X(read, READ, P_MODEL P_ID, P_DELETED(0))                                                      \
    X(list, LIST, P_MODEL, P_FILTERS P_ORDER(0) P_LIMITS(0) P_DELETED(0))                          \
    X(count, COUNT, P_MODEL, P_FILTERS P_DELETED(0))                                               \
    X(update, UPDATE, P_MODEL P_ID P_DATA, )                                                       \
    X(delete, DELETE, P_MODEL P_ID, )                                                              \
    X(upsert, UPSERT, P_MODEL P_DATA, )                                                            \
    X(restore, RESTORE, P_MODEL P_ID, )                                                            \
    X(bulk_create, BULK_CREATE, P_MODEL P_ITEMS, )                                                 \
    X(bulk_update, BULK_UPDATE, P_MODEL, P_FILTER P_UPDATES)                                       \
    X(bulk_delete, BULK_DELETE, P_MODEL, P_NEEDED_FILTER)                                          \
    X(bulk_upsert, BULK_UPSERT, P_MODEL P_RECORDS, P_CONFLICT)                                     \
    X(count_by, COUNT_BY, P_MODEL P_GROUP, P_FILTERS)                                              \
    X(sum_by, SUM_BY, P_MODEL P_FIELD P_GROUP, P_FILTERS)                                          \
    X(aggregate, AGGREGATE, P_MODEL P_SPECS P_GROUPS, P_FILTERS)

/* method, operation, all parameters and those of the scope */
#define SCOPED(X)                                                                                  \
    X(create, CREATE, P_MODEL P_DATA P_VALIDATE P_SCOPE)                                           \
    X(update, UPDATE, P_MODEL P_ID P_DATA P_SCOPE)                                                 \
    X(upsert, UPSERT, P_MODEL P_DATA P_SCOPE)                                                      \
    X(bulk_create, BULK_CREATE, P_MODEL P_ITEMS P_SCOPE)                                           \
    X(bulk_upsert, BULK_UPSERT, P_MODEL P_RECORDS P_CONFLICT P_SCOPE_FLAGGED(KL_KEYWORD_ONLY))

#define DEFINE(word, OP, head, tail)                                                               \
    KL_FACE_METHOD(word, target, OPERATION(OP), KL_FACE_PLAIN, head tail)                          \
    KL_FACE_METHOD(word##_with_tenant, target, OPERATION(OP), KL_FACE_TENANT, head P_TENANT tail)
WITH_TENANT(DEFINE)
#define DEFINE_SCOPED(word, OP, ...)                                                               \
    KL_FACE_METHOD(word##_scoped, target, OPERATION(OP), KL_FACE_SCOPED, __VA_ARGS__)
SCOPED(DEFINE_SCOPED)
KL_FACE_METHOD(read_required_fields, target, OPERATION(READ_REQUIRED), KL_FACE_TENANT,
               P_MODEL P_ID P_REQUIRED P_KEYWORD_TENANT P_DELETED(KL_KEYWORD_ONLY))

#define A_ROW .returns = KL_KIND_MAP
#define A_ROW_OR_NONE .returns = KL_KIND_MAP, .returns_optional = true
#define ROWS .returns = KL_KIND_ARRAY, .item = KL_KIND_MAP
#define NUMBER .returns = KL_KIND_INT
#define YES_OR_NO .returns = KL_KIND_BOOL

/* A method, its form for a tenant, and the _async twins of both. */
#define BOTH(word, text, ...)                                                                      \
    KL_FACE_ROWS(word, text, __VA_ARGS__),                                                         \
        KL_FACE_ROWS(word##_with_tenant, text " For one tenant.", __VA_ARGS__)
/* The same of those that write: their tenant belongs into a scope now. */
#define BOTH_WRITE(word, text, ...)                                                                \
    KL_FACE_ROWS(word, text, __VA_ARGS__),                                                         \
        KL_FACE_ROWS(word##_with_tenant, text " For one tenant.", __VA_ARGS__,                     \
                     .deprecated = #word "_with_tenant() is deprecated; use " #word "_scoped()")
#define SCOPED_ROWS(word, text, ...)                                                               \
    KL_FACE_ROWS(word##_scoped, text " The tenant and the level are those of a scope.", __VA_ARGS__)

#define CREATES "Inserts a row; gives all of it as it was stored."
#define UPDATES "Changes some fields of a row; gives all of it. RuntimeError when there is none."
#define UPSERTS "Inserts a row, or changes the given fields of the one that has its key."
#define BULK_CREATES "Inserts rows, all or none; gives them in the order of the items."
#define BULK_UPSERTS "upsert() for many rows, all or none; gives what was attempted and succeeded."

#define METHODS                                                                                    \
    BOTH_WRITE(create, CREATES, A_ROW),                                                                  \
    BOTH(read, "The row of a key, or None.", A_ROW_OR_NONE),                                       \
    BOTH(list, "The rows that meet all conditions.", ROWS),                                        \
    BOTH(count, "How many rows meet all conditions.", NUMBER),                                     \
    BOTH_WRITE(update, UPDATES, A_ROW),                                                                  \
    BOTH(delete, "Deletes a row, softly where the model says so; whether there was one.",          \
         YES_OR_NO),                                                                               \
    BOTH_WRITE(upsert, UPSERTS, A_ROW),                                                                  \
    BOTH(restore, "Takes a soft deletion back; whether the row was deleted.", YES_OR_NO),          \
    BOTH_WRITE(bulk_create, BULK_CREATES, ROWS),                                                         \
    BOTH(bulk_update, "Changes fields of all rows that meet the conditions.", A_ROW),              \
    BOTH(bulk_delete, "Deletes the rows that meet the conditions.", A_ROW),                        \
    BOTH_WRITE(bulk_upsert, BULK_UPSERTS, A_ROW),                                                        \
    BOTH(count_by, "How many rows each group has: [{group_by, \"count\"}].", ROWS),                \
    BOTH(sum_by, "The sum of a field in each group: [{group_by, \"sum\"}].", ROWS),                \
    BOTH(aggregate, "Several values computed of each group.", ROWS),                               \
    SCOPED_ROWS(create, CREATES, A_ROW),                                                           \
    SCOPED_ROWS(update, UPDATES, A_ROW),                                                           \
    SCOPED_ROWS(upsert, UPSERTS, A_ROW),                                                           \
    SCOPED_ROWS(bulk_create, BULK_CREATES, ROWS),                                                  \
    SCOPED_ROWS(bulk_upsert, BULK_UPSERTS, A_ROW),                                                 \
    KL_FACE_ROWS(read_required_fields,                                                             \
                 "As read(), but RequiredFieldUnavailableError when the caller cannot have the "   \
                 "value of one of the required fields.",                                           \
                 A_ROW_OR_NONE)

/* ---- the rest ------------------------------------------------------------------------------------ */

static kl_status init(kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value map, made;
    KL_TRY(kl_map_new(&map, 2, error));
    kl_status status = kl_map_set(&map, KL_TEXT("database_url"), kl_value_retain(args[0]), error);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("auto_migrate"), args[1], error);
    if (status == KL_OK)
        status = kl_object_from_map(&made, &kl_dataflow_type, map, error);
    kl_value_release(map);
    if (status == KL_OK)
        ((express *)self)->dataflow = (kl_dataflow *)made.as.object;
    return status;
}

static void dispose(kl_object *self)
{
    kl_object_release((kl_object *)((express *)self)->dataflow);
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    kl_text url = kl_as_text(kl_dataflow_shown_url(((express *)self)->dataflow));
    return kl_string_format(out, error, "%s(url=\"%.*s\")", self->type->name, KL_TEXT_ARG(url));
}

static kl_status from_config(kl_value *out, const kl_type *type, kl_value config, kl_error *error)
{
    kl_dataflow *dataflow;
    KL_TRY(kl_dataflow_new(&dataflow, (const kl_dataflow_config *)config.as.object, error));
    kl_status status = kl_express_new(out, type, dataflow, error);
    kl_object_release((kl_object *)dataflow);
    return status;
}

static kl_status call_from_config(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    (void)self;
    return from_config(out, &kl_express_type, args[0], error);
}

static kl_status call_sync_from_config(kl_value *out, kl_object *self, const kl_value *args,
                                       kl_error *error)
{
    (void)self;
    return from_config(out, &kl_express_sync_type, args[0], error);
}

/* Passed on to the DataFlow, whose methods of these names do it. */
static kl_status pass(kl_value *out, kl_object *self, const char *name, const kl_value *args,
                      size_t count, kl_error *error)
{
    kl_object *dataflow = (kl_object *)((express *)self)->dataflow;
    return kl_object_call(out, dataflow, kl_text_from(name), args, count, error);
}

static kl_status call_register_model(kl_value *out, kl_object *self, const kl_value *args,
                                     kl_error *error)
{
    return pass(out, self, "register_model", args, 1, error);
}

static kl_status call_execute_raw(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    return pass(out, self, "execute_raw", args, 2, error);
}

static kl_status call_create_tables(kl_value *out, kl_object *self, const kl_value *args,
                                    kl_error *error)
{
    (void)out, (void)args;
    return kl_dataflow_create_tables(((express *)self)->dataflow, error);
}

static kl_status call_transaction(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    (void)args;
    return kl_transaction_begin(out, &kl_transaction_type, ((express *)self)->dataflow, kl_null(),
                                error);
}

static kl_status call_sync_transaction(kl_value *out, kl_object *self, const kl_value *args,
                                       kl_error *error)
{
    (void)args;
    return kl_transaction_begin(out, &kl_transaction_sync_type, ((express *)self)->dataflow,
                                kl_null(), error);
}

static kl_status call_close(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out, (void)args, (void)error;
    kl_dataflow_close(((express *)self)->dataflow);
    return KL_OK;
}

static const kl_param init_params[] = {
    {.name = "database_url", .kind = KL_KIND_STRING, .flags = KL_SECRET, .doc = "which database"},
    {.name = "auto_migrate", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "make the tables of models when they are registered"},
};
static const kl_param config_param[] = {
    {.name = "config", .kind = KL_KIND_OBJECT, .type = &kl_dataflow_config_type,
     .doc = "the settings"},
};
static const kl_param model_param[] = {
    {.name = "model", .kind = KL_KIND_OBJECT, .type = &kl_model_type, .doc = "what to register"},
};
static const kl_param raw_params[] = {
    {.name = "sql", .kind = KL_KIND_STRING, .doc = "one statement, with ? for values"},
    {.name = "params", .kind = KL_KIND_ARRAY, .flags = KL_OPTIONAL, .doc = "its values"},
};

#define COMMON                                                                                     \
    METHODS,                                                                                       \
    {.name = "register_model", .call = call_register_model, .params = KL_TABLE(model_param),       \
     .flags = KL_BLOCKING, .returns = KL_KIND_NONE,                                                \
     .raises = "RuntimeError, ValueError, DataFlowDatabaseError",                                  \
     .doc = "Make a model known; its table is made when it is missing and auto_migrate is on."},   \
    {.name = "create_tables", .call = call_create_tables, .flags = KL_BLOCKING,                    \
     .returns = KL_KIND_NONE, .raises = "DataFlowDatabaseError",                                   \
     .doc = "Make the tables of all models that have none."},                                      \
    {.name = "execute_raw", .call = call_execute_raw, .params = KL_TABLE(raw_params),              \
     .flags = KL_BLOCKING, ROWS, .raises = "DataFlowDatabaseError, ValueError",                    \
     .doc = "Run SQL as it is: neither scoped to a tenant nor masked."},                           \
    {.name = "execute_raw_blocking", .call = call_execute_raw, .params = KL_TABLE(raw_params),     \
     .flags = KL_BLOCKING, ROWS, .raises = "DataFlowDatabaseError, ValueError",                    \
     .doc = "As execute_raw()."},                                                                  \
    {.name = "close", .call = call_close, .flags = KL_BLOCKING, .returns = KL_KIND_NONE,           \
     .doc = "Close all connections."}

static const kl_method express_methods[] = {
    COMMON,
    {.name = "from_config", .call = call_from_config, .params = KL_TABLE(config_param),
     .flags = KL_STATIC | KL_BLOCKING, .returns = KL_KIND_OBJECT, .returns_type = &kl_express_type,
     .raises = "RuntimeError", .doc = "An Express with these settings."},
    {.name = "transaction", .call = call_transaction, .flags = KL_BLOCKING,
     .returns = KL_KIND_OBJECT, .returns_type = &kl_transaction_type,
     .raises = "DataFlowDatabaseError", .doc = "Begin a transaction."},
};

const kl_type kl_express_type = {
    .name = "DataFlowExpress",
    .module = "kailash.dataflow",
    .doc = "Rows of registered models by one call each, for scripts and services.",
    .size = sizeof(express),
    .flags = KL_TYPE_AT_ROOT,
    .params = KL_TABLE(init_params),
    .init = init,
    .dispose = dispose,
    .repr = repr,
    .methods = KL_TABLE(express_methods),
};
KL_PUBLISH(kl_express_type);

static const kl_method express_sync_methods[] = {
    COMMON,
    {.name = "from_config", .call = call_sync_from_config, .params = KL_TABLE(config_param),
     .flags = KL_STATIC | KL_BLOCKING, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_express_sync_type, .raises = "RuntimeError",
     .doc = "An Express with these settings."},
    {.name = "transaction", .call = call_sync_transaction, .flags = KL_BLOCKING,
     .returns = KL_KIND_OBJECT, .returns_type = &kl_transaction_sync_type,
     .raises = "DataFlowDatabaseError", .doc = "Begin a transaction."},
};

const kl_type kl_express_sync_type = {
    .name = "DataFlowExpressSync",
    .module = "kailash.dataflow",
    .doc = "As DataFlowExpress, for code without asyncio: its transactions are plain.",
    .size = sizeof(express),
    .flags = KL_TYPE_AT_ROOT,
    .params = KL_TABLE(init_params),
    .init = init,
    .dispose = dispose,
    .repr = repr,
    .methods = KL_TABLE(express_sync_methods),
};
KL_PUBLISH(kl_express_sync_type);
