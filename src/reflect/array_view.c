/* src/reflect/array_view.c - arrays of numbers that are seen, not copied. */
#include "kailash/array_view.h"
#include "buffer.h"

/* ---- formats --------------------------------------------------------------------------------- */

static const struct {
    char format;
    unsigned char size;
    const char *name;
} formats[] = {
    {'b', 1, "int8"},   {'h', 2, "int16"},  {'i', 4, "int32"},  {'q', 8, "int64"},
    {'B', 1, "uint8"},  {'H', 2, "uint16"}, {'I', 4, "uint32"}, {'Q', 8, "uint64"},
    {'f', 4, "float32"}, {'d', 8, "float64"}, {'?', 1, "bool"},
};

size_t kl_format_size(char format)
{
    for (size_t i = 0; i < KL_COUNT(formats); i++)
        if (formats[i].format == format)
            return formats[i].size;
    return 0;
}

const char *kl_format_name(char format)
{
    for (size_t i = 0; i < KL_COUNT(formats); i++)
        if (formats[i].format == format)
            return formats[i].name;
    return NULL;
}

/* ---- making ---------------------------------------------------------------------------------- */

/* Bytes that an array of this shape takes; checks what can be wrong with it. */
static kl_status size_of(size_t *out, char format, size_t ndim, const int64_t *shape,
                         kl_error *error)
{
    size_t size = kl_format_size(format);
    if (size == 0)
        return kl_error_set(error, KL_INVALID, "format: '%c' is no format of numbers", format);
    if (ndim > KL_ARRAY_DIMENSIONS_MAX)
        return kl_error_set(error, KL_INVALID, "%zu dimensions; at most %d are possible", ndim,
                            KL_ARRAY_DIMENSIONS_MAX);
    for (size_t i = 0; i < ndim; i++) {
        if (shape[i] < 0)
            return kl_error_set(error, KL_INVALID, "shape[%zu]: %lld is negative", i,
                                (long long)shape[i]);
        if (__builtin_mul_overflow(size, (size_t)shape[i], &size) || size > PTRDIFF_MAX)
            return kl_error_set(error, KL_OVERFLOW, "the shape has more bytes than memory can");
    }
    *out = size;
    return KL_OK;
}

/* Copies shape and strides; without strides, the items lie row by row. */
static void set_layout(kl_array_view *view, const kl_array_layout *layout)
{
    size_t ndim = layout->ndim;
    int64_t stride = (int64_t)kl_format_size(layout->format);
    view->item_size = (size_t)stride;
    for (size_t i = ndim; i-- > 0;) {
        view->shape[i] = layout->shape[i];
        view->strides[i] = layout->strides ? layout->strides[i] : stride;
        stride = (int64_t)((uint64_t)stride * (uint64_t)layout->shape[i]); /* 0 items: any */
    }
    view->layout = *layout;
    view->layout.shape = view->shape;
    view->layout.strides = view->strides;
}

static kl_status check_alignment(const kl_array_view *view, kl_error *error)
{
    int64_t size = (int64_t)view->item_size;
    bool fits = (uintptr_t)view->layout.data % view->item_size == 0;
    for (size_t i = 0; i < view->layout.ndim; i++)
        fits &= view->shape[i] < 2 || view->strides[i] % size == 0;
    if (!fits && kl_array_view_count(view) > 0)
        return kl_error_set(error, KL_INVALID,
                            "items of %zu bytes do not lie at multiples of %zu; copy the array",
                            view->item_size, view->item_size);
    return KL_OK;
}

kl_status kl_array_view_wrap(kl_value *out, const kl_array_layout *layout, kl_foreign *owner,
                             kl_error *error)
{
    kl_object *object;
    size_t size;
    KL_TRY(size_of(&size, layout->format, layout->ndim, layout->shape, error));
    KL_TRY(kl_object_alloc(&object, &kl_array_view_type, error));
    kl_array_view *view = (kl_array_view *)object;
    set_layout(view, layout);
    kl_status status = check_alignment(view, error);
    if (status != KL_OK) {
        view->layout.data = NULL; /* not its own */
        kl_object_release(object);
        return status;
    }
    view->owner = owner;
    *out = kl_value_of(object);
    return KL_OK;
}

kl_status kl_array_view_new(kl_value *out, char format, size_t ndim, const int64_t *shape,
                            kl_error *error)
{
    size_t size;
    KL_TRY(size_of(&size, format, ndim, shape, error));
    kl_array_layout layout = {.format = format, .writable = true, .ndim = ndim, .shape = shape};
    layout.data = kl_alloc_zero(size ? size : 1, 1);
    if (!layout.data)
        return kl_error_no_memory(error);
    kl_status status = kl_array_view_wrap(out, &layout, NULL, error);
    if (status != KL_OK)
        kl_free(layout.data);
    return status;
}

static void view_dispose(kl_object *object)
{
    kl_array_view *view = (kl_array_view *)object;
    if (view->owner)
        view->owner->release(view->owner);
    else
        kl_free(view->layout.data);
}

/* ---- reading --------------------------------------------------------------------------------- */

kl_array_view *kl_as_array_view(kl_value value) { return kl_as_object(value, &kl_array_view_type); }

size_t kl_array_view_count(const kl_array_view *view)
{
    size_t count = 1;
    for (size_t i = 0; i < view->layout.ndim; i++)
        count *= (size_t)view->shape[i];
    return count;
}

bool kl_array_view_is_contiguous(const kl_array_view *view)
{
    int64_t stride = (int64_t)view->item_size;
    if (kl_array_view_count(view) == 0)
        return true;
    for (size_t i = view->layout.ndim; i-- > 0;) {
        if (view->shape[i] != 1 && view->strides[i] != stride)
            return false; /* a dimension of one item is never stepped along */
        stride *= view->shape[i];
    }
    return true;
}

void *kl_array_view_at(const kl_array_view *view, const int64_t *index)
{
    char *at = view->layout.data;
    for (size_t i = 0; i < view->layout.ndim; i++)
        at += index[i] * view->strides[i];
    return at;
}

/* "float64 or float32" */
static void name_formats(kl_buffer *to, const char *wanted)
{
    for (const char *at = wanted; *at; at++)
        kl_buffer_format(to, "%s%s", at == wanted ? "" : at[1] ? ", " : " or ",
                         kl_format_name(*at) ? kl_format_name(*at) : "?");
}

kl_status kl_array_view_require(const kl_array_view *view, const char *name, const char *wanted,
                                int ndim, kl_error *error)
{
    if (wanted && !strchr(wanted, view->layout.format)) {
        kl_buffer words = KL_BUFFER_INIT;
        kl_value text;
        name_formats(&words, wanted);
        KL_TRY(kl_buffer_finish(&text, &words, error));
        kl_error_set(error, KL_TYPE, "%s: expected %s items, got %s", name, kl_as_text(text).data,
                     kl_format_name(view->layout.format));
        kl_value_release(text);
        return KL_TYPE;
    }
    if (ndim >= 0 && view->layout.ndim != (size_t)ndim)
        return kl_error_set(error, KL_INVALID, "%s: expected %d dimension%s, got %zu", name, ndim,
                            ndim == 1 ? "" : "s", view->layout.ndim);
    return KL_OK;
}

/* ---- its face -------------------------------------------------------------------------------- */

#define READER(name)                                                                               \
    static kl_status name(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)

static kl_status list_numbers(kl_value *out, const int64_t *numbers, size_t count, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, count, error));
    for (size_t i = 0; i < count; i++)
        kl_array_push(&list, kl_int(numbers[i]), NULL); /* has room */
    *out = list;
    return KL_OK;
}

READER(view_shape)
{
    const kl_array_view *view = (const kl_array_view *)self;
    (void)args;
    return list_numbers(out, view->shape, view->layout.ndim, error);
}

READER(view_strides)
{
    const kl_array_view *view = (const kl_array_view *)self;
    (void)args;
    return list_numbers(out, view->strides, view->layout.ndim, error);
}

READER(view_format)
{
    (void)args;
    return kl_string_new(out, (kl_text){&((const kl_array_view *)self)->layout.format, 1}, error);
}

READER(view_type_name)
{
    (void)args;
    const char *name = kl_format_name(((const kl_array_view *)self)->layout.format);
    return kl_string_new(out, kl_text_from(name), error);
}

READER(view_size)
{
    (void)args;
    (void)error;
    *out = kl_int((int64_t)kl_array_view_count((const kl_array_view *)self));
    return KL_OK;
}

READER(view_writable)
{
    (void)args;
    (void)error;
    *out = kl_bool(((const kl_array_view *)self)->layout.writable);
    return KL_OK;
}

static kl_status view_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_array_view *view = (const kl_array_view *)self;
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_format(&text, "ArrayView(dtype=%s, shape=[", kl_format_name(view->layout.format));
    for (size_t i = 0; i < view->layout.ndim; i++)
        kl_buffer_format(&text, "%s%lld", i ? ", " : "", (long long)view->shape[i]);
    kl_buffer_format(&text, "], writable=%s)", view->layout.writable ? "true" : "false");
    return kl_buffer_finish(out, &text, error);
}

static const kl_method methods[] = {
    {.name = "format", .call = view_format, .returns = KL_KIND_STRING, .flags = KL_PROPERTY,
     .doc = "Letter of Python's struct module for an item: \"d\" for float64."},
    {.name = "dtype", .call = view_type_name, .returns = KL_KIND_STRING, .flags = KL_PROPERTY,
     .doc = "Name of the kind of its items: \"int8\" to \"int64\", \"uint8\" to \"uint64\", "
            "\"float32\", \"float64\" or \"bool\"."},
    {.name = "shape", .call = view_shape, .returns = KL_KIND_ARRAY, .item = KL_KIND_INT,
     .flags = KL_PROPERTY, .doc = "Items along each dimension."},
    {.name = "strides", .call = view_strides, .returns = KL_KIND_ARRAY, .item = KL_KIND_INT,
     .flags = KL_PROPERTY, .doc = "Bytes from one item to the next, along each dimension."},
    {.name = "size", .call = view_size, .returns = KL_KIND_INT, .flags = KL_PROPERTY,
     .doc = "Items in all."},
    {.name = "writable", .call = view_writable, .returns = KL_KIND_BOOL, .flags = KL_PROPERTY,
     .doc = "Whether its memory may be written to."},
};

const kl_type kl_array_view_type = {
    .name = "ArrayView",
    .module = "kailash._kailash",
    .doc = "Numbers in memory of the library or of whoever passed them in. Has the buffer protocol: "
           "numpy.asarray(view) and memoryview(view) share the memory.",
    .size = sizeof(kl_array_view),
    .flags = KL_TYPE_NO_INIT,
    .methods = KL_TABLE(methods),
    .dispose = view_dispose,
    .repr = view_repr,
};
KL_PUBLISH(kl_array_view_type);
