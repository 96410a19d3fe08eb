/* tests/c/suite.h - cases of public test suites, kept as one file of JSON each. */
#ifndef KL_TESTS_SUITE_H
#define KL_TESTS_SUITE_H

#include "test.h"

/* The JSON of a file; given. */
static inline kl_value read_json(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("cannot open %s", path);
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    char *text = malloc(size + 1);
    size_t got = fread(text, 1, size, file);
    fclose(file);
    text[got] = '\0';
    kl_value value = json(text);
    free(text);
    return value;
}

/* The list of cases in a file below the test data, such as "toml/cases.json"; given. */
static inline kl_value suite_cases(const char *below)
{
    char path[1024];
    const char *root = getenv("KAILASH_TEST_DATA");
    snprintf(path, sizeof path, "%s/%s", root ? root : "tests/data", below);
    kl_value cases = read_json(path);
    assert_true(kl_array_len(cases) > 0);
    return cases;
}

/* Cases that we differ from, and why; names are parted by blanks. */
typedef struct suite_exception {
    const char *why, *names;
} suite_exception;

static inline bool suite_is_excepted(const suite_exception *rows, size_t count, kl_text name)
{
    for (size_t i = 0; i < count; i++)
        for (const char *at = rows[i].names; *at; at += strcspn(at, " "), at += *at == ' ')
            if (kl_text_equal(name, (kl_text){at, strcspn(at, " ")}))
                return true;
    return false;
}

/* Each case is right, but for exactly those that are excepted. */
static inline void suite_run(const char *below, bool (*is_right)(kl_value one),
                             const suite_exception *rows, size_t count)
{
    kl_value cases = suite_cases(below);
    size_t wrong = 0, excused = 0;
    for (size_t i = 0; i < kl_array_len(cases); i++) {
        kl_value one = kl_array_at(cases, i);
        kl_text name = kl_as_text(kl_map_get(one, KL_TEXT("name")));
        bool right = is_right(one), excepted = suite_is_excepted(rows, count, name);
        if (right == excepted)
            print_error("%.*s: %s\n", KL_TEXT_ARG(name), right ? "no exception any more" : "wrong");
        wrong += right == excepted;
        excused += !right && excepted;
    }
    print_message("%zu cases, %zu of them excepted\n", kl_array_len(cases), excused);
    kl_value_release(cases);
    assert_int_equal(wrong, 0);
}

#endif
