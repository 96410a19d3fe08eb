/* src/nodes/graphs_bolt.c - see graphs_bolt.h. Values are parameters of the queries; names, which
 * Cypher does not take as parameters, are checked and stand in back-quotes. */
#include "graphs_bolt.h"
#include "outside.h"
#include "workflow/shared.h"

/* ---- pools --------------------------------------------------------------------------------------- */

/* The name of a pool: what it is made of, each part with a NUL behind it. */
static void name_pool(kl_buffer *name, const kl_bolt_settings *server)
{
    kl_text parts[] = {server->url, server->user, server->password, server->ca_file};
    kl_buffer_byte(name, server->insecure ? 'i' : 'v');
    for (size_t i = 0; i < KL_COUNT(parts); i++) {
        kl_buffer_add(name, parts[i]);
        kl_buffer_byte(name, '\0');
    }
}

static kl_text cut_part(kl_text *rest)
{
    kl_text part = kl_text_from(rest->data);
    *rest = (kl_text){rest->data + part.len + 1, rest->len - part.len - 1};
    return part;
}

static kl_status make(void **out, kl_text name, kl_error *error)
{
    kl_bolt_settings server = {.insecure = name.data[0] == 'i'};
    kl_bolt_pool *pool;
    kl_text rest = {name.data + 1, name.len - 1};
    server.url = cut_part(&rest);
    server.user = cut_part(&rest);
    server.password = cut_part(&rest);
    server.ca_file = cut_part(&rest);
    KL_TRY(kl_bolt_pool_new(&pool, &server, error));
    *out = pool;
    return KL_OK;
}

static void dispose(void *pool) { kl_bolt_pool_free(pool); }

static const kl_shared_kind pools = {make, dispose};

static kl_status find_pool(kl_bolt_pool **out, const kl_graphs_bolt *graph, kl_error *error)
{
    kl_buffer name = KL_BUFFER_INIT;
    void *pool;
    name_pool(&name, &graph->server);
    kl_status status = name.status == KL_OK
                           ? kl_node_shared(&pool, &pools, kl_buffer_text(&name), graph->call,
                                            graph->scope, error)
                           : kl_error_no_memory(error);
    kl_buffer_free(&name);
    if (status == KL_OK)
        *out = pool;
    return status;
}

/* ---- running ------------------------------------------------------------------------------------- */

static kl_status run(kl_bolt_result *out, kl_graphs_bolt *graph, kl_text query, kl_value params,
                     kl_error *error)
{
    kl_bolt_options options = {graph->database, graph->timeout_ms, KL_NODE_LIST_MAX};
    return kl_bolt_run(out, graph->bolt, query, params, &options, &graph->watch, error);
}

static kl_status begin(kl_graphs_bolt *graph, kl_error *error)
{
    kl_bolt_options options = {graph->database, graph->timeout_ms, 0};
    return kl_bolt_begin(graph->bolt, &options, &graph->watch, error);
}

/* Commit after a success, else roll back: what fails stays what failed. */
static kl_status end(kl_graphs_bolt *graph, kl_status status, kl_error *error)
{
    if (status == KL_OK)
        return kl_bolt_commit(graph->bolt, &graph->watch, error);
    (void)kl_bolt_rollback(graph->bolt, &graph->watch, NULL);
    return status;
}

kl_status kl_graphs_bolt_run(kl_bolt_result *out, kl_graphs_bolt *graph,
                             kl_graphs_bolt_fn *operation, const kl_graphs_bolt_task *task,
                             kl_error *error)
{
    kl_bolt_pool *pool;
    kl_bolt_result result = {0};
    graph->watch = (kl_stream_watch){kl_outside_deadline(graph->timeout_ms), kl_outside_check,
                                     (void *)graph->call};
    KL_TRY(find_pool(&pool, graph, error));
    KL_TRY(kl_bolt_take(&graph->bolt, pool, &graph->watch, error));
    kl_status status = operation(&result, graph, task, error);
    kl_bolt_give_back(graph->bolt);
    graph->bolt = NULL;
    if (status == KL_OK)
        *out = result;
    else
        kl_bolt_result_clear(&result);
    return status;
}

/* ---- names and ids ------------------------------------------------------------------------------- */

/* Some servers read \u0060 as a back-quote before all else; no name may hold that. */
static kl_status add_name(kl_buffer *to, const char *input, kl_text name, kl_error *error)
{
    if (name.len == 0 || memchr(name.data, '\0', name.len) || memmem(name.data, name.len, "\\u", 2))
        return kl_node_bad(error, input, "expected names that are not empty and without NUL and \\u");
    kl_buffer_byte(to, '`');
    for (size_t i = 0; i < name.len; i++) {
        if (name.data[i] == '`')
            kl_buffer_byte(to, '`');
        kl_buffer_byte(to, name.data[i]);
    }
    kl_buffer_byte(to, '`');
    return KL_OK;
}

static kl_status add_labels(kl_buffer *to, kl_value labels, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(labels); i++) {
        kl_buffer_byte(to, ':');
        KL_TRY(add_name(to, "labels", kl_as_text(kl_array_at(labels, i)), error));
    }
    return KL_OK;
}

/* Version 5 has element ids, those before numbers. */
static bool has_element_ids(const kl_graphs_bolt *graph)
{
    return kl_bolt_version(graph->bolt) >= 0x0500;
}

static const char *id_function(const kl_graphs_bolt *graph)
{
    return has_element_ids(graph) ? "elementId" : "id";
}

static bool read_id(int64_t *out, kl_text text)
{
    int64_t number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || number > INT64_MAX / 10 - 1)
            return false;
        number = 10 * number + (text.data[i] - '0');
    }
    *out = number;
    return text.len > 0;
}

/* An id as a parameter. One that is no number cannot be that of a node: it becomes one of none. */
static kl_status set_id(kl_value *params, const char *name, kl_text id,
                        const kl_graphs_bolt *graph, kl_error *error)
{
    int64_t number;
    if (has_element_ids(graph))
        return kl_map_set_text(params, kl_text_from(name), id, error);
    if (!read_id(&number, id))
        number = -1;
    return kl_map_set(params, kl_text_from(name), kl_int(number), error);
}

/* ---- operations ---------------------------------------------------------------------------------- */

/* Run what was put together; the query and its parameters (taken) are ended. */
static kl_status run_made(kl_bolt_result *out, kl_graphs_bolt *graph, kl_buffer *query,
                          kl_value params, kl_status status, kl_error *error)
{
    if (status == KL_OK)
        status = query->status == KL_OK ? run(out, graph, kl_buffer_text(query), params, error)
                                        : kl_error_no_memory(error);
    kl_buffer_free(query);
    kl_value_release(params);
    return status;
}

kl_status kl_graphs_bolt_query(kl_bolt_result *out, kl_graphs_bolt *graph,
                               const kl_graphs_bolt_task *task, kl_error *error)
{
    return run(out, graph, kl_as_text(task->query), task->params, error);
}

static kl_status set_properties(kl_value *params, kl_value properties, kl_error *error)
{
    return kl_map_set(params, KL_TEXT("properties"),
                      kl_is_null(properties) ? kl_map_empty() : kl_value_retain(properties), error);
}

kl_status kl_graphs_bolt_create_node(kl_bolt_result *out, kl_graphs_bolt *graph,
                                     const kl_graphs_bolt_task *task, kl_error *error)
{
    kl_buffer query = KL_BUFFER_INIT;
    kl_value params = kl_map_empty();
    kl_buffer_string(&query, "CREATE (n");
    kl_status status = add_labels(&query, task->labels, error);
    kl_buffer_format(&query, ") SET n = $properties RETURN toString(%s(n)) AS id",
                     id_function(graph));
    if (status == KL_OK)
        status = set_properties(&params, task->properties, error);
    return run_made(out, graph, &query, params, status, error);
}

/* Add WHERE: all properties given, each compared with its parameter. */
static kl_status add_where(kl_buffer *to, kl_value properties, kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(properties); i++) {
        kl_text key = kl_map_key_at(properties, i);
        bool null = kl_is_null(kl_map_value_at(properties, i));
        kl_buffer_string(to, i ? " AND n." : " WHERE n.");
        KL_TRY(add_name(to, "properties", key, error));
        kl_buffer_string(to, null ? " IS NULL" : " = $properties.");
        if (!null)
            KL_TRY(add_name(to, "properties", key, error));
    }
    return KL_OK;
}

kl_status kl_graphs_bolt_match(kl_bolt_result *out, kl_graphs_bolt *graph,
                               const kl_graphs_bolt_task *task, kl_error *error)
{
    kl_buffer query = KL_BUFFER_INIT;
    kl_value params = kl_map_empty();
    kl_buffer_string(&query, "MATCH (n");
    kl_status status = add_labels(&query, task->labels, error);
    kl_buffer_byte(&query, ')');
    if (status == KL_OK)
        status = add_where(&query, task->properties, error);
    kl_buffer_string(&query, " RETURN n");
    if (status == KL_OK)
        status = set_properties(&params, task->properties, error);
    return run_made(out, graph, &query, params, status, error);
}

kl_status kl_graphs_bolt_delete_node(kl_bolt_result *out, kl_graphs_bolt *graph,
                                     const kl_graphs_bolt_task *task, kl_error *error)
{
    kl_buffer query = KL_BUFFER_INIT;
    kl_value params = kl_map_empty();
    kl_buffer_format(&query, "MATCH (n) WHERE %s(n) = $id DETACH DELETE n RETURN count(*) AS n",
                     id_function(graph));
    kl_status status = set_id(&params, "id", task->node_id, graph, error);
    KL_TRY(run_made(out, graph, &query, params, status, error));
    if (kl_as_int(kl_map_get(kl_array_at(out->rows, 0), KL_TEXT("n"))) > 0)
        return KL_OK;
    return kl_error_set(error, KL_NOT_FOUND, "node not found: %.*s", KL_TEXT_ARG(task->node_id));
}

static kl_status relate(kl_bolt_result *out, kl_graphs_bolt *graph,
                        const kl_graphs_bolt_task *task, kl_error *error)
{
    kl_buffer query = KL_BUFFER_INIT;
    kl_value params = kl_map_empty();
    const char *id = id_function(graph);
    kl_buffer_format(&query, "MATCH (a) WHERE %s(a) = $from MATCH (b) WHERE %s(b) = $to "
                             "CREATE (a)-[r:", id, id);
    kl_status status = add_name(&query, "relationship_type", task->type, error);
    kl_buffer_format(&query, "]->(b) SET r = $properties RETURN toString(%s(r)) AS id", id);
    if (status == KL_OK)
        status = set_id(&params, "from", task->from, graph, error);
    if (status == KL_OK)
        status = set_id(&params, "to", task->to, graph, error);
    if (status == KL_OK)
        status = set_properties(&params, task->properties, error);
    return run_made(out, graph, &query, params, status, error);
}

static kl_status check_end(kl_graphs_bolt *graph, const char *which, kl_text id, kl_error *error)
{
    kl_buffer query = KL_BUFFER_INIT;
    kl_bolt_result found;
    kl_value params = kl_map_empty();
    kl_buffer_format(&query, "MATCH (n) WHERE %s(n) = $id RETURN count(*) AS n",
                     id_function(graph));
    kl_status status = set_id(&params, "id", id, graph, error);
    KL_TRY(run_made(&found, graph, &query, params, status, error));
    bool there = kl_as_int(kl_map_get(kl_array_at(found.rows, 0), KL_TEXT("n"))) > 0;
    kl_bolt_result_clear(&found);
    return there ? KL_OK
                 : kl_error_set(error, KL_NOT_FOUND, "%s node not found: %.*s", which,
                                KL_TEXT_ARG(id));
}

static kl_status relate_existing(kl_bolt_result *out, kl_graphs_bolt *graph,
                                 const kl_graphs_bolt_task *task, kl_error *error)
{
    KL_TRY(check_end(graph, "source", task->from, error));
    KL_TRY(check_end(graph, "target", task->to, error));
    KL_TRY(relate(out, graph, task, error));
    return kl_array_len(out->rows) == 1
               ? KL_OK
               : kl_error_set(error, KL_NOT_FOUND, "one of the nodes was deleted meanwhile");
}

kl_status kl_graphs_bolt_create_relationship(kl_bolt_result *out, kl_graphs_bolt *graph,
                                             const kl_graphs_bolt_task *task, kl_error *error)
{
    KL_TRY(begin(graph, error));
    return end(graph, relate_existing(out, graph, task, error), error);
}

static kl_status index_label(kl_graphs_bolt *graph, kl_text label, kl_text property,
                             kl_error *error)
{
    kl_buffer query = KL_BUFFER_INIT;
    kl_bolt_result result;
    kl_buffer_string(&query, "CREATE INDEX IF NOT EXISTS FOR (n:");
    kl_status status = add_name(&query, "labels", label, error);
    kl_buffer_string(&query, ") ON (n.");
    if (status == KL_OK)
        status = add_name(&query, "property", property, error);
    kl_buffer_byte(&query, ')');
    KL_TRY(run_made(&result, graph, &query, kl_map_empty(), status, error));
    kl_bolt_result_clear(&result);
    return KL_OK;
}

kl_status kl_graphs_bolt_create_index(kl_bolt_result *out, kl_graphs_bolt *graph,
                                      const kl_graphs_bolt_task *task, kl_error *error)
{
    (void)out;
    KL_TRY(begin(graph, error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_array_len(task->labels) && status == KL_OK; i++)
        status = index_label(graph, kl_as_text(kl_array_at(task->labels, i)), task->property, error);
    return end(graph, status, error);
}
