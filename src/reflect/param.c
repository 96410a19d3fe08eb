/* src/reflect/param.c - parameters: defaults, what fits, and the messages when it does not. */
#include "buffer.h"
#include "enum.h"
#include "fork.h"
#include "kailash/data.h"
#include "kailash/json.h"
#include "kailash/wide.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>

/* ---- defaults: JSON text in the table, parsed once ------------------------------------------- */

typedef struct parsed_default {
    const kl_param *param;
    kl_value value;
} parsed_default;

static pthread_rwlock_t defaults_lock = PTHREAD_RWLOCK_INITIALIZER; /* guards the table */
/* Without writers the table is whole. */
static void before_fork(void) { pthread_rwlock_rdlock(&defaults_lock); }
static void after_fork(void) { pthread_rwlock_unlock(&defaults_lock); }
/* Its parent's other readers, counted in the lock, never leave in the child. */
static void after_fork_in_child(void)
{
    pthread_rwlock_unlock(&defaults_lock);
    pthread_rwlock_init(&defaults_lock, NULL);
}
__attribute__((constructor(KL_FORK_INNER))) static void watch_forks(void)
{
    pthread_atfork(before_fork, after_fork, after_fork_in_child);
}
static parsed_default *defaults; /* open addressing; entries stay for the life of the process */
static size_t default_count, default_size;

static size_t default_slot(const parsed_default *table, size_t size, const kl_param *param)
{
    size_t slot = ((uintptr_t)param >> 4) * 0x9E3779B97F4A7C15ull & (size - 1);
    while (table[slot].param && table[slot].param != param)
        slot = (slot + 1) & (size - 1);
    return slot;
}

static bool grow_defaults(void)
{
    size_t size = default_size ? 2 * default_size : 1024;
    parsed_default *grown = kl_alloc_zero(size, sizeof *grown);
    if (!grown)
        return false;
    for (size_t i = 0; i < default_size; i++)
        if (defaults[i].param)
            grown[default_slot(grown, size, defaults[i].param)] = defaults[i];
    kl_free(defaults);
    defaults = grown;
    default_size = size;
    return true;
}

static kl_value parse_default(const kl_param *param)
{
    kl_value value;
    if (kl_json_parse(&value, kl_text_from(param->fallback), NULL) != KL_OK)
        return kl_null(); /* without memory; tables with bad JSON do not pass the build */
    pthread_rwlock_wrlock(&defaults_lock);
    bool room = 2 * default_count < default_size || grow_defaults();
    parsed_default *entry = room ? &defaults[default_slot(defaults, default_size, param)] : NULL;
    if (!entry || entry->param) {
        kl_value_release(value);
        value = entry ? entry->value : kl_null();
    } else {
        *entry = (parsed_default){param, value};
        default_count++;
    }
    pthread_rwlock_unlock(&defaults_lock);
    return value;
}

__attribute__((destructor)) static void free_defaults(void)
{
    for (size_t i = 0; i < default_size; i++)
        kl_value_release(defaults[i].value);
    kl_free(defaults);
    default_size = default_count = 0;
    defaults = NULL;
}

/* The commonest defaults need no table. */
static bool simple_default(kl_value *out, const char *text)
{
    if (!text || strcmp(text, "null") == 0)
        *out = kl_null();
    else if (strcmp(text, "true") == 0)
        *out = kl_bool(true);
    else if (strcmp(text, "false") == 0)
        *out = kl_bool(false);
    else if (text[0] >= '0' && text[0] <= '9' && text[1] == '\0')
        *out = kl_int(text[0] - '0');
    else
        return false;
    return true;
}

kl_value kl_param_default(const kl_param *param)
{
    kl_value value;
    if (param->flags & KL_REST)
        return kl_map_empty();
    if (simple_default(&value, param->fallback))
        return value;
    pthread_rwlock_rdlock(&defaults_lock);
    const parsed_default *entry =
        default_size ? &defaults[default_slot(defaults, default_size, param)] : NULL;
    bool known = entry && entry->param;
    value = known ? entry->value : kl_null();
    pthread_rwlock_unlock(&defaults_lock);
    return known ? value : parse_default(param);
}

kl_status kl_param_read_default(kl_value *out, const kl_param *param, kl_error *error)
{
    kl_value value = kl_param_default(param);
    if (kl_is_null(value) && param->fallback && strcmp(param->fallback, "null") != 0)
        return kl_error_no_memory(error);
    *out = value;
    return KL_OK;
}

bool kl_param_required(const kl_param *param)
{
    return !param->fallback && !(param->flags & (KL_OPTIONAL | KL_REST));
}

/* ---- what fits ------------------------------------------------------------------------------- */

static bool word_known(const kl_param *param, kl_value value)
{
    if (!kl_is(value, KL_KIND_STRING))
        return false;
    if (param->type)
        return kl_item_find(param->type, kl_as_text(value)) >= 0;
    for (const char *const *name = param->names; name && *name; name++)
        if (kl_text_is(kl_as_text(value), *name))
            return true;
    return false;
}

static bool kind_fits(kl_kind kind, const kl_param *param, kl_value value)
{
    switch (kind) {
    case KL_KIND_ANY:
        return true;
    case KL_KIND_DOUBLE:
    case KL_KIND_NUMBER:
        return kl_is_number(value);
    case KL_KIND_COUNT:
        return param->flags & KL_WIDE ? kl_is_unsigned(value)
                                      : kl_is(value, KL_KIND_INT) && value.as.integer >= 0;
    case KL_KIND_DURATION:
        return kl_is_number(value) && kl_as_double(value) >= 0 &&
               kl_as_double(value) < 18446744073709551616.0;
    case KL_KIND_ENUM:
        return word_known(param, value);
    case KL_KIND_TUPLE:
        return kl_is(value, KL_KIND_ARRAY);
    case KL_KIND_CALLABLE:
        return kl_as_object(value, &kl_callable_type) != NULL;
    case KL_KIND_BUFFER: {
        const kl_array_view *view = kl_as_array_view(value);
        return view && (view->layout.writable || !(param->flags & KL_WRITABLE));
    }
    case KL_KIND_OBJECT:
        return kl_is(value, KL_KIND_OBJECT) && (!param->type || kl_as_object(value, param->type));
    default:
        return kl_is(value, kind);
    }
}

/* Python: a bool is an int. */
static kl_value bool_as_int(kl_kind kind, kl_value value)
{
    bool is_numeric = kind == KL_KIND_INT || kind == KL_KIND_COUNT || kind == KL_KIND_DOUBLE ||
                      kind == KL_KIND_NUMBER || kind == KL_KIND_DURATION;
    return is_numeric && kl_is(value, KL_KIND_BOOL) ? kl_int(value.as.boolean) : value;
}

static kl_value item_at(kl_value value, size_t index)
{
    return kl_is(value, KL_KIND_MAP) ? kl_map_value_at(value, index) : kl_array_at(value, index);
}

/* Index of the first item of an array or a map that is not of `param->item`, or SIZE_MAX. */
static size_t first_bad_item(const kl_param *param, kl_value value)
{
    bool holds_items = kl_is(value, KL_KIND_ARRAY) || kl_is(value, KL_KIND_MAP);
    if (!holds_items || param->item == KL_KIND_NULL || param->item == KL_KIND_ANY)
        return SIZE_MAX;
    for (size_t i = 0, len = kl_value_len(value); i < len; i++)
        if (!kind_fits(param->item, param, bool_as_int(param->item, item_at(value, i))))
            return i;
    return SIZE_MAX;
}

static bool in_range(const kl_param *param, kl_value value)
{
    if (!param->range)
        return true;
    double size = kl_is_number(value) ? kl_as_double(value) : (double)kl_value_len(value);
    return size >= param->range->min && size <= param->range->max;
}

bool kl_param_fits(const kl_param *param, kl_value value)
{
    if (kl_is_null(value) && ((param->flags & KL_OPTIONAL) || param->kind == KL_KIND_ANY))
        return true;
    return kind_fits(param->kind, param, value) && first_bad_item(param, value) == SIZE_MAX &&
           in_range(param, value);
}

/* ---- words ----------------------------------------------------------------------------------- */

static void expect_kind(kl_buffer *to, kl_kind kind, const kl_param *param)
{
    if (kind == KL_KIND_ENUM) {
        kl_buffer_string(to, "one of: ");
        for (size_t i = 0; param->type && i < param->type->item_count; i++)
            kl_buffer_format(to, "%s%s", i ? ", " : "", param->type->items[i].word);
        for (const char *const *name = param->names; name && *name; name++) {
            kl_buffer_string(to, name == param->names ? "" : ", ");
            kl_buffer_string(to, *name);
        }
        return;
    }
    if (kind == KL_KIND_BUFFER && (param->flags & KL_WRITABLE))
        kl_buffer_string(to, "writable ");
    kl_buffer_string(to, kind == KL_KIND_OBJECT && param->type ? param->type->name
                                                               : kl_kind_name(kind));
}

kl_status kl_param_expectation(kl_value *out, const kl_param *param, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    expect_kind(&text, param->kind, param);
    if (param->item != KL_KIND_NULL && param->item != KL_KIND_ANY) {
        kl_buffer_string(&text, " of ");
        expect_kind(&text, param->item, param);
    }
    if (param->range) {
        char low[32], high[32];
        kl_double_print_es(low, param->range->min);
        kl_double_print_es(high, param->range->max);
        if (isinf(param->range->max))
            kl_buffer_format(&text, " of at least %s", low);
        else
            kl_buffer_format(&text, " from %s to %s", low, high);
    }
    return kl_buffer_finish(out, &text, error);
}

/* How a refused value shows in a message: its kind, and small scalars themselves. */
static kl_status show(kl_value *out, kl_value value, kl_error *error)
{
    const kl_array_view *view = kl_as_array_view(value);
    if (view && !view->layout.writable)
        return kl_string_format(out, error, "read-only buffer");
    if (kl_is(value, KL_KIND_OBJECT))
        return kl_string_format(out, error, "%s", value.as.object->type->name);
    if (kl_is(value, KL_KIND_INT) || kl_is(value, KL_KIND_BOOL) || kl_is(value, KL_KIND_DOUBLE)) {
        kl_value text;
        if (kl_is(value, KL_KIND_DOUBLE) && !isfinite(value.as.real)) {
            char name[32];
            kl_double_print(name, value.as.real);
            return kl_string_format(out, error, "%s", name);
        }
        KL_TRY(kl_json_print(&text, value, &kl_json_plain, error));
        *out = text;
        return KL_OK;
    }
    if (kl_is(value, KL_KIND_STRING) && kl_value_len(value) <= 60)
        return kl_json_print(out, value, &kl_json_plain, error);
    return kl_string_format(out, error, "%s", kl_value_kind_name(value));
}

/* The largest number of a C type: what lies beyond it is too large, not ill chosen. */
static bool is_width(double max)
{
    return max == UINT8_MAX || max == UINT16_MAX || max == INT32_MAX || max == UINT32_MAX;
}

/* The code a refusal has: wrong kind, a number that no such integer can hold, or a value outside
 * its set. */
static kl_status refusal_code(kl_kind kind, const kl_param *param, kl_value value)
{
    if (param->flags & KL_VALUE_ERROR)
        return KL_INVALID;
    switch (kind) {
    case KL_KIND_COUNT:
        if (!kl_is(value, KL_KIND_INT))
            return KL_TYPE;
        return value.as.integer < 0 || (param->range && is_width(param->range->max) &&
                                        kl_as_double(value) > param->range->max)
                   ? KL_OVERFLOW
                   : KL_INVALID;
    case KL_KIND_DURATION:
        return kl_is_number(value) ? KL_INVALID : KL_TYPE;
    case KL_KIND_ENUM:
        return kl_is(value, KL_KIND_STRING) ? KL_INVALID : KL_TYPE;
    default:
        return kind_fits(kind, param, value) ? KL_INVALID : KL_TYPE;
    }
}

/* "name: expected this, got that"; `place` is what follows the name, such as "[3]". */
static kl_status refuse(const kl_param *param, kl_kind kind, const char *place, kl_value wanted,
                        kl_value got, kl_error *error)
{
    kl_value shown;
    KL_TRY(show(&shown, got, error));
    kl_text want = kl_as_text(wanted), text = kl_as_text(shown);
    kl_status code = refusal_code(kind, param, bool_as_int(kind, got));
    kl_error_set(error, code, "%s%s: expected %.*s, got %.*s", param->name, place,
                 KL_TEXT_ARG(want), KL_TEXT_ARG(text));
    kl_value_release(shown);
    return code;
}

static kl_status refuse_item(const kl_param *param, kl_value value, size_t index, kl_error *error)
{
    const kl_param item = {
        .name = param->name, .kind = param->item, .type = param->type, .names = param->names};
    char place[96];
    if (kl_is(value, KL_KIND_MAP))
        snprintf(place, sizeof place, "['%.60s']", kl_map_key_at(value, index).data);
    else
        snprintf(place, sizeof place, "[%zu]", index);
    kl_value wanted;
    KL_TRY(kl_param_expectation(&wanted, &item, error));
    kl_status status = refuse(&item, item.kind, place, wanted, item_at(value, index), error);
    kl_value_release(wanted);
    return status;
}

kl_status kl_param_check(const kl_param *param, kl_value value, kl_error *error)
{
    kl_value as_given = bool_as_int(param->kind, value), wanted;
    if (kl_param_fits(param, as_given))
        return KL_OK;
    if (kind_fits(param->kind, param, as_given) && first_bad_item(param, value) != SIZE_MAX)
        return refuse_item(param, value, first_bad_item(param, value), error);
    KL_TRY(kl_param_expectation(&wanted, param, error));
    kl_status status = refuse(param, param->kind, "", wanted, value, error);
    kl_value_release(wanted);
    return status;
}

/* ---- the form in which functions get an argument --------------------------------------------- */

/* The word that an object given for an enum stands for, or the value itself; given. */
static kl_status word_of(kl_value *out, const kl_param *param, kl_value value, kl_error *error)
{
    const kl_item *item = param->kind == KL_KIND_ENUM ? kl_item_in(value) : NULL;
    if (item && (!param->type || value.as.object->type == param->type))
        return kl_string_new(out, kl_text_from(item->word), error);
    bool has_text = param->kind == KL_KIND_ENUM && kl_is(value, KL_KIND_OBJECT) &&
                    kl_type_method(value.as.object->type, KL_TEXT("__str__"));
    if (has_text)
        return kl_object_call(out, value.as.object, KL_TEXT("__str__"), NULL, 0, error);
    *out = kl_value_retain(value);
    return KL_OK;
}

kl_status kl_param_convert(kl_value *out, const kl_param *param, kl_value value, kl_error *error)
{
    kl_value form;
    if (param->flags & KL_DATA && kl_as_foreign(value))
        return kl_foreign_as_data(out, value, param->name, error);
    KL_TRY(word_of(&form, param, value, error));
    kl_status status = kl_param_check(param, form, error);
    if (status != KL_OK) {
        kl_value_release(form);
        return status;
    }
    form = bool_as_int(param->kind, form);
    bool to_double = param->kind == KL_KIND_DOUBLE || param->kind == KL_KIND_DURATION;
    *out = to_double && kl_is(form, KL_KIND_INT) ? kl_double(kl_as_double(form)) : form;
    return KL_OK;
}
