/* src/dataflow/transaction.c - see transaction.h.
 *
 * A transaction holds a connection until it ends. Threads may share it: one statement at a time. A
 * savepoint is a transaction within another one and works on its connection.
 */
#include "transaction.h"
#include "data_error.h"
#include "express_operations.h"
#include "face_params.h"
#include "fork.h"
#include "query_cache.h"
#include "row.h"
#include "transaction_operations.h"

#include <pthread.h>
#include <stdio.h>

typedef struct transaction {
    kl_object object;
    kl_value tenant; /* string that all calls are bound to, or null */
    struct transaction *outer; /* of a savepoint: what it lies in; owned */
    unsigned number;           /* of the savepoint within the outermost one */

    bool finished;             /* atomic: others may look while a statement runs */

    pthread_mutex_t lock; /* of the outermost one: held while a statement runs; guards what follows */
    /* of the outermost one alone: */
    kl_data_session session;
    bool has_session;
    kl_touched touched;
    unsigned savepoints; /* begun so far */
} transaction;

static transaction *outermost(transaction *t)
{
    while (t->outer)
        t = t->outer;
    return t;
}

/* A savepoint ends with what it lies in. */
static bool is_finished(const transaction *t)
{
    for (; t; t = t->outer)
        if (__atomic_load_n(&t->finished, __ATOMIC_ACQUIRE))
            return true;
    return false;
}

static void set_finished(transaction *t) { __atomic_store_n(&t->finished, true, __ATOMIC_RELEASE); }

static kl_status refuse_finished(kl_error *error)
{
    return kl_error_set(error, KL_STATE, "transaction already committed or rolled back");
}

/* With the lock held. What a database has rolled back by itself, for want of room or to end a
 * deadlock, is not begun anew by the next statement, which would last. */
static kl_status check_open(transaction *t, const char *method, kl_error *error)
{
    if (is_finished(t))
        return refuse_finished(error);
    if (!kl_sql_in_transaction(outermost(t)->session.sql))
        return kl_data_unreachable(error, method, "the transaction is lost");
    return KL_OK;
}

/* ---- beginning and ending ---------------------------------------------------------------------------- */

kl_status kl_transaction_begin(kl_value *out, const kl_type *type, kl_dataflow *dataflow,
                               kl_value tenant, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, type, error));
    transaction *t = (transaction *)object;
    pthread_mutex_init(&t->lock, NULL);
    t->tenant = kl_value_retain(tenant);
    kl_status status = kl_data_session_begin(&t->session, dataflow, "transaction", error);
    t->has_session = status == KL_OK;
    t->session.touched = &t->touched;
    if (status == KL_OK)
        status = kl_data_session_open(&t->session, error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

static void let_go(transaction *t)
{
    if (t->has_session)
        kl_data_session_end(&t->session); /* rolls back what is open */
    t->has_session = false;
}

static void dispose(kl_object *self)
{
    transaction *t = (transaction *)self;
    let_go(t);
    kl_touched_end(&t->touched);
    kl_value_release(t->tenant);
    if (t->outer)
        kl_object_release(&t->outer->object);
    else
        pthread_mutex_destroy(&t->lock);
}

static kl_status end_outermost(transaction *t, bool commit, kl_error *error)
{
    t->session.method = commit ? "commit" : "rollback";
    if (commit)
        kl_query_cache_begin_commit(t->session.dataflow, &t->touched);
    kl_status status = commit ? kl_data_session_commit(&t->session, error)
                              : kl_data_session_rollback(&t->session, error);
    if (commit) /* also when it failed: it may have come through */
        kl_query_cache_end_commit(t->session.dataflow, &t->touched);
    set_finished(t);
    let_go(t);
    return status;
}

static kl_status at_savepoint(kl_data_session *session, const char *verb, unsigned number,
                              kl_error *error)
{
    char text[64];
    int len = snprintf(text, sizeof text, "%s kailash_point_%u", verb, number);
    return kl_data_session_query(NULL, NULL, session, (kl_text){text, (size_t)len}, NULL, 0, error);
}

static kl_status end_savepoint(transaction *t, bool commit, kl_error *error)
{
    kl_data_session *session = &outermost(t)->session;
    session->method = commit ? "commit" : "rollback";
    if (!commit)
        KL_TRY(at_savepoint(session, "ROLLBACK TO SAVEPOINT", t->number, error));
    KL_TRY(at_savepoint(session, "RELEASE SAVEPOINT", t->number, error));
    set_finished(t);
    return KL_OK;
}

static kl_status end(transaction *t, bool commit, bool only_open, kl_error *error)
{
    transaction *outer = outermost(t);
    pthread_mutex_lock(&outer->lock);
    kl_status status = KL_OK;
    if (is_finished(t))
        status = only_open ? KL_OK : refuse_finished(error);
    else
        status = t->outer ? end_savepoint(t, commit, error) : end_outermost(t, commit, error);
    pthread_mutex_unlock(&outer->lock);
    return status;
}

/* ---- calls ------------------------------------------------------------------------------------------- */

/* A call for another tenant than that of the transaction is refused, one for none gets it. */
static kl_status bind_tenant(kl_data_caller *caller, const transaction *t, const kl_table *table,
                             const char *method, kl_error *error)
{
    if (table->tenant == KL_NO_COLUMN || kl_is_null(t->tenant))
        return KL_OK;
    kl_text bound = kl_as_text(t->tenant), asked = kl_as_text(caller->tenant);
    if (kl_is_null(caller->tenant) || kl_text_equal(bound, asked)) {
        caller->tenant = t->tenant;
        return KL_OK;
    }
    const kl_error_attribute attributes[] = {{"model", table->model->name},
                                             {"transaction_tenant", t->tenant},
                                             {"requested_tenant", caller->tenant}};
    return kl_error_raise(error, "TenantMismatchError", attributes, KL_COUNT(attributes),
                          "%s failed: tenant mismatch on model %.*s: the transaction is bound to "
                          "another tenant than the one of this call",
                          method, KL_TEXT_ARG(kl_as_text(table->model->name)));
}

static kl_status run_locked(kl_value *out, transaction *t, kl_face_request *request,
                            kl_error *error)
{
    transaction *outer = outermost(t);
    const char *method = request->operation->name;
    kl_table *table;
    KL_TRY(check_open(t, method, error));
    KL_TRY(kl_dataflow_table(&table, outer->session.dataflow, kl_as_text(request->model), method,
                             error));
    kl_data_session session = outer->session;
    session.method = method;
    session.caller = request->caller;
    if (request->watch)
        session.watch = *request->watch;
    kl_status status = bind_tenant(&session.caller, t, table, method, error);
    const kl_face_call call = {&session, table, request->args, request->validate};
    if (status == KL_OK)
        status = request->operation->work(out, &call, error);
    kl_table_release(table);
    return status;
}

static kl_status target(kl_value *out, kl_object *self, kl_face_request *request, kl_error *error)
{
    transaction *outer = outermost((transaction *)self);
    pthread_mutex_lock(&outer->lock);
    kl_status status = run_locked(out, (transaction *)self, request, error);
    pthread_mutex_unlock(&outer->lock);
    return status;
}

#define OPERATION(word) &kl_transaction_operations[KL_TX_##word]

/* method, operation, its parameters before and behind that of the tenant */
#define METHODS(X)                                                                                 \
    X(create, CREATE, P_MODEL P_DATA, )                                                            \
    X(upsert, UPSERT, P_MODEL P_DATA, )                                                            \
    X(read_one, READ_ONE, P_MODEL P_ID, P_LOCK)                                                    \
    X(list, LIST,                                                                                  \
      P_MODEL P_FILTERS P_ORDER(KL_KEYWORD_ONLY) P_LIMITS(KL_KEYWORD_ONLY)                         \
          P_DELETED(KL_KEYWORD_ONLY),                                                              \
      P_LOCK)                                                                                      \
    X(count, COUNT, P_MODEL P_FILTERS P_DELETED(KL_KEYWORD_ONLY), )                                \
    X(update, UPDATE, P_MODEL P_ID P_DATA, )                                                       \
    X(delete, DELETE, P_MODEL P_ID, )                                                              \
    X(compare_and_set, COMPARE_AND_SET, P_MODEL P_ID P_DATA P_REVISION, )

#define P_REVISION                                                                                 \
    {.name = "revision_column", .kind = KL_KIND_STRING,                                            \
     .doc = "a required integer field that counts the changes of a row"},                          \
        {.name = "expected_revision", .kind = KL_KIND_INT, .doc = "what it must be"},

#define DEFINE(word, OP, head, tail)                                                               \
    KL_FACE_METHOD(word, target, OPERATION(OP), KL_FACE_TENANT, head P_KEYWORD_TENANT tail)
METHODS(DEFINE)
KL_FACE_METHOD(create_scoped, target, OPERATION(CREATE), KL_FACE_SCOPED,
               P_MODEL P_DATA P_VALIDATE P_SCOPE)
KL_FACE_METHOD(upsert_scoped, target, OPERATION(UPSERT), KL_FACE_SCOPED, P_MODEL P_DATA P_SCOPE)

/* ---- SQL as it is ------------------------------------------------------------------------------------ */

static kl_status run_raw(kl_value *rows, kl_sql_effect *effect, transaction *t,
                         const kl_value *args, kl_error *error)
{
    transaction *outer = outermost(t);
    pthread_mutex_lock(&outer->lock);
    kl_status status = check_open(t, "execute_raw", error);
    if (status == KL_OK) {
        kl_data_session session = outer->session;
        session.method = "execute_raw";
        status = kl_data_session_raw(rows, effect, &session, kl_as_text(args[0]), args[1], false,
                                     error);
    }
    pthread_mutex_unlock(&outer->lock);
    return status;
}

static kl_status call_execute_raw(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    return run_raw(out, NULL, (transaction *)self, args, error);
}

/* Without parameters, how many rows it changed; with a list of them, its rows. */
static kl_status call_sync_execute_raw(kl_value *out, kl_object *self, const kl_value *args,
                                       kl_error *error)
{
    kl_sql_effect effect = {0};
    if (!kl_is_null(args[1]))
        return run_raw(out, NULL, (transaction *)self, args, error);
    KL_TRY(run_raw(NULL, &effect, (transaction *)self, args, error));
    *out = kl_int(effect.affected);
    return KL_OK;
}

/* ---- with and async with ------------------------------------------------------------------------------ */

static kl_status call_commit(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out, (void)args;
    return end((transaction *)self, true, false, error);
}

static kl_status call_rollback(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out, (void)args;
    return end((transaction *)self, false, false, error);
}

static kl_status call_enter(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_of(kl_object_retain(self));
    return KL_OK;
}

/* Whether the block ended by an exception is all that counts of it. */
static kl_status call_exit(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    bool failed = kl_as_bool(args[0]);
    *out = kl_bool(false);
    kl_status status = end((transaction *)self, !failed, true, failed ? NULL : error);
    return failed ? KL_OK : status; /* of two failures the block's own is told */
}

/* What a later call does; `data` is one of these. */
typedef kl_status ending(kl_value *out, kl_object *self, const kl_value *args, kl_error *error);
typedef struct later {
    ending *work;
    kl_value arg;
} later;

static kl_status run_ending(kl_value *out, kl_object *self, const kl_sql_watch *watch, void *data,
                            kl_error *error)
{
    later *l = data;
    (void)watch; /* an end is not stopped half-way */
    return l->work(out, self, &l->arg, error);
}

static kl_status end_later(kl_value *out, kl_object *self, ending *work, kl_value arg,
                           kl_error *error)
{
    later *l = kl_alloc(sizeof *l);
    if (!l)
        return kl_error_no_memory(error);
    *l = (later){work, arg};
    return kl_data_later(out, self, run_ending, l, kl_free, error);
}

static kl_status call_commit_async(kl_value *out, kl_object *self, const kl_value *args,
                                   kl_error *error)
{
    (void)args;
    return end_later(out, self, call_commit, kl_null(), error);
}

static kl_status call_rollback_async(kl_value *out, kl_object *self, const kl_value *args,
                                     kl_error *error)
{
    (void)args;
    return end_later(out, self, call_rollback, kl_null(), error);
}

static kl_status call_enter_async(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    (void)args;
    return end_later(out, self, call_enter, kl_null(), error);
}

static kl_status call_exit_async(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    return end_later(out, self, call_exit, kl_bool(kl_as_bool(args[0])), error);
}

/* ---- savepoints ---------------------------------------------------------------------------------------- */

static kl_status begin_savepoint(transaction *inner, transaction *t, kl_error *error)
{
    transaction *outer = outermost(t);
    KL_TRY(check_open(t, "savepoint", error));
    outer->session.method = "savepoint";
    inner->number = ++outer->savepoints;
    return at_savepoint(&outer->session, "SAVEPOINT", inner->number, error);
}

static kl_status call_savepoint(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    kl_object *object;
    transaction *t = (transaction *)self, *outer = outermost(t);
    (void)args;
    KL_TRY(kl_object_alloc(&object, self->type, error));
    transaction *inner = (transaction *)object;
    inner->tenant = kl_value_retain(t->tenant);
    inner->outer = (transaction *)kl_object_retain(self);
    pthread_mutex_lock(&outer->lock);
    kl_status status = begin_savepoint(inner, t, error);
    pthread_mutex_unlock(&outer->lock);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

/* ---- properties ---------------------------------------------------------------------------------------- */

static kl_status get_finished(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_bool(is_finished((transaction *)self));
    return KL_OK;
}

static kl_status get_tenant(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((transaction *)self)->tenant);
    return KL_OK;
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "%s(finished=%s)", self->type->name,
                            is_finished((transaction *)self) ? "True" : "False");
}

/* ---- the types ------------------------------------------------------------------------------------------- */

static const kl_param exit_params[] = {
    {.name = "failed", .kind = KL_KIND_BOOL, .flags = KL_OPTIONAL,
     .doc = "whether the block ended by an exception"},
};
static const kl_param raw_params[] = {
    {.name = "sql", .kind = KL_KIND_STRING, .doc = "one statement, with ? for values"},
    {.name = "params", .kind = KL_KIND_ARRAY, .flags = KL_OPTIONAL, .doc = "its values"},
};

#define ROW .returns = KL_KIND_MAP
#define OUTCOME_DOC " Gives {\"outcome\": \"applied\" or \"no_match\", \"rows_affected\"}."
#define COMMON                                                                                     \
    KL_FACE_ROWS(create, "Inserts a row; gives all of it.", ROW),                                  \
    KL_FACE_ROWS(upsert, "Inserts a row, or changes the given fields of the one that has its key.", \
                 ROW),                                                                             \
    KL_FACE_ROWS(create_scoped,                                                                    \
                 "create() for a tenant and, of a row-classified model, at a level.", ROW),        \
    KL_FACE_ROWS(upsert_scoped,                                                                    \
                 "upsert() for a tenant and, of a row-classified model, at a level.", ROW),        \
    KL_FACE_ROWS(read_one, "The row of a key, or None.", ROW, .returns_optional = true),           \
    KL_FACE_ROWS(list, "The rows that meet all conditions.", .returns = KL_KIND_ARRAY,             \
                 .item = KL_KIND_MAP),                                                             \
    KL_FACE_ROWS(count, "How many rows meet all conditions.", .returns = KL_KIND_INT),             \
    KL_FACE_ROWS(update, "Changes some fields of a row." OUTCOME_DOC, ROW),                        \
    KL_FACE_ROWS(delete, "Deletes a row, softly where the model says so." OUTCOME_DOC, ROW),       \
    KL_FACE_ROWS(compare_and_set,                                                                  \
                 "Changes a row if nobody else has: if its revision is the expected one, which is " \
                 "then counted up. Gives {\"outcome\": \"applied_pending_commit\", "               \
                 "\"previous_revision\", \"next_revision\"}, {\"outcome\": \"revision_conflict\"} or " \
                 "{\"outcome\": \"no_visible_row\"}.",                                             \
                 ROW),                                                                             \
    {.name = "commit", .call = call_commit, .flags = KL_BLOCKING, .returns = KL_KIND_NONE,         \
     .raises = "RuntimeError, DataFlowDatabaseError", .doc = "Make all of it last."},              \
    {.name = "rollback", .call = call_rollback, .flags = KL_BLOCKING, .returns = KL_KIND_NONE,     \
     .raises = "RuntimeError, DataFlowDatabaseError", .doc = "Take all of it back."},              \
    {.name = "commit_async", .call = call_commit_async, .flags = KL_AWAITABLE,                     \
     .returns = KL_KIND_OBJECT, .returns_type = &kl_data_future_type, .raises = "RuntimeError",    \
     .doc = "Awaitable commit()."},                                                                \
    {.name = "rollback_async", .call = call_rollback_async, .flags = KL_AWAITABLE,                 \
     .returns = KL_KIND_OBJECT, .returns_type = &kl_data_future_type, .raises = "RuntimeError",    \
     .doc = "Awaitable rollback()."},                                                              \
    {.name = "__enter__", .call = call_enter, .returns = KL_KIND_OBJECT,                           \
     .doc = "The transaction itself."},                                                            \
    {.name = "__exit__", .call = call_exit, .params = KL_TABLE(exit_params), .flags = KL_BLOCKING, \
     .returns = KL_KIND_BOOL, .raises = "DataFlowDatabaseError",                                   \
     .doc = "Commits, or rolls back when the block ended by an exception, unless it has ended "    \
            "already."},                                                                           \
    {.name = "is_finished", .call = get_finished, .flags = KL_PROPERTY, .returns = KL_KIND_BOOL,   \
     .doc = "Whether it was committed or rolled back."},                                           \
    {.name = "tenant_id", .call = get_tenant, .flags = KL_PROPERTY, .returns = KL_KIND_STRING,     \
     .returns_optional = true, .doc = "The tenant that all calls are bound to, or None."}

static const kl_method methods[] = {
    COMMON,
    {.name = "__aenter__", .call = call_enter_async, .flags = KL_AWAITABLE,
     .returns = KL_KIND_OBJECT, .returns_type = &kl_data_future_type,
     .doc = "Gives the transaction itself."},
    {.name = "__aexit__", .call = call_exit_async, .params = KL_TABLE(exit_params),
     .flags = KL_AWAITABLE, .returns = KL_KIND_OBJECT, .returns_type = &kl_data_future_type,
     .doc = "As __exit__()."},
    {.name = "savepoint", .call = call_savepoint, .flags = KL_BLOCKING, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_transaction_type, .raises = "RuntimeError, DataFlowDatabaseError",
     .doc = "A transaction within this one: its rollback takes back what was done since, its commit "
            "leaves it to this one."},
    {.name = "execute_raw", .call = call_execute_raw, .params = KL_TABLE(raw_params),
     .flags = KL_BLOCKING, .returns = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .raises = "RuntimeError, DataFlowDatabaseError, ValueError",
     .doc = "Run SQL as it is: neither scoped to a tenant nor masked. Gives its rows."},
};

const kl_type kl_transaction_type = {
    .name = "DataFlowTransaction",
    .module = "kailash.dataflow",
    .doc = "Calls that happen together or not at all. One that is dropped unfinished is rolled back.",
    .size = sizeof(transaction),
    .flags = KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .dispose = dispose,
    .repr = repr,
    .methods = KL_TABLE(methods),
};
KL_PUBLISH(kl_transaction_type);

static const kl_method sync_methods[] = {
    COMMON,
    {.name = "savepoint", .call = call_savepoint, .flags = KL_BLOCKING, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_transaction_sync_type, .raises = "RuntimeError, DataFlowDatabaseError",
     .doc = "A transaction within this one: its rollback takes back what was done since, its commit "
            "leaves it to this one."},
    {.name = "execute_raw", .call = call_sync_execute_raw, .params = KL_TABLE(raw_params),
     .flags = KL_BLOCKING, .returns = KL_KIND_ANY,
     .raises = "RuntimeError, DataFlowDatabaseError, ValueError",
     .doc = "Run SQL as it is. Without params, gives the number of rows it changed; with a list of "
            "them, its rows."},
};

const kl_type kl_transaction_sync_type = {
    .name = "DataFlowTransactionSync",
    .module = "kailash.dataflow",
    .doc = "As DataFlowTransaction, for code without asyncio.",
    .size = sizeof(transaction),
    .flags = KL_TYPE_NO_INIT,
    .dispose = dispose,
    .repr = repr,
    .methods = KL_TABLE(sync_methods),
};
KL_PUBLISH(kl_transaction_sync_type);
