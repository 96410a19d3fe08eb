/* src/store/sql.h - databases: pools of connections, statements, rows as values, transactions.
 *
 *   kl_sql_pool    the connections to one database; any thread
 *   kl_sql         one connection, taken from its pool; one thread at a time
 *   kl_sql_cursor  a statement that is running; rows are read one by one
 *
 * Values go in by placeholders only. Rows come out as maps that share one shape.
 */
#ifndef KL_STORE_SQL_H
#define KL_STORE_SQL_H

#include "sql_driver.h"

typedef struct kl_sql_pool kl_sql_pool;
typedef struct kl_sql kl_sql;

/* ---- pools --------------------------------------------------------------------------------------- */

typedef struct kl_sql_pool_options {
    size_t connections_max;     /* 0 = by the kind: 5 for an SQLite file, 10 for a server; a
                                   database in memory always has one */
    kl_duration acquire_timeout; /* longest wait for a connection; 0 = 30 s */
    size_t connections_min;      /* so many stay open, however long nobody uses them */
    kl_duration idle_timeout;    /* the others are closed after so long without use; 0 = never */
    kl_duration lifetime_max;    /* a connection this old is replaced; 0 = never */
    const char *session;         /* one statement that every new connection runs, or NULL */
    /* Of a database in memory: all connections see one database, which lives as long as the pool
     * does. Whoever asks gets a connection at once, beyond connections_max when it must be, for a
     * transaction on the same thread could not be waited for. */
    bool shares_memory;
    kl_sql_pool *same_memory;    /* whose database in memory it is, instead of one of its own */
} kl_sql_pool_options;

/*
 * A pool for `url` (see sql_url.h); given. Connects only when asked for a connection.
 * KL_INVALID for a bad URL, KL_UNAVAILABLE when the driver is not installed.
 */
KL_API kl_status kl_sql_pool_new(kl_sql_pool **out, kl_text url,
                                 const kl_sql_pool_options *options, kl_error *error);
/* The one pool that all of this process share for `url`, with the default options; given. */
KL_API kl_status kl_sql_pool_shared(kl_sql_pool **out, kl_text url, kl_error *error);
KL_API kl_sql_pool *kl_sql_pool_retain(kl_sql_pool *pool);
/* With the last owner the pool is closed. */
KL_API void kl_sql_pool_release(kl_sql_pool *pool);
/* Refuse new requests and close what is idle; what is in use is closed when it comes back. */
KL_API void kl_sql_pool_close(kl_sql_pool *pool);

typedef struct kl_sql_pool_status {
    size_t connections, idle, connections_max;
} kl_sql_pool_status;
KL_API kl_sql_pool_status kl_sql_pool_look(kl_sql_pool *pool);
KL_API const kl_sql_address *kl_sql_pool_address(const kl_sql_pool *pool);
/* Connect by another URL from now on, of the same driver: connections by the old one end when they
 * come back. */
KL_API kl_status kl_sql_pool_move(kl_sql_pool *pool, kl_text url, kl_error *error);

/*
 * Take a connection, opening one or waiting for one that comes back; given, end it with
 * kl_sql_give_back(). It keeps its pool. `watch` may be NULL.
 */
KL_API kl_status kl_sql_take(kl_sql **out, kl_sql_pool *pool, const kl_sql_watch *watch,
                             kl_error *error);
/*
 * This thread keeps a connection for long, with a transaction on it. In shared memory, statements
 * of its other connections do not wait for locks: nobody could let them go. Ends with giving back.
 */
KL_API void kl_sql_hold(kl_sql *sql);
/* Back to the pool; a transaction that is still open is rolled back. NULL is fine. */
KL_API void kl_sql_give_back(kl_sql *sql);

/* ---- statements ---------------------------------------------------------------------------------- */

typedef struct kl_sql_cursor {
    kl_sql *sql;
    struct kl_sql_cached *cached; /* the prepared statement */
    kl_value *values;             /* owned: the parameters in their order, or NULL */
    size_t columns;
    kl_sql_numeric numeric;       /* how decimal numbers come; may be set after kl_sql_start() */
    bool looked;                  /* at the columns: known from the first step on */
} kl_sql_cursor;

/*
 * Begin the one statement of `text`. All is borrowed until kl_sql_finish(), which must follow a
 * success. `params` is an array, a map or null; `watch` may be NULL. KL_SYNTAX when the text is not
 * one statement with one kind of placeholders, KL_INVALID when the values do not fit; what the
 * database says comes with details (see kl_sql_error()).
 */
KL_API kl_status kl_sql_start(kl_sql_cursor *cursor, kl_sql *sql, kl_text text, kl_value params,
                              const kl_sql_watch *watch, kl_error *error);
/* The same with values (borrowed until kl_sql_finish()) in the order of the placeholders. */
KL_API kl_status kl_sql_start_values(kl_sql_cursor *cursor, kl_sql *sql, kl_text text,
                                     const kl_value *values, size_t count,
                                     const kl_sql_watch *watch, kl_error *error);
/* The same once for each of `params` (count > 0, all with values or all without): not where
 * kl_sql_pipelines() says no. After a failure `*at` tells which of them it was about; at the end
 * kl_sql_runs_done() does. */
KL_API kl_status kl_sql_start_many(kl_sql_cursor *cursor, size_t *at, kl_sql *sql, kl_text text,
                                   const kl_value *params, size_t count, const kl_sql_watch *watch,
                                   kl_error *error);
KL_API bool kl_sql_pipelines(const kl_sql *sql);
/* How many of `params` can go as one, and to begin those. They give no rows; which of them failed is not told, and
 * those before it count. Less than 2: none can. */
KL_API kl_status kl_sql_bulk_runs(size_t *runs, kl_sql *sql, kl_text text, const kl_value *params,
                                  size_t count, const kl_sql_watch *watch, kl_error *error);
KL_API kl_status kl_sql_start_bulk(kl_sql_cursor *cursor, kl_sql *sql, kl_text text,
                                   const kl_value *params, size_t runs, const kl_sql_watch *watch,
                                   kl_error *error);
KL_API size_t kl_sql_runs_done(const kl_sql_cursor *cursor);
/* The next row as a map, given; null behind the last one. */
KL_API kl_status kl_sql_next(kl_value *row, kl_sql_cursor *cursor, kl_error *error);
/* For who knows the columns: go to the next row, and read its cursor->columns values. */
KL_API kl_status kl_sql_step(bool *has_row, kl_sql_cursor *cursor, kl_error *error);
/* All of them, into cursor->columns nulls; those that were read are given, also on failure. */
KL_API kl_status kl_sql_read_row(kl_value *values, kl_sql_cursor *cursor, kl_error *error);
/* Names of the columns in their order, also those that stand twice; given. */
KL_API kl_status kl_sql_columns(kl_value *out, const kl_sql_cursor *cursor, kl_error *error);
KL_API bool kl_sql_is_read_only(const kl_sql_cursor *cursor);
/* `effect` may be NULL; it counts once the last row was read. */
KL_API void kl_sql_finish(kl_sql_effect *effect, kl_sql_cursor *cursor);

/* Takes some rows (a list, borrowed) of the result that has these columns, while the statement runs: it
 * may not use the connection. A failure ends the statement. */
typedef kl_status kl_sql_take_rows(void *data, kl_value columns, kl_value rows, kl_error *error);

/* How a text is run as a whole. */
typedef struct kl_sql_request {
    kl_text text;
    kl_value params;
    kl_sql_watch watch;
    size_t rows_max;   /* 0 = no bound; further rows are left unread */
    bool many;         /* several statements may stand in the text */
    bool last_only;    /* of several, keep the rows of the last one */
    bool read_only;    /* refuse a statement that could write; on a server by its words, and
                          outside of a transaction by the server too */
    kl_sql_numeric numeric;
    size_t batch_size;        /* rows that on_batch gets at a time; none are kept then. 0 = all are */
    kl_sql_take_rows *on_batch;
    void *data;
} kl_sql_request;

#define KL_SQL_REQUEST_INIT {.watch = KL_SQL_WATCH_NONE}

typedef struct kl_sql_result {
    kl_value columns; /* array of strings: of the first statement that has columns */
    kl_value rows;    /* array of maps; those that on_batch did not take */
    size_t row_count; /* with those that it took */
    kl_sql_effect effect; /* summed; the last id of the last statement that inserted */
    bool truncated;   /* rows_max was reached with rows left */
} kl_sql_result;

/* Run it and read all rows; given, end it with kl_sql_result_clear(). */
KL_API kl_status kl_sql_query(kl_sql_result *out, kl_sql *sql, const kl_sql_request *request,
                              kl_error *error);
KL_API void kl_sql_result_clear(kl_sql_result *result);

/* Run it once for each entry of `request->params`, an array of arrays and maps: as one result, in which the
 * rows of all stand behind one another. Where the database allows it, none waits for the answer to the one
 * before. Ends with the first that fails, whose place is `*at` then; that none of them counts without all
 * is the caller's to see to, by a transaction. */
KL_API kl_status kl_sql_query_many(kl_sql_result *out, size_t *at, kl_sql *sql,
                                   const kl_sql_request *request, kl_error *error);

/* Run one statement whose rows do not matter. */
KL_API kl_status kl_sql_execute(kl_sql_effect *effect, kl_sql *sql, kl_text text, kl_value params,
                                kl_error *error);

/* Whether the database has a quicker way for many rows than INSERT, and that way: COPY table
 * (columns) FROM STDIN (FORMAT binary). All rows or none. */
KL_API bool kl_sql_can_copy(const kl_sql *sql);
KL_API kl_status kl_sql_copy(kl_sql *sql, kl_text text, const kl_sql_rows *rows,
                             const kl_sql_watch *watch, kl_error *error);

/* ---- transactions -------------------------------------------------------------------------------- */

KL_API kl_status kl_sql_begin(kl_sql *sql, kl_sql_isolation isolation, kl_error *error);
/* One in which the database itself refuses to write. In SQLite, a reader that others need not wait for:
 * there kl_sql_is_read_only() tells. */
KL_API kl_status kl_sql_begin_reading(kl_sql *sql, kl_error *error);
KL_API kl_status kl_sql_commit(kl_sql *sql, kl_error *error);
KL_API kl_status kl_sql_rollback(kl_sql *sql, kl_error *error);
KL_API bool kl_sql_in_transaction(const kl_sql *sql);
/* Whether it can only be rolled back: PostgreSQL answers COMMIT with ROLLBACK then, and no error. */
KL_API bool kl_sql_is_aborted(const kl_sql *sql);

/* What its server says it is, or is to be taken for; "" where nobody asks. Borrowed from the connection. */
KL_API const char *kl_sql_server_version(const kl_sql *sql);
/* What the texts of its database look like. */
KL_API kl_sql_dialect kl_sql_dialect_of(const kl_sql *sql);

#endif
