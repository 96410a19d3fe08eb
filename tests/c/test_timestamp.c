/* Requests for timestamps, byte by byte, and tokens that are none. Real ones: tests/python/test_eatp_timestamps.py. */
#include "crypto/timestamp.h"
#include "crypto_test.h"

static const unsigned char hash[KL_TIMESTAMP_HASH] = {1, 2, 3, [31] = 0xff};
#define HASH "01020300000000000000000000000000000000000000000000000000000000ff"
#define BEFORE "0201013031300d060960864801650304020105000420" HASH

KL_TEST(a_request_is_exact_for_every_nonce)
{
    KL_UNUSED_STATE;
    static const struct {
        uint64_t nonce;
        const char *der;
    } rows[] = {
        {0, "303c" BEFORE "0201000101ff"},
        {1, "303c" BEFORE "0201010101ff"},
        {0x7f, "303c" BEFORE "02017f0101ff"},
        {0x80, "303d" BEFORE "020200800101ff"},
        {0xff00, "303e" BEFORE "020300ff000101ff"},
        {0x386e80e01bfbdd80, "3043" BEFORE "0208386e80e01bfbdd800101ff"},
        {0x8000000000000000, "3044" BEFORE "02090080000000000000000101ff"},
        {UINT64_MAX, "3044" BEFORE "020900ffffffffffffffff0101ff"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value der = kl_null();
        assert_ok(kl_timestamp_request(&der, hash, rows[i].nonce, error));
        assert_bytes(kl_as_text(der), rows[i].der);
        kl_value_release(der);
    }
}

static kl_status verify(void *data)
{
    const kl_text *token = data;
    kl_timestamp_rules rules = {.hash = hash, .tolerance = KL_SECOND};
    kl_value reason;
    bool valid;
    KL_TRY(kl_timestamp_verify(&valid, &reason, *token, &rules, NULL));
    assert_false(valid);
    assert_true(kl_as_text(reason).len > 0);
    kl_value_release(reason);
    return KL_OK;
}

KL_TEST(what_is_no_token_is_refused_with_a_reason)
{
    KL_UNUSED_STATE;
    static const char *const rows[] = {
        "", "00", "3000", "30053003020102", "3005300302010030", "3003020101",
        "300906052b0e03021a0500", "300b06092a864886f70d010702", "ffffffffffffffff",
        "30820101", "308400000001", "300f06092a864886f70d010702a0023000",
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_text token = unhex(rows[i]);
        assert_int_equal(verify(&token), KL_OK);
    }
    kl_text token = KL_TEXT("0123456789");
    assert_true(sweep(verify, &token) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_exact_for_every_nonce),
        cmocka_unit_test(what_is_no_token_is_refused_with_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
