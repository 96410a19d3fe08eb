/* src/nodes/code.c - see code.h. */
#include "code.h"
#include "host.h"

#define POLL (20 * KL_MILLISECOND)

void kl_code_watch_begin(kl_code_watch *watch, kl_run *run, double seconds)
{
    kl_time now = kl_clock_now();
    *watch = (kl_code_watch){.run = run, .begin = now, .next_poll = now + POLL,
                             .limit = (kl_duration)(seconds * 1e9), .error = KL_ERROR_INIT};
    watch->deadline = now + watch->limit;
}

void kl_code_watch_end(kl_code_watch *watch) { kl_error_clear(&watch->error); }

bool kl_code_must_stop(void *data)
{
    kl_code_watch *watch = data;
    if (watch->why != KL_OK)
        return true;
    kl_time now = kl_clock_now();
    if (now >= watch->deadline)
        watch->why = KL_TIMEOUT;
    else if (kl_run_is_cancelled(watch->run))
        watch->why = KL_CANCELLED;
    else if (now >= watch->next_poll) {
        watch->next_poll = now + POLL;
        watch->why = kl_host_poll(&watch->error);
    }
    return watch->why != KL_OK;
}

kl_duration kl_code_patience(const kl_code_watch *watch)
{
    kl_duration left = watch->deadline - kl_clock_now();
    return KL_MAX(0, KL_MIN(left, POLL));
}

kl_status kl_code_stopped(kl_code_watch *watch, kl_error *error)
{
    char limit[32];
    if (watch->why == KL_CANCELLED)
        return kl_error_set(error, KL_CANCELLED, "workflow execution was cancelled");
    if (watch->why != KL_TIMEOUT) {
        kl_error_move(error, &watch->error);
        return watch->why;
    }
    kl_duration_print(limit, watch->limit);
    return kl_error_set(error, KL_TIMEOUT, "node execution timed out after %s", limit);
}

kl_value kl_code_elapsed_ms(const kl_code_watch *watch)
{
    return kl_int((kl_clock_now() - watch->begin) / KL_MILLISECOND);
}
