/* src/dataflow/row_stream.c - see row_stream.h.
 *
 * The drivers hand rows out as they arrive, so a stream is one statement that runs, on a connection
 * of its own. Of a database in memory all rows are read at the start: a reader would keep every
 * writer of the same thread from ever committing, and the rows are in memory anyway.
 */
#include "row_stream.h"
#include "data_error.h"
#include "dataflow.h"
#include "host.h"

enum { DEFAULT_BATCH = 1000 };

typedef struct row_stream {
    kl_object object;
    kl_data_session session;
    kl_sql_cursor cursor;
    kl_value params; /* array: the values of the statement, which borrows them */
    kl_value rows;   /* array: those that were read */
    size_t at;       /* how many of them were handed out */
    size_t batch_size;
    bool running;    /* the statement */
    bool busy;       /* atomic: a thread works with it */
} row_stream;

/* ---- ending ------------------------------------------------------------------------------------ */

static void end_statement(row_stream *stream)
{
    if (stream->running)
        kl_sql_finish(NULL, &stream->cursor);
    stream->running = false;
    kl_data_session_end(&stream->session);
}

static void close_stream(row_stream *stream)
{
    end_statement(stream);
    kl_value_release(kl_value_take(&stream->rows));
    stream->at = 0;
}

static void dispose(kl_object *self)
{
    row_stream *stream = (row_stream *)self;
    close_stream(stream);
    kl_value_release(stream->params);
}

/* ---- reading ----------------------------------------------------------------------------------- */

/* Read up to `most` further rows; the statement ends behind the last one, and on an error. */
static kl_status read_rows(row_stream *stream, size_t most, kl_error *error)
{
    kl_value rows, row;
    kl_status status;
    KL_TRY(kl_array_new(&rows, KL_MIN(most, (size_t)DEFAULT_BATCH), error));
    while (kl_array_len(rows) < most) {
        KL_TRY_OUT(kl_sql_next(&row, &stream->cursor, error));
        if (kl_is_null(row)) {
            end_statement(stream);
            break;
        }
        KL_TRY_OUT(kl_array_push(&rows, row, error));
    }
    kl_value_replace(&stream->rows, rows);
    stream->at = 0;
    return KL_OK;
out:
    kl_value_release(rows);
    status = kl_data_session_error(&stream->session, status, error);
    close_stream(stream);
    return status;
}

/* Rows to hand out, if any are left. */
static kl_status refill(row_stream *stream, kl_error *error)
{
    if (stream->at < kl_array_len(stream->rows) || !stream->running)
        return KL_OK;
    void *token = kl_blocking_begin();
    kl_status status = read_rows(stream, stream->batch_size, error);
    kl_blocking_end(token);
    return status;
}

static kl_status enter(row_stream *stream, kl_error *error)
{
    if (!__atomic_exchange_n(&stream->busy, true, __ATOMIC_ACQUIRE))
        return KL_OK;
    return kl_error_set(error, KL_STATE, "another thread is reading from this stream");
}

static void leave(row_stream *stream) { __atomic_store_n(&stream->busy, false, __ATOMIC_RELEASE); }

/* ---- making ------------------------------------------------------------------------------------ */

/* The statement without what ends it, so that it can stand within another. */
static kl_text without_end(kl_text sql)
{
    while (sql.len && strchr("; \t\r\n", sql.data[sql.len - 1]))
        sql.len--;
    return sql;
}

/* Qualified, for SQLite takes a quoted name that it does not know for a text. A comment may end the
 * statement, hence the line break. */
static kl_status ordered_by(kl_value *out, kl_text sql, kl_text key, kl_sql_dialect dialect,
                            kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_string(&text, "SELECT * FROM (");
    kl_buffer_add(&text, without_end(sql));
    kl_buffer_string(&text, "\n) AS kailash_stream ORDER BY kailash_stream.");
    kl_put_identifier(&text, key, dialect);
    return kl_buffer_finish(out, &text, error);
}

static kl_status begin(row_stream *stream, kl_dataflow *dataflow, kl_text sql, const char *method,
                       kl_error *error)
{
    bool in_memory = kl_sql_pool_address(dataflow->pool)->memory;
    KL_TRY(kl_data_session_begin(&stream->session, dataflow, method, error));
    KL_TRY(kl_data_session_start(&stream->cursor, &stream->session, sql,
                                 kl_array_items(stream->params), kl_array_len(stream->params),
                                 error));
    stream->running = true;
    stream->cursor.numeric = KL_SQL_NUMERIC_DECIMAL;
    kl_data_session_hold(&stream->session);
    return in_memory ? read_rows(stream, SIZE_MAX, error) : KL_OK;
}

kl_status kl_row_stream_new(kl_value *out, kl_dataflow *dataflow, kl_text sql, kl_value params,
                            kl_text key, int64_t batch_size, kl_error *error)
{
    kl_object *object;
    kl_value text = kl_null();
    if (key.len && !kl_is_sql_identifier(key))
        return kl_error_set(error, KL_FAILED,
                            "stream_keyset failed: invalid SQL identifier: key_column must consist "
                            "of letters, digits and _");
    KL_TRY(kl_object_alloc(&object, &kl_row_stream_type, error));
    row_stream *stream = (row_stream *)object;
    stream->batch_size = batch_size ? (size_t)batch_size : DEFAULT_BATCH;
    kl_status status = kl_data_raw_params(&stream->params, params, error);
    if (status == KL_OK && key.len)
        status = ordered_by(&text, sql, key, dataflow->dialect, error);
    if (status == KL_OK)
        status = begin(stream, dataflow, key.len ? kl_as_text(text) : sql,
                       key.len ? "stream_keyset" : "stream", error);
    kl_value_release(text);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

/* ---- methods ----------------------------------------------------------------------------------- */

static kl_status next_batch(kl_value *out, row_stream *stream, kl_error *error)
{
    KL_TRY(refill(stream, error));
    size_t left = kl_array_len(stream->rows) - stream->at;
    size_t count = KL_MIN(left, stream->batch_size);
    if (!count)
        return KL_OK;
    if (stream->at == 0 && count == left)
        *out = kl_value_take(&stream->rows);
    else
        KL_TRY(kl_array_slice(out, stream->rows, stream->at, stream->at + count, error));
    stream->at = kl_is_null(stream->rows) ? 0 : stream->at + count;
    return KL_OK;
}

static kl_status call_next_batch(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    row_stream *stream = (row_stream *)self;
    (void)args;
    KL_TRY(enter(stream, error));
    kl_status status = next_batch(out, stream, error);
    leave(stream);
    return status;
}

static kl_status next(kl_value *out, row_stream *stream, kl_error *error)
{
    KL_TRY(refill(stream, error));
    if (stream->at == kl_array_len(stream->rows))
        return kl_error_set(error, KL_STOP, "no more rows");
    *out = kl_value_retain(kl_array_at(stream->rows, stream->at++));
    return KL_OK;
}

static kl_status call_next(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    row_stream *stream = (row_stream *)self;
    (void)args;
    KL_TRY(enter(stream, error));
    kl_status status = next(out, stream, error);
    leave(stream);
    return status;
}

static kl_status call_close(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    row_stream *stream = (row_stream *)self;
    (void)out;
    (void)args;
    KL_TRY(enter(stream, error));
    void *token = kl_blocking_begin();
    close_stream(stream);
    kl_blocking_end(token);
    leave(stream);
    return KL_OK;
}

static kl_status call_self(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    (void)error;
    *out = kl_value_of(kl_object_retain(self));
    return KL_OK;
}

static const kl_method methods[] = {
    {.name = "next_batch", .call = call_next_batch, .returns = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .returns_optional = true, .raises = "DataFlowDatabaseError",
     .doc = "The next rows, at most batch_size of them; None behind the last one and after close()."},
    {.name = "close", .call = call_close, .returns = KL_KIND_NONE, .raises = "RuntimeError",
     .doc = "Gives the connection back. May be called again; who drops the stream need not."},
    {.name = "__iter__", .call = call_self, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_row_stream_type, .doc = "The stream itself: it gives one row after another."},
    {.name = "__next__", .call = call_next, .returns = KL_KIND_MAP, .raises = "DataFlowDatabaseError",
     .doc = "The next row."},
    {.name = "__enter__", .call = call_self, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_row_stream_type, .doc = "The stream itself."},
    {.name = "__exit__", .call = call_close, .returns = KL_KIND_NONE, .doc = "Closes it."},
};

const kl_type kl_row_stream_type = {
    .name = "RowStream",
    .module = "kailash",
    .doc = "A long result, read some rows at a time on a connection of its own. From "
           "DataFlow.stream() and stream_keyset().",
    .size = sizeof(row_stream),
    .flags = KL_TYPE_NO_INIT,
    .methods = KL_TABLE(methods),
    .dispose = dispose,
};
KL_PUBLISH(kl_row_stream_type);
