/* src/drivers/postgres.h - the functions of the PostgreSQL driver are those of any database driver;
 * and what its files share. */
#ifndef KL_DRIVERS_POSTGRES_H
#define KL_DRIVERS_POSTGRES_H

#include "buffer.h"
#include "store/sql_driver.h"

/* Where it is included with libpq-fe.h before it. */
#ifdef LIBPQ_FE_H

/* ---- connections --------------------------------------------------------------------------------- */

/* How long a server may take to end what it was told to end. */
#define PG_CANCEL_TIMEOUT (5 * KL_SECOND)
/* ... and when it is told once more. */
#define PG_CANCEL_AGAIN (KL_SECOND / 5)
enum { PG_DEAD_MAX = 64 };

typedef struct pg_connection {
    PGconn *pg;
    struct statement *running; /* one at a time */
    uint64_t named;            /* statements prepared so far: each has a name of its own */
    uint64_t dead[PG_DEAD_MAX]; /* statements that the server still keeps and nobody needs */
    size_t dead_count;
    uint64_t schema;           /* changes of it over this connection */
    bool broken;
} pg_connection;

kl_status pg_open(void **out, const kl_sql_address *to, const kl_sql_watch *watch, kl_error *error);
void pg_close(void *connection);
bool pg_is_alive(void *connection);
bool pg_is_aborted(void *connection);
bool pg_in_transaction(void *connection);

/* What the server said, without its DETAIL, which quotes values. */
kl_status pg_refuse(pg_connection *c, const PGresult *result, kl_error *error);
/* The same by the SQLSTATE and text in `fault`. */
kl_status pg_refuse_state(kl_error *error, kl_sql_fault *fault);
kl_status pg_refuse_lost(pg_connection *c, kl_error *error);

/* What was sent goes out; what the server says meanwhile is taken in, so that neither blocks. */
kl_status pg_flush(pg_connection *c, const kl_sql_watch *watch, kl_error *error);
/* `*out` is NULL behind the last result of a command. */
kl_status pg_next_result(PGresult **out, pg_connection *c, const kl_sql_watch *watch, kl_error *error);
/* Read and drop what the running command still gives; false when there is more, because `rows_max` rows
 * came or the watch ended it. */
bool pg_drain(pg_connection *c, size_t rows_max, const kl_sql_watch *watch);
/* Tell the server to end the running command, and drop what it still gives. */
void pg_stop(pg_connection *c);

/* ---- values -------------------------------------------------------------------------------------- */

/* The object ids of types, which PostgreSQL never changes (pg_type.dat). */
enum {
    OID_BOOL = 16, OID_BYTEA = 17, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23, OID_TEXT = 25,
    OID_OID = 26, OID_JSON = 114, OID_FLOAT4 = 700, OID_FLOAT8 = 701, OID_DATE = 1082,
    OID_TIME = 1083, OID_TIMESTAMP = 1114, OID_TIMESTAMPTZ = 1184, OID_TIMETZ = 1266,
    OID_NUMERIC = 1700, OID_BPCHAR = 1042, OID_VARCHAR = 1043, OID_UUID = 2950, OID_JSONB = 3802
};

/* The type of the items of an array type; 0 for any other type. */
Oid pg_item_type(Oid array);

/* A value of type `type` from the text that the server gives for it; given. */
kl_status pg_decode(kl_value *out, Oid type, kl_text text, kl_sql_numeric numeric, kl_error *error);

/* Values on their way to the server, as PQsendQueryPrepared() takes them. */
typedef struct pg_values {
    const char **texts;
    int *lengths, *formats;
    kl_buffer made; /* what had to be written out */
} pg_values;

/* `types` are those that the server wants; texts are borrowed from `values`. End it with
 * pg_values_clear(), also after a failure. */
kl_status pg_encode(pg_values *out, const kl_value *values, const Oid *types, size_t count,
                    kl_error *error);
void pg_values_clear(pg_values *values);

#endif
#endif
