/* src/eatp/keys.h - Ed25519 key pairs and signatures of EATP, and what is signed: canonical JSON.
 *
 * Two domains. The protocol domain signs the bytes themselves; the generic one (EatpKeyPair.sign)
 * puts "EATP-GENERIC-SIG-v1" and a NUL before them, so that nobody gets a record signed by asking
 * for the signature of its bytes.
 */
#ifndef KL_EATP_KEYS_H
#define KL_EATP_KEYS_H

#include "buffer.h"
#include "crypto/key.h"
#include "kailash/type.h"

/* EatpKeyPair: secret, wiped at its end, never shown. Never changes: threads may share it. */
typedef struct kl_key_pair kl_key_pair;
extern KL_API const kl_type kl_key_pair_type;

KL_API kl_status kl_key_pair_generate(kl_value *out, kl_error *error);
/* KL_INVALID unless the seed has 32 bytes. */
KL_API kl_status kl_key_pair_from_seed(kl_value *out, kl_text seed, kl_error *error);
/* The 32 bytes; borrowed. */
KL_API const unsigned char *kl_key_pair_public(const kl_key_pair *pair);
/* 64 lower-case hexadecimal characters; borrowed string. */
KL_API kl_value kl_key_pair_public_hex(const kl_key_pair *pair);
/* The secret, for what writes key files; the caller wipes it. */
KL_API kl_status kl_key_pair_seed(unsigned char out[KL_ED25519_KEY], const kl_key_pair *pair,
                                  kl_error *error);

/* Its key, for what signs in other formats (JWS); borrowed. */
KL_API const kl_key *kl_key_pair_key(const kl_key_pair *pair);

/* ---- signing and verifying, protocol domain ------------------------------------------------------- */

KL_API kl_status kl_sign(unsigned char out[KL_ED25519_SIGNATURE], const kl_key_pair *pair,
                         kl_text bytes, kl_error *error);
/* The same as 128 hexadecimal characters; given. */
KL_API kl_status kl_sign_hex(kl_value *out, const kl_key_pair *pair, kl_text bytes,
                             kl_error *error);

/* A public key to verify with: strict (RFC 8032 with S < L, no point of small order). */
typedef struct kl_verifier kl_verifier;
/* Of its hexadecimal text in either case; given. KL_INVALID for text that is none, a wrong length, no
 * point of the curve, a point of small order: no verdict is possible then. */
KL_API kl_status kl_verifier_new(kl_verifier **out, kl_text hex, kl_error *error);
KL_API kl_status kl_verifier_from_bytes(kl_verifier **out,
                                        const unsigned char bytes[KL_ED25519_KEY],
                                        kl_error *error);
KL_API void kl_verifier_free(kl_verifier *verifier);
/* Whether a public key is a point of small order, under which one signature fits many messages. */
KL_API bool kl_key_is_weak(const unsigned char key[KL_ED25519_KEY]);
KL_API const kl_key *kl_verifier_key(const kl_verifier *verifier);
/* Whether `signature` is one of `bytes`. */
KL_API kl_status kl_verify(bool *valid, const kl_verifier *verifier, kl_text bytes,
                           const unsigned char signature[KL_ED25519_SIGNATURE], kl_error *error);
/* Both at once, with the signature as hexadecimal text, which is KL_INVALID unless it has 128 digits. */
KL_API kl_status kl_verify_hex(bool *valid, kl_text public_key_hex, kl_text bytes,
                               kl_text signature_hex, kl_error *error);

/* ---- hexadecimal text of a known length ----------------------------------------------------------- */

/* Writes 2 * count lower-case characters, no NUL. */
KL_API void kl_hex_write(char *out, const unsigned char *bytes, size_t count);
/* The reverse, in either case; KL_INVALID "WHAT hex must be N chars, got M" or "invalid hex". */
KL_API kl_status kl_hex_read(unsigned char *out, size_t count, kl_text hex, const char *what,
                             kl_error *error);

/* ---- canonical JSON ------------------------------------------------------------------------------- */

/* Append `value` in family B (kl_json_canonical_b). KL_INVALID for NaN and infinities. */
KL_API kl_status kl_canonical_add(kl_buffer *to, kl_value value, kl_error *error);
/* SHA-256 of family B as 64 hexadecimal characters; given. */
KL_API kl_status kl_canonical_hash(kl_value *out, kl_value value, kl_error *error);
/* SHA-256 of bytes as 64 hexadecimal characters. */
KL_API kl_status kl_sha256_hex(char out[65], kl_text bytes, kl_error *error);
/* JSON of signed material: no key twice, integers to 2^64 - 1 as they are; given. */
KL_API kl_status kl_signed_json_parse(kl_value *out, kl_text text, kl_error *error);

#endif
