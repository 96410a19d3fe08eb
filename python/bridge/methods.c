/* python/bridge/methods.c - methods as descriptors with vectorcall, static ones as functions. */
#include "buffer.h"
#include "data.h"
#include "host.h"
#include "objects.h"
#include "origins.h"

typedef struct method_object {
    PyObject_HEAD
    vectorcallfunc vectorcall;
    const kl_method *method;
    const kl_type *owner; /* whose objects it takes; NULL for functions */
    PyMethodDef definition; /* of a function */
    bridge_signature signature;
    char *name; /* "Runtime.execute" */
    PyObject *module;
} method_object;

/* ---- calling ------------------------------------------------------------------------------------- */

/* The items of a list, which are lists, as tuples. */
static int items_as_tuples(PyObject *list)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        PyObject *tuple = PySequence_Tuple(PyList_GET_ITEM(list, i));
        if (!tuple || PyList_SetItem(list, i, tuple) < 0)
            return -1;
    }
    return 0;
}

/* The same in all lists that are values of a dict. */
static int values_as_tuples(PyObject *dict)
{
    PyObject *key, *value;
    Py_ssize_t position = 0;
    while (PyDict_Next(dict, &position, &key, &value))
        if (PyList_Check(value) && items_as_tuples(value) < 0)
            return -1;
    return 0;
}

/* What is returned (taken), or the items in it, as tuples, where the table says so. */
static PyObject *as_tuples(const kl_method *method, PyObject *out)
{
    int status = 0;
    if (method->returns == KL_KIND_TUPLE)
        Py_SETREF(out, PyList_Check(out) ? PyList_AsTuple(out) : Py_NewRef(out));
    else if (PyList_Check(out))
        status = items_as_tuples(out);
    else if (PyDict_Check(out))
        status = values_as_tuples(out);
    if (status < 0)
        Py_CLEAR(out);
    return out;
}

/* Whether arrays that a method returns are numpy's. */
static bool gives_arrays(const kl_method *method, const kl_type *owner)
{
    return method->flags & KL_ARRAYS || (owner && owner->flags & KL_TYPE_ARRAYS);
}

static PyObject *finish(const kl_method *method, const kl_type *owner, kl_status status,
                        kl_value result, kl_error *error)
{
    if (status != KL_OK)
        return bridge_raise(error);
    if (result.kind < KL_KIND_STRING)
        return bridge_from_value(result);
    bool arrays = gives_arrays(method, owner);
    PyObject *out = bridge_spend_value(result, arrays);
    if (out && arrays && method->returns == KL_KIND_BUFFER)
        return bridge_array_from_list(out);
    bool has_tuples = method->returns == KL_KIND_TUPLE || method->item == KL_KIND_TUPLE;
    return out && has_tuples ? as_tuples(method, out) : out;
}

static kl_status invoke_blocking(kl_value *result, const kl_method *method, kl_object *self,
                                 const kl_value *values, kl_error *error)
{
    if (method->flags & KL_AWAITABLE && bridge_context_begin() < 0)
        return bridge_catch_as_is(error);
    kl_object_retain(self); /* its cycles are not looked for meanwhile: see cycles.c */
    void *token = method->flags & KL_BLOCKING ? kl_blocking_begin() : NULL;
    kl_status status = method->call(result, self, values, error);
    kl_blocking_end(token);
    kl_object_release(self);
    if (method->flags & KL_AWAITABLE)
        bridge_context_end();
    return status;
}

/* Call what was checked against its table. The first `count` values are taken: they go before the result is
 * made, which may be as long as they are. */
static PyObject *call_checked(const kl_method *method, const kl_type *owner, kl_object *self,
                              const kl_value *values, size_t count)
{
    kl_value result = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status;
    if (__builtin_expect(method->flags & (KL_BLOCKING | KL_AWAITABLE), 0))
        status = invoke_blocking(&result, method, self, values, &error);
    else if (method->gives)
        status = kl_item_at(&result, method->returns_type,
                            (size_t)(method->gives - method->returns_type->items), &error);
    else
        status = method->call(&result, self, values, &error);
    for (size_t i = 0; i < count; i++)
        kl_value_release(values[i]);
    return finish(method, owner, status, result, &error);
}

PyObject *bridge_call_checked(const kl_method *method, const kl_type *owner, kl_object *self)
{
    return call_checked(method, owner, self, NULL, 0);
}

static PyObject *call(const method_object *m, kl_object *self, PyObject *const *args, size_t count,
                      PyObject *names)
{
    kl_value values[BRIDGE_ARGUMENTS_MAX];
    /* The caller holds the instance; only a subclass may give it another object meanwhile. */
    bool is_held = !self || !(self->type->flags & KL_TYPE_BASE);
    if (bridge_warn_of_method(m->method) < 0)
        return NULL;
    if (m->signature.count == 0 && count == 0 && !names && is_held)
        return bridge_call_checked(m->method, m->owner, self);
    bridge_origins origins;
    PyObject *out = NULL;
    bridge_origins_begin(&origins);
    if (bridge_arguments(values, &m->signature, args, count, names) < 0)
        goto out;
    if (!is_held)
        kl_object_retain(self);
    out = call_checked(m->method, m->owner, self, values, m->signature.count);
    if (!is_held)
        kl_object_release(self);
out:
    bridge_origins_end(&origins);
    return out;
}

static PyObject *method_vectorcall(PyObject *callable, PyObject *const *args, size_t flags,
                                   PyObject *names)
{
    const method_object *m = (const method_object *)callable;
    Py_ssize_t count = PyVectorcall_NARGS(flags);
    kl_object *self = count > 0 ? bridge_object_of(args[0]) : NULL;
    if (count > 0 && !self && bridge_class_of(Py_TYPE(args[0]))) {
        bridge_self(args[0]);
        return NULL;
    }
    if (!self || !kl_type_is(self->type, m->owner)) {
        PyErr_Format(PyExc_TypeError, "%s() needs a %s as its first argument", m->name,
                     m->owner->name);
        return NULL;
    }
    return call(m, self, args + 1, (size_t)count - 1, names);
}

/* with-blocks pass classes and tracebacks, which are no values; a table may leave them out, or ask by
 * a bool whether there was an exception. */
static PyObject *exit_vectorcall(PyObject *callable, PyObject *const *args, size_t flags,
                                 PyObject *names)
{
    PyObject *plain[4] = {NULL, Py_None, Py_None, Py_None};
    Py_ssize_t count = PyVectorcall_NARGS(flags);
    if (count < 1 || count > 4)
        return method_vectorcall(callable, args, flags, names);
    plain[0] = args[0];
    const bridge_signature *signature = &((const method_object *)callable)->signature;
    size_t wanted = 1 + signature->positional;
    if (count > 1 && signature->count && signature->params[0].kind == KL_KIND_BOOL)
        plain[1] = args[1] == Py_None ? Py_False : Py_True;
    return method_vectorcall(callable, plain, KL_MIN((size_t)count, wanted), NULL);
}

static PyObject *function_call(PyObject *self, PyObject *const *args, Py_ssize_t count,
                               PyObject *names)
{
    return call((const method_object *)self, NULL, args, (size_t)count, names);
}

/* ---- the descriptor ------------------------------------------------------------------------------ */

static void method_dealloc(PyObject *self)
{
    method_object *m = (method_object *)self;
    bridge_signature_clear(&m->signature);
    PyMem_Free(m->name);
    PyMem_Free((char *)(uintptr_t)m->definition.ml_doc);
    Py_XDECREF(m->module);
    PyObject_Free(self);
}

/* An object that cannot do this now has no such attribute. */
static bool is_there(const method_object *self, PyObject *object)
{
    const kl_object *known = self->owner && object && object != Py_None ? bridge_object_of(object) : NULL;
    if (!known || kl_object_has(known, self->method))
        return true;
    PyErr_Format(PyExc_AttributeError, "'%s' object has no attribute '%s'", bridge_type_name(object),
                 self->method->name);
    return false;
}

static PyObject *method_get(PyObject *self, PyObject *object, PyObject *class)
{
    (void)class;
    if (!is_there((const method_object *)self, object))
        return NULL;
    return !object || object == Py_None ? Py_NewRef(self) : PyMethod_New(self, object);
}

static PyObject *get_name(PyObject *self, void *unused)
{
    (void)unused;
    return PyUnicode_FromString(((method_object *)self)->method->name);
}

static PyObject *get_qualname(PyObject *self, void *unused)
{
    (void)unused;
    return PyUnicode_FromString(((method_object *)self)->name);
}

static PyObject *get_module(PyObject *self, void *unused)
{
    (void)unused;
    return Py_NewRef(((method_object *)self)->module);
}

static PyObject *get_doc(PyObject *self, void *unused);

static PyObject *get_text_signature(PyObject *self, void *unused)
{
    (void)unused;
    const method_object *m = (const method_object *)self;
    if (m->vectorcall == exit_vectorcall)
        return PyUnicode_FromString("($self, exc_type=None, exc_value=None, traceback=None, /)");
    return bridge_signature_text(m->signature.params, m->signature.count, "$self");
}

static PyObject *method_repr(PyObject *self)
{
    return PyUnicode_FromFormat("<method %s>", ((method_object *)self)->name);
}

static PyGetSetDef method_properties[] = {
    {"__name__", get_name, NULL, NULL, NULL},
    {"__qualname__", get_qualname, NULL, NULL, NULL},
    {"__module__", get_module, NULL, NULL, NULL},
    {"__doc__", get_doc, NULL, NULL, NULL},
    {"__text_signature__", get_text_signature, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

PyTypeObject bridge_method_type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "kailash._kailash.Method",
    .tp_basicsize = sizeof(method_object),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR |
                Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_vectorcall_offset = offsetof(method_object, vectorcall),
    .tp_call = PyVectorcall_Call,
    .tp_descr_get = method_get,
    .tp_getset = method_properties,
    .tp_dealloc = method_dealloc,
    .tp_repr = method_repr,
};

/* ---- docs ---------------------------------------------------------------------------------------- */

/* The doc of a method with its parameters and exceptions, as text. */
static PyObject *full_doc(const kl_method *method, const char *head)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_string(&text, head);
    kl_buffer_string(&text, method->doc ? method->doc : "");
    if (method->param_count)
        kl_buffer_string(&text, "\n\nArgs:");
    for (size_t i = 0; i < method->param_count; i++)
        kl_buffer_format(&text, "\n    %s: %s", method->params[i].name,
                         method->params[i].doc ? method->params[i].doc : "");
    if (method->raises)
        kl_buffer_format(&text, "\n\nRaises:\n    %s", method->raises);
    PyObject *made = PyUnicode_DecodeUTF8(text.data ? text.data : "", (Py_ssize_t)text.len, NULL);
    kl_buffer_free(&text);
    return made;
}

static PyObject *get_doc(PyObject *self, void *unused)
{
    (void)unused;
    return full_doc(((method_object *)self)->method, "");
}

/* ---- making -------------------------------------------------------------------------------------- */

static char *full_name(const char *owner, const char *name)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_format(&text, "%s%s%s", owner ? owner : "", owner ? "." : "", name);
    char *made = PyMem_Malloc(text.len + 1);
    if (made && text.data)
        memcpy(made, text.data, text.len);
    if (made)
        made[text.len] = '\0';
    kl_buffer_free(&text);
    return made;
}

static method_object *new_method(const kl_method *method, const char *owner, const char *module)
{
    method_object *m = PyObject_New(method_object, &bridge_method_type);
    if (!m)
        return NULL;
    memset((char *)m + sizeof(PyObject), 0, sizeof *m - sizeof(PyObject));
    m->method = method;
    bool exits = strcmp(method->name, "__exit__") == 0 || strcmp(method->name, "__aexit__") == 0;
    m->vectorcall = exits ? exit_vectorcall : method_vectorcall;
    m->name = full_name(owner, method->name);
    m->module = PyUnicode_InternFromString(module);
    if (!m->name || !m->module ||
        bridge_signature_init(&m->signature, m->name, method->params, method->param_count) < 0) {
        if (!PyErr_Occurred())
            PyErr_NoMemory();
        Py_DECREF(m);
        return NULL;
    }
    return m;
}

/* "name(a, b=1)\n--\n\ndoc": what builtin functions carry. */
static char *builtin_doc(const kl_method *method)
{
    PyObject *signature = bridge_signature_text(method->params, method->param_count, NULL);
    PyObject *head = signature ? PyUnicode_FromFormat("%s%U\n--\n\n", method->name, signature) : NULL;
    PyObject *doc = head ? full_doc(method, PyUnicode_AsUTF8(head)) : NULL;
    Py_ssize_t len = 0;
    const char *text = doc ? PyUnicode_AsUTF8AndSize(doc, &len) : NULL;
    char *copy = text ? PyMem_Malloc((size_t)len + 1) : NULL;
    if (copy)
        memcpy(copy, text, (size_t)len + 1);
    Py_XDECREF(signature);
    Py_XDECREF(head);
    Py_XDECREF(doc);
    return copy;
}

static PyObject *new_function(method_object *m)
{
    char *doc = builtin_doc(m->method);
    if (!doc) {
        if (!PyErr_Occurred())
            PyErr_NoMemory();
        return NULL;
    }
    m->definition = (PyMethodDef){m->method->name, (PyCFunction)(void (*)(void))function_call,
                                  METH_FASTCALL | METH_KEYWORDS, doc};
    return PyCFunction_NewEx(&m->definition, (PyObject *)m, m->module);
}

PyObject *bridge_method_new(const kl_method *method, const kl_type *owner, const char *module)
{
    bool is_static = !owner || method->flags & KL_STATIC;
    method_object *m = new_method(method, owner ? owner->name : NULL, module);
    if (!m)
        return NULL;
    m->owner = owner;
    if (!is_static)
        return (PyObject *)m;
    PyObject *function = new_function(m);
    Py_DECREF(m); /* the function keeps it */
    return function;
}
