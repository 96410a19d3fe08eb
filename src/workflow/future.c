/* src/workflow/future.c - see future.h. */
#include "future.h"
#include "engine.h"
#include "host.h"
#include "kailash/time.h"

#include <time.h>

typedef struct kl_future_watcher {
    struct kl_future_watcher *next;
    kl_future_notify *notify;
    void *data;
} kl_future_watcher;

void kl_future_dispose(kl_object *object)
{
    kl_future *future = (kl_future *)object;
    kl_fork_watch_end(&future->fork_watch);
    kl_value_release(future->value);
    kl_error_clear(&future->error);
    pthread_mutex_destroy(&future->lock);
    pthread_cond_destroy(&future->done_changed);
}

/* Not published: faces show the types that stand on it. */
const kl_type kl_future_type = {
    .name = "Future",
    .module = "kailash._kailash",
    .doc = "A result that comes later.",
    .size = sizeof(kl_future),
    .flags = KL_TYPE_NO_INIT,
    .dispose = kl_future_dispose,
};

static void init_condition(kl_future *future)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&future->done_changed, &attributes);
    pthread_condattr_destroy(&attributes);
}

/* In a forked child: who was to finish it lives in the parent only. */
static void never_comes(void *data)
{
    kl_future *future = data;
    if (!future->done) {
        future->done = true;
        future->status = kl_error_set(&future->error, KL_STATE,
                                      "the process was forked: the result comes in its parent");
    }
    future->watchers = NULL; /* they wait in the parent */
    init_condition(future);
    if (future->forked)
        future->forked(future);
}

kl_status kl_future_init(kl_future *future, kl_error *error)
{
    (void)error;
    pthread_mutex_init(&future->lock, NULL);
    init_condition(future);
    future->fork_watch =
        (kl_fork_watch){.lock = &future->lock, .forked = never_comes, .data = future};
    kl_fork_watch_begin(&future->fork_watch);
    return KL_OK;
}

bool kl_future_settle(kl_future *future, kl_status status, kl_value value, kl_error *error)
{
    pthread_mutex_lock(&future->lock);
    bool first = !future->done;
    if (first) {
        future->done = true;
        future->status = status;
        future->value = value;
        if (status != KL_OK)
            kl_error_move(&future->error, error);
    }
    pthread_mutex_unlock(&future->lock);
    if (!first)
        kl_value_release(value);
    return first;
}

void kl_future_tell(kl_future *future)
{
    pthread_mutex_lock(&future->lock);
    kl_future_watcher *watchers = future->watchers;
    future->watchers = NULL;
    pthread_cond_broadcast(&future->done_changed);
    pthread_mutex_unlock(&future->lock);
    while (watchers) {
        kl_future_watcher it = *watchers;
        kl_free(watchers);
        it.notify(future, it.data);
        watchers = it.next;
    }
}

void kl_future_finish(kl_future *future, kl_status status, kl_value value, kl_error *error)
{
    if (kl_future_settle(future, status, value, error))
        kl_future_tell(future);
}

kl_status kl_future_on_done(kl_future *future, kl_future_notify *notify, void *data, kl_error *error)
{
    kl_future_watcher *watcher = kl_alloc(sizeof *watcher);
    if (!watcher)
        return kl_error_no_memory(error);
    pthread_mutex_lock(&future->lock);
    bool now = future->done;
    *watcher = (kl_future_watcher){future->watchers, notify, data};
    if (!now)
        future->watchers = watcher;
    pthread_mutex_unlock(&future->lock);
    if (now) {
        kl_free(watcher);
        notify(future, data);
    }
    return KL_OK;
}

bool kl_future_is_done(kl_future *future)
{
    pthread_mutex_lock(&future->lock);
    bool done = future->done;
    pthread_mutex_unlock(&future->lock);
    return done;
}

/* A failure is handed out again and again, so it is copied; its cause and details go to the first. */
static kl_status hand_out_error(kl_future *future, kl_error *error)
{
    if (!error)
        return future->status;
    if (future->error.details || future->error.cause) {
        kl_status code = future->status;
        const char *type = future->error.type;
        char *message = kl_strdup(kl_text_from(kl_error_message(&future->error)));
        kl_error_move(error, &future->error);
        future->error = (kl_error){.code = code, .type = type};
        if (message)
            future->error.message = message;
        return code;
    }
    kl_error_set(error, future->status, "%s", kl_error_message(&future->error));
    error->type = future->error.type;
    return future->status;
}

kl_status kl_future_wait(kl_value *out, kl_future *future, double seconds, kl_error *error)
{
    const int64_t slice = 50 * 1000000ll; /* how often the user's interrupt is looked for */
    int64_t end = seconds < 0 || seconds > 9e9 ? INT64_MAX : kl_clock_now() + (int64_t)(seconds * 1e9);
    kl_status status = KL_OK;
    void *token = kl_blocking_begin();
    pthread_mutex_lock(&future->lock);
    while (!future->done && status == KL_OK) {
        int64_t now = kl_clock_now(), until = KL_MIN(end, now + slice);
        if (now >= end) {
            status = kl_error_set(error, KL_TIMEOUT, "the result did not come within %g s", seconds);
            break;
        }
        struct timespec at = {until / 1000000000, until % 1000000000};
        pthread_cond_timedwait(&future->done_changed, &future->lock, &at);
        if (future->done)
            break;
        pthread_mutex_unlock(&future->lock);
        status = kl_host_poll(error);
        pthread_mutex_lock(&future->lock);
    }
    if (status == KL_OK) {
        status = future->status;
        if (status == KL_OK)
            *out = kl_value_retain(future->value);
        else
            hand_out_error(future, error);
    }
    pthread_mutex_unlock(&future->lock);
    kl_blocking_end(token);
    return status;
}
