/* src/drivers/xmlsec_parts.h - what the files of the xmlsec driver share: signatures and what is said
 * (xmlsec.c), and encrypted assertions (xmlsec_decrypt.c). */
#ifndef KL_DRIVERS_XMLSEC_PARTS_H
#define KL_DRIVERS_XMLSEC_PARTS_H

#include "xmlsec.h"

#include <libxml/tree.h>

#define KL_NS_SAML  "urn:oasis:names:tc:SAML:2.0:assertion"
#define KL_NS_DSIG  "http://www.w3.org/2000/09/xmldsig#"
#define KL_NS_ENC   "http://www.w3.org/2001/04/xmlenc#"
#define KL_NS_ENC11 "http://www.w3.org/2009/xmlenc11#"

bool kl_xml_is(const xmlNode *node, const char *name, const char *space);
/* The first such child; the first behind `after` (NULL: of all); NULL when there is none. */
xmlNode *kl_xml_child(const xmlNode *parent, const char *name, const char *space);
xmlNode *kl_xml_next_child(const xmlNode *parent, const xmlNode *after, const char *name,
                           const char *space);
/* The value of an attribute without a namespace; borrowed, NULL when there is none. */
const char *kl_xml_attribute(const xmlNode *node, const char *name);
/* The Algorithm of such a child. */
const char *kl_xml_algorithm(const xmlNode *parent, const char *name, const char *space);
bool kl_xml_is_one_of(const char *text, const char *const *list);

/*
 * Put the assertion in the place of what `holder`, an EncryptedAssertion, holds; `*assertion` is borrowed
 * from the document. `is_signed`: what is encrypted was signed as it is, so it may be CBC, which somebody
 * who changes it could otherwise ask about byte by byte. KL_KEY for all that goes wrong, so that the answer
 * does not help with that either; KL_TYPE when a key is none.
 */
kl_status kl_xmlsec_decrypt(xmlNode **assertion, xmlNode *holder, bool is_signed,
                            const kl_xmlsec_saml *options, kl_error *error);

#endif
