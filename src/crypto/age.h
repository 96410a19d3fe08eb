/* src/crypto/age.h - files encrypted with a passphrase, as the `age` command does (age-encryption.org/v1,
 * binary, one scrypt recipient). */
#ifndef KL_CRYPTO_AGE_H
#define KL_CRYPTO_AGE_H

#include "kailash/value.h"

/* scrypt's cost is 2^work_factor: 18 takes 256 MiB. Files that ask for more than 22 are refused. */
enum { KL_AGE_WORK_FACTOR = 18, KL_AGE_WORK_FACTOR_MAX = 22 };

/* The file as bytes; given. KL_INVALID for an empty passphrase or a work factor that is not 1 to 22. */
KL_API kl_status kl_age_seal(kl_value *out, kl_text passphrase, uint32_t work_factor, kl_text bytes,
                             kl_error *error);
/*
 * The reverse; given, and for the caller to wipe if it is a secret. KL_SYNTAX for what is no such file,
 * KL_LIMIT when it asks for too much work, KL_DENIED when the passphrase is another one or the file
 * was changed.
 */
KL_API kl_status kl_age_open(kl_value *out, kl_text passphrase, kl_text file, kl_error *error);

#endif
