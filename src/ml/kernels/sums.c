/* src/ml/kernels/sums.c - sums over one or two rows of numbers, in several lanes. */
#include "kernel.h"

/*
 * Four registers of sums, so that an addition need not wait for the one before. TERM and LAST say what is
 * added: for a register of numbers from i on, and for the number i.
 */
#define SUM_LOOP(TERM, LAST)                                                                       \
    kl_register s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};                                            \
    size_t i = 0;                                                                                  \
    for (; i + 4 * KL_LANES <= n; i += 4 * KL_LANES) {                                             \
        s0 += TERM(i);                                                                             \
        s1 += TERM(i + KL_LANES);                                                                  \
        s2 += TERM(i + 2 * KL_LANES);                                                              \
        s3 += TERM(i + 3 * KL_LANES);                                                              \
    }                                                                                              \
    for (; i + KL_LANES <= n; i += KL_LANES)                                                       \
        s0 += TERM(i);                                                                             \
    double sum = sum_of((s0 + s1) + (s2 + s3));                                                    \
    for (; i < n; i++)                                                                             \
        sum += LAST(i);                                                                            \
    return sum

double KERNEL(sum)(const double *x, size_t n)
{
#define TERM(at) lanes_at(x + (at))
#define LAST(at) x[at]
    SUM_LOOP(TERM, LAST);
#undef TERM
#undef LAST
}

double KERNEL(dot)(const double *a, const double *b, size_t n)
{
#define TERM(at) lanes_at(a + (at)) * lanes_at(b + (at))
#define LAST(at) a[at] * b[at]
    SUM_LOOP(TERM, LAST);
#undef TERM
#undef LAST
}

double KERNEL(sum_squares)(const double *x, size_t n) { return KERNEL(dot)(x, x, n); }

static inline kl_register square(kl_register x) { return x * x; }

double KERNEL(squared_distance)(const double *a, const double *b, size_t n)
{
#define TERM(at) square(lanes_at(a + (at)) - lanes_at(b + (at)))
#define LAST(at) (a[at] - b[at]) * (a[at] - b[at])
    SUM_LOOP(TERM, LAST);
#undef TERM
#undef LAST
}

double KERNEL(sum_abs)(const double *x, size_t n)
{
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++)
        sum += fabs(x[i]);
    return sum;
}

double KERNEL(manhattan)(const double *a, const double *b, size_t n)
{
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++)
        sum += fabs(a[i] - b[i]);
    return sum;
}

/* A NaN on either side is the answer. */
double KERNEL(chebyshev)(const double *a, const double *b, size_t n)
{
    double most = 0, poison = 0;
#pragma omp simd reduction(max : most) reduction(+ : poison)
    for (size_t i = 0; i < n; i++) {
        double off = fabs(a[i] - b[i]);
        most = off > most ? off : most;
        poison += off != off ? 1.0 : 0.0;
    }
    return poison > 0 ? NAN : most;
}

float KERNEL(squared_distance_f32)(const float *a, const float *b, size_t n)
{
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

void KERNEL(axpy)(double alpha, const double *x, double *y, size_t n)
{
    KL_SIMD for (size_t i = 0; i < n; i++) y[i] += alpha * x[i];
}

/* ---- the largest and the smallest ------------------------------------------------------------------------- */

enum { MANY = 32 }; /* at a time, each with a largest one of its own */

double KERNEL(max)(const double *x, size_t n)
{
    double most[MANY], result = -INFINITY;
    size_t i = 0;
    if (n < MANY) { /* they are not worth so many */
        for (; i < n; i++)
            result = larger(x[i], result);
        return result;
    }
    for (size_t j = 0; j < MANY; j++)
        most[j] = -INFINITY;
    for (; i + MANY <= n; i += MANY)
        KL_SIMD for (size_t j = 0; j < MANY; j++) most[j] = larger(x[i + j], most[j]);
    for (; i < n; i++)
        most[i % MANY] = larger(x[i], most[i % MANY]);
    for (size_t j = 0; j < MANY; j++)
        result = larger(most[j], result);
    return result;
}

double KERNEL(min)(const double *x, size_t n)
{
    double least[MANY], result = INFINITY;
    size_t i = 0;
    if (n < MANY) {
        for (; i < n; i++)
            result = smaller(x[i], result);
        return result;
    }
    for (size_t j = 0; j < MANY; j++)
        least[j] = INFINITY;
    for (; i + MANY <= n; i += MANY)
        KL_SIMD for (size_t j = 0; j < MANY; j++) least[j] = smaller(x[i + j], least[j]);
    for (; i < n; i++)
        least[i % MANY] = smaller(x[i], least[i % MANY]);
    for (size_t j = 0; j < MANY; j++)
        result = smaller(least[j], result);
    return result;
}

static size_t first_of(const double *x, size_t n, double wanted)
{
    for (size_t i = 0; i < n; i++)
        if (x[i] == wanted)
            return i;
    return 0; /* all are NaN */
}

size_t KERNEL(argmax)(const double *x, size_t n) { return first_of(x, n, KERNEL(max)(x, n)); }
size_t KERNEL(argmin)(const double *x, size_t n) { return first_of(x, n, KERNEL(min)(x, n)); }

void KERNEL(argmax_rows)(int64_t *out, const double *x, size_t rows, size_t cols)
{
    for (size_t i = 0; i < rows; i++, x += cols) {
        double most = -INFINITY;
        int64_t at = 0;
        if (cols >= MANY) {
            out[i] = (int64_t)KERNEL(argmax)(x, cols);
            continue;
        }
        for (size_t j = 0; j < cols; j++) {
            at = x[j] > most ? (int64_t)j : at;
            most = larger(x[j], most);
        }
        out[i] = at;
    }
}

/* 0 times a number is 0, but times infinity or NaN it is NaN. */
static bool are_finite(const double *x, size_t n)
{
    double zero = 0;
#pragma omp simd reduction(+ : zero)
    for (size_t i = 0; i < n; i++)
        zero += x[i] * 0;
    return zero == 0;
}

bool KERNEL(all_finite)(const double *x, size_t n, bool *has_nan)
{
    enum { PIECE = 4096 }; /* what stops early is not read to its end */
    bool finite = true, nan = false;
    for (size_t i = 0; i < n && !nan; i += PIECE) {
        size_t end = KL_MIN(i + PIECE, n);
        if (are_finite(x + i, end - i))
            continue;
        finite = false;
        if (!has_nan)
            return false;
        for (size_t j = i; j < end; j++)
            nan |= x[j] != x[j];
    }
    if (has_nan)
        *has_nan = nan;
    return finite;
}
