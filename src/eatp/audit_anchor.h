/* src/eatp/audit_anchor.h - AuditAnchor: one link of an audit chain (eatp 4.8, trust_plane 4.3).
 *
 * hash = SHA-256 of "anchor_id:sequence:previous_hash:agent_id:action:verification_level:
 * envelope_id:result:timestamp[:metadata][:subject_hash=...]", metadata in family B. A read anchor
 * keeps its text of the time.
 */
#ifndef KL_EATP_AUDIT_ANCHOR_H
#define KL_EATP_AUDIT_ANCHOR_H

#include "keys.h"

#define KL_ANCHOR_GENESIS "0000000000000000000000000000000000000000000000000000000000000000"

/* What is hashed; all borrowed. */
typedef struct kl_anchor_input {
    kl_text anchor_id;
    uint64_t sequence;
    kl_text previous_hash;
    kl_text agent_id, action, verification_level, envelope_id, result;
    kl_text timestamp; /* as it stands */
    kl_value metadata; /* map or null */
    kl_text subject_hash; /* "sha256:" and 64 hexadecimal characters, or empty */
} kl_anchor_input;

/* The hash as 64 hexadecimal characters. */
KL_API kl_status kl_anchor_hash(char out[65], const kl_anchor_input *input, kl_error *error);
/* The subject_hash of whom or what an anchor is about: over its canonical JSON of RFC 8785; given. */
KL_API kl_status kl_anchor_subject_hash(kl_value *out, kl_value subject, kl_error *error);

/* The class AuditAnchor. */
extern KL_API const kl_type kl_audit_anchor_type;
/* One with the hash of its input, {} as metadata becoming null; given. */
KL_API kl_status kl_audit_anchor_new(kl_value *out, const kl_anchor_input *input, kl_error *error);
/* Of its JSON object {"input": {...}, "hash": "..."}; the hash is not checked here. Given. */
KL_API kl_status kl_audit_anchor_read(kl_value *out, kl_value map, kl_error *error);
/* What it says, borrowed from the object, and its stored hash. */
KL_API kl_anchor_input kl_audit_anchor_input(const kl_object *anchor);
KL_API kl_text kl_audit_anchor_hash(const kl_object *anchor);
/* Whether the stored hash is that of the input; metadata {} may be hashed with or without suffix. */
KL_API kl_status kl_audit_anchor_check(bool *valid, const kl_object *anchor, kl_error *error);

#endif
