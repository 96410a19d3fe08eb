/* src/eatp/store.h - where chains and delegations are kept: in memory, in files, in a database.
 *
 * Blocks are only ever added, in one order; a delegation never changes but for being revoked, which is for
 * ever. What is kept is JSON: a map that was put in comes back equal.
 */
#ifndef KL_EATP_STORE_H
#define KL_EATP_STORE_H

#include "kailash/type.h"

/* EatpMemoryStore, EatpFilesystemStore and EatpSqlxStore descend from it. Any thread. */
typedef struct kl_trust_store kl_trust_store;
extern KL_API const kl_type kl_trust_store_type;

/* ---- blocks ----------------------------------------------------------------------------------- */

/*
 * Add a block, a map with block_id and agent_id (strings, the former not empty) and, if it has one, the
 * RFC 3339 time issued_at or created_at. `*seq` is its place, from 0. One that is there already
 * stays; KL_DENIED (EatpAuthorityError) when its id stands for another one.
 */
KL_API kl_status kl_store_append_block(int64_t *seq, kl_trust_store *store, kl_value block,
                                       kl_error *error);
/* All blocks in their order, or those of one agent (data not NULL); an array of maps, given. */
KL_API kl_status kl_store_blocks(kl_value *out, kl_trust_store *store, kl_text agent_id,
                                 kl_error *error);
KL_API kl_status kl_store_block_count(int64_t *out, kl_trust_store *store, kl_error *error);

/* ---- delegations ------------------------------------------------------------------------------ */

/*
 * Keep a record, a map with delegation_id, delegator, delegate (strings, the first not empty) and, if it
 * has them, created_at and revoked. One that is there already stays, and becomes revoked if this one
 * is; KL_DENIED (EatpAuthorityError) when its id stands for another one.
 */
KL_API kl_status kl_store_put_delegation(kl_trust_store *store, kl_value record, kl_error *error);
/* A record, its member `revoked` telling how it stands now; given. Null when there is none. */
KL_API kl_status kl_store_delegation(kl_value *out, kl_trust_store *store, kl_text id,
                                     kl_error *error);
/* All records, or those of one delegate (data not NULL), by created_at and id, `limit` at most; an
 * array of maps, given. */
KL_API kl_status kl_store_delegations(kl_value *out, kl_trust_store *store, kl_text delegate,
                                      int64_t limit, kl_error *error);
/* Revoke one for ever; whether it was not yet. KL_DENIED (EatpAuthorityError) when there is none. */
KL_API kl_status kl_store_set_revoked(bool *newly, kl_trust_store *store, kl_text id,
                                      kl_error *error);

#endif
