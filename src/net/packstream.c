/* src/net/packstream.c - see packstream.h. */
#include "packstream.h"

/* ---- writing ------------------------------------------------------------------------------------- */

static void put_number(kl_buffer *to, uint64_t number, int bytes)
{
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
        kl_buffer_byte(to, (char)(number >> shift));
}

static void write_int(kl_buffer *to, int64_t number)
{
    if (number >= -16 && number <= INT8_MAX) {
        put_number(to, (uint64_t)number, 1);
        return;
    }
    int bytes = number >= INT8_MIN && number <= INT8_MAX     ? 1
                : number >= INT16_MIN && number <= INT16_MAX ? 2
                : number >= INT32_MIN && number <= INT32_MAX ? 4
                                                             : 8;
    kl_buffer_byte(to, (char)(bytes == 1 ? 0xC8 : bytes == 2 ? 0xC9 : bytes == 4 ? 0xCA : 0xCB));
    put_number(to, (uint64_t)number, bytes);
}

static void write_double(kl_buffer *to, double real)
{
    uint64_t bits;
    memcpy(&bits, &real, sizeof bits);
    kl_buffer_byte(to, (char)0xC1);
    put_number(to, bits, 8);
}

/* `tiny` is the marker of up to 15 items (0 = there is none), `small` that of a length of one byte;
 * those of two and four bytes follow it. */
static void write_length(kl_buffer *to, size_t length, uint8_t tiny, uint8_t small)
{
    if (tiny && length < 16) {
        kl_buffer_byte(to, (char)(tiny + length));
        return;
    }
    int size = length <= UINT8_MAX ? 0 : length <= UINT16_MAX ? 1 : 2;
    kl_buffer_byte(to, (char)(small + size));
    put_number(to, length, 1 << size);
}

static kl_status write_value(kl_buffer *to, kl_value value, int depth, kl_error *error);

static kl_status write_array(kl_buffer *to, kl_value array, int depth, kl_error *error)
{
    write_length(to, kl_array_len(array), 0x90, 0xD4);
    for (size_t i = 0; i < kl_array_len(array); i++)
        KL_TRY(write_value(to, kl_array_at(array, i), depth + 1, error));
    return KL_OK;
}

static void write_text(kl_buffer *to, kl_text text)
{
    write_length(to, text.len, 0x80, 0xD0);
    kl_buffer_add(to, text);
}

static kl_status write_map(kl_buffer *to, kl_value map, int depth, kl_error *error)
{
    write_length(to, kl_map_len(map), 0xA0, 0xD8);
    for (size_t i = 0; i < kl_map_len(map); i++) {
        write_text(to, kl_map_key_at(map, i));
        KL_TRY(write_value(to, kl_map_value_at(map, i), depth + 1, error));
    }
    return KL_OK;
}

static kl_status write_value(kl_buffer *to, kl_value value, int depth, kl_error *error)
{
    if (depth > KL_PACKSTREAM_DEPTH)
        return kl_error_set(error, KL_DEPTH, "a value nests deeper than %d levels",
                            KL_PACKSTREAM_DEPTH);
    switch (kl_value_kind(value)) {
    case KL_KIND_NULL: kl_buffer_byte(to, (char)0xC0); break;
    case KL_KIND_BOOL: kl_buffer_byte(to, (char)(kl_as_bool(value) ? 0xC3 : 0xC2)); break;
    case KL_KIND_INT: write_int(to, kl_as_int(value)); break;
    case KL_KIND_DOUBLE: write_double(to, kl_as_double(value)); break;
    case KL_KIND_STRING: write_text(to, kl_as_text(value)); break;
    case KL_KIND_BYTES:
        write_length(to, kl_as_text(value).len, 0, 0xCC);
        kl_buffer_add(to, kl_as_text(value));
        break;
    case KL_KIND_ARRAY: return write_array(to, value, depth, error);
    case KL_KIND_MAP: return write_map(to, value, depth, error);
    default:
        return kl_error_set(error, KL_TYPE, "a value of kind %s cannot be sent; expected null, a "
                                            "bool, number, string, bytes, list or dict",
                            kl_value_kind_name(value));
    }
    return KL_OK;
}

static kl_status buffer_status(const kl_buffer *to, kl_error *error)
{
    if (to->status == KL_NO_MEMORY)
        return kl_error_no_memory(error);
    if (to->status != KL_OK)
        return kl_error_set(error, KL_LIMIT, "resource limit exceeded: message (limit: %zu bytes)",
                            to->limit ? to->limit : KL_BUFFER_MAX);
    return KL_OK;
}

kl_status kl_packstream_write(kl_buffer *to, kl_value value, kl_error *error)
{
    KL_TRY(write_value(to, value, 0, error));
    return buffer_status(to, error);
}

void kl_packstream_begin(kl_buffer *to, uint8_t tag, uint8_t fields)
{
    kl_buffer_byte(to, (char)(0xB0 + fields));
    kl_buffer_byte(to, (char)tag);
}

/* ---- reading ------------------------------------------------------------------------------------- */

typedef struct reader {
    const uint8_t *start, *at, *end;
    size_t items; /* read so far */
    int depth;
} reader;

static kl_status malformed(const reader *from, const char *what, kl_error *error)
{
    size_t position = (size_t)(from->at - from->start);
    kl_error_set(error, KL_SYNTAX, "the message of the server is malformed at byte %zu: %s",
                 position, what);
    if (error)
        error->position = position;
    return KL_SYNTAX;
}

static size_t left(const reader *from) { return (size_t)(from->end - from->at); }

static kl_status take_number(uint64_t *out, reader *from, size_t bytes, kl_error *error)
{
    uint64_t number = 0;
    if (left(from) < bytes)
        return malformed(from, "it ends early", error);
    for (size_t i = 0; i < bytes; i++)
        number = number << 8 | *from->at++;
    *out = number;
    return KL_OK;
}

/* A length that `each` times over must still be there: no head makes us reserve more than came. */
static kl_status take_length(size_t *out, reader *from, size_t bytes, size_t each, kl_error *error)
{
    uint64_t length;
    KL_TRY(take_number(&length, from, bytes, error));
    if (length > left(from) / each)
        return malformed(from, "a length goes beyond its end", error);
    *out = (size_t)length;
    return KL_OK;
}

static kl_status read_value(kl_value *out, reader *from, kl_error *error);

static kl_status take_text(kl_text *out, reader *from, size_t length, kl_error *error)
{
    if (length > left(from))
        return malformed(from, "a length goes beyond its end", error);
    *out = (kl_text){(const char *)from->at, length};
    from->at += length;
    return KL_OK;
}

static kl_status read_string(kl_value *out, reader *from, size_t length, kl_error *error)
{
    kl_text text;
    reader before = *from;
    KL_TRY(take_text(&text, from, length, error));
    kl_status status = kl_string_new(out, text, error);
    return status == KL_SYNTAX ? malformed(&before, "a text is not UTF-8", error) : status;
}

static kl_status read_array(kl_value *out, reader *from, size_t length, kl_error *error)
{
    kl_value array, item;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&array, KL_MIN(length, (size_t)1024), error));
    for (size_t i = 0; i < length; i++) {
        KL_TRY_OUT(read_value(&item, from, error));
        KL_TRY_OUT(kl_array_push(&array, item, error));
    }
    *out = array;
    return KL_OK;
out:
    kl_value_release(array);
    return status;
}

static kl_status read_pair(kl_value *map, reader *from, kl_error *error)
{
    kl_value key, value;
    reader before = *from;
    KL_TRY(read_value(&key, from, error));
    kl_status status = kl_is(key, KL_KIND_STRING) ? read_value(&value, from, error)
                                                  : malformed(&before, "a key is no text", error);
    if (status == KL_OK)
        status = kl_map_set_key(map, key, value, error);
    kl_value_release(key);
    return status;
}

static kl_status read_map(kl_value *out, reader *from, size_t length, kl_error *error)
{
    kl_value map;
    kl_status status = KL_OK;
    KL_TRY(kl_map_new(&map, KL_MIN(length, (size_t)1024), error));
    for (size_t i = 0; i < length; i++)
        KL_TRY_OUT(read_pair(&map, from, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status read_structure(kl_value *out, reader *from, size_t count, kl_error *error)
{
    kl_value fields;
    uint64_t tag;
    KL_TRY(take_number(&tag, from, 1, error));
    KL_TRY(read_array(&fields, from, count, error));
    kl_status status = kl_packstream_structure(out, (uint8_t)tag, fields, error);
    kl_value_release(fields);
    return status;
}

static kl_status read_int(kl_value *out, reader *from, size_t bytes, kl_error *error)
{
    uint64_t number;
    KL_TRY(take_number(&number, from, bytes, error));
    *out = kl_int(bytes == 1   ? (int8_t)number
                  : bytes == 2 ? (int16_t)number
                  : bytes == 4 ? (int32_t)number
                               : (int64_t)number);
    return KL_OK;
}

static kl_status read_double(kl_value *out, reader *from, kl_error *error)
{
    uint64_t bits;
    double real;
    KL_TRY(take_number(&bits, from, 8, error));
    memcpy(&real, &bits, sizeof real);
    *out = kl_double(real);
    return KL_OK;
}

static kl_status read_bytes(kl_value *out, reader *from, size_t bytes, kl_error *error)
{
    size_t length;
    kl_text text;
    KL_TRY(take_length(&length, from, bytes, 1, error));
    KL_TRY(take_text(&text, from, length, error));
    return kl_bytes_new(out, text, error);
}

static kl_status read_marked(kl_value *out, reader *from, uint8_t marker, kl_error *error)
{
    size_t length;
    switch (marker) {
    case 0xC0: *out = kl_null(); return KL_OK;
    case 0xC1: return read_double(out, from, error);
    case 0xC2:
    case 0xC3: *out = kl_bool(marker == 0xC3); return KL_OK;
    case 0xC8:
    case 0xC9:
    case 0xCA:
    case 0xCB: return read_int(out, from, (size_t)1 << (marker - 0xC8), error);
    case 0xCC:
    case 0xCD:
    case 0xCE: return read_bytes(out, from, (size_t)1 << (marker - 0xCC), error);
    case 0xD0:
    case 0xD1:
    case 0xD2:
        KL_TRY(take_length(&length, from, (size_t)1 << (marker - 0xD0), 1, error));
        return read_string(out, from, length, error);
    case 0xD4:
    case 0xD5:
    case 0xD6:
        KL_TRY(take_length(&length, from, (size_t)1 << (marker - 0xD4), 1, error));
        return read_array(out, from, length, error);
    case 0xD8:
    case 0xD9:
    case 0xDA:
        KL_TRY(take_length(&length, from, (size_t)1 << (marker - 0xD8), 2, error));
        return read_map(out, from, length, error);
    default: return malformed(from, "an unknown marker", error);
    }
}

static kl_status read_inner(kl_value *out, reader *from, uint8_t marker, kl_error *error)
{
    size_t length = marker & 0x0F;
    if (marker < 0x80 || marker >= 0xF0) {
        *out = kl_int((int8_t)marker);
        return KL_OK;
    }
    switch (marker & 0xF0) {
    case 0x80: return read_string(out, from, length, error);
    case 0x90: return read_array(out, from, length, error);
    case 0xA0: return read_map(out, from, length, error);
    case 0xB0: return read_structure(out, from, length, error);
    default: return read_marked(out, from, marker, error);
    }
}

static kl_status read_value(kl_value *out, reader *from, kl_error *error)
{
    uint64_t marker;
    if (from->depth > KL_PACKSTREAM_DEPTH)
        return kl_error_set(error, KL_DEPTH, "the message of the server nests deeper than %d levels",
                            KL_PACKSTREAM_DEPTH);
    if (++from->items > KL_PACKSTREAM_ITEMS_MAX)
        return kl_error_set(error, KL_LIMIT, "resource limit exceeded: message (limit: %zu items)",
                            KL_PACKSTREAM_ITEMS_MAX);
    KL_TRY(take_number(&marker, from, 1, error));
    from->depth++;
    kl_status status = read_inner(out, from, (uint8_t)marker, error);
    from->depth--;
    return status;
}

static reader begin(kl_text text)
{
    const uint8_t *start = (const uint8_t *)text.data;
    return (reader){.start = start, .at = start, .end = start + text.len};
}

static void move_on(kl_text *rest, const reader *from)
{
    *rest = (kl_text){(const char *)from->at, left(from)};
}

kl_status kl_packstream_head(uint8_t *tag, size_t *fields, kl_text *rest, kl_error *error)
{
    reader from = begin(*rest);
    uint64_t head;
    KL_TRY(take_number(&head, &from, 2, error));
    if (head >> 12 != 0xB)
        return malformed(&from, "no structure", error);
    *tag = (uint8_t)head;
    *fields = head >> 8 & 0x0F;
    move_on(rest, &from);
    return KL_OK;
}

kl_status kl_packstream_read(kl_value *out, kl_text *rest, kl_error *error)
{
    reader from = begin(*rest);
    KL_TRY(read_value(out, &from, error));
    move_on(rest, &from);
    return KL_OK;
}
