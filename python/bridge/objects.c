/* python/bridge/objects.c - instances: made, shown, compared, hashed, copied, ended. */
#include "bridge.h"
#include "objects.h"

/* ---- making -------------------------------------------------------------------------------------- */

PyObject *bridge_wrap_as(PyTypeObject *class, kl_object *object)
{
    if (object->face)
        return Py_NewRef((PyObject *)object->face);
    PyObject *made = class->tp_alloc(class, 0);
    if (made) {
        ((bridge_object *)made)->object = kl_object_retain(object);
        object->face = made;
    }
    return made;
}

PyObject *bridge_wrap(kl_object *object)
{
    if (object->face)
        return Py_NewRef((PyObject *)object->face);
    PyTypeObject *class = (PyTypeObject *)bridge_type(object->type);
    PyObject *made = class ? bridge_wrap_as(class, object) : NULL;
    Py_XDECREF(class);
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

kl_object *bridge_self(PyObject *self)
{
    kl_object *object = ((bridge_object *)self)->object;
    if (!object)
        PyErr_Format(PyExc_TypeError, "this %s is not initialised: super().__init__() was not called",
                     bridge_type_name(self));
    return object;
}

/* What the constructor of a table makes of arguments; given. */
static int make(kl_value *out, const bridge_class *made_from, PyObject *const *args, size_t count,
                PyObject *names)
{
    kl_value values[BRIDGE_ARGUMENTS_MAX];
    kl_error error = KL_ERROR_INIT;
    const bridge_signature *signature = &made_from->signature;
    if (bridge_arguments(values, signature, args, count, names) < 0)
        return -1;
    kl_status status = kl_object_make(out, made_from->type, values, &error);
    for (size_t i = 0; i < signature->count; i++)
        kl_value_release(values[i]);
    if (status != KL_OK)
        bridge_raise(&error);
    return status == KL_OK ? 0 : -1;
}

PyObject *bridge_construct(PyTypeObject *class, const bridge_class *made_from,
                           PyObject *const *args, size_t count, PyObject *names)
{
    kl_value made;
    if (make(&made, made_from, args, count, names) < 0)
        return NULL;
    if (made.as.object->face) { /* an item of an enum, or the constructor has shown it to Python */
        PyObject *known = Py_NewRef((PyObject *)made.as.object->face);
        kl_value_release(made);
        return known;
    }
    PyObject *instance = class->tp_alloc(class, 0);
    if (!instance) {
        kl_value_release(made);
        return NULL;
    }
    ((bridge_object *)instance)->object = made.as.object;
    made.as.object->face = instance;
    if (made_from->holds_callables)
        bridge_hold_children(instance);
    return instance;
}

PyObject *bridge_object_vectorcall(PyObject *class, PyObject *const *args, size_t flags,
                                   PyObject *names)
{
    return bridge_construct((PyTypeObject *)class, bridge_class_of((PyTypeObject *)class), args,
                            (size_t)PyVectorcall_NARGS(flags), names);
}

/* Arguments as a subclass passes them on. */
typedef struct unpacked {
    PyObject *all[2 * BRIDGE_ARGUMENTS_MAX]; /* borrowed */
    size_t count;                            /* of those by position, which stand first */
    PyObject *names;                         /* of the others; owned, NULL when there is none */
} unpacked;

static int unpack(unpacked *to, const PyTypeObject *class, PyObject *args, PyObject *named)
{
    PyObject *key, *value;
    Py_ssize_t position = 0, at = 0, count = PyTuple_GET_SIZE(args);
    Py_ssize_t named_count = named ? PyDict_GET_SIZE(named) : 0;
    to->names = NULL;
    to->count = (size_t)count;
    if (count > BRIDGE_ARGUMENTS_MAX || named_count > BRIDGE_ARGUMENTS_MAX) {
        PyErr_Format(PyExc_TypeError, "%s() got too many arguments", class->tp_name);
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++)
        to->all[i] = PyTuple_GET_ITEM(args, i);
    if (named_count && !(to->names = PyTuple_New(named_count)))
        return -1;
    while (named_count && PyDict_Next(named, &position, &key, &value)) {
        PyTuple_SET_ITEM(to->names, at, Py_NewRef(key));
        to->all[count + at++] = value;
    }
    return 0;
}

/* A subclass with an __init__ of its own and no __new__: what arguments are for is not known before
 * its __init__ calls super().__init__(). */
static bool starts_empty(PyTypeObject *class, const bridge_class *made_from)
{
    return class != made_from->python && made_from->type->flags & KL_TYPE_BASE &&
           class->tp_init != bridge_object_init && class->tp_new == bridge_object_new;
}

PyObject *bridge_object_new(PyTypeObject *class, PyObject *args, PyObject *named)
{
    const bridge_class *made_from = bridge_class_of(class);
    unpacked given;
    if (starts_empty(class, made_from))
        return made_from->signature.needed ? class->tp_alloc(class, 0)
                                           : bridge_construct(class, made_from, NULL, 0, NULL);
    if (unpack(&given, class, args, named) < 0)
        return NULL;
    PyObject *made = bridge_construct(class, made_from, given.all, given.count, given.names);
    Py_XDECREF(given.names);
    return made;
}

/* Give an instance its object; one that it had before is let go. `made` is taken. */
static void adopt(PyObject *self, kl_value made)
{
    kl_object *before = ((bridge_object *)self)->object;
    ((bridge_object *)self)->object = made.as.object;
    made.as.object->face = self;
    if (before)
        before->face = NULL;
    kl_object_release(before);
    bridge_hold_children(self);
}

int bridge_object_init(PyObject *self, PyObject *args, PyObject *named)
{
    PyTypeObject *class = Py_TYPE(self);
    const bridge_class *made_from = bridge_class_of(class);
    bool is_given = PyTuple_GET_SIZE(args) || (named && PyDict_GET_SIZE(named));
    kl_value made;
    unpacked given;
    if (!starts_empty(class, made_from) || (!is_given && ((bridge_object *)self)->object))
        return 0; /* __new__ has made it */
    if (unpack(&given, class, args, named) < 0)
        return -1;
    int status = make(&made, made_from, given.all, given.count, given.names);
    Py_XDECREF(given.names);
    if (status == 0)
        adopt(self, made);
    return status;
}

void bridge_object_dealloc(PyObject *self)
{
    bridge_object *instance = (bridge_object *)self;
    PyTypeObject *class = Py_TYPE(self);
    if (PyType_IS_GC(class)) {
        PyObject_GC_UnTrack(self);
        if (bridge_class_of(class)->holds_callables)
            bridge_end_collecting(self);
    }
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
    kl_object *object = ((bridge_object *)self)->object;
    if (!object) /* shown in tracebacks, so it must not fail */
        return PyUnicode_FromFormat("<%s, not initialised>", bridge_type_name(self));
    if (kl_object_repr(&text, object, &error) != KL_OK)
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
    if (!a || !b || a->type != b->type)
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
    kl_object *object = bridge_self(self);
    if (!object)
        return -1;
    if (kl_value_hash(&hash, kl_value_of(object), &error) != KL_OK) {
        bridge_raise(&error);
        return -1;
    }
    return (Py_hash_t)hash == -1 ? -2 : (Py_hash_t)hash;
}

int bridge_object_setattr(PyObject *self, PyObject *name, PyObject *value)
{
    PyTypeObject *class = Py_TYPE(self);
    bool is_plain = bridge_class_of(class)->python == class && PyUnicode_Check(name) &&
                    PyUnicode_GET_LENGTH(name) > 0;
    if (is_plain && PyUnicode_READ_CHAR(name, 0) != '_' && !_PyType_Lookup(class, name)) {
        PyErr_Format(PyExc_AttributeError, "'%s' object has no attribute '%U'", class->tp_name, name);
        return -1;
    }
    return PyObject_GenericSetAttr(self, name, value);
}

PyObject *bridge_object_await(PyObject *self)
{
    PyObject *awaiting = bridge_aio("awaiting");
    return awaiting ? PyObject_CallOneArg(awaiting, self) : NULL;
}

/* ---- records: copies, pickles, dicts, JSON ------------------------------------------------------- */

/* The attributes that Python code gave to an instance of a subclass; new reference, NULL without an
 * exception when it has none. */
static PyObject *extra_attributes(PyObject *self)
{
    PyObject *dict = PyObject_GetAttrString(self, "__dict__");
    if (!dict && PyErr_ExceptionMatches(PyExc_AttributeError))
        PyErr_Clear();
    return dict;
}

/* Give `to` the attributes of `from`; `memo` is that of copy.deepcopy(), NULL for a shallow copy. */
static int copy_attributes(PyObject *to, PyObject *from, PyObject *memo)
{
    PyObject *dict = extra_attributes(from), *target = NULL;
    if (!dict)
        return PyErr_Occurred() ? -1 : 0;
    if (memo) {
        PyObject *copy = PyImport_ImportModule("copy");
        Py_SETREF(dict, copy ? PyObject_CallMethod(copy, "deepcopy", "OO", dict, memo) : NULL);
        Py_XDECREF(copy);
    }
    target = dict ? PyObject_GetAttrString(to, "__dict__") : NULL;
    int status = target ? PyDict_Update(target, dict) : -1;
    Py_XDECREF(target);
    Py_XDECREF(dict);
    return status;
}

static PyObject *copy_object(PyObject *self, PyObject *memo)
{
    kl_value copy;
    kl_error error = KL_ERROR_INIT;
    kl_object *object = bridge_self(self);
    if (!object)
        return NULL;
    bool is_plain = Py_TYPE(self) == bridge_class_of(Py_TYPE(self))->python;
    if (!(object->type->flags & KL_TYPE_MUTABLE) && is_plain)
        return Py_NewRef(self);
    if (kl_object_copy(&copy, object->type, kl_value_of(object), &error) != KL_OK)
        return bridge_raise(&error);
    PyObject *made = bridge_wrap_as(Py_TYPE(self), copy.as.object);
    kl_value_release(copy);
    if (made && !is_plain && copy_attributes(made, self, memo) < 0)
        Py_CLEAR(made);
    return made;
}

static PyObject *object_copy(PyObject *self, PyObject *unused)
{
    (void)unused;
    return copy_object(self, NULL);
}

static PyObject *object_deepcopy(PyObject *self, PyObject *memo) { return copy_object(self, memo); }

static PyObject *object_to_dict(PyObject *self, PyObject *unused)
{
    kl_value map;
    kl_error error = KL_ERROR_INIT;
    kl_object *object = bridge_self(self);
    (void)unused;
    if (!object)
        return NULL;
    if (kl_object_to_map(&map, object, &error) != KL_OK)
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
    PyObject *out = bridge_wrap_as((PyTypeObject *)class, made.as.object);
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
    const kl_type *type = bridge_class_of((PyTypeObject *)class)->type;
    uint32_t more = kl_type_fields_have(type, KL_WIDE) ? KL_WIDE : 0;
    return bridge_to_value_as(&map, dict, more) < 0 ? NULL : from_map(class, map);
}

static PyObject *object_to_json(PyObject *self, PyObject *unused)
{
    kl_value text;
    kl_error error = KL_ERROR_INIT;
    kl_object *object = bridge_self(self);
    (void)unused;
    if (!object)
        return NULL;
    if (kl_object_to_json(&text, object, &error) != KL_OK)
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
    PyObject *out = bridge_wrap_as((PyTypeObject *)class, made.as.object);
    kl_value_release(made);
    return out;
}

static PyObject *object_reduce(PyObject *self, PyObject *unused)
{
    PyObject *dict = object_to_dict(self, unused), *out = NULL;
    PyObject *state = dict ? extra_attributes(self) : NULL;
    PyObject *module = dict && !PyErr_Occurred() ? PyImport_ImportModule("kailash._kailash") : NULL;
    PyObject *restore = module ? PyObject_GetAttrString(module, "_restore") : NULL;
    if (restore)
        out = Py_BuildValue("O(OO)O", restore, (PyObject *)Py_TYPE(self), dict,
                            state ? state : Py_None);
    Py_XDECREF(restore);
    Py_XDECREF(module);
    Py_XDECREF(state);
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

PyObject *bridge_as_subclass(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    (void)module;
    kl_object *object = count == 2 ? bridge_object_of(args[1]) : NULL;
    bool is_subclass = object && PyType_Check(args[0]) &&
                       PyType_IsSubtype((PyTypeObject *)args[0], Py_TYPE(args[1]));
    if (!is_subclass) {
        PyErr_SetString(PyExc_TypeError, "_as_subclass() takes a class and an instance of one above it");
        return NULL;
    }
    PyTypeObject *class = (PyTypeObject *)args[0];
    PyObject *made = class->tp_alloc(class, 0);
    if (!made)
        return NULL;
    ((bridge_object *)args[1])->object = NULL;
    ((bridge_object *)made)->object = object;
    object->face = made;
    bridge_hold_children(made);
    return made;
}

PyMethodDef bridge_record_methods[] = {
    {"__copy__", object_copy, METH_NOARGS, NULL},
    {"__deepcopy__", object_deepcopy, METH_O, NULL},
    {"__reduce__", object_reduce, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

PyMethodDef bridge_json_methods[] = {
    {"__copy__", object_copy, METH_NOARGS, NULL},
    {"__deepcopy__", object_deepcopy, METH_O, NULL},
    {"__reduce__", object_reduce, METH_NOARGS, NULL},
    {"to_dict", object_to_dict, METH_NOARGS, "to_dict($self)\n--\n\nThe fields as a dict."},
    {"to_json", object_to_json, METH_NOARGS, "to_json($self)\n--\n\nThe fields as JSON text."},
    {"from_dict", object_from_dict, METH_O | METH_CLASS,
     "from_dict($type, data)\n--\n\nFrom what to_dict() gives; unknown keys are refused."},
    {"from_json", object_from_json, METH_O | METH_CLASS,
     "from_json($type, json_str)\n--\n\nFrom what to_json() gives."},
    {NULL, NULL, 0, NULL},
};
