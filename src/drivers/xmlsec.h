/* src/drivers/xmlsec.h - what the library needs of xmlsec: SAML responses that are signed, and may be
 * encrypted. */
#ifndef KL_DRIVERS_XMLSEC_H
#define KL_DRIVERS_XMLSEC_H

#include "kailash/value.h"

/* By what a response is read; all is borrowed. */
typedef struct kl_xmlsec_saml {
    kl_value certificates; /* array of PEM texts: of who signs */
    kl_value keys;         /* array of PEM texts: private keys for what is encrypted; null = none */
    kl_text key_password;  /* of the keys; empty = none */
    bool allows_cbc;       /* also where nothing proves that what is encrypted is as it was */
} kl_xmlsec_saml;

typedef struct kl_xmlsec_functions {
    /*
     * Check that a SAML 2.0 response has exactly one assertion, as its child, perhaps encrypted, and that
     * the assertion or the response is signed by one of the certificates; then tell what it says.
     * Everything told lies in what was signed, except `destination`, `status` and `response_issuer`
     * of a response that is not signed itself. `*out` is given, a map:
     *
     *   response_id, response_issuer, destination, in_response_to, status   texts or null
     *   assertion_id, issuer, name_id, name_id_format, session_index        texts or null
     *   not_before, not_on_or_after                                         texts or null
     *   audiences   array with an array of texts for every restriction
     *   confirmations  array of {method, recipient, not_before, not_on_or_after, in_response_to}
     *   attributes  name -> array of texts
     *   signed      "assertion" or "response"
     *   encrypted   whether the assertion was
     *
     * KL_SYNTAX: no such response; KL_DENIED: not signed, or signed in a way that proves nothing;
     * KL_STATE: encrypted, and there are no keys; KL_KEY: it cannot be decrypted; KL_INVALID: a
     * certificate is none; KL_TYPE: a key is none.
     */
    kl_status (*saml_response)(kl_value *out, kl_text xml, const kl_xmlsec_saml *options, kl_error *error);
} kl_xmlsec_functions;

#endif
