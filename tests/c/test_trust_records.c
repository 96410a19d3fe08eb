/* tests/c/test_trust_records.c - the classes around the session envelope when memory ends. */
#include "sweep.h"
#include "trust_plane/competency.h"
#include "trust_plane/enforcer.h"
#include "trust_plane/posture.h"
#include "trust_plane/shadow.h"
#include "trust_plane/template.h"

static const kl_type *type(const char *name)
{
    const kl_type *found = kl_type_find(kl_text_from(name), NULL);
    assert_non_null(found);
    return found;
}

static kl_status call_function(kl_value *out, const char *name, const kl_value *args)
{
    for (size_t i = 0; i < kl_function_count(); i++)
        if (strcmp(kl_function_at(i)->method.name, name) == 0)
            return kl_function_at(i)->method.call(out, NULL, args, NULL);
    fail_msg("no function %s", name);
    return KL_FAILED;
}

/* An envelope object that blocks an action and allows some paths; given. */
static kl_value envelope(const char *blocked)
{
    char text[256];
    kl_session_envelope *made = NULL;
    kl_value out = kl_null();
    snprintf(text, sizeof text,
             "{\"operational\":{\"blocked_actions\":[\"%s\"],\"allowed_actions\":[\"%s\"]},"
             "\"data_access\":{\"read_paths\":[\"/a\"],\"write_paths\":[\"/b\"]},"
             "\"financial\":{},\"temporal\":{},\"communication\":{}}", blocked, blocked);
    assert_int_equal(kl_session_envelope_parse(&made, kl_text_from(text), NULL), KL_OK);
    assert_int_equal(kl_constraint_envelope_new(&out, made, NULL), KL_OK);
    kl_session_envelope_release(made);
    return out;
}

typedef struct two_envelopes {
    kl_value list;
} two_envelopes;

static two_envelopes make_two(void)
{
    two_envelopes two = {kl_null()};
    assert_int_equal(kl_array_new(&two.list, 2, NULL), KL_OK);
    assert_int_equal(kl_array_push(&two.list, envelope("x"), NULL), KL_OK);
    assert_int_equal(kl_array_push(&two.list, envelope("y"), NULL), KL_OK);
    return two;
}

static kl_status intersect(void *data)
{
    kl_value out = kl_null();
    KL_TRY(call_function(&out, "intersect_constraints", &((two_envelopes *)data)->list));
    kl_value_release(out);
    return KL_OK;
}

static kl_status analyze(void *data)
{
    kl_value map = kl_null(), record = kl_null(), out = kl_null(), history = kl_null(),
             text = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_map_new(&map, 3, NULL));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("action"), KL_TEXT("a"), NULL));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("verdict"), KL_TEXT("held"), NULL));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("dimension_triggered"), KL_TEXT("financial"), NULL));
    KL_TRY_OUT(kl_object_from_map(&record, type("CheckRecord"), map, NULL));
    KL_TRY_OUT(kl_array_new(&history, 1, NULL));
    KL_TRY_OUT(kl_array_push(&history, kl_value_retain(record), NULL));
    const kl_value args[] = {kl_array_at(((two_envelopes *)data)->list, 0), history};
    KL_TRY_OUT(call_function(&out, "analyze_constraints", args));
    KL_TRY_OUT(kl_object_call(&text, out.as.object, KL_TEXT("to_markdown"), NULL, 0, NULL));
out:
    kl_value_release(text);
    kl_value_release(out);
    kl_value_release(history);
    kl_value_release(record);
    kl_value_release(map);
    return status;
}

static kl_status shadow(void *data)
{
    const kl_value args[] = {kl_array_at(((two_envelopes *)data)->list, 0),
                             kl_array_at(((two_envelopes *)data)->list, 1), kl_null()};
    kl_value made = kl_null(), word = kl_null(), report = kl_null(), records = kl_null(),
             action = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_object_make(&made, type("ShadowEnforcer"), args, NULL));
    KL_TRY_OUT(kl_string_new(&action, KL_TEXT("x"), NULL));
    for (int i = 0; i < 20; i++) {
        kl_value_replace(&word, kl_null());
        KL_TRY_OUT(kl_object_call(&word, made.as.object, KL_TEXT("evaluate"), &action, 1, NULL));
    }
    KL_TRY_OUT(kl_object_call(&records, made.as.object, KL_TEXT("records"), NULL, 0, NULL));
    KL_TRY_OUT(kl_object_call(&report, made.as.object, KL_TEXT("report"), NULL, 0, NULL));
out:
    kl_value_release(action);
    kl_value_release(report);
    kl_value_release(records);
    kl_value_release(word);
    kl_value_release(made);
    return status;
}

static kl_status templates(void *data)
{
    kl_value registry = kl_null(), names = kl_null(), text = kl_null(), args[2] = {{0}};
    kl_status status;
    (void)data;
    KL_TRY_OUT(kl_template_registry_new(&registry, NULL));
    KL_TRY_OUT(kl_object_call(&names, registry.as.object, KL_TEXT("list_templates"), NULL, 0, NULL));
    KL_TRY_OUT(kl_string_new(&args[0], KL_TEXT("software"), NULL));
    KL_TRY_OUT(kl_string_new(&args[1], KL_TEXT("Terrene Foundation"), NULL));
    KL_TRY_OUT(kl_object_call(&text, registry.as.object, KL_TEXT("get_template"), args, 2, NULL));
    kl_value_replace(&args[1], kl_bool(true));
    kl_value_replace(&args[0], kl_value_take(&text));
    KL_TRY_OUT(kl_object_call(&text, registry.as.object, KL_TEXT("register"), args, 2, NULL));
out:
    kl_value_release(text);
    kl_value_release(args[0]);
    kl_value_release(args[1]);
    kl_value_release(names);
    kl_value_release(registry);
    return status;
}

static kl_status postures(void *data)
{
    kl_value system = kl_null(), level = kl_null(), none = kl_null(), posture = kl_null(),
             agent = kl_null(), asked = kl_null(), granted = kl_null();
    kl_status status;
    (void)data;
    KL_TRY_OUT(kl_trust_level_object(&level, KL_TRUST_SUPERVISED, NULL));
    KL_TRY_OUT(kl_object_make(&system, type("PostureSystem"), &level, NULL));
    kl_value_replace(&level, kl_null());
    KL_TRY_OUT(kl_trust_level_object(&level, KL_TRUST_UNTRUSTED, NULL));
    KL_TRY_OUT(kl_object_call(&none, system.as.object, KL_TEXT("transition_to"), &level, 1, NULL));
    KL_TRY_OUT(kl_object_call(&granted, system.as.object, KL_TEXT("granted_capabilities"), NULL, 0, NULL));
    KL_TRY_OUT(kl_array_new(&asked, 1, NULL));
    KL_TRY_OUT(kl_array_push_text(&asked, KL_TEXT("file_read"), NULL));
    const kl_value args[] = {level, asked};
    KL_TRY_OUT(kl_object_make(&posture, type("TrustPosture"), args, NULL));
    KL_TRY_OUT(kl_agent_posture_new(&agent, KL_POSTURE_DELEGATED, NULL));
    assert_int_equal(kl_agent_posture_rung(agent.as.object), KL_POSTURE_DELEGATED);
out:
    kl_value_release(granted);
    kl_value_release(agent);
    kl_value_release(posture);
    kl_value_release(asked);
    kl_value_release(level);
    kl_value_release(system);
    return status;
}

static kl_status dial(void *data)
{
    kl_value trust = kl_null(), args[2] = {{0}}, out = kl_null();
    kl_status status;
    (void)data;
    KL_TRY_OUT(kl_object_make(&trust, type("DxTrustManager"), NULL, NULL));
    KL_TRY_OUT(kl_string_new(&args[0], KL_TEXT("a"), NULL));
    KL_TRY_OUT(kl_string_new(&args[1], KL_TEXT("c"), NULL));
    KL_TRY_OUT(kl_object_call(&out, trust.as.object, KL_TEXT("grant_capability"), args, 2, NULL));
    KL_TRY_OUT(kl_object_call(&out, trust.as.object, KL_TEXT("agent_capabilities"), args, 1, NULL));
    kl_value_replace(&out, kl_null());
    KL_TRY_OUT(kl_object_call(&out, trust.as.object, KL_TEXT("evaluate_trust"), args, 1, NULL));
    kl_value_replace(&out, kl_null());
    KL_TRY_OUT(kl_object_call(&out, trust.as.object, KL_TEXT("revoke_capability"), args, 2, NULL));
out:
    kl_value_release(out);
    kl_value_release(args[0]);
    kl_value_release(args[1]);
    kl_value_release(trust);
    return status;
}

KL_TEST(without_memory_nothing_is_lost)
{
    KL_UNUSED_STATE;
    static const struct {
        kl_status (*work)(void *data);
        size_t least;
    } rows[] = {{intersect, 20}, {analyze, 15}, {shadow, 60}, {templates, 60}, {postures, 10}, {dial, 10}};
    two_envelopes two = make_two();
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        assert_true(sweep(rows[i].work, &two) > rows[i].least);
    kl_value_release(two.list);
}

/* ---- shadow records from files ------------------------------------------------------------------------- */

KL_TEST(a_shadow_record_is_read_back)
{
    KL_UNUSED_STATE;
    kl_value made = kl_null(), map = kl_null(), again = kl_null();
    bool same = false;
    assert_int_equal(kl_shadow_record_new(&made, KL_TEXT("a"), KL_ZONE_HELD, KL_ZONE_BLOCKED, NULL), KL_OK);
    assert_int_equal(kl_object_to_map(&map, made.as.object, NULL), KL_OK);
    assert_int_equal(kl_shadow_record_read(&again, map, NULL), KL_OK);
    assert_int_equal(kl_value_equal(&same, made, again, NULL), KL_OK);
    assert_true(same && ((kl_shadow_record *)made.as.object)->divergent);
    kl_value_release(again);
    kl_value_release(map);
    kl_value_release(made);
}

KL_TEST(bad_shadow_records_are_refused)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *map;
        kl_status status;
        const char *message;
    } rows[] = {
        {"{}", KL_INVALID, "shadow record: action: expected a string, not null"},
        {"[]", KL_INVALID, "shadow record: action: expected a string, not null"},
        {"{\"action\":\"a\",\"timestamp\":\"x\"}", KL_SYNTAX, "shadow record: timestamp: "},
        {"{\"action\":\"a\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"production_verdict\":\"no\"}",
         KL_INVALID, "unknown verdict of a shadow record: 'no'"},
        {"{\"action\":\"a\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"production_verdict\":\"held\","
         "\"candidate_verdict\":5}", KL_INVALID, "candidate_verdict: expected a string, not int"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value map = json(rows[i].map), made = kl_null();
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(kl_shadow_record_read(&made, map, &error), rows[i].status);
        assert_non_null(strstr(kl_error_message(&error), rows[i].message));
        assert_int_equal(kl_shadow_record_read(&made, map, NULL), rows[i].status);
        kl_error_clear(&error);
        kl_value_release(map);
    }
}

/* ---- names -------------------------------------------------------------------------------------------------- */

KL_TEST(competencies_have_their_tokens)
{
    KL_UNUSED_STATE;
    for (int i = 0; i < KL_COMPETENCIES; i++)
        assert_int_equal(kl_competency_find(kl_text_from(kl_competency_name(i))), i);
    assert_string_equal(kl_competency_name(0), "ethical_judgment");
    assert_string_equal(kl_competency_name(5), "cultural_navigation");
    assert_int_equal(kl_competency_find(KL_TEXT("Ethical_judgment")), -1);
}

KL_TEST(levels_go_up_by_one_and_down_by_any)
{
    KL_UNUSED_STATE;
    for (int from = 0; from < KL_TRUST_LEVELS; from++)
        for (int to = 0; to < KL_TRUST_LEVELS; to++) {
            kl_error error = KL_ERROR_INIT;
            kl_status status = kl_posture_step_check((kl_trust_level)from, (kl_trust_level)to,
                                                     "invalid posture transition", &error);
            assert_int_equal(status, to > from + 1 ? KL_STATE : KL_OK);
            if (status != KL_OK)
                assert_memory_equal(kl_error_message(&error), "invalid posture transition from ", 31);
            kl_error_clear(&error);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_memory_nothing_is_lost),
        cmocka_unit_test(a_shadow_record_is_read_back),
        cmocka_unit_test(bad_shadow_records_are_refused),
        cmocka_unit_test(competencies_have_their_tokens),
        cmocka_unit_test(levels_go_up_by_one_and_down_by_any),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
