/* src/ml/tree/prune.c - minimal cost-complexity pruning: Breiman, Friedman, Olshen, Stone: Classification and
 * regression trees (1984), chapter 3.
 *
 * The cost of a subtree is the impurity of its leaves plus alpha for each. The branch whose removal costs least
 * per leaf (its effective alpha) goes first. A heap keeps branches in that order; a branch whose numbers changed is
 * put in again, and its older entry is known by its stamp.
 */
#include "tree.h"

#include <float.h>

typedef struct branch {
    double alpha;
    size_t node;
    uint32_t stamp;
} branch;

typedef struct pruner {
    const kl_tree_node *nodes;
    size_t count;
    kl_task memory;
    int64_t *parent;     /* -1 of the root */
    double *own, *below; /* impurity of a node as a leaf; of the leaves below it */
    int64_t *leaves;     /* below it; 1 = it is a leaf now */
    uint32_t *stamp;     /* entries of the heap with another one are out of date */
    bool *gone;          /* within a branch that was removed */
    int64_t *stack;
    branch *heap;        /* room for 2 x count + 1 */
    size_t heap_count;
} pruner;

/* ---- the heap -------------------------------------------------------------------------------------------- */

static bool is_before(const branch *a, const branch *b)
{
    return a->alpha != b->alpha ? a->alpha < b->alpha : a->node < b->node;
}

static void sift_up(pruner *p, branch item, size_t at)
{
    for (; at && is_before(&item, &p->heap[(at - 1) / 2]); at = (at - 1) / 2)
        p->heap[at] = p->heap[(at - 1) / 2];
    p->heap[at] = item;
}

static bool is_current(const pruner *p, const branch *entry)
{
    return entry->stamp == p->stamp[entry->node] && !p->gone[entry->node];
}

/* Drop the entries that are out of date, when there is no more room: one a node is left at most. */
static void heap_clean(pruner *p)
{
    size_t count = p->heap_count;
    p->heap_count = 0;
    for (size_t i = 0; i < count; i++) {
        branch item = p->heap[i];
        if (is_current(p, &item))
            sift_up(p, item, p->heap_count++);
    }
}

static void heap_push(pruner *p, size_t node)
{
    branch item = {.node = node, .stamp = ++p->stamp[node],
                   .alpha = (p->own[node] - p->below[node]) / (double)(p->leaves[node] - 1)};
    if (p->heap_count > 2 * p->count)
        heap_clean(p);
    sift_up(p, item, p->heap_count++);
}

static branch heap_pop(pruner *p)
{
    branch top = p->heap[0], last = p->heap[--p->heap_count];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < p->heap_count; at = child) {
        if (child + 1 < p->heap_count && is_before(&p->heap[child + 1], &p->heap[child]))
            child++;
        if (!is_before(&p->heap[child], &last))
            break;
        p->heap[at] = p->heap[child];
    }
    p->heap[at] = last;
    return top;
}

/* ---- before ---------------------------------------------------------------------------------------------- */

static kl_status take_memory(pruner *p, kl_error *error)
{
    size_t count = p->count;
    KL_TAKE(p->parent, &p->memory, count, error);
    KL_TAKE(p->own, &p->memory, count, error);
    KL_TAKE(p->below, &p->memory, count, error);
    KL_TAKE(p->leaves, &p->memory, count, error);
    KL_TAKE(p->stamp, &p->memory, count, error);
    KL_TAKE(p->gone, &p->memory, count, error);
    KL_TAKE_RAW(p->stack, &p->memory, count, error);
    KL_TAKE_RAW(p->heap, &p->memory, 2 * count + 1, error);
    return KL_OK;
}

/* What a leaf costs counts for all above it; added up leaf by leaf, in their order. */
static void add_leaf(pruner *p, size_t leaf)
{
    p->leaves[leaf] = 1;
    p->below[leaf] = p->own[leaf];
    for (int64_t at = p->parent[leaf]; at >= 0; at = p->parent[at]) {
        p->below[at] += p->own[leaf];
        p->leaves[at]++;
    }
}

static kl_status begin(pruner *p, const kl_tree_buffer *tree, kl_error *error)
{
    *p = (pruner){.nodes = tree->nodes, .count = tree->count, .memory = KL_TASK_INIT};
    KL_TRY(take_memory(p, error));
    p->parent[0] = -1;
    for (size_t i = 0; i < p->count; i++) {
        const kl_tree_node *node = &p->nodes[i];
        p->own[i] = node->weight * node->impurity / p->nodes[0].weight;
        if (node->left >= 0)
            p->parent[node->left] = p->parent[node->right] = (int64_t)i;
    }
    for (size_t i = 0; i < p->count; i++)
        if (p->nodes[i].left < 0)
            add_leaf(p, i);
    for (size_t i = 0; i < p->count; i++)
        if (p->nodes[i].left >= 0)
            heap_push(p, i);
    return KL_OK;
}

/* ---- one removal ----------------------------------------------------------------------------------------- */

/* The branch that goes next; false when the root is a leaf. */
static bool next_branch(branch *out, pruner *p)
{
    while (p->heap_count) {
        *out = heap_pop(p);
        if (is_current(p, out))
            return true;
    }
    return false;
}

static void mark_gone(pruner *p, size_t node)
{
    size_t count = 0;
    p->stack[count++] = (int64_t)node;
    while (count) {
        int64_t at = p->stack[--count], sides[] = {p->nodes[at].left, p->nodes[at].right};
        for (size_t k = 0; k < 2; k++)
            if (sides[k] >= 0 && !p->gone[sides[k]]) {
                p->gone[sides[k]] = true;
                p->stack[count++] = sides[k];
            }
    }
}

static void remove_branch(pruner *p, size_t node)
{
    int64_t fewer = p->leaves[node] - 1;
    double more = p->own[node] - p->below[node];
    mark_gone(p, node);
    p->leaves[node] = 1;
    p->below[node] = p->own[node];
    p->stamp[node]++;
    for (int64_t at = p->parent[node]; at >= 0; at = p->parent[at]) {
        p->leaves[at] -= fewer;
        p->below[at] += more;
        heap_push(p, (size_t)at);
    }
}

/* ---- results --------------------------------------------------------------------------------------------- */

/* The nodes that are left, in their order; `place` (scratch) is where they go. */
static void compact(kl_tree_buffer *tree, const pruner *p, int64_t *place)
{
    size_t next = 0, width = tree->width;
    for (size_t i = 0; i < tree->count; i++)
        place[i] = p->gone[i] ? -1 : (int64_t)next++;
    for (size_t i = 0; i < tree->count; i++) {
        if (place[i] < 0)
            continue;
        kl_tree_node node = tree->nodes[i];
        if (node.left >= 0 && p->leaves[i] == 1) {
            node.left = node.right = KL_TREE_LEAF;
            node.feature = KL_TREE_UNDEFINED;
            node.threshold = KL_TREE_UNDEFINED;
            node.missing_left = 0;
        } else if (node.left >= 0) {
            node.left = place[node.left];
            node.right = place[node.right];
        }
        tree->nodes[place[i]] = node;
        memmove(tree->values + (size_t)place[i] * width, tree->values + i * width,
                width * sizeof *tree->values);
    }
    tree->count = next;
}

kl_status kl_tree_prune(kl_tree_buffer *tree, double alpha, kl_error *error)
{
    pruner p;
    branch next;
    kl_status status = begin(&p, tree, error);
    while (status == KL_OK && next_branch(&next, &p) && next.alpha <= alpha)
        remove_branch(&p, next.node);
    if (status == KL_OK)
        compact(tree, &p, p.parent);
    kl_task_end(&p.memory);
    return status;
}

kl_status kl_tree_prune_path(kl_value *alphas, kl_value *impurities, const kl_tree_buffer *tree,
                             kl_error *error)
{
    pruner p;
    branch next;
    double *alpha = NULL, *impurity = NULL;
    size_t steps = 1;
    kl_status status = begin(&p, tree, error);
    if (status == KL_OK) {
        alpha = kl_task_alloc(&p.memory, tree->count, sizeof *alpha);
        impurity = kl_task_alloc(&p.memory, tree->count, sizeof *impurity);
        status = alpha && impurity ? KL_OK : kl_error_no_memory(error);
    }
    if (status == KL_OK) {
        impurity[0] = p.below[0];
        for (; next_branch(&next, &p); steps++) {
            remove_branch(&p, next.node);
            alpha[steps] = next.alpha;
            impurity[steps] = p.below[0];
        }
        status = kl_vector_from(alphas, alpha, steps, error);
    }
    if (status == KL_OK) {
        status = kl_vector_from(impurities, impurity, steps, error);
        if (status != KL_OK)
            kl_value_release(*alphas);
    }
    kl_task_end(&p.memory);
    return status;
}
