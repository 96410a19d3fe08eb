/* src/nodes/raft_member.h - a member of a group that agrees by raft.h: it runs on threads of its own in
 * this process, speaks with its peers over HTTP, and keeps its state in a file.
 *
 * What the group agrees on is a map, changed by commands. A command that was given an answer is kept by
 * most members and never lost; one whose answer did not come in time may still be obeyed, once. A reading
 * sees every command that was answered before it began, at whichever member.
 */
#ifndef KL_NODES_RAFT_MEMBER_H
#define KL_NODES_RAFT_MEMBER_H

#include "kailash/node.h"
#include "kailash/time.h"

typedef struct kl_raft_member kl_raft_member;

/* All is borrowed until kl_raft_member_start() returns. */
typedef struct kl_raft_settings {
    kl_value self;       /* string: one of the names of `peers` */
    kl_value peers;      /* map: name -> URL at which the member of that name is reached, its own too */
    kl_value secret;     /* string or bytes */
    kl_value state_file; /* string */
    kl_value ca_file;    /* string or null: of authorities to trust for https */
    const char *host;    /* where to listen */
    uint16_t port;
    kl_duration election_timeout, heartbeat;
} kl_raft_settings;

/* What a command does with the map of the group (null at first): the same at every member. Refusing one is
 * no failure but part of `result`. */
typedef kl_status kl_raft_apply(kl_value *state, kl_value *result, kl_value command, kl_error *error);

/* Begin to take part; given. */
KL_API kl_status kl_raft_member_start(kl_raft_member **out, const kl_raft_settings *settings,
                                      kl_raft_apply *apply, kl_error *error);
/* Leave, as a crash would: the others elect another leader. NULL is fine. */
KL_API void kl_raft_member_stop(kl_raft_member *member);

/* Whether it runs with these settings. KL_STATE tells how they differ, or why it runs no more. */
KL_API kl_status kl_raft_member_check(kl_raft_member *member, const kl_raft_settings *settings,
                                      kl_error *error);
/* Whether it gave up, as when its file cannot be written: it must be stopped and started anew. */
KL_API bool kl_raft_member_is_broken(kl_raft_member *member);

/* Until when a call waits, and for whom. */
typedef struct kl_raft_wait {
    kl_time deadline;
    kl_status (*check)(void *data, kl_error *error);
    void *data;
} kl_raft_wait;

/* Have the group obey a command (a map, borrowed); its result is given. KL_TIMEOUT when most members were
 * not reached; KL_LIMIT when it is too large. */
KL_API kl_status kl_raft_member_change(kl_value *result, kl_raft_member *member, kl_value command,
                                       const kl_raft_wait *wait, kl_error *error);
/* The map of the group as it is now; given, null before the first command. KL_TIMEOUT likewise. */
KL_API kl_status kl_raft_member_read(kl_value *state, kl_raft_member *member, const kl_raft_wait *wait,
                                     kl_error *error);
/* Who leads, waiting until this member knows; a string, given. KL_TIMEOUT likewise. */
KL_API kl_status kl_raft_member_leader(kl_value *name, uint64_t *term, kl_raft_member *member,
                                       const kl_raft_wait *wait, kl_error *error);

#endif
