/* src/nodes/saml.h - SSONode with SAML 2.0: the request of the redirect binding, the response of the POST
 * binding (SAML bindings, 3.4 and 3.5; profiles, 4.1). */
#ifndef KL_NODES_SAML_H
#define KL_NODES_SAML_H

#include "kailash/node.h"

/* Who wants to know, and who is asked; texts are borrowed. */
typedef struct kl_saml {
    kl_text entity_id, acs_url;        /* ours: our name, and where responses are posted */
    kl_text idp_entity_id;             /* theirs; empty in requests */
    kl_text sso_url;                   /* where users are sent; empty for responses */
    kl_value certificates;             /* PEM text, or an array of them */
    kl_value keys;                     /* the same, of our private keys; null = none */
    kl_text key_password;
    bool allows_cbc;                   /* see kl_xmlsec_saml */
    kl_text request_id;                /* that a response must answer; empty = any */
    int64_t leeway, now;               /* seconds, epoch seconds */
} kl_saml;

/* {auth_url, request_id, state}; `state` is a string or null (then a random one). Given. */
kl_status kl_saml_request(kl_value *out, const kl_saml *saml, kl_value state, kl_error *error);

/* {valid, claims, subject, reason}: of a response in base64; given. */
kl_status kl_saml_response(kl_value *out, const kl_saml *saml, kl_text response, kl_error *error);

#endif
