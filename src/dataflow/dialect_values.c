/* src/dataflow/dialect_values.c - values in the form of callers and in that of columns. */
#include "field_type.h"
#include "table.h"
#include "kailash/decimal.h"
#include "kailash/json.h"
#include "kailash/time.h"

#include <math.h>
#include <stdio.h>

kl_status kl_timestamp_now(kl_value *out, kl_error *error)
{
    char text[KL_TIME_TEXT];
    size_t len = kl_time_print(text, kl_time_now(), 9, KL_TIME_OFFSET);
    return kl_string_from_valid(out, (kl_text){text, len}, error);
}

/* ---- in ---------------------------------------------------------------------------------------- */

static kl_status refuse_kind(const kl_column *column, kl_value value, kl_error *error)
{
    if (kl_is(value, KL_KIND_BYTES))
        return kl_error_set(error, KL_TYPE,
                            "column '%.*s' cannot hold bytes; encode them as text first",
                            KL_TEXT_ARG(kl_as_text(column->name)));
    const char *name = kl_is(value, KL_KIND_OBJECT) ? value.as.object->type->name
                                                    : kl_value_kind_name(value);
    return kl_error_set(error, KL_TYPE, "cannot convert Python type '%s' to Kailash Value", name);
}

/* Lists and dicts are JSON text in every column, numbers and bools in those of JSON. What JSON cannot
 * tell is refused rather than told as something else. */
static kl_status bind_json(kl_value *out, const kl_column *column, kl_value value, kl_error *error)
{
    static const kl_json_style style = {.nan = KL_JSON_NAN_ERROR, .spaced = true, .bytes_error = true};
    kl_status status = kl_json_print(out, value, &style, error);
    if (status == KL_TYPE)
        return kl_error_set(error, KL_TYPE, "column '%.*s': a value within it has no JSON form",
                            KL_TEXT_ARG(kl_as_text(column->name)));
    if (status == KL_INVALID)
        kl_error_prefix(error, "column '%.*s': ", KL_TEXT_ARG(kl_as_text(column->name)));
    return status;
}

/* MySQL takes no offset: the same moment in UTC. Text without one, or that is no time, stays. */
static kl_status bind_datetime(kl_value *out, kl_value value, kl_error *error)
{
    char text[KL_TIME_TEXT];
    kl_time time;
    if (kl_time_parse(&time, kl_as_text(value), NULL) != KL_OK) {
        *out = kl_value_retain(value);
        return KL_OK;
    }
    kl_time_print(text, time, 6, KL_TIME_Z);
    text[10] = ' ';
    return kl_string_from_valid(out, (kl_text){text, 26}, error);
}

static kl_status bind_bool(kl_value *out, const kl_table *table, const kl_column *column,
                           kl_value value, kl_error *error)
{
    if (column->kind == KL_COLUMN_JSON)
        return kl_string_from_valid(out, kl_as_bool(value) ? KL_TEXT("true") : KL_TEXT("false"),
                                    error);
    bool as_is = column->kind == KL_COLUMN_BOOLEAN && table->dialect == KL_SQL_POSTGRES;
    *out = as_is ? value : kl_int(kl_as_bool(value));
    return KL_OK;
}

static kl_status bind_double(kl_value *out, const kl_column *column, kl_value value,
                             kl_error *error)
{
    if (isnan(value.as.real))
        return kl_error_set(error, KL_INVALID, "column '%.*s': NaN cannot be stored; give None",
                            KL_TEXT_ARG(kl_as_text(column->name)));
    if (column->kind == KL_COLUMN_JSON)
        return bind_json(out, column, value, error);
    *out = value;
    return KL_OK;
}

static kl_status refuse_strictly(const kl_column *column, kl_value value, kl_error *error)
{
    return kl_error_set(error, KL_FAILED, "type mismatch: column '%.*s' is %s, got %s",
                        KL_TEXT_ARG(kl_as_text(column->name)), kl_column_kind_word(column->kind),
                        kl_value_kind_name(value));
}

kl_status kl_column_bind(kl_value *out, const kl_table *table, const kl_column *column,
                         kl_value value, kl_error *error)
{
    if (table->strict_types && !kl_column_accepts(column, value))
        return refuse_strictly(column, value, error);
    switch (kl_value_kind(value)) {
    case KL_KIND_NULL:
        *out = value;
        return KL_OK;
    case KL_KIND_BOOL:
        return bind_bool(out, table, column, value, error);
    case KL_KIND_INT:
        if (column->kind == KL_COLUMN_JSON)
            return bind_json(out, column, value, error);
        *out = value;
        return KL_OK;
    case KL_KIND_DOUBLE:
        return bind_double(out, column, value, error);
    case KL_KIND_STRING:
        if (column->kind == KL_COLUMN_TIMESTAMP && table->dialect == KL_SQL_MYSQL)
            return bind_datetime(out, value, error);
        *out = kl_value_retain(value);
        return KL_OK;
    case KL_KIND_ARRAY:
    case KL_KIND_MAP:
        return bind_json(out, column, value, error);
    case KL_KIND_OBJECT:
        if (column->kind == KL_COLUMN_TEXT && kl_as_object(value, &kl_decimal_type)) {
            *out = kl_value_retain(((const kl_decimal *)value.as.object)->text);
            return KL_OK;
        }
        return refuse_kind(column, value, error);
    default:
        return refuse_kind(column, value, error);
    }
}

bool kl_column_accepts(const kl_column *column, kl_value value)
{
    if (kl_is_null(value))
        return true;
    switch (column->kind) {
    case KL_COLUMN_INTEGER:
        return kl_is(value, KL_KIND_INT);
    case KL_COLUMN_FLOAT:
        return kl_is_number(value);
    case KL_COLUMN_BOOLEAN:
        return kl_is(value, KL_KIND_BOOL);
    case KL_COLUMN_JSON:
    case KL_COLUMN_VECTOR:
        return kl_is(value, KL_KIND_STRING) || kl_is(value, KL_KIND_ARRAY) ||
               kl_is(value, KL_KIND_MAP);
    case KL_COLUMN_TEXT:
        return kl_is(value, KL_KIND_STRING) || kl_as_object(value, &kl_decimal_type);
    default:
        return kl_is(value, KL_KIND_STRING);
    }
}

/* ---- out --------------------------------------------------------------------------------------- */

bool kl_column_is_plain(const kl_table *table, const kl_column *column)
{
    switch (column->kind) {
    case KL_COLUMN_BOOLEAN:
    case KL_COLUMN_JSON:
        return false;
    case KL_COLUMN_TIMESTAMP:
        return table->dialect == KL_SQL_SQLITE ||
               (table->dialect == KL_SQL_POSTGRES && !table->native);
    case KL_COLUMN_FLOAT:
        return table->dialect != KL_SQL_SQLITE;
    default:
        return true;
    }
}

/* A time as PostgreSQL and MySQL keep it, in the form in which SQLite would hold it: the columns
 * that DataFlow writes have nine digits, others what isoformat() gives. */
static kl_status read_timestamp(kl_value *out, const kl_column *column, kl_value value,
                                kl_error *error)
{
    char text[KL_TIME_TEXT];
    char with_offset[KL_TIME_TEXT];
    kl_time time;
    kl_text given = kl_as_text(value);
    bool naive = given.len >= 19 && given.len < sizeof with_offset - 6 && given.data[10] == 'T' &&
                 !memchr(given.data + 19, '+', given.len - 19) &&
                 !memchr(given.data + 19, '-', given.len - 19);
    *out = value;
    if (naive) {
        int len = snprintf(with_offset, sizeof with_offset, "%.*s+00:00", KL_TEXT_ARG(given));
        given = (kl_text){with_offset, (size_t)len};
    }
    if (kl_time_parse(&time, given, NULL) != KL_OK)
        return KL_OK;
    bool ours = column->is_auto_managed || column->is_soft_delete;
    size_t len = kl_time_print(text, time, ours ? 9 : time % KL_SECOND ? 6 : 0, KL_TIME_OFFSET);
    kl_value_release(value);
    return kl_string_from_valid(out, (kl_text){text, len}, error);
}

/* The driver may have read JSON already; by default it stays the text that was stored. */
static kl_status read_json(kl_value *out, const kl_table *table, kl_value value, kl_error *error)
{
    bool is_text = kl_is(value, KL_KIND_STRING);
    *out = value;
    if (table->json_decoded && is_text) {
        kl_value decoded;
        kl_status status = kl_json_parse(&decoded, kl_as_text(value), NULL);
        if (status != KL_OK) /* text that is no JSON is what it is */
            return status == KL_NO_MEMORY ? kl_error_no_memory(error) : KL_OK;
        kl_value_release(value);
        *out = decoded;
        return KL_OK;
    }
    if (table->json_decoded || is_text || kl_is_null(value))
        return KL_OK;
    kl_status status = kl_json_print(out, value, &kl_json_spaced, error);
    kl_value_release(value);
    return status;
}

kl_status kl_column_read(kl_value *out, const kl_table *table, const kl_column *column,
                         kl_value value, kl_error *error)
{
    switch (column->kind) {
    case KL_COLUMN_BOOLEAN:
        if (kl_is(value, KL_KIND_INT) && (value.as.integer == 0 || value.as.integer == 1))
            value = kl_bool(value.as.integer == 1);
        break;
    case KL_COLUMN_FLOAT:
        if (kl_is(value, KL_KIND_INT))
            value = kl_double((double)value.as.integer);
        break;
    case KL_COLUMN_TIMESTAMP:
        if (kl_is(value, KL_KIND_STRING) && !kl_column_is_plain(table, column))
            return read_timestamp(out, column, value, error);
        break;
    case KL_COLUMN_JSON:
        return read_json(out, table, value, error);
    default:
        break;
    }
    *out = value;
    return KL_OK;
}
