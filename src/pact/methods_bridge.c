/* src/pact/methods_bridge.c - methods of PactGovernanceEngine: bridges. */
#include "engine_methods.h"
#include "kailash/json.h"

static kl_pact_engine *engine_of(kl_object *self) { return (kl_pact_engine *)self; }

kl_status kl_pact_call_create_bridge(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value map, bridge;
    kl_time now;
    (void)out;
    KL_TRY(kl_pact_engine_now(&now, engine_of(self), error));
    kl_status status = kl_json_parse(&map, kl_as_text(args[0]), error);
    if (status == KL_OK) {
        status = kl_pact_bridge_read(&bridge, map, error);
        kl_value_release(map);
    }
    if (status != KL_OK) {
        kl_error_prefix(error, "invalid bridge JSON: ");
        return status;
    }
    kl_pact_write_begin(engine_of(self));
    status = kl_pact_establish_bridge(engine_of(self), bridge, now, error);
    kl_pact_lock_end(engine_of(self));
    kl_value_release(bridge);
    return status;
}

kl_status kl_pact_call_request_bridge(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_pact_write_begin(engine_of(self));
    kl_status status = kl_pact_request_bridge(engine_of(self), args[0], kl_as_bool(args[1]), error);
    kl_pact_lock_end(engine_of(self));
    KL_TRY(status);
    *out = kl_value_retain(((const kl_pact_bridge *)args[0].as.object)->id);
    return KL_OK;
}

kl_status kl_pact_call_approve_bridge(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_time now;
    (void)out;
    KL_TRY(kl_pact_engine_now(&now, engine_of(self), error));
    KL_PACT_CHANGE(engine_of(self), kl_pact_approve_bridge(engine_of(self), kl_as_text(args[0]),
                                                           kl_as_text(args[1]), now, error));
}

kl_status kl_pact_call_reject_bridge(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out;
    KL_PACT_CHANGE(engine_of(self), kl_pact_reject_bridge(engine_of(self), kl_as_text(args[0]),
                                                          kl_as_text(args[1]), args[2], error));
}

kl_status kl_pact_call_remove_bridge(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out;
    KL_PACT_CHANGE(engine_of(self), kl_pact_drop_bridge(engine_of(self), kl_as_text(args[0]), error));
}

kl_status kl_pact_call_review_bridge(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_time now;
    (void)out;
    KL_TRY(kl_pact_engine_now(&now, engine_of(self), error));
    KL_PACT_CHANGE(engine_of(self), kl_pact_review_bridge(engine_of(self), kl_as_text(args[0]),
                                                          kl_as_text(args[1]), now, error));
}

/* ---- asking ---------------------------------------------------------------------------------- */

kl_status kl_pact_call_list_bridges(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    kl_pact_read_begin(engine_of(self));
    kl_status status = kl_pact_links_list(out, &engine_of(self)->bridges, error);
    kl_pact_lock_end(engine_of(self));
    return status;
}

kl_status kl_pact_call_overdue_bridges(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value all, list = kl_null();
    kl_status status;
    kl_time now;
    KL_TRY(kl_pact_engine_now(&now, engine_of(self), error));
    KL_TRY(kl_pact_call_list_bridges(&all, self, args, error));
    KL_TRY_OUT(kl_array_new(&list, 0, error));
    for (size_t i = 0; i < kl_array_len(all); i++) {
        const kl_pact_bridge *bridge = (const kl_pact_bridge *)kl_array_at(all, i).as.object;
        if (bridge->active && bridge->approval == KL_PACT_BRIDGE_APPROVED &&
            kl_pact_bridge_is_overdue(bridge, now))
            KL_TRY_OUT(kl_array_push(&list, kl_value_retain(kl_array_at(all, i)), error));
    }
    *out = kl_value_take(&list);
out:
    kl_value_release(list);
    kl_value_release(all);
    return status;
}

kl_status kl_pact_call_bridge_lca(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    uint32_t node;
    KL_TRY(kl_pact_bridge_lca(&node, engine_of(self), kl_as_text(args[0]), kl_as_text(args[1]), error));
    return kl_pact_address_new(out, engine_of(self)->org->nodes[node].path, error);
}

/* ---- verify_bridge_access() ------------------------------------------------------------------ */

typedef struct question {
    kl_pact_engine *engine;
    uint32_t source, target;
    kl_value action;
    kl_error *error;
} question;

/* {"bridge_check": word, key: value}; `value` is borrowed. Given. */
static kl_status details_of(kl_value *out, const char *word, const char *key, kl_text value, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 2, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("bridge_check"), kl_text_from(word), error));
    if (key)
        KL_TRY_OUT(kl_map_set_text(&map, kl_text_from(key), value, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* The envelopes of both ends open their bridges to those below them. */
static bool opens(const kl_pact_engine *engine, uint32_t node)
{
    const kl_role_envelope *envelope = (const kl_role_envelope *)engine->roles[node].envelope;
    return envelope && envelope->allow_bridge;
}

static bool joins(const question *q, uint32_t a, uint32_t b, bool forth, const kl_pact_bridge *bridge,
                  kl_time now)
{
    bool exact = a == q->source && b == q->target;
    return kl_pact_bridge_is_usable(bridge, now) && (forth || bridge->bilateral) &&
           (exact || (opens(q->engine, a) && opens(q->engine, b)));
}

/* The first usable bridge from the source, or a role above it, to the target, or a role above that. */
static const kl_pact_bridge *bridge_between(const question *q, kl_time now)
{
    const kl_pact_node *nodes = q->engine->org->nodes;
    for (uint32_t a = q->source; a != KL_PACT_NO_NODE; a = nodes[a].parent)
        for (uint32_t b = q->target; b != KL_PACT_NO_NODE; b = nodes[b].parent) {
            kl_text from = kl_as_text(nodes[a].address), to = kl_as_text(nodes[b].address);
            kl_value list = kl_pact_links_between(&q->engine->bridges, from, to);
            for (size_t i = 0; i < kl_array_len(list); i++) {
                const kl_pact_bridge *bridge = (const kl_pact_bridge *)kl_array_at(list, i).as.object;
                bool forth = kl_text_equal(kl_as_text(bridge->role_a_address), from);
                if (joins(q, a, b, forth, bridge, now))
                    return bridge;
            }
        }
    return NULL;
}

/* How it is answered. */
typedef struct bridge_answer {
    kl_zone zone;
    kl_value details; /* owned map */
    kl_value reason;  /* owned string */
    const kl_pact_bridge *used; /* for one use, and used by this */
} bridge_answer;

static kl_status answer_with(bridge_answer *a, const question *q, kl_zone zone, const char *word,
                             const char *key, kl_text value, const char *why)
{
    kl_text action = kl_as_text(q->action);
    a->zone = zone;
    KL_TRY(details_of(&a->details, word, key, value, q->error));
    return kl_string_format(&a->reason, q->error, "action '%.*s' %s", KL_TEXT_ARG(action), why);
}

/* With a side of the lock. */
static kl_status judge_bridge(bridge_answer *a, const question *q, kl_time now)
{
    const kl_pact_node *nodes = q->engine->org->nodes;
    if (kl_pact_is_never_delegated(q->engine, kl_as_text(q->action)) &&
        !kl_pact_path_lca(nodes[q->source].path, nodes[q->target].path))
        return answer_with(a, q, KL_ZONE_HELD, "held", "check", KL_TEXT("never_delegated"),
                           "requires human review: it is never delegated");
    if (kl_pact_path_lca(nodes[q->source].path, nodes[q->target].path))
        return answer_with(a, q, KL_ZONE_AUTO_APPROVED, "skipped_same_department", NULL, KL_TEXT(""),
                           "— same department, no bridge check required");
    const kl_pact_bridge *bridge = bridge_between(q, now);
    if (!bridge)
        return answer_with(a, q, KL_ZONE_BLOCKED, "blocked", "failure", KL_TEXT("no_common_ancestor"),
                           "blocked — no common ancestor, and no bridge that is usable joins the two roles");
    a->used = bridge->one_time_use ? bridge : NULL;
    return answer_with(a, q, KL_ZONE_AUTO_APPROVED, "allowed", "bridge_id", kl_as_text(bridge->id),
                       "is allowed over a bridge");
}

/* A bridge for one use is used up under the write side, as in check_access(). */
static kl_status answer_question(bridge_answer *a, const question *q, kl_time now)
{
    kl_pact_read_begin(q->engine);
    kl_status status = judge_bridge(a, q, now);
    bool again = status == KL_OK && a->used;
    kl_pact_lock_end(q->engine);
    if (!again)
        return status;
    kl_value_replace(&a->details, kl_null());
    kl_value_replace(&a->reason, kl_null());
    a->used = NULL;
    kl_pact_write_begin(q->engine);
    status = judge_bridge(a, q, now);
    if (status == KL_OK && a->used) {
        kl_value id = kl_map_get(q->engine->bridges.by_id, kl_as_text(a->used->id));
        status = kl_pact_use_up_bridge(q->engine, id, now, q->error);
    }
    kl_pact_lock_end(q->engine);
    return status;
}

static kl_status verdict_of(kl_value *out, const bridge_answer *a, const question *q, kl_time now)
{
    kl_value role = q->engine->org->nodes[q->source].address;
    kl_value zone = kl_null();
    const kl_pact_verdict_parts parts = {
        .zone = a->zone, .allowed = a->zone <= KL_ZONE_FLAGGED, .action = q->action, .reason = a->reason,
        .details = a->details, .role_address = role, .envelope_version = zone, .at = now};
    const kl_pact_decision decision = {.action = "verify_bridge_access", .role_address = kl_as_text(role),
                                       .zone = a->zone, .subject = kl_as_text(q->action),
                                       .result = kl_as_text(a->reason)};
    KL_TRY(kl_pact_engine_decided(q->engine, &decision, q->error));
    return kl_pact_verdict_new(out, &parts, q->error);
}

/* A role that is not there has no ancestor in common with any. */
static kl_status unknown_role(kl_value *out, kl_value address, kl_value action, kl_error *error)
{
    kl_value details;
    KL_TRY(details_of(&details, "blocked", "failure", KL_TEXT("role_not_found"), error));
    kl_status status = kl_pact_verdict_format(out, KL_ZONE_BLOCKED, action, address, details, error,
                                              "action '%.*s' blocked — role not found: '%.*s'",
                                              KL_TEXT_ARG(kl_as_text(action)),
                                              KL_TEXT_ARG(kl_as_text(address)));
    kl_value_release(details);
    return status;
}

kl_status kl_pact_call_verify_bridge(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    question q = {.engine = engine_of(self), .action = args[2], .error = error};
    bridge_answer a = {.details = kl_null(), .reason = kl_null()};
    uint32_t *const ends[] = {&q.source, &q.target};
    kl_time now;
    KL_TRY(kl_pact_engine_now(&now, q.engine, error));
    for (size_t i = 0; i < KL_COUNT(ends); i++) {
        kl_error why = KL_ERROR_INIT;
        kl_status status = kl_pact_find_address(ends[i], q.engine, kl_as_text(args[i]), &why);
        if (status == KL_NOT_FOUND) {
            kl_error_clear(&why);
            return unknown_role(out, args[i], args[2], error);
        }
        if (status != KL_OK) {
            kl_error_move(error, &why);
            return status;
        }
    }
    kl_status status = answer_question(&a, &q, now);
    if (status == KL_OK)
        status = verdict_of(out, &a, &q, now);
    kl_value_release(a.details);
    kl_value_release(a.reason);
    return status;
}

const kl_param kl_pact_bridge_json_param[1] = {
    {.name = "bridge_json", .kind = KL_KIND_STRING, .doc = "a bridge as a JSON object"},
};
const kl_param kl_pact_request_params[2] = {
    {.name = "bridge", .kind = KL_KIND_OBJECT, .type = &kl_pact_bridge_type, .doc = "what is asked for"},
    {.name = "admin", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "whether the ends may be in departments that have no role above both"},
};
const kl_param kl_pact_approve_bridge_params[2] = {
    {.name = "bridge_id", .kind = KL_KIND_STRING, .doc = "id of the bridge"},
    {.name = "approver_address", .kind = KL_KIND_STRING, .doc = "address of the role that approves"},
};
const kl_param kl_pact_reject_bridge_params[3] = {
    {.name = "bridge_id", .kind = KL_KIND_STRING, .doc = "id of the bridge"},
    {.name = "rejector_address", .kind = KL_KIND_STRING, .doc = "address of the role that rejects"},
    {.name = "reason", .kind = KL_KIND_STRING, .doc = "why"},
};
const kl_param kl_pact_bridge_id_param[1] = {
    {.name = "bridge_id", .kind = KL_KIND_STRING, .doc = "id of a bridge"},
};
const kl_param kl_pact_review_params[2] = {
    {.name = "bridge_id", .kind = KL_KIND_STRING, .doc = "id of the bridge"},
    {.name = "by", .kind = KL_KIND_STRING, .doc = "address of the role that reviewed it"},
};
const kl_param kl_pact_lca_params[2] = {
    {.name = "role_a", .kind = KL_KIND_STRING, .doc = "address of one role"},
    {.name = "role_b", .kind = KL_KIND_STRING, .doc = "address of the other"},
};
const kl_param kl_pact_verify_bridge_params[3] = {
    {.name = "source_address", .kind = KL_KIND_STRING, .doc = "address of the role that acts"},
    {.name = "target_address", .kind = KL_KIND_STRING, .doc = "address of the role it acts towards"},
    {.name = "action", .kind = KL_KIND_STRING, .doc = "what it wants to do"},
};
