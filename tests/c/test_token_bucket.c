/* Rate limits. */
#include "test.h"
#include "token_bucket.h"

#include <pthread.h>
#include <unistd.h>

KL_TEST(a_burst_passes_and_then_each_waits)
{
    KL_UNUSED_STATE;
    kl_token_bucket bucket;
    kl_token_bucket_begin(&bucket);
    for (int i = 0; i < 3; i++)
        assert_int_equal(kl_token_bucket_take(&bucket, 10, 3, KL_TIME_NONE), 0);
    kl_duration first = kl_token_bucket_take(&bucket, 10, 3, KL_TIME_NONE);
    kl_duration second = kl_token_bucket_take(&bucket, 10, 3, KL_TIME_NONE);
    assert_true(first > 50 * KL_MILLISECOND && first <= 100 * KL_MILLISECOND);
    assert_true(second > 150 * KL_MILLISECOND && second <= 200 * KL_MILLISECOND);
    kl_token_bucket_put_back(&bucket);
    kl_duration again = kl_token_bucket_take(&bucket, 10, 3, KL_TIME_NONE);
    assert_true(again > 150 * KL_MILLISECOND - 50 * KL_MILLISECOND && again <= second);
    kl_token_bucket_end(&bucket);
}

KL_TEST(who_has_no_patience_takes_nothing)
{
    KL_UNUSED_STATE;
    kl_token_bucket bucket;
    kl_token_bucket_begin(&bucket);
    assert_int_equal(kl_token_bucket_take(&bucket, 1, 1, 0), 0);
    for (int i = 0; i < 100; i++)
        assert_true(kl_token_bucket_take(&bucket, 1, 1, 0) > 0);
    assert_true(kl_token_bucket_take(&bucket, 1, 1, KL_TIME_NONE) <= KL_SECOND);
    kl_token_bucket_end(&bucket);
}

KL_TEST(it_fills_with_time_but_not_over)
{
    KL_UNUSED_STATE;
    kl_token_bucket bucket;
    kl_token_bucket_begin(&bucket);
    assert_int_equal(kl_token_bucket_take(&bucket, 1000, 1, 0), 0);
    usleep(20000);
    assert_int_equal(kl_token_bucket_take(&bucket, 1000, 1, 0), 0);
    assert_true(kl_token_bucket_take(&bucket, 1000, 1, 0) > 0);
    kl_token_bucket_end(&bucket);
}

KL_TEST(a_closed_bucket_gives_nothing)
{
    KL_UNUSED_STATE;
    kl_token_bucket bucket;
    kl_token_bucket_begin(&bucket);
    kl_token_bucket_close(&bucket, KL_SECOND);
    kl_token_bucket_close(&bucket, 0);
    kl_duration wait = kl_token_bucket_take(&bucket, 1000, 1000, KL_TIME_NONE);
    assert_true(wait > KL_SECOND / 2 && wait <= KL_SECOND);
    kl_token_bucket_end(&bucket);
}

KL_TEST(rates_that_hardly_ever_allow)
{
    KL_UNUSED_STATE;
    kl_token_bucket bucket;
    kl_token_bucket_begin(&bucket);
    assert_int_equal(kl_token_bucket_take(&bucket, 1e-12, 1, KL_TIME_NONE), 0);
    assert_int_equal(kl_token_bucket_take(&bucket, 1e-12, 1, KL_TIME_NONE), KL_TIME_NONE);
    kl_token_bucket_end(&bucket);
}

static void *take_many(void *bucket)
{
    for (int i = 0; i < 1000; i++)
        kl_token_bucket_take(bucket, 1, 1e9, KL_TIME_NONE);
    return NULL;
}

KL_TEST(threads_take_each_their_own)
{
    KL_UNUSED_STATE;
    kl_token_bucket bucket;
    pthread_t threads[4];
    kl_token_bucket_begin(&bucket);
    for (size_t i = 0; i < KL_COUNT(threads); i++)
        pthread_create(&threads[i], NULL, take_many, &bucket);
    for (size_t i = 0; i < KL_COUNT(threads); i++)
        pthread_join(threads[i], NULL);
    assert_true(bucket.missing > 3990 && bucket.missing <= 4000);
    kl_token_bucket_end(&bucket);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_passes_and_then_each_waits),
        cmocka_unit_test(who_has_no_patience_takes_nothing),
        cmocka_unit_test(it_fills_with_time_but_not_over),
        cmocka_unit_test(a_closed_bucket_gives_nothing),
        cmocka_unit_test(rates_that_hardly_ever_allow),
        cmocka_unit_test(threads_take_each_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
