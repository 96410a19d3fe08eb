/* src/eatp/delegation_scope.h - EatpDelegationScope: where a grant holds, and for how much money. */
#ifndef KL_EATP_DELEGATION_SCOPE_H
#define KL_EATP_DELEGATION_SCOPE_H

#include "wire.h"

extern KL_API const kl_shape kl_scope_shape;
extern KL_API const kl_type kl_delegation_scope_type;

/* The wire map {domain, operations, max_financial_cents} of an EatpDelegationScope; given. */
KL_API kl_status kl_scope_wire(kl_value *out, kl_value scope, kl_error *error);
/* Whether the wire map `child` is nowhere wider than `parent`: same domain, operations that the parent
 * has (an empty list has none), cents within the parent's. */
KL_API bool kl_scope_within(kl_value child, kl_value parent);

#endif
