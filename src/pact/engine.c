/* src/pact/engine.c - an engine's construction, its end, its lock, and what all of it asks for. */
#include "engine_parts.h"
#include "../base/format.h"
#include "../base/host.h"
#include "kailash/json.h"

#include <ctype.h>

/* ---- the document ---------------------------------------------------------------------------- */

/* JSON begins with a bracket; anything else is YAML. */
kl_status kl_pact_document_parse(kl_value *out, kl_text text, kl_error *error)
{
    size_t at = 0;
    while (at < text.len && isspace((unsigned char)text.data[at]))
        at++;
    if (at == text.len)
        return kl_error_set(error, KL_INVALID, "invalid organisation: the text is empty");
    bool is_json = text.data[at] == '{' || text.data[at] == '[';
    kl_status status = is_json ? kl_json_parse(out, text, error)
                               : kl_format_read(out, KL_TEXT("yaml"), text, error);
    if (status != KL_OK)
        kl_error_prefix(error, is_json ? "invalid JSON: " : "invalid YAML: ");
    return status;
}

/* Where the organisation stands: the document itself, or below `org`. */
static kl_status organisation_of(kl_value *out, kl_value document, kl_error *error)
{
    const kl_value *below = kl_map_find(document, KL_TEXT("org"));
    *out = document;
    if (!below || kl_map_has(document, KL_TEXT("org_id")))
        return KL_OK;
    if (!kl_is(*below, KL_KIND_MAP))
        return kl_error_set(error, KL_INVALID, "org: expected an object, got %s",
                            kl_value_kind_name(*below));
    *out = *below;
    return KL_OK;
}

static kl_status put_role_envelope(kl_pact_engine *engine, kl_value item, kl_error *error)
{
    kl_value envelope;
    KL_TRY(kl_role_envelope_read(&envelope, item, error));
    kl_status status = kl_pact_put_role_envelope(engine, envelope, error);
    kl_value_release(envelope);
    return status;
}

static kl_status put_clearance(kl_pact_engine *engine, kl_value item, kl_error *error)
{
    kl_value role = kl_map_get(item, KL_TEXT("role_id")), clearance;
    uint32_t node;
    if (!kl_is(role, KL_KIND_STRING))
        return kl_error_set(error, KL_INVALID, "missing field `role_id`");
    KL_TRY(kl_pact_find_role(&node, engine, kl_as_text(role), error));
    KL_TRY(kl_pact_clearance_read(&clearance, &engine->org->nodes[node], item, error));
    kl_status status = kl_pact_put_clearance(engine, node, "clearance_granted", clearance, error);
    kl_value_release(clearance);
    return status;
}

static kl_status put_bridge(kl_pact_engine *engine, kl_value item, kl_error *error)
{
    kl_value bridge;
    KL_TRY(kl_pact_bridge_read(&bridge, item, error));
    kl_status status = kl_pact_establish_bridge(engine, bridge, kl_time_now(), error);
    kl_value_release(bridge);
    return status;
}

static kl_status put_share(kl_pact_engine *engine, kl_value item, kl_error *error)
{
    kl_value share;
    KL_TRY(kl_pact_share_read(&share, item, error));
    kl_status status = kl_pact_put_share(engine, share, error);
    kl_value_release(share);
    return status;
}

/* What a document may have beside its organisation, in the order in which it is applied. */
static const struct {
    const char *name;
    kl_status (*put)(kl_pact_engine *engine, kl_value item, kl_error *error);
} lists[] = {
    {"envelopes", put_role_envelope},
    {"clearances", put_clearance},
    {"bridges", put_bridge},
    {"ksps", put_share},
};

static kl_status apply_list(kl_pact_engine *engine, kl_value document, size_t which, kl_error *error)
{
    const char *name = lists[which].name;
    kl_value list = kl_map_get(document, kl_text_from(name));
    if (!kl_is_null(list) && !kl_is(list, KL_KIND_ARRAY))
        return kl_error_set(error, KL_INVALID, "%s: expected an array, got %s", name,
                            kl_value_kind_name(list));
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_status status = lists[which].put(engine, kl_array_at(list, i), error);
        if (status != KL_OK) {
            /* A document that contradicts itself is a bad document. */
            kl_error_prefix(error, "%s[%zu]: ", name, i);
            if (status == KL_NO_MEMORY)
                return status;
            if (error)
                error->code = KL_INVALID;
            return KL_INVALID;
        }
    }
    return KL_OK;
}

/* Keys beside those of the document go into the warnings, too. */
static kl_status warn_of_document(kl_pact_org *org, kl_value document, kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(document); i++) {
        kl_text key = kl_map_key_at(document, i);
        bool known = kl_text_is(key, "org");
        kl_value line;
        for (size_t j = 0; j < KL_COUNT(lists) && !known; j++)
            known = kl_text_is(key, lists[j].name);
        if (known)
            continue;
        KL_TRY(kl_string_format(&line, error, "document: unknown key '%.*s'", KL_TEXT_ARG(key)));
        KL_TRY(kl_array_push(&org->warnings, line, error));
    }
    return KL_OK;
}

/* ---- construction ---------------------------------------------------------------------------- */

/* What needs human review, whatever an envelope says. */
static const char *const never_delegated[] = {
    "bridge_create", "clearance_change", "emergency_bypass", "envelope_modify", "ksp_create",
    "org_restructure", "posture_upgrade"};

static kl_status make_state(kl_pact_engine *engine, kl_error *error)
{
    engine->roles = kl_alloc_zero(engine->org->count, sizeof *engine->roles);
    if (!engine->roles)
        return kl_error_no_memory(error);
    engine->revision = 1;
    KL_TRY(kl_map_new(&engine->tasks, 0, error));
    KL_TRY(kl_map_new(&engine->task_revisions, 0, error));
    KL_TRY(kl_map_new(&engine->suspensions, 0, error));
    KL_TRY(kl_pact_links_new(&engine->shares, error));
    KL_TRY(kl_pact_links_new(&engine->bridges, error));
    KL_TRY(kl_array_new(&engine->never_delegated, KL_COUNT(never_delegated), error));
    for (size_t i = 0; i < KL_COUNT(never_delegated); i++)
        KL_TRY(kl_array_push_text(&engine->never_delegated, kl_text_from(never_delegated[i]), error));
    return kl_pact_cache_new(&engine->cache, error);
}

static kl_status fill(kl_pact_engine *engine, kl_value document, kl_error *error)
{
    kl_value organisation, org;
    kl_shared_guard_begin(&engine->lock, KL_FORK_HIGH);
    KL_TRY(organisation_of(&organisation, document, error));
    KL_TRY(kl_pact_org_compile(&org, organisation, error));
    engine->org = (kl_pact_org *)org.as.object;
    bool has_lists = organisation.as.map != document.as.map;
    if (has_lists)
        KL_TRY(warn_of_document(engine->org, document, error));
    KL_TRY(make_state(engine, error));
    KL_TRY(kl_pact_actions_begin(engine, error));
    for (size_t i = 0; i < KL_COUNT(lists) && has_lists; i++)
        KL_TRY(apply_list(engine, document, i, error));
    engine->recording = true;
    return KL_OK;
}

kl_status kl_pact_engine_init(kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value document;
    KL_TRY(kl_pact_document_parse(&document, kl_as_text(args[0]), error));
    kl_status status = fill((kl_pact_engine *)self, document, error);
    kl_value_release(document);
    return status;
}

kl_status kl_pact_engine_new(kl_value *out, kl_value document, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_pact_engine_type, error));
    kl_status status = fill((kl_pact_engine *)object, document, error);
    if (status != KL_OK) {
        kl_object_release(object);
        return status;
    }
    *out = kl_value_of(object);
    return KL_OK;
}

void kl_pact_engine_dispose(kl_object *self)
{
    kl_pact_engine *engine = (kl_pact_engine *)self;
    kl_pact_actions_end(engine->actions);
    kl_pact_cache_free(engine->cache);
    for (uint32_t i = 0; engine->roles && i < engine->org->count; i++) {
        kl_object_release(engine->roles[i].envelope);
        kl_object_release(engine->roles[i].clearance);
        kl_object_release(engine->roles[i].designation);
    }
    kl_free(engine->roles);
    kl_value_release(engine->tasks);
    kl_value_release(engine->task_revisions);
    kl_value_release(engine->suspensions);
    kl_pact_links_free(&engine->shares);
    kl_pact_links_free(&engine->bridges);
    kl_value_release(engine->never_delegated);
    kl_value_release(engine->clock);
    kl_value_release(engine->filter);
    if (engine->org)
        kl_object_release(&engine->org->object);
    kl_shared_guard_end(&engine->lock);
}

void kl_pact_engine_traverse(kl_object *self, kl_visit *visit, void *data)
{
    const kl_pact_engine *engine = (const kl_pact_engine *)self;
    visit(engine->clock, data);
    visit(engine->filter, data);
}

/* Nobody else uses the engine now, so no lock is needed. */
void kl_pact_engine_clear(kl_object *self)
{
    kl_pact_engine *engine = (kl_pact_engine *)self;
    __atomic_store_n(&engine->has_clock, false, __ATOMIC_RELEASE);
    __atomic_store_n(&engine->has_filter, false, __ATOMIC_RELEASE);
    kl_value_replace(&engine->clock, kl_null());
    kl_value_replace(&engine->filter, kl_null());
}

/* ---- the clock ------------------------------------------------------------------------------- */

/* Seconds since 1970, or RFC 3339 text. */
static kl_status time_of(kl_time *out, kl_value told, kl_error *error)
{
    if (kl_is(told, KL_KIND_STRING))
        return kl_time_parse(out, kl_as_text(told), error);
    double seconds = kl_as_double(told);
    if (!kl_is_number(told) || !(seconds > -9e9 && seconds < 9e9))
        return kl_error_set(error, KL_INVALID,
                            "the clock of the engine gave %s; expected seconds since 1970 or RFC 3339 text",
                            kl_is_number(told) ? "a number out of range" : kl_value_kind_name(told));
    *out = kl_is(told, KL_KIND_INT) ? told.as.integer * KL_SECOND : (kl_time)(seconds * (double)KL_SECOND);
    return KL_OK;
}

kl_status kl_pact_engine_now(kl_time *out, kl_pact_engine *engine, kl_error *error)
{
    kl_value told;
    if (!__atomic_load_n(&engine->has_clock, __ATOMIC_ACQUIRE)) {
        *out = kl_time_now();
        return KL_OK;
    }
    kl_pact_read_begin(engine);
    kl_value clock = kl_value_retain(engine->clock);
    kl_pact_lock_end(engine);
    if (kl_is_null(clock)) {
        *out = kl_time_now();
        return KL_OK;
    }
    kl_status status = kl_call_value(&told, clock, NULL, 0, error);
    kl_value_release(clock);
    KL_TRY(status);
    status = time_of(out, told, error);
    kl_value_release(told);
    return status;
}

/* ---- roles ----------------------------------------------------------------------------------- */

kl_status kl_pact_find_role(uint32_t *out, const kl_pact_engine *engine, kl_text role, kl_error *error)
{
    *out = kl_pact_org_resolve(engine->org, role);
    if (*out != KL_PACT_NO_NODE)
        return KL_OK;
    return kl_error_set(error, KL_NOT_FOUND, "role not found: '%.*s'", KL_TEXT_ARG(role));
}

kl_status kl_pact_find_address(uint32_t *out, const kl_pact_engine *engine, kl_text address, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_pact_org_find(out, engine->org, address, &why);
    if (status == KL_OK && *out != KL_PACT_NO_NODE)
        return KL_OK;
    if (status == KL_OK)
        return kl_error_set(error, KL_NOT_FOUND, "role not found: '%.*s'", KL_TEXT_ARG(address));
    /* Text that is no address is a failed query here, not a bad value. */
    if (status == KL_INVALID)
        why.code = status = KL_FAILED;
    kl_error_move(error, &why);
    return status;
}

/* Whether nobody holds a role, and nobody acts. */
static bool is_vacant(const kl_pact_engine *engine, uint32_t node, kl_time now)
{
    const kl_pact_designation *acting = (const kl_pact_designation *)engine->roles[node].designation;
    return engine->org->nodes[node].is_vacant && !(acting && kl_pact_designation_is_active(acting, now));
}

bool kl_pact_role_is_suspended(const kl_pact_engine *engine, uint32_t node, kl_time now)
{
    const kl_pact_node *nodes = engine->org->nodes;
    for (uint32_t at = nodes[node].parent; at != KL_PACT_NO_NODE; at = nodes[at].parent)
        if (nodes[at].suspends && is_vacant(engine, at, now))
            return true;
    return false;
}

kl_pact_standing kl_pact_role_standing(const kl_pact_engine *engine, uint32_t node, kl_time now)
{
    if (is_vacant(engine, node, now))
        return KL_PACT_VACANT;
    return kl_pact_role_is_suspended(engine, node, now) ? KL_PACT_SUSPENDED : KL_PACT_PRESENT;
}

/* ---- recording ------------------------------------------------------------------------------- */

kl_status kl_pact_apply(kl_pact_engine *engine, const kl_pact_change *change, kl_error *error)
{
    return engine->recording ? kl_pact_engine_record(engine, change, error) : KL_OK;
}
