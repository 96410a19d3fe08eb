/* src/nodes/benchmark.c - PerformanceBenchmarkNode: how long a node takes, again and again. */
#include "action.h"
#include "kailash/time.h"
#include "build_map.h"
#include "operation.h"

#include <math.h>
#include <stdlib.h>

enum { ITERATIONS, NODE, INPUTS, WARMUP };

static int compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* Linear interpolation between the nearest ranks of sorted numbers. */
static double percentile(const double *sorted, size_t count, double share)
{
    if (!count)
        return 0;
    double rank = share * (double)(count - 1);
    size_t low = (size_t)rank, high = KL_MIN(low + 1, count - 1);
    return sorted[low] + (rank - (double)low) * (sorted[high] - sorted[low]);
}

static kl_status run_once(kl_action *action, kl_node_call *call, kl_error *error)
{
    kl_value outputs;
    kl_error why = KL_ERROR_INIT;
    if (!action)
        return KL_OK;
    kl_status status = kl_action_run(&outputs, action, call, call->args[INPUTS], &why);
    if (status == KL_OK)
        kl_value_release(outputs);
    else if (status == KL_NO_MEMORY || status == KL_INTERRUPTED || kl_run_is_cancelled(call->run))
        kl_error_move(error, &why);
    else
        status = kl_node_failed(error, "%s", kl_error_message(&why));
    kl_error_clear(&why);
    return status;
}

static kl_status time_once(double *out, kl_action *action, kl_node_call *call, kl_work *work,
                           kl_error *error)
{
    KL_TRY(kl_work_step(work, error));
    if (action && kl_run_is_cancelled(call->run))
        return kl_error_set(error, KL_CANCELLED, "workflow execution was cancelled");
    kl_time begin = kl_clock_now();
    KL_TRY(run_once(action, call, error));
    *out = (double)(kl_clock_now() - begin);
    return KL_OK;
}

static kl_status measure(double *times, size_t count, kl_action *action, kl_node_call *call,
                         kl_error *error)
{
    double ignored;
    kl_work work = kl_node_work(call);
    for (int64_t i = 0; i < kl_as_int(call->args[WARMUP]); i++)
        KL_TRY(time_once(&ignored, action, call, &work, error));
    for (size_t i = 0; i < count; i++)
        KL_TRY(time_once(&times[i], action, call, &work, error));
    return KL_OK;
}

static kl_status give(kl_value *out, double *times, size_t count, kl_error *error)
{
    double mean = 0, squares = 0;
    qsort(times, count, sizeof *times, compare_doubles);
    for (size_t i = 0; i < count; i++)
        mean += (times[i] - mean) / (double)(i + 1);
    for (size_t i = 0; i < count; i++)
        squares += (times[i] - mean) * (times[i] - mean);
    kl_build m = kl_build_begin(0, error);
    kl_build_double(&m, "max_ns", count ? times[count - 1] : 0);
    kl_build_double(&m, "mean_ns", mean);
    kl_build_double(&m, "min_ns", count ? times[0] : 0);
    kl_build_double(&m, "p50_ns", percentile(times, count, 0.5));
    kl_build_double(&m, "p95_ns", percentile(times, count, 0.95));
    kl_build_double(&m, "p99_ns", percentile(times, count, 0.99));
    kl_build_int(&m, "sample_count", (int64_t)count);
    kl_build_double(&m, "std_dev_ns", count ? sqrt(squares / (double)count) : 0);
    kl_build_double(&m, "throughput_ops_per_sec", mean > 0 ? 1e9 / mean : 0);
    return kl_build_end(out, &m);
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    size_t count = (size_t)kl_as_int(call->args[ITERATIONS]);
    kl_action *action = NULL;
    if (!kl_is_null(call->args[NODE]))
        KL_TRY(kl_action_new_for(&action, call->args[NODE], call, "node", error));
    double *times = kl_alloc_zero(count + 1, sizeof *times);
    kl_status status = times ? measure(times, count, action, call, error) : kl_error_no_memory(error);
    if (status == KL_OK)
        status = give(out, times, count, error);
    kl_free(times);
    kl_action_free(action);
    return status;
}

static const kl_param inputs[] = {
    {.name = "iterations", .kind = KL_KIND_COUNT, .fallback = "100", .range = KL_RANGE(0, 1e7),
     .doc = "how often it is timed"},
    {.name = "node", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "what is timed: " KL_ACTION_DOC "; absent: nothing, which tells what timing itself costs"},
    {.name = "inputs", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL, .doc = "inputs of the node"},
};
static const kl_param config[] = {
    {.name = "warmup", .kind = KL_KIND_COUNT, .fallback = "0", .range = KL_RANGE(0, 1e7),
     .doc = "runs before, that are not timed"},
};
static const kl_param outputs[] = {
    {.name = "mean_ns", .kind = KL_KIND_DOUBLE, .doc = "mean, in nanoseconds as all that follow"},
    {.name = "min_ns", .kind = KL_KIND_DOUBLE, .doc = "shortest"},
    {.name = "max_ns", .kind = KL_KIND_DOUBLE, .doc = "longest"},
    {.name = "p50_ns", .kind = KL_KIND_DOUBLE, .doc = "median"},
    {.name = "p95_ns", .kind = KL_KIND_DOUBLE, .doc = "95th percentile"},
    {.name = "p99_ns", .kind = KL_KIND_DOUBLE, .doc = "99th percentile"},
    {.name = "std_dev_ns", .kind = KL_KIND_DOUBLE, .doc = "standard deviation (by n)"},
    {.name = "sample_count", .kind = KL_KIND_INT, .doc = "number of measurements"},
    {.name = "throughput_ops_per_sec", .kind = KL_KIND_DOUBLE, .doc = "runs per second, by the mean"},
};

static const kl_node_type types[] = {
    {
        .name = "PerformanceBenchmarkNode",
        .category = "Monitoring",
        .doc = "Times a node again and again.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING,
        .run = run,
    },
};

static const kl_node_family benchmarks = {.name = "benchmark", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(benchmarks);
