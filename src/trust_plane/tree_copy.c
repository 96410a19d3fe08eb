/* src/trust_plane/tree_copy.c - see tree_copy.h. */
#include "tree_copy.h"
#include "eatp/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* The folders of a project, outer ones first; "" = itself. */
static const char *const folders[] = {
    "", "keys", "decisions", "milestones", "anchors", "delegates", "holds", "chains", "mirror",
    "mirror/execution", "mirror/escalation", "mirror/intervention", "shadow", "shadow/records"};
static const char *const endings[] = {".json", ".sig", ".key", ".pub", ".jsonl"};

static kl_status cannot(const char *path, kl_error *error)
{
    char reason[128];
    return kl_fault(error, KL_IO, NULL, "io_error", "I/O error: %s: %s", path,
                    strerror_r(errno, reason, sizeof reason));
}

static kl_status write_file(const char *path, kl_text bytes, kl_error *error)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    size_t done = 0;
    if (file < 0)
        return cannot(path, error);
    while (done < bytes.len) {
        ssize_t len = write(file, bytes.data + done, bytes.len - done);
        if (len < 0 && errno != EINTR) {
            kl_status status = cannot(path, error);
            close(file);
            return status;
        }
        done += len > 0 ? (size_t)len : 0;
    }
    return close(file) == 0 ? KL_OK : cannot(path, error);
}

/* What cannot be read (a symbolic link, say) is not copied: the copy is missing it then, too. */
static kl_status copy_file(const char *to, kl_trust_folder *from, const char *sub, kl_text name,
                           kl_error *error)
{
    kl_value bytes, path;
    kl_status status = kl_trust_read(&bytes, NULL, from, sub, name, error);
    if (status == KL_NO_MEMORY)
        return status;
    if (status != KL_OK) {
        kl_error_clear(error);
        return KL_OK;
    }
    status = kl_string_format(&path, error, "%s/%s%s%.*s", to, sub, *sub ? "/" : "", KL_TEXT_ARG(name));
    if (status == KL_OK) {
        status = write_file(kl_as_text(path).data, kl_as_text(bytes), error);
        kl_value_release(path);
    }
    kl_value_release(bytes);
    return status;
}

static kl_status make_folder(const char *to, const char *sub, kl_error *error)
{
    kl_value path;
    KL_TRY(kl_string_format(&path, error, "%s/%s", to, sub));
    const char *name = kl_as_text(path).data;
    kl_status status = mkdir(name, 0700) == 0 ? KL_OK : cannot(name, error);
    kl_value_release(path);
    return status;
}

static kl_status copy_folder(const char *to, kl_trust_folder *from, const char *sub, kl_error *error)
{
    if (*sub)
        KL_TRY(make_folder(to, sub, error));
    for (size_t e = 0; e < KL_COUNT(endings); e++) {
        kl_value names;
        KL_TRY(kl_trust_list(&names, from, sub, endings[e], error));
        kl_status status = KL_OK;
        for (size_t i = 0; i < kl_array_len(names) && status == KL_OK; i++)
            status = copy_file(to, from, sub, kl_as_text(kl_array_at(names, i)), error);
        kl_value_release(names);
        KL_TRY(status);
    }
    return KL_OK;
}

kl_status kl_tree_copy(kl_value *path, kl_trust_folder *from, kl_error *error)
{
    const char *tmp = getenv("TMPDIR");
    char made[PATH_MAX];
    kl_error local = KL_ERROR_INIT;
    snprintf(made, sizeof made, "%s/kailash-trust-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(made))
        return cannot(made, error);
    kl_value result = kl_null();
    kl_status status = kl_string_new(&result, kl_text_from(made), &local);
    for (size_t i = 0; i < KL_COUNT(folders) && status == KL_OK; i++)
        if (strncmp(folders[i], "shadow", 6) != 0 || kl_trust_exists(from, "", KL_TEXT("shadow")))
            status = copy_folder(made, from, folders[i], &local);
    if (status == KL_OK) {
        *path = result;
        return KL_OK;
    }
    kl_tree_copy_remove(result);
    kl_value_release(result);
    kl_error_move(error, &local);
    return status;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *place)
{
    (void)about, (void)kind, (void)place;
    remove(path); /* what stays is the system's to clear away */
    return 0;
}

void kl_tree_copy_remove(kl_value path)
{
    if (kl_is(path, KL_KIND_STRING))
        nftw(kl_as_text(path).data, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
