/* src/workflow/schedule.c - starts ready nodes, here or as tasks, and settles those that have ended. */
#include "host.h"
#include "invoke.h"
#include "run.h"
#include "task.h"
#include "kailash/json.h"
#include "kailash/log.h"

/* ---- one node --------------------------------------------------------------------------------- */

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
    kl_run_pass_on(run, index);
}

void kl_run_took(kl_run *run, uint32_t index, kl_time started, kl_time now)
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
    kl_node_form(error);
    error->code = KL_FAILED;
}

/* Somebody has asked the run, or the one it is a part of, to end. */
static bool is_stopped(kl_run *run)
{
    return __atomic_load_n(&run->stop, __ATOMIC_ACQUIRE) != KL_OK ||
           (run->parent && kl_run_is_cancelled(run->parent));
}

static void fail_cancelled(kl_run *run)
{
    kl_run_fail_plain(run, UINT32_MAX, KL_CANCELLED, "workflow execution was cancelled");
}

/* A node failed. One that only ended because the run did tells nothing new: the limit of the run, or
 * what had stopped it, stays the cause. */
static void fail_node(kl_run *run, uint32_t index, kl_error *error)
{
    bool over = run->deadline != KL_TIME_NONE && run->last_clock >= run->deadline;
    bool ended = error->code == KL_CANCELLED || (error->code == KL_TIMEOUT && over);
    if (!ended || (!over && !run->failed && !is_stopped(run))) {
        own_failure(error);
        kl_run_fail(run, index, error);
        return;
    }
    kl_error_clear(error);
    if (!run->failed && over)
        kl_run_fail_timeout(run, UINT32_MAX, run->deadline - run->begin);
    else if (!run->failed)
        fail_cancelled(run);
}

/* Every node has ended in one of three ways; this is where all of them come together. */
void kl_run_settle(kl_run *run, uint32_t index, kl_status status, kl_value output, uint32_t outcome,
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
        kl_error why = KL_ERROR_INIT;
        if (kl_run_notify(run, node, ok, run->slots[index].took, &why) != KL_OK)
            kl_run_fail(run, UINT32_MAX, &why);
    }
    if (run->verbose)
        kl_run_log_node(run, node, ok ? "completed" : kl_error_message(error),
                        run->slots[index].took);
    if (!ok)
        kl_count(&run->runtime->metrics->nodes_failed, 1);
    if (ok)
        node_done(run, index, output, outcome);
    else
        fail_node(run, index, error);
}

static _Thread_local kl_run *current;

kl_run *kl_run_current(void) { return current; }

kl_status kl_run_call(kl_value *out, uint32_t *outcome, kl_run *run, const graph_node *node,
                      kl_value inputs, kl_value gathered, kl_error *error)
{
    kl_node_call call = {.type = node->type, .inputs = inputs, .state = node->state,
                         .node_id = kl_as_text(node->id).data, .run_id = run->id,
                         .registry = run->runtime->registry, .run = run, .gathered = gathered};
    void *token = node->class == NODE_HEAVY ? kl_blocking_begin() : NULL;
    kl_run *outer = current;
    current = run;
    kl_status status = kl_node_invoke_with(out, &call, node->retry, error);
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
    kl_status status = kl_run_call(&output, &outcome, run, &run->workflow->nodes[index], inputs,
                                 gathered, &error);
    kl_run_took(run, index, started, kl_clock_now());
    kl_run_settle(run, index, status, output, outcome, &error);
    kl_value_release(inputs);
    kl_value_release(gathered);
}

/* ---- starting a node -------------------------------------------------------------------------- */

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

/* The names that the config of a node has and nobody knows, as JSON text; given. */
static kl_status unknown_names(kl_value *out, const kl_run *run, const graph_node *node,
                               kl_error *error)
{
    kl_value names;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&names, 4, error));
    for (size_t i = 0; i < kl_map_len(node->config) && status == KL_OK; i++)
        if (!kl_node_knows(run->workflow, node, kl_map_key_at(node->config, i)))
            status = kl_array_push(&names, kl_value_retain(kl_map_key_value_at(node->config, i)),
                                   error);
    if (status == KL_OK)
        status = kl_array_sort(&names, error);
    if (status == KL_OK)
        status = kl_json_print(out, names, &kl_json_spaced, error);
    kl_value_release(names);
    return status;
}

static kl_status declared_names(kl_value *out, const kl_node_type *type, kl_error *error)
{
    kl_value names;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&names, type->input_count, error));
    for (size_t i = 0; i < type->input_count && status == KL_OK; i++)
        status = kl_array_push_text(&names, kl_text_from(type->inputs[i].name), error);
    if (status == KL_OK)
        status = kl_json_print(out, names, &kl_json_spaced, error);
    kl_value_release(names);
    return status;
}

static kl_status refuse_unknown_config(const kl_run *run, const graph_node *node, kl_error *error)
{
    kl_value unknown, declared;
    KL_TRY(unknown_names(&unknown, run, node, error));
    kl_status status = declared_names(&declared, node->type, error);
    if (status == KL_OK) {
        status = kl_error_set(error, KL_FAILED,
                              "unknown parameter(s) for node '%s': %s (declared: %s)",
                              kl_as_text(node->type_name).data, kl_as_text(unknown).data,
                              kl_as_text(declared).data);
        kl_value_release(declared);
    }
    kl_value_release(unknown);
    return status;
}

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
        kl_run_pass_on(run, index);
        return;
    }
    if (node->unknown_config)
        status = refuse_unknown_config(run, node, &error);
    if (status == KL_OK)
        status = kl_run_inputs(&inputs, &gathered, run, index, &error);
    if (status == KL_OK && node->in_count && !run->runtime->evaluate_all &&
        node->type->input_count && missing_input(node->type, inputs) && !node->custom) {
        run->slots[index].state = SLOT_SKIPPED;
        if (run->verbose)
            kl_run_log_node(run, node, "skipped: a required input did not arrive", 0);
        kl_value_release(inputs);
        kl_value_release(gathered);
        kl_run_pass_on(run, index);
        return;
    }
    if (status == KL_OK && is_for_worker(run, node))
        status = kl_task_add(run, index, inputs, gathered, &error);
    else if (status == KL_OK)
        run_here(run, index, inputs, gathered);
    if (status != KL_OK)
        kl_run_fail(run, index, &error);
}

/* ---- the loop --------------------------------------------------------------------------------- */

bool kl_run_wants_stop(kl_run *run)
{
    if (run->failed)
        return true;
    if (is_stopped(run)) {
        fail_cancelled(run);
        return true;
    }
    if (run->deadline != KL_TIME_NONE && run->last_clock >= run->deadline) {
        kl_run_fail_timeout(run, UINT32_MAX, run->deadline - run->begin);
        return true;
    }
    return false;
}

void kl_run_loop(kl_run *run)
{
    uint32_t since_poll = 0;
    for (;;) {
        if (__atomic_load_n(&run->paused, __ATOMIC_RELAXED))
            kl_task_rest(run);
        if (!kl_run_wants_stop(run) && run->ready_head != run->ready_tail) {
            start_node(run, run->ready[run->ready_head++ % run->ready_size]);
            if (++since_poll >= 4096) { /* a long chain of cheap nodes can be interrupted too */
                kl_error error = KL_ERROR_INIT;
                since_poll = 0;
                if (kl_host_poll(&error) != KL_OK)
                    kl_run_fail(run, UINT32_MAX, &error);
            }
            continue;
        }
        if (!run->in_flight || !kl_task_attend(run))
            return;
    }
}
