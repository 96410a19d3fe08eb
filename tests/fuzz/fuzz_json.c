/* tests/fuzz/fuzz_json.c - any bytes as JSON. */
#include "fuzz.h"

static void print_and_read_back(kl_value first, const kl_json_style *style)
{
    kl_value text = kl_null(), second = kl_null();
    KL_REQUIRE(kl_json_print(&text, first, style, NULL) == KL_OK);
    KL_REQUIRE(kl_json_parse_with(&second, kl_as_text(text), KL_JSON_UNIQUE_KEYS, NULL) == KL_OK);
    KL_REQUIRE(same_value(first, second));
    uint64_t a, b;
    int order;
    KL_REQUIRE(kl_value_hash(&a, first, NULL) == KL_OK && kl_value_hash(&b, second, NULL) == KL_OK);
    KL_REQUIRE(a == b);
    KL_REQUIRE(kl_value_compare(&order, first, second, NULL) == KL_OK && order == 0);
    kl_value_release(second);
    kl_value_release(text);
}

/* Canonical text is a fixed point: printing what was read from it gives it again. */
static void print_twice(kl_value first, const kl_json_style *style)
{
    kl_value text = kl_null(), second = kl_null(), again = kl_null();
    KL_REQUIRE(kl_json_print(&text, first, style, NULL) == KL_OK);
    KL_REQUIRE(kl_json_parse(&second, kl_as_text(text), NULL) == KL_OK);
    KL_REQUIRE(kl_json_print(&again, second, style, NULL) == KL_OK);
    KL_REQUIRE(kl_text_equal(kl_as_text(text), kl_as_text(again)));
    kl_value_release(again);
    kl_value_release(second);
    kl_value_release(text);
}

/* Bytes may be refused, with a place within them; what is accepted prints to text that reads back. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const kl_json_style *const styles[] = {
        &kl_json_plain,  &kl_json_canonical_a, &kl_json_canonical_b, &kl_json_spaced,
        &kl_json_record, &kl_json_spaced_b,    &kl_json_pretty};
    kl_text text = {(const char *)data, size};
    kl_value value = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_json_parse(&value, text, &error);
    if (status == KL_OK) {
        for (size_t i = 0; i < KL_COUNT(styles); i++)
            print_and_read_back(value, styles[i]);
        print_twice(value, &kl_json_canonical_b);
        print_twice(value, &kl_json_jcs);
    } else {
        KL_REQUIRE(status == KL_SYNTAX && error.message && error.position <= size);
    }
    kl_error_clear(&error);
    kl_value_release(value);
    return 0;
}
