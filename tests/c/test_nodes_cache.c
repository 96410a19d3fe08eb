#include "node_test.h"
#include "service_test.h"
#include "store/cache.h"
#include "sweep.h"

#include <unistd.h>

#define SET(config, inputs, expected) gives("CacheSetNode", config, inputs, expected)
#define GET(config, inputs, expected) gives("CacheGetNode", config, inputs, expected)
#define FORGET(config, inputs, expected) gives("CacheInvalidateNode", config, inputs, expected)

/* What every backend does; `where` is the config without its braces. */
static void keeps(const char *where)
{
    char config[600], brief[600];
    snprintf(config, sizeof config, "{%s}", where);
    FORGET(config, "{\"pattern\":\"*\"}", "{\"removed_count\":0}");
    SET(config, "{\"key\":\"a\",\"value\":{\"x\":[1,2.5,null,\"é\"]}}", "{\"key\":\"a\",\"success\":true}");
    GET(config, "{\"key\":\"a\"}", "{\"hit\":true,\"value\":{\"x\":[1,2.5,null,\"é\"]}}");
    GET(config, "{\"key\":\"z\"}", "{\"hit\":false,\"value\":null}");
    SET(config, "{\"key\":\"b\",\"value\":null}", "{\"key\":\"b\",\"success\":true}");
    GET(config, "{\"key\":\"b\"}", "{\"hit\":true,\"value\":null}");
    SET(config, "{\"key\":\"c\",\"value\":1}", "{\"key\":\"c\",\"success\":true}");
    SET(config, "{\"key\":\"c\",\"value\":1,\"ttl_secs\":0}", "{\"key\":\"c\",\"success\":true}");
    GET(config, "{\"key\":\"c\"}", "{\"hit\":false,\"value\":null}");
    SET(config, "{\"key\":\"c\",\"value\":1,\"ttl_ms\":60}", "{\"key\":\"c\",\"success\":true}");
    GET(config, "{\"key\":\"c\"}", "{\"hit\":true,\"value\":1}");
    usleep(80000);
    GET(config, "{\"key\":\"c\"}", "{\"hit\":false,\"value\":null}");
    SET(config, "{\"key\":\"p:1\",\"value\":1,\"ttl_secs\":1.5}", "{\"key\":\"p:1\",\"success\":true}");
    SET(config, "{\"key\":\"p:2\",\"value\":1}", "{\"key\":\"p:2\",\"success\":true}");
    snprintf(brief, sizeof brief, "{%s%s\"namespace\":\"o[t]her\"}", where, *where ? "," : "");
    GET(brief, "{\"key\":\"a\"}", "{\"hit\":false,\"value\":null}");
    SET(brief, "{\"key\":\"a\",\"value\":2}", "{\"key\":\"a\",\"success\":true}");
    FORGET(config, "{\"key\":\"p:1\",\"pattern\":\"p:*\"}", "{\"removed_count\":2}");
    FORGET(config, "{\"pattern\":\"{a,zz}\"}", "{\"removed_count\":1}");
    FORGET(config, "{\"key\":\"zz\"}", "{\"removed_count\":0}");
    GET(brief, "{\"key\":\"a\"}", "{\"hit\":true,\"value\":2}");
    FORGET(brief, "{\"pattern\":\"?\"}", "{\"removed_count\":1}");
    FORGET(config, "{\"key\":\"b\"}", "{\"removed_count\":1}");
}

KL_TEST(values_are_kept_in_memory)
{
    KL_UNUSED_STATE;
    keeps("");
    fails("CacheSetNode", NULL, "{}", "missing required input: key");
    fails("CacheSetNode", NULL, "{\"key\":\"a\"}", "missing required input: value");
    fails("CacheSetNode", NULL, "{\"key\":5,\"value\":1}", "invalid input 'key': expected string, got 5");
    fails("CacheGetNode", NULL, "{}", "missing required input: key");
    fails("CacheInvalidateNode", NULL, "{}",
          "node execution failed: at least one of 'key' or 'pattern' must be provided");
    fails("CacheSetNode", NULL, "{\"key\":\"a\",\"value\":1,\"ttl_secs\":-1}",
          "invalid input 'ttl_secs': expected number of seconds, got -1");
    fails("CacheInvalidateNode", NULL, "{\"pattern\":\"[a\"}",
          "invalid input 'pattern': glob: the class '[' is not closed");
    fails("CacheGetNode", "{\"backend\":\"redis\"}", "{\"key\":\"a\"}", "missing required input: url");
    fails("CacheSetNode", "{\"max_bytes\":1024}", "{\"key\":\"a\",\"value\":[[],[],[],[],[],[],[],[],[],[],[],"
          "[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],"
          "[],[],[],[],[],[],[],[],[],[],[]]}", "resource limit exceeded: cache (limit: 1024 bytes)");
}

KL_TEST(whatever_was_used_longest_ago_is_forgotten)
{
    KL_UNUSED_STATE;
    const char *config = "{\"namespace\":\"lru\",\"max_entries\":2}";
    SET(config, "{\"key\":\"a\",\"value\":1}", "{\"key\":\"a\",\"success\":true}");
    SET(config, "{\"key\":\"b\",\"value\":2}", "{\"key\":\"b\",\"success\":true}");
    GET(config, "{\"key\":\"a\"}", "{\"hit\":true,\"value\":1}");
    SET(config, "{\"key\":\"c\",\"value\":3}", "{\"key\":\"c\",\"success\":true}");
    GET(config, "{\"key\":\"b\"}", "{\"hit\":false,\"value\":null}");
    GET(config, "{\"key\":\"a\"}", "{\"hit\":true,\"value\":1}");
    kl_value out = kl_null();
    assert_int_equal(run_node(&out, "CacheGetNode", "{\"namespace\":\"lru\",\"stats\":true}",
                              "{\"key\":\"c\"}", NULL), KL_OK);
    kl_value stats = kl_value_retain(kl_map_get(out, KL_TEXT("stats")));
    kl_map_remove(&stats, KL_TEXT("bytes"), NULL);
    assert_json(stats, "{\"hits\":3,\"misses\":1,\"sets\":3,\"evictions\":1,\"expirations\":0,\"entries\":2}");
    kl_value_release(out);
}

KL_TEST(whatever_was_used_least_is_forgotten)
{
    KL_UNUSED_STATE;
    const char *config = "{\"namespace\":\"lfu\",\"max_entries\":2,\"eviction\":\"lfu\"}";
    SET(config, "{\"key\":\"a\",\"value\":1}", "{\"key\":\"a\",\"success\":true}");
    GET(config, "{\"key\":\"a\"}", "{\"hit\":true,\"value\":1}");
    GET(config, "{\"key\":\"a\"}", "{\"hit\":true,\"value\":1}");
    SET(config, "{\"key\":\"b\",\"value\":2}", "{\"key\":\"b\",\"success\":true}");
    GET(config, "{\"key\":\"b\"}", "{\"hit\":true,\"value\":2}");
    SET(config, "{\"key\":\"c\",\"value\":3}", "{\"key\":\"c\",\"success\":true}");
    GET(config, "{\"key\":\"b\"}", "{\"hit\":false,\"value\":null}");
    GET(config, "{\"key\":\"a\"}", "{\"hit\":true,\"value\":1}");
    GET(config, "{\"key\":\"c\"}", "{\"hit\":true,\"value\":3}");
}

/* A thousand random calls against a list that is searched. */
KL_TEST(the_right_one_is_forgotten_always)
{
    KL_UNUSED_STATE;
    enum { KEYS = 20, MOST = 8 };
    for (int policy = KL_CACHE_LRU; policy <= KL_CACHE_LFU; policy++) {
        kl_cache *cache = NULL;
        struct { bool there; uint64_t uses, last; } model[KEYS] = {0};
        kl_cache_limits limits = {(kl_cache_policy)policy, MOST, 1 << 20};
        uint64_t seed = 7, now = 0;
        assert_int_equal(kl_cache_new(&cache, NULL), KL_OK);
        for (int i = 0; i < 5000; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            size_t k = (seed >> 33) % KEYS, kept = 0, first = KEYS;
            kl_value key = kl_null(), got = kl_null();
            kl_string_format(&key, NULL, "k%zu", k);
            if ((seed >> 50) % 7 == 0) {
                assert_int_equal(kl_cache_remove(cache, kl_as_text(key)), model[k].there);
                model[k].there = false;
            } else if ((seed >> 50) % 2) {
                assert_int_equal(kl_cache_get(&got, cache, kl_as_text(key)), model[k].there);
                model[k].uses += model[k].there;
                model[k].last = model[k].there ? ++now : model[k].last;
            } else {
                assert_int_equal(kl_cache_set(cache, key, kl_int(i), KL_TIME_NONE, &limits, NULL), KL_OK);
                model[k].uses = model[k].there ? model[k].uses + 1 : 1;
                model[k].there = true;
                model[k].last = ++now;
                for (size_t j = 0; j < KEYS; j++)
                    kept += model[j].there;
                for (size_t j = 0; j < KEYS && kept > MOST; j++)
                    if (model[j].there && j != k &&
                        (first == KEYS ||
                         (policy == KL_CACHE_LFU && model[j].uses != model[first].uses
                              ? model[j].uses < model[first].uses
                              : model[j].last < model[first].last)))
                        first = j;
                if (kept > MOST)
                    model[first].there = false;
            }
            kl_value_release(got);
            kl_value_release(key);
        }
        kl_cache_free(cache);
    }
}

/* ---- get or compute ------------------------------------------------------------------------------ */

KL_TEST(a_missing_value_is_computed_and_kept)
{
    KL_UNUSED_STATE;
    const char *config = "{\"namespace\":\"compute\",\"compute\":{\"type\":\"MathOperationsNode\",\"config\":"
                         "{\"operation\":\"add\"}},\"compute_inputs\":{\"a\":1,\"b\":2},\"compute_output\":\"result\"}";
    GET(config, "{\"key\":\"a\"}", "{\"hit\":false,\"value\":3}");
    GET(config, "{\"key\":\"a\",\"compute_inputs\":{\"a\":5,\"b\":5}}", "{\"hit\":true,\"value\":3}");
    fails("CacheGetNode", "{\"namespace\":\"compute\",\"compute\":\"NoOpNode\",\"compute_output\":\"zz\"}",
          "{\"key\":\"b\"}", "invalid input 'compute_output': expected an output of the node, got zz");
    fails("CacheGetNode", "{\"namespace\":\"compute\",\"compute\":\"MathOperationsNode\"}", "{\"key\":\"b\"}",
          "workflow execution failed: node 'MathOperationsNode' failed -> missing required input: "
          "operation");
    fails("CacheGetNode", "{\"namespace\":\"compute\",\"compute\":{\"config\":{}}}", "{\"key\":\"b\"}",
          "node execution failed: compute: type: expected the name of a node type, got null");
}

static kl_status use_cache(void *data)
{
    kl_value out = kl_null();
    (void)data;
    kl_value config = kl_null(), inputs = kl_null();
    kl_status status = kl_json_parse(&inputs, KL_TEXT("{\"key\":\"m\",\"value\":[1]}"), NULL);
    if (status == KL_OK)
        status = kl_node_run_alone(&out, kl_node_type_find(KL_TEXT("CacheSetNode")), config, inputs, NULL);
    kl_value_release(kl_value_take(&out));
    if (status == KL_OK)
        status = kl_node_run_alone(&out, kl_node_type_find(KL_TEXT("CacheGetNode")), config, inputs, NULL);
    kl_value_release(out);
    kl_value_release(inputs);
    return status;
}

KL_TEST(memory_may_end)
{
    KL_UNUSED_STATE;
    assert_true(sweep(use_cache, NULL) > 5);
}

KL_TEST(values_are_kept_on_a_server)
{
    KL_UNUSED_STATE;
    char where[300], config[400];
    snprintf(where, sizeof where, "\"url\":\"%s/5\"", service_url("KAILASH_TEST_REDIS_URL"));
    snprintf(config, sizeof config, "{%s}", where);
    gives("RedisCommandNode", config, "{\"command\":\"FLUSHDB\"}", "{\"result\":\"OK\"}");
    keeps(where);
    gives("RedisCommandNode", config, "{\"command\":\"DBSIZE\"}", "{\"result\":0}");
    gives("RedisCommandNode", config, "{\"command\":\"SET\",\"args\":[\"kailash:cache::x\",\"\\u0001\\u0002\"]}",
          "{\"result\":\"OK\"}");
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(run_node(&out, "CacheGetNode", config, "{\"key\":\"x\"}", &error), KL_FAILED);
    assert_non_null(strstr(kl_error_message(&error), "was not made by CacheSetNode"));
    kl_error_clear(&error);
    snprintf(config, sizeof config, "{%s,\"namespace\":\"st\",\"stats\":true}", where);
    GET(config, "{\"key\":\"z\"}", "{\"hit\":false,\"value\":null,\"stats\":{\"hits\":0,\"misses\":1,\"sets\":0}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_kept_in_memory),
        cmocka_unit_test(whatever_was_used_longest_ago_is_forgotten),
        cmocka_unit_test(whatever_was_used_least_is_forgotten),
        cmocka_unit_test(the_right_one_is_forgotten_always),
        cmocka_unit_test(a_missing_value_is_computed_and_kept),
        cmocka_unit_test(memory_may_end),
        cmocka_unit_test(values_are_kept_on_a_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
