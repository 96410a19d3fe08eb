/* src/nodes/resources.c - ResourceAnalyzerNode, ResourceOptimizerNode, ResourceScalerNode: they
 * reckon, and touch no machine. */
#include "buffer.h"
#include "mode.h"
#include "build_map.h"

#include <math.h>
#include <stdio.h>

/* The ceiling as a count of instances, within bounds that an int64 holds. */
static int64_t instances_of(double real)
{
    double whole = ceil(real);
    return whole > 9e15 ? (int64_t)9e15 : whole > 0 ? (int64_t)whole : 0; /* NaN gives 0 */
}

static int64_t clamp(int64_t number, int64_t low, int64_t high)
{
    return number < low ? low : number > high ? high : number;
}

/* A list with one text; given. */
static kl_status list_of_text(kl_value *out, kl_text text, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, 1, error));
    kl_status status = text.len ? kl_array_push_text(&list, text, error) : KL_OK;
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

static void set_recommendation(kl_build *m, const char *text)
{
    kl_value list = kl_null();
    if (m->status == KL_OK)
        kl_build_given(m, "recommendations", list_of_text(&list, kl_text_from(text), m->error),
                         list);
}

/* ---- ResourceAnalyzerNode ------------------------------------------------------------------------ */

enum { A_OPERATION, A_SAMPLES, A_NAME, A_NODES, A_ANALYSIS };

static const char *const analyzer_words[] = {"analyze", "summarize", "recommend", NULL};

static const kl_param analyzer_inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = analyzer_words,
     .doc = "analyze samples of one resource, summarize nodes, or recommend from an analysis"},
    {.name = "samples", .kind = KL_KIND_ARRAY, .item = KL_KIND_NUMBER, .flags = KL_OPTIONAL,
     .doc = "analyze: measurements in the order they were taken"},
    {.name = "resource_name", .kind = KL_KIND_STRING, .fallback = "\"unknown\"",
     .doc = "analyze: handed on with the result"},
    {.name = "nodes_data", .kind = KL_KIND_ARRAY, .flags = KL_OPTIONAL,
     .doc = "summarize: a dict with cpu_percent and memory_percent per node; what is missing is 0"},
    {.name = "analysis", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "recommend: {average, trend} as analyze gives them"},
};
static const kl_param analyzer_outputs[] = {
    {.name = "average", .kind = KL_KIND_DOUBLE, .flags = KL_OPTIONAL, .doc = "analyze: the mean"},
    {.name = "min", .kind = KL_KIND_DOUBLE, .flags = KL_OPTIONAL, .doc = "analyze: the smallest"},
    {.name = "max", .kind = KL_KIND_DOUBLE, .flags = KL_OPTIONAL, .doc = "analyze: the largest"},
    {.name = "sample_count", .kind = KL_KIND_INT, .flags = KL_OPTIONAL, .doc = "analyze: how many"},
    {.name = "trend", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "analyze: increasing or decreasing when the line through the samples rises or falls by "
            "more than 5 % of their mean per sample, else stable"},
    {.name = "resource_name", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "as given"},
    {.name = "summary", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "summarize: {average_cpu_percent, average_memory_percent, total_nodes}"},
    {.name = "total_nodes", .kind = KL_KIND_INT, .flags = KL_OPTIONAL, .doc = "summarize: how many"},
    {.name = "recommendations", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "recommend: what to do, in words"},
};

static double mean_of(kl_value numbers)
{
    double mean = 0;
    for (size_t i = 0; i < kl_array_len(numbers); i++)
        mean += (kl_as_double(kl_array_at(numbers, i)) - mean) / (double)(i + 1);
    return mean;
}

/* The slope of the line through the samples (least squares), told against their mean: more than 5 %
 * of it from one sample to the next is a trend. */
static const char *trend_of(kl_value samples, double mean)
{
    double count = (double)kl_array_len(samples), rise = 0, run = 0;
    for (size_t i = 0; i < kl_array_len(samples); i++) {
        double from_middle = (double)i - (count - 1) / 2;
        rise += from_middle * (kl_as_double(kl_array_at(samples, i)) - mean);
        run += from_middle * from_middle;
    }
    double slope = run > 0 ? rise / run : 0;
    if (fabs(slope) > 0.05 * fabs(mean))
        return slope > 0 ? "increasing" : "decreasing";
    return "stable";
}

static kl_status analyze(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value samples = call->args[A_SAMPLES];
    size_t count = kl_array_len(samples);
    if (!count)
        return kl_node_bad(error, "samples", "expected non-empty array, got empty array");
    double low = kl_as_double(kl_array_at(samples, 0)), high = low;
    for (size_t i = 1; i < count; i++) {
        low = fmin(low, kl_as_double(kl_array_at(samples, i)));
        high = fmax(high, kl_as_double(kl_array_at(samples, i)));
    }
    double mean = mean_of(samples);
    kl_build m = kl_build_begin(0, error);
    kl_build_double(&m, "average", mean);
    kl_build_double(&m, "max", high);
    kl_build_double(&m, "min", low);
    kl_build_share(&m, "resource_name", call->args[A_NAME]);
    kl_build_int(&m, "sample_count", (int64_t)count);
    kl_build_string(&m, "trend", trend_of(samples, mean));
    return kl_build_end(out, &m);
}

/* Number `name` of a dict; 0 when it is missing, an error when it is something else. */
static kl_status number_of(double *out, kl_value map, size_t index, const char *name,
                           kl_error *error)
{
    kl_value number = kl_map_get(map, kl_text_from(name));
    if (!kl_is_null(number) && !kl_is_number(number)) {
        char place[64];
        snprintf(place, sizeof place, "nodes_data[%zu].%s", index, name);
        return kl_node_bad_value(error, place, "number", number);
    }
    *out = kl_as_double(number);
    return KL_OK;
}

static kl_status summarize(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value nodes = call->args[A_NODES], summary = kl_null();
    size_t count = kl_array_len(nodes);
    double cpu = 0, memory = 0;
    for (size_t i = 0; i < count; i++) {
        double node_cpu, node_memory;
        KL_TRY(number_of(&node_cpu, kl_array_at(nodes, i), i, "cpu_percent", error));
        KL_TRY(number_of(&node_memory, kl_array_at(nodes, i), i, "memory_percent", error));
        cpu += node_cpu;
        memory += node_memory;
    }
    kl_build s = kl_build_begin(0, error);
    kl_build_double(&s, "average_cpu_percent", count ? cpu / (double)count : 0);
    kl_build_double(&s, "average_memory_percent", count ? memory / (double)count : 0);
    kl_build_int(&s, "total_nodes", (int64_t)count);
    KL_TRY(kl_build_end(&summary, &s));
    kl_build m = kl_build_begin(0, error);
    kl_build_put(&m, "summary", summary);
    kl_build_int(&m, "total_nodes", (int64_t)count);
    return kl_build_end(out, &m);
}

/* What an average and a trend call for: at most one text about each. */
static kl_status push_advice(kl_value *list, double average, bool increasing, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_value line;
    if (increasing) {
        if (average > 70)
            kl_buffer_format(&text, "CRITICAL: resource usage is increasing and already at %.1f%%. "
                                    "Consider scaling up immediately.", average);
        else
            kl_buffer_string(&text, "WARNING: resource usage is increasing. Monitor closely.");
        KL_TRY(kl_buffer_finish(&line, &text, error));
        KL_TRY(kl_array_push(list, line, error));
        text = (kl_buffer)KL_BUFFER_INIT;
    }
    if (average > 90)
        kl_buffer_format(&text, "CRITICAL: resource usage at %.1f%% exceeds 90%% threshold. "
                                "Immediate action required.", average);
    else if (average > 70)
        kl_buffer_format(&text, "WARNING: resource usage at %.1f%% exceeds 70%% threshold.", average);
    else if (!increasing)
        kl_buffer_format(&text, "OK: resource usage is stable at %.1f%%.", average);
    else
        return KL_OK;
    KL_TRY(kl_buffer_finish(&line, &text, error));
    return kl_array_push(list, line, error);
}

static kl_status recommend(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value average = kl_map_get(call->args[A_ANALYSIS], KL_TEXT("average"));
    kl_value trend = kl_map_get(call->args[A_ANALYSIS], KL_TEXT("trend"));
    kl_value list;
    if (!kl_is_null(average) && !kl_is_number(average))
        return kl_node_bad_value(error, "analysis.average", "number", average);
    if (!kl_is_null(trend) && !kl_is(trend, KL_KIND_STRING))
        return kl_node_bad_value(error, "analysis.trend", "string", trend);
    KL_TRY(kl_array_new(&list, 2, error));
    kl_status status = push_advice(&list, kl_as_double(average),
                                   kl_text_is(kl_as_text(trend), "increasing"), error);
    if (status == KL_OK)
        return kl_node_result(out, "recommendations", list, error);
    kl_value_release(list);
    return status;
}

static const kl_mode analyzer_rows[] = {
    {"analyze", "samples", analyze},
    {"summarize", "nodes_data", summarize},
    {"recommend", "analysis", recommend},
};

static kl_status analyzer_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    return kl_mode_run(out, KL_TABLE(analyzer_rows), call->args[A_OPERATION], call, error);
}

/* ---- ResourceOptimizerNode ----------------------------------------------------------------------- */

enum { O_OPERATION, O_CPU, O_MEMORY, O_INSTANCES };

static const char *const optimizer_words[] = {"optimize", "evaluate", "right_size", NULL};

#define UTILISATION                                                                                \
    {.name = "cpu_percent", .kind = KL_KIND_NUMBER, .fallback = "50.0", .doc = "mean use of CPU, 0 to 100"}, \
    {.name = "memory_percent", .kind = KL_KIND_NUMBER, .fallback = "50.0",                         \
     .doc = "mean use of memory, 0 to 100"},                                                       \
    {.name = "current_instances", .kind = KL_KIND_COUNT, .fallback = "1",                          \
     .range = KL_RANGE(0, 1e9), .doc = "instances that run now"}

static const kl_param optimizer_inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = optimizer_words,
     .doc = "optimize: out above 80 %, in below 20 % CPU and 15 % memory; right_size: as many as "
            "bring the busier of the two to 60 %; evaluate: how well the resources are used"},
    UTILISATION,
};
static const kl_param optimizer_outputs[] = {
    {.name = "action", .kind = KL_KIND_STRING,
     .doc = "scale_out, scale_in, resize, right_size or none"},
    {.name = "target_instances", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "optimize, right_size: instances to run"},
    {.name = "estimated_savings", .kind = KL_KIND_DOUBLE, .flags = KL_OPTIONAL,
     .doc = "optimize: percent of the instances that scaling in saves"},
    {.name = "efficiency_score", .kind = KL_KIND_DOUBLE, .flags = KL_OPTIONAL,
     .doc = "evaluate: up to 100, which is reached from 30 to 70 % use"},
    {.name = "recommendations", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .doc = "the same in words"},
};

static kl_status optimize(kl_value *out, kl_node_call *call, kl_error *error)
{
    double cpu = kl_as_double(call->args[O_CPU]), memory = kl_as_double(call->args[O_MEMORY]);
    int64_t now = kl_as_int(call->args[O_INSTANCES]), target = now;
    bool goes_out = cpu > 80 || memory > 80, goes_in = !goes_out && cpu < 20 && memory < 15;
    char text[256] = "";
    if (goes_out)
        target = instances_of(1.5 * (double)now);
    if (goes_in)
        target = KL_MAX(1, (now + 1) / 2);
    if (goes_out || (goes_in && target < now))
        snprintf(text, sizeof text, "Scale %s from %lld to %lld instances due to %s utilization "
                 "(CPU: %.1f%%, Memory: %.1f%%)", goes_out ? "out" : "in", (long long)now,
                 (long long)target, goes_out ? "high" : "low", cpu, memory);
    else if (!goes_in)
        snprintf(text, sizeof text, "Current resource allocation is within acceptable thresholds");
    double saved = goes_in && target < now ? 100.0 * (double)(now - target) / (double)now : 0;
    kl_build m = kl_build_begin(0, error);
    kl_build_string(&m, "action", goes_out ? "scale_out" : goes_in ? "scale_in" : "none");
    kl_build_double(&m, "estimated_savings", saved);
    set_recommendation(&m, text);
    kl_build_int(&m, "target_instances", target);
    return kl_build_end(out, &m);
}

static kl_status right_size(kl_value *out, kl_node_call *call, kl_error *error)
{
    double busier = fmax(kl_as_double(call->args[O_CPU]), kl_as_double(call->args[O_MEMORY]));
    int64_t now = kl_as_int(call->args[O_INSTANCES]);
    int64_t target = KL_MAX(1, instances_of((double)now * busier / 60));
    char text[160] = "Current instance count is already right-sized";
    if (target != now)
        snprintf(text, sizeof text, "%s instances from %lld to %lld to achieve ~60%% utilization",
                 target > now ? "Increase" : "Decrease", (long long)now, (long long)target);
    kl_build m = kl_build_begin(0, error);
    kl_build_string(&m, "action", target == now ? "none" : "resize");
    set_recommendation(&m, text);
    kl_build_int(&m, "target_instances", target);
    return kl_build_end(out, &m);
}

static double score(double use)
{
    return use < 30 ? use / 30 * 100 : use > 70 ? 100 - 2 * (use - 70) : 100;
}

static kl_status evaluate(kl_value *out, kl_node_call *call, kl_error *error)
{
    double efficiency = (score(kl_as_double(call->args[O_CPU])) +
                         score(kl_as_double(call->args[O_MEMORY]))) / 2;
    kl_build m = kl_build_begin(0, error);
    kl_build_string(&m, "action", efficiency >= 50 ? "none" : "right_size");
    kl_build_double(&m, "efficiency_score", efficiency);
    set_recommendation(&m, efficiency >= 80 ? "Resource allocation is efficient."
                           : efficiency >= 50
                               ? "Resource allocation is acceptable but could be improved."
                               : "Resource allocation is inefficient. Consider right-sizing.");
    return kl_build_end(out, &m);
}

static const kl_mode optimizer_rows[] = {
    {"optimize", "", optimize}, {"evaluate", "", evaluate}, {"right_size", "", right_size}};

static kl_status optimizer_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    return kl_mode_run(out, KL_TABLE(optimizer_rows), call->args[O_OPERATION], call, error);
}

/* ---- ResourceScalerNode -------------------------------------------------------------------------- */

enum { S_OPERATION, S_CPU, S_MEMORY, S_INSTANCES, S_TARGET, S_CORES, S_GIGABYTES, S_LEAST, S_MOST };

static const char *const scaler_words[] = {"scale_horizontal", "scale_vertical", "auto_scale",
                                           "plan", NULL};

static const kl_param scaler_inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = scaler_words,
     .doc = "scale_horizontal to target_instances; scale_vertical to cpu_cores and memory_gb; "
            "auto_scale to as many as bring CPU to 60 %; plan by CPU and memory, with a cooldown"},
    UTILISATION,
    {.name = "target_instances", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "scale_horizontal: instances wanted, brought within the bounds; absent: 1"},
    {.name = "cpu_cores", .kind = KL_KIND_COUNT, .fallback = "2", .range = KL_RANGE(1, 1e6),
     .doc = "scale_vertical: cores of an instance"},
    {.name = "memory_gb", .kind = KL_KIND_NUMBER, .fallback = "4", .range = KL_RANGE(0, 1e9),
     .doc = "scale_vertical: gigabytes of an instance"},
};
static const kl_param scaler_config[] = {
    {.name = "min_instances", .kind = KL_KIND_COUNT, .fallback = "1", .range = KL_RANGE(0, 1e9),
     .doc = "fewest instances"},
    {.name = "max_instances", .kind = KL_KIND_COUNT, .fallback = "100", .range = KL_RANGE(1, 1e9),
     .doc = "most instances"},
};
static const kl_param scaler_outputs[] = {
    {.name = "action", .kind = KL_KIND_STRING, .doc = "the operation"},
    {.name = "current_instances", .kind = KL_KIND_INT, .flags = KL_OPTIONAL, .doc = "as given"},
    {.name = "target_instances", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "instances to run"},
    {.name = "scale_direction", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "up, down or none"},
    {.name = "cpu_cores", .kind = KL_KIND_INT, .flags = KL_OPTIONAL, .doc = "scale_vertical"},
    {.name = "memory_gb", .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL, .doc = "scale_vertical"},
    {.name = "plan", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "plan: both targets, the bounds, the metrics and cooldown_seconds"},
    {.name = "message", .kind = KL_KIND_STRING, .doc = "the same in words"},
};

static kl_status check_bounds(const kl_node_call *call, kl_error *error)
{
    if (kl_as_int(call->args[S_LEAST]) <= kl_as_int(call->args[S_MOST]))
        return KL_OK;
    return kl_node_bad(error, "min_instances", "expected number not above max_instances");
}

static int64_t bounded(const kl_node_call *call, int64_t target)
{
    return clamp(target, kl_as_int(call->args[S_LEAST]), kl_as_int(call->args[S_MOST]));
}

static int64_t by_use(const kl_node_call *call, size_t use)
{
    double now = (double)kl_as_int(call->args[S_INSTANCES]);
    return instances_of(now * kl_as_double(call->args[use]) / 60);
}

static const char *direction(int64_t now, int64_t target)
{
    return target > now ? "up" : target < now ? "down" : "none";
}

static void set_instances(kl_build *m, const char *action, int64_t now, int64_t target)
{
    kl_build_string(m, "action", action);
    kl_build_int(m, "current_instances", now);
    kl_build_string(m, "scale_direction", direction(now, target));
    kl_build_int(m, "target_instances", target);
}

static kl_status scale_horizontal(kl_value *out, kl_node_call *call, kl_error *error)
{
    int64_t now = kl_as_int(call->args[S_INSTANCES]);
    kl_value wanted = call->args[S_TARGET];
    int64_t target = bounded(call, kl_is_null(wanted) ? 1 : kl_as_int(wanted));
    kl_build m = kl_build_begin(0, error);
    set_instances(&m, "scale_horizontal", now, target);
    kl_build_format(&m, "message",
                      "Horizontal scaling from %lld to %lld instances (direction: %s)",
                      (long long)now, (long long)target, direction(now, target));
    return kl_build_end(out, &m);
}

static kl_status scale_vertical(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_build m = kl_build_begin(0, error);
    kl_build_string(&m, "action", "scale_vertical");
    kl_build_share(&m, "cpu_cores", call->args[S_CORES]);
    kl_build_share(&m, "memory_gb", call->args[S_GIGABYTES]);
    kl_build_format(&m, "message", "Vertical scaling to %lld CPU cores and %g GB memory",
                      (long long)kl_as_int(call->args[S_CORES]),
                      kl_as_double(call->args[S_GIGABYTES]));
    kl_build_string(&m, "scale_direction", "up");
    return kl_build_end(out, &m);
}

static kl_status auto_scale(kl_value *out, kl_node_call *call, kl_error *error)
{
    int64_t now = kl_as_int(call->args[S_INSTANCES]), target = bounded(call, by_use(call, S_CPU));
    kl_build m = kl_build_begin(0, error);
    set_instances(&m, "auto_scale", now, target);
    kl_build_format(&m, "message",
                      "Auto-scale: CPU at %.1f%% (target: 60.0%%), scaling from %lld to %lld instances",
                      kl_as_double(call->args[S_CPU]), (long long)now, (long long)target);
    return kl_build_end(out, &m);
}

static kl_status metrics_of(kl_value *out, const kl_node_call *call, kl_error *error)
{
    kl_build m = kl_build_begin(0, error);
    kl_build_double(&m, "cpu_percent", kl_as_double(call->args[S_CPU]));
    kl_build_double(&m, "memory_percent", kl_as_double(call->args[S_MEMORY]));
    return kl_build_end(out, &m);
}

static kl_status plan_of(kl_value *out, const kl_node_call *call, int64_t target, kl_error *error)
{
    kl_value metrics = kl_null();
    KL_TRY(metrics_of(&metrics, call, error));
    kl_build m = kl_build_begin(0, error);
    kl_build_int(&m, "cooldown_seconds", 300);
    kl_build_int(&m, "cpu_based_target", by_use(call, S_CPU));
    kl_build_share(&m, "current_instances", call->args[S_INSTANCES]);
    kl_build_share(&m, "max_instances", call->args[S_MOST]);
    kl_build_int(&m, "memory_based_target", by_use(call, S_MEMORY));
    kl_build_put(&m, "metrics", metrics);
    kl_build_share(&m, "min_instances", call->args[S_LEAST]);
    kl_build_double(&m, "target_cpu_percent", 60);
    kl_build_int(&m, "target_instances", target);
    return kl_build_end(out, &m);
}

static kl_status make_plan(kl_value *out, kl_node_call *call, kl_error *error)
{
    int64_t target = bounded(call, KL_MAX(by_use(call, S_CPU), by_use(call, S_MEMORY)));
    kl_value plan = kl_null();
    KL_TRY(plan_of(&plan, call, target, error));
    kl_build m = kl_build_begin(0, error);
    kl_build_string(&m, "action", "plan");
    kl_build_format(&m, "message", "Scaling plan generated: %lld -> %lld instances",
                      (long long)kl_as_int(call->args[S_INSTANCES]), (long long)target);
    kl_build_put(&m, "plan", plan);
    kl_build_int(&m, "target_instances", target);
    return kl_build_end(out, &m);
}

static const kl_mode scaler_rows[] = {
    {"scale_horizontal", "", scale_horizontal},
    {"scale_vertical", "", scale_vertical},
    {"auto_scale", "", auto_scale},
    {"plan", "", make_plan},
};

static kl_status scaler_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    KL_TRY(check_bounds(call, error));
    return kl_mode_run(out, KL_TABLE(scaler_rows), call->args[S_OPERATION], call, error);
}

static const kl_node_type types[] = {
    {
        .name = "ResourceAnalyzerNode",
        .category = "Cloud",
        .doc = "Mean, extremes and trend of samples of a resource, and advice on them.",
        .inputs = KL_TABLE(analyzer_inputs),
        .outputs = KL_TABLE(analyzer_outputs),
        .run = analyzer_run,
    },
    {
        .name = "ResourceOptimizerNode",
        .category = "Cloud",
        .doc = "Reckons how many instances a load needs; touches no machine.",
        .inputs = KL_TABLE(optimizer_inputs),
        .outputs = KL_TABLE(optimizer_outputs),
        .run = optimizer_run,
    },
    {
        .name = "ResourceScalerNode",
        .category = "Cloud",
        .doc = "Reckons and plans scaling within bounds; touches no machine.",
        .inputs = KL_TABLE(scaler_inputs),
        .config = KL_TABLE(scaler_config),
        .outputs = KL_TABLE(scaler_outputs),
        .run = scaler_run,
    },
};

static const kl_node_family resources = {.name = "resources", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(resources);
