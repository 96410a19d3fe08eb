/* src/pact/actions.c - see actions.h: the state, and what is remembered of decisions and changes. */
#include "actions.h"

#include "kailash/json.h"

/* ---- the state -------------------------------------------------------------------------------------------- */

static kl_status fill(kl_pact_actions *actions, uint32_t roles, kl_error *error)
{
    KL_TRY(kl_pact_held_store_new(&actions->held, error));
    return kl_pact_usage_new(&actions->usage, roles, error);
}

kl_status kl_pact_actions_begin(kl_pact_engine *engine, kl_error *error)
{
    kl_pact_actions *actions = kl_alloc_zero(1, sizeof *actions);
    if (!actions)
        return kl_error_no_memory(error);
    kl_pact_chain_begin(&actions->chain, KL_PACT_ANCHORS_MAX);
    actions->chain_watch = (kl_fork_watch){.lock = &actions->chain.lock, .level = KL_FORK_MIDDLE};
    kl_fork_watch_begin(&actions->chain_watch);
    kl_guard_begin(&actions->deciding, KL_FORK_HIGH);
    actions->auditing = true;
    kl_status status = fill(actions, engine->org->count, error);
    if (status == KL_OK)
        engine->actions = actions;
    else
        kl_pact_actions_end(actions);
    return status;
}

void kl_pact_actions_end(kl_pact_actions *actions)
{
    if (!actions)
        return;
    kl_pact_store_close(actions->store);
    kl_pact_usage_free(actions->usage);
    if (actions->held)
        kl_object_release(kl_pact_held_store_object(actions->held));
    kl_fork_watch_end(&actions->chain_watch);
    kl_pact_chain_end(&actions->chain);
    kl_guard_end(&actions->deciding);
    kl_free(actions);
}

/* ---- remembering --------------------------------------------------------------------------------------- */

typedef struct keeping {
    kl_pact_store *store;
    const kl_pact_entry *entry;
} keeping;

/* Rows and the anchor (which may be NULL) in one transaction. */
static kl_status keep(void *data, const kl_pact_anchor *anchor, kl_error *error)
{
    const keeping *k = data;
    kl_status status = kl_pact_store_begin(k->store, k->entry->durable, error);
    if (status != KL_OK)
        return status;
    for (size_t i = 0; i < k->entry->row_count && status == KL_OK; i++) {
        const kl_pact_row *row = &k->entry->rows[i];
        status = kl_pact_store_put(k->store, row->table, row->key, row->row, error);
    }
    if (status == KL_OK && anchor)
        status = kl_pact_store_anchor(k->store, anchor, error);
    if (status == KL_OK)
        return kl_pact_store_commit(k->store, error);
    kl_pact_store_rollback(k->store);
    return status;
}

kl_status kl_pact_remember(kl_pact_actions *actions, const kl_pact_entry *entry, kl_error *error)
{
    bool audited = entry->anchor && __atomic_load_n(&actions->auditing, __ATOMIC_RELAXED);
    keeping k = {actions->store, entry};
    kl_status status = KL_OK;
    if (!audited && (!actions->store || !entry->row_count))
        return KL_OK;
    pthread_mutex_lock(&actions->chain.lock);
    if (audited)
        status = kl_pact_chain_append_locked(NULL, &actions->chain, entry->anchor,
                                             actions->store ? keep : NULL, &k, error);
    else
        status = keep(&k, NULL, error);
    pthread_mutex_unlock(&actions->chain.lock);
    return status;
}

kl_status kl_pact_record_anchor(kl_pact_actions *actions, const kl_pact_anchor_facts *facts,
                                kl_error *error)
{
    const kl_pact_entry entry = {.anchor = facts, .durable = true};
    keeping k = {actions->store, &entry};
    return kl_pact_chain_append(NULL, &actions->chain, facts, actions->store ? keep : NULL, &k, error);
}

/* ---- metadata: canonical JSON, its keys in their order ------------------------------------------------ */

/* Room for the metadata of most decisions. */
typedef struct metadata {
    char small[1024];
    size_t len;
    kl_buffer big; /* of others */
    bool is_big;
} metadata;

static kl_text metadata_text(const metadata *m)
{
    return m->is_big ? kl_buffer_text(&m->big) : (kl_text){m->small, m->len};
}

/* What stands in JSON as it is. */
static bool is_plain(kl_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\')
            return false;
    }
    return true;
}

static void put(metadata *m, kl_text text)
{
    memcpy(m->small + m->len, text.data, text.len);
    m->len += text.len;
}

static void small_metadata(metadata *m, const kl_pact_decision *decision)
{
    put(m, KL_TEXT("{\"pact_action\":\""));
    put(m, kl_text_from(decision->action));
    if (decision->result.len) {
        put(m, KL_TEXT("\",\"reason\":\""));
        put(m, decision->result);
    }
    put(m, KL_TEXT("\",\"role_address\":\""));
    put(m, decision->role_address);
    put(m, KL_TEXT("\",\"subject\":\""));
    put(m, decision->subject);
    put(m, KL_TEXT("\"}"));
}

static kl_status set_repaired(kl_value *map, kl_text key, kl_text text, kl_error *error)
{
    kl_value string;
    KL_TRY(kl_string_repair(&string, text, error));
    return kl_map_set(map, key, string, error);
}

static kl_status big_metadata(metadata *m, const kl_pact_decision *decision, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 4, error));
    KL_TRY_OUT(set_repaired(&map, KL_TEXT("pact_action"), kl_text_from(decision->action), error));
    if (decision->result.len)
        KL_TRY_OUT(set_repaired(&map, KL_TEXT("reason"), decision->result, error));
    KL_TRY_OUT(set_repaired(&map, KL_TEXT("role_address"), decision->role_address, error));
    KL_TRY_OUT(set_repaired(&map, KL_TEXT("subject"), decision->subject, error));
    m->is_big = true;
    status = kl_canonical_add(&m->big, map, error);
    if (status == KL_OK && m->big.status != KL_OK)
        status = kl_error_no_memory(error);
out:
    kl_value_release(map);
    return status;
}

static kl_status decision_metadata(metadata *m, const kl_pact_decision *decision, kl_error *error)
{
    size_t len = decision->result.len + decision->role_address.len + decision->subject.len;
    m->len = 0;
    m->big = (kl_buffer)KL_BUFFER_INIT;
    m->is_big = false;
    if (len > sizeof m->small - 256 || !is_plain(decision->result) ||
        !is_plain(decision->role_address) || !is_plain(decision->subject))
        return big_metadata(m, decision, error);
    small_metadata(m, decision);
    return KL_OK;
}

kl_status kl_pact_remember_decision(kl_pact_engine *engine, const kl_pact_decision *decision,
                                    const kl_pact_row *rows, size_t row_count, kl_error *error)
{
    static const char *const results[KL_ZONES] = {"success", "success", "pending", "denied"};
    static const char *const levels[KL_ZONES] = {"AUTO_APPROVED", "FLAGGED", "HELD", "BLOCKED"};
    kl_pact_actions *actions = engine->actions;
    metadata metadata;
    if (!__atomic_load_n(&actions->auditing, __ATOMIC_RELAXED) && !row_count)
        return KL_OK;
    kl_status status = decision_metadata(&metadata, decision, error);
    if (status == KL_OK) {
        const kl_pact_anchor_facts facts = {
            .agent_id = decision->role_address, .action = kl_text_from(decision->action),
            .level = kl_text_from(levels[decision->zone]), .envelope_id = decision->role_address,
            .result = kl_text_from(results[decision->zone]), .metadata = metadata_text(&metadata)};
        const kl_pact_entry entry = {
            .anchor = &facts, .rows = rows, .row_count = row_count, .durable = row_count > 0};
        status = kl_pact_remember(actions, &entry, error);
    }
    kl_buffer_free(&metadata.big);
    return status;
}

kl_status kl_pact_engine_decided(kl_pact_engine *engine, const kl_pact_decision *decision,
                                 kl_error *error)
{
    if (!engine->recording)
        return KL_OK;
    return kl_pact_remember_decision(engine, decision, NULL, 0, error);
}

/* {"pact_action", "role_address"} and the facts of a change, sorted. */
static kl_status change_metadata(kl_buffer *to, const kl_pact_change *change, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 2 + kl_map_len(change->details), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("pact_action"), kl_text_from(change->action), error));
    if (change->role_address.len)
        KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("role_address"), change->role_address, error));
    if (!kl_is_null(change->details))
        KL_TRY_OUT(kl_map_merge(&map, change->details, error));
    status = kl_canonical_add(to, map, error);
    if (status == KL_OK && to->status != KL_OK)
        status = kl_error_no_memory(error);
out:
    kl_value_release(map);
    return status;
}

kl_status kl_pact_engine_record(kl_pact_engine *engine, const kl_pact_change *change,
                                kl_error *error)
{
    kl_buffer metadata = KL_BUFFER_INIT;
    kl_pact_anchor_facts facts = {0};
    kl_pact_row row = {change->table, change->key, change->row};
    kl_status status;
    if (change->action) {
        kl_text who = change->role_address.len ? change->role_address : kl_as_text(engine->org->id);
        KL_TRY_OUT(change_metadata(&metadata, change, error));
        facts = (kl_pact_anchor_facts){
            .agent_id = who, .action = kl_text_from(change->action),
            .level = KL_TEXT("AUTO_APPROVED"), .envelope_id = who, .result = KL_TEXT("success"),
            .metadata = kl_buffer_text(&metadata)};
    }
    const kl_pact_entry entry = {.anchor = change->action ? &facts : NULL, .rows = &row,
                                 .row_count = change->table ? 1 : 0, .durable = true};
    status = kl_pact_remember(engine->actions, &entry, error);
out:
    kl_buffer_free(&metadata);
    return status;
}
