/* src/store/sql_connection.h - what sql.c and sql_pool.c share: a connection and its statements. */
#ifndef KL_STORE_SQL_CONNECTION_H
#define KL_STORE_SQL_CONNECTION_H

#include "sql.h"
#include "sql_text.h"

#include <pthread.h>

/* Prepared statements a connection keeps, and the lists by which they are found. */
enum { KL_SQL_CACHE_SIZE = 256, KL_SQL_CACHE_BUCKETS = 256 };

typedef struct kl_sql_cached {
    kl_value source;   /* string: the text as it was given; null = free */
    kl_sql_text text;
    void *statement;
    kl_keys *shape;    /* of its rows, or NULL while unknown */
    size_t *places;
    uint64_t used;     /* turn of the last use: the oldest makes room */
    bool has_values;   /* read with values: `?` was a placeholder */
    bool busy;         /* a cursor runs it */
    uint16_t bucket, next; /* in the list of its bucket: the place of the next one + 1, 0 = none */
} kl_sql_cached;

struct kl_sql {
    kl_sql_pool *pool;
    const kl_sql_driver *driver;
    kl_sql_dialect dialect;
    void *connection;
    kl_sql *next;      /* in the pool's list of idle ones */
    uint32_t forks;    /* of the pool when it was opened */
    uint64_t turn;
    kl_time opened, idle_since;
    uint32_t generation; /* of the pool's address when it was opened */
    bool impatient;      /* see kl_sql_take() */
    bool held;           /* see kl_sql_hold() */
    pthread_t holder;
    kl_sql *next_held;
    uint16_t buckets[KL_SQL_CACHE_BUCKETS]; /* place of the first one + 1 */
    uint16_t cached_count;                  /* places of the cache that were ever used */
    kl_sql_cached cache[KL_SQL_CACHE_SIZE];
};

void kl_sql_cached_clear(kl_sql *sql, kl_sql_cached *cached);

/* Whether it belongs to the process that this one was forked off: no word may be said on it here, not
 * even to end a statement. */
bool kl_sql_is_inherited(const kl_sql *sql);
kl_status kl_sql_check_process(const kl_sql *sql, kl_error *error);

/* End all statements and the connection. */
void kl_sql_disconnect(kl_sql *sql);

#endif
