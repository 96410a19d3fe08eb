/* src/nodes/layers.c - see layers.h. */
#include "layers.h"
#include "encode.h"
#include "html_text.h"
#include "payload.h"

static int hex_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char low = (char)(c | 0x20);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/* Hexadecimal digits from `at` on as a number; -1 when there are fewer than `count`. */
static int32_t read_hex(kl_text text, size_t at, size_t count)
{
    int32_t value = 0;
    if (at + count > text.len)
        return -1;
    for (size_t i = at; i < at + count; i++) {
        int digit = hex_of(text.data[i]);
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

static void add_code(kl_buffer *to, uint32_t code)
{
    char bytes[4];
    kl_buffer_add(to, (kl_text){bytes, kl_utf8_encode(bytes, code >= 0xD800 && code <= 0xDFFF
                                                                 ? 0xFFFD : code)});
}

/* ---- one wrapping undone ------------------------------------------------------------------------- */

/* %41, %u0041, and + as a blank. */
static void undo_percent(kl_buffer *to, kl_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        bool wide = i + 1 < text.len && (text.data[i + 1] | 0x20) == 'u';
        int32_t code = text.data[i] != '%' ? -1 : read_hex(text, i + (wide ? 2 : 1), wide ? 4 : 2);
        if (code < 0) {
            kl_buffer_byte(to, (char)(text.data[i] == '+' ? ' ' : text.data[i]));
            continue;
        }
        if (wide)
            add_code(to, (uint32_t)code);
        else
            kl_buffer_byte(to, (char)code);
        i += wide ? 5 : 2;
    }
}

static void undo_html(kl_buffer *to, kl_text text) { kl_html_decode(to, text, KL_HTML_CONTENT); }

/* \u0041 and \x41 */
static void undo_escapes(kl_buffer *to, kl_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        char kind = (char)(i + 1 < text.len ? text.data[i + 1] | 0x20 : '\0');
        size_t digits = kind == 'u' ? 4 : kind == 'x' ? 2 : 0;
        int32_t code = text.data[i] == '\\' && digits ? read_hex(text, i + 2, digits) : -1;
        if (code < 0) {
            kl_buffer_byte(to, text.data[i]);
            continue;
        }
        add_code(to, (uint32_t)code);
        i += 1 + digits;
    }
}

/* U+FF01 to U+FF5E look like ASCII; some programs make them that. NUL and SQL comments part words. */
static void undo_disguise(kl_buffer *to, kl_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char *at = (const unsigned char *)text.data + i;
        bool wide = text.len - i >= 3 && at[0] == 0xEF && (at[1] == 0xBC || at[1] == 0xBD);
        unsigned code = wide ? (at[1] == 0xBC ? 0 : 0x40) + (at[2] & 0x3Fu) : 0;
        bool comment = text.len - i >= 4 && memcmp(at, "/*", 2) == 0;
        const char *end = comment ? memmem(at + 2, text.len - i - 2, "*/", 2) : NULL;
        if (wide && code >= 1 && code <= 0x5E) {
            kl_buffer_byte(to, (char)(code + 0x20));
            i += 2;
        } else if (end) {
            kl_buffer_byte(to, ' ');
            i = (size_t)(end - text.data) + 1;
        } else if (*at) {
            kl_buffer_byte(to, text.data[i]);
        }
    }
}

static bool is_base64(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
           (c && strchr("+/-_", c));
}

enum { BASE64_MIN = 16 };

/* A run of base64 that is text: anything else is only a word that looks like it. */
static void undo_one_base64(kl_buffer *to, kl_text run)
{
    kl_buffer decoded = KL_BUFFER_INIT;
    bool url = memchr(run.data, '-', run.len) || memchr(run.data, '_', run.len);
    kl_status status =
        kl_base64_decode(&decoded, run, url ? KL_BASE64_URL : KL_BASE64_STANDARD, NULL);
    kl_text text = kl_buffer_text(&decoded);
    bool plain = status == KL_OK && kl_utf8_valid_length(text) == text.len;
    for (size_t i = 0; plain && i < text.len; i++)
        plain = (unsigned char)text.data[i] >= ' ' || strchr("\t\r\n", text.data[i]);
    if (plain)
        kl_buffer_add(to, text);
    if (status == KL_NO_MEMORY || decoded.status == KL_NO_MEMORY)
        to->status = KL_NO_MEMORY;
    kl_buffer_byte(to, ' ');
    kl_buffer_free(&decoded);
}

/* What the runs of base64 say, one behind the other; nothing else. */
static void undo_base64(kl_buffer *to, kl_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        size_t start = i;
        while (i < text.len && is_base64(text.data[i]))
            i++;
        while (i > start && i < text.len && text.data[i] == '=')
            i++;
        if (i - start >= BASE64_MIN)
            undo_one_base64(to, (kl_text){text.data + start, i - start});
    }
}

/* ---- all readings -------------------------------------------------------------------------------- */

static void (*const undo[])(kl_buffer *to, kl_text text) = {undo_percent, undo_html, undo_escapes,
                                                            undo_disguise, undo_base64};

static bool is_known(const kl_layers *layers, kl_text text)
{
    for (size_t i = 0; i < layers->count; i++)
        if (kl_text_equal(kl_as_text(layers->texts[i]), text))
            return true;
    return text.len == 0;
}

/* `to` is taken: it becomes a reading unless there is one like it. */
static kl_status add(kl_layers *layers, kl_buffer *to, kl_error *error)
{
    kl_status status = to->status == KL_OK ? KL_OK : kl_error_no_memory(error);
    if (status == KL_OK && layers->count < KL_LAYERS_MAX && !is_known(layers, kl_buffer_text(to))) {
        status = kl_string_repair(&layers->texts[layers->count], kl_buffer_text(to), error);
        layers->count += status == KL_OK;
    }
    kl_buffer_free(to);
    return status;
}

static void normalize(kl_buffer *to, kl_text text)
{
    bool blank = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool is_blank = c == ' ' || (c >= '\t' && c <= '\r');
        if (!is_blank || !blank)
            kl_buffer_byte(to, (char)(is_blank ? ' ' : c >= 'A' && c <= 'Z' ? c | 0x20 : c));
        blank = is_blank;
    }
}

/* Unwrapping goes by the letters as they are: base64 has both cases. */
static kl_status unwrap(kl_layers *layers, kl_text text, kl_error *error)
{
    kl_buffer first = KL_BUFFER_INIT;
    kl_buffer_add(&first, text);
    KL_TRY(add(layers, &first, error));
    for (size_t at = 0; at < layers->count; at++) {
        for (size_t i = 0; i < KL_COUNT(undo); i++) {
            kl_buffer to = KL_BUFFER_INIT;
            undo[i](&to, kl_as_text(layers->texts[at]));
            KL_TRY(add(layers, &to, error));
        }
    }
    return KL_OK;
}

kl_status kl_layers_of(kl_layers *layers, kl_text text, kl_error *error)
{
    *layers = (kl_layers){.count = 0};
    kl_status status = unwrap(layers, text, error);
    for (size_t i = 0; i < layers->count && status == KL_OK; i++) {
        kl_buffer to = KL_BUFFER_INIT;
        kl_value made;
        normalize(&to, kl_as_text(layers->texts[i]));
        status = kl_buffer_finish(&made, &to, error);
        if (status == KL_OK)
            kl_value_replace(&layers->texts[i], made);
    }
    if (status != KL_OK)
        kl_layers_end(layers);
    return status;
}

void kl_layers_end(kl_layers *layers)
{
    while (layers->count)
        kl_value_release(layers->texts[--layers->count]);
}
