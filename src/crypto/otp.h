/* src/crypto/otp.h - one-time passwords: HOTP (RFC 4226), which TOTP (RFC 6238) counts by time. */
#ifndef KL_CRYPTO_OTP_H
#define KL_CRYPTO_OTP_H

#include "kailash/crypto.h"

enum { KL_OTP_DIGITS_MIN = 6, KL_OTP_DIGITS_MAX = 10 };

/* The code of a counter: `digits` characters and a NUL. KL_INVALID for digits out of range. */
KL_API kl_status kl_hotp(char out[KL_OTP_DIGITS_MAX + 1], kl_hash_kind hash, kl_text secret,
                         uint64_t counter, int digits, kl_error *error);

#endif
