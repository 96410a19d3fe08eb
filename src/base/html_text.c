/* src/base/html_text.c - see html_text.h. The rules are those of the HTML standard (WHATWG,
 * 13.2.5.72 to 13.2.5.80). */
#include "html_text.h"
#include "payload.h"

#include "html_entities.h"

enum { NAME_MAX_LEN = 32 };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

/* ---- numbers --------------------------------------------------------------------------------- */

/* What the bytes 0x80 to 0x9F were in Windows-1252, which is what people meant by them. */
static const uint16_t windows[32] = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178,
};

static uint32_t mend(uint32_t code)
{
    if (code >= 0x80 && code <= 0x9F)
        return windows[code - 0x80];
    return code == 0 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF) ? 0xFFFD : code;
}

static int digit_of(char c, uint32_t base)
{
    if (is_digit(c))
        return c - '0';
    char low = (char)(c | 0x20);
    return base == 16 && low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/* "&#60;", "&#x3c": the semicolon may be missing. */
static size_t number(kl_buffer *to, kl_text text, size_t at)
{
    size_t i = at + 2;
    uint32_t code = 0, base = 10;
    if (i < text.len && (text.data[i] | 0x20) == 'x') {
        base = 16;
        i++;
    }
    size_t first = i;
    for (; i < text.len; i++) {
        int digit = digit_of(text.data[i], base);
        if (digit < 0)
            break;
        if (code <= 0x10FFFF)
            code = code * base + (uint32_t)digit;
    }
    if (i == first)
        return 0;
    char bytes[4];
    kl_buffer_add(to, (kl_text){bytes, kl_utf8_encode(bytes, mend(code))});
    return i + (i < text.len && text.data[i] == ';') - at;
}

/* ---- names ----------------------------------------------------------------------------------- */

/* Row of entities[] with that name, or -1. */
static int find(kl_text name)
{
    size_t low = 0, high = KL_COUNT(entities);
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = kl_text_compare(name, kl_text_from(entities[middle].name));
        if (order == 0)
            return (int)middle;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return -1;
}

/* The longest name that the text begins with counts. */
static size_t name(kl_buffer *to, kl_text text, size_t at, kl_html_place place)
{
    size_t len = 0, limit = KL_MIN(text.len - at - 1, (size_t)NAME_MAX_LEN);
    const char *start = text.data + at + 1;
    while (len < limit && (is_letter(start[len]) || is_digit(start[len])))
        len++;
    len += len < limit && start[len] == ';';
    for (; len > 1; len--) {
        int row = find((kl_text){start, len});
        if (row < 0)
            continue;
        char next = '\0';
        if (len < limit)
            next = start[len];
        bool open = start[len - 1] != ';';
        if (open && place == KL_HTML_ATTRIBUTE &&
            (next == '=' || is_letter(next) || is_digit(next)))
            return 0;
        kl_buffer_string(to, entities[row].text);
        return len + 1;
    }
    return 0;
}

size_t kl_html_reference(kl_buffer *to, kl_text text, size_t at, kl_html_place place)
{
    if (at + 1 >= text.len)
        return 0;
    return text.data[at + 1] == '#' ? number(to, text, at) : name(to, text, at, place);
}

/* ---- whole texts ----------------------------------------------------------------------------- */

void kl_html_decode(kl_buffer *to, kl_text text, kl_html_place place)
{
    for (size_t i = 0; i < text.len;) {
        size_t used = text.data[i] == '&' ? kl_html_reference(to, text, i, place) : 0;
        if (!used)
            kl_buffer_byte(to, text.data[i]);
        i += used ? used : 1;
    }
}

/* Bytes of the character at `i` that must be escaped, and what to write instead; 0 = none. */
static size_t escape_of(const char **out, kl_text text, size_t i, kl_html_place place)
{
    switch (text.data[i]) {
    case '&': *out = "&amp;"; return 1;
    case '<': *out = "&lt;"; return 1;
    case '>': *out = "&gt;"; return 1;
    case '\0': *out = ""; return 1;
    case '"': *out = "&quot;"; return place == KL_HTML_ATTRIBUTE;
    case '\xC2': *out = "&nbsp;"; return i + 1 < text.len && text.data[i + 1] == '\xA0' ? 2 : 0;
    default: return 0;
    }
}

void kl_html_escape(kl_buffer *to, kl_text text, kl_html_place place)
{
    for (size_t i = 0; i < text.len;) {
        const char *escape = NULL;
        size_t used = escape_of(&escape, text, i, place);
        if (used)
            kl_buffer_string(to, escape);
        else
            kl_buffer_byte(to, text.data[i]);
        i += used ? used : 1;
    }
}
