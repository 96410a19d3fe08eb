/* python/bridge/bridge.h - what the files of the bridge share.
 *
 * The bridge makes Python of the tables: types, methods, functions and exceptions are made when
 * somebody asks for them. It knows no type by name.
 */
#ifndef KL_PYTHON_BRIDGE_H
#define KL_PYTHON_BRIDGE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "kailash/json.h"
#include "kailash/type.h"

/* ---- values (to_value.c, from_value.c) ----------------------------------------------------------- */

/* Any Python value; given. On failure a Python exception is set. */
int bridge_to_value(kl_value *out, PyObject *object);
/* The same for a parameter with the flags KL_DECIMALS (each decimal.Decimal becomes a kl_decimal),
 * KL_WIDE (each int from 2^63 to 2^64 - 1 a kl_wide), KL_OBJECTS (those of the library stay what they
 * are) or KL_SCALARS (bridge_plain_scalar()). */
int bridge_to_value_as(kl_value *out, PyObject *object, uint32_t flags);
/* For a parameter marked KL_DATA, and KL_FOREIGN if `flags` say so (data.c); `name` is for messages. Given. */
int bridge_data_to_value(kl_value *out, const char *name, PyObject *object, uint32_t flags);
/* 1 when an object is of a class of a module of Python's, 0 when it is not or the module was not imported,
 * -1 with an exception. */
int bridge_is_a(PyObject *object, const char *module, const char *name);
/* What stands for a Decimal (its text), a set (a sorted list), a member of an Enum (its value): 1 with a
 * new reference, 0 when the object is none of them, -1 with an exception. */
int bridge_plain_scalar(PyObject **out, PyObject *object);
/* Text of a str as a string value that keeps the str alive instead of copying it; given. */
int bridge_text_to_value(kl_value *out, PyObject *text);
/* A new reference, or NULL with an exception set. */
PyObject *bridge_from_value(kl_value value);
/* The same; arrays of numbers, wherever they stand, as numpy's when `arrays` says so, sparse matrices as scipy's. */
PyObject *bridge_from_value_as(kl_value value, bool arrays);
/* The same of a value that is taken: the items of a long list go while it is made. */
PyObject *bridge_spend_value(kl_value value, bool arrays);
/* What kl_host has as prepare(). */
void bridge_prepare(kl_value list, size_t count);
bool bridge_room(kl_value *out, kl_kind kind, char **room, size_t len);

/* The keys of a shape as a tuple of str; borrowed, NULL with an exception set. */
PyObject *bridge_shape_names(kl_keys *keys);

/* The name of an object's class, without its module. */
static inline const char *bridge_type_name(PyObject *object)
{
    const char *name = Py_TYPE(object)->tp_name, *dot = strrchr(name, '.');
    return dot ? dot + 1 : name;
}

/* ---- references held by values ------------------------------------------------------------------- */

/* A Python object that a value keeps alive, wherever and whenever the value dies. */
typedef struct bridge_ref {
    kl_foreign foreign;
    PyObject *object;
} bridge_ref;

void bridge_ref_release_embedded(kl_foreign *self); /* does not free the bridge_ref itself */
/* Frees it too: the twin of a shape. */
void bridge_twin_release(kl_foreign *self);
/* Drop a reference from any thread; at once when the lock is held. */
void bridge_drop(PyObject *object);
/* Drop what other threads have left behind. The lock is held. */
void bridge_drop_pending(void);

/* ---- errors (errors.c) --------------------------------------------------------------------------- */

/* Raise what an error says and clear it; returns NULL. */
PyObject *bridge_raise(kl_error *error);
/* Turn the exception that is set into an error and clear it. */
kl_status bridge_catch(kl_error *error, const char *prefix);
/* The same of an exception that comes out again as itself, unless who gets the error makes another one. */
kl_status bridge_catch_as_is(kl_error *error);
/* The name of the class of the Python exception that an error carries, or NULL; for kl_host. */
const char *bridge_class_of_cause(const kl_foreign *cause);
/* The exception class of a table; a new reference. */
PyObject *bridge_exception(const kl_type *type);
/* The exception class that an error of this code raises; borrowed. */
PyObject *bridge_class_of_status(kl_status status);

/* ---- types and objects (types.c, objects.c, methods.c) ------------------------------------------- */

/* Every instance of a type that comes from a table. */
typedef struct bridge_object {
    PyObject_HEAD
    kl_object *object;
    PyObject *weak_references;
} bridge_object;

/* The Python class of a table, made when it is first asked for; a new reference. */
PyObject *bridge_type(const kl_type *type);
/* The object of an instance, or NULL when it is none of ours. Borrowed. */
kl_object *bridge_object_of(PyObject *object);
/* The object of an instance whose class is one of ours. NULL with a TypeError when a subclass has
 * not initialised it yet. Borrowed. */
kl_object *bridge_self(PyObject *self);
/* The instance of an object: the one that lives, or a new one. New reference. */
PyObject *bridge_wrap(kl_object *object);
/* The same as an instance of `class`, unless one lives already. */
PyObject *bridge_wrap_as(PyTypeObject *class, kl_object *object);
/* Call what takes no arguments: releases the lock where the table says so. `owner` is NULL for a function. */
PyObject *bridge_call_checked(const kl_method *method, const kl_type *owner, kl_object *self);
extern PyTypeObject bridge_method_type;
extern PyTypeObject bridge_callable_type;
/* A descriptor of a method, or a function when it is static or has no owner; new reference. */
PyObject *bridge_method_new(const kl_method *method, const kl_type *owner, const char *module);

/* ---- enums (enums.c), buffers (buffers.c), other libraries (foreign.c) --------------------------- */

/* The item of an enum that a word stands for; new reference. */
PyObject *bridge_item(const kl_type *type, kl_value word);
/* Memory of an object with the buffer protocol as an array view, not copied; given. */
int bridge_buffer_to_value(kl_value *out, const char *name, PyObject *object);
/* The class of a table that another library hands over in a capsule named "kailash.type". */
PyObject *bridge_foreign_class(PyObject *module, PyObject *capsule);
/* What kl_type_describe() says of a class that was made of a table. */
PyObject *bridge_describe_class(PyObject *module, PyObject *class);
/* Exceptions of other libraries are raised by name like our own; 0, or -1 with an exception. */
int bridge_know_exception(const kl_type *type);

/* ---- arguments (arguments.c) --------------------------------------------------------------------- */

enum { BRIDGE_ARGUMENTS_MAX = 64 };

/* Names of parameters as interned str, made once per table. */
typedef struct bridge_signature {
    const char *name; /* for messages: "Runtime.execute" */
    const kl_param *params;
    size_t count;
    size_t positional; /* parameters that may be given by position */
    PyObject **names, **aliases; /* NULL where a parameter has no other name */
    ptrdiff_t rest;              /* the one that gathers all other keywords; negative = none */
    kl_value *defaults; /* borrowed for the life of the process */
    uint64_t needed;    /* bit i: parameter i must be given */
} bridge_signature;

int bridge_signature_init(bridge_signature *signature, const char *name, const kl_param *params,
                          size_t count);
void bridge_signature_clear(bridge_signature *signature);
/* Fill values[count]; what is filled is given, on failure nothing. */
int bridge_arguments(kl_value *values, const bridge_signature *signature, PyObject *const *args,
                     size_t count, PyObject *names);
/* "(a, b=1, *, c=None)", with `self` in front when it is not NULL; new reference to a str. */
PyObject *bridge_signature_text(const kl_param *params, size_t count, const char *self);
/* One value for a parameter or field, checked; given. */
int bridge_argument(kl_value *out, const kl_param *param, const char *owner, PyObject *object);
/* Warn when a method or property is deprecated. */
static inline int bridge_warn_of_method(const kl_method *method)
{
    return __builtin_expect(method->deprecated != NULL, 0)
               ? PyErr_WarnEx(PyExc_DeprecationWarning, method->deprecated, 1)
               : 0;
}
/* Warn that a parameter or field is deprecated. */
int bridge_warn_deprecated(const char *owner, const kl_param *param);

/* ---- calling back (callables.c, host.c, waiting.c) ----------------------------------------------- */

/* A Python callable as a value; given. */
int bridge_callable_to_value(kl_value *out, PyObject *callable);
/* The same of one whose arguments come as numpy's arrays and whose results may be such: it is no node. */
int bridge_callable_of_data(kl_value *out, PyObject *callable);
/* Any other object, as one that the library may call (handles.c): KL_FOREIGN; given. */
int bridge_foreign_to_value(kl_value *out, PyObject *object);
/* The object that a kl_foreign_object wraps; borrowed, NULL when a value is none. */
PyObject *bridge_foreign_of(kl_value value);
/* For kl_host. */
kl_status bridge_call_method(kl_value *out, kl_foreign *object, const char *method,
                             const kl_value *args, size_t count, kl_value named, kl_error *error);
kl_status bridge_get_attribute(kl_value *out, kl_foreign *object, const char *name,
                               kl_error *error);
bool bridge_has_method(kl_foreign *object, const char *name);
kl_status bridge_class_name(kl_value *out, kl_foreign *object, kl_error *error);
kl_status bridge_as_data(kl_value *out, kl_foreign *object, const char *name, kl_error *error);
bool bridge_is_same(kl_foreign *a, kl_foreign *b);
int64_t bridge_identity(kl_foreign *object);
/* The Python function behind a callable; borrowed, NULL when it is a C function. */
PyObject *bridge_function_of(kl_value callable);
/* A callable value as a Python object; new reference. */
PyObject *bridge_callable_from_value(kl_value value);
int bridge_host_init(void);
/* Take the interpreter lock on any thread, as often as wanted; each leave ends one enter. */
typedef struct bridge_entry {
    PyThreadState *made; /* of a thread that Python did not know, else NULL */
    PyGILState_STATE state;
    bool held; /* it had the lock already */
} bridge_entry;
bridge_entry bridge_enter(void);
void bridge_leave(bridge_entry entry);
/* logs.c */
void bridge_logs_init(void);
/* From now on no thread enters Python any more. */
void bridge_host_close(void);
bool bridge_host_is_closed(void);
/* Around an awaitable method: the loop that runs on this thread is what its callbacks use. */
int bridge_context_begin(void);
void bridge_context_end(void);
/* Wait for an awaitable that a callback returned; a new reference to its result. */
PyObject *bridge_wait_for(PyObject *awaitable);
/* handle, function: call back when a future is done. */
PyObject *bridge_on_done(PyObject *module, PyObject *const *args, Py_ssize_t count);

/* A function of kailash._aio; borrowed. */
PyObject *bridge_aio(const char *name);

#endif
