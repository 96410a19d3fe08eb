/* src/nodes/code.h - what nodes that run code share: when to stop, what they tell. */
#ifndef KL_NODES_CODE_H
#define KL_NODES_CODE_H

#include "kailash/node.h"
#include "kailash/time.h"

/* Watches over one piece of code: its time, its run, the user. */
typedef struct kl_code_watch {
    kl_run *run;
    kl_time begin, deadline, next_poll;
    kl_duration limit;
    kl_status why; /* KL_OK while it may go on */
    kl_error error;
} kl_code_watch;

void kl_code_watch_begin(kl_code_watch *watch, kl_run *run, double seconds);
/* Whether to stop; true from then on. `data` is the watch. */
bool kl_code_must_stop(void *data);
/* Nanoseconds until it should be asked again, for those that wait. */
kl_duration kl_code_patience(const kl_code_watch *watch);
/* "node execution timed out after 5s", or why else it had to stop. */
kl_status kl_code_stopped(kl_code_watch *watch, kl_error *error);
void kl_code_watch_end(kl_code_watch *watch);
/* Whole milliseconds since it began, as a value. */
kl_value kl_code_elapsed_ms(const kl_code_watch *watch);


/* The row of a key that these nodes take. */
#define KL_CODE_TIMEOUT(seconds, text)                                                             \
    {.name = "timeout_seconds", .kind = KL_KIND_NUMBER, .fallback = seconds,                       \
     .range = KL_RANGE(0.001, 604800), .doc = text}

#endif
