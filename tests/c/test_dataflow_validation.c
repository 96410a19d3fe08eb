/* Rules for records, without a face. */
#include "test.h"
#include "sweep.h"
#include "dataflow/validation.h"

static const kl_type *type(const char *name)
{
    const kl_type *found = kl_type_find(kl_text_from(name), "kailash.dataflow");
    assert_non_null(found);
    return found;
}

static kl_value made(const char *name, const char *arguments)
{
    kl_value map = json(arguments), object = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (kl_object_from_map(&object, type(name), map, &error) != KL_OK)
        fail_msg("%s: %s", name, kl_error_message(&error));
    kl_value_release(map);
    return object;
}

/* ---- validators -------------------------------------------------------------------------------- */

KL_TEST(validators_tell_what_is_wrong)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *type, *arguments, *value, *message;
    } rows[] = {
        {"EmailValidator", "{}", "\"a@b.c\"", NULL},
        {"EmailValidator", "{}", "\"a@@b.c\"", "'a@@b.c' is not a valid email address"},
        {"PhoneValidator", "{}", "\"+1 (234) 567-89\"", NULL},
        {"PhoneValidator", "{}", "\"1\"",
         "'1' is not a valid international phone number (must start with +)"},
        {"UrlValidator", "{}", "\"https://a/b\"", NULL},
        {"UrlValidator", "{}", "\"https://\"", "'https://' has no host after the scheme"},
        {"UuidValidator", "{}", "\"x\"", "'x' is not a valid UUID (expected 8-4-4-4-12 format)"},
        {"LengthValidator", "{\"min\":2}", "\"ä\"", "length 1 is less than minimum 2"},
        {"LengthValidator", "{\"max\":1}", "\"abc\"", "length 3 exceeds maximum 1"},
        {"RangeValidator", "{\"min\":0}", "-1", "value -1 is less than minimum 0"},
        {"RangeValidator", "{\"max\":10}", "11", "value 11 exceeds maximum 10"},
        {"PatternValidator", "{\"pattern\":\"^a+$\"}", "\"b\"", "'b' does not match pattern '^a+$'"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value validator = made(rows[i].type, rows[i].arguments);
        kl_value args[] = {json("\"f\""), json(rows[i].value)}, found = kl_null(), message;
        assert_int_equal(
            kl_object_call(&found, validator.as.object, KL_TEXT("validate"), args, 2, NULL), KL_OK);
        assert_int_equal(kl_is_null(found), rows[i].message == NULL);
        if (rows[i].message) {
            const kl_field *field = kl_type_field(&kl_field_error_type, KL_TEXT("message"));
            assert_int_equal(kl_field_get(&message, found.as.object, field, NULL), KL_OK);
            assert_string_equal(kl_as_text(message).data, rows[i].message);
            kl_value_release(message);
        }
        kl_value_release(found);
        kl_value_release(args[0]);
        kl_value_release(args[1]);
        kl_value_release(validator);
    }
}

static void refuses(const char *name, const char *arguments, kl_status status, const char *message)
{
    kl_value map = json(arguments), object = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_object_from_map(&object, type(name), map, &error), status);
    assert_non_null(strstr(kl_error_message(&error), message));
    kl_error_clear(&error);
    kl_value_release(map);
}

KL_TEST(limits_must_make_sense)
{
    KL_UNUSED_STATE;
    refuses("LengthValidator", "{\"min\":5,\"max\":3}", KL_INVALID, "min: 5 is greater than max 3");
    refuses("RangeValidator", "{\"min\":0.5,\"max\":0.25}", KL_INVALID,
            "min: 0.5 is greater than max 0.25");
    refuses("PatternValidator", "{\"pattern\":\"(\"}", KL_SYNTAX, "invalid regular expression: '('");
    refuses("CrossFieldRule", "{\"field_a\":\"a\",\"field_b\":\"b\",\"comparison\":\"zz\",\"message\":\"m\"}",
            KL_INVALID, "comparison: expected one of: lt, lte, gt, gte, eq, neq");
}

/* ---- the layer --------------------------------------------------------------------------------- */

static kl_status add_rule(kl_value layer, const char *arguments, kl_error *error)
{
    kl_value args = json(arguments), nothing = kl_null();
    kl_status status = kl_object_call(&nothing, layer.as.object, KL_TEXT("add_rule"),
                                      kl_array_items(args), kl_array_len(args), error);
    kl_value_release(args);
    return status;
}

static void violates(kl_value layer, const char *record, const char *expected)
{
    kl_value map = json(record), found = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (kl_validation_check(&found, layer.as.object, KL_TEXT("M"), map, &error) != KL_OK)
        fail_msg("%s: %s", record, kl_error_message(&error));
    assert_json(found, expected);
    kl_value_release(map);
}

KL_TEST(rules_are_checked_in_their_order)
{
    KL_UNUSED_STATE;
    kl_value layer = made("ValidationLayer", "{}");
    assert_int_equal(add_rule(layer, "[\"M\",\"a\",\"min_length\",2]", NULL), KL_OK);
    assert_int_equal(add_rule(layer, "[\"M\",\"b\",\"range\",[0,10]]", NULL), KL_OK);
    assert_int_equal(add_rule(layer, "[\"M\",\"a\",\"pattern\",\"^[a-z]+$\"]", NULL), KL_OK);
    violates(layer, "{\"a\":\"abc\",\"b\":10}", "[]");
    violates(layer, "{\"a\":\"A\",\"b\":11}",
             "[{\"field\":\"a\",\"rule\":\"min_length\",\"message\":\"value length 1 is less than "
             "minimum 2\"},{\"field\":\"b\",\"rule\":\"range\",\"message\":\"value 11 is outside "
             "range [0, 10]\"},{\"field\":\"a\",\"rule\":\"pattern\",\"message\":\"value 'A' does not "
             "match pattern '^[a-z]+$'\"}]");
    violates(layer, "{\"b\":\"x\"}",
             "[{\"field\":\"b\",\"rule\":\"range\",\"message\":\"rule 'range' cannot be evaluated: "
             "expected a number, got string\"}]");
    kl_value_release(layer);
}

KL_TEST(wrong_rules_are_refused)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *arguments;
        kl_status status;
        const char *message;
    } rows[] = {
        {"[\"M\",\"a\",\"zzz\",1]", KL_INVALID,
         "unknown rule type: 'zzz'. Valid types: min_length, max_length, pattern, range, one_of"},
        {"[\"M\",\"a\",\"range\",5]", KL_TYPE, "range rule value must be a list [min, max]"},
        {"[\"M\",\"a\",\"range\",[1]]", KL_INVALID,
         "range rule value must be a list [min, max] with exactly 2 elements"},
        {"[\"M\",\"a\",\"one_of\",[1]]", KL_TYPE, "one_of rule value must be a list of strings"},
        {"[\"M\",\"a\",\"min_length\",-1]", KL_OVERFLOW,
         "value: expected non-negative integer, got -1"},
    };
    kl_value layer = made("ValidationLayer", "{}");
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(add_rule(layer, rows[i].arguments, &error), rows[i].status);
        assert_string_equal(error.message, rows[i].message);
        kl_error_clear(&error);
    }
    violates(layer, "{\"a\":1}", "[]");
    kl_value_release(layer);
}

/* ---- functions as rules ------------------------------------------------------------------------ */

static kl_status answer(kl_value *out, kl_callable *self, const kl_value *args, size_t count,
                        kl_error *error)
{
    (void)self;
    assert_int_equal(count, 1);
    switch (kl_as_int(args[0])) {
    case 0:
        *out = kl_bool(true);
        return KL_OK;
    case 1:
        *out = kl_bool(false);
        return KL_OK;
    case 2:
        *out = kl_int(1);
        return KL_OK;
    case 3:
        return kl_error_set(error, KL_INVALID, "boo");
    default:
        return kl_error_set(error, KL_INTERRUPTED, "the user asked");
    }
}

KL_TEST(functions_check_too)
{
    KL_UNUSED_STATE;
    kl_value layer = made("ValidationLayer", "{}"), nothing = kl_null(), found = kl_null();
    kl_value args[] = {json("\"M\""), json("\"c\""), kl_null(), json("\"not so\"")};
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_callable_new(&args[2], answer, NULL, NULL, NULL), KL_OK);
    assert_int_equal(
        kl_object_call(&nothing, layer.as.object, KL_TEXT("add_custom_rule"), args, 4, NULL), KL_OK);
    violates(layer, "{\"c\":0}", "[]");
    violates(layer, "{\"c\":1}", "[{\"field\":\"c\",\"rule\":\"custom\",\"message\":\"not so\"}]");
    violates(layer, "{\"c\":2}",
             "[{\"field\":\"c\",\"rule\":\"custom\",\"message\":\"custom rule on 'c' returned int, "
             "expected bool\"}]");
    violates(layer, "{\"c\":3}",
             "[{\"field\":\"c\",\"rule\":\"custom\",\"message\":\"custom rule on 'c' raised: invalid: "
             "boo\"}]");
    kl_value record = json("{\"c\":4}");
    assert_int_equal(kl_validation_check(&found, layer.as.object, KL_TEXT("M"), record, &error),
                     KL_INTERRUPTED);
    kl_error_clear(&error);
    kl_value_release(record);
    for (size_t i = 0; i < 4; i++)
        kl_value_release(args[i]);
    kl_value_release(layer);
}

/* ---- memory ------------------------------------------------------------------------------------ */

static kl_value sweep_arguments[4], sweep_record, cross_rule;

static kl_status call_add(kl_object *layer, const char *method, kl_value args)
{
    kl_value nothing = kl_null();
    return kl_object_call(&nothing, layer, kl_text_from(method), kl_array_items(args),
                          kl_array_len(args), NULL);
}

static kl_status validate_all(void *unused)
{
    (void)unused;
    kl_value layer = kl_null(), found = kl_null();
    kl_status status = kl_object_from_map(&layer, &kl_validation_layer_type, kl_null(), NULL);
    for (size_t i = 0; i < 4 && status == KL_OK; i++)
        status = call_add(layer.as.object, i == 3 ? "add_cross_field_rule" : "add_rule",
                          sweep_arguments[i]);
    if (status == KL_OK)
        status =
            kl_validation_check(&found, layer.as.object, KL_TEXT("M"), sweep_record, NULL);
    if (status == KL_OK)
        assert_int_equal(kl_array_len(found), 4);
    kl_value_release(found);
    kl_value_release(layer);
    return status;
}

KL_TEST(validation_survives_any_failing_allocation)
{
    KL_UNUSED_STATE;
    static const char *const texts[] = {
        "[\"M\",\"a\",\"min_length\",2]", "[\"M\",\"b\",\"range\",[0,10]]",
        "[\"M\",\"c\",\"pattern\",\"^[a-z]+$\"]", "[\"M\"]"};
    for (size_t i = 0; i < 4; i++)
        sweep_arguments[i] = json(texts[i]);
    cross_rule = made("CrossFieldRule", "{\"field_a\":\"b\",\"field_b\":\"d\",\"comparison\":\"lt\","
                                        "\"message\":\"m\"}");
    assert_int_equal(kl_array_push(&sweep_arguments[3], cross_rule, NULL), KL_OK);
    sweep_record = json("{\"a\":\"x\",\"b\":11,\"c\":\"X\",\"d\":5}");
    assert_int_equal(validate_all(NULL), KL_OK); /* loads the driver */
    assert_true(sweep(validate_all, NULL) > 20);
    kl_value_release(sweep_record);
    for (size_t i = 0; i < 4; i++)
        kl_value_release(sweep_arguments[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(validators_tell_what_is_wrong),
        cmocka_unit_test(limits_must_make_sense),
        cmocka_unit_test(rules_are_checked_in_their_order),
        cmocka_unit_test(wrong_rules_are_refused),
        cmocka_unit_test(functions_check_too),
        cmocka_unit_test(validation_survives_any_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
