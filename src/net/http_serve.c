/* src/net/http_serve.c - see http_serve.h. */
#include "http_serve.h"
#include "ending.h"
#include "kailash/log.h"
#include "pool.h"

#include <unistd.h>

struct kl_http_server {
    kl_http_service service;
    kl_http_listener *listener;
    kl_pool *pool; /* of one thread */
    pid_t process;
    bool stopped; /* atomic */
    kl_ending ending;
};

static kl_status judge(void *data, kl_http_answer *answer, const kl_http_read *request, bool whole,
                       kl_error *error)
{
    kl_http_server *server = data;
    kl_error why = KL_ERROR_INIT;
    (void)error;
    if (server->service.answer(server->service.data, answer, request, whole, &why) != KL_OK) {
        KL_LOG(KL_LOG_WARN, server->service.logger, "a request was answered with 500: %s",
               kl_error_message(&why));
        kl_error_clear(&why);
        *answer = (kl_http_answer){.status = 500};
    }
    if (whole && !answer->status)
        answer->status = 404;
    return KL_OK;
}

static kl_status check(void *data, kl_error *error)
{
    kl_http_server *server = data;
    return __atomic_load_n(&server->stopped, __ATOMIC_RELAXED)
               ? kl_error_set(error, KL_CANCELLED, "the server was closed") : KL_OK;
}

/* No request is ever taken, so waiting ends when the server is stopped, or fails for want of memory. */
static void serve(void *data)
{
    kl_http_server *server = data;
    kl_stream_watch watch = {KL_TIME_NONE, check, server};
    kl_http_wanted wanted = {.judge = judge, .data = server, .body_max = server->service.body_max,
                             .patience = server->service.patience};
    kl_http_read none;
    char peer[KL_ADDRESS_TEXT];
    while (!__atomic_load_n(&server->stopped, __ATOMIC_RELAXED))
        if (kl_http_await(&none, peer, server->listener, &wanted, &watch, NULL) != KL_OK)
            usleep(1000);
}

static void stop(void *data)
{
    kl_http_server *server = data;
    __atomic_store_n(&server->stopped, true, __ATOMIC_RELAXED);
    if (server->pool)
        kl_pool_free(server->pool);
    server->pool = NULL;
}

static void free_server(kl_http_server *server)
{
    stop(server);
    kl_http_listener_close(server->listener);
    kl_free(server);
}

kl_status kl_http_serve(kl_http_server **out, const char *host, uint16_t port,
                        const kl_http_service *service, const kl_stream_watch *watch, kl_error *error)
{
    kl_http_server *server = kl_alloc_zero(1, sizeof *server);
    if (!server)
        return kl_error_no_memory(error);
    server->service = *service;
    server->process = getpid();
    kl_status status = kl_http_listen(&server->listener, host, port, watch, error);
    if (status == KL_OK)
        status = kl_pool_new(&server->pool, 1, KL_SECOND, error);
    if (status == KL_OK)
        status = kl_pool_submit(server->pool, serve, server, error);
    if (status != KL_OK) {
        free_server(server);
        return status;
    }
    server->ending = (kl_ending){.end = stop, .data = server};
    kl_ending_begin(&server->ending);
    *out = server;
    return KL_OK;
}

kl_http_listening kl_http_server_at(const kl_http_server *server)
{
    return kl_http_listening_at(server->listener);
}

bool kl_http_server_is_here(const kl_http_server *server) { return server->process == getpid(); }

void kl_http_server_close(kl_http_server *server)
{
    if (!server)
        return;
    kl_ending_cancel(&server->ending);
    free_server(server);
}
