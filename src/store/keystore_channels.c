/* src/store/keystore_channels.c - channels of the key store: publishing and listening. */
#include "deadline.h"
#include "keystore_parts.h"

struct kl_keystore_subscription {
    kl_keystore_subscription *next;
    kl_keystore *store;
    kl_value names; /* array of texts */
    bool are_patterns;
    kl_list messages; /* that nobody has read */
};

/* One that does not read loses the newest messages rather than filling the memory. */
enum { MESSAGES_MAX = 100000 };

static kl_status message_of(kl_value *out, kl_value channel, kl_value message, kl_value pattern,
                            kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 3, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("channel"), kl_value_retain(channel), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("message"), kl_value_retain(message), error));
    if (!kl_is_null(pattern))
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("pattern"), kl_value_retain(pattern), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status deliver(int64_t *receivers, kl_command_call *call,
                         kl_keystore_subscription *to)
{
    kl_value made;
    for (size_t i = 0; i < kl_array_len(to->names); i++) {
        kl_value name = kl_array_at(to->names, i);
        bool matches = to->are_patterns ? kl_redis_glob(kl_as_text(name), kl_word(call, 1))
                                        : kl_text_equal(kl_as_text(name), kl_word(call, 1));
        if (!matches)
            continue;
        ++*receivers;
        if (to->messages.count >= MESSAGES_MAX)
            continue;
        KL_TRY(message_of(&made, call->words[1], call->words[2],
                          to->are_patterns ? name : kl_null(), call->error));
        kl_status status = kl_list_push(&to->messages, made, false, call->error);
        kl_value_release(made);
        KL_TRY(status);
    }
    return KL_OK;
}

static kl_status publish(kl_command_call *call)
{
    int64_t receivers = 0;
    for (kl_keystore_subscription *to = call->store->subscriptions; to; to = to->next)
        KL_TRY(deliver(&receivers, call, to));
    return kl_answer_int(call, receivers);
}

kl_status kl_keystore_subscribe(kl_keystore_subscription **out, kl_keystore *store, kl_value names,
                                bool are_patterns, kl_error *error)
{
    kl_keystore_subscription *made = kl_alloc_zero(1, sizeof *made);
    if (!made)
        return kl_error_no_memory(error);
    made->store = store;
    made->names = kl_value_retain(names);
    made->are_patterns = are_patterns;
    pthread_mutex_lock(&store->lock);
    made->next = store->subscriptions;
    store->subscriptions = made;
    pthread_mutex_unlock(&store->lock);
    *out = made;
    return KL_OK;
}

kl_status kl_keystore_listen(kl_value *out, kl_keystore_subscription *subscription,
                             const kl_keystore_watch *watch, kl_error *error)
{
    kl_keystore *store = subscription->store;
    kl_list *messages = &subscription->messages;
    kl_status status = KL_OK;
    pthread_mutex_lock(&store->lock);
    while (messages->count == 0 && status == KL_OK) {
        kl_time until = kl_clock_after(20 * KL_MILLISECOND);
        if (watch && watch->deadline != KL_TIME_NONE && kl_clock_now() >= watch->deadline) {
            status = kl_error_set(error, KL_TIMEOUT, "timed out");
            break;
        }
        kl_wait_until(&store->changed, &store->lock,
                      watch ? KL_MIN(until, watch->deadline) : until);
        pthread_mutex_unlock(&store->lock);
        if (watch && watch->check)
            status = watch->check(watch->data, error);
        pthread_mutex_lock(&store->lock);
    }
    if (status == KL_OK) {
        *out = messages->items[messages->start++];
        messages->count--;
    }
    pthread_mutex_unlock(&store->lock);
    return status;
}

void kl_keystore_unsubscribe(kl_keystore_subscription *subscription)
{
    if (!subscription)
        return;
    pthread_mutex_lock(&subscription->store->lock);
    kl_keystore_subscription **at = &subscription->store->subscriptions;
    while (*at != subscription)
        at = &(*at)->next;
    *at = subscription->next;
    pthread_mutex_unlock(&subscription->store->lock);
    kl_list_end(&subscription->messages);
    kl_value_release(subscription->names);
    kl_free(subscription);
}

static const kl_command rows[] = {
    {"PUBLISH", 2, 2, "channel message", publish},
};
const kl_command_table kl_channel_commands = {rows, sizeof rows / sizeof *rows};
