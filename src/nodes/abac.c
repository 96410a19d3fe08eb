/* src/nodes/abac.c - see abac.h. */
#include "abac.h"
#include "same.h"

/* ---- operators ----------------------------------------------------------------------------------- */

/* `*out` is whether it holds for an attribute that is there. */
typedef kl_status operator_fn(bool *out, kl_value have, kl_value want, kl_work *work,
                              kl_error *error);

static kl_status equals(bool *out, kl_value have, kl_value want, kl_work *work, kl_error *error)
{
    return kl_value_same(out, have, want, work, error);
}

static kl_status not_equals(bool *out, kl_value have, kl_value want, kl_work *work, kl_error *error)
{
    KL_TRY(kl_value_same(out, have, want, work, error));
    *out = !*out;
    return KL_OK;
}

static kl_status is_among(bool *out, kl_value list, kl_value item, kl_work *work, kl_error *error)
{
    *out = false;
    for (size_t i = 0; i < kl_array_len(list) && !*out; i++)
        KL_TRY(kl_value_same(out, kl_array_at(list, i), item, work, error));
    return KL_OK;
}

static bool both_text(kl_value a, kl_value b)
{
    return kl_is(a, KL_KIND_STRING) && kl_is(b, KL_KIND_STRING);
}

static kl_status contains(bool *out, kl_value have, kl_value want, kl_work *work, kl_error *error)
{
    kl_text text = kl_as_text(have), part = kl_as_text(want);
    if (!both_text(have, want))
        return is_among(out, have, want, work, error);
    *out = part.len == 0 || (text.len && memmem(text.data, text.len, part.data, part.len));
    return KL_OK;
}

static kl_status not_contains(bool *out, kl_value have, kl_value want, kl_work *work, kl_error *error)
{
    KL_TRY(contains(out, have, want, work, error));
    *out = !*out;
    return KL_OK;
}

static kl_status in_list(bool *out, kl_value have, kl_value want, kl_work *work, kl_error *error)
{
    return is_among(out, want, have, work, error);
}

/* Numbers only; NaN is in no order. */
static bool in_order(kl_value a, kl_value b, int low, int high)
{
    bool nan = kl_as_double(a) != kl_as_double(a) || kl_as_double(b) != kl_as_double(b);
    if (!kl_is_number(a) || !kl_is_number(b) || nan)
        return false;
    int order = kl_number_compare(a, b);
    if (kl_as_double(a) == kl_as_double(b) && !(kl_is(a, KL_KIND_INT) && kl_is(b, KL_KIND_INT)))
        order = 0;
    order = (order > 0) - (order < 0);
    return order >= low && order <= high;
}

#define ORDER(name, low, high)                                                                     \
    static kl_status name(bool *out, kl_value have, kl_value want, kl_work *work, kl_error *error) \
    {                                                                                              \
        (void)work, (void)error;                                                                   \
        *out = in_order(have, want, low, high);                                                    \
        return KL_OK;                                                                              \
    }
ORDER(greater_than, 1, 1)
ORDER(less_than, -1, -1)
ORDER(greater_or_equal, 0, 1)
ORDER(less_or_equal, -1, 0)

static kl_status starts_with(bool *out, kl_value have, kl_value want, kl_work *work, kl_error *error)
{
    (void)work, (void)error;
    kl_text text = kl_as_text(have), part = kl_as_text(want);
    *out = both_text(have, want) && text.len >= part.len &&
           kl_text_equal((kl_text){text.data, part.len}, part);
    return KL_OK;
}

static kl_status ends_with(bool *out, kl_value have, kl_value want, kl_work *work, kl_error *error)
{
    (void)work, (void)error;
    kl_text text = kl_as_text(have), part = kl_as_text(want);
    *out = both_text(have, want) && text.len >= part.len &&
           kl_text_equal((kl_text){text.data + text.len - part.len, part.len}, part);
    return KL_OK;
}

static kl_status between(bool *out, kl_value have, kl_value want, kl_work *work, kl_error *error)
{
    (void)work, (void)error;
    *out = kl_array_len(want) == 2 && in_order(have, kl_array_at(want, 0), 0, 1) &&
           in_order(have, kl_array_at(want, 1), -1, 0);
    return KL_OK;
}

static kl_status is_null(bool *out, kl_value have, kl_value want, kl_work *work, kl_error *error)
{
    (void)want, (void)work, (void)error;
    *out = kl_is_null(have);
    return KL_OK;
}

static const struct {
    const char *name;
    operator_fn *holds;
} operators[] = {
    {"equals", equals},
    {"not_equals", not_equals},
    {"contains", contains},
    {"not_contains", not_contains},
    {"in_list", in_list},
    {"greater_than", greater_than},
    {"less_than", less_than},
    {"greater_than_or_equal", greater_or_equal},
    {"less_than_or_equal", less_or_equal},
    {"starts_with", starts_with},
    {"ends_with", ends_with},
    {"between", between},
    {"is_null", is_null},
};

static operator_fn *operator_of(kl_value name)
{
    for (size_t i = 0; i < KL_COUNT(operators); i++)
        if (kl_is(name, KL_KIND_STRING) && kl_text_is(kl_as_text(name), operators[i].name))
            return operators[i].holds;
    return NULL;
}

/* ---- conditions ---------------------------------------------------------------------------------- */

static const char *const condition_keys[] = {"subject_conditions", "resource_conditions",
                                             "environment_conditions"};

static kl_status bad(kl_error *error, const char *name, const char *expected, kl_value got)
{
    if (kl_is(got, KL_KIND_STRING))
        return kl_error_form(error, KL_INVALID, "invalid input '%s': expected %s, got \"%.*s\"", name,
                             expected, KL_TEXT_ARG(kl_as_text(got)));
    return kl_error_form(error, KL_INVALID, "invalid input '%s': expected %s, got %s", name, expected,
                         kl_is_null(got) ? "missing" : kl_value_kind_name(got));
}

static kl_status check_condition(kl_value condition, kl_error *error)
{
    kl_value attribute = kl_map_get(condition, KL_TEXT("attribute"));
    kl_value name = kl_map_get(condition, KL_TEXT("operator"));
    kl_value value = kl_map_get(condition, KL_TEXT("value"));
    if (!kl_is(condition, KL_KIND_MAP))
        return bad(error, "condition", "object", condition);
    if (!kl_is(attribute, KL_KIND_STRING))
        return bad(error, "condition.attribute", "string", attribute);
    if (!operator_of(name))
        return bad(error, "condition.operator", "valid operator string", name);
    if (kl_text_is(kl_as_text(name), "in_list") && !kl_is(value, KL_KIND_ARRAY))
        return bad(error, "condition.value", "array", value);
    if (kl_text_is(kl_as_text(name), "between") && kl_array_len(value) != 2)
        return bad(error, "condition.value", "array of two numbers", value);
    return KL_OK;
}

static kl_status check_conditions(size_t *count, kl_value policy, const char *key, kl_error *error)
{
    kl_value list = kl_map_get(policy, kl_text_from(key));
    if (!kl_is_null(list) && !kl_is(list, KL_KIND_ARRAY))
        return bad(error, key, "array", list);
    for (size_t i = 0; i < kl_array_len(list); i++)
        KL_TRY(check_condition(kl_array_at(list, i), error));
    *count += kl_array_len(list);
    return KL_OK;
}

/* The whole key first, then as a path; NULL when it is missing. */
static const kl_value *attribute_of(const kl_value *map, kl_text name)
{
    const kl_value *whole = kl_map_find(*map, name);
    return whole || !kl_is(*map, KL_KIND_MAP) ? whole : kl_value_path(map, name);
}

static kl_status all_hold(bool *out, kl_value map, kl_value conditions, kl_work *work, kl_error *error)
{
    *out = true;
    for (size_t i = 0; i < kl_array_len(conditions) && *out; i++) {
        kl_value condition = kl_array_at(conditions, i);
        kl_text name = kl_as_text(kl_map_get(condition, KL_TEXT("attribute")));
        const kl_value *have = attribute_of(&map, name);
        operator_fn *holds = operator_of(kl_map_get(condition, KL_TEXT("operator")));
        *out = have || holds == is_null;
        if (*out)
            KL_TRY(holds(out, have ? *have : kl_null(), kl_map_get(condition, KL_TEXT("value")), work,
                         error));
    }
    return KL_OK;
}

/* ---- policies ------------------------------------------------------------------------------------ */

static kl_status check_action(kl_value action, kl_error *error)
{
    if (kl_is_null(action) || kl_is(action, KL_KIND_STRING))
        return KL_OK;
    bool list = kl_array_len(action) > 0;
    for (size_t i = 0; i < kl_array_len(action); i++)
        list &= kl_is(kl_array_at(action, i), KL_KIND_STRING);
    return list ? KL_OK : bad(error, "policies[].action", "string or array of strings", action);
}

kl_status kl_abac_check(kl_value policy, kl_error *error)
{
    kl_value id = kl_map_get(policy, KL_TEXT("id")), action = kl_map_get(policy, KL_TEXT("action"));
    kl_value priority = kl_map_get(policy, KL_TEXT("priority"));
    size_t conditions = 0;
    if (!kl_is(policy, KL_KIND_MAP))
        return bad(error, "policies[]", "object", policy);
    if (!kl_is(id, KL_KIND_STRING))
        return kl_error_form(error, KL_INVALID, "invalid input 'policies[].id': expected string, got "
                                                "missing or non-string");
    KL_TRY(check_action(action, error));
    if (!kl_is_null(priority) && !kl_is_number(priority))
        return bad(error, "policies[].priority", "number", priority);
    for (size_t i = 0; i < KL_COUNT(condition_keys); i++)
        KL_TRY(check_conditions(&conditions, policy, condition_keys[i], error));
    if (conditions || !kl_is_null(action))
        return KL_OK;
    return kl_error_form(error, KL_INVALID,
                         "invalid input 'policies[%.*s]': expected at least one of 'action', "
                         "'subject_conditions', 'resource_conditions' or 'environment_conditions'; a "
                         "deliberate catch-all is spelled \"action\": \"*\", got a policy with no "
                         "action and no conditions",
                         KL_TEXT_ARG(kl_as_text(id)));
}

static bool is_action(kl_value word, kl_text action)
{
    return kl_text_is(kl_as_text(word), "*") || kl_text_equal(kl_as_text(word), action);
}

static bool action_fits(kl_value policy, kl_text action)
{
    kl_value words = kl_map_get(policy, KL_TEXT("action"));
    if (kl_is_null(words) || kl_is(words, KL_KIND_STRING))
        return kl_is_null(words) || is_action(words, action);
    for (size_t i = 0; i < kl_array_len(words); i++)
        if (is_action(kl_array_at(words, i), action))
            return true;
    return false;
}

kl_status kl_abac_applies(bool *out, kl_value policy, const kl_abac_request *request, kl_work *work,
                          kl_error *error)
{
    const kl_value maps[] = {request->subject, request->resource, request->environment};
    *out = action_fits(policy, request->action);
    for (size_t i = 0; i < KL_COUNT(maps) && *out; i++)
        KL_TRY(all_hold(out, maps[i], kl_map_get(policy, kl_text_from(condition_keys[i])), work,
                        error));
    return KL_OK;
}

bool kl_abac_allows(kl_value policy)
{
    kl_text effect = kl_as_text(kl_map_get(policy, KL_TEXT("effect")));
    return effect.len == 5 && strncasecmp(effect.data, "allow", 5) == 0;
}
