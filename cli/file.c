/* cli/file.c - files in and out. */
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static kl_status refuse_file(const char *what, const char *path, kl_error *error)
{
    return kl_error_set(error, KL_IO, "cannot %s %s: %s", what, path, strerror(errno));
}

static kl_status read_stream(kl_value *out, FILE *from, const char *path, kl_error *error)
{
    size_t len = 0, cap = 1 << 16, got;
    char *text = malloc(cap);
    while (text && (got = fread(text + len, 1, cap - len, from)) > 0) {
        len += got;
        if (len < cap)
            continue;
        char *grown = realloc(text, cap *= 2);
        if (!grown)
            free(text);
        text = grown;
    }
    if (!text)
        return kl_error_no_memory(error);
    kl_status status = ferror(from) ? refuse_file("read", path, error)
                                    : kl_bytes_new(out, (kl_text){text, len}, error);
    free(text);
    return status;
}

kl_status read_file(kl_value *out, const char *path, kl_error *error)
{
    if (strcmp(path, "-") == 0)
        return read_stream(out, stdin, "standard input", error);
    FILE *file = fopen(path, "rb");
    if (!file)
        return refuse_file("open", path, error);
    kl_status status = read_stream(out, file, path, error);
    fclose(file);
    return status;
}

/* Devices, pipes and links are written where they are. */
static bool is_replaceable(const char *path)
{
    struct stat about;
    return lstat(path, &about) != 0 || S_ISREG(about.st_mode);
}

/* As the caller's umask would have it; mkstemp() gives 0600. */
static void open_up(int descriptor, const char *path)
{
    struct stat about;
    mode_t mask = umask(0);
    umask(mask);
    if (fchmod(descriptor, stat(path, &about) == 0 ? about.st_mode & 07777 : 0666 & ~mask) != 0)
        errno = 0; /* a file system without modes: the file is there all the same */
}

kl_status out_open(out_file *file, const char *path, kl_error *error)
{
    *file = (out_file){stdout, NULL, path};
    if (strcmp(path, "-") == 0)
        return KL_OK;
    if (!is_replaceable(path)) {
        file->stream = fopen(path, "wb");
        return file->stream ? KL_OK : refuse_file("write", path, error);
    }
    if (asprintf(&file->temporary, "%s.XXXXXX", path) < 0)
        return kl_error_no_memory(error);
    int descriptor = mkstemp(file->temporary);
    if (descriptor >= 0)
        open_up(descriptor, path);
    file->stream = descriptor < 0 ? NULL : fdopen(descriptor, "wb");
    if (file->stream)
        return KL_OK;
    free(file->temporary);
    return refuse_file("write", path, error);
}

kl_status out_close(out_file *file, bool keep, kl_error *error)
{
    if (file->stream == stdout)
        return KL_OK;
    bool ok = !ferror(file->stream);
    ok = fclose(file->stream) == 0 && ok;
    if (file->temporary && ok && keep)
        ok = rename(file->temporary, file->path) == 0;
    kl_status status = ok ? KL_OK : refuse_file("write", file->path, error);
    if (file->temporary && !(ok && keep))
        unlink(file->temporary);
    free(file->temporary);
    return status;
}
