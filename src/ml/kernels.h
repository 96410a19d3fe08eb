/* src/ml/kernels.h - inner loops, compiled for several instruction sets; the best one that the processor has
 * is chosen when first used.
 *
 * Written in plain C (files of kernels/), compiled once for the baseline of the machine, and on x86-64 again for
 * AVX2 with FMA and for AVX-512. `kl_kernels()->exp(...)`. Sums run in several lanes, so their last digits
 * differ between instruction sets; on one machine they are always the same.
 */
#ifndef KL_ML_KERNELS_H
#define KL_ML_KERNELS_H

#include "kailash/base.h"

/* Of numbers: the least, where it is (the first of equals), and the least of the others. */
typedef struct kl_two_least {
    double least, next;
    size_t at;
} kl_two_least;
#define KL_TWO_LEAST_INIT {__builtin_inf(), __builtin_inf(), 0}

/* Of at most 64 rows a bit each: which may be near, and which are so however their products were rounded. */
typedef struct kl_near {
    uint64_t maybe, sure;
} kl_near;

typedef struct kl_kernel_table {
    const char *name; /* "baseline", "avx2", "avx512" */

    /* element by element; `out` may be `x`. exp, log, tanh and the rest to 2 ulp; inf and NaN as in C. */
    void (*exp)(double *out, const double *x, size_t n);
    void (*log)(double *out, const double *x, size_t n);
    void (*tanh)(double *out, const double *x, size_t n);
    void (*sigmoid)(double *out, const double *x, size_t n); /* 1 / (1 + e^-x) */
    void (*log1pexp)(double *out, const double *x, size_t n); /* ln(1 + e^x), stable */
    void (*relu)(double *out, const double *x, size_t n);
    void (*cos)(double *out, const double *x, size_t n); /* to 1e-15, for |x| from 100 on to |x| 1e-16 */
    void (*exp_f32)(float *out, const float *x, size_t n);

    /* sums */
    double (*sum)(const double *x, size_t n);
    double (*dot)(const double *a, const double *b, size_t n);
    double (*sum_squares)(const double *x, size_t n);
    double (*sum_abs)(const double *x, size_t n);
    double (*squared_distance)(const double *a, const double *b, size_t n);
    double (*manhattan)(const double *a, const double *b, size_t n);
    double (*chebyshev)(const double *a, const double *b, size_t n);
    float (*squared_distance_f32)(const float *a, const float *b, size_t n);
    void (*axpy)(double alpha, const double *x, double *y, size_t n); /* y += alpha x */
    double (*max)(const double *x, size_t n); /* -inf when n = 0; NaN is skipped */
    double (*min)(const double *x, size_t n);
    size_t (*argmax)(const double *x, size_t n); /* the first of equals */
    size_t (*argmin)(const double *x, size_t n);
    void (*argmax_rows)(int64_t *out, const double *x, size_t rows, size_t cols);
    /* Is every number finite? `has_nan` (may be NULL): is one of them NaN? */
    bool (*all_finite)(const double *x, size_t n, bool *has_nan);

    /* rows x cols, row after row */
    void (*column_sums)(double *out, const double *x, size_t rows, size_t cols); /* sets */
    void (*column_square_sums)(double *out, const double *x, const double *center, size_t rows,
                               size_t cols); /* sum of (x - center)^2; center NULL = 0 */
    void (*column_range)(double *low, double *high, const double *x, size_t rows, size_t cols);
    void (*center_scale)(double *out, const double *x, const double *center, const double *factor,
                         size_t rows, size_t cols); /* (x - center) * factor; each may be NULL */
    void (*row_square_sums)(double *out, const double *x, size_t rows, size_t cols);
    /* lower triangle of c (d x d) += x' diag(w) x, x rows x d; w NULL = 1. Made for d up to 64. */
    void (*gram)(double *c, const double *x, const double *w, size_t rows, size_t d);
    void (*to_f32)(float *out, const double *x, size_t n);
    /* softmax of each row in place; its log-sum-exp into `norm` (may be NULL) */
    void (*softmax_rows)(double *x, size_t rows, size_t cols, double *norm);

    /* rows x cols numbers, to each row of which `add` is added: the two least of a row and of those that `out` has
     * from columns before; the first column here has the number `from` */
    void (*two_least)(kl_two_least *out, double *x, const double *add, size_t rows, size_t cols,
                      size_t from);
    /* products x'y_j of one x become by * |x - y_j|^2, of the squares of x and of each y_j */
    void (*squared_distances)(double *products, double square, const double *squares, double by,
                              size_t n);
    /* of n <= 64 rows y_j with products x'y_j, squares of x and each y_j: |x - y_j|^2 <= bound, when it may be wrong by
     * slack * (|x|^2 + |y_j|^2) */
    kl_near (*near_rows)(const double *products, const double *squares, double square, double slack,
                         double bound, size_t n);
    /* out[i * step] = by * sum of ((x_i - center) * factor)^2, row after row; factor NULL = 1 */
    void (*scaled_distances)(double *out, size_t step, const double *x, const double *center,
                             const double *factor, double by, size_t rows, size_t d);
    void (*add_squares)(double *out, double x, const double *column, double by,
                        size_t n); /* out += by (x - column)^2 */
    /* of the squared hinge, sum of cost max(0, slack)^2, with slack - step x: half its slope to -step and its curve
     * at 0, and by how much a step changes it */
    void (*hinge_slopes)(double *slope, double *curve, const double *slack, const double *cost,
                         const double *x, size_t n);
    double (*hinge_change)(const double *slack, const double *cost, const double *x, double step,
                           size_t n);
    /* of support vector machines, see svm/smo.c: of those with b < high the one of the least slope to grow (SIZE_MAX:
     * none), which is `*up`, and the largest slope of those that may fall; of the latter the one that gains most
     * with it, if more than `*gain`; g += grown * up + fallen * down */
    size_t (*smo_look)(double *up, double *down, const double *b, const double *low,
                       const double *high, const double *g, double width, size_t n);
    size_t (*smo_partner)(double *gain, const double *b, const double *low, const double *g,
                          const double *diagonal, const float *row, double width, double up,
                          double up_diagonal, size_t n);
    void (*smo_step)(double *g, const float *up, const float *down, double grown, double fallen,
                     size_t n);
} kl_kernel_table;

/* Borrowed for the life of the process. KAILASH_SIMD=baseline|avx2|avx512 in the environment lowers it. */
KL_API const kl_kernel_table *kl_kernels(void);
/* All tables that this processor can run, for tests; ended by NULL. */
KL_API const kl_kernel_table *const *kl_kernels_all(void);

#endif
