/* python/bridge/from_value.c - values of the library become Python values, again without recursion. */
#include "data.h"
#include "kailash/decimal.h"
#include "kailash/wide.h"
#include "memo.h"
#include "origins.h"
#include "payload.h"
#include "stack.h"

static bool is_ascii(kl_text text)
{
    uint64_t block = 0, high = 0;
    size_t at = 0;
    for (; at + 8 <= text.len; at += 8) {
        memcpy(&block, text.data + at, 8);
        high |= block;
    }
    for (; at < text.len; at++)
        high |= (unsigned char)text.data[at];
    return !(high & 0x8080808080808080u);
}

enum { SHORT_TEXT = 256 }; /* the interpreter's decoder has more to begin with */

static PyObject *text_of(kl_text text)
{
    if (text.len < 2 || text.len > SHORT_TEXT || !is_ascii(text))
        return PyUnicode_DecodeUTF8(text.data, (Py_ssize_t)text.len, NULL);
    PyObject *made = PyUnicode_New((Py_ssize_t)text.len, 127);
    if (made)
        memcpy(PyUnicode_1BYTE_DATA(made), text.data, text.len);
    return made;
}

static PyObject *text_from_value(kl_value value)
{
    kl_foreign *owner = kl_string_owner(value);
    if (owner && owner->release == bridge_ref_release_embedded)
        return Py_NewRef(((bridge_ref *)owner)->object); /* it came from Python */
    kl_text text = kl_as_text(value);
    return kl_is(value, KL_KIND_BYTES)
               ? PyBytes_FromStringAndSize(text.data, (Py_ssize_t)text.len)
               : text_of(text);
}

/* ---- strings that stand in many places ------------------------------------------------------------- */

/*
 * One string of the library becomes one str, as far as those seen lately are at hand. What a place holds is
 * owned, so that no other string gets its address meanwhile.
 */
enum { STRINGS = 4096, STRINGS_FROM = 256 };
typedef struct string_twin {
    kl_value string;
    PyObject *object;
    uint32_t owned; /* references to the string */
} string_twin;

typedef struct string_twins {
    string_twin *places; /* found by address; NULL until several such strings were met */
    size_t met;
} string_twins;

static string_twin *string_place(string_twins *known, kl_value string)
{
    if (++known->met < STRINGS_FROM)
        return NULL;
    if (!known->places)
        known->places = kl_alloc_zero(STRINGS, sizeof *known->places);
    uint64_t mixed = ((uintptr_t)string.as.payload >> 4) * 0x9E3779B97F4A7C15u;
    return known->places ? &known->places[mixed >> 52] : NULL;
}

static void forget_string(string_twin *place)
{
    kl_value_drop_owners(kl_value_take(&place->string), place->owned);
    Py_CLEAR(place->object);
}

static void forget_strings(string_twins *known)
{
    for (size_t i = 0; known->places && i < STRINGS; i++)
        forget_string(&known->places[i]);
    kl_free(known->places);
}

/* `spent` (may be NULL) is where the string stands, if it goes once it is made. */
static PyObject *string_from_value(kl_value value, string_twins *known, kl_value *spent)
{
    const kl_string *string = value.as.string;
    bool has_origin = string->payload.flags & KL_PAYLOAD_WRAPPED;
    string_twin *place = has_origin || kl_payload_is_sole(&string->payload) ? NULL : string_place(known, value);
    if (!place)
        return text_from_value(value);
    if (place->string.as.string == string && place->object) {
        if (spent) { /* all that were spent are given up at once */
            *spent = kl_null();
            place->owned++;
        }
        return Py_NewRef(place->object);
    }
    PyObject *made = text_from_value(value);
    if (made) {
        forget_string(place);
        *place = (string_twin){kl_value_retain(value), Py_NewRef(made), 1};
    }
    return made;
}

static inline PyObject *number_from_value(kl_value value, bridge_origins *origins)
{
    PyObject *known = value.reserved && origins ? bridge_origin(origins, value) : NULL;
    if (known)
        return Py_NewRef(known);
    return kl_is(value, KL_KIND_INT) ? PyLong_FromLongLong(value.as.integer)
                                     : PyFloat_FromDouble(value.as.real);
}

/* decimal.Decimal, loaded when a number first needs it. */
static PyObject *decimal_from_value(const kl_decimal *decimal)
{
    static PyObject *class; /* guarded by the lock */
    if (!class) {
        PyObject *module = PyImport_ImportModule("decimal");
        class = module ? PyObject_GetAttrString(module, "Decimal") : NULL;
        Py_XDECREF(module);
    }
    PyObject *text = class ? text_from_value(decimal->text) : NULL;
    PyObject *made = text ? PyObject_CallOneArg(class, text) : NULL;
    Py_XDECREF(text);
    return made;
}

/* What the library has for data of Python, and objects of it, as Python has them. New reference; NULL without
 * an exception when a value is neither. */
static PyObject *face_of(kl_object *object, bool arrays)
{
    PyObject *known = bridge_foreign_of(kl_value_of(object));
    if (known)
        return Py_NewRef(known);
    if (object->type == &kl_data_frame_type) {
        const kl_foreign *origin = ((const kl_data_frame *)object)->origin;
        return origin && origin->release == bridge_twin_release
                   ? Py_NewRef(((const bridge_ref *)origin)->object)
                   : bridge_frame_from_table((const kl_data_frame *)object);
    }
    if (arrays && object->type == &kl_array_view_type)
        return bridge_array_from_view((kl_array_view *)object);
    if (arrays && object->type == &kl_sparse_matrix_type)
        return bridge_sparse_from_matrix((kl_sparse_matrix *)object);
    return NULL;
}

static PyObject *object_from_value(kl_value value, bool arrays)
{
    PyObject *found = face_of(value.as.object, arrays);
    if (found || PyErr_Occurred())
        return found;
    const kl_decimal *decimal = kl_as_object(value, &kl_decimal_type);
    if (decimal)
        return decimal_from_value(decimal);
    if (kl_is_unsigned(value))
        return PyLong_FromUnsignedLongLong(kl_as_unsigned(value));
    return kl_as_object(value, &kl_callable_type) ? bridge_callable_from_value(value)
                                                  : bridge_wrap(value.as.object);
}

/* What is known while many values are made. */
typedef struct making {
    bridge_origins *origins; /* NULL = nobody knows any */
    string_twins strings;
    bool arrays; /* numpy's and scipy's for ours */
} making;

static PyObject *scalar_from_value(kl_value value, making *m, kl_value *spent)
{
    switch (kl_value_kind(value)) {
    case KL_KIND_BOOL:
        return Py_NewRef(kl_as_bool(value) ? Py_True : Py_False);
    case KL_KIND_INT:
    case KL_KIND_DOUBLE:
        return number_from_value(value, m->origins);
    case KL_KIND_STRING:
        return string_from_value(value, &m->strings, spent);
    case KL_KIND_BYTES:
        return text_from_value(value);
    case KL_KIND_OBJECT:
        return object_from_value(value, m->arrays);
    default:
        return Py_NewRef(Py_None);
    }
}

/* ---- shapes -------------------------------------------------------------------------------------- */

void bridge_twin_release(kl_foreign *self)
{
    bridge_drop(((bridge_ref *)self)->object);
    kl_free(self);
}

static PyObject *make_names(kl_keys *keys)
{
    size_t count = kl_keys_len(keys);
    PyObject *names = PyTuple_New((Py_ssize_t)count);
    for (size_t i = 0; names && i < count; i++) {
        PyObject *name = text_from_value(kl_keys_at(keys, i));
        if (!name) {
            Py_CLEAR(names);
            break;
        }
        if (count <= 64)
            PyUnicode_InternInPlace(&name);
        PyTuple_SET_ITEM(names, (Py_ssize_t)i, name);
    }
    return names;
}

PyObject *bridge_shape_names(kl_keys *keys)
{
    kl_foreign *twin = kl_keys_twin(keys);
    if (twin)
        return ((bridge_ref *)twin)->object;
    PyObject *names = make_names(keys);
    bridge_ref *made = names ? kl_alloc(sizeof *made) : NULL;
    if (!made) {
        Py_XDECREF(names);
        if (!PyErr_Occurred())
            PyErr_NoMemory();
        return NULL;
    }
    *made = (bridge_ref){{bridge_twin_release}, names};
    twin = kl_keys_set_twin(keys, &made->foreign);
    if (twin != &made->foreign)
        bridge_twin_release(&made->foreign);
    return ((bridge_ref *)twin)->object;
}

/* ---- containers ---------------------------------------------------------------------------------- */

/* `made` is filled from `items`. All is borrowed from the value that is converted. */
typedef struct frame {
    PyObject *made;  /* owned */
    PyObject *names; /* of a dict */
    const kl_value *items;
    bool owned;      /* nobody else has it, nor what it stands in */
    kl_array *spent; /* such a list: strings in many places go as they are made; or NULL */
    bool whole;      /* all items of that go */
    Py_ssize_t at, count;
    uint32_t flags;  /* of an array */
} frame;

static bool is_container(kl_value value)
{
    return kl_is(value, KL_KIND_ARRAY) || kl_is(value, KL_KIND_MAP);
}

static PyObject *open_list(frame *f, kl_value value)
{
    *f = (frame){.items = kl_array_items(value), .count = (Py_ssize_t)kl_array_len(value),
                 .flags = value.as.payload->flags};
    if (f->flags & KL_PAYLOAD_TUPLE)
        return f->made = PyTuple_New(f->count);
    f->made = PyList_New(f->count);
    if (f->made && f->count)
        kl_in_large_pages(((PyListObject *)f->made)->ob_item, (size_t)f->count * sizeof(PyObject *));
    return f->made;
}

static PyObject *open_dict(frame *f, kl_value value)
{
    PyObject *names = bridge_shape_names(kl_map_keys(value));
    if (!names)
        return NULL;
    *f = (frame){.names = names, .items = kl_map_values(value),
                 .count = (Py_ssize_t)kl_map_len(value)};
    return f->made = PyDict_New();
}

/* ---- shared values ------------------------------------------------------------------------------- */

/*
 * A list that ten nodes passed on unchanged is one list in the results too, instead of ten copies.
 * Results, nodes and ports themselves (the levels above SHARED_FROM) are always dicts of their own.
 */
enum { SHARED_FROM = 3, TWINS = 64 };

typedef struct twins {
    const kl_payload *payloads[TWINS]; /* found by address; a newer one takes the place */
    PyObject *objects[TWINS];          /* borrowed: the result holds them */
    kl_memo all;                       /* of a long walk: payload -> object as a number */
} twins;

static size_t twin_slot(kl_value value) { return ((uintptr_t)value.as.payload >> 5) % TWINS; }

static bool is_shared(const kl_stack *frames, kl_value value)
{
    bool is_kept = kl_is(value, KL_KIND_MAP) || !(value.as.payload->flags & KL_PAYLOAD_PAIRS);
    return frames->len >= SHARED_FROM && is_kept &&
           __atomic_load_n(&value.as.payload->refs, __ATOMIC_RELAXED) > 1;
}

static PyObject *find_twin(const twins *known, kl_value value)
{
    size_t slot = twin_slot(value);
    if (known->payloads[slot] == value.as.payload)
        return known->objects[slot];
    const kl_value *found = kl_memo_find(&known->all, value.as.payload, NULL);
    return found ? (PyObject *)(uintptr_t)kl_as_int(*found) : NULL;
}

static int add_twin(twins *known, kl_value value, PyObject *object)
{
    size_t slot = twin_slot(value);
    known->payloads[slot] = value.as.payload;
    known->objects[slot] = object;
    if (!kl_memo_is_due(&known->all, value))
        return 0;
    kl_value number = kl_int((int64_t)(uintptr_t)object);
    if (kl_memo_add(&known->all, value.as.payload, NULL, number, NULL) == KL_OK)
        return 0;
    PyErr_NoMemory();
    return -1;
}

typedef struct walk {
    kl_stack frames;
    twins known; /* a payload that was spent is not met again */
    making making;
} walk;

/* What was accepted as an input also comes out, inside results, a node and a port. */
enum { WRAPPED_BY_RESULTS = 8 };

/* A long list that is the whole value and what is made of it would otherwise be there at once. Rows deeper within go
 * together in the end: one by one, between what Python takes meanwhile, they leave memory that is slow to use again. */
static void spend(frame *f, kl_value value, bool from_owned, bool is_first)
{
    f->owned = from_owned && kl_payload_is_sole(value.as.payload);
    f->spent = f->owned && kl_is(value, KL_KIND_ARRAY) ? value.as.array : NULL;
    f->whole = f->spent && is_first;
}

/* `from_owned`: what it stands in is owned. */
static int open_container(walk *w, kl_value value, bool from_owned)
{
    kl_stack *frames = &w->frames;
    frame f;
    if (frames->len >= KL_DEPTH_MAX + WRAPPED_BY_RESULTS) {
        PyErr_Format(PyExc_ValueError, "value nests deeper than %d levels", KL_DEPTH_MAX);
        return -1;
    }
    if (!(kl_is(value, KL_KIND_ARRAY) ? open_list(&f, value) : open_dict(&f, value)))
        return -1;
    spend(&f, value, from_owned, frames->len == 0);
    if (is_shared(frames, value) && add_twin(&w->known, value, f.made) < 0) {
        Py_DECREF(f.made);
        return -1;
    }
    frame *top = kl_stack_push(frames);
    if (!top) {
        Py_DECREF(f.made);
        PyErr_NoMemory();
        return -1;
    }
    *top = f;
    return 0;
}

/* `item` is taken. */
static int store(frame *f, PyObject *item)
{
    Py_ssize_t at = f->at++;
    if (f->whole)
        kl_value_release(kl_value_take(&f->spent->items[at]));
    if (!f->names) {
        if (f->flags & KL_PAYLOAD_TUPLE)
            PyTuple_SET_ITEM(f->made, at, item);
        else
            PyList_SET_ITEM(f->made, at, item);
        return 0;
    }
    int status = PyDict_SetItem(f->made, PyTuple_GET_ITEM(f->names, at), item);
    Py_DECREF(item);
    return status;
}

/* Whether a value is a map that holds nothing but scalars, as a row of a table. */
static bool is_row(kl_value value)
{
    const kl_value *items = kl_map_values(value);
    if (!kl_is(value, KL_KIND_MAP))
        return false;
    for (size_t i = 0, count = kl_map_len(value); i < count; i++)
        if (is_container(items[i]))
            return false;
    return true;
}

/* Such a map at once, without a frame. */
static PyObject *row_from_value(kl_value value, making *m)
{
    PyObject *names = bridge_shape_names(kl_map_keys(value));
    PyObject *made = names ? PyDict_New() : NULL;
    const kl_value *items = kl_map_values(value);
    Py_ssize_t count = (Py_ssize_t)kl_map_len(value);
    for (Py_ssize_t i = 0; made && i < count; i++) {
        PyObject *item = scalar_from_value(items[i], m, NULL);
        if (!item || PyDict_SetItem(made, PyTuple_GET_ITEM(names, i), item) < 0)
            Py_CLEAR(made);
        Py_XDECREF(item);
    }
    return made;
}

/* 1 = another container was opened, 0 = this one is full. */
static int fill(walk *w, frame *f)
{
    while (f->at < f->count) {
        kl_value value = f->items[f->at];
        PyObject *item = NULL;
        if (is_container(value)) {
            bool shared = is_shared(&w->frames, value);
            if (shared)
                item = Py_XNewRef(find_twin(&w->known, value));
            if (!item && (shared || w->frames.len >= KL_DEPTH_MAX || !is_row(value)))
                return open_container(w, value, f->owned) < 0 ? -1 : 1;
            if (!item)
                item = row_from_value(value, &w->making);
        } else {
            item = scalar_from_value(value, &w->making, f->spent ? &f->spent->items[f->at] : NULL);
        }
        if (!item || store(f, item) < 0)
            return -1;
    }
    return 0;
}

/* A container that is full (taken) as it is given: pairs as the dict they came from. */
static PyObject *finished(const frame *f)
{
    if (f->whole)
        f->spent->len = 0;
    if (f->names || !(f->flags & KL_PAYLOAD_PAIRS))
        return f->made;
    PyObject *dict = PyDict_New();
    if (dict && PyDict_MergeFromSeq2(dict, f->made, 1) < 0)
        Py_CLEAR(dict);
    Py_DECREF(f->made);
    return dict;
}

/* `spends`: the items of the value are not needed any more. */
static PyObject *container_from_value(kl_value value, bool arrays, bool spends)
{
    walk w;
    PyObject *result = NULL;
    kl_stack_init(&w.frames, sizeof(frame));
    memset(w.known.payloads, 0, sizeof w.known.payloads);
    w.known.all = (kl_memo){0};
    w.making = (making){.origins = bridge_origins_now(), .arrays = arrays};
    int status = open_container(&w, value, spends);
    while (status >= 0 && w.frames.len > 0) {
        status = fill(&w, kl_stack_top(&w.frames));
        if (status != 0)
            continue;
        PyObject *done = finished(kl_stack_top(&w.frames));
        kl_stack_pop(&w.frames);
        frame *below = kl_stack_top(&w.frames);
        if (!done)
            status = -1;
        else if (below)
            status = store(below, done);
        else
            result = done;
    }
    for (frame *f; (f = kl_stack_top(&w.frames)); kl_stack_pop(&w.frames))
        Py_DECREF(f->made);
    forget_strings(&w.making.strings);
    kl_memo_end(&w.known.all);
    kl_stack_end(&w.frames);
    return result;
}

/* ---- ahead of time --------------------------------------------------------------------------------- */

static bool is_expected(const bridge_origins *origins, kl_value value)
{
    return origins && origins->prepared && kl_is(value, KL_KIND_ARRAY) &&
           origins->expected.as.payload == value.as.payload;
}

/* Nobody else can change it: it is kept. Nobody may see it before it is whole: the collector would show it. */
static bool expect(bridge_origins *origins, kl_value list)
{
    if (is_expected(origins, list))
        return true;
    Py_CLEAR(origins->prepared);
    kl_value_replace(&origins->expected, kl_value_retain(list));
    origins->prepared = PyList_New((Py_ssize_t)kl_array_len(list));
    origins->prepared_count = 0;
    if (!origins->prepared)
        return false;
    PyObject_GC_UnTrack(origins->prepared);
    return true;
}

/* Rows alone: what lies deeper may be shared with other parts of a result. What fails here fails again, and is
 * told then. */
void bridge_prepare(kl_value list, size_t count)
{
    bridge_origins *origins = bridge_origins_now();
    if (!origins || bridge_host_is_closed())
        return;
    bridge_entry entry = bridge_enter();
    making rows = {.origins = origins};
    Py_ssize_t end = expect(origins, list) ? (Py_ssize_t)KL_MIN(count, kl_array_len(list)) : 0;
    while (origins->prepared_count < end) {
        kl_value row = kl_array_at(list, (size_t)origins->prepared_count);
        PyObject *item = is_row(row) ? row_from_value(row, &rows) : NULL;
        if (!item)
            break;
        PyList_SET_ITEM(origins->prepared, origins->prepared_count++, item);
    }
    forget_strings(&rows.strings);
    PyErr_Clear();
    bridge_leave(entry);
}

static PyObject *take_prepared(kl_value value)
{
    bridge_origins *origins = bridge_origins_now();
    if (!is_expected(origins, value) || origins->prepared_count < PyList_GET_SIZE(origins->prepared))
        return NULL;
    PyObject *made = origins->prepared;
    origins->prepared = NULL;
    PyObject_GC_Track(made);
    return made;
}

static PyObject *from_value(kl_value value, bool arrays, bool spends)
{
    if (!is_container(value)) {
        making alone = {.arrays = arrays};
        return scalar_from_value(value, &alone, NULL);
    }
    PyObject *prepared = arrays ? NULL : take_prepared(value);
    return prepared ? prepared : container_from_value(value, arrays, spends);
}

PyObject *bridge_from_value_as(kl_value value, bool arrays) { return from_value(value, arrays, false); }

PyObject *bridge_from_value(kl_value value) { return from_value(value, false, false); }

PyObject *bridge_spend_value(kl_value value, bool arrays)
{
    PyObject *made = from_value(value, arrays, true);
    kl_value_release(value);
    return made;
}
