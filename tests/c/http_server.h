/* tests/c/http_server.h - an HTTP server on a thread that answers with whatever a test wants. */
#ifndef KL_TESTS_HTTP_SERVER_H
#define KL_TESTS_HTTP_SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/http.h"
#include "test.h"

typedef struct http_server http_server;

/* Write the answer to a request (head and body, ending in NUL) to `socket`; false closes it. */
typedef bool http_answer(http_server *server, int socket, const char *request);

struct http_server {
    int listener, port;
    pthread_t thread;
    http_answer *answer;
    bool stopping;         /* atomic */
    int connections;       /* so far; atomic */
    int open;              /* threads of connections; atomic */
    pthread_mutex_t lock;  /* guards `last` */
    char last[65536];      /* the last request */
};

static inline void http_say(int socket, const char *text)
{
    size_t len = strlen(text);
    while (len) {
        ssize_t sent = send(socket, text, len, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        text += sent;
        len -= (size_t)sent;
    }
}

/* "200 OK" and a body, of whose length the header tells the truth. */
static inline bool http_say_body(int socket, const char *status, const char *headers,
                                 const char *body)
{
    char head[1024];
    snprintf(head, sizeof head, "HTTP/1.1 %s\r\ncontent-length: %zu\r\n%s\r\n", status, strlen(body),
             headers);
    http_say(socket, head);
    http_say(socket, body);
    return true;
}

static inline size_t http_body_len(const char *request)
{
    const char *header = strcasestr(request, "\r\ncontent-length:");
    return header ? (size_t)atol(header + 17) : 0;
}

/* One whole request; false at the end of the connection. */
static inline bool http_hear(http_server *server, int socket, char *to, size_t size)
{
    size_t len = 0;
    for (;;) {
        to[len] = '\0';
        const char *end = strstr(to, "\r\n\r\n");
        if (end && len >= (size_t)(end + 4 - to) + http_body_len(to))
            return true;
        struct pollfd wait = {socket, POLLIN, 0};
        if (__atomic_load_n(&server->stopping, __ATOMIC_ACQUIRE))
            return false;
        if (poll(&wait, 1, 20) == 0)
            continue;
        ssize_t got = recv(socket, to + len, size - 1 - len, 0);
        if (got <= 0)
            return false;
        len += (size_t)got;
    }
}

typedef struct http_connection {
    http_server *server;
    int socket;
    char request[65536];
} http_connection;

static inline void *http_converse(void *data)
{
    http_connection *connection = data;
    http_server *server = connection->server;
    while (http_hear(server, connection->socket, connection->request, sizeof connection->request)) {
        pthread_mutex_lock(&server->lock);
        strcpy(server->last, connection->request);
        pthread_mutex_unlock(&server->lock);
        if (!server->answer(server, connection->socket, connection->request))
            break;
    }
    close(connection->socket);
    free(connection);
    __atomic_fetch_sub(&server->open, 1, __ATOMIC_RELEASE);
    return NULL;
}

static inline void *http_serve(void *data)
{
    http_server *server = data;
    while (!__atomic_load_n(&server->stopping, __ATOMIC_ACQUIRE)) {
        struct pollfd wait = {server->listener, POLLIN, 0};
        pthread_t thread;
        if (poll(&wait, 1, 20) <= 0)
            continue;
        http_connection *connection = calloc(1, sizeof *connection);
        connection->server = server;
        connection->socket = accept(server->listener, NULL, NULL);
        __atomic_fetch_add(&server->connections, 1, __ATOMIC_RELAXED);
        __atomic_fetch_add(&server->open, 1, __ATOMIC_RELAXED);
        pthread_create(&thread, NULL, http_converse, connection);
        pthread_detach(thread);
    }
    return NULL;
}

/* A copy of the last request, until the next call. */
static inline const char *http_last(http_server *server)
{
    static char copy[65536];
    pthread_mutex_lock(&server->lock);
    strcpy(copy, server->last);
    pthread_mutex_unlock(&server->lock);
    return copy;
}

static inline int http_connections(http_server *server)
{
    return __atomic_load_n(&server->connections, __ATOMIC_RELAXED);
}

static inline void http_server_start(http_server *server, http_answer *answer)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    memset(server, 0, sizeof *server);
    server->answer = answer;
    pthread_mutex_init(&server->lock, NULL);
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(server->listener, 64), 0);
    getsockname(server->listener, (struct sockaddr *)&address, &len);
    server->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&server->thread, NULL, http_serve, server), 0);
}

static inline void http_server_stop(http_server *server)
{
    __atomic_store_n(&server->stopping, true, __ATOMIC_RELEASE);
    pthread_join(server->thread, NULL);
    while (__atomic_load_n(&server->open, __ATOMIC_ACQUIRE))
        usleep(1000);
    close(server->listener);
}

/* A group of tests that share one server, which answers with `answer_` of their file, and a client. */
#define HTTP_SERVER_OF_GROUP(answer_)                                                              \
    static http_server server;                                                                     \
    static int start_server(void **state)                                                          \
    {                                                                                              \
        (void)state;                                                                               \
        http_server_start(&server, answer_);                                                       \
        return 0;                                                                                  \
    }                                                                                              \
    static int stop_server(void **state)                                                           \
    {                                                                                              \
        (void)state;                                                                               \
        kl_http_close_idle();                                                                      \
        http_server_stop(&server);                                                                 \
        return 0;                                                                                  \
    }

#endif
