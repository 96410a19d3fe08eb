/* src/workflow/predicate.c - see predicate.h. Depth is checked first, so recursion is bounded. */
#include "predicate.h"

#define FORMS                                                                                      \
    "give one of {input, equals}, {input, truthy: true}, {not}, {all: [...]}, {any: [...]} with "  \
    "non-empty lists"

static kl_status refuse(kl_error *error, const char *what)
{
    return kl_error_set(error, KL_INVALID, "%s; " FORMS, what);
}

static kl_status check(kl_value predicate, int depth, kl_error *error);

static kl_status check_leaf(kl_value predicate, kl_error *error)
{
    if (!kl_is(kl_map_get(predicate, KL_TEXT("input")), KL_KIND_STRING))
        return refuse(error, "'input' must be the name of an input");
    const kl_value *truthy = kl_map_find(predicate, KL_TEXT("truthy"));
    if (truthy && !kl_as_bool(*truthy))
        return refuse(error, "'truthy' must be literal true (the opposite is {not: {...}})");
    if (!truthy && !kl_map_has(predicate, KL_TEXT("equals")))
        return refuse(error, "'input' needs 'equals' or 'truthy' beside it");
    return KL_OK;
}

static kl_status check_list(kl_value list, int depth, kl_error *error)
{
    if (!kl_is(list, KL_KIND_ARRAY) || kl_array_len(list) == 0)
        return refuse(error, "'all' and 'any' take a list of at least one predicate");
    for (size_t i = 0; i < kl_array_len(list); i++)
        KL_TRY(check(kl_array_at(list, i), depth + 1, error));
    return KL_OK;
}

static kl_status check(kl_value predicate, int depth, kl_error *error)
{
    if (depth > KL_PREDICATE_DEPTH)
        return kl_error_set(error, KL_INVALID, "nests deeper than %d levels", KL_PREDICATE_DEPTH);
    if (!kl_is(predicate, KL_KIND_MAP))
        return kl_error_set(error, KL_INVALID, "a predicate is an object, not %s; " FORMS,
                            kl_value_kind_name(predicate));
    size_t len = kl_map_len(predicate);
    if (len == 2 && kl_map_has(predicate, KL_TEXT("input")))
        return check_leaf(predicate, error);
    kl_text form = kl_map_key_at(predicate, 0);
    kl_value inner = kl_map_value_at(predicate, 0);
    if (len == 1 && kl_text_is(form, "not"))
        return check(inner, depth + 1, error);
    if (len == 1 && (kl_text_is(form, "all") || kl_text_is(form, "any")))
        return check_list(inner, depth, error);
    return refuse(error, "unknown form of predicate");
}

kl_status kl_predicate_check(kl_value predicate, kl_error *error)
{
    return check(predicate, 0, error);
}

static kl_status test(bool *open, kl_text *missing, kl_value predicate, kl_value inputs,
                      kl_error *error);

static kl_status test_leaf(bool *open, kl_text *missing, kl_value predicate, kl_value inputs,
                           kl_error *error)
{
    kl_text name = kl_as_text(kl_map_get(predicate, KL_TEXT("input")));
    const kl_value *value = kl_map_find(inputs, name);
    *open = false;
    if (!value) {
        *missing = missing->data ? *missing : name;
        return KL_OK;
    }
    const kl_value *wanted = kl_map_find(predicate, KL_TEXT("equals"));
    if (wanted)
        return kl_value_equal(open, *value, *wanted, error);
    *open = kl_value_truthy(*value);
    return KL_OK;
}

static kl_status test_list(bool *open, kl_text *missing, kl_value list, bool all, kl_value inputs,
                           kl_error *error)
{
    bool result = all;
    for (size_t i = 0; i < kl_array_len(list); i++) {
        bool one;
        KL_TRY(test(&one, missing, kl_array_at(list, i), inputs, error));
        result = all ? result && one : result || one;
    }
    *open = result;
    return KL_OK;
}

static kl_status test(bool *open, kl_text *missing, kl_value predicate, kl_value inputs,
                      kl_error *error)
{
    if (kl_map_len(predicate) == 2)
        return test_leaf(open, missing, predicate, inputs, error);
    kl_text form = kl_map_key_at(predicate, 0);
    kl_value inner = kl_map_value_at(predicate, 0);
    if (!kl_text_is(form, "not"))
        return test_list(open, missing, inner, kl_text_is(form, "all"), inputs, error);
    KL_TRY(test(open, missing, inner, inputs, error));
    *open = !*open;
    return KL_OK;
}

kl_status kl_predicate_test(bool *open, kl_text *missing, kl_value predicate, kl_value inputs,
                            kl_error *error)
{
    *missing = (kl_text){NULL, 0};
    return test(open, missing, predicate, inputs, error);
}
