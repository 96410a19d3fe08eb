/* Methods written by hand with METH_FASTCALL: what the bridge is measured against. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "kailash/node.h"

static PyObject *count(PyObject *self, PyObject *const *args, Py_ssize_t n)
{
    (void)self, (void)args, (void)n;
    return PyLong_FromLong(1);
}

static PyObject *has(PyObject *self, PyObject *const *args, Py_ssize_t n)
{
    (void)self;
    if (n != 1 || !PyUnicode_Check(args[0]))
        return PyErr_Format(PyExc_TypeError, "has() takes a str");
    Py_ssize_t len;
    const char *text = PyUnicode_AsUTF8AndSize(args[0], &len);
    return PyBool_FromLong(text && kl_node_type_find((kl_text){text, (size_t)len}) != NULL);
}

static PyMethodDef methods[] = {
    {"count", (PyCFunction)(void (*)(void))count, METH_FASTCALL, NULL},
    {"has", (PyCFunction)(void (*)(void))has, METH_FASTCALL, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "fastcall.Hand",
    .tp_basicsize = sizeof(PyObject),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_methods = methods,
    .tp_new = PyType_GenericNew,
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "fastcall", .m_size = -1};

PyMODINIT_FUNC PyInit_fastcall(void)
{
    PyObject *made = PyModule_Create(&module);
    if (!made || PyType_Ready(&type) < 0 ||
        PyModule_AddObjectRef(made, "Hand", (PyObject *)&type) < 0)
        return NULL;
    return made;
}
