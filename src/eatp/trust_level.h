/* src/eatp/trust_level.h - TrustLevel and Capability: rungs and words of the ladders as objects. */
#ifndef KL_EATP_TRUST_LEVEL_H
#define KL_EATP_TRUST_LEVEL_H

#include "ladder.h"
#include "kailash/type.h"

/* Enums: the position of an item is its rung. */
extern KL_API const kl_type kl_trust_level_type;
extern KL_API const kl_type kl_capability_type;

/* The object of a rung; given. */
KL_API kl_status kl_trust_level_object(kl_value *out, kl_trust_level level, kl_error *error);
KL_API kl_status kl_capability_object(kl_value *out, kl_capability capability, kl_error *error);
/* The rung of an object of the type. */
KL_API kl_trust_level kl_trust_level_in(kl_value object);
KL_API kl_capability kl_capability_in(kl_value object);

/* repr() and str() of such enums: "TrustLevel.full". */
kl_status kl_rung_repr(kl_value *out, kl_object *self, kl_error *error);
kl_call kl_rung_str;
#define KL_RUNG_STR                                                                                \
    {.name = "__str__", .call = kl_rung_str, .returns = KL_KIND_STRING, .doc = "As repr()."}

#endif
