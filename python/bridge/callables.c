/* python/bridge/callables.c - Python functions the library calls, C functions Python calls. */
#include "bridge.h"
#include "kailash/workflow.h"

typedef struct callable_object {
    PyObject_HEAD
    kl_object *callable;
} callable_object;

/* ---- Python -> C --------------------------------------------------------------------------------- */

static kl_status refuse_result(kl_error *error, PyObject *result)
{
    return kl_error_set(error, KL_FAILED,
                        "node execution failed: Python callback must return a dict, got %s",
                        bridge_type_name(result));
}

static bool is_awaitable(PyObject *object)
{
    return PyCoro_CheckExact(object) ||
           (Py_TYPE(object)->tp_as_async && Py_TYPE(object)->tp_as_async->am_await);
}

/* Whether this thread calls on behalf of a run, whose nodes must return dicts. */
static kl_status take_result(kl_value *out, PyObject *result, kl_error *error)
{
    bool is_node = kl_run_current() != NULL;
    if (!result)
        return bridge_catch(error, is_node ? "node execution failed: Python callback raised: " : NULL);
    if (is_node && !PyDict_Check(result))
        return refuse_result(error, result);
    if (bridge_to_value(out, result) < 0)
        return bridge_catch(error, is_node ? "node execution failed: Python callback returned what "
                                             "is no Kailash Value: "
                                           : NULL);
    return KL_OK;
}

/* `named` is a dict, or NULL. */
static PyObject *call_with(PyObject *function, const kl_value *args, size_t count, bool arrays,
                           PyObject *named)
{
    PyObject *converted[KL_PARAMS_MAX], *result = NULL;
    size_t made = 0;
    if (count > KL_COUNT(converted))
        return PyErr_Format(PyExc_TypeError, "%zu arguments; at most %d are possible", count,
                            KL_PARAMS_MAX);
    for (; made < count; made++)
        if (!(converted[made] = bridge_from_value_as(args[made], arrays)))
            break;
    if (made == count)
        result = PyObject_VectorcallDict(function, converted, count, named);
    while (made)
        Py_DECREF(converted[--made]);
    if (result && is_awaitable(result)) {
        PyObject *awaited = bridge_wait_for(result);
        Py_DECREF(result);
        return awaited;
    }
    return result;
}

static kl_status call_python(kl_value *out, kl_callable *self, const kl_value *args, size_t count,
                             kl_error *error)
{
    if (bridge_host_is_closed())
        return kl_error_set(error, KL_CANCELLED, "the interpreter is shutting down");
    bridge_entry entry = bridge_enter();
    PyObject *function = Py_NewRef((PyObject *)self->data);
    PyObject *result = call_with(function, args, count, false, NULL);
    kl_status status = take_result(out, result, error);
    Py_XDECREF(result);
    Py_DECREF(function);
    bridge_leave(entry);
    return status;
}

static kl_status call_named(kl_value *out, kl_callable *self, const kl_value *args, size_t count,
                            kl_value named, kl_error *error)
{
    if (bridge_host_is_closed())
        return kl_error_set(error, KL_CANCELLED, "the interpreter is shutting down");
    bridge_entry entry = bridge_enter();
    PyObject *function = Py_NewRef((PyObject *)self->data), *result = NULL;
    PyObject *dict = kl_is_null(named) ? NULL : bridge_from_value_as(named, true);
    if (dict || kl_is_null(named))
        result = call_with(function, args, count, true, dict);
    bool good = result && bridge_data_to_value(out, "result", result, KL_DATA | KL_FOREIGN) == 0;
    kl_status status = good ? KL_OK : bridge_catch_as_is(error);
    Py_XDECREF(result);
    Py_XDECREF(dict);
    Py_DECREF(function);
    bridge_leave(entry);
    return status;
}

static kl_status call_with_data(kl_value *out, kl_callable *self, const kl_value *args,
                                size_t count, kl_error *error)
{
    return call_named(out, self, args, count, kl_null(), error);
}

static void end_python(kl_callable *self) { bridge_drop(self->data); }

/* ---- does it want the context? ------------------------------------------------------------------- */

/* Parameters that may be given by position, as inspect.signature() tells; -1 with an exception. */
static int count_by_inspect(PyObject *callable)
{
    PyObject *helper = bridge_aio("positional_parameters");
    PyObject *count = helper ? PyObject_CallOneArg(helper, callable) : NULL;
    if (!count)
        return -1;
    long number = PyLong_AsLong(count);
    Py_DECREF(count);
    return (int)number;
}

static int positional_parameters(PyObject *callable)
{
    PyObject *function = PyMethod_Check(callable) ? PyMethod_GET_FUNCTION(callable) : callable;
    if (!PyFunction_Check(function))
        return count_by_inspect(callable);
    int count = ((PyCodeObject *)PyFunction_GET_CODE(function))->co_argcount;
    return count - (PyMethod_Check(callable) ? 1 : 0);
}

static int no_callable(PyObject *object)
{
    PyErr_Format(PyExc_TypeError, "expected a callable, got %s", bridge_type_name(object));
    return -1;
}

int bridge_callable_of_data(kl_value *out, PyObject *callable)
{
    kl_error error = KL_ERROR_INIT;
    if (Py_IS_TYPE(callable, &bridge_callable_type)) {
        *out = kl_value_of(kl_object_retain(((callable_object *)callable)->callable));
        return 0;
    }
    if (!PyCallable_Check(callable))
        return no_callable(callable);
    if (kl_callable_new(out, call_with_data, end_python, callable, &error) != KL_OK) {
        bridge_raise(&error);
        return -1;
    }
    ((kl_callable *)out->as.object)->call_named = call_named;
    Py_INCREF(callable);
    return 0;
}

int bridge_callable_to_value(kl_value *out, PyObject *callable)
{
    kl_error error = KL_ERROR_INIT;
    if (Py_IS_TYPE(callable, &bridge_callable_type)) { /* a C function comes back */
        *out = kl_value_of(kl_object_retain(((callable_object *)callable)->callable));
        return 0;
    }
    if (!PyCallable_Check(callable))
        return no_callable(callable);
    int parameters = positional_parameters(callable);
    if (parameters < 0)
        return -1;
    if (kl_callable_new(out, call_python, end_python, callable, &error) != KL_OK) {
        bridge_raise(&error);
        return -1;
    }
    Py_INCREF(callable);
    ((kl_callable *)out->as.object)->wants_context = parameters >= 2;
    return 0;
}

/* ---- C -> Python --------------------------------------------------------------------------------- */

static void callable_dealloc(PyObject *self)
{
    kl_object_release(((callable_object *)self)->callable);
    Py_TYPE(self)->tp_free(self);
}

static PyObject *callable_call(PyObject *self, PyObject *args, PyObject *named)
{
    kl_value values[8], result = kl_null();
    Py_ssize_t count = PyTuple_GET_SIZE(args), made = 0;
    kl_error error = KL_ERROR_INIT;
    PyObject *out = NULL;
    if ((named && PyDict_GET_SIZE(named)) || count > (Py_ssize_t)KL_COUNT(values)) {
        PyErr_SetString(PyExc_TypeError, "takes at most 8 arguments, none by keyword");
        return NULL;
    }
    for (; made < count; made++)
        if (bridge_to_value(&values[made], PyTuple_GET_ITEM(args, made)) < 0)
            goto out;
    if (kl_call_value(&result, kl_value_of(((callable_object *)self)->callable), values,
                      (size_t)count, &error) == KL_OK) {
        out = bridge_from_value(result);
        kl_value_release(result);
    } else {
        bridge_raise(&error);
    }
out:
    while (made)
        kl_value_release(values[--made]);
    return out;
}

PyTypeObject bridge_callable_type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "kailash._kailash.Callable",
    .tp_basicsize = sizeof(callable_object),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_doc = "A function of the library.",
    .tp_dealloc = callable_dealloc,
    .tp_call = callable_call,
};

PyObject *bridge_function_of(kl_value value)
{
    kl_callable *callable = kl_as_object(value, &kl_callable_type);
    bool is_python = callable && (callable->call == call_python || callable->call == call_with_data);
    return is_python ? callable->data : NULL;
}

PyObject *bridge_callable_from_value(kl_value value)
{
    PyObject *function = bridge_function_of(value);
    if (function)
        return Py_NewRef(function);
    callable_object *made = PyObject_New(callable_object, &bridge_callable_type);
    if (made)
        made->callable = kl_object_retain(value.as.object);
    return (PyObject *)made;
}
