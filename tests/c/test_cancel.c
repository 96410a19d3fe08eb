/* Cancellation tokens. */
#include "test.h"
#include "cancel.h"

#include <pthread.h>
#include <unistd.h>

static kl_cancel *new_token(kl_cancel *parent)
{
    kl_cancel *token = NULL;
    assert_int_equal(kl_cancel_new(&token, parent, NULL), KL_OK);
    return token;
}

static void count(void *data) { __atomic_fetch_add((size_t *)data, 1, __ATOMIC_RELAXED); }

KL_TEST(the_first_reason_stays)
{
    KL_UNUSED_STATE;
    kl_error error = KL_ERROR_INIT;
    kl_cancel *token = new_token(NULL);
    assert_false(kl_cancel_is_set(token));
    assert_int_equal(kl_cancel_check(token, &error), KL_OK);
    assert_true(kl_is_null(kl_cancel_reason(token)));
    assert_true(kl_cancel_set(token, KL_TIMEOUT, json("\"over 5 s\"")));
    assert_false(kl_cancel_set(token, KL_CANCELLED, json("\"by hand\"")));
    assert_true(kl_cancel_is_set(token));
    assert_int_equal(kl_cancel_check(token, &error), KL_TIMEOUT);
    assert_string_equal(kl_error_message(&error), "over 5 s");
    assert_true(kl_text_is(kl_as_text(kl_cancel_reason(token)), "over 5 s"));
    kl_error_clear(&error);
    kl_cancel_release(token);
}

KL_TEST(without_a_reason_it_says_cancelled)
{
    KL_UNUSED_STATE;
    kl_error error = KL_ERROR_INIT;
    kl_cancel *token = new_token(NULL);
    kl_cancel_set(token, KL_CANCELLED, kl_null());
    assert_int_equal(kl_cancel_check(token, &error), KL_CANCELLED);
    assert_string_equal(kl_error_message(&error), "cancelled");
    kl_error_clear(&error);
    kl_cancel_release(token);
}

KL_TEST(null_is_a_token_nobody_cancels)
{
    KL_UNUSED_STATE;
    kl_cancel_watch watch = {.call = count};
    assert_false(kl_cancel_is_set(NULL));
    assert_int_equal(kl_cancel_check(NULL, NULL), KL_OK);
    assert_true(kl_is_null(kl_cancel_reason(NULL)));
    kl_time start = kl_clock_now();
    assert_false(kl_cancel_wait(NULL, kl_clock_after(5 * KL_MILLISECOND)));
    assert_true(kl_clock_now() - start >= 5 * KL_MILLISECOND);
    kl_cancel_watch_begin(NULL, &watch);
    kl_cancel_watch_end(NULL, &watch);
    kl_cancel_release(kl_cancel_retain(NULL));
}

KL_TEST(cancelling_a_parent_cancels_its_children_only)
{
    KL_UNUSED_STATE;
    kl_cancel *top = new_token(NULL), *left = new_token(top), *right = new_token(top);
    kl_cancel *leaf = new_token(left);
    kl_cancel_set(left, KL_CANCELLED, json("\"left\""));
    assert_true(kl_cancel_is_set(leaf));
    assert_false(kl_cancel_is_set(top) || kl_cancel_is_set(right));
    kl_cancel_set(top, KL_INTERRUPTED, json("\"top\""));
    assert_int_equal(kl_cancel_check(right, NULL), KL_INTERRUPTED);
    assert_true(kl_text_is(kl_as_text(kl_cancel_reason(leaf)), "left"));
    kl_cancel *late = new_token(right);
    assert_true(kl_text_is(kl_as_text(kl_cancel_reason(late)), "top"));
    kl_cancel_release(top);
    kl_cancel_release(left);
    kl_cancel_release(right);
    kl_cancel_release(late);
    kl_cancel_release(leaf);
}

KL_TEST(a_released_child_leaves_its_parent)
{
    KL_UNUSED_STATE;
    kl_cancel *top = new_token(NULL);
    kl_cancel_release(new_token(top));
    kl_cancel_set(top, KL_CANCELLED, kl_null());
    kl_cancel_release(top);
}

KL_TEST(tokens_nest_to_a_thousand_levels)
{
    KL_UNUSED_STATE;
    kl_error error = KL_ERROR_INIT;
    kl_cancel *top = new_token(NULL), *last = kl_cancel_retain(top), *none = NULL;
    for (int i = 0; i < KL_CANCEL_DEPTH_MAX; i++) {
        kl_cancel *next = new_token(last);
        kl_cancel_release(last);
        last = next;
    }
    assert_int_equal(kl_cancel_new(&none, last, &error), KL_DEPTH);
    kl_error_clear(&error);
    kl_cancel_set(top, KL_CANCELLED, kl_null());
    assert_true(kl_cancel_is_set(last));
    kl_cancel_release(top);
    kl_cancel_release(last);
}

KL_TEST(watchers_are_called_once_and_not_after_they_ended)
{
    KL_UNUSED_STATE;
    size_t calls = 0, ended = 0;
    kl_cancel *token = new_token(NULL);
    kl_cancel_watch first = {.call = count, .data = &calls}, second = first, late = first;
    kl_cancel_watch gone = {.call = count, .data = &ended};
    kl_cancel_watch_begin(token, &first);
    kl_cancel_watch_begin(token, &gone);
    kl_cancel_watch_begin(token, &second);
    kl_cancel_watch_end(token, &gone);
    kl_cancel_set(token, KL_CANCELLED, kl_null());
    kl_cancel_set(token, KL_CANCELLED, kl_null());
    assert_int_equal(calls, 2);
    assert_int_equal(ended, 0);
    kl_cancel_watch_begin(token, &late);
    assert_int_equal(calls, 3);
    kl_cancel_watch_end(token, &late);
    kl_cancel_watch_end(token, &first);
    kl_cancel_release(token);
}

typedef struct self_ending {
    kl_cancel *token;
    kl_cancel_watch watch;
} self_ending;

static void end_self(void *data)
{
    self_ending *own = data;
    kl_cancel_watch_end(own->token, &own->watch);
    kl_cancel_release(own->token);
    kl_free(own);
}

KL_TEST(a_watcher_may_end_itself_and_release_the_token)
{
    KL_UNUSED_STATE;
    kl_cancel *token = new_token(NULL);
    self_ending *own = kl_alloc(sizeof *own);
    assert_non_null(own);
    *own = (self_ending){.token = token, .watch = {.call = end_self, .data = own}};
    kl_cancel_watch_begin(token, &own->watch);
    kl_cancel_set(token, KL_CANCELLED, kl_null());
}

typedef struct slow_call {
    bool began, ended;
} slow_call;

static void call_slowly(void *data)
{
    slow_call *slow = data;
    __atomic_store_n(&slow->began, true, __ATOMIC_RELEASE);
    usleep(20000);
    __atomic_store_n(&slow->ended, true, __ATOMIC_RELAXED);
}

static void *cancel_now(void *data)
{
    kl_cancel_set(data, KL_CANCELLED, kl_null());
    kl_cancel_release(data);
    return NULL;
}

KL_TEST(ending_a_watch_waits_for_its_call)
{
    KL_UNUSED_STATE;
    pthread_t thread;
    slow_call slow = {false, false};
    kl_cancel_watch watch = {.call = call_slowly, .data = &slow};
    kl_cancel *token = new_token(NULL);
    kl_cancel_watch_begin(token, &watch);
    pthread_create(&thread, NULL, cancel_now, kl_cancel_retain(token));
    while (!__atomic_load_n(&slow.began, __ATOMIC_ACQUIRE))
        usleep(100);
    kl_cancel_watch_end(token, &watch);
    assert_true(slow.ended);
    pthread_join(thread, NULL);
    kl_cancel_release(token);
}

KL_TEST(waiting_ends_with_the_deadline_or_the_cancelling)
{
    KL_UNUSED_STATE;
    pthread_t thread;
    kl_cancel *token = new_token(NULL);
    kl_time start = kl_clock_now();
    assert_false(kl_cancel_wait(token, kl_clock_after(5 * KL_MILLISECOND)));
    assert_true(kl_clock_now() - start >= 5 * KL_MILLISECOND);
    assert_false(kl_cancel_wait(token, -1));
    pthread_create(&thread, NULL, cancel_now, kl_cancel_retain(token));
    assert_true(kl_cancel_wait(token, KL_TIME_NONE));
    pthread_join(thread, NULL);
    kl_cancel_release(token);
}

static void *make_and_drop_children(void *data)
{
    kl_cancel *top = data;
    for (size_t i = 0; i < 2000; i++) {
        size_t calls = 0;
        kl_cancel *child = NULL;
        kl_cancel_watch watch = {.call = count, .data = &calls};
        if (kl_cancel_new(&child, top, NULL) != KL_OK)
            break;
        kl_cancel_watch_begin(child, &watch);
        kl_cancel_watch_end(child, &watch);
        kl_cancel_release(child);
    }
    kl_cancel_release(top);
    return NULL;
}

KL_TEST(children_may_come_and_go_while_their_parent_is_cancelled)
{
    KL_UNUSED_STATE;
    for (size_t turn = 0; turn < 10; turn++) {
        pthread_t threads[3];
        kl_cancel *top = new_token(NULL);
        for (size_t i = 0; i < KL_COUNT(threads); i++)
            pthread_create(&threads[i], NULL, make_and_drop_children, kl_cancel_retain(top));
        usleep(200 * (unsigned)turn);
        kl_cancel_set(top, KL_CANCELLED, kl_null());
        for (size_t i = 0; i < KL_COUNT(threads); i++)
            pthread_join(threads[i], NULL);
        kl_cancel_release(top);
    }
}

KL_TEST(a_token_needs_memory)
{
    KL_UNUSED_STATE;
    kl_cancel *token = NULL, *top = new_token(NULL);
    kl_test_fail_allocation(1);
    assert_int_equal(kl_cancel_new(&token, top, NULL), KL_NO_MEMORY);
    kl_test_fail_allocation(0);
    assert_null(token);
    kl_cancel_release(top);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_reason_stays),
        cmocka_unit_test(without_a_reason_it_says_cancelled),
        cmocka_unit_test(null_is_a_token_nobody_cancels),
        cmocka_unit_test(cancelling_a_parent_cancels_its_children_only),
        cmocka_unit_test(a_released_child_leaves_its_parent),
        cmocka_unit_test(tokens_nest_to_a_thousand_levels),
        cmocka_unit_test(watchers_are_called_once_and_not_after_they_ended),
        cmocka_unit_test(a_watcher_may_end_itself_and_release_the_token),
        cmocka_unit_test(ending_a_watch_waits_for_its_call),
        cmocka_unit_test(waiting_ends_with_the_deadline_or_the_cancelling),
        cmocka_unit_test(children_may_come_and_go_while_their_parent_is_cancelled),
        cmocka_unit_test(a_token_needs_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
