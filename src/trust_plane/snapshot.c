/* src/trust_plane/snapshot.c - see snapshot.h. */
#include "snapshot.h"
#include "buffer.h"
#include "kailash/crypto.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 1 << 16 };

typedef struct scan {
    int root;          /* the folder */
    kl_text root_path; /* as paths begin */
    kl_value folders;  /* array of strings: folders below the root that are still to be read, as bytes */
    kl_value files;    /* the snapshot */
    char *block;
} scan;

/* ---- one file ------------------------------------------------------------------------------------ */

static kl_status hash_rest(kl_hash *hash, bool *readable, int file, char *block, kl_error *error)
{
    ssize_t len;
    while ((len = read(file, block, BLOCK)) > 0)
        KL_TRY(kl_hash_update(hash, (kl_text){block, (size_t)len}, error));
    *readable = len == 0;
    return KL_OK;
}

static kl_status hex_of(kl_value *out, kl_value bytes, kl_error *error)
{
    static const char digits[] = "0123456789abcdef";
    char hex[2 * KL_HASH_MAX];
    kl_text text = kl_as_text(bytes);
    for (size_t i = 0; i < text.len; i++) {
        hex[2 * i] = digits[(unsigned char)text.data[i] >> 4];
        hex[2 * i + 1] = digits[text.data[i] & 15];
    }
    return kl_string_from_valid(out, (kl_text){hex, 2 * text.len}, error);
}

/* The hash of an open file as hexadecimal text, null when reading it fails. */
static kl_status hash_file(kl_value *out, int file, char *block, kl_error *error)
{
    kl_hash *hash;
    kl_value bytes = kl_null();
    bool readable = false;
    *out = kl_null();
    KL_TRY(kl_hash_new(&hash, KL_HASH_SHA256, error));
    kl_status status = hash_rest(hash, &readable, file, block, error);
    if (status == KL_OK && readable)
        status = kl_hash_finish(&bytes, hash, error);
    if (status == KL_OK && readable)
        status = hex_of(out, bytes, error);
    kl_value_release(bytes);
    kl_hash_free(hash);
    return status;
}

/* ---- names --------------------------------------------------------------------------------------- */

/* A path as a string: what is no UTF-8 is written out. */
static kl_status path_string(kl_value *out, kl_text path, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    if (kl_string_new(out, path, NULL) == KL_OK)
        return KL_OK;
    for (size_t i = 0; i < path.len; i++) {
        unsigned char byte = (unsigned char)path.data[i];
        if (byte < 0x80)
            kl_buffer_byte(&text, path.data[i]);
        else
            kl_buffer_format(&text, "\\x%02X", byte);
    }
    return kl_buffer_finish(out, &text, error);
}

static void add_path(kl_buffer *to, kl_text folder, const char *name)
{
    kl_buffer_add(to, folder);
    if (folder.len && folder.data[folder.len - 1] != '/')
        kl_buffer_byte(to, '/');
    kl_buffer_string(to, name);
    kl_buffer_byte(to, '\0');
}

/* ---- the walk ------------------------------------------------------------------------------------ */

static kl_status add_file(scan *s, kl_text folder, const char *name, int in, kl_error *error)
{
    kl_buffer inner = KL_BUFFER_INIT, whole = KL_BUFFER_INIT;
    kl_value key = kl_null(), hash = kl_null();
    kl_status status = KL_OK;
    int file = openat(in, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file < 0 && errno == ENOENT) /* gone since */
        return KL_OK;
    if (kl_map_len(s->files) >= KL_SNAPSHOT_MAX)
        KL_TRY_OUT(kl_error_set(error, KL_LIMIT, "more than %d files below '%.*s'", KL_SNAPSHOT_MAX,
                                KL_TEXT_ARG(s->root_path)));
    add_path(&inner, folder, name);
    add_path(&whole, s->root_path, inner.data ? inner.data : "");
    if (inner.status != KL_OK || whole.status != KL_OK)
        KL_TRY_OUT(kl_error_no_memory(error));
    KL_TRY_OUT(path_string(&key, (kl_text){whole.data, whole.len - 1}, error));
    if (file >= 0)
        KL_TRY_OUT(hash_file(&hash, file, s->block, error));
    KL_TRY_OUT(kl_map_set_key(&s->files, key, kl_value_take(&hash), error));
out:
    if (file >= 0)
        close(file);
    kl_value_release(hash);
    kl_value_release(key);
    kl_buffer_free(&inner);
    kl_buffer_free(&whole);
    return status;
}

static kl_status add_folder(scan *s, kl_text folder, const char *name, kl_error *error)
{
    kl_buffer inner = KL_BUFFER_INIT;
    kl_value path;
    if (strcmp(name, ".git") == 0)
        return KL_OK;
    add_path(&inner, folder, name);
    if (inner.len)
        inner.len--; /* the NUL */
    KL_TRY(kl_buffer_finish_bytes(&path, &inner, error));
    return kl_array_push(&s->folders, path, error);
}

static kl_status add_entry(scan *s, kl_text folder, const char *name, int in, kl_error *error)
{
    struct stat about;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
        fstatat(in, name, &about, AT_SYMLINK_NOFOLLOW) != 0)
        return KL_OK;
    if (S_ISDIR(about.st_mode))
        return add_folder(s, folder, name, error);
    return S_ISREG(about.st_mode) ? add_file(s, folder, name, in, error) : KL_OK;
}

/* A folder that cannot be opened stands among the files, as something that cannot be read. */
static kl_status add_closed_folder(scan *s, kl_text folder, kl_error *error)
{
    kl_buffer whole = KL_BUFFER_INIT;
    kl_value key;
    add_path(&whole, s->root_path, folder.data);
    if (whole.status != KL_OK) {
        kl_buffer_free(&whole);
        return kl_error_no_memory(error);
    }
    kl_status status = path_string(&key, (kl_text){whole.data, whole.len - 1}, error);
    kl_buffer_free(&whole);
    if (status != KL_OK)
        return status;
    status = kl_map_set_key(&s->files, key, kl_null(), error);
    kl_value_release(key);
    return status;
}

static kl_status read_folder(scan *s, kl_text folder, kl_error *error)
{
    struct dirent *entry;
    kl_status status = KL_OK;
    int in = openat(s->root, folder.len ? folder.data : ".",
                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (in < 0)
        return errno == EACCES ? add_closed_folder(s, folder, error) : KL_OK;
    DIR *list = fdopendir(in);
    if (!list) {
        close(in);
        return kl_error_no_memory(error);
    }
    while (status == KL_OK && (entry = readdir(list)))
        status = add_entry(s, folder, entry->d_name, in, error);
    closedir(list);
    return status;
}

static kl_status walk(scan *s, kl_error *error)
{
    KL_TRY(kl_map_new(&s->files, 64, error));
    KL_TRY(kl_array_new(&s->folders, 16, error));
    KL_TRY(read_folder(s, KL_TEXT(""), error));
    for (size_t at = 0; at < kl_array_len(s->folders); at++) {
        kl_value folder = kl_value_retain(kl_array_at(s->folders, at));
        kl_status status = read_folder(s, kl_as_text(folder), error);
        kl_value_release(folder);
        KL_TRY(status);
    }
    return KL_OK;
}

kl_status kl_snapshot_take(kl_value *out, kl_text root, kl_error *error)
{
    scan s = {.root = -1, .root_path = root, .folders = kl_null(), .files = kl_null()};
    char *path = kl_strdup(root);
    s.block = kl_alloc(BLOCK);
    kl_status status = path && s.block ? KL_OK : kl_error_no_memory(error);
    if (status == KL_OK && (memchr(root.data, '\0', root.len) ||
                            (s.root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0))
        status = kl_error_set(error, KL_NOT_FOUND, "'%.*s' is no folder", KL_TEXT_ARG(root));
    if (status == KL_OK)
        status = walk(&s, error);
    if (status == KL_OK)
        *out = kl_value_take(&s.files);
    if (s.root >= 0)
        close(s.root);
    kl_value_release(s.files);
    kl_value_release(s.folders);
    kl_free(s.block);
    kl_free(path);
    return status;
}

/* ---- git ----------------------------------------------------------------------------------------- */

enum { COMMIT = 40, SMALL = 8192 };

/* The beginning of a small text file below `folder`, cut behind its first line; false when there is
 * none. */
static bool read_line(char line[SMALL], const char *folder, const char *name)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return false;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    ssize_t len = file < 0 ? -1 : read(file, line, SMALL - 1);
    if (file >= 0)
        close(file);
    line[len < 0 ? 0 : len] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    return len > 0;
}

static bool is_commit(const char *text)
{
    return strspn(text, "0123456789abcdef") == COMMIT && (!text[COMMIT] || text[COMMIT] == ' ');
}

/* A reference among those that git has packed into one file. */
static bool find_packed(char commit[SMALL], const char *folder, const char *reference)
{
    char path[PATH_MAX], line[SMALL];
    bool found = false;
    if (snprintf(path, sizeof path, "%s/packed-refs", folder) >= (int)sizeof path)
        return false;
    FILE *file = fopen(path, "re");
    while (file && !found && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\r\n")] = '\0';
        found = is_commit(line) && line[COMMIT] == ' ' && strcmp(line + COMMIT + 1, reference) == 0;
    }
    if (file)
        fclose(file);
    if (found)
        snprintf(commit, SMALL, "%.*s", COMMIT, line);
    return found;
}

/* Where HEAD of a repository's folder (.git) leads: through one reference, which may lie in the folder
 * that worktrees share. */
static bool head_of(char commit[SMALL], const char *folder)
{
    char head[SMALL], shared[PATH_MAX], line[SMALL];
    if (!read_line(head, folder, "HEAD"))
        return false;
    if (strncmp(head, "ref: ", 5) != 0) {
        snprintf(commit, SMALL, "%s", head);
        return is_commit(commit);
    }
    snprintf(shared, sizeof shared, "%s", folder);
    if (read_line(line, folder, "commondir") &&
        snprintf(shared, sizeof shared, "%s%s%s", line[0] == '/' ? "" : folder,
                 line[0] == '/' ? "" : "/", line) >= (int)sizeof shared)
        return false;
    if (strstr(head, ".."))
        return false;
    return (read_line(commit, folder, head + 5) && is_commit(commit)) ||
           (read_line(commit, shared, head + 5) && is_commit(commit)) ||
           find_packed(commit, shared, head + 5);
}

/* The repository's folder that belongs to a working folder: .git, or what a file of that name says. */
static bool repository_at(char found[PATH_MAX], const char *folder)
{
    char line[SMALL];
    struct stat about;
    if (snprintf(found, PATH_MAX, "%s/.git", folder) >= PATH_MAX || stat(found, &about) != 0)
        return false;
    if (S_ISDIR(about.st_mode))
        return true;
    if (!read_line(line, folder, ".git") || strncmp(line, "gitdir: ", 8) != 0)
        return false;
    const char *to = line + 8;
    return snprintf(found, PATH_MAX, "%s%s%s", *to == '/' ? "" : folder, *to == '/' ? "" : "/", to) <
           PATH_MAX;
}

kl_status kl_git_head(kl_value *out, kl_text folder, kl_error *error)
{
    char at[PATH_MAX], found[PATH_MAX], commit[SMALL];
    *out = kl_null();
    char *given = kl_strdup(folder);
    if (!given)
        return kl_error_no_memory(error);
    char *real = realpath(given, at);
    kl_free(given);
    for (char *slash = real; slash;) {
        if (repository_at(found, at))
            return head_of(commit, found) ? kl_string_new(out, (kl_text){commit, COMMIT}, error) : KL_OK;
        slash = strrchr(at, '/');
        if (slash)
            *slash = '\0';
    }
    return KL_OK;
}
