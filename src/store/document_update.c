/* src/store/document_update.c - see document_update.h. */
#include "document_update.h"
#include "document_filter.h"
#include "document_path.h"
#include "same.h"
#include "sort.h"

/* What an operator does at the end of a path; `data` is its operand (a kl_value). */
typedef struct update_operator {
    const char *name;
    kl_document_edit *edit;
    bool make;       /* the way to it */
    const char *kind; /* of operands, or NULL = any */
    bool (*fits)(kl_value operand);
} update_operator;

/* ---- operators ---------------------------------------------------------------------------------- */

static kl_status do_set(kl_value *value, bool *present, void *data, kl_error *error)
{
    (void)error;
    kl_value_replace(value, kl_value_retain(*(kl_value *)data));
    *present = true;
    return KL_OK;
}

static kl_status do_unset(kl_value *value, bool *present, void *data, kl_error *error)
{
    (void)value, (void)data, (void)error;
    *present = false;
    return KL_OK;
}

/* Sum or product, of ints as long as it is one. */
static kl_status combine(kl_value *value, bool *present, kl_value by, bool sum, kl_error *error)
{
    int64_t whole;
    kl_value now = *present ? *value : kl_int(0);
    if (!kl_is_number(now))
        return kl_error_set(error, KL_INVALID, "expected a number to change, got %s",
                            kl_value_kind_name(now));
    bool ints = kl_is(now, KL_KIND_INT) && kl_is(by, KL_KIND_INT);
    bool overflow = ints && (sum ? __builtin_add_overflow(kl_as_int(now), kl_as_int(by), &whole)
                                 : __builtin_mul_overflow(kl_as_int(now), kl_as_int(by), &whole));
    if (overflow)
        return kl_error_set(error, KL_INVALID, "expected a result that fits 64 bits");
    *value = ints  ? kl_int(whole)
             : sum ? kl_double(kl_as_double(now) + kl_as_double(by))
                   : kl_double(kl_as_double(now) * kl_as_double(by));
    *present = true;
    return KL_OK;
}

static kl_status do_inc(kl_value *value, bool *present, void *data, kl_error *error)
{
    return combine(value, present, *(kl_value *)data, true, error);
}

static kl_status do_mul(kl_value *value, bool *present, void *data, kl_error *error)
{
    return combine(value, present, *(kl_value *)data, false, error);
}

static kl_status keep_extreme(kl_value *value, bool *present, kl_value other, int sign,
                              kl_error *error)
{
    int order = 0;
    if (*present && kl_is_number(*value) && kl_is_number(other))
        order = kl_number_compare(other, *value);
    else if (*present)
        KL_TRY(kl_value_compare(&order, other, *value, error));
    if (!*present || order * sign > 0)
        kl_value_replace(value, kl_value_retain(other));
    *present = true;
    return KL_OK;
}

static kl_status do_min(kl_value *value, bool *present, void *data, kl_error *error)
{
    return keep_extreme(value, present, *(kl_value *)data, -1, error);
}

static kl_status do_max(kl_value *value, bool *present, void *data, kl_error *error)
{
    return keep_extreme(value, present, *(kl_value *)data, 1, error);
}

static kl_status want_list(kl_value *value, bool *present, kl_error *error)
{
    if (!*present) {
        KL_TRY(kl_array_new(value, 1, error));
        *present = true;
    }
    if (kl_is(*value, KL_KIND_ARRAY))
        return KL_OK;
    return kl_error_set(error, KL_INVALID, "expected an array to change, got %s",
                        kl_value_kind_name(*value));
}

/* The items that are meant: those of $each, or the operand itself. */
static const kl_value *items_of(const kl_value *operand, size_t *count)
{
    const kl_value *each = kl_map_find(*operand, KL_TEXT("$each"));
    *count = each ? kl_array_len(*each) : 1;
    return each ? kl_array_items(*each) : operand;
}

static kl_status append(kl_value *to, kl_value list, size_t start, size_t end, kl_error *error)
{
    for (size_t i = start; i < end; i++)
        KL_TRY(kl_array_push(to, kl_value_retain(kl_array_at(list, i)), error));
    return KL_OK;
}

/* Put items into a list before `at`. */
static kl_status insert_items(kl_value *list, size_t at, const kl_value *items, size_t count,
                              kl_error *error)
{
    kl_value made;
    KL_TRY(kl_array_new(&made, kl_array_len(*list) + count, error));
    kl_status status = append(&made, *list, 0, at, error);
    for (size_t i = 0; i < count && status == KL_OK; i++)
        status = kl_array_push(&made, kl_value_retain(items[i]), error);
    if (status == KL_OK)
        status = append(&made, *list, at, kl_array_len(*list), error);
    if (status == KL_OK)
        kl_value_replace(list, made);
    else
        kl_value_release(made);
    return status;
}

static kl_status sort_list(kl_value *list, bool descending, kl_error *error)
{
    size_t count = kl_array_len(*list);
    kl_work work = {0};
    kl_sort_pair *pairs = kl_alloc_zero(KL_MAX(count, 1), sizeof *pairs);
    if (!pairs)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < count; i++)
        pairs[i].key = pairs[i].item = kl_array_at(*list, i);
    kl_status status = kl_sort_pairs(pairs, count, descending, &work, error);
    kl_value made = kl_null();
    if (status == KL_OK)
        status = kl_array_new(&made, count, error);
    for (size_t i = 0; i < count && status == KL_OK; i++)
        status = kl_array_push(&made, kl_value_retain(pairs[i].item), error);
    kl_free(pairs);
    if (status == KL_OK)
        kl_value_replace(list, made);
    else
        kl_value_release(made);
    return status;
}

/* Cut a list to its first (or, when negative, last) items. */
static kl_status slice_list(kl_value *list, int64_t slice, kl_error *error)
{
    size_t len = kl_array_len(*list);
    size_t keep = (size_t)KL_MIN((int64_t)len, slice < 0 ? -(slice + 1) + 1 : slice);
    kl_value made;
    KL_TRY(kl_array_slice(&made, *list, slice < 0 ? len - keep : 0, slice < 0 ? len : keep, error));
    kl_value_replace(list, made);
    return KL_OK;
}

static kl_status do_push(kl_value *value, bool *present, void *data, kl_error *error)
{
    kl_value operand = *(kl_value *)data;
    size_t count;
    const kl_value *items = items_of(data, &count);
    KL_TRY(want_list(value, present, error));
    int64_t len = (int64_t)kl_array_len(*value), at = len;
    if (kl_map_has(operand, KL_TEXT("$each"))) {
        const kl_value *position = kl_map_find(operand, KL_TEXT("$position"));
        at = position ? kl_as_int(*position) : len;
        at = at < 0 ? KL_MAX(len + at, 0) : KL_MIN(at, len);
    }
    KL_TRY(insert_items(value, (size_t)at, items, count, error));
    if (!kl_map_has(operand, KL_TEXT("$each")))
        return KL_OK;
    const kl_value *sort = kl_map_find(operand, KL_TEXT("$sort"));
    const kl_value *slice = kl_map_find(operand, KL_TEXT("$slice"));
    if (sort)
        KL_TRY(sort_list(value, kl_as_int(*sort) < 0, error));
    return slice ? slice_list(value, kl_as_int(*slice), error) : KL_OK;
}

static kl_status holds(bool *out, kl_value list, kl_value item, kl_error *error)
{
    *out = false;
    for (size_t i = 0; i < kl_array_len(list) && !*out; i++)
        KL_TRY(kl_value_same(out, kl_array_at(list, i), item, NULL, error));
    return KL_OK;
}

static kl_status do_add_to_set(kl_value *value, bool *present, void *data, kl_error *error)
{
    size_t count;
    const kl_value *items = items_of(data, &count);
    KL_TRY(want_list(value, present, error));
    for (size_t i = 0; i < count; i++) {
        bool there;
        KL_TRY(holds(&there, *value, items[i], error));
        if (!there)
            KL_TRY(kl_array_push(value, kl_value_retain(items[i]), error));
    }
    return KL_OK;
}

static kl_status do_pull(kl_value *value, bool *present, void *data, kl_error *error)
{
    kl_filter *filter;
    kl_value made = kl_null();
    if (!*present)
        return KL_OK;
    KL_TRY(want_list(value, present, error));
    KL_TRY(kl_filter_compile_value(&filter, *(kl_value *)data, "update.$pull", error));
    kl_status status = kl_array_new(&made, kl_array_len(*value), error);
    for (size_t i = 0; i < kl_array_len(*value) && status == KL_OK; i++) {
        bool matches;
        kl_value item = kl_array_at(*value, i);
        status = kl_filter_test(&matches, filter, item, NULL, error);
        if (status == KL_OK && !matches)
            status = kl_array_push(&made, kl_value_retain(item), error);
    }
    kl_filter_free(filter);
    if (status == KL_OK)
        kl_value_replace(value, made);
    else
        kl_value_release(made);
    return status;
}

static kl_status do_pop(kl_value *value, bool *present, void *data, kl_error *error)
{
    kl_value made;
    if (!*present)
        return KL_OK;
    KL_TRY(want_list(value, present, error));
    size_t len = kl_array_len(*value), first = kl_as_int(*(kl_value *)data) < 0;
    KL_TRY(kl_array_slice(&made, *value, KL_MIN(first, len), len - (len && !first), error));
    kl_value_replace(value, made);
    return KL_OK;
}

static bool is_number(kl_value operand) { return kl_is_number(operand); }
static bool is_side(kl_value operand)
{
    return kl_is(operand, KL_KIND_INT) && (kl_as_int(operand) == 1 || kl_as_int(operand) == -1);
}

static bool fits_push(kl_value operand)
{
    kl_value each = kl_map_get(operand, KL_TEXT("$each"));
    if (!kl_map_has(operand, KL_TEXT("$each")))
        return !kl_map_len(operand) || kl_map_key_at(operand, 0).len == 0 ||
               kl_map_key_at(operand, 0).data[0] != '$';
    for (size_t i = 0; i < kl_map_len(operand); i++) {
        kl_text key = kl_map_key_at(operand, i);
        bool known = kl_text_is(key, "$position") || kl_text_is(key, "$slice") ||
                     kl_text_is(key, "$sort");
        if (!kl_text_is(key, "$each") && !(known && kl_is(kl_map_value_at(operand, i), KL_KIND_INT)))
            return false;
    }
    return kl_is(each, KL_KIND_ARRAY);
}

static bool fits_add_to_set(kl_value operand)
{
    return !kl_map_has(operand, KL_TEXT("$each")) ||
           (kl_map_len(operand) == 1 &&
            kl_is(kl_map_get(operand, KL_TEXT("$each")), KL_KIND_ARRAY));
}

static bool is_new_name(kl_value operand)
{
    return kl_is(operand, KL_KIND_STRING) && kl_value_len(operand) > 0;
}

static const update_operator operators[] = {
    {"$set", do_set, true, NULL, NULL},
    {"$unset", do_unset, false, NULL, NULL},
    {"$inc", do_inc, true, "number", is_number},
    {"$mul", do_mul, true, "number", is_number},
    {"$min", do_min, true, NULL, NULL},
    {"$max", do_max, true, NULL, NULL},
    {"$rename", NULL, false, "new path", is_new_name},
    {"$push", do_push, true, "value, or object of $each, $position, $slice and $sort (1 or -1)",
     fits_push},
    {"$pull", do_pull, false, NULL, NULL},
    {"$addToSet", do_add_to_set, true, "value, or object of $each", fits_add_to_set},
    {"$pop", do_pop, false, "1 (last) or -1 (first)", is_side},
    {"$setOnInsert", do_set, true, NULL, NULL},
};

/* ---- updates ------------------------------------------------------------------------------------ */

static const update_operator *find(kl_text name)
{
    for (size_t i = 0; i < KL_COUNT(operators); i++)
        if (kl_text_is(name, operators[i].name))
            return &operators[i];
    return NULL;
}

static bool is_operator(kl_text name) { return name.len > 0 && name.data[0] == '$'; }

static kl_status check_paths(kl_text name, kl_value paths, kl_error *error)
{
    const update_operator *it = find(name);
    if (!it)
        return kl_error_form(error, KL_INVALID, "invalid input 'update.%.*s': expected one of: %s",
                             KL_TEXT_ARG(name), KL_UPDATE_OPERATORS);
    if (!kl_is(paths, KL_KIND_MAP))
        return kl_error_form(error, KL_INVALID, "invalid input 'update.%.*s': expected object of "
                             "paths, got %s", KL_TEXT_ARG(name), kl_value_kind_name(paths));
    for (size_t i = 0; i < kl_map_len(paths); i++) {
        kl_value operand = kl_map_value_at(paths, i);
        kl_text path = kl_map_key_at(paths, i);
        if (it->fits && !it->fits(operand))
            return kl_error_form(error, KL_INVALID, "invalid input 'update.%.*s.%.*s': expected %s, "
                                 "got %s", KL_TEXT_ARG(name), KL_TEXT_ARG(path), it->kind,
                                 kl_value_kind_name(operand));
        if (kl_text_is(path, "_id") && !kl_text_is(name, "$setOnInsert"))
            return kl_error_form(error, KL_INVALID, "invalid input 'update.%.*s._id': expected any "
                                 "field but _id, which never changes", KL_TEXT_ARG(name));
    }
    return KL_OK;
}

kl_status kl_update_check_mixture(kl_value update, kl_error *error)
{
    size_t named = 0;
    for (size_t i = 0; i < kl_map_len(update); i++)
        named += is_operator(kl_map_key_at(update, i));
    if (named && named < kl_map_len(update))
        return kl_error_form(error, KL_INVALID, "invalid input 'update': expected operators or fields, "
                                                "got both");
    return KL_OK;
}

kl_status kl_update_check(kl_value update, kl_error *error)
{
    size_t count = kl_map_len(update);
    bool named = count && is_operator(kl_map_key_at(update, 0));
    KL_TRY(kl_update_check_mixture(update, error));
    for (size_t i = 0; named && i < count; i++)
        KL_TRY(check_paths(kl_map_key_at(update, i), kl_map_value_at(update, i), error));
    return KL_OK;
}

static kl_status take_out(kl_value *value, bool *present, void *data, kl_error *error)
{
    (void)error;
    *(kl_value *)data = *present ? kl_value_take(value) : kl_null();
    ((kl_value *)data)[1] = kl_bool(*present);
    *present = false;
    return KL_OK;
}

static kl_status rename_field(kl_value *document, kl_text path, kl_value to, kl_error *error)
{
    kl_value taken[2] = {kl_null(), kl_bool(false)};
    KL_TRY(kl_document_edit_at(document, path, false, take_out, taken, error));
    return kl_as_bool(taken[1]) ? kl_document_set(document, kl_as_text(to), taken[0], error) : KL_OK;
}

static kl_status apply_operator(kl_value *document, kl_text name, kl_value paths, kl_error *error)
{
    const update_operator *it = find(name);
    for (size_t i = 0; i < kl_map_len(paths); i++) {
        kl_text path = kl_map_key_at(paths, i);
        kl_value operand = kl_map_value_at(paths, i);
        kl_error why = KL_ERROR_INIT;
        kl_status status = it->edit ? kl_document_edit_at(document, path, it->make, it->edit,
                                                          &operand, &why)
                                    : rename_field(document, path, operand, &why);
        if (status == KL_INVALID)
            kl_error_form_before(&why, "invalid input 'update.%.*s.%.*s': ", KL_TEXT_ARG(name),
                                 KL_TEXT_ARG(path));
        if (status != KL_OK) {
            kl_error_move(error, &why);
            return status;
        }
    }
    return KL_OK;
}

kl_status kl_update_apply(kl_value *document, kl_value update, bool fresh, kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(update); i++) {
        kl_text name = kl_map_key_at(update, i);
        kl_value value = kl_map_value_at(update, i);
        if (!is_operator(name) && kl_text_is(name, "_id"))
            continue; /* never changes */
        if (!is_operator(name))
            KL_TRY(kl_map_set(document, name, kl_value_retain(value), error));
        else if (fresh || !kl_text_is(name, "$setOnInsert"))
            KL_TRY(apply_operator(document, name, value, error));
    }
    return KL_OK;
}
