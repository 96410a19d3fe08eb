/* Slots: numbers of what runs now. */
#include "test.h"
#include "host.h"
#include "slot.h"

#include <pthread.h>

static int64_t value_of(kl_slot slot)
{
    int64_t number;
    return kl_slot_get(&number, slot) ? number : -100;
}

static int64_t now(void) { return value_of(KL_SLOT_CLEARANCE); }

static void set(int64_t number)
{
    assert_int_equal(kl_slot_set(KL_SLOT_CLEARANCE, &number, NULL, NULL), KL_OK);
}

static void *look(void *out)
{
    *(int64_t *)out = now();
    return NULL;
}

static int64_t elsewhere(void)
{
    pthread_t thread;
    int64_t seen = 0;
    pthread_create(&thread, NULL, look, &seen);
    pthread_join(thread, NULL);
    return seen;
}

KL_TEST(without_a_host_a_slot_is_the_threads)
{
    KL_UNUSED_STATE;
    assert_false(kl_slots_are_used());
    assert_int_equal(now(), -100);
    assert_int_equal(kl_slots_now().filled, 0);
    set(3);
    assert_true(kl_slots_are_used());
    assert_int_equal(now(), 3);
    assert_int_equal(elsewhere(), -100);
    assert_int_equal(kl_slot_set(KL_SLOT_CLEARANCE, NULL, NULL, NULL), KL_OK);
    assert_int_equal(now(), -100);
}

KL_TEST(what_was_before_comes_back)
{
    KL_UNUSED_STATE;
    kl_slot_before outer, inner;
    int64_t two = 2;
    assert_int_equal(kl_slot_set(KL_SLOT_CLEARANCE, &two, &outer, NULL), KL_OK);
    assert_int_equal(kl_slot_set(KL_SLOT_CLEARANCE, NULL, &inner, NULL), KL_OK);
    assert_int_equal(now(), -100);
    assert_int_equal(kl_slot_restore(KL_SLOT_CLEARANCE, &inner, NULL), KL_OK);
    assert_int_equal(now(), 2);
    assert_int_equal(kl_slot_restore(KL_SLOT_CLEARANCE, &outer, NULL), KL_OK);
    assert_int_equal(now(), -100);
}

static void *restore(void *before)
{
    kl_error error = KL_ERROR_INIT;
    set(1);
    assert_int_equal(kl_slot_restore(KL_SLOT_CLEARANCE, before, &error), KL_INVALID);
    assert_string_equal(error.message, "the slot was set on another thread");
    assert_int_equal(now(), 1); /* as it was */
    kl_error_clear(&error);
    return NULL;
}

KL_TEST(another_thread_gets_nothing_back)
{
    KL_UNUSED_STATE;
    kl_slot_before before;
    int64_t five = 5;
    pthread_t thread;
    set(4);
    assert_int_equal(kl_slot_set(KL_SLOT_CLEARANCE, &five, &before, NULL), KL_OK);
    pthread_create(&thread, NULL, restore, &before);
    pthread_join(thread, NULL);
    assert_int_equal(now(), 5);
    kl_slot_set(KL_SLOT_CLEARANCE, NULL, NULL, NULL);
}

static void *work(void *data)
{
    kl_slots before = kl_slots_enter(data);
    int64_t seen = now();
    set(1); /* within the work */
    kl_slots_leave(&before);
    assert_int_equal(now(), -100);
    return (void *)(intptr_t)seen;
}

KL_TEST(work_takes_its_slots_along)
{
    KL_UNUSED_STATE;
    pthread_t thread;
    void *seen;
    set(4);
    kl_slots along = kl_slots_now();
    kl_slot_set(KL_SLOT_CLEARANCE, NULL, NULL, NULL);
    pthread_create(&thread, NULL, work, &along);
    pthread_join(thread, &seen);
    assert_int_equal((intptr_t)seen, 4);
    assert_int_equal(now(), -100);
}

/* ---- a host ------------------------------------------------------------------------------------ */

static struct {
    bool here, is_filled; /* whether this thread runs a context; what it holds */
    int64_t number;
    int tokens;
} context;

static bool get_slot(kl_slot slot, bool *is_filled, int64_t *number)
{
    (void)slot;
    *is_filled = context.is_filled;
    *number = context.number;
    return context.here;
}

typedef struct token {
    kl_foreign foreign;
    bool was_filled;
    int64_t number;
} token;

static void end_token(kl_foreign *self)
{
    context.tokens--;
    kl_free(self);
}

static kl_status set_slot(kl_slot slot, const int64_t *number, kl_foreign **before, kl_error *error)
{
    (void)slot;
    token *made = before ? kl_alloc(sizeof *made) : NULL;
    if (before && !made)
        return kl_error_no_memory(error);
    if (before) {
        *made = (token){{end_token}, context.is_filled, context.number};
        *before = &made->foreign;
        context.tokens++;
    }
    context.is_filled = number != NULL;
    context.number = number ? *number : 0;
    return KL_OK;
}

static kl_status restore_slot(kl_slot slot, kl_foreign *before, kl_error *error)
{
    const token *t = (const token *)before;
    (void)slot;
    if (!context.here)
        return kl_error_set(error, KL_INVALID, "another context");
    context.is_filled = t->was_filled;
    context.number = t->number;
    return KL_OK;
}

KL_TEST(a_host_keeps_slots_where_it_runs_something)
{
    KL_UNUSED_STATE;
    static const kl_host host = {
        .get_slot = get_slot, .set_slot = set_slot, .restore_slot = restore_slot};
    kl_slot_before before;
    kl_error error = KL_ERROR_INIT;
    int64_t two = 2;
    kl_host_set(&host);
    context.here = true;
    set(1);
    assert_int_equal(kl_slots_of_thread().filled, 0); /* it is the host's */
    assert_int_equal(now(), 1);
    assert_int_equal(kl_slot_set(KL_SLOT_CLEARANCE, &two, &before, NULL), KL_OK);
    context.here = false;
    assert_int_equal(now(), -100); /* the thread's own */
    assert_int_equal(kl_slot_restore(KL_SLOT_CLEARANCE, &before, &error), KL_INVALID);
    assert_string_equal(error.message, "another context");
    assert_int_equal(context.tokens, 0);
    assert_int_equal(context.number, 2);
    context.here = true;
    assert_int_equal(kl_slot_set(KL_SLOT_CLEARANCE, NULL, &before, NULL), KL_OK);
    assert_int_equal(now(), -100);
    assert_int_equal(kl_slot_restore(KL_SLOT_CLEARANCE, &before, NULL), KL_OK);
    assert_int_equal(now(), 2);
    kl_error_clear(&error);
    kl_host_set(NULL);
}

KL_TEST(without_memory_a_slot_stays_as_it_was)
{
    KL_UNUSED_STATE;
    static const kl_host host = {
        .get_slot = get_slot, .set_slot = set_slot, .restore_slot = restore_slot};
    kl_slot_before before;
    int64_t four = 4;
    kl_host_set(&host);
    context.here = true;
    set(3);
    kl_test_fail_allocation(1);
    assert_int_equal(kl_slot_set(KL_SLOT_CLEARANCE, &four, &before, NULL), KL_NO_MEMORY);
    kl_test_fail_allocation(0);
    assert_int_equal(now(), 3);
    kl_host_set(NULL);
}

/* ---- the class of an error --------------------------------------------------------------------- */

static const char *class_of(const kl_foreign *cause) { return cause->release ? "MyError" : NULL; }

KL_TEST(an_error_tells_its_class)
{
    KL_UNUSED_STATE;
    static const kl_host host = {.class_of = class_of};
    static kl_foreign ours = {NULL};
    kl_error error = {.code = KL_INVALID};
    assert_string_equal(kl_host_class_of(&error), "invalid");
    error.type = "SomeError";
    assert_string_equal(kl_host_class_of(&error), "SomeError");
    kl_host_set(&host);
    error.cause = &ours; /* none of the host's */
    assert_string_equal(kl_host_class_of(&error), "SomeError");
    ours.release = end_token;
    assert_string_equal(kl_host_class_of(&error), "MyError");
    kl_host_set(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_host_a_slot_is_the_threads),
        cmocka_unit_test(what_was_before_comes_back),
        cmocka_unit_test(another_thread_gets_nothing_back),
        cmocka_unit_test(work_takes_its_slots_along),
        cmocka_unit_test(a_host_keeps_slots_where_it_runs_something),
        cmocka_unit_test(without_memory_a_slot_stays_as_it_was),
        cmocka_unit_test(an_error_tells_its_class),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
