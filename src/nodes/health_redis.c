/* src/nodes/health_redis.c - does a Redis server answer a PING? */
#include "health.h"
#include "net/lookup.h"
#include "net/redis.h"

/* Whether the node's settings admit where the URL leads. A Unix socket is nobody's network. */
static kl_status check_address(const kl_guard *guard, const kl_redis_address *address,
                               const kl_stream_watch *watch, kl_error *error)
{
    struct addrinfo *found;
    kl_status status = KL_OK;
    if (!address->host)
        return KL_OK;
    KL_TRY(kl_guard_check_host(guard, kl_text_from(address->host), error));
    KL_TRY(kl_lookup(&found, address->host, address->port, watch, error));
    for (const struct addrinfo *at = found; at && status == KL_OK; at = at->ai_next) {
        kl_address one;
        if (kl_address_of_socket(&one, at->ai_addr))
            status = kl_guard_check_address(guard, &one, error);
    }
    freeaddrinfo(found);
    return status;
}

static kl_status judge_reply(const kl_resp_reply *reply, kl_error *error)
{
    kl_text text = kl_as_text(reply->value);
    if (reply->kind != KL_RESP_ERROR && kl_text_is(text, "PONG"))
        return KL_OK;
    return kl_error_set(error, KL_FAILED, "the server answers: %.*s", (int)KL_MIN(text.len, 200),
                        text.data);
}

static kl_status exchange(kl_redis_pool *pool, const kl_stream_watch *watch, kl_error *error)
{
    kl_redis *redis;
    kl_value word;
    kl_resp_reply reply;
    KL_TRY(kl_string_new(&word, KL_TEXT("PING"), error));
    kl_redis_command command = {&word, 1};
    kl_status status = kl_redis_take(&redis, pool, watch, error);
    if (status == KL_OK) {
        status = kl_redis_exchange(&reply, redis, &command, 1, watch, error);
        if (status == KL_OK) {
            status = judge_reply(&reply, error);
            kl_value_release(reply.value);
        }
        kl_redis_give_back(redis);
    }
    kl_value_release(word);
    return status;
}

static kl_status ping(const kl_health_check *check, kl_error *error)
{
    kl_http_call call = {0};
    kl_redis_address address;
    kl_redis_pool *pool = NULL;
    kl_stream_watch watch = kl_health_watch(check);
    kl_text url = kl_as_text(kl_map_get(check->target, KL_TEXT("url")));
    kl_text ca_file = kl_as_text(check->settings[KL_HTTP_CA_FILE]);
    kl_status status;
    KL_TRY(kl_redis_address_read(&address, url, error));
    kl_http_call_settings(&call, check->settings);
    kl_tls_options tls = {.ca_file = ca_file.len ? ca_file.data : NULL,
                          .insecure = call.request.trusts_all};
    KL_TRY_OUT(check_address(call.request.guard, &address, &watch, error));
    KL_TRY_OUT(kl_redis_pool_new(&pool, url, &tls, error));
    status = exchange(pool, &watch, error);
out:
    kl_redis_pool_free(pool);
    kl_redis_address_clear(&address);
    kl_http_call_end(&call);
    return status;
}

kl_status kl_health_redis(kl_health_check *check, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    if (ping(check, &why) == KL_OK)
        return kl_health_say(check, KL_HEALTHY, error, "the server answers");
    return kl_health_failed(check, &why, error);
}
