/* src/base/jmespath_eval.c - walks a tree over a value. Chains are loops; what recurses (operands,
 * items of projections) is bounded by the parser's limit of nesting. */
#include "jmespath_tree.h"
#include "payload.h"
#include "same.h"

/* One node: what it gives for `base` (what the left child gave, else `current`); `*out` given. */
typedef kl_status apply_fn(kl_value *out, jm_search *search, const jm_node *node, kl_value base,
                           kl_value current, kl_error *error);

bool kl_jmespath_truth(kl_value value) { return kl_is_number(value) || kl_value_truthy(value); }

/* ---- reading --------------------------------------------------------------------------------- */

static kl_status apply_current(kl_value *out, jm_search *search, const jm_node *node, kl_value base,
                               kl_value current, kl_error *error)
{
    (void)search, (void)node, (void)current, (void)error;
    *out = kl_value_retain(base);
    return KL_OK;
}

static kl_status apply_literal(kl_value *out, jm_search *search, const jm_node *node, kl_value base,
                               kl_value current, kl_error *error)
{
    (void)search, (void)base, (void)current, (void)error;
    *out = kl_value_retain(node->value);
    return KL_OK;
}

static kl_status apply_field(kl_value *out, jm_search *search, const jm_node *node, kl_value base,
                             kl_value current, kl_error *error)
{
    (void)search, (void)current, (void)error;
    *out = kl_value_retain(kl_map_get(base, kl_as_text(node->value)));
    return KL_OK;
}

static kl_status apply_index(kl_value *out, jm_search *search, const jm_node *node, kl_value base,
                             kl_value current, kl_error *error)
{
    (void)search, (void)current, (void)error;
    int64_t len = (int64_t)kl_array_len(base);
    int64_t index = node->start < 0 ? node->start + len : node->start;
    *out = index < 0 ? kl_null() : kl_value_retain(kl_array_at(base, (size_t)index));
    return KL_OK;
}

static kl_status apply_segment(kl_value *out, jm_search *search, const jm_node *node, kl_value base,
                               kl_value current, kl_error *error)
{
    return (kl_is(base, KL_KIND_ARRAY) ? apply_index : apply_field)(out, search, node, base,
                                                                    current, error);
}

/* A bound of a slice within [low, high], negative ones counted from the end. */
static int64_t slice_bound(bool given, int64_t at, int64_t len, int64_t otherwise, int64_t low,
                           int64_t high)
{
    if (!given)
        return otherwise;
    if (at < 0)
        at += len;
    return at < low ? low : at > high ? high : at;
}

static kl_status apply_slice(kl_value *out, jm_search *search, const jm_node *node, kl_value base,
                             kl_value current, kl_error *error)
{
    (void)current;
    if (!kl_is(base, KL_KIND_ARRAY)) {
        *out = kl_null();
        return KL_OK;
    }
    int64_t len = (int64_t)kl_array_len(base), step = node->step;
    bool back = step < 0;
    int64_t low = back ? -1 : 0, high = back ? len - 1 : len;
    int64_t at = slice_bound(node->has_start, node->start, len, back ? high : low, low, high);
    int64_t end = slice_bound(node->has_stop, node->stop, len, back ? low : high, low, high);
    kl_value items;
    kl_status status;
    KL_TRY(kl_array_new(&items, 0, error));
    while (back ? at > end : at < end) {
        KL_TRY_OUT(kl_work_step(search->work, error));
        KL_TRY_OUT(kl_array_push(&items, kl_value_retain(kl_array_at(base, (size_t)at)), error));
        if (back ? at < INT64_MIN - step : at > INT64_MAX - step)
            break;
        at += step;
    }
    *out = items;
    return KL_OK;
out:
    kl_value_release(items);
    return status;
}

/* ---- projections ----------------------------------------------------------------------------- */

/* Append unless it would be one too many. `item` is taken. */
static kl_status push(kl_value *list, kl_value item, kl_error *error)
{
    if (kl_array_len(*list) < KL_JMESPATH_LIST_MAX)
        return kl_array_push(list, item, error);
    kl_value_release(item);
    return kl_error_set(error, KL_LIMIT, "resource limit exceeded: list_size (limit: %zu items)",
                        KL_JMESPATH_LIST_MAX);
}

static kl_status apply_flatten(kl_value *out, jm_search *search, const jm_node *node, kl_value base,
                               kl_value current, kl_error *error)
{
    (void)node, (void)current;
    if (!kl_is(base, KL_KIND_ARRAY)) {
        *out = kl_null();
        return KL_OK;
    }
    kl_value flat;
    kl_status status;
    KL_TRY(kl_array_new(&flat, kl_array_len(base), error));
    for (size_t i = 0, count = kl_array_len(base); i < count; i++) {
        kl_value item = kl_array_at(base, i);
        bool nested = kl_is(item, KL_KIND_ARRAY);
        for (size_t j = 0, len = nested ? kl_array_len(item) : 1; j < len; j++) {
            KL_TRY_OUT(kl_work_step(search->work, error));
            KL_TRY_OUT(push(&flat, kl_value_retain(nested ? kl_array_at(item, j) : item), error));
        }
    }
    *out = flat;
    return KL_OK;
out:
    kl_value_release(flat);
    return status;
}

/* A projection on its way through its items. */
typedef struct projection {
    const jm_node *node;
    jm_each right; /* what is done with each */
    const kl_value *items;
    size_t count;
} projection;

/* What the node gives for one item of its projection is appended, unless it is null. */
static kl_status project_item(kl_value *list, jm_search *search, projection *p, size_t index,
                              kl_error *error)
{
    const jm_node *node = p->node;
    kl_value result, item = p->items[index];
    KL_TRY(kl_work_step(search->work, error));
    if (node->condition != JM_NONE) {
        KL_TRY(jm_eval(&result, search, node->condition, item, error));
        bool passes = kl_jmespath_truth(result);
        kl_value_release(result);
        if (!passes)
            return KL_OK;
    }
    if (node->right == JM_NONE)
        result = kl_value_retain(item);
    else
        KL_TRY(jm_each_eval(&result, &p->right, search, p->items, index, p->count, error));
    return kl_is_null(result) ? KL_OK : push(list, result, error);
}

static kl_status project(kl_value *out, jm_search *search, const jm_node *node, kl_value base,
                         kl_error *error)
{
    projection p = {node, jm_each_of(search, node->right),
                    kl_is(base, KL_KIND_MAP) ? kl_map_values(base) : kl_array_items(base),
                    kl_value_len(base)};
    kl_value list;
    kl_status status;
    KL_TRY(kl_array_new(&list, node->condition == JM_NONE ? p.count : 0, error));
    for (size_t i = 0; i < p.count; i++)
        KL_TRY_OUT(project_item(&list, search, &p, i, error));
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}

static kl_status apply_project(kl_value *out, jm_search *search, const jm_node *node, kl_value base,
                               kl_value current, kl_error *error)
{
    (void)current;
    if (kl_is(base, KL_KIND_ARRAY))
        return project(out, search, node, base, error);
    *out = kl_null();
    return KL_OK;
}

static kl_status apply_values(kl_value *out, jm_search *search, const jm_node *node, kl_value base,
                              kl_value current, kl_error *error)
{
    (void)current;
    if (kl_is(base, KL_KIND_MAP))
        return project(out, search, node, base, error);
    *out = kl_null();
    return KL_OK;
}

/* ---- building -------------------------------------------------------------------------------- */

static kl_status apply_list(kl_value *out, jm_search *search, const jm_node *node, kl_value base,
                            kl_value current, kl_error *error)
{
    (void)current;
    kl_value list, item;
    kl_status status;
    *out = kl_null();
    if (kl_is_null(base))
        return KL_OK;
    KL_TRY(kl_array_new(&list, node->count, error));
    for (uint32_t at = node->right; at != JM_NONE; at = search->tree->nodes[at].next) {
        KL_TRY_OUT(jm_eval(&item, search, at, base, error));
        KL_TRY_OUT(kl_array_push(&list, item, error));
    }
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}

/* A key stands twice: the last one wins. */
static kl_status build_irregular(kl_value *out, jm_search *search, const jm_node *node,
                                 kl_value base, kl_error *error)
{
    kl_value map, item;
    kl_status status;
    KL_TRY(kl_map_new(&map, node->count, error));
    for (uint32_t at = node->right; at != JM_NONE; at = search->tree->nodes[at].next) {
        const jm_node *pair = &search->tree->nodes[at];
        KL_TRY_OUT(jm_eval(&item, search, pair->right, base, error));
        KL_TRY_OUT(kl_map_set_key(&map, pair->value, item, error));
    }
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status apply_hash(kl_value *out, jm_search *search, const jm_node *node, kl_value base,
                            kl_value current, kl_error *error)
{
    (void)current;
    *out = kl_null();
    if (kl_is_null(base))
        return KL_OK;
    if (!node->keys)
        return build_irregular(out, search, node, base, error);
    kl_value map, *values;
    KL_TRY(kl_map_of_shape(&map, &values, node->keys, error));
    for (uint32_t at = node->right; at != JM_NONE; at = search->tree->nodes[at].next) {
        kl_status status = jm_eval(values++, search, search->tree->nodes[at].right, base, error);
        if (status != KL_OK) {
            kl_value_release(map);
            return status;
        }
    }
    *out = map;
    return KL_OK;
}

/* ---- calls ----------------------------------------------------------------------------------- */

/* Evaluate and check the arguments; `*done` tells how many are to be released. */
static kl_status arguments(kl_value *args, size_t *done, uint32_t *expression, jm_search *search,
                           const jm_node *node, kl_value base, kl_error *error)
{
    size_t params = jm_function_params(node->function);
    for (uint32_t at = node->right; at != JM_NONE; at = search->tree->nodes[at].next) {
        size_t index = *done;
        unsigned types = node->function->params[KL_MIN(index, params - 1)];
        args[index] = kl_null();
        if (types & JM_T_EXPRESSION) {
            *expression = at;
            ++*done;
            continue;
        }
        KL_TRY(jm_eval(&args[index], search, at, base, error));
        ++*done;
        if (!jm_type_fits(types, args[index]))
            return jm_refuse_argument(node->function, index, args[index], error);
    }
    return KL_OK;
}

static kl_status apply_call(kl_value *out, jm_search *search, const jm_node *node, kl_value base,
                            kl_value current, kl_error *error)
{
    (void)current;
    kl_value few[4], *args = few;
    size_t done = 0;
    jm_call call = {.search = search, .count = node->count, .expression = JM_NONE};
    if (node->count > KL_COUNT(few)) {
        args = kl_alloc(node->count * sizeof *args);
        if (!args)
            return kl_error_no_memory(error);
    }
    kl_status status = arguments(args, &done, &call.expression, search, node, base, error);
    call.args = args;
    if (status == KL_OK)
        status = node->function->call(out, &call, error);
    while (done > 0)
        kl_value_release(args[--done]);
    if (args != few)
        kl_free(args);
    return status;
}

/* ---- operators ------------------------------------------------------------------------------- */

static kl_status apply_not(kl_value *out, jm_search *search, const jm_node *node, kl_value base,
                           kl_value current, kl_error *error)
{
    (void)search, (void)node, (void)current, (void)error;
    *out = kl_bool(!kl_jmespath_truth(base));
    return KL_OK;
}

static kl_status apply_pipe(kl_value *out, jm_search *search, const jm_node *node, kl_value base,
                            kl_value current, kl_error *error)
{
    (void)current;
    return jm_eval(out, search, node->right, base, error);
}

static kl_status apply_or(kl_value *out, jm_search *search, const jm_node *node, kl_value base,
                          kl_value current, kl_error *error)
{
    if (!kl_jmespath_truth(base))
        return jm_eval(out, search, node->right, current, error);
    *out = kl_value_retain(base);
    return KL_OK;
}

static kl_status apply_and(kl_value *out, jm_search *search, const jm_node *node, kl_value base,
                           kl_value current, kl_error *error)
{
    if (kl_jmespath_truth(base))
        return jm_eval(out, search, node->right, current, error);
    *out = kl_value_retain(base);
    return KL_OK;
}

/* <, <=, >, >=: two numbers or two strings; null for anything else. */
static kl_value ordered(kl_value a, kl_value b, jm_token_kind operator)
{
    int order;
    if (kl_is_number(a) && kl_is_number(b)) {
        if (kl_as_double(a) != kl_as_double(a) || kl_as_double(b) != kl_as_double(b))
            return kl_bool(false); /* NaN */
        order = kl_number_compare(a, b);
    } else if (kl_is(a, KL_KIND_STRING) && kl_is(b, KL_KIND_STRING)) {
        order = kl_text_compare(kl_as_text(a), kl_as_text(b));
    } else {
        return kl_null();
    }
    switch (operator) {
    case JM_LT:
        return kl_bool(order < 0);
    case JM_LE:
        return kl_bool(order <= 0);
    case JM_GT:
        return kl_bool(order > 0);
    default:
        return kl_bool(order >= 0);
    }
}

static kl_status apply_compare(kl_value *out, jm_search *search, const jm_node *node, kl_value base,
                               kl_value current, kl_error *error)
{
    kl_value right;
    bool same;
    kl_status status = KL_OK;
    KL_TRY(jm_eval(&right, search, node->right, current, error));
    if (node->operator== JM_EQ || node->operator== JM_NE) {
        status = kl_value_same(&same, base, right, search->work, error);
        if (status == KL_OK)
            *out = kl_bool(same == (node->operator== JM_EQ));
    } else {
        *out = ordered(base, right, (jm_token_kind)node->operator);
    }
    kl_value_release(right);
    return status;
}

/* ---- the walk -------------------------------------------------------------------------------- */

static apply_fn *const appliers[JM_NODE_KINDS] = {
    [JM_CURRENT_NODE] = apply_current, [JM_LITERAL_NODE] = apply_literal,
    [JM_FIELD_NODE] = apply_field,     [JM_SEGMENT_NODE] = apply_segment,
    [JM_INDEX_NODE] = apply_index,     [JM_SLICE_NODE] = apply_slice,
    [JM_FLATTEN_NODE] = apply_flatten, [JM_PROJECT_NODE] = apply_project,
    [JM_VALUES_NODE] = apply_values,   [JM_FILTER_NODE] = apply_project,
    [JM_LIST_NODE] = apply_list,       [JM_HASH_NODE] = apply_hash,
    [JM_CALL_NODE] = apply_call,       [JM_NOT_NODE] = apply_not,
    [JM_PIPE_NODE] = apply_pipe,       [JM_OR_NODE] = apply_or,
    [JM_AND_NODE] = apply_and,         [JM_COMPARE_NODE] = apply_compare,
};

kl_status jm_eval(kl_value *out, jm_search *search, uint32_t root, kl_value current,
                  kl_error *error)
{
    const jm_node *nodes = search->tree->nodes;
    uint32_t at = nodes[root].first;
    kl_value value = kl_null();
    KL_TRY(appliers[nodes[at].kind](&value, search, &nodes[at], current, current, error));
    while (at != root) {
        at = nodes[at].up;
        kl_value next = kl_null();
        kl_status status =
            appliers[nodes[at].kind](&next, search, &nodes[at], value, current, error);
        kl_value_release(value);
        if (status != KL_OK)
            return status;
        value = next;
    }
    *out = value;
    return KL_OK;
}

jm_each jm_each_of(const jm_search *search, uint32_t root)
{
    jm_each each = {.node = root};
    const jm_node *node = root == JM_NONE ? NULL : &search->tree->nodes[root];
    if (node && node->kind == JM_FIELD_NODE && node->first == root) {
        each.is_field = true;
        each.lookup = (kl_lookup){.path = kl_as_text(node->value), .is_key = true, .position = -1};
    }
    return each;
}

kl_status jm_each_eval(kl_value *out, jm_each *each, jm_search *search, const kl_value *items,
                       size_t index, size_t count, kl_error *error)
{
    if (!each->is_field)
        return jm_eval(out, search, each->node, items[index], error);
    bool is_map = kl_is(items[index], KL_KIND_MAP);
    const kl_value *found = is_map ? kl_lookup_find(&each->lookup, &items[index]) : NULL;
    kl_lookup_ahead(&each->lookup, items, index, count);
    *out = found ? kl_value_retain(*found) : kl_null();
    return KL_OK;
}

/* Lists of lists of the same list take little memory and no end as text: refuse those. */
static kl_status check_size(jm_search *search, kl_value result, kl_error *error)
{
    bool fits;
    KL_TRY(kl_value_fits(&fits, result, KL_JMESPATH_LIST_MAX, search->work, error));
    if (fits)
        return KL_OK;
    return kl_error_set(error, KL_LIMIT, "resource limit exceeded: result_size (limit: %zu items)",
                        KL_JMESPATH_LIST_MAX);
}

kl_status kl_jmespath_search(kl_value *out, const kl_jmespath *expression, kl_value data,
                             kl_work *work, kl_error *error)
{
    kl_work unbounded = {0};
    jm_search search = {expression, work ? work : &unbounded};
    kl_value result;
    KL_TRY(jm_eval(&result, &search, expression->root, data, error));
    if (expression->makers > 1) {
        kl_status status = check_size(&search, result, error);
        if (status != KL_OK) {
            kl_value_release(result);
            return status;
        }
    }
    *out = result;
    return KL_OK;
}
