/* src/net/request.c - checks a request and says it in libcurl's terms. */
#include "kailash/crypto.h"
#include "transfer.h"

#include <stdio.h>
#include <strings.h>

/* ---- checking ------------------------------------------------------------------------------------ */

/* RFC 9110, 5.6.2: what methods and names of headers are made of. */
static bool is_token(kl_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool alnum = ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9');
        if (!alnum && !(c && strchr("!#$%&'*+-.^_`|~", c)))
            return false;
    }
    return text.len > 0;
}

/* No line may end within a value: it would begin a header of its own, or another request. */
static bool is_value(kl_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

static bool is_named(kl_text name, const char *wanted)
{
    return name.len == strlen(wanted) && strncasecmp(name.data, wanted, name.len) == 0;
}

static kl_status check_headers(const kl_http_request *request, kl_error *error)
{
    for (size_t i = 0; i < request->header_count; i++) {
        const kl_http_header *header = &request->headers[i];
        if (!is_token(header->name))
            return kl_error_set(error, KL_INVALID, "invalid request: '%.*s' is no name of a header",
                                (int)KL_MIN(header->name.len, 80), header->name.data);
        if (!is_value(header->value))
            return kl_error_set(error, KL_INVALID,
                                "invalid request: header '%.*s': the value holds a control "
                                "character", KL_TEXT_ARG(header->name));
    }
    return KL_OK;
}

static kl_status check_parts(const kl_http_request *request, kl_error *error)
{
    for (size_t i = 0; i < request->part_count; i++)
        if (!is_value(request->parts[i].content_type))
            return kl_error_set(error, KL_INVALID,
                                "invalid request: part %zu: the content type holds a control "
                                "character", i);
    return KL_OK;
}

kl_status kl_request_check(const kl_http_request *request, kl_error *error)
{
    const struct {
        const char *name;
        kl_text text;
    } texts[] = {
        {"cookie", request->cookie},           {"user", request->user},
        {"password", request->password},       {"proxy", request->proxy},
        {"socket_path", request->socket_path}, {"ca_file", request->ca_file},
        {"certificate", request->certificate}, {"key", request->key},
        {"key_password", request->key_password},
    };
    if (request->method.len && !is_token(request->method))
        return kl_error_set(error, KL_INVALID, "invalid request: '%.*s' is no method",
                            (int)KL_MIN(request->method.len, 80), request->method.data);
    for (size_t i = 0; i < KL_COUNT(texts); i++)
        if (!is_value(texts[i].text))
            return kl_error_set(error, KL_INVALID, "invalid request: %s holds a control character",
                                texts[i].name);
    KL_TRY(check_headers(request, error));
    return check_parts(request, error);
}

/* ---- texts that end in NUL ----------------------------------------------------------------------- */

/* Keep a copy for the exchange. Empty gives NULL. */
static kl_status keep(const char **out, kl_transfer *t, kl_text text, kl_error *error)
{
    *out = NULL;
    if (text.len == 0)
        return KL_OK;
    if (t->text_count == t->text_cap) {
        size_t cap = 2 * t->text_cap + 16;
        char **grown = kl_realloc(t->texts, cap * sizeof *grown);
        if (!grown)
            return kl_error_no_memory(error);
        t->texts = grown;
        t->text_cap = cap;
    }
    char *copy = kl_strdup(text);
    if (!copy)
        return kl_error_no_memory(error);
    t->texts[t->text_count++] = copy;
    *out = copy;
    return KL_OK;
}

void kl_request_forget(kl_transfer *t)
{
    for (size_t i = 0; i < t->text_count; i++) {
        kl_wipe(t->texts[i], strlen(t->texts[i])); /* may be a password */
        kl_free(t->texts[i]);
    }
    kl_free(t->texts);
    kl_free(t->lines);
    t->texts = NULL;
    t->lines = NULL;
    t->text_count = t->text_cap = 0;
}

/* ---- header lines -------------------------------------------------------------------------------- */

static bool has_header(const kl_http_request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++)
        if (is_named(request->headers[i].name, name))
            return true;
    return false;
}

/* What another origin, or a request that lost its body, must not get. */
static bool is_dropped(const kl_transfer *t, const kl_http_header *header)
{
    static const char *const of_origin[] = {"authorization", "proxy-authorization", "cookie", "host"};
    static const char *const of_body[] = {"content-type", "content-length", "content-encoding",
                                          "content-language", "content-location",
                                          "transfer-encoding"};
    for (size_t i = 0; t->strayed && i < KL_COUNT(of_origin); i++)
        if (is_named(header->name, of_origin[i]))
            return true;
    for (size_t i = 0; t->is_get && i < KL_COUNT(of_body); i++)
        if (is_named(header->name, of_body[i]))
            return true;
    return t->strayed && header->secret;
}

/* "name: value"; libcurl wants "name;" for an empty value, and takes "name:" for none of its own. */
static kl_status add_line(kl_transfer *t, kl_text name, kl_text value, kl_error *error)
{
    kl_buffer line = KL_BUFFER_INIT;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        kl_buffer_byte(&line, c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c);
    }
    kl_buffer_string(&line, value.len ? ": " : ";");
    kl_buffer_add(&line, value);
    const char *kept;
    kl_status status = line.status == KL_OK ? keep(&kept, t, kl_buffer_text(&line), error)
                                            : kl_error_no_memory(error);
    kl_buffer_free(&line);
    if (status == KL_OK)
        t->lines[t->exchange.line_count++] = kept;
    return status;
}

/* A header that libcurl would send of its own accord. */
static void suppress(kl_transfer *t, const char *line)
{
    t->lines[t->exchange.line_count++] = line;
}

static kl_status add_own_lines(kl_transfer *t, kl_error *error)
{
    const kl_http_request *request = t->request;
    char text[64];
    if (!has_header(request, "user-agent")) {
        snprintf(text, sizeof text, "kailash/%s", kl_version());
        KL_TRY(add_line(t, KL_TEXT("user-agent"), kl_text_from(text), error));
    }
    if (request->part_count && !t->is_get) {
        snprintf(text, sizeof text, "multipart/form-data; boundary=%s", t->boundary);
        KL_TRY(add_line(t, KL_TEXT("content-type"), kl_text_from(text), error));
    } else if (t->is_get || !has_header(request, "content-type")) {
        suppress(t, "content-type:");
    }
    suppress(t, "expect:");
    return KL_OK;
}

/* Bearer tokens are written here: libcurl would send them on to proxies it authenticates with. */
static kl_status add_bearer(kl_transfer *t, kl_error *error)
{
    kl_buffer value = KL_BUFFER_INIT;
    if (t->request->auth != KL_HTTP_BEARER || t->strayed)
        return KL_OK;
    kl_buffer_string(&value, "Bearer ");
    kl_buffer_add(&value, t->request->password);
    kl_status status = value.status == KL_OK ? add_line(t, KL_TEXT("authorization"),
                                                        kl_buffer_text(&value), error)
                                             : kl_error_no_memory(error);
    kl_buffer_free(&value);
    return status;
}

static kl_status prepare_lines(kl_transfer *t, kl_error *error)
{
    const kl_http_request *request = t->request;
    bool own_type = request->part_count && !t->is_get;
    t->lines = kl_alloc((request->header_count + 4) * sizeof *t->lines);
    if (!t->lines)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < request->header_count; i++) {
        const kl_http_header *header = &request->headers[i];
        if (!is_dropped(t, header) && !(own_type && is_named(header->name, "content-type")))
            KL_TRY(add_line(t, header->name, header->value, error));
    }
    KL_TRY(add_bearer(t, error));
    KL_TRY(add_own_lines(t, error));
    t->exchange.lines = t->lines;
    return KL_OK;
}

/* ---- the rest ------------------------------------------------------------------------------------ */

kl_text kl_request_method(const kl_transfer *t)
{
    if (t->is_get || t->request->method.len == 0)
        return KL_TEXT("GET");
    return t->request->method;
}

static kl_status prepare_body(kl_transfer *t, kl_error *error)
{
    const kl_http_request *request = t->request;
    kl_curl_exchange *exchange = &t->exchange;
    if (t->is_get)
        return KL_OK;
    if (request->part_count) {
        if (t->form.len == 0)
            KL_TRY(kl_request_form(t, error));
        exchange->body = kl_buffer_text(&t->form);
        exchange->has_body = true;
    } else if (request->source) {
        exchange->streams_body = true;
        exchange->body_len = request->source_len;
    } else if (request->body.data) {
        exchange->body = request->body;
        exchange->has_body = true;
    } else if (kl_text_is(request->method, "POST") || kl_text_is(request->method, "PUT") ||
               kl_text_is(request->method, "PATCH")) {
        exchange->body = KL_TEXT("");
        exchange->has_body = true; /* "content-length: 0", which servers insist on */
    }
    return KL_OK;
}

static kl_status prepare_auth(kl_transfer *t, kl_error *error)
{
    const kl_http_request *request = t->request;
    kl_curl_exchange *exchange = &t->exchange;
    bool in_url = request->auth == KL_HTTP_NO_AUTH && !kl_is_null(t->url.user) &&
                  !has_header(request, "authorization");
    kl_text user = in_url ? kl_as_text(t->url.user) : request->user;
    kl_text password = in_url ? kl_as_text(t->url.password) : request->password;
    if (in_url && (memchr(user.data, '\0', user.len) || memchr(password.data, '\0', password.len)))
        return kl_error_set(error, KL_INVALID, "invalid URL: user or password hold a NUL byte");
    if (!in_url && t->strayed)
        return KL_OK;
    if (in_url || request->auth == KL_HTTP_BASIC)
        exchange->auth = KL_CURL_BASIC;
    else if (request->auth == KL_HTTP_DIGEST)
        exchange->auth = KL_CURL_DIGEST;
    else
        return keep(&exchange->cookie, t, request->cookie, error);
    KL_TRY(keep(&exchange->user, t, user, error));
    KL_TRY(keep(&exchange->password, t, password, error));
    return t->strayed ? KL_OK : keep(&exchange->cookie, t, request->cookie, error);
}

static long milliseconds(kl_duration duration)
{
    return (long)KL_MIN((duration + KL_MILLISECOND - 1) / KL_MILLISECOND, INT32_MAX);
}

static kl_status prepare_limits(kl_transfer *t, kl_error *error)
{
    kl_duration connect = t->request->connect_timeout ? t->request->connect_timeout
                                                      : KL_HTTP_CONNECT_TIMEOUT;
    t->exchange.connect_timeout_ms = milliseconds(connect);
    if (t->deadline == KL_TIME_NONE)
        return KL_OK;
    kl_duration left = t->deadline - kl_clock_now();
    if (left <= 0)
        return kl_error_set(error, KL_TIMEOUT, "timed out while following redirects");
    t->exchange.timeout_ms = milliseconds(left);
    return KL_OK;
}

static kl_status prepare_texts(kl_transfer *t, kl_error *error)
{
    const kl_http_request *request = t->request;
    kl_curl_exchange *exchange = &t->exchange;
    const struct {
        const char **to;
        kl_text text;
    } texts[] = {
        {&exchange->method, kl_request_method(t)},
        {&exchange->url, kl_as_text(t->url.text)},
        {&exchange->proxy, request->proxy},
        {&exchange->socket_path, request->socket_path},
        {&exchange->ca_file, request->ca_file},
        {&exchange->certificate, request->certificate},
        {&exchange->key, request->key},
        {&exchange->key_password, request->key_password},
    };
    for (size_t i = 0; i < KL_COUNT(texts); i++)
        KL_TRY(keep(texts[i].to, t, texts[i].text, error));
    return KL_OK;
}

kl_status kl_request_prepare(kl_transfer *t, kl_error *error)
{
    static const kl_curl_version versions[] = {[KL_HTTP_ANY] = KL_CURL_ANY_VERSION,
                                               [KL_HTTP_1_1] = KL_CURL_HTTP_1_1,
                                               [KL_HTTP_2] = KL_CURL_HTTP_2};
    kl_curl_exchange *exchange = &t->exchange;
    exchange->version = versions[t->request->version];
    exchange->trusts_all = t->request->trusts_all;
    exchange->keeps_encoding = t->request->keeps_encoding;
    exchange->keeps_cookies = t->request->jar != NULL;
    exchange->cookies = kl_value_retain(t->cookies);
    KL_TRY(prepare_limits(t, error));
    KL_TRY(prepare_texts(t, error));
    KL_TRY(prepare_auth(t, error));
    KL_TRY(prepare_body(t, error));
    return prepare_lines(t, error);
}
