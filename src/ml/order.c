/* src/ml/order.c - numbers in order: sorted, selected, in quantiles. */
#include "numeric.h"

#include "base/sort.h"

#include <math.h>

/* Up to here insertion beats counting digits. */
enum { FEW = 48 };

/* NaN is behind all. */
static bool is_before(double a, double b) { return a < b || (a == a && b != b); }

/* ---- sorting ------------------------------------------------------------------------------------- */

static void insert_indices(int64_t *order, const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t at = i;
        for (; at > 0 && is_before(x[i], x[order[at - 1]]); at--)
            order[at] = order[at - 1];
        order[at] = (int64_t)i;
    }
}

static void insert_numbers(double *x, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        double number = x[i];
        size_t at = i;
        for (; at > 0 && is_before(number, x[at - 1]); at--)
            x[at] = x[at - 1];
        x[at] = number;
    }
}

/* The numbers' bits in order, each with its index. Lies in the task. */
static kl_status sort_bits(kl_sort_bits_item **out, const double *x, size_t n, kl_task *task,
                           kl_error *error)
{
    kl_sort_bits_item *items, *spare;
    if (n > UINT32_MAX)
        return kl_error_set(error, KL_LIMIT, "more than %u numbers cannot be sorted", UINT32_MAX);
    KL_TAKE_RAW(items, task, n, error);
    KL_TAKE_RAW(spare, task, n, error);
    for (size_t i = 0; i < n; i++)
        items[i] = (kl_sort_bits_item){kl_sort_bits_of_real(x[i]), (uint32_t)i};
    kl_sort_bits_item *a = items, *b = spare;
    KL_TRY(kl_sort_bits(&a, &b, n, error));
    kl_task_free(task, b);
    *out = a;
    return KL_OK;
}

kl_status kl_argsort(int64_t *order, const double *x, size_t n, kl_task *task, kl_error *error)
{
    kl_sort_bits_item *sorted;
    if (n <= FEW) {
        insert_indices(order, x, n);
        return KL_OK;
    }
    KL_TRY(sort_bits(&sorted, x, n, task, error));
    for (size_t i = 0; i < n; i++)
        order[i] = sorted[i].index;
    kl_task_free(task, sorted);
    return KL_OK;
}

kl_status kl_sort_doubles(double *x, size_t n, kl_task *task, kl_error *error)
{
    kl_sort_bits_item *sorted;
    double *copy;
    if (n <= FEW) {
        insert_numbers(x, n);
        return KL_OK;
    }
    KL_TAKE_RAW(copy, task, n, error);
    KL_TRY(sort_bits(&sorted, x, n, task, error));
    memcpy(copy, x, n * sizeof *x);
    for (size_t i = 0; i < n; i++)
        x[i] = copy[sorted[i].index];
    kl_task_free(task, sorted);
    kl_task_free(task, copy);
    return KL_OK;
}

kl_status kl_argsort_f32(int32_t *order, const float *x, size_t n, kl_task *task, kl_error *error)
{
    kl_sort_bits_item *sorted;
    double *wide;
    KL_TAKE_RAW(wide, task, n ? n : 1, error);
    for (size_t i = 0; i < n; i++)
        wide[i] = x[i];
    KL_TRY(sort_bits(&sorted, wide, n, task, error));
    for (size_t i = 0; i < n; i++)
        order[i] = (int32_t)sorted[i].index;
    kl_task_free(task, sorted);
    kl_task_free(task, wide);
    return KL_OK;
}

/* ---- selecting ----------------------------------------------------------------------------------- */

static void swap(double *a, double *b)
{
    double t = *a;
    *a = *b;
    *b = t;
}

/* Hoare's quickselect with the median of three. */
double kl_select(double *x, size_t n, size_t k)
{
    size_t low = 0, high = n - 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (x[middle] < x[low])
            swap(&x[middle], &x[low]);
        if (x[high] < x[low])
            swap(&x[high], &x[low]);
        if (x[high] < x[middle])
            swap(&x[high], &x[middle]);
        double pivot = x[middle];
        size_t i = low, j = high;
        while (i <= j) {
            while (x[i] < pivot)
                i++;
            while (pivot < x[j])
                j--;
            if (i > j)
                break;
            swap(&x[i++], &x[j]);
            if (j == 0)
                break;
            j--;
        }
        if (k <= j)
            high = j;
        else if (k >= i)
            low = i;
        else
            break;
    }
    return x[k];
}

double kl_quantile(const double *sorted, size_t n, double q)
{
    double at = q * (double)(n - 1), below = floor(at);
    size_t i = (size_t)below;
    if (i + 1 >= n)
        return sorted[n - 1];
    double t = at - below, step = sorted[i + 1] - sorted[i];
    return t < 0.5 ? sorted[i] + step * t : sorted[i + 1] - step * (1 - t);
}

double kl_median(double *x, size_t n)
{
    double upper = kl_select(x, n, n / 2), lower = upper;
    if (n % 2 == 0) {
        lower = x[0];
        for (size_t i = 1; i < n / 2; i++)
            lower = x[i] > lower ? x[i] : lower;
    }
    return lower + (upper - lower) / 2;
}
