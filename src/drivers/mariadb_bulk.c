/* src/drivers/mariadb_bulk.c - one statement with the values of many runs, as MariaDB's protocol has it. */
#include <mysql.h>

#include "drivers/mariadb.h"

#include <math.h>
#include <string.h>

/* Bytes of values that go at once: less than any server takes as one packet. */
enum { BYTES_MAX = 512 * 1024 };

/* ---- which runs ---------------------------------------------------------------------------------- */

/* What a value is sent as; NULL's type for null, and for what cannot be sent so. */
static enum enum_field_types type_of(kl_value value)
{
    switch (kl_value_kind(value)) {
    case KL_KIND_BOOL:
        return MYSQL_TYPE_TINY;
    case KL_KIND_INT:
        return MYSQL_TYPE_LONGLONG;
    case KL_KIND_DOUBLE:
        return isfinite(value.as.real) ? MYSQL_TYPE_DOUBLE : MYSQL_TYPE_NULL;
    case KL_KIND_STRING:
        return MYSQL_TYPE_STRING;
    case KL_KIND_BYTES:
        return MYSQL_TYPE_BLOB;
    default:
        return MYSQL_TYPE_NULL;
    }
}

/* Whether a run has values of the types of those before it, which are noted in `types`. */
static bool fits(enum enum_field_types *types, const kl_value *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        enum enum_field_types type = type_of(values[i]);
        if (kl_is_null(values[i]))
            continue;
        if (type == MYSQL_TYPE_NULL || (types[i] != MYSQL_TYPE_NULL && types[i] != type))
            return false;
        types[i] = type;
    }
    return true;
}

static size_t size_of(const kl_value *values, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += 16 + (kl_is(values[i], KL_KIND_STRING) || kl_is(values[i], KL_KIND_BYTES)
                          ? kl_as_text(values[i]).len : 0);
    return size;
}

/* How many of the runs have the same types and are not too much; `types` gets those. */
static size_t look(enum enum_field_types *types, const kl_value *values, size_t count, size_t runs)
{
    size_t size = 0, i = 0;
    for (size_t k = 0; k < count; k++)
        types[k] = MYSQL_TYPE_NULL;
    for (; i < runs; i++) {
        size += size_of(values + i * count, count);
        if (size > BYTES_MAX || !fits(types, values + i * count, count))
            break;
    }
    return i;
}

size_t my_bulk_runs(const kl_value *values, size_t count, size_t runs)
{
    enum enum_field_types *types = count ? kl_alloc(count * sizeof *types) : NULL;
    size_t fitting = types ? look(types, values, count, runs) : 0;
    kl_free(types);
    return fitting;
}

/* ---- their values, column by column ------------------------------------------------------------------ */

/* A column: room for what stands at each run, a number or where a text is; how long it is; whether it is null. */
typedef union my_place {
    const char *text;
    long long whole;
    double real;
} my_place;

static size_t column_bytes(size_t runs)
{
    return runs * (sizeof(my_place) + sizeof(unsigned long)) + (runs + 15) / 16 * 16;
}

static void fill_column(MYSQL_BIND *bind, char *room, enum enum_field_types type, const kl_value *values,
                        size_t count, size_t runs)
{
    my_place *places = (my_place *)(void *)room;
    unsigned long *lengths = (unsigned long *)(void *)(places + runs);
    char *nulls = (char *)(lengths + runs), *bytes = room;
    for (size_t i = 0; i < runs; i++) {
        kl_value value = values[i * count];
        kl_text text = kl_as_text(value);
        nulls[i] = kl_is_null(value) ? STMT_INDICATOR_NULL : STMT_INDICATOR_NONE;
        lengths[i] = text.len;
        if (type == MYSQL_TYPE_TINY)
            bytes[i] = (char)(kl_is(value, KL_KIND_BOOL) && kl_as_bool(value));
        else if (type == MYSQL_TYPE_LONGLONG)
            places[i].whole = kl_is(value, KL_KIND_INT) ? value.as.integer : 0;
        else if (type == MYSQL_TYPE_DOUBLE)
            places[i].real = kl_is(value, KL_KIND_DOUBLE) ? value.as.real : 0;
        else
            places[i].text = text.data ? text.data : "";
    }
    *bind = (MYSQL_BIND){.buffer_type = type == MYSQL_TYPE_NULL ? MYSQL_TYPE_STRING : type,
                         .buffer = room, .length = lengths, .u.indicator = nulls};
}

kl_status my_bulk_bind(MYSQL_BIND *binds, void **memory, const kl_value *values, size_t count, size_t runs,
                       kl_error *error)
{
    enum enum_field_types *types = kl_alloc(count * sizeof *types);
    char *room = types ? kl_alloc_zero(count, column_bytes(runs)) : NULL;
    if (!room) {
        kl_free(types);
        return kl_error_no_memory(error);
    }
    look(types, values, count, runs);
    for (size_t i = 0; i < count; i++)
        fill_column(&binds[i], room + i * column_bytes(runs), types[i], values + i, count, runs);
    kl_free(types);
    *memory = room;
    return KL_OK;
}
