/* src/store/document_filter.c - filters applied. See document_filter.h. */
#include "document_filter_tree.h"
#include "same.h"

/* ---- paths -------------------------------------------------------------------------------------- */

typedef struct path_walk {
    kl_document_visit *visit;
    void *data;
} path_walk;

/* The index that a part of a path says, or SIZE_MAX. */
static size_t index_of(kl_text part)
{
    size_t index = 0;
    if (part.len == 0 || part.len > 9)
        return SIZE_MAX;
    for (size_t i = 0; i < part.len; i++) {
        if (part.data[i] < '0' || part.data[i] > '9')
            return SIZE_MAX;
        index = index * 10 + (size_t)(part.data[i] - '0');
    }
    return index;
}

static kl_status walk_from(const kl_value *value, kl_text path, const path_walk *w, kl_error *error);

/* `path` begins at a part that is to be found in a list. */
static kl_status walk_list(kl_value list, kl_text path, kl_text part, kl_text rest,
                           const path_walk *w, kl_error *error)
{
    size_t index = index_of(part), count = kl_array_len(list);
    const kl_value *items = kl_array_items(list);
    if (index < count)
        KL_TRY(walk_from(&items[index], rest, w, error));
    for (size_t i = 0; i < count; i++)
        if (kl_is(items[i], KL_KIND_MAP))
            KL_TRY(walk_from(&items[i], path, w, error));
    return KL_OK;
}

/* Goes as deep as the path has parts. `path.data` is NULL behind the last part. */
static kl_status walk_from(const kl_value *value, kl_text path, const path_walk *w, kl_error *error)
{
    if (!path.data)
        return w->visit(value, w->data, error);
    const char *dot = memchr(path.data, '.', path.len);
    kl_text part = {path.data, dot ? (size_t)(dot - path.data) : path.len};
    kl_text rest = dot ? (kl_text){dot + 1, path.len - part.len - 1} : (kl_text){NULL, 0};
    if (kl_is(*value, KL_KIND_ARRAY))
        return walk_list(*value, path, part, rest, w, error);
    const kl_value *next = kl_map_find(*value, part);
    return next ? walk_from(next, rest, w, error) : w->visit(NULL, w->data, error);
}

kl_status kl_document_walk(const kl_value *document, kl_text path, kl_document_visit *visit,
                           void *data, kl_error *error)
{
    path_walk w = {visit, data};
    return walk_from(document, path.len ? path : (kl_text){NULL, 0}, &w, error);
}

/* ---- one value ---------------------------------------------------------------------------------- */

kl_status kl_document_order(bool *comparable, int *order, kl_value a, kl_value b, kl_error *error)
{
    *comparable = kl_is_number(a) ? kl_is_number(b) : a.kind == b.kind;
    if (!*comparable)
        return KL_OK;
    if (!kl_is_number(a))
        return kl_value_compare(order, a, b, error);
    *order = kl_number_compare(a, b);
    *comparable = kl_as_double(a) == kl_as_double(a) && kl_as_double(b) == kl_as_double(b);
    return KL_OK;
}

static kl_status test_order(bool *out, const kl_filter *leaf, kl_value value, kl_error *error)
{
    bool comparable;
    int order = 0;
    KL_TRY(kl_document_order(&comparable, &order, value, leaf->operand, error));
    switch (leaf->kind) {
    case KL_FILTER_GT:
        *out = comparable && order > 0;
        break;
    case KL_FILTER_GTE:
        *out = comparable && order >= 0;
        break;
    case KL_FILTER_LT:
        *out = comparable && order < 0;
        break;
    default:
        *out = comparable && order <= 0;
    }
    return KL_OK;
}

static kl_status test_in(bool *out, const kl_filter *leaf, kl_value value, kl_work *work,
                         kl_error *error)
{
    *out = false;
    for (size_t i = 0, count = kl_array_len(leaf->operand); i < count && !*out; i++)
        KL_TRY(kl_value_same(out, kl_array_at(leaf->operand, i), value, work, error));
    return KL_OK;
}

static bool is_of_type(kl_value value, kl_text name)
{
    if (kl_text_is(name, "number"))
        return kl_is_number(value);
    if (kl_text_is(name, "int"))
        return kl_is(value, KL_KIND_INT);
    if (kl_text_is(name, "double"))
        return kl_is(value, KL_KIND_DOUBLE);
    return !kl_is_number(value) && kl_text_is(name, kl_value_kind_name(value));
}

static bool has_remainder(kl_value value, kl_value operand)
{
    double real = kl_as_double(value);
    int64_t divisor = kl_as_int(kl_array_at(operand, 0));
    if (!kl_is_number(value) || !(real >= -0x1p62 && real <= 0x1p62))
        return false;
    int64_t whole = kl_is(value, KL_KIND_INT) ? kl_as_int(value) : (int64_t)real;
    return (divisor == -1 ? 0 : whole % divisor) == kl_as_int(kl_array_at(operand, 1));
}

/* Whether a value itself, not its items, matches a leaf. */
static kl_status test_value(bool *out, const kl_filter *leaf, kl_value value, kl_work *work,
                            kl_error *error)
{
    switch (leaf->kind) {
    case KL_FILTER_EQ:
        return kl_value_same(out, leaf->operand, value, work, error);
    case KL_FILTER_IN:
        return test_in(out, leaf, value, work, error);
    case KL_FILTER_REGEX:
        *out = false;
        return kl_is(value, KL_KIND_STRING)
                   ? kl_regex_search(out, leaf->regex, kl_as_text(value), error)
                   : KL_OK;
    case KL_FILTER_SIZE:
        *out = kl_is(value, KL_KIND_ARRAY) &&
               (int64_t)kl_array_len(value) == kl_as_int(leaf->operand);
        return KL_OK;
    case KL_FILTER_TYPE:
        *out = is_of_type(value, kl_as_text(leaf->operand));
        return KL_OK;
    case KL_FILTER_MOD:
        *out = has_remainder(value, leaf->operand);
        return KL_OK;
    default:
        return test_order(out, leaf, value, error);
    }
}

/* ---- the values at a path ----------------------------------------------------------------------- */

typedef struct leaf_test {
    const kl_filter *leaf;
    kl_work *work;
    bool found;
} leaf_test;

static kl_status test_items(bool *out, const kl_filter *leaf, kl_value list, kl_work *work,
                            kl_error *error)
{
    bool is_match = leaf->kind == KL_FILTER_ELEM_MATCH;
    for (size_t i = 0, count = kl_array_len(list); i < count && !*out; i++) {
        kl_value item = kl_array_at(list, i);
        if (work)
            KL_TRY(kl_work_step(work, error));
        KL_TRY(is_match ? kl_filter_test(out, leaf->parts[0], item, work, error)
                        : test_value(out, leaf, item, work, error));
    }
    return KL_OK;
}

static kl_status visit_leaf(const kl_value *value, void *data, kl_error *error)
{
    leaf_test *test = data;
    const kl_filter *leaf = test->leaf;
    if (test->found)
        return KL_OK;
    if (leaf->kind == KL_FILTER_EXISTS) {
        test->found = value != NULL;
        return KL_OK;
    }
    if (!value && leaf->kind != KL_FILTER_EQ && leaf->kind != KL_FILTER_IN)
        return KL_OK;
    kl_value it = value ? *value : kl_null(); /* a missing field equals null */
    if (leaf->kind != KL_FILTER_ELEM_MATCH)
        KL_TRY(test_value(&test->found, leaf, it, test->work, error));
    if (!test->found && leaf->kind != KL_FILTER_SIZE)
        KL_TRY(test_items(&test->found, leaf, it, test->work, error));
    return KL_OK;
}

static kl_status test_leaf(bool *out, const kl_filter *leaf, kl_value document, kl_work *work,
                           kl_error *error)
{
    leaf_test test = {leaf, work, false};
    KL_TRY(kl_document_walk(&document, kl_as_text(leaf->path), visit_leaf, &test, error));
    *out = leaf->kind == KL_FILTER_EXISTS ? test.found == kl_as_bool(leaf->operand) : test.found;
    return KL_OK;
}

/* Recursion is as deep as compiling allowed. */
kl_status kl_filter_test(bool *out, const kl_filter *filter, kl_value document, kl_work *work,
                         kl_error *error)
{
    if (work)
        KL_TRY(kl_work_step(work, error));
    if (filter->kind > KL_FILTER_NOT)
        return test_leaf(out, filter, document, work, error);
    bool any = filter->kind == KL_FILTER_OR, result = !any;
    for (size_t i = 0; i < filter->count && result != any; i++)
        KL_TRY(kl_filter_test(&result, filter->parts[i], document, work, error));
    *out = filter->kind == KL_FILTER_NOT ? !result : result;
    return KL_OK;
}

/* ---- demands ------------------------------------------------------------------------------------ */

static void take_demand(kl_filter_bounds *to, const kl_filter *leaf)
{
    switch (leaf->kind) {
    case KL_FILTER_EQ:
        to->equals = &leaf->operand;
        to->equal_count = 1;
        break;
    case KL_FILTER_IN:
        if (!to->equals) {
            to->equals = kl_array_items(leaf->operand);
            to->equal_count = kl_array_len(leaf->operand);
        }
        break;
    case KL_FILTER_GT:
    case KL_FILTER_GTE:
        to->low = &leaf->operand;
        break;
    case KL_FILTER_LT:
    case KL_FILTER_LTE:
        to->high = &leaf->operand;
        break;
    default:
        break;
    }
}

bool kl_filter_bounds_of(kl_filter_bounds *out, const kl_filter *filter, kl_text path)
{
    *out = (kl_filter_bounds){0};
    if (filter->kind != KL_FILTER_AND)
        return false;
    for (size_t i = 0; i < filter->count; i++)
        if (filter->parts[i]->kind > KL_FILTER_NOT &&
            kl_text_equal(path, kl_as_text(filter->parts[i]->path)))
            take_demand(out, filter->parts[i]);
    return out->equals || out->low || out->high;
}
