/* python/bridge/to_value.c - Python values become values of the library.
 *
 * Containers are walked with an explicit stack, so depth cannot overflow the C stack. Rows with
 * equal keys share one shape: a dict whose keys are those of the dict before it needs no look-up.
 * Plain items, and rows and short lists of nothing else, take a short way that runs no Python code,
 * so that nothing can change meanwhile; what it cannot convert takes the long one.
 */
#include "data.h"
#include "kailash/decimal.h"
#include "kailash/wide.h"
#include "memo.h"
#include "origins.h"
#include "payload.h"
#include "stack.h"
#include "text_share.h"

/* ---- text: borrowed from the str ----------------------------------------------------------------- */

/*
 * One block: a wrapped string and the reference that keeps its bytes. Of a short one in a row or list they
 * also lie in the block: who reads many waits for memory, and need not go where Python put them.
 */
enum { SHORT_TEXT = 23 };
typedef struct wrapped_block {
    uint32_t refs, flags;
    size_t len;
    uint64_t hash;
    kl_wrapped_text text;
    bridge_ref ref;
    char near[]; /* the bytes and a NUL, if they are few */
} wrapped_block;

_Static_assert(offsetof(wrapped_block, text) == offsetof(struct kl_string, data),
               "a wrapped_block begins like a kl_string");

static int no_memory(void)
{
    PyErr_NoMemory();
    return -1;
}

/* Strings that stand alone have memory of their own: `slabs` is NULL. */
static int wrap(kl_value *out, kl_kind kind, PyObject *owner, kl_text text, kl_slabs *slabs)
{
    uint32_t flags = 0;
    size_t near = slabs && text.len <= SHORT_TEXT ? text.len + 1 : 0;
    wrapped_block *block = slabs ? kl_slabs_take(slabs, sizeof *block + near) : kl_alloc(sizeof *block);
    if (!block)
        return no_memory();
    if (slabs)
        flags = block->flags;
    if (near)
        text.data = memcpy(block->near, text.data, near);
    *block = (wrapped_block){
        .refs = 1, .flags = flags | KL_PAYLOAD_WRAPPED, .len = text.len,
        .text = {text.data, &block->ref.foreign},
        .ref = {{bridge_ref_release_embedded}, Py_NewRef(owner)},
    };
    *out = (kl_value){(uint32_t)kind, 0, {.string = (kl_string *)block}};
    return 0;
}

/* Interned texts (literals, names) seen lately, wrapped. Guarded by the lock. */
enum { LITERALS = 512 };
static kl_value literals[LITERALS];

static int literal_to_value(kl_value *out, PyObject *object, kl_text text)
{
    kl_value *slot = &literals[((uintptr_t)object >> 4) % LITERALS];
    if (kl_is(*slot, KL_KIND_STRING) &&
        ((wrapped_block *)slot->as.string)->ref.object == object) {
        *out = kl_value_retain(*slot);
        return 0;
    }
    if (wrap(out, KL_KIND_STRING, object, text, NULL) < 0)
        return -1;
    kl_value_replace(slot, kl_value_retain(*out));
    return 0;
}

/* Strings of a list or row, one of those seen lately if it can be. */
static int wrap_beside(kl_value *out, PyObject *owner, kl_text text, kl_strings *beside)
{
    kl_seen_text *place;
    if (kl_text_share_find(out, &place, &beside->share, text))
        return 0;
    if (wrap(out, KL_KIND_STRING, owner, text, &beside->slabs) < 0)
        return -1;
    kl_text_share_keep(place, *out);
    return 0;
}

/* `beside` is NULL for a text that stands alone. */
static int text_to_value(kl_value *out, PyObject *object, kl_strings *beside)
{
    kl_text text;
    if (PyUnicode_IS_COMPACT_ASCII(object)) {
        text = (kl_text){PyUnicode_DATA(object), (size_t)PyUnicode_GET_LENGTH(object)};
    } else {
        Py_ssize_t len;
        text.data = PyUnicode_AsUTF8AndSize(object, &len);
        if (!text.data)
            return -1;
        text.len = (size_t)len;
    }
    if (PyUnicode_CHECK_INTERNED(object))
        return literal_to_value(out, object, text);
    if (PyUnicode_CheckExact(object))
        return beside ? wrap_beside(out, object, text, beside) : wrap(out, KL_KIND_STRING, object, text, NULL);
    /* An instance of a subclass (an Enum, say) comes back as a plain str. */
    return kl_string_from_valid(out, text, NULL) == KL_OK ? 0 : no_memory();
}

int bridge_text_to_value(kl_value *out, PyObject *text) { return text_to_value(out, text, NULL); }

static PyObject *new_text(char **room, Py_ssize_t len)
{
    PyObject *made = PyUnicode_New(len, 127);
    *room = made ? PyUnicode_DATA(made) : NULL;
    return made;
}

static PyObject *new_bytes(char **room, Py_ssize_t len)
{
    PyObject *made = PyBytes_FromStringAndSize(NULL, len);
    *room = made ? PyBytes_AS_STRING(made) : NULL;
    return made;
}

/* Only for the thread that will give it back: what others make may never get there. */
bool bridge_room(kl_value *out, kl_kind kind, char **room, size_t len)
{
    if (!bridge_origins_now() || bridge_host_is_closed() || len > PY_SSIZE_T_MAX / 2)
        return false;
    bridge_entry entry = bridge_enter();
    PyObject *made = kind == KL_KIND_BYTES ? new_bytes(room, (Py_ssize_t)len) : new_text(room, (Py_ssize_t)len);
    bool good = made && wrap(out, kind, made, (kl_text){*room, len}, NULL) == 0;
    Py_XDECREF(made);
    PyErr_Clear();
    bridge_leave(entry);
    return good;
}

static int bytes_to_value(kl_value *out, PyObject *bytes)
{
    kl_text text = {PyBytes_AS_STRING(bytes), (size_t)PyBytes_GET_SIZE(bytes)};
    if (PyBytes_CheckExact(bytes))
        return wrap(out, KL_KIND_BYTES, bytes, text, NULL);
    return kl_bytes_new(out, text, NULL) == KL_OK ? 0 : no_memory();
}

/* ---- scalars ------------------------------------------------------------------------------------- */

/* What the parameter being converted takes: KL_DECIMALS, KL_WIDE, KL_OBJECTS, KL_SCALARS, KL_DATA, KL_FOREIGN.
 * Guarded by the lock. */
static uint32_t takes;
/* Of the two latter, tuples and dicts with keys of any kind are containers, too. */
enum { OF_FACE = KL_DATA | KL_FOREIGN };

static int wide_to_value(kl_value *out, PyObject *object)
{
    unsigned long long integer = PyLong_AsUnsignedLongLong(object);
    if (integer == (unsigned long long)-1 && PyErr_Occurred()) {
        PyErr_SetString(PyExc_OverflowError, "int too large: outside -2^63 to 2^64-1");
        return -1;
    }
    return kl_unsigned_new(out, integer, NULL) == KL_OK ? 0 : no_memory();
}

/* A Decimal, or an integer without bounds, as its digits. */
static int digits_to_value(kl_value *out, PyObject *object)
{
    PyObject *text = PyObject_Str(object);
    Py_ssize_t len;
    const char *data = text ? PyUnicode_AsUTF8AndSize(text, &len) : NULL;
    int status = -1;
    if (data)
        status = kl_decimal_new(out, (kl_text){data, (size_t)len}, NULL) == KL_OK ? 0 : no_memory();
    Py_XDECREF(text);
    return status;
}

static int large_to_value(kl_value *out, PyObject *object, bool is_negative)
{
    if (!is_negative && wide_to_value(out, object) == 0)
        return 0;
    if (!(takes & KL_SCALARS) || (PyErr_Occurred() && !PyErr_ExceptionMatches(PyExc_OverflowError)))
        return -1;
    PyErr_Clear();
    return digits_to_value(out, object);
}

static int int_to_value(kl_value *out, PyObject *object)
{
    int overflow;
    long long integer = PyLong_AsLongLongAndOverflow(object, &overflow);
    if (overflow && (takes & KL_SCALARS || (overflow > 0 && takes & KL_WIDE)))
        return large_to_value(out, object, overflow < 0);
    if (overflow) {
        PyErr_SetString(PyExc_OverflowError,
                        "int too large to convert to Kailash Value: outside -2^63 to 2^63-1");
        return -1;
    }
    if (integer == -1 && PyErr_Occurred())
        return -1;
    *out = kl_int(integer);
    return 0;
}

static int refuse(PyObject *object)
{
    PyErr_Format(PyExc_TypeError, "cannot convert Python type '%s' to Kailash Value",
                 bridge_type_name(object));
    return -1;
}

static int text_of(kl_value *out, PyObject *text)
{
    if (!text)
        return -1;
    int status = PyUnicode_Check(text) ? bridge_text_to_value(out, text) : refuse(text);
    Py_DECREF(text);
    return status;
}

/* As JSON has it; what stands within it may not be of this sort again, so that this ends. */
static int typed_to_value(kl_value *out, PyObject *object)
{
    PyObject *plain;
    int is_typed = bridge_plain_scalar(&plain, object);
    if (is_typed <= 0)
        return is_typed < 0 ? -1 : refuse(object);
    const uint32_t before = takes;
    takes &= ~(uint32_t)KL_SCALARS;
    int status = bridge_to_value(out, plain);
    takes = before;
    Py_DECREF(plain);
    return status;
}

/* Times and UUIDs become text, decimals and objects of the library what they are where they may; all else
 * is refused. */
static int other_to_value(kl_value *out, PyObject *object)
{
    kl_object *known = takes & KL_OBJECTS ? bridge_object_of(object) : NULL;
    if (known) {
        *out = kl_value_of(kl_object_retain(known));
        return 0;
    }
    int found = takes & OF_FACE ? bridge_item_to_value(out, object, takes) : 0;
    if (found != 0)
        return found < 0 ? -1 : 0;
    int is_time = bridge_is_a(object, "datetime", "date");
    if (is_time == 0)
        is_time = bridge_is_a(object, "datetime", "time");
    if (is_time < 0)
        return -1;
    if (is_time)
        return text_of(out, PyObject_CallMethod(object, "isoformat", NULL));
    int is_uuid = bridge_is_a(object, "uuid", "UUID");
    if (is_uuid < 0)
        return -1;
    if (is_uuid)
        return text_of(out, PyObject_Str(object));
    if (takes & KL_FOREIGN)
        return bridge_foreign_to_value(out, object);
    if (takes & KL_SCALARS)
        return typed_to_value(out, object);
    int is_decimal = takes & KL_DECIMALS ? bridge_is_a(object, "decimal", "Decimal") : 0;
    if (is_decimal < 0)
        return -1;
    return is_decimal ? digits_to_value(out, object) : refuse(object);
}

static int scalar_to_value(kl_value *out, PyObject *object)
{
    if (PyLong_CheckExact(object))
        return int_to_value(out, object);
    if (PyUnicode_Check(object))
        return bridge_text_to_value(out, object);
    if (PyFloat_Check(object)) {
        *out = kl_double(PyFloat_AS_DOUBLE(object));
        return 0;
    }
    if (object == Py_None) {
        *out = kl_null();
        return 0;
    }
    if (PyBool_Check(object)) {
        *out = kl_bool(object == Py_True);
        return 0;
    }
    if (PyLong_Check(object))
        return int_to_value(out, object);
    if (PyBytes_Check(object))
        return bytes_to_value(out, object);
    return other_to_value(out, object);
}

/* ---- shapes -------------------------------------------------------------------------------------- */

/* Shapes seen lately, found by their first and last key and their number. Guarded by the lock. */
enum { SHAPES = 64, SHAPE_KEYS_MAX = 64 };
static kl_keys *shapes[SHAPES];

static size_t shape_slot(PyObject *first, PyObject *last, Py_ssize_t count)
{
    uintptr_t mix = ((uintptr_t)first >> 4) * 31 + ((uintptr_t)last >> 4) + (uintptr_t)count * 131;
    return mix % SHAPES;
}

/* Whether the keys of `dict` are `names`, in that order. */
static bool keys_match(PyObject *dict, PyObject *names)
{
    PyObject *key;
    Py_ssize_t position = 0, index = 0;
    if (PyTuple_GET_SIZE(names) != PyDict_GET_SIZE(dict))
        return false;
    while (PyDict_Next(dict, &position, &key, NULL))
        if (key != PyTuple_GET_ITEM(names, index++))
            return false;
    return true;
}

static int refuse_key(PyObject *key)
{
    PyErr_Format(PyExc_TypeError, "dict keys must be strings, got %s", bridge_type_name(key));
    return -1;
}

/* The keys of `dict`, all plain str, as a new shape whose twin they are. */
static kl_keys *make_shape(PyObject *dict)
{
    Py_ssize_t count = PyDict_GET_SIZE(dict), position = 0, index = 0;
    kl_value *keys = PyMem_New(kl_value, (size_t)count + 1);
    PyObject *names = PyTuple_New(count), *key;
    kl_keys *shape = NULL;
    if (!keys || !names) {
        PyErr_NoMemory();
        goto out;
    }
    while (PyDict_Next(dict, &position, &key, NULL)) {
        if (!PyUnicode_Check(key)) {
            refuse_key(key);
            goto out;
        }
        if (bridge_text_to_value(&keys[index], key) < 0)
            goto out;
        PyTuple_SET_ITEM(names, index++, Py_NewRef(key));
    }
    kl_error error = KL_ERROR_INIT;
    if (kl_keys_new(&shape, keys, (size_t)count, &error) != KL_OK) {
        bridge_raise(&error);
        goto out;
    }
    bridge_ref *twin = kl_alloc(sizeof *twin);
    if (twin) {
        *twin = (bridge_ref){{bridge_twin_release}, Py_NewRef(names)};
        kl_keys_set_twin(shape, &twin->foreign);
    }
out:
    while (index > 0)
        kl_value_release(keys[--index]);
    PyMem_Free(keys);
    Py_XDECREF(names);
    return shape;
}

static bool has_plain_keys(PyObject *dict)
{
    PyObject *key;
    Py_ssize_t position = 0;
    while (PyDict_Next(dict, &position, &key, NULL))
        if (!PyUnicode_CheckExact(key))
            return false;
    return true;
}

/* The shape of a dict; given, NULL with an exception. `last` is the shape of the dict before. */
static kl_keys *shape_of(PyObject *dict, kl_keys *last)
{
    PyObject *first_key = NULL, *key;
    Py_ssize_t position = 0;
    if (last && keys_match(dict, bridge_shape_names(last)))
        return kl_keys_retain(last);
    if (PyDict_GET_SIZE(dict) > SHAPE_KEYS_MAX)
        return make_shape(dict);
    while (PyDict_Next(dict, &position, &key, NULL))
        if (!first_key)
            first_key = key;
    kl_keys **slot = &shapes[shape_slot(first_key, PyDict_GET_SIZE(dict) ? key : NULL,
                                        PyDict_GET_SIZE(dict))];
    if (*slot && keys_match(dict, bridge_shape_names(*slot)))
        return kl_keys_retain(*slot);
    kl_keys *made = make_shape(dict);
    if (made) {
        kl_keys_release(*slot);
        *slot = kl_keys_retain(made);
    }
    return made;
}

/* ---- containers ---------------------------------------------------------------------------------- */

/* A container on its way: `made` is filled from `source`. */
typedef struct frame {
    PyObject *source;    /* owned */
    kl_value made;
    kl_value *slots;     /* where the next items go, or NULL for a map that is filled by key */
    Py_ssize_t at;       /* items done */
    Py_ssize_t position; /* of PyDict_Next() */
    Py_ssize_t count;
    uint32_t origin;     /* of the first item of a list; 0 = none */
    uint32_t kinds;      /* of the items of a list: bits of 1 << kind */
    bool due;            /* worth remembering */
    uint32_t flags;      /* of the array: KL_PAYLOAD_TUPLE, KL_PAYLOAD_PAIRS */
} frame;

static bool is_sequence(PyObject *object) { return PyList_Check(object) || PyTuple_Check(object); }

typedef struct walk {
    kl_stack frames;
    kl_strings strings; /* the slabs are for all small payloads */
    kl_keys *last;  /* shape of the dict before; owned */
    kl_memo memo;  /* of a long walk: container -> value, both owned */
    kl_value result;
} walk;

/* Count one more container: does it stand in several places? */
static bool is_due(kl_memo *memo, PyObject *object)
{
    return ++memo->met > KL_MEMO_AFTER && Py_REFCNT(object) > 1;
}

static int remember(kl_memo *memo, PyObject *object, kl_value value)
{
    if (kl_memo_add(memo, object, NULL, value, NULL) != KL_OK)
        return no_memory();
    Py_INCREF(object);
    kl_value_retain(value);
    return 0;
}

static void forget_all(kl_memo *memo)
{
    for (size_t i = 0; i < memo->size; i++)
        if (memo->entries[i].a) {
            Py_DECREF((PyObject *)(uintptr_t)memo->entries[i].a);
            kl_value_release(memo->entries[i].known);
        }
    kl_memo_end(memo);
}

static bool has_text_keys(PyObject *dict)
{
    PyObject *key;
    Py_ssize_t position = 0;
    while (PyDict_Next(dict, &position, &key, NULL))
        if (!PyUnicode_Check(key))
            return false;
    return true;
}

static int open_list(frame *f, PyObject *list)
{
    f->count = PySequence_Fast_GET_SIZE(list);
    if (kl_array_new(&f->made, (size_t)f->count, NULL) != KL_OK)
        return no_memory();
    if (PyList_Check(list))
        f->origin = bridge_origins_add(list);
    else
        f->flags = KL_PAYLOAD_TUPLE;
    f->slots = f->made.as.array->items;
    return 0;
}

static int open_dict(frame *f, walk *w, PyObject *dict)
{
    f->count = PyDict_GET_SIZE(dict);
    bool as_before = w->last && keys_match(dict, bridge_shape_names(w->last));
    if ((!as_before && !has_plain_keys(dict)) || f->count == 0) /* odd keys one by one: two may have one text */
        return kl_map_new(&f->made, (size_t)f->count, NULL) == KL_OK ? 0 : no_memory();
    kl_keys *shape = shape_of(dict, w->last);
    if (!shape)
        return -1;
    kl_keys_release(w->last);
    w->last = shape;
    return kl_map_of_shape(&f->made, &f->slots, shape, NULL) == KL_OK ? 0 : no_memory();
}

static int open_container(walk *w, PyObject *object, bool due)
{
    if (w->frames.len >= KL_DEPTH_MAX) {
        PyErr_Format(PyExc_ValueError, "value nests deeper than %d levels", KL_DEPTH_MAX);
        return -1;
    }
    frame f = {.made = kl_null(), .due = due};
    bool is_mapping = takes & OF_FACE && PyDict_Check(object) && !has_text_keys(object);
    f.source = is_mapping ? PyDict_Items(object) : Py_NewRef(object);
    if (!f.source)
        return -1;
    int status = is_sequence(f.source) ? open_list(&f, f.source) : open_dict(&f, w, f.source);
    if (is_mapping) {
        f.flags = KL_PAYLOAD_PAIRS;
        f.due = false; /* what would be remembered is the list, not the dict */
    }
    frame *top = status < 0 ? NULL : kl_stack_push(&w->frames);
    if (!top) {
        Py_DECREF(f.source);
        kl_value_release(f.made);
        return status < 0 ? -1 : no_memory();
    }
    *top = f;
    return 0;
}

static int changed(const frame *f)
{
    PyErr_Format(PyExc_RuntimeError, "%s changed while it was converted",
                 is_sequence(f->source) ? "list" : "dict");
    return -1;
}

/* The next item of a container (borrowed) and, for a dict with odd keys, its key. 0 = no more. */
static int next_item(frame *f, PyObject **key, PyObject **item)
{
    *key = NULL;
    if (is_sequence(f->source)) {
        if (PySequence_Fast_GET_SIZE(f->source) != f->count)
            return changed(f);
        if (f->at == f->count)
            return 0;
        *item = PySequence_Fast_GET_ITEM(f->source, f->at);
        return 1;
    }
    if (PyDict_GET_SIZE(f->source) != f->count)
        return changed(f);
    if (!PyDict_Next(f->source, &f->position, key, item))
        return f->at == f->count ? 0 : changed(f);
    if (f->at == f->count)
        return changed(f);
    return 1;
}

/* `value` is taken. */
static int store(frame *f, PyObject *key, kl_value value)
{
    kl_error error = KL_ERROR_INIT;
    Py_ssize_t at = f->at++;
    if (is_sequence(f->source)) {
        f->kinds |= 1u << value.kind;
        f->slots[at] = value;
        f->made.as.array->len++;
        return 0;
    }
    if (f->slots) {
        f->slots[at] = value;
        return 0;
    }
    Py_ssize_t len = 0;
    const char *data = PyUnicode_Check(key) ? PyUnicode_AsUTF8AndSize(key, &len) : NULL;
    if (!data) {
        kl_value_release(value);
        return PyErr_Occurred() ? -1 : refuse_key(key);
    }
    if (kl_map_set(&f->made, (kl_text){data, (size_t)len}, value, &error) != KL_OK) {
        bridge_raise(&error);
        return -1;
    }
    return 0;
}

static bool is_container(PyObject *object)
{
    return PyList_Check(object) || PyDict_Check(object) ||
           (takes & OF_FACE && PyTuple_Check(object));
}

/* ---- the short way ------------------------------------------------------------------------------- */

/* The most usual values: 1, or 0 when this is none of them, -1 with an exception. `origin` is that of
 * a number. */
static inline int plain_to_value(kl_value *out, PyObject *item, uint32_t origin, kl_strings *beside)
{
    PyTypeObject *type = Py_TYPE(item);
    if (type == &PyLong_Type) {
        int64_t small;
        if (bridge_small_int(&small, item))
            *out = kl_int(small);
        else if (int_to_value(out, item) < 0)
            return -1;
        out->reserved = origin;
    } else if (type == &PyFloat_Type) {
        *out = kl_double(PyFloat_AS_DOUBLE(item));
        out->reserved = origin;
    } else if (type == &PyUnicode_Type) {
        return text_to_value(out, item, beside) < 0 ? -1 : 1;
    } else if (item == Py_None) {
        *out = kl_null();
    } else if (type == &PyBool_Type) {
        *out = kl_bool(item == Py_True);
    } else {
        return 0;
    }
    return 1;
}

/* A dict of plain values whose keys are those of the dict before: 1, or 0 when it is another one. */
static int row_to_value(walk *w, kl_value *out, PyObject *dict)
{
    PyObject *names = w->last ? bridge_shape_names(w->last) : NULL, *key, *item;
    Py_ssize_t position = 0, at = 0;
    kl_value row, *slots;
    int more = 1;
    if (!names || PyTuple_GET_SIZE(names) != PyDict_GET_SIZE(dict) ||
        !PyDict_Next(dict, &position, &key, &item) || key != PyTuple_GET_ITEM(names, 0))
        return 0;
    position = 0;
    if (kl_slabs_map(&row, &slots, &w->strings.slabs, w->last, NULL) != KL_OK)
        return no_memory();
    while (more > 0 && PyDict_Next(dict, &position, &key, &item)) {
        more = key == PyTuple_GET_ITEM(names, at) ? plain_to_value(&slots[at], item, 0, &w->strings) : 0;
        at++;
    }
    if (more > 0)
        *out = row;
    else
        kl_value_release(row);
    return more;
}

enum { SHORT_LIST = 16 };

/* A short list of plain values: 1, or 0 when it is another one. */
static int short_list_to_value(walk *w, kl_value *out, PyObject *list)
{
    Py_ssize_t count = PyList_GET_SIZE(list);
    kl_value made;
    int more = 1;
    if (count > SHORT_LIST)
        return 0;
    if (kl_slabs_array(&made, &w->strings.slabs, (size_t)count, NULL) != KL_OK)
        return no_memory();
    kl_array *array = made.as.array;
    uint32_t origin = bridge_origins_add(list);
    for (Py_ssize_t i = 0; i < count && more > 0; i++) {
        more = plain_to_value(&array->items[i], PyList_GET_ITEM(list, i),
                              origin ? origin + (uint32_t)i : 0, &w->strings);
        array->len += more > 0;
    }
    if (more > 0)
        *out = made;
    else
        kl_value_release(made);
    return more;
}

/* One item of a list: 1, or 0 when it needs the long way. */
static int item_to_value(walk *w, kl_value *out, PyObject *item, uint32_t origin)
{
    /* Else it may be known already, or too deep. What stands in two places, as a row of a slice does, and holds no
     * containers is sooner made twice than remembered. */
    if ((Py_REFCNT(item) <= 2 || w->memo.met < KL_MEMO_AFTER) && w->frames.len < KL_DEPTH_MAX) {
        int status = PyDict_CheckExact(item)   ? row_to_value(w, out, item)
                     : PyList_CheckExact(item) ? short_list_to_value(w, out, item)
                                               : 2;
        if (status == 1)
            w->memo.met++;
        if (status != 2)
            return status;
    }
    return plain_to_value(out, item, origin, &w->strings);
}

/* Fill a list up to an item that needs the long way: 1, or 0 when it is full. */
static int fill_short(walk *w, frame *f)
{
    enum { AHEAD = 8 }; /* objects that are asked for before they are looked at: they lie anywhere */
    kl_array *array = f->made.as.array;
    int more = 1;
    while (f->at < f->count && more > 0) {
        if (PySequence_Fast_GET_SIZE(f->source) != f->count)
            return changed(f);
        if (f->at + AHEAD < f->count)
            __builtin_prefetch(PySequence_Fast_GET_ITEM(f->source, f->at + AHEAD));
        more = item_to_value(w, &f->slots[f->at], PySequence_Fast_GET_ITEM(f->source, f->at),
                             f->origin ? f->origin + (uint32_t)f->at : 0);
        if (more > 0) {
            f->kinds |= 1u << f->slots[f->at++].kind;
            array->len++;
        }
    }
    return more < 0 ? -1 : f->at < f->count;
}

/* ---- the long way -------------------------------------------------------------------------------- */

/* Fill the container on top until it opens another (1) or is full (0). */
static int fill(walk *w, frame *f)
{
    PyObject *key, *item;
    for (;;) {
        if (is_sequence(f->source)) {
            int rest = fill_short(w, f);
            if (rest < 0)
                return -1;
        }
        int more = next_item(f, &key, &item);
        if (more <= 0)
            return more;
        kl_value value;
        if (is_container(item)) {
            bool due = is_due(&w->memo, item);
            const kl_value *known = due ? kl_memo_find(&w->memo, item, NULL) : NULL;
            if (!known) /* the frame on top moves when another is pushed; it is looked up again */
                return open_container(w, item, due) < 0 ? -1 : 1;
            if (store(f, key, kl_value_retain(*known)) < 0)
                return -1;
            continue;
        }
        Py_INCREF(item); /* isoformat() and the like run Python code */
        int status = scalar_to_value(&value, item);
        Py_DECREF(item);
        if (status < 0 || store(f, key, value) < 0)
            return -1;
    }
}

/* The container on top is complete: hand it to the one below. */
static int close_container(walk *w)
{
    frame done = *(frame *)kl_stack_top(&w->frames);
    kl_stack_pop(&w->frames);
    if (done.kinds == 1u << KL_KIND_INT || done.kinds == 1u << KL_KIND_DOUBLE)
        done.made.as.array->payload.flags |=
            done.kinds == 1u << KL_KIND_INT ? KL_PAYLOAD_INTS : KL_PAYLOAD_REALS;
    if (done.flags)
        done.made.as.array->payload.flags |= done.flags;
    int status = done.due ? remember(&w->memo, done.source, done.made) : 0;
    Py_DECREF(done.source);
    if (status < 0) {
        kl_value_release(done.made);
        return -1;
    }
    frame *below = kl_stack_top(&w->frames);
    if (!below) {
        w->result = done.made;
        return 0;
    }
    /* PyDict_Next() has stepped over the pair; its key is needed for odd dicts only. */
    PyObject *key = NULL;
    if (PyDict_Check(below->source) && !below->slots) {
        Py_ssize_t position = 0;
        PyObject *item;
        for (Py_ssize_t i = 0; i <= below->at; i++)
            if (!PyDict_Next(below->source, &position, &key, &item)) {
                kl_value_release(done.made);
                return changed(below);
            }
    }
    return store(below, key, done.made);
}

static void abort_walk(walk *w)
{
    for (frame *f; (f = kl_stack_top(&w->frames)); kl_stack_pop(&w->frames)) {
        kl_value_release(f->made);
        Py_DECREF(f->source);
    }
}

static int container_to_value(kl_value *out, PyObject *object)
{
    walk w = {.strings = KL_STRINGS_INIT, .result = kl_null()};
    kl_stack_init(&w.frames, sizeof(frame));
    int status = open_container(&w, object, false);
    while (status >= 0 && w.frames.len > 0) {
        status = fill(&w, kl_stack_top(&w.frames));
        if (status == 0)
            status = close_container(&w);
    }
    if (status < 0)
        abort_walk(&w);
    forget_all(&w.memo);
    kl_strings_end(&w.strings);
    kl_stack_end(&w.frames);
    kl_keys_release(w.last);
    *out = w.result;
    return status < 0 ? -1 : 0;
}

int bridge_to_value(kl_value *out, PyObject *object)
{
    if (PyDict_CheckExact(object) && PyDict_GET_SIZE(object) == 0) {
        *out = kl_map_empty();
        return 0;
    }
    return is_container(object) ? container_to_value(out, object) : scalar_to_value(out, object);
}

int bridge_to_value_as(kl_value *out, PyObject *object, uint32_t flags)
{
    uint32_t before = takes; /* Python code of a value, such as its isoformat(), may come here again */
    takes = flags;
    int status = bridge_to_value(out, object);
    takes = before;
    return status;
}
