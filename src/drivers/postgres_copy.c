/* src/drivers/postgres_copy.c - many rows into a table at once: COPY ... FROM STDIN, in text. */
#include <libpq-fe.h>

#include "buffer.h"
#include "drivers/postgres.h"
#include "drivers/postgres_copy.h"
#include "kailash/json.h"

#include <math.h>

/* Bytes that are gathered before they are handed to the connection. */
enum { CHUNK = 64 * 1024 };

/* ---- rows as text ---------------------------------------------------------------------------------- */

/* Tabs end values and newlines rows; a backslash makes them part of a value. */
static void put_text(kl_buffer *out, kl_text text)
{
    size_t from = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char *escape = text.data[i] == '\t'   ? "\\t"
                             : text.data[i] == '\n' ? "\\n"
                             : text.data[i] == '\r' ? "\\r"
                             : text.data[i] == '\\' ? "\\\\"
                                                    : NULL;
        if (!escape)
            continue;
        kl_buffer_add(out, (kl_text){text.data + from, i - from});
        kl_buffer_string(out, escape);
        from = i + 1;
    }
    kl_buffer_add(out, (kl_text){text.data + from, text.len - from});
}

static void put_double(kl_buffer *out, double real)
{
    char digits[32];
    if (isinf(real))
        kl_buffer_string(out, real > 0 ? "Infinity" : "-Infinity");
    else if (isnan(real))
        kl_buffer_string(out, "NaN");
    else
        kl_buffer_add(out, (kl_text){digits, kl_double_print(digits, real)});
}

static kl_status put_value(kl_buffer *out, kl_value value, kl_error *error)
{
    switch (kl_value_kind(value)) {
    case KL_KIND_NULL:
        kl_buffer_string(out, "\\N");
        return KL_OK;
    case KL_KIND_BOOL:
        kl_buffer_byte(out, kl_as_bool(value) ? 't' : 'f');
        return KL_OK;
    case KL_KIND_INT:
        kl_buffer_int(out, kl_as_int(value));
        return KL_OK;
    case KL_KIND_DOUBLE:
        put_double(out, value.as.real);
        return KL_OK;
    case KL_KIND_STRING:
        put_text(out, kl_as_text(value));
        return KL_OK;
    default:
        return kl_error_set(error, KL_INVALID, "%s cannot be copied into a table",
                            kl_value_kind_name(value));
    }
}

static kl_status put_row(kl_buffer *out, const kl_value *values, size_t columns, kl_error *error)
{
    for (size_t i = 0; i < columns; i++) {
        if (i)
            kl_buffer_byte(out, '\t');
        KL_TRY(put_value(out, values[i], error));
    }
    kl_buffer_byte(out, '\n');
    return out->status == KL_OK ? KL_OK : kl_error_no_memory(error);
}

/* ---- sending --------------------------------------------------------------------------------------- */

static kl_status send_chunk(pg_connection *c, kl_buffer *chunk, const kl_sql_watch *watch,
                            kl_error *error)
{
    int sent;
    KL_TRY(kl_sql_watch_check(watch, error)); /* a fast server is never waited for */
    while ((sent = PQputCopyData(c->pg, chunk->data, (int)chunk->len)) == 0)
        KL_TRY(pg_flush(c, watch, error));
    chunk->len = 0;
    return sent > 0 ? pg_flush(c, watch, error) : pg_refuse_lost(c, error);
}

static kl_status send_rows(pg_connection *c, const kl_value *values, size_t rows, size_t columns,
                           const kl_sql_watch *watch, kl_error *error)
{
    kl_buffer chunk = KL_BUFFER_INIT;
    kl_status status = KL_OK;
    for (size_t i = 0; i < rows && status == KL_OK; i++) {
        status = put_row(&chunk, values + i * columns, columns, error);
        if (status == KL_OK && (chunk.len >= CHUNK || i + 1 == rows))
            status = send_chunk(c, &chunk, watch, error);
    }
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

static kl_status copy_rows(pg_connection *c, const kl_value *values, size_t rows, size_t columns,
                           const kl_sql_watch *watch, kl_error *error)
{
    KL_TRY(read_answer(c, true, watch, error));
    KL_TRY(send_rows(c, values, rows, columns, watch, error));
    if (PQputCopyEnd(c->pg, NULL) < 0)
        return pg_refuse_lost(c, error);
    KL_TRY(pg_flush(c, watch, error));
    return read_answer(c, false, watch, error);
}

kl_status pg_copy(void *connection, kl_text text, const kl_value *values, size_t rows,
                  size_t columns, const kl_sql_watch *watch, kl_error *error)
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
        status = copy_rows(c, values, rows, columns, watch, error);
    if (status == KL_TIMEOUT || status == KL_CANCELLED)
        pg_stop(c);
    kl_sql_watch grace = {kl_clock_after(PG_CANCEL_TIMEOUT), NULL, NULL};
    if (!c->broken && !pg_drain(c, SIZE_MAX, &grace))
        c->broken = true;
    return status;
}
