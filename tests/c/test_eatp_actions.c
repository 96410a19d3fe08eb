/* Anchors of actions, trackers, reasoning traces: want of memory, threads. */
#include "crypto_test.h"
#include "eatp/action_anchor.h"
#include "eatp/kinds.h"

#include <pthread.h>

static kl_value example_pair(void)
{
    kl_value pair = kl_null();
    kl_text seed = unhex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    assert_ok(kl_key_pair_from_seed(&pair, seed, error));
    return pair;
}

static const kl_key_pair *keys(kl_value pair) { return (const kl_key_pair *)pair.as.object; }

/* ---- anchors of actions ----------------------------------------------------------------------- */

KL_TEST(an_anchor_that_is_made_reads_back)
{
    KL_UNUSED_STATE;
    kl_value pair = example_pair(), anchor = kl_null(), again = kl_null();
    kl_value metadata = json("{\"k\":[1,null,\"\\u00e9\"]}");
    static const char *const outcomes[] = {"success", "failure", "held", "blocked", "unknown"};
    for (size_t i = 0; i < KL_COUNT(outcomes); i++) {
        bool same = false;
        kl_action_event event = {
            .actor = KL_TEXT("a"), .action = KL_TEXT("read"), .resource = KL_TEXT(""),
            .outcome = kl_text_from(outcomes[i]), .duration_ms = kl_double(2.5), .metadata = metadata,
            .prev_hash = KL_TEXT("p"), .parent_anchor_id = KL_TEXT("q"),
            .reasoning_trace_hash = KL_TEXT("sha256:00000000000000000000000000000000"
                                            "00000000000000000000000000000000")};
        assert_ok(kl_action_anchor_new(&anchor, keys(pair), &event, error));
        assert_ok(kl_action_anchor_read(&again, kl_action_anchor_map(anchor.as.object), error));
        assert_ok(kl_value_equal(&same, anchor, again, error));
        assert_true(same);
        kl_value_release(again);
        kl_value_release(anchor);
    }
    kl_action_event bad = {.outcome = KL_TEXT("maybe"), .duration_ms = kl_null()};
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_action_anchor_new(&anchor, keys(pair), &bad, &error), KL_INVALID);
    assert_string_equal(kl_error_message(&error), "unknown audit outcome 'maybe': expected one of "
                                                  "success/failure/held/blocked/unknown");
    kl_error_clear(&error);
    bad.outcome = KL_TEXT("success");
    bad.reasoning_trace_hash = KL_TEXT("sha256:zz");
    assert_int_equal(kl_action_anchor_new(&anchor, keys(pair), &bad, NULL), KL_INVALID);
    bad.reasoning_trace_hash = (kl_text){NULL, 0};
    bad.actor = KL_TEXT("\xff");
    assert_int_not_equal(kl_action_anchor_new(&anchor, keys(pair), &bad, NULL), KL_OK);
    kl_value_release(metadata);
    kl_value_release(pair);
}

/* Neither numbers nor lists nor nothing end the process. */
KL_TEST(anchors_are_read_from_maps_alone)
{
    KL_UNUSED_STATE;
    static const char *const rows[] = {"null", "1", "[]", "\"x\"", "{}", "{\"alg_id\":null}",
                                       "{\"alg_id\":\"eatp-v1\",\"event\":null}",
                                       "{\"alg_id\":\"eatp-v1\",\"event\":{\"event_id\":1}}"};
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value map = json(rows[i]), anchor = kl_null();
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(kl_action_anchor_read(&anchor, map, &error), KL_INVALID);
        kl_error_clear(&error);
        kl_value_release(map);
    }
}

/* ---- everything at once ----------------------------------------------------------------------- */

typedef struct given {
    kl_value pair, details, outcome, used, type, limits, trace;
} given;

static kl_status anchor_round(const given *g)
{
    kl_value anchor, again;
    kl_action_event event = {.actor = KL_TEXT("a"), .action = KL_TEXT("b"), .resource = KL_TEXT("c"),
                             .outcome = KL_TEXT("success"), .duration_ms = kl_null(),
                             .metadata = g->details};
    KL_TRY(kl_action_anchor_new(&anchor, keys(g->pair), &event, NULL));
    kl_status status =
        kl_action_anchor_read(&again, kl_action_anchor_map(anchor.as.object), NULL);
    kl_value_release(anchor);
    if (status == KL_OK)
        kl_value_release(again);
    return status;
}

static kl_status call(kl_value object, const char *method, const kl_value *args, size_t count)
{
    kl_value out;
    KL_TRY(kl_object_call(&out, object.as.object, kl_text_from(method), args, count, NULL));
    kl_value_release(out);
    return KL_OK;
}

static kl_status tracker_round(const given *g)
{
    kl_value name = kl_null(), tracker = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_string_new(&name, KL_TEXT("agent"), NULL));
    kl_value args[2] = {name, g->pair};
    KL_TRY_OUT(kl_object_make(&tracker, kl_type_find(KL_TEXT("EatpTracker"), NULL), args, NULL));
    kl_value action[4] = {g->type, g->details, g->outcome, g->used};
    KL_TRY_OUT(call(tracker, "record_action", action, 4));
    KL_TRY_OUT(call(tracker, "check_resource_limits", &g->limits, 1));
    KL_TRY_OUT(call(tracker, "export_jsonl", NULL, 0));
    KL_TRY_OUT(call(tracker, "verify", NULL, 0));
out:
    kl_value_release(tracker);
    kl_value_release(name);
    return status;
}

static kl_status trace_round(const given *g)
{
    kl_value trace = kl_null(), redacted = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_type_call(&trace, kl_type_find(KL_TEXT("EatpReasoningTrace"), NULL),
                            KL_TEXT("from_dict"), &g->trace, 1, NULL));
    KL_TRY_OUT(call(trace, "content_hash", NULL, 0));
    KL_TRY_OUT(call(trace, "sign", &g->pair, 1));
    KL_TRY_OUT(kl_object_call(&redacted, trace.as.object, KL_TEXT("redact"), NULL, 0, NULL));
out:
    kl_value_release(redacted);
    kl_value_release(trace);
    return status;
}

static kl_status all_rounds(void *data)
{
    KL_TRY(anchor_round(data));
    KL_TRY(tracker_round(data));
    return trace_round(data);
}

static given make_given(void)
{
    given g = {.pair = example_pair(), .details = json("{\"a\":1}"),
               .trace = json("{\"decision\":\"d\",\"rationale\":\"r\",\"confidence_bps\":1,"
                             "\"confidentiality\":\"Public\",\"timestamp\":\"2026-01-15T10:30:00Z\","
                             "\"methodology\":\"m\",\"alternatives_considered\":[\"x\"]}")};
    assert_ok(kl_item_at(&g.type, &kl_action_type_type, 0, error));
    assert_ok(kl_type_call(&g.outcome, &kl_action_outcome_type, KL_TEXT("success"), NULL, 0, error));
    assert_ok(kl_object_from_map(&g.used, &kl_resource_consumption_type, kl_null(), error));
    assert_ok(kl_object_from_map(&g.limits, &kl_resource_limits_type, kl_null(), error));
    return g;
}

static void end_given(given *g)
{
    kl_value *values[] = {&g->pair, &g->details, &g->outcome, &g->used, &g->type, &g->limits,
                          &g->trace};
    for (size_t i = 0; i < KL_COUNT(values); i++)
        kl_value_release(*values[i]);
}

KL_TEST(memory_may_end_anywhere)
{
    KL_UNUSED_STATE;
    given g = make_given();
    assert_true(sweep(all_rounds, &g) > 60);
    end_given(&g);
}

enum { THREADS = 4, EACH = 50 };

static void *work(void *data)
{
    for (int i = 0; i < EACH; i++)
        assert_int_equal(all_rounds(data), KL_OK);
    return NULL;
}

KL_TEST(threads_share_keys_and_arguments)
{
    KL_UNUSED_STATE;
    given g = make_given();
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, &g), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    end_given(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_anchor_that_is_made_reads_back),
        cmocka_unit_test(anchors_are_read_from_maps_alone),
        cmocka_unit_test(memory_may_end_anywhere),
        cmocka_unit_test(threads_share_keys_and_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
