/* src/store/qdrant_filter.c - filters as Qdrant has them. See qdrant.h.
 *
 * A key of Qdrant looks into the maps of a list only where "[]" says so, so a path of n parts becomes
 * one of 2^(n-1) keys. Numbers are compared by ranges, as a match tells integers from floats.
 */
#include "buffer.h"
#include "document_filter_tree.h"
#include "qdrant.h"

#include <math.h>

#define EXACT_MAX 9007199254740992.0 /* 2^53: below it, integers and floats are compared exactly */

/* `name` is the filter's in messages. */
static kl_status write_filter(kl_value *out, const char *name, const kl_filter *filter,
                              kl_error *error);

static kl_status refuse(const char *name, const kl_filter *leaf, const char *what, kl_error *error)
{
    return kl_error_form(error, KL_INVALID,
                         "invalid input '%s.%.*s': expected no %s with backend qdrant", name,
                         KL_TEXT_ARG(kl_as_text(leaf->path)), what);
}

/* ---- paths --------------------------------------------------------------------------------------- */

static bool is_index(kl_text part)
{
    for (size_t i = 0; i < part.len; i++)
        if (part.data[i] < '0' || part.data[i] > '9')
            return false;
    return part.len > 0;
}

/* Between quotes, in which a quote or a backslash cannot stand. */
static bool can_quote(kl_text part)
{
    return !memchr(part.data, '"', part.len) && !memchr(part.data, '\\', part.len);
}

/* The next part of a path, which is shortened by it; false behind the last. */
static bool take_part(kl_text *part, kl_text *left)
{
    if (!left->data)
        return false;
    const char *dot = memchr(left->data, '.', left->len);
    *part = (kl_text){left->data, dot ? (size_t)(dot - left->data) : left->len};
    *left = dot ? (kl_text){dot + 1, left->len - part->len - 1} : (kl_text){NULL, 0};
    return true;
}

static kl_status check_path(size_t *parts, const char *name, const kl_filter *leaf, kl_error *error)
{
    kl_text left = kl_as_text(leaf->path), part;
    for (*parts = 0; take_part(&part, &left); ++*parts) {
        if (is_index(part))
            return refuse(name, leaf, "index of a list in a path", error);
        if (!can_quote(part))
            return refuse(name, leaf, "quotes and backslashes in a path", error);
    }
    if (*parts > KL_QDRANT_PATH_MAX)
        return refuse(name, leaf, "path of more than 5 parts", error);
    return KL_OK;
}

/* metadata."a"[]."b": bit i of `lists` says that part i is a list. */
static kl_status write_key(kl_value *out, kl_text path, size_t lists, kl_error *error)
{
    kl_buffer key = KL_BUFFER_INIT;
    kl_text part;
    kl_buffer_string(&key, "metadata");
    for (size_t i = 0; take_part(&part, &path); i++)
        kl_buffer_format(&key, ".\"%.*s\"%s", KL_TEXT_ARG(part), lists >> i & 1 ? "[]" : "");
    return kl_buffer_finish(out, &key, error);
}

/* ---- conditions of a path ------------------------------------------------------------------------ */

/* {"key": KEY, WORD: CONDITION}. */
static kl_status key_condition(kl_value *out, kl_text path, size_t lists, const char *word,
                               kl_value condition, kl_error *error)
{
    kl_value key;
    KL_TRY(write_key(&key, path, lists, error));
    KL_TRY(kl_map_of_one(out, KL_TEXT("key"), key, error));
    kl_status status = kl_map_set(out, kl_text_from(word), kl_value_retain(condition), error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

/* Append one condition for each way to the values at the path, one of which must hold. */
static kl_status add_ways(kl_value *any, const char *name, const kl_filter *leaf, const char *word,
                          kl_value condition, kl_error *error)
{
    size_t parts;
    KL_TRY(check_path(&parts, name, leaf, error));
    for (size_t lists = 0; lists < (size_t)1 << (parts - 1); lists++) {
        kl_value one;
        KL_TRY(key_condition(&one, kl_as_text(leaf->path), lists, word, condition, error));
        KL_TRY(kl_array_push(any, one, error));
    }
    return KL_OK;
}

/* The same, with {inner: operand} as the condition. */
static kl_status add_inner(kl_value *any, const char *name, const kl_filter *leaf, const char *word,
                           const char *inner, kl_value operand, kl_error *error)
{
    kl_value condition;
    KL_TRY(kl_map_of_one(&condition, kl_text_from(inner), kl_value_retain(operand), error));
    kl_status status = add_ways(any, name, leaf, word, condition, error);
    kl_value_release(condition);
    return status;
}

static kl_status check_number(const char *name, const kl_filter *leaf, kl_value number,
                              kl_error *error)
{
    double real = kl_as_double(number);
    if (isfinite(real) && (fabs(real) < EXACT_MAX || fabs(real) > 0x1p64))
        return KL_OK;
    return refuse(name, leaf, "numbers from 2^53 to 2^64, infinity or NaN", error);
}

static kl_status add_number(kl_value *any, const char *name, const kl_filter *leaf, kl_value number,
                            kl_error *error)
{
    kl_value range;
    KL_TRY(check_number(name, leaf, number, error));
    KL_TRY(kl_map_of_one(&range, KL_TEXT("gte"), kl_value_retain(number), error));
    kl_status status = kl_map_set(&range, KL_TEXT("lte"), kl_value_retain(number), error);
    if (status == KL_OK)
        status = add_ways(any, name, leaf, "range", range, error);
    kl_value_release(range);
    return status;
}

static kl_status add_equal(kl_value *any, const char *name, const kl_filter *leaf, kl_value operand,
                           kl_error *error)
{
    switch (kl_value_kind(operand)) {
    case KL_KIND_INT:
    case KL_KIND_DOUBLE:
        return add_number(any, name, leaf, operand, error);
    case KL_KIND_BOOL:
    case KL_KIND_STRING:
        return add_inner(any, name, leaf, "match", "value", operand, error);
    case KL_KIND_NULL:
        return refuse(name, leaf, "null", error);
    default:
        return refuse(name, leaf, "equality with lists, objects or bytes", error);
    }
}

/* The strings of a list at once, whatever else it holds one by one. */
static kl_status add_in(kl_value *any, const char *name, const kl_filter *leaf, kl_error *error)
{
    kl_value strings;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&strings, 0, error));
    for (size_t i = 0; i < kl_array_len(leaf->operand) && status == KL_OK; i++) {
        kl_value item = kl_array_at(leaf->operand, i);
        status = kl_is(item, KL_KIND_STRING)
                     ? kl_array_push(&strings, kl_value_retain(item), error)
                     : add_equal(any, name, leaf, item, error);
    }
    if (status == KL_OK && kl_array_len(strings))
        status = add_inner(any, name, leaf, "match", "any", strings, error);
    kl_value_release(strings);
    return status;
}

static kl_status add_order(kl_value *any, const char *name, const kl_filter *leaf, const char *word,
                           kl_error *error)
{
    if (!kl_is_number(leaf->operand))
        return refuse(name, leaf, "order among anything but numbers", error);
    KL_TRY(check_number(name, leaf, leaf->operand, error));
    return add_inner(any, name, leaf, "range", word, leaf->operand, error);
}

static kl_status add_leaf(kl_value *any, const char *name, const kl_filter *leaf, kl_error *error)
{
    switch (leaf->kind) {
    case KL_FILTER_EQ:
        return add_equal(any, name, leaf, leaf->operand, error);
    case KL_FILTER_IN:
        return add_in(any, name, leaf, error);
    case KL_FILTER_GT:
        return add_order(any, name, leaf, "gt", error);
    case KL_FILTER_GTE:
        return add_order(any, name, leaf, "gte", error);
    case KL_FILTER_LT:
        return add_order(any, name, leaf, "lt", error);
    case KL_FILTER_LTE:
        return add_order(any, name, leaf, "lte", error);
    case KL_FILTER_EXISTS:
        return refuse(name, leaf, "$exists", error);
    case KL_FILTER_REGEX:
        return refuse(name, leaf, "$regex", error);
    case KL_FILTER_SIZE:
        return refuse(name, leaf, "$size", error);
    case KL_FILTER_ELEM_MATCH:
        return refuse(name, leaf, "$elemMatch", error);
    case KL_FILTER_TYPE:
        return refuse(name, leaf, "$type", error);
    default:
        return refuse(name, leaf, "$mod", error);
    }
}

/* ---- filters ------------------------------------------------------------------------------------- */

/* One of `any` (taken) holds. An empty "should" would hold always, no id is among none. */
static kl_status write_any(kl_value *out, kl_value any, kl_error *error)
{
    kl_value none, list;
    if (kl_array_len(any))
        return kl_map_of_one(out, KL_TEXT("should"), any, error);
    KL_TRY(kl_map_of_one(&none, KL_TEXT("has_id"), any, error));
    kl_status status = kl_array_new(&list, 1, error);
    if (status != KL_OK) {
        kl_value_release(none);
        return status;
    }
    status = kl_array_push(&list, none, error);
    if (status == KL_OK)
        return kl_map_of_one(out, KL_TEXT("must"), list, error);
    kl_value_release(list);
    return status;
}

static kl_status write_leaf(kl_value *out, const char *name, const kl_filter *leaf, kl_error *error)
{
    kl_value any;
    KL_TRY(kl_array_new(&any, 1, error));
    kl_status status = add_leaf(&any, name, leaf, error);
    if (status == KL_OK)
        return write_any(out, any, error);
    kl_value_release(any);
    return status;
}

/* Recursion is as deep as compiling allowed. */
static kl_status write_filter(kl_value *out, const char *name, const kl_filter *filter,
                              kl_error *error)
{
    kl_value parts, part;
    kl_status status;
    if (filter->kind > KL_FILTER_NOT)
        return write_leaf(out, name, filter, error);
    KL_TRY(kl_array_new(&parts, filter->count, error));
    for (size_t i = 0; i < filter->count; i++) {
        KL_TRY_OUT(write_filter(&part, name, filter->parts[i], error));
        KL_TRY_OUT(kl_array_push(&parts, part, error));
    }
    if (filter->kind == KL_FILTER_OR)
        return write_any(out, parts, error);
    return kl_map_of_one(
        out, filter->kind == KL_FILTER_NOT ? KL_TEXT("must_not") : KL_TEXT("must"), parts, error);
out:
    kl_value_release(parts);
    return status;
}

kl_status kl_qdrant_condition_new(kl_value *out, const kl_filter *filter, const char *name,
                                  kl_error *error)
{
    if (filter)
        return write_filter(out, name, filter, error);
    *out = kl_map_empty();
    return KL_OK;
}
