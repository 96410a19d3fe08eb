/* src/store/file.c - reading files and folders; see file.h. */
#include "file.h"
#include "location.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct kl_file {
    kl_source source;
    kl_location *location;
    int descriptor;
    uint64_t size;
    uint64_t left; /* bytes still to give at most */
};

static kl_status read_block(kl_source *self, size_t *got, char *to, size_t room, kl_error *error)
{
    kl_file *file = (kl_file *)self;
    ssize_t len;
    room = (size_t)KL_MIN((uint64_t)room, file->left);
    do
        len = room ? read(file->descriptor, to, room) : 0;
    while (len < 0 && errno == EINTR);
    if (len < 0)
        return kl_path_error(error, "read", file->location->path);
    file->left -= (uint64_t)len;
    *got = (size_t)len;
    return KL_OK;
}

/* A regular file and nothing that may block or never end. */
static kl_status check_kind(kl_file *file, kl_error *error)
{
    struct stat facts;
    if (fstat(file->descriptor, &facts) < 0)
        return kl_path_error(error, "open", file->location->path);
    if (S_ISDIR(facts.st_mode))
        return kl_error_set(error, KL_IO, "expected file, got directory: '%s'",
                            file->location->path);
    if (!S_ISREG(facts.st_mode))
        return kl_error_set(error, KL_IO, "expected file, got device or pipe: '%s'",
                            file->location->path);
    file->size = (uint64_t)facts.st_size;
    return KL_OK;
}

kl_status kl_file_open(kl_file **out, kl_text path, kl_text base_dir, kl_error *error)
{
    kl_status status;
    kl_file *file = kl_alloc(sizeof *file);
    if (!file)
        return kl_error_no_memory(error);
    *file = (kl_file){.source = {read_block}, .descriptor = -1, .left = UINT64_MAX};
    KL_TRY_OUT(kl_location_new(&file->location, path, base_dir, false, error));
    /* O_NONBLOCK: the open() of a pipe that nobody writes to would wait. */
    file->descriptor = openat(file->location->folder, file->location->name,
                              O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file->descriptor < 0)
        KL_TRY_OUT(kl_path_error(error, "open", file->location->path));
    KL_TRY_OUT(check_kind(file, error));
    *out = file;
    return KL_OK;
out:
    kl_file_close(file);
    return status;
}

void kl_file_close(kl_file *file)
{
    if (!file)
        return;
    if (file->descriptor >= 0)
        close(file->descriptor);
    kl_location_free(file->location);
    kl_free(file);
}

uint64_t kl_file_size(const kl_file *file) { return file->size; }
kl_source *kl_file_source(kl_file *file) { return &file->source; }

kl_status kl_file_range(kl_file *file, uint64_t offset, uint64_t length, kl_error *error)
{
    if (offset > INT64_MAX)
        return kl_error_set(error, KL_INVALID, "offset: beyond the end of every file");
    if (lseek(file->descriptor, (off_t)offset, SEEK_SET) < 0)
        return kl_path_error(error, "seek in", file->location->path);
    file->left = length;
    return KL_OK;
}

/* Read what is left, at most `limit` bytes; some files (of /proc) do not know their size. */
static kl_status read_all(kl_buffer *to, kl_file *file, uint64_t limit, kl_error *error)
{
    enum { BLOCK = 65536 };
    uint64_t total = 0;
    size_t got;
    kl_buffer_room(to, (size_t)KL_MIN(KL_MIN(file->left, file->size), (uint64_t)SIZE_MAX / 4) + 1);
    do {
        size_t spare = to->cap - to->len;
        char *room = kl_buffer_room(to, spare ? spare : BLOCK);
        if (!room)
            return to->status == KL_NO_MEMORY ? kl_error_no_memory(error) : to->status;
        KL_TRY(read_block(&file->source, &got, room, spare ? spare : BLOCK, error));
        to->len += got;
        total += got;
        if (limit && total > limit)
            return kl_error_set(error, KL_LIMIT,
                                "resource limit exceeded: file_size (limit: %llu bytes)",
                                (unsigned long long)limit);
    } while (got > 0);
    return KL_OK;
}

kl_status kl_file_read(kl_buffer *to, kl_text path, const kl_file_range_options *options,
                       kl_error *error)
{
    static const kl_file_range_options usual = {{"", 0}, 0, 0, 0};
    const kl_file_range_options *wanted = options ? options : &usual;
    kl_file *file;
    kl_status status;
    KL_TRY(kl_file_open(&file, path, wanted->base_dir, error));
    if (wanted->offset || wanted->length)
        KL_TRY_OUT(kl_file_range(file, wanted->offset,
                                 wanted->length ? wanted->length : UINT64_MAX, error));
    uint64_t there = file->size > wanted->offset ? file->size - wanted->offset : 0;
    if (wanted->limit && KL_MIN(there, file->left) > wanted->limit) {
        status = kl_error_set(error, KL_LIMIT,
                              "resource limit exceeded: file_size (limit: %llu bytes)",
                              (unsigned long long)wanted->limit);
        goto out;
    }
    status = read_all(to, file, wanted->limit, error);
out:
    kl_file_close(file);
    return status;
}

kl_status kl_folder_open(int *descriptor, kl_text path, kl_text base_dir, kl_error *error)
{
    kl_location *location;
    kl_status status = KL_OK;
    KL_TRY(kl_location_new(&location, path, base_dir, false, error));
    int opened = openat(location->folder, location->name,
                        O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (opened >= 0)
        *descriptor = opened;
    else if (errno == ENOTDIR)
        status = kl_error_set(error, KL_IO, "expected directory, got file: '%s'", location->path);
    else
        status = kl_path_error(error, "open", location->path);
    kl_location_free(location);
    return status;
}
