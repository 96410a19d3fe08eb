/* src/ml/boost/grow.c - growing a tree on histograms: the leaf whose split gains most is split first. */
#include "hist.h"

#include "parallel.h"

#include <math.h>

/* Rows times features that a thread takes at once. */
enum { GRAIN = 1 << 15 };

/* A histogram of each feature, and the groups of features that may still occur (see kl_hist_rules). */
typedef struct slot {
    kl_hist_bin *bins; /* d x (missing + 1) */
    bool *groups;
} slot;

typedef struct grow_node {
    size_t node;       /* in the tree, counted from its root */
    size_t begin, end; /* its rows */
    size_t depth, slot;
    bool is_leaf;
    kl_hist_sums sums;
    kl_hist_split split;
} grow_node;

struct kl_hist_grower {
    const kl_bins *bins;
    const kl_hist_rules *rules;
    kl_task *task;
    uint32_t *rows, *spare; /* each node has a stretch of them */
    float *gradient, *hessian; /* of the rows of the node at work, in their order */
    slot *slots;
    size_t slot_count, slot_capacity;
    size_t *idle;           /* slots that are free */
    size_t idle_count;
    grow_node *heap;        /* leaves that can be split, the best one first */
    size_t heap_count, node_capacity;
    kl_hist_leaf *leaves;
    size_t leaf_count, leaf_capacity;
    bool *allowed, *looked[2]; /* d: features of the node at work; of each child */
    int64_t *shuffled;
    kl_hist_split *found[2];   /* by block */
};

/* ---- memory ---------------------------------------------------------------------------------------------- */

kl_status kl_hist_grower_new(kl_hist_grower **out, const kl_bins *bins, const kl_hist_rules *rules, kl_task *task,
                             kl_error *error)
{
    kl_hist_grower *g;
    KL_TAKE(g, task, 1, error);
    *g = (kl_hist_grower){.bins = bins, .rules = rules, .task = task};
    KL_TAKE_RAW(g->rows, task, bins->n, error);
    KL_TAKE_RAW(g->spare, task, bins->n, error);
    KL_TAKE_RAW(g->gradient, task, bins->n, error);
    KL_TAKE_RAW(g->hessian, task, bins->n, error);
    KL_TAKE_RAW(g->allowed, task, bins->d, error);
    KL_TAKE_RAW(g->shuffled, task, bins->d, error);
    for (size_t i = 0; i < 2; i++) {
        KL_TAKE_RAW(g->looked[i], task, bins->d, error);
        KL_TAKE_RAW(g->found[i], task, bins->d, error);
    }
    *out = g;
    return KL_OK;
}

/* A longer array in the place of a full one. */
static kl_status enlarge(void **items, size_t *capacity, size_t count, size_t size, kl_task *task, kl_error *error)
{
    if (count < *capacity)
        return KL_OK;
    size_t wanted = KL_MAX(2 * *capacity, 64);
    void *moved = kl_task_alloc(task, wanted, size);
    if (!moved)
        return kl_error_no_memory(error);
    if (*items) {
        memcpy(moved, *items, count * size);
        kl_task_free(task, *items);
    }
    *items = moved;
    *capacity = wanted;
    return KL_OK;
}

#define ENLARGE(g, items, capacity, count)                                                         \
    do {                                                                                           \
        void *held = (g)->items;                                                                   \
        KL_TRY(enlarge(&held, &(g)->capacity, (g)->count, sizeof *(g)->items, (g)->task, error));  \
        (g)->items = held;                                                                         \
    } while (0)

static kl_status take_slot(size_t *out, kl_hist_grower *g, kl_error *error)
{
    if (g->idle_count) {
        *out = g->idle[--g->idle_count];
        return KL_OK;
    }
    if (g->slot_count == g->slot_capacity) {
        size_t capacity = g->slot_capacity, *idle;
        ENLARGE(g, slots, slot_capacity, slot_count);
        idle = kl_task_alloc_raw(g->task, g->slot_capacity, sizeof *idle);
        if (!idle) {
            g->slot_capacity = capacity;
            return kl_error_no_memory(error);
        }
        g->idle = idle; /* it is empty */
    }
    slot *made = g->slots + g->slot_count;
    KL_TAKE_RAW(made->bins, g->task, g->bins->d * (g->bins->missing + 1), error);
    KL_TAKE_RAW(made->groups, g->task, g->rules->group_count + 1, error);
    *out = g->slot_count++;
    return KL_OK;
}

static void give_slot(kl_hist_grower *g, size_t slot) { g->idle[g->idle_count++] = slot; }

/* ---- the heap -------------------------------------------------------------------------------------------- */

static kl_status push(kl_hist_grower *g, const grow_node *node, kl_error *error)
{
    ENLARGE(g, heap, node_capacity, heap_count);
    size_t at = g->heap_count++;
    for (size_t up; at > 0 && g->heap[up = (at - 1) / 2].split.gain < node->split.gain; at = up)
        g->heap[at] = g->heap[up];
    g->heap[at] = *node;
    return KL_OK;
}

static grow_node pop(kl_hist_grower *g)
{
    grow_node best = g->heap[0], last = g->heap[--g->heap_count];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < g->heap_count; at = child) {
        if (child + 1 < g->heap_count && g->heap[child + 1].split.gain > g->heap[child].split.gain)
            child++;
        if (g->heap[child].split.gain <= last.split.gain)
            break;
        g->heap[at] = g->heap[child];
    }
    g->heap[at] = last;
    return best;
}

static kl_status add_leaf(kl_hist_grower *g, const grow_node *node, kl_error *error)
{
    ENLARGE(g, leaves, leaf_capacity, leaf_count);
    g->leaves[g->leaf_count++] = (kl_hist_leaf){.node = node->node, .rows = g->rows + node->begin,
                                                .count = node->end - node->begin, .value = node->sums.value};
    return KL_OK;
}

/* ---- counting and judging -------------------------------------------------------------------------------- */

/* One step for all features. */
typedef struct step {
    kl_hist_grower *g;
    kl_hist_bin *small, *large; /* histograms: the one to count, and that of the parent, from which it is taken */
    const uint32_t *rows;       /* NULL = all, in their order */
    size_t count;
    const float *gradient, *hessian; /* of the rows; hessian NULL = 1 */
    bool plain;
    const kl_hist_sums *judge[2]; /* small, large: nodes to find splits for, or NULL */
} step;

static inline void count_rows(kl_hist_bin *restrict to, const uint8_t *restrict column,
                              const uint32_t *restrict rows, const float *restrict gradient,
                              const float *restrict hessian, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        kl_hist_bin *bin = to + column[rows ? rows[i] : i];
        bin->gradient += (double)gradient[i];
        if (hessian)
            bin->hessian += (double)hessian[i];
        bin->count++;
    }
}

static void count_feature(const step *s, size_t feature)
{
    const kl_bins *bins = s->g->bins;
    kl_hist_bin *to = s->small + feature * (bins->missing + 1);
    const uint8_t *column = bins->data + feature * bins->n;
    memset(to, 0, (bins->missing + 1) * sizeof *to);
    if (s->rows && s->hessian)
        count_rows(to, column, s->rows, s->gradient, s->hessian, s->count);
    else if (s->rows)
        count_rows(to, column, s->rows, s->gradient, NULL, s->count);
    else if (s->hessian)
        count_rows(to, column, NULL, s->gradient, s->hessian, s->count);
    else
        count_rows(to, column, NULL, s->gradient, NULL, s->count);
}

static void subtract(kl_hist_bin *restrict from, const kl_hist_bin *restrict part, size_t bins)
{
    for (size_t b = 0; b < bins; b++) {
        from[b].gradient -= part[b].gradient;
        from[b].hessian -= part[b].hessian;
        from[b].count -= part[b].count;
    }
}

static kl_status step_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const step *s = data;
    kl_hist_grower *g = s->g;
    size_t width = g->bins->missing + 1;
    (void)error;
    for (size_t side = 0; side < 2; side++)
        g->found[side][block].gain = -1;
    for (size_t f = begin; f < end; f++) {
        if (!g->allowed[f])
            continue;
        if (s->gradient)
            count_feature(s, f);
        if (s->large)
            subtract(s->large + f * width, s->small + f * width, width);
        for (size_t side = 0; side < 2; side++)
            if (s->judge[side] && g->looked[side][f])
                kl_hist_find(&g->found[side][block], (side ? s->large : s->small) + f * width, f, s->judge[side],
                             g->bins, g->rules, s->plain);
    }
    return KL_OK;
}

/* Run a step; of each side that is judged the best split, the first of equals. */
static void run_step(step *s, kl_hist_split *splits[2])
{
    kl_hist_grower *g = s->g;
    size_t d = g->bins->d, work = s->count + 4 * g->bins->missing;
    size_t grain = KL_MAX(1, KL_MIN(d, GRAIN / work)), blocks = kl_parallel_blocks(d, grain);
    kl_parallel_all(d, grain, step_block, s);
    for (size_t side = 0; side < 2; side++) {
        if (!s->judge[side])
            continue;
        *splits[side] = g->found[side][0];
        for (size_t b = 1; b < blocks; b++)
            if (g->found[side][b].gain > splits[side]->gain)
                *splits[side] = g->found[side][b];
    }
}

/* Features that the groups of a node allow. */
static void allow(kl_hist_grower *g, const bool *groups)
{
    size_t d = g->bins->d;
    memset(g->allowed, g->rules->groups == NULL, d);
    for (size_t i = 0; i < g->rules->group_count; i++)
        for (size_t f = 0; groups[i] && f < d; f++)
            g->allowed[f] |= g->rules->groups[i * d + f];
}

/* Which of them a split is looked for in: a share of them, drawn anew. */
static void choose_features(kl_hist_grower *g, bool *looked, kl_random *random)
{
    size_t d = g->bins->d, count = 0;
    if (g->rules->share >= 1) {
        memcpy(looked, g->allowed, d);
        return;
    }
    for (size_t f = 0; f < d; f++)
        if (g->allowed[f])
            g->shuffled[count++] = (int64_t)f;
    kl_random_shuffle(random, g->shuffled, count);
    memset(looked, 0, d);
    count = KL_MIN(count, KL_MAX(1, (size_t)ceil(g->rules->share * (double)count)));
    for (size_t i = 0; i < count; i++)
        looked[g->shuffled[i]] = true;
}

/* ---- splitting ------------------------------------------------------------------------------------------- */

/* For each bin, whether it goes left. */
static void sides_of_bins(uint8_t left[UINT8_MAX + 1], const kl_hist_split *split, size_t missing)
{
    for (size_t b = 0; b <= missing; b++)
        left[b] = split->is_category ? split->set.bits[b / 64] >> (b % 64) & 1 : b <= split->bin;
    if (!split->is_category && split->bin < missing)
        left[missing] = split->missing_left;
}

/* Rows of the left side first; both keep their order. */
static size_t partition(kl_hist_grower *g, const grow_node *node)
{
    uint8_t left[UINT8_MAX + 1];
    const uint8_t *column = g->bins->data + node->split.feature * g->bins->n;
    uint32_t *rows = g->rows + node->begin;
    size_t count = node->end - node->begin, l = 0, r = 0;
    sides_of_bins(left, &node->split, g->bins->missing);
    for (size_t i = 0; i < count; i++) {
        uint32_t row = rows[i];
        size_t goes_left = left[column[row]];
        rows[l] = row;
        g->spare[r] = row;
        l += goes_left;
        r += 1 - goes_left;
    }
    memcpy(rows + l, g->spare, r * sizeof *rows);
    return node->begin + l;
}

/* The children's bounds, so that a feature's direction holds below them, too. */
static void bound_children(grow_node *left, grow_node *right, const grow_node *parent, int8_t direction)
{
    double middle = (left->sums.value + right->sums.value) / 2;
    left->sums.lower = right->sums.lower = parent->sums.lower;
    left->sums.upper = right->sums.upper = parent->sums.upper;
    if (direction > 0)
        left->sums.upper = right->sums.lower = middle;
    else if (direction < 0)
        left->sums.lower = right->sums.upper = middle;
}

static kl_status write_split(const kl_hist_grower *g, kl_hist_trees *trees, const grow_node *node, size_t left,
                             bool missing_left, kl_error *error)
{
    const kl_hist_split *split = &node->split;
    kl_hist_node *to = trees->nodes + trees->starts[trees->trees - 1] + node->node;
    to->link = left | (uint64_t)split->feature << KL_HIST_FEATURE_SHIFT;
    if (missing_left)
        to->link |= KL_HIST_MISSING_LEFT;
    if (split->is_category) {
        size_t set;
        KL_TRY(kl_hist_trees_set(&set, trees, &split->set, error));
        to->link |= KL_HIST_CATEGORY;
        to->number = (double)set;
        return KL_OK;
    }
    /* A split behind the last bin leaves the right side to NaN. */
    to->number = split->bin + 1 >= g->bins->used[split->feature] ? INFINITY
                                                                 : g->bins->edges[split->feature * g->bins->missing + split->bin];
    return KL_OK;
}

/* The groups of features that a child still has. */
static void narrow_groups(const kl_hist_grower *g, bool *to, const bool *from, size_t feature)
{
    for (size_t i = 0; i < g->rules->group_count; i++)
        to[i] = from[i] && g->rules->groups[i * g->bins->d + feature];
}

/* Histograms and best splits of those children that are no leaves. The parent's slot becomes that of the larger one. */
static kl_status judge_children(kl_hist_grower *g, grow_node *left, grow_node *right, const grow_node *parent,
                                const step *how, kl_random *random, kl_error *error)
{
    bool left_small = left->sums.count < right->sums.count;
    grow_node *pair[2] = {left_small ? left : right, left_small ? right : left};
    size_t taken;
    KL_TRY(take_slot(&taken, g, error));
    pair[0]->slot = taken;
    pair[1]->slot = parent->slot;
    narrow_groups(g, g->slots[taken].groups, g->slots[parent->slot].groups, parent->split.feature);
    memcpy(g->slots[parent->slot].groups, g->slots[taken].groups, g->rules->group_count);
    allow(g, g->slots[taken].groups);
    step s = {.g = g, .small = g->slots[taken].bins, .rows = g->rows + pair[0]->begin, .count = pair[0]->sums.count,
              .gradient = g->gradient, .hessian = how->plain ? NULL : g->hessian, .plain = how->plain};
    for (size_t i = 0; i < s.count; i++)
        g->gradient[i] = how->gradient[s.rows[i]];
    for (size_t i = 0; !s.plain && i < s.count; i++)
        g->hessian[i] = how->hessian[s.rows[i]];
    if (!pair[1]->is_leaf)
        s.large = g->slots[parent->slot].bins;
    for (size_t side = 0; side < 2; side++) {
        if (pair[side]->is_leaf)
            continue;
        s.judge[side] = &pair[side]->sums;
        choose_features(g, g->looked[side], random);
    }
    run_step(&s, (kl_hist_split *[2]){&pair[0]->split, &pair[1]->split});
    return KL_OK;
}

static void make_children(kl_hist_grower *g, grow_node *left, grow_node *right, const grow_node *node, size_t first)
{
    const kl_hist_split *split = &node->split;
    size_t middle = partition(g, node);
    *left = (grow_node){.node = first, .begin = node->begin, .end = middle, .depth = node->depth + 1,
                        .split.gain = -1,
                        .sums = {.gradient = split->gradient, .hessian = split->hessian, .value = split->left_value,
                                 .count = middle - node->begin}};
    *right = (grow_node){.node = first + 1, .begin = middle, .end = node->end, .depth = node->depth + 1,
                         .split.gain = -1,
                         .sums = {.gradient = node->sums.gradient - split->gradient,
                                  .hessian = node->sums.hessian - split->hessian, .value = split->right_value,
                                  .count = node->end - middle}};
    bound_children(left, right, node, g->rules->monotonic ? g->rules->monotonic[split->feature] : 0);
}

/* Put a child where it belongs: among the leaves, or among those that may be split. */
static kl_status settle_child(kl_hist_grower *g, const grow_node *child, bool has_slot, kl_error *error)
{
    if (!child->is_leaf && child->split.gain > 0)
        return push(g, child, error);
    if (has_slot)
        give_slot(g, child->slot);
    return add_leaf(g, child, error);
}

static kl_status split_best(kl_hist_grower *g, kl_hist_trees *trees, const step *how, kl_random *random,
                            kl_error *error)
{
    grow_node node = pop(g), left, right;
    size_t first, leaves = g->leaf_count + g->heap_count + 2;
    KL_TRY(kl_hist_trees_split(&first, trees, error));
    make_children(g, &left, &right, &node, first);
    bool missing_left = g->bins->has_missing[node.split.feature] ? node.split.missing_left
                                                                 : left.sums.count > right.sums.count;
    KL_TRY(write_split(g, trees, &node, first, missing_left, error));
    bool is_end = leaves >= g->rules->max_leaves || left.depth >= g->rules->max_depth;
    left.is_leaf = is_end || left.sums.count < 2 * g->rules->min_leaf;
    right.is_leaf = is_end || right.sums.count < 2 * g->rules->min_leaf;
    if (left.is_leaf && right.is_leaf) {
        give_slot(g, node.slot);
        KL_TRY(add_leaf(g, &left, error));
        KL_TRY(add_leaf(g, &right, error));
    } else {
        KL_TRY(judge_children(g, &left, &right, &node, how, random, error));
        KL_TRY(settle_child(g, &left, true, error));
        KL_TRY(settle_child(g, &right, true, error));
    }
    if (leaves < g->rules->max_leaves)
        return KL_OK;
    for (; g->heap_count; g->heap_count--) {
        give_slot(g, g->heap[g->heap_count - 1].slot);
        KL_TRY(add_leaf(g, &g->heap[g->heap_count - 1], error));
    }
    return KL_OK;
}

/* ---- the tree -------------------------------------------------------------------------------------------- */

/* Sums of all rows: those of the bins of any feature. */
static void measure_root(kl_hist_grower *g, grow_node *root, bool plain)
{
    size_t f = 0, width = g->bins->missing + 1;
    while (!g->allowed[f])
        f++;
    const kl_hist_bin *bins = g->slots[root->slot].bins + f * width;
    for (size_t b = 0; b < width; b++) {
        root->sums.gradient += bins[b].gradient;
        root->sums.hessian += bins[b].hessian;
    }
    if (plain)
        root->sums.hessian = (double)g->bins->n;
}

static kl_status grow_root(kl_hist_grower *g, const step *how, kl_random *random, kl_error *error)
{
    grow_node root = {.end = g->bins->n, .split.gain = -1,
                      .sums = {.count = g->bins->n, .lower = -INFINITY, .upper = INFINITY}};
    step s = *how;
    kl_hist_split *splits[2] = {&root.split, NULL};
    KL_TRY(take_slot(&root.slot, g, error));
    memset(g->slots[root.slot].groups, 1, g->rules->group_count);
    allow(g, g->slots[root.slot].groups);
    s.small = g->slots[root.slot].bins;
    run_step(&s, splits);
    measure_root(g, &root, how->plain);
    root.is_leaf = g->bins->n < 2 * g->rules->min_leaf || root.sums.hessian < 1e-3;
    if (!root.is_leaf) {
        s.gradient = NULL; /* they are counted */
        s.judge[0] = &root.sums;
        choose_features(g, g->looked[0], random);
        run_step(&s, splits);
    }
    return settle_child(g, &root, true, error);
}

kl_status kl_hist_grow(kl_hist_grower *g, kl_hist_trees *trees, const float *gradient, const float *hessian,
                       kl_random *random, kl_task *task, kl_error *error)
{
    step how = {.g = g, .count = g->bins->n, .gradient = gradient, .hessian = hessian, .plain = !hessian};
    (void)task;
    g->heap_count = g->leaf_count = g->idle_count = 0;
    for (size_t i = 0; i < g->slot_count; i++)
        give_slot(g, i);
    for (size_t i = 0; i < g->bins->n; i++)
        g->rows[i] = (uint32_t)i;
    KL_TRY(kl_hist_trees_begin(trees, error));
    KL_TRY(grow_root(g, &how, random, error));
    while (g->heap_count) {
        KL_TRY(kl_task_poll(error));
        KL_TRY(split_best(g, trees, &how, random, error));
    }
    return KL_OK;
}

kl_hist_leaf *kl_hist_leaves(kl_hist_grower *g, size_t *count)
{
    *count = g->leaf_count;
    return g->leaves;
}

void kl_hist_settle(kl_hist_grower *g, kl_hist_trees *trees, double *raw)
{
    kl_hist_node *nodes = trees->nodes + trees->starts[trees->trees - 1];
    for (size_t i = 0; i < g->leaf_count; i++) {
        const kl_hist_leaf *leaf = g->leaves + i;
        double value = leaf->value * g->rules->rate;
        nodes[leaf->node].number = value;
        for (size_t j = 0; j < leaf->count; j++)
            raw[leaf->rows[j]] += value;
    }
}
