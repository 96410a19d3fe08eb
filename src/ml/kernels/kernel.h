/* src/ml/kernels/kernel.h - what the files of this folder share. They are compiled once for each instruction
 * set, whose name KL_ISA is; see ../../../CMakeLists.txt. */
#ifndef KL_ML_KERNELS_KERNEL_H
#define KL_ML_KERNELS_KERNEL_H

#include "ml/kernels.h"

#include <math.h>

#define KL_JOIN(a, b)  a##_##b
#define KL_JOIN2(a, b) KL_JOIN(a, b)
/* KERNEL(dot) is kl_kernel_dot_avx2, say. */
#define KERNEL(name) KL_JOIN2(kl_kernel_##name, KL_ISA)
#define KL_SIMD      _Pragma("omp simd")

#if defined(__AVX512F__)
#define KL_LANES 8
#elif defined(__AVX2__)
#define KL_LANES 4
#else
#define KL_LANES 2
#endif

/* As many doubles as a register has; at any address of a double. */
typedef double kl_lanes __attribute__((vector_size(KL_LANES * sizeof(double)), aligned(8), may_alias));
/* The same in a register. */
typedef double kl_register __attribute__((vector_size(KL_LANES * sizeof(double))));

static inline kl_register lanes_at(const double *x) { return *(const kl_lanes *)x; }

static inline double sum_of(kl_register x)
{
    double sum = 0;
    for (int i = 0; i < KL_LANES; i++)
        sum += x[i];
    return sum;
}

static inline double larger(double a, double b) { return a > b ? a : b; } /* b when a is NaN */
static inline double smaller(double a, double b) { return a < b ? a : b; }

static inline uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline double double_of(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* ---- all of them ------------------------------------------------------------------------------------------ */

void KERNEL(exp)(double *out, const double *x, size_t n);
void KERNEL(log)(double *out, const double *x, size_t n);
void KERNEL(tanh)(double *out, const double *x, size_t n);
void KERNEL(sigmoid)(double *out, const double *x, size_t n);
void KERNEL(log1pexp)(double *out, const double *x, size_t n);
void KERNEL(relu)(double *out, const double *x, size_t n);
void KERNEL(cos)(double *out, const double *x, size_t n);
void KERNEL(exp_f32)(float *out, const float *x, size_t n);
double KERNEL(sum)(const double *x, size_t n);
double KERNEL(dot)(const double *a, const double *b, size_t n);
double KERNEL(sum_squares)(const double *x, size_t n);
double KERNEL(sum_abs)(const double *x, size_t n);
double KERNEL(squared_distance)(const double *a, const double *b, size_t n);
double KERNEL(manhattan)(const double *a, const double *b, size_t n);
double KERNEL(chebyshev)(const double *a, const double *b, size_t n);
float KERNEL(squared_distance_f32)(const float *a, const float *b, size_t n);
void KERNEL(axpy)(double alpha, const double *x, double *y, size_t n);
double KERNEL(max)(const double *x, size_t n);
double KERNEL(min)(const double *x, size_t n);
size_t KERNEL(argmax)(const double *x, size_t n);
size_t KERNEL(argmin)(const double *x, size_t n);
void KERNEL(argmax_rows)(int64_t *out, const double *x, size_t rows, size_t cols);
bool KERNEL(all_finite)(const double *x, size_t n, bool *has_nan);
void KERNEL(column_sums)(double *out, const double *x, size_t rows, size_t cols);
void KERNEL(column_square_sums)(double *out, const double *x, const double *center, size_t rows,
                                size_t cols);
void KERNEL(column_range)(double *low, double *high, const double *x, size_t rows, size_t cols);
void KERNEL(center_scale)(double *out, const double *x, const double *center, const double *factor,
                          size_t rows, size_t cols);
void KERNEL(row_square_sums)(double *out, const double *x, size_t rows, size_t cols);
void KERNEL(gram)(double *c, const double *x, const double *w, size_t rows, size_t d);
void KERNEL(to_f32)(float *out, const double *x, size_t n);
void KERNEL(softmax_rows)(double *x, size_t rows, size_t cols, double *norm);
void KERNEL(hinge_slopes)(double *slope, double *curve, const double *slack, const double *cost, const double *x,
                          size_t n);
double KERNEL(hinge_change)(const double *slack, const double *cost, const double *x, double step, size_t n);
size_t KERNEL(smo_look)(double *up, double *down, const double *b, const double *low,
                        const double *high, const double *g, double width, size_t n);
size_t KERNEL(smo_partner)(double *gain, const double *b, const double *low, const double *g,
                           const double *diagonal, const float *row, double width, double up,
                           double up_diagonal, size_t n);
void KERNEL(two_least)(kl_two_least *out, double *x, const double *add, size_t rows, size_t cols, size_t from);
void KERNEL(squared_distances)(double *products, double square, const double *squares, double by,
                               size_t n);
kl_near KERNEL(near_rows)(const double *products, const double *squares, double square, double slack, double bound,
                          size_t n);
void KERNEL(scaled_distances)(double *out, size_t step, const double *x, const double *center, const double *factor,
                              double by, size_t rows, size_t d);
void KERNEL(add_squares)(double *out, double x, const double *column, double by, size_t n);
void KERNEL(smo_step)(double *g, const float *up, const float *down, double grown, double fallen,
                      size_t n);

#endif
