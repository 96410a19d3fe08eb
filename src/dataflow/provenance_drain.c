/* src/dataflow/provenance_drain.c - files of events go into the database, each line once.
 *
 * What is stored is found by (tenant, file, line): reading a file again adds the lines that were
 * appended. The rows of a batch are stored together; when somebody else stored one of them
 * meanwhile, they are stored one by one.
 */
#include "operations.h"
#include "provenance_event.h"
#include "provenance_lines.h"
#include "provenance_report.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Rows that are stored together, and faults that are told; all of them are counted. */
enum { BATCH = 500, ERRORS_MAX = 1000 };

typedef struct drain {
    kl_data_session session;
    kl_table *table;
    kl_text directory;
    kl_event_place place; /* of the line at hand; .file is owned */
    kl_value rows;        /* array: the batch */
    int64_t inserted, skipped, files, errored;
    kl_value errors; /* array of {"file", "line", "reason"} */
} drain;

/* ---- storing ------------------------------------------------------------------------------------- */

static bool is_taken(const kl_error *error)
{
    return error->type && strcmp(error->type, "UniqueViolationError") == 0;
}

static kl_status store_one(drain *d, kl_value row, kl_error *error)
{
    kl_error reason = KL_ERROR_INIT;
    kl_value stored;
    kl_status status = kl_row_create(&stored, &d->session, d->table, row, &reason);
    if (status == KL_OK) {
        kl_value_release(stored);
        d->inserted++;
        return KL_OK;
    }
    if (is_taken(&reason)) {
        kl_error_clear(&reason);
        d->skipped++;
        return KL_OK;
    }
    kl_error_move(error, &reason);
    return status;
}

static kl_status store_rows(drain *d, kl_error *error)
{
    kl_error reason = KL_ERROR_INIT;
    kl_value stored;
    size_t count = kl_array_len(d->rows);
    kl_status status = kl_rows_create(&stored, &d->session, d->table, d->rows, &reason);
    if (status == KL_OK) {
        kl_value_release(stored);
        d->inserted += (int64_t)count;
        return KL_OK;
    }
    if (!is_taken(&reason)) {
        kl_error_move(error, &reason);
        return status;
    }
    kl_error_clear(&reason);
    for (size_t i = 0; i < count; i++)
        KL_TRY(store_one(d, kl_array_at(d->rows, i), error));
    return KL_OK;
}

static kl_status flush(drain *d, kl_error *error)
{
    kl_value empty;
    if (!kl_array_len(d->rows))
        return KL_OK;
    KL_TRY(store_rows(d, error));
    KL_TRY(kl_array_new(&empty, BATCH, error));
    kl_value_replace(&d->rows, empty);
    return KL_OK;
}

/* ---- lines --------------------------------------------------------------------------------------- */

static kl_status note_error(drain *d, const char *reason, kl_error *error)
{
    kl_value map, text = kl_null();
    kl_status status;
    d->errored++;
    if (kl_array_len(d->errors) >= ERRORS_MAX)
        return KL_OK;
    KL_TRY(kl_map_new(&map, 3, error));
    KL_TRY_OUT(kl_report_set(&map, "file", kl_value_retain(d->place.file), error));
    KL_TRY_OUT(kl_report_set(&map, "line", kl_int(d->place.line), error));
    KL_TRY_OUT(kl_string_repair(&text, kl_text_from(reason), error));
    KL_TRY_OUT(kl_report_set(&map, "reason", text, error));
    return kl_array_push(&d->errors, map, error);
out:
    kl_value_release(map);
    return status;
}

static kl_status take_line(drain *d, kl_text line, kl_error *error)
{
    kl_error reason = KL_ERROR_INIT;
    kl_value row;
    kl_status status = kl_artifact_event_read(&row, line, &d->place, &reason);
    if (status == KL_OK) {
        KL_TRY(kl_array_push(&d->rows, row, error));
        return kl_array_len(d->rows) < BATCH ? KL_OK : flush(d, error);
    }
    if (status == KL_NO_MEMORY)
        kl_error_move(error, &reason);
    else
        status = note_error(d, kl_error_message(&reason), error);
    kl_error_clear(&reason);
    return status;
}

static bool is_blank(kl_text text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!strchr(" \t\r", text.data[i]) || !text.data[i])
            return false;
    return true;
}

static kl_status read_lines(drain *d, kl_line_reader *reader, const kl_line_set *stored,
                            kl_error *error)
{
    for (;;) {
        bool has_line;
        KL_TRY(kl_line_reader_next(&has_line, reader, error));
        if (!has_line)
            return flush(d, error);
        d->place.line = reader->number;
        if (kl_line_set_has(stored, reader->number))
            d->skipped++;
        else if (reader->too_long)
            KL_TRY(note_error(d, "longer than 1 MiB", error));
        else if (!is_blank(kl_buffer_text(&reader->line)))
            KL_TRY(take_line(d, kl_buffer_text(&reader->line), error));
    }
}

/* ---- files --------------------------------------------------------------------------------------- */

static kl_status read_file(drain *d, kl_text path, kl_error *error)
{
    kl_line_reader reader;
    kl_line_set stored;
    KL_TRY(kl_line_reader_open(&reader, path, error));
    /* a file has at most one line more than bytes */
    kl_status status = kl_line_set_read(&stored, &d->session, d->place.file,
                                        kl_file_size(reader.file) + 1, error);
    if (status == KL_OK)
        status = read_lines(d, &reader, &stored, error);
    kl_line_set_end(&stored);
    kl_line_reader_close(&reader);
    d->files++;
    return status;
}

static kl_status drain_file(drain *d, kl_text name, kl_error *error)
{
    kl_buffer path = KL_BUFFER_INIT;
    kl_value file;
    KL_TRY(kl_string_repair(&file, name, error));
    kl_value_replace(&d->place.file, file);
    kl_buffer_add(&path, d->directory);
    kl_buffer_byte(&path, '/');
    kl_buffer_add(&path, name);
    kl_status status = path.status == KL_OK ? read_file(d, kl_buffer_text(&path), error)
                                            : kl_error_no_memory(error);
    kl_buffer_free(&path);
    return status;
}

static bool is_event_file(int folder, const char *name)
{
    struct stat facts;
    size_t len = strlen(name);
    return len > 6 && strcmp(name + len - 6, ".jsonl") == 0 &&
           fstatat(folder, name, &facts, 0) == 0 && S_ISREG(facts.st_mode);
}

/* Names of a folder's files as bytes, in order. The descriptor is taken. */
static kl_status read_names(kl_value *names, int folder, kl_error *error)
{
    kl_status status = KL_OK;
    DIR *stream = fdopendir(folder);
    if (!stream) {
        close(folder);
        return kl_error_set(error, KL_IO, "cannot read the directory: %s", strerror(errno));
    }
    for (struct dirent *found = readdir(stream); found && status == KL_OK; found = readdir(stream)) {
        kl_value name;
        if (!is_event_file(folder, found->d_name))
            continue;
        status = kl_bytes_new(&name, kl_text_from(found->d_name), error);
        if (status == KL_OK)
            status = kl_array_push(names, name, error);
    }
    closedir(stream);
    return status == KL_OK ? kl_array_sort(names, error) : status;
}

static kl_status drain_folder(drain *d, kl_value *names, kl_error *error)
{
    int folder;
    kl_status status = kl_folder_open(&folder, d->directory, KL_TEXT(""), error);
    if (status == KL_OK)
        status = read_names(names, folder, error);
    if (status != KL_OK) {
        if (error)
            kl_error_prefix(error, "%s failed: ", d->session.method);
        return status;
    }
    for (size_t i = 0; i < kl_array_len(*names); i++)
        KL_TRY(drain_file(d, kl_as_text(kl_array_at(*names, i)), error));
    return KL_OK;
}

/* ---- the function -------------------------------------------------------------------------------- */

static kl_status begin(drain *d, kl_value *names, const kl_value *args, kl_error *error)
{
    KL_TRY(kl_provenance_begin(&d->session, args[0], args[1], "drain_artifact_activation_events",
                               "ArtifactActivationEvent", error));
    d->place.tenant = args[1];
    d->directory = kl_as_text(args[2]);
    KL_TRY(kl_dataflow_table(&d->table, d->session.dataflow, KL_TEXT("ArtifactActivationEvent"),
                             d->session.method, error));
    KL_TRY(kl_array_new(&d->rows, BATCH, error));
    KL_TRY(kl_array_new(&d->errors, 0, error));
    return kl_array_new(names, 0, error);
}

static kl_status tell(kl_value *out, const drain *d, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 5, error));
    KL_TRY_OUT(kl_report_set(&map, "inserted", kl_int(d->inserted), error));
    KL_TRY_OUT(kl_report_set(&map, "skipped_duplicates", kl_int(d->skipped), error));
    KL_TRY_OUT(kl_report_set(&map, "files_processed", kl_int(d->files), error));
    KL_TRY_OUT(kl_report_set(&map, "errored", kl_int(d->errored), error));
    KL_TRY_OUT(kl_report_set(&map, "errors", kl_value_retain(d->errors), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status call_drain(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    drain d = {.table = NULL};
    kl_value names = kl_null();
    (void)self;
    kl_status status = begin(&d, &names, args, error);
    if (status == KL_OK)
        status = drain_folder(&d, &names, error);
    if (status == KL_OK)
        status = tell(out, &d, error);
    kl_table_release(d.table);
    kl_data_session_end(&d.session);
    kl_value_release(d.place.file);
    kl_value_release(d.rows);
    kl_value_release(d.errors);
    kl_value_release(names);
    return status;
}

static const kl_param params[] = {
    {.name = "df", .kind = KL_KIND_OBJECT, .type = &kl_dataflow_type, .doc = "whose database"},
    KL_P_TENANT,
    {.name = "directory", .kind = KL_KIND_STRING, .doc = "the folder of the files"},
};

static const kl_function drain_function = {
    .module = KL_PROVENANCE_MODULE,
    .method = {.name = "drain_artifact_activation_events", .call = call_drain,
               .params = KL_TABLE(params), .flags = KL_BLOCKING, .returns = KL_KIND_MAP,
               .raises = "RuntimeError, DataFlowDatabaseError",
               .doc = "Reads the files *.jsonl of a folder, one event a line, into the rows of "
                      "ArtifactActivationEvent. A line that is stored already is skipped, a bad one "
                      "is counted and told among the first 1000 errors. {\"inserted\", "
                      "\"skipped_duplicates\", \"files_processed\", \"errored\", \"errors\": "
                      "[{\"file\", \"line\", \"reason\"}]}"}};
KL_PUBLISH_FUNCTION(drain_function);
