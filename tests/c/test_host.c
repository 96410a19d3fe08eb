/* What a face that holds a lock gives to the library. */
#include "test.h"
#include "host.h"

static int held = 1;

static void *let_go(void)
{
    if (!held)
        return NULL; /* another thread's, or none at all */
    held = 0;
    return &held;
}

static void take_back(void *token) { *(int *)token = 1; }

static kl_status interrupted(kl_error *error)
{
    return kl_error_set(error, KL_INTERRUPTED, "the user asked");
}

KL_TEST(the_lock_is_released_around_waits_and_taken_back)
{
    KL_UNUSED_STATE;
    static const kl_host host = {.let_go = let_go, .take_back = take_back, .poll = interrupted};
    kl_error error = KL_ERROR_INIT;
    assert_null(kl_blocking_begin()); /* no face: nothing to do */
    kl_blocking_end(NULL);
    assert_int_equal(kl_host_poll(NULL), KL_OK);

    kl_host_set(&host);
    void *outer = kl_blocking_begin();
    assert_non_null(outer);
    assert_int_equal(held, 0);
    void *inner = kl_blocking_begin(); /* released already: the inner wait leaves it alone */
    assert_null(inner);
    kl_blocking_end(inner);
    assert_int_equal(held, 0);
    kl_blocking_end(outer);
    assert_int_equal(held, 1);
    assert_int_equal(kl_host_poll(&error), KL_INTERRUPTED);
    assert_string_equal(error.message, "the user asked");
    kl_error_clear(&error);
    kl_host_set(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lock_is_released_around_waits_and_taken_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
