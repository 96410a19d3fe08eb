/* src/net/http_listen.c - see http_listen.h. */
#include "http_listen.h"
#include "fork.h"
#include "lookup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS_MAX = 64, PIECE = 16384, BACKLOG = 128, PIECES_MAX = 16 };

/* A connection: it sends a request, takes an answer, and is read until it ends, so that what it still
 * sends does not destroy the answer on its way. */
typedef struct client {
    int socket; /* -1 = free */
    enum { ASKING, ANSWERED, LEAVING } state;
    kl_time deadline; /* of the state */
    kl_http_read request;
    kl_buffer out;
    size_t sent;
    bool told_continue;
    char peer[KL_ADDRESS_TEXT];
} client;

struct kl_http_listener {
    int socket;
    pthread_mutex_t lock; /* held while sockets come and go, so that a forked child knows them */
    kl_fork_watch watch;
    kl_http_listening at;
    client clients[CLIENTS_MAX];
    client *taken; /* the one whose request was wanted */
};

/* ---- listening ----------------------------------------------------------------------------------- */

static void print_address(char to[KL_ADDRESS_TEXT], const struct sockaddr *from)
{
    kl_address address;
    to[0] = '\0';
    if (kl_address_of_socket(&address, from))
        kl_address_print(to, &address);
}

/* In a forked child: to keep the port from others, or a connection open, is not its business. */
static void close_copies(void *data)
{
    kl_http_listener *listener = data;
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        if (listener->clients[i].socket >= 0)
            close(listener->clients[i].socket);
        listener->clients[i].socket = -1;
    }
    close(listener->socket);
    listener->socket = -1;
}

/* `*reason` is the errno of a failure. */
static int bind_one(const struct addrinfo *to, int *reason)
{
    int made = socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), yes = 1;
    if (made < 0) {
        *reason = errno;
        return -1;
    }
    setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(made, to->ai_addr, to->ai_addrlen) == 0 && listen(made, BACKLOG) == 0)
        return made;
    *reason = errno;
    close(made);
    return -1;
}

static kl_http_listening where(int socket)
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    kl_http_listening at = {0};
    getsockname(socket, (struct sockaddr *)&address, &size);
    at.is_v6 = address.ss_family == AF_INET6;
    at.port = ntohs(at.is_v6 ? ((struct sockaddr_in6 *)&address)->sin6_port
                             : ((struct sockaddr_in *)&address)->sin_port);
    print_address(at.address, (struct sockaddr *)&address);
    return at;
}

kl_status kl_http_listen(kl_http_listener **out, const char *host, uint16_t port,
                         const kl_stream_watch *watch, kl_error *error)
{
    struct addrinfo *all;
    int made = -1, reason = 0;
    KL_TRY(kl_lookup(&all, host, port, watch, error));
    for (struct addrinfo *each = all; each && made < 0; each = each->ai_next)
        made = bind_one(each, &reason);
    freeaddrinfo(all);
    if (made < 0)
        return kl_error_set(error, KL_IO, "cannot listen on %s:%u: %s", host, port, strerror(reason));
    kl_http_listener *listener = kl_alloc_zero(1, sizeof *listener);
    if (!listener) {
        close(made);
        return kl_error_no_memory(error);
    }
    listener->socket = made;
    listener->at = where(made);
    for (size_t i = 0; i < CLIENTS_MAX; i++)
        listener->clients[i].socket = -1;
    pthread_mutex_init(&listener->lock, NULL);
    listener->watch =
        (kl_fork_watch){.lock = &listener->lock, .forked = close_copies, .data = listener};
    kl_fork_watch_begin(&listener->watch);
    *out = listener;
    return KL_OK;
}

kl_http_listening kl_http_listening_at(const kl_http_listener *listener) { return listener->at; }

static void end_client(kl_http_listener *listener, client *it)
{
    if (it->socket < 0)
        return;
    kl_http_read_end(&it->request);
    kl_buffer_free(&it->out);
    pthread_mutex_lock(&listener->lock);
    close(it->socket);
    *it = (client){.socket = -1};
    pthread_mutex_unlock(&listener->lock);
}

void kl_http_listener_close(kl_http_listener *listener)
{
    if (!listener)
        return;
    for (size_t i = 0; i < CLIENTS_MAX; i++)
        end_client(listener, &listener->clients[i]);
    kl_fork_watch_end(&listener->watch);
    if (listener->socket >= 0)
        close(listener->socket);
    pthread_mutex_destroy(&listener->lock);
    kl_free(listener);
}

/* ---- answers ------------------------------------------------------------------------------------- */

static const char *phrase_of(int status)
{
    static const struct {
        int status;
        const char *phrase;
    } phrases[] = {
        {200, "OK"}, {201, "Created"}, {202, "Accepted"}, {204, "No Content"}, {400, "Bad Request"},
        {401, "Unauthorized"}, {403, "Forbidden"}, {404, "Not Found"}, {405, "Method Not Allowed"},
        {408, "Request Timeout"}, {413, "Content Too Large"}, {414, "URI Too Long"},
        {417, "Expectation Failed"}, {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"}, {503, "Service Unavailable"}, {505, "HTTP Version Not Supported"},
    };
    for (size_t i = 0; i < KL_COUNT(phrases); i++)
        if (phrases[i].status == status)
            return phrases[i].phrase;
    return "";
}

/* The connection ends after each answer. */
static kl_status begin_answer(client *it, const kl_http_answer *answer, kl_duration patience,
                              kl_error *error)
{
    kl_buffer *to = &it->out;
    bool bodiless = answer->status == 204 || answer->status == 304;
    kl_buffer_format(to, "HTTP/1.1 %d %s\r\nConnection: close\r\n", answer->status,
                     phrase_of(answer->status));
    if (!bodiless)
        kl_buffer_format(to, "Content-Length: %zu\r\n", answer->body.len);
    if (answer->content_type.len && !bodiless)
        kl_buffer_format(to, "Content-Type: %.*s\r\n", KL_TEXT_ARG(answer->content_type));
    kl_buffer_add(to, answer->headers);
    kl_buffer_string(to, "\r\n");
    if (!bodiless && !kl_text_is(kl_as_text(it->request.method), "HEAD"))
        kl_buffer_add(to, answer->body);
    it->state = ANSWERED;
    it->deadline = kl_clock_after(patience);
    return to->status == KL_OK ? KL_OK : kl_error_no_memory(error);
}

/* Send what is to be sent, as far as that goes without waiting. False when the client is gone. */
static bool send_out(client *it)
{
    while (it->sent < it->out.len) {
        ssize_t count = send(it->socket, it->out.data + it->sent, it->out.len - it->sent, MSG_NOSIGNAL);
        if (count < 0)
            return errno == EAGAIN || errno == EINTR;
        it->sent += (size_t)count;
    }
    if (it->state == ANSWERED) {
        shutdown(it->socket, SHUT_WR);
        it->state = LEAVING;
        it->deadline = KL_MIN(it->deadline, kl_clock_after(KL_SECOND));
    }
    return true;
}

/* ---- requests ------------------------------------------------------------------------------------ */

static kl_status judge(kl_http_listener *listener, client *it, const kl_http_wanted *wanted,
                       bool whole, kl_error *error)
{
    kl_http_answer answer = {0};
    KL_TRY(wanted->judge(wanted->data, &answer, &it->request, whole, error));
    if (answer.status)
        return begin_answer(it, &answer, wanted->patience, error);
    if (whole) {
        listener->taken = it;
        return begin_answer(it, &wanted->welcome, wanted->patience, error);
    }
    if (it->request.awaits_continue && !it->told_continue) {
        kl_buffer_string(&it->out, "HTTP/1.1 100 Continue\r\n\r\n");
        it->told_continue = true;
    }
    return KL_OK;
}

/* Understand what came. */
static kl_status go_on(kl_http_listener *listener, client *it, const kl_http_wanted *wanted,
                       kl_error *error)
{
    kl_http_read_event event = KL_HTTP_READ_HEAD;
    while (it->state == ASKING && event == KL_HTTP_READ_HEAD) {
        KL_TRY(kl_http_read_next(&event, &it->request, error));
        if (event == KL_HTTP_READ_HEAD || event == KL_HTTP_READ_DONE)
            KL_TRY(judge(listener, it, wanted, event == KL_HTTP_READ_DONE, error));
    }
    if (event != KL_HTTP_READ_REFUSED)
        return KL_OK;
    kl_http_answer answer = {.status = it->request.refusal};
    return begin_answer(it, &answer, wanted->patience, error);
}

/* Read what is there; the client is ended when it has ended. */
static kl_status read_in(kl_http_listener *listener, client *it, const kl_http_wanted *wanted,
                         kl_error *error)
{
    char nowhere[PIECE], *room = nowhere;
    if (it->state == ASKING && !(room = kl_http_read_room(&it->request, PIECE)))
        return kl_error_no_memory(error);
    ssize_t count = recv(it->socket, room, PIECE, 0);
    bool gone = count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR);
    if (gone && (it->state != ANSWERED || count < 0) && it != listener->taken)
        end_client(listener, it);
    if (gone || count < 0 || it->state != ASKING)
        return KL_OK;
    kl_http_read_came(&it->request, (size_t)count);
    return go_on(listener, it, wanted, error);
}

/* Take those who wait, as long as there is room. */
static void accept_clients(kl_http_listener *listener, const kl_http_wanted *wanted)
{
    pthread_mutex_lock(&listener->lock);
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        client *it = &listener->clients[i];
        struct sockaddr_storage address = {0};
        socklen_t size = sizeof address;
        if (it->socket >= 0)
            continue;
        int made = accept4(listener->socket, (struct sockaddr *)&address, &size,
                           SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (made < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
                poll(NULL, 0, (int)(KL_STREAM_PACE / KL_MILLISECOND)); /* it goes on waiting to be taken */
            break;
        }
        *it = (client){.socket = made, .deadline = kl_clock_after(wanted->patience)};
        it->request.body_max = wanted->body_max;
        print_address(it->peer, (struct sockaddr *)&address);
    }
    pthread_mutex_unlock(&listener->lock);
}

/* Too slow with its request: told so; too slow with anything else: left. */
static kl_status mind_time(kl_http_listener *listener, client *it, kl_error *error)
{
    kl_http_answer answer = {.status = 408};
    if (it->socket < 0 || kl_clock_now() < it->deadline || it == listener->taken)
        return KL_OK;
    if (it->state == ASKING)
        return begin_answer(it, &answer, KL_SECOND, error);
    end_client(listener, it);
    return KL_OK;
}

static kl_status serve_one(kl_http_listener *listener, client *it, short ready,
                           const kl_http_wanted *wanted, kl_error *error)
{
    if (ready & (POLLIN | POLLHUP | POLLERR))
        KL_TRY(read_in(listener, it, wanted, error));
    KL_TRY(mind_time(listener, it, error));
    if (it->socket >= 0 && it->state != LEAVING && it->sent < it->out.len && !send_out(it) &&
        it != listener->taken)
        end_client(listener, it);
    return KL_OK;
}

/* One round: wait a little, and do what can be done. */
static kl_status serve(kl_http_listener *listener, const kl_http_wanted *wanted, kl_error *error)
{
    struct pollfd ready[CLIENTS_MAX + 1];
    bool full = true;
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        client *it = &listener->clients[i];
        full = full && it->socket >= 0;
        ready[i] = (struct pollfd){.fd = it->socket, .events = POLLIN};
        if (it->sent < it->out.len)
            ready[i].events |= POLLOUT;
    }
    ready[CLIENTS_MAX] = (struct pollfd){.fd = full ? -1 : listener->socket, .events = POLLIN};
    poll(ready, CLIENTS_MAX + 1, (int)(KL_STREAM_PACE / KL_MILLISECOND));
    for (size_t i = 0; i < CLIENTS_MAX && !listener->taken; i++)
        if (listener->clients[i].socket >= 0)
            KL_TRY(serve_one(listener, &listener->clients[i], ready[i].revents, wanted, error));
    if (ready[CLIENTS_MAX].revents && !listener->taken)
        accept_clients(listener, wanted);
    return KL_OK;
}

/* Let the one that was taken have its answer. That it goes away meanwhile takes nothing back. */
static void finish(client *it, const kl_stream_watch *watch)
{
    char nowhere[PIECE];
    while (it->state == ANSWERED && kl_clock_now() < it->deadline && send_out(it) &&
           it->state == ANSWERED && kl_stream_watch_check(watch, NULL) == KL_OK) {
        struct pollfd ready = {.fd = it->socket, .events = POLLOUT};
        poll(&ready, 1, (int)(KL_STREAM_PACE / KL_MILLISECOND));
    }
    for (int i = 0; i < PIECES_MAX && recv(it->socket, nowhere, sizeof nowhere, 0) > 0; i++)
        continue; /* unread bytes would make the end a reset */
}

kl_status kl_http_await(kl_http_read *out, char peer[KL_ADDRESS_TEXT], kl_http_listener *listener,
                        const kl_http_wanted *wanted, const kl_stream_watch *watch, kl_error *error)
{
    while (!listener->taken) {
        KL_TRY(kl_stream_watch_check(watch, error));
        KL_TRY(serve(listener, wanted, error));
    }
    client *it = listener->taken;
    finish(it, watch);
    memcpy(peer, it->peer, KL_ADDRESS_TEXT);
    *out = it->request;
    it->request = (kl_http_read){0};
    return KL_OK;
}
