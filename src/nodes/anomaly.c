/* src/nodes/anomaly.c - PerformanceAnomalyNode: measurements far from what is usual. */
#include "build_map.h"
#include "operation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { HISTORY, SENSITIVITY, METHOD, PERIOD, INCLUDE_ALL };

static const char *const methods[] = {"mean", "mad", "seasonal", NULL};

typedef struct series {
    size_t count;
    double *values, *scores, *scratch;
    double mean, stddev;
    kl_work work;
} series;

/* ---- reading ------------------------------------------------------------------------------------- */

static kl_status value_of(double *out, kl_value point, size_t at, kl_error *error)
{
    char place[80];
    bool is_map = kl_is(point, KL_KIND_MAP);
    kl_value number = is_map ? kl_map_get(point, KL_TEXT("value")) : point;
    *out = kl_as_double(number);
    if (kl_is_number(number) && isfinite(*out))
        return KL_OK;
    snprintf(place, sizeof place, "metrics_history[%zu]%s", at, is_map ? ".value" : "");
    return kl_node_bad_value(error, place, "finite number", number);
}

static kl_status read_series(series *s, kl_value history, kl_error *error)
{
    s->count = kl_array_len(history);
    s->values = kl_alloc_zero(s->count + 1, sizeof(double));
    s->scores = kl_alloc_zero(s->count + 1, sizeof(double));
    s->scratch = kl_alloc_zero(s->count + 1, sizeof(double));
    if (!s->values || !s->scores || !s->scratch)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < s->count; i++)
        KL_TRY(value_of(&s->values[i], kl_array_at(history, i), i, error));
    return KL_OK;
}

/* ---- scores -------------------------------------------------------------------------------------- */

static void find_baseline(series *s)
{
    double squares = 0;
    for (size_t i = 0; i < s->count; i++)
        s->mean += (s->values[i] - s->mean) / (double)(i + 1);
    for (size_t i = 0; i < s->count; i++)
        squares += (s->values[i] - s->mean) * (s->values[i] - s->mean);
    s->stddev = s->count ? sqrt(squares / (double)s->count) : 0;
}

static void score_by_mean(series *s)
{
    for (size_t i = 0; i < s->count; i++)
        s->scores[i] = s->stddev > 0 ? fabs(s->values[i] - s->mean) / s->stddev : 0;
}

static int compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* Median of `count` numbers, which are sorted in place. */
static double median(double *numbers, size_t count)
{
    qsort(numbers, count, sizeof *numbers, compare_doubles);
    double high = numbers[count / 2];
    return count % 2 ? high : numbers[count / 2 - 1] + (high - numbers[count / 2 - 1]) / 2;
}

/* scores[] holds distances from what is usual; make them multiples of their usual size. 1.4826 and
 * 1.2533 make both measures a standard deviation where the distances are normal; the second serves
 * when more than half of the distances are 0. */
static void scale_distances(series *s)
{
    double mean = 0;
    for (size_t i = 0; i < s->count; i++) {
        s->scratch[i] = s->scores[i];
        mean += (s->scores[i] - mean) / (double)(i + 1);
    }
    double usual = s->count ? 1.4826 * median(s->scratch, s->count) : 0;
    if (usual == 0)
        usual = 1.2533 * mean;
    for (size_t i = 0; i < s->count; i++)
        s->scores[i] = usual > 0 ? s->scores[i] / usual : 0;
}

/* Distances of every period-th value from the median of those. */
static void score_by_median(series *s, size_t period)
{
    for (size_t phase = 0; phase < period && phase < s->count; phase++) {
        size_t count = 0;
        for (size_t i = phase; i < s->count; i += period)
            s->scratch[count++] = s->values[i];
        double middle = median(s->scratch, count);
        for (size_t i = phase; i < s->count; i += period)
            s->scores[i] = fabs(s->values[i] - middle);
    }
    scale_distances(s);
}

static kl_status score(series *s, const kl_value *args, kl_error *error)
{
    kl_text method = kl_as_text(args[METHOD]);
    find_baseline(s);
    if (kl_text_is(method, "mean")) {
        score_by_mean(s);
        return KL_OK;
    }
    if (kl_text_is(method, "seasonal") && kl_is_null(args[PERIOD]))
        return kl_node_missing(error, "period");
    score_by_median(s, kl_text_is(method, "seasonal") ? (size_t)kl_as_int(args[PERIOD]) : 1);
    return KL_OK;
}

/* ---- the node ------------------------------------------------------------------------------------ */

static kl_status point_of(kl_value *out, const series *s, size_t at, kl_value given, bool is_anomaly,
                          kl_error *error)
{
    const kl_value *time =
        kl_is(given, KL_KIND_MAP) ? kl_map_find(given, KL_TEXT("timestamp")) : NULL;
    kl_build m = kl_build_begin(0, error);
    kl_build_bool(&m, "is_anomaly", is_anomaly);
    kl_build_double(&m, "score", s->scores[at]);
    kl_build_put(&m, "timestamp", time ? kl_value_retain(*time) : kl_int((int64_t)at));
    kl_build_double(&m, "value", s->values[at]);
    return kl_build_end(out, &m);
}

static kl_status list_anomalies(kl_value *list, size_t *count, series *s, const kl_value *args,
                                kl_error *error)
{
    for (size_t i = 0; i < s->count; i++) {
        kl_value point = kl_null();
        bool is_anomaly = s->scores[i] > kl_as_double(args[SENSITIVITY]);
        KL_TRY(kl_work_step(&s->work, error));
        *count += is_anomaly;
        if (!is_anomaly && !kl_as_bool(args[INCLUDE_ALL]))
            continue;
        KL_TRY(point_of(&point, s, i, kl_array_at(args[HISTORY], i), is_anomaly, error));
        KL_TRY(kl_array_push(list, point, error));
    }
    return KL_OK;
}

static kl_status analyze(kl_value *out, series *s, const kl_value *args, kl_error *error)
{
    kl_value list;
    size_t count = 0;
    KL_TRY(read_series(s, args[HISTORY], error));
    KL_TRY(score(s, args, error));
    KL_TRY(kl_array_new(&list, 0, error));
    kl_status status = list_anomalies(&list, &count, s, args, error);
    kl_build m = kl_build_begin(0, error);
    kl_build_given(&m, "anomalies", status, list);
    if (status != KL_OK)
        kl_value_release(list);
    kl_build_int(&m, "anomaly_count", (int64_t)count);
    kl_build_double(&m, "baseline_mean", s->mean);
    kl_build_double(&m, "baseline_stddev", s->stddev);
    return kl_build_end(out, &m);
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    series s = {.work = kl_node_work(call)};
    kl_status status = analyze(out, &s, call->args, error);
    kl_free(s.values);
    kl_free(s.scores);
    kl_free(s.scratch);
    return status;
}

static const kl_param inputs[] = {
    {.name = "metrics_history", .kind = KL_KIND_ARRAY,
     .doc = "measurements in their order: numbers, or {value, timestamp}; without a timestamp the "
            "position stands for it"},
};
static const kl_param config[] = {
    {.name = "sensitivity", .kind = KL_KIND_NUMBER, .fallback = "2.0", .range = KL_RANGE(0, 1e300),
     .doc = "a score above it is an anomaly; the lower, the more of them"},
    {.name = "method", .kind = KL_KIND_ENUM, .names = methods, .fallback = "\"mean\"",
     .doc = "mean: distance from the mean in standard deviations; mad: from the median, in median "
            "distances (few outliers do not shift it); seasonal: the same, every value against those "
            "at the same place of their period"},
    {.name = "period", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL, .range = KL_RANGE(1, 1e9),
     .doc = "seasonal: measurements in a period, such as 24 for hours of a day"},
    {.name = "include_all", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "list all measurements, not the anomalies only"},
};
static const kl_param outputs[] = {
    {.name = "anomalies", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "{value, timestamp, score, is_anomaly}"},
    {.name = "anomaly_count", .kind = KL_KIND_INT, .doc = "number of anomalies"},
    {.name = "baseline_mean", .kind = KL_KIND_DOUBLE, .doc = "mean of all measurements"},
    {.name = "baseline_stddev", .kind = KL_KIND_DOUBLE, .doc = "their standard deviation (by n)"},
};

static const kl_node_type types[] = {
    {
        .name = "PerformanceAnomalyNode",
        .category = "Monitoring",
        .doc = "Finds measurements that lie far from what is usual.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_HEAVY,
        .run = run,
    },
};

static const kl_node_family anomaly = {.name = "anomaly", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(anomaly);
