/* src/ml/input.h - what the functions of an estimator get: a matrix, targets, weights, checked. */
#ifndef KL_ML_INPUT_H
#define KL_ML_INPUT_H

#include "array.h"
#include "task.h"

/* Numbers to learn from or to answer for. Dense: row after row without gaps. */
typedef struct kl_matrix {
    size_t rows, cols;
    const double *data;            /* NULL when it is sparse */
    const int64_t *indptr, *indices; /* sparse (see kailash/data.h); only types with KL_EST_SPARSE see it */
    const double *values;
    kl_value value;                /* the same as a value (kl_array_view or kl_sparse_matrix), to hand on; borrowed */
    kl_value names;                /* of the columns: array of strings, or null; borrowed */
} kl_matrix;

static inline bool kl_is_sparse(const kl_matrix *x) { return !x->data && x->indptr; }
static inline const double *kl_row(const kl_matrix *x, size_t i) { return x->data + i * x->cols; }

/* What a fit learns from. */
typedef struct kl_fit {
    const kl_matrix *x;
    size_t n;              /* x->rows */
    size_t d;              /* x->cols */
    const double *y;       /* of a regressor: n x outputs; else NULL */
    size_t outputs;        /* columns of y; 1 unless KL_EST_MULTI_OUTPUT */
    const int64_t *codes;  /* of a classifier: for each row its index into self->classes */
    size_t classes;        /* how many classes there are */
    const double *weights; /* one a row, finite, >= 0, not all 0; or NULL = all 1 */
    kl_value raw_x, raw_y, raw_weights; /* as given (KL_DATA); all that a type with KL_EST_RAW gets. Borrowed */
    kl_value extra; /* what a method of its own hands on; borrowed, else null */
    const struct kl_estimator *before; /* the model that the object has had, for warm starts; NULL = none */
} kl_fit;

/* ---- from values --------------------------------------------------------------------------------- */

/* A matrix of a value marked KL_DATA. A copy is made (in the task) only where numbers are not float64 row by
 * row. `name` is for messages. TypeError for one or three dimensions. flags: KL_EST_NAN_OK, KL_EST_SPARSE,
 * KL_EST_EMPTY_OK. */
KL_API kl_status kl_matrix_read(kl_matrix *out, kl_value value, const char *name, uint32_t flags,
                                kl_task *task, kl_error *error);
/* A vector of numbers (a matrix of one column is one). */
KL_API kl_status kl_numbers_read(const double **out, size_t *n, kl_value value, const char *name,
                                kl_task *task, kl_error *error);
/* The numbers of a view of one or two dimensions, whatever they are, as float64 row by row: its own memory where it is
 * that, else a copy in the task. NaN and Inf pass. */
KL_API kl_status kl_doubles_read(const double **out, kl_value view, kl_task *task, kl_error *error);
/* Targets: n x outputs numbers. */
KL_API kl_status kl_targets_read(const double **out, size_t *n, size_t *outputs, kl_value value,
                                 const char *name, kl_task *task, kl_error *error);
/* The same with flags: KL_EST_NAN_OK. */
KL_API kl_status kl_targets_read_as(const double **out, size_t *n, size_t *outputs, kl_value value,
                                    const char *name, uint32_t flags, kl_task *task,
                                    kl_error *error);
/* Sample weights for n rows; NULL for null. */
KL_API kl_status kl_weights_read(const double **out, kl_value value, size_t n, kl_task *task,
                                 kl_error *error);
/* Rows of any data: of a matrix, frame or array. KL_TYPE when it has none. */
KL_API kl_status kl_data_rows(size_t *out, kl_value data, const char *name, kl_error *error);

/* ---- labels -------------------------------------------------------------------------------------- */

/* Labels of any kind (numbers, bools, texts) as indices into their sorted distinct values: `*classes` is
 * an array of float64 or of strings. With `known` (not null) the classes are given: KL_INVALID names a label that is
 * none of them. Both given or in the task. */
KL_API kl_status kl_labels_encode(int64_t **codes, kl_value *classes, size_t *n, kl_value labels,
                                  kl_value known, const char *name, kl_task *task, kl_error *error);
KL_API size_t kl_labels_count(kl_value classes);
/* Labels of codes; given. */
KL_API kl_status kl_labels_decode(kl_value *out, kl_value classes, const int64_t *codes, size_t n,
                                  kl_error *error);

/* ---- faults: kailash.ml.MlError, which is a RuntimeError and a ValueError ---------------------------- */

/* "invalid input: ..." */
KL_API kl_status kl_bad_input(kl_error *error, const char *format, ...) KL_PRINTF(2, 3);
/* "invalid parameter `alpha`: expected a number >= 0, got -1.0" */
KL_API kl_status kl_bad_parameter(kl_error *error, const char *name, const char *expected,
                                  kl_value got);
/* "dimension mismatch: expected 4 features, got 3 features" */
KL_API kl_status kl_bad_dimension(kl_error *error, const char *what, size_t expected, size_t got);
/* "Ridge is not fitted yet -- call fit() first" (NotFittedError) */
KL_API kl_status kl_not_fitted(kl_error *error, const char *name);
/* A warning to the user, and one that is a ConvergenceWarning. KL_OK unless warnings are errors there. */
KL_API kl_status kl_warn(kl_error *error, const char *format, ...) KL_PRINTF(2, 3);
KL_API kl_status kl_warn_convergence(kl_error *error, const char *format, ...) KL_PRINTF(2, 3);

#endif
