/* src/drivers/postgres_copy.c - many rows into a table at once: COPY ... FROM STDIN (FORMAT binary). */
#include <libpq-fe.h>

#include "buffer.h"
#include "drivers/postgres.h"
#include "drivers/postgres_copy.h"

#include <string.h>

/* Bytes that are gathered before they are handed to the connection. */
enum { CHUNK = 64 * 1024 };

/* ---- rows in binary --------------------------------------------------------------------------------- */

/* The server takes such values as they are, where it would have to read texts; which of them a column wants
 * is not said in the data. */
enum { FIXED_MAX = 12 /* bytes of a value but for a text, with its length */ };

static char *put_number(char *at, uint64_t bits, size_t bytes)
{
    for (size_t i = bytes; i-- > 0; bits >>= 8)
        at[i] = (char)bits;
    return at + bytes;
}

static char *put_wide(char *at, uint64_t bits)
{
    return put_number(put_number(at, 8, 4), bits, 8);
}

static char *put_text(char *at, kl_text text)
{
    at = put_number(at, text.len, 4);
    if (text.len)
        memcpy(at, text.data, text.len);
    return at + text.len;
}

/* NULL for a kind that has no form here. */
static char *put_value(char *at, kl_value value)
{
    uint64_t bits;
    switch (kl_value_kind(value)) {
    case KL_KIND_NULL:
        return put_number(at, UINT32_MAX, 4);
    case KL_KIND_BOOL:
        return put_number(put_number(at, 1, 4), kl_as_bool(value), 1);
    case KL_KIND_INT:
        return put_wide(at, (uint64_t)value.as.integer);
    case KL_KIND_DOUBLE:
        memcpy(&bits, &value.as.real, sizeof bits);
        return put_wide(at, bits);
    case KL_KIND_STRING:
        return put_text(at, kl_as_text(value));
    default:
        return NULL;
    }
}

static kl_status refuse_value(kl_value value, kl_error *error)
{
    return kl_error_set(error, KL_INVALID, "%s cannot be copied into a table", kl_value_kind_name(value));
}

static kl_status put_row(kl_buffer *out, const kl_value *values, size_t columns, kl_error *error)
{
    size_t room = 2 + columns * FIXED_MAX;
    for (size_t i = 0; i < columns; i++) {
        size_t len = kl_is(values[i], KL_KIND_STRING) ? kl_as_text(values[i]).len : 0;
        if (len > INT32_MAX / 2)
            return kl_error_set(error, KL_LIMIT, "a text of %zu bytes cannot be copied into a table", len);
        room += len;
    }
    char *begin = kl_buffer_room(out, room), *at = begin;
    if (!begin)
        return kl_error_no_memory(error);
    at = put_number(at, columns, 2);
    for (size_t i = 0; i < columns; i++) {
        at = put_value(at, values[i]);
        if (!at)
            return refuse_value(values[i], error);
    }
    out->len += (size_t)(at - begin);
    return KL_OK;
}

/* ---- sending --------------------------------------------------------------------------------------- */

/* What the connection does not take at once keeps the server busy for a while. */
static kl_status send_chunk(pg_connection *c, kl_buffer *chunk, const kl_sql_rows *rows, size_t done,
                            const kl_sql_watch *watch, kl_error *error)
{
    int sent;
    KL_TRY(kl_sql_watch_check(watch, error)); /* a fast server is never waited for */
    while ((sent = PQputCopyData(c->pg, chunk->data, (int)chunk->len)) == 0)
        KL_TRY(pg_flush(c, watch, error));
    chunk->len = 0;
    if (sent < 0)
        return pg_refuse_lost(c, error);
    if (rows->meanwhile && (PQflush(c->pg) == 1 || done == rows->count))
        KL_TRY(rows->meanwhile(rows->data, done, error));
    return pg_flush(c, watch, error);
}

static kl_status send_rows(pg_connection *c, const kl_sql_rows *rows, const kl_sql_watch *watch,
                           kl_error *error)
{
    kl_buffer chunk = KL_BUFFER_INIT;
    kl_status status = KL_OK;
    kl_buffer_add(&chunk, KL_TEXT("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0"));
    for (size_t i = 0; i < rows->count && status == KL_OK; i++) {
        status = put_row(&chunk, rows->values + i * rows->columns, rows->columns, error);
        if (status == KL_OK && chunk.len >= CHUNK && i + 1 < rows->count)
            status = send_chunk(c, &chunk, rows, i + 1, watch, error);
    }
    kl_buffer_add(&chunk, KL_TEXT("\377\377"));
    if (status == KL_OK)
        status = chunk.status == KL_OK ? send_chunk(c, &chunk, rows, rows->count, watch, error)
                                       : kl_error_no_memory(error);
    kl_buffer_free(&chunk);
    return status;
}

/* What the server says of the whole; `begin` expects that it wants the rows now. */
static kl_status read_answer(pg_connection *c, bool begin, const kl_sql_watch *watch,
                             kl_error *error)
{
    PGresult *result = NULL;
    KL_TRY(pg_next_result(&result, c, watch, error));
    ExecStatusType is = result ? PQresultStatus(result) : PGRES_FATAL_ERROR;
    kl_status status = KL_OK;
    if (!result)
        status = pg_refuse_lost(c, error);
    else if (is != (begin ? PGRES_COPY_IN : PGRES_COMMAND_OK))
        status = pg_refuse(c, result, error);
    PQclear(result);
    return status;
}

/* Before the end is sent nothing is stored: what fails till then undoes all. */
static kl_status copy_rows(pg_connection *c, const kl_sql_rows *rows, const kl_sql_watch *watch,
                           kl_error *error)
{
    KL_TRY(read_answer(c, true, watch, error));
    KL_TRY(send_rows(c, rows, watch, error));
    if (PQputCopyEnd(c->pg, NULL) < 0)
        return pg_refuse_lost(c, error);
    KL_TRY(pg_flush(c, watch, error));
    return read_answer(c, false, watch, error);
}

kl_status pg_copy(void *connection, kl_text text, const kl_sql_rows *rows, const kl_sql_watch *watch,
                  kl_error *error)
{
    pg_connection *c = connection;
    if (c->running)
        return kl_error_set(error, KL_STATE, "another statement runs on this connection");
    char *sql = kl_strdup(text);
    if (!sql)
        return kl_error_no_memory(error);
    kl_status status = PQsendQuery(c->pg, sql) ? pg_flush(c, watch, error) : pg_refuse_lost(c, error);
    kl_free(sql);
    if (status == KL_OK)
        status = copy_rows(c, rows, watch, error);
    if (status == KL_TIMEOUT || status == KL_CANCELLED)
        pg_stop(c);
    kl_sql_watch grace = {kl_clock_after(PG_CANCEL_TIMEOUT), NULL, NULL};
    if (!c->broken && !pg_drain(c, SIZE_MAX, &grace))
        c->broken = true;
    return status;
}
