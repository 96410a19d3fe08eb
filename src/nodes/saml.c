/* src/nodes/saml.c - see saml.h. */
#include "saml.h"
#include "driver.h"
#include "drivers/xmlsec.h"
#include "encode.h"
#include "kailash/id.h"
#include "kailash/time.h"
#include "mode.h"
#include "oauth_url.h"
#include "tokens.h"

#define RESPONSE_MAX ((size_t)2 << 20) /* in base64 */

/* ---- the request --------------------------------------------------------------------------------- */

static void add_escaped(kl_buffer *to, kl_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '&')
            kl_buffer_string(to, "&amp;");
        else if (c == '<')
            kl_buffer_string(to, "&lt;");
        else if (c == '"')
            kl_buffer_string(to, "&quot;");
        else
            kl_buffer_byte(to, c);
    }
}

static void add_request(kl_buffer *xml, const kl_saml *saml, const char *id)
{
    char instant[KL_TIME_TEXT];
    kl_time_print(instant, saml->now * KL_SECOND, 0, KL_TIME_Z);
    kl_buffer_format(xml, "<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" "
                          "xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"%s\" "
                          "Version=\"2.0\" IssueInstant=\"%s\" Destination=\"",
                     id, instant);
    add_escaped(xml, saml->sso_url);
    kl_buffer_string(xml, "\" AssertionConsumerServiceURL=\"");
    add_escaped(xml, saml->acs_url);
    kl_buffer_string(xml, "\" ProtocolBinding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\">"
                          "<saml:Issuer>");
    add_escaped(xml, saml->entity_id);
    kl_buffer_string(xml, "</saml:Issuer></samlp:AuthnRequest>");
}

/* DEFLATE (RFC 1951) as one stored block: the binding asks for the format, not for it to be small. */
static kl_status deflate(kl_buffer *to, kl_text text, kl_error *error)
{
    if (text.len > 0xffff)
        return kl_node_failed(error, "the SAML request is longer than 64 KiB");
    uint16_t len = (uint16_t)text.len;
    const char head[] = {1, (char)(len & 0xff), (char)(len >> 8), (char)(~len & 0xff),
                         (char)((~len & 0xffff) >> 8)};
    kl_buffer_add(to, (kl_text){head, sizeof head});
    kl_buffer_add(to, text);
    return KL_OK;
}

/* "_" and 32 hexadecimal digits: an id of XML must not begin with a digit. */
static kl_status request_id(char out[34], kl_error *error)
{
    char uuid[37];
    size_t len = 1;
    KL_TRY(kl_uuid_new(uuid, error));
    out[0] = '_';
    for (const char *c = uuid; *c; c++)
        if (*c != '-')
            out[len++] = *c;
    out[len] = '\0';
    return KL_OK;
}

static kl_status request_url(kl_value *out, const kl_saml *saml, const char *id, kl_text state,
                             kl_error *error)
{
    kl_buffer xml = KL_BUFFER_INIT, packed = KL_BUFFER_INIT, text = KL_BUFFER_INIT;
    kl_buffer url = KL_BUFFER_INIT;
    kl_status status;
    add_request(&xml, saml, id);
    KL_TRY_OUT(deflate(&packed, kl_buffer_text(&xml), error));
    kl_base64_encode(&text, kl_buffer_text(&packed), KL_BASE64_STANDARD);
    KL_TRY_OUT(kl_oauth_url_begin(&url, "sso_url", saml->sso_url, error));
    kl_oauth_url_add(&url, "SAMLRequest", kl_buffer_text(&text));
    kl_oauth_url_add(&url, "RelayState", state);
    bool whole = xml.status == KL_OK && packed.status == KL_OK && text.status == KL_OK;
    status = whole ? kl_buffer_finish(out, &url, error) : kl_error_no_memory(error);
out:
    kl_buffer_free(&url);
    kl_buffer_free(&text);
    kl_buffer_free(&packed);
    kl_buffer_free(&xml);
    return status;
}

kl_status kl_saml_request(kl_value *out, const kl_saml *saml, kl_value state, kl_error *error)
{
    char id[34];
    kl_value url = kl_null(), map = kl_null(), relay = kl_value_retain(state);
    kl_status status;
    KL_TRY_OUT(request_id(id, error));
    if (kl_is_null(relay))
        KL_TRY_OUT(kl_token_new(&relay, 16, error));
    KL_TRY_OUT(request_url(&url, saml, id, kl_as_text(relay), error));
    KL_TRY_OUT(kl_node_result(&map, "auth_url", kl_value_take(&url), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("request_id"), kl_text_from(id), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("state"), kl_value_take(&relay), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(relay);
    kl_value_release(map);
    kl_value_release(url);
    return status;
}

/* ---- what a response must say -------------------------------------------------------------------- */

static kl_value get(kl_value map, const char *key) { return kl_map_get(map, kl_text_from(key)); }

/* Whether the member is that text; an absent one is whatever `if_absent` says. */
static bool says(kl_value map, const char *key, kl_text wanted, bool if_absent)
{
    kl_value value = get(map, key);
    return kl_is_null(value) ? if_absent : kl_text_equal(kl_as_text(value), wanted);
}

/* "expired", "not_yet_valid", "malformed"; NULL when now lies between. */
static const char *check_times(kl_value map, const kl_saml *saml, bool must_end)
{
    kl_value begin = get(map, "not_before"), end = get(map, "not_on_or_after");
    kl_time from = INT64_MIN, until = INT64_MAX, now = saml->now * KL_SECOND;
    kl_time leeway = saml->leeway * KL_SECOND;
    if ((!kl_is_null(begin) && kl_time_parse(&from, kl_as_text(begin), NULL) != KL_OK) ||
        (!kl_is_null(end) && kl_time_parse(&until, kl_as_text(end), NULL) != KL_OK) ||
        (must_end && kl_is_null(end)))
        return "malformed";
    if (!kl_is_null(end) && now - leeway >= until)
        return "expired";
    return !kl_is_null(begin) && now + leeway < from ? "not_yet_valid" : NULL;
}

/* Every restriction must name us, and there must be one. */
static bool is_for(kl_value restrictions, kl_text entity_id)
{
    for (size_t i = 0; i < kl_array_len(restrictions); i++) {
        kl_value names = kl_array_at(restrictions, i);
        bool found = false;
        for (size_t k = 0; k < kl_array_len(names); k++)
            found = found || kl_text_equal(kl_as_text(kl_array_at(names, k)), entity_id);
        if (!found)
            return false;
    }
    return kl_array_len(restrictions) > 0;
}

/* Why a confirmation does not hold; NULL when it does. */
static const char *check_confirmation(kl_value one, const kl_saml *saml)
{
    if (!says(one, "method", KL_TEXT("urn:oasis:names:tc:SAML:2.0:cm:bearer"), false))
        return "confirmation";
    if (!says(one, "recipient", saml->acs_url, false))
        return "recipient";
    if (saml->request_id.len && !says(one, "in_response_to", saml->request_id, false))
        return "in_response_to";
    return check_times(one, saml, true);
}

/* One that holds is enough; else the reason of the last counts. */
static const char *check_subject(kl_value said, const kl_saml *saml)
{
    kl_value list = get(said, "confirmations");
    const char *reason = "confirmation";
    if (kl_value_len(get(said, "name_id")) == 0)
        return "malformed";
    for (size_t i = 0; i < kl_array_len(list); i++) {
        reason = check_confirmation(kl_array_at(list, i), saml);
        if (!reason)
            return NULL;
    }
    return reason;
}

static const char *check(kl_value said, const kl_saml *saml)
{
    if (!says(said, "status", KL_TEXT("urn:oasis:names:tc:SAML:2.0:status:Success"), false))
        return "status";
    if (!says(said, "issuer", saml->idp_entity_id, false) ||
        !says(said, "response_issuer", saml->idp_entity_id, true))
        return "issuer";
    if (!says(said, "destination", saml->acs_url, true))
        return "recipient";
    if (saml->request_id.len && !says(said, "in_response_to", saml->request_id, true))
        return "in_response_to";
    if (!is_for(get(said, "audiences"), saml->entity_id))
        return "audience";
    const char *reason = check_times(said, saml, false);
    return reason ? reason : check_subject(said, saml);
}

/* ---- the response -------------------------------------------------------------------------------- */

static kl_status answer(kl_value *out, kl_value said, const char *reason, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_node_result(&map, "valid", kl_bool(!reason), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("claims"),
                          reason ? kl_map_empty() : kl_value_retain(said), error));
    if (reason)
        KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("reason"), kl_text_from(reason), error));
    else
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("subject"), kl_value_retain(get(said, "name_id")), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* The posted form field: base64, which some providers break into lines. */
static kl_status decode(kl_buffer *to, kl_text text, kl_error *error)
{
    kl_buffer plain = KL_BUFFER_INIT;
    for (size_t i = 0; i < text.len; i++)
        if (!strchr(" \r\n\t", text.data[i]) || !text.data[i])
            kl_buffer_byte(&plain, text.data[i]);
    kl_status status = plain.status == KL_OK
                           ? kl_base64_decode(to, kl_buffer_text(&plain), KL_BASE64_STANDARD, error)
                           : kl_error_no_memory(error);
    kl_buffer_free(&plain);
    return to->status != KL_OK ? kl_error_no_memory(error) : status;
}

/* A text, or a list of them, as a list; given. */
static kl_status as_list(kl_value *out, kl_value words, kl_error *error)
{
    *out = kl_value_retain(words);
    if (!kl_is(words, KL_KIND_STRING))
        return KL_OK;
    kl_value list;
    kl_status status = kl_array_new(&list, 1, error);
    if (status == KL_OK)
        status = kl_array_push(&list, kl_value_retain(words), error);
    kl_value_replace(out, status == KL_OK ? list : kl_null());
    return status;
}

static kl_status verify(kl_value *said, const kl_saml *saml, kl_text response, kl_error *error)
{
    const void *functions;
    kl_buffer xml = KL_BUFFER_INIT;
    kl_xmlsec_saml options = {.key_password = saml->key_password, .allows_cbc = saml->allows_cbc};
    kl_status status;
    KL_TRY(kl_driver_load(&functions, "xmlsec", error));
    const kl_xmlsec_functions *driver = functions;
    KL_TRY_OUT(decode(&xml, response, error));
    KL_TRY_OUT(as_list(&options.certificates, saml->certificates, error));
    KL_TRY_OUT(as_list(&options.keys, saml->keys, error));
    status = driver->saml_response(said, kl_buffer_text(&xml), &options, error);
out:
    kl_value_release(options.certificates);
    kl_value_release(options.keys);
    kl_buffer_free(&xml);
    return status;
}

/* What the driver says of a response, in the word of the node; NULL when it is about something else. */
static const char *reason_of(kl_status status)
{
    switch (status) {
    case KL_SYNTAX:
        return "malformed";
    case KL_DENIED:
        return "signature";
    case KL_STATE:
        return "encrypted";
    case KL_KEY:
        return "decryption";
    default:
        return NULL;
    }
}

static kl_status refuse_option(const char *name, const char *what, kl_error *error)
{
    return kl_node_bad(error, name, "expected %s in PEM, got something else", what);
}

kl_status kl_saml_response(kl_value *out, const kl_saml *saml, kl_text response, kl_error *error)
{
    kl_value said = kl_null();
    kl_error why = KL_ERROR_INIT;
    const char *reason = NULL;
    KL_TRY(kl_node_words("idp_certificates", saml->certificates, error));
    KL_TRY(kl_node_words("decryption_key", saml->keys, error));
    if (response.len > RESPONSE_MAX)
        return kl_node_limit(error, "saml_response", RESPONSE_MAX, "bytes");
    kl_status status = verify(&said, saml, response, &why);
    reason = status == KL_OK ? check(said, saml) : reason_of(status);
    if (status == KL_INVALID)
        status = refuse_option("idp_certificates", "certificates", error);
    else if (status == KL_TYPE)
        status = refuse_option("decryption_key", "private keys (with their password, if they have one)",
                               error);
    else if (status != KL_OK && !reason)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    if (status == KL_OK || reason)
        status = answer(out, said, reason, error);
    kl_value_release(said);
    return status;
}
