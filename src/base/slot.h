/* src/base/slot.h - numbers that belong to what runs now.
 *
 * Who asks, for instance, is a fact of a request and not of the thread that happens to serve it. In
 * Python a slot is a context variable, so each asyncio task has its own. Without a host, and on
 * threads that run nothing of the host's, it belongs to the thread. Work that moves to another
 * thread takes its slots along: kl_slots_now() where it is handed over, kl_slots_enter() and
 * kl_slots_leave() around it where it is done.
 *
 * While a thread has let the lock of its host go, it sees what its context held at that moment.
 */
#ifndef KL_BASE_SLOT_H
#define KL_BASE_SLOT_H

#include "kailash/host.h"

/* What all slots hold: plain data. Zero = all are empty. */
typedef struct kl_slots {
    uint32_t filled; /* bit i: slot i holds numbers[i] */
    int64_t numbers[KL_SLOT_COUNT];
} kl_slots;

/* How a slot was before it was set. */
typedef struct kl_slot_before {
    kl_foreign *token;  /* the host's; owned. NULL = a thread kept it: */
    const void *thread; /* which */
    bool is_filled;
    int64_t number;
} kl_slot_before;

extern KL_API bool kl_slots_used; /* atomic: some slot was ever filled in this process */

/* Whether anything can be in a slot: one load. */
static inline bool kl_slots_are_used(void)
{
    return __builtin_expect(__atomic_load_n(&kl_slots_used, __ATOMIC_ACQUIRE), 0);
}

/* The number in a slot; false when it is empty. */
KL_API bool kl_slot_get(int64_t *out, kl_slot slot);
/* Fill a slot, or empty it (`number` NULL). `before` (may be NULL) is for kl_slot_restore(), once. */
KL_API kl_status kl_slot_set(kl_slot slot, const int64_t *number, kl_slot_before *before,
                             kl_error *error);
/* As it was; `before` is ended. KL_INVALID in another context, or on another thread, than that in
 * which it was set: there nothing changes. */
KL_API kl_status kl_slot_restore(kl_slot slot, kl_slot_before *before, kl_error *error);
/* Give up what kl_slot_set() has noted. */
KL_API void kl_slot_forget(kl_slot_before *before);

/* All slots, to be taken along. */
KL_API kl_slots kl_slots_now(void);
/* From now on this thread works with `slots`; returns what it had, for kl_slots_leave(). */
KL_API kl_slots kl_slots_enter(const kl_slots *slots);
KL_API void kl_slots_leave(const kl_slots *before);
/* What this thread keeps itself, whatever a host may say. For hosts. */
KL_API kl_slots kl_slots_of_thread(void);

#endif
