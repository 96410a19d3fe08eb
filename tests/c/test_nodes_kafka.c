/* The nodes on topics within the process, and on brokers: those of KAILASH_TEST_KAFKA_BROKERS, or else
 * those that librdkafka makes for tests within this process. */
#include "driver.h"
#include "drivers/kafka.h"
#include "node_test.h"
#include "sweep.h"

#include <unistd.h>

#define PRODUCER "KafkaProducerNode"
#define CONSUMER "KafkaConsumerNode"
#define STREAM   "KafkaStreamNode"

/* The result of a consumer as JSON, without timestamps, which are checked. Given. */
static kl_value consume(const char *config, const char *inputs)
{
    kl_value out = kl_null(), plain = json("[]");
    kl_error error = KL_ERROR_INIT;
    if (run_node(&out, CONSUMER, config, inputs, &error) != KL_OK)
        fail_msg("%s", kl_error_message(&error));
    kl_value messages = kl_map_get(out, KL_TEXT("messages"));
    assert_int_equal(kl_as_int(kl_map_get(out, KL_TEXT("count"))), kl_array_len(messages));
    for (size_t i = 0; i < kl_array_len(messages); i++) {
        kl_value message = kl_value_retain(kl_array_at(messages, i));
        assert_true(kl_as_int(kl_map_get(message, KL_TEXT("timestamp"))) > 1700000000000);
        kl_map_remove(&message, KL_TEXT("timestamp"), NULL);
        kl_array_push(&plain, message, NULL);
    }
    kl_value_release(out);
    return plain;
}
#define consumes(config, inputs, expected) assert_json(consume(config, inputs), expected)

KL_TEST(what_is_missing_or_wrong_is_told)
{
    KL_UNUSED_STATE;
    fails(PRODUCER, NULL, "{}", "missing required input: topic");
    fails(PRODUCER, NULL, "{\"topic\":\"t\"}", "missing required input: value");
    fails(PRODUCER, NULL, "{\"topic\":\"t\",\"value\":1,\"partition\":-1}",
          "invalid input 'partition': expected non-negative integer from 0 to 2147483647, got -1");
    fails(CONSUMER, NULL, "{}", "missing required input: topic");
    fails(CONSUMER, NULL, "{\"topic\":\"t\"}", "missing required input: group_id");
    fails(CONSUMER, NULL, "{\"topic\":\"t\",\"group_id\":\"g\",\"max_messages\":-1}",
          "invalid input 'max_messages': expected non-negative integer from 0 to 10000000, got -1");
    fails(STREAM, NULL, "{}", "missing required input: source_topic");
    fails(STREAM, NULL, "{\"source_topic\":\"t\"}", "missing required input: target_topic");
    fails(STREAM, NULL, "{\"source_topic\":\"t\",\"target_topic\":\"u\"}", "missing required input: group_id");
    fails(PRODUCER, "{\"backend\":\"kafka\"}", "{\"topic\":\"t\",\"value\":1}", "missing required input: brokers");
    fails(PRODUCER, "{\"brokers\":[]}", "{\"topic\":\"t\",\"value\":1}",
          "invalid input 'brokers': expected string or non-empty list of strings, got array");
    fails(PRODUCER, "{\"brokers\":\"h\",\"config\":{\"no.such\":1}}", "{\"topic\":\"t\",\"value\":1}",
          "invalid input 'config': librdkafka knows no setting 'no.such'");
    fails(PRODUCER, "{\"brokers\":\"h\",\"config\":{\"acks\":\"secret\"}}", "{\"topic\":\"t\",\"value\":1}",
          "invalid input 'config': librdkafka refuses the value of 'acks'");
    fails(PRODUCER, NULL, "{\"topic\":\"a\\u0000b\",\"value\":1}",
          "invalid input 'topic': expected text without NUL");
}

KL_TEST(topics_in_memory_remember_where_groups_are)
{
    KL_UNUSED_STATE;
    gives(PRODUCER, NULL, "{\"topic\":\"m\",\"value\":\"v\"}",
          "{\"topic\":\"m\",\"partition\":0,\"offset\":0,\"sent\":true}");
    gives(PRODUCER, NULL, "{\"topic\":\"m\",\"value\":{\"a\":1},\"key\":\"k\",\"headers\":{\"h\":\"x\",\"n\":1},\"partition\":3}",
          "{\"topic\":\"m\",\"partition\":0,\"offset\":1,\"sent\":true}");
    gives(PRODUCER, NULL, "{\"topic\":\"m\",\"value\":null}",
          "{\"topic\":\"m\",\"partition\":0,\"offset\":2,\"sent\":true}");
    consumes(NULL, "{\"topic\":\"m\",\"group_id\":\"g\",\"max_messages\":1}",
             "[{\"topic\":\"m\",\"partition\":0,\"offset\":0,\"key\":null,\"value\":\"v\"}]");
    consumes("{\"commit\":\"none\"}", "{\"topic\":\"m\",\"group_id\":\"g\",\"max_messages\":1}",
             "[{\"topic\":\"m\",\"partition\":0,\"offset\":1,\"key\":\"k\",\"value\":\"{\\\"a\\\":1}\",\"headers\":{\"h\":\"x\",\"n\":\"1\"}}]");
    consumes("{\"parse_json\":true}", "{\"topic\":\"m\",\"group_id\":\"g\"}",
             "[{\"topic\":\"m\",\"partition\":0,\"offset\":1,\"key\":\"k\",\"value\":{\"a\":1},\"headers\":{\"h\":\"x\",\"n\":\"1\"}},"
             "{\"topic\":\"m\",\"partition\":0,\"offset\":2,\"key\":null,\"value\":null}]");
    gives(CONSUMER, NULL, "{\"topic\":\"m\",\"group_id\":\"g\"}", "{\"messages\":[],\"count\":0,\"topic\":\"m\"}");
    gives(CONSUMER, NULL, "{\"topic\":\"none\",\"group_id\":\"g\"}", "{\"messages\":[],\"count\":0,\"topic\":\"none\"}");
    gives(CONSUMER, "{\"offset_reset\":\"latest\"}", "{\"topic\":\"m\",\"group_id\":\"late\"}",
          "{\"messages\":[],\"count\":0,\"topic\":\"m\"}");
    gives(CONSUMER, NULL, "{\"topic\":\"m\",\"group_id\":\"z\",\"max_messages\":0}", "{\"messages\":[],\"count\":0,\"topic\":\"m\"}");
}

KL_TEST(streams_in_memory_copy_and_transform)
{
    KL_UNUSED_STATE;
    const char *copy = "{\"source_topic\":\"s\",\"target_topic\":\"t\",\"group_id\":\"g\"}";
    kl_value out = kl_null();
    assert_int_equal(run_node(&out, PRODUCER, NULL, "{\"topic\":\"s\",\"value\":{\"n\":1},\"key\":\"k\",\"headers\":{\"h\":\"x\"}}", NULL), KL_OK);
    kl_value_release(out);
    assert_int_equal(run_node(&out, PRODUCER, NULL, "{\"topic\":\"s\",\"value\":{\"m\":1}}", NULL), KL_OK);
    kl_value_release(out);
    gives(STREAM, NULL, copy, "{\"processed_count\":2,\"source_topic\":\"s\",\"target_topic\":\"t\"}");
    gives(STREAM, NULL, copy, "{\"processed_count\":0,\"source_topic\":\"s\",\"target_topic\":\"t\"}");
    consumes(NULL, "{\"topic\":\"t\",\"group_id\":\"g\",\"max_messages\":1}",
             "[{\"topic\":\"t\",\"partition\":0,\"offset\":0,\"key\":\"k\",\"value\":\"{\\\"n\\\":1}\",\"headers\":{\"h\":\"x\"}}]");
    gives(STREAM, "{\"expression\":\"value.n\"}", "{\"source_topic\":\"s\",\"target_topic\":\"e\",\"group_id\":\"x\"}",
          "{\"processed_count\":2,\"source_topic\":\"s\",\"target_topic\":\"e\"}");
    consumes(NULL, "{\"topic\":\"e\",\"group_id\":\"g\"}",
             "[{\"topic\":\"e\",\"partition\":0,\"offset\":0,\"key\":\"k\",\"value\":\"1\",\"headers\":{\"h\":\"x\"}}]");
    /* Into itself: only what was there. And what fails is read again. */
    gives(STREAM, NULL, "{\"source_topic\":\"s\",\"target_topic\":\"s\",\"group_id\":\"y\",\"max_messages\":1}",
          "{\"processed_count\":1,\"source_topic\":\"s\",\"target_topic\":\"s\"}");
    assert_int_equal(run_node(&out, STREAM, "{\"expression\":\"abs(value)\"}", "{\"source_topic\":\"s\",\"target_topic\":\"e\",\"group_id\":\"f\"}", NULL), KL_FAILED);
    gives(STREAM, NULL, "{\"source_topic\":\"s\",\"target_topic\":\"e\",\"group_id\":\"f\"}",
          "{\"processed_count\":3,\"source_topic\":\"s\",\"target_topic\":\"e\"}");
}

static kl_status use_memory(void *data)
{
    kl_value *inputs = data, out = kl_null();
    static const char *const nodes[] = {PRODUCER, CONSUMER, STREAM};
    for (size_t i = 0; i < 3; i++) {
        KL_TRY(kl_node_run_alone(&out, kl_node_type_find(kl_text_from(nodes[i])), kl_null(), inputs[i], NULL));
        kl_value_release(kl_value_take(&out));
    }
    return KL_OK;
}

KL_TEST(memory_may_end)
{
    KL_UNUSED_STATE;
    kl_value inputs[] = {json("{\"topic\":\"a\",\"value\":{\"b\":1},\"key\":5,\"headers\":{\"h\":1}}"),
                         json("{\"topic\":\"a\",\"group_id\":\"g\"}"),
                         json("{\"source_topic\":\"a\",\"target_topic\":\"b\",\"group_id\":\"h\",\"expression\":\"value\"}")};
    assert_true(sweep(use_memory, inputs) > 10);
    for (size_t i = 0; i < 3; i++)
        kl_value_release(inputs[i]);
}

/* ---- with brokers -------------------------------------------------------------------------------- */

static const kl_kafka_driver *driver;
static void *mock;
static char brokers[300], run[32]; /* topics of this run */

static int start_brokers(void **state)
{
    (void)state;
    const void *functions = NULL;
    kl_value addresses = kl_null();
    const char *real = getenv("KAILASH_TEST_KAFKA_BROKERS");
    snprintf(run, sizeof run, "t%ld", (long)getpid());
    if (kl_driver_load(&functions, "kafka", NULL) != KL_OK)
        return -1;
    driver = functions;
    if (real && *real) {
        snprintf(brokers, sizeof brokers, "%s", real);
        return 0;
    }
    print_message("KAILASH_TEST_KAFKA_BROKERS is not set: librdkafka's brokers for tests are used\n");
    if (driver->new_mock(&mock, &addresses, 2, NULL) != KL_OK)
        return -1;
    snprintf(brokers, sizeof brokers, "%s", kl_as_text(addresses).data);
    kl_value_release(addresses);
    return 0;
}

static int stop_brokers(void **state)
{
    (void)state;
    if (mock)
        driver->free_mock(mock);
    return 0;
}

static const char *with(char config[700], const char *more)
{
    /* Brokers for tests forget a member that has left only when its session is over. */
    const char *session = strstr(more, "\"config\"") ? "" : ",\"config\":{\"session.timeout.ms\":6000}";
    snprintf(config, 700, "{\"brokers\":\"%s\"%s%s}", brokers, more, session);
    return config;
}

/* The text with the name of this run for each `%`. */
static const char *named(char to[700], const char *text)
{
    size_t len = 0;
    for (; *text && len < 600; text++)
        len += *text == '%' ? (size_t)snprintf(to + len, 700 - len, "%s", run) : (to[len] = *text, 1u);
    to[len] = '\0';
    return to;
}

static void produce(const char *more, const char *inputs)
{
    char config[700], text[700];
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (run_node(&out, PRODUCER, with(config, more), named(text, inputs), &error) != KL_OK)
        fail_msg("%s", kl_error_message(&error));
    assert_true(kl_as_bool(kl_map_get(out, KL_TEXT("sent"))));
    assert_true(kl_as_int(kl_map_get(out, KL_TEXT("offset"))) >= 0);
    kl_value_release(out);
}

KL_TEST(brokers_keep_messages_and_groups)
{
    KL_UNUSED_STATE;
    char config[700], text[700], expected[700];
    produce("", "{\"topic\":\"%\",\"value\":\"one\",\"partition\":0}");
    produce(",\"config\":{\"acks\":\"all\",\"enable.idempotence\":true}",
            "{\"topic\":\"%\",\"value\":{\"a\":[1]},\"key\":\"k\",\"headers\":{\"h\":\"x\"},\"partition\":0}");
    produce("", "{\"topic\":\"%\",\"value\":null,\"key\":\"k\",\"partition\":0}");
    with(config, "");
    consumes(config, named(text, "{\"topic\":\"%\",\"group_id\":\"g%\",\"max_messages\":1}"),
             named(expected, "[{\"topic\":\"%\",\"partition\":0,\"offset\":0,\"key\":null,\"value\":\"one\"}]"));
    with(config, ",\"commit\":\"none\"");
    for (int i = 0; i < 2; i++)
        consumes(config, named(text, "{\"topic\":\"%\",\"group_id\":\"g%\",\"max_messages\":1}"),
                 named(expected, "[{\"topic\":\"%\",\"partition\":0,\"offset\":1,\"key\":\"k\",\"value\":\"{\\\"a\\\":[1]}\",\"headers\":{\"h\":\"x\"}}]"));
    with(config, ",\"parse_json\":true");
    consumes(config, named(text, "{\"topic\":\"%\",\"group_id\":\"g%\"}"),
             named(expected, "[{\"topic\":\"%\",\"partition\":0,\"offset\":1,\"key\":\"k\",\"value\":{\"a\":[1]},\"headers\":{\"h\":\"x\"}},"
                             "{\"topic\":\"%\",\"partition\":0,\"offset\":2,\"key\":\"k\",\"value\":null}]"));
    consumes(config, named(text, "{\"topic\":\"%\",\"group_id\":\"g%\"}"), "[]");
}

KL_TEST(brokers_take_copies)
{
    KL_UNUSED_STATE;
    char config[700], text[700], expected[700];
    produce("", "{\"topic\":\"s%\",\"value\":{\"n\":5},\"partition\":0,\"key\":\"k\"}");
    produce("", "{\"topic\":\"s%\",\"value\":\"other\",\"partition\":0}");
    gives(STREAM, with(config, ",\"expression\":\"value.n\""),
          named(text, "{\"source_topic\":\"s%\",\"target_topic\":\"u%\",\"group_id\":\"c%\"}"),
          named(expected, "{\"processed_count\":2,\"source_topic\":\"s%\",\"target_topic\":\"u%\"}"));
    gives(STREAM, with(config, ""), named(text, "{\"source_topic\":\"s%\",\"target_topic\":\"u%\",\"group_id\":\"c%\"}"),
          named(expected, "{\"processed_count\":0,\"source_topic\":\"s%\",\"target_topic\":\"u%\"}"));
    kl_value got = consume(config, named(text, "{\"topic\":\"u%\",\"group_id\":\"d%\"}"));
    assert_int_equal(kl_array_len(got), 1);
    assert_string_equal(kl_as_text(kl_map_get(kl_array_at(got, 0), KL_TEXT("value"))).data, "5");
    assert_string_equal(kl_as_text(kl_map_get(kl_array_at(got, 0), KL_TEXT("key"))).data, "k");
    kl_value_release(got);
}

KL_TEST(transactions_are_committed)
{
    KL_UNUSED_STATE;
    char config[700], text[700];
    produce(",\"transactional_id\":\"tx\"", "{\"topic\":\"x%\",\"value\":\"a\",\"partition\":0}");
    produce(",\"transactional_id\":\"tx\"", "{\"topic\":\"x%\",\"value\":\"b\",\"partition\":0}");
    kl_value got = consume(with(config, ",\"config\":{\"isolation.level\":\"read_committed\"}"),
                           named(text, "{\"topic\":\"x%\",\"group_id\":\"x%\"}"));
    assert_int_equal(kl_array_len(got), 2);
    kl_value_release(got);
}

KL_TEST(brokers_that_are_not_there_are_waited_for_in_vain)
{
    KL_UNUSED_STATE;
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    const char *config = "{\"brokers\":\"127.0.0.1:1\",\"timeout_ms\":300}";
    assert_int_equal(run_node(&out, PRODUCER, config, "{\"topic\":\"t\",\"value\":\"v\"}", &error), KL_TIMEOUT);
    assert_non_null(strstr(kl_error_message(&error), "node execution failed: Kafka: delivery: "));
    assert_non_null(strstr(kl_error_message(&error), "brokers are down"));
    kl_error_clear(&error);
    assert_int_equal(run_node(&out, CONSUMER, config, "{\"topic\":\"t\",\"group_id\":\"g\"}", &error), KL_FAILED);
    assert_non_null(strstr(kl_error_message(&error), "node execution failed: Kafka: receiving: "));
    kl_error_clear(&error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_missing_or_wrong_is_told),
        cmocka_unit_test(topics_in_memory_remember_where_groups_are),
        cmocka_unit_test(streams_in_memory_copy_and_transform),
        cmocka_unit_test(memory_may_end),
        cmocka_unit_test(brokers_keep_messages_and_groups),
        cmocka_unit_test(brokers_take_copies),
        cmocka_unit_test(transactions_are_committed),
        cmocka_unit_test(brokers_that_are_not_there_are_waited_for_in_vain),
    };
    return cmocka_run_group_tests(tests, start_brokers, stop_brokers);
}
