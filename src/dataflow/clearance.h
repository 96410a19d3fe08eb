/* src/dataflow/clearance.h - what the caller may see.
 *
 * A clearance belongs to what runs now: in Python to a context (so to an asyncio task), in C to the
 * thread. A call reads it once, on the thread that called, and passes the rank on. Work that moves
 * to another thread takes it along: kl_clearance_capture() before, kl_clearance_enter() and
 * kl_clearance_leave() around it there. Runs of workflows do so by themselves.
 */
#ifndef KL_DATAFLOW_CLEARANCE_H
#define KL_DATAFLOW_CLEARANCE_H

#include "slot.h"

/* Ranks of clearances and levels of classifications, one scale. */
enum { KL_RANK_PUBLIC = 0, KL_RANK_MAX = 5 };

typedef enum kl_clearance_state {
    KL_CLEARANCE_ABSENT,     /* nobody said anything */
    KL_CLEARANCE_UNVERIFIED, /* something was presented and did not hold */
    KL_CLEARANCE_VERIFIED,   /* `rank` counts */
} kl_clearance_state;

typedef struct kl_clearance {
    kl_clearance_state state;
    int rank; /* 0 unless verified */
} kl_clearance;

/* The verdict about who calls now. Cheap: one load while nobody in the process has a clearance;
 * needs no lock of the host. */
KL_API kl_clearance kl_clearance_now(void);

/* Have a clearance from now on; `rank` from 0 to KL_RANK_MAX. */
KL_API kl_status kl_clearance_set(int rank, kl_error *error);
/* Somebody presented a clearance that does not hold: reads are those of the public. */
KL_API kl_status kl_clearance_refuse(kl_error *error);
/* None, as at the start. */
KL_API kl_status kl_clearance_reset(kl_error *error);

/* For a while: begin fills `before`, end brings back what was, once; KL_INVALID elsewhere than where
 * it began. */
KL_API kl_status kl_clearance_begin(kl_slot_before *before, int rank, kl_error *error);
KL_API kl_status kl_clearance_end(kl_slot_before *before, kl_error *error);

/* Carrying; see slot.h. */
static inline kl_slots kl_clearance_capture(void) { return kl_slots_now(); }
static inline kl_slots kl_clearance_enter(const kl_slots *captured)
{
    return kl_slots_enter(captured);
}
static inline void kl_clearance_leave(const kl_slots *before) { kl_slots_leave(before); }

#endif
