/* src/nodes/kafka_access.c - see kafka_access.h. */
#include "kafka_access.h"
#include "buffer.h"
#include "driver.h"
#include "fork.h"
#include "kailash/json.h"
#include "outside.h"

const char *const kl_kafka_backends[] = {"memory", "kafka", NULL};

kl_status kl_kafka_access_error(kl_error *error, kl_error *why)
{
    return kl_outside_error(error, why, "config");
}

/* ---- producers that nobody uses ------------------------------------------------------------------ */

/* A producer keeps its connections: those with the same settings wait here for the next call. */
enum { IDLE_MAX = 8 };
typedef struct producers {
    pthread_mutex_t lock; /* guards what follows */
    const kl_kafka_driver *driver;
    void *idle[IDLE_MAX];
    size_t count;
    uint32_t forks; /* how often this process was forked off */
    kl_fork_watch fork_watch;
} producers;

/* In a forked child: the threads of a client are its parent's. */
static void forget_producers(void *data)
{
    producers *all = data;
    all->count = 0;
    all->forks++;
}

static kl_status make_producers(void **out, kl_text name, kl_error *error)
{
    (void)name;
    producers *all = kl_alloc_zero(1, sizeof *all);
    if (!all)
        return kl_error_no_memory(error);
    pthread_mutex_init(&all->lock, NULL);
    all->fork_watch = (kl_fork_watch){.lock = &all->lock, .forked = forget_producers, .data = all};
    kl_fork_watch_begin(&all->fork_watch);
    *out = all;
    return KL_OK;
}

static void dispose_producers(void *state)
{
    producers *all = state;
    kl_fork_watch_end(&all->fork_watch);
    while (all->count)
        all->driver->close(all->idle[--all->count], NULL);
    pthread_mutex_destroy(&all->lock);
    kl_free(all);
}

static const kl_shared_kind producer_kind = {make_producers, dispose_producers};

/* Their name: the settings as JSON. */
static kl_status find_producers(producers **out, kl_value settings, kl_error *error)
{
    kl_value name;
    KL_TRY(kl_json_print(&name, settings, &kl_json_plain, error));
    kl_status status =
        kl_shared_get((void **)out, &producer_kind, kl_as_text(name), NULL, error);
    kl_value_release(name);
    return status;
}

static kl_status take_producer(void **out, uint32_t *forks, producers *all,
                               const kl_kafka_driver *driver, kl_value settings, kl_error *error)
{
    pthread_mutex_lock(&all->lock);
    all->driver = driver;
    *forks = all->forks;
    *out = all->count ? all->idle[--all->count] : NULL;
    pthread_mutex_unlock(&all->lock);
    return *out ? KL_OK : driver->new_producer(out, settings, error);
}

static void give_back(producers *all, void *producer, uint32_t forks, bool sound)
{
    pthread_mutex_lock(&all->lock);
    bool ours = forks == all->forks, keep = sound && ours && all->count < IDLE_MAX;
    if (keep)
        all->idle[all->count++] = producer;
    pthread_mutex_unlock(&all->lock);
    if (!keep && ours)
        all->driver->close(producer, NULL);
}

/* ---- settings ------------------------------------------------------------------------------------ */

/* A list of addresses as one text; given. */
static kl_status read_brokers(kl_value *out, kl_value brokers, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    if (kl_is(brokers, KL_KIND_STRING)) {
        *out = kl_value_retain(brokers);
        return KL_OK;
    }
    bool good = kl_array_len(brokers) > 0;
    for (size_t i = 0; i < kl_array_len(brokers); i++) {
        good = good && kl_is(kl_array_at(brokers, i), KL_KIND_STRING);
        if (i)
            kl_buffer_byte(&text, ',');
        kl_buffer_add(&text, kl_as_text(kl_array_at(brokers, i)));
    }
    if (good)
        return kl_buffer_finish(out, &text, error);
    kl_buffer_free(&text);
    return kl_node_bad(error, "brokers", "expected string or non-empty list of strings, got %s",
                       kl_value_kind_name(brokers));
}

/* Set a text that the caller has not set himself. */
static kl_status set_default(kl_value *settings, const char *name, kl_text text, kl_error *error)
{
    if (kl_map_has(*settings, kl_text_from(name)))
        return KL_OK;
    return kl_map_set_text(settings, kl_text_from(name), text, error);
}

/* Those of the caller as texts, and the brokers; given. */
static kl_status begin_settings(kl_value *out, const kl_kafka_access *access, kl_error *error)
{
    kl_value map, text;
    kl_status status;
    KL_TRY(kl_map_new(&map, 8, error));
    for (size_t i = 0; i < kl_map_len(access->settings); i++) {
        KL_TRY_OUT(kl_outside_text(&text, kl_map_value_at(access->settings, i), error));
        KL_TRY_OUT(kl_map_set(&map, kl_map_key_at(access->settings, i), text, error));
    }
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("bootstrap.servers"), kl_value_retain(access->brokers),
                          error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

kl_status kl_kafka_access_begin(kl_kafka_access *out, const kl_node_call *call,
                                const kl_value *config, kl_error *error)
{
    const void *driver;
    bool in_memory = kl_is_null(config[KL_KAFKA_BACKEND])
                         ? kl_is_null(config[KL_KAFKA_BROKERS])
                         : kl_text_is(kl_as_text(config[KL_KAFKA_BACKEND]), "memory");
    *out = (kl_kafka_access){
        .call = call,
        .brokers = kl_null(),
        .settings = config[KL_KAFKA_SETTINGS],
        .watch = {kl_outside_deadline(kl_as_int(config[KL_KAFKA_TIMEOUT])), kl_outside_check,
                  (void *)call}};
    if (in_memory)
        return kl_node_shared((void **)&out->topics, &kl_topics_kind, KL_TEXT("kafka"), call,
                              config[KL_KAFKA_SCOPE], error);
    if (kl_is_null(config[KL_KAFKA_BROKERS]))
        return kl_node_missing(error, "brokers");
    KL_TRY(kl_driver_load(&driver, "kafka", error));
    out->driver = driver;
    return read_brokers(&out->brokers, config[KL_KAFKA_BROKERS], error);
}

void kl_kafka_access_end(kl_kafka_access *access) { kl_value_release(access->brokers); }

/* ---- sending and reading ------------------------------------------------------------------------- */

static kl_status send_with(kl_kafka_place *places, kl_kafka_access *access, kl_value settings,
                           const kl_kafka_message *messages, size_t count, bool transactional,
                           kl_error *error)
{
    producers *all;
    void *producer;
    uint32_t forks;
    KL_TRY(find_producers(&all, settings, error));
    KL_TRY(take_producer(&producer, &forks, all, access->driver, settings, error));
    kl_status status = access->driver->send(places, producer, messages, count, transactional,
                                            &access->watch, error);
    give_back(all, producer, forks, status == KL_OK);
    return status;
}

kl_status kl_kafka_access_send(kl_kafka_place *places, kl_kafka_access *access,
                               const kl_kafka_message *messages, size_t count,
                               kl_value transactional_id, kl_error *error)
{
    kl_value settings;
    kl_error why = KL_ERROR_INIT;
    bool transactional = !kl_is_null(transactional_id);
    KL_TRY(begin_settings(&settings, access, error));
    kl_status status = set_default(&settings, "linger.ms", KL_TEXT("0"), &why);
    if (status == KL_OK && transactional)
        status = kl_map_set(&settings, KL_TEXT("transactional.id"),
                            kl_value_retain(transactional_id), &why);
    transactional = transactional || kl_map_has(settings, KL_TEXT("transactional.id"));
    if (status == KL_OK)
        status = send_with(places, access, settings, messages, count, transactional, &why);
    kl_value_release(settings);
    return status == KL_OK ? KL_OK : kl_kafka_access_error(error, &why);
}

kl_status kl_kafka_access_consumer(void **out, kl_kafka_access *access, const char *topic,
                                   kl_value group, bool at_end, kl_error *error)
{
    kl_value settings;
    kl_error why = KL_ERROR_INIT;
    KL_TRY(begin_settings(&settings, access, error));
    kl_status status = kl_map_set(&settings, KL_TEXT("group.id"), kl_value_retain(group), &why);
    if (status == KL_OK)
        status = set_default(&settings, "auto.offset.reset",
                             at_end ? KL_TEXT("latest") : KL_TEXT("earliest"), &why);
    if (status == KL_OK) /* committing is ours: only what was handed on counts as read */
        status = kl_map_set_text(&settings, KL_TEXT("enable.auto.commit"), KL_TEXT("false"), &why);
    if (status == KL_OK)
        status = kl_map_set_text(&settings, KL_TEXT("enable.partition.eof"), KL_TEXT("true"), &why);
    if (status == KL_OK)
        status = access->driver->new_consumer(out, settings, topic, &why);
    kl_value_release(settings);
    return status == KL_OK ? KL_OK : kl_kafka_access_error(error, &why);
}
