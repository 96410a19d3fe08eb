/* src/nodes/http_body.c - bodies of responses as values. */
#include "charset.h"
#include "http_call.h"
#include "kailash/json.h"
#include "payload.h"

#include <strings.h>

const char *const kl_http_formats[] = {"auto", "json", "text", "bytes", NULL};

/* ---- what a body is ------------------------------------------------------------------------------ */

static bool ends_with(kl_text text, const char *end)
{
    size_t len = strlen(end);
    return text.len >= len && memcmp(text.data + text.len - len, end, len) == 0;
}

static bool starts_with(kl_text text, const char *begin)
{
    size_t len = strlen(begin);
    return text.len >= len && memcmp(text.data, begin, len) == 0;
}

static bool is_json(kl_text type)
{
    return kl_text_is(type, "application/json") || kl_text_is(type, "text/json") ||
           ends_with(type, "+json");
}

static bool is_text(kl_text type)
{
    static const char *const types[] = {
        "application/xml", "application/javascript", "application/ecmascript", "application/yaml",
        "application/x-yaml", "application/toml", "application/graphql", "application/sql",
        "application/x-ndjson", "application/x-www-form-urlencoded", "image/svg+xml",
    };
    for (size_t i = 0; i < KL_COUNT(types); i++)
        if (kl_text_is(type, types[i]))
            return true;
    return starts_with(type, "text/") || ends_with(type, "+xml") || ends_with(type, "+yaml");
}

/* The parameter of the content type; empty when there is none. */
static kl_text charset_of(const kl_http_response *response)
{
    kl_text type = kl_http_header_of(response, "content-type");
    const char *found = strcasestr(type.data, "charset=");
    if (!found)
        return (kl_text){"", 0};
    found += strlen("charset=");
    found += *found == '"';
    return (kl_text){found, strcspn(found, "\"; ,")};
}

/* ---- as values ----------------------------------------------------------------------------------- */

kl_status kl_http_decode_text(kl_value *out, const kl_http_response *response, kl_error *error)
{
    kl_text bytes = kl_as_text(response->body), charset = charset_of(response);
    kl_buffer text = KL_BUFFER_INIT;
    bool utf8 = charset.len == 0 || (charset.len == 5 && !strncasecmp(charset.data, "utf-8", 5));
    if (utf8)
        return kl_string_repair(out, bytes, error);
    kl_status status = kl_charset_convert(&text, bytes, charset, KL_TEXT("UTF-8"), NULL);
    if (status == KL_OK)
        return kl_buffer_finish(out, &text, error);
    kl_buffer_free(&text);
    if (status == KL_NO_MEMORY)
        return kl_error_no_memory(error);
    return kl_string_repair(out, bytes, error); /* it lied, or nobody knows that charset */
}

static kl_status decode_json(kl_value *out, const kl_http_response *response, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_text bytes = kl_as_text(response->body);
    if (starts_with(bytes, "\xEF\xBB\xBF"))
        bytes = (kl_text){bytes.data + 3, bytes.len - 3};
    kl_status status = kl_json_parse(out, bytes, &why);
    if (status == KL_OK || status == KL_NO_MEMORY)
        kl_error_move(error, &why);
    else
        status = kl_error_set(error, KL_INVALID, "the response is no JSON: %s",
                              kl_error_message(&why));
    kl_error_clear(&why);
    return status;
}

/* By the type it is said to be, or else by what it is. */
static kl_status decode_auto(kl_value *out, const kl_http_response *response, kl_error *error)
{
    char buffer[128];
    kl_text type = kl_http_media_type(buffer, response), bytes = kl_as_text(response->body);
    if (is_json(type) && bytes.len) {
        kl_status status = decode_json(out, response, NULL);
        if (status == KL_OK)
            return KL_OK;
        return status == KL_NO_MEMORY ? kl_error_no_memory(error)
                                      : kl_http_decode_text(out, response, error);
    }
    bool utf8 = type.len == 0 && kl_utf8_valid_length(bytes) == bytes.len;
    if (bytes.len == 0 || utf8 || is_json(type) || is_text(type) || charset_of(response).len)
        return kl_http_decode_text(out, response, error);
    *out = kl_value_retain(response->body);
    return KL_OK;
}

kl_status kl_http_decode_body(kl_value *out, const kl_http_response *response, kl_text format,
                              kl_error *error)
{
    if (kl_text_is(format, "json"))
        return decode_json(out, response, error);
    if (kl_text_is(format, "text"))
        return kl_http_decode_text(out, response, error);
    if (kl_text_is(format, "auto"))
        return decode_auto(out, response, error);
    *out = kl_value_retain(response->body);
    return KL_OK;
}
