/* src/nodes/channel.h - a bounded queue with a name, by which nodes that run at once hand on items.
 *
 * A channel is closed by who has put in its last item. Takers get what is left, then its end; when
 * all who are taking have seen that, the channel is as new.
 */
#ifndef KL_NODES_CHANNEL_H
#define KL_NODES_CHANNEL_H

#include "kailash/node.h"
#include "kailash/time.h"

typedef struct kl_channel kl_channel;

/* What a put does when there is no room. */
typedef enum kl_channel_full {
    KL_CHANNEL_BLOCK,    /* wait for room */
    KL_CHANNEL_DROP_NEW, /* leave the item out */
    KL_CHANNEL_DROP_OLD, /* throw the oldest away */
    KL_CHANNEL_FAIL,
} kl_channel_full;

/* The channel of a name, for a call with such a `scope` (see workflow/shared.h); borrowed. */
kl_status kl_channel_of(kl_channel **out, kl_text name, const kl_node_call *call, kl_value scope,
                        kl_error *error);

/*
 * Put `item` (borrowed) in, unless `capacity` items are there. `*dropped` counts what was left out
 * or thrown away. KL_STATE when closed, KL_LIMIT when full with KL_CHANNEL_FAIL, KL_TIMEOUT (without a
 * message) when no room came until `deadline`, KL_CANCELLED when `run` has ended.
 */
kl_status kl_channel_put(int64_t *dropped, kl_channel *channel, kl_value item, size_t capacity,
                         kl_channel_full full, kl_time deadline, kl_run *run, kl_error *error);
void kl_channel_close(kl_channel *channel);

/* Around a taker's work: the end of a channel stays until the last of them has left. */
void kl_channel_enter(kl_channel *channel);
void kl_channel_leave(kl_channel *channel);
/* Take the oldest item, given; KL_STOP at the end. KL_TIMEOUT and KL_CANCELLED as above. */
kl_status kl_channel_take(kl_value *out, kl_channel *channel, kl_time deadline, kl_run *run,
                          kl_error *error);

#endif
