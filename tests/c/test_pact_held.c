/* Held actions: their states, their store, what roles have used. */
#include "pact/held_store.h"
#include "pact/usage.h"
#include "sweep.h"
#include "test.h"
#include "kailash/log.h"

static kl_value text(const char *of)
{
    kl_value made = kl_null();
    assert_int_equal(kl_string_new(&made, kl_text_from(of), NULL), KL_OK);
    return made;
}

/* ---- states ------------------------------------------------------------------------------------------------- */

KL_TEST(approvals_name_a_principal_and_end)
{
    KL_UNUSED_STATE;
    kl_value state = kl_null(), used = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_pact_hold_approved(&state, KL_TEXT(" Ann "), 0, KL_HOUR, NULL), KL_OK);
    const kl_pact_hold_state *approval = (const kl_pact_hold_state *)state.as.object;
    assert_int_equal(kl_pact_hold_kind_of(approval), KL_PACT_HOLD_APPROVED);
    assert_string_equal(kl_as_text(approval->by).data, "Ann");
    assert_string_equal(kl_as_text(approval->at).data, "1970-01-01T00:00:00+00:00");
    assert_string_equal(kl_as_text(approval->expires_at).data, "1970-01-01T01:00:00+00:00");
    assert_false(kl_pact_hold_is_over(approval, KL_HOUR - 1));
    assert_true(kl_pact_hold_is_over(approval, KL_HOUR));
    assert_int_equal(kl_pact_hold_consumed(&used, approval, NULL), KL_OK);
    assert_int_equal(kl_pact_hold_kind_of((const kl_pact_hold_state *)used.as.object), KL_PACT_HOLD_CONSUMED);
    kl_value_release(used);
    kl_value_release(state);
    assert_int_equal(kl_pact_hold_approved(&state, KL_TEXT("--"), 0, KL_HOUR, &error), KL_INVALID);
    assert_non_null(strstr(kl_error_message(&error), "approver must contain"));
    assert_int_equal(kl_pact_hold_rejected(&state, KL_TEXT(""), KL_TEXT("no"), 0, &error), KL_INVALID);
    assert_non_null(strstr(kl_error_message(&error), "rejector must contain"));
    kl_error_clear(&error);
    /* Beyond the end of time it does not wrap. */
    assert_int_equal(kl_pact_hold_approved(&state, KL_TEXT("a"), kl_time_now(), INT64_MAX, NULL), KL_OK);
    assert_false(kl_pact_hold_is_over((const kl_pact_hold_state *)state.as.object, kl_time_now()));
    kl_value_release(state);
}

/* ---- the store ------------------------------------------------------------------------------------------------ */

static kl_status held(kl_pact_held **out, int64_t id)
{
    kl_value verdict = kl_null(), made = kl_null(), action = kl_null(), role = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_string_new(&action, KL_TEXT("deploy"), NULL));
    KL_TRY_OUT(kl_string_new(&role, KL_TEXT("D1-R1"), NULL));
    KL_TRY_OUT(kl_pact_verdict_format(&verdict, KL_ZONE_HELD, action, role, kl_null(), NULL, "wait %d", 1));
    const kl_pact_held_parts parts = {.action_id = id, .action = action, .role_address = role,
                                      .context = kl_null(), .verdict = verdict, .resource = kl_null(),
                                      .task_id = kl_null(), .channel = kl_null(),
                                      .recipient = kl_null(), .covered = 8, .now = KL_DAY};
    KL_TRY_OUT(kl_pact_held_new(&made, &parts, NULL));
    *out = (kl_pact_held *)made.as.object;
out:
    kl_value_release(verdict);
    kl_value_release(action);
    kl_value_release(role);
    return status;
}

static kl_status file(kl_pact_held_store *store, int64_t *id)
{
    kl_pact_held *made;
    KL_TRY(kl_pact_held_reserve(id, store, NULL));
    kl_status status = held(&made, *id);
    if (status != KL_OK) {
        kl_pact_held_leave(store);
        return status;
    }
    kl_pact_held_put(store, made);
    kl_object_release(&made->object);
    return KL_OK;
}

static size_t listed(kl_pact_held_store *store, int kind)
{
    kl_value list = kl_null();
    assert_int_equal(kl_pact_held_list(&list, store, kind, NULL), KL_OK);
    size_t count = kl_array_len(list);
    kl_value_release(list);
    return count;
}

static void reject(kl_pact_held_store *store, int64_t id)
{
    kl_value state = kl_null(), made = kl_null();
    kl_pact_held *found = kl_pact_held_get(store, id);
    assert_non_null(found);
    assert_int_equal(kl_pact_hold_rejected(&state, KL_TEXT("Bo"), KL_TEXT("no"), 0, NULL), KL_OK);
    assert_int_equal(kl_pact_held_with(&made, found, state, NULL), KL_OK);
    assert_true(kl_pact_held_replace(store, found, (kl_pact_held *)made.as.object));
    assert_false(kl_pact_held_replace(store, found, (kl_pact_held *)made.as.object)); /* once */
    kl_value_release(made);
    kl_value_release(state);
    kl_object_release(&found->object);
}

KL_TEST(actions_are_numbered_from_one)
{
    KL_UNUSED_STATE;
    kl_pact_held_store *store = NULL;
    int64_t id;
    assert_int_equal(kl_pact_held_store_new(&store, NULL), KL_OK);
    for (int64_t i = 1; i <= 20; i++) {
        assert_int_equal(file(store, &id), KL_OK);
        assert_int_equal(id, i);
    }
    assert_int_equal(listed(store, -1), 20);
    reject(store, 7);
    assert_int_equal(listed(store, KL_PACT_HOLD_PENDING), 19);
    assert_int_equal(listed(store, KL_PACT_HOLD_REJECTED), 1);
    assert_null(kl_pact_held_get(store, 0));
    assert_null(kl_pact_held_get(store, 21));
    assert_null(kl_pact_held_get(store, INT64_MIN));
    kl_object_release(kl_pact_held_store_object(store));
}

static void warned(void *context, kl_log_level level, const char *logger, kl_text message, kl_value fields)
{
    (void)logger, (void)fields;
    assert_int_equal(level, KL_LOG_WARN);
    assert_non_null(strstr(message.data, "the oldest 10000 were dropped, and so denied"));
    ++*(int *)context;
}

KL_TEST(a_full_store_drops_what_is_decided_and_then_the_oldest)
{
    KL_UNUSED_STATE;
    kl_pact_held_store *store = NULL;
    kl_pact_held *made = NULL;
    int64_t id = 0;
    int warnings = 0;
    assert_int_equal(kl_pact_held_store_new(&store, NULL), KL_OK);
    for (size_t i = 0; i < KL_PACT_HELD_MAX; i++) {
        assert_int_equal(kl_pact_held_reserve(&id, store, NULL), KL_OK);
        assert_int_equal(held(&made, id), KL_OK);
        kl_pact_held_put(store, made);
        kl_object_release(&made->object);
    }
    for (int64_t i = 1; i <= 100; i++)
        reject(store, 10 * i);
    kl_log_set_hook(warned, &warnings);
    kl_log_set_level(KL_LOG_WARN);
    assert_int_equal(kl_pact_held_reserve(&id, store, NULL), KL_OK);
    kl_pact_held_leave(store);
    assert_int_equal(listed(store, -1), KL_PACT_HELD_MAX - 100);
    assert_int_equal(warnings, 0);
    for (size_t i = 0; i <= 100; i++) {
        assert_int_equal(file(store, &id), KL_OK);
        assert_int_equal(warnings, i == 100);
    }
    kl_log_set_level(KL_LOG_OFF);
    kl_log_set_hook(NULL, NULL);
    assert_int_equal(id, KL_PACT_HELD_MAX + 102);
    assert_int_equal(listed(store, KL_PACT_HOLD_PENDING), KL_PACT_HELD_MAX - KL_PACT_HELD_MAX / 10 + 1);
    assert_null(kl_pact_held_get(store, 1));
    made = kl_pact_held_get(store, id);
    assert_non_null(made);
    kl_object_release(&made->object);
    kl_object_release(kl_pact_held_store_object(store));
}

KL_TEST(an_action_comes_back_from_its_map)
{
    KL_UNUSED_STATE;
    kl_pact_held *made = NULL;
    kl_value map = kl_null(), back = kl_null(), plain = kl_null(), again = kl_null();
    kl_error error = KL_ERROR_INIT;
    bool same = false;
    assert_int_equal(held(&made, 5), KL_OK);
    assert_int_equal(kl_pact_held_map(&map, made, NULL), KL_OK);
    assert_int_equal(kl_json_print(&plain, map, &kl_json_plain, NULL), KL_OK);
    assert_int_equal(kl_json_parse(&again, kl_as_text(plain), NULL), KL_OK);
    assert_int_equal(kl_pact_held_read(&back, again, NULL), KL_OK);
    assert_int_equal(kl_value_equal(&same, kl_value_of(&made->object), back, NULL), KL_OK);
    assert_true(same);
    kl_value_release(back);
    static const char *const spoiled[][2] = {
        {"action_id", "0"}, {"action", "5"}, {"context", "null"}, {"state", "{\"name\":\"other\"}"},
        {"state", "{\"name\":\"approved\",\"by\":\"a\"}"}, {"state", "null"}, {"original_verdict", "{}"},
        {"data_source", "7"}};
    for (size_t i = 0; i < KL_COUNT(spoiled); i++) {
        kl_value bad = kl_value_retain(again), none = kl_null();
        assert_int_equal(kl_map_set(&bad, kl_text_from(spoiled[i][0]), json(spoiled[i][1]), NULL), KL_OK);
        assert_int_equal(kl_pact_held_read(&none, bad, &error), KL_INVALID);
        kl_error_clear(&error);
        kl_value_release(bad);
    }
    kl_value_release(again);
    kl_value_release(plain);
    kl_value_release(map);
    kl_object_release(&made->object);
}

static kl_status store_work(void *data)
{
    (void)data;
    kl_pact_held_store *store = NULL;
    kl_pact_held *found = NULL;
    kl_value state = kl_null(), made = kl_null(), map = kl_null(), back = kl_null();
    int64_t id;
    kl_status status;
    KL_TRY_OUT(kl_pact_held_store_new(&store, NULL));
    for (int i = 0; i < 3; i++)
        KL_TRY_OUT(file(store, &id));
    found = kl_pact_held_get(store, 2);
    KL_TRY_OUT(kl_pact_hold_approved(&state, KL_TEXT("Ann"), 0, KL_DAY, NULL));
    KL_TRY_OUT(kl_pact_held_with(&made, found, state, NULL));
    kl_pact_held_replace(store, found, (kl_pact_held *)made.as.object);
    KL_TRY_OUT(kl_pact_held_map(&map, (kl_pact_held *)made.as.object, NULL));
    KL_TRY_OUT(kl_pact_held_read(&back, map, NULL));
out:
    kl_value_release(back);
    kl_value_release(map);
    kl_value_release(made);
    kl_value_release(state);
    if (found)
        kl_object_release(&found->object);
    if (store)
        kl_object_release(kl_pact_held_store_object(store));
    return status;
}

KL_TEST(want_of_memory_is_told)
{
    KL_UNUSED_STATE;
    assert_int_equal(store_work(NULL), KL_OK); /* what is made once is made */
    assert_true(sweep(store_work, NULL) > 20);
}

/* ---- usage ------------------------------------------------------------------------------------------------------- */

/* Asks as the judge would, and uses when `allowed`. */
static uint64_t use_one(kl_pact_usage *usage, uint32_t role, kl_time now, kl_duration window, bool allowed)
{
    kl_pact_usage_view view;
    kl_pact_usage_begin(&view, usage, role, now);
    uint64_t count = view.usage.count(view.usage.data, KL_TEXT("deploy"), now - window);
    kl_pact_usage_end(&view, allowed && !view.failed);
    return count;
}

KL_TEST(uses_count_within_their_window)
{
    KL_UNUSED_STATE;
    kl_pact_usage *usage = NULL;
    assert_int_equal(kl_pact_usage_new(&usage, 3, NULL), KL_OK);
    for (int i = 0; i < 10; i++)
        assert_int_equal(use_one(usage, 1, i * KL_SECOND, KL_MINUTE, true), i);
    assert_int_equal(use_one(usage, 1, 10 * KL_SECOND, KL_MINUTE, false), 10);
    assert_int_equal(use_one(usage, 1, 10 * KL_SECOND, KL_MINUTE, false), 10); /* what is denied counts not */
    assert_int_equal(use_one(usage, 2, 10 * KL_SECOND, KL_MINUTE, false), 0);  /* nor that of others */
    assert_int_equal(use_one(usage, 1, KL_MINUTE + KL_SECOND / 2, KL_MINUTE, false), 9);
    assert_int_equal(use_one(usage, 1, KL_MINUTE + 9 * KL_SECOND, KL_MINUTE, false), 0);
    assert_int_equal(use_one(usage, 1, 9 * KL_SECOND, 4 * KL_SECOND, false), 4);
    /* A clock that is set back neither crashes nor forgets. */
    assert_int_equal(use_one(usage, 1, -KL_HOUR, KL_MINUTE, true), 10);
    assert_int_equal(use_one(usage, 1, 9 * KL_SECOND, KL_MINUTE, false), 11);
    kl_pact_usage_free(usage);
}

KL_TEST(many_uses_are_counted_at_least)
{
    KL_UNUSED_STATE;
    kl_pact_usage *usage = NULL;
    enum { MANY = 200000 };
    assert_int_equal(kl_pact_usage_new(&usage, 1, NULL), KL_OK);
    for (int i = 0; i < MANY; i++)
        use_one(usage, 0, i * KL_MILLISECOND, KL_HOUR, true);
    assert_int_equal(use_one(usage, 0, MANY * KL_MILLISECOND, KL_HOUR, false), MANY);
    /* Of the last 100 seconds there were 100 000; neighbours that were joined may add a few, never hide one. */
    uint64_t recent = use_one(usage, 0, MANY * KL_MILLISECOND, 100 * KL_SECOND, false);
    assert_true(recent >= 100000 - 1 && recent <= 100000 + 16);
    kl_pact_usage_free(usage);
}

KL_TEST(money_counts_by_days)
{
    KL_UNUSED_STATE;
    kl_pact_usage *usage = NULL, *copy = NULL;
    kl_value row = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_pact_usage_new(&usage, 2, NULL), KL_OK);
    assert_int_equal(kl_pact_usage_spend(usage, 0, 100, KL_DAY + KL_HOUR, NULL), KL_OK);
    assert_int_equal(kl_pact_usage_spend(usage, 0, 50, KL_DAY + 2 * KL_HOUR, NULL), KL_OK);
    assert_int_equal(kl_pact_usage_spend(usage, 0, 7, 3 * KL_DAY, NULL), KL_OK);
    assert_int_equal(kl_pact_usage_spend(usage, 0, 1, 0, NULL), KL_OK); /* told late */
    assert_int_equal(kl_pact_usage_spent(usage, 0, 0), 158);
    assert_int_equal(kl_pact_usage_spent(usage, 0, KL_DAY), 157);
    assert_int_equal(kl_pact_usage_spent(usage, 0, 2 * KL_DAY), 7);
    assert_int_equal(kl_pact_usage_spent(usage, 1, 0), 0);
    assert_int_equal(kl_pact_usage_row(&row, usage, 0, 3, 3 * KL_DAY, NULL), KL_OK);
    assert_int_equal(kl_pact_usage_new(&copy, 2, NULL), KL_OK);
    assert_int_equal(kl_pact_usage_restore(copy, 0, row, NULL), KL_OK);
    assert_int_equal(kl_pact_usage_spent(copy, 0, 0), 161);
    assert_int_equal(kl_pact_usage_spent(usage, 0, 0), 158); /* a row changes nothing */
    assert_json(row, "{\"days\":[[0,1],[1,150],[3,10]]}");
    assert_int_equal(kl_pact_usage_spend(usage, 0, INT64_MAX, KL_DAY, &error), KL_OVERFLOW);
    kl_error_clear(&error);
    assert_int_equal(kl_pact_usage_spent(usage, 0, 0), 158);
    static const char *const bad[] = {"{}", "{\"days\":5}", "{\"days\":[[1]]}", "{\"days\":[[1,-1]]}",
                                      "{\"days\":[[1,2.5]]}"};
    for (size_t i = 0; i < KL_COUNT(bad); i++) {
        kl_value spoiled = json(bad[i]);
        assert_int_equal(kl_pact_usage_restore(copy, 1, spoiled, NULL), KL_INVALID);
        kl_value_release(spoiled);
    }
    for (int i = 0; i < 2000; i++) /* years */
        assert_int_equal(kl_pact_usage_spend(usage, 1, 1, i * KL_DAY, NULL), KL_OK);
    assert_int_equal(kl_pact_usage_spent(usage, 1, (2000 - 366) * KL_DAY), 366);
    kl_pact_usage_free(copy);
    kl_pact_usage_free(usage);
}

KL_TEST(operations_under_way)
{
    KL_UNUSED_STATE;
    kl_pact_usage *usage = NULL;
    assert_int_equal(kl_pact_usage_new(&usage, 1, NULL), KL_OK);
    assert_int_equal(kl_pact_usage_enter(usage, 0), 1);
    assert_int_equal(kl_pact_usage_enter(usage, 0), 2);
    kl_pact_usage_leave(usage, 0);
    assert_int_equal(kl_pact_usage_enter(usage, 0), 2);
    kl_pact_usage_free(usage);
    kl_pact_usage_free(NULL);
}

/* ---- canonical forms ----------------------------------------------------------------------------------------------- */

KL_TEST(a_verdict_in_its_canonical_form)
{
    KL_UNUSED_STATE;
    kl_value action = text("d\xC3\xA9ploy"), role = text("D1-R1"), reason = text("ok"), verdict = kl_null();
    kl_value details = json("{\"b\":\"2\",\"a\":\"1\"}"), form = kl_null();
    const kl_pact_verdict_parts parts = {.zone = KL_ZONE_FLAGGED, .allowed = true, .action = action,
                                         .reason = reason, .details = details, .role_address = role,
                                         .at = KL_SECOND / 2};
    assert_int_equal(kl_pact_verdict_new(&verdict, &parts, NULL), KL_OK);
    assert_int_equal(kl_object_call(&form, verdict.as.object, KL_TEXT("to_canonical_json"), NULL, 0, NULL),
                     KL_OK);
    assert_string_equal(kl_as_text(form).data,
                        "{\"access_decision\": null, \"action\": \"d\\u00e9ploy\", \"allowed\": true, "
                        "\"audit_details\": {\"a\": \"1\", \"b\": \"2\"}, \"effective_envelope_snapshot\": null, "
                        "\"envelope_version\": \"\", \"level\": \"flagged\", \"reason\": \"ok\", "
                        "\"role_address\": \"D1-R1\", \"timestamp\": \"1970-01-01T00:00:00.500+00:00\"}");
    kl_value_release(form);
    kl_value_release(verdict);
    kl_value_release(details);
    kl_value_release(reason);
    kl_value_release(role);
    kl_value_release(action);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(approvals_name_a_principal_and_end),
        cmocka_unit_test(actions_are_numbered_from_one),
        cmocka_unit_test(a_full_store_drops_what_is_decided_and_then_the_oldest),
        cmocka_unit_test(an_action_comes_back_from_its_map),
        cmocka_unit_test(want_of_memory_is_told),
        cmocka_unit_test(uses_count_within_their_window),
        cmocka_unit_test(many_uses_are_counted_at_least),
        cmocka_unit_test(money_counts_by_days),
        cmocka_unit_test(operations_under_way),
        cmocka_unit_test(a_verdict_in_its_canonical_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
