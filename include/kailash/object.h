/* kailash/object.h - what every object begins with. The type behind it: kailash/type.h. */
#ifndef KAILASH_OBJECT_H
#define KAILASH_OBJECT_H

#include "kailash/value.h"

KL_BEGIN_DECLS

/** What describes a type; see kailash/type.h. */
typedef struct kl_type kl_type;

/** First member of every object struct. */
struct kl_object {
    kl_payload payload;
    const kl_type *type;
    void *face; /* the Python twin while one lives; guarded by its lock */
};

/** A value that holds `object`; takes over the caller's reference. */
static inline kl_value kl_value_of(kl_object *object)
{
    kl_value value = {KL_KIND_OBJECT, 0, {.object = object}};
    return value;
}

/** One more owner; returns `object`, which may be NULL. */
static inline kl_object *kl_object_retain(kl_object *object)
{
    if (object)
        __atomic_fetch_add(&object->payload.refs, 1, __ATOMIC_RELAXED);
    return object;
}

/** One owner less; NULL is fine. */
static inline void kl_object_release(kl_object *object)
{
    if (object)
        kl_value_release(kl_value_of(object));
}

/** The object of a value when it is exactly of `type` (or of one that descends from it), or NULL.
 *  Borrowed. */
KL_API void *kl_as_object(kl_value value, const kl_type *type);

/* How base reaches the types, which live in a higher room; defined by src/reflect. */
typedef struct kl_object_hooks {
    void (*dispose)(kl_object *object); /* free all it holds, and itself */
    kl_status (*equal)(bool *out, kl_object *a, kl_object *b, kl_error *error);
    kl_status (*compare)(int *out, kl_object *a, kl_object *b, kl_error *error);
    kl_status (*hash)(uint64_t *out, kl_object *object, kl_error *error);
    /* Integers beyond int64 (kailash/wide.h): made, and whether an object is one. */
    kl_status (*wide_new)(kl_value *out, uint64_t integer, kl_error *error);
    bool (*is_wide)(uint64_t *out, const kl_object *object);
    /* The digits, when an object is a kl_decimal without a fraction; borrowed. */
    bool (*is_integer)(kl_text *out, const kl_object *object);
} kl_object_hooks;

extern const kl_object_hooks kl_object_table;

KL_END_DECLS
#endif
