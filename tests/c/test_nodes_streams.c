/* StreamProducerNode, StreamConsumerNode, StreamTransformNode: functions of lists, and channels. */
#include "node_sweep.h"

#include "engine_test.h"

#include <pthread.h>

#define PRODUCER  "StreamProducerNode"
#define CONSUMER  "StreamConsumerNode"
#define TRANSFORM "StreamTransformNode"

KL_TEST(a_producer_makes_batches)
{
    KL_UNUSED_STATE;
    gives(PRODUCER, NULL, "{\"data\":[1,2,3,4,5]}",
          "{\"batch_count\":5,\"items\":[1,2,3,4,5],\"total_count\":5}");
    gives(PRODUCER, "{\"batch_size\":2}", "{\"data\":[1,2,3,4,5]}",
          "{\"batch_count\":3,\"items\":[[1,2],[3,4],[5]],\"total_count\":5}");
    gives(PRODUCER, NULL, "{\"data\":[],\"batch_size\":2}",
          "{\"batch_count\":0,\"items\":[],\"total_count\":0}");
    gives(PRODUCER, NULL, "{\"data\":[1,2],\"batch_size\":9223372036854775807}",
          "{\"batch_count\":1,\"items\":[[1,2]],\"total_count\":2}");
    fails(PRODUCER, NULL, "{}", "missing required input: data");
    fails(PRODUCER, NULL, "{\"data\":5}", "invalid input 'data': expected array, got 5");
    fails(PRODUCER, NULL, "{\"data\":[1],\"batch_size\":0}",
          "invalid input 'batch_size': expected positive integer, got 0");
    fails(PRODUCER, NULL, "{\"data\":[1],\"batch_size\":\"x\"}",
          "invalid input 'batch_size': expected integer, got \"x\"");
}

static void consumes(const char *operation, const char *items, const char *result)
{
    char inputs[256], wanted[256];
    snprintf(inputs, sizeof inputs, "{\"items\":%s,\"operation\":\"%s\"}", items, operation);
    snprintf(wanted, sizeof wanted, "{\"result\":%s}", result);
    gives(CONSUMER, NULL, inputs, wanted);
}

KL_TEST(a_consumer_brings_together)
{
    KL_UNUSED_STATE;
    consumes("collect", "[1,2.5]", "[1,2.5]");
    consumes("count", "[1,[2,3]]", "2");
    consumes("first", "[7,8]", "7");
    consumes("first", "[]", "null");
    consumes("last", "[7,8]", "8");
    consumes("last", "[]", "null");
    consumes("sum", "[1,2.5,3]", "6.5");
    consumes("sum", "[1,2]", "3");
    consumes("sum", "[]", "0");
    consumes("flatten", "[[1,[2]],[3],4]", "[1,[2],3,4]");
    consumes("flatten", "[]", "[]");
    fails(CONSUMER, NULL, "{\"operation\":\"sum\"}", "missing required input: items");
    fails(CONSUMER, NULL, "{\"items\":[]}", "missing required input: operation");
    fails(CONSUMER, NULL, "{\"items\":[1,\"x\"],\"operation\":\"sum\"}",
          "invalid input 'items[1]': expected numeric (Integer or Float), got \"x\"");
    fails(CONSUMER, NULL, "{\"items\":[1],\"operation\":\"zz\"}",
          "invalid input 'operation': expected one of: collect, count, first, last, sum, flatten, got "
          "\"zz\"");
}

#define ITEMS "[{\"a\":2,\"b\":1},{\"a\":1},{\"a\":2.0,\"b\":3},7,{\"b\":null}]"

static void transforms(const char *operation, const char *config, const char *items,
                       const char *result)
{
    char inputs[256], wanted[256];
    snprintf(inputs, sizeof inputs, "{\"items\":%s,\"operation\":\"%s\"}", items, operation);
    snprintf(wanted, sizeof wanted, "{\"items\":%s}", result);
    gives(TRANSFORM, config, inputs, wanted);
}

KL_TEST(a_transform_picks_and_sorts)
{
    KL_UNUSED_STATE;
    transforms("map_field", "{\"field\":\"a\"}", ITEMS, "[2,1,2.0,null,null]");
    transforms("filter_field", "{\"field\":\"a\",\"value\":2}", ITEMS,
               "[{\"a\":2,\"b\":1},{\"a\":2.0,\"b\":3}]");
    transforms("filter_field", "{\"field\":\"b\"}", ITEMS, "[{\"b\":null}]");
    transforms("take", "{\"count\":2}", "[1,2,3]", "[1,2]");
    transforms("take", "{\"count\":9}", "[1,2,3]", "[1,2,3]");
    transforms("skip", "{\"count\":2}", "[1,2,3]", "[3]");
    transforms("skip", "{\"count\":9}", "[1,2,3]", "[]");
    transforms("reverse", NULL, "[1,2,3]", "[3,2,1]");
    transforms("unique", NULL, "[1,1.0,\"1\",1,true,[1],[1]]", "[1,1.0,\"1\",true,[1]]");
    transforms("sort", NULL, "[3,1,\"b\",\"a\",2.5,null]", "[null,1,2.5,3,\"a\",\"b\"]");
    transforms("sort", "{\"field\":\"a\"}", ITEMS,
               "[7,{\"b\":null},{\"a\":1},{\"a\":2,\"b\":1},{\"a\":2.0,\"b\":3}]");
    fails(TRANSFORM, NULL, "{\"items\":[1],\"operation\":\"map_field\"}",
          "invalid input 'field': expected field name in config, got none");
    fails(TRANSFORM, NULL, "{\"items\":[1],\"operation\":\"take\"}",
          "invalid input 'count': expected count in config, got none");
    fails(TRANSFORM, NULL, "{\"items\":[1],\"operation\":\"skip\",\"count\":-1}",
          "invalid input 'count': expected non-negative integer, got -1");
    fails(TRANSFORM, NULL, "{\"items\":[1],\"operation\":\"zz\"}",
          "invalid input 'operation': expected one of: map_field, filter_field, take, skip, reverse, "
          "unique, sort, got \"zz\"");
}

/* ---- channels ------------------------------------------------------------------------------------ */

KL_TEST(a_channel_carries_items_to_its_end)
{
    KL_UNUSED_STATE;
    gives(PRODUCER, "{\"stream\":\"one\"}", "{\"data\":[1,2,3]}",
          "{\"batch_count\":3,\"items\":[1,2,3],\"total_count\":3,\"sent\":3,\"dropped\":0}");
    gives(CONSUMER, "{\"stream\":\"one\",\"max_items\":2}", "{\"operation\":\"collect\"}",
          "{\"result\":[1,2],\"received\":2,\"closed\":false,\"timed_out\":false}");
    fails(PRODUCER, "{\"stream\":\"one\"}", "{\"data\":[4]}",
          "node execution failed: stream 'one' is closed");
    gives(CONSUMER, "{\"stream\":\"one\"}", "{\"operation\":\"sum\"}",
          "{\"result\":3,\"received\":1,\"closed\":true,\"timed_out\":false}");
    /* whoever saw the end has left: the channel is as new */
    gives(CONSUMER, "{\"stream\":\"one\",\"timeout_ms\":10}", "{\"operation\":\"count\"}",
          "{\"result\":0,\"received\":0,\"closed\":false,\"timed_out\":true}");
    gives(PRODUCER, "{\"stream\":\"one\",\"batch_size\":2}", "{\"data\":[4,5,6]}",
          "{\"batch_count\":2,\"items\":[[4,5],[6]],\"total_count\":3,\"sent\":2,\"dropped\":0}");
    gives(CONSUMER, "{\"stream\":\"one\"}", "{\"operation\":\"flatten\"}",
          "{\"result\":[4,5,6],\"received\":2,\"closed\":true,\"timed_out\":false}");
}

KL_TEST(a_full_channel_presses_back)
{
    KL_UNUSED_STATE;
    fails(PRODUCER, "{\"stream\":\"full\",\"capacity\":2,\"timeout_ms\":20}", "{\"data\":[1,2,3]}",
          "node execution failed: stream 'full' is full: nobody took an item in time");
    fails(PRODUCER, "{\"stream\":\"full\",\"capacity\":2,\"backpressure\":\"fail\"}", "{\"data\":[3]}",
          "resource limit exceeded: stream (limit: 2 items)");
    gives(PRODUCER,
          "{\"stream\":\"full\",\"capacity\":2,\"backpressure\":\"drop_new\",\"close\":false}",
          "{\"data\":[3]}",
          "{\"batch_count\":1,\"items\":[3],\"total_count\":1,\"sent\":0,\"dropped\":1}");
    gives(PRODUCER, "{\"stream\":\"full\",\"capacity\":2,\"backpressure\":\"drop_old\"}",
          "{\"data\":[3]}",
          "{\"batch_count\":1,\"items\":[3],\"total_count\":1,\"sent\":0,\"dropped\":1}");
    gives(CONSUMER, "{\"stream\":\"full\"}", "{\"operation\":\"collect\"}",
          "{\"result\":[2,3],\"received\":2,\"closed\":true,\"timed_out\":false}");
    fails(PRODUCER, "{\"stream\":\"full\",\"capacity\":0}", "{\"data\":[1]}",
          "capacity: expected non-negative integer from 1 to 10000000, got 0");
}

KL_TEST(branches_of_a_workflow_meet_in_a_channel)
{
    KL_UNUSED_STATE;
    fixture f;
    kl_value inputs = json("{\"operation\":\"sum\"}"), result = kl_null();
    begin(&f);
    add_node(&f, CONSUMER, "take", "{\"stream\":\"s\",\"scope\":\"registry\"}");
    kl_value list;
    char *text = malloc(200000), *at = text + sprintf(text, "{\"stream\":\"s\",\"scope\":\"registry\","
                                                             "\"capacity\":3,\"data\":[0");
    for (int i = 1; i <= 5000; i++)
        at += sprintf(at, ",%d", i);
    sprintf(at, "]}");
    add_node(&f, PRODUCER, "make", text);
    free(text);
    build(&f, "{}");
    for (int round = 0; round < 3; round++) {
        assert_int_equal(kl_runtime_execute(&result, f.runtime, f.workflow, inputs, NULL, NULL), KL_OK);
        kl_value results = kl_map_get(result, KL_TEXT("results"));
        list = kl_map_get(results, KL_TEXT("take"));
        assert_int_equal(kl_as_int(kl_map_get(list, KL_TEXT("result"))), 12502500);
        assert_int_equal(kl_as_int(kl_map_get(list, KL_TEXT("received"))), 5001);
        kl_value_release(result);
    }
    kl_value_release(inputs);
    free_fixture(&f);
}

static void *make_many(void *data)
{
    kl_value out = kl_null();
    assert_int_equal(run_node(&out, PRODUCER, "{\"stream\":\"many\",\"capacity\":1,\"close\":false}",
                              data, NULL), KL_OK);
    kl_value_release(out);
    return NULL;
}

KL_TEST(many_producers_feed_many_consumers)
{
    KL_UNUSED_STATE;
    enum { PRODUCERS = 4 };
    pthread_t threads[PRODUCERS];
    int64_t sum = 0;
    for (int i = 0; i < PRODUCERS; i++)
        pthread_create(&threads[i], NULL, make_many, (void *)"{\"data\":[1,2,3,4,5,6,7,8,9,10]}");
    for (int taken = 0; taken < 10 * PRODUCERS;) {
        kl_value out = kl_null();
        assert_int_equal(run_node(&out, CONSUMER,
                                  "{\"stream\":\"many\",\"max_items\":5,\"timeout_ms\":5000}",
                                  "{\"operation\":\"sum\"}", NULL), KL_OK);
        sum += kl_as_int(kl_map_get(out, KL_TEXT("result")));
        taken += (int)kl_as_int(kl_map_get(out, KL_TEXT("received")));
        assert_true(kl_is(kl_map_get(out, KL_TEXT("timed_out")), KL_KIND_BOOL));
        kl_value_release(out);
    }
    for (int i = 0; i < PRODUCERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(sum, 55 * PRODUCERS);
}

KL_TEST(a_cancelled_run_leaves_the_channel)
{
    KL_UNUSED_STATE;
    fixture f;
    kl_value inputs = json("{\"operation\":\"sum\"}"), result = kl_null();
    kl_run_options options = {.time_limit = 0.1, .has_hard = true};
    begin(&f);
    add_node(&f, CONSUMER, "take", "{\"stream\":\"nobody\",\"scope\":\"registry\"}");
    build(&f, "{}");
    assert_int_not_equal(
        kl_runtime_execute(&result, f.runtime, f.workflow, inputs, &options, NULL), KL_OK);
    kl_value_release(inputs);
    free_fixture(&f);
}

KL_TEST(failed_allocations_are_survived)
{
    KL_UNUSED_STATE;
    survives_failed_allocations(PRODUCER, "{\"batch_size\":2}", "{\"data\":[1,2,3]}");
    survives_failed_allocations(CONSUMER, NULL, "{\"items\":[[1],[2]],\"operation\":\"flatten\"}");
    survives_failed_allocations(TRANSFORM, NULL, "{\"items\":[2,1,2],\"operation\":\"unique\"}");
    survives_failed_allocations(TRANSFORM, NULL, "{\"items\":[2,1],\"operation\":\"sort\"}");
    survives_failed_allocations(TRANSFORM, "{\"count\":1}", "{\"items\":[2,1],\"operation\":\"take\"}");
    survives_failed_allocations(PRODUCER,
                                "{\"stream\":\"sweep\",\"capacity\":1,\"backpressure\":\"drop_old\","
                                "\"close\":false}",
                                "{\"data\":[1,2,3]}");
    survives_failed_allocations(CONSUMER, "{\"stream\":\"sweep\",\"timeout_ms\":0}",
                                "{\"operation\":\"collect\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_producer_makes_batches),
        cmocka_unit_test(a_consumer_brings_together),
        cmocka_unit_test(a_transform_picks_and_sorts),
        cmocka_unit_test(a_channel_carries_items_to_its_end),
        cmocka_unit_test(a_full_channel_presses_back),
        cmocka_unit_test(branches_of_a_workflow_meet_in_a_channel),
        cmocka_unit_test(many_producers_feed_many_consumers),
        cmocka_unit_test(a_cancelled_run_leaves_the_channel),
        cmocka_unit_test(failed_allocations_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
