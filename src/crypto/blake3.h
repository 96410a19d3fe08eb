/* src/crypto/blake3.h - the hash BLAKE3, needing no library. */
#ifndef KL_CRYPTO_BLAKE3_H
#define KL_CRYPTO_BLAKE3_H

#include "kailash/base.h"

enum { KL_BLAKE3_LEN = 32 };

/* The hash of `bytes`. */
KL_API void kl_blake3(unsigned char out[KL_BLAKE3_LEN], kl_text bytes);

#endif
