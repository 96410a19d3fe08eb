/* src/ml/cluster/reach.c - see reach.h. */
#include "reach.h"

#include "parallel.h"
#include "ml/neighbors/index_parts.h"

#include <math.h>

enum { GRAIN = 4096 };

/* Rows that are not in the tree yet, without gaps: the last one takes the place of one that goes. */
typedef struct prim {
    const kl_reach *reach;
    double *columns;     /* d x n */
    double *core, *near; /* of those rows: core distance, least reach to the tree */
    size_t *rows, *from; /* their numbers, and the row of the tree that they are nearest to */
    double *distances;   /* to the row that went last */
    size_t left, now;    /* how many there are; that row */
    size_t *best;        /* of each block */
} prim;

static void measure(prim *s, size_t begin, size_t end)
{
    const kl_reach *r = s->reach;
    if (r->distances) {
        const double *row = r->distances + s->now * r->n;
        for (size_t i = begin; i < end; i++)
            s->distances[i] = row[s->rows[i]];
        return;
    }
    kl_column_distances(s->distances + begin, s->columns + begin, r->n, end - begin, r->x + s->now * r->d, r->d,
                        r->metric, r->p);
    if (r->metric == KL_METRIC_EUCLIDEAN)
        for (size_t i = begin; i < end; i++)
            s->distances[i] = sqrt(s->distances[i]);
    else if (r->metric == KL_METRIC_MINKOWSKI)
        for (size_t i = begin; i < end; i++)
            s->distances[i] = pow(s->distances[i], 1 / r->p);
}

static bool is_better(const prim *s, size_t a, size_t b)
{
    return s->near[a] < s->near[b] || (s->near[a] == s->near[b] && s->rows[a] < s->rows[b]);
}

static kl_status look(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)error;
    prim *s = data;
    double core = s->reach->core[s->now], alpha = s->reach->alpha;
    size_t best = begin;
    measure(s, begin, end);
    for (size_t i = begin; i < end; i++) {
        double reach = KL_MAX(KL_MAX(core, s->core[i]), s->distances[i] / alpha);
        if (reach < s->near[i]) {
            s->near[i] = reach;
            s->from[i] = s->now;
        }
    }
    for (size_t i = begin + 1; i < end; i++)
        if (is_better(s, i, best))
            best = i;
    s->best[block] = best;
    return KL_OK;
}

static void remove_row(prim *s, size_t at)
{
    size_t last = --s->left;
    s->near[at] = s->near[last];
    s->core[at] = s->core[last];
    s->rows[at] = s->rows[last];
    s->from[at] = s->from[last];
    for (size_t j = 0; s->columns && j < s->reach->d; j++)
        s->columns[j * s->reach->n + at] = s->columns[j * s->reach->n + last];
}

static kl_status begin(prim *s, const kl_reach *r, kl_task *task, kl_error *error)
{
    *s = (prim){.reach = r, .left = r->n};
    if (!r->distances) {
        KL_TAKE_RAW(s->columns, task, r->n * r->d, error);
        for (size_t i = 0; i < r->n; i++)
            for (size_t j = 0; j < r->d; j++)
                s->columns[j * r->n + i] = r->x[i * r->d + j];
    }
    KL_TAKE_RAW(s->core, task, r->n, error);
    KL_TAKE_RAW(s->near, task, r->n, error);
    KL_TAKE_RAW(s->rows, task, r->n, error);
    KL_TAKE(s->from, task, r->n, error);
    KL_TAKE_RAW(s->distances, task, r->n, error);
    KL_TAKE_RAW(s->best, task, kl_parallel_blocks(r->n, GRAIN), error);
    for (size_t i = 0; i < r->n; i++) {
        s->core[i] = r->core[i];
        s->near[i] = INFINITY;
        s->rows[i] = i;
    }
    return KL_OK;
}

kl_status kl_reach_tree(kl_edge *out, const kl_reach *reach, kl_task *task, kl_error *error)
{
    prim s;
    KL_TRY(begin(&s, reach, task, error));
    remove_row(&s, 0);
    for (size_t made = 0; made + 1 < reach->n; made++) {
        KL_TRY(kl_parallel_for(s.left, GRAIN, look, &s, error));
        size_t best = s.best[0];
        for (size_t b = 1; b < kl_parallel_blocks(s.left, GRAIN); b++)
            if (is_better(&s, s.best[b], best))
                best = s.best[b];
        out[made] = (kl_edge){s.from[best], s.rows[best], s.near[best]};
        s.now = s.rows[best];
        remove_row(&s, best);
        if (made % 256 == 0)
            KL_TRY(kl_task_step(task, made + 1, reach->n, error));
    }
    return KL_OK;
}
