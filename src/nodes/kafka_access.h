/* src/nodes/kafka_access.h - where the messages of a node go: to brokers, or to topics within the
 * process. Never to those when brokers were named. */
#ifndef KL_NODES_KAFKA_ACCESS_H
#define KL_NODES_KAFKA_ACCESS_H

#include "drivers/kafka.h"
#include "kafka_topics.h"

/* The rows of the config that say where, in this order. */
enum {
    KL_KAFKA_BACKEND,
    KL_KAFKA_BROKERS,
    KL_KAFKA_SETTINGS,
    KL_KAFKA_TIMEOUT,
    KL_KAFKA_SCOPE,
    KL_KAFKA_CONFIG_COUNT
};
extern const char *const kl_kafka_backends[];
#define KL_KAFKA_CONFIG                                                                            \
    {.name = "backend", .kind = KL_KIND_ENUM, .names = kl_kafka_backends, .flags = KL_OPTIONAL,    \
     .doc = "memory: topics within the process, of one partition; kafka: the brokers. Without it: " \
            "kafka when there are brokers, else memory"},                                          \
    {.name = "brokers", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,                                 \
     .doc = "addresses host:port to begin with: a text with commas, or a list"},                   \
    {.name = "config", .kind = KL_KIND_MAP, .fallback = "{}", .flags = KL_SECRET,                  \
     .doc = "settings of librdkafka by their names, such as security.protocol, sasl.password, "    \
            "compression.type, acks, enable.idempotence"},                                         \
    {.name = "timeout_ms", .kind = KL_KIND_COUNT, .fallback = "30000",                             \
     .range = KL_RANGE(1, 86400000), .doc = "milliseconds for the whole call"},                    \
    KL_SCOPE_PARAM("registry")

typedef struct kl_kafka_access {
    const kl_node_call *call;
    kl_topics *topics; /* or NULL: */
    const kl_kafka_driver *driver;
    kl_value brokers;  /* their addresses as one text */
    kl_value settings; /* of the caller: borrowed */
    kl_kafka_watch watch;
} kl_kafka_access;

/* `config` are the arguments from KL_KAFKA_BACKEND on. Connects to nothing yet. */
kl_status kl_kafka_access_begin(kl_kafka_access *out, const kl_node_call *call,
                                const kl_value *config, kl_error *error);
void kl_kafka_access_end(kl_kafka_access *access);

/* Send messages and wait until the brokers have them. `transactional_id` is a text, or null. */
kl_status kl_kafka_access_send(kl_kafka_place *places, kl_kafka_access *access,
                               const kl_kafka_message *messages, size_t count,
                               kl_value transactional_id, kl_error *error);

/* A consumer of a group that begins at the first or the last message; given. */
kl_status kl_kafka_access_consumer(void **out, kl_kafka_access *access, const char *topic,
                                   kl_value group, bool at_end, kl_error *error);

/* What the driver said, in the words of a node; `why` is taken. */
kl_status kl_kafka_access_error(kl_error *error, kl_error *why);

#endif
