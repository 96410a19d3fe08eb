/* tests/c/test_catalog.c - the published types and functions: order and finding. */
#include "kailash/type.h"
#include "test.h"

KL_TEST(types_stand_by_module_then_name)
{
    KL_UNUSED_STATE;
    assert_true(kl_type_count() > 0);
    for (size_t i = 1; i < kl_type_count(); i++) {
        const kl_type *before = kl_type_at(i - 1), *type = kl_type_at(i);
        int modules = strcmp(before->module, type->module);
        assert_true(modules <= 0);
        if (modules == 0)
            assert_true(strcmp(before->name, type->name) < 0);
    }
    assert_null(kl_type_at(kl_type_count()));
    assert_null(kl_type_at(SIZE_MAX));
}

KL_TEST(each_type_is_found_by_name)
{
    KL_UNUSED_STATE;
    for (size_t i = 0; i < kl_type_count(); i++) {
        const kl_type *type = kl_type_at(i);
        kl_text name = kl_text_from(type->name);
        assert_ptr_equal(kl_type_find(name, type->module), type);
        assert_string_equal(kl_type_find(name, NULL)->name, type->name);
    }
}

KL_TEST(what_is_not_there_is_not_found)
{
    KL_UNUSED_STATE;
    const char *module = kl_type_at(0)->module;
    const char *const names[] = {"", "A", "zzz", "ExecutionContex", "ExecutionContextt"};
    for (size_t i = 0; i < KL_COUNT(names); i++) {
        assert_null(kl_type_find(kl_text_from(names[i]), NULL));
        assert_null(kl_type_find(kl_text_from(names[i]), module));
    }
    assert_null(kl_type_find(kl_text_from(kl_type_at(0)->name), "no.such.module"));
    assert_null(kl_type_find((kl_text){NULL, 0}, NULL));
}

KL_TEST(functions_stand_by_module_then_name)
{
    KL_UNUSED_STATE;
    for (size_t i = 1; i < kl_function_count(); i++) {
        const kl_function *before = kl_function_at(i - 1), *function = kl_function_at(i);
        int modules = strcmp(before->module, function->module);
        assert_true(modules < 0 ||
                    (modules == 0 && strcmp(before->method.name, function->method.name) < 0));
    }
    assert_null(kl_function_at(kl_function_count()));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_stand_by_module_then_name),
        cmocka_unit_test(each_type_is_found_by_name),
        cmocka_unit_test(what_is_not_there_is_not_found),
        cmocka_unit_test(functions_stand_by_module_then_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
