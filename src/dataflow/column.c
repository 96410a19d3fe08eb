/* src/dataflow/column.c - FieldDef: one field of a model, as it was declared. */
#include "field_type.h"

#define FLAG(member, text)                                                                         \
    KL_BOOL(kl_column, member, false, .flags = KL_READ_ONLY, .doc = text)

static const kl_field fields[] = {
    KL_VALUE(kl_column, name, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY,
             .doc = "name of the field and of its column"),
    {.name = "field_type", .kind = KL_KIND_OBJECT, .type = &kl_field_type_type,
     .offset = offsetof(kl_column, type), .flags = KL_READ_ONLY, .doc = "its kind"},
    FLAG(is_primary_key, "whether it is the key of the rows"),
    FLAG(is_nullable, "whether it may hold None"),
    FLAG(is_required, "whether a new row must give a value; a primary key says so too"),
    FLAG(is_unique, "whether no two rows may have the same value"),
    FLAG(is_indexed, "whether an index makes it quick to find rows by it"),
    FLAG(is_auto_managed, "whether DataFlow alone writes it: created_at, updated_at"),
    FLAG(is_soft_delete, "whether it holds the time at which a row was deleted"),
    KL_VALUE(kl_column, references, .kind = KL_KIND_MAP, .flags = KL_READ_ONLY | KL_OPTIONAL,
             .doc = "{\"table\", \"column\"} that a value must be found in, or None"),
    FLAG(allows_query_reference, "whether those who may not see it may still group and order by it"),
    {.name = "initial", .kind = KL_KIND_ANY, .offset = offsetof(kl_column, initial),
     .flags = KL_HIDDEN | KL_OPTIONAL, .doc = "what a row has that gives no value"},
    {.name = "classification", .kind = KL_KIND_OBJECT,
     .offset = offsetof(kl_column, classification), .flags = KL_HIDDEN | KL_OPTIONAL,
     .doc = "how confidential it is"},
    {.name = "masking", .kind = KL_KIND_OBJECT, .offset = offsetof(kl_column, masking),
     .flags = KL_HIDDEN | KL_OPTIONAL, .doc = "how it is shown to those who may not see it"},
};

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_column *column = (const kl_column *)self;
    return kl_string_format(out, error, "FieldDef(name=\"%.*s\", type=\"%s\", pk=%s)",
                            KL_TEXT_ARG(kl_as_text(column->name)),
                            kl_column_kind_word(column->kind),
                            column->is_primary_key ? "true" : "false");
}

const kl_type kl_column_type = {
    .name = "FieldDef",
    .module = "kailash.dataflow",
    .doc = "A field of a model. Made by ModelDefinition.field(), never changed.",
    .size = sizeof(kl_column),
    .flags = KL_TYPE_AT_ROOT | KL_TYPE_NO_INIT,
    .fields = KL_TABLE(fields),
    .repr = repr,
};
KL_PUBLISH(kl_column_type);
