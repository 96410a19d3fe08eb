/* src/trust_plane/holds.c - see holds.h. */
#include "holds.h"
#include "canonical.h"
#include "eatp/fault.h"
#include "delegates.h"
#include "kailash/id.h"
#include "project_parts.h"
#include "seal.h"

static const kl_member members[] = {
    {.name = "hold_id", .kind = KL_KIND_STRING, .flags = KL_MEMBER_FILLED},
    {.name = "action", .kind = KL_KIND_STRING},
    {.name = "resource", .kind = KL_KIND_STRING, .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_NULL},
    {.name = "reason", .kind = KL_KIND_STRING},
    {.name = "dimension", .kind = KL_KIND_STRING},
    {.name = "status", .kind = KL_KIND_STRING},
    {.name = "created_at", .kind = KL_KIND_STRING, .flags = KL_MEMBER_TIME},
    {.name = "resolved_by", .kind = KL_KIND_STRING, .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_NULL},
    {.name = "resolved_at", .kind = KL_KIND_STRING,
     .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_NULL | KL_MEMBER_TIME},
    {.name = "resolved_reason", .kind = KL_KIND_STRING, .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_NULL},
};
static const kl_shape shape = {.name = "hold", KL_SHAPE_MEMBERS(members)};

const kl_stored_kind kl_holds_kind = {
    .sub = "holds", .id_member = "hold_id", .prefix = "hold-", .shape = &shape};

#define REFUSE(error, ...) kl_fault((error), KL_FAILED, NULL, "hold_error", __VA_ARGS__)

/* ---- a new one ----------------------------------------------------------------------------------- */

static kl_status make_record(kl_value *out, kl_text action, kl_text dimension, kl_text reason,
                             kl_value resource, kl_error *error)
{
    char id[5 + 37] = "hold-";
    kl_value map, now = kl_null();
    kl_status status;
    KL_TRY(kl_uuid_new(id + 5, error));
    KL_TRY(kl_map_new(&map, 10, error));
    KL_TRY_OUT(kl_stored_now(&now, error));
    KL_TRY_OUT(kl_stored_set_text(&map, "hold_id", id, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("action"), action, error));
    KL_TRY_OUT(kl_stored_set(&map, "resource", resource, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("reason"), reason, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("dimension"), dimension, error));
    KL_TRY_OUT(kl_stored_set_text(&map, "status", "Pending", error));
    KL_TRY_OUT(kl_stored_set(&map, "created_at", now, error));
    KL_TRY_OUT(kl_stored_set(&map, "resolved_by", kl_null(), error));
    KL_TRY_OUT(kl_stored_set(&map, "resolved_at", kl_null(), error));
    KL_TRY_OUT(kl_stored_set(&map, "resolved_reason", kl_null(), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(now);
    kl_value_release(map);
    return status;
}

kl_status kl_hold_create(kl_value *out, kl_trust_folder *folder, kl_text action, kl_text dimension,
                         kl_text reason, kl_value resource, kl_error *error)
{
    kl_value record;
    if (!kl_is_dimension(dimension))
        return REFUSE(error, "hold error: invalid dimension '%.*s'; valid dimensions are: %s",
                      (int)KL_MIN(dimension.len, 60), dimension.data, KL_DIMENSIONS_TEXT);
    KL_TRY(make_record(&record, action, dimension, reason, resource, error));
    kl_status status = kl_trust_lock(folder, error);
    if (status == KL_OK) {
        status = kl_stored_put(folder, &kl_holds_kind, record, error);
        kl_trust_unlock(folder);
    }
    if (status == KL_OK)
        *out = kl_value_retain(kl_stored_member(record, "hold_id"));
    kl_value_release(record);
    return status;
}

/* ---- settling ------------------------------------------------------------------------------------ */

static kl_status read_pending(kl_value *out, kl_trust_folder *folder, kl_text id, kl_error *error)
{
    kl_value record;
    KL_TRY(kl_stored_get(&record, folder, &kl_holds_kind, id, error));
    if (kl_is_null(record))
        return kl_fault(error, KL_NOT_FOUND, NULL, "not_found", "hold error: hold '%.*s' not found",
                        (int)KL_MIN(id.len, KL_TRUST_ID_MAX), id.data);
    kl_text state = kl_stored_text(record, "status");
    kl_status status = KL_OK;
    if (!kl_text_is(state, "Pending"))
        status = kl_fault(error, KL_STATE, NULL, "hold_error",
                          "hold error: hold '%.*s' is not pending (status: %.*s)", KL_TEXT_ARG(id),
                          (int)KL_MIN(state.len, 40), state.data);
    if (status == KL_OK)
        *out = record;
    else
        kl_value_release(record);
    return status;
}

static kl_status check_authority(const kl_delegate_tree *tree, kl_text id, kl_text dimension,
                                 kl_error *error)
{
    kl_value delegate = kl_delegate_find(tree, id);
    int shown = (int)KL_MIN(id.len, KL_TRUST_ID_MAX);
    if (kl_is_null(delegate))
        return kl_fault(error, KL_NOT_FOUND, NULL, "not_found",
                        "hold error: delegate '%.*s' not found for hold resolution", shown, id.data);
    kl_delegate_status standing = kl_delegate_standing(tree, id);
    if (standing != KL_DELEGATE_ACTIVE)
        return REFUSE(error, "hold error: delegate '%.*s' is not active (status: %s)", shown, id.data,
                      kl_delegate_status_name(standing, true));
    if (kl_delegate_may(tree, id, dimension))
        return KL_OK;
    return REFUSE(error, "hold error: delegate '%.*s' does not have authority over dimension '%.*s'",
                  shown, id.data, KL_TEXT_ARG(dimension));
}

static kl_status settle(kl_value *record, const kl_hold_decision *decision, kl_error *error)
{
    kl_value now;
    KL_TRY(kl_stored_now(&now, error));
    kl_status status =
        kl_stored_set_text(record, "status", decision->approved ? "Approved" : "Denied", error);
    if (status == KL_OK)
        status = kl_map_set_text(record, KL_TEXT("resolved_by"), decision->delegate_id, error);
    if (status == KL_OK)
        status = kl_stored_set(record, "resolved_at", now, error);
    if (status == KL_OK)
        status = kl_stored_set(record, "resolved_reason", decision->reason, error);
    kl_value_release(now);
    return status;
}

/* The record and its anchor in one step. */
static kl_status put_anchored(kl_trust_project *project, kl_value *record, kl_error *error)
{
    kl_value hash, anchor, pair = kl_project_pair(project);
    kl_status status = kl_seal_set(
        record, "holds", (const kl_key_pair *)kl_as_object(pair, &kl_key_pair_type), error);
    kl_value_release(pair);
    KL_TRY(status);
    KL_TRY(kl_trust_canonical_hash(&hash, *record, error));
    const kl_trust_entry entry = {
        .type = "hold_resolved", .record_id = kl_stored_text(*record, "hold_id"),
        .record_hash = kl_as_text(hash), .sub = "holds", .record = *record, .what = "resolve a hold"};
    status = kl_trust_project_append(&anchor, project, &entry, error);
    if (status == KL_OK)
        kl_value_release(anchor);
    kl_value_release(hash);
    return status;
}

static kl_status resolve_locked(kl_trust_folder *folder, kl_trust_project *project,
                                const kl_hold_decision *decision, kl_error *error)
{
    kl_value record = kl_null();
    kl_delegate_tree tree;
    KL_TRY(read_pending(&record, folder, decision->hold_id, error));
    kl_status status = kl_delegate_branches_read(&tree, folder, &decision->delegate_id, 1, error);
    if (status == KL_OK) {
        status = check_authority(&tree, decision->delegate_id, kl_stored_text(record, "dimension"),
                                 error);
        kl_delegate_tree_end(&tree);
    }
    if (status == KL_OK)
        status = settle(&record, decision, error);
    if (status == KL_OK)
        status = project ? put_anchored(project, &record, error)
                         : kl_stored_put(folder, &kl_holds_kind, record, error);
    kl_value_release(record);
    return status;
}

kl_status kl_hold_resolve(kl_trust_folder *folder, kl_trust_project *project,
                          const kl_hold_decision *decision, kl_error *error)
{
    if (project) {
        KL_TRY(kl_trust_project_begin(project, error));
        kl_status status = resolve_locked(kl_trust_project_folder(project), project, decision, error);
        kl_trust_project_end(project);
        return status;
    }
    KL_TRY(kl_trust_lock(folder, error));
    kl_status status = resolve_locked(folder, NULL, decision, error);
    kl_trust_unlock(folder);
    return status;
}
