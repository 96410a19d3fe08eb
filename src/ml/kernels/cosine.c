/* src/ml/kernels/cosine.c - cosines of many numbers. */
#include "kernel.h"

/* Beyond it the multiple of pi that is taken away would cost too many digits. */
static const double far = 1e5;

/* cos(x) = +-cos(x - k pi) with k the nearest whole number, by its power series: to 1e-15 for |x| < 100, and |x| 1e-16
 * from there on. */
void KERNEL(cos)(double *out, const double *x, size_t n)
{
    static const double pi = 3.141592653589793116, rest = 1.2246467991473532e-16;
    static const double to_whole = 6755399441055744.0; /* 1.5 * 2^52: what is added to it is rounded */
    double most = 0;
#pragma omp simd reduction(max : most)
    for (size_t i = 0; i < n; i++)
        most = fabs(x[i]) > most ? fabs(x[i]) : most;
    if (!(most < far)) {
        for (size_t i = 0; i < n; i++)
            out[i] = cos(x[i]);
        return;
    }
    KL_SIMD for (size_t i = 0; i < n; i++)
    {
        double shifted = x[i] * (1 / pi) + to_whole, k = shifted - to_whole;
        double r = x[i] - k * pi - k * rest, s = r * r;
        double p = 1.0 / 2432902008176640000.0;
        p = p * s - 1.0 / 6402373705728000.0;
        p = p * s + 1.0 / 20922789888000.0;
        p = p * s - 1.0 / 87178291200.0;
        p = p * s + 1.0 / 479001600.0;
        p = p * s - 1.0 / 3628800.0;
        p = p * s + 1.0 / 40320.0;
        p = p * s - 1.0 / 720.0;
        p = p * s + 1.0 / 24.0;
        p = p * s - 0.5;
        p = p * s + 1.0;
        out[i] = double_of(bits_of(p) ^ (bits_of(shifted) << 63));
    }
}
