/* tests/c/format_test.h - a format test is a line: format, text, value as JSON or the refusal. */
#ifndef KL_TESTS_FORMAT_TEST_H
#define KL_TESTS_FORMAT_TEST_H

#include "buffer.h"
#include "encode.h"
#include "format.h"
#include "test.h"

/* The text reads as the value that `expected` prints. */
static inline void reads_in(const char *format, kl_text text, const char *expected,
                            const char *file, int line)
{
    kl_value value = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_format_read(&value, kl_text_from(format), text, &error);
    if (status != KL_OK)
        print_error("%s:%d: %s refused at %u:%u: %s\n", file, line, format, error.line,
                    error.column, kl_error_message(&error));
    kl_error_clear(&error);
    assert_int_equal(status, KL_OK);
    assert_json_in(value, expected, file, line);
}
#define reads(format, text, expected)                                                              \
    reads_in(format, kl_text_from(text), expected, __FILE__, __LINE__)

/* The text is refused with `message` at line and column. */
static inline void refuses_in(const char *format, kl_text text, const char *message, unsigned row,
                              unsigned column, const char *file, int line)
{
    kl_value value = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_format_read(&value, kl_text_from(format), text, &error);
    kl_value_release(value);
    bool same = status == KL_SYNTAX && error.line == row && error.column == column &&
                strcmp(kl_error_message(&error), message) == 0;
    if (!same)
        print_error("%s:%d: got %s \"%s\" at %u:%u\n", file, line, kl_status_name(status),
                    kl_error_message(&error), error.line, error.column);
    kl_error_clear(&error);
    assert_true(same);
}
#define refuses(format, text, message, row, column)                                                \
    refuses_in(format, kl_text_from(text), message, row, column, __FILE__, __LINE__)

/* The text is malformed, whatever the words. */
static inline void is_malformed(const char *format, const char *text)
{
    kl_value value = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_format_read(&value, kl_text_from(format), kl_text_from(text), &error);
    kl_value_release(value);
    if (status != KL_SYNTAX || (strcmp(format, "msgpack") != 0 && error.line == 0))
        print_error("%s accepted or misplaced: %s (%s at %u)\n", format, text,
                    kl_error_message(&error), error.line);
    assert_int_equal(status, KL_SYNTAX);
    assert_true(error.line > 0);
    kl_error_clear(&error);
}

static inline void writes_in(const char *format, const char *value_text, kl_format_options options,
                             const char *expected, const char *file, int line)
{
    kl_value value = json(value_text), text = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_format_write(&text, kl_text_from(format), value, &options, &error);
    bool same = status == KL_OK && strcmp(kl_as_text(text).data, expected) == 0;
    if (!same)
        print_error("%s:%d: got %s, expected %s\n", file, line,
                    status == KL_OK ? kl_as_text(text).data : kl_error_message(&error), expected);
    kl_error_clear(&error);
    kl_value_release(text);
    kl_value_release(value);
    assert_true(same);
}
#define writes(format, value, expected)                                                            \
    writes_in(format, value, (kl_format_options){0}, expected, __FILE__, __LINE__)

/* The value cannot be written, with `message`. */
static inline void cannot_write_in(const char *format, const char *value_text,
                                   kl_format_options options, const char *message,
                                   const char *file, int line)
{
    kl_value value = json(value_text), text = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_format_write(&text, kl_text_from(format), value, &options, &error);
    bool same = status != KL_OK && strcmp(kl_error_message(&error), message) == 0;
    if (!same)
        print_error("%s:%d: got \"%s\"\n", file, line,
                    status == KL_OK ? kl_as_text(text).data : kl_error_message(&error));
    kl_error_clear(&error);
    kl_value_release(text);
    kl_value_release(value);
    assert_true(same);
}
#define cannot_write(format, value, message)                                                       \
    cannot_write_in(format, value, (kl_format_options){0}, message, __FILE__, __LINE__)

/* What is written reads back equal. */
static inline void round_trips_value(const char *format, kl_value value,
                                     const kl_format_options *options)
{
    kl_value text = kl_null(), back = kl_null();
    kl_error error = KL_ERROR_INIT;
    bool same = false;
    kl_status status = kl_format_write(&text, kl_text_from(format), value, options, &error);
    if (status == KL_OK)
        status = kl_format_read(&back, kl_text_from(format), kl_as_text(text), &error);
    if (status == KL_OK)
        status = kl_value_equal(&same, value, back, &error);
    if (!same) {
        kl_value shown = kl_null();
        kl_json_print(&shown, value, &kl_json_plain, NULL);
        print_error("%s: %s became %s (%s)\n", format, kl_as_text(shown).data,
                    kl_as_text(text).data, kl_error_message(&error));
        kl_value_release(shown);
    }
    kl_error_clear(&error);
    kl_value_release(back);
    kl_value_release(text);
    assert_true(same);
}

static inline void round_trips(const char *format, const char *value_text)
{
    kl_value value = json(value_text);
    round_trips_value(format, value, NULL);
    round_trips_value(format, value, &(kl_format_options){.indent = 4});
    kl_value_release(value);
}

/* Values of all kinds a generator makes, the same for the same seed. */
typedef struct value_maker {
    uint64_t state;
    bool nulls, scalars_only; /* may make null; may not nest lists in lists */
} value_maker;

static inline uint64_t make_number(value_maker *m)
{
    m->state ^= m->state << 13;
    m->state ^= m->state >> 7;
    m->state ^= m->state << 17;
    return m->state;
}

static inline kl_value make_text(value_maker *m)
{
    static const char *const pieces[] = {
        "a", "Zz", " ", "\n", "\t", "\"", "'", "\\", "#", ": ", "- ", "é", "😀", "0", "1.5", "true",
        "null", "~", "&x", "*y", "!t", "|", ">", "%", "@", "`", "{", "}", "[", "]", ",", "?", "=",
        "2001-01-01", "\r", "\x01", "\x7f", "\xc2\x85", "\xe2\x80\xa8", "<<", ".inf", "---", "...",
    };
    char text[256] = "";
    for (size_t n = make_number(m) % 5; n; n--)
        strcat(text, pieces[make_number(m) % KL_COUNT(pieces)]);
    kl_value value;
    assert_int_equal(kl_string_new(&value, kl_text_from(text), NULL), KL_OK);
    return value;
}

static inline kl_value make_value(value_maker *m, unsigned depth)
{
    kl_value value, key;
    static const double reals[] = {0.0, -0.5, 1e300, 1e-7, 123456.75, -1e16, 3.0};
    switch (make_number(m) % (depth ? 8 : 6)) {
    case 0:
        return m->nulls ? kl_null() : kl_int(0);
    case 1:
        return kl_bool(make_number(m) & 1);
    case 2:
        return kl_int((int64_t)make_number(m) >> make_number(m) % 64);
    case 3:
        return kl_double(reals[make_number(m) % KL_COUNT(reals)]);
    case 6:
        assert_int_equal(kl_array_new(&value, 0, NULL), KL_OK);
        for (size_t n = make_number(m) % 4; n; n--)
            kl_array_push(&value, make_value(m, depth - 1), NULL);
        return value;
    case 7:
        assert_int_equal(kl_map_new(&value, 0, NULL), KL_OK);
        for (size_t n = make_number(m) % 4; n; n--) {
            key = make_text(m);
            kl_map_set_key(&value, key, make_value(m, depth - 1), NULL);
            kl_value_release(key);
        }
        return value;
    default:
        return make_text(m);
    }
}

/* Reading and writing survive each failed allocation and leak nothing. */
static inline void survives_failed_allocations(const char *format, kl_text text)
{
    size_t failed = 1;
    for (size_t n = 1; failed > 0; n++) {
        kl_value value = kl_null(), back = kl_null();
        kl_test_fail_allocation(n);
        kl_status status = kl_format_read(&value, kl_text_from(format), text, NULL);
        if (status == KL_OK)
            status = kl_format_write(&back, kl_text_from(format), value,
                                     &(kl_format_options){.sort_keys = true}, NULL);
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        assert_int_equal(status, failed ? KL_NO_MEMORY : KL_OK);
        kl_value_release(back);
        kl_value_release(value);
    }
}

/* Bytes written by hand, in hexadecimal, and what they are read as. */
static inline void unpacks_in(const char *format, const char *hex, const char *expected)
{
    kl_buffer bytes = KL_BUFFER_INIT;
    assert_int_equal(kl_hex_decode(&bytes, kl_text_from(hex), NULL), KL_OK);
    reads_in(format, kl_buffer_text(&bytes), expected, hex, 0);
    kl_buffer_free(&bytes);
}

static inline void does_not_unpack_in(const char *format, const char *hex, const char *message)
{
    kl_buffer bytes = KL_BUFFER_INIT;
    assert_int_equal(kl_hex_decode(&bytes, kl_text_from(hex), NULL), KL_OK);
    refuses_in(format, kl_buffer_text(&bytes), message, 0, 0, hex, 0);
    kl_buffer_free(&bytes);
}

/* `value` is taken. */
static inline void packs_in(const char *format, kl_value value, const char *hex)
{
    kl_value bytes = kl_null();
    kl_buffer shown = KL_BUFFER_INIT;
    assert_int_equal(kl_format_write(&bytes, kl_text_from(format), value, NULL, NULL), KL_OK);
    assert_true(kl_is(bytes, KL_KIND_BYTES));
    kl_hex_encode(&shown, kl_as_text(bytes));
    kl_buffer_byte(&shown, '\0');
    assert_string_equal(shown.data, hex);
    kl_buffer_free(&shown);
    kl_value_release(bytes);
    kl_value_release(value);
}

#endif
