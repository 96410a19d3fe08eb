/* src/trust_plane/folder_file.c - reading and writing the files of a project; see folder.h. */
#include "folder_parts.h"
#include "eatp/fault.h"
#include "eatp/keys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH_MAX = 4 }; /* of folders within folders */

/* ---- names ------------------------------------------------------------------------------------------- */

static kl_status check_name(kl_text name, kl_error *error)
{
    bool sound = name.len > 0 && name.len <= NAME_MAX && !memchr(name.data, '/', name.len) &&
                 !memchr(name.data, '\0', name.len) && !kl_text_is(name, ".") &&
                 !kl_text_is(name, "..");
    return sound ? KL_OK
                 : kl_fault(error, KL_FAILED, NULL, "invalid_identifier",
                            "invalid identifier: no name of a file: '%.*s'",
                            KL_TEXT_ARG(((kl_text){name.data, KL_MIN(name.len, 80)})));
}

/* `name` with a NUL behind it. */
static kl_status copy_name(char to[NAME_MAX + 1], kl_text name, kl_error *error)
{
    KL_TRY(check_name(name, error));
    memcpy(to, name.data, name.len);
    to[name.len] = '\0';
    return KL_OK;
}

kl_status kl_trust_staged_name(kl_value *out, kl_text name, kl_error *error)
{
    KL_TRY(check_name(name, error));
    return kl_string_format(out, error, ".%.*s.tmp", KL_TEXT_ARG(name));
}

kl_status kl_trust_open_sub(int *descriptor, const kl_trust_folder *folder, const char *sub,
                            kl_error *error)
{
    int at = openat(folder->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (const char *part = sub; at >= 0 && *part;) {
        size_t len = strcspn(part, "/");
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)len, part);
        int next = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        int code = errno;
        close(at);
        errno = code;
        at = next;
        part += len + (part[len] == '/');
    }
    if (at < 0)
        return kl_trust_io_error(error, errno, "open the folder", folder, sub, KL_TEXT(""));
    *descriptor = at;
    return KL_OK;
}

static kl_trust_facts facts_of(const struct stat *facts)
{
    return (kl_trust_facts){
        .inode = facts->st_ino,
        .size = (uint64_t)facts->st_size,
        .modified = facts->st_mtim.tv_sec * KL_SECOND + facts->st_mtim.tv_nsec,
        .changed = facts->st_ctim.tv_sec * KL_SECOND + facts->st_ctim.tv_nsec,
    };
}

/* ---- reading ------------------------------------------------------------------------------------------- */

/* A regular file of a size that may be read. */
static kl_status check_readable(const struct stat *facts, const kl_trust_folder *folder,
                                const char *sub, kl_text name, kl_error *error)
{
    kl_value path = kl_null();
    if (S_ISREG(facts->st_mode) && facts->st_size <= KL_TRUST_FILE_MAX)
        return KL_OK;
    KL_TRY(kl_trust_path(&path, folder, sub, name, error));
    kl_status status =
        S_ISREG(facts->st_mode)
            ? kl_fault(error, KL_LIMIT, NULL, "io_error",
                       "I/O error: '%s' has %lld bytes; at most %d are read", kl_as_text(path).data,
                       (long long)facts->st_size, KL_TRUST_FILE_MAX)
            : kl_fault(error, KL_IO, NULL, "io_error", "I/O error: '%s' is no regular file",
                       kl_as_text(path).data);
    kl_value_release(path);
    return status;
}

/* All of it; one that grows meanwhile is read to the size it had. */
static int read_all(char *to, size_t *len, int descriptor, size_t size)
{
    *len = 0;
    while (*len < size) {
        ssize_t got = read(descriptor, to + *len, size - *len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno;
        if (got == 0)
            break;
        *len += (size_t)got;
    }
    return 0;
}

static kl_status read_open(kl_value *out, int descriptor, const struct stat *facts,
                           const kl_trust_folder *folder, const char *sub, kl_text name,
                           kl_error *error)
{
    kl_value bytes = kl_null();
    char *room;
    size_t size = (size_t)facts->st_size, len;
    KL_TRY(check_readable(facts, folder, sub, name, error));
    KL_TRY(kl_bytes_room(&bytes, &room, size, error));
    int code = read_all(room, &len, descriptor, size);
    kl_status status = KL_OK;
    if (code)
        status = kl_trust_io_error(error, code, "read", folder, sub, name);
    else if (len < size)
        status = kl_fault(error, KL_IO, NULL, "io_error",
                          "I/O error: '%.*s' became shorter while it was read", KL_TEXT_ARG(name));
    if (status != KL_OK) {
        kl_value_release(bytes);
        return status;
    }
    *out = bytes;
    return KL_OK;
}

kl_status kl_trust_read(kl_value *out, kl_trust_facts *facts, const kl_trust_folder *folder,
                        const char *sub, kl_text name, kl_error *error)
{
    int at;
    KL_TRY(kl_trust_open_sub(&at, folder, sub, error));
    kl_status status = kl_trust_read_at(out, facts, folder, at, sub, name, error);
    close(at);
    return status;
}

kl_status kl_trust_read_at(kl_value *out, kl_trust_facts *facts, const kl_trust_folder *folder,
                           int at, const char *sub, kl_text name, kl_error *error)
{
    char file[NAME_MAX + 1];
    struct stat found;
    KL_TRY(copy_name(file, name, error));
    /* O_NONBLOCK: a pipe that somebody put there shall not make us wait. */
    int descriptor = openat(at, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    int code = errno;
    if (descriptor < 0 || fstat(descriptor, &found) < 0) {
        code = descriptor < 0 ? code : errno;
        if (descriptor >= 0)
            close(descriptor);
        return kl_trust_io_error(error, code, "read", folder, sub, name);
    }
    kl_status status = read_open(out, descriptor, &found, folder, sub, name, error);
    close(descriptor);
    if (status == KL_OK && facts)
        *facts = facts_of(&found);
    return status;
}

kl_status kl_trust_parse(kl_value *out, kl_text bytes, kl_error *error)
{
    kl_value read = kl_null();
    kl_status status = kl_signed_json_parse(&read, bytes, error);
    if (status == KL_NO_MEMORY)
        return status;
    if (status != KL_OK) {
        (void)kl_error_prefix(error, "serialization error: ");
        return status;
    }
    if (!kl_is(read, KL_KIND_MAP)) {
        status = kl_fault(error, KL_SYNTAX, NULL, "serialization_error",
                          "serialization error: expected a JSON object, got %s",
                          kl_value_kind_name(read));
        kl_value_release(read);
        return status;
    }
    *out = read;
    return KL_OK;
}

kl_status kl_trust_read_json(kl_value *out, const kl_trust_folder *folder, const char *sub,
                             kl_text name, kl_error *error)
{
    kl_value bytes = kl_null();
    KL_TRY(kl_trust_read(&bytes, NULL, folder, sub, name, error));
    kl_status status = kl_trust_parse(out, kl_as_text(bytes), error);
    kl_value_release(bytes);
    return status;
}

bool kl_trust_stat_at(kl_trust_facts *out, int at, kl_text name)
{
    char file[NAME_MAX + 1];
    struct stat found;
    if (copy_name(file, name, NULL) != KL_OK || fstatat(at, file, &found, AT_SYMLINK_NOFOLLOW) < 0)
        return false;
    *out = facts_of(&found);
    return true;
}

kl_status kl_trust_stat(kl_trust_facts *out, const kl_trust_folder *folder, const char *sub,
                        kl_text name, kl_error *error)
{
    int at;
    KL_TRY(check_name(name, error));
    KL_TRY(kl_trust_open_sub(&at, folder, sub, error));
    bool found = kl_trust_stat_at(out, at, name);
    int code = errno;
    close(at);
    return found ? KL_OK : kl_trust_io_error(error, code, "look at", folder, sub, name);
}

bool kl_trust_exists(const kl_trust_folder *folder, const char *sub, kl_text name)
{
    kl_trust_facts facts;
    return kl_trust_stat(&facts, folder, sub, name, NULL) == KL_OK;
}

static bool is_listed(const char *name, const char *ending)
{
    size_t len = strlen(name), tail = strlen(ending);
    return name[0] != '.' && len > tail && memcmp(name + len - tail, ending, tail) == 0;
}

static kl_status list_open(kl_value *names, DIR *open, const char *ending, kl_error *error)
{
    const struct dirent *entry;
    for (errno = 0; (entry = readdir(open)); errno = 0) {
        kl_value name = kl_null();
        if (!is_listed(entry->d_name, ending))
            continue;
        KL_TRY(kl_string_repair(&name, kl_text_from(entry->d_name), error));
        KL_TRY(kl_array_push(names, name, error));
    }
    return errno ? kl_error_set(error, KL_IO, "I/O error: a folder cannot be read") : KL_OK;
}

kl_status kl_trust_list(kl_value *out, const kl_trust_folder *folder, const char *sub,
                        const char *ending, kl_error *error)
{
    kl_value names = kl_null();
    kl_error why = KL_ERROR_INIT;
    int at;
    KL_TRY(kl_array_new(&names, 0, error));
    kl_status status = kl_trust_open_sub(&at, folder, sub, &why);
    if (status == KL_NOT_FOUND) {
        kl_error_clear(&why);
        *out = names;
        return KL_OK;
    }
    kl_error_move(error, &why);
    if (status == KL_OK) {
        DIR *open = fdopendir(at);
        status = open ? list_open(&names, open, ending, error)
                      : kl_trust_io_error(error, errno, "list", folder, sub, KL_TEXT(""));
        (void)(open ? closedir(open) : close(at));
    }
    if (status == KL_OK)
        status = kl_array_sort(&names, error);
    if (status != KL_OK) {
        kl_value_release(names);
        return status;
    }
    *out = names;
    return KL_OK;
}

/* ---- writing ------------------------------------------------------------------------------------------- */

static int write_all(int descriptor, kl_text bytes)
{
    while (bytes.len > 0) {
        ssize_t len = write(descriptor, bytes.data, bytes.len);
        if (len < 0 && errno == EINTR)
            continue;
        if (len < 0)
            return errno;
        bytes.data += len;
        bytes.len -= (size_t)len;
    }
    return 0;
}

/* A new file: what a killed writer left under the name is removed, a link that stands there, too. */
static int make_file(int *descriptor, int at, const char *name, kl_text bytes)
{
    if (unlinkat(at, name, 0) < 0 && errno != ENOENT)
        return errno;
    *descriptor = openat(at, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (*descriptor < 0)
        return errno;
    int code = write_all(*descriptor, bytes);
    /* Begun for all files before any is waited for: a journal then takes them together. */
    (void)sync_file_range(*descriptor, 0, 0, SYNC_FILE_RANGE_WRITE);
    return code;
}

static kl_status make_staged(int *descriptor, kl_trust_folder *folder, const kl_trust_file *file,
                             kl_error *error)
{
    char staged[NAME_MAX + 1];
    kl_value hidden = kl_null();
    int at;
    kl_status status;
    if (file->bytes.len > KL_TRUST_FILE_MAX)
        return kl_fault(error, KL_LIMIT, NULL, "too_large",
                        "I/O error: '%.*s' would have %zu bytes; at most %d are written",
                        KL_TEXT_ARG(file->name), file->bytes.len, KL_TRUST_FILE_MAX);
    KL_TRY(kl_trust_staged_name(&hidden, file->name, error));
    KL_TRY_OUT(copy_name(staged, kl_as_text(hidden), error));
    KL_TRY_OUT(kl_trust_open_sub(&at, folder, file->sub, error));
    int code = make_file(descriptor, at, staged, file->bytes);
    if (code)
        status = kl_trust_io_error(error, code, "write", folder, file->sub, file->name);
    close(at);
out:
    kl_value_release(hidden);
    return status;
}

static int sync_and_close(int descriptor)
{
    int code = fsync(descriptor) == 0 ? 0 : errno;
    if (close(descriptor) < 0 && !code) /* some file systems tell only now of a full disk */
        code = errno;
    return code;
}

void kl_trust_unstage(kl_trust_folder *folder, const char *sub, kl_text name)
{
    kl_value hidden = kl_null();
    if (kl_trust_staged_name(&hidden, name, NULL) == KL_OK)
        (void)kl_trust_remove(folder, sub, kl_as_text(hidden), NULL);
    kl_value_release(hidden);
}

kl_status kl_trust_stage(kl_trust_folder *folder, const kl_trust_file *files, size_t count,
                         kl_error *error)
{
    int descriptors[KL_TRUST_STAGED_MAX] = {-1, -1, -1, -1};
    kl_status status = KL_OK;
    for (size_t i = 0; i < count && status == KL_OK; i++)
        status = make_staged(&descriptors[i], folder, &files[i], error);
    for (size_t i = 0; i < count; i++) {
        int code = descriptors[i] < 0 ? 0 : sync_and_close(descriptors[i]);
        if (code && status == KL_OK)
            status = kl_trust_io_error(error, code, "write", folder, files[i].sub, files[i].name);
    }
    for (size_t i = count; i > 0 && status != KL_OK; i--) /* the last one may tell of the others */
        kl_trust_unstage(folder, files[i - 1].sub, files[i - 1].name);
    return status;
}

kl_status kl_trust_publish(kl_trust_folder *folder, const char *sub, kl_text name, kl_error *error)
{
    char file[NAME_MAX + 1];
    kl_value hidden = kl_null();
    int at;
    kl_status status;
    KL_TRY(copy_name(file, name, error));
    KL_TRY(kl_trust_staged_name(&hidden, name, error));
    KL_TRY_OUT(kl_trust_open_sub(&at, folder, sub, error));
    int code = renameat(at, kl_as_text(hidden).data, at, file) == 0 ? 0 : errno;
    close(at);
    if (code)
        status = kl_trust_io_error(error, code, "write", folder, sub, name);
out:
    kl_value_release(hidden);
    return status;
}

kl_status kl_trust_sync(kl_trust_folder *folder, const char *sub, kl_error *error)
{
    int at;
    KL_TRY(kl_trust_open_sub(&at, folder, sub, error));
    int code = fsync(at) == 0 ? 0 : errno;
    close(at);
    return code ? kl_trust_io_error(error, code, "sync", folder, sub, KL_TEXT("")) : KL_OK;
}

kl_status kl_trust_write(kl_trust_folder *folder, const char *sub, kl_text name, kl_text bytes,
                         kl_error *error)
{
    KL_TRY(kl_trust_stage(folder, &(kl_trust_file){sub, name, bytes}, 1, error));
    KL_TRY(kl_trust_publish(folder, sub, name, error));
    return kl_trust_sync(folder, sub, error);
}

kl_status kl_trust_write_json(kl_trust_folder *folder, const char *sub, kl_text name, kl_value map,
                              kl_error *error)
{
    kl_value text = kl_null();
    KL_TRY(kl_json_print(&text, map, &kl_json_pretty, error));
    kl_status status = kl_trust_write(folder, sub, name, kl_as_text(text), error);
    kl_value_release(text);
    return status;
}

kl_status kl_trust_open_append(int *descriptor, kl_trust_folder *folder, const char *sub,
                               kl_text name, bool create_new, kl_error *error)
{
    char file[NAME_MAX + 1];
    int at, flags = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    struct stat facts;
    KL_TRY(copy_name(file, name, error));
    KL_TRY(kl_trust_open_sub(&at, folder, sub, error));
    int opened = openat(at, file, create_new ? flags | O_CREAT | O_EXCL : flags, 0600);
    int code = errno;
    close(at);
    if (opened < 0 && code == EEXIST)
        return kl_error_set(error, KL_STATE, "I/O error: '%s' exists", file);
    if (opened < 0)
        return kl_trust_io_error(error, code, "append to", folder, sub, name);
    if (fstat(opened, &facts) < 0 || !S_ISREG(facts.st_mode)) {
        close(opened);
        return kl_trust_io_error(error, EINVAL, "append to", folder, sub, name);
    }
    *descriptor = opened;
    return KL_OK;
}

kl_status kl_trust_rename(kl_trust_folder *folder, const char *from, const char *to,
                          kl_error *error)
{
    KL_TRY(kl_trust_remove_tree(folder, to, error));
    int code = renameat(folder->root, from, folder->root, to) == 0 ? 0 : errno;
    return code ? kl_trust_io_error(error, code, "rename", folder, "", kl_text_from(from))
                : kl_trust_sync(folder, "", error);
}

/* ---- making and removing ------------------------------------------------------------------------------- */

kl_status kl_trust_remove(kl_trust_folder *folder, const char *sub, kl_text name, kl_error *error)
{
    char file[NAME_MAX + 1];
    int at;
    KL_TRY(copy_name(file, name, error));
    KL_TRY(kl_trust_open_sub(&at, folder, sub, error));
    int code = unlinkat(at, file, 0) == 0 || errno == ENOENT ? 0 : errno;
    if (!code)
        (void)fsync(at); /* a file that comes back after a loss of power is removed again */
    close(at);
    return code ? kl_trust_io_error(error, code, "remove", folder, sub, name) : KL_OK;
}

/* The folder above the last part of `sub`, opened, and that part. */
static kl_status open_parent(int *descriptor, const char **name, const kl_trust_folder *folder,
                             const char *sub, kl_error *error)
{
    char parent[128] = "";
    const char *slash = strrchr(sub, '/');
    if (slash)
        snprintf(parent, sizeof parent, "%.*s", (int)(slash - sub), sub);
    *name = slash ? slash + 1 : sub;
    return kl_trust_open_sub(descriptor, folder, parent, error);
}

kl_status kl_trust_make_folder(kl_trust_folder *folder, const char *sub, unsigned mode,
                               kl_error *error)
{
    int at;
    const char *name;
    struct stat facts;
    KL_TRY(open_parent(&at, &name, folder, sub, error));
    int code = mkdirat(at, name, mode) == 0 ? 0 : errno;
    if (code == EEXIST && fstatat(at, name, &facts, AT_SYMLINK_NOFOLLOW) == 0)
        code = S_ISDIR(facts.st_mode) ? 0 : ENOTDIR;
    close(at);
    return code ? kl_trust_io_error(error, code, "make the folder", folder, sub, KL_TEXT(""))
                : KL_OK;
}

static bool remove_entry(int at, const char *name, int depth)
{
    if (unlinkat(at, name, 0) == 0)
        return true;
    if (errno != EISDIR && errno != EPERM)
        return false;
    int inner = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inner < 0)
        return false;
    bool emptied = kl_trust_empty(inner, depth + 1);
    close(inner);
    return emptied && unlinkat(at, name, AT_REMOVEDIR) == 0;
}

bool kl_trust_empty(int descriptor, int depth)
{
    int copy = depth > DEPTH_MAX ? -1 : openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *open = copy < 0 ? NULL : fdopendir(copy);
    if (!open) {
        if (copy >= 0)
            close(copy);
        return false;
    }
    bool done = true;
    const struct dirent *entry;
    while (done && (entry = readdir(open)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            done = remove_entry(descriptor, entry->d_name, depth);
    int code = errno;
    closedir(open);
    errno = code;
    return done;
}

static bool is_staged_name(const char *name)
{
    size_t len = strlen(name);
    return len > 5 && name[0] == '.' && strcmp(name + len - 4, ".tmp") == 0;
}

kl_status kl_trust_sweep(kl_trust_folder *folder, const char *sub, kl_error *error)
{
    int at;
    KL_TRY(kl_trust_open_sub(&at, folder, sub, error));
    DIR *open = fdopendir(at);
    int code = open ? 0 : errno;
    const struct dirent *entry;
    while (open && !code && (entry = readdir(open)))
        if (is_staged_name(entry->d_name) && unlinkat(at, entry->d_name, 0) < 0 && errno != ENOENT &&
            errno != EISDIR)
            code = errno;
    (void)(open ? closedir(open) : close(at));
    return code ? kl_trust_io_error(error, code, "tidy up", folder, sub, KL_TEXT("")) : KL_OK;
}

kl_status kl_trust_remove_tree(kl_trust_folder *folder, const char *sub, kl_error *error)
{
    int at;
    const char *name;
    KL_TRY(open_parent(&at, &name, folder, sub, error));
    bool removed = remove_entry(at, name, 0) || errno == ENOENT;
    int code = errno;
    if (removed)
        (void)fsync(at);
    close(at);
    return removed ? KL_OK
                   : kl_trust_io_error(error, code, "remove the folder", folder, sub, KL_TEXT(""));
}
