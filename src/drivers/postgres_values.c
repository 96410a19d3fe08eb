/* src/drivers/postgres_values.c - values to and from the texts of PostgreSQL. */
#include <libpq-fe.h>

#include "buffer.h"
#include "drivers/postgres.h"
#include "kailash/json.h"
#include "store/sql_decode.h"

#include <inttypes.h>

Oid pg_item_type(Oid array)
{
    static const Oid pairs[][2] = {
        {1000, OID_BOOL},      {1001, OID_BYTEA},       {1005, OID_INT2},     {1007, OID_INT4},
        {1016, OID_INT8},      {1028, OID_OID},         {1021, OID_FLOAT4},   {1022, OID_FLOAT8},
        {1231, OID_NUMERIC},   {1009, OID_TEXT},        {1015, OID_TEXT},     {1014, OID_TEXT},
        {1002, OID_TEXT},      {1003, OID_TEXT},        {1182, OID_DATE},     {1183, OID_TIME},
        {1115, OID_TIMESTAMP}, {1185, OID_TIMESTAMPTZ}, {1270, OID_TIMETZ},   {199, OID_JSON},
        {3807, OID_JSONB},     {2951, OID_UUID},        {1187, OID_TEXT} /* interval */,
    };
    for (size_t i = 0; i < KL_COUNT(pairs); i++)
        if (pairs[i][0] == array)
            return pairs[i][1];
    return 0;
}

/* ---- from the server ----------------------------------------------------------------------------- */

static kl_value decode_integer(kl_text text)
{
    bool negative = text.len && text.data[0] == '-';
    uint64_t sum = 0;
    for (size_t i = negative; i < text.len; i++)
        sum = sum * 10 + (uint64_t)(text.data[i] - '0');
    return kl_int((int64_t)(negative ? 0 - sum : sum));
}

static int hex_digit(char c)
{
    return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* "\x0aff" */
static kl_status decode_bytes(kl_value *out, kl_text text, kl_error *error)
{
    kl_buffer bytes = KL_BUFFER_INIT;
    if (text.len < 2 || text.data[0] != '\\' || text.data[1] != 'x')
        return kl_bytes_new(out, text, error);
    size_t len = (text.len - 2) / 2;
    char *to = kl_buffer_room(&bytes, len);
    for (size_t i = 0; to && i < len; i++)
        to[i] = (char)(hex_digit(text.data[2 + 2 * i]) * 16 + hex_digit(text.data[3 + 2 * i]));
    bytes.len = to ? len : 0;
    return kl_buffer_finish_bytes(out, &bytes, error);
}

static kl_status decode_float(kl_value *out, kl_text text, kl_error *error)
{
    double real;
    if (!kl_sql_read_double(&real, text))
        return kl_sql_decode_text(out, text, error);
    *out = kl_double(real);
    return KL_OK;
}

/* ---- arrays: {1,NULL,"a \"b\"",{nested}} ----------------------------------------------------------- */

/* PostgreSQL has six dimensions at most. */
enum { DIMENSIONS_MAX = 8 };

typedef struct array_reader {
    const char *at, *end;
    Oid item;
    kl_sql_numeric numeric;
    int depth;
    kl_error *error;
} array_reader;

static kl_status malformed(array_reader *r)
{
    return kl_error_set(r->error, KL_FAILED, "the server sent an array that cannot be read");
}

static kl_status read_quoted_item(kl_value *out, array_reader *r)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_status status = KL_OK;
    for (r->at++; r->at < r->end && *r->at != '"'; r->at++) {
        if (*r->at == '\\' && r->at + 1 < r->end)
            r->at++;
        kl_buffer_byte(&text, *r->at);
    }
    if (text.status != KL_OK)
        status = kl_error_no_memory(r->error);
    else if (r->at == r->end)
        status = malformed(r);
    else
        status = pg_decode(out, r->item, kl_buffer_text(&text), r->numeric, r->error);
    r->at++;
    kl_buffer_free(&text);
    return status;
}

static kl_status read_plain_item(kl_value *out, array_reader *r)
{
    const char *start = r->at;
    while (r->at < r->end && *r->at != ',' && *r->at != '}')
        r->at++;
    kl_text text = {start, (size_t)(r->at - start)};
    if (!text.len)
        return malformed(r);
    if (kl_text_is(text, "NULL")) {
        *out = kl_null();
        return KL_OK;
    }
    return pg_decode(out, r->item, text, r->numeric, r->error);
}

static kl_status read_items(kl_value *out, array_reader *r);

static kl_status read_item(kl_value *out, array_reader *r)
{
    if (*r->at == '{')
        return read_items(out, r);
    return *r->at == '"' ? read_quoted_item(out, r) : read_plain_item(out, r);
}

/* From an opening brace to behind the closing one. */
static kl_status read_items(kl_value *out, array_reader *r)
{
    kl_value items, item;
    kl_status status;
    if (++r->depth > DIMENSIONS_MAX)
        return malformed(r);
    KL_TRY(kl_array_new(&items, 0, r->error));
    r->at++;
    while (r->at < r->end && *r->at != '}') {
        KL_TRY_OUT(read_item(&item, r));
        KL_TRY_OUT(kl_array_push(&items, item, r->error));
        if (r->at < r->end && *r->at == ',')
            r->at++;
        else if (r->at == r->end || *r->at != '}')
            break;
    }
    if (r->at == r->end || *r->at != '}') {
        status = malformed(r);
        goto out;
    }
    r->at++;
    r->depth--;
    *out = items;
    return KL_OK;
out:
    kl_value_release(items);
    return status;
}

/* Bounds other than the usual may stand before it: [0:2]={...} */
static kl_status decode_array(kl_value *out, Oid item, kl_text text, kl_sql_numeric numeric,
                              kl_error *error)
{
    array_reader r = {text.data, text.data + text.len, item, numeric, 0, error};
    if (text.len && *r.at == '[')
        while (r.at < r.end && *r.at != '{')
            r.at++;
    if (r.at == r.end || *r.at != '{')
        return malformed(&r);
    return read_items(out, &r);
}

kl_status pg_decode(kl_value *out, Oid type, kl_text text, kl_sql_numeric numeric, kl_error *error)
{
    switch (type) {
    case OID_BOOL:
        *out = kl_bool(text.len && text.data[0] == 't');
        return KL_OK;
    case OID_INT2:
    case OID_INT4:
    case OID_INT8:
    case OID_OID:
        *out = decode_integer(text);
        return KL_OK;
    case OID_FLOAT4:
    case OID_FLOAT8:
        return decode_float(out, text, error);
    case OID_NUMERIC:
        return kl_sql_decode_numeric(out, text, numeric, error);
    case OID_BYTEA:
        return decode_bytes(out, text, error);
    case OID_JSON:
    case OID_JSONB:
        return kl_sql_decode_json(out, text, error);
    case OID_TIMESTAMP:
    case OID_TIMESTAMPTZ:
        return kl_sql_decode_timestamp(out, text, error);
    case OID_TIME:
    case OID_TIMETZ:
        return kl_sql_decode_time(out, text, error);
    case OID_TEXT:
        return kl_sql_decode_text(out, text, error);
    default:
        break;
    }
    Oid item = pg_item_type(type);
    return item ? decode_array(out, item, text, numeric, error)
                : kl_sql_decode_text(out, text, error);
}

/* ---- to the server ------------------------------------------------------------------------------- */

void pg_values_clear(pg_values *values)
{
    kl_free(values->texts);
    kl_buffer_free(&values->made);
    *values = (pg_values){0};
}

/* Texts for all values; the lengths and formats stand behind them in the same memory. */
static kl_status make_room(pg_values *v, size_t count, kl_error *error)
{
    *v = (pg_values){0};
    v->texts = kl_alloc_zero(count + 1, sizeof *v->texts + 2 * sizeof(int));
    if (!v->texts)
        return kl_error_no_memory(error);
    v->lengths = (int *)(void *)(v->texts + count + 1);
    v->formats = v->lengths + count + 1;
    return KL_OK;
}

static void put_quoted(kl_buffer *to, kl_text text)
{
    kl_buffer_byte(to, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '"' || text.data[i] == '\\')
            kl_buffer_byte(to, '\\');
        kl_buffer_byte(to, text.data[i]);
    }
    kl_buffer_byte(to, '"');
}

static void put_hex(kl_buffer *to, kl_text bytes, bool within_quotes)
{
    static const char digits[] = "0123456789abcdef";
    kl_buffer_string(to, within_quotes ? "\"\\\\x" : "\\x");
    for (size_t i = 0; i < bytes.len; i++) {
        kl_buffer_byte(to, digits[(unsigned char)bytes.data[i] >> 4]);
        kl_buffer_byte(to, digits[(unsigned char)bytes.data[i] & 15]);
    }
    if (within_quotes)
        kl_buffer_byte(to, '"');
}

static kl_status put_json(kl_buffer *to, kl_value value, bool quoted, kl_error *error)
{
    kl_value text;
    KL_TRY(kl_json_print(&text, value, &kl_json_plain, error));
    if (quoted)
        put_quoted(to, kl_as_text(text));
    else
        kl_buffer_add(to, kl_as_text(text));
    kl_value_release(text);
    return KL_OK;
}

/* PostgreSQL takes 1 and 0 for its own booleans too, but true and false for no number. */
static void put_scalar(kl_buffer *to, kl_value value, Oid type)
{
    char digits[32];
    switch (kl_value_kind(value)) {
    case KL_KIND_BOOL:
        if (type == OID_TEXT || type == OID_JSON || type == OID_JSONB)
            kl_buffer_string(to, kl_as_bool(value) ? "true" : "false");
        else
            kl_buffer_byte(to, kl_as_bool(value) ? '1' : '0');
        break;
    case KL_KIND_INT:
        kl_buffer_format(to, "%" PRId64, kl_as_int(value));
        break;
    default: /* NaN and Infinity are spelled as PostgreSQL reads them, in any case of letters */
        kl_buffer_add(to, (kl_text){digits, kl_double_print(digits, kl_as_double(value))});
    }
}

static kl_status put_array(kl_buffer *to, kl_value array, Oid item, int depth, kl_error *error);

static kl_status put_item(kl_buffer *to, kl_value value, Oid type, int depth, kl_error *error)
{
    bool is_json = type == OID_JSON || type == OID_JSONB;
    if (kl_is_null(value))
        kl_buffer_string(to, "NULL");
    else if (kl_is(value, KL_KIND_ARRAY) && !is_json)
        return put_array(to, value, type, depth + 1, error);
    else if (kl_is(value, KL_KIND_MAP) || kl_is(value, KL_KIND_ARRAY) || is_json)
        return put_json(to, value, true, error);
    else if (kl_is(value, KL_KIND_STRING))
        put_quoted(to, kl_as_text(value));
    else if (kl_is(value, KL_KIND_BYTES))
        put_hex(to, kl_as_text(value), true);
    else
        put_scalar(to, value, type);
    return KL_OK;
}

static kl_status put_array(kl_buffer *to, kl_value array, Oid item, int depth, kl_error *error)
{
    if (depth > DIMENSIONS_MAX)
        return kl_error_set(error, KL_INVALID, "an array of more than six dimensions");
    kl_buffer_byte(to, '{');
    for (size_t i = 0; i < kl_array_len(array); i++) {
        if (i)
            kl_buffer_byte(to, ',');
        KL_TRY(put_item(to, kl_array_at(array, i), item, depth, error));
    }
    kl_buffer_byte(to, '}');
    return KL_OK;
}

/* A list is an array where the server wants one of its own or of the user's types, else JSON. */
static kl_status put_list(kl_buffer *to, kl_value list, Oid type, kl_error *error)
{
    enum { FIRST_USER_TYPE = 16384 };
    Oid item = pg_item_type(type);
    return item || type >= FIRST_USER_TYPE ? put_array(to, list, item, 1, error)
                                           : put_json(to, list, false, error);
}

/* What must be written out goes to `to`; strings and bytes are lent as they are. */
static kl_status encode_one(pg_values *v, size_t i, kl_value value, Oid type, kl_buffer *to,
                            kl_error *error)
{
    bool is_json = type == OID_JSON || type == OID_JSONB;
    kl_text text = kl_as_text(value);
    switch (kl_value_kind(value)) {
    case KL_KIND_BOOL:
    case KL_KIND_INT:
    case KL_KIND_DOUBLE:
        put_scalar(to, value, type);
        return KL_OK;
    case KL_KIND_BYTES:
        if (type != OID_BYTEA && type != OID_TEXT && type != OID_VARCHAR && type != OID_BPCHAR) {
            put_hex(to, text, false); /* to types of the user's own; others refuse it */
            return KL_OK;
        }
        v->formats[i] = 1; /* what is no text is found out by the server */
        __attribute__((fallthrough));
    case KL_KIND_STRING:
        v->formats[i] |= type == OID_BYTEA; /* binary: nothing reads \x in a string */
        if (!v->formats[i] && text.len && memchr(text.data, '\0', text.len))
            return kl_error_set(error, KL_INVALID,
                                "value %zu holds a NUL, which PostgreSQL stores in bytea only",
                                i + 1);
        v->texts[i] = text.data;
        v->lengths[i] = (int)text.len;
        return text.len <= INT32_MAX ? KL_OK
                                     : kl_error_set(error, KL_LIMIT,
                                                    "value %zu is longer than 2 GiB", i + 1);
    case KL_KIND_ARRAY:
        return is_json ? put_json(to, value, false, error) : put_list(to, value, type, error);
    case KL_KIND_MAP:
        return put_json(to, value, false, error);
    default:
        return kl_error_set(error, KL_INVALID, "value %zu: %s has no form in a database", i + 1,
                            kl_value_kind_name(value));
    }
}

/* Where each written text starts is kept as its length until the buffer no longer moves. */
static kl_status encode_all(pg_values *v, const kl_value *values, const Oid *types, size_t count,
                            kl_buffer *to, kl_error *error)
{
    for (size_t i = 0; i < count; i++) {
        size_t start = to->len;
        if (kl_is_null(values[i]))
            continue;
        v->lengths[i] = (int)start;
        KL_TRY(encode_one(v, i, values[i], types[i], to, error));
        kl_buffer_byte(to, '\0');
    }
    if (to->status != KL_OK)
        return to->status == KL_NO_MEMORY ? kl_error_no_memory(error)
                                          : kl_error_set(error, KL_LIMIT, "the values are too long");
    for (size_t i = 0; i < count; i++)
        if (!kl_is_null(values[i]) && !v->texts[i])
            v->texts[i] = to->data + v->lengths[i];
    return KL_OK;
}

kl_status pg_encode(pg_values *out, const kl_value *values, const Oid *types, size_t count,
                    kl_error *error)
{
    kl_buffer to = KL_BUFFER_INIT;
    KL_TRY(make_room(out, count, error));
    kl_status status = encode_all(out, values, types, count, &to, error);
    out->made = to;
    return status;
}
