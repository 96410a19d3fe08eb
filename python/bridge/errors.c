/* python/bridge/errors.c - errors become exceptions and exceptions errors. */
#include "bridge.h"

#include <stdio.h>

/* ---- classes ------------------------------------------------------------------------------------- */

PyObject *bridge_class_of_status(kl_status status)
{
    switch (status) {
    case KL_NO_MEMORY:
        return PyExc_MemoryError;
    case KL_TYPE:
        return PyExc_TypeError;
    case KL_INVALID:
    case KL_SYNTAX:
    case KL_DEPTH:
        return PyExc_ValueError;
    case KL_OVERFLOW:
        return PyExc_OverflowError;
    case KL_KEY:
        return PyExc_KeyError;
    case KL_DENIED:
        return PyExc_PermissionError;
    case KL_ATTRIBUTE:
        return PyExc_AttributeError;
    case KL_INTERRUPTED:
        return PyExc_KeyboardInterrupt;
    case KL_STOP:
        return PyExc_StopIteration;
    default:
        return PyExc_RuntimeError;
    }
}

/* Exceptions that other libraries have handed over; they stay for the life of the process. */
typedef struct known_exception {
    const kl_type *type;
    struct known_exception *next;
} known_exception;
static known_exception *known_exceptions; /* guarded by the interpreter lock */

int bridge_know_exception(const kl_type *type)
{
    for (const known_exception *at = known_exceptions; at; at = at->next)
        if (at->type == type)
            return 0;
    known_exception *made = PyMem_Malloc(sizeof *made);
    if (!made) {
        PyErr_NoMemory();
        return -1;
    }
    *made = (known_exception){type, known_exceptions};
    known_exceptions = made;
    return 0;
}

/* The table of an exception by name, ours first; NULL when there is none. */
static const kl_type *find_exception(kl_text name)
{
    const kl_type *type = kl_type_find(name, NULL);
    if (type && type->flags & KL_TYPE_EXCEPTION)
        return type;
    for (const known_exception *at = known_exceptions; at; at = at->next)
        if (kl_text_is(name, at->type->name))
            return at->type;
    return NULL;
}

/* The bases named by a table ("RuntimeError", "RuntimeError, ValueError"), as a tuple. */
static PyObject *bases_of(const kl_type *type)
{
    PyObject *builtins = PyImport_ImportModule("builtins");
    PyObject *list = PyList_New(0);
    const char *at = type->base_name ? type->base_name : "Exception";
    while (builtins && list && *at) {
        size_t len = strcspn(at, ", ");
        char name[128];
        snprintf(name, sizeof name, "%.*s", (int)KL_MIN(len, sizeof name - 1), at);
        const kl_type *table = find_exception(kl_text_from(name));
        PyObject *base = table ? bridge_exception(table) : PyObject_GetAttrString(builtins, name);
        if (!base || PyList_Append(list, base) < 0)
            Py_CLEAR(list);
        Py_XDECREF(base);
        at += len;
        at += strspn(at, ", ");
    }
    PyObject *bases = list ? PyList_AsTuple(list) : NULL;
    Py_XDECREF(list);
    Py_XDECREF(builtins);
    return bases;
}

/* Attributes that no instance has set read as None. */
static PyObject *default_attributes(const kl_type *type)
{
    PyObject *attributes = PyDict_New();
    for (size_t i = 0; attributes && i < type->field_count; i++)
        if (PyDict_SetItemString(attributes, type->fields[i].name, Py_None) < 0)
            Py_CLEAR(attributes);
    return attributes;
}

static PyObject *classes; /* name of a table -> class */

PyObject *bridge_exception(const kl_type *type)
{
    char name[256];
    if (!classes && !(classes = PyDict_New()))
        return NULL;
    snprintf(name, sizeof name, "%s.%s", type->module, type->name);
    PyObject *known = PyDict_GetItemString(classes, name);
    if (known)
        return Py_NewRef(known);
    PyObject *bases = bases_of(type), *attributes = bases ? default_attributes(type) : NULL;
    PyObject *made =
        attributes ? PyErr_NewExceptionWithDoc(name, type->doc, bases, attributes) : NULL;
    Py_XDECREF(bases);
    Py_XDECREF(attributes);
    if (made && PyDict_SetItemString(classes, name, made) < 0)
        Py_CLEAR(made);
    return made;
}

/* The exception of Python's own that is called so; new reference, NULL when there is none. */
static PyObject *builtin_exception(const char *name)
{
    PyObject *builtins = PyEval_GetBuiltins(); /* borrowed */
    PyObject *class = builtins ? PyDict_GetItemString(builtins, name) : NULL;
    return class && PyExceptionClass_Check(class) ? Py_NewRef(class) : NULL;
}

/* The exception class an error names, of the tables or of Python, or that of its code; new reference. */
static PyObject *class_of(const kl_error *error)
{
    const kl_type *type = error->type ? find_exception(kl_text_from(error->type)) : NULL;
    if (type)
        return bridge_exception(type);
    PyObject *builtin = error->type ? builtin_exception(error->type) : NULL;
    return builtin ? builtin : Py_NewRef(bridge_class_of_status(error->code));
}

/* ---- raising ------------------------------------------------------------------------------------- */

static void chained_release(kl_foreign *self) { bridge_twin_release(self); }
/* Of one that is raised again as it was. */
static void as_is_release(kl_foreign *self) { bridge_twin_release(self); }

/* The Python exception an error carries along; borrowed, or NULL. */
static PyObject *cause_of(const kl_error *error)
{
    const kl_foreign *cause = error->cause;
    bool is_ours = cause && (cause->release == chained_release || cause->release == as_is_release);
    return is_ours ? ((const bridge_ref *)cause)->object : NULL;
}

const char *bridge_class_of_cause(const kl_foreign *cause)
{
    bool is_ours = cause->release == chained_release || cause->release == as_is_release;
    return is_ours ? bridge_type_name(((const bridge_ref *)cause)->object) : NULL;
}

static int set_details(PyObject *exception, kl_value details)
{
    for (size_t i = 0; i < kl_map_len(details); i++) {
        PyObject *value = bridge_from_value(kl_map_value_at(details, i));
        int status = value ? PyObject_SetAttrString(exception, kl_map_key_at(details, i).data, value)
                           : -1;
        Py_XDECREF(value);
        if (status < 0)
            return -1;
    }
    return 0;
}

/* Raise the Python exception itself, with the traceback it has. */
static void raise_again(PyObject *exception)
{
    PyErr_Restore(Py_NewRef((PyObject *)Py_TYPE(exception)), Py_NewRef(exception),
                  PyException_GetTraceback(exception));
}

PyObject *bridge_raise(kl_error *error)
{
    PyObject *cause = cause_of(error);
    if (error->code == KL_NO_MEMORY && !error->type) {
        PyErr_NoMemory();
    } else if (cause && (error->code == KL_INTERRUPTED || error->cause->release == as_is_release)) {
        raise_again(cause);
    } else {
        const char *text = kl_error_message(error);
        PyObject *class = class_of(error);
        PyObject *message = PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "replace");
        PyObject *exception = class && message ? PyObject_CallOneArg(class, message) : NULL;
        if (exception && error->details && set_details(exception, *(kl_value *)error->details) < 0)
            Py_CLEAR(exception);
        if (exception) {
            if (cause)
                PyException_SetCause(exception, Py_NewRef(cause));
            PyErr_SetObject(class, exception);
        }
        Py_XDECREF(exception);
        Py_XDECREF(message);
        Py_XDECREF(class);
    }
    kl_error_clear(error);
    return NULL;
}

/* ---- catching ------------------------------------------------------------------------------------ */

static kl_status status_of(PyObject *exception)
{
    static const struct {
        PyObject **class;
        kl_status status;
    } rows[] = {
        {&PyExc_MemoryError, KL_NO_MEMORY},      {&PyExc_TypeError, KL_TYPE},
        {&PyExc_OverflowError, KL_OVERFLOW},     {&PyExc_ValueError, KL_INVALID},
        {&PyExc_KeyError, KL_KEY},               {&PyExc_PermissionError, KL_DENIED},
        {&PyExc_AttributeError, KL_ATTRIBUTE},
    };
    if (!PyErr_GivenExceptionMatches(exception, PyExc_Exception))
        return KL_INTERRUPTED; /* KeyboardInterrupt, SystemExit, GeneratorExit, CancelledError */
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        if (PyErr_GivenExceptionMatches(exception, *rows[i].class))
            return rows[i].status;
    return KL_FAILED;
}

/* The table of an exception that is one of ours, or NULL. */
static const kl_type *table_of(PyObject *exception)
{
    PyObject *key, *class;
    Py_ssize_t position = 0;
    while (classes && PyDict_Next(classes, &position, &key, &class))
        if ((PyObject *)Py_TYPE(exception) == class) {
            const char *name = PyUnicode_AsUTF8(key);
            const char *dot = name ? strrchr(name, '.') : NULL;
            return dot ? find_exception(kl_text_from(dot + 1)) : NULL;
        }
    return NULL;
}

/* Attributes of one of our exceptions, for the day it is raised anew. */
static void keep_details(kl_error *error, PyObject *exception, const kl_type *type)
{
    kl_value *details = type->field_count ? kl_alloc(sizeof *details) : NULL;
    if (!details)
        return;
    if (kl_map_new(details, type->field_count, NULL) != KL_OK) {
        kl_free(details);
        return;
    }
    for (size_t i = 0; i < type->field_count; i++) {
        kl_value value;
        PyObject *attribute = PyObject_GetAttrString(exception, type->fields[i].name);
        if (attribute && bridge_to_value(&value, attribute) == 0)
            kl_map_set(details, kl_text_from(type->fields[i].name), value, NULL);
        PyErr_Clear();
        Py_XDECREF(attribute);
    }
    error->details = details;
}

static void set_message(kl_error *error, kl_status code, const char *prefix, PyObject *exception)
{
    PyObject *text = PyObject_Str(exception);
    Py_ssize_t len = 0;
    const char *data = text ? PyUnicode_AsUTF8AndSize(text, &len) : NULL;
    PyErr_Clear();
    const char *class = bridge_type_name(exception);
    if (data && len)
        kl_error_set(error, code, "%s%s", prefix ? prefix : "", data);
    else
        kl_error_set(error, code, "%s%s", prefix ? prefix : "", class);
    Py_XDECREF(text);
}

kl_status bridge_catch(kl_error *error, const char *prefix)
{
    PyObject *class, *exception, *traceback;
    PyErr_Fetch(&class, &exception, &traceback);
    PyErr_NormalizeException(&class, &exception, &traceback);
    if (traceback)
        PyException_SetTraceback(exception, traceback);
    kl_status code = exception ? status_of(exception) : KL_FAILED;
    const kl_type *type = exception ? table_of(exception) : NULL;
    if (prefix && !type && code != KL_INTERRUPTED && code != KL_NO_MEMORY)
        code = KL_FAILED; /* whatever a callback raises is a failure of its node */
    if (error && exception) {
        set_message(error, code, type ? NULL : prefix, exception);
        if (type) {
            error->type = type->name;
            keep_details(error, exception, type);
        }
        bridge_ref *cause = kl_alloc(sizeof *cause);
        if (cause) {
            *cause = (bridge_ref){{chained_release}, Py_NewRef(exception)};
            error->cause = &cause->foreign;
        }
    }
    Py_XDECREF(class);
    Py_XDECREF(exception);
    Py_XDECREF(traceback);
    return code;
}

kl_status bridge_catch_as_is(kl_error *error)
{
    kl_status code = bridge_catch(error, NULL);
    if (error && error->cause)
        error->cause->release = as_is_release;
    return code;
}
