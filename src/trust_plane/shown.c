/* src/trust_plane/shown.c - see shown.h. */
#include "shown.h"
#include "kailash/json.h"

static size_t cut(kl_text text, size_t max)
{
    if (text.len <= max)
        return text.len;
    while (max > 0 && (text.data[max] & 0xC0) == 0x80)
        max--;
    return max;
}

void kl_shown_add(kl_buffer *to, kl_text text, size_t max)
{
    size_t len = cut(text, max);
    for (size_t i = 0; i < len; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte < 32 || byte == 127)
            kl_buffer_format(to, "\\x%02x", (unsigned)byte);
        else
            kl_buffer_byte(to, (char)byte);
    }
    if (len < text.len)
        kl_buffer_string(to, "...");
}

enum { SHOWN = 80 };

void kl_shown_quoted(kl_buffer *to, kl_text text)
{
    kl_buffer_byte(to, '\'');
    kl_shown_add(to, text, SHOWN);
    kl_buffer_byte(to, '\'');
}

void kl_shown_optional(kl_buffer *to, const char *name, kl_value value)
{
    char number[32];
    kl_buffer_format(to, "%s=", name);
    if (kl_is_null(value)) {
        kl_buffer_string(to, "None");
        return;
    }
    kl_buffer_string(to, "Some(");
    if (kl_is(value, KL_KIND_STRING)) {
        kl_buffer_byte(to, '"');
        kl_shown_add(to, kl_as_text(value), SHOWN);
        kl_buffer_byte(to, '"');
    } else if (kl_is(value, KL_KIND_DOUBLE)) {
        kl_buffer_add(to, (kl_text){number, kl_double_print(number, value.as.real)});
    } else {
        kl_buffer_int(to, kl_is(value, KL_KIND_ARRAY) ? (int64_t)kl_array_len(value)
                                                      : kl_as_int(value));
    }
    kl_buffer_byte(to, ')');
}
