/* src/drivers/xmlsec_decrypt.c - assertions that are encrypted (XML Encryption 1.1).
 *
 * The form is narrow here, too: the key of the assertion is encrypted for us with RSA-OAEP and stands beside
 * it; nothing is fetched, no key is found by its name. RSA with PKCS #1 v1.5 is refused, for who may ask
 * often enough whether a padding was good reads what it hides; CBC for the same reason, unless what is
 * encrypted was signed. */
#include "xmlsec_parts.h"

#include <limits.h>
#include <xmlsec/xmlsec.h> /* before its others */
#include <xmlsec/buffer.h>
#include <xmlsec/openssl/app.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/xmlenc.h>

enum { KEYS_TRIED_MAX = 8 };

static kl_status fail(const char *why, kl_error *error)
{
    return kl_error_set(error, KL_KEY, "the assertion cannot be decrypted: %s", why);
}

/* ---- the key of the assertion -------------------------------------------------------------------- */

/* Borrowed by nobody: the caller ends it with xmlSecKeyDestroy(). */
static kl_status load_private(xmlSecKey **out, kl_text pem, kl_text password, kl_error *error)
{
    /* An empty password rather than none: else OpenSSL would ask for it at the terminal. */
    char *secret = kl_strdup(password);
    if (!secret)
        return kl_error_no_memory(error);
    *out = pem.len > INT_MAX
               ? NULL
               : xmlSecOpenSSLAppKeyLoadMemory((const xmlSecByte *)pem.data, (xmlSecSize)pem.len,
                                               xmlSecKeyDataFormatPem, secret, NULL, NULL);
    for (volatile char *at = secret; *at; at++)
        *at = 0;
    kl_free(secret);
    bool is_private = *out && (xmlSecKeyGetType(*out) & xmlSecKeyDataTypePrivate);
    if (is_private)
        return KL_OK;
    if (*out)
        xmlSecKeyDestroy(*out);
    return kl_error_set(error, KL_TYPE, "not a private key in PEM");
}

/* The bytes that an EncryptedKey hides; NULL when it is not for `key` (taken). The context owns them. */
static xmlSecEncCtx *unwrap(xmlSecKey *key, xmlNode *encrypted_key)
{
    xmlSecEncCtx *context = xmlSecEncCtxCreate(NULL);
    if (!context) {
        xmlSecKeyDestroy(key);
        return NULL;
    }
    context->encKey = key; /* the context's now; KeyInfo is not looked at */
    context->mode = xmlEncCtxModeEncryptedKey;
    context->transformCtx.enabledUris = xmlSecTransformUriTypeNone;
    xmlSecBuffer *bytes = xmlSecEncCtxDecryptToBuffer(context, encrypted_key);
    if (bytes && xmlSecBufferGetData(bytes) && xmlSecBufferGetSize(bytes) > 0)
        return context;
    xmlSecEncCtxDestroy(context);
    return NULL;
}

/* An AES key of such bytes, or NULL. */
static xmlSecKey *aes_key(xmlSecBuffer *bytes)
{
    xmlSecKey *key = xmlSecKeyCreate();
    xmlSecKeyData *data = xmlSecKeyDataCreate(xmlSecOpenSSLKeyDataAesId);
    if (key && data && xmlSecOpenSSLKeyDataAesSet(data, xmlSecBufferGetData(bytes),
                                                  xmlSecBufferGetSize(bytes)) == 0 &&
        xmlSecKeySetValue(key, data) == 0)
        return key;
    if (data)
        xmlSecKeyDataDestroy(data);
    if (key)
        xmlSecKeyDestroy(key);
    return NULL;
}

static bool is_key_allowed(const xmlNode *encrypted_key)
{
    static const char *const methods[] = {KL_NS_ENC "rsa-oaep-mgf1p", KL_NS_ENC11 "rsa-oaep", NULL};
    return kl_xml_is_one_of(kl_xml_algorithm(encrypted_key, "EncryptionMethod", KL_NS_ENC), methods);
}

/* The assertion's key with one of ours; `*out` is NULL when it is for none of them. */
static kl_status try_keys(xmlSecKey **out, xmlNode *encrypted_key, const kl_xmlsec_saml *options,
                          kl_error *error)
{
    *out = NULL;
    for (size_t i = 0; i < kl_array_len(options->keys) && !*out; i++) {
        xmlSecKey *ours;
        KL_TRY(load_private(&ours, kl_as_text(kl_array_at(options->keys, i)), options->key_password,
                            error));
        xmlSecEncCtx *context = unwrap(ours, encrypted_key);
        if (!context)
            continue;
        *out = aes_key(context->result);
        xmlSecEncCtxDestroy(context);
    }
    return KL_OK;
}

/* It stands within the KeyInfo of what it opens, or beside that. There may be one for each recipient. */
static kl_status find_key(xmlSecKey **out, const xmlNode *holder, const xmlNode *data,
                          const kl_xmlsec_saml *options, kl_error *error)
{
    const xmlNode *places[] = {kl_xml_child(data, "KeyInfo", KL_NS_DSIG), holder};
    int tried = 0;
    for (size_t i = 0; i < KL_COUNT(places); i++) {
        xmlNode *each = NULL;
        while ((each = kl_xml_next_child(places[i], each, "EncryptedKey", KL_NS_ENC))) {
            if (!is_key_allowed(each))
                continue;
            if (++tried > KEYS_TRIED_MAX)
                return fail("it has too many keys", error);
            KL_TRY(try_keys(out, each, options, error));
            if (*out)
                return KL_OK;
        }
    }
    return fail(tried ? "its key is not for ours" : "it has no key by RSA-OAEP", error);
}

/* ---- the assertion ------------------------------------------------------------------------------- */

static kl_status check_form(const xmlNode *holder, const xmlNode *data, bool allows_cbc, kl_error *error)
{
    static const char *const sealed[] = {KL_NS_ENC11 "aes128-gcm", KL_NS_ENC11 "aes192-gcm",
                                         KL_NS_ENC11 "aes256-gcm", NULL};
    static const char *const chained[] = {KL_NS_ENC "aes128-cbc", KL_NS_ENC "aes192-cbc",
                                          KL_NS_ENC "aes256-cbc", NULL};
    const char *type = kl_xml_attribute(data, "Type");
    const char *method = kl_xml_algorithm(data, "EncryptionMethod", KL_NS_ENC);
    if (!data || kl_xml_next_child(holder, data, "EncryptedData", KL_NS_ENC))
        return fail("it must hold one EncryptedData", error);
    if (!type || strcmp(type, KL_NS_ENC "Element") != 0)
        return fail("what is encrypted is no element", error);
    if (kl_xml_is_one_of(method, sealed) || (allows_cbc && kl_xml_is_one_of(method, chained)))
        return KL_OK;
    return fail(kl_xml_is_one_of(method, chained) ? "AES-CBC in a response that is not signed"
                                                  : "its algorithm is not allowed", error);
}

/* What is decrypted takes the place of `data`. */
static kl_status replace(xmlNode *data, xmlSecKey *key, kl_error *error)
{
    xmlSecEncCtx *context = xmlSecEncCtxCreate(NULL);
    if (!context) {
        xmlSecKeyDestroy(key);
        return kl_error_no_memory(error);
    }
    context->encKey = key; /* the context's now */
    context->transformCtx.enabledUris = xmlSecTransformUriTypeNone;
    bool good = xmlSecEncCtxDecrypt(context, data) == 0 && context->resultReplaced;
    xmlSecEncCtxDestroy(context);
    xmlResetLastError();
    return good ? KL_OK : fail("it is not what was encrypted", error);
}

/* The only element, apart from keys. */
static kl_status find_assertion(xmlNode **out, const xmlNode *holder, kl_error *error)
{
    *out = NULL;
    for (xmlNode *each = holder->children; each; each = each->next) {
        if (each->type != XML_ELEMENT_NODE || kl_xml_is(each, "EncryptedKey", KL_NS_ENC))
            continue;
        if (*out || !kl_xml_is(each, "Assertion", KL_NS_SAML))
            return fail("what was encrypted is no assertion", error);
        *out = each;
    }
    return *out ? KL_OK : fail("what was encrypted is no assertion", error);
}

kl_status kl_xmlsec_decrypt(xmlNode **assertion, xmlNode *holder, bool is_signed,
                            const kl_xmlsec_saml *options, kl_error *error)
{
    xmlNode *data = kl_xml_child(holder, "EncryptedData", KL_NS_ENC);
    xmlSecKey *key = NULL;
    if (kl_array_len(options->keys) == 0)
        return kl_error_set(error, KL_STATE, "the assertion is encrypted, and there is no key");
    KL_TRY(check_form(holder, data, is_signed || options->allows_cbc, error));
    KL_TRY(find_key(&key, holder, data, options, error));
    KL_TRY(replace(data, key, error));
    return find_assertion(assertion, holder, error);
}
