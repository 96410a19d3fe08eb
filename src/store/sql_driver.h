/* src/store/sql_driver.h - what a database driver gives to the SQL layer: one table of functions.
 *
 * A connection is used by one thread at a time. What a driver's function may be asked while a
 * statement runs: `watch` lives from start() to finish().
 */
#ifndef KL_STORE_SQL_DRIVER_H
#define KL_STORE_SQL_DRIVER_H

#include "kailash/time.h"
#include "kailash/value.h"

/* Kinds of databases, as far as the text of their SQL differs. */
typedef enum kl_sql_dialect { KL_SQL_SQLITE, KL_SQL_POSTGRES, KL_SQL_MYSQL } kl_sql_dialect;

typedef enum kl_sql_mode { KL_SQL_CREATE, KL_SQL_READ_WRITE, KL_SQL_READ_ONLY } kl_sql_mode;

/* A database URL, read. */
typedef struct kl_sql_address {
    kl_sql_dialect dialect;
    const char *driver;  /* name of the module */
    const char *scheme;  /* "sqlite" */
    kl_value url;        /* string, as given: it may hold a password */
    kl_value path;       /* string: file of an SQLite database; null when in memory or on a server */
    bool memory;
    kl_value memory_name; /* string: by which several connections find the same database in memory;
                             null = each has its own */
    kl_sql_mode mode;    /* of a file */
} kl_sql_address;

typedef enum kl_sql_isolation {
    KL_SQL_ISOLATION_DEFAULT,
    KL_SQL_READ_UNCOMMITTED,
    KL_SQL_READ_COMMITTED,
    KL_SQL_REPEATABLE_READ,
    KL_SQL_SERIALIZABLE,
} kl_sql_isolation;

/* What can end a statement before it is done. */
typedef struct kl_sql_watch {
    kl_time deadline;                 /* of the monotonic clock; KL_TIME_NONE = none */
    bool (*is_stopped)(void *data);   /* or NULL; called on the thread that runs the statement */
    void *data;
} kl_sql_watch;

#define KL_SQL_WATCH_NONE {KL_TIME_NONE, NULL, NULL}

/* KL_OK, KL_TIMEOUT or KL_CANCELLED. */
KL_API kl_status kl_sql_watch_check(const kl_sql_watch *watch, kl_error *error);

/* How decimal numbers come out: as floats where that loses nothing and else as text; always as text;
 * always as floats; as floats where that loses nothing and else as a kl_decimal. */
typedef enum kl_sql_numeric {
    KL_SQL_NUMERIC_EXACT,
    KL_SQL_NUMERIC_TEXT,
    KL_SQL_NUMERIC_FLOAT,
    KL_SQL_NUMERIC_DECIMAL
} kl_sql_numeric;

/* What a statement did. */
typedef struct kl_sql_effect {
    int64_t affected;       /* rows changed */
    int64_t last_insert_id; /* 0 = nothing was inserted, or its key is no integer */
} kl_sql_effect;

/* Many rows on their way into a table. */
typedef struct kl_sql_rows {
    const kl_value *values; /* of one row after another, each null or in the very type of its column: a
                               bool, an int (bigint), a double or a string */
    size_t count, columns;
    /* What the caller has to do besides, or NULL: called whenever the database is behind with the rows, of
     * which `sent` are on their way, and once with all of them. When it fails, none are stored. */
    kl_status (*meanwhile)(void *data, size_t sent, kl_error *error);
    void *data;
} kl_sql_rows;

typedef struct kl_sql_driver {
    kl_status (*open)(void **connection, const kl_sql_address *to, const kl_sql_watch *watch,
                      kl_error *error);
    void (*close)(void *connection);
    /* Whether an idle connection can still be used, without asking the server; NULL = always. */
    bool (*is_alive)(void *connection);
    bool (*in_transaction)(void *connection);
    /* What the server says it is, "10.11.6-MariaDB"; borrowed from the connection. NULL = is never asked. */
    const char *(*server_version)(void *connection);
    /* Whether the open transaction can only be rolled back; NULL = a failed statement breaks none. */
    bool (*is_aborted)(void *connection);
    /* From now on a lock that somebody else holds is an error at once, or again waited for; NULL = is
     * not told. */
    void (*set_impatient)(void *connection, bool impatient);
    /* The statements that begin a transaction, one or two, static; the second may be NULL. */
    void (*begin_texts)(const char *texts[2], kl_sql_isolation isolation, bool read_only);
    /* The first statement of `sql`, `*used` being its bytes; NULL when there are only blanks. */
    kl_status (*prepare)(void **statement, size_t *used, void *connection, kl_text sql,
                         const kl_sql_watch *watch, kl_error *error);
    void (*finalize)(void *statement);
    bool (*is_read_only)(void *statement);
    /* Valid once prepared; they may change with the first step, when the schema has changed. */
    size_t (*column_count)(void *statement);
    kl_text (*column_name)(void *statement, size_t index);
    /* Bind values (borrowed until finish()) and begin. */
    kl_status (*start)(void *statement, const kl_value *values, size_t count,
                       const kl_sql_watch *watch, kl_error *error);
    /* As start(), for `runs` times `count` values, one run behind the other, without waiting for one
     * before the next is sent. The rows of all come one after the other; the first that fails ends all,
     * and finish() tells what all did. NULL where this would spare nothing. */
    kl_status (*start_many)(void *statement, const kl_value *values, size_t count, size_t runs,
                            const kl_sql_watch *watch, kl_error *error);
    /* How many of them ended well. */
    size_t (*runs_done)(void *statement);
    /* How many of `runs`, as for start_many(), can be sent as one, without looking at the database; less than 2
     * where none can. NULL = never. */
    size_t (*bulk_runs)(void *statement, const kl_value *values, size_t count, size_t runs);
    /* Begin so many as one. They give no rows; a failure does not tell of which run it is, and leaves what those
     * before it did. */
    kl_status (*start_bulk)(void *statement, const kl_value *values, size_t count, size_t runs,
                            const kl_sql_watch *watch, kl_error *error);
    kl_status (*step)(bool *has_row, void *statement, kl_error *error);
    /* Column `index` of the row; given. */
    kl_status (*read)(kl_value *out, void *statement, size_t index, kl_sql_numeric numeric,
                      kl_error *error);
    /* The first `count` columns of the row at once, into nulls: those that were read are given, also on
     * failure. NULL = by read(). */
    kl_status (*read_row)(kl_value *values, void *statement, size_t count, kl_sql_numeric numeric,
                          kl_error *error);
    /* End what start() began, whether it went well or not; the statement can be started again. */
    void (*finish)(kl_sql_effect *effect, void *statement);
    /* Many rows into a table at once; see kl_sql_copy(). All rows or none. NULL = it has no way. */
    kl_status (*copy)(void *connection, kl_text sql, const kl_sql_rows *rows, const kl_sql_watch *watch,
                      kl_error *error);
} kl_sql_driver;

/* What a database said. Texts are NULL where it said nothing of the kind. */
typedef struct kl_sql_fault {
    const char *driver;
    int64_t code;         /* its own number; 0 = it has none but the SQLSTATE */
    const char *sqlstate;
    const char *kind;     /* unique, foreign_key, not_null, check, syntax, busy, read_only, full,
                             corrupt, connection (lost or refused), cancelled or other */
    const char *text;
    const char *constraint, *table;
} kl_sql_fault;

/*
 * Set "(code: CODE) TEXT" with details {driver, code, kind} and, where they are known, sqlstate,
 * constraint and table; returns `status`. Without memory for the details the message must do.
 */
KL_API kl_status kl_sql_error(kl_error *error, kl_status status, const kl_sql_fault *fault);

#endif
