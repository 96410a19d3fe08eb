/* python/bridge/scalars.c - Python's typed scalars: what they are, and how JSON has them. */
#include "bridge.h"

/* A class of a module, if the module is loaded at all; borrowed, NULL without an exception. */
static PyObject *loaded_class(const char *module, const char *name)
{
    PyObject *modules = PySys_GetObject("modules");
    PyObject *found = modules ? PyDict_GetItemString(modules, module) : NULL;
    return found ? PyDict_GetItemString(PyModule_GetDict(found), name) : NULL;
}

int bridge_is_a(PyObject *object, const char *module, const char *name)
{
    PyObject *class = loaded_class(module, name);
    return class ? PyObject_IsInstance(object, class) : 0;
}

/* A new reference: the text of a Decimal, anything else as it is; NULL with an exception. */
static PyObject *decimal_as_text(PyObject *object)
{
    int is_decimal = bridge_is_a(object, "decimal", "Decimal");
    if (is_decimal < 0)
        return NULL;
    return is_decimal ? PyObject_Str(object) : Py_NewRef(object);
}

static PyObject *sorted_list(PyObject *set)
{
    PyObject *list = PySequence_List(set);
    for (Py_ssize_t i = 0; list && i < PyList_GET_SIZE(list); i++) {
        PyObject *plain = decimal_as_text(PyList_GET_ITEM(list, i));
        if (plain)
            PyList_SetItem(list, i, plain);
        else
            Py_CLEAR(list);
    }
    if (list && PyList_Sort(list) < 0)
        Py_CLEAR(list);
    return list;
}

int bridge_plain_scalar(PyObject **out, PyObject *object)
{
    *out = NULL;
    if (PyAnySet_Check(object)) {
        *out = sorted_list(object);
        return *out ? 1 : -1;
    }
    int is_decimal = bridge_is_a(object, "decimal", "Decimal");
    int is_enum = is_decimal ? 0 : bridge_is_a(object, "enum", "Enum");
    if (is_decimal < 0 || is_enum < 0)
        return -1;
    if (is_decimal)
        *out = PyObject_Str(object);
    else if (is_enum)
        *out = PyObject_GetAttrString(object, "value");
    else
        return 0;
    return *out ? 1 : -1;
}
