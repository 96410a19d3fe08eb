/* src/base/json_write.c - values to JSON text; one writer, a style for each form. */
#include "buffer.h"
#include "encode.h"
#include "payload.h"
#include "stack.h"
#include "kailash/json.h"
#include "kailash/object.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

const kl_json_style kl_json_plain = {0};
const kl_json_style kl_json_canonical_a = {.order = KL_JSON_CODE_POINTS, .nan = KL_JSON_NAN_ERROR};
const kl_json_style kl_json_canonical_b = {
    .order = KL_JSON_CODE_POINTS, .nan = KL_JSON_NAN_ERROR, .ascii = true, .exact_integers = true};
const kl_json_style kl_json_jcs = {
    .order = KL_JSON_UTF16, .nan = KL_JSON_NAN_ERROR, .es_numbers = true};
const kl_json_style kl_json_spaced = {.spaced = true};
const kl_json_style kl_json_spaced_b = {
    .order = KL_JSON_CODE_POINTS, .nan = KL_JSON_NAN_ERROR, .ascii = true, .spaced = true};
const kl_json_style kl_json_record = {
    .nan = KL_JSON_NAN_ERROR, .ascii = true, .spaced = true, .exact_integers = true};
const kl_json_style kl_json_pretty = {.indent = 2};

/* Maps of up to as many keys are written in another order than their own; larger ones are sorted first. */
enum { ORDER_MAX = 48, ORDERS_KEPT = 16 };

typedef struct write_frame {
    kl_value value; /* borrowed, or a sorted copy */
    size_t next;
    bool owned;
    bool ordered;                 /* its next item is order[next] */
    unsigned char order[ORDER_MAX];
} write_frame;

/* In which order keys are written that stand in many maps. */
typedef struct key_order {
    const kl_keys *keys; /* borrowed: the value that is written holds them */
    unsigned char order[ORDER_MAX];
} key_order;

typedef struct writer {
    kl_buffer buffer;
    kl_stack stack;
    const kl_json_style *style;
    kl_error *error;
    key_order orders[ORDERS_KEPT];
} writer;

/* ---- strings --------------------------------------------------------------------------------- */

static void write_unit(kl_buffer *buffer, uint32_t unit)
{
    static const char digits[] = "0123456789abcdef";
    char text[6] = {'\\', 'u', digits[unit >> 12 & 15], digits[unit >> 8 & 15],
                    digits[unit >> 4 & 15], digits[unit & 15]};
    kl_buffer_add(buffer, (kl_text){text, sizeof text});
}

static void write_escape(kl_buffer *buffer, unsigned char byte)
{
    static const char shorts[32] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
                                    ['\r'] = 'r'};
    char letter = byte < 32 ? shorts[byte] : (char)byte;
    if (!letter) {
        write_unit(buffer, byte);
        return;
    }
    kl_buffer_byte(buffer, '\\');
    kl_buffer_byte(buffer, letter);
}

/* How many of the first bytes are written as they are: eight at a time, whose highest bits tell which
 * are below a blank, a quote or a backslash, or (in ASCII) above it. */
static size_t plain_bytes(kl_text text, bool ascii)
{
    const uint64_t ones = 0x0101010101010101, tops = 0x80 * ones;
    size_t at = 0;
    for (; at + 8 <= text.len; at += 8) {
        uint64_t eight, quote, slash;
        memcpy(&eight, text.data + at, 8);
        quote = eight ^ '"' * ones;
        slash = eight ^ '\\' * ones;
        uint64_t found = ((eight - 0x20 * ones) & ~eight) | ((quote - ones) & ~quote) |
                         ((slash - ones) & ~slash) | (ascii ? eight : 0);
        if (found & tops)
            break;
    }
    for (; at < text.len; at++) {
        unsigned char byte = (unsigned char)text.data[at];
        if (byte < 32 || byte == '"' || byte == '\\' || (byte >= 0x80 && ascii))
            break;
    }
    return at;
}

static void write_escaped(writer *w, kl_text text);

static void write_string(writer *w, kl_text text)
{
    char *room = NULL;
    if (plain_bytes(text, w->style->ascii) == text.len)
        room = kl_buffer_room(&w->buffer, text.len + 2);
    if (!room) {
        write_escaped(w, text);
        return;
    }
    room[0] = '"';
    memcpy(room + 1, text.data, text.len);
    room[text.len + 1] = '"';
    w->buffer.len += text.len + 2;
}

static void write_escaped(writer *w, kl_text text)
{
    const char *at = text.data, *end = at + text.len, *from = at;
    kl_buffer_byte(&w->buffer, '"');
    while (at < end) {
        at += plain_bytes((kl_text){at, (size_t)(end - at)}, w->style->ascii);
        if (at == end)
            break;
        unsigned char byte = (unsigned char)*at;
        kl_buffer_add(&w->buffer, (kl_text){from, (size_t)(at - from)});
        if (byte < 0x80) {
            write_escape(&w->buffer, byte);
            at++;
        } else {
            uint32_t code = kl_utf8_next(&at);
            if (code >= 0x10000) {
                write_unit(&w->buffer, 0xD7C0 + (code >> 10));
                code = 0xDC00 | (code & 0x3FF);
            }
            write_unit(&w->buffer, code);
        }
        from = at;
    }
    kl_buffer_add(&w->buffer, (kl_text){from, (size_t)(end - from)});
    kl_buffer_byte(&w->buffer, '"');
}

/* ---- scalars --------------------------------------------------------------------------------- */

static kl_status write_double(writer *w, double real);

static kl_status write_int(writer *w, int64_t integer)
{
    const int64_t exact = (int64_t)1 << 53;
    bool as_double = w->style->es_numbers && !w->style->exact_integers;
    if (as_double && (integer > exact || integer < -exact))
        return write_double(w, (double)integer); /* ECMAScript knows doubles only */
    kl_buffer_int(&w->buffer, integer);
    return KL_OK;
}

static kl_status write_double(writer *w, double real)
{
    char text[32];
    if (!isfinite(real)) {
        if (w->style->nan == KL_JSON_NAN_ERROR)
            return kl_error_set(w->error, KL_INVALID, "%s has no JSON form",
                                isnan(real) ? "NaN" : "an infinity");
        kl_buffer_string(&w->buffer, "null");
        return KL_OK;
    }
    size_t len = w->style->es_numbers ? kl_double_print_es(text, real) : kl_double_print(text, real);
    kl_buffer_add(&w->buffer, (kl_text){text, len});
    return KL_OK;
}

static kl_status write_bytes(writer *w, kl_text bytes)
{
    if (w->style->bytes_error)
        return kl_error_set(w->error, KL_INVALID, "bytes have no JSON form");
    kl_buffer_byte(&w->buffer, '"');
    kl_base64_encode(&w->buffer, bytes, KL_BASE64_STANDARD);
    kl_buffer_byte(&w->buffer, '"');
    return KL_OK;
}

/* Integers beyond int64 are the only objects of JSON; those beyond 2^64 only where they are signed. */
static kl_status write_object(writer *w, const kl_object *object)
{
    uint64_t integer;
    kl_text digits;
    char room[24];
    if (kl_object_table.is_wide(&integer, object))
        digits = (kl_text){room, (size_t)snprintf(room, sizeof room, "%" PRIu64, integer)};
    else if (!w->style->exact_integers || !kl_object_table.is_integer(&digits, object))
        return kl_error_set(w->error, KL_TYPE, "an object has no JSON form");
    if (w->style->es_numbers && !w->style->exact_integers)
        return write_double(w, strtod(digits.data, NULL));
    kl_buffer_add(&w->buffer, digits);
    return KL_OK;
}

/* ---- containers ------------------------------------------------------------------------------ */

/* Order of UTF-16 code units (RFC 8785): a surrogate pair sorts below U+E000 to U+FFFF. */
static int compare_utf16(kl_text a, kl_text b)
{
    const char *x = a.data, *y = b.data, *x_end = x + a.len, *y_end = y + b.len;
    while (x < x_end && y < y_end) {
        uint32_t p = kl_utf8_next(&x), q = kl_utf8_next(&y);
        if (p == q)
            continue;
        bool p_pair = p >= 0x10000, q_pair = q >= 0x10000;
        if (p_pair != q_pair) {
            uint32_t p_unit = p_pair ? 0xD800 : p, q_unit = q_pair ? 0xD800 : q;
            return p_unit < q_unit ? -1 : 1;
        }
        return p < q ? -1 : 1;
    }
    return (x < x_end) - (y < y_end);
}

typedef struct named_value {
    kl_text name;
    size_t index; /* in the map */
} named_value;

static int compare_named(const void *a, const void *b)
{
    return compare_utf16(((const named_value *)a)->name, ((const named_value *)b)->name);
}

static kl_status sort_utf16(kl_value *out, kl_value map, kl_error *error)
{
    size_t len = kl_map_len(map);
    named_value *order = kl_alloc(len * sizeof *order);
    kl_value sorted = kl_null();
    kl_status status;
    if (!order)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < len; i++)
        order[i] = (named_value){kl_map_key_at(map, i), i};
    qsort(order, len, sizeof *order, compare_named);
    KL_TRY_OUT(kl_map_new(&sorted, len, error));
    for (size_t i = 0; i < len; i++)
        KL_TRY_OUT(kl_map_set_key(&sorted, kl_map_key_value_at(map, order[i].index),
                                  kl_value_retain(kl_map_value_at(map, order[i].index)), error));
    *out = kl_value_take(&sorted);
out:
    kl_value_release(sorted);
    kl_free(order);
    return status;
}

/* Bytes of UTF-8 are ordered as code points are. */
static int compare_keys(kl_text a, kl_text b, kl_json_order order)
{
    if (order == KL_JSON_UTF16)
        return compare_utf16(a, b);
    int difference = memcmp(a.data, b.data, KL_MIN(a.len, b.len));
    return difference ? difference : (a.len > b.len) - (a.len < b.len);
}

static void sort_keys(unsigned char *to, const kl_keys *keys, kl_json_order order)
{
    for (uint32_t i = 0; i < keys->len; i++) {
        kl_text key = kl_string_text(keys->keys[i]);
        uint32_t at = i;
        for (; at && compare_keys(kl_string_text(keys->keys[to[at - 1]]), key, order) > 0; at--)
            to[at] = to[at - 1];
        to[at] = (unsigned char)i;
    }
}

/* The order in which keys are written; borrowed until the next call. */
static const unsigned char *order_of(writer *w, const kl_keys *keys)
{
    key_order *known = &w->orders[((uintptr_t)keys >> 4) % ORDERS_KEPT];
    if (known->keys != keys) {
        sort_keys(known->order, keys, w->style->order);
        known->keys = keys;
    }
    return known->order;
}

static void new_line(writer *w, size_t level)
{
    kl_buffer_byte(&w->buffer, '\n');
    for (size_t i = 0; i < level * (size_t)w->style->indent; i++)
        kl_buffer_byte(&w->buffer, ' ');
}

static kl_status open_container(writer *w, kl_value value)
{
    bool is_map = kl_is(value, KL_KIND_MAP), owned = false;
    if (w->stack.len >= KL_JSON_DEPTH_OUT)
        return kl_error_set(w->error, KL_DEPTH, "value nests deeper than %d levels",
                            KL_JSON_DEPTH_OUT);
    if (kl_value_len(value) == 0) {
        kl_buffer_string(&w->buffer, is_map ? "{}" : "[]");
        return KL_OK;
    }
    const unsigned char *order = NULL;
    bool is_sorted = is_map && w->style->order != KL_JSON_INSERTION;
    if (is_sorted && kl_value_len(value) <= ORDER_MAX) {
        order = order_of(w, value.as.map->keys);
    } else if (is_sorted) {
        KL_TRY(w->style->order == KL_JSON_UTF16 ? sort_utf16(&value, value, w->error)
                                                : kl_map_sorted(&value, value, w->error));
        owned = true;
    }
    write_frame *frame = kl_stack_push(&w->stack);
    if (!frame) {
        if (owned)
            kl_value_release(value);
        return kl_error_no_memory(w->error);
    }
    frame->value = value;
    frame->next = 0;
    frame->owned = owned;
    frame->ordered = order != NULL;
    if (order)
        memcpy(frame->order, order, kl_value_len(value));
    kl_buffer_byte(&w->buffer, is_map ? '{' : '[');
    return KL_OK;
}

static void pop_frame(writer *w)
{
    write_frame *top = kl_stack_top(&w->stack);
    if (top->owned)
        kl_value_release(top->value);
    kl_stack_pop(&w->stack);
}

static kl_status write_value(writer *w, kl_value value)
{
    switch (kl_value_kind(value)) {
    case KL_KIND_BOOL:
        kl_buffer_string(&w->buffer, value.as.boolean ? "true" : "false");
        return KL_OK;
    case KL_KIND_INT:
        return write_int(w, value.as.integer);
    case KL_KIND_DOUBLE:
        return write_double(w, value.as.real);
    case KL_KIND_STRING:
        write_string(w, kl_as_text(value));
        return KL_OK;
    case KL_KIND_BYTES:
        return write_bytes(w, kl_as_text(value));
    case KL_KIND_ARRAY:
    case KL_KIND_MAP:
        return open_container(w, value);
    case KL_KIND_OBJECT:
        return write_object(w, value.as.object);
    default:
        kl_buffer_string(&w->buffer, "null");
        return KL_OK;
    }
}

/* The next item of the top container, or its end. */
static kl_status write_next(writer *w)
{
    write_frame *top = kl_stack_top(&w->stack);
    bool is_map = kl_is(top->value, KL_KIND_MAP);
    size_t index = top->next++;
    if (index == kl_value_len(top->value)) {
        if (w->style->indent)
            new_line(w, w->stack.len - 1);
        kl_buffer_byte(&w->buffer, is_map ? '}' : ']');
        pop_frame(w);
        return KL_OK;
    }
    if (index > 0)
        kl_buffer_byte(&w->buffer, ',');
    if (index > 0 && w->style->spaced)
        kl_buffer_byte(&w->buffer, ' ');
    if (w->style->indent)
        new_line(w, w->stack.len);
    if (!is_map)
        return write_value(w, kl_array_at(top->value, index));
    index = top->ordered ? top->order[index] : index;
    write_string(w, kl_map_key_at(top->value, index));
    kl_buffer_byte(&w->buffer, ':');
    if (w->style->spaced || w->style->indent)
        kl_buffer_byte(&w->buffer, ' ');
    return write_value(w, kl_map_value_at(top->value, index));
}

kl_status kl_json_print(kl_value *out, kl_value value, const kl_json_style *style, kl_error *error)
{
    writer w; /* large: what is not used is not cleared */
    w.buffer = (kl_buffer)KL_BUFFER_INIT;
    w.style = style ? style : &kl_json_plain;
    w.error = error;
    for (int i = 0; i < ORDERS_KEPT && w.style->order != KL_JSON_INSERTION; i++)
        w.orders[i].keys = NULL;
    kl_stack_init(&w.stack, sizeof(write_frame));
    kl_status status = write_value(&w, value);
    while (status == KL_OK && w.stack.len && w.buffer.status == KL_OK)
        status = write_next(&w);
    while (w.stack.len)
        pop_frame(&w);
    kl_stack_end(&w.stack);
    if (status != KL_OK) {
        kl_buffer_free(&w.buffer);
        return status;
    }
    return kl_buffer_finish(out, &w.buffer, error);
}
