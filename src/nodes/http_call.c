/* src/nodes/http_call.c - see http_call.h. */
#include "http_call.h"
#include "stopping.h"
#include "format.h"
#include "host.h"
#include "kailash/json.h"
#include "net/url.h"
#include "value_text.h"

#include <stdio.h>
#include <strings.h>

void kl_http_call_end(kl_http_call *call)
{
    kl_free(call->headers);
    kl_free(call->parts);
    kl_value_release(call->kept);
    kl_value_release(call->jar);
    *call = (kl_http_call){0};
}

kl_status kl_http_call_keep(kl_http_call *call, kl_value value, kl_error *error)
{
    kl_status status = KL_OK;
    if (kl_is_null(call->kept))
        status = kl_array_new(&call->kept, 8, error);
    if (status == KL_OK)
        return kl_array_push(&call->kept, value, error);
    kl_value_release(value);
    return status;
}

/* Finish a text and keep it. */
static kl_status keep_buffer(kl_text *out, kl_http_call *call, kl_buffer *text, kl_error *error)
{
    kl_value value;
    KL_TRY(kl_buffer_finish_bytes(&value, text, error));
    *out = kl_as_text(value);
    return kl_http_call_keep(call, value, error);
}

/* ---- settings ------------------------------------------------------------------------------------ */

static const kl_guard anywhere = {.policy = KL_GUARD_ALLOW_INTERNAL_AND_LOOPBACK};
static const kl_guard public_only = {.policy = KL_GUARD_REFUSE_PRIVATE};

void kl_http_call_settings(kl_http_call *call, const kl_value *settings)
{
    kl_http_request *request = &call->request;
    kl_value private = settings[KL_HTTP_ALLOW_PRIVATE];
    request->trusts_all = !kl_as_bool(settings[KL_HTTP_VERIFY_TLS]);
    request->ca_file = kl_as_text(settings[KL_HTTP_CA_FILE]);
    request->certificate = kl_as_text(settings[KL_HTTP_CLIENT_CERT]);
    request->key = kl_as_text(settings[KL_HTTP_CLIENT_KEY]);
    request->key_password = kl_as_text(settings[KL_HTTP_CLIENT_KEY_PASSWORD]);
    request->proxy = kl_as_text(settings[KL_HTTP_PROXY]);
    request->response_max = (uint64_t)kl_as_int(settings[KL_HTTP_MAX_RESPONSE_BYTES]);
    request->guard = kl_is_null(private) || kl_as_bool(private) ? &anywhere : &public_only;
    if (!kl_as_bool(settings[KL_HTTP_FOLLOW_REDIRECTS]))
        request->redirects = KL_HTTP_REDIRECTS_NEVER;
    else if (kl_as_bool(private))
        request->redirects = KL_HTTP_REDIRECTS_FREE;
}

/* ---- URL and method ------------------------------------------------------------------------------ */

/* Without what is null: such a parameter is not meant to be there. */
static kl_status without_nulls(kl_value *out, kl_value map, kl_error *error)
{
    kl_value kept;
    KL_TRY(kl_map_new(&kept, kl_map_len(map), error));
    for (size_t i = 0; i < kl_map_len(map); i++) {
        kl_value item = kl_map_value_at(map, i);
        kl_status status = kl_is_null(item)
                               ? KL_OK
                               : kl_map_set_key(&kept, kl_map_key_value_at(map, i),
                                                kl_value_retain(item), error);
        if (status != KL_OK) {
            kl_value_release(kept);
            return status;
        }
    }
    *out = kept;
    return KL_OK;
}

static kl_status encode_query(kl_value *out, const char *name, kl_value map, kl_error *error)
{
    kl_value kept;
    kl_error why = KL_ERROR_INIT;
    KL_TRY(without_nulls(&kept, map, error));
    kl_status status = kl_format_write(out, KL_TEXT("query"), kept, NULL, &why);
    kl_value_release(kept);
    if (status != KL_OK && status != KL_NO_MEMORY)
        status = kl_node_bad(error, name, "%s", kl_error_message(&why));
    else
        kl_error_move(error, &why);
    kl_error_clear(&why);
    return status;
}

static kl_status add_query(kl_http_call *call, const char *name, kl_value query, kl_error *error)
{
    kl_value encoded;
    kl_buffer text = KL_BUFFER_INIT;
    kl_text url = call->request.url;
    const char *hash = memchr(url.data, '#', url.len);
    url.len = hash ? (size_t)(hash - url.data) : url.len; /* a fragment is not sent anyway */
    KL_TRY(encode_query(&encoded, name, query, error));
    if (kl_value_len(encoded)) {
        const char *mark = memchr(url.data, '?', url.len);
        bool open = mark && (mark + 1 == url.data + url.len || url.data[url.len - 1] == '&');
        kl_buffer_add(&text, url);
        if (!open)
            kl_buffer_byte(&text, mark ? '&' : '?');
        kl_buffer_add(&text, kl_as_text(encoded));
    }
    bool added = kl_value_len(encoded) > 0;
    kl_value_release(encoded);
    return added ? keep_buffer(&call->request.url, call, &text, error) : KL_OK;
}

kl_status kl_http_call_url(kl_http_call *call, const char *name, kl_value url,
                           const char *query_name, kl_value query, kl_error *error)
{
    kl_url parsed;
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_url_parse(&parsed, kl_as_text(url), &why);
    if (status == KL_INVALID)
        status = kl_node_bad(error, name, "%s", kl_error_message(&why));
    else
        kl_error_move(error, &why);
    kl_error_clear(&why);
    KL_TRY(status);
    kl_url_clear(&parsed);
    call->request.url = kl_as_text(url);
    return kl_map_len(query) ? add_query(call, query_name, query, error) : KL_OK;
}

kl_status kl_http_call_method(kl_http_call *call, const char *name, kl_value method,
                              kl_error *error)
{
    static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"};
    kl_text given = kl_as_text(method);
    call->request.method = KL_TEXT("GET");
    if (kl_is_null(method))
        return KL_OK;
    for (size_t i = 0; i < KL_COUNT(methods); i++) {
        if (given.len == strlen(methods[i]) && strncasecmp(given.data, methods[i], given.len) == 0) {
            call->request.method = kl_text_from(methods[i]);
            return KL_OK;
        }
    }
    return kl_node_bad(error, name, "expected one of: GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS, "
                       "got %.*s", (int)KL_MIN(given.len, 80), given.data);
}

/* ---- headers ------------------------------------------------------------------------------------- */

kl_status kl_http_call_header(kl_http_call *call, kl_text name, kl_text value, bool secret,
                              kl_error *error)
{
    size_t count = call->request.header_count;
    if (count == call->header_cap) {
        size_t cap = 2 * call->header_cap + 8;
        kl_http_header *grown = kl_realloc(call->headers, cap * sizeof *grown);
        if (!grown)
            return kl_error_no_memory(error);
        call->headers = grown;
        call->header_cap = cap;
    }
    call->headers[count] = (kl_http_header){.name = name, .value = value, .secret = secret};
    call->request.headers = call->headers;
    call->request.header_count = count + 1;
    return KL_OK;
}

static bool has_header(const kl_http_call *call, const char *name)
{
    for (size_t i = 0; i < call->request.header_count; i++)
        if (call->headers[i].name.len == strlen(name) &&
            strncasecmp(call->headers[i].name.data, name, strlen(name)) == 0)
            return true;
    return false;
}

static bool is_scalar(kl_value value)
{
    return kl_is(value, KL_KIND_STRING) || kl_is_number(value) || kl_is(value, KL_KIND_BOOL);
}

/* A scalar as text; a string is borrowed, anything else kept. */
static kl_status scalar_text(kl_text *out, kl_http_call *call, kl_value value, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    *out = kl_as_text(value);
    if (kl_is(value, KL_KIND_STRING))
        return KL_OK;
    kl_status status = kl_value_write(&text, value, error);
    if (status == KL_OK)
        return keep_buffer(out, call, &text, error);
    kl_buffer_free(&text);
    return status;
}

static bool is_control(unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; }

static bool is_header_name(kl_text name)
{
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.data[i];
        if (c <= 0x20 || c >= 0x7f || strchr("\"(),/:;<=>?@[\\]{}", (char)c))
            return false;
    }
    return name.len > 0;
}

static kl_status add_header(kl_http_call *call, const char *key, kl_text name, kl_value value,
                            kl_error *error)
{
    kl_text text;
    if (!is_header_name(name))
        return kl_node_bad(error, key, "expected valid HTTP header name, got '%.*s'",
                           (int)KL_MIN(name.len, 80), name.data);
    if (!is_scalar(value))
        return kl_node_bad(error, key, "expected string for header '%.*s', got %s",
                           KL_TEXT_ARG(name), kl_value_kind_name(value));
    KL_TRY(scalar_text(&text, call, value, error));
    for (size_t i = 0; i < text.len; i++)
        if (is_control((unsigned char)text.data[i]))
            return kl_node_bad(error, key, "expected valid HTTP header value for '%.*s', got a "
                               "control character", KL_TEXT_ARG(name));
    return kl_http_call_header(call, name, text, false, error);
}

kl_status kl_http_call_headers(kl_http_call *call, const char *name, kl_value headers,
                               kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(headers); i++) {
        kl_text header = kl_map_key_at(headers, i);
        kl_value value = kl_map_value_at(headers, i);
        if (!kl_is(value, KL_KIND_ARRAY)) {
            KL_TRY(add_header(call, name, header, value, error));
            continue;
        }
        for (size_t k = 0; k < kl_array_len(value); k++)
            KL_TRY(add_header(call, name, header, kl_array_at(value, k), error));
    }
    return KL_OK;
}

/* RFC 6265, 4.1.1: what would begin another cookie, or another header. */
static bool is_cookie_text(kl_text text)
{
    for (size_t i = 0; i < text.len; i++)
        if (is_control((unsigned char)text.data[i]) || strchr(";,\t", text.data[i]))
            return false;
    return true;
}

/* A line of a cookie file: of this host alone, for all its paths, until the end of the session. */
static kl_status push_cookie(kl_http_call *call, kl_text host, kl_text name, kl_text value,
                             kl_error *error)
{
    kl_value line;
    KL_TRY(kl_string_format(&line, error, "%.*s\tFALSE\t/\tFALSE\t0\t%.*s\t%.*s",
                            KL_TEXT_ARG(host), KL_TEXT_ARG(name), KL_TEXT_ARG(value)));
    return kl_array_push(&call->jar, line, error);
}

static kl_status add_cookie(kl_http_call *call, const char *key, kl_text host, kl_text name,
                            kl_value value, kl_error *error)
{
    kl_text text;
    if (!is_scalar(value))
        return kl_node_bad(error, key, "expected string for cookie '%.*s', got %s",
                           KL_TEXT_ARG(name), kl_value_kind_name(value));
    KL_TRY(scalar_text(&text, call, value, error));
    if (!is_header_name(name) || !is_cookie_text(text))
        return kl_node_bad(error, key, "expected valid name and value of a cookie, got cookie "
                           "'%.*s'", (int)KL_MIN(name.len, 80), name.data);
    return push_cookie(call, host, name, text, error);
}

kl_status kl_http_call_cookies(kl_http_call *call, const char *name, kl_value cookies,
                               kl_error *error)
{
    kl_url url;
    kl_status status = KL_OK;
    if (kl_map_len(cookies) == 0)
        return KL_OK;
    KL_TRY(kl_url_parse(&url, call->request.url, error));
    KL_TRY_OUT(kl_array_new(&call->jar, kl_map_len(cookies), error));
    for (size_t i = 0; i < kl_map_len(cookies); i++)
        KL_TRY_OUT(add_cookie(call, name, url.host, kl_map_key_at(cookies, i),
                              kl_map_value_at(cookies, i), error));
    call->request.jar = &call->jar;
out:
    kl_url_clear(&url);
    return status;
}

/* ---- authentication ------------------------------------------------------------------------------ */

/* What each type takes; the first `required` must be there. */
static const struct auth_type {
    const char *name;
    kl_http_auth_kind kind;
    const char *keys[3];
    size_t required;
} auth_types[] = {
    {"basic", KL_HTTP_BASIC, {"username", "password"}, 2},
    {"digest", KL_HTTP_DIGEST, {"username", "password"}, 2},
    {"bearer", KL_HTTP_BEARER, {"token"}, 1},
    {"api_key", KL_HTTP_NO_AUTH, {"key", "name", "in"}, 1},
};

static kl_status find_auth_type(const struct auth_type **out, const char *name, kl_value type,
                                kl_error *error)
{
    char key[64];
    for (size_t i = 0; i < KL_COUNT(auth_types); i++) {
        if (kl_is(type, KL_KIND_STRING) && kl_text_is(kl_as_text(type), auth_types[i].name)) {
            *out = &auth_types[i];
            return KL_OK;
        }
    }
    snprintf(key, sizeof key, "%s.type", name);
    if (kl_is_null(type))
        return kl_node_missing(error, key);
    return kl_node_bad_value(error, key, "one of: basic, digest, bearer, api_key", type);
}

static bool takes(const struct auth_type *type, kl_text key)
{
    for (size_t i = 0; i < KL_COUNT(type->keys) && type->keys[i]; i++)
        if (kl_text_is(key, type->keys[i]))
            return true;
    return kl_text_is(key, "type");
}

static kl_status check_auth_keys(const struct auth_type *type, const char *name, kl_value auth,
                                 kl_error *error)
{
    char key[64];
    for (size_t i = 0; i < kl_map_len(auth); i++) {
        kl_text given = kl_map_key_at(auth, i);
        if (!takes(type, given))
            return kl_node_bad(error, name, "%s authentication takes no '%.*s'", type->name,
                               (int)KL_MIN(given.len, 40), given.data);
    }
    for (size_t i = 0; i < KL_COUNT(type->keys) && type->keys[i]; i++) {
        kl_value value = kl_map_get(auth, kl_text_from(type->keys[i]));
        snprintf(key, sizeof key, "%s.%s", name, type->keys[i]);
        if (kl_is_null(value) && i < type->required)
            return kl_node_missing(error, key);
        if (!kl_is_null(value) && !kl_is(value, KL_KIND_STRING))
            return kl_node_bad(error, key, "expected string, got %s", kl_value_kind_name(value));
    }
    return KL_OK;
}

/* No control characters: nothing of it is shown, so the name must do. */
static kl_status check_secret(const char *name, const char *key, kl_text text, kl_error *error)
{
    char whole[64];
    snprintf(whole, sizeof whole, "%s.%s", name, key);
    for (size_t i = 0; i < text.len; i++)
        if (is_control((unsigned char)text.data[i]))
            return kl_node_bad(error, whole, "expected text without control characters");
    return KL_OK;
}

static kl_status add_api_key(kl_http_call *call, const char *name, kl_value auth, kl_error *error)
{
    kl_value place = kl_map_get(auth, KL_TEXT("in")), header = kl_map_get(auth, KL_TEXT("name"));
    kl_text key = kl_as_text(kl_map_get(auth, KL_TEXT("key")));
    kl_text field = kl_is_null(header) ? KL_TEXT("X-API-Key") : kl_as_text(header);
    char where[64];
    snprintf(where, sizeof where, "%s.in", name);
    if (kl_is_null(place) || kl_text_is(kl_as_text(place), "header")) {
        snprintf(where, sizeof where, "%s.name", name);
        if (!is_header_name(field))
            return kl_node_bad(error, where, "expected valid HTTP header name");
        return kl_http_call_header(call, field, key, true, error);
    }
    if (!kl_text_is(kl_as_text(place), "query"))
        return kl_node_bad_value(error, where, "one of: header, query", place);
    kl_value query;
    KL_TRY(kl_map_new(&query, 1, error));
    kl_status status = kl_map_set(&query, field, kl_value_retain(kl_map_get(auth, KL_TEXT("key"))),
                                  error);
    if (status == KL_OK)
        status = add_query(call, name, query, error);
    kl_value_release(query);
    return status;
}

kl_status kl_http_call_auth(kl_http_call *call, const char *name, kl_value auth, kl_error *error)
{
    const struct auth_type *type;
    if (kl_is_null(auth))
        return KL_OK;
    KL_TRY(find_auth_type(&type, name, kl_map_get(auth, KL_TEXT("type")), error));
    KL_TRY(check_auth_keys(type, name, auth, error));
    for (size_t i = 0; i < KL_COUNT(type->keys) && type->keys[i]; i++)
        KL_TRY(check_secret(name, type->keys[i],
                            kl_as_text(kl_map_get(auth, kl_text_from(type->keys[i]))), error));
    if (type->kind == KL_HTTP_NO_AUTH)
        return add_api_key(call, name, auth, error);
    bool bearer = type->kind == KL_HTTP_BEARER;
    call->request.auth = type->kind;
    call->request.user = kl_as_text(kl_map_get(auth, KL_TEXT("username")));
    call->request.password =
        kl_as_text(kl_map_get(auth, bearer ? KL_TEXT("token") : KL_TEXT("password")));
    return KL_OK;
}

/* ---- bodies -------------------------------------------------------------------------------------- */

static kl_status default_type(kl_http_call *call, kl_text type, kl_error *error)
{
    return has_header(call, "content-type")
               ? KL_OK
               : kl_http_call_header(call, KL_TEXT("content-type"), type, false, error);
}

kl_status kl_http_call_json(kl_http_call *call, kl_value value, kl_error *error)
{
    kl_value text;
    KL_TRY(kl_json_print(&text, value, &kl_json_plain, error));
    call->request.body = kl_as_text(text);
    KL_TRY(kl_http_call_keep(call, text, error));
    return default_type(call, KL_TEXT("application/json"), error);
}

kl_status kl_http_call_body(kl_http_call *call, kl_value body, kl_error *error)
{
    if (kl_is_null(body))
        return KL_OK;
    if (!kl_is(body, KL_KIND_STRING) && !kl_is(body, KL_KIND_BYTES))
        return kl_http_call_json(call, body, error);
    call->request.body = kl_as_text(body);
    return KL_OK;
}

kl_status kl_http_call_form(kl_http_call *call, const char *name, kl_value form, kl_error *error)
{
    kl_value text;
    KL_TRY(encode_query(&text, name, form, error));
    call->request.body = kl_as_text(text);
    KL_TRY(kl_http_call_keep(call, text, error));
    return default_type(call, KL_TEXT("application/x-www-form-urlencoded"), error);
}

kl_status kl_http_call_part(kl_http_call *call, kl_http_part part, kl_error *error)
{
    size_t count = call->request.part_count;
    if (count == call->part_cap) {
        size_t cap = 2 * call->part_cap + 8;
        kl_http_part *grown = kl_realloc(call->parts, cap * sizeof *grown);
        if (!grown)
            return kl_error_no_memory(error);
        call->parts = grown;
        call->part_cap = cap;
    }
    call->parts[count] = part;
    call->request.parts = call->parts;
    call->request.part_count = count + 1;
    return KL_OK;
}

static kl_status add_field(kl_http_call *call, const char *name, kl_text field, kl_value value,
                           kl_error *error)
{
    kl_http_part part = {.name = field, .data = kl_as_text(value)};
    if (!is_scalar(value) && !kl_is(value, KL_KIND_BYTES))
        return kl_node_bad(error, name, "expected string for '%.*s', got %s", KL_TEXT_ARG(field),
                           kl_value_kind_name(value));
    if (!kl_is(value, KL_KIND_BYTES))
        KL_TRY(scalar_text(&part.data, call, value, error));
    return kl_http_call_part(call, part, error);
}

static bool is_content(kl_value value)
{
    return kl_is(value, KL_KIND_STRING) || kl_is(value, KL_KIND_BYTES);
}

static kl_status add_file(kl_http_call *call, const char *name, kl_text field, kl_value file,
                          kl_error *error)
{
    kl_http_part part = {.name = field, .filename = field, .data = kl_as_text(file)};
    if (is_content(file))
        return kl_http_call_part(call, part, error);
    kl_value content = kl_map_get(file, KL_TEXT("content"));
    kl_value filename = kl_map_get(file, KL_TEXT("filename"));
    kl_value type = kl_map_get(file, KL_TEXT("content_type"));
    size_t known = 1 + !kl_is_null(filename) + !kl_is_null(type);
    bool good = kl_is(file, KL_KIND_MAP) && is_content(content) && kl_map_len(file) == known &&
                (kl_is_null(filename) || kl_is(filename, KL_KIND_STRING)) &&
                (kl_is_null(type) || kl_is(type, KL_KIND_STRING));
    if (!good)
        return kl_node_bad(error, name, "'%.*s': expected string, bytes or object {content, "
                           "filename?, content_type?}, got %s", KL_TEXT_ARG(field),
                           kl_is(file, KL_KIND_MAP) ? "another object" : kl_value_kind_name(file));
    part.data = kl_as_text(content);
    if (!kl_is_null(filename))
        part.filename = kl_as_text(filename);
    part.content_type = kl_as_text(type);
    return kl_http_call_part(call, part, error);
}

kl_status kl_http_call_files(kl_http_call *call, const char *form_name, kl_value form,
                             const char *files_name, kl_value files, kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(form); i++)
        if (!kl_is_null(kl_map_value_at(form, i)))
            KL_TRY(add_field(call, form_name, kl_map_key_at(form, i), kl_map_value_at(form, i),
                             error));
    for (size_t i = 0; i < kl_map_len(files); i++) {
        kl_value file = kl_map_value_at(files, i);
        kl_text field = kl_map_key_at(files, i);
        if (!kl_is(file, KL_KIND_ARRAY)) {
            KL_TRY(add_file(call, files_name, field, file, error));
            continue;
        }
        for (size_t k = 0; k < kl_array_len(file); k++)
            KL_TRY(add_file(call, files_name, field, kl_array_at(file, k), error));
    }
    return KL_OK;
}

/* ---- the run and its failures -------------------------------------------------------------------- */

kl_http_watch kl_http_node_watch(const kl_node_call *node)
{
    return (kl_http_watch){.check = kl_node_check_run, .data = node->run};
}

kl_status kl_http_call_failed(kl_error *error, const kl_http_call *call, kl_error *why)
{
    kl_value url = kl_null();
    kl_status status = why->code;
    if (status == KL_CANCELLED || status == KL_INTERRUPTED || status == KL_NO_MEMORY ||
        status == KL_UNAVAILABLE) {
        kl_error_move(error, why);
        return status;
    }
    status = kl_url_redact(&url, call->request.url, error);
    if (status == KL_OK)
        status = kl_node_failed(error, "HTTP %.*s %.*s failed: %s",
                                KL_TEXT_ARG(call->request.method), KL_TEXT_ARG(kl_as_text(url)),
                                kl_error_message(why));
    kl_error_clear(why);
    kl_value_release(url);
    return status;
}
