/* python/bridge/arguments.c - a call's arguments against the table of its parameters. */
#include "buffer.h"
#include "data.h"
#include "kailash/array_view.h"

#include <stdio.h>

int bridge_signature_init(bridge_signature *signature, const char *name, const kl_param *params,
                          size_t count)
{
    *signature = (bridge_signature){.name = name, .params = params, .count = count, .rest = -1};
    signature->names = PyMem_Calloc(count + 1, sizeof(PyObject *));
    signature->aliases = PyMem_Calloc(count + 1, sizeof(PyObject *));
    signature->defaults = PyMem_Calloc(count + 1, sizeof(kl_value));
    if (!signature->names || !signature->aliases || !signature->defaults || count > BRIDGE_ARGUMENTS_MAX) {
        PyErr_NoMemory();
        return -1;
    }
    for (size_t i = 0; i < count; i++) {
        signature->names[i] = PyUnicode_InternFromString(params[i].name);
        if (!signature->names[i])
            return -1;
        if (params[i].alias && !(signature->aliases[i] = PyUnicode_InternFromString(params[i].alias)))
            return -1;
        if (params[i].flags & KL_REST)
            signature->rest = (ptrdiff_t)i;
        bool hidden = params[i].flags & (KL_HIDDEN | KL_READ_ONLY);
        if (!hidden && !(params[i].flags & (KL_KEYWORD_ONLY | KL_REST)))
            signature->positional = i + 1;
        if (!hidden && kl_param_required(&params[i]))
            signature->needed |= (uint64_t)1 << i;
        signature->defaults[i] = kl_param_default(&params[i]);
    }
    return 0;
}

void bridge_signature_clear(bridge_signature *signature)
{
    for (size_t i = 0; signature->names && i < signature->count; i++)
        Py_XDECREF(signature->names[i]);
    for (size_t i = 0; signature->aliases && i < signature->count; i++)
        Py_XDECREF(signature->aliases[i]);
    PyMem_Free(signature->names);
    PyMem_Free(signature->aliases);
    PyMem_Free(signature->defaults);
    signature->names = signature->aliases = NULL;
}

/* ---- one argument -------------------------------------------------------------------------------- */

static int refuse_type(const kl_param *param, PyObject *object)
{
    kl_value words;
    kl_error error = KL_ERROR_INIT;
    if (kl_param_expectation(&words, param, &error) != KL_OK) {
        bridge_raise(&error);
        return -1;
    }
    PyErr_Format(param->flags & KL_VALUE_ERROR ? PyExc_ValueError : PyExc_TypeError,
                 "%s: expected %s, got %s", param->name, kl_as_text(words).data,
                 bridge_type_name(object));
    kl_value_release(words);
    return -1;
}

static int object_argument(kl_value *out, const kl_param *param, PyObject *object)
{
    kl_object *found = bridge_object_of(object);
    if (!found || (param->type && !kl_type_is(found->type, param->type)))
        return refuse_type(param, object);
    *out = kl_value_of(kl_object_retain(found));
    return 0;
}

static int convert(kl_value *out, const kl_param *param, PyObject *object);

/* Items that no plain value can be are converted one by one; arrays with a type are lists of such objects. */
static bool has_items(const kl_param *param)
{
    kl_kind kind = param->item;
    return kind == KL_KIND_OBJECT || kind == KL_KIND_CALLABLE || kind == KL_KIND_ENUM ||
           kind == KL_KIND_BUFFER || kind == KL_KIND_TUPLE || (kind == KL_KIND_ARRAY && param->type);
}

/* The item of a container as a parameter of its own, named `place`. */
static kl_param item_param(const kl_param *param, const char *place)
{
    return (kl_param){.name = place, .kind = param->item, .type = param->type,
                      .item = param->item == KL_KIND_ARRAY ? KL_KIND_OBJECT : 0,
                      .names = param->names, .flags = param->flags & KL_WRITABLE};
}

static int list_argument(kl_value *out, const kl_param *param, PyObject *list)
{
    kl_value made, item;
    char place[128];
    if (kl_array_new(&made, (size_t)PyList_GET_SIZE(list), NULL) != KL_OK) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        snprintf(place, sizeof place, "%.100s[%zd]", param->name, i);
        kl_param as = item_param(param, place);
        PyObject *object = Py_NewRef(PyList_GET_ITEM(list, i)); /* converting may run Python code */
        int status = convert(&item, &as, object);
        Py_DECREF(object);
        if (status == 0 && kl_array_push(&made, item, NULL) != KL_OK) {
            PyErr_NoMemory();
            status = -1;
        }
        if (status < 0) {
            kl_value_release(made);
            return -1;
        }
    }
    *out = made;
    return 0;
}

static int add_item(kl_value *map, const kl_param *param, PyObject *key, PyObject *object)
{
    char place[192];
    kl_value item;
    kl_error error = KL_ERROR_INIT;
    Py_ssize_t len;
    const char *text = PyUnicode_Check(key) ? PyUnicode_AsUTF8AndSize(key, &len) : NULL;
    if (!text) {
        if (!PyErr_Occurred())
            PyErr_Format(PyExc_TypeError, "%s: dict keys must be strings, got %s", param->name,
                         bridge_type_name(key));
        return -1;
    }
    snprintf(place, sizeof place, "%.100s['%.60s']", param->name, text);
    kl_param as = item_param(param, place);
    if (convert(&item, &as, object) < 0)
        return -1;
    if (kl_map_set(map, (kl_text){text, (size_t)len}, item, &error) != KL_OK) {
        bridge_raise(&error);
        return -1;
    }
    return 0;
}

static int dict_argument(kl_value *out, const kl_param *param, PyObject *dict)
{
    PyObject *pairs = PyDict_Items(dict); /* converting may run Python code that changes the dict */
    kl_value made;
    int status = 0;
    if (!pairs)
        return -1;
    if (kl_map_new(&made, (size_t)PyList_GET_SIZE(pairs), NULL) != KL_OK) {
        Py_DECREF(pairs);
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; status == 0 && i < PyList_GET_SIZE(pairs); i++) {
        PyObject *pair = PyList_GET_ITEM(pairs, i);
        status = add_item(&made, param, PyTuple_GET_ITEM(pair, 0), PyTuple_GET_ITEM(pair, 1));
    }
    Py_DECREF(pairs);
    if (status == 0)
        *out = made;
    else
        kl_value_release(made);
    return status;
}

/* Word of an enum: text, or one of our objects that stands for it. */
static int word_argument(kl_value *out, const kl_param *param, PyObject *object)
{
    kl_object *found = bridge_object_of(object);
    kl_error error = KL_ERROR_INIT;
    if (PyUnicode_Check(object))
        return bridge_text_to_value(out, object);
    if (!found)
        return refuse_type(param, object);
    if (kl_param_convert(out, param, kl_value_of(found), &error) == KL_OK)
        return 0;
    bridge_raise(&error);
    return -1;
}

static int buffer_argument(kl_value *out, const kl_param *param, PyObject *object)
{
    kl_object *found = bridge_object_of(object);
    if (found && kl_as_array_view(kl_value_of(found))) {
        *out = kl_value_of(kl_object_retain(found));
        return 0;
    }
    return PyObject_CheckBuffer(object) ? bridge_buffer_to_value(out, param->name, object)
                                        : refuse_type(param, object);
}

/* What the items of a tuple are is for the method to check; objects pass as they are. */
static int tuple_item(kl_value *out, PyObject *object)
{
    kl_object *found = bridge_object_of(object);
    if (!found)
        return bridge_to_value(out, object);
    *out = kl_value_of(kl_object_retain(found));
    return 0;
}

static int exact_tuple_argument(kl_value *out, const kl_param *param, PyObject *tuple)
{
    kl_value made, item;
    if (!PyTuple_Check(tuple))
        return refuse_type(param, tuple);
    if (kl_array_new(&made, (size_t)PyTuple_GET_SIZE(tuple), NULL) != KL_OK) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tuple); i++) {
        int status = tuple_item(&item, PyTuple_GET_ITEM(tuple, i));
        if (status == 0 && kl_array_push(&made, item, NULL) != KL_OK) {
            PyErr_NoMemory();
            status = -1;
        }
        if (status < 0) {
            kl_value_release(made);
            return -1;
        }
    }
    *out = made;
    return 0;
}

/* A tuple, or an array of numpy's, where the table says that it may stand for an array. */
static int tuple_argument(kl_value *out, const kl_param *param, PyObject *tuple)
{
    PyObject *list = PyTuple_Check(tuple) ? PySequence_List(tuple)
                                          : PyObject_CallMethod(tuple, "tolist", NULL);
    bool is_list = list && PyList_Check(list); /* one of no dimensions gives its item */
    int status = is_list ? convert(out, param, list) : list ? refuse_type(param, tuple) : -1;
    Py_XDECREF(list);
    return status;
}

static int plain_argument(kl_value *out, const kl_param *param, PyObject *object)
{
    if (param->flags & KL_REST)
        return bridge_to_value_as(out, object, KL_FOREIGN);
    uint32_t more = param->flags & (KL_DECIMALS | KL_WIDE | KL_OBJECTS | KL_SCALARS | KL_FOREIGN);
    return more ? bridge_to_value_as(out, object, more) : bridge_to_value(out, object);
}

/* A bytearray, a memoryview, a list of numbers: whatever bytes() takes but a number or text. */
static int octets_argument(kl_value *out, const kl_param *param, PyObject *object)
{
    if (PyUnicode_Check(object) || !PySequence_Check(object))
        return refuse_type(param, object);
    PyObject *bytes = PyBytes_FromObject(object);
    if (!bytes && PyErr_ExceptionMatches(PyExc_ValueError))
        PyErr_Format(PyExc_OverflowError, "%s: expected integers from 0 to 255", param->name);
    int status = bytes ? bridge_to_value(out, bytes) : -1;
    Py_XDECREF(bytes);
    return status;
}

static int callable_argument(kl_value *out, const kl_param *param, PyObject *object)
{
    if (!PyCallable_Check(object))
        return refuse_type(param, object);
    return param->flags & (KL_DATA | KL_FOREIGN) ? bridge_callable_of_data(out, object)
                                                 : bridge_callable_to_value(out, object);
}

static int unread_list(kl_value *out)
{
    if (kl_array_new(out, 0, NULL) == KL_OK)
        return 0;
    PyErr_NoMemory();
    return -1;
}

static int convert(kl_value *out, const kl_param *param, PyObject *object)
{
    if (param->flags & KL_UNREAD && PyList_Check(object))
        return unread_list(out);
    if (param->flags & KL_DATA && param->kind == KL_KIND_ANY)
        return bridge_data_to_value(out, param->name, object, param->flags & KL_FOREIGN);
    if (param->flags & KL_OCTETS && !PyBytes_Check(object) && object != Py_None)
        return octets_argument(out, param, object);
    if (param->flags & KL_TUPLE && (PyTuple_Check(object) || bridge_is_numpy(object, NUMPY_ARRAY)))
        return tuple_argument(out, param, object);
    switch (param->kind) {
    case KL_KIND_CALLABLE:
        return callable_argument(out, param, object);
    case KL_KIND_OBJECT:
        return object_argument(out, param, object);
    case KL_KIND_ENUM:
        return word_argument(out, param, object);
    case KL_KIND_ARRAY:
        if (!PyList_Check(object))
            return refuse_type(param, object);
        return has_items(param) ? list_argument(out, param, object)
                                         : plain_argument(out, param, object);
    case KL_KIND_MAP:
        if (!PyDict_Check(object))
            return refuse_type(param, object);
        return has_items(param) ? dict_argument(out, param, object)
                                         : plain_argument(out, param, object);
    case KL_KIND_BUFFER:
        return buffer_argument(out, param, object);
    case KL_KIND_TUPLE:
        return exact_tuple_argument(out, param, object);
    case KL_KIND_ANY:
        return plain_argument(out, param, object);
    default: /* scalars: a foreign type is named after the parameter */
        if (plain_argument(out, param, object) == 0)
            return 0;
        if (!PyErr_ExceptionMatches(PyExc_TypeError))
            return -1;
        PyErr_Clear();
        return refuse_type(param, object);
    }
}

/* The commonest arguments need no further check. */
static bool is_in_range(const kl_param *param, kl_value value)
{
    double number = (double)value.as.integer;
    return !param->range || (number >= param->range->min && number <= param->range->max);
}

static bool is_plain(const kl_param *param, kl_value value)
{
    if (param->kind == KL_KIND_COUNT || param->kind == KL_KIND_INT)
        return kl_is(value, KL_KIND_INT) && is_in_range(param, value) &&
               (value.as.integer >= 0 || param->kind == KL_KIND_INT);
    if (param->range)
        return false;
    switch (param->kind) {
    case KL_KIND_BOOL:
    case KL_KIND_STRING:
        return kl_is(value, param->kind);
    case KL_KIND_MAP:
    case KL_KIND_ARRAY:
        return param->item == KL_KIND_NULL && kl_is(value, param->kind);
    case KL_KIND_OBJECT:
    case KL_KIND_CALLABLE:
    case KL_KIND_TUPLE:
    case KL_KIND_ANY:
        return true; /* checked while it was converted */
    default:
        return false;
    }
}

int bridge_argument(kl_value *out, const kl_param *param, const char *owner, PyObject *object)
{
    kl_error error = KL_ERROR_INIT;
    if (param->kind == KL_KIND_STRING && PyUnicode_CheckExact(object) && !param->range &&
        !(param->flags & KL_DEPRECATED))
        return bridge_text_to_value(out, object); /* the commonest argument of all */
    if (param->flags & KL_DEPRECATED && object != Py_None &&
        bridge_warn_deprecated(owner, param) < 0)
        return -1;
    if (object == Py_None && param->flags & KL_OPTIONAL) {
        *out = kl_null();
        return 0;
    }
    if (convert(out, param, object) < 0)
        return -1;
    if (is_plain(param, *out) || kl_param_check(param, *out, &error) == KL_OK)
        return 0;
    kl_value_release(*out);
    bridge_raise(&error);
    return -1;
}

int bridge_warn_deprecated(const char *owner, const kl_param *param)
{
    return PyErr_WarnFormat(PyExc_DeprecationWarning, 1, "%s.%s: %s", owner, param->name,
                            param->doc ? param->doc : "deprecated");
}

/* ---- all of them --------------------------------------------------------------------------------- */

static bool is_hidden(const kl_param *param)
{
    return param->flags & (KL_HIDDEN | KL_READ_ONLY);
}

/* The parameter that a keyword is for; negative = none. */
static ptrdiff_t find_name(const bridge_signature *signature, PyObject *name)
{
    for (size_t i = 0; i < signature->count; i++)
        if (signature->names[i] == name && !(signature->params[i].flags & (KL_HIDDEN | KL_READ_ONLY | KL_REST)))
            return (ptrdiff_t)i;
    for (size_t i = 0; i < signature->count; i++) {
        PyObject *alias = signature->aliases[i];
        bool is_named = PyUnicode_Compare(signature->names[i], name) == 0 ||
                        (alias && PyUnicode_Compare(alias, name) == 0);
        if (is_named && !is_hidden(&signature->params[i]) && !(signature->params[i].flags & KL_REST))
            return (ptrdiff_t)i;
    }
    return -1;
}

/* A keyword that is no parameter, for the one that gathers them. */
static int gather(PyObject **rest, const bridge_signature *signature, PyObject *name, PyObject *object)
{
    if (signature->rest < 0) {
        PyErr_Format(PyExc_TypeError, "%s() got an unexpected keyword argument '%U'",
                     signature->name, name);
        return -1;
    }
    if (!*rest && !(*rest = PyDict_New()))
        return -1;
    return PyDict_SetItem(*rest, name, object);
}

/* A parameter was given by both of its names: fine when it is the same. */
static int check_twice(const bridge_signature *signature, ptrdiff_t at, PyObject *first, PyObject *second)
{
    int is_same = first == second;
    if (!is_same) {
        is_same = PyObject_RichCompareBool(first, second, Py_EQ);
        if (is_same < 0)
            PyErr_Clear(); /* arrays, say */
    }
    if (is_same > 0)
        return 0;
    PyErr_Format(PyExc_TypeError, "%s() got %U and %U, which are one parameter, with different values",
                 signature->name, signature->names[at], signature->aliases[at]);
    return -1;
}

/* Where each named argument goes; slots[] points to the objects, borrowed. `*rest` (owned) gets the others. */
static int place_named(PyObject **slots, PyObject **rest, const bridge_signature *signature,
                       PyObject *const *args, size_t positional, PyObject *names)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(names); i++) {
        PyObject *name = PyTuple_GET_ITEM(names, i);
        ptrdiff_t at = find_name(signature, name);
        if (at < 0) {
            if (gather(rest, signature, name, args[i]) < 0)
                return -1;
            continue;
        }
        if (slots[at] && (size_t)at >= positional && signature->aliases[at]) {
            if (check_twice(signature, at, slots[at], args[i]) < 0)
                return -1;
        } else if (slots[at]) {
            PyErr_Format(PyExc_TypeError, "%s() got multiple values for argument '%U'",
                         signature->name, name);
            return -1;
        }
        slots[at] = args[i];
    }
    return 0;
}

static int refuse_count(const bridge_signature *signature, size_t count)
{
    PyErr_Format(PyExc_TypeError, "%s() takes at most %zu positional argument%s but %zu %s given",
                 signature->name, signature->positional, signature->positional == 1 ? "" : "s",
                 count, count == 1 ? "was" : "were");
    return -1;
}

static int missing(const bridge_signature *signature, size_t index)
{
    PyErr_Format(PyExc_TypeError, "%s() missing required argument: '%s'", signature->name,
                 signature->params[index].name);
    return -1;
}

int bridge_arguments(kl_value *values, const bridge_signature *signature, PyObject *const *args,
                     size_t count, PyObject *names)
{
    PyObject *slots[BRIDGE_ARGUMENTS_MAX], *rest = NULL;
    size_t made = 0;
    if (count > signature->positional)
        return refuse_count(signature, count);
    for (size_t i = 0; i < signature->count; i++)
        slots[i] = i < count ? args[i] : NULL;
    if (names && place_named(slots, &rest, signature, args + count, count, names) < 0) {
        Py_XDECREF(rest);
        return -1;
    }
    if (rest)
        slots[signature->rest] = rest;
    for (; made < signature->count; made++) {
        int status = 0;
        if (slots[made])
            status = bridge_argument(&values[made], &signature->params[made], signature->name,
                                     slots[made]);
        else if (signature->needed >> made & 1)
            status = missing(signature, made);
        else
            values[made] = kl_value_retain(signature->defaults[made]);
        if (status < 0) {
            while (made)
                kl_value_release(values[--made]);
            Py_XDECREF(rest);
            return -1;
        }
    }
    Py_XDECREF(rest);
    return 0;
}

/* ---- as text ------------------------------------------------------------------------------------- */

static void add_default(kl_buffer *text, const kl_param *param)
{
    kl_value value = kl_param_default(param);
    bool is_real = param->kind == KL_KIND_DOUBLE || param->kind == KL_KIND_DURATION;
    if (kl_is(value, KL_KIND_INT) && is_real)
        value = kl_double(kl_as_double(value));
    PyObject *object = bridge_from_value(value);
    PyObject *shown = object ? PyObject_Repr(object) : NULL;
    kl_buffer_string(text, shown ? PyUnicode_AsUTF8(shown) : "None");
    Py_XDECREF(shown);
    Py_XDECREF(object);
    PyErr_Clear();
}

PyObject *bridge_signature_text(const kl_param *params, size_t count, const char *self)
{
    kl_buffer text = KL_BUFFER_INIT;
    bool keyword_only = false, first = self == NULL;
    kl_buffer_format(&text, "(%s", self ? self : "");
    for (size_t i = 0; i < count; i++) {
        if (is_hidden(&params[i]))
            continue;
        kl_buffer_string(&text, first ? "" : ", ");
        first = false;
        if (params[i].flags & KL_KEYWORD_ONLY && !keyword_only)
            kl_buffer_string(&text, "*, ");
        keyword_only |= (params[i].flags & KL_KEYWORD_ONLY) != 0;
        if (params[i].flags & KL_REST) {
            kl_buffer_format(&text, "**%s", params[i].name);
            continue;
        }
        kl_buffer_string(&text, params[i].name);
        if (!kl_param_required(&params[i])) {
            kl_buffer_byte(&text, '=');
            add_default(&text, &params[i]);
        }
    }
    kl_buffer_byte(&text, ')');
    PyObject *made = PyUnicode_DecodeUTF8(text.data ? text.data : "", (Py_ssize_t)text.len, NULL);
    kl_buffer_free(&text);
    return made;
}
