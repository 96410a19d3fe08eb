/* JSON text in and out. */
#include "test.h"
#include "kailash/crypto.h"
#include "kailash/object.h"
#include "kailash/workflow.h"

#include <math.h>

/* ---- reading --------------------------------------------------------------------------------- */

KL_TEST(texts_are_read)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text, *printed;
    } rows[] = {
        {"null", "null"},
        {" true ", "true"},
        {"-0", "0"},
        {"-0.0", "-0.0"},
        {"9223372036854775807", "9223372036854775807"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"9223372036854775808", "9.223372036854776e+18"}, /* outside int64: a double */
        {"-9223372036854775809", "-9.223372036854776e+18"},
        {"18446744073709551615", "1.8446744073709552e+19"},
        {"123456789012345678901234567890", "1.2345678901234568e+29"},
        {"1.0", "1.0"},
        {"1e2", "100.0"},
        {"1E-7", "1e-7"},
        {"5e-324", "5e-324"},
        {"1e-400", "0.0"},
        {"\"\"", "\"\""},
        {"\"a\\u0000b\"", "\"a\\u0000b\""},
        {"\"\\ud83d\\ude00\"", "\"\xF0\x9F\x98\x80\""},
        {"\"\\/\\b\\f\\n\\r\\t\\\"\\\\\"", "\"/\\b\\f\\n\\r\\t\\\"\\\\\""},
        {"\"\x7F\"", "\"\x7F\""},
        {"[]", "[]"},
        {"[ 1 , [ ] , { } ]", "[1,[],{}]"},
        {"{\"b\":1,\"a\":2}", "{\"b\":1,\"a\":2}"},
        {"{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":3,\"b\":2}"}, /* the last wins, at the first's place */
        {"{\"\":0}", "{\"\":0}"},
        {"[{\"a\":1,\"b\":2},{\"a\":3,\"b\":4},{\"b\":5,\"a\":6}]",
         "[{\"a\":1,\"b\":2},{\"a\":3,\"b\":4},{\"b\":5,\"a\":6}]"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        assert_json(json(rows[i].text), rows[i].printed);
}

KL_TEST(a_bad_text_is_shown)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text;
        size_t position;
        const char *message;
    } rows[] = {
        {"", 0, "the text ends too early"},
        {"  ", 0, "the text ends too early"},
        {"[1,", 3, "the text ends too early"},
        {"{\"a\":1", 6, "the text ends too early"},
        {"1 2", 2, "trailing characters"},
        {"[1] x", 4, "trailing characters"},
        {"[1,]", 2, "trailing comma is not allowed"},
        {"{a:1}", 1, "unexpected character"},
        {"[1 2]", 3, "unexpected character"},
        {"{\"a\" 1}", 5, "unexpected character"},
        {"nul", 3, "the text ends too early"},
        {"nulx", 0, "invalid literal; expected true, false or null"},
        {"NaN", 0, "unexpected character"},
        {"Infinity", 0, "unexpected character"},
        {"// c\n1", 0, "unexpected character"},
        {"01", 0, "invalid number"},
        {"-", 1, "the text ends too early"},
        {"1.", 2, "the text ends too early"},
        {"1e", 2, "the text ends too early"},
        {"[1.]", 3, "invalid number"},
        {"[-]", 2, "invalid number"},
        {"1e999", 0, "number out of range"},
        {"[-1e999]", 1, "number out of range"},
        {"\"a", 2, "the text ends too early"},
        {"\"a\nb\"", 2, "invalid string"},
        {"\"\\x\"", 2, "invalid string"},
        {"\"\\ud800\"", 7, "invalid string"},
        {"\"\\udc00\"", 1, "invalid string"},
        {"\"ab\xFF\"", 3, "invalid UTF-8"},
        {"\"\xC3\"", 1, "invalid UTF-8"},
        {"\"x\xED\xA0\x80\"", 2, "invalid UTF-8"},  /* a surrogate */
        {"\"\xC0\x80\"", 1, "invalid UTF-8"},       /* too long a form of NUL */
        {"{\"\xF4\x90\x80\x80\":1}", 2, "invalid UTF-8"}, /* beyond U+10FFFF */
        {"\xEF\xBB\xBF" "1", 0, "unexpected character"},
    };
    int wrong = 0;
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value value = kl_null();
        kl_error error = KL_ERROR_INIT;
        kl_status status = kl_json_parse(&value, kl_text_from(rows[i].text), &error);
        if (status != KL_SYNTAX || strcmp(error.message, rows[i].message) != 0 ||
            error.position != rows[i].position) {
            print_error("%s: %s at %zu\n", rows[i].text, kl_error_message(&error), error.position);
            wrong++;
        }
        kl_value_release(value);
        kl_error_clear(&error);
    }
    assert_int_equal(wrong, 0);
}

KL_TEST(line_and_column_count_characters)
{
    KL_UNUSED_STATE;
    kl_value value;
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_json_parse(&value, KL_TEXT("{\n  \"\xC3\xA4\": x}"), &error), KL_SYNTAX);
    assert_int_equal(error.line, 2);
    assert_int_equal(error.column, 8);
    kl_error_clear(&error);
}

KL_TEST(duplicate_keys_are_refused_when_asked)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text;
        unsigned flags;
        const char *message; /* NULL = accepted */
    } rows[] = {
        {"{\"a\":1,\"a\":2}", KL_JSON_UNIQUE_KEYS, "key 'a' stands twice"},
        {"{\"a\":1,\"\\u0061\":2}", KL_JSON_UNIQUE_KEYS, "key 'a' stands twice"},
        {"[{\"x\":{\"b\":1,\"b\":1}}]", KL_JSON_UNIQUE_KEYS, "key 'b' stands twice"},
        {"{\"a\":1,\"a\":2}", KL_JSON_UNIQUE_TOP, "key 'a' stands twice"},
        {"{\"a\":{\"b\":1,\"b\":2}}", KL_JSON_UNIQUE_TOP, NULL},
        {"{\"a\":1,\"b\":{\"a\":1}}", KL_JSON_UNIQUE_KEYS, NULL},
        {"{\"a\":1,\"a\":2}", 0, NULL},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value value = kl_null();
        kl_error error = KL_ERROR_INIT;
        kl_status status =
            kl_json_parse_with(&value, kl_text_from(rows[i].text), rows[i].flags, &error);
        assert_int_equal(status, rows[i].message ? KL_SYNTAX : KL_OK);
        assert_string_equal(kl_error_message(&error), rows[i].message ? rows[i].message : "");
        kl_value_release(value);
        kl_error_clear(&error);
    }
}

/* `depth` brackets around nothing. */
static kl_text nested(char *buffer, size_t depth)
{
    memset(buffer, '[', depth);
    memset(buffer + depth, ']', depth);
    return (kl_text){buffer, 2 * depth};
}

/* Shapes of texts before are remembered; only an object of just these keys has one of them. */
KL_TEST(a_text_is_read_as_if_it_were_the_first)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text, *printed; /* NULL: refused, for a key stands twice */
    } rows[] = {
        {"{\"a\":1,\"b\":{\"a\":2,\"c\":3}}", "{\"a\":1,\"b\":{\"a\":2,\"c\":3}}"},
        {"{\"a\":4,\"b\":5}", "{\"a\":4,\"b\":5}"},
        {"{\"b\":4,\"a\":5}", "{\"b\":4,\"a\":5}"},
        {"{\"a\":4,\"a\":5}", NULL},
        {"{\"\\u0061\":4,\"b\":5}", "{\"a\":4,\"b\":5}"},
        {"{\"a\":4,\"b\":{\"c\":4,\"c\":4}}", NULL},
        {"{\"a\":4}", "{\"a\":4}"},
        {"{}", "{}"},
        {"{\"a\":4,\"b\":5,\"c\":6}", "{\"a\":4,\"b\":5,\"c\":6}"},
    };
    for (size_t i = 0; i < 5 * KL_COUNT(rows); i++) {
        const size_t at = i * 7 % KL_COUNT(rows);
        kl_value value = kl_null(), text = kl_null();
        kl_status status = kl_json_parse_with(&value, kl_text_from(rows[at].text), KL_JSON_UNIQUE_KEYS, NULL);
        assert_int_equal(status, rows[at].printed ? KL_OK : KL_SYNTAX);
        if (!rows[at].printed)
            continue;
        assert_int_equal(kl_json_print(&text, value, &kl_json_plain, NULL), KL_OK);
        assert_string_equal(kl_as_text(text).data, rows[at].printed);
        /* What is changed in one stays there. */
        assert_int_equal(kl_map_set(&value, KL_TEXT("new"), kl_null(), NULL), KL_OK);
        kl_value_release(text);
        kl_value_release(value);
    }
}

KL_TEST(text_nests_127_levels)
{
    KL_UNUSED_STATE;
    char buffer[600];
    kl_value value = kl_null();
    kl_error error = KL_ERROR_INIT;
    size_t depth;
    assert_int_equal(kl_json_parse(&value, nested(buffer, 127), NULL), KL_OK);
    assert_int_equal(kl_value_depth(&depth, value, 1000, NULL), KL_OK);
    assert_int_equal(depth, 127);
    kl_value_release(value);
    assert_int_equal(kl_json_parse(&value, nested(buffer, 128), &error), KL_SYNTAX);
    assert_string_equal(error.message, "nests deeper than 127 levels");
    assert_int_equal(error.position, 127);
    char tricky[400] = "[\"[[\\\"[\\\\\",";
    size_t head = strlen(tricky);
    memset(tricky + head, '[', 130);
    memset(tricky + head + 130, ']', 131);
    assert_int_equal(kl_json_parse(&value, (kl_text){tricky, head + 261}, &error), KL_SYNTAX);
    assert_int_equal(error.position, head + 126); /* brackets in strings do not count */
    kl_error_clear(&error);

    size_t million = 1000000;
    char *deep = malloc(2 * million);
    assert_non_null(deep);
    assert_int_equal(kl_json_parse(&value, nested(deep, million), NULL), KL_SYNTAX);
    free(deep);
}

KL_TEST(rows_with_equal_keys_share_a_shape)
{
    KL_UNUSED_STATE;
    kl_value rows = json("[{\"a\":1,\"b\":2},{\"a\":3,\"b\":4},{\"b\":5,\"a\":6}]");
    assert_ptr_equal(kl_map_keys(kl_array_at(rows, 0)), kl_map_keys(kl_array_at(rows, 1)));
    assert_ptr_not_equal(kl_map_keys(kl_array_at(rows, 1)), kl_map_keys(kl_array_at(rows, 2)));
    kl_value_release(rows);
}

/* ---- writing --------------------------------------------------------------------------------- */

static void assert_printed(kl_value value, const kl_json_style *style, const char *expected)
{
    kl_value text = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (kl_json_print(&text, value, style, &error) != KL_OK)
        fail_msg("%s: expected %s", kl_error_message(&error), expected);
    if (strcmp(kl_as_text(text).data, expected) != 0)
        fail_msg("got %s, expected %s", kl_as_text(text).data, expected);
    kl_value_release(text);
}

KL_TEST(every_form_writes_as_specified)
{
    KL_UNUSED_STATE;
    /* Keys: z, ä, an astral character, U+FB33; an escape, DEL, bytes follow. */
    kl_value value = json("{\"z\":[1,2.0,1e16,0.00001,1e-6,null,true],\"\xC3\xA4\":\"\xE2\x82\xAC\x7F"
                          "\\n\\u0001/\",\"\xF0\x9F\x98\x80\":{},\"\xEF\xAC\xB3\":[]}");
    assert_printed(value, &kl_json_plain,
                   "{\"z\":[1,2.0,1e+16,0.00001,1e-6,null,true],\"\xC3\xA4\":\"\xE2\x82\xAC\x7F"
                   "\\n\\u0001/\",\"\xF0\x9F\x98\x80\":{},\"\xEF\xAC\xB3\":[]}");
    assert_printed(value, NULL,
                   "{\"z\":[1,2.0,1e+16,0.00001,1e-6,null,true],\"\xC3\xA4\":\"\xE2\x82\xAC\x7F"
                   "\\n\\u0001/\",\"\xF0\x9F\x98\x80\":{},\"\xEF\xAC\xB3\":[]}");
    assert_printed(value, &kl_json_canonical_a, /* order of code points */
                   "{\"z\":[1,2.0,1e+16,0.00001,1e-6,null,true],\"\xC3\xA4\":\"\xE2\x82\xAC\x7F"
                   "\\n\\u0001/\",\"\xEF\xAC\xB3\":[],\"\xF0\x9F\x98\x80\":{}}");
    assert_printed(value, &kl_json_canonical_b, /* DEL stays raw */
                   "{\"z\":[1,2.0,1e+16,0.00001,1e-6,null,true],\"\\u00e4\":\"\\u20ac\x7F"
                   "\\n\\u0001/\",\"\\ufb33\":[],\"\\ud83d\\ude00\":{}}");
    assert_printed(value, &kl_json_jcs, /* order of UTF-16 units, numbers of ECMAScript */
                   "{\"z\":[1,2,10000000000000000,0.00001,0.000001,null,true],\"\xC3\xA4\":"
                   "\"\xE2\x82\xAC\x7F\\n\\u0001/\",\"\xF0\x9F\x98\x80\":{},\"\xEF\xAC\xB3\":[]}");
    assert_printed(value, &kl_json_spaced_b,
                   "{\"z\": [1, 2.0, 1e+16, 0.00001, 1e-6, null, true], \"\\u00e4\": \"\\u20ac\x7F"
                   "\\n\\u0001/\", \"\\ufb33\": [], \"\\ud83d\\ude00\": {}}");
    assert_printed(value, &kl_json_record,
                   "{\"z\": [1, 2.0, 1e+16, 0.00001, 1e-6, null, true], \"\\u00e4\": \"\\u20ac\x7F"
                   "\\n\\u0001/\", \"\\ud83d\\ude00\": {}, \"\\ufb33\": []}");
    assert_printed(value, &kl_json_pretty,
                   "{\n  \"z\": [\n    1,\n    2.0,\n    1e+16,\n    0.00001,\n    1e-6,\n    null,\n"
                   "    true\n  ],\n  \"\xC3\xA4\": \"\xE2\x82\xAC\x7F\\n\\u0001/\",\n"
                   "  \"\xF0\x9F\x98\x80\": {},\n  \"\xEF\xAC\xB3\": []\n}");
    kl_value_release(value);
}

KL_TEST(bytes_are_base64_or_refused)
{
    KL_UNUSED_STATE;
    kl_value bytes = kl_null(), text = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_json_style strict = {.bytes_error = true};
    assert_int_equal(kl_bytes_new(&bytes, (kl_text){"\0\xFF\x10", 3}, NULL), KL_OK);
    assert_printed(bytes, &kl_json_plain, "\"AP8Q\"");
    assert_int_equal(kl_json_print(&text, bytes, &strict, &error), KL_INVALID);
    assert_string_equal(error.message, "bytes have no JSON form");
    kl_error_clear(&error);
    kl_value_release(bytes);
}

KL_TEST(numbers_without_json_form_are_null_or_refused)
{
    KL_UNUSED_STATE;
    const kl_json_style *const strict[] = {&kl_json_canonical_a, &kl_json_canonical_b, &kl_json_jcs,
                                           &kl_json_spaced_b};
    const kl_json_style *const lax[] = {&kl_json_plain, &kl_json_pretty, &kl_json_spaced};
    for (size_t i = 0; i < KL_COUNT(lax); i++) {
        assert_printed(kl_double((double)NAN), lax[i], "null");
        assert_printed(kl_double((double)-INFINITY), lax[i], "null");
    }
    for (size_t i = 0; i < KL_COUNT(strict); i++) {
        kl_value text = kl_null();
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(kl_json_print(&text, kl_double((double)NAN), strict[i], &error), KL_INVALID);
        assert_string_equal(error.message, "NaN has no JSON form");
        assert_int_equal(kl_json_print(&text, kl_double((double)INFINITY), strict[i], &error),
                         KL_INVALID);
        assert_string_equal(error.message, "an infinity has no JSON form");
        kl_error_clear(&error);
    }
}

KL_TEST(an_object_has_no_json_form)
{
    KL_UNUSED_STATE;
    kl_builder *builder = NULL;
    kl_value text = kl_null(), list;
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_builder_new(&builder, NULL), KL_OK);
    assert_int_equal(kl_array_new(&list, 1, NULL), KL_OK);
    assert_int_equal(kl_array_push(&list, kl_value_of((kl_object *)builder), NULL), KL_OK);
    assert_int_equal(kl_json_print(&text, list, &kl_json_plain, &error), KL_TYPE);
    assert_string_equal(error.message, "an object has no JSON form");
    kl_error_clear(&error);
    kl_value_release(list);
}

/* RFC 8785: the sample of 3.2.2 with its order by 3.2.3. */
KL_TEST(rfc_8785_samples_come_out)
{
    KL_UNUSED_STATE;
    kl_value numbers = json("{\"numbers\":[333333333.33333329,1E30,4.50,2e-3,"
                            "0.000000000000000000000000001],"
                            "\"string\":\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\","
                            "\"literals\":[null,true,false]}");
    assert_printed(numbers, &kl_json_jcs,
                   "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,"
                   "1e-27],\"string\":\"\xE2\x82\xAC$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
    kl_value_release(numbers);

    kl_value order = json("{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\\ufb33\":"
                          "\"Hebrew Letter Dalet With Dagesh\",\"1\":\"One\",\"\\ud83d\\ude00\":"
                          "\"Emoji: Grinning Face\",\"\\u0080\":\"Control\",\"\\u00f6\":"
                          "\"Latin Small Letter O With Diaeresis\"}");
    assert_printed(order, &kl_json_jcs,
                   "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xC2\x80\":\"Control\",\"\xC3\xB6\":"
                   "\"Latin Small Letter O With Diaeresis\",\"\xE2\x82\xAC\":\"Euro Sign\","
                   "\"\xF0\x9F\x98\x80\":\"Emoji: Grinning Face\",\"\xEF\xAC\xB3\":"
                   "\"Hebrew Letter Dalet With Dagesh\"}");
    kl_value_release(order);

    /* Integers are doubles there: those beyond 2^53 lose their last digits, as for every reader. */
    assert_printed(kl_int(9007199254740992), &kl_json_jcs, "9007199254740992");
    assert_printed(kl_int(9007199254740993), &kl_json_jcs, "9007199254740992");
    assert_printed(kl_int(INT64_MAX), &kl_json_jcs, "9223372036854776000");
    assert_printed(kl_int(INT64_MIN), &kl_json_jcs, "-9223372036854776000");
}

KL_TEST(a_jcs_hash_agrees_with_its_vector)
{
    KL_UNUSED_STATE;
    kl_value subject = json("{\"peach\":\"This sorting order\",\"p\xC3\xA9" "ch\xC3\xA9\":"
                            "\"is wrong according to French\",\"p\xC3\xAA" "che\":"
                            "\"but canonicalization MUST\",\"sin\":\"ignore locale\"}");
    kl_value text = kl_null(), hash = kl_null();
    assert_int_equal(kl_json_print(&text, subject, &kl_json_jcs, NULL), KL_OK);
    assert_int_equal(kl_hash_hex(&hash, KL_HASH_SHA256, kl_as_text(text), NULL), KL_OK);
    assert_string_equal(kl_as_text(hash).data,
                        "d99d0ebdcb0033cb858cfa830ae46bc0fb3309413b271f1da828c89901a27ed5");
    kl_value_release(hash);
    kl_value_release(text);
    kl_value_release(subject);
}

KL_TEST(many_keys_sort_quickly_in_utf16)
{
    KL_UNUSED_STATE;
    kl_value map = kl_null(), text = kl_null();
    assert_int_equal(kl_map_new(&map, 0, NULL), KL_OK);
    for (uint32_t i = 0; i < 100000; i++) { /* half above the surrogates, half astral */
        char key[16];
        unsigned low = i / 2;
        int len = snprintf(key, sizeof key, "%s%05u", i % 2 ? "\xEE\x80\x80" : "\xF0\x90\x80\x80", low);
        assert_int_equal(kl_map_set(&map, (kl_text){key, (size_t)len}, kl_int(i), NULL), KL_OK);
    }
    assert_int_equal(kl_json_print(&text, map, &kl_json_jcs, NULL), KL_OK);
    assert_memory_equal(kl_as_text(text).data, "{\"\xF0\x90\x80\x80" "00000\":0,", 14);
    kl_value_release(text);
    kl_value_release(map);
}

/* Few keys are put in order one way, many another: around the border both give what sorted keys do. */
KL_TEST(any_number_of_keys_is_written_in_order)
{
    KL_UNUSED_STATE;
    for (int count = 1; count < 120; count++) {
        kl_value map = kl_null(), sorted = kl_null(), outer = kl_null(), text, expected;
        assert_int_equal(kl_map_new(&map, 0, NULL), KL_OK);
        for (int i = 0; i < count; i++) {
            char key[16];
            int len = snprintf(key, sizeof key, "%x%s", (unsigned)i * 2654435761u % 4096u,
                               i % 3 ? "" : "\xC3\xA9");
            assert_int_equal(kl_map_set(&map, (kl_text){key, (size_t)len}, kl_int(i), NULL), KL_OK);
        }
        assert_int_equal(kl_map_sorted(&sorted, map, NULL), KL_OK);
        assert_int_equal(kl_array_new(&outer, 2, NULL), KL_OK);
        kl_array_push(&outer, kl_value_retain(map), NULL);
        kl_array_push(&outer, map, NULL); /* of one shape */
        assert_int_equal(kl_json_print(&text, outer, &kl_json_canonical_a, NULL), KL_OK);
        kl_value_release(outer);
        assert_int_equal(kl_array_new(&outer, 2, NULL), KL_OK);
        kl_array_push(&outer, kl_value_retain(sorted), NULL);
        kl_array_push(&outer, sorted, NULL);
        assert_int_equal(kl_json_print(&expected, outer, &kl_json_plain, NULL), KL_OK);
        assert_string_equal(kl_as_text(text).data, kl_as_text(expected).data);
        kl_value_release(outer);
        kl_value_release(text);
        kl_value_release(expected);
    }
}

/* Eight bytes are looked at together: what must be escaped is found at every place among them. */
KL_TEST(escapes_are_found_at_every_place)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *from, *ascii, *raw;
    } table[] = {{"\"", "\\\"", "\\\""}, {"\\", "\\\\", "\\\\"}, {"\x1f", "\\u001f", "\\u001f"},
                 {"\x7f", "\x7f", "\x7f"},   {"\xC3\xA9", "\\u00e9", "\xC3\xA9"}, {" ", " ", " "},
                 {"!", "!", "!"},             {"#", "#", "#"},                  {"]", "]", "]"}};
    for (size_t i = 0; i < KL_COUNT(table); i++)
        for (int before = 0; before < 20; before++)
            for (int after = 0; after < 20; after += 3) {
                char from[64], expected[64];
                kl_value string, text;
                snprintf(from, sizeof from, "%.*s%s%.*s", before, "abcdefghijklmnopqrst", table[i].from,
                         after, "ABCDEFGHIJKLMNOPQRST");
                assert_int_equal(kl_string_new(&string, kl_text_from(from), NULL), KL_OK);
                for (int ascii = 0; ascii < 2; ascii++) {
                    snprintf(expected, sizeof expected, "\"%.*s%s%.*s\"", before, "abcdefghijklmnopqrst",
                             ascii ? table[i].ascii : table[i].raw, after, "ABCDEFGHIJKLMNOPQRST");
                    assert_int_equal(kl_json_print(&text, string,
                                                   ascii ? &kl_json_canonical_b : &kl_json_plain, NULL),
                                     KL_OK);
                    assert_string_equal(kl_as_text(text).data, expected);
                    kl_value_release(text);
                }
                kl_value_release(string);
            }
}

static kl_value nested_value(size_t depth)
{
    kl_value value = kl_null();
    for (size_t i = 0; i < depth; i++) {
        kl_value outer;
        assert_int_equal(kl_array_new(&outer, 1, NULL), KL_OK);
        if (i > 0)
            assert_int_equal(kl_array_push(&outer, value, NULL), KL_OK);
        value = outer;
    }
    return value;
}

KL_TEST(values_print_256_levels)
{
    KL_UNUSED_STATE;
    kl_value deepest = nested_value(256), deeper = nested_value(257), text = kl_null();
    kl_error error = KL_ERROR_INIT;
    const kl_json_style *const styles[] = {&kl_json_plain, &kl_json_canonical_b, &kl_json_pretty};
    for (size_t i = 0; i < KL_COUNT(styles); i++) {
        assert_int_equal(kl_json_print(&text, deepest, styles[i], NULL), KL_OK);
        kl_value_release(text);
        assert_int_equal(kl_json_print(&text, deeper, styles[i], &error), KL_DEPTH);
        assert_string_equal(error.message, "value nests deeper than 256 levels");
    }
    kl_error_clear(&error);
    kl_value_release(deepest);
    kl_value_release(deeper);
}

/* ---- both ------------------------------------------------------------------------------------ */

KL_TEST(what_is_printed_reads_back_equal)
{
    KL_UNUSED_STATE;
    const kl_json_style *const styles[] = {&kl_json_plain,    &kl_json_canonical_a, &kl_json_canonical_b,
                                           &kl_json_spaced,   &kl_json_spaced_b,    &kl_json_record,
                                           &kl_json_pretty};
    kl_value value = json("{\"i\":[0,-1,9223372036854775807,-9223372036854775808],\"d\":[0.1,-0.0,"
                          "1e300,5e-324,1e22],\"s\":[\"\",\"\\u0000\\u001f\\u007f\\u0080\\uffff\","
                          "\"\\ud800\\udc00\\udbff\\udfff\"],\"m\":{\"\":{\"a\":[[],{}]}},\"b\":true}");
    for (size_t i = 0; i < KL_COUNT(styles); i++) {
        kl_value text = kl_null(), again = kl_null();
        bool equal = false;
        assert_int_equal(kl_json_print(&text, value, styles[i], NULL), KL_OK);
        assert_int_equal(kl_json_parse(&again, kl_as_text(text), NULL), KL_OK);
        assert_int_equal(kl_value_equal(&equal, value, again, NULL), KL_OK);
        assert_true(equal);
        kl_value_release(text);
        kl_value_release(again);
    }
    kl_value_release(value);
}

KL_TEST(json_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    const char *text = "[{\"b\":[1,{\"x\":\"y\"}],\"a\":\"\\u00e4\"},{\"b\":2,\"a\":1.5},{\"\":[]}]";
    const kl_json_style *const styles[] = {&kl_json_plain, &kl_json_canonical_b, &kl_json_jcs};
    size_t failed = 1;
    for (size_t n = 1; failed > 0; n++) {
        kl_value value = kl_null(), printed[KL_COUNT(styles)] = {kl_null()};
        kl_test_fail_allocation(n);
        kl_status status = kl_json_parse_with(&value, kl_text_from(text), KL_JSON_UNIQUE_KEYS, NULL);
        for (size_t i = 0; i < KL_COUNT(styles) && status == KL_OK; i++)
            status = kl_json_print(&printed[i], value, styles[i], NULL);
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        assert_int_equal(status, failed ? KL_NO_MEMORY : KL_OK);
        for (size_t i = 0; i < KL_COUNT(styles); i++)
            kl_value_release(printed[i]);
        kl_value_release(value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_read),
        cmocka_unit_test(a_bad_text_is_shown),
        cmocka_unit_test(line_and_column_count_characters),
        cmocka_unit_test(duplicate_keys_are_refused_when_asked),
        cmocka_unit_test(a_text_is_read_as_if_it_were_the_first),
        cmocka_unit_test(text_nests_127_levels),
        cmocka_unit_test(rows_with_equal_keys_share_a_shape),
        cmocka_unit_test(every_form_writes_as_specified),
        cmocka_unit_test(bytes_are_base64_or_refused),
        cmocka_unit_test(numbers_without_json_form_are_null_or_refused),
        cmocka_unit_test(an_object_has_no_json_form),
        cmocka_unit_test(rfc_8785_samples_come_out),
        cmocka_unit_test(a_jcs_hash_agrees_with_its_vector),
        cmocka_unit_test(many_keys_sort_quickly_in_utf16),
        cmocka_unit_test(any_number_of_keys_is_written_in_order),
        cmocka_unit_test(escapes_are_found_at_every_place),
        cmocka_unit_test(values_print_256_levels),
        cmocka_unit_test(what_is_printed_reads_back_equal),
        cmocka_unit_test(json_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
