/* src/nodes/file_reader.c - a file as text, bytes or the data it holds. */
#include "charset.h"
#include "csv.h"
#include "files.h"
#include "format.h"
#include "payload.h"
#include "store/file.h"

#include <math.h>

enum { PATH, FORMAT, MAX_SIZE, ENCODING, OFFSET, LENGTH, BASE_DIR };

static kl_status as_text(kl_value *out, kl_text data, kl_error *error)
{
    kl_status status = kl_string_new(out, data, error);
    if (status == KL_SYNTAX)
        kl_error_prefix(error, "file content is not valid UTF-8: ");
    return status;
}

static kl_status as_bytes(kl_value *out, kl_text data, kl_error *error)
{
    return kl_bytes_new(out, data, error);
}

static kl_status as_csv(kl_value *out, kl_text data, kl_error *error)
{
    const kl_csv_dialect dialect = KL_CSV_DIALECT_INIT;
    kl_status status = kl_csv_parse(out, NULL, data, &dialect, KL_NODE_LIST_MAX, error);
    if (status == KL_SYNTAX)
        kl_error_prefix(error, "failed to parse CSV: ");
    return status;
}

static kl_status as_data(kl_value *out, const char *format, kl_text data, kl_error *error)
{
    size_t good = kl_utf8_valid_length(data);
    if (good < data.len)
        return kl_error_set(error, KL_SYNTAX,
                            "file content is not valid UTF-8: invalid UTF-8 at byte %zu", good);
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_format_read(out, kl_text_from(format), data, &why);
    if (status == KL_SYNTAX && why.line > 0)
        kl_error_set(error, status, "failed to parse %s: %s at line %u column %u",
                     kl_format_find(kl_text_from(format))->title, kl_error_message(&why), why.line,
                     why.column);
    else if (status != KL_OK)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    return status;
}

static kl_status as_json(kl_value *out, kl_text data, kl_error *error)
{
    return as_data(out, "json", data, error);
}

static kl_status as_toml(kl_value *out, kl_text data, kl_error *error)
{
    return as_data(out, "toml", data, error);
}

static kl_status as_yaml(kl_value *out, kl_text data, kl_error *error)
{
    return as_data(out, "yaml", data, error);
}

static kl_status as_jsonl(kl_value *out, kl_text data, kl_error *error)
{
    return as_data(out, "jsonl", data, error);
}

/* ---- which format ---------------------------------------------------------------------------- */

typedef struct file_format {
    const char *name;
    const char *extensions; /* blank-separated, that stand for it */
    kl_status (*read)(kl_value *out, kl_text data, kl_error *error);
} file_format;

static const file_format formats[] = {
    {"text", "txt md log yaml yml xml html py rs js ini cfg", as_text},
    {"json", "json", as_json},
    {"csv", "csv", as_csv},
    {"toml", "toml", as_toml},
    {"yaml", "", as_yaml},
    {"jsonl", "", as_jsonl},
    {"binary", "", as_bytes},
};
static const file_format *const binary = &formats[KL_COUNT(formats) - 1];

static bool has_word(const char *words, kl_text word)
{
    for (const char *at = words; *at && word.len > 0; at += strcspn(at, " "), at += *at == ' ')
        if (kl_text_equal((kl_text){at, strcspn(at, " ")}, word))
            return true;
    return false;
}

/* By the name given, else by the extension; text when an encoding is given and nothing else. */
static const file_format *choose_format(const kl_value *args)
{
    kl_text name = kl_as_text(args[FORMAT]), extension = kl_path_extension(kl_as_text(args[PATH]));
    char small[16] = "";
    for (size_t i = 0; i < extension.len && extension.len < sizeof small; i++)
        small[i] = (char)(extension.data[i] | ('A' <= extension.data[i] && extension.data[i] <= 'Z' ? 32 : 0));
    for (size_t i = 0; i < KL_COUNT(formats); i++)
        if (kl_text_is(name, formats[i].name))
            return &formats[i];
    for (size_t i = 0; i < KL_COUNT(formats); i++)
        if (has_word(formats[i].extensions, kl_text_from(small)))
            return &formats[i];
    return kl_is_null(args[ENCODING]) ? binary : &formats[0];
}

/* ---- reading --------------------------------------------------------------------------------- */

static kl_status read_file(kl_buffer *to, const kl_value *args, kl_error *error)
{
    kl_file_range_options range = {
        .base_dir = kl_as_text(args[BASE_DIR]),
        .offset = (uint64_t)kl_as_int(args[OFFSET]),
        .length = (uint64_t)kl_as_int(args[LENGTH]),
        .limit = (uint64_t)kl_as_int(args[MAX_SIZE]),
    };
    return kl_file_node_failure(kl_file_read(to, kl_as_text(args[PATH]), &range, error), error);
}

/* The bytes in UTF-8, if an encoding is given. */
static kl_status decode(kl_buffer *data, kl_value encoding, kl_error *error)
{
    kl_buffer decoded = KL_BUFFER_INIT;
    if (kl_is_null(encoding))
        return KL_OK;
    kl_status status = kl_charset_convert(&decoded, kl_buffer_text(data), kl_as_text(encoding),
                                          KL_TEXT("UTF-8"), error);
    if (status != KL_OK) {
        kl_buffer_free(&decoded);
        return status == KL_INVALID ? kl_file_node_bad(status, "encoding", error)
                                    : kl_file_node_failure(status, error);
    }
    kl_buffer_free(data);
    *data = decoded;
    return KL_OK;
}

static kl_status make_result(kl_value *out, kl_value content, const char *format, size_t size,
                             kl_error *error)
{
    kl_value map = kl_null(), name = kl_null();
    kl_status status = kl_string_from_valid(&name, kl_text_from(format), error);
    if (status == KL_OK)
        status = kl_node_result(&map, "content", kl_value_retain(content), error);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("format"), kl_value_take(&name), error);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("size_bytes"), kl_int((int64_t)size), error);
    if (status == KL_OK)
        *out = kl_value_take(&map);
    kl_value_release(map);
    kl_value_release(name);
    return status;
}

static kl_status reader_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    const file_format *format = choose_format(call->args);
    kl_buffer data = KL_BUFFER_INIT;
    kl_value content = kl_null();
    kl_status status;
    if (format == binary && !kl_is_null(call->args[ENCODING]))
        return kl_node_bad(error, "encoding", "bytes have none; expected a format of text");
    KL_TRY_OUT(read_file(&data, call->args, error));
    size_t size = data.len;
    KL_TRY_OUT(decode(&data, call->args[ENCODING], error));
    status = format->read(&content, kl_buffer_text(&data), error);
    KL_TRY_OUT(kl_file_node_failure(status, error));
    status = make_result(out, content, format->name, size, error);
out:
    kl_value_release(content);
    kl_buffer_free(&data);
    return status;
}

static const kl_param inputs[] = {
    {.name = "path", .kind = KL_KIND_STRING, .doc = "file to read"},
    {.name = "format", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "text, binary, json, csv, toml, yaml or jsonl; absent or another word: by the "
            "extension (json, csv and toml are parsed; txt md log yaml yml xml html py rs js ini "
            "cfg are text; all else is binary)"},
};

static const kl_param config[] = {
    {.name = "max_size_bytes", .kind = KL_KIND_COUNT, .fallback = KL_FILE_SIZE_DEFAULT,
     .range = KL_RANGE(1, INFINITY), .doc = "a file with more bytes to read is refused"},
    {.name = "encoding", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "encoding of the text by a name that iconv knows, such as latin1 or UTF-16; absent: "
            "UTF-8"},
    {.name = "offset", .kind = KL_KIND_COUNT, .fallback = "0", .doc = "first byte to read"},
    {.name = "length", .kind = KL_KIND_COUNT, .fallback = "0",
     .doc = "bytes to read at most; 0 reads to the end"},
    {.name = "base_dir", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "folder that the path must lie in after all symlinks are resolved; absent: anywhere"},
};

static const kl_param outputs[] = {
    {.name = "content", .kind = KL_KIND_ANY,
     .doc = "text, bytes, or the parsed data; of csv a list of maps of strings"},
    {.name = "format", .kind = KL_KIND_STRING, .doc = "the format it was read as"},
    {.name = "size_bytes", .kind = KL_KIND_INT, .doc = "bytes read"},
};

static const kl_node_type types[] = {
    {
        .name = "FileReaderNode",
        .category = "File",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING,
        .run = reader_run,
        .doc = "Reads a file as text, bytes or the data it holds.",
    },
};

static const kl_node_family file_reader_nodes = {.name = "file_reader", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(file_reader_nodes);
