/* toml-test, the public suite of TOML 1.0: valid documents read as they must, invalid ones are refused. */
#include "buffer.h"
#include "encode.h"
#include "format.h"
#include "kailash/json.h"
#include "suite.h"

#include <math.h>
#include <stdlib.h>

static kl_status read_case(kl_value *out, kl_value one, kl_error *error)
{
    const kl_value *hex = kl_map_find(one, KL_TEXT("hex"));
    kl_buffer bytes = KL_BUFFER_INIT;
    if (!hex)
        return kl_format_read(out, KL_TEXT("toml"), kl_as_text(kl_map_get(one, KL_TEXT("toml"))), error);
    assert_int_equal(kl_hex_decode(&bytes, kl_as_text(*hex), NULL), KL_OK);
    kl_status status = kl_format_read(out, KL_TEXT("toml"), kl_buffer_text(&bytes), error);
    kl_buffer_free(&bytes);
    return status;
}

/* ---- what a value must be, with its type: {"type": "integer", "value": "1"} ------------------------ */

/* A time keeps the digits of its fraction; the suite has at least three of them. */
static bool is_same_time(kl_text got, kl_text expected)
{
    size_t g = 0, e = 0;
    const char *dot = memchr(expected.data, '.', expected.len);
    for (; e < expected.len; e++) {
        if (g < got.len && got.data[g] == expected.data[e])
            g++;
        else if (!dot || expected.data + e < dot || expected.data[e] != '0')
            return false;
    }
    return g == got.len;
}

static bool is_same_float(double got, kl_text text)
{
    double expected = strtod(text.data, NULL);
    return isnan(expected) ? isnan(got) : got == expected;
}

static bool is_scalar(kl_value got, kl_text type, kl_text text)
{
    if (kl_text_is(type, "string"))
        return kl_is(got, KL_KIND_STRING) && kl_text_equal(kl_as_text(got), text);
    if (kl_text_is(type, "integer"))
        return kl_is(got, KL_KIND_INT) && kl_as_int(got) == strtoll(text.data, NULL, 10);
    if (kl_text_is(type, "float"))
        return kl_is(got, KL_KIND_DOUBLE) && is_same_float(kl_as_double(got), text);
    if (kl_text_is(type, "bool"))
        return kl_is(got, KL_KIND_BOOL) && kl_as_bool(got) == kl_text_is(text, "true");
    return kl_is(got, KL_KIND_STRING) && is_same_time(kl_as_text(got), text);
}

static bool is_expected(kl_value got, kl_value expected)
{
    const kl_value *type = kl_map_find(expected, KL_TEXT("type"));
    size_t len = kl_value_len(expected);
    if (type && len == 2 && kl_is(*type, KL_KIND_STRING))
        return is_scalar(got, kl_as_text(*type), kl_as_text(kl_map_get(expected, KL_TEXT("value"))));
    bool same = kl_value_kind(got) == kl_value_kind(expected) && kl_value_len(got) == len;
    for (size_t i = 0; same && i < len; i++) {
        if (kl_is(expected, KL_KIND_ARRAY)) {
            same = is_expected(kl_array_at(got, i), kl_array_at(expected, i));
            continue;
        }
        const kl_value *item = kl_map_find(got, kl_map_key_at(expected, i));
        same = item && is_expected(*item, kl_map_value_at(expected, i));
    }
    return same;
}

/* ---- the cases --------------------------------------------------------------------------------------- */

/* What is written reads back the same. */
static bool comes_back(kl_value value)
{
    kl_value text = kl_null(), again = kl_null();
    bool same = false;
    if (kl_format_write(&text, KL_TEXT("toml"), value, NULL, NULL) == KL_OK &&
        kl_format_read(&again, KL_TEXT("toml"), kl_as_text(text), NULL) == KL_OK) {
        const kl_format_options sorted = {.sort_keys = true}; /* tables come behind values */
        kl_value a = kl_null(), b = kl_null(); /* as bytes: NaN equals nothing */
        assert_int_equal(kl_format_write(&a, KL_TEXT("msgpack"), value, &sorted, NULL), KL_OK);
        assert_int_equal(kl_format_write(&b, KL_TEXT("msgpack"), again, &sorted, NULL), KL_OK);
        same = kl_text_equal(kl_as_text(a), kl_as_text(b));
        kl_value_release(a);
        kl_value_release(b);
    }
    kl_value_release(text);
    kl_value_release(again);
    return same;
}

static bool is_right(kl_value one)
{
    const kl_value *expected = kl_map_find(one, KL_TEXT("json"));
    kl_value got = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = read_case(&got, one, &error);
    bool right = expected ? status == KL_OK && is_expected(got, *expected) && comes_back(got)
                          : status == KL_SYNTAX && error.line > 0;
    kl_error_clear(&error);
    kl_value_release(got);
    return right;
}

KL_TEST(every_case_is_read_as_it_must)
{
    KL_UNUSED_STATE;
    suite_run("toml/cases.json", is_right, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_case_is_read_as_it_must)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
