/* src/ml/linalg.h - dense linear algebra on matrices that lie row after row.
 *
 * On OpenBLAS (the driver `blas`), which is told to use one thread: big products are cut into fixed blocks over
 * kl_parallel_for() instead, so that results do not depend on the number of threads. Matrices are m x n,
 * with a row every `ld` numbers where it is given, else every n. LAPACK works column by column: functions say
 * when they need a transposed copy, which they take from the task. KL_UNAVAILABLE when the library is missing.
 */
#ifndef KL_ML_LINALG_H
#define KL_ML_LINALG_H

#include "random.h"
#include "task.h"

/* ---- products: must be preceded by one successful kl_linalg_begin() in the process ------------------ */

/* Load the driver; every fit() and predict() of the frame has done so before it calls an estimator. */
KL_API kl_status kl_linalg_begin(kl_error *error);

/* c (m x n) = alpha op(a) op(b) + beta c, where op(a) is m x k and op(b) k x n; `ta`: a is stored k x m. */
KL_API void kl_gemm(bool ta, bool tb, size_t m, size_t n, size_t k, double alpha, const double *a,
                    size_t lda, const double *b, size_t ldb, double beta, double *c, size_t ldc);
/* The same in float32. */
KL_API void kl_gemm_f32(bool ta, bool tb, size_t m, size_t n, size_t k, float alpha, const float *a,
                        size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc);
/* c (d x d, both triangles) = x'x of x (n x d); with weights (or NULL) x' diag(w) x. Fast for tall x. */
KL_API void kl_gram(double *c, const double *x, size_t n, size_t d, const double *weights);
/* c (n x n, both triangles) = x x'. */
KL_API void kl_gram_rows(double *c, const double *x, size_t n, size_t d);
/* y = op(a) x for a (m x n), `ta`: y has n numbers. */
KL_API void kl_gemv(bool ta, size_t m, size_t n, double alpha, const double *a, size_t lda,
                    const double *x, double beta, double *y);
/* a (m x n) += alpha x y'. */
KL_API void kl_ger(size_t m, size_t n, double alpha, const double *x, const double *y, double *a,
                   size_t lda);
KL_API double kl_dot(const double *a, const double *b, size_t n);
/* y += alpha x. */
KL_API void kl_axpy(double alpha, const double *x, double *y, size_t n);
KL_API void kl_scale(double *x, double by, size_t n);
KL_API double kl_norm(const double *x, size_t n);
KL_API void kl_transpose(double *out /* n x m */, const double *a, size_t m, size_t n);

/* ---- factors ------------------------------------------------------------------------------------------ */

/* a (n x n, symmetric) becomes its lower factor L with a = L L', zeros above. KL_INVALID: not positive
 * definite. */
KL_API kl_status kl_cholesky(double *a, size_t n, kl_error *error);
/* b (n x k) becomes the solution of L L' x = b. */
KL_API void kl_cholesky_solve(const double *l, size_t n, double *b, size_t k);
/* b (n x k) becomes the solution of L x = b, or L' x = b (`transposed`). */
KL_API void kl_lower_solve(bool transposed, const double *l, size_t n, double *b, size_t k);
/* The inverse of a = L L', both triangles. */
KL_API kl_status kl_cholesky_inverse(double *inverse, const double *l, size_t n, kl_error *error);
/* a (n x n, any) is destroyed, b (n x k) becomes the solution of a x = b. KL_INVALID: singular. */
KL_API kl_status kl_solve(double *a, size_t n, double *b, size_t k, kl_task *task, kl_error *error);

/* Eigenvalues (ascending) and eigenvectors (the rows of `vectors`, n x n; may be NULL) of a symmetric a, which
 * is destroyed. Divide and conquer (dsyevd). */
KL_API kl_status kl_eigh(double *values, double *vectors, double *a, size_t n, kl_task *task,
                         kl_error *error);
/* Only those numbered [low, high), counted in ascending order (dsyevr): values has high - low numbers. */
KL_API kl_status kl_eigh_range(double *values, double *vectors, double *a, size_t n, size_t low,
                               size_t high, kl_task *task, kl_error *error);
/* a (m x n) = u diag(s) vt with r = min(m, n): u m x r, s descending, vt r x n; u, vt may be NULL together
 * or each. a is destroyed. Divide and conquer (dgesdd). */
KL_API kl_status kl_svd(double *u, double *s, double *vt, double *a, size_t m, size_t n,
                        kl_task *task, kl_error *error);
/* a (m x n, m >= n) becomes Q (m x n, orthonormal columns); r (n x n, upper; may be NULL). */
KL_API kl_status kl_qr(double *a, size_t m, size_t n, double *r, kl_task *task, kl_error *error);
/* The x (n x k) of least norm that minimises |a x - b|; a (m x n) and b (m x k) are destroyed. Singular
 * values below rcond * the largest count as 0; `rank` and `singular` (min(m, n); may be NULL) tell. dgelsd. */
KL_API kl_status kl_least_squares(double *x, size_t *rank, double *singular, double *a, size_t m,
                                  size_t n, double *b, size_t k, double rcond, kl_task *task,
                                  kl_error *error);
/* Inverse by the pseudo-inverse of Moore and Penrose of symmetric a (n x n); log|det| and rank may be NULL. */
KL_API kl_status kl_pinvh(double *inverse, double *log_determinant, size_t *rank, const double *a,
                          size_t n, kl_task *task, kl_error *error);
/* Truncated SVD by a randomised range finder (Halko, Martinsson, Tropp 2011): k components, `oversamples` more,
 * `iterations` power iterations with QR between them. u m x k, s k, vt k x n. Sparse x: see sparse.h. */
KL_API kl_status kl_randomized_svd(double *u, double *s, double *vt, const double *a, size_t m,
                                   size_t n, size_t k, size_t oversamples, size_t iterations,
                                   kl_random *random, kl_task *task, kl_error *error);
/* The k largest (or smallest) eigenvalues of a symmetric operator by thick-restart Lanczos with full
 * reorthogonalisation; values descending (ascending), vectors k x n as rows. `apply`: y = A x. */
typedef kl_status kl_operator(void *data, const double *x, double *y, kl_error *error);
KL_API kl_status kl_lanczos(double *values, double *vectors, size_t n, size_t k, bool largest,
                            double tolerance, kl_operator *apply, void *data, uint64_t seed,
                            kl_task *task, kl_error *error);

#endif
