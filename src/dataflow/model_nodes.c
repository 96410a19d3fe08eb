/* src/dataflow/model_nodes.c - the node types of models: how they are named, and what surrounds a run.
 * What each does: model_node_runs.c. */
#include "model_nodes.h"
#include "classification.h"
#include "clearance.h"
#include "face.h"
#include "model_node_runs.h"
#include "workflow/registered.h"

#include <stdio.h>
#include <string.h>

/* ---- rows ---------------------------------------------------------------------------------------- */

#define ID                                                                                         \
    {.name = "id", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL, .doc = "the primary key of a row"}
#define FILTER                                                                                     \
    {.name = "filter", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,                                  \
     .doc = "conditions: {field: value} or {field: {\"$gt\": value}}"}
#define ITEMS                                                                                      \
    {.name = "items", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP, .flags = KL_OPTIONAL,            \
     .doc = "one object for each row"}
#define DELETED                                                                                    \
    {.name = "include_deleted", .kind = KL_KIND_BOOL, .fallback = "false",                         \
     .doc = "with rows that are softly deleted"}

static const kl_param read_inputs[] = {
    {.name = "id", .kind = KL_KIND_ANY, .doc = "the primary key of a row"}, DELETED};
static const kl_param update_inputs[] = {
    ID, FILTER,
    {.name = "fields", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL, .doc = "new values by field"},
    {.name = "values", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL, .doc = "the same as fields"},
    {.name = "allow_all", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "an empty filter means all rows"}};
static const kl_param delete_inputs[] = {ID, FILTER};
static const kl_param list_inputs[] = {
    FILTER,
    {.name = "order_by", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "a field, or a list of fields; \"-field\" = descending"},
    {.name = "order_dir", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "asc or desc"},
    {.name = "limit", .kind = KL_KIND_INT, .flags = KL_OPTIONAL, .doc = "at most so many rows"},
    {.name = "offset", .kind = KL_KIND_INT, .flags = KL_OPTIONAL, .doc = "rows to leave out first"},
    DELETED};
static const kl_param count_inputs[] = {FILTER, DELETED};
static const kl_param bulk_create_inputs[] = {
    ITEMS,
    {.name = "records", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "the same as items"}};
static const kl_param bulk_update_inputs[] = {
    {.name = "items", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "changes: [{\"filter\", \"fields\"}]"}};
static const kl_param bulk_delete_inputs[] = {
    {.name = "ids", .kind = KL_KIND_ARRAY, .flags = KL_OPTIONAL, .doc = "primary keys"}, FILTER};
static const kl_param bulk_upsert_inputs[] = {
    ITEMS,
    {.name = "conflict_columns", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .flags = KL_OPTIONAL, .doc = "fields by which a row is found again; absent = the primary key"}};

#define ROW_OUT {.name = "record", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL, .doc = "the row"}
#define COUNT_OUT(word) {.name = word, .kind = KL_KIND_INT, .doc = "how many rows"}
#define ROWS_OUT {.name = "records", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP, .doc = "the rows"}
static const kl_param create_outputs[] = {
    {.name = "id", .kind = KL_KIND_ANY, .doc = "the primary key"}, ROW_OUT};
static const kl_param read_outputs[] = {
    {.name = "found", .kind = KL_KIND_BOOL, .doc = "whether there is one"}, ROW_OUT};
static const kl_param updated_outputs[] = {COUNT_OUT("updated_count")};
static const kl_param delete_outputs[] = {
    COUNT_OUT("deleted_count"),
    {.name = "soft_deleted", .kind = KL_KIND_BOOL, .doc = "whether they can be restored"}};
static const kl_param list_outputs[] = {ROWS_OUT, COUNT_OUT("count"), COUNT_OUT("total")};
static const kl_param count_outputs[] = {COUNT_OUT("count")};
static const kl_param upsert_outputs[] = {
    {.name = "created", .kind = KL_KIND_BOOL, .doc = "whether it was inserted"}, ROW_OUT};
static const kl_param bulk_create_outputs[] = {COUNT_OUT("created_count"), ROWS_OUT};
static const kl_param deleted_outputs[] = {COUNT_OUT("deleted_count")};
static const kl_param bulk_upsert_outputs[] = {COUNT_OUT("created_count"), COUNT_OUT("updated_count"),
                                               ROWS_OUT};

/* What nodes of a model do. Those with `takes_fields` take values by field too. */
static const kl_model_node_kind kinds[] = {
    {"Create", "create", kl_node_create, NULL, 0, KL_TABLE(create_outputs), true,
     "Inserts a row of the model."},
    {"Read", "read", kl_node_read, KL_TABLE(read_inputs), KL_TABLE(read_outputs), false,
     "Reads a row of the model by its key."},
    {"Update", "update", kl_node_update, KL_TABLE(update_inputs), KL_TABLE(updated_outputs), true,
     "Changes the row of a key, or all that meet a filter."},
    {"Delete", "delete", kl_node_delete, KL_TABLE(delete_inputs), KL_TABLE(delete_outputs), false,
     "Deletes the row of a key, or all that meet a filter."},
    {"List", "list", kl_node_list, KL_TABLE(list_inputs), KL_TABLE(list_outputs), false,
     "The rows that meet a filter, and how many there are in all."},
    {"Count", "count", kl_node_count, KL_TABLE(count_inputs), KL_TABLE(count_outputs), false,
     "How many rows meet a filter."},
    {"Upsert", "upsert", kl_node_upsert, NULL, 0, KL_TABLE(upsert_outputs), true,
     "Inserts a row, or changes the one that has its key."},
    {"BulkCreate", "bulk_create", kl_node_bulk_create, KL_TABLE(bulk_create_inputs),
     KL_TABLE(bulk_create_outputs), false, "Inserts rows, all or none."},
    {"BulkUpdate", "bulk_update", kl_node_bulk_update, KL_TABLE(bulk_update_inputs),
     KL_TABLE(updated_outputs), false, "Changes rows by several filters, all or none."},
    {"BulkDelete", "bulk_delete", kl_node_bulk_delete, KL_TABLE(bulk_delete_inputs),
     KL_TABLE(deleted_outputs), false, "Deletes the rows of some keys, or those that meet a filter."},
    {"BulkUpsert", "bulk_upsert", kl_node_bulk_upsert, KL_TABLE(bulk_upsert_inputs),
     KL_TABLE(bulk_upsert_outputs), false, "Inserts rows or changes those that have their keys."},
};

/* ---- a type of a model ------------------------------------------------------------------------------ */

/* What a row points to, and what its run works with. */
typedef struct model_node {
    kl_object object;
    kl_dataflow *dataflow;
    kl_table *table;
    const kl_model_node_kind *kind;
    kl_value names[2]; /* strings: CreateUser, UserCreateNode */
    kl_param *inputs;  /* those of the kind, then the fields */
    size_t input_count;
} model_node;

static void dispose(kl_object *self)
{
    model_node *node = (model_node *)self;
    kl_object_release((kl_object *)node->dataflow);
    kl_table_release(node->table);
    kl_value_release(node->names[0]);
    kl_value_release(node->names[1]);
    kl_free(node->inputs);
}

static const kl_type model_node_type = {
    .name = "ModelNode",
    .module = "kailash._kailash",
    .doc = "A node type of a model.",
    .size = sizeof(model_node),
    .flags = KL_TYPE_NO_INIT,
    .dispose = dispose,
};

static bool has_input(const model_node *node, const char *name)
{
    for (size_t i = 0; i < node->input_count; i++)
        if (strcmp(node->inputs[i].name, name) == 0)
            return true;
    return false;
}

static kl_status make_inputs(model_node *node, kl_error *error)
{
    const kl_model_node_kind *kind = node->kind;
    size_t fields = kind->takes_fields ? node->table->count : 0;
    node->inputs = kl_alloc_zero(kind->input_count + fields + 1, sizeof *node->inputs);
    if (!node->inputs)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < kind->input_count; i++)
        node->inputs[node->input_count++] = kind->inputs[i];
    for (size_t i = 0; i < fields; i++) {
        const char *name = kl_as_text(node->table->columns[i]->name).data;
        if (!has_input(node, name))
            node->inputs[node->input_count++] =
                (kl_param){.name = name, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
                           .doc = "value of the field"};
    }
    return KL_OK;
}

static kl_status make_node(model_node **out, kl_dataflow *dataflow, kl_table *table,
                           const kl_model_node_kind *kind, kl_error *error)
{
    kl_object *object;
    kl_text model = kl_as_text(table->model->name);
    kl_status status;
    KL_TRY(kl_object_alloc(&object, &model_node_type, error));
    model_node *node = (model_node *)object;
    node->dataflow = dataflow;
    kl_object_retain((kl_object *)dataflow);
    node->table = table;
    kl_object_retain(&table->object);
    node->kind = kind;
    KL_TRY_OUT(kl_string_format(&node->names[0], error, "%s%.*s", kind->word, KL_TEXT_ARG(model)));
    KL_TRY_OUT(kl_string_format(&node->names[1], error, "%.*s%sNode", KL_TEXT_ARG(model), kind->word));
    KL_TRY_OUT(make_inputs(node, error));
    *out = node;
    return KL_OK;
out:
    kl_object_release(object);
    return status;
}

/* ---- running ---------------------------------------------------------------------------------------- */

static kl_status refuse_unscoped(const model_node *node, kl_error *error)
{
    return kl_node_failed(error,
                          "unscoped node refused: `%s` applies no tenant predicate and model %s is "
                          "multi-tenant; supply `__tenant_id__` in the WORKFLOW inputs",
                          node->kind->word, kl_as_text(node->table->model->name).data);
}

/* A tenant is no part of a definition: it comes with the inputs that the user gives to the run. */
static kl_status find_tenant(kl_value *out, const model_node *node, const kl_node_call *call,
                             kl_error *error)
{
    if (node->table->tenant == KL_NO_COLUMN)
        return KL_OK;
    *out = kl_tenant_of(kl_map_get(kl_run_given_inputs(call->run), KL_TEXT(KL_TENANT_INPUT)));
    return kl_is(*out, KL_KIND_STRING) ? KL_OK : refuse_unscoped(node, error);
}

/* Nor is a level. Without one, what writes such rows is refused as everywhere. */
static kl_status find_level(int64_t *out, const model_node *node, const kl_node_call *call,
                            kl_error *error)
{
    kl_value given = kl_map_get(kl_run_given_inputs(call->run), KL_TEXT(KL_LEVEL_INPUT));
    *out = kl_classification_level_named(given);
    if (node->table->level == KL_NO_COLUMN || kl_is_null(given) || *out >= 0)
        return KL_OK;
    return kl_node_bad_value(error, KL_LEVEL_INPUT, "a DataClassification or its name", given);
}

/* What reaches no field would be ignored, and the caller not know. */
static kl_status check_unknown(const model_node *node, const kl_node_call *call, kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(call->inputs) && !node->kind->takes_fields; i++) {
        kl_text name = kl_map_key_at(call->inputs, i);
        bool known = kl_text_is(name, KL_TENANT_INPUT) || kl_text_is(name, KL_LEVEL_INPUT);
        for (size_t j = 0; j < node->input_count && !known; j++)
            known = kl_text_is(name, node->inputs[j].name);
        if (known)
            continue;
        kl_value print;
        KL_TRY(kl_fingerprint(&print, name, error));
        kl_status status = kl_node_failed(error, "query build error: unknown input (%s)",
                                          kl_as_text(print).data);
        kl_value_release(print);
        return status;
    }
    return KL_OK;
}

/* "list failed: invalid filter ..." of an operation is "node execution failed: invalid filter ..." */
static kl_status tell(const model_node *node, kl_status status, kl_error *error)
{
    char prefix[64];
    if (status == KL_OK || status == KL_NO_MEMORY || status == KL_INTERRUPTED || !error)
        return status;
    snprintf(prefix, sizeof prefix, "%s failed: ", node->kind->method);
    if (error->formed)
        return status;
    const char *message = kl_error_message(error);
    if (strncmp(message, prefix, strlen(prefix)) == 0)
        message += strlen(prefix);
    char *copy = kl_strdup(kl_text_from(message));
    if (!copy)
        return kl_error_no_memory(error);
    status = kl_node_failed(error, "%s", copy);
    kl_free(copy);
    return status;
}

static bool is_stopped(void *run) { return kl_run_is_cancelled(run); }

static kl_status run_node(kl_value *out, const model_node *node, kl_node_call *call,
                          kl_error *error)
{
    kl_data_session session;
    kl_value tenant = kl_null();
    int64_t level;
    KL_TRY(find_tenant(&tenant, node, call, error));
    KL_TRY(find_level(&level, node, call, error));
    KL_TRY(check_unknown(node, call, error));
    KL_TRY(kl_data_session_begin(&session, node->dataflow, node->kind->method, error));
    session.caller.tenant = tenant;
    session.caller.level = level;
    if (call->run)
        session.watch = (kl_sql_watch){KL_TIME_NONE, is_stopped, call->run};
    const kl_model_node_call c = {&session, node->table, call->args, call->inputs};
    kl_status status = node->kind->run(out, &c, error);
    kl_data_session_end(&session);
    return status;
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    const model_node *node = (const model_node *)kl_node_owner(call);
    return tell(node, run_node(out, node, call, error), error);
}

/* ---- registering ------------------------------------------------------------------------------------ */

/* The same model of the same database: registering twice changes nothing. */
static bool is_same(kl_registry *registry, const model_node *node, kl_text name)
{
    kl_object *owner = kl_registry_owner(registry, name);
    bool same = false;
    if (owner && owner->type == &model_node_type) {
        const model_node *there = (const model_node *)owner;
        same = there->dataflow == node->dataflow && there->kind == node->kind &&
               kl_model_same(there->table->model, node->table->model);
    }
    kl_object_release(owner);
    return same;
}

static kl_status add_node(kl_registry *registry, model_node *node, kl_error *error)
{
    for (size_t i = 0; i < KL_COUNT(node->names); i++) {
        kl_text name = kl_as_text(node->names[i]);
        const kl_node_type row = {
            .name = name.data,
            .category = "DataFlow",
            .doc = node->kind->doc,
            .inputs = node->inputs,
            .input_count = node->input_count,
            .outputs = node->kind->outputs,
            .output_count = node->kind->output_count,
            .flags = KL_NODE_BLOCKING,
            .run = run,
        };
        if (!is_same(registry, node, name))
            KL_TRY(kl_registry_add_type(registry, &row, &node->object, error));
    }
    return KL_OK;
}

kl_status kl_dataflow_register_nodes(kl_dataflow *dataflow, kl_registry *registry, kl_error *error)
{
    kl_value tables;
    kl_status status = kl_dataflow_tables(&tables, dataflow, error);
    KL_TRY(status);
    for (size_t i = 0; i < kl_array_len(tables) && status == KL_OK; i++)
        for (size_t k = 0; k < KL_COUNT(kinds) && status == KL_OK; k++) {
            model_node *node;
            kl_table *table = (kl_table *)kl_array_at(tables, i).as.object;
            status = make_node(&node, dataflow, table, &kinds[k], error);
            if (status != KL_OK)
                break;
            status = add_node(registry, node, error);
            kl_object_release(&node->object);
        }
    kl_value_release(tables);
    return status;
}
