/* kailash/crypto.h - hashes, keyed hashes, and care with secrets. */
#ifndef KAILASH_CRYPTO_H
#define KAILASH_CRYPTO_H

#include "kailash/value.h"

KL_BEGIN_DECLS

/** The algorithms. */
typedef enum kl_hash_kind {
    KL_HASH_MD5,  /* broken: for checksums of other systems only */
    KL_HASH_SHA1, /* broken: for checksums of other systems only */
    KL_HASH_SHA224,
    KL_HASH_SHA256,
    KL_HASH_SHA384,
    KL_HASH_SHA512,
    KL_HASH_SHA3_256,
    KL_HASH_SHA3_512,
    KL_HASH_BLAKE2B, /* 64 bytes */
    KL_HASH_BLAKE2S, /* 32 bytes */
    KL_HASH_KIND_COUNT
} kl_hash_kind;

/** The longest hash, in bytes. */
#define KL_HASH_MAX 64

/** The kind of a name such as "sha256" or "SHA3-256" (any case, '-' and '_' alike). KL_INVALID
 *  lists the legal names. */
KL_API kl_status kl_hash_kind_of(kl_hash_kind *out, kl_text name, kl_error *error);
/** The name of a kind, such as "sha3-256". */
KL_API const char *kl_hash_name(kl_hash_kind kind);
/** Length of a kind's hash in bytes. */
KL_API size_t kl_hash_len(kl_hash_kind kind);

/** The hash of `bytes` in one call: writes kl_hash_len(kind) bytes. */
KL_API kl_status kl_hash_once(unsigned char out[KL_HASH_MAX], kl_hash_kind kind, kl_text bytes,
                              kl_error *error);
/** The same as a bytes value; given. */
KL_API kl_status kl_hash_bytes(kl_value *out, kl_hash_kind kind, kl_text bytes, kl_error *error);
/** The same as lower-case hexadecimal text; given. */
KL_API kl_status kl_hash_hex(kl_value *out, kl_hash_kind kind, kl_text bytes, kl_error *error);

/** A hash in the making. For one thread at a time. */
typedef struct kl_hash kl_hash;

/** Begin a hash; given, end it with kl_hash_free(). KL_UNAVAILABLE when OpenSSL is missing. */
KL_API kl_status kl_hash_new(kl_hash **out, kl_hash_kind kind, kl_error *error);
/** Add bytes (borrowed). KL_STATE once it is finished. */
KL_API kl_status kl_hash_update(kl_hash *hash, kl_text bytes, kl_error *error);
/** The hash of all that came, as a bytes value; given. Nothing more can be added: KL_STATE. */
KL_API kl_status kl_hash_finish(kl_value *out, kl_hash *hash, kl_error *error);
/** End a hash, finished or not; NULL is fine. */
KL_API void kl_hash_free(kl_hash *hash);

/** HMAC (RFC 2104) of `bytes` under `key` (any length below 2 GiB) as a bytes value; given. */
KL_API kl_status kl_hmac(kl_value *out, kl_hash_kind kind, kl_text key, kl_text bytes,
                         kl_error *error);

/** Whether two texts are equal, in a time that tells nothing but whether their lengths are. */
KL_API bool kl_equal_secret(kl_text a, kl_text b);

/** Overwrite a secret; no compiler leaves it out. */
KL_API void kl_wipe(void *memory, size_t size);

KL_END_DECLS
#endif
