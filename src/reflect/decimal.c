/* src/reflect/decimal.c - see kailash/decimal.h. */
#include "kailash/decimal.h"

kl_status kl_decimal_new(kl_value *out, kl_text text, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_decimal_type, error));
    kl_status status = kl_string_new(&((kl_decimal *)object)->text, text, error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    (void)error;
    *out = kl_value_retain(((kl_decimal *)self)->text);
    return KL_OK;
}

static const kl_field fields[] = {
    KL_VALUE(kl_decimal, text, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY, .doc = "its digits"),
};

/* Not published: faces show it as what they have themselves. */
const kl_type kl_decimal_type = {
    .name = "Decimal",
    .module = "kailash._kailash",
    .doc = "A decimal number that no float tells exactly.",
    .size = sizeof(kl_decimal),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT,
    .fields = KL_TABLE(fields),
    .repr = repr,
};
