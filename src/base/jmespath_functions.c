/* src/base/jmespath_functions.c - the functions of JMESPath: a table, and a function for each row.
 */
#include "jmespath_tree.h"
#include "buffer.h"
#include "payload.h"
#include "same.h"
#include "array.h"
#include "sort.h"
#include "kailash/json.h"

#include <math.h>

/* ---- types of arguments ---------------------------------------------------------------------- */

static bool all_of(kl_value array, bool number)
{
    if (!kl_is(array, KL_KIND_ARRAY))
        return false;
    for (size_t i = 0, count = kl_array_len(array); i < count; i++) {
        kl_value item = kl_array_at(array, i);
        if (number ? !kl_is_number(item) : !kl_is(item, KL_KIND_STRING))
            return false;
    }
    return true;
}

static unsigned type_of(kl_value value)
{
    static const uint16_t types[] = {
        [KL_KIND_NULL] = JM_T_NULL,     [KL_KIND_BOOL] = JM_T_BOOL,
        [KL_KIND_INT] = JM_T_NUMBER,    [KL_KIND_DOUBLE] = JM_T_NUMBER,
        [KL_KIND_STRING] = JM_T_STRING, [KL_KIND_ARRAY] = JM_T_ARRAY,
        [KL_KIND_MAP] = JM_T_OBJECT,    [KL_KIND_OBJECT] = 0,
    };
    return types[value.kind];
}

bool jm_type_fits(unsigned types, kl_value value)
{
    return (types & JM_T_ANY) || (types & type_of(value)) ||
           ((types & JM_T_NUMBERS) && all_of(value, true)) ||
           ((types & JM_T_STRINGS) && all_of(value, false));
}

/* The words of a set of types, in the order of their bits. */
static void type_words(kl_buffer *to, unsigned types)
{
    static const char *const words[] = {"number", "string", "boolean",          "array",
                                        "object", "null",   "array of numbers", "array of strings"};
    bool first = true;
    for (unsigned i = 0; i < KL_COUNT(words); i++) {
        if (!(types & 1u << i))
            continue;
        kl_buffer_string(to, first ? "" : " or ");
        kl_buffer_string(to, words[i]);
        first = false;
    }
    kl_buffer_byte(to, '\0');
}

kl_status jm_refuse_argument(const jm_function *function, size_t index, kl_value value,
                             kl_error *error)
{
    size_t last = jm_function_params(function) - 1;
    kl_buffer words = KL_BUFFER_INIT;
    type_words(&words, function->params[KL_MIN(index, last)]);
    kl_status status =
        words.status != KL_OK
            ? kl_error_no_memory(error)
            : kl_error_set(error, KL_INVALID, "%s(): argument %zu: expected %s, got %s",
                           function->name, index + 1, words.data, kl_value_kind_name(value));
    kl_buffer_free(&words);
    return status;
}

/* ---- numbers --------------------------------------------------------------------------------- */

/* A whole double as an int where it fits. */
static kl_value whole(double real)
{
    return real >= -9223372036854775808.0 && real < 9223372036854775808.0 ? kl_int((int64_t)real)
                                                                          : kl_double(real);
}

static kl_status call_abs(kl_value *out, jm_call *call, kl_error *error)
{
    (void)error;
    kl_value number = call->args[0];
    if (kl_is(number, KL_KIND_DOUBLE))
        *out = kl_double(fabs(number.as.real));
    else if (number.as.integer == INT64_MIN)
        *out = kl_double(9223372036854775808.0);
    else
        *out = kl_int(number.as.integer < 0 ? -number.as.integer : number.as.integer);
    return KL_OK;
}

static kl_status call_ceil(kl_value *out, jm_call *call, kl_error *error)
{
    (void)error;
    kl_value number = call->args[0];
    *out = kl_is(number, KL_KIND_INT) ? number : whole(ceil(number.as.real));
    return KL_OK;
}

static kl_status call_floor(kl_value *out, jm_call *call, kl_error *error)
{
    (void)error;
    kl_value number = call->args[0];
    *out = kl_is(number, KL_KIND_INT) ? number : whole(floor(number.as.real));
    return KL_OK;
}

/* Ints stay exact; the sum is a float when one of them is, or when it leaves int64. */
static kl_value sum_of(kl_value numbers)
{
    int64_t total = 0;
    double real = 0;
    bool exact = true;
    for (size_t i = 0, count = kl_array_len(numbers); i < count; i++) {
        kl_value number = kl_array_at(numbers, i);
        real += kl_as_double(number);
        exact = exact && kl_is(number, KL_KIND_INT) &&
                !__builtin_add_overflow(total, number.as.integer, &total);
    }
    return exact ? kl_int(total) : kl_double(real);
}

static kl_status call_sum(kl_value *out, jm_call *call, kl_error *error)
{
    (void)error;
    *out = sum_of(call->args[0]);
    return KL_OK;
}

static kl_status call_avg(kl_value *out, jm_call *call, kl_error *error)
{
    (void)error;
    size_t count = kl_array_len(call->args[0]);
    *out = count ? kl_double(kl_as_double(sum_of(call->args[0])) / (double)count) : kl_null();
    return KL_OK;
}

static kl_status call_to_number(kl_value *out, jm_call *call, kl_error *error)
{
    kl_value given = call->args[0], read = kl_null();
    kl_text text = kl_as_text(given);
    *out = kl_is_number(given) ? given : kl_null();
    if (!kl_is(given, KL_KIND_STRING) || text.len == 0 || text.len > 400)
        return KL_OK;
    if (text.data[0] != '-' && (text.data[0] < '0' || text.data[0] > '9'))
        return KL_OK;
    kl_status status = kl_json_parse(&read, text, NULL); /* no number: null, not an error */
    if (status == KL_NO_MEMORY)
        return kl_error_no_memory(error);
    *out = status == KL_OK && kl_is_number(read) ? read : kl_null();
    return KL_OK;
}

/* ---- strings --------------------------------------------------------------------------------- */

static kl_status call_length(kl_value *out, jm_call *call, kl_error *error)
{
    (void)error;
    kl_value value = call->args[0];
    *out = kl_int((int64_t)(kl_is(value, KL_KIND_STRING) ? kl_utf8_count(kl_as_text(value))
                                                         : kl_value_len(value)));
    return KL_OK;
}

static kl_status call_starts_with(kl_value *out, jm_call *call, kl_error *error)
{
    (void)error;
    kl_text text = kl_as_text(call->args[0]), part = kl_as_text(call->args[1]);
    *out = kl_bool(part.len <= text.len && memcmp(text.data, part.data, part.len) == 0);
    return KL_OK;
}

static kl_status call_ends_with(kl_value *out, jm_call *call, kl_error *error)
{
    (void)error;
    kl_text text = kl_as_text(call->args[0]), part = kl_as_text(call->args[1]);
    *out = kl_bool(part.len <= text.len &&
                   memcmp(text.data + text.len - part.len, part.data, part.len) == 0);
    return KL_OK;
}

static kl_status call_contains(kl_value *out, jm_call *call, kl_error *error)
{
    kl_value where = call->args[0], what = call->args[1];
    bool found = false;
    if (kl_is(where, KL_KIND_STRING)) {
        kl_text text = kl_as_text(where), part = kl_as_text(what);
        found =
            kl_is(what, KL_KIND_STRING) && memmem(text.data, text.len, part.data, part.len) != NULL;
    }
    for (size_t i = 0, count = kl_array_len(where); i < count && !found; i++) {
        KL_TRY(kl_work_step(call->search->work, error));
        KL_TRY(kl_value_same(&found, kl_array_at(where, i), what, call->search->work, error));
    }
    *out = kl_bool(found);
    return KL_OK;
}

static kl_status call_join(kl_value *out, jm_call *call, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    text.limit = KL_JMESPATH_TEXT_MAX;
    for (size_t i = 0, count = kl_array_len(call->args[1]); i < count; i++) {
        if (i)
            kl_buffer_add(&text, kl_as_text(call->args[0]));
        kl_buffer_add(&text, kl_as_text(kl_array_at(call->args[1], i)));
    }
    return kl_buffer_finish(out, &text, error);
}

/* By code point. */
static kl_status reverse_text(kl_value *out, kl_text text, kl_error *error)
{
    char *turned = kl_alloc(text.len);
    if (!turned)
        return kl_error_no_memory(error);
    size_t end = text.len;
    for (size_t i = 0; i < text.len;) {
        size_t len = 1;
        while (i + len < text.len && ((unsigned char)text.data[i + len] & 0xC0) == 0x80)
            len++;
        end -= len;
        memcpy(turned + end, text.data + i, len);
        i += len;
    }
    kl_status status = kl_string_from_valid(out, (kl_text){turned, text.len}, error);
    kl_free(turned);
    return status;
}

static kl_status call_reverse(kl_value *out, jm_call *call, kl_error *error)
{
    kl_value given = call->args[0], turned;
    if (kl_is(given, KL_KIND_STRING))
        return reverse_text(out, kl_as_text(given), error);
    size_t count = kl_array_len(given);
    KL_TRY(kl_array_new(&turned, count, error));
    for (size_t i = count; i > 0; i--)
        kl_array_push(&turned, kl_value_retain(kl_array_at(given, i - 1)), error); /* has room */
    *out = turned;
    return KL_OK;
}

static kl_status call_to_string(kl_value *out, jm_call *call, kl_error *error)
{
    kl_value given = call->args[0];
    bool fits = true;
    if (kl_is(given, KL_KIND_STRING)) {
        *out = kl_value_retain(given);
        return KL_OK;
    }
    KL_TRY(kl_value_fits(&fits, given, KL_JMESPATH_LIST_MAX, call->search->work, error));
    if (!fits)
        return kl_error_set(error, KL_LIMIT,
                            "resource limit exceeded: text_size (limit: %zu bytes)",
                            KL_JMESPATH_TEXT_MAX);
    KL_TRY(kl_json_print(out, given, &kl_json_plain, error));
    if (kl_value_len(*out) <= KL_JMESPATH_TEXT_MAX)
        return KL_OK;
    kl_value_release(kl_value_take(out));
    return kl_error_set(error, KL_LIMIT, "resource limit exceeded: text_size (limit: %zu bytes)",
                        KL_JMESPATH_TEXT_MAX);
}

/* ---- arrays and objects ---------------------------------------------------------------------- */

static kl_status call_to_array(kl_value *out, jm_call *call, kl_error *error)
{
    if (kl_is(call->args[0], KL_KIND_ARRAY)) {
        *out = kl_value_retain(call->args[0]);
        return KL_OK;
    }
    kl_value array;
    KL_TRY(kl_array_new(&array, 1, error));
    kl_array_push(&array, kl_value_retain(call->args[0]), error); /* has room */
    *out = array;
    return KL_OK;
}

static kl_status call_type(kl_value *out, jm_call *call, kl_error *error)
{
    static const char *const names[] = {
        [KL_KIND_NULL] = "null",     [KL_KIND_BOOL] = "boolean",  [KL_KIND_INT] = "number",
        [KL_KIND_DOUBLE] = "number", [KL_KIND_STRING] = "string", [KL_KIND_BYTES] = "bytes",
        [KL_KIND_ARRAY] = "array",   [KL_KIND_MAP] = "object",    [KL_KIND_OBJECT] = "object",
    };
    return kl_string_from_valid(out, kl_text_from(names[call->args[0].kind]), error);
}

static kl_status keys_or_values(kl_value *out, kl_value map, bool keys, kl_error *error)
{
    kl_value list;
    size_t count = kl_map_len(map);
    KL_TRY(kl_array_new(&list, count, error));
    for (size_t i = 0; i < count; i++)
        kl_array_push(&list, /* has room */
                      kl_value_retain(keys ? kl_map_key_value_at(map, i) : kl_map_value_at(map, i)),
                      error);
    *out = list;
    return KL_OK;
}

static kl_status call_keys(kl_value *out, jm_call *call, kl_error *error)
{
    return keys_or_values(out, call->args[0], true, error);
}

static kl_status call_values(kl_value *out, jm_call *call, kl_error *error)
{
    return keys_or_values(out, call->args[0], false, error);
}

static kl_status call_merge(kl_value *out, jm_call *call, kl_error *error)
{
    kl_value merged = kl_value_retain(call->args[0]);
    for (size_t i = 1; i < call->count; i++) {
        kl_status status = kl_map_merge(&merged, call->args[i], error);
        if (status != KL_OK) {
            kl_value_release(merged);
            return status;
        }
    }
    *out = merged;
    return KL_OK;
}

static kl_status call_not_null(kl_value *out, jm_call *call, kl_error *error)
{
    (void)error;
    size_t i = 0;
    while (i + 1 < call->count && kl_is_null(call->args[i]))
        i++;
    *out = kl_value_retain(call->args[i]);
    return KL_OK;
}

/* ---- order ----------------------------------------------------------------------------------- */

static kl_status extreme(kl_value *out, kl_value array, int sign, kl_error *error)
{
    kl_value best = kl_array_at(array, 0);
    for (size_t i = 1, count = kl_array_len(array); i < count; i++) {
        int order;
        KL_TRY(kl_value_compare(&order, kl_array_at(array, i), best, error));
        if (order * sign > 0)
            best = kl_array_at(array, i);
    }
    *out = kl_value_retain(best);
    return KL_OK;
}

static kl_status call_max(kl_value *out, jm_call *call, kl_error *error)
{
    return extreme(out, call->args[0], 1, error);
}

static kl_status call_min(kl_value *out, jm_call *call, kl_error *error)
{
    return extreme(out, call->args[0], -1, error);
}

static kl_status take_items(kl_value *out, const kl_sort_pair *pairs, size_t count, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, count, error));
    kl_value *to = kl_array_room(&list, count, error); /* is there */
    for (size_t i = 0; i < count; i++)
        to[i] = kl_value_retain(pairs[i].item);
    kl_array_added(list, count);
    *out = list;
    return KL_OK;
}

static kl_status call_sort(kl_value *out, jm_call *call, kl_error *error)
{
    size_t count = kl_array_len(call->args[0]);
    kl_sort_pair *pairs = kl_alloc(count * sizeof *pairs);
    if (!pairs)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < count; i++) {
        kl_value item = kl_array_at(call->args[0], i);
        pairs[i] = (kl_sort_pair){item, item};
    }
    kl_status status = kl_sort_pairs(pairs, count, false, call->search->work, error);
    if (status == KL_OK)
        status = take_items(out, pairs, count, error);
    kl_free(pairs);
    return status;
}

/* ---- by expression --------------------------------------------------------------------------- */

/* The key of each item, numbers only or strings only. `*made` tells how many keys to release. */
static kl_status make_keys(kl_sort_pair *pairs, size_t *made, const char *name, jm_call *call,
                           kl_error *error)
{
    const kl_value *items = kl_array_items(call->args[0]);
    jm_each key = jm_each_of(call->search, call->expression);
    for (size_t count = kl_array_len(call->args[0]); *made < count;) {
        kl_sort_pair *pair = &pairs[*made];
        pair->item = items[*made];
        KL_TRY(kl_work_step(call->search->work, error));
        KL_TRY(jm_each_eval(&pair->key, &key, call->search, items, *made, count, error));
        ++*made;
        bool number = kl_is_number(pair->key), first_number = kl_is_number(pairs[0].key);
        if ((number || kl_is(pair->key, KL_KIND_STRING)) && number == first_number)
            continue;
        return kl_error_set(error, KL_INVALID,
                            "%s(): the expression must give numbers only or strings only; for item "
                            "%zu it gives %s",
                            name, *made - 1, kl_value_kind_name(pair->key));
    }
    return KL_OK;
}

static void drop_keys(kl_sort_pair *pairs, size_t made)
{
    while (made > 0)
        kl_value_release(pairs[--made].key);
    kl_free(pairs);
}

static kl_status call_sort_by(kl_value *out, jm_call *call, kl_error *error)
{
    size_t count = kl_array_len(call->args[0]), made = 0;
    kl_sort_pair *pairs = kl_alloc(count * sizeof *pairs);
    if (!pairs)
        return kl_error_no_memory(error);
    kl_status status = make_keys(pairs, &made, "sort_by", call, error);
    if (status == KL_OK)
        status = kl_sort_pairs(pairs, count, false, call->search->work, error);
    if (status == KL_OK)
        status = take_items(out, pairs, count, error);
    drop_keys(pairs, made);
    return status;
}

static kl_status extreme_by(kl_value *out, const char *name, int sign, jm_call *call,
                            kl_error *error)
{
    size_t count = kl_array_len(call->args[0]), made = 0, best = 0;
    kl_sort_pair *pairs = kl_alloc(count * sizeof *pairs);
    if (!pairs)
        return kl_error_no_memory(error);
    kl_status status = make_keys(pairs, &made, name, call, error);
    for (size_t i = 1; i < count && status == KL_OK; i++) {
        int order = 0;
        status = kl_value_compare(&order, pairs[i].key, pairs[best].key, error);
        if (order * sign > 0)
            best = i;
    }
    if (status == KL_OK)
        *out = count ? kl_value_retain(pairs[best].item) : kl_null();
    drop_keys(pairs, made);
    return status;
}

static kl_status call_max_by(kl_value *out, jm_call *call, kl_error *error)
{
    return extreme_by(out, "max_by", 1, call, error);
}

static kl_status call_min_by(kl_value *out, jm_call *call, kl_error *error)
{
    return extreme_by(out, "min_by", -1, call, error);
}

static kl_status call_map(kl_value *out, jm_call *call, kl_error *error)
{
    kl_value list, item, from = call->args[1];
    kl_status status;
    KL_TRY(kl_array_new(&list, kl_array_len(from), error));
    for (size_t i = 0, count = kl_array_len(from); i < count; i++) {
        KL_TRY_OUT(kl_work_step(call->search->work, error));
        KL_TRY_OUT(jm_eval(&item, call->search, call->expression, kl_array_at(from, i), error));
        KL_TRY_OUT(kl_array_push(&list, item, error));
    }
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}

/* ---- the table ------------------------------------------------------------------------------- */

#define ORDERED (JM_T_NUMBERS | JM_T_STRINGS)

static const jm_function functions[] = {
    {.name = "abs", .params = {JM_T_NUMBER}, .call = call_abs},
    {.name = "avg", .params = {JM_T_NUMBERS}, .call = call_avg},
    {.name = "ceil", .params = {JM_T_NUMBER}, .call = call_ceil},
    {.name = "contains", .params = {JM_T_ARRAY | JM_T_STRING, JM_T_ANY}, .call = call_contains},
    {.name = "ends_with", .params = {JM_T_STRING, JM_T_STRING}, .call = call_ends_with},
    {.name = "floor", .params = {JM_T_NUMBER}, .call = call_floor},
    {.name = "join", .params = {JM_T_STRING, JM_T_STRINGS}, .call = call_join},
    {.name = "keys", .params = {JM_T_OBJECT}, .call = call_keys},
    {.name = "length", .params = {JM_T_STRING | JM_T_ARRAY | JM_T_OBJECT}, .call = call_length},
    {.name = "map", .params = {JM_T_EXPRESSION, JM_T_ARRAY}, .call = call_map},
    {.name = "max", .params = {ORDERED}, .call = call_max},
    {.name = "max_by", .params = {JM_T_ARRAY, JM_T_EXPRESSION}, .call = call_max_by},
    {.name = "merge", .params = {JM_T_OBJECT}, .many = true, .call = call_merge},
    {.name = "min", .params = {ORDERED}, .call = call_min},
    {.name = "min_by", .params = {JM_T_ARRAY, JM_T_EXPRESSION}, .call = call_min_by},
    {.name = "not_null", .params = {JM_T_ANY}, .many = true, .call = call_not_null},
    {.name = "reverse", .params = {JM_T_ARRAY | JM_T_STRING}, .call = call_reverse},
    {.name = "sort", .params = {ORDERED}, .call = call_sort},
    {.name = "sort_by", .params = {JM_T_ARRAY, JM_T_EXPRESSION}, .call = call_sort_by},
    {.name = "starts_with", .params = {JM_T_STRING, JM_T_STRING}, .call = call_starts_with},
    {.name = "sum", .params = {JM_T_NUMBERS}, .call = call_sum},
    {.name = "to_array", .params = {JM_T_ANY}, .call = call_to_array},
    {.name = "to_number", .params = {JM_T_ANY}, .call = call_to_number},
    {.name = "to_string", .params = {JM_T_ANY}, .call = call_to_string},
    {.name = "type", .params = {JM_T_ANY}, .call = call_type},
    {.name = "values", .params = {JM_T_OBJECT}, .call = call_values},
};

const jm_function *jm_function_find(kl_text name)
{
    for (size_t i = 0; i < KL_COUNT(functions); i++)
        if (kl_text_is(name, functions[i].name))
            return &functions[i];
    return NULL;
}

size_t jm_function_params(const jm_function *function) { return function->params[1] ? 2 : 1; }
