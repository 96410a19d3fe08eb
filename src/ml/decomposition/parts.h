/* src/ml/decomposition/parts.h - what decompositions share: products with x of either form, centred sums, a few singular
 * vectors, signs. */
#ifndef KL_ML_DECOMPOSITION_PARTS_H
#define KL_ML_DECOMPOSITION_PARTS_H

#include "../estimator.h"
#include "../estimator_parts.h"

/* A fresh learned array in a member; `*data` is where it lies. */
kl_status kl_learn_vector(kl_value *member, double **data, size_t n, kl_error *error);
kl_status kl_learn_table(kl_value *member, double **data, size_t rows, size_t cols, kl_error *error);

/* How many components: null = `most`; an int from 1 to `most`, which is `what`. */
kl_status kl_components_wanted(size_t *out, kl_value wanted, size_t most, const char *what, kl_error *error);

/* Means of the columns, of sparse x too. */
void kl_column_means(double *mean, const kl_matrix *x);
/* out (rows x l) = x b, or (cols x l) = x' b (`transposed`), without mean (NULL = 0): (x - 1 mean') b. Sparse x stays
 * sparse. */
void kl_x_times(double *out, const kl_matrix *x, const double *mean, bool transposed, const double *b,
                size_t l);
/* scatter (d x d) = sum over rows of (x - mean)(x - mean)'; mean NULL = 0. */
kl_status kl_scatter(double *scatter, const kl_matrix *x, const double *mean, kl_task *task, kl_error *error);
/* Dense rows without their mean (NULL = 0), in the task. */
kl_status kl_centered_rows(double **out, const kl_matrix *x, const double *mean, kl_task *task, kl_error *error);

/* The first k singular triplets of x - mean: u rows x k (NULL = not wanted), s k, vt k x cols. */
typedef struct kl_few_singular {
    size_t k, oversamples, iterations;
    bool plain;       /* power iterations without making the basis orthonormal between them */
    double tolerance; /* of Lanczos; 0 = to the last digits */
    uint64_t seed;
} kl_few_singular;
/* By a randomised range finder (Halko, Martinsson, Tropp 2011). */
kl_status kl_singular_random(double *u, double *s, double *vt, const kl_matrix *x, const double *mean,
                             const kl_few_singular *how, kl_task *task, kl_error *error);
/* By Lanczos on the smaller of x'x and x x'. */
kl_status kl_singular_lanczos(double *u, double *s, double *vt, const kl_matrix *x, const double *mean,
                              const kl_few_singular *how, kl_task *task, kl_error *error);

/* Turn signs so that the entry of each row of vt (k x n) that is largest by magnitude is positive; the columns
 * of u (m x k; may be NULL) along. */
void kl_flip_signs(double *u, size_t m, double *vt, size_t k, size_t n);

/* A model of latent variables: a mean, a covariance. */
typedef kl_status kl_covariance_of(double *out, const kl_estimator *model, kl_error *error);
/* Logarithm of the normal density of each row of x with this mean and covariance; given. */
kl_status kl_normal_densities(kl_value *out, const kl_matrix *x, const double *mean, const kl_estimator *model,
                              kl_covariance_of *function, kl_error *error);
/* The covariance, or its inverse (`inverse`), as an answer of a method of an object. */
kl_status kl_covariance_answer(kl_value *out, kl_object *self, kl_covariance_of *function, bool inverse,
                               kl_error *error);
#define KL_COVARIANCE_ROWS(covariance, precision)                                                  \
    {.name = "get_covariance", .call = covariance, .returns = KL_KIND_BUFFER,                      \
     .raises = "NotFittedError", .doc = "Covariance of the columns as the model has it: d x d."},   \
    {.name = "get_precision", .call = precision, .returns = KL_KIND_BUFFER,                        \
     .raises = "NotFittedError, MlError", .doc = "Inverse of get_covariance(); MlError when it has none."}

/* Refuse numbers below 0; `name` is of the estimator. */
kl_status kl_refuse_negative(const kl_matrix *x, const char *name, kl_error *error);

#endif
