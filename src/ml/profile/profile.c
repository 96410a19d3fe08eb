/* src/ml/profile/profile.c - data_profile: a matrix at a glance. */
#include "profile.h"

#include "base/buffer.h"
#include "ml/estimator.h"
#include "ml/metrics/score.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

/* ---- rows that stand twice --------------------------------------------------------------------------------- */

/* Numbers that are equal have one hash: no -0, one NaN. */
static uint64_t hash_row(const double *row, size_t d)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t j = 0; j < d; j++) {
        double v = row[j] == 0 ? 0 : isnan(row[j]) ? (double)NAN : row[j];
        uint64_t bits;
        memcpy(&bits, &v, sizeof bits);
        hash = (hash ^ bits) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 32;
    }
    return hash;
}

static bool same_row(const double *a, const double *b, size_t d)
{
    for (size_t j = 0; j < d; j++)
        if (a[j] != b[j] && !(isnan(a[j]) && isnan(b[j])))
            return false;
    return true;
}

static kl_status count_duplicates(size_t *out, const kl_matrix *x, kl_task *task, kl_error *error)
{
    size_t room = 2, *slots; /* numbers of rows, from 1; 0 = free */
    while (room < 2 * x->rows)
        room *= 2;
    KL_TAKE(slots, task, room, error);
    *out = 0;
    for (size_t i = 0; i < x->rows; i++) {
        size_t at = hash_row(kl_row(x, i), x->cols) & (room - 1);
        while (slots[at] && !same_row(kl_row(x, slots[at] - 1), kl_row(x, i), x->cols))
            at = (at + 1) & (room - 1);
        if (slots[at])
            ++*out;
        else
            slots[at] = i + 1;
    }
    return KL_OK;
}

/* ---- correlations ------------------------------------------------------------------------------------------ */

/* Pearson's: 1 on the diagonal, 0 of a constant column, NaN where one has NaN or infinities. */
static kl_status correlate(double *out, const kl_matrix *x, kl_task *task, kl_error *error)
{
    size_t n = x->rows, d = x->cols;
    double *centred, *squares;
    KL_TAKE_RAW(centred, task, n * d, error);
    KL_TAKE(squares, task, d, error);
    for (size_t j = 0; j < d; j++) {
        double mean = 0;
        bool constant = true;
        for (size_t i = 0; i < n; i++) {
            mean += kl_row(x, i)[j];
            constant = constant && kl_row(x, i)[j] == kl_row(x, 0)[j];
        }
        mean /= (double)n;
        for (size_t i = 0; i < n; i++) {
            double e = constant && isfinite(mean) ? 0 : kl_row(x, i)[j] - mean;
            centred[j * n + i] = e;
            squares[j] += e * e;
        }
    }
    for (size_t a = 0; a < d; a++)
        for (size_t b = 0; b <= a; b++) {
            double product = 0;
            for (size_t i = 0; i < n; i++)
                product += centred[a * n + i] * centred[b * n + i];
            double r = squares[a] == 0 || squares[b] == 0 ? 0 * (squares[a] + squares[b])
                                                          : product / sqrt(squares[a]) / sqrt(squares[b]);
            out[a * d + b] = out[b * d + a] = a == b ? 1 : fmin(1, fmax(-1, r)) + (isnan(r) ? r : 0);
        }
    return KL_OK;
}

/* ---- alerts ------------------------------------------------------------------------------------------------ */

kl_status kl_alert_add(kl_value *alerts, const char *type, const char *severity, kl_text column, kl_error *error,
                       const char *format, ...)
{
    char message[512];
    va_list arguments;
    kl_value map;
    kl_status status;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    kl_value text;
    KL_TRY(kl_string_repair(&text, kl_text_from(message), error));
    KL_TRY(kl_map_new(&map, 4, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("type"), kl_text_from(type), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("severity"), kl_text_from(severity), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("column"), column, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("message"), kl_value_take(&text), error));
    return kl_array_push(alerts, map, error);
out:
    kl_value_release(text);
    kl_value_release(map);
    return status;
}

static kl_status column_alerts(kl_value *alerts, const kl_column_profile *of, const kl_alert_limits *limits,
                               kl_error *error)
{
    double nulls = (double)of->nulls / (double)of->rows, count = (double)of->count;
    double zeros = of->count ? (double)of->zeros / count : 0, unique = of->count ? (double)of->unique / count : 0;
    double minority = of->largest ? (double)of->smallest / (double)of->largest : 1;
    bool few = strcmp(of->dtype, "numeric") != 0 && of->unique >= 2;
#define NAME KL_TEXT_ARG(of->name)
    if (nulls > limits->high_null_pct_threshold)
        KL_TRY(kl_alert_add(alerts, "high_nulls", nulls > 0.5 ? "critical" : "warning", of->name, error,
                            "column '%.*s' has no value in %.1f%% of its rows", NAME, 100 * nulls));
    if (of->count > 0 && of->unique <= (size_t)limits->constant_threshold)
        KL_TRY(kl_alert_add(alerts, "constant", "warning", of->name, error,
                            "column '%.*s' has %zu distinct value%s", NAME, of->unique, of->unique == 1 ? "" : "s"));
    if (fabs(of->skewness) > limits->skewness_threshold)
        KL_TRY(kl_alert_add(alerts, "high_skew", "info", of->name, error, "column '%.*s' is skewed: %.2f", NAME,
                            of->skewness));
    if (zeros > limits->zero_pct_threshold)
        KL_TRY(kl_alert_add(alerts, "many_zeros", "info", of->name, error, "column '%.*s' is 0 in %.1f%% of its values",
                            NAME, 100 * zeros));
    if (few && minority < limits->imbalance_ratio_threshold)
        KL_TRY(kl_alert_add(alerts, "imbalanced", "warning", of->name, error,
                            "column '%.*s' is imbalanced: its most frequent value makes up %.1f%%", NAME,
                            100 * (double)of->largest / count));
    if (of->count >= 10 && unique > limits->high_cardinality_ratio)
        KL_TRY(kl_alert_add(alerts, "high_cardinality", "info", of->name, error,
                            "column '%.*s' has %.1f%% distinct values", NAME, 100 * unique));
#undef NAME
    return KL_OK;
}

static kl_status pair_alerts(kl_value *alerts, const kl_column_profile *columns, const double *correlations, size_t d,
                             double threshold, kl_error *error)
{
    for (size_t a = 0; a < d; a++)
        for (size_t b = a + 1; b < d; b++) {
            double r = correlations[a * d + b];
            if (!(fabs(r) > threshold))
                continue;
            kl_value both;
            KL_TRY(kl_string_format(&both, error, "%.*s, %.*s", KL_TEXT_ARG(columns[a].name),
                                    KL_TEXT_ARG(columns[b].name)));
            kl_status status = kl_alert_add(alerts, "high_correlation", "warning", kl_as_text(both), error,
                                            "columns '%.*s' and '%.*s' are correlated: %.3f",
                                            KL_TEXT_ARG(columns[a].name), KL_TEXT_ARG(columns[b].name), r);
            kl_value_release(both);
            if (status != KL_OK)
                return status;
        }
    return KL_OK;
}

/* ---- the map ----------------------------------------------------------------------------------------------- */

static kl_status set_count(kl_value *map, const char *key, size_t count, kl_error *error)
{
    return kl_map_set(map, kl_text_from(key), kl_int((int64_t)count), error);
}

/* NaN as None. */
static kl_status set_number(kl_value *map, const char *key, double number, kl_error *error)
{
    return kl_map_set(map, kl_text_from(key), isnan(number) ? kl_null() : kl_double(number), error);
}

static kl_status column_map(kl_value *map, const kl_column_profile *of, kl_error *error)
{
    const struct {
        const char *key;
        double number;
    } numbers[] = {{"mean", of->mean}, {"std", of->std}, {"min", of->min}, {"max", of->max}, {"median", of->median},
                   {"q25", of->q25}, {"q75", of->q75}, {"skewness", of->skewness}, {"kurtosis", of->kurtosis}};
    KL_TRY(kl_map_set_text(map, KL_TEXT("name"), of->name, error));
    KL_TRY(set_count(map, "count", of->count, error));
    KL_TRY(set_count(map, "null_count", of->nulls, error));
    KL_TRY(set_number(map, "null_pct", (double)of->nulls / (double)of->rows, error));
    KL_TRY(set_count(map, "inf_count", of->infinite, error));
    KL_TRY(set_count(map, "unique_count", of->unique, error));
    KL_TRY(set_number(map, "cardinality_ratio", of->count ? (double)of->unique / (double)of->count : 0, error));
    for (size_t i = 0; i < KL_COUNT(numbers); i++)
        KL_TRY(set_number(map, numbers[i].key, numbers[i].number, error));
    return kl_map_set_text(map, KL_TEXT("dtype"), kl_text_from(of->dtype), error);
}

static kl_status add_columns(kl_value *map, const kl_column_profile *columns, size_t d, kl_error *error)
{
    kl_value list, one;
    KL_TRY(kl_array_new(&list, d, error));
    for (size_t j = 0; j < d; j++) {
        kl_status status = kl_map_new(&one, 17, error);
        if (status == KL_OK && (status = column_map(&one, &columns[j], error)) != KL_OK)
            kl_value_release(one);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
        kl_array_push(&list, one, NULL); /* has room */
    }
    return kl_map_set(map, KL_TEXT("columns"), list, error);
}

static kl_status add_alerts(kl_value *map, const kl_column_profile *columns, size_t d, const double *correlations,
                            double duplicates, const kl_alert_limits *limits, kl_error *error)
{
    kl_value alerts;
    kl_status status;
    KL_TRY(kl_array_new(&alerts, 8, error));
    for (size_t j = 0; j < d; j++)
        KL_TRY_OUT(column_alerts(&alerts, &columns[j], limits, error));
    if (correlations)
        KL_TRY_OUT(pair_alerts(&alerts, columns, correlations, d, limits->high_correlation_threshold, error));
    if (duplicates > limits->duplicate_pct_threshold)
        KL_TRY_OUT(kl_alert_add(&alerts, "duplicates", duplicates > 0.1 ? "warning" : "info", KL_TEXT(""), error,
                                "%.1f%% of the rows stand there already", 100 * duplicates));
    return kl_map_set(map, KL_TEXT("alerts"), alerts, error);
out:
    kl_value_release(alerts);
    return status;
}

static kl_status fill(kl_value *map, const kl_matrix *x, kl_value names, const kl_alert_limits *limits, kl_task *task,
                      kl_error *error)
{
    kl_column_profile *columns;
    double *correlations = NULL;
    size_t duplicates, n = x->rows, d = x->cols;
    kl_value table;
    KL_TRY(kl_profile_columns(&columns, x, names, task, error));
    KL_TRY(count_duplicates(&duplicates, x, task, error));
    KL_TRY(set_count(map, "n_rows", n, error));
    KL_TRY(set_count(map, "n_columns", d, error));
    KL_TRY(set_count(map, "duplicate_rows", duplicates, error));
    KL_TRY(set_number(map, "duplicate_pct", (double)duplicates / (double)n, error));
    KL_TRY(set_count(map, "memory_bytes", n * d * sizeof(double), error));
    KL_TRY(add_columns(map, columns, d, error));
    if (n >= 2 && d >= 2) {
        KL_TRY(kl_table_new(&table, &correlations, d, d, error));
        kl_status status = correlate(correlations, x, task, error);
        if (status != KL_OK) {
            kl_value_release(table);
            return status;
        }
        KL_TRY(kl_map_set(map, KL_TEXT("correlations"), table, error)); /* keeps the numbers */
    }
    return add_alerts(map, columns, d, correlations, (double)duplicates / (double)n, limits, error);
}

kl_status kl_profile_make(kl_value *out, kl_value x, kl_value names, const kl_alert_limits *limits, kl_task *task,
                          kl_error *error)
{
    kl_matrix matrix;
    kl_value map;
    KL_TRY(kl_matrix_read(&matrix, x, "x", KL_EST_NAN_OK | KL_EST_INF_OK, task, error));
    if (kl_is_null(names))
        names = matrix.names;
    else if (kl_array_len(names) != matrix.cols)
        return kl_bad_dimension(error, "feature names", matrix.cols, kl_array_len(names));
    KL_TRY(kl_map_new(&map, 8, error));
    kl_status status = fill(&map, &matrix, names, limits, task, error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

static kl_status profile(kl_value *out, const kl_value *args, kl_task *task, kl_error *error)
{
    static const kl_alert_limits limits = KL_ALERT_LIMITS;
    return kl_profile_make(out, args[0], args[1], &limits, task, error);
}
KL_MEASURE(profile)

static const kl_param params[] = {
    {.name = "x", .kind = KL_KIND_ANY, .flags = KL_DATA, .doc = "rows x columns of numbers; NaN = no value"},
    {.name = "feature_names", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_TUPLE,
     .doc = "a name for each column; None = those of a table, else col_0, col_1 ..."}};
static const kl_function profile_function = {
    .module = "kailash.ml",
    .method = {.name = "data_profile", .call = profile_call, .params = KL_TABLE(params), .returns = KL_KIND_MAP,
               .flags = KL_ARRAYS | KL_BLOCKING, .raises = KL_MEASURE_RAISES,
               .doc = "A matrix at a glance: a dict of n_rows, n_columns, duplicate_rows, duplicate_pct, memory_bytes, columns "
                      "(name, count, null_count, null_pct, inf_count, unique_count, cardinality_ratio, mean, std, min, max, "
                      "median, q25, q75, skewness, kurtosis, dtype of each), correlations (Pearson's, of two rows and columns "
                      "or more) and alerts (type, severity, column, message). Shares (_pct) are from 0 to 1; moments are "
                      "those of the population and leave infinities out. dtype is boolean for 0 and 1 alone, categorical for "
                      "at most 10 distinct values that are at most 5% of all, else numeric."}};
KL_PUBLISH_FUNCTION(profile_function);
