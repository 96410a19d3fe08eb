/* src/base/format.c - the table of formats, and what all of them share. */
#include "formats.h"
#include "encode.h"
#include "payload.h"
#include "kailash/json.h"

#include <inttypes.h>

static const kl_format *const formats[] = {
    &kl_format_json, &kl_format_yaml,  &kl_format_toml,    &kl_format_csv,   &kl_format_xml,
    &kl_format_ini,  &kl_format_jsonl, &kl_format_msgpack, &kl_format_cbor,
    &kl_format_query,
};

const char *const kl_format_names[] = {"json", "yaml",  "toml",    "csv",   "xml",
                                       "ini",  "jsonl", "msgpack", "cbor",  "query", NULL};

const kl_format *kl_format_find(kl_text name)
{
    for (size_t i = 0; i < KL_COUNT(formats); i++)
        if (kl_text_is(name, formats[i]->name))
            return formats[i];
    return NULL;
}

static kl_status unknown_format(kl_text name, kl_error *error)
{
    kl_buffer words = KL_BUFFER_INIT;
    for (const char *const *known = kl_format_names; *known; known++) {
        kl_buffer_string(&words, known == kl_format_names ? "" : ", ");
        kl_buffer_string(&words, *known);
    }
    kl_status status = words.status == KL_OK
                           ? kl_error_set(error, KL_INVALID, "unknown format '%.*s'; one of: %.*s",
                                          KL_TEXT_ARG(name), KL_TEXT_ARG(kl_buffer_text(&words)))
                           : kl_error_no_memory(error);
    kl_buffer_free(&words);
    return status;
}

kl_status kl_format_read(kl_value *out, kl_text name, kl_text data, kl_error *error)
{
    static const char mark[] = {'\xEF', '\xBB', '\xBF'};
    const kl_format *format = kl_format_find(name);
    if (!format)
        return unknown_format(name, error);
    if (format->binary)
        return format->read(out, data, error);
    size_t valid = kl_utf8_valid_length(data);
    if (valid < data.len)
        return kl_error_set_at(error, KL_SYNTAX, data.data, data.data + valid, "invalid UTF-8");
    if (data.len >= sizeof mark && memcmp(data.data, mark, sizeof mark) == 0)
        data = (kl_text){data.data + sizeof mark, data.len - sizeof mark};
    return format->read(out, data, error);
}

/* ---- writing --------------------------------------------------------------------------------- */

/* `value` with the keys of all its maps sorted; its depth is bounded by the caller. */
static kl_status sort_all(kl_value *out, kl_value value, kl_error *error)
{
    kl_value copy = kl_null(), item;
    bool is_map = kl_is(value, KL_KIND_MAP);
    kl_status status = KL_OK;
    if (!is_map && !kl_is(value, KL_KIND_ARRAY)) {
        *out = kl_value_retain(value);
        return KL_OK;
    }
    if (is_map)
        KL_TRY(kl_map_sorted(&copy, value, error));
    else
        copy = kl_value_retain(value);
    for (size_t i = 0, len = kl_value_len(copy); i < len; i++) {
        KL_TRY_OUT(sort_all(&item, is_map ? kl_map_value_at(copy, i) : kl_array_at(copy, i), error));
        KL_TRY_OUT(is_map ? kl_map_set(&copy, kl_map_key_at(copy, i), item, error)
                          : kl_array_set(&copy, i, item, error));
    }
    *out = kl_value_take(&copy);
out:
    kl_value_release(copy);
    return status;
}

static kl_status check_options(const kl_format_options *options, kl_error *error)
{
    if (options->indent >= 0 && options->indent <= KL_FORMAT_INDENT_MAX)
        return KL_OK;
    return kl_error_set(error, KL_INVALID, "indent: %d is out of range; give 0 to %d",
                        options->indent, KL_FORMAT_INDENT_MAX);
}

kl_status kl_format_write(kl_value *out, kl_text name, kl_value value,
                          const kl_format_options *options, kl_error *error)
{
    static const kl_format_options none = {0};
    const kl_format *format = kl_format_find(name);
    size_t depth;
    if (!format)
        return unknown_format(name, error);
    if (!options)
        options = &none;
    KL_TRY(check_options(options, error));
    KL_TRY(kl_value_depth(&depth, value, KL_JSON_DEPTH_OUT + 1, error));
    if (depth > KL_JSON_DEPTH_OUT)
        return kl_error_set(error, KL_DEPTH, "value nests deeper than %d levels",
                            KL_JSON_DEPTH_OUT);
    if (!options->sort_keys)
        return format->write(out, value, options, error);
    kl_value sorted;
    KL_TRY(sort_all(&sorted, value, error));
    kl_status status = format->write(out, sorted, options, error);
    kl_value_release(sorted);
    return status;
}

kl_status kl_format_scalar(kl_buffer *to, kl_value value, kl_text where, const char *title,
                           kl_error *error)
{
    char digits[32];
    switch (kl_value_kind(value)) {
    case KL_KIND_NULL:
        return KL_OK;
    case KL_KIND_BOOL:
        kl_buffer_string(to, kl_as_bool(value) ? "true" : "false");
        return KL_OK;
    case KL_KIND_INT:
        kl_buffer_format(to, "%" PRId64, kl_as_int(value));
        return KL_OK;
    case KL_KIND_DOUBLE:
        kl_buffer_add(to, (kl_text){digits, kl_double_print(digits, kl_as_double(value))});
        return KL_OK;
    case KL_KIND_STRING:
        kl_buffer_add(to, kl_as_text(value));
        return KL_OK;
    case KL_KIND_BYTES:
        kl_base64_encode(to, kl_as_text(value), KL_BASE64_STANDARD);
        return KL_OK;
    default:
        return kl_error_set(error, KL_INVALID, "'%.*s': %s %s has no %s form", KL_TEXT_ARG(where),
                            kl_is(value, KL_KIND_MAP) ? "a" : "an",
                            kl_is(value, KL_KIND_MAP) ? "dict" : kl_value_kind_name(value), title);
    }
}
