/* src/nodes/file_writer.c - writes a file whole or not at all. */
#include "files.h"
#include "kailash/json.h"
#include "store/file.h"

enum { PATH, CONTENT, FORMAT, MODE, SYNC, BASE_DIR };

static const char *const format_names[] = {"text", "json", "binary", NULL};
static const char *const mode_names[] = {"overwrite", "write", "append", "create_new", NULL};

static kl_text choose_format(const kl_value *args)
{
    kl_text extension = kl_path_extension(kl_as_text(args[PATH]));
    if (!kl_is_null(args[FORMAT]))
        return kl_as_text(args[FORMAT]);
    return kl_text_is(extension, "txt")    ? KL_TEXT("text")
           : kl_text_is(extension, "json") ? KL_TEXT("json")
                                           : KL_TEXT("binary");
}

/* What goes into the file: a string or bytes; given. */
static kl_status lay_out(kl_value *out, kl_value content, kl_text format, kl_error *error)
{
    if (kl_text_is(format, "json"))
        return kl_json_print(out, content, &kl_json_pretty, error);
    if (!kl_is(content, KL_KIND_STRING) && !kl_is(content, KL_KIND_BYTES))
        return kl_json_print(out, content, &kl_json_spaced, error);
    *out = kl_value_retain(content);
    return KL_OK;
}

static kl_status make_result(kl_value *out, const kl_value *args, kl_text format, size_t size,
                             kl_error *error)
{
    kl_value map = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_node_result(&map, "path", kl_value_retain(args[PATH]), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("size_bytes"), kl_int((int64_t)size), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("format"), format, error));
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    return status;
}

static kl_status writer_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    kl_text format = choose_format(args), mode = kl_as_text(args[MODE]);
    kl_file_write_options options = {
        .base_dir = kl_as_text(args[BASE_DIR]),
        .append = kl_text_is(mode, "append"),
        .create_new = kl_text_is(mode, "create_new"),
        .sync = kl_as_bool(args[SYNC]),
    };
    kl_value data = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_file_node_failure(lay_out(&data, args[CONTENT], format, error), error));
    status = kl_file_write(kl_as_text(args[PATH]), kl_as_text(data), &options, error);
    KL_TRY_OUT(kl_file_node_failure(status, error));
    status = make_result(out, args, format, kl_value_len(data), error);
out:
    kl_value_release(data);
    return status;
}

static const kl_param inputs[] = {
    {.name = "path", .kind = KL_KIND_STRING, .doc = "file to write; folders above it are made"},
    {.name = "content", .kind = KL_KIND_ANY,
     .doc = "text as it is, bytes as they are, any other value as JSON"},
};

static const kl_param config[] = {
    {.name = "format", .kind = KL_KIND_ENUM, .names = format_names, .flags = KL_OPTIONAL,
     .doc = "json writes any value as indented JSON, a text in quotes; text and binary write texts "
            "and bytes as they are. Absent: by the extension (txt, json, else binary)"},
    {.name = "mode", .kind = KL_KIND_ENUM, .names = mode_names, .fallback = "\"overwrite\"",
     .doc = "overwrite (or write) replaces the file in one step, append adds to its end, create_new "
            "fails when it exists"},
    {.name = "sync", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "wait until the disk holds what was written"},
    {.name = "base_dir", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "folder that the path must lie in after all symlinks are resolved; absent: anywhere"},
};

static const kl_param outputs[] = {
    {.name = "path", .kind = KL_KIND_STRING, .doc = "the path as it was given"},
    {.name = "size_bytes", .kind = KL_KIND_INT, .doc = "bytes written"},
    {.name = "format", .kind = KL_KIND_STRING, .doc = "the format it was written in"},
};

static const kl_node_type types[] = {
    {
        .name = "FileWriterNode",
        .category = "File",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING | KL_NODE_STRICT,
        .run = writer_run,
        .doc = "Writes a file; readers see the old content or the new, never a part.",
    },
};

static const kl_node_family file_writer_nodes = {.name = "file_writer", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(file_writer_nodes);
