/* src/base/double.c - doubles as the shortest text that reads back the same. yyjson finds the
 * digits; this lays them out in the product's form and in ECMAScript's. */
#include "kailash/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <yyjson.h>

typedef struct decimal {
    bool negative;
    char digits[20]; /* without leading or trailing zeros */
    int count;
    int point; /* value = 0.DIGITS * 10^point */
} decimal;

static size_t shortest_text(char *text, size_t size, double real)
{
    char pool[1024];
    yyjson_alc memory;
    yyjson_mut_val number = {0};
    size_t len = 0;
    unsafe_yyjson_set_real(&number, real);
    if (!yyjson_alc_pool_init(&memory, pool, sizeof pool))
        return 0;
    char *printed = yyjson_mut_val_write_opts(&number, 0, &memory, &len, NULL);
    if (!printed || len >= size)
        return 0;
    memcpy(text, printed, len);
    text[len] = '\0';
    return len;
}

/* Take apart what yyjson printed: [-]digits[.digits][e[+-]digits]. */
static decimal take_apart(double real)
{
    char text[40];
    decimal d = {.negative = signbit(real) != 0};
    if (shortest_text(text, sizeof text, fabs(real)) == 0)
        snprintf(text, sizeof text, "%.17g", fabs(real));
    int seen = 0, point = -1;
    const char *at = text;
    for (; *at && *at != 'e' && *at != 'E'; at++) {
        if (*at == '.') {
            point = seen;
            continue;
        }
        if (d.count == 0 && *at == '0') { /* a leading zero moves the point only */
            seen++;
            continue;
        }
        if (d.count == 0)
            d.point = -seen;
        if (d.count < (int)sizeof d.digits)
            d.digits[d.count++] = *at;
        seen++;
    }
    d.point += (point < 0 ? seen : point) + (*at ? atoi(at + 1) : 0);
    while (d.count > 0 && d.digits[d.count - 1] == '0')
        d.count--;
    return d;
}

static char *put_zeros(char *to, int count)
{
    while (count-- > 0)
        *to++ = '0';
    return to;
}

static char *put_digits(char *to, const decimal *d, int from, int end)
{
    for (int i = from; i < end; i++)
        *to++ = i < d->count ? d->digits[i] : '0';
    return to;
}

static char *put_scientific(char *to, const decimal *d)
{
    *to++ = d->digits[0];
    if (d->count > 1) {
        *to++ = '.';
        to = put_digits(to, d, 1, d->count);
    }
    return to + sprintf(to, "e%+d", d->point - 1);
}

/* Plain notation; `fraction` asks for ".0" behind a whole number. */
static char *put_plain(char *to, const decimal *d, bool fraction)
{
    if (d->point <= 0) {
        *to++ = '0';
        *to++ = '.';
        to = put_zeros(to, -d->point);
        return put_digits(to, d, 0, d->count);
    }
    to = put_digits(to, d, 0, d->point);
    if (d->count > d->point) {
        *to++ = '.';
        return put_digits(to, d, d->point, d->count);
    }
    if (fraction) {
        *to++ = '.';
        *to++ = '0';
    }
    return to;
}

size_t kl_double_print(char buffer[32], double real)
{
    if (!isfinite(real))
        return (size_t)sprintf(buffer, isnan(real) ? "nan" : real > 0 ? "inf" : "-inf");
    if (real == 0)
        return (size_t)sprintf(buffer, signbit(real) ? "-0.0" : "0.0");
    decimal d = take_apart(real);
    char *to = buffer;
    if (d.negative)
        *to++ = '-';
    bool plain = d.point > -5 && d.point <= 16; /* 1e-5 <= x < 1e16 */
    to = plain ? put_plain(to, &d, true) : put_scientific(to, &d);
    *to = '\0';
    return (size_t)(to - buffer);
}

size_t kl_double_print_es(char buffer[32], double real)
{
    if (!isfinite(real))
        return (size_t)sprintf(buffer, isnan(real) ? "NaN" : real > 0 ? "Infinity" : "-Infinity");
    if (real == 0)
        return (size_t)sprintf(buffer, "0");
    decimal d = take_apart(real);
    char *to = buffer;
    if (d.negative)
        *to++ = '-';
    bool plain = d.point > -6 && d.point <= 21;
    to = plain ? put_plain(to, &d, false) : put_scientific(to, &d);
    *to = '\0';
    return (size_t)(to - buffer);
}
