/* src/trust_plane/folder.c - opening the directory of a project, its lock, identifiers; see folder.h. */
#include "folder_parts.h"
#include "eatp/fault.h"
#include "kailash/id.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static _Atomic kl_duration lock_patience = KL_TRUST_LOCK_PATIENCE;

void kl_trust_test_patience(kl_duration patience) { lock_patience = patience; }

/* ---- errors ---------------------------------------------------------------------------------------- */

kl_status kl_trust_io_error(kl_error *error, int code, const char *action,
                            const kl_trust_folder *folder, const char *sub, kl_text name)
{
    kl_value path = kl_null();
    kl_status status = kl_trust_path(&path, folder, sub, name, error);
    if (status != KL_OK)
        return status;
    char text[128];
    status = kl_fault(error, code == ENOENT ? KL_NOT_FOUND : KL_IO, NULL, "io_error",
                      "I/O error: cannot %s '%s': %s", action, kl_as_text(path).data,
                      strerror_r(code, text, sizeof text));
    kl_fault_detail(error, "path", path);
    kl_value_release(path);
    return status;
}

static kl_status path_error(kl_error *error, int code, const char *action, kl_text path)
{
    char text[128];
    return kl_fault(error, code == ENOENT ? KL_NOT_FOUND : KL_IO, NULL, "io_error",
                    "I/O error: cannot %s '%.*s': %s", action, KL_TEXT_ARG(path),
                    strerror_r(code, text, sizeof text));
}

/* A path as the system takes it, without the '/' at its end. */
static kl_status copy_path(char to[PATH_MAX], kl_text path, kl_error *error)
{
    while (path.len > 1 && path.data[path.len - 1] == '/')
        path.len--;
    if (path.len == 0)
        return kl_fault(error, KL_IO, NULL, "io_error", "I/O error: the trust directory is empty text");
    if (memchr(path.data, '\0', path.len))
        return kl_fault(error, KL_IO, NULL, "io_error",
                        "I/O error: the trust directory has a NUL in its path");
    if (path.len >= PATH_MAX)
        return kl_fault(error, KL_IO, NULL, "io_error",
                        "I/O error: the path of the trust directory is longer than %d bytes",
                        PATH_MAX - 1);
    memcpy(to, path.data, path.len);
    to[path.len] = '\0';
    return KL_OK;
}

/* ---- opening ----------------------------------------------------------------------------------------- */

/* In the child of a fork: the lock is the parent's, too, and stays his when this copy is closed. */
static void forked(void *data, bool torn)
{
    kl_trust_folder *folder = data;
    folder->torn = folder->torn || torn;
    if (folder->lock_fd >= 0)
        close(folder->lock_fd);
    folder->lock_fd = -1;
}

static kl_status folder_new(kl_trust_folder **out, int root, kl_text path, kl_error *error)
{
    kl_trust_folder *folder = kl_alloc_zero(1, sizeof *folder);
    if (!folder) {
        close(root);
        return kl_error_no_memory(error);
    }
    folder->refs = 1;
    folder->root = root;
    folder->lock_fd = -1;
    kl_gate_init(&folder->gate, forked, folder);
    kl_status status = kl_string_repair(&folder->path, path, error);
    if (status != KL_OK) {
        kl_trust_folder_release(folder);
        return status;
    }
    *out = folder;
    return KL_OK;
}

static kl_status set_real_path(kl_trust_folder *folder, const char *path, kl_error *error)
{
    char real[PATH_MAX];
    if (!realpath(path, real))
        return path_error(error, errno, "resolve", kl_text_from(path));
    return kl_string_repair(&folder->real_path, kl_text_from(real), error);
}

kl_status kl_trust_folder_open(kl_trust_folder **out, kl_text path, kl_error *error)
{
    char name[PATH_MAX];
    KL_TRY(copy_path(name, path, error));
    int root = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        return path_error(error, errno, "open the trust directory", path);
    kl_trust_folder *folder = NULL;
    KL_TRY(folder_new(&folder, root, path, error));
    kl_status status = set_real_path(folder, name, error);
    if (status != KL_OK) {
        kl_trust_folder_release(folder);
        return status;
    }
    *out = folder;
    return KL_OK;
}

kl_trust_folder *kl_trust_folder_retain(kl_trust_folder *folder)
{
    __atomic_fetch_add(&folder->refs, 1, __ATOMIC_RELAXED);
    return folder;
}

void kl_trust_folder_release(kl_trust_folder *folder)
{
    if (!folder || __atomic_fetch_sub(&folder->refs, 1, __ATOMIC_ACQ_REL) != 1)
        return;
    kl_gate_end(&folder->gate);
    if (folder->temporary) { /* what cannot be removed stays under a hidden name */
        (void)kl_trust_empty(folder->root, 0);
        (void)rmdir(folder->temporary);
        kl_free(folder->temporary);
    }
    close(folder->root);
    kl_value_release(folder->path);
    kl_value_release(folder->real_path);
    kl_value_release(folder->signer);
    kl_free(folder);
}

kl_value kl_trust_folder_path(const kl_trust_folder *folder) { return folder->path; }
kl_value kl_trust_folder_real_path(const kl_trust_folder *folder) { return folder->real_path; }

void kl_trust_folder_set_signer(kl_trust_folder *folder, kl_value signer)
{
    kl_value_replace(&folder->signer, kl_value_retain(signer));
}

kl_value kl_trust_folder_signer(const kl_trust_folder *folder) { return folder->signer; }

kl_status kl_trust_path(kl_value *out, const kl_trust_folder *folder, const char *sub, kl_text name,
                        kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_add(&text, kl_as_text(folder->path));
    if (*sub) {
        kl_buffer_byte(&text, '/');
        kl_buffer_string(&text, sub);
    }
    if (name.len) {
        kl_buffer_byte(&text, '/');
        kl_buffer_add(&text, name);
    }
    kl_status status = text.status == KL_OK ? kl_string_repair(out, kl_buffer_text(&text), error)
                                            : kl_error_no_memory(error);
    kl_buffer_free(&text);
    return status;
}

/* ---- making -------------------------------------------------------------------------------------------- */

/* The folders above the last part of `path`. */
static kl_status make_parents(char path[PATH_MAX], kl_error *error)
{
    for (char *at = path + 1; *at; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        int code = mkdir(path, 0777) == 0 ? 0 : errno;
        bool is_folder = code == 0 || code == EEXIST;
        kl_status status = is_folder ? KL_OK
                                     : path_error(error, code, "make the folder",
                                                  kl_text_from(path));
        *at = '/';
        KL_TRY(status);
    }
    return KL_OK;
}

static kl_status exists_error(kl_text path, kl_error *error)
{
    return kl_fault(error, KL_IO, NULL, "io_error",
                    "I/O error: trust directory already exists: %.*s", KL_TEXT_ARG(path));
}

/* A hidden name beside `path`, made as a folder. */
static kl_status make_temporary(char **out, const char *path, kl_error *error)
{
    const char *slash = strrchr(path, '/');
    size_t parent = slash ? (size_t)(slash - path) + 1 : 0;
    uint64_t number;
    KL_TRY(kl_random(&number, sizeof number, error));
    char *made = kl_alloc(parent + 64);
    if (!made)
        return kl_error_no_memory(error);
    memcpy(made, path, parent);
    snprintf(made + parent, 64, ".trust-%016llx.tmp", (unsigned long long)number);
    if (mkdir(made, 0755) < 0) {
        kl_status status = path_error(error, errno, "make the trust directory", kl_text_from(path));
        kl_free(made);
        return status;
    }
    *out = made;
    return KL_OK;
}

kl_status kl_trust_folder_create(kl_trust_folder **out, kl_text path, kl_error *error)
{
    char name[PATH_MAX], *temporary = NULL;
    struct stat facts;
    KL_TRY(copy_path(name, path, error));
    if (lstat(name, &facts) == 0)
        return exists_error(path, error);
    KL_TRY(make_parents(name, error));
    KL_TRY(make_temporary(&temporary, name, error));
    int root = open(temporary, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    kl_trust_folder *folder = NULL;
    kl_status status = root < 0 ? path_error(error, errno, "open", kl_text_from(temporary))
                                : folder_new(&folder, root, path, error);
    if (status != KL_OK) {
        (void)rmdir(temporary); /* the failure before it is the one to tell of */
        kl_free(temporary);
        return status;
    }
    folder->temporary = temporary;
    *out = folder;
    return KL_OK;
}

static int rename_new(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return errno;
    struct stat facts; /* a file system that cannot: what comes between is at worst an empty folder */
    if (lstat(to, &facts) == 0)
        return EEXIST;
    return rename(from, to) == 0 ? 0 : errno;
}

kl_status kl_trust_folder_settle(kl_trust_folder *folder, kl_error *error)
{
    char name[PATH_MAX];
    KL_TRY(copy_path(name, kl_as_text(folder->path), error));
    KL_TRY(kl_trust_sync(folder, "", error));
    int code = rename_new(folder->temporary, name);
    if (code == EEXIST)
        return exists_error(kl_as_text(folder->path), error);
    if (code)
        return path_error(error, code, "make the trust directory", kl_as_text(folder->path));
    kl_free(folder->temporary);
    folder->temporary = NULL;
    KL_TRY(set_real_path(folder, name, error));
    int parent = openat(folder->root, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (parent >= 0) { /* a folder that one may not read cannot be synced; the entry is there anyhow */
        (void)fsync(parent);
        close(parent);
    }
    return KL_OK;
}

/* ---- the lock ---------------------------------------------------------------------------------------- */

static kl_status lock_timeout(const kl_trust_folder *folder, kl_error *error)
{
    return kl_fault(error, KL_TIMEOUT, NULL, "lock_timeout", "lock timeout after %llds on %s/.lock",
                    (long long)(lock_patience / KL_SECOND), kl_as_text(folder->path).data);
}

/* Whoever may not write needs the lock for a quiet look only; where not even its file can be made,
 * nobody of our rights can write, and -1 is a lock. */
static kl_status open_lock(int *descriptor, const kl_trust_folder *folder, kl_error *error)
{
    int flags = O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
    *descriptor = openat(folder->root, ".lock", O_RDWR | O_CREAT | flags, 0600);
    if (*descriptor < 0 && (errno == EACCES || errno == EROFS || errno == EPERM)) {
        *descriptor = openat(folder->root, ".lock", O_RDONLY | flags);
        if (*descriptor < 0 && errno == ENOENT)
            return KL_OK;
    }
    struct stat facts;
    if (*descriptor < 0)
        return kl_trust_io_error(error, errno, "open", folder, "", KL_TEXT(".lock"));
    if (fstat(*descriptor, &facts) == 0 && S_ISREG(facts.st_mode))
        return KL_OK;
    close(*descriptor);
    return kl_fault(error, KL_IO, NULL, "io_error", "I/O error: '%s/.lock' is no regular file",
                    kl_as_text(folder->path).data);
}

/* Whether the file that was locked still has the name: else another one may be locked, too. */
static bool has_its_name(const kl_trust_folder *folder, int descriptor)
{
    struct stat mine, named;
    return fstat(descriptor, &mine) == 0 &&
           fstatat(folder->root, ".lock", &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           mine.st_ino == named.st_ino && mine.st_dev == named.st_dev;
}

static kl_status lock_file(int *out, const kl_trust_folder *folder, kl_time deadline,
                           kl_error *error)
{
    /* Short pauses, so that a writer who comes again at once does not keep others out for long. */
    for (kl_duration pause = KL_MILLISECOND / 16;;) {
        int descriptor = -1;
        KL_TRY(open_lock(&descriptor, folder, error));
        if (descriptor < 0 ||
            (flock(descriptor, LOCK_EX | LOCK_NB) == 0 && has_its_name(folder, descriptor))) {
            *out = descriptor;
            return KL_OK;
        }
        close(descriptor);
        if (kl_clock_now() >= deadline)
            return lock_timeout(folder, error);
        struct timespec wait = {0, pause};
        nanosleep(&wait, NULL);
        pause = KL_MIN(2 * pause, KL_MILLISECOND);
    }
}

kl_status kl_trust_lock(kl_trust_folder *folder, kl_error *error)
{
    kl_time deadline = kl_clock_after(lock_patience);
    if (!kl_gate_enter(&folder->gate, deadline))
        return lock_timeout(folder, error);
    kl_status status = lock_file(&folder->lock_fd, folder, deadline, error);
    if (status != KL_OK)
        kl_gate_leave(&folder->gate);
    return status;
}

void kl_trust_unlock(kl_trust_folder *folder)
{
    int descriptor = folder->lock_fd;
    folder->lock_fd = -1;
    if (descriptor >= 0) { /* unlocked by word, because a forked child may hold a copy of it */
        (void)flock(descriptor, LOCK_UN);
        close(descriptor);
    }
    kl_gate_leave(&folder->gate);
}

bool kl_trust_was_torn(kl_trust_folder *folder)
{
    return __atomic_exchange_n(&folder->torn, false, __ATOMIC_RELAXED);
}

/* ---- identifiers and texts ----------------------------------------------------------------------------- */

static bool is_id_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

kl_status kl_trust_id_check(kl_text id, const char *prefix, kl_error *error)
{
    size_t head = strlen(prefix);
    bool sound = id.len > head && id.len <= KL_TRUST_ID_MAX && memcmp(id.data, prefix, head) == 0;
    for (size_t i = 0; sound && i < id.len; i++)
        sound = is_id_character(id.data[i]);
    if (sound)
        return KL_OK;
    kl_value shown = kl_null();
    kl_text start = {id.data, KL_MIN(id.len, KL_TRUST_ID_MAX)};
    if (kl_string_repair(&shown, start, error) != KL_OK)
        return KL_NO_MEMORY;
    kl_status status = kl_fault(error, KL_FAILED, NULL, "invalid_identifier",
                                "invalid identifier: '%s'; expected '%s' and letters, digits, '-' or "
                                "'_', at most %d characters",
                                kl_as_text(shown).data, prefix, KL_TRUST_ID_MAX);
    kl_value_release(shown);
    return status;
}

kl_status kl_trust_id_new(kl_value *out, const char *prefix, kl_error *error)
{
    unsigned char b[6];
    KL_TRY(kl_random(b, sizeof b, error));
    return kl_string_format(out, error, "%s%02x%02x%02x%02x%02x%02x", prefix, b[0], b[1], b[2], b[3],
                            b[4], b[5]);
}

kl_status kl_trust_text_check(kl_value text, const char *what, bool required, kl_error *error)
{
    size_t len = kl_as_text(text).len;
    if (len == 0 && required)
        return kl_fault(error, KL_INVALID, NULL, "invalid_input", "%s must not be empty", what);
    if (len > KL_TRUST_TEXT_MAX)
        return kl_fault(error, KL_INVALID, NULL, "invalid_input",
                        "%s is %zu bytes long; at most %d are recorded", what, len,
                        KL_TRUST_TEXT_MAX);
    return KL_OK;
}

kl_status kl_trust_time_text(kl_value *out, kl_time time, kl_error *error)
{
    char text[KL_TIME_TEXT];
    size_t len = kl_time_print(text, time, KL_TIME_SHORTEST, KL_TIME_Z);
    return kl_string_from_valid(out, (kl_text){text, len}, error);
}
