/* src/trust_plane/chain.h - the chain of a project in memory: anchors that were read, in their order. */
#ifndef KL_TRUST_PLANE_CHAIN_H
#define KL_TRUST_PLANE_CHAIN_H

#include "folder.h"

typedef struct kl_chain_link {
    kl_value anchor;      /* map */
    kl_trust_facts facts; /* of its file, when it was read */
    bool verified;        /* its signatures are the project's */
} kl_chain_link;

typedef struct kl_chain {
    kl_chain_link *links;
    size_t count, capacity;
    size_t unverified;
    kl_value positions; /* map from id to position */
} kl_chain;

/* Append a link; `anchor` is borrowed. */
kl_status kl_chain_push(kl_chain *chain, kl_value anchor, const kl_trust_facts *facts,
                        bool verified, kl_error *error);
void kl_chain_clear(kl_chain *chain);
/* Id of the last anchor; borrowed, null when there is none. */
kl_value kl_chain_tip(const kl_chain *chain);
/* The link of an id; borrowed, NULL when there is none. */
kl_chain_link *kl_chain_find(const kl_chain *chain, kl_text id);

#endif
