/* src/nodes/cloud_request.c - requests to an object store: where they go, signed by whom, and what the
 * server refuses. */
#include "cloud_objects.h"
#include "net/sigv4.h"
#include "net/url.h"
#include "xml.h"

#include <stdio.h>
#include <stdlib.h>

/* Where a bucket or an object is. All are given. */
typedef struct place {
    kl_value host;   /* with its port unless that is the usual one, as the header says it */
    kl_value origin; /* scheme://host */
    kl_value path;   /* encoded as it is signed */
} place;

static void leave(place *self)
{
    kl_value_release(self->host);
    kl_value_release(self->origin);
    kl_value_release(self->path);
}

static kl_text text_arg(const kl_node_call *node, const char *name)
{
    return kl_as_text(kl_rest_arg(node, name));
}

/* ---- checks -------------------------------------------------------------------------------------- */

static bool is_made_of(kl_text text, const char *others, bool upper)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                    (upper && c >= 'A' && c <= 'Z') || (c && strchr(others, c));
        if (!good)
            return false;
    }
    return true;
}

static kl_status check_bucket(const kl_node_call *node, kl_error *error)
{
    kl_value value = kl_rest_arg(node, "bucket");
    kl_text bucket = kl_as_text(value);
    bool in_path = kl_as_bool(kl_rest_arg(node, "path_style"));
    if (bucket.len == 0)
        return kl_node_missing(error, "bucket");
    if (in_path && (bucket.len > 255 || !is_made_of(bucket, ".-_", true) ||
                    kl_text_is(bucket, ".") || kl_text_is(bucket, "..")))
        return kl_node_bad_value(error, "bucket",
                                 "a name of at most 255 letters, digits, dots, hyphens and "
                                 "underscores", value);
    if (!in_path && (bucket.len > 63 || !is_made_of(bucket, ".-", false)))
        return kl_node_bad_value(error, "bucket",
                                 "a name of at most 63 small letters, digits, dots and hyphens, as "
                                 "it is part of the host", value);
    return KL_OK;
}

/* Steps of a path, which are resolved on the way to the server. */
static bool has_steps(kl_text key)
{
    const char *at = key.data, *end = key.data + key.len;
    while (at <= end) {
        const char *slash = memchr(at, '/', (size_t)(end - at));
        size_t len = (size_t)((slash ? slash : end) - at);
        if ((len == 1 && at[0] == '.') || (len == 2 && at[0] == '.' && at[1] == '.'))
            return true;
        at += len + 1;
    }
    return false;
}

static kl_status check_key(const kl_node_call *node, kl_error *error)
{
    kl_value key = kl_rest_arg(node, "key");
    if (kl_value_len(key) == 0)
        return kl_node_missing(error, "key");
    if (kl_value_len(key) > 1024)
        return kl_node_bad(error, "key", "expected at most 1024 bytes, got %zu", kl_value_len(key));
    if (has_steps(kl_as_text(key)))
        return kl_node_bad_value(error, "key", "a key without the segments '.' and '..'", key);
    return KL_OK;
}

/* It becomes part of a host and of a header. */
static kl_status check_region(const kl_node_call *node, kl_error *error)
{
    kl_value region = kl_rest_arg(node, "region");
    if (kl_value_len(region) == 0 || kl_value_len(region) > 63 ||
        !is_made_of(kl_as_text(region), "-", true))
        return kl_node_bad_value(error, "region", "a name such as us-east-1", region);
    return KL_OK;
}

static bool is_visible(kl_text text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] <= ' ' || text.data[i] > '~')
            return false;
    return true;
}

/* ---- who signs ----------------------------------------------------------------------------------- */

/* The keys of the credentials, and the variables that have them when no key is given. */
static const struct credential {
    const char *name, *variable;
    size_t text; /* within kl_sigv4_signer */
} credentials[] = {
    {"access_key_id", "AWS_ACCESS_KEY_ID", offsetof(kl_sigv4_signer, access_key_id)},
    {"secret_access_key", "AWS_SECRET_ACCESS_KEY", offsetof(kl_sigv4_signer, secret_access_key)},
    {"session_token", "AWS_SESSION_TOKEN", offsetof(kl_sigv4_signer, session_token)},
};
enum { REQUIRED = 2 };

/* Credentials belong together: those of the environment count only when none is given. */
static bool are_given(const kl_node_call *node)
{
    for (size_t i = 0; i < KL_COUNT(credentials); i++)
        if (!kl_is_null(kl_rest_arg(node, credentials[i].name)))
            return true;
    return false;
}

static kl_status find_signer(kl_sigv4_signer *out, const kl_node_call *node, kl_error *error)
{
    bool given = are_given(node);
    *out = (kl_sigv4_signer){.region = text_arg(node, "region"), .service = KL_TEXT("s3"),
                             .time = kl_time_now()};
    for (size_t i = 0; i < KL_COUNT(credentials); i++) {
        const struct credential *each = &credentials[i];
        kl_text text = given ? text_arg(node, each->name) : kl_text_from(getenv(each->variable));
        if (text.len == 0 && i < REQUIRED && given)
            return kl_node_missing(error, each->name);
        if (text.len == 0 && i < REQUIRED)
            return kl_node_failed(error, "no credentials: give access_key_id and secret_access_key "
                                         "or set the environment variables AWS_ACCESS_KEY_ID and "
                                         "AWS_SECRET_ACCESS_KEY");
        if (!is_visible(text))
            return kl_node_bad(error, given ? each->name : each->variable,
                               "expected visible ASCII characters only");
        memcpy((char *)out + each->text, &text, sizeof text);
    }
    return KL_OK;
}

/* ---- where it goes ------------------------------------------------------------------------------- */

static kl_status find_endpoint(kl_value *out, const kl_node_call *node, kl_error *error)
{
    kl_value base = kl_rest_arg(node, "base_url");
    if (!kl_is_null(base)) {
        *out = kl_value_retain(base);
        return KL_OK;
    }
    if (!kl_text_is(text_arg(node, "provider"), "s3"))
        return kl_string_new(out, KL_TEXT("http://localhost:8080"), error);
    return kl_string_format(out, error, "https://s3.%.*s.amazonaws.com",
                            KL_TEXT_ARG(text_arg(node, "region")));
}

static bool has_query(const kl_url *url) { return memchr(url->target.data, '?', url->target.len); }

static kl_status parse_endpoint(kl_url *out, kl_value base, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_url_parse(out, kl_as_text(base), &why);
    if (status == KL_INVALID)
        status = kl_node_bad(error, "base_url", "%s", kl_error_message(&why));
    else
        kl_error_move(error, &why);
    kl_error_clear(&why);
    KL_TRY(status);
    if (kl_is_null(out->user) && !has_query(out) && is_visible(out->host))
        return KL_OK;
    kl_url_clear(out);
    return kl_node_bad(error, "base_url",
                       "expected a URL with an ASCII host and without user and query");
}

/* [bucket.]host[:port] */
static kl_status write_host(kl_value *out, const kl_url *url, const kl_node_call *node,
                            kl_error *error)
{
    kl_buffer host = KL_BUFFER_INIT;
    bool ip6 = memchr(url->host.data, ':', url->host.len) != NULL;
    if (!kl_as_bool(kl_rest_arg(node, "path_style"))) {
        kl_buffer_add(&host, text_arg(node, "bucket"));
        kl_buffer_byte(&host, '.');
    }
    kl_buffer_string(&host, ip6 ? "[" : "");
    kl_buffer_add(&host, url->host);
    kl_buffer_string(&host, ip6 ? "]" : "");
    if (url->port != (kl_text_is(url->scheme, "https") ? 443 : 80))
        kl_buffer_format(&host, ":%u", (unsigned)url->port);
    return kl_buffer_finish(out, &host, error);
}

/* [/base][/bucket][/key] */
static kl_status write_path(kl_value *out, const kl_url *url, bool has_key,
                            const kl_node_call *node, kl_error *error)
{
    kl_buffer path = KL_BUFFER_INIT;
    kl_text base = url->target;
    while (base.len && base.data[base.len - 1] == '/')
        base.len--;
    kl_buffer_add(&path, base);
    if (kl_as_bool(kl_rest_arg(node, "path_style"))) {
        kl_buffer_byte(&path, '/');
        kl_buffer_add(&path, text_arg(node, "bucket"));
    }
    if (has_key || path.len == 0)
        kl_buffer_byte(&path, '/');
    if (has_key)
        kl_sigv4_encode(&path, text_arg(node, "key"), true);
    return kl_buffer_finish(out, &path, error);
}

static kl_status find_place(place *out, bool has_key, const kl_node_call *node, kl_error *error)
{
    kl_value base;
    kl_url url;
    kl_status status;
    *out = (place){.host = kl_null(), .origin = kl_null(), .path = kl_null()};
    KL_TRY(find_endpoint(&base, node, error));
    status = parse_endpoint(&url, base, error);
    kl_value_release(base);
    KL_TRY(status);
    KL_TRY_OUT(write_host(&out->host, &url, node, error));
    KL_TRY_OUT(write_path(&out->path, &url, has_key, node, error));
    status = kl_string_format(&out->origin, error, "%.*s://%.*s", KL_TEXT_ARG(url.scheme),
                              KL_TEXT_ARG(kl_as_text(out->host)));
out:
    kl_url_clear(&url);
    if (status != KL_OK)
        leave(out);
    return status;
}

static kl_status write_url(kl_value *out, const place *at, kl_value query, kl_error *error)
{
    kl_value text;
    kl_buffer url = KL_BUFFER_INIT;
    KL_TRY(kl_sigv4_query(&text, query, error));
    kl_buffer_add(&url, kl_as_text(at->origin));
    kl_buffer_add(&url, kl_as_text(at->path));
    if (kl_value_len(text))
        kl_buffer_byte(&url, '?');
    kl_buffer_add(&url, kl_as_text(text));
    kl_value_release(text);
    return kl_buffer_finish(out, &url, error);
}

/* ---- requests ------------------------------------------------------------------------------------ */

kl_status kl_cloud_request_begin(kl_cloud_request *request, const kl_rest_operation *operation,
                                 const kl_node_call *node, const kl_value *settings,
                                 kl_error *error)
{
    *request = (kl_cloud_request){.node = node, .settings = settings, .operation = operation,
                                  .query = kl_map_empty(), .headers = kl_map_empty(),
                                  .body = KL_TEXT("")};
    if (!kl_is_null(kl_rest_arg(node, "auth")))
        return kl_node_bad(error, "auth", "expected none for %s, which is signed with access_key_id "
                           "and secret_access_key", operation->name);
    KL_TRY(check_bucket(node, error));
    KL_TRY(check_region(node, error));
    return strstr(operation->path, "{key}") ? check_key(node, error) : KL_OK;
}

void kl_cloud_request_end(kl_cloud_request *request)
{
    kl_value_release(kl_value_take(&request->query));
    kl_value_release(kl_value_take(&request->headers));
}

/* Find the place and its host's name, which is signed too. */
static kl_status find(place *at, kl_sigv4_signer *signer, kl_cloud_request *request, kl_error *error)
{
    KL_TRY(find_signer(signer, request->node, error));
    KL_TRY(find_place(at, strstr(request->operation->path, "{key}"), request->node, error));
    kl_status status = kl_map_set(&request->headers, KL_TEXT("host"), kl_value_retain(at->host), error);
    if (status != KL_OK)
        leave(at);
    return status;
}

kl_status kl_cloud_request_presign(kl_value *out, kl_cloud_request *request, int64_t seconds,
                                   kl_error *error)
{
    place at;
    kl_sigv4_signer signer;
    KL_TRY(find(&at, &signer, request, error));
    const kl_sigv4_request signed_part = {kl_text_from(request->operation->method),
                                          kl_as_text(at.path), &request->query, &request->headers};
    kl_status status = kl_sigv4_presign(&signed_part, seconds, &signer, error);
    if (status == KL_OK)
        status = write_url(out, &at, request->query, error);
    leave(&at);
    return status;
}

/* The headers but for the host, which is that of the URL. */
static kl_status set_headers(kl_http_call *call, kl_value headers, kl_error *error)
{
    KL_TRY(kl_http_call_keep(call, kl_value_retain(headers), error));
    for (size_t i = 0; i < kl_map_len(headers); i++) {
        kl_text name = kl_map_key_at(headers, i);
        bool secret = kl_text_is(name, "authorization") || kl_text_is(name, "x-amz-security-token");
        if (!kl_text_is(name, "host"))
            KL_TRY(kl_http_call_header(call, name, kl_as_text(kl_map_value_at(headers, i)), secret,
                                       error));
    }
    return KL_OK;
}

static kl_status prepare(kl_http_call *call, const place *at, const kl_sigv4_signer *signer,
                         const kl_cloud_request *request, kl_error *error)
{
    kl_value headers = kl_value_retain(request->headers), query = request->query, url;
    const kl_sigv4_request signed_part = {kl_text_from(request->operation->method),
                                          kl_as_text(at->path), &query, &headers};
    kl_status status = kl_sigv4_sign(&signed_part, request->body, signer, error);
    if (status == KL_OK)
        status = set_headers(call, headers, error);
    kl_value_release(headers);
    KL_TRY(status);
    KL_TRY(write_url(&url, at, request->query, error));
    KL_TRY(kl_http_call_keep(call, url, error));
    kl_http_call_settings(call, request->settings);
    call->request.method = signed_part.method;
    call->request.url = kl_as_text(url);
    if (request->body.len)
        call->request.body = request->body;
    call->request.timeout = kl_as_int(kl_rest_arg(request->node, "timeout_ms")) * KL_MILLISECOND;
    call->request.redirects = KL_HTTP_REDIRECTS_NEVER; /* a signature is for one host and path */
    call->request.keeps_encoding = true;               /* objects come as they are stored */
    return KL_OK;
}

/* ---- refusals ------------------------------------------------------------------------------------ */

/* At most `max` bytes, no character cut. */
static kl_text cut(kl_text text, size_t max)
{
    size_t len = KL_MIN(text.len, max);
    while (len > 0 && len < text.len && ((unsigned char)text.data[len] & 0xc0) == 0x80)
        len--;
    return (kl_text){text.data, len};
}

/* The <Error> of a body, or null when it has none; given. */
static kl_status read_fault(kl_value *out, kl_text body, kl_error *error)
{
    const kl_xml_functions *xml;
    kl_value document;
    *out = kl_null();
    if (body.len == 0)
        return KL_OK;
    KL_TRY(kl_xml_load(&xml, error));
    kl_status status = xml->read(&document, body, NULL);
    if (status == KL_NO_MEMORY)
        return kl_error_no_memory(error);
    if (status != KL_OK)
        return KL_OK; /* a page of a proxy, say: the status must do */
    *out = kl_value_retain(kl_map_get(document, KL_TEXT("Error")));
    kl_value_release(document);
    return KL_OK;
}

static kl_status refuse(const kl_cloud_request *request, const kl_http_response *response,
                        kl_error *error)
{
    kl_value fault;
    KL_TRY(read_fault(&fault, kl_as_text(response->body), error));
    kl_text code = cut(kl_as_text(kl_map_get(fault, KL_TEXT("Code"))), 80);
    kl_text message = cut(kl_as_text(kl_map_get(fault, KL_TEXT("Message"))), 200);
    kl_status status = kl_node_failed(error, "%s failed: HTTP %d%s%.*s%s%.*s",
                                      request->operation->name, response->status_code,
                                      code.len ? ": " : "", KL_TEXT_ARG(code),
                                      message.len ? ": " : "", KL_TEXT_ARG(message));
    kl_value_release(fault);
    return status;
}

static kl_status send(kl_http_response *response, kl_http_call *call,
                      const kl_cloud_request *request, kl_error *error)
{
    kl_http_watch watch = kl_http_node_watch(request->node);
    kl_error why = KL_ERROR_INIT;
    if (kl_http_send(response, &call->request, &watch, &why) != KL_OK) {
        kl_error_prefix(&why, "%s request failed: ", request->operation->name);
        return kl_http_call_failed(error, call, &why);
    }
    bool good = response->status_code >= 200 && response->status_code < 300;
    return good ? KL_OK : refuse(request, response, error);
}

kl_status kl_cloud_request_send(kl_http_response *response, kl_cloud_request *request,
                                kl_error *error)
{
    place at;
    kl_sigv4_signer signer;
    kl_http_call call = {0};
    KL_TRY(find(&at, &signer, request, error));
    kl_status status = prepare(&call, &at, &signer, request, error);
    if (status == KL_OK)
        status = send(response, &call, request, error);
    kl_http_call_end(&call);
    leave(&at);
    return status;
}
