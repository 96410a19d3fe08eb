/* src/workflow/versions.c - VersionedWorkflowRegistry: definitions by name, version and hash. */
#include "engine.h"
#include "normal_form.h"
#include "stamp.h"
#include "version_key.h"
#include "version_order.h"
#include "kailash/json.h"

/* One version: what is listed, and the definition itself. Immutable. */
typedef struct version_entry {
    kl_object object;
    kl_value info; /* of kl_version_info_type */
    kl_value json; /* string: the canonical definition */
} version_entry;

static const kl_field entry_fields[] = {
    KL_VALUE(version_entry, info, .kind = KL_KIND_OBJECT, .flags = KL_HIDDEN),
    KL_VALUE(version_entry, json, .kind = KL_KIND_STRING, .flags = KL_HIDDEN),
};

static const kl_type entry_type = {
    .name = "VersionEntry",
    .module = "kailash._kailash",
    .doc = "A version and its definition.",
    .size = sizeof(version_entry),
    .flags = KL_TYPE_NO_INIT,
    .fields = KL_TABLE(entry_fields),
};

typedef struct versions {
    kl_object object;
    kl_fork_watch fork_watch;
    pthread_mutex_t lock; /* guards what follows */
    kl_value names;       /* map name -> array of version_entry, by version */
    kl_value hashes;      /* map hash -> version_entry registered last; may have been replaced */
    size_t count;         /* of entries */
} versions;

/* ---- entries --------------------------------------------------------------------------------- */

static const version_info *info_of(const version_entry *entry)
{
    return (const version_info *)entry->info.as.object;
}

static const version_entry *entry_at(kl_value list, size_t index)
{
    return (const version_entry *)kl_array_at(list, index).as.object;
}

static kl_status new_info(kl_value *out, kl_text name, kl_text version, kl_value hash,
                          kl_error *error)
{
    kl_object *object;
    kl_status status;
    KL_TRY(kl_object_alloc(&object, &kl_version_info_type, error));
    version_info *info = (version_info *)object;
    info->workflow_hash = kl_value_retain(hash);
    KL_TRY_OUT(kl_string_new(&info->name, name, error));
    KL_TRY_OUT(kl_string_new(&info->version, version, error));
    KL_TRY_OUT(kl_stamp_now(&info->registered_at, error));
    *out = kl_value_of(object);
    return KL_OK;
out:
    kl_object_release(object);
    return status;
}

/* An entry of the definition in `json`; given. */
static kl_status new_entry(kl_value *out, kl_text name, kl_text version, kl_text json,
                           kl_error *error)
{
    kl_object *object;
    kl_value map = kl_null(), hash = kl_null();
    kl_status status;
    KL_TRY(kl_object_alloc(&object, &entry_type, error));
    version_entry *entry = (version_entry *)object;
    KL_TRY_OUT(kl_definition_parse(&map, json, error));
    KL_TRY_OUT(kl_json_print(&entry->json, map, &kl_json_plain, error));
    KL_TRY_OUT(kl_definition_hash(&hash, map, error));
    KL_TRY_OUT(new_info(&entry->info, name, version, hash, error));
    *out = kl_value_of(kl_object_retain(object));
out:
    kl_value_release(hash);
    kl_value_release(map);
    kl_object_release(object);
    return status;
}

/* Where `version` stands among the versions of a name, or would have to; true when it is there. */
static bool find_version(size_t *at, kl_value list, kl_text version)
{
    size_t low = 0, high = kl_array_len(list);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const version_info *info = info_of(entry_at(list, middle));
        int order = kl_version_compare(kl_as_text(info->version), version);
        if (order == 0) {
            *at = middle;
            return true;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *at = low;
    return false;
}

/* A new list with `entry` (borrowed) at `at`, in place of what stands there or before it; given. */
static kl_status with_entry(kl_value *out, kl_value list, size_t at, bool replaces, kl_value entry,
                            kl_error *error)
{
    kl_value made;
    kl_status status;
    size_t len = kl_array_len(list);
    KL_TRY(kl_array_new(&made, len + 1, error));
    for (size_t i = 0; i <= len; i++) {
        if (i == at)
            KL_TRY_OUT(kl_array_push(&made, kl_value_retain(entry), error));
        if (i < len && !(replaces && i == at))
            KL_TRY_OUT(kl_array_push(&made, kl_value_retain(kl_array_at(list, i)), error));
    }
    *out = made;
    return KL_OK;
out:
    kl_value_release(made);
    return status;
}

/* ---- what the lock guards -------------------------------------------------------------------- */

static bool same_text(kl_value a, kl_value b)
{
    return kl_text_equal(kl_as_text(a), kl_as_text(b));
}

/* Whether `entry` still stands under its name and version. */
static bool is_current(const versions *all, const version_entry *entry)
{
    size_t at;
    kl_value list = kl_map_get(all->names, kl_as_text(info_of(entry)->name));
    return find_version(&at, list, kl_as_text(info_of(entry)->version)) &&
           entry_at(list, at) == entry;
}

/* Steps that may fail come first, so that a failure leaves the registry as it was: a hash that
 * leads to an entry which does not stand in `names` counts for nothing. */
static kl_status put(versions *all, kl_value entry, bool replace, kl_error *error)
{
    const version_entry *fresh = (const version_entry *)entry.as.object;
    const version_info *info = info_of(fresh);
    kl_text name = kl_as_text(info->name), version = kl_as_text(info->version);
    kl_value list = kl_map_get(all->names, name), grown;
    size_t at;
    bool found = find_version(&at, list, version);
    if (found && !replace && !same_text(entry_at(list, at)->json, fresh->json))
        return kl_error_set(error, KL_INVALID,
                            "%.*s@%.*s is already registered with another definition; choose a new "
                            "version, or pass replace=True",
                            KL_TEXT_ARG(name), KL_TEXT_ARG(version));
    KL_TRY(with_entry(&grown, list, at, found, entry, error));
    kl_status status = kl_map_set(&all->names, name, grown, error);
    if (status == KL_OK)
        all->count += !found;
    return status;
}

static kl_status add(versions *all, kl_value entry, bool replace, kl_error *error)
{
    const version_info *info = info_of((const version_entry *)entry.as.object);
    kl_text hash = kl_as_text(info->workflow_hash);
    kl_value before = kl_value_retain(kl_map_get(all->hashes, hash));
    kl_status status = kl_map_set(&all->hashes, hash, kl_value_retain(entry), error);
    if (status == KL_OK)
        status = put(all, entry, replace, error);
    if (status != KL_OK && kl_map_has(all->hashes, hash)) /* in place, so this cannot fail */
        kl_map_set(&all->hashes, hash, kl_value_retain(before), NULL);
    kl_value_release(before);
    return status;
}

/* Any current entry of that hash, for when the one registered last has been replaced. */
static const version_entry *search_hash(const versions *all, kl_text hash)
{
    for (size_t i = 0, names = kl_map_len(all->names); i < names; i++) {
        kl_value list = kl_map_value_at(all->names, i);
        for (size_t j = 0, count = kl_array_len(list); j < count; j++)
            if (kl_text_equal(kl_as_text(info_of(entry_at(list, j))->workflow_hash), hash))
                return entry_at(list, j);
    }
    return NULL;
}

static const version_entry *find_hash(const versions *all, kl_text hash)
{
    const version_entry *entry = kl_as_object(kl_map_get(all->hashes, hash), &entry_type);
    if (!entry)
        return NULL;
    return is_current(all, entry) ? entry : search_hash(all, hash);
}

/* An entry, retained, or null. `by_hash`: `name` is a hash; `version` NULL: the newest. */
static kl_value look_up(versions *all, kl_text name, const kl_text *version, bool by_hash)
{
    const version_entry *entry = NULL;
    size_t at;
    pthread_mutex_lock(&all->lock);
    kl_value list = by_hash ? kl_null() : kl_map_get(all->names, name);
    if (by_hash)
        entry = find_hash(all, name);
    else if (!version && kl_array_len(list))
        entry = entry_at(list, kl_array_len(list) - 1);
    else if (version && find_version(&at, list, *version))
        entry = entry_at(list, at);
    kl_value found = entry ? kl_value_of(kl_object_retain((kl_object *)(uintptr_t)&entry->object))
                           : kl_null();
    pthread_mutex_unlock(&all->lock);
    return found;
}

static kl_value json_of(kl_value entry)
{
    kl_value json = kl_is_null(entry)
                        ? kl_null()
                        : kl_value_retain(((const version_entry *)entry.as.object)->json);
    kl_value_release(entry);
    return json;
}

kl_status kl_versions_by_hash(kl_value *out, kl_object *self, kl_text hash, kl_error *error)
{
    (void)error;
    *out = json_of(look_up((versions *)self, hash, NULL, true));
    return KL_OK;
}

/* ---- methods --------------------------------------------------------------------------------- */

static kl_status versions_init(kl_object *self, const kl_value *args, kl_error *error)
{
    versions *all = (versions *)self;
    (void)args;
    pthread_mutex_init(&all->lock, NULL);
    all->fork_watch.lock = &all->lock;
    kl_fork_watch_begin(&all->fork_watch);
    KL_TRY(kl_map_new(&all->names, 0, error));
    return kl_map_new(&all->hashes, 0, error);
}

static void versions_dispose(kl_object *self)
{
    versions *all = (versions *)self;
    kl_fork_watch_end(&all->fork_watch);
    kl_value_release(all->names);
    kl_value_release(all->hashes);
    pthread_mutex_destroy(&all->lock);
}

static kl_status call_register(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    versions *all = (versions *)self;
    kl_value entry;
    KL_TRY(new_entry(&entry, kl_as_text(args[0]), kl_as_text(args[1]), kl_as_text(args[2]), error));
    pthread_mutex_lock(&all->lock);
    kl_status status = add(all, entry, kl_as_bool(args[3]), error);
    pthread_mutex_unlock(&all->lock);
    if (status == KL_OK)
        *out = kl_value_retain(info_of((const version_entry *)entry.as.object)->workflow_hash);
    kl_value_release(entry);
    return status;
}

static kl_status call_get(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_text version = kl_as_text(args[1]);
    (void)error;
    *out = json_of(look_up((versions *)self, kl_as_text(args[0]), &version, false));
    return KL_OK;
}

static kl_status call_latest(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)error;
    *out = json_of(look_up((versions *)self, kl_as_text(args[0]), NULL, false));
    return KL_OK;
}

static kl_status call_list(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    versions *all = (versions *)self;
    kl_value made = kl_null();
    kl_status status;
    pthread_mutex_lock(&all->lock); /* lists are never changed, so one reference is a snapshot */
    kl_value list = kl_value_retain(kl_map_get(all->names, kl_as_text(args[0])));
    pthread_mutex_unlock(&all->lock);
    KL_TRY_OUT(kl_array_new(&made, kl_array_len(list), error));
    for (size_t i = 0; i < kl_array_len(list); i++)
        KL_TRY_OUT(kl_array_push(&made, kl_value_retain(entry_at(list, i)->info), error));
    *out = kl_value_take(&made);
out:
    kl_value_release(made);
    kl_value_release(list);
    return status;
}

static kl_status call_lookup(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_object *object;
    kl_value entry = look_up((versions *)self, kl_as_text(args[0]), NULL, true);
    kl_status status = KL_OK;
    if (kl_is_null(entry))
        return KL_OK;
    status = kl_object_alloc(&object, &kl_version_key_type, error);
    if (status == KL_OK) {
        const version_info *info = info_of((const version_entry *)entry.as.object);
        ((version_key *)object)->name = kl_value_retain(info->name);
        ((version_key *)object)->version = kl_value_retain(info->version);
        *out = kl_value_of(object);
    }
    kl_value_release(entry);
    return status;
}

static size_t entry_count(versions *all)
{
    pthread_mutex_lock(&all->lock);
    size_t count = all->count;
    pthread_mutex_unlock(&all->lock);
    return count;
}

static kl_status call_count(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    (void)error;
    *out = kl_int((int64_t)entry_count((versions *)self));
    return KL_OK;
}

static kl_status versions_repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "VersionedWorkflowRegistry(workflows=%zu)",
                            entry_count((versions *)self));
}

#define NAME_PARAM {.name = "name", .kind = KL_KIND_STRING, .doc = "name of the workflow"}
#define VERSION_PARAM                                                                              \
    {.name = "version", .kind = KL_KIND_STRING, .doc = "its version, such as \"1.10.0\"; any text"}

static const kl_param register_params[] = {
    NAME_PARAM,
    VERSION_PARAM,
    {.name = "definition_json", .kind = KL_KIND_STRING, .doc = "definition as JSON text"},
    {.name = "replace", .kind = KL_KIND_BOOL, .fallback = "false", .flags = KL_KEYWORD_ONLY,
     .doc = "put another definition in the place of a registered one"},
};
static const kl_param get_params[] = {NAME_PARAM, VERSION_PARAM};
static const kl_param name_params[] = {NAME_PARAM};
static const kl_param hash_params[] = {
    {.name = "hash", .kind = KL_KIND_STRING, .doc = "hash that register() gave"},
};

static const kl_method methods[] = {
    {.name = "register", .call = call_register, .params = KL_TABLE(register_params),
     .returns = KL_KIND_STRING, .raises = "ValueError",
     .doc = "Registers a definition and gives its hash: 16 hexadecimal digits, FNV-1a 64 over the "
            "canonical definition, so blanks and the order of keys do not matter. ValueError when "
            "the definition is malformed, or the version holds another one already."},
    {.name = "get", .call = call_get, .params = KL_TABLE(get_params), .returns = KL_KIND_STRING,
     .returns_optional = true,
     .doc = "The canonical definition of a version as JSON text, or None."},
    {.name = "latest_version", .call = call_latest, .params = KL_TABLE(name_params),
     .returns = KL_KIND_STRING, .returns_optional = true,
     .doc = "The canonical definition of the newest version as JSON text, or None. Versions are "
            "ordered as numbers between dots, a pre-release below its release."},
    {.name = "list_versions", .call = call_list, .params = KL_TABLE(name_params),
     .returns = KL_KIND_ARRAY, .item = KL_KIND_OBJECT, .returns_type = &kl_version_info_type,
     .doc = "All versions of a workflow, the oldest first; empty for an unknown name."},
    {.name = "lookup_hash", .call = call_lookup, .params = KL_TABLE(hash_params),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_version_key_type, .returns_optional = true,
     .doc = "Name and version registered last with that hash, or None."},
    {.name = "workflow_count", .call = call_count, .returns = KL_KIND_INT,
     .doc = "Number of registered versions of all workflows."},
    {.name = "__len__", .call = call_count, .returns = KL_KIND_INT,
     .doc = "Number of registered versions of all workflows."},
};

const kl_type kl_versions_type = {
    .name = "VersionedWorkflowRegistry",
    .module = "kailash._kailash",
    .doc = "Workflow definitions by name and version. Threads may share it.",
    .size = sizeof(versions),
    .methods = KL_TABLE(methods),
    .init = versions_init,
    .dispose = versions_dispose,
    .repr = versions_repr,
};
KL_PUBLISH(kl_versions_type);
