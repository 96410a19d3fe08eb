/* src/nodes/webhook.c - WebhookNode: waits for one HTTP request from outside. */
#include "action.h"
#include "encode.h"
#include "format.h"
#include "http_call.h"
#include "kailash/crypto.h"
#include "kailash/json.h"
#include "kailash/log.h"
#include "net/http_listen.h"
#include "net/http_words.h"
#include "outside.h"
#include "payload.h"

enum {
    HOST, PORT, PATH, METHODS, TIMEOUT_MS, SECRET, SIGNATURE_HEADER, RESPONSE, MAX_BODY_BYTES,
    BODY_FORMAT, REQUEST_TIMEOUT_MS, ON_LISTEN
};

/* ---- which request is wanted --------------------------------------------------------------------- */

/* What one call works with. */
typedef struct hook {
    const kl_value *args;
    kl_value header;   /* name of the signature's header in lower case */
    kl_value allowed;  /* the header that lists the methods */
    kl_value response; /* body of the welcome: string or bytes */
    kl_value body;     /* of the request that was taken, decoded */
} hook;

static bool has_method(kl_value methods, kl_text method)
{
    for (size_t i = 0; i < kl_array_len(methods); i++) {
        kl_text each = kl_as_text(kl_array_at(methods, i));
        if (each.len == method.len && strncasecmp(each.data, method.data, each.len) == 0)
            return true;
    }
    return false;
}

/* HMAC-SHA256 of the body in hexadecimal, also as "sha256=..."; no other way to compare tells as
 * little to who tries. */
static kl_status check_signature(bool *out, const hook *it, const kl_http_read *request,
                                 kl_error *error)
{
    kl_value code;
    kl_buffer hex = KL_BUFFER_INIT;
    char given[64];
    kl_text sent = kl_as_text(kl_map_get(request->headers, kl_as_text(it->header)));
    if (sent.len > 7 && strncasecmp(sent.data, "sha256=", 7) == 0)
        sent = (kl_text){sent.data + 7, sent.len - 7};
    *out = false;
    if (sent.len != sizeof given)
        return KL_OK;
    for (size_t i = 0; i < sizeof given; i++)
        given[i] = (char)(sent.data[i] >= 'A' && sent.data[i] <= 'F' ? sent.data[i] + 32 : sent.data[i]);
    KL_TRY(kl_hmac(&code, KL_HASH_SHA256, kl_as_text(it->args[SECRET]),
                   kl_buffer_text(&request->body), error));
    kl_hex_encode(&hex, kl_as_text(code));
    kl_value_release(code);
    kl_status status = hex.status == KL_OK ? KL_OK : kl_error_no_memory(error);
    *out = status == KL_OK && kl_equal_secret(kl_buffer_text(&hex), (kl_text){given, sizeof given});
    kl_buffer_free(&hex);
    return status;
}

/* "application/json", or any type that ends in "+json". */
static bool is_json(const kl_http_read *request)
{
    kl_text type = kl_as_text(kl_map_get(request->headers, KL_TEXT("content-type")));
    const char *end = memchr(type.data, ';', type.len);
    type = kl_http_trim((kl_text){type.data, end ? (size_t)(end - type.data) : type.len});
    return kl_http_same_word(type, "application/json") ||
           (type.len > 5 && strncasecmp(type.data + type.len - 5, "+json", 5) == 0);
}

/* `*good` is false when the body is not what it should be. */
static kl_status decode_body(bool *good, kl_value *out, const hook *it, const kl_http_read *request,
                             kl_error *error)
{
    kl_text body = kl_buffer_text(&request->body), format = kl_as_text(it->args[BODY_FORMAT]);
    bool automatic = kl_text_is(format, "auto");
    bool valid = kl_utf8_valid_length(body) == body.len;
    *good = true;
    if (kl_text_is(format, "json") || (automatic && body.len && is_json(request))) {
        kl_status status = valid ? kl_json_parse(out, body, error) : KL_SYNTAX;
        if (status == KL_OK || status == KL_NO_MEMORY)
            return status;
        kl_error_clear(error);
        *good = false;
        return KL_OK;
    }
    if (kl_text_is(format, "text"))
        return kl_string_repair(out, body, error);
    return automatic && valid ? kl_string_from_valid(out, body, error)
                              : kl_bytes_new(out, body, error);
}

static kl_status judge(void *data, kl_http_answer *answer, const kl_http_read *request, bool whole,
                       kl_error *error)
{
    hook *it = data;
    bool good = true;
    kl_error why = KL_ERROR_INIT;
    kl_status status = KL_OK;
    if (!kl_text_equal(kl_as_text(request->path), kl_as_text(it->args[PATH])))
        answer->status = 404;
    else if (!has_method(it->args[METHODS], kl_as_text(request->method))) {
        answer->status = 405;
        answer->headers = kl_as_text(it->allowed);
    }
    if (answer->status || !whole)
        return KL_OK;
    if (!kl_is_null(it->args[SECRET]))
        KL_TRY(check_signature(&good, it, request, error));
    if (!good) {
        answer->status = 401;
        return KL_OK;
    }
    status = decode_body(&good, &it->body, it, request, &why);
    if (status == KL_OK && !good)
        answer->status = 400;
    kl_error_move(error, &why);
    return status;
}

/* ---- what it is told with ------------------------------------------------------------------------ */

static kl_status lower_case(kl_value *out, kl_text text, kl_error *error)
{
    kl_buffer lower = KL_BUFFER_INIT;
    for (size_t i = 0; i < text.len; i++)
        kl_buffer_byte(&lower, (char)(text.data[i] >= 'A' && text.data[i] <= 'Z' ? text.data[i] + 32
                                                                                : text.data[i]));
    return kl_buffer_finish(out, &lower, error);
}

static bool is_method(kl_text text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((text.data[i] | 32) < 'a' || (text.data[i] | 32) > 'z')
            return false;
    return text.len > 0 && text.len <= 32;
}

static kl_status allow_header(kl_value *out, kl_value methods, kl_error *error)
{
    kl_buffer line = KL_BUFFER_INIT;
    if (kl_array_len(methods) == 0)
        return kl_node_bad(error, "methods", "expected at least one method, got an empty list");
    for (size_t i = 0; i < kl_array_len(methods); i++) {
        kl_text each = kl_as_text(kl_array_at(methods, i));
        if (!is_method(each)) {
            kl_buffer_free(&line);
            return kl_node_bad(error, "methods", "expected names of methods, got '%.*s'",
                               (int)KL_MIN(each.len, 80), each.data);
        }
        kl_buffer_string(&line, i ? ", " : "Allow: ");
        for (size_t k = 0; k < each.len; k++)
            kl_buffer_byte(&line, (char)(each.data[k] & ~32));
    }
    kl_buffer_string(&line, "\r\n");
    return kl_buffer_finish(out, &line, error);
}

/* `response`: {status?, body?}. */
static kl_status read_response(kl_http_answer *out, hook *it, kl_error *error)
{
    kl_value response = it->args[RESPONSE], body = kl_map_get(response, KL_TEXT("body"));
    const kl_value *code = kl_map_find(response, KL_TEXT("status"));
    for (size_t i = 0; i < kl_map_len(response); i++)
        if (!kl_text_is(kl_map_key_at(response, i), "status") &&
            !kl_text_is(kl_map_key_at(response, i), "body"))
            return kl_node_bad(error, "response", "expected status and body, got the key '%.*s'",
                               (int)KL_MIN(kl_map_key_at(response, i).len, 80),
                               kl_map_key_at(response, i).data);
    int64_t status = code && kl_is(*code, KL_KIND_INT) ? kl_as_int(*code) : code ? 0 : 200;
    if (status < 200 || status > 599)
        return kl_node_bad_value(error, "response.status", "an integer from 200 to 599", *code);
    bool text = kl_is(body, KL_KIND_STRING), bytes = kl_is(body, KL_KIND_BYTES);
    if (!kl_is_null(body))
        KL_TRY(kl_outside_text(&it->response, body, error));
    *out = (kl_http_answer){.status = (int)status, .body = kl_as_text(it->response)};
    if (!kl_is_null(body))
        out->content_type = text    ? KL_TEXT("text/plain; charset=utf-8")
                            : bytes ? KL_TEXT("application/octet-stream")
                                    : KL_TEXT("application/json");
    return KL_OK;
}

static kl_status check_path(kl_value path, kl_error *error)
{
    kl_text text = kl_as_text(path);
    bool good = text.len > 0 && text.data[0] == '/';
    for (size_t i = 0; i < text.len; i++)
        good = good && text.data[i] > ' ' && (unsigned char)text.data[i] < 127 &&
               !strchr("?#", text.data[i]);
    return good ? KL_OK : kl_node_bad_value(error, "path", "a path that begins with / and is "
                                                           "percent-encoded, without a query", path);
}

/* ---- telling the address ------------------------------------------------------------------------- */

static kl_status address_map(kl_value *out, kl_http_listening at, kl_text path, kl_error *error)
{
    kl_value map, text;
    kl_status status;
    KL_TRY(kl_map_new(&map, 4, error));
    KL_TRY_OUT(kl_string_format(&text, error, at.is_v6 ? "[%s]:%u" : "%s:%u", at.address, at.port));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("address"), text, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("host"), kl_text_from(at.address), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("port"), kl_int(at.port), error));
    KL_TRY_OUT(kl_string_format(&text, error, at.is_v6 ? "http://[%s]:%u%.*s" : "http://%s:%u%.*s",
                                at.address, at.port, KL_TEXT_ARG(path)));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("url"), text, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status run_action(kl_value address, const kl_node_call *call, kl_error *error)
{
    kl_action *action;
    kl_value answer;
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_action_new(&action, call->args[ON_LISTEN], call->registry, "on_listen", &why);
    if (status == KL_OK) {
        status = kl_action_run(&answer, action, call, address, &why);
        kl_action_free(action);
        if (status == KL_OK)
            kl_value_release(answer);
        else
            kl_error_prefix(&why, "on_listen: ");
    }
    return status == KL_OK ? KL_OK : kl_outside_error(error, &why, "on_listen");
}

static kl_status tell_address(const kl_http_listener *listener, const kl_node_call *call,
                              kl_error *error)
{
    kl_value map;
    kl_status status = KL_OK;
    KL_TRY(address_map(&map, kl_http_listening_at(listener), kl_as_text(call->args[PATH]), error));
    KL_LOG_FIELDS(KL_LOG_INFO, "kailash.nodes.webhook", map, "node %s listens on %s", call->node_id,
                  kl_as_text(kl_map_get(map, KL_TEXT("url"))).data);
    if (!kl_is_null(call->args[ON_LISTEN]))
        status = run_action(map, call, error);
    kl_value_release(map);
    return status;
}

/* ---- the node ------------------------------------------------------------------------------------ */

static kl_status outputs_of(kl_value *out, hook *it, kl_http_read *request, const char *peer,
                            kl_error *error)
{
    kl_value map, query;
    kl_status status;
    char now[KL_TIME_TEXT];
    KL_TRY(kl_format_read(&query, KL_TEXT("query"), kl_as_text(request->query), error));
    status = kl_map_new(&map, 7, error);
    if (status != KL_OK) {
        kl_value_release(query);
        return status;
    }
    size_t len = kl_time_print(now, kl_time_now(), 6, KL_TIME_OFFSET);
    status = kl_map_set(&map, KL_TEXT("method"), kl_value_retain(request->method), error);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("path"), kl_value_retain(request->path), error);
    if (status != KL_OK) {
        kl_value_release(query);
        goto out;
    }
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("query"), query, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("headers"), kl_value_retain(request->headers), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("body"), kl_value_retain(it->body), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("remote_addr"), kl_text_from(peer), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("received_at"), (kl_text){now, len}, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* A failure of the server in the words of the node. `why` is taken. */
static kl_status failed(const kl_value *args, kl_error *why, kl_error *error)
{
    char limit[32];
    if (why->code != KL_TIMEOUT)
        return kl_outside_error(error, why, "host");
    kl_error_clear(why);
    kl_duration_print(limit, kl_as_int(args[TIMEOUT_MS]) * KL_MILLISECOND);
    return kl_error_set(error, KL_TIMEOUT, "node execution timed out after %s", limit);
}

static kl_status await(kl_value *out, hook *it, kl_node_call *call, const kl_http_answer *welcome,
                       kl_error *error)
{
    const kl_value *args = call->args;
    kl_error why = KL_ERROR_INIT;
    kl_http_listener *listener;
    kl_http_read request;
    char peer[KL_ADDRESS_TEXT];
    kl_stream_watch watch = {kl_outside_deadline(kl_as_int(args[TIMEOUT_MS])), kl_outside_check, call};
    kl_http_wanted wanted = {judge, it, *welcome, (size_t)kl_as_int(args[MAX_BODY_BYTES]),
                             kl_as_int(args[REQUEST_TIMEOUT_MS]) * KL_MILLISECOND};
    if (kl_http_listen(&listener, kl_as_text(args[HOST]).data, (uint16_t)kl_as_int(args[PORT]),
                       &watch, &why) != KL_OK)
        return failed(args, &why, error);
    kl_status status = tell_address(listener, call, error);
    if (status == KL_OK && kl_http_await(&request, peer, listener, &wanted, &watch, &why) != KL_OK)
        status = failed(args, &why, error);
    else if (status == KL_OK) {
        status = outputs_of(out, it, &request, peer, error);
        kl_http_read_end(&request);
    }
    kl_http_listener_close(listener);
    return status;
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    hook it = {.args = args};
    kl_http_answer welcome;
    kl_status status = check_path(args[PATH], error);
    if (status == KL_OK && !kl_is_null(args[SECRET]) && kl_value_len(args[SECRET]) == 0)
        status = kl_node_bad(error, "secret", "expected a text that is not empty");
    if (status == KL_OK && memchr(kl_as_text(args[HOST]).data, 0, kl_as_text(args[HOST]).len))
        status = kl_node_bad(error, "host", "expected a name or address without NUL");
    if (status == KL_OK)
        status = lower_case(&it.header, kl_as_text(args[SIGNATURE_HEADER]), error);
    if (status == KL_OK)
        status = allow_header(&it.allowed, args[METHODS], error);
    if (status == KL_OK)
        status = read_response(&welcome, &it, error);
    if (status == KL_OK)
        status = await(out, &it, call, &welcome, error);
    kl_value_release(it.header);
    kl_value_release(it.allowed);
    kl_value_release(it.response);
    kl_value_release(it.body);
    return status;
}

/* A definition that cannot run is found when the workflow is built. */
static kl_status prepare(void **state, kl_value config, kl_registry *registry, kl_error *error)
{
    kl_action *action;
    kl_value definition = kl_map_get(config, KL_TEXT("on_listen"));
    (void)state;
    if (kl_is_null(definition))
        return KL_OK;
    KL_TRY(kl_action_new(&action, definition, registry, "on_listen", error));
    kl_action_free(action);
    return KL_OK;
}

static const kl_param config[] = {
    {.name = "host", .kind = KL_KIND_STRING, .fallback = "\"127.0.0.1\"",
     .doc = "address to listen on; \"0.0.0.0\" and \"::\" are all of the machine"},
    {.name = "port", .kind = KL_KIND_COUNT, .fallback = "0", .range = KL_RANGE(0, 65535),
     .doc = "port to listen on; 0 = any free one, which the log and on_listen tell"},
    {.name = "path", .kind = KL_KIND_STRING, .fallback = "\"/\"",
     .doc = "path of the request that is waited for; others are answered with 404"},
    {.name = "methods", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .fallback = "[\"POST\"]",
     .doc = "its methods; others are answered with 405"},
    {.name = "timeout_ms", .kind = KL_KIND_COUNT, .fallback = "60000", .range = KL_RANGE(1, 604800000),
     .doc = "milliseconds to wait; then the node fails"},
    {.name = "secret", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "key of the signature that a request must have; others are answered with 401"},
    {.name = "signature_header", .kind = KL_KIND_STRING, .fallback = "\"X-Signature\"",
     .doc = "header with the HMAC-SHA256 of the body under `secret`, in hexadecimal, also behind "
            "\"sha256=\""},
    {.name = "response", .kind = KL_KIND_MAP, .fallback = "{}",
     .doc = "what to answer: a dict of status (200) and body (empty): text, bytes, or anything else "
            "as JSON"},
    {.name = "max_body_bytes", .kind = KL_KIND_COUNT, .fallback = "1048576",
     .range = KL_RANGE(0, 67108864),
     .doc = "size of the body at most, default 1 MiB; larger ones are answered with 413"},
    {.name = "body_format", .kind = KL_KIND_ENUM, .names = kl_http_formats, .fallback = "\"auto\"",
     .doc = "auto: parsed JSON by its content type, else text, else bytes; json, text, bytes: always. "
            "What is no JSON but should be is answered with 400"},
    {.name = "request_timeout_ms", .kind = KL_KIND_COUNT, .fallback = "10000",
     .range = KL_RANGE(1, 86400000),
     .doc = "milliseconds that a client has to send its request, and to take the answer"},
    {.name = "on_listen", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "run with {address, host, port, url} before the first request is read: " KL_ACTION_DOC},
};
static const kl_param outputs[] = {
    {.name = "method", .kind = KL_KIND_STRING, .doc = "such as POST"},
    {.name = "path", .kind = KL_KIND_STRING, .doc = "as it was sent, without the query"},
    {.name = "query", .kind = KL_KIND_MAP, .doc = "parameters by name; a list where one stands twice"},
    {.name = "headers", .kind = KL_KIND_MAP,
     .doc = "by name in lower case; values of one name are joined with commas"},
    {.name = "body", .kind = KL_KIND_ANY, .doc = "as body_format says"},
    {.name = "remote_addr", .kind = KL_KIND_STRING, .doc = "address of who sent it"},
    {.name = "received_at", .kind = KL_KIND_STRING, .doc = "when, as RFC 3339 text in UTC"},
};

static const kl_node_type types[] = {
    {
        .name = "WebhookNode",
        .category = "HTTP",
        .doc = "Listens for one HTTP request and gives it on. Requests that do not fit are answered "
               "and waited past.",
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING,
        .run = run,
        .prepare_with = prepare,
    },
};

static const kl_node_family webhook_nodes = {.name = "webhook", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(webhook_nodes);
