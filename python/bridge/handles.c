/* python/bridge/handles.c - objects of Python that the library holds and calls: kl_foreign of kailash/data.h. */
#include "data.h"

/* ---- Python -> C --------------------------------------------------------------------------------- */

static void release_handle(kl_foreign *self) { bridge_twin_release(self); }

/* What is called for more than itself (an estimator, a kernel with parameters, a splitter, a scorer that tells whether it
 * takes weights) is an object; a class, too, is one. */
static int is_function(PyObject *object)
{
    static const char *const more[] = {"fit", "transform", "get_params", "split", "_accept_sample_weight"};
    if (!PyCallable_Check(object) || PyType_Check(object))
        return 0;
    if (PyFunction_Check(object) || PyCFunction_Check(object) || PyMethod_Check(object))
        return 1;
    for (size_t i = 0; i < KL_COUNT(more); i++) {
        int has = bridge_has(object, more[i]);
        if (has != 0)
            return has < 0 ? -1 : 0;
    }
    return 1;
}

int bridge_foreign_to_value(kl_value *out, PyObject *object)
{
    kl_error error = KL_ERROR_INIT;
    int is_callable = is_function(object);
    if (is_callable != 0)
        return is_callable < 0 ? -1 : bridge_callable_of_data(out, object);
    bridge_ref *handle = kl_alloc(sizeof *handle);
    if (!handle) {
        PyErr_NoMemory();
        return -1;
    }
    *handle = (bridge_ref){{release_handle}, Py_NewRef(object)};
    if (kl_foreign_wrap(out, &handle->foreign, &error) == KL_OK)
        return 0;
    release_handle(&handle->foreign);
    bridge_raise(&error);
    return -1;
}

/* ---- C -> Python --------------------------------------------------------------------------------- */

static PyObject *object_of(const kl_foreign *handle)
{
    return handle->release == release_handle ? ((const bridge_ref *)handle)->object : NULL;
}

PyObject *bridge_foreign_of(kl_value value)
{
    const kl_foreign_object *wrapper = kl_as_foreign(value);
    return wrapper ? object_of(wrapper->handle) : NULL;
}

/* ---- what the library asks ----------------------------------------------------------------------- */

static kl_status closed(kl_error *error)
{
    return kl_error_set(error, KL_CANCELLED, "the interpreter is shutting down");
}

/* An exception goes on as itself, whatever the error that carries it is called. */
static kl_status take(kl_value *out, const char *name, PyObject *result, kl_error *error)
{
    bool good = result && bridge_data_to_value(out, name, result, KL_DATA | KL_FOREIGN) == 0;
    Py_XDECREF(result);
    return good ? KL_OK : bridge_catch_as_is(error);
}

typedef struct call {
    PyObject *all[1 + KL_PARAMS_MAX]; /* the object, arguments by position, then by keyword; owned but the first */
    size_t count;
    PyObject *names; /* tuple, or NULL */
} call;

static int add(call *c, kl_value value)
{
    if (c->count >= KL_COUNT(c->all)) {
        PyErr_Format(PyExc_TypeError, "at most %d arguments are possible", KL_PARAMS_MAX);
        return -1;
    }
    PyObject *object = bridge_from_value_as(value, true);
    if (object)
        c->all[c->count++] = object;
    return object ? 0 : -1;
}

static int prepare(call *c, PyObject *object, const kl_value *args, size_t count, kl_value named)
{
    c->all[c->count++] = object;
    for (size_t i = 0; i < count; i++)
        if (add(c, args[i]) < 0)
            return -1;
    if (kl_map_len(named) == 0)
        return 0;
    c->names = Py_XNewRef(bridge_shape_names(kl_map_keys(named)));
    for (size_t i = 0; c->names && i < kl_map_len(named); i++)
        if (add(c, kl_map_value_at(named, i)) < 0)
            return -1;
    return c->names ? 0 : -1;
}

/* The library asks for a copy that has learned nothing by this name. */
static PyObject *clone_of(PyObject *object)
{
    PyObject *module = PyImport_ImportModule("kailash._objects");
    PyObject *made = module ? PyObject_CallMethod(module, "clone", "O", object) : NULL;
    Py_XDECREF(module);
    return made;
}

static PyObject *call_python(PyObject *object, const char *method, const kl_value *args,
                             size_t count, kl_value named)
{
    call c = {.count = 0};
    PyObject *result = NULL, *name = PyUnicode_InternFromString(method);
    if (name && prepare(&c, object, args, count, named) == 0)
        result = PyObject_VectorcallMethod(name, c.all, (1 + count) | PY_VECTORCALL_ARGUMENTS_OFFSET,
                                           c.names);
    while (c.count > 1)
        Py_DECREF(c.all[--c.count]);
    Py_XDECREF(c.names);
    Py_XDECREF(name);
    return result;
}

kl_status bridge_call_method(kl_value *out, kl_foreign *object, const char *method,
                             const kl_value *args, size_t count, kl_value named, kl_error *error)
{
    if (bridge_host_is_closed())
        return closed(error);
    bridge_entry entry = bridge_enter();
    PyObject *held = Py_NewRef(object_of(object));
    PyObject *result = strcmp(method, KL_FOREIGN_CLONE) == 0
                           ? clone_of(held)
                           : call_python(held, method, args, count, named);
    kl_status status = take(out, method, result, error);
    Py_DECREF(held);
    bridge_leave(entry);
    return status;
}

kl_status bridge_get_attribute(kl_value *out, kl_foreign *object, const char *name, kl_error *error)
{
    if (bridge_host_is_closed())
        return closed(error);
    bridge_entry entry = bridge_enter();
    kl_status status = take(out, name, PyObject_GetAttrString(object_of(object), name), error);
    bridge_leave(entry);
    return status;
}

bool bridge_has_method(kl_foreign *object, const char *name)
{
    if (bridge_host_is_closed())
        return false;
    bridge_entry entry = bridge_enter();
    PyObject *found = PyObject_GetAttrString(object_of(object), name);
    bool has = found && PyCallable_Check(found);
    PyErr_Clear(); /* a property that fails is no method */
    Py_XDECREF(found);
    bridge_leave(entry);
    return has;
}

kl_status bridge_class_name(kl_value *out, kl_foreign *object, kl_error *error)
{
    if (bridge_host_is_closed())
        return closed(error);
    bridge_entry entry = bridge_enter();
    kl_status status = kl_string_repair(out, kl_text_from(bridge_type_name(object_of(object))), error);
    bridge_leave(entry);
    return status;
}

bool bridge_is_same(kl_foreign *a, kl_foreign *b) { return object_of(a) && object_of(a) == object_of(b); }

int64_t bridge_identity(kl_foreign *object) { return (int64_t)(intptr_t)object_of(object); }

kl_status bridge_as_data(kl_value *out, kl_foreign *object, const char *name, kl_error *error)
{
    if (bridge_host_is_closed())
        return closed(error);
    bridge_entry entry = bridge_enter();
    int done = bridge_data_to_value(out, name, object_of(object), KL_DATA);
    kl_status status = done < 0 ? bridge_catch_as_is(error) : KL_OK;
    bridge_leave(entry);
    return status;
}
