/* src/nodes/redis_access.h - where the commands of a node go: to a server, or to the store of the
 * process. Never to the store when a server was named. */
#ifndef KL_NODES_REDIS_ACCESS_H
#define KL_NODES_REDIS_ACCESS_H

#include "kailash/node.h"
#include "net/redis.h"
#include "store/keystore.h"
#include "workflow/shared.h"

/* The rows of the config that say where, in this order. */
enum {
    KL_REDIS_BACKEND,
    KL_REDIS_URL,
    KL_REDIS_TIMEOUT,
    KL_REDIS_CA_FILE,
    KL_REDIS_CERT_FILE,
    KL_REDIS_KEY_FILE,
    KL_REDIS_VERIFY,
    KL_REDIS_SCOPE,
    KL_REDIS_CONFIG_COUNT
};
extern const char *const kl_redis_backends[];
#define KL_REDIS_CONFIG(by_default)                                                                \
    {.name = "backend", .kind = KL_KIND_ENUM, .names = kl_redis_backends, .flags = KL_OPTIONAL,    \
     .doc = "memory: a store within the process; redis: the server at `url`. Without it: redis "   \
            "when there is a url, else memory"},                                                   \
    {.name = "url", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,                      \
     .doc = "redis://, rediss:// (TLS) or unix:// with [user[:password]@]host[:port][/db], and the " \
            "parameters db, protocol (2 or 3) and client_name"},                                   \
    {.name = "timeout_ms", .kind = KL_KIND_COUNT, .fallback = "30000",                             \
     .range = KL_RANGE(1, 86400000),                                                               \
     .doc = "milliseconds to connect, send and wait for the answer, in all"},                      \
    {.name = "ca_file", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,                              \
     .doc = "PEM file of certificates to trust; without it those of the system"},                  \
    {.name = "cert_file", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,                            \
     .doc = "PEM file of a certificate to show to the server"},                                    \
    {.name = "key_file", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,                             \
     .doc = "PEM file of its private key; without it that in cert_file"},                          \
    {.name = "verify_tls", .kind = KL_KIND_BOOL, .fallback = "true",                               \
     .doc = "false takes any certificate: for tests only"},                                        \
    KL_SCOPE_PARAM(by_default)

typedef struct kl_redis_access {
    const kl_node_call *call;
    kl_keystore *store;  /* or NULL: */
    kl_redis_pool *pool;
    int64_t timeout_ms;
} kl_redis_access;

/* `config` are the arguments from KL_REDIS_BACKEND on. Connects to nothing yet. */
kl_status kl_redis_access_begin(kl_redis_access *out, const kl_node_call *call,
                                const kl_value *config, kl_error *error);

/* Run one command; `*out` is given. What the server refuses is an error. `more_ms` is added to the
 * time it may take. */
kl_status kl_redis_access_run(kl_value *out, kl_redis_access *access, const kl_value *words,
                              size_t count, int64_t more_ms, kl_error *error);

/* Run commands (an array of arrays of words), with nobody's in between when `together`. `*out` is
 * given: an array of answers, {"error": message} for what was refused; `*refused` is the index of
 * the first of those, or SIZE_MAX. */
kl_status kl_redis_access_run_all(kl_value *out, size_t *refused, kl_redis_access *access,
                                  kl_value commands, bool together, kl_error *error);

/* Listen to channels (an array of texts) or patterns until `most` messages came or the time is over;
 * `*out` is given: an array of {channel, message[, pattern]}. */
kl_status kl_redis_access_listen(kl_value *out, kl_redis_access *access, kl_value names,
                                 bool are_patterns, size_t most, int64_t time_ms, kl_error *error);

#endif
