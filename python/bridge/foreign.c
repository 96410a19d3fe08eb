/* python/bridge/foreign.c - classes for the tables of other C libraries. */
#include "bridge.h"
#include "objects.h"
#include "reflect/lint.h"

/* What the build checks of our own tables is checked here of others': nothing behind this line is
 * made for tables with faults. */
static int refuse_faults(const kl_type *type)
{
    kl_lint lint;
    kl_value faults;
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_lint_start(&lint, &error);
    if (status == KL_OK) {
        kl_lint_type(&lint, type);
        status = kl_lint_end(&faults, &lint);
    }
    if (status != KL_OK) {
        bridge_raise(&error);
        return -1;
    }
    if (kl_array_len(faults))
        PyErr_SetString(PyExc_ValueError, kl_as_text(kl_array_at(faults, 0)).data);
    int found = kl_array_len(faults) ? -1 : 0;
    kl_value_release(faults);
    return found;
}

PyObject *bridge_foreign_class(PyObject *module, PyObject *capsule)
{
    (void)module;
    const kl_type *type = PyCapsule_GetPointer(capsule, "kailash.type");
    if (!type)
        return NULL;
    if (!type->name || !type->module) {
        PyErr_SetString(PyExc_ValueError, "a type needs a name and a module");
        return NULL;
    }
    if (refuse_faults(type) < 0)
        return NULL;
    if (type->flags & KL_TYPE_EXCEPTION && bridge_know_exception(type) < 0)
        return NULL;
    return bridge_type(type);
}

PyObject *bridge_describe_class(PyObject *module, PyObject *class)
{
    (void)module;
    const bridge_class *known = PyType_Check(class) ? bridge_class_of((PyTypeObject *)class) : NULL;
    kl_value map;
    kl_error error = KL_ERROR_INIT;
    if (!known)
        return PyErr_Format(PyExc_TypeError, "%R is not made of a table", class);
    if (kl_type_describe(&map, known->type, &error) != KL_OK)
        return bridge_raise(&error);
    PyObject *out = bridge_from_value(map);
    kl_value_release(map);
    return out;
}
