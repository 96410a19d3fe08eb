/* src/pact/open.c - an engine whose state is in a file: made, or found as it was left (pact 4.6). */
#include "actions.h"

/* ---- a new file ----------------------------------------------------------------------------------------- */

static kl_status put_row(void *data, const char *table, kl_text key, kl_value row, kl_error *error)
{
    return kl_pact_store_put(data, table, key, row, error);
}

static kl_status write_state(kl_pact_engine *engine, kl_pact_store *store, kl_error *error)
{
    KL_TRY(kl_pact_store_put(store, KL_PACT_TABLE_ORG, KL_TEXT("document"), engine->org->source, error));
    kl_pact_read_begin(engine);
    kl_status status = kl_pact_engine_rows(engine, put_row, store, error);
    kl_pact_lock_end(engine);
    return status;
}

/* All at once: a file that is there is whole. */
static kl_status begin_file(kl_pact_engine *engine, kl_pact_store *store, kl_error *error)
{
    KL_TRY(kl_pact_store_begin(store, true, error));
    kl_status status = write_state(engine, store, error);
    if (status == KL_OK)
        return kl_pact_store_commit(store, error);
    kl_pact_store_rollback(store);
    return status;
}

/* ---- one that is there ----------------------------------------------------------------------------------- */

typedef struct restoring {
    kl_pact_engine *engine;
    const char *table;
} restoring;

static kl_status restore_row(void *data, kl_text key, kl_value row, kl_error *error)
{
    const restoring *r = data;
    return kl_pact_engine_restore(r->engine, r->table, key, row, error);
}

static kl_status restore_held(void *data, kl_text key, kl_value row, kl_error *error)
{
    (void)key;
    const restoring *r = data;
    kl_value held;
    KL_TRY(kl_pact_held_read(&held, row, error));
    kl_status status = kl_pact_held_restore(r->engine->actions->held,
                                            (kl_pact_held *)held.as.object, error);
    kl_value_release(held);
    return status;
}

static kl_status restore_spending(void *data, kl_text key, kl_value row, kl_error *error)
{
    const restoring *r = data;
    uint32_t node;
    KL_TRY(kl_pact_org_find(&node, r->engine->org, key, error));
    if (node == KL_PACT_NO_NODE)
        return kl_error_set(error, KL_INVALID, "no role has this address");
    return kl_pact_usage_restore(r->engine->actions->usage, node, row, error);
}

static kl_status restore_state(kl_pact_engine *engine, kl_pact_store *store, kl_error *error)
{
    static const char *const tables[] = {
        KL_PACT_TABLE_SETTINGS, KL_PACT_TABLE_ROLE_ENVELOPES, KL_PACT_TABLE_TASK_ENVELOPES,
        KL_PACT_TABLE_CLEARANCES, KL_PACT_TABLE_KSPS, KL_PACT_TABLE_BRIDGES,
        KL_PACT_TABLE_DESIGNATIONS, KL_PACT_TABLE_SUSPENSIONS};
    restoring r = {engine, NULL};
    for (size_t i = 0; i < KL_COUNT(tables); i++) {
        r.table = tables[i];
        KL_TRY(kl_pact_store_rows(store, r.table, restore_row, &r, error));
    }
    KL_TRY(kl_pact_store_rows(store, KL_PACT_TABLE_HELD, restore_held, &r, error));
    return kl_pact_store_rows(store, KL_PACT_TABLE_SPENDING, restore_spending, &r, error);
}

/* The chain as it was left must hold, for what follows is linked to it. */
static kl_status resume_chain(kl_pact_engine *engine, kl_pact_store *store, const kl_pact_opening *how,
                              kl_error *error)
{
    kl_pact_walk walk;
    kl_pact_walk_begin(&walk, 0, KL_ANCHOR_GENESIS);
    KL_TRY(kl_pact_store_anchors(store, KL_TEXT(""), kl_pact_walk_step, &walk, error));
    if (walk.failed && how->verify)
        return kl_error_set(error, KL_FAILED, "%.*s: the audit chain does not hold: Anchor %llu: %s",
                            KL_TEXT_ARG(how->path), (unsigned long long)walk.broken_at, walk.reason);
    kl_pact_chain_resume(&engine->actions->chain, walk.next, walk.expected);
    return KL_OK;
}

/* ---- both --------------------------------------------------------------------------------------------------- */

/* Whether a document tells the organisation that the file has. */
static kl_status check_same(kl_pact_store *store, const kl_pact_opening *how, kl_error *error)
{
    kl_value given = kl_null(), engine = kl_null(), kept = kl_null();
    kl_status status;
    bool same;
    KL_TRY_OUT(kl_pact_document_parse(&given, how->document, error));
    KL_TRY_OUT(kl_pact_engine_new(&engine, given, error));
    KL_TRY_OUT(kl_pact_store_get(&kept, store, KL_PACT_TABLE_ORG, KL_TEXT("document"), error));
    KL_TRY_OUT(kl_value_equal(&same, kept, ((kl_pact_engine *)engine.as.object)->org->source, error));
    if (!same)
        status = kl_error_set(error, KL_INVALID, "%.*s: it has another organisation than the one given",
                              KL_TEXT_ARG(how->path));
out:
    kl_value_release(kept);
    kl_value_release(engine);
    kl_value_release(given);
    return status;
}

static kl_status open_new(kl_value *out, kl_pact_store *store, const kl_pact_opening *how,
                          kl_error *error)
{
    kl_value parsed, engine;
    if (!how->document.len || how->read_only)
        return kl_error_set(error, KL_INVALID, "%.*s: it has no organisation yet; give org_def_json",
                            KL_TEXT_ARG(how->path));
    KL_TRY(kl_pact_document_parse(&parsed, how->document, error));
    kl_status status = kl_pact_engine_new(&engine, parsed, error);
    kl_value_release(parsed);
    if (status != KL_OK)
        return status;
    status = begin_file((kl_pact_engine *)engine.as.object, store, error);
    if (status == KL_OK)
        *out = engine;
    else
        kl_value_release(engine);
    return status;
}

static kl_status open_old(kl_value *out, kl_pact_store *store, kl_value org,
                          const kl_pact_opening *how, kl_error *error)
{
    kl_value value;
    if (how->document.len)
        KL_TRY(check_same(store, how, error));
    KL_TRY(kl_pact_engine_new(&value, org, error));
    kl_pact_engine *engine = (kl_pact_engine *)value.as.object;
    engine->recording = false;
    kl_status status = restore_state(engine, store, error);
    if (status == KL_OK)
        status = resume_chain(engine, store, how, error);
    engine->recording = true;
    if (status == KL_OK)
        *out = value;
    else
        kl_value_release(value);
    return status;
}

static kl_status open_store(kl_value *out, kl_pact_store *store, const kl_pact_opening *how,
                            kl_error *error)
{
    kl_value org;
    KL_TRY(kl_pact_store_get(&org, store, KL_PACT_TABLE_ORG, KL_TEXT("document"), error));
    kl_status status = kl_is_null(org) ? open_new(out, store, how, error)
                                       : open_old(out, store, org, how, error);
    kl_value_release(org);
    return status;
}

kl_status kl_pact_engine_open(kl_value *out, const kl_pact_opening *how, kl_error *error)
{
    kl_pact_store *store;
    kl_value engine;
    KL_TRY(kl_pact_store_open(&store, how->path, how->read_only, error));
    kl_status status = open_store(&engine, store, how, error);
    if (status != KL_OK || how->read_only) {
        kl_pact_store_close(store);
    } else {
        kl_pact_actions *actions = ((kl_pact_engine *)engine.as.object)->actions;
        actions->store = store;
        actions->chain.limit = 0; /* the anchors are in the file */
    }
    if (status == KL_OK)
        *out = engine;
    return status;
}
