/* src/drivers/openssl_timestamp.c - timestamps of RFC 3161, verified by libcrypto. */
#include "openssl_parts.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>

/* Why a token is no good: an English phrase, or NULL while it is. */
typedef const char *fault;

/* ---- reading ---------------------------------------------------------------------------------- */

static bool is_granted(TS_RESP *response)
{
    const ASN1_INTEGER *status = TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(response));
    long number = status ? ASN1_INTEGER_get(status) : -1;
    return number == TS_STATUS_GRANTED || number == TS_STATUS_GRANTED_WITH_MODS;
}

/* The token of a response, or one that comes alone; owned. */
static fault read_token(PKCS7 **out, kl_text bytes)
{
    const unsigned char *start = (const unsigned char *)bytes.data, *end = start + bytes.len;
    const unsigned char *next = start;
    if (bytes.len > LONG_MAX || !bytes.len)
        return "it is no token";
    TS_RESP *response = d2i_TS_RESP(NULL, &next, (long)bytes.len);
    if (response && next == end) {
        bool granted = is_granted(response);
        PKCS7 *inner = TS_RESP_get_token(response);
        PKCS7 *copy = granted && inner ? PKCS7_dup(inner) : NULL;
        TS_RESP_free(response);
        *out = copy;
        return !granted ? "the authority refused the request"
               : !copy  ? "the response has no token"
                        : NULL;
    }
    TS_RESP_free(response);
    next = start;
    PKCS7 *token = d2i_PKCS7(NULL, &next, (long)bytes.len);
    if (token && next == end) {
        *out = token;
        return NULL;
    }
    PKCS7_free(token);
    return "it is no token";
}

/* ---- what it says ----------------------------------------------------------------------------- */

/* "20260115103000.25Z" */
static bool read_time(kl_time *out, const ASN1_GENERALIZEDTIME *time)
{
    char text[64];
    const char *data = (const char *)ASN1_STRING_get0_data(time);
    int len = ASN1_STRING_length(time);
    if (len < 15 || len > 40 || data[len - 1] != 'Z')
        return false;
    int size = snprintf(text, sizeof text, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2s%.*s", data, data + 4,
                        data + 6, data + 8, data + 10, data + 12, len - 14, data + 14);
    return kl_time_parse(out, (kl_text){text, (size_t)size}, NULL) == KL_OK;
}

static fault check_imprint(TS_TST_INFO *info, const kl_timestamp_rules *rules)
{
    TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);
    const ASN1_OBJECT *algorithm;
    X509_ALGOR_get0(&algorithm, NULL, NULL, TS_MSG_IMPRINT_get_algo(imprint));
    const ASN1_OCTET_STRING *hash = TS_MSG_IMPRINT_get_msg(imprint);
    if (OBJ_obj2nid(algorithm) != NID_sha256 ||
        ASN1_STRING_length(hash) != KL_TIMESTAMP_HASH ||
        memcmp(ASN1_STRING_get0_data(hash), rules->hash, KL_TIMESTAMP_HASH) != 0)
        return "it is about another hash";
    return NULL;
}

static fault check_nonce(TS_TST_INFO *info, const kl_timestamp_rules *rules)
{
    const ASN1_INTEGER *nonce = TS_TST_INFO_get_nonce(info);
    uint64_t number;
    if (!rules->nonce)
        return NULL;
    if (!nonce || !ASN1_INTEGER_get_uint64(&number, nonce) || number != *rules->nonce)
        return "it answers another request: its nonce differs";
    return NULL;
}

static fault check_time(kl_time *signed_at, TS_TST_INFO *info, const kl_timestamp_rules *rules)
{
    kl_time time, distance;
    if (!read_time(&time, TS_TST_INFO_get_time(info)))
        return "its time is malformed";
    if (__builtin_sub_overflow(time, rules->time, &distance) || distance == INT64_MIN ||
        (distance < 0 ? -distance : distance) > rules->tolerance)
        return "its time lies too far from the one expected";
    *signed_at = time;
    return NULL;
}

/* ---- who signed it ---------------------------------------------------------------------------- */

/* Those that are trusted: `pinned`, or else the signer, who must still be one for timestamps. */
static STACK_OF(X509) *trusted_of(PKCS7 *token, void *pinned)
{
    STACK_OF(X509) *list = pinned;
    return list ? sk_X509_dup(list) : PKCS7_get0_signers(token, NULL, 0);
}

enum { STRENGTH_112_BITS = 2 };

static X509_STORE *store_of(STACK_OF(X509) *trusted, kl_time signed_at)
{
    X509_STORE *store = X509_STORE_new();
    if (!store)
        return NULL;
    X509_VERIFY_PARAM *param = X509_STORE_get0_param(store);
    X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_time(param, (time_t)(signed_at / KL_SECOND));
    X509_VERIFY_PARAM_set_auth_level(param, STRENGTH_112_BITS);
    for (int i = 0; i < sk_X509_num(trusted); i++)
        if (X509_STORE_add_cert(store, sk_X509_value(trusted, i)) != 1) {
            X509_STORE_free(store);
            return NULL;
        }
    return store;
}

/* Whether the signature is good and its certificate for timestamps, valid then, and trusted. */
static bool is_signed(PKCS7 *token, STACK_OF(X509) *trusted, kl_time signed_at, bool is_pinned)
{
    TS_VERIFY_CTX *context = TS_VERIFY_CTX_new();
    X509_STORE *store = store_of(trusted, signed_at);
    bool valid = false;
    if (context && store) {
        TS_VERIFY_CTX_set_flags(context, TS_VFY_VERSION | TS_VFY_SIGNATURE);
        TS_VERIFY_CTX_set_store(context, store); /* the context's from here on, like the list */
        store = NULL;
        if (is_pinned) /* the token need not hold the certificate that is pinned */
            TS_VERIFY_CTX_set_certs(context, X509_chain_up_ref(trusted));
        valid = TS_RESP_verify_token(context, token) == 1;
    }
    X509_STORE_free(store);
    TS_VERIFY_CTX_free(context);
    return valid;
}

static fault check_signature(PKCS7 *token, void *pinned, kl_time signed_at)
{
    STACK_OF(X509) *trusted = trusted_of(token, pinned);
    if (!trusted)
        return "its signer's certificate is missing";
    bool valid = is_signed(token, trusted, signed_at, pinned != NULL);
    sk_X509_free(trusted);
    return valid ? NULL : "its signature is not one of a trusted authority for timestamps";
}

/* ---- all of it -------------------------------------------------------------------------------- */

static fault judge(PKCS7 *token, const kl_timestamp_rules *rules, void *pinned)
{
    kl_time signed_at;
    if (!PKCS7_type_is_signed(token))
        return "it is not signed";
    TS_TST_INFO *info = PKCS7_to_TS_TST_INFO(token);
    fault found = info ? check_imprint(info, rules) : "it tells no time";
    if (info && !found)
        found = check_nonce(info, rules);
    if (info && !found)
        found = check_time(&signed_at, info, rules);
    TS_TST_INFO_free(info);
    return found ? found : check_signature(token, pinned, signed_at);
}

kl_status kl_openssl_timestamp_verify(bool *valid, kl_value *reason, kl_text bytes,
                                      const kl_timestamp_rules *rules, void *pinned,
                                      kl_error *error)
{
    PKCS7 *token = NULL;
    kl_value text = kl_null();
    ERR_clear_error();
    fault found = read_token(&token, bytes);
    if (!found)
        found = judge(token, rules, pinned);
    PKCS7_free(token);
    if (found && ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE) {
        ERR_clear_error();
        return kl_error_no_memory(error);
    }
    ERR_clear_error();
    if (found)
        KL_TRY(kl_string_new(&text, kl_text_from(found), error));
    *reason = text;
    *valid = !found;
    return KL_OK;
}
