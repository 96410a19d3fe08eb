/* What any C extension must do to take a list from Python and to give one back, and nothing else. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* A list of as many items as `list` has, each made by `EXPRESSION` of `i`. */
#define MAKER(name, expression)                                                                    \
    static PyObject *name(PyObject *self, PyObject *list)                                          \
    {                                                                                              \
        Py_ssize_t count = PyList_GET_SIZE(list);                                                  \
        PyObject *made = PyList_New(count);                                                        \
        (void)self;                                                                                \
        for (Py_ssize_t i = 0; made && i < count; i++)                                             \
            PyList_SET_ITEM(made, i, expression);                                                  \
        return made;                                                                               \
    }

static PyObject *text(void)
{
    PyObject *made = PyUnicode_New(7, 127);
    if (made)
        memcpy(PyUnicode_1BYTE_DATA(made), "word123", 7);
    return made;
}

static PyObject *keys[4];

static PyObject *row(void)
{
    PyObject *made = PyDict_New();
    for (size_t i = 0; made && i < sizeof keys / sizeof *keys; i++)
        if (PyDict_SetItem(made, keys[i], Py_None) < 0)
            Py_CLEAR(made);
    return made;
}

MAKER(share, Py_NewRef(PyList_GET_ITEM(list, i)))
MAKER(ints, PyLong_FromLongLong(i + 1000))
MAKER(floats, PyFloat_FromDouble((double)i))
MAKER(texts, text())
MAKER(rows, row())

static PyObject *long_text(PyObject *self, PyObject *from)
{
    PyObject *made = PyUnicode_New(PyUnicode_GET_LENGTH(from), 127);
    (void)self;
    if (made)
        memcpy(PyUnicode_1BYTE_DATA(made), PyUnicode_1BYTE_DATA(from), (size_t)PyUnicode_GET_LENGTH(from));
    return made;
}

static PyObject *long_bytes(PyObject *self, PyObject *from)
{
    (void)self;
    return PyBytes_FromStringAndSize(PyBytes_AS_STRING(from), PyBytes_GET_SIZE(from));
}

static PyMethodDef methods[] = {
    {"share", share, METH_O, NULL},         {"ints", ints, METH_O, NULL},
    {"floats", floats, METH_O, NULL},       {"texts", texts, METH_O, NULL},
    {"rows", rows, METH_O, NULL},           {"long_text", long_text, METH_O, NULL},
    {"long_bytes", long_bytes, METH_O, NULL}, {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, .m_name = "floor", .m_size = -1, .m_methods = methods};

PyMODINIT_FUNC PyInit_floor(void)
{
    static const char *const names[] = {"id", "name", "kind", "price"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!(keys[i] = PyUnicode_InternFromString(names[i])))
            return NULL;
    return PyModule_Create(&module);
}
