/* src/ml/neighbors/tree.c - the tree of an index, of boxes or balls: see index.h. */
#include "index_parts.h"
#include "../kernels.h"
#include "../linalg.h"
#include "parallel.h"

#include <math.h>
#include <stdlib.h>

/* ---- its shape ----------------------------------------------------------------------------------- */

typedef struct range {
    size_t begin, end;
} range;

static size_t middle(range r) { return r.begin + (r.end - r.begin) / 2; }

size_t kl_neighbor_levels(size_t n, size_t leaf)
{
    size_t levels = 0;
    leaf = KL_MIN(KL_MAX(leaf, 8), KL_LEAF_MAX);
    while (n > leaf) {
        n = n / 2 + n % 2;
        levels++;
    }
    return levels;
}

/* Rows of node `at` of a level, counted from the left. */
static range range_of(size_t n, size_t level, size_t at)
{
    range r = {0, n};
    while (level-- > 0) {
        if (at >> level & 1)
            r.begin = middle(r);
        else
            r.end = middle(r);
    }
    return r;
}

/* ---- building ------------------------------------------------------------------------------------ */

typedef struct item {
    double key;
    int64_t row;
} item;

typedef struct building {
    int64_t *order;
    double *points, *boxes;
    item *items;
    const kl_neighbor_index *index;
    const double *x;
    size_t n, d, level, levels;
} building;

static bool before(item a, item b) { return a.key < b.key || (a.key == b.key && a.row < b.row); }

static int compare(const void *a, const void *b)
{
    return before(*(const item *)a, *(const item *)b) ? -1 : before(*(const item *)b, *(const item *)a);
}

static void swap(item *a, item *b)
{
    item kept = *a;
    *a = *b;
    *b = kept;
}

/* The median of three in the middle parts the items (all differ); gives its place. */
static size_t part(item *items, size_t n)
{
    item *a = items, *m = items + n / 2, *z = items + n - 1;
    if (before(*m, *a))
        swap(m, a);
    if (before(*z, *a))
        swap(z, a);
    if (before(*z, *m))
        swap(z, m);
    swap(m, z);
    size_t low = 0;
    for (size_t i = 0; i + 1 < n; i++)
        if (before(items[i], *z))
            swap(&items[low++], &items[i]);
    swap(&items[low], z);
    return low;
}

/* Put item number k of the order in its place, lower ones before it. What parts badly is sorted. */
static void select_item(item *items, size_t n, size_t k)
{
    for (size_t tries = 0; n > 2 && tries < 64; tries++) {
        size_t at = part(items, n);
        if (at == k)
            return;
        if (k < at) {
            n = at;
        } else {
            items += at + 1;
            n -= at + 1;
            k -= at + 1;
        }
    }
    if (n > 1)
        qsort(items, n, sizeof *items, compare);
}

static void surround(double *box, const building *b, range r)
{
    for (size_t j = 0; j < b->d; j++) {
        box[j] = INFINITY;
        box[b->d + j] = -INFINITY;
    }
    for (size_t i = r.begin; i < r.end; i++) {
        const double *row = b->x + (size_t)b->order[i] * b->d;
        for (size_t j = 0; j < b->d; j++) {
            box[j] = KL_MIN(box[j], row[j]);
            box[b->d + j] = KL_MAX(box[b->d + j], row[j]);
        }
    }
}

static void halve(const building *b, const double *box, range r)
{
    size_t widest = 0;
    for (size_t j = 1; j < b->d; j++)
        if (box[b->d + j] - box[j] > box[b->d + widest] - box[widest])
            widest = j;
    for (size_t i = r.begin; i < r.end; i++)
        b->items[i] = (item){b->x[(size_t)b->order[i] * b->d + widest], b->order[i]};
    select_item(b->items + r.begin, r.end - r.begin, middle(r) - r.begin);
    for (size_t i = r.begin; i < r.end; i++)
        b->order[i] = b->items[i].row;
}

static double distance(const kl_neighbor_index *index, const double *a, const double *b)
{
    double reduced;
    if (index->metric == KL_METRIC_EUCLIDEAN)
        return sqrt(kl_kernels()->squared_distance(a, b, index->d));
    kl_column_distances(&reduced, a, 1, 1, b, index->d, index->metric, index->p);
    return kl_distance_of(index, reduced);
}

/* The mean of the rows, and how far from it they lie, in place of their box. */
static void make_ball(double *ball, const building *b, range r)
{
    size_t d = b->d, count = r.end - r.begin;
    double radius = 0;
    memset(ball, 0, 2 * d * sizeof *ball);
    for (size_t i = r.begin; i < r.end; i++)
        kl_axpy(1 / (double)count, b->x + (size_t)b->order[i] * d, ball, d);
    for (size_t i = r.begin; i < r.end; i++)
        radius = KL_MAX(radius, distance(b->index, b->x + (size_t)b->order[i] * d, ball));
    ball[d] = radius;
}

static int by_number(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return left < right ? -1 : left > right;
}

static void fill_leaf(const building *b, range r)
{
    size_t count = r.end - r.begin;
    double *to = b->points + r.begin * b->d;
    if (count > 0)
        qsort(b->order + r.begin, count, sizeof *b->order, by_number);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < b->d; j++)
            to[j * count + i] = b->x[(size_t)b->order[r.begin + i] * b->d + j];
}

static kl_status build_nodes(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)block, (void)error;
    const building *b = data;
    for (size_t at = begin; at < end; at++) {
        range r = range_of(b->n, b->level, at);
        double *box = b->boxes + (((size_t)1 << b->level) - 1 + at) * 2 * b->d;
        surround(box, b, r);
        if (b->level < b->levels)
            halve(b, box, r);
        else
            fill_leaf(b, r);
        if (b->index->is_balls)
            make_ball(box, b, r);
    }
    return KL_OK;
}

kl_status kl_neighbor_tree_fill(int64_t *order, double *points, double *boxes, const kl_neighbor_index *index,
                                size_t levels, kl_task *task, kl_error *error)
{
    building b = {.order = order, .points = points, .boxes = boxes, .index = index, .x = index->x, .n = index->n,
                  .d = index->d, .levels = levels};
    KL_TAKE_RAW(b.items, task, index->n, error);
    for (size_t i = 0; i < index->n; i++)
        order[i] = (int64_t)i;
    for (b.level = 0; b.level <= levels; b.level++) {
        size_t nodes = (size_t)1 << b.level, rows = index->n / nodes + 1;
        KL_TRY(kl_parallel_for(nodes, 4096 / rows + 1, build_nodes, &b, error));
    }
    kl_task_free(task, b.items);
    return KL_OK;
}

/* ---- searching ----------------------------------------------------------------------------------- */

/* As the two below, by the triangle inequality; more than sums and roots of many columns round is allowed for. */
static const double slack = 1e-9;

static double least_of_ball(const kl_neighbor_index *index, const double *q, size_t node)
{
    const double *ball = index->boxes + node * 2 * index->d;
    double middle = distance(index, ball, q), gap = middle - ball[index->d] - slack * middle;
    return gap > 0 ? kl_reduced_of(index, gap) : 0;
}

static double greatest_of_ball(const kl_neighbor_index *index, const double *q, size_t node)
{
    const double *ball = index->boxes + node * 2 * index->d;
    return kl_reduced_of(index, (distance(index, ball, q) + ball[index->d]) * (1 + slack));
}

/* The least reduced distance that a row in the box can have. Each step rounds as that of the distance does, so it is
 * never above one that is computed. */
static double least(const kl_neighbor_index *index, const double *q, size_t node)
{
    if (index->is_balls)
        return least_of_ball(index, q, node);
    size_t d = index->d;
    const double *low = index->boxes + node * 2 * d, *high = low + d;
    double sum = 0;
    for (size_t j = 0; j < d; j++) {
        double gap = KL_MAX(KL_MAX(low[j] - q[j], q[j] - high[j]), 0.0);
        switch (index->metric) {
        case KL_METRIC_CHEBYSHEV: sum = KL_MAX(sum, gap); break;
        case KL_METRIC_MANHATTAN: sum += gap; break;
        case KL_METRIC_MINKOWSKI: sum += pow(gap, index->p); break;
        default: sum += gap * gap; break;
        }
    }
    return sum;
}

/* The greatest reduced distance that a row in the box can have; likewise never below one that is computed. */
static double greatest(const kl_neighbor_index *index, const double *q, size_t node)
{
    if (index->is_balls)
        return greatest_of_ball(index, q, node);
    size_t d = index->d;
    const double *low = index->boxes + node * 2 * d, *high = low + d;
    double sum = 0;
    for (size_t j = 0; j < d; j++) {
        double gap = KL_MAX(fabs(q[j] - low[j]), fabs(high[j] - q[j]));
        switch (index->metric) {
        case KL_METRIC_CHEBYSHEV: sum = KL_MAX(sum, gap); break;
        case KL_METRIC_MANHATTAN: sum += gap; break;
        case KL_METRIC_MINKOWSKI: sum += pow(gap, index->p); break;
        default: sum += gap * gap; break;
        }
    }
    return sum;
}

void kl_column_distances(double *restrict out, const double *columns, size_t stride, size_t count, const double *q,
                         size_t d, kl_metric metric, double p)
{
    memset(out, 0, count * sizeof *out);
    for (size_t j = 0; j < d; j++) {
        const double *restrict column = columns + j * stride;
        double at = q[j];
        switch (metric) {
        case KL_METRIC_CHEBYSHEV:
            for (size_t i = 0; i < count; i++)
                out[i] = KL_MAX(out[i], fabs(column[i] - at));
            break;
        case KL_METRIC_MANHATTAN:
            for (size_t i = 0; i < count; i++)
                out[i] += fabs(column[i] - at);
            break;
        case KL_METRIC_MINKOWSKI:
            for (size_t i = 0; i < count; i++)
                out[i] += pow(fabs(column[i] - at), p);
            break;
        default:
            for (size_t i = 0; i < count; i++)
                out[i] += (column[i] - at) * (column[i] - at);
            break;
        }
    }
}

static void search_leaf(kl_neighbor_sink *sink, const kl_neighbor_index *index, const double *q, range r)
{
    double distances[KL_LEAF_MAX];
    kl_column_distances(distances, index->points + r.begin * index->d, r.end - r.begin, r.end - r.begin, q, index->d,
                        index->metric, index->p);
    for (size_t i = 0; i < r.end - r.begin; i++) {
        int64_t row = index->order[r.begin + i];
        if (distances[i] <= sink->bound && row != sink->own)
            sink->take(sink, distances[i], row);
    }
}

typedef struct visit {
    double least;
    size_t node;
    range rows;
} visit;

void kl_tree_search(kl_neighbor_sink *sink, const kl_neighbor_index *index, const double *q)
{
    visit stack[KL_TREE_LEVELS_MAX + 2] = {{0, 0, {0, index->n}}};
    size_t depth = 1, leaves = ((size_t)1 << index->levels) - 1;
    while (depth > 0) {
        visit at = stack[--depth];
        if (at.least > sink->bound)
            continue;
        if (sink->take_rows && greatest(index, q, at.node) <= sink->bound) {
            sink->take_rows(sink, index->order + at.rows.begin, at.rows.end - at.rows.begin);
            continue;
        }
        if (at.node >= leaves) {
            search_leaf(sink, index, q, at.rows);
            continue;
        }
        size_t cut = middle(at.rows), left = 2 * at.node + 1;
        visit a = {least(index, q, left), left, {at.rows.begin, cut}};
        visit b = {least(index, q, left + 1), left + 1, {cut, at.rows.end}};
        bool left_first = a.least <= b.least;
        stack[depth++] = left_first ? b : a;
        stack[depth++] = left_first ? a : b;
    }
}
