/* src/nodes/csv.c - reads, changes and writes comma-separated values.
 *
 * The way of a row: a source (data, text or file) -> filter -> groups or a list to sort, if asked
 * for -> projection -> doubles dropped -> limit -> a sink (rows, text or file). Without groups and
 * sorting a row is gone before the next one comes, so a file of any size passes.
 */
#include "charset.h"
#include "condition.h"
#include "csv.h"
#include "csv_steps.h"
#include "files.h"
#include "store/file.h"

#include <stdio.h>

enum {
    ACTION, CONTENT, SOURCE_PATH, DATA, DESTINATION_PATH, FILTER,
    DELIMITER, HAS_HEADERS, QUOTE, ESCAPE, FLEXIBLE, INFER_TYPES, SKIP_ROWS, ENCODING, CRLF,
    SAFE_CELLS, SELECT, RENAME, COLUMNS, GROUP_BY, AGGREGATES, SORT_BY, DESCENDING, DISTINCT, LIMIT,
    SYNC, BASE_DIR
};

static const char *const action_names[] = {"read", "write", "transform", NULL};

/* Text held before it goes to the file; rows between two looks at whether the run goes on. */
enum { FLUSH_AT = 256 * 1024, PACE = 4096 };

/* What is made of the config once. */
typedef struct prepared {
    kl_value expression; /* the filter, as it stood there */
    kl_condition *filter;
} prepared;

/* One run of the node. */
typedef struct job {
    kl_node_call *call;
    const kl_value *args;
    kl_csv_dialect dialect;
    /* where rows come from */
    kl_file *file;
    kl_text_source text;
    kl_decoder decoder;
    kl_csv_reader *reader; /* NULL when they come from data */
    kl_csv_union known;    /* columns of data */
    size_t position;       /* in data */
    /* what is done to them */
    const kl_condition *filter; /* NULL = all pass */
    kl_condition *own_filter;   /* the same, when it came as input */
    kl_value sort_by, group_by; /* arrays of names, or null */
    csv_projection projection;
    csv_groups *groups;
    kl_value list; /* rows to sort, or null */
    kl_value seen; /* rows that were there, or null */
    uint64_t limit;
    /* where they go */
    kl_value columns; /* of the result: array of names */
    kl_value rows;    /* the result, or null when it is text */
    kl_buffer out;    /* text, or what waits for the file */
    kl_file_writer *writer;
    kl_charset *charset; /* of the file, or NULL for UTF-8 */
    uint64_t row_count;
} job;

/* ---- settings ---------------------------------------------------------------------------------- */

static char first_byte(kl_value text)
{
    kl_text bytes = kl_as_text(text);
    return bytes.len ? *bytes.data : '\0';
}

static kl_status read_dialect(kl_csv_dialect *out, const kl_value *args, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    *out = (kl_csv_dialect){
        .delimiter = first_byte(args[DELIMITER]),
        .quote = first_byte(args[QUOTE]),
        .escape = first_byte(args[ESCAPE]),
        .has_headers = kl_as_bool(args[HAS_HEADERS]),
        .flexible = kl_as_bool(args[FLEXIBLE]),
        .infer_types = kl_as_bool(args[INFER_TYPES]),
        .skip_rows = (size_t)kl_as_int(args[SKIP_ROWS]),
        .crlf = kl_as_bool(args[CRLF]),
        .safe_cells = kl_as_bool(args[SAFE_CELLS]),
    };
    kl_status status = kl_csv_dialect_check(out, &why);
    if (status == KL_OK)
        return KL_OK;
    char name[16] = ""; /* the message begins with it */
    size_t len = strcspn(kl_error_message(&why), ":");
    snprintf(name, sizeof name, "%.*s", (int)KL_MIN(len, sizeof name - 1), kl_error_message(&why));
    status = kl_node_bad(error, name, "%s", kl_error_message(&why) + len + 2);
    kl_error_clear(&why);
    return status;
}

/* One name or a list of names as a list; null stays null. Given. */
static kl_status read_names(kl_value *out, kl_value given, const char *name, kl_error *error)
{
    kl_value list;
    bool good = kl_is_null(given) || kl_is(given, KL_KIND_STRING) || kl_is(given, KL_KIND_ARRAY);
    for (size_t i = 0; good && i < kl_array_len(given); i++)
        good = kl_is(kl_array_at(given, i), KL_KIND_STRING);
    if (!good)
        return kl_node_bad_value(error, name, "string or array of string", given);
    if (!kl_is(given, KL_KIND_STRING)) {
        *out = kl_value_retain(given);
        return KL_OK;
    }
    KL_TRY(kl_array_new(&list, 1, error));
    kl_status status = kl_array_push(&list, kl_value_retain(given), error);
    if (status != KL_OK) {
        kl_value_release(list);
        return status;
    }
    *out = list;
    return KL_OK;
}

static kl_status compile_filter(kl_condition **out, kl_value expression, kl_error *error)
{
    kl_status status = kl_condition_compile(out, expression, "filter", error);
    if (status != KL_INVALID)
        return status;
    if (error)
        error->code = KL_FAILED; /* its message is that of a node already */
    return KL_FAILED;
}

/* What stood in the config was compiled when the workflow was built. */
static kl_status read_filter(job *job, kl_error *error)
{
    const prepared *ready = job->call->state;
    kl_value given = job->args[FILTER];
    if (kl_is_null(given))
        return KL_OK;
    if (ready && ready->expression.as.map == given.as.map) {
        job->filter = ready->filter;
        return KL_OK;
    }
    KL_TRY(compile_filter(&job->own_filter, given, error));
    job->filter = job->own_filter;
    return KL_OK;
}

static kl_status read_settings(job *job, kl_error *error)
{
    const kl_value *args = job->args;
    KL_TRY(read_dialect(&job->dialect, args, error));
    KL_TRY(read_names(&job->sort_by, args[SORT_BY], "sort_by", error));
    KL_TRY(read_names(&job->group_by, args[GROUP_BY], "group_by", error));
    job->projection.select = args[SELECT];
    job->projection.rename = args[RENAME];
    job->projection.columns = args[COLUMNS];
    job->limit = kl_is_null(args[LIMIT]) ? UINT64_MAX : (uint64_t)kl_as_int(args[LIMIT]);
    if (!kl_is_null(job->group_by) || !kl_is_null(args[AGGREGATES]))
        KL_TRY(csv_groups_new(&job->groups, job->group_by, args[AGGREGATES], error));
    if (!kl_is_null(job->sort_by))
        KL_TRY(kl_array_new(&job->list, 0, error));
    if (kl_as_bool(args[DISTINCT]))
        KL_TRY(kl_map_new(&job->seen, 0, error));
    return read_filter(job, error);
}

/* ---- where rows come from ---------------------------------------------------------------------- */

static kl_status begin_data(job *job, kl_error *error)
{
    kl_value data = job->args[DATA];
    for (size_t i = 0; i < kl_array_len(data); i++) {
        char name[40];
        snprintf(name, sizeof name, "data[%zu]", i);
        if (!kl_is(kl_array_at(data, i), KL_KIND_MAP))
            return kl_node_bad_value(error, name, "object", kl_array_at(data, i));
        KL_TRY(kl_csv_union_add(&job->known, kl_array_at(data, i), error));
    }
    return KL_OK;
}

static kl_status syntax(kl_status status, kl_error *error)
{
    if (status == KL_SYNTAX)
        kl_error_prefix(error, "failed to parse CSV: ");
    return kl_file_node_failure(status, error);
}

static kl_status begin_text(job *job, kl_error *error)
{
    const kl_value *args = job->args;
    kl_source *source = &job->text.source;
    if (kl_is(args[SOURCE_PATH], KL_KIND_STRING)) {
        kl_status status = kl_file_open(&job->file, kl_as_text(args[SOURCE_PATH]),
                                        kl_as_text(args[BASE_DIR]), error);
        KL_TRY(kl_file_node_failure(status, error));
        source = kl_file_source(job->file);
        if (!kl_is_null(args[ENCODING])) {
            status = kl_decoder_begin(&job->decoder, source, kl_as_text(args[ENCODING]), error);
            KL_TRY(kl_file_node_bad(status, "encoding", error));
            source = &job->decoder.source;
        }
    } else {
        job->text = (kl_text_source)KL_TEXT_SOURCE(kl_as_text(args[CONTENT]));
    }
    return syntax(kl_csv_reader_new(&job->reader, &job->dialect, source, error), error);
}

/* Exactly one of those that the action takes must be given. */
static kl_status begin_source(job *job, kl_error *error)
{
    const kl_value *args = job->args;
    kl_text action = kl_as_text(args[ACTION]);
    bool reads = kl_text_is(action, "read"), writes = kl_text_is(action, "write");
    bool has_data = !kl_is_null(args[DATA]), has_path = !kl_is_null(args[SOURCE_PATH]);
    bool has_content = !kl_is_null(args[CONTENT]);
    if (writes ? !has_data : !has_content && !has_path && (reads || !has_data))
        return kl_node_missing(error, reads    ? "content or source_path"
                                      : writes ? "data"
                                               : "data, content or source_path");
    if (writes && (has_content || has_path))
        return kl_node_bad(error, has_path ? "source_path" : "content",
                           "expected only data with action write");
    if (reads ? has_data : has_data && (has_content || has_path))
        return kl_node_bad(error, "data", "expected one source of rows, got several");
    if (has_content && has_path)
        return kl_node_bad(error, "source_path", "expected either content or source_path, got both");
    return has_data ? begin_data(job, error) : begin_text(job, error);
}

/* KL_STOP after the last row; `*row` given. */
static kl_status next_row(kl_value *row, job *job, kl_error *error)
{
    if (job->reader) {
        kl_status status = kl_csv_next(row, job->reader, error);
        return status == KL_STOP ? status : syntax(status, error);
    }
    if (job->position == kl_array_len(job->args[DATA]))
        return KL_STOP;
    *row = kl_value_retain(kl_array_at(job->args[DATA], job->position++));
    return KL_OK;
}

/* ---- columns ----------------------------------------------------------------------------------- */

static bool has_name(kl_value names, kl_text name)
{
    for (size_t i = 0; i < kl_array_len(names); i++)
        if (kl_text_equal(kl_as_text(kl_array_at(names, i)), name))
            return true;
    return false;
}

/* Each of `wanted` (names, or a map with names as keys) must be one of `known`. */
static kl_status check_names(kl_value known, kl_value wanted, const char *setting, kl_error *error)
{
    kl_buffer words = KL_BUFFER_INIT;
    bool is_map = kl_is(wanted, KL_KIND_MAP);
    size_t count = is_map || kl_is(wanted, KL_KIND_ARRAY) ? kl_value_len(wanted) : 0, bad = 0;
    while (bad < count && has_name(known, is_map ? kl_map_key_at(wanted, bad)
                                                 : kl_as_text(kl_array_at(wanted, bad))))
        bad++;
    if (bad == count)
        return KL_OK;
    kl_buffer_string(&words, "one of: ");
    for (size_t i = 0; i < kl_array_len(known) && words.len < 500; i++) {
        kl_buffer_string(&words, i ? ", " : "");
        kl_buffer_add(&words, kl_as_text(kl_array_at(known, i)));
    }
    kl_buffer_byte(&words, '\0');
    kl_status status = words.status == KL_OK
                           ? kl_node_bad_value(error, setting, words.data,
                                               is_map ? kl_map_key_value_at(wanted, bad)
                                                      : kl_array_at(wanted, bad))
                           : kl_error_no_memory(error);
    kl_buffer_free(&words);
    return status;
}

/* Columns that the settings name must exist, unless rows may bring more than is known now. */
static kl_status check_columns(job *job, kl_value known, kl_error *error)
{
    const kl_value *args = job->args;
    if (kl_array_len(known) == 0 || job->dialect.flexible)
        return KL_OK;
    KL_TRY(check_names(known, job->group_by, "group_by", error));
    for (size_t i = 0; i < kl_map_len(args[AGGREGATES]); i++) {
        kl_value field = kl_map_get(kl_map_value_at(args[AGGREGATES], i), KL_TEXT("field"));
        if (kl_is(field, KL_KIND_STRING) && !has_name(known, kl_as_text(field)))
            return kl_node_bad(error, "aggregates", "there is no column '%s'", kl_as_text(field).data);
    }
    if (job->groups)
        known = csv_groups_columns(job->groups);
    KL_TRY(check_names(known, job->sort_by, "sort_by", error));
    KL_TRY(check_names(known, args[SELECT], "select", error));
    return check_names(known, args[RENAME], "rename", error);
}

/* The columns of the result as far as they are known before the first row. */
static kl_status find_columns(job *job, kl_error *error)
{
    kl_value known = job->reader ? kl_csv_columns(job->reader) : job->known.columns, names;
    csv_projection first = job->projection;
    KL_TRY(check_columns(job, known, error));
    if (job->groups)
        known = csv_groups_columns(job->groups);
    first.columns = kl_null();
    KL_TRY(csv_projection_names(&names, &first, known, error));
    /* A row of data may lack a column, a file may not. */
    kl_status status = job->reader && !job->dialect.flexible && kl_array_len(known) > 0
                           ? check_names(names, job->args[COLUMNS], "columns", error)
                           : KL_OK;
    kl_value_release(names);
    return status == KL_OK ? csv_projection_names(&job->columns, &job->projection, known, error)
                           : status;
}

/* ---- where rows go ----------------------------------------------------------------------------- */

/* Send the text that waits to the file. */
static kl_status flush(job *job, bool last, kl_error *error)
{
    kl_buffer encoded = KL_BUFFER_INIT;
    kl_text text = kl_buffer_text(&job->out);
    kl_status status = KL_OK;
    if (job->out.status != KL_OK)
        return kl_error_no_memory(error);
    if (job->charset) {
        KL_TRY_OUT(kl_charset_add(&encoded, job->charset, text, last, error));
        text = kl_buffer_text(&encoded);
    }
    KL_TRY_OUT(kl_file_writer_add(job->writer, text, error));
    job->out.len = 0;
out:
    kl_buffer_free(&encoded);
    return kl_file_node_failure(status, error);
}

static kl_status begin_file(job *job, kl_error *error)
{
    const kl_value *args = job->args;
    kl_file_write_options options = {.base_dir = kl_as_text(args[BASE_DIR]),
                                     .sync = kl_as_bool(args[SYNC])};
    if (!kl_is_null(args[ENCODING])) {
        kl_status status = kl_charset_new(&job->charset, KL_TEXT("UTF-8"),
                                          kl_as_text(args[ENCODING]), error);
        KL_TRY(kl_file_node_bad(status, "encoding", error));
    }
    return kl_file_node_failure(kl_file_writer_new(&job->writer, kl_as_text(args[DESTINATION_PATH]),
                                                   &options, error), error);
}

static kl_status begin_sink(job *job, kl_error *error)
{
    bool writes = kl_text_is(kl_as_text(job->args[ACTION]), "write");
    if (!kl_is_null(job->args[DESTINATION_PATH]))
        KL_TRY(begin_file(job, error));
    else if (!writes)
        return kl_array_new(&job->rows, 0, error);
    else
        job->out.limit = KL_NODE_TEXT_MAX;
    if (!job->dialect.has_headers || kl_array_len(job->columns) == 0)
        return KL_OK;
    return kl_csv_write_row(&job->out, &job->dialect, kl_array_items(job->columns),
                            kl_array_len(job->columns), error);
}

/* What waits for the file goes there when it is much. */
static kl_status pass_text(job *job, kl_error *error)
{
    if (job->out.status == KL_LIMIT)
        return kl_node_limit(error, "text_size", KL_NODE_TEXT_MAX, "bytes");
    return job->writer && job->out.len >= FLUSH_AT ? flush(job, false, error) : KL_OK;
}

/* `row` is taken. */
static kl_status put_row(job *job, kl_value row, kl_error *error)
{
    job->row_count++;
    if (kl_is(job->rows, KL_KIND_ARRAY)) {
        if (job->row_count <= KL_NODE_LIST_MAX)
            return kl_array_push(&job->rows, row, error);
        kl_value_release(row);
        return kl_node_limit(error, "rows", KL_NODE_LIST_MAX, "items");
    }
    kl_status status = KL_OK;
    if (job->dialect.flexible && kl_map_len(row) > kl_array_len(job->columns))
        status = kl_node_failed(error, "line %zu: more cells than columns; name the columns to "
                                       "write in 'columns'", kl_csv_line(job->reader));
    if (status == KL_OK)
        status = kl_file_node_failure(kl_csv_write_map(&job->out, &job->dialect, job->columns, row,
                                                       error), error);
    kl_value_release(row);
    return status == KL_OK ? pass_text(job, error) : status;
}

/* ---- what is done to a row --------------------------------------------------------------------- */

/* The last steps; `row` is taken. */
static kl_status finish_row(job *job, kl_value row, kl_error *error)
{
    kl_status status = KL_OK;
    bool seen = false;
    if (job->row_count == job->limit)
        goto out;
    if (csv_projection_is_needed(&job->projection))
        KL_TRY_OUT(csv_project(&row, &job->projection, error));
    if (kl_is(job->seen, KL_KIND_MAP))
        KL_TRY_OUT(csv_seen(&seen, &job->seen, row, error));
    if (!seen)
        return put_row(job, row, error);
out:
    kl_value_release(row);
    return status;
}

/* A row, or one of a group: to the list that will be sorted, or straight on. Taken. */
static kl_status collect_row(job *job, kl_value row, kl_error *error)
{
    if (!kl_is(job->list, KL_KIND_ARRAY))
        return finish_row(job, row, error);
    if (kl_array_len(job->list) < KL_NODE_LIST_MAX)
        return kl_array_push(&job->list, row, error);
    kl_value_release(row);
    return kl_node_limit(error, "rows", KL_NODE_LIST_MAX, "items");
}

/* A row that passed the filter; taken. */
static kl_status pass_filtered(job *job, kl_value row, kl_error *error)
{
    if (!job->groups)
        return collect_row(job, row, error);
    kl_status status = csv_groups_add(job->groups, row, error);
    kl_value_release(row);
    return status;
}

/* Any row; taken. */
static kl_status take_row(job *job, kl_value row, kl_error *error)
{
    bool passes = true;
    kl_status status = KL_OK;
    if (job->filter)
        status = kl_condition_test(&passes, job->filter, row, NULL, error);
    if (status == KL_OK && passes)
        return pass_filtered(job, row, error);
    kl_value_release(row);
    return status;
}

/* Whether rows go from text to text as they are, but for those that the filter drops. */
static bool passes_text(const job *job)
{
    return job->reader && kl_csv_is_regular(job->reader) && !job->groups &&
           !kl_is(job->list, KL_KIND_ARRAY) && !kl_is(job->seen, KL_KIND_MAP) &&
           !kl_is(job->rows, KL_KIND_ARRAY) && !csv_projection_is_needed(&job->projection);
}

/* A row that was read, and passed the filter. */
static kl_status pass_again(job *job, kl_error *error)
{
    job->row_count++;
    KL_TRY(syntax(kl_csv_write_again(&job->out, &job->dialect, job->reader, error), error));
    return pass_text(job, error);
}

/* The next row of a text, of which nothing is made unless it passes the filter. */
static kl_status pass_read(job *job, bool as_text, kl_error *error)
{
    kl_value row;
    bool passes = true;
    kl_status status = kl_csv_read(job->reader, error);
    if (status == KL_STOP)
        return status;
    KL_TRY(syntax(status, error));
    if (job->filter)
        KL_TRY(syntax(kl_csv_test(&passes, job->reader, job->filter, error), error));
    if (!passes)
        return KL_OK;
    if (as_text)
        return pass_again(job, error);
    KL_TRY(syntax(kl_csv_row(&row, job->reader, error), error));
    return pass_filtered(job, row, error);
}

static kl_status pass_next(job *job, bool as_text, kl_error *error)
{
    kl_value row;
    if (job->reader && !job->dialect.flexible)
        return pass_read(job, as_text, error);
    KL_TRY(next_row(&row, job, error));
    return take_row(job, row, error);
}

/* All rows of the source, until the limit is reached if that can be known early. */
static kl_status pass_rows(job *job, kl_error *error)
{
    bool streams = !job->groups && !kl_is(job->list, KL_KIND_ARRAY), as_text = passes_text(job);
    for (uint64_t n = 1; !(streams && job->row_count == job->limit); n++) {
        kl_status status = pass_next(job, as_text, error);
        if (status != KL_OK)
            return status == KL_STOP ? KL_OK : status;
        if (n % PACE == 0 && kl_run_is_cancelled(job->call->run))
            return kl_error_set(error, KL_CANCELLED, "workflow execution was cancelled");
    }
    return KL_OK;
}

static kl_status finish_groups(job *job, kl_error *error)
{
    kl_value rows;
    KL_TRY(csv_groups_rows(&rows, job->groups, error));
    kl_status status = KL_OK;
    for (size_t i = 0; status == KL_OK && i < kl_array_len(rows); i++)
        status = collect_row(job, kl_value_retain(kl_array_at(rows, i)), error);
    kl_value_release(rows);
    return status;
}

static kl_status finish_list(job *job, kl_error *error)
{
    KL_TRY(csv_sort(&job->list, job->sort_by, kl_as_bool(job->args[DESCENDING]), error));
    for (size_t i = 0; i < kl_array_len(job->list); i++)
        KL_TRY(finish_row(job, kl_value_retain(kl_array_at(job->list, i)), error));
    return KL_OK;
}

/* ---- results ----------------------------------------------------------------------------------- */

/* A flexible reader may have met more columns than it knew at first. */
static kl_status update_columns(job *job, kl_error *error)
{
    kl_value columns;
    if (!job->reader || !job->dialect.flexible || job->groups)
        return KL_OK;
    KL_TRY(csv_projection_names(&columns, &job->projection, kl_csv_columns(job->reader), error));
    kl_value_replace(&job->columns, columns);
    return KL_OK;
}

static kl_status put_output(kl_value *map, job *job, kl_error *error)
{
    kl_value text;
    if (job->writer) {
        KL_TRY(flush(job, true, error));
        kl_file_writer *writer = job->writer;
        int64_t size = (int64_t)kl_file_writer_size(writer);
        job->writer = NULL;
        KL_TRY(kl_file_node_failure(kl_file_writer_commit(writer, error), error));
        KL_TRY(kl_map_set(map, KL_TEXT("path"), kl_value_retain(job->args[DESTINATION_PATH]), error));
        return kl_map_set(map, KL_TEXT("size_bytes"), kl_int(size), error);
    }
    if (kl_is(job->rows, KL_KIND_ARRAY))
        return kl_map_set(map, KL_TEXT("rows"), kl_value_take(&job->rows), error);
    KL_TRY(kl_buffer_finish(&text, &job->out, error));
    return kl_map_set(map, KL_TEXT("content"), text, error);
}

static kl_status make_result(kl_value *out, job *job, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(update_columns(job, error));
    KL_TRY(kl_map_new(&map, 4, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("columns"), kl_value_retain(job->columns), error));
    KL_TRY_OUT(put_output(&map, job, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("row_count"), kl_int((int64_t)job->row_count), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    return status;
}

static kl_status run_job(kl_value *out, job *job, kl_error *error)
{
    KL_TRY(kl_csv_union_begin(&job->known, error));
    KL_TRY(read_settings(job, error));
    KL_TRY(begin_source(job, error));
    KL_TRY(find_columns(job, error));
    KL_TRY(begin_sink(job, error));
    KL_TRY(pass_rows(job, error));
    if (job->groups)
        KL_TRY(finish_groups(job, error));
    if (kl_is(job->list, KL_KIND_ARRAY))
        KL_TRY(finish_list(job, error));
    return make_result(out, job, error);
}

static void end_job(job *job)
{
    kl_csv_reader_free(job->reader);
    if (job->decoder.charset)
        kl_decoder_end(&job->decoder);
    kl_file_close(job->file);
    kl_csv_union_end(&job->known);
    kl_condition_free(job->own_filter);
    csv_projection_end(&job->projection);
    csv_groups_free(job->groups);
    kl_file_writer_abort(job->writer);
    kl_charset_free(job->charset);
    kl_buffer_free(&job->out);
    kl_value_release(job->sort_by);
    kl_value_release(job->group_by);
    kl_value_release(job->list);
    kl_value_release(job->seen);
    kl_value_release(job->columns);
    kl_value_release(job->rows);
}

static kl_status csv_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    job job = {.call = call, .args = call->args};
    kl_status status = run_job(out, &job, error);
    end_job(&job);
    return status;
}

static void csv_dispose(void *state)
{
    prepared *ready = state;
    kl_condition_free(ready->filter);
    kl_value_release(ready->expression);
    kl_free(ready);
}

static kl_status csv_prepare(void **state, kl_value config, kl_error *error)
{
    kl_value expression = kl_map_get(config, KL_TEXT("filter"));
    if (!kl_is(expression, KL_KIND_MAP))
        return KL_OK;
    prepared *ready = kl_alloc_zero(1, sizeof *ready);
    if (!ready)
        return kl_error_no_memory(error);
    ready->expression = kl_value_retain(expression);
    kl_status status = compile_filter(&ready->filter, expression, error);
    if (status != KL_OK) {
        csv_dispose(ready);
        return status;
    }
    *state = ready;
    return KL_OK;
}

/* ---- the table --------------------------------------------------------------------------------- */

static const kl_param inputs[] = {
    {.name = "action", .kind = KL_KIND_ENUM, .names = action_names,
     .doc = "read: text to rows; write: rows to text; transform: rows (or text) to rows. All three "
            "may filter, choose, group, sort and cut"},
    {.name = "content", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "text to read"},
    {.name = "source_path", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "file to read instead of content; read row by row"},
    {.name = "data", .kind = KL_KIND_ARRAY, .flags = KL_OPTIONAL,
     .doc = "rows as a list of maps: for write, and for transform"},
    {.name = "destination_path", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "file to write the result to, row by row and seen only when whole"},
    {.name = "filter", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "keep the rows that this expression of FilterNode is true for; cells are texts unless "
            "infer_types is set"},
};

static const kl_param config[] = {
    {.name = "delimiter", .kind = KL_KIND_STRING, .fallback = "\",\"",
     .doc = "character between cells; the first byte counts"},
    {.name = "has_headers", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "the first row names the columns (else they are column_0, column_1 ...); written too"},
    {.name = "quote", .kind = KL_KIND_STRING, .fallback = "\"\\\"\"",
     .doc = "character around cells; \"\" for none"},
    {.name = "escape", .kind = KL_KIND_STRING, .fallback = "\"\"",
     .doc = "character that makes the next one literal within quotes; \"\" for none"},
    {.name = "flexible", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "accept short rows (the rest is null), long rows (column_N) and text after a closing "
            "quote"},
    {.name = "infer_types", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "read \"\" as null, true and false, integers and floats as such"},
    {.name = "skip_rows", .kind = KL_KIND_COUNT, .fallback = "0",
     .doc = "lines to pass over before the header"},
    {.name = "encoding", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "encoding of the files by a name that iconv knows; absent: UTF-8"},
    {.name = "crlf", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "end written rows in CRLF instead of LF"},
    {.name = "safe_cells", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "write a ' before texts that a spreadsheet would run as a formula (= + - @ ...)"},
    {.name = "select", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "columns to keep, in this order; names before renaming"},
    {.name = "rename", .kind = KL_KIND_MAP, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "new names by old names"},
    {.name = "columns", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "columns of the result, in this order; names after renaming"},
    {.name = "group_by", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "column (or list of columns) whose equal cells make a group; one row per group comes "
            "out"},
    {.name = "aggregates", .kind = KL_KIND_MAP, .item = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "new columns of the groups: {name: {op, field}}, op being count, sum, average, min, "
            "max, first or last; count needs no field. Empty cells do not count. Without group_by "
            "all rows are one group"},
    {.name = "sort_by", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "column (or list of columns) to sort by, numbers before texts; names before renaming. "
            "Holds all rows in memory"},
    {.name = "descending", .kind = KL_KIND_BOOL, .fallback = "false", .doc = "sort downwards"},
    {.name = "distinct", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "drop rows that were there before; holds the distinct ones in memory"},
    {.name = "limit", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL, .doc = "rows at most"},
    {.name = "sync", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "wait until the disk holds the file"},
    {.name = "base_dir", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "folder that the paths must lie in after all symlinks are resolved; absent: anywhere"},
};

static const kl_param outputs[] = {
    {.name = "columns", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .doc = "names of the columns"},
    {.name = "rows", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "read, transform: the rows as maps from column to cell"},
    {.name = "content", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "write: the text"},
    {.name = "path", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "with destination_path: that path, in place of rows and content"},
    {.name = "size_bytes", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "with destination_path: size of the file"},
    {.name = "row_count", .kind = KL_KIND_INT, .doc = "number of rows"},
};

static const kl_node_type types[] = {
    {
        .name = "CSVProcessorNode",
        .category = "File",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING | KL_NODE_HEAVY,
        .run = csv_run,
        .prepare = csv_prepare,
        .dispose = csv_dispose,
        .doc = "Reads, changes and writes comma-separated values; files of any size pass through "
               "row by row.",
    },
};

static const kl_node_family csv_nodes = {.name = "csv", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(csv_nodes);
