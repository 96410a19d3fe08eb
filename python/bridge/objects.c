/* python/bridge/objects.c - instances: made, shown, compared, hashed, copied, ended. */
#include "bridge.h"
#include "objects.h"

/* ---- making -------------------------------------------------------------------------------------- */

PyObject *bridge_wrap(kl_object *object)
{
    if (object->face)
        return Py_NewRef((PyObject *)object->face);
    PyTypeObject *class = (PyTypeObject *)bridge_type(object->type);
    if (!class)
        return NULL;
    PyObject *made = class->tp_alloc(class, 0);
    Py_DECREF(class);
    if (made) {
        ((bridge_object *)made)->object = kl_object_retain(object);
        object->face = made;
    }
    return made;
}

kl_object *bridge_object_of(PyObject *object)
{
    /* Instances are recognised by how their class ends them. */
    PyTypeObject *class = Py_TYPE(object);
    while (class && class->tp_dealloc != bridge_object_dealloc)
        class = class->tp_base;
    return class ? ((bridge_object *)object)->object : NULL;
}

PyObject *bridge_construct(PyTypeObject *class, const bridge_class *made_from,
                           PyObject *const *args, size_t count, PyObject *names)
{
    kl_value values[BRIDGE_ARGUMENTS_MAX], made;
    kl_error error = KL_ERROR_INIT;
    const bridge_signature *signature = &made_from->signature;
    if (bridge_arguments(values, signature, args, count, names) < 0)
        return NULL;
    kl_status status = kl_object_make(&made, made_from->type, values, &error);
    for (size_t i = 0; i < signature->count; i++)
        kl_value_release(values[i]);
    if (status != KL_OK)
        return bridge_raise(&error);
    PyObject *instance = class->tp_alloc(class, 0);
    if (!instance) {
        kl_value_release(made);
        return NULL;
    }
    ((bridge_object *)instance)->object = made.as.object;
    made.as.object->face = instance;
    return instance;
}

PyObject *bridge_object_vectorcall(PyObject *class, PyObject *const *args, size_t flags,
                                   PyObject *names)
{
    return bridge_construct((PyTypeObject *)class, bridge_class_of((PyTypeObject *)class), args,
                            (size_t)PyVectorcall_NARGS(flags), names);
}

/* The way of subclasses: arguments come as tuple and dict. */
PyObject *bridge_object_new(PyTypeObject *class, PyObject *args, PyObject *named)
{
    PyObject *all[2 * BRIDGE_ARGUMENTS_MAX], *names = NULL, *key, *value;
    Py_ssize_t count = PyTuple_GET_SIZE(args), position = 0, at = 0;
    Py_ssize_t named_count = named ? PyDict_GET_SIZE(named) : 0;
    if (count > BRIDGE_ARGUMENTS_MAX || named_count > BRIDGE_ARGUMENTS_MAX) {
        PyErr_Format(PyExc_TypeError, "%s() got too many arguments", class->tp_name);
        return NULL;
    }
    for (Py_ssize_t i = 0; i < count; i++)
        all[i] = PyTuple_GET_ITEM(args, i);
    if (named_count && !(names = PyTuple_New(named_count)))
        return NULL;
    while (named_count && PyDict_Next(named, &position, &key, &value)) {
        PyTuple_SET_ITEM(names, at, Py_NewRef(key));
        all[count + at++] = value;
    }
    PyObject *made =
        bridge_construct(class, bridge_class_of(class), all, (size_t)count, names);
    Py_XDECREF(names);
    return made;
}

void bridge_object_dealloc(PyObject *self)
{
    bridge_object *instance = (bridge_object *)self;
    PyTypeObject *class = Py_TYPE(self);
    if (instance->weak_references)
        PyObject_ClearWeakRefs(self);
    if (instance->object) {
        instance->object->face = NULL;
        kl_object_release(instance->object);
    }
    class->tp_free(self);
    Py_DECREF(class);
}

/* ---- showing, comparing, hashing ----------------------------------------------------------------- */

PyObject *bridge_object_repr(PyObject *self)
{
    kl_value text;
    kl_error error = KL_ERROR_INIT;
    if (kl_object_repr(&text, bridge_object_of(self), &error) != KL_OK)
        return bridge_raise(&error);
    PyObject *out = bridge_from_value(text);
    kl_value_release(text);
    return out;
}

static PyObject *ordered(kl_value a, kl_value b, int operation)
{
    int order;
    kl_error error = KL_ERROR_INIT;
    if (kl_value_compare(&order, a, b, &error) != KL_OK)
        return bridge_raise(&error);
    Py_RETURN_RICHCOMPARE(order, 0, operation);
}

PyObject *bridge_object_compare(PyObject *self, PyObject *other, int operation)
{
    kl_object *a = bridge_object_of(self), *b = bridge_object_of(other);
    if (!b || a->type != b->type)
        Py_RETURN_NOTIMPLEMENTED;
    if (operation != Py_EQ && operation != Py_NE) {
        if (a->type->flags & KL_TYPE_ORDERED)
            return ordered(kl_value_of(a), kl_value_of(b), operation);
        Py_RETURN_NOTIMPLEMENTED;
    }
    bool equal;
    kl_error error = KL_ERROR_INIT;
    if (kl_value_equal(&equal, kl_value_of(a), kl_value_of(b), &error) != KL_OK)
        return bridge_raise(&error);
    return Py_NewRef(equal == (operation == Py_EQ) ? Py_True : Py_False);
}

Py_hash_t bridge_object_hash(PyObject *self)
{
    uint64_t hash;
    kl_error error = KL_ERROR_INIT;
    if (kl_value_hash(&hash, kl_value_of(bridge_object_of(self)), &error) != KL_OK) {
        bridge_raise(&error);
        return -1;
    }
    return (Py_hash_t)hash == -1 ? -2 : (Py_hash_t)hash;
}

PyObject *bridge_object_await(PyObject *self)
{
    PyObject *awaiting = bridge_aio("awaiting");
    return awaiting ? PyObject_CallOneArg(awaiting, self) : NULL;
}

/* ---- records: copies, pickles, dicts, JSON ------------------------------------------------------- */

static PyObject *object_copy(PyObject *self, PyObject *unused)
{
    kl_value copy;
    kl_error error = KL_ERROR_INIT;
    kl_object *object = bridge_object_of(self);
    (void)unused;
    if (!(object->type->flags & KL_TYPE_MUTABLE))
        return Py_NewRef(self);
    if (kl_object_copy(&copy, object->type, kl_value_of(object), &error) != KL_OK)
        return bridge_raise(&error);
    PyObject *made = bridge_wrap(copy.as.object);
    kl_value_release(copy);
    return made;
}

static PyObject *object_to_dict(PyObject *self, PyObject *unused)
{
    kl_value map;
    kl_error error = KL_ERROR_INIT;
    (void)unused;
    if (kl_object_to_map(&map, bridge_object_of(self), &error) != KL_OK)
        return bridge_raise(&error);
    PyObject *out = bridge_from_value(map);
    kl_value_release(map);
    return out;
}

static PyObject *from_map(PyObject *class, kl_value map)
{
    kl_value made;
    kl_error error = KL_ERROR_INIT;
    kl_status status =
        kl_object_from_map(&made, bridge_class_of((PyTypeObject *)class)->type, map, &error);
    kl_value_release(map);
    if (status != KL_OK)
        return bridge_raise(&error);
    PyObject *out = bridge_wrap(made.as.object);
    kl_value_release(made);
    return out;
}

static PyObject *object_from_dict(PyObject *class, PyObject *dict)
{
    kl_value map;
    if (!PyDict_Check(dict)) {
        PyErr_Format(PyExc_TypeError, "data: expected dict, got %s", bridge_type_name(dict));
        return NULL;
    }
    return bridge_to_value(&map, dict) < 0 ? NULL : from_map(class, map);
}

static PyObject *object_to_json(PyObject *self, PyObject *unused)
{
    kl_value text;
    kl_error error = KL_ERROR_INIT;
    (void)unused;
    if (kl_object_to_json(&text, bridge_object_of(self), &error) != KL_OK)
        return bridge_raise(&error);
    PyObject *out = bridge_from_value(text);
    kl_value_release(text);
    return out;
}

static PyObject *object_from_json(PyObject *class, PyObject *text)
{
    kl_value made;
    kl_error error = KL_ERROR_INIT;
    Py_ssize_t len;
    const char *data = PyUnicode_Check(text) ? PyUnicode_AsUTF8AndSize(text, &len) : NULL;
    if (!data) {
        if (!PyErr_Occurred())
            PyErr_Format(PyExc_TypeError, "json_str: expected str, got %s", bridge_type_name(text));
        return NULL;
    }
    const kl_type *type = bridge_class_of((PyTypeObject *)class)->type;
    if (kl_object_from_json(&made, type, (kl_text){data, (size_t)len}, &error) != KL_OK)
        return bridge_raise(&error);
    PyObject *out = bridge_wrap(made.as.object);
    kl_value_release(made);
    return out;
}

static PyObject *object_reduce(PyObject *self, PyObject *unused)
{
    PyObject *dict = object_to_dict(self, unused);
    PyObject *module = dict ? PyImport_ImportModule("kailash._kailash") : NULL;
    PyObject *restore = module ? PyObject_GetAttrString(module, "_restore") : NULL;
    PyObject *out = restore ? Py_BuildValue("O(OO)", restore, (PyObject *)Py_TYPE(self), dict) : NULL;
    Py_XDECREF(restore);
    Py_XDECREF(module);
    Py_XDECREF(dict);
    return out;
}

PyObject *bridge_restore(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    (void)module;
    if (count != 2 || !PyType_Check(args[0]) || !bridge_class_of((PyTypeObject *)args[0])) {
        PyErr_SetString(PyExc_TypeError, "_restore() takes a class and a dict");
        return NULL;
    }
    return object_from_dict(args[0], args[1]);
}

PyMethodDef bridge_record_methods[] = {
    {"__copy__", object_copy, METH_NOARGS, NULL},
    {"__deepcopy__", object_copy, METH_O, NULL},
    {"__reduce__", object_reduce, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

PyMethodDef bridge_json_methods[] = {
    {"__copy__", object_copy, METH_NOARGS, NULL},
    {"__deepcopy__", object_copy, METH_O, NULL},
    {"__reduce__", object_reduce, METH_NOARGS, NULL},
    {"to_dict", object_to_dict, METH_NOARGS, "to_dict($self)\n--\n\nThe fields as a dict."},
    {"to_json", object_to_json, METH_NOARGS, "to_json($self)\n--\n\nThe fields as JSON text."},
    {"from_dict", object_from_dict, METH_O | METH_CLASS,
     "from_dict($type, data)\n--\n\nFrom what to_dict() gives; unknown keys are refused."},
    {"from_json", object_from_json, METH_O | METH_CLASS,
     "from_json($type, json_str)\n--\n\nFrom what to_json() gives."},
    {NULL, NULL, 0, NULL},
};
