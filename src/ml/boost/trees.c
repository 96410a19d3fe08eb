/* src/ml/boost/trees.c - packed trees: making them, walking them. */
#include "hist.h"

#include "parallel.h"

#include <math.h>

/* ---- making ---------------------------------------------------------------------------------------------- */

void kl_hist_trees_end(kl_hist_trees *trees)
{
    kl_free(trees->nodes);
    kl_free(trees->sets);
    kl_free(trees->starts);
    *trees = (kl_hist_trees){0};
}

/* Room for `more` items behind `count`. */
static kl_status make_room(void **items, size_t *capacity, size_t count, size_t more, size_t size, kl_error *error)
{
    if (count + more <= *capacity)
        return KL_OK;
    size_t wanted = KL_MAX(2 * *capacity, 256), bytes;
    if (__builtin_mul_overflow(wanted, size, &bytes))
        return kl_error_no_memory(error);
    void *moved = kl_realloc(*items, bytes);
    if (!moved)
        return kl_error_no_memory(error);
    *items = moved;
    *capacity = wanted;
    return KL_OK;
}

kl_status kl_hist_trees_begin(kl_hist_trees *trees, kl_error *error)
{
    void *starts = trees->starts, *nodes = trees->nodes;
    kl_status status = make_room(&starts, &trees->tree_capacity, trees->trees, 1, sizeof *trees->starts, error);
    trees->starts = starts;
    KL_TRY(status);
    status = make_room(&nodes, &trees->capacity, trees->count, 1, sizeof *trees->nodes, error);
    trees->nodes = nodes;
    KL_TRY(status);
    trees->starts[trees->trees++] = (int64_t)trees->count;
    trees->nodes[trees->count++] = (kl_hist_node){.link = KL_HIST_LEAF};
    return KL_OK;
}

kl_status kl_hist_trees_split(size_t *left, kl_hist_trees *trees, kl_error *error)
{
    void *nodes = trees->nodes;
    kl_status status = make_room(&nodes, &trees->capacity, trees->count, 2, sizeof *trees->nodes, error);
    trees->nodes = nodes;
    KL_TRY(status);
    *left = trees->count - (size_t)trees->starts[trees->trees - 1];
    trees->nodes[trees->count++] = (kl_hist_node){.link = KL_HIST_LEAF};
    trees->nodes[trees->count++] = (kl_hist_node){.link = KL_HIST_LEAF};
    return KL_OK;
}

kl_status kl_hist_trees_set(size_t *out, kl_hist_trees *trees, const kl_bin_set *set, kl_error *error)
{
    void *sets = trees->sets;
    kl_status status = make_room(&sets, &trees->set_capacity, trees->set_count, 1, sizeof *trees->sets, error);
    trees->sets = sets;
    KL_TRY(status);
    *out = trees->set_count;
    trees->sets[trees->set_count++] = *set;
    return KL_OK;
}

/* ---- walking --------------------------------------------------------------------------------------------- */

enum { BLOCK = 128 };

typedef struct walking {
    const kl_hist_walk *walk;
    double *out;
    size_t stride, first, last, step;
    const kl_matrix *x;
} walking;

/* Whether a category goes right. */
static bool category_right(const kl_hist_walk *walk, kl_hist_node node, double x)
{
    size_t feature = kl_hist_feature(node);
    size_t begin = (size_t)walk->category_starts[feature], count = (size_t)walk->category_starts[feature + 1] - begin;
    size_t bin = isnan(x) ? count : kl_hist_category(x, walk->categories + begin, count, count);
    const kl_bin_set *set = walk->sets + (size_t)node.number;
    if (bin == count)
        return !(node.link & KL_HIST_MISSING_LEFT);
    return !(set->bits[bin / 64] >> (bin % 64) & 1);
}

static double answer(const kl_hist_walk *walk, const kl_hist_node *nodes, const double *row)
{
    kl_hist_node node = nodes[0];
    while (!(node.link & KL_HIST_LEAF)) {
        double x = row[kl_hist_feature(node)];
        bool right = !(x <= node.number);
        if (node.link & KL_HIST_CATEGORY)
            right = category_right(walk, node, x);
        else if (isnan(x))
            right = !(node.link & KL_HIST_MISSING_LEFT);
        node = nodes[(node.link & KL_HIST_LEFT) + right];
    }
    return node.number;
}

static void walk_body(const walking *w, size_t begin, size_t end)
{
    for (size_t t = w->first; t < w->last; t += w->step) {
        const kl_hist_node *nodes = w->walk->nodes + w->walk->starts[t];
        for (size_t i = begin; i < end; i++)
            w->out[i * w->stride] += answer(w->walk, nodes, kl_row(w->x, i));
    }
}

static kl_status walk_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)block;
    (void)error;
    walk_body(data, begin, end);
    return KL_OK;
}

void kl_hist_add(double *out, size_t stride, const kl_hist_walk *walk, size_t first, size_t last, size_t step,
                 const kl_matrix *x)
{
    walking w = {.walk = walk, .out = out, .stride = stride, .first = first, .last = last, .step = step, .x = x};
    kl_parallel_all(x->rows, BLOCK, walk_block, &w);
}
