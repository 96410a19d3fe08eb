/* src/store/location.c - see location.h. */
#include "location.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

kl_status kl_path_error(kl_error *error, const char *action, const char *path)
{
    char text[128];
    int code = errno;
    return kl_error_set(error, KL_IO, "cannot %s '%s': %s", action, path,
                        strerror_r(code, text, sizeof text));
}

static kl_status copy_path(char to[PATH_MAX], const char *what, kl_text path, kl_error *error)
{
    if (path.len == 0)
        return kl_error_set(error, KL_INVALID, "%s: expected a path, got an empty text", what);
    if (memchr(path.data, '\0', path.len))
        return kl_error_set(error, KL_INVALID, "%s: a path holds no NUL", what);
    if (path.len >= PATH_MAX)
        return kl_error_set(error, KL_INVALID, "%s: longer than %d bytes", what, PATH_MAX - 1);
    memcpy(to, path.data, path.len);
    to[path.len] = '\0';
    return KL_OK;
}

/* ---- resolving ------------------------------------------------------------------------------- */

/* Cut the last part off `path` and put it before `rest`, which ends at its last byte. The root and
 * the current folder always exist, so there is something left to cut. False at "..", which cannot
 * be followed out of a folder that is not there. */
static bool cut_part(char *path, char **rest)
{
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    size_t start = len;
    while (start > 0 && path[start - 1] != '/')
        start--;
    kl_text part = {path + start, len - start};
    if (kl_text_is(part, ".."))
        return false;
    if (!kl_text_is(part, ".")) {
        *rest -= part.len;
        memcpy(*rest, part.data, part.len);
        *--*rest = '/';
    }
    strcpy(path + start, start == 0 ? "." : "");
    return true;
}

/* The part of `path` that exists without links, and what is behind it as it stands. */
static kl_status resolve(char resolved[PATH_MAX], const char *path, kl_error *error)
{
    char head[PATH_MAX], tail[PATH_MAX + 1], *rest = tail + sizeof tail - 1;
    *rest = '\0';
    strcpy(head, path);
    while (!realpath(head, resolved)) {
        if (errno != ENOENT || strcmp(head, ".") == 0 || !cut_part(head, &rest))
            return kl_path_error(error, "resolve", path);
    }
    if (strcmp(resolved, "/") == 0 && *rest)
        resolved[0] = '\0';
    if (strlen(resolved) + strlen(rest) >= PATH_MAX)
        return kl_error_set(error, KL_INVALID, "path: longer than %d bytes", PATH_MAX - 1);
    strcat(resolved, rest);
    return KL_OK;
}

static bool lies_in(const char *path, const char *base)
{
    size_t len = strcmp(base, "/") == 0 ? 0 : strlen(base);
    return strncmp(path, base, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

static kl_status check_base(const char *path, kl_text given, kl_text base_dir, kl_error *error)
{
    char base[PATH_MAX], resolved[PATH_MAX];
    KL_TRY(copy_path(base, "base_dir", base_dir, error));
    if (!realpath(base, resolved))
        return kl_path_error(error, "resolve base_dir", base);
    if (!lies_in(path, resolved))
        return kl_error_set(error, KL_DENIED, "path '%.*s' leads outside base_dir '%s'",
                            KL_TEXT_ARG(given), base);
    return KL_OK;
}

/* ---- walking --------------------------------------------------------------------------------- */

enum { FOLDER = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

/* Step from the folder open in location->folder to the one called `name` in it. */
static kl_status enter(kl_location *location, const char *name, bool make, kl_error *error)
{
    int next = openat(location->folder, name, FOLDER);
    if (next < 0 && errno == ENOENT && make) {
        if (mkdirat(location->folder, name, 0777) < 0 && errno != EEXIST)
            return kl_path_error(error, "make a folder for", location->path);
        next = openat(location->folder, name, FOLDER);
    }
    if (next < 0)
        return kl_path_error(error, "open", location->path);
    close(location->folder);
    location->folder = next;
    return KL_OK;
}

static kl_status walk(kl_location *location, bool make, kl_error *error)
{
    char part[NAME_MAX + 1];
    const char *at = location->path + 1, *slash;
    location->folder = open("/", FOLDER);
    if (location->folder < 0)
        return kl_path_error(error, "open", "/");
    for (; (slash = strchr(at, '/')) != NULL; at = slash + 1) {
        size_t len = (size_t)(slash - at);
        if (len > NAME_MAX) {
            errno = ENAMETOOLONG;
            return kl_path_error(error, "open", location->path);
        }
        memcpy(part, at, len);
        part[len] = '\0';
        KL_TRY(enter(location, part, make, error));
    }
    location->name = *at ? at : ".";
    return KL_OK;
}

static kl_status find(kl_location *location, kl_text path, kl_text base_dir, bool make_folders,
                      kl_error *error)
{
    char given[PATH_MAX];
    KL_TRY(copy_path(given, "path", path, error));
    KL_TRY(resolve(location->path, given, error));
    if (base_dir.len > 0)
        KL_TRY(check_base(location->path, path, base_dir, error));
    return walk(location, make_folders, error);
}

kl_status kl_location_new(kl_location **out, kl_text path, kl_text base_dir, bool make_folders,
                          kl_error *error)
{
    kl_location *location = kl_alloc(sizeof *location);
    if (!location)
        return kl_error_no_memory(error);
    location->folder = -1;
    kl_status status = find(location, path, base_dir, make_folders, error);
    if (status != KL_OK) {
        kl_location_free(location);
        return status;
    }
    *out = location;
    return KL_OK;
}

void kl_location_free(kl_location *location)
{
    if (!location)
        return;
    if (location->folder >= 0)
        close(location->folder);
    kl_free(location);
}
