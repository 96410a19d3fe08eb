/* src/drivers/blas.h - dense linear algebra, through OpenBLAS.
 *
 * The functions have the names that BLAS and LAPACK know them by. Those of BLAS take matrices that lie row
 * after row, as its C interface defines them; those of LAPACK take columns. All work on the thread that
 * calls, and several threads may call at once. Numbers of rows and columns are int.
 */
#ifndef KL_DRIVERS_BLAS_H
#define KL_DRIVERS_BLAS_H

#include "kailash/base.h"

typedef struct kl_blas {
    /* Load the library; once, before anything else here. KL_UNAVAILABLE when there is none. */
    kl_status (*begin)(kl_error *error);

    /* ---- rows ---- */
    void (*dgemm)(bool ta, bool tb, int m, int n, int k, double alpha, const double *a, int lda,
                  const double *b, int ldb, double beta, double *c, int ldc);
    void (*sgemm)(bool ta, bool tb, int m, int n, int k, float alpha, const float *a, int lda,
                  const float *b, int ldb, float beta, float *c, int ldc);
    /* c = alpha op(a) op(a)' + beta c, lower triangle; `ta`: a is k x n */
    void (*dsyrk)(bool ta, int n, int k, double alpha, const double *a, int lda, double beta,
                  double *c, int ldc);
    void (*dgemv)(bool ta, int m, int n, double alpha, const double *a, int lda, const double *x,
                  double beta, double *y);
    /* b (m x n) becomes the solution x of op(l) x = b (`right`: of x op(l) = b); l is lower, or upper. */
    void (*dtrsm)(bool right, bool upper, bool transposed, int m, int n, const double *l, int ldl,
                  double *b, int ldb);

    /* ---- columns; what they return is LAPACK's info. Work arrays of size -1 ask for their sizes. ---- */
    int (*dpotrf)(char triangle, int n, double *a, int lda);
    int (*dpotri)(char triangle, int n, double *a, int lda);
    int (*dgesv)(int n, int k, double *a, int lda, int *pivots, double *b, int ldb);
    int (*dsyevd)(char job, char triangle, int n, double *a, int lda, double *w, double *work,
                  int work_size, int *iwork, int iwork_size);
    int (*dsyevr)(char job, char range, char triangle, int n, double *a, int lda, int low, int high,
                  int *found, double *w, double *z, int ldz, int *support, double *work,
                  int work_size, int *iwork, int iwork_size);
    int (*dgesdd)(char job, int m, int n, double *a, int lda, double *s, double *u, int ldu,
                  double *vt, int ldvt, double *work, int work_size, int *iwork);
    int (*dgelqf)(int m, int n, double *a, int lda, double *tau, double *work, int work_size);
    int (*dorglq)(int m, int n, int k, double *a, int lda, const double *tau, double *work,
                  int work_size);
    int (*dgelsd)(int m, int n, int k, double *a, int lda, double *b, int ldb, double *s,
                  double rcond, int *rank, double *work, int work_size, int *iwork);
} kl_blas;

#endif
