/* MessagePack: bytes written by hand, in hexadecimal. */
#include "format_test.h"

#include "buffer.h"
#include "encode.h"

static void unpacks(const char *hex, const char *expected) { unpacks_in("msgpack", hex, expected); }

static void does_not_unpack(const char *hex, const char *message)
{
    does_not_unpack_in("msgpack", hex, message);
}

static void packs(const char *value, const char *hex) { packs_in("msgpack", json(value), hex); }

KL_TEST(scalars_take_their_shortest_form)
{
    KL_UNUSED_STATE;
    static const char *const rows[][2] = {
        {"null", "c0"}, {"false", "c2"}, {"true", "c3"}, {"0", "00"}, {"127", "7f"},
        {"128", "cc80"}, {"255", "ccff"}, {"256", "cd0100"}, {"65535", "cdffff"},
        {"65536", "ce00010000"}, {"4294967295", "ceffffffff"},
        {"4294967296", "cf0000000100000000"}, {"9223372036854775807", "cf7fffffffffffffff"},
        {"-1", "ff"}, {"-32", "e0"}, {"-33", "d0df"}, {"-128", "d080"}, {"-129", "d1ff7f"},
        {"-32768", "d18000"}, {"-32769", "d2ffff7fff"}, {"-2147483648", "d280000000"},
        {"-2147483649", "d3ffffffff7fffffff"}, {"-9223372036854775808", "d38000000000000000"},
        {"1.5", "cb3ff8000000000000"}, {"\"\"", "a0"}, {"\"é\"", "a2c3a9"},
        {"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
         "d9206161616161616161616161616161616161616161616161616161616161616161"},
        {"[]", "90"}, {"[1,[2]]", "92019102"}, {"{}", "80"}, {"{\"a\":null}", "81a161c0"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        packs(rows[i][0], rows[i][1]);
        unpacks(rows[i][1], rows[i][0]);
    }
}

KL_TEST(other_forms_are_read_too)
{
    KL_UNUSED_STATE;
    unpacks("ca3fc00000", "1.5");
    unpacks("cfffffffffffffffff", "1.8446744073709552e+19");
    unpacks("d900", "\"\"");
    unpacks("da000161", "\"a\"");
    unpacks("db0000000161", "\"a\"");
    unpacks("dc000101", "[1]");
    unpacks("dd0000000101", "[1]");
    unpacks("de0001a16101", "{\"a\":1}");
    unpacks("df00000001a16101", "{\"a\":1}");
    unpacks("c403010203", "\"AQID\""); /* bytes; shown as base64 */
    unpacks("c5000101", "\"AQ==\"");
    unpacks("c60000000101", "\"AQ==\"");
    unpacks("82a16101a16102", "{\"a\":2}");
}

KL_TEST(timestamps_become_text)
{
    KL_UNUSED_STATE;
    unpacks("d6ff00000000", "\"1970-01-01T00:00:00Z\"");
    unpacks("d6ff65e5f2a7", "\"2024-03-04T16:11:19Z\"");
    unpacks("d7ff0000000465e5f2a7", "\"2024-03-04T16:11:19.000000001Z\"");
    unpacks("c70cff00000000ffffffffffffffff", "\"1969-12-31T23:59:59Z\"");
    unpacks("c70cff3b9ac9fffffffff1886e0900", "\"0001-01-01T00:00:00.999999999Z\"");
    does_not_unpack("c70cff00000000fffffff1886e08ff", "timestamp out of range at byte 15");
    does_not_unpack("c70cff3b9aca000000000000000000", "timestamp out of range at byte 15");
}

KL_TEST(bad_bytes_are_refused)
{
    KL_UNUSED_STATE;
    does_not_unpack("", "the data end too early at byte 0");
    does_not_unpack("c1", "0xC1 is never used at byte 0");
    does_not_unpack("cd01", "the data end too early at byte 1");
    does_not_unpack("a561", "the data end too early at byte 1");
    does_not_unpack("ddffffffff", "the data end too early at byte 5");
    does_not_unpack("dfffffffff", "the data end too early at byte 5");
    does_not_unpack("a1ff", "text is not valid UTF-8 at byte 1");
    does_not_unpack("810102", "expected text as the key of a map at byte 1");
    does_not_unpack("0101", "trailing bytes at byte 1");
    does_not_unpack("d40100", "extension types other than timestamps are not supported at byte 1");
    does_not_unpack("c70cfe", "extension types other than timestamps are not supported at byte 2");
}

KL_TEST(depth_is_bounded)
{
    KL_UNUSED_STATE;
    char deep[400];
    memset(deep, '\x91', sizeof deep);
    deep[127] = '\xc0';
    kl_value value = kl_null();
    assert_int_equal(kl_format_read(&value, KL_TEXT("msgpack"), (kl_text){deep, 128}, NULL), KL_OK);
    kl_value_release(value);
    deep[127] = '\x91';
    deep[128] = '\xc0';
    refuses_in("msgpack", (kl_text){deep, 129}, "nests deeper than 127 levels", 0, 0, __FILE__,
               __LINE__);
}

KL_TEST(values_round_trip)
{
    KL_UNUSED_STATE;
    value_maker maker = {.state = 0x9E3779B97F4A7C15ull, .nulls = true};
    for (int i = 0; i < 2000; i++) {
        kl_value value = make_value(&maker, 4);
        round_trips_value("msgpack", value, NULL);
        kl_value_release(value);
    }
    kl_value bytes;
    assert_int_equal(kl_bytes_new(&bytes, (kl_text){"\0\xff", 2}, NULL), KL_OK);
    round_trips_value("msgpack", bytes, NULL);
    kl_value_release(bytes);
}

KL_TEST(packing_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    static const char bytes[] = "\x82\xa1" "b\x92\x01\xa1x\xa1" "a\xd6\xff\0\0\0\0";
    survives_failed_allocations("msgpack", (kl_text){bytes, sizeof bytes - 1});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars_take_their_shortest_form),
        cmocka_unit_test(other_forms_are_read_too),
        cmocka_unit_test(timestamps_become_text),
        cmocka_unit_test(bad_bytes_are_refused),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(values_round_trip),
        cmocka_unit_test(packing_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
