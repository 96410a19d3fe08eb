/* src/net/sigv4.h - AWS Signature Version 4, by the rules of S3: requests signed in a header, and URLs
 * that hold their signature.
 *
 * Each path is encoded once, and sent as it was signed.
 */
#ifndef KL_NET_SIGV4_H
#define KL_NET_SIGV4_H

#include "buffer.h"
#include "kailash/time.h"

/* Who signs, for whom, and when. Texts are borrowed. */
typedef struct kl_sigv4_signer {
    kl_text access_key_id, secret_access_key;
    kl_text session_token; /* of temporary credentials; empty: none */
    kl_text region, service;
    kl_time time;
} kl_sigv4_signer;

/* What is signed. Signing adds to `headers` or `query`, whose texts have no control characters. */
typedef struct kl_sigv4_request {
    kl_text method;
    kl_text path;      /* as it is sent: kl_sigv4_encode() made it */
    kl_value *query;   /* map: names and values, not encoded */
    kl_value *headers; /* map: names in lower case; all are signed, and `host` is among them */
} kl_sigv4_request;

/* Append text in which all but A-Z a-z 0-9 - . _ ~ is percent-encoded, and '/' unless it is kept. */
KL_API void kl_sigv4_encode(kl_buffer *to, kl_text text, bool keeps_slash);

/* A query as it is signed and must be sent: sorted, encoded, without '?'; given. */
KL_API kl_status kl_sigv4_query(kl_value *out, kl_value query, kl_error *error);

/* Add the headers x-amz-content-sha256, x-amz-date, authorization, and x-amz-security-token with a
 * session token. */
KL_API kl_status kl_sigv4_sign(const kl_sigv4_request *request, kl_text body,
                               const kl_sigv4_signer *signer, kl_error *error);

/* Add to the query what makes the URL good for `seconds` without any headers but those given. */
KL_API kl_status kl_sigv4_presign(const kl_sigv4_request *request, int64_t seconds,
                                  const kl_sigv4_signer *signer, kl_error *error);

#endif
