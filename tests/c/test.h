/* tests/c/test.h - what all C tests use: cmocka, KL_TEST, values from JSON text. */
#ifndef KL_TESTS_TEST_H
#define KL_TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "kailash/json.h"

#define KL_TEST(name) static void name(void **state_)
#define KL_UNUSED_STATE (void)state_

/* JSON text as a value; the test fails when it is not JSON. */
static inline kl_value json(const char *text)
{
    kl_value value = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (kl_json_parse(&value, kl_text_from(text), &error) != KL_OK)
        fail_msg("bad JSON in the test: %s: %s", kl_error_message(&error), text);
    return value;
}

/* The value prints as `expected` (plain form); releases it. */
static inline void assert_json_in(kl_value value, const char *expected, const char *file, int line)
{
    kl_value text = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_json_print(&text, value, &kl_json_plain, &error);
    if (status != KL_OK || strcmp(kl_as_text(text).data, expected) != 0)
        print_error("%s:%d: got %s, expected %s\n", file, line,
                    status == KL_OK ? kl_as_text(text).data : kl_error_message(&error), expected);
    kl_value_release(value);
    bool same = status == KL_OK && strcmp(kl_as_text(text).data, expected) == 0;
    kl_value_release(text);
    kl_error_clear(&error);
    assert_true(same);
}
#define assert_json(value, expected) assert_json_in((value), (expected), __FILE__, __LINE__)

#endif
