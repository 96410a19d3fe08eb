/* Clearances and masks, as the readers of rows use them. */
#include "test.h"
#include "sweep.h"
#include "dataflow/mask.h"

#include <pthread.h>

static kl_value item(const char *type, const char *word)
{
    kl_value made = kl_null();
    const kl_type *table = kl_type_find(kl_text_from(type), "kailash.dataflow");
    assert_non_null(table);
    assert_int_equal(kl_item_of(&made, table, kl_text_from(word), NULL), KL_OK);
    return made;
}

/* ---- masks ------------------------------------------------------------------------------------- */

static void masks(const char *value, kl_masking masking, const char *expected)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_mask_apply(&out, json(value), masking, NULL, &error), KL_OK);
    assert_json(out, expected);
}

KL_TEST(a_masked_value_shows_what_its_strategy_says)
{
    KL_UNUSED_STATE;
    static const char abc[] =
        "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\""; /* FIPS 180-2 */
    masks("\"abc\"", KL_MASK_HASH, abc);
    masks("\"abc\"", KL_MASK_NONE, "\"abc\"");
    masks("\"abc\"", KL_MASK_REDACT, "\"[REDACTED]\"");
    masks("null", KL_MASK_REDACT, "\"[REDACTED]\"");
    masks("[1]", KL_MASK_ENCRYPT, "\"[ENCRYPTED]\"");
    masks("\"123456\"", KL_MASK_LAST_FOUR, "\"**3456\"");
    masks("\"1234\"", KL_MASK_LAST_FOUR, "\"1234\"");
    masks("\"ääéé€€\"", KL_MASK_LAST_FOUR, "\"**éé€€\"");
    masks("null", KL_MASK_LAST_FOUR, "null");
    masks("12345", KL_MASK_LAST_FOUR, "\"*2345\"");
    masks("{\"b\":1,\"a\":[null,true]}", KL_MASK_LAST_FOUR, "\"***********************: 1}\"");
}

KL_TEST(a_salt_makes_it_a_keyed_hash)
{
    KL_UNUSED_STATE;
    kl_value out = kl_null();
    kl_text key = KL_TEXT("Jefe"); /* RFC 4231, test case 2 */
    kl_value text = json("\"what do ya want for nothing?\"");
    assert_int_equal(kl_mask_apply(&out, text, KL_MASK_HASH, &key, NULL), KL_OK);
    assert_json(out, "\"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843\"");
}

KL_TEST(only_what_lies_above_the_rank_is_masked)
{
    KL_UNUSED_STATE;
    for (int level = -1; level <= KL_RANK_MAX; level++)
        for (int rank = 0; rank <= KL_RANK_MAX; rank++) {
            kl_value out = kl_null();
            const char *expected = level > rank ? "\"[REDACTED]\"" : "7";
            assert_int_equal(
                kl_mask_value(&out, kl_int(7), level, rank, KL_MASK_REDACT, NULL, NULL), KL_OK);
            assert_json(out, expected);
            assert_int_equal(kl_mask_field(&out, kl_int(7), level, rank, KL_MASK_NONE, NULL), KL_OK);
            assert_json(out, expected); /* no masking would undo the classification */
        }
}

KL_TEST(short_texts_are_hidden_in_strict_mode)
{
    KL_UNUSED_STATE;
    setenv("KAILASH_DATAFLOW_UNDECLARED", "redact", 1);
    masks("\"1234\"", KL_MASK_LAST_FOUR, "\"****\"");
    masks("\"\"", KL_MASK_LAST_FOUR, "\"\"");
    unsetenv("KAILASH_DATAFLOW_UNDECLARED");
    masks("\"1234\"", KL_MASK_LAST_FOUR, "\"1234\"");
}

static kl_status mask_everything(void *unused)
{
    (void)unused;
    kl_text salt = KL_TEXT("salt");
    for (kl_masking masking = KL_MASK_NONE; masking <= KL_MASK_ENCRYPT; masking++)
        for (int salted = 0; salted < 2; salted++) {
            kl_value out = kl_null(), value;
            kl_error error = KL_ERROR_INIT;
            kl_status status = kl_array_new(&value, 1, &error);
            if (status == KL_OK)
                status = kl_array_push(&value, kl_double(12.5), &error);
            if (status == KL_OK)
                status = kl_mask_apply(&out, value, masking, salted ? &salt : NULL, &error);
            kl_value_release(out);
            kl_error_clear(&error);
            if (status != KL_OK)
                return status;
        }
    return KL_OK;
}

KL_TEST(masking_survives_any_failing_allocation)
{
    KL_UNUSED_STATE;
    assert_int_equal(mask_everything(NULL), KL_OK); /* loads the driver */
    assert_true(sweep(mask_everything, NULL) > 5);
}

/* ---- classifications --------------------------------------------------------------------------- */

KL_TEST(levels_and_strategies_are_positions)
{
    KL_UNUSED_STATE;
    static const char *const words[] = {"Public", "Internal", "Sensitive",
                                        "PII",    "GDPR",     "HighlyConfidential"};
    for (size_t i = 0; i < KL_COUNT(words); i++) {
        kl_value level = item("DataClassification", words[i]);
        assert_int_equal(kl_classification_level(level), i);
        assert_int_equal(kl_masking_of(level), KL_MASK_REDACT); /* it is no strategy */
        kl_value_release(level);
    }
    kl_value strategy = item("MaskingStrategy", "LastFour");
    assert_int_equal(kl_masking_of(strategy), KL_MASK_LAST_FOUR);
    assert_int_equal(kl_classification_level(strategy), -1);
    assert_int_equal(kl_classification_level(kl_null()), -1);
    assert_int_equal(kl_masking_of(kl_null()), KL_MASK_REDACT);
    kl_value_release(strategy);
}

/* ---- clearances -------------------------------------------------------------------------------- */

static void assert_now(kl_clearance_state state, int rank)
{
    kl_clearance now = kl_clearance_now();
    assert_int_equal(now.state, state);
    assert_int_equal(now.rank, rank);
}

KL_TEST(a_thread_has_a_clearance_of_its_own)
{
    KL_UNUSED_STATE;
    kl_error error = KL_ERROR_INIT;
    assert_now(KL_CLEARANCE_ABSENT, 0);
    assert_int_equal(kl_clearance_reset(NULL), KL_OK);
    for (int rank = 0; rank <= KL_RANK_MAX; rank++) {
        assert_int_equal(kl_clearance_set(rank, NULL), KL_OK);
        assert_now(KL_CLEARANCE_VERIFIED, rank);
    }
    assert_int_equal(kl_clearance_refuse(NULL), KL_OK);
    assert_now(KL_CLEARANCE_UNVERIFIED, 0);
    assert_int_equal(kl_clearance_set(6, &error), KL_INVALID);
    assert_string_equal(error.message, "a clearance has a rank from 0 to 5, not 6");
    assert_int_equal(kl_clearance_set(-1, &error), KL_INVALID);
    assert_now(KL_CLEARANCE_UNVERIFIED, 0);
    kl_error_clear(&error);
    kl_clearance_reset(NULL);
    assert_now(KL_CLEARANCE_ABSENT, 0);
}

KL_TEST(a_scope_brings_back_what_was)
{
    KL_UNUSED_STATE;
    kl_slot_before outer, inner;
    assert_int_equal(kl_clearance_begin(&outer, 3, NULL), KL_OK);
    assert_int_equal(kl_clearance_begin(&inner, 5, NULL), KL_OK);
    assert_now(KL_CLEARANCE_VERIFIED, 5);
    assert_int_equal(kl_clearance_end(&inner, NULL), KL_OK);
    assert_now(KL_CLEARANCE_VERIFIED, 3);
    assert_int_equal(kl_clearance_end(&outer, NULL), KL_OK);
    assert_now(KL_CLEARANCE_ABSENT, 0);
    assert_int_equal(kl_clearance_begin(&outer, 9, NULL), KL_INVALID);
}

static void *look_with(void *captured)
{
    kl_clearance_state before = kl_clearance_now().state;
    kl_slots saved = kl_clearance_enter(captured);
    int rank = kl_clearance_now().rank;
    kl_clearance_leave(&saved);
    bool gone = kl_clearance_now().state == KL_CLEARANCE_ABSENT;
    return (void *)(intptr_t)(before == KL_CLEARANCE_ABSENT && gone ? rank : -1);
}

KL_TEST(it_is_taken_along_to_another_thread)
{
    KL_UNUSED_STATE;
    pthread_t thread;
    void *rank;
    kl_clearance_set(4, NULL);
    kl_slots captured = kl_clearance_capture();
    kl_clearance_reset(NULL);
    pthread_create(&thread, NULL, look_with, &captured);
    pthread_join(thread, &rank);
    assert_int_equal((intptr_t)rank, 4);
}

/* ---- required fields, the window --------------------------------------------------------------- */

KL_TEST(a_required_field_error_tells_no_name)
{
    KL_UNUSED_STATE;
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_required_field_error(&error, KL_TEXT("User"), 2, KL_TEXT("len=5+h=01234567"),
                                             KL_UNAVAILABLE_NULL_VALUE),
                     KL_FAILED);
    assert_string_equal(error.type, "RequiredFieldUnavailableError");
    assert_string_equal(error.message, "required field 2 of model User is unavailable: NullValue "
                                       "(len=5+h=01234567)");
    kl_value details = *(kl_value *)error.details;
    const kl_item *reason = kl_item_in(kl_map_get(details, KL_TEXT("reason")));
    assert_string_equal(reason->word, "NullValue");
    assert_int_equal(kl_as_int(kl_map_get(details, KL_TEXT("required_index"))), 2);
    assert_true(kl_text_is(kl_as_text(kl_map_get(details, KL_TEXT("model"))), "User"));
    kl_error_clear(&error);
    assert_int_equal(kl_required_field_error(NULL, KL_TEXT("User"), 0, KL_TEXT(""), 0), KL_FAILED);
}

static kl_status make_error(void *unused)
{
    (void)unused;
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_required_field_error(&error, KL_TEXT("User"), 0, KL_TEXT("x"),
                                               KL_UNAVAILABLE_CLEARANCE_ABSENT);
    kl_error_clear(&error);
    return status == KL_FAILED ? KL_OK : status;
}

KL_TEST(an_error_survives_any_failing_allocation)
{
    KL_UNUSED_STATE;
    assert_true(sweep(make_error, NULL) > 2);
}

KL_TEST(a_window_covers_what_it_names)
{
    KL_UNUSED_STATE;
    kl_value closed = kl_null(), open = kl_null(), name = json("\"User\"");
    assert_int_equal(kl_type_call(&closed, &kl_migration_window_type, KL_TEXT("closed"), NULL, 0,
                                  NULL),
                     KL_OK);
    assert_int_equal(kl_object_call(&open, closed.as.object,
                                    KL_TEXT("disclose_undeclared_fields_until_4_49_0"), &name, 1,
                                    NULL),
                     KL_OK);
    assert_true(kl_migration_window_covers(open, KL_TEXT("User")));
    assert_false(kl_migration_window_covers(open, KL_TEXT("user")));
    assert_false(kl_migration_window_covers(closed, KL_TEXT("User")));
    assert_false(kl_migration_window_covers(kl_null(), KL_TEXT("User")));
    kl_value_release(name);
    kl_value_release(open);
    kl_value_release(closed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_masked_value_shows_what_its_strategy_says),
        cmocka_unit_test(a_salt_makes_it_a_keyed_hash),
        cmocka_unit_test(only_what_lies_above_the_rank_is_masked),
        cmocka_unit_test(short_texts_are_hidden_in_strict_mode),
        cmocka_unit_test(masking_survives_any_failing_allocation),
        cmocka_unit_test(levels_and_strategies_are_positions),
        cmocka_unit_test(a_thread_has_a_clearance_of_its_own),
        cmocka_unit_test(a_scope_brings_back_what_was),
        cmocka_unit_test(it_is_taken_along_to_another_thread),
        cmocka_unit_test(a_required_field_error_tells_no_name),
        cmocka_unit_test(an_error_survives_any_failing_allocation),
        cmocka_unit_test(a_window_covers_what_it_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
