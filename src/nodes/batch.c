/* src/nodes/batch.c - BatchProcessorNode: a node, a callback or an expression applied to every item,
 * several at once. */
#include "action.h"
#include "kailash/time.h"
#include "jmespath.h"
#include "build_map.h"
#include "operation.h"
#include "pool.h"

#include <pthread.h>

enum { ITEMS, BATCH_SIZE, CONCURRENCY, NODE, EXPRESSION, FAIL_FAST, RETRIES, DELAY, TIMEOUT };

/* The action of the config, built with the workflow. */
typedef struct prepared {
    kl_value definition;
    kl_action *action;
} prepared;

/* What one item became. */
typedef struct outcome {
    bool done, failed;
    kl_value result;
    kl_value reason; /* string, when it failed */
} outcome;

/* A helper may be started long after the job is over, so the job lives as long as one is to come. */
typedef struct batch_job {
    kl_node_call *call;
    kl_action *action;       /* or NULL */
    kl_jmespath *expression; /* or NULL; neither: items are only looked at */
    kl_value items;
    outcome *outcomes;
    pthread_mutex_t lock;    /* guards all below */
    pthread_cond_t changed;
    size_t next, end;        /* items of this batch that nobody has taken */
    size_t workers;          /* helping threads at work */
    size_t refs;             /* the caller, and helpers that were asked for */
    bool over;               /* nobody may begin to help */
    bool stops;              /* take no further item */
    kl_status status;        /* why all is over; KL_OK else */
    kl_error error;
} batch_job;

/* ---- one item ------------------------------------------------------------------------------------ */

/* A dict is the inputs, anything else is `item`; given. */
static kl_status inputs_of(kl_value *out, kl_value item, kl_error *error)
{
    if (!kl_is(item, KL_KIND_MAP))
        return kl_node_result(out, "item", kl_value_retain(item), error);
    *out = kl_value_retain(item);
    return KL_OK;
}

static kl_status apply_action(kl_value *out, batch_job *job, kl_value item, kl_error *error)
{
    kl_value inputs;
    kl_duration limit = kl_as_int(job->call->args[TIMEOUT]) * KL_MILLISECOND;
    KL_TRY(inputs_of(&inputs, item, error));
    kl_status status = kl_action_run_within(out, job->action, job->call, inputs, limit, error);
    kl_value_release(inputs);
    return status;
}

static kl_status apply(kl_value *out, batch_job *job, kl_value item, kl_error *error)
{
    kl_work work = kl_node_work(job->call);
    if (job->action)
        return apply_action(out, job, item, error);
    if (job->expression)
        return kl_jmespath_search(out, job->expression, item, &work, error);
    return kl_is_null(item) ? kl_error_set(error, KL_FAILED, "cannot process null item") : KL_OK;
}

static bool ends_all(kl_status status, const batch_job *job)
{
    return status == KL_NO_MEMORY || status == KL_INTERRUPTED ||
           kl_run_is_cancelled(job->call->run);
}

static kl_status apply_often(kl_value *out, batch_job *job, kl_value item, kl_error *error)
{
    int64_t most = job->action ? kl_as_int(job->call->args[RETRIES]) : 0;
    double pause = (double)kl_as_int(job->call->args[DELAY]) / 1000;
    for (int64_t attempt = 0;; attempt++) {
        kl_status status = apply(out, job, item, error);
        if (status == KL_OK || ends_all(status, job) || attempt == most)
            return status;
        kl_error_clear(error);
        KL_TRY(kl_run_wait(job->call->run, pause, error));
        pause = KL_MIN(2 * pause, 30);
    }
}

static void settle(batch_job *job, size_t index, kl_status status, kl_value result, kl_error *why)
{
    outcome *o = &job->outcomes[index];
    kl_value reason = kl_null();
    bool over = status != KL_OK && ends_all(status, job);
    if (status != KL_OK && !over &&
        kl_string_repair(&reason, kl_text_from(kl_error_message(why)), NULL) != KL_OK)
        over = true;
    pthread_mutex_lock(&job->lock);
    *o = (outcome){status == KL_OK, status != KL_OK && !over, result, reason};
    if (over && job->status == KL_OK) {
        job->status = status;
        kl_error_move(&job->error, why);
    }
    job->stops = job->stops || over || (o->failed && kl_as_bool(job->call->args[FAIL_FAST]));
    pthread_mutex_unlock(&job->lock);
    kl_error_clear(why);
}

static bool take_index(size_t *out, batch_job *job)
{
    pthread_mutex_lock(&job->lock);
    bool is_there = !job->stops && job->next < job->end;
    *out = job->next;
    job->next += is_there;
    pthread_mutex_unlock(&job->lock);
    return is_there;
}

static void work_on(batch_job *job)
{
    size_t index;
    while (take_index(&index, job)) {
        kl_value result = kl_null();
        kl_error why = KL_ERROR_INIT;
        kl_status status = apply_often(&result, job, kl_array_at(job->items, index), &why);
        settle(job, index, status, result, &why);
    }
}

/* ---- all items ----------------------------------------------------------------------------------- */

static void release(batch_job *job)
{
    pthread_mutex_lock(&job->lock);
    bool was_last = --job->refs == 0;
    pthread_mutex_unlock(&job->lock);
    if (!was_last)
        return;
    pthread_cond_destroy(&job->changed);
    pthread_mutex_destroy(&job->lock);
    kl_free(job);
}

/* Begin to help, unless enough do or it is too late. */
static bool begin_help(batch_job *job)
{
    pthread_mutex_lock(&job->lock);
    bool needed = !job->over && job->workers + 1 < (size_t)kl_as_int(job->call->args[CONCURRENCY]);
    job->workers += needed;
    pthread_mutex_unlock(&job->lock);
    return needed;
}

static void help(void *data)
{
    batch_job *job = data;
    if (begin_help(job)) {
        work_on(job);
        pthread_mutex_lock(&job->lock);
        job->workers--;
        pthread_cond_signal(&job->changed);
        pthread_mutex_unlock(&job->lock);
    }
    release(job);
}

static bool ask_for_help(batch_job *job)
{
    pthread_mutex_lock(&job->lock);
    job->refs++;
    pthread_mutex_unlock(&job->lock);
    bool asked = kl_pool_submit(kl_pool_shared(), help, job, NULL) == KL_OK;
    if (!asked)
        release(job);
    return asked;
}

/* The caller works too, so that a batch gets done even where no thread is to be had. It waits only
 * for those who have begun to help. */
static void run_batch(batch_job *job, size_t from, size_t to)
{
    size_t wanted = KL_MIN((size_t)kl_as_int(job->call->args[CONCURRENCY]), to - from);
    pthread_mutex_lock(&job->lock);
    job->next = from;
    job->end = to;
    pthread_mutex_unlock(&job->lock);
    for (size_t i = 1; i < wanted && ask_for_help(job); i++)
        continue;
    work_on(job);
    pthread_mutex_lock(&job->lock);
    while (job->workers)
        pthread_cond_wait(&job->changed, &job->lock);
    job->over = job->stops || to == kl_array_len(job->items);
    pthread_mutex_unlock(&job->lock);
}

static void run_batches(batch_job *job)
{
    size_t count = kl_array_len(job->items), size = (size_t)kl_as_int(job->call->args[BATCH_SIZE]);
    for (size_t from = 0; from < count && !job->stops; from += size)
        run_batch(job, from, count - from > size ? from + size : count);
}

/* ---- outputs ------------------------------------------------------------------------------------- */

static kl_status push_result(kl_value *list, batch_job *job, size_t index, kl_error *error)
{
    kl_value entry = kl_null();
    kl_build m = kl_build_begin(0, error);
    kl_build_share(&m, "item", kl_array_at(job->items, index));
    kl_build_string(&m, "status", "processed");
    if (job->action || job->expression)
        kl_build_share(&m, "result", job->outcomes[index].result);
    KL_TRY(kl_build_end(&entry, &m));
    return kl_array_push(list, entry, error);
}

static kl_status push_error(kl_value *list, batch_job *job, size_t index, kl_error *error)
{
    kl_value entry = kl_null();
    kl_build m = kl_build_begin(0, error);
    kl_build_share(&m, "error", job->outcomes[index].reason);
    if (job->action || job->expression) {
        kl_build_int(&m, "index", (int64_t)index);
        kl_build_share(&m, "item", kl_array_at(job->items, index));
    }
    KL_TRY(kl_build_end(&entry, &m));
    return kl_array_push(list, entry, error);
}

static kl_status fill_lists(kl_value *results, kl_value *errors, batch_job *job, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(job->items); i++) {
        if (job->outcomes[i].done)
            KL_TRY(push_result(results, job, i, error));
        if (job->outcomes[i].failed)
            KL_TRY(push_error(errors, job, i, error));
    }
    return KL_OK;
}

static kl_status give(kl_value *out, batch_job *job, kl_duration took, kl_error *error)
{
    kl_value results = kl_null(), errors = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_array_new(&results, kl_array_len(job->items), error));
    KL_TRY_OUT(kl_array_new(&errors, 0, error));
    KL_TRY_OUT(fill_lists(&results, &errors, job, error));
    double done = (double)kl_array_len(results), seconds = (double)took / KL_SECOND;
    kl_build m = kl_build_begin(0, error);
    kl_build_int(&m, "duration_ms", took / KL_MILLISECOND);
    kl_build_share(&m, "errors", errors);
    kl_build_int(&m, "failed", (int64_t)kl_array_len(errors));
    kl_build_int(&m, "processed", (int64_t)kl_array_len(results));
    kl_build_share(&m, "results", results);
    kl_build_double(&m, "throughput_ops_per_sec",
                      took / KL_MILLISECOND ? done / seconds : 0);
    status = kl_build_end(out, &m);
out:
    kl_value_release(results);
    kl_value_release(errors);
    return status;
}

/* With fail_fast the first failure is that of the node. */
static kl_status first_failure(const batch_job *job, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(job->items); i++)
        if (job->outcomes[i].failed)
            return kl_node_failed(error, "item %zu: %s", i,
                                  kl_as_text(job->outcomes[i].reason).data);
    return KL_OK;
}

/* ---- the node ------------------------------------------------------------------------------------ */

static kl_status make_expression(kl_jmespath **out, kl_value text, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_jmespath_get(out, kl_as_text(text), KL_JMESPATH_SEGMENTS, &why);
    if (status == KL_NO_MEMORY)
        kl_error_no_memory(error);
    else if (status != KL_OK)
        status = kl_node_bad(error, "expression", "expected JMESPath expression: %s",
                             kl_error_message(&why));
    kl_error_clear(&why);
    return status;
}

static kl_status process(kl_value *out, batch_job *job, kl_error *error)
{
    job->outcomes = kl_alloc_zero(kl_array_len(job->items) + 1, sizeof *job->outcomes);
    if (!job->outcomes)
        return kl_error_no_memory(error);
    kl_time begin = kl_clock_now();
    run_batches(job);
    if (job->status != KL_OK) {
        kl_error_move(error, &job->error);
        return job->status;
    }
    if (kl_as_bool(job->call->args[FAIL_FAST]))
        KL_TRY(first_failure(job, error));
    return give(out, job, kl_clock_now() - begin, error);
}

static void end_job(batch_job *job)
{
    for (size_t i = 0; job->outcomes && i < kl_array_len(job->items); i++) {
        kl_value_release(job->outcomes[i].result);
        kl_value_release(job->outcomes[i].reason);
    }
    kl_free(job->outcomes);
    kl_jmespath_release(job->expression);
    kl_error_clear(&job->error);
    release(job);
}

static kl_status new_job(batch_job **out, kl_node_call *call, kl_error *error)
{
    batch_job *job = kl_alloc_zero(1, sizeof *job);
    if (!job)
        return kl_error_no_memory(error);
    job->call = call;
    job->items = call->args[ITEMS];
    job->refs = 1;
    pthread_mutex_init(&job->lock, NULL);
    pthread_cond_init(&job->changed, NULL);
    *out = job;
    return KL_OK;
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    prepared *ready = call->state;
    batch_job *job;
    kl_action *made = NULL;
    kl_status status;
    if (!kl_is_null(args[NODE]) && !kl_is_null(args[EXPRESSION]))
        return kl_node_bad(error, "expression", "expected node or expression, got both");
    KL_TRY(new_job(&job, call, error));
    if (!kl_is_null(args[EXPRESSION]))
        KL_TRY_OUT(make_expression(&job->expression, args[EXPRESSION], error));
    if (ready && ready->definition.as.payload == args[NODE].as.payload)
        job->action = ready->action;
    else if (!kl_is_null(args[NODE]))
        KL_TRY_OUT(kl_action_new_for(&made, args[NODE], call, "node", error));
    job->action = made ? made : job->action;
    status = process(out, job, error);
out:
    end_job(job);
    kl_action_free(made);
    return status;
}

static void dispose(void *state)
{
    prepared *ready = state;
    kl_action_free(ready->action);
    kl_value_release(ready->definition);
    kl_free(ready);
}

static kl_status prepare(void **state, kl_value config, kl_registry *registry, kl_error *error)
{
    const kl_value *definition = kl_map_find(config, KL_TEXT("node"));
    if (!definition || kl_is_null(*definition))
        return KL_OK;
    prepared *ready = kl_alloc_zero(1, sizeof *ready);
    if (!ready)
        return kl_error_no_memory(error);
    kl_status status = kl_action_new(&ready->action, *definition, registry, "node", error);
    if (status != KL_OK) {
        kl_free(ready);
        return status;
    }
    ready->definition = kl_value_retain(*definition);
    *state = ready;
    return KL_OK;
}

static const kl_param inputs[] = {
    {.name = "items", .kind = KL_KIND_ARRAY, .doc = "the items"},
};
static const kl_param config[] = {
    {.name = "batch_size", .kind = KL_KIND_COUNT, .fallback = "100", .range = KL_RANGE(1, 1e7),
     .doc = "items of a batch; the next one begins when all of it is done"},
    {.name = "concurrency", .kind = KL_KIND_COUNT, .fallback = "4", .range = KL_RANGE(1, 256),
     .doc = "items worked on at once"},
    {.name = "node", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "what is run for each item: " KL_ACTION_DOC ". A dict is its inputs, anything else its "
            "input `item`"},
    {.name = "expression", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "JMESPath over each item instead of a node; with neither, items are only looked at and "
            "null is refused"},
    {.name = "fail_fast", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "end at the first item that fails, with its error"},
    {.name = "max_retries", .kind = KL_KIND_COUNT, .fallback = "0", .range = KL_RANGE(0, 1000),
     .doc = "node: tries after the first"},
    {.name = "retry_delay_ms", .kind = KL_KIND_COUNT, .fallback = "100",
     .range = KL_RANGE(0, 86400000),
     .doc = "node: wait before the first retry, in milliseconds; doubles with each"},
    {.name = "timeout_ms", .kind = KL_KIND_COUNT, .fallback = "0", .range = KL_RANGE(0, 86400000),
     .doc = "node: longest time for a try, in milliseconds; 0 = as long as the run"},
};
static const kl_param outputs[] = {
    {.name = "results", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "{item, status} of those that went well, in order, and result: the outputs of the node "
            "or the value of the expression"},
    {.name = "errors", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "{error} of the others; with a node or an expression also index and item"},
    {.name = "processed", .kind = KL_KIND_INT, .doc = "number of results"},
    {.name = "failed", .kind = KL_KIND_INT, .doc = "number of errors"},
    {.name = "duration_ms", .kind = KL_KIND_INT, .doc = "milliseconds it took"},
    {.name = "throughput_ops_per_sec", .kind = KL_KIND_DOUBLE,
     .doc = "results per second; 0 when it took less than a millisecond"},
};

static const kl_node_type types[] = {
    {
        .name = "BatchProcessorNode",
        .category = "Enterprise",
        .doc = "Runs a node or an expression on every item of a list, several at once.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING,
        .run = run,
        .prepare_with = prepare,
        .dispose = dispose,
    },
};

static const kl_node_family batches = {.name = "batch", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(batches);
