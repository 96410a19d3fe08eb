/* src/ml/tree/set.c - trees as arrays: growing them, joining them, what their shape tells. */
#include "tree.h"

/* ---- a tree that grows ---------------------------------------------------------------------------------- */

static kl_status grow_buffer(kl_tree_buffer *tree, kl_error *error)
{
    size_t capacity = tree->capacity ? 2 * tree->capacity : 64, bytes;
    if (__builtin_mul_overflow(capacity, tree->width * sizeof(double), &bytes) ||
        capacity > UINT32_MAX)
        return kl_error_no_memory(error);
    kl_tree_node *nodes = kl_realloc(tree->nodes, capacity * sizeof *nodes);
    if (!nodes)
        return kl_error_no_memory(error);
    tree->nodes = nodes;
    double *values = kl_realloc(tree->values, bytes);
    if (!values)
        return kl_error_no_memory(error);
    tree->values = values;
    tree->capacity = capacity;
    return KL_OK;
}

kl_status kl_tree_buffer_add(size_t *out, kl_tree_buffer *tree, int64_t parent, bool is_left,
                             kl_error *error)
{
    if (tree->count == tree->capacity)
        KL_TRY(grow_buffer(tree, error));
    size_t id = tree->count++;
    tree->nodes[id] = (kl_tree_node){.left = KL_TREE_LEAF, .right = KL_TREE_LEAF,
                                     .feature = KL_TREE_UNDEFINED, .threshold = KL_TREE_UNDEFINED};
    memset(tree->values + id * tree->width, 0, tree->width * sizeof *tree->values);
    if (parent >= 0)
        *(is_left ? &tree->nodes[parent].left : &tree->nodes[parent].right) = (int64_t)id;
    *out = id;
    return KL_OK;
}

void kl_tree_buffer_end(kl_tree_buffer *tree)
{
    kl_free(tree->nodes);
    kl_free(tree->values);
    *tree = (kl_tree_buffer){.width = tree->width};
}

/* ---- all trees of a model ------------------------------------------------------------------------------- */

void kl_tree_set_release(kl_tree_set *set)
{
    kl_value_release(set->nodes);
    kl_value_release(set->values);
    kl_value_release(set->starts);
    *set = (kl_tree_set){.nodes = kl_null(), .values = kl_null(), .starts = kl_null()};
}

static size_t nodes_in(const kl_tree_set *set) { return set ? kl_array_axis(set->nodes, 0) : 0; }

/* Copy the former set and the buffers one after another. */
static void copy_trees(kl_tree_set *to, const kl_tree_set *before, const kl_tree_buffer *trees,
                       size_t count, size_t width)
{
    size_t old_trees = before ? kl_tree_count(before) : 0, at = nodes_in(before);
    kl_tree_node *nodes = (kl_tree_node *)kl_indices(to->nodes);
    double *values = kl_doubles(to->values);
    int64_t *starts = kl_indices(to->starts);
    if (at) {
        memcpy(nodes, kl_indices(before->nodes), at * sizeof *nodes);
        memcpy(values, kl_doubles(before->values), at * width * sizeof *values);
        memcpy(starts, kl_indices(before->starts), old_trees * sizeof *starts);
    }
    for (size_t t = 0; t < count; t++) {
        starts[old_trees + t] = (int64_t)at;
        memcpy(nodes + at, trees[t].nodes, trees[t].count * sizeof *nodes);
        memcpy(values + at * width, trees[t].values, trees[t].count * width * sizeof *values);
        at += trees[t].count;
    }
    starts[old_trees + count] = (int64_t)at;
}

kl_status kl_tree_set_join(kl_tree_set *out, const kl_tree_set *before,
                           const kl_tree_buffer *trees, size_t count, size_t width,
                           kl_error *error)
{
    kl_tree_set set = {.nodes = kl_null(), .values = kl_null(), .starts = kl_null()};
    size_t all = nodes_in(before), old_trees = before ? kl_tree_count(before) : 0;
    kl_status status;
    for (size_t t = 0; t < count; t++)
        all += trees[t].count;
    KL_TRY_OUT(kl_index_table_new(&set.nodes, NULL, all, 8, error));
    KL_TRY_OUT(kl_table_new(&set.values, NULL, all, width, error));
    KL_TRY_OUT(kl_indices_new(&set.starts, NULL, old_trees + count + 1, error));
    copy_trees(&set, before, trees, count, width);
    *out = set;
    return KL_OK;
out:
    kl_tree_set_release(&set);
    return status;
}

/* ---- shape ---------------------------------------------------------------------------------------------- */

void kl_tree_importances(double *out, const kl_tree_node *nodes, size_t count, bool normalised)
{
    double all = 0, scale;
    for (size_t pass = 0; pass < 2; pass++) {
        scale = normalised ? 1 / all : 1 / nodes[0].weight;
        for (size_t i = 0; i < count; i++) {
            const kl_tree_node *node = &nodes[i], *left, *right;
            if (node->left < 0)
                continue;
            left = &nodes[node->left];
            right = &nodes[node->right];
            double decrease = node->weight * node->impurity - left->weight * left->impurity -
                              right->weight * right->impurity;
            if (pass == 0)
                all += decrease;
            else
                out[node->feature] += decrease * scale;
        }
        if (normalised && !(all > 0))
            return;
    }
}

kl_status kl_trees_importances(kl_value *out, const kl_tree_set *set, size_t features,
                               bool normalised, kl_error *error)
{
    double *shares, sum = 0;
    KL_TRY(kl_vector_new(out, &shares, features, error));
    for (size_t t = 0; t < kl_tree_count(set); t++)
        kl_tree_importances(shares, kl_tree_nodes(set, t), kl_tree_size(set, t), normalised);
    for (size_t k = 0; k < features; k++)
        sum += shares[k];
    for (size_t k = 0; sum > 0 && k < features; k++)
        shares[k] /= sum;
    return KL_OK;
}

void kl_tree_depths(int64_t *depths, const kl_tree_node *nodes, size_t count)
{
    depths[0] = 0;
    for (size_t i = 0; i < count; i++)
        if (nodes[i].left >= 0)
            depths[nodes[i].left] = depths[nodes[i].right] = depths[i] + 1;
}

kl_status kl_tree_depth(size_t *out, const kl_tree_node *nodes, size_t count, kl_error *error)
{
    int64_t *depths = kl_alloc(count * sizeof *depths), deepest = 0;
    if (!depths)
        return kl_error_no_memory(error);
    kl_tree_depths(depths, nodes, count);
    for (size_t i = 0; i < count; i++)
        deepest = KL_MAX(deepest, depths[i]);
    kl_free(depths);
    *out = (size_t)deepest;
    return KL_OK;
}

size_t kl_tree_leaves(const kl_tree_node *nodes, size_t count)
{
    size_t leaves = 0;
    for (size_t i = 0; i < count; i++)
        leaves += nodes[i].left < 0;
    return leaves;
}
