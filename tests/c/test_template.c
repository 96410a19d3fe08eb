/* tests/c/test_template.c - WorkflowTemplate: placeholders, filling them in, the JSON form. */
#include "kailash/type.h"
#include "sweep.h"

#define DEFINITION(config)                                                                         \
    "{\"version\":\"1.0\",\"nodes\":[{\"type_name\":\"NoOpNode\",\"node_id\":\"a\",\"config\":"    \
    config "}],\"connections\":[],\"enable_cycles\":false}"

static const kl_type *template_type(void)
{
    const kl_type *type = kl_type_find(KL_TEXT("WorkflowTemplate"), NULL);
    assert_non_null(type);
    return type;
}

static kl_value string(const char *text)
{
    kl_value value;
    assert_int_equal(kl_string_new(&value, kl_text_from(text), NULL), KL_OK);
    return value;
}

static kl_value template_of(const char *definition)
{
    kl_value text = string(definition), made = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (kl_object_make(&made, template_type(), &text, &error) != KL_OK)
        fail_msg("%s", kl_error_message(&error));
    kl_value_release(text);
    return made;
}

/* Call with one argument (taken), or none when it is null. */
static kl_status call(kl_value *out, kl_value self, const char *method, kl_value argument,
                      kl_error *error)
{
    size_t count = kl_is_null(argument) ? 0 : 1;
    kl_status status =
        kl_object_call(out, self.as.object, kl_text_from(method), &argument, count, error);
    kl_value_release(argument);
    return status;
}

static kl_value must(kl_value self, const char *method, kl_value argument)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (call(&out, self, method, argument, &error) != KL_OK)
        fail_msg("%s: %s", method, kl_error_message(&error));
    return out;
}

static void text_is(kl_value text, const char *expected)
{
    assert_string_equal(kl_as_text(text).data, expected);
    kl_value_release(text);
}

/* ---- filling in ------------------------------------------------------------------------------ */

static const struct {
    const char *config, *params, *filled; /* configs */
} fills[] = {
    {"{\"x\":\"{{p}}\"}", "{\"p\":\"v\"}", "{\"x\":\"v\"}"},
    {"{\"x\":\"{{ p }}\"}", "{\"p\":5}", "{\"x\":5}"},
    {"{\"x\":\"{{p}}\"}", "{\"p\":null}", "{\"x\":null}"},
    {"{\"x\":\"{{p}}\"}", "{\"p\":1.0}", "{\"x\":1.0}"},
    {"{\"x\":\"{{p}}\"}", "{\"p\":[1,{\"b\":1,\"a\":2}]}", "{\"x\":[1,{\"a\":2,\"b\":1}]}"},
    {"{\"x\":\"a{{p}}b\"}", "{\"p\":\"-\"}", "{\"x\":\"a-b\"}"},
    {"{\"x\":\"{{p}}{{q}}\"}", "{\"p\":\"1\",\"q\":\"2\"}", "{\"x\":\"12\"}"},
    {"{\"x\":\"{{p}} {{p}}\"}", "{\"p\":\"1\"}", "{\"x\":\"1 1\"}"},
    {"{\"x\":\" {{p}}\"}", "{\"p\":\"1\"}", "{\"x\":\" 1\"}"},
    {"{\"x\":[{\"y\":[\"{{p}}\"]}]}", "{\"p\":true}", "{\"x\":[{\"y\":[true]}]}"},
    /* one pass: what was inserted stays as it is */
    {"{\"x\":\"{{p}}\"}", "{\"p\":\"{{q}}\",\"q\":\"no\"}", "{\"x\":\"{{q}}\"}"},
    {"{\"x\":\"-{{p}}}}\"}", "{\"p\":\"{{q\",\"q\":\"no\"}", "{\"x\":\"-{{q}}\"}"},
    /* structural: quotes do not end the string */
    {"{\"x\":\"a {{p}}\"}", "{\"p\":\"\\\",\\\"y\\\":\\\"z\"}",
     "{\"x\":\"a \\\",\\\"y\\\":\\\"z\"}"},
    /* no placeholders */
    {"{\"{{p}}\":1}", "{\"p\":\"no\"}", "{\"{{p}}\":1}"},
    {"{\"x\":\"{{}} {{ }} {p} {{p} {{1}} {{a b}} {{p\"}", "{\"p\":\"no\"}",
     "{\"x\":\"{{}} {{ }} {p} {{p} {{1}} {{a b}} {{p\"}"},
    {"{\"x\":\"{{{p}}}\"}", "{\"p\":\"v\"}", "{\"x\":\"{v}\"}"},
    {"{\"x\":\"{{a-b.c_1}}\"}", "{\"a-b.c_1\":\"v\"}", "{\"x\":\"v\"}"},
    {"{\"x\":\"\"}", "{}", "{\"x\":\"\"}"},
    {"{\"x\":\"y\"}", "{\"extra\":1}", "{\"x\":\"y\"}"},
    {"{}", "{}", "{}"},
};

KL_TEST(placeholders_are_filled_in_by_structure_in_one_pass)
{
    KL_UNUSED_STATE;
    for (size_t i = 0; i < KL_COUNT(fills); i++) {
        char definition[512], expected[512];
        snprintf(definition, sizeof definition, DEFINITION("%s"), fills[i].config);
        snprintf(expected, sizeof expected, DEFINITION("%s"), fills[i].filled);
        kl_value made = template_of(definition);
        text_is(must(made, "instantiate", json(fills[i].params)), expected);
        kl_value_release(made);
    }
}

KL_TEST(ids_and_types_are_left_alone)
{
    KL_UNUSED_STATE;
    const char *definition =
        "{\"version\":\"1.0\",\"nodes\":[{\"type_name\":\"{{t}}\",\"node_id\":\"{{n}}\",\"config\":"
        "{}}],\"connections\":[{\"source_node\":\"{{n}}\",\"source_output\":\"{{o}}\","
        "\"target_node\":\"{{n}}\",\"target_input\":\"i\"}],\"enable_cycles\":true}";
    kl_value made = template_of(definition);
    assert_json(must(made, "parameters", kl_null()), "[]");
    text_is(must(made, "instantiate", json("{\"n\":\"x\",\"t\":\"y\",\"o\":\"z\"}")), definition);
    kl_value_release(made);
}

KL_TEST(parameters_are_sorted_and_each_stands_once)
{
    KL_UNUSED_STATE;
    kl_value made = template_of(
        DEFINITION("{\"z\":\"{{zeta}} {{beta}}\",\"y\":[\"{{alpha}}\",\"{{zeta}}\",5,null]}"));
    assert_json(must(made, "parameters", kl_null()), "[\"alpha\",\"beta\",\"zeta\"]");
    kl_value_release(made);
}

static void refuses(const char *config, const char *params, kl_status status, const char *message)
{
    char definition[512];
    snprintf(definition, sizeof definition, DEFINITION("%s"), config);
    kl_value made = template_of(definition), out = kl_int(7);
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(call(&out, made, "instantiate", json(params), &error), status);
    assert_string_equal(kl_error_message(&error), message);
    assert_json(out, "7");
    kl_error_clear(&error);
    kl_value_release(made);
}

KL_TEST(missing_and_mistyped_parameters_are_named)
{
    KL_UNUSED_STATE;
    refuses("{\"x\":\"{{z}} {{m}}\",\"y\":\"{{b}}\"}", "{}", KL_INVALID,
            "missing template parameter: b");
    refuses("{\"x\":\"{{z}} {{m}}\",\"y\":\"{{b}}\"}", "{\"b\":1,\"z\":\"\"}", KL_INVALID,
            "missing template parameter: m");
    refuses("{\"x\":\"a {{n}}\"}", "{\"n\":5}", KL_INVALID,
            "parameter type mismatch: 'n' stands within a text and must be a string, got integer");
    refuses("{\"x\":\"{{n}}{{n}}\"}", "{\"n\":[]}", KL_INVALID,
            "parameter type mismatch: 'n' stands within a text and must be a string, got array");
    refuses("{\"x\":\"{{n}}\"}", "[]", KL_TYPE, "params: expected object, got array");
}

KL_TEST(a_value_too_deep_for_json_is_refused)
{
    KL_UNUSED_STATE;
    kl_value made = template_of(DEFINITION("{\"x\":\"{{deep}}\"}")), deep = kl_null(), map, out;
    for (int i = 0; i < 5000; i++) {
        kl_value outer;
        assert_int_equal(kl_array_new(&outer, 1, NULL), KL_OK);
        assert_int_equal(kl_array_push(&outer, deep, NULL), KL_OK);
        deep = outer;
    }
    assert_int_equal(kl_map_new(&map, 1, NULL), KL_OK);
    assert_int_equal(kl_map_set(&map, KL_TEXT("deep"), deep, NULL), KL_OK);
    assert_int_equal(call(&out, made, "instantiate", map, NULL), KL_DEPTH);
    kl_value_release(made);
}

/* ---- copies and JSON ------------------------------------------------------------------------- */

static void attribute_is(kl_value made, const char *name, const char *expected)
{
    kl_value value;
    const kl_field *field = kl_type_field(template_type(), kl_text_from(name));
    assert_non_null(field);
    assert_int_equal(kl_field_get(&value, made.as.object, field, NULL), KL_OK);
    text_is(value, expected);
}

KL_TEST(changes_make_new_templates)
{
    KL_UNUSED_STATE;
    kl_value made = template_of(DEFINITION("{\"x\":\"{{p}} {{q}}\"}"));
    kl_value named = must(made, "with_name", string("n"));
    kl_value described = must(named, "with_description", string("d"));
    kl_value filled = must(described, "with_defaults", json("{\"p\":\"1\",\"q\":\"2\"}"));
    attribute_is(made, "name", "");
    attribute_is(named, "name", "n");
    attribute_is(named, "description", "");
    attribute_is(filled, "name", "n");
    attribute_is(filled, "description", "d");
    text_is(must(filled, "instantiate", json("{\"q\":\"3\"}")), DEFINITION("{\"x\":\"1 3\"}"));
    text_is(must(filled, "instantiate", json("{}")), DEFINITION("{\"x\":\"1 2\"}")); /* unchanged */
    kl_value other = must(filled, "with_defaults", json("{\"p\":\"1\"}")), out;
    assert_int_equal(call(&out, other, "instantiate", json("{}"), NULL), KL_INVALID);
    bool same = true;
    assert_int_equal(kl_value_equal(&same, filled, other, NULL), KL_OK);
    assert_false(same);
    const kl_value all[] = {made, named, described, filled, other};
    for (size_t i = 0; i < KL_COUNT(all); i++)
        kl_value_release(all[i]);
}

static kl_status from_json(kl_value *out, const char *text, kl_error *error)
{
    kl_value argument = string(text);
    kl_status status =
        kl_type_call(out, template_type(), KL_TEXT("from_json"), &argument, 1, error);
    kl_value_release(argument);
    return status;
}

KL_TEST(a_template_is_written_as_json_and_read_back)
{
    KL_UNUSED_STATE;
    kl_value bare = template_of(DEFINITION("{\"x\":\"{{p}}\"}")), made, text, again;
    bool same = false;
    text_is(must(bare, "to_json", kl_null()),
            "{\"definition\":" DEFINITION("{\"x\":\"{{p}}\"}") ",\"defaults\":{},\"name\":\"\","
            "\"description\":\"\"}");
    made = must(bare, "with_defaults", json("{\"z\":{\"b\":1,\"a\":2},\"p\":null}"));
    text = must(made, "to_json", kl_null());
    assert_non_null(strstr(kl_as_text(text).data,
                           ",\"defaults\":{\"p\":null,\"z\":{\"a\":2,\"b\":1}},\"name\":\"\","));
    assert_int_equal(from_json(&again, kl_as_text(text).data, NULL), KL_OK);
    assert_int_equal(kl_value_equal(&same, made, again, NULL), KL_OK);
    assert_true(same);
    kl_value_release(again);
    assert_int_equal(from_json(&again, DEFINITION("{\"x\":\"{{p}}\"}"), NULL), KL_OK);
    assert_int_equal(kl_value_equal(&same, bare, again, NULL), KL_OK);
    assert_true(same);
    kl_value_release(again);
    kl_value_release(text);
    kl_value_release(made);
    kl_value_release(bare);
}

KL_TEST(bad_json_is_refused)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text;
        kl_status status;
        const char *message; /* NULL = any */
    } rows[] = {
        {"", KL_SYNTAX, NULL},
        {"5", KL_SYNTAX, NULL},
        {"{\"definition\":5}", KL_SYNTAX, NULL},
        {"{\"definition\":" DEFINITION("{}") ",\"defaults\":[]}", KL_INVALID,
         "defaults: expected object, got array"},
        {"{\"definition\":" DEFINITION("{}") ",\"name\":null}", KL_INVALID,
         "name: expected string, got null"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value out;
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(from_json(&out, rows[i].text, &error), rows[i].status);
        if (rows[i].message)
            assert_string_equal(kl_error_message(&error), rows[i].message);
        assert_true(strlen(kl_error_message(&error)) > 0);
        kl_error_clear(&error);
    }
}

/* ---- memory ---------------------------------------------------------------------------------- */

static kl_status use_template(void *data)
{
    const kl_value *given = data; /* definition, defaults, params */
    kl_value made = kl_null(), filled = kl_null(), out = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_object_make(&made, template_type(), &given[0], NULL));
    KL_TRY_OUT(
        kl_object_call(&filled, made.as.object, KL_TEXT("with_defaults"), &given[1], 1, NULL));
    KL_TRY_OUT(kl_object_call(&out, filled.as.object, KL_TEXT("instantiate"), &given[2], 1, NULL));
    kl_value_release(kl_value_take(&out));
    KL_TRY_OUT(kl_object_call(&out, filled.as.object, KL_TEXT("to_json"), NULL, 0, NULL));
    kl_value_release(kl_value_take(&made));
    KL_TRY_OUT(kl_type_call(&made, template_type(), KL_TEXT("from_json"), &out, 1, NULL));
out:
    kl_value_release(out);
    kl_value_release(filled);
    kl_value_release(made);
    return status;
}

KL_TEST(templates_survive_every_failed_allocation)
{
    KL_UNUSED_STATE;
    const kl_value given[] = {string(DEFINITION("{\"x\":\"a {{p}} {{q}}\",\"y\":[\"{{p}}\"]}")),
                              json("{\"p\":\"1\"}"), json("{\"q\":\"2\"}")};
    assert_true(sweep(use_template, (void *)(uintptr_t)given) > 50);
    for (size_t i = 0; i < KL_COUNT(given); i++)
        kl_value_release(given[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(placeholders_are_filled_in_by_structure_in_one_pass),
        cmocka_unit_test(ids_and_types_are_left_alone),
        cmocka_unit_test(parameters_are_sorted_and_each_stands_once),
        cmocka_unit_test(missing_and_mistyped_parameters_are_named),
        cmocka_unit_test(a_value_too_deep_for_json_is_refused),
        cmocka_unit_test(changes_make_new_templates),
        cmocka_unit_test(a_template_is_written_as_json_and_read_back),
        cmocka_unit_test(bad_json_is_refused),
        cmocka_unit_test(templates_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
