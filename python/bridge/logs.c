/* python/bridge/logs.c - records of the library go to the loggers of Python's logging module. */
#include "bridge.h"
#include "kailash/log.h"

#include <stdlib.h>

/* The numbers of Python's levels. */
static int python_level(kl_log_level level)
{
    static const int levels[] = {[KL_LOG_TRACE] = 5, [KL_LOG_DEBUG] = 10, [KL_LOG_INFO] = 20,
                                 [KL_LOG_WARN] = 30, [KL_LOG_ERROR] = 40};
    return (unsigned)level < KL_COUNT(levels) ? levels[level] : 40;
}

/* logging.getLogger(name), if it wants the level; new reference, NULL otherwise. */
static PyObject *willing_logger(const char *name, int level)
{
    PyObject *logging = PyImport_ImportModule("logging");
    PyObject *logger = logging ? PyObject_CallMethod(logging, "getLogger", "s", name) : NULL;
    PyObject *wants = logger ? PyObject_CallMethod(logger, "isEnabledFor", "i", level) : NULL;
    if (!wants || PyObject_IsTrue(wants) != 1)
        Py_CLEAR(logger);
    Py_XDECREF(wants);
    Py_XDECREF(logging);
    return logger;
}

/* logger.log(level, "%s", message, extra={"kailash": fields}) */
static int emit(PyObject *logger, int level, kl_text message, kl_value fields)
{
    PyObject *log = PyObject_GetAttrString(logger, "log"), *done = NULL;
    PyObject *facts = bridge_from_value(fields);
    PyObject *args = Py_BuildValue("(iss#)", level, "%s", message.data, (Py_ssize_t)message.len);
    PyObject *named = facts ? Py_BuildValue("{s:{s:O}}", "extra", "kailash", facts) : NULL;
    if (log && args && named)
        done = PyObject_Call(log, args, named);
    int status = done ? 0 : -1;
    Py_XDECREF(done);
    Py_XDECREF(named);
    Py_XDECREF(args);
    Py_XDECREF(facts);
    Py_XDECREF(log);
    return status;
}

static void to_logging(void *context, kl_log_level level, const char *name, kl_text message,
                       kl_value fields)
{
    (void)context;
    if (bridge_host_is_closed())
        return;
    bridge_entry entry = bridge_enter();
    PyObject *raised_class, *raised, *traceback; /* a record may be written while one is on its way */
    PyErr_Fetch(&raised_class, &raised, &traceback);
    PyObject *logger = willing_logger(name, python_level(level));
    if (logger && emit(logger, python_level(level), message, fields) < 0)
        PyErr_WriteUnraisable(logger);
    PyErr_Clear(); /* a logger that cannot be asked is none */
    Py_XDECREF(logger);
    PyErr_Restore(raised_class, raised, traceback);
    bridge_leave(entry);
}

/* Python decides what is written, unless KAILASH_LOG asks for lines on standard error. */
void bridge_logs_init(void)
{
    if (getenv("KAILASH_LOG"))
        return;
    kl_log_set_hook(to_logging, NULL);
    kl_log_set_level(KL_LOG_TRACE);
}
