/* src/workflow/run.c - executes a workflow: who is ready, who runs where, when it ends. */
#include "host.h"
#include "invoke.h"
#include "pool.h"
#include "predicate.h"
#include "run.h"
#include "kailash/id.h"
#include "kailash/json.h"

#include <stdio.h>
#include <time.h>

/* ---- making and ending a run -------------------------------------------------------------------- */

static kl_time after_seconds(kl_time from, double seconds)
{
    return seconds >= 9e9 ? KL_TIME_NONE : from + (kl_time)(seconds * 1e9);
}

static void set_limits(kl_run *run, const kl_run_options *options)
{
    const kl_runtime *runtime = run->runtime;
    run->begin = run->last_clock = kl_clock_now();
    run->deadline = run->soft_deadline = KL_TIME_NONE;
    run->node_timeout = runtime->node_timeout_ns;
    if (runtime->workflow_timeout_ns >= 0)
        run->deadline = run->begin + runtime->workflow_timeout_ns;
    if (options && options->has_hard)
        run->deadline = KL_MIN(run->deadline, after_seconds(run->begin, options->time_limit));
    if (options && options->has_soft)
        run->soft_deadline = after_seconds(run->begin, options->soft_time_limit);
    run->limited = run->deadline != KL_TIME_NONE || run->node_timeout >= 0;
}

static void init_locks(kl_run *run)
{
    pthread_condattr_t attributes;
    pthread_mutex_init(&run->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&run->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    run->queued.last = &run->queued.first;
    run->finished.last = &run->finished.first;
}

kl_status kl_run_new(kl_run **out, kl_runtime *runtime, kl_workflow *workflow, kl_value inputs,
                     const kl_run_options *options, kl_error *error)
{
    size_t nodes = workflow->node_count;
    bool iterates = workflow->cyclic && workflow->draft.cycle.max_iterations > 0;
    size_t components = iterates ? workflow->component_count : 0;
    kl_run *run = kl_alloc_zero(1, sizeof *run + nodes * (sizeof(slot) + sizeof(uint32_t)) +
                                       components * sizeof(component_run));
    if (!run)
        return kl_error_no_memory(error);
    run->refs = 1;
    run->runtime = (kl_runtime *)kl_object_retain((kl_object *)runtime);
    run->workflow = (kl_workflow *)kl_object_retain((kl_object *)workflow);
    run->inputs = kl_value_retain(inputs);
    if (options) {
        run->options = *options;
        kl_value_retain(run->options.node_inputs);
    }
    run->slots = (slot *)(run + 1);
    run->components = components ? (component_run *)(run->slots + nodes) : NULL;
    run->ready = (uint32_t *)((char *)(run->slots + nodes) + components * sizeof(component_run));
    run->ready_size = (uint32_t)nodes;
    run->failed_node = UINT32_MAX;
    run->context = kl_host_context();
    set_limits(run, options);
    init_locks(run);
    kl_status status = kl_uuid_new(run->id, error);
    if (status != KL_OK) {
        kl_run_release(run);
        return status;
    }
    *out = run;
    return KL_OK;
}

kl_status kl_run_new_inner(kl_run **out, kl_run *parent, kl_workflow *workflow, kl_value inputs,
                           kl_value node_inputs, kl_error *error)
{
    kl_run_options options = parent->options;
    options.has_soft = options.has_hard = false;
    options.node_inputs = node_inputs;
    options.progress = NULL; /* it knows the outer nodes only */
    KL_TRY(kl_run_new(out, parent->runtime, workflow, inputs, &options, error));
    kl_run *run = *out;
    run->parent = kl_run_retain(parent);
    run->depth = parent->depth + 1;
    run->deadline = KL_MIN(run->deadline, parent->deadline);
    run->soft_deadline = parent->soft_deadline;
    run->limited = parent->limited;
    return KL_OK;
}

kl_run *kl_run_retain(kl_run *run)
{
    __atomic_fetch_add(&run->refs, 1, __ATOMIC_RELAXED);
    return run;
}

static void free_job(job *j)
{
    kl_value_release(j->inputs);
    kl_value_release(j->gathered);
    kl_value_release(j->output);
    kl_error_clear(&j->error);
    kl_free(j);
}

static void free_jobs(job *list)
{
    while (list) {
        job *next = list->next;
        free_job(list);
        list = next;
    }
}

void kl_run_release(kl_run *run)
{
    if (!run || __atomic_fetch_sub(&run->refs, 1, __ATOMIC_ACQ_REL) != 1)
        return;
    for (uint32_t i = 0; i < run->workflow->node_count; i++)
        kl_value_release(run->slots[i].output);
    free_jobs(run->queued.first);
    free_jobs(run->finished.first);
    kl_error_clear(&run->failure);
    kl_value_release(run->inputs);
    kl_value_release(run->options.node_inputs);
    if (run->context)
        run->context->release(run->context);
    pthread_mutex_destroy(&run->lock);
    pthread_cond_destroy(&run->changed);
    kl_object_release(&run->workflow->object);
    kl_object_release(&run->runtime->object);
    kl_run_release(run->parent); /* as deep as subworkflows nest */
    kl_free(run);
}

static _Thread_local kl_run *current;

kl_run *kl_run_current(void) { return current; }

kl_foreign *kl_run_context(kl_run *run)
{
    while (run && !run->context)
        run = run->parent;
    return run ? run->context : NULL;
}

/* ---- stopping ------------------------------------------------------------------------------------ */

void kl_run_stop(kl_run *run, kl_status why)
{
    pthread_mutex_lock(&run->lock);
    if (__atomic_load_n(&run->stop, __ATOMIC_RELAXED) == KL_OK)
        __atomic_store_n(&run->stop, why, __ATOMIC_RELEASE);
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->lock);
}

void kl_run_pause(kl_run *run, bool paused)
{
    pthread_mutex_lock(&run->lock);
    run->paused = paused;
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->lock);
}

bool kl_run_is_paused(kl_run *run)
{
    pthread_mutex_lock(&run->lock);
    bool paused = run->paused;
    pthread_mutex_unlock(&run->lock);
    return paused;
}

bool kl_run_is_cancelled(kl_run *run)
{
    for (; run; run = run->parent)
        if (__atomic_load_n(&run->stop, __ATOMIC_ACQUIRE) != KL_OK ||
            (run->deadline != KL_TIME_NONE && kl_clock_now() >= run->deadline))
            return true;
    return false;
}

kl_status kl_run_check_soft_limit(kl_run *run, kl_error *error)
{
    if (run->soft_deadline == KL_TIME_NONE || kl_clock_now() < run->soft_deadline)
        return KL_OK;
    kl_error_set(error, KL_TIMEOUT, "soft time limit exceeded");
    if (error)
        error->type = "SoftTimeLimitExceeded";
    return KL_TIMEOUT;
}

static void wait_until(kl_run *run, kl_time until)
{
    struct timespec at = {until / 1000000000, until % 1000000000};
    pthread_cond_timedwait(&run->changed, &run->lock, &at);
}

/* How often a waiting thread looks whether the user has interrupted. */
#define POLL_INTERVAL (50 * KL_MILLISECOND)

kl_status kl_run_wait(kl_run *run, double seconds, kl_error *error)
{
    kl_time end = after_seconds(kl_clock_now(), seconds);
    kl_status status = KL_OK;
    for (kl_time now; status == KL_OK && (now = kl_clock_now()) < end;) {
        if (kl_run_is_cancelled(run))
            return kl_error_set(error, KL_CANCELLED, "workflow execution was cancelled");
        kl_time until = KL_MIN(end, now + POLL_INTERVAL);
        if (run) {
            pthread_mutex_lock(&run->lock);
            if (run->stop == KL_OK)
                wait_until(run, until);
            pthread_mutex_unlock(&run->lock);
        } else {
            struct timespec pause = {0, until - now};
            nanosleep(&pause, NULL);
        }
        status = kl_host_poll(error);
    }
    return status;
}

/* ---- failing ------------------------------------------------------------------------------------- */

/* Keep the failure of the lowest node; an interrupt comes before all. `error` is taken. */
static void fail(kl_run *run, uint32_t node, kl_error *error)
{
    bool is_interrupt = error->code == KL_INTERRUPTED;
    if (!run->failed || is_interrupt ||
        (node < run->failed_node && run->failure.code != KL_INTERRUPTED)) {
        kl_error_move(&run->failure, error);
        run->failed_node = node;
    }
    run->failed = true;
    kl_error_clear(error);
    kl_run_stop(run, KL_CANCELLED);
}

static void fail_plain(kl_run *run, uint32_t node, kl_status code, const char *text)
{
    kl_error error = KL_ERROR_INIT;
    kl_error_set(&error, code, "%s", text);
    fail(run, node, &error);
}

static void fail_timeout(kl_run *run, uint32_t node, kl_duration limit)
{
    char text[96], length[32];
    kl_duration_print(length, limit);
    snprintf(text, sizeof text, "%s execution timed out after %s",
             node == UINT32_MAX ? "workflow" : "node", length);
    fail_plain(run, node, KL_TIMEOUT, text);
}

/* ---- who is ready -------------------------------------------------------------------------------- */

static void push_ready(kl_run *run, uint32_t node)
{
    run->ready[run->ready_tail++ % run->ready_size] = node;
}

static bool crosses_cycle(const kl_run *run, const graph_edge *edge)
{
    const graph_node *nodes = run->workflow->nodes;
    return run->components && nodes[edge->source].component != nodes[edge->target].component &&
           run->workflow->component_size[nodes[edge->source].component] > 0;
}

static void deliver(kl_run *run, const graph_edge *edge)
{
    if (!edge->back && --run->slots[edge->target].waiting == 0)
        push_ready(run, edge->target);
}

/* Start the next pass of a component, or let its results out. */
static kl_status end_pass(kl_run *run, uint32_t component)
{
    const kl_workflow *w = run->workflow;
    component_run *c = &run->components[component];
    const cycle_policy *policy = &w->draft.cycle;
    kl_error error = KL_ERROR_INIT;
    bool stop = ++c->pass >= policy->max_iterations;
    if (!stop && !kl_is_null(policy->until) && w->nodes[w->cycle_node].component == component) {
        kl_text missing;
        kl_status status = kl_predicate_test(&stop, &missing, policy->until,
                                             run->slots[w->cycle_node].output, &error);
        if (status != KL_OK) {
            fail(run, w->cycle_node, &error);
            return status;
        }
        stop = stop && !missing.data; /* an output that is not there yet ends nothing */
    }
    c->finished = stop;
    c->left = w->component_size[component];
    for (uint32_t i = 0; i < w->node_count; i++) {
        const graph_node *node = &w->nodes[i];
        if (node->component != component)
            continue;
        if (stop) {
            for (uint32_t e = 0; e < node->out_count; e++)
                if (crosses_cycle(run, &w->edges[w->out[node->out_start + e]]))
                    deliver(run, &w->edges[w->out[node->out_start + e]]);
            continue;
        }
        run->slots[i].waiting = 0;
        for (uint32_t e = node->in_start; e < node->in_start + node->in_count; e++)
            run->slots[i].waiting += !w->edges[e].back && !crosses_cycle(run, &w->edges[e]) &&
                                     w->nodes[w->edges[e].source].component == component;
        if (run->slots[i].waiting == 0)
            push_ready(run, i);
    }
    return KL_OK;
}

/* A node is through, whether it ran or not: tell those that wait for it. */
static void pass_on(kl_run *run, uint32_t index)
{
    const kl_workflow *w = run->workflow;
    const graph_node *node = &w->nodes[index];
    for (uint32_t i = 0; i < node->out_count; i++) {
        const graph_edge *edge = &w->edges[w->out[node->out_start + i]];
        if (!crosses_cycle(run, edge))
            deliver(run, edge);
    }
    if (run->components && w->component_size[node->component] &&
        --run->components[node->component].left == 0)
        end_pass(run, node->component);
}

/* ---- one node ------------------------------------------------------------------------------------ */

static kl_status notify_observers(kl_run *run, const graph_node *node, bool ok, kl_duration took);

static void node_done(kl_run *run, uint32_t index, kl_value output, uint32_t outcome)
{
    slot *s = &run->slots[index];
    run->executed += outcome != KL_OUTCOME_CLOSED;
    if (outcome == KL_OUTCOME_CLOSED) {
        s->state = SLOT_GATED;
        s->via = index;
        run->any_gated = true;
        kl_value_release(output);
    } else {
        run->done += s->state != SLOT_DONE;
        s->state = SLOT_DONE;
        kl_value_replace(&s->output, output);
        s->inert = outcome == KL_OUTCOME_INERT;
        run->any_inert |= s->inert;
    }
    pass_on(run, index);
}

static void told_by_clock(kl_run *run, uint32_t index, kl_time started, kl_time now)
{
    run->slots[index].took = now - started;
    run->last_clock = now;
}

/* What a node refuses are the values it met, never the arguments of the caller: its run failed. */
static void own_failure(kl_error *error)
{
    static const bool is_of_arguments[KL_STATUS_COUNT] = {
        [KL_TYPE] = true, [KL_INVALID] = true, [KL_SYNTAX] = true,    [KL_OVERFLOW] = true,
        [KL_DEPTH] = true, [KL_KEY] = true,    [KL_ATTRIBUTE] = true, [KL_STOP] = true,
    };
    if (error->type || !is_of_arguments[error->code])
        return;
    kl_error_prefix(error, "node execution failed: ");
    error->code = KL_FAILED;
}

/* A node failed. One that only ended because the run did tells nothing new: the limit of the run, or
 * what had stopped it, stays the cause. */
static void fail_node(kl_run *run, uint32_t index, kl_error *error)
{
    bool over = run->deadline != KL_TIME_NONE && run->last_clock >= run->deadline;
    bool ended = error->code == KL_CANCELLED || (error->code == KL_TIMEOUT && over);
    if (!ended || (!over && !run->failed)) {
        own_failure(error);
        fail(run, index, error);
        return;
    }
    kl_error_clear(error);
    if (!run->failed)
        fail_timeout(run, UINT32_MAX, run->deadline - run->begin);
}

/* Every node has ended in one of three ways; this is where all of them come together. */
static void settle(kl_run *run, uint32_t index, kl_status status, kl_value output, uint32_t outcome,
                   kl_error *error)
{
    const graph_node *node = &run->workflow->nodes[index];
    bool ok = status == KL_OK;
    if (ok && !kl_is(output, KL_KIND_MAP)) {
        kl_value_release(output);
        ok = false;
        kl_node_failed(error, "the node returned %s instead of a dict of outputs",
                       kl_value_kind_name(output));
    }
    if (run->options.progress || __atomic_load_n(&run->runtime->observed, __ATOMIC_RELAXED)) {
        kl_status told = notify_observers(run, node, ok, run->slots[index].took);
        if (told != KL_OK && ok)
            fail_plain(run, index, told, "an observer of finished nodes failed");
    }
    if (!ok)
        kl_count(&run->runtime->metrics->nodes_failed, 1);
    if (ok)
        node_done(run, index, output, outcome);
    else
        fail_node(run, index, error);
}

/* Call the node on this thread. */
static kl_status call_node(kl_value *out, uint32_t *outcome, kl_run *run, const graph_node *node,
                           kl_value inputs, kl_value gathered, kl_error *error)
{
    kl_node_call call = {.type = node->type, .inputs = inputs, .state = node->state,
                         .node_id = kl_as_text(node->id).data,
                         .registry = run->runtime->registry, .run = run, .gathered = gathered};
    void *token = node->class == NODE_HEAVY ? kl_blocking_begin() : NULL;
    kl_status status;
    kl_run *outer = current;
    current = run;
    if (node->custom && ((kl_callable *)node->custom->callable.as.object)->wants_context) {
        kl_value args[2] = {inputs, kl_null()};
        status = kl_context_new(&args[1], run, node->id, error);
        if (status == KL_OK)
            status = kl_call_value(out, node->custom->callable, args, 2, error);
        kl_value_release(args[1]);
    } else {
        status = kl_node_invoke(out, &call, error);
    }
    current = outer;
    kl_blocking_end(token);
    *outcome = call.outcome;
    return status;
}

static void run_here(kl_run *run, uint32_t index, kl_value inputs, kl_value gathered)
{
    kl_value output = kl_null();
    kl_error error = KL_ERROR_INIT;
    uint32_t outcome = 0;
    kl_time started = run->last_clock;
    kl_status status = call_node(&output, &outcome, run, &run->workflow->nodes[index], inputs,
                                 gathered, &error);
    told_by_clock(run, index, started, kl_clock_now());
    settle(run, index, status, output, outcome, &error);
    kl_value_release(inputs);
    kl_value_release(gathered);
}

/* ---- jobs ---------------------------------------------------------------------------------------- */

static void list_add(job_list *list, job *j)
{
    j->next = NULL;
    *list->last = j;
    list->last = &j->next;
}

static job *list_take(job_list *list)
{
    job *j = list->first;
    if (j) {
        list->first = j->next;
        if (!list->first)
            list->last = &list->first;
    }
    return j;
}

static void running_remove(kl_run *run, job *j)
{
    for (job **at = &run->running; *at; at = &(*at)->next)
        if (*at == j) {
            *at = j->next;
            return;
        }
}

static void run_job(job *j)
{
    j->status = call_node(&j->output, &j->outcome, j->run, &j->run->workflow->nodes[j->node],
                          j->inputs, j->gathered, &j->error);
    j->finished = kl_clock_now();
}

/* A thread of the pool: takes jobs of one run until there are none. */
static void worker(void *data)
{
    kl_run *run = data;
    pthread_mutex_lock(&run->lock);
    job *j;
    while (run->stop == KL_OK && (j = list_take(&run->queued))) {
        j->started = kl_clock_now();
        j->next = run->running;
        run->running = j;
        pthread_cond_broadcast(&run->changed); /* its time limit counts from now */
        pthread_mutex_unlock(&run->lock);
        run_job(j);
        pthread_mutex_lock(&run->lock);
        running_remove(run, j);
        if (run->abandoned) {
            free_job(j);
            continue;
        }
        list_add(&run->finished, j);
        pthread_cond_broadcast(&run->changed);
    }
    run->workers--;
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->lock);
    kl_run_release(run);
}

/* One more worker, unless as many as may run at once are there. */
static kl_status call_worker(kl_run *run, kl_error *error)
{
    uint32_t most = run->limited ? run->runtime->max_concurrent : run->runtime->max_concurrent - 1;
    pthread_mutex_lock(&run->lock);
    bool wanted = run->workers < KL_MAX(most, 1u);
    run->workers += wanted;
    pthread_mutex_unlock(&run->lock);
    if (!wanted)
        return KL_OK;
    kl_run_retain(run);
    kl_status status = kl_pool_submit(kl_pool_shared(), worker, run, error);
    if (status == KL_OK)
        return KL_OK;
    pthread_mutex_lock(&run->lock);
    bool alone = --run->workers == 0 && run->limited;
    pthread_mutex_unlock(&run->lock);
    kl_run_release(run);
    if (alone)
        return status; /* a limited job needs a thread that can be left behind */
    kl_error_clear(error);
    return KL_OK; /* those that are there, or the coordinator, will do it */
}

static kl_status add_job(kl_run *run, uint32_t index, kl_value inputs, kl_value gathered,
                         kl_error *error)
{
    job *j = kl_alloc_zero(1, sizeof *j);
    if (!j) {
        kl_value_release(inputs);
        kl_value_release(gathered);
        return kl_error_no_memory(error);
    }
    j->run = run;
    j->node = index;
    j->inputs = inputs;
    j->gathered = gathered;
    pthread_mutex_lock(&run->lock);
    list_add(&run->queued, j);
    pthread_mutex_unlock(&run->lock);
    run->in_flight++;
    return call_worker(run, error);
}

static void settle_job(kl_run *run, job *j)
{
    kl_value output = kl_value_take(&j->output);
    run->in_flight--;
    told_by_clock(run, j->node, j->started, j->finished);
    settle(run, j->node, j->status, output, j->outcome, &j->error);
    free_job(j);
}

/* ---- starting a node ----------------------------------------------------------------------------- */

/* All its edges come from gated nodes: it is gated too, by the first of them. */
static bool is_gated(kl_run *run, uint32_t index)
{
    const graph_node *node = &run->workflow->nodes[index];
    if (!node->in_count)
        return false;
    const graph_edge *edges = &run->workflow->edges[node->in_start];
    for (uint32_t i = 0; i < node->in_count; i++)
        if (run->slots[edges[i].source].state != SLOT_GATED)
            return false;
    run->slots[index].state = SLOT_GATED;
    run->slots[index].via = edges[0].source;
    return true;
}

static const char *missing_input(const kl_node_type *type, kl_value inputs)
{
    for (size_t i = 0; i < type->input_count; i++)
        if (kl_param_required(&type->inputs[i]) &&
            !kl_map_has(inputs, kl_text_from(type->inputs[i].name)))
            return type->inputs[i].name;
    return NULL;
}

static kl_status refuse_unknown_config(const kl_run *run, const graph_node *node, kl_error *error);

/* Where it runs: beside others when it may take long and there is something to overlap with, or
 * when a limit must be able to leave it behind. */
static bool is_for_worker(const kl_run *run, const graph_node *node)
{
    if (node->class == NODE_CHEAP)
        return false;
    return run->limited || (run->runtime->max_concurrent > 1 &&
                            (run->ready_head != run->ready_tail || run->in_flight));
}

static void start_node(kl_run *run, uint32_t index)
{
    const graph_node *node = &run->workflow->nodes[index];
    kl_value inputs = kl_null(), gathered = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = KL_OK;
    if (run->any_gated && is_gated(run, index)) {
        pass_on(run, index);
        return;
    }
    if (node->unknown_config)
        status = refuse_unknown_config(run, node, &error);
    if (status == KL_OK)
        status = kl_run_inputs(&inputs, &gathered, run, index, &error);
    if (status == KL_OK && node->in_count && !run->runtime->evaluate_all &&
        node->type->input_count && missing_input(node->type, inputs) && !node->custom) {
        run->slots[index].state = SLOT_SKIPPED;
        kl_value_release(inputs);
        kl_value_release(gathered);
        pass_on(run, index);
        return;
    }
    if (status == KL_OK && is_for_worker(run, node))
        status = add_job(run, index, inputs, gathered, &error);
    else if (status == KL_OK)
        run_here(run, index, inputs, gathered);
    if (status != KL_OK)
        fail(run, index, &error);
}

static kl_status refuse_unknown_config(const kl_run *run, const graph_node *node, kl_error *error)
{
    kl_value unknown, declared = kl_null(), shown = kl_null(), list = kl_null();
    const kl_node_type *type = node->type;
    kl_status status;
    (void)run;
    KL_TRY(kl_array_new(&unknown, 4, error));
    KL_TRY_OUT(kl_array_new(&declared, 4, error));
    for (size_t i = 0; i < type->input_count; i++)
        KL_TRY_OUT(kl_array_push_text(&declared, kl_text_from(type->inputs[i].name), error));
    for (size_t i = 0; i < kl_map_len(node->config); i++) {
        kl_value key = kl_map_key_value_at(node->config, i);
        bool known = false;
        for (size_t j = 0; j < kl_keys_len(node->shape) && !known; j++)
            known = j >= kl_map_len(node->config) &&
                    kl_text_equal(kl_as_text(kl_keys_at(node->shape, j)), kl_as_text(key));
        for (size_t j = 0; j < type->input_count && !known; j++)
            known = kl_text_is(kl_as_text(key), type->inputs[j].name);
        for (size_t j = 0; j < type->config_count && !known; j++)
            known = kl_text_is(kl_as_text(key), type->config[j].name);
        const graph_edge *edges = &run->workflow->edges[node->in_start];
        for (uint32_t e = 0; e < node->in_count && !known; e++)
            known = kl_text_equal(kl_as_text(edges[e].target_port), kl_as_text(key));
        if (!known)
            KL_TRY_OUT(kl_array_push(&unknown, kl_value_retain(key), error));
    }
    KL_TRY_OUT(kl_array_sort(&unknown, error));
    KL_TRY_OUT(kl_json_print(&shown, unknown, &kl_json_spaced, error));
    KL_TRY_OUT(kl_json_print(&list, declared, &kl_json_spaced, error));
    status = kl_error_set(error, KL_FAILED, "unknown parameter(s) for node '%s': %s (declared: %s)",
                          kl_as_text(node->type_name).data, kl_as_text(shown).data,
                          kl_as_text(list).data);
out:
    kl_value_release(unknown);
    kl_value_release(declared);
    kl_value_release(shown);
    kl_value_release(list);
    return status;
}

/* ---- the loop ------------------------------------------------------------------------------------ */

static void begin(kl_run *run)
{
    const kl_workflow *w = run->workflow;
    for (uint32_t i = 0; i < w->node_count; i++)
        run->slots[i].waiting = w->nodes[i].in_count;
    if (w->cyclic)
        for (uint32_t e = 0; e < w->edge_count; e++)
            run->slots[w->edges[e].target].waiting -= w->edges[e].back;
    for (uint32_t i = 0; i < w->node_count; i++)
        if (run->slots[i].waiting == 0)
            push_ready(run, i);
    for (uint32_t c = 0; run->components && c < w->component_count; c++)
        run->components[c].left = w->component_size[c];
}

/* The earliest time at which a limit may end something. With run->lock held. */
static kl_time next_deadline(const kl_run *run, uint32_t *node)
{
    kl_time first = run->deadline;
    *node = UINT32_MAX;
    for (const job *j = run->running; j && run->node_timeout >= 0; j = j->next)
        if (j->started + run->node_timeout < first) {
            first = j->started + run->node_timeout;
            *node = j->node;
        }
    return first;
}

static bool wants_stop(kl_run *run)
{
    if (run->failed)
        return true;
    if (__atomic_load_n(&run->stop, __ATOMIC_ACQUIRE) != KL_OK ||
        (run->parent && kl_run_is_cancelled(run->parent))) {
        fail_plain(run, UINT32_MAX, KL_CANCELLED, "workflow execution was cancelled");
        return true;
    }
    if (run->deadline != KL_TIME_NONE && run->last_clock >= run->deadline) {
        fail_timeout(run, UINT32_MAX, run->deadline - run->begin);
        return true;
    }
    return false;
}

/* Wait until a job ends, a limit is reached or the user interrupts; with run->lock held. */
static void wait_for_change(kl_run *run)
{
    uint32_t node;
    kl_time deadline = next_deadline(run, &node), now = kl_clock_now();
    kl_error error = KL_ERROR_INIT;
    if (now >= deadline && !run->failed) {
        pthread_mutex_unlock(&run->lock);
        run->last_clock = now;
        fail_timeout(run, node, node == UINT32_MAX ? deadline - run->begin : run->node_timeout);
        pthread_mutex_lock(&run->lock);
        return;
    }
    void *token;
    pthread_mutex_unlock(&run->lock);
    token = kl_blocking_begin();
    pthread_mutex_lock(&run->lock);
    if (!run->finished.first && (run->stop == KL_OK || run->failed))
        wait_until(run, KL_MIN(deadline, now + POLL_INTERVAL));
    pthread_mutex_unlock(&run->lock);
    kl_blocking_end(token);
    if (kl_host_poll(&error) != KL_OK)
        fail(run, UINT32_MAX, &error);
    pthread_mutex_lock(&run->lock);
}

/* Jobs that no worker has taken are not started any more. With run->lock held. */
static void drop_queued(kl_run *run)
{
    for (job *j; (j = list_take(&run->queued)); run->in_flight--)
        free_job(j);
}

/* After a timeout or an interrupt nobody waits for what still runs; else it is waited for. */
static bool may_leave(const kl_run *run)
{
    return run->failed && (run->failure.code == KL_TIMEOUT || run->failure.code == KL_INTERRUPTED ||
                           run->failed_node == UINT32_MAX);
}

/* Settle what has finished, help out, or wait. False when nothing is in flight. */
static bool attend_jobs(kl_run *run)
{
    job *done, *mine = NULL;
    pthread_mutex_lock(&run->lock);
    if (run->failed)
        drop_queued(run);
    done = list_take(&run->finished);
    if (!done && run->in_flight && !run->failed && !run->limited && !run->paused)
        mine = list_take(&run->queued);
    bool left = run->in_flight > 0 && !(may_leave(run) && !done);
    if (!done && !mine && left)
        wait_for_change(run);
    pthread_mutex_unlock(&run->lock);
    if (mine) {
        mine->started = kl_clock_now();
        run_job(mine);
        done = mine;
    }
    if (done)
        settle_job(run, done);
    return left;
}

static void wait_while_paused(kl_run *run)
{
    pthread_mutex_lock(&run->lock);
    while (run->paused && run->stop == KL_OK && !run->failed)
        wait_for_change(run);
    pthread_mutex_unlock(&run->lock);
}

static void loop(kl_run *run)
{
    uint32_t since_poll = 0;
    for (;;) {
        if (__atomic_load_n(&run->paused, __ATOMIC_RELAXED))
            wait_while_paused(run);
        if (!wants_stop(run) && run->ready_head != run->ready_tail) {
            start_node(run, run->ready[run->ready_head++ % run->ready_size]);
            if (++since_poll >= 4096) { /* a long chain of cheap nodes can be interrupted too */
                kl_error error = KL_ERROR_INIT;
                since_poll = 0;
                if (kl_host_poll(&error) != KL_OK)
                    fail(run, UINT32_MAX, &error);
            }
            continue;
        }
        if (!run->in_flight || !attend_jobs(run))
            return;
    }
}

/* ---- the end ------------------------------------------------------------------------------------- */

static void add_detail(kl_value *details, kl_text key, kl_status made, kl_value value)
{
    if (made == KL_OK)
        kl_map_set(details, key, value, NULL); /* without memory the message must do */
}

/* What went wrong, with node_id, run_id and partial_results in its details. */
static kl_status report_failure(kl_run *run, kl_error *error)
{
    kl_status code = run->failure.code;
    if (code == KL_INTERRUPTED) {
        kl_error_move(error, &run->failure);
        return code;
    }
    const graph_node *node =
        run->failed_node == UINT32_MAX ? NULL : &run->workflow->nodes[run->failed_node];
    if (run->failure.type || code == KL_NO_MEMORY)
        ; /* a named exception says it in its own words */
    else if (node)
        kl_error_prefix(&run->failure, "%snode '%s' failed -> ",
                        run->parent ? "" : "workflow execution failed: ",
                        kl_as_text(node->id).data);
    else if (!run->parent)
        kl_error_prefix(&run->failure, "workflow execution failed: ");
    kl_value value = kl_null();
    kl_value *details = run->failure.details ? run->failure.details : kl_alloc(sizeof *details);
    if (details && !run->failure.details && kl_map_new(details, 3, NULL) != KL_OK) {
        kl_free(details);
        details = NULL;
    }
    if (details) {
        if (node)
            add_detail(details, KL_TEXT("node_id"), KL_OK, kl_value_retain(node->id));
        add_detail(details, KL_TEXT("run_id"),
                   kl_string_from_valid(&value, (kl_text){run->id, 36}, NULL), value);
        add_detail(details, KL_TEXT("partial_results"), kl_run_partial(&value, run, NULL), value);
        run->failure.details = details;
    }
    kl_error_move(error, &run->failure);
    return code;
}

static void abandon(kl_run *run)
{
    if (!run->in_flight)
        return;
    pthread_mutex_lock(&run->lock);
    run->abandoned = true;
    drop_queued(run);
    pthread_mutex_unlock(&run->lock);
}

static void count_run(kl_run *run)
{
    kl_runtime_metrics *metrics = run->runtime->metrics;
    if (run->parent) { /* counted as part of it */
        kl_count(&metrics->nodes_executed, run->executed);
        return;
    }
    kl_count(run->failed ? &metrics->workflows_failed : &metrics->workflows_completed, 1);
    kl_count(&metrics->nodes_executed, run->executed);
    kl_count(&metrics->total_execution_us, (uint64_t)(run->last_clock - run->begin) / 1000);
    if (run->in_flight)
        kl_count(&metrics->workflows_abandoned, 1);
}

kl_status kl_run_execute(kl_value *out, kl_run *run, kl_error *error)
{
    if (!run->parent)
        kl_count(&run->runtime->metrics->workflows_started, 1);
    begin(run);
    loop(run);
    wants_stop(run); /* a limit that was reached in the last node counts too */
    count_run(run);
    abandon(run);
    return run->failed ? report_failure(run, error) : kl_run_result(out, run, error);
}

/* ---- observers ----------------------------------------------------------------------------------- */

static kl_status event_of(kl_value *out, const kl_run *run, const graph_node *node, bool ok,
                          kl_duration took, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 5, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("run_id"), (kl_text){run->id, 36}, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("node_id"), kl_value_retain(node->id), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("node_type"), kl_value_retain(node->type_name), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("status"),
                               ok ? KL_TEXT("completed") : KL_TEXT("failed"), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("duration_ms"), kl_double((double)took / 1e6), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status notify_observers(kl_run *run, const graph_node *node, bool ok, kl_duration took)
{
    if (run->options.progress)
        run->options.progress(run->options.progress_data, kl_as_text(node->id), ok,
                              (double)took / 1e9);
    pthread_mutex_lock(&run->runtime->lock);
    kl_value observers = kl_value_retain(run->runtime->observers);
    pthread_mutex_unlock(&run->runtime->lock);
    kl_value event = kl_null();
    kl_status status = KL_OK;
    if (kl_map_len(observers))
        status = event_of(&event, run, node, ok, took, NULL);
    for (size_t i = 0; status == KL_OK && i < kl_map_len(observers); i++) {
        kl_value ignored = kl_null();
        status = kl_call_value(&ignored, kl_map_value_at(observers, i), &event, 1, NULL);
        kl_value_release(ignored);
    }
    kl_value_release(event);
    kl_value_release(observers);
    return status;
}
