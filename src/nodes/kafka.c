/* src/nodes/kafka.c - KafkaProducerNode, KafkaConsumerNode, KafkaStreamNode. */
#include "expression.h"
#include "kafka_access.h"
#include "kailash/json.h"
#include "build_map.h"
#include "operation.h"
#include "outside.h"

#include <stdlib.h>

/* ---- messages ------------------------------------------------------------------------------------ */

/* Headers as texts and bytes; given. */
static kl_status read_headers(kl_value *out, kl_value given, kl_error *error)
{
    kl_value map, text;
    KL_TRY(kl_map_new(&map, kl_map_len(given), error));
    for (size_t i = 0; i < kl_map_len(given); i++) {
        kl_status status = kl_outside_text(&text, kl_map_value_at(given, i), error);
        if (status == KL_OK)
            status = kl_map_set(&map, kl_map_key_at(given, i), text, error);
        if (status != KL_OK) {
            kl_value_release(map);
            return status;
        }
    }
    *out = map;
    return KL_OK;
}

/* A name that librdkafka takes whole. */
static kl_status check_topic(kl_value topic, const char *name, kl_error *error)
{
    kl_text text = kl_as_text(topic);
    if (text.len && memchr(text.data, '\0', text.len))
        return kl_node_bad(error, name, "expected text without NUL");
    return KL_OK;
}

/* {key, value[, headers]} as topics in memory keep it; given. */
static kl_status keep_message(kl_value *out, kl_value key, kl_value value, kl_value headers,
                              kl_error *error)
{
    kl_build made = kl_build_begin(0, error);
    kl_build_share(&made, "key", key);
    kl_build_share(&made, "value", value);
    kl_build_share(&made, "headers", headers);
    return kl_build_end(out, &made);
}

/* ---- KafkaProducerNode --------------------------------------------------------------------------- */

enum { TOPIC, VALUE, KEY, HEADERS, PARTITION, TRANSACTIONAL_ID, PRODUCER_KAFKA };

static const kl_param producer_inputs[] = {
    {.name = "topic", .kind = KL_KIND_STRING, .doc = "where to"},
    {.name = "value", .kind = KL_KIND_ANY,
     .doc = "the message: text and bytes go as they are, null as no value (which deletes that of the "
            "key in compacted topics), anything else as JSON"},
    {.name = "key", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "messages of one key keep their order: text or bytes, anything else as JSON"},
    {.name = "headers", .kind = KL_KIND_MAP, .fallback = "{}",
     .doc = "name -> text, bytes, or a value that is sent as JSON"},
    {.name = "partition", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,
     .range = KL_RANGE(0, INT32_MAX),
     .doc = "partition; without it by the key. Topics in memory have but one"},
};
static const kl_param producer_config[] = {
    {.name = "transactional_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "send within a transaction of this name: readers of committed messages see it once"},
    KL_KAFKA_CONFIG,
};
static const kl_param producer_outputs[] = {
    {.name = "topic", .kind = KL_KIND_STRING, .doc = "the topic"},
    {.name = "partition", .kind = KL_KIND_INT, .doc = "the partition it went to"},
    {.name = "offset", .kind = KL_KIND_INT, .doc = "its place there; -1 when acks is 0"},
    {.name = "sent", .kind = KL_KIND_BOOL, .doc = "true: the brokers have it"},
};

/* The texts of a message; given. */
typedef struct letter {
    kl_value key, value, headers;
} letter;

static void free_letter(letter *made)
{
    kl_value_release(made->key);
    kl_value_release(made->value);
    kl_value_release(made->headers);
}

static kl_status write_letter(letter *out, kl_value key, kl_value value, kl_value headers,
                              kl_error *error)
{
    *out = (letter){kl_null(), kl_null(), kl_null()};
    kl_status status = kl_is_null(value) ? KL_OK : kl_outside_text(&out->value, value, error);
    if (status == KL_OK && !kl_is_null(key))
        status = kl_outside_text(&out->key, key, error);
    if (status == KL_OK)
        status = read_headers(&out->headers, headers, error);
    if (status != KL_OK)
        free_letter(out);
    return status;
}

static kl_kafka_message message_of(const letter *from, const char *topic, int32_t partition)
{
    return (kl_kafka_message){.topic = topic,
                              .partition = partition,
                              .has_key = !kl_is_null(from->key),
                              .has_value = !kl_is_null(from->value),
                              .key = kl_as_text(from->key),
                              .value = kl_as_text(from->value),
                              .headers = from->headers};
}

/* Within the process values stay what they are. */
static kl_status append_to_memory(kl_kafka_place *place, kl_topics *topics, kl_value topic,
                                  const letter *from, kl_error *error)
{
    kl_value message;
    KL_TRY(keep_message(&message, from->key, from->value, from->headers, error));
    place->partition = 0;
    return kl_topics_append(&place->offset, topics, topic, message, error);
}

static kl_status produce(kl_kafka_place *place, kl_kafka_access *access, const kl_value *args,
                         kl_error *error)
{
    letter made;
    KL_TRY(write_letter(&made, args[KEY], args[VALUE], args[HEADERS], error));
    kl_kafka_message message =
        message_of(&made, kl_as_text(args[TOPIC]).data,
                   kl_is_null(args[PARTITION]) ? -1 : (int32_t)kl_as_int(args[PARTITION]));
    kl_status status =
        access->topics
            ? append_to_memory(place, access->topics, args[TOPIC], &made, error)
            : kl_kafka_access_send(place, access, &message, 1, args[TRANSACTIONAL_ID], error);
    free_letter(&made);
    return status;
}

static kl_status producer_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    kl_kafka_access access;
    kl_kafka_place place;
    KL_TRY(check_topic(args[TOPIC], "topic", error));
    KL_TRY(kl_kafka_access_begin(&access, call, args + PRODUCER_KAFKA, error));
    kl_status status = produce(&place, &access, args, error);
    kl_kafka_access_end(&access);
    KL_TRY(status);
    kl_build made = kl_build_begin(0, error);
    kl_build_share(&made, "topic", args[TOPIC]);
    kl_build_int(&made, "partition", place.partition);
    kl_build_int(&made, "offset", place.offset);
    kl_build_bool(&made, "sent", true);
    return kl_build_end(out, &made);
}

/* ---- KafkaConsumerNode --------------------------------------------------------------------------- */

enum { C_TOPIC, C_GROUP, C_MOST, COMMIT, RESET, PARSE, CONSUMER_KAFKA };

static const char *const commits[] = {"sync", "async", "none", NULL};
static const char *const resets[] = {"earliest", "latest", NULL};

static const kl_param consumer_inputs[] = {
    {.name = "topic", .kind = KL_KIND_STRING, .doc = "where from"},
    {.name = "group_id", .kind = KL_KIND_STRING,
     .doc = "the group that reads; where it is, is remembered"},
    {.name = "max_messages", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,
     .range = KL_RANGE(0, 10000000), .doc = "messages at most; without it all that are there"},
};
static const kl_param consumer_config[] = {
    {.name = "commit", .kind = KL_KIND_ENUM, .names = commits, .fallback = "\"sync\"",
     .doc = "remember what was read: sync waits until the brokers have it, async does not, none "
            "leaves the group where it was"},
    {.name = "offset_reset", .kind = KL_KIND_ENUM, .names = resets, .fallback = "\"earliest\"",
     .doc = "where a group begins that was never there: at the first message, or behind the last"},
    {.name = "parse_json", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "values that are JSON are read as such; others stay text"},
    KL_KAFKA_CONFIG,
};
static const kl_param consumer_outputs[] = {
    {.name = "messages", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "dicts {topic, partition, offset, key, value, timestamp (milliseconds)[, headers]}; what "
            "is not UTF-8 is bytes"},
    {.name = "count", .kind = KL_KIND_INT, .doc = "how many"},
    {.name = "topic", .kind = KL_KIND_STRING, .doc = "the topic"},
};

/* Up to `most` messages, until the ends of the partitions or the deadline. */
static kl_status receive_all(kl_value *out, kl_kafka_access *access, void *consumer, size_t most,
                             kl_error *error)
{
    kl_value list, message;
    kl_error why = KL_ERROR_INIT;
    KL_TRY(kl_array_new(&list, 0, error));
    kl_status status = KL_OK;
    while (status == KL_OK && kl_array_len(list) < most) {
        status = access->driver->receive(&message, consumer, &access->watch, &why);
        if (status == KL_OK && kl_is_null(message))
            break;
        if (status == KL_OK)
            status = kl_array_push(&list, message, &why);
    }
    if (status == KL_OK) {
        *out = list;
        return KL_OK;
    }
    kl_value_release(list);
    return kl_kafka_access_error(error, &why);
}

static kl_status consume(kl_value *out, kl_kafka_access *access, const kl_value *args, size_t most,
                         kl_error *error)
{
    kl_text commit = kl_as_text(args[COMMIT]);
    bool commits_it = !kl_text_is(commit, "none");
    bool at_end = kl_text_is(kl_as_text(args[RESET]), "latest");
    kl_error why = KL_ERROR_INIT;
    void *consumer;
    if (access->topics)
        return kl_topics_read(out, access->topics, kl_as_text(args[C_TOPIC]),
                              kl_as_text(args[C_GROUP]), most, commits_it, at_end, error);
    KL_TRY(kl_kafka_access_consumer(&consumer, access, kl_as_text(args[C_TOPIC]).data,
                                    args[C_GROUP], at_end, error));
    kl_status status = receive_all(out, access, consumer, most, error);
    if (status == KL_OK && commits_it) {
        status = access->driver->commit(consumer, kl_text_is(commit, "sync"), &why);
        if (status != KL_OK) {
            kl_value_release(*out);
            status = kl_kafka_access_error(error, &why);
        }
    }
    access->driver->close(consumer, &access->watch);
    return status;
}

/* The value of a message as JSON where it is; given. */
static kl_value parse_value(kl_value value)
{
    kl_value parsed;
    if (kl_is(value, KL_KIND_STRING) && kl_json_parse(&parsed, kl_as_text(value), NULL) == KL_OK)
        return parsed;
    return kl_value_retain(value);
}

static kl_status parse_all(kl_value *messages, kl_error *error)
{
    kl_value parsed;
    KL_TRY(kl_array_new(&parsed, kl_array_len(*messages), error));
    for (size_t i = 0; i < kl_array_len(*messages); i++) {
        kl_value message = kl_array_at(*messages, i);
        kl_build made = kl_build_of(kl_value_retain(message), error);
        kl_build_put(&made, "value", parse_value(kl_map_get(message, KL_TEXT("value"))));
        kl_value one;
        kl_status status = kl_build_end(&one, &made);
        if (status == KL_OK)
            status = kl_array_push(&parsed, one, error);
        if (status != KL_OK) {
            kl_value_release(parsed);
            return status;
        }
    }
    kl_value_replace(messages, parsed);
    return KL_OK;
}

static size_t most_of(kl_value given)
{
    return kl_is_null(given) ? KL_NODE_LIST_MAX : (size_t)kl_as_int(given);
}

static kl_status consumer_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    kl_kafka_access access;
    kl_value messages;
    KL_TRY(check_topic(args[C_TOPIC], "topic", error));
    KL_TRY(kl_kafka_access_begin(&access, call, args + CONSUMER_KAFKA, error));
    kl_status status = consume(&messages, &access, args, most_of(args[C_MOST]), error);
    kl_kafka_access_end(&access);
    KL_TRY(status);
    if (kl_as_bool(args[PARSE]) && (status = parse_all(&messages, error)) != KL_OK) {
        kl_value_release(messages);
        return status;
    }
    kl_build made = kl_build_begin(0, error);
    int64_t count = (int64_t)kl_array_len(messages);
    kl_build_put(&made, "messages", messages);
    kl_build_int(&made, "count", count);
    kl_build_share(&made, "topic", args[C_TOPIC]);
    return kl_build_end(out, &made);
}

/* ---- KafkaStreamNode ----------------------------------------------------------------------------- */

enum { SOURCE, TARGET, S_GROUP, S_MOST, EXPRESSION, S_RESET, S_TRANSACTIONAL_ID, STREAM_KAFKA };

static const kl_param stream_inputs[] = {
    {.name = "source_topic", .kind = KL_KIND_STRING, .doc = "where from"},
    {.name = "target_topic", .kind = KL_KIND_STRING, .doc = "where to"},
    {.name = "group_id", .kind = KL_KIND_STRING, .doc = "the group that reads"},
    {.name = "max_messages", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,
     .range = KL_RANGE(0, 10000000), .doc = "messages at most; without it all that are there"},
};
static const kl_param stream_config[] = {
    {.name = "expression", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "JMESPath on a message {key, value, headers, partition, offset, timestamp}, its value "
            "read as JSON where it is: gives the value to send; a message for which it is null is "
            "left out"},
    {.name = "offset_reset", .kind = KL_KIND_ENUM, .names = resets, .fallback = "\"earliest\"",
     .doc = "where a group begins that was never there"},
    {.name = "transactional_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "send each batch within a transaction of this name"},
    KL_KAFKA_CONFIG,
};
static const kl_param stream_outputs[] = {
    {.name = "processed_count", .kind = KL_KIND_INT, .doc = "messages read, sent or left out"},
    {.name = "source_topic", .kind = KL_KIND_STRING, .doc = "where from"},
    {.name = "target_topic", .kind = KL_KIND_STRING, .doc = "where to"},
};

/* The value to send: that of the message, or what the expression makes of it. Given. */
static kl_status transform(kl_value *out, kl_value message, const kl_jmespath *expression,
                           kl_work *work, kl_error *error)
{
    kl_value value = kl_map_get(message, KL_TEXT("value")), whole;
    if (!expression) {
        *out = kl_value_retain(value);
        return KL_OK;
    }
    kl_build made = kl_build_of(kl_value_retain(message), error);
    kl_build_put(&made, "value", parse_value(value));
    KL_TRY(kl_build_end(&whole, &made));
    kl_status status = kl_node_search(out, expression, whole, work, error);
    kl_value_release(whole);
    return status;
}

/* The letters that messages become; those left out are not among them. */
static kl_status write_letters(letter *letters, size_t *count, kl_value messages,
                               const kl_jmespath *expression, kl_work *work, kl_error *error)
{
    kl_value value;
    *count = 0;
    for (size_t i = 0; i < kl_array_len(messages); i++) {
        kl_value message = kl_array_at(messages, i);
        KL_TRY(transform(&value, message, expression, work, error));
        kl_status status = KL_OK;
        if (!expression || !kl_is_null(value)) {
            status = write_letter(&letters[*count], kl_map_get(message, KL_TEXT("key")), value,
                                  kl_map_get(message, KL_TEXT("headers")), error);
            *count += status == KL_OK;
        }
        kl_value_release(value);
        KL_TRY(status);
    }
    return KL_OK;
}

static kl_status send_letters(kl_kafka_access *access, const kl_value *args, const letter *letters,
                              size_t count, kl_error *error)
{
    kl_kafka_place place;
    if (access->topics) {
        for (size_t i = 0; i < count; i++)
            KL_TRY(append_to_memory(&place, access->topics, args[TARGET], &letters[i], error));
        return KL_OK;
    }
    kl_kafka_message *messages = kl_alloc_zero(count, sizeof *messages);
    kl_kafka_place *places = kl_alloc_zero(count, sizeof *places);
    kl_status status = messages && places ? KL_OK : kl_error_no_memory(error);
    for (size_t i = 0; status == KL_OK && i < count; i++)
        messages[i] = message_of(&letters[i], kl_as_text(args[TARGET]).data, -1);
    if (status == KL_OK && count > 0)
        status = kl_kafka_access_send(places, access, messages, count, args[S_TRANSACTIONAL_ID],
                                      error);
    kl_free(messages);
    kl_free(places);
    return status;
}

/* Send what messages become to the target. */
static kl_status copy(kl_kafka_access *access, const kl_value *args, kl_value messages,
                      const kl_jmespath *expression, kl_error *error)
{
    kl_work work = kl_node_work(access->call);
    size_t count = 0;
    letter *letters = kl_alloc_zero(kl_array_len(messages), sizeof *letters);
    if (!letters)
        return kl_error_no_memory(error);
    kl_status status = write_letters(letters, &count, messages, expression, &work, error);
    if (status == KL_OK)
        status = send_letters(access, args, letters, count, error);
    while (count)
        free_letter(&letters[--count]);
    kl_free(letters);
    return status;
}

/* The group has read them only when the target has them: a failure in between sends them again. */
static kl_status copy_in_memory(int64_t *processed, kl_kafka_access *access, const kl_value *args,
                                const kl_jmespath *expression, kl_error *error)
{
    kl_value messages;
    kl_text topic = kl_as_text(args[SOURCE]), group = kl_as_text(args[S_GROUP]);
    KL_TRY(kl_topics_read(&messages, access->topics, topic, group, most_of(args[S_MOST]), false,
                          kl_text_is(kl_as_text(args[S_RESET]), "latest"), error));
    size_t count = kl_array_len(messages);
    kl_status status = copy(access, args, messages, expression, error);
    kl_value_release(messages);
    if (status == KL_OK)
        kl_topics_commit(access->topics, topic, group, count);
    *processed = (int64_t)count;
    return status;
}

/* Messages that are read before they are sent on. */
enum { BATCH = 1000 };

static kl_status copy_batches(int64_t *processed, kl_kafka_access *access, const kl_value *args,
                              void *consumer, const kl_jmespath *expression, kl_error *error)
{
    size_t most = most_of(args[S_MOST]), count = 1;
    kl_error why = KL_ERROR_INIT;
    kl_value messages;
    while (count > 0 && (size_t)*processed < most) {
        size_t batch = KL_MIN((size_t)BATCH, most - (size_t)*processed);
        KL_TRY(receive_all(&messages, access, consumer, batch, error));
        count = kl_array_len(messages);
        kl_status status = count ? copy(access, args, messages, expression, error) : KL_OK;
        kl_value_release(messages);
        KL_TRY(status);
        if (count && access->driver->commit(consumer, true, &why) != KL_OK)
            return kl_kafka_access_error(error, &why);
        *processed += (int64_t)count;
    }
    return KL_OK;
}

static kl_status copy_all(int64_t *processed, kl_kafka_access *access, const kl_value *args,
                          const kl_jmespath *expression, kl_error *error)
{
    void *consumer;
    if (access->topics)
        return copy_in_memory(processed, access, args, expression, error);
    KL_TRY(kl_kafka_access_consumer(&consumer, access, kl_as_text(args[SOURCE]).data, args[S_GROUP],
                                    kl_text_is(kl_as_text(args[S_RESET]), "latest"), error));
    kl_status status = copy_batches(processed, access, args, consumer, expression, error);
    access->driver->close(consumer, &access->watch);
    return status;
}

static kl_status stream_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    kl_kafka_access access;
    kl_jmespath *expression = NULL;
    int64_t processed = 0;
    KL_TRY(check_topic(args[SOURCE], "source_topic", error));
    KL_TRY(check_topic(args[TARGET], "target_topic", error));
    if (!kl_is_null(args[EXPRESSION]))
        KL_TRY(kl_node_jmespath(&expression, args[EXPRESSION], error));
    kl_status status = kl_kafka_access_begin(&access, call, args + STREAM_KAFKA, error);
    if (status == KL_OK) {
        status = copy_all(&processed, &access, args, expression, error);
        kl_kafka_access_end(&access);
    }
    kl_jmespath_release(expression);
    KL_TRY(status);
    kl_build made = kl_build_begin(0, error);
    kl_build_int(&made, "processed_count", processed);
    kl_build_share(&made, "source_topic", args[SOURCE]);
    kl_build_share(&made, "target_topic", args[TARGET]);
    return kl_build_end(out, &made);
}

static const kl_node_type types[] = {
    {
        .name = "KafkaProducerNode",
        .category = "Brokers",
        .doc = "Sends a message to a Kafka topic and waits until the brokers have it.",
        .inputs = KL_TABLE(producer_inputs),
        .config = KL_TABLE(producer_config),
        .outputs = KL_TABLE(producer_outputs),
        .flags = KL_NODE_BLOCKING,
        .run = producer_run,
    },
    {
        .name = "KafkaConsumerNode",
        .category = "Brokers",
        .doc = "Reads the messages of a Kafka topic that a group has not read yet.",
        .inputs = KL_TABLE(consumer_inputs),
        .config = KL_TABLE(consumer_config),
        .outputs = KL_TABLE(consumer_outputs),
        .flags = KL_NODE_BLOCKING,
        .run = consumer_run,
    },
    {
        .name = "KafkaStreamNode",
        .category = "Brokers",
        .doc = "Copies messages from one Kafka topic to another, each at least once.",
        .inputs = KL_TABLE(stream_inputs),
        .config = KL_TABLE(stream_config),
        .outputs = KL_TABLE(stream_outputs),
        .flags = KL_NODE_BLOCKING,
        .run = stream_run,
    },
};

static const kl_node_family kafka = {.name = "kafka", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(kafka);
