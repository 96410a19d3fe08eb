/* src/nodes/members.h - a map in the making: the first failure sticks, so that a node which gives
 * many members checks once, at the end. */
#ifndef KL_NODES_MEMBERS_H
#define KL_NODES_MEMBERS_H

#include "kailash/node.h"

typedef struct kl_members {
    kl_value map; /* null after a failure */
    kl_status status;
    kl_error *error;
} kl_members;

/* An empty map. `error` (may be NULL) is written when something fails. */
kl_members kl_members_begin(kl_error *error);
/* Go on with a map that is there (taken). */
kl_members kl_members_of(kl_value map, kl_error *error);

/* `item` is taken, also on failure. */
void kl_members_set(kl_members *members, const char *name, kl_value item);
/* `item` is borrowed. */
void kl_members_share(kl_members *members, const char *name, kl_value item);
void kl_members_text(kl_members *members, const char *name, const char *text);
void kl_members_int(kl_members *members, const char *name, int64_t integer);
void kl_members_double(kl_members *members, const char *name, double real);
void kl_members_bool(kl_members *members, const char *name, bool boolean);
void kl_members_null(kl_members *members, const char *name);
void kl_members_format(kl_members *members, const char *name, const char *format, ...)
    KL_PRINTF(3, 4);
/* What another call gave: `item` is taken when `status` is KL_OK, else the failure sticks (its
 * error was written by that call). */
void kl_members_given(kl_members *members, const char *name, kl_status status, kl_value item);

/* The map, given; or the first failure. */
kl_status kl_members_end(kl_value *out, kl_members *members);

#endif
