/* src/dataflow/cross_rule.c - CrossFieldRule: how two fields of a record relate. */
#include "validation.h"

#include <math.h>

enum { LT, LTE, GT, GTE, EQ, NEQ };
static const char *const comparisons[] = {"lt", "lte", "gt", "gte", "eq", "neq", NULL};

static int comparison_of(const kl_cross_rule *rule)
{
    int i = LT;
    while (!kl_text_is(kl_as_text(rule->comparison), comparisons[i]))
        i++;
    return i;
}

/* ---- comparing --------------------------------------------------------------------------------- */

static bool is_nan(kl_value value)
{
    return kl_is(value, KL_KIND_DOUBLE) && isnan(value.as.real);
}

static bool holds_for_order(int comparison, int order)
{
    switch (comparison) {
    case LT:
        return order < 0;
    case LTE:
        return order <= 0;
    case GT:
        return order > 0;
    case GTE:
        return order >= 0;
    case EQ:
        return order == 0;
    default:
        return order != 0;
    }
}

/* NaN has no place among numbers, so nothing but "neq" holds of it. */
static bool numbers_hold(int comparison, kl_value a, kl_value b)
{
    if (is_nan(a) || is_nan(b))
        return comparison == NEQ;
    return holds_for_order(comparison, kl_number_compare(a, b));
}

static kl_status equality_holds(bool *out, int comparison, kl_value a, kl_value b, kl_error *error)
{
    bool equal;
    KL_TRY(kl_value_equal(&equal, a, b, error));
    *out = equal == (comparison == EQ);
    return KL_OK;
}

static kl_status refuse(kl_value *out, kl_value a, kl_value b, kl_error *error)
{
    return kl_string_format(out, error,
                            "rule 'cross_field' cannot be evaluated: cannot compare %s with %s",
                            kl_value_kind_name(a), kl_value_kind_name(b));
}

kl_status kl_cross_rule_check(kl_value *out, const kl_cross_rule *rule, kl_value record,
                              kl_error *error)
{
    kl_value a = kl_map_get(record, kl_as_text(rule->field_a));
    kl_value b = kl_map_get(record, kl_as_text(rule->field_b));
    int comparison = comparison_of(rule);
    bool holds = true;
    *out = kl_null();
    if (kl_is_null(a) || kl_is_null(b))
        return KL_OK;
    if (kl_is_number(a) && kl_is_number(b))
        holds = numbers_hold(comparison, a, b);
    else if (kl_is(a, KL_KIND_STRING) && kl_is(b, KL_KIND_STRING))
        holds = holds_for_order(comparison, kl_text_compare(kl_as_text(a), kl_as_text(b)));
    else if (comparison == EQ || comparison == NEQ)
        KL_TRY(equality_holds(&holds, comparison, a, b, error));
    else
        return refuse(out, a, b, error);
    if (!holds)
        *out = kl_value_retain(rule->message);
    return KL_OK;
}

/* ---- the type ---------------------------------------------------------------------------------- */

static kl_status validate(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const kl_cross_rule *rule = (const kl_cross_rule *)self;
    kl_value message;
    KL_TRY(kl_cross_rule_check(&message, rule, args[0], error));
    if (kl_is_null(message))
        return KL_OK;
    return kl_field_error_new(out, kl_as_text(rule->field_a), message, "cross_field", error);
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_cross_rule *rule = (const kl_cross_rule *)self;
    kl_text a = kl_as_text(rule->field_a), b = kl_as_text(rule->field_b);
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_string(&text, "CrossFieldRule(");
    kl_buffer_add(&text, a);
    kl_buffer_format(&text, " %s ", comparisons[comparison_of(rule)]);
    kl_buffer_add(&text, b);
    kl_status status = kl_put_quoted(&text, ", message=", rule->message, error);
    if (status != KL_OK) {
        kl_buffer_free(&text);
        return status;
    }
    kl_buffer_byte(&text, ')');
    return kl_buffer_finish(out, &text, error);
}

static const kl_field fields[] = {
    KL_VALUE(kl_cross_rule, field_a, .kind = KL_KIND_STRING, .doc = "the field on the left"),
    KL_VALUE(kl_cross_rule, field_b, .kind = KL_KIND_STRING, .doc = "the field on the right"),
    KL_VALUE(kl_cross_rule, comparison, .kind = KL_KIND_ENUM, .names = comparisons,
             .doc = "how they must relate; lt, lte, gt and gte compare two numbers or two texts"),
    KL_VALUE(kl_cross_rule, message, .kind = KL_KIND_STRING, .doc = "told when they do not"),
};

static const kl_param params[] = {
    {.name = "data", .kind = KL_KIND_MAP, .doc = "a record"},
};

static const kl_method methods[] = {
    {.name = "validate", .call = validate, .params = KL_TABLE(params), .returns = KL_KIND_OBJECT,
     .returns_type = &kl_field_error_type, .returns_optional = true,
     .doc = "None when the record fits, or has no value in one of the fields; else what is wrong, "
            "told of the field on the left."},
};

const kl_type kl_cross_rule_type = {
    .name = "CrossFieldRule",
    .module = "kailash.dataflow",
    .doc = "How two fields of a record relate. For a ValidationLayer, or to be used alone.",
    .size = sizeof(kl_cross_rule),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .repr = repr,
};
KL_PUBLISH(kl_cross_rule_type);
