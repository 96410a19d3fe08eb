/* src/dataflow/scope.c - see scope.h. */
#include "scope.h"
#include "buffer.h"
#include "classification.h"

static void put_option(kl_buffer *out, kl_value value, kl_text shown)
{
    if (kl_is_null(value))
        kl_buffer_string(out, "None");
    else
        kl_buffer_format(out, "Some(\"%.*s\")", KL_TEXT_ARG(shown));
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_write_scope *scope = (const kl_write_scope *)self;
    const kl_item *item = kl_item_in(scope->classification);
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_string(&text, "WriteScope(tenant_id=");
    put_option(&text, scope->tenant_id, kl_as_text(scope->tenant_id));
    kl_buffer_string(&text, ", classification=");
    put_option(&text, scope->classification, kl_text_from(item ? item->word : ""));
    kl_buffer_byte(&text, ')');
    return kl_buffer_finish(out, &text, error);
}

static const kl_field fields[] = {
    KL_VALUE(kl_write_scope, tenant_id, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "for which tenant"),
    KL_VALUE(kl_write_scope, classification, .kind = KL_KIND_OBJECT,
             .type = &kl_data_classification_type, .flags = KL_OPTIONAL,
             .doc = "level of the rows of a row-classified model; an update does not change it"),
};

const kl_type kl_write_scope_type = {
    .name = "WriteScope",
    .module = "kailash.dataflow",
    .doc = "For which tenant, and at which level, rows are written.",
    .size = sizeof(kl_write_scope),
    .flags = KL_TYPE_RECORD | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(fields),
    .repr = repr,
};
KL_PUBLISH(kl_write_scope_type);
