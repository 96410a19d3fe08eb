/* src/nodes/edge_monitoring.c - EdgeMonitoringNode: how well nodes are, by what they use. */
#include "buffer.h"
#include "mode.h"
#include "build_map.h"

#include <math.h>
#include <stdio.h>

enum { OPERATION, METRICS };

static const char *const words[] = {"aggregate", "health", "summary", "threshold", NULL};

typedef enum health { HEALTHY, DEGRADED, UNHEALTHY } health;
static const char *const health_words[] = {"healthy", "degraded", "unhealthy"};

/* Use from which on a node is no longer what the row says, in percent. */
#define CPU_DEGRADED     70
#define CPU_UNHEALTHY    90
#define MEMORY_DEGRADED  75
#define MEMORY_UNHEALTHY 95

typedef struct edge_node {
    kl_value id; /* borrowed; null: named by its position */
    double cpu, memory;
    size_t position;
} edge_node;

typedef struct summary {
    double cpu, memory; /* sums */
    int64_t counts[3];  /* by health */
    int64_t count;
    kl_value alerts;
    bool wants_alerts, wants_thresholds;
} summary;

/* ---- reading ------------------------------------------------------------------------------------- */

static kl_status read_percent(double *out, kl_value metrics, size_t at, const char *name,
                              kl_error *error)
{
    char place[64];
    kl_value number = kl_map_get(metrics, kl_text_from(name));
    *out = kl_as_double(number);
    if (kl_is_null(number) || (kl_is_number(number) && !isnan(*out)))
        return KL_OK;
    snprintf(place, sizeof place, "nodes_metrics[%zu].%s", at, name);
    return kl_node_bad_value(error, place, "number", number);
}

static kl_status read_node(edge_node *out, kl_value metrics, size_t at, kl_error *error)
{
    char place[64];
    snprintf(place, sizeof place, "nodes_metrics[%zu]", at);
    if (!kl_is(metrics, KL_KIND_MAP))
        return kl_node_bad_value(error, place, "object", metrics);
    *out = (edge_node){.id = kl_map_get(metrics, KL_TEXT("node_id")), .position = at};
    if (!kl_is_null(out->id) && !kl_is(out->id, KL_KIND_STRING)) {
        snprintf(place, sizeof place, "nodes_metrics[%zu].node_id", at);
        return kl_node_bad_value(error, place, "string", out->id);
    }
    KL_TRY(read_percent(&out->cpu, metrics, at, "cpu_percent", error));
    return read_percent(&out->memory, metrics, at, "memory_percent", error);
}

/* ---- judging ------------------------------------------------------------------------------------- */

static health grade(double use, double degraded, double unhealthy)
{
    return use >= unhealthy ? UNHEALTHY : use >= degraded ? DEGRADED : HEALTHY;
}

static health health_of(const edge_node *node)
{
    health cpu = grade(node->cpu, CPU_DEGRADED, CPU_UNHEALTHY);
    health memory = grade(node->memory, MEMORY_DEGRADED, MEMORY_UNHEALTHY);
    return KL_MAX(cpu, memory);
}

static void write_name(kl_buffer *to, const edge_node *node)
{
    if (kl_is_null(node->id))
        kl_buffer_format(to, "node-%zu", node->position);
    else
        kl_buffer_add(to, kl_as_text(node->id));
}

static kl_status push_text(kl_value *list, kl_buffer *text, kl_error *error)
{
    kl_value line;
    KL_TRY(kl_buffer_finish(&line, text, error));
    return kl_array_push(list, line, error);
}

static kl_status alert_health(summary *s, const edge_node *node, health is, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_string(&text, is == UNHEALTHY ? "CRITICAL: " : "WARNING: ");
    write_name(&text, node);
    kl_buffer_format(&text, " is %s (CPU: %.1f%%, Memory: %.1f%%)", health_words[is], node->cpu,
                     node->memory);
    return push_text(&s->alerts, &text, error);
}

/* Only what lies above the limit itself. */
static kl_status alert_threshold(summary *s, const edge_node *node, const char *what, double use,
                                 int limit, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    if (!(use > limit))
        return KL_OK;
    kl_buffer_string(&text, "ALERT: ");
    write_name(&text, node);
    kl_buffer_format(&text, " %s at %.1f%% exceeds unhealthy threshold (%d%%)", what, use, limit);
    return push_text(&s->alerts, &text, error);
}

static kl_status add_node(summary *s, const edge_node *node, kl_error *error)
{
    health is = health_of(node);
    s->cpu += node->cpu;
    s->memory += node->memory;
    s->counts[is]++;
    s->count++;
    if (s->wants_alerts && is != HEALTHY)
        KL_TRY(alert_health(s, node, is, error));
    if (!s->wants_thresholds)
        return KL_OK;
    KL_TRY(alert_threshold(s, node, "CPU", node->cpu, CPU_UNHEALTHY, error));
    return alert_threshold(s, node, "memory", node->memory, MEMORY_UNHEALTHY, error);
}

static kl_status read_all(summary *s, kl_value metrics, kl_error *error)
{
    KL_TRY(kl_array_new(&s->alerts, 0, error));
    for (size_t i = 0; i < kl_array_len(metrics); i++) {
        edge_node node;
        KL_TRY(read_node(&node, kl_array_at(metrics, i), i, error));
        KL_TRY(add_node(s, &node, error));
    }
    return KL_OK;
}

/* ---- outputs ------------------------------------------------------------------------------------- */

static const char *overall(const summary *s)
{
    if (!s->count)
        return "unknown";
    return health_words[s->counts[UNHEALTHY] ? UNHEALTHY : s->counts[DEGRADED] ? DEGRADED : HEALTHY];
}

static kl_status give_summary(kl_value *out, summary *s, kl_error *error)
{
    kl_build m = kl_build_begin(0, error);
    if (s->wants_alerts)
        kl_build_share(&m, "alerts", s->alerts);
    kl_build_double(&m, "avg_cpu", s->count ? s->cpu / (double)s->count : 0);
    kl_build_double(&m, "avg_memory", s->count ? s->memory / (double)s->count : 0);
    if (s->count) {
        kl_build_int(&m, "degraded_count", s->counts[DEGRADED]);
        kl_build_int(&m, "healthy_count", s->counts[HEALTHY]);
        kl_build_format(&m, "message",
                          "Aggregated metrics from %lld nodes: %lld healthy, %lld degraded, %lld "
                          "unhealthy", (long long)s->count, (long long)s->counts[HEALTHY],
                          (long long)s->counts[DEGRADED], (long long)s->counts[UNHEALTHY]);
    } else {
        kl_build_string(&m, "message", "No nodes to aggregate");
    }
    kl_build_int(&m, "node_count", s->count);
    kl_build_string(&m, "overall_status", overall(s));
    if (s->count)
        kl_build_int(&m, "unhealthy_count", s->counts[UNHEALTHY]);
    return kl_build_end(out, &m);
}

static kl_status give_thresholds(kl_value *out, summary *s, kl_error *error)
{
    bool ok = !kl_array_len(s->alerts);
    kl_build m = kl_build_begin(0, error);
    kl_build_share(&m, "alerts", s->alerts);
    kl_build_bool(&m, "all_ok", ok);
    kl_build_string(&m, "message",
                    ok ? "All nodes within thresholds" : "Some nodes exceed thresholds");
    kl_build_int(&m, "node_count", s->count);
    return kl_build_end(out, &m);
}

static kl_status judge(kl_value *out, kl_node_call *call, summary *s, kl_error *error)
{
    kl_status status = read_all(s, call->args[METRICS], error);
    if (status == KL_OK)
        status = s->wants_thresholds ? give_thresholds(out, s, error) : give_summary(out, s, error);
    kl_value_release(s->alerts);
    return status;
}

static kl_status aggregate(kl_value *out, kl_node_call *call, kl_error *error)
{
    return judge(out, call, &(summary){0}, error);
}

static kl_status summarize(kl_value *out, kl_node_call *call, kl_error *error)
{
    return judge(out, call, &(summary){.wants_alerts = true}, error);
}

static kl_status threshold(kl_value *out, kl_node_call *call, kl_error *error)
{
    return judge(out, call, &(summary){.wants_thresholds = true}, error);
}

static const kl_mode rows[] = {
    {"aggregate", "", aggregate},
    {"health", "", aggregate},
    {"summary", "", summarize},
    {"threshold", "", threshold},
};

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    return kl_mode_run(out, KL_TABLE(rows), call->args[OPERATION], call, error);
}

static const kl_param inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = words,
     .doc = "aggregate or health: means and counts; summary: with alerts; threshold: only what lies "
            "above 90 % CPU or 95 % memory"},
    {.name = "nodes_metrics", .kind = KL_KIND_ARRAY,
     .doc = "{node_id, cpu_percent, memory_percent} per node; what is missing is 0. From 70 % CPU or "
            "75 % memory on a node is degraded, from 90 % or 95 % unhealthy"},
};
static const kl_param outputs[] = {
    {.name = "message", .kind = KL_KIND_STRING, .doc = "the same in words"},
    {.name = "node_count", .kind = KL_KIND_INT, .doc = "how many"},
    {.name = "avg_cpu", .kind = KL_KIND_DOUBLE, .flags = KL_OPTIONAL, .doc = "mean of all"},
    {.name = "avg_memory", .kind = KL_KIND_DOUBLE, .flags = KL_OPTIONAL, .doc = "mean of all"},
    {.name = "healthy_count", .kind = KL_KIND_INT, .flags = KL_OPTIONAL, .doc = "healthy nodes"},
    {.name = "degraded_count", .kind = KL_KIND_INT, .flags = KL_OPTIONAL, .doc = "degraded ones"},
    {.name = "unhealthy_count", .kind = KL_KIND_INT, .flags = KL_OPTIONAL, .doc = "unhealthy ones"},
    {.name = "overall_status", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "that of the worst node; unknown of none"},
    {.name = "alerts", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "summary, threshold: what is wrong, in words"},
    {.name = "all_ok", .kind = KL_KIND_BOOL, .flags = KL_OPTIONAL,
     .doc = "threshold: whether there is no alert"},
};

static const kl_node_type types[] = {
    {
        .name = "EdgeMonitoringNode",
        .category = "Edge",
        .doc = "Judges nodes by the CPU and memory they use.",
        .inputs = KL_TABLE(inputs),
        .outputs = KL_TABLE(outputs),
        .run = run,
    },
};

static const kl_node_family edge_monitoring = {.name = "edge_monitoring", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(edge_monitoring);
