/* src/ml/svm/smo_rows.h - rows of a kernel matrix for the solver, computed when they are asked for, kept while there is
 * room: the least recently used one goes first. Values are float32, as libsvm keeps them.
 *
 * Columns can be dropped (those that the solver does not work on any more); rows that are kept shrink with them.
 */
#ifndef KL_ML_SVM_SMO_ROWS_H
#define KL_ML_SVM_SMO_ROWS_H

#include "kernel_matrix.h"

/* Where values come from: rows of x by a kernel, or a square table of all values. Borrowed. */
typedef struct kl_smo_source {
    const kl_kernel *kernel;
    const double *x; /* NULL: `table` holds the values */
    size_t d;
    const float *table;
    size_t width;     /* of the table */
    const size_t *at; /* sample number of each column: row of x, or row and column of the table; NULL = the same */
} kl_smo_source;

typedef struct kl_smo_row {
    float *values; /* NULL = not kept */
    size_t before, after; /* neighbours in the order of use */
} kl_smo_row;

typedef struct kl_smo_rows {
    kl_smo_source source;
    size_t n;         /* columns at first */
    size_t count;     /* columns now */
    size_t *column;   /* their numbers, ascending */
    double *flat;     /* d x count numbers of x, feature after feature (rows every `n` numbers) */
    double *squares;  /* of all n */
    double *near;     /* of the columns now */
    double *products; /* scratch, n */
    kl_smo_row *rows; /* n, and at [n] the ends of the order of use */
    size_t kept, room; /* numbers */
} kl_smo_rows;

/* room  bytes for rows; two are kept whatever it is. End it also after a failure. */
kl_status kl_smo_rows_open(kl_smo_rows *rows, const kl_smo_source *source, size_t n, size_t room,
                           kl_error *error);
void kl_smo_rows_end(kl_smo_rows *rows);
/* Values of column `i` (its number at first) with the columns now. Borrowed until the next but one call. */
kl_status kl_smo_rows_get(const float **out, kl_smo_rows *rows, size_t i, kl_error *error);
/* k(i, i). */
double kl_smo_rows_diagonal(const kl_smo_rows *rows, size_t i);
/* g[k] += sum over all i of b[i] k(i, columns[k]), values rounded as rows are. Threads. */
kl_status kl_smo_rows_add(double *g, const kl_smo_rows *rows, const size_t *columns, size_t count,
                          const double *b, kl_error *error);
/* Keep those columns (positions now) whose flag is set. */
void kl_smo_rows_drop(kl_smo_rows *rows, const bool *keep);
/* All columns again: kept rows are let go. */
void kl_smo_rows_restore(kl_smo_rows *rows);

#endif
