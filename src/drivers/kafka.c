/* src/drivers/kafka.c - Kafka, through librdkafka. */
#include "kafka.h"
#include "driver.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdio.h>

enum { PAUSE_MS = 50 };

typedef struct client {
    rd_kafka_t *kafka;
    bool begun;   /* transactions were initialised */
    bool assigned; /* the consumer has partitions */
    int parts;    /* how many */
    rd_kafka_topic_partition_list_t *ended; /* of those, read to the end; NULL of a producer */
    char fatal[256]; /* what made the client useless, or "" */
    char last[256];  /* the last trouble with brokers, for messages about time */
} client;

/* ---- failing ------------------------------------------------------------------------------------- */

static kl_status code_of(rd_kafka_resp_err_t code)
{
    switch (code) {
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT: return KL_TIMEOUT;
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__TRANSPORT: return KL_IO;
    default: return KL_FAILED;
    }
}

static kl_status fail(kl_error *error, const client *c, rd_kafka_resp_err_t code, const char *what)
{
    const char *why = *c->fatal ? c->fatal : c->last;
    return kl_error_set(error, code_of(code), "Kafka: %s: %s%s%s%s", what, rd_kafka_err2str(code),
                        *why ? " (" : "", why, *why ? ")" : "");
}

/* An error of the transactional calls; taken. */
static kl_status fail_object(kl_error *error, const client *c, rd_kafka_error_t *why,
                             const char *what)
{
    kl_status status = kl_error_set(error, code_of(rd_kafka_error_code(why)), "Kafka: %s: %s%s%s%s",
                                    what, rd_kafka_error_string(why), *c->last ? " (" : "", c->last,
                                    *c->last ? ")" : "");
    rd_kafka_error_destroy(why);
    return status;
}

/* ---- what librdkafka tells ----------------------------------------------------------------------- */

static void on_error(rd_kafka_t *kafka, int code, const char *reason, void *opaque)
{
    client *c = opaque;
    char text[256];
    snprintf(c->last, sizeof c->last, "%s", reason);
    if (code == RD_KAFKA_RESP_ERR__FATAL && rd_kafka_fatal_error(kafka, text, sizeof text))
        snprintf(c->fatal, sizeof c->fatal, "%s", text);
}

/* Silence: what matters comes as an error. */
static void on_log(const rd_kafka_t *kafka, int level, const char *facility, const char *text)
{
    (void)kafka, (void)level, (void)facility, (void)text;
}

static void on_rebalance(rd_kafka_t *kafka, rd_kafka_resp_err_t code,
                         rd_kafka_topic_partition_list_t *list, void *opaque)
{
    client *c = opaque;
    bool cooperative = strcmp(rd_kafka_rebalance_protocol(kafka), "COOPERATIVE") == 0;
    bool assign = code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
    if (cooperative) {
        rd_kafka_error_t *why = assign ? rd_kafka_incremental_assign(kafka, list)
                                       : rd_kafka_incremental_unassign(kafka, list);
        if (why)
            rd_kafka_error_destroy(why); /* the next poll tells a fatal one */
        c->parts += assign ? list->cnt : -list->cnt;
    } else {
        rd_kafka_assign(kafka, assign ? list : NULL);
        c->parts = assign ? list->cnt : 0;
    }
    c->assigned = assign;
    while (c->ended->cnt)
        rd_kafka_topic_partition_list_del_by_idx(c->ended, 0);
}

/* Counts down the messages that have no answer yet. */
typedef struct delivery {
    kl_kafka_place *place;
    rd_kafka_resp_err_t code;
    size_t *left;
} delivery;

static void on_delivery(rd_kafka_t *kafka, const rd_kafka_message_t *message, void *opaque)
{
    (void)kafka, (void)opaque;
    delivery *of = message->_private;
    if (!of) /* nobody waits for it any more */
        return;
    of->code = message->err;
    *of->place = (kl_kafka_place){message->partition, message->offset};
    --*of->left;
}

/* ---- clients ------------------------------------------------------------------------------------- */

static kl_status set_all(rd_kafka_conf_t *conf, kl_value settings, kl_error *error)
{
    char why[256];
    for (size_t i = 0; i < kl_map_len(settings); i++) {
        kl_text name = kl_map_key_at(settings, i), text = kl_as_text(kl_map_value_at(settings, i));
        /* Its message may show the value, which may be a password. */
        rd_kafka_conf_res_t result = rd_kafka_conf_set(conf, name.data, text.data, why, sizeof why);
        if (result == RD_KAFKA_CONF_UNKNOWN)
            return kl_error_set(error, KL_INVALID, "librdkafka knows no setting '%s'", name.data);
        if (result != RD_KAFKA_CONF_OK)
            return kl_error_set(error, KL_INVALID, "librdkafka refuses the value of '%s'", name.data);
    }
    return KL_OK;
}

static void free_client(client *c)
{
    if (c->ended)
        rd_kafka_topic_partition_list_destroy(c->ended);
    kl_free(c);
}

static kl_status new_client(client **out, rd_kafka_type_t type, kl_value settings, kl_error *error)
{
    char why[256];
    client *c = kl_alloc_zero(1, sizeof *c);
    if (!c)
        return kl_error_no_memory(error);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_opaque(conf, c);
    rd_kafka_conf_set_error_cb(conf, on_error);
    rd_kafka_conf_set_log_cb(conf, on_log);
    if (type == RD_KAFKA_PRODUCER)
        rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    else
        rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
    if (type == RD_KAFKA_CONSUMER)
        c->ended = rd_kafka_topic_partition_list_new(8);
    kl_status status = set_all(conf, settings, error);
    if (status == KL_OK) {
        c->kafka = rd_kafka_new(type, conf, why, sizeof why);
        if (!c->kafka)
            status = kl_error_set(error, KL_INVALID, "librdkafka refuses the settings: %s", why);
    }
    if (status != KL_OK) {
        rd_kafka_conf_destroy(conf);
        free_client(c);
        return status;
    }
    *out = c;
    return KL_OK;
}

static kl_status new_producer(void **out, kl_value settings, kl_error *error)
{
    return new_client((client **)out, RD_KAFKA_PRODUCER, settings, error);
}

static void close_client(void *data, const kl_kafka_watch *watch)
{
    client *c = data;
    (void)watch;
    if (rd_kafka_type(c->kafka) == RD_KAFKA_PRODUCER) /* what was given up is not sent any more */
        rd_kafka_purge(c->kafka, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    else
        rd_kafka_consumer_close(c->kafka);
    rd_kafka_destroy(c->kafka);
    free_client(c);
}

static kl_status new_consumer(void **out, kl_value settings, const char *topic, kl_error *error)
{
    client *c;
    KL_TRY(new_client(&c, RD_KAFKA_CONSUMER, settings, error));
    rd_kafka_poll_set_consumer(c->kafka);
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, topic, RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t code = rd_kafka_subscribe(c->kafka, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        *out = c;
        return KL_OK;
    }
    kl_status status = fail(error, c, code, "subscribe");
    close_client(c, NULL);
    return status;
}

/* ---- sending ------------------------------------------------------------------------------------- */

static kl_status check(const client *c, const kl_kafka_watch *watch, const char *what,
                       kl_error *error)
{
    if (watch->check)
        KL_TRY(watch->check(watch->data, error));
    if (kl_clock_now() >= watch->deadline)
        return fail(error, c, RD_KAFKA_RESP_ERR__TIMED_OUT, what);
    return KL_OK;
}

static rd_kafka_headers_t *new_headers(kl_value map)
{
    if (kl_map_len(map) == 0)
        return NULL;
    rd_kafka_headers_t *headers = rd_kafka_headers_new(kl_map_len(map));
    for (size_t i = 0; i < kl_map_len(map); i++) {
        kl_text name = kl_map_key_at(map, i), text = kl_as_text(kl_map_value_at(map, i));
        rd_kafka_header_add(headers, name.data, (ssize_t)name.len, text.data, (ssize_t)text.len);
    }
    return headers;
}

/* The queue has the message, and `headers`, on success only. */
static rd_kafka_resp_err_t try_to_queue(client *c, const kl_kafka_message *message,
                                        rd_kafka_headers_t *headers, delivery *of)
{
    const rd_kafka_vu_t parts[] = {
        {.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = message->topic},
        {.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = message->partition},
        {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
        {.vtype = RD_KAFKA_VTYPE_VALUE,
         .u.mem = {message->has_value ? (void *)message->value.data : NULL, message->value.len}},
        {.vtype = RD_KAFKA_VTYPE_KEY,
         .u.mem = {message->has_key ? (void *)message->key.data : NULL, message->key.len}},
        {.vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = of},
        {.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers},
    };
    size_t count = sizeof parts / sizeof *parts - (headers ? 0 : 1);
    rd_kafka_error_t *why = rd_kafka_produceva(c->kafka, parts, count);
    rd_kafka_resp_err_t code = rd_kafka_error_code(why);
    if (why)
        rd_kafka_error_destroy(why);
    return code;
}

/* Put one in the queue, waiting while that is full. */
static kl_status queue_one(client *c, const kl_kafka_message *message, delivery *of,
                           const kl_kafka_watch *watch, kl_error *error)
{
    for (;;) {
        rd_kafka_headers_t *headers = new_headers(message->headers);
        rd_kafka_resp_err_t code = try_to_queue(c, message, headers, of);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
            return KL_OK;
        if (headers)
            rd_kafka_headers_destroy(headers);
        if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL)
            return fail(error, c, code, "sending");
        rd_kafka_poll(c->kafka, PAUSE_MS);
        KL_TRY(check(c, watch, "sending", error));
    }
}

static kl_status queue_all(client *c, delivery *deliveries, size_t *left, kl_kafka_place *places,
                           const kl_kafka_message *messages, size_t count,
                           const kl_kafka_watch *watch, kl_error *error)
{
    for (size_t i = 0; i < count; i++) {
        deliveries[i] = (delivery){.place = &places[i], .left = left};
        ++*left;
        kl_status status = queue_one(c, &messages[i], &deliveries[i], watch, error);
        if (status != KL_OK) {
            --*left;
            return status;
        }
    }
    return KL_OK;
}

/* Until the brokers have answered for all. */
static kl_status wait_for(client *c, const size_t *left, const kl_kafka_watch *watch,
                          kl_error *error)
{
    while (*left > 0) {
        rd_kafka_poll(c->kafka, PAUSE_MS);
        if (*left > 0)
            KL_TRY(check(c, watch, "delivery", error));
    }
    return KL_OK;
}

static kl_status first_failure(const client *c, const delivery *deliveries, size_t count,
                               kl_error *error)
{
    for (size_t i = 0; i < count; i++)
        if (deliveries[i].code != RD_KAFKA_RESP_ERR_NO_ERROR)
            return fail(error, c, deliveries[i].code, "delivery");
    return KL_OK;
}

static int time_left(const kl_kafka_watch *watch)
{
    kl_duration left = watch->deadline - kl_clock_now();
    return (int)(KL_MIN(KL_MAX(left, KL_MILLISECOND), KL_HOUR) / KL_MILLISECOND);
}

static kl_status begin_transaction(client *c, const kl_kafka_watch *watch, kl_error *error)
{
    rd_kafka_error_t *why = c->begun ? NULL : rd_kafka_init_transactions(c->kafka, time_left(watch));
    if (why)
        return fail_object(error, c, why, "transactions");
    c->begun = true;
    why = rd_kafka_begin_transaction(c->kafka);
    return why ? fail_object(error, c, why, "transaction") : KL_OK;
}

/* What is queued must be over before `deliveries` are: those left are thrown away. */
static void give_up(client *c, const size_t *left)
{
    rd_kafka_purge(c->kafka, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    while (*left > 0)
        rd_kafka_poll(c->kafka, PAUSE_MS);
}

static kl_status send_all(kl_kafka_place *places, void *producer, const kl_kafka_message *messages,
                      size_t count, bool transactional, const kl_kafka_watch *watch,
                      kl_error *error)
{
    client *c = producer;
    size_t left = 0;
    delivery *deliveries = kl_alloc_zero(count, sizeof *deliveries);
    if (!deliveries)
        return kl_error_no_memory(error);
    kl_status status = transactional ? begin_transaction(c, watch, error) : KL_OK;
    bool begun = transactional && status == KL_OK;
    if (status == KL_OK)
        status = queue_all(c, deliveries, &left, places, messages, count, watch, error);
    if (status == KL_OK)
        status = wait_for(c, &left, watch, error);
    if (status != KL_OK)
        give_up(c, &left);
    else
        status = first_failure(c, deliveries, count, error);
    if (begun) {
        rd_kafka_error_t *why = status == KL_OK
                                    ? rd_kafka_commit_transaction(c->kafka, time_left(watch))
                                    : rd_kafka_abort_transaction(c->kafka, 5000);
        if (why && status == KL_OK)
            status = fail_object(error, c, why, "transaction");
        else if (why)
            rd_kafka_error_destroy(why); /* the first failure is told */
    }
    kl_free(deliveries);
    return status;
}

/* ---- receiving ----------------------------------------------------------------------------------- */

static kl_status text_value(kl_value *out, const void *data, size_t len, kl_error *error)
{
    kl_text bytes = {data ? data : "", len};
    if (!data) {
        *out = kl_null();
        return KL_OK;
    }
    kl_status status = kl_string_new(out, bytes, NULL);
    return status == KL_SYNTAX ? kl_bytes_new(out, bytes, error)
           : status == KL_OK   ? KL_OK
                               : kl_error_no_memory(error);
}

static kl_status set_text(kl_value *map, const char *name, const void *data, size_t len,
                          kl_error *error)
{
    kl_value value;
    KL_TRY(text_value(&value, data, len, error));
    return kl_map_set(map, kl_text_from(name), value, error);
}

static kl_status set_headers(kl_value *map, const rd_kafka_message_t *message, kl_error *error)
{
    rd_kafka_headers_t *headers = NULL;
    const char *name;
    const void *data;
    size_t len;
    kl_value all;
    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return KL_OK;
    KL_TRY(kl_map_new(&all, 2, error));
    kl_status status = KL_OK;
    for (size_t i = 0; status == KL_OK && rd_kafka_header_get_all(headers, i, &name, &data, &len) ==
                                              RD_KAFKA_RESP_ERR_NO_ERROR;
         i++)
        status = set_text(&all, name, data, len, error);
    if (status == KL_OK)
        return kl_map_set(map, KL_TEXT("headers"), all, error);
    kl_value_release(all);
    return status;
}

static kl_status read_message(kl_value *out, const rd_kafka_message_t *message, kl_error *error)
{
    kl_value map;
    kl_status status;
    const char *topic = rd_kafka_topic_name(message->rkt);
    KL_TRY(kl_map_new(&map, 7, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("topic"), kl_text_from(topic), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("partition"), kl_int(message->partition), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("offset"), kl_int(message->offset), error));
    KL_TRY_OUT(set_text(&map, "key", message->key, message->key_len, error));
    KL_TRY_OUT(set_text(&map, "value", message->payload, message->len, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("timestamp"),
                          kl_int(rd_kafka_message_timestamp(message, NULL)), error));
    KL_TRY_OUT(set_headers(&map, message, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* One answer to a poll; `*over` when it is a message. */
static kl_status take(kl_value *out, bool *over, client *c, rd_kafka_message_t *message,
                      kl_error *error)
{
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        *over = true;
        rd_kafka_topic_partition_list_del(c->ended, rd_kafka_topic_name(message->rkt),
                                          message->partition);
        return read_message(out, message, error);
    }
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        const char *topic = rd_kafka_topic_name(message->rkt); /* may be told more than once */
        if (!rd_kafka_topic_partition_list_find(c->ended, topic, message->partition))
            rd_kafka_topic_partition_list_add(c->ended, topic, message->partition);
        return KL_OK;
    }
    /* A topic that is not there yet may come; what heals itself is waited for. */
    if (message->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
        message->err == RD_KAFKA_RESP_ERR__TRANSPORT ||
        message->err == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ||
        message->err == RD_KAFKA_RESP_ERR__RESOLVE) {
        snprintf(c->last, sizeof c->last, "%s", rd_kafka_message_errstr(message));
        return KL_OK;
    }
    return fail(error, c, message->err, "receiving");
}

static bool is_at_end(void *consumer)
{
    const client *c = consumer;
    return c->assigned && c->ended->cnt >= c->parts;
}

static kl_status receive(kl_value *out, void *consumer, const kl_kafka_watch *watch,
                         kl_error *error)
{
    client *c = consumer;
    bool over = false;
    kl_status status = KL_OK;
    *out = kl_null();
    while (status == KL_OK && !over && !is_at_end(c)) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(c->kafka, PAUSE_MS);
        if (message) {
            status = take(out, &over, c, message, error);
            rd_kafka_message_destroy(message);
        }
        if (status == KL_OK && !over && watch->check)
            status = watch->check(watch->data, error);
        if (!over && kl_clock_now() >= watch->deadline)
            break;
    }
    if (status == KL_OK && !over && *c->last && !c->assigned)
        return fail(error, c, RD_KAFKA_RESP_ERR__TRANSPORT, "receiving");
    return status;
}

static kl_status commit(void *consumer, bool wait, kl_error *error)
{
    client *c = consumer;
    rd_kafka_resp_err_t code = rd_kafka_commit(c->kafka, NULL, !wait);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR__NO_OFFSET)
        return KL_OK;
    return fail(error, c, code, "commit");
}

/* ---- brokers for tests --------------------------------------------------------------------------- */

typedef struct mock {
    rd_kafka_t *owner;
    rd_kafka_mock_cluster_t *cluster;
} mock;

static kl_status new_mock(void **out, kl_value *addresses, int brokers, kl_error *error)
{
    char why[256];
    mock *m = kl_alloc_zero(1, sizeof *m);
    if (!m)
        return kl_error_no_memory(error);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, on_log);
    m->owner = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    m->cluster = m->owner ? rd_kafka_mock_cluster_new(m->owner, brokers) : NULL;
    kl_status status =
        m->cluster ? kl_string_new(addresses,
                                   kl_text_from(rd_kafka_mock_cluster_bootstraps(m->cluster)), error)
                   : kl_error_set(error, KL_FAILED, "librdkafka makes no brokers");
    if (status != KL_OK) {
        if (m->cluster)
            rd_kafka_mock_cluster_destroy(m->cluster);
        if (m->owner)
            rd_kafka_destroy(m->owner);
        kl_free(m);
        return status;
    }
    *out = m;
    return KL_OK;
}

static void free_mock(void *data)
{
    mock *m = data;
    rd_kafka_mock_cluster_destroy(m->cluster);
    rd_kafka_destroy(m->owner);
    kl_free(m);
}

static const kl_kafka_driver functions = {
    .new_producer = new_producer,
    .new_consumer = new_consumer,
    .send = send_all,
    .receive = receive,
    .is_at_end = is_at_end,
    .commit = commit,
    .close = close_client,
    .new_mock = new_mock,
    .free_mock = free_mock,
};

KL_API const kl_driver kl_driver_entry = {
    .abi = KL_DRIVER_ABI, .name = "kafka", .functions = &functions};
