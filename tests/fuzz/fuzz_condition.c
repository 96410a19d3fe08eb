/* tests/fuzz/fuzz_condition.c - any condition on any rows: the first line is the condition. */
#include "condition.h"
#include "fuzz.h"

/* {key: condition} or {key: [condition]} (the condition is taken), compiled; NULL when that nests
 * too deep. */
static kl_condition *wrap(const char *key, kl_value condition, bool in_list)
{
    kl_value outer = kl_null(), inner = condition;
    kl_condition *compiled = NULL;
    if (in_list) {
        KL_REQUIRE(kl_array_new(&inner, 1, NULL) == KL_OK);
        KL_REQUIRE(kl_array_push(&inner, condition, NULL) == KL_OK);
    }
    KL_REQUIRE(kl_map_new(&outer, 1, NULL) == KL_OK);
    KL_REQUIRE(kl_map_set(&outer, kl_text_from(key), inner, NULL) == KL_OK);
    kl_status status = kl_condition_compile(&compiled, outer, "expression", NULL);
    KL_REQUIRE(status == KL_OK || status == KL_INVALID);
    kl_value_release(outer);
    return compiled;
}

static kl_status test(bool *out, const kl_condition *condition, kl_value row)
{
    kl_work work = {.limit = 1000000};
    *out = false;
    return kl_condition_test(out, condition, row, &work, NULL);
}

/* `not` turns the result about; a list of one is that one. */
static void try_row(const kl_condition *condition, const kl_condition *negated,
                    const kl_condition *listed, kl_value row)
{
    bool plain, other;
    if (test(&plain, condition, row) != KL_OK)
        return;
    KL_REQUIRE(!negated || test(&other, negated, row) != KL_OK || other != plain);
    KL_REQUIRE(!listed || test(&other, listed, row) != KL_OK || other == plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *line = memchr(bytes, '\n', size);
    size_t len = line ? (size_t)(line - (const char *)bytes) : size;
    kl_value expression = kl_null(), rows = kl_null();
    kl_condition *condition = NULL;
    if (!line || kl_json_parse(&expression, (kl_text){(const char *)bytes, len}, NULL) != KL_OK)
        return 0;
    kl_status status = kl_condition_compile(&condition, expression, "expression", NULL);
    KL_REQUIRE(status == KL_OK || status == KL_INVALID || status == KL_LIMIT);
    if (status == KL_OK &&
        kl_json_parse(&rows, (kl_text){line + 1, size - len - 1}, NULL) == KL_OK) {
        kl_condition *negated = wrap("not", kl_value_retain(expression), false);
        kl_condition *listed = wrap("or", kl_value_retain(expression), true);
        try_row(condition, negated, listed, rows);
        for (size_t i = 0; i < kl_array_len(rows); i++)
            try_row(condition, negated, listed, kl_array_at(rows, i));
        kl_condition_free(negated);
        kl_condition_free(listed);
    }
    kl_condition_free(condition);
    kl_value_release(expression);
    kl_value_release(rows);
    return 0;
}
