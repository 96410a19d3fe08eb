/* src/workflow/metrics.c - RuntimeMetrics: what a runtime has counted. */
#include "metrics.h"
#include "buffer.h"

#include <inttypes.h>

typedef struct counter {
    const char *name; /* of the getter */
    const char *metric;
    const char *help;
    size_t offset;
} counter;

#define COUNTER(member, metric_name, text)                                                         \
    {#member, metric_name, text, offsetof(kl_runtime_metrics, member)}

static const counter counters[] = {
    COUNTER(workflows_started, "kailash_workflow_started_total", "Workflow runs started."),
    COUNTER(workflows_completed, "kailash_workflow_completed_total", "Workflow runs completed."),
    COUNTER(workflows_failed, "kailash_workflow_failed_total", "Workflow runs failed."),
    COUNTER(nodes_executed, "kailash_nodes_executed_total", "Nodes executed."),
    COUNTER(nodes_failed, "kailash_nodes_failed_total", "Nodes failed."),
    COUNTER(workflows_abandoned, "kailash_workflow_abandoned_total",
            "Runs that left a node behind which did not stop in time."),
};

static uint64_t read_counter(const kl_runtime_metrics *metrics, const counter *c)
{
    return __atomic_load_n((const uint64_t *)((const char *)metrics + c->offset), __ATOMIC_RELAXED);
}

/* ---- methods ----------------------------------------------------------------------------------- */

#define GETTER(member)                                                                             \
    static kl_status get_##member(kl_value *out, kl_object *self, const kl_value *args,            \
                                  kl_error *error)                                                 \
    {                                                                                              \
        (void)args;                                                                                \
        (void)error;                                                                               \
        *out = kl_int((int64_t)__atomic_load_n(&((kl_runtime_metrics *)self)->member,              \
                                               __ATOMIC_RELAXED));                                 \
        return KL_OK;                                                                              \
    }
GETTER(workflows_started)
GETTER(workflows_completed)
GETTER(workflows_failed)
GETTER(nodes_executed)
GETTER(nodes_failed)
GETTER(total_execution_us)

static kl_status record_start(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out;
    (void)args;
    (void)error;
    kl_count(&((kl_runtime_metrics *)self)->workflows_started, 1);
    return KL_OK;
}

static kl_status record_complete(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    (void)out;
    (void)error;
    kl_count(&((kl_runtime_metrics *)self)->workflows_completed, 1);
    kl_count(&((kl_runtime_metrics *)self)->total_execution_us, (uint64_t)kl_as_int(args[0]));
    return KL_OK;
}

static kl_status record_failed(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out;
    (void)error;
    kl_count(&((kl_runtime_metrics *)self)->workflows_failed, 1);
    kl_count(&((kl_runtime_metrics *)self)->total_execution_us, (uint64_t)kl_as_int(args[0]));
    return KL_OK;
}

static kl_status record_node(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out;
    (void)args;
    (void)error;
    kl_count(&((kl_runtime_metrics *)self)->nodes_executed, 1);
    return KL_OK;
}

static kl_status record_node_failed(kl_value *out, kl_object *self, const kl_value *args,
                                    kl_error *error)
{
    (void)out;
    (void)args;
    (void)error;
    kl_count(&((kl_runtime_metrics *)self)->nodes_failed, 1);
    return KL_OK;
}

static kl_status to_prometheus(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const kl_runtime_metrics *metrics = (const kl_runtime_metrics *)self;
    kl_buffer text = KL_BUFFER_INIT;
    (void)args;
    for (size_t i = 0; i < KL_COUNT(counters); i++)
        kl_buffer_format(&text, "# HELP %s %s\n# TYPE %s counter\n%s %" PRIu64 "\n",
                         counters[i].metric, counters[i].help, counters[i].metric,
                         counters[i].metric, read_counter(metrics, &counters[i]));
    uint64_t us = __atomic_load_n(&metrics->total_execution_us, __ATOMIC_RELAXED);
    kl_buffer_format(&text,
                     "# HELP kailash_workflow_execution_duration_seconds_total Time spent in runs.\n"
                     "# TYPE kailash_workflow_execution_duration_seconds_total counter\n"
                     "kailash_workflow_execution_duration_seconds_total %" PRIu64 ".%06" PRIu64 "\n",
                     us / 1000000, us % 1000000);
    return kl_buffer_finish(out, &text, error);
}

static const kl_param duration_params[] = {
    {.name = "duration_us", .kind = KL_KIND_COUNT, .doc = "how long the run took, in microseconds"},
};

#define COUNT_METHOD(member, text)                                                                 \
    {.name = #member, .call = get_##member, .returns = KL_KIND_INT, .doc = text}

static const kl_method methods[] = {
    COUNT_METHOD(workflows_started, "Runs started."),
    COUNT_METHOD(workflows_completed, "Runs completed."),
    COUNT_METHOD(workflows_failed, "Runs failed."),
    COUNT_METHOD(nodes_executed, "Nodes executed."),
    COUNT_METHOD(nodes_failed, "Nodes failed."),
    COUNT_METHOD(total_execution_us, "Time spent in runs, in microseconds."),
    {.name = "record_workflow_start", .call = record_start, .returns = KL_KIND_NONE,
     .doc = "Counts a run that starts."},
    {.name = "record_workflow_complete", .call = record_complete,
     .params = KL_TABLE(duration_params), .returns = KL_KIND_NONE,
     .doc = "Counts a run that completed."},
    {.name = "record_workflow_failed", .call = record_failed, .params = KL_TABLE(duration_params),
     .returns = KL_KIND_NONE, .doc = "Counts a run that failed."},
    {.name = "record_node_executed", .call = record_node, .returns = KL_KIND_NONE,
     .doc = "Counts a node that was executed."},
    {.name = "record_node_failed", .call = record_node_failed, .returns = KL_KIND_NONE,
     .doc = "Counts a node that failed."},
    {.name = "to_prometheus", .call = to_prometheus, .returns = KL_KIND_STRING,
     .doc = "All counters in the Prometheus text exposition format."},
};

static kl_status metrics_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_runtime_metrics *metrics = (const kl_runtime_metrics *)self;
    return kl_string_format(out, error,
                            "RuntimeMetrics(started=%" PRIu64 ", completed=%" PRIu64
                            ", failed=%" PRIu64 ")",
                            __atomic_load_n(&metrics->workflows_started, __ATOMIC_RELAXED),
                            __atomic_load_n(&metrics->workflows_completed, __ATOMIC_RELAXED),
                            __atomic_load_n(&metrics->workflows_failed, __ATOMIC_RELAXED));
}

const kl_type kl_runtime_metrics_type = {
    .name = "RuntimeMetrics",
    .module = "kailash._kailash",
    .doc = "Counters of runs and nodes. Those of a Runtime come from Runtime.metrics().",
    .size = sizeof(kl_runtime_metrics),
    .methods = KL_TABLE(methods),
    .repr = metrics_repr,
};
KL_PUBLISH(kl_runtime_metrics_type);
