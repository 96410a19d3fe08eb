/* src/pact/engine_shares.c - share policies of an engine. */
#include "engine_parts.h"

static kl_pact_link link_of(kl_value share)
{
    const kl_pact_share *own = (const kl_pact_share *)share.as.object;
    return (kl_pact_link){share, kl_as_text(own->id), own->source_unit_address, own->target_unit_address,
                          false};
}

static kl_status check_covers(const kl_pact_engine *engine, const char *which, kl_value address,
                              kl_error *error)
{
    uint32_t node;
    KL_TRY(kl_pact_org_find(&node, engine->org, kl_as_text(address), error));
    if (node != KL_PACT_NO_NODE)
        return KL_OK;
    return kl_error_set(error, KL_NOT_FOUND, "role not found: 'no nodes found under %s address '%.*s''",
                        which, KL_TEXT_ARG(kl_as_text(address)));
}

kl_status kl_pact_change_links(kl_pact_engine *engine, kl_pact_links *links, const kl_pact_link *removed,
                               const kl_pact_link *added, const kl_pact_change *told, kl_error *error)
{
    kl_value kept = removed ? kl_value_retain(removed->object) : kl_null(); /* its texts are `removed` */
    /* Before the engine is shared its links change in place; then, a failure ends the engine, too. */
    kl_pact_links fresh = engine->recording ? kl_pact_links_copy(links) : *links;
    kl_status status = kl_pact_links_change(&fresh, removed, added, error);
    if (status == KL_OK)
        status = kl_pact_apply(engine, told, error);
    if (status == KL_OK || !engine->recording) {
        kl_pact_links before = *links;
        *links = fresh;
        fresh = engine->recording ? before : (kl_pact_links){kl_null(), kl_null()};
    }
    kl_pact_links_free(&fresh);
    kl_value_release(kept);
    return status;
}

kl_status kl_pact_put_share(kl_pact_engine *engine, kl_value share, kl_error *error)
{
    const kl_pact_share *own = (const kl_pact_share *)share.as.object;
    kl_value row, details;
    kl_status status;
    KL_TRY(check_covers(engine, "source", own->source_unit_address, error));
    KL_TRY(check_covers(engine, "target", own->target_unit_address, error));
    KL_TRY(kl_map_of_one(&details, KL_TEXT("ksp_id"), kl_value_retain(own->id), error));
    row = kl_null();
    KL_TRY_OUT(kl_pact_share_write(&row, own, error));
    kl_value old = kl_map_get(engine->shares.by_id, kl_as_text(own->id));
    const kl_pact_link added = link_of(share), removed = kl_is_null(old) ? added : link_of(old);
    const kl_pact_change told = {.action = "ksp_created",
                                 .role_address = kl_as_text(own->source_unit_address),
                                 .details = details, .table = KL_PACT_TABLE_KSPS,
                                 .key = kl_as_text(own->id), .row = row};
    status = kl_pact_change_links(engine, &engine->shares, kl_is_null(old) ? NULL : &removed, &added, &told,
                                  error);
out:
    kl_value_release(row);
    kl_value_release(details);
    return status;
}

kl_status kl_pact_drop_share(kl_pact_engine *engine, kl_text id, kl_error *error)
{
    kl_value old = kl_map_get(engine->shares.by_id, id), details;
    if (kl_is_null(old))
        return KL_OK;
    const kl_pact_share *own = (const kl_pact_share *)old.as.object;
    KL_TRY(kl_map_of_one(&details, KL_TEXT("ksp_id"), kl_value_retain(own->id), error));
    const kl_pact_change told = {.action = "ksp_revoked",
                                 .role_address = kl_as_text(own->source_unit_address),
                                 .details = details, .table = KL_PACT_TABLE_KSPS, .key = id,
                                 .row = kl_null()};
    const kl_pact_link removed = link_of(old);
    kl_status status = kl_pact_change_links(engine, &engine->shares, &removed, NULL, &told, error);
    kl_value_release(details);
    return status;
}
