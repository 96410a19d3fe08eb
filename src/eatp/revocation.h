/* src/eatp/revocation.h - EatpRevocationLedger: what was revoked, provable to those who do not have the
 * chain (eatp 4.8).
 *
 * An event is {delegation_id, domain_sep, epoch, revoked_at} with its signer and signature. The tip of a
 * ledger is 32 zero bytes, then SHA-256("EATP-12/revocation-ledger/v1:" || tip before || pre-image of
 * the event). A head commits to the newest state of chain and ledger: {block_count, domain_sep, epoch,
 * revocation_ledger_tip, signed_at, tip_hash}, signed likewise.
 */
#ifndef KL_EATP_REVOCATION_H
#define KL_EATP_REVOCATION_H

#include "signed_record.h"

enum { KL_REVOCATION_TIP = 32 };
extern KL_API const kl_type kl_revocation_ledger_type;

/* A signed event of now; given. */
KL_API kl_status kl_revocation_event_make(kl_value *out, kl_text delegation_id, uint64_t epoch,
                                          const kl_key_pair *pair, kl_error *error);
/* Move the tip over one more event. */
KL_API kl_status kl_revocation_tip_add(unsigned char tip[KL_REVOCATION_TIP], kl_value event,
                                       kl_error *error);

/* What a ledger is made of; all borrowed. */
typedef struct kl_revocation_state {
    const kl_value *events;
    size_t count;
    const unsigned char *tip;
    size_t block_count;  /* grants in the chain */
    kl_text tip_hash;    /* of its last grant, 64 hexadecimal characters */
} kl_revocation_state;

/* An EatpRevocationLedger with a head signed now; given. */
KL_API kl_status kl_revocation_ledger_make(kl_value *out, const kl_revocation_state *state,
                                           const kl_key_pair *pair, kl_error *error);
/* Check a wire map: shape, signatures, tip, epochs, all under the key of the head, which is `signer_hex`
 * unless that is empty; and that its epoch is not below `retained_epoch`. KL_INVALID. */
KL_API kl_status kl_revocation_ledger_check(kl_value map, kl_text signer_hex,
                                            uint64_t retained_epoch, kl_error *error);

#endif
