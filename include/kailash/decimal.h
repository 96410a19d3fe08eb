/* kailash/decimal.h - decimal numbers that no double tells exactly. */
#ifndef KAILASH_DECIMAL_H
#define KAILASH_DECIMAL_H

#include "kailash/type.h"

KL_BEGIN_DECLS

/** A number as its digits: "12345678901234567890.12". Faces show it as their own kind of decimal. */
typedef struct kl_decimal {
    kl_object object;
    kl_value text; /* string */
} kl_decimal;
/** The type of such numbers. */
extern KL_API const kl_type kl_decimal_type;

/** One of a text, which is not checked; given. */
KL_API kl_status kl_decimal_new(kl_value *out, kl_text text, kl_error *error);

KL_END_DECLS
#endif
