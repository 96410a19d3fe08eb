/* src/dataflow/database.h - DataFlow: a database with models, and where its statements run.
 *
 *   kl_dataflow  the object DataFlow; any thread
 *   kl_data_session   one call's hold on a connection: of the pool, or that of a transaction
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

/* The registered model of a name; given. KL_RUNTIME "query build error: model not registered: ...".
 */
KL_API kl_status kl_dataflow_table(kl_table **out, kl_dataflow *dataflow, kl_text model,
                                   kl_error *error);
KL_API const kl_dataflow_config *kl_dataflow_config_of(const kl_dataflow *dataflow);
KL_API kl_sql_dialect kl_dataflow_dialect(const kl_dataflow *dataflow);

/* ---- who asks
 * ------------------------------------------------------------------------------------ */

/* For whom a call is made. */
typedef struct kl_data_caller {
    kl_value tenant;   /* string, or null: none was given */
    int64_t level;     /* of a row that is written: WriteScope.classification; -1 = none */
    int64_t clearance; /* resolved rank of the caller, 0 to 5 */
} kl_data_caller;

/* ---- sessions
 * ------------------------------------------------------------------------------------ */

typedef struct kl_data_session {
    kl_dataflow *dataflow;
    kl_sql *sql;
    kl_data_caller caller;
    const char *method;  /* what is told in errors: "create" gives "create failed: ..." */
    kl_value started;    /* when a statement's time is recorded, or null */
    bool owned;          /* the connection goes back to the pool at the end */
    bool in_transaction; /* of the user's: no query cache, no commit of ours */
} kl_data_session;

/* Take a connection for one call; given, end it with kl_data_session_end(). */
KL_API kl_status kl_data_session_begin(kl_data_session *session, kl_dataflow *dataflow,
                                       const char *method, kl_error *error);
KL_API void kl_data_session_end(kl_data_session *session);

/* Run one statement; `rows` (may be NULL) is a list of maps as the driver reads them. Every
 * statement of DataFlow goes through here or kl_data_session_start(): it is logged, timed for the
 * query engine and its errors are turned into those of section 5 of the contract. */
KL_API kl_status kl_data_session_query(kl_value *rows, kl_sql_effect *effect,
                                       kl_data_session *session, kl_text text,
                                       const kl_value *values, size_t count, kl_error *error);
/* The same row by row, for long results. Ends with kl_sql_finish(). */
KL_API kl_status kl_data_session_start(kl_sql_cursor *cursor, kl_data_session *session,
                                       kl_text text, const kl_value *values, size_t count,
                                       kl_error *error);

/* Run `work` in a transaction, or, when one is open, in a savepoint: all of it happens or nothing.
 */
KL_API kl_status kl_data_session_atomic(kl_data_session *session,
                                        kl_status (*work)(kl_data_session *session, void *data,
                                                          kl_error *error),
                                        void *data, kl_error *error);

/* A refusal before SQL: sets "<method> failed: query build error: <message>" (KL_RUNTIME). */
KL_API kl_status kl_data_refuse(const kl_data_session *session, kl_error *error, const char *format,
                                ...) __attribute__((format(printf, 3, 4)));

/* The fingerprint by which errors name what the caller gave: "len=<n>+h=<8 hex>"; given. */
KL_API kl_status kl_fingerprint(kl_value *out, kl_text text, kl_error *error);

#endif
