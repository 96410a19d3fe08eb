/* src/ml/blas_calls.h - the driver, for the files of linalg.h. */
#ifndef KL_ML_BLAS_CALLS_H
#define KL_ML_BLAS_CALLS_H

#include "drivers/blas.h"

#include <limits.h>

/* After kl_linalg_begin(). */
const kl_blas *kl_blas_calls(void);
/* KL_LIMIT when a number of rows or columns is none that LAPACK can count; `what` names the matrix. */
kl_status kl_blas_fits(size_t m, size_t n, kl_error *error);
/* c[i][j] = c[j][i] for all j > i: the lower triangle becomes both. */
void kl_mirror_lower(double *c, size_t n);

#endif
