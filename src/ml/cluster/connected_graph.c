/* src/ml/cluster/connected_graph.c - which rows a graph connects: see connected.h. */
#include "connected.h"

#include "../callable.h"

#include <math.h>
#include <stdlib.h>

static double distance_of(const kl_graph *g, size_t i, size_t j)
{
    return g->given ? kl_row(g->x, i)[j] : kl_distance(kl_row(g->x, i), kl_row(g->x, j), g->x->cols, g->metric, 2);
}

static size_t root_of(size_t *parents, size_t i)
{
    while (parents[i] != i)
        i = parents[i] = parents[parents[i]];
    return i;
}

/* ---- reading ------------------------------------------------------------------------------------- */

static int by_rows(const void *one, const void *other)
{
    const kl_connection *p = one, *q = other;
    if (p->a != q->a)
        return p->a < q->a ? -1 : 1;
    return p->b < q->b ? -1 : p->b > q->b;
}

static void connect(kl_graph *g, size_t i, size_t j, double weight)
{
    if (i != j && weight != 0)
        g->edges[g->count++] = (kl_connection){KL_MAX(i, j), KL_MIN(i, j), 0};
}

/* Pairs that stand in both directions once. */
static void sort_edges(kl_graph *g)
{
    size_t kept = 0;
    qsort(g->edges, g->count, sizeof *g->edges, by_rows);
    for (size_t e = 0; e < g->count; e++)
        if (kept == 0 || by_rows(&g->edges[kept - 1], &g->edges[e]) != 0)
            g->edges[kept++] = g->edges[e];
    g->count = kept;
}

static kl_status read_edges(kl_graph *g, kl_value connectivity, kl_task *task, kl_error *error)
{
    kl_matrix m;
    size_t n = g->x->rows, room;
    KL_TRY(kl_matrix_read(&m, connectivity, "connectivity", KL_EST_SPARSE, task, error));
    if (m.rows != n || m.cols != n)
        return kl_bad_input(error, "connectivity: expected a matrix of %zu x %zu, a row and a column for each row of x, got "
                                   "%zu x %zu", n, n, m.rows, m.cols);
    room = kl_is_sparse(&m) ? (size_t)m.indptr[n] : n * n;
    KL_TAKE_RAW(g->edges, task, room + 1, error);
    for (size_t i = 0; i < n && kl_is_sparse(&m); i++)
        for (int64_t at = m.indptr[i]; at < m.indptr[i + 1]; at++)
            connect(g, i, (size_t)m.indices[at], m.values[at]);
    for (size_t i = 0; i < room && !kl_is_sparse(&m); i++)
        connect(g, i / n, i % n, m.data[i]);
    sort_edges(g);
    return KL_OK;
}

/* ---- completing ---------------------------------------------------------------------------------- */

/* The number of each row's component, in the order of their first rows; how many there are. */
static size_t number_components(size_t *of, size_t *parents, const kl_graph *g)
{
    size_t n = g->x->rows, count = 0;
    for (size_t i = 0; i < n; i++)
        parents[i] = i;
    for (size_t e = 0; e < g->count; e++) {
        size_t a = root_of(parents, g->edges[e].a), b = root_of(parents, g->edges[e].b);
        parents[KL_MAX(a, b)] = KL_MIN(a, b);
    }
    for (size_t i = 0; i < n; i++)
        of[i] = root_of(parents, i) == i ? count++ : of[root_of(parents, i)];
    return count;
}

/* For each pair of components the two rows that are nearest: count x (count - 1) / 2 connections. */
static void nearest_rows(kl_connection *best, const kl_graph *g, const size_t *of, size_t count)
{
    for (size_t p = 0; p < count * count; p++)
        best[p] = (kl_connection){0, 0, INFINITY};
    for (size_t i = 0; i < g->x->rows; i++)
        for (size_t j = 0; j < i; j++) {
            if (of[i] == of[j])
                continue;
            bool later = of[i] > of[j];
            kl_connection *pair = best + (later ? of[i] * count + of[j] : of[j] * count + of[i]);
            double here = later ? distance_of(g, i, j) : distance_of(g, j, i);
            if (here < pair->distance)
                *pair = (kl_connection){i, j, here};
        }
}

static kl_status complete(kl_graph *g, kl_task *task, kl_error *error)
{
    size_t *of, *parents, count;
    kl_connection *best, *more;
    KL_TAKE_RAW(of, task, g->x->rows, error);
    KL_TAKE_RAW(parents, task, g->x->rows, error);
    count = g->components = number_components(of, parents, g);
    if (count == 1)
        return KL_OK;
    KL_TRY(kl_warn(error, "the graph of connectivity has %zu parts that nothing connects; they are joined by their nearest "
                          "rows, so that all rows may become one cluster", count));
    KL_TAKE_RAW(best, task, count * count, error);
    KL_TAKE_RAW(more, task, g->count + count * count / 2, error);
    memcpy(more, g->edges, g->count * sizeof *more);
    g->edges = more;
    nearest_rows(best, g, of, count);
    for (size_t one = 0; one < count; one++)
        for (size_t other = 0; other < one; other++)
            if (best[one * count + other].distance < INFINITY)
                g->edges[g->count++] = best[one * count + other];
    sort_edges(g);
    return KL_OK;
}

kl_status kl_graph_read(kl_graph *g, kl_value connectivity, kl_value x_value, kl_task *task, kl_error *error)
{
    kl_value made = kl_null();
    if (kl_is_callable(connectivity))
        KL_TRY(kl_call_given(&made, connectivity, &x_value, 1, kl_null(), error));
    g->count = 0;
    kl_status status = read_edges(g, kl_is_callable(connectivity) ? made : connectivity, task, error);
    kl_value_release(made);
    KL_TRY(status);
    KL_TRY(complete(g, task, error));
    for (size_t e = 0; e < g->count; e++)
        g->edges[e].distance = distance_of(g, g->edges[e].a, g->edges[e].b);
    return KL_OK;
}

/* ---- the spanning tree --------------------------------------------------------------------------- */

kl_status kl_graph_spanning_tree(kl_connection *out, const kl_graph *g, kl_task *task, kl_error *error)
{
    size_t *parents, found = 0;
    int64_t *order;
    double *keys;
    KL_TAKE_RAW(parents, task, g->x->rows, error);
    KL_TAKE_RAW(order, task, g->count, error);
    KL_TAKE_RAW(keys, task, g->count, error);
    for (size_t i = 0; i < g->x->rows; i++)
        parents[i] = i;
    for (size_t e = 0; e < g->count; e++)
        keys[e] = g->edges[e].distance;
    KL_TRY(kl_argsort(order, keys, g->count, task, error));
    for (size_t e = 0; e < g->count; e++) {
        const kl_connection *edge = g->edges + order[e];
        size_t a = root_of(parents, edge->a), b = root_of(parents, edge->b);
        if (a == b)
            continue;
        parents[KL_MAX(a, b)] = KL_MIN(a, b);
        out[found++] = *edge;
    }
    return KL_OK;
}
