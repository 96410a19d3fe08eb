/* src/trust_plane/cooldown.h - when every action was last taken. */
#ifndef KL_TRUST_PLANE_COOLDOWN_H
#define KL_TRUST_PLANE_COOLDOWN_H

#include "kailash/time.h"

/* Most actions that are remembered at once. */
enum { KL_COOLDOWNS_MAX = 1 << 20 };

typedef struct kl_cooldown_slot {
    uint64_t key; /* hash of the action, which no one can choose; 0 = free */
    kl_time last;
} kl_cooldown_slot;

/* Names are not kept: of 2^20 actions two have one hash once in 30 million times, and then one of
 * them is flagged. All zero is empty. For one thread at a time. */
typedef struct kl_cooldowns {
    kl_cooldown_slot *slots; /* owned; NULL while empty */
    size_t size, count;
} kl_cooldowns;

/* When an action was last noted; KL_TIME_NONE = never. */
kl_time kl_cooldowns_last(const kl_cooldowns *times, kl_text action);
/* Note it. False when there is no room: no memory, or too many actions within the last `keep`. */
bool kl_cooldowns_note(kl_cooldowns *times, kl_text action, kl_time now, kl_duration keep);
/* Make `times`, which is empty, a copy. False without memory. */
bool kl_cooldowns_copy(kl_cooldowns *times, const kl_cooldowns *from);
void kl_cooldowns_end(kl_cooldowns *times);

#endif
