/* src/dataflow/model_json.c - see model_json.h. */
#include "model_json.h"
#include "buffer.h"
#include "classification.h"
#include "field_type.h"
#include "kailash/json.h"

/* By kl_column_kind. */
static const char *const type_words[] = {"integer",   "float", "text", "boolean",
                                         "timestamp", "json",  "uuid", "vector"};

/* ---- out ----------------------------------------------------------------------------------------- */

/* What is as it would be without the key is left out. */
static kl_status put_flag(kl_value *map, const char *name, bool on, kl_error *error)
{
    return on ? kl_map_set(map, kl_text_from(name), kl_bool(true), error) : KL_OK;
}

static kl_status put_value(kl_value *map, const char *name, kl_value value, kl_error *error)
{
    if (kl_is_null(value))
        return KL_OK;
    return kl_map_set(map, kl_text_from(name), kl_value_retain(value), error);
}

static kl_status put_item(kl_value *map, const char *name, kl_value value, kl_error *error)
{
    if (kl_is_null(value))
        return KL_OK;
    return kl_map_set_text(map, kl_text_from(name), kl_text_from(kl_item_in(value)->word), error);
}

static kl_status put_column(kl_value *map, const kl_column *column, kl_error *error)
{
    KL_TRY(put_value(map, "name", column->name, error));
    KL_TRY(kl_map_set_text(map, KL_TEXT("type"), kl_text_from(type_words[column->kind]), error));
    KL_TRY(put_flag(map, "primary_key", column->is_primary_key, error));
    KL_TRY(put_flag(map, "nullable", column->is_nullable, error));
    KL_TRY(put_flag(map, "required", column->is_required && !column->is_primary_key, error));
    KL_TRY(put_flag(map, "unique", column->is_unique, error));
    KL_TRY(put_flag(map, "index", column->is_indexed, error));
    KL_TRY(put_value(map, "default_value", column->initial, error));
    KL_TRY(put_value(map, "references", column->references, error));
    KL_TRY(put_item(map, "classification", column->classification, error));
    KL_TRY(put_item(map, "masking", column->masking, error));
    KL_TRY(put_flag(map, "soft_delete", column->is_soft_delete, error));
    KL_TRY(put_flag(map, "auto_managed", column->is_auto_managed, error));
    return put_flag(map, "allow_query_reference", column->allows_query_reference, error);
}

static kl_status put_columns(kl_value *map, const kl_model *model, kl_error *error)
{
    kl_value list, field = kl_null();
    kl_status status;
    KL_TRY(kl_array_new(&list, kl_model_column_count(model), error));
    for (size_t i = 0; i < kl_model_column_count(model); i++) {
        KL_TRY_OUT(kl_map_new(&field, 4, error));
        KL_TRY_OUT(put_column(&field, kl_model_column_at(model, i), error));
        KL_TRY_OUT(kl_array_push(&list, kl_value_take(&field), error));
    }
    return kl_map_set(map, KL_TEXT("fields"), list, error);
out:
    kl_value_release(field);
    kl_value_release(list);
    return status;
}

kl_status kl_model_to_map(kl_value *out, const kl_model *model, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 6, error));
    KL_TRY_OUT(put_value(&map, "name", model->name, error));
    KL_TRY_OUT(put_value(&map, "table", model->table, error));
    KL_TRY_OUT(put_columns(&map, model, error));
    KL_TRY_OUT(put_value(&map, "tenant_column", model->tenant, error));
    KL_TRY_OUT(put_value(&map, "row_classification_column", model->level, error));
    if (model->pg_mode != KL_PG_INHERIT)
        KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("pg_type_mode"),
                                   model->pg_mode == KL_PG_NATIVE ? KL_TEXT("native")
                                                                  : KL_TEXT("any_compat"),
                                   error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* ---- in: what may stand where -------------------------------------------------------------------- */

typedef struct key {
    const char *name;
    kl_kind kind;
} key;

static const key model_keys[] = {
    {"name", KL_KIND_STRING},
    {"table", KL_KIND_STRING},
    {"fields", KL_KIND_ARRAY},
    {"auto_timestamps", KL_KIND_BOOL},
    {"soft_delete", KL_KIND_BOOL},
    {"tenant_column", KL_KIND_STRING},
    {"row_classification_column", KL_KIND_STRING},
    {"pg_type_mode", KL_KIND_STRING},
};

/* From the third on in the order of the arguments of field(). */
enum { NAME, TYPE, PRIMARY_KEY, NULLABLE, REQUIRED, SOFT_DELETE, DEFAULT, UNIQUE, INDEX,
       REFERENCES, CLASSIFICATION, MASKING, QUERY_REFERENCE, AUTO_MANAGED };
static const key field_keys[] = {
    [NAME] = {"name", KL_KIND_STRING},
    [TYPE] = {"type", KL_KIND_STRING},
    [PRIMARY_KEY] = {"primary_key", KL_KIND_BOOL},
    [NULLABLE] = {"nullable", KL_KIND_BOOL},
    [REQUIRED] = {"required", KL_KIND_BOOL},
    [SOFT_DELETE] = {"soft_delete", KL_KIND_BOOL},
    [DEFAULT] = {"default_value", KL_KIND_ANY},
    [UNIQUE] = {"unique", KL_KIND_BOOL},
    [INDEX] = {"index", KL_KIND_BOOL},
    [REFERENCES] = {"references", KL_KIND_MAP},
    [CLASSIFICATION] = {"classification", KL_KIND_STRING},
    [MASKING] = {"masking", KL_KIND_STRING},
    [QUERY_REFERENCE] = {"allow_query_reference", KL_KIND_BOOL},
    [AUTO_MANAGED] = {"auto_managed", KL_KIND_BOOL},
};

static const key reference_keys[] = {{"table", KL_KIND_STRING}, {"column", KL_KIND_STRING}};

static kl_status refuse_key(kl_text name, const key *keys, size_t count, kl_error *error)
{
    kl_buffer known = KL_BUFFER_INIT;
    for (size_t i = 0; i < count; i++)
        kl_buffer_format(&known, "%s%s", i ? ", " : "", keys[i].name);
    kl_error_set(error, KL_INVALID, "unknown key '%.*s'; expected one of: %.*s",
                 (int)KL_MIN(name.len, (size_t)80), name.data, KL_TEXT_ARG(kl_buffer_text(&known)));
    kl_buffer_free(&known);
    return KL_INVALID;
}

static const key *find_key(kl_text name, const key *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (kl_text_is(name, keys[i].name))
            return &keys[i];
    return NULL;
}

/* Only known keys, each of its kind, the first `needed` of them present. Null is as if left out. */
static kl_status check_map(kl_value map, const key *keys, size_t count, size_t needed,
                           kl_error *error)
{
    if (!kl_is(map, KL_KIND_MAP))
        return kl_error_set(error, KL_INVALID, "expected an object, got %s",
                            kl_value_kind_name(map));
    for (size_t i = 0; i < kl_map_len(map); i++) {
        const key *known = find_key(kl_map_key_at(map, i), keys, count);
        kl_value value = kl_map_value_at(map, i);
        if (!known)
            return refuse_key(kl_map_key_at(map, i), keys, count, error);
        if (!kl_is_null(value) && known->kind != KL_KIND_ANY && !kl_is(value, known->kind))
            return kl_error_set(error, KL_INVALID, "%s: expected %s, got %s", known->name,
                                kl_kind_name(known->kind), kl_value_kind_name(value));
    }
    for (size_t i = 0; i < needed; i++)
        if (kl_is_null(kl_map_get(map, kl_text_from(keys[i].name))))
            return kl_error_set(error, KL_INVALID, "%s is missing", keys[i].name);
    return KL_OK;
}

static kl_value get(kl_value map, const char *name) { return kl_map_get(map, kl_text_from(name)); }

/* ---- in: fields ---------------------------------------------------------------------------------- */

static kl_status read_type(kl_value *out, kl_text word, kl_error *error)
{
    for (size_t i = 0; i < KL_COUNT(type_words); i++)
        if (kl_text_is(word, type_words[i]))
            return kl_field_type_of(out, (kl_column_kind)i, error);
    return kl_error_set(error, KL_INVALID,
                        "type: unknown word '%.*s'; expected one of: integer, float, text, boolean, "
                        "timestamp, json, uuid, vector",
                        (int)KL_MIN(word.len, (size_t)80), word.data);
}

static kl_status read_item(kl_value *out, const kl_type *type, const char *name, kl_value word,
                           kl_error *error)
{
    *out = kl_null();
    if (kl_is_null(word))
        return KL_OK;
    kl_status status = kl_item_of(out, type, kl_as_text(word), error);
    return status == KL_OK ? KL_OK : kl_error_prefix(error, "%s: ", name);
}

static kl_status read_reference(kl_value *out, kl_value map, kl_error *error)
{
    kl_value pair;
    *out = kl_null();
    if (kl_is_null(map))
        return KL_OK;
    if (check_map(map, reference_keys, KL_COUNT(reference_keys), 2, error) != KL_OK)
        return kl_error_prefix(error, "references: ");
    KL_TRY(kl_array_new(&pair, 2, error));
    kl_status status = kl_array_push(&pair, kl_value_retain(get(map, "table")), error);
    if (status == KL_OK)
        status = kl_array_push(&pair, kl_value_retain(get(map, "column")), error);
    if (status == KL_OK)
        *out = pair;
    else
        kl_value_release(pair);
    return status;
}

static kl_status call(kl_model *model, const char *method, const kl_value *args, size_t count,
                      kl_error *error)
{
    kl_value self = kl_null();
    kl_status status =
        kl_object_call(&self, &model->object, kl_text_from(method), args, count, error);
    kl_value_release(self); /* the model once more */
    return status;
}

/* auto_timestamps() adds both where the first stands. */
static kl_status read_auto_managed(kl_model *model, kl_text name, kl_error *error)
{
    if (!kl_text_is(name, "created_at") && !kl_text_is(name, "updated_at"))
        return kl_error_set(error, KL_INVALID,
                            "auto_managed: only created_at and updated_at can be that");
    return call(model, "auto_timestamps", NULL, 0, error);
}

static kl_status add_field(kl_model *model, kl_value map, kl_error *error)
{
    kl_value args[AUTO_MANAGED];
    kl_status status;
    KL_TRY(check_map(map, field_keys, KL_COUNT(field_keys), 2, error));
    if (kl_as_bool(get(map, "auto_managed")))
        return read_auto_managed(model, kl_as_text(get(map, "name")), error);
    for (size_t i = 0; i < KL_COUNT(args); i++) {
        kl_value given = get(map, field_keys[i].name);
        args[i] = field_keys[i].kind == KL_KIND_BOOL ? kl_bool(kl_as_bool(given)) : given;
    }
    args[TYPE] = args[REFERENCES] = args[CLASSIFICATION] = args[MASKING] = kl_null();
    KL_TRY_OUT(read_type(&args[TYPE], kl_as_text(get(map, "type")), error));
    KL_TRY_OUT(read_reference(&args[REFERENCES], get(map, "references"), error));
    KL_TRY_OUT(read_item(&args[CLASSIFICATION], &kl_data_classification_type, "classification",
                         get(map, "classification"), error));
    KL_TRY_OUT(read_item(&args[MASKING], &kl_masking_strategy_type, "masking",
                         get(map, "masking"), error));
    status = call(model, "field", args, KL_COUNT(args), error);
out:
    kl_value_release(args[TYPE]);
    kl_value_release(args[REFERENCES]);
    kl_value_release(args[CLASSIFICATION]);
    kl_value_release(args[MASKING]);
    return status;
}

static kl_status add_fields(kl_model *model, kl_value fields, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(fields); i++) {
        kl_status status = add_field(model, kl_array_at(fields, i), error);
        kl_text name = kl_as_text(get(kl_array_at(fields, i), "name"));
        if (status != KL_OK)
            return kl_error_prefix(error, "fields[%zu] (%.*s): ", i,
                                   (int)KL_MIN(name.len, (size_t)80), name.data);
    }
    return KL_OK;
}

/* ---- in: models ---------------------------------------------------------------------------------- */

static kl_status call_with(kl_model *model, const char *method, kl_value text, kl_error *error)
{
    return kl_is_null(text) ? KL_OK : call(model, method, &text, 1, error);
}

static kl_status fill(kl_model *model, kl_value map, kl_error *error)
{
    KL_TRY(add_fields(model, get(map, "fields"), error));
    if (kl_as_bool(get(map, "auto_timestamps")))
        KL_TRY(call(model, "auto_timestamps", NULL, 0, error));
    if (kl_as_bool(get(map, "soft_delete")))
        KL_TRY(call(model, "soft_delete", NULL, 0, error));
    KL_TRY(call_with(model, "multi_tenant_on", get(map, "tenant_column"), error));
    KL_TRY(call_with(model, "row_classified_on", get(map, "row_classification_column"), error));
    return call_with(model, "pg_type_mode", get(map, "pg_type_mode"), error);
}

static kl_status make(kl_value *out, kl_value map, kl_error *error)
{
    kl_value names, made = kl_null();
    kl_status status;
    KL_TRY(check_map(map, model_keys, KL_COUNT(model_keys), 3, error));
    KL_TRY(kl_map_new(&names, 2, error));
    KL_TRY_OUT(kl_map_set(&names, KL_TEXT("name"), kl_value_retain(get(map, "name")), error));
    KL_TRY_OUT(kl_map_set(&names, KL_TEXT("table"), kl_value_retain(get(map, "table")), error));
    KL_TRY_OUT(kl_object_from_map(&made, &kl_model_type, names, error));
    KL_TRY_OUT(fill((kl_model *)made.as.object, map, error));
    *out = kl_value_take(&made);
out:
    kl_value_release(made);
    kl_value_release(names);
    return status;
}

kl_status kl_model_from_map(kl_model **out, kl_value map, kl_error *error)
{
    kl_value made;
    kl_text name = kl_as_text(get(map, "name"));
    if (make(&made, map, error) != KL_OK)
        return kl_error_prefix(error, "model '%.*s': ", (int)KL_MIN(name.len, (size_t)80),
                               name.data);
    *out = (kl_model *)made.as.object;
    return KL_OK;
}

kl_status kl_models_from_value(kl_value *out, kl_value value, kl_error *error)
{
    kl_value list = kl_map_has(value, KL_TEXT("models")) ? get(value, "models") : value;
    bool one = !kl_is(list, KL_KIND_ARRAY);
    kl_value models;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&models, kl_array_len(list), error));
    for (size_t i = 0; i < (one ? 1 : kl_array_len(list)) && status == KL_OK; i++) {
        kl_model *model;
        status = kl_model_from_map(&model, one ? list : kl_array_at(list, i), error);
        if (status == KL_OK)
            status = kl_array_push(&models, kl_value_of(&model->object), error);
    }
    if (status == KL_OK)
        *out = models;
    else
        kl_value_release(models);
    return status;
}

/* ---- methods ------------------------------------------------------------------------------------- */

kl_status kl_model_call_to_dict(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    (void)args;
    return kl_model_to_map(out, (const kl_model *)self, error);
}

kl_status kl_model_call_to_json(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    kl_value map;
    (void)args;
    KL_TRY(kl_model_to_map(&map, (const kl_model *)self, error));
    kl_status status = kl_json_print(out, map, &kl_json_record, error);
    kl_value_release(map);
    return status;
}

kl_status kl_model_call_from_dict(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    kl_model *model;
    (void)self;
    KL_TRY(kl_model_from_map(&model, args[0], error));
    *out = kl_value_of(&model->object);
    return KL_OK;
}

kl_status kl_model_call_from_json(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    kl_value map;
    (void)self;
    KL_TRY(kl_json_parse(&map, kl_as_text(args[0]), error));
    kl_status status = kl_model_call_from_dict(out, NULL, &map, error);
    kl_value_release(map);
    return status;
}

/* ---- models_from_json() -------------------------------------------------------------------------- */

static kl_status models_from_json(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    kl_value value;
    (void)self;
    KL_TRY(kl_json_parse(&value, kl_as_text(args[0]), error));
    kl_status status = kl_models_from_value(out, value, error);
    kl_value_release(value);
    return status;
}

static const kl_param text_param[] = {
    {.name = "text", .kind = KL_KIND_STRING,
     .doc = "JSON: {\"models\": [model]}, a list of models, or one model"},
};

static const kl_function models_function = {
    .module = "kailash.dataflow",
    .method = {.name = "models_from_json", .call = models_from_json,
               .params = KL_TABLE(text_param), .returns = KL_KIND_ARRAY, .item = KL_KIND_OBJECT,
               .returns_type = &kl_model_type, .raises = "ValueError",
               .doc = "The models of a file such as `kailash db migrate` takes."}};
KL_PUBLISH_FUNCTION(models_function);
