/* src/trust_plane/delegates.c - see delegates.h. */
#include "delegates.h"
#include "canonical.h"
#include "eatp/fault.h"
#include "eatp/keys.h"
#include "envelope.h"

#include <math.h>

static const kl_member members[] = {
    {.name = "delegate_id", .kind = KL_KIND_STRING, .flags = KL_MEMBER_FILLED},
    {.name = "name", .kind = KL_KIND_STRING},
    {.name = "dimensions", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING},
    {.name = "depth", .kind = KL_KIND_INT},
    {.name = "status", .kind = KL_KIND_STRING},
    {.name = "expiry", .kind = KL_KIND_STRING,
     .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_NULL | KL_MEMBER_TIME},
    {.name = "parent_id", .kind = KL_KIND_STRING, .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_NULL},
    {.name = "constraint_subset", .kind = KL_KIND_MAP, .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_NULL},
    {.name = "created_at", .kind = KL_KIND_STRING, .flags = KL_MEMBER_TIME},
    {.name = "revoked_at", .kind = KL_KIND_STRING,
     .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_NULL | KL_MEMBER_TIME},
    {.name = "revoked_reason", .kind = KL_KIND_STRING, .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_NULL},
};
static const kl_shape shape = {.name = "delegate", KL_SHAPE_MEMBERS(members)};

const kl_stored_kind kl_delegates_kind = {
    .sub = "delegates", .id_member = "delegate_id", .prefix = "del-", .shape = &shape};

static const struct {
    const char *word, *pascal;
} statuses[] = {{"active", "Active"}, {"revoked", "Revoked"}, {"expired", "Expired"}};

const char *kl_delegate_status_name(kl_delegate_status status, bool pascal)
{
    return pascal ? statuses[status].pascal : statuses[status].word;
}

bool kl_is_dimension(kl_text name)
{
    for (int d = 0; d < KL_SESSION_DIMENSIONS; d++)
        if (kl_text_is(name, kl_session_dimension_name((kl_session_dimension)d)))
            return true;
    return false;
}

/* ---- the file of a revocation -------------------------------------------------------------------- */

#define WAL KL_DELEGATES_WAL

/* The hash of what the file says, which it holds itself. */
static kl_status wal_hash(kl_value *out, kl_value wal, kl_error *error)
{
    kl_value rest = kl_value_retain(wal);
    kl_status status = kl_map_remove(&rest, KL_TEXT("sha256"), error);
    if (status == KL_OK)
        status = kl_trust_canonical_hash(out, rest, error);
    kl_value_release(rest);
    return status;
}

kl_status kl_delegates_wal_check(kl_value wal, kl_error *error)
{
    kl_value hash;
    kl_value ids = kl_stored_member(wal, "ids");
    bool sound = kl_is(ids, KL_KIND_ARRAY) && kl_is(kl_stored_member(wal, "reason"), KL_KIND_STRING);
    for (size_t i = 0; i < kl_array_len(ids); i++)
        sound = sound && kl_trust_id_check(kl_as_text(kl_array_at(ids, i)), "del-", NULL) == KL_OK;
    KL_TRY(wal_hash(&hash, wal, error));
    sound = sound && kl_text_equal(kl_as_text(hash), kl_stored_text(wal, "sha256"));
    kl_value_release(hash);
    return sound ? KL_OK
                 : kl_fault(error, KL_FAILED, NULL, "tamper_detected",
                            "tamper detected: delegates/.wal.json does not have the hash it states");
}

/* The revocation that is under way; null when there is none. */
static kl_status wal_read(kl_value *out, const kl_trust_folder *folder, kl_error *error)
{
    kl_error local = KL_ERROR_INIT;
    kl_value wal = kl_null();
    *out = kl_null();
    kl_status status = kl_trust_read_json(&wal, folder, "delegates", WAL, &local);
    if (status == KL_NOT_FOUND) {
        kl_error_clear(&local);
        return KL_OK;
    }
    kl_error_move(error, &local);
    if (status == KL_OK)
        status = kl_delegates_wal_check(wal, error);
    if (status == KL_OK)
        *out = wal;
    else
        kl_value_release(wal);
    return kl_stored_damage(error, status, "delegates/.wal.json");
}

static kl_status wal_make(kl_value *out, kl_value ids, kl_text reason, kl_error *error)
{
    kl_value wal, now = kl_null(), hash = kl_null();
    kl_status status;
    KL_TRY(kl_map_new(&wal, 5, error));
    KL_TRY_OUT(kl_stored_now(&now, error));
    KL_TRY_OUT(kl_stored_set_text(&wal, "operation", "revoke", error));
    KL_TRY_OUT(kl_stored_set(&wal, "ids", ids, error));
    KL_TRY_OUT(kl_map_set_text(&wal, KL_TEXT("reason"), reason, error));
    KL_TRY_OUT(kl_stored_set(&wal, "revoked_at", now, error));
    KL_TRY_OUT(wal_hash(&hash, wal, error));
    KL_TRY_OUT(kl_stored_set(&wal, "sha256", hash, error));
    *out = kl_value_take(&wal);
out:
    kl_value_release(hash);
    kl_value_release(now);
    kl_value_release(wal);
    return status;
}

/* ---- reading ------------------------------------------------------------------------------------- */

static kl_status index_records(kl_value *out, kl_value list, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_map_new(&map, kl_array_len(list), error));
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_value record = kl_array_at(list, i);
        kl_status status = kl_map_set_key(&map, kl_stored_member(record, "delegate_id"),
                                          kl_value_retain(record), error);
        if (status != KL_OK) {
            kl_value_release(map);
            return status;
        }
    }
    *out = map;
    return KL_OK;
}

kl_status kl_delegate_tree_read(kl_delegate_tree *out, const kl_trust_folder *folder,
                                kl_error *error)
{
    kl_delegate_tree tree = {.records = kl_null(), .revoking = kl_null(), .now = kl_time_now()};
    kl_value list = kl_null(), wal = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_stored_list(&list, folder, &kl_delegates_kind, error));
    KL_TRY_OUT(index_records(&tree.records, list, error));
    KL_TRY_OUT(wal_read(&wal, folder, error));
    tree.revoking = kl_value_retain(kl_stored_member(wal, "ids"));
out:
    kl_value_release(wal);
    kl_value_release(list);
    if (status == KL_OK)
        *out = tree;
    else
        kl_delegate_tree_end(&tree);
    return status;
}

/* One record and those above it, as far as they are not there. */
static kl_status read_branch(kl_delegate_tree *tree, const kl_trust_folder *folder, kl_text id,
                             kl_error *error)
{
    kl_value record = kl_null(), above;
    for (int level = 0; level <= KL_DELEGATE_DEPTH_MAX && id.len && !kl_map_has(tree->records, id);
         level++) {
        KL_TRY(kl_stored_get(&above, folder, &kl_delegates_kind, id, error));
        if (kl_is_null(above))
            return KL_OK;
        record = kl_stored_member(above, "delegate_id");
        KL_TRY(kl_map_set_key(&tree->records, record, above, error));
        id = kl_stored_text(kl_delegate_find(tree, kl_as_text(record)), "parent_id");
    }
    return KL_OK;
}

kl_status kl_delegate_branches_read(kl_delegate_tree *out, const kl_trust_folder *folder,
                                    const kl_text *ids, size_t count, kl_error *error)
{
    kl_delegate_tree tree = {.records = kl_null(), .revoking = kl_null(), .now = kl_time_now()};
    kl_value wal = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_map_new(&tree.records, count, error));
    for (size_t i = 0; i < count; i++)
        KL_TRY_OUT(read_branch(&tree, folder, ids[i], error));
    KL_TRY_OUT(wal_read(&wal, folder, error));
    tree.revoking = kl_value_retain(kl_stored_member(wal, "ids"));
out:
    kl_value_release(wal);
    if (status == KL_OK)
        *out = tree;
    else
        kl_delegate_tree_end(&tree);
    return status;
}

void kl_delegate_tree_end(kl_delegate_tree *tree)
{
    kl_value_release(tree->records);
    kl_value_release(tree->revoking);
    tree->records = tree->revoking = kl_null();
}

kl_value kl_delegate_find(const kl_delegate_tree *tree, kl_text id)
{
    return kl_map_get(tree->records, id);
}

static bool contains(kl_value list, kl_text text)
{
    for (size_t i = 0; i < kl_array_len(list); i++)
        if (kl_text_equal(kl_as_text(kl_array_at(list, i)), text))
            return true;
    return false;
}

/* Of one record alone. A status or a time that nobody understands is no permission. */
static kl_delegate_status own_standing(const kl_delegate_tree *tree, kl_value record)
{
    kl_text status = kl_stored_text(record, "status");
    kl_value expiry = kl_stored_member(record, "expiry");
    kl_time until = KL_TIME_NONE;
    if (contains(tree->revoking, kl_stored_text(record, "delegate_id")))
        return KL_DELEGATE_REVOKED;
    if (!kl_text_is(status, "Active"))
        return kl_text_is(status, "Expired") ? KL_DELEGATE_EXPIRED : KL_DELEGATE_REVOKED;
    if (!kl_is_null(expiry) && (kl_time_parse(&until, kl_as_text(expiry), NULL) != KL_OK ||
                                until <= tree->now))
        return KL_DELEGATE_EXPIRED;
    return KL_DELEGATE_ACTIVE;
}

kl_delegate_status kl_delegate_standing(const kl_delegate_tree *tree, kl_text id)
{
    kl_value record = kl_delegate_find(tree, id);
    /* One level more than there may be: parents that lead in a circle end here. */
    for (int level = 0; level <= KL_DELEGATE_DEPTH_MAX; level++) {
        if (!kl_is(record, KL_KIND_MAP))
            return KL_DELEGATE_REVOKED;
        kl_delegate_status status = own_standing(tree, record);
        kl_value parent = kl_stored_member(record, "parent_id");
        if (status != KL_DELEGATE_ACTIVE || kl_is_null(parent))
            return status;
        record = kl_delegate_find(tree, kl_as_text(parent));
    }
    return KL_DELEGATE_REVOKED;
}

bool kl_delegate_may(const kl_delegate_tree *tree, kl_text id, kl_text dimension)
{
    return kl_delegate_standing(tree, id) == KL_DELEGATE_ACTIVE &&
           contains(kl_stored_member(kl_delegate_find(tree, id), "dimensions"), dimension);
}

/* ---- checks of a new one ------------------------------------------------------------------------- */

#define REFUSE(error, ...) kl_fault((error), KL_FAILED, NULL, "delegation_error", __VA_ARGS__)

static kl_status check_dimensions(kl_value dimensions, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(dimensions); i++) {
        kl_text name = kl_as_text(kl_array_at(dimensions, i));
        if (!kl_is_dimension(name))
            return REFUSE(error, "delegation error: invalid dimension '%.*s'; valid dimensions are: %s",
                          (int)KL_MIN(name.len, 60), name.data, KL_DIMENSIONS_TEXT);
    }
    return KL_OK;
}

/* "child dimension 'x' is not in parent's dimensions [...]" for the first that is not. */
static kl_status check_subset(kl_value dimensions, kl_value parent, kl_error *error)
{
    kl_value allowed = kl_stored_member(parent, "dimensions"), text;
    for (size_t i = 0; i < kl_array_len(dimensions); i++) {
        kl_text name = kl_as_text(kl_array_at(dimensions, i));
        if (contains(allowed, name))
            continue;
        KL_TRY(kl_json_print(&text, allowed, &kl_json_spaced, error));
        kl_status status = REFUSE(error, "delegation error: child dimension '%.*s' is not in parent's "
                                         "dimensions %.*s",
                                  KL_TEXT_ARG(name), KL_TEXT_ARG(kl_as_text(text)));
        kl_value_release(text);
        return status;
    }
    return KL_OK;
}

static kl_status check_parent(const kl_delegate_tree *tree, kl_text parent_id, kl_error *error)
{
    kl_value parent = kl_delegate_find(tree, parent_id);
    if (kl_is_null(parent))
        return kl_fault(error, KL_NOT_FOUND, NULL, "not_found", "parent delegate '%.*s' not found",
                        (int)KL_MIN(parent_id.len, KL_TRUST_ID_MAX), parent_id.data);
    kl_delegate_status status = kl_delegate_standing(tree, parent_id);
    if (status != KL_DELEGATE_ACTIVE)
        return REFUSE(error, "delegation error: parent delegate '%.*s' is not active (status: %s)",
                      KL_TEXT_ARG(parent_id), kl_delegate_status_name(status, true));
    int64_t depth = kl_as_int(kl_stored_member(parent, "depth")) + 1;
    if (depth < 1 || depth > KL_DELEGATE_DEPTH_MAX)
        return REFUSE(error, "delegation error: child depth %lld exceeds max_depth %d",
                      (long long)depth, KL_DELEGATE_DEPTH_MAX);
    return KL_OK;
}

/* When it ends, as text or null: what is asked for, never after its parent. */
static kl_status expiry_of(kl_value *out, const kl_delegate_tree *tree, kl_value hours,
                           kl_value parent, kl_error *error)
{
    kl_value bound = kl_is_null(parent) ? kl_null() : kl_stored_member(parent, "expiry");
    kl_time until, last = KL_TIME_NONE;
    double wanted = kl_as_double(hours);
    if (kl_is_null(hours)) {
        *out = kl_value_retain(bound);
        return KL_OK;
    }
    double end = (double)tree->now + wanted * (double)KL_HOUR;
    if (!isfinite(wanted) || wanted <= 0 || end >= 9.2e18)
        return kl_error_set(error, KL_INVALID,
                            "expiry_hours: must be a finite number of hours above 0 that ends before "
                            "the year 2262, got %g",
                            wanted);
    until = tree->now + (kl_time)(wanted * (double)KL_HOUR);
    if (!kl_is_null(bound))
        KL_TRY(kl_time_parse(&last, kl_as_text(bound), error));
    if (until > last && until - last <= KL_MINUTE)
        until = last; /* the same hours, asked for a moment later */
    if (until > last)
        return REFUSE(error, "delegation error: the child would outlive its parent, which expires at %.*s",
                      KL_TEXT_ARG(kl_as_text(bound)));
    return kl_trust_time_text(out, until, error);
}

/* ---- envelopes ----------------------------------------------------------------------------------- */

/* The envelope that bounds a child of `parent` (null: one of the owner): of the nearest above that has
 * one, else the project's; NULL when there is none. Given. */
static kl_status bound_of(kl_session_envelope **out, const kl_delegate_tree *tree, kl_value parent,
                          const kl_trust_folder *folder, kl_error *error)
{
    kl_value map = kl_null();
    *out = NULL;
    for (int level = 0; level <= KL_DELEGATE_DEPTH_MAX && kl_is(parent, KL_KIND_MAP); level++) {
        kl_value subset = kl_stored_member(parent, "constraint_subset");
        if (!kl_is_null(subset))
            return kl_session_envelope_read(out, subset, error);
        parent = kl_delegate_find(tree, kl_stored_text(parent, "parent_id"));
    }
    kl_error local = KL_ERROR_INIT;
    kl_status status = kl_trust_read_json(&map, folder, "", KL_TEXT("constraint-envelope.json"), &local);
    if (status == KL_NOT_FOUND) {
        kl_error_clear(&local);
        return KL_OK;
    }
    kl_error_move(error, &local);
    if (status == KL_OK)
        status = kl_session_envelope_read(out, map, error);
    kl_value_release(map);
    return status;
}

static kl_status refuse_wider(kl_session_envelope *wanted, kl_session_envelope *bound, kl_error *error)
{
    kl_error local = KL_ERROR_INIT;
    kl_status status = kl_session_envelope_check_tighter(wanted, bound, &local);
    if (status == KL_INVALID)
        status = REFUSE(error, "delegation error: constraint envelope is not tighter than what it is "
                               "bound by: %s",
                        kl_error_message(&local));
    else
        kl_error_move(error, &local);
    kl_error_clear(&local);
    return status;
}

/* The envelope of a new delegate as a map, or null; given. */
static kl_status envelope_of(kl_value *out, const kl_delegate_tree *tree, kl_value text,
                             kl_value parent, const kl_trust_folder *folder, kl_error *error)
{
    kl_session_envelope *wanted, *bound = NULL;
    *out = kl_null();
    if (kl_is_null(text))
        return KL_OK;
    KL_TRY(kl_session_envelope_parse(&wanted, kl_as_text(text), error));
    kl_status status = kl_stored_damage(error, bound_of(&bound, tree, parent, folder, error),
                                        "the envelope above");
    if (status == KL_OK && bound)
        status = refuse_wider(wanted, bound, error);
    if (status == KL_OK)
        *out = kl_value_retain(wanted->map);
    kl_session_envelope_release(wanted);
    if (bound)
        kl_session_envelope_release(bound);
    return status;
}

/* ---- adding -------------------------------------------------------------------------------------- */

static kl_status make_record(kl_value *out, const kl_delegate_tree *tree,
                             const kl_delegate_request *request, const kl_trust_folder *folder,
                             kl_error *error)
{
    kl_value parent = kl_delegate_find(tree, request->parent_id), map, expiry = kl_null();
    kl_value envelope = kl_null(), now = kl_null();
    bool has_parent = kl_is(parent, KL_KIND_MAP);
    int64_t depth = has_parent ? kl_as_int(kl_stored_member(parent, "depth")) + 1 : 0;
    kl_status status;
    KL_TRY(kl_map_new(&map, 9, error));
    KL_TRY_OUT(expiry_of(&expiry, tree, request->expiry_hours, parent, error));
    KL_TRY_OUT(envelope_of(&envelope, tree, request->envelope, parent, folder, error));
    KL_TRY_OUT(kl_trust_time_text(&now, tree->now, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("delegate_id"), request->delegate_id, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("name"), request->name, error));
    KL_TRY_OUT(kl_stored_set(&map, "dimensions", request->dimensions, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("depth"), kl_int(depth), error));
    KL_TRY_OUT(kl_stored_set_text(&map, "status", "Active", error));
    KL_TRY_OUT(kl_stored_set(&map, "expiry", expiry, error));
    KL_TRY_OUT(kl_stored_set(
        &map, "parent_id", has_parent ? kl_stored_member(parent, "delegate_id") : kl_null(), error));
    KL_TRY_OUT(kl_stored_set(&map, "constraint_subset", envelope, error));
    KL_TRY_OUT(kl_stored_set(&map, "created_at", now, error));
    *out = kl_value_take(&map);
out:
    kl_value_release(now);
    kl_value_release(envelope);
    kl_value_release(expiry);
    kl_value_release(map);
    return status;
}

static kl_status check_request(const kl_delegate_tree *tree, const kl_delegate_request *request,
                               kl_error *error)
{
    KL_TRY(check_dimensions(request->dimensions, error));
    if (request->parent_id.data) {
        KL_TRY(check_parent(tree, request->parent_id, error));
        KL_TRY(check_subset(request->dimensions, kl_delegate_find(tree, request->parent_id), error));
    }
    if (!kl_is_null(kl_delegate_find(tree, request->delegate_id)))
        return REFUSE(error, "delegation error: delegate '%.*s' already exists",
                      KL_TEXT_ARG(request->delegate_id));
    return KL_OK;
}

/* Under the lock: finish what was begun, then read. */
static kl_status recover(kl_trust_folder *folder, kl_error *error);

static kl_status add_locked(kl_trust_folder *folder, const kl_delegate_request *request,
                            kl_error *error)
{
    kl_delegate_tree tree;
    kl_value record = kl_null();
    const kl_text ids[] = {request->delegate_id, request->parent_id};
    KL_TRY(recover(folder, error));
    KL_TRY(kl_delegate_branches_read(&tree, folder, ids, KL_COUNT(ids), error));
    kl_status status = check_request(&tree, request, error);
    if (status == KL_OK)
        status = make_record(&record, &tree, request, folder, error);
    if (status == KL_OK)
        status = kl_stored_put(folder, &kl_delegates_kind, record, error);
    kl_value_release(record);
    kl_delegate_tree_end(&tree);
    return status;
}

kl_status kl_delegate_add(kl_trust_folder *folder, const kl_delegate_request *request,
                          kl_error *error)
{
    KL_TRY(kl_trust_id_check(request->delegate_id, "del-", error));
    KL_TRY(kl_trust_lock(folder, error));
    kl_status status = add_locked(folder, request, error);
    kl_trust_unlock(folder);
    return status;
}

/* ---- revoking ------------------------------------------------------------------------------------ */

/* The id and all below it, level by level. Children of a level stand in order of their age. */
static kl_status family_of(kl_value *out, const kl_delegate_tree *tree, kl_text id, kl_error *error)
{
    kl_value family, seen = kl_null();
    kl_status status;
    KL_TRY(kl_array_new(&family, 4, error));
    KL_TRY_OUT(kl_map_new(&seen, 4, error));
    KL_TRY_OUT(kl_map_set(&seen, id, kl_null(), error));
    KL_TRY_OUT(kl_array_push_text(&family, id, error));
    for (size_t at = 0; at < kl_array_len(family); at++)
        for (size_t i = 0; i < kl_map_len(tree->records); i++) {
            kl_value record = kl_map_value_at(tree->records, i);
            kl_text child = kl_stored_text(record, "delegate_id");
            if (!kl_text_equal(kl_stored_text(record, "parent_id"), kl_as_text(kl_array_at(family, at))) ||
                kl_map_has(seen, child))
                continue;
            KL_TRY_OUT(kl_map_set(&seen, child, kl_null(), error));
            KL_TRY_OUT(kl_array_push_text(&family, child, error));
        }
    *out = kl_value_take(&family);
out:
    kl_value_release(seen);
    kl_value_release(family);
    return status;
}

/* Those of a family whose files do not say that they are revoked. */
static kl_status not_revoked(kl_value *out, const kl_delegate_tree *tree, kl_value family,
                             kl_error *error)
{
    kl_value ids;
    KL_TRY(kl_array_new(&ids, kl_array_len(family), error));
    for (size_t i = 0; i < kl_array_len(family); i++) {
        kl_value id = kl_array_at(family, i);
        kl_value record = kl_delegate_find(tree, kl_as_text(id));
        if (kl_text_is(kl_stored_text(record, "status"), "Revoked"))
            continue;
        kl_status status = kl_array_push(&ids, kl_value_retain(id), error);
        if (status != KL_OK) {
            kl_value_release(ids);
            return status;
        }
    }
    *out = ids;
    return KL_OK;
}

/* Mark one file. One that is gone has nothing to be revoked. */
static kl_status mark(kl_trust_folder *folder, kl_text id, kl_value wal, kl_error *error)
{
    kl_value record;
    kl_status status = kl_stored_get(&record, folder, &kl_delegates_kind, id, error);
    if (status != KL_OK || kl_is_null(record))
        return status;
    if (!kl_text_is(kl_stored_text(record, "status"), "Revoked")) {
        KL_TRY_OUT(kl_stored_set_text(&record, "status", "Revoked", error));
        KL_TRY_OUT(kl_stored_set(&record, "revoked_at", kl_stored_member(wal, "revoked_at"), error));
        KL_TRY_OUT(kl_stored_set(&record, "revoked_reason", kl_stored_member(wal, "reason"), error));
        KL_TRY_OUT(kl_stored_put(folder, &kl_delegates_kind, record, error));
    }
out:
    kl_value_release(record);
    return status;
}

/* The second phase: all files, then the end of the revocation. */
static kl_status carry_out(kl_trust_folder *folder, kl_value wal, kl_error *error)
{
    kl_value ids = kl_stored_member(wal, "ids");
    for (size_t i = 0; i < kl_array_len(ids); i++)
        KL_TRY(mark(folder, kl_as_text(kl_array_at(ids, i)), wal, error));
    return kl_trust_remove(folder, "delegates", WAL, error);
}

static kl_status recover(kl_trust_folder *folder, kl_error *error)
{
    kl_value wal;
    KL_TRY(wal_read(&wal, folder, error));
    if (kl_is_null(wal))
        return KL_OK;
    kl_status status = carry_out(folder, wal, error);
    kl_value_release(wal);
    return status;
}

kl_status kl_delegates_recover(kl_trust_folder *folder, kl_error *error)
{
    if (!kl_trust_exists(folder, "delegates", WAL))
        return KL_OK;
    KL_TRY(kl_trust_lock(folder, error));
    kl_status status = recover(folder, error);
    kl_trust_unlock(folder);
    return status;
}

/* Both phases. Once the first is on the disk, the revocation counts. */
static kl_status revoke_all(kl_trust_folder *folder, kl_value ids, kl_text reason, kl_error *error)
{
    kl_value wal;
    if (!kl_array_len(ids))
        return KL_OK;
    KL_TRY(wal_make(&wal, ids, reason, error));
    kl_status status = kl_trust_write_json(folder, "delegates", WAL, wal, error);
    if (status == KL_OK)
        status = carry_out(folder, wal, error);
    kl_value_release(wal);
    return status;
}

static kl_status revoke_locked(kl_value *out, kl_trust_folder *folder, kl_text id, kl_text reason,
                               kl_error *error)
{
    kl_delegate_tree tree;
    kl_value family = kl_null(), ids = kl_null();
    kl_status status;
    KL_TRY(recover(folder, error));
    KL_TRY(kl_delegate_tree_read(&tree, folder, error));
    if (kl_is_null(kl_delegate_find(&tree, id)))
        KL_TRY_OUT(kl_fault(error, KL_NOT_FOUND, NULL, "not_found",
                            "delegation error: delegate '%.*s' not found for revocation",
                            (int)KL_MIN(id.len, KL_TRUST_ID_MAX), id.data));
    KL_TRY_OUT(family_of(&family, &tree, id, error));
    KL_TRY_OUT(not_revoked(&ids, &tree, family, error));
    KL_TRY_OUT(revoke_all(folder, ids, reason, error));
    *out = kl_value_take(&ids);
out:
    kl_value_release(ids);
    kl_value_release(family);
    kl_delegate_tree_end(&tree);
    return status;
}

kl_status kl_delegate_revoke(kl_value *out, kl_trust_folder *folder, kl_text id, kl_text reason,
                             kl_error *error)
{
    KL_TRY(kl_trust_lock(folder, error));
    kl_status status = revoke_locked(out, folder, id, reason, error);
    kl_trust_unlock(folder);
    return status;
}
