/* python/bridge/buffers.c - the buffer protocol, both ways, without a copy. */
#include "bridge.h"
#include "objects.h"
#include "kailash/array_view.h"

/* ---- Python -> C --------------------------------------------------------------------------------- */

/* The letter of our formats that means what a format of Python does; '\0' when none does. The
 * widths of l, L, n and N depend on the machine and on the prefix, so the size decides. */
static char format_of(const char *format, Py_ssize_t size)
{
    static const struct {
        const char *letters, *ours; /* ours: of 1, 2, 4 and 8 bytes */
    } rows[] = {{"bhilqn", "bhiq"}, {"BHILQN", "BHIQ"}, {"fd", "  fd"}, {"?", "?   "}};
    int at = size == 1 ? 0 : size == 2 ? 1 : size == 4 ? 2 : size == 8 ? 3 : -1;
    for (size_t i = 0; at >= 0 && i < KL_COUNT(rows); i++)
        if (format[0] && !format[1] && strchr(rows[i].letters, format[0]))
            return rows[i].ours[at] == ' ' ? '\0' : rows[i].ours[at];
    return '\0';
}

static bool is_foreign_order(const char *format, Py_ssize_t size)
{
    bool is_big = format[0] == '>' || format[0] == '!';
    bool is_other = PY_BIG_ENDIAN ? format[0] == '<' : is_big;
    return is_other && size > 1;
}

/* Fill in `layout`; shape and strides go to the two arrays. */
static int read_layout(kl_array_layout *layout, int64_t *shape, int64_t *strides,
                       const Py_buffer *buffer, const char *name)
{
    const char *given = buffer->format ? buffer->format : "B", *format = given;
    if (is_foreign_order(given, buffer->itemsize)) {
        PyErr_Format(PyExc_ValueError,
                     "%s: items of format '%.32s' are in another byte order; convert them first",
                     name, given);
        return -1;
    }
    format += *given && strchr("@=<>!", *given) ? 1 : 0;
    layout->format = format_of(format, buffer->itemsize);
    if (!layout->format) {
        PyErr_Format(PyExc_ValueError,
                     "%s: items of format '%.32s' are no integers, floats or bools of 8 to 64 bits",
                     name, given);
        return -1;
    }
    if (buffer->ndim > KL_ARRAY_DIMENSIONS_MAX || (buffer->suboffsets && buffer->ndim > 0)) {
        PyErr_Format(PyExc_ValueError, "%s: expected up to %d dimensions in one block of memory",
                     name, KL_ARRAY_DIMENSIONS_MAX);
        return -1;
    }
    for (int i = 0; i < buffer->ndim; i++) {
        shape[i] = buffer->shape[i];
        strides[i] = buffer->strides[i];
    }
    layout->data = buffer->buf;
    layout->writable = !buffer->readonly;
    layout->ndim = (size_t)buffer->ndim;
    layout->shape = shape;
    layout->strides = strides;
    return 0;
}

/* A buffer that is not to be had (a released memoryview, say) is told of by the parameter's name. */
static PyObject *memory_of(const char *name, PyObject *object)
{
    PyObject *memory = PyMemoryView_FromObject(object);
    if (memory || !PyErr_ExceptionMatches(PyExc_Exception))
        return memory;
    PyObject *class, *why, *traceback;
    PyErr_Fetch(&class, &why, &traceback);
    PyErr_Format(class, "%s: %S", name, why ? why : Py_None);
    Py_XDECREF(class);
    Py_XDECREF(why);
    Py_XDECREF(traceback);
    return NULL;
}

int bridge_buffer_to_value(kl_value *out, const char *name, PyObject *object)
{
    kl_array_layout layout;
    int64_t shape[KL_ARRAY_DIMENSIONS_MAX], strides[KL_ARRAY_DIMENSIONS_MAX];
    kl_error error = KL_ERROR_INIT;
    PyObject *memory = memory_of(name, object); /* holds the buffer; may be let go on any thread */
    if (!memory)
        return -1;
    bridge_ref *owner = NULL;
    if (read_layout(&layout, shape, strides, PyMemoryView_GET_BUFFER(memory), name) < 0)
        goto out;
    owner = kl_alloc(sizeof *owner);
    if (!owner) {
        PyErr_NoMemory();
        goto out;
    }
    *owner = (bridge_ref){{bridge_twin_release}, memory};
    if (kl_array_view_wrap(out, &layout, &owner->foreign, &error) == KL_OK)
        return 0;
    kl_error_prefix(&error, "%s: ", name);
    bridge_raise(&error);
out:
    kl_free(owner);
    Py_DECREF(memory);
    return -1;
}

/* ---- C -> Python --------------------------------------------------------------------------------- */

/* What a Py_buffer points to, in the types of Python. The buffer itself keeps the instance. */
typedef struct exported {
    char format[2];
    Py_ssize_t shape[KL_ARRAY_DIMENSIONS_MAX], strides[KL_ARRAY_DIMENSIONS_MAX];
} exported;

static int refuse_buffer(const char *why)
{
    PyErr_SetString(PyExc_BufferError, why);
    return -1;
}

static int check_flags(const kl_array_view *view, int flags)
{
    bool by_row = kl_array_view_is_contiguous(view);
    if ((flags & PyBUF_WRITABLE) && !view->layout.writable)
        return refuse_buffer("the memory of this ArrayView is read-only");
    if ((flags & PyBUF_F_CONTIGUOUS) == PyBUF_F_CONTIGUOUS && !(by_row && view->layout.ndim < 2))
        return refuse_buffer("this ArrayView does not lie column by column");
    bool needs_rows = (flags & PyBUF_STRIDES) != PyBUF_STRIDES ||
                      (flags & PyBUF_C_CONTIGUOUS) == PyBUF_C_CONTIGUOUS ||
                      (flags & PyBUF_ANY_CONTIGUOUS) == PyBUF_ANY_CONTIGUOUS;
    return needs_rows && !by_row ? refuse_buffer("this ArrayView does not lie row by row") : 0;
}

static exported *export_view(const kl_array_view *view)
{
    exported *made = PyMem_Malloc(sizeof *made);
    if (!made) {
        PyErr_NoMemory();
        return NULL;
    }
    made->format[0] = view->layout.format;
    made->format[1] = '\0';
    for (size_t i = 0; i < view->layout.ndim; i++) {
        made->shape[i] = (Py_ssize_t)view->shape[i];
        made->strides[i] = (Py_ssize_t)view->strides[i];
    }
    return made;
}

int bridge_view_get_buffer(PyObject *self, Py_buffer *buffer, int flags)
{
    kl_array_view *view = (kl_array_view *)((bridge_object *)self)->object;
    buffer->obj = NULL;
    exported *parts = check_flags(view, flags) < 0 ? NULL : export_view(view);
    if (!parts)
        return -1;
    *buffer = (Py_buffer){
        .buf = view->layout.data, .obj = Py_NewRef(self), .internal = parts,
        .len = (Py_ssize_t)(kl_array_view_count(view) * view->item_size),
        .itemsize = (Py_ssize_t)view->item_size, .readonly = !view->layout.writable,
        .ndim = (int)view->layout.ndim,
        .format = flags & PyBUF_FORMAT ? parts->format : NULL,
        .shape = flags & PyBUF_ND ? parts->shape : NULL,
        .strides = (flags & PyBUF_STRIDES) == PyBUF_STRIDES ? parts->strides : NULL,
    };
    return 0;
}

void bridge_view_release_buffer(PyObject *self, Py_buffer *buffer)
{
    exported *parts = buffer->internal;
    (void)self;
    PyMem_Free(parts);
}
