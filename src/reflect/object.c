/* src/reflect/object.c - objects by their tables: making, freeing, fields, order. */
#include "enum.h"
#include "fields.h"
#include "kailash/decimal.h"
#include "kailash/wide.h"

bool kl_type_is(const kl_type *type, const kl_type *base)
{
    for (; type; type = type->base)
        if (type == base)
            return true;
    return false;
}

void *kl_as_object(kl_value value, const kl_type *type)
{
    return kl_is(value, KL_KIND_OBJECT) && kl_type_is(value.as.object->type, type) ? value.as.object
                                                                                   : NULL;
}

static const kl_param enum_params[] = {
    {.name = "value", .kind = KL_KIND_STRING, .doc = "its text"},
};

const kl_param *kl_type_params(size_t *count, const kl_type *type)
{
    if (type->flags & KL_TYPE_ENUM) {
        *count = KL_COUNT(enum_params);
        return enum_params;
    }
    bool from_fields = !type->init && kl_type_has_fields(type);
    *count = from_fields ? type->field_count : type->param_count;
    return from_fields ? type->fields : type->params;
}

/* ---- fields ---------------------------------------------------------------------------------- */

const kl_field *kl_type_field(const kl_type *type, kl_text name)
{
    for (size_t i = 0; i < type->field_count; i++)
        if (!(type->fields[i].flags & KL_HIDDEN) && kl_param_has_name(&type->fields[i], name))
            return &type->fields[i];
    return NULL;
}

bool kl_param_has_name(const kl_param *param, kl_text name)
{
    return kl_text_is(name, param->name) || (param->alias && kl_text_is(name, param->alias));
}

bool kl_type_fields_have(const kl_type *type, uint32_t flag)
{
    for (size_t i = 0; i < type->field_count; i++)
        if (type->fields[i].flags & flag)
            return true;
    return false;
}

static void *field_at(const kl_object *object, const kl_field *field)
{
    return (char *)(uintptr_t)object + field->offset;
}

static bool is_boxed(const kl_field *field)
{
    return field->kind != KL_KIND_BOOL && field->kind != KL_KIND_INT &&
           field->kind != KL_KIND_COUNT && field->kind != KL_KIND_DOUBLE;
}

/* A number that may be absent, or beyond int64, is kept boxed too; its member is a kl_value. */
static bool is_value_member(const kl_field *field)
{
    return is_boxed(field) || (field->flags & (KL_OPTIONAL | KL_WIDE));
}

/* The value of a field in the object itself. */
static void get_own(kl_value *out, const kl_object *object, const kl_field *field)
{
    void *at = field_at(object, field);
    if (is_value_member(field))
        *out = kl_value_retain(*(kl_value *)at);
    else if (field->kind == KL_KIND_BOOL)
        *out = kl_bool(*(bool *)at);
    else if (field->kind == KL_KIND_DOUBLE)
        *out = kl_double(*(double *)at);
    else
        *out = kl_int(*(int64_t *)at);
}

static kl_status get_learned(kl_value *out, const kl_object *object, const kl_field *field,
                             kl_error *error)
{
    const kl_type *level = object->type;
    kl_object *holder;
    while (level->base && !level->holder)
        level = level->base;
    KL_TRY(level->holder(&holder, object, error));
    get_own(out, holder, field);
    kl_object_release(holder);
    if (!kl_is_null(*out))
        return KL_OK;
    return kl_error_set(error, KL_ATTRIBUTE, "'%s' object has no attribute '%s'",
                        object->type->name, field->name);
}

kl_status kl_field_get(kl_value *out, const kl_object *object, const kl_field *field,
                       kl_error *error)
{
    if (__builtin_expect(field->flags & KL_LEARNED, 0))
        return get_learned(out, object, field, error);
    get_own(out, object, field);
    return KL_OK;
}

void kl_field_get_own(kl_value *out, const kl_object *object, const kl_field *field)
{
    get_own(out, object, field);
}

/* The form in which a number is kept boxed: durations as floats, integers never as bools. */
static kl_value boxed(const kl_field *field, kl_value value)
{
    if (kl_is_null(value))
        return value;
    if (field->kind == KL_KIND_DOUBLE || field->kind == KL_KIND_DURATION)
        return kl_double(kl_as_double(value));
    bool is_whole = field->kind == KL_KIND_INT || field->kind == KL_KIND_COUNT;
    if (is_whole && !kl_is(value, KL_KIND_OBJECT)) /* a kl_wide */
        return kl_int(kl_as_int(value));
    return kl_value_retain(value);
}

void kl_field_store(kl_object *object, const kl_field *field, kl_value value)
{
    void *at = field_at(object, field);
    if (is_value_member(field))
        kl_value_replace(at, boxed(field, value));
    else if (field->kind == KL_KIND_BOOL)
        *(bool *)at = kl_as_bool(value);
    else if (field->kind == KL_KIND_DOUBLE)
        *(double *)at = kl_as_double(value);
    else
        *(int64_t *)at = kl_as_int(value);
}

kl_status kl_field_set(kl_object *object, const kl_field *field, kl_value value, kl_error *error)
{
    kl_value fresh, old;
    kl_status status = KL_OK;
    if (!kl_field_is_settable(object->type, field))
        return kl_error_set(error, KL_ATTRIBUTE, "%s.%s is read-only", object->type->name,
                            field->name);
    KL_TRY(kl_param_convert(&fresh, field, value, error));
    kl_field_get(&old, object, field, NULL);
    kl_field_store(object, field, fresh);
    if (object->type->check)
        status = object->type->check(object, error);
    if (status != KL_OK)
        kl_field_store(object, field, old);
    kl_value_release(old);
    kl_value_release(fresh);
    return status;
}

/* ---- making and freeing ---------------------------------------------------------------------- */

kl_status kl_object_alloc(kl_object **out, const kl_type *type, kl_error *error)
{
    if (type->flags & KL_TYPE_EXCEPTION)
        return kl_error_set(error, KL_TYPE, "%s is an exception: it is raised, not made here",
                            type->name);
    if (type->flags & KL_TYPE_ENUM)
        return kl_error_set(error, KL_TYPE, "%s is an enum: its objects are made already",
                            type->name);
    kl_object *object = kl_alloc_zero(1, type->size);
    if (!object)
        return kl_error_no_memory(error);
    object->payload.refs = 1;
    object->type = type;
    *out = object;
    return KL_OK;
}

static void dispose(kl_object *object)
{
    const kl_type *type = object->type;
    for (const kl_type *level = type; level; level = level->base)
        if (level->dispose)
            level->dispose(object);
    for (size_t i = 0; i < type->field_count; i++)
        if (is_value_member(&type->fields[i]))
            kl_value_release(*(kl_value *)field_at(object, &type->fields[i]));
    kl_free(object);
}

static kl_status fill(kl_object *object, const kl_value *args, kl_error *error)
{
    const kl_type *type = object->type;
    if (type->init)
        return type->init(object, args, error);
    if (!kl_type_has_fields(type))
        return KL_OK;
    for (size_t i = 0; i < type->field_count; i++)
        if (kl_field_is_given(&type->fields[i]))
            kl_field_store(object, &type->fields[i], args[i]);
    return type->check ? type->check(object, error) : KL_OK;
}

kl_status kl_object_make(kl_value *out, const kl_type *type, const kl_value *args, kl_error *error)
{
    kl_object *object;
    if (type->flags & KL_TYPE_ENUM)
        return kl_item_of(out, type, kl_as_text(args[0]), error);
    KL_TRY(kl_object_alloc(&object, type, error));
    kl_status status = fill(object, args, error);
    if (status != KL_OK) {
        kl_object_release(object);
        return status;
    }
    *out = kl_value_of(object);
    return KL_OK;
}

/* ---- what an object holds -------------------------------------------------------------------- */

void kl_object_traverse(kl_object *object, kl_visit *visit, void *data)
{
    const kl_type *type = object->type;
    for (size_t i = 0; i < type->field_count; i++)
        if (is_value_member(&type->fields[i]))
            visit(*(kl_value *)field_at(object, &type->fields[i]), data);
    for (const kl_type *level = type; level; level = level->base)
        if (level->traverse)
            level->traverse(object, visit, data);
}

void kl_object_clear(kl_object *object)
{
    const kl_type *type = object->type;
    for (size_t i = 0; i < type->field_count; i++) {
        kl_kind kind = type->fields[i].kind;
        if (kind == KL_KIND_CALLABLE || kind == KL_KIND_ANY || type->fields[i].flags & KL_FOREIGN)
            kl_value_replace(field_at(object, &type->fields[i]), kl_null());
    }
    for (const kl_type *level = type; level; level = level->base)
        if (level->clear)
            level->clear(object);
}

kl_status kl_object_copy(kl_value *out, const kl_type *type, kl_value object, kl_error *error)
{
    kl_object *copy;
    kl_status status = KL_OK;
    if (kl_is_null(object))
        return kl_object_from_map(out, type, object, error);
    if (!kl_as_object(object, type) || !kl_type_is_record(type) || type->dispose)
        return kl_error_set(error, KL_TYPE, "cannot copy %s", type->name);
    KL_TRY(kl_object_alloc(&copy, type, error));
    for (size_t i = 0; i < type->field_count; i++) {
        kl_value value;
        kl_field_get(&value, object.as.object, &type->fields[i], NULL);
        kl_field_store(copy, &type->fields[i], value);
        kl_value_release(value);
    }
    if (type->check)
        status = type->check(copy, error);
    if (status != KL_OK) {
        kl_object_release(copy);
        return status;
    }
    *out = kl_value_of(copy);
    return KL_OK;
}

/* ---- equality, order, hash by fields --------------------------------------------------------- */

/* Records may hold records: how many levels this thread is inside. */
static _Thread_local unsigned depth;

static kl_status enter(kl_error *error)
{
    if (depth >= KL_RECORD_DEPTH_MAX)
        return kl_error_set(error, KL_DEPTH, "records nest deeper than %d levels",
                            KL_RECORD_DEPTH_MAX);
    depth++;
    return KL_OK;
}

/* Field `field` of both; given. */
static void both(kl_value *x, kl_value *y, kl_object *a, kl_object *b, const kl_field *field)
{
    kl_field_get(x, a, field, NULL);
    kl_field_get(y, b, field, NULL);
}

static kl_status equal_fields(bool *out, kl_object *a, kl_object *b, kl_error *error)
{
    kl_status status = KL_OK;
    *out = true;
    for (size_t i = 0; i < a->type->field_count && *out && status == KL_OK; i++) {
        kl_value x, y;
        both(&x, &y, a, b, &a->type->fields[i]);
        status = kl_value_equal(out, x, y, error);
        kl_value_release(x);
        kl_value_release(y);
    }
    return status;
}

static kl_status equal(bool *out, kl_object *a, kl_object *b, kl_error *error)
{
    *out = false;
    if (a->type != b->type || !kl_type_is_record(a->type))
        return KL_OK;
    KL_TRY(enter(error));
    kl_status status = equal_fields(out, a, b, error);
    depth--;
    return status;
}

static kl_status compare_fields(int *out, kl_object *a, kl_object *b, kl_error *error)
{
    kl_status status = KL_OK;
    *out = 0;
    for (size_t i = 0; i < a->type->field_count && *out == 0 && status == KL_OK; i++) {
        kl_value x, y;
        both(&x, &y, a, b, &a->type->fields[i]);
        status = kl_value_compare(out, x, y, error);
        kl_value_release(x);
        kl_value_release(y);
    }
    return status;
}

/* Items by position, records field by field. */
static kl_status compare_own(int *out, kl_object *a, kl_object *b, kl_error *error)
{
    if (!(a->type->flags & KL_TYPE_ENUM))
        return compare_fields(out, a, b, error);
    const kl_item *x = kl_item_in(kl_value_of(a)), *y = kl_item_in(kl_value_of(b));
    *out = (x > y) - (x < y);
    return KL_OK;
}

static kl_status compare(int *out, kl_object *a, kl_object *b, kl_error *error)
{
    if (a->type != b->type || !(a->type->flags & KL_TYPE_ORDERED))
        return kl_error_set(error, KL_TYPE, "%s and %s have no order", a->type->name,
                            b->type->name);
    KL_TRY(enter(error));
    kl_status status =
        a->type->compare ? a->type->compare(out, a, b, error) : compare_own(out, a, b, error);
    depth--;
    return status;
}

static kl_status hash_fields(uint64_t *out, kl_object *object, kl_error *error)
{
    uint64_t sum = (uintptr_t)object->type;
    for (size_t i = 0; i < object->type->field_count; i++) {
        kl_value value;
        uint64_t part = 0;
        kl_field_get(&value, object, &object->type->fields[i], NULL);
        kl_status status = kl_value_hash(&part, value, error);
        kl_value_release(value);
        KL_TRY(status);
        sum = sum * 0x9E3779B97F4A7C15ull + part;
    }
    *out = sum;
    return KL_OK;
}

static kl_status hash(uint64_t *out, kl_object *object, kl_error *error)
{
    if (!kl_type_is_record(object->type)) {
        *out = (uint64_t)(uintptr_t)object;
        return KL_OK;
    }
    KL_TRY(enter(error));
    kl_status status = hash_fields(out, object, error);
    depth--;
    return status;
}

static bool is_wide(uint64_t *out, const kl_object *object)
{
    if (object->type != &kl_wide_type)
        return false;
    *out = ((const kl_wide *)object)->integer;
    return true;
}

static bool is_integer(kl_text *out, const kl_object *object)
{
    if (object->type != &kl_decimal_type)
        return false;
    *out = kl_as_text(((const kl_decimal *)object)->text);
    size_t sign = out->len && out->data[0] == '-';
    for (size_t i = sign; i < out->len; i++)
        if (out->data[i] < '0' || out->data[i] > '9')
            return false;
    return out->len > sign;
}

const kl_object_hooks kl_object_table = {
    .dispose = dispose, .equal = equal, .compare = compare, .hash = hash,
    .wide_new = kl_unsigned_new, .is_wide = is_wide, .is_integer = is_integer};
