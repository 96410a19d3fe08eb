/* tests/c/node_test.h - a node test is a line: type, config, inputs, expected outputs or error. */
#ifndef KL_TESTS_NODE_TEST_H
#define KL_TESTS_NODE_TEST_H

#include "kailash/node.h"
#include "test.h"

static inline kl_status run_node(kl_value *out, const char *type, const char *config,
                                 const char *inputs, kl_error *error)
{
    const kl_node_type *row = kl_node_type_find(kl_text_from(type));
    if (!row)
        fail_msg("no node type %s", type);
    kl_value settings = config ? json(config) : kl_null();
    kl_value given = inputs ? json(inputs) : kl_null();
    kl_status status = kl_node_run_alone(out, row, settings, given, error);
    kl_value_release(settings);
    kl_value_release(given);
    return status;
}

/* The node gives exactly `expected` (plain JSON). */
static inline void gives_in(const char *type, const char *config, const char *inputs,
                            const char *expected, const char *file, int line)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = run_node(&out, type, config, inputs, &error);
    if (status != KL_OK)
        print_error("%s:%d: %s failed: %s\n", file, line, type, kl_error_message(&error));
    kl_error_clear(&error);
    assert_int_equal(status, KL_OK);
    assert_json_in(out, expected, file, line);
}
#define gives(type, config, inputs, expected)                                                      \
    gives_in(type, config, inputs, expected, __FILE__, __LINE__)

/* The node (or its config) is refused with exactly `message`. */
static inline void fails_in(const char *type, const char *config, const char *inputs,
                            const char *message, const char *file, int line)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = run_node(&out, type, config, inputs, &error);
    bool same = status != KL_OK && strcmp(kl_error_message(&error), message) == 0;
    if (!same)
        print_error("%s:%d: %s: got \"%s\", expected \"%s\"\n", file, line, type,
                    status == KL_OK ? "(no error)" : kl_error_message(&error), message);
    if (status == KL_OK)
        kl_value_release(out);
    kl_error_clear(&error);
    assert_true(same);
}
#define fails(type, config, inputs, message)                                                       \
    fails_in(type, config, inputs, message, __FILE__, __LINE__)

#endif
