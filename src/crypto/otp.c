/* src/crypto/otp.c - see otp.h. */
#include "otp.h"

#include <stdio.h>

kl_status kl_hotp(char out[KL_OTP_DIGITS_MAX + 1], kl_hash_kind hash, kl_text secret,
                  uint64_t counter, int digits, kl_error *error)
{
    static const uint64_t powers[] = {1000000, 10000000, 100000000, 1000000000, 10000000000};
    char bytes[8];
    kl_value mac;
    if (digits < KL_OTP_DIGITS_MIN || digits > KL_OTP_DIGITS_MAX)
        return kl_error_set(error, KL_INVALID, "digits: expected %d to %d, got %d",
                            KL_OTP_DIGITS_MIN, KL_OTP_DIGITS_MAX, digits);
    for (int i = 0; i < 8; i++)
        bytes[i] = (char)(counter >> (56 - 8 * i));
    KL_TRY(kl_hmac(&mac, hash, secret, (kl_text){bytes, 8}, error));
    const unsigned char *hashed = (const unsigned char *)kl_as_text(mac).data;
    const unsigned char *at = hashed + (hashed[kl_value_len(mac) - 1] & 15);
    uint32_t number = (uint32_t)(at[0] & 0x7f) << 24 | (uint32_t)at[1] << 16 |
                      (uint32_t)at[2] << 8 | at[3];
    snprintf(out, KL_OTP_DIGITS_MAX + 1, "%0*llu", digits,
             (unsigned long long)(number % powers[digits - KL_OTP_DIGITS_MIN]));
    kl_value_release(mac);
    return KL_OK;
}
