/* src/dataflow/field_error.c - FieldValidationError: what a validator found. */
#include "validation.h"
#include "kailash/json.h"

kl_status kl_put_quoted(kl_buffer *to, const char *before, kl_value text, kl_error *error)
{
    kl_value quoted;
    KL_TRY(kl_json_print(&quoted, text, &kl_json_spaced, error));
    kl_buffer_string(to, before);
    kl_buffer_add(to, kl_as_text(quoted));
    kl_value_release(quoted);
    return KL_OK;
}

typedef struct field_error {
    kl_object object;
    kl_value field, message, validator;
} field_error;

kl_status kl_field_error_new(kl_value *out, kl_text field, kl_value message, const char *validator,
                             kl_error *error)
{
    kl_object *object;
    kl_status status = kl_object_alloc(&object, &kl_field_error_type, error);
    if (status != KL_OK) {
        kl_value_release(message);
        return status;
    }
    field_error *made = (field_error *)object;
    made->message = message;
    KL_TRY_OUT(kl_string_new(&made->field, field, error));
    KL_TRY_OUT(kl_string_new(&made->validator, kl_text_from(validator), error));
    *out = kl_value_of(object);
    return KL_OK;
out:
    kl_object_release(object);
    return status;
}

static kl_status field_error_str(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    const field_error *e = (const field_error *)self;
    kl_text field = kl_as_text(e->field), message = kl_as_text(e->message);
    kl_text validator = kl_as_text(e->validator);
    kl_buffer text = KL_BUFFER_INIT;
    (void)args;
    kl_buffer_string(&text, "field '");
    kl_buffer_add(&text, field);
    kl_buffer_string(&text, "': ");
    kl_buffer_add(&text, message);
    kl_buffer_string(&text, " (");
    kl_buffer_add(&text, validator);
    kl_buffer_byte(&text, ')');
    return kl_buffer_finish(out, &text, error);
}

static kl_status field_error_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const field_error *e = (const field_error *)self;
    kl_buffer text = KL_BUFFER_INIT;
    kl_status status;
    KL_TRY_OUT(kl_put_quoted(&text, "FieldValidationError(field=", e->field, error));
    KL_TRY_OUT(kl_put_quoted(&text, ", message=", e->message, error));
    KL_TRY_OUT(kl_put_quoted(&text, ", validator=", e->validator, error));
    kl_buffer_byte(&text, ')');
    return kl_buffer_finish(out, &text, error);
out:
    kl_buffer_free(&text);
    return status;
}

static const kl_field error_fields[] = {
    KL_VALUE(field_error, field, .kind = KL_KIND_STRING, .doc = "name of the field"),
    KL_VALUE(field_error, message, .kind = KL_KIND_STRING, .doc = "what is wrong with its value"),
    KL_VALUE(field_error, validator, .kind = KL_KIND_STRING, .doc = "name of the rule"),
};

static const kl_method error_methods[] = {
    {.name = "__str__", .call = field_error_str, .returns = KL_KIND_STRING,
     .doc = "All three in a sentence."},
};

const kl_type kl_field_error_type = {
    .name = "FieldValidationError",
    .module = "kailash.dataflow",
    .doc = "What a validator found. Returned, never raised.",
    .size = sizeof(field_error),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON,
    .fields = KL_TABLE(error_fields),
    .methods = KL_TABLE(error_methods),
    .repr = field_error_repr,
};
KL_PUBLISH(kl_field_error_type);
