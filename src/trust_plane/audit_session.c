/* src/trust_plane/audit_session.c - AuditSession and FileChange: what becomes of a folder's files
 * between the beginning of a session and now. */
#include "eatp/fault.h"
#include "buffer.h"
#include "guard.h"
#include "kailash/id.h"
#include "kailash/time.h"
#include "kailash/type.h"
#include "snapshot.h"

#include <stdlib.h>
#include <unistd.h>

/* ---- FileChange ---------------------------------------------------------------------------------- */

typedef struct file_change {
    kl_object object;
    kl_value path, change_type, old_hash, new_hash;
} file_change;

static kl_status change_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const file_change *c = (const file_change *)self;
    kl_text type = kl_as_text(c->change_type), path = kl_as_text(c->path);
    return kl_string_format(out, error, "FileChange(type='%.*s', path='%.*s')", KL_TEXT_ARG(type),
                            KL_TEXT_ARG(path));
}

static const kl_field change_fields[] = {
    KL_VALUE(file_change, path, .kind = KL_KIND_STRING, .doc = "absolute path of the file"),
    KL_VALUE(file_change, change_type, .kind = KL_KIND_STRING,
             .doc = "added, modified, deleted, or unreadable: what it holds now cannot be told"),
    KL_VALUE(file_change, old_hash, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "SHA-256 at the beginning, as hexadecimal text; None for a file that was added"),
    KL_VALUE(file_change, new_hash, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "SHA-256 now; None for a file that was deleted or cannot be read"),
};

static const kl_type file_change_type = {
    .name = "FileChange",
    .module = "kailash",
    .doc = "A file that is not what it was when an AuditSession began.",
    .size = sizeof(file_change),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT,
    .fields = KL_TABLE(change_fields),
    .repr = change_repr,
};
KL_PUBLISH(file_change_type);

static kl_status change_new(kl_value *out, kl_value path, const char *type, kl_value old_hash,
                            kl_value new_hash, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &file_change_type, error));
    file_change *made = (file_change *)object;
    made->path = kl_value_retain(path);
    made->old_hash = kl_value_retain(old_hash);
    made->new_hash = kl_value_retain(new_hash);
    kl_status status = kl_string_new(&made->change_type, kl_text_from(type), error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

/* ---- comparing ----------------------------------------------------------------------------------- */

/* What happened to a file of which `before` and `now` are the hashes, NULL where it is not there;
 * NULL when nothing did. */
static const char *change_of(const kl_value *before, const kl_value *now)
{
    if (!now)
        return "deleted";
    if (kl_is_null(*now))
        return before && kl_is_null(*before) ? NULL : "unreadable";
    if (!before)
        return "added";
    return kl_text_equal(kl_as_text(*before), kl_as_text(*now)) ? NULL : "modified";
}

static kl_status add_keys(kl_value *paths, kl_value map, kl_value known, kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(map); i++)
        if (!kl_map_has(known, kl_map_key_at(map, i)))
            KL_TRY(kl_array_push(paths, kl_value_retain(kl_map_key_value_at(map, i)), error));
    return KL_OK;
}

static kl_status add_changes(kl_value *list, kl_value paths, kl_value before, kl_value now,
                             kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(paths); i++) {
        kl_value path = kl_array_at(paths, i), change;
        const kl_value *old = kl_map_find(before, kl_as_text(path));
        const kl_value *found = kl_map_find(now, kl_as_text(path));
        const char *type = change_of(old, found);
        if (!type)
            continue;
        KL_TRY(change_new(&change, path, type, old ? *old : kl_null(), found ? *found : kl_null(),
                          error));
        KL_TRY(kl_array_push(list, change, error));
    }
    return KL_OK;
}

static kl_status compare(kl_value *out, kl_value before, kl_value now, kl_error *error)
{
    kl_value paths = kl_null(), list = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_array_new(&paths, kl_map_len(now), error));
    KL_TRY_OUT(kl_array_new(&list, 8, error));
    KL_TRY_OUT(add_keys(&paths, before, kl_null(), error));
    KL_TRY_OUT(add_keys(&paths, now, before, error));
    KL_TRY_OUT(kl_array_sort(&paths, error));
    KL_TRY_OUT(add_changes(&list, paths, before, now, error));
    *out = kl_value_take(&list);
out:
    kl_value_release(list);
    kl_value_release(paths);
    return status;
}

/* ---- AuditSession -------------------------------------------------------------------------------- */

typedef struct session {
    kl_object object;
    kl_value root, session_id, start_time, git_head; /* what stands since the beginning */
    kl_value files;                                  /* the snapshot */
    kl_guard lock; /* guards what follows */
    kl_value end_time;
} session;

static const kl_type session_type;

static kl_status no_folder(kl_text root, kl_error *error)
{
    return kl_fault(error, KL_NOT_FOUND, NULL, "not_found",
                    "session error: scan root does not exist or is not a directory: %.*s",
                    KL_TEXT_ARG(root));
}

/* The root as an absolute path, without slashes at its end. */
static kl_status absolute(kl_value *out, kl_text root, kl_error *error)
{
    kl_buffer path = KL_BUFFER_INIT;
    if (!root.len)
        return no_folder(root, error);
    if (root.data[0] != '/') {
        char *here = getcwd(NULL, 0);
        if (!here)
            return no_folder(root, error);
        kl_buffer_string(&path, here);
        free(here);
        if (!kl_text_is(root, "."))
            kl_buffer_byte(&path, '/');
    }
    kl_buffer_add(&path, kl_text_is(root, ".") ? KL_TEXT("") : root);
    while (path.len > 1 && path.data[path.len - 1] == '/')
        path.len--;
    return kl_buffer_finish(out, &path, error);
}

static kl_status time_now(kl_value *out, kl_error *error)
{
    char text[KL_TIME_TEXT];
    size_t len = kl_time_print(text, kl_time_now(), KL_TIME_SHORTEST, KL_TIME_OFFSET);
    return kl_string_from_valid(out, (kl_text){text, len}, error);
}

static kl_status begin(session *s, kl_text root, kl_error *error)
{
    char id[37];
    KL_TRY(kl_uuid_new(id, error));
    KL_TRY(kl_string_from_valid(&s->session_id, (kl_text){id, 36}, error));
    KL_TRY(time_now(&s->start_time, error));
    KL_TRY(absolute(&s->root, root, error));
    kl_status status = kl_snapshot_take(&s->files, kl_as_text(s->root), error);
    if (status == KL_NOT_FOUND)
        return no_folder(root, error);
    KL_TRY(status);
    return kl_git_head(&s->git_head, kl_as_text(s->root), error);
}

static kl_status start(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_object *object;
    (void)self;
    KL_TRY(kl_object_alloc(&object, &session_type, error));
    kl_guard_begin(&((session *)object)->lock, KL_FORK_MIDDLE);
    kl_status status = begin((session *)object, kl_as_text(args[0]), error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

static void dispose(kl_object *self)
{
    session *s = (session *)self;
    kl_value_release(s->root);
    kl_value_release(s->files);
    kl_value_release(s->end_time);
    kl_guard_end(&s->lock);
}

static kl_value end_time(session *s)
{
    kl_guard_lock(&s->lock);
    kl_value time = kl_value_retain(s->end_time);
    kl_guard_unlock(&s->lock);
    return time;
}

static kl_status get_end_time(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = end_time((session *)self);
    return KL_OK;
}

static kl_status get_file_count(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_int((int64_t)kl_map_len(((session *)self)->files));
    return KL_OK;
}

static kl_status compute_diff(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const session *s = (const session *)self;
    kl_value now;
    (void)args;
    kl_status status = kl_snapshot_take(&now, kl_as_text(s->root), error);
    if (status == KL_NOT_FOUND) /* nothing is there any more: all files were deleted */
        status = kl_map_new(&now, 0, error);
    KL_TRY(status);
    status = compare(out, s->files, now, error);
    kl_value_release(now);
    return status;
}

static kl_status end(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    session *s = (session *)self;
    kl_value time;
    (void)out, (void)args;
    KL_TRY(time_now(&time, error));
    kl_guard_lock(&s->lock);
    bool ended = !kl_is_null(s->end_time);
    if (!ended)
        s->end_time = kl_value_take(&time);
    kl_guard_unlock(&s->lock);
    kl_value_release(time);
    return ended ? kl_fault(error, KL_STATE, NULL, "session_ended",
                            "session error: session already ended")
                 : KL_OK;
}

static kl_status session_repr(kl_value *out, kl_object *self, kl_error *error)
{
    session *s = (session *)self;
    kl_value time = end_time(s);
    kl_status status = kl_string_format(
        out, error, "AuditSession(id='%s', files=%zu, ended=%s)", kl_as_text(s->session_id).data,
        kl_map_len(s->files), kl_is_null(time) ? "false" : "true");
    kl_value_release(time);
    return status;
}

static const kl_field session_fields[] = {
    KL_VALUE(session, session_id, .kind = KL_KIND_STRING, .doc = "UUID of the session"),
    KL_VALUE(session, start_time, .kind = KL_KIND_STRING, .doc = "when it began: UTC, RFC 3339"),
    KL_VALUE(session, git_head, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "commit of the git repository around the folder when it began, 40 hexadecimal "
                    "digits; None outside of one"),
};

static const kl_param start_params[] = {
    {.name = "scan_root", .kind = KL_KIND_STRING, .doc = "folder whose files are watched"},
};

static const kl_method session_methods[] = {
    {.name = "start", .call = start, .flags = KL_STATIC | KL_BLOCKING, .params = KL_TABLE(start_params),
     .returns = KL_KIND_OBJECT, .returns_type = &session_type, .raises = "RuntimeError",
     .doc = "Begin a session: remember path and SHA-256 of every regular file below a folder, hidden "
            "ones too. Folders called .git are left out; symlinks are neither followed nor listed."},
    {.name = "end_time", .call = get_end_time, .flags = KL_PROPERTY, .returns = KL_KIND_STRING,
     .returns_optional = true, .doc = "When end() was called: UTC, RFC 3339; None before."},
    {.name = "file_count", .call = get_file_count, .flags = KL_PROPERTY, .returns = KL_KIND_INT,
     .doc = "Number of files when it began."},
    {.name = "compute_diff", .call = compute_diff, .flags = KL_BLOCKING, .returns = KL_KIND_ARRAY,
     .item = KL_KIND_OBJECT, .returns_type = &file_change_type, .raises = "RuntimeError",
     .doc = "What is different now, ordered by path. May be asked any number of times, also after "
            "the end."},
    {.name = "end", .call = end, .returns = KL_KIND_NONE, .raises = "RuntimeError",
     .doc = "End the session. A second time is an error."},
};

static const kl_type session_type = {
    .name = "AuditSession",
    .module = "kailash",
    .doc = "Watches the files of a folder: which were added, modified or deleted since it began.",
    .size = sizeof(session),
    .flags = KL_TYPE_NO_INIT,
    .fields = KL_TABLE(session_fields),
    .methods = KL_TABLE(session_methods),
    .dispose = dispose,
    .repr = session_repr,
};
KL_PUBLISH(session_type);
