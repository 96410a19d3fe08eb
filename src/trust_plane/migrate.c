/* src/trust_plane/migrate.c - migrate_project(). */
#include "migrate.h"
#include "eatp/fault.h"
#include "kailash/crypto.h"
#include "records.h"
#include "stored.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* What is told of a migration. */
typedef struct outcome {
    bool needed;
    size_t anchors;
    bool chain_rebuilt;
    kl_value errors, left;            /* arrays */
    kl_value path, key_file, authority; /* strings, or null when nothing was made */
} outcome;

static kl_status print_outcome(kl_value *out, const outcome *o, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 9, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("was_needed"), kl_bool(o->needed), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("was_successful"), kl_bool(!kl_array_len(o->errors)), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("anchors_migrated"), kl_int((int64_t)o->anchors), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("parent_chain_reconstructed"), kl_bool(o->chain_rebuilt), error));
    KL_TRY_OUT(kl_stored_set(&map, "errors", o->errors, error));
    if (!kl_is_null(o->path)) {
        KL_TRY_OUT(kl_stored_set(&map, "migrated_to", o->path, error));
        KL_TRY_OUT(kl_stored_set(&map, "operational_key_file", o->key_file, error));
        KL_TRY_OUT(kl_stored_set(&map, "authority_public_key", o->authority, error));
        KL_TRY_OUT(kl_stored_set(&map, "not_migrated", o->left, error));
    }
    KL_TRY_OUT(kl_json_print(out, map, &kl_json_pretty, error));
out:
    kl_value_release(map);
    return status;
}

/* ---- recording ----------------------------------------------------------------------------------- */

/* A record under the time it had, its id made of its content; with its anchor. */
static kl_status put_record(kl_trust_project *project, const kl_trust_kind_facts *kind, kl_value content,
                            kl_error *error)
{
    kl_value hash = kl_null(), id = kl_null(), record = kl_null(), anchor = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_trust_record_hash(&hash, kind->name, content, error));
    KL_TRY_OUT(kl_string_format(&id, error, "%s%.12s", kind->prefix, kl_as_text(hash).data));
    KL_TRY_OUT(kl_map_new(&record, kl_map_len(content) + 1, error));
    KL_TRY_OUT(kl_stored_set(&record, "id", id, error));
    KL_TRY_OUT(kl_map_merge(&record, content, error));
    const kl_trust_entry entry = {
        .type = kind->name, .record_id = kl_as_text(id), .record_hash = kl_as_text(hash),
        .sub = kind->sub, .record = record, .what = "migrate a record"};
    KL_TRY_OUT(kl_trust_project_anchor(&anchor, project, &entry, error));
out:
    kl_value_release(anchor);
    kl_value_release(record);
    kl_value_release(id);
    kl_value_release(hash);
    return status;
}

/* Two records of the same content would have one id. */
static bool stands_twice(const kl_migration *m, size_t index)
{
    kl_value item = kl_array_at(m->records, index);
    for (size_t i = index; i-- > 0;) {
        kl_value other = kl_array_at(m->records, i);
        bool same = false;
        if (kl_as_int(kl_array_at(other, 0)) != kl_as_int(kl_array_at(item, 0)))
            return false; /* they are sorted by time */
        if (kl_value_equal(&same, kl_array_at(other, 3), kl_array_at(item, 3), NULL) == KL_OK && same)
            return true;
    }
    return false;
}

static kl_status put_records(outcome *o, kl_trust_project *project, const kl_migration *m, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(m->records); i++) {
        kl_value item = kl_array_at(m->records, i);
        if (stands_twice(m, i))
            continue;
        KL_TRY(put_record(project, kl_trust_kind_of(kl_as_text(kl_array_at(item, 2))),
                          kl_array_at(item, 3), error));
        o->anchors++;
    }
    return KL_OK;
}

/* The last decision says where the others come from: signed, with the hash of every original. */
static kl_status put_origin(kl_trust_project *project, const kl_migration *m, kl_text from, kl_error *error)
{
    kl_value content, now = kl_null(), none = kl_null(), text = kl_null();
    kl_status status;
    KL_TRY(kl_map_new(&content, 11, error));
    KL_TRY_OUT(kl_stored_now(&now, error));
    KL_TRY_OUT(kl_array_new(&none, 0, error));
    KL_TRY_OUT(kl_string_format(&text, error, "Migrated from %.*s", KL_TEXT_ARG(from)));
    KL_TRY_OUT(kl_stored_set(&content, "decision", text, error));
    KL_TRY_OUT(kl_stored_set_text(&content, "rationale",
                                  "The records before this one were carried over under the times they "
                                  "had; evidence names the files they were made of.", error));
    KL_TRY_OUT(kl_stored_set_text(&content, "decision_type", "process", error));
    KL_TRY_OUT(kl_stored_set(&content, "confidence", kl_null(), error));
    KL_TRY_OUT(kl_stored_set(&content, "alternatives", none, error));
    KL_TRY_OUT(kl_stored_set(&content, "risks", none, error));
    KL_TRY_OUT(kl_stored_set(&content, "related_decisions", none, error));
    KL_TRY_OUT(kl_stored_set(&content, "evidence", m->originals, error));
    KL_TRY_OUT(kl_stored_set(&content, "created_at", now, error));
    KL_TRY_OUT(kl_stored_set_text(&content, "review_requirement", "standard", error));
    KL_TRY_OUT(kl_stored_set_text(&content, "confidentiality", "Public", error));
    KL_TRY_OUT(put_record(project, &kl_trust_kinds[KL_TRUST_DECISION], content, error));
out:
    kl_value_release(text);
    kl_value_release(none);
    kl_value_release(now);
    kl_value_release(content);
    return status;
}

/* ---- the new directory --------------------------------------------------------------------------- */

/* The directory that was given, without slashes at its end, and `ending`. */
static kl_status sibling(kl_value *out, kl_text path, const char *ending, kl_error *error)
{
    while (path.len > 1 && path.data[path.len - 1] == '/')
        path.len--;
    return kl_string_format(out, error, "%.*s%s", KL_TEXT_ARG(path), ending);
}

static kl_status cannot(kl_text path, kl_error *error)
{
    char reason[128];
    return kl_fault(error, KL_IO, NULL, "io_error", "I/O error: %s: %s", path.data,
                    strerror_r(errno, reason, sizeof reason));
}

/* The operational key of the new project goes into a file that only its owner can read, outside of it. */
static kl_status write_key(int file, kl_text path, kl_trust_project *project, kl_error *error)
{
    kl_value hex;
    KL_TRY(kl_object_call(&hex, (kl_object *)project, KL_TEXT("export_operational_key_hex"), NULL, 0,
                          error));
    kl_text text = kl_as_text(hex);
    bool ok = write(file, text.data, text.len) == (ssize_t)text.len && fsync(file) == 0;
    kl_status status = ok ? KL_OK : cannot(path, error);
    kl_wipe((char *)(uintptr_t)text.data, text.len);
    kl_value_release(hex);
    return status;
}

static kl_status fill_project(outcome *o, const kl_migration *m, kl_text from, int file,
                              kl_error *error)
{
    kl_value project;
    kl_status status = kl_trust_project_create(&project, kl_as_text(o->path), kl_as_text(m->name),
                                               kl_as_text(m->author), m->envelope, error);
    if (status != KL_OK) {
        unlink(kl_as_text(o->key_file).data);
        return status;
    }
    kl_trust_project *p = (kl_trust_project *)project.as.object;
    status = write_key(file, kl_as_text(o->key_file), p, error);
    if (status == KL_OK)
        status = put_records(o, p, m, error);
    if (status == KL_OK)
        status = put_origin(p, m, from, error);
    o->authority = kl_value_retain(kl_trust_project_authority_key(p));
    kl_value_release(project);
    return status;
}

/* The key's file comes first: no project is made whose key has nowhere to go. */
static kl_status write_project(outcome *o, const kl_migration *m, kl_text from, kl_error *error)
{
    KL_TRY(sibling(&o->path, from, "-migrated", error));
    KL_TRY(sibling(&o->key_file, from, "-migrated.key", error));
    int file = open(kl_as_text(o->key_file).data,
                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0)
        return cannot(kl_as_text(o->key_file), error);
    kl_status status = fill_project(o, m, from, file, error);
    if (close(file) != 0 && status == KL_OK)
        status = cannot(kl_as_text(o->key_file), error);
    return status;
}

/* A tree with damaged files is not migrated in parts: what is wrong is told, and nothing made. */
static kl_status migrate_tree(outcome *o, const kl_trust_folder *folder, kl_tree_format format,
                              kl_text from, kl_error *error)
{
    kl_migration m;
    KL_TRY(kl_migration_read(&m, folder, format, error));
    o->needed = true;
    kl_value_replace(&o->errors, kl_value_retain(m.errors));
    kl_value_replace(&o->left, kl_value_retain(m.left));
    kl_status status = KL_OK;
    if (!kl_array_len(m.errors)) {
        status = write_project(o, &m, from, error);
        o->chain_rebuilt = status == KL_OK;
    }
    kl_migration_end(&m);
    return status;
}

static kl_status migrate(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    outcome o = {.errors = kl_null(), .left = kl_null(), .path = kl_null(), .key_file = kl_null(),
                 .authority = kl_null()};
    kl_trust_folder *folder;
    kl_tree_format format;
    kl_status status;
    (void)self;
    KL_TRY(kl_trust_folder_open(&folder, kl_as_text(args[0]), error));
    KL_TRY_OUT(kl_array_new(&o.errors, 0, error));
    KL_TRY_OUT(kl_array_new(&o.left, 0, error));
    KL_TRY_OUT(kl_tree_format_of(&format, folder, error));
    if (format != KL_TREE_OURS)
        KL_TRY_OUT(migrate_tree(&o, folder, format, kl_as_text(args[0]), error));
    KL_TRY_OUT(print_outcome(out, &o, error));
out:
    kl_value_release(o.errors);
    kl_value_release(o.left);
    kl_value_release(o.path);
    kl_value_release(o.key_file);
    kl_value_release(o.authority);
    kl_trust_folder_release(folder);
    return status;
}

static const kl_param params[] = {
    {.name = "trust_dir", .kind = KL_KIND_STRING, .doc = "directory of the project"},
};
static const kl_function migrate_project_function = {
    .module = "kailash",
    .method = {
        .name = "migrate_project", .call = migrate, .flags = KL_BLOCKING, .params = KL_TABLE(params),
        .returns = KL_KIND_STRING, .raises = "RuntimeError",
        .doc = "Make a project of a directory of the open Python SDK, or of an older one with its private "
               "key in keys/private.key: decisions, milestones and envelope become DIR-migrated, signed "
               "with new keys; its operational key is written to DIR-migrated.key, for its owner alone. The "
               "directory itself is not changed; a last decision holds the hashes of its files. Gives JSON: "
               "was_needed (false for a project that is as it should be), was_successful, "
               "anchors_migrated, parent_chain_reconstructed, errors, and of a new project migrated_to, "
               "operational_key_file, authority_public_key, not_migrated."}};
KL_PUBLISH_FUNCTION(migrate_project_function);
