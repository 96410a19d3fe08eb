/* src/drivers/xmlsec.c - signed SAML responses, through xmlsec (with OpenSSL) and libxml2.
 *
 * What makes signatures of XML treacherous is that what was verified need not be what is read. So the
 * form is narrow: one assertion, in one place; the signature stands in the element that it is about
 * and refers to that element by an id that nobody else has; only the transforms that SAML names; keys
 * are those of the caller, never those the document brings; no DTD. What is read is read from there. */
#include "xmlsec_parts.h"
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

#define SAML     KL_NS_SAML
#define PROTOCOL "urn:oasis:names:tc:SAML:2.0:protocol"
#define DSIG     KL_NS_DSIG
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

bool kl_xml_is(const xmlNode *node, const char *name, const char *space)
{
    return node && node->type == XML_ELEMENT_NODE && node->ns && node->ns->href &&
           strcmp((const char *)node->name, name) == 0 &&
           strcmp((const char *)node->ns->href, space) == 0;
}

/* The first such child behind `after` (NULL: of all). */
xmlNode *kl_xml_next_child(const xmlNode *parent, const xmlNode *after, const char *name,
                           const char *space)
{
    xmlNode *node = after ? after->next : parent ? parent->children : NULL;
    while (node && !kl_xml_is(node, name, space))
        node = node->next;
    return node;
}

xmlNode *kl_xml_child(const xmlNode *parent, const char *name, const char *space)
{
    return kl_xml_next_child(parent, NULL, name, space);
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

const char *kl_xml_attribute(const xmlNode *node, const char *name)
{
    const xmlAttr *found = node ? xmlHasNsProp(node, (const xmlChar *)name, NULL) : NULL;
    return found && found->children && found->children->type == XML_TEXT_NODE &&
                   !found->children->next
               ? (const char *)found->children->content
               : NULL;
}

/* Ids become known to xmlsec, and must be unlike one another: else a reference could mean another
 * element than the one its signature stands in. The only assertion, in the open or `encrypted`, must be
 * the one we read. */
static kl_status look_through(xmlDoc *document, xmlNode *root, bool *encrypted, kl_error *error)
{
    int assertions = 0, hidden = 0;
    for (xmlNode *node = root; node; node = next_in_tree(node, root)) {
        if (node->type == XML_ENTITY_REF_NODE || node->type == XML_ENTITY_DECL)
            return malformed("it has entities", error);
        if (node->type != XML_ELEMENT_NODE)
            continue;
        if (depth_of(node) > DEPTH_MAX)
            return malformed("it nests too deep", error);
        assertions += strcmp((const char *)node->name, "Assertion") == 0;
        hidden += strcmp((const char *)node->name, "EncryptedAssertion") == 0;
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
    *encrypted = hidden > 0;
    if (assertions + hidden == 1)
        return KL_OK;
    return malformed(assertions + hidden ? "it has more than one assertion" : "it has no assertion", error);
}

/* ---- the signature ------------------------------------------------------------------------------- */

bool kl_xml_is_one_of(const char *text, const char *const *list)
{
    for (; text && *list; list++)
        if (strcmp(text, *list) == 0)
            return true;
    return false;
}

const char *kl_xml_algorithm(const xmlNode *parent, const char *name, const char *space)
{
    return kl_xml_attribute(kl_xml_child(parent, name, space), "Algorithm");
}

static kl_status check_transforms(const xmlNode *reference, kl_error *error)
{
    static const char *const allowed[] = {DSIG "enveloped-signature", EXC_C14N, NULL};
    const xmlNode *list = kl_xml_child(reference, "Transforms", DSIG), *each = NULL;
    int count = 0;
    while ((each = kl_xml_next_child(list, each, "Transform", DSIG))) {
        if (!kl_xml_is_one_of(kl_xml_attribute(each, "Algorithm"), allowed))
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
    const xmlNode *info = kl_xml_child(signature, "SignedInfo", DSIG);
    const xmlNode *reference = kl_xml_child(info, "Reference", DSIG);
    const char *id = kl_xml_attribute(owner, "ID"), *uri = kl_xml_attribute(reference, "URI");
    if (!reference || kl_xml_next_child(info, reference, "Reference", DSIG) ||
        kl_xml_next_child(signature, info, "SignedInfo", DSIG))
        return denied("the signature must have one reference", error);
    if (!id || !uri || uri[0] != '#' || strcmp(uri + 1, id) != 0)
        return denied("the signature is about another element than its own", error);
    if (!kl_xml_is_one_of(kl_xml_algorithm(info, "CanonicalizationMethod", DSIG), forms) ||
        !kl_xml_is_one_of(kl_xml_algorithm(info, "SignatureMethod", DSIG), methods) ||
        !kl_xml_is_one_of(kl_xml_algorithm(reference, "DigestMethod", DSIG), digests))
        return denied("the algorithms of the signature are not allowed", error);
    if (kl_xml_child(signature, "Object", DSIG))
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
    xmlNode *signature = kl_xml_child(owner, "Signature", DSIG);
    if (!signature)
        return KL_NOT_FOUND;
    if (kl_xml_next_child(owner, signature, "Signature", DSIG))
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
    while ((each = kl_xml_next_child(parent, each, name, SAML))) {
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
    while ((each = kl_xml_next_child(conditions, each, "AudienceRestriction", SAML))) {
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
    const xmlNode *data = kl_xml_child(node, "SubjectConfirmationData", SAML);
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 5, error));
    KL_TRY_OUT(set_text(&map, "method", kl_xml_attribute(node, "Method"), error));
    KL_TRY_OUT(set_text(&map, "recipient", kl_xml_attribute(data, "Recipient"), error));
    KL_TRY_OUT(set_text(&map, "not_before", kl_xml_attribute(data, "NotBefore"), error));
    KL_TRY_OUT(set_text(&map, "not_on_or_after", kl_xml_attribute(data, "NotOnOrAfter"), error));
    KL_TRY_OUT(set_text(&map, "in_response_to", kl_xml_attribute(data, "InResponseTo"), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status set_subject(kl_value *map, const xmlNode *subject, kl_error *error)
{
    const xmlNode *name = kl_xml_child(subject, "NameID", SAML), *each = NULL;
    kl_value all, one;
    kl_status status;
    KL_TRY(set_content(map, "name_id", name, error));
    KL_TRY(set_text(map, "name_id_format", kl_xml_attribute(name, "Format"), error));
    KL_TRY(kl_array_new(&all, 1, error));
    while ((each = kl_xml_next_child(subject, each, "SubjectConfirmation", SAML))) {
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
    while ((list = kl_xml_next_child(assertion, list, "AttributeStatement", SAML))) {
        for (each = NULL; (each = kl_xml_next_child(list, each, "Attribute", SAML));) {
            const char *name = kl_xml_attribute(each, "Name");
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
    const xmlNode *code = kl_xml_child(kl_xml_child(response, "Status", PROTOCOL), "StatusCode", PROTOCOL);
    KL_TRY(set_text(map, "response_id", kl_xml_attribute(response, "ID"), error));
    KL_TRY(set_content(map, "response_issuer", kl_xml_child(response, "Issuer", SAML), error));
    KL_TRY(set_text(map, "destination", kl_xml_attribute(response, "Destination"), error));
    KL_TRY(set_text(map, "in_response_to", kl_xml_attribute(response, "InResponseTo"), error));
    return set_text(map, "status", kl_xml_attribute(code, "Value"), error);
}

static kl_status tell_assertion(kl_value *map, const xmlNode *assertion, kl_error *error)
{
    const xmlNode *conditions = kl_xml_child(assertion, "Conditions", SAML);
    const xmlNode *statement = kl_xml_child(assertion, "AuthnStatement", SAML);
    KL_TRY(set_text(map, "assertion_id", kl_xml_attribute(assertion, "ID"), error));
    KL_TRY(set_content(map, "issuer", kl_xml_child(assertion, "Issuer", SAML), error));
    KL_TRY(set_subject(map, kl_xml_child(assertion, "Subject", SAML), error));
    KL_TRY(set_text(map, "session_index", kl_xml_attribute(statement, "SessionIndex"), error));
    KL_TRY(set_text(map, "not_before", kl_xml_attribute(conditions, "NotBefore"), error));
    KL_TRY(set_text(map, "not_on_or_after", kl_xml_attribute(conditions, "NotOnOrAfter"), error));
    KL_TRY(set_audiences(map, conditions, error));
    return set_attributes(map, assertion, error);
}

/* What was read, and how it was protected. */
typedef struct reading {
    xmlNode *response, *assertion;
    bool response_signed, encrypted;
} reading;

static kl_status tell(kl_value *out, const reading *read, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 17, error));
    KL_TRY_OUT(tell_response(&map, read->response, error));
    KL_TRY_OUT(tell_assertion(&map, read->assertion, error));
    KL_TRY_OUT(set_text(&map, "signed", read->response_signed ? "response" : "assertion", error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("encrypted"), kl_bool(read->encrypted), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* ---- all of it ----------------------------------------------------------------------------------- */

/* The one in the place of what was encrypted is looked through like the rest. */
static kl_status decrypt(reading *read, xmlDoc *document, const kl_xmlsec_saml *options, kl_error *error)
{
    bool again;
    xmlNode *holder = kl_xml_child(read->response, "EncryptedAssertion", SAML);
    if (!holder)
        return malformed("the encrypted assertion is no child of the response", error);
    KL_TRY(kl_xmlsec_decrypt(&read->assertion, holder, read->response_signed, options, error));
    kl_status status = look_through(document, read->assertion, &again, error);
    return status == KL_SYNTAX || (status == KL_OK && again)
               ? kl_error_set(error, KL_KEY, "what was encrypted is no assertion") : status;
}

static kl_status find_assertion(reading *read, xmlDoc *document, const kl_xmlsec_saml *options,
                                kl_error *error)
{
    if (read->encrypted)
        return decrypt(read, document, options, error);
    read->assertion = kl_xml_child(read->response, "Assertion", SAML);
    return read->assertion ? KL_OK : malformed("the assertion is no child of the response", error);
}

/* Both signatures are checked where both are there: one that is wrong is a reason to stop. That of the
 * response is about what is encrypted as it came. */
static kl_status check_and_tell(kl_value *out, reading *read, xmlDoc *document,
                                const kl_xmlsec_saml *options, kl_error *error)
{
    kl_status outer = check_signature(read->response, options->certificates, error);
    if (outer != KL_OK && outer != KL_NOT_FOUND)
        return outer;
    read->response_signed = outer == KL_OK;
    KL_TRY(find_assertion(read, document, options, error));
    kl_status inner = check_signature(read->assertion, options->certificates, error);
    if (inner != KL_OK && inner != KL_NOT_FOUND)
        return inner;
    if (outer != KL_OK && inner != KL_OK)
        return denied("neither the response nor its assertion is signed", error);
    return tell(out, read, error);
}

static kl_status read_document(kl_value *out, xmlDoc *document, const kl_xmlsec_saml *options,
                               kl_error *error)
{
    reading read = {.response = xmlDocGetRootElement(document)};
    const char *version = kl_xml_attribute(read.response, "Version");
    if (document->intSubset || document->extSubset)
        return malformed("it has a document type", error);
    if (!kl_xml_is(read.response, "Response", PROTOCOL) || !version || strcmp(version, "2.0") != 0)
        return malformed("the root is no Response of version 2.0", error);
    KL_TRY(look_through(document, read.response, &read.encrypted, error));
    return check_and_tell(out, &read, document, options, error);
}

static kl_status saml_response(kl_value *out, kl_text xml, const kl_xmlsec_saml *options, kl_error *error)
{
    KL_TRY(begin(error));
    if (xml.len > DOCUMENT_MAX)
        return malformed("it is larger than 1 MiB", error);
    xmlDoc *document = xmlReadMemory(xml.len ? xml.data : "", (int)xml.len, "response.xml", NULL,
                                     XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    xmlResetLastError();
    if (!document)
        return malformed("it is not well-formed XML", error);
    kl_status status = read_document(out, document, options, error);
    xmlFreeDoc(document);
    return status;
}

static const kl_xmlsec_functions functions = {.saml_response = saml_response};

KL_API const kl_driver kl_driver_entry = {
    .abi = KL_DRIVER_ABI, .name = "xmlsec", .functions = &functions};
