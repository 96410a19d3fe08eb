/* src/drivers/openssl_parts.h - what the files of the openssl driver share. */
#ifndef KL_DRIVERS_OPENSSL_PARTS_H
#define KL_DRIVERS_OPENSSL_PARTS_H

#include "openssl.h"

#include <openssl/evp.h>

/* OpenSSL's name of a hash. */
const char *kl_openssl_hash_name(kl_hash_kind kind);
/* A hash, kept for the life of the process. */
kl_status kl_openssl_hash(const EVP_MD **out, kl_hash_kind kind, kl_error *error);
/* What OpenSSL says of its last failure; clears its list. */
kl_status kl_openssl_fail(const char *what, kl_error *error);
/* The same as `code`, with a message of ours; out of memory stays what it is. */
kl_status kl_openssl_refuse(kl_status code, const char *message, kl_error *error);
/* The content of a memory BIO as a string or as bytes; given. */
kl_status kl_openssl_bio_value(kl_value *out, BIO *bio, kl_key_format format, kl_error *error);
/* Read-only view of `text`; NULL without memory, and for more than 2 GiB. */
BIO *kl_openssl_bio(kl_text text);

kl_status kl_openssl_key_read(void **out, kl_text text, kl_text password, kl_error *error);

/* Those of openssl_issue.c; see kl_openssl_certificates. */
kl_status kl_openssl_request(kl_value *out, const kl_certificate_request *request, void *key,
                             kl_error *error);
kl_status kl_openssl_read_request(kl_value *subject, kl_value *names, void **key, kl_text text,
                                  kl_error *error);
kl_status kl_openssl_issue(kl_value *out, const kl_certificate_request *request, void *key,
                           void *issuer, void *issuer_key, kl_error *error);

/* That of openssl_timestamp.c; see kl_openssl. */
kl_status kl_openssl_timestamp_verify(bool *valid, kl_value *reason, kl_text token,
                                      const kl_timestamp_rules *rules, void *pinned,
                                      kl_error *error);

extern const kl_openssl_keys kl_openssl_key_functions;
extern const kl_openssl_certificates kl_openssl_certificate_functions;

#endif
