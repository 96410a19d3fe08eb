/* src/drivers/mariadb_values.c - values to and from the binary protocol of MariaDB and MySQL. */
#include <mysql.h>

#include "drivers/mariadb.h"
#include "kailash/json.h"
#include "store/sql_decode.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/* The character set number that means "no text". */
enum { BINARY_CHARSET = 63 };

/* ---- cells --------------------------------------------------------------------------------------- */

static uint64_t read_little(const unsigned char *data, size_t len)
{
    uint64_t sum = 0;
    for (size_t i = len; i > 0; i--)
        sum = sum << 8 | data[i - 1];
    return sum;
}

/* A length as the protocol writes it: one byte, or a mark and two, three or eight. */
static size_t take_length(unsigned char **at)
{
    unsigned char mark = *(*at)++;
    size_t bytes = mark == 252 ? 2 : mark == 253 ? 3 : mark == 254 ? 8 : 0;
    if (!bytes)
        return mark;
    size_t len = (size_t)read_little(*at, bytes);
    *at += bytes;
    return len;
}

static size_t fixed_size(enum enum_field_types type)
{
    switch (type) {
    case MYSQL_TYPE_TINY:
        return 1;
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_YEAR:
        return 2;
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_FLOAT:
        return 4;
    case MYSQL_TYPE_LONGLONG:
    case MYSQL_TYPE_DOUBLE:
        return 8;
    default:
        return 0;
    }
}

my_cell my_take_cell(const MYSQL_FIELD *field, unsigned char **at)
{
    size_t size = fixed_size(field->type);
    if (!size)
        size = take_length(at);
    my_cell cell = {*at, size};
    *at += size;
    return cell;
}

/* ---- decoding ------------------------------------------------------------------------------------ */

static kl_text text_of(my_cell cell) { return (kl_text){(const char *)cell.data, cell.len}; }

/* Beyond int64 it is a decimal number like any other. */
static kl_status unsigned_value(kl_value *out, uint64_t number, kl_sql_numeric numeric,
                                kl_error *error)
{
    char digits[24];
    if (number <= INT64_MAX) {
        *out = kl_int((int64_t)number);
        return KL_OK;
    }
    int len = snprintf(digits, sizeof digits, "%" PRIu64, number);
    return kl_sql_decode_numeric(out, (kl_text){digits, (size_t)len}, numeric, error);
}

static kl_status decode_integer(kl_value *out, my_cell cell, const MYSQL_FIELD *field,
                                kl_sql_numeric numeric, kl_error *error)
{
    uint64_t number = read_little(cell.data, cell.len);
    if (field->flags & UNSIGNED_FLAG)
        return unsigned_value(out, number, numeric, error);
    unsigned int unused = 64 - 8 * (unsigned int)cell.len;
    *out = kl_int((int64_t)(number << unused) >> unused);
    return KL_OK;
}

/* TINYINT(1) is how MySQL spells BOOLEAN. Another number in it stays one. */
static kl_status decode_bool(kl_value *out, my_cell cell, const MYSQL_FIELD *field,
                             kl_sql_numeric numeric, kl_error *error)
{
    if (cell.data[0] > 1)
        return decode_integer(out, cell, field, numeric, error);
    *out = kl_bool(cell.data[0] == 1);
    return KL_OK;
}

/* The shortest decimal number that is this float: 1.1, not 1.10000002384. */
static kl_status decode_float(kl_value *out, my_cell cell, const MYSQL_FIELD *field,
                              kl_sql_numeric numeric, kl_error *error)
{
    float narrow;
    double real;
    char digits[32];
    (void)field, (void)numeric, (void)error;
    memcpy(&narrow, cell.data, sizeof narrow);
    real = (double)narrow;
    for (int precision = 6; precision <= 9; precision++) {
        int len = snprintf(digits, sizeof digits, "%.*g", precision, (double)narrow);
        if (kl_sql_read_double(&real, (kl_text){digits, (size_t)len}) && (float)real == narrow)
            break;
        real = (double)narrow;
    }
    *out = kl_double(real);
    return KL_OK;
}

static kl_status decode_double(kl_value *out, my_cell cell, const MYSQL_FIELD *field,
                               kl_sql_numeric numeric, kl_error *error)
{
    double real;
    (void)field, (void)numeric, (void)error;
    memcpy(&real, cell.data, sizeof real);
    *out = kl_double(real);
    return KL_OK;
}

static kl_status decode_numeric(kl_value *out, my_cell cell, const MYSQL_FIELD *field,
                                kl_sql_numeric numeric, kl_error *error)
{
    (void)field;
    return kl_sql_decode_numeric(out, text_of(cell), numeric, error);
}

/* Most significant byte first. */
static kl_status decode_bits(kl_value *out, my_cell cell, const MYSQL_FIELD *field,
                             kl_sql_numeric numeric, kl_error *error)
{
    uint64_t number = 0;
    for (size_t i = 0; i < cell.len && i < 8; i++)
        number = number << 8 | cell.data[i];
    if (field->length == 1) {
        *out = kl_bool(number == 1);
        return KL_OK;
    }
    return unsigned_value(out, number, numeric, error);
}

/* Year, month, day, hour, minute, second, microsecond; what is zero at the end is left out. A date of
 * zeros is told as it is. */
static kl_status decode_date(kl_value *out, my_cell cell, const MYSQL_FIELD *field,
                             kl_sql_numeric numeric, kl_error *error)
{
    unsigned char parts[11] = {0};
    char text[40];
    (void)numeric;
    memcpy(parts, cell.data, KL_MIN(cell.len, sizeof parts));
    int len = snprintf(text, sizeof text, "%04u-%02u-%02u", (unsigned)read_little(parts, 2),
                       parts[2], parts[3]);
    if (field->type != MYSQL_TYPE_DATE && field->type != MYSQL_TYPE_NEWDATE)
        len += snprintf(text + len, sizeof text - (size_t)len, "T%02u:%02u:%02u", parts[4],
                        parts[5], parts[6]);
    unsigned micro = (unsigned)read_little(parts + 7, 4);
    if (micro)
        len += snprintf(text + len, sizeof text - (size_t)len, ".%06u", micro);
    return kl_string_from_valid(out, (kl_text){text, (size_t)len}, error);
}

/* Sign, days, hour, minute, second, microsecond: up to 838 hours either way. */
static kl_status decode_time(kl_value *out, my_cell cell, const MYSQL_FIELD *field,
                             kl_sql_numeric numeric, kl_error *error)
{
    unsigned char parts[12] = {0};
    char text[48];
    (void)field, (void)numeric;
    memcpy(parts, cell.data, KL_MIN(cell.len, sizeof parts));
    int len = snprintf(text, sizeof text, "%s%02u:%02u:%02u", parts[0] ? "-" : "",
                       (unsigned)read_little(parts + 1, 4) * 24 + parts[5], parts[6], parts[7]);
    unsigned micro = (unsigned)read_little(parts + 8, 4);
    if (micro)
        len += snprintf(text + len, sizeof text - (size_t)len, ".%06u", micro);
    return kl_string_from_valid(out, (kl_text){text, (size_t)len}, error);
}

static kl_status decode_json(kl_value *out, my_cell cell, const MYSQL_FIELD *field,
                             kl_sql_numeric numeric, kl_error *error)
{
    (void)field, (void)numeric;
    return kl_sql_decode_json(out, text_of(cell), error);
}

static kl_status decode_text(kl_value *out, my_cell cell, const MYSQL_FIELD *field,
                             kl_sql_numeric numeric, kl_error *error)
{
    (void)field, (void)numeric;
    return kl_sql_decode_text(out, text_of(cell), error);
}

static kl_status decode_bytes(kl_value *out, my_cell cell, const MYSQL_FIELD *field,
                              kl_sql_numeric numeric, kl_error *error)
{
    (void)field, (void)numeric;
    return kl_bytes_new(out, text_of(cell), error);
}

/* MariaDB's JSON is text that says so in an attribute; MySQL's has a type. */
static bool is_json(const MYSQL_FIELD *field)
{
    MARIADB_CONST_STRING format;
    if ((int)field->type == MYSQL_TYPE_JSON)
        return true;
    return mariadb_field_attr(&format, field, MARIADB_FIELD_ATTR_FORMAT_NAME) == 0 &&
           format.length == 4 && memcmp(format.str, "json", 4) == 0;
}

my_decode *my_decoder(const MYSQL_FIELD *field)
{
    switch (field->type) {
    case MYSQL_TYPE_TINY:
        return field->length == 1 ? decode_bool : decode_integer;
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_YEAR:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG:
        return decode_integer;
    case MYSQL_TYPE_FLOAT:
        return decode_float;
    case MYSQL_TYPE_DOUBLE:
        return decode_double;
    case MYSQL_TYPE_DECIMAL:
    case MYSQL_TYPE_NEWDECIMAL:
        return decode_numeric;
    case MYSQL_TYPE_BIT:
        return decode_bits;
    case MYSQL_TYPE_DATE:
    case MYSQL_TYPE_NEWDATE:
    case MYSQL_TYPE_DATETIME:
    case MYSQL_TYPE_TIMESTAMP:
        return decode_date;
    case MYSQL_TYPE_TIME:
        return decode_time;
    case MYSQL_TYPE_ENUM:
    case MYSQL_TYPE_SET:
        return decode_text;
    default:
        break;
    }
    if (is_json(field))
        return decode_json;
    return field->charsetnr == BINARY_CHARSET ? decode_bytes : decode_text;
}

/* ---- encoding ------------------------------------------------------------------------------------ */

static void bind_text(MYSQL_BIND *bind, enum enum_field_types type, kl_text text)
{
    bind->buffer_type = type;
    bind->buffer = (void *)(uintptr_t)text.data;
    bind->buffer_length = text.len;
    bind->length = NULL; /* then buffer_length counts */
}

/* Numbers are lent where they stand, within their values. */
static kl_status encode_one(MYSQL_BIND *bind, kl_value *made, const kl_value *value, size_t number,
                            kl_error *error)
{
    switch (kl_value_kind(*value)) {
    case KL_KIND_NULL:
        bind->buffer_type = MYSQL_TYPE_NULL;
        return KL_OK;
    case KL_KIND_BOOL:
        bind->buffer_type = MYSQL_TYPE_TINY;
        bind->buffer = (void *)(uintptr_t)&value->as.boolean;
        return KL_OK;
    case KL_KIND_INT:
        bind->buffer_type = MYSQL_TYPE_LONGLONG;
        bind->buffer = (void *)(uintptr_t)&value->as.integer;
        return KL_OK;
    case KL_KIND_DOUBLE:
        if (!isfinite(value->as.real))
            return kl_error_set(error, KL_INVALID,
                                "value %zu: NaN and infinity cannot be stored; give null instead",
                                number);
        bind->buffer_type = MYSQL_TYPE_DOUBLE;
        bind->buffer = (void *)(uintptr_t)&value->as.real;
        return KL_OK;
    case KL_KIND_STRING:
        bind_text(bind, MYSQL_TYPE_STRING, kl_as_text(*value));
        return KL_OK;
    case KL_KIND_BYTES:
        bind_text(bind, MYSQL_TYPE_BLOB, kl_as_text(*value));
        return KL_OK;
    case KL_KIND_ARRAY:
    case KL_KIND_MAP:
        KL_TRY(kl_json_print(made, *value, &kl_json_plain, error));
        bind_text(bind, MYSQL_TYPE_STRING, kl_as_text(*made));
        return KL_OK;
    default:
        return kl_error_set(error, KL_INVALID, "value %zu: %s has no form in a database", number,
                            kl_value_kind_name(*value));
    }
}

kl_status my_encode(MYSQL_BIND *binds, kl_value *made, const kl_value *values, size_t count,
                    kl_error *error)
{
    for (size_t i = 0; i < count; i++) {
        binds[i] = (MYSQL_BIND){0};
        KL_TRY(encode_one(&binds[i], &made[i], &values[i], i + 1, error));
    }
    return KL_OK;
}
