/* src/store/file_write.c - writing files so that they are whole or not there; see file.h. */
#include "file.h"
#include "location.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

struct kl_file_writer {
    kl_location *location;
    kl_file_write_options options;
    int descriptor;
    uint64_t size;
    char temporary[32]; /* name of the file that will be the new one; "" when appending */
};

static kl_status fail(const kl_file_writer *writer, const char *action, kl_error *error)
{
    return kl_path_error(error, action, writer->location->path);
}

/* ---- beginning ------------------------------------------------------------------------------- */

/* What stands there now: nothing, or a file that may be written. */
static kl_status check_target(struct stat *facts, bool *exists, kl_file_writer *writer,
                              kl_error *error)
{
    int folder = writer->location->folder;
    const char *name = writer->location->name, *path = writer->location->path;
    *exists = fstatat(folder, name, facts, AT_SYMLINK_NOFOLLOW) == 0;
    if (!*exists)
        return errno == ENOENT ? KL_OK : fail(writer, "write", error);
    if (writer->options.create_new) {
        errno = EEXIST;
        return fail(writer, "create", error);
    }
    if (S_ISDIR(facts->st_mode))
        return kl_error_set(error, KL_IO, "expected file, got directory: '%s'", path);
    if (S_ISLNK(facts->st_mode)) {
        *exists = false; /* a link to nothing is replaced */
        return KL_OK;
    }
    if (!S_ISREG(facts->st_mode))
        return kl_error_set(error, KL_IO, "expected file, got device or pipe: '%s'", path);
    return faccessat(folder, name, W_OK, AT_EACCESS) == 0 ? KL_OK : fail(writer, "write", error);
}

static kl_status open_temporary(kl_file_writer *writer, const struct stat *facts, bool exists,
                                kl_error *error)
{
    uint64_t number;
    do {
        if (getrandom(&number, sizeof number, 0) != sizeof number)
            number = (uint64_t)(uintptr_t)writer ^ (uint64_t)getpid();
        snprintf(writer->temporary, sizeof writer->temporary, ".kl-%016llx.tmp",
                 (unsigned long long)number);
        writer->descriptor = openat(writer->location->folder, writer->temporary,
                                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                                    exists || writer->options.mode ? 0600 : 0666);
    } while (writer->descriptor < 0 && errno == EEXIST);
    if (writer->descriptor < 0) {
        writer->temporary[0] = '\0';
        return fail(writer, "write", error);
    }
    /* Another owner can be kept only by the superuser; the file is then simply ours. */
    if (exists && fchown(writer->descriptor, facts->st_uid, facts->st_gid) < 0 && errno != EPERM)
        return fail(writer, "keep the owner of", error);
    if (writer->options.mode && fchmod(writer->descriptor, writer->options.mode) < 0)
        return fail(writer, "set the mode of", error);
    if (exists && !writer->options.mode && fchmod(writer->descriptor, facts->st_mode & 07777) < 0)
        return fail(writer, "keep the mode of", error);
    return KL_OK;
}

static kl_status open_to_append(kl_file_writer *writer, kl_error *error)
{
    int flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC;
    writer->descriptor = openat(writer->location->folder, writer->location->name,
                                writer->options.create_new ? flags | O_EXCL : flags, 0666);
    return writer->descriptor < 0 ? fail(writer, "append to", error) : KL_OK;
}

static kl_status begin(kl_file_writer *writer, kl_text path, kl_error *error)
{
    struct stat facts;
    bool exists;
    KL_TRY(kl_location_new(&writer->location, path, writer->options.base_dir, true, error));
    KL_TRY(check_target(&facts, &exists, writer, error));
    return writer->options.append ? open_to_append(writer, error)
                                  : open_temporary(writer, &facts, exists, error);
}

kl_status kl_file_writer_new(kl_file_writer **out, kl_text path,
                             const kl_file_write_options *options, kl_error *error)
{
    kl_file_writer *writer = kl_alloc_zero(1, sizeof *writer);
    if (!writer)
        return kl_error_no_memory(error);
    writer->descriptor = -1;
    if (options)
        writer->options = *options;
    kl_status status = begin(writer, path, error);
    if (status != KL_OK) {
        kl_file_writer_abort(writer);
        return status;
    }
    *out = writer;
    return KL_OK;
}

/* ---- writing and ending ---------------------------------------------------------------------- */

kl_status kl_file_writer_add(kl_file_writer *writer, kl_text bytes, kl_error *error)
{
    while (bytes.len > 0) {
        ssize_t len = write(writer->descriptor, bytes.data, bytes.len);
        if (len < 0 && errno == EINTR)
            continue;
        if (len < 0)
            return fail(writer, "write", error);
        bytes.data += len;
        bytes.len -= (size_t)len;
        writer->size += (uint64_t)len;
    }
    return KL_OK;
}

uint64_t kl_file_writer_size(const kl_file_writer *writer) { return writer->size; }

/* Give the temporary file its name. A hard link, unlike a rename, fails where a file stands. */
static kl_status put_in_place(kl_file_writer *writer, kl_error *error)
{
    int folder = writer->location->folder;
    const char *name = writer->location->name;
    if (!writer->options.create_new) {
        if (renameat(folder, writer->temporary, folder, name) < 0)
            return fail(writer, "write", error);
        writer->temporary[0] = '\0';
        return KL_OK;
    }
    return linkat(folder, writer->temporary, folder, name, 0) < 0 ? fail(writer, "create", error)
                                                                 : KL_OK;
}

/* The entry in the folder, too, must reach the disk. */
static kl_status sync_folder(kl_file_writer *writer, kl_error *error)
{
    int folder = openat(writer->location->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = folder >= 0 && fsync(folder) == 0;
    kl_status status = done ? KL_OK : fail(writer, "sync the folder of", error);
    if (folder >= 0)
        close(folder);
    return status;
}

kl_status kl_file_writer_commit(kl_file_writer *writer, kl_error *error)
{
    kl_status status = KL_OK;
    if (writer->options.sync && fsync(writer->descriptor) < 0)
        KL_TRY_OUT(fail(writer, "sync", error));
    int closed = close(writer->descriptor); /* some file systems tell only now of a full disk */
    writer->descriptor = -1;
    if (closed < 0)
        KL_TRY_OUT(fail(writer, "write", error));
    if (writer->temporary[0])
        KL_TRY_OUT(put_in_place(writer, error));
    if (writer->options.sync)
        KL_TRY_OUT(sync_folder(writer, error));
out:
    kl_file_writer_abort(writer);
    return status;
}

void kl_file_writer_abort(kl_file_writer *writer)
{
    if (!writer)
        return;
    if (writer->descriptor >= 0)
        close(writer->descriptor);
    if (writer->temporary[0]) /* nothing can be done if it stays */
        (void)!unlinkat(writer->location->folder, writer->temporary, 0);
    kl_location_free(writer->location);
    kl_free(writer);
}

kl_status kl_file_write(kl_text path, kl_text bytes, const kl_file_write_options *options,
                        kl_error *error)
{
    kl_file_writer *writer;
    KL_TRY(kl_file_writer_new(&writer, path, options, error));
    kl_status status = kl_file_writer_add(writer, bytes, error);
    if (status == KL_OK)
        return kl_file_writer_commit(writer, error);
    kl_file_writer_abort(writer);
    return status;
}
