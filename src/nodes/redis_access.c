/* src/nodes/redis_access.c - see redis_access.h. */
#include "redis_access.h"
#include "outside.h"

#include <strings.h>

const char *const kl_redis_backends[] = {"memory", "redis", NULL};

/* ---- stores and pools, shared -------------------------------------------------------------------- */

static kl_status make_store(void **out, kl_text name, kl_error *error)
{
    (void)name;
    return kl_keystore_new((kl_keystore **)out, error);
}

static void dispose_store(void *store) { kl_keystore_free(store); }
static const kl_shared_kind stores = {make_store, dispose_store};

/* The name of a pool: its URL and the files of TLS, each behind the end of a line. */
static void name_pool(kl_buffer *name, const kl_value *config)
{
    kl_buffer_string(name, kl_as_bool(config[KL_REDIS_VERIFY]) ? "verified" : "insecure");
    for (int i = KL_REDIS_CA_FILE; i <= KL_REDIS_KEY_FILE; i++) {
        kl_buffer_byte(name, '\n');
        kl_buffer_add(name, kl_as_text(config[i]));
    }
    kl_buffer_byte(name, '\n');
    kl_buffer_add(name, kl_as_text(config[KL_REDIS_URL]));
}

/* The next part of a name, cut off, with a NUL behind it; NULL when it is empty. */
static char *cut_part(char **rest)
{
    char *part = *rest, *end = strchr(part, '\n');
    *end = '\0';
    *rest = end + 1;
    return *part ? part : NULL;
}

static kl_status make_pool(void **out, kl_text name, kl_error *error)
{
    char *copy = kl_strdup(name), *rest = copy;
    if (!copy)
        return kl_error_no_memory(error);
    kl_tls_options tls = {.insecure = strcmp(cut_part(&rest), "insecure") == 0};
    tls.ca_file = cut_part(&rest);
    tls.cert_file = cut_part(&rest);
    tls.key_file = cut_part(&rest);
    kl_status status = kl_redis_pool_new((kl_redis_pool **)out, kl_text_from(rest), &tls, error);
    kl_free(copy);
    return status;
}

static void dispose_pool(void *pool) { kl_redis_pool_free(pool); }
static const kl_shared_kind pools = {make_pool, dispose_pool};

/* A pool holds nothing that a registry would want for itself. */
static kl_status find_pool(kl_redis_pool **out, const kl_value *config, kl_error *error)
{
    kl_buffer name = KL_BUFFER_INIT;
    kl_error why = KL_ERROR_INIT;
    void *pool;
    for (int i = KL_REDIS_CA_FILE; i <= KL_REDIS_KEY_FILE; i++)
        if (memchr(kl_as_text(config[i]).data, '\n', kl_as_text(config[i]).len))
            return kl_node_bad(error, "ca_file", "expected a path without a line end");
    name_pool(&name, config);
    kl_status status = name.status == KL_OK
                           ? kl_shared_get(&pool, &pools, kl_buffer_text(&name), NULL, &why)
                           : kl_error_no_memory(&why);
    kl_buffer_free(&name);
    if (status != KL_OK)
        return kl_outside_error(error, &why, "url");
    *out = pool;
    return KL_OK;
}

kl_status kl_redis_access_begin(kl_redis_access *out, const kl_node_call *call,
                                const kl_value *config, kl_error *error)
{
    bool has_url = !kl_is_null(config[KL_REDIS_URL]);
    bool in_memory = kl_is_null(config[KL_REDIS_BACKEND])
                         ? !has_url
                         : kl_text_is(kl_as_text(config[KL_REDIS_BACKEND]), "memory");
    *out = (kl_redis_access){.call = call, .timeout_ms = kl_as_int(config[KL_REDIS_TIMEOUT])};
    if (in_memory)
        return kl_node_shared((void **)&out->store, &stores, KL_TEXT("redis"), call,
                              config[KL_REDIS_SCOPE], error);
    if (!has_url)
        return kl_node_missing(error, "url");
    return find_pool(&out->pool, config, error);
}

/* ---- running ------------------------------------------------------------------------------------- */

static kl_stream_watch watch_for(const kl_redis_access *access, int64_t time_ms)
{
    return (kl_stream_watch){kl_outside_deadline(time_ms), kl_outside_check, (void *)access->call};
}

static kl_status store_run(kl_value *out, kl_redis_access *access, const kl_value *words,
                           size_t count, kl_time deadline, kl_error *error)
{
    kl_keystore_watch watch = {deadline, kl_outside_check, (void *)access->call};
    kl_error why = KL_ERROR_INIT;
    if (kl_keystore_run(out, access->store, words, count, &watch, &why) != KL_OK)
        return kl_outside_error(error, &why, "args");
    return KL_OK;
}

/* A reply of the server; one of an error fails. Taken. */
static kl_status accept(kl_value *out, kl_resp_reply reply, kl_error *error)
{
    if (reply.kind != KL_RESP_ERROR) {
        *out = reply.value;
        return KL_OK;
    }
    kl_node_failed(error, "%s", kl_as_text(reply.value).data);
    kl_value_release(reply.value);
    return KL_FAILED;
}

static kl_status exchange(kl_resp_reply *replies, kl_redis_access *access,
                          const kl_redis_command *commands, size_t count, int64_t more_ms,
                          kl_error *error)
{
    kl_stream_watch watch = watch_for(access, access->timeout_ms + more_ms);
    kl_error why = KL_ERROR_INIT;
    kl_redis *redis = NULL;
    kl_status status = kl_redis_take(&redis, access->pool, &watch, &why);
    if (status == KL_OK)
        status = kl_redis_exchange(replies, redis, commands, count, &watch, &why);
    kl_redis_give_back(redis);
    if (status == KL_OK)
        return KL_OK;
    if (status != KL_INVALID && status != KL_NO_MEMORY && status != KL_CANCELLED &&
        status != KL_INTERRUPTED)
        kl_error_prefix(&why, "Redis: ");
    return kl_outside_error(error, &why, "url");
}

kl_status kl_redis_access_run(kl_value *out, kl_redis_access *access, const kl_value *words,
                              size_t count, int64_t more_ms, kl_error *error)
{
    kl_resp_reply reply;
    if (access->store)
        return store_run(out, access, words, count,
                         kl_outside_deadline(access->timeout_ms + more_ms), error);
    KL_TRY(exchange(&reply, access, &(kl_redis_command){words, count}, 1, more_ms, error));
    return accept(out, reply, error);
}

/* ---- many commands ------------------------------------------------------------------------------- */

/* Replies (taken) as an array. */
static kl_status to_array(kl_value *out, size_t *refused, kl_resp_reply *replies, size_t count,
                          kl_error *error)
{
    kl_value list, map;
    kl_status status = kl_array_new(&list, count, error);
    bool made = status == KL_OK;
    for (size_t i = 0; i < count; i++) {
        kl_value item = replies[i].value;
        if (replies[i].kind == KL_RESP_ERROR && *refused == SIZE_MAX)
            *refused = i;
        if (status == KL_OK && replies[i].kind == KL_RESP_ERROR) {
            status = kl_node_result(&map, "error", item, error); /* takes it */
            item = status == KL_OK ? map : kl_null();
        }
        if (status == KL_OK)
            status = kl_array_push(&list, item, error);
        else
            kl_value_release(item);
    }
    if (status == KL_OK)
        *out = list;
    else if (made)
        kl_value_release(list);
    return status;
}

/* `*nested` counts the errors within the last answer. */
static kl_status exchange_all(kl_value *out, size_t *refused, size_t *nested,
                              kl_redis_access *access, kl_value commands, kl_error *error)
{
    size_t count = kl_array_len(commands);
    kl_redis_command *all = kl_alloc_zero(count, sizeof *all);
    kl_resp_reply *replies = kl_alloc_zero(count, sizeof *replies);
    kl_status status = all && replies ? KL_OK : kl_error_no_memory(error);
    for (size_t i = 0; status == KL_OK && i < count; i++) {
        kl_value words = kl_array_at(commands, i);
        all[i] = (kl_redis_command){kl_array_items(words), kl_array_len(words)};
    }
    if (status == KL_OK)
        status = exchange(replies, access, all, count, 0, error);
    if (status == KL_OK) {
        *nested = count ? replies[count - 1].errors : 0;
        status = to_array(out, refused, replies, count, error);
    }
    kl_free(all);
    kl_free(replies);
    return status;
}

static kl_status push_word(kl_value *commands, const char *word, kl_error *error)
{
    kl_value words;
    KL_TRY(kl_array_new(&words, 1, error));
    kl_status status = kl_array_push_text(&words, kl_text_from(word), error);
    if (status == KL_OK)
        return kl_array_push(commands, words, error);
    kl_value_release(words);
    return status;
}

static size_t first_error(kl_value answers)
{
    for (size_t i = 0; i < kl_array_len(answers); i++)
        if (kl_map_len(kl_array_at(answers, i)) == 1 &&
            kl_map_has(kl_array_at(answers, i), KL_TEXT("error")))
            return i;
    return SIZE_MAX;
}

/* MULTI, the commands, EXEC. The answer to EXEC has theirs. */
static kl_status transact(kl_value *out, size_t *refused, kl_redis_access *access,
                          kl_value commands, kl_error *error)
{
    kl_value framed, answers = kl_null();
    kl_status status;
    size_t count = kl_array_len(commands), spoilt = SIZE_MAX, nested;
    KL_TRY(kl_array_new(&framed, count + 2, error));
    KL_TRY_OUT(push_word(&framed, "MULTI", error));
    for (size_t i = 0; i < count; i++)
        KL_TRY_OUT(kl_array_push(&framed, kl_value_retain(kl_array_at(commands, i)), error));
    KL_TRY_OUT(push_word(&framed, "EXEC", error));
    KL_TRY_OUT(exchange_all(&answers, &spoilt, &nested, access, framed, error));
    kl_value last = kl_array_at(answers, count + 1);
    if (kl_is(last, KL_KIND_ARRAY)) {
        *out = kl_value_retain(last);
        *refused = nested ? first_error(last) : SIZE_MAX;
        goto out;
    }
    /* The command that spoilt it says more than EXEC does. */
    kl_text message = kl_as_text(kl_map_get(kl_array_at(answers, KL_MIN(spoilt, count + 1)),
                                            KL_TEXT("error")));
    status = spoilt > 0 && spoilt <= count
                 ? kl_node_failed(error, "commands[%zu]: %s", spoilt - 1, message.data)
                 : kl_node_failed(error, "the transaction was refused: %s", message.data);
out:
    kl_value_release(answers);
    kl_value_release(framed);
    return status;
}

kl_status kl_redis_access_run_all(kl_value *out, size_t *refused, kl_redis_access *access,
                                  kl_value commands, bool together, kl_error *error)
{
    size_t nested;
    *refused = SIZE_MAX;
    if (access->store)
        return kl_keystore_run_all(out, refused, access->store, commands, error);
    return together ? transact(out, refused, access, commands, error)
                    : exchange_all(out, refused, &nested, access, commands, error);
}

/* ---- listening ----------------------------------------------------------------------------------- */

static kl_status store_listen(kl_value *list, kl_redis_access *access, kl_value names,
                              bool are_patterns, size_t most, kl_time deadline, kl_error *error)
{
    kl_keystore_watch watch = {deadline, kl_outside_check, (void *)access->call};
    kl_keystore_subscription *subscription;
    kl_value message;
    KL_TRY(kl_keystore_subscribe(&subscription, access->store, names, are_patterns, error));
    kl_status status = KL_OK;
    while (status == KL_OK && kl_array_len(*list) < most) {
        status = kl_keystore_listen(&message, subscription, &watch, error);
        if (status == KL_OK)
            status = kl_array_push(list, message, error);
    }
    kl_keystore_unsubscribe(subscription);
    return status;
}

/* ["message", channel, text] or ["pmessage", pattern, channel, text]; others are no messages. */
static kl_status push_message(kl_value *list, kl_value pushed, kl_error *error)
{
    bool plain = kl_text_is(kl_as_text(kl_array_at(pushed, 0)), "message");
    kl_value map;
    if (!plain && !kl_text_is(kl_as_text(kl_array_at(pushed, 0)), "pmessage"))
        return KL_OK;
    size_t at = plain ? 1 : 2;
    KL_TRY(kl_map_new(&map, 3, error));
    kl_status status =
        kl_map_set(&map, KL_TEXT("channel"), kl_value_retain(kl_array_at(pushed, at)), error);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("message"), kl_value_retain(kl_array_at(pushed, at + 1)),
                            error);
    if (status == KL_OK && !plain)
        status = kl_map_set(&map, KL_TEXT("pattern"), kl_value_retain(kl_array_at(pushed, 1)), error);
    if (status == KL_OK)
        return kl_array_push(list, map, error);
    kl_value_release(map);
    return status;
}

static kl_status receive_messages(kl_value *list, kl_redis *redis, size_t most,
                                  const kl_stream_watch *watch, kl_error *error)
{
    kl_resp_reply reply;
    kl_status status = KL_OK;
    while (status == KL_OK && kl_array_len(*list) < most) {
        KL_TRY(kl_redis_receive(&reply, redis, watch, error));
        status = reply.kind == KL_RESP_ERROR
                     ? kl_error_set(error, KL_FAILED, "%s", kl_as_text(reply.value).data)
                     : push_message(list, reply.value, error);
        kl_value_release(reply.value);
    }
    return status;
}

static kl_status server_listen(kl_value *list, kl_redis_access *access, kl_value names,
                               bool are_patterns, size_t most, kl_time deadline, kl_error *error)
{
    kl_stream_watch connecting = watch_for(access, access->timeout_ms), watch = connecting;
    kl_value words;
    kl_redis *redis = NULL;
    kl_status status;
    watch.deadline = deadline;
    KL_TRY(kl_array_new(&words, 1 + kl_array_len(names), error));
    KL_TRY_OUT(kl_array_push_text(
        &words, are_patterns ? KL_TEXT("PSUBSCRIBE") : KL_TEXT("SUBSCRIBE"), error));
    for (size_t i = 0; i < kl_array_len(names); i++)
        KL_TRY_OUT(kl_array_push(&words, kl_value_retain(kl_array_at(names, i)), error));
    KL_TRY_OUT(kl_redis_take(&redis, access->pool, &connecting, error));
    kl_redis_command command = {kl_array_items(words), kl_array_len(words)};
    KL_TRY_OUT(kl_redis_send(redis, &command, &connecting, error));
    KL_TRY_OUT(receive_messages(list, redis, most, &watch, error));
out:
    kl_redis_give_back(redis);
    kl_value_release(words);
    return status;
}

kl_status kl_redis_access_listen(kl_value *out, kl_redis_access *access, kl_value names,
                                 bool are_patterns, size_t most, int64_t time_ms, kl_error *error)
{
    kl_value list;
    kl_error why = KL_ERROR_INIT;
    kl_time deadline = kl_outside_deadline(time_ms);
    KL_TRY(kl_array_new(&list, 0, error));
    kl_status status =
        access->store ? store_listen(&list, access, names, are_patterns, most, deadline, &why)
                      : server_listen(&list, access, names, are_patterns, most, deadline, &why);
    if (status == KL_OK || (status == KL_TIMEOUT && kl_clock_now() >= deadline)) {
        kl_error_clear(&why);
        *out = list;
        return KL_OK;
    }
    kl_value_release(list);
    return kl_outside_error(error, &why, "url");
}
