/* src/ml/tree/grow.c - a tree from its root to its leaves, depth first or the best node first. */
#include "grow_parts.h"

#include "ml/numeric.h"
#include "parallel.h"

#include <float.h>

/* ---- nodes that wait ------------------------------------------------------------------------------------ */

/* A node whose rows are known. Its sums lie in the slot of its number. */
typedef struct pending {
    size_t begin, end, depth, id;
    int64_t parent;
    bool is_left;
    double lower, upper;
    /* best first: the split that was found */
    bool is_split;
    kl_cut cut;
    double decrease;
} pending;

typedef struct frontier {
    pending *items;
    size_t count, capacity;
    double *slots; /* weight, squares, impurity, sums */
    size_t slot_capacity, slot_size;
} frontier;

static void frontier_end(frontier *f)
{
    kl_free(f->items);
    kl_free(f->slots);
}

static kl_status reserve(frontier *f, size_t items, size_t slots, kl_error *error)
{
    if (items > f->capacity) {
        size_t capacity = KL_MAX(2 * f->capacity, KL_MAX(items, 64));
        pending *grown = kl_realloc(f->items, capacity * sizeof *grown);
        if (!grown)
            return kl_error_no_memory(error);
        f->items = grown;
        f->capacity = capacity;
    }
    if (slots > f->slot_capacity) {
        size_t capacity = KL_MAX(2 * f->slot_capacity, KL_MAX(slots, 64)), bytes;
        if (__builtin_mul_overflow(capacity, f->slot_size * sizeof(double), &bytes))
            return kl_error_no_memory(error);
        double *grown = kl_realloc(f->slots, bytes);
        if (!grown)
            return kl_error_no_memory(error);
        f->slots = grown;
        f->slot_capacity = capacity;
    }
    return KL_OK;
}

static void slot_read(const frontier *f, size_t slot, kl_node_stats *to)
{
    const double *at = f->slots + slot * f->slot_size;
    to->weight = at[0];
    to->squares = at[1];
    to->impurity = at[2];
    memcpy(to->sums, at + 3, (f->slot_size - 3) * sizeof *at);
}

/* Measure rows into a slot; `out` sees it. */
static kl_node_stats slot_measure(kl_grower *g, frontier *f, size_t slot, size_t begin, size_t end)
{
    double *at = f->slots + slot * f->slot_size;
    kl_node_stats stats = {.sums = at + 3};
    kl_measure(g, &stats, g->rows + begin, end - begin);
    at[0] = stats.weight;
    at[1] = stats.squares;
    at[2] = stats.impurity;
    return stats;
}

/* ---- one node ------------------------------------------------------------------------------------------- */

static void work_on(kl_grower *g, const frontier *f, const pending *p, size_t slot)
{
    g->begin = p->begin;
    g->end = p->end;
    g->lower = p->lower;
    g->upper = p->upper;
    slot_read(f, slot, &g->node);
}

static bool must_be_leaf(const kl_grower *g, const pending *p)
{
    const kl_tree_rules *rules = g->rules;
    size_t count = p->end - p->begin;
    return p->depth >= rules->max_depth || count < rules->min_split || count < 2 * rules->min_leaf ||
           g->node.weight < 2 * rules->min_weight_leaf || g->node.impurity <= DBL_EPSILON;
}

/* Find a split of the node at work, move its rows and measure both sides into two slots. */
static kl_status try_split(pending *p, kl_grower *g, frontier *f, size_t left_slot,
                           size_t right_slot, kl_error *error)
{
    p->is_split = false;
    if (must_be_leaf(g, p))
        return KL_OK;
    KL_TRY(kl_find_cut(&p->cut, g, error));
    if (!p->cut.found)
        return KL_OK;
    size_t middle = p->begin + kl_partition(g, &p->cut);
    kl_node_stats left = slot_measure(g, f, left_slot, p->begin, middle);
    kl_node_stats right = slot_measure(g, f, right_slot, middle, p->end);
    p->decrease = kl_decrease(g, &g->node, &left, &right);
    p->is_split = middle > p->begin && middle < p->end &&
                  !(p->decrease + DBL_EPSILON < g->rules->min_decrease);
    return KL_OK;
}

static kl_status add_node(kl_grower *g, pending *p, kl_error *error)
{
    kl_tree_buffer *tree = g->tree;
    KL_TRY(kl_tree_buffer_add(&p->id, tree, p->parent, p->is_left, error));
    kl_tree_node *node = &tree->nodes[p->id];
    node->impurity = g->node.impurity;
    node->samples = (int64_t)(p->end - p->begin);
    node->weight = g->node.weight;
    kl_node_value(g, tree->values + p->id * tree->width, &g->node);
    return KL_OK;
}

static void make_split(kl_tree_buffer *tree, const pending *p)
{
    kl_tree_node *node = &tree->nodes[p->id];
    node->feature = p->cut.feature;
    node->threshold = p->cut.threshold;
    node->missing_left = p->cut.missing_left;
}

static void make_leaf(const kl_grower *g, const pending *p, uint32_t *leaves)
{
    for (size_t i = p->begin; leaves && i < p->end; i++)
        leaves[g->rows[i]] = (uint32_t)p->id;
}

/* The answer of a side, before it is cut to bounds. */
static double side_value(const kl_grower *g, const frontier *f, size_t slot)
{
    const double *at = f->slots + slot * f->slot_size;
    return g->rules->criterion == KL_CRITERION_ABSOLUTE ? at[3] : at[3] / at[0];
}

/* A child of a split node. A constraint on the feature bounds both sides by the middle of their answers. */
static pending child_of(const kl_grower *g, const frontier *f, const pending *p, bool is_left,
                        size_t left_slot, size_t right_slot)
{
    size_t middle = p->begin + p->cut.left;
    pending child = {.begin = is_left ? p->begin : middle, .end = is_left ? middle : p->end,
                     .depth = p->depth + 1, .parent = (int64_t)p->id, .is_left = is_left,
                     .lower = p->lower, .upper = p->upper};
    int direction = g->rules->monotonic ? g->rules->monotonic[p->cut.feature] : 0;
    if (!direction)
        return child;
    double between = (side_value(g, f, left_slot) + side_value(g, f, right_slot)) / 2;
    if (is_left == (direction > 0))
        child.upper = between;
    else
        child.lower = between;
    return child;
}

static pending root_of(const kl_grower *g)
{
    return (pending){.end = g->count, .parent = -1, .lower = -INFINITY, .upper = INFINITY};
}

/* One tree of many is a block of a loop, which has no task. */
static kl_status go_on(kl_task *task, kl_error *error)
{
    return task ? kl_task_step(task, 0, 0, error) : kl_parallel_poll(error);
}

/* ---- depth first: nodes are numbered in preorder -------------------------------------------------------- */

static kl_status grow_depth_first(kl_grower *g, frontier *f, uint32_t *leaves, kl_task *task,
                                  kl_error *error)
{
    KL_TRY(reserve(f, 1, 3, error));
    f->items[f->count++] = root_of(g);
    slot_measure(g, f, 0, 0, g->count);
    while (f->count) {
        size_t top = --f->count; /* also the slot of the node; its children take this one and the next */
        pending p = f->items[top];
        work_on(g, f, &p, top);
        KL_TRY(reserve(f, top + 2, top + 2, error));
        KL_TRY(try_split(&p, g, f, top + 1, top, error));
        KL_TRY(add_node(g, &p, error));
        if (!p.is_split) {
            make_leaf(g, &p, leaves);
        } else {
            make_split(g->tree, &p);
            f->items[f->count++] = child_of(g, f, &p, false, top + 1, top);
            f->items[f->count++] = child_of(g, f, &p, true, top + 1, top);
        }
        if (g->tree->count % 64 == 0)
            KL_TRY(go_on(task, error));
    }
    return KL_OK;
}

/* ---- best first ----------------------------------------------------------------------------------------- */

/* Which of two nodes is split first; those that will not be come last. */
static bool is_better(const pending *a, const pending *b)
{
    if (a->is_split != b->is_split)
        return a->is_split;
    if (a->is_split && a->decrease != b->decrease)
        return a->decrease > b->decrease;
    return a->id < b->id;
}

static void heap_push(frontier *f, const pending *p)
{
    size_t at = f->count++;
    for (; at && is_better(p, &f->items[(at - 1) / 2]); at = (at - 1) / 2)
        f->items[at] = f->items[(at - 1) / 2];
    f->items[at] = *p;
}

static pending heap_pop(frontier *f)
{
    pending top = f->items[0], last = f->items[--f->count];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < f->count; at = child) {
        if (child + 1 < f->count && is_better(&f->items[child + 1], &f->items[child]))
            child++;
        if (!is_better(&f->items[child], &last))
            break;
        f->items[at] = f->items[child];
    }
    f->items[at] = last;
    return top;
}

/* Number the node, look for its split, and let it wait. The sides of node i have slots 2 i + 1 and 2 i + 2. */
static kl_status open_node(kl_grower *g, frontier *f, pending p, size_t slot, kl_error *error)
{
    size_t id = g->tree->count;
    KL_TRY(reserve(f, f->count + 1, 2 * id + 3, error));
    work_on(g, f, &p, slot);
    KL_TRY(try_split(&p, g, f, 2 * id + 1, 2 * id + 2, error));
    KL_TRY(add_node(g, &p, error));
    heap_push(f, &p);
    return KL_OK;
}

static kl_status grow_best_first(kl_grower *g, frontier *f, uint32_t *leaves, kl_task *task,
                                 kl_error *error)
{
    size_t splits_left = g->rules->max_leaves - 1;
    KL_TRY(reserve(f, 1, 1, error));
    slot_measure(g, f, 0, 0, g->count);
    KL_TRY(open_node(g, f, root_of(g), 0, error));
    while (f->count) {
        pending p = heap_pop(f);
        size_t left = 2 * p.id + 1, right = 2 * p.id + 2;
        if (!p.is_split || !splits_left) {
            make_leaf(g, &p, leaves);
            continue;
        }
        splits_left--;
        make_split(g->tree, &p);
        KL_TRY(open_node(g, f, child_of(g, f, &p, true, left, right), left, error));
        KL_TRY(open_node(g, f, child_of(g, f, &p, false, left, right), right, error));
        KL_TRY(go_on(task, error));
    }
    /* A node that was opened knows its children only once it was split. */
    return KL_OK;
}

/* ---- before ---------------------------------------------------------------------------------------------- */

/* Rows that count, and their weight; whether weights are whole numbers. */
static bool take_rows(kl_grower *g)
{
    const double *weights = g->target->weights;
    bool is_whole = true;
    for (size_t i = 0; i < g->data->n; i++) {
        double weight = weights ? weights[i] : 1;
        if (weight == 0)
            continue;
        g->rows[g->count++] = (uint32_t)i;
        g->weight += weight;
        is_whole = is_whole && weight == nearbyint(weight);
    }
    return is_whole && g->weight < 0x1p26; /* squares of sums stay exact */
}

static kl_status make_xlog(kl_grower *g, kl_error *error)
{
    size_t count = (size_t)g->weight + 1;
    KL_TAKE_RAW(g->xlog, &g->memory, count, error);
    g->xlog[0] = 0;
    for (size_t k = 1; k < count; k++)
        g->xlog[k] = (double)k * log2((double)k);
    return KL_OK;
}

static kl_status order_targets(kl_grower *g, kl_error *error)
{
    size_t n = g->data->n, width = g->target->width;
    int64_t *order;
    double *y;
    KL_TAKE_RAW(g->values.order, &g->memory, n * width, error);
    KL_TAKE_RAW(g->values.place, &g->memory, n * width, error);
    KL_TAKE_RAW(g->medians.rank, &g->memory, n * width, error);
    KL_TAKE_RAW(g->medians.sorted, &g->memory, n * width, error);
    KL_TAKE_RAW(order, &g->memory, n, error);
    KL_TAKE_RAW(y, &g->memory, n, error);
    g->medians.n = n;
    for (size_t k = 0; k < width; k++) {
        for (size_t i = 0; i < n; i++)
            y[i] = g->target->y[i * width + k];
        KL_TRY(kl_argsort(order, y, n, &g->memory, error));
        for (size_t p = 0; p < n; p++) {
            g->values.order[k * n + p] = (uint32_t)order[p];
            g->values.place[k * n + (size_t)order[p]] = (uint32_t)p;
        }
    }
    return KL_OK;
}

static kl_status make_lane(kl_grower *g, kl_lane *lane, kl_error *error)
{
    size_t m = KL_MAX(g->count, 1);
    KL_TAKE_RAW(lane->places, &g->memory, m, error);
    KL_TAKE_RAW(lane->spare, &g->memory, m, error);
    KL_TAKE_RAW(lane->numbers, &g->memory, g->rules->random_splits ? m : 1, error);
    KL_TAKE(lane->bits, &g->memory, g->data->n / 64 + 1, error);
    KL_TAKE_RAW(lane->left, &g->memory, g->target->width, error);
    if (g->rules->criterion != KL_CRITERION_ABSOLUTE)
        return KL_OK;
    KL_TAKE_RAW(lane->medians.weight_tree, &g->memory, m + 1, error);
    KL_TAKE_RAW(lane->medians.sum_tree, &g->memory, m + 1, error);
    KL_TAKE_RAW(lane->medians.sequence, &g->memory, m, error);
    KL_TAKE_RAW(lane->medians.before, &g->memory, m, error);
    KL_TAKE_RAW(lane->medians.after, &g->memory, m, error);
    KL_TAKE_RAW(lane->medians.low, &g->memory, m, error);
    KL_TAKE_RAW(lane->medians.high, &g->memory, m, error);
    return KL_OK;
}

static kl_status prepare(kl_grower *g, kl_error *error)
{
    const int64_t *some = g->rules->features;
    size_t d = g->data->d;
    g->feature_count = some ? g->rules->feature_count : d;
    KL_TAKE_RAW(g->rows, &g->memory, g->data->n, error);
    bool is_whole = take_rows(g);
    KL_TAKE_RAW(g->spare, &g->memory, KL_MAX(g->count, 1), error);
    KL_TAKE_RAW(g->node.sums, &g->memory, g->target->width, error);
    KL_TAKE_RAW(g->features, &g->memory, g->feature_count, error);
    KL_TAKE(g->constant_begin, &g->memory, d, error);
    KL_TAKE(g->constant_end, &g->memory, d, error);
    KL_TAKE_RAW(g->cuts, &g->memory, g->feature_count, error);
    for (size_t i = 0; i < g->feature_count; i++)
        g->features[i] = some ? (uint32_t)some[i] : (uint32_t)i;
    g->lane_count = kl_parallel_inside() ? 1 : kl_parallel_threads();
    KL_TAKE(g->lanes, &g->memory, g->lane_count, error);
    for (size_t i = 0; i < g->lane_count; i++)
        KL_TRY(make_lane(g, &g->lanes[i], error));
    if (g->rules->criterion == KL_CRITERION_ABSOLUTE) {
        g->criterion = &kl_criterion_of_medians;
        return order_targets(g, error);
    }
    if (!g->target->codes) {
        g->criterion = kl_criterion_of_numbers(g->rules->criterion, g->target->width);
        return KL_OK;
    }
    g->criterion = kl_criterion_of_classes(g->rules->criterion, is_whole);
    return g->rules->criterion == KL_CRITERION_ENTROPY && is_whole ? make_xlog(g, error) : KL_OK;
}

kl_status kl_tree_grow(kl_tree_buffer *tree, const kl_tree_data *data, const kl_tree_target *target,
                       const kl_tree_rules *rules, kl_random *random, uint32_t *leaves,
                       kl_task *task, kl_error *error)
{
    kl_grower g = {.data = data, .target = target, .rules = rules, .random = random, .tree = tree,
                   .memory = KL_TASK_INIT};
    frontier f = {.slot_size = target->width + 3};
    tree->width = target->width;
    kl_status status = prepare(&g, error);
    if (status == KL_OK)
        status = rules->max_leaves ? grow_best_first(&g, &f, leaves, task, error)
                                   : grow_depth_first(&g, &f, leaves, task, error);
    frontier_end(&f);
    kl_task_end(&g.memory);
    return status;
}
