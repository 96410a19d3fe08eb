/* python/bridge/data.c - arguments marked KL_DATA: arrays, tables, sparse matrices, lists of numbers. */
#include "data.h"
#include "objects.h"

/* ---- missing values, numpy's scalars ------------------------------------------------------------- */

/* pandas.NA and pandas.NaT, which are no None. */
static bool is_missing(PyObject *object)
{
    const char *name = Py_TYPE(object)->tp_name;
    const char *dot = strrchr(name, '.');
    name = dot ? dot + 1 : name;
    return strcmp(name, "NAType") == 0 || strcmp(name, "NaTType") == 0;
}

/* As a number, text or time of Python; the extended precision of floats, which item() leaves, is cut. */
static int scalar_to_value(kl_value *out, PyObject *scalar, uint32_t flags)
{
    PyObject *item = PyObject_CallMethod(scalar, "item", NULL);
    if (item && bridge_is_numpy(item, NUMPY_FLOATING))
        Py_SETREF(item, PyNumber_Float(item));
    if (item && bridge_is_numpy(item, NUMPY_GENERIC)) {
        PyErr_Format(PyExc_TypeError, "cannot convert Python type '%s' to Kailash Value",
                     bridge_type_name(item));
        Py_CLEAR(item);
    }
    int status = item ? bridge_to_value_as(out, item, flags) : -1;
    Py_XDECREF(item);
    return status;
}

/* Ours as they are. An instance of a Python subclass of an estimator may behave as its class says, so for who takes
 * objects of the face it is one of those. */
static kl_object *own_object(PyObject *object, uint32_t flags)
{
    kl_object *known = bridge_object_of(object);
    bool is_subclass = known && known->type->flags & KL_TYPE_FIELDS &&
                       bridge_class_of(Py_TYPE(object))->python != Py_TYPE(object);
    return is_subclass && flags & KL_FOREIGN ? NULL : known;
}

static bool is_own_data(const kl_object *object)
{
    return object->type == &kl_array_view_type || object->type == &kl_sparse_matrix_type ||
           object->type == &kl_data_frame_type;
}

/* Functions, and classes, of which there are many, are no tables; asking them would take long. */
static bool is_surely_no_data(PyObject *object)
{
    return PyFunction_Check(object) || PyCFunction_Check(object) || PyMethod_Check(object) ||
           PyType_Check(object);
}

int bridge_item_to_value(kl_value *out, PyObject *object, uint32_t flags)
{
    kl_object *known = own_object(object, flags);
    if (known && (flags & KL_FOREIGN || is_own_data(known))) {
        *out = kl_value_of(kl_object_retain(known));
        return 1;
    }
    if (known || bridge_object_of(object) || is_surely_no_data(object))
        return 0;
    if (bridge_is_numpy(object, NUMPY_ARRAY))
        return bridge_array_to_value(out, "array", object) < 0 ? -1 : 1;
    if (bridge_is_numpy(object, NUMPY_GENERIC))
        return scalar_to_value(out, object, flags) < 0 ? -1 : 1;
    if (is_missing(object)) {
        *out = kl_null();
        return 1;
    }
    return 0;
}

/* ---- lists --------------------------------------------------------------------------------------- */

/* Whether the first item is an array, so that the list is one of rows. */
static bool begins_with_array(PyObject *sequence)
{
    PyObject *first = PySequence_Fast_GET_SIZE(sequence) ? PySequence_Fast_GET_ITEM(sequence, 0) : NULL;
    return first && bridge_is_numpy(first, NUMPY_ARRAY);
}

static int rows_to_value(kl_value *out, const char *name, PyObject *sequence)
{
    PyObject *array = bridge_as_array(sequence);
    int status = array ? bridge_array_to_value(out, name, array) : -1;
    Py_XDECREF(array);
    return status;
}

static int sequence_to_value(kl_value *out, const char *name, PyObject *sequence, uint32_t flags)
{
    int found = bridge_numbers_to_view(out, name, sequence);
    if (found != 0)
        return found < 0 ? -1 : 0;
    if (!(flags & KL_FOREIGN) && begins_with_array(sequence))
        return rows_to_value(out, name, sequence);
    return bridge_to_value_as(out, sequence, flags);
}

/* A generator, a range, a deque. */
static int iterable_to_value(kl_value *out, const char *name, PyObject *object, uint32_t flags)
{
    PyObject *list = PySequence_List(object);
    int status = list ? sequence_to_value(out, name, list, flags) : -1;
    Py_XDECREF(list);
    return status;
}

/* ---- all ----------------------------------------------------------------------------------------- */

/* One of scipy's forms of sparse matrices is a dict. */
static bool is_mapping(PyObject *object)
{
    return PyDict_CheckExact(object) || (PyDict_Check(object) && bridge_has(object, "tocsr") != 1);
}

static bool is_plain(PyObject *object)
{
    return object == Py_None || PyUnicode_Check(object) || PyFloat_Check(object) ||
           PyLong_Check(object) || PyBytes_Check(object) || is_mapping(object);
}

static int refuse(const char *name, PyObject *object)
{
    PyErr_Format(PyExc_TypeError, "%s: expected an array, a table or a list, got %s", name,
                 bridge_type_name(object));
    return -1;
}

/* What is no data at all: an object of the face where those are taken, a time as text. */
static int other_to_value(kl_value *out, const char *name, PyObject *object, uint32_t flags)
{
    if (bridge_to_value_as(out, object, flags) == 0)
        return 0;
    if (!PyErr_ExceptionMatches(PyExc_TypeError))
        return -1;
    PyErr_Clear();
    return refuse(name, object);
}

/* Memory, unless it is of a kind that only numpy can read. */
static int buffer_to_value(kl_value *out, const char *name, PyObject *object)
{
    if (bridge_buffer_to_value(out, name, object) == 0)
        return 0;
    bool is_odd = PyErr_ExceptionMatches(PyExc_ValueError) && bridge_has(object, "__array__") == 1;
    if (!is_odd)
        return -1;
    PyErr_Clear();
    return rows_to_value(out, name, object);
}

int bridge_data_to_value(kl_value *out, const char *name, PyObject *object, uint32_t flags)
{
    flags |= KL_DATA;
    if (bridge_is_numpy(object, NUMPY_ARRAY))
        return bridge_array_to_value(out, name, object);
    if (PyList_Check(object) || PyTuple_Check(object))
        return sequence_to_value(out, name, object, flags);
    if (is_plain(object))
        return bridge_to_value_as(out, object, flags);
    int found = bridge_item_to_value(out, object, flags);
    if (found != 0)
        return found < 0 ? -1 : 0;
    if (bridge_object_of(object) || is_surely_no_data(object))
        return other_to_value(out, name, object, flags);
    if (PyObject_CheckBuffer(object))
        return buffer_to_value(out, name, object);
    found = bridge_frame_to_value(out, name, object);
    if (found != 0)
        return found < 0 ? -1 : 0;
    if (PyIter_Check(object) || (PySequence_Check(object) && !bridge_has(object, "fit")))
        return iterable_to_value(out, name, object, flags);
    return PyErr_Occurred() ? -1 : other_to_value(out, name, object, flags);
}
