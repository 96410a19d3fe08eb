/* src/eatp/care_chain_state.h - what is in an EatpCareChain, for its own files alone. */
#ifndef KL_EATP_CARE_CHAIN_STATE_H
#define KL_EATP_CARE_CHAIN_STATE_H

#include "care_block.h"
#include "care_chain.h"
#include "fork.h"

#include <pthread.h>

/* What a block grants, beside the block. */
typedef struct posture {
    kl_trust_level level;
    bool expires;
    kl_instant expires_at;
} posture;

/*
 * Blocks never change once they are here, so what was verified stays so: a reader verifies the blocks
 * that came since the last one, and looks the agent up.
 */
struct kl_care_chain {
    kl_object object;
    kl_fork_watch fork_watch;
    kl_key_pair *pair;    /* owned */
    pthread_mutex_t lock; /* guards what follows */
    kl_value genesis;     /* wire map; null before set_genesis() */
    bool is_sealed;
    kl_value blocks;      /* array of maps */
    posture *postures;    /* of the blocks; owned */
    size_t capacity;      /* of postures */
    char tip[65];         /* hash of the last block, or of the genesis */
    size_t verified;      /* blocks before this one are verified, and told by `latest` */
    char verified_tip[65];
    kl_value latest;      /* map of agent_id -> number of its newest verified block */
};

/* With the lock held: KL_INVALID unless it is sealed. */
kl_status kl_care_chain_sealed(const kl_care_chain *chain, kl_error *error);
/* Append a block, taken also on failure. With the lock held. */
kl_status kl_care_chain_push(kl_care_chain *chain, kl_value block, kl_error *error);
/* Begin with a genesis that was verified, taken; blocks follow by kl_care_chain_push(). */
kl_status kl_care_chain_begin(kl_care_chain *chain, kl_value genesis, kl_error *error);
/* Verify what came since the last time, and enter it in the index. With the lock held. */
kl_status kl_care_chain_catch_up(kl_care_chain *chain, kl_error *error);
/* Verify all, from the genesis on: EatpAuthorityError. Takes the lock itself. */
kl_status kl_care_chain_verify(kl_care_chain *chain, kl_error *error);

/* save() and load(), for the table of methods (care_chain_store.c). */
kl_call kl_care_chain_save, kl_care_chain_load;

#endif
