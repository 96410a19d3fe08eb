/* src/base/condition.c - see condition.h. A condition is a flat list of rules, each followed by its
 * parts; depth is limited when compiling, so walking it may recurse. */
#include "condition.h"
#include "array.h"
#include "lookup.h"
#include "parts.h"
#include "same.h"
#include "sort.h"
#include "kailash/json.h"
#include "kailash/match.h"

#include <stdarg.h>
#include <stdio.h>

typedef struct rule rule;

/* What a leaf does with the field's value. */
typedef kl_status test_fn(bool *out, const rule *leaf, kl_value found, kl_work *work,
                          kl_error *error);

struct rule {
    test_fn *test; /* of a leaf */
    char form;     /* 'a'nd, 'o'r, 'n'ot, 0 = leaf */
    bool is_key;   /* the field is one key, no path */
    uint32_t place; /* atomic; where the key stood in the row before */
    uint32_t end;  /* index behind the last part */
    kl_value field;
    kl_value value;
    kl_regex *regex; /* of a regex */
    kl_value sorted; /* of in_list: numbers or strings in order, or null */
};

struct kl_condition {
    rule *rules;
    uint32_t count, cap;
};

/* ---- leaves ---------------------------------------------------------------------------------- */

static kl_status test_equals(bool *out, const rule *leaf, kl_value found, kl_work *work,
                             kl_error *error)
{
    return kl_value_same(out, found, leaf->value, work, error);
}

static kl_status test_not_equals(bool *out, const rule *leaf, kl_value found, kl_work *work,
                                 kl_error *error)
{
    KL_TRY(kl_value_same(out, found, leaf->value, work, error));
    *out = !*out;
    return KL_OK;
}

static kl_status is_among(bool *out, kl_value list, kl_value what, kl_work *work, kl_error *error)
{
    *out = false;
    for (size_t i = 0, count = kl_array_len(list); i < count && !*out; i++) {
        KL_TRY(kl_work_step(work, error));
        KL_TRY(kl_value_same(out, kl_array_at(list, i), what, work, error));
    }
    return KL_OK;
}

/* Short texts are looked through sooner than memmem() has begun. */
static bool has_part(kl_text text, kl_text part)
{
    enum { SHORT = 48 };
    if (text.len > SHORT || part.len == 0)
        return memmem(text.data, text.len, part.data, part.len) != NULL;
    for (size_t i = 0; i + part.len <= text.len; i++)
        if (text.data[i] == *part.data && memcmp(text.data + i, part.data, part.len) == 0)
            return true;
    return false;
}

static kl_status test_contains(bool *out, const rule *leaf, kl_value found, kl_work *work,
                               kl_error *error)
{
    if (!kl_is(found, KL_KIND_STRING))
        return is_among(out, found, leaf->value, work, error);
    kl_text text = kl_as_text(found), part = kl_as_text(leaf->value);
    *out = kl_is(leaf->value, KL_KIND_STRING) && has_part(text, part);
    return KL_OK;
}

/* Order of two numbers or two strings; false for anything else, NaN included. */
static bool order_of(int *out, kl_value a, kl_value b)
{
    if (kl_is(a, KL_KIND_DOUBLE) && kl_is_number(b)) {
        double left = a.as.real, right = kl_as_double(b);
        if (kl_is(b, KL_KIND_DOUBLE) || (int32_t)b.as.integer == b.as.integer) { /* exact */
            *out = (left > right) - (left < right);
            return left == left && right == right;
        }
    }
    if (kl_is(a, KL_KIND_STRING) && kl_is(b, KL_KIND_STRING)) {
        *out = kl_text_compare(kl_as_text(a), kl_as_text(b));
        return true;
    }
    if (!kl_is_number(a) || !kl_is_number(b) || kl_as_double(a) != kl_as_double(a) ||
        kl_as_double(b) != kl_as_double(b))
        return false;
    *out = kl_number_compare(a, b);
    return true;
}

#define ORDER_TEST(name, holds)                                                                    \
    static kl_status name(bool *out, const rule *leaf, kl_value found, kl_work *work,              \
                          kl_error *error)                                                         \
    {                                                                                              \
        (void)work, (void)error;                                                                   \
        int order;                                                                                 \
        *out = order_of(&order, found, leaf->value) && (holds);                                    \
        return KL_OK;                                                                              \
    }
ORDER_TEST(test_gt, order > 0)
ORDER_TEST(test_gte, order >= 0)
ORDER_TEST(test_lt, order < 0)
ORDER_TEST(test_lte, order <= 0)

static kl_status test_regex(bool *out, const rule *leaf, kl_value found, kl_work *work,
                            kl_error *error)
{
    (void)work;
    *out = false;
    if (!kl_is(found, KL_KIND_STRING))
        return KL_OK;
    return kl_regex_search(out, leaf->regex, kl_as_text(found), error);
}

static kl_status test_in_list(bool *out, const rule *leaf, kl_value found, kl_work *work,
                              kl_error *error)
{
    if (kl_is_null(leaf->sorted))
        return is_among(out, leaf->value, found, work, error);
    size_t low = 0, high = kl_array_len(leaf->sorted);
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order;
        if (!order_of(&order, found, kl_array_at(leaf->sorted, middle)))
            break;
        if (order == 0) {
            *out = true;
            return KL_OK;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    *out = false;
    return KL_OK;
}

static const struct {
    const char *name;
    test_fn *test;
} operators[] = {
    {"equals", test_equals},     {"not_equals", test_not_equals},
    {"contains", test_contains}, {"gt", test_gt},
    {"gte", test_gte},           {"lt", test_lt},
    {"lte", test_lte},           {"regex", test_regex},
    {"in_list", test_in_list},
};

/* ---- refusing -------------------------------------------------------------------------------- */

typedef struct compiler {
    kl_condition *condition;
    kl_error *error;
    unsigned depth;
    size_t path_len;
    char path[1200]; /* where the compiler stands; holds the deepest path with room to spare */
} compiler;

/* Go down to a part; returns the length of the path to go back to. */
static size_t descend(compiler *c, const char *format, ...) KL_PRINTF(2, 3);
static size_t descend(compiler *c, const char *format, ...)
{
    size_t before = c->path_len, room = sizeof c->path - before;
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(c->path + before, room, format, arguments);
    va_end(arguments);
    c->path_len += len < 0 ? 0 : KL_MIN((size_t)len, room - 1);
    return before;
}

static void ascend(compiler *c, size_t before)
{
    c->path_len = before;
    c->path[before] = '\0';
}

static kl_status refuse(compiler *c, const char *part, const char *expected, kl_value got)
{
    kl_value text = kl_null();
    bool shown = kl_is(got, KL_KIND_STRING) && kl_value_len(got) <= 60 &&
                 kl_json_print(&text, got, &kl_json_plain, NULL) == KL_OK;
    kl_status status =
        kl_error_form(c->error, KL_INVALID, "invalid input '%s%s': expected %s, got %s", c->path,
                      part, expected, shown ? kl_as_text(text).data : kl_value_kind_name(got));
    kl_value_release(text);
    return status;
}

static kl_status missing(compiler *c, const char *part)
{
    return kl_error_form(c->error, KL_INVALID, "missing required input: %s.%s", c->path, part);
}

/* ---- compiling ------------------------------------------------------------------------------- */

static kl_status compile(compiler *c, kl_value expression);

static kl_status add_rule(uint32_t *out, compiler *c, char form)
{
    kl_condition *condition = c->condition;
    if (condition->count == condition->cap) {
        uint32_t wanted = 2 * condition->cap + 4;
        rule *grown = kl_realloc(condition->rules, wanted * sizeof *grown);
        if (!grown)
            return kl_error_no_memory(c->error);
        condition->rules = grown;
        condition->cap = wanted;
    }
    *out = condition->count++;
    condition->rules[*out] = (rule){.form = form, .end = *out + 1, .field = kl_null()};
    return KL_OK;
}

static kl_status find_operator(test_fn **out, compiler *c, kl_value op)
{
    for (size_t i = 0; i < KL_COUNT(operators); i++) {
        if (kl_is(op, KL_KIND_STRING) && kl_text_is(kl_as_text(op), operators[i].name)) {
            *out = operators[i].test;
            return KL_OK;
        }
    }
    char words[256] = "one of: ";
    for (size_t i = 0; i < KL_COUNT(operators); i++) {
        strcat(words, i ? ", " : "");
        strcat(words, operators[i].name);
    }
    return refuse(c, ".op", words, op);
}

static kl_status compile_regex(compiler *c, rule *leaf)
{
    kl_error why = KL_ERROR_INIT;
    if (!kl_is(leaf->value, KL_KIND_STRING))
        return refuse(c, ".value", "valid regex pattern", leaf->value);
    kl_status status = kl_regex_new(&leaf->regex, kl_as_text(leaf->value), &why);
    if (status == KL_OK)
        return KL_OK;
    if (status == KL_SYNTAX)
        kl_error_form(
            c->error, KL_INVALID,
            "invalid input '%s.value': expected valid regex pattern, got one with a fault: "
            "%s",
            c->path, kl_error_message(&why));
    else
        kl_error_move(c->error, &why);
    kl_error_clear(&why);
    return status == KL_SYNTAX ? KL_INVALID : status;
}

/* Whether a list can be searched by halves: numbers only or strings only, no NaN. */
static bool is_orderly(kl_value list)
{
    int order;
    for (size_t i = 0, count = kl_array_len(list); i < count; i++)
        if (!order_of(&order, kl_array_at(list, 0), kl_array_at(list, i)))
            return false;
    return true;
}

enum { SORT_FROM = 9 }; /* shorter lists are searched as fast from the front */

static kl_status sort_list(compiler *c, rule *leaf)
{
    if (kl_array_len(leaf->value) < SORT_FROM || !is_orderly(leaf->value))
        return KL_OK;
    leaf->sorted = kl_value_retain(leaf->value);
    return kl_array_sort(&leaf->sorted, c->error);
}

static kl_status check_leaf_keys(compiler *c, kl_value expression)
{
    for (size_t i = 0, count = kl_map_len(expression); i < count; i++) {
        kl_text key = kl_map_key_at(expression, i);
        if (!kl_text_is(key, "field") && !kl_text_is(key, "op") && !kl_text_is(key, "value"))
            return kl_error_form(
                c->error, KL_INVALID,
                "invalid input '%s': unknown key '%.*s'; expected {field, op, value}, "
                "{and: [...]}, {or: [...]} or {not: {...}}",
                c->path, KL_TEXT_ARG(key));
    }
    return KL_OK;
}

static kl_status compile_leaf(compiler *c, kl_value expression)
{
    static const char *const needed[] = {"field", "op", "value"};
    KL_TRY(check_leaf_keys(c, expression));
    for (size_t i = 0; i < KL_COUNT(needed); i++)
        if (!kl_map_has(expression, kl_text_from(needed[i])))
            return missing(c, needed[i]);
    kl_value field = kl_map_get(expression, KL_TEXT("field"));
    if (!kl_is(field, KL_KIND_STRING))
        return refuse(c, ".field", "string", field);
    test_fn *test;
    uint32_t self;
    KL_TRY(find_operator(&test, c, kl_map_get(expression, KL_TEXT("op"))));
    KL_TRY(add_rule(&self, c, 0));
    rule *leaf = &c->condition->rules[self];
    leaf->test = test;
    leaf->field = kl_value_retain(field);
    leaf->is_key = kl_value_len(field) && !memchr(kl_as_text(field).data, '.', kl_value_len(field));
    leaf->value = kl_value_retain(kl_map_get(expression, KL_TEXT("value")));
    if (test == test_regex)
        return compile_regex(c, leaf);
    return test == test_in_list ? sort_list(c, leaf) : KL_OK;
}

static kl_status compile_parts(compiler *c, kl_value list, char form)
{
    uint32_t self;
    if (!kl_is(list, KL_KIND_ARRAY))
        return refuse(c, "", "array", list);
    KL_TRY(add_rule(&self, c, form));
    for (size_t i = 0, count = kl_array_len(list); i < count; i++) {
        size_t before = descend(c, "[%zu]", i);
        KL_TRY(compile(c, kl_array_at(list, i)));
        ascend(c, before);
    }
    c->condition->rules[self].end = c->condition->count;
    return KL_OK;
}

static kl_status compile_not(compiler *c, kl_value inner)
{
    uint32_t self;
    KL_TRY(add_rule(&self, c, 'n'));
    KL_TRY(compile(c, inner));
    c->condition->rules[self].end = c->condition->count;
    return KL_OK;
}

static kl_status compile(compiler *c, kl_value expression)
{
    if (++c->depth > KL_CONDITION_DEPTH_MAX)
        return kl_error_form(c->error, KL_INVALID,
                             "invalid input '%.60s...': a condition nests at most %d levels",
                             c->path, KL_CONDITION_DEPTH_MAX);
    if (!kl_is(expression, KL_KIND_MAP))
        return refuse(c, "", "object", expression);
    kl_status status;
    kl_text form = kl_map_len(expression) == 1 ? kl_map_key_at(expression, 0) : KL_TEXT("");
    kl_value inner = kl_map_value_at(expression, 0);
    size_t before = c->path_len;
    if (kl_text_is(form, "and") || kl_text_is(form, "or") || kl_text_is(form, "not")) {
        descend(c, ".%.*s", KL_TEXT_ARG(form));
        status =
            kl_text_is(form, "not") ? compile_not(c, inner) : compile_parts(c, inner, form.data[0]);
    } else {
        status = compile_leaf(c, expression);
    }
    if (status == KL_OK)
        ascend(c, before);
    c->depth--;
    return status;
}

kl_status kl_condition_compile(kl_condition **out, kl_value expression, const char *name,
                               kl_error *error)
{
    kl_condition *condition = kl_alloc_zero(1, sizeof *condition);
    if (!condition)
        return kl_error_no_memory(error);
    compiler c = {.condition = condition, .error = error};
    descend(&c, "%.100s", name);
    kl_status status = compile(&c, expression);
    if (status != KL_OK) {
        kl_condition_free(condition);
        return status;
    }
    *out = condition;
    return KL_OK;
}

void kl_condition_free(kl_condition *condition)
{
    if (!condition)
        return;
    for (uint32_t i = 0; i < condition->count; i++) {
        rule *each = &condition->rules[i];
        kl_value_release(each->field);
        kl_value_release(each->value);
        kl_value_release(each->sorted);
        kl_regex_free(each->regex);
    }
    kl_free(condition->rules);
    kl_free(condition);
}

/* ---- testing --------------------------------------------------------------------------------- */

static kl_status test_leaf(bool *out, rule *leaf, kl_value row, kl_work *work,
                           kl_error *error)
{
    *out = false;
    if (!kl_is(row, KL_KIND_MAP))
        return KL_OK;
    const kl_value *found = leaf->is_key ? kl_map_find_near(row, kl_as_text(leaf->field), &leaf->place)
                                         : kl_value_path(&row, kl_as_text(leaf->field));
    return found ? leaf->test(out, leaf, *found, work, error) : KL_OK;
}

static kl_status test(bool *out, const kl_condition *condition, uint32_t at, kl_value row,
                      kl_work *work, kl_error *error)
{
    rule *self = &condition->rules[at];
    KL_TRY(kl_work_step(work, error));
    if (!self->form)
        return test_leaf(out, self, row, work, error);
    bool all = self->form != 'o', result = all;
    for (uint32_t part = at + 1; part < self->end && result == all;
         part = condition->rules[part].end)
        KL_TRY(test(&result, condition, part, row, work, error));
    *out = self->form == 'n' ? !result : result;
    return KL_OK;
}

kl_status kl_condition_test(bool *out, const kl_condition *condition, kl_value row, kl_work *work,
                            kl_error *error)
{
    kl_work unbounded = {0};
    bool result = false;
    KL_TRY(test(&result, condition, 0, row, work ? work : &unbounded, error));
    *out = result;
    return KL_OK;
}

/* ---- choosing rows --------------------------------------------------------------------------- */

enum { LOOKUPS = 4 }; /* fields whose memory is asked for ahead */

/* The fields of the first leaves that are keys; returns how many. */
static size_t lookups_of(kl_lookup lookups[LOOKUPS], const kl_condition *condition)
{
    size_t found = 0;
    for (uint32_t i = 0; i < condition->count && found < LOOKUPS; i++)
        if (condition->rules[i].is_key)
            lookups[found++] = kl_lookup_of(kl_as_text(condition->rules[i].field));
    return found;
}

typedef struct selection {
    const kl_condition *condition;
    const kl_value *items; /* from the first that is looked at */
    size_t count;
} selection;

static kl_status select_any(kl_value *list, void *data, const kl_part *part, kl_error *error)
{
    const selection *s = data;
    kl_lookup lookups[LOOKUPS];
    size_t ahead = lookups_of(lookups, s->condition);
    for (size_t i = part->begin; i < part->end; i++) {
        bool matches;
        for (size_t j = 0; j < ahead; j++) {
            kl_lookup_find(&lookups[j], &s->items[i]); /* to know where the field stands */
            kl_lookup_ahead(&lookups[j], s->items, i, s->count);
        }
        KL_TRY(kl_condition_test(&matches, s->condition, s->items[i], part->work, error));
        if (matches)
            KL_TRY(kl_array_push(list, kl_value_retain(s->items[i]), error));
    }
    return KL_OK;
}

/* Doubles are compared here and now, all else by the rule. */
static inline kl_status number_matches(bool *out, const rule *leaf, const kl_value *found,
                                       double limit, kl_work *work, kl_error *error)
{
    if (!found || !kl_is(*found, KL_KIND_DOUBLE)) {
        *out = false;
        return found ? leaf->test(out, leaf, *found, work, error) : KL_OK;
    }
    double real = found->as.real;
    *out = leaf->test == test_gt    ? real > limit
           : leaf->test == test_gte ? real >= limit
           : leaf->test == test_lt  ? real < limit
                                    : real <= limit;
    return KL_OK;
}

static kl_status select_by_number(kl_value *list, void *data, const kl_part *part, kl_error *error)
{
    const selection *s = data;
    const rule *leaf = s->condition->rules;
    kl_lookup lookup = kl_lookup_of(kl_as_text(leaf->field));
    double limit = kl_as_double(leaf->value);
    for (size_t i = part->begin; i < part->end; i++) {
        bool matches = false;
        kl_lookup_ahead(&lookup, s->items, i, s->count);
        KL_TRY(kl_work_step(part->work, error));
        if (kl_is(s->items[i], KL_KIND_MAP))
            KL_TRY(number_matches(&matches, leaf, kl_lookup_find(&lookup, &s->items[i]), limit,
                                  part->work, error));
        if (matches)
            KL_TRY(kl_array_push(list, kl_value_retain(s->items[i]), error));
    }
    return KL_OK;
}

/* Whether the condition is one rule that orders a key by a number which is a double, or as good. */
static bool is_by_number(const kl_condition *condition)
{
    const rule *leaf = condition->rules;
    bool orders = leaf->test == test_gt || leaf->test == test_gte || leaf->test == test_lt ||
                  leaf->test == test_lte;
    bool exact = kl_is(leaf->value, KL_KIND_DOUBLE) ||
                 (kl_is(leaf->value, KL_KIND_INT) &&
                  (int32_t)leaf->value.as.integer == leaf->value.as.integer);
    return !leaf->form && leaf->is_key && orders && exact;
}

kl_status kl_condition_select(kl_value *list, const kl_condition *condition, kl_value rows,
                              size_t at, kl_work *work, kl_error *error)
{
    kl_work unbounded = {0};
    size_t count = kl_array_len(rows);
    if (at >= count)
        return KL_OK;
    selection s = {condition, kl_array_items(rows) + at, count - at};
    return kl_parts_gather(list, kl_cut_items(s.count),
                           is_by_number(condition) ? select_by_number : select_any, &s,
                           work ? work : &unbounded, error);
}

bool kl_condition_uses(const kl_condition *condition, kl_text key)
{
    for (uint32_t i = 0; i < condition->count; i++) {
        const rule *leaf = &condition->rules[i];
        kl_text field = kl_as_text(leaf->field);
        bool begins = field.len >= key.len && (key.len == 0 || memcmp(field.data, key.data, key.len) == 0);
        if (!leaf->form && (field.len == 0 || (begins && (field.len == key.len || field.data[key.len] == '.'))))
            return true;
    }
    return false;
}
