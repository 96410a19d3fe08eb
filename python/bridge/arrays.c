/* python/bridge/arrays.c - numpy's arrays and scipy's matrices, both ways.
 *
 * Their packages are used as any Python code would use them. What comes in needs no import: who passes an
 * array has loaded numpy.
 */
#include "data.h"

/* ---- attributes ---------------------------------------------------------------------------------- */

int bridge_lookup(PyObject **out, PyObject *object, const char *name)
{
    *out = PyObject_GetAttrString(object, name);
    if (*out)
        return 1;
    if (!PyErr_ExceptionMatches(PyExc_AttributeError))
        return -1;
    PyErr_Clear();
    return 0;
}

int bridge_has(PyObject *object, const char *name)
{
    PyObject *found;
    int status = bridge_lookup(&found, object, name);
    Py_XDECREF(found);
    return status;
}

/* ---- numpy --------------------------------------------------------------------------------------- */

/* All guarded by the interpreter lock. */
static PyObject *numpy;
static PyObject *numpy_classes[NUMPY_CLASSES];

static int note_classes(PyObject *module)
{
    static const char *const names[NUMPY_CLASSES] = {"ndarray", "generic", "bool_", "integer",
                                                     "floating"};
    PyObject *found[NUMPY_CLASSES] = {NULL};
    for (int i = 0; i < NUMPY_CLASSES; i++)
        if (!(found[i] = PyObject_GetAttrString(module, names[i]))) {
            while (i > 0)
                Py_DECREF(found[--i]);
            return -1;
        }
    memcpy(numpy_classes, found, sizeof found);
    numpy = Py_NewRef(module);
    return 0;
}

/* Whether numpy is there, without importing it. */
static bool is_loaded(void)
{
    if (numpy)
        return true;
    PyObject *modules = PySys_GetObject("modules");
    PyObject *module = modules ? PyDict_GetItemString(modules, "numpy") : NULL;
    if (module && note_classes(module) < 0) /* it is being imported just now */
        PyErr_Clear();
    return numpy != NULL;
}

bool bridge_is_numpy(PyObject *object, bridge_numpy_class class)
{
    return is_loaded() && PyObject_TypeCheck(object, (PyTypeObject *)numpy_classes[class]);
}

PyObject *bridge_numpy(void)
{
    if (is_loaded())
        return numpy;
    PyObject *module = PyImport_ImportModule("numpy");
    if (module && note_classes(module) == 0) {
        Py_DECREF(module);
        return numpy;
    }
    Py_XDECREF(module);
    if (PyErr_ExceptionMatches(PyExc_ModuleNotFoundError)) {
        PyErr_Clear();
        PyErr_SetString(PyExc_ImportError,
                        "arrays need numpy: pip install kailash-enterprise[ml]");
    }
    return NULL;
}

PyObject *bridge_as_array(PyObject *object)
{
    PyObject *module = bridge_numpy();
    return module ? PyObject_CallMethod(module, "asarray", "O", object) : NULL;
}

/* ---- Python -> C --------------------------------------------------------------------------------- */

/* Memory as it is: 1, or 0 when it cannot be shown as an array view, -1 with an exception. */
static int memory_to_value(kl_value *out, const char *name, PyObject *object)
{
    if (bridge_buffer_to_value(out, name, object) == 0)
        return 1;
    if (!PyErr_ExceptionMatches(PyExc_ValueError) && !PyErr_ExceptionMatches(PyExc_BufferError))
        return -1;
    PyErr_Clear();
    return 0;
}

/* Numbers that lie otherwise than the library reads them: other byte order, half or extended precision, at odd
 * addresses. */
static int copy_to_value(kl_value *out, const char *name, PyObject *array, const char *kind)
{
    PyObject *dtype = PyObject_GetAttrString(array, "dtype");
    PyObject *native = dtype ? PyObject_CallMethod(dtype, "newbyteorder", "s", "=") : NULL;
    PyObject *size = native ? PyObject_GetAttrString(native, "itemsize") : NULL;
    long bytes = size ? PyLong_AsLong(size) : 0;
    if (native && *kind == 'f' && bytes != 4 && bytes != 8)
        Py_SETREF(native, PyUnicode_FromString(bytes < 4 ? "f4" : "f8"));
    PyObject *copy = native ? PyObject_CallMethod(array, "astype", "O", native) : NULL;
    int status = copy ? bridge_buffer_to_value(out, name, copy) : -1;
    Py_XDECREF(copy);
    Py_XDECREF(size);
    Py_XDECREF(native);
    Py_XDECREF(dtype);
    return status;
}

/* Texts, bytes and objects: numbers among the latter as an array of numbers. */
static int items_to_value(kl_value *out, const char *name, PyObject *array, const char *kind)
{
    PyObject *texts = strchr("mM", *kind) ? PyObject_CallMethod(array, "astype", "s", "str") : NULL;
    if (strchr("mM", *kind) && !texts)
        return -1;
    PyObject *list = PyObject_CallMethod(texts ? texts : array, "tolist", NULL);
    Py_XDECREF(texts);
    if (!list)
        return -1;
    int status = *kind == 'O' && PyList_Check(list) ? bridge_numbers_to_view(out, name, list) : 0;
    if (status == 0)
        status = bridge_to_value_as(out, list, KL_DATA);
    Py_DECREF(list);
    return status < 0 ? -1 : 0;
}

/* What is masked becomes NaN: new reference, NULL without an exception when the array has no mask. */
static PyObject *unmasked(PyObject *array)
{
    PyObject *modules = PySys_GetObject("modules");
    bool knows = modules && PyDict_GetItemString(modules, "numpy.ma");
    int is_masked = knows && Py_TYPE(array) != (PyTypeObject *)numpy_classes[NUMPY_ARRAY]
                        ? bridge_is_a(array, "numpy.ma", "MaskedArray")
                        : 0;
    if (is_masked <= 0)
        return NULL;
    PyObject *reals = PyObject_CallMethod(array, "astype", "s", "f8");
    PyObject *filled = reals ? PyObject_CallMethod(reals, "filled", "d", Py_NAN) : NULL;
    Py_XDECREF(reals);
    return filled;
}

static int odd_array_to_value(kl_value *out, const char *name, PyObject *array)
{
    PyObject *dtype = PyObject_GetAttrString(array, "dtype");
    PyObject *text = dtype ? PyObject_GetAttrString(dtype, "kind") : NULL;
    const char *kind = text ? PyUnicode_AsUTF8(text) : NULL;
    int status = -1;
    if (!kind)
        status = -1;
    else if (strchr("fiub", *kind))
        status = copy_to_value(out, name, array, kind);
    else if (strchr("OUSTmM", *kind))
        status = items_to_value(out, name, array, kind);
    else
        PyErr_Format(PyExc_ValueError, "%s: expected numbers or texts, got an array of %S", name,
                     dtype);
    Py_XDECREF(text);
    Py_XDECREF(dtype);
    return status;
}

int bridge_array_to_value(kl_value *out, const char *name, PyObject *array)
{
    PyObject *filled = unmasked(array);
    if (!filled && PyErr_Occurred())
        return -1;
    int status = memory_to_value(out, name, filled ? filled : array);
    if (status == 0)
        status = odd_array_to_value(out, name, filled ? filled : array);
    Py_XDECREF(filled);
    return status < 0 ? -1 : 0;
}

/* ---- C -> Python --------------------------------------------------------------------------------- */

/* The array that a view was made of; borrowed, or NULL. */
static PyObject *array_behind(const kl_array_view *view)
{
    if (!view->owner || view->owner->release != bridge_twin_release)
        return NULL;
    PyObject *memory = ((bridge_ref *)view->owner)->object;
    PyObject *base = PyMemoryView_Check(memory) ? PyMemoryView_GET_BASE(memory) : NULL;
    return base && bridge_is_numpy(base, NUMPY_ARRAY) ? base : NULL;
}

/* The dtype of a format; borrowed. */
static PyObject *dtype_of(char format)
{
    static PyObject *known[128]; /* guarded by the lock */
    PyObject **slot = &known[(unsigned char)format % 128];
    if (!*slot)
        *slot = PyObject_CallMethod(numpy, "dtype", "s", kl_format_name(format));
    return *slot;
}

static PyObject *shape_of(const kl_array_view *view)
{
    PyObject *shape = PyTuple_New((Py_ssize_t)view->layout.ndim);
    for (size_t i = 0; shape && i < view->layout.ndim; i++) {
        PyObject *size = PyLong_FromLongLong(view->shape[i]);
        if (!size)
            Py_CLEAR(shape);
        else
            PyTuple_SET_ITEM(shape, (Py_ssize_t)i, size);
    }
    return shape;
}

/* numpy.ndarray(shape, dtype, instance) takes a third of the time that numpy.asarray(instance) takes. */
static PyObject *new_array(kl_array_view *view, PyObject *instance)
{
    if (!kl_array_view_is_contiguous(view))
        return bridge_as_array(instance);
    PyObject *dtype = dtype_of(view->layout.format), *shape = dtype ? shape_of(view) : NULL;
    PyObject *args[] = {shape, dtype, instance};
    PyObject *made =
        shape ? PyObject_Vectorcall(numpy_classes[NUMPY_ARRAY], args, KL_COUNT(args), NULL) : NULL;
    Py_XDECREF(shape);
    return made;
}

PyObject *bridge_array_from_view(kl_array_view *view)
{
    PyObject *known = array_behind(view);
    if (known)
        return Py_NewRef(known);
    if (!bridge_numpy())
        return NULL;
    PyObject *instance = bridge_wrap(&view->object);
    PyObject *made = instance ? new_array(view, instance) : NULL;
    Py_XDECREF(instance);
    return made;
}

static bool holds_texts(PyObject *list)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++)
        if (!PyUnicode_Check(PyList_GET_ITEM(list, i)))
            return false;
    return true;
}

PyObject *bridge_array_from_list(PyObject *list)
{
    if (!PyList_Check(list))
        return list;
    PyObject *module = bridge_numpy();
    PyObject *made = module ? PyObject_CallMethod(module, "array", "Os", list,
                                                  holds_texts(list) ? "str" : "object")
                            : NULL;
    Py_DECREF(list);
    return made;
}

/* scipy.sparse.csr_matrix; borrowed, NULL without an exception when there is no scipy. */
static PyObject *csr_class(void)
{
    static PyObject *class; /* guarded by the lock */
    static bool is_missing;
    if (class || is_missing)
        return class;
    PyObject *module = PyImport_ImportModule("scipy.sparse");
    if (module)
        class = PyObject_GetAttrString(module, "csr_matrix");
    else if (PyErr_ExceptionMatches(PyExc_ImportError)) {
        PyErr_Clear();
        is_missing = true;
    }
    Py_XDECREF(module);
    return class;
}

PyObject *bridge_sparse_from_matrix(kl_sparse_matrix *matrix)
{
    PyObject *class = csr_class(), *parts[3] = {NULL};
    if (!class)
        return PyErr_Occurred() ? NULL : bridge_wrap(&matrix->object);
    const kl_value from[] = {matrix->data, matrix->indices, matrix->indptr};
    PyObject *made = NULL;
    for (int i = 0; i < 3; i++)
        if (!(parts[i] = bridge_array_from_view(kl_as_array_view(from[i]))))
            goto out;
    made = PyObject_CallFunction(class, "(OOO)(LL)", parts[0], parts[1], parts[2],
                                 (long long)matrix->rows, (long long)matrix->cols);
out:
    for (int i = 0; i < 3; i++)
        Py_XDECREF(parts[i]);
    return made;
}
