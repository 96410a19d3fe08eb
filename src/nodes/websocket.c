/* src/nodes/websocket.c - WebSocketNode: messages to and from a server, over a connection that lives
 * for one action or, by its id, from run to run. */
#include "net/websocket.h"
#include "net/url.h"
#include "fork.h"
#include "mode.h"
#include "outside.h"
#include "workflow/shared.h"

#include <stdio.h>

enum {
    ACTION, MESSAGE, URL, CONNECTION_ID, TIMEOUT_MS, HEADERS, SUBPROTOCOLS, BINARY, MAX_MESSAGE_BYTES,
    COMPRESSION, CLOSE_CODE, CLOSE_REASON, VERIFY_TLS, CA_FILE, CLIENT_CERT, CLIENT_KEY,
    ALLOW_PRIVATE, SCOPE
};

/* ---- connections that are kept -------------------------------------------------------------------- */

typedef struct connection {
    struct connection *next;
    kl_value id, url; /* strings */
    kl_websocket *socket;
} connection;

typedef struct connections {
    pthread_mutex_t lock; /* guards `first` */
    kl_fork_watch watch;
    connection *first;
} connections;

static void free_connection(connection *it)
{
    kl_websocket_release(it->socket);
    kl_value_release(it->id);
    kl_value_release(it->url);
    kl_free(it);
}

/* In a forked child: what would be said on them would be said in the parent's name. */
static void forget_connections(void *data)
{
    connections *all = data;
    for (connection *it = all->first; it; it = it->next)
        kl_websocket_abandon(it->socket);
    all->first = NULL;
}

static kl_status make_connections(void **out, kl_text name, kl_error *error)
{
    (void)name;
    connections *all = kl_alloc_zero(1, sizeof *all);
    if (!all)
        return kl_error_no_memory(error);
    pthread_mutex_init(&all->lock, NULL);
    all->watch = (kl_fork_watch){.lock = &all->lock, .forked = forget_connections, .data = all};
    kl_fork_watch_begin(&all->watch);
    *out = all;
    return KL_OK;
}

static void dispose_connections(void *state)
{
    connections *all = state;
    kl_fork_watch_end(&all->watch);
    while (all->first) {
        connection *next = all->first->next;
        free_connection(all->first);
        all->first = next;
    }
    pthread_mutex_destroy(&all->lock);
    kl_free(all);
}

static const kl_shared_kind kept_connections = {make_connections, dispose_connections};

/* The place of an id, or of the end; under the lock. */
static connection **place_of(connections *all, kl_value id)
{
    connection **place = &all->first;
    while (*place && !kl_text_equal(kl_as_text((*place)->id), kl_as_text(id)))
        place = &(*place)->next;
    return place;
}

/* The open connection of an id; given, NULL when there is none. */
static kl_status find(kl_websocket **out, connections *all, const kl_value *args, kl_error *error)
{
    connection *ended = NULL;
    kl_status status = KL_OK;
    *out = NULL;
    pthread_mutex_lock(&all->lock);
    connection **place = place_of(all, args[CONNECTION_ID]), *found = *place;
    if (found && kl_websocket_has_ended(found->socket)) {
        *place = found->next;
        ended = found;
    } else if (found && !kl_text_equal(kl_as_text(found->url), kl_as_text(args[URL])))
        status = kl_node_bad(error, "connection_id",
                             "expected the id of a connection to this url, got one to another");
    else if (found)
        *out = kl_websocket_retain(found->socket);
    pthread_mutex_unlock(&all->lock);
    if (ended)
        free_connection(ended);
    return status;
}

/* Take a connection from those kept, if it is this one. */
static void drop(connections *all, kl_value id, const kl_websocket *socket)
{
    pthread_mutex_lock(&all->lock);
    connection **place = place_of(all, id), *found = *place;
    if (found && found->socket == socket)
        *place = found->next;
    else
        found = NULL;
    pthread_mutex_unlock(&all->lock);
    if (found)
        free_connection(found);
}

/* Keep a new connection. If another thread was faster, its connection replaces ours (`*socket`). */
static kl_status keep(kl_websocket **socket, connections *all, const kl_value *args, kl_error *error)
{
    connection *made = kl_alloc_zero(1, sizeof *made), *spare = made;
    if (!made)
        return kl_error_no_memory(error);
    made->id = kl_value_retain(args[CONNECTION_ID]);
    made->url = kl_value_retain(args[URL]);
    made->socket = kl_websocket_retain(*socket);
    pthread_mutex_lock(&all->lock);
    connection **place = place_of(all, args[CONNECTION_ID]);
    kl_websocket *theirs = *place ? kl_websocket_retain((*place)->socket) : NULL;
    if (!theirs) {
        *place = made;
        spare = NULL;
    }
    pthread_mutex_unlock(&all->lock);
    if (spare)
        free_connection(spare);
    if (theirs) {
        kl_websocket_release(*socket);
        *socket = theirs;
    }
    return KL_OK;
}

/* ---- connecting ---------------------------------------------------------------------------------- */

/* What one action works with. */
typedef struct session {
    kl_node_call *call;
    const kl_value *args;
    connections *kept; /* NULL: the connection ends with the action */
    kl_websocket *socket;
    kl_stream_watch watch;
    kl_error *error;
} session;

static const char *path_or_null(kl_value path)
{
    return kl_is_null(path) ? NULL : kl_as_text(path).data;
}

/* A failure in the words of the node. `why` is taken. */
static kl_status failed(session *s, const char *doing, kl_error *why)
{
    if (why->code == KL_NO_MEMORY || why->code == KL_CANCELLED || why->code == KL_INTERRUPTED) {
        kl_status code = why->code;
        kl_error_move(s->error, why);
        return code;
    }
    if (why->code == KL_TIMEOUT)
        kl_error_set(why, KL_TIMEOUT, "timed out after %lld ms",
                     (long long)kl_as_int(s->args[TIMEOUT_MS]));
    if (why->code != KL_INVALID)
        kl_error_prefix(why, "WebSocket %s failed: ", doing);
    return kl_outside_error(s->error, why, "url");
}

static kl_status connection_failed(session *s, kl_error *why)
{
    kl_value shown;
    char doing[600];
    const char *key = strncmp(kl_error_message(why), "headers", 7) == 0 ? "headers" : "subprotocols";
    if (why->code == KL_INVALID && (strncmp(kl_error_message(why), "headers", 7) == 0 ||
                                    strncmp(kl_error_message(why), "subprotocols", 12) == 0)) {
        const char *text = strstr(kl_error_message(why), ": ");
        kl_status status = kl_node_bad(s->error, key, "%s", text ? text + 2 : "");
        kl_error_clear(why);
        return status;
    }
    kl_status status = kl_url_redact(&shown, kl_as_text(s->args[URL]), s->error);
    if (status != KL_OK) {
        kl_error_clear(why);
        return status;
    }
    snprintf(doing, sizeof doing, "connection to %.*s", (int)KL_MIN(kl_as_text(shown).len, 500),
             kl_as_text(shown).data);
    kl_value_release(shown);
    return failed(s, doing, why);
}

static kl_status open_socket(session *s)
{
    static const kl_guard anywhere = {.policy = KL_GUARD_ALLOW_INTERNAL_AND_LOOPBACK};
    static const kl_guard public_only = {.policy = KL_GUARD_REFUSE_PRIVATE};
    const kl_value *args = s->args;
    kl_error why = KL_ERROR_INIT;
    kl_websocket_options options = {
        .url = kl_as_text(args[URL]),
        .headers = args[HEADERS],
        .subprotocols = args[SUBPROTOCOLS],
        .guard = kl_as_bool(args[ALLOW_PRIVATE]) ? &anywhere : &public_only,
        .tls = {.ca_file = path_or_null(args[CA_FILE]),
                .cert_file = path_or_null(args[CLIENT_CERT]),
                .key_file = path_or_null(args[CLIENT_KEY]),
                .insecure = !kl_as_bool(args[VERIFY_TLS])},
        .message_max = (uint64_t)kl_as_int(args[MAX_MESSAGE_BYTES]),
        .compression = kl_as_bool(args[COMPRESSION]),
    };
    if (kl_websocket_open(&s->socket, &options, &s->watch, &why) != KL_OK)
        return connection_failed(s, &why);
    return s->kept ? keep(&s->socket, s->kept, args, s->error) : KL_OK;
}

/* The connection of the id, or a new one. */
static kl_status need_socket(session *s)
{
    if (s->kept)
        KL_TRY(find(&s->socket, s->kept, s->args, s->error));
    return s->socket ? KL_OK : open_socket(s);
}

/* ---- actions ------------------------------------------------------------------------------------- */

static kl_status send_message(session *s)
{
    kl_error why = KL_ERROR_INIT;
    kl_value message = s->args[MESSAGE], text;
    bool binary = kl_is(message, KL_KIND_BYTES) || kl_as_bool(s->args[BINARY]);
    KL_TRY(kl_outside_text(&text, message, s->error));
    kl_status status = kl_websocket_send(s->socket, kl_as_text(text), binary, &s->watch, &why);
    kl_value_release(text);
    return status == KL_OK ? KL_OK : failed(s, "send", &why);
}

static kl_status receive_message(kl_value *out, session *s)
{
    kl_value message;
    kl_error why = KL_ERROR_INIT;
    if (kl_websocket_receive(&message, s->socket, &s->watch, &why) != KL_OK)
        return failed(s, "receive", &why);
    return kl_node_result(out, "message", message, s->error);
}

static kl_status give_status(kl_value *out, session *s, const char *word)
{
    kl_value text;
    KL_TRY(kl_string_new(&text, kl_text_from(word), s->error));
    return kl_node_result(out, "status", text, s->error);
}

static kl_status run_connect(kl_value *out, session *s)
{
    KL_TRY(need_socket(s));
    kl_value chosen = kl_websocket_subprotocol(s->socket);
    KL_TRY(give_status(out, s, "connected"));
    if (kl_is_null(chosen))
        return KL_OK;
    kl_status status = kl_map_set(out, KL_TEXT("subprotocol"), kl_value_retain(chosen), s->error);
    if (status != KL_OK)
        kl_value_release(kl_value_take(out));
    return status;
}

static kl_status run_send(kl_value *out, session *s)
{
    KL_TRY(need_socket(s));
    KL_TRY(send_message(s));
    return give_status(out, s, "sent");
}

static kl_status run_receive(kl_value *out, session *s)
{
    KL_TRY(need_socket(s));
    return receive_message(out, s);
}

static kl_status run_both(kl_value *out, session *s)
{
    KL_TRY(need_socket(s));
    KL_TRY(send_message(s));
    return receive_message(out, s);
}

static kl_status say_goodbye(session *s, kl_error *error)
{
    return kl_websocket_close(s->socket, (int)kl_as_int(s->args[CLOSE_CODE]),
                              kl_as_text(s->args[CLOSE_REASON]), &s->watch, error);
}

/* A peer that says no goodbye is left all the same. */
static kl_status run_close(kl_value *out, session *s)
{
    kl_error why = KL_ERROR_INIT;
    if (s->kept)
        KL_TRY(find(&s->socket, s->kept, s->args, s->error));
    kl_status status = s->socket ? say_goodbye(s, &why) : KL_OK;
    if (s->socket && s->kept)
        drop(s->kept, s->args[CONNECTION_ID], s->socket);
    if (status == KL_CANCELLED || status == KL_INTERRUPTED || status == KL_NO_MEMORY)
        return failed(s, "close", &why);
    kl_error_clear(&why);
    return give_status(out, s, "disconnected");
}

typedef struct action {
    const char *name;
    const char *needs;
    kl_status (*run)(kl_value *out, session *s);
} action;

#define ACTIONS(ROW)                                                                               \
    ROW("connect", "", run_connect)                                                                \
    ROW("send", "message", run_send)                                                               \
    ROW("receive", "", run_receive)                                                                \
    ROW("close", "", run_close)                                                                    \
    ROW("send_and_receive", "message", run_both)

static const char *const names[] = {ACTIONS(KL_MODE_NAME) NULL};
static const action actions[] = {ACTIONS(KL_MODE_ROW)};

/* ---- the node ------------------------------------------------------------------------------------ */

static const action *action_of(kl_value word)
{
    const action *found = actions;
    while (!kl_text_is(kl_as_text(word), found->name)) /* the row allows no other */
        found++;
    return found;
}

/* A connection for this action alone ends politely, but not at length. */
static void end_session(session *s, kl_status status)
{
    kl_stream_watch brief = s->watch;
    if (s->socket && !s->kept && status == KL_OK && !kl_websocket_has_ended(s->socket)) {
        brief.deadline = KL_MIN(brief.deadline, kl_clock_after(KL_SECOND));
        s->watch = brief;
        say_goodbye(s, NULL);
    }
    if (s->socket && s->kept && kl_websocket_has_ended(s->socket))
        drop(s->kept, s->args[CONNECTION_ID], s->socket);
    kl_websocket_release(s->socket);
}

static kl_status check_goodbye(const kl_value *args, kl_error *error)
{
    int64_t code = kl_as_int(args[CLOSE_CODE]);
    if (code != 1000 && code < 3000)
        return kl_node_bad(error, "close_code", "expected 1000 or a code from 3000 to 4999, got %lld",
                           (long long)code);
    if (kl_value_len(args[CLOSE_REASON]) > 123)
        return kl_node_bad(error, "close_reason", "expected at most 123 bytes, got %zu",
                           kl_value_len(args[CLOSE_REASON]));
    return KL_OK;
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    session s = {.call = call, .args = args, .error = error};
    const action *chosen = action_of(args[ACTION]);
    void *kept = NULL;
    KL_TRY(kl_node_needs(call, chosen->needs, error));
    KL_TRY(check_goodbye(args, error));
    if (kl_value_len(args[CONNECTION_ID]))
        KL_TRY(kl_node_shared(&kept, &kept_connections, KL_TEXT("websocket"), call, args[SCOPE],
                              error));
    s.kept = kept;
    s.watch = (kl_stream_watch){kl_outside_deadline(kl_as_int(args[TIMEOUT_MS])), kl_outside_check,
                                call};
    kl_status status = chosen->run(out, &s);
    end_session(&s, status);
    return status;
}

static const kl_param inputs[] = {
    {.name = "action", .kind = KL_KIND_ENUM, .names = names,
     .doc = "connect: open the connection; send: a message; receive: wait for one; send_and_receive: "
            "both; close: say goodbye, and succeed also when nothing is open"},
    {.name = "message", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "send, send_and_receive: text as it is, bytes as a binary message, anything else as JSON"},
};
static const kl_param config[] = {
    {.name = "url", .kind = KL_KIND_STRING, .doc = "of the server, ws:// or wss://"},
    {.name = "connection_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "a name under which the connection is kept and found by later actions, which open it if "
            "need be; default: each action has a connection of its own"},
    {.name = "timeout_ms", .kind = KL_KIND_COUNT, .fallback = "30000",
     .range = KL_RANGE(1, 86400000), .doc = "milliseconds that the whole action may take"},
    {.name = "headers", .kind = KL_KIND_MAP, .item = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "headers to send with the handshake"},
    {.name = "subprotocols", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "names to offer, the preferred first"},
    {.name = "binary", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "send text as a binary message too"},
    {.name = "max_message_bytes", .kind = KL_KIND_COUNT, .fallback = "16777216",
     .range = KL_RANGE(1, 67108864),
     .doc = "size of a received message at most, decompressed; default 16 MiB"},
    {.name = "compression", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "offer to compress messages (permessage-deflate)"},
    {.name = "close_code", .kind = KL_KIND_COUNT, .fallback = "1000", .range = KL_RANGE(1000, 4999),
     .doc = "close: code of the goodbye, 1000 or 3000 to 4999"},
    {.name = "close_reason", .kind = KL_KIND_STRING, .fallback = "\"\"",
     .doc = "close: its reason, 123 bytes at most"},
    {.name = "verify_tls", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "check the server's certificate"},
    {.name = "ca_file", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "PEM file of the authorities to trust instead of the system's"},
    {.name = "client_cert", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "PEM file of the certificate to show to the server"},
    {.name = "client_key", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "PEM file of its key; default: within client_cert"},
    {.name = "allow_private", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "whether private and loopback addresses may be connected"},
    KL_SCOPE_PARAM("registry"),
};
static const kl_param outputs[] = {
    {.name = "status", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "connect: \"connected\"; send: \"sent\"; close: \"disconnected\""},
    {.name = "subprotocol", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "connect: what the server chose; absent when nothing"},
    {.name = "message", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "receive, send_and_receive: a string, or bytes of a binary message"},
};

static const kl_node_type types[] = {
    {
        .name = "WebSocketNode",
        .category = "HTTP",
        .doc = "Sends messages to a WebSocket server and waits for those it sends. Pings are answered "
               "whenever an action runs.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING | KL_NODE_STRICT,
        .run = run,
    },
};

static const kl_node_family websocket_nodes = {.name = "websocket", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(websocket_nodes);
