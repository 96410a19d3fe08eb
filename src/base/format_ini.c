/* src/base/format_ini.c - INI files: [sections] of "key = value" lines, as Python's configparser
 * reads them, without interpolation and with keys as they are written.
 *
 * A line that starts with ';' or '#' is a comment. '=' or ':' ends the key. A line indented deeper
 * than its key goes on with its value. Keys before the first section stand at the top. All values
 * are text; a later key or section of the same name replaces or extends the earlier one.
 */
#include "formats.h"

typedef struct ini_reader {
    kl_text data;
    kl_value top;
    kl_value section;    /* being filled; null before the first one */
    kl_value name;       /* of the section */
    kl_value key;        /* whose value may go on; null when none may */
    kl_buffer text;      /* its value so far */
    size_t indent;       /* of its line */
} ini_reader;

static kl_text trim(kl_text text)
{
    while (text.len && strchr(" \t\r\f\v", text.data[0]) && text.data[0])
        text = (kl_text){text.data + 1, text.len - 1};
    while (text.len && strchr(" \t\r\f\v", text.data[text.len - 1]) && text.data[text.len - 1])
        text.len--;
    return text;
}

/* The key is complete: put it where it belongs. */
static kl_status end_key(ini_reader *r, kl_error *error)
{
    kl_value text, key = kl_value_take(&r->key);
    if (kl_is_null(key))
        return KL_OK;
    kl_status status = kl_buffer_finish(&text, &r->text, error);
    if (status == KL_OK)
        status = kl_map_set_key(kl_is_null(r->section) ? &r->top : &r->section, key, text, error);
    kl_value_release(key);
    return status;
}

static kl_status end_section(ini_reader *r, kl_error *error)
{
    KL_TRY(end_key(r, error));
    if (kl_is_null(r->section))
        return KL_OK;
    kl_value name = kl_value_take(&r->name);
    kl_status status = kl_map_set_key(&r->top, name, kl_value_take(&r->section), error);
    kl_value_release(name);
    return status;
}

static kl_status begin_section(ini_reader *r, kl_text line, kl_error *error)
{
    KL_TRY(end_section(r, error));
    if (line.data[line.len - 1] != ']' || line.len < 3)
        return kl_error_set_at(error, KL_SYNTAX, r->data.data, line.data,
                               "expected '[section]'");
    kl_text name = {line.data + 1, line.len - 2};
    const kl_value *before = kl_map_find(r->top, name);
    if (before && !kl_is(*before, KL_KIND_MAP))
        return kl_error_set_at(error, KL_SYNTAX, r->data.data, line.data,
                               "section '%.*s' has the name of a key", KL_TEXT_ARG(name));
    KL_TRY(kl_string_from_valid(&r->name, name, error));
    if (!before)
        return kl_map_new(&r->section, 4, error);
    r->section = kl_value_retain(*before);
    return KL_OK;
}

static kl_status begin_key(ini_reader *r, kl_text line, size_t indent, kl_error *error)
{
    KL_TRY(end_key(r, error));
    size_t split = 0;
    while (split < line.len && line.data[split] != '=' && line.data[split] != ':')
        split++;
    kl_text key = trim((kl_text){line.data, split});
    if (split == line.len || key.len == 0)
        return kl_error_set_at(error, KL_SYNTAX, r->data.data, line.data,
                               "expected 'key = value' or '[section]'");
    KL_TRY(kl_string_from_valid(&r->key, key, error));
    kl_buffer_add(&r->text, trim((kl_text){line.data + split + 1, line.len - split - 1}));
    r->indent = indent;
    return KL_OK;
}

static kl_status read_line(ini_reader *r, kl_text line, kl_error *error)
{
    kl_text content = trim(line);
    size_t indent = (size_t)(content.data - line.data);
    if (content.len == 0)
        return end_key(r, error);
    if (content.data[0] == ';' || content.data[0] == '#')
        return KL_OK;
    if (!kl_is_null(r->key) && indent > r->indent) {
        kl_buffer_byte(&r->text, '\n');
        kl_buffer_add(&r->text, content);
        return KL_OK;
    }
    return content.data[0] == '[' ? begin_section(r, content, error)
                                  : begin_key(r, content, indent, error);
}

static kl_status ini_read(kl_value *out, kl_text data, kl_error *error)
{
    ini_reader r = {data, kl_null(), kl_null(), kl_null(), kl_null(), KL_BUFFER_INIT, 0};
    const char *at = data.data, *end = at + data.len;
    kl_status status;
    KL_TRY(kl_map_new(&r.top, 8, error));
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        KL_TRY_OUT(read_line(&r, (kl_text){at, (size_t)((stop ? stop : end) - at)}, error));
        at = stop ? stop + 1 : end;
    }
    KL_TRY_OUT(end_section(&r, error));
    *out = kl_value_take(&r.top);
out:
    kl_value_release(r.top);
    kl_value_release(r.section);
    kl_value_release(r.name);
    kl_value_release(r.key);
    kl_buffer_free(&r.text);
    return status;
}

/* ---- writing --------------------------------------------------------------------------------- */

/* Whether a line of a value reads back as it is. */
static bool line_survives(kl_text line, bool first)
{
    if (line.len == 0)
        return first;
    return trim(line).len == line.len && (first || (line.data[0] != ';' && line.data[0] != '#'));
}

static kl_status write_text(kl_buffer *to, kl_text key, kl_text text, kl_error *error)
{
    const char *at = text.data, *end = at + text.len;
    for (bool first = true;; first = false) {
        const char *stop = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
        kl_text line = {at, (size_t)((stop ? stop : end) - at)};
        if (!line_survives(line, first))
            return kl_error_set(error, KL_INVALID,
                                "'%.*s': text with blanks at the ends of a line, empty lines or "
                                "lines like comments has no INI form",
                                KL_TEXT_ARG(key));
        kl_buffer_string(to, first ? "" : "\n\t");
        kl_buffer_add(to, line);
        if (!stop)
            return KL_OK;
        at = stop + 1;
    }
}

static kl_status write_key(kl_buffer *to, kl_text key, kl_value item, kl_error *error)
{
    kl_buffer plain = KL_BUFFER_INIT;
    kl_status status = KL_OK;
    bool fits = key.len && trim(key).len == key.len && !strchr("[;#", key.data[0]);
    for (size_t i = 0; i < key.len; i++)
        fits = fits && key.data[i] && !strchr("=:\n", key.data[i]);
    if (!fits)
        return kl_error_set(error, KL_INVALID, "'%.*s' cannot be an INI key", KL_TEXT_ARG(key));
    KL_TRY_OUT(kl_format_scalar(&plain, item, key, "INI", error));
    KL_TRY_OUT(plain.status != KL_OK ? kl_error_no_memory(error) : KL_OK);
    kl_buffer_add(to, key);
    kl_buffer_string(to, " = ");
    status = write_text(to, key, kl_buffer_text(&plain), error);
    kl_buffer_byte(to, '\n');
out:
    kl_buffer_free(&plain);
    return status;
}

static kl_status write_section(kl_buffer *to, kl_text name, kl_value section, kl_error *error)
{
    if (name.len == 0 || memchr(name.data, '\n', name.len) || memchr(name.data, '\r', name.len))
        return kl_error_set(error, KL_INVALID, "'%.*s' cannot be an INI section",
                            KL_TEXT_ARG(name));
    kl_buffer_string(to, to->len ? "\n[" : "[");
    kl_buffer_add(to, name);
    kl_buffer_string(to, "]\n");
    for (size_t i = 0, len = kl_map_len(section); i < len; i++)
        KL_TRY(write_key(to, kl_map_key_at(section, i), kl_map_value_at(section, i), error));
    return KL_OK;
}

static kl_status ini_write(kl_value *out, kl_value value, const kl_format_options *options,
                           kl_error *error)
{
    (void)options; /* has one form only */
    kl_buffer buffer = KL_BUFFER_INIT;
    kl_status status = KL_OK;
    if (!kl_is(value, KL_KIND_MAP))
        return kl_error_set(error, KL_INVALID, "INI holds a dict, got %s",
                            kl_value_kind_name(value));
    for (int sections = 0; sections < 2; sections++) /* keys without a section come first */
        for (size_t i = 0, len = kl_map_len(value); i < len; i++) {
            kl_text name = kl_map_key_at(value, i);
            kl_value item = kl_map_value_at(value, i);
            if (kl_is(item, KL_KIND_MAP) == (sections == 1))
                KL_TRY_OUT(sections ? write_section(&buffer, name, item, error)
                                    : write_key(&buffer, name, item, error));
        }
    return kl_buffer_finish(out, &buffer, error);
out:
    kl_buffer_free(&buffer);
    return status;
}

const kl_format kl_format_ini = {
    .name = "ini", .title = "INI", .read = ini_read, .write = ini_write,
};
