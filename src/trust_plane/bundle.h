/* src/trust_plane/bundle.h - VerificationBundle: what is needed to verify a project without its directory,
 * as one JSON document.
 *
 * bundle_hash alone proves nothing, since anybody can compute it anew: verifying checks every
 * signature, the one chain, and every record against its anchor. Decisions above the level of the
 * bundle are left out and named in `redacted`, so that their anchors still have something to stand
 * for. What is around the records is not in the hash; the seal of the operational key is over all.
 */
#ifndef KL_TRUST_PLANE_BUNDLE_H
#define KL_TRUST_PLANE_BUNDLE_H

#include "eatp/ladder.h"
#include "project.h"

/* Bytes of a bundle's text. */
enum { KL_BUNDLE_TEXT_MAX = 64 << 20 };

extern KL_API const kl_type kl_bundle_type;

/* The document of a project; given. */
KL_API kl_status kl_bundle_make(kl_value *out, kl_trust_project *project, kl_confidentiality level,
                         kl_error *error);
/* The document of a text: its parts have their form, nothing else is checked. KL_FAILED
 * "serialization error: ..."; given. */
KL_API kl_status kl_bundle_parse(kl_value *out, kl_text text, kl_error *error);
/* SHA-256 of the records in canonical form A, as hexadecimal text; given. */
KL_API kl_status kl_bundle_hash(kl_value *out, kl_value bundle, kl_error *error);

/* Append what the seal is over: all but the seal itself, in canonical form. */
kl_status kl_bundle_sealed_bytes(kl_buffer *to, kl_value bundle, kl_error *error);

/* What is asked of a bundle beside being sound in itself. */
typedef struct kl_bundle_demands {
    kl_text authority; /* public key whose signature the genesis must have; "" = the one it states */
    bool signature;    /* the bundle itself must be signed with the operational key */
} kl_bundle_demands;
/* KL_FAILED "bundle integrity error: ..." (code "bundle_integrity") for the first fault. */
KL_API kl_status kl_bundle_verify(kl_value bundle, const kl_bundle_demands *demands, kl_error *error);

/* A page for people; given. */
KL_API kl_status kl_bundle_html(kl_value *out, kl_value bundle, kl_error *error);

#endif
