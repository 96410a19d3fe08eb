/* src/net/stream.c - see stream.h. */
#include "stream.h"
#include "driver.h"
#include "lookup.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct kl_stream {
    int socket;
    const kl_tls *tls; /* NULL while plain */
    void *session;
};

/* ---- waiting ------------------------------------------------------------------------------------- */

kl_status kl_stream_watch_check(const kl_stream_watch *watch, kl_error *error)
{
    if (!watch)
        return KL_OK;
    if (watch->check)
        KL_TRY(watch->check(watch->data, error));
    if (watch->deadline != KL_TIME_NONE && kl_clock_now() >= watch->deadline)
        return kl_error_set(error, KL_TIMEOUT, "timed out");
    return KL_OK;
}

/* Milliseconds to wait before the watch is asked again, rounded up. */
static int patience(const kl_stream_watch *watch)
{
    if (!watch || (watch->deadline == KL_TIME_NONE && !watch->check))
        return -1;
    kl_duration left = watch->check ? KL_STREAM_PACE : KL_MINUTE;
    if (watch->deadline != KL_TIME_NONE)
        left = KL_MIN(left, KL_MAX(watch->deadline - kl_clock_now(), 0));
    return (int)((left + KL_MILLISECOND - 1) / KL_MILLISECOND);
}

/* Until the socket is ready for POLLIN or POLLOUT. */
static kl_status wait_for(int socket, short events, const kl_stream_watch *watch, kl_error *error)
{
    for (;;) {
        struct pollfd ready = {.fd = socket, .events = events};
        int count = poll(&ready, 1, patience(watch));
        if (count > 0)
            return KL_OK;
        if (count < 0 && errno != EINTR)
            return kl_error_set(error, KL_IO, "waiting for the connection: %s", strerror(errno));
        KL_TRY(kl_stream_watch_check(watch, error));
    }
}

/* ---- opening ------------------------------------------------------------------------------------- */

kl_status kl_stream_of(kl_stream **out, int socket, kl_error *error)
{
    kl_stream *stream = kl_alloc_zero(1, sizeof *stream);
    if (!stream) {
        close(socket);
        return kl_error_no_memory(error);
    }
    fcntl(socket, F_SETFD, FD_CLOEXEC);
    fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK);
    stream->socket = socket;
    *out = stream;
    return KL_OK;
}

/* Connect to one address; the socket is given. `*reason` is the errno of a KL_IO. */
static kl_status connect_one(int *out, int *reason, const struct sockaddr *address, socklen_t size,
                             const kl_stream_watch *watch, kl_error *error)
{
    int made = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), yes = 1;
    kl_status status = KL_OK;
    *reason = 0;
    if (made < 0) {
        *reason = errno;
        return KL_IO;
    }
    if (connect(made, address, size) != 0) {
        *reason = errno;
        if (*reason == EINPROGRESS && (status = wait_for(made, POLLOUT, watch, error)) == KL_OK) {
            socklen_t length = sizeof *reason;
            getsockopt(made, SOL_SOCKET, SO_ERROR, reason, &length);
        }
    }
    if (status == KL_OK && *reason != 0)
        status = KL_IO;
    if (status != KL_OK) {
        close(made);
        return status;
    }
    /* Protocols of questions and answers must not wait for more to send. */
    if (address->sa_family != AF_UNIX)
        setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    *out = made;
    return KL_OK;
}

static kl_status connect_path(int *out, const char *path, const kl_stream_watch *watch,
                              kl_error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    int reason;
    if (length >= sizeof address.sun_path)
        return kl_error_set(error, KL_INVALID,
                            "the path of a unix socket has at most %zu bytes, this one has %zu",
                            sizeof address.sun_path - 1, length);
    memcpy(address.sun_path, path, length + 1);
    kl_status status = connect_one(out, &reason, (const struct sockaddr *)&address, sizeof address,
                                   watch, error);
    if (status == KL_IO && reason)
        return kl_error_set(error, KL_IO, "cannot connect to %s: %s", path, strerror(reason));
    return status;
}

static kl_status connect_host(int *out, const kl_stream_address *to, const kl_stream_watch *watch,
                              kl_error *error)
{
    struct addrinfo *all;
    int reason = 0;
    KL_TRY(kl_lookup(&all, to->host, to->port, watch, error));
    kl_status status = KL_IO;
    for (struct addrinfo *each = all; each && status == KL_IO; each = each->ai_next) {
        if (to->admit)
            KL_TRY_OUT(to->admit(to->data, each->ai_addr, each->ai_addrlen, error));
        status = connect_one(out, &reason, each->ai_addr, each->ai_addrlen, watch, error);
    }
    if (status == KL_IO && reason)
        kl_error_set(error, KL_IO, "cannot connect to %s:%u: %s", to->host, to->port,
                     strerror(reason));
out:
    freeaddrinfo(all);
    return status;
}

kl_status kl_stream_open(kl_stream **out, const kl_stream_address *address,
                         const kl_stream_watch *watch, kl_error *error)
{
    int made;
    KL_TRY(kl_stream_watch_check(watch, error));
    if (address->path)
        KL_TRY(connect_path(&made, address->path, watch, error));
    else
        KL_TRY(connect_host(&made, address, watch, error));
    return kl_stream_of(out, made, error);
}

/* ---- TLS ----------------------------------------------------------------------------------------- */

/* Wait for what a session asks for. */
static kl_status wait_as_wanted(kl_stream *stream, kl_tls_want want, const kl_stream_watch *watch,
                                kl_error *error)
{
    return wait_for(stream->socket, want == KL_TLS_WANT_WRITE ? POLLOUT : POLLIN, watch, error);
}

static kl_status shake_hands(kl_stream *stream, const kl_stream_watch *watch, kl_error *error)
{
    kl_tls_want want;
    for (;;) {
        KL_TRY(stream->tls->shake(&want, stream->session, error));
        if (want == KL_TLS_DONE)
            return KL_OK;
        KL_TRY(wait_as_wanted(stream, want, watch, error));
    }
}

kl_status kl_stream_start_tls(kl_stream *stream, const kl_tls_options *options,
                              const kl_stream_watch *watch, kl_error *error)
{
    const void *driver;
    if (stream->tls)
        return kl_error_set(error, KL_STATE, "the connection is encrypted already");
    /* What was sent before the handshake is not protected; to read it as if it were lets anybody
     * on the way put words into the peer's mouth. */
    if (kl_stream_is_readable(stream))
        return kl_error_set(error, KL_STATE,
                            "the server sent more than was asked before TLS began, or ended");
    KL_TRY(kl_driver_load(&driver, "tls", error));
    const kl_tls *tls = driver;
    KL_TRY(tls->open(&stream->session, stream->socket, options, error));
    stream->tls = tls;
    return shake_hands(stream, watch, error);
}

/* ---- moving bytes -------------------------------------------------------------------------------- */

/* `*want` as of a session: read without waiting. */
static kl_status read_plain(size_t *got, kl_tls_want *want, kl_stream *stream, char *to, size_t size,
                            kl_error *error)
{
    ssize_t count = recv(stream->socket, to, size, 0);
    *got = count > 0 ? (size_t)count : 0;
    *want = KL_TLS_DONE;
    if (count >= 0)
        return KL_OK;
    if (errno != EAGAIN && errno != EINTR)
        return kl_error_set(error, KL_IO, "reading from the connection: %s", strerror(errno));
    *want = KL_TLS_WANT_READ;
    return KL_OK;
}

static kl_status write_plain(size_t *put, kl_tls_want *want, kl_stream *stream, kl_text bytes,
                             kl_error *error)
{
    ssize_t count = send(stream->socket, bytes.data, bytes.len, MSG_NOSIGNAL);
    *put = count > 0 ? (size_t)count : 0;
    *want = KL_TLS_DONE;
    if (count >= 0)
        return KL_OK;
    if (errno != EAGAIN && errno != EINTR)
        return kl_error_set(error, KL_IO, "writing to the connection: %s", strerror(errno));
    *want = KL_TLS_WANT_WRITE;
    return KL_OK;
}

kl_status kl_stream_read(size_t *got, kl_stream *stream, char *to, size_t size,
                         const kl_stream_watch *watch, kl_error *error)
{
    kl_tls_want want;
    for (;;) {
        KL_TRY(stream->tls ? stream->tls->read(got, &want, stream->session, to, size, error)
                           : read_plain(got, &want, stream, to, size, error));
        if (want == KL_TLS_DONE)
            return KL_OK;
        KL_TRY(wait_as_wanted(stream, want, watch, error));
    }
}

kl_status kl_stream_write(kl_stream *stream, kl_text bytes, const kl_stream_watch *watch,
                          kl_error *error)
{
    kl_tls_want want;
    size_t put;
    while (bytes.len) {
        KL_TRY(stream->tls ? stream->tls->write(&put, &want, stream->session, bytes, error)
                           : write_plain(&put, &want, stream, bytes, error));
        if (want != KL_TLS_DONE)
            KL_TRY(wait_as_wanted(stream, want, watch, error));
        bytes.data += put;
        bytes.len -= put;
    }
    return KL_OK;
}

bool kl_stream_is_readable(kl_stream *stream)
{
    struct pollfd ready = {.fd = stream->socket, .events = POLLIN};
    if (stream->tls)
        return stream->tls->is_readable(stream->session);
    return poll(&ready, 1, 0) != 0;
}

int kl_stream_socket(const kl_stream *stream) { return stream->socket; }

/* ---- ending -------------------------------------------------------------------------------------- */

static void end(kl_stream *stream, bool politely)
{
    if (!stream)
        return;
    if (stream->session)
        stream->tls->close(stream->session, politely);
    close(stream->socket);
    kl_free(stream);
}

kl_time kl_stream_peer_end(const kl_stream *stream)
{
    return stream->session ? stream->tls->peer_end(stream->session) : KL_TIME_NONE;
}

void kl_stream_close(kl_stream *stream) { end(stream, true); }

void kl_stream_abandon(kl_stream *stream) { end(stream, false); }
