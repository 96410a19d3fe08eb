/* python/bridge/numbers.c - nested lists and tuples of numbers become one array, without numpy.
 *
 * They are walked twice: for the shape and the kind of the numbers, and to fill the array. In between nothing but
 * the conversion of numbers runs, yet each list is measured again, so that none is read beyond its end.
 */
#include "data.h"

#include <stdio.h>

enum { HAS_BOOLS = 1, HAS_INTS = 2, HAS_REALS = 4, HAS_LARGE = 8 };

typedef struct numbers {
    const char *name;
    size_t ndim;
    int64_t shape[KL_ARRAY_DIMENSIONS_MAX];
    int64_t index[KL_ARRAY_DIMENSIONS_MAX]; /* where the walk is */
    unsigned kinds;
    char format;
    char *at; /* where the next number goes */
} numbers;

static bool is_sequence(PyObject *object) { return PyList_Check(object) || PyTuple_Check(object); }

/* "x[3][0]" */
static const char *place_of(char *to, size_t size, const numbers *n, size_t levels)
{
    int len = snprintf(to, size, "%.100s", n->name);
    for (size_t i = 0; i < levels && len > 0 && (size_t)len < size; i++)
        len += snprintf(to + len, size - (size_t)len, "[%lld]", (long long)n->index[i]);
    return to;
}

/* The bits of a number's kind, 0 when it is none. */
static unsigned kind_of(PyObject *object)
{
    if (PyFloat_Check(object))
        return HAS_REALS;
    if (PyBool_Check(object))
        return HAS_BOOLS;
    if (PyLong_Check(object)) {
        int overflow;
        PyLong_AsLongLongAndOverflow(object, &overflow);
        return overflow ? HAS_LARGE : HAS_INTS;
    }
    if (!bridge_is_numpy(object, NUMPY_GENERIC))
        return 0;
    return bridge_is_numpy(object, NUMPY_FLOATING)  ? HAS_REALS
           : bridge_is_numpy(object, NUMPY_BOOL)    ? HAS_BOOLS
           : bridge_is_numpy(object, NUMPY_INTEGER) ? HAS_INTS
                                                    : 0;
}

/* ---- the shape ----------------------------------------------------------------------------------- */

/* That of the first items. */
static int measure(numbers *n, PyObject *sequence)
{
    PyObject *at = sequence;
    while (is_sequence(at)) {
        if (n->ndim == KL_ARRAY_DIMENSIONS_MAX) {
            PyErr_Format(PyExc_ValueError, "%s: lists nest deeper than %d levels", n->name,
                         KL_ARRAY_DIMENSIONS_MAX);
            return -1;
        }
        n->shape[n->ndim++] = PySequence_Fast_GET_SIZE(at);
        if (PySequence_Fast_GET_SIZE(at) == 0)
            break;
        at = PySequence_Fast_GET_ITEM(at, 0);
    }
    return 0;
}

static int refuse_length(const numbers *n, size_t level, Py_ssize_t count)
{
    char place[512];
    PyErr_Format(PyExc_ValueError, "%s: expected %lld items as in those before it, got %zd",
                 place_of(place, sizeof place, n, level), (long long)n->shape[level], count);
    return -1;
}

static int refuse_depth(const numbers *n, size_t level, PyObject *item)
{
    char place[512];
    place_of(place, sizeof place, n, level + 1);
    if (is_sequence(item))
        PyErr_Format(PyExc_ValueError, "%s: expected a number as before it, got a %s", place,
                     bridge_type_name(item));
    else
        PyErr_Format(PyExc_ValueError, "%s: expected a list of %lld items as before it, got %s", place,
                     (long long)n->shape[level + 1], bridge_type_name(item));
    return -1;
}

/* Whether all has that shape and holds numbers: 1, 0 when it holds other things, -1 with an exception. */
static int check(numbers *n, PyObject *sequence, size_t level)
{
    Py_ssize_t count = PySequence_Fast_GET_SIZE(sequence);
    bool is_last = level + 1 == n->ndim;
    if (count != n->shape[level])
        return refuse_length(n, level, count);
    for (Py_ssize_t i = 0; i < count && i < PySequence_Fast_GET_SIZE(sequence); i++) {
        PyObject *item = PySequence_Fast_GET_ITEM(sequence, i);
        bool nests = is_sequence(item);
        unsigned kind = nests ? 0 : kind_of(item);
        n->index[level] = i;
        if (!nests && !kind)
            return 0;
        if (nests == is_last)
            return refuse_depth(n, level, item);
        n->kinds |= kind;
        int status = nests ? check(n, item, level + 1) : 1;
        if (status <= 0)
            return status;
    }
    return 1;
}

/* ---- the numbers --------------------------------------------------------------------------------- */

static bool put(numbers *n, PyObject *item)
{
    if (n->format == 'd') {
        *(double *)n->at = PyFloat_CheckExact(item) ? PyFloat_AS_DOUBLE(item) : PyFloat_AsDouble(item);
        n->at += sizeof(double);
        return *(double *)(n->at - sizeof(double)) != -1.0 || !PyErr_Occurred();
    }
    if (n->format == '?') {
        int truth = PyObject_IsTrue(item);
        *n->at++ = (char)(truth == 1);
        return truth >= 0;
    }
    PyObject *index = PyLong_Check(item) ? Py_NewRef(item) : PyNumber_Long(item);
    long long integer = index ? PyLong_AsLongLong(index) : -1;
    Py_XDECREF(index);
    memcpy(n->at, &integer, sizeof integer);
    n->at += sizeof integer;
    return integer != -1 || !PyErr_Occurred();
}

static int fill(numbers *n, PyObject *sequence, size_t level)
{
    if (!is_sequence(sequence) || PySequence_Fast_GET_SIZE(sequence) != n->shape[level]) {
        PyErr_Format(PyExc_RuntimeError, "%s: a list changed while it was read", n->name);
        return -1;
    }
    for (int64_t i = 0; i < n->shape[level] && i < PySequence_Fast_GET_SIZE(sequence); i++) {
        PyObject *item = PySequence_Fast_GET_ITEM(sequence, i);
        if (level + 1 < n->ndim) {
            if (fill(n, item, level + 1) < 0)
                return -1;
        } else if (!put(n, item)) {
            return -1;
        }
    }
    return 0;
}

/* Floats when there is any, or an integer that no int64 holds; of an empty list, too. */
static char format_of(unsigned kinds)
{
    if (kinds == 0 || kinds & (HAS_REALS | HAS_LARGE))
        return 'd';
    return kinds == HAS_BOOLS ? '?' : 'q';
}

int bridge_numbers_to_view(kl_value *out, const char *name, PyObject *sequence)
{
    numbers n = {.name = name};
    kl_value made;
    kl_error error = KL_ERROR_INIT;
    if (measure(&n, sequence) < 0)
        return -1;
    int status = check(&n, sequence, 0);
    if (status <= 0)
        return status;
    n.format = format_of(n.kinds);
    if (kl_array_view_new(&made, n.format, n.ndim, n.shape, &error) != KL_OK) {
        bridge_raise(&error);
        return -1;
    }
    n.at = kl_as_array_view(made)->layout.data;
    if (fill(&n, sequence, 0) < 0) {
        kl_value_release(made);
        return -1;
    }
    *out = made;
    return 1;
}
