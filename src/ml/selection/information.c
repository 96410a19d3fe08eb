/* src/ml/selection/information.c - mutual information of a column and y, by distances to nearest neighbours. */
#include "feature_scores.h"

#include "ml/numeric.h"
#include "parallel.h"

#include <math.h>
#include <stdlib.h>

enum { NEIGHBOURS = 3 };

/* Divide by the deviation, and part equal numbers by noise of a ten-billionth, which distances need. */
static void condition(double *x, size_t n, uint64_t stream)
{
    double mean = 0, square = 0, size = 0;
    kl_random random;
    kl_random_open(&random, 0, 1, stream);
    for (size_t i = 0; i < n; i++)
        mean += x[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        square += (x[i] - mean) * (x[i] - mean) / (double)n;
    double by = square > 0 ? sqrt(square) : 1;
    for (size_t i = 0; i < n; i++) {
        x[i] /= by;
        size += fabs(x[i]) / (double)n;
    }
    for (size_t i = 0; i < n; i++)
        x[i] += 1e-10 * fmax(1, size) * kl_random_normal(&random);
}

/* How many of ascending numbers lie within `radius` of `middle`, itself among them. Differences are compared, as they
 * were when the radius was measured: sums would round. */
static size_t within(const double *sorted, size_t n, double middle, double radius)
{
    size_t low = 0, high = n, first;
    while (low < high) {
        size_t m = low + (high - low) / 2;
        if (middle - sorted[m] > radius)
            low = m + 1;
        else
            high = m;
    }
    first = low;
    for (high = n; low < high;) {
        size_t m = low + (high - low) / 2;
        if (sorted[m] - middle <= radius)
            low = m + 1;
        else
            high = m;
    }
    return low - first;
}

/* What the columns of one call share. */
typedef struct columns {
    const kl_matrix *x;
    const int64_t *codes;   /* of labels */
    const double *counts;   /* rows of each label */
    size_t classes;
    const double *y, *y_sorted; /* of numbers, conditioned */
    double *scores, *scratch;   /* 4 n for each thread */
} columns;

/* ---- labels ------------------------------------------------------------------------------------------------ */

/* Distance to the k-th nearest of ascending numbers, from number i of them. */
static double kth_distance(const double *sorted, size_t n, size_t i, size_t k)
{
    size_t left = i, right = i + 1;
    double far = 0;
    for (size_t found = 0; found < k; found++) {
        double to_left = left > 0 ? sorted[i] - sorted[left - 1] : INFINITY;
        double to_right = right < n ? sorted[right] - sorted[i] : INFINITY;
        far = fmin(to_left, to_right);
        if (to_left <= to_right)
            left--;
        else
            right++;
    }
    return far;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Rows whose label nobody else has are left out. */
static double of_labels(const columns *all, size_t column, double *scratch)
{
    size_t n = all->x->rows, used = 0;
    double *x = scratch, *sorted = x + n, *group = sorted + n, k_sum = 0, count_sum = 0, m_sum = 0;
    for (size_t i = 0; i < n; i++)
        x[i] = kl_row(all->x, i)[column];
    condition(x, n, column);
    for (size_t i = 0; i < n; i++)
        if (all->counts[all->codes[i]] > 1)
            sorted[used++] = x[i];
    qsort(sorted, used, sizeof *sorted, ascending);
    for (size_t c = 0; c < all->classes; c++) {
        size_t count = 0, k = KL_MIN(NEIGHBOURS, (size_t)all->counts[c] - 1);
        if (all->counts[c] < 2)
            continue;
        for (size_t i = 0; i < n; i++)
            if ((size_t)all->codes[i] == c)
                group[count++] = x[i];
        qsort(group, count, sizeof *group, ascending);
        for (size_t i = 0; i < count; i++) {
            double radius = nextafter(kth_distance(group, count, i, k), 0);
            m_sum += kl_digamma((double)within(sorted, used, group[i], radius));
        }
        k_sum += (double)count * kl_digamma((double)k);
        count_sum += (double)count * kl_digamma((double)count);
    }
    if (used == 0)
        return 0;
    return fmax(0, kl_digamma((double)used) + (k_sum - count_sum - m_sum) / (double)used);
}

/* ---- numbers ----------------------------------------------------------------------------------------------- */

/* Distance to the k-th nearest in both x and y (the larger of the two counts); rows lie in the order of x. */
static double joint_distance(const double *x, const double *y, size_t n, size_t i)
{
    double near[NEIGHBOURS] = {INFINITY, INFINITY, INFINITY};
    size_t left = i, right = i + 1;
    for (;;) {
        double to_left = left > 0 ? x[i] - x[left - 1] : INFINITY, to_right = right < n ? x[right] - x[i] : INFINITY;
        double apart = fmin(to_left, to_right);
        if (!(apart < near[NEIGHBOURS - 1]))
            return near[NEIGHBOURS - 1];
        size_t other = to_left <= to_right ? --left : right++;
        double far = fmax(apart, fabs(y[other] - y[i]));
        for (size_t at = NEIGHBOURS; at-- > 0 && far < near[at];) {
            if (at + 1 < NEIGHBOURS)
                near[at + 1] = near[at];
            near[at] = far;
        }
    }
}

typedef struct pair {
    double x, y;
} pair;

static double of_numbers(const columns *all, size_t column, double *scratch)
{
    size_t n = all->x->rows;
    double *x = scratch, *y = x + n, sum = 0;
    pair *pairs = (pair *)(void *)(y + n);
    for (size_t i = 0; i < n; i++)
        x[i] = kl_row(all->x, i)[column];
    condition(x, n, column);
    for (size_t i = 0; i < n; i++)
        pairs[i] = (pair){x[i], all->y[i]};
    qsort(pairs, n, sizeof *pairs, ascending);
    for (size_t i = 0; i < n; i++) {
        x[i] = pairs[i].x;
        y[i] = pairs[i].y;
    }
    for (size_t i = 0; i < n; i++) {
        double radius = nextafter(joint_distance(x, y, n, i), 0);
        sum += kl_digamma((double)within(x, n, x[i], radius)) +
               kl_digamma((double)within(all->y_sorted, n, y[i], radius));
    }
    return fmax(0, kl_digamma((double)n) + kl_digamma(NEIGHBOURS) - sum / (double)n);
}

/* ---- both -------------------------------------------------------------------------------------------------- */

static kl_status column_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    columns *all = data;
    double *scratch = all->scratch + kl_parallel_me() * 4 * all->x->rows;
    (void)block, (void)error;
    for (size_t j = begin; j < end; j++)
        all->scores[j] = all->codes ? of_labels(all, j, scratch) : of_numbers(all, j, scratch);
    return KL_OK;
}

static kl_status run(columns *all, double *p_values, kl_task *task, kl_error *error)
{
    if (all->x->rows <= NEIGHBOURS)
        return kl_bad_input(error, "mutual information needs more than %d rows, got %zu", NEIGHBOURS, all->x->rows);
    KL_TAKE_RAW(all->scratch, task, kl_parallel_threads() * 4 * all->x->rows, error);
    for (size_t j = 0; j < all->x->cols; j++)
        p_values[j] = (double)NAN;
    return kl_parallel_for(all->x->cols, 1, column_block, all, error);
}

kl_status kl_information_of_labels(double *scores, double *p_values, const kl_matrix *x, kl_value y, kl_task *task,
                                   kl_error *error)
{
    columns all = {.x = x, .scores = scores};
    kl_value classes;
    int64_t *codes;
    double *counts;
    size_t count;
    KL_TRY(kl_labels_encode(&codes, &classes, &count, y, kl_null(), "y", task, error));
    all.classes = kl_labels_count(classes);
    kl_value_release(classes);
    if (count != x->rows)
        return kl_bad_dimension(error, "samples", x->rows, count);
    KL_TAKE(counts, task, all.classes, error);
    for (size_t i = 0; i < count; i++)
        counts[codes[i]]++;
    all.codes = codes;
    all.counts = counts;
    return run(&all, p_values, task, error);
}

kl_status kl_information_of_numbers(double *scores, double *p_values, const kl_matrix *x, kl_value y, kl_task *task,
                                    kl_error *error)
{
    columns all = {.x = x, .scores = scores};
    const double *target;
    double *kept, *sorted;
    size_t count;
    KL_TRY(kl_numbers_read(&target, &count, y, "y", task, error));
    if (count != x->rows)
        return kl_bad_dimension(error, "samples", x->rows, count);
    KL_TAKE_RAW(kept, task, count, error);
    KL_TAKE_RAW(sorted, task, count, error);
    memcpy(kept, target, count * sizeof *kept);
    condition(kept, count, x->cols);
    memcpy(sorted, kept, count * sizeof *sorted);
    KL_TRY(kl_sort_doubles(sorted, count, task, error));
    all.y = kept;
    all.y_sorted = sorted;
    return run(&all, p_values, task, error);
}
