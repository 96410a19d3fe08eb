/* src/drivers/openssl.h - what the library needs of libcrypto. */
#ifndef KL_DRIVERS_OPENSSL_H
#define KL_DRIVERS_OPENSSL_H

#include "crypto/certificate.h"
#include "crypto/cipher.h"
#include "crypto/timestamp.h"

/* Key pairs: `void *` is the driver's key. See crypto/key.h for what each does. */
typedef struct kl_openssl_keys {
    kl_status (*generate)(void **out, kl_key_kind kind, int bits, kl_error *error);
    kl_status (*read)(void **out, kl_text text, kl_text password, kl_error *error);
    kl_status (*write)(kl_value *out, void *key, bool is_private, kl_key_format format,
                       kl_text password, kl_error *error);
    kl_status (*from_numbers)(void **out, kl_key_kind kind, const kl_text numbers[KL_KEY_NUMBERS],
                              kl_error *error);
    kl_status (*numbers)(kl_value out[KL_KEY_NUMBERS], void *key, bool is_private, kl_error *error);
    kl_key_facts (*facts)(void *key);
    kl_status (*sign)(kl_value *out, void *key, const kl_signature_kind *kind, kl_text bytes,
                      kl_error *error);
    kl_status (*verify)(bool *valid, void *key, const kl_signature_kind *kind, kl_text bytes,
                        kl_text signature, kl_error *error);
    kl_status (*encrypt)(kl_value *out, void *key, kl_hash_kind hash, kl_text label, kl_text bytes,
                         kl_error *error);
    kl_status (*decrypt)(kl_value *out, void *key, kl_hash_kind hash, kl_text label, kl_text bytes,
                         kl_error *error);
    void (*end)(void *key);
} kl_openssl_keys;

/* X.509: `void *` lists are the driver's stacks of certificates. See crypto/certificate.h. */
typedef struct kl_openssl_certificates {
    kl_status (*read)(void **out, void **key, kl_text text, kl_text password, kl_error *error);
    void (*end)(void *list);
    size_t (*len)(void *list);
    kl_status (*describe)(kl_value *out, void *list, size_t index, kl_error *error);
    kl_status (*key)(void **out, void *list, size_t index, kl_error *error);
    kl_status (*write)(kl_value *out, void *list, size_t index, kl_key_format format,
                       kl_error *error);
    /* `chain` and `roots` may be NULL as in the rules, whose own lists are not looked at. */
    kl_status (*verify)(bool *valid, kl_value *reason, void *list, void *chain, void *roots,
                        const kl_certificate_rules *rules, kl_error *error);
    kl_status (*request)(kl_value *out, const kl_certificate_request *request, void *key,
                         kl_error *error);
    kl_status (*read_request)(kl_value *subject, kl_value *names, void **key, kl_text text,
                              kl_error *error);
    kl_status (*issue)(kl_value *out, const kl_certificate_request *request, void *key,
                       void *issuer, void *issuer_key, kl_error *error);
} kl_openssl_certificates;

typedef struct kl_openssl {
    kl_status (*hash_once)(unsigned char *out, kl_hash_kind kind, kl_text bytes, kl_error *error);
    kl_status (*hmac_once)(unsigned char *out, kl_hash_kind kind, kl_text key, kl_text bytes,
                           kl_error *error);
    /* A hash in the making, opaque to the library. */
    kl_status (*hash_begin)(void **out, kl_hash_kind kind, kl_error *error);
    kl_status (*hash_update)(void *hash, kl_text bytes, kl_error *error);
    kl_status (*hash_finish)(unsigned char *out, void *hash, kl_error *error);
    void (*hash_end)(void *hash);
    /* scrypt (RFC 7914) with N = 2^`log_n`: writes `len` bytes, using 128 * N * r of memory. */
    kl_status (*scrypt)(unsigned char *out, size_t len, kl_text password, kl_text salt,
                        uint32_t log_n, uint32_t r, uint32_t p, kl_error *error);
    kl_status (*hkdf)(unsigned char *out, size_t len, kl_hash_kind kind, kl_text secret,
                      kl_text salt, kl_text info, kl_error *error);
    kl_status (*pbkdf2)(unsigned char *out, size_t len, kl_hash_kind kind, kl_text password,
                        kl_text salt, uint32_t iterations, kl_error *error);
    /* Writes as many bytes as are sealed and a tag; lengths were checked. */
    kl_status (*seal)(unsigned char *out, const kl_cipher *cipher, kl_text bytes, kl_error *error);
    /* Writes as many bytes as stand before the tag. */
    kl_status (*open)(unsigned char *out, const kl_cipher *cipher, kl_text sealed, kl_error *error);
    const kl_openssl_keys *keys;
    const kl_openssl_certificates *certificates;
    /* See kl_timestamp_verify(); `pinned` is a list of certificates, or NULL. */
    kl_status (*timestamp_verify)(bool *valid, kl_value *reason, kl_text token,
                                  const kl_timestamp_rules *rules, void *pinned, kl_error *error);
} kl_openssl;

#endif
