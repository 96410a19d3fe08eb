/* src/trust_plane/anchor.h - anchors: made, signed, judged, brought into the order of their chain. */
#ifndef KL_TRUST_PLANE_ANCHOR_H
#define KL_TRUST_PLANE_ANCHOR_H

#include "project.h"

/* What is new about an anchor; all borrowed. */
typedef struct kl_anchor_draft {
    const kl_trust_entry *entry;
    kl_value id, parent; /* strings; parent null for the first */
    kl_time time;
} kl_anchor_draft;

/* An anchor with both signatures; given. */
KL_API kl_status kl_trust_anchor_new(kl_value *out, const kl_anchor_draft *draft, const kl_key_pair *key,
                              kl_error *error);

/* Set the chain_signature of an anchor. */
kl_status kl_trust_anchor_chain(kl_value *anchor, const kl_key_pair *key, kl_error *error);

/* What may be wrong with the signatures of one. */
enum {
    KL_ANCHOR_UNSIGNED = 1,  /* `signature` is not the key's */
    KL_ANCHOR_UNCHAINED = 2, /* `chain_signature` is not the key's */
    KL_ANCHOR_NO_CHAIN = 4,  /* it has no chain_signature */
};
/* Whose key the signatures must be of. Making one takes a third of the time of checking one, and it
 * always comes out the same: who has the pair compares first. */
typedef struct kl_anchor_key {
    const kl_verifier *verifier;
    const kl_key_pair *pair; /* NULL = not at hand */
} kl_anchor_key;
/* Whether a hexadecimal signature, which must stand in lower case, is the key's. */
kl_status kl_trust_signature_judge(bool *valid, const kl_anchor_key *key, kl_text bytes,
                                   kl_value signature, kl_error *error);
kl_status kl_trust_anchor_judge(unsigned *faults, kl_value anchor, const kl_anchor_key *key,
                                kl_error *error);

#endif
