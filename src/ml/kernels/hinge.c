/* src/ml/kernels/hinge.c - sums over the rows of a squared hinge, cost max(0, slack)^2. */
#include "kernel.h"

static inline double positive(double x) { return x > 0 ? x : 0; }

void KERNEL(hinge_slopes)(double *slope, double *curve, const double *slack, const double *cost, const double *x,
                          size_t n)
{
    double first = 0, second = 0;
#pragma omp simd reduction(+ : first, second)
    for (size_t i = 0; i < n; i++) {
        double part = slack[i] > 0 ? cost[i] * x[i] : 0;
        first += part * slack[i];
        second += part * x[i];
    }
    *slope = first;
    *curve = second;
}

double KERNEL(hinge_change)(const double *slack, const double *cost, const double *x, double step, size_t n)
{
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++) {
        double before = positive(slack[i]), after = positive(slack[i] - step * x[i]);
        sum += cost[i] * (after * after - before * before);
    }
    return sum;
}
