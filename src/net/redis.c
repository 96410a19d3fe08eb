/* src/net/redis.c - connections to Redis servers and their pools; see redis.h. */
#include "redis.h"
#include "kailash/crypto.h"
#include "stream_pool.h"

#include <stdio.h>
#include <strings.h>

struct kl_redis {
    kl_pooled link;
    kl_redis_pool *pool;
    kl_resp resp;
    kl_buffer out;
};

struct kl_redis_pool {
    kl_redis_address address;
    kl_tls_options tls; /* its texts are owned */
    kl_stream_pool connections;
};

/* ---- pools --------------------------------------------------------------------------------------- */

static kl_status copy_text(const char **to, const char *from, kl_error *error)
{
    *to = from ? kl_strdup(kl_text_from(from)) : NULL;
    return from && !*to ? kl_error_no_memory(error) : KL_OK;
}

static kl_status copy_tls(kl_tls_options *to, const kl_tls_options *from, const char *host,
                          kl_error *error)
{
    static const kl_tls_options defaults;
    from = from ? from : &defaults;
    to->insecure = from->insecure;
    KL_TRY(copy_text(&to->host, from->host ? from->host : host, error));
    KL_TRY(copy_text(&to->ca_file, from->ca_file, error));
    KL_TRY(copy_text(&to->cert_file, from->cert_file, error));
    return copy_text(&to->key_file, from->key_file, error);
}

static void free_pool(kl_redis_pool *pool)
{
    kl_redis_address_clear(&pool->address);
    kl_free((char *)pool->tls.host);
    kl_free((char *)pool->tls.ca_file);
    kl_free((char *)pool->tls.cert_file);
    kl_free((char *)pool->tls.key_file);
    kl_free(pool);
}

static void end_connection(kl_pooled *link)
{
    kl_redis *redis = (kl_redis *)link;
    kl_stream_pool_close(&redis->pool->connections, link);
    kl_resp_end(&redis->resp);
    kl_buffer_free(&redis->out);
    kl_free(redis);
}

kl_status kl_redis_pool_new(kl_redis_pool **out, kl_text url, const kl_tls_options *tls,
                            kl_error *error)
{
    kl_redis_pool *pool = kl_alloc_zero(1, sizeof *pool);
    if (!pool)
        return kl_error_no_memory(error);
    kl_status status = kl_redis_address_read(&pool->address, url, error);
    if (status == KL_OK)
        status = copy_tls(&pool->tls, tls, pool->address.host, error);
    if (status != KL_OK) {
        free_pool(pool);
        return status;
    }
    kl_stream_pool_begin(&pool->connections, end_connection);
    *out = pool;
    return KL_OK;
}

void kl_redis_pool_free(kl_redis_pool *pool)
{
    if (!pool)
        return;
    kl_stream_pool_finish(&pool->connections);
    free_pool(pool);
}

/* ---- talking ------------------------------------------------------------------------------------- */

/* Commands after which the next user would find a connection other than a new one. */
static bool spoils(kl_text name)
{
    static const char *const names[] = {
        "select", "auth", "hello", "reset", "quit", "multi", "exec", "discard", "watch", "monitor",
        "subscribe", "psubscribe", "ssubscribe", "unsubscribe", "punsubscribe", "sunsubscribe",
        "client", "readonly", "readwrite", "asking", "sync", "psync", "shutdown", "failover"};
    for (size_t i = 0; i < KL_COUNT(names); i++)
        if (name.len == strlen(names[i]) && strncasecmp(name.data, names[i], name.len) == 0)
            return true;
    return false;
}

static kl_status write_command(kl_redis *redis, const kl_redis_command *command, kl_error *error)
{
    size_t bad;
    if (command->count == 0)
        return kl_error_set(error, KL_INVALID, "a command without a name");
    if (!kl_resp_write(&bad, &redis->out, command->words, command->count))
        return kl_error_set(error, KL_TYPE, "word %zu of the command is of kind %s; expected a "
                                            "string, bytes, number or bool",
                            bad, kl_value_kind_name(command->words[bad]));
    redis->link.spoilt = redis->link.spoilt || spoils(kl_as_text(command->words[0]));
    return KL_OK;
}

/* Send what was written. A call that fails midway leaves replies that nobody reads. */
static kl_status flush(kl_redis *redis, const kl_stream_watch *watch, kl_error *error)
{
    kl_status status = redis->out.status;
    if (status == KL_NO_MEMORY)
        kl_error_no_memory(error);
    else if (status != KL_OK)
        kl_error_set(error, status, "resource limit exceeded: command (limit: %zu bytes)",
                     KL_BUFFER_MAX);
    else
        status = kl_stream_write(redis->link.stream, kl_buffer_text(&redis->out), watch, error);
    if (status != KL_OK)
        redis->link.spoilt = true;
    redis->out.len = 0;
    return status;
}

static kl_status read_more(kl_redis *redis, const kl_stream_watch *watch, kl_error *error)
{
    enum { PIECE = 16384 };
    size_t got = 0;
    char *room = kl_resp_room(&redis->resp, PIECE);
    if (!room)
        return kl_error_no_memory(error);
    KL_TRY(kl_stream_read(&got, redis->link.stream, room, PIECE, watch, error));
    if (got == 0)
        return kl_error_set(error, KL_IO, "the Redis server closed the connection");
    kl_resp_came(&redis->resp, got);
    return KL_OK;
}

kl_status kl_redis_receive(kl_resp_reply *out, kl_redis *redis, const kl_stream_watch *watch,
                           kl_error *error)
{
    bool complete = false;
    kl_status status = kl_resp_next(&complete, out, &redis->resp, error);
    while (status == KL_OK && !complete) {
        status = read_more(redis, watch, error);
        if (status == KL_OK)
            status = kl_resp_next(&complete, out, &redis->resp, error);
    }
    if (status != KL_OK)
        redis->link.spoilt = true;
    return status;
}

kl_status kl_redis_send(kl_redis *redis, const kl_redis_command *command,
                        const kl_stream_watch *watch, kl_error *error)
{
    KL_TRY(write_command(redis, command, error));
    return flush(redis, watch, error);
}

/* The reply to a command; push messages in between are nobody's. */
static kl_status receive_answer(kl_resp_reply *out, kl_redis *redis, const kl_stream_watch *watch,
                                kl_error *error)
{
    for (;;) {
        KL_TRY(kl_redis_receive(out, redis, watch, error));
        if (out->kind != KL_RESP_PUSH)
            return KL_OK;
        kl_value_release(out->value);
    }
}

/* As many commands as are sent before their replies are read: a server that nobody listens to keeps
 * all its replies in memory. */
enum { BATCH_COMMANDS = 1000, BATCH_BYTES = 1 << 20 };

static kl_status write_batch(size_t *sent, kl_redis *redis, const kl_redis_command *commands,
                             size_t count, const kl_stream_watch *watch, kl_error *error)
{
    size_t written = 0;
    while (written < count && written < BATCH_COMMANDS && redis->out.len < BATCH_BYTES) {
        kl_status status = write_command(redis, &commands[written++], error);
        if (status != KL_OK) {
            redis->out.len = 0;
            redis->link.spoilt = true;
            return status;
        }
    }
    *sent = written;
    return flush(redis, watch, error);
}

kl_status kl_redis_exchange(kl_resp_reply *replies, kl_redis *redis,
                            const kl_redis_command *commands, size_t count,
                            const kl_stream_watch *watch, kl_error *error)
{
    size_t done = 0, sent;
    kl_status status = KL_OK;
    while (done < count && status == KL_OK) {
        status = write_batch(&sent, redis, commands + done, count - done, watch, error);
        for (; status == KL_OK && sent > 0; sent--) {
            status = receive_answer(&replies[done], redis, watch, error);
            done += status == KL_OK;
        }
    }
    while (status != KL_OK && done > 0)
        kl_value_release(replies[--done].value);
    return status;
}

/* ---- greeting ------------------------------------------------------------------------------------ */

static bool begins_with(kl_value text, const char *start)
{
    return strncmp(kl_as_text(text).data, start, strlen(start)) == 0;
}

/* Send words that end in NULL; `*refused` is the error reply, or null. Its text is the server's. */
static kl_status say(kl_value *refused, kl_redis *redis, const char *const *words,
                     const kl_stream_watch *watch, kl_error *error)
{
    kl_resp_reply reply;
    size_t count = 0;
    while (words[count])
        count++;
    kl_buffer_format(&redis->out, "*%zu\r\n", count);
    for (size_t i = 0; i < count; i++)
        kl_buffer_format(&redis->out, "$%zu\r\n%s\r\n", strlen(words[i]), words[i]);
    kl_status status = flush(redis, watch, error);
    if (redis->out.data) /* a password may have stood there */
        kl_wipe(redis->out.data, redis->out.cap);
    KL_TRY(status);
    KL_TRY(receive_answer(&reply, redis, watch, error));
    *refused = reply.kind == KL_RESP_ERROR ? kl_value_take(&reply.value) : kl_null();
    kl_value_release(reply.value);
    return KL_OK;
}

/* The same for words that must not be refused. */
static kl_status demand(kl_redis *redis, const char *const *words, const kl_stream_watch *watch,
                        kl_error *error)
{
    kl_value refused;
    KL_TRY(say(&refused, redis, words, watch, error));
    if (kl_is_null(refused))
        return KL_OK;
    kl_error_set(error, KL_FAILED, "the Redis server refuses the connection: %s",
                 kl_as_text(refused).data);
    kl_value_release(refused);
    return KL_FAILED;
}

/* Servers before 6 know no HELLO. */
static kl_status greet_in_resp2(kl_redis *redis, const kl_stream_watch *watch, kl_error *error)
{
    const kl_redis_address *to = &redis->pool->address;
    if (to->password && to->user)
        return demand(redis, (const char *[]){"AUTH", to->user, to->password, NULL}, watch, error);
    if (to->password)
        return demand(redis, (const char *[]){"AUTH", to->password, NULL}, watch, error);
    return KL_OK;
}

static kl_status greet(kl_redis *redis, const kl_stream_watch *watch, kl_error *error)
{
    const kl_redis_address *to = &redis->pool->address;
    const char *plain[] = {"HELLO", "3", NULL};
    const char *with_user[] = {"HELLO", "3", "AUTH", to->user ? to->user : "default",
                               to->password, NULL};
    kl_value refused;
    if (to->resp2)
        return greet_in_resp2(redis, watch, error);
    KL_TRY(say(&refused, redis, to->password ? with_user : plain, watch, error));
    if (kl_is_null(refused))
        return KL_OK;
    bool unknown = begins_with(refused, "ERR unknown command") || begins_with(refused, "NOPROTO");
    if (!unknown)
        kl_error_set(error, KL_FAILED, "the Redis server refuses the connection: %s",
                     kl_as_text(refused).data);
    kl_value_release(refused);
    return unknown ? greet_in_resp2(redis, watch, error) : KL_FAILED;
}

static kl_status prepare(kl_redis *redis, const kl_stream_watch *watch, kl_error *error)
{
    const kl_redis_address *to = &redis->pool->address;
    char number[24];
    if (to->tls)
        KL_TRY(kl_stream_start_tls(redis->link.stream, &redis->pool->tls, watch, error));
    KL_TRY(greet(redis, watch, error));
    if (to->client_name)
        KL_TRY(demand(redis, (const char *[]){"CLIENT", "SETNAME", to->client_name, NULL}, watch,
                      error));
    snprintf(number, sizeof number, "%lld", (long long)to->database);
    return to->database
               ? demand(redis, (const char *[]){"SELECT", number, NULL}, watch, error)
               : KL_OK;
}

/* ---- taking and giving back ---------------------------------------------------------------------- */

static kl_status connect_one(kl_redis **out, kl_redis_pool *pool, const kl_stream_watch *watch,
                             kl_error *error)
{
    kl_stream_address to = {
        .host = pool->address.host, .port = pool->address.port, .path = pool->address.path};
    kl_redis *redis = kl_alloc_zero(1, sizeof *redis);
    if (!redis)
        return kl_error_no_memory(error);
    redis->pool = pool;
    kl_stream_pool_join(&pool->connections, &redis->link);
    kl_status status = kl_stream_open(&redis->link.stream, &to, watch, error);
    if (status == KL_OK)
        status = prepare(redis, watch, error);
    if (status != KL_OK) {
        end_connection(&redis->link);
        return status;
    }
    redis->link.spoilt = false;
    *out = redis;
    return KL_OK;
}

kl_status kl_redis_take(kl_redis **out, kl_redis_pool *pool, const kl_stream_watch *watch,
                        kl_error *error)
{
    kl_pooled *idle = kl_stream_pool_take(&pool->connections);
    if (!idle)
        return connect_one(out, pool, watch, error);
    *out = (kl_redis *)idle;
    return KL_OK;
}

void kl_redis_give_back(kl_redis *redis)
{
    if (!redis)
        return;
    redis->link.spoilt = redis->link.spoilt || kl_resp_has_more(&redis->resp);
    kl_stream_pool_give_back(&redis->pool->connections, &redis->link);
}
