/* src/eatp/care_chain.c - EatpCareChain: growing, verifying and asking; its tables are in
 * care_chain_type.c. */
#include "attestation.h"
#include "care_chain_state.h"
#include "fault.h"
#include "genesis.h"

/* ---- genesis ------------------------------------------------------------------------------------ */

kl_status kl_care_chain_sealed(const kl_care_chain *chain, kl_error *error)
{
    if (chain->is_sealed)
        return KL_OK;
    if (kl_is_null(chain->genesis))
        return kl_fault(error, KL_INVALID, NULL, "empty_chain",
                        "chain has no genesis block; call set_genesis() (and sign_genesis()) first");
    return kl_fault(error, KL_INVALID, NULL, "unsigned_genesis",
                    "chain has no signed genesis block; call sign_genesis() first");
}

/* The same as the error of who asks an unrooted chain. */
static kl_status rooted(const kl_care_chain *chain, kl_error *error)
{
    if (chain->is_sealed)
        return KL_OK;
    return kl_fault(error, KL_INVALID, KL_EATP_AUTHORITY, "empty_chain",
                    "chain is empty: it has no signed genesis block, so it proves nothing; call "
                    "set_genesis() and sign_genesis() first");
}

kl_status kl_care_chain_begin(kl_care_chain *chain, kl_value genesis, kl_error *error)
{
    char tip[65];
    kl_status status = kl_care_block_hash(tip, genesis, error);
    if (status != KL_OK) {
        kl_value_release(genesis);
        return status;
    }
    memcpy(chain->tip, tip, sizeof tip);
    memcpy(chain->verified_tip, tip, sizeof tip);
    kl_value_replace(&chain->genesis, genesis);
    chain->is_sealed = true;
    return KL_OK;
}

kl_status kl_care_chain_genesis(kl_value *out, kl_care_chain *chain, kl_error *error)
{
    pthread_mutex_lock(&chain->lock);
    kl_status status = kl_care_chain_sealed(chain, error);
    if (status == KL_OK)
        *out = kl_value_retain(chain->genesis);
    pthread_mutex_unlock(&chain->lock);
    return status;
}

kl_value kl_care_chain_organisation(kl_care_chain *chain)
{
    pthread_mutex_lock(&chain->lock);
    kl_value name = chain->is_sealed
                        ? kl_value_retain(kl_map_get(chain->genesis, KL_TEXT("org_id")))
                        : kl_null();
    pthread_mutex_unlock(&chain->lock);
    return name;
}

const kl_key_pair *kl_care_chain_pair(const kl_care_chain *chain) { return chain->pair; }

/* ---- growing ------------------------------------------------------------------------------------ */

static kl_status make_room(kl_care_chain *chain, kl_error *error)
{
    if (kl_array_len(chain->blocks) < chain->capacity)
        return KL_OK;
    size_t capacity = chain->capacity ? 2 * chain->capacity : 16;
    posture *grown = kl_realloc(chain->postures, capacity * sizeof *grown);
    if (!grown)
        return kl_error_no_memory(error);
    chain->postures = grown;
    chain->capacity = capacity;
    return KL_OK;
}

kl_status kl_care_chain_push(kl_care_chain *chain, kl_value block, kl_error *error)
{
    kl_grant_of_trust grant;
    char tip[65];
    size_t at = kl_array_len(chain->blocks);
    kl_status status = kl_care_block_read(&grant, block, error);
    if (status == KL_OK)
        status = kl_care_block_hash(tip, block, error);
    if (status == KL_OK)
        status = make_room(chain, error);
    if (status != KL_OK) {
        kl_value_release(block);
        return status;
    }
    chain->postures[at] = (posture){grant.level, grant.expires, grant.expires_at};
    KL_TRY(kl_array_push(&chain->blocks, block, error));
    memcpy(chain->tip, tip, sizeof tip);
    return KL_OK;
}

/* ---- verifying ---------------------------------------------------------------------------------- */

/* Blocks before `to`, from `from` on, whose predecessor has the hash `tip`, which moves along. */
static kl_status verify_blocks(kl_value genesis, kl_value blocks, size_t from, size_t to,
                               char tip[65], kl_error *error)
{
    kl_text issuer = kl_as_text(kl_map_get(genesis, KL_TEXT("org_id")));
    kl_text signer = kl_as_text(kl_map_get(genesis, KL_TEXT("public_key_hex")));
    for (size_t i = from; i < to; i++) {
        kl_value block = kl_array_at(blocks, i);
        KL_TRY(kl_care_block_verify(block, &(kl_block_place){i + 1, {tip, 64}}, issuer, signer,
                                    error));
        KL_TRY(kl_care_block_hash(tip, block, error));
    }
    return KL_OK;
}

/* A failed check becomes EatpAuthorityError; want of memory stays what it is. */
static kl_status untrusted(kl_status status, kl_error *from, kl_error *error)
{
    if (status == KL_INVALID || status == KL_SYNTAX)
        status = kl_fault(error, KL_INVALID, KL_EATP_AUTHORITY, "tamper_detected", "%s",
                          kl_error_message(from));
    else
        kl_error_move(error, from);
    kl_error_clear(from);
    return status;
}

kl_status kl_care_chain_verify(kl_care_chain *chain, kl_error *error)
{
    kl_error detail = KL_ERROR_INIT;
    char tip[65], last[65];
    kl_value genesis = kl_null(), blocks = kl_null();
    pthread_mutex_lock(&chain->lock);
    kl_status status = rooted(chain, error);
    if (status == KL_OK) {
        genesis = kl_value_retain(chain->genesis);
        blocks = kl_value_retain(chain->blocks);
        memcpy(last, chain->tip, sizeof last);
    }
    pthread_mutex_unlock(&chain->lock);
    if (status != KL_OK)
        return status;
    status = kl_genesis_verify(genesis, &detail);
    if (status == KL_OK)
        status = kl_care_block_hash(tip, genesis, &detail);
    if (status == KL_OK)
        status = verify_blocks(genesis, blocks, 0, kl_array_len(blocks), tip, &detail);
    if (status == KL_OK && memcmp(tip, last, sizeof tip) != 0)
        status = kl_error_set(&detail, KL_INVALID,
                              "chain integrity violation: the last block is not the newest one");
    kl_value_release(blocks);
    kl_value_release(genesis);
    return status == KL_OK ? KL_OK : untrusted(status, &detail, error);
}

kl_status kl_care_chain_catch_up(kl_care_chain *chain, kl_error *error)
{
    kl_error detail = KL_ERROR_INIT;
    size_t count = kl_array_len(chain->blocks);
    KL_TRY(rooted(chain, error));
    while (chain->verified < count) {
        char tip[65];
        size_t at = chain->verified;
        kl_value agent = kl_map_get(kl_array_at(chain->blocks, at), KL_TEXT("agent_id"));
        memcpy(tip, chain->verified_tip, sizeof tip);
        kl_status status = verify_blocks(chain->genesis, chain->blocks, at, at + 1, tip, &detail);
        if (status == KL_OK)
            status = kl_map_set_key(&chain->latest, agent, kl_int((int64_t)at), &detail);
        if (status != KL_OK)
            return untrusted(status, &detail, error);
        memcpy(chain->verified_tip, tip, sizeof tip);
        chain->verified++;
    }
    return KL_OK;
}

/* ---- asking ------------------------------------------------------------------------------------- */

static bool has_expired(const posture *p)
{
    return p->expires && kl_instant_compare(p->expires_at, kl_instant_of(kl_time_now())) <= 0;
}

/* The level that the newest grant of an agent gives now; -1 when there is none or it has expired. */
kl_status kl_care_chain_level(int *out, kl_care_chain *chain, kl_value agent_id, kl_error *error)
{
    pthread_mutex_lock(&chain->lock);
    kl_status status = kl_care_chain_catch_up(chain, error);
    if (status == KL_OK) {
        const kl_value *at = kl_map_find(chain->latest, kl_as_text(agent_id));
        const posture *p = at ? &chain->postures[kl_as_int(*at)] : NULL;
        *out = p && !has_expired(p) ? (int)p->level : -1;
    }
    pthread_mutex_unlock(&chain->lock);
    return status;
}

kl_status kl_care_chain_attest(kl_value *out, kl_trust_level *level, kl_care_chain *chain,
                               kl_value agent_id, kl_value valid_days, kl_error *error)
{
    int found;
    KL_TRY(kl_care_chain_level(&found, chain, agent_id, error));
    if (found < 0)
        return kl_fault(error, KL_INVALID, NULL, "no_posture",
                        "chain integrity violation: agent '%.*s' has no valid trust posture on this "
                        "chain (unknown agent, or the latest grant has expired): nothing is attested",
                        KL_TEXT_ARG(kl_as_text(agent_id)));
    kl_value issuer = kl_care_chain_organisation(chain);
    const kl_attestation_request request = {.agent_id = agent_id, .issuer = issuer,
                                            .level = (kl_trust_level)found,
                                            .valid_days = valid_days};
    kl_status status = kl_attestation_make(out, &request, chain->pair, error);
    kl_value_release(issuer);
    if (status == KL_OK)
        *level = (kl_trust_level)found;
    return status;
}
