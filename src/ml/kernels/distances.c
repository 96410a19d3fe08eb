/* src/ml/kernels/distances.c - squared distances of one row to many. */
#include "kernel.h"

void KERNEL(squared_distances)(double *products, double square, const double *squares, double by,
                               size_t n)
{
    KL_SIMD for (size_t j = 0; j < n; j++)
    {
        double distance = square + squares[j] - 2 * products[j];
        products[j] = by * (distance > 0 ? distance : 0);
    }
}

void KERNEL(add_squares)(double *out, double x, const double *column, double by, size_t n)
{
    KL_SIMD for (size_t j = 0; j < n; j++)
    {
        double away = x - column[j];
        out[j] += by * away * away;
    }
}

static inline kl_register square(kl_register x) { return x * x; }

/* One row: two registers of sums, so that an addition need not wait for the one before. */
static inline double scaled_distance(const double *x, const double *center, const double *factor, size_t d)
{
    kl_register one = {0}, two = {0};
    size_t j = 0;
    double rest = 0;
    for (; j + 2 * KL_LANES <= d; j += 2 * KL_LANES) {
        one += square((lanes_at(x + j) - lanes_at(center + j)) * lanes_at(factor + j));
        two += square((lanes_at(x + j + KL_LANES) - lanes_at(center + j + KL_LANES)) * lanes_at(factor + j + KL_LANES));
    }
    for (; j + KL_LANES <= d; j += KL_LANES)
        one += square((lanes_at(x + j) - lanes_at(center + j)) * lanes_at(factor + j));
    for (; j < d; j++)
        rest += (x[j] - center[j]) * factor[j] * ((x[j] - center[j]) * factor[j]);
    return sum_of(one + two) + rest;
}

void KERNEL(scaled_distances)(double *out, size_t step, const double *x, const double *center, const double *factor,
                              double by, size_t rows, size_t d)
{
    for (size_t i = 0; i < rows && factor; i++)
        out[i * step] = by * scaled_distance(x + i * d, center, factor, d);
    for (size_t i = 0; i < rows && !factor; i++)
        out[i * step] = by * KERNEL(squared_distance)(x + i * d, center, d);
}
