/* src/net/lookup.c - see lookup.h. */
#include "lookup.h"
#include "deadline.h"
#include "pool.h"

#include <errno.h>
#include <stdio.h>

/* A question to the resolver; the one who asks and the thread that asks for him hold it. */
typedef struct lookup {
    uint32_t refs; /* atomic */
    char *host;
    char service[8];
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t answered;
    bool done;
    int result; /* of getaddrinfo() */
    int reason; /* errno, when that is EAI_SYSTEM */
    struct addrinfo *found;
} lookup;

static const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};

static void release(lookup *asked)
{
    if (__atomic_fetch_sub(&asked->refs, 1, __ATOMIC_ACQ_REL) != 1)
        return;
    if (asked->found)
        freeaddrinfo(asked->found);
    pthread_mutex_destroy(&asked->lock);
    pthread_cond_destroy(&asked->answered);
    kl_free(asked->host);
    kl_free(asked);
}

static void ask(void *data)
{
    lookup *asked = data;
    struct addrinfo *found = NULL;
    int result = getaddrinfo(asked->host, asked->service, &hints, &found), reason = errno;
    pthread_mutex_lock(&asked->lock);
    asked->done = true;
    asked->result = result;
    asked->reason = reason;
    asked->found = result == 0 ? found : NULL;
    pthread_cond_signal(&asked->answered);
    pthread_mutex_unlock(&asked->lock);
    release(asked);
}

static kl_status fail(const char *host, int result, int reason, kl_error *error)
{
    if (result == EAI_MEMORY)
        return kl_error_no_memory(error);
    return kl_error_set(error, KL_IO, "host '%s' is not found: %s", host,
                        result == EAI_SYSTEM ? strerror(reason) : gai_strerror(result));
}

/* With the lock held. */
static kl_status wait_for(lookup *asked, const kl_stream_watch *watch, kl_error *error)
{
    while (!asked->done) {
        pthread_mutex_unlock(&asked->lock); /* check() may call anybody */
        kl_status status = kl_stream_watch_check(watch, error);
        pthread_mutex_lock(&asked->lock);
        KL_TRY(status);
        if (!asked->done)
            kl_wait_until(&asked->answered, &asked->lock, kl_clock_after(KL_STREAM_PACE));
    }
    return KL_OK;
}

static kl_status new_lookup(lookup **out, const char *host, const char *service, kl_error *error)
{
    lookup *asked = kl_alloc_zero(1, sizeof *asked);
    char *copy = kl_strdup(kl_text_from(host));
    if (!asked || !copy) {
        kl_free(asked);
        kl_free(copy);
        return kl_error_no_memory(error);
    }
    asked->refs = 1;
    asked->host = copy;
    snprintf(asked->service, sizeof asked->service, "%s", service);
    pthread_mutex_init(&asked->lock, NULL);
    pthread_cond_init(&asked->answered, NULL);
    *out = asked;
    return KL_OK;
}

static kl_status ask_elsewhere(struct addrinfo **out, const char *host, const char *service,
                               const kl_stream_watch *watch, kl_error *error)
{
    lookup *asked;
    KL_TRY(new_lookup(&asked, host, service, error));
    __atomic_fetch_add(&asked->refs, 1, __ATOMIC_RELAXED);
    kl_status status = kl_pool_submit(kl_pool_shared(), ask, asked, error);
    if (status != KL_OK) {
        release(asked);
        release(asked);
        return status;
    }
    pthread_mutex_lock(&asked->lock);
    status = wait_for(asked, watch, error);
    if (status == KL_OK && asked->result == 0) {
        *out = asked->found;
        asked->found = NULL;
    } else if (status == KL_OK) {
        status = fail(host, asked->result, asked->reason, error);
    }
    pthread_mutex_unlock(&asked->lock);
    release(asked);
    return status;
}

kl_status kl_lookup(struct addrinfo **out, const char *host, uint16_t port,
                    const kl_stream_watch *watch, kl_error *error)
{
    struct addrinfo numeric = hints;
    char service[8];
    snprintf(service, sizeof service, "%u", port);
    numeric.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    if (getaddrinfo(host, service, &numeric, out) == 0)
        return KL_OK;
    return ask_elsewhere(out, host, service, watch, error);
}
