/* RbacCell and RbacMatrix: their checks and their texts. */
#include "pact/rbac.h"
#include "sweep.h"
#include "test.h"

static kl_value cell(bool allowed, const char *zone)
{
    kl_value made = kl_null(), args[] = {kl_bool(allowed), kl_null(), kl_null()};
    assert_int_equal(kl_string_new(&args[1], kl_text_from(zone), NULL), KL_OK);
    assert_int_equal(kl_object_make(&made, &kl_rbac_cell_type, args, NULL), KL_OK);
    kl_value_release(args[1]);
    return made;
}

/* A matrix of JSON lists of roles and actions, all cells alike. */
static kl_status fill(kl_value *out, const char *roles, const char *actions, const char *zone,
                      kl_error *error)
{
    kl_value rows = json(roles), columns = json(actions), cells = json("[]"), org = json("\"acme\"");
    for (size_t i = 0; i < kl_array_len(rows); i++) {
        kl_value row = json("[]");
        for (size_t j = 0; j < kl_array_len(columns); j++)
            assert_int_equal(kl_array_push(&row, cell(zone != NULL, zone ? zone : "blocked"), NULL), KL_OK);
        assert_int_equal(kl_array_push(&cells, row, NULL), KL_OK);
    }
    kl_status status = kl_rbac_matrix_new(out, rows, columns, cells, org, error);
    kl_value_release(rows);
    kl_value_release(columns);
    kl_value_release(cells);
    kl_value_release(org);
    return status;
}

static void assert_text(kl_value matrix, const char *method, const char *expected)
{
    kl_value text = kl_null();
    assert_int_equal(kl_object_call(&text, matrix.as.object, kl_text_from(method), NULL, 0, NULL), KL_OK);
    assert_string_equal(kl_as_text(text).data, expected);
    kl_value_release(text);
}

KL_TEST(zones_are_read_in_three_spellings)
{
    KL_UNUSED_STATE;
    static const char *const rows[][2] = {
        {"auto_approved", "auto_approved"}, {"AutoApproved", "auto_approved"}, {"HELD", "held"},
        {"Flagged", "flagged"}, {"BLOCKED", "blocked"}};
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value made = cell(true, rows[i][0]);
        assert_true(kl_text_is(kl_as_text(((kl_rbac_cell *)made.as.object)->zone), rows[i][1]));
        kl_value_release(made);
    }
    kl_value none = kl_null(), map = json("{\"allowed\":true,\"zone\":\"denied\"}");
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_object_from_map(&none, &kl_rbac_cell_type, map, &error), KL_INVALID);
    assert_non_null(strstr(kl_error_message(&error), "unknown gradient zone: 'denied'"));
    assert_non_null(strstr(kl_error_message(&error), "auto_approved, flagged, held, blocked"));
    kl_error_clear(&error);
    kl_value_release(map);
}

KL_TEST(cells_are_compared_by_value)
{
    KL_UNUSED_STATE;
    kl_value a = cell(true, "held"), b = cell(true, "Held"), c = cell(false, "held");
    bool same;
    assert_int_equal(kl_value_equal(&same, a, b, NULL), KL_OK);
    assert_true(same);
    assert_int_equal(kl_value_equal(&same, a, c, NULL), KL_OK);
    assert_false(same);
    kl_value_release(a);
    kl_value_release(b);
    kl_value_release(c);
}

KL_TEST(the_texts_of_a_matrix)
{
    KL_UNUSED_STATE;
    kl_value matrix = kl_null();
    assert_int_equal(fill(&matrix, "[\"D1-R1\",\"D1-R1-R2\"]", "[\"read\",\"wr,ite\",\"a\\\"b\",\"x|y\"]",
                          "flagged", NULL), KL_OK);
    assert_text(matrix, "to_csv",
                "Role,read,\"wr,ite\",\"a\"\"b\",x|y\n"
                "D1-R1,allowed(flagged),allowed(flagged),allowed(flagged),allowed(flagged)\n"
                "D1-R1-R2,allowed(flagged),allowed(flagged),allowed(flagged),allowed(flagged)\n");
    assert_text(matrix, "to_markdown",
                "| Role | read | wr,ite | a\"b | x\\|y |\n"
                "|------|------|------|------|------|\n"
                "| D1-R1 | allowed (flagged) | allowed (flagged) | allowed (flagged) | allowed (flagged) |\n"
                "| D1-R1-R2 | allowed (flagged) | allowed (flagged) | allowed (flagged) | allowed (flagged) |\n");
    kl_value_release(matrix);
    assert_int_equal(fill(&matrix, "[\"D1-R1\"]", "[\"a\\nb\"]", NULL, NULL), KL_OK);
    assert_text(matrix, "to_csv", "Role,\"a\nb\"\nD1-R1,denied\n");
    assert_text(matrix, "to_markdown", "| Role | a b |\n|------|------|\n| D1-R1 | denied |\n");
    kl_value json_text = kl_null(), back;
    assert_int_equal(kl_object_call(&json_text, matrix.as.object, KL_TEXT("to_json"), NULL, 0, NULL), KL_OK);
    assert_memory_equal(kl_as_text(json_text).data, "{\n  \"roles\": [\n    \"D1-R1\"\n  ],\n", 32);
    assert_int_equal(kl_json_parse(&back, kl_as_text(json_text), NULL), KL_OK);
    assert_json(kl_value_retain(kl_map_get(back, KL_TEXT("cells"))),
                "[[{\"allowed\":false,\"zone\":\"Blocked\",\"constraints\":{}}]]");
    assert_true(kl_text_is(kl_as_text(kl_map_get(back, KL_TEXT("org_id"))), "acme"));
    kl_value_release(back);
    kl_value_release(json_text);
    kl_value_release(matrix);
    assert_int_equal(fill(&matrix, "[]", "[\"a\"]", NULL, NULL), KL_OK);
    assert_text(matrix, "to_csv", "Role,a\n");
    assert_text(matrix, "to_markdown", "| Role | a |\n|------|------|\n");
    kl_value_release(matrix);
}

KL_TEST(cells_must_fit_roles_and_actions)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *cells, *message;
        kl_status status;
    } rows[] = {
        {"[]", "cells: 0 rows for 1 roles", KL_INVALID},
        {"[[],[]]", "cells: 2 rows for 1 roles", KL_INVALID},
        {"[[]]", "cells[0]: 0 cells for 1 actions", KL_INVALID},
        {"[[1]]", "cells[0][0]: expected RbacCell, got integer", KL_TYPE},
    };
    kl_value roles = json("[\"D1-R1\"]"), actions = json("[\"a\"]"), org = json("\"acme\""), none = kl_null();
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value cells = json(rows[i].cells);
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(kl_rbac_matrix_new(&none, roles, actions, cells, org, &error), rows[i].status);
        assert_non_null(strstr(kl_error_message(&error), rows[i].message));
        kl_error_clear(&error);
        kl_value_release(cells);
    }
    kl_value_release(roles);
    kl_value_release(actions);
    kl_value_release(org);
}

static kl_status all_texts(void *data)
{
    static const char *const methods[] = {"to_csv", "to_markdown", "to_json"};
    for (size_t i = 0; i < KL_COUNT(methods); i++) {
        kl_value text;
        kl_status status = kl_object_call(&text, data, kl_text_from(methods[i]), NULL, 0, NULL);
        if (status != KL_OK)
            return status;
        kl_value_release(text);
    }
    return KL_OK;
}

KL_TEST(want_of_memory_is_told)
{
    KL_UNUSED_STATE;
    kl_value matrix = kl_null();
    assert_int_equal(fill(&matrix, "[\"D1-R1\",\"D1-R1-R2\"]", "[\"read\",\"a,b\"]", "held", NULL), KL_OK);
    assert_true(sweep(all_texts, matrix.as.object) > 5);
    kl_value_release(matrix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zones_are_read_in_three_spellings),
        cmocka_unit_test(cells_are_compared_by_value),
        cmocka_unit_test(the_texts_of_a_matrix),
        cmocka_unit_test(cells_must_fit_roles_and_actions),
        cmocka_unit_test(want_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
