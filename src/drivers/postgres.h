/* src/drivers/postgres.h - the functions of the PostgreSQL driver are those of any database driver;
 * and what its files share. */
#ifndef KL_DRIVERS_POSTGRES_H
#define KL_DRIVERS_POSTGRES_H

#include "store/sql_driver.h"

/* Where it is included with libpq-fe.h before it. */
#ifdef LIBPQ_FE_H

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
    char *made; /* what had to be written out */
} pg_values;

/* `types` are those that the server wants; texts are borrowed from `values`. End it with
 * pg_values_clear(), also after a failure. */
kl_status pg_encode(pg_values *out, const kl_value *values, const Oid *types, size_t count,
                    kl_error *error);
void pg_values_clear(pg_values *values);

#endif
#endif
