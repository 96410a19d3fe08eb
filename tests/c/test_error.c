/* Errors as data. */
#include "test.h"

typedef struct foreign {
    kl_foreign base;
    int released;
} foreign;

static void foreign_release(kl_foreign *self) { ((foreign *)self)->released++; }

KL_TEST(every_status_has_a_name)
{
    KL_UNUSED_STATE;
    for (int i = 0; i < KL_STATUS_COUNT; i++) {
        assert_non_null(kl_status_name((kl_status)i));
        assert_string_not_equal(kl_status_name((kl_status)i), "unknown");
        for (int j = 0; j < i; j++)
            assert_string_not_equal(kl_status_name((kl_status)i), kl_status_name((kl_status)j));
    }
    assert_string_equal(kl_status_name(KL_STATUS_COUNT), "unknown");
    assert_string_equal(kl_status_name((kl_status)-1), "unknown");
}

KL_TEST(setting_returns_the_code_and_replaces_what_was_there)
{
    KL_UNUSED_STATE;
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_error_set(&error, KL_INVALID, "port: %d", 5), KL_INVALID);
    assert_string_equal(error.message, "port: 5");
    error.type = "Special";
    assert_int_equal(kl_error_set(&error, KL_KEY, "again: %s", error.message), KL_KEY);
    assert_string_equal(error.message, "again: port: 5"); /* arguments may lie in the old message */
    assert_null(error.type);
    assert_int_equal(kl_error_set(NULL, KL_IO, "nobody hears"), KL_IO);
    kl_error_clear(&error);
    assert_int_equal(error.code, KL_OK);
    assert_string_equal(kl_error_message(&error), "");
    assert_string_equal(kl_error_message(NULL), "");
    kl_error_clear(NULL);
}

KL_TEST(positions_count_lines_and_characters)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text;
        size_t at;
        uint32_t line, column;
    } rows[] = {{"abc", 0, 1, 1}, {"abc", 2, 1, 3}, {"a\nbc", 3, 2, 2}, {"\n\n", 2, 3, 1},
                {"\xC3\xA4x", 2, 1, 2}, {"\xF0\x9F\x98\x80x", 4, 1, 2}};
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(kl_error_set_at(&error, KL_SYNTAX, rows[i].text, rows[i].text + rows[i].at,
                                         "bad"), KL_SYNTAX);
        assert_int_equal(error.position, rows[i].at);
        assert_int_equal(error.line, rows[i].line);
        assert_int_equal(error.column, rows[i].column);
        kl_error_clear(&error);
    }
    assert_int_equal(kl_error_set_at(NULL, KL_SYNTAX, "", "", "bad"), KL_SYNTAX);
}

KL_TEST(a_form_is_put_before_a_message_once)
{
    KL_UNUSED_STATE;
    kl_error error = KL_ERROR_INIT, moved = KL_ERROR_INIT;
    kl_error_set(&error, KL_IO, "the disk is full");
    assert_false(error.formed);
    kl_error_form_before(&error, "step %d failed: ", 1);
    kl_error_form_before(&error, "step %d failed: ", 2);
    assert_string_equal(kl_error_message(&error), "step 1 failed: the disk is full");
    assert_int_equal(error.code, KL_IO);
    kl_error_move(&moved, &error);
    assert_true(moved.formed);
    assert_false(error.formed);
    kl_error_prefix(&moved, "plan: "); /* something else begins it now */
    assert_false(moved.formed);
    kl_error_form_before(&moved, "run failed: ");
    assert_string_equal(kl_error_message(&moved), "run failed: plan: step 1 failed: the disk is full");
    assert_int_equal(kl_error_form(&moved, KL_FAILED, "input '%s' is bad", "a"), KL_FAILED);
    assert_true(moved.formed);
    kl_error_form_before(&moved, "run failed: ");
    assert_string_equal(kl_error_message(&moved), "input 'a' is bad");
    kl_error_set(&moved, KL_IO, "x");
    assert_false(moved.formed);
    kl_error_clear(&moved);
    kl_error_form_before(NULL, "x");
    assert_int_equal(kl_error_form(NULL, KL_IO, "x"), KL_IO);
}

KL_TEST(a_prefix_keeps_all_else)
{
    KL_UNUSED_STATE;
    kl_error error = KL_ERROR_INIT;
    const char *text = "ab";
    kl_error_set_at(&error, KL_SYNTAX, text, text + 1, "bad");
    assert_int_equal(kl_error_prefix(&error, "field '%s': ", "x"), KL_SYNTAX);
    assert_string_equal(error.message, "field 'x': bad");
    assert_int_equal(error.position, 1);
    kl_error_no_memory(&error);
    kl_error_prefix(&error, "here: ");
    assert_string_equal(error.message, "here: out of memory");
    kl_error_clear(&error);
    assert_int_equal(kl_error_prefix(NULL, "x"), KL_FAILED);
}

KL_TEST(moving_leaves_nothing_behind)
{
    KL_UNUSED_STATE;
    kl_error from = KL_ERROR_INIT, to = KL_ERROR_INIT;
    foreign cause = {{foreign_release}, 0};
    kl_error_set(&from, KL_IO, "moved");
    kl_error_set(&to, KL_KEY, "replaced");
    from.cause = &cause.base;
    from.details = kl_alloc(sizeof(kl_value));
    *(kl_value *)from.details = json("{\"a\":[1]}");
    kl_error_move(&to, &from);
    assert_int_equal(from.code, KL_OK);
    assert_null(from.message);
    assert_null(from.details);
    assert_string_equal(to.message, "moved");
    kl_error_move(&to, &to);
    assert_string_equal(to.message, "moved");
    assert_int_equal(cause.released, 0);
    kl_error_move(NULL, &to);
    assert_int_equal(cause.released, 1);
    assert_int_equal(to.code, KL_OK);
}

KL_TEST(an_error_without_memory_still_tells_its_code)
{
    KL_UNUSED_STATE;
    kl_error error = KL_ERROR_INIT;
    kl_test_fail_allocation(1);
    assert_int_equal(kl_error_set(&error, KL_INVALID, "lost"), KL_INVALID);
    assert_int_equal(kl_test_failed_allocations(), 1);
    assert_int_equal(error.code, KL_INVALID);
    assert_string_equal(error.message, "out of memory");
    for (size_t n = 1; n <= 2; n++) { /* the prefix is lost, the message stays */
        kl_error_set(&error, KL_INVALID, "kept");
        kl_test_fail_allocation(n);
        assert_int_equal(kl_error_prefix(&error, "prefix: "), KL_INVALID);
        assert_int_equal(kl_test_failed_allocations(), 1);
        assert_string_equal(error.message, "kept");
    }
    kl_test_fail_allocation(0);
    kl_error_clear(&error);
}

KL_TEST(exactly_the_ordered_allocation_fails)
{
    KL_UNUSED_STATE;
    kl_test_fail_allocation(3);
    void *first = kl_alloc(1), *second = kl_realloc(NULL, 1), *third = kl_alloc_zero(1, 1);
    void *fourth = kl_alloc(1);
    assert_non_null(first);
    assert_non_null(second);
    assert_null(third);
    assert_non_null(fourth);
    assert_int_equal(kl_test_failed_allocations(), 1);
    kl_test_fail_allocation(0);
    assert_int_equal(kl_test_failed_allocations(), 0);
    kl_free(first);
    kl_free(second);
    kl_free(fourth);
    kl_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_a_name),
        cmocka_unit_test(setting_returns_the_code_and_replaces_what_was_there),
        cmocka_unit_test(positions_count_lines_and_characters),
        cmocka_unit_test(a_form_is_put_before_a_message_once),
        cmocka_unit_test(a_prefix_keeps_all_else),
        cmocka_unit_test(moving_leaves_nothing_behind),
        cmocka_unit_test(an_error_without_memory_still_tells_its_code),
        cmocka_unit_test(exactly_the_ordered_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
