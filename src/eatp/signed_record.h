/* src/eatp/signed_record.h - what the signed records of a lineage do alike: the wire form of levels,
 * signing, verifying, and keeping of a read map what is known of it. */
#ifndef KL_EATP_SIGNED_RECORD_H
#define KL_EATP_SIGNED_RECORD_H

#include "instant.h"
#include "keys.h"
#include "wire.h"

/* ---- levels on the wire ------------------------------------------------------------------------- */

/* The 8 members of `constraints`, the 4 of `resource_limits`. */
extern KL_API const kl_shape kl_constraints_shape, kl_limits_shape;
/* Of a level, members in the order of the shape; given. */
KL_API kl_status kl_level_constraints(kl_value *out, kl_trust_level level, kl_error *error);
KL_API kl_status kl_level_limits(kl_value *out, kl_trust_level level, kl_error *error);
/* Parameter `level`: KL_INVALID "trust level must be 0-4, got 5", KL_OVERFLOW outside 0 to 255. */
KL_API kl_status kl_trust_level_read(kl_trust_level *out, kl_value level, kl_error *error);
#define KL_LEVEL_PARAM(text)                                                                       \
    {.name = "level", .kind = KL_KIND_INT,                                                         \
     .doc = (text " 0 untrusted, 1 restricted, 2 supervised, 3 autonomous, 4 full")}

/* ---- signing and verifying ---------------------------------------------------------------------- */

/* The members of `map` that the shape has, to all depths, in its order; given. What a record does not
 * know is neither signed nor kept. */
KL_API kl_status kl_shape_known(kl_value *out, const kl_shape *shape, kl_value map,
                                kl_error *error);
/* Set the member `signature` of a map of that shape: protocol domain, over its pre-image. */
KL_API kl_status kl_record_sign(kl_value *map, const kl_shape *shape, const kl_key_pair *pair,
                                kl_error *error);
/* Check the signature of a checked map under `signer_hex`. KL_INVALID "signature re-verification
 * failed: ..." when it is none, or when no verdict is possible. */
KL_API kl_status kl_record_verify(kl_value map, const kl_shape *shape, kl_text signer_hex,
                                  kl_error *error);
/* The same for bytes and a signature as hexadecimal text. */
KL_API kl_status kl_record_verify_bytes(kl_text bytes, kl_text signature_hex, kl_text signer_hex,
                                        const char *what, kl_error *error);
/* What from_dict() of a record does first: alg_id, then the shape ("cannot deserialize WHAT: ..."). */
KL_API kl_status kl_record_check(kl_value map, const kl_shape *shape, kl_error *error);

/* ---- texts -------------------------------------------------------------------------------------- */

/* A new UUID as a string; given. */
KL_API kl_status kl_uuid_text(kl_value *out, kl_error *error);
/* The time as a string; given. */
KL_API kl_status kl_time_value(kl_value *out, kl_time time, kl_time_zone zone, kl_error *error);
/* An RFC 3339 time of a parameter, in UTC. KL_INVALID "invalid NAME (RFC-3339 expected): ...". */
KL_API kl_status kl_instant_read(kl_instant *out, kl_value text, const char *name,
                                 kl_error *error);
/* A UUID of a parameter in lower case; given. KL_INVALID "invalid WHAT: ...". */
KL_API kl_status kl_uuid_read(kl_value *out, kl_value text, const char *what, kl_error *error);

#endif
