/* src/dataflow/field_type.c - FieldType: the kinds of fields, each an object equal to its like. */
#include "field_type.h"

#include <inttypes.h>

/* Name of the class attribute, and the word by which a FieldDef shows it. */
static const struct {
    const char *name, *word;
} kinds[] = {
    [KL_COLUMN_INTEGER] = {"integer", "Integer"}, [KL_COLUMN_FLOAT] = {"float", "Float"},
    [KL_COLUMN_TEXT] = {"text", "Text"},          [KL_COLUMN_BOOLEAN] = {"boolean", "Boolean"},
    [KL_COLUMN_TIMESTAMP] = {"timestamp", "Timestamp"},
    [KL_COLUMN_JSON] = {"json", "Json"},          [KL_COLUMN_UUID] = {"uuid", "Uuid"},
    [KL_COLUMN_VECTOR] = {"vector", "Vector"},
};

typedef struct field_type {
    kl_object object;
    int64_t kind; /* kl_column_kind */
} field_type;

const char *kl_column_kind_word(kl_column_kind kind) { return kinds[kind].word; }

kl_column_kind kl_field_type_kind(kl_value type)
{
    return (kl_column_kind)((const field_type *)type.as.object)->kind;
}

kl_status kl_field_type_of(kl_value *out, kl_column_kind kind, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_field_type_type, error));
    ((field_type *)object)->kind = kind;
    *out = kl_value_of(object);
    return KL_OK;
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "FieldType.%s", kinds[((field_type *)self)->kind].name);
}

#define KIND(function, column_kind)                                                                \
    static kl_status function(kl_value *out, kl_object *self, const kl_value *args,                \
                              kl_error *error)                                                     \
    {                                                                                              \
        (void)self;                                                                                \
        (void)args;                                                                                \
        return kl_field_type_of(out, column_kind, error);                                          \
    }
KIND(integer_type, KL_COLUMN_INTEGER)
KIND(float_type, KL_COLUMN_FLOAT)
KIND(text_type, KL_COLUMN_TEXT)
KIND(boolean_type, KL_COLUMN_BOOLEAN)
KIND(timestamp_type, KL_COLUMN_TIMESTAMP)
KIND(json_type, KL_COLUMN_JSON)
KIND(uuid_type, KL_COLUMN_UUID)
KIND(vector_type, KL_COLUMN_VECTOR)

#define MAKER(word, function, text)                                                                \
    {.name = (word), .call = (function), .returns = KL_KIND_OBJECT,                                \
     .returns_type = &kl_field_type_type, .flags = KL_STATIC, .doc = (text)}

static const kl_method methods[] = {
    MAKER("integer", integer_type, "A whole number of 64 bits; as a primary key the database "
                                   "numbers the rows."),
    MAKER("float", float_type, "A floating-point number of 64 bits."),
    MAKER("real", float_type, "Another name for float()."),
    MAKER("text", text_type, "Text of any length; at most 255 characters on MySQL when it is a "
                             "key, unique, indexed or a reference."),
    MAKER("boolean", boolean_type, "True or False."),
    MAKER("timestamp", timestamp_type, "A point in time, as RFC 3339 text."),
    MAKER("json", json_type, "A list or dict, stored as JSON text."),
    MAKER("uuid", uuid_type, "A UUID, as text; a primary key that is not given is made."),
    MAKER("vector", vector_type, "A list of numbers, stored as a JSON array."),
};

static const kl_field fields[] = {
    KL_INT(field_type, kind, 0, .flags = KL_HIDDEN, .doc = "which of the kinds"),
};

const kl_type kl_field_type_type = {
    .name = "FieldType",
    .module = "kailash.dataflow",
    .doc = "Kind of a model's field.",
    .size = sizeof(field_type),
    .flags = KL_TYPE_AT_ROOT | KL_TYPE_RECORD | KL_TYPE_NO_INIT,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .repr = repr,
};
KL_PUBLISH(kl_field_type_type);
