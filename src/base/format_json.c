/* src/base/format_json.c - JSON, and JSON lines: one JSON text per line. */
#include "formats.h"
#include "kailash/json.h"

static kl_status json_write(kl_value *out, kl_value value, const kl_format_options *options,
                            kl_error *error)
{
    const kl_json_style style = {.indent = options->indent};
    return kl_json_print(out, value, &style, error);
}

const kl_format kl_format_json = {
    .name = "json", .title = "JSON", .read = kl_json_parse, .write = json_write,
};

/* ---- JSON lines ------------------------------------------------------------------------------ */

static bool is_blank(kl_text line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.data[i] != ' ' && line.data[i] != '\t' && line.data[i] != '\r')
            return false;
    return true;
}

/* One line, its errors placed in the whole text. */
static kl_status read_line(kl_value *array, kl_text data, kl_text line, uint32_t number,
                           kl_error *error)
{
    kl_value item;
    kl_status status = kl_json_parse(&item, line, error);
    if (status == KL_OK)
        return kl_array_push(array, item, error);
    if (status == KL_SYNTAX && error) {
        error->position += (size_t)(line.data - data.data);
        error->line = number;
        error->column = KL_MAX(error->column, 1);
    }
    return status;
}

static kl_status jsonl_read(kl_value *out, kl_text data, kl_error *error)
{
    kl_value array;
    kl_status status = KL_OK;
    const char *at = data.data, *end = at + data.len;
    KL_TRY(kl_array_new(&array, 0, error));
    for (uint32_t number = 1; at < end; number++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        kl_text line = {at, (size_t)((stop ? stop : end) - at)};
        if (!is_blank(line))
            KL_TRY_OUT(read_line(&array, data, line, number, error));
        at = stop ? stop + 1 : end;
    }
    *out = kl_value_take(&array);
out:
    kl_value_release(array);
    return status;
}

static kl_status jsonl_write(kl_value *out, kl_value value, const kl_format_options *options,
                             kl_error *error)
{
    (void)options; /* a line cannot be indented */
    kl_buffer buffer = KL_BUFFER_INIT;
    if (!kl_is(value, KL_KIND_ARRAY))
        return kl_error_set(error, KL_INVALID, "JSON lines hold a list, got %s",
                            kl_value_kind_name(value));
    for (size_t i = 0, len = kl_array_len(value); i < len; i++) {
        kl_value line;
        kl_status status = kl_json_print(&line, kl_array_at(value, i), &kl_json_plain, error);
        if (status != KL_OK) {
            kl_buffer_free(&buffer);
            return status;
        }
        kl_buffer_add(&buffer, kl_as_text(line));
        kl_buffer_byte(&buffer, '\n');
        kl_value_release(line);
    }
    return kl_buffer_finish(out, &buffer, error);
}

const kl_format kl_format_jsonl = {
    .name = "jsonl", .title = "JSON lines", .read = jsonl_read, .write = jsonl_write,
};
