/* src/drivers/openssl_words.h - our words for what certificates may be used for. */
#ifndef KL_DRIVERS_OPENSSL_WORDS_H
#define KL_DRIVERS_OPENSSL_WORDS_H

#include <openssl/objects.h>

/* In the order of their bits (RFC 5280, 4.2.1.3). */
static const char *const kl_key_usage_words[] = {
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
    "key_agreement",     "cert_sign",          "crl_sign",         "encipher_only",
    "decipher_only",
};

static const struct {
    const char *word;
    int nid;
} kl_purpose_words[] = {
    {"server", NID_server_auth},     {"client", NID_client_auth}, {"code_signing", NID_code_sign},
    {"email", NID_email_protect},    {"timestamping", NID_time_stamp},
    {"ocsp", NID_OCSP_sign},
};

#endif
