/* src/pact/engine_bridges.c - bridges of an engine: who may make them, and how they come to count. */
#include "engine_parts.h"

static kl_pact_link link_of(kl_value bridge)
{
    const kl_pact_bridge *own = (const kl_pact_bridge *)bridge.as.object;
    return (kl_pact_link){bridge, kl_as_text(own->id), own->role_a_address, own->role_b_address,
                          !kl_text_equal(kl_as_text(own->role_a_address), kl_as_text(own->role_b_address))};
}

kl_status kl_pact_put_bridge(kl_pact_engine *engine, kl_value bridge, const char *action, kl_value details,
                             kl_error *error)
{
    const kl_pact_bridge *own = (const kl_pact_bridge *)bridge.as.object;
    kl_value old = kl_map_get(engine->bridges.by_id, kl_as_text(own->id)), row;
    const kl_pact_link added = link_of(bridge), removed = kl_is_null(old) ? added : link_of(old);
    KL_TRY(kl_pact_bridge_write(&row, own, error));
    const kl_pact_change told = {.action = action, .role_address = kl_as_text(own->role_a_address),
                                 .details = details, .table = KL_PACT_TABLE_BRIDGES,
                                 .key = kl_as_text(own->id), .row = row};
    kl_status status = kl_pact_change_links(engine, &engine->bridges, kl_is_null(old) ? NULL : &removed,
                                            &added, &told, error);
    kl_value_release(row);
    return status;
}

/* {"bridge_id": ..., name: value}; `value` is taken, null is left out. Given. */
static kl_status details_of(kl_value *out, const kl_pact_bridge *bridge, const char *name, kl_value value,
                            kl_error *error)
{
    kl_value map;
    kl_status status = kl_map_of_one(&map, KL_TEXT("bridge_id"), kl_value_retain(bridge->id), error);
    if (status != KL_OK) {
        kl_value_release(value);
        return status;
    }
    if (!kl_is_null(value) && (status = kl_map_set(&map, kl_text_from(name), value, error)) != KL_OK) {
        kl_value_release(map);
        return status;
    }
    *out = map;
    return KL_OK;
}

/* ---- who decides ----------------------------------------------------------------------------- */

static kl_status find_ends(uint32_t *a, uint32_t *b, const kl_pact_engine *engine, const kl_pact_bridge *own,
                           kl_error *error)
{
    KL_TRY(kl_pact_find_address(a, engine, kl_as_text(own->role_a_address), error));
    return kl_pact_find_address(b, engine, kl_as_text(own->role_b_address), error);
}

/* The lowest role above both, or KL_PACT_NO_NODE. */
static uint32_t lowest_above(const kl_pact_org *org, uint32_t a, uint32_t b)
{
    size_t common = kl_pact_path_lca(org->nodes[a].path, org->nodes[b].path);
    return common ? kl_pact_org_at(org, kl_pact_path_cut(org->nodes[a].path, common)) : KL_PACT_NO_NODE;
}

static kl_status no_common_ancestor(const kl_pact_org *org, uint32_t a, uint32_t b, kl_error *error)
{
    return kl_error_set(error, KL_STATE,
                        "governance: no common ancestor between '%.*s' and '%.*s' — cross-department bridges "
                        "require root admin authorization",
                        KL_TEXT_ARG(kl_as_text(org->nodes[a].address)),
                        KL_TEXT_ARG(kl_as_text(org->nodes[b].address)));
}

kl_status kl_pact_bridge_lca(uint32_t *out, const kl_pact_engine *engine, kl_text a, kl_text b, kl_error *error)
{
    uint32_t first, second;
    KL_TRY(kl_pact_find_address(&first, engine, a, error));
    KL_TRY(kl_pact_find_address(&second, engine, b, error));
    *out = lowest_above(engine->org, first, second);
    return *out == KL_PACT_NO_NODE ? no_common_ancestor(engine->org, first, second, error) : KL_OK;
}

/* Whether a role may decide on a bridge: it stands at or above the lowest role above both ends, or at the top
 * of a department when there is none. */
static kl_status check_authority(const kl_pact_engine *engine, const kl_pact_bridge *own, uint32_t who,
                                 const char *verb, kl_error *error)
{
    const kl_pact_org *org = engine->org;
    uint32_t a, b;
    KL_TRY(find_ends(&a, &b, engine, own, error));
    uint32_t above = lowest_above(org, a, b);
    kl_text address = kl_as_text(org->nodes[who].address), id = kl_as_text(own->id);
    if (above == KL_PACT_NO_NODE)
        return org->nodes[who].parent == KL_PACT_NO_NODE
                   ? KL_OK
                   : kl_error_set(error, KL_STATE,
                                  "governance: approver '%.*s' is not at the top of a department — "
                                  "insufficient authority to %s bridge '%.*s', whose ends have no common "
                                  "ancestor", KL_TEXT_ARG(address), verb, KL_TEXT_ARG(id));
    if (kl_pact_org_covers(org, who, above))
        return KL_OK;
    return kl_error_set(error, KL_STATE,
                        "governance: approver '%.*s' is not at or above the LCA '%.*s' — insufficient "
                        "authority to %s bridge '%.*s'", KL_TEXT_ARG(address),
                        KL_TEXT_ARG(kl_as_text(org->nodes[above].address)), verb, KL_TEXT_ARG(id));
}

/* A copy of a bridge that may be changed, until others see it. */
static kl_status copy_of(kl_pact_bridge **out, kl_value bridge, kl_error *error)
{
    kl_value copy;
    KL_TRY(kl_object_copy(&copy, &kl_pact_bridge_type, bridge, error));
    *out = (kl_pact_bridge *)copy.as.object;
    return KL_OK;
}

static kl_status set_time(kl_value *slot, kl_time time, kl_error *error)
{
    kl_value text;
    KL_TRY(kl_pact_time_string(&text, time, KL_TIME_OFFSET, error));
    kl_value_replace(slot, text);
    return KL_OK;
}

static kl_status set_status(kl_pact_bridge *own, kl_pact_approval approval, kl_value reason, kl_error *error)
{
    kl_value status;
    KL_TRY(kl_pact_bridge_status_new(&status, approval, reason, error));
    kl_value_replace(&own->approval_status, status);
    own->approval = approval;
    return KL_OK;
}

/* When the next review is due, counted from now; never without an interval. */
static kl_status set_review(kl_pact_bridge *own, kl_time now, kl_error *error)
{
    kl_value text = kl_null();
    kl_time next = KL_TIME_NONE;
    if (!kl_is_null(own->review_interval_days)) {
        int64_t days = kl_as_int(own->review_interval_days);
        if (days > KL_PACT_HOURS_MAX / 24 || __builtin_add_overflow(now, days * KL_DAY, &next))
            return kl_error_set(error, KL_INVALID,
                                "review_interval_days: the next review would lie beyond the year 2262");
        KL_TRY(kl_pact_time_string(&text, next, KL_TIME_Z, error));
    }
    kl_value_replace(&own->next_review_at, text);
    own->review = next;
    return KL_OK;
}

/* ---- making ---------------------------------------------------------------------------------- */

/* Who approved a bridge that counts at once, where its document says so. */
static kl_status check_approved_by(const kl_pact_engine *engine, const kl_pact_bridge *own, kl_error *error)
{
    uint32_t who;
    if (kl_is_null(own->approved_by))
        return KL_OK;
    KL_TRY(kl_pact_find_address(&who, engine, kl_as_text(own->approved_by), error));
    return check_authority(engine, own, who, "approve", error);
}

kl_status kl_pact_establish_bridge(kl_pact_engine *engine, kl_value bridge, kl_time now, kl_error *error)
{
    static const char *const unapproved = "stored without the approval of a role above both ends";
    kl_pact_bridge *own;
    kl_value details = kl_null(), warning = kl_null();
    kl_status status;
    uint32_t a, b;
    KL_TRY(copy_of(&own, bridge, error));
    if (own->approval != KL_PACT_BRIDGE_APPROVED) {
        kl_value text;
        KL_TRY_OUT(kl_pact_bridge_status_text(&text, own->approval_status.as.object, error));
        status = kl_error_set(error, KL_STATE,
                              "governance: create_bridge only accepts bridges with Approved status (got: "
                              "%.*s). Use request_bridge() to create a bridge that requires approval.",
                              KL_TEXT_ARG(kl_as_text(text)));
        kl_value_release(text);
        goto out;
    }
    KL_TRY_OUT(find_ends(&a, &b, engine, own, error));
    KL_TRY_OUT(check_approved_by(engine, own, error));
    if (!kl_is_null(own->approved_by) && kl_is_null(own->approved_at))
        KL_TRY_OUT(set_time(&own->approved_at, now, error));
    if (kl_is_null(own->approved_by))
        KL_TRY_OUT(kl_string_new(&warning, kl_text_from(unapproved), error));
    KL_TRY_OUT(details_of(&details, own, "warning", warning, error));
    status = kl_pact_put_bridge(engine, kl_value_of(&own->object), "bridge_established", details, error);
out:
    kl_value_release(details);
    kl_object_release(&own->object);
    return status;
}

kl_status kl_pact_request_bridge(kl_pact_engine *engine, kl_value bridge, bool admin, kl_error *error)
{
    kl_pact_bridge *own;
    kl_value details = kl_null();
    kl_status status;
    uint32_t a, b;
    KL_TRY(copy_of(&own, bridge, error));
    KL_TRY_OUT(find_ends(&a, &b, engine, own, error));
    uint32_t above = lowest_above(engine->org, a, b);
    if (above == KL_PACT_NO_NODE && !admin) {
        status = no_common_ancestor(engine->org, a, b, error);
        goto out;
    }
    own->by_admin = above == KL_PACT_NO_NODE;
    kl_value_replace(&own->lca_address, own->by_admin ? kl_null()
                                                      : kl_value_retain(engine->org->nodes[above].address));
    kl_value_replace(&own->approved_by, kl_null());
    kl_value_replace(&own->approved_at, kl_null());
    kl_value_replace(&own->used_at, kl_null());
    KL_TRY_OUT(set_status(own, KL_PACT_BRIDGE_PENDING, kl_null(), error));
    KL_TRY_OUT(details_of(&details, own, "role_b_address", kl_value_retain(own->role_b_address), error));
    status = kl_pact_put_bridge(engine, kl_value_of(&own->object), "bridge_requested", details, error);
out:
    kl_value_release(details);
    kl_object_release(&own->object);
    return status;
}

/* ---- deciding -------------------------------------------------------------------------------- */

/* A known bridge; borrowed. */
static kl_status find_bridge(kl_value *out, const kl_pact_engine *engine, kl_text id, kl_error *error)
{
    *out = kl_map_get(engine->bridges.by_id, id);
    return kl_is_null(*out) ? kl_error_set(error, KL_NOT_FOUND, "governance: bridge '%.*s' not found",
                                           KL_TEXT_ARG(id))
                            : KL_OK;
}

/* A bridge that waits for a decision, and the role that may make it. */
static kl_status find_pending(kl_value *out, uint32_t *who, const kl_pact_engine *engine, kl_text id,
                              kl_text approver, const char *verb, kl_error *error)
{
    kl_value text;
    KL_TRY(find_bridge(out, engine, id, error));
    const kl_pact_bridge *own = (const kl_pact_bridge *)out->as.object;
    if (own->approval != KL_PACT_BRIDGE_PENDING) {
        KL_TRY(kl_pact_bridge_status_text(&text, own->approval_status.as.object, error));
        kl_error_set(error, KL_STATE, "governance: bridge '%.*s' is not pending approval (status: %.*s)",
                     KL_TEXT_ARG(id), KL_TEXT_ARG(kl_as_text(text)));
        kl_value_release(text);
        return KL_STATE;
    }
    KL_TRY(kl_pact_find_address(who, engine, approver, error));
    return check_authority(engine, own, *who, verb, error);
}

kl_status kl_pact_approve_bridge(kl_pact_engine *engine, kl_text id, kl_text approver, kl_time now,
                                 kl_error *error)
{
    kl_value old, details = kl_null();
    uint32_t who;
    kl_pact_bridge *own;
    kl_status status;
    KL_TRY(find_pending(&old, &who, engine, id, approver, "approve", error));
    KL_TRY(copy_of(&own, old, error));
    kl_value by = engine->org->nodes[who].address;
    kl_value_replace(&own->approved_by, kl_value_retain(by));
    KL_TRY_OUT(set_time(&own->approved_at, now, error));
    KL_TRY_OUT(set_status(own, KL_PACT_BRIDGE_APPROVED, kl_null(), error));
    if (kl_is_null(own->next_review_at))
        KL_TRY_OUT(set_review(own, now, error));
    KL_TRY_OUT(details_of(&details, own, "approved_by", kl_value_retain(by), error));
    status = kl_pact_put_bridge(engine, kl_value_of(&own->object), "bridge_approved", details, error);
out:
    kl_value_release(details);
    kl_object_release(&own->object);
    return status;
}

kl_status kl_pact_reject_bridge(kl_pact_engine *engine, kl_text id, kl_text rejector, kl_value reason,
                                kl_error *error)
{
    kl_value old, details = kl_null();
    uint32_t who;
    kl_pact_bridge *own;
    kl_status status;
    KL_TRY(find_pending(&old, &who, engine, id, rejector, "reject", error));
    KL_TRY(copy_of(&own, old, error));
    KL_TRY_OUT(set_status(own, KL_PACT_BRIDGE_REJECTED, reason, error));
    KL_TRY_OUT(details_of(&details, own, "rejected_by", kl_value_retain(engine->org->nodes[who].address),
                          error));
    KL_TRY_OUT(kl_map_set(&details, KL_TEXT("reason"), kl_value_retain(reason), error));
    status = kl_pact_put_bridge(engine, kl_value_of(&own->object), "bridge_rejected", details, error);
out:
    kl_value_release(details);
    kl_object_release(&own->object);
    return status;
}

kl_status kl_pact_review_bridge(kl_pact_engine *engine, kl_text id, kl_text by, kl_time now, kl_error *error)
{
    kl_value old, details = kl_null();
    uint32_t who;
    kl_pact_bridge *own;
    kl_status status;
    KL_TRY(find_bridge(&old, engine, id, error));
    KL_TRY(kl_pact_find_address(&who, engine, by, error));
    KL_TRY(check_authority(engine, (const kl_pact_bridge *)old.as.object, who, "review", error));
    KL_TRY(copy_of(&own, old, error));
    KL_TRY_OUT(set_time(&own->last_reviewed_at, now, error));
    KL_TRY_OUT(set_review(own, now, error));
    KL_TRY_OUT(details_of(&details, own, "reviewed_by", kl_value_retain(engine->org->nodes[who].address),
                          error));
    status = kl_pact_put_bridge(engine, kl_value_of(&own->object), "bridge_reviewed", details, error);
out:
    kl_value_release(details);
    kl_object_release(&own->object);
    return status;
}

/* ---- ending ---------------------------------------------------------------------------------- */

kl_status kl_pact_drop_bridge(kl_pact_engine *engine, kl_text id, kl_error *error)
{
    kl_value old = kl_map_get(engine->bridges.by_id, id), details;
    if (kl_is_null(old))
        return KL_OK;
    const kl_pact_bridge *own = (const kl_pact_bridge *)old.as.object;
    KL_TRY(details_of(&details, own, NULL, kl_null(), error));
    const kl_pact_link removed = link_of(old);
    const kl_pact_change told = {.action = "bridge_revoked",
                                 .role_address = kl_as_text(own->role_a_address), .details = details,
                                 .table = KL_PACT_TABLE_BRIDGES, .key = id, .row = kl_null()};
    kl_status status = kl_pact_change_links(engine, &engine->bridges, &removed, NULL, &told, error);
    kl_value_release(details);
    return status;
}

kl_status kl_pact_use_up_bridge(kl_pact_engine *engine, kl_value bridge, kl_time now, kl_error *error)
{
    kl_value details = kl_null(), cause = kl_null();
    kl_pact_bridge *own;
    kl_status status;
    KL_TRY(copy_of(&own, bridge, error));
    KL_TRY_OUT(set_time(&own->used_at, now, error));
    KL_TRY_OUT(kl_string_new(&cause, KL_TEXT("used once"), error));
    KL_TRY_OUT(details_of(&details, own, "cause", cause, error));
    status = kl_pact_put_bridge(engine, kl_value_of(&own->object), "bridge_revoked", details, error);
out:
    kl_value_release(details);
    kl_object_release(&own->object);
    return status;
}
