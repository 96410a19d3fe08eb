/* src/trust_plane/delegation_manager.c - DelegationManager and Delegate. */
#include "eatp/fault.h"
#include "delegates.h"
#include "seal.h"

/* ---- Delegate ------------------------------------------------------------------------------------ */

typedef struct delegate {
    kl_object object;
    kl_value delegate_id, name, dimensions;
    int64_t depth;
    kl_value parent_id, status, expiry, created_at;
} delegate;

static kl_status delegate_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const delegate *d = (const delegate *)self;
    kl_text id = kl_as_text(d->delegate_id), name = kl_as_text(d->name);
    return kl_string_format(out, error, "Delegate(id='%.*s', name='%.*s', status='%s', depth=%lld)",
                            KL_TEXT_ARG(id), KL_TEXT_ARG(name), kl_as_text(d->status).data,
                            (long long)d->depth);
}

static const kl_field delegate_fields[] = {
    KL_VALUE(delegate, delegate_id, .kind = KL_KIND_STRING, .doc = "its id, such as \"del-alice\""),
    KL_VALUE(delegate, name, .kind = KL_KIND_STRING, .doc = "what people call it"),
    KL_VALUE(delegate, dimensions, .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
             .doc = "dimensions in which it may resolve holds"),
    KL_COUNT_FIELD(delegate, depth, 0, .doc = "levels above it: 0 for a delegate of the owner"),
    KL_VALUE(delegate, parent_id, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "id of the delegate above it, or None"),
    KL_VALUE(delegate, status, .kind = KL_KIND_STRING,
             .doc = "active, revoked or expired; all above it must be active too"),
    KL_VALUE(delegate, expiry, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "when it ends: UTC, RFC 3339; None = never"),
    KL_VALUE(delegate, created_at, .kind = KL_KIND_STRING, .doc = "when it came to be: UTC, RFC 3339"),
};

static const kl_type delegate_type = {
    .name = "Delegate",
    .module = "kailash.trust_plane",
    .doc = "Somebody who may resolve holds of a trust project, as read from the disk.",
    .size = sizeof(delegate),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(delegate_fields),
    .repr = delegate_repr,
};
KL_PUBLISH(delegate_type);

static kl_status delegate_new(kl_value *out, kl_value record, kl_delegate_status standing,
                              kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &delegate_type, error));
    delegate *d = (delegate *)object;
    d->delegate_id = kl_value_retain(kl_stored_member(record, "delegate_id"));
    d->name = kl_value_retain(kl_stored_member(record, "name"));
    d->dimensions = kl_value_retain(kl_stored_member(record, "dimensions"));
    d->depth = kl_as_int(kl_stored_member(record, "depth"));
    d->parent_id = kl_value_retain(kl_stored_member(record, "parent_id"));
    d->expiry = kl_value_retain(kl_stored_member(record, "expiry"));
    d->created_at = kl_value_retain(kl_stored_member(record, "created_at"));
    const char *status_name = kl_delegate_status_name(standing, false);
    kl_status status = kl_string_new(&d->status, kl_text_from(status_name), error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

/* ---- DelegationManager --------------------------------------------------------------------------- */

typedef struct manager {
    kl_object object;
    kl_trust_folder *folder;
} manager;

kl_trust_folder *kl_delegation_manager_folder(kl_object *self) { return ((manager *)self)->folder; }

static kl_status manager_load(manager *m, kl_text path, kl_value project, kl_error *error)
{
    kl_error local = KL_ERROR_INIT;
    KL_TRY(kl_trust_folder_open(&m->folder, path, error));
    KL_TRY(kl_seal_by(m->folder, project, error));
    kl_status status = kl_delegates_recover(m->folder, &local);
    if (status == KL_IO) { /* who may only read goes on: reading takes the revocation for done */
        kl_error_clear(&local);
        return KL_OK;
    }
    kl_error_move(error, &local);
    return status;
}

static kl_status load(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_object *object;
    (void)self;
    KL_TRY(kl_object_alloc(&object, &kl_delegation_manager_type, error));
    kl_status status = manager_load((manager *)object, kl_as_text(args[0]), args[1], error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

static void dispose(kl_object *self) { kl_trust_folder_release(((manager *)self)->folder); }

static kl_status add(kl_value *out, kl_object *self, const kl_delegate_request *request, kl_value name,
                     kl_error *error)
{
    KL_TRY(kl_trust_text_check(name, "name", false, error));
    kl_status status = kl_delegate_add(((manager *)self)->folder, request, error);
    if (status != KL_OK)
        return kl_stored_blame(error, status, "delegate_id", request->delegate_id);
    return kl_string_from_valid(out, request->delegate_id, error);
}

static kl_status add_delegate(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const kl_delegate_request request = {
        .delegate_id = kl_as_text(args[0]), .name = kl_as_text(args[1]), .dimensions = args[2],
        .expiry_hours = args[3], .envelope = args[4]};
    return add(out, self, &request, args[1], error);
}

static kl_status sub_delegate(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const kl_delegate_request request = {
        .parent_id = kl_as_text(args[0]), .delegate_id = kl_as_text(args[1]),
        .name = kl_as_text(args[2]), .dimensions = args[3], .expiry_hours = args[4],
        .envelope = args[5]};
    return add(out, self, &request, args[2], error);
}

static kl_status get(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_delegate_tree tree;
    kl_text id = kl_as_text(args[0]);
    KL_TRY(kl_delegate_branches_read(&tree, ((manager *)self)->folder, &id, 1, error));
    kl_value record = kl_delegate_find(&tree, id);
    kl_status status = KL_OK;
    if (kl_is_null(record))
        *out = kl_null();
    else
        status = delegate_new(out, record, kl_delegate_standing(&tree, id), error);
    kl_delegate_tree_end(&tree);
    return status;
}

static kl_status add_all(kl_value *list, const kl_delegate_tree *tree, bool active_only,
                         kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(tree->records); i++) {
        kl_value delegate;
        kl_delegate_status standing = kl_delegate_standing(tree, kl_map_key_at(tree->records, i));
        if (active_only && standing != KL_DELEGATE_ACTIVE)
            continue;
        KL_TRY(delegate_new(&delegate, kl_map_value_at(tree->records, i), standing, error));
        KL_TRY(kl_array_push(list, delegate, error));
    }
    return KL_OK;
}

static kl_status list(kl_value *out, kl_object *self, bool active_only, kl_error *error)
{
    kl_delegate_tree tree;
    kl_value all = kl_null();
    KL_TRY(kl_delegate_tree_read(&tree, ((manager *)self)->folder, error));
    kl_status status = kl_array_new(&all, kl_map_len(tree.records), error);
    if (status == KL_OK)
        status = add_all(&all, &tree, active_only, error);
    kl_delegate_tree_end(&tree);
    if (status == KL_OK)
        *out = all;
    else
        kl_value_release(all);
    return status;
}

static kl_status list_active(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return list(out, self, true, error);
}

static kl_status list_all(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return list(out, self, false, error);
}

static kl_status revoke(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    KL_TRY(kl_trust_text_check(args[1], "reason", false, error));
    kl_status status = kl_delegate_revoke(out, ((manager *)self)->folder, kl_as_text(args[0]),
                                          kl_as_text(args[1]), error);
    return status == KL_OK ? KL_OK
                           : kl_stored_blame(error, status, "delegate_id", kl_as_text(args[0]));
}

static const kl_param load_params[] = {
    {.name = "trust_dir", .kind = KL_KIND_STRING, .doc = "directory of the trust project"},
    KL_SEAL_PARAM,
};

#define ID_PARAM                                                                                   \
    {.name = "delegate_id", .kind = KL_KIND_STRING,                                                \
     .doc = "its id: del- and letters, digits, '-' or '_', at most 128 characters"}
#define NAME_PARAM {.name = "name", .kind = KL_KIND_STRING, .doc = "what people call it"}
#define DIMENSIONS_PARAM                                                                           \
    {.name = "dimensions", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,                          \
     .doc = "what it may decide: some of " KL_DIMENSIONS_TEXT "; a child has none that its parent "\
            "has not"}
#define EXPIRY_PARAM                                                                               \
    {.name = "expiry_hours", .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL,                         \
     .doc = "hours until it ends, above 0 and not beyond its parent's end; None = as long as its " \
            "parent"}
#define ENVELOPE_PARAM                                                                             \
    {.name = "constraint_envelope_json", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,             \
     .doc = "JSON of the ConstraintEnvelope under which it stands, nowhere wider than that of the " \
            "delegates above it and of the project; None = no envelope of its own"}

static const kl_param add_params[] = {ID_PARAM, NAME_PARAM, DIMENSIONS_PARAM, EXPIRY_PARAM,
                                      ENVELOPE_PARAM};
static const kl_param sub_params[] = {
    {.name = "parent_id", .kind = KL_KIND_STRING, .doc = "id of the active delegate above it"},
    ID_PARAM, NAME_PARAM, DIMENSIONS_PARAM, EXPIRY_PARAM, ENVELOPE_PARAM};
static const kl_param get_params[] = {
    {.name = "delegate_id", .kind = KL_KIND_STRING, .doc = "id of a delegate"},
};
static const kl_param revoke_params[] = {
    {.name = "delegate_id", .kind = KL_KIND_STRING, .doc = "id of a delegate"},
    {.name = "reason", .kind = KL_KIND_STRING, .doc = "why; it is kept with each of them"},
};

static const kl_method methods[] = {
    {.name = "load", .call = load, .flags = KL_STATIC | KL_BLOCKING, .params = KL_TABLE(load_params),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_delegation_manager_type, .raises = "RuntimeError",
     .doc = "The delegates of a project. A revocation that was cut short is finished first."},
    {.name = "add_delegate", .call = add_delegate, .flags = KL_BLOCKING, .params = KL_TABLE(add_params),
     .returns = KL_KIND_STRING, .raises = "ValueError, RuntimeError",
     .doc = "Make a delegate of the project's owner; its id."},
    {.name = "sub_delegate", .call = sub_delegate, .flags = KL_BLOCKING, .params = KL_TABLE(sub_params),
     .returns = KL_KIND_STRING, .raises = "ValueError, RuntimeError",
     .doc = "Make a delegate of a delegate, at most ten levels below the first; its id."},
    {.name = "get", .call = get, .flags = KL_BLOCKING, .params = KL_TABLE(get_params),
     .returns = KL_KIND_OBJECT, .returns_type = &delegate_type, .returns_optional = true,
     .raises = "RuntimeError", .doc = "One by its id, as it stands now; None when there is none."},
    {.name = "list_active", .call = list_active, .flags = KL_BLOCKING, .returns = KL_KIND_ARRAY,
     .item = KL_KIND_OBJECT, .returns_type = &delegate_type, .raises = "RuntimeError",
     .doc = "Those that may decide now, the oldest first."},
    {.name = "list_all", .call = list_all, .flags = KL_BLOCKING, .returns = KL_KIND_ARRAY,
     .item = KL_KIND_OBJECT, .returns_type = &delegate_type, .raises = "RuntimeError",
     .doc = "All, the oldest first."},
    {.name = "revoke", .call = revoke, .flags = KL_BLOCKING, .params = KL_TABLE(revoke_params),
     .returns = KL_KIND_ARRAY, .item = KL_KIND_STRING, .raises = "RuntimeError",
     .doc = "Revoke one and all below it; the ids of those that were not revoked before, parents "
            "first. It counts as a whole, even when the process ends in the middle of it."},
};

const kl_type kl_delegation_manager_type = {
    .name = "DelegationManager",
    .module = "kailash.trust_plane",
    .doc = "Who may resolve holds of a trust project, in which dimensions. Every call reads the disk, "
           "so that what another process revoked is revoked here too.",
    .size = sizeof(manager),
    .flags = KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .methods = KL_TABLE(methods),
    .dispose = dispose,
};
KL_PUBLISH(kl_delegation_manager_type);
