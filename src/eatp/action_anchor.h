/* src/eatp/action_anchor.h - EatpAuditAnchor: the signed record of one action (eatp 4.3). */
#ifndef KL_EATP_ACTION_ANCHOR_H
#define KL_EATP_ACTION_ANCHOR_H

#include "keys.h"
#include "wire.h"

extern const kl_shape kl_action_anchor_shape;
extern KL_API const kl_type kl_action_anchor_type;

/* What is recorded. All is borrowed; empty texts are legal but where something else is said. */
typedef struct kl_action_event {
    kl_text event_id; /* data NULL: a new UUID */
    kl_text actor, action, resource;
    kl_text outcome;  /* success, failure, held, blocked, unknown */
    kl_text prev_hash, parent_anchor_id; /* data NULL: none */
    kl_value duration_ms;                /* number or null */
    kl_value metadata;                   /* anything that JSON has; null = {} */
    kl_text reasoning_trace_hash;        /* "sha256:" and 64 hexadecimal digits; data NULL: none */
} kl_action_event;

/* An anchor of now, signed; given. KL_INVALID for an outcome that is none. */
KL_API kl_status kl_action_anchor_new(kl_value *out, const kl_key_pair *pair,
                                      const kl_action_event *event, kl_error *error);
/* Of its wire map: alg_id, shape and signature are checked. KL_INVALID; given. */
KL_API kl_status kl_action_anchor_read(kl_value *out, kl_value map, kl_error *error);
/* The wire map of one, borrowed: {alg_id, event: {actor ...}, ..., signature}. */
KL_API kl_value kl_action_anchor_map(const kl_object *anchor);

#endif
