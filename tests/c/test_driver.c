/* Loading drivers: found, missing, of another version. */
#include "test.h"
#include "driver.h"
#include "kailash/crypto.h"

#include <pthread.h>

KL_TEST(an_unknown_driver_is_named)
{
    KL_UNUSED_STATE;
    const void *functions = NULL;
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_driver_load(&functions, "teapot", &error), KL_INVALID);
    assert_string_equal(error.message, "there is no driver 'teapot'");
    assert_null(functions);
    kl_error_clear(&error);
}

KL_TEST(a_missing_driver_names_its_package)
{
    KL_UNUSED_STATE;
    const void *functions = NULL;
    kl_error error = KL_ERROR_INIT;
    kl_value hash = kl_null();
    setenv("KAILASH_DRIVER_PATH", "/nowhere", 1);
    assert_int_equal(kl_driver_load(&functions, "openssl", &error), KL_UNAVAILABLE);
    assert_non_null(strstr(error.message, "the 'openssl' driver cannot be loaded ("));
    assert_non_null(strstr(error.message, "/nowhere/kailash_openssl.so"));
    assert_non_null(strstr(error.message, "; install the package libssl3"));
    assert_int_equal(kl_hash_hex(&hash, KL_HASH_SHA256, KL_TEXT(""), NULL), KL_UNAVAILABLE);
    unsetenv("KAILASH_DRIVER_PATH");
    assert_int_equal(kl_driver_load(&functions, "openssl", &error), KL_OK); /* a second try counts */
    assert_non_null(functions);
    kl_error_clear(&error);
}

KL_TEST(a_driver_of_another_version_is_refused)
{
    KL_UNUSED_STATE;
    static const char *const names[] = {"xlsx", "yaml"}; /* wrong ABI number; wrong name */
    setenv("KAILASH_DRIVER_PATH", TEST_DRIVERS, 1);
    for (size_t i = 0; i < KL_COUNT(names); i++) {
        const void *functions = NULL;
        kl_error error = KL_ERROR_INIT;
        char message[64];
        snprintf(message, sizeof message, "the '%s' driver is of another version", names[i]);
        assert_int_equal(kl_driver_load(&functions, names[i], &error), KL_UNAVAILABLE);
        assert_string_equal(error.message, message);
        kl_error_clear(&error);
    }
    unsetenv("KAILASH_DRIVER_PATH");
}

static void *load(void *functions)
{
    if (kl_driver_load(functions, "pcre2", NULL) != KL_OK)
        *(const void **)functions = NULL;
    return NULL;
}

KL_TEST(threads_load_a_driver_once)
{
    KL_UNUSED_STATE;
    pthread_t threads[4];
    const void *functions[4] = {NULL};
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, load, &functions[i]), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_non_null(functions[0]);
    for (int i = 1; i < 4; i++)
        assert_ptr_equal(functions[i], functions[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unknown_driver_is_named),
        cmocka_unit_test(a_missing_driver_names_its_package),
        cmocka_unit_test(a_driver_of_another_version_is_refused),
        cmocka_unit_test(threads_load_a_driver_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
