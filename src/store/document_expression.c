/* src/store/document_expression.c - see document_expression.h. Recursion is as deep as checking
 * allowed, for an expression, and as a path has parts. */
#include "document_expression.h"
#include "buffer.h"
#include "kailash/json.h"
#include "same.h"
#include "unicode.h"

#include <math.h>
#include <stdlib.h>

/* ---- paths -------------------------------------------------------------------------------------- */

static kl_status path_in_list(kl_value *out, kl_value list, kl_text path, kl_error *error)
{
    kl_value made;
    KL_TRY(kl_array_new(&made, 0, error));
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_value item = kl_array_at(list, i), found;
        bool present;
        if (!kl_is(item, KL_KIND_MAP))
            continue;
        kl_status status = kl_expression_path(&found, &present, item, path, error);
        if (status == KL_OK && present)
            status = kl_array_push(&made, found, error);
        if (status != KL_OK) {
            kl_value_release(made);
            return status;
        }
    }
    *out = made;
    return KL_OK;
}

kl_status kl_expression_path(kl_value *out, bool *present, kl_value value, kl_text path,
                             kl_error *error)
{
    while (path.len) {
        const char *dot = memchr(path.data, '.', path.len);
        kl_text part = {path.data, dot ? (size_t)(dot - path.data) : path.len};
        *present = true;
        if (kl_is(value, KL_KIND_ARRAY))
            return path_in_list(out, value, path, error);
        const kl_value *next = kl_map_find(value, part);
        *out = kl_null();
        *present = next != NULL;
        if (!next)
            return KL_OK;
        value = *next;
        path = dot ? (kl_text){dot + 1, path.len - part.len - 1} : (kl_text){"", 0};
    }
    *present = true;
    *out = kl_value_retain(value);
    return KL_OK;
}

/* ---- operators ---------------------------------------------------------------------------------- */

/* `args` are computed; a missing one is null. `*out` is given. */
typedef kl_status operator_fn(kl_value *out, const kl_value *args, size_t count, kl_error *error);

typedef struct expression_operator {
    const char *name;
    size_t min, max; /* arguments */
    operator_fn *run;
} expression_operator;

static kl_status refuse(const char *name, const char *expected, kl_value got, kl_error *error)
{
    return kl_error_set(error, KL_INVALID, "%s: expected %s, got %s", name, expected,
                        kl_value_kind_name(got));
}

/* Whether an argument is null, which makes most results null. */
static bool any_null(const kl_value *args, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (kl_is_null(args[i]))
            return true;
    return false;
}

static kl_status want_numbers(const char *name, const kl_value *args, size_t count, kl_error *error)
{
    for (size_t i = 0; i < count; i++)
        if (!kl_is_number(args[i]))
            return refuse(name, "numbers", args[i], error);
    return KL_OK;
}

static kl_status fold(kl_value *out, const char *name, const kl_value *args, size_t count,
                      kl_error *error)
{
    bool sum = name[1] == 'a', ints = true;
    int64_t whole = sum ? 0 : 1;
    double real = sum ? 0 : 1;
    *out = kl_null();
    if (any_null(args, count))
        return KL_OK;
    KL_TRY(want_numbers(name, args, count, error));
    for (size_t i = 0; i < count; i++) {
        int64_t next = kl_as_int(args[i]);
        ints = ints && kl_is(args[i], KL_KIND_INT) &&
               !(sum ? __builtin_add_overflow(whole, next, &whole)
                     : __builtin_mul_overflow(whole, next, &whole));
        real = sum ? real + kl_as_double(args[i]) : real * kl_as_double(args[i]);
    }
    *out = ints ? kl_int(whole) : kl_double(real);
    return KL_OK;
}

static kl_status do_add(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    return fold(out, "$add", args, count, error);
}

static kl_status do_multiply(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    return fold(out, "$multiply", args, count, error);
}

static kl_status do_subtract(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    int64_t whole;
    *out = kl_null();
    if (any_null(args, count))
        return KL_OK;
    KL_TRY(want_numbers("$subtract", args, count, error));
    bool ints = kl_is(args[0], KL_KIND_INT) && kl_is(args[1], KL_KIND_INT) &&
                !__builtin_sub_overflow(kl_as_int(args[0]), kl_as_int(args[1]), &whole);
    *out = ints ? kl_int(whole) : kl_double(kl_as_double(args[0]) - kl_as_double(args[1]));
    return KL_OK;
}

static kl_status do_divide(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    *out = kl_null();
    if (any_null(args, count))
        return KL_OK;
    KL_TRY(want_numbers("$divide", args, count, error));
    if (kl_as_double(args[1]) == 0)
        return kl_error_set(error, KL_INVALID, "$divide: expected a divisor other than 0");
    *out = kl_double(kl_as_double(args[0]) / kl_as_double(args[1]));
    return KL_OK;
}

static kl_status do_mod(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    *out = kl_null();
    if (any_null(args, count))
        return KL_OK;
    KL_TRY(want_numbers("$mod", args, count, error));
    if (kl_as_double(args[1]) == 0)
        return kl_error_set(error, KL_INVALID, "$mod: expected a divisor other than 0");
    bool ints = kl_is(args[0], KL_KIND_INT) && kl_is(args[1], KL_KIND_INT);
    int64_t divisor = kl_as_int(args[1]);
    *out = !ints           ? kl_double(fmod(kl_as_double(args[0]), kl_as_double(args[1])))
           : divisor == -1 ? kl_int(0)
                           : kl_int(kl_as_int(args[0]) % divisor);
    return KL_OK;
}

static kl_status round_with(kl_value *out, const char *name, kl_value arg, double (*how)(double),
                            kl_error *error)
{
    *out = kl_value_retain(arg);
    if (kl_is_null(arg) || kl_is(arg, KL_KIND_INT))
        return KL_OK;
    KL_TRY(want_numbers(name, &arg, 1, error));
    *out = kl_double(how(kl_as_double(arg)));
    return KL_OK;
}

static kl_status do_floor(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    (void)count;
    return round_with(out, "$floor", args[0], floor, error);
}

static kl_status do_ceil(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    (void)count;
    return round_with(out, "$ceil", args[0], ceil, error);
}

static kl_status do_round(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    double scale = pow(10, count > 1 ? (double)KL_MAX(-20, KL_MIN(20, kl_as_int(args[1]))) : 0);
    KL_TRY(round_with(out, "$round", args[0], rint, error));
    if (kl_is(*out, KL_KIND_DOUBLE) && count > 1)
        *out = kl_double(rint(kl_as_double(args[0]) * scale) / scale);
    return KL_OK;
}

static kl_status do_abs(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    (void)count;
    bool whole = kl_is(args[0], KL_KIND_INT) && kl_as_int(args[0]) != INT64_MIN;
    *out = kl_null();
    if (kl_is_null(args[0]))
        return KL_OK;
    KL_TRY(want_numbers("$abs", args, 1, error));
    *out = whole ? kl_int(llabs(kl_as_int(args[0]))) : kl_double(fabs(kl_as_double(args[0])));
    return KL_OK;
}

/* ---- comparisons -------------------------------------------------------------------------------- */

static kl_status order_of(int *out, kl_value a, kl_value b, kl_error *error)
{
    if (kl_is_number(a) && kl_is_number(b)) {
        *out = kl_number_compare(a, b);
        return KL_OK;
    }
    return kl_value_compare(out, a, b, error);
}

#define COMPARISON(name, test)                                                                     \
    static kl_status name(kl_value *out, const kl_value *args, size_t count, kl_error *error)      \
    {                                                                                              \
        int order;                                                                                 \
        (void)count;                                                                               \
        KL_TRY(order_of(&order, args[0], args[1], error));                                         \
        *out = kl_bool(order test 0);                                                              \
        return KL_OK;                                                                              \
    }
COMPARISON(do_eq, ==)
COMPARISON(do_ne, !=)
COMPARISON(do_gt, >)
COMPARISON(do_gte, >=)
COMPARISON(do_lt, <)
COMPARISON(do_lte, <=)

static kl_status do_cmp(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    int order;
    (void)count;
    KL_TRY(order_of(&order, args[0], args[1], error));
    *out = kl_int((order > 0) - (order < 0));
    return KL_OK;
}

/* All but false, null, 0 and what is missing. */
static bool truth(kl_value value)
{
    return !kl_is_null(value) && !(kl_is(value, KL_KIND_BOOL) && !kl_as_bool(value)) &&
           !(kl_is_number(value) && kl_as_double(value) == 0);
}

static kl_status do_and(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    bool all = true;
    (void)error;
    for (size_t i = 0; i < count; i++)
        all = all && truth(args[i]);
    *out = kl_bool(all);
    return KL_OK;
}

static kl_status do_or(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    bool any = false;
    (void)error;
    for (size_t i = 0; i < count; i++)
        any = any || truth(args[i]);
    *out = kl_bool(any);
    return KL_OK;
}

static kl_status do_not(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    (void)count, (void)error;
    *out = kl_bool(!truth(args[0]));
    return KL_OK;
}

static kl_status do_cond(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    (void)count, (void)error;
    *out = kl_value_retain(args[truth(args[0]) ? 1 : 2]);
    return KL_OK;
}

static kl_status do_if_null(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    (void)error;
    size_t i = 0;
    while (i + 1 < count && kl_is_null(args[i]))
        i++;
    *out = kl_value_retain(args[i]);
    return KL_OK;
}

/* ---- texts -------------------------------------------------------------------------------------- */

static kl_status want_string(const char *name, kl_value arg, kl_error *error)
{
    return kl_is(arg, KL_KIND_STRING) ? KL_OK : refuse(name, "string", arg, error);
}

enum { TEXT_MAX = 64 << 20 };

static kl_status do_concat(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    kl_buffer text = {.limit = TEXT_MAX};
    *out = kl_null();
    if (any_null(args, count))
        return KL_OK;
    for (size_t i = 0; i < count; i++) {
        kl_status status = want_string("$concat", args[i], error);
        if (status != KL_OK) {
            kl_buffer_free(&text);
            return status;
        }
        kl_buffer_add(&text, kl_as_text(args[i]));
    }
    return kl_buffer_finish(out, &text, error);
}

static kl_status do_to_lower(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    (void)count;
    if (!kl_is_null(args[0]))
        KL_TRY(want_string("$toLower", args[0], error));
    return kl_text_lower(out, kl_as_text(args[0]), TEXT_MAX, error);
}

static kl_status do_to_upper(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    (void)count;
    if (!kl_is_null(args[0]))
        KL_TRY(want_string("$toUpper", args[0], error));
    return kl_text_upper(out, kl_as_text(args[0]), TEXT_MAX, error);
}

static kl_status do_str_len(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    int64_t length = 0;
    (void)count;
    KL_TRY(want_string("$strLenCP", args[0], error));
    for (size_t i = 0; i < kl_value_len(args[0]); i++)
        length += ((unsigned char)kl_as_text(args[0]).data[i] & 0xC0) != 0x80;
    *out = kl_int(length);
    return KL_OK;
}

static kl_status do_substr(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    (void)count;
    KL_TRY(want_string("$substrCP", args[0], error));
    if (!kl_is(args[1], KL_KIND_INT) || !kl_is(args[2], KL_KIND_INT) || kl_as_int(args[1]) < 0 ||
        kl_as_int(args[2]) < 0)
        return kl_error_set(error, KL_INVALID, "$substrCP: expected a start and a length from 0 on");
    kl_text text = kl_as_text(args[0]);
    size_t start = kl_text_offset(text, (size_t)kl_as_int(args[1]));
    text = (kl_text){text.data + start, text.len - start};
    text.len = kl_text_offset(text, (size_t)kl_as_int(args[2]));
    return kl_string_from_valid(out, text, error);
}

static kl_status do_split(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    *out = kl_null();
    if (any_null(args, count))
        return KL_OK;
    KL_TRY(want_string("$split", args[0], error));
    KL_TRY(want_string("$split", args[1], error));
    kl_text rest = kl_as_text(args[0]), by = kl_as_text(args[1]);
    if (by.len == 0)
        return kl_error_set(error, KL_INVALID, "$split: expected a separator that is not empty");
    kl_value made;
    KL_TRY(kl_array_new(&made, 0, error));
    for (;;) {
        const char *at = memmem(rest.data, rest.len, by.data, by.len);
        size_t len = at ? (size_t)(at - rest.data) : rest.len;
        kl_status status = kl_array_push_text(&made, (kl_text){rest.data, len}, error);
        if (status != KL_OK) {
            kl_value_release(made);
            return status;
        }
        if (!at)
            break;
        rest = (kl_text){at + by.len, rest.len - len - by.len};
    }
    *out = made;
    return KL_OK;
}

static kl_status do_to_string(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    (void)count;
    kl_value it = args[0];
    char text[32];
    if (kl_is_null(it) || kl_is(it, KL_KIND_STRING)) {
        *out = kl_value_retain(it);
        return KL_OK;
    }
    if (kl_is(it, KL_KIND_INT))
        return kl_string_format(out, error, "%lld", (long long)kl_as_int(it));
    if (kl_is(it, KL_KIND_BOOL))
        return kl_string_format(out, error, "%s", kl_as_bool(it) ? "true" : "false");
    if (!kl_is(it, KL_KIND_DOUBLE))
        return refuse("$toString", "string, number or bool", it, error);
    size_t len = kl_double_print(text, kl_as_double(it));
    return kl_string_from_valid(out, (kl_text){text, len}, error);
}

static kl_status do_to_int(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    (void)count;
    kl_value it = args[0];
    char *end = NULL;
    double real = kl_is(it, KL_KIND_STRING) ? strtod(kl_as_text(it).data, &end) : kl_as_double(it);
    *out = kl_null();
    if (kl_is_null(it))
        return KL_OK;
    bool good = kl_is_number(it) || kl_is(it, KL_KIND_BOOL) ||
                (end && kl_value_len(it) > 0 && end == kl_as_text(it).data + kl_value_len(it));
    if (!good || !(real >= -0x1p63 && real < 0x1p63))
        return refuse("$toInt", "what an integer can be made of", it, error);
    *out = kl_is(it, KL_KIND_INT) ? it : kl_int((int64_t)real);
    return KL_OK;
}

static kl_status do_to_double(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    (void)count;
    kl_value it = args[0];
    char *end = NULL;
    double real = kl_is(it, KL_KIND_STRING) ? strtod(kl_as_text(it).data, &end) : kl_as_double(it);
    *out = kl_null();
    if (kl_is_null(it))
        return KL_OK;
    bool good = kl_is_number(it) || kl_is(it, KL_KIND_BOOL) ||
                (end && kl_value_len(it) > 0 && end == kl_as_text(it).data + kl_value_len(it));
    if (!good)
        return refuse("$toDouble", "what a number can be made of", it, error);
    *out = kl_double(real);
    return KL_OK;
}

static kl_status do_type(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    (void)count;
    return kl_string_format(out, error, "%s", kl_value_kind_name(args[0]));
}

/* ---- lists -------------------------------------------------------------------------------------- */

static kl_status want_list(const char *name, kl_value arg, kl_error *error)
{
    return kl_is(arg, KL_KIND_ARRAY) ? KL_OK : refuse(name, "array", arg, error);
}

static kl_status do_size(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    (void)count;
    KL_TRY(want_list("$size", args[0], error));
    *out = kl_int((int64_t)kl_array_len(args[0]));
    return KL_OK;
}

static kl_status item_at(kl_value *out, const char *name, kl_value list, int64_t index,
                         kl_error *error)
{
    int64_t len = (int64_t)kl_array_len(list);
    *out = kl_null();
    if (kl_is_null(list))
        return KL_OK;
    KL_TRY(want_list(name, list, error));
    index = index < 0 ? index + len : index;
    *out = kl_value_retain(index < 0 ? kl_null() : kl_array_at(list, (size_t)index));
    return KL_OK;
}

static kl_status do_array_elem_at(kl_value *out, const kl_value *args, size_t count,
                                  kl_error *error)
{
    (void)count;
    if (!kl_is(args[1], KL_KIND_INT))
        return refuse("$arrayElemAt", "integer index", args[1], error);
    return item_at(out, "$arrayElemAt", args[0], kl_as_int(args[1]), error);
}

static kl_status do_first(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    (void)count;
    return item_at(out, "$first", args[0], 0, error);
}

static kl_status do_last(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    (void)count;
    return item_at(out, "$last", args[0], -1, error);
}

static kl_status do_in(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    bool found = false;
    (void)count;
    KL_TRY(want_list("$in", args[1], error));
    for (size_t i = 0; i < kl_array_len(args[1]) && !found; i++)
        KL_TRY(kl_value_same(&found, kl_array_at(args[1], i), args[0], NULL, error));
    *out = kl_bool(found);
    return KL_OK;
}

static kl_status do_slice(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    int64_t len = (int64_t)kl_array_len(args[0]), start = 0, length;
    *out = kl_null();
    if (kl_is_null(args[0]))
        return KL_OK;
    KL_TRY(want_list("$slice", args[0], error));
    if (!kl_is(args[1], KL_KIND_INT) || (count > 2 && !kl_is(args[2], KL_KIND_INT)))
        return refuse("$slice", "integers", args[count - 1], error);
    length = KL_MAX(-len, KL_MIN(len, kl_as_int(args[count - 1])));
    if (count > 2)
        start = kl_as_int(args[1]) < 0 ? KL_MAX(len + KL_MAX(kl_as_int(args[1]), -len), 0)
                                       : KL_MIN(kl_as_int(args[1]), len);
    else if (length < 0)
        start = len + length;
    length = length < 0 ? -length : length;
    return kl_array_slice(out, args[0], (size_t)start, (size_t)(start + length), error);
}

static kl_status do_concat_arrays(kl_value *out, const kl_value *args, size_t count,
                                  kl_error *error)
{
    kl_value made;
    *out = kl_null();
    if (any_null(args, count))
        return KL_OK;
    for (size_t i = 0; i < count; i++)
        KL_TRY(want_list("$concatArrays", args[i], error));
    KL_TRY(kl_array_new(&made, 0, error));
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < kl_array_len(args[i]); k++) {
            kl_status status =
                kl_array_push(&made, kl_value_retain(kl_array_at(args[i], k)), error);
            if (status != KL_OK) {
                kl_value_release(made);
                return status;
            }
        }
    }
    *out = made;
    return KL_OK;
}

static kl_status do_is_array(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    (void)count, (void)error;
    *out = kl_bool(kl_is(args[0], KL_KIND_ARRAY));
    return KL_OK;
}

static kl_status do_merge_objects(kl_value *out, const kl_value *args, size_t count,
                                  kl_error *error)
{
    kl_value made = kl_map_empty();
    for (size_t i = 0; i < count; i++) {
        kl_status status = kl_is(args[i], KL_KIND_MAP) || kl_is_null(args[i])
                               ? kl_map_merge(&made, args[i], error)
                               : refuse("$mergeObjects", "objects", args[i], error);
        if (status != KL_OK) {
            kl_value_release(made);
            return status;
        }
    }
    *out = made;
    return KL_OK;
}

/* Sums and the like of the arguments, or of the items of the only one when that is a list. */
static void spread(const kl_value **args, size_t *count)
{
    if (*count == 1 && kl_is(**args, KL_KIND_ARRAY)) {
        *count = kl_array_len(**args);
        *args = kl_array_items(**args);
    }
}

static kl_status do_sum(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    int64_t whole = 0;
    double real = 0;
    bool ints = true;
    (void)error;
    spread(&args, &count);
    for (size_t i = 0; i < count; i++) {
        if (!kl_is_number(args[i]))
            continue;
        ints = ints && kl_is(args[i], KL_KIND_INT) &&
               !__builtin_add_overflow(whole, kl_as_int(args[i]), &whole);
        real += kl_as_double(args[i]);
    }
    *out = ints ? kl_int(whole) : kl_double(real);
    return KL_OK;
}

static kl_status do_avg(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    double real = 0, numbers = 0;
    (void)error;
    spread(&args, &count);
    for (size_t i = 0; i < count; i++) {
        real += kl_is_number(args[i]) ? kl_as_double(args[i]) : 0;
        numbers += kl_is_number(args[i]);
    }
    *out = numbers > 0 ? kl_double(real / numbers) : kl_null();
    return KL_OK;
}

static kl_status extreme(kl_value *out, const kl_value *args, size_t count, int sign,
                         kl_error *error)
{
    kl_value best = kl_null();
    spread(&args, &count);
    for (size_t i = 0; i < count; i++) {
        int order = sign;
        if (kl_is_null(args[i]))
            continue;
        if (!kl_is_null(best))
            KL_TRY(order_of(&order, args[i], best, error));
        if (order * sign > 0)
            best = args[i];
    }
    *out = kl_value_retain(best);
    return KL_OK;
}

static kl_status do_min(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    return extreme(out, args, count, -1, error);
}

static kl_status do_max(kl_value *out, const kl_value *args, size_t count, kl_error *error)
{
    return extreme(out, args, count, 1, error);
}

enum { ARGS_MAX = 100 };

static const expression_operator operators[] = {
    {"$add", 1, ARGS_MAX, do_add},
    {"$subtract", 2, 2, do_subtract},
    {"$multiply", 1, ARGS_MAX, do_multiply},
    {"$divide", 2, 2, do_divide},
    {"$mod", 2, 2, do_mod},
    {"$abs", 1, 1, do_abs},
    {"$ceil", 1, 1, do_ceil},
    {"$floor", 1, 1, do_floor},
    {"$round", 1, 2, do_round},
    {"$eq", 2, 2, do_eq},
    {"$ne", 2, 2, do_ne},
    {"$gt", 2, 2, do_gt},
    {"$gte", 2, 2, do_gte},
    {"$lt", 2, 2, do_lt},
    {"$lte", 2, 2, do_lte},
    {"$cmp", 2, 2, do_cmp},
    {"$and", 0, ARGS_MAX, do_and},
    {"$or", 0, ARGS_MAX, do_or},
    {"$not", 1, 1, do_not},
    {"$cond", 3, 3, do_cond},
    {"$ifNull", 2, ARGS_MAX, do_if_null},
    {"$concat", 1, ARGS_MAX, do_concat},
    {"$toLower", 1, 1, do_to_lower},
    {"$toUpper", 1, 1, do_to_upper},
    {"$strLenCP", 1, 1, do_str_len},
    {"$substrCP", 3, 3, do_substr},
    {"$split", 2, 2, do_split},
    {"$toString", 1, 1, do_to_string},
    {"$toInt", 1, 1, do_to_int},
    {"$toDouble", 1, 1, do_to_double},
    {"$type", 1, 1, do_type},
    {"$size", 1, 1, do_size},
    {"$arrayElemAt", 2, 2, do_array_elem_at},
    {"$first", 1, 1, do_first},
    {"$last", 1, 1, do_last},
    {"$in", 2, 2, do_in},
    {"$slice", 2, 3, do_slice},
    {"$concatArrays", 1, ARGS_MAX, do_concat_arrays},
    {"$isArray", 1, 1, do_is_array},
    {"$mergeObjects", 1, ARGS_MAX, do_merge_objects},
    {"$sum", 0, ARGS_MAX, do_sum},
    {"$avg", 0, ARGS_MAX, do_avg},
    {"$min", 0, ARGS_MAX, do_min},
    {"$max", 0, ARGS_MAX, do_max},
};

static const expression_operator *find(kl_text name)
{
    for (size_t i = 0; i < KL_COUNT(operators); i++)
        if (kl_text_is(name, operators[i].name))
            return &operators[i];
    return NULL;
}

/* ---- expressions -------------------------------------------------------------------------------- */

/* The operator of {"$name": operands}; an empty text for anything else. */
static kl_text operator_of(kl_value expression)
{
    kl_text none = {"", 0};
    if (!kl_is(expression, KL_KIND_MAP) || kl_map_len(expression) == 0)
        return none;
    kl_text key = kl_map_key_at(expression, 0);
    return key.len && key.data[0] == '$' ? key : none;
}

/* {"if": a, "then": b, "else": c} of $cond as its three arguments. */
static const char *const cond_parts[] = {"if", "then", "else"};

static size_t argument_count(kl_value operands, bool is_cond)
{
    if (is_cond && kl_is(operands, KL_KIND_MAP))
        return kl_map_len(operands) == 3 ? 3 : 0;
    return kl_is(operands, KL_KIND_ARRAY) ? kl_array_len(operands) : 1;
}

static kl_value argument_at(kl_value operands, bool is_cond, size_t index)
{
    if (is_cond && kl_is(operands, KL_KIND_MAP))
        return kl_map_get(operands, kl_text_from(cond_parts[index]));
    return kl_is(operands, KL_KIND_ARRAY) ? kl_array_at(operands, index) : operands;
}

static kl_status refuse_operator(kl_text name, const char *where, kl_error *error)
{
    kl_buffer known = KL_BUFFER_INIT;
    for (size_t i = 0; i < KL_COUNT(operators); i++)
        kl_buffer_format(&known, "%s%s", i ? ", " : "", operators[i].name);
    kl_status status = kl_error_form(error, KL_INVALID, "invalid input '%s.%.*s': expected one of: "
                                     "$literal, %.*s", where, KL_TEXT_ARG(name),
                                     KL_TEXT_ARG(kl_buffer_text(&known)));
    kl_buffer_free(&known);
    return status;
}

static kl_status check(kl_value expression, const char *where, size_t depth, kl_error *error);

static kl_status check_operator(kl_text name, kl_value operands, const char *where, size_t depth,
                                kl_error *error)
{
    const expression_operator *it = find(name);
    bool is_cond = kl_text_is(name, "$cond");
    if (kl_text_is(name, "$literal"))
        return KL_OK;
    if (!it)
        return refuse_operator(name, where, error);
    size_t count = argument_count(operands, is_cond);
    if (count < it->min || count > it->max)
        return kl_error_form(error, KL_INVALID, "invalid input '%s.%s': expected %zu%s arguments, got "
                             "%zu", where, it->name, it->min,
                             it->max == it->min ? "" : " or more", count);
    for (size_t i = 0; i < count; i++)
        KL_TRY(check(argument_at(operands, is_cond, i), where, depth + 1, error));
    return KL_OK;
}

static kl_status check(kl_value expression, const char *where, size_t depth, kl_error *error)
{
    kl_text name = operator_of(expression), text = kl_as_text(expression);
    if (depth > KL_EXPRESSION_DEPTH_MAX)
        return kl_error_form(error, KL_INVALID, "invalid input '%s': expected at most %d levels of "
                             "nesting", where, KL_EXPRESSION_DEPTH_MAX);
    if (text.len > 2 && memcmp(text.data, "$$", 2) == 0 && kl_is(expression, KL_KIND_STRING)) {
        size_t len = 2;
        while (len < text.len && text.data[len] != '.')
            len++;
        kl_text variable = {text.data, len};
        if (!kl_text_is(variable, "$$ROOT") && !kl_text_is(variable, "$$CURRENT"))
            return kl_error_form(error, KL_INVALID, "invalid input '%s': expected $$ROOT or $$CURRENT, "
                                 "got %.*s", where, KL_TEXT_ARG(variable));
    }
    if (name.len && kl_map_len(expression) > 1)
        return kl_error_form(error, KL_INVALID, "invalid input '%s': expected one operator, got %zu",
                             where, kl_map_len(expression));
    if (name.len)
        return check_operator(name, kl_map_value_at(expression, 0), where, depth, error);
    for (size_t i = 0; i < kl_array_len(expression); i++)
        KL_TRY(check(kl_array_at(expression, i), where, depth + 1, error));
    for (size_t i = 0; i < kl_map_len(expression); i++)
        KL_TRY(check(kl_map_value_at(expression, i), where, depth + 1, error));
    return KL_OK;
}

kl_status kl_expression_check(kl_value expression, const char *where, kl_error *error)
{
    return check(expression, where, 0, error);
}

static kl_status run_operator(kl_value *out, kl_text name, kl_value operands, kl_value document,
                              kl_work *work, kl_error *error)
{
    kl_value args[ARGS_MAX];
    bool is_cond = kl_text_is(name, "$cond"), present;
    size_t count = argument_count(operands, is_cond), done = 0;
    kl_status status = KL_OK;
    if (kl_text_is(name, "$literal")) {
        *out = kl_value_retain(operands);
        return KL_OK;
    }
    for (; done < count && status == KL_OK; done++) {
        args[done] = kl_null();
        status = kl_expression_value(&args[done], &present, argument_at(operands, is_cond, done),
                                     document, work, error);
    }
    if (status == KL_OK)
        status = find(name)->run(out, args, count, error);
    for (size_t i = 0; i < done; i++)
        kl_value_release(args[i]);
    return status;
}

static kl_status value_of_list(kl_value *out, kl_value list, kl_value document, kl_work *work,
                               kl_error *error)
{
    kl_value made;
    KL_TRY(kl_array_new(&made, kl_array_len(list), error));
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_value item = kl_null();
        bool present;
        kl_status status =
            kl_expression_value(&item, &present, kl_array_at(list, i), document, work, error);
        if (status == KL_OK)
            status = kl_array_push(&made, item, error);
        if (status != KL_OK) {
            kl_value_release(made);
            return status;
        }
    }
    *out = made;
    return KL_OK;
}

static kl_status value_of_map(kl_value *out, kl_value map, kl_value document, kl_work *work,
                              kl_error *error)
{
    kl_value made;
    KL_TRY(kl_map_new(&made, kl_map_len(map), error));
    for (size_t i = 0; i < kl_map_len(map); i++) {
        kl_value item = kl_null();
        bool present = false;
        kl_status status =
            kl_expression_value(&item, &present, kl_map_value_at(map, i), document, work, error);
        if (status == KL_OK && present)
            status = kl_map_set_key(&made, kl_map_key_value_at(map, i), item, error);
        if (status != KL_OK) {
            kl_value_release(made);
            return status;
        }
    }
    *out = made;
    return KL_OK;
}

kl_status kl_expression_value(kl_value *out, bool *present, kl_value expression, kl_value document,
                              kl_work *work, kl_error *error)
{
    kl_text name = operator_of(expression), text = kl_as_text(expression);
    *present = true;
    if (work)
        KL_TRY(kl_work_step(work, error));
    if (kl_is(expression, KL_KIND_STRING) && text.len > 1 && text.data[0] == '$') {
        size_t skip = text.data[1] != '$' ? 1 : text.data[2] == 'R' ? 6 : 9; /* $$ROOT, $$CURRENT */
        skip += text.len > skip && text.data[skip] == '.' && skip > 1;
        return kl_expression_path(out, present, document, (kl_text){text.data + skip, text.len - skip},
                                  error);
    }
    if (name.len)
        return run_operator(out, name, kl_map_value_at(expression, 0), document, work, error);
    if (kl_is(expression, KL_KIND_ARRAY))
        return value_of_list(out, expression, document, work, error);
    if (kl_is(expression, KL_KIND_MAP))
        return value_of_map(out, expression, document, work, error);
    *out = kl_value_retain(expression);
    return KL_OK;
}
