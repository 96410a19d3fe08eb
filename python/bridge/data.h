/* python/bridge/data.h - what the files that take and give data share. */
#ifndef KL_PYTHON_DATA_H
#define KL_PYTHON_DATA_H

#include "bridge.h"
#include "kailash/data.h"

/* An attribute: 1 with a new reference, 0 when there is none, -1 with an exception. */
int bridge_lookup(PyObject **out, PyObject *object, const char *name);
/* The same as a yes or no. */
int bridge_has(PyObject *object, const char *name);

/* ---- numpy, where somebody has loaded it (arrays.c) ---------------------------------------------- */

typedef enum bridge_numpy_class {
    NUMPY_ARRAY,   /* numpy.ndarray */
    NUMPY_GENERIC, /* of all scalars */
    NUMPY_BOOL,
    NUMPY_INTEGER,
    NUMPY_FLOATING,
    NUMPY_CLASSES
} bridge_numpy_class;

/* Whether an object is an instance; false when numpy was never imported. */
bool bridge_is_numpy(PyObject *object, bridge_numpy_class class);
/* The module; borrowed. ImportError names what to install. */
PyObject *bridge_numpy(void);
/* numpy.asarray(object); new reference. */
PyObject *bridge_as_array(PyObject *object);
/* An array view as numpy.ndarray that shares its memory: the very array it came from, if it did; new reference. */
PyObject *bridge_array_from_view(kl_array_view *view);
/* A list of texts or of other values (taken), for what is an array by its table, as numpy.ndarray; what is no list
 * as it is. New reference. */
PyObject *bridge_array_from_list(PyObject *list);
/* A sparse matrix as scipy has it, or as ours without scipy; new reference. */
PyObject *bridge_sparse_from_matrix(kl_sparse_matrix *matrix);

/* ---- Python -> C --------------------------------------------------------------------------------- */

/* Nested lists and tuples of numbers as one array view: 1, or 0 when they hold other things, -1 with an exception
 * (ValueError where rows differ in length). `name` is for messages. */
int bridge_numbers_to_view(kl_value *out, const char *name, PyObject *sequence);
/* A numpy array: a view, or an array of values; given. */
int bridge_array_to_value(kl_value *out, const char *name, PyObject *array);
/* Tables, columns and sparse matrices of other packages (frames.c): 1, or 0 when it is none, -1 with an exception. */
int bridge_frame_to_value(kl_value *out, const char *name, PyObject *object);
/* A table that the library made, of pandas or polars, whichever is loaded. NULL without an exception when neither is, or
 * two columns have the same name. */
PyObject *bridge_frame_from_table(const kl_data_frame *frame);
/* What stands in a list or dict and is no plain value: numpy's arrays and scalars, missing values, tables:
 * 1, or 0 when it is none of them, -1 with an exception. */
int bridge_item_to_value(kl_value *out, PyObject *object, uint32_t flags);

#endif
