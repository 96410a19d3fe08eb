/* src/nodes/raft.h - the Raft consensus algorithm (Ongaro and Ousterhout, 2014): members agree on a
 * leader and on a log of commands, as long as more than half of them reach each other.
 *
 * This is the algorithm alone. It has no clock, no network and no disk: who owns a member tells it
 * that time has passed (kl_raft_tick()) and what has arrived (kl_raft_receive()), takes from it the
 * messages to send (kl_raft_next_message()), and keeps what must outlive a crash (`save`). Messages
 * may be lost, delayed, doubled and reordered. For one thread at a time.
 *
 * A leader that hears nothing of most others for two elections' time leads no more, so that whoever asks
 * it does not take it for one. At most one member leads in a term; an entry that is committed stays in its place in every log that
 * comes to have one there. Logs are kept whole: there are no snapshots. The members are fixed.
 */
#ifndef KL_NODES_RAFT_H
#define KL_NODES_RAFT_H

#include "kailash/value.h"

typedef struct kl_raft kl_raft;

enum { KL_RAFT_MEMBERS_MAX = 64, KL_RAFT_ENTRIES_MAX = 64 /* of one message */ };
#define KL_RAFT_NOBODY UINT32_MAX

typedef enum kl_raft_role { KL_RAFT_FOLLOWER, KL_RAFT_CANDIDATE, KL_RAFT_LEADER } kl_raft_role;

typedef struct kl_raft_entry {
    uint64_t term;
    kl_value command; /* null: what a new leader begins its term with */
} kl_raft_entry;

typedef enum kl_raft_message_kind {
    KL_RAFT_VOTE_REQUEST,
    KL_RAFT_VOTE_REPLY,
    KL_RAFT_APPEND_REQUEST, /* without entries a heartbeat */
    KL_RAFT_APPEND_REPLY,
} kl_raft_message_kind;

typedef struct kl_raft_message {
    kl_raft_message_kind kind;
    uint32_t from, to;
    uint64_t term;
    uint64_t index;      /* requests: of the entry before those sent, or of the last one of a
                            candidate; append reply: up to where both logs are equal, or, when refused,
                            the last index that may be so */
    uint64_t index_term; /* requests: of that entry */
    uint64_t commit;     /* append request: entries the leader knows as committed */
    uint64_t round;      /* append request: how often the leader was asked to prove itself; append
                            reply: what the request said */
    bool granted;        /* replies */
    kl_raft_entry *entries; /* append request; owned */
    size_t entry_count;
} kl_raft_message;

KL_API void kl_raft_message_clear(kl_raft_message *message);
/* A copy, for a network that doubles; to be cleared too. */
KL_API kl_status kl_raft_message_copy(kl_raft_message *out, const kl_raft_message *message,
                               kl_error *error);

/* What must outlive a crash. */
typedef struct kl_raft_saved {
    uint64_t term;
    uint32_t voted_for; /* in this term; KL_RAFT_NOBODY = for none */
    const kl_raft_entry *entries; /* borrowed; entry 1 is the first */
    size_t entry_count;
} kl_raft_saved;

typedef struct kl_raft_options {
    uint32_t self, member_count;   /* members are 0, 1, 2 ... */
    uint32_t election_ticks;       /* a follower that hears nothing for so long, or up to twice as
                                      long, becomes a candidate */
    uint32_t heartbeat_ticks;      /* between two messages of a leader */
    uint64_t seed;                 /* of its chance */
    const kl_raft_saved *restored; /* what was saved last, or NULL */
    /* Keep `saved` before any message leaves that depends on it; entries before `from` (from 1) are as
     * they were. A failure is that of the call, after which the member must be ended. */
    kl_status (*save)(void *data, const kl_raft_saved *saved, size_t from, kl_error *error);
    void *data;
} kl_raft_options;

KL_API kl_status kl_raft_new(kl_raft **out, const kl_raft_options *options, kl_error *error);
KL_API void kl_raft_free(kl_raft *raft); /* NULL is fine */

KL_API kl_status kl_raft_tick(kl_raft *raft, kl_error *error);
/* `message` is borrowed. One that is no member's is passed over. */
KL_API kl_status kl_raft_receive(kl_raft *raft, const kl_raft_message *message, kl_error *error);
/* Append a command (borrowed); its index. KL_STATE when this member does not lead. */
KL_API kl_status kl_raft_propose(uint64_t *index, kl_raft *raft, kl_value command, kl_error *error);
/*
 * Ask whether this member still leads, for a reading that must see all that was committed before: a
 * round of messages goes out. KL_STATE when it does not lead. When kl_raft_is_confirmed() says so of
 * that round, what is committed by then holds all that was committed when the round began.
 */
KL_API kl_status kl_raft_confirm(uint64_t *round, kl_raft *raft, kl_error *error);
KL_API bool kl_raft_is_confirmed(const kl_raft *raft, uint64_t round);
/* The next message to send, to be cleared; false when there is none. */
KL_API bool kl_raft_next_message(kl_raft_message *out, kl_raft *raft);

KL_API kl_raft_role kl_raft_role_of(const kl_raft *raft);
KL_API uint64_t kl_raft_term(const kl_raft *raft);
/* Who leads, as far as this member knows; KL_RAFT_NOBODY = unknown. */
KL_API uint32_t kl_raft_leader(const kl_raft *raft);
/* Entries that are committed, and all that there are. */
KL_API uint64_t kl_raft_commit(const kl_raft *raft);
KL_API uint64_t kl_raft_last(const kl_raft *raft);
/* Entry `index`, from 1; borrowed, NULL when there is none. */
KL_API const kl_raft_entry *kl_raft_entry_at(const kl_raft *raft, uint64_t index);

#endif
