/* src/pact/engine_envelopes.c - setting envelopes, and the check that none is wider than those above it. */
#include "engine_parts.h"

/* ---- role envelopes -------------------------------------------------------------------------- */

/* The nearest role above is named when several have narrower envelopes. */
static kl_status check_tightening(const kl_pact_engine *engine, uint32_t node, const kl_governance *child,
                                  kl_error *error)
{
    const kl_pact_node *nodes = engine->org->nodes;
    for (uint32_t at = nodes[node].parent; at != KL_PACT_NO_NODE; at = nodes[at].parent) {
        const kl_role_envelope *above = (const kl_role_envelope *)engine->roles[at].envelope;
        kl_error why = KL_ERROR_INIT;
        kl_status status = above ? kl_governance_tighter(child, above->envelope, &why) : KL_OK;
        if (status == KL_OK)
            continue;
        if (status == KL_INVALID) {
            kl_text own = kl_as_text(nodes[node].address), other = kl_as_text(nodes[at].address);
            why.code = status = KL_FAILED;
            kl_error_prefix(&why, "monotonic tightening violation: role %.*s widens ancestor %.*s: ",
                            KL_TEXT_ARG(own), KL_TEXT_ARG(other));
        }
        kl_error_move(error, &why);
        return status;
    }
    return KL_OK;
}

/* {"envelope": ..., "revision": ...}; given. `envelope` is taken. */
static kl_status row_of(kl_value *out, kl_value envelope, uint64_t revision, kl_error *error)
{
    kl_value row;
    KL_TRY(kl_map_of_one(&row, KL_TEXT("envelope"), envelope, error));
    kl_status status = kl_map_set(&row, KL_TEXT("revision"), kl_int((int64_t)revision), error);
    if (status != KL_OK) {
        kl_value_release(row);
        return status;
    }
    *out = row;
    return KL_OK;
}

static kl_status record_role(kl_pact_engine *engine, uint32_t node, const kl_role_envelope *envelope,
                             uint64_t revision, kl_error *error)
{
    kl_value map, row, details;
    kl_status status;
    KL_TRY(kl_map_of_one(&details, KL_TEXT("version"), kl_int(envelope->version), error));
    row = kl_null();
    KL_TRY_OUT(kl_role_envelope_write(&map, envelope, error));
    KL_TRY_OUT(row_of(&row, map, revision, error));
    kl_text address = kl_as_text(engine->org->nodes[node].address);
    const kl_pact_change change = {
        .action = engine->roles[node].envelope ? "envelope_modified" : "envelope_created",
        .role_address = address, .details = details, .table = KL_PACT_TABLE_ROLE_ENVELOPES,
        .key = address, .row = row};
    status = kl_pact_apply(engine, &change, error);
out:
    kl_value_release(row);
    kl_value_release(details);
    return status;
}

/* From the first replacement on all hashes are made another way, so nothing that is remembered holds. */
static void advance(kl_pact_engine *engine, uint32_t node, bool replaces)
{
    if (replaces && engine->revision++ == 1)
        kl_pact_cache_clear(engine->cache);
    else
        kl_pact_cache_drop(engine->cache, engine->org, node);
}

kl_status kl_pact_put_role_envelope(kl_pact_engine *engine, kl_value envelope, kl_error *error)
{
    const kl_role_envelope *own = (const kl_role_envelope *)envelope.as.object;
    uint32_t node;
    KL_TRY(kl_pact_find_address(&node, engine, kl_as_text(own->role_address), error));
    bool replaces = engine->roles[node].envelope != NULL;
    KL_TRY(check_tightening(engine, node, own->envelope, error));
    KL_TRY(record_role(engine, node, own, engine->revision + replaces, error));
    advance(engine, node, replaces);
    kl_object_release(engine->roles[node].envelope);
    engine->roles[node].envelope = kl_object_retain(envelope.as.object);
    engine->roles[node].revision = engine->revision;
    return KL_OK;
}

/* ---- task envelopes -------------------------------------------------------------------------- */

static kl_status record_task(kl_pact_engine *engine, uint32_t node, const kl_task_envelope *envelope,
                             uint64_t revision, bool replaces, kl_error *error)
{
    kl_value map, row, details;
    kl_status status;
    KL_TRY(kl_map_of_one(&details, KL_TEXT("task_id"), kl_value_retain(envelope->task_id), error));
    row = kl_null();
    KL_TRY_OUT(kl_task_envelope_write(&map, envelope, error));
    KL_TRY_OUT(row_of(&row, map, revision, error));
    const kl_pact_change change = {.action = replaces ? "envelope_modified" : "envelope_created",
                                   .role_address = kl_as_text(engine->org->nodes[node].address),
                                   .details = details, .table = KL_PACT_TABLE_TASK_ENVELOPES,
                                   .key = kl_as_text(envelope->task_id), .row = row};
    status = kl_pact_apply(engine, &change, error);
out:
    kl_value_release(row);
    kl_value_release(details);
    return status;
}

/* Whoever worked under the task's envelope before computes it anew. */
static void drop_task_from_cache(kl_pact_engine *engine, kl_value envelope)
{
    const kl_task_envelope *old = kl_as_object(envelope, &kl_task_envelope_type);
    uint32_t node = old ? kl_pact_org_resolve(engine->org, kl_as_text(old->role_address)) : KL_PACT_NO_NODE;
    if (node != KL_PACT_NO_NODE)
        kl_pact_cache_drop(engine->cache, engine->org, node);
}

kl_status kl_pact_put_task_envelope(kl_pact_engine *engine, kl_value envelope, kl_error *error)
{
    const kl_task_envelope *own = (const kl_task_envelope *)envelope.as.object;
    kl_text task = kl_as_text(own->task_id);
    uint32_t node;
    kl_status status;
    KL_TRY(kl_pact_find_address(&node, engine, kl_as_text(own->role_address), error));
    bool replaces = kl_map_has(engine->tasks, task);
    uint64_t revision = engine->revision + replaces;
    kl_value tasks = kl_value_retain(engine->tasks), revisions = kl_value_retain(engine->task_revisions);
    KL_TRY_OUT(kl_map_set(&tasks, task, kl_value_retain(envelope), error));
    KL_TRY_OUT(kl_map_set(&revisions, task, kl_int((int64_t)revision), error));
    KL_TRY_OUT(record_task(engine, node, own, revision, replaces, error));
    drop_task_from_cache(engine, kl_map_get(engine->tasks, task));
    advance(engine, node, replaces);
    kl_value_replace(&engine->tasks, tasks);
    kl_value_replace(&engine->task_revisions, revisions);
    return KL_OK;
out:
    kl_value_release(tasks);
    kl_value_release(revisions);
    return status;
}

kl_status kl_pact_drop_task_envelope(kl_pact_engine *engine, kl_text task, kl_error *error)
{
    const kl_task_envelope *old = kl_as_object(kl_map_get(engine->tasks, task), &kl_task_envelope_type);
    kl_value tasks, revisions, details;
    kl_status status;
    if (!old)
        return KL_OK;
    KL_TRY(kl_map_of_one(&details, KL_TEXT("task_id"), kl_value_retain(old->task_id), error));
    tasks = kl_value_retain(engine->tasks);
    revisions = kl_value_retain(engine->task_revisions);
    const kl_pact_change change = {.action = "envelope_modified", .role_address = kl_as_text(old->role_address),
                                   .details = details, .table = KL_PACT_TABLE_TASK_ENVELOPES, .key = task,
                                   .row = kl_null()};
    KL_TRY_OUT(kl_map_remove(&tasks, task, error));
    KL_TRY_OUT(kl_map_remove(&revisions, task, error));
    KL_TRY_OUT(kl_pact_apply(engine, &change, error));
    drop_task_from_cache(engine, kl_map_get(engine->tasks, task));
    /* The id may come back with another envelope. */
    if (engine->revision++ == 1)
        kl_pact_cache_clear(engine->cache);
    kl_value before = engine->tasks, before_revisions = engine->task_revisions;
    engine->tasks = tasks;
    engine->task_revisions = revisions;
    tasks = before;
    revisions = before_revisions;
out:
    kl_value_release(tasks);
    kl_value_release(revisions);
    kl_value_release(details);
    return status;
}
