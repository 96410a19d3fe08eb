/* src/base/cancel.c - see cancel.h. */
#include "cancel.h"
#include "deadline.h"

#include <errno.h>

struct kl_cancel {
    uint32_t refs;        /* atomic */
    uint32_t depth;       /* number of tokens above */
    kl_cancel *parent;    /* owned, or NULL */
    kl_cancel_watch link; /* in the parent's list */
    uint32_t code;        /* kl_status, atomic; KL_OK while not cancelled. Set last, once */
    kl_value reason;      /* owned; fixed once `code` is set */
    pthread_mutex_t lock; /* guards what follows, and the setting of `code` */
    pthread_cond_t changed;
    kl_cancel_watch *watches; /* the newest first */
    kl_cancel_watch *running; /* whose call runs now */
    pthread_t runner;         /* the thread that runs it */
};

/* One more owner, unless the last one is already gone. */
static bool retain_living(kl_cancel *token)
{
    uint32_t refs = __atomic_load_n(&token->refs, __ATOMIC_RELAXED);
    while (refs && !__atomic_compare_exchange_n(&token->refs, &refs, refs + 1, true,
                                                __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        continue;
    return refs != 0;
}

static void cancel_with_parent(void *data)
{
    kl_cancel *token = data;
    if (!retain_living(token)) /* kl_cancel_release() waits for this call to end */
        return;
    kl_cancel_set(token, (kl_status)token->parent->code, kl_value_retain(token->parent->reason));
    kl_cancel_release(token);
}

kl_status kl_cancel_new(kl_cancel **out, kl_cancel *parent, kl_error *error)
{
    if (parent && parent->depth == KL_CANCEL_DEPTH_MAX)
        return kl_error_set(error, KL_DEPTH, "cancellation tokens nest deeper than %d levels",
                            KL_CANCEL_DEPTH_MAX);
    kl_cancel *token = kl_alloc(sizeof *token);
    if (!token)
        return kl_error_no_memory(error);
    *token = (kl_cancel){.refs = 1,
                         .depth = parent ? parent->depth + 1 : 0,
                         .parent = kl_cancel_retain(parent),
                         .link = {.call = cancel_with_parent, .data = token},
                         .reason = kl_null(),
                         .lock = PTHREAD_MUTEX_INITIALIZER,
                         .changed = PTHREAD_COND_INITIALIZER};
    if (parent)
        kl_cancel_watch_begin(parent, &token->link);
    *out = token;
    return KL_OK;
}

kl_cancel *kl_cancel_retain(kl_cancel *token)
{
    if (token)
        __atomic_fetch_add(&token->refs, 1, __ATOMIC_RELAXED);
    return token;
}

void kl_cancel_release(kl_cancel *token)
{
    while (token && __atomic_fetch_sub(&token->refs, 1, __ATOMIC_ACQ_REL) == 1) {
        kl_cancel *parent = token->parent;
        if (parent)
            kl_cancel_watch_end(parent, &token->link);
        kl_value_release(token->reason);
        pthread_mutex_destroy(&token->lock);
        pthread_cond_destroy(&token->changed);
        kl_free(token);
        token = parent;
    }
}

static void unlink_watch(kl_cancel *token, kl_cancel_watch *watch)
{
    if (watch->previous)
        watch->previous->next = watch->next;
    else
        token->watches = watch->next;
    if (watch->next)
        watch->next->previous = watch->previous;
    watch->linked = false;
}

/* Called with the lock. The watch may be gone when its call returns, so only its address is used.
 */
static void call_watches(kl_cancel *token)
{
    token->runner = pthread_self();
    while (token->watches) {
        kl_cancel_watch *watch = token->watches;
        unlink_watch(token, watch);
        token->running = watch;
        pthread_mutex_unlock(&token->lock);
        watch->call(watch->data);
        pthread_mutex_lock(&token->lock);
        token->running = NULL;
        pthread_cond_broadcast(&token->changed);
    }
}

bool kl_cancel_set(kl_cancel *token, kl_status code, kl_value reason)
{
    kl_cancel_retain(token); /* a watcher may release what its caller holds */
    pthread_mutex_lock(&token->lock);
    bool first = token->code == KL_OK;
    if (first) {
        token->reason = reason;
        __atomic_store_n(&token->code, (uint32_t)code, __ATOMIC_RELEASE);
        pthread_cond_broadcast(&token->changed);
        call_watches(token);
    }
    pthread_mutex_unlock(&token->lock);
    if (!first)
        kl_value_release(reason);
    kl_cancel_release(token);
    return first;
}

static kl_status code_of(const kl_cancel *token)
{
    return token ? (kl_status)__atomic_load_n(&token->code, __ATOMIC_ACQUIRE) : KL_OK;
}

bool kl_cancel_is_set(const kl_cancel *token) { return code_of(token) != KL_OK; }

kl_value kl_cancel_reason(const kl_cancel *token)
{
    return kl_cancel_is_set(token) ? token->reason : kl_null();
}

kl_status kl_cancel_check(const kl_cancel *token, kl_error *error)
{
    kl_status code = code_of(token);
    if (code == KL_OK)
        return KL_OK;
    kl_text reason = kl_as_text(token->reason);
    if (reason.len == 0)
        reason = KL_TEXT("cancelled");
    return kl_error_set(error, code, "%.*s", KL_TEXT_ARG(reason));
}

static bool sleep_until(kl_time deadline)
{
    struct timespec until = {deadline / KL_SECOND, deadline % KL_SECOND};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        continue;
    return false;
}

bool kl_cancel_wait(kl_cancel *token, kl_time deadline)
{
    bool in_time = true;
    if (!token)
        return sleep_until(deadline);
    pthread_mutex_lock(&token->lock);
    while (token->code == KL_OK && in_time)
        in_time = kl_wait_until(&token->changed, &token->lock, deadline);
    bool is_set = token->code != KL_OK;
    pthread_mutex_unlock(&token->lock);
    return is_set;
}

void kl_cancel_watch_begin(kl_cancel *token, kl_cancel_watch *watch)
{
    if (!token)
        return;
    pthread_mutex_lock(&token->lock);
    watch->linked = token->code == KL_OK;
    if (watch->linked) {
        watch->previous = NULL;
        watch->next = token->watches;
        if (watch->next)
            watch->next->previous = watch;
        token->watches = watch;
    }
    bool linked = watch->linked;
    pthread_mutex_unlock(&token->lock);
    if (!linked)
        watch->call(watch->data);
}

void kl_cancel_watch_end(kl_cancel *token, kl_cancel_watch *watch)
{
    if (!token)
        return;
    pthread_mutex_lock(&token->lock);
    if (watch->linked)
        unlink_watch(token, watch);
    while (token->running == watch && !pthread_equal(token->runner, pthread_self()))
        pthread_cond_wait(&token->changed, &token->lock);
    pthread_mutex_unlock(&token->lock);
}
