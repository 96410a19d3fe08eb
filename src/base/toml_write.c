/* src/base/toml_write.c - values as TOML 1.0: first the keys of a table, then its tables. */
#include "toml.h"
#include "encode.h"
#include "formats.h"
#include "payload.h"
#include "kailash/json.h"

#include <inttypes.h>

typedef struct toml_writer {
    kl_buffer to;
    kl_buffer path; /* of the table being written, as in its header */
    int indent;
    kl_error *error;
} toml_writer;

static kl_status write_inline(toml_writer *w, kl_text key, kl_value value, unsigned level);

static void write_string(kl_buffer *to, kl_text text)
{
    static const char letters[32] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
                                     ['\r'] = 'r'};
    kl_buffer_byte(to, '"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        char letter = c < 32 ? letters[c] : c == '"' || c == '\\' ? (char)c : '\0';
        if (letter)
            kl_buffer_format(to, "\\%c", letter);
        else if (c < 32 || c == 0x7F)
            kl_buffer_format(to, "\\u%04X", c);
        else
            kl_buffer_byte(to, (char)c);
    }
    kl_buffer_byte(to, '"');
}

static void write_key(kl_buffer *to, kl_text key)
{
    bool bare = key.len > 0;
    for (size_t i = 0; i < key.len && bare; i++) {
        char c = key.data[i];
        bare = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    }
    if (bare)
        kl_buffer_add(to, key);
    else
        write_string(to, key);
}

static void new_line(toml_writer *w, unsigned level)
{
    kl_buffer_byte(&w->to, '\n');
    for (size_t i = 0; i < (size_t)w->indent * level; i++)
        kl_buffer_byte(&w->to, ' ');
}

/* `level` 0 = within an inline table, where lines may not end. */
static kl_status write_array(toml_writer *w, kl_text key, kl_value array, unsigned level)
{
    size_t len = kl_array_len(array);
    bool lines = w->indent && level && len;
    kl_buffer_byte(&w->to, '[');
    for (size_t i = 0; i < len; i++) {
        if (lines)
            new_line(w, level);
        else if (i)
            kl_buffer_string(&w->to, ", ");
        KL_TRY(write_inline(w, key, kl_array_at(array, i), lines ? level + 1 : 0));
        if (lines)
            kl_buffer_byte(&w->to, ',');
    }
    if (lines)
        new_line(w, level - 1);
    kl_buffer_byte(&w->to, ']');
    return KL_OK;
}

static kl_status write_inline_table(toml_writer *w, kl_value map)
{
    kl_buffer_byte(&w->to, '{');
    for (size_t i = 0, len = kl_map_len(map); i < len; i++) {
        kl_text key = kl_map_key_at(map, i);
        kl_buffer_string(&w->to, i ? ", " : " ");
        write_key(&w->to, key);
        kl_buffer_string(&w->to, " = ");
        KL_TRY(write_inline(w, key, kl_map_value_at(map, i), 0));
    }
    kl_buffer_string(&w->to, kl_map_len(map) ? " }" : "}");
    return KL_OK;
}

static kl_status write_inline(toml_writer *w, kl_text key, kl_value value, unsigned level)
{
    switch (kl_value_kind(value)) {
    case KL_KIND_NULL:
        return kl_error_set(w->error, KL_INVALID, "'%.*s': null has no TOML form",
                            KL_TEXT_ARG(key));
    case KL_KIND_STRING:
        write_string(&w->to, kl_as_text(value));
        return KL_OK;
    case KL_KIND_BYTES:
        kl_buffer_byte(&w->to, '"');
        kl_base64_encode(&w->to, kl_as_text(value), KL_BASE64_STANDARD);
        kl_buffer_byte(&w->to, '"');
        return KL_OK;
    case KL_KIND_ARRAY:
        return write_array(w, key, value, level);
    case KL_KIND_MAP:
        return write_inline_table(w, value);
    default:
        return kl_format_scalar(&w->to, value, key, "TOML", w->error);
    }
}

/* ---- tables ---------------------------------------------------------------------------------- */

static bool is_table_list(kl_value value)
{
    size_t len = kl_array_len(value);
    for (size_t i = 0; i < len; i++)
        if (!kl_is(kl_array_at(value, i), KL_KIND_MAP))
            return false;
    return len > 0;
}

static bool has_header(kl_value value) { return kl_is(value, KL_KIND_MAP) || is_table_list(value); }

static kl_status write_table(toml_writer *w, kl_value table);

static void write_header(toml_writer *w, const char *opening, const char *closing)
{
    kl_buffer_string(&w->to, w->to.len ? "\n" : "");
    kl_buffer_string(&w->to, opening);
    kl_buffer_add(&w->to, kl_buffer_text(&w->path));
    kl_buffer_string(&w->to, closing);
}

/* A table of tables only needs no header of its own. */
static bool needs_header(kl_value table)
{
    size_t len = kl_map_len(table), below = 0;
    for (size_t i = 0; i < len; i++)
        below += has_header(kl_map_value_at(table, i));
    return below == 0 || below < len;
}

static kl_status write_below(toml_writer *w, kl_text key, kl_value value)
{
    size_t before = w->path.len;
    if (before)
        kl_buffer_byte(&w->path, '.');
    write_key(&w->path, key);
    if (w->path.status != KL_OK)
        return kl_error_no_memory(w->error);
    if (kl_is(value, KL_KIND_MAP)) {
        if (needs_header(value))
            write_header(w, "[", "]\n");
        KL_TRY(write_table(w, value));
    } else {
        for (size_t i = 0, len = kl_array_len(value); i < len; i++) {
            write_header(w, "[[", "]]\n");
            KL_TRY(write_table(w, kl_array_at(value, i)));
        }
    }
    w->path.len = before;
    return KL_OK;
}

static kl_status write_table(toml_writer *w, kl_value table)
{
    size_t len = kl_map_len(table);
    for (size_t i = 0; i < len; i++) {
        kl_text key = kl_map_key_at(table, i);
        kl_value value = kl_map_value_at(table, i);
        if (has_header(value))
            continue;
        write_key(&w->to, key);
        kl_buffer_string(&w->to, " = ");
        KL_TRY(write_inline(w, key, value, 1));
        kl_buffer_byte(&w->to, '\n');
    }
    for (size_t i = 0; i < len; i++)
        if (has_header(kl_map_value_at(table, i)))
            KL_TRY(write_below(w, kl_map_key_at(table, i), kl_map_value_at(table, i)));
    return KL_OK;
}

kl_status kl_toml_write(kl_value *out, kl_value value, const kl_format_options *options,
                        kl_error *error)
{
    toml_writer w = {KL_BUFFER_INIT, KL_BUFFER_INIT, options->indent, error};
    if (!kl_is(value, KL_KIND_MAP))
        return kl_error_set(error, KL_INVALID, "TOML holds a dict, got %s",
                            kl_value_kind_name(value));
    kl_status status = write_table(&w, value);
    kl_buffer_free(&w.path);
    if (status == KL_OK)
        return kl_buffer_finish(out, &w.to, error);
    kl_buffer_free(&w.to);
    return status;
}
