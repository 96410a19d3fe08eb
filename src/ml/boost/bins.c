/* src/ml/boost/bins.c - cutting features into bins. */
#include "hist.h"

#include "ml/numeric.h"
#include "parallel.h"

#include <math.h>

enum { SAMPLE = 200000, BLOCK = 512, STREAM = 0x50 };
#define ALMOST_INFINITE 1e300 /* an infinite edge would leave nothing for the right side but NaN */

typedef struct binning {
    kl_bins *bins;
    const kl_matrix *x;
    const double *weights; /* or NULL */
    const int64_t *sample; /* rows to look at; NULL = all */
    size_t rows;           /* how many */
} binning;

/* ---- edges ----------------------------------------------------------------------------------------------- */

double kl_hist_quantile(const double *sorted, const double *running, size_t n, double q, bool mean)
{
    double rank = q * running[n - 1];
    size_t low = 0, high = n - 1, next;
    if (rank == 0)
        rank = nextafter(rank, 1);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (running[middle] < rank)
            low = middle + 1;
        else
            high = middle;
    }
    if (!mean || running[low] - rank > 0x1p-52)
        return sorted[low];
    for (next = low; next < n - 1 && running[next] <= running[low];)
        next++;
    return running[next] > running[low] ? (sorted[low] + sorted[next]) / 2 : sorted[low];
}

/* Quantiles of sorted numbers of equal weight: the mean of two neighbours where both would do. */
static double plain_quantile(const double *sorted, size_t n, double q)
{
    double at = (double)n * q - 1, floor_at = floor(at);
    size_t i = at < 0 ? 0 : KL_MIN((size_t)floor_at, n - 1), next = KL_MIN(i + 1, n - 1);
    if (at < 0)
        return sorted[0];
    return at > floor_at ? sorted[next] : sorted[next] - (sorted[next] - sorted[i]) * 0.5;
}

/* Numbers of a feature that are there and count, with their weights; how many. */
static size_t collect(double *numbers, double *weights, const binning *b, size_t feature)
{
    size_t count = 0;
    for (size_t i = 0; i < b->rows; i++) {
        size_t row = b->sample ? (size_t)b->sample[i] : i;
        double number = b->x->data[row * b->x->cols + feature];
        if (isnan(number) || (b->weights && b->weights[row] == 0))
            continue;
        if (b->weights)
            weights[count] = b->weights[row];
        numbers[count++] = number;
    }
    return count;
}

/* Distinct numbers of a sorted list, at most `most` of them are written; how many there are, at most most + 1. */
static size_t distinct(double *out, const double *sorted, size_t n, size_t most)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && sorted[i] == sorted[i - 1])
            continue;
        if (count == most)
            return most + 1;
        out[count++] = sorted[i];
    }
    return count;
}

/* Edges at quantiles, without equal ones; how many. */
static size_t quantile_edges(double *edges, const double *sorted, const double *running, size_t n,
                             size_t max_bins)
{
    size_t count = 0;
    double step = 100.0 / (double)max_bins;
    for (size_t i = 1; i < max_bins; i++) {
        double q = (double)i * step / 100;
        double edge = running ? kl_hist_quantile(sorted, running, n, q, true) : plain_quantile(sorted, n, q);
        if (count == 0 || edge != edges[count - 1])
            edges[count++] = edge;
    }
    return count;
}

static void clip_edges(double *edges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        edges[i] = KL_MIN(edges[i], ALMOST_INFINITE);
}

/* Sort, and weights beside. */
static kl_status sort_numbers(double *numbers, double *weights, size_t n, kl_task *task, kl_error *error)
{
    int64_t *order;
    double *spare;
    if (!weights)
        return kl_sort_doubles(numbers, n, task, error);
    KL_TAKE_RAW(order, task, n, error);
    KL_TAKE_RAW(spare, task, 2 * n, error);
    KL_TRY(kl_argsort(order, numbers, n, task, error));
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        spare[i] = numbers[order[i]];
        spare[n + i] = sum += weights[order[i]];
    }
    memcpy(numbers, spare, n * sizeof *numbers);
    memcpy(weights, spare + n, n * sizeof *weights);
    return KL_OK;
}

static kl_status find_edges(const binning *b, size_t feature, kl_task *task, kl_error *error)
{
    kl_bins *bins = b->bins;
    binning all = {.bins = bins, .x = b->x, .rows = b->x->rows};
    if (bins->category && bins->category[feature])
        b = &all; /* every value counts, were it in one row */
    size_t max_bins = bins->missing, count;
    double *numbers, *weights = NULL, *edges = bins->edges + feature * max_bins;
    KL_TAKE_RAW(numbers, task, b->rows + 1, error);
    if (b->weights)
        KL_TAKE_RAW(weights, task, b->rows + 1, error);
    size_t n = collect(numbers, weights, b, feature);
    if (n)
        KL_TRY(sort_numbers(numbers, weights, n, task, error));
    count = distinct(edges, numbers, n, max_bins);
    if (bins->category && bins->category[feature]) {
        if (count > max_bins)
            return kl_bad_input(error, "x, column %zu: categories in more than max_bins = %zu values", feature,
                                max_bins);
        bins->used[feature] = (uint32_t)count;
        return KL_OK;
    }
    if (count > max_bins) {
        count = quantile_edges(edges, numbers, weights, n, max_bins);
    } else {
        for (size_t i = 0; i + 1 < count; i++)
            edges[i] = (edges[i] + edges[i + 1]) / 2;
        count -= count > 0;
    }
    clip_edges(edges, count);
    bins->used[feature] = (uint32_t)count + 1;
    return KL_OK;
}

static kl_status edges_body(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const binning *b = data;
    (void)block;
    for (size_t f = begin; f < end; f++) {
        kl_task memory = KL_TASK_INIT;
        kl_status status = find_edges(b, f, &memory, error);
        kl_task_end(&memory);
        KL_TRY(status);
    }
    return KL_OK;
}

/* ---- bins of rows ---------------------------------------------------------------------------------------- */

size_t kl_hist_category(double value, const double *values, size_t count, size_t missing)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (values[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && values[low] == value ? low : missing;
}

/* The first edge that is not below the value; the steps do not depend on it, so nothing is mispredicted. */
static size_t bin_of(double value, const double *edges, size_t count)
{
    const double *base = edges;
    while (count > 1) {
        size_t half = count / 2;
        base += (base[half - 1] < value) * half;
        count -= half;
    }
    return (size_t)(base - edges) + (count == 1 && *base < value);
}

static void bins_body(const binning *b, size_t feature, size_t begin, size_t end)
{
    const kl_bins *bins = b->bins;
    const double *edges = bins->edges + feature * bins->missing, *x = b->x->data + feature;
    uint8_t *to = bins->data + feature * bins->n;
    size_t count = bins->used[feature], d = b->x->cols;
    bool category = bins->category && bins->category[feature];
    for (size_t i = begin; i < end; i++) {
        double value = x[i * d];
        if (category)
            to[i] = (uint8_t)kl_hist_category(value, edges, count, bins->missing);
        else
            to[i] = (uint8_t)(isnan(value) ? bins->missing : bin_of(value, edges, count - 1));
    }
}


static kl_status rows_body(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)block;
    (void)error;
    const binning *b = data;
    for (size_t f = 0; f < b->bins->d; f++)
        bins_body(b, f, begin, end);
    return KL_OK;
}

static void look_for_missing(kl_bins *bins)
{
    for (size_t f = 0; f < bins->d; f++)
        bins->has_missing[f] = memchr(bins->data + f * bins->n, (int)bins->missing, bins->n) != NULL;
}

/* Rows that are drawn, with their weights as probabilities. */
static kl_status draw_sample(binning *b, uint64_t seed, kl_task *task, kl_error *error)
{
    kl_random random;
    int64_t *rows;
    double *running = NULL, sum = 0;
    size_t n = b->x->rows;
    b->rows = n;
    if (n <= SAMPLE)
        return KL_OK;
    KL_TAKE_RAW(rows, task, SAMPLE, error);
    if (b->weights) {
        KL_TAKE_RAW(running, task, n, error);
        for (size_t i = 0; i < n; i++)
            running[i] = sum += b->weights[i];
    }
    kl_random_open(&random, seed, STREAM, 0);
    for (size_t i = 0; i < SAMPLE; i++)
        rows[i] = (int64_t)(running ? kl_random_choice(&random, running, n) : kl_random_below(&random, n));
    b->sample = rows;
    b->weights = NULL;
    b->rows = SAMPLE;
    return KL_OK;
}

kl_status kl_hist_bins_make(kl_bins *out, const kl_matrix *x, const double *weights, size_t max_bins,
                       const bool *category, uint64_t seed, kl_task *task, kl_error *error)
{
    binning b = {.bins = out, .x = x, .weights = weights};
    *out = (kl_bins){.n = x->rows, .d = x->cols, .missing = max_bins, .category = category};
    if (x->rows > UINT32_MAX || x->cols >= KL_HIST_FEATURE_MAX)
        return kl_bad_input(error, "x: at most %u rows and %u columns are possible", UINT32_MAX,
                            KL_HIST_FEATURE_MAX - 1);
    KL_TAKE_RAW(out->data, task, x->rows * x->cols, error);
    KL_TAKE_RAW(out->edges, task, x->cols * max_bins, error);
    KL_TAKE_RAW(out->used, task, x->cols, error);
    KL_TAKE_RAW(out->has_missing, task, x->cols, error);
    KL_TRY(draw_sample(&b, seed, task, error));
    KL_TRY(kl_parallel_for(x->cols, KL_MAX(1, 4096 / b.rows), edges_body, &b, error));
    KL_TRY(kl_parallel_for(x->rows, BLOCK, rows_body, &b, error));
    look_for_missing(out);
    return KL_OK;
}
