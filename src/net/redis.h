/* src/net/redis.h - a client of Redis servers: connections by URL, pooled, commands in pipelines.
 *
 * Connections belong to one thread at a time, pools to all. Errors of the connection are KL_IO,
 * KL_TIMEOUT and so on; what the server refuses is a reply of kind KL_RESP_ERROR.
 */
#ifndef KL_NET_REDIS_H
#define KL_NET_REDIS_H

#include "resp.h"
#include "stream.h"

/* ---- where ----------------------------------------------------------------------------------------- */

/* What a URL says. Texts are owned; secrets are wiped by kl_redis_address_clear(). */
typedef struct kl_redis_address {
    char *host, *path; /* of a unix socket: host is NULL */
    char *user, *password, *client_name; /* or NULL */
    uint16_t port;
    int64_t database;
    bool tls;
    bool resp2; /* do not ask for RESP3 */
} kl_redis_address;

/*
 * redis://, rediss:// (TLS) or unix:// with [user[:password]@]host[:port][/db], and the parameters
 * db, protocol (2 or 3), client_name. KL_INVALID says what is wrong and never shows the URL.
 */
KL_API kl_status kl_redis_address_read(kl_redis_address *out, kl_text url, kl_error *error);
KL_API void kl_redis_address_clear(kl_redis_address *address);

/* ---- pools ----------------------------------------------------------------------------------------- */

typedef struct kl_redis_pool kl_redis_pool;
typedef struct kl_redis kl_redis;

/* `tls` (NULL = the defaults) counts for rediss:// only; its texts are copied, and its host is that
 * of the URL unless it names one. Connects to nothing yet. */
KL_API kl_status kl_redis_pool_new(kl_redis_pool **out, kl_text url, const kl_tls_options *tls,
                                   kl_error *error);
/* Nobody may hold a connection of it any more. NULL is fine. */
KL_API void kl_redis_pool_free(kl_redis_pool *pool);

/* A connection that nobody uses, or a new one; give it back with kl_redis_give_back(). */
KL_API kl_status kl_redis_take(kl_redis **out, kl_redis_pool *pool, const kl_stream_watch *watch,
                               kl_error *error);
/* Kept for the next one, unless a call failed or a command changed what the next one would find (a
 * database chosen, a transaction or subscription begun). NULL is fine. */
KL_API void kl_redis_give_back(kl_redis *redis);

/* ---- talking --------------------------------------------------------------------------------------- */

/* A command: its name and arguments, scalars, borrowed. */
typedef struct kl_redis_command {
    const kl_value *words;
    size_t count;
} kl_redis_command;

/* Send all, then read a reply to each: `replies[i]` is given. On failure none is. */
KL_API kl_status kl_redis_exchange(kl_resp_reply *replies, kl_redis *redis,
                                   const kl_redis_command *commands, size_t count,
                                   const kl_stream_watch *watch, kl_error *error);
/* Send without reading: for commands whose answers are pushed, as SUBSCRIBE. */
KL_API kl_status kl_redis_send(kl_redis *redis, const kl_redis_command *command,
                               const kl_stream_watch *watch, kl_error *error);
/* The next reply or push message; given. */
KL_API kl_status kl_redis_receive(kl_resp_reply *out, kl_redis *redis, const kl_stream_watch *watch,
                                  kl_error *error);

#endif
