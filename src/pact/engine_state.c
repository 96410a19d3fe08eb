/* src/pact/engine_state.c - the state of an engine as rows, and back. */
#include "engine_parts.h"

/* ---- visiting -------------------------------------------------------------------------------- */

typedef struct visitor {
    kl_pact_engine *engine;
    kl_pact_row_visit *visit;
    void *data;
    kl_error *error;
} visitor;

/* `row` is taken. */
static kl_status tell(visitor *v, const char *table, kl_text key, kl_value row)
{
    kl_status status = v->visit(v->data, table, key, row, v->error);
    kl_value_release(row);
    return status;
}

/* {"envelope": ..., "revision": ...}; `map` is taken. */
static kl_status tell_envelope(visitor *v, const char *table, kl_text key, kl_value map, uint64_t revision)
{
    kl_value row;
    KL_TRY(kl_map_of_one(&row, KL_TEXT("envelope"), map, v->error));
    kl_status status = kl_map_set(&row, KL_TEXT("revision"), kl_int((int64_t)revision), v->error);
    if (status != KL_OK) {
        kl_value_release(row);
        return status;
    }
    return tell(v, table, key, row);
}

static kl_status visit_role(visitor *v, uint32_t node)
{
    const kl_pact_role *role = &v->engine->roles[node];
    kl_text address = kl_as_text(v->engine->org->nodes[node].address);
    kl_value row;
    if (role->envelope) {
        KL_TRY(kl_role_envelope_write(&row, (const kl_role_envelope *)role->envelope, v->error));
        KL_TRY(tell_envelope(v, KL_PACT_TABLE_ROLE_ENVELOPES, address, row, role->revision));
    }
    if (role->clearance) {
        KL_TRY(kl_pact_clearance_write(&row, (const kl_pact_clearance *)role->clearance, v->error));
        KL_TRY(tell(v, KL_PACT_TABLE_CLEARANCES, address, row));
    }
    if (role->designation) {
        KL_TRY(kl_pact_designation_write(&row, (const kl_pact_designation *)role->designation, v->error));
        KL_TRY(tell(v, KL_PACT_TABLE_DESIGNATIONS, address, row));
    }
    return KL_OK;
}

static kl_status visit_tasks(visitor *v)
{
    kl_value tasks = v->engine->tasks, row;
    for (size_t i = 0; i < kl_map_len(tasks); i++) {
        const kl_task_envelope *task = (const kl_task_envelope *)kl_map_value_at(tasks, i).as.object;
        kl_text id = kl_map_key_at(tasks, i);
        KL_TRY(kl_task_envelope_write(&row, task, v->error));
        KL_TRY(tell_envelope(v, KL_PACT_TABLE_TASK_ENVELOPES, id, row,
                             (uint64_t)kl_as_int(kl_map_get(v->engine->task_revisions, id))));
    }
    return KL_OK;
}

static kl_status write_share(kl_value *out, const kl_object *object, kl_error *error)
{
    return kl_pact_share_write(out, (const kl_pact_share *)object, error);
}

static kl_status write_bridge(kl_value *out, const kl_object *object, kl_error *error)
{
    return kl_pact_bridge_write(out, (const kl_pact_bridge *)object, error);
}

/* All objects of a map, each as the row of its key. */
static kl_status visit_map(visitor *v, const char *table, kl_value map,
                           kl_status (*write)(kl_value *out, const kl_object *object, kl_error *error))
{
    kl_value row;
    for (size_t i = 0; i < kl_map_len(map); i++) {
        KL_TRY(write(&row, kl_map_value_at(map, i).as.object, v->error));
        KL_TRY(tell(v, table, kl_map_key_at(map, i), row));
    }
    return KL_OK;
}

static kl_status visit_settings(visitor *v)
{
    kl_value row, word;
    KL_TRY(kl_string_new(&word, kl_text_from(kl_pact_mode_name(v->engine->mode)), v->error));
    KL_TRY(kl_map_of_one(&row, KL_TEXT("enforcement_mode"), word, v->error));
    KL_TRY(tell(v, KL_PACT_TABLE_SETTINGS, KL_TEXT("enforcement_mode"), row));
    KL_TRY(kl_map_of_one(&row, KL_TEXT("actions"), kl_value_retain(v->engine->never_delegated), v->error));
    return tell(v, KL_PACT_TABLE_SETTINGS, KL_TEXT("never_delegated"), row);
}

kl_status kl_pact_engine_rows(kl_pact_engine *engine, kl_pact_row_visit *visit, void *data, kl_error *error)
{
    visitor v = {engine, visit, data, error};
    KL_TRY(visit_settings(&v));
    for (uint32_t i = 0; i < engine->org->count; i++)
        KL_TRY(visit_role(&v, i));
    KL_TRY(visit_tasks(&v));
    KL_TRY(visit_map(&v, KL_PACT_TABLE_KSPS, engine->shares.by_id, write_share));
    KL_TRY(visit_map(&v, KL_PACT_TABLE_BRIDGES, engine->bridges.by_id, write_bridge));
    return visit_map(&v, KL_PACT_TABLE_SUSPENSIONS, engine->suspensions, kl_pact_suspension_write);
}

/* ---- restoring ------------------------------------------------------------------------------- */

static uint64_t revision_of(kl_pact_engine *engine, kl_value row)
{
    int64_t revision = kl_as_int(kl_map_get(row, KL_TEXT("revision")));
    uint64_t own = revision > 0 ? (uint64_t)revision : 1;
    engine->revision = KL_MAX(engine->revision, own);
    return own;
}

/* As it was kept, whatever stands above it now: a parent may have been tightened later. */
static kl_status restore_role_envelope(kl_pact_engine *engine, kl_text key, kl_value row, kl_error *error)
{
    kl_value envelope;
    uint32_t node;
    KL_TRY(kl_pact_find_address(&node, engine, key, error));
    KL_TRY(kl_role_envelope_read(&envelope, kl_map_get(row, KL_TEXT("envelope")), error));
    kl_object_release(engine->roles[node].envelope);
    engine->roles[node].envelope = envelope.as.object;
    engine->roles[node].revision = revision_of(engine, row);
    return KL_OK;
}

static kl_status restore_task_envelope(kl_pact_engine *engine, kl_text key, kl_value row, kl_error *error)
{
    kl_value envelope;
    KL_TRY(kl_task_envelope_read(&envelope, kl_map_get(row, KL_TEXT("envelope")), error));
    KL_TRY(kl_map_set(&engine->tasks, key, envelope, error));
    return kl_map_set(&engine->task_revisions, key, kl_int((int64_t)revision_of(engine, row)), error);
}

static kl_status restore_clearance(kl_pact_engine *engine, kl_text key, kl_value row, kl_error *error)
{
    kl_value clearance;
    uint32_t node;
    KL_TRY(kl_pact_find_address(&node, engine, key, error));
    KL_TRY(kl_pact_clearance_read(&clearance, &engine->org->nodes[node], row, error));
    kl_object_release(engine->roles[node].clearance);
    engine->roles[node].clearance = clearance.as.object;
    return KL_OK;
}

static kl_status restore_designation(kl_pact_engine *engine, kl_text key, kl_value row, kl_error *error)
{
    kl_value designation;
    uint32_t node;
    KL_TRY(kl_pact_find_address(&node, engine, key, error));
    KL_TRY(kl_pact_designation_read(&designation, row, error));
    kl_object_release(engine->roles[node].designation);
    engine->roles[node].designation = designation.as.object;
    return KL_OK;
}

static kl_status restore_bridge(kl_pact_engine *engine, kl_text key, kl_value row, kl_error *error)
{
    kl_value bridge;
    (void)key;
    KL_TRY(kl_pact_bridge_read(&bridge, row, error));
    kl_status status = kl_pact_put_bridge(engine, bridge, NULL, kl_null(), error);
    kl_value_release(bridge);
    return status;
}

static kl_status restore_share(kl_pact_engine *engine, kl_text key, kl_value row, kl_error *error)
{
    kl_value share;
    (void)key;
    KL_TRY(kl_pact_share_read(&share, row, error));
    kl_status status = kl_pact_put_share(engine, share, error);
    kl_value_release(share);
    return status;
}

static kl_status restore_suspension(kl_pact_engine *engine, kl_text key, kl_value row, kl_error *error)
{
    kl_value suspension;
    KL_TRY(kl_pact_suspension_read(&suspension, row, error));
    return kl_map_set(&engine->suspensions, key, suspension, error);
}

static kl_status restore_setting(kl_pact_engine *engine, kl_text key, kl_value row, kl_error *error)
{
    if (kl_text_is(key, "enforcement_mode"))
        return kl_pact_mode_read(&engine->mode, kl_as_text(kl_map_get(row, KL_TEXT("enforcement_mode"))),
                                 error);
    if (kl_text_is(key, "never_delegated"))
        return kl_pact_put_never_delegated(engine, kl_map_get(row, KL_TEXT("actions")), error);
    return kl_error_set(error, KL_INVALID, "unknown setting '%.*s'", KL_TEXT_ARG(key));
}

static const struct {
    const char *table;
    kl_status (*restore)(kl_pact_engine *engine, kl_text key, kl_value row, kl_error *error);
} tables[] = {
    {KL_PACT_TABLE_ROLE_ENVELOPES, restore_role_envelope},
    {KL_PACT_TABLE_TASK_ENVELOPES, restore_task_envelope},
    {KL_PACT_TABLE_CLEARANCES, restore_clearance},
    {KL_PACT_TABLE_DESIGNATIONS, restore_designation},
    {KL_PACT_TABLE_BRIDGES, restore_bridge},
    {KL_PACT_TABLE_KSPS, restore_share},
    {KL_PACT_TABLE_SUSPENSIONS, restore_suspension},
    {KL_PACT_TABLE_SETTINGS, restore_setting},
};

kl_status kl_pact_engine_restore(kl_pact_engine *engine, const char *table, kl_text key, kl_value row,
                                 kl_error *error)
{
    for (size_t i = 0; i < KL_COUNT(tables); i++) {
        if (strcmp(tables[i].table, table) != 0)
            continue;
        kl_status status = tables[i].restore(engine, key, row, error);
        if (status != KL_OK)
            kl_error_prefix(error, "%s '%.*s': ", table, KL_TEXT_ARG(key));
        return status;
    }
    return kl_error_set(error, KL_INVALID, "unknown table '%s'", table);
}
