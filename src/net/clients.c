/* src/net/clients.c - see clients.h.
 *
 * A client is used by one thread at a time, so its connections need no lock. The one used last is
 * taken first: its connections are the warmest.
 */
#include "clients.h"
#include "driver.h"
#include "fork.h"
#include "http.h"

enum { IDLE_MAX = 32 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards all below */
static kl_curl_client *idle[IDLE_MAX];
static size_t idle_count;
/* A forked child shares the sockets of its parent's clients. Closing them properly would end TLS
 * sessions that the parent uses, so they are left alone (and reachable, for leak checks). */
static kl_curl_client *inherited[IDLE_MAX];

static void before_fork(void) { pthread_mutex_lock(&lock); }
static void after_fork(void) { pthread_mutex_unlock(&lock); }

static void after_fork_in_child(void)
{
    for (size_t i = 0; i < idle_count; i++)
        inherited[i] = idle[i];
    idle_count = 0;
    pthread_mutex_unlock(&lock);
}

__attribute__((constructor(KL_FORK_INNER))) static void watch_forks(void)
{
    pthread_atfork(before_fork, after_fork, after_fork_in_child);
}

kl_status kl_curl_load(const kl_curl **out, kl_error *error)
{
    const void *functions;
    KL_TRY(kl_driver_load(&functions, "curl", error));
    *out = functions;
    return KL_OK;
}

kl_status kl_client_take(kl_curl_client **out, const kl_curl *curl, kl_error *error)
{
    kl_curl_client *client = NULL;
    pthread_mutex_lock(&lock);
    if (idle_count)
        client = idle[--idle_count];
    pthread_mutex_unlock(&lock);
    if (!client)
        return curl->client_new(out, error);
    *out = client;
    return KL_OK;
}

void kl_client_put_back(kl_curl_client *client, const kl_curl *curl)
{
    pthread_mutex_lock(&lock);
    if (idle_count < IDLE_MAX) {
        idle[idle_count++] = client;
        client = NULL;
    }
    pthread_mutex_unlock(&lock);
    curl->client_free(client);
}

void kl_http_close_idle(void)
{
    const kl_curl *curl;
    kl_curl_client *closing[IDLE_MAX];
    pthread_mutex_lock(&lock);
    size_t count = idle_count;
    memcpy(closing, idle, count * sizeof *closing);
    idle_count = 0;
    pthread_mutex_unlock(&lock);
    if (count && kl_curl_load(&curl, NULL) == KL_OK)
        for (size_t i = 0; i < count; i++)
            curl->client_free(closing[i]);
}
