/* src/base/toml_scalar.c - strings, numbers, dates and times of TOML 1.0. */
#include "toml.h"
#include "payload.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

kl_status kl_toml_fault(const kl_toml_text *t, kl_error *error, const char *format, ...)
{
    char words[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    return kl_error_set_at(error, KL_SYNTAX, t->start, t->at, "%s", words);
}

/* ---- strings --------------------------------------------------------------------------------- */

/* Four or eight hexadecimal digits as a character. */
static kl_status code_escape(kl_buffer *to, kl_toml_text *t, size_t digits, kl_error *error)
{
    uint32_t code = 0;
    char bytes[4];
    for (size_t i = 0; i < digits; i++) {
        char c = kl_toml_peek(t, i), low = (char)(c | 0x20);
        bool decimal = c >= '0' && c <= '9';
        if (!decimal && !(low >= 'a' && low <= 'f'))
            return kl_toml_fault(t, error, "expected %zu hexadecimal digits", digits);
        code = code << 4 | (uint32_t)(decimal ? c - '0' : low - 'a' + 10);
    }
    if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
        return kl_toml_fault(t, error, "the escape names no Unicode character");
    t->at += digits;
    kl_buffer_add(to, (kl_text){bytes, kl_utf8_encode(bytes, code)});
    return KL_OK;
}

/* A backslash at the end of a line eats all white space up to the next character. */
static bool line_continues(kl_toml_text *t)
{
    const char *at = t->at;
    while (at < t->end && (*at == ' ' || *at == '\t'))
        at++;
    if (at < t->end && *at == '\r')
        at++;
    if (at == t->end || *at != '\n')
        return false;
    while (at < t->end && strchr(" \t\r\n", *at) && *at)
        at++;
    t->at = at;
    return true;
}

static kl_status escape(kl_buffer *to, kl_toml_text *t, bool lines, kl_error *error)
{
    static const char letters[] = "btnfr\"\\", meanings[] = "\b\t\n\f\r\"\\";
    t->at++;
    if (lines && line_continues(t))
        return KL_OK;
    char letter = kl_toml_peek(t, 0);
    const char *known = letter ? strchr(letters, letter) : NULL;
    if (known) {
        kl_buffer_byte(to, meanings[known - letters]);
        t->at++;
        return KL_OK;
    }
    if (letter != 'u' && letter != 'U')
        return kl_toml_fault(t, error, "unknown escape; use one of \\b \\t \\n \\f \\r \\\" \\\\ "
                                       "\\uXXXX \\UXXXXXXXX");
    t->at++;
    return code_escape(to, t, letter == 'u' ? 4 : 8, error);
}

/* One character that is no quote and no escape. */
static kl_status plain_character(kl_buffer *to, kl_toml_text *t, bool lines, kl_error *error)
{
    unsigned char c = (unsigned char)*t->at;
    if (lines && c == '\r' && kl_toml_peek(t, 1) == '\n') {
        t->at++;
        c = '\n';
    }
    if (c == '\n' && !lines)
        return kl_toml_fault(t, error, "the string does not end on its line");
    if ((c < 0x20 && c != '\t' && c != '\n') || c == 0x7F)
        return kl_toml_fault(t, error, "control character in a string");
    kl_buffer_byte(to, (char)c);
    t->at++;
    return KL_OK;
}

/* Whether the quotes at the place end the string; then they are read, up to two of them being
 * the last characters of a string in triple quotes. */
static bool string_ends(kl_buffer *to, kl_toml_text *t, char quote, bool triple)
{
    size_t run = 0;
    while (run < 5 && kl_toml_peek(t, run) == quote)
        run++;
    if (run == 0 || (triple && run < 3))
        return false;
    t->at += triple ? run : 1;
    for (; triple && run > 3; run--)
        kl_buffer_byte(to, quote);
    return true;
}

static kl_status string_body(kl_buffer *to, kl_toml_text *t, char quote, bool triple,
                             kl_error *error)
{
    const char *opened = t->at;
    t->at += triple ? 3 : 1;
    if (triple && kl_toml_starts(t, "\r\n"))
        t->at += 2;
    else if (triple && kl_toml_starts(t, "\n"))
        t->at++;
    while (t->at < t->end) {
        if (string_ends(to, t, quote, triple))
            return KL_OK;
        if (*t->at == '\\' && quote == '"')
            KL_TRY(escape(to, t, triple, error));
        else
            KL_TRY(plain_character(to, t, triple, error));
    }
    t->at = opened;
    return kl_toml_fault(t, error, "the string never ends");
}

kl_status kl_toml_string(kl_value *out, kl_toml_text *t, bool lines, kl_error *error)
{
    kl_buffer buffer = KL_BUFFER_INIT;
    char quote = *t->at;
    bool triple = kl_toml_peek(t, 1) == quote && kl_toml_peek(t, 2) == quote;
    if (triple && !lines)
        return kl_toml_fault(t, error, "a key cannot be a string of several lines");
    kl_status status = string_body(&buffer, t, quote, triple, error);
    if (status == KL_OK)
        return kl_buffer_finish(out, &buffer, error);
    kl_buffer_free(&buffer);
    return status;
}

/* ---- dates and times --------------------------------------------------------------------------- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Exactly `count` digits at *at, from `low` to `high`. */
static bool digits(const char **at, const char *end, int count, int low, int high, int *out)
{
    int number = 0;
    if (end - *at < count)
        return false;
    for (int i = 0; i < count; i++) {
        if (!is_digit((*at)[i]))
            return false;
        number = 10 * number + ((*at)[i] - '0');
    }
    *at += count;
    *out = number;
    return number >= low && number <= high;
}

static bool literal(const char **at, const char *end, char c)
{
    if (*at == end || **at != c)
        return false;
    ++*at;
    return true;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

static bool is_date(const char **at, const char *end)
{
    int year, month, day;
    return digits(at, end, 4, 0, 9999, &year) && literal(at, end, '-') &&
           digits(at, end, 2, 1, 12, &month) && literal(at, end, '-') &&
           digits(at, end, 2, 1, 31, &day) && day <= days_in(year, month);
}

static bool is_time(const char **at, const char *end)
{
    int part;
    if (!digits(at, end, 2, 0, 23, &part) || !literal(at, end, ':') ||
        !digits(at, end, 2, 0, 59, &part) || !literal(at, end, ':') ||
        !digits(at, end, 2, 0, 60, &part))
        return false;
    if (!literal(at, end, '.'))
        return true;
    const char *fraction = *at;
    while (*at < end && is_digit(**at))
        ++*at;
    return *at > fraction;
}

static bool is_offset(const char **at, const char *end)
{
    int part;
    if (literal(at, end, 'Z') || literal(at, end, 'z'))
        return true;
    return (literal(at, end, '+') || literal(at, end, '-')) &&
           digits(at, end, 2, 0, 23, &part) && literal(at, end, ':') &&
           digits(at, end, 2, 0, 59, &part);
}

/* Whether the whole word is a date, a time, or both. */
static bool is_datetime(kl_text word)
{
    const char *at = word.data, *end = at + word.len;
    if (word.len > 2 && word.data[2] == ':')
        return is_time(&at, end) && at == end;
    if (!is_date(&at, end))
        return false;
    if (at == end)
        return true;
    if (!literal(&at, end, 'T') && !literal(&at, end, 't') && !literal(&at, end, ' '))
        return false;
    return is_time(&at, end) && (at == end || (is_offset(&at, end) && at == end));
}

static kl_status datetime(kl_value *out, kl_toml_text *t, kl_text word, kl_error *error)
{
    kl_buffer buffer = KL_BUFFER_INIT;
    if (!is_datetime(word))
        return kl_toml_fault(t, error, "no such date or time");
    for (size_t i = 0; i < word.len; i++) {
        char c = word.data[i];
        kl_buffer_byte(&buffer, c == ' ' || c == 't' ? 'T' : c == 'z' ? 'Z' : c);
    }
    t->at += word.len;
    return kl_buffer_finish(out, &buffer, error);
}

/* ---- numbers --------------------------------------------------------------------------------- */

/* Copy without underscores, each of which must stand between digits (of base 16 for `hex`). */
static bool strip(char *to, size_t size, kl_text word, bool hex)
{
    size_t len = 0;
    for (size_t i = 0; i < word.len; i++) {
        char c = word.data[i];
        if (c != '_') {
            to[len++] = c;
            continue;
        }
        char before = i ? word.data[i - 1] : '\0', after = i + 1 < word.len ? word.data[i + 1] : '\0';
        bool fits = hex ? isxdigit((unsigned char)before) && isxdigit((unsigned char)after)
                        : is_digit(before) && is_digit(after);
        if (!fits)
            return false;
    }
    to[len] = '\0';
    return len < size;
}

/* 0x, 0o, 0b. */
static kl_status based(kl_value *out, kl_toml_text *t, const char *text, kl_error *error)
{
    int base = text[1] == 'x' ? 16 : text[1] == 'o' ? 8 : 2;
    const char *valid = base == 16 ? "0123456789abcdefABCDEF" : base == 8 ? "01234567" : "01";
    if (!text[2] || text[2 + strspn(text + 2, valid)])
        return kl_toml_fault(t, error, "invalid number");
    errno = 0;
    unsigned long long number = strtoull(text + 2, NULL, base);
    if (errno || number > INT64_MAX)
        return kl_toml_fault(t, error, "integer out of range");
    *out = kl_int((int64_t)number);
    return KL_OK;
}

/* Digits without a needless zero in front; returns what stands behind them, NULL when none do. */
static const char *whole_part(const char *at)
{
    const char *from = at;
    while (is_digit(*at))
        at++;
    return at == from || (*from == '0' && at - from > 1) ? NULL : at;
}

static kl_status decimal(kl_value *out, kl_toml_text *t, const char *text, kl_error *error)
{
    const char *at = whole_part(text + (*text == '+' || *text == '-'));
    bool real = at && *at;
    if (at && *at == '.') {
        const char *fraction = ++at;
        while (is_digit(*at))
            at++;
        at = at == fraction ? NULL : at;
    }
    if (at && (*at == 'e' || *at == 'E')) {
        at += at[1] == '+' || at[1] == '-' ? 2 : 1;
        const char *exponent = at;
        while (is_digit(*at))
            at++;
        at = at == exponent ? NULL : at;
    }
    if (!at || *at)
        return kl_toml_fault(t, error, "invalid value");
    errno = 0;
    if (real) {
        double number = strtod(text, NULL);
        if (isinf(number))
            return kl_toml_fault(t, error, "number out of range");
        *out = kl_double(number);
        return KL_OK;
    }
    long long number = strtoll(text, NULL, 10);
    if (errno)
        return kl_toml_fault(t, error, "integer out of range");
    *out = kl_int(number);
    return KL_OK;
}

static kl_status number(kl_value *out, kl_toml_text *t, kl_text word, kl_error *error)
{
    char text[400];
    bool has_base = word.len > 1 && word.data[0] == '0' && strchr("xob", word.data[1]);
    if (word.len >= sizeof text || !strip(text, sizeof text, word, has_base && word.data[1] == 'x'))
        return kl_toml_fault(t, error, "invalid value");
    KL_TRY(has_base ? based(out, t, text, error) : decimal(out, t, text, error));
    t->at += word.len;
    return KL_OK;
}

/* ---- which of them it is ----------------------------------------------------------------------- */

static const struct {
    const char *word;
    kl_kind kind;
    double real;
} words[] = {
    {"true", KL_KIND_BOOL, 1},          {"false", KL_KIND_BOOL, 0},
    {"inf", KL_KIND_DOUBLE, INFINITY},  {"+inf", KL_KIND_DOUBLE, INFINITY},
    {"-inf", KL_KIND_DOUBLE, -INFINITY}, {"nan", KL_KIND_DOUBLE, NAN},
    {"+nan", KL_KIND_DOUBLE, NAN},      {"-nan", KL_KIND_DOUBLE, NAN},
};

static bool in_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) ||
           (c && strchr("+-_.:", c));
}

/* The characters up to the next blank or mark; a date and a time may have a blank between. */
static kl_text next_word(const kl_toml_text *t)
{
    const char *end = t->at;
    while (end < t->end && in_word(*end))
        end++;
    if (end - t->at == 10 && t->at[4] == '-' && t->end - end > 1 && *end == ' ' && is_digit(end[1]))
        for (end++; end < t->end && in_word(*end);)
            end++;
    return (kl_text){t->at, (size_t)(end - t->at)};
}

kl_status kl_toml_scalar(kl_value *out, kl_toml_text *t, kl_error *error)
{
    kl_text word = next_word(t);
    if (word.len == 0)
        return kl_toml_fault(t, error, "expected a value");
    for (size_t i = 0; i < KL_COUNT(words); i++)
        if (kl_text_is(word, words[i].word)) {
            *out = words[i].kind == KL_KIND_BOOL ? kl_bool(words[i].real != 0)
                                                 : kl_double(words[i].real);
            t->at += word.len;
            return KL_OK;
        }
    bool dated = word.len > 4 && is_digit(word.data[0]) &&
                 ((word.data[4] == '-' && is_digit(word.data[3])) || word.data[2] == ':');
    return dated ? datetime(out, t, word, error) : number(out, t, word, error);
}
