/* python/bridge/module.c - the module kailash._kailash: flat, lazy, holding every type of every area. */
#include "bridge.h"
#include "ending.h"
#include "objects.h"
#include "kailash/node.h"

/* Whether a module shows a type: its home, and the root those that say so. */
static bool is_shown(const kl_type *type, const char *module)
{
    return strcmp(module, type->module) == 0 ||
           (type->flags & KL_TYPE_AT_ROOT && strcmp(module, "kailash") == 0);
}

static const kl_type *find_type(kl_text name, const char *module)
{
    const kl_type *type = kl_type_find(name, module);
    for (size_t i = 0; !type && module && i < kl_type_count(); i++)
        if (is_shown(kl_type_at(i), module) && kl_text_is(name, kl_type_at(i)->name))
            type = kl_type_at(i);
    return type;
}

/* The object of a function, one for all modules that show it, for the life of the process; new reference. */
static PyObject *function_at(size_t index)
{
    static PyObject **made;
    const kl_function *function = kl_function_at(index);
    if (!made && !(made = PyMem_Calloc(kl_function_count(), sizeof(PyObject *))))
        return PyErr_NoMemory();
    if (!made[index])
        made[index] = bridge_method_new(&function->method, NULL, function->module);
    return Py_XNewRef(made[index]);
}

/* A type or function by name; new reference, NULL without an exception when there is none. */
static PyObject *find(kl_text name, const char *module)
{
    const kl_type *type = find_type(name, module);
    if (type)
        return bridge_type(type);
    for (size_t i = 0; i < kl_function_count(); i++) {
        const kl_function *function = kl_function_at(i);
        if (kl_text_is(name, function->method.name) &&
            (!module || strcmp(module, function->module) == 0))
            return function_at(i);
    }
    return NULL;
}

static PyObject *no_attribute(const char *module, PyObject *name)
{
    return PyErr_Format(PyExc_AttributeError, "module '%s' has no attribute '%U'", module, name);
}

static PyObject *module_getattr(PyObject *module, PyObject *name)
{
    Py_ssize_t len;
    const char *text = PyUnicode_AsUTF8AndSize(name, &len);
    if (!text)
        return NULL;
    PyObject *found = find((kl_text){text, (size_t)len}, NULL);
    if (!found)
        return PyErr_Occurred() ? NULL : no_attribute("kailash._kailash", name);
    if (PyObject_SetAttr(module, name, found) < 0)
        Py_CLEAR(found);
    return found;
}

static int append_name(PyObject *list, const char *name)
{
    PyObject *text = PyUnicode_FromString(name);
    int status = text ? PyList_Append(list, text) : -1;
    Py_XDECREF(text);
    return status;
}

/* Names of the types and functions of a module (NULL = all). */
static PyObject *names_of(const char *module)
{
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list && i < kl_type_count(); i++) {
        const kl_type *type = kl_type_at(i);
        if ((!module || is_shown(type, module)) && append_name(list, type->name) < 0)
            Py_CLEAR(list);
    }
    for (size_t i = 0; list && i < kl_function_count(); i++) {
        const kl_function *function = kl_function_at(i);
        if ((!module || strcmp(module, function->module) == 0) &&
            append_name(list, function->method.name) < 0)
            Py_CLEAR(list);
    }
    if (list && PyList_Sort(list) < 0)
        Py_CLEAR(list);
    return list;
}

static PyObject *module_dir(PyObject *module, PyObject *unused)
{
    (void)unused;
    PyObject *names = names_of(NULL), *own = PyDict_Keys(PyModule_GetDict(module)), *out = NULL;
    if (names && own)
        out = PySequence_Concat(names, own);
    Py_XDECREF(names);
    Py_XDECREF(own);
    return out;
}

static PyObject *module_names(PyObject *self, PyObject *module)
{
    (void)self;
    const char *name = PyUnicode_AsUTF8(module);
    return name ? names_of(name) : NULL;
}

static PyObject *module_find(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    (void)self;
    Py_ssize_t len;
    const char *module = count == 2 ? PyUnicode_AsUTF8(args[0]) : NULL;
    const char *name = module ? PyUnicode_AsUTF8AndSize(args[1], &len) : NULL;
    if (!name) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_TypeError, "_find() takes the names of a module and of a type");
        return NULL;
    }
    PyObject *found = find((kl_text){name, (size_t)len}, module);
    return found || PyErr_Occurred() ? found : no_attribute(module, args[1]);
}

/* Append what describe() gives; `status` is its. */
static int append_description(PyObject *list, kl_status status, kl_value map, kl_error *error)
{
    if (status != KL_OK) {
        bridge_raise(error);
        return -1;
    }
    PyObject *dict = bridge_from_value(map);
    kl_value_release(map);
    int appended = dict ? PyList_Append(list, dict) : -1;
    Py_XDECREF(dict);
    return appended;
}

static int append_types(PyObject *list)
{
    kl_value map = kl_null();
    kl_error error = KL_ERROR_INIT;
    for (size_t i = 0; i < kl_type_count(); i++)
        if (append_description(list, kl_type_describe(&map, kl_type_at(i), &error), map, &error) < 0)
            return -1;
    for (size_t i = 0; i < kl_function_count(); i++)
        if (append_description(list, kl_function_describe(&map, kl_function_at(i), &error), map,
                               &error) < 0)
            return -1;
    return 0;
}

static int append_nodes(PyObject *list)
{
    kl_value map = kl_null();
    kl_error error = KL_ERROR_INIT;
    for (size_t i = 0; i < kl_node_type_count(); i++)
        if (append_description(list, kl_node_describe(&map, kl_node_type_at(i), &error), map,
                               &error) < 0)
            return -1;
    return 0;
}

static PyObject *describe(int (*append)(PyObject *list))
{
    PyObject *list = PyList_New(0);
    if (list && append(list) < 0)
        Py_CLEAR(list);
    return list;
}

static PyObject *module_describe(PyObject *self, PyObject *unused)
{
    (void)self;
    (void)unused;
    return describe(append_types);
}

static PyObject *module_describe_nodes(PyObject *self, PyObject *unused)
{
    (void)self;
    (void)unused;
    return describe(append_nodes);
}

static PyObject *module_close(PyObject *self, PyObject *unused)
{
    (void)self;
    (void)unused;
    Py_BEGIN_ALLOW_THREADS
    kl_ending_all(); /* a thread that logs when the interpreter goes away would never come back */
    Py_END_ALLOW_THREADS
    bridge_host_close();
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"__getattr__", module_getattr, METH_O, "Makes a type when it is first asked for."},
    {"__dir__", module_dir, METH_NOARGS, "Names of all types and functions."},
    {"_names", module_names, METH_O, "Names whose home is a module."},
    {"_find", (PyCFunction)(void (*)(void))module_find, METH_FASTCALL,
     "The type or function of a module and a name."},
    {"_on_done", (PyCFunction)(void (*)(void))bridge_on_done, METH_FASTCALL,
     "Calls a function when a future is done, on whatever thread."},
    {"_restore", (PyCFunction)(void (*)(void))bridge_restore, METH_FASTCALL,
     "A record from its class and its dict."},
    {"_as_subclass", (PyCFunction)(void (*)(void))bridge_as_subclass, METH_FASTCALL,
     "An instance of a subclass, with the object of an instance that nobody else uses."},
    {"_class_of", bridge_foreign_class, METH_O,
     "The class of a table of another library, from a capsule named \"kailash.type\"."},
    {"_describe_class", bridge_describe_class, METH_O, "What the table of a class says."},
    {"_describe", module_describe, METH_NOARGS, "What the tables say of all types and functions."},
    {"_describe_nodes", module_describe_nodes, METH_NOARGS, "What they say of all node types."},
    {"_close", module_close, METH_NOARGS, "The interpreter ends: call nothing back any more."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "kailash._kailash",
    .m_doc = "Everything the library has, as one flat module.",
    .m_size = -1,
    .m_methods = functions,
};

/* Threads of the library must not enter an interpreter that is going away. */
static int close_at_exit(PyObject *module)
{
    PyObject *atexit = PyImport_ImportModule("atexit");
    PyObject *close = PyObject_GetAttrString(module, "_close");
    PyObject *done = atexit && close ? PyObject_CallMethod(atexit, "register", "O", close) : NULL;
    int status = done ? 0 : -1;
    Py_XDECREF(done);
    Py_XDECREF(close);
    Py_XDECREF(atexit);
    return status;
}

PyMODINIT_FUNC PyInit__kailash(void)
{
    PyObject *module = PyModule_Create(&definition);
    if (!module || PyType_Ready(&bridge_method_type) < 0 || PyType_Ready(&bridge_callable_type) < 0 ||
        PyModule_AddStringConstant(module, "__version__", kl_version()) < 0 ||
        bridge_host_init() < 0 || close_at_exit(module) < 0) {
        Py_XDECREF(module);
        return NULL;
    }
    bridge_logs_init();
    return module;
}
