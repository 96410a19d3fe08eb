/* src/eatp/care_chain_store.c - EatpCareChain in a store: save() and load().
 *
 * A chain is kept as blocks: the genesis as {block_id, agent_id "", genesis}, its block_id being its hash,
 * then the grants as they are. One store may hold chains of several keys.
 */
#include "care_chain_state.h"
#include "fault.h"
#include "genesis.h"
#include "store.h"

static kl_value member(kl_value map, const char *name) { return kl_map_get(map, kl_text_from(name)); }

static kl_status tampered(kl_error *error, const char *why)
{
    return kl_fault(error, KL_INVALID, KL_EATP_AUTHORITY, "tamper_detected",
                    "chain integrity violation: %s", why);
}

/* ---- save --------------------------------------------------------------------------------------- */

/* The genesis as a block of a store; given. */
static kl_status root_block(kl_value *out, kl_value genesis, kl_error *error)
{
    char hash[65];
    kl_value map;
    kl_status status;
    KL_TRY(kl_care_block_hash(hash, genesis, error));
    KL_TRY(kl_map_new(&map, 3, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("block_id"), (kl_text){hash, 64}, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("agent_id"), KL_TEXT(""), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("genesis"), kl_value_retain(genesis), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status save(kl_trust_store *store, kl_value genesis, kl_value blocks, kl_error *error)
{
    kl_value root;
    int64_t place;
    KL_TRY(root_block(&root, genesis, error));
    kl_status status = kl_store_append_block(&place, store, root, error);
    kl_value_release(root);
    for (size_t i = 0; i < kl_array_len(blocks) && status == KL_OK; i++)
        status = kl_store_append_block(&place, store, kl_array_at(blocks, i), error);
    return status;
}

kl_status kl_care_chain_save(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_care_chain *chain = (kl_care_chain *)self;
    kl_value genesis = kl_null(), blocks = kl_null();
    (void)out;
    pthread_mutex_lock(&chain->lock);
    kl_status status = kl_care_chain_sealed(chain, error);
    if (status == KL_OK) {
        genesis = kl_value_retain(chain->genesis);
        blocks = kl_value_retain(chain->blocks);
    }
    pthread_mutex_unlock(&chain->lock);
    if (status == KL_OK)
        status = save((kl_trust_store *)args[0].as.object, genesis, blocks, error);
    kl_value_release(blocks);
    kl_value_release(genesis);
    return status;
}

/* ---- load --------------------------------------------------------------------------------------- */

/* The genesis of a key among the blocks, borrowed. */
static kl_status find_genesis(kl_value *out, kl_value stored, kl_text key, kl_error *error)
{
    kl_value found = kl_null();
    for (size_t i = 0; i < kl_array_len(stored); i++) {
        kl_value genesis = member(kl_array_at(stored, i), "genesis");
        if (!kl_text_equal(kl_as_text(member(genesis, "public_key_hex")), key) || key.len == 0)
            continue;
        if (!kl_is_null(found))
            return tampered(error, "the store holds several chains of this key");
        found = genesis;
    }
    if (kl_is_null(found))
        return kl_fault(error, KL_INVALID, KL_EATP_AUTHORITY, "no_chain",
                        "the store holds no chain of this key");
    *out = found;
    return KL_OK;
}

/* Those of the chain, for a store keeps the order in which they came. */
static kl_status push_blocks(kl_care_chain *chain, kl_value stored, kl_text key, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(stored); i++) {
        kl_value block = kl_array_at(stored, i);
        if (kl_map_has(block, KL_TEXT("genesis")) ||
            !kl_text_equal(kl_as_text(member(block, "signer_public_key")), key))
            continue;
        KL_TRY(kl_care_chain_push(chain, kl_value_retain(block), error));
    }
    return KL_OK;
}

static kl_status fill(kl_care_chain *chain, kl_value stored, kl_error *error)
{
    kl_value genesis;
    kl_text key = kl_as_text(kl_key_pair_public_hex(chain->pair));
    KL_TRY(find_genesis(&genesis, stored, key, error));
    KL_TRY(kl_genesis_verify(genesis, error));
    KL_TRY(kl_care_chain_begin(chain, kl_value_retain(genesis), error));
    KL_TRY(push_blocks(chain, stored, key, error));
    return kl_care_chain_catch_up(chain, error);
}

kl_status kl_care_chain_load(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value stored, made;
    kl_error detail = KL_ERROR_INIT;
    (void)self;
    KL_TRY(kl_store_blocks(&stored, (kl_trust_store *)args[0].as.object, (kl_text){NULL, 0}, error));
    kl_status status = kl_object_make(&made, &kl_care_chain_type, &args[1], error);
    if (status != KL_OK) {
        kl_value_release(stored);
        return status;
    }
    status = fill((kl_care_chain *)made.as.object, stored, &detail);
    kl_value_release(stored);
    if (status == KL_OK) {
        *out = made;
        return KL_OK;
    }
    kl_value_release(made);
    if (status == KL_INVALID && !detail.type)
        status = tampered(error, kl_error_message(&detail));
    else
        kl_error_move(error, &detail);
    kl_error_clear(&detail);
    return status;
}
