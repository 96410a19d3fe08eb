/* src/ml/svm/kernel_matrix.h - values of kernel functions for the rows of matrices.
 *
 *   linear      x'y                            poly        (gamma x'y + coef0)^degree
 *   rbf         exp(-gamma |x - y|^2)          sigmoid     tanh(gamma x'y + coef0)
 *   laplacian   exp(-gamma |x - y|_1)          cosine      x'y / (|x| |y|), 0 for a row of zeros
 *   additive_chi2  -sum (x - y)^2 / (x + y)    chi2        exp(gamma additive_chi2), for numbers >= 0
 *
 * Those in x'y are products of matrices in float64, turned into values in place.
 */
#ifndef KL_ML_SVM_KERNEL_MATRIX_H
#define KL_ML_SVM_KERNEL_MATRIX_H

#include "../estimator.h"

typedef enum kl_kernel_kind {
    KL_KERNEL_LINEAR,
    KL_KERNEL_POLY,
    KL_KERNEL_RBF,
    KL_KERNEL_SIGMOID,
    KL_KERNEL_LAPLACIAN,
    KL_KERNEL_COSINE,
    KL_KERNEL_CHI2,
    KL_KERNEL_ADDITIVE_CHI2,
    KL_KERNEL_PRECOMPUTED, /* no function: x itself holds the values */
    KL_KERNEL_CALLABLE     /* a callable of the face */
} kl_kernel_kind;

typedef struct kl_kernel {
    kl_kernel_kind kind;
    double gamma, coef0, degree;
} kl_kernel;

/* The kind by its word (also "polynomial"); false when there is none. */
KL_API bool kl_kernel_find(kl_kernel_kind *out, kl_text word);

/* out (m x n) = values for the rows of a (m x d) and b (n x d). a == b with m == n: symmetric, at half the work.
 * Threads. Not for PRECOMPUTED and CALLABLE. chi2: KL_INVALID for a negative number. */
KL_API kl_status kl_kernel_matrix(double *out, const kl_kernel *kernel, const double *a, size_t m,
                                  const double *b, size_t n, size_t d, kl_task *task,
                                  kl_error *error);
/* Whether a kernel is a function of x'y and the squares: kl_kernel_from_products() applies. */
KL_API bool kl_kernel_is_of_products(kl_kernel_kind kind);
/* `values` holds x'y_j of one x and n rows y_j and becomes the kernel's values. `square`, `squares` are the sums of
 * squares of x and of each y_j (of rbf and cosine; else unused). */
KL_API void kl_kernel_from_products(double *values, const kl_kernel *kernel, double square,
                                    const double *squares, size_t n);
/* The value of one pair of rows. */
KL_API double kl_kernel_value(const kl_kernel *kernel, const double *a, const double *b, size_t d);

/* out (m x n): what a callable of the face answers for (a, b), both of them arrays. KL_INVALID unless it is an m x n
 * array of finite numbers. In the task. Not from within a parallel loop. */
KL_API kl_status kl_kernel_call(const double **out, kl_value callable, kl_value a, size_t m,
                                kl_value b, size_t n, kl_task *task, kl_error *error);
/* out (m x n): what a callable of two rows answers for each pair of rows of a and b; `named` (a map, or null) is handed on by
 * name. a == b with m == n: each pair once. KL_INVALID unless it is a finite number. Not from within a parallel loop. */
KL_API kl_status kl_kernel_call_pairs(double *out, kl_value callable, kl_value named, const double *a, size_t m,
                                      const double *b, size_t n, size_t d, kl_task *task, kl_error *error);
/* kernel_params: null, or a map that a callable gets. */
KL_API kl_status kl_kernel_params_check(kl_value params, bool is_callable, kl_error *error);

#endif
