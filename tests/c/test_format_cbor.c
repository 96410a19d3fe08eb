/* CBOR: the examples of RFC 8949, appendix A, and bytes written by hand, in hexadecimal. */
#include "format_test.h"

#include "buffer.h"
#include "driver.h"
#include "drivers/cbor.h"
#include "encode.h"

#include <math.h>

static void unpacks(const char *hex, const char *expected) { unpacks_in("cbor", hex, expected); }

static void does_not_unpack(const char *hex, const char *message)
{
    does_not_unpack_in("cbor", hex, message);
}

static void packs_value(kl_value value, const char *hex) { packs_in("cbor", value, hex); }

/* What both ways are one: hexadecimal, value. */
static const char *const both_ways[][2] = {
    {"00", "0"}, {"01", "1"}, {"0a", "10"}, {"17", "23"}, {"1818", "24"}, {"1819", "25"},
    {"1864", "100"}, {"1903e8", "1000"}, {"1a000f4240", "1000000"},
    {"1b000000e8d4a51000", "1000000000000"}, {"1b7fffffffffffffff", "9223372036854775807"},
    {"20", "-1"}, {"29", "-10"}, {"3863", "-100"}, {"3903e7", "-1000"},
    {"3b7fffffffffffffff", "-9223372036854775808"},
    {"f90000", "0.0"}, {"f98000", "-0.0"}, {"f93c00", "1.0"}, {"fb3ff199999999999a", "1.1"},
    {"f93e00", "1.5"}, {"f97bff", "65504.0"}, {"fa47c35000", "100000.0"},
    {"fa7f7fffff", "3.4028234663852886e+38"}, {"fb7e37e43c8800759c", "1e+300"},
    {"f90001", "5.960464477539063e-8"}, {"f90400", "0.00006103515625"}, {"f9c400", "-4.0"},
    {"fbc010666666666666", "-4.1"},
    {"f4", "false"}, {"f5", "true"}, {"f6", "null"},
    {"60", "\"\""}, {"6161", "\"a\""}, {"6449455446", "\"IETF\""}, {"62225c", "\"\\\"\\\\\""},
    {"62c3bc", "\"ü\""}, {"63e6b0b4", "\"水\""}, {"64f0908591", "\"𐅑\""},
    {"80", "[]"}, {"83010203", "[1,2,3]"}, {"8301820203820405", "[1,[2,3],[4,5]]"},
    {"98190102030405060708090a0b0c0d0e0f101112131415161718181819",
     "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25]"},
    {"a0", "{}"}, {"a26161016162820203", "{\"a\":1,\"b\":[2,3]}"},
    {"826161a161626163", "[\"a\",{\"b\":\"c\"}]"},
    {"a56161614161626142616361436164614461656145",
     "{\"a\":\"A\",\"b\":\"B\",\"c\":\"C\",\"d\":\"D\",\"e\":\"E\"}"},
};

KL_TEST(examples_of_the_rfc_read_and_are_written_so)
{
    KL_UNUSED_STATE;
    for (size_t i = 0; i < KL_COUNT(both_ways); i++) {
        unpacks(both_ways[i][0], both_ways[i][1]);
        packs_value(json(both_ways[i][1]), both_ways[i][0]);
    }
}

KL_TEST(examples_of_the_rfc_read_in_other_forms)
{
    KL_UNUSED_STATE;
    static const char *const rows[][2] = {
        {"1bffffffffffffffff", "1.8446744073709552e+19"},
        {"c249010000000000000000", "1.8446744073709552e+19"},
        {"3bffffffffffffffff", "-1.8446744073709552e+19"},
        {"c349010000000000000000", "-1.8446744073709552e+19"},
        {"fa7f800000", "null"}, {"fb7ff0000000000000", "null"}, /* infinity; shown as null */
        {"f7", "null"},
        {"c074323031332d30332d32315432303a30343a30305a", "\"2013-03-21T20:04:00Z\""},
        {"c11a514b67b0", "\"2013-03-21T20:04:00Z\""},
        {"c1fb41d452d9ec200000", "\"2013-03-21T20:04:00.500000000Z\""},
        {"d74401020304", "\"AQIDBA==\""}, /* bytes; shown as base64 */
        {"d818456449455446", "\"ZElFVEY=\""},
        {"d82076687474703a2f2f7777772e6578616d706c652e636f6d", "\"http://www.example.com\""},
        {"40", "\"\""}, {"4401020304", "\"AQIDBA==\""},
        {"a201020304", "{\"1\":2,\"3\":4}"},
        {"5f42010243030405ff", "\"AQIDBAU=\""},
        {"7f657374726561646d696e67ff", "\"streaming\""},
        {"9fff", "[]"}, {"9f018202039f0405ffff", "[1,[2,3],[4,5]]"},
        {"9f01820203820405ff", "[1,[2,3],[4,5]]"}, {"83018202039f0405ff", "[1,[2,3],[4,5]]"},
        {"83019f0203ff820405", "[1,[2,3],[4,5]]"},
        {"9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff",
         "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25]"},
        {"bf61610161629f0203ffff", "{\"a\":1,\"b\":[2,3]}"},
        {"826161bf61626163ff", "[\"a\",{\"b\":\"c\"}]"},
        {"bf6346756ef563416d7421ff", "{\"Fun\":true,\"Amt\":-2}"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        unpacks(rows[i][0], rows[i][1]);
}

KL_TEST(simple_values_without_a_meaning_are_refused)
{
    KL_UNUSED_STATE;
    does_not_unpack("f0", "0xF0 begins no item that there is at byte 0");
    does_not_unpack("81f8ff", "0xF8 begins no item that there is at byte 1");
    does_not_unpack("f814", "0xF8 begins no item that there is at byte 0");
}

KL_TEST(floats_take_the_shortest_form_that_keeps_them)
{
    KL_UNUSED_STATE;
    packs_value(kl_double(NAN), "f97e00");
    packs_value(kl_double(-NAN), "f97e00");
    packs_value(kl_double(INFINITY), "f97c00");
    packs_value(kl_double(-INFINITY), "f9fc00");
    packs_value(kl_double(65505), "fa477fe100");
    packs_value(kl_double(65536), "fa47800000");
    packs_value(kl_double(0x1p-24), "f90001");
    packs_value(kl_double(0x1p-25), "fa33000000");
    packs_value(kl_double(0x1p-149), "fa00000001");
    packs_value(kl_double(0x1p-150), "fb3690000000000000");
    packs_value(kl_double(0x1p128), "fb47f0000000000000");
    packs_value(kl_double(16777217), "fb4170000010000000");
}

/* Each of the 65536 halves but NaN is written as it was read. */
KL_TEST(every_half_is_kept)
{
    KL_UNUSED_STATE;
    const void *loaded;
    assert_int_equal(kl_driver_load(&loaded, "cbor", NULL), KL_OK);
    const kl_cbor_functions *cbor = loaded;
    for (unsigned half = 0; half < 0x10000; half++) {
        const char bytes[3] = {(char)0xF9, (char)(half >> 8), (char)half};
        char again[KL_CBOR_HEAD_MAX];
        kl_cbor_item item;
        assert_int_equal(cbor->read(&item, (kl_text){bytes, 3}), KL_CBOR_READ);
        if (isnan(item.real))
            continue;
        assert_int_equal(cbor->real(again, item.real), 3);
        assert_memory_equal(again, bytes, 3);
    }
}

KL_TEST(big_numbers_are_the_nearest_float)
{
    KL_UNUSED_STATE;
    unpacks("c240", "0");
    unpacks("c340", "-1");
    unpacks("c24100", "0");
    unpacks("c2487fffffffffffffff", "9223372036854775807");
    unpacks("c248ffffffffffffffff", "1.8446744073709552e+19");
    unpacks("c34a00007fffffffffffffff", "-9223372036854775808");
    unpacks("c3488000000000000000", "-9.223372036854776e+18");
    unpacks("3b8000000000000000", "-9.223372036854776e+18");
    /* 2^72 + 2^19, the middle between two floats, and one more */
    unpacks("c24a01000000000000080000", "4.722366482869645e+21");
    unpacks("c24a01000000000000080001", "4.722366482869646e+21");
    /* -1 - n: all that is below carries into what is kept */
    unpacks("c34a0100000000000007ffff", "-4.722366482869645e+21");
    unpacks("c34affffffffffffffffffff", "-1.2089258196146292e+24");
    unpacks("c25f42ffff48ffffffffffffffffff", "1.2089258196146292e+24");
}

KL_TEST(tags_are_obeyed)
{
    KL_UNUSED_STATE;
    unpacks("c13a7fffffff", "\"1901-12-13T20:45:52Z\"");
    unpacks("c1f9b800", "\"1969-12-31T23:59:59.500000000Z\"");
    unpacks("c11b0000003afff4417f", "\"9999-12-31T23:59:59Z\"");
    unpacks("c48221196ab3", "273.15");
    unpacks("c5822003", "1.5");
    unpacks("c482390190" "01", "0.0");
    unpacks("d82550" "550e8400e29b41d4a716446655440000",
            "\"550e8400-e29b-41d4-a716-446655440000\"");
    unpacks("d9d9f7" "83010203", "[1,2,3]");
    unpacks("d90102" "820102", "[1,2]");
    unpacks("d903ec6a323031332d31302d3132", "\"2013-10-12\"");
    unpacks("d5d64100", "\"AA==\"");
}

KL_TEST(tags_that_do_not_fit_are_refused)
{
    KL_UNUSED_STATE;
    does_not_unpack("c000", "tag 0 does not go with its content, integer, at byte 0");
    does_not_unpack("81c26161", "tag 2 does not go with its content, string, at byte 1");
    does_not_unpack("c1f6", "tag 1 does not go with its content, null, at byte 0");
    does_not_unpack("c11b0000003afff44180", "timestamp out of range at byte 0");
    does_not_unpack("c1f97c00", "timestamp out of range at byte 0");
    does_not_unpack("c1f97e00", "timestamp out of range at byte 0");
    does_not_unpack("c48101",
                    "expected exponent and mantissa, both integers within int64, at byte 0");
    does_not_unpack("c4821a7fffffff01", "number out of range at byte 0");
    does_not_unpack("c5821a7fffffff01", "number out of range at byte 0");
    does_not_unpack("d82541aa", "a UUID has 16 bytes, not 1: at byte 0");
    does_not_unpack("8200d8624100", "tag 98 is not supported at byte 2");
    does_not_unpack("dbffffffffffffffff00", "tag 18446744073709551615 is not supported at byte 0");
    does_not_unpack("c1", "the data end too early at byte 1");
    does_not_unpack("9fc1ff", "a break where nothing is open at byte 2");
}

KL_TEST(a_number_beyond_floats_is_refused)
{
    KL_UNUSED_STATE;
    char big[140] = {(char)0xC2, (char)0x58, (char)129, 1};
    refuses_in("cbor", (kl_text){big, 132}, "number out of range at byte 0", 0, 0, __FILE__,
               __LINE__);
    big[0] = (char)0xC3;
    refuses_in("cbor", (kl_text){big, 132}, "number out of range at byte 0", 0, 0, __FILE__,
               __LINE__);
    big[3] = 0;
    big[4] = (char)0x80;
    reads_in("cbor", (kl_text){big, 132}, "-8.98846567431158e+307", __FILE__, __LINE__);
}

KL_TEST(bad_bytes_are_refused)
{
    KL_UNUSED_STATE;
    does_not_unpack("", "the data end too early at byte 0");
    does_not_unpack("1903", "the data end too early at byte 0");
    does_not_unpack("6561", "the data end too early at byte 0");
    does_not_unpack("5bffffffffffffffff", "the data end too early at byte 0");
    does_not_unpack("7bffffffffffffffff61", "the data end too early at byte 0");
    does_not_unpack("9affffffff", "the data end too early at byte 5");
    does_not_unpack("9bffffffffffffffff", "the data end too early at byte 9");
    does_not_unpack("bbffffffffffffffff0000", "the data end too early at byte 11");
    does_not_unpack("9f01", "the data end too early at byte 2");
    does_not_unpack("7f6161", "the data end too early at byte 3");
    does_not_unpack("1c", "0x1C begins no item that there is at byte 0");
    does_not_unpack("1f", "0x1F begins no item that there is at byte 0");
    does_not_unpack("dd", "0xDD begins no item that there is at byte 0");
    does_not_unpack("ff", "a break where nothing is open at byte 0");
    does_not_unpack("81ff", "a break where nothing is open at byte 1");
    does_not_unpack("bf6161ff", "a break where nothing is open at byte 3");
    does_not_unpack("61ff", "text is not valid UTF-8 at byte 0");
    does_not_unpack("7f61c361bcff", "text is not valid UTF-8 at byte 1");
    does_not_unpack("7f4161ff", "expected a chunk of the same kind as the whole at byte 1");
    does_not_unpack("5f5f4100ffff", "expected a chunk of the same kind as the whole at byte 1");
    does_not_unpack("a1f602", "expected text or an integer as the key of a map at byte 1");
    does_not_unpack("a11bffffffffffffffff02",
                    "expected text or an integer as the key of a map at byte 1");
    does_not_unpack("0101", "trailing bytes at byte 1");
}

KL_TEST(the_last_of_equal_keys_wins)
{
    KL_UNUSED_STATE;
    unpacks("a2616101616102", "{\"a\":2}");
    unpacks("a201026131f5", "{\"1\":true}");
    unpacks("a120f6", "{\"-1\":null}");
}

KL_TEST(depth_is_bounded)
{
    KL_UNUSED_STATE;
    static const char leads[] = {'\x81', '\x9f', '\xd5'};
    for (size_t i = 0; i < KL_COUNT(leads); i++) {
        char deep[400];
        memset(deep, '\xff', sizeof deep);
        memset(deep, leads[i], 128);
        deep[127] = '\xf6';
        kl_value value = kl_null();
        size_t ends = leads[i] == '\x9f' ? 127 : 0;
        assert_int_equal(kl_format_read(&value, KL_TEXT("cbor"), (kl_text){deep, 128 + ends}, NULL),
                         KL_OK);
        kl_value_release(value);
        deep[127] = leads[i];
        deep[128] = '\xf6';
        refuses_in("cbor", (kl_text){deep, 129 + ends}, "nests deeper than 127 levels", 0, 0,
                   __FILE__, __LINE__);
    }
}

KL_TEST(values_round_trip)
{
    KL_UNUSED_STATE;
    value_maker maker = {.state = 0x9E3779B97F4A7C15ull, .nulls = true};
    for (int i = 0; i < 2000; i++) {
        kl_value value = make_value(&maker, 4);
        round_trips_value("cbor", value, NULL);
        kl_value_release(value);
    }
    kl_value bytes;
    assert_int_equal(kl_bytes_new(&bytes, (kl_text){"\0\xff", 2}, NULL), KL_OK);
    packs_value(bytes, "4200ff");
}

KL_TEST(packing_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    static const char bytes[] = "\xa3\x61" "b\x9f\x01\x61x\xff\x7f\x61" "a\xff\xc1\x00\x01\x5f\x41"
                                "z\xff";
    survives_failed_allocations("cbor", (kl_text){bytes, sizeof bytes - 1});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_of_the_rfc_read_and_are_written_so),
        cmocka_unit_test(examples_of_the_rfc_read_in_other_forms),
        cmocka_unit_test(simple_values_without_a_meaning_are_refused),
        cmocka_unit_test(floats_take_the_shortest_form_that_keeps_them),
        cmocka_unit_test(every_half_is_kept),
        cmocka_unit_test(big_numbers_are_the_nearest_float),
        cmocka_unit_test(tags_are_obeyed),
        cmocka_unit_test(tags_that_do_not_fit_are_refused),
        cmocka_unit_test(a_number_beyond_floats_is_refused),
        cmocka_unit_test(bad_bytes_are_refused),
        cmocka_unit_test(the_last_of_equal_keys_wins),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(values_round_trip),
        cmocka_unit_test(packing_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
