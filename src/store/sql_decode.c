/* src/store/sql_decode.c - see sql_decode.h. */
#include "sql_decode.h"
#include "buffer.h"
#include "kailash/decimal.h"
#include "kailash/json.h"

#include <locale.h>
#include <pthread.h>
#include <stdlib.h>

/* ---- text and JSON ------------------------------------------------------------------------------- */

kl_status kl_sql_decode_text(kl_value *out, kl_text text, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_string_new(out, text, &why);
    kl_error_clear(&why);
    if (status == KL_SYNTAX)
        return kl_bytes_new(out, text, error);
    return status == KL_OK ? KL_OK : kl_error_no_memory(error);
}

kl_status kl_sql_decode_json(kl_value *out, kl_text text, kl_error *error)
{
    kl_status status = kl_json_parse(out, text, NULL);
    if (status == KL_NO_MEMORY)
        return kl_error_no_memory(error);
    return status == KL_OK ? KL_OK : kl_sql_decode_text(out, text, error);
}

/* ---- numbers ------------------------------------------------------------------------------------- */

/* The program may have set a locale that writes 1,5. */
static locale_t plain_locale;
static void make_locale(void) { plain_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0); }
__attribute__((destructor)) static void free_locale(void)
{
    if (plain_locale)
        freelocale(plain_locale);
}

bool kl_sql_read_double(double *out, kl_text text)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    char copy[512], *end;
    if (!text.len || text.len >= sizeof copy)
        return false;
    memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    pthread_once(&once, make_locale);
    *out = plain_locale ? strtod_l(copy, &end, plain_locale) : strtod(copy, &end);
    return end == copy + text.len;
}

/* Digits that count and where the point stands among them: 0.0120 is 12 with the point at -1. */
typedef struct decimal {
    char digits[20];
    int count, point;
} decimal;

enum { DIGITS_OF_A_DOUBLE = 17 };

/* False when there are more digits than a double can tell apart, or it is no plain number. */
static bool take_apart(decimal *out, kl_text text)
{
    decimal d = {.count = 0};
    int zeros = 0, scale = 0; /* zeros: since the last digit that is none */
    bool fraction = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '.') {
            fraction = true;
            continue;
        }
        if (c < '0' || c > '9') {
            if (i == 0 && (c == '-' || c == '+'))
                continue;
            if (c != 'e' && c != 'E')
                return false;
            scale = atoi(text.data + i + 1);
            break;
        }
        d.point += !fraction && (d.count || c != '0');
        if (c == '0') {
            zeros += d.count > 0;
            d.point -= fraction && !d.count;
            continue;
        }
        for (; zeros; zeros--) {
            if (d.count == DIGITS_OF_A_DOUBLE)
                return false;
            d.digits[d.count++] = '0';
        }
        if (d.count == DIGITS_OF_A_DOUBLE)
            return false;
        d.digits[d.count++] = c;
    }
    d.point = d.count ? d.point + scale : 0;
    *out = d;
    return true;
}

/* Whether `real`, printed, has the very digits of `text`. Up to 15 digits always come back. */
static bool tells_exactly(kl_text text, double real)
{
    char buffer[32];
    decimal wanted, printed;
    if (!take_apart(&wanted, text))
        return false;
    if (wanted.count <= 15 && wanted.point > -300 && wanted.point < 300)
        return true;
    size_t len = kl_double_print(buffer, real);
    return take_apart(&printed, (kl_text){buffer, len}) &&
           wanted.count == printed.count && wanted.point == printed.point &&
           memcmp(wanted.digits, printed.digits, (size_t)wanted.count) == 0;
}

kl_status kl_sql_decode_numeric(kl_value *out, kl_text text, kl_sql_numeric numeric,
                                kl_error *error)
{
    double real = 0;
    bool is_number = numeric != KL_SQL_NUMERIC_TEXT && kl_sql_read_double(&real, text);
    bool special = is_number && (real != real || real - real != 0) && text.len < 10; /* "Infinity" */
    if (is_number && numeric == KL_SQL_NUMERIC_DECIMAL && !special && !tells_exactly(text, real))
        return kl_decimal_new(out, text, error);
    if (!is_number ||
        (numeric == KL_SQL_NUMERIC_EXACT && !special && !tells_exactly(text, real)))
        return kl_sql_decode_text(out, text, error);
    *out = kl_double(real);
    return KL_OK;
}

/* ---- time ---------------------------------------------------------------------------------------- */

/* As many bytes of `text` as look like `pattern`, where 0 stands for any digit. */
static size_t matches(kl_text text, size_t at, const char *pattern)
{
    size_t len = strlen(pattern);
    for (size_t i = 0; i < len; i++) {
        if (at + i >= text.len)
            return 0;
        char c = text.data[at + i];
        if (pattern[i] == '0' ? c < '0' || c > '9' : c != pattern[i])
            return 0;
    }
    return len;
}

/* ".25" becomes ".250000", ".000" nothing; what lies beyond microseconds is cut off. */
static size_t put_fraction(kl_buffer *to, kl_text text, size_t at)
{
    char digits[7] = "000000";
    size_t count = 0;
    if (at >= text.len || text.data[at] != '.')
        return 0;
    while (matches(text, at + 1 + count, "0")) {
        if (count < 6)
            digits[count] = text.data[at + 1 + count];
        count++;
    }
    if (strcmp(digits, "000000") != 0)
        kl_buffer_format(to, ".%s", digits);
    return 1 + count;
}

/* "Z", "+02", "+0200", "+02:00" become "+02:00" and so on. */
static size_t put_offset(kl_buffer *to, kl_text text, size_t at)
{
    if (at < text.len && (text.data[at] | 0x20) == 'z') {
        kl_buffer_string(to, "+00:00");
        return 1;
    }
    if (at >= text.len || (text.data[at] != '+' && text.data[at] != '-') ||
        !matches(text, at + 1, "00"))
        return 0;
    kl_buffer_add(to, (kl_text){text.data + at, 3});
    size_t colon = matches(text, at + 3, ":") ? 1 : 0;
    bool minutes = matches(text, at + 3 + colon, "00");
    kl_buffer_byte(to, ':');
    kl_buffer_add(to, minutes ? (kl_text){text.data + at + 3 + colon, 2} : KL_TEXT("00"));
    return minutes ? 5 + colon : 3;
}

/* The time of day from `at` on, with what follows; the whole text stays when it is none. */
static kl_status finish_time(kl_value *out, kl_buffer *to, kl_text text, size_t at, kl_error *error)
{
    size_t time = matches(text, at, "00:00:00");
    kl_buffer_add(to, (kl_text){text.data + at, time});
    at += time;
    at += time ? put_fraction(to, text, at) : 0;
    at += time ? put_offset(to, text, at) : 0;
    if (time && at == text.len)
        return kl_buffer_finish(out, to, error);
    kl_buffer_free(to);
    return kl_sql_decode_text(out, text, error);
}

kl_status kl_sql_decode_timestamp(kl_value *out, kl_text text, kl_error *error)
{
    kl_buffer to = KL_BUFFER_INIT;
    size_t date = matches(text, 0, "0000-00-00");
    bool separated = date && text.len > date && (text.data[date] == ' ' || text.data[date] == 'T');
    if (!separated)
        return kl_sql_decode_text(out, text, error);
    kl_buffer_add(&to, (kl_text){text.data, date});
    kl_buffer_byte(&to, 'T');
    return finish_time(out, &to, text, date + 1, error);
}

kl_status kl_sql_decode_time(kl_value *out, kl_text text, kl_error *error)
{
    kl_buffer to = KL_BUFFER_INIT;
    return finish_time(out, &to, text, 0, error);
}
