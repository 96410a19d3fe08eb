/* src/base/memo.h - what a walk through a value has met: parts that are shared are walked once.
 *
 * A value may hold one part in many places, and that part another one, so that a few containers
 * stand for more items than there are atoms: x1 = [x0, x0], x2 = [x1, x1] ... Walks that would go
 * through all of them remember the shared parts once they have taken long enough to care.
 */
#ifndef KL_BASE_MEMO_H
#define KL_BASE_MEMO_H

#include "kailash/value.h"

typedef struct kl_memo_entry {
    const void *a, *b; /* a pair of parts, or one part and NULL; a == NULL: free */
    kl_value known;    /* the walk's */
} kl_memo_entry;

typedef struct kl_memo {
    kl_memo_entry *entries; /* open addressing */
    size_t count, size;     /* size is a power of two, or 0 */
    size_t met;             /* containers so far */
} kl_memo;

/* Containers that a walk goes through before it remembers any. */
enum { KL_MEMO_AFTER = 4096 };

/* Count one more container; whether it is worth remembering. */
static inline bool kl_memo_is_due(kl_memo *memo, kl_value value)
{
    return ++memo->met > KL_MEMO_AFTER &&
           __atomic_load_n(&value.as.payload->refs, __ATOMIC_RELAXED) > 1;
}

/* What is known of a pair, or NULL. */
KL_API const kl_value *kl_memo_find(const kl_memo *memo, const void *a, const void *b);

/* Remember a pair that is not there. */
KL_API kl_status kl_memo_add(kl_memo *memo, const void *a, const void *b, kl_value known,
                             kl_error *error);

/* Whether this pair of containers was met before; from now on it was. */
KL_API kl_status kl_memo_meet(bool *out, kl_memo *memo, kl_value a, kl_value b, kl_error *error);

/* Frees the table; what is known belongs to the walk. */
KL_API void kl_memo_end(kl_memo *memo);

#endif
