/* src/dataflow/database.h - DataFlow: a database with models, and where its statements run.
 *
 *   kl_dataflow      the object DataFlow; any thread
 *   kl_data_session  one call's hold on a connection: of the pool, or that of a transaction
 *
 * All operations (operations.h) take a session, so that Express, transactions, nodes and the fabric
 * engine share them.
 */
#ifndef KL_DATAFLOW_DATABASE_H
#define KL_DATAFLOW_DATABASE_H

#include "config.h"
#include "table.h"

typedef struct kl_dataflow kl_dataflow;
extern KL_API const kl_type kl_dataflow_type;

/* A DataFlow that works with `config` (borrowed); given. Connects at once. */
KL_API kl_status kl_dataflow_new(kl_dataflow **out, const kl_dataflow_config *config,
                                 kl_error *error);
/* Validate and add a model; with auto_migrate its table is made too. The same definition again does
 * nothing, another one of the same name is KL_INVALID. */
KL_API kl_status kl_dataflow_register(kl_dataflow *dataflow, const kl_model *model,
                                      kl_error *error);
/* Make the tables of all models, unless they are there. */
KL_API kl_status kl_dataflow_create_tables(kl_dataflow *dataflow, kl_error *error);
/* Close all connections; later calls fail. */
KL_API void kl_dataflow_close(kl_dataflow *dataflow);
KL_API bool kl_dataflow_is_open(kl_dataflow *dataflow);
/* The registered model of a name; given, end it with kl_table_release(). KL_FAILED "<method> failed:
 * query build error: model not registered". */
KL_API kl_status kl_dataflow_table(kl_table **out, kl_dataflow *dataflow, kl_text model,
                                   const char *method, kl_error *error);
/* The registered models as an array of kl_table objects, in the order they came; given. */
KL_API kl_status kl_dataflow_tables(kl_value *out, kl_dataflow *dataflow, kl_error *error);
KL_API const kl_dataflow_config *kl_dataflow_config_of(const kl_dataflow *dataflow);
KL_API kl_sql_dialect kl_dataflow_dialect(const kl_dataflow *dataflow);
KL_API kl_sql_pool *kl_dataflow_pool(const kl_dataflow *dataflow);
/* The URL without user and password, as reprs show it; borrowed string. */
KL_API kl_value kl_dataflow_shown_url(const kl_dataflow *dataflow);
/* Differs between any two DataFlows of this process, for caches by database. */
KL_API uint64_t kl_dataflow_id(const kl_dataflow *dataflow);

/* ---- who asks ---------------------------------------------------------------------------------- */

/* For whom a call is made. */
typedef struct kl_data_caller {
    kl_value tenant;   /* string, or null: none was given */
    int64_t level;     /* of a row that is written: WriteScope.classification; -1 = none */
    int64_t clearance; /* resolved rank of the caller, 0 to 5 */
} kl_data_caller;

/* ---- sessions ---------------------------------------------------------------------------------- */

typedef struct kl_data_session {
    kl_dataflow *dataflow; /* retained */
    kl_sql *sql;
    kl_data_caller caller;
    const char *method;  /* what is told in errors: "create" gives "create failed: ..." */
    kl_sql_watch watch;  /* of its statements */
    unsigned depth;      /* of savepoints */
    kl_time held_since;  /* of a transaction or a stream; 0 = no other call waits for its end */
    bool owned;          /* the connection goes back to the pool at the end */
    bool answers;        /* what an operation gives goes straight to the caller of this thread */
    bool in_transaction; /* of the user's: no query cache, no commit of ours */
    struct kl_touched *touched; /* of a transaction: what it has written to; see query_cache.h */
} kl_data_session;

/* Take a connection for one call; given, end it with kl_data_session_end(). The caller's clearance is
 * that of now. */
KL_API kl_status kl_data_session_begin(kl_data_session *session, kl_dataflow *dataflow,
                                       const char *method, kl_error *error);
KL_API void kl_data_session_end(kl_data_session *session);

/* Run one statement; `rows` (may be NULL) is a list of maps as the driver reads them, `effect` may be
 * NULL. Every statement of DataFlow goes through here, kl_data_session_rows() or
 * kl_data_session_start(): it is logged, timed for the query engine and its errors are turned into
 * those of section 5 of the contract. */
KL_API kl_status kl_data_session_query(kl_value *rows, kl_sql_effect *effect,
                                       kl_data_session *session, kl_text text,
                                       const kl_value *values, size_t count, kl_error *error);
/* Run one statement that gives all columns of a table (its select_list), in the form that callers
 * see: `rows` is a list of maps of the table's shape. The quickest way to read rows. */
KL_API kl_status kl_data_session_rows(kl_value *rows, kl_sql_effect *effect,
                                      kl_data_session *session, const kl_table *table,
                                      kl_text text, const kl_value *values, size_t count,
                                      kl_error *error);
/* The same for at most one row, which is null when there is none. */
KL_API kl_status kl_data_session_row(kl_value *row, kl_sql_effect *effect,
                                     kl_data_session *session, const kl_table *table, kl_text text,
                                     const kl_value *values, size_t count, kl_error *error);
/* Many rows at once; see kl_sql_copy(). */
KL_API kl_status kl_data_session_copy(kl_data_session *session, kl_text text,
                                      const kl_sql_rows *rows, kl_error *error);
/* Row by row, for long results. Ends with kl_sql_finish(); pass errors of kl_sql_next() through
 * kl_data_session_error(). */
KL_API kl_status kl_data_session_start(kl_sql_cursor *cursor, kl_data_session *session,
                                       kl_text text, const kl_value *values, size_t count,
                                       kl_error *error);
KL_API kl_status kl_data_session_error(const kl_data_session *session, kl_status status,
                                       kl_error *error);

/* Run a text of the user's: `params` is a list or null; `rows` and `effect` may be NULL. Of several
 * statements, which SQLite takes when there are no values, the rows are those of the last one.
 * `read_only` refuses what could write. */
KL_API kl_status kl_data_session_raw(kl_value *rows, kl_sql_effect *effect,
                                     kl_data_session *session, kl_text text, kl_value params,
                                     bool read_only, kl_error *error);

/* Run `work` in a transaction, or, when one is open, in a savepoint: all of it happens or nothing. */
KL_API kl_status kl_data_session_atomic(kl_data_session *session,
                                        kl_status (*work)(kl_data_session *session, void *data,
                                                          kl_error *error),
                                        void *data, kl_error *error);

/* It is held for longer than a call: when it takes too long, the log is told at its end. */
KL_API void kl_data_session_hold(kl_data_session *session);

/* A transaction of the user's on a session that was begun; it ends by commit or rollback, or with the
 * session, which rolls it back. In SQLite it takes the write lock at once. */
KL_API kl_status kl_data_session_open(kl_data_session *session, kl_error *error);
KL_API kl_status kl_data_session_commit(kl_data_session *session, kl_error *error);
KL_API kl_status kl_data_session_rollback(kl_data_session *session, kl_error *error);

/* A refusal before SQL: sets "<method> failed: query build error: <message>" (KL_FAILED). */
KL_API kl_status kl_data_refuse(const kl_data_session *session, kl_error *error, const char *format,
                                ...) KL_PRINTF(3, 4);

/* The fingerprint by which errors name what the caller gave: "len=<n>+h=<8 hex>"; given. */
KL_API kl_status kl_fingerprint(kl_value *out, kl_text text, kl_error *error);

#endif
