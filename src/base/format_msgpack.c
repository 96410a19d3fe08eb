/* src/base/format_msgpack.c - MessagePack (the specification of 2017, with timestamps).
 *
 * Reading takes any form of a number; writing takes the shortest. An unsigned integer beyond int64
 * becomes a float; map keys must be text; a timestamp becomes RFC 3339 text; other extensions are
 * refused.
 */
#include "formats.h"
#include "payload.h"
#include "kailash/json.h"

typedef struct unpacker {
    const char *start, *at, *end;
    unsigned depth;
} unpacker;

static kl_status unpack(kl_value *out, unpacker *u, kl_error *error);

static kl_status fault(const unpacker *u, kl_error *error, const char *words)
{
    size_t position = (size_t)(u->at - u->start);
    kl_error_set(error, KL_SYNTAX, "%s at byte %zu", words, position);
    if (error)
        error->position = position;
    return KL_SYNTAX;
}

/* The next `size` bytes. */
static kl_status take(kl_text *out, unpacker *u, size_t size, kl_error *error)
{
    if (size > (size_t)(u->end - u->at))
        return fault(u, error, "the data end too early");
    *out = (kl_text){u->at, size};
    u->at += size;
    return KL_OK;
}

/* An unsigned number of `size` bytes, most significant first. */
static kl_status take_number(uint64_t *out, unpacker *u, size_t size, kl_error *error)
{
    kl_text bytes;
    uint64_t number = 0;
    KL_TRY(take(&bytes, u, size, error));
    for (size_t i = 0; i < size; i++)
        number = number << 8 | (unsigned char)bytes.data[i];
    *out = number;
    return KL_OK;
}

static kl_status unpack_text(kl_value *out, unpacker *u, size_t size, kl_error *error)
{
    kl_text text;
    KL_TRY(take(&text, u, size, error));
    if (kl_utf8_valid_length(text) == size)
        return kl_string_from_valid(out, text, error);
    u->at = text.data;
    return fault(u, error, "text is not valid UTF-8");
}

static kl_status unpack_bytes(kl_value *out, unpacker *u, size_t size, kl_error *error)
{
    kl_text bytes;
    KL_TRY(take(&bytes, u, size, error));
    return kl_bytes_new(out, bytes, error);
}

static kl_status unpack_unsigned(kl_value *out, unpacker *u, size_t size, kl_error *error)
{
    uint64_t number;
    KL_TRY(take_number(&number, u, size, error));
    *out = number <= INT64_MAX ? kl_int((int64_t)number) : kl_double((double)number);
    return KL_OK;
}

static kl_status unpack_signed(kl_value *out, unpacker *u, size_t size, kl_error *error)
{
    uint64_t number;
    KL_TRY(take_number(&number, u, size, error));
    unsigned unused = 64 - 8 * (unsigned)size;
    *out = kl_int((int64_t)(number << unused) >> unused);
    return KL_OK;
}

static kl_status unpack_float(kl_value *out, unpacker *u, size_t size, kl_error *error)
{
    uint64_t bits;
    KL_TRY(take_number(&bits, u, size, error));
    if (size == 4) {
        uint32_t half = (uint32_t)bits;
        float single;
        memcpy(&single, &half, sizeof single);
        *out = kl_double((double)single);
    } else {
        double real;
        memcpy(&real, &bits, sizeof real);
        *out = kl_double(real);
    }
    return KL_OK;
}

/* ---- containers: each item takes a byte at least, so a count beyond the rest is a lie --------- */

static kl_status enter(unpacker *u, uint64_t count, size_t item_size, kl_error *error)
{
    if (u->depth >= KL_JSON_DEPTH_IN)
        return kl_error_set(error, KL_SYNTAX, "nests deeper than %d levels", KL_JSON_DEPTH_IN);
    if (count > (size_t)(u->end - u->at) / item_size)
        return fault(u, error, "the data end too early");
    u->depth++;
    return KL_OK;
}

static kl_status unpack_array(kl_value *out, unpacker *u, uint64_t count, kl_error *error)
{
    kl_value array, item;
    kl_status status;
    KL_TRY(enter(u, count, 1, error));
    KL_TRY(kl_array_new(&array, 0, error));
    for (; count; count--) {
        KL_TRY_OUT(unpack(&item, u, error));
        KL_TRY_OUT(kl_array_push(&array, item, error));
    }
    status = KL_OK;
    u->depth--;
    *out = kl_value_take(&array);
out:
    kl_value_release(array);
    return status;
}

static kl_status unpack_pair(kl_value *map, unpacker *u, kl_error *error)
{
    kl_value key, item;
    const char *start = u->at;
    KL_TRY(unpack(&key, u, error));
    if (!kl_is(key, KL_KIND_STRING)) {
        kl_value_release(key);
        u->at = start;
        return fault(u, error, "expected text as the key of a map");
    }
    kl_status status = unpack(&item, u, error);
    if (status == KL_OK)
        status = kl_map_set_key(map, key, item, error);
    kl_value_release(key);
    return status;
}

static kl_status unpack_map(kl_value *out, unpacker *u, uint64_t count, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(enter(u, count, 2, error));
    KL_TRY(kl_map_new(&map, 0, error));
    for (; count; count--)
        KL_TRY_OUT(unpack_pair(&map, u, error));
    status = KL_OK;
    u->depth--;
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    return status;
}

/* ---- timestamps ------------------------------------------------------------------------------ */

static kl_status timestamp(kl_value *out, unpacker *u, int64_t seconds, uint32_t nanoseconds,
                           kl_error *error)
{
    kl_status status = kl_format_time(out, seconds, nanoseconds, error);
    return status == KL_SYNTAX ? fault(u, error, "timestamp out of range") : status;
}

static kl_status unpack_extension(kl_value *out, unpacker *u, size_t size, kl_error *error)
{
    const char *start = u->at;
    uint64_t type, high, low;
    KL_TRY(take_number(&type, u, 1, error));
    if ((int8_t)type != -1 || (size != 4 && size != 8 && size != 12)) {
        u->at = start;
        return fault(u, error, "extension types other than timestamps are not supported");
    }
    if (size == 12) {
        KL_TRY(take_number(&high, u, 4, error));
        KL_TRY(take_number(&low, u, 8, error));
        return timestamp(out, u, (int64_t)low, (uint32_t)high, error);
    }
    KL_TRY(take_number(&low, u, size, error));
    if (size == 4)
        return timestamp(out, u, (int64_t)low, 0, error);
    return timestamp(out, u, (int64_t)(low & 0x3FFFFFFFF), (uint32_t)(low >> 34), error);
}

/* ---- one value ------------------------------------------------------------------------------- */

/* A length of `width` bytes, then what it is the length of. */
static kl_status unpack_counted(kl_value *out, unpacker *u, size_t width, unsigned char kind,
                                kl_error *error)
{
    uint64_t count;
    KL_TRY(take_number(&count, u, width, error));
    switch (kind) {
    case 's':
        return unpack_text(out, u, (size_t)count, error);
    case 'b':
        return unpack_bytes(out, u, (size_t)count, error);
    case 'x':
        return unpack_extension(out, u, (size_t)count, error);
    case 'a':
        return unpack_array(out, u, count, error);
    default:
        return unpack_map(out, u, count, error);
    }
}

/* The lead bytes from 0xC0 to 0xDF: what follows, and how many bytes its number or length has. */
static const struct {
    char kind;
    unsigned char width;
} leads[32] = {
    {'n', 0}, {0, 0},   {'f', 0}, {'t', 0}, {'b', 1}, {'b', 2}, {'b', 4}, {'x', 1},
    {'x', 2}, {'x', 4}, {'d', 4}, {'d', 8}, {'u', 1}, {'u', 2}, {'u', 4}, {'u', 8},
    {'i', 1}, {'i', 2}, {'i', 4}, {'i', 8}, {'e', 1}, {'e', 2}, {'e', 4}, {'e', 8},
    {'e', 16}, {'s', 1}, {'s', 2}, {'s', 4}, {'a', 2}, {'a', 4}, {'m', 2}, {'m', 4},
};

static kl_status unpack_lead(kl_value *out, unpacker *u, unsigned char lead, kl_error *error)
{
    char kind = leads[lead - 0xC0].kind;
    size_t width = leads[lead - 0xC0].width;
    switch (kind) {
    case 'n':
        *out = kl_null();
        return KL_OK;
    case 'f':
    case 't':
        *out = kl_bool(kind == 't');
        return KL_OK;
    case 'd':
        return unpack_float(out, u, width, error);
    case 'u':
        return unpack_unsigned(out, u, width, error);
    case 'i':
        return unpack_signed(out, u, width, error);
    case 'e': /* an extension of fixed size */
        return unpack_extension(out, u, width, error);
    case 0:
        u->at--;
        return fault(u, error, "0xC1 is never used");
    default:
        return unpack_counted(out, u, width, (unsigned char)kind, error);
    }
}

static kl_status unpack(kl_value *out, unpacker *u, kl_error *error)
{
    uint64_t lead;
    KL_TRY(take_number(&lead, u, 1, error));
    if (lead < 0x80 || lead >= 0xE0) {
        *out = kl_int((int8_t)lead);
        return KL_OK;
    }
    if (lead < 0x90)
        return unpack_map(out, u, lead & 15, error);
    if (lead < 0xA0)
        return unpack_array(out, u, lead & 15, error);
    if (lead < 0xC0)
        return unpack_text(out, u, lead & 31, error);
    return unpack_lead(out, u, (unsigned char)lead, error);
}

static kl_status msgpack_read(kl_value *out, kl_text data, kl_error *error)
{
    unpacker u = {data.data, data.data, data.data + data.len, 0};
    kl_value value;
    KL_TRY(unpack(&value, &u, error));
    if (u.at < u.end) {
        kl_value_release(value);
        return fault(&u, error, "trailing bytes");
    }
    *out = value;
    return KL_OK;
}

/* ---- writing --------------------------------------------------------------------------------- */

static void put(kl_buffer *to, unsigned lead, uint64_t number, unsigned width)
{
    kl_buffer_byte(to, (char)lead);
    while (width--)
        kl_buffer_byte(to, (char)(number >> 8 * width));
}

static void pack_int(kl_buffer *to, int64_t integer)
{
    if (integer >= -32 && integer < 128)
        kl_buffer_byte(to, (char)integer);
    else if (integer >= 0 && integer <= UINT32_MAX)
        put(to, integer <= UINT8_MAX ? 0xCC : integer <= UINT16_MAX ? 0xCD : 0xCE,
            (uint64_t)integer, integer <= UINT8_MAX ? 1 : integer <= UINT16_MAX ? 2 : 4);
    else if (integer >= INT32_MIN && integer < 0)
        put(to, integer >= INT8_MIN ? 0xD0 : integer >= INT16_MIN ? 0xD1 : 0xD2, (uint64_t)integer,
            integer >= INT8_MIN ? 1 : integer >= INT16_MIN ? 2 : 4);
    else
        put(to, integer < 0 ? 0xD3 : 0xCF, (uint64_t)integer, 8);
}

/* The head of something counted. `fix` and `fix_max`: the one-byte form; `lead8` 0 = none. */
static kl_status pack_head(kl_buffer *to, size_t count, unsigned fix, size_t fix_max,
                           unsigned lead8, unsigned lead16, kl_error *error)
{
    if (count > UINT32_MAX)
        return kl_error_set(error, KL_INVALID, "%zu items or bytes are too many for MessagePack",
                            count);
    if (fix && count <= fix_max)
        put(to, fix | (unsigned)count, 0, 0);
    else if (lead8 && count <= UINT8_MAX)
        put(to, lead8, count, 1);
    else
        put(to, count <= UINT16_MAX ? lead16 : lead16 + 1, count, count <= UINT16_MAX ? 2 : 4);
    return KL_OK;
}

static kl_status pack_text(kl_buffer *to, kl_text text, kl_error *error)
{
    KL_TRY(pack_head(to, text.len, 0xA0, 31, 0xD9, 0xDA, error));
    kl_buffer_add(to, text);
    return KL_OK;
}

static kl_status pack_bytes(kl_buffer *to, kl_text bytes, kl_error *error)
{
    KL_TRY(pack_head(to, bytes.len, 0, 0, 0xC4, 0xC5, error));
    kl_buffer_add(to, bytes);
    return KL_OK;
}

static kl_status pack(kl_buffer *to, kl_value value, kl_error *error)
{
    uint64_t bits;
    size_t len = kl_value_len(value);
    switch (kl_value_kind(value)) {
    case KL_KIND_BOOL:
        kl_buffer_byte(to, (char)(kl_as_bool(value) ? 0xC3 : 0xC2));
        return KL_OK;
    case KL_KIND_INT:
        pack_int(to, kl_as_int(value));
        return KL_OK;
    case KL_KIND_DOUBLE:
        memcpy(&bits, &value.as.real, sizeof bits);
        put(to, 0xCB, bits, 8);
        return KL_OK;
    case KL_KIND_STRING:
        return pack_text(to, kl_as_text(value), error);
    case KL_KIND_BYTES:
        return pack_bytes(to, kl_as_text(value), error);
    case KL_KIND_ARRAY:
        KL_TRY(pack_head(to, len, 0x90, 15, 0, 0xDC, error));
        for (size_t i = 0; i < len; i++)
            KL_TRY(pack(to, kl_array_at(value, i), error));
        return KL_OK;
    case KL_KIND_MAP:
        KL_TRY(pack_head(to, len, 0x80, 15, 0, 0xDE, error));
        for (size_t i = 0; i < len; i++) {
            KL_TRY(pack_text(to, kl_map_key_at(value, i), error));
            KL_TRY(pack(to, kl_map_value_at(value, i), error));
        }
        return KL_OK;
    case KL_KIND_OBJECT:
        return kl_error_set(error, KL_TYPE, "an object has no MessagePack form");
    default:
        kl_buffer_byte(to, (char)0xC0);
        return KL_OK;
    }
}

static kl_status msgpack_write(kl_value *out, kl_value value, const kl_format_options *options,
                               kl_error *error)
{
    (void)options; /* has one form only */
    kl_buffer buffer = KL_BUFFER_INIT;
    kl_status status = pack(&buffer, value, error);
    if (status == KL_OK)
        return kl_buffer_finish_bytes(out, &buffer, error);
    kl_buffer_free(&buffer);
    return status;
}

const kl_format kl_format_msgpack = {
    .name = "msgpack", .title = "MessagePack", .binary = true, .read = msgpack_read,
    .write = msgpack_write,
};
