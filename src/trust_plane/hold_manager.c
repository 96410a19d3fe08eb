/* src/trust_plane/hold_manager.c - HoldManager and HoldRecord. */
#include "eatp/fault.h"
#include "cancel.h"
#include "delegates.h"
#include "held_behavior.h"
#include "holds.h"
#include "guard.h"
#include "host.h"
#include "seal.h"
#include "kailash/log.h"

#include <stdlib.h>

/* ---- HoldRecord ---------------------------------------------------------------------------------- */

typedef struct hold {
    kl_object object;
    kl_value hold_id, action, resource, reason, dimension, status, resolved_by, resolved_reason;
    kl_value created_at, resolved_at;
} hold;

static kl_status hold_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const hold *h = (const hold *)self;
    kl_text action = kl_as_text(h->action);
    return kl_string_format(out, error, "HoldRecord(id='%s', action='%.*s', status='%s')",
                            kl_as_text(h->hold_id).data, KL_TEXT_ARG(action),
                            kl_as_text(h->status).data);
}

static const kl_field hold_fields[] = {
    KL_VALUE(hold, hold_id, .kind = KL_KIND_STRING, .doc = "its id, \"hold-\" and a UUID"),
    KL_VALUE(hold, action, .kind = KL_KIND_STRING, .doc = "what waits"),
    KL_VALUE(hold, resource, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "what it would be done to, or None"),
    KL_VALUE(hold, reason, .kind = KL_KIND_STRING, .doc = "why it waits"),
    KL_VALUE(hold, dimension, .kind = KL_KIND_STRING,
             .doc = "the dimension that who resolves it must have"),
    KL_VALUE(hold, status, .kind = KL_KIND_STRING, .doc = "pending, approved or denied"),
    KL_VALUE(hold, resolved_by, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "id of the delegate that resolved it, or None"),
    KL_VALUE(hold, resolved_reason, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "what the delegate said, or None"),
    KL_VALUE(hold, created_at, .kind = KL_KIND_STRING, .doc = "when it came to be: UTC, RFC 3339"),
    KL_VALUE(hold, resolved_at, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "when it was resolved, or None"),
};

static const kl_type hold_type = {
    .name = "HoldRecord",
    .module = "kailash.trust_plane",
    .doc = "An action that waits for somebody's word, or has got it, as read from the disk.",
    .size = sizeof(hold),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(hold_fields),
    .repr = hold_repr,
};
KL_PUBLISH(hold_type);

/* Files say "Pending", Python "pending". */
static kl_status status_word(kl_value *out, kl_text stored, kl_error *error)
{
    static const char *const words[][2] = {
        {"Pending", "pending"}, {"Approved", "approved"}, {"Denied", "denied"}};
    for (size_t i = 0; i < KL_COUNT(words); i++)
        if (kl_text_is(stored, words[i][0]))
            return kl_string_new(out, kl_text_from(words[i][1]), error);
    return kl_fault(error, KL_FAILED, NULL, "serialization_error",
                    "serialization error: unknown status of a hold: '%.*s'; expected Pending, Approved "
                    "or Denied",
                    (int)KL_MIN(stored.len, 40), stored.data);
}

static kl_status hold_new(kl_value *out, kl_value record, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &hold_type, error));
    hold *h = (hold *)object;
    h->hold_id = kl_value_retain(kl_stored_member(record, "hold_id"));
    h->action = kl_value_retain(kl_stored_member(record, "action"));
    h->resource = kl_value_retain(kl_stored_member(record, "resource"));
    h->reason = kl_value_retain(kl_stored_member(record, "reason"));
    h->dimension = kl_value_retain(kl_stored_member(record, "dimension"));
    h->resolved_by = kl_value_retain(kl_stored_member(record, "resolved_by"));
    h->resolved_reason = kl_value_retain(kl_stored_member(record, "resolved_reason"));
    h->created_at = kl_value_retain(kl_stored_member(record, "created_at"));
    h->resolved_at = kl_value_retain(kl_stored_member(record, "resolved_at"));
    kl_status status = status_word(&h->status, kl_stored_text(record, "status"), error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

/* ---- HoldManager --------------------------------------------------------------------------------- */

typedef struct manager {
    kl_object object;
    kl_trust_folder *folder;
    kl_guard lock; /* guards what follows */
    kl_value signer;      /* TrustProject with the key that the environment names, once it was needed */
} manager;

static kl_status load(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_object *object;
    (void)self;
    KL_TRY(kl_object_alloc(&object, &kl_hold_manager_type, error));
    manager *m = (manager *)object;
    kl_guard_begin(&m->lock, KL_FORK_MIDDLE);
    kl_status status = kl_trust_folder_open(&m->folder, kl_as_text(args[0]), error);
    if (status == KL_OK)
        status = kl_seal_by(m->folder, args[1], error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

static void dispose(kl_object *self)
{
    manager *m = (manager *)self;
    kl_value_release(m->signer);
    if (m->folder)
        kl_trust_folder_release(m->folder);
    kl_guard_end(&m->lock);
}

static kl_status create(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    KL_TRY(kl_trust_text_check(args[0], "action", true, error));
    KL_TRY(kl_trust_text_check(args[2], "reason", false, error));
    if (!kl_is_null(args[3]))
        KL_TRY(kl_trust_text_check(args[3], "resource", false, error));
    return kl_hold_create(out, ((manager *)self)->folder, kl_as_text(args[0]), kl_as_text(args[1]),
                          kl_as_text(args[2]), args[3], error);
}

static kl_status get(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value record;
    KL_TRY(kl_stored_get(&record, ((manager *)self)->folder, &kl_holds_kind, kl_as_text(args[0]),
                         error));
    kl_status status = KL_OK;
    if (kl_is_null(record))
        *out = kl_null();
    else
        status = hold_new(out, record, error);
    kl_value_release(record);
    return status;
}

static kl_status list(kl_value *out, kl_object *self, bool pending_only, kl_error *error)
{
    kl_value records = kl_null(), all = kl_null(), one;
    kl_status status;
    KL_TRY_OUT(kl_stored_list(&records, ((manager *)self)->folder, &kl_holds_kind, error));
    KL_TRY_OUT(kl_array_new(&all, kl_array_len(records), error));
    for (size_t i = 0; i < kl_array_len(records); i++) {
        kl_value record = kl_array_at(records, i);
        if (pending_only && !kl_text_is(kl_stored_text(record, "status"), "Pending"))
            continue;
        KL_TRY_OUT(hold_new(&one, record, error));
        KL_TRY_OUT(kl_array_push(&all, one, error));
    }
    *out = kl_value_take(&all);
out:
    kl_value_release(all);
    kl_value_release(records);
    return status;
}

static kl_status list_all(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return list(out, self, false, error);
}

static kl_status list_pending(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return list(out, self, true, error);
}

/* ---- resolving ----------------------------------------------------------------------------------- */

/* Delegates and keys of one project say nothing in another. */
static kl_status check_same(const manager *m, const kl_trust_folder *other, const char *what,
                            kl_error *error)
{
    kl_text mine = kl_as_text(kl_trust_folder_real_path(m->folder));
    kl_text theirs = kl_as_text(kl_trust_folder_real_path(other));
    if (kl_text_equal(mine, theirs))
        return KL_OK;
    return kl_fault(error, KL_FAILED, NULL, "hold_error",
                    "hold error: the %s belongs to '%.*s', the hold to '%.*s'", what,
                    KL_TEXT_ARG(theirs), KL_TEXT_ARG(mine));
}

static bool environment_names_key(void)
{
    const char *file = getenv("TRUST_PLANE_OPERATIONAL_KEY_FILE");
    const char *key = getenv("TRUST_PLANE_OPERATIONAL_KEY");
    return (file && *file) || (key && *key);
}

static kl_status load_signer(kl_value *out, const manager *m, kl_error *error)
{
    kl_value project;
    bool bound;
    KL_TRY(kl_trust_project_load(&project, kl_as_text(kl_trust_folder_path(m->folder)), error));
    kl_status status = kl_trust_project_bind_environment(
        &bound, (kl_trust_project *)project.as.object, error);
    if (status == KL_OK)
        *out = project;
    else
        kl_value_release(project);
    return status;
}

/* The project that signs: the one that was given, else one with the key of the environment, else null;
 * given. */
static kl_status signer_of(kl_value *out, manager *m, kl_value project, kl_error *error)
{
    kl_status status = KL_OK;
    *out = kl_null();
    kl_value own = kl_trust_folder_signer(m->folder);
    if (kl_is_null(project) && !kl_is_null(own) &&
        kl_trust_project_has_key((kl_trust_project *)own.as.object))
        project = own;
    if (!kl_is_null(project)) {
        kl_trust_project *one = (kl_trust_project *)project.as.object;
        KL_TRY(check_same(m, kl_trust_project_folder(one), "project", error));
        if (kl_trust_project_has_key(one))
            *out = kl_value_retain(project);
        return KL_OK;
    }
    if (!environment_names_key())
        return KL_OK;
    kl_guard_lock(&m->lock);
    kl_value kept = kl_value_retain(m->signer);
    kl_guard_unlock(&m->lock);
    if (kl_is_null(kept))
        status = load_signer(&kept, m, error);
    if (status != KL_OK)
        return status;
    kl_guard_lock(&m->lock);
    kl_value before = m->signer; /* ended without the guard: a project has guards, too */
    m->signer = kl_value_retain(kept);
    kl_guard_unlock(&m->lock);
    kl_value_release(before);
    *out = kept;
    return KL_OK;
}

static kl_status resolve(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    manager *m = (manager *)self;
    const kl_hold_decision decision = {.hold_id = kl_as_text(args[0]),
                                       .delegate_id = kl_as_text(args[1]),
                                       .approved = kl_as_bool(args[2]), .reason = args[3]};
    kl_value signer;
    (void)out;
    if (kl_is_null(args[4]))
        return kl_error_set(error, KL_INVALID, "delegation_manager is required to resolve holds");
    KL_TRY(check_same(m, kl_delegation_manager_folder(args[4].as.object), "delegation manager", error));
    if (!kl_is_null(args[3]))
        KL_TRY(kl_trust_text_check(args[3], "reason", false, error));
    KL_TRY(signer_of(&signer, m, args[5], error));
    kl_trust_project *project = kl_is_null(signer) ? NULL : (kl_trust_project *)signer.as.object;
    kl_status status = kl_hold_resolve(m->folder, project, &decision, error);
    kl_value_release(signer);
    if (status != KL_OK) {
        kl_stored_blame(error, status, "hold_id", decision.hold_id);
        kl_stored_blame(error, status, "delegate_id", decision.delegate_id);
    }
    return status;
}

/* ---- waiting ------------------------------------------------------------------------------------- */

/* Who could decide, for whoever listens to the log. */
static kl_status notify(const manager *m, kl_value record, kl_error *error)
{
    kl_delegate_tree tree;
    kl_buffer names = KL_BUFFER_INIT;
    if (!kl_log_enabled(KL_LOG_INFO))
        return KL_OK;
    KL_TRY(kl_delegate_tree_read(&tree, m->folder, error));
    for (size_t i = 0; i < kl_map_len(tree.records); i++) {
        kl_text id = kl_map_key_at(tree.records, i);
        if (!kl_delegate_may(&tree, id, kl_stored_text(record, "dimension")))
            continue;
        kl_buffer_string(&names, names.len ? ", " : "");
        kl_buffer_add(&names, id);
    }
    kl_log_write(KL_LOG_INFO, "kailash.trust_plane", kl_null(), "hold %s waits for one of: %.*s",
                 kl_stored_text(record, "hold_id").data, KL_TEXT_ARG(kl_buffer_text(&names)));
    kl_buffer_free(&names);
    kl_delegate_tree_end(&tree);
    return KL_OK;
}

/* Whether a hold is resolved by now; `notifies`: says who could do it when it is not. */
static kl_status is_resolved(bool *out, const manager *m, kl_text id, bool notifies, kl_error *error)
{
    kl_value record;
    KL_TRY(kl_stored_get(&record, m->folder, &kl_holds_kind, id, error));
    if (kl_is_null(record))
        return kl_fault(error, KL_NOT_FOUND, NULL, "not_found", "hold error: hold '%.*s' not found",
                        (int)KL_MIN(id.len, KL_TRUST_ID_MAX), id.data);
    *out = !kl_text_is(kl_stored_text(record, "status"), "Pending");
    kl_status status = !*out && notifies ? notify(m, record, error) : KL_OK;
    kl_value_release(record);
    return status;
}

static kl_time deadline_of(const kl_held_behavior *behavior)
{
    if (kl_is_null(behavior->timeout_seconds))
        return KL_TIME_NONE;
    if (!kl_is(behavior->timeout_seconds, KL_KIND_INT) ||
        kl_as_int(behavior->timeout_seconds) > INT64_MAX / KL_SECOND)
        return KL_TIME_NONE; /* longer than any clock runs */
    return kl_clock_after(kl_as_int(behavior->timeout_seconds) * KL_SECOND);
}

/* The disk is looked at again and again: whoever resolves it may be another process. */
static kl_status resolve_wait(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const manager *m = (const manager *)self;
    const kl_held_behavior *behavior = (const kl_held_behavior *)args[1].as.object;
    kl_text id = kl_as_text(args[0]);
    kl_time deadline = deadline_of(behavior);
    kl_duration pause = 10 * KL_MILLISECOND;
    bool resolved;
    KL_TRY(is_resolved(&resolved, m, id, behavior->notify_delegates, error));
    while (!resolved && behavior->wait_for_approval && kl_clock_now() < deadline) {
        kl_cancel_wait(NULL, KL_MIN(kl_clock_after(pause), deadline));
        pause = KL_MIN(2 * pause, 250 * KL_MILLISECOND);
        KL_TRY(kl_host_poll(error));
        KL_TRY(is_resolved(&resolved, m, id, false, error));
    }
    *out = kl_bool(resolved);
    return KL_OK;
}

static const kl_param wait_params[] = {
    {.name = "hold_id", .kind = KL_KIND_STRING, .doc = "id of a hold"},
    {.name = "behavior", .kind = KL_KIND_OBJECT, .type = &kl_held_behavior_type,
     .doc = "whether and how long to wait, and whether the delegates who could resolve it are named in "
            "the log kailash.trust_plane"},
};

static const kl_param load_params[] = {
    {.name = "trust_dir", .kind = KL_KIND_STRING, .doc = "directory of the trust project"},
    KL_SEAL_PARAM,
};
static const kl_param create_params[] = {
    {.name = "action", .kind = KL_KIND_STRING, .doc = "what waits; not empty"},
    {.name = "dimension", .kind = KL_KIND_STRING,
     .doc = "the dimension that who resolves it must have: one of " KL_DIMENSIONS_TEXT},
    {.name = "reason", .kind = KL_KIND_STRING, .doc = "why it waits"},
    {.name = "resource", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "what it would be done to"},
};
static const kl_param get_params[] = {
    {.name = "hold_id", .kind = KL_KIND_STRING, .doc = "id of a hold"},
};
static const kl_param resolve_params[] = {
    {.name = "hold_id", .kind = KL_KIND_STRING, .doc = "id of a pending hold"},
    {.name = "delegate_id", .kind = KL_KIND_STRING,
     .doc = "who decides: an active delegate with the dimension of the hold"},
    {.name = "approved", .kind = KL_KIND_BOOL, .doc = "whether the action may go on"},
    {.name = "reason", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "why"},
    {.name = "delegation_manager", .kind = KL_KIND_OBJECT, .type = &kl_delegation_manager_type,
     .flags = KL_OPTIONAL, .doc = "the delegates of the same project; required"},
    {.name = "project", .kind = KL_KIND_OBJECT, .type = &kl_trust_project_type, .flags = KL_OPTIONAL,
     .doc = "the same project with its operational key, which signs the outcome; None = that of load(), or the key that "
            "the environment names (TRUST_PLANE_OPERATIONAL_KEY_FILE or TRUST_PLANE_OPERATIONAL_KEY), "
            "and without one nothing is signed"},
};

static const kl_method methods[] = {
    {.name = "load", .call = load, .flags = KL_STATIC | KL_BLOCKING, .params = KL_TABLE(load_params),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_hold_manager_type, .raises = "RuntimeError",
     .doc = "The holds of a project."},
    {.name = "create", .call = create, .flags = KL_BLOCKING, .params = KL_TABLE(create_params),
     .returns = KL_KIND_STRING, .raises = "ValueError, RuntimeError",
     .doc = "Put an action on hold; the id of the hold."},
    {.name = "get", .call = get, .flags = KL_BLOCKING, .params = KL_TABLE(get_params),
     .returns = KL_KIND_OBJECT, .returns_type = &hold_type, .returns_optional = true,
     .raises = "RuntimeError", .doc = "One by its id, as it stands now; None when there is none."},
    {.name = "list_all", .call = list_all, .flags = KL_BLOCKING, .returns = KL_KIND_ARRAY,
     .item = KL_KIND_OBJECT, .returns_type = &hold_type, .raises = "RuntimeError",
     .doc = "All, the oldest first."},
    {.name = "list_pending", .call = list_pending, .flags = KL_BLOCKING, .returns = KL_KIND_ARRAY,
     .item = KL_KIND_OBJECT, .returns_type = &hold_type, .raises = "RuntimeError",
     .doc = "Those that wait, the oldest first."},
    {.name = "resolve", .call = resolve, .flags = KL_BLOCKING, .params = KL_TABLE(resolve_params),
     .returns = KL_KIND_NONE, .raises = "ValueError, RuntimeError",
     .doc = "Approve or deny a pending hold, once and for all. With an operational key the outcome is "
            "signed and stands in the chain of anchors, as hold_resolved."},
    {.name = "resolve_wait", .call = resolve_wait, .flags = KL_BLOCKING, .params = KL_TABLE(wait_params),
     .returns = KL_KIND_BOOL, .raises = "RuntimeError",
     .doc = "Wait until a hold is resolved, by this process or another. True when it is; False when the "
            "time is over or the behavior does not wait: the hold stays pending then."},
};

const kl_type kl_hold_manager_type = {
    .name = "HoldManager",
    .module = "kailash.trust_plane",
    .doc = "Actions of a trust project that wait for somebody's word. Every call reads the disk.",
    .size = sizeof(manager),
    .flags = KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .methods = KL_TABLE(methods),
    .dispose = dispose,
};
KL_PUBLISH(kl_hold_manager_type);
