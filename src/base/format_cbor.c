/* src/base/format_cbor.c - CBOR (RFC 8949), read and written item by item with the cbor driver.
 *
 * Reading takes any form, lengths that are not told too; writing takes the shortest. An integer
 * beyond int64 becomes a float, undefined becomes null, an integer as key its digits; other keys
 * must be text. Tags that say how a text is meant are dropped, those of times, big numbers and UUIDs
 * obeyed; others are refused, as their content means something else than it shows.
 */
#include "driver.h"
#include "formats.h"
#include "payload.h"
#include "drivers/cbor.h"
#include "kailash/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct unpacker {
    const kl_cbor_functions *cbor;
    const char *start, *at, *end;
    const char *from; /* the item read last */
    unsigned depth;
} unpacker;

static kl_status unpack(kl_value *out, unpacker *u, const kl_cbor_item *item, kl_error *error);

/* KL_SYNTAX about what begins at `at`. */
KL_PRINTF(4, 5)
static kl_status fault(const unpacker *u, const char *at, kl_error *error, const char *words, ...)
{
    char shown[128];
    va_list arguments;
    va_start(arguments, words);
    vsnprintf(shown, sizeof shown, words, arguments);
    va_end(arguments);
    kl_error_set(error, KL_SYNTAX, "%s at byte %zu", shown, (size_t)(at - u->start));
    if (error)
        error->position = (size_t)(at - u->start);
    return KL_SYNTAX;
}

static kl_status next(kl_cbor_item *out, unpacker *u, kl_error *error)
{
    u->from = u->at;
    switch (u->cbor->read(out, (kl_text){u->at, (size_t)(u->end - u->at)})) {
    case KL_CBOR_READ:
        u->at += out->size;
        return KL_OK;
    case KL_CBOR_SHORT:
        return fault(u, u->at, error, "the data end too early");
    default:
        return fault(u, u->at, error, "0x%02X begins no item that there is",
                     (unsigned)(unsigned char)*u->at);
    }
}

static kl_status enter(unpacker *u, kl_error *error)
{
    if (u->depth >= KL_JSON_DEPTH_IN)
        return kl_error_set(error, KL_SYNTAX, "nests deeper than %d levels", KL_JSON_DEPTH_IN);
    u->depth++;
    return KL_OK;
}

/* ---- text and bytes -------------------------------------------------------------------------- */

static kl_status check_text(const unpacker *u, const kl_cbor_item *item, kl_error *error)
{
    if (item->kind == KL_CBOR_BYTES || kl_utf8_valid_length(item->text) == item->text.len)
        return KL_OK;
    return fault(u, u->from, error, "text is not valid UTF-8");
}

/* The chunks up to the break; each is an item with a length of its own. */
static kl_status collect(kl_buffer *to, unpacker *u, kl_cbor_kind kind, kl_error *error)
{
    for (;;) {
        kl_cbor_item chunk;
        KL_TRY(next(&chunk, u, error));
        if (chunk.kind == KL_CBOR_BREAK)
            return KL_OK;
        if (chunk.kind != kind || chunk.open)
            return fault(u, u->from, error, "expected a chunk of the same kind as the whole");
        KL_TRY(check_text(u, &chunk, error));
        kl_buffer_add(to, chunk.text);
    }
}

static kl_status unpack_text(kl_value *out, unpacker *u, const kl_cbor_item *item, kl_error *error)
{
    kl_cbor_kind kind = item->kind;
    if (!item->open) {
        KL_TRY(check_text(u, item, error));
        return kind == KL_CBOR_TEXT ? kl_string_from_valid(out, item->text, error)
                                    : kl_bytes_new(out, item->text, error);
    }
    kl_buffer whole = KL_BUFFER_INIT;
    kl_status status = collect(&whole, u, kind, error);
    if (status == KL_OK)
        return kind == KL_CBOR_TEXT ? kl_buffer_finish(out, &whole, error)
                                    : kl_buffer_finish_bytes(out, &whole, error);
    kl_buffer_free(&whole);
    return status;
}

/* ---- numbers --------------------------------------------------------------------------------- */

static kl_value number_of(const kl_cbor_item *item)
{
    if (item->number <= INT64_MAX)
        return kl_int(item->kind == KL_CBOR_UNSIGNED ? (int64_t)item->number
                                                     : -1 - (int64_t)item->number);
    if (item->kind == KL_CBOR_UNSIGNED)
        return kl_double((double)item->number);
    return kl_double(item->number == UINT64_MAX ? -0x1p64 : -(double)(item->number + 1));
}

/* A number of any length, most significant byte first: an int where it fits, else the nearest
 * float. Of a negative one, -1 - n, what is below the first eight bytes may carry into them. */
static kl_value big_number(kl_text bytes, bool negative)
{
    while (bytes.len && !*bytes.data)
        bytes = (kl_text){bytes.data + 1, bytes.len - 1};
    size_t head = KL_MIN(bytes.len, 8);
    uint64_t top = 0;
    bool any = false, all = true; /* of the bits below: one is set, every one is */
    for (size_t i = 0; i < head; i++)
        top = top << 8 | (unsigned char)bytes.data[i];
    for (size_t i = head; i < bytes.len; i++) {
        any |= (unsigned char)bytes.data[i] != 0;
        all &= (unsigned char)bytes.data[i] == 0xFF;
    }
    if (bytes.len <= 8 && top <= INT64_MAX)
        return kl_int(negative ? -1 - (int64_t)top : (int64_t)top);
    bool carry = negative && all; /* also where nothing is below */
    bool rest = negative ? !carry : any;
    double real = carry && top == UINT64_MAX ? 0x1p64 : (double)((top + carry) | rest);
    real = ldexp(real, (int)KL_MIN(8 * (bytes.len - head), 2000));
    return kl_double(negative ? -real : real);
}

static kl_status finite_number(kl_value *out, const unpacker *u, const char *at, double real,
                        kl_error *error)
{
    if (!isfinite(real))
        return fault(u, at, error, "number out of range");
    *out = kl_double(real);
    return KL_OK;
}

/* ---- what tags make of their content, which is taken ----------------------------------------- */

typedef kl_status tagged(kl_value *out, const unpacker *u, const char *at, kl_value content,
                         kl_error *error);

static kl_status tag_time(kl_value *out, const unpacker *u, const char *at, kl_value content,
                          kl_error *error)
{
    double real = kl_as_double(content), whole = floor(real);
    int64_t seconds = kl_is(content, KL_KIND_INT) ? kl_as_int(content) : 0;
    uint32_t nanoseconds = 0;
    if (kl_is(content, KL_KIND_DOUBLE)) {
        if (!(fabs(real) < 1e12))
            return fault(u, at, error, "timestamp out of range");
        seconds = (int64_t)whole;
        nanoseconds = (uint32_t)KL_MIN((real - whole) * 1e9 + 0.5, 999999999.0);
    }
    kl_status status = kl_format_time(out, seconds, nanoseconds, error);
    return status == KL_SYNTAX ? fault(u, at, error, "timestamp out of range") : status;
}

static kl_status tag_big(kl_value *out, const unpacker *u, const char *at, kl_value content,
                         kl_error *error)
{
    *out = big_number(kl_as_text(content), false);
    return kl_is(*out, KL_KIND_INT) ? KL_OK : finite_number(out, u, at, kl_as_double(*out), error);
}

static kl_status tag_negative_big(kl_value *out, const unpacker *u, const char *at,
                                  kl_value content, kl_error *error)
{
    *out = big_number(kl_as_text(content), true);
    return kl_is(*out, KL_KIND_INT) ? KL_OK : finite_number(out, u, at, kl_as_double(*out), error);
}

/* [exponent, mantissa]. */
static kl_status read_fraction(int *exponent, int64_t *mantissa, const unpacker *u, const char *at,
                               kl_value content, kl_error *error)
{
    kl_value first = kl_array_at(content, 0), second = kl_array_at(content, 1);
    if (kl_array_len(content) != 2 || !kl_is(first, KL_KIND_INT) || !kl_is(second, KL_KIND_INT))
        return fault(u, at, error, "expected exponent and mantissa, both integers within int64,");
    *exponent = (int)KL_MAX(KL_MIN(kl_as_int(first), 100000), -100000);
    *mantissa = kl_as_int(second);
    return KL_OK;
}

static kl_status tag_decimal(kl_value *out, const unpacker *u, const char *at, kl_value content,
                             kl_error *error)
{
    int exponent;
    int64_t mantissa;
    char digits[48];
    KL_TRY(read_fraction(&exponent, &mantissa, u, at, content, error));
    snprintf(digits, sizeof digits, "%" PRId64 "e%d", mantissa, exponent);
    return finite_number(out, u, at, strtod(digits, NULL), error);
}

static kl_status tag_bigfloat(kl_value *out, const unpacker *u, const char *at, kl_value content,
                              kl_error *error)
{
    int exponent;
    int64_t mantissa;
    KL_TRY(read_fraction(&exponent, &mantissa, u, at, content, error));
    return finite_number(out, u, at, ldexp((double)mantissa, exponent), error);
}

static kl_status tag_uuid(kl_value *out, const unpacker *u, const char *at, kl_value content,
                          kl_error *error)
{
    kl_text bytes = kl_as_text(content);
    char text[37], *to = text;
    if (bytes.len != 16)
        return fault(u, at, error, "a UUID has 16 bytes, not %zu:", bytes.len);
    for (size_t i = 0; i < bytes.len; i++)
        to += snprintf(to, 4, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
                       (unsigned)(unsigned char)bytes.data[i]);
    return kl_string_from_valid(out, (kl_text){text, 36}, error);
}

enum { TEXT = 1, BYTES = 2, NUMBER = 4, LIST = 8, ANY = 16 };

static const struct tag {
    uint64_t number;
    unsigned content; /* what may follow */
    tagged *obey;     /* NULL: the content itself */
} tags[] = {
    {0, TEXT, NULL},               /* RFC 3339 */
    {1, NUMBER, tag_time},         /* seconds since 1970 */
    {2, BYTES, tag_big},
    {3, BYTES, tag_negative_big},
    {4, LIST, tag_decimal},
    {5, LIST, tag_bigfloat},
    {21, ANY, NULL},               /* bytes that JSON would show in base64url, */
    {22, ANY, NULL},               /* base64, */
    {23, ANY, NULL},               /* base16 */
    {24, BYTES, NULL},             /* CBOR within bytes */
    {32, TEXT, NULL},              /* URI */
    {33, TEXT, NULL},              /* base64url */
    {34, TEXT, NULL},              /* base64 */
    {35, TEXT, NULL},              /* regular expression */
    {36, TEXT, NULL},              /* MIME message */
    {37, BYTES, tag_uuid},
    {258, LIST, NULL},             /* set */
    {1004, TEXT, NULL},            /* RFC 3339 date */
    {55799, ANY, NULL},            /* "this is CBOR" */
};

static unsigned kind_of(kl_value value)
{
    switch (kl_value_kind(value)) {
    case KL_KIND_STRING:
        return TEXT;
    case KL_KIND_BYTES:
        return BYTES;
    case KL_KIND_INT:
    case KL_KIND_DOUBLE:
        return NUMBER;
    case KL_KIND_ARRAY:
        return LIST;
    default:
        return 0;
    }
}

static kl_status obey(kl_value *out, const unpacker *u, const char *at, const struct tag *tag,
                      kl_value content, kl_error *error)
{
    if (tag->content != ANY && !(tag->content & kind_of(content)))
        return fault(u, at, error, "tag %" PRIu64 " does not go with its content, %s,",
                     tag->number, kl_value_kind_name(content));
    if (tag->obey)
        return tag->obey(out, u, at, content, error);
    *out = kl_value_retain(content);
    return KL_OK;
}

static kl_status unpack_tag(kl_value *out, unpacker *u, uint64_t number, kl_error *error)
{
    const char *at = u->from;
    const struct tag *tag = tags;
    kl_cbor_item item;
    kl_value content;
    while (tag < tags + KL_COUNT(tags) && tag->number != number)
        tag++;
    if (tag == tags + KL_COUNT(tags))
        return fault(u, at, error, "tag %" PRIu64 " is not supported", number);
    KL_TRY(enter(u, error));
    KL_TRY(next(&item, u, error));
    KL_TRY(unpack(&content, u, &item, error));
    u->depth--;
    kl_status status = obey(out, u, at, tag, content, error);
    kl_value_release(content);
    return status;
}

/* ---- containers: each item takes a byte at least, so a count beyond the rest is a lie --------- */

static kl_status check_count(const unpacker *u, const kl_cbor_item *item, size_t item_size,
                             kl_error *error)
{
    if (item->number <= (size_t)(u->end - u->at) / item_size)
        return KL_OK;
    return fault(u, u->end, error, "the data end too early");
}

/* The next item within `whole`, of which `done` are read; false at its end. */
static kl_status next_within(bool *more, kl_cbor_item *out, unpacker *u, const kl_cbor_item *whole,
                             uint64_t done, kl_error *error)
{
    *more = false;
    if (!whole->open && done == whole->number)
        return KL_OK;
    KL_TRY(next(out, u, error));
    *more = !(whole->open && out->kind == KL_CBOR_BREAK);
    return KL_OK;
}

static kl_status unpack_array(kl_value *out, unpacker *u, const kl_cbor_item *whole,
                              kl_error *error)
{
    kl_value array, value;
    kl_cbor_item item;
    kl_status status;
    KL_TRY(check_count(u, whole, 1, error));
    KL_TRY(enter(u, error));
    KL_TRY(kl_array_new(&array, 0, error));
    for (uint64_t done = 0;; done++) {
        bool more;
        KL_TRY_OUT(next_within(&more, &item, u, whole, done, error));
        if (!more)
            break;
        KL_TRY_OUT(unpack(&value, u, &item, error));
        KL_TRY_OUT(kl_array_push(&array, value, error));
    }
    status = KL_OK;
    u->depth--;
    *out = kl_value_take(&array);
out:
    kl_value_release(array);
    return status;
}

static kl_status unpack_key(kl_value *out, unpacker *u, const kl_cbor_item *item, kl_error *error)
{
    if (item->kind == KL_CBOR_TEXT)
        return unpack_text(out, u, item, error);
    kl_value number = number_of(item);
    bool is_int = item->kind == KL_CBOR_UNSIGNED || item->kind == KL_CBOR_NEGATIVE;
    if (is_int && kl_is(number, KL_KIND_INT))
        return kl_string_format(out, error, "%" PRId64, kl_as_int(number));
    return fault(u, u->from, error, "expected text or an integer as the key of a map");
}

static kl_status unpack_pair(kl_value *map, unpacker *u, const kl_cbor_item *first,
                             kl_error *error)
{
    kl_value key, value;
    kl_cbor_item item;
    KL_TRY(unpack_key(&key, u, first, error));
    kl_status status = next(&item, u, error);
    if (status == KL_OK)
        status = unpack(&value, u, &item, error);
    if (status == KL_OK)
        status = kl_map_set_key(map, key, value, error);
    kl_value_release(key);
    return status;
}

static kl_status unpack_map(kl_value *out, unpacker *u, const kl_cbor_item *whole, kl_error *error)
{
    kl_value map;
    kl_cbor_item item;
    kl_status status;
    KL_TRY(check_count(u, whole, 2, error));
    KL_TRY(enter(u, error));
    KL_TRY(kl_map_new(&map, 0, error));
    for (uint64_t done = 0;; done++) {
        bool more;
        KL_TRY_OUT(next_within(&more, &item, u, whole, done, error));
        if (!more)
            break;
        KL_TRY_OUT(unpack_pair(&map, u, &item, error));
    }
    status = KL_OK;
    u->depth--;
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    return status;
}

/* ---- one value ------------------------------------------------------------------------------- */

static kl_status unpack(kl_value *out, unpacker *u, const kl_cbor_item *item, kl_error *error)
{
    switch (item->kind) {
    case KL_CBOR_UNSIGNED:
    case KL_CBOR_NEGATIVE:
        *out = number_of(item);
        return KL_OK;
    case KL_CBOR_BYTES:
    case KL_CBOR_TEXT:
        return unpack_text(out, u, item, error);
    case KL_CBOR_ARRAY:
        return unpack_array(out, u, item, error);
    case KL_CBOR_MAP:
        return unpack_map(out, u, item, error);
    case KL_CBOR_TAG:
        return unpack_tag(out, u, item->number, error);
    case KL_CBOR_FLOAT:
        *out = kl_double(item->real);
        return KL_OK;
    case KL_CBOR_BOOL:
        *out = kl_bool(item->number != 0);
        return KL_OK;
    case KL_CBOR_BREAK:
        return fault(u, u->from, error, "a break where nothing is open");
    default:
        *out = kl_null();
        return KL_OK;
    }
}

static kl_status load(const kl_cbor_functions **out, kl_error *error)
{
    const void *functions;
    KL_TRY(kl_driver_load(&functions, "cbor", error));
    *out = functions;
    return KL_OK;
}

static kl_status cbor_read(kl_value *out, kl_text data, kl_error *error)
{
    unpacker u = {NULL, data.data, data.data, data.data + data.len, data.data, 0};
    kl_cbor_item item;
    kl_value value;
    KL_TRY(load(&u.cbor, error));
    KL_TRY(next(&item, &u, error));
    KL_TRY(unpack(&value, &u, &item, error));
    if (u.at < u.end) {
        kl_value_release(value);
        return fault(&u, u.at, error, "trailing bytes");
    }
    *out = value;
    return KL_OK;
}

/* ---- writing --------------------------------------------------------------------------------- */

typedef struct packer {
    const kl_cbor_functions *cbor;
    kl_buffer to;
} packer;

static void pack_head(packer *p, kl_cbor_kind kind, uint64_t number)
{
    char head[KL_CBOR_HEAD_MAX];
    kl_buffer_add(&p->to, (kl_text){head, p->cbor->head(head, kind, number)});
}

static void pack_text(packer *p, kl_cbor_kind kind, kl_text text)
{
    pack_head(p, kind, text.len);
    kl_buffer_add(&p->to, text);
}

static void pack_int(packer *p, int64_t integer)
{
    if (integer >= 0)
        pack_head(p, KL_CBOR_UNSIGNED, (uint64_t)integer);
    else
        pack_head(p, KL_CBOR_NEGATIVE, (uint64_t)(-1 - integer));
}

static void pack_real(packer *p, double real)
{
    char bytes[KL_CBOR_HEAD_MAX];
    kl_buffer_add(&p->to, (kl_text){bytes, p->cbor->real(bytes, real)});
}

static kl_status pack(packer *p, kl_value value, kl_error *error)
{
    size_t len = kl_value_len(value);
    switch (kl_value_kind(value)) {
    case KL_KIND_BOOL:
        pack_head(p, KL_CBOR_BOOL, kl_as_bool(value));
        return KL_OK;
    case KL_KIND_INT:
        pack_int(p, kl_as_int(value));
        return KL_OK;
    case KL_KIND_DOUBLE:
        pack_real(p, kl_as_double(value));
        return KL_OK;
    case KL_KIND_STRING:
        pack_text(p, KL_CBOR_TEXT, kl_as_text(value));
        return KL_OK;
    case KL_KIND_BYTES:
        pack_text(p, KL_CBOR_BYTES, kl_as_text(value));
        return KL_OK;
    case KL_KIND_ARRAY:
        pack_head(p, KL_CBOR_ARRAY, len);
        for (size_t i = 0; i < len; i++)
            KL_TRY(pack(p, kl_array_at(value, i), error));
        return KL_OK;
    case KL_KIND_MAP:
        pack_head(p, KL_CBOR_MAP, len);
        for (size_t i = 0; i < len; i++) {
            pack_text(p, KL_CBOR_TEXT, kl_map_key_at(value, i));
            KL_TRY(pack(p, kl_map_value_at(value, i), error));
        }
        return KL_OK;
    case KL_KIND_OBJECT:
        return kl_error_set(error, KL_TYPE, "an object has no CBOR form");
    default:
        pack_head(p, KL_CBOR_NULL, 0);
        return KL_OK;
    }
}

static kl_status cbor_write(kl_value *out, kl_value value, const kl_format_options *options,
                            kl_error *error)
{
    (void)options; /* has one form only */
    packer p = {.to = KL_BUFFER_INIT};
    KL_TRY(load(&p.cbor, error));
    kl_status status = pack(&p, value, error);
    if (status == KL_OK)
        return kl_buffer_finish_bytes(out, &p.to, error);
    kl_buffer_free(&p.to);
    return status;
}

const kl_format kl_format_cbor = {
    .name = "cbor", .title = "CBOR", .binary = true, .read = cbor_read, .write = cbor_write,
};
