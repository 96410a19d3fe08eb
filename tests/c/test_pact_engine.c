/* tests/c/test_pact_engine.c - an engine's state and who may read what (pact 3.7, 3.8). */
#include "pact_test.h"
#include "pact/access.h"
#include "pact/effective.h"
#include "sweep.h"

/* Whether a role may read an item; "3a: same_unit", or the step at which it is denied: "2". */
static void reads(kl_pact_engine *engine, const char *role, kl_value item, const char *posture,
                  const char *expected, const char *reason)
{
    kl_value args[3] = {kl_null(), item, kl_null()}, decision = kl_null(), explained = kl_null();
    kl_value map = kl_null(), more = kl_null();
    kl_error error = KL_ERROR_INIT;
    char got[64];
    kl_string_new(&args[0], kl_text_from(role), NULL);
    kl_string_new(&args[2], kl_text_from(posture), NULL);
    /* Asking for reasons changes nothing, so it comes first. */
    assert_int_equal(kl_object_call(&explained, &engine->object, KL_TEXT("explain_access"), args, 3, &error), KL_OK);
    assert_int_equal(kl_object_call(&decision, &engine->object, KL_TEXT("check_access"), args, 3, &error), KL_OK);
    assert_int_equal(kl_object_to_map(&map, decision.as.object, &error), KL_OK);
    assert_int_equal(kl_object_to_map(&more, explained.as.object, &error), KL_OK);
    bool same = false, allowed = kl_as_bool(kl_map_get(map, KL_TEXT("allowed")));
    kl_value_equal(&same, map, kl_map_get(more, KL_TEXT("decision")), NULL);
    assert_true(same);
    kl_value path = kl_map_get(map, KL_TEXT("access_path"));
    snprintf(got, sizeof got, "%s%lld", allowed ? kl_as_text(path).data : "",
             (long long)kl_as_int(kl_map_get(map, KL_TEXT("step_reached"))));
    assert_string_equal(got, expected);
    assert_int_equal(kl_is_null(path), !allowed);
    if (reason)
        assert_string_equal(kl_as_text(kl_map_get(map, KL_TEXT("reason"))).data, reason);
    kl_value_release(more);
    kl_value_release(map);
    kl_value_release(explained);
    kl_value_release(decision);
    kl_value_release(args[0]);
    kl_value_release(args[2]);
    kl_value_release(item);
}

KL_TEST(access_goes_step_by_step)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *role, *owner, *level, *rest, *posture, *expected, *reason;
    } rows[] = {
        {"zz", "D1-R1", "public", "", "delegated", "0", "role not found: 'zz' — default deny"},
        {"h", "D1-R1", "public", "\"org_id\":\"p\"", "delegated", "0",
         "org mismatch: role org 'o' != knowledge org 'p'"},
        {"x", "D1-R1", "public", "", "delegated", "0",
         "vacant role cannot access knowledge: 'x' (role 'x' is vacant with no acting designation)"},
        {"s2", "D1-R1", "public", "", "delegated", "0",
         "vacant role cannot access knowledge: 's2' (role 's2' is suspended due to vacant parent with "
         "auto_suspend_on_vacancy)"},
        {"y", "D2-R1", "public", "\"compartments\":[\"q\"]", "pseudo_agent", "1: public1",
         "public knowledge is accessible org-wide"},
        {"y", "D1-R1", "restricted", "", "delegated", "2", "access denied"},
        {"h", "D1-R1", "top_secret", "", "delegated", "2", "access denied"},
        {"h", "D1-R1", "confidential", "", "supervised", "2", "access denied"},
        {"h", "D1-R1", "secret", "", "continuous_insight", "3a: same_unit3", "same organizational unit"},
        {"h", "D1-R1", "restricted", "\"compartments\":[\"q\"]", "delegated", "2", "access denied"},
        {"m", "D1-R1-T1-R1", "restricted", "\"compartments\":[\"a\",\"b\"]", "delegated", "3a: same_unit3", NULL},
        {"m", "D1-R1-T1-R1", "restricted", "\"compartments\":[\"a\",\"c\"]", "delegated", "2", NULL},
        {"h", "D1-R1-T1-R1-R2", "secret", "", "delegated", "3b: downward3", "downward visibility (supervisor)"},
        {"h", "D1-R1-T9-R1", "secret", "", "delegated", "3b: downward3", NULL},
        {"m", "D1-R1-R3", "secret", "", "delegated", "3c: t_inherits_d3", "team inherits department knowledge"},
        {"m", "D1-R1-D1-R1", "secret", "", "delegated", "4", "no access path found — default deny"},
        {"m", "D2-R1", "secret", "", "delegated", "4", NULL},
        {"m", "R1", "secret", "", "delegated", "4", NULL},
        {"l", "D1-R1", "secret", "", "delegated", "3c: t_inherits_d3", NULL},
        {"eh", "D1-R1", "secret", "", "delegated", "4", NULL},
        {"D2-R1", "D2-R1-R2", "secret", "", "Delegated", "3a: same_unit3", NULL},
    };
    kl_pact_engine *engine = pact_engine(pact_example);
    pact_do(engine, "grant_clearance", "[\"h\",\"secret\"]");
    pact_do(engine, "grant_clearance", "[\"l\",\"top_secret\"]");
    pact_do(engine, "grant_clearance", "[\"m\",\"secret\",[\"b\",\"a\"]]");
    pact_do(engine, "grant_clearance", "[\"D2-R1\",\"Secret\"]");
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        reads(engine, rows[i].role, pact_item(rows[i].owner, rows[i].level, rows[i].rest), rows[i].posture,
              rows[i].expected, rows[i].reason);
    pact_do(engine, "revoke_clearance", "[\"h\"]");
    pact_do(engine, "revoke_clearance", "[\"h\"]");
    pact_do(engine, "revoke_clearance", "[\"y\"]");
    reads(engine, "h", pact_item("D1-R1", "secret", ""), "delegated", "2", "access denied");
    pact_fails(engine, "grant_clearance", "[\"zz\",\"secret\"]", KL_NOT_FOUND, "role not found: 'zz'");
    pact_fails(engine, "revoke_clearance", "[\"zz\"]", KL_NOT_FOUND, "role not found: 'zz'");
    kl_object_release(&engine->object);
}

#define KSP(id, source, target, rest)                                                              \
    "[\"{\\\"id\\\":\\\"" id "\\\",\\\"source_unit_address\\\":\\\"" source                        \
    "\\\",\\\"target_unit_address\\\":\\\"" target                                                 \
    "\\\",\\\"max_classification\\\":\\\"Secret\\\",\\\"is_active\\\":true" rest "}\"]"

KL_TEST(policies_share_what_they_say)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *ksp, *item, *expected, *reason;
    } rows[] = {
        {KSP("k1", "D1-R1", "D2-R1", ""), "", "3d: ksp3", "knowledge share policy 'k1' grants access"},
        {KSP("k1", "D1-R1-T1-R1", "D2-R1", ""), "", "3d: ksp3", NULL},
        {KSP("k1", "D1-R1-D1-R1", "D2-R1", ""), "", "4", NULL},
        {KSP("k1", "D1-R1", "D1-R1-T1-R1", ""), "", "4", NULL},
        {KSP("k1", "D1-R1", "D2-R1", ",\\\"is_active\\\":false"), "", "4", NULL},
        {KSP("k1", "D1-R1", "D2-R1", ",\\\"expires_at\\\":\\\"2020-01-01T00:00:00Z\\\""), "", "4", NULL},
        {KSP("k1", "D1-R1", "D2-R1", ",\\\"max_classification\\\":\\\"public\\\""), "", "4", NULL},
        {KSP("k1", "D1-R1", "D2-R1", ",\\\"conditions\\\":{\\\"time_window\\\":{\\\"not_before\\\":\\\"2200-01-01T00:00:00Z\\\"}}"),
         "", "4", NULL},
        {KSP("k1", "D1-R1", "D2-R1", ",\\\"conditions\\\":{\\\"time_window\\\":{\\\"not_before\\\":\\\"2020-01-01T00:00:00Z\\\"}}"),
         "", "3d: ksp3", NULL},
        {KSP("k1", "D1-R1", "D2-R1", ",\\\"shared_paths\\\":[\\\"p/\\\"]"), "", "3",
         "knowledge share policy 'k1' denies access (scope: ksp_path_scope)"},
        {KSP("k1", "D1-R1", "D2-R1", ",\\\"shared_paths\\\":[\\\"p/\\\"]"), "\"path\":\"p/q\"", "3d: ksp3", NULL},
        {KSP("k1", "D1-R1", "D2-R1", ",\\\"shared_paths\\\":[\\\"p/\\\"]"), "\"path\":\"p/../q\"", "3", NULL},
        {KSP("k1", "D1-R1", "D2-R1", ",\\\"shared_paths\\\":[\\\"p/\\\"]"), "\"path\":\"p/..q\"", "3d: ksp3", NULL},
        {KSP("k1", "D1-R1", "D2-R1", ",\\\"shared_types\\\":[\\\"t\\\"]"), "", "3",
         "knowledge share policy 'k1' denies access (scope: ksp_type_scope)"},
        {KSP("k1", "D1-R1", "D2-R1", ",\\\"shared_types\\\":[\\\"t\\\"]"), "\"knowledge_type\":\"t\"", "3d: ksp3", NULL},
        {KSP("k1", "D1-R1", "D2-R1", ",\\\"shared_classifications\\\":[\\\"secret\\\"]"), "", "3",
         "knowledge share policy 'k1' denies access (scope: ksp_classification_scope)"},
        {KSP("k1", "D1-R1", "D2-R1", ",\\\"min_clearance\\\":\\\"top_secret\\\""), "", "3",
         "knowledge share policy 'k1' denies access (scope: ksp_min_clearance)"},
        {KSP("k1", "D1-R1", "D2-R1", ",\\\"min_authority_level\\\":\\\"delegated\\\""), "", "3",
         "knowledge share policy 'k1' denies access (scope: ksp_min_authority)"},
        {KSP("k1", "D1-R1", "D2-R1", ",\\\"min_authority_level\\\":\\\"tool\\\""), "", "3d: ksp3", NULL},
        {KSP("k1", "D1-R1", "D2-R1", ",\\\"compartments\\\":[\\\"a\\\"]"), "\"compartments\":[\"b\"]", "3",
         "knowledge share policy 'k1' denies access (scope: ksp_compartment_scope)"},
        {KSP("k1", "D1-R1", "D2-R1", ",\\\"compartments\\\":[\\\"b\\\"]"), "\"compartments\":[\"b\"]", "3d: ksp3", NULL},
    };
    kl_pact_engine *engine = pact_engine(pact_example);
    pact_do(engine, "grant_clearance", "[\"eh\",\"secret\",[\"b\"]]");
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        pact_do(engine, "create_ksp", rows[i].ksp);
        reads(engine, "eh", pact_item("D1-R1-T1-R1", "confidential", rows[i].item), "continuous_insight",
              rows[i].expected, rows[i].reason);
    }
    /* One that refuses does not hinder another one. */
    pact_do(engine, "create_ksp", KSP("k0", "D1-R1", "D2-R1", ",\\\"shared_types\\\":[\\\"t\\\"]"));
    reads(engine, "eh", pact_item("D1-R1-T1-R1", "confidential", ""), "delegated", "3d: ksp3",
          "knowledge share policy 'k1' grants access");
    pact_do(engine, "remove_ksp", "[\"k1\"]");
    pact_do(engine, "remove_ksp", "[\"k1\"]");
    reads(engine, "eh", pact_item("D1-R1-T1-R1", "confidential", ""), "delegated", "3",
          "knowledge share policy 'k0' denies access (scope: ksp_type_scope)");
    pact_do(engine, "remove_ksp", "[\"k0\"]");
    assert_int_equal(kl_map_len(engine->shares.by_ends), 0);
    pact_fails(engine, "create_ksp", KSP("k", "D9-R1", "D2-R1", ""), KL_NOT_FOUND,
               "role not found: 'no nodes found under source address 'D9-R1''");
    pact_fails(engine, "create_ksp", "[\"{}\"]", KL_INVALID, "invalid KSP JSON: KSP: missing field `id`");
    kl_object_release(&engine->object);
}

#define BRIDGE(id, a, b, rest)                                                                     \
    "[\"{\\\"id\\\":\\\"" id "\\\",\\\"role_a_address\\\":\\\"" a "\\\",\\\"role_b_address\\\":\\\"" b \
    "\\\",\\\"bridge_type\\\":\\\"Standing\\\",\\\"max_classification\\\":\\\"secret\\\","          \
    "\\\"bilateral\\\":true,\\\"active\\\":true" rest "}\"]"

KL_TEST(bridges_join_two_roles_and_nobody_below)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *bridge, *role, *owner, *rest, *expected, *reason;
    } rows[] = {
        {BRIDGE("b", "D1-R1", "D2-R1", ""), "eh", "D1-R1", "", "3e: bridge3", "bilateral bridge 'b' grants access"},
        {BRIDGE("b", "D1-R1", "D2-R1", ""), "h", "D2-R1", "", "3e: bridge3", NULL},
        {BRIDGE("b", "D1-R1", "D2-R1", ""), "eh", "D1-R1-R3", "", "4", NULL},
        {BRIDGE("b", "D1-R1", "D2-R1", ""), "m", "D2-R1", "", "4", NULL},
        {BRIDGE("b", "D1-R1", "D2-R1", ",\\\"bilateral\\\":false"), "h", "D2-R1", "", "3e: bridge3",
         "unilateral bridge 'b' grants access (A->B)"},
        {BRIDGE("b", "D1-R1", "D2-R1", ",\\\"bilateral\\\":false"), "eh", "D1-R1", "", "4", NULL},
        {BRIDGE("b", "D1-R1", "D2-R1", ",\\\"active\\\":false"), "eh", "D1-R1", "", "4", NULL},
        {BRIDGE("b", "D1-R1", "D2-R1", ",\\\"max_classification\\\":\\\"public\\\""), "eh", "D1-R1", "", "4", NULL},
        {BRIDGE("b", "D1-R1", "D2-R1", ",\\\"expires_at\\\":\\\"2020-01-01T00:00:00Z\\\""), "eh", "D1-R1", "", "4", NULL},
        {BRIDGE("b", "D1-R1", "D2-R1", ",\\\"suspend_on_overdue\\\":true,\\\"next_review_at\\\":\\\"2020-01-01T00:00:00Z\\\""),
         "eh", "D1-R1", "", "4", NULL},
        {BRIDGE("b", "D1-R1", "D2-R1", ",\\\"next_review_at\\\":\\\"2020-01-01T00:00:00Z\\\""), "eh", "D1-R1", "",
         "3e: bridge3", NULL},
        {BRIDGE("b", "D1-R1", "D2-R1", ",\\\"read_paths\\\":[\\\"a/*\\\"]"), "eh", "D1-R1", "", "4", NULL},
        {BRIDGE("b", "D1-R1", "D2-R1", ",\\\"read_paths\\\":[\\\"a/*\\\"]"), "eh", "D1-R1", "\"path\":\"a/b\"",
         "3e: bridge3", NULL},
        {BRIDGE("b", "D1-R1", "D2-R1", ",\\\"read_paths\\\":[\\\"a/*\\\"]"), "eh", "D1-R1", "\"path\":\"a/b/c\"", "4", NULL},
        {BRIDGE("b", "D1-R1", "D2-R1", ",\\\"read_paths\\\":[\\\"**\\\"]"), "eh", "D1-R1", "\"path\":\"a/../c\"", "4", NULL},
        {BRIDGE("b", "D1-R1", "D2-R1", ",\\\"one_time_use\\\":true"), "eh", "D1-R1", "", "3e: bridge3", NULL},
    };
    kl_pact_engine *engine = pact_engine(pact_example);
    pact_do(engine, "grant_clearance", "[\"eh\",\"secret\"]");
    pact_do(engine, "grant_clearance", "[\"h\",\"secret\"]");
    pact_do(engine, "grant_clearance", "[\"m\",\"secret\"]");
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        pact_do(engine, "create_bridge", rows[i].bridge);
        reads(engine, rows[i].role, pact_item(rows[i].owner, "confidential", rows[i].rest), "delegated",
              rows[i].expected, rows[i].reason);
    }
    /* The last one was for one use. Another bridge beside one for one use spares it. */
    reads(engine, "eh", pact_item("D1-R1", "confidential", ""), "delegated", "4", NULL);
    pact_do(engine, "create_bridge", BRIDGE("a", "D1-R1", "D2-R1", ",\\\"one_time_use\\\":true"));
    pact_do(engine, "create_bridge", BRIDGE("c", "D1-R1", "D2-R1", ""));
    reads(engine, "eh", pact_item("D1-R1", "confidential", ""), "delegated", "3e: bridge3",
          "bilateral bridge 'c' grants access");
    pact_do(engine, "remove_bridge", "[\"c\"]");
    reads(engine, "eh", pact_item("D1-R1", "confidential", ""), "delegated", "3e: bridge3",
          "bilateral bridge 'a' grants access");
    reads(engine, "eh", pact_item("D1-R1", "confidential", ""), "delegated", "4", NULL);
    kl_object_release(&engine->object);
}

KL_TEST(a_bad_bridge_is_refused)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *bridge;
        kl_status code;
        const char *message;
    } rows[] = {
        {"[\"{}\"]", KL_INVALID, "invalid bridge JSON: bridge: missing field `id`"},
        {"[\"{\"]", KL_SYNTAX, NULL},
        {BRIDGE("b", "zz", "D2-R1", ""), KL_INVALID,
         "invalid bridge JSON: bridge: role_a_address: unrecognized node type character: 'z'"},
        {BRIDGE("b", "D9-R1", "D2-R1", ""), KL_NOT_FOUND, "role not found: 'D9-R1'"},
        {BRIDGE("b", "D1-R1", "D2-R1", ",\\\"bridge_type\\\":\\\"zz\\\""), KL_INVALID,
         "invalid bridge JSON: unknown bridge type: 'zz' (expected: Standing, Scoped, AdHoc)"},
        {BRIDGE("b", "D1-R1", "D2-R1", ",\\\"is_active\\\":false"), KL_INVALID,
         "invalid bridge JSON: bridge: is_active: contradicts `active`; give one of them"},
        {BRIDGE("b", "D1-R1", "D2-R1", ",\\\"participants\\\":[\\\"a\\\"]"), KL_INVALID,
         "invalid bridge JSON: bridge: participants: a bridge joins two roles: role_a_address and role_b_address"},
        {BRIDGE("b", "D1-R1", "D2-R1", ",\\\"approval_status\\\":\\\"pending\\\""), KL_STATE,
         "governance: create_bridge only accepts bridges with Approved status (got: pending). Use request_bridge() "
         "to create a bridge that requires approval."},
        {BRIDGE("b", "D1-R1", "D2-R1", ",\\\"approval_status\\\":{\\\"rejected\\\":{\\\"reason\\\":\\\"x\\\"}}"), KL_STATE,
         "governance: create_bridge only accepts bridges with Approved status (got: rejected: x). Use "
         "request_bridge() to create a bridge that requires approval."},
        {BRIDGE("b", "D1-R1", "D1-R1-R3", ",\\\"approved_by\\\":\\\"D1-R1-R3\\\""), KL_STATE,
         "governance: approver 'D1-R1-R3' is not at or above the LCA 'D1-R1' — insufficient authority to approve "
         "bridge 'b'"},
        {BRIDGE("b", "D1-R1", "D2-R1", ",\\\"review_interval_days\\\":-1"), KL_INVALID, NULL},
        {BRIDGE("b", "D1-R1", "D2-R1", ",\\\"read_paths\\\":[\\\"[\\\"]"), KL_SYNTAX, NULL},
        {BRIDGE("b", "D1-R1", "D2-R1", ",\\\"next_review_at\\\":\\\"zz\\\""), KL_SYNTAX, NULL},
    };
    kl_pact_engine *engine = pact_engine(pact_example);
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value out;
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(pact_try(&out, engine, "create_bridge", rows[i].bridge, &error), rows[i].code);
        if (rows[i].message)
            assert_string_equal(kl_error_message(&error), rows[i].message);
        kl_error_clear(&error);
    }
    assert_int_equal(kl_map_len(engine->bridges.by_id), 0);
    kl_object_release(&engine->object);
}

KL_TEST(a_designation_fills_a_vacancy_while_it_lasts)
{
    KL_UNUSED_STATE;
    kl_pact_engine *engine = pact_engine(pact_example);
    assert_json(pact_call(engine, "is_role_vacant", "[\"D1-R1-R2\"]"), "true");
    assert_json(pact_call(engine, "is_role_suspended", "[\"D1-R1-D1-R1-R2\"]"), "true");
    assert_json(pact_call(engine, "is_role_suspended", "[\"D1-R1-D1-R1\"]"), "false");
    assert_json(pact_call(engine, "is_role_vacant", "[\"zz\"]"), "null");
    assert_json(pact_call(engine, "is_role_suspended", "[\"D9-R1\"]"), "null");
    pact_do(engine, "set_vacancy_designation", "[\"D1-R1-D1-R1\",\"h\",\"board\"]");
    assert_json(pact_call(engine, "is_role_vacant", "[\"D1-R1-D1-R1\"]"), "false");
    assert_json(pact_call(engine, "is_role_suspended", "[\"D1-R1-D1-R1-R2\"]"), "false");
    pact_do(engine, "set_vacancy_designation", "[\"D1-R1-D1-R1\",\"h\",\"board\",0]");
    assert_json(pact_call(engine, "is_role_vacant", "[\"D1-R1-D1-R1\"]"), "true");
    assert_json(pact_call(engine, "is_role_suspended", "[\"D1-R1-D1-R1-R2\"]"), "true");
    pact_do(engine, "set_vacancy_designation", "[\"D1-R1-D1-R1-R2\",\"h\",\"board\"]");
    pact_do(engine, "remove_vacancy_designation", "[\"D1-R1-D1-R1\"]");
    pact_do(engine, "remove_vacancy_designation", "[\"zz\"]");
    assert_json(pact_call(engine, "get_vacancy_designation", "[\"D1-R1-D1-R1\"]"), "null");
    pact_fails(engine, "set_vacancy_designation", "[\"D1-R1\",\"h\",\"a\"]", KL_STATE,
               "governance: cannot set vacancy designation: role at 'D1-R1' is neither vacant nor suspended");
    pact_fails(engine, "set_vacancy_designation", "[\"D9-R1\",\"h\",\"a\"]", KL_NOT_FOUND,
               "governance: cannot set vacancy designation: no role found at address 'D9-R1'");
    pact_fails(engine, "set_vacancy_designation", "[\"D1-R1-R2\",\"D1-R1\",\"a\"]", KL_NOT_FOUND,
               "governance: cannot set vacancy designation: acting occupant 'D1-R1' is not a known role");
    pact_fails(engine, "set_vacancy_designation", "[\"D1-R1-R2\",\"h\",\"a\",876001]", KL_INVALID,
               "expiry_hours: 876001 is out of range; expected -876000 to 876000");
    pact_fails(engine, "set_vacancy_designation", "[\"D1-R1-R2\",\"h\",\"a\",9223372036854775807]", KL_INVALID,
               "expiry_hours: 9223372036854775807 is out of range; expected -876000 to 876000");
    kl_object_release(&engine->object);
}

KL_TEST(a_document_may_bring_its_state_along)
{
    KL_UNUSED_STATE;
    static const char *const yaml =
        "org:\n"
        "  org_id: o\n"
        "  name: O\n"
        "  departments:\n"
        "    - {id: d, name: D, head_role_id: h, roles: [{id: r, name: R}]}\n"
        "    - {id: e, name: E, head_role_id: eh}\n"
        "clearances:\n"
        "  - {role_id: h, max_clearance: secret, compartments: [b, a]}\n"
        "  - {role_id: D2-R1, max_clearance: Confidential}\n"
        "ksps:\n"
        "  - {id: k, source_unit_address: D1-R1, target_unit_address: D2-R1, max_classification: secret, is_active: true}\n"
        "bridges:\n"
        "  - {id: b, role_a_address: D1-R1, role_b_address: D2-R1, bridge_type: Standing,\n"
        "     max_classification: secret, bilateral: true, active: true}\n"
        "mood: 1\n";
    kl_pact_engine *engine = pact_engine(yaml);
    assert_int_equal(kl_map_len(engine->bridges.by_id), 1);
    assert_int_equal(kl_map_len(engine->shares.by_id), 1);
    reads(engine, "eh", pact_item("D1-R1-R2", "confidential", ""), "delegated", "3d: ksp3", NULL);
    reads(engine, "h", pact_item("D1-R1-R2", "secret", "\"compartments\":[\"a\",\"b\"]"), "delegated", "3a: same_unit3",
          NULL);
    kl_object_release(&engine->object);

    static const struct {
        const char *text, *message;
    } bad[] = {
        {"", "invalid organisation: the text is empty"},
        {" \n", "invalid organisation: the text is empty"},
        {"org: 7", "org: expected an object, got integer"},
        {"a: 7", "missing field `org_id`"},
        {"org: {org_id: o, name: n, departments: []}\nclearances: 7", "clearances: expected an array, got integer"},
        {"org: {org_id: o, name: n, departments: []}\nclearances: [{role_id: zz, max_clearance: secret}]",
         "clearances[0]: role not found: 'zz'"},
        {"org: {org_id: o, name: n, departments: []}\nksps: [{}]", "ksps[0]: KSP: missing field `id`"},
    };
    for (size_t i = 0; i < KL_COUNT(bad); i++) {
        kl_value document = kl_null(), made = kl_null();
        kl_error error = KL_ERROR_INIT;
        kl_status status = kl_pact_document_parse(&document, kl_text_from(bad[i].text), &error);
        if (status == KL_OK)
            status = kl_pact_engine_new(&made, document, &error);
        assert_int_equal(status, KL_INVALID);
        assert_string_equal(kl_error_message(&error), bad[i].message);
        kl_value_release(document);
        kl_error_clear(&error);
    }
}

/* ---- rows ------------------------------------------------------------------------------------ */

static kl_status keep_row(void *data, const char *table, kl_text key, kl_value row, kl_error *error)
{
    kl_value *list = data, entry = kl_null();
    KL_TRY(kl_array_new(&entry, 3, error));
    KL_TRY(kl_array_push_text(&entry, kl_text_from(table), error));
    KL_TRY(kl_array_push_text(&entry, key, error));
    KL_TRY(kl_array_push(&entry, kl_value_retain(row), error));
    return kl_array_push(list, entry, error);
}

static kl_value rows_of(kl_pact_engine *engine)
{
    kl_value list = kl_null();
    assert_int_equal(kl_array_new(&list, 0, NULL), KL_OK);
    kl_pact_read_begin(engine);
    assert_int_equal(kl_pact_engine_rows(engine, keep_row, &list, NULL), KL_OK);
    kl_pact_lock_end(engine);
    return list;
}

KL_TEST(rows_bring_the_state_back)
{
    KL_UNUSED_STATE;
    kl_pact_engine *engine = pact_engine(pact_example);
    pact_do(engine, "grant_clearance", "[\"eh\",\"secret\",[\"b\"]]");
    pact_do(engine, "revoke_clearance", "[\"eh\"]");
    pact_do(engine, "set_vacancy_designation", "[\"D1-R1-D1-R1\",\"h\",\"board\"]");
    pact_do(engine, "create_ksp", KSP("k1", "D1-R1", "D2-R1",
                                      ",\\\"shared_paths\\\":[\\\"p/\\\"],\\\"conditions\\\":{\\\"time_window\\\":{\\\"not_after\\\":\\\"2030-01-01T00:00:00+01:00\\\"}}"));
    pact_do(engine, "create_bridge", BRIDGE("b", "D1-R1", "D1-R1-R3", ",\\\"approved_by\\\":\\\"D1-R1\\\",\\\"review_interval_days\\\":9"));
    pact_do(engine, "suspend_plan", "[\"D1-R1\",\"p\",\"budget\",{\"left\":3}]");
    pact_do(engine, "set_enforcement_mode", "[\"audit\"]");
    pact_do(engine, "add_never_delegated", "[[\" Fire_People \"]]");
    kl_value rows = rows_of(engine);
    assert_int_equal(kl_array_len(rows), 7);

    kl_pact_engine *other = pact_engine(pact_example);
    other->recording = false;
    for (size_t i = 0; i < kl_array_len(rows); i++) {
        kl_value entry = kl_array_at(rows, i);
        kl_error error = KL_ERROR_INIT;
        if (kl_pact_engine_restore(other, kl_as_text(kl_array_at(entry, 0)).data,
                                   kl_as_text(kl_array_at(entry, 1)), kl_array_at(entry, 2), &error) != KL_OK)
            fail_msg("%s", kl_error_message(&error));
    }
    other->recording = true;
    kl_value again = rows_of(other);
    kl_value before = kl_null();
    assert_int_equal(kl_json_print(&before, rows, &kl_json_plain, NULL), KL_OK);
    assert_json(again, kl_as_text(before).data);
    kl_value_release(before);
    assert_true(kl_pact_plan_is_suspended(other, KL_TEXT("p")));
    assert_true(kl_pact_is_never_delegated(other, KL_TEXT("FIRE_people")));
    assert_int_equal(other->mode, KL_PACT_AUDIT);

    kl_value empty = json("{}");
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_pact_engine_restore(other, "zz", KL_TEXT("k"), empty, &error), KL_INVALID);
    assert_string_equal(kl_error_message(&error), "unknown table 'zz'");
    assert_int_equal(kl_pact_engine_restore(other, "ksps", KL_TEXT("k"), empty, &error), KL_INVALID);
    assert_string_equal(kl_error_message(&error), "ksps 'k': KSP: missing field `id`");
    kl_error_clear(&error);
    kl_value_release(empty);
    kl_value_release(rows);
    kl_object_release(&other->object);
    kl_object_release(&engine->object);
}

/* ---- want of memory -------------------------------------------------------------------------- */

static kl_status live(void *data)
{
    static const char *const calls[][2] = {
        {"grant_clearance", "[\"eh\",\"secret\",[\"b\"]]"},
        {"create_ksp", KSP("k1", "D1-R1", "D2-R1", ",\\\"shared_paths\\\":[\\\"p/\\\"]")},
        {"create_ksp", KSP("k1", "D1-R1-T1-R1", "D2-R1", "")},
        {"create_bridge", BRIDGE("b", "D1-R1", "D2-R1", ",\\\"one_time_use\\\":true")},
        {"set_vacancy_designation", "[\"D1-R1-R2\",\"h\",\"a\"]"},
        {"suspend_plan", "[\"D1-R1\",\"p\",\"budget\"]"},
        {"update_resume_condition", "[\"p\",\"budget_replenished\",true]"},
        {"resume_plan", "[\"p\"]"},
        {"add_never_delegated", "[[\"x\"]]"},
        {"get_ksps", "[]"},
        {"list_bridges", "[]"},
        {"list_roles", "[]"},
        {"remove_ksp", "[\"k1\"]"},
        {"remove_bridge", "[\"b\"]"},
    };
    const kl_value *parts = data;
    kl_value engine = kl_null();
    kl_status status = kl_pact_engine_new(&engine, parts[0], NULL);
    for (size_t i = 0; i < KL_COUNT(calls) && status == KL_OK; i++) {
        kl_value args = parts[i + 1], out = kl_null();
        status = kl_object_call(&out, engine.as.object, kl_text_from(calls[i][0]), kl_array_items(args),
                                kl_array_len(args), NULL);
        kl_value_release(out);
    }
    for (size_t i = 0; i < 2 && status == KL_OK; i++) {
        kl_value out = kl_null();
        status = kl_object_call(&out, engine.as.object, i ? KL_TEXT("explain_access") : KL_TEXT("check_access"),
                                &parts[20], 3, NULL);
        kl_value_release(out);
    }
    kl_value_release(engine);
    return status;
}

KL_TEST(want_of_memory_is_told_and_changes_nothing)
{
    KL_UNUSED_STATE;
    static const char *const args[] = {
        "[\"eh\",\"secret\",[\"b\"]]", KSP("k1", "D1-R1", "D2-R1", ",\\\"shared_paths\\\":[\\\"p/\\\"]"),
        KSP("k1", "D1-R1-T1-R1", "D2-R1", ""), BRIDGE("b", "D1-R1", "D2-R1", ",\\\"one_time_use\\\":true"),
        "[\"D1-R1-R2\",\"h\",\"a\"]", "[\"D1-R1\",\"p\",\"budget\"]", "[\"p\",\"budget_replenished\",true]",
        "[\"p\"]", "[[\"x\"]]", "[]", "[]", "[]", "[\"k1\"]", "[\"b\"]",
    };
    kl_value parts[23] = {json(pact_example)};
    for (size_t i = 1; i < 20; i++)
        parts[i] = i <= KL_COUNT(args) ? json(args[i - 1]) : kl_null();
    kl_string_new(&parts[20], KL_TEXT("eh"), NULL);
    parts[21] = pact_item("D1-R1", "confidential", "");
    kl_string_new(&parts[22], KL_TEXT("delegated"), NULL);
    assert_true(sweep(live, parts) > 200);
    for (size_t i = 0; i < KL_COUNT(parts); i++)
        kl_value_release(parts[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(access_goes_step_by_step),
        cmocka_unit_test(policies_share_what_they_say),
        cmocka_unit_test(bridges_join_two_roles_and_nobody_below),
        cmocka_unit_test(a_bad_bridge_is_refused),
        cmocka_unit_test(a_designation_fills_a_vacancy_while_it_lasts),
        cmocka_unit_test(a_document_may_bring_its_state_along),
        cmocka_unit_test(rows_bring_the_state_back),
        cmocka_unit_test(want_of_memory_is_told_and_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
