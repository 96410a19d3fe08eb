/* src/nodes/kafka_topics.c - see kafka_topics.h. */
#include "kafka_topics.h"
#include "fork.h"
#include "kailash/time.h"
#include "build_map.h"

typedef struct group {
    struct group *next;
    char *name;
    size_t next_offset;
} group;

typedef struct topic {
    struct topic *next;
    char *name;
    kl_value messages; /* array of maps */
    group *groups;
} topic;

struct kl_topics {
    pthread_mutex_t lock; /* guards all */
    topic *topics;
    kl_fork_watch fork_watch;
};

static kl_status make(void **out, kl_text name, kl_error *error)
{
    (void)name;
    kl_topics *topics = kl_alloc_zero(1, sizeof *topics);
    if (!topics)
        return kl_error_no_memory(error);
    pthread_mutex_init(&topics->lock, NULL);
    topics->fork_watch = (kl_fork_watch){.lock = &topics->lock};
    kl_fork_watch_begin(&topics->fork_watch);
    *out = topics;
    return KL_OK;
}

static void free_topic(topic *one)
{
    while (one->groups) {
        group *next = one->groups->next;
        kl_free(one->groups->name);
        kl_free(one->groups);
        one->groups = next;
    }
    kl_value_release(one->messages);
    kl_free(one->name);
    kl_free(one);
}

static void dispose(void *state)
{
    kl_topics *topics = state;
    kl_fork_watch_end(&topics->fork_watch);
    while (topics->topics) {
        topic *next = topics->topics->next;
        free_topic(topics->topics);
        topics->topics = next;
    }
    pthread_mutex_destroy(&topics->lock);
    kl_free(topics);
}

const kl_shared_kind kl_topics_kind = {make, dispose};

/* ---- with the lock held -------------------------------------------------------------------------- */

static topic *find_topic(kl_topics *topics, kl_text name)
{
    topic *found = topics->topics;
    while (found && !kl_text_is(name, found->name))
        found = found->next;
    return found;
}

static kl_status need_topic(topic **out, kl_topics *topics, kl_text name, kl_error *error)
{
    *out = find_topic(topics, name);
    if (*out)
        return KL_OK;
    topic *made = kl_alloc_zero(1, sizeof *made);
    if (!made || !(made->name = kl_strdup(name)) ||
        kl_array_new(&made->messages, 0, NULL) != KL_OK) {
        if (made)
            kl_free(made->name);
        kl_free(made);
        return kl_error_no_memory(error);
    }
    made->next = topics->topics;
    topics->topics = made;
    *out = made;
    return KL_OK;
}

static group *find_group(topic *of, kl_text name)
{
    group *found = of->groups;
    while (found && !kl_text_is(name, found->name))
        found = found->next;
    return found;
}

static kl_status need_group(group **out, topic *of, kl_text name, bool at_end, kl_error *error)
{
    *out = find_group(of, name);
    if (*out)
        return KL_OK;
    group *made = kl_alloc_zero(1, sizeof *made);
    if (!made || !(made->name = kl_strdup(name))) {
        kl_free(made);
        return kl_error_no_memory(error);
    }
    made->next_offset = at_end ? kl_array_len(of->messages) : 0;
    made->next = of->groups;
    of->groups = made;
    *out = made;
    return KL_OK;
}

/* ---- using --------------------------------------------------------------------------------------- */

/* The message (taken) as it is read. Given. */
static kl_status complete(kl_value *out, kl_value name, kl_value message, size_t offset,
                          kl_error *error)
{
    kl_build made = kl_build_begin(0, error);
    kl_build_share(&made, "topic", name);
    kl_build_int(&made, "partition", 0);
    kl_build_int(&made, "offset", (int64_t)offset);
    kl_build_share(&made, "key", kl_map_get(message, KL_TEXT("key")));
    kl_build_share(&made, "value", kl_map_get(message, KL_TEXT("value")));
    kl_build_int(&made, "timestamp", kl_time_now() / KL_MILLISECOND);
    if (kl_map_len(kl_map_get(message, KL_TEXT("headers"))))
        kl_build_share(&made, "headers", kl_map_get(message, KL_TEXT("headers")));
    kl_value_release(message);
    return kl_build_end(out, &made);
}

kl_status kl_topics_append(int64_t *offset, kl_topics *topics, kl_value name, kl_value message,
                           kl_error *error)
{
    topic *to = NULL;
    kl_value made;
    pthread_mutex_lock(&topics->lock);
    kl_status status = need_topic(&to, topics, kl_as_text(name), error);
    size_t count = status == KL_OK ? kl_array_len(to->messages) : 0;
    if (status == KL_OK && count >= KL_NODE_LIST_MAX)
        status = kl_node_limit(error, "topic", KL_NODE_LIST_MAX, "messages");
    if (status == KL_OK) {
        status = complete(&made, name, message, count, error);
        if (status == KL_OK)
            status = kl_array_push(&to->messages, made, error);
    } else {
        kl_value_release(message);
    }
    pthread_mutex_unlock(&topics->lock);
    *offset = (int64_t)count;
    return status;
}

kl_status kl_topics_read(kl_value *out, kl_topics *topics, kl_text name, kl_text group_name,
                         size_t most, bool commit, bool at_end, kl_error *error)
{
    topic *from = NULL;
    group *reader = NULL;
    pthread_mutex_lock(&topics->lock);
    kl_status status = need_topic(&from, topics, name, error);
    if (status == KL_OK)
        status = need_group(&reader, from, group_name, at_end, error);
    if (status == KL_OK) {
        size_t start = reader->next_offset, count = kl_array_len(from->messages);
        size_t end = count - start > most ? start + most : count;
        status = kl_array_slice(out, from->messages, start, end, error);
        if (status == KL_OK && commit)
            reader->next_offset = end;
    }
    pthread_mutex_unlock(&topics->lock);
    return status;
}

void kl_topics_commit(kl_topics *topics, kl_text name, kl_text group_name, size_t count)
{
    pthread_mutex_lock(&topics->lock);
    topic *from = find_topic(topics, name);
    group *reader = from ? find_group(from, group_name) : NULL;
    if (reader)
        reader->next_offset = KL_MIN(reader->next_offset + count, kl_array_len(from->messages));
    pthread_mutex_unlock(&topics->lock);
}
