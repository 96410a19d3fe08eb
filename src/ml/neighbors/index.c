/* src/ml/neighbors/index.c - searches of many rows, and rows that are compared with all: see index.h. */
#include "index_parts.h"
#include "ml/kernels.h"
#include "ml/linalg.h"
#include "parallel.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

enum { TREE_COLUMNS = 15, LEAF = 32, QUERIES = 64 };

double kl_reduced_of(const kl_neighbor_index *index, double distance)
{
    if (index->metric == KL_METRIC_EUCLIDEAN)
        return distance * distance;
    return index->metric == KL_METRIC_MINKOWSKI ? pow(distance, index->p) : distance;
}

double kl_distance_of(const kl_neighbor_index *index, double reduced)
{
    if (index->metric == KL_METRIC_EUCLIDEAN)
        return sqrt(reduced);
    return index->metric == KL_METRIC_MINKOWSKI ? pow(reduced, 1 / index->p) : reduced;
}

bool kl_neighbor_wants_tree(size_t d, kl_metric metric)
{
    return d > 0 && d <= TREE_COLUMNS && metric != KL_METRIC_COSINE;
}

kl_status kl_neighbor_index_begin(kl_neighbor_index *out, const double *x, size_t n, size_t d, kl_metric metric,
                                  double p, kl_neighbor_way way, size_t leaf, kl_task *task, kl_error *error)
{
    *out = (kl_neighbor_index){.x = x, .n = n, .d = d, .metric = metric, .p = p};
    out->is_balls = kl_neighbor_has_balls(way, metric, p);
    if (way == KL_NEAR_BRUTE) {
        double *squares;
        KL_TAKE_RAW(squares, task, n, error);
        kl_kernels()->row_square_sums(squares, x, n, d);
        out->squares = squares;
        return KL_OK;
    }
    int64_t *order;
    double *points, *boxes;
    out->levels = kl_neighbor_levels(n, leaf);
    KL_TAKE_RAW(order, task, n, error);
    KL_TAKE_RAW(points, task, n * d, error);
    KL_TAKE_RAW(boxes, task, (((size_t)2 << out->levels) - 1) * 2 * d, error);
    KL_TRY(kl_neighbor_tree_fill(order, points, boxes, out, out->levels, task, error));
    out->order = order;
    out->points = points;
    out->boxes = boxes;
    return KL_OK;
}

kl_status kl_neighbor_index_make(kl_neighbor_index *out, const double *x, size_t n, size_t d, kl_metric metric,
                                 double p, kl_task *task, kl_error *error)
{
    kl_neighbor_way way = kl_neighbor_wants_tree(d, metric) ? KL_NEAR_BOXES : KL_NEAR_BRUTE;
    return kl_neighbor_index_begin(out, x, n, d, metric, p, way, LEAF, task, error);
}

/* ---- all rows ------------------------------------------------------------------------------------ */

static double reduced(const kl_neighbor_index *index, const double *q, double q_square, size_t row)
{
    const kl_kernel_table *kernels = kl_kernels();
    const double *x = index->x + row * index->d;
    double sum = 0;
    switch (index->metric) {
    case KL_METRIC_EUCLIDEAN: return kernels->squared_distance(q, x, index->d);
    case KL_METRIC_MANHATTAN: return kernels->manhattan(q, x, index->d);
    case KL_METRIC_CHEBYSHEV: return kernels->chebyshev(q, x, index->d);
    case KL_METRIC_COSINE:
        if (q_square == 0 || index->squares[row] == 0)
            return 1;
        sum = 1 - kernels->dot(q, x, index->d) / (sqrt(q_square) * sqrt(index->squares[row]));
        return KL_MIN(KL_MAX(sum, 0.0), 2.0);
    case KL_METRIC_MINKOWSKI:
        for (size_t j = 0; j < index->d; j++)
            sum += pow(fabs(q[j] - x[j]), index->p);
        return sum;
    }
    return NAN;
}

static void offer(kl_neighbor_sink *sink, double distance, size_t row)
{
    if (distance <= sink->bound && (int64_t)row != sink->own)
        sink->take(sink, distance, (int64_t)row);
}

/* Rows that are near enough whatever their distance is, which nobody asks for. */
static void take_sure(kl_neighbor_sink *sink, uint64_t sure, size_t from)
{
    int64_t rows[64];
    size_t count = 0;
    for (; sure; sure &= sure - 1)
        rows[count++] = (int64_t)(from + (size_t)__builtin_ctzll(sure));
    sink->take_rows(sink, rows, count);
}

/* Rows that a product shows to be possibly near are computed by themselves: its rounding is allowed for. */
static void offer_near(kl_neighbor_sink *sink, const kl_neighbor_index *index, const double *q, double q_square,
                       const double *products, size_t from, size_t count)
{
    enum { STEP = 64 };
    const kl_kernel_table *kernels = kl_kernels();
    double slack = 4 * ((double)index->d + 4) * DBL_EPSILON;
    for (size_t begin = 0; begin < count; begin += STEP) {
        kl_near near = kernels->near_rows(products + begin, index->squares + from + begin, q_square, slack, sink->bound,
                                          KL_MIN((size_t)STEP, count - begin));
        if (near.sure && sink->take_rows && sink->own < 0) {
            take_sure(sink, near.sure, from + begin);
            near.maybe &= ~near.sure;
        }
        for (; near.maybe; near.maybe &= near.maybe - 1) {
            size_t row = from + begin + (size_t)__builtin_ctzll(near.maybe);
            offer(sink, reduced(index, q, q_square, row), row);
        }
    }
}

void kl_brute_search(kl_neighbor_sink **sinks, const kl_neighbor_index *index, const double *q, size_t count,
                     double *products)
{
    double squares[KL_BRUTE_QUERIES];
    size_t d = index->d;
    kl_kernels()->row_square_sums(squares, q, count, d);
    for (size_t from = 0; from < index->n; from += KL_BRUTE_ROWS) {
        size_t rows = KL_MIN((size_t)KL_BRUTE_ROWS, index->n - from);
        if (index->metric == KL_METRIC_EUCLIDEAN)
            kl_gemm(false, true, count, rows, d, 1, q, d, index->x + from * d, d, 0, products, rows);
        for (size_t i = 0; i < count; i++) {
            if (index->metric == KL_METRIC_EUCLIDEAN)
                offer_near(sinks[i], index, q + i * d, squares[i], products + i * rows, from, rows);
            else
                for (size_t j = 0; j < rows; j++)
                    offer(sinks[i], reduced(index, q + i * d, squares[i], from + j), from + j);
        }
    }
}

/* ---- the nearest --------------------------------------------------------------------------------- */

/* The k best so far as a heap, the worst on top; it lies where the answer does. */
typedef struct heap {
    kl_neighbor_sink sink;
    double *distances;
    int64_t *rows;
    size_t count, k;
} heap;

static bool worse(double a, int64_t row, double b, int64_t other)
{
    return a > b || (a == b && row > other);
}

static void sink_down(heap *h, size_t at, size_t count, double distance, int64_t row)
{
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= count)
            break;
        if (child + 1 < count &&
            worse(h->distances[child + 1], h->rows[child + 1], h->distances[child], h->rows[child]))
            child++;
        if (!worse(h->distances[child], h->rows[child], distance, row))
            break;
        h->distances[at] = h->distances[child];
        h->rows[at] = h->rows[child];
        at = child;
    }
    h->distances[at] = distance;
    h->rows[at] = row;
}

static void rise(heap *h, double distance, int64_t row)
{
    size_t at = h->count++;
    while (at > 0 && worse(distance, row, h->distances[(at - 1) / 2], h->rows[(at - 1) / 2])) {
        h->distances[at] = h->distances[(at - 1) / 2];
        h->rows[at] = h->rows[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    h->distances[at] = distance;
    h->rows[at] = row;
}

static void take_best(kl_neighbor_sink *sink, double distance, int64_t row)
{
    heap *h = (heap *)sink;
    if (h->count < h->k)
        rise(h, distance, row);
    else if (worse(h->distances[0], h->rows[0], distance, row))
        sink_down(h, 0, h->k, distance, row);
    if (h->count == h->k)
        sink->bound = h->distances[0];
}

/* What was not found, as distances were NaN or boxes not those of the rows, is the first row, infinitely far. */
static void fill_heap(heap *h)
{
    for (; h->count < h->k; h->count++) {
        h->distances[h->count] = INFINITY;
        h->rows[h->count] = 0;
    }
}

static void sort_heap(heap *h)
{
    for (size_t n = h->count; n > 1; n--) {
        double distance = h->distances[n - 1];
        int64_t row = h->rows[n - 1];
        h->distances[n - 1] = h->distances[0];
        h->rows[n - 1] = h->rows[0];
        sink_down(h, 0, n - 1, distance, row);
    }
}

/* ---- within a radius ----------------------------------------------------------------------------- */

/* What one query found; memory of its own, for it is filled by any thread. */
typedef struct found {
    double *distances; /* NULL when nobody asks for them */
    int64_t *rows;
    size_t count, room;
    bool failed;
} found;

typedef struct collector {
    kl_neighbor_sink sink;
    found *found;
    bool with_distances;
} collector;

static bool has_room(found *f, size_t more, bool with_distances)
{
    if (f->count + more <= f->room)
        return true;
    size_t room = KL_MAX(2 * f->room, f->count + more + 16);
    int64_t *rows = f->failed ? NULL : kl_realloc(f->rows, room * sizeof *rows);
    if (rows)
        f->rows = rows;
    double *distances = rows && with_distances ? kl_realloc(f->distances, room * sizeof *distances) : NULL;
    if (distances)
        f->distances = distances;
    f->failed = !rows || (with_distances && !distances);
    if (!f->failed)
        f->room = room;
    return !f->failed;
}

static void take_all(kl_neighbor_sink *sink, double distance, int64_t row)
{
    collector *c = (collector *)sink;
    found *f = c->found;
    if (!has_room(f, 1, c->with_distances))
        return;
    if (c->with_distances)
        f->distances[f->count] = distance;
    f->rows[f->count++] = row;
}

static void take_rows(kl_neighbor_sink *sink, const int64_t *rows, size_t count)
{
    found *f = ((collector *)sink)->found;
    if (!has_room(f, count, false))
        return;
    memcpy(f->rows + f->count, rows, count * sizeof *rows);
    f->count += count;
}

typedef struct neighbor {
    double distance;
    int64_t row;
} neighbor;

static int nearer(const void *a, const void *b)
{
    const neighbor *left = a, *right = b;
    return worse(right->distance, right->row, left->distance, left->row) ? -1 : 1;
}

static int lower(const void *a, const void *b)
{
    return ((const neighbor *)a)->row < ((const neighbor *)b)->row ? -1 : 1;
}

/* Many of all rows are put in order by laying them out: `spread` has n numbers, all -1 before and after. */
static void lay_out(found *f, double *spread, size_t n)
{
    size_t at = 0;
    for (size_t k = 0; k < f->count; k++)
        spread[f->rows[k]] = f->distances[k];
    for (size_t i = 0; i < n; i++)
        if (spread[i] >= 0) {
            f->rows[at] = (int64_t)i;
            f->distances[at++] = spread[i];
            spread[i] = -1;
        }
}

static void put_in_order(found *f, bool by_distance, double *spread, neighbor *room, size_t n)
{
    if (!by_distance && f->count > n / 16) {
        lay_out(f, spread, n);
        return;
    }
    for (size_t k = 0; k < f->count; k++)
        room[k] = (neighbor){f->distances[k], f->rows[k]};
    if (f->count > 1)
        qsort(room, f->count, sizeof *room, by_distance ? nearer : lower);
    for (size_t k = 0; k < f->count; k++) {
        f->distances[k] = room[k].distance;
        f->rows[k] = room[k].row;
    }
}

/* ---- many rows ----------------------------------------------------------------------------------- */

typedef struct search_job {
    const kl_neighbor_index *index;
    const double *q;
    double *products; /* for each thread */
    bool own;
    size_t k;         /* the nearest: 0 = within the bound */
    int64_t *rows;
    double *distances;
    double bound;
    uint32_t flags;
    found *found;     /* for each query */
    double *spread;   /* n numbers for each thread, -1 all */
    neighbor *room;   /* n for each thread */
} search_job;

/* Each sink at its row; of one row at a time in a tree, of all at once where all rows are compared. */
static void search_rows(const search_job *s, kl_neighbor_sink **sinks, size_t begin, size_t count)
{
    size_t d = s->index->d;
    if (!s->index->order) {
        kl_brute_search(sinks, s->index, s->q + begin * d, count,
                        s->products + kl_parallel_me() * KL_BRUTE_QUERIES * KL_BRUTE_ROWS);
        return;
    }
    for (size_t i = 0; i < count; i++)
        kl_tree_search(sinks[i], s->index, s->q + (begin + i) * d);
}

static kl_status nearest_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)block, (void)error;
    const search_job *s = data;
    heap heaps[QUERIES];
    kl_neighbor_sink *sinks[QUERIES];
    for (size_t i = begin; i < end; i++) {
        heaps[i - begin] = (heap){{take_best, INFINITY, s->own ? (int64_t)i : -1, NULL}, s->distances + i * s->k,
                                  s->rows + i * s->k, 0, s->k};
        sinks[i - begin] = &heaps[i - begin].sink;
    }
    search_rows(s, sinks, begin, end - begin);
    for (size_t i = begin; i < end; i++) {
        sort_heap(&heaps[i - begin]);
        fill_heap(&heaps[i - begin]);
        for (size_t j = 0; j < s->k; j++)
            s->distances[i * s->k + j] = kl_distance_of(s->index, s->distances[i * s->k + j]);
    }
    return KL_OK;
}

static kl_status within_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)block;
    const search_job *s = data;
    bool with_distances = !(s->flags & KL_NEIGHBORS_NO_DISTANCES), failed = false;
    size_t mine = kl_parallel_me() * s->index->n;
    collector collectors[QUERIES];
    kl_neighbor_sink *sinks[QUERIES];
    for (size_t i = begin; i < end; i++) {
        collectors[i - begin] = (collector){{take_all, s->bound, s->own ? (int64_t)i : -1,
                                             with_distances ? NULL : take_rows}, &s->found[i], with_distances};
        sinks[i - begin] = &collectors[i - begin].sink;
    }
    search_rows(s, sinks, begin, end - begin);
    for (size_t i = begin; i < end; i++) {
        found *f = &s->found[i];
        for (size_t k = 0; k < f->count && with_distances; k++)
            f->distances[k] = kl_distance_of(s->index, f->distances[k]);
        if (s->spread && !f->failed)
            put_in_order(f, s->flags & KL_NEIGHBORS_BY_DISTANCE, s->spread + mine, s->room + mine, s->index->n);
        failed |= f->failed;
    }
    return failed ? kl_error_no_memory(error) : KL_OK;
}

static kl_status make_products(search_job *s, kl_task *task, kl_error *error)
{
    if (!s->index->order)
        KL_TAKE_RAW(s->products, task, kl_parallel_threads() * KL_BRUTE_QUERIES * KL_BRUTE_ROWS, error);
    return KL_OK;
}

kl_status kl_neighbors_nearest(int64_t *rows, double *distances, const kl_neighbor_index *index, const double *q,
                               size_t m, size_t k, bool own, kl_task *task, kl_error *error)
{
    search_job s = {.index = index, .q = q, .own = own, .k = k, .rows = rows, .distances = distances};
    if (m == 0 || k == 0)
        return KL_OK;
    if (!distances)
        KL_TAKE_RAW(s.distances, task, m * k, error);
    KL_TRY(make_products(&s, task, error));
    KL_TRY(kl_parallel_for(m, QUERIES, nearest_block, &s, error));
    if (!distances)
        kl_task_free(task, s.distances);
    if (s.products)
        kl_task_free(task, s.products);
    return KL_OK;
}

static kl_status gather(kl_neighbor_lists *out, const search_job *s, size_t m, kl_task *task, kl_error *error)
{
    bool with_distances = !(s->flags & KL_NEIGHBORS_NO_DISTANCES);
    *out = (kl_neighbor_lists){0};
    KL_TAKE(out->starts, task, m + 1, error);
    for (size_t i = 0; i < m; i++)
        out->starts[i + 1] = out->starts[i] + s->found[i].count;
    KL_TAKE_RAW(out->items, task, out->starts[m] + 1, error);
    if (with_distances)
        KL_TAKE_RAW(out->distances, task, out->starts[m] + 1, error);
    for (size_t i = 0; i < m; i++) {
        const found *f = &s->found[i];
        if (f->count > 0)
            memcpy(out->items + out->starts[i], f->rows, f->count * sizeof *f->rows);
        if (f->count > 0 && with_distances)
            memcpy(out->distances + out->starts[i], f->distances, f->count * sizeof *f->distances);
    }
    return KL_OK;
}

static kl_status make_order(search_job *s, kl_task *task, kl_error *error)
{
    size_t all = kl_parallel_threads() * s->index->n;
    if (s->flags & (KL_NEIGHBORS_ANY_ORDER | KL_NEIGHBORS_NO_DISTANCES))
        return KL_OK;
    KL_TAKE_RAW(s->spread, task, all, error);
    KL_TAKE_RAW(s->room, task, all, error);
    for (size_t i = 0; i < all; i++)
        s->spread[i] = -1;
    return KL_OK;
}

kl_status kl_neighbors_within(kl_neighbor_lists *out, const kl_neighbor_index *index, const double *q, size_t m,
                              double radius, uint32_t flags, kl_task *task, kl_error *error)
{
    search_job s = {.index = index, .q = q, .own = flags & KL_NEIGHBORS_OWN, .flags = flags,
                    .bound = kl_reduced_of(index, radius)};
    KL_TAKE(s.found, task, m + 1, error);
    KL_TRY(make_products(&s, task, error));
    KL_TRY(make_order(&s, task, error));
    kl_status status = kl_parallel_for(m, QUERIES, within_block, &s, error);
    if (status == KL_OK)
        status = gather(out, &s, m, task, error);
    for (size_t i = 0; i < m; i++) {
        kl_free(s.found[i].distances);
        kl_free(s.found[i].rows);
    }
    return status;
}
