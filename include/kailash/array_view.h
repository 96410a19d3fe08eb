/* kailash/array_view.h - arrays of numbers in memory that somebody else may own.
 *
 * The C side of Python's buffer protocol: a parameter of KL_KIND_BUFFER gets such a view of a numpy
 * array, bytes, a memoryview or an array.array, without a copy, and a view that is returned is
 * memory that numpy.asarray() shares.
 */
#ifndef KAILASH_ARRAY_VIEW_H
#define KAILASH_ARRAY_VIEW_H

#include "kailash/type.h"

KL_BEGIN_DECLS

/** Most dimensions of a view. */
#define KL_ARRAY_DIMENSIONS_MAX 32

/**
 * What lies where. `format` is one of the letters of Python's struct module, all of one size
 * everywhere: b h i q for int8 to int64, B H I Q for uint8 to uint64, f d for float32 and
 * float64, ? for bool; in the byte order of this machine.
 */
typedef struct kl_array_layout {
    void *data;             /* of the item whose indices are all 0 */
    char format;
    bool writable;
    size_t ndim;            /* 0: a single number */
    const int64_t *shape;   /* items along each dimension */
    const int64_t *strides; /* bytes from one item to the next; NULL = items lie row by row */
} kl_array_layout;

/** An object; its layout never changes while it lives. */
typedef struct kl_array_view {
    kl_object object; /* of kl_array_view_type */
    kl_array_layout layout; /* its shape and strides lie in the two arrays below */
    size_t item_size; /* bytes */
    int64_t shape[KL_ARRAY_DIMENSIONS_MAX], strides[KL_ARRAY_DIMENSIONS_MAX];
    kl_foreign *owner; /* of the data; NULL = the view itself */
} kl_array_view;
extern KL_API const kl_type kl_array_view_type;

/** Bytes of an item of this format; 0 when it is none. */
KL_API size_t kl_format_size(char format);
/** Its name in messages: "int8" ... "float64", "bool"; NULL when it is none. */
KL_API const char *kl_format_name(char format);

/** Zeroed memory, row by row, that the view owns; given. KL_OVERFLOW when no memory can be that
 *  large. */
KL_API kl_status kl_array_view_new(kl_value *out, char format, size_t ndim, const int64_t *shape,
                                   kl_error *error);
/**
 * A view of memory that `owner` keeps; given. `owner` is taken on success and released, on any
 * thread, when the last reference to the view is gone. KL_INVALID when an item would not lie at
 * an address that fits its size.
 */
KL_API kl_status kl_array_view_wrap(kl_value *out, const kl_array_layout *layout,
                                    kl_foreign *owner, kl_error *error);

/** The view of an argument of KL_KIND_BUFFER; NULL for all else. Borrowed. */
KL_API kl_array_view *kl_as_array_view(kl_value value);
/** Items in all. */
KL_API size_t kl_array_view_count(const kl_array_view *view);
/** Whether the items lie row by row without gaps. */
KL_API bool kl_array_view_is_contiguous(const kl_array_view *view);
/** Address of an item; `index` has one number for each dimension, all in range. */
KL_API void *kl_array_view_at(const kl_array_view *view, const int64_t *index);
/**
 * Refuse what a function cannot read: `formats` are the formats it can ("df"), NULL = all, and
 * `ndim` the number of dimensions, negative = any. KL_TYPE and KL_INVALID say
 * "rows: expected float64 or float32 items, got int64" and "rows: expected 2 dimensions, got 1".
 */
KL_API kl_status kl_array_view_require(const kl_array_view *view, const char *name,
                                       const char *formats, int ndim, kl_error *error);

KL_END_DECLS
#endif
