/* src/dataflow/fabric_file.c - register_file_source(): data that a file holds, read by the nodes for files. */
#include "fabric_source.h"
#include "jmespath.h"
#include "kailash/node.h"

#include <strings.h>

enum { NAME, PATH, ROOT, FORMAT, OPTIONS };

/* Which node reads a format, by which input it gets the path and by which output it gives the data. */
typedef struct file_format {
    const char *name;
    const char *extensions; /* blank-separated */
    const char *node, *path, *output;
    const char *extra, *value; /* one more input, or NULL */
} file_format;

static const file_format formats[] = {
    {"csv", "csv", "CSVProcessorNode", "source_path", "rows", "action", "read"},
    {"json", "json", "FileReaderNode", "path", "content", "format", "json"},
    {"jsonl", "jsonl ndjson", "FileReaderNode", "path", "content", "format", "jsonl"},
    {"yaml", "yaml yml", "FileReaderNode", "path", "content", "format", "yaml"},
    {"toml", "toml", "FileReaderNode", "path", "content", "format", "toml"},
    {"text", "txt md log", "FileReaderNode", "path", "content", "format", "text"},
    {"excel", "xlsx xls", "ExcelReaderNode", "file_path", "data", NULL, NULL},
};
static const char *const format_names[] = {"csv", "json", "jsonl", "yaml", "toml", "text", "excel",
                                           NULL};

typedef struct file {
    const file_format *format;
    const kl_node_type *node;
    kl_value config; /* map: all that the node gets */
} file;

static void end(void *state)
{
    file *f = state;
    kl_value_release(f->config);
    kl_free(f);
}

/* ---- making ------------------------------------------------------------------------------------ */

static kl_text extension_of(kl_text path)
{
    for (size_t i = path.len; i > 0 && path.data[i - 1] != '/'; i--)
        if (path.data[i - 1] == '.')
            return (kl_text){path.data + i, path.len - i};
    return (kl_text){"", 0};
}

static bool has_word(const char *words, kl_text word)
{
    for (const char *at = words; *at && word.len; at += strcspn(at, " "), at += *at == ' ')
        if (strcspn(at, " ") == word.len && strncasecmp(at, word.data, word.len) == 0)
            return true;
    return false;
}

static kl_status find_format(const file_format **out, const kl_value *args, kl_error *error)
{
    kl_text name = kl_as_text(args[FORMAT]), extension = extension_of(kl_as_text(args[PATH]));
    for (size_t i = 0; i < KL_COUNT(formats); i++)
        if (kl_is_null(args[FORMAT]) ? has_word(formats[i].extensions, extension)
                                     : kl_text_is(name, formats[i].name)) {
            *out = &formats[i];
            return KL_OK;
        }
    return kl_error_set(error, KL_INVALID,
                        "format: nothing is known of files that end in '%.*s'; expected one of csv, "
                        "json, jsonl, yaml, toml, text, excel",
                        (int)KL_MIN(extension.len, (size_t)20), extension.data);
}

/* A relative path is one within the root. */
static kl_status full_path(kl_value *out, kl_text root, kl_text path, kl_error *error)
{
    if (path.len && path.data[0] == '/')
        return kl_string_new(out, path, error);
    return kl_string_format(out, error, "%.*s/%.*s", KL_TEXT_ARG(root), KL_TEXT_ARG(path));
}

/* The options may not undo what keeps the file within its root. */
static kl_status check_options(const file *f, kl_value options, kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(options); i++) {
        kl_text key = kl_map_key_at(options, i);
        bool known = false;
        for (size_t k = 0; k < f->node->config_count; k++)
            known = known || kl_text_is(key, f->node->config[k].name);
        for (size_t k = 0; k < f->node->input_count; k++)
            known = known || kl_text_is(key, f->node->inputs[k].name);
        if (!known || kl_text_is(key, "base_dir") || kl_text_is(key, f->format->path) ||
            (f->format->extra && kl_text_is(key, f->format->extra)))
            return kl_error_set(error, KL_INVALID, "options: '%.*s' is no option of %s here",
                                (int)KL_MIN(key.len, (size_t)60), key.data, f->format->node);
    }
    return KL_OK;
}

static kl_status fill_config(file *f, const kl_value *args, kl_error *error)
{
    kl_value path;
    KL_TRY(kl_map_new(&f->config, 4, error));
    for (size_t i = 0; i < kl_map_len(args[OPTIONS]); i++)
        KL_TRY(kl_map_set_key(&f->config, kl_map_key_value_at(args[OPTIONS], i),
                              kl_value_retain(kl_map_value_at(args[OPTIONS], i)), error));
    KL_TRY(full_path(&path, kl_as_text(args[ROOT]), kl_as_text(args[PATH]), error));
    KL_TRY(kl_map_set(&f->config, kl_text_from(f->format->path), path, error));
    KL_TRY(kl_map_set(&f->config, KL_TEXT("base_dir"), kl_value_retain(args[ROOT]), error));
    if (!f->format->extra)
        return KL_OK;
    return kl_map_set_text(&f->config, kl_text_from(f->format->extra),
                           kl_text_from(f->format->value), error);
}

static kl_status prepare(file *f, const kl_value *args, kl_error *error)
{
    KL_TRY(find_format(&f->format, args, error));
    f->node = kl_node_type_find(kl_text_from(f->format->node));
    if (!f->node)
        return kl_error_set(error, KL_UNAVAILABLE, "register_file_source failed: there is no %s",
                            f->format->node);
    KL_TRY(check_options(f, args[OPTIONS], error));
    return fill_config(f, args, error);
}

static kl_status fetch(kl_value *out, void *state, kl_value query, const kl_sql_watch *watch,
                       kl_fabric_outcome *outcome, kl_error *error);
static const kl_fabric_kind file_kind = {"file", fetch, end};

kl_status kl_fabric_file_new(kl_value *out, const kl_value *args, kl_duration reset_after,
                             kl_error *error)
{
    file *f = kl_alloc_zero(1, sizeof *f);
    if (!f)
        return kl_error_no_memory(error);
    kl_status status = prepare(f, args, error);
    if (status == KL_OK)
        return kl_fabric_source_new(out, args[NAME], &file_kind, f, reset_after, error);
    end(f);
    return status;
}

/* ---- fetching ---------------------------------------------------------------------------------- */

/* A file that is not there, or cannot be read, is out. */
static kl_status read_file(kl_value *out, const file *f, kl_fabric_outcome *outcome, kl_error *error)
{
    kl_value outputs;
    kl_status status = kl_node_run_alone(&outputs, f->node, f->config, kl_null(), error);
    *outcome = status == KL_OK ? KL_FABRIC_ANSWERED : KL_FABRIC_OUTAGE;
    KL_TRY(kl_fabric_failure(status, "fetch_source", error));
    *out = kl_value_retain(kl_map_get(outputs, kl_text_from(f->format->output)));
    kl_value_release(outputs);
    return KL_OK;
}

static kl_status fetch(kl_value *out, void *state, kl_value query, const kl_sql_watch *watch,
                       kl_fabric_outcome *outcome, kl_error *error)
{
    const file *f = state;
    kl_jmespath *expression = NULL;
    kl_value data;
    KL_TRY(kl_sql_watch_check(watch, error)); /* it may have stood in line for long; a file comes at once */
    if (!kl_is_null(query) && !kl_is(query, KL_KIND_STRING))
        return kl_error_set(error, KL_TYPE, "query: expected a JMESPath expression, got %s",
                            kl_value_kind_name(query));
    if (!kl_is_null(query)) {
        kl_status status = kl_jmespath_get(&expression, kl_as_text(query), 0, error);
        if (status != KL_OK) {
            kl_error_prefix(error, "query: ");
            return status;
        }
    }
    kl_status status = read_file(&data, f, outcome, error);
    if (status == KL_OK && expression) {
        status = kl_jmespath_search(out, expression, data, NULL, error);
        kl_value_release(data);
    } else if (status == KL_OK) {
        *out = data;
    }
    kl_jmespath_release(expression);
    return status;
}

const kl_param kl_fabric_file_params[5] = {
    [NAME] = {.name = "name", .kind = KL_KIND_STRING, .range = KL_RANGE(1, 255),
              .doc = "what the source is called here"},
    [PATH] = {.name = "path", .kind = KL_KIND_STRING, .range = KL_RANGE(1, 4096),
              .doc = "the file; a relative path is one within root"},
    [ROOT] = {.name = "root", .kind = KL_KIND_STRING, .range = KL_RANGE(1, 4096),
              .doc = "folder that the file must lie in after all symlinks are resolved"},
    [FORMAT] = {.name = "format", .kind = KL_KIND_ENUM, .names = format_names, .flags = KL_OPTIONAL,
                .doc = "None = by the extension"},
    [OPTIONS] = {.name = "options", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
                 .doc = "further config of the node that reads it: CSVProcessorNode, "
                        "ExcelReaderNode, FileReaderNode"},
};
