/* src/nodes/graphql_subscription.c - GraphQLNode follows a subscription over a WebSocket, by the protocol
 * graphql-transport-ws (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md). */
#include "build_map.h"
#include "encode.h"
#include "graphql.h"
#include "kailash/json.h"
#include "net/websocket.h"
#include "outside.h"

/* ---- what kind of operation it is ---------------------------------------------------------------- */

typedef struct reader {
    const char *at, *end;
} reader;

static bool is_name_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '_';
}

static bool begins(const reader *r, const char *text)
{
    size_t len = strlen(text);
    return (size_t)(r->end - r->at) >= len && memcmp(r->at, text, len) == 0;
}

/* Behind a string that begins here: "..." with escapes, or a block of three quotes. */
static void skip_string(reader *r)
{
    bool block = begins(r, "\"\"\"");
    r->at += block ? 3 : 1;
    while (r->at < r->end && !(block ? begins(r, "\"\"\"") : *r->at == '"')) {
        if (block && begins(r, "\\\"\"\""))
            r->at += 4;
        else
            r->at += !block && *r->at == '\\' && r->at + 1 < r->end ? 2 : 1;
    }
    r->at = r->at < r->end ? r->at + (block ? 3 : 1) : r->end;
}

/* The next token: a name or one character; strings count as one, too. Empty at the end. */
static kl_text next_token(reader *r)
{
    while (r->at < r->end && (strchr(" \t\r\n,", *r->at) || *r->at == '#'))
        if (*r->at == '#')
            while (r->at < r->end && *r->at != '\n' && *r->at != '\r')
                r->at++;
        else
            r->at++;
    const char *start = r->at;
    if (r->at == r->end)
        return (kl_text){start, 0};
    if (*r->at == '"') {
        skip_string(r);
        return (kl_text){start, 1};
    }
    while (r->at < r->end && is_name_byte(*r->at))
        r->at++;
    if (r->at == start)
        r->at++;
    return (kl_text){start, (size_t)(r->at - start)};
}

/* Read up to the end of a definition: the brace that closes what was opened outside of all else. */
static void skip_definition(reader *r, kl_text token)
{
    size_t depth = 0;
    for (; token.len > 0; token = next_token(r)) {
        char byte = token.data[0];
        depth += byte == '{' || byte == '(' || byte == '[';
        if ((byte == '}' || byte == ')' || byte == ']') && depth > 0 && --depth == 0 && byte == '}')
            return;
    }
}

bool kl_graphql_is_subscription(kl_text document, kl_text operation_name)
{
    reader r = {document.data, document.data + document.len};
    size_t operations = 0;
    bool found = false;
    for (kl_text token = next_token(&r); token.len > 0; token = next_token(&r)) {
        bool subscribes = kl_text_is(token, "subscription");
        bool fragment = kl_text_is(token, "fragment");
        kl_text name = {"", 0};
        if (is_name_byte(token.data[0])) {
            token = next_token(&r);
            if (token.len > 0 && is_name_byte(token.data[0]))
                name = token;
        }
        skip_definition(&r, token);
        if (fragment || (operation_name.len && !kl_text_equal(name, operation_name)))
            continue;
        found = subscribes;
        operations++;
    }
    return operations == 1 && found;
}

/* ---- the connection ------------------------------------------------------------------------------ */

typedef struct subscription {
    kl_node_call *node;
    const kl_value *args;
    kl_value url; /* string */
    kl_websocket *socket;
    kl_stream_watch watch;
    kl_time end;   /* of listening; KL_TIME_NONE = none */
    kl_value events;
    size_t bytes;  /* of all events */
    bool acknowledged, completed;
} subscription;

/* What goes over HTTP only. */
static kl_status refuse_others(const kl_value *args, kl_error *error)
{
    const kl_value *settings = &args[KL_GRAPHQL_SETTINGS];
    if (kl_map_len(args[KL_GRAPHQL_FILES]))
        return kl_node_bad(error, "files", "expected none with a subscription");
    if (kl_as_bool(args[KL_GRAPHQL_PERSISTED_QUERIES]))
        return kl_node_bad(error, "persisted_queries", "expected false with a subscription");
    if (!kl_is_null(settings[KL_HTTP_PROXY]))
        return kl_node_bad(error, "proxy", "expected none with a subscription");
    if (!kl_is_null(settings[KL_HTTP_CLIENT_KEY_PASSWORD]))
        return kl_node_bad(error, "client_key_password", "expected none with a subscription");
    if (kl_text_is(kl_as_text(kl_map_get(args[KL_GRAPHQL_AUTH], KL_TEXT("type"))), "digest"))
        return kl_node_bad(error, "auth", "digest authentication does not work with a subscription");
    return KL_OK;
}

/* The URL as one of http, which is what the checks of URLs know. */
static kl_status url_of(kl_value *out, const kl_value *args, kl_error *error)
{
    bool own = !kl_is_null(args[KL_GRAPHQL_SUBSCRIPTION_URL]);
    kl_text url = kl_as_text(args[own ? KL_GRAPHQL_SUBSCRIPTION_URL : KL_GRAPHQL_ENDPOINT]);
    if (url.len < 2 || (url.data[0] | 32) != 'w' || (url.data[1] | 32) != 's')
        return kl_string_new(out, url, error);
    return kl_string_format(out, error, "http%.*s", (int)KL_MIN(url.len - 2, INT32_MAX), url.data + 2);
}

static kl_status authorization(kl_value *out, const kl_http_request *request, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT, plain = KL_BUFFER_INIT;
    if (request->auth == KL_HTTP_BEARER) {
        kl_buffer_string(&text, "Bearer ");
        kl_buffer_add(&text, request->password);
        return kl_buffer_finish(out, &text, error);
    }
    kl_buffer_add(&plain, request->user);
    kl_buffer_byte(&plain, ':');
    kl_buffer_add(&plain, request->password);
    kl_buffer_string(&text, "Basic ");
    if (plain.status == KL_OK)
        kl_base64_encode(&text, kl_buffer_text(&plain), KL_BASE64_STANDARD);
    else
        text.status = plain.status;
    kl_buffer_free(&plain);
    return kl_buffer_finish(out, &text, error);
}

/* The headers of the handshake; of two with one name the last. */
static kl_status headers_of(kl_value *out, const kl_http_request *request, kl_error *error)
{
    kl_value headers, text;
    kl_status status = KL_OK;
    KL_TRY(kl_map_new(&headers, request->header_count, error));
    for (size_t i = 0; i < request->header_count && status == KL_OK; i++)
        status = kl_map_set_text(&headers, request->headers[i].name, request->headers[i].value, error);
    if (status == KL_OK && request->auth != KL_HTTP_NO_AUTH) {
        status = authorization(&text, request, error);
        if (status == KL_OK)
            status = kl_map_set(&headers, KL_TEXT("authorization"), text, error);
    }
    if (status == KL_OK)
        *out = headers;
    else
        kl_value_release(headers);
    return status;
}

static const char *path_or_null(kl_value path) { return kl_is_null(path) ? NULL : kl_as_text(path).data; }

static kl_status open_socket(subscription *s, const kl_http_request *request, kl_error *error)
{
    const kl_value *settings = &s->args[KL_GRAPHQL_SETTINGS];
    kl_value headers, protocols = kl_null();
    kl_status status = headers_of(&headers, request, error);
    KL_TRY(status);
    KL_TRY_OUT(kl_array_new(&protocols, 1, error));
    KL_TRY_OUT(kl_array_push_text(&protocols, KL_TEXT("graphql-transport-ws"), error));
    kl_websocket_options options = {
        .url = request->url, .headers = headers, .subprotocols = protocols, .guard = request->guard,
        .tls = {.ca_file = path_or_null(settings[KL_HTTP_CA_FILE]),
                .cert_file = path_or_null(settings[KL_HTTP_CLIENT_CERT]),
                .key_file = path_or_null(settings[KL_HTTP_CLIENT_KEY]),
                .insecure = request->trusts_all},
        .message_max = request->response_max, .compression = true};
    KL_TRY_OUT(kl_websocket_open(&s->socket, &options, &s->watch, error));
    if (kl_is_null(kl_websocket_subprotocol(s->socket)))
        status = kl_error_set(error, KL_FAILED, "the server does not speak graphql-transport-ws");
out:
    kl_value_release(protocols);
    kl_value_release(headers);
    return status;
}

static kl_status connect(subscription *s, kl_error *why, kl_error *error)
{
    kl_http_call call = {0};
    kl_http_call_settings(&call, &s->args[KL_GRAPHQL_SETTINGS]);
    const char *key = kl_is_null(s->args[KL_GRAPHQL_SUBSCRIPTION_URL]) ? "endpoint" : "subscription_url";
    kl_status status = kl_http_call_url(&call, key, s->url, "", kl_null(), error);
    if (status == KL_OK)
        status = kl_http_call_headers(&call, "headers", s->args[KL_GRAPHQL_HEADERS], error);
    if (status == KL_OK)
        status = kl_http_call_auth(&call, "auth", s->args[KL_GRAPHQL_AUTH], error);
    if (status == KL_OK)
        status = open_socket(s, &call.request, why);
    kl_http_call_end(&call);
    return status;
}

/* ---- messages ------------------------------------------------------------------------------------ */

/* {type, id?, payload?}; `payload` is borrowed, null = none. */
static kl_status send(subscription *s, const char *type, bool with_id, kl_value payload, kl_error *error)
{
    kl_value map, text;
    kl_build m = kl_build_begin(3, error);
    if (with_id)
        kl_build_string(&m, "id", "1");
    kl_build_string(&m, "type", type);
    if (!kl_is_null(payload))
        kl_build_share(&m, "payload", payload);
    KL_TRY(kl_build_end(&map, &m));
    kl_status status = kl_json_print(&text, map, &kl_json_plain, error);
    kl_value_release(map);
    KL_TRY(status);
    status = kl_websocket_send(s->socket, kl_as_text(text), false, &s->watch, error);
    kl_value_release(text);
    return status;
}

static kl_status strange(kl_error *error, kl_text type)
{
    return kl_error_set(error, KL_FAILED, "the server sent a message that graphql-transport-ws does not "
                        "have here: %.*s", (int)KL_MIN(type.len, 40), type.data);
}

static kl_status take_event(subscription *s, kl_value answer, kl_error *error)
{
    kl_value event;
    kl_build m = kl_build_begin(3, error);
    kl_build_share(&m, "data", kl_map_get(answer, KL_TEXT("data")));
    kl_build_share(&m, "errors", kl_graphql_errors(answer));
    kl_build_share(&m, "extensions", kl_map_get(answer, KL_TEXT("extensions")));
    KL_TRY(kl_build_end(&event, &m));
    return kl_array_push(&s->events, event, error);
}

/* What kept the operation from running: its errors are those of an event without data, and the last. */
static kl_status take_errors(subscription *s, kl_value errors, kl_error *error)
{
    kl_value answer;
    s->completed = true;
    kl_build m = kl_build_begin(1, error);
    kl_build_share(&m, "errors", errors);
    KL_TRY(kl_build_end(&answer, &m));
    kl_status status = take_event(s, answer, error);
    kl_value_release(answer);
    return status;
}

static kl_status take(subscription *s, kl_value message, kl_error *error)
{
    kl_text type = kl_as_text(kl_map_get(message, KL_TEXT("type")));
    kl_value payload = kl_map_get(message, KL_TEXT("payload"));
    if (kl_text_is(type, "ping"))
        return send(s, "pong", false, payload, error);
    if (kl_text_is(type, "pong"))
        return KL_OK;
    if (kl_text_is(type, "connection_ack") && !s->acknowledged) {
        s->acknowledged = true;
        return KL_OK;
    }
    if (!s->acknowledged || !kl_text_is(kl_as_text(kl_map_get(message, KL_TEXT("id"))), "1"))
        return strange(error, type);
    if (kl_text_is(type, "next") && kl_is(payload, KL_KIND_MAP))
        return take_event(s, payload, error);
    if (kl_text_is(type, "error") && kl_is(payload, KL_KIND_ARRAY))
        return take_errors(s, payload, error);
    if (!kl_text_is(type, "complete"))
        return strange(error, type);
    s->completed = true;
    return KL_OK;
}

static kl_status receive(subscription *s, kl_error *error)
{
    kl_value text, message;
    size_t most = (size_t)kl_as_int(s->args[KL_GRAPHQL_SETTINGS + KL_HTTP_MAX_RESPONSE_BYTES]);
    KL_TRY(kl_websocket_receive(&text, s->socket, &s->watch, error));
    s->bytes += kl_value_len(text);
    kl_status status = s->bytes > most
                           ? kl_error_set(error, KL_LIMIT, "resource limit exceeded: events (limit: %zu bytes)",
                                          most)
                           : kl_json_parse(&message, kl_as_text(text), error);
    kl_value_release(text);
    if (status == KL_SYNTAX) {
        kl_error_prefix(error, "the server sent what is no JSON: ");
        return error->code = KL_FAILED;
    }
    KL_TRY(status);
    status = take(s, message, error);
    kl_value_release(message);
    return status;
}

/* Wait as long as one message, or what is left of listening, may take. */
static void set_deadline(subscription *s)
{
    bool listens = s->acknowledged && s->end != KL_TIME_NONE;
    s->watch.deadline =
        listens ? s->end : kl_outside_deadline(kl_as_int(s->args[KL_GRAPHQL_TIMEOUT_MS]));
}

static kl_status greet(subscription *s, kl_error *error)
{
    KL_TRY(send(s, "connection_init", false, s->args[KL_GRAPHQL_CONNECTION_PARAMS], error));
    while (!s->acknowledged)
        KL_TRY(receive(s, error));
    return KL_OK;
}

static kl_status begin(subscription *s, kl_error *error)
{
    kl_value operation;
    KL_TRY(kl_graphql_operation(&operation, s->args, s->args[KL_GRAPHQL_VARIABLES], error));
    kl_status status = send(s, "subscribe", true, operation, error);
    kl_value_release(operation);
    return status;
}

static kl_status follow(subscription *s, kl_error *error)
{
    size_t wanted = (size_t)kl_as_int(s->args[KL_GRAPHQL_MAX_EVENTS]);
    kl_value listen = s->args[KL_GRAPHQL_LISTEN_MS];
    kl_status status = KL_OK;
    if (!kl_is_null(listen))
        s->end = kl_outside_deadline(kl_as_int(listen));
    while (status == KL_OK && !s->completed && kl_array_len(s->events) < wanted) {
        set_deadline(s);
        status = receive(s, error);
    }
    if (status == KL_TIMEOUT && s->end != KL_TIME_NONE) {
        kl_error_clear(error);
        return KL_OK;
    }
    return status;
}

/* Tell the server that nobody listens any more. It may be gone, which is all the same now. */
static void say_goodbye(subscription *s)
{
    s->watch.deadline = kl_clock_after(KL_SECOND);
    if (!s->completed)
        send(s, "complete", true, kl_null(), NULL);
    kl_websocket_close(s->socket, 1000, KL_TEXT(""), &s->watch, NULL);
}

static kl_status converse(subscription *s, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    set_deadline(s);
    kl_status status = connect(s, &why, error);
    if (status == KL_OK)
        status = greet(s, &why);
    if (status == KL_OK)
        status = begin(s, &why);
    if (status == KL_OK)
        status = follow(s, &why);
    if (status == KL_OK)
        say_goodbye(s);
    if (why.code == KL_TIMEOUT)
        kl_error_set(&why, KL_TIMEOUT, "timed out after %lld ms",
                     (long long)kl_as_int(s->args[KL_GRAPHQL_TIMEOUT_MS]));
    return why.code != KL_OK ? kl_graphql_failed(s->url, &why, error) : status;
}

/* ---- outputs ------------------------------------------------------------------------------------- */

static kl_status outputs_of(kl_value *out, const subscription *s, kl_error *error)
{
    size_t count = kl_array_len(s->events);
    for (size_t i = 0; i < count; i++)
        KL_TRY(kl_graphql_judge(kl_array_at(s->events, i), s->args[KL_GRAPHQL_RAISE_ON_ERRORS], error));
    kl_value last = count ? kl_array_at(s->events, count - 1) : kl_null();
    kl_build m = kl_build_begin(5, error);
    kl_build_share(&m, "data", kl_map_get(last, KL_TEXT("data")));
    kl_build_share(&m, "errors", kl_map_get(last, KL_TEXT("errors")));
    kl_build_share(&m, "extensions", kl_map_get(last, KL_TEXT("extensions")));
    kl_build_share(&m, "events", s->events);
    kl_build_bool(&m, "completed", s->completed);
    return kl_build_end(out, &m);
}

kl_status kl_graphql_subscribe(kl_value *out, kl_node_call *node, kl_error *error)
{
    subscription s = {.node = node, .args = node->args, .url = kl_null(), .end = KL_TIME_NONE,
                      .events = kl_null(), .watch = {KL_TIME_NONE, kl_outside_check, node}};
    kl_status status;
    KL_TRY(refuse_others(s.args, error));
    KL_TRY_OUT(url_of(&s.url, s.args, error));
    KL_TRY_OUT(kl_array_new(&s.events, 0, error));
    KL_TRY_OUT(converse(&s, error));
    status = outputs_of(out, &s, error);
out:
    kl_websocket_release(s.socket);
    kl_value_release(s.events);
    kl_value_release(s.url);
    return status;
}
