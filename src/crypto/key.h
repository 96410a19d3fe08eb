/* src/crypto/key.h - key pairs and public keys: made, read, written, signed and encrypted with.
 *
 * A kl_key never changes, so threads may share it. Its secret parts lie in libcrypto's memory,
 * which wipes them. No message of an error shows any part of a key.
 */
#ifndef KL_CRYPTO_KEY_H
#define KL_CRYPTO_KEY_H

#include "kailash/crypto.h"

typedef struct kl_key kl_key;

typedef enum kl_key_kind {
    KL_KEY_RSA,
    KL_KEY_P256,    /* curves of NIST, for ECDSA */
    KL_KEY_P384,
    KL_KEY_P521,
    KL_KEY_ED25519, /* RFC 8032 */
    KL_KEY_OTHER,   /* readable, but not for anything here */
} kl_key_kind;

/* Of a key: "RSA", "EC P-256", "Ed25519" ... */
KL_API const char *kl_key_kind_name(kl_key_kind kind);

typedef struct kl_key_facts {
    kl_key_kind kind;
    int bits;
    bool is_private;
} kl_key_facts;

/* A new pair; given. `bits` are for RSA alone: 2048 to 8192. */
KL_API kl_status kl_key_generate(kl_key **out, kl_key_kind kind, int bits, kl_error *error);
/*
 * A private or public key, or that of a certificate, from PEM or DER (PKCS#8, PKCS#1, SEC 1,
 * SubjectPublicKeyInfo); given. `password` opens an encrypted one; empty = none.
 */
KL_API kl_status kl_key_read(kl_key **out, kl_text text, kl_text password, kl_error *error);
KL_API void kl_key_free(kl_key *key);
KL_API kl_key_facts kl_key_facts_of(const kl_key *key);

typedef enum kl_key_format {
    KL_KEY_PEM, /* text */
    KL_KEY_DER, /* bytes */
} kl_key_format;

/* SubjectPublicKeyInfo, or (`is_private`) PKCS#8, which `password` encrypts if it is not empty. */
KL_API kl_status kl_key_write(kl_value *out, const kl_key *key, bool is_private,
                              kl_key_format format, kl_text password, kl_error *error);

/* ---- Ed25519 as its 32 bytes ----------------------------------------------------------------- */

enum { KL_ED25519_KEY = 32, KL_ED25519_SIGNATURE = 64 };

/* From the seed (`is_private`) or the public key; given. KL_INVALID for another length, and for a
 * public key that is no point of the curve. */
KL_API kl_status kl_key_from_ed25519(kl_key **out, kl_text bytes, bool is_private, kl_error *error);
/* The seed or the public key. */
KL_API kl_status kl_key_ed25519(unsigned char out[KL_ED25519_KEY], const kl_key *key,
                                bool is_private, kl_error *error);

/* ---- signatures ------------------------------------------------------------------------------ */

typedef enum kl_signature_scheme {
    KL_SIGN_RSA_PKCS1, /* RSASSA-PKCS1-v1_5 */
    KL_SIGN_RSA_PSS,   /* MGF1 of the same hash; salt as long as the hash */
    KL_SIGN_ECDSA,
    KL_SIGN_ED25519,   /* has no hash */
} kl_signature_scheme;

typedef struct kl_signature_kind {
    kl_signature_scheme scheme;
    kl_hash_kind hash;
    bool is_plain;   /* ECDSA: r and s side by side (RFC 7518) instead of DER */
    bool any_salt;   /* RSA-PSS: verify with a salt of any length */
} kl_signature_kind;

/* The signature as bytes; given. KL_INVALID when the key is of another kind, or public. */
KL_API kl_status kl_key_sign(kl_value *out, const kl_key *key, const kl_signature_kind *kind,
                             kl_text bytes, kl_error *error);
/* Whether `signature` is one of `bytes`; a malformed one is simply none. */
KL_API kl_status kl_key_verify(bool *valid, const kl_key *key, const kl_signature_kind *kind,
                               kl_text bytes, kl_text signature, kl_error *error);

/* ---- RSA-OAEP -------------------------------------------------------------------------------- */

/* Encrypted for the holder of the private key, with MGF1 of the same hash; given. */
KL_API kl_status kl_key_encrypt(kl_value *out, const kl_key *key, kl_hash_kind hash, kl_text label,
                                kl_text bytes, kl_error *error);
/* KL_DENIED when it was not encrypted for this key. */
KL_API kl_status kl_key_decrypt(kl_value *out, const kl_key *key, kl_hash_kind hash, kl_text label,
                                kl_text bytes, kl_error *error);

/* ---- numbers: what JWK is made of ------------------------------------------------------------ */

/* Big-endian, borrowed; unused ones are empty. RSA: n e, private d p q dp dq qi. Curves: x y,
 * private d. Ed25519: x, private d. */
typedef enum kl_key_number {
    KL_KEY_N, KL_KEY_E, KL_KEY_D, KL_KEY_P, KL_KEY_Q, KL_KEY_DP, KL_KEY_DQ, KL_KEY_QI,
    KL_KEY_X, KL_KEY_Y, KL_KEY_NUMBERS
} kl_key_number;

/* KL_INVALID when they make no key; given. */
KL_API kl_status kl_key_from_numbers(kl_key **out, kl_key_kind kind,
                                     const kl_text numbers[KL_KEY_NUMBERS], kl_error *error);
/* Bytes values, those of curves padded to the length of the curve, null where there is none; given.
 * Without `is_private` the public ones only. */
KL_API kl_status kl_key_numbers(kl_value out[KL_KEY_NUMBERS], const kl_key *key, bool is_private,
                                kl_error *error);

#endif
