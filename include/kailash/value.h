/* kailash/value.h - the value every part of the product passes around.
 *
 * A kl_value is 16 bytes and is passed by value. Null, bool, int64 and double live in it; strings,
 * bytes, arrays, maps and objects are shared payloads with an atomic reference count. A payload
 * is immutable while shared; the functions that change one (push, set, remove) write in place
 * when the caller is its only owner and copy it first otherwise.
 *
 * Ownership, in three words: readers borrow; parameters marked "taken" are the callee's from the
 * call on, also on failure; results marked "given" are the caller's to release.
 */
#ifndef KAILASH_VALUE_H
#define KAILASH_VALUE_H

#include "kailash/base.h"

KL_BEGIN_DECLS

/** Kinds of values; their order is the order of sorting. From KL_KIND_ANY on they are kinds of
 *  parameters only (see kailash/type.h), never of a value. */
typedef enum kl_kind {
    KL_KIND_NULL,
    KL_KIND_BOOL,
    KL_KIND_INT,
    KL_KIND_DOUBLE,
    KL_KIND_STRING,
    KL_KIND_BYTES,
    KL_KIND_ARRAY,
    KL_KIND_MAP,
    KL_KIND_OBJECT,
    KL_KIND_ANY,      /* any value */
    KL_KIND_NUMBER,   /* int or double */
    KL_KIND_COUNT,    /* int64 >= 0 */
    KL_KIND_DURATION, /* seconds: int or double, finite, 0 <= x < 2^64 */
    KL_KIND_ENUM,     /* one word of a list */
    KL_KIND_CALLABLE, /* an object of kl_callable_type */
    KL_KIND_BUFFER,   /* an object of kl_array_view_type: memory of numbers, not copied */
    KL_KIND_TUPLE,    /* an array that Python gives and gets as a tuple */
    KL_KIND_NONE      /* a method that returns nothing */
} kl_kind;

/** The payloads. Opaque, save for kl_object; see kailash/object.h. */
typedef struct kl_payload kl_payload;
typedef struct kl_string kl_string;
typedef struct kl_array kl_array;
typedef struct kl_map kl_map;
typedef struct kl_object kl_object;

/** A value. Make it with the functions below, and read it with theirs. */
typedef struct kl_value {
    uint32_t kind; /* kl_kind */
    uint32_t reserved; /* 0, or what a face knows of the number; copied with it, and read by nothing else */
    union {
        bool boolean;
        int64_t integer;
        double real;
        kl_payload *payload;
        kl_string *string; /* also bytes */
        kl_array *array;
        kl_map *map;
        kl_object *object;
    } as;
} kl_value;

/** Levels of nesting that converters and printers of faces accept. */
#define KL_DEPTH_MAX 10000

/* ---- making -------------------------------------------------------------------------------- */

/** The four scalars; they own nothing. */
static inline kl_value kl_null(void)
{
    kl_value value = {KL_KIND_NULL, 0, {.integer = 0}};
    return value;
}

static inline kl_value kl_bool(bool boolean)
{
    kl_value value = {KL_KIND_BOOL, 0, {.integer = 0}};
    value.as.boolean = boolean;
    return value;
}

static inline kl_value kl_int(int64_t integer)
{
    kl_value value = {KL_KIND_INT, 0, {.integer = 0}};
    value.as.integer = integer;
    return value;
}

static inline kl_value kl_double(double real)
{
    kl_value value = {KL_KIND_DOUBLE, 0, {.real = 0}};
    value.as.real = real;
    return value;
}

/** A string of valid UTF-8; given. KL_SYNTAX (with the byte) when it is not. NUL is allowed. */
KL_API kl_status kl_string_new(kl_value *out, kl_text text, kl_error *error);
/** As kl_string_new() for text known to be valid UTF-8: nothing is checked. */
KL_API kl_status kl_string_from_valid(kl_value *out, kl_text text, kl_error *error);
/** As kl_string_new(), invalid sequences becoming U+FFFD. */
KL_API kl_status kl_string_repair(kl_value *out, kl_text text, kl_error *error);
/** printf into a new string; given. */
KL_API kl_status kl_string_format(kl_value *out, kl_error *error, const char *format, ...)
    KL_PRINTF(3, 4);
/** Bytes, copied; given. */
KL_API kl_status kl_bytes_new(kl_value *out, kl_text bytes, kl_error *error);
/**
 * A string (checked = already valid UTF-8) or bytes that borrow `text` (with a NUL behind it) from `owner`,
 * which is taken on success and released with the last reference, on any thread.
 */
KL_API kl_status kl_string_wrap(kl_value *out, kl_kind kind, kl_text text, kl_foreign *owner,
                                kl_error *error);
/** The owner a string was wrapped from, or NULL. */
KL_API kl_foreign *kl_string_owner(kl_value value);

/** An empty array with room for `capacity` items; given. */
KL_API kl_status kl_array_new(kl_value *out, size_t capacity, kl_error *error);
/** An empty map with room for `capacity` pairs; given. */
KL_API kl_status kl_map_new(kl_value *out, size_t capacity, kl_error *error);
/** The empty map that all share; given. Allocates nothing. */
KL_API kl_value kl_map_empty(void);

/* ---- sharing ------------------------------------------------------------------------------- */

/* What every shared payload begins with. */
struct kl_payload {
    uint32_t refs; /* atomic */
    uint32_t flags;
};

/** For kl_value_release() alone: the last reference is gone. */
KL_API void kl_value_free_payload(kl_value value);

/** One more owner; returns `value`. */
static inline kl_value kl_value_retain(kl_value value)
{
    if (value.kind >= KL_KIND_STRING)
        __atomic_fetch_add(&value.as.payload->refs, 1, __ATOMIC_RELAXED);
    return value;
}

/** One owner less; frees the payload with the last. Null and scalars: nothing happens. */
static inline void kl_value_release(kl_value value)
{
    if (value.kind < KL_KIND_STRING)
        return;
    /* A sole owner needs no atomic decrement: nobody else can be counting. */
    if (__atomic_load_n(&value.as.payload->refs, __ATOMIC_ACQUIRE) == 1 ||
        __atomic_fetch_sub(&value.as.payload->refs, 1, __ATOMIC_ACQ_REL) == 1)
        kl_value_free_payload(value);
}

/** Release `*slot` and put `value` (taken) there. */
static inline void kl_value_replace(kl_value *slot, kl_value value)
{
    kl_value old = *slot;
    *slot = value;
    kl_value_release(old);
}

/** Take the value out of `*slot`, leaving null. */
static inline kl_value kl_value_take(kl_value *slot)
{
    kl_value value = *slot;
    *slot = kl_null();
    return value;
}

/* ---- reading ------------------------------------------------------------------------------- */

/** The kind of a value, and questions about it. */
static inline kl_kind kl_value_kind(kl_value value) { return (kl_kind)value.kind; }
static inline bool kl_is_null(kl_value value) { return value.kind == KL_KIND_NULL; }
static inline bool kl_is(kl_value value, kl_kind kind) { return value.kind == (uint32_t)kind; }
static inline bool kl_is_number(kl_value value)
{
    return value.kind == KL_KIND_INT || value.kind == KL_KIND_DOUBLE;
}

/** false, 0, 0.0 and "" when the value is of another kind; a bool also reads as 0 or 1. */
static inline bool kl_as_bool(kl_value value)
{
    return value.kind == KL_KIND_BOOL && value.as.boolean;
}
static inline int64_t kl_as_int(kl_value value)
{
    return value.kind == KL_KIND_INT ? value.as.integer : kl_as_bool(value);
}
static inline double kl_as_double(kl_value value)
{
    return value.kind == KL_KIND_DOUBLE ? value.as.real : (double)kl_as_int(value);
}
/** Text of a string or of bytes, borrowed; a NUL stands behind it. */
KL_API kl_text kl_as_text(kl_value value);

/** The word for a kind in messages: null, bool, integer, float, string, bytes, array, object. */
KL_API const char *kl_kind_name(kl_kind kind);
/** The same for the kind of a value. */
static inline const char *kl_value_kind_name(kl_value value)
{
    return kl_kind_name((kl_kind)value.kind);
}

/** False for null, false, 0, 0.0, "", and empty bytes, array or map; true otherwise (also NaN). */
KL_API bool kl_value_truthy(kl_value value);

/** Items of an array, pairs of a map, bytes of a string; 0 for all others. */
KL_API size_t kl_value_len(kl_value value);

/* ---- arrays -------------------------------------------------------------------------------- */

/** Number of items; 0 when it is no array. */
KL_API size_t kl_array_len(kl_value array);
/** Item `index`; borrowed from `array`, null when out of range. */
KL_API kl_value kl_array_at(kl_value array, size_t index);
/** All items, borrowed; NULL when there is none. */
KL_API const kl_value *kl_array_items(kl_value array);
/** Append. `item` is taken, also on failure. In place if `*array` has one owner. */
KL_API kl_status kl_array_push(kl_value *array, kl_value item, kl_error *error);
/** Replace item `index` (KL_INVALID when out of range). `item` is taken. */
KL_API kl_status kl_array_set(kl_value *array, size_t index, kl_value item, kl_error *error);
/** Items from `start` up to `end` (both cut to the length); given. Shares the items. */
KL_API kl_status kl_array_slice(kl_value *out, kl_value array, size_t start, size_t end,
                                kl_error *error);
/**
 * Items to write to, the caller being made the only owner first; NULL without memory.
 * What is put there is owned by the array; what is taken away must be released by the caller.
 */
KL_API kl_value *kl_array_edit(kl_value *array, kl_error *error);
/** Append a string made of `text`, which must be valid UTF-8. */
KL_API kl_status kl_array_push_text(kl_value *array, kl_text text, kl_error *error);
/** Sort in place by kl_value_compare(); stable. */
KL_API kl_status kl_array_sort(kl_value *array, kl_error *error);

/* ---- maps ---------------------------------------------------------------------------------- */

/** Number of pairs; 0 when it is no map. */
KL_API size_t kl_map_len(kl_value map);
/** Value of `key`; borrowed, null when absent. */
KL_API kl_value kl_map_get(kl_value map, kl_text key);
/** Value of `key`; borrowed, NULL when absent (or no map): tells absent from null. */
KL_API const kl_value *kl_map_find(kl_value map, kl_text key);
/** Whether `key` is there, even if null. */
static inline bool kl_map_has(kl_value map, kl_text key) { return kl_map_find(map, key) != NULL; }
/** Pair `index` in insertion order; borrowed. */
KL_API kl_text kl_map_key_at(kl_value map, size_t index);
/** The same key as a string value; borrowed, null when out of range. */
KL_API kl_value kl_map_key_value_at(kl_value map, size_t index);
/** Value of pair `index`; borrowed, null when out of range. */
KL_API kl_value kl_map_value_at(kl_value map, size_t index);
/** Set `key`, which must be valid UTF-8; a new key goes to the end. `item` is taken. */
KL_API kl_status kl_map_set(kl_value *map, kl_text key, kl_value item, kl_error *error);
/** A map of one key; given. `item` is taken, also on failure. */
KL_API kl_status kl_map_of_one(kl_value *out, kl_text key, kl_value item, kl_error *error);
/** As kl_map_set() with a string value as key (borrowed), whose payload is shared. */
KL_API kl_status kl_map_set_key(kl_value *map, kl_value key, kl_value item, kl_error *error);
/** Set `key` to a string made of `text`, which must be valid UTF-8. */
KL_API kl_status kl_map_set_text(kl_value *map, kl_text key, kl_text text, kl_error *error);
/** Remove `key`; nothing happens when it is absent. Keeps the order of the others. */
KL_API kl_status kl_map_remove(kl_value *map, kl_text key, kl_error *error);
/** Set every pair of `from` (borrowed) in `*map`. */
KL_API kl_status kl_map_merge(kl_value *map, kl_value from, kl_error *error);
/** A new map with the keys in code-point order; given. Nested maps stay as they are. */
KL_API kl_status kl_map_sorted(kl_value *out, kl_value map, kl_error *error);

/* A shape: the ordered keys that many maps share, each map then holding only its values. */
typedef struct kl_keys kl_keys;

/** A shape of `count` keys (distinct strings, borrowed); given, end it with kl_keys_release(). */
KL_API kl_status kl_keys_new(kl_keys **out, const kl_value *keys, size_t count, kl_error *error);
/** One more owner; returns `keys`. */
KL_API kl_keys *kl_keys_retain(kl_keys *keys);
/** One owner less; NULL is fine. */
KL_API void kl_keys_release(kl_keys *keys);
/** Number of keys. */
KL_API size_t kl_keys_len(const kl_keys *keys);
/** Key `index`, a string; borrowed from the shape. */
KL_API kl_value kl_keys_at(const kl_keys *keys, size_t index);
/** Position of `key`, or -1. */
KL_API ptrdiff_t kl_keys_find(const kl_keys *keys, kl_text key);
/** The same for a string value, whose hash is computed once only. */
KL_API ptrdiff_t kl_keys_find_string(const kl_keys *keys, kl_value key);
/** The shape of a map; borrowed. */
KL_API kl_keys *kl_map_keys(kl_value map);
/** The values of a map in the order of its shape; borrowed. */
KL_API const kl_value *kl_map_values(kl_value map);
/**
 * A map of shape `keys` (borrowed, shared) whose values the caller fills in; given.
 * `*values` points to kl_keys_len(keys) nulls.
 */
KL_API kl_status kl_map_of_shape(kl_value *out, kl_value **values, kl_keys *keys, kl_error *error);
/** A face's twin of a shape (a tuple of its own strings, say); borrowed, NULL when none was set. */
KL_API kl_foreign *kl_keys_twin(kl_keys *keys);
/** Set the twin, once: returns the one that stands there now. `twin` is taken if it became that,
 *  and released with the shape. */
KL_API kl_foreign *kl_keys_set_twin(kl_keys *keys, kl_foreign *twin);

/* ---- paths --------------------------------------------------------------------------------- */

/**
 * Follow a dotted path ("people.0.name"; "" = the value itself) through maps and arrays.
 * Borrowed; NULL when a step does not exist.
 */
KL_API const kl_value *kl_value_path(const kl_value *value, kl_text path);

/* ---- whole values: none of these recurses, so depth cannot overflow the stack -------------- */

/**
 * Deep equality, strict about kinds (5 is not 5.0; NaN equals nothing). Maps are equal
 * whatever the order of their keys. Objects are equal by their type's rule.
 */
KL_API kl_status kl_value_equal(bool *out, kl_value a, kl_value b, kl_error *error);

/**
 * Total order: null < bool < numbers < strings (code points) < bytes < arrays < maps < objects.
 * Numbers compare by their exact numeric value, an int before the equal double; NaN is last of
 * the numbers. Arrays compare item by item, maps pair by pair after sorting by key.
 */
KL_API kl_status kl_value_compare(int *out, kl_value a, kl_value b, kl_error *error);

/** A hash that agrees with kl_value_equal(); differs from process to process. */
KL_API kl_status kl_value_hash(uint64_t *out, kl_value value, kl_error *error);

/** Exact order of two numbers (int or double); NaN sorts last and equals itself. */
KL_API int kl_number_compare(kl_value a, kl_value b);

/** Levels of nesting: 0 for scalars, 1 for [] and {}; stops counting above `limit`. */
KL_API kl_status kl_value_depth(size_t *out, kl_value value, size_t limit, kl_error *error);

KL_END_DECLS
#endif
