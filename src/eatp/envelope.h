/* src/eatp/envelope.h - the governance envelope: what a subject may do, in five dimensions.
 *
 * One document for EATP, PACT and the delegates (pact 4.2): financial limits in cents, operational,
 * temporal, data access, communication. A dimension that is null inherits. Two readings of an empty
 * allow-list: everything (PACT) or nothing (the fold of EATP): shared rule `empty_is_all`.
 */
#ifndef KL_EATP_ENVELOPE_H
#define KL_EATP_ENVELOPE_H

#include "keys.h"
#include "wire.h"

/* A parsed envelope: never changes, shared by reference. */
typedef struct kl_governance kl_governance;

/* Of the wire map (checked here: KL_INVALID names the member); given. */
KL_API kl_status kl_governance_read(kl_governance **out, kl_value map, kl_error *error);
/* Of JSON text; likewise. */
KL_API kl_status kl_governance_parse(kl_governance **out, kl_text json, kl_error *error);
KL_API kl_governance *kl_governance_retain(kl_governance *envelope);
KL_API void kl_governance_release(kl_governance *envelope);
/* The wire map; borrowed. */
KL_API kl_value kl_governance_map(const kl_governance *envelope);

/*
 * Both at once: never wider than either (pact 3.4). KL_INVALID with the type "EnvelopeIntersectionError"
 * when they have nothing in common where `empty_is_all` leaves no way to say so. Given; a new
 * envelope_id, issued now.
 */
KL_API kl_status kl_governance_intersect(kl_governance **out, const kl_governance *a,
                                         const kl_governance *b, bool empty_is_all,
                                         kl_error *error);
/*
 * Whether `child` is nowhere wider than `parent` in what it states. KL_INVALID
 * "DIMENSION widening: FIELD: child X > parent Y" at the first place where it is.
 */
KL_API kl_status kl_governance_tighter(const kl_governance *child, const kl_governance *parent,
                                       kl_error *error);
/* SHA-256 of family A of the dimensions, as hexadecimal text; given. */
KL_API kl_status kl_governance_content_hash(kl_value *out, const kl_governance *envelope,
                                            kl_error *error);

/* The envelope that a trust level brings (eatp 4.6), as its wire map; given. */
KL_API kl_status kl_governance_of_level(kl_value *out, kl_trust_level level, kl_text organisation,
                                        kl_text agent_id, kl_error *error);

/* The same of a grant that says so: its eight constraints and four limits as wire maps (eatp 4.4). */
KL_API kl_status kl_governance_of_grant(kl_value *out, kl_value constraints, kl_value limits,
                                        kl_text organisation, kl_text agent_id, kl_error *error);
/*
 * Sign an envelope: sets `signer_public_key` and `signature`. What is signed is family B of all its
 * members but `alg_id` (which it has only while it stands alone) and `signature`.
 */
KL_API kl_status kl_governance_sign(kl_value *map, const kl_key_pair *pair, kl_error *error);
/* Whether the signature holds, when it has one of this kind; KL_INVALID otherwise. */
KL_API kl_status kl_governance_signature_check(kl_value map, kl_error *error);

/* EatpConstraintEnvelope: a record around one. The map is checked here, its signature when it has
 * one; taken. */
extern KL_API const kl_type kl_eatp_envelope_type;
KL_API kl_status kl_eatp_envelope_new(kl_value *out, kl_value map, kl_error *error);
/* The envelope of such a record; borrowed. */
KL_API const kl_governance *kl_eatp_envelope_of(const kl_object *record);

#endif
