/* Records of models: masked, named, checked; with every allocation failing once. */
#include "test.h"
#include "sweep.h"
#include "dataflow/field_type.h"
#include "dataflow/mask.h"
#include "dataflow/model.h"

static kl_value text(const char *string)
{
    kl_value made = kl_null();
    assert_int_equal(kl_string_new(&made, kl_text_from(string), NULL), KL_OK);
    return made;
}

static kl_value item(const kl_type *type, const char *word)
{
    kl_value made = kl_null();
    assert_int_equal(kl_item_of(&made, type, kl_text_from(word), NULL), KL_OK);
    return made;
}

/* The arguments of field() by name, the others with their defaults. */
static void add_field(kl_value model, const char *name, kl_column_kind kind, bool is_key,
                      const char *classification)
{
    const kl_method *field = kl_type_method(&kl_model_type, KL_TEXT("field"));
    kl_value args[KL_PARAMS_MAX], out = kl_null();
    kl_error error = KL_ERROR_INIT;
    for (size_t i = 0; i < field->param_count; i++) {
        kl_text param = kl_text_from(field->params[i].name);
        args[i] = kl_value_retain(kl_param_default(&field->params[i]));
        if (kl_text_is(param, "name"))
            args[i] = text(name);
        else if (kl_text_is(param, "field_type"))
            assert_int_equal(kl_field_type_of(&args[i], kind, NULL), KL_OK);
        else if (kl_text_is(param, "primary_key"))
            args[i] = kl_bool(is_key);
        else if (kl_text_is(param, "required"))
            args[i] = kl_bool(!is_key);
        else if (kl_text_is(param, "classification") && classification)
            args[i] = item(&kl_data_classification_type, classification);
    }
    if (field->call(&out, model.as.object, args, &error) != KL_OK)
        fail_msg("field: %s", kl_error_message(&error));
    for (size_t i = 0; i < field->param_count; i++)
        kl_value_release(args[i]);
    kl_value_release(out);
}

static kl_value user_model(const char *key_classification)
{
    kl_value map = json("{\"name\":\"User\",\"table\":\"users\"}"), model = kl_null();
    assert_int_equal(kl_object_from_map(&model, &kl_model_type, map, NULL), KL_OK);
    kl_value_release(map);
    add_field(model, "id", KL_COLUMN_TEXT, true, key_classification);
    add_field(model, "name", KL_COLUMN_TEXT, false, NULL);
    add_field(model, "email", KL_COLUMN_TEXT, false, "PII");
    return model;
}

static kl_status call_function(kl_value *out, const char *name, kl_value model, kl_value second,
                               kl_error *error)
{
    kl_value args[] = {model, second};
    for (size_t i = 0; i < kl_function_count(); i++)
        if (strcmp(kl_function_at(i)->method.name, name) == 0)
            return kl_function_at(i)->method.call(out, NULL, args, error);
    fail_msg("no function %s", name);
    return KL_NOT_FOUND;
}

KL_TEST(a_row_is_masked_for_its_reader)
{
    KL_UNUSED_STATE;
    kl_value model = user_model(NULL), row = json("{\"id\":\"1\",\"email\":\"a@b.c\",\"zz\":2}");
    kl_value out = kl_null();
    assert_int_equal(call_function(&out, "apply_read_classification", model, row, NULL), KL_OK);
    assert_json(out, "{\"id\":\"1\",\"email\":\"[REDACTED]\",\"zz\":2}");
    kl_clearance_set(3, NULL);
    assert_int_equal(call_function(&out, "apply_read_classification", model, row, NULL), KL_OK);
    assert_json(out, "{\"id\":\"1\",\"email\":\"a@b.c\",\"zz\":2}");
    kl_clearance_reset(NULL);
    kl_value_release(row);
    kl_value_release(model);
}

KL_TEST(a_classified_key_is_told_by_its_hash)
{
    KL_UNUSED_STATE;
    kl_value plain = user_model(NULL), classified = user_model("PII"), id = text("abc");
    kl_value out = kl_null();
    assert_int_equal(call_function(&out, "format_record_id_for_event", plain, id, NULL), KL_OK);
    assert_json(out, "\"abc\"");
    assert_int_equal(call_function(&out, "format_record_id_for_event", classified, id, NULL), KL_OK);
    assert_json(out, "\"sha256:ba7816bf\"");
    assert_int_equal(call_function(&out, "format_record_id_for_event", classified, kl_int(5), NULL),
                     KL_OK);
    assert_json(out, "\"5\"");
    assert_int_equal(call_function(&out, "format_record_id_for_event", plain, kl_null(), NULL), KL_OK);
    assert_json(out, "\"<missing>\"");
    kl_value_release(id);
    kl_value_release(classified);
    kl_value_release(plain);
}

static kl_status validate(const char *method, kl_value model, kl_value record, kl_error *error)
{
    const kl_type *type = kl_type_find(KL_TEXT("StrictMode"), "kailash.dataflow");
    kl_value args[] = {model, record}, out = kl_null();
    return kl_type_call(&out, type, kl_text_from(method), args, 2, error);
}

KL_TEST(strict_mode_tells_all_faults_at_once)
{
    KL_UNUSED_STATE;
    kl_value model = user_model(NULL), record = json("{\"id\":5,\"name\":\"a\"}");
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(validate("validate_insert", model, record, &error), KL_FAILED);
    assert_string_equal(error.message,
                        "strict validation failed: query build error: strict mode validation failed: "
                        "required field 'email' is missing on model 'User'; type mismatch for field "
                        "'id': expected Text, got Integer");
    assert_int_equal(validate("validate_update", model, record, &error), KL_FAILED);
    assert_string_equal(error.message,
                        "strict validation failed: query build error: strict mode validation failed: "
                        "cannot modify primary key field 'id' on model 'User'");
    kl_error_clear(&error);
    kl_value_release(record);
    kl_value_release(model);
}

typedef struct materials {
    kl_value model, row, id, bad;
} materials;

static kl_status work_with_records(void *data)
{
    const materials *m = data;
    kl_value masked = kl_null(), name = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = call_function(&masked, "apply_read_classification", m->model, m->row, NULL);
    if (status == KL_OK)
        status = call_function(&name, "format_record_id_for_event", m->model, m->id, NULL);
    if (status == KL_OK) {
        status = validate("validate_insert", m->model, m->bad, &error);
        status = status == KL_FAILED ? KL_OK : status;
    }
    kl_error_clear(&error);
    kl_value_release(masked);
    kl_value_release(name);
    return status;
}

KL_TEST(records_survive_any_failing_allocation)
{
    KL_UNUSED_STATE;
    materials m = {user_model("PII"), json("{\"id\":\"1\",\"email\":\"a@b.c\"}"), text("abc"),
                   json("{\"id\":5,\"name\":\"a\",\"what\":1}")};
    assert_int_equal(work_with_records(&m), KL_OK); /* loads the driver */
    assert_true(sweep(work_with_records, &m) > 5);
    kl_value_release(m.bad);
    kl_value_release(m.id);
    kl_value_release(m.row);
    kl_value_release(m.model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_is_masked_for_its_reader),
        cmocka_unit_test(a_classified_key_is_told_by_its_hash),
        cmocka_unit_test(strict_mode_tells_all_faults_at_once),
        cmocka_unit_test(records_survive_any_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
