/* Names of principals, and the characters that nobody sees. */
#include "principal.h"
#include "test.h"

KL_TEST(a_principal_is_named_by_a_letter_or_a_digit)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text, *name; /* NULL = refused */
        const char *message;
    } rows[] = {
        {"boss", "boss", NULL},
        {"  Ann Lee \t\n", "Ann Lee", NULL},
        {"7", "7", NULL},
        {"\xC3\x84rzte", "\xC3\x84rzte", NULL},
        {"\xE6\x9D\x8E", "\xE6\x9D\x8E", NULL},                 /* a letter of a script without cases */
        {"\xD9\xA3", "\xD9\xA3", NULL},                         /* an Arabic digit */
        {"-\xC3\xA9-", "-\xC3\xA9-", NULL},
        {"", NULL, "at least one letter or digit"},
        {"   ", NULL, "at least one letter or digit"},
        {"--..!?", NULL, "at least one letter or digit"},
        {"\xE2\x80\x94", NULL, "at least one letter or digit"}, /* a dash */
        {"\xCC\x81", NULL, "at least one letter or digit"},     /* an accent on nothing */
        {"a\nb", NULL, "control or invisible"},
        {"a\x7F", NULL, "control or invisible"},
        {"a\xC2\x85" "b", NULL, "control or invisible"},        /* next line */
        {"a\xE2\x80\xA8" "b", NULL, "control or invisible"},    /* line separator */
        {"a\xE2\x80\x8B", NULL, "control or invisible"},        /* zero width space */
        {"a\xE2\x80\xAE" "b", NULL, "control or invisible"},    /* right-to-left override */
        {"a\xEF\xBB\xBF" "b", NULL, "control or invisible"},    /* byte order mark */
        {"a\xEF\xB8\x8F", NULL, "control or invisible"},        /* variation selector */
        {"\xE3\x85\xA4", NULL, "control or invisible"},         /* Hangul filler, a letter by category */
        {"a\xF3\xA0\x81\x81", NULL, "control or invisible"},    /* a tag */
        {"\xC2\xAD" "a", NULL, "control or invisible"},         /* soft hyphen */
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_text name = KL_TEXT("untouched");
        kl_error error = KL_ERROR_INIT;
        kl_status status = kl_principal_check(&name, kl_text_from(rows[i].text), "approver", &error);
        assert_int_equal(status, rows[i].name ? KL_OK : KL_INVALID);
        assert_true(rows[i].name ? kl_text_is(name, rows[i].name) : kl_text_is(name, "untouched"));
        assert_true(rows[i].name || strstr(kl_error_message(&error), rows[i].message));
        kl_error_clear(&error);
    }
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_principal_check(NULL, (kl_text){"a\0b", 3}, "approver", &error), KL_INVALID);
    assert_memory_equal(kl_error_message(&error), "approver contains", 17);
    kl_error_clear(&error);
    assert_int_equal(kl_principal_check(NULL, KL_TEXT("a"), "approver", NULL), KL_OK);
}

KL_TEST(what_is_unseen_is_found_wherever_it_stands)
{
    KL_UNUSED_STATE;
    assert_int_equal(kl_text_unseen(KL_TEXT("")), KL_UNSEEN_NONE);
    assert_int_equal(kl_text_unseen(KL_TEXT("plain \xC3\xA9 \xF0\x9F\x98\x80 text")), KL_UNSEEN_NONE);
    assert_int_equal(kl_text_unseen(KL_TEXT("text\r")), KL_UNSEEN_CONTROL);
    assert_int_equal(kl_text_unseen(KL_TEXT("\xE2\x81\xA6text")), KL_UNSEEN_INVISIBLE);
    assert_int_equal(kl_text_unseen(KL_TEXT("te\xE2\x80\x8Dxt")), KL_UNSEEN_INVISIBLE);
    assert_int_equal(kl_text_unseen(KL_TEXT("te\xF0\x9B\xB2\xA0xt")), KL_UNSEEN_INVISIBLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_principal_is_named_by_a_letter_or_a_digit),
        cmocka_unit_test(what_is_unseen_is_found_wherever_it_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
