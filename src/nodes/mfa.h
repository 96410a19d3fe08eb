/* src/nodes/mfa.h - what other nodes share with MFANode. */
#ifndef KL_NODES_MFA_H
#define KL_NODES_MFA_H

#include "buffer.h"
#include "crypto/otp.h"

typedef struct kl_otp {
    kl_hash_kind hash;
    kl_text secret;
    int digits;
} kl_otp;

/* The bytes of a secret in base32, to be wiped; messages speak of the input `secret`. */
kl_status kl_otp_secret(kl_buffer *out, kl_text text, kl_error *error);

/* Whether `code` is that of a counter from `first` to `last`; `*matched` is set if so. */
kl_status kl_otp_matches(bool *valid, uint64_t *matched, const kl_otp *otp, uint64_t first,
                         uint64_t last, kl_text code, kl_error *error);

#endif
