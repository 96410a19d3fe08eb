/* src/nodes/documents.c - DocumentStoreNode. */
#include "buffer.h"
#include "store_node.h"
#include "stopping.h"
#include "store/document.h"
#include "store/mongo.h"
#include "workflow/shared.h"

#include <stdlib.h>

enum { OPERATION, COLLECTION, DOCUMENT, DOCUMENTS, FILTER, UPDATE, PIPELINE, PROJECTION, SORT, SKIP,
       LIMIT, ONE, UPSERT, FIELD, UNIQUE, BACKEND, CONNECTION, SCOPE, TIMEOUT };

/* One run of the node. */
typedef struct task {
    kl_node_call *call;
    const kl_value *args;
    kl_documents *documents; /* borrowed; NULL = they are on a server */
    kl_mongo_collection server;
    kl_latch_waiter waiter;
    kl_value result, extra; /* owned: `extra` is merged into the outputs */
    size_t count;
} task;

/* ---- collections -------------------------------------------------------------------------------- */

/* A state's name is the file, a NUL and the collection. */
static kl_status make(void **out, kl_text name, kl_error *error)
{
    const char *end = memchr(name.data, '\0', name.len);
    kl_text file = {name.data, (size_t)(end - name.data)};
    kl_documents *documents;
    KL_TRY(kl_documents_new(&documents, (kl_text){end + 1, name.len - file.len - 1}, file, error));
    *out = documents;
    return KL_OK;
}

static void dispose(void *state) { kl_documents_free(state); }

static const kl_shared_kind kind = {make, dispose};

static kl_status collection_of(kl_documents **out, const task *t, kl_text name, kl_error *error)
{
    kl_buffer key = KL_BUFFER_INIT;
    void *state = NULL;
    kl_buffer_add(&key, kl_as_text(t->args[CONNECTION]));
    kl_buffer_byte(&key, '\0');
    kl_buffer_add(&key, name);
    kl_status status = key.status == KL_OK ? kl_node_shared(&state, &kind, kl_buffer_text(&key),
                                                            t->call, t->args[SCOPE], error)
                                           : kl_error_no_memory(error);
    kl_buffer_free(&key);
    *out = state;
    return status;
}

/* A server's name is its timeout, a NUL and the URL. */
static kl_status make_server(void **out, kl_text name, kl_error *error)
{
    const char *end = memchr(name.data, '\0', name.len);
    size_t at = (size_t)(end - name.data) + 1;
    kl_mongo *server;
    KL_TRY(kl_mongo_new(&server, (kl_text){name.data + at, name.len - at}, strtoll(name.data, NULL, 10),
                        error));
    *out = server;
    return KL_OK;
}

static void dispose_server(void *state) { kl_mongo_free(state); }

static const kl_shared_kind server_kind = {make_server, dispose_server};

static kl_status server_of(task *t, kl_error *error)
{
    kl_buffer key = KL_BUFFER_INIT;
    void *state = NULL;
    kl_buffer_format(&key, "%lld", (long long)kl_as_int(t->args[TIMEOUT]));
    kl_buffer_byte(&key, '\0');
    kl_buffer_add(&key, kl_as_text(t->args[CONNECTION]));
    kl_status status = key.status == KL_OK ? kl_node_shared(&state, &server_kind, kl_buffer_text(&key),
                                                            t->call, t->args[SCOPE], error)
                                           : kl_error_no_memory(error);
    kl_buffer_free(&key);
    t->server = (kl_mongo_collection){.server = state, .name = kl_as_text(t->args[COLLECTION]),
                                      .watch = {kl_node_check_run, t->call->run}};
    if (status == KL_INVALID)
        kl_node_form_bad(error, "connection_string");
    return status;
}

static bool is_on_server(const kl_value *args)
{
    return kl_is_null(args[BACKEND]) ? kl_mongo_is_url(kl_as_text(args[CONNECTION]))
                                     : kl_text_is(kl_as_text(args[BACKEND]), "mongodb");
}

/* For $lookup: all documents of another collection of the same store. */
static kl_status other_collection(kl_value *out, void *data, kl_text name, kl_error *error)
{
    const task *t = data;
    kl_documents *documents;
    kl_documents_find all = {0};
    KL_TRY(collection_of(&documents, t, name, error));
    return kl_documents_query(out, documents, &all, t->waiter, error);
}

static kl_status check_backend(const kl_value *args, kl_error *error)
{
    kl_text connection = kl_as_text(args[CONNECTION]);
    bool memory = kl_text_is(kl_as_text(args[BACKEND]), "memory");
    if (memory && connection.len)
        return kl_node_bad(error, "connection_string", "expected none with backend memory");
    if (!memory && !kl_is_null(args[BACKEND]) && connection.len == 0)
        return kl_node_missing(error, "connection_string");
    if (memchr(connection.data, '\0', connection.len))
        return kl_node_bad(error, "connection_string", "expected text without NUL");
    if (kl_text_is(kl_as_text(args[BACKEND]), "sqlite") && kl_mongo_is_url(connection))
        return kl_node_bad(error, "connection_string", "expected a file with backend sqlite, got a URL of "
                                                       "MongoDB");
    return KL_OK;
}

/* ---- operations --------------------------------------------------------------------------------- */

static kl_status want(const task *t, size_t input, const char *name, kl_error *error)
{
    return kl_is_null(t->args[input]) ? kl_node_missing(error, name) : KL_OK;
}

static kl_status tell(task *t, const char *key, kl_value value, kl_error *error)
{
    return kl_map_set(&t->extra, kl_text_from(key), value, error);
}

/* The one document, or the many. */
static kl_status given_documents(kl_value *out, const task *t, kl_error *error)
{
    if (!kl_is_null(t->args[DOCUMENTS])) {
        *out = kl_value_retain(t->args[DOCUMENTS]);
        return KL_OK;
    }
    KL_TRY(want(t, DOCUMENT, "document", error));
    KL_TRY(kl_array_new(out, 1, error));
    kl_status status = kl_array_push(out, kl_value_retain(t->args[DOCUMENT]), error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

static kl_status run_insert(task *t, kl_error *error)
{
    kl_value list, ids;
    if (!kl_is_null(t->args[DOCUMENT]) && !kl_is_null(t->args[DOCUMENTS]))
        return kl_node_bad(error, "documents", "expected document or documents, got both");
    KL_TRY(given_documents(&list, t, error));
    kl_status status = t->documents ? kl_documents_insert(&ids, t->documents, list, t->waiter, error)
                                    : kl_mongo_insert(&ids, &t->server, list, error);
    kl_value_release(list);
    if (status != KL_OK)
        return status;
    t->count = kl_array_len(ids);
    if (!kl_is_null(t->args[DOCUMENTS]))
        return tell(t, "document_ids", ids, error);
    kl_value id = kl_value_retain(kl_array_at(ids, 0));
    kl_value_release(ids);
    return tell(t, "document_id", id, error);
}

static kl_status run_find(task *t, kl_error *error)
{
    kl_documents_find find = {.filter = t->args[FILTER],
                              .projection = t->args[PROJECTION],
                              .order = t->args[SORT],
                              .skip = (size_t)kl_as_int(t->args[SKIP]),
                              .limit = (size_t)kl_as_int(t->args[LIMIT])};
    KL_TRY(t->documents ? kl_documents_query(&t->result, t->documents, &find, t->waiter, error)
                        : kl_mongo_query(&t->result, &t->server, &find, error));
    t->count = kl_array_len(t->result);
    return KL_OK;
}

static kl_status run_update(task *t, kl_error *error)
{
    KL_TRY(want(t, FILTER, "filter", error));
    KL_TRY(want(t, UPDATE, "update", error));
    kl_documents_update update = {.filter = t->args[FILTER],
                                  .update = t->args[UPDATE],
                                  .one = kl_as_bool(t->args[ONE]),
                                  .upsert = kl_as_bool(t->args[UPSERT])};
    KL_TRY(t->documents ? kl_documents_change(t->documents, &update, t->waiter, error)
                        : kl_mongo_change(&t->server, &update, error));
    t->count = update.matched;
    kl_status status = tell(t, "modified_count", kl_int((int64_t)update.modified), error);
    if (status == KL_OK && update.upsert)
        return tell(t, "document_id", update.upserted_id, error);
    kl_value_release(update.upserted_id);
    return status;
}

static kl_status run_delete(task *t, kl_error *error)
{
    KL_TRY(want(t, FILTER, "filter", error));
    if (!t->documents)
        return kl_mongo_delete(&t->count, &t->server, t->args[FILTER], kl_as_bool(t->args[ONE]), error);
    return kl_documents_delete(&t->count, t->documents, t->args[FILTER], kl_as_bool(t->args[ONE]),
                               t->waiter, error);
}

static kl_status run_count(task *t, kl_error *error)
{
    KL_TRY(t->documents
               ? kl_documents_count(&t->count, t->documents, t->args[FILTER], t->waiter, error)
               : kl_mongo_count(&t->count, &t->server, t->args[FILTER], error));
    t->result = kl_int((int64_t)t->count);
    return KL_OK;
}

static kl_status run_aggregate(task *t, kl_error *error)
{
    kl_pipeline_context context = {other_collection, t, NULL};
    KL_TRY(want(t, PIPELINE, "pipeline", error));
    KL_TRY(t->documents ? kl_documents_aggregate(&t->result, t->documents, t->args[PIPELINE], context,
                                                 t->waiter, error)
                        : kl_mongo_aggregate(&t->result, &t->server, t->args[PIPELINE], error));
    t->count = kl_array_len(t->result);
    return KL_OK;
}

static kl_status run_create_index(task *t, kl_error *error)
{
    KL_TRY(want(t, FIELD, "field", error));
    kl_text field = kl_as_text(t->args[FIELD]);
    bool unique = kl_as_bool(t->args[UNIQUE]);
    return t->documents ? kl_documents_create_index(t->documents, field, unique, t->waiter, error)
                        : kl_mongo_create_index(&t->server, field, unique, error);
}

static kl_status run_drop_index(task *t, kl_error *error)
{
    bool dropped = false;
    KL_TRY(want(t, FIELD, "field", error));
    kl_text field = kl_as_text(t->args[FIELD]);
    KL_TRY(t->documents ? kl_documents_drop_index(&dropped, t->documents, field, t->waiter, error)
                        : kl_mongo_drop_index(&dropped, &t->server, field, error));
    t->count = dropped;
    return KL_OK;
}

static kl_status run_list_indexes(task *t, kl_error *error)
{
    KL_TRY(t->documents ? kl_documents_indexes(&t->result, t->documents, t->waiter, error)
                        : kl_mongo_indexes(&t->result, &t->server, error));
    t->count = kl_array_len(t->result);
    return KL_OK;
}

#define OPERATIONS(ROW)                                                                            \
    ROW("insert", run_insert)                                                                      \
    ROW("find", run_find)                                                                          \
    ROW("update", run_update)                                                                      \
    ROW("delete", run_delete)                                                                      \
    ROW("count", run_count)                                                                        \
    ROW("aggregate", run_aggregate)                                                                \
    ROW("create_index", run_create_index)                                                          \
    ROW("drop_index", run_drop_index)                                                              \
    ROW("list_indexes", run_list_indexes)
#define NAME_OF(name, function) name,
#define ROW_OF(name, function)  {name, function},

static const char *const names[] = {OPERATIONS(NAME_OF) NULL};
static const struct {
    const char *name;
    kl_status (*run)(task *t, kl_error *error);
} operations[] = {OPERATIONS(ROW_OF)};

/* ---- the node ----------------------------------------------------------------------------------- */

static kl_status store_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    task t = {.call = call, .args = call->args, .waiter = {kl_node_is_stopped, call->run},
              .extra = kl_map_empty()};
    size_t row = 0;
    kl_error why = KL_ERROR_INIT;
    KL_TRY(check_backend(t.args, error));
    while (!kl_text_is(kl_as_text(t.args[OPERATION]), operations[row].name))
        row++;
    kl_status status = is_on_server(t.args)
                           ? server_of(&t, &why)
                           : collection_of(&t.documents, &t, kl_as_text(t.args[COLLECTION]), &why);
    if (status == KL_OK)
        status = operations[row].run(&t, &why);
    status = status == KL_OK ? kl_store_outputs(out, t.result, t.count, t.extra, error)
                             : kl_store_error(error, &why);
    kl_value_release(t.result);
    kl_value_release(t.extra);
    return status;
}

static const char *const backends[] = {"memory", "sqlite", "mongodb", NULL};

static const kl_param inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = names,
     .doc = "what to do: insert document or documents; find, count what matches filter; update, "
            "delete what matches filter; aggregate: lead all through pipeline; create_index, "
            "drop_index, list_indexes: indexes on a field"},
    {.name = "collection", .kind = KL_KIND_STRING, 
     .doc = "name of the collection; it is made when first used"},
    {.name = "document", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "insert: what to store; without _id it gets a UUID"},
    {.name = "documents", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "insert: several at once, all or none (mongodb: those before one that fails are removed again)"},
    {.name = "filter", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "what documents must be, as in MongoDB: values of dotted paths, or $eq $ne $gt $gte $lt "
            "$lte $in $nin $exists $regex $not $size $all $elemMatch $type $mod, joined by $and $or "
            "$nor. Required by update and delete; {} = all"},
    {.name = "update", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "update: $set $unset $inc $mul $min $max $rename $push $pull $addToSet $pop $setOnInsert "
            "with paths; without operators, top-level fields to set"},
    {.name = "pipeline", .kind = KL_KIND_ARRAY, .flags = KL_OPTIONAL,
     .doc = "aggregate: stages $match $group $project $addFields $set $unset $unwind $sort $skip "
            "$limit $count $lookup $facet $sortByCount $replaceRoot"},
    {.name = "projection", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "find: paths to keep (1), to leave out (0) or to compute"},
    {.name = "sort", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "find: paths and 1 (ascending) or -1 (descending), the first counting most"},
    {.name = "skip", .kind = KL_KIND_COUNT, .fallback = "0", .doc = "find: documents to pass over"},
    {.name = "limit", .kind = KL_KIND_COUNT, .fallback = "0",
     .doc = "find: documents at most; 0 = all"},
    {.name = "one", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "update, delete: the first that matches only"},
    {.name = "upsert", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "update: insert a document when none matches, made of what filter equals and update sets"},
    {.name = "field", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "create_index, drop_index: the path that is indexed"},
    {.name = "unique", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "create_index: no two documents may have the same value there"},
};
static const kl_param config[] = {
    {.name = "backend", .kind = KL_KIND_ENUM, .names = backends, .flags = KL_OPTIONAL,
     .doc = "where documents are kept: memory; sqlite: a file, whole in memory too; mongodb: a server, "
            "whose filters, updates and pipelines may say more. Absent: by the connection_string, memory "
            "without one"},
    {.name = "connection_string", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "sqlite: path or URL of the file; mongodb: URL of the database, mongodb://host:27017/database"},
    KL_SCOPE_PARAM("registry"),
    {.name = "timeout_ms", .kind = KL_KIND_COUNT, .fallback = "30000", .range = KL_RANGE(1, 86400000),
     .doc = "mongodb: how long an operation, and the search for a server, may take; what the URL says of "
            "serverSelectionTimeoutMS and the like goes first"},
};
static const kl_param outputs[] = {
    {.name = "success", .kind = KL_KIND_BOOL, .doc = "true: what fails is an error"},
    {.name = "result", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "find, aggregate: documents; count: their number; list_indexes: maps of path and unique; "
            "else null"},
    {.name = "count", .kind = KL_KIND_INT, .doc = "documents inserted, found, matched, removed"},
    {.name = "document_id", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "insert of one: its _id; update with upsert: that of the one inserted, or null"},
    {.name = "document_ids", .kind = KL_KIND_ARRAY, .flags = KL_OPTIONAL,
     .doc = "insert of documents: their _ids"},
    {.name = "modified_count", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "update: documents that were really changed"},
};
static const kl_node_type types[] = {
    {.name = "DocumentStoreNode", .category = "Stores", .flags = KL_NODE_BLOCKING, .run = store_run,
     .inputs = KL_TABLE(inputs), .config = KL_TABLE(config), .outputs = KL_TABLE(outputs),
     .doc = "Stores, finds, changes and aggregates documents."},
};
static const kl_node_family documents = {.name = "documents", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(documents);
