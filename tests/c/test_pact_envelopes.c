#include "governance_test.h"
#include "pact/envelope_advice.h"
#include "pact/role_envelope.h"
#include "sweep.h"

#define FIVE                                                                                       \
    FINANCIAL(10000, 50000, "daily", 5000)                                                         \
    "," OPERATIONAL("[\"read\",\"write\",\"send\"]", "[\"drop\"]", "{}", "[]") ","                  \
    TEMPORAL("null", 3600, "[]", "[]") "," DATA("[\"db\"]", "[]") ","                               \
    COMMUNICATION("[\"email\"]", "[]", "false", 500)

/* ---- advice ----------------------------------------------------------------------------------------- */

/* The texts of an array of warnings, in one line; taken. */
static void assert_warnings(kl_value warnings, const char *expected)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_string(&text, "");
    for (size_t i = 0; i < kl_array_len(warnings); i++) {
        kl_value first, message;
        kl_object *object = kl_array_at(warnings, i).as.object;
        kl_field_get(&first, object, &object->type->fields[0], NULL);
        kl_field_get(&message, object, &object->type->fields[1], NULL);
        kl_buffer_format(&text, "%s%s: %s", i ? " | " : "", kl_as_text(first).data, kl_as_text(message).data);
        kl_value_release(first);
        kl_value_release(message);
    }
    kl_buffer_byte(&text, 0);
    assert_string_equal(text.data, expected);
    kl_buffer_free(&text);
    kl_value_release(warnings);
}

KL_TEST(degenerate_envelopes)
{
    KL_UNUSED_STATE;
#define MANY "[\"a\",\"b\",\"c\",\"d\",\"e\"]"
    static const struct {
        const char *dimensions, *expected;
    } rows[] = {
        {"", ""},
        {FINANCIAL(19, 50000, "daily", 1), "Financial: budget $0.19, cannot afford a single LLM call"},
        {FINANCIAL(1, 50000, "daily", 1), "Financial: budget $0.01, cannot afford a single LLM call"},
        {FINANCIAL(20, 50000, "daily", 1), ""},
        {FINANCIAL(0, 50000, "daily", 1), ""},
        {OPERATIONAL("[\"a\"]", "[]", "{}", "[]"),
         "Operational: only 1 allowed operation(s), severely limited action space"},
        {OPERATIONAL("[\"a\",\"b\",\"c\",\"d\"]", "[]", "{}", "[]"),
         "Operational: only 4 allowed operation(s), severely limited action space"},
        {OPERATIONAL(MANY, "[]", "{}", "[]"), ""},
        {OPERATIONAL("[]", "[]", "{}", "[]"), ""},
        {TEMPORAL("null", 3599, "[]", "[]"),
         "Temporal: active window is 3599 seconds (< 1 hour), too short for meaningful work"},
        {TEMPORAL("null", 0, "[]", "[]"), "Temporal: zero-duration window, agent cannot operate"},
        {TEMPORAL("null", 3600, "[]", "[]"), ""},
        {TEMPORAL("null", null, "[]", "[]"), ""},
        {DATA("[]", "[\"a\",\"b\"]"),
         "DataAccess: no allowed data sources with 2 denied source(s) -- an empty allow-list does NOT "
         "restrict, so every source except those 2 is permitted, including an undeclared one; populate "
         "allowed_data_sources to require membership"},
        {DATA("[\"c\"]", "[\"a\",\"b\"]"), ""},
        {COMMUNICATION("[]", "[\"z\"]", "true", null),
         "Communication: no allowed channels with 1 denied channel(s) -- an empty allow-list does NOT "
         "restrict, so every channel except those 1 is permitted; populate allowed_channels to require "
         "membership"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_governance *envelope = envelope_of(rows[i].dimensions);
        kl_value warnings;
        assert_int_equal(kl_advise_degenerate(&warnings, envelope, NULL), KL_OK);
        assert_warnings(warnings, rows[i].expected);
        kl_governance_release(envelope);
    }
}

#define SPENDING(transaction, cumulative, allowed)                                                 \
    "\"financial\":{\"max_transaction_cents\":" #transaction ",\"max_cumulative_cents\":" #cumulative \
    ",\"approval_threshold_cents\":0,\"allowed_currencies\":[],\"spending_allowed\":" allowed "}"

KL_TEST(unhealthy_envelopes)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *dimensions, *expected;
    } rows[] = {
        {"", "FullyUnconstrained: all 5 dimensions are None (fully unconstrained)"},
        {FIVE, ""},
        {SPENDING(0, 1000, "true"),
         "ZeroFinancialLimit: zero financial limit: max_transaction_cents = 0 (blocks all spending)"},
        {SPENDING(0, 0, "true"),
         "ZeroFinancialLimit: zero financial limit: max_transaction_cents = 0 (blocks all spending) | "
         "ZeroFinancialLimit: zero financial limit: max_cumulative_cents = 0 (blocks all spending)"},
        {SPENDING(19, 1000, "true"),
         "DegenerateFinancialLimit: degenerate financial limit: max_transaction_cents = 19 cents (< $0.20)"},
        {SPENDING(0, 0, "false"), ""},
        {SPENDING(5, 0, "false"),
         "SpendingDisabledWithLimits: spending_allowed is false but financial limits are set"},
        {FINANCIAL(100, 1000, "daily", 101),
         "ApprovalThresholdAboveLimit: approval_threshold_cents = 101 is above max_transaction_cents = 100: "
         "nothing is ever left to a human"},
        {TEMPORAL("null", 3599, "[]", "[]"),
         "DegenerateTemporalWindow: degenerate temporal window: max_duration = 3599s (< 1 hour)"},
        {TEMPORAL("null", 0, "[]", "[]"), "ZeroDurationTemporalWindow: temporal window has zero duration"},
        {TEMPORAL("{\"timezone\":\"UTC\",\"windows\":[{\"start_time\":\"09:00\",\"end_time\":\"09:00\"}]}",
                  null, "[]", "[]"),
         "ClosedOperatingHours: operating_hours never open: no window has any time"},
        {DATA("[]", "[\"a\"]"), "EmptyDataAccessPaths: empty allowed data sources with 1 denied sources"},
        {COMMUNICATION("[]", "[\"z\"]", "true", null),
         "EmptyCommunicationChannels: empty allowed channels with 1 denied channels"},
        {OPERATIONAL("[\"Drop\",\"a\"]", "[\"drop\"]", "{}", "[]"),
         "ContradictoryOperation: operation 'drop' is both allowed and denied: it is denied"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_governance *envelope = envelope_of(rows[i].dimensions);
        kl_value warnings;
        assert_int_equal(kl_advise_health(&warnings, envelope, NULL), KL_OK);
        assert_warnings(warnings, rows[i].expected);
        kl_governance_release(envelope);
    }
}

KL_TEST(an_envelope_that_states_nothing_passes_through)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *dimensions, *expected;
    } rows[] = {
        {"", "Passthrough: envelope for subject 's' has no constraints on any dimension — it passes through "
             "the parent envelope unchanged, adding no governance value"},
        {"\"financial\":null,\"communication\":null",
         "Passthrough: envelope for subject 's' has no constraints on any dimension — it passes through "
         "the parent envelope unchanged, adding no governance value"},
        {DATA("[]", "[]"), ""},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_governance *envelope = envelope_of(rows[i].dimensions);
        kl_value warnings;
        assert_int_equal(kl_advise_passthrough(&warnings, envelope, NULL), KL_OK);
        assert_warnings(warnings, rows[i].expected);
        kl_governance_release(envelope);
    }
}

KL_TEST(never_delegated_actions_are_left_to_humans)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *zones, *actions, *expected;
    } rows[] = {
        {"[]", "[\"a\"]", ""},
        {"[[\"a\",\"held\"],[\"b\",\"blocked\"]]", "[\"a\"]", ""},
        {"[[\"a\",\"auto_approved\"]]", "[\"a\"]",
         "Gradient: action 'a' is in NEVER_DELEGATED_ACTIONS but has zone AutoApproved — it should be Held to "
         "require human review"},
        {"[[\" A \",\"flagged\"]]", "[\"a\"]",
         "Gradient: action 'a' is in NEVER_DELEGATED_ACTIONS but has zone Flagged — it should be Held to "
         "require human review"},
        {"[[\"a\",\"held\"],[\"a\",\"blocked\"],[\"a\",\"flagged\"]]", "[\"a\"]",
         "Gradient: action 'a' is in NEVER_DELEGATED_ACTIONS but has zone Blocked — it should be Held "
         "(human-reviewable), not Blocked (denied outright)"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value zones = json(rows[i].zones), actions = json(rows[i].actions), warnings;
        assert_int_equal(kl_advise_gradient(&warnings, zones, actions, NULL), KL_OK);
        assert_warnings(warnings, rows[i].expected);
        kl_value_release(zones);
        kl_value_release(actions);
    }
    static const char *const bad[] = {"[[\"q\",\"zz\"]]", "[[\"q\",\"Held\"]]", "[[\"q\"]]", "[5]",
                                      "[[\"q\",5]]", "[[5,\"held\"]]"};
    for (size_t i = 0; i < KL_COUNT(bad); i++) {
        kl_value zones = json(bad[i]), actions = json("[\"a\"]"), warnings;
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(kl_advise_gradient(&warnings, zones, actions, &error), KL_INVALID);
        if (i < 2)
            assert_non_null(strstr(error.message, "must be one of auto_approved, flagged, held, blocked"));
        kl_error_clear(&error);
        kl_value_release(zones);
        kl_value_release(actions);
    }
}

/* ---- what postures start with ----------------------------------------------------------------------- */

KL_TEST(a_posture_starts_with_an_envelope)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *dimension, *member, *expected[KL_POSTURES];
    } rows[] = {
        {"financial", "max_transaction_cents", {"0", "1000", "10000", "50000", "500000"}},
        {"financial", "max_cumulative_cents", {"0", "5000", "50000", "200000", "2000000"}},
        {"financial", "approval_threshold_cents", {"0", "500", "5000", "25000", "250000"}},
        {"financial", "spending_allowed", {"false", "true", "true", "true", "true"}},
        {"financial", "allowed_currencies", {"[\"USD\"]", "[\"USD\"]", "[\"USD\"]", "[\"USD\"]", "[\"USD\"]"}},
        {"operational", "denied_operations",
         {"[\"create\",\"update\",\"delete\",\"approve\",\"admin\"]", "[\"delete\",\"approve\"]", "[\"admin\"]",
          "[\"admin\"]", "[]"}},
        {"operational", "max_concurrent_operations", {"1", "5", "10", "25", "100"}},
        {"temporal", "max_duration_seconds", {"3600", "14400", "28800", "86400", "null"}},
        {"data_access", "pii_handling",
         {"\"none\"", "\"anonymized\"", "\"pseudonymized\"", "\"encrypted\"", "\"full_access\""}},
        {"data_access", "max_data_retention_days", {"1", "7", "30", "90", "365"}},
        {"communication", "allowed_channels",
         {"[\"internal_log\"]", "[\"email\",\"internal_log\"]", "[\"email\",\"slack\",\"internal_log\"]",
          "[\"email\",\"slack\",\"api\",\"internal_log\"]", "[]"}},
        {"communication", "require_approval_for_external", {"true", "true", "false", "false", "false"}},
        {"communication", "max_message_length", {"500", "5000", "null", "null", "null"}},
    };
    kl_governance *above = NULL;
    for (int posture = KL_POSTURES; posture-- > 0;) {
        kl_value map;
        kl_governance *envelope;
        assert_int_equal(kl_posture_envelope(&map, (kl_posture)posture, NULL), KL_OK);
        assert_int_equal(kl_governance_read(&envelope, map, NULL), KL_OK);
        for (size_t i = 0; i < KL_COUNT(rows); i++)
            assert_member(envelope, rows[i].dimension, rows[i].member, rows[i].expected[posture]);
        if (above && posture != KL_POSTURE_SUPERVISED) /* which denies no "admin" */
            assert_int_equal(kl_governance_tighter(envelope, above, NULL), KL_OK);
        kl_governance_release(above);
        above = envelope;
        kl_value_release(map);
    }
    kl_governance_release(above);
}

/* ---- role and task envelopes ------------------------------------------------------------------------ */

#define SEGMENTS "{\"segments\":[{\"node_type\":\"Department\",\"sequence\":1},{\"node_type\":\"Role\",\"sequence\":1}]}"
#define ENVELOPE                                                                                   \
    "{\"envelope_id\":\"3cc9ab08-db03-4fec-a10f-5fb7c0052319\",\"version\":\"1\","                  \
    "\"issued_at\":\"2026-01-01T00:00:00Z\",\"issuer\":\"x\",\"subject\":{\"subject_type\":\"Agent\",\"id\":\"s\"}," \
    "\"dimensions\":{}}"
#define ROLE(address, by, version, time, more)                                                     \
    "{\"role_address\":" address ",\"envelope\":" ENVELOPE ",\"set_by\":" by ",\"version\":" version  \
    ",\"created_at\":\"" time "\",\"modified_at\":\"2026-01-01T00:00:00Z\"" more "}"
#define TASK(id, address, time)                                                                    \
    "{\"task_id\":" id ",\"role_address\":" address ",\"envelope\":" ENVELOPE ",\"expires_at\":" time    \
    ",\"created_by\":\"D1-R1\"}"

KL_TEST(a_role_envelope_is_written_in_segments)
{
    KL_UNUSED_STATE;
    static const char *const texts[] = {
        ROLE(SEGMENTS, SEGMENTS, "7", "2026-01-01T01:00:00+01:00", ",\"allow_bridge\":true,\"zz\":1"),
        ROLE("\"d01-r1\"", "\"D1-R1\"", "7", "2026-01-01T00:00:00Z", ",\"allow_bridge\":true"),
    };
    for (size_t i = 0; i < KL_COUNT(texts); i++) {
        kl_value role, map;
        assert_int_equal(kl_role_envelope_parse(&role, kl_text_from(texts[i]), NULL), KL_OK);
        const kl_role_envelope *own = (const kl_role_envelope *)role.as.object;
        assert_string_equal(kl_as_text(own->role_address).data, "D1-R1");
        assert_string_equal(kl_as_text(own->created_at).data, "2026-01-01T00:00:00+00:00");
        assert_int_equal(kl_role_envelope_write(&map, own, NULL), KL_OK);
        assert_json(map, ROLE(SEGMENTS, SEGMENTS, "7", "2026-01-01T00:00:00Z", ",\"allow_bridge\":true"));
        kl_value_release(role);
    }
}

KL_TEST(what_is_no_role_envelope_is_refused)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"{", ""},
        {"[]", "role envelope"},
        {"{}", "role_address: missing"},
        {ROLE("5", "\"D1-R1\"", "1", "2026-01-01T00:00:00Z", ""), "role_address"},
        {ROLE("\"zz\"", "\"D1-R1\"", "1", "2026-01-01T00:00:00Z", ""), "role_address"},
        {ROLE("\"D1-R1\"", "\"\"", "1", "2026-01-01T00:00:00Z", ""), "set_by"},
        {ROLE("\"D1-R1\"", "\"D1-R1\"", "-1", "2026-01-01T00:00:00Z", ""), "version"},
        {ROLE("\"D1-R1\"", "\"D1-R1\"", "\"1\"", "2026-01-01T00:00:00Z", ""), "version"},
        {ROLE("\"D1-R1\"", "\"D1-R1\"", "1", "x", ""), "created_at"},
        {ROLE("\"D1-R1\"", "\"D1-R1\"", "1", "2026-01-01T00:00:00", ""), "created_at"},
        {ROLE("\"D1-R1\"", "\"D1-R1\"", "1", "2026-01-01T00:00:00Z", ",\"allow_bridge\":1"), "allow_bridge"},
        {"{\"role_address\":\"D1-R1\",\"envelope\":{},\"set_by\":\"D1-R1\",\"version\":1,"
         "\"created_at\":\"2026-01-01T00:00:00Z\",\"modified_at\":\"2026-01-01T00:00:00Z\"}",
         "envelope_id: missing"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value role = kl_null();
        kl_error error = KL_ERROR_INIT;
        kl_status status = kl_role_envelope_parse(&role, kl_text_from(rows[i].text), &error);
        assert_true(status == KL_INVALID || status == KL_SYNTAX);
        assert_failure(status, status, &error, rows[i].message);
        assert_true(kl_is_null(role));
    }
}

KL_TEST(a_task_envelope_has_an_end)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text;
        kl_time expires; /* 0: it is refused */
    } rows[] = {
        {TASK("\"t\"", SEGMENTS, "\"1970-01-01T00:00:01Z\""), KL_SECOND},
        {TASK("\"t\"", SEGMENTS, "\"9999-01-01T00:00:00Z\""), KL_TIME_NONE},
        {TASK("\"t\"", SEGMENTS, "\"1066-01-01T00:00:00Z\""), INT64_MIN},
        {TASK("\"t\"", SEGMENTS, "null"), 0},
        {TASK("\"t\"", SEGMENTS, "\"x\""), 0},
        {TASK("5", SEGMENTS, "\"1970-01-01T00:00:01Z\""), 0},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value task = kl_null(), map;
        kl_status status = kl_task_envelope_parse(&task, kl_text_from(rows[i].text), NULL);
        assert_int_equal(status, rows[i].expires ? KL_OK : KL_INVALID);
        if (status != KL_OK)
            continue;
        const kl_task_envelope *own = (const kl_task_envelope *)task.as.object;
        assert_true(own->expires == rows[i].expires);
        assert_int_equal(kl_task_envelope_write(&map, own, NULL), KL_OK);
        kl_value again;
        bool same;
        assert_int_equal(kl_task_envelope_read(&again, map, NULL), KL_OK);
        assert_int_equal(kl_value_equal(&same, task, again, NULL), KL_OK);
        assert_true(same);
        kl_value_release(again);
        kl_value_release(map);
        kl_value_release(task);
    }
}

/* ---- want of memory --------------------------------------------------------------------------------- */

static kl_status all(void *data)
{
    kl_value role, task, map = kl_null(), warnings = kl_null();
    kl_governance *envelope = NULL;
    kl_status status;
    (void)data;
    KL_TRY(kl_role_envelope_parse(
        &role, KL_TEXT(ROLE("\"D1-R1\"", "\"D1-R1\"", "7", "2026-01-01T00:00:00Z", "")), NULL));
    status = kl_role_envelope_write(&map, (const kl_role_envelope *)role.as.object, NULL);
    kl_value_release(role);
    KL_TRY_OUT(status);
    KL_TRY_OUT(kl_task_envelope_parse(
        &task, KL_TEXT(TASK("\"t\"", SEGMENTS, "\"1970-01-01T00:00:01Z\"")), NULL));
    kl_value_release(task);
    kl_value_release(kl_value_take(&map));
    KL_TRY_OUT(kl_posture_envelope(&map, KL_POSTURE_PSEUDO_AGENT, NULL));
    KL_TRY_OUT(kl_governance_read(&envelope, map, NULL));
    KL_TRY_OUT(kl_advise_degenerate(&warnings, envelope, NULL));
out:
    kl_value_release(warnings);
    kl_governance_release(envelope);
    kl_value_release(map);
    return status;
}

KL_TEST(want_of_memory_is_an_error)
{
    KL_UNUSED_STATE;
    assert_int_equal(all(NULL), KL_OK);
    assert_true(sweep(all, NULL) > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(degenerate_envelopes),
        cmocka_unit_test(unhealthy_envelopes),
        cmocka_unit_test(an_envelope_that_states_nothing_passes_through),
        cmocka_unit_test(never_delegated_actions_are_left_to_humans),
        cmocka_unit_test(a_posture_starts_with_an_envelope),
        cmocka_unit_test(a_role_envelope_is_written_in_segments),
        cmocka_unit_test(what_is_no_role_envelope_is_refused),
        cmocka_unit_test(a_task_envelope_has_an_end),
        cmocka_unit_test(want_of_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
