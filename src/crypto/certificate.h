/* src/crypto/certificate.h - X.509 certificates: read, described, verified, requested, issued. */
#ifndef KL_CRYPTO_CERTIFICATE_H
#define KL_CRYPTO_CERTIFICATE_H

#include "key.h"
#include "kailash/time.h"

/* A list of certificates, in the order they stood in the text. Never changes. */
typedef struct kl_certificates kl_certificates;

/*
 * From PEM (any number), DER (one) or PKCS#12 (that of its key first, which `password` opens);
 * given. KL_SYNTAX when there is none. `*key` (may be NULL) gets the private key of a PKCS#12
 * file, else NULL; given.
 */
KL_API kl_status kl_certificates_read(kl_certificates **out, kl_key **key, kl_text text,
                                      kl_text password, kl_error *error);
KL_API void kl_certificates_free(kl_certificates *list);
KL_API size_t kl_certificates_len(const kl_certificates *list);

/*
 * Certificate `index` as a map; given: subject, issuer ("C=SG, O=Acme, CN=x"), serial (hex),
 * fingerprint (SHA-256 of the DER, hex), valid_from, valid_until (epoch seconds), san_entries
 * (["DNSName(x)"]), key_type, key_bits, signature_algorithm, is_ca, self_signed, version,
 * key_usage, extended_key_usage (lists of words), subject_key_id, authority_key_id (hex or null).
 */
KL_API kl_status kl_certificate_describe(kl_value *out, const kl_certificates *list, size_t index,
                                         kl_error *error);
/* Its public key; given. */
KL_API kl_status kl_certificate_key(kl_key **out, const kl_certificates *list, size_t index,
                                    kl_error *error);
/* As PEM text or DER bytes; given. */
KL_API kl_status kl_certificate_write(kl_value *out, const kl_certificates *list, size_t index,
                                      kl_key_format format, kl_error *error);

/* What must hold of a chain; empty texts are not checked. */
typedef struct kl_certificate_rules {
    const kl_certificates *chain; /* intermediate ones, beside those behind the first; or NULL */
    const kl_certificates *roots; /* trusted; NULL = those of the system */
    kl_text hostname;             /* a DNS name, or an IP address */
    kl_text purpose;              /* server, client, email, code_signing, timestamping, ocsp */
    int64_t time;                 /* epoch seconds when it must be valid; KL_TIME_NONE = now */
} kl_certificate_rules;

/* Whether the first of `list` leads to a root; if not, `*reason` is a string that tells why, else
 * null. Given. KL_INVALID for a hostname that is none. Keys below 112 bits of strength and SHA-1
 * signatures are refused. */
KL_API kl_status kl_certificate_verify(bool *valid, kl_value *reason, const kl_certificates *list,
                                       const kl_certificate_rules *rules, kl_error *error);

/* What a new certificate or a request for one says. */
typedef struct kl_certificate_request {
    kl_value subject; /* map of short names to a text or a list of texts: {"C":"SG","CN":"x"} */
    kl_value names;   /* array of "DNS:x", "IP:1.2.3.4", "email:a@b", "URI:http://x"; or null */
    kl_value key_usage, extended_key_usage; /* arrays of words as describe gives; or null */
    bool is_ca;
    int path_len;     /* of a CA: how many CAs may follow; -1 = any number */
    int64_t not_before, not_after; /* epoch seconds; not in requests */
} kl_certificate_request;

/* A request (PKCS#10) signed by `key`, as PEM; given. */
KL_API kl_status kl_certificate_request_new(kl_value *out, const kl_certificate_request *request,
                                            const kl_key *key, kl_error *error);
/* What a request asks for: subject (map as above), names (array), and its key; given. KL_DENIED
 * when its signature is not one of its key. */
KL_API kl_status kl_certificate_request_read(kl_value *subject, kl_value *names, kl_key **key,
                                             kl_text text, kl_error *error);
/*
 * A certificate for `key` (its public part) signed by `issuer_key`, as PEM; given. `issuer` is the
 * first of that list; NULL = self-signed, and `issuer_key` must then be the pair of `key`.
 */
KL_API kl_status kl_certificate_issue(kl_value *out, const kl_certificate_request *request,
                                      const kl_key *key, const kl_certificates *issuer,
                                      const kl_key *issuer_key, kl_error *error);

#endif
