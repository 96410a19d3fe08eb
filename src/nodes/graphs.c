/* src/nodes/graphs.c - GraphDatabaseNode. */
#include "buffer.h"
#include "store/graph.h"
#include "workflow/shared.h"

enum { OPERATION, QUERY, PARAMS, LABELS, PROPERTIES, FROM, TO, TYPE, NODE_ID, PROPERTY, GRAPH,
       MAX_STEPS, BACKEND, CONNECTION, SCOPE };

/* One run of the node. */
typedef struct task {
    kl_node_call *call;
    const kl_value *args;
    kl_graph *graph; /* borrowed */
    kl_latch_waiter waiter;
    kl_value result, extra; /* owned: `extra` is merged into the outputs */
    size_t count;
} task;

/* ---- graphs ------------------------------------------------------------------------------------- */

/* A state's name is the file, a NUL and the graph's name. */
static kl_status make(void **out, kl_text name, kl_error *error)
{
    const char *end = memchr(name.data, '\0', name.len);
    kl_text file = {name.data, (size_t)(end - name.data)};
    kl_graph *graph;
    KL_TRY(kl_graph_new(&graph, (kl_text){end + 1, name.len - file.len - 1}, file, error));
    *out = graph;
    return KL_OK;
}

static void dispose(void *state) { kl_graph_free(state); }

static const kl_shared_kind kind = {make, dispose};

static kl_status graph_of(task *t, kl_error *error)
{
    kl_buffer key = KL_BUFFER_INIT;
    void *state = NULL;
    kl_buffer_add(&key, kl_as_text(t->args[CONNECTION]));
    kl_buffer_byte(&key, '\0');
    kl_buffer_add(&key, kl_as_text(t->args[GRAPH]));
    kl_status status = key.status == KL_OK ? kl_node_shared(&state, &kind, kl_buffer_text(&key),
                                                            t->call, t->args[SCOPE], error)
                                           : kl_error_no_memory(error);
    kl_buffer_free(&key);
    t->graph = state;
    return status;
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

static kl_status tell_number(task *t, const char *key, size_t number, kl_error *error)
{
    return number ? tell(t, key, kl_int((int64_t)number), error) : KL_OK;
}

/* Rows with one bare variable are what the variable is. */
static kl_status bare_rows(kl_value *out, kl_value rows, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, kl_array_len(rows), error));
    for (size_t i = 0; i < kl_array_len(rows); i++) {
        kl_status status = kl_array_push(
            &list, kl_value_retain(kl_map_value_at(kl_array_at(rows, i), 0)), error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    *out = list;
    return KL_OK;
}

static kl_status tell_query(task *t, const kl_graph_result *result, kl_error *error)
{
    if (result->bare)
        KL_TRY(bare_rows(&t->result, result->rows, error));
    else
        t->result = kl_value_retain(result->rows);
    t->count = kl_array_len(result->rows);
    KL_TRY(tell(t, "columns", kl_value_retain(result->columns), error));
    KL_TRY(tell_number(t, "nodes_created", result->nodes_created, error));
    KL_TRY(tell_number(t, "relationships_created", result->relationships_created, error));
    KL_TRY(tell_number(t, "nodes_deleted", result->nodes_deleted, error));
    KL_TRY(tell_number(t, "relationships_deleted", result->relationships_deleted, error));
    KL_TRY(tell_number(t, "properties_set", result->properties_set, error));
    return tell_number(t, "labels_changed", result->labels_changed, error);
}

static kl_status run_query(task *t, kl_error *error)
{
    kl_graph_result result;
    KL_TRY(want(t, QUERY, "query", error));
    kl_status status = kl_graph_query(&result, t->graph, kl_as_text(t->args[QUERY]), t->args[PARAMS],
                                      (uint64_t)kl_as_int(t->args[MAX_STEPS]), t->waiter, error);
    if ((status == KL_SYNTAX || status == KL_INVALID) && error && error->line) {
        uint32_t line = error->line, column = error->column;
        kl_error_prefix(error, "invalid input 'query': line %u, column %u: ", line, column);
    }
    if (status != KL_OK)
        return status;
    status = tell_query(t, &result, error);
    kl_graph_result_clear(&result);
    return status;
}

static kl_status run_create_node(task *t, kl_error *error)
{
    kl_value id;
    KL_TRY(want(t, LABELS, "labels", error));
    KL_TRY(kl_graph_create_node(&id, t->graph, t->args[LABELS], t->args[PROPERTIES], t->waiter, error));
    t->count = 1;
    return tell(t, "node_id", id, error);
}

static kl_status run_create_relationship(task *t, kl_error *error)
{
    kl_value id;
    KL_TRY(want(t, FROM, "from_id", error));
    KL_TRY(want(t, TO, "to_id", error));
    KL_TRY(want(t, TYPE, "relationship_type", error));
    KL_TRY(kl_graph_create_relationship(&id, t->graph, kl_as_text(t->args[FROM]),
                                        kl_as_text(t->args[TO]), kl_as_text(t->args[TYPE]),
                                        t->args[PROPERTIES], t->waiter, error));
    t->result = kl_bool(true);
    t->count = 1;
    return tell(t, "relationship_id", id, error);
}

static kl_status run_delete_node(task *t, kl_error *error)
{
    KL_TRY(want(t, NODE_ID, "node_id", error));
    KL_TRY(kl_graph_delete_node(t->graph, kl_as_text(t->args[NODE_ID]), t->waiter, error));
    t->result = kl_bool(true);
    t->count = 1;
    return KL_OK;
}

static kl_status run_match(task *t, kl_error *error)
{
    KL_TRY(want(t, LABELS, "labels", error));
    KL_TRY(kl_graph_match(&t->result, t->graph, t->args[LABELS], t->args[PROPERTIES], t->waiter, error));
    t->count = kl_array_len(t->result);
    return KL_OK;
}

static kl_status run_create_index(task *t, kl_error *error)
{
    KL_TRY(want(t, LABELS, "labels", error));
    KL_TRY(want(t, PROPERTY, "property", error));
    for (size_t i = 0; i < kl_array_len(t->args[LABELS]); i++)
        KL_TRY(kl_graph_create_index(t->graph, kl_as_text(kl_array_at(t->args[LABELS], i)),
                                     kl_as_text(t->args[PROPERTY]), t->waiter, error));
    t->count = kl_array_len(t->args[LABELS]);
    return KL_OK;
}

#define OPERATIONS(ROW)                                                                            \
    ROW("query", run_query)                                                                        \
    ROW("create_node", run_create_node)                                                            \
    ROW("create_relationship", run_create_relationship)                                            \
    ROW("delete_node", run_delete_node)                                                            \
    ROW("match", run_match)                                                                        \
    ROW("create_index", run_create_index)
#define NAME_OF(name, function) name,
#define ROW_OF(name, function)  {name, function},

static const char *const names[] = {OPERATIONS(NAME_OF) NULL};
static const struct {
    const char *name;
    kl_status (*run)(task *t, kl_error *error);
} operations[] = {OPERATIONS(ROW_OF)};

/* ---- the node ----------------------------------------------------------------------------------- */

/* What the graph said, in the words of a node. */
static kl_status fail(kl_status status, kl_error *error)
{
    const char *message = kl_error_message(error);
    if (status == KL_OK || status == KL_NO_MEMORY || status == KL_CANCELLED || status == KL_LIMIT)
        return status;
    if (strncmp(message, "invalid input ", 14) != 0 && strncmp(message, "missing ", 8) != 0 &&
        strncmp(message, "node execution failed: ", 23) != 0)
        kl_error_prefix(error, "node execution failed: ");
    if (error)
        error->code = KL_FAILED;
    return KL_FAILED;
}

static kl_status make_result(kl_value *out, task *t, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 4, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("success"), kl_bool(true), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("result"), kl_value_retain(t->result), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("count"), kl_int((int64_t)t->count), error));
    KL_TRY_OUT(kl_map_merge(&map, t->extra, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static bool is_stopped(void *run) { return kl_run_is_cancelled(run); }

static kl_status graph_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    task t = {.call = call, .args = call->args, .waiter = {is_stopped, call->run},
              .extra = kl_map_empty()};
    size_t row = 0;
    kl_error why = KL_ERROR_INIT;
    KL_TRY(check_backend(t.args, error));
    while (!kl_text_is(kl_as_text(t.args[OPERATION]), operations[row].name))
        row++;
    kl_status status = graph_of(&t, &why);
    if (status == KL_OK)
        status = operations[row].run(&t, &why);
    status = fail(status, &why);
    if (status == KL_OK)
        status = make_result(out, &t, error);
    else
        kl_error_move(error, &why);
    kl_value_release(t.result);
    kl_value_release(t.extra);
    return status;
}

static const char *const backends[] = {"memory", "sqlite", NULL};

static const kl_param inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = names,
     .doc = "query: run query in Cypher; create_node with labels and properties; create_relationship "
            "from_id to to_id; delete_node with its relationships; match: the nodes with all labels "
            "and properties; create_index on property of the nodes with labels"},
    {.name = "query", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "query: clauses MATCH, OPTIONAL MATCH, WHERE, CREATE, MERGE, SET, REMOVE, DELETE, DETACH "
            "DELETE, UNWIND, WITH, RETURN, ORDER BY, SKIP, LIMIT of Cypher. One that fails changes "
            "nothing"},
    {.name = "params", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "query: values of $name in it"},
    {.name = "labels", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "labels of the node, or of those to find"},
    {.name = "properties", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "properties of the node or relationship, or of the nodes to find"},
    {.name = "from_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "create_relationship: id of the node it starts at"},
    {.name = "to_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "create_relationship: id of the node it leads to"},
    {.name = "relationship_type", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "create_relationship: its type"},
    {.name = "node_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "delete_node: id of the node"},
    {.name = "property", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "create_index: name of the property"},
};
static const kl_param config[] = {
    {.name = "graph", .kind = KL_KIND_STRING, .fallback = "\"default\"", 
     .doc = "name of the graph"},
    {.name = "max_steps", .kind = KL_KIND_COUNT, .fallback = "10000000", .range = KL_RANGE(1, 1e12),
     .doc = "query: steps it may take (values computed, relationships looked at) before it is refused"},
    {.name = "backend", .kind = KL_KIND_ENUM, .names = backends, .flags = KL_OPTIONAL,
     .doc = "where the graph is kept: memory; sqlite: a file, whole in memory too. Absent: sqlite with "
            "a connection_string, memory without one"},
    {.name = "connection_string", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "sqlite: path or URL of the file"},
    KL_SCOPE_PARAM("registry"),
};
static const kl_param outputs[] = {
    {.name = "success", .kind = KL_KIND_BOOL, .doc = "true: what fails is an error"},
    {.name = "result", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "query: rows as maps of the columns, or the values themselves when RETURN has one variable "
            "alone; match: nodes {id, labels, properties}; create_relationship, delete_node: true"},
    {.name = "count", .kind = KL_KIND_INT, .doc = "rows, or nodes and relationships made or removed"},
    {.name = "node_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "create_node: its id"},
    {.name = "relationship_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "create_relationship: its id"},
    {.name = "columns", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "query: names of what it returns"},
    {.name = "nodes_created", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "query: nodes it made; like the following absent when there are none"},
    {.name = "relationships_created", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "query: relationships it made"},
    {.name = "nodes_deleted", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "query: nodes it removed"},
    {.name = "relationships_deleted", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "query: relationships it removed"},
    {.name = "properties_set", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "query: properties it set or removed"},
    {.name = "labels_changed", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "query: labels it added to or took from nodes"},
};
static const kl_node_type types[] = {
    {.name = "GraphDatabaseNode", .category = "Stores", .flags = KL_NODE_BLOCKING, .run = graph_run,
     .inputs = KL_TABLE(inputs), .config = KL_TABLE(config), .outputs = KL_TABLE(outputs),
     .doc = "Keeps nodes and relationships, and asks about them in Cypher."},
};
static const kl_node_family graphs = {.name = "graphs", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(graphs);
