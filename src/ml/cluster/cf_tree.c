/* src/ml/cluster/cf_tree.c - see cf_tree.h. */
#include "cf_tree.h"

#include "../kernels.h"

#include <math.h>

/* Nodes from the root to a leaf. */
enum { DEPTH_MAX = 200, NONE = -1 };

/* Numbers of a group: rows, sum of squares, squared length of the mean; then sums and means of the columns. */
enum { ROWS, SQUARES, LENGTH, HEAD };

typedef struct node {
    int32_t *groups; /* at most branching + 1 */
    int32_t count;
    bool is_leaf;
    int32_t before, after; /* leaves in order */
} node;

struct kl_cf_tree {
    size_t d, branching, stride;
    double threshold;
    double *numbers;  /* of groups: stride each */
    int32_t *child;   /* of groups: the node below, or NONE */
    size_t groups, group_room;
    node *nodes;
    size_t node_count, node_room;
    int32_t root, first_leaf;
};

/* ---- groups -------------------------------------------------------------------------------------- */

static double *numbers_of(const kl_cf_tree *t, int32_t group) { return t->numbers + (size_t)group * t->stride; }
static double *sum_of(const kl_cf_tree *t, int32_t group) { return numbers_of(t, group) + HEAD; }
static double *mean_of(const kl_cf_tree *t, int32_t group) { return numbers_of(t, group) + HEAD + t->d; }

static kl_status new_group(int32_t *out, kl_cf_tree *t, kl_error *error)
{
    if (t->groups == t->group_room) {
        size_t room = t->group_room ? 2 * t->group_room : 64;
        double *numbers = room > INT32_MAX ? NULL : kl_realloc(t->numbers, room * t->stride * sizeof *numbers);
        if (!numbers)
            return kl_error_no_memory(error);
        t->numbers = numbers;
        int32_t *child = kl_realloc(t->child, room * sizeof *child);
        if (!child)
            return kl_error_no_memory(error);
        t->child = child;
        t->group_room = room;
    }
    *out = (int32_t)t->groups++;
    memset(numbers_of(t, *out), 0, t->stride * sizeof(double));
    t->child[*out] = NONE;
    return KL_OK;
}

static void set_mean(kl_cf_tree *t, int32_t group)
{
    double *mean = mean_of(t, group);
    for (size_t j = 0; j < t->d; j++)
        mean[j] = sum_of(t, group)[j] / numbers_of(t, group)[ROWS];
    numbers_of(t, group)[LENGTH] = kl_kernels()->dot(mean, mean, t->d);
}

static void add_group(kl_cf_tree *t, int32_t to, int32_t from)
{
    numbers_of(t, to)[ROWS] += numbers_of(t, from)[ROWS];
    numbers_of(t, to)[SQUARES] += numbers_of(t, from)[SQUARES];
    for (size_t j = 0; j < t->d; j++)
        sum_of(t, to)[j] += sum_of(t, from)[j];
    set_mean(t, to);
}

/* Put a group into another, when the radius stays within the threshold. */
static bool absorb(kl_cf_tree *t, int32_t to, int32_t from)
{
    double rows = numbers_of(t, to)[ROWS] + numbers_of(t, from)[ROWS], length = 0;
    double squares = numbers_of(t, to)[SQUARES] + numbers_of(t, from)[SQUARES];
    for (size_t j = 0; j < t->d; j++) {
        double mean = (sum_of(t, to)[j] + sum_of(t, from)[j]) / rows;
        length += mean * mean;
    }
    if (squares / rows - length > t->threshold * t->threshold)
        return false;
    add_group(t, to, from);
    return true;
}

/* ---- nodes --------------------------------------------------------------------------------------- */

static kl_status new_node(int32_t *out, kl_cf_tree *t, bool is_leaf, kl_error *error)
{
    if (t->node_count == t->node_room) {
        size_t room = t->node_room ? 2 * t->node_room : 16;
        node *nodes = room > INT32_MAX ? NULL : kl_realloc(t->nodes, room * sizeof *nodes);
        if (!nodes)
            return kl_error_no_memory(error);
        t->nodes = nodes;
        t->node_room = room;
    }
    int32_t *groups = kl_alloc_zero(t->branching + 1, sizeof *groups);
    if (!groups)
        return kl_error_no_memory(error);
    t->nodes[t->node_count] = (node){groups, 0, is_leaf, NONE, NONE};
    *out = (int32_t)t->node_count++;
    return KL_OK;
}

static void append(kl_cf_tree *t, int32_t at, int32_t group)
{
    node *n = &t->nodes[at];
    n->groups[n->count++] = group;
}

/* The place of the group with the nearest mean. */
static int32_t nearest(const kl_cf_tree *t, int32_t at, int32_t group)
{
    const node *n = &t->nodes[at];
    double least = INFINITY;
    int32_t best = 0;
    for (int32_t i = 0; i < n->count; i++) {
        double distance = numbers_of(t, n->groups[i])[LENGTH] -
                          2 * kl_kernels()->dot(mean_of(t, n->groups[i]), mean_of(t, group), t->d);
        if (distance < least) {
            least = distance;
            best = i;
        }
    }
    return best;
}

/* ---- splitting ----------------------------------------------------------------------------------- */

static double apart(const kl_cf_tree *t, int32_t a, int32_t b)
{
    return kl_kernels()->squared_distance(mean_of(t, a), mean_of(t, b), t->d);
}

static void farthest_pair(int32_t *a, int32_t *b, const kl_cf_tree *t, const node *n)
{
    double most = -1;
    *a = *b = 0;
    for (int32_t i = 0; i < n->count; i++)
        for (int32_t j = i + 1; j < n->count; j++) {
            double distance = apart(t, n->groups[i], n->groups[j]);
            if (distance > most) {
                most = distance;
                *a = i;
                *b = j;
            }
        }
}

/* Two leaves in the place of one. */
static void link_leaves(kl_cf_tree *t, int32_t old, int32_t one, int32_t two)
{
    node *n = &t->nodes[old], *a = &t->nodes[one], *b = &t->nodes[two];
    a->before = n->before;
    a->after = two;
    b->before = one;
    b->after = n->after;
    if (n->before != NONE)
        t->nodes[n->before].after = one;
    else
        t->first_leaf = one;
    if (n->after != NONE)
        t->nodes[n->after].before = two;
}

/* A node's groups around the two that are farthest apart, in two nodes, each below a group of its own. */
static kl_status split(int32_t group[2], kl_cf_tree *t, int32_t old, kl_error *error)
{
    int32_t part[2], a, b;
    for (int k = 0; k < 2; k++) {
        KL_TRY(new_group(&group[k], t, error));
        KL_TRY(new_node(&part[k], t, t->nodes[old].is_leaf, error));
        t->child[group[k]] = part[k];
    }
    const node *n = &t->nodes[old];
    if (n->is_leaf)
        link_leaves(t, old, part[0], part[1]);
    farthest_pair(&a, &b, t, n);
    for (int32_t i = 0; i < n->count; i++) {
        bool first = i == a || apart(t, n->groups[a], n->groups[i]) < apart(t, n->groups[b], n->groups[i]);
        append(t, part[first ? 0 : 1], n->groups[i]);
        add_group(t, group[first ? 0 : 1], n->groups[i]);
    }
    t->nodes[old].count = 0; /* its groups are elsewhere now */
    return KL_OK;
}

/* ---- adding -------------------------------------------------------------------------------------- */

static kl_status grow_root(kl_cf_tree *t, kl_error *error)
{
    int32_t group[2], root;
    KL_TRY(split(group, t, t->root, error));
    KL_TRY(new_node(&root, t, false, error));
    append(t, root, group[0]);
    append(t, root, group[1]);
    t->root = root;
    return KL_OK;
}

/* Upwards: sums of the groups above, and nodes that became too full in two. */
static kl_status climb(kl_cf_tree *t, const int32_t *path, const int32_t *place, size_t depth, int32_t group,
                       bool is_full, kl_error *error)
{
    for (size_t level = depth; level-- > 0;) {
        int32_t above = path[level], parts[2];
        int32_t over = t->nodes[above].groups[place[level]];
        if (!is_full) {
            add_group(t, over, group);
            continue;
        }
        KL_TRY(split(parts, t, t->child[over], error));
        t->nodes[above].groups[place[level]] = parts[0];
        append(t, above, parts[1]);
        is_full = (size_t)t->nodes[above].count > t->branching;
    }
    return is_full ? grow_root(t, error) : KL_OK;
}

/* `absorbed`: it went into another group, so its place is free again. */
static kl_status insert(bool *absorbed, kl_cf_tree *t, int32_t group, kl_error *error)
{
    int32_t path[DEPTH_MAX], place[DEPTH_MAX], at = t->root;
    size_t depth = 0;
    while (!t->nodes[at].is_leaf) {
        if (depth == DEPTH_MAX)
            return kl_error_set(error, KL_DEPTH, "the tree of groups is deeper than %d nodes", DEPTH_MAX);
        path[depth] = at;
        place[depth] = nearest(t, at, group);
        at = t->child[t->nodes[at].groups[place[depth++]]];
    }
    *absorbed = t->nodes[at].count && absorb(t, t->nodes[at].groups[nearest(t, at, group)], group);
    if (*absorbed)
        return climb(t, path, place, depth, group, false, error);
    append(t, at, group);
    return climb(t, path, place, depth, group, (size_t)t->nodes[at].count > t->branching, error);
}

kl_status kl_cf_tree_add(kl_cf_tree *t, const double *row, kl_error *error)
{
    int32_t group;
    bool absorbed;
    KL_TRY(new_group(&group, t, error));
    double *numbers = numbers_of(t, group);
    numbers[ROWS] = 1;
    memcpy(sum_of(t, group), row, t->d * sizeof *row);
    set_mean(t, group);
    numbers[SQUARES] = numbers[LENGTH];
    KL_TRY(insert(&absorbed, t, group, error));
    if (absorbed)
        t->groups--;
    return KL_OK;
}

/* ---- the whole ----------------------------------------------------------------------------------- */

kl_status kl_cf_tree_new(kl_cf_tree **out, size_t d, double threshold, size_t branching, kl_error *error)
{
    kl_cf_tree *t = kl_alloc_zero(1, sizeof *t);
    if (!t)
        return kl_error_no_memory(error);
    t->d = d;
    t->stride = HEAD + 2 * d;
    t->threshold = threshold;
    t->branching = branching;
    kl_status status = new_node(&t->root, t, true, error);
    t->first_leaf = t->root;
    if (status == KL_OK)
        *out = t;
    else
        kl_cf_tree_free(t);
    return status;
}

void kl_cf_tree_free(kl_cf_tree *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->node_count; i++)
        kl_free(t->nodes[i].groups);
    kl_free(t->nodes);
    kl_free(t->numbers);
    kl_free(t->child);
    kl_free(t);
}

size_t kl_cf_tree_groups(const kl_cf_tree *t)
{
    size_t count = 0;
    for (int32_t leaf = t->first_leaf; leaf != NONE; leaf = t->nodes[leaf].after)
        count += (size_t)t->nodes[leaf].count;
    return count;
}

void kl_cf_tree_means(double *out, const kl_cf_tree *t)
{
    for (int32_t leaf = t->first_leaf; leaf != NONE; leaf = t->nodes[leaf].after)
        for (int32_t i = 0; i < t->nodes[leaf].count; i++, out += t->d)
            memcpy(out, mean_of(t, t->nodes[leaf].groups[i]), t->d * sizeof *out);
}

/* ---- as arrays -----------------------------------------------------------------------------------

 * Nodes stand in the order of their depth, so the children of all groups follow each other as the groups do. */

enum { KEPT_COUNT, KEPT_LEAF, KEPT_BEFORE, KEPT_AFTER, KEPT };

/* The nodes that are part of the tree, in that order; `place` of each, or NONE. */
static size_t list_nodes(int32_t *order, int32_t *place, const kl_cf_tree *t)
{
    size_t found = 0;
    for (size_t i = 0; i < t->node_count; i++)
        place[i] = NONE;
    order[found++] = t->root;
    for (size_t at = 0; at < found; at++) {
        const node *n = &t->nodes[order[at]];
        place[order[at]] = (int32_t)at;
        for (int32_t i = 0; i < n->count && !n->is_leaf; i++)
            order[found++] = t->child[n->groups[i]];
    }
    return found;
}

static int32_t placed(const int32_t *place, int32_t id) { return id == NONE ? NONE : place[id]; }

static void keep_node(double *groups, int64_t *kept, const kl_cf_tree *t, const node *n, const int32_t *place)
{
    kept[KEPT_COUNT] = n->count;
    kept[KEPT_LEAF] = n->is_leaf;
    kept[KEPT_BEFORE] = n->is_leaf ? placed(place, n->before) : NONE;
    kept[KEPT_AFTER] = n->is_leaf ? placed(place, n->after) : NONE;
    for (int32_t i = 0; i < n->count; i++, groups += 2 + t->d) {
        groups[0] = numbers_of(t, n->groups[i])[ROWS];
        groups[1] = numbers_of(t, n->groups[i])[SQUARES];
        memcpy(groups + 2, sum_of(t, n->groups[i]), t->d * sizeof *groups);
    }
}

kl_status kl_cf_tree_keep(kl_value *groups, kl_value *nodes, const kl_cf_tree *t, kl_error *error)
{
    int32_t *order = kl_alloc(t->node_count * sizeof *order), *place = kl_alloc(t->node_count * sizeof *place);
    kl_value numbers = kl_null();
    kl_status status;
    size_t count = 0, group_count = 0;
    double *to = NULL;
    int64_t *kept = NULL;
    if (!order || !place) {
        status = kl_error_no_memory(error);
        goto out;
    }
    count = list_nodes(order, place, t);
    for (size_t i = 0; i < count; i++)
        group_count += (size_t)t->nodes[order[i]].count;
    KL_TRY_OUT(kl_table_new(&numbers, &to, group_count, 2 + t->d, error));
    KL_TRY_OUT(kl_index_table_new(nodes, &kept, count, KEPT, error));
    for (size_t i = 0; i < count; i++, kept += KEPT) {
        keep_node(to, kept, t, &t->nodes[order[i]], place);
        to += (size_t)kept[KEPT_COUNT] * (2 + t->d);
    }
    *groups = numbers;
    numbers = kl_null();
    status = KL_OK;
out:
    kl_value_release(numbers);
    kl_free(order);
    kl_free(place);
    return status;
}

/* What arrays must have to be a tree: groups and children add up, and the leaves are one row of all of them. */
static bool are_a_tree(const double *groups, size_t group_count, size_t width, const int64_t *nodes, size_t count,
                       size_t branching)
{
    size_t seen = 0, children = 0, leaves = 0, first = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        const int64_t *kept = nodes + i * KEPT;
        if (kept[KEPT_COUNT] < 1 || (uint64_t)kept[KEPT_COUNT] > branching)
            return false;
        seen += (size_t)kept[KEPT_COUNT];
        leaves += kept[KEPT_LEAF] != 0;
        if (!kept[KEPT_LEAF] && children < i) /* a child stands behind what is above it */
            return false;
        if (!kept[KEPT_LEAF] && (children += (size_t)kept[KEPT_COUNT]) >= count)
            return false;
        if (kept[KEPT_LEAF] && kept[KEPT_BEFORE] == NONE)
            first = i;
    }
    for (size_t g = 0; g < group_count; g++)
        if (!(groups[g * width] >= 1))
            return false;
    if (seen != group_count || children + 1 != count)
        return false;
    int64_t before = NONE;
    for (size_t at = first; at < count && nodes[at * KEPT + KEPT_LEAF] && leaves; leaves--) {
        if (nodes[at * KEPT + KEPT_BEFORE] != before)
            return false;
        before = (int64_t)at;
        at = (size_t)nodes[at * KEPT + KEPT_AFTER];
        first = at;
    }
    return leaves == 0 && first == (size_t)NONE;
}

static kl_status add_nodes(kl_cf_tree *t, const double *groups, const int64_t *kept, size_t count, kl_error *error)
{
    int32_t id, group, child = 0;
    for (size_t i = 1; i < count; i++)
        KL_TRY(new_node(&id, t, true, error));
    for (size_t i = 0; i < count; i++, kept += KEPT) {
        node *n = &t->nodes[i];
        n->is_leaf = kept[KEPT_LEAF] != 0;
        n->before = (int32_t)kept[KEPT_BEFORE];
        n->after = (int32_t)kept[KEPT_AFTER];
        if (n->is_leaf && n->before == NONE)
            t->first_leaf = (int32_t)i;
        for (int64_t g = 0; g < kept[KEPT_COUNT]; g++, groups += 2 + t->d) {
            KL_TRY(new_group(&group, t, error));
            numbers_of(t, group)[ROWS] = groups[0];
            numbers_of(t, group)[SQUARES] = groups[1];
            memcpy(sum_of(t, group), groups + 2, t->d * sizeof *groups);
            set_mean(t, group);
            t->child[group] = n->is_leaf ? NONE : ++child;
            append(t, (int32_t)i, group);
        }
    }
    return KL_OK;
}

kl_status kl_cf_tree_from(kl_cf_tree **out, kl_value groups, kl_value nodes, double threshold, size_t branching,
                          kl_error *error)
{
    kl_cf_tree *t;
    const double *numbers = kl_doubles(groups);
    const int64_t *kept = kl_indices(nodes);
    size_t count = kl_array_axis(nodes, 0), width = kl_array_axis(groups, 1), group_count = kl_array_axis(groups, 0);
    if (!numbers || !kept || width < 3 || kl_array_axis(nodes, 1) != KEPT || count < 1 || count > INT32_MAX ||
        !are_a_tree(numbers, group_count, width, kept, count, branching))
        return kl_error_set(error, KL_INVALID, "the groups that were kept are no tree of at most %zu groups a node: the "
                                               "branching_factor may not change between two partial_fit()",
                            branching);
    KL_TRY(kl_cf_tree_new(&t, width - 2, threshold, branching, error));
    kl_status status = add_nodes(t, numbers, kept, count, error);
    if (status == KL_OK)
        *out = t;
    else
        kl_cf_tree_free(t);
    return status;
}
