/* src/trust_plane/canonical.h - the canonical JSON of the trust plane: family B (eatp/keys.h), but U+007F
 * as \u007f, as other implementations of these directories have it.
 */
#ifndef KL_TRUST_PLANE_CANONICAL_H
#define KL_TRUST_PLANE_CANONICAL_H

#include "eatp/keys.h"
#include "kailash/json.h"

/* Append `value`. KL_INVALID for NaN and infinities. */
KL_API kl_status kl_trust_canonical_add(kl_buffer *to, kl_value value, kl_error *error);
/* Its SHA-256 as 64 hexadecimal characters; given. */
KL_API kl_status kl_trust_canonical_hash(kl_value *out, kl_value value, kl_error *error);

#endif
