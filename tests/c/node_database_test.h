/* tests/c/node_database_test.h - nodes that keep records: each test has a database of its own. */
#ifndef KL_TESTS_NODE_DATABASE_TEST_H
#define KL_TESTS_NODE_DATABASE_TEST_H

#include "folder.h"
#include "node_sweep.h"

/* The config of a node whose records stand in the file `name` of the test folder. */
static inline const char *in_file(const char *name)
{
    static char config[256];
    snprintf(config, sizeof config, "{\"database\":\"sqlite://%s/%s.db?mode=rwc\"}", test_folder, name);
    return config;
}

/* The outputs of a call that must work; the caller releases them. */
static inline kl_value outputs_in(const char *type, const char *config, const char *inputs,
                                  const char *file, int line)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = run_node(&out, type, config, inputs, &error);
    if (status != KL_OK)
        print_error("%s:%d: %s: %s\n", file, line, type, kl_error_message(&error));
    kl_error_clear(&error);
    assert_int_equal(status, KL_OK);
    return out;
}
#define outputs_of(type, config, inputs) outputs_in(type, config, inputs, __FILE__, __LINE__)

#define works(type, config, inputs) kl_value_release(outputs_of(type, config, inputs))

/* The part of the outputs at a dotted path prints as `expected`. */
static inline void part_is_in(const char *type, const char *config, const char *inputs,
                              const char *path, const char *expected, const char *file, int line)
{
    kl_value out = outputs_in(type, config, inputs, file, line);
    const kl_value *part = kl_value_path(&out, kl_text_from(path));
    if (!part)
        print_error("%s:%d: %s: no %s\n", file, line, type, path);
    assert_non_null(part);
    kl_value kept = kl_value_retain(*part);
    kl_value_release(out);
    assert_json_in(kept, expected, file, line);
}
#define part_is(type, config, inputs, path, expected)                                              \
    part_is_in(type, config, inputs, path, expected, __FILE__, __LINE__)

/* The call fails, and the message holds `words`. */
static inline void fails_with_in(const char *type, const char *config, const char *inputs,
                                 const char *words, const char *file, int line)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = run_node(&out, type, config, inputs, &error);
    bool right = status != KL_OK && strstr(kl_error_message(&error), words);
    if (!right)
        print_error("%s:%d: %s: got \"%s\", expected \"...%s...\"\n", file, line, type,
                    status == KL_OK ? "(no error)" : kl_error_message(&error), words);
    kl_value_release(out);
    kl_error_clear(&error);
    assert_true(right);
}
#define fails_with(type, config, inputs, words)                                                    \
    fails_with_in(type, config, inputs, words, __FILE__, __LINE__)

#endif
