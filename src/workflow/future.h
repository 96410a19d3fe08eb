/* src/workflow/future.h - a result that comes later. */
#ifndef KL_WORKFLOW_FUTURE_H
#define KL_WORKFLOW_FUTURE_H

#include "kailash/type.h"
#include "fork.h"

#include <pthread.h>

/* An object; faces show it as an awaitable. Types embed it as their first member. */
typedef struct kl_future {
    kl_object object;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t done_changed;
    bool done;
    kl_status status;
    kl_value value;
    kl_error error;
    struct kl_future_watcher *watchers; /* told once, when done; the newest first */
    void (*cancel)(struct kl_future *future); /* asks the work to stop; may be NULL */
    void (*forked)(struct kl_future *future); /* in a forked child, with the lock; may be NULL */
    kl_fork_watch fork_watch;
} kl_future;

extern KL_API const kl_type kl_future_type;

KL_API kl_status kl_future_init(kl_future *future, kl_error *error);
KL_API void kl_future_dispose(kl_object *object);
/* Both are taken; the first call counts. */
KL_API void kl_future_finish(kl_future *future, kl_status status, kl_value value, kl_error *error);
/* The same in two steps, for what must be done between them: the result is there, and false is
 * returned when it already was; then those who wait are woken. */
KL_API bool kl_future_settle(kl_future *future, kl_status status, kl_value value, kl_error *error);
KL_API void kl_future_tell(kl_future *future);
typedef void kl_future_notify(kl_future *future, void *data);
/* `notify` is called when it is done, at once if it already is. Any number may wait. */
KL_API kl_status kl_future_on_done(kl_future *future, kl_future_notify *notify, void *data,
                                   kl_error *error);
/* Wait for the result; given. `seconds` < 0 = for ever; KL_TIMEOUT when it does not come. */
KL_API kl_status kl_future_wait(kl_value *out, kl_future *future, double seconds, kl_error *error);
KL_API bool kl_future_is_done(kl_future *future);

#endif
