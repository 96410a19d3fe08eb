/* src/reflect/description.c - see describe.h. */
#include "describe.h"
#include "fields.h"
#include "kailash/json.h"

#include <math.h>

/* ---- filling a map --------------------------------------------------------------------------- */

kl_description kl_description_start(size_t capacity, kl_error *error)
{
    kl_description made = {kl_null(), KL_OK, error};
    made.status = kl_map_new(&made.map, capacity, error);
    return made;
}

void kl_describe_value(kl_description *to, const char *key, kl_value value)
{
    if (to->status == KL_OK)
        to->status = kl_map_set(&to->map, kl_text_from(key), value, to->error);
    else
        kl_value_release(value);
}

void kl_describe_text(kl_description *to, const char *key, const char *text)
{
    kl_value value = kl_null();
    if (text && to->status == KL_OK)
        to->status = kl_string_new(&value, kl_text_from(text), to->error);
    kl_describe_value(to, key, value);
}

void kl_describe_bool(kl_description *to, const char *key, bool value)
{
    kl_describe_value(to, key, kl_bool(value));
}

kl_text kl_next_word(const char **at)
{
    static const char separators[] = ", ";
    const char *start = *at + strspn(*at, separators);
    size_t len = strcspn(start, separators);
    *at = start + len;
    return (kl_text){start, len};
}

void kl_describe_words(kl_description *to, const char *key, const char *words)
{
    kl_value list = kl_null();
    if (to->status == KL_OK)
        to->status = kl_array_new(&list, 0, to->error);
    for (const char *at = words ? words : ""; to->status == KL_OK;) {
        kl_text word = kl_next_word(&at);
        if (word.len == 0)
            break;
        to->status = kl_array_push_text(&list, word, to->error);
    }
    kl_describe_value(to, key, list);
}

kl_status kl_description_end(kl_value *out, kl_description *from)
{
    if (from->status == KL_OK)
        *out = from->map;
    else
        kl_value_release(from->map);
    return from->status;
}

kl_status kl_description_push(kl_value *list, kl_description *from)
{
    kl_value map;
    KL_TRY(kl_description_end(&map, from));
    return kl_array_push(list, map, from->error);
}

/* ---- parameters ------------------------------------------------------------------------------ */

/* The words of an enum: those of its type, or those that the parameter lists itself. */
static void describe_names(kl_description *to, const kl_param *param)
{
    kl_value list = kl_null();
    const char *const *names = param->names;
    bool is_enum = param->kind == KL_KIND_ENUM || param->item == KL_KIND_ENUM;
    const kl_type *type = is_enum ? param->type : NULL;
    if ((names || type) && to->status == KL_OK)
        to->status = kl_array_new(&list, 0, to->error);
    for (size_t i = 0; type && i < type->item_count && to->status == KL_OK; i++)
        to->status = kl_array_push_text(&list, kl_text_from(type->items[i].word), to->error);
    for (; names && *names && to->status == KL_OK; names++)
        to->status = kl_array_push_text(&list, kl_text_from(*names), to->error);
    kl_describe_value(to, "words", list);
}

/* A bound as a number, whole ones as integers; null when there is none. */
static kl_value bound(double number)
{
    if (!isfinite(number))
        return kl_null();
    return number == floor(number) && fabs(number) < 9007199254740992.0 ? kl_int((int64_t)number)
                                                                        : kl_double(number);
}

static void describe_default(kl_description *to, const kl_param *param)
{
    kl_value value = kl_null();
    if (to->status == KL_OK)
        to->status = kl_param_read_default(&value, param, to->error);
    kl_describe_value(to, "default", kl_value_retain(value));
}

static void describe_param(kl_description *to, const kl_param *param, bool is_settable)
{
    uint32_t flags = param->flags;
    bool has_item = param->kind == KL_KIND_ARRAY || param->kind == KL_KIND_MAP;
    kl_describe_text(to, "name", param->name);
    kl_describe_text(to, "alias", param->alias);
    kl_describe_text(to, "kind", kl_kind_word(param->kind));
    kl_describe_text(to, "item", has_item && param->item ? kl_kind_word(param->item) : NULL);
    kl_describe_text(to, "type", param->type ? param->type->name : NULL);
    kl_describe_text(to, "type_module", param->type ? param->type->module : NULL);
    describe_names(to, param);
    kl_describe_value(to, "min", param->range ? bound(param->range->min) : kl_null());
    kl_describe_value(to, "max", param->range ? bound(param->range->max) : kl_null());
    kl_describe_bool(to, "required", kl_param_required(param));
    describe_default(to, param);
    kl_describe_bool(to, "optional", flags & KL_OPTIONAL);
    kl_describe_bool(to, "keyword_only", flags & KL_KEYWORD_ONLY);
    kl_describe_bool(to, "secret", flags & KL_SECRET);
    kl_describe_bool(to, "settable", is_settable);
    kl_describe_bool(to, "read_only", flags & KL_READ_ONLY);
    kl_describe_bool(to, "deprecated", flags & KL_DEPRECATED);
    kl_describe_bool(to, "many", flags & KL_MANY);
    kl_describe_bool(to, "writable", flags & KL_WRITABLE);
    kl_describe_bool(to, "tuple", flags & KL_TUPLE);
    kl_describe_bool(to, "data", flags & KL_DATA);
    kl_describe_bool(to, "rest", flags & KL_REST);
    kl_describe_bool(to, "learned", flags & KL_LEARNED);
    kl_describe_text(to, "doc", param->doc);
}

static void describe_params(kl_description *to, const char *key, const kl_param *params,
                            size_t count, uint32_t leave_out, const kl_type *owner)
{
    kl_value list = kl_null();
    if (to->status == KL_OK)
        to->status = kl_array_new(&list, count, to->error);
    for (size_t i = 0; i < count && to->status == KL_OK; i++) {
        if (params[i].flags & leave_out)
            continue;
        kl_description param = kl_description_start(24, to->error);
        bool is_settable = owner ? kl_field_is_settable(owner, &params[i])
                                 : params[i].flags & KL_SETTABLE;
        describe_param(&param, &params[i], is_settable);
        to->status = kl_description_push(&list, &param);
    }
    kl_describe_value(to, key, list);
}

void kl_describe_params(kl_description *to, const char *key, const kl_param *params, size_t count,
                        uint32_t leave_out)
{
    describe_params(to, key, params, count, leave_out, NULL);
}

void kl_describe_fields(kl_description *to, const kl_type *type)
{
    describe_params(to, "fields", type->fields, type->field_count, KL_HIDDEN, type);
}
