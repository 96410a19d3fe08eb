/* src/eatp/delegation_state.h - what is in an EatpDelegationChain, for the files delegation_*.c alone. */
#ifndef KL_EATP_DELEGATION_STATE_H
#define KL_EATP_DELEGATION_STATE_H

#include "delegation_chain.h"
#include "fork.h"
#include "revocation.h"

#include <pthread.h>

#define KL_NO_GRANT SIZE_MAX

/* One grant, and where it stands among the others; numbers are those of grants. */
typedef struct kl_grant {
    kl_value wire;      /* its record standing alone, `revoked` as it is now */
    size_t parent;      /* the grant it was made from, by parent_delegation_id */
    size_t ancestor;    /* its parent; of a grant of its own, the newest grant to its delegator that was
                           active then */
    size_t depth;       /* number of ancestors */
    size_t first_child, last_child, next_sibling; /* by parent, in the order of creation */
    size_t older_to;    /* the grant to the same delegate before it */
    size_t older_by;    /* the grant by the same delegator before it */
    bool is_revoked, expires;
    bool is_collected;  /* while a revocation gathers what it revokes */
    kl_instant created_at, expires_at;
} kl_grant;

struct kl_delegation_chain {
    kl_object object;
    kl_fork_watch fork_watch;
    kl_key_pair *pair;     /* owned */
    pthread_mutex_t lock;  /* guards what follows */
    kl_grant *grants;      /* owned */
    size_t count, capacity;
    size_t newest;         /* the one with the greatest created_at */
    char tip_hash[65];     /* SHA-256 of the tip before, in hexadecimal, and the payload of the grant */
    kl_value by_id;        /* map of id -> number */
    kl_value newest_to, newest_by; /* maps of delegate, delegator -> number of the newest, or -1 */
    kl_value agent_keys;   /* map of agent -> public key of its own, in hexadecimal */
    kl_value *events;      /* revocations, maps; owned */
    size_t event_count, event_capacity;
    uint64_t epoch;        /* of the last event */
    unsigned char revocation_tip[KL_REVOCATION_TIP];
};

/* All with the lock held. */

static inline kl_value kl_grant_member(const kl_grant *grant, const char *name)
{
    return kl_map_get(grant->wire, kl_text_from(name));
}

/* Neither revoked nor expired. */
bool kl_grant_is_active(const kl_grant *grant);
/* Number of the grant with an id in lower case. */
size_t kl_delegation_find(const kl_delegation_chain *chain, kl_text id);
/* Number of the newest grant to, or by, somebody. */
size_t kl_delegation_newest(const kl_delegation_chain *chain, kl_delegation_side side, kl_text name);
/* Number of the newest active grant to somebody. */
size_t kl_delegation_newest_active(const kl_delegation_chain *chain, kl_text delegate);
/* Add a record that was checked, whose parent stands here already; `wire` is borrowed. */
kl_status kl_delegation_enter(kl_delegation_chain *chain, kl_value wire, kl_error *error);

/* What a grant says, for the rules; all borrowed. */
typedef struct kl_candidate {
    kl_text delegator, delegate;
    kl_value capabilities;        /* array of wire names */
    kl_value constraints, limits; /* wire maps */
    kl_value scope;               /* wire map */
    bool expires;
    kl_instant end;
} kl_candidate;

/* Whether it is nowhere wider than the grant it is made from: KL_INVALID "delegation constraint
 * violation: ...". */
kl_status kl_delegation_within(const kl_candidate *candidate, const kl_grant *parent,
                               kl_error *error);

/* A grant that is asked for, beside what it says. */
typedef struct kl_delegation_ask {
    kl_candidate says;
    kl_trust_level level;
    bool has_max_depth;
    uint64_t max_depth;
} kl_delegation_ask;

/* The same, and what holds for every new grant, made from `parent` or (KL_NO_GRANT) one of its own:
 * ValueError, EatpDelegationError. */
kl_status kl_delegation_rules(const kl_delegation_chain *chain, const kl_delegation_ask *ask,
                              size_t parent, kl_error *error);

/* Room for more events, so that entering them cannot fail. */
kl_status kl_delegation_reserve_events(kl_delegation_chain *chain, size_t more, kl_error *error);

/* save() and load() and revocation_ledger(), for the table of methods. */
kl_call kl_delegation_chain_save, kl_delegation_chain_load, kl_delegation_chain_ledger;

#endif
