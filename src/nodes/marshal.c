/* src/nodes/marshal.c - see marshal.h. Numbers are little-endian. */
#include "marshal.h"

#include <math.h>

enum { DIGIT_BITS = 15, DIGITS_MAX = 128 };

/* ---- writing ------------------------------------------------------------------------------------- */

static void put_number(kl_buffer *to, uint64_t number, int bytes)
{
    for (int i = 0; i < bytes; i++)
        kl_buffer_byte(to, (char)(number >> (8 * i)));
}

static kl_status put_sized(kl_buffer *to, char type, kl_text text, kl_error *error)
{
    if (text.len > INT32_MAX)
        return kl_error_set(error, KL_LIMIT, "a text is longer than 2 GiB");
    kl_buffer_byte(to, type);
    put_number(to, text.len, 4);
    kl_buffer_add(to, text);
    return KL_OK;
}

/* Digits of 15 bits; their number carries the sign. */
static void put_int(kl_buffer *to, int64_t integer)
{
    if (integer >= INT32_MIN && integer <= INT32_MAX) {
        kl_buffer_byte(to, 'i');
        put_number(to, (uint32_t)integer, 4);
        return;
    }
    uint64_t size = integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer;
    int count = 0;
    for (uint64_t rest = size; rest; rest >>= DIGIT_BITS)
        count++;
    kl_buffer_byte(to, 'l');
    put_number(to, (uint32_t)(integer < 0 ? -count : count), 4);
    for (; size; size >>= DIGIT_BITS)
        put_number(to, size & 0x7FFF, 2);
}

static void put_double(kl_buffer *to, double real)
{
    uint64_t bits;
    memcpy(&bits, &real, sizeof bits);
    kl_buffer_byte(to, 'g');
    put_number(to, bits, 8);
}

static kl_status put(kl_buffer *to, kl_value value, int depth, kl_error *error);

static kl_status put_list(kl_buffer *to, kl_value list, int depth, kl_error *error)
{
    size_t count = kl_array_len(list);
    if (count > INT32_MAX)
        return kl_error_set(error, KL_LIMIT, "a list holds more than 2^31 values");
    kl_buffer_byte(to, '[');
    put_number(to, count, 4);
    for (size_t i = 0; i < count; i++)
        KL_TRY(put(to, kl_array_at(list, i), depth, error));
    return KL_OK;
}

static kl_status put_map(kl_buffer *to, kl_value map, int depth, kl_error *error)
{
    kl_buffer_byte(to, '{');
    for (size_t i = 0, count = kl_map_len(map); i < count; i++) {
        KL_TRY(put_sized(to, 'u', kl_map_key_at(map, i), error));
        KL_TRY(put(to, kl_map_value_at(map, i), depth, error));
    }
    kl_buffer_byte(to, '0');
    return KL_OK;
}

static kl_status put(kl_buffer *to, kl_value value, int depth, kl_error *error)
{
    if (depth > KL_MARSHAL_DEPTH_MAX)
        return kl_error_set(error, KL_DEPTH, "it nests deeper than %d levels", KL_MARSHAL_DEPTH_MAX);
    switch (kl_value_kind(value)) {
    case KL_KIND_NULL: kl_buffer_byte(to, 'N'); return KL_OK;
    case KL_KIND_BOOL: kl_buffer_byte(to, value.as.boolean ? 'T' : 'F'); return KL_OK;
    case KL_KIND_INT: put_int(to, value.as.integer); return KL_OK;
    case KL_KIND_DOUBLE: put_double(to, value.as.real); return KL_OK;
    case KL_KIND_STRING: return put_sized(to, 'u', kl_as_text(value), error);
    case KL_KIND_BYTES: return put_sized(to, 's', kl_as_text(value), error);
    case KL_KIND_ARRAY: return put_list(to, value, depth + 1, error);
    case KL_KIND_MAP: return put_map(to, value, depth + 1, error);
    default: return kl_error_set(error, KL_INVALID, "it holds an object");
    }
}

kl_status kl_marshal_write(kl_buffer *to, kl_value value, kl_error *error)
{
    return put(to, value, 0, error);
}

/* ---- reading ------------------------------------------------------------------------------------- */

typedef struct reader {
    const char *at, *end;
    int depth;
} reader;

static kl_status fault(kl_error *error)
{
    return kl_error_set(error, KL_SYNTAX, "the data of the Python worker are damaged");
}

static bool get_number(uint64_t *out, reader *r, int bytes)
{
    if (r->end - r->at < bytes)
        return false;
    uint64_t number = 0;
    for (int i = 0; i < bytes; i++)
        number |= (uint64_t)(unsigned char)r->at[i] << (8 * i);
    r->at += bytes;
    *out = number;
    return true;
}

static bool get_sized(kl_text *out, reader *r)
{
    uint64_t len;
    if (!get_number(&len, r, 4) || len > (uint64_t)(r->end - r->at))
        return false;
    *out = (kl_text){r->at, (size_t)len};
    r->at += len;
    return true;
}

/* Beyond int64 the nearest double, as with integers of JSON. */
static kl_status get_long(kl_value *out, reader *r, kl_error *error)
{
    uint64_t word, digit, magnitude = 0;
    double real = 0;
    if (!get_number(&word, r, 4))
        return fault(error);
    int64_t count = (int32_t)word;
    bool is_negative = count < 0, fits = true;
    count = is_negative ? -count : count;
    if (count > DIGITS_MAX)
        return fault(error);
    for (int64_t i = 0; i < count; i++) {
        if (!get_number(&digit, r, 2) || digit > 0x7FFF)
            return fault(error);
        fits = fits && (i < 4 || (i == 4 && digit < 16) || digit == 0);
        if (i <= 4)
            magnitude |= digit << (DIGIT_BITS * i);
        real += ldexp((double)digit, (int)(DIGIT_BITS * i));
    }
    if (fits && magnitude <= INT64_MAX)
        *out = kl_int(is_negative ? -(int64_t)magnitude : (int64_t)magnitude);
    else if (fits && is_negative && magnitude == (uint64_t)1 << 63)
        *out = kl_int(INT64_MIN);
    else
        *out = kl_double(is_negative ? -real : real);
    return KL_OK;
}

static kl_status get(kl_value *out, reader *r, kl_error *error);

static kl_status get_list(kl_value *out, reader *r, kl_error *error)
{
    uint64_t count;
    kl_value list = kl_null(), item;
    if (!get_number(&count, r, 4) || count > (uint64_t)(r->end - r->at))
        return fault(error);
    kl_status status = kl_array_new(&list, (size_t)count, error);
    for (uint64_t i = 0; i < count && status == KL_OK; i++)
        if ((status = get(&item, r, error)) == KL_OK)
            status = kl_array_push(&list, item, error);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

static kl_status get_pair(kl_value *map, reader *r, kl_error *error)
{
    kl_value key, item;
    KL_TRY(get(&key, r, error));
    kl_status status = kl_is(key, KL_KIND_STRING) ? get(&item, r, error) : fault(error);
    if (status == KL_OK)
        status = kl_map_set_key(map, key, item, error);
    kl_value_release(key);
    return status;
}

static kl_status get_map(kl_value *out, reader *r, kl_error *error)
{
    kl_value map = kl_null();
    kl_status status = kl_map_new(&map, 8, error);
    while (status == KL_OK && r->at < r->end && *r->at != '0')
        status = get_pair(&map, r, error);
    if (status == KL_OK && r->at++ >= r->end)
        status = fault(error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

static kl_status get_scalar(kl_value *out, reader *r, char type, kl_error *error)
{
    uint64_t number;
    kl_text text;
    double real;
    if (type == 'i' && get_number(&number, r, 4))
        *out = kl_int((int32_t)number);
    else if (type == 'g' && get_number(&number, r, 8)) {
        memcpy(&real, &number, sizeof real);
        *out = kl_double(real);
    } else if (type == 'u' && get_sized(&text, r))
        return kl_string_repair(out, text, error);
    else if (type == 's' && get_sized(&text, r))
        return kl_bytes_new(out, text, error);
    else
        return fault(error);
    return KL_OK;
}

static kl_status get(kl_value *out, reader *r, kl_error *error)
{
    if (r->at >= r->end || r->depth > KL_MARSHAL_DEPTH_MAX)
        return fault(error);
    char type = *r->at++;
    kl_status status;
    switch (type) {
    case 'N': *out = kl_null(); return KL_OK;
    case 'T':
    case 'F': *out = kl_bool(type == 'T'); return KL_OK;
    case 'l': return get_long(out, r, error);
    case '[':
    case '(':
    case '{':
        r->depth++;
        status = type == '{' ? get_map(out, r, error) : get_list(out, r, error);
        r->depth--;
        return status;
    default: return get_scalar(out, r, type, error);
    }
}

kl_status kl_marshal_read(kl_value *out, kl_text data, kl_error *error)
{
    reader r = {data.data, data.data + data.len, 0};
    kl_value value;
    KL_TRY(get(&value, &r, error));
    if (r.at != r.end) {
        kl_value_release(value);
        return fault(error);
    }
    *out = value;
    return KL_OK;
}
