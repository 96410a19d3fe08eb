/* src/nodes/format.c - data between values and the formats they are exchanged in. */
#include "format.h"
#include "kailash/node.h"

enum { DATA, OPERATION, FORMAT, FROM_FORMAT, TO_FORMAT, PRETTY, INDENT, SORT_KEYS, ROOT_ELEMENT };

static const char *const operations[] = {"serialize", "deserialize", "convert", NULL};

static kl_status read_data(kl_value *out, kl_node_call *call, kl_text name, kl_error *error)
{
    const kl_format *format = kl_format_find(name);
    kl_value data = call->args[DATA];
    kl_error why = KL_ERROR_INIT;
    if (!kl_is(data, format->binary ? KL_KIND_BYTES : KL_KIND_STRING))
        return kl_node_bad(error, "data", "expected %s (%s), got %s",
                           format->binary ? "bytes" : "string", format->title,
                           kl_value_kind_name(data));
    kl_status status = kl_format_read(out, name, kl_as_text(data), &why);
    if (status == KL_SYNTAX && why.line)
        status = kl_node_failed(error, "deserialization failed: %s at line %u column %u",
                                kl_error_message(&why), why.line, why.column);
    else if (status == KL_SYNTAX)
        status = kl_node_failed(error, "deserialization failed: %s", kl_error_message(&why));
    else if (status != KL_OK)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    return status;
}

static kl_status write_data(kl_value *out, kl_node_call *call, kl_value value, kl_text name,
                            kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    bool has_indent = !kl_is_null(call->args[INDENT]);
    const kl_format_options options = {
        .sort_keys = kl_as_bool(call->args[SORT_KEYS]),
        .indent = has_indent                     ? (int)kl_as_int(call->args[INDENT])
                  : kl_as_bool(call->args[PRETTY]) ? 2
                                                   : 0,
        .root = kl_as_text(call->args[ROOT_ELEMENT]),
    };
    kl_status status = kl_format_write(out, name, value, &options, &why);
    if (status == KL_INVALID || status == KL_TYPE || status == KL_DEPTH)
        status = kl_node_failed(error, "serialization failed: %s", kl_error_message(&why));
    else if (status != KL_OK)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    if (status != KL_OK || kl_value_len(*out) <= KL_NODE_TEXT_MAX)
        return status;
    kl_value_release(*out);
    return kl_node_limit(error, "text_size", KL_NODE_TEXT_MAX, "bytes");
}

static kl_status convert(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value value;
    if (kl_is_null(call->args[FROM_FORMAT]))
        return kl_node_missing(error, "from_format");
    if (kl_is_null(call->args[TO_FORMAT]))
        return kl_node_missing(error, "to_format");
    KL_TRY(read_data(&value, call, kl_as_text(call->args[FROM_FORMAT]), error));
    kl_status status = write_data(out, call, value, kl_as_text(call->args[TO_FORMAT]), error);
    kl_value_release(value);
    return status;
}

static kl_status converter_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_text operation = kl_as_text(call->args[OPERATION]), format = kl_as_text(call->args[FORMAT]);
    kl_value result;
    if (kl_text_is(operation, "serialize"))
        KL_TRY(write_data(&result, call, call->args[DATA], format, error));
    else if (kl_text_is(operation, "deserialize"))
        KL_TRY(read_data(&result, call, format, error));
    else
        KL_TRY(convert(&result, call, error));
    return kl_node_result(out, "result", result, error);
}

static const kl_param inputs[] = {
    {.name = "data", .kind = KL_KIND_ANY,
     .doc = "what to convert: any value to serialize; text (bytes for msgpack and cbor) otherwise"},
    {.name = "operation", .kind = KL_KIND_ENUM, .names = operations,
     .doc = "serialize: value to text; deserialize: text to value; convert: from_format to "
            "to_format"},
    {.name = "format", .kind = KL_KIND_ENUM, .names = kl_format_names, .fallback = "\"json\"",
     .doc = "format to serialize to or deserialize from"},
};

static const kl_param config[] = {
    {.name = "from_format", .kind = KL_KIND_ENUM, .names = kl_format_names, .flags = KL_OPTIONAL,
     .doc = "format of the data, for convert"},
    {.name = "to_format", .kind = KL_KIND_ENUM, .names = kl_format_names, .flags = KL_OPTIONAL,
     .doc = "format of the result, for convert"},
    {.name = "pretty", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "spread the text over indented lines where the format (json, toml, xml) has a compact "
            "form beside"},
    {.name = "indent", .kind = KL_KIND_INT, .flags = KL_OPTIONAL, .range = KL_RANGE(0, 16),
     .doc = "blanks per level (yaml: 2 to 9); default 2 when pretty, else 0, the usual form"},
    {.name = "sort_keys", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "keys of all dicts in code-point order instead of theirs"},
    {.name = "root_element", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "name of an element around the whole (xml); without it the value must be a dict with "
            "one key"},
};

static const kl_param outputs[] = {
    {.name = "result", .kind = KL_KIND_ANY, .doc = "text, bytes (msgpack, cbor) or the value read"},
};

static const kl_node_type types[] = {
    {
        .name = "FormatConverterNode",
        .category = "Transform",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_HEAVY,
        .run = converter_run,
        .doc = "Writes values as JSON, YAML, TOML, CSV, XML, INI, JSON lines, MessagePack, CBOR or "
               "query strings, reads them, and converts between them.",
    },
};

static const kl_node_family format_nodes = {.name = "format", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(format_nodes);
