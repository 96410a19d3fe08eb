/* src/trust_plane/chain.c - see chain.h. */
#include "chain.h"

static kl_status make_room(kl_chain *chain, kl_error *error)
{
    if (chain->count < chain->capacity)
        return KL_OK;
    size_t capacity = chain->capacity ? 2 * chain->capacity : 16;
    kl_chain_link *links = kl_realloc(chain->links, capacity * sizeof *links);
    if (!links)
        return kl_error_no_memory(error);
    chain->links = links;
    chain->capacity = capacity;
    return KL_OK;
}

kl_status kl_chain_push(kl_chain *chain, kl_value anchor, const kl_trust_facts *facts,
                        bool verified, kl_error *error)
{
    KL_TRY(make_room(chain, error));
    if (kl_is_null(chain->positions))
        KL_TRY(kl_map_new(&chain->positions, 16, error));
    KL_TRY(kl_map_set_key(&chain->positions, kl_map_get(anchor, KL_TEXT("anchor_id")),
                          kl_int((int64_t)chain->count), error));
    chain->links[chain->count++] =
        (kl_chain_link){.anchor = kl_value_retain(anchor), .facts = *facts, .verified = verified};
    chain->unverified += !verified;
    return KL_OK;
}

void kl_chain_clear(kl_chain *chain)
{
    for (size_t i = 0; i < chain->count; i++)
        kl_value_release(chain->links[i].anchor);
    kl_free(chain->links);
    kl_value_release(chain->positions);
    *chain = (kl_chain){.links = NULL};
}

kl_value kl_chain_tip(const kl_chain *chain)
{
    if (!chain->count)
        return kl_null();
    return kl_map_get(chain->links[chain->count - 1].anchor, KL_TEXT("anchor_id"));
}

kl_chain_link *kl_chain_find(const kl_chain *chain, kl_text id)
{
    const kl_value *at = kl_map_find(chain->positions, id);
    return at ? &chain->links[kl_as_int(*at)] : NULL;
}
