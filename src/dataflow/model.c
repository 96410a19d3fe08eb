/* src/dataflow/model.c - ModelDefinition: a table and its fields, as they are declared. */
#include "classification.h"
#include "field_type.h"
#include "model_json.h"

#include <ctype.h>

bool kl_is_sql_identifier(kl_text name)
{
    if (!name.len || name.len > KL_IDENTIFIER_MAX || (name.data[0] >= '0' && name.data[0] <= '9'))
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '_'))
            return false;
    }
    return true;
}

static kl_status check_identifier(kl_text name, const char *what, kl_error *error)
{
    if (kl_is_sql_identifier(name))
        return KL_OK;
    return kl_error_set(error, KL_INVALID,
                        "%s '%.*s': expected letters, digits and _, no digit first, at most %d "
                        "bytes",
                        what, (int)KL_MIN(name.len, (size_t)80), name.data, KL_IDENTIFIER_MAX);
}

/* ---- looking ----------------------------------------------------------------------------------- */

size_t kl_model_column_count(const kl_model *model) { return kl_array_len(model->columns); }

const kl_column *kl_model_column_at(const kl_model *model, size_t index)
{
    return (const kl_column *)kl_array_at(model->columns, index).as.object;
}

const kl_column *kl_model_column(const kl_model *model, kl_text name)
{
    for (size_t i = 0; i < kl_model_column_count(model); i++) {
        const kl_column *column = kl_model_column_at(model, i);
        if (kl_text_equal(kl_as_text(column->name), name))
            return column;
    }
    return NULL;
}

static const kl_column *find_soft_delete(const kl_model *model)
{
    for (size_t i = 0; i < kl_model_column_count(model); i++)
        if (kl_model_column_at(model, i)->is_soft_delete)
            return kl_model_column_at(model, i);
    return NULL;
}

static const kl_column *find_key(const kl_model *model)
{
    for (size_t i = 0; i < kl_model_column_count(model); i++)
        if (kl_model_column_at(model, i)->is_primary_key)
            return kl_model_column_at(model, i);
    return NULL;
}

/* ---- comparing --------------------------------------------------------------------------------- */

static bool same_value(kl_value a, kl_value b)
{
    bool equal = false;
    return kl_value_equal(&equal, a, b, NULL) == KL_OK && equal;
}

static bool same_column(const kl_column *a, const kl_column *b)
{
    return a->kind == b->kind && a->is_primary_key == b->is_primary_key &&
           a->is_nullable == b->is_nullable && a->is_required == b->is_required &&
           a->is_unique == b->is_unique && a->is_indexed == b->is_indexed &&
           a->is_auto_managed == b->is_auto_managed && a->is_soft_delete == b->is_soft_delete &&
           a->has_initial == b->has_initial &&
           a->allows_query_reference == b->allows_query_reference &&
           same_value(a->name, b->name) && same_value(a->initial, b->initial) &&
           same_value(a->references, b->references) &&
           same_value(a->classification, b->classification) && same_value(a->masking, b->masking);
}

bool kl_model_same(const kl_model *a, const kl_model *b)
{
    size_t count = kl_model_column_count(a);
    if (!same_value(a->name, b->name) || !same_value(a->table, b->table) ||
        !same_value(a->tenant, b->tenant) || !same_value(a->level, b->level) ||
        a->pg_mode != b->pg_mode || a->has_timestamps != b->has_timestamps ||
        kl_model_column_count(b) != count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!same_column(kl_model_column_at(a, i), kl_model_column_at(b, i)))
            return false;
    return true;
}

/* ---- checking ---------------------------------------------------------------------------------- */

static kl_status refuse(const kl_model *model, kl_error *error, const char *why)
{
    return kl_error_set(error, KL_FAILED, "model '%.*s': %s",
                        KL_TEXT_ARG(kl_as_text(model->name)), why);
}

static kl_status check_tenant(const kl_model *model, kl_error *error)
{
    if (kl_is_null(model->tenant))
        return KL_OK;
    const kl_column *column = kl_model_column(model, kl_as_text(model->tenant));
    if (!column)
        return refuse(model, error, "the tenant column is not declared as a field");
    if (column->is_primary_key)
        return refuse(model, error, "the tenant column is the primary key");
    return KL_OK;
}

static kl_status check_level(const kl_model *model, kl_error *error)
{
    if (kl_is_null(model->level))
        return KL_OK;
    const kl_column *column = kl_model_column(model, kl_as_text(model->level));
    if (!column)
        return refuse(model, error,
                      "the column of row classification is not declared as a field");
    if (column->kind != KL_COLUMN_INTEGER)
        return refuse(model, error, "the column of row classification is not an integer field");
    return KL_OK;
}

kl_status kl_model_check(const kl_model *model, kl_error *error)
{
    size_t keys = 0, tombstones = 0, count = kl_model_column_count(model);
    for (size_t i = 0; i < count; i++) {
        keys += kl_model_column_at(model, i)->is_primary_key;
        tombstones += kl_model_column_at(model, i)->is_soft_delete;
    }
    if (!count)
        return refuse(model, error, "no fields are declared");
    if (!keys)
        return refuse(model, error, "no primary key is declared");
    if (keys > 1)
        return refuse(model, error, "more than one primary key is declared");
    if (tombstones > 1)
        return refuse(model, error, "more than one soft-delete column is declared");
    KL_TRY(check_tenant(model, error));
    return check_level(model, error);
}

/* ---- fields ------------------------------------------------------------------------------------ */

/* What field() takes, in the order of its table. */
enum {
    NAME,
    TYPE,
    PRIMARY_KEY,
    NULLABLE,
    REQUIRED,
    SOFT_DELETE,
    DEFAULT,
    UNIQUE,
    INDEX,
    REFERENCES,
    CLASSIFICATION,
    MASKING,
    QUERY_REFERENCE
};

/* ("table", "column") as a map; given. */
static kl_status read_references(kl_value *out, kl_value pair, kl_error *error)
{
    kl_value table = kl_array_at(pair, 0), column = kl_array_at(pair, 1), map;
    *out = kl_null();
    if (kl_is_null(pair))
        return KL_OK;
    if (kl_array_len(pair) != 2 || !kl_is(table, KL_KIND_STRING) ||
        !kl_is(column, KL_KIND_STRING))
        return kl_error_set(error, KL_INVALID,
                            "references: expected a tuple of two texts (table, column)");
    KL_TRY(check_identifier(kl_as_text(table), "references: table", error));
    KL_TRY(check_identifier(kl_as_text(column), "references: column", error));
    KL_TRY(kl_map_new(&map, 2, error));
    kl_status status = kl_map_set(&map, KL_TEXT("table"), kl_value_retain(table), error);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("column"), kl_value_retain(column), error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

static kl_status new_column(kl_column **out, kl_text name, kl_value type, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_column_type, error));
    kl_column *column = (kl_column *)object;
    kl_status status = kl_string_new(&column->name, name, error);
    if (status != KL_OK) {
        kl_object_release(object);
        return status;
    }
    column->type = kl_value_retain(type);
    column->kind = kl_field_type_kind(type);
    *out = column;
    return KL_OK;
}

static void describe_column(kl_column *column, const kl_value *args)
{
    column->is_primary_key = kl_as_bool(args[PRIMARY_KEY]);
    column->is_nullable = kl_as_bool(args[NULLABLE]);
    column->is_required = kl_as_bool(args[REQUIRED]) || column->is_primary_key;
    column->is_soft_delete = kl_as_bool(args[SOFT_DELETE]);
    column->is_unique = kl_as_bool(args[UNIQUE]);
    column->is_indexed = kl_as_bool(args[INDEX]);
    column->has_initial = !kl_is_null(args[DEFAULT]);
    column->initial = kl_value_retain(args[DEFAULT]);
    column->classification = kl_value_retain(args[CLASSIFICATION]);
    column->masking = kl_value_retain(args[MASKING]);
    column->allows_query_reference = kl_as_bool(args[QUERY_REFERENCE]);
}

static kl_status give_self(kl_value *out, kl_object *self)
{
    *out = kl_value_of(kl_object_retain(self));
    return KL_OK;
}

static kl_status call_field(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_model *model = (kl_model *)self;
    kl_text name = kl_as_text(args[NAME]);
    kl_value references;
    kl_column *column;
    KL_TRY(check_identifier(name, "field", error));
    if (kl_model_column(model, name))
        return kl_error_set(error, KL_INVALID, "field '%.*s' is declared already",
                            KL_TEXT_ARG(name));
    KL_TRY(read_references(&references, args[REFERENCES], error));
    kl_status status = new_column(&column, name, args[TYPE], error);
    if (status != KL_OK) {
        kl_value_release(references);
        return status;
    }
    describe_column(column, args);
    column->references = references;
    KL_TRY(kl_array_push(&model->columns, kl_value_of(&column->object), error));
    return give_self(out, self);
}

/* A timestamp that DataFlow itself writes. */
static kl_status add_timestamp(kl_model *model, kl_text name, bool auto_managed, kl_error *error)
{
    kl_value type;
    kl_column *column;
    KL_TRY(kl_field_type_of(&type, KL_COLUMN_TIMESTAMP, error));
    kl_status status = new_column(&column, name, type, error);
    kl_value_release(type);
    KL_TRY(status);
    column->is_auto_managed = auto_managed;
    column->is_soft_delete = column->is_nullable = !auto_managed;
    return kl_array_push(&model->columns, kl_value_of(&column->object), error);
}

static kl_status call_auto_timestamps(kl_value *out, kl_object *self, const kl_value *args,
                                      kl_error *error)
{
    static const char *const names[] = {"created_at", "updated_at"};
    kl_model *model = (kl_model *)self;
    (void)args;
    for (size_t i = 0; i < KL_COUNT(names) && !model->has_timestamps; i++)
        if (kl_model_column(model, kl_text_from(names[i])))
            return kl_error_set(error, KL_INVALID,
                                "auto_timestamps(): field '%s' is declared already", names[i]);
    for (size_t i = 0; i < KL_COUNT(names) && !model->has_timestamps; i++)
        if (!kl_model_column(model, kl_text_from(names[i])))
            KL_TRY(add_timestamp(model, kl_text_from(names[i]), true, error));
    model->has_timestamps = true;
    return give_self(out, self);
}

static kl_status call_soft_delete(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    kl_model *model = (kl_model *)self;
    if (kl_as_bool(args[0]) && !find_soft_delete(model)) {
        if (kl_model_column(model, KL_TEXT("deleted_at")))
            return kl_error_set(error, KL_INVALID,
                                "soft_delete(): field 'deleted_at' is declared already, without "
                                "soft_delete=True");
        KL_TRY(add_timestamp(model, KL_TEXT("deleted_at"), false, error));
    }
    return give_self(out, self);
}

/* ---- tenants, levels, modes --------------------------------------------------------------------- */

static kl_status set_name(kl_value *out, kl_object *self, kl_value *slot, kl_text column,
                          kl_error *error)
{
    kl_value name;
    KL_TRY(check_identifier(column, "column", error));
    KL_TRY(kl_string_new(&name, column, error));
    kl_value_replace(slot, name);
    return give_self(out, self);
}

static kl_status call_multi_tenant(kl_value *out, kl_object *self, const kl_value *args,
                                   kl_error *error)
{
    (void)args;
    return set_name(out, self, &((kl_model *)self)->tenant, KL_TEXT("tenant_id"), error);
}

static kl_status call_multi_tenant_on(kl_value *out, kl_object *self, const kl_value *args,
                                      kl_error *error)
{
    return set_name(out, self, &((kl_model *)self)->tenant, kl_as_text(args[0]), error);
}

static kl_status call_row_classified(kl_value *out, kl_object *self, const kl_value *args,
                                     kl_error *error)
{
    (void)args;
    return set_name(out, self, &((kl_model *)self)->level, KL_TEXT("classification_level"), error);
}

static kl_status call_row_classified_on(kl_value *out, kl_object *self, const kl_value *args,
                                        kl_error *error)
{
    return set_name(out, self, &((kl_model *)self)->level, kl_as_text(args[0]), error);
}

kl_status kl_pg_mode_of(kl_pg_mode *out, kl_text word, kl_error *error)
{
    if (kl_text_is(word, "any_compat"))
        *out = KL_PG_ANY_COMPAT;
    else if (kl_text_is(word, "native"))
        *out = KL_PG_NATIVE;
    else
        return kl_error_set(error, KL_INVALID,
                            "pg_type_mode: expected one of: any_compat, native");
    return KL_OK;
}

static kl_status call_pg_type_mode(kl_value *out, kl_object *self, const kl_value *args,
                                   kl_error *error)
{
    KL_TRY(kl_pg_mode_of(&((kl_model *)self)->pg_mode, kl_as_text(args[0]), error));
    return give_self(out, self);
}

static kl_status call_validate(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    (void)out;
    (void)args;
    return kl_model_check((const kl_model *)self, error);
}

/* ---- properties -------------------------------------------------------------------------------- */

static kl_status get_primary_key(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    const kl_column *key = find_key((const kl_model *)self);
    (void)args;
    if (!key)
        return kl_string_from_valid(out, KL_TEXT("id"), error);
    *out = kl_value_retain(key->name);
    return KL_OK;
}

static kl_status get_fields(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value columns = ((const kl_model *)self)->columns;
    (void)args;
    return kl_array_slice(out, columns, 0, kl_array_len(columns), error);
}

static kl_status get_has_soft_delete(kl_value *out, kl_object *self, const kl_value *args,
                                     kl_error *error)
{
    (void)args;
    (void)error;
    *out = kl_bool(find_soft_delete((const kl_model *)self) != NULL);
    return KL_OK;
}

static kl_status get_is_multi_tenant(kl_value *out, kl_object *self, const kl_value *args,
                                     kl_error *error)
{
    (void)args;
    (void)error;
    *out = kl_bool(!kl_is_null(((const kl_model *)self)->tenant));
    return KL_OK;
}

static kl_status get_is_row_classified(kl_value *out, kl_object *self, const kl_value *args,
                                       kl_error *error)
{
    (void)args;
    (void)error;
    *out = kl_bool(!kl_is_null(((const kl_model *)self)->level));
    return KL_OK;
}

/* ---- the type ---------------------------------------------------------------------------------- */

static kl_status init(kl_object *self, const kl_value *args, kl_error *error)
{
    kl_model *model = (kl_model *)self;
    if (!kl_as_text(args[0]).len)
        return kl_error_set(error, KL_INVALID, "name: expected a name, got an empty text");
    KL_TRY(check_identifier(kl_as_text(args[1]), "table", error));
    model->name = kl_value_retain(args[0]);
    model->table = kl_value_retain(args[1]);
    return kl_array_new(&model->columns, 8, error);
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_model *model = (const kl_model *)self;
    return kl_string_format(out, error, "ModelDefinition(name=\"%.*s\", table=\"%.*s\", fields=%zu)",
                            KL_TEXT_ARG(kl_as_text(model->name)),
                            KL_TEXT_ARG(kl_as_text(model->table)), kl_model_column_count(model));
}

#define FLAG(word, text)                                                                           \
    {.name = (word), .kind = KL_KIND_BOOL, .fallback = "false", .doc = (text)}

static const kl_param field_params[] = {
    [NAME] = {.name = "name", .kind = KL_KIND_STRING,
              .doc = "name of the field and of its column: letters, digits, _"},
    [TYPE] = {.name = "field_type", .kind = KL_KIND_OBJECT, .type = &kl_field_type_type,
              .doc = "its kind"},
    [PRIMARY_KEY] = FLAG("primary_key", "the key of the rows; a model has one"),
    [NULLABLE] = FLAG("nullable", "whether it may hold None"),
    [REQUIRED] = FLAG("required", "whether a new row must give a value"),
    [SOFT_DELETE] = FLAG("soft_delete", "it holds the time at which a row was deleted"),
    [DEFAULT] = {.name = "default_value", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_DECIMALS,
                 .doc = "what a new row gets that gives no value"},
    [UNIQUE] = FLAG("unique", "no two rows may have the same value"),
    [INDEX] = FLAG("index", "an index makes it quick to find rows by it"),
    [REFERENCES] = {.name = "references", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_TUPLE,
                    .doc = "(table, column) in which a value must be found"},
    [CLASSIFICATION] = {.name = "classification", .kind = KL_KIND_OBJECT,
                        .type = &kl_data_classification_type, .flags = KL_OPTIONAL,
                        .doc = "a DataClassification: who may see it"},
    [MASKING] = {.name = "masking", .kind = KL_KIND_OBJECT,
                 .type = &kl_masking_strategy_type, .flags = KL_OPTIONAL,
                 .doc = "a MaskingStrategy: what others see instead"},
    [QUERY_REFERENCE] = FLAG("allow_query_reference",
                             "those who may not see it may still group, order and filter by it"),
};
static const kl_param enabled_param[] = {
    {.name = "enabled", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "False changes nothing: a column stays that is there"},
};
static const kl_param column_param[] = {
    {.name = "column", .kind = KL_KIND_STRING, .doc = "name of a declared field"},
};
static const kl_param data_param[] = {
    {.name = "data", .kind = KL_KIND_MAP, .doc = "what to_dict() gives"},
};
static const kl_param json_param[] = {
    {.name = "text", .kind = KL_KIND_STRING, .doc = "what to_json() gives"},
};
static const kl_param mode_param[] = {
    {.name = "mode", .kind = KL_KIND_STRING, .doc = "any_compat: text; native: TIMESTAMPTZ, JSONB, UUID"},
};

#define CHAINED .returns = KL_KIND_OBJECT, .returns_type = &kl_model_type, .raises = "ValueError"
#define PROPERTY(word, function, of_kind, text)                                                    \
    {.name = (word), .call = (function), .returns = (of_kind), .flags = KL_PROPERTY, .doc = (text)}

static const kl_method methods[] = {
    {.name = "field", .call = call_field, .params = KL_TABLE(field_params), CHAINED,
     .doc = "Declares a field, and gives the model so that calls can be chained. ValueError for a "
            "name that is no identifier or is declared already; the model is then unchanged."},
    {.name = "auto_timestamps", .call = call_auto_timestamps, CHAINED,
     .doc = "Adds created_at and updated_at, which DataFlow writes by itself."},
    {.name = "soft_delete", .call = call_soft_delete, .params = KL_TABLE(enabled_param), CHAINED,
     .doc = "Rows are marked as deleted rather than removed: adds deleted_at, unless a field with "
            "soft_delete=True is there."},
    {.name = "multi_tenant", .call = call_multi_tenant, CHAINED,
     .doc = "Every row belongs to the tenant in its column tenant_id, which must be a field."},
    {.name = "multi_tenant_on", .call = call_multi_tenant_on, .params = KL_TABLE(column_param),
     CHAINED, .doc = "The same with another column."},
    {.name = "row_classified", .call = call_row_classified, CHAINED,
     .doc = "Every row has a level, in its integer column classification_level, which must be a "
            "field: only callers cleared for it see the row."},
    {.name = "row_classified_on", .call = call_row_classified_on, .params = KL_TABLE(column_param),
     CHAINED, .doc = "The same with another column."},
    {.name = "pg_type_mode", .call = call_pg_type_mode, .params = KL_TABLE(mode_param), CHAINED,
     .doc = "How timestamps, JSON and UUIDs lie in PostgreSQL; goes before the setting of the "
            "database."},
    {.name = "validate", .call = call_validate, .returns = KL_KIND_NONE, .raises = "RuntimeError",
     .doc = "RuntimeError when the model cannot be registered: without fields or primary key, with "
            "two keys or two soft-delete columns, with an undeclared tenant or level column."},
    {.name = "to_dict", .call = kl_model_call_to_dict, .returns = KL_KIND_MAP,
     .doc = "{\"name\", \"table\", \"fields\": [{\"name\", \"type\", ...}], ...}: all it says; what "
            "is not said is left out."},
    {.name = "to_json", .call = kl_model_call_to_json, .returns = KL_KIND_STRING,
     .doc = "The same as JSON text."},
    {.name = "from_dict", .call = kl_model_call_from_dict, .params = KL_TABLE(data_param),
     .flags = KL_STATIC, CHAINED, .doc = "The model of what to_dict() gave."},
    {.name = "from_json", .call = kl_model_call_from_json, .params = KL_TABLE(json_param),
     .flags = KL_STATIC, CHAINED, .doc = "The model of what to_json() gave."},
    PROPERTY("primary_key", get_primary_key, KL_KIND_STRING,
             "name of the primary key; id when none is declared"),
    {.name = "fields", .call = get_fields, .returns = KL_KIND_ARRAY, .item = KL_KIND_OBJECT,
     .returns_type = &kl_column_type, .flags = KL_PROPERTY, .doc = "the declared fields, in order"},
    PROPERTY("has_soft_delete", get_has_soft_delete, KL_KIND_BOOL,
             "whether rows are marked as deleted rather than removed"),
    PROPERTY("is_multi_tenant", get_is_multi_tenant, KL_KIND_BOOL,
             "whether every row belongs to a tenant"),
    PROPERTY("is_row_classified", get_is_row_classified, KL_KIND_BOOL,
             "whether every row has a level"),
};

static const kl_field fields[] = {
    KL_VALUE(kl_model, name, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY,
             .doc = "name of the model: any text"),
    {.name = "table_name", .kind = KL_KIND_STRING, .offset = offsetof(kl_model, table),
     .flags = KL_READ_ONLY, .doc = "name of its table"},
    {.name = "has_auto_timestamps", .kind = KL_KIND_BOOL, .fallback = "false",
     .offset = offsetof(kl_model, has_timestamps), .flags = KL_READ_ONLY,
     .doc = "whether DataFlow writes created_at and updated_at"},
    {.name = "tenant_column", .kind = KL_KIND_STRING, .offset = offsetof(kl_model, tenant),
     .flags = KL_READ_ONLY | KL_OPTIONAL, .doc = "column of the tenant, or None"},
    {.name = "row_classification_column", .kind = KL_KIND_STRING,
     .offset = offsetof(kl_model, level), .flags = KL_READ_ONLY | KL_OPTIONAL,
     .doc = "column of the rows' level, or None"},
    {.name = "columns", .kind = KL_KIND_ARRAY, .offset = offsetof(kl_model, columns),
     .flags = KL_HIDDEN | KL_OPTIONAL, .doc = "the declared fields"},
};

static const kl_param params[] = {
    {.name = "name", .kind = KL_KIND_STRING, .doc = "name of the model: any text"},
    {.name = "table", .kind = KL_KIND_STRING,
     .doc = "name of its table: letters, digits, _; at most 63 bytes"},
};

const kl_type kl_model_type = {
    .name = "ModelDefinition",
    .module = "kailash.dataflow",
    .doc = "What a table holds: its fields, and how DataFlow treats its rows.",
    .size = sizeof(kl_model),
    .flags = KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .params = KL_TABLE(params),
    .init = init,
    .repr = repr,
};
KL_PUBLISH(kl_model_type);
