/* src/base/cancel.h - a token that tells work to stop. Any thread may use any of it at any time.
 *
 * A token is cancelled once; the first reason stays. Cancelling a parent cancels its children,
 * never the reverse. NULL stands for a token that nobody cancels, except in kl_cancel_set().
 */
#ifndef KL_BASE_CANCEL_H
#define KL_BASE_CANCEL_H

#include "kailash/time.h"
#include "kailash/value.h"

typedef struct kl_cancel kl_cancel;

/* Levels of children of children. */
enum { KL_CANCEL_DEPTH_MAX = 1000 };

/* A token; given. `parent` may be NULL and is kept by its children. */
KL_API kl_status kl_cancel_new(kl_cancel **out, kl_cancel *parent, kl_error *error);
KL_API kl_cancel *kl_cancel_retain(kl_cancel *token);
KL_API void kl_cancel_release(kl_cancel *token);

/*
 * Cancel, wake all who wait and call all who watch, on this thread; true for the first time.
 * code    what kl_cancel_check() will return: KL_CANCELLED, KL_TIMEOUT, KL_INTERRUPTED ...
 * reason  taken; a string for its message, or null
 */
KL_API bool kl_cancel_set(kl_cancel *token, kl_status code, kl_value reason);

KL_API bool kl_cancel_is_set(const kl_cancel *token);

/* KL_OK, or the code and the reason it was cancelled with. */
KL_API kl_status kl_cancel_check(const kl_cancel *token, kl_error *error);

/* The reason; borrowed, null while not cancelled. */
KL_API kl_value kl_cancel_reason(const kl_cancel *token);

/* Sleep until cancelled (true) or until `deadline` of the monotonic clock (false). */
KL_API bool kl_cancel_wait(kl_cancel *token, kl_time deadline);

/* Somebody to be called on cancelling. Lies where its owner put it, so watching cannot fail. */
typedef struct kl_cancel_watch {
    void (*call)(void *data); /* on the cancelling thread, without locks */
    void *data;
    struct kl_cancel_watch *previous, *next; /* the token's from here on */
    bool linked;
} kl_cancel_watch;

/* Call watch->call(watch->data) when cancelled: now, if it already is. */
KL_API void kl_cancel_watch_begin(kl_cancel *token, kl_cancel_watch *watch);

/* Afterwards the call is neither running nor to come; waits for it unless called from within it.
 * For the thread that began it, or one that knows it has begun. */
KL_API void kl_cancel_watch_end(kl_cancel *token, kl_cancel_watch *watch);

#endif
