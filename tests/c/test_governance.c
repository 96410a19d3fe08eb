#include "governance_test.h"
#include "kailash/wide.h"
#include "sweep.h"

#define FIVE                                                                                       \
    FINANCIAL(10000, 50000, "daily", 5000)                                                         \
    "," OPERATIONAL("[\"read\",\"Write\"]", "[\"drop\"]", "{\"llm_calls\":10}", "[\"send\"]") ","   \
    TEMPORAL("null", 3600, "[]", "[]") "," DATA("[\"db\",\"docs/**\"]", "[\"docs/secret\"]") ","    \
    COMMUNICATION("[\"email\"]", "[]", "false", 500)

/* ---- reading ---------------------------------------------------------------------------------------- */

KL_TEST(what_is_no_envelope_is_refused)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *dimensions, *more, *message;
    } rows[] = {
        {"", ",\"zzz\":1", "constraint envelope: zzz: unknown member"},
        {"\"weird\":null", "", "dimensions.weird: unknown member"},
        {FINANCIAL(-1, 0, "daily", 0), "", "max_transaction_cents: expected non-negative integer"},
        {FINANCIAL(1.5, 0, "daily", 0), "", "max_transaction_cents"},
        {FINANCIAL(1, 0, "lunar", 0), "", "financial.cumulative_period: unknown 'lunar'"},
        {"\"financial\":{}", "", "max_transaction_cents: missing"},
        {OPERATIONAL("[]", "[]", "{\"a\":-1}", "[]"), "", "resource_limits.a"},
        {OPERATIONAL("[1]", "[]", "{}", "[]"), "", "allowed_operations[0]"},
        {TEMPORAL("{\"timezone\":\"X/Y\",\"windows\":[]}", 1, "[]", "[]"), "",
         "temporal.operating_hours.timezone: unknown time zone 'X/Y'"},
        {TEMPORAL("{\"timezone\":\"../etc/passwd\",\"windows\":[]}", 1, "[]", "[]"), "",
         "unknown time zone"},
        {TEMPORAL("{\"timezone\":\"UTC\",\"windows\":[{\"start_time\":\"9\",\"end_time\":\"10:00\"}]}",
                  1, "[]", "[]"),
         "", "windows[0].start_time: '9' is no time of day; expected HH:MM"},
        {TEMPORAL("null", 1, "[]", "[{\"day_of_week\":[\"mon\"],\"start_time\":\"09:00\","
                                   "\"end_time\":\"10:00\"}]"),
         "", "blackout_periods[0].day_of_week: unknown day 'mon'"},
        {TEMPORAL("null", 1, "[{\"operation\":\"a\",\"max_count\":1,\"window_seconds\":0}]", "[]"),
         "", "rate_limits[0].window_seconds: must be at least 1"},
        {TEMPORAL("null", 1, "[{\"operation\":\"a\",\"max_count\":1,\"window_seconds\":1,\"z\":1}]",
                  "[]"),
         "", "rate_limits[0].z: unknown member"},
        {"", ",\"posture_ceiling\":\"x\"", "unknown posture_ceiling: 'x'"},
        {"", ",\"gradient_thresholds\":{\"auto_approve\":0.5}", "flag: missing"},
        {"", ",\"gradient_thresholds\":{\"auto_approve\":0.9,\"flag\":0.5,\"hold\":1}",
         "expected 0 <= auto_approve <= flag <= hold <= 1"},
        {"", ",\"gradient_thresholds\":{\"auto_approve\":0.1,\"flag\":0.5,\"hold\":1.1}", "hold <= 1"},
        {"", ",\"gradient_thresholds\":{\"auto_approve\":-0.1,\"flag\":0.5,\"hold\":1}", "auto_approve"},
        {"", ",\"expires_at\":\"2026-01-01T00:00:00\"", "expires_at"},
        {"", ",\"issuer\":\"y\"", "issuer"}, /* a key that stands twice */
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_governance *envelope = NULL;
        kl_error error = KL_ERROR_INIT;
        kl_status status = read_envelope(&envelope, rows[i].dimensions, rows[i].more, &error);
        assert_true(status == KL_INVALID || status == KL_SYNTAX);
        assert_failure(status, status, &error, rows[i].message);
        assert_null(envelope);
    }
}

KL_TEST(an_envelope_keeps_its_wire_form)
{
    KL_UNUSED_STATE;
    kl_governance *envelope = envelope_of(FIVE), *wide = envelope_of(
        FINANCIAL(18446744073709551615, 0, "yearly", 0));
    assert_member(envelope, "operational", "allowed_operations", "[\"read\",\"Write\"]");
    assert_true(envelope->stated[KL_COMMUNICATION]);
    assert_false(wide->stated[KL_COMMUNICATION]);
    assert_int_equal(wide->period, KL_PERIOD_ANNUAL);
    assert_member(wide, "financial", "max_transaction_cents", "18446744073709551615");
    assert_true(envelope->limits[KL_MAX_RETENTION] == KL_UNLIMITED);
    kl_governance_release(envelope);
    kl_governance_release(wide);
}

KL_TEST(an_expiry_beyond_the_calendar_is_never)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text;
        kl_time expected;
    } rows[] = {
        {",\"expires_at\":\"9999-01-01T00:00:00Z\"", KL_TIME_NONE},
        {",\"expires_at\":\"1066-01-01T00:00:00Z\"", INT64_MIN},
        {",\"expires_at\":\"1970-01-01T02:00:01+02:00\"", KL_SECOND},
        {",\"expires_at\":null", KL_TIME_NONE},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_governance *envelope = NULL;
        assert_int_equal(read_envelope(&envelope, "", rows[i].text, NULL), KL_OK);
        assert_true(envelope->expires_at == rows[i].expected);
        kl_governance_release(envelope);
    }
}

/* ---- intersection ----------------------------------------------------------------------------------- */

typedef struct meeting_row {
    const char *a, *b, *dimension, *member, *expected;
} meeting_row;

#define IN_UTC(start, end)                                                                         \
    "{\"timezone\":\"UTC\",\"windows\":[{\"day_of_week\":null,\"start_time\":\"" start               \
    "\",\"end_time\":\"" end "\"}]}"
#define IN_BERLIN(start, end)                                                                      \
    "{\"timezone\":\"Europe/Berlin\",\"windows\":[{\"day_of_week\":[\"monday\"],\"start_time\":\"" start \
    "\",\"end_time\":\"" end "\"}]}"
#define RATE(count, seconds)                                                                       \
    "{\"operation\":\"read\",\"max_count\":" #count ",\"window_seconds\":" #seconds "}"

static const meeting_row meetings[] = {
    {FINANCIAL(5, 6, "daily", 7), FINANCIAL(7, 5, "daily", 6), "financial", "max_transaction_cents", "5"},
    {FINANCIAL(5, 6, "daily", 7), FINANCIAL(7, 5, "daily", 6), "financial", "max_cumulative_cents", "5"},
    {FINANCIAL(5, 6, "daily", 7), FINANCIAL(7, 5, "daily", 6), "financial", "approval_threshold_cents", "6"},
    {FINANCIAL(5, 600, "weekly", 7), FINANCIAL(7, 100, "daily", 6), "financial", "max_cumulative_cents", "85"},
    {FINANCIAL(5, 600, "weekly", 7), FINANCIAL(7, 100, "daily", 6), "financial", "cumulative_period",
     "\"daily\""},
    {FINANCIAL(5, 600, "weekly", 7), FINANCIAL(7, 10, "daily", 6), "financial", "max_cumulative_cents", "10"},
    {FINANCIAL(5, 600, "weekly", 7), FINANCIAL(7, 700, "weekly", 6), "financial", "cumulative_period",
     "\"weekly\""},
    {OPERATIONAL("[\"b\",\"A\",\"c\"]", "[\"x\"]", "{\"p\":1,\"q\":5}", "[]"),
     OPERATIONAL("[\"a\",\"B\",\"d\"]", "[\"X\",\"y\"]", "{\"q\":4,\"r\":3}", "[\"z\"]"), "operational",
     "allowed_operations", "[\"b\",\"A\"]"},
    {OPERATIONAL("[]", "[\"x\"]", "{\"p\":1,\"q\":5}", "[]"),
     OPERATIONAL("[\"a\"]", "[\"X\",\"y\"]", "{\"q\":4,\"r\":3}", "[\"z\"]"), "operational",
     "denied_operations", "[\"x\",\"y\"]"},
    {OPERATIONAL("[]", "[]", "{\"p\":1,\"q\":5}", "[]"),
     OPERATIONAL("[\"a\"]", "[]", "{\"q\":4,\"r\":3}", "[]"), "operational", "resource_limits",
     "{\"p\":1,\"q\":4,\"r\":3}"},
    {OPERATIONAL("[]", "[]", "{}", "[]"), OPERATIONAL("[\"a\"]", "[]", "{}", "[]"), "operational",
     "allowed_operations", "[\"a\"]"},
    {DATA("[\"docs/**\",\"db\"]", "[]"), DATA("[\"docs/a/*\",\"DB\",\"x\"]", "[]"), "data_access",
     "allowed_data_sources", "[\"db\",\"docs/a/*\"]"},
    {DATA("[\"docs/*\"]", "[\"a/**\"]"), DATA("[\"docs/**\"]", "[\"a/b\",\"c\"]"), "data_access",
     "allowed_data_sources", "[\"docs/*\"]"},
    {DATA("[]", "[\"a/**\"]"), DATA("[]", "[\"a/b\",\"c\"]"), "data_access", "denied_data_sources",
     "[\"a/**\",\"c\"]"},
    {COMMUNICATION("[]", "[]", "true", 5), COMMUNICATION("[]", "[]", "false", null), "communication",
     "max_message_length", "5"},
    {COMMUNICATION("[]", "[]", "true", 5), COMMUNICATION("[]", "[]", "false", null), "communication",
     "require_approval_for_external", "true"},
    {TEMPORAL("null", 5, "[" RATE(5, 60) "]", "[]"),
     TEMPORAL("null", null, "[" RATE(4, 60) "," RATE(9, 3600) "]", "[]"), "temporal", "rate_limits",
     "[" RATE(4, 60) "," RATE(9, 3600) "]"},
    {TEMPORAL("null", 5, "[]", "[]"), TEMPORAL("null", null, "[]", "[]"), "temporal",
     "max_duration_seconds", "5"},
    {TEMPORAL(IN_UTC("09:00", "17:00"), 5, "[]", "[]"), TEMPORAL(IN_UTC("12:00", "20:00"), 5, "[]", "[]"),
     "temporal", "operating_hours", IN_UTC("12:00", "17:00")},
    {TEMPORAL(IN_UTC("22:00", "06:00"), 5, "[]", "[]"), TEMPORAL(IN_UTC("20:00", "23:00"), 5, "[]", "[]"),
     "temporal", "operating_hours", IN_UTC("22:00", "23:00")},
    {TEMPORAL(IN_UTC("00:00", "23:59"), 5, "[]", "[]"), TEMPORAL(IN_UTC("00:00", "24:00"), 5, "[]", "[]"),
     "temporal", "operating_hours", IN_UTC("00:00", "23:59")},
    /* In UTC 8 to 16 in winter, 7 to 15 in summer. */
    {TEMPORAL(IN_BERLIN("09:00", "17:00"), 5, "[]", "[]"), TEMPORAL(IN_UTC("00:00", "24:00"), 5, "[]", "[]"),
     "temporal", "operating_hours",
     "{\"timezone\":\"UTC\",\"windows\":[{\"day_of_week\":[\"monday\"],\"start_time\":\"08:00\","
     "\"end_time\":\"15:00\"}]}"},
    {TEMPORAL("null", 5, "[]", "[]"), TEMPORAL(IN_BERLIN("09:00", "17:00"), 5, "[]", "[]"), "temporal",
     "operating_hours", IN_BERLIN("09:00", "17:00")},
};

KL_TEST(two_envelopes_meet_member_by_member)
{
    KL_UNUSED_STATE;
    for (size_t i = 0; i < KL_COUNT(meetings); i++) {
        kl_governance *a = envelope_of(meetings[i].a), *b = envelope_of(meetings[i].b), *both;
        assert_int_equal(kl_governance_intersect(&both, a, b, true, NULL), KL_OK);
        assert_member(both, meetings[i].dimension, meetings[i].member, meetings[i].expected);
        kl_governance_release(both);
        kl_governance_release(a);
        kl_governance_release(b);
    }
}

KL_TEST(what_has_nothing_in_common_is_refused_where_empty_means_all)
{
    KL_UNUSED_STATE;
    static const meeting_row rows[] = {
        {OPERATIONAL("[\"a\"]", "[]", "{}", "[]"), OPERATIONAL("[\"b\"]", "[]", "{}", "[]"), "operational",
         "allowed_operations", "[]"},
        {DATA("[\"docs/*\"]", "[]"), DATA("[\"docs/a/b\"]", "[]"), "data_access", "allowed_data_sources", "[]"},
        {COMMUNICATION("[\"a\"]", "[]", "true", 1), COMMUNICATION("[\"b\"]", "[]", "true", 1),
         "communication", "allowed_channels", "[]"},
        {TEMPORAL(IN_UTC("09:00", "10:00"), 1, "[]", "[]"), TEMPORAL(IN_UTC("10:00", "11:00"), 1, "[]", "[]"),
         "temporal", "operating_hours", "{\"timezone\":\"UTC\",\"windows\":[]}"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_governance *a = envelope_of(rows[i].a), *b = envelope_of(rows[i].b), *both = NULL;
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(kl_governance_intersect(&both, a, b, true, &error), KL_INVALID);
        assert_string_equal(error.type, "EnvelopeIntersectionError");
        assert_non_null(strstr(error.message, rows[i].member));
        kl_error_clear(&error);
        assert_int_equal(kl_governance_intersect(&both, a, b, false, NULL), KL_OK);
        assert_member(both, rows[i].dimension, rows[i].member, rows[i].expected);
        kl_governance_release(both);
        kl_governance_release(a);
        kl_governance_release(b);
    }
}

KL_TEST(an_empty_list_is_nothing_in_the_fold)
{
    KL_UNUSED_STATE;
    kl_governance *a = envelope_of(OPERATIONAL("[]", "[]", "{}", "[]"));
    kl_governance *b = envelope_of(OPERATIONAL("[\"x\"]", "[]", "{}", "[]")), *both;
    assert_int_equal(kl_governance_intersect(&both, b, a, false, NULL), KL_OK);
    assert_member(both, "operational", "allowed_operations", "[]");
    kl_governance_release(both);
    kl_governance_release(a);
    kl_governance_release(b);
}

KL_TEST(the_head_of_an_intersection_is_of_both)
{
    KL_UNUSED_STATE;
    kl_governance *a, *b, *both;
    assert_int_equal(read_envelope(&a, FIVE, ",\"expires_at\":\"2030-01-01T00:00:00Z\",\"context\":\"c\","
                                             "\"posture_ceiling\":\"delegated\",\"signature\":[1]", NULL),
                     KL_OK);
    assert_int_equal(read_envelope(&b, "", ",\"expires_at\":\"2029-01-01T00:00:00Z\","
                                           "\"posture_ceiling\":\"tool\"", NULL),
                     KL_OK);
    assert_int_equal(kl_governance_intersect(&both, a, b, true, NULL), KL_OK);
    kl_value map = kl_governance_map(both);
    assert_json(kl_value_retain(kl_map_get(map, KL_TEXT("issuer"))), "\"x∩x\"");
    assert_json(kl_value_retain(kl_map_get(map, KL_TEXT("context"))), "\"c\"");
    assert_json(kl_value_retain(kl_map_get(map, KL_TEXT("expires_at"))), "\"2029-01-01T00:00:00Z\"");
    assert_json(kl_value_retain(kl_map_get(map, KL_TEXT("posture_ceiling"))), "\"tool\"");
    assert_false(kl_map_has(map, KL_TEXT("signature")));
    assert_int_equal(both->posture_ceiling, KL_POSTURE_SUPERVISED);
    assert_member(both, "communication", "allowed_channels", "[\"email\"]");
    assert_false(kl_text_equal(kl_as_text(kl_map_get(map, KL_TEXT("envelope_id"))),
                               kl_as_text(kl_map_get(kl_governance_map(a), KL_TEXT("envelope_id")))));
    kl_governance_release(both);
    assert_int_equal(kl_governance_intersect(&both, b, a, false, NULL), KL_OK);
    assert_json(kl_value_retain(kl_map_get(kl_governance_map(both), KL_TEXT("context"))), "null");
    kl_governance_release(both);
    kl_governance_release(a);
    kl_governance_release(b);
}

KL_TEST(what_is_near_a_limit_for_both_is_the_smaller_part)
{
    KL_UNUSED_STATE;
#define NEAR(a, f, h) ",\"gradient_thresholds\":{\"auto_approve\":" a ",\"flag\":" f ",\"hold\":" h "}"
    static const struct {
        const char *a, *b, *expected;
    } rows[] = {
        {"", "", "null"},
        {NEAR("0.1", "0.9", "0.95"), NEAR("0.2", "0.5", "0.6"), "{\"auto_approve\":0.1,\"flag\":0.5,\"hold\":0.6}"},
        {NEAR("0.1", "0.9", "0.95"), "", "{\"auto_approve\":0.1,\"flag\":0.8,\"hold\":0.95}"},
        {"", NEAR("0.85", "0.9", "0.95"), "{\"auto_approve\":0.8,\"flag\":0.8,\"hold\":0.95}"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_governance *a, *b, *both;
        assert_int_equal(read_envelope(&a, "", rows[i].a, NULL), KL_OK);
        assert_int_equal(read_envelope(&b, "", rows[i].b, NULL), KL_OK);
        assert_int_equal(kl_governance_intersect(&both, a, b, true, NULL), KL_OK);
        assert_json(kl_value_retain(kl_map_get(kl_governance_map(both), KL_TEXT("gradient_thresholds"))),
                    rows[i].expected);
        kl_governance_release(both);
        kl_governance_release(a);
        kl_governance_release(b);
    }
}

/* ---- tightening ------------------------------------------------------------------------------------- */

KL_TEST(a_child_must_not_be_wider)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *child, *parent;
        const char *message; /* NULL: it is tighter */
    } rows[] = {
        {FIVE, FIVE, NULL},
        {"", FIVE, NULL},
        {FIVE, "", NULL},
        {FINANCIAL(200, 1, "daily", 1), FINANCIAL(100, 1, "daily", 1),
         "financial widening: max_transaction_cents: child 200 > parent 100"},
        {FINANCIAL(1, 600, "weekly", 1), FINANCIAL(1, 100, "daily", 1),
         "financial widening: max_cumulative_cents: child 600 > parent 100 (weekly under daily)"},
        {FINANCIAL(1, 100, "weekly", 1), FINANCIAL(1, 100, "daily", 1), NULL},
        {FINANCIAL(1, 10, "daily", 1), FINANCIAL(1, 70, "weekly", 1), NULL},
        {FINANCIAL(1, 11, "daily", 1), FINANCIAL(1, 70, "weekly", 1), "max_cumulative_cents"},
        {OPERATIONAL("[\"read\",\"zz\"]", "[]", "{}", "[]"), OPERATIONAL("[\"READ\"]", "[]", "{}", "[]"),
         "operational widening: allowed_operations: child [\"read\",\"zz\"] > parent [\"READ\"] "
         "('zz' is not the parent's)"},
        {OPERATIONAL("[]", "[]", "{}", "[]"), OPERATIONAL("[\"read\"]", "[]", "{}", "[]"),
         "an empty list allows everything"},
        {OPERATIONAL("[]", "[]", "{}", "[]"), OPERATIONAL("[]", "[\"drop\"]", "{}", "[]"),
         "denied_operations: child [] > parent [\"drop\"] ('drop' is missing)"},
        {OPERATIONAL("[]", "[]", "{}", "[]"), OPERATIONAL("[]", "[]", "{}", "[\"send\"]"),
         "require_approval_for"},
        {OPERATIONAL("[]", "[]", "{\"n\":9}", "[]"), OPERATIONAL("[]", "[]", "{}", "[]"), NULL},
        {OPERATIONAL("[]", "[]", "{}", "[]"), OPERATIONAL("[]", "[]", "{\"n\":9}", "[]"), NULL},
        {OPERATIONAL("[]", "[]", "{\"n\":10}", "[]"), OPERATIONAL("[]", "[]", "{\"n\":9}", "[]"),
         "resource_limits: child {\"n\":10} > parent {\"n\":9} ('n' is larger)"},
        {DATA("[\"docs/a\"]", "[]"), DATA("[\"docs/**\"]", "[]"), NULL},
        {DATA("[\"docs/**\"]", "[]"), DATA("[\"docs/*\"]", "[]"), "allowed_data_sources"},
        {DATA("[]", "[\"a/**\"]"), DATA("[]", "[\"a/b\"]"), NULL},
        {DATA("[]", "[\"a/b\"]"), DATA("[]", "[\"a/**\"]"), "denied_data_sources"},
        {COMMUNICATION("[]", "[]", "false", 1), COMMUNICATION("[]", "[]", "true", 1),
         "communication widening: require_approval_for_external: child false > parent true"},
        {COMMUNICATION("[]", "[]", "true", null), COMMUNICATION("[]", "[]", "true", 1), NULL},
        {COMMUNICATION("[]", "[]", "true", 2), COMMUNICATION("[]", "[]", "true", 1), "max_message_length"},
        {TEMPORAL("null", 1, "[]", "[]"), TEMPORAL("null", 1, "[" RATE(5, 60) "]", "[]"),
         "rate_limits: child [] > parent"},
        {TEMPORAL("null", 1, "[" RATE(6, 60) "]", "[]"), TEMPORAL("null", 1, "[" RATE(5, 60) "]", "[]"),
         "('read' is dropped or relaxed)"},
        {TEMPORAL("null", 1, "[" RATE(1, 10) "]", "[]"), TEMPORAL("null", 1, "[" RATE(6, 60) "]", "[]"), NULL},
        {TEMPORAL("null", 1, "[" RATE(1, 10) "]", "[]"), TEMPORAL("null", 1, "[" RATE(5, 60) "]", "[]"),
         "rate_limits"},
        {TEMPORAL("null", 1, "[" RATE(5, 90) "]", "[]"), TEMPORAL("null", 1, "[" RATE(5, 60) "]", "[]"), NULL},
        {TEMPORAL(IN_UTC("10:00", "12:00"), 1, "[]", "[]"), TEMPORAL(IN_UTC("09:00", "17:00"), 1, "[]", "[]"),
         NULL},
        {TEMPORAL(IN_UTC("08:59", "12:00"), 1, "[]", "[]"), TEMPORAL(IN_UTC("09:00", "17:00"), 1, "[]", "[]"),
         "operating_hours"},
        {TEMPORAL("null", 1, "[]", "[]"), TEMPORAL(IN_UTC("09:00", "17:00"), 1, "[]", "[]"), NULL},
        {TEMPORAL(IN_BERLIN("10:00", "12:00"), 1, "[]", "[]"), TEMPORAL(IN_UTC("08:00", "11:00"), 1, "[]", "[]"),
         NULL},
        {TEMPORAL(IN_BERLIN("10:00", "12:00"), 1, "[]", "[]"), TEMPORAL(IN_UTC("09:00", "11:00"), 1, "[]", "[]"),
         "operating_hours"}, /* in summer it begins at 8 */
        {TEMPORAL("null", 1, "[]", "[]"),
         TEMPORAL("null", 1, "[]", "[{\"start_time\":\"09:00\",\"end_time\":\"10:00\"}]"), "blackout_periods"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_governance *child = envelope_of(rows[i].child), *parent = envelope_of(rows[i].parent);
        kl_error error = KL_ERROR_INIT;
        kl_status status = kl_governance_tighter(child, parent, &error);
        if (rows[i].message)
            assert_failure(status, KL_INVALID, &error, rows[i].message);
        else
            assert_failure(status, KL_OK, &error, "");
        kl_governance_release(child);
        kl_governance_release(parent);
    }
}

/* ---- levels, signatures ----------------------------------------------------------------------------- */

KL_TEST(a_level_brings_its_envelope)
{
    KL_UNUSED_STATE;
    static const struct {
        kl_trust_level level;
        const char *operations, *resources, *duration;
    } rows[] = {
        {KL_TRUST_UNTRUSTED, "[]", "{\"context_tokens\":0,\"llm_calls\":0,\"tool_calls\":0}", "null"},
        {KL_TRUST_SUPERVISED, "[\"network\",\"state_mutation\"]",
         "{\"context_tokens\":16384,\"llm_calls\":50,\"tool_calls\":20}", "300"},
        {KL_TRUST_FULL, "[\"network\",\"filesystem\",\"code_execution\",\"state_mutation\",\"delegation\"]",
         "{\"context_tokens\":131072,\"llm_calls\":18446744073709551615,"
         "\"tool_calls\":18446744073709551615}",
         "18446744073709551615"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value map;
        kl_governance *envelope;
        assert_int_equal(kl_governance_of_level(&map, rows[i].level, KL_TEXT("acme"), KL_TEXT("a1"), NULL),
                         KL_OK);
        assert_int_equal(kl_governance_read(&envelope, map, NULL), KL_OK);
        assert_member(envelope, "operational", "allowed_operations", rows[i].operations);
        assert_member(envelope, "operational", "resource_limits", rows[i].resources);
        assert_member(envelope, "temporal", "max_duration_seconds", rows[i].duration);
        assert_member(envelope, "financial", "cumulative_period", "null");
        assert_json(kl_value_retain(kl_map_get(map, KL_TEXT("subject"))),
                    "{\"subject_type\":\"Agent\",\"id\":\"a1\",\"name\":null}");
        assert_json(kl_value_retain(kl_map_get(map, KL_TEXT("issuer"))), "\"acme\"");
        kl_governance_release(envelope);
        kl_value_release(map);
    }
}

KL_TEST(a_signed_envelope_cannot_be_changed)
{
    KL_UNUSED_STATE;
    kl_value map, pair, record = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_key_pair_generate(&pair, NULL), KL_OK);
    assert_int_equal(kl_governance_of_level(&map, KL_TRUST_FULL, KL_TEXT("acme"), KL_TEXT("a1"), NULL), KL_OK);
    assert_int_equal(kl_governance_signature_check(map, NULL), KL_OK);
    assert_int_equal(kl_governance_sign(&map, (const kl_key_pair *)pair.as.object, NULL), KL_OK);
    assert_int_equal(kl_governance_signature_check(map, NULL), KL_OK);
    assert_int_equal(kl_map_set_text(&map, KL_TEXT("alg_id"), KL_TEXT(KL_ALG_ID), NULL), KL_OK);
    assert_int_equal(kl_eatp_envelope_new(&record, kl_value_retain(map), NULL), KL_OK);
    kl_object_release(record.as.object);
    assert_int_equal(kl_map_set_text(&map, KL_TEXT("issuer"), KL_TEXT("evil"), NULL), KL_OK);
    kl_status status = kl_eatp_envelope_new(&record, kl_value_retain(map), &error);
    assert_failure(status, KL_INVALID, &error, "signature verification failed");
    assert_int_equal(kl_map_remove(&map, KL_TEXT("signature"), NULL), KL_OK);
    status = kl_eatp_envelope_new(&record, kl_value_retain(map), &error);
    assert_failure(status, KL_INVALID, &error, "belong together");
    kl_value_release(map);
    kl_value_release(pair);
}

KL_TEST(the_content_is_hashed_without_the_head)
{
    KL_UNUSED_STATE;
    kl_governance *a = envelope_of(FIVE), *b, *c = envelope_of(FINANCIAL(1, 1, "daily", 1));
    kl_value x, y, z;
    assert_int_equal(read_envelope(&b, FIVE, ",\"context\":\"another\"", NULL), KL_OK);
    assert_int_equal(kl_governance_content_hash(&x, a, NULL), KL_OK);
    assert_int_equal(kl_governance_content_hash(&y, b, NULL), KL_OK);
    assert_int_equal(kl_governance_content_hash(&z, c, NULL), KL_OK);
    assert_int_equal(kl_as_text(x).len, 64);
    assert_true(kl_text_equal(kl_as_text(x), kl_as_text(y)));
    assert_false(kl_text_equal(kl_as_text(x), kl_as_text(z)));
    kl_value_release(x);
    kl_value_release(y);
    kl_value_release(z);
    kl_governance_release(a);
    kl_governance_release(b);
    kl_governance_release(c);
}

/* ---- want of memory --------------------------------------------------------------------------------- */

static kl_status read_and_meet(void *data)
{
    kl_governance *a = NULL, *b = NULL, *both = NULL;
    kl_status status;
    (void)data;
    KL_TRY_OUT(read_envelope(&a, FIVE, "", NULL));
    KL_TRY_OUT(read_envelope(&b, TEMPORAL(IN_BERLIN("09:00", "17:00"), 9, "[" RATE(1, 2) "]", "[]"), "", NULL));
    KL_TRY_OUT(kl_governance_intersect(&both, a, b, true, NULL));
    KL_TRY_OUT(kl_governance_tighter(both, a, NULL));
out:
    kl_governance_release(both);
    kl_governance_release(b);
    kl_governance_release(a);
    return status;
}

static kl_status make_record(void *data)
{
    kl_value map, record = kl_null();
    (void)data;
    KL_TRY(kl_governance_of_level(&map, KL_TRUST_FULL, KL_TEXT("acme"), KL_TEXT("a1"), NULL));
    kl_status status = kl_eatp_envelope_new(&record, map, NULL);
    kl_value_release(record);
    return status;
}

KL_TEST(want_of_memory_is_an_error)
{
    KL_UNUSED_STATE;
    assert_true(sweep(read_and_meet, NULL) > 20);
    assert_true(sweep(make_record, NULL) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_envelope_is_refused),
        cmocka_unit_test(an_envelope_keeps_its_wire_form),
        cmocka_unit_test(an_expiry_beyond_the_calendar_is_never),
        cmocka_unit_test(two_envelopes_meet_member_by_member),
        cmocka_unit_test(what_has_nothing_in_common_is_refused_where_empty_means_all),
        cmocka_unit_test(an_empty_list_is_nothing_in_the_fold),
        cmocka_unit_test(the_head_of_an_intersection_is_of_both),
        cmocka_unit_test(what_is_near_a_limit_for_both_is_the_smaller_part),
        cmocka_unit_test(a_child_must_not_be_wider),
        cmocka_unit_test(a_level_brings_its_envelope),
        cmocka_unit_test(a_signed_envelope_cannot_be_changed),
        cmocka_unit_test(the_content_is_hashed_without_the_head),
        cmocka_unit_test(want_of_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
