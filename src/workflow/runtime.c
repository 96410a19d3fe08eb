/* src/workflow/runtime.c - Runtime: lets runs in, bounds and ends them. */
#include "buffer.h"
#include "deadline.h"
#include "future.h"
#include "host.h"
#include "run.h"
#include "run_handle.h"

#include <inttypes.h>
#include <stdio.h>

#define POLL_INTERVAL (50 * KL_MILLISECOND)

/* ---- letting runs in ----------------------------------------------------------------------------- */

static void link_run(kl_runtime *runtime, kl_run *run)
{
    run->previous = NULL;
    run->next = runtime->runs;
    if (run->next)
        run->next->previous = run;
    runtime->runs = run;
    runtime->admitted++;
}

static void unlink_run(kl_runtime *runtime, kl_run *run)
{
    if (run->previous)
        run->previous->next = run->next;
    else
        runtime->runs = run->next;
    if (run->next)
        run->next->previous = run->previous;
    runtime->admitted--;
}

kl_status kl_runtime_admit(kl_runtime *runtime, kl_run *run, kl_error *error)
{
    pthread_mutex_lock(&runtime->lock);
    bool closed = runtime->closed;
    if (!closed)
        link_run(runtime, run);
    run->forks = runtime->forks;
    pthread_mutex_unlock(&runtime->lock);
    return closed ? kl_error_set(error, KL_STATE,
                                 "the runtime was shut down and takes no further runs")
                  : KL_OK;
}

/* The run whose node called this one's execute(), or that this one is a part of. */
static kl_run *run_around(const kl_run *run) { return run->parent ? run->parent : run->caller; }

/* How many runs of a runtime this thread is in the midst of. */
static uint32_t runs_around(const kl_runtime *runtime, const kl_run *run)
{
    uint32_t count = 0;
    for (; run; run = run_around(run))
        count += run->runtime == runtime && !run->parent;
    return count;
}

/* Until fewer than max_runs are under way. A run that a node of another one calls shares its turn:
 * to wait for that would be to wait for itself. */
static kl_status wait_for_turn(kl_runtime *runtime, kl_run *run, kl_error *error)
{
    kl_status status = KL_OK;
    pthread_mutex_lock(&runtime->lock);
    while (runtime->running >= runtime->max_runs && !runs_around(runtime, run->caller) &&
           !kl_run_is_cancelled(run) && status == KL_OK) {
        pthread_mutex_unlock(&runtime->lock);
        void *token = kl_blocking_begin();
        pthread_mutex_lock(&runtime->lock);
        if (runtime->running >= runtime->max_runs)
            kl_wait_until(&runtime->changed, &runtime->lock, kl_clock_now() + POLL_INTERVAL);
        pthread_mutex_unlock(&runtime->lock);
        kl_blocking_end(token);
        status = kl_host_poll(error);
        pthread_mutex_lock(&runtime->lock);
    }
    runtime->running += status == KL_OK;
    pthread_mutex_unlock(&runtime->lock);
    return status;
}

void kl_runtime_let_go(kl_runtime *runtime, kl_run *run, bool ran)
{
    pthread_mutex_lock(&runtime->lock);
    if (run->forks == runtime->forks) {
        unlink_run(runtime, run);
        runtime->running -= ran;
    }
    if (runtime->closed || runtime->max_runs != INT64_MAX)
        pthread_cond_broadcast(&runtime->changed);
    pthread_mutex_unlock(&runtime->lock);
}

kl_status kl_runtime_run(kl_value *out, bool *ran, kl_runtime *runtime, kl_run *run,
                         kl_error *error)
{
    kl_status status = wait_for_turn(runtime, run, error);
    *ran = status == KL_OK;
    return *ran ? kl_run_execute(out, run, error) : status;
}

/* ---- what a workflow must be to run here --------------------------------------------------------- */

static bool declares(const graph_node *node, kl_text name)
{
    const kl_node_type *type = node->type;
    bool open = (type->flags & KL_NODE_OPEN) || type->input_count + type->config_count == 0;
    for (size_t i = 0; i < type->input_count && !open; i++)
        open = kl_text_is(name, type->inputs[i].name);
    for (size_t i = 0; i < type->config_count && !open; i++)
        open = kl_text_is(name, type->config[i].name);
    return open;
}

static kl_status check_inputs(const kl_workflow *workflow, kl_value inputs, kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(inputs); i++) {
        bool known = false;
        for (uint32_t n = 0; n < workflow->node_count && !known; n++)
            known = workflow->nodes[n].in_count == 0 &&
                    declares(&workflow->nodes[n], kl_map_key_at(inputs, i));
        if (!known)
            return kl_error_set(error, KL_INVALID,
                                "inputs: no root node declares '%.*s' (strict_input_validation)",
                                KL_TEXT_ARG(kl_map_key_at(inputs, i)));
    }
    return KL_OK;
}

/* ---- looking at ports, for those who debug ------------------------------------------------------- */

static bool has_port(const kl_param *ports, size_t count, kl_text name)
{
    for (size_t i = 0; i < count; i++)
        if (kl_text_is(name, ports[i].name))
            return true;
    return false;
}

/* Neither end of the connection is declared, though both nodes declare something. */
static bool is_undeclared(const kl_workflow *workflow, const graph_edge *edge)
{
    const kl_node_type *from = workflow->nodes[edge->source].type;
    const kl_node_type *to = workflow->nodes[edge->target].type;
    if ((from->flags | to->flags) & KL_NODE_OPEN || !from->output_count || !to->input_count)
        return false;
    return !has_port(from->outputs, from->output_count, kl_as_text(edge->source_port)) &&
           !has_port(to->inputs, to->input_count, kl_as_text(edge->target_port));
}

static kl_status warn_of_port(const kl_workflow *workflow, const graph_edge *edge, kl_error *error)
{
    kl_buffer buffer = KL_BUFFER_INIT; /* ids may be of any length */
    kl_value text;
    kl_buffer_format(&buffer, "connection %s.%s -> %s.%s: neither port is declared",
                     kl_as_text(workflow->nodes[edge->source].id).data,
                     kl_as_text(edge->source_port).data,
                     kl_as_text(workflow->nodes[edge->target].id).data,
                     kl_as_text(edge->target_port).data);
    KL_TRY(kl_buffer_finish(&text, &buffer, error));
    kl_status status = kl_host_warn(kl_as_text(text).data, error);
    kl_value_release(text);
    return status;
}

static kl_status warn_of_ports(kl_workflow *workflow, kl_error *error)
{
    if (__atomic_exchange_n(&workflow->warned, 1, __ATOMIC_RELAXED))
        return KL_OK;
    for (uint32_t i = 0; i < workflow->edge_count; i++)
        if (is_undeclared(workflow, &workflow->edges[i]))
            KL_TRY(warn_of_port(workflow, &workflow->edges[i], error));
    return KL_OK;
}

static kl_status check_workflow(const kl_runtime *runtime, kl_workflow *workflow,
                                kl_value inputs, kl_error *error)
{
    if (!kl_is_null(inputs) && !kl_is(inputs, KL_KIND_MAP))
        return kl_error_set(error, KL_TYPE, "inputs: expected object, got %s",
                            kl_value_kind_name(inputs));
    if (workflow->cyclic && !runtime->config->enable_cycles)
        return kl_error_set(error, KL_FAILED,
                            "workflow execution failed: the workflow has cycles; allow them with "
                            "RuntimeConfig(enable_cycles=True)");
    if (workflow->node_count > runtime->max_nodes)
        return kl_error_set(error, KL_LIMIT,
                            "workflow execution failed: the workflow has %u nodes, "
                            "max_nodes_per_workflow allows %" PRId64,
                            workflow->node_count, runtime->max_nodes);
    if (runtime->config->debug)
        KL_TRY(warn_of_ports(workflow, error));
    return runtime->config->strict_input_validation ? check_inputs(workflow, inputs, error) : KL_OK;
}

static kl_status begin_run(kl_run **out, kl_runtime *runtime, kl_workflow *workflow,
                           kl_value inputs, const kl_run_options *options, kl_error *error)
{
    kl_run *run;
    KL_TRY(check_workflow(runtime, workflow, inputs, error));
    KL_TRY(kl_run_new(&run, runtime, workflow, inputs, options, error));
    kl_status status = kl_runtime_admit(runtime, run, error);
    if (status == KL_OK)
        *out = run;
    else
        kl_run_release(run);
    return status;
}

kl_status kl_runtime_execute(kl_value *out, kl_runtime *runtime, kl_workflow *workflow,
                             kl_value inputs, const kl_run_options *options, kl_error *error)
{
    kl_run *run;
    KL_TRY(begin_run(&run, runtime, workflow, inputs, options, error));
    run->caller = kl_run_current();
    bool ran;
    kl_status status = kl_runtime_run(out, &ran, runtime, run, error);
    kl_runtime_let_go(runtime, run, ran);
    kl_run_release(run);
    return status;
}

kl_status kl_runtime_start(kl_run_handle **out, kl_runtime *runtime, kl_workflow *workflow,
                           kl_value inputs, const kl_run_options *options, kl_error *error)
{
    kl_run *run;
    KL_TRY(begin_run(&run, runtime, workflow, inputs, options, error));
    kl_status status = kl_run_handle_start(out, runtime, run, error);
    if (status != KL_OK)
        kl_runtime_let_go(runtime, run, false);
    kl_run_release(run);
    return status;
}

/* ---- making and ending --------------------------------------------------------------------------- */

static int64_t nanoseconds(kl_value seconds)
{
    if (kl_is_null(seconds))
        return -1;
    double ns = kl_as_double(seconds) * 1e9;
    return ns < 9e18 ? (int64_t)ns : -1; /* 285 years are no limit */
}

static int64_t at_most(kl_value count) { return kl_is_null(count) ? INT64_MAX : kl_as_int(count); }

static void read_config(kl_runtime *runtime)
{
    const runtime_config *config = runtime->config;
    int64_t longest = nanoseconds(config->max_workflow_duration);
    runtime->max_concurrent = (uint32_t)KL_MIN(config->max_concurrent_nodes, 4096);
    runtime->evaluate_all = kl_text_is(kl_as_text(config->conditional_execution), "evaluate_all");
    runtime->node_timeout_ns = nanoseconds(config->node_timeout);
    runtime->workflow_timeout_ns = nanoseconds(config->workflow_timeout);
    if (longest >= 0 &&
        (runtime->workflow_timeout_ns < 0 || longest < runtime->workflow_timeout_ns))
        runtime->workflow_timeout_ns = longest;
    runtime->max_nodes = at_most(config->max_nodes_per_workflow);
    runtime->max_runs = at_most(config->max_concurrent_workflows);
}

/* In a forked child: its parent's runs go on there, not here. */
static void forget_runs(void *data)
{
    kl_runtime *runtime = data;
    runtime->runs = NULL;
    runtime->admitted = runtime->running = 0;
    runtime->forks++;
    pthread_cond_init(&runtime->changed, NULL); /* threads of the parent may be waiting on it */
}

static void init_lock(kl_runtime *runtime)
{
    pthread_mutex_init(&runtime->lock, NULL);
    pthread_cond_init(&runtime->changed, NULL);
    runtime->fork_watch =
        (kl_fork_watch){.lock = &runtime->lock, .forked = forget_runs, .data = runtime};
    kl_fork_watch_begin(&runtime->fork_watch);
}

static kl_status runtime_init(kl_object *self, const kl_value *args, kl_error *error)
{
    kl_runtime *runtime = (kl_runtime *)self;
    kl_value config, metrics;
    init_lock(runtime);
    /* A snapshot: what the caller changes in his config later changes nothing here. */
    KL_TRY(kl_object_copy(&config, &kl_runtime_config_type, args[1], error));
    runtime->config = (runtime_config *)config.as.object;
    KL_TRY(kl_object_make(&metrics, &kl_runtime_metrics_type, NULL, error));
    runtime->metrics = (kl_runtime_metrics *)metrics.as.object;
    runtime->registry = (kl_registry *)kl_object_retain(args[0].as.object);
    __atomic_fetch_add(&runtime->registry->runtimes, 1, __ATOMIC_ACQ_REL);
    runtime->executor = kl_executor_threads();
    read_config(runtime);
    return KL_OK;
}

static void runtime_dispose(kl_object *self)
{
    kl_runtime *runtime = (kl_runtime *)self;
    kl_fork_watch_end(&runtime->fork_watch);
    if (runtime->registry)
        __atomic_fetch_sub(&runtime->registry->runtimes, 1, __ATOMIC_ACQ_REL);
    kl_object_release((kl_object *)runtime->registry);
    kl_object_release((kl_object *)runtime->config);
    kl_object_release((kl_object *)runtime->metrics);
    kl_value_release(runtime->observers);
    pthread_mutex_destroy(&runtime->lock);
    pthread_cond_destroy(&runtime->changed);
}

kl_status kl_runtime_new(kl_runtime **out, kl_registry *registry, kl_value config, kl_error *error)
{
    kl_value made, args[2] = {kl_value_of((kl_object *)registry), config};
    KL_TRY(kl_object_make(&made, &kl_runtime_type, args, error));
    *out = (kl_runtime *)made.as.object;
    return KL_OK;
}

/* ---- closing ------------------------------------------------------------------------------------- */

static void stop_all(kl_runtime *runtime)
{
    for (kl_run *run = runtime->runs; run; run = run->next)
        kl_run_stop(run, KL_CANCELLED);
}

/* Wait until nothing is admitted, but for the runs that this thread itself is in the midst of, or
 * the deadline has passed; with runtime->lock held. */
static kl_status wait_until_idle(kl_runtime *runtime, kl_time deadline, kl_error *error)
{
    kl_status status = KL_OK;
    uint32_t own = runs_around(runtime, kl_run_current());
    while (runtime->admitted > own && kl_clock_now() < deadline && status == KL_OK) {
        pthread_mutex_unlock(&runtime->lock);
        void *token = kl_blocking_begin();
        pthread_mutex_lock(&runtime->lock);
        if (runtime->admitted > own)
            kl_wait_until(&runtime->changed, &runtime->lock,
                          KL_MIN(deadline, kl_clock_now() + POLL_INTERVAL));
        pthread_mutex_unlock(&runtime->lock);
        kl_blocking_end(token);
        status = kl_host_poll(error);
        pthread_mutex_lock(&runtime->lock);
    }
    return status;
}

/* How long a run that was told to stop is waited for. */
#define STOP_GRACE (5 * KL_SECOND)

kl_status kl_runtime_drain(uint32_t *drained, uint32_t *cancelled, kl_runtime *runtime,
                           double seconds, kl_error *error)
{
    kl_time deadline = seconds < 9e9 ? kl_clock_after((kl_duration)(KL_MAX(seconds, 0) * 1e9))
                                     : KL_TIME_NONE;
    pthread_mutex_lock(&runtime->lock);
    runtime->closed = true;
    uint32_t before = runtime->admitted;
    kl_status status = wait_until_idle(runtime, deadline, error);
    *cancelled = runtime->admitted;
    *drained = before - KL_MIN(before, runtime->admitted);
    if (status == KL_OK && runtime->admitted) {
        stop_all(runtime);
        status = wait_until_idle(runtime, kl_clock_after(STOP_GRACE), error);
    }
    pthread_mutex_unlock(&runtime->lock);
    return status;
}

/* ---- methods ------------------------------------------------------------------------------------- */

static kl_run_options options_of(kl_value opts)
{
    kl_run_options options = {.node_inputs = kl_null()};
    const execute_opts *given = kl_as_object(opts, &kl_execute_opts_type);
    if (!given)
        return options;
    options.has_soft = !kl_is_null(given->soft_time_limit);
    options.has_hard = !kl_is_null(given->time_limit);
    options.soft_time_limit = kl_as_double(given->soft_time_limit);
    options.time_limit = kl_as_double(given->time_limit);
    return options;
}

static kl_status call_execute(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    return kl_runtime_execute(out, (kl_runtime *)self, (kl_workflow *)args[0].as.object, args[1],
                              NULL, error);
}

static kl_status call_execute_with_opts(kl_value *out, kl_object *self, const kl_value *args,
                                        kl_error *error)
{
    kl_run_options options = options_of(args[2]);
    options.node_inputs = args[3];
    return kl_runtime_execute(out, (kl_runtime *)self, (kl_workflow *)args[0].as.object, args[1],
                              &options, error);
}

static kl_status call_start(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_run_handle *handle;
    kl_run_options options = options_of(args[2]);
    options.node_inputs = args[3];
    KL_TRY(kl_runtime_start(&handle, (kl_runtime *)self, (kl_workflow *)args[0].as.object, args[1],
                            &options, error));
    *out = kl_value_of((kl_object *)handle);
    return KL_OK;
}

static kl_status call_drain(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    uint32_t drained, cancelled;
    kl_value map;
    KL_TRY(kl_runtime_drain(&drained, &cancelled, (kl_runtime *)self, kl_as_double(args[0]),
                            error));
    KL_TRY(kl_map_new(&map, 2, error));
    kl_status status = kl_map_set(&map, KL_TEXT("drained"), kl_int(drained), error);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("cancelled"), kl_int(cancelled), error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

static kl_status call_shutdown(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    uint32_t drained, cancelled;
    (void)out;
    (void)args;
    return kl_runtime_drain(&drained, &cancelled, (kl_runtime *)self, 0, error);
}

static kl_status call_enter(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    (void)error;
    *out = kl_value_of(kl_object_retain(self));
    return KL_OK;
}

static kl_status call_exit(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    uint32_t drained, cancelled;
    (void)args;
    *out = kl_bool(false); /* an exception of the block goes on */
    return kl_runtime_drain(&drained, &cancelled, (kl_runtime *)self, 1e10, error);
}

static kl_status call_metrics(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    (void)error;
    *out = kl_value_of(kl_object_retain(&((kl_runtime *)self)->metrics->object));
    return KL_OK;
}

static kl_status call_registry(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    (void)args;
    (void)error;
    *out = kl_value_of(kl_object_retain(&((kl_runtime *)self)->registry->object));
    return KL_OK;
}

static kl_status runtime_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_runtime *runtime = (const kl_runtime *)self;
    return kl_string_format(out, error, "Runtime(debug=%s, max_concurrent=%u)",
                            runtime->config->debug ? "true" : "false", runtime->max_concurrent);
}

/* ---- observers ----------------------------------------------------------------------------------- */

typedef struct subscription {
    kl_runtime *runtime;
    int64_t id;
} subscription;

static void subscription_key(char key[24], int64_t id) { snprintf(key, 24, "%" PRId64, id); }

static kl_status edit_observers(kl_runtime *runtime, int64_t id, kl_value callback, kl_error *error)
{
    char key[24];
    kl_status status = KL_OK;
    subscription_key(key, id);
    pthread_mutex_lock(&runtime->lock);
    /* Held until the lock is open again: the end of a callback may call back into a face. */
    kl_value before = kl_value_retain(runtime->observers);
    if (kl_is_null(callback)) {
        status = kl_map_remove(&runtime->observers, kl_text_from(key), error);
    } else {
        if (kl_is_null(runtime->observers))
            status = kl_map_new(&runtime->observers, 1, error);
        if (status == KL_OK)
            status = kl_map_set(&runtime->observers, kl_text_from(key), kl_value_retain(callback),
                                error);
    }
    __atomic_store_n(&runtime->observed, (uint32_t)kl_map_len(runtime->observers),
                     __ATOMIC_RELAXED);
    pthread_mutex_unlock(&runtime->lock);
    kl_value_release(before);
    return status;
}

static kl_status unsubscribe(kl_value *out, kl_callable *self, const kl_value *args, size_t count,
                             kl_error *error)
{
    const subscription *s = self->data;
    (void)out;
    (void)args;
    (void)count;
    return edit_observers(s->runtime, s->id, kl_null(), error);
}

static void end_subscription(kl_callable *self)
{
    subscription *s = self->data;
    kl_object_release(&s->runtime->object);
    kl_free(s);
}

static kl_status call_on_node_complete(kl_value *out, kl_object *self, const kl_value *args,
                                       kl_error *error)
{
    kl_runtime *runtime = (kl_runtime *)self;
    subscription *s = kl_alloc(sizeof *s);
    if (!s)
        return kl_error_no_memory(error);
    pthread_mutex_lock(&runtime->lock);
    *s = (subscription){runtime, ++runtime->next_observer};
    pthread_mutex_unlock(&runtime->lock);
    int64_t id = s->id;
    kl_object_retain(self);
    kl_status status = kl_callable_new(out, unsubscribe, end_subscription, s, error);
    if (status != KL_OK) {
        kl_object_release(self);
        kl_free(s);
        return status;
    }
    status = edit_observers(runtime, id, args[0], error);
    if (status != KL_OK)
        kl_value_release(kl_value_take(out));
    return status;
}

/* ---- tables -------------------------------------------------------------------------------------- */

static const kl_param init_params[] = {
    {.name = "registry", .kind = KL_KIND_OBJECT, .type = &kl_registry_type,
     .doc = "node types; nothing can be registered in it while the runtime lives"},
    {.name = "config", .kind = KL_KIND_OBJECT, .type = &kl_runtime_config_type,
     .flags = KL_OPTIONAL, .doc = "how to execute; None = the defaults"},
};

#define WORKFLOW_PARAM                                                                             \
    {                                                                                              \
        .name = "workflow", .kind = KL_KIND_OBJECT, .type = &kl_workflow_type,                     \
        .doc = "what to run"                                                                       \
    }
#define INPUTS_PARAM                                                                               \
    {                                                                                              \
        .name = "inputs", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,                               \
        .doc = "values that all root nodes get"                                                    \
    }
#define OPTS_PARAM                                                                                 \
    {                                                                                              \
        .name = "opts", .kind = KL_KIND_OBJECT, .type = &kl_execute_opts_type,                     \
        .flags = KL_OPTIONAL, .doc = "limits of this run"                                          \
    }

#define NODE_INPUTS_PARAM                                                                          \
    {                                                                                              \
        .name = "node_inputs", .kind = KL_KIND_MAP, .item = KL_KIND_MAP,                           \
        .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,                                                    \
        .doc = "values for single nodes by id; above their config, below their connections"        \
    }

static const kl_param execute_params[] = {WORKFLOW_PARAM, INPUTS_PARAM};
static const kl_param opts_params[] = {WORKFLOW_PARAM, INPUTS_PARAM, OPTS_PARAM, NODE_INPUTS_PARAM};
static const kl_param drain_params[] = {
    {.name = "timeout_secs", .kind = KL_KIND_DURATION,
     .doc = "seconds to wait for the runs under way before they are cancelled"},
};
static const kl_param observer_params[] = {
    {.name = "callback", .kind = KL_KIND_CALLABLE,
     .doc = "called with a dict of run_id, node_id, node_type, status, duration_ms"},
};
static const kl_param exit_params[] = {
    {.name = "exc_type", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL, .doc = "as Python passes it"},
    {.name = "exc_value", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL, .doc = "as Python passes it"},
    {.name = "traceback", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL, .doc = "as Python passes it"},
};

#define RUN_RAISES "RuntimeError, GateUndetermined"

static const kl_method methods[] = {
    {.name = "execute", .call = call_execute, .params = KL_TABLE(execute_params),
     .returns = KL_KIND_MAP, .raises = RUN_RAISES,
     .doc = "Runs a workflow to its end and returns {results, run_id, metadata}, with skipped when "
            "a gate was closed. An error carries node_id, run_id and partial_results."},
    {.name = "execute_async", .call = call_start, .params = KL_TABLE(opts_params),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_run_handle_type, .flags = KL_AWAITABLE, .raises = RUN_RAISES,
     .doc = "The same as an awaitable; cancelling it cancels the run."},
    {.name = "execute_with_opts", .call = call_execute_with_opts, .params = KL_TABLE(opts_params),
     .returns = KL_KIND_MAP, .raises = RUN_RAISES ", SoftTimeLimitExceeded",
     .doc = "The same as execute() under limits."},
    {.name = "start", .call = call_start, .params = KL_TABLE(opts_params),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_run_handle_type, .raises = "RuntimeError",
     .doc = "Runs a workflow in the background and returns its handle."},
    {.name = "on_node_complete", .call = call_on_node_complete,
     .params = KL_TABLE(observer_params), .returns = KL_KIND_CALLABLE,
     .doc = "Calls back after each node of every run; returns a function that ends this."},
    {.name = "metrics", .call = call_metrics, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_runtime_metrics_type, .doc = "The counters of this runtime."},
    {.name = "registry", .call = call_registry, .flags = KL_PROPERTY, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_registry_type, .doc = "The registry it was made from."},
    {.name = "drain", .call = call_drain, .params = KL_TABLE(drain_params), .returns = KL_KIND_MAP,
     .item = KL_KIND_INT,
     .doc = "Takes no further runs, waits for those under way and cancels what is left then. "
            "Returns {drained, cancelled}."},
    {.name = "shutdown", .call = call_shutdown, .returns = KL_KIND_NONE,
     .doc = "Takes no further runs and cancels those under way. May be called again."},
    {.name = "__enter__", .call = call_enter, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_runtime_type, .doc = "The runtime itself."},
    {.name = "__exit__", .call = call_exit, .params = KL_TABLE(exit_params),
     .returns = KL_KIND_BOOL, .doc = "Takes no further runs and waits for those under way."},
};

static void runtime_traverse(kl_object *self, kl_visit *visit, void *data)
{
    const kl_runtime *runtime = (const kl_runtime *)self;
    visit(runtime->observers, data);
    if (runtime->registry)
        visit(kl_value_of(&runtime->registry->object), data);
}

/* The registry goes its own way: when nobody else has it, its functions are part of the circle. */
static void runtime_clear(kl_object *self)
{
    kl_runtime *runtime = (kl_runtime *)self;
    kl_value_release(kl_value_take(&runtime->observers));
    __atomic_store_n(&runtime->observed, 0, __ATOMIC_RELAXED);
    if (runtime->registry && runtime->registry->object.payload.refs == 1)
        kl_object_clear(&runtime->registry->object);
}

const kl_type kl_runtime_type = {
    .name = "Runtime",
    .module = "kailash",
    .doc = "Executes workflows. Any number of threads may use it at once.",
    .size = sizeof(kl_runtime),
    .methods = KL_TABLE(methods),
    .params = KL_TABLE(init_params),
    .init = runtime_init,
    .dispose = runtime_dispose,
    .repr = runtime_repr,
    .traverse = runtime_traverse,
    .clear = runtime_clear,
};
KL_PUBLISH(kl_runtime_type);
