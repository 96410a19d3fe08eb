/* src/drivers/cbor.c - the cbor driver: libcbor's streaming decoder and encoders behind cbor.h. */
#include "driver.h"
#include "drivers/cbor.h"

#include <cbor.h>
#include <float.h>
#include <math.h>

/* ---- reading: libcbor calls one of these for the one item it finds --------------------------- */

static void keep(void *context, kl_cbor_kind kind, uint64_t number)
{
    kl_cbor_item *item = context;
    item->kind = kind;
    item->number = number;
}

static void keep_open(void *context, kl_cbor_kind kind)
{
    keep(context, kind, 0);
    ((kl_cbor_item *)context)->open = true;
}

static void keep_text(void *context, kl_cbor_kind kind, cbor_data data, size_t len)
{
    keep(context, kind, len);
    ((kl_cbor_item *)context)->text = (kl_text){(const char *)data, len};
}

static void on_uint8(void *context, uint8_t number) { keep(context, KL_CBOR_UNSIGNED, number); }
static void on_uint16(void *context, uint16_t number) { keep(context, KL_CBOR_UNSIGNED, number); }
static void on_uint32(void *context, uint32_t number) { keep(context, KL_CBOR_UNSIGNED, number); }
static void on_uint64(void *context, uint64_t number) { keep(context, KL_CBOR_UNSIGNED, number); }
static void on_negint8(void *context, uint8_t number) { keep(context, KL_CBOR_NEGATIVE, number); }
static void on_negint16(void *context, uint16_t number) { keep(context, KL_CBOR_NEGATIVE, number); }
static void on_negint32(void *context, uint32_t number) { keep(context, KL_CBOR_NEGATIVE, number); }
static void on_negint64(void *context, uint64_t number) { keep(context, KL_CBOR_NEGATIVE, number); }

static void on_bytes(void *context, cbor_data data, size_t len)
{
    keep_text(context, KL_CBOR_BYTES, data, len);
}

static void on_text(void *context, cbor_data data, size_t len)
{
    keep_text(context, KL_CBOR_TEXT, data, len);
}

static void on_open_bytes(void *context) { keep_open(context, KL_CBOR_BYTES); }
static void on_open_text(void *context) { keep_open(context, KL_CBOR_TEXT); }
static void on_open_array(void *context) { keep_open(context, KL_CBOR_ARRAY); }
static void on_open_map(void *context) { keep_open(context, KL_CBOR_MAP); }
static void on_array(void *context, size_t count) { keep(context, KL_CBOR_ARRAY, count); }
static void on_map(void *context, size_t count) { keep(context, KL_CBOR_MAP, count); }
static void on_tag(void *context, uint64_t tag) { keep(context, KL_CBOR_TAG, tag); }
static void on_bool(void *context, bool truth) { keep(context, KL_CBOR_BOOL, truth); }
static void on_null(void *context) { keep(context, KL_CBOR_NULL, 0); }
static void on_undefined(void *context) { keep(context, KL_CBOR_UNDEFINED, 0); }
static void on_break(void *context) { keep(context, KL_CBOR_BREAK, 0); }

static void on_double(void *context, double real)
{
    keep(context, KL_CBOR_FLOAT, 0);
    ((kl_cbor_item *)context)->real = real;
}

static void on_float(void *context, float real) { on_double(context, (double)real); }

static const struct cbor_callbacks callbacks = {
    .uint8 = on_uint8, .uint16 = on_uint16, .uint32 = on_uint32, .uint64 = on_uint64,
    .negint8 = on_negint8, .negint16 = on_negint16, .negint32 = on_negint32,
    .negint64 = on_negint64,
    .byte_string = on_bytes, .byte_string_start = on_open_bytes,
    .string = on_text, .string_start = on_open_text,
    .array_start = on_array, .indef_array_start = on_open_array,
    .map_start = on_map, .indef_map_start = on_open_map,
    .tag = on_tag, .float2 = on_float, .float4 = on_float, .float8 = on_double,
    .boolean = on_bool, .null = on_null, .undefined = on_undefined, .indef_break = on_break,
};

static kl_cbor_outcome read_item(kl_cbor_item *out, kl_text data)
{
    *out = (kl_cbor_item){0};
    struct cbor_decoder_result result =
        cbor_stream_decode((cbor_data)data.data, data.len, &callbacks, out);
    out->size = result.read;
    return result.status == CBOR_DECODER_FINISHED ? KL_CBOR_READ
           : result.status == CBOR_DECODER_NEDATA ? KL_CBOR_SHORT
                                                  : KL_CBOR_MALFORMED;
}

/* ---- writing --------------------------------------------------------------------------------- */

static size_t write_head(char to[KL_CBOR_HEAD_MAX], kl_cbor_kind kind, uint64_t number)
{
    unsigned char *at = (unsigned char *)to;
    switch (kind) {
    case KL_CBOR_UNSIGNED:
        return cbor_encode_uint(number, at, KL_CBOR_HEAD_MAX);
    case KL_CBOR_NEGATIVE:
        return cbor_encode_negint(number, at, KL_CBOR_HEAD_MAX);
    case KL_CBOR_BYTES:
        return cbor_encode_bytestring_start(number, at, KL_CBOR_HEAD_MAX);
    case KL_CBOR_TEXT:
        return cbor_encode_string_start(number, at, KL_CBOR_HEAD_MAX);
    case KL_CBOR_ARRAY:
        return cbor_encode_array_start(number, at, KL_CBOR_HEAD_MAX);
    case KL_CBOR_MAP:
        return cbor_encode_map_start(number, at, KL_CBOR_HEAD_MAX);
    case KL_CBOR_TAG:
        return cbor_encode_tag(number, at, KL_CBOR_HEAD_MAX);
    case KL_CBOR_BOOL:
        return cbor_encode_bool(number != 0, at, KL_CBOR_HEAD_MAX);
    case KL_CBOR_UNDEFINED:
        return cbor_encode_undef(at, KL_CBOR_HEAD_MAX);
    case KL_CBOR_BREAK:
        return cbor_encode_break(at, KL_CBOR_HEAD_MAX);
    default:
        return cbor_encode_null(at, KL_CBOR_HEAD_MAX);
    }
}

/* As a half, which may have lost something. Those below the normal ones are counts of 2^-24, and
 * written here: libcbor 0.8 drops bits of them. */
static size_t write_half(char *to, float real)
{
    double count = fabs((double)real) * 0x1p24;
    if (count >= 1024)
        return cbor_encode_half(real, (unsigned char *)to, KL_CBOR_HEAD_MAX);
    to[0] = (char)0xF9;
    to[1] = (char)((signbit(real) ? 0x80 : 0) | (int)count >> 8);
    to[2] = (char)(int)count;
    return 3;
}

/* Whether the bytes read as that very float, with its sign. */
static bool says(const char *bytes, size_t len, double real)
{
    kl_cbor_item item;
    return read_item(&item, (kl_text){bytes, len}) == KL_CBOR_READ &&
           item.real == real && signbit(item.real) == signbit(real);
}

static size_t write_real(char to[KL_CBOR_HEAD_MAX], double real)
{
    unsigned char *at = (unsigned char *)to;
    if (isnan(real)) /* one form for all */
        return cbor_encode_half(NAN, at, KL_CBOR_HEAD_MAX);
    bool fits = isinf(real) || fabs(real) <= (double)FLT_MAX;
    float single = fits ? (float)real : 0;
    if (!fits || (double)single != real)
        return cbor_encode_double(real, at, KL_CBOR_HEAD_MAX);
    size_t len = write_half(to, single);
    return says(to, len, real) ? len : cbor_encode_single(single, at, KL_CBOR_HEAD_MAX);
}

static const kl_cbor_functions functions = {read_item, write_head, write_real};

__attribute__((visibility("default"))) const kl_driver kl_driver_entry = {
    .abi = KL_DRIVER_ABI, .name = "cbor", .functions = &functions,
};
