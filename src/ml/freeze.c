/* src/ml/freeze.c - see freeze.h. */
#include "freeze.h"

#include "estimator_parts.h"
#include "kailash/data.h"
#include "reflect/fields.h"
#include "shapes.h"

/* Levels of values, and of objects within objects. */
enum { DEPTH_MAX = 200 };

static kl_status too_deep(kl_error *error)
{
    return kl_error_set(error, KL_DEPTH, "an estimator nests deeper than %d levels", DEPTH_MAX);
}

/* ---- freezing ------------------------------------------------------------------------------------ */

static kl_status freeze(kl_value *out, kl_frozen *to, kl_value value, int depth, kl_error *error);

/* {"$": form}, to which more is added. */
static kl_status new_form(kl_value *out, const char *form, kl_error *error)
{
    KL_TRY(kl_map_new(out, 4, error));
    kl_status status = kl_map_set_text(out, KL_TEXT("$"), kl_text_from(form), error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

/* Put a frozen value under a key. */
static kl_status put(kl_value *form, const char *key, kl_frozen *to, kl_value value, int depth,
                     kl_error *error)
{
    kl_value frozen;
    KL_TRY(freeze(&frozen, to, value, depth + 1, error));
    return kl_map_set(form, kl_text_from(key), frozen, error);
}

static kl_status freeze_listed(kl_value *out, const char *form, kl_value *list, kl_value value,
                               kl_error *error)
{
    KL_TRY(new_form(out, form, error));
    kl_status status = kl_map_set(out, KL_TEXT("i"), kl_int((int64_t)kl_array_len(*list)), error);
    if (status == KL_OK)
        status = kl_array_push(list, kl_value_retain(value), error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

static kl_status freeze_list(kl_value *out, kl_frozen *to, kl_value list, int depth, kl_error *error)
{
    kl_value made, item;
    KL_TRY(kl_array_new(&made, kl_array_len(list), error));
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_status status = freeze(&item, to, kl_array_at(list, i), depth + 1, error);
        if (status != KL_OK) {
            kl_value_release(made);
            return status;
        }
        kl_array_push(&made, item, NULL); /* has room */
    }
    *out = made;
    return KL_OK;
}

static kl_status map_keys(kl_value *out, kl_value map, kl_error *error)
{
    KL_TRY(kl_array_new(out, kl_map_len(map), error));
    for (size_t i = 0; i < kl_map_len(map); i++)
        kl_array_push(out, kl_value_retain(kl_map_key_value_at(map, i)), NULL);
    return KL_OK;
}

static kl_status map_values(kl_value *out, kl_value map, kl_error *error)
{
    KL_TRY(kl_array_new(out, kl_map_len(map), error));
    for (size_t i = 0; i < kl_map_len(map); i++)
        kl_array_push(out, kl_value_retain(kl_map_value_at(map, i)), NULL);
    return KL_OK;
}

static kl_status freeze_map(kl_value *out, kl_frozen *to, kl_value map, int depth, kl_error *error)
{
    kl_value keys, values;
    KL_TRY(new_form(out, "map", error));
    kl_status status = map_keys(&keys, map, error);
    if (status == KL_OK)
        status = kl_map_set(out, KL_TEXT("k"), keys, error);
    if (status == KL_OK && (status = map_values(&values, map, error)) == KL_OK) {
        status = put(out, "v", to, values, depth, error);
        kl_value_release(values);
    }
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

static kl_status add_fields(kl_value *form, kl_frozen *to, const kl_object *object, int depth,
                            kl_error *error)
{
    const kl_type *type = object->type;
    for (size_t i = 0; i < type->field_count; i++) {
        kl_value value;
        kl_field_get_own(&value, object, &type->fields[i]);
        kl_status status = put(form, type->fields[i].name, to, value, depth, error);
        kl_value_release(value);
        if (status != KL_OK) {
            kl_error_prefix(error, "%s.%s: ", type->name, type->fields[i].name);
            return status;
        }
    }
    return KL_OK;
}

/* What the frame keeps beside the fields. */
static kl_status add_frame(kl_value *form, kl_frozen *to, const kl_estimator *self, int depth,
                           kl_error *error)
{
    kl_estimator *model = self->is_model ? NULL : kl_estimator_hold(self);
    kl_value value = model ? kl_value_of(&model->object) : kl_null();
    kl_status status = put(form, "model", to, value, depth, error);
    kl_object_release((kl_object *)model);
    if (status != KL_OK || !self->is_model)
        return status;
    KL_TRY(kl_map_set(form, KL_TEXT("features"), kl_int(self->features), error));
    KL_TRY(kl_map_set(form, KL_TEXT("outputs"), kl_int(self->outputs), error));
    KL_TRY(put(form, "names", to, self->names, depth, error));
    return put(form, "classes", to, self->classes, depth, error);
}

static kl_status freeze_object(kl_value *out, kl_frozen *to, const kl_object *object, int depth,
                               kl_error *error)
{
    kl_value fields;
    KL_TRY(new_form(out, "object", error));
    kl_status status = kl_map_set_text(out, KL_TEXT("type"), kl_text_from(object->type->name), error);
    if (status == KL_OK && (status = kl_map_new(&fields, object->type->field_count, error)) == KL_OK) {
        status = add_fields(&fields, to, object, depth, error);
        if (status == KL_OK)
            status = kl_map_set(out, KL_TEXT("fields"), fields, error);
        else
            kl_value_release(fields);
    }
    if (status == KL_OK && kl_type_is(object->type, &kl_estimator_type))
        status = add_frame(out, to, (const kl_estimator *)object, depth, error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

static kl_status freeze_sparse(kl_value *out, kl_frozen *to, const kl_sparse_matrix *sparse,
                               int depth, kl_error *error)
{
    KL_TRY(new_form(out, "sparse", error));
    kl_status status = kl_map_set(out, KL_TEXT("rows"), kl_int(sparse->rows), error);
    if (status == KL_OK)
        status = kl_map_set(out, KL_TEXT("cols"), kl_int(sparse->cols), error);
    if (status == KL_OK)
        status = put(out, "data", to, sparse->data, depth, error);
    if (status == KL_OK)
        status = put(out, "indices", to, sparse->indices, depth, error);
    if (status == KL_OK)
        status = put(out, "indptr", to, sparse->indptr, depth, error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

static kl_status freeze(kl_value *out, kl_frozen *to, kl_value value, int depth, kl_error *error)
{
    const kl_sparse_matrix *sparse = kl_as_object(value, &kl_sparse_matrix_type);
    if (depth > DEPTH_MAX)
        return too_deep(error);
    if (kl_is(value, KL_KIND_ARRAY))
        return freeze_list(out, to, value, depth, error);
    if (kl_is(value, KL_KIND_MAP))
        return freeze_map(out, to, value, depth, error);
    if (!kl_is(value, KL_KIND_OBJECT)) {
        *out = kl_value_retain(value);
        return KL_OK;
    }
    if (kl_as_array_view(value))
        return freeze_listed(out, "array", &to->arrays, value, error);
    if (sparse)
        return freeze_sparse(out, to, sparse, depth, error);
    if (kl_as_foreign(value) || kl_as_object(value, &kl_callable_type))
        return freeze_listed(out, "face", &to->objects, value, error);
    if (kl_type_has_fields(value.as.object->type))
        return freeze_object(out, to, value.as.object, depth, error);
    return kl_error_set(error, KL_TYPE, "%s cannot be saved", value.as.object->type->name);
}

kl_status kl_freeze(kl_value *out, kl_frozen *to, kl_value value, kl_error *error)
{
    return freeze(out, to, value, 0, error);
}

/* ---- thawing ------------------------------------------------------------------------------------- */

static kl_status thaw(kl_value *out, const kl_frozen *from, kl_value frozen, int depth,
                      kl_error *error);

static kl_status damaged(kl_error *error, const char *what)
{
    return kl_error_set(error, KL_SYNTAX, "the saved estimator is damaged: %s", what);
}

static kl_status thaw_at(kl_value *out, const kl_frozen *from, kl_value form, const char *key,
                         int depth, kl_error *error)
{
    return thaw(out, from, kl_map_get(form, kl_text_from(key)), depth + 1, error);
}

static kl_status thaw_listed(kl_value *out, kl_value list, kl_value form, kl_error *error)
{
    kl_value index = kl_map_get(form, KL_TEXT("i"));
    bool fits = kl_is(index, KL_KIND_INT) && kl_as_int(index) >= 0 &&
                (uint64_t)kl_as_int(index) < kl_array_len(list);
    if (!fits)
        return damaged(error, "it refers to an array that is not there");
    *out = kl_value_retain(kl_array_at(list, (size_t)kl_as_int(index)));
    return KL_OK;
}

static kl_status thaw_list(kl_value *out, const kl_frozen *from, kl_value list, int depth,
                           kl_error *error)
{
    kl_value made, item;
    KL_TRY(kl_array_new(&made, kl_array_len(list), error));
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_status status = thaw(&item, from, kl_array_at(list, i), depth + 1, error);
        if (status != KL_OK) {
            kl_value_release(made);
            return status;
        }
        kl_array_push(&made, item, NULL); /* has room */
    }
    *out = made;
    return KL_OK;
}

static kl_status thaw_map(kl_value *out, const kl_frozen *from, kl_value form, int depth,
                          kl_error *error)
{
    kl_value keys = kl_map_get(form, KL_TEXT("k")), values, made;
    KL_TRY(thaw_at(&values, from, form, "v", depth, error));
    bool fits = kl_is(keys, KL_KIND_ARRAY) && kl_array_len(keys) == kl_array_len(values);
    kl_status status = fits ? kl_map_new(&made, kl_array_len(keys), error)
                            : damaged(error, "a map has not one value for each key");
    if (status != KL_OK) {
        kl_value_release(values);
        return status;
    }
    for (size_t i = 0; i < kl_array_len(keys) && status == KL_OK; i++)
        status = kl_is(kl_array_at(keys, i), KL_KIND_STRING)
                     ? kl_map_set_key(&made, kl_array_at(keys, i),
                                      kl_value_retain(kl_array_at(values, i)), error)
                     : damaged(error, "a key is no text");
    kl_value_release(values);
    if (status == KL_OK)
        *out = made;
    else
        kl_value_release(made);
    return status;
}

static kl_status thaw_sparse(kl_value *out, const kl_frozen *from, kl_value form, int depth,
                             kl_error *error)
{
    kl_value data, indices, indptr;
    KL_TRY(thaw_at(&data, from, form, "data", depth, error));
    kl_status status = thaw_at(&indices, from, form, "indices", depth, error);
    if (status != KL_OK) {
        kl_value_release(data);
        return status;
    }
    status = thaw_at(&indptr, from, form, "indptr", depth, error);
    if (status != KL_OK) {
        kl_value_release(data);
        kl_value_release(indices);
        return status;
    }
    return kl_sparse_matrix_new(out, kl_as_int(kl_map_get(form, KL_TEXT("rows"))),
                                kl_as_int(kl_map_get(form, KL_TEXT("cols"))), data, indices, indptr,
                                error);
}

/* Whether a value may lie in a field; what is learned has no limits to check. */
static bool fits(const kl_field *field, kl_value value)
{
    if (kl_is_null(value))
        return field->flags & KL_OPTIONAL || field->kind == KL_KIND_ANY;
    switch (field->kind) {
    case KL_KIND_BUFFER:
        return kl_as_array_view(value) != NULL;
    case KL_KIND_INT:
    case KL_KIND_COUNT:
        return kl_is(value, KL_KIND_INT);
    case KL_KIND_BOOL:
        return kl_is(value, KL_KIND_BOOL);
    case KL_KIND_DOUBLE:
        return kl_is_number(value);
    case KL_KIND_ENUM:
        return kl_param_fits(field, value);
    case KL_KIND_STRING:
        return kl_is(value, KL_KIND_STRING);
    default:
        return true;
    }
}

static kl_status thaw_fields(kl_object *object, const kl_frozen *from, kl_value fields, int depth,
                             kl_error *error)
{
    const kl_type *type = object->type;
    for (size_t i = 0; i < type->field_count; i++) {
        const kl_field *field = &type->fields[i];
        const kl_value *frozen = kl_map_find(fields, kl_text_from(field->name));
        kl_value value;
        if (!frozen) { /* of an older version: its default */
            kl_field_store(object, field, kl_param_default(field));
            continue;
        }
        KL_TRY(thaw(&value, from, *frozen, depth + 1, error));
        bool is_right = fits(field, value);
        if (is_right)
            kl_field_store(object, field, value);
        kl_value_release(value);
        if (!is_right)
            return damaged(error, "a field holds what it cannot");
    }
    return KL_OK;
}

static kl_status thaw_model(kl_estimator *self, const kl_frozen *from, kl_value form, int depth,
                            kl_error *error)
{
    kl_value value;
    KL_TRY(thaw_at(&value, from, form, "model", depth, error));
    kl_estimator *model = kl_as_estimator(value);
    if (!kl_is_null(value) && (!model || model->object.type != self->object.type || !model->is_model)) {
        kl_value_release(value);
        return damaged(error, "what an estimator learned is of another type, or not whole");
    }
    if (model)
        kl_estimator_set_model(self, model);
    return KL_OK;
}

static bool are_texts(kl_value list)
{
    for (size_t i = 0; i < kl_array_len(list); i++)
        if (!kl_is(kl_array_at(list, i), KL_KIND_STRING))
            return false;
    return kl_is(list, KL_KIND_ARRAY);
}

static bool are_names(kl_value names, int64_t features)
{
    return kl_is_null(names) || (are_texts(names) && (int64_t)kl_array_len(names) == features);
}

/* Numbers or texts; a classifier has some. */
static bool are_classes(const kl_estimator *self)
{
    const kl_estimator_table *table = kl_table_of(self);
    if (kl_is_null(self->classes))
        return !table || table->kind != KL_EST_CLASSIFIER || table->flags & KL_EST_RAW;
    bool is_empty = kl_labels_count(self->classes) == 0;
    return (are_texts(self->classes) || kl_is_vector(self->classes, 'd', KL_ANY_COUNT)) &&
           !(is_empty && table && table->kind == KL_EST_CLASSIFIER);
}

static kl_status thaw_frame(kl_estimator *self, const kl_frozen *from, kl_value form, int depth,
                            kl_error *error)
{
    const kl_estimator_table *table = kl_table_of(self);
    if (!kl_map_has(form, KL_TEXT("features")))
        return thaw_model(self, from, form, depth, error);
    self->is_model = true;
    self->features = kl_as_int(kl_map_get(form, KL_TEXT("features")));
    self->outputs = kl_as_int(kl_map_get(form, KL_TEXT("outputs")));
    KL_TRY(thaw_at(&self->names, from, form, "names", depth, error));
    KL_TRY(thaw_at(&self->classes, from, form, "classes", depth, error));
    if (self->features < 0 || self->outputs < 0 || self->features > INT32_MAX || self->outputs > INT32_MAX)
        return damaged(error, "a count is impossible");
    if (!are_names(self->names, self->features) || !are_classes(self))
        return damaged(error, "names or classes are none");
    KL_TRY(kl_estimator_check_limits(self, error));
    KL_TRY(kl_shapes_check(self, error));
    return table && table->restored ? table->restored(self, error) : KL_OK;
}

static kl_status thaw_object(kl_value *out, const kl_frozen *from, kl_value form, int depth,
                             kl_error *error)
{
    kl_text name = kl_as_text(kl_map_get(form, KL_TEXT("type")));
    const kl_type *type = kl_type_find(name, "kailash.ml");
    kl_object *object;
    if (!type || !kl_type_has_fields(type))
        return kl_error_set(error, KL_SYNTAX, "the saved estimator needs the type '%.*s', which is not here",
                            KL_TEXT_ARG(name));
    KL_TRY(kl_object_alloc(&object, type, error));
    kl_status status = thaw_fields(object, from, kl_map_get(form, KL_TEXT("fields")), depth, error);
    if (status == KL_OK && kl_type_is(type, &kl_estimator_type))
        status = thaw_frame((kl_estimator *)object, from, form, depth, error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

static kl_status thaw(kl_value *out, const kl_frozen *from, kl_value frozen, int depth,
                      kl_error *error)
{
    kl_value form = kl_map_get(frozen, KL_TEXT("$"));
    if (depth > 2 * DEPTH_MAX)
        return too_deep(error);
    if (kl_is(frozen, KL_KIND_ARRAY))
        return thaw_list(out, from, frozen, depth, error);
    if (!kl_is(frozen, KL_KIND_MAP)) {
        *out = kl_value_retain(frozen);
        return KL_OK;
    }
    if (kl_word_is(form, "array"))
        return thaw_listed(out, from->arrays, frozen, error);
    if (kl_word_is(form, "face"))
        return thaw_listed(out, from->objects, frozen, error);
    if (kl_word_is(form, "map"))
        return thaw_map(out, from, frozen, depth, error);
    if (kl_word_is(form, "sparse"))
        return thaw_sparse(out, from, frozen, depth, error);
    if (kl_word_is(form, "object"))
        return thaw_object(out, from, frozen, depth, error);
    return damaged(error, "a form is unknown");
}

kl_status kl_thaw(kl_value *out, const kl_frozen *from, kl_value frozen, kl_error *error)
{
    return thaw(out, from, frozen, 0, error);
}
