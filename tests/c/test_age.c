/* Files encrypted with a passphrase. That the `age` command reads and writes the same is seen in
 * tests/python/test_eatp_keys_age.py. */
#include "crypto/age.h"
#include "crypto_test.h"

enum { CHEAP = 1 };

static kl_value sealed(kl_text bytes)
{
    kl_value file = kl_null();
    assert_ok(kl_age_seal(&file, KL_TEXT("correct horse"), CHEAP, bytes, error));
    return file;
}

KL_TEST(what_was_sealed_comes_out)
{
    KL_UNUSED_STATE;
    static char bytes[3 * 65536];
    static const size_t sizes[] = {0, 1, 31, 65535, 65536, 65537, 131072, sizeof bytes};
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 31);
    for (size_t i = 0; i < KL_COUNT(sizes); i++) {
        kl_text plain = {bytes, sizes[i]};
        kl_value file = sealed(plain), opened = kl_null();
        assert_ok(kl_age_open(&opened, KL_TEXT("correct horse"), kl_as_text(file), error));
        assert_true(kl_is(opened, KL_KIND_BYTES));
        assert_true(kl_text_equal(kl_as_text(opened), plain));
        kl_value_release(opened);
        kl_value_release(file);
    }
}

KL_TEST(two_files_of_the_same_share_nothing_but_their_form)
{
    KL_UNUSED_STATE;
    kl_value a = sealed(KL_TEXT("secret")), b = sealed(KL_TEXT("secret"));
    assert_int_equal(kl_as_text(a).len, kl_as_text(b).len);
    assert_memory_equal(kl_as_text(a).data, "age-encryption.org/v1\n-> scrypt ", 32);
    assert_memory_not_equal(kl_as_text(a).data + 32, kl_as_text(b).data + 32, 22);
    assert_null(memmem(kl_as_text(a).data, kl_as_text(a).len, "secret", 6));
    kl_value_release(a);
    kl_value_release(b);
}

KL_TEST(another_passphrase_opens_nothing)
{
    KL_UNUSED_STATE;
    kl_value file = sealed(KL_TEXT("secret")), opened = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_age_open(&opened, KL_TEXT("wrong horse"), kl_as_text(file), &error),
                     KL_DENIED);
    assert_true(kl_is_null(opened));
    assert_string_equal(kl_error_message(&error),
                        "age file: another passphrase, or the file was changed");
    kl_error_clear(&error);
    kl_value_release(file);
}

/* No byte of a file can be changed or cut off unseen. */
KL_TEST(every_change_is_seen)
{
    KL_UNUSED_STATE;
    kl_value file = sealed(KL_TEXT("secret"));
    size_t len = kl_as_text(file).len;
    char *copy = malloc(len);
    for (size_t i = 0; i < len; i++) {
        kl_value opened = kl_null();
        memcpy(copy, kl_as_text(file).data, len);
        copy[i] ^= 1;
        kl_status status = kl_age_open(&opened, KL_TEXT("correct horse"), (kl_text){copy, len}, NULL);
        assert_true(status == KL_DENIED || status == KL_SYNTAX || status == KL_LIMIT);
        status = kl_age_open(&opened, KL_TEXT("correct horse"),
                             (kl_text){kl_as_text(file).data, i}, NULL);
        assert_true(status == KL_DENIED || status == KL_SYNTAX);
        assert_true(kl_is_null(opened));
    }
    free(copy);
    kl_value_release(file);
}

/* Nor can whole chunks. */
KL_TEST(a_file_without_its_last_chunk_is_refused)
{
    KL_UNUSED_STATE;
    static char bytes[65536 + 5];
    kl_value file = sealed((kl_text){bytes, sizeof bytes}), opened = kl_null();
    size_t len = kl_as_text(file).len;
    static const size_t cuts[] = {5 + 16, 5 + 16 - 1, 5, 1, 5 + 16 + 1};
    for (size_t i = 0; i < KL_COUNT(cuts); i++) {
        kl_text cut = {kl_as_text(file).data, len - cuts[i]};
        kl_status status = kl_age_open(&opened, KL_TEXT("correct horse"), cut, NULL);
        assert_true(status == KL_DENIED || status == KL_SYNTAX);
    }
    kl_value_release(file);
}

KL_TEST(what_is_no_such_file_is_told)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text;
        kl_status status;
        const char *part;
    } rows[] = {
        {"", KL_SYNTAX, "version 1 with one scrypt recipient at byte 0"},
        {"age-encryption.org/v2\n", KL_SYNTAX, "version 1"},
        {"age-encryption.org/v1\n-> X25519 abc\n", KL_SYNTAX, "version 1 with one scrypt"},
        {"age-encryption.org/v1\n-> scrypt AAAA 10\n", KL_SYNTAX, "a salt of 16 bytes"},
        {"age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 010\n", KL_SYNTAX,
         "a work factor"},
        {"age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 1000\n", KL_SYNTAX,
         "a work factor"},
        {"age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA -1\n", KL_SYNTAX,
         "a work factor"},
        {"age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 10\nAAAA\n--- ", KL_SYNTAX,
         "a sealed key of 32 bytes"},
        {"age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 10\n"
         "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n-> scrypt",
         KL_SYNTAX, "the end of the header"},
        {"age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 10\n"
         "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n--- AAAA\n",
         KL_SYNTAX, "the HMAC of the header"},
        {"age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 10\n"
         "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
         "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nshort",
         KL_SYNTAX, "a nonce and at least one chunk"},
        {"age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 23\n"
         "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
         "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
         "nonce of 16 byte and a chunk of it",
         KL_LIMIT, "its work factor is 23"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value opened = kl_null();
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(kl_age_open(&opened, KL_TEXT("x"), kl_text_from(rows[i].text), &error),
                         rows[i].status);
        assert_non_null(strstr(kl_error_message(&error), rows[i].part));
        kl_error_clear(&error);
    }
}

KL_TEST(sealing_has_its_limits)
{
    KL_UNUSED_STATE;
    kl_value file = kl_null();
    assert_int_equal(kl_age_seal(&file, KL_TEXT(""), CHEAP, KL_TEXT("x"), NULL), KL_INVALID);
    assert_int_equal(kl_age_seal(&file, KL_TEXT("x"), 0, KL_TEXT("x"), NULL), KL_INVALID);
    assert_int_equal(kl_age_seal(&file, KL_TEXT("x"), 23, KL_TEXT("x"), NULL), KL_INVALID);
    assert_true(kl_is_null(file));
}

static kl_status there_and_back(void *data)
{
    (void)data;
    kl_value file, opened;
    KL_TRY(kl_age_seal(&file, KL_TEXT("p"), CHEAP, KL_TEXT("secret"), NULL));
    kl_status status = kl_age_open(&opened, KL_TEXT("p"), kl_as_text(file), NULL);
    kl_value_release(file);
    if (status == KL_OK)
        kl_value_release(opened);
    return status;
}

KL_TEST(memory_may_end_anywhere)
{
    KL_UNUSED_STATE;
    assert_true(sweep(there_and_back, NULL) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_sealed_comes_out),
        cmocka_unit_test(two_files_of_the_same_share_nothing_but_their_form),
        cmocka_unit_test(another_passphrase_opens_nothing),
        cmocka_unit_test(every_change_is_seen),
        cmocka_unit_test(a_file_without_its_last_chunk_is_refused),
        cmocka_unit_test(what_is_no_such_file_is_told),
        cmocka_unit_test(sealing_has_its_limits),
        cmocka_unit_test(memory_may_end_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
