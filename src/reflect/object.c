/* src/reflect/object.c - objects by their tables: making, freeing, fields, equality, repr. */
#include "buffer.h"
#include "payload.h"
#include "kailash/json.h"
#include "kailash/type.h"

bool kl_type_is(const kl_type *type, const kl_type *base)
{
    for (; type; type = type->base)
        if (type == base)
            return true;
    return false;
}

void *kl_as_object(kl_value value, const kl_type *type)
{
    return kl_is(value, KL_KIND_OBJECT) && kl_type_is(value.as.object->type, type)
               ? value.as.object
               : NULL;
}

const kl_param *kl_type_params(size_t *count, const kl_type *type)
{
    bool from_fields = !type->init && (type->flags & (KL_TYPE_RECORD | KL_TYPE_MUTABLE));
    *count = from_fields ? type->field_count : type->param_count;
    return from_fields ? type->fields : type->params;
}

/* ---- fields ---------------------------------------------------------------------------------- */

static void *field_at(const kl_object *object, const kl_field *field)
{
    return (char *)(uintptr_t)object + field->offset;
}

static bool is_boxed(const kl_field *field)
{
    return field->kind != KL_KIND_BOOL && field->kind != KL_KIND_INT &&
           field->kind != KL_KIND_COUNT && field->kind != KL_KIND_DOUBLE;
}

/* A number that may be absent is kept boxed too; its member is a kl_value. */
static bool is_value_member(const kl_field *field)
{
    return is_boxed(field) || (field->flags & KL_OPTIONAL);
}

kl_status kl_field_get(kl_value *out, const kl_object *object, const kl_field *field,
                       kl_error *error)
{
    (void)error;
    void *at = field_at(object, field);
    if (is_value_member(field))
        *out = kl_value_retain(*(kl_value *)at);
    else if (field->kind == KL_KIND_BOOL)
        *out = kl_bool(*(bool *)at);
    else if (field->kind == KL_KIND_DOUBLE)
        *out = kl_double(*(double *)at);
    else
        *out = kl_int(*(int64_t *)at);
    return KL_OK;
}

/* `value` was checked. */
static void store_field(kl_object *object, const kl_field *field, kl_value value)
{
    void *at = field_at(object, field);
    bool to_double = field->kind == KL_KIND_DOUBLE || field->kind == KL_KIND_DURATION;
    if (is_value_member(field))
        kl_value_replace(at, to_double && !kl_is_null(value) ? kl_double(kl_as_double(value))
                                                             : kl_value_retain(value));
    else if (field->kind == KL_KIND_BOOL)
        *(bool *)at = kl_as_bool(value);
    else if (field->kind == KL_KIND_DOUBLE)
        *(double *)at = kl_as_double(value);
    else
        *(int64_t *)at = kl_as_int(value);
}

kl_status kl_field_set(kl_object *object, const kl_field *field, kl_value value, kl_error *error)
{
    KL_TRY(kl_param_check(field, value, error));
    store_field(object, field, value);
    return KL_OK;
}

/* ---- making and freeing ---------------------------------------------------------------------- */

kl_status kl_object_alloc(kl_object **out, const kl_type *type, kl_error *error)
{
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

kl_status kl_object_make(kl_value *out, const kl_type *type, const kl_value *args, kl_error *error)
{
    kl_object *object;
    kl_status status = KL_OK;
    KL_TRY(kl_object_alloc(&object, type, error));
    if (type->init) {
        status = type->init(object, args, error);
    } else {
        for (size_t i = 0; i < type->field_count; i++) {
            const kl_field *field = &type->fields[i];
            if (!(field->flags & (KL_HIDDEN | KL_READ_ONLY)))
                store_field(object, field, args[i]);
        }
        if (type->check)
            status = type->check(object, error);
    }
    if (status != KL_OK) {
        kl_object_release(object);
        return status;
    }
    *out = kl_value_of(object);
    return KL_OK;
}

/* ---- maps of arguments, maps of fields ------------------------------------------------------- */

enum { ARGUMENTS_MAX = 64 };

static kl_status argument_of(kl_value *out, const kl_param *param, kl_value map, kl_error *error)
{
    const kl_value *given = kl_map_find(map, kl_text_from(param->name));
    if (!given && kl_param_required(param) && !(param->flags & (KL_HIDDEN | KL_READ_ONLY)))
        return kl_error_set(error, KL_INVALID, "%s: missing", param->name);
    if (!given) {
        *out = kl_value_retain(kl_param_default(param));
        return KL_OK;
    }
    if (param->kind == KL_KIND_OBJECT && param->type && kl_is(*given, KL_KIND_MAP))
        return kl_object_from_map(out, param->type, *given, error);
    KL_TRY(kl_param_check(param, *given, error));
    *out = kl_value_retain(*given);
    return KL_OK;
}

kl_status kl_object_from_map(kl_value *out, const kl_type *type, kl_value map, kl_error *error)
{
    kl_value args[ARGUMENTS_MAX];
    size_t count, made = 0;
    const kl_param *params = kl_type_params(&count, type);
    kl_status status = KL_OK;
    if (type->flags & KL_TYPE_NO_INIT)
        return kl_error_set(error, KL_TYPE, "%s cannot be constructed", type->name);
    if (!kl_is(map, KL_KIND_MAP) && !kl_is_null(map))
        return kl_error_set(error, KL_TYPE, "%s: expected object, got %s", type->name,
                            kl_value_kind_name(map));
    for (; made < count; made++)
        KL_TRY_OUT(argument_of(&args[made], &params[made], map, error));
    status = kl_object_make(out, type, args, error);
out:
    while (made)
        kl_value_release(args[--made]);
    return status;
}

kl_status kl_object_copy(kl_value *out, const kl_type *type, kl_value object, kl_error *error)
{
    kl_value args[ARGUMENTS_MAX];
    kl_status status = KL_OK;
    size_t made = 0;
    if (kl_is_null(object))
        return kl_object_from_map(out, type, object, error);
    for (; made < type->field_count && status == KL_OK; made++)
        status = kl_field_get(&args[made], object.as.object, &type->fields[made], error);
    if (status == KL_OK)
        status = kl_object_make(out, type, args, error);
    while (made)
        kl_value_release(args[--made]);
    return status;
}

/* A value with the records in it turned into maps; given. */
static kl_status plain_value(kl_value *out, kl_value value, kl_error *error)
{
    if (kl_is(value, KL_KIND_OBJECT))
        return kl_object_to_map(out, value.as.object, error);
    if (!kl_is(value, KL_KIND_ARRAY)) {
        *out = kl_value_retain(value);
        return KL_OK;
    }
    kl_value list;
    KL_TRY(kl_array_new(&list, kl_array_len(value), error));
    for (size_t i = 0; i < kl_array_len(value); i++) {
        kl_value item;
        kl_status status = plain_value(&item, kl_array_at(value, i), error);
        if (status == KL_OK)
            status = kl_array_push(&list, item, error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    *out = list;
    return KL_OK;
}

static kl_status add_field(kl_value *map, kl_object *object, const kl_field *field, kl_error *error)
{
    kl_value value, plain;
    KL_TRY(kl_field_get(&value, object, field, error));
    kl_status status = plain_value(&plain, value, error);
    kl_value_release(value);
    return status == KL_OK ? kl_map_set(map, kl_text_from(field->name), plain, error) : status;
}

kl_status kl_object_to_map(kl_value *out, kl_object *object, kl_error *error)
{
    const kl_type *type = object->type;
    if (!(type->flags & (KL_TYPE_RECORD | KL_TYPE_MUTABLE)))
        return kl_error_set(error, KL_TYPE, "%s has no dict form", type->name);
    kl_value map;
    KL_TRY(kl_map_new(&map, type->field_count, error));
    for (size_t i = 0; i < type->field_count; i++) {
        if (type->fields[i].flags & KL_HIDDEN)
            continue;
        kl_status status = add_field(&map, object, &type->fields[i], error);
        if (status != KL_OK) {
            kl_value_release(map);
            return status;
        }
    }
    *out = map;
    return KL_OK;
}

/* ---- repr ------------------------------------------------------------------------------------ */

static void show_text(kl_buffer *to, kl_text text)
{
    enum { SHOWN = 80 };
    const char *at = text.data, *end = text.data + text.len;
    for (int i = 0; i < SHOWN && at < end; i++) { /* cut by characters, never inside one */
        const char *from = at;
        uint32_t code = kl_utf8_next(&at);
        if (code < 32 || code == 127)
            kl_buffer_format(to, "\\x%02x", (unsigned)code);
        else
            kl_buffer_add(to, (kl_text){from, (size_t)(at - from)});
    }
    if (at < end)
        kl_buffer_string(to, "...");
}

static kl_status show_value(kl_buffer *to, kl_value value, kl_error *error)
{
    kl_value text;
    switch (kl_value_kind(value)) {
    case KL_KIND_NULL:
        kl_buffer_string(to, "None");
        return KL_OK;
    case KL_KIND_STRING:
        show_text(to, kl_as_text(value));
        return KL_OK;
    case KL_KIND_BYTES:
        kl_buffer_format(to, "<%zu bytes>", kl_value_len(value));
        return KL_OK;
    case KL_KIND_DOUBLE: {
        char number[32];
        kl_buffer_add(to, (kl_text){number, kl_double_print(number, value.as.real)});
        return KL_OK;
    }
    case KL_KIND_OBJECT:
        KL_TRY(kl_object_repr(&text, value.as.object, error));
        kl_buffer_add(to, kl_as_text(text));
        break;
    default:
        KL_TRY(kl_json_print(&text, value, &kl_json_spaced, error));
        show_text(to, kl_as_text(text));
        break;
    }
    kl_value_release(text);
    return KL_OK;
}

static bool is_listed(const char *names, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = names; at && *at; at += strspn(at, " ")) {
        size_t word = strcspn(at, " ");
        if (word == len && memcmp(at, name, len) == 0)
            return true;
        at += word;
    }
    return names == NULL;
}

kl_status kl_object_repr(kl_value *out, kl_object *object, kl_error *error)
{
    const kl_type *type = object->type;
    kl_buffer text = KL_BUFFER_INIT;
    if (type->repr)
        return type->repr(out, object, error);
    kl_buffer_format(&text, "%s(", type->name);
    bool first = true;
    for (size_t i = 0; i < type->field_count; i++) {
        const kl_field *field = &type->fields[i];
        if ((field->flags & (KL_HIDDEN | KL_DEPRECATED)) ||
            !is_listed(type->repr_fields, field->name))
            continue;
        kl_value value;
        KL_TRY(kl_field_get(&value, object, field, error));
        kl_buffer_format(&text, "%s%s=", first ? "" : ", ", field->name);
        first = false;
        kl_status status = KL_OK;
        if (field->flags & KL_SECRET)
            kl_buffer_string(&text, kl_is_null(value) ? "None" : "<redacted>");
        else
            status = show_value(&text, value, error);
        kl_value_release(value);
        if (status != KL_OK) {
            kl_buffer_free(&text);
            return status;
        }
    }
    kl_buffer_byte(&text, ')');
    return kl_buffer_finish(out, &text, error);
}

/* ---- equality, order, hash by fields --------------------------------------------------------- */

static bool is_data(const kl_type *type) { return type->flags & (KL_TYPE_RECORD | KL_TYPE_MUTABLE); }

static kl_status equal(bool *out, kl_object *a, kl_object *b, kl_error *error)
{
    *out = false;
    if (a->type != b->type || !is_data(a->type))
        return KL_OK;
    *out = true;
    for (size_t i = 0; i < a->type->field_count && *out; i++) {
        kl_value x, y;
        KL_TRY(kl_field_get(&x, a, &a->type->fields[i], error));
        kl_status status = kl_field_get(&y, b, &a->type->fields[i], error);
        if (status == KL_OK) {
            status = kl_value_equal(out, x, y, error);
            kl_value_release(y);
        }
        kl_value_release(x);
        KL_TRY(status);
    }
    return KL_OK;
}

static kl_status compare(int *out, kl_object *a, kl_object *b, kl_error *error)
{
    if (a->type != b->type || !(a->type->flags & KL_TYPE_ORDERED))
        return kl_error_set(error, KL_TYPE, "%s and %s have no order", a->type->name,
                            b->type->name);
    if (a->type->compare)
        return a->type->compare(out, a, b, error);
    *out = 0;
    for (size_t i = 0; i < a->type->field_count && *out == 0; i++) {
        kl_value x, y;
        KL_TRY(kl_field_get(&x, a, &a->type->fields[i], error));
        kl_status status = kl_field_get(&y, b, &a->type->fields[i], error);
        if (status == KL_OK) {
            status = kl_value_compare(out, x, y, error);
            kl_value_release(y);
        }
        kl_value_release(x);
        KL_TRY(status);
    }
    return KL_OK;
}

static kl_status hash(uint64_t *out, kl_object *object, kl_error *error)
{
    uint64_t sum = (uintptr_t)object->type;
    if (!is_data(object->type)) {
        *out = (uint64_t)(uintptr_t)object;
        return KL_OK;
    }
    for (size_t i = 0; i < object->type->field_count; i++) {
        kl_value value;
        uint64_t part = 0;
        KL_TRY(kl_field_get(&value, object, &object->type->fields[i], error));
        kl_status status = kl_value_hash(&part, value, error);
        kl_value_release(value);
        KL_TRY(status);
        sum = sum * 0x9E3779B97F4A7C15ull + part;
    }
    *out = sum;
    return KL_OK;
}

const kl_object_hooks kl_object_table = {
    .dispose = dispose, .equal = equal, .compare = compare, .hash = hash};

/* ---- calling by name ------------------------------------------------------------------------- */

const kl_method *kl_type_method(const kl_type *type, kl_text name)
{
    for (; type; type = type->base)
        for (size_t i = 0; i < type->method_count; i++)
            if (kl_text_is(name, type->methods[i].name))
                return &type->methods[i];
    return NULL;
}

kl_status kl_object_call(kl_value *out, kl_object *self, kl_text name, const kl_value *args,
                         size_t count, kl_error *error)
{
    const kl_method *method = kl_type_method(self->type, name);
    if (!method)
        return kl_error_set(error, KL_ATTRIBUTE, "%s has no method '%.*s'", self->type->name,
                            KL_TEXT_ARG(name));
    if (count > method->param_count)
        return kl_error_set(error, KL_TYPE, "%s() takes at most %zu arguments, got %zu",
                            method->name, method->param_count, count);
    kl_value checked[ARGUMENTS_MAX];
    for (size_t i = 0; i < method->param_count; i++) {
        const kl_param *param = &method->params[i];
        if (i >= count && kl_param_required(param))
            return kl_error_set(error, KL_TYPE, "%s() misses the argument '%s'", method->name,
                                param->name);
        checked[i] = i < count ? args[i] : kl_param_default(param);
        if (i < count)
            KL_TRY(kl_param_check(param, args[i], error));
    }
    *out = kl_null();
    return method->call(out, self, checked, error);
}
