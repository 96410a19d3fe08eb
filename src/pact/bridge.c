/* src/pact/bridge.c - PactBridge: that two roles may read from each other. */
#include "knowledge.h"
#include "words.h"
#include "kailash/json.h"
#include "kailash/match.h"

#include <strings.h>

/* ---- types ----------------------------------------------------------------------------------- */

static const struct {
    const char *name, *wire, *joined; /* as it is printed, as documents have it, as some write it */
} types[] = {
    {"standing", "Standing", "standing"},
    {"scoped", "Scoped", "scoped"},
    {"ad_hoc", "AdHoc", "adhoc"},
};

static bool is_word(kl_text text, const char *word)
{
    return text.len == strlen(word) && strncasecmp(text.data, word, text.len) == 0;
}

static kl_status read_type(kl_value *slot, kl_text name, kl_error *error)
{
    for (size_t i = 0; i < KL_COUNT(types); i++)
        if (is_word(name, types[i].name) || is_word(name, types[i].joined)) {
            kl_value text;
            KL_TRY(kl_string_new(&text, kl_text_from(types[i].name), error));
            kl_value_replace(slot, text);
            return KL_OK;
        }
    return kl_error_set(error, KL_INVALID, "unknown bridge type: '%.*s' (expected: Standing, Scoped, AdHoc)",
                        KL_TEXT_ARG(name));
}

static const char *wire_type(kl_value type)
{
    for (size_t i = 0; i < KL_COUNT(types); i++)
        if (kl_text_is(kl_as_text(type), types[i].name))
            return types[i].wire;
    return "";
}

/* ---- reading --------------------------------------------------------------------------------- */

/* "pending", "approved", or {"rejected": {"reason": "..."}}. */
static kl_status read_status(kl_pact_bridge *bridge, const kl_pact_reader *reader)
{
    const kl_value *found = kl_map_find(reader->map, KL_TEXT("approval_status"));
    kl_value reason = kl_null(), status;
    kl_text word = found ? kl_as_text(*found) : KL_TEXT("approved");
    bridge->approval = KL_PACT_BRIDGE_APPROVED;
    if (found && kl_is(*found, KL_KIND_MAP) && kl_map_has(*found, KL_TEXT("rejected"))) {
        reason = kl_map_get(*found, KL_TEXT("rejected"));
        if (kl_is(reason, KL_KIND_MAP))
            reason = kl_map_get(reason, KL_TEXT("reason"));
        if (!kl_is(reason, KL_KIND_STRING))
            return kl_pact_member_wrong(reader, "approval_status", "a rejection needs a reason");
        bridge->approval = KL_PACT_BRIDGE_REJECTED;
    } else if (kl_text_is(word, "pending")) {
        bridge->approval = KL_PACT_BRIDGE_PENDING;
    } else if (!kl_text_is(word, "approved")) {
        return kl_pact_member_wrong(reader, "approval_status",
                                    "expected pending, approved or {\"rejected\": {\"reason\": ...}}");
    }
    KL_TRY(kl_pact_bridge_status_new(&status, (kl_pact_approval)bridge->approval, reason, reader->error));
    kl_value_replace(&bridge->approval_status, status);
    return KL_OK;
}

/* Older documentation calls it is_active. */
static kl_status read_active(kl_pact_bridge *bridge, const kl_pact_reader *reader)
{
    bool has_alias = kl_map_has(reader->map, KL_TEXT("is_active")), alias = false;
    bool has_name = kl_map_has(reader->map, KL_TEXT("active"));
    KL_TRY(kl_pact_member_bool(&bridge->active, reader, "active", !has_alias));
    KL_TRY(kl_pact_member_bool(&alias, reader, "is_active", false));
    if (has_alias && has_name && alias != bridge->active)
        return kl_pact_member_wrong(reader, "is_active", "contradicts `active`; give one of them");
    if (has_alias)
        bridge->active = alias;
    return KL_OK;
}

static kl_status read_review(kl_pact_bridge *bridge, const kl_pact_reader *reader)
{
    const kl_value *days = kl_map_find(reader->map, KL_TEXT("review_interval_days"));
    int64_t ignored = 0;
    if (days && !kl_is_null(*days)) {
        if (!kl_is(*days, KL_KIND_INT) || days->as.integer < 0 || days->as.integer > UINT32_MAX)
            return kl_pact_member_wrong(reader, "review_interval_days",
                                        "expected days, an integer from 0 to 4294967295");
        bridge->review_interval_days = *days;
    }
    KL_TRY(kl_pact_member_time(&bridge->next_review_at, &bridge->review, reader, "next_review_at", KL_TIME_Z));
    KL_TRY(kl_pact_member_time(&bridge->last_reviewed_at, &ignored, reader, "last_reviewed_at", KL_TIME_OFFSET));
    return kl_pact_member_bool(&bridge->suspend_on_overdue, reader, "suspend_on_overdue", false);
}

/* Globs that are none would never match, and nobody would know why. */
static kl_status read_paths(kl_value *slot, const kl_pact_reader *reader, const char *name)
{
    KL_TRY(kl_pact_member_texts(slot, reader, name));
    for (size_t i = 0; i < kl_array_len(*slot); i++) {
        kl_status status = kl_glob_check(kl_as_text(kl_array_at(*slot, i)), reader->error);
        if (status != KL_OK) {
            kl_error_prefix(reader->error, "%s: %s[%zu]: ", reader->what, name, i);
            return status;
        }
    }
    return KL_OK;
}

static kl_status read_use(kl_pact_bridge *bridge, const kl_pact_reader *reader)
{
    int64_t ignored = 0;
    KL_TRY(read_paths(&bridge->read_paths, reader, "read_paths"));
    KL_TRY(read_paths(&bridge->write_paths, reader, "write_paths"));
    KL_TRY(kl_pact_member_bool(&bridge->one_time_use, reader, "one_time_use", false));
    KL_TRY(kl_pact_member_time(&bridge->used_at, &ignored, reader, "used_at", KL_TIME_OFFSET));
    KL_TRY(kl_pact_member_time(&bridge->approved_at, &ignored, reader, "approved_at", KL_TIME_OFFSET));
    KL_TRY(kl_pact_member_address(&bridge->approved_by, reader, "approved_by", false));
    KL_TRY(kl_pact_member_address(&bridge->lca_address, reader, "lca_address", false));
    return kl_pact_member_bool(&bridge->by_admin, reader, "by_admin", false);
}

static kl_status read_all(kl_pact_bridge *bridge, const kl_pact_reader *reader)
{
    kl_value type = kl_null();
    bridge->expires = bridge->review = KL_TIME_NONE;
    KL_TRY(kl_pact_member_check(reader));
    KL_TRY(kl_pact_member_text(&bridge->id, reader, "id", true));
    KL_TRY(kl_pact_member_address(&bridge->role_a_address, reader, "role_a_address", true));
    KL_TRY(kl_pact_member_address(&bridge->role_b_address, reader, "role_b_address", true));
    KL_TRY(kl_pact_member_text(&type, reader, "bridge_type", true));
    kl_status status = read_type(&bridge->bridge_type, kl_as_text(type), reader->error);
    kl_value_release(type);
    KL_TRY(status);
    KL_TRY(kl_pact_member_level(&bridge->max_classification, &bridge->level, reader, "max_classification",
                                true));
    KL_TRY(kl_pact_member_bool(&bridge->bilateral, reader, "bilateral", true));
    KL_TRY(read_active(bridge, reader));
    KL_TRY(kl_pact_member_time(&bridge->expires_at, &bridge->expires, reader, "expires_at", KL_TIME_Z));
    KL_TRY(kl_pact_member_text(&bridge->created_by, reader, "created_by", false));
    KL_TRY(read_status(bridge, reader));
    KL_TRY(read_review(bridge, reader));
    if (kl_array_len(kl_map_get(reader->map, KL_TEXT("participants"))))
        return kl_pact_member_wrong(reader, "participants",
                                    "a bridge joins two roles: role_a_address and role_b_address");
    return read_use(bridge, reader);
}

kl_status kl_pact_bridge_fill(kl_pact_bridge *bridge, kl_value map, kl_error *error)
{
    const kl_pact_reader reader = {"bridge", map, error};
    return read_all(bridge, &reader);
}

kl_status kl_pact_bridge_read(kl_value *out, kl_value map, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_pact_bridge_type, error));
    kl_status status = kl_pact_bridge_fill((kl_pact_bridge *)object, map, error);
    if (status != KL_OK) {
        kl_object_release(object);
        return status;
    }
    *out = kl_value_of(object);
    return KL_OK;
}

/* ---- writing --------------------------------------------------------------------------------- */

static kl_status put_bool(kl_value *map, const char *name, bool value, bool always, kl_error *error)
{
    return value || always ? kl_map_set(map, kl_text_from(name), kl_bool(value), error) : KL_OK;
}

static kl_status put_status(kl_value *map, const kl_pact_bridge *bridge, kl_error *error)
{
    kl_value reason, inner;
    if (bridge->approval != KL_PACT_BRIDGE_REJECTED)
        return kl_map_set_text(map, KL_TEXT("approval_status"),
                               bridge->approval == KL_PACT_BRIDGE_PENDING ? KL_TEXT("pending")
                                                                          : KL_TEXT("approved"), error);
    const kl_field *field = kl_type_field(&kl_pact_bridge_status_type, KL_TEXT("reason"));
    KL_TRY(kl_field_get(&reason, bridge->approval_status.as.object, field, error));
    KL_TRY(kl_map_of_one(&inner, KL_TEXT("reason"), reason, error));
    KL_TRY(kl_map_of_one(&reason, KL_TEXT("rejected"), inner, error));
    return kl_map_set(map, KL_TEXT("approval_status"), reason, error);
}

static kl_status put_all(kl_value *map, const kl_pact_bridge *bridge, kl_error *error)
{
    KL_TRY(kl_pact_put(map, "id", bridge->id, error));
    KL_TRY(kl_pact_put_address(map, "role_a_address", bridge->role_a_address, error));
    KL_TRY(kl_pact_put_address(map, "role_b_address", bridge->role_b_address, error));
    KL_TRY(kl_map_set_text(map, KL_TEXT("bridge_type"), kl_text_from(wire_type(bridge->bridge_type)), error));
    KL_TRY(kl_pact_put(map, "max_classification", bridge->max_classification, error));
    KL_TRY(put_bool(map, "bilateral", bridge->bilateral, true, error));
    KL_TRY(put_bool(map, "active", bridge->active, true, error));
    KL_TRY(kl_map_set(map, KL_TEXT("expires_at"), kl_value_retain(bridge->expires_at), error));
    KL_TRY(kl_map_set(map, KL_TEXT("created_by"), kl_value_retain(bridge->created_by), error));
    KL_TRY(put_status(map, bridge, error));
    KL_TRY(kl_pact_put(map, "approved_by", bridge->approved_by, error));
    KL_TRY(kl_pact_put(map, "approved_at", bridge->approved_at, error));
    KL_TRY(kl_pact_put(map, "lca_address", bridge->lca_address, error));
    KL_TRY(put_bool(map, "by_admin", bridge->by_admin, false, error));
    KL_TRY(kl_pact_put(map, "read_paths", bridge->read_paths, error));
    KL_TRY(kl_pact_put(map, "write_paths", bridge->write_paths, error));
    KL_TRY(kl_pact_put(map, "review_interval_days", bridge->review_interval_days, error));
    KL_TRY(kl_pact_put(map, "next_review_at", bridge->next_review_at, error));
    KL_TRY(kl_pact_put(map, "last_reviewed_at", bridge->last_reviewed_at, error));
    KL_TRY(put_bool(map, "suspend_on_overdue", bridge->suspend_on_overdue, false, error));
    KL_TRY(put_bool(map, "one_time_use", bridge->one_time_use, false, error));
    return kl_pact_put(map, "used_at", bridge->used_at, error);
}

kl_status kl_pact_bridge_write(kl_value *out, const kl_pact_bridge *bridge, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_map_new(&map, 16, error));
    kl_status status = put_all(&map, bridge, error);
    if (status != KL_OK) {
        kl_value_release(map);
        return status;
    }
    *out = map;
    return KL_OK;
}

/* ---- what it allows -------------------------------------------------------------------------- */

bool kl_pact_bridge_is_overdue(const kl_pact_bridge *bridge, kl_time now) { return bridge->review < now; }

bool kl_pact_bridge_is_usable(const kl_pact_bridge *bridge, kl_time now)
{
    return bridge->active && bridge->approval == KL_PACT_BRIDGE_APPROVED && now < bridge->expires &&
           !(bridge->one_time_use && !kl_is_null(bridge->used_at)) &&
           !(bridge->suspend_on_overdue && kl_pact_bridge_is_overdue(bridge, now));
}

/* A path with a segment ".." may lead anywhere. */
static bool leads_upwards(kl_text path)
{
    for (size_t start = 0, i = 0; i <= path.len; i++) {
        if (i < path.len && path.data[i] != '/')
            continue;
        if (i - start == 2 && path.data[start] == '.' && path.data[start + 1] == '.')
            return true;
        start = i + 1;
    }
    return false;
}

bool kl_pact_path_allowed(kl_value scope, kl_text path)
{
    if (leads_upwards(path))
        return false;
    if (kl_is_null(scope))
        return true;
    for (size_t i = 0; i < kl_array_len(scope); i++)
        if (kl_glob_path(kl_as_text(kl_array_at(scope, i)), path))
            return true;
    return false;
}
