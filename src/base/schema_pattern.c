/* src/base/schema_pattern.c - patterns of JSON Schema (ECMA-262 with the "u" flag) as PCRE2 ones.
 *
 * The two agree in most. Where they do not: \d, \w and \b mean ASCII, \s has its own list, "."
 * stops at four kinds of line end, \p takes long names, \u is spelt \x, and what only PCRE2
 * understands is refused.
 */
#include "buffer.h"
#include "schema_node.h"

#include <stdlib.h>

typedef struct translator {
    const char *start, *at, *end;
    kl_buffer to;
    bool in_class;
} translator;

#define WORD "A-Za-z0-9_"
#define SPACE                                                                                      \
    "\\x09-\\x0D\\x20\\xA0\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}\\x{205F}\\x{3000}\\x{FEFF}"

/* Classes by letter: what is in them, and what is not, as the inside of brackets. */
static const struct {
    char letter;
    const char *inside;
} classes[] = {
    {'d', "0-9"},
    {'D', "\\x00-\\x2F\\x3A-\\x{10FFFF}"},
    {'w', WORD},
    {'W', "\\x00-\\x2F\\x3A-\\x40\\x5B-\\x5E\\x60\\x7B-\\x{10FFFF}"},
    {'s', SPACE},
    {'S', "\\x00-\\x08\\x0E-\\x1F\\x21-\\x{9F}\\x{A1}-\\x{167F}\\x{1681}-\\x{1FFF}\\x{200B}-\\x{2027}"
          "\\x{202A}-\\x{202E}\\x{2030}-\\x{205E}\\x{2060}-\\x{2FFF}\\x{3001}-\\x{FEFE}"
          "\\x{FF00}-\\x{10FFFF}"},
};

/* Long names of general categories, in lower case without "_". */
static const struct {
    const char *name, *code;
} categories[] = {
    {"letter", "L"}, {"casedletter", "L&"}, {"uppercaseletter", "Lu"}, {"lowercaseletter", "Ll"},
    {"titlecaseletter", "Lt"}, {"modifierletter", "Lm"}, {"otherletter", "Lo"}, {"mark", "M"},
    {"combiningmark", "M"}, {"nonspacingmark", "Mn"}, {"spacingmark", "Mc"},
    {"enclosingmark", "Me"}, {"number", "N"}, {"decimalnumber", "Nd"}, {"digit", "Nd"},
    {"letternumber", "Nl"}, {"othernumber", "No"}, {"punctuation", "P"}, {"punct", "P"},
    {"connectorpunctuation", "Pc"}, {"dashpunctuation", "Pd"}, {"openpunctuation", "Ps"},
    {"closepunctuation", "Pe"}, {"initialpunctuation", "Pi"}, {"finalpunctuation", "Pf"},
    {"otherpunctuation", "Po"}, {"symbol", "S"}, {"mathsymbol", "Sm"}, {"currencysymbol", "Sc"},
    {"modifiersymbol", "Sk"}, {"othersymbol", "So"}, {"separator", "Z"}, {"spaceseparator", "Zs"},
    {"lineseparator", "Zl"}, {"paragraphseparator", "Zp"}, {"other", "C"}, {"control", "Cc"},
    {"cntrl", "Cc"}, {"format", "Cf"}, {"surrogate", "Cs"}, {"privateuse", "Co"},
    {"unassigned", "Cn"},
};

static kl_status fault(const translator *t, kl_error *error, const char *words)
{
    return kl_error_set_at(error, KL_SYNTAX, t->start, t->at, "%s", words);
}

static bool starts(const translator *t, const char *with)
{
    size_t len = strlen(with);
    return len <= (size_t)(t->end - t->at) && memcmp(t->at, with, len) == 0;
}

/* `count` hexadecimal digits at `at`, or -1. */
static long hex(const translator *t, const char *at, int count)
{
    char digits[9] = "";
    if (t->end - at < count)
        return -1;
    memcpy(digits, at, (size_t)count);
    if (strspn(digits, "0123456789abcdefABCDEF") != (size_t)count)
        return -1;
    return strtol(digits, NULL, 16);
}

/* \uXXXX, a pair of them, or \u{X...}; the place stands on the u. */
static kl_status unicode_escape(translator *t, kl_error *error)
{
    long code, low;
    if (starts(t, "u{")) {
        const char *closing = memchr(t->at, '}', (size_t)(t->end - t->at));
        int count = closing ? (int)KL_MIN(closing - t->at - 2, 9) : 0;
        code = count >= 1 && count <= 8 ? hex(t, t->at + 2, count) : -1;
        t->at = code < 0 ? t->at : closing + 1;
    } else {
        code = hex(t, t->at + 1, 4);
        t->at += code < 0 ? 0 : 5;
        if (code >= 0xD800 && code < 0xDC00 && starts(t, "\\u")) {
            low = hex(t, t->at + 2, 4);
            if (low >= 0xDC00 && low < 0xE000) {
                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
                t->at += 6;
            }
        }
    }
    if (code < 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
        return fault(t, error, "invalid \\u escape");
    kl_buffer_format(&t->to, "\\x{%lX}", (unsigned long)code);
    return KL_OK;
}

/* "Uppercase_Letter" as "Lu"; other names stay. */
static void add_property(kl_buffer *to, kl_text name)
{
    char plain[40];
    size_t len = 0;
    for (size_t i = 0; i < name.len && len < sizeof plain - 1; i++)
        if (name.data[i] != '_')
            plain[len++] = (char)(name.data[i] | 0x20);
    plain[len] = '\0';
    for (size_t i = 0; i < KL_COUNT(categories); i++)
        if (strcmp(plain, categories[i].name) == 0) {
            kl_buffer_string(to, categories[i].code);
            return;
        }
    kl_buffer_add(to, name);
}

/* \p{...} and \P{...}; the place stands on the letter. */
static kl_status property_escape(translator *t, kl_error *error)
{
    const char *closing = memchr(t->at, '}', (size_t)(t->end - t->at));
    if (t->end - t->at < 3 || t->at[1] != '{' || !closing)
        return fault(t, error, "expected {name} after \\p");
    kl_text name = {t->at + 2, (size_t)(closing - t->at - 2)};
    const char *equals = memchr(name.data, '=', name.len);
    if (equals)
        name = (kl_text){equals + 1, (size_t)(closing - equals - 1)};
    kl_buffer_format(&t->to, "\\%c{", *t->at);
    add_property(&t->to, name);
    kl_buffer_byte(&t->to, '}');
    t->at = closing + 1;
    return KL_OK;
}

static bool class_escape(translator *t, char letter)
{
    for (size_t i = 0; i < KL_COUNT(classes); i++)
        if (classes[i].letter == letter) {
            kl_buffer_string(&t->to, t->in_class ? "" : "[");
            kl_buffer_string(&t->to, classes[i].inside);
            kl_buffer_string(&t->to, t->in_class ? "" : "]");
            t->at++;
            return true;
        }
    return false;
}

static bool boundary_escape(translator *t, char letter)
{
    if (letter == 'b' && t->in_class)
        kl_buffer_string(&t->to, "\\x08");
    else if (letter == 'b')
        kl_buffer_string(&t->to, "(?:(?<=[" WORD "])(?![" WORD "])|(?<![" WORD "])(?=[" WORD "]))");
    else if (letter == 'B' && !t->in_class)
        kl_buffer_string(&t->to, "(?:(?<=[" WORD "])(?=[" WORD "])|(?<![" WORD "])(?![" WORD "]))");
    else
        return false;
    t->at++;
    return true;
}

/* \1 and on: a reference to a group. */
static void back_reference(translator *t)
{
    kl_buffer_string(&t->to, "\\g{");
    while (t->at < t->end && *t->at >= '0' && *t->at <= '9')
        kl_buffer_byte(&t->to, *t->at++);
    kl_buffer_byte(&t->to, '}');
}

static kl_status escape(translator *t, kl_error *error)
{
    if (++t->at == t->end)
        return fault(t, error, "the pattern ends in a backslash");
    char letter = *t->at, low = (char)(letter | 0x20);
    if (class_escape(t, letter) || boundary_escape(t, letter))
        return KL_OK;
    if (letter == 'u')
        return unicode_escape(t, error);
    if (letter == 'p' || letter == 'P')
        return property_escape(t, error);
    if (letter >= '1' && letter <= '9' && !t->in_class) {
        back_reference(t);
        return KL_OK;
    }
    if (letter == 'v' || letter == '0')
        kl_buffer_string(&t->to, letter == 'v' ? "\\x0B" : "\\x00");
    else if (low >= 'a' && low <= 'z' && !strchr("tnrfcxk", letter))
        return fault(t, error, "unknown escape");
    else {
        kl_buffer_byte(&t->to, '\\');
        kl_buffer_byte(&t->to, letter);
    }
    t->at++;
    return KL_OK;
}

/* "(?" must go on as ECMA-262 has it. */
static kl_status group(translator *t, kl_error *error)
{
    static const char *const kinds[] = {"(?:", "(?=", "(?!", "(?<"};
    bool known = !starts(t, "(?") && !starts(t, "(*");
    for (size_t i = 0; i < KL_COUNT(kinds); i++)
        known |= starts(t, kinds[i]);
    if (!known)
        return fault(t, error, "unknown kind of group");
    kl_buffer_byte(&t->to, *t->at++);
    return KL_OK;
}

static kl_status open_class(translator *t)
{
    if (starts(t, "[^]") || starts(t, "[]")) { /* anything, nothing */
        kl_buffer_string(&t->to, t->at[1] == '^' ? "(?s:.)" : "(?!)");
        t->at += t->at[1] == '^' ? 3 : 2;
        return KL_OK;
    }
    t->in_class = true;
    kl_buffer_byte(&t->to, *t->at++);
    return KL_OK;
}

static kl_status character(translator *t, kl_error *error)
{
    char c = *t->at;
    if (c == '\\')
        return escape(t, error);
    if (t->in_class) {
        t->in_class = c != ']';
        kl_buffer_string(&t->to, c == '[' ? "\\" : "");
    } else if (c == '[') {
        return open_class(t);
    } else if (c == '(') {
        return group(t, error);
    } else if (c == '.') {
        kl_buffer_string(&t->to, "[^\\n\\r\\x{2028}\\x{2029}]");
        t->at++;
        return KL_OK;
    }
    kl_buffer_byte(&t->to, c);
    t->at++;
    return KL_OK;
}

kl_status kl_schema_pattern_new(kl_regex **out, kl_text pattern, kl_error *error)
{
    translator t = {pattern.data, pattern.data, pattern.data + pattern.len, KL_BUFFER_INIT, false};
    kl_status status = KL_OK;
    while (status == KL_OK && t.at < t.end)
        status = character(&t, error);
    if (status == KL_OK && t.to.status != KL_OK)
        status = kl_error_no_memory(error);
    if (status == KL_OK)
        status = kl_regex_new(out, kl_buffer_text(&t.to), error);
    kl_buffer_free(&t.to);
    return status;
}
