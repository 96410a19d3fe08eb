/* src/net/bolt.h - a client of graph databases that speak Bolt (5.0 to 5.8, 4.4, 4.3): connections
 * by URL, pooled, queries and transactions.
 *
 * Connections belong to one thread at a time, pools to all. Errors of the connection are KL_IO,
 * KL_TIMEOUT and so on. What the server refuses has the message "CODE: text" and the details {code,
 * message[, gql_status]}: KL_DENIED for its security, KL_TIMEOUT when a transaction took too long,
 * KL_UNAVAILABLE for what may work later, else KL_FAILED.
 */
#ifndef KL_NET_BOLT_H
#define KL_NET_BOLT_H

#include "packstream.h"
#include "stream.h"

/* Bytes of one message, and of all messages of a result. */
#define KL_BOLT_MESSAGE_MAX ((size_t)64 << 20)
#define KL_BOLT_RESULT_MAX  ((size_t)256 << 20)

/* ---- where ----------------------------------------------------------------------------------------- */

typedef struct kl_bolt_address {
    char *host; /* owned */
    uint16_t port;
    bool tls;
    bool insecure; /* take any certificate */
} kl_bolt_address;

/*
 * bolt://, bolt+s:// (TLS), bolt+ssc:// (TLS, any certificate) or the same with neo4j, which is
 * treated alike: the server named is the one that is asked. host[:port], port 7687 by default.
 * KL_INVALID says what is wrong and never shows the URL.
 */
KL_API kl_status kl_bolt_address_read(kl_bolt_address *out, kl_text url, kl_error *error);
KL_API void kl_bolt_address_clear(kl_bolt_address *address);

/* ---- pools ----------------------------------------------------------------------------------------- */

typedef struct kl_bolt_pool kl_bolt_pool;
typedef struct kl_bolt kl_bolt;

/* Texts are borrowed; all but `url` may be empty. */
typedef struct kl_bolt_settings {
    kl_text url, user, password; /* no user = no authentication */
    kl_text ca_file;             /* PEM of certificates to trust; empty = those of the system */
    bool insecure;               /* take any certificate: for tests only */
} kl_bolt_settings;

/* Connects to nothing yet. */
KL_API kl_status kl_bolt_pool_new(kl_bolt_pool **out, const kl_bolt_settings *settings,
                                  kl_error *error);
/* Nobody may hold a connection of it any more. NULL is fine. */
KL_API void kl_bolt_pool_free(kl_bolt_pool *pool);

/* A connection that nobody uses, or a new one; give it back with kl_bolt_give_back(). */
KL_API kl_status kl_bolt_take(kl_bolt **out, kl_bolt_pool *pool, const kl_stream_watch *watch,
                              kl_error *error);
/* Kept for the next one unless it failed midway or a transaction is open. NULL is fine. */
KL_API void kl_bolt_give_back(kl_bolt *bolt);

/* The version spoken, such as 5.4 as 0x0504. */
KL_API unsigned kl_bolt_version(const kl_bolt *bolt);

/* ---- queries --------------------------------------------------------------------------------------- */

/* How transactions run, be it that of one query; all zero = as the server does. */
typedef struct kl_bolt_options {
    kl_text database;   /* empty = the user's own */
    int64_t timeout_ms; /* the server ends it then; 0 = when it likes */
    size_t rows_max;    /* more rows are KL_LIMIT; 0 = KL_PACKSTREAM_ITEMS_MAX */
} kl_bolt_options;

typedef struct kl_bolt_result {
    kl_value columns; /* array of strings */
    kl_value rows;    /* array of maps */
    kl_value stats;   /* map of counters, such as nodes-created; or null */
} kl_bolt_result;

/* Run a query, alone or in the transaction begun; the result is to be cleared. `params` is a map or
 * null. After a failure of the server the transaction is over and the connection fit again. */
KL_API kl_status kl_bolt_run(kl_bolt_result *out, kl_bolt *bolt, kl_text query, kl_value params,
                             const kl_bolt_options *options, const kl_stream_watch *watch,
                             kl_error *error);
KL_API void kl_bolt_result_clear(kl_bolt_result *result);

KL_API kl_status kl_bolt_begin(kl_bolt *bolt, const kl_bolt_options *options,
                               const kl_stream_watch *watch, kl_error *error);
KL_API kl_status kl_bolt_commit(kl_bolt *bolt, const kl_stream_watch *watch, kl_error *error);
/* Nothing happens when no transaction is open. */
KL_API kl_status kl_bolt_rollback(kl_bolt *bolt, const kl_stream_watch *watch, kl_error *error);

#endif
