/* src/ml/decomposition/tsne_tree.c - forces between all points of a map, far ones taken together.
 *
 * Barnes and Hut (1986), van der Maaten, Accelerating t-SNE using tree-based algorithms (2014). Points are sorted along the
 * curve of Morton, where every cell of the tree is a range. Cells lie in the order of a walk in depth, each with the
 * number of the one to go on with when it is not opened: a walk needs no stack.
 */
#include "tsne.h"

#include "../kernels.h"
#include "parallel.h"

#include <math.h>

enum { LEAF = 8, BLOCK = 128, DIMS_MAX = 3 };

typedef struct cell {
    double center[DIMS_MAX]; /* mean of its points */
    double width;            /* squared side, divided by the squared angle */
    double count;
    uint32_t first, end;     /* its points, in order */
    uint32_t skip;           /* the cell after all that are within it */
    bool is_leaf;
} cell;

struct kl_tsne_tree {
    size_t n, dims, bits, cells, cells_max;
    double angle;
    cell *cell;
    uint64_t *keys, *spare_keys;
    uint32_t *order, *spare_order;
    double *points;   /* n x dims, in order */
    double *repulsion; /* n x dims, in order */
    double *sums;     /* of each block */
    double low[DIMS_MAX], side;
    /* of one gradient */
    const double *y;
    double *gradient;
    const kl_tsne_affinity *p;
    double degrees, sum;
    bool with_divergence;
};

kl_status kl_tsne_tree_new(kl_tsne_tree **out, size_t n, size_t dims, double angle, kl_task *task, kl_error *error)
{
    kl_tsne_tree *t;
    KL_TAKE(t, task, 1, error);
    t->n = n;
    t->dims = dims;
    t->angle = angle;
    t->bits = dims == 1 ? 32 : dims == 2 ? 31 : 21;
    t->cells_max = 1024;
    KL_TAKE_RAW(t->keys, task, n, error);
    KL_TAKE_RAW(t->spare_keys, task, n, error);
    KL_TAKE_RAW(t->order, task, n, error);
    KL_TAKE_RAW(t->spare_order, task, n, error);
    KL_TAKE_RAW(t->points, task, n * dims, error);
    KL_TAKE_RAW(t->repulsion, task, n * dims, error);
    KL_TAKE_RAW(t->sums, task, kl_parallel_blocks(n, BLOCK), error);
    /* A cell that is opened has at least two below it or one with as many points; chains are cut in build(). */
    t->cells_max = 2 * n + 2;
    KL_TAKE_RAW(t->cell, task, t->cells_max, error);
    *out = t;
    return KL_OK;
}

/* ---- the curve -------------------------------------------------------------------------------------------------- */

static void find_bounds(kl_tsne_tree *t)
{
    double high[DIMS_MAX];
    kl_kernels()->column_range(t->low, high, t->y, t->n, t->dims);
    t->side = 0;
    for (size_t j = 0; j < t->dims; j++)
        t->side = fmax(t->side, high[j] - t->low[j]);
    t->side = t->side > 0 ? t->side * (1 + 1e-9) : 1;
}

static void make_keys(kl_tsne_tree *t)
{
    double scale = (double)(UINT64_C(1) << t->bits) / t->side;
    uint64_t last = (UINT64_C(1) << t->bits) - 1;
    for (size_t i = 0; i < t->n; i++) {
        uint64_t parts[DIMS_MAX] = {0}, key = 0;
        for (size_t j = 0; j < t->dims; j++) {
            double at = (t->y[i * t->dims + j] - t->low[j]) * scale;
            parts[j] = at >= (double)last ? last : at > 0 ? (uint64_t)at : 0;
        }
        for (size_t b = t->bits; b-- > 0;)
            for (size_t j = 0; j < t->dims; j++)
                key = key << 1 | (parts[j] >> b & 1);
        t->keys[i] = key;
        t->order[i] = (uint32_t)i;
    }
}

static void sort_keys(kl_tsne_tree *t)
{
    for (size_t shift = 0; shift < t->bits * t->dims; shift += 11) {
        size_t starts[2049] = {0};
        for (size_t i = 0; i < t->n; i++)
            starts[(t->keys[i] >> shift & 2047) + 1]++;
        for (size_t b = 0; b < 2048; b++)
            starts[b + 1] += starts[b];
        for (size_t i = 0; i < t->n; i++) {
            size_t to = starts[t->keys[i] >> shift & 2047]++;
            t->spare_keys[to] = t->keys[i];
            t->spare_order[to] = t->order[i];
        }
        uint64_t *keys = t->keys;
        uint32_t *order = t->order;
        t->keys = t->spare_keys;
        t->spare_keys = keys;
        t->order = t->spare_order;
        t->spare_order = order;
    }
    for (size_t i = 0; i < t->n; i++)
        for (size_t j = 0; j < t->dims; j++)
            t->points[i * t->dims + j] = t->y[t->order[i] * t->dims + j];
}

/* ---- cells ------------------------------------------------------------------------------------------------------ */

/* The first of points [first, end) whose key is at least `key`. */
static size_t key_position(const kl_tsne_tree *t, size_t first, size_t end, uint64_t key)
{
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if (t->keys[middle] < key)
            first = middle + 1;
        else
            end = middle;
    }
    return first;
}

/* Levels that all points of a range share below `level`: cells with one cell in them are left out. */
static size_t deepest(const kl_tsne_tree *t, size_t first, size_t end, size_t level)
{
    uint64_t differ = t->keys[first] ^ t->keys[end - 1];
    while (level < t->bits && !(differ >> (t->bits - level - 1) * t->dims))
        level++;
    return level;
}

static size_t add_cell(kl_tsne_tree *t, size_t first, size_t end, size_t level)
{
    cell *c = &t->cell[t->cells];
    double side = ldexp(t->side, -(int)level) / (t->angle > 0 ? t->angle : 1e-300);
    *c = (cell){.width = side * side, .count = (double)(end - first), .first = (uint32_t)first, .end = (uint32_t)end,
                .is_leaf = end - first <= LEAF || level >= t->bits};
    for (size_t i = first; i < end; i++)
        for (size_t j = 0; j < t->dims; j++)
            c->center[j] += t->points[i * t->dims + j];
    for (size_t j = 0; j < t->dims; j++)
        c->center[j] /= c->count;
    return t->cells++;
}

typedef struct open_cell {
    size_t cell, at, level; /* points from `at` are still to be put into cells */
} open_cell;

/* All cells, in the order of a walk in depth. */
static void build(kl_tsne_tree *t)
{
    open_cell open[64];
    size_t depth = 0;
    t->cells = 0;
    open[0] = (open_cell){add_cell(t, 0, t->n, deepest(t, 0, t->n, 0)), 0, deepest(t, 0, t->n, 0)};
    depth = 1;
    while (depth > 0) {
        open_cell *o = &open[depth - 1];
        const cell *c = &t->cell[o->cell];
        if (c->is_leaf || o->at == c->end) {
            t->cell[o->cell].skip = (uint32_t)t->cells;
            depth--;
            continue;
        }
        size_t shift = (t->bits - o->level - 1) * t->dims;
        size_t first = o->at, end = key_position(t, first, c->end, ((t->keys[first] >> shift) + 1) << shift);
        size_t level = end - first > 1 ? deepest(t, first, end, o->level + 1) : o->level + 1;
        o->at = end;
        open[depth++] = (open_cell){add_cell(t, first, end, level), first, level};
    }
}

/* ---- forces ----------------------------------------------------------------------------------------------------- */

/* What pushes point i of the order away from all others; returns the sum of the weights. */
static double push(const kl_tsne_tree *t, size_t i, double *force)
{
    const double *point = t->points + i * t->dims;
    double sum = 0;
    bool plain = t->degrees == 1;
    double power = (t->degrees + 1) / 2;
    for (size_t at = 0; at < t->cells;) {
        const cell *c = &t->cell[at];
        double distance = 0, gap[DIMS_MAX] = {0};
        for (size_t j = 0; j < t->dims; j++) {
            gap[j] = point[j] - c->center[j];
            distance += gap[j] * gap[j];
        }
        if (c->width < distance) {
            double inverse = 1 / (1 + distance / t->degrees), weight = plain ? inverse : pow(inverse, power);
            sum += c->count * weight;
            for (size_t j = 0; j < t->dims; j++)
                force[j] += c->count * weight * inverse * gap[j];
            at = c->skip;
            continue;
        }
        at++;
        for (size_t other = c->first; c->is_leaf && other < c->end; other++) {
            distance = 0;
            if (other == i)
                continue;
            for (size_t j = 0; j < t->dims; j++) {
                gap[j] = point[j] - t->points[other * t->dims + j];
                distance += gap[j] * gap[j];
            }
            double inverse = 1 / (1 + distance / t->degrees), weight = plain ? inverse : pow(inverse, power);
            sum += weight;
            for (size_t j = 0; j < t->dims; j++)
                force[j] += weight * inverse * gap[j];
        }
    }
    return sum;
}

static kl_status push_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    kl_tsne_tree *t = data;
    double sum = 0;
    (void)error;
    for (size_t i = begin; i < end; i++) {
        double *force = t->repulsion + i * t->dims;
        memset(force, 0, t->dims * sizeof *force);
        sum += push(t, i, force);
    }
    t->sums[block] = sum;
    return KL_OK;
}

/* What pulls the point towards its neighbours, less what pushes it: the gradient. */
static kl_status pull_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    kl_tsne_tree *t = data;
    double divergence = 0, factor = 2 * (t->degrees + 1) / t->degrees, power = (t->degrees + 1) / 2;
    (void)error;
    for (size_t at = begin; at < end; at++) {
        size_t i = t->order[at];
        const double *point = t->points + at * t->dims;
        double pulled[DIMS_MAX] = {0}, gap[DIMS_MAX] = {0};
        for (int64_t e = t->p->starts[i]; e < t->p->starts[i + 1]; e++) {
            const double *other = t->y + (size_t)t->p->others[e] * t->dims;
            double distance = 0;
            for (size_t j = 0; j < t->dims; j++) {
                gap[j] = point[j] - other[j];
                distance += gap[j] * gap[j];
            }
            double inverse = 1 / (1 + distance / t->degrees), p = t->p->values[e];
            for (size_t j = 0; j < t->dims; j++)
                pulled[j] += p * inverse * gap[j];
            if (t->with_divergence) {
                double q = (t->degrees == 1 ? inverse : pow(inverse, power)) / t->sum;
                divergence += p * log(fmax(p, 1e-300) / fmax(q, 1e-300));
            }
        }
        for (size_t j = 0; j < t->dims; j++)
            t->gradient[i * t->dims + j] = factor * (pulled[j] - t->repulsion[at * t->dims + j] / t->sum);
    }
    t->sums[block] = divergence;
    return KL_OK;
}

kl_status kl_tsne_tree_gradient(kl_tsne_tree *t, double *gradient, double *divergence, const double *y,
                                const kl_tsne_affinity *p, double degrees, kl_error *error)
{
    size_t blocks = kl_parallel_blocks(t->n, BLOCK);
    t->y = y;
    t->gradient = gradient;
    t->p = p;
    t->degrees = degrees;
    t->with_divergence = divergence != NULL;
    find_bounds(t);
    make_keys(t);
    sort_keys(t);
    build(t);
    KL_TRY(kl_parallel_for(t->n, BLOCK, push_block, t, error));
    t->sum = 0;
    for (size_t b = 0; b < blocks; b++)
        t->sum += t->sums[b];
    t->sum = fmax(t->sum, 2.220446049250313e-16);
    KL_TRY(kl_parallel_for(t->n, BLOCK, pull_block, t, error));
    for (size_t b = 0; b < blocks && divergence; b++)
        *divergence = (b ? *divergence : 0) + t->sums[b];
    return KL_OK;
}
