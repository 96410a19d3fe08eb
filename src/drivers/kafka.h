/* src/drivers/kafka.h - what the library needs of librdkafka: messages of topics, sent and read. */
#ifndef KL_DRIVERS_KAFKA_H
#define KL_DRIVERS_KAFKA_H

#include "kailash/time.h"
#include "kailash/value.h"

/* How long calls may wait, and who may stop them. */
typedef struct kl_kafka_watch {
    kl_time deadline;                                /* of the monotonic clock */
    kl_status (*check)(void *data, kl_error *error); /* asked every 50 ms, or NULL */
    void *data;
} kl_kafka_watch;

/* A message to send; all is borrowed. */
typedef struct kl_kafka_message {
    const char *topic;
    int32_t partition; /* -1 = by its key */
    bool has_key, has_value; /* a message without a value deletes that of its key */
    kl_text key, value;
    kl_value headers; /* map name -> text or bytes, or null */
} kl_kafka_message;

/* Where it went. */
typedef struct kl_kafka_place {
    int32_t partition;
    int64_t offset;
} kl_kafka_place;

/* A client that sends, or reads in a group. For one thread at a time. `settings` are names and texts
 * of librdkafka's configuration (a map); KL_INVALID names one that it refuses. */
typedef struct kl_kafka_driver {
    kl_status (*new_producer)(void **out, kl_value settings, kl_error *error);
    kl_status (*new_consumer)(void **out, kl_value settings, const char *topic, kl_error *error);
    /* Send and wait until the brokers have them: `places[i]`. With `transactional` as one: readers
     * see all or none. */
    kl_status (*send)(kl_kafka_place *places, void *producer, const kl_kafka_message *messages,
                      size_t count, bool transactional, const kl_kafka_watch *watch,
                      kl_error *error);
    /* The next message: a map {topic, partition, offset, key, value, timestamp[, headers]}, given;
     * null when none came before the deadline. Texts that are not UTF-8 are bytes. */
    kl_status (*receive)(kl_value *out, void *consumer, const kl_kafka_watch *watch,
                         kl_error *error);
    /* Whether the consumer has read its partitions to their ends, as far as it was given some. */
    bool (*is_at_end)(void *consumer);
    /* The group begins behind what was received, next time. */
    kl_status (*commit)(void *consumer, bool wait, kl_error *error);
    void (*close)(void *client, const kl_kafka_watch *watch);
    /* Brokers within this process, for tests: `*addresses` is a string value, given. */
    kl_status (*new_mock)(void **out, kl_value *addresses, int brokers, kl_error *error);
    void (*free_mock)(void *mock);
} kl_kafka_driver;

#endif
