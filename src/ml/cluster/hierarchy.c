/* src/ml/cluster/hierarchy.c - see hierarchy.h. */
#include "hierarchy.h"

#include "../numeric.h"

#include <math.h>

/* ---- merges -------------------------------------------------------------------------------------- */

static size_t find(size_t *parents, size_t at)
{
    while (parents[at] != at) {
        parents[at] = parents[parents[at]];
        at = parents[at];
    }
    return at;
}

kl_status kl_merges_of(kl_merge *out, const kl_edge *edges, size_t n, kl_task *task, kl_error *error)
{
    double *distances;
    int64_t *order;
    size_t *parents;
    KL_TAKE_RAW(distances, task, n, error);
    KL_TAKE_RAW(order, task, n, error);
    KL_TAKE_RAW(parents, task, 2 * n, error);
    for (size_t i = 0; i + 1 < n; i++)
        distances[i] = edges[i].distance;
    for (size_t i = 0; i < 2 * n; i++)
        parents[i] = i;
    KL_TRY(kl_argsort(order, distances, n - 1, task, error));
    for (size_t i = 0; i + 1 < n; i++) {
        const kl_edge *edge = &edges[order[i]];
        size_t left = find(parents, edge->from), right = find(parents, edge->to);
        size_t size = (left < n ? 1 : out[left - n].size) + (right < n ? 1 : out[right - n].size);
        out[i] = (kl_merge){left, right, size, edge->distance};
        parents[left] = parents[right] = n + i;
    }
    return KL_OK;
}

/* ---- the condensed tree -------------------------------------------------------------------------- */

/* A row leaves a cluster; density is 1 / distance. */
typedef struct leaving {
    size_t cluster;
    double density;
} leaving;

/* Clusters that are big enough, the root (all rows) first; a cluster ends by parting into two, `first` and the next. */
typedef struct cluster {
    size_t parent, first, size; /* first = 0: it does not part */
    double birth, death;        /* densities: where it parts from its parent, where its last row leaves */
    double stability;
    bool chosen;
} cluster;

typedef struct condensed {
    const kl_merge *merges;
    size_t n, count;
    cluster *clusters;
    leaving *leavings;   /* of each row */
    size_t *cluster_of;  /* of each node */
    size_t *queue;       /* room for all nodes */
    bool *gone;          /* nodes all rows of which have left */
} condensed;

static size_t size_of(const condensed *t, size_t node) { return node < t->n ? 1 : t->merges[node - t->n].size; }

/* `rows` rows go from a cluster at a density. */
static void go(condensed *t, size_t from, double density, size_t rows)
{
    cluster *c = &t->clusters[from];
    c->stability += (density - c->birth) * (double)rows;
    c->death = KL_MAX(c->death, density);
}

static void begin_cluster(condensed *t, size_t node, size_t parent, double density)
{
    size_t made = t->count++, rows = size_of(t, node);
    t->cluster_of[node] = made;
    go(t, parent, density, rows);
    t->clusters[made] = (cluster){.parent = parent, .size = rows, .birth = density};
}

/* All rows below a node leave the cluster. The queue's free part begins at `at`. */
static void leave(condensed *t, size_t node, size_t from, double density, size_t at)
{
    size_t end = at;
    t->queue[end++] = node;
    for (; at < end; at++) {
        size_t next = t->queue[at];
        t->gone[next] = true;
        if (next < t->n) {
            t->leavings[next] = (leaving){from, density};
            go(t, from, density, 1);
            continue;
        }
        t->queue[end++] = t->merges[next - t->n].left;
        t->queue[end++] = t->merges[next - t->n].right;
    }
}

static void part(condensed *t, size_t node, size_t least, size_t free)
{
    const kl_merge *m = &t->merges[node - t->n];
    double density = m->distance > 0 ? 1 / m->distance : INFINITY;
    size_t from = t->cluster_of[node];
    bool left = size_of(t, m->left) >= least, right = size_of(t, m->right) >= least;
    if (left && right) {
        t->clusters[from].first = t->count;
        begin_cluster(t, m->left, from, density);
        begin_cluster(t, m->right, from, density);
        return;
    }
    t->cluster_of[m->left] = t->cluster_of[m->right] = from;
    if (!left)
        leave(t, m->left, from, density, free);
    if (!right)
        leave(t, m->right, from, density, free);
}

static kl_status condense(condensed *t, const kl_merge *merges, size_t n, size_t least, kl_task *task, kl_error *error)
{
    size_t nodes = 2 * n - 1, begin = 0, end = 0;
    *t = (condensed){.merges = merges, .n = n, .count = 1};
    KL_TAKE(t->clusters, task, nodes + 1, error);
    KL_TAKE(t->leavings, task, n, error);
    KL_TAKE(t->cluster_of, task, nodes, error);
    KL_TAKE_RAW(t->queue, task, 2 * nodes, error);
    KL_TAKE(t->gone, task, nodes, error);
    t->clusters[0].size = n;
    /* from the root, level by level: the queue's first half is for nodes, its second for rows that leave */
    t->queue[end++] = nodes - 1;
    for (; begin < end; begin++) {
        size_t node = t->queue[begin];
        if (node < n)
            continue;
        t->queue[end++] = merges[node - n].left;
        t->queue[end++] = merges[node - n].right;
        if (!t->gone[node])
            part(t, node, least, nodes);
    }
    return KL_OK;
}

/* ---- which clusters ------------------------------------------------------------------------------ */

static void reject_below(condensed *t, size_t node)
{
    size_t *stack = t->queue, depth = 0;
    if (t->clusters[node].first)
        stack[depth++] = t->clusters[node].first;
    while (depth > 0) {
        size_t pair = stack[--depth];
        for (size_t c = pair; c < pair + 2; c++) {
            t->clusters[c].chosen = false;
            if (t->clusters[c].first)
                stack[depth++] = t->clusters[c].first;
        }
    }
}

/* From the leaves up: a cluster stands when it holds more mass than those it parts into. */
static void choose_by_mass(condensed *t, const kl_choice *choice)
{
    size_t most = choice->most ? choice->most : t->n + 1;
    for (size_t i = choice->one_is_enough ? 0 : 1; i < t->count; i++)
        t->clusters[i].chosen = true;
    for (size_t i = t->count; i-- > (choice->one_is_enough ? 0 : 1);) {
        cluster *c = &t->clusters[i];
        double below = c->first ? t->clusters[c->first].stability + t->clusters[c->first + 1].stability : 0;
        size_t size = i > 0 ? c->size
                    : c->first ? t->clusters[c->first].size + t->clusters[c->first + 1].size : 0;
        if (below > c->stability || size > most) {
            c->chosen = false;
            c->stability = below;
        } else {
            reject_below(t, i);
        }
    }
}

static void choose_leaves(condensed *t)
{
    for (size_t i = 1; i < t->count; i++)
        t->clusters[i].chosen = t->clusters[i].first == 0;
}

/* The ancestor that stands for a cluster which parted at less than epsilon. */
static size_t climb(const condensed *t, size_t at, const kl_choice *choice)
{
    for (;;) {
        size_t parent = t->clusters[at].parent;
        if (parent == 0)
            return choice->one_is_enough ? 0 : at;
        if (1 / t->clusters[parent].birth > choice->epsilon)
            return parent;
        at = parent;
    }
}

static bool is_below(const condensed *t, size_t at, const bool *tops)
{
    while (at != 0) {
        at = t->clusters[at].parent;
        if (tops[at])
            return true;
    }
    return false;
}

static kl_status merge_near(condensed *t, const kl_choice *choice, kl_task *task, kl_error *error)
{
    bool *tops, *kept;
    if (choice->epsilon == 0 || t->count == 1 || t->clusters[0].chosen)
        return KL_OK;
    KL_TAKE(tops, task, t->count, error);
    KL_TAKE(kept, task, t->count, error);
    for (size_t i = 1; i < t->count; i++) {
        if (!t->clusters[i].chosen)
            continue;
        if (1 / t->clusters[i].birth >= choice->epsilon) {
            kept[i] = true;
        } else if (!is_below(t, i, tops)) {
            size_t top = climb(t, i, choice);
            tops[top] = kept[top] = true;
        }
    }
    for (size_t i = 0; i < t->count; i++)
        t->clusters[i].chosen = kept[i];
    return KL_OK;
}

/* ---- labels -------------------------------------------------------------------------------------- */

/* Rows that stay with the root: they belong to it, when it is the one cluster, if they leave late enough. */
static bool stays(const condensed *t, size_t row, const kl_choice *choice)
{
    double threshold = choice->epsilon != 0 ? 1 / choice->epsilon : t->clusters[0].death;
    return choice->one_is_enough && t->clusters[0].chosen && t->leavings[row].density >= threshold;
}

static double sureness(double density, double death)
{
    if (death == 0 || isinf(density))
        return 1;
    return KL_MIN(density, death) / death;
}

static kl_status label(double *labels, double *sure, const condensed *t, const kl_choice *choice, kl_task *task,
                       kl_error *error)
{
    size_t *tops, *numbers, count = 0;
    KL_TAKE(tops, task, t->count, error);
    KL_TAKE(numbers, task, t->count, error);
    for (size_t i = 0; i < t->count; i++) {
        tops[i] = t->clusters[i].chosen ? i : i == 0 ? 0 : tops[t->clusters[i].parent];
        if (t->clusters[i].chosen)
            numbers[i] = count++;
    }
    for (size_t i = 0; i < t->n; i++) {
        size_t top = tops[t->leavings[i].cluster];
        bool belongs = top != 0 || stays(t, i, choice);
        labels[i] = belongs ? (double)numbers[top] : -1;
        sure[i] = belongs ? sureness(t->leavings[i].density, t->clusters[top].death) : 0;
    }
    return KL_OK;
}

kl_status kl_hierarchy_choose(double *labels, double *sure, const kl_merge *merges, size_t n, const kl_choice *choice,
                              kl_task *task, kl_error *error)
{
    condensed t;
    KL_TRY(condense(&t, merges, n, choice->least, task, error));
    if (choice->leaves)
        choose_leaves(&t);
    else
        choose_by_mass(&t, choice);
    KL_TRY(merge_near(&t, choice, task, error));
    return label(labels, sure, &t, choice, task, error);
}

/* ---- a cut --------------------------------------------------------------------------------------- */

kl_status kl_hierarchy_cut(double *labels, const kl_merge *merges, size_t n, double distance, size_t least,
                           kl_task *task, kl_error *error)
{
    size_t *parents, *sizes, count = 0;
    double *numbers;
    KL_TAKE_RAW(parents, task, 2 * n, error);
    KL_TAKE(sizes, task, 2 * n, error);
    KL_TAKE_RAW(numbers, task, 2 * n, error);
    for (size_t i = 0; i < 2 * n; i++) {
        parents[i] = i;
        numbers[i] = -1;
    }
    for (size_t i = 0; i + 1 < n && merges[i].distance < distance; i++)
        parents[find(parents, merges[i].left)] = parents[find(parents, merges[i].right)] = n + i;
    for (size_t i = 0; i < n; i++)
        sizes[find(parents, i)]++;
    for (size_t i = 0; i < n; i++) { /* numbered in the order of their first rows */
        size_t top = find(parents, i);
        if (numbers[top] < 0 && sizes[top] >= least)
            numbers[top] = (double)count++;
        labels[i] = numbers[top];
    }
    return KL_OK;
}
