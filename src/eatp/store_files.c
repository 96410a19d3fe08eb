/* src/eatp/store_files.c - EatpFilesystemStore: a folder that only its owner may enter.
 *
 *   chain/000000000000.json ...   blocks, by their place
 *   delegations/ID.json           records
 *   keys/ID.key.age               secrets, encrypted with the passphrase
 *   .lock                         held by whoever writes, of whatever process
 *
 * Every file is written beside its place and then moved there, so that it is whole or not there at all;
 * places are taken one after another, so that what a killed process leaves is the store as it was
 * before its last write or after it.
 */
#include "fault.h"
#include "fork.h"
#include "keys.h"
#include "store_parts.h"

#include "crypto/age.h"
#include "kailash/crypto.h"
#include "kailash/json.h"
#include "store/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ID_MAX = 128, KEY_MAX = 1 << 20, KEY_FILE_MAX = KEY_MAX + 4096 };

typedef struct files_store {
    kl_trust_store store;
    kl_value folder;       /* string */
    char *passphrase;      /* wiped at the end */
    size_t passphrase_len;
    uint32_t work_factor;
    char *lock_path;
    int lock_file;
    kl_fork_watch fork_watch;
    pthread_mutex_t lock;  /* guards what follows, and the folder against other threads */
    kl_value places;       /* map block_id -> its place, of the blocks seen so far */
    int64_t count;         /* blocks seen so far */
} files_store;

/* ---- paths and errors ------------------------------------------------------------------------- */

/* A failure of the folder as an EatpAuthorityError. */
static kl_status unusable(kl_error *error, kl_status status, kl_error *why)
{
    if (status == KL_NO_MEMORY || status == KL_INTERRUPTED || status == KL_CANCELLED)
        kl_error_move(error, why);
    else
        status = kl_fault(error, KL_IO, KL_EATP_AUTHORITY, "store_failed", "trust store: %s",
                          kl_error_message(why));
    kl_error_clear(why);
    return status;
}

static kl_status broken(kl_error *error, const char *action, const char *path)
{
    return kl_fault(error, KL_IO, KL_EATP_AUTHORITY, "store_failed",
                    "trust store: cannot %s '%s': %s", action, path, strerror(errno));
}

static kl_status path_of(kl_value *out, const files_store *f, const char *below, kl_error *error)
{
    return kl_string_format(out, error, "%.*s/%s", KL_TEXT_ARG(kl_as_text(f->folder)), below);
}

static bool is_file_id(kl_text id)
{
    for (size_t i = 0; i < id.len; i++) {
        char c = id.data[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
              c == '_' || c == '-'))
            return false;
    }
    return id.len > 0 && id.len <= ID_MAX;
}

static kl_status bad_id(kl_error *error, const char *what)
{
    return kl_fault(error, KL_INVALID, KL_EATP_AUTHORITY, "invalid_identifier",
                    "%s: expected 1 to %d characters of A-Z, a-z, 0-9, _ and -", what, ID_MAX);
}

/* ---- reading and writing files ---------------------------------------------------------------- */

static kl_status exists(bool *out, const files_store *f, const char *below, kl_error *error)
{
    kl_value path;
    struct stat facts;
    KL_TRY(path_of(&path, f, below, error));
    int result = lstat(kl_as_text(path).data, &facts);
    kl_status status = KL_OK;
    if (result != 0 && errno != ENOENT)
        status = broken(error, "look at", kl_as_text(path).data);
    kl_value_release(path);
    *out = result == 0;
    return status;
}

static kl_status read_file(kl_buffer *to, const files_store *f, const char *below, size_t limit,
                           kl_error *error)
{
    kl_value path;
    kl_error why = KL_ERROR_INIT;
    kl_file_range_options options = {.base_dir = kl_as_text(f->folder), .limit = limit};
    KL_TRY(path_of(&path, f, below, error));
    kl_status status = kl_file_read(to, kl_as_text(path), &options, &why);
    kl_value_release(path);
    return status == KL_OK ? KL_OK : unusable(error, status, &why);
}

static kl_status write_file(const files_store *f, const char *below, kl_text bytes,
                            kl_error *error)
{
    kl_value path;
    kl_error why = KL_ERROR_INIT;
    kl_file_write_options options = {.base_dir = kl_as_text(f->folder), .sync = true, .mode = 0600};
    KL_TRY(path_of(&path, f, below, error));
    kl_status status = kl_file_write(kl_as_text(path), bytes, &options, &why);
    kl_value_release(path);
    return status == KL_OK ? KL_OK : unusable(error, status, &why);
}

/* A file of a map; given. */
static kl_status read_map(kl_value *out, const files_store *f, const char *below, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_value map = kl_null();
    kl_error why = KL_ERROR_INIT;
    kl_status status = read_file(&text, f, below, KL_STORE_TEXT_MAX, error);
    if (status == KL_OK) {
        status = kl_signed_json_parse(&map, kl_buffer_text(&text), &why);
        if (status != KL_OK && status != KL_NO_MEMORY)
            status = kl_fault(error, KL_IO, KL_EATP_AUTHORITY, "store_damaged",
                              "trust store: %s is damaged: %s", below, kl_error_message(&why));
        else if (status != KL_OK)
            kl_error_move(error, &why);
        else if (!kl_is(map, KL_KIND_MAP))
            status = kl_fault(error, KL_IO, KL_EATP_AUTHORITY, "store_damaged",
                              "trust store: %s is damaged: it holds no object", below);
    }
    kl_error_clear(&why);
    kl_buffer_free(&text);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

/* ---- locking ---------------------------------------------------------------------------------- */

/* Against other threads, then against other processes. */
static kl_status begin_writing(files_store *f, kl_error *error)
{
    pthread_mutex_lock(&f->lock);
    while (flock(f->lock_file, LOCK_EX) != 0)
        if (errno != EINTR) {
            kl_status status = broken(error, "lock", kl_as_text(f->folder).data);
            pthread_mutex_unlock(&f->lock);
            return status;
        }
    return KL_OK;
}

static void end_writing(files_store *f)
{
    (void)flock(f->lock_file, LOCK_UN); /* what could not be unlocked ends with the file */
    pthread_mutex_unlock(&f->lock);
}

/* ---- blocks ----------------------------------------------------------------------------------- */

static void block_name(char out[40], int64_t seq)
{
    snprintf(out, 40, "chain/%012lld.json", (long long)seq);
}

/* Take notice of what this or another process has added. */
static kl_status look_for_more(files_store *f, kl_error *error)
{
    char name[40];
    for (;;) {
        bool there;
        kl_value block;
        block_name(name, f->count);
        KL_TRY(exists(&there, f, name, error));
        if (!there)
            return KL_OK;
        KL_TRY(read_map(&block, f, name, error));
        kl_value id = kl_map_get(block, KL_TEXT("block_id"));
        kl_status status =
            kl_is(id, KL_KIND_STRING) && kl_as_text(id).len
                ? kl_map_set_key(&f->places, id, kl_int(f->count), error)
                : kl_fault(error, KL_IO, KL_EATP_AUTHORITY, "store_damaged",
                           "trust store: %s is damaged: it has no block_id", name);
        kl_value_release(block);
        KL_TRY(status);
        f->count++;
    }
}

static kl_status check_same(const files_store *f, int64_t seq, const kl_stored *block,
                            kl_error *error)
{
    char name[40];
    kl_value kept;
    bool same;
    block_name(name, seq);
    KL_TRY(read_map(&kept, f, name, error));
    kl_status status = kl_value_equal(&same, kept, block->payload, error);
    kl_value_release(kept);
    if (status == KL_OK && !same)
        return kl_store_conflict(error, "block", block->id);
    return status;
}

static kl_status append_locked(int64_t *seq, files_store *f, const kl_stored *block,
                               kl_error *error)
{
    char name[40];
    KL_TRY(look_for_more(f, error));
    const kl_value *place = kl_map_find(f->places, kl_as_text(block->id));
    if (place) {
        *seq = kl_as_int(*place);
        return check_same(f, *seq, block, error);
    }
    *seq = f->count;
    block_name(name, f->count);
    KL_TRY(write_file(f, name, kl_as_text(block->json), error));
    return look_for_more(f, error);
}

static kl_status append_block(int64_t *seq, kl_trust_store *store, const kl_stored *block,
                              kl_error *error)
{
    files_store *f = (files_store *)store;
    KL_TRY(begin_writing(f, error));
    kl_status status = append_locked(seq, f, block, error);
    end_writing(f);
    return status;
}

static kl_status block_count(int64_t *out, kl_trust_store *store, kl_error *error)
{
    files_store *f = (files_store *)store;
    pthread_mutex_lock(&f->lock);
    kl_status status = look_for_more(f, error);
    *out = f->count;
    pthread_mutex_unlock(&f->lock);
    return status;
}

static bool is_wanted(kl_value map, const char *member, kl_value wanted)
{
    return kl_is_null(wanted) ||
           kl_text_equal(kl_as_text(kl_map_get(map, kl_text_from(member))), kl_as_text(wanted));
}

static kl_status blocks(kl_value *out, kl_trust_store *store, kl_value agent_id, kl_error *error)
{
    const files_store *f = (const files_store *)store;
    char name[40];
    int64_t count;
    kl_value list, block;
    kl_status status;
    KL_TRY(block_count(&count, store, error));
    KL_TRY(kl_array_new(&list, 0, error));
    for (int64_t i = 0; i < count; i++) {
        block_name(name, i);
        KL_TRY_OUT(read_map(&block, f, name, error));
        if (is_wanted(block, "agent_id", agent_id))
            status = kl_array_push(&list, block, error);
        else
            kl_value_release(block);
        KL_TRY_OUT(status);
    }
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}

/* ---- delegations ------------------------------------------------------------------------------ */

static void record_name(char out[ID_MAX + 32], kl_text id)
{
    snprintf(out, ID_MAX + 32, "delegations/%.*s.json", KL_TEXT_ARG(id));
}

/* Null when there is none. */
static kl_status read_record(kl_value *out, const files_store *f, kl_text id, kl_error *error)
{
    char name[ID_MAX + 32];
    bool there = false;
    if (is_file_id(id)) {
        record_name(name, id);
        KL_TRY(exists(&there, f, name, error));
    }
    *out = kl_null();
    if (!there)
        return KL_OK;
    kl_value record;
    KL_TRY(read_map(&record, f, name, error));
    if (!kl_text_equal(kl_as_text(kl_map_get(record, KL_TEXT("delegation_id"))), id)) {
        kl_value_release(record);
        return kl_fault(error, KL_IO, KL_EATP_AUTHORITY, "store_damaged",
                        "trust store: %s is damaged: it holds another delegation", name);
    }
    *out = record;
    return KL_OK;
}

static kl_status revoke_locked(const files_store *f, kl_text id, kl_value record, kl_error *error)
{
    char name[ID_MAX + 32];
    kl_value revoked, json;
    record_name(name, id);
    KL_TRY(kl_store_with_revoked(&revoked, record, true, error));
    kl_status status = kl_json_print(&json, revoked, &kl_json_record, error);
    kl_value_release(revoked);
    KL_TRY(status);
    status = write_file(f, name, kl_as_text(json), error);
    kl_value_release(json);
    return status;
}

static kl_status put_locked(const files_store *f, const kl_stored *record, kl_error *error)
{
    char name[ID_MAX + 32];
    kl_value kept;
    bool same = false;
    kl_text id = kl_as_text(record->id);
    KL_TRY(read_record(&kept, f, id, error));
    record_name(name, id);
    if (kl_is_null(kept))
        return write_file(f, name, kl_as_text(record->json), error);
    kl_status status = kl_store_same_delegation(&same, record->payload, kept, error);
    if (status == KL_OK && !same)
        status = kl_store_conflict(error, "delegation", record->id);
    if (status == KL_OK && record->revoked && !kl_as_bool(kl_map_get(kept, KL_TEXT("revoked"))))
        status = revoke_locked(f, id, kept, error);
    kl_value_release(kept);
    return status;
}

static kl_status put_delegation(kl_trust_store *store, const kl_stored *record, kl_error *error)
{
    files_store *f = (files_store *)store;
    if (!is_file_id(kl_as_text(record->id)))
        return bad_id(error, "delegation_id");
    KL_TRY(begin_writing(f, error));
    kl_status status = put_locked(f, record, error);
    end_writing(f);
    return status;
}

static kl_status delegation(kl_value *out, kl_trust_store *store, kl_value id, kl_error *error)
{
    return read_record(out, (const files_store *)store, kl_as_text(id), error);
}

/* The id that a file of the folder is named after; empty for others, such as temporary ones. */
static kl_text id_of_name(const char *name)
{
    kl_text text = kl_text_from(name);
    if (text.len <= 5 || memcmp(text.data + text.len - 5, ".json", 5) != 0)
        return KL_TEXT("");
    text.len -= 5;
    return is_file_id(text) ? text : KL_TEXT("");
}

static kl_status rank_record(kl_value *list, const files_store *f, kl_text id, kl_value delegate,
                             kl_error *error)
{
    static const char *const times[2] = {"created_at", NULL};
    kl_value record, created = kl_null();
    KL_TRY(read_record(&record, f, id, error));
    kl_status status = KL_OK;
    if (!kl_is_null(record) && is_wanted(record, "delegate", delegate)) {
        status = kl_store_created_at(&created, record, times, error);
        if (status == KL_OK)
            status = kl_store_rank(list, created, record, error);
    }
    kl_value_release(created);
    kl_value_release(record);
    return status;
}

static kl_status delegations(kl_value *out, kl_trust_store *store, kl_value delegate,
                             int64_t limit, kl_error *error)
{
    const files_store *f = (const files_store *)store;
    kl_value path, list = kl_null();
    kl_status status;
    KL_TRY(path_of(&path, f, "delegations", error));
    DIR *folder = opendir(kl_as_text(path).data);
    if (!folder) {
        status = broken(error, "open", kl_as_text(path).data);
        goto out;
    }
    KL_TRY_OUT(kl_array_new(&list, 0, error));
    for (struct dirent *entry; (entry = readdir(folder));)
        if (id_of_name(entry->d_name).len)
            KL_TRY_OUT(rank_record(&list, f, id_of_name(entry->d_name), delegate, error));
    status = kl_store_sorted(out, kl_value_take(&list), limit, error);
out:
    if (folder)
        closedir(folder);
    kl_value_release(list);
    kl_value_release(path);
    return status;
}

static kl_status set_revoked(bool *found, bool *newly, kl_trust_store *store, kl_value id,
                             kl_error *error)
{
    files_store *f = (files_store *)store;
    kl_value record;
    KL_TRY(begin_writing(f, error));
    kl_status status = read_record(&record, f, kl_as_text(id), error);
    if (status == KL_OK) {
        *found = !kl_is_null(record);
        *newly = *found && !kl_as_bool(kl_map_get(record, KL_TEXT("revoked")));
        if (*newly)
            status = revoke_locked(f, kl_as_text(id), record, error);
        kl_value_release(record);
    }
    end_writing(f);
    return status;
}

static const kl_store_functions functions = {
    .append_block = append_block,
    .blocks = blocks,
    .block_count = block_count,
    .put_delegation = put_delegation,
    .delegation = delegation,
    .delegations = delegations,
    .set_revoked = set_revoked,
};

/* ---- keys ------------------------------------------------------------------------------------- */

static void key_name(char out[ID_MAX + 32], kl_text id)
{
    snprintf(out, ID_MAX + 32, "keys/%.*s.key.age", KL_TEXT_ARG(id));
}

static kl_text passphrase_of(const files_store *f)
{
    return (kl_text){f->passphrase, f->passphrase_len};
}

static kl_status store_key(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out;
    files_store *f = (files_store *)self;
    kl_text id = kl_as_text(args[0]);
    char name[ID_MAX + 32];
    kl_value sealed;
    if (!is_file_id(id))
        return bad_id(error, "key_id");
    if (kl_as_text(args[1]).len > KEY_MAX)
        return kl_fault(error, KL_INVALID, NULL, "too_large", "key_bytes: more than %d bytes",
                        KEY_MAX);
    key_name(name, id);
    KL_TRY(kl_age_seal(&sealed, passphrase_of(f), f->work_factor, kl_as_text(args[1]), error));
    kl_status status = begin_writing(f, error);
    if (status == KL_OK) {
        status = write_file(f, name, kl_as_text(sealed), error);
        end_writing(f);
    }
    kl_value_release(sealed);
    return status;
}

static kl_status load_key(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const files_store *f = (const files_store *)self;
    kl_text id = kl_as_text(args[0]);
    char name[ID_MAX + 32];
    bool there;
    kl_buffer file = KL_BUFFER_INIT;
    kl_error why = KL_ERROR_INIT;
    if (!is_file_id(id))
        return bad_id(error, "key_id");
    key_name(name, id);
    KL_TRY(exists(&there, f, name, error));
    if (!there)
        return kl_fault(error, KL_NOT_FOUND, KL_EATP_AUTHORITY, "key_not_found",
                        "there is no key '%.*s'", KL_TEXT_ARG(id));
    kl_status status = read_file(&file, f, name, KEY_FILE_MAX, error);
    if (status == KL_OK) {
        status = kl_age_open(out, passphrase_of(f), kl_buffer_text(&file), &why);
        if (status == KL_DENIED)
            kl_fault(error, KL_DENIED, KL_EATP_AUTHORITY, "key_not_available",
                     "key '%.*s' cannot be opened: %s", KL_TEXT_ARG(id), kl_error_message(&why));
        else if (status != KL_OK)
            status = unusable(error, status, &why);
    }
    kl_error_clear(&why);
    kl_buffer_free(&file);
    return status;
}

/* ---- the type --------------------------------------------------------------------------------- */

/* A folder for its owner alone. */
static kl_status make_folder(const char *path, kl_error *error)
{
    struct stat facts;
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return broken(error, "create", path);
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return broken(error, "open", path);
    bool done = fstat(folder, &facts) == 0 &&
                ((facts.st_mode & 07777) == 0700 || fchmod(folder, 0700) == 0);
    kl_status status = done ? KL_OK : broken(error, "protect", path);
    close(folder);
    return status;
}

/* The folders above the store. */
static kl_status make_parents(char *path, kl_error *error)
{
    for (char *at = path + 1; *at; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        bool done = mkdir(path, 0777) == 0 || errno == EEXIST;
        kl_status status = done ? KL_OK : broken(error, "create", path);
        *at = '/';
        KL_TRY(status);
    }
    return KL_OK;
}

static const char *const rooms[] = {"chain", "delegations", "keys"};

static kl_status make_folders(files_store *f, kl_error *error)
{
    char *path = kl_strdup(kl_as_text(f->folder));
    kl_value below;
    if (!path)
        return kl_error_no_memory(error);
    kl_status status = make_parents(path, error);
    if (status == KL_OK)
        status = make_folder(path, error);
    kl_free(path);
    for (size_t i = 0; i < KL_COUNT(rooms) && status == KL_OK; i++) {
        KL_TRY(path_of(&below, f, rooms[i], error));
        status = make_folder(kl_as_text(below).data, error);
        kl_value_release(below);
    }
    return status;
}

static int open_lock_file(const char *path)
{
    return open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
}

/* A forked child shares the file, and so the lock, with its parent: it needs a file of its own. */
static void forked(void *data)
{
    files_store *f = data;
    if (f->lock_file >= 0) {
        close(f->lock_file);
        f->lock_file = open_lock_file(f->lock_path); /* whoever needs it finds out */
    }
}

static kl_status open_lock(files_store *f, kl_error *error)
{
    kl_value path;
    KL_TRY(path_of(&path, f, ".lock", error));
    f->lock_path = kl_strdup(kl_as_text(path));
    kl_value_release(path);
    if (!f->lock_path)
        return kl_error_no_memory(error);
    f->lock_file = open_lock_file(f->lock_path);
    return f->lock_file < 0 ? broken(error, "open", f->lock_path) : KL_OK;
}

/* What processes that were killed have left; whoever writes holds the lock, so none is being written. */
static kl_status sweep_room(const files_store *f, const char *room, kl_error *error)
{
    kl_value path;
    KL_TRY(path_of(&path, f, room, error));
    DIR *folder = opendir(kl_as_text(path).data);
    kl_status status = folder ? KL_OK : broken(error, "open", kl_as_text(path).data);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        size_t len = strlen(entry->d_name);
        if (len > 8 && memcmp(entry->d_name, ".kl-", 4) == 0 &&
            memcmp(entry->d_name + len - 4, ".tmp", 4) == 0)
            (void)unlinkat(dirfd(folder), entry->d_name, 0); /* it only takes room */
    }
    if (folder)
        closedir(folder);
    kl_value_release(path);
    return status;
}

static kl_status sweep_rooms(files_store *f, kl_error *error)
{
    kl_status status = KL_OK;
    KL_TRY(begin_writing(f, error));
    for (size_t i = 0; i < KL_COUNT(rooms) && status == KL_OK; i++)
        status = sweep_room(f, rooms[i], error);
    end_writing(f);
    return status;
}

static kl_status files_init(kl_object *self, const kl_value *args, kl_error *error)
{
    files_store *f = (files_store *)self;
    kl_text folder = kl_as_text(args[0]), passphrase = kl_as_text(args[1]);
    f->store.functions = &functions;
    f->lock_file = -1;
    f->work_factor = (uint32_t)kl_as_int(args[2]);
    pthread_mutex_init(&f->lock, NULL);
    f->fork_watch = (kl_fork_watch){.lock = &f->lock, .forked = forked, .data = f};
    kl_fork_watch_begin(&f->fork_watch);
    if (!passphrase.len)
        return kl_fault(error, KL_INVALID, NULL, "empty_passphrase",
                        "passphrase: must not be empty");
    if (!folder.len || memchr(folder.data, '\0', folder.len))
        return kl_fault(error, KL_INVALID, KL_EATP_AUTHORITY, "invalid_path",
                        "base_dir: expected the path of a folder");
    KL_TRY(kl_string_new(&f->folder, folder, error));
    f->passphrase = kl_strdup(passphrase);
    if (!f->passphrase)
        return kl_error_no_memory(error);
    f->passphrase_len = passphrase.len;
    KL_TRY(kl_map_new(&f->places, 0, error));
    KL_TRY(make_folders(f, error));
    KL_TRY(open_lock(f, error));
    return sweep_rooms(f, error);
}

static void files_dispose(kl_object *self)
{
    files_store *f = (files_store *)self;
    kl_fork_watch_end(&f->fork_watch);
    if (f->lock_file >= 0)
        close(f->lock_file);
    if (f->passphrase)
        kl_wipe(f->passphrase, f->passphrase_len);
    kl_free(f->passphrase);
    kl_free(f->lock_path);
    kl_value_release(f->folder);
    kl_value_release(f->places);
    pthread_mutex_destroy(&f->lock);
}

static kl_status files_repr(kl_value *out, kl_object *self, kl_error *error)
{
    (void)self;
    return kl_string_new(out, KL_TEXT("EatpFilesystemStore()"), error);
}

static const kl_param init_params[] = {
    {.name = "base_dir", .kind = KL_KIND_STRING,
     .doc = "folder of the store; made if need be, and closed to all but its owner"},
    {.name = "passphrase", .kind = KL_KIND_STRING, .flags = KL_SECRET,
     .doc = "what keys are encrypted with; not empty"},
    {.name = "work_factor", .kind = KL_KIND_COUNT, .flags = KL_KEYWORD_ONLY, .fallback = "18",
     .range = KL_RANGE(10, KL_AGE_WORK_FACTOR_MAX),
     .doc = "writing a key takes 2 to this power KiB of memory, and time in proportion"},
};
static const kl_param store_key_params[] = {
    {.name = "key_id", .kind = KL_KIND_STRING,
     .doc = "name of the key: 1 to 128 characters of A-Z, a-z, 0-9, _ and -"},
    {.name = "key_bytes", .kind = KL_KIND_BYTES, .flags = KL_OCTETS | KL_SECRET,
     .doc = "the key; one of that name is replaced"},
};
static const kl_param load_key_params[] = {
    {.name = "key_id", .kind = KL_KIND_STRING, .doc = "name of the key"},
};

static const kl_method methods[] = {
    KL_STORE_METHODS,
    {.name = "store_key", .call = store_key, .params = KL_TABLE(store_key_params),
     .flags = KL_BLOCKING, .returns = KL_KIND_NONE, .raises = "EatpAuthorityError, ValueError",
     .doc = "Keep a key, encrypted with the passphrase as the `age` command does."},
    {.name = "load_key", .call = load_key, .params = KL_TABLE(load_key_params),
     .flags = KL_BLOCKING, .returns = KL_KIND_BYTES, .raises = "EatpAuthorityError",
     .doc = "A key that was kept. EatpAuthorityError when there is none of that name, or it was "
            "encrypted with another passphrase."},
};

static const kl_type kl_files_store_type = {
    .name = "EatpFilesystemStore",
    .module = "kailash",
    .doc = "A trust store in a folder, beside encrypted keys. Several processes may share it; one that "
           "is killed leaves it whole.",
    .size = sizeof(files_store),
    .base = &kl_trust_store_type,
    .params = KL_TABLE(init_params),
    .init = files_init,
    .dispose = files_dispose,
    .methods = KL_TABLE(methods),
    .repr = files_repr,
};
KL_PUBLISH(kl_files_store_type);
