/* src/nodes/raft_parts.h - what the files of a member of Raft share: raft_member.c (its life, and what is
 * asked of it) and raft_post.c (what it sends and receives). */
#ifndef KL_NODES_RAFT_PARTS_H
#define KL_NODES_RAFT_PARTS_H

#include "ending.h"
#include "fork.h"
#include "net/http_serve.h"
#include "pool.h"
#include "raft_log.h"
#include "raft_member.h"
#include "raft_wire.h"

enum { KL_RAFT_QUEUE_MAX = 64, KL_RAFT_RESULTS_KEPT = 4096, KL_RAFT_READERS_MAX = 256 };

/* Another member, and what is to be sent to it: the newest letters, for one that is late is worth nothing. */
typedef struct raft_peer {
    kl_raft_member *owner;
    kl_value url;
    kl_value queue[KL_RAFT_QUEUE_MAX]; /* bytes */
    kl_time since[KL_RAFT_QUEUE_MAX];
    size_t first, count;
    pthread_cond_t filled;
    bool told; /* that it is not reached */
} raft_peer;

/* Somebody at another member who reads: told when this one, which leads, has proved it. */
typedef struct raft_reader {
    uint64_t round;
    uint32_t from;
    kl_value body; /* {id} */
} raft_reader;

/* A reading or a command of this member that waits. */
typedef struct raft_waiter {
    kl_value body; /* {id ...} */
    kl_raft_note note;
    bool answered; /* a reading: `index` must be applied */
    uint64_t index;
    uint32_t asked; /* the leader that was asked last, in `term` at `asked_at` */
    uint64_t term, round;
    kl_time asked_at;
    struct raft_waiter *next;
} raft_waiter;

struct kl_raft_member {
    pthread_mutex_t lock; /* guards all that follows up to `raft`'s readers */
    kl_fork_watch watch;
    pthread_cond_t changed;
    pid_t process;
    bool stopped;     /* atomic */
    bool is_broken;   /* it gave up, and why; owned */
    char *reason;
    kl_raft *raft;
    kl_raft_log *log;
    kl_value state, results; /* results: map id -> result, of the newest commands */
    uint64_t applied;
    kl_raft_apply *apply;
    raft_waiter *waiters;
    raft_reader readers[KL_RAFT_READERS_MAX];
    size_t reader_count;

    kl_value names, members; /* of all members in their order; as one text */
    kl_value secret, ca_file, print; /* print: the other settings, to compare */
    uint32_t self, member_count;
    kl_duration election_timeout, tick;
    kl_value target; /* path at which it is reached */
    raft_peer *peers;
    kl_http_server *server;
    kl_pool *pool; /* one thread that ticks, and one for each peer */
    kl_ending ending;
};

/* Do what became possible: send messages, obey commands, wake who waits. With the lock; after every call
 * that changed `raft`, whose status it is given. */
void kl_raft_settle(kl_raft_member *member, kl_status status, kl_error *why);

/* Queue a letter. With the lock. What finds no memory is lost like what the network loses. */
void kl_raft_post_letter(kl_raft_member *member, const kl_raft_letter *letter);
/* Send what is queued for a peer (a raft_peer*) until the member stops. */
void kl_raft_send_queued(void *peer);
/* What a request to the member is answered with; see kl_http_service. */
kl_status kl_raft_answer(void *member, kl_http_answer *answer, const kl_http_read *request, bool whole,
                         kl_error *error);

static inline bool kl_raft_has_stopped(const kl_raft_member *member)
{
    return __atomic_load_n(&member->stopped, __ATOMIC_ACQUIRE);
}

#endif
