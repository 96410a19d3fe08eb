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
