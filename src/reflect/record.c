/* src/reflect/record.c - records as maps and as JSON text, and back. */
#include "encode.h"
#include "fields.h"
#include "stack.h"
#include "kailash/json.h"
#include "kailash/wide.h"

/* ---- whether a value holds objects ----------------------------------------------------------- */

typedef struct visit {
    kl_value container;
    size_t next;
} visit;

static bool is_container(kl_value value)
{
    return kl_is(value, KL_KIND_ARRAY) || kl_is(value, KL_KIND_MAP);
}

static kl_value child(kl_value container, size_t index)
{
    return kl_is(container, KL_KIND_MAP) ? kl_map_value_at(container, index)
                                         : kl_array_at(container, index);
}

/* Plain values are shared as they are, however deep; only what holds a record is rebuilt. */
static kl_status holds_object(bool *out, kl_value value, kl_error *error)
{
    kl_stack stack;
    kl_status status = KL_OK;
    kl_stack_init(&stack, sizeof(visit));
    *out = kl_is(value, KL_KIND_OBJECT);
    for (kl_value at = value; !*out;) {
        if (is_container(at)) {
            visit *frame = kl_stack_push(&stack);
            if (!frame) {
                status = kl_error_no_memory(error);
                break;
            }
            *frame = (visit){at, 0};
        }
        visit *top = kl_stack_top(&stack);
        while (top && top->next == kl_value_len(top->container)) {
            kl_stack_pop(&stack);
            top = kl_stack_top(&stack);
        }
        if (!top)
            break;
        at = child(top->container, top->next++);
        *out = kl_is(at, KL_KIND_OBJECT);
    }
    kl_stack_end(&stack);
    return status;
}

/* ---- to maps --------------------------------------------------------------------------------- */

static kl_status to_map(kl_value *out, kl_object *object, unsigned depth, kl_error *error);
static kl_status plain_value(kl_value *out, kl_value value, unsigned depth, kl_error *error);

static kl_status rebuild(kl_value *out, kl_value value, unsigned depth, kl_error *error)
{
    bool is_map = kl_is(value, KL_KIND_MAP);
    size_t len = kl_value_len(value);
    kl_value made, item;
    kl_status status;
    KL_TRY(is_map ? kl_map_new(&made, len, error) : kl_array_new(&made, len, error));
    for (size_t i = 0; i < len; i++) {
        KL_TRY_OUT(plain_value(&item, child(value, i), depth, error));
        KL_TRY_OUT(is_map ? kl_map_set_key(&made, kl_map_key_value_at(value, i), item, error)
                          : kl_array_push(&made, item, error));
    }
    *out = made;
    return KL_OK;
out:
    kl_value_release(made);
    return status;
}

/* A value with the records in it turned into maps; given. */
static kl_status plain_value(kl_value *out, kl_value value, unsigned depth, kl_error *error)
{
    bool holds;
    if (depth > KL_RECORD_DEPTH_MAX)
        return kl_error_set(error, KL_DEPTH, "records nest deeper than %d levels",
                            KL_RECORD_DEPTH_MAX);
    if (kl_item_in(value))
        return kl_string_new(out, kl_text_from(kl_item_in(value)->word), error);
    if (kl_is(value, KL_KIND_OBJECT) && !kl_as_object(value, &kl_wide_type))
        return to_map(out, value.as.object, depth, error);
    KL_TRY(holds_object(&holds, value, error));
    if (holds && is_container(value))
        return rebuild(out, value, depth + 1, error);
    *out = kl_value_retain(value);
    return KL_OK;
}

static kl_status add_field(kl_value *map, kl_object *object, const kl_field *field, unsigned depth,
                           kl_error *error)
{
    kl_value value, plain;
    KL_TRY(kl_field_get(&value, object, field, error));
    kl_status status = plain_value(&plain, value, depth + 1, error);
    kl_value_release(value);
    return status == KL_OK ? kl_map_set(map, kl_text_from(field->name), plain, error) : status;
}

static kl_status to_map(kl_value *out, kl_object *object, unsigned depth, kl_error *error)
{
    const kl_type *type = object->type;
    kl_value map;
    kl_status status;
    if (!kl_type_is_record(type))
        return kl_error_set(error, KL_TYPE, "%s has no dict form", type->name);
    KL_TRY(kl_map_new(&map, type->field_count, error));
    for (size_t i = 0; i < type->field_count; i++)
        if (!(type->fields[i].flags & KL_HIDDEN))
            KL_TRY_OUT(add_field(&map, object, &type->fields[i], depth, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

kl_status kl_object_to_map(kl_value *out, kl_object *object, kl_error *error)
{
    return to_map(out, object, 0, error);
}

kl_status kl_object_to_json(kl_value *out, kl_object *object, kl_error *error)
{
    const kl_json_style *style = object->type->json ? object->type->json : &kl_json_record;
    kl_value map;
    KL_TRY(kl_object_to_map(&map, object, error));
    kl_status status = kl_json_print(out, map, style, error);
    kl_value_release(map);
    return status;
}

/* ---- from maps ------------------------------------------------------------------------------- */

/* How a map is read: how deep we are, and whether it was JSON, where bytes are base64 text. */
typedef struct reader {
    unsigned depth;
    bool is_json;
    kl_error *error;
} reader;

static kl_status from_map(kl_value *out, const kl_type *type, kl_value map, reader *r);

static kl_status decode_bytes(kl_value *out, const kl_param *param, kl_value text, reader *r)
{
    kl_buffer bytes = KL_BUFFER_INIT;
    kl_status status = kl_base64_decode(&bytes, kl_as_text(text), KL_BASE64_STANDARD, r->error);
    if (status != KL_OK) {
        kl_buffer_free(&bytes);
        kl_error_prefix(r->error, "%s: ", param->name);
        return status;
    }
    return kl_buffer_finish_bytes(out, &bytes, r->error);
}

/* The record that a map stands for, the item of a word, or the value itself; given. `index` is SIZE_MAX outside of
 * containers. */
static kl_status revive(kl_value *out, const kl_param *param, kl_value value, size_t index,
                        reader *r)
{
    bool is_word = param->type->flags & KL_TYPE_ENUM && kl_is(value, KL_KIND_STRING);
    if (!kl_is(value, KL_KIND_MAP) && !is_word) {
        *out = kl_value_retain(value);
        return KL_OK;
    }
    kl_status status = is_word ? kl_item_of(out, param->type, kl_as_text(value), r->error)
                               : from_map(out, param->type, value, r);
    if (status == KL_OK)
        return KL_OK;
    if (index == SIZE_MAX)
        kl_error_prefix(r->error, "%s: ", param->name);
    else
        kl_error_prefix(r->error, "%s[%zu]: ", param->name, index);
    return status;
}

static kl_status revive_items(kl_value *out, const kl_param *param, kl_value value, reader *r)
{
    bool is_map = kl_is(value, KL_KIND_MAP);
    size_t len = kl_value_len(value);
    kl_value made, item;
    kl_status status;
    KL_TRY(is_map ? kl_map_new(&made, len, r->error) : kl_array_new(&made, len, r->error));
    for (size_t i = 0; i < len; i++) {
        KL_TRY_OUT(revive(&item, param, child(value, i), i, r));
        KL_TRY_OUT(is_map ? kl_map_set_key(&made, kl_map_key_value_at(value, i), item, r->error)
                          : kl_array_push(&made, item, r->error));
    }
    *out = made;
    return KL_OK;
out:
    kl_value_release(made);
    return status;
}

/* A given value in the form that its parameter is checked in; given. */
static kl_status prepare(kl_value *out, const kl_param *param, kl_value value, reader *r)
{
    if (param->type && param->kind == KL_KIND_OBJECT)
        return revive(out, param, value, SIZE_MAX, r);
    if (param->type && param->item == KL_KIND_OBJECT && kl_is(value, param->kind) &&
        is_container(value))
        return revive_items(out, param, value, r);
    if (param->kind == KL_KIND_BYTES && r->is_json && kl_is(value, KL_KIND_STRING))
        return decode_bytes(out, param, value, r);
    *out = kl_value_retain(value);
    return KL_OK;
}

static kl_status checked(kl_value *out, const kl_param *param, kl_value value, reader *r)
{
    kl_value ready;
    KL_TRY(prepare(&ready, param, value, r));
    kl_status status = kl_param_convert(out, param, ready, r->error);
    kl_value_release(ready);
    return status;
}

/* What a map has for a parameter by either of its names; NULL = nothing. Borrowed. */
static kl_status find_given(const kl_value **out, const kl_param *param, kl_value map,
                            kl_error *error)
{
    bool is_given = kl_field_is_given(param), is_same = true;
    const kl_value *by_name = is_given ? kl_map_find(map, kl_text_from(param->name)) : NULL;
    const kl_value *by_alias =
        is_given && param->alias ? kl_map_find(map, kl_text_from(param->alias)) : NULL;
    if (by_name && by_alias)
        KL_TRY(kl_value_equal(&is_same, *by_name, *by_alias, error));
    if (!is_same)
        return kl_error_set(error, KL_TYPE, "%s and %s are one parameter, with different values",
                            param->name, param->alias);
    *out = by_name ? by_name : by_alias;
    return KL_OK;
}

static kl_status argument_of(kl_value *out, const kl_param *param, kl_value map, reader *r)
{
    const kl_value *given;
    KL_TRY(find_given(&given, param, map, r->error));
    if (given)
        return checked(out, param, *given, r);
    if (kl_param_required(param) && kl_field_is_given(param))
        return kl_error_set(r->error, KL_INVALID, "%s: missing", param->name);
    KL_TRY(kl_param_read_default(out, param, r->error));
    kl_value_retain(*out);
    return KL_OK;
}

static bool is_known(const kl_type *type, kl_text key)
{
    size_t count;
    const kl_param *params = kl_type_params(&count, type);
    for (size_t i = 0; i < count; i++)
        if (kl_field_is_given(&params[i]) && kl_param_has_name(&params[i], key))
            return true;
    return kl_type_is_record(type) && kl_type_field(type, key);
}

static kl_status refuse_key(const kl_type *type, kl_text key, kl_error *error)
{
    kl_buffer known = KL_BUFFER_INIT;
    kl_value list;
    size_t count;
    const kl_param *params = kl_type_params(&count, type);
    for (size_t i = 0; i < count; i++)
        if (kl_field_is_given(&params[i]))
            kl_buffer_format(&known, "%s%s", known.len ? ", " : "", params[i].name);
    KL_TRY(kl_buffer_finish(&list, &known, error));
    kl_text names = kl_as_text(list);
    kl_error_set(error, KL_INVALID, "%s: unknown key '%.*s'; known keys: %.*s", type->name,
                 KL_TEXT_ARG(key), KL_TEXT_ARG(names));
    kl_value_release(list);
    return KL_INVALID;
}

/* What to_map() wrote and the constructor does not take: ids, stamps. */
static kl_status restore_fields(kl_object *object, kl_value map, reader *r)
{
    const kl_type *type = object->type;
    bool restored = false;
    for (size_t i = 0; i < type->field_count; i++) {
        const kl_field *field = &type->fields[i];
        const kl_value *given =
            field->flags & KL_READ_ONLY ? kl_map_find(map, kl_text_from(field->name)) : NULL;
        kl_value value;
        if (!given || (field->flags & KL_HIDDEN))
            continue;
        KL_TRY(checked(&value, field, *given, r));
        kl_field_store(object, field, value);
        kl_value_release(value);
        restored = true;
    }
    return restored && type->check ? type->check(object, r->error) : KL_OK;
}

static kl_status make(kl_value *out, const kl_type *type, kl_value map, reader *r)
{
    kl_value args[KL_PARAMS_MAX], object;
    size_t count, made = 0;
    const kl_param *params = kl_type_params(&count, type);
    kl_status status = KL_OK;
    for (; made < count; made++)
        KL_TRY_OUT(argument_of(&args[made], &params[made], map, r));
    KL_TRY_OUT(kl_object_make(&object, type, args, r->error));
    if (kl_type_is_record(type))
        status = restore_fields(object.as.object, map, r);
    if (status == KL_OK)
        *out = object;
    else
        kl_value_release(object);
out:
    while (made)
        kl_value_release(args[--made]);
    return status;
}

static kl_status from_map(kl_value *out, const kl_type *type, kl_value map, reader *r)
{
    if (type->flags & KL_TYPE_NO_INIT)
        return kl_error_set(r->error, KL_TYPE, "%s cannot be constructed", type->name);
    if (!kl_is(map, KL_KIND_MAP) && !kl_is_null(map))
        return kl_error_set(r->error, KL_TYPE, "%s: expected object, got %s", type->name,
                            kl_value_kind_name(map));
    if (r->depth >= KL_RECORD_DEPTH_MAX)
        return kl_error_set(r->error, KL_DEPTH, "records nest deeper than %d levels",
                            KL_RECORD_DEPTH_MAX);
    for (size_t i = 0; i < kl_map_len(map); i++)
        if (!is_known(type, kl_map_key_at(map, i)))
            return refuse_key(type, kl_map_key_at(map, i), r->error);
    r->depth++;
    kl_status status = make(out, type, map, r);
    r->depth--;
    return status;
}

kl_status kl_object_from_map(kl_value *out, const kl_type *type, kl_value map, kl_error *error)
{
    reader r = {.error = error};
    return from_map(out, type, map, &r);
}

kl_status kl_object_from_json(kl_value *out, const kl_type *type, kl_text json, kl_error *error)
{
    reader r = {.is_json = true, .error = error};
    kl_value map;
    bool is_wide = kl_type_fields_have(type, KL_WIDE);
    KL_TRY(kl_json_parse_with(&map, json, is_wide ? KL_JSON_WIDE : 0, error));
    kl_status status = kl_is(map, KL_KIND_MAP)
                           ? from_map(out, type, map, &r)
                           : kl_error_set(error, KL_INVALID, "%s: expected object, got %s",
                                          type->name, kl_value_kind_name(map));
    kl_value_release(map);
    return status;
}
