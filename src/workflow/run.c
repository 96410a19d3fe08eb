/* src/workflow/run.c - one execution of a workflow: made, stopped, ended. See run.h for the whole. */
#include "host.h"
#include "run.h"
#include "task.h"
#include "kailash/id.h"

#include <time.h>

/* ---- making and ending ------------------------------------------------------------------------ */

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

void kl_run_init_locks(kl_run *run)
{
    pthread_condattr_t attributes;
    pthread_mutex_init(&run->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&run->changed, &attributes);
    pthread_condattr_destroy(&attributes);
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
    run->verbose = runtime->config->debug;
    run->context = kl_host_context();
    run->asker = kl_slots_now();
    set_limits(run, options);
    kl_run_init_locks(run);
    run->queued.last = &run->queued.first;
    run->finished.last = &run->finished.first;
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

void kl_run_release(kl_run *run)
{
    if (!run || __atomic_fetch_sub(&run->refs, 1, __ATOMIC_ACQ_REL) != 1)
        return;
    for (uint32_t i = 0; i < run->workflow->node_count; i++)
        kl_value_release(run->slots[i].output);
    kl_task_list_free(run->queued.first);
    kl_task_list_free(run->finished.first);
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

kl_foreign *kl_run_context(kl_run *run)
{
    while (run && !run->context)
        run = run->parent;
    return run ? run->context : NULL;
}

/* ---- stopping --------------------------------------------------------------------------------- */

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
    run->resumed |= run->paused && !paused;
    __atomic_store_n(&run->paused, paused, __ATOMIC_RELAXED);
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

void kl_run_wait_until(kl_run *run, kl_time until)
{
    struct timespec at = {until / 1000000000, until % 1000000000};
    pthread_cond_timedwait(&run->changed, &run->lock, &at);
}

kl_status kl_run_wait(kl_run *run, double seconds, kl_error *error)
{
    kl_time end = after_seconds(kl_clock_now(), seconds);
    kl_status status = KL_OK;
    for (kl_time now; status == KL_OK && (now = kl_clock_now()) < end;) {
        if (kl_run_is_cancelled(run))
            return kl_error_set(error, KL_CANCELLED, "workflow execution was cancelled");
        kl_time until = KL_MIN(end, now + KL_RUN_POLL);
        if (run) {
            pthread_mutex_lock(&run->lock);
            if (run->stop == KL_OK)
                kl_run_wait_until(run, until);
            pthread_mutex_unlock(&run->lock);
        } else {
            struct timespec pause = {0, until - now};
            nanosleep(&pause, NULL);
        }
        status = kl_host_poll(error);
    }
    return status;
}

/* ---- running ---------------------------------------------------------------------------------- */

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
    if (run->verbose)
        kl_run_log(run, "started");
    kl_slots before = kl_slots_enter(&run->asker);
    kl_run_begin(run);
    kl_run_loop(run);
    kl_slots_leave(&before);
    kl_run_wants_stop(run); /* a limit that was reached in the last node counts too */
    count_run(run);
    kl_task_abandon(run);
    if (run->verbose)
        kl_run_log(run, run->failed ? "failed" : "completed");
    return run->failed ? kl_run_report_failure(run, error) : kl_run_result(out, run, error);
}
