/* src/base/ending.h - what runs on threads of its own until the process ends, and must then have stopped
 * before the libraries that it uses are taken apart. */
#ifndef KL_BASE_ENDING_H
#define KL_BASE_ENDING_H

#include "kailash/base.h"

/* Lies where its owner put it. */
typedef struct kl_ending {
    void (*end)(void *data); /* stop, and wait until it has; also in a forked child, which exits too */
    void *data;
    struct kl_ending *previous, *next; /* the list's from here on */
} kl_ending;

/* From now on `end` is called when the process exits; the newest first. Begin when the libraries that
 * are used are loaded: what they do at exit comes later then. */
KL_API void kl_ending_begin(kl_ending *it);
/* Afterwards it is not called any more. For one that was begun, from the thread that ends it. */
KL_API void kl_ending_cancel(kl_ending *it);

/* End all of them now: for a face whose host goes away before the process does, while they may still call
 * back into it. */
KL_API void kl_ending_all(void);

#endif
