/* src/drivers/xmlsec.c - signed SAML responses, through xmlsec (with OpenSSL) and libxml2.
 *
 * What makes signatures of XML treacherous is that what was verified need not be what is read. So the
 * form is narrow: one assertion, in one place; the signature stands in the element that it is about
 * and refers to that element by an id that nobody else has; only the transforms that SAML names; keys
 * are those of the caller, never those the document brings; no DTD. What is read is read from there. */
#include "xmlsec.h"
#include "driver.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <limits.h>
#include <pthread.h>
#include <xmlsec/xmlsec.h> /* before its others */
#include <xmlsec/errors.h>
#include <xmlsec/openssl/app.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmltree.h>

#define SAML     "urn:oasis:names:tc:SAML:2.0:assertion"
#define PROTOCOL "urn:oasis:names:tc:SAML:2.0:protocol"
#define DSIG     "http://www.w3.org/2000/09/xmldsig#"
#define DSIG11   "http://www.w3.org/2001/04/xmldsig-more#"
#define EXC_C14N "http://www.w3.org/2001/10/xml-exc-c14n#"

enum { DOCUMENT_MAX = 1 << 20, DEPTH_MAX = 64 };

static kl_status malformed(const char *why, kl_error *error)
{
    return kl_error_set(error, KL_SYNTAX, "no SAML response: %s", why);
}

static kl_status denied(const char *why, kl_error *error)
{
    return kl_error_set(error, KL_DENIED, "%s", why);
}

/* ---- the library --------------------------------------------------------------------------------- */

static bool is_ready;

static void silent(const char *file, int line, const char *function, const char *object,
                   const char *subject, int reason, const char *message)
{
    (void)file, (void)line, (void)function, (void)object, (void)subject, (void)reason, (void)message;
}

static void begin_once(void)
{
    xmlInitParser();
    is_ready = xmlSecInit() == 0 && xmlSecOpenSSLAppInit(NULL) == 0 && xmlSecOpenSSLInit() == 0;
    xmlSecErrorsSetCallback(silent);
}

static kl_status begin(kl_error *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, begin_once);
    return is_ready ? KL_OK : kl_error_set(error, KL_UNAVAILABLE, "xmlsec cannot be initialised");
}

/* ---- the tree ------------------------------------------------------------------------------------ */

static bool is_element(const xmlNode *node, const char *name, const char *space)
{
    return node && node->type == XML_ELEMENT_NODE && node->ns && node->ns->href &&
           strcmp((const char *)node->name, name) == 0 &&
           strcmp((const char *)node->ns->href, space) == 0;
}

/* The first such child behind `after` (NULL: of all). */
static xmlNode *next_child(const xmlNode *parent, const xmlNode *after, const char *name,
                           const char *space)
{
    xmlNode *node = after ? after->next : parent ? parent->children : NULL;
    while (node && !is_element(node, name, space))
        node = node->next;
    return node;
}

static xmlNode *child(const xmlNode *parent, const char *name, const char *space)
{
    return next_child(parent, NULL, name, space);
}

/* The next node of the whole tree below `root`, in its order. */
static xmlNode *next_in_tree(xmlNode *node, const xmlNode *root)
{
    if (node->children && node->type == XML_ELEMENT_NODE)
        return node->children;
    while (node != root && !node->next)
        node = node->parent;
    return node == root ? NULL : node->next;
}

static int depth_of(const xmlNode *node)
{
    int depth = 0;
    for (; node; node = node->parent)
        depth++;
    return depth;
}

static const char *attribute(const xmlNode *node, const char *name)
{
    const xmlAttr *found = node ? xmlHasNsProp(node, (const xmlChar *)name, NULL) : NULL;
    return found && found->children && found->children->type == XML_TEXT_NODE &&
                   !found->children->next
               ? (const char *)found->children->content
               : NULL;
}

/* Ids become known to xmlsec, and must be unlike one another: else a reference could mean another
 * element than the one its signature stands in. The only assertion must be the one we read. */
static kl_status look_through(xmlDoc *document, xmlNode *root, kl_error *error)
{
    int assertions = 0;
    for (xmlNode *node = root; node; node = next_in_tree(node, root)) {
        if (node->type == XML_ENTITY_REF_NODE || node->type == XML_ENTITY_DECL)
            return malformed("it has entities", error);
        if (node->type != XML_ELEMENT_NODE)
            continue;
        if (depth_of(node) > DEPTH_MAX)
            return malformed("it nests too deep", error);
        assertions += strcmp((const char *)node->name, "Assertion") == 0;
        for (xmlAttr *each = node->properties; each; each = each->next) {
            const char *name = (const char *)each->name;
            if (strcmp(name, "ID") != 0 && strcmp(name, "Id") != 0 && strcmp(name, "id") != 0)
                continue;
            xmlChar *id = xmlNodeGetContent((xmlNode *)each);
            bool added = id && *id && xmlAddID(NULL, document, id, each);
            xmlFree(id);
            if (!added)
                return denied("an id stands twice in the response", error);
        }
    }
    if (assertions != 1)
        return malformed(assertions ? "it has more than one assertion" : "it has no assertion", error);
    return KL_OK;
}

/* ---- the signature ------------------------------------------------------------------------------- */

static bool is_one_of(const char *text, const char *const *list)
{
    for (; text && *list; list++)
        if (strcmp(text, *list) == 0)
            return true;
    return false;
}

static const char *algorithm(const xmlNode *parent, const char *name)
{
    return attribute(child(parent, name, DSIG), "Algorithm");
}

static kl_status check_transforms(const xmlNode *reference, kl_error *error)
{
    static const char *const allowed[] = {DSIG "enveloped-signature", EXC_C14N, NULL};
    const xmlNode *list = child(reference, "Transforms", DSIG), *each = NULL;
    int count = 0;
    while ((each = next_child(list, each, "Transform", DSIG))) {
        if (!is_one_of(attribute(each, "Algorithm"), allowed))
            return denied("the signature transforms what it signs in a way that is not allowed", error);
        if (++count > 2)
            return denied("the signature has too many transforms", error);
    }
    return KL_OK;
}

/* The signature must be about `owner`, the element it stands in, and nothing else. */
static kl_status check_form(const xmlNode *signature, const xmlNode *owner, kl_error *error)
{
    static const char *const methods[] = {DSIG11 "rsa-sha256",   DSIG11 "rsa-sha384",
                                          DSIG11 "rsa-sha512",   DSIG11 "ecdsa-sha256",
                                          DSIG11 "ecdsa-sha384", DSIG11 "ecdsa-sha512", NULL};
    static const char *const digests[] = {"http://www.w3.org/2001/04/xmlenc#sha256",
                                          DSIG11 "sha384", "http://www.w3.org/2001/04/xmlenc#sha512",
                                          NULL};
    static const char *const forms[] = {EXC_C14N, NULL};
    const xmlNode *info = child(signature, "SignedInfo", DSIG);
    const xmlNode *reference = child(info, "Reference", DSIG);
    const char *id = attribute(owner, "ID"), *uri = attribute(reference, "URI");
    if (!reference || next_child(info, reference, "Reference", DSIG) ||
        next_child(signature, info, "SignedInfo", DSIG))
        return denied("the signature must have one reference", error);
    if (!id || !uri || uri[0] != '#' || strcmp(uri + 1, id) != 0)
        return denied("the signature is about another element than its own", error);
    if (!is_one_of(algorithm(info, "CanonicalizationMethod"), forms) ||
        !is_one_of(algorithm(info, "SignatureMethod"), methods) ||
        !is_one_of(algorithm(reference, "DigestMethod"), digests))
        return denied("the algorithms of the signature are not allowed", error);
    if (child(signature, "Object", DSIG))
        return denied("the signature holds objects", error);
    return check_transforms(reference, error);
}

static kl_status verify_with(bool *valid, xmlNode *signature, kl_text certificate, kl_error *error)
{
    xmlSecDSigCtx *context = xmlSecDSigCtxCreate(NULL);
    if (!context)
        return kl_error_no_memory(error);
    xmlSecKey *key = certificate.len > INT_MAX
                         ? NULL
                         : xmlSecOpenSSLAppKeyLoadMemory((const xmlSecByte *)certificate.data,
                                                         (xmlSecSize)certificate.len,
                                                         xmlSecKeyDataFormatCertPem, NULL, NULL, NULL);
    if (!key) {
        xmlSecDSigCtxDestroy(context);
        return kl_error_set(error, KL_INVALID, "not a certificate in PEM");
    }
    context->signKey = key; /* the context's now; KeyInfo is not looked at */
    context->enabledReferenceUris = xmlSecTransformUriTypeSameDocument;
    *valid = xmlSecDSigCtxVerify(context, signature) == 0 &&
             context->status == xmlSecDSigStatusSucceeded;
    xmlSecDSigCtxDestroy(context);
    return KL_OK;
}

/* KL_OK when `owner` is signed by one of the certificates; KL_NOT_FOUND when it has no signature. */
static kl_status check_signature(xmlNode *owner, kl_value certificates, kl_error *error)
{
    xmlNode *signature = child(owner, "Signature", DSIG);
    if (!signature)
        return KL_NOT_FOUND;
    if (next_child(owner, signature, "Signature", DSIG))
        return denied("an element has two signatures", error);
    KL_TRY(check_form(signature, owner, error));
    for (size_t i = 0; i < kl_array_len(certificates); i++) {
        bool valid = false;
        KL_TRY(verify_with(&valid, signature, kl_as_text(kl_array_at(certificates, i)), error));
        if (valid)
            return KL_OK;
    }
    return denied("the signature is not one of the identity provider", error);
}

/* ---- what it says -------------------------------------------------------------------------------- */

static kl_status set_text(kl_value *map, const char *key, const char *text, kl_error *error)
{
    kl_value value = kl_null();
    if (text)
        KL_TRY(kl_string_new(&value, kl_text_from(text), error));
    return kl_map_set(map, kl_text_from(key), value, error);
}

/* All text of an element, comments left out: a comment within a name must not cut it. */
static kl_status content(kl_value *out, const xmlNode *node, kl_error *error)
{
    *out = kl_null();
    if (!node)
        return KL_OK;
    for (const xmlNode *each = node->children; each; each = each->next)
        if (each->type == XML_ELEMENT_NODE)
            return malformed("an element holds others where text should be", error);
    xmlChar *text = xmlNodeGetContent(node);
    if (!text)
        return kl_error_no_memory(error);
    kl_status status = kl_string_new(out, kl_text_from((const char *)text), error);
    xmlFree(text);
    return status;
}

static kl_status set_content(kl_value *map, const char *key, const xmlNode *node, kl_error *error)
{
    kl_value value;
    KL_TRY(content(&value, node, error));
    return kl_map_set(map, kl_text_from(key), value, error);
}

/* The texts of all children of a name; given. */
static kl_status contents(kl_value *out, const xmlNode *parent, const char *name, kl_error *error)
{
    kl_value list, text;
    const xmlNode *each = NULL;
    kl_status status;
    KL_TRY(kl_array_new(&list, 2, error));
    while ((each = next_child(parent, each, name, SAML))) {
        KL_TRY_OUT(content(&text, each, error));
        KL_TRY_OUT(kl_array_push(&list, text, error));
    }
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}

static kl_status set_audiences(kl_value *map, const xmlNode *conditions, kl_error *error)
{
    kl_value all, one;
    const xmlNode *each = NULL;
    kl_status status;
    KL_TRY(kl_array_new(&all, 1, error));
    while ((each = next_child(conditions, each, "AudienceRestriction", SAML))) {
        KL_TRY_OUT(contents(&one, each, "Audience", error));
        KL_TRY_OUT(kl_array_push(&all, one, error));
    }
    return kl_map_set(map, KL_TEXT("audiences"), all, error);
out:
    kl_value_release(all);
    return status;
}

static kl_status confirmation(kl_value *out, const xmlNode *node, kl_error *error)
{
    const xmlNode *data = child(node, "SubjectConfirmationData", SAML);
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 5, error));
    KL_TRY_OUT(set_text(&map, "method", attribute(node, "Method"), error));
    KL_TRY_OUT(set_text(&map, "recipient", attribute(data, "Recipient"), error));
    KL_TRY_OUT(set_text(&map, "not_before", attribute(data, "NotBefore"), error));
    KL_TRY_OUT(set_text(&map, "not_on_or_after", attribute(data, "NotOnOrAfter"), error));
    KL_TRY_OUT(set_text(&map, "in_response_to", attribute(data, "InResponseTo"), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status set_subject(kl_value *map, const xmlNode *subject, kl_error *error)
{
    const xmlNode *name = child(subject, "NameID", SAML), *each = NULL;
    kl_value all, one;
    kl_status status;
    KL_TRY(set_content(map, "name_id", name, error));
    KL_TRY(set_text(map, "name_id_format", attribute(name, "Format"), error));
    KL_TRY(kl_array_new(&all, 1, error));
    while ((each = next_child(subject, each, "SubjectConfirmation", SAML))) {
        KL_TRY_OUT(confirmation(&one, each, error));
        KL_TRY_OUT(kl_array_push(&all, one, error));
    }
    return kl_map_set(map, KL_TEXT("confirmations"), all, error);
out:
    kl_value_release(all);
    return status;
}

static kl_status set_attributes(kl_value *map, const xmlNode *assertion, kl_error *error)
{
    const xmlNode *list = NULL, *each;
    kl_value all, values;
    kl_status status;
    KL_TRY(kl_map_new(&all, 8, error));
    while ((list = next_child(assertion, list, "AttributeStatement", SAML))) {
        for (each = NULL; (each = next_child(list, each, "Attribute", SAML));) {
            const char *name = attribute(each, "Name");
            if (!name)
                continue;
            KL_TRY_OUT(contents(&values, each, "AttributeValue", error));
            KL_TRY_OUT(kl_map_set(&all, kl_text_from(name), values, error));
        }
    }
    return kl_map_set(map, KL_TEXT("attributes"), all, error);
out:
    kl_value_release(all);
    return status;
}

static kl_status tell_response(kl_value *map, const xmlNode *response, kl_error *error)
{
    const xmlNode *code = child(child(response, "Status", PROTOCOL), "StatusCode", PROTOCOL);
    KL_TRY(set_text(map, "response_id", attribute(response, "ID"), error));
    KL_TRY(set_content(map, "response_issuer", child(response, "Issuer", SAML), error));
    KL_TRY(set_text(map, "destination", attribute(response, "Destination"), error));
    KL_TRY(set_text(map, "in_response_to", attribute(response, "InResponseTo"), error));
    return set_text(map, "status", attribute(code, "Value"), error);
}

static kl_status tell_assertion(kl_value *map, const xmlNode *assertion, kl_error *error)
{
    const xmlNode *conditions = child(assertion, "Conditions", SAML);
    const xmlNode *statement = child(assertion, "AuthnStatement", SAML);
    KL_TRY(set_text(map, "assertion_id", attribute(assertion, "ID"), error));
    KL_TRY(set_content(map, "issuer", child(assertion, "Issuer", SAML), error));
    KL_TRY(set_subject(map, child(assertion, "Subject", SAML), error));
    KL_TRY(set_text(map, "session_index", attribute(statement, "SessionIndex"), error));
    KL_TRY(set_text(map, "not_before", attribute(conditions, "NotBefore"), error));
    KL_TRY(set_text(map, "not_on_or_after", attribute(conditions, "NotOnOrAfter"), error));
    KL_TRY(set_audiences(map, conditions, error));
    return set_attributes(map, assertion, error);
}

static kl_status tell(kl_value *out, const xmlNode *response, const xmlNode *assertion,
                      const char *signed_part, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 16, error));
    KL_TRY_OUT(tell_response(&map, response, error));
    KL_TRY_OUT(tell_assertion(&map, assertion, error));
    KL_TRY_OUT(set_text(&map, "signed", signed_part, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* ---- all of it ----------------------------------------------------------------------------------- */

static kl_status read_document(kl_value *out, xmlDoc *document, kl_value certificates,
                               kl_error *error)
{
    xmlNode *response = xmlDocGetRootElement(document);
    const char *version = attribute(response, "Version");
    if (document->intSubset || document->extSubset)
        return malformed("it has a document type", error);
    if (!is_element(response, "Response", PROTOCOL) || !version || strcmp(version, "2.0") != 0)
        return malformed("the root is no Response of version 2.0", error);
    KL_TRY(look_through(document, response, error));
    xmlNode *assertion = child(response, "Assertion", SAML);
    if (!assertion)
        return malformed("the assertion is no child of the response", error);
    /* Both signatures are checked where both are there: one that is wrong is a reason to stop. */
    kl_status outer = check_signature(response, certificates, error);
    if (outer != KL_OK && outer != KL_NOT_FOUND)
        return outer;
    kl_status inner = check_signature(assertion, certificates, error);
    if (inner != KL_OK && inner != KL_NOT_FOUND)
        return inner;
    if (outer != KL_OK && inner != KL_OK)
        return denied("neither the response nor its assertion is signed", error);
    return tell(out, response, assertion, outer == KL_OK ? "response" : "assertion", error);
}

static kl_status saml_response(kl_value *out, kl_text xml, kl_value certificates, kl_error *error)
{
    KL_TRY(begin(error));
    if (xml.len > DOCUMENT_MAX)
        return malformed("it is larger than 1 MiB", error);
    xmlDoc *document = xmlReadMemory(xml.len ? xml.data : "", (int)xml.len, "response.xml", NULL,
                                     XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    xmlResetLastError();
    if (!document)
        return malformed("it is not well-formed XML", error);
    kl_status status = read_document(out, document, certificates, error);
    xmlFreeDoc(document);
    return status;
}

static const kl_xmlsec_functions functions = {.saml_response = saml_response};

KL_API const kl_driver kl_driver_entry = {
    .abi = KL_DRIVER_ABI, .name = "xmlsec", .functions = &functions};
