/* src/nodes/node_database.h - the tables a family of nodes keeps its records in: in a database in
 * memory that all nodes of a scope share, or in the one that a URL names.
 *
 * One call works in one transaction: all of its changes are made, or none, and calls on one database
 * take turns. SQL texts keep to what SQLite, PostgreSQL and MySQL have in common.
 */
#ifndef KL_NODES_NODE_DATABASE_H
#define KL_NODES_NODE_DATABASE_H

#include "store/sql.h"
#include "workflow/shared.h"

/* A family of tables: statements that make each of them unless it is there. */
#define KL_DATABASE(kind, schema)                                                                   \
    static kl_status kind##_make(void **out, kl_text url, kl_error *error)                         \
    {                                                                                              \
        return kl_database_make(out, url, (schema), KL_COUNT(schema), error);                       \
    }                                                                                              \
    static const kl_shared_kind kind = {kind##_make, kl_database_dispose}

kl_status kl_database_make(void **out, kl_text url, const char *const *schema, size_t count,
                          kl_error *error);
void kl_database_dispose(void *made_records);

/* The rows of a node's table that choose them. */
#define KL_DATABASE_PARAMS(by_default)                                                              \
    {.name = "database", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,                 \
     .doc = "URL of a database to keep the records in, which outlives the process: "               \
            "sqlite:///var/lib/app.db?mode=rwc; without it they are kept in memory"},              \
    KL_SCOPE_PARAM(by_default)

/*
 * Begin to work on the tables of `kind`; given, end it with kl_database_end(). `database` and `scope`
 * are the values of the rows above.
 */
kl_status kl_database_begin(kl_sql **out, const kl_shared_kind *kind, kl_value database,
                           kl_value scope, const kl_node_call *call, kl_error *error);
/* Keep what was done if `status` is KL_OK, else undo it; the status, or why it could not be kept. */
kl_status kl_database_end(kl_sql *sql, kl_status status, kl_error *error);

/* Run a statement; `values` stand for its ?. Rows, as maps, are given; `rows` may be NULL. */
kl_status kl_database_run(kl_value *rows, int64_t *affected, kl_sql *sql, const char *text,
                         const kl_value *values, size_t count, kl_error *error);

/* The rows of a query; the values of its placeholders, at least one, are borrowed. */
#define KL_ROWS(rows, sql, error, text, ...)                                                       \
    kl_database_run((rows), NULL, (sql), (text), (const kl_value[]){__VA_ARGS__},                   \
                   sizeof((const kl_value[]){__VA_ARGS__}) / sizeof(kl_value), (error))
/* A change; how many rows it met goes to `affected`, which may be NULL. */
#define KL_CHANGE(affected, sql, error, text, ...)                                                 \
    kl_database_run(NULL, (affected), (sql), (text), (const kl_value[]){__VA_ARGS__},               \
                   sizeof((const kl_value[]){__VA_ARGS__}) / sizeof(kl_value), (error))

/* The only number that a query gives, 0 for none: SELECT COUNT(*) AS n, MAX(x) AS n. */
int64_t kl_rows_number(kl_value rows);
/* Column of the first row; borrowed, null when there is no row. */
kl_value kl_rows_first(kl_value rows, const char *column);
/* A number one above the largest in an integer column of a table. */
kl_status kl_database_next(int64_t *out, kl_sql *sql, const char *query, kl_error *error);

#endif
