/* src/reflect/wide.c - see kailash/wide.h. */
#include "kailash/wide.h"

#include <inttypes.h>

kl_status kl_unsigned_new(kl_value *out, uint64_t integer, kl_error *error)
{
    kl_object *object;
    if (integer <= INT64_MAX) {
        *out = kl_int((int64_t)integer);
        return KL_OK;
    }
    KL_TRY(kl_object_alloc(&object, &kl_wide_type, error));
    ((kl_wide *)object)->integer = integer;
    *out = kl_value_of(object);
    return KL_OK;
}

uint64_t kl_as_unsigned(kl_value value)
{
    const kl_wide *wide = kl_as_object(value, &kl_wide_type);
    if (wide)
        return wide->integer;
    return kl_is(value, KL_KIND_INT) && value.as.integer > 0 ? (uint64_t)value.as.integer : 0;
}

bool kl_is_unsigned(kl_value value)
{
    return kl_is(value, KL_KIND_INT) ? value.as.integer >= 0
                                     : kl_as_object(value, &kl_wide_type) != NULL;
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "%" PRIu64, ((kl_wide *)self)->integer);
}

static kl_status compare(int *out, kl_object *a, kl_object *b, kl_error *error)
{
    (void)error;
    uint64_t x = ((kl_wide *)a)->integer, y = ((kl_wide *)b)->integer;
    *out = (x > y) - (x < y);
    return KL_OK;
}

static const kl_field fields[] = {
    {.name = "bits", .kind = KL_KIND_INT, .flags = KL_HIDDEN, .offset = offsetof(kl_wide, integer),
     .doc = "the same bits as a signed integer"},
};

/* Not published: faces show it as what they have themselves. */
const kl_type kl_wide_type = {
    .name = "int",
    .module = "kailash._kailash",
    .doc = "An integer from 2^63 to 2^64 - 1.",
    .size = sizeof(kl_wide),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT | KL_TYPE_ORDERED,
    .fields = KL_TABLE(fields),
    .repr = repr,
    .compare = compare,
};
