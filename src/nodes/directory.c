/* src/nodes/directory.c - what stands in a folder. */
#include "files.h"
#include "kailash/match.h"
#include "sort.h"
#include "store/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH, RECURSIVE, MAX_DEPTH, EXTENSIONS, PATTERN, INCLUDE_HIDDEN, INCLUDE_DIRS, SORT_BY,
       BASE_DIR };

/* Folders within folders; each holds a descriptor open while those in it are read. */
enum { DEPTH_MAX = 256 };

static const char *const sort_names[] = {"name", "path", "size", "modified", NULL};

/* One reading of a tree. */
typedef struct listing {
    kl_node_call *call;
    kl_buffer path;    /* of the folder being read, as the entries show it */
    size_t root_len;   /* of the path that was asked for, with its slash */
    int64_t max_depth; /* 1 = only what stands in the folder itself */
    kl_value entries;
} listing;

static kl_status system_failure(kl_error *error, const listing *list, const char *action)
{
    char why[128];
    int code = errno;
    kl_text path = kl_buffer_text(&list->path);
    return kl_error_set(error, KL_IO, "cannot %s '%.*s': %s", action, KL_TEXT_ARG(path),
                        strerror_r(code, why, sizeof why));
}

/* ---- which entries --------------------------------------------------------------------------- */

static bool extension_wanted(kl_value extensions, kl_text extension)
{
    for (size_t i = 0, len = kl_array_len(extensions); i < len; i++) {
        kl_text wanted = kl_as_text(kl_array_at(extensions, i));
        if (wanted.len > 0 && *wanted.data == '.')
            wanted = (kl_text){wanted.data + 1, wanted.len - 1};
        if (kl_text_equal(wanted, extension))
            return true;
    }
    return kl_is_null(extensions);
}

/* A pattern with a slash is about the path within the folder, one without about the name. */
static bool pattern_fits(kl_value pattern, kl_text name, kl_text within)
{
    kl_text text = kl_as_text(pattern);
    bool about_path = text.len > 0 && memchr(text.data, '/', text.len);
    return kl_is_null(pattern) || kl_glob_path(text, about_path ? within : name);
}

static bool is_wanted(const listing *list, kl_text name, bool is_dir)
{
    const kl_value *args = list->call->args;
    kl_text path = kl_buffer_text(&list->path);
    kl_text within = {path.data + list->root_len, path.len - list->root_len};
    if (is_dir && !kl_as_bool(args[INCLUDE_DIRS]))
        return false;
    return (is_dir || extension_wanted(args[EXTENSIONS], kl_path_extension(name))) &&
           pattern_fits(args[PATTERN], name, within);
}

/* ---- one entry ------------------------------------------------------------------------------- */

static kl_status put_text(kl_value *map, const char *key, kl_text bytes, kl_error *error)
{
    kl_value text;
    KL_TRY(kl_string_repair(&text, bytes, error)); /* names of files may be any bytes */
    return kl_map_set(map, kl_text_from(key), text, error);
}

static kl_status describe(kl_value *map, const listing *list, kl_text name, const struct stat *facts,
                          kl_error *error)
{
    char seconds[32];
    bool is_dir = S_ISDIR(facts->st_mode);
    snprintf(seconds, sizeof seconds, "%" PRId64, (int64_t)facts->st_mtime);
    KL_TRY(put_text(map, "name", name, error));
    KL_TRY(put_text(map, "path", kl_buffer_text(&list->path), error));
    KL_TRY(put_text(map, "extension", is_dir ? KL_TEXT("") : kl_path_extension(name), error));
    KL_TRY(kl_map_set(map, KL_TEXT("is_dir"), kl_bool(is_dir), error));
    KL_TRY(kl_map_set(map, KL_TEXT("size_bytes"), kl_int((int64_t)facts->st_size), error));
    return put_text(map, "modified", kl_text_from(seconds), error);
}

static kl_status add_entry(listing *list, kl_text name, const struct stat *facts, kl_error *error)
{
    kl_value map;
    if (kl_array_len(list->entries) >= KL_NODE_LIST_MAX)
        return kl_node_limit(error, "entries", KL_NODE_LIST_MAX, "items");
    KL_TRY(kl_map_new(&map, 6, error));
    kl_status status = describe(&map, list, name, facts, error);
    if (status != KL_OK) {
        kl_value_release(map);
        return status;
    }
    return kl_array_push(&list->entries, map, error);
}

/* ---- one folder ------------------------------------------------------------------------------ */

/* Names of a folder as bytes, so that any can be opened; the folder stays the caller's. */
static kl_status read_names(kl_value *names, listing *list, int folder, kl_error *error)
{
    kl_status status = KL_OK;
    int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = copy < 0 ? NULL : fdopendir(copy);
    if (!stream) {
        system_failure(error, list, "read");
        if (copy >= 0)
            close(copy);
        return KL_IO;
    }
    for (;;) {
        errno = 0;
        struct dirent *found = readdir(stream);
        if (!found)
            break;
        kl_value name;
        if (strcmp(found->d_name, ".") == 0 || strcmp(found->d_name, "..") == 0)
            continue;
        KL_TRY_OUT(kl_bytes_new(&name, kl_text_from(found->d_name), error));
        KL_TRY_OUT(kl_array_push(names, name, error));
    }
    if (errno)
        status = system_failure(error, list, "read");
out:
    closedir(stream);
    return status;
}

static kl_status list_folder(listing *list, int folder, int64_t depth, kl_error *error);

static kl_status enter(listing *list, int folder, const char *name, int64_t depth, kl_error *error)
{
    if (depth >= list->max_depth)
        return KL_OK;
    if (depth >= DEPTH_MAX)
        return kl_node_limit(error, "folder_depth", DEPTH_MAX, "levels");
    int inner = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inner < 0)
        return system_failure(error, list, "open");
    kl_status status = list_folder(list, inner, depth + 1, error);
    close(inner);
    return status;
}

/* One name, with all that stands below it; list->path is that of its folder. */
static kl_status list_name(listing *list, int folder, kl_text name, int64_t depth, kl_error *error)
{
    struct stat facts;
    size_t len = list->path.len;
    kl_status status = KL_OK;
    if (*name.data == '.' && !kl_as_bool(list->call->args[INCLUDE_HIDDEN]))
        return KL_OK;
    kl_buffer_add(&list->path, name);
    if (list->path.status != KL_OK)
        return kl_error_no_memory(error);
    if (fstatat(folder, name.data, &facts, AT_SYMLINK_NOFOLLOW) < 0) {
        if (errno != ENOENT) /* removed meanwhile: not there any more */
            status = system_failure(error, list, "read");
        goto out;
    }
    bool is_dir = S_ISDIR(facts.st_mode);
    if (is_wanted(list, name, is_dir))
        KL_TRY_OUT(add_entry(list, name, &facts, error));
    if (!is_dir)
        goto out;
    status = enter(list, folder, name.data, depth, error);
out:
    list->path.len = len;
    return status;
}

static kl_status list_folder(listing *list, int folder, int64_t depth, kl_error *error)
{
    kl_value names;
    size_t len = list->path.len;
    kl_status status;
    KL_TRY(kl_array_new(&names, 0, error));
    if (kl_run_is_cancelled(list->call->run)) {
        status = kl_error_set(error, KL_CANCELLED, "cancelled");
        goto out;
    }
    KL_TRY_OUT(read_names(&names, list, folder, error));
    KL_TRY_OUT(kl_array_sort(&names, error));
    if (len > 0 && list->path.data[len - 1] != '/')
        kl_buffer_byte(&list->path, '/');
    if (depth == 1)
        list->root_len = list->path.len;
    for (size_t i = 0; i < kl_array_len(names); i++)
        KL_TRY_OUT(list_name(list, folder, kl_as_text(kl_array_at(names, i)), depth, error));
out:
    list->path.len = len;
    kl_value_release(names);
    return status;
}

/* ---- order ----------------------------------------------------------------------------------- */

/* What an entry sorts by; borrowed, or a number. */
static kl_value sort_key(kl_value entry, kl_text sort_by)
{
    if (kl_text_is(sort_by, "size"))
        return kl_map_get(entry, KL_TEXT("size_bytes"));
    if (kl_text_is(sort_by, "modified"))
        return kl_int(strtoll(kl_as_text(kl_map_get(entry, KL_TEXT("modified"))).data, NULL, 10));
    return kl_map_get(entry, KL_TEXT("path"));
}

/* Equal entries keep the order of their names. */
static kl_status sort_entries(kl_value *entries, kl_value sort_by, kl_error *error)
{
    size_t count = kl_array_len(*entries);
    kl_work work = {0};
    if (kl_text_is(kl_as_text(sort_by), "name") || count < 2)
        return KL_OK; /* they were found in that order */
    kl_sort_pair *pairs = kl_alloc_zero(count, sizeof *pairs);
    kl_value *items = pairs ? kl_array_edit(entries, error) : NULL;
    kl_status status = items ? KL_OK : kl_error_no_memory(error);
    for (size_t i = 0; items && i < count; i++)
        pairs[i] = (kl_sort_pair){sort_key(items[i], kl_as_text(sort_by)), items[i]};
    if (items)
        status = kl_sort_pairs(pairs, count, false, &work, error);
    for (size_t i = 0; status == KL_OK && i < count; i++)
        items[i] = pairs[i].item;
    kl_free(pairs);
    return status;
}

/* ---- the node -------------------------------------------------------------------------------- */

static kl_status list_all(listing *list, kl_error *error)
{
    const kl_value *args = list->call->args;
    int folder;
    list->max_depth = kl_as_bool(args[RECURSIVE]) ? INT64_MAX : 1;
    if (!kl_is_null(args[MAX_DEPTH]))
        list->max_depth = KL_MIN(list->max_depth, kl_as_int(args[MAX_DEPTH]));
    KL_TRY(kl_folder_open(&folder, kl_as_text(args[PATH]), kl_as_text(args[BASE_DIR]), error));
    kl_buffer_add(&list->path, kl_as_text(args[PATH]));
    kl_status status = list->max_depth > 0 ? list_folder(list, folder, 1, error) : KL_OK;
    close(folder);
    return status == KL_OK ? sort_entries(&list->entries, args[SORT_BY], error) : status;
}

static kl_status directory_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    listing list = {.call = call, .path = KL_BUFFER_INIT};
    kl_value map;
    kl_status status;
    KL_TRY_OUT(kl_array_new(&list.entries, 0, error));
    KL_TRY_OUT(kl_file_node_failure(list_all(&list, error), error));
    size_t count = kl_array_len(list.entries);
    KL_TRY_OUT(kl_node_result(&map, "entries", kl_value_take(&list.entries), error));
    status = kl_map_set(&map, KL_TEXT("count"), kl_int((int64_t)count), error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
out:
    kl_value_release(list.entries);
    kl_buffer_free(&list.path);
    return status;
}

static const kl_param inputs[] = {
    {.name = "path", .kind = KL_KIND_STRING, .doc = "folder to read"},
};

static const kl_param config[] = {
    {.name = "recursive", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "also what stands in the folders below"},
    {.name = "max_depth", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,
     .doc = "levels to go down; 1 is the folder itself. Absent: all, up to 256"},
    {.name = "extensions", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "only files with one of these extensions, such as \"csv\"; folders stay listed"},
    {.name = "pattern", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "only entries whose name matches this glob; with a slash in it, whose path below the "
            "folder does (`**` crosses folders)"},
    {.name = "include_hidden", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "also names that begin with a dot, and what stands below them"},
    {.name = "include_dirs", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "list folders too; they are read in any case"},
    {.name = "sort_by", .kind = KL_KIND_ENUM, .names = sort_names, .fallback = "\"name\"",
     .doc = "name: each folder by name, followed by what stands in it; else all entries by path, "
            "size or modified, ascending"},
    {.name = "base_dir", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "folder that the path must lie in after all symlinks are resolved; absent: anywhere"},
};

static const kl_param outputs[] = {
    {.name = "entries", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "maps of name, path, extension (\"\" for none and for folders), is_dir, size_bytes and "
            "modified (seconds since 1970, as text). Symlinks are listed, not followed"},
    {.name = "count", .kind = KL_KIND_INT, .doc = "number of entries"},
};

static const kl_node_type types[] = {
    {
        .name = "DirectoryReaderNode",
        .category = "File",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING,
        .run = directory_run,
        .doc = "Lists the files and folders below a folder.",
    },
};

static const kl_node_family directory_nodes = {.name = "directory", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(directory_nodes);
