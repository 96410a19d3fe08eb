/* src/ml/kernels/near.c - which of many rows are near, by their products. */
#include "kernel.h"

kl_near KERNEL(near_rows)(const double *products, const double *squares, double square, double slack, double bound,
                          size_t n)
{
    uint64_t far = 0, sure = 0;
#pragma omp simd reduction(| : far, sure)
    for (size_t j = 0; j < n; j++) {
        double size = square + squares[j], distance = size - 2 * products[j];
        far |= (uint64_t)(distance - slack * size > bound) << j;
        sure |= (uint64_t)(distance + slack * size <= bound) << j;
    }
    return (kl_near){~far & (n < 64 ? ((uint64_t)1 << n) - 1 : UINT64_MAX), sure};
}
