/* src/nodes/graphs.c - GraphDatabaseNode. */
#include "buffer.h"
#include "store_node.h"
#include "stopping.h"
#include "graphs_bolt.h"
#include "outside.h"
#include "store/graph.h"
#include "workflow/shared.h"

enum { OPERATION, QUERY, PARAMS, LABELS, PROPERTIES, FROM, TO, TYPE, NODE_ID, PROPERTY, GRAPH,
       MAX_STEPS, BACKEND, CONNECTION, URL, USER, PASSWORD, DATABASE, TIMEOUT, CA_FILE, VERIFY_TLS,
       SCOPE };

/* One run of the node. */
typedef struct task {
    kl_node_call *call;
    const kl_value *args;
    kl_graph *graph; /* borrowed; NULL when a server is asked: */
    kl_graphs_bolt server;
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

static bool is_bolt(const kl_value *args)
{
    return kl_is_null(args[BACKEND]) ? !kl_is_null(args[URL])
                                     : kl_text_is(kl_as_text(args[BACKEND]), "bolt");
}

/* No key is ignored: those of another backend are refused. */
static kl_status check_unused(const kl_node_call *call, kl_error *error)
{
    static const size_t of_graphs[] = {GRAPH, MAX_STEPS, CONNECTION};
    bool bolt = is_bolt(call->args);
    for (size_t i = 0; i < KL_COUNT(of_graphs) && bolt; i++)
        if (kl_node_given(call, of_graphs[i]) && !kl_is_null(call->args[of_graphs[i]]))
            return kl_node_bad(error, call->type->config[of_graphs[i] - GRAPH].name,
                               "expected none with backend bolt");
    for (size_t i = URL; i <= VERIFY_TLS && !bolt; i++)
        if (kl_node_given(call, i) && !kl_is_null(call->args[i]))
            return kl_node_bad(error, call->type->config[i - GRAPH].name,
                               "expected none without backend bolt");
    return KL_OK;
}

static kl_status check_server(const kl_node_call *call, kl_error *error)
{
    if (kl_as_text(call->args[URL]).len == 0)
        return kl_node_missing(error, "url");
    if (kl_as_text(call->args[PASSWORD]).len && kl_as_text(call->args[USER]).len == 0)
        return kl_node_missing(error, "user");
    for (size_t i = URL; i <= CA_FILE; i++) {
        kl_text text = kl_as_text(call->args[i]);
        if (i != TIMEOUT && memchr(text.data, '\0', text.len))
            return kl_node_bad(error, call->type->config[i - GRAPH].name,
                               "expected text without NUL");
    }
    return KL_OK;
}

static kl_status check_backend(const kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    kl_text connection = kl_as_text(args[CONNECTION]);
    bool memory = kl_text_is(kl_as_text(args[BACKEND]), "memory");
    KL_TRY(check_unused(call, error));
    if (is_bolt(args))
        return check_server(call, error);
    if (memory && connection.len)
        return kl_node_bad(error, "connection_string", "expected none with backend memory");
    if (!memory && !kl_is_null(args[BACKEND]) && connection.len == 0)
        return kl_node_missing(error, "connection_string");
    if (memchr(connection.data, '\0', connection.len))
        return kl_node_bad(error, "connection_string", "expected text without NUL");
    return KL_OK;
}

static kl_graphs_bolt server_of(const kl_node_call *call)
{
    const kl_value *args = call->args;
    return (kl_graphs_bolt){
        .call = call,
        .server = {.url = kl_as_text(args[URL]), .user = kl_as_text(args[USER]),
                   .password = kl_as_text(args[PASSWORD]), .ca_file = kl_as_text(args[CA_FILE]),
                   .insecure = !kl_as_bool(args[VERIFY_TLS])},
        .database = kl_as_text(args[DATABASE]),
        .timeout_ms = kl_as_int(args[TIMEOUT]),
        .scope = args[SCOPE],
    };
}

/* ---- telling ------------------------------------------------------------------------------------ */

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

/* ---- the same on a server ----------------------------------------------------------------------- */

static kl_status ask(kl_bolt_result *out, task *t, kl_graphs_bolt_fn *operation, kl_error *error)
{
    const kl_value *args = t->args;
    kl_graphs_bolt_task asked = {
        .query = args[QUERY], .params = args[PARAMS], .labels = args[LABELS],
        .properties = args[PROPERTIES], .from = kl_as_text(args[FROM]), .to = kl_as_text(args[TO]),
        .type = kl_as_text(args[TYPE]), .node_id = kl_as_text(args[NODE_ID]),
        .property = kl_as_text(args[PROPERTY])};
    return kl_graphs_bolt_run(out, &t->server, operation, &asked, error);
}

static kl_status tell_stats(task *t, kl_value stats, kl_error *error)
{
    static const struct {
        const char *key, *name, *other; /* `other` is added */
    } rows[] = {
        {"nodes_created", "nodes-created", ""},
        {"relationships_created", "relationships-created", ""},
        {"nodes_deleted", "nodes-deleted", ""},
        {"relationships_deleted", "relationships-deleted", ""},
        {"properties_set", "properties-set", ""},
        {"labels_changed", "labels-added", "labels-removed"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        int64_t number = kl_as_int(kl_map_get(stats, kl_text_from(rows[i].name)));
        int64_t other = kl_as_int(kl_map_get(stats, kl_text_from(rows[i].other)));
        if (number >= 0 && other >= 0)
            KL_TRY(tell_number(t, rows[i].key, (size_t)number + (size_t)other, error));
    }
    return KL_OK;
}

static kl_status ask_query(task *t, kl_error *error)
{
    kl_bolt_result result;
    KL_TRY(ask(&result, t, kl_graphs_bolt_query, error));
    t->result = kl_value_retain(result.rows);
    t->count = kl_array_len(result.rows);
    kl_status status = tell(t, "columns", kl_value_retain(result.columns), error);
    if (status == KL_OK)
        status = tell_stats(t, result.stats, error);
    kl_bolt_result_clear(&result);
    return status;
}

/* What makes one thing and tells its id. */
static kl_status ask_id(kl_value *id, task *t, kl_graphs_bolt_fn *operation, kl_error *error)
{
    kl_bolt_result result;
    KL_TRY(ask(&result, t, operation, error));
    *id = kl_value_retain(kl_map_get(kl_array_at(result.rows, 0), KL_TEXT("id")));
    kl_bolt_result_clear(&result);
    return KL_OK;
}

static kl_status ask_match(task *t, kl_error *error)
{
    kl_bolt_result result;
    KL_TRY(ask(&result, t, kl_graphs_bolt_match, error));
    kl_status status = bare_rows(&t->result, result.rows, error);
    kl_bolt_result_clear(&result);
    return status;
}

/* What gives nothing. */
static kl_status ask_only(task *t, kl_graphs_bolt_fn *operation, kl_error *error)
{
    kl_bolt_result result;
    KL_TRY(ask(&result, t, operation, error));
    kl_bolt_result_clear(&result);
    return KL_OK;
}

/* ---- operations --------------------------------------------------------------------------------- */

static kl_status run_query(task *t, kl_error *error)
{
    kl_graph_result result;
    KL_TRY(want(t, QUERY, "query", error));
    if (!t->graph)
        return ask_query(t, error);
    kl_status status = kl_graph_query(&result, t->graph, kl_as_text(t->args[QUERY]), t->args[PARAMS],
                                      (uint64_t)kl_as_int(t->args[MAX_STEPS]), t->waiter, error);
    if ((status == KL_SYNTAX || status == KL_INVALID) && error && error->line) {
        uint32_t line = error->line, column = error->column;
        kl_error_form_before(error, "invalid input 'query': line %u, column %u: ", line, column);
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
    if (t->graph)
        KL_TRY(kl_graph_create_node(&id, t->graph, t->args[LABELS], t->args[PROPERTIES], t->waiter,
                                    error));
    else
        KL_TRY(ask_id(&id, t, kl_graphs_bolt_create_node, error));
    t->count = 1;
    return tell(t, "node_id", id, error);
}

static kl_status run_create_relationship(task *t, kl_error *error)
{
    kl_value id;
    KL_TRY(want(t, FROM, "from_id", error));
    KL_TRY(want(t, TO, "to_id", error));
    KL_TRY(want(t, TYPE, "relationship_type", error));
    if (t->graph)
        KL_TRY(kl_graph_create_relationship(&id, t->graph, kl_as_text(t->args[FROM]),
                                            kl_as_text(t->args[TO]), kl_as_text(t->args[TYPE]),
                                            t->args[PROPERTIES], t->waiter, error));
    else
        KL_TRY(ask_id(&id, t, kl_graphs_bolt_create_relationship, error));
    t->result = kl_bool(true);
    t->count = 1;
    return tell(t, "relationship_id", id, error);
}

static kl_status run_delete_node(task *t, kl_error *error)
{
    KL_TRY(want(t, NODE_ID, "node_id", error));
    if (t->graph)
        KL_TRY(kl_graph_delete_node(t->graph, kl_as_text(t->args[NODE_ID]), t->waiter, error));
    else
        KL_TRY(ask_only(t, kl_graphs_bolt_delete_node, error));
    t->result = kl_bool(true);
    t->count = 1;
    return KL_OK;
}

static kl_status run_match(task *t, kl_error *error)
{
    KL_TRY(want(t, LABELS, "labels", error));
    if (t->graph)
        KL_TRY(kl_graph_match(&t->result, t->graph, t->args[LABELS], t->args[PROPERTIES], t->waiter,
                              error));
    else
        KL_TRY(ask_match(t, error));
    t->count = kl_array_len(t->result);
    return KL_OK;
}

static kl_status run_create_index(task *t, kl_error *error)
{
    KL_TRY(want(t, LABELS, "labels", error));
    KL_TRY(want(t, PROPERTY, "property", error));
    if (!t->graph)
        KL_TRY(ask_only(t, kl_graphs_bolt_create_index, error));
    for (size_t i = 0; i < kl_array_len(t->args[LABELS]) && t->graph; i++)
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

static kl_status graph_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    task t = {.call = call, .args = call->args, .waiter = {kl_node_is_stopped, call->run},
              .extra = kl_map_empty()};
    size_t row = 0;
    kl_error why = KL_ERROR_INIT;
    KL_TRY(check_backend(call, error));
    bool bolt = is_bolt(t.args);
    while (!kl_text_is(kl_as_text(t.args[OPERATION]), operations[row].name))
        row++;
    t.server = server_of(call);
    kl_status status = bolt ? KL_OK : graph_of(&t, &why);
    if (status == KL_OK)
        status = operations[row].run(&t, &why);
    if (status == KL_OK)
        status = kl_store_outputs(out, t.result, t.count, t.extra, error);
    else
        status = bolt ? kl_outside_error(error, &why, "url") : kl_store_error(error, &why);
    kl_value_release(t.result);
    kl_value_release(t.extra);
    return status;
}

static const char *const backends[] = {"memory", "sqlite", "bolt", NULL};

static const kl_param inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = names,
     .doc = "query: run query in Cypher; create_node with labels and properties; create_relationship "
            "from_id to to_id; delete_node with its relationships; match: the nodes with all labels "
            "and properties; create_index on property of the nodes with labels"},
    {.name = "query", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "query: in Cypher; bolt: as the server knows it, else clauses MATCH, OPTIONAL MATCH, WHERE, CREATE, MERGE, SET, REMOVE, DELETE, DETACH "
            "DELETE, UNWIND, WITH, RETURN, ORDER BY, SKIP, LIMIT. One that fails changes "
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
     .doc = "where the graph is kept: memory; sqlite: a file, whole in memory too; bolt: a server that "
            "speaks Bolt. Absent: bolt with a url, sqlite with a connection_string, else memory"},
    {.name = "connection_string", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "sqlite: path or URL of the file"},
    {.name = "url", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "bolt: bolt:// or neo4j:// with host[:port], +s behind the word with TLS, +ssc with TLS "
            "and any certificate; port 7687 by default. The server named is the one that is asked"},
    {.name = "user", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "bolt: name to log in with; absent = no authentication"},
    {.name = "password", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "bolt: password of the user"},
    {.name = "database", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "bolt: name of the database; absent = that of the user"},
    {.name = "timeout_ms", .kind = KL_KIND_COUNT, .fallback = "30000",
     .range = KL_RANGE(1, 86400000),
     .doc = "bolt: milliseconds for the whole, to connect included; the server too ends the "
            "transaction then"},
    {.name = "ca_file", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "bolt: PEM file of certificates to trust; without it those of the system"},
    {.name = "verify_tls", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "bolt: false takes any certificate: for tests only"},
    KL_SCOPE_PARAM("registry"),
};
static const kl_param outputs[] = {
    {.name = "success", .kind = KL_KIND_BOOL, .doc = "true: what fails is an error"},
    {.name = "result", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "query: rows as maps of the columns, or the values themselves when RETURN has one variable "
            "alone (bolt: always maps; dates and times are text of ISO 8601, points {srid, x, y[, z]}, "
            "paths {nodes, relationships}); match: nodes {id, labels, properties}; create_relationship, delete_node: true"},
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
