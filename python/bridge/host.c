/* python/bridge/host.c - the interpreter lock, references dropped by other threads, interrupts. */
#include "bridge.h"
#include "fork.h"
#include "host.h"
#include "slot.h"

#include <pthread.h>

/* ---- references ---------------------------------------------------------------------------------- */

/* What threads without the lock have let go. It grows by doubling; without memory a reference is
 * leaked rather than dropped unsafely. */
static pthread_mutex_t pending_lock = PTHREAD_MUTEX_INITIALIZER; /* guards what follows */
KL_LOCK_FOR_FORK(pending_lock, KL_FORK_INNER)
static PyObject **pending;
static size_t pending_count, pending_size;
static bool closed; /* atomic */

bool bridge_host_is_closed(void) { return __atomic_load_n(&closed, __ATOMIC_ACQUIRE); }

static int drop_later(void *unused)
{
    (void)unused;
    bridge_drop_pending();
    return 0;
}

static void push_pending(PyObject *object)
{
    pthread_mutex_lock(&pending_lock);
    if (pending_count == pending_size) {
        size_t size = pending_size ? 2 * pending_size : 256;
        PyObject **grown = realloc(pending, size * sizeof *grown);
        if (grown) {
            pending = grown;
            pending_size = size;
        }
    }
    bool was_empty = pending_count == 0;
    if (pending_count < pending_size)
        pending[pending_count++] = object;
    pthread_mutex_unlock(&pending_lock);
    if (was_empty)
        Py_AddPendingCall(drop_later, NULL);
}

void bridge_drop_pending(void)
{
    if (__atomic_load_n(&pending_count, __ATOMIC_RELAXED) == 0)
        return;
    pthread_mutex_lock(&pending_lock);
    PyObject **objects = pending;
    size_t count = pending_count;
    pending = NULL;
    pending_count = pending_size = 0;
    pthread_mutex_unlock(&pending_lock);
    for (size_t i = 0; i < count; i++)
        Py_DECREF(objects[i]); /* may run Python code, which may push again */
    free(objects);
}

void bridge_drop(PyObject *object)
{
    if (!object || bridge_host_is_closed())
        return; /* the interpreter ends: nobody may touch its objects */
    if (PyGILState_Check())
        Py_DECREF(object);
    else
        push_pending(object);
}

void bridge_ref_release_embedded(kl_foreign *self) { bridge_drop(((bridge_ref *)self)->object); }

/* ---- entering ------------------------------------------------------------------------------------ */

/*
 * A thread that Python does not know gets a state, for which CPython takes a lock of its own without
 * holding the interpreter lock. Up to 3.11 a child forked at that moment finds it locked for ever,
 * so nobody forks meanwhile. The interpreter lock is taken after that: who forks has it. Later
 * ones take their lock before they fork, and would then wait for ours, which waits for theirs.
 */
#if PY_VERSION_HEX < 0x030C0000
static pthread_mutex_t states_lock = PTHREAD_MUTEX_INITIALIZER;
KL_LOCK_FOR_FORK(states_lock, KL_FORK_INNER)

static PyThreadState *new_state(void)
{
    pthread_mutex_lock(&states_lock);
    PyThreadState *made = PyThreadState_New(PyInterpreterState_Main());
    pthread_mutex_unlock(&states_lock);
    return made;
}
#else
static PyThreadState *new_state(void) { return PyThreadState_New(PyInterpreterState_Main()); }
#endif

static void take_slots_along(void);
static void keep_slots(void);
static void forget_slots(void);

bridge_entry bridge_enter(void)
{
    bridge_entry entry = {.held = PyGILState_Check()};
    if (entry.held)
        return entry;
    if (!PyGILState_GetThisThreadState())
        entry.made = new_state();
    if (entry.made) {
        PyEval_RestoreThread(entry.made);
        take_slots_along();
    } else {
        entry.state = PyGILState_Ensure();
    }
    return entry;
}

void bridge_leave(bridge_entry entry)
{
    if (entry.held)
        return;
    if (!entry.made) {
        keep_slots();
        PyGILState_Release(entry.state);
        return;
    }
    PyThreadState_Clear(entry.made);
    PyThreadState_DeleteCurrent();
}

/* ---- the lock ------------------------------------------------------------------------------------ */

static void *let_go(void)
{
    if (bridge_host_is_closed() || !PyGILState_Check())
        return NULL;
    keep_slots();
    return PyEval_SaveThread();
}

static void take_back(void *token)
{
    PyEval_RestoreThread(token);
    forget_slots();
    bridge_drop_pending();
}

static kl_status poll(kl_error *error)
{
    kl_status status = KL_OK;
    if (bridge_host_is_closed())
        return kl_error_set(error, KL_INTERRUPTED, "the interpreter is shutting down");
    bridge_entry entry = bridge_enter();
    if (PyErr_CheckSignals() < 0) {
        bridge_catch(error, NULL);
        status = KL_INTERRUPTED; /* whatever the handler raised passes unchanged */
        if (error)
            error->code = status;
    }
    bridge_leave(entry);
    return status;
}

/* ---- slots --------------------------------------------------------------------------------------- */

/*
 * A slot is a context variable, read where the lock is held. A thread that lets the lock go keeps
 * what its context holds, so that the library needs no lock to see it. Threads that Python does not
 * know get a context of their own when they enter, which begins with what they work with.
 */
static PyObject *slot_variables[KL_SLOT_COUNT]; /* made when first set; guarded by the lock */

static PyObject *slot_variable(kl_slot slot)
{
    static const char *const names[] = {[KL_SLOT_CLEARANCE] = "kailash.dataflow.clearance"};
    if (!slot_variables[slot])
        slot_variables[slot] = PyContextVar_New(names[slot], NULL);
    return slot_variables[slot];
}

static bool get_slot(kl_slot slot, bool *is_filled, int64_t *number)
{
    PyObject *value = NULL;
    *is_filled = false;
    if (bridge_host_is_closed() || !PyGILState_Check())
        return false;
    if (slot_variables[slot] && PyContextVar_Get(slot_variables[slot], NULL, &value) < 0)
        PyErr_Clear(); /* no memory for a context: it holds nothing */
    *is_filled = value && value != Py_None;
    if (*is_filled)
        *number = PyLong_AsLongLong(value);
    Py_XDECREF(value);
    return true;
}

static kl_status set_slot(kl_slot slot, const int64_t *number, kl_foreign **before, kl_error *error)
{
    PyObject *variable = slot_variable(slot);
    PyObject *value = number ? PyLong_FromLongLong(*number) : Py_NewRef(Py_None);
    PyObject *token = variable && value ? PyContextVar_Set(variable, value) : NULL;
    bridge_ref *ref = token && before ? kl_alloc(sizeof *ref) : NULL;
    kl_status status = token ? KL_OK : bridge_catch(error, NULL);
    if (ref) {
        *ref = (bridge_ref){{bridge_twin_release}, Py_NewRef(token)};
        *before = &ref->foreign;
    } else if (token && before) {
        PyContextVar_Reset(variable, token);
        status = kl_error_no_memory(error);
    }
    Py_XDECREF(token);
    Py_XDECREF(value);
    return status;
}

static kl_status restore_slot(kl_slot slot, kl_foreign *before, kl_error *error)
{
    PyObject *class, *exception, *traceback;
    if (bridge_host_is_closed())
        return KL_OK; /* nobody asks any more */
    bridge_entry entry = bridge_enter();
    PyErr_Fetch(&class, &exception, &traceback); /* an object may end while one is raised */
    int done = PyContextVar_Reset(slot_variable(slot), ((bridge_ref *)before)->object);
    kl_status status = done < 0 ? bridge_catch(error, NULL) : KL_OK;
    PyErr_Restore(class, exception, traceback);
    bridge_leave(entry);
    return status;
}

static void keep_slots(void)
{
    if (kl_slots_are_used()) {
        kl_slots now = kl_slots_now();
        kl_slots_enter(&now);
    }
}

static void forget_slots(void)
{
    if (kl_slots_are_used())
        kl_slots_leave(&(kl_slots){0});
}

static void take_slots_along(void)
{
    kl_slots kept = kl_slots_are_used() ? kl_slots_of_thread() : (kl_slots){0};
    for (kl_slot slot = 0; slot < KL_SLOT_COUNT; slot++)
        if (kept.filled & 1u << slot)
            set_slot(slot, &kept.numbers[slot], NULL, NULL); /* without memory: it holds nothing */
}

/* ---- which loop callbacks use -------------------------------------------------------------------- */

static _Thread_local PyObject *loop_here; /* owned, while an awaitable method is called */

int bridge_context_begin(void)
{
    PyObject *modules = PySys_GetObject("modules");
    PyObject *events = modules ? PyDict_GetItemString(modules, "asyncio.events") : NULL;
    if (!events)
        return 0; /* nobody has loaded asyncio, so no loop runs */
    PyObject *loop = PyObject_CallMethod(events, "_get_running_loop", NULL);
    if (!loop)
        return -1;
    if (loop == Py_None)
        Py_CLEAR(loop);
    Py_XSETREF(loop_here, loop);
    return 0;
}

void bridge_context_end(void) { Py_CLEAR(loop_here); }

static kl_foreign *context(void)
{
    bridge_ref *ref = loop_here ? kl_alloc(sizeof *ref) : NULL;
    if (!ref)
        return NULL;
    *ref = (bridge_ref){{bridge_twin_release}, Py_NewRef(loop_here)};
    return &ref->foreign;
}

/* `category` is the name of a table, or NULL. */
static kl_status warn_as(const char *category, const char *text, kl_error *error)
{
    if (bridge_host_is_closed())
        return KL_OK;
    bridge_entry entry = bridge_enter();
    kl_status status = KL_OK;
    const kl_type *type = category ? kl_type_find(kl_text_from(category), NULL) : NULL;
    PyObject *class = type ? bridge_exception(type) : Py_NewRef(PyExc_UserWarning);
    int warned = class ? PyErr_WarnEx(class, text, 1) : -1;
    Py_XDECREF(class);
    if (warned < 0) {
        bridge_catch(error, NULL);
        status = KL_INTERRUPTED; /* the filter made it an error: that passes unchanged */
        if (error)
            error->code = status;
    }
    bridge_leave(entry);
    return status;
}

static kl_status warn(const char *text, kl_error *error) { return warn_as(NULL, text, error); }

/* sys.executable as it was when the module was loaded; empty for a program that embeds Python. */
static char interpreter_path[4096];

static const char *interpreter(void) { return interpreter_path[0] ? interpreter_path : NULL; }

static int note_interpreter(void)
{
    PyObject *path = PySys_GetObject("executable"); /* borrowed */
    if (!path || !PyUnicode_Check(path))
        return 0;
    PyObject *bytes = PyUnicode_EncodeFSDefault(path);
    if (!bytes)
        return -1;
    if ((size_t)PyBytes_GET_SIZE(bytes) < sizeof interpreter_path)
        memcpy(interpreter_path, PyBytes_AS_STRING(bytes), (size_t)PyBytes_GET_SIZE(bytes));
    Py_DECREF(bytes);
    return 0;
}

/* ---- code of nodes ------------------------------------------------------------------------------- */

typedef struct stopper {
    bool (*stop)(void *data);
    void *data;
} stopper;

static PyObject *must_stop(PyObject *self, PyObject *none)
{
    (void)none;
    const stopper *asked = PyCapsule_GetPointer(self, NULL);
    return asked ? PyBool_FromLong(asked->stop(asked->data)) : NULL;
}

static PyMethodDef must_stop_method = {"must_stop", must_stop, METH_NOARGS, NULL};

/* A function for Python that asks `asked`, which must outlive it; new reference. */
static PyObject *stopper_function(stopper *asked)
{
    PyObject *capsule = PyCapsule_New(asked, NULL, NULL);
    PyObject *function = capsule ? PyCFunction_New(&must_stop_method, capsule) : NULL;
    Py_XDECREF(capsule);
    return function;
}

static PyObject *call_run_here(const char *script, kl_value request, stopper *asked)
{
    PyObject *module = PyImport_ImportModule("kailash._code");
    PyObject *given = module ? bridge_from_value(request) : NULL;
    PyObject *function = given ? stopper_function(asked) : NULL;
    PyObject *path = function ? PyUnicode_DecodeFSDefault(script) : NULL;
    PyObject *result =
        path ? PyObject_CallMethod(module, "run_here", "OOO", path, given, function) : NULL;
    Py_XDECREF(path);
    Py_XDECREF(function);
    Py_XDECREF(given);
    Py_XDECREF(module);
    return result;
}

static kl_status run_python(kl_value *out, const char *script, kl_value request,
                            bool (*stop)(void *data), void *data, kl_error *error)
{
    if (bridge_host_is_closed())
        return kl_error_set(error, KL_CANCELLED, "the interpreter is shutting down");
    stopper asked = {stop, data};
    bridge_entry entry = bridge_enter();
    PyObject *result = call_run_here(script, request, &asked);
    bool good = result && bridge_to_value(out, result) == 0;
    kl_status status = good ? KL_OK : bridge_catch(error, NULL);
    Py_XDECREF(result);
    bridge_leave(entry);
    return status;
}

static const kl_host host = {.let_go = let_go, .take_back = take_back, .poll = poll,
                             .context = context, .warn = warn, .interpreter = interpreter,
                             .run_python = run_python, .get_slot = get_slot,
                             .set_slot = set_slot, .restore_slot = restore_slot,
                             .class_of = bridge_class_of_cause,
                             .call_method = bridge_call_method,
                             .get_attribute = bridge_get_attribute,
                             .has_method = bridge_has_method, .class_name = bridge_class_name,
                             .is_same = bridge_is_same, .identity = bridge_identity,
                             .as_data = bridge_as_data, .warn_as = warn_as,
                             .prepare = bridge_prepare, .room = bridge_room};

int bridge_host_init(void)
{
    if (note_interpreter() < 0)
        return -1;
    kl_host_set(&host);
    return 0;
}

void bridge_host_close(void) { __atomic_store_n(&closed, true, __ATOMIC_RELEASE); }
