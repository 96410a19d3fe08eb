/* src/pact/audit_chain.h - a chain of audit anchors as it grows: what was decided and changed.
 *
 * Each anchor has the hash of the one before it (eatp 4.8). The chain keeps the texts that were hashed,
 * not objects, so that a decision costs one allocation; objects are made when somebody looks.
 */
#ifndef KL_PACT_AUDIT_CHAIN_H
#define KL_PACT_AUDIT_CHAIN_H

#include "../eatp/audit_anchor.h"
#include "kailash/time.h"

#include <pthread.h>

/* The parts of an anchor whose texts are hashed, in their order. */
typedef enum kl_pact_anchor_part {
    KL_ANCHOR_ID, KL_ANCHOR_SEQUENCE, KL_ANCHOR_PREVIOUS, KL_ANCHOR_AGENT, KL_ANCHOR_ACTION,
    KL_ANCHOR_LEVEL, KL_ANCHOR_ENVELOPE, KL_ANCHOR_RESULT, KL_ANCHOR_TIMESTAMP,
    KL_ANCHOR_METADATA, /* canonical JSON; data NULL = there is none */
    KL_ANCHOR_PARTS
} kl_pact_anchor_part;

/* All borrowed. */
typedef struct kl_pact_anchor {
    kl_text part[KL_ANCHOR_PARTS];
    uint64_t position; /* in the chain, from 0 */
    char hash[65];
} kl_pact_anchor;

typedef struct kl_pact_link kl_pact_link; /* audit_chain.c */

typedef struct kl_pact_chain {
    pthread_mutex_t lock; /* guards all below; held while an anchor is kept elsewhere, too */
    kl_pact_link **links; /* the last `count` anchors, in their order */
    size_t count, cap;
    size_t limit;         /* the most that stay in memory; the oldest tenth goes beyond it. 0 = none stays */
    uint64_t total;       /* anchors ever appended */
    char last[65];        /* hash of the last one, or KL_ANCHOR_GENESIS */
    char before[65];      /* hash of the one before links[0] */
} kl_pact_chain;

/* Anchors that an engine or a dispatcher has in memory. */
#define KL_PACT_ANCHORS_MAX ((size_t)250000)

KL_API void kl_pact_chain_begin(kl_pact_chain *chain, size_t limit);
KL_API void kl_pact_chain_end(kl_pact_chain *chain);

/* What a new anchor says; all borrowed. */
typedef struct kl_pact_anchor_facts {
    kl_text anchor_id;   /* empty = a new UUID */
    kl_text agent_id, action, level, envelope_id, result;
    kl_text timestamp;   /* empty = now */
    kl_text metadata;    /* canonical JSON; data NULL = none */
    kl_text sequence, previous; /* of an anchor that was made elsewhere; empty = those of the chain */
} kl_pact_anchor_facts;

/* Keeps an anchor elsewhere, before it counts: on a disk. When it fails there is none. */
typedef kl_status kl_pact_anchor_keep(void *data, const kl_pact_anchor *anchor, kl_error *error);

/* Append one; its hash to `hash`, which may be NULL. `keep` may be NULL. */
KL_API kl_status kl_pact_chain_append(char hash[65], kl_pact_chain *chain,
                                      const kl_pact_anchor_facts *facts, kl_pact_anchor_keep *keep,
                                      void *data, kl_error *error);
/* The same with the lock held. */
KL_API kl_status kl_pact_chain_append_locked(char hash[65], kl_pact_chain *chain,
                                             const kl_pact_anchor_facts *facts,
                                             kl_pact_anchor_keep *keep, void *data, kl_error *error);
/* Continue after anchors that are kept elsewhere: so many, the last one's hash. */
KL_API void kl_pact_chain_resume(kl_pact_chain *chain, uint64_t total, const char last[65]);

/* Visit those in memory in their order, locked. */
typedef kl_status kl_pact_anchor_visit(void *data, const kl_pact_anchor *anchor, kl_error *error);
KL_API kl_status kl_pact_chain_visit(kl_pact_chain *chain, kl_pact_anchor_visit *visit, void *data,
                                     kl_error *error);

KL_API uint64_t kl_pact_chain_total(kl_pact_chain *chain);
/* The hash of the last one; given, null when there is none. */
KL_API kl_status kl_pact_chain_last(kl_value *out, kl_pact_chain *chain, kl_error *error);

/* ---- reading anchors -------------------------------------------------------------------------------- */

/* The AuditAnchor that says the same; given. */
KL_API kl_status kl_pact_anchor_object(kl_value *out, const kl_pact_anchor *anchor, kl_error *error);
/* The hash of its parts. */
KL_API kl_status kl_pact_anchor_rehash(char hash[65], const kl_pact_anchor *anchor, kl_error *error);

/* A walk along a chain that checks it. */
typedef struct kl_pact_walk {
    uint64_t first;      /* position at which it began */
    uint64_t verified;   /* anchors that held */
    uint64_t next;       /* position behind the last one that was seen */
    char expected[65];   /* hash that the next one must name: that of the last one seen */
    bool failed;
    uint64_t broken_at;  /* position of the first that did not hold */
    const char *reason;  /* static: "hash mismatch", "previous_hash mismatch" */
} kl_pact_walk;

/* Begin before the first anchor, or behind one with that hash. */
KL_API void kl_pact_walk_begin(kl_pact_walk *walk, uint64_t first, const char before[65]);
/* The next anchor: a visitor whose data is the walk. After a failure it only looks where the chain ends. */
KL_API kl_pact_anchor_visit kl_pact_walk_step;
/* All of those in memory. */
KL_API kl_status kl_pact_chain_walk(kl_pact_walk *walk, kl_pact_chain *chain, kl_error *error);

/* The class PactChainVerificationResult: the outcome of a walk; given. */
extern KL_API const kl_type kl_pact_chain_result_type;
KL_API kl_status kl_pact_chain_result_new(kl_value *out, const kl_pact_walk *walk, kl_error *error);

/* The class PactEnvelopeSnapshot: the anchors of one envelope at one time; given. `anchors` is taken. */
extern KL_API const kl_type kl_pact_snapshot_type;
KL_API kl_status kl_pact_snapshot_new(kl_value *out, kl_value envelope_id, kl_value anchors,
                                      kl_error *error);

#endif
