/* src/ml/numeric_order.c - numbers in order: see numeric.h.
 *
 * A double becomes a whole number that sorts as it does. Few are sorted by merging, many digit by digit, where
 * digits that all have in common are skipped.
 */
#include "numeric.h"

#include <math.h>

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS, DIGITS_MAX = 6, FEW = 1024, RUN = 16 };

typedef struct keyed {
    uint64_t key;
    int64_t index;
} keyed;

/* ---- keys -------------------------------------------------------------------------------------------------- */

/* Negative ones count backwards; NaN is above all. */
static uint64_t key_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    if (x != x)
        return UINT64_MAX;
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static double number_of(uint64_t key)
{
    uint64_t bits = key >> 63 ? key & ~(UINT64_C(1) << 63) : ~key;
    double x;
    memcpy(&x, &bits, sizeof x);
    return key == UINT64_MAX ? NAN : x;
}

static uint32_t key_of_f32(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    if (x != x)
        return UINT32_MAX;
    return bits >> 31 ? ~bits : bits | UINT32_C(1) << 31;
}

/* ---- merging ----------------------------------------------------------------------------------------------- */

static void insert(keyed *items, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        keyed moved = items[i];
        size_t j = i;
        for (; j > 0 && items[j - 1].key > moved.key; j--)
            items[j] = items[j - 1];
        items[j] = moved;
    }
}

static void merge(keyed *to, const keyed *from, size_t middle, size_t end)
{
    size_t a = 0, b = middle;
    while (a < middle && b < end)
        *to++ = from[a].key <= from[b].key ? from[a++] : from[b++];
    memcpy(to, from + a, (middle - a) * sizeof *to);
    memcpy(to + (middle - a), from + b, (end - b) * sizeof *to);
}

static keyed *merge_sort(keyed *items, keyed *other, size_t n)
{
    for (size_t i = 0; i < n; i += RUN)
        insert(items + i, KL_MIN(RUN, n - i));
    for (size_t run = RUN; run < n; run *= 2) {
        for (size_t i = 0; i < n; i += 2 * run) {
            size_t end = KL_MIN(2 * run, n - i);
            merge(other + i, items + i, KL_MIN(run, end), end);
        }
        keyed *sorted = other;
        other = items;
        items = sorted;
    }
    return items;
}

/* ---- digit by digit ------------------------------------------------------------------------------------------- */

static void count_digits(size_t (*counts)[DIGITS], size_t digits, const keyed *items, size_t n)
{
    memset(counts, 0, digits * sizeof *counts);
    for (size_t i = 0; i < n; i++)
        for (size_t d = 0; d < digits; d++)
            counts[d][items[i].key >> d * DIGIT_BITS & (DIGITS - 1)]++;
}

static void move_by_digit(keyed *to, const keyed *from, size_t n, size_t shift, size_t *counts)
{
    size_t place = 0;
    for (size_t i = 0; i < DIGITS; i++) {
        size_t count = counts[i];
        counts[i] = place;
        place += count;
    }
    for (size_t i = 0; i < n; i++)
        to[counts[from[i].key >> shift & (DIGITS - 1)]++] = from[i];
}

static keyed *radix_sort(keyed *items, keyed *other, size_t n, size_t digits,
                         size_t (*counts)[DIGITS])
{
    count_digits(counts, digits, items, n);
    for (size_t d = 0; d < digits; d++) {
        size_t shift = d * DIGIT_BITS;
        if (counts[d][items[0].key >> shift & (DIGITS - 1)] == n)
            continue;
        move_by_digit(other, items, n, shift, counts[d]);
        keyed *sorted = other;
        other = items;
        items = sorted;
    }
    return items;
}

/* items has room for 2 n; the sorted ones are in either half. */
static kl_status sort(keyed **sorted, keyed *items, size_t n, size_t digits, kl_task *task,
                      kl_error *error)
{
    size_t(*counts)[DIGITS];
    if (n < FEW) {
        *sorted = merge_sort(items, items + n, n);
        return KL_OK;
    }
    KL_TAKE_RAW(counts, task, digits, error);
    *sorted = radix_sort(items, items + n, n, digits, counts);
    kl_task_free(task, counts);
    return KL_OK;
}

/* ---- what others call -------------------------------------------------------------------------------------------- */

kl_status kl_argsort(int64_t *order, const double *x, size_t n, kl_task *task, kl_error *error)
{
    keyed *items, *sorted;
    KL_TAKE_RAW(items, task, 2 * n, error);
    for (size_t i = 0; i < n; i++)
        items[i] = (keyed){key_of(x[i] + 0.0), (int64_t)i}; /* -0 is 0 */
    KL_TRY(sort(&sorted, items, n, DIGITS_MAX, task, error));
    for (size_t i = 0; i < n; i++)
        order[i] = sorted[i].index;
    kl_task_free(task, items);
    return KL_OK;
}

kl_status kl_argsort_f32(int32_t *order, const float *x, size_t n, kl_task *task, kl_error *error)
{
    keyed *items, *sorted;
    KL_TAKE_RAW(items, task, 2 * n, error);
    for (size_t i = 0; i < n; i++)
        items[i] = (keyed){key_of_f32(x[i] + 0.0f), (int64_t)i};
    KL_TRY(sort(&sorted, items, n, 3, task, error));
    for (size_t i = 0; i < n; i++)
        order[i] = (int32_t)sorted[i].index;
    kl_task_free(task, items);
    return KL_OK;
}

kl_status kl_sort_doubles(double *x, size_t n, kl_task *task, kl_error *error)
{
    keyed *items, *sorted;
    KL_TAKE_RAW(items, task, 2 * n, error);
    for (size_t i = 0; i < n; i++)
        items[i] = (keyed){key_of(x[i]), 0};
    KL_TRY(sort(&sorted, items, n, DIGITS_MAX, task, error));
    for (size_t i = 0; i < n; i++)
        x[i] = number_of(sorted[i].key);
    kl_task_free(task, items);
    return KL_OK;
}

/* ---- the k-th ------------------------------------------------------------------------------------------------------ */

static double middle_of(double a, double b, double c)
{
    return a < b ? (b < c ? b : a < c ? c : a) : (a < c ? a : b < c ? c : b);
}

static void swap(double *a, double *b)
{
    double moved = *a;
    *a = *b;
    *b = moved;
}

/* Parts what is below, equal to and above a pivot; pivots stand at places that no input can foresee to be bad
 * everywhere, so that the time is linear in all likelihood. */
double kl_select(double *x, size_t n, size_t k)
{
    size_t low = 0, high = n; /* number k stands in [low, high) */
    uint64_t places = n;
    while (high - low > 1) {
        double three[3];
        for (size_t i = 0; i < 3; i++) {
            places = places * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            three[i] = x[low + (places >> 32) % (high - low)];
        }
        double pivot = middle_of(three[0], three[1], three[2]);
        size_t below = low, above = high;
        for (size_t i = low; i < above;)
            if (x[i] < pivot)
                swap(&x[i++], &x[below++]);
            else if (x[i] > pivot)
                swap(&x[i], &x[--above]);
            else
                i++;
        if (k < below)
            high = below;
        else if (k >= above)
            low = above;
        else
            return pivot;
    }
    return x[k];
}

double kl_quantile(const double *sorted, size_t n, double q)
{
    if (n == 0)
        return NAN;
    double place = q * (double)(n - 1);
    size_t below = (size_t)KL_MIN(KL_MAX(place, 0), (double)(n - 1));
    double t = place - (double)below, a = sorted[below], b = sorted[KL_MIN(below + 1, n - 1)];
    if (a == b)
        return a; /* also two infinities */
    return t < 0.5 ? a + (b - a) * t : b - (b - a) * (1 - t);
}

double kl_median(double *x, size_t n)
{
    if (n == 0)
        return NAN;
    double upper = kl_select(x, n, n / 2);
    if (n % 2)
        return upper;
    double lower = -INFINITY; /* the largest of those below */
    for (size_t i = 0; i < n / 2; i++)
        lower = fmax(lower, x[i]);
    return lower == upper ? upper : lower + (upper - lower) / 2;
}
