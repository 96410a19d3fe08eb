/* src/ml/array.h - arrays of numbers as values: what estimators learn and return.
 *
 * They are ArrayViews that own their memory, zeroed, row after row; Python sees numpy arrays that share it.
 */
#ifndef KL_ML_ARRAY_H
#define KL_ML_ARRAY_H

#include "kailash/array_view.h"

/* `n` doubles; rows x cols doubles; `n` int64; `n` bools. `*data` (may be NULL) is where they lie. Given. */
KL_API kl_status kl_vector_new(kl_value *out, double **data, size_t n, kl_error *error);
KL_API kl_status kl_table_new(kl_value *out, double **data, size_t rows, size_t cols, kl_error *error);
KL_API kl_status kl_indices_new(kl_value *out, int64_t **data, size_t n, kl_error *error);
KL_API kl_status kl_flags_new(kl_value *out, bool **data, size_t n, kl_error *error);
/* rows x cols int64; any format of array_view.h in up to four dimensions. */
KL_API kl_status kl_index_table_new(kl_value *out, int64_t **data, size_t rows, size_t cols,
                                    kl_error *error);
KL_API kl_status kl_tensor_new(kl_value *out, void **data, char format, size_t ndim,
                               const size_t *shape, kl_error *error);
/* A copy of numbers. */
KL_API kl_status kl_vector_from(kl_value *out, const double *numbers, size_t n, kl_error *error);
KL_API kl_status kl_table_from(kl_value *out, const double *numbers, size_t rows, size_t cols,
                               kl_error *error);
KL_API kl_status kl_indices_from(kl_value *out, const int64_t *numbers, size_t n, kl_error *error);

/* The memory of such an array, of its format; NULL when the value is none (null, say). */
KL_API double *kl_doubles(kl_value array);
KL_API float *kl_floats(kl_value array);
KL_API int64_t *kl_indices(kl_value array);
KL_API bool *kl_flags(kl_value array);
KL_API uint8_t *kl_octets(kl_value array);
/* Items along dimension `axis`; 0 when there is no such dimension. */
KL_API size_t kl_array_axis(kl_value array, size_t axis);
/* Whether it has this format and shape, so that it may be read at all of its places: what came from a file may not. */
#define KL_ANY_COUNT SIZE_MAX
KL_API bool kl_is_vector(kl_value array, char format, size_t n);
KL_API bool kl_is_table(kl_value array, char format, size_t rows, size_t cols);

/* The parts of a sparse matrix of `rows` rows with room for `count` numbers, all zero: fill them, with starts[i + 1]
 * where row i ends, and hand them to kl_sparse_parts_matrix(), which takes them. */
typedef struct kl_sparse_parts {
    kl_value data, indices, indptr;
    double *numbers; /* count */
    int64_t *columns; /* count */
    int64_t *starts; /* rows + 1 */
    size_t rows;
} kl_sparse_parts;

KL_API kl_status kl_sparse_parts_new(kl_sparse_parts *parts, size_t rows, size_t count,
                                     kl_error *error);
KL_API kl_status kl_sparse_parts_matrix(kl_value *out, const kl_sparse_parts *parts, size_t cols,
                                        kl_error *error);

/* Put a value (taken) where another one was. */
static inline void kl_learn(kl_value *member, kl_value value)
{
    kl_value old = *member;
    *member = value;
    kl_value_release(old);
}

#endif
