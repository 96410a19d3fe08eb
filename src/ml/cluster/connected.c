/* src/ml/cluster/connected.c - the nearest connected clusters become one: see connected.h.
 *
 * All connections stand in a heap by their distance; those of clusters that are no more are passed over. A new cluster is
 * connected to all that its two parts were.
 */
#include "connected.h"

#include "../kernels.h"

#include <math.h>

#define NONE SIZE_MAX

typedef struct link {
    size_t to, next; /* the place of the next one, or NONE */
    double distance;
} link;

typedef struct joining {
    const kl_graph *g;
    kl_linkage how;
    size_t n, d;
    size_t *sizes;    /* of nodes: 0 = it is part of another */
    size_t *first;    /* of nodes: their first link */
    size_t *seen;     /* of nodes: the merge that met them, and where its link is */
    size_t *seen_at;
    link *links;
    size_t link_count, link_room, unused;
    kl_connection *heap;
    size_t heap_count, heap_room;
    double *sums;     /* of Ward: of the columns of each node */
} joining;

/* ---- the heap ------------------------------------------------------------------------------------ */

static bool before(const kl_connection *p, const kl_connection *q)
{
    if (p->distance != q->distance)
        return p->distance < q->distance;
    return p->a != q->a ? p->a < q->a : p->b < q->b;
}

static void sink(kl_connection *heap, size_t count, size_t at)
{
    kl_connection item = heap[at];
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        child += child + 1 < count && before(&heap[child + 1], &heap[child]);
        if (!before(&heap[child], &item))
            break;
        heap[at] = heap[child];
    }
    heap[at] = item;
}

/* Room for one more item of an array in the task. */
static kl_status grow(void **items, size_t count, size_t *room, size_t size, kl_task *task, kl_error *error)
{
    if (count < *room)
        return KL_OK;
    void *more = kl_task_alloc_raw(task, 2 * *room, size);
    if (!more)
        return kl_error_no_memory(error);
    memcpy(more, *items, count * size);
    kl_task_free(task, *items);
    *items = more;
    *room *= 2;
    return KL_OK;
}

static kl_status push(joining *j, kl_connection item, kl_task *task, kl_error *error)
{
    void *heap = j->heap;
    KL_TRY(grow(&heap, j->heap_count, &j->heap_room, sizeof item, task, error));
    j->heap = heap;
    size_t at = j->heap_count++;
    for (size_t up; at > 0 && before(&item, &j->heap[up = (at - 1) / 2]); at = up)
        j->heap[at] = j->heap[up];
    j->heap[at] = item;
    return KL_OK;
}

static kl_connection pop(joining *j)
{
    kl_connection least = j->heap[0];
    j->heap[0] = j->heap[--j->heap_count];
    if (j->heap_count)
        sink(j->heap, j->heap_count, 0);
    return least;
}

/* ---- links --------------------------------------------------------------------------------------- */

static kl_status add_link(joining *j, size_t from, size_t to, double distance, kl_task *task, kl_error *error)
{
    size_t at = j->unused;
    if (at != NONE) {
        j->unused = j->links[at].next;
    } else {
        void *links = j->links;
        KL_TRY(grow(&links, j->link_count, &j->link_room, sizeof *j->links, task, error));
        j->links = links;
        at = j->link_count++;
    }
    j->links[at] = (link){to, j->first[from], distance};
    j->first[from] = at;
    return KL_OK;
}

static void drop_links(joining *j, size_t node)
{
    for (size_t at = j->first[node], next; at != NONE; at = next) {
        next = j->links[at].next;
        j->links[at].next = j->unused;
        j->unused = at;
    }
    j->first[node] = NONE;
}

/* ---- distances ----------------------------------------------------------------------------------- */

/* By how much joining raises the sum of squares. */
static double ward(const joining *j, size_t a, size_t b)
{
    double na = (double)j->sizes[a], nb = (double)j->sizes[b], sum = 0;
    const double *p = j->sums + a * j->d, *q = j->sums + b * j->d;
    for (size_t c = 0; c < j->d; c++) {
        double difference = p[c] / na - q[c] / nb;
        sum += difference * difference;
    }
    return sum * na * nb / (na + nb);
}

static double both(const joining *j, double a, double b, size_t na, size_t nb)
{
    return j->how == KL_LINK_COMPLETE ? KL_MAX(a, b) : ((double)na * a + (double)nb * b) / (double)(na + nb);
}

/* ---- joining ------------------------------------------------------------------------------------- */

/* The links of one part of node k to what is there still. */
static kl_status inherit(joining *j, size_t k, size_t part, size_t own, size_t others, kl_task *task, kl_error *error)
{
    for (size_t at = j->first[part]; at != NONE; at = j->links[at].next) {
        link one = j->links[at];
        if (!j->sizes[one.to])
            continue;
        if (j->seen[one.to] == k) { /* a link of the other part; sizes: that one's first */
            double *kept = &j->links[j->seen_at[one.to]].distance;
            *kept = both(j, *kept, one.distance, others, own);
            continue;
        }
        KL_TRY(add_link(j, k, one.to, one.distance, task, error));
        j->seen[one.to] = k;
        j->seen_at[one.to] = j->first[k];
    }
    return KL_OK;
}

static kl_status connect_new(joining *j, size_t k, kl_task *task, kl_error *error)
{
    for (size_t at = j->first[k]; at != NONE; at = j->links[at].next) {
        size_t to = j->links[at].to;
        if (j->how == KL_LINK_WARD)
            j->links[at].distance = ward(j, k, to);
        double distance = j->links[at].distance;
        KL_TRY(add_link(j, to, k, distance, task, error));
        KL_TRY(push(j, (kl_connection){k, to, distance}, task, error));
    }
    return KL_OK;
}

static kl_status join(joining *j, const kl_connection *c, size_t k, kl_task *task, kl_error *error)
{
    size_t na = j->sizes[c->a], nb = j->sizes[c->b];
    j->sizes[c->a] = j->sizes[c->b] = 0;
    KL_TRY(inherit(j, k, c->a, na, 0, task, error));
    KL_TRY(inherit(j, k, c->b, nb, na, task, error));
    drop_links(j, c->a);
    drop_links(j, c->b);
    j->sizes[k] = na + nb;
    for (size_t s = 0; s < j->d && j->sums; s++)
        j->sums[k * j->d + s] = j->sums[c->a * j->d + s] + j->sums[c->b * j->d + s];
    return connect_new(j, k, task, error);
}

/* ---- all of it ----------------------------------------------------------------------------------- */

static kl_status begin(joining *j, size_t merges, kl_task *task, kl_error *error)
{
    size_t nodes = j->n + merges;
    const kl_graph *g = j->g;
    KL_TAKE(j->sizes, task, nodes, error);
    KL_TAKE_RAW(j->first, task, nodes, error);
    KL_TAKE(j->seen, task, nodes, error);
    KL_TAKE_RAW(j->seen_at, task, nodes, error);
    j->link_room = 2 * g->count + 1;
    j->heap_room = g->count + 1;
    KL_TAKE_RAW(j->links, task, j->link_room, error);
    KL_TAKE_RAW(j->heap, task, j->heap_room, error);
    for (size_t i = 0; i < nodes; i++) {
        j->sizes[i] = i < j->n;
        j->first[i] = NONE;
    }
    if (j->how == KL_LINK_WARD) {
        KL_TAKE_RAW(j->sums, task, nodes * j->d, error);
        memcpy(j->sums, g->x->data, j->n * j->d * sizeof *j->sums);
    }
    for (size_t e = 0; e < g->count; e++) {
        kl_connection edge = g->edges[e];
        if (j->how == KL_LINK_WARD)
            edge.distance = ward(j, edge.a, edge.b);
        j->heap[j->heap_count++] = edge;
        KL_TRY(add_link(j, edge.a, edge.b, edge.distance, task, error));
        KL_TRY(add_link(j, edge.b, edge.a, edge.distance, task, error));
    }
    for (size_t at = j->heap_count / 2; at-- > 0;)
        sink(j->heap, j->heap_count, at);
    return KL_OK;
}

kl_status kl_graph_join(int64_t *children, double *distances, const kl_graph *g, kl_linkage how, size_t merges,
                        kl_task *task, kl_error *error)
{
    joining j = {.g = g, .how = how, .n = g->x->rows, .d = how == KL_LINK_WARD ? g->x->cols : 0, .unused = NONE};
    KL_TRY(begin(&j, merges, task, error));
    for (size_t k = 0; k < merges; k++) {
        kl_connection next;
        KL_TRY(kl_task_step(task, k, merges, error));
        do {
            if (!j.heap_count)
                return kl_bad_input(error, "x: distances are too large, or are no numbers");
            next = pop(&j);
        } while (!j.sizes[next.a] || !j.sizes[next.b]);
        children[2 * k] = (int64_t)KL_MIN(next.a, next.b);
        children[2 * k + 1] = (int64_t)KL_MAX(next.a, next.b);
        distances[k] = how == KL_LINK_WARD ? sqrt(2 * next.distance) : next.distance;
        KL_TRY(join(&j, &next, j.n + k, task, error));
    }
    return KL_OK;
}
