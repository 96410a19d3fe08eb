/* python/bridge/waiting.c - awaitables: those that callbacks return, those that Python awaits. */
#include "bridge.h"
#include "host.h"
#include "kailash/workflow.h"
#include "workflow/future.h"

PyObject *bridge_aio(const char *name)
{
    static PyObject *module;
    if (!module && !(module = PyImport_ImportModule("kailash._aio")))
        return NULL;
    return PyDict_GetItemString(PyModule_GetDict(module), name);
}

/* ---- a callback returned an awaitable ------------------------------------------------------------ */

/* Done when the task is: what the waiting thread sleeps on. */
typedef struct signal {
    kl_future future;
} signal;

static const kl_type signal_type = {
    .name = "Signal", .module = "kailash._kailash", .doc = "Wakes a thread that waits for a task.",
    .size = sizeof(signal), .flags = KL_TYPE_NO_INIT, .base = &kl_future_type,
};

static kl_status task_done(kl_value *out, kl_callable *self, const kl_value *args, size_t count,
                           kl_error *error)
{
    (void)args;
    (void)count;
    (void)error;
    *out = kl_null();
    kl_future_finish(self->data, KL_OK, kl_null(), NULL);
    return KL_OK;
}

static void end_task_done(kl_callable *self) { kl_object_release(self->data); }

/* A function of Python that finishes `future`; new reference. */
static PyObject *finisher(kl_object *future)
{
    kl_value callable;
    kl_error error = KL_ERROR_INIT;
    kl_object_retain(future);
    if (kl_callable_new(&callable, task_done, end_task_done, future, &error) != KL_OK) {
        kl_object_release(future);
        return bridge_raise(&error);
    }
    PyObject *made = bridge_callable_from_value(callable);
    kl_value_release(callable);
    return made;
}

/* Sleep until the task is done or the run was stopped; -1 with an exception. */
static int sleep_for_task(kl_future *future, PyObject *task)
{
    kl_run *run = kl_run_current();
    bool cancelled = false;
    for (;;) {
        kl_value nothing;
        kl_error error = KL_ERROR_INIT;
        kl_status status = kl_future_wait(&nothing, future, 0.05, &error);
        if (status == KL_OK)
            return 0;
        if (status != KL_TIMEOUT) {
            Py_XDECREF(PyObject_CallMethod(task, "cancel", NULL));
            PyErr_Clear();
            bridge_raise(&error);
            return -1;
        }
        kl_error_clear(&error);
        if (!cancelled && kl_run_is_cancelled(run)) {
            cancelled = true; /* and wait on: the task may have to clean up */
            PyObject *ignored = PyObject_CallMethod(task, "cancel", NULL);
            if (!ignored)
                return -1;
            Py_DECREF(ignored);
        }
    }
}

PyObject *bridge_wait_for(PyObject *awaitable)
{
    kl_object *object;
    kl_error error = KL_ERROR_INIT;
    PyObject *submit = bridge_aio("submit"), *result = NULL;
    if (!submit)
        return NULL;
    if (kl_object_alloc(&object, &signal_type, &error) != KL_OK)
        return bridge_raise(&error);
    kl_future_init((kl_future *)object, NULL);
    bridge_ref *context = (bridge_ref *)kl_run_context(kl_run_current());
    PyObject *loop = context ? context->object : Py_None;
    PyObject *done = finisher(object);
    PyObject *task = done ? PyObject_CallFunctionObjArgs(submit, awaitable, loop, done, NULL) : NULL;
    if (task && sleep_for_task((kl_future *)object, task) == 0)
        result = PyObject_CallMethod(task, "result", NULL);
    Py_XDECREF(task);
    Py_XDECREF(done);
    kl_object_release(object);
    return result;
}

/* ---- Python awaits a future ---------------------------------------------------------------------- */

static void notify(kl_future *future, void *data)
{
    (void)future;
    if (bridge_host_is_closed())
        return;
    bridge_entry entry = bridge_enter();
    PyObject *function = data;
    PyObject *result = PyObject_CallNoArgs(function);
    if (!result)
        PyErr_WriteUnraisable(function);
    Py_XDECREF(result);
    Py_DECREF(function);
    bridge_leave(entry);
}

PyObject *bridge_on_done(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    (void)module;
    kl_object *object = count == 2 ? bridge_object_of(args[0]) : NULL;
    kl_future *future = object ? kl_as_object(kl_value_of(object), &kl_future_type) : NULL;
    if (!future) {
        PyErr_SetString(PyExc_TypeError, "_on_done() takes a future and a function");
        return NULL;
    }
    kl_error error = KL_ERROR_INIT;
    if (kl_future_on_done(future, notify, Py_NewRef(args[1]), &error) != KL_OK) {
        Py_DECREF(args[1]);
        return bridge_raise(&error);
    }
    Py_RETURN_NONE;
}
