/* src/nodes/transactions.c - TransactionContextNode and TransactionMonitorNode: what is known of a
 * transaction, and how it goes. */
#include "mode.h"
#include "effect.h"
#include "kailash/id.h"
#include "kailash/time.h"
#include "build_map.h"
#include "records.h"
#include "workflow/shared.h"

#include <stdio.h>

/* ---- TransactionContextNode ---------------------------------------------------------------------- */

enum { OPERATION, ID, METADATA, PARTICIPANTS, END_STATUS, LOG, SCOPE };

static const char *const context_words[] = {"create", "get", "update", "end", NULL};
static const char *const end_words[] = {"committed", "rolled_back", NULL};

static kl_status contexts_of(kl_records **out, const kl_node_call *call, kl_error *error)
{
    return kl_records_of(out, "context", call, call->args[SCOPE], call->args[LOG], error);
}

static kl_status new_context(kl_value *out, const char *id, const kl_node_call *call,
                             kl_error *error)
{
    kl_value none = kl_null(), given = call->args[PARTICIPANTS];
    kl_build m = kl_build_begin(0, error);
    kl_build_int(&m, "created_at", kl_time_now() / KL_SECOND);
    kl_build_put(&m, "metadata", kl_is_null(call->args[METADATA])
                                       ? kl_map_empty()
                                       : kl_value_retain(call->args[METADATA]));
    if (!kl_is_null(given))
        kl_build_share(&m, "participants", given);
    else if (m.status == KL_OK)
        kl_build_given(&m, "participants", kl_array_new(&none, 0, error), none);
    kl_build_string(&m, "status", "active");
    kl_build_string(&m, "transaction_id", id);
    return kl_build_end(out, &m);
}

static kl_status create(kl_value *out, kl_node_call *call, kl_error *error)
{
    char id[37];
    kl_records *records;
    kl_value context;
    KL_TRY(contexts_of(&records, call, error));
    KL_TRY(kl_uuid_new(id, error));
    KL_TRY(new_context(&context, id, call, error));
    kl_status status = kl_record_write(records, kl_text_from(id), 0, context, false, error);
    if (status == KL_OK)
        *out = context;
    else
        kl_value_release(context);
    return status;
}

static kl_status unknown(kl_value id, kl_error *error)
{
    return kl_node_failed(error, "transaction '%.*s' not found", KL_TEXT_ARG(kl_as_text(id)));
}

static kl_status get_context(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_records *records;
    int64_t version;
    KL_TRY(contexts_of(&records, call, error));
    KL_TRY(kl_record_read(out, &version, records, kl_as_text(call->args[ID]), error));
    return version ? KL_OK : unknown(call->args[ID], error);
}

typedef struct context_change {
    const kl_node_call *call;
    kl_value result; /* what was written last; owned */
} context_change;

static kl_status check_active(kl_value record, const context_change *change, const char *what,
                              kl_error *error)
{
    kl_text status = kl_as_text(kl_map_get(record, KL_TEXT("status")));
    if (kl_is_null(record))
        return unknown(change->call->args[ID], error);
    if (kl_text_is(status, "active"))
        return KL_OK;
    return kl_node_failed(error, "cannot %s transaction '%.*s': status is '%.*s'", what,
                          KL_TEXT_ARG(kl_as_text(change->call->args[ID])), KL_TEXT_ARG(status));
}

/* Keep a successor both for the record and for the outputs. */
static kl_status give_successor(kl_value *successor, context_change *change, kl_build *m)
{
    KL_TRY(kl_build_end(successor, m));
    kl_value_replace(&change->result, kl_value_retain(*successor));
    return KL_OK;
}

static kl_status merged_metadata(kl_value *out, kl_value record, kl_value more, kl_error *error)
{
    kl_value merged = kl_value_retain(kl_map_get(record, KL_TEXT("metadata")));
    kl_status status = kl_map_merge(&merged, more, error);
    if (status == KL_OK)
        *out = merged;
    else
        kl_value_release(merged);
    return status;
}

static kl_status change_update(kl_value *successor, bool *finished, kl_value record, void *data,
                               kl_error *error)
{
    context_change *change = data;
    kl_value metadata = kl_null(), participants = change->call->args[PARTICIPANTS];
    (void)finished;
    KL_TRY(check_active(record, change, "update", error));
    KL_TRY(merged_metadata(&metadata, record, change->call->args[METADATA], error));
    kl_build m = kl_build_of(kl_value_retain(record), error);
    kl_build_put(&m, "metadata", metadata);
    if (!kl_is_null(participants))
        kl_build_share(&m, "participants", participants);
    return give_successor(successor, change, &m);
}

static kl_status change_end(kl_value *successor, bool *finished, kl_value record, void *data,
                            kl_error *error)
{
    context_change *change = data;
    *finished = true;
    KL_TRY(check_active(record, change, "end", error));
    kl_build m = kl_build_of(kl_value_retain(record), error);
    kl_build_share(&m, "status", change->call->args[END_STATUS]);
    return give_successor(successor, change, &m);
}

static kl_status change_context(kl_value *out, kl_record_change *function, kl_node_call *call,
                                kl_error *error)
{
    kl_records *records;
    context_change change = {call, kl_null()};
    KL_TRY(contexts_of(&records, call, error));
    kl_status status =
        kl_record_update(records, kl_as_text(call->args[ID]), function, &change, error);
    if (status == KL_OK)
        *out = change.result;
    else
        kl_value_release(change.result);
    return status;
}

static kl_status update_context(kl_value *out, kl_node_call *call, kl_error *error)
{
    return change_context(out, change_update, call, error);
}

static kl_status end_context(kl_value *out, kl_node_call *call, kl_error *error)
{
    return change_context(out, change_end, call, error);
}

static const kl_mode context_rows[] = {
    {"create", "", create},
    {"get", "transaction_id", get_context},
    {"update", "transaction_id", update_context},
    {"end", "transaction_id end_status", end_context},
};

static kl_status context_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_error own = KL_ERROR_INIT;
    kl_status status = kl_mode_run(out, KL_TABLE(context_rows), call->args[OPERATION], call, &own);
    status = kl_engine_failed(status, &own);
    kl_error_move(error, &own);
    return status;
}

static const kl_param context_inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = context_words,
     .doc = "create a context, get it, update it, end it"},
    {.name = "transaction_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "what create gave"},
    {.name = "metadata", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "create: what is known of it; update: more of it, over what is there"},
    {.name = "participants", .kind = KL_KIND_ARRAY, .flags = KL_OPTIONAL,
     .doc = "create, update: who takes part"},
    {.name = "end_status", .kind = KL_KIND_ENUM, .names = end_words, .flags = KL_OPTIONAL,
     .doc = "end: how it ended"},
};
static const kl_param context_config[] = {
    KL_RECORDS_PARAM("log"),
    KL_SCOPE_PARAM("process"),
};
static const kl_param context_outputs[] = {
    {.name = "transaction_id", .kind = KL_KIND_STRING, .doc = "a UUID"},
    {.name = "status", .kind = KL_KIND_STRING, .doc = "active, committed or rolled_back"},
    {.name = "metadata", .kind = KL_KIND_MAP, .doc = "what is known"},
    {.name = "participants", .kind = KL_KIND_ARRAY, .doc = "who takes part"},
    {.name = "created_at", .kind = KL_KIND_INT, .doc = "seconds since 1970"},
};

/* ---- TransactionMonitorNode ---------------------------------------------------------------------- */

enum { M_ID, M_OPERATION, M_TRANSACTIONS, M_LOG, M_SCOPE };

static const char *const monitor_words[] = {"start", "update", "complete", "fail", NULL};

static kl_status start_record(kl_value *successor, kl_error *error)
{
    kl_build m = kl_build_begin(0, error);
    kl_build_string(&m, "status", "active");
    kl_build_int(&m, "started_ms", kl_time_now() / KL_MILLISECOND);
    kl_build_int(&m, "duration_ms", 0);
    kl_build_int(&m, "step_count", 0);
    return kl_build_end(successor, &m);
}

static int64_t number(kl_value record, const char *name)
{
    return kl_as_int(kl_map_get(record, kl_text_from(name)));
}

static bool is_active(kl_value record)
{
    return kl_text_is(kl_as_text(kl_map_get(record, KL_TEXT("status"))), "active");
}

/* One more step, or the end. What is not under way is left as it is. */
static kl_status change_monitored(kl_value *successor, bool *finished, kl_value record, void *data,
                                  kl_error *error)
{
    const kl_node_call *call = data;
    kl_text word = kl_as_text(call->args[M_OPERATION]);
    if (kl_text_is(word, "start"))
        return start_record(successor, error);
    if (!is_active(record))
        return KL_OK;
    bool updates = kl_text_is(word, "update");
    int64_t took = kl_time_now() / KL_MILLISECOND - number(record, "started_ms");
    kl_build m = kl_build_of(kl_value_retain(record), error);
    kl_build_int(&m, "duration_ms", KL_MAX(took, 0)); /* the clock may be set back */
    kl_build_int(&m, "step_count", number(record, "step_count") + updates);
    *finished = !updates;
    if (!updates)
        kl_build_string(&m, "status", kl_text_is(word, "fail") ? "failed" : "completed");
    return kl_build_end(successor, &m);
}

typedef struct tally {
    int64_t active, completed, failed;
} tally;

static void count(tally *t, kl_value record)
{
    kl_text status = kl_as_text(kl_map_get(record, KL_TEXT("status")));
    t->active += kl_text_is(status, "active");
    t->completed += kl_text_is(status, "completed");
    t->failed += kl_text_is(status, "failed");
}

static kl_status report(kl_value *out, kl_value record, const tally *t, kl_error *error)
{
    int64_t settled = t->completed + t->failed;
    kl_build m = kl_build_begin(0, error);
    kl_build_int(&m, "active_transactions", t->active);
    kl_build_int(&m, "duration_ms", number(record, "duration_ms"));
    kl_build_int(&m, "settled_transactions", settled);
    if (kl_is_null(record))
        kl_build_string(&m, "status", "unknown");
    else
        kl_build_share(&m, "status", kl_map_get(record, KL_TEXT("status")));
    kl_build_int(&m, "step_count", number(record, "step_count"));
    kl_build_put(&m, "success_rate",
                   settled ? kl_double((double)t->completed / (double)settled) : kl_null());
    return kl_build_end(out, &m);
}

static kl_status monitor_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    kl_records *records;
    kl_value all;
    tally t = {0};
    KL_TRY(kl_records_of(&records, "monitor", call, args[M_SCOPE], args[M_LOG], error));
    KL_TRY(kl_record_update(records, kl_as_text(args[M_ID]), change_monitored, call, error));
    KL_TRY(kl_record_list(&all, records, false, error));
    for (size_t i = 0; i < kl_map_len(all); i++)
        count(&t, kl_map_value_at(all, i));
    for (size_t i = 0; i < kl_array_len(args[M_TRANSACTIONS]); i++)
        count(&t, kl_array_at(args[M_TRANSACTIONS], i));
    kl_status status = report(out, kl_map_get(all, kl_as_text(args[M_ID])), &t, error);
    kl_value_release(all);
    return status;
}

static kl_status run_monitor(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_error own = KL_ERROR_INIT;
    kl_status status = monitor_run(out, call, &own);
    status = kl_engine_failed(status, &own);
    kl_error_move(error, &own);
    return status;
}

static const kl_param monitor_inputs[] = {
    {.name = "transaction_id", .kind = KL_KIND_STRING, .doc = "of the transaction"},
    {.name = "operation", .kind = KL_KIND_ENUM, .names = monitor_words,
     .doc = "start it (anew), tell of one more step (update), complete or fail it"},
    {.name = "transactions", .kind = KL_KIND_ARRAY, .flags = KL_OPTIONAL,
     .doc = "more transactions to count: dicts whose status is active, completed or failed"},
};
static const kl_param monitor_config[] = {
    KL_RECORDS_PARAM("log"),
    KL_SCOPE_PARAM("process"),
};
static const kl_param monitor_outputs[] = {
    {.name = "status", .kind = KL_KIND_STRING,
     .doc = "active, completed, failed; unknown when it was never started"},
    {.name = "duration_ms", .kind = KL_KIND_INT, .doc = "milliseconds since it was started"},
    {.name = "step_count", .kind = KL_KIND_INT, .doc = "steps told of by update"},
    {.name = "active_transactions", .kind = KL_KIND_INT, .doc = "transactions under way"},
    {.name = "settled_transactions", .kind = KL_KIND_INT, .doc = "those that have ended"},
    {.name = "success_rate", .kind = KL_KIND_DOUBLE, .flags = KL_OPTIONAL,
     .doc = "share of the settled ones that completed, 0 to 1; null of none"},
};

static const kl_node_type types[] = {
    {
        .name = "TransactionContextNode",
        .category = "Transactions",
        .doc = "Keeps what is known of a transaction until it has ended.",
        .inputs = KL_TABLE(context_inputs),
        .config = KL_TABLE(context_config),
        .outputs = KL_TABLE(context_outputs),
        .flags = KL_NODE_BLOCKING,
        .run = context_run,
    },
    {
        .name = "TransactionMonitorNode",
        .category = "Transactions",
        .doc = "Follows transactions and tells how many succeed.",
        .inputs = KL_TABLE(monitor_inputs),
        .config = KL_TABLE(monitor_config),
        .outputs = KL_TABLE(monitor_outputs),
        .flags = KL_NODE_BLOCKING,
        .run = run_monitor,
    },
};

static const kl_node_family transactions = {.name = "transactions", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(transactions);
