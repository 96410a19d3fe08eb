/* kailash/data.h - data of a face as the library sees it, and objects of a face that it calls.
 *
 * A parameter marked KL_DATA gets one of these, whatever the face had:
 *   kl_array_view        an array of numbers or bools (numpy, array.array, memoryview, anything with the
 *                        buffer protocol, __array__ or __array_interface__), shared;
 *   kl_data_frame        a table with named columns (pandas, polars, pyarrow: anything with
 *                        __arrow_c_stream__, __dataframe__ or .columns);
 *   kl_sparse_matrix     a matrix in compressed rows (scipy's csr; csc, coo and the rest are converted);
 *   an array of values   lists and tuples of numbers become a kl_array_view of float64, or int64 or bool when
 *                        all are; what holds texts, None or other things stays an array, or an array of
 *                        arrays for two dimensions.
 */
#ifndef KAILASH_DATA_H
#define KAILASH_DATA_H

#include "kailash/array_view.h"

KL_BEGIN_DECLS

/** A table with named columns. */
typedef struct kl_data_frame {
    kl_object object;
    kl_value names;   /* array of strings */
    kl_value columns; /* array, one item a column: a kl_array_view of one dimension, or an array of values */
    kl_value matrix;  /* a kl_array_view of two dimensions with the same numbers, when all are numbers and the
                         face has them as one; or null */
    int64_t rows;
    kl_foreign *origin; /* what the face had, which goes back in its place; owned, or NULL */
} kl_data_frame;
/** Not made by users. */
extern KL_API const kl_type kl_data_frame_type;

/** A matrix of which only the numbers that are not 0 are kept, row by row. */
typedef struct kl_sparse_matrix {
    kl_object object;
    int64_t rows, cols;
    kl_value data;    /* kl_array_view of float64 */
    kl_value indices; /* kl_array_view of int64: the column of each number, ascending within a row */
    kl_value indptr;  /* kl_array_view of int64, rows + 1 items: where each row begins */
} kl_sparse_matrix;
/** SparseMatrix: data, indices, indptr, shape, nnz, toarray(). Where scipy is installed, what methods marked
 *  KL_ARRAYS return comes out as a scipy.sparse.csr_matrix instead. */
extern KL_API const kl_type kl_sparse_matrix_type;

/** A table of names and columns (taken); given. KL_INVALID when they differ in length. */
KL_API kl_status kl_data_frame_new(kl_value *out, kl_value names, kl_value columns, kl_value matrix,
                                   kl_error *error);
/** The table that comma-separated values are (UTF-8, RFC 4180; the first row names the columns): a column is
 *  numbers, float64, when each of its cells is a number or empty, and NaN for what is empty; else an array of
 *  strings, null for what is empty. KL_SYNTAX names the line; KL_INVALID without a column; given. */
KL_API kl_status kl_data_frame_from_csv(kl_value *out, kl_text text, kl_error *error);
/** A matrix of parts (taken), which are checked: KL_INVALID says what does not fit; given. */
KL_API kl_status kl_sparse_matrix_new(kl_value *out, int64_t rows, int64_t cols, kl_value data,
                                      kl_value indices, kl_value indptr, kl_error *error);

/* ---- objects of the face ------------------------------------------------------------------------ */

/** An object of the face that is no value: an estimator written in Python, say. */
typedef struct kl_foreign_object {
    kl_object object;
    kl_foreign *handle; /* owned */
} kl_foreign_object;
/** Not made by users; Python sees the object itself. */
extern KL_API const kl_type kl_foreign_type;

/** Wrap a handle (taken on success); given. */
KL_API kl_status kl_foreign_wrap(kl_value *out, kl_foreign *handle, kl_error *error);
/** The wrapper a value is, or NULL. Borrowed. */
KL_API kl_foreign_object *kl_as_foreign(kl_value value);
/** Whether it has an attribute that can be called by this name. */
KL_API bool kl_foreign_has(kl_value object, const char *method);
/**
 * Call a method of it: arguments by position, `named` by keyword (a map, or null). Arrays of numbers reach the
 * face as its own arrays (numpy's); what it returns comes as a parameter marked KL_DATA and KL_FOREIGN
 * would. An exception comes back as itself (kl_error.cause). From any thread.
 */
KL_API kl_status kl_foreign_call(kl_value *out, kl_value object, const char *method,
                                 const kl_value *args, size_t count, kl_value named,
                                 kl_error *error);
/** The method by which kl_foreign_call() gives a copy that has learned nothing: what the object's
 *  __sklearn_clone__() gives, else a new one with the parameters of get_params(), else copy.deepcopy(). */
#define KL_FOREIGN_CLONE "__kailash_clone__"
/** An attribute, as kl_foreign_call() returns it. KL_ATTRIBUTE when there is none. */
KL_API kl_status kl_foreign_get(kl_value *out, kl_value object, const char *name, kl_error *error);
/** What a parameter marked KL_DATA would have got of it: the array of a Series among the keywords that a KL_REST
 *  gathers, say; kl_param_convert() does so. KL_TYPE, beginning with `name`, when it is no data. Given. */
KL_API kl_status kl_foreign_as_data(kl_value *out, kl_value object, const char *name,
                                    kl_error *error);
/** The name of its class. Given. */
KL_API kl_status kl_foreign_class(kl_value *out, kl_value object, kl_error *error);
/** Whether two wrap the same object. */
KL_API bool kl_foreign_same(kl_value a, kl_value b);
/** A number that no other object of the face has while this one lives: Python's id(). 0 for what is none. */
KL_API int64_t kl_foreign_identity(kl_value object);

KL_END_DECLS
#endif
