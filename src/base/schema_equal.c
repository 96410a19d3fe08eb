/* src/base/schema_equal.c - values as JSON sees them: 1 equals 1.0, and decimals are exact. */
#include "payload.h"
#include "schema_node.h"
#include "kailash/json.h"

#include <math.h>
#include <stdlib.h>

bool kl_schema_is_integer(kl_value value)
{
    return kl_is(value, KL_KIND_INT) ||
           (kl_is(value, KL_KIND_DOUBLE) && isfinite(value.as.real) &&
            value.as.real == trunc(value.as.real));
}

/* ---- equality ---------------------------------------------------------------------------------- */

static kl_status equal(bool *out, kl_value a, kl_value b, unsigned depth, kl_error *error);

static kl_status equal_arrays(bool *out, kl_value a, kl_value b, unsigned depth, kl_error *error)
{
    for (size_t i = 0, len = kl_array_len(a); i < len && *out; i++)
        KL_TRY(equal(out, kl_array_at(a, i), kl_array_at(b, i), depth + 1, error));
    return KL_OK;
}

static kl_status equal_maps(bool *out, kl_value a, kl_value b, unsigned depth, kl_error *error)
{
    for (size_t i = 0, len = kl_map_len(a); i < len && *out; i++) {
        const kl_value *other = kl_map_find(b, kl_map_key_at(a, i));
        *out = other != NULL;
        if (other)
            KL_TRY(equal(out, kl_map_value_at(a, i), *other, depth + 1, error));
    }
    return KL_OK;
}

static kl_status equal(bool *out, kl_value a, kl_value b, unsigned depth, kl_error *error)
{
    if (depth > KL_SCHEMA_EVALUATION_MAX)
        return kl_error_set(error, KL_DEPTH, "value nests deeper than %d levels",
                            KL_SCHEMA_EVALUATION_MAX);
    if (kl_is_number(a) && kl_is_number(b)) {
        *out = kl_number_compare(a, b) == 0;
        return KL_OK;
    }
    bool is_array = kl_is(a, KL_KIND_ARRAY);
    if (!is_array && !kl_is(a, KL_KIND_MAP))
        return kl_value_equal(out, a, b, error);
    *out = a.kind == b.kind && kl_value_len(a) == kl_value_len(b);
    return is_array ? equal_arrays(out, a, b, depth, error) : equal_maps(out, a, b, depth, error);
}

kl_status kl_schema_equal(bool *out, kl_value a, kl_value b, kl_error *error)
{
    bool same = true;
    KL_TRY(equal(&same, a, b, 0, error));
    *out = same;
    return KL_OK;
}

/* ---- twins: equal items, found by hash ------------------------------------------------------------ */

static uint64_t mix(uint64_t hash, uint64_t more)
{
    hash = (hash ^ more) * 0x9E3779B97F4A7C15ull;
    return hash ^ hash >> 29;
}

/* Agrees with equal(); beyond the depth it stops looking, which only makes hashes meet. */
static uint64_t hash_of(kl_value value, unsigned depth)
{
    uint64_t hash = value.kind;
    if (kl_is_number(value)) {
        double real = kl_as_double(value); /* equal numbers have equal nearest doubles */
        real = real == 0 ? 0 : real;
        memcpy(&hash, &real, sizeof hash);
        return mix(KL_KIND_NUMBER, hash);
    }
    if (kl_is(value, KL_KIND_STRING) || kl_is(value, KL_KIND_BYTES))
        return mix(hash, kl_text_hash(kl_as_text(value)));
    if (kl_is(value, KL_KIND_BOOL))
        return mix(hash, value.as.boolean);
    size_t len = depth > 16 ? 0 : kl_value_len(value);
    if (kl_is(value, KL_KIND_ARRAY))
        for (size_t i = 0; i < len; i++)
            hash = mix(hash, hash_of(kl_array_at(value, i), depth + 1));
    else if (kl_is(value, KL_KIND_MAP))
        for (size_t i = 0; i < len; i++) /* in any order: a sum */
            hash += mix(kl_text_hash(kl_map_key_at(value, i)),
                        hash_of(kl_map_value_at(value, i), depth + 1));
    return hash;
}

static kl_status search_twins(bool *found, size_t *first, size_t *second, kl_value array,
                              uint32_t *slots, size_t mask, kl_error *error)
{
    *found = false;
    for (size_t i = 0, len = kl_array_len(array); i < len; i++) {
        kl_value item = kl_array_at(array, i);
        size_t slot = hash_of(item, 0) & mask;
        for (; slots[slot]; slot = (slot + 1) & mask) {
            KL_TRY(kl_schema_equal(found, kl_array_at(array, slots[slot] - 1), item, error));
            if (*found) {
                *first = slots[slot] - 1;
                *second = i;
                return KL_OK;
            }
        }
        slots[slot] = (uint32_t)i + 1;
    }
    return KL_OK;
}

kl_status kl_schema_find_twins(bool *found, size_t *first, size_t *second, kl_value array,
                               kl_error *error)
{
    size_t size = 8, len = kl_array_len(array);
    if (len >= UINT32_MAX)
        return kl_error_set(error, KL_LIMIT, "an array of %zu items is too long", len);
    while (size < 2 * len)
        size *= 2;
    uint32_t *slots = kl_alloc_zero(size, sizeof *slots);
    if (!slots)
        return kl_error_no_memory(error);
    kl_status status = search_twins(found, first, second, array, slots, size - 1, error);
    kl_free(slots);
    return status;
}

/* ---- multiples --------------------------------------------------------------------------------- */

typedef struct decimal {
    uint64_t digits; /* at most 17 of them, or those of an int64 */
    int exponent;    /* number = digits * 10^exponent */
} decimal;

static decimal decimal_of(kl_value value)
{
    char text[32];
    decimal d = {0, 0};
    if (kl_is(value, KL_KIND_INT)) {
        int64_t integer = value.as.integer;
        d.digits = integer < 0 ? -(uint64_t)integer : (uint64_t)integer;
        return d;
    }
    kl_double_print(text, fabs(value.as.real));
    bool fraction = false;
    for (const char *at = text; *at && *at != 'e'; at++) {
        if (*at == '.') {
            fraction = true;
            continue;
        }
        d.digits = 10 * d.digits + (uint64_t)(*at - '0');
        d.exponent -= fraction;
    }
    const char *exponent = strchr(text, 'e');
    d.exponent += exponent ? atoi(exponent + 1) : 0;
    for (; d.digits && d.digits % 10 == 0; d.exponent++)
        d.digits /= 10;
    return d;
}

/* (a * b) mod m, in halves that fit. */
static uint64_t multiply_modulo(uint64_t a, uint64_t b, uint64_t m)
{
    uint64_t sum = 0;
    for (a %= m; b; b >>= 1) {
        if (b & 1)
            sum = sum >= m - a ? sum - (m - a) : sum + a;
        a = a >= m - a ? a - (m - a) : a + a;
    }
    return sum;
}

bool kl_schema_is_multiple(kl_value number, kl_value of)
{
    if (!isfinite(kl_as_double(number)))
        return false;
    decimal a = decimal_of(number), b = decimal_of(of);
    int shift = a.exponent - b.exponent;
    if (a.digits == 0)
        return true;
    if (b.digits == 0)
        return false;
    uint64_t rest = a.digits % b.digits;
    for (; shift > 0; shift--)
        rest = multiply_modulo(rest, 10, b.digits);
    for (; shift < 0; shift++) { /* the divisor is digits * 10^-shift */
        if (a.digits % 10)
            return false;
        a.digits /= 10;
        rest = a.digits % b.digits;
    }
    return rest == 0;
}
