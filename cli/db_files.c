/* cli/db_files.c - migrations in files: DIR/VERSION.json. */
#include "db.h"
#include "terminal.h"
#include "kailash/json.h"
#include "kailash/type.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

kl_value migration_field(kl_value migration, const char *name)
{
    kl_value value = kl_null();
    const kl_field *field = kl_type_field(&kl_migration_type, kl_text_from(name));
    if (kl_field_get(&value, migration.as.object, field, NULL) != KL_OK)
        return kl_null();
    return value;
}

void free_migration_files(migration_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        free(files->items[i].path);
        kl_value_release(files->items[i].migration);
    }
    free(files->items);
    *files = (migration_files){0};
}

/* ---- reading ----------------------------------------------------------------------------------- */

static kl_status add_file(migration_files *files, char *path, kl_value migration, kl_error *error)
{
    if (files->count == files->cap) {
        size_t cap = 2 * files->cap + 16;
        migration_file *items = realloc(files->items, cap * sizeof *items);
        if (!items) {
            free(path);
            kl_value_release(migration);
            return kl_error_no_memory(error);
        }
        files->items = items;
        files->cap = cap;
    }
    files->items[files->count++] = (migration_file){path, migration};
    return KL_OK;
}

static kl_status read_migration(kl_value *out, const char *path, kl_error *error)
{
    kl_value map;
    KL_TRY(read_json_file(&map, path, error));
    kl_status status = kl_is(map, KL_KIND_MAP)
                           ? kl_object_from_map(out, &kl_migration_type, map, error)
                           : kl_error_set(error, KL_INVALID, "expected an object, got %s",
                                          kl_value_kind_name(map));
    kl_value_release(map);
    return status == KL_OK ? KL_OK : kl_error_prefix(error, "%s: ", path);
}

static bool is_migration_name(const char *name)
{
    size_t len = strlen(name);
    return len > 5 && name[0] != '.' && strcmp(name + len - 5, ".json") == 0;
}

static kl_status read_entry(migration_files *files, const char *folder, const char *name,
                            kl_error *error)
{
    char *path;
    kl_value migration;
    if (!is_migration_name(name))
        return KL_OK;
    if (asprintf(&path, "%s/%s", folder, name) < 0)
        return kl_error_no_memory(error);
    kl_status status = read_migration(&migration, path, error);
    if (status == KL_OK)
        return add_file(files, path, migration, error);
    free(path);
    return status;
}

static int by_version(const void *a, const void *b)
{
    kl_value x = migration_field(((const migration_file *)a)->migration, "version");
    kl_value y = migration_field(((const migration_file *)b)->migration, "version");
    int order = kl_text_compare(kl_as_text(x), kl_as_text(y));
    kl_value_release(x);
    kl_value_release(y);
    return order;
}

static kl_status sort_files(migration_files *files, kl_error *error)
{
    if (files->count)
        qsort(files->items, files->count, sizeof *files->items, by_version);
    for (size_t i = 1; i < files->count; i++)
        if (by_version(&files->items[i - 1], &files->items[i]) == 0)
            return kl_error_set(error, KL_INVALID, "%s and %s have the same version",
                                files->items[i - 1].path, files->items[i].path);
    return KL_OK;
}

kl_status read_migration_files(migration_files *out, const char *folder, kl_error *error)
{
    migration_files files = {0};
    struct dirent *entry;
    DIR *directory = opendir(folder);
    if (!directory)
        return kl_error_set(error, KL_IO, "cannot open folder %s: %s", folder, strerror(errno));
    kl_status status = KL_OK;
    while (status == KL_OK && (entry = readdir(directory)))
        status = read_entry(&files, folder, entry->d_name, error);
    closedir(directory);
    if (status == KL_OK)
        status = sort_files(&files, error);
    if (status == KL_OK)
        *out = files;
    else
        free_migration_files(&files);
    return status;
}

/* ---- writing ----------------------------------------------------------------------------------- */

/* What is read back; a checksum would have to be worked out anew by who edits the file. */
static kl_status file_map(kl_value *out, kl_value migration, kl_error *error)
{
    KL_TRY(kl_object_to_map(out, migration.as.object, error));
    kl_status status = kl_map_remove(out, KL_TEXT("checksum"), error);
    if (status == KL_OK)
        status = kl_map_remove(out, KL_TEXT("applied_at"), error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

static kl_status write_text(const char *path, kl_value text, kl_error *error)
{
    out_file file;
    KL_TRY(out_open(&file, path, error));
    fprintf(file.stream, "%s\n", kl_as_text(text).data);
    return out_close(&file, true, error);
}

kl_status write_migration_file(char **path, const char *folder, kl_value migration,
                               kl_error *error)
{
    kl_value map, text;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return kl_error_set(error, KL_IO, "cannot make folder %s: %s", folder, strerror(errno));
    KL_TRY(file_map(&map, migration, error));
    kl_status status = kl_json_print(&text, map, &kl_json_pretty, error);
    if (status == KL_OK && asprintf(path, "%s/%s.json", folder,
                                    kl_as_text(kl_map_get(map, KL_TEXT("version"))).data) < 0) {
        kl_value_release(text);
        status = kl_error_no_memory(error);
    }
    kl_value_release(map);
    KL_TRY(status);
    status = write_text(*path, text, error);
    kl_value_release(text);
    if (status != KL_OK)
        free(*path);
    return status;
}
