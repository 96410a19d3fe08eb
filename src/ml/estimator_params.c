/* src/ml/estimator_params.c - parameters by name, also of estimators within estimators. */
#include "estimator_parts.h"
#include "model.h"

#include "base/buffer.h"
#include "kailash/data.h"
#include "reflect/fields.h"

/* ---- what is within ------------------------------------------------------------------------------ */

static bool has_params(kl_value value)
{
    return kl_as_estimator(value) ||
           (kl_as_foreign(value) && kl_foreign_has(value, "get_params"));
}

/* The estimators in fields, by the names of these. */
static kl_status parts_in_fields(kl_value *out, const kl_estimator *self, kl_error *error)
{
    const kl_type *type = self->object.type;
    kl_value map;
    kl_status status = KL_OK;
    KL_TRY(kl_map_new(&map, 2, error));
    for (size_t i = 0; i < type->field_count && status == KL_OK; i++) {
        kl_value value;
        if (!kl_field_is_given(&type->fields[i]))
            continue;
        kl_field_get_own(&value, &self->object, &type->fields[i]);
        if (has_params(value))
            status = kl_map_set(&map, kl_text_from(type->fields[i].name), value, error);
        else
            kl_value_release(value);
    }
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

kl_status kl_estimator_parts(kl_value *out, const kl_estimator *self, kl_error *error)
{
    const kl_estimator_table *table = kl_table_of(self);
    return table->parts ? table->parts(out, self, error) : parts_in_fields(out, self, error);
}

/* ---- reading ------------------------------------------------------------------------------------- */

/* Estimators hold estimators; how many levels this thread is inside. */
enum { NESTING_MAX = 64 };
static _Thread_local unsigned nesting;

static kl_status enter(kl_error *error)
{
    if (nesting >= NESTING_MAX)
        return kl_error_set(error, KL_DEPTH, "estimators nest deeper than %d levels", NESTING_MAX);
    nesting++;
    return KL_OK;
}

static kl_status add_inner(kl_value *map, kl_text part, kl_value params, kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(params); i++) {
        kl_buffer name = KL_BUFFER_INIT;
        kl_value key;
        kl_buffer_add(&name, part);
        kl_buffer_string(&name, "__");
        kl_buffer_add(&name, kl_map_key_at(params, i));
        KL_TRY(kl_buffer_finish(&key, &name, error));
        kl_status status = kl_map_set_key(map, key, kl_value_retain(kl_map_value_at(params, i)), error);
        kl_value_release(key);
        if (status != KL_OK)
            return status;
    }
    return KL_OK;
}

static kl_status add_part(kl_value *map, kl_text name, kl_value part, kl_error *error)
{
    kl_value params;
    if (!has_params(part))
        return KL_OK;
    KL_TRY(kl_model_get_params(&params, part, true, error));
    kl_status status = add_inner(map, name, params, error);
    kl_value_release(params);
    return status;
}

static kl_status add_parts(kl_value *map, const kl_estimator *self, kl_error *error)
{
    kl_value parts;
    KL_TRY(enter(error));
    kl_status status = kl_estimator_parts(&parts, self, error);
    if (status == KL_OK) {
        for (size_t i = 0; i < kl_map_len(parts) && status == KL_OK; i++) {
            kl_text name = kl_map_key_at(parts, i);
            kl_value part = kl_map_value_at(parts, i);
            if (kl_table_of(self)->parts) /* not among the fields */
                status = kl_map_set(map, name, kl_value_retain(part), error);
            if (status == KL_OK)
                status = add_part(map, name, part, error);
        }
        kl_value_release(parts);
    }
    nesting--;
    return status;
}

static kl_status add_fields(kl_value *map, const kl_estimator *self, kl_error *error)
{
    const kl_type *type = self->object.type;
    for (size_t i = 0; i < type->field_count; i++) {
        const kl_field *field = &type->fields[i];
        kl_value value;
        if (!kl_field_is_given(field))
            continue;
        kl_field_get_own(&value, &self->object, field);
        if (field->alias)
            KL_TRY(kl_map_set(map, kl_text_from(field->alias), kl_value_retain(value), error));
        KL_TRY(kl_map_set(map, kl_text_from(field->name), value, error));
    }
    return KL_OK;
}

kl_status kl_estimator_get_params(kl_value *out, const kl_estimator *self, bool deep,
                                  kl_error *error)
{
    kl_value map;
    KL_TRY(kl_map_new(&map, self->object.type->field_count, error));
    kl_status status = add_fields(&map, self, error);
    if (status == KL_OK && deep)
        status = add_parts(&map, self, error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

/* ---- setting ------------------------------------------------------------------------------------- */

static kl_status refuse_name(const kl_estimator *self, kl_text name, kl_error *error)
{
    const kl_type *type = self->object.type;
    kl_buffer known = KL_BUFFER_INIT;
    kl_value list;
    for (size_t i = 0; i < type->field_count; i++)
        if (kl_field_is_given(&type->fields[i]))
            kl_buffer_format(&known, "%s%s", known.len ? ", " : "", type->fields[i].name);
    KL_TRY(kl_buffer_finish(&list, &known, error));
    kl_error_set(error, KL_INVALID, "invalid parameter '%.*s' for %s; valid parameters are: %.*s",
                 KL_TEXT_ARG(name), type->name, KL_TEXT_ARG(kl_as_text(list)));
    kl_value_release(list);
    return KL_INVALID;
}

/* Where "__" stands, or the length. */
static size_t split(kl_text name)
{
    for (size_t i = 0; i + 1 < name.len; i++)
        if (name.data[i] == '_' && name.data[i + 1] == '_')
            return i;
    return name.len;
}

static kl_status set_within(const kl_estimator *self, kl_value parts, kl_text name, kl_value value,
                            kl_error *error)
{
    size_t at = split(name);
    kl_value part = kl_map_get(parts, (kl_text){name.data, at}), params;
    if (!has_params(part))
        return refuse_name(self, name, error);
    kl_text rest = {name.data + at + 2, name.len - at - 2};
    KL_TRY(kl_map_of_one(&params, rest, kl_value_retain(value), error));
    kl_status status = kl_model_set_params(part, params, error);
    kl_value_release(params);
    return status;
}

static kl_status set_one(kl_estimator *self, kl_value parts, kl_text name, kl_value value,
                         kl_error *error)
{
    const kl_field *field = kl_type_field(self->object.type, name);
    if (field && kl_field_is_given(field))
        return kl_field_set(&self->object, field, value, error);
    if (split(name) < name.len)
        return set_within(self, parts, name, value, error);
    if (kl_table_of(self)->replace && kl_map_has(parts, name))
        return kl_table_of(self)->replace(self, name, value, error);
    return refuse_name(self, name, error);
}

/* Whole names first, so that a part that is replaced gets the parameters meant for it. */
static kl_status set_all(kl_estimator *self, kl_value params, bool within, kl_error *error)
{
    kl_value parts;
    kl_status status = KL_OK;
    KL_TRY(kl_estimator_parts(&parts, self, error));
    for (size_t i = 0; i < kl_map_len(params) && status == KL_OK; i++) {
        kl_text name = kl_map_key_at(params, i);
        if ((split(name) < name.len) == within)
            status = set_one(self, parts, name, kl_map_value_at(params, i), error);
    }
    kl_value_release(parts);
    return status;
}

kl_status kl_estimator_set_params(kl_estimator *self, kl_value params, kl_error *error)
{
    KL_TRY(enter(error));
    kl_status status = set_all(self, params, false, error);
    if (status == KL_OK)
        status = set_all(self, params, true, error);
    nesting--;
    return status;
}

/* ---- copies -------------------------------------------------------------------------------------- */

/* A parameter of a clone: estimators are cloned too, also those in lists and pairs. */
static kl_status clone_value(kl_value *out, kl_value value, kl_error *error)
{
    if (kl_is_model(value) && has_params(value))
        return kl_model_clone(out, value, error);
    if (!kl_is(value, KL_KIND_ARRAY)) {
        *out = kl_value_retain(value);
        return KL_OK;
    }
    kl_value list, item;
    KL_TRY(kl_array_new(&list, kl_array_len(value), error));
    for (size_t i = 0; i < kl_array_len(value); i++) {
        kl_status status = clone_value(&item, kl_array_at(value, i), error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
        kl_array_push(&list, item, NULL); /* has room */
    }
    *out = list;
    return KL_OK;
}

static kl_status clone_fields(kl_object *to, const kl_estimator *from, kl_error *error)
{
    const kl_type *type = from->object.type;
    for (size_t i = 0; i < type->field_count; i++) {
        kl_value value, copy;
        if (type->fields[i].flags & KL_LEARNED)
            continue;
        kl_field_get_own(&value, &from->object, &type->fields[i]);
        kl_status status = clone_value(&copy, value, error);
        kl_value_release(value);
        if (status != KL_OK)
            return status;
        kl_field_store(to, &type->fields[i], copy);
        kl_value_release(copy);
    }
    return KL_OK;
}

kl_status kl_estimator_clone(kl_value *out, const kl_estimator *self, kl_error *error)
{
    kl_object *made;
    KL_TRY(enter(error));
    kl_status status = kl_object_alloc(&made, self->object.type, error);
    if (status == KL_OK) {
        status = clone_fields(made, self, error);
        if (status == KL_OK)
            *out = kl_value_of(made);
        else
            kl_object_release(made);
    }
    nesting--;
    return status;
}
