/* Growing text, its limit, and failures that stick; growing stacks. */
#include "test.h"
#include "buffer.h"
#include "stack.h"

KL_TEST(a_buffer_becomes_a_string)
{
    KL_UNUSED_STATE;
    kl_buffer buffer = KL_BUFFER_INIT;
    kl_value value;
    assert_string_equal(kl_buffer_text(&buffer).data, "");
    kl_buffer_string(&buffer, "one ");
    kl_buffer_format(&buffer, "%d %s", 2, "three");
    kl_buffer_byte(&buffer, '!');
    kl_buffer_add(&buffer, (kl_text){NULL, 0});
    kl_buffer_add(&buffer, (kl_text){"\0", 1});
    assert_int_equal(kl_buffer_finish(&value, &buffer, NULL), KL_OK);
    assert_int_equal(kl_value_kind(value), KL_KIND_STRING);
    assert_int_equal(kl_value_len(value), 13);
    assert_memory_equal(kl_as_text(value).data, "one 2 three!\0", 14);
    assert_null(buffer.data); /* ended, and ready again */
    kl_value_release(value);
    kl_buffer_byte(&buffer, (char)0xFF);
    assert_int_equal(kl_buffer_finish_bytes(&value, &buffer, NULL), KL_OK);
    assert_int_equal(kl_value_kind(value), KL_KIND_BYTES);
    kl_value_release(value);
}

KL_TEST(a_long_text_becomes_a_string_where_it_lies)
{
    KL_UNUSED_STATE;
    for (size_t len = 1000; len < 200000; len += len / 3) {
        kl_buffer buffer = KL_BUFFER_INIT;
        kl_value value;
        for (size_t i = 0; i < len; i++)
            kl_buffer_byte(&buffer, (char)('a' + i % 26));
        assert_int_equal(kl_buffer_finish(&value, &buffer, NULL), KL_OK);
        assert_null(buffer.data);
        assert_int_equal(kl_value_len(value), len);
        assert_int_equal(kl_as_text(value).data[len], '\0');
        for (size_t i = 0; i < len; i++)
            assert_int_equal(kl_as_text(value).data[i], 'a' + i % 26);
        kl_value_release(value);
    }
}

KL_TEST(a_limit_holds_to_the_byte)
{
    KL_UNUSED_STATE;
    for (size_t limit = 1; limit < 200; limit += 7) {
        kl_buffer exact = KL_BUFFER_INIT, beyond = KL_BUFFER_INIT, formatted = KL_BUFFER_INIT;
        kl_value value;
        kl_error error = KL_ERROR_INIT;
        exact.limit = beyond.limit = formatted.limit = limit;
        kl_buffer_format(&formatted, "%*d", (int)limit, 1);
        assert_int_equal(formatted.status, KL_OK);
        kl_buffer_format(&formatted, "%s", "");
        assert_int_equal(formatted.status, KL_OK);
        kl_buffer_format(&formatted, "%d", 1);
        assert_int_equal(formatted.status, KL_LIMIT);
        assert_int_equal(formatted.len, limit);
        kl_buffer_free(&formatted);
        for (size_t i = 0; i < limit; i++)
            kl_buffer_byte(&exact, 'x');
        for (size_t i = 0; i <= limit; i++)
            kl_buffer_add(&beyond, KL_TEXT("x"));
        assert_int_equal(kl_buffer_finish(&value, &exact, NULL), KL_OK);
        assert_int_equal(kl_value_len(value), limit);
        kl_value_release(value);
        char message[80];
        snprintf(message, sizeof message, "resource limit exceeded: text_size (limit: %zu bytes)",
                 limit);
        assert_int_equal(kl_buffer_finish(&value, &beyond, &error), KL_LIMIT);
        assert_string_equal(error.message, message);
        kl_error_clear(&error);
    }
}

KL_TEST(the_first_failure_sticks)
{
    KL_UNUSED_STATE;
    kl_buffer buffer = KL_BUFFER_INIT;
    kl_value value = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_buffer_string(&buffer, "before");
    kl_test_fail_allocation(1);
    kl_buffer_format(&buffer, "%200d", 1);
    kl_test_fail_allocation(0);
    kl_buffer_byte(&buffer, 'x'); /* there would be room, but something is missing before it */
    kl_buffer_string(&buffer, "after");
    assert_null(kl_buffer_room(&buffer, 1));
    assert_int_equal(buffer.len, 6);
    assert_int_equal(kl_buffer_finish(&value, &buffer, &error), KL_NO_MEMORY);
    assert_string_equal(error.message, "out of memory");
    assert_true(kl_is_null(value));
    kl_error_clear(&error);
    kl_buffer_string(&buffer, "x");
    assert_null(kl_buffer_room(&buffer, SIZE_MAX));
    assert_int_equal(buffer.status, KL_LIMIT);
    assert_int_equal(kl_buffer_finish(&value, &buffer, &error), KL_LIMIT);
    assert_string_equal(error.message,
                        "resource limit exceeded: text_size (limit: 1073741824 bytes)");
    kl_error_clear(&error);
}

KL_TEST(a_stack_keeps_its_frames_when_it_grows)
{
    KL_UNUSED_STATE;
    for (size_t size = 8; size <= 200; size += 64) {
        kl_stack stack;
        kl_stack_init(&stack, size);
        assert_null(kl_stack_top(&stack));
        for (size_t i = 0; i < 1000; i++) {
            char *frame = kl_stack_push(&stack);
            assert_non_null(frame);
            memset(frame, (int)(i % 251), size);
        }
        for (size_t i = 1000; i-- > 0; kl_stack_pop(&stack)) {
            const unsigned char *top = kl_stack_top(&stack);
            for (size_t byte = 0; byte < size; byte++)
                assert_int_equal(top[byte], i % 251);
        }
        kl_stack_end(&stack);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_buffer_becomes_a_string),
        cmocka_unit_test(a_long_text_becomes_a_string_where_it_lies),
        cmocka_unit_test(a_limit_holds_to_the_byte),
        cmocka_unit_test(the_first_failure_sticks),
        cmocka_unit_test(a_stack_keeps_its_frames_when_it_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
