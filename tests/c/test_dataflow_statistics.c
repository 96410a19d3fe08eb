/* Retention, statistics, leaks, what is logged, and errors explained. */
#include "test.h"
#include "sweep.h"
#include "dataflow/diagnosis.h"
#include "dataflow/leak_detector.h"
#include "dataflow/query_engine.h"
#include "dataflow/query_log.h"
#include "dataflow/retention.h"

static kl_value make(const kl_type *type, const char *arguments)
{
    kl_value map = json(arguments), object = kl_null();
    assert_int_equal(kl_object_from_map(&object, type, map, NULL), KL_OK);
    kl_value_release(map);
    return object;
}

static kl_value call(kl_value object, const char *method, const kl_value *args, size_t count)
{
    kl_value out = kl_null();
    assert_int_equal(
        kl_object_call(&out, object.as.object, kl_text_from(method), args, count, NULL), KL_OK);
    return out;
}

/* ---- retention --------------------------------------------------------------------------------- */

static kl_value policy(const char *maker, int64_t count)
{
    kl_value out = kl_null(), n = kl_int(count);
    assert_int_equal(kl_type_call(&out, &kl_retention_policy_type, kl_text_from(maker), &n,
                                  count >= 0, NULL),
                     KL_OK);
    return out;
}

KL_TEST(a_policy_asks_for_an_action)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *maker;
        int64_t count, age;
        kl_retention action;
    } rows[] = {
        {"indefinite", -1, INT64_MAX, KL_RETENTION_RETAIN},
        {"days", 30, 30, KL_RETENTION_RETAIN},
        {"days", 30, 31, KL_RETENTION_DELETE},
        {"days", 0, 0, KL_RETENTION_RETAIN},
        {"years", 1, 365, KL_RETENTION_RETAIN},
        {"years", 1, 366, KL_RETENTION_DELETE},
        {"years", UINT32_MAX, UINT32_MAX, KL_RETENTION_RETAIN},
        {"until_consent_revoked", -1, 0, KL_RETENTION_CONSENT},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value made = policy(rows[i].maker, rows[i].count);
        assert_int_equal(kl_retention_of(made, rows[i].age), rows[i].action);
        kl_value_release(made);
    }
    assert_int_equal(kl_retention_of(kl_null(), 99), KL_RETENTION_RETAIN);
}

KL_TEST(an_enforcer_knows_the_first_policy)
{
    KL_UNUSED_STATE;
    kl_value enforcer = make(&kl_retention_enforcer_type, "{}");
    kl_value first[] = {json("\"email\""), policy("days", 30)};
    kl_value second[] = {json("\"email\""), policy("days", 1)};
    call(enforcer, "add_policy", first, 2);
    call(enforcer, "add_policy", second, 2);
    assert_int_equal(kl_retention_check(enforcer.as.object, KL_TEXT("email"), 5), KL_RETENTION_RETAIN);
    assert_int_equal(kl_retention_check(enforcer.as.object, KL_TEXT("email"), 31), KL_RETENTION_DELETE);
    assert_int_equal(kl_retention_check(enforcer.as.object, KL_TEXT("x"), 31), KL_RETENTION_RETAIN);
    for (size_t i = 0; i < 2; i++) {
        kl_value_release(first[i]);
        kl_value_release(second[i]);
    }
    kl_value_release(enforcer);
}

static kl_status list_actions(void *enforcer)
{
    kl_value out = kl_null(), age = kl_int(99);
    kl_status status =
        kl_object_call(&out, enforcer, KL_TEXT("fields_requiring_action"), &age, 1, NULL);
    kl_value_release(out);
    return status;
}

KL_TEST(listing_survives_any_failing_allocation)
{
    KL_UNUSED_STATE;
    kl_value enforcer = make(&kl_retention_enforcer_type, "{}");
    kl_value pair[] = {json("\"email\""), policy("days", 30)};
    call(enforcer, "add_policy", pair, 2);
    assert_true(sweep(list_actions, enforcer.as.object) > 1);
    kl_value_release(pair[0]);
    kl_value_release(pair[1]);
    kl_value_release(enforcer);
}

/* ---- queries ----------------------------------------------------------------------------------- */

static kl_status count_queries(void *unused)
{
    (void)unused;
    kl_value engine = kl_null(), stats = kl_null(), threshold = kl_int(5);
    kl_status status = kl_object_make(&engine, &kl_query_engine_type, &threshold, NULL);
    if (status == KL_OK)
        status = kl_query_engine_record(engine.as.object, KL_TEXT("SELECT 1"), 10, NULL);
    if (status == KL_OK)
        status = kl_object_call(&stats, engine.as.object, KL_TEXT("slow_queries"), NULL, 0, NULL);
    if (status == KL_OK)
        assert_int_equal(kl_array_len(stats), 1);
    kl_value_release(stats);
    kl_value_release(engine);
    return status;
}

KL_TEST(counting_survives_any_failing_allocation)
{
    KL_UNUSED_STATE;
    assert_true(sweep(count_queries, NULL) > 5);
}

KL_TEST(old_statements_make_room)
{
    KL_UNUSED_STATE;
    char text[32];
    kl_value engine = make(&kl_query_engine_type, "{\"slow_threshold_ms\":5}");
    for (int i = 0; i < KL_QUERIES_MAX + 1; i++) {
        int len = snprintf(text, sizeof text, "SELECT %d", i);
        assert_int_equal(
            kl_query_engine_record(engine.as.object, (kl_text){text, (size_t)len}, 1, NULL), KL_OK);
    }
    kl_value count = call(engine, "query_count", NULL, 0);
    assert_in_range(kl_as_int(count), KL_QUERIES_MAX / 2, KL_QUERIES_MAX);
    kl_value_release(engine);
}

/* ---- leaks ------------------------------------------------------------------------------------- */

static kl_status hold_some(void *unused)
{
    (void)unused;
    kl_object *detector;
    kl_value leaks = kl_null();
    int64_t id = 0;
    kl_status status = kl_leak_detector_new(&detector, 0, NULL);
    if (status != KL_OK)
        return status;
    for (int i = 0; i < 20 && status == KL_OK; i++)
        status = kl_leak_checkout(&id, detector, KL_TEXT("here"), NULL);
    kl_leak_checkin(detector, 3);
    kl_leak_checkin(detector, 99);
    if (status == KL_OK)
        status = kl_object_call(&leaks, detector, KL_TEXT("check_leaks"), NULL, 0, NULL);
    if (status == KL_OK)
        assert_int_equal(kl_array_len(leaks), 19);
    kl_value_release(leaks);
    kl_object_release(detector);
    return status;
}

KL_TEST(watching_survives_any_failing_allocation)
{
    KL_UNUSED_STATE;
    assert_true(sweep(hold_some, NULL) > 20);
}

/* ---- what is logged ---------------------------------------------------------------------------- */

static struct {
    int count;
    kl_log_level level;
    char logger[32], message[128], fields[128];
} logged;

static void note(void *context, kl_log_level level, const char *logger, kl_text message,
                 kl_value fields)
{
    kl_value text = kl_null();
    (void)context;
    logged.count++;
    logged.level = level;
    snprintf(logged.logger, sizeof logged.logger, "%s", logger);
    snprintf(logged.message, sizeof logged.message, "%.*s", KL_TEXT_ARG(message));
    assert_int_equal(kl_json_print(&text, fields, &kl_json_plain, NULL), KL_OK);
    snprintf(logged.fields, sizeof logged.fields, "%s", kl_as_text(text).data);
    kl_value_release(text);
}

static void apply(const char *preset, const char *arguments)
{
    const kl_type *type = kl_type_find(KL_TEXT("LoggingConfig"), "kailash.dataflow");
    kl_value args = json(arguments), config = kl_null();
    assert_int_equal(kl_type_call(&config, type, kl_text_from(preset), kl_array_items(args),
                                  kl_array_len(args), NULL),
                     KL_OK);
    call(config, "apply", NULL, 0);
    kl_value_release(config);
    kl_value_release(args);
}

KL_TEST(statements_are_logged_as_it_was_asked_for)
{
    KL_UNUSED_STATE;
    kl_value rows = json("[{\"a\":1}]");
    kl_log_set_hook(note, NULL);
    kl_log_set_level(KL_LOG_TRACE);
    assert_false(kl_query_log_wanted());
    kl_query_log_write(KL_TEXT("SELECT 1"), 2.5, 1, rows);
    assert_int_equal(logged.count, 0);

    apply("development", "[]");
    assert_true(kl_query_log_wanted() && kl_query_log_wants_rows());
    kl_query_log_write(KL_TEXT("SELECT 1"), 2.5, 1, rows);
    assert_int_equal(logged.count, 1);
    assert_int_equal(logged.level, KL_LOG_DEBUG);
    assert_string_equal(logged.logger, "kailash.dataflow");
    assert_string_equal(logged.message, "SELECT 1");
    assert_string_equal(logged.fields, "{\"duration_ms\":2.5,\"row_count\":1,\"rows\":[{\"a\":1}]}");

    apply("custom", "[true,false,false,\"warning\"]");
    kl_query_log_write(KL_TEXT("DELETE"), 2.5, -1, kl_null());
    assert_int_equal(logged.level, KL_LOG_WARN);
    assert_string_equal(logged.message, "DELETE");
    assert_string_equal(logged.fields, "{}");

    apply("custom", "[false,false,true,\"trace\"]");
    kl_query_log_write(KL_TEXT("SELECT secret"), 1, 1, rows);
    assert_int_equal(logged.level, KL_LOG_TRACE);
    assert_string_equal(logged.message, "a statement has run");
    assert_string_equal(logged.fields, "{\"duration_ms\":1.0,\"row_count\":1}");

    assert_false(kl_query_log_wants_rows());
    apply("quiet", "[]");
    assert_false(kl_query_log_wanted());
    kl_query_log_write(KL_TEXT("SELECT 1"), 1, 1, rows);
    assert_int_equal(logged.count, 3);
    kl_log_set_hook(NULL, NULL);
    kl_log_set_level(KL_LOG_OFF);
    kl_value_release(rows);
}

/* ---- errors explained -------------------------------------------------------------------------- */

KL_TEST(a_diagnosis_tells_cause_and_remedy)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *message, *cause, *fix;
    } rows[] = {
        {"UNIQUE constraint failed: users.email", "A unique value is there already", "upsert()"},
        {"NOT NULL constraint failed: users.email", "A column that must not be NULL", "default"},
        {"FOREIGN KEY constraint failed", "A row that is referred to", "parent row"},
        {"no such table: users", "A table does not exist", "create_tables()"},
        {"no such column: nam", "A column does not exist", "migration"},
        {"database is locked", "Another connection holds a lock", "transactions short"},
        {"pool timed out", "The time limit was reached", "slow_queries()"},
        {"connection refused", "The database cannot be reached", "server runs"},
        {"permission denied for table x", "The database does not permit it", "grant"},
        {"syntax error at or near \"SELEC\"", "The SQL is malformed", "Read the statement"},
        {"something else", "The error is of no kind that is known here", "Read the message"},
        {"", "The error is of no kind that is known here", "Read the message"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value out = kl_null();
        kl_text message = kl_text_from(rows[i].message);
        assert_int_equal(kl_error_diagnose(&out, message, NULL), KL_OK);
        assert_int_equal(kl_map_len(out), 3);
        kl_text cause = kl_as_text(kl_map_get(out, KL_TEXT("root_cause")));
        kl_text fix = kl_as_text(kl_map_get(out, KL_TEXT("suggested_fix")));
        assert_non_null(strstr(cause.data, rows[i].cause));
        assert_non_null(strstr(fix.data, rows[i].fix));
        assert_null(strstr(fix.data, "%s"));
        assert_true(kl_text_equal(kl_as_text(kl_map_get(out, KL_TEXT("details"))), message));
        kl_value_release(out);
    }
}

static kl_status explain(kl_value *out, kl_value columns)
{
    kl_error_facts facts = {.message = KL_TEXT("no such column: nmae"), .model = KL_TEXT("User"),
                            .sql = KL_TEXT("SELECT nmae"), .known_columns = columns};
    return kl_error_enhance(out, &facts, NULL);
}

static kl_status explain_and_diagnose(void *columns)
{
    kl_value told = kl_null(), cause = kl_null();
    kl_status status = explain(&told, *(kl_value *)columns);
    if (status == KL_OK)
        status = kl_error_diagnose(&cause, KL_TEXT("deadlock detected"), NULL);
    kl_value_release(cause);
    kl_value_release(told);
    return status;
}

KL_TEST(an_error_is_explained)
{
    KL_UNUSED_STATE;
    kl_value columns = json("[\"id\",\"name\"]"), told = kl_null();
    assert_int_equal(explain(&told, columns), KL_OK);
    assert_json(told, "{\"original_message\":\"no such column: nmae\",\"context\":\"model: User, "
                      "statement: SELECT\",\"suggestion\":\"Did you mean column 'name'?\","
                      "\"classification\":\"message_heuristic\"}");
    assert_true(sweep(explain_and_diagnose, &columns) > 5);
    kl_value_release(columns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_policy_asks_for_an_action),
        cmocka_unit_test(an_enforcer_knows_the_first_policy),
        cmocka_unit_test(listing_survives_any_failing_allocation),
        cmocka_unit_test(counting_survives_any_failing_allocation),
        cmocka_unit_test(old_statements_make_room),
        cmocka_unit_test(watching_survives_any_failing_allocation),
        cmocka_unit_test(statements_are_logged_as_it_was_asked_for),
        cmocka_unit_test(a_diagnosis_tells_cause_and_remedy),
        cmocka_unit_test(an_error_is_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
