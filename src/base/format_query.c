/* src/base/format_query.c - application/x-www-form-urlencoded (WHATWG URL, section 5): a dict whose
 * values are text, or a list of texts where a name stands more than once. */
#include "formats.h"
#include "payload.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* `part` with '+' and %XX undone, as a string. */
static kl_status decode(kl_value *out, kl_text data, kl_text part, kl_error *error)
{
    kl_buffer buffer = KL_BUFFER_INIT;
    const char *end = part.data + part.len;
    for (const char *at = part.data; at < end; at++) {
        if (*at != '%') {
            kl_buffer_byte(&buffer, *at == '+' ? ' ' : *at);
            continue;
        }
        int high = end - at > 2 ? hex_digit(at[1]) : -1, low = high < 0 ? -1 : hex_digit(at[2]);
        if (low < 0) {
            kl_buffer_free(&buffer);
            return kl_error_set_at(error, KL_SYNTAX, data.data, at,
                                   "expected two hexadecimal digits after '%%'");
        }
        kl_buffer_byte(&buffer, (char)(high << 4 | low));
        at += 2;
    }
    kl_text text = kl_buffer_text(&buffer);
    if (kl_utf8_valid_length(text) < text.len) {
        kl_buffer_free(&buffer);
        return kl_error_set_at(error, KL_SYNTAX, data.data, part.data,
                               "the decoded text is not valid UTF-8");
    }
    return kl_buffer_finish(out, &buffer, error);
}

/* Set `name`; a second value makes it a list. `item` is taken. */
static kl_status add(kl_value *map, kl_value name, kl_value item, kl_error *error)
{
    const kl_value *before = kl_map_find(*map, kl_as_text(name));
    kl_value list;
    if (!before)
        return kl_map_set_key(map, name, item, error);
    if (kl_is(*before, KL_KIND_ARRAY)) {
        /* Out of the map while it grows, so that it is not copied for each value. */
        list = kl_value_retain(*before);
        kl_status status = kl_map_set_key(map, name, kl_null(), error);
        if (status != KL_OK) {
            kl_value_release(list);
            kl_value_release(item);
            return status;
        }
    } else {
        kl_status status = kl_array_new(&list, 2, error);
        if (status == KL_OK)
            status = kl_array_push(&list, kl_value_retain(*before), error);
        if (status != KL_OK) {
            kl_value_release(item);
            return status;
        }
    }
    kl_status status = kl_array_push(&list, item, error);
    if (status == KL_OK)
        return kl_map_set_key(map, name, list, error);
    kl_value_release(list);
    return status;
}

static kl_status read_pair(kl_value *map, kl_text data, kl_text pair, kl_error *error)
{
    const char *equals = memchr(pair.data, '=', pair.len);
    const char *end = pair.data + pair.len;
    kl_text name = {pair.data, (size_t)((equals ? equals : end) - pair.data)};
    kl_text text = {equals ? equals + 1 : end, (size_t)(equals ? end - equals - 1 : 0)};
    kl_value key, item;
    KL_TRY(decode(&key, data, name, error));
    kl_status status = decode(&item, data, text, error);
    if (status == KL_OK)
        status = add(map, key, item, error);
    kl_value_release(key);
    return status;
}

static kl_status query_read(kl_value *out, kl_text data, kl_error *error)
{
    kl_value map;
    kl_status status = KL_OK;
    const char *at = data.data, *end = at + data.len;
    KL_TRY(kl_map_new(&map, 0, error));
    while (at < end) {
        const char *stop = memchr(at, '&', (size_t)(end - at));
        kl_text pair = {at, (size_t)((stop ? stop : end) - at)};
        if (pair.len)
            KL_TRY_OUT(read_pair(&map, data, pair, error));
        at = stop ? stop + 1 : end;
    }
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    return status;
}

/* ---- writing --------------------------------------------------------------------------------- */

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("-._~", c));
}

static void encode(kl_buffer *to, kl_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (is_plain(c) || c == ' ')
            kl_buffer_byte(to, c == ' ' ? '+' : c);
        else
            kl_buffer_format(to, "%%%02X", (unsigned char)c);
    }
}

static kl_status write_pair(kl_buffer *to, kl_text name, kl_value item, kl_error *error)
{
    kl_buffer plain = KL_BUFFER_INIT;
    kl_status status = kl_format_scalar(&plain, item, name, "query", error);
    if (status == KL_OK && plain.status != KL_OK)
        status = kl_error_no_memory(error);
    if (status == KL_OK) {
        if (to->len)
            kl_buffer_byte(to, '&');
        encode(to, name);
        kl_buffer_byte(to, '=');
        encode(to, kl_buffer_text(&plain));
    }
    kl_buffer_free(&plain);
    return status;
}

static kl_status query_write(kl_value *out, kl_value value, const kl_format_options *options,
                             kl_error *error)
{
    (void)options; /* has one form only */
    kl_buffer buffer = KL_BUFFER_INIT;
    kl_status status = KL_OK;
    if (!kl_is(value, KL_KIND_MAP))
        return kl_error_set(error, KL_INVALID, "a query holds a dict, got %s",
                            kl_value_kind_name(value));
    for (size_t i = 0, len = kl_map_len(value); i < len; i++) {
        kl_text name = kl_map_key_at(value, i);
        kl_value item = kl_map_value_at(value, i);
        if (!kl_is(item, KL_KIND_ARRAY)) {
            KL_TRY_OUT(write_pair(&buffer, name, item, error));
            continue;
        }
        for (size_t j = 0; j < kl_array_len(item); j++)
            KL_TRY_OUT(write_pair(&buffer, name, kl_array_at(item, j), error));
    }
    return kl_buffer_finish(out, &buffer, error);
out:
    kl_buffer_free(&buffer);
    return status;
}

const kl_format kl_format_query = {
    .name = "query", .title = "query", .read = query_read, .write = query_write,
};
