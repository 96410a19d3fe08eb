/* src/nodes/sql.c - SQLQueryNode: one query on a database, its values always bound. */
#include "action.h"
#include "sql_pools.h"
#include "kailash/time.h"

#include "store/sql_url.h"
#include "workflow/shared.h"

#include <math.h>

static const char *const operations[] = {"select", "execute", "execute_many", NULL};
/* In the order of kl_sql_numeric. */
static const char *const numerics[] = {"exact", "string", "float", NULL};

enum {
    POOL,
    QUERY,
    PARAMS,
    TRANSACTION,
    CONNECTION,
    TIMEOUT,
    MAX_ROWS,
    OPERATION,
    MULTI,
    NUMERIC,
    BATCH_SIZE,
    ON_BATCH,
    SCOPE,
};

static const kl_param inputs[] = {
    {.name = "pool", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "key of a pool that DatabaseConnectionNode made, or a database URL; required unless "
            "connection_string or transaction_id is given"},
    {.name = "query", .kind = KL_KIND_STRING,
     .doc = "SQL text; values stand in it as ?, $1 or :name and come from params"},
    {.name = "params", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "list of values, or dict for :name; a list of those for execute_many. Lists and dicts "
            "among the values are stored as JSON text"},
    {.name = "transaction_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "run within a transaction that SQLTransactionNode began"},
};
static const kl_param config[] = {
    {.name = "connection_string", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "database URL to use instead of a named pool"},
    {.name = "timeout_ms", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,
     .range = KL_RANGE(1, INFINITY), .doc = "time the query may take, in milliseconds"},
    {.name = "max_rows", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,
     .range = KL_RANGE(1, 1e7), .doc = "rows given back at most; more set `truncated`"},
    {.name = "operation", .kind = KL_KIND_ENUM, .names = operations, .flags = KL_OPTIONAL,
     .doc = "select: refuse what could write; execute: anything; execute_many: once for each entry "
            "of params, all or none. Default: anything"},
    {.name = "multi", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "allow several statements in one text"},
    {.name = "numeric", .kind = KL_KIND_ENUM, .names = numerics, .fallback = "\"exact\"",
     .doc = "decimal numbers (NUMERIC, DECIMAL): exact = float where its digits are the same, else "
            "string; string = always so; float = always so, rounded if need be"},
    {.name = "batch_size", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL, .range = KL_RANGE(1, 1e6),
     .doc = "rows that on_batch gets at a time"},
    {.name = "on_batch", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = KL_ACTION_DOC ": it runs on {rows, columns, batch_index} for each batch_size rows while "
            "the query goes on, so that a result of any length takes little memory; `rows` is empty "
            "then. What it does on the same database takes another connection"},
    KL_SCOPE_PARAM("process"),
};
static const kl_param outputs[] = {
    {.name = "columns", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .doc = "names of the columns in their order"},
    {.name = "rows", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP, .doc = "column -> value"},
    {.name = "row_count", .kind = KL_KIND_INT,
     .doc = "number of rows given back, to on_batch or in rows"},
    {.name = "batch_count", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "how often on_batch ran; absent without it"},
    {.name = "rows_affected", .kind = KL_KIND_INT, .doc = "number of rows changed"},
    {.name = "last_insert_id", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "key of the last row inserted, or null; always null on PostgreSQL, where RETURNING tells"},
    {.name = "truncated", .kind = KL_KIND_BOOL, .doc = "whether max_rows cut the rows short"},
    {.name = "elapsed_ms", .kind = KL_KIND_DOUBLE, .doc = "time the query took, in milliseconds"},
};

/* ---- one query ----------------------------------------------------------------------------------- */

typedef struct query {
    const kl_value *args;
    kl_sql *sql;
    kl_sql_request request;
    kl_sql_result result;
    kl_time begin;
    const kl_node_call *call;
    kl_action *action; /* of on_batch, or NULL */
    int64_t batches;
    bool refused; /* on_batch failed: the error is told as it is */
} query;

static bool is_operation(const query *q, const char *name)
{
    return kl_text_is(kl_as_text(q->args[OPERATION]), name);
}

static void read_request(query *q, const kl_node_call *call)
{
    int64_t timeout = kl_as_int(call->args[TIMEOUT]);
    q->args = call->args;
    q->call = call;
    q->begin = kl_clock_now();
    q->request = (kl_sql_request)KL_SQL_REQUEST_INIT;
    q->request.text = kl_as_text(call->args[QUERY]);
    q->request.params = call->args[PARAMS];
    q->request.rows_max = KL_NODE_LIST_MAX;
    if (!kl_is_null(call->args[MAX_ROWS]))
        q->request.rows_max = (size_t)kl_as_int(call->args[MAX_ROWS]);
    q->request.many = kl_as_bool(call->args[MULTI]);
    q->request.read_only = is_operation(q, "select");
    while (!kl_text_is(kl_as_text(call->args[NUMERIC]), numerics[q->request.numeric]))
        q->request.numeric++;
    q->request.watch.is_stopped = kl_sql_run_is_stopped;
    q->request.watch.data = call->run;
    if (timeout && timeout < INT64_MAX / KL_MILLISECOND)
        q->request.watch.deadline = kl_clock_after(timeout * KL_MILLISECOND);
}

/* ---- in batches ---------------------------------------------------------------------------------- */

static kl_status batch_inputs(kl_value *out, kl_value columns, kl_value rows, int64_t index,
                              kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 3, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("rows"), kl_value_retain(rows), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("columns"), kl_value_retain(columns), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("batch_index"), kl_int(index), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status take_batch(void *data, kl_value columns, kl_value rows, kl_error *error)
{
    query *q = data;
    kl_value inputs, outputs = kl_null();
    KL_TRY(batch_inputs(&inputs, columns, rows, q->batches, error));
    kl_status status = kl_action_run(&outputs, q->action, q->call, inputs, error);
    kl_value_release(inputs);
    kl_value_release(outputs);
    q->refused = status != KL_OK;
    q->batches += status == KL_OK;
    return status;
}

/* The two belong together. */
static kl_status read_batches(query *q, kl_error *error)
{
    kl_value size = q->args[BATCH_SIZE], action = q->args[ON_BATCH];
    if (kl_is_null(size) && kl_is_null(action))
        return KL_OK;
    if (kl_is_null(size) || kl_is_null(action))
        return kl_node_missing(error, kl_is_null(size) ? "batch_size" : "on_batch");
    if (is_operation(q, "execute_many") || q->request.many)
        return kl_node_bad(error, "batch_size", "expected one statement that runs once, got %s",
                           q->request.many ? "multi" : "execute_many");
    q->request.batch_size = (size_t)kl_as_int(size);
    q->request.on_batch = take_batch;
    q->request.data = q;
    if (kl_is_null(q->args[MAX_ROWS]))
        q->request.rows_max = 0; /* they are not kept */
    return kl_action_new_for(&q->action, action, q->call, "on_batch", error);
}

/* ---- many times ---------------------------------------------------------------------------------- */

/* Which entry was refused: before the message, or among the details of what the database said. */
static void name_entry(kl_error *error, size_t index)
{
    if (error && error->details)
        kl_map_set(error->details, KL_TEXT("entry"), kl_int((int64_t)index), NULL);
    else
        kl_error_prefix(error, "entry %zu: ", index);
}

static kl_status run_each(query *q, kl_error *error)
{
    size_t at;
    kl_status status = kl_sql_query_many(&q->result, &at, q->sql, &q->request, error);
    if (status == KL_INVALID || status == KL_FAILED)
        name_entry(error, at);
    return status;
}

static kl_status check_entries(kl_value list, kl_error *error)
{
    if (!kl_is(list, KL_KIND_ARRAY))
        return kl_error_set(error, KL_INVALID, "expected array with an entry for each run, got %s",
                            kl_value_kind_name(list));
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_value entry = kl_array_at(list, i);
        if (!kl_is(entry, KL_KIND_ARRAY) && !kl_is(entry, KL_KIND_MAP))
            return kl_error_set(error, KL_INVALID, "entry %zu: expected array or object, got %s", i,
                                kl_value_kind_name(entry));
    }
    return KL_OK;
}

/* All or none: in a transaction of its own unless one is open. */
static kl_status run_many(query *q, kl_error *error)
{
    kl_value list = q->args[PARAMS];
    bool own = !kl_sql_in_transaction(q->sql);
    KL_TRY(check_entries(list, error));
    if (own)
        KL_TRY(kl_sql_begin(q->sql, KL_SQL_ISOLATION_DEFAULT, error));
    kl_status status = run_each(q, error);
    if (own && status == KL_OK)
        status = kl_sql_commit(q->sql, error);
    if (own && status != KL_OK)
        kl_sql_rollback(q->sql, NULL); /* the first error counts; giving back rolls back again */
    return status;
}

static kl_status run_once(query *q, kl_error *error)
{
    kl_value params = q->args[PARAMS];
    if (!kl_is_null(params) && !kl_is(params, KL_KIND_ARRAY) && !kl_is(params, KL_KIND_MAP))
        return kl_error_set(error, KL_INVALID, "expected array or object, got %s",
                            kl_value_kind_name(params));
    return kl_sql_query(&q->result, q->sql, &q->request, error);
}

/* What went wrong; a limit of the node's own is told as one of the node. `why` is taken. */
static kl_status report(const query *q, kl_error *why, kl_error *error)
{
    kl_time deadline = q->request.watch.deadline;
    if (q->refused) {
        kl_status status = why->code;
        kl_error_move(error, why);
        return status;
    }
    if (why->code != KL_TIMEOUT || deadline == KL_TIME_NONE || kl_clock_now() < deadline)
        return kl_sql_node_error(error, why);
    char limit[32];
    kl_duration_print(limit, kl_as_int(q->args[TIMEOUT]) * KL_MILLISECOND);
    kl_error_clear(why);
    return kl_error_set(error, KL_TIMEOUT, "node execution timed out after %s", limit);
}

static kl_status run_on(query *q, kl_sql *sql, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    q->sql = sql;
    kl_status status = is_operation(q, "execute_many") ? run_many(q, &why) : run_once(q, &why);
    if (status != KL_OK)
        return report(q, &why, error);
    if (q->result.truncated && kl_is_null(q->args[MAX_ROWS]))
        return kl_node_limit(error, "rows", KL_NODE_LIST_MAX, "rows");
    return KL_OK;
}

/* ---- where it runs ------------------------------------------------------------------------------- */

static kl_status find_pool(kl_sql_pool **out, const query *q, kl_error *error)
{
    bool by_url = kl_is_null(q->args[POOL]);
    kl_value name = q->args[by_url ? CONNECTION : POOL];
    kl_error why = KL_ERROR_INIT;
    kl_sql_pools *pools;
    if (kl_is_null(name))
        return kl_node_missing(error, "pool");
    KL_TRY(kl_sql_pools_of(&pools, q->call, q->args[SCOPE], error));
    kl_status status = by_url && !kl_sql_is_url(kl_as_text(name))
                           ? kl_sql_pool_new(out, kl_as_text(name), NULL, &why) /* says what is wrong */
                           : kl_sql_pool_of(out, pools, kl_as_text(name), &why);
    if (status == KL_INVALID)
        status = kl_node_bad(error, by_url ? "connection_string" : "pool", "%s",
                             kl_error_message(&why));
    else if (status != KL_OK)
        status = kl_sql_node_error(error, &why);
    kl_error_clear(&why);
    return status;
}

static kl_status run_in_pool(query *q, kl_error *error)
{
    kl_sql_pool *pool;
    kl_sql *sql = NULL;
    kl_error why = KL_ERROR_INIT;
    KL_TRY(find_pool(&pool, q, error));
    kl_status status = kl_sql_take(&sql, pool, &q->request.watch, &why);
    status = status == KL_OK ? run_on(q, sql, error) : report(q, &why, error);
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
    return status;
}

static kl_status run_in_transaction(query *q, kl_error *error)
{
    kl_sql_transaction *transaction;
    kl_sql *sql;
    kl_error why = KL_ERROR_INIT;
    if (kl_sql_transaction_use(&transaction, &sql, kl_as_text(q->args[TRANSACTION]), &why) != KL_OK)
        return kl_sql_node_error(error, &why);
    kl_status status = run_on(q, sql, error);
    kl_sql_transaction_leave(transaction);
    return status;
}

/* ---- the node ------------------------------------------------------------------------------------ */

static kl_status outputs_of(kl_value *out, const query *q, kl_error *error)
{
    const kl_sql_result *r = &q->result;
    kl_value map, id = r->effect.last_insert_id ? kl_int(r->effect.last_insert_id) : kl_null();
    kl_value elapsed = kl_double((double)(kl_clock_now() - q->begin) / 1e6);
    const struct {
        const char *name;
        kl_value value;
    } pairs[] = {
        {"columns", r->columns},
        {"rows", r->rows},
        {"row_count", kl_int((int64_t)r->row_count)},
        {"rows_affected", kl_int(r->effect.affected)},
        {"last_insert_id", id},
        {"truncated", kl_bool(r->truncated)},
        {"elapsed_ms", elapsed},
        {"batch_count", kl_int(q->batches)},
    };
    size_t count = KL_COUNT(pairs) - (q->action ? 0 : 1);
    KL_TRY(kl_map_new(&map, count, error));
    for (size_t i = 0; i < count; i++) {
        kl_status status = kl_map_set(&map, kl_text_from(pairs[i].name),
                                      kl_value_retain(pairs[i].value), error);
        if (status != KL_OK) {
            kl_value_release(map);
            return status;
        }
    }
    *out = map;
    return KL_OK;
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    query q = {0};
    read_request(&q, call);
    kl_status status = read_batches(&q, error);
    if (status == KL_OK)
        status = kl_is_null(call->args[TRANSACTION]) ? run_in_pool(&q, error)
                                                     : run_in_transaction(&q, error);
    if (status == KL_OK)
        status = outputs_of(out, &q, error);
    kl_sql_result_clear(&q.result);
    kl_action_free(q.action);
    return status;
}

static const kl_node_type types[] = {
    {
        .name = "SQLQueryNode",
        .category = "SQL",
        .doc = "Runs a query on a database. Values are bound, never written into the text.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING | KL_NODE_STRICT,
        .run = run,
    },
};

static const kl_node_family queries = {.name = "sql", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(queries);
