/* src/net/url.h - http and https URLs: taken apart, joined, shown without secrets.
 *
 * Stricter than browsers: control characters, backslashes and percent signs in the host are
 * refused, so that what is checked here is what is asked later.
 */
#ifndef KL_NET_URL_H
#define KL_NET_URL_H

#include "kailash/value.h"

/* End it with kl_url_clear(). */
typedef struct kl_url {
    kl_value text;      /* the whole without user, password and fragment, ASCII but for the host */
    kl_text scheme;     /* "http" or "https"; all texts are borrowed from `text` */
    kl_text host;       /* lower-case; an IPv6 address without its brackets */
    kl_text target;     /* path and query, "/" at least */
    uint16_t port;
    kl_value user;      /* percent-decoded bytes, or null */
    kl_value password;
} kl_url;

/* KL_INVALID: "expected an http or https URL, got scheme 'ftp'" or "... a malformed URL (why)". */
KL_API kl_status kl_url_parse(kl_url *out, kl_text text, kl_error *error);
/* A reference as it stands in a page or a Location header, seen from `base` (RFC 3986, 5.2). */
KL_API kl_status kl_url_join(kl_url *out, const kl_url *base, kl_text reference, kl_error *error);
KL_API void kl_url_clear(kl_url *url);

/* Same scheme, host and port. */
KL_API bool kl_url_same_origin(const kl_url *a, const kl_url *b);

/* A URL, even a malformed one, with *** for user, password and the values of query parameters
 * whose names speak of secrets; given. */
KL_API kl_status kl_url_redact(kl_value *out, kl_text url, kl_error *error);

#endif
