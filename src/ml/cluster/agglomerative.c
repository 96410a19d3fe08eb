/* src/ml/cluster/agglomerative.c - AgglomerativeClustering: the two nearest clusters become one, until few are left. */
#include "../callable.h"
#include "../memory.h"
#include "connected.h"
#include "parallel.h"
#include "tree_cache.h"
#include "kailash/data.h"

#include <math.h>

typedef struct agglomerative {
    kl_estimator base;
    kl_value n_clusters, metric, memory, connectivity, compute_full_tree, linkage, distance_threshold;
    bool compute_distances;
    kl_value labels_, children_, distances_;
    int64_t n_clusters_, n_leaves_, n_connected_components_;
} agglomerative;

static const char *const linkages[] = {"ward", "complete", "average", "single", NULL};

/* Two clusters that become one, by any row of each. */
typedef struct merge {
    size_t a, b;
    double distance;
} merge;

/* Distances of pairs i < j, row after row. */
typedef struct pairs {
    double *distances;
    size_t n;
    const kl_matrix *x;
    kl_metric metric;
} pairs;

static inline size_t row_of_pairs(size_t n, size_t i) { return i * n - i * (i + 1) / 2 - i - 1; }

static inline double *pair(const pairs *p, size_t i, size_t j)
{
    return p->distances + (i < j ? row_of_pairs(p->n, i) + j : row_of_pairs(p->n, j) + i);
}

/* ---- distances ------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    kl_metric metric;
} metrics[] = {{"euclidean", KL_METRIC_EUCLIDEAN}, {"l2", KL_METRIC_EUCLIDEAN},       {"manhattan", KL_METRIC_MANHATTAN},
               {"l1", KL_METRIC_MANHATTAN},        {"cityblock", KL_METRIC_MANHATTAN}, {"cosine", KL_METRIC_COSINE},
               {"chebyshev", KL_METRIC_CHEBYSHEV}};

static kl_status read_metric(kl_metric *out, bool *given, const agglomerative *self, kl_error *error)
{
    *given = kl_word_is(self->metric, "precomputed");
    *out = KL_METRIC_EUCLIDEAN;
    bool known = *given;
    for (size_t i = 0; i < KL_COUNT(metrics); i++)
        if (kl_word_is(self->metric, metrics[i].name)) {
            *out = metrics[i].metric;
            known = true;
        }
    if (!known)
        return kl_bad_parameter(error, "metric",
                                "'euclidean', 'l2', 'l1', 'manhattan', 'cityblock', 'cosine', 'chebyshev' or 'precomputed'",
                                self->metric);
    if (kl_word_is(self->linkage, "ward") && (*given || *out != KL_METRIC_EUCLIDEAN))
        return kl_bad_parameter(error, "metric", "'euclidean', with linkage='ward'", self->metric);
    return KL_OK;
}

static kl_status distances_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const pairs *p = data;
    (void)block;
    for (size_t i = begin; i < end && i + 1 < p->n; i++)
        KL_TRY(kl_distances(pair(p, i, i + 1), kl_row(p->x, i), 1, kl_row(p->x, i + 1), p->n - i - 1, p->x->cols,
                            p->metric, 2, error));
    return KL_OK;
}

static kl_status make_pairs(pairs *p, const agglomerative *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    bool given;
    *p = (pairs){.n = in->n, .x = in->x};
    KL_TRY(read_metric(&p->metric, &given, self, error));
    KL_TAKE_RAW(p->distances, task, in->n * (in->n - 1) / 2 + 1, error);
    if (!given)
        return kl_parallel_for(in->n, 8, distances_block, p, error);
    if (in->d != in->n)
        return kl_bad_input(error, "metric='precomputed': x must be square, got %zu x %zu", in->n, in->d);
    for (size_t i = 0; i + 1 < in->n; i++)
        memcpy(pair(p, i, i + 1), kl_row(in->x, i) + i + 1, (in->n - i - 1) * sizeof(double));
    return KL_OK;
}

/* ---- merging --------------------------------------------------------------------------------------- */

/* The distance of cluster i to the union of a and b (Lance and Williams 1967). */
static inline double joined(kl_linkage how, double ai, double bi, double ab, double na, double nb, double ni)
{
    if (how == KL_LINK_COMPLETE)
        return KL_MAX(ai, bi);
    if (how == KL_LINK_AVERAGE)
        return (na * ai + nb * bi) / (na + nb);
    double t = 1 / (na + nb + ni);
    return sqrt((ni + na) * t * ai * ai + (ni + nb) * t * bi * bi - ni * t * ab * ab);
}

/* The nearest cluster of `a`; the one before it in the chain wins a tie. */
static size_t nearest(const pairs *p, const size_t *sizes, size_t a, size_t before, double *distance)
{
    size_t best = before;
    double least = before == SIZE_MAX ? INFINITY : *pair(p, a, before);
    for (size_t i = 0; i < p->n; i++) {
        if (i == a || !sizes[i])
            continue;
        double now = *pair(p, a, i);
        if (now < least) {
            least = now;
            best = i;
        }
    }
    *distance = least;
    return best;
}

static void join(const pairs *p, size_t *sizes, const merge *m, kl_linkage how)
{
    double na = (double)sizes[m->a], nb = (double)sizes[m->b];
    sizes[m->b] += sizes[m->a];
    sizes[m->a] = 0;
    for (size_t i = 0; i < p->n; i++) {
        if (!sizes[i] || i == m->b)
            continue;
        double *to = pair(p, i, m->b);
        *to = joined(how, *pair(p, i, m->a), *to, m->distance, na, nb, (double)sizes[i]);
    }
}

/* Chains of nearest neighbours (Benzecri 1982): two that are each other's nearest are joined, and joining never brings
 * others nearer, so the chain before them stays. */
static kl_status chain(merge *merges, const pairs *p, kl_linkage how, kl_task *task, kl_error *error)
{
    size_t *sizes, *links, length = 0, first = 0;
    KL_TAKE_RAW(sizes, task, p->n, error);
    KL_TAKE_RAW(links, task, p->n + 1, error);
    for (size_t i = 0; i < p->n; i++)
        sizes[i] = 1;
    for (size_t k = 0; k + 1 < p->n; k++) {
        KL_TRY(kl_task_step(task, k, p->n - 1, error));
        if (length == 0) {
            while (!sizes[first])
                first++;
            links[length++] = first;
        }
        for (;;) {
            double distance;
            size_t before = length > 1 ? links[length - 2] : SIZE_MAX, last = links[length - 1];
            size_t next = nearest(p, sizes, last, before, &distance);
            if (next == SIZE_MAX)
                return kl_bad_input(error, "x: distances are too large, or are no numbers");
            if (next != before) {
                links[length++] = next;
                continue;
            }
            length -= 2;
            merges[k] = (merge){.a = KL_MIN(last, next), .b = KL_MAX(last, next), .distance = distance};
            join(p, sizes, &merges[k], how);
            break;
        }
    }
    return KL_OK;
}

/* The spanning tree of least length, from row 0 (Prim): what single linkage joins. */
static kl_status spanning_tree(merge *merges, const pairs *p, kl_task *task, kl_error *error)
{
    double *least;
    bool *inside;
    size_t *from, at = 0;
    KL_TAKE_RAW(least, task, p->n, error);
    KL_TAKE(inside, task, p->n, error);
    KL_TAKE(from, task, p->n, error);
    for (size_t i = 0; i < p->n; i++)
        least[i] = INFINITY;
    for (size_t k = 0; k + 1 < p->n; k++) {
        size_t next = SIZE_MAX;
        inside[at] = true;
        for (size_t i = 0; i < p->n; i++) {
            if (inside[i])
                continue;
            double now = *pair(p, at, i);
            if (now < least[i]) {
                least[i] = now;
                from[i] = at;
            }
            if (next == SIZE_MAX || least[i] < least[next])
                next = i;
        }
        KL_TRY(kl_task_step(task, k, p->n - 1, error));
        merges[k] = (merge){.a = from[next], .b = next, .distance = least[next]};
        at = next;
    }
    return KL_OK;
}

/* ---- the tree -------------------------------------------------------------------------------------- */

static size_t root_of(size_t *parents, size_t i)
{
    size_t root = i;
    while (parents[root] != root)
        root = parents[root];
    while (parents[i] != root) {
        size_t next = parents[i];
        parents[i] = root;
        i = next;
    }
    return root;
}

/* Merges by distance, as nodes: rows are 0 .. n - 1, merge k makes node n + k. */
static kl_status number_nodes(int64_t *children, double *distances, const merge *merges, size_t n, bool sorted,
                              kl_task *task, kl_error *error)
{
    size_t *parents;
    int64_t *order;
    double *keys;
    KL_TAKE_RAW(parents, task, 2 * n, error);
    KL_TAKE_RAW(order, task, n, error);
    KL_TAKE_RAW(keys, task, n, error);
    for (size_t i = 0; i < 2 * n; i++)
        parents[i] = i;
    for (size_t k = 0; k + 1 < n; k++)
        keys[k] = merges[k].distance;
    KL_TRY(kl_argsort(order, keys, n - 1, task, error));
    for (size_t k = 0; k + 1 < n; k++) {
        const merge *m = merges + order[k];
        size_t a = root_of(parents, m->a), b = root_of(parents, m->b);
        children[2 * k] = (int64_t)(sorted ? KL_MIN(a, b) : a);
        children[2 * k + 1] = (int64_t)(sorted ? KL_MAX(a, b) : b);
        distances[k] = m->distance;
        parents[a] = parents[b] = n + k;
    }
    return KL_OK;
}

/* ---- the cut --------------------------------------------------------------------------------------- */

/* A heap whose first is the largest node. */
static void heap_up(int64_t *heap, size_t at)
{
    int64_t item = heap[at];
    for (size_t up; at > 0 && heap[up = (at - 1) / 2] < item; at = up)
        heap[at] = heap[up];
    heap[at] = item;
}

/* The larger child moves up all the way, then the item as far as it belongs: clusters are numbered by their places. */
static void heap_replace(int64_t *heap, size_t count, int64_t item)
{
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && !(heap[child] > heap[child + 1]))
            child++;
        heap[at] = heap[child];
    }
    heap[at] = item;
    heap_up(heap, at);
}

/* The nodes that are the clusters: of those so far, the one that was joined last is split. */
static void cut(int64_t *heap, const int64_t *children, size_t n, size_t clusters)
{
    size_t count = 1;
    heap[0] = (int64_t)(2 * n - 2);
    while (count < clusters) {
        const int64_t *pair_of = children + 2 * ((size_t)heap[0] - n);
        heap[count] = pair_of[0];
        heap_up(heap, count++);
        if (heap[0] > pair_of[1])
            heap_replace(heap, count, pair_of[1]);
    }
}

static kl_status label(agglomerative *self, const int64_t *children, size_t n, kl_task *task, kl_error *error)
{
    size_t clusters = (size_t)self->n_clusters_;
    int64_t *heap, *of_node;
    kl_value value;
    double *labels;
    KL_TAKE_RAW(heap, task, clusters + 1, error);
    KL_TAKE(of_node, task, 2 * n, error);
    KL_TRY(kl_vector_new(&value, &labels, n, error));
    kl_learn(&self->labels_, value);
    cut(heap, children, n, clusters);
    for (size_t c = 0; c < clusters; c++)
        of_node[heap[c]] = (int64_t)c + 1;
    for (size_t node = 2 * n - 2; node >= n; node--) /* parents come before their children */
        for (size_t side = 0; side < 2; side++)
            if (of_node[node])
                of_node[children[2 * (node - n) + side]] = of_node[node];
    for (size_t i = 0; i < n; i++)
        labels[i] = (double)(of_node[i] - 1);
    return KL_OK;
}

/* The clusters that are left after some of the merges, numbered by their nodes. */
static kl_status label_heads(agglomerative *self, const int64_t *children, size_t n, size_t merges, kl_task *task,
                             kl_error *error)
{
    int64_t *of_node, clusters = 0;
    kl_value value;
    double *labels;
    KL_TAKE_RAW(of_node, task, n + merges, error);
    KL_TRY(kl_vector_new(&value, &labels, n, error));
    kl_learn(&self->labels_, value);
    for (size_t node = 0; node < n + merges; node++)
        of_node[node] = -1;
    for (size_t k = 0; k < merges; k++)
        of_node[children[2 * k]] = of_node[children[2 * k + 1]] = -2; /* no head */
    for (size_t node = 0; node < n + merges; node++)
        of_node[node] = of_node[node] == -1 ? clusters++ : -1;
    for (size_t k = merges; k-- > 0;)
        of_node[children[2 * k]] = of_node[children[2 * k + 1]] = of_node[n + k];
    for (size_t i = 0; i < n; i++)
        labels[i] = (double)of_node[i];
    return KL_OK;
}

/* How many clusters: as told, or as many as are farther apart than the threshold. */
static kl_status count_clusters(agglomerative *self, const double *distances, size_t n, kl_error *error)
{
    self->n_clusters_ = kl_as_int(self->n_clusters);
    if (kl_is_null(self->distance_threshold)) {
        if (kl_is(self->n_clusters, KL_KIND_INT) && self->n_clusters_ >= 1 && (size_t)self->n_clusters_ <= n)
            return KL_OK;
        return kl_bad_parameter(error, "n_clusters", "a number from 1 to the number of rows", self->n_clusters);
    }
    self->n_clusters_ = 1;
    for (size_t k = 0; k + 1 < n; k++)
        self->n_clusters_ += distances[k] >= kl_as_double(self->distance_threshold);
    return KL_OK;
}

static kl_status check(const agglomerative *self, const kl_fit *in, kl_error *error)
{
    bool is_word = kl_word_is(self->compute_full_tree, "auto");
    if (in->n < 2)
        return kl_bad_input(error, "x has %zu row; at least 2 are needed", in->n);
    if (!is_word && !kl_is(self->compute_full_tree, KL_KIND_BOOL))
        return kl_bad_parameter(error, "compute_full_tree", "'auto', True or False", self->compute_full_tree);
    if (kl_is_null(self->n_clusters) == kl_is_null(self->distance_threshold))
        return kl_bad_input(error, "invalid parameters `n_clusters` and `distance_threshold`: exactly one of them must be "
                                   "given, the other None");
    if (!kl_is_null(self->distance_threshold) && !is_word && !kl_as_bool(self->compute_full_tree))
        return kl_bad_parameter(error, "compute_full_tree", "'auto' or True, with distance_threshold",
                                self->compute_full_tree);
    return KL_OK;
}

/* Tables for the merges of a tree. */
static kl_status make_tree(agglomerative *self, kl_kept_tree *tree, size_t merges, kl_error *error)
{
    kl_value children, distances;
    tree->merges = merges;
    KL_TRY(kl_index_table_new(&children, &tree->children, merges, 2, error));
    kl_learn(&self->children_, children);
    KL_TRY(kl_vector_new(&distances, &tree->distances, merges, error));
    kl_learn(&self->distances_, distances);
    return KL_OK;
}

static kl_status tree_of_all(kl_kept_tree *tree, const agglomerative *self, kl_linkage how, const kl_fit *in, kl_task *task,
                             kl_error *error)
{
    pairs p;
    merge *merges;
    KL_TRY(make_pairs(&p, self, in, task, error));
    KL_TAKE_RAW(merges, task, in->n, error);
    KL_TRY(how == KL_LINK_SINGLE ? spanning_tree(merges, &p, task, error) : chain(merges, &p, how, task, error));
    /* As scikit-learn orders pairs: those of a spanning tree as they were found. */
    bool sorted = how != KL_LINK_SINGLE || p.metric == KL_METRIC_COSINE || kl_word_is(self->metric, "precomputed");
    return number_nodes(tree->children, tree->distances, merges, in->n, sorted, task, error);
}

static kl_status tree_of_edges(kl_kept_tree *tree, const kl_graph *g, kl_task *task, kl_error *error)
{
    kl_connection *edges;
    merge *merges;
    size_t n = g->x->rows;
    KL_TAKE_RAW(edges, task, n, error);
    KL_TAKE_RAW(merges, task, n, error);
    KL_TRY(kl_graph_spanning_tree(edges, g, task, error));
    for (size_t k = 0; k + 1 < n; k++)
        merges[k] = (merge){edges[k].a, edges[k].b, edges[k].distance};
    return number_nodes(tree->children, tree->distances, merges, n, true, task, error);
}

static kl_status read_graph(kl_graph *g, agglomerative *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    *g = (kl_graph){.x = in->x};
    KL_TRY(read_metric(&g->metric, &g->given, self, error));
    if (g->given && in->d != in->n)
        return kl_bad_input(error, "metric='precomputed': x must be square, got %zu x %zu", in->n, in->d);
    return kl_graph_read(g, self->connectivity, in->x->value, task, error);
}

static kl_status grow_tree(kl_kept_tree *tree, const agglomerative *self, kl_linkage how, const kl_graph *g,
                           const kl_fit *in, kl_task *task, kl_error *error)
{
    if (!g)
        return tree_of_all(tree, self, how, in, task, error);
    if (how == KL_LINK_SINGLE)
        return tree_of_edges(tree, g, task, error);
    return kl_graph_join(tree->children, tree->distances, g, how, tree->merges, task, error);
}

static kl_text bytes_of(const void *data, size_t count, size_t size) { return (kl_text){data, count * size}; }

/* The tree from the folder, where it was made before; else it is made, and kept there. */
static kl_status find_tree(kl_kept_tree *tree, kl_text path, const agglomerative *self, kl_linkage how, const kl_graph *g,
                           const kl_fit *in, kl_task *task, kl_error *error)
{
    bool found;
    kl_error cause = KL_ERROR_INIT;
    KL_TRY(kl_tree_cache_read(&found, tree, path, error));
    if (found)
        return KL_OK;
    KL_TRY(grow_tree(tree, self, how, g, in, task, error));
    kl_status status = kl_tree_cache_write(tree, path, &cause);
    return kl_memory_kept(status, self->base.object.type->name, &cause, error);
}

static kl_status tree_of(kl_kept_tree *tree, const agglomerative *self, kl_linkage how, const kl_graph *g,
                           const kl_fit *in, kl_task *task, kl_error *error)
{
    uint64_t sizes[] = {in->n, in->d, tree->merges};
    kl_text parts[] = {kl_as_text(self->linkage), kl_as_text(self->metric),
                       bytes_of(sizes, KL_COUNT(sizes), sizeof *sizes),
                       bytes_of(in->x->data, in->n * in->d, sizeof *in->x->data),
                       g ? bytes_of(g->edges, g->count, sizeof *g->edges) : KL_TEXT("all")};
    kl_value folder, path;
    KL_TRY(kl_memory_folder(&folder, self->memory, error));
    if (kl_is_null(folder))
        return grow_tree(tree, self, how, g, in, task, error);
    kl_status status = kl_memory_path(&path, kl_as_text(folder), "tree", parts, KL_COUNT(parts), error);
    kl_value_release(folder);
    KL_TRY(status);
    status = find_tree(tree, kl_as_text(path), self, how, g, in, task, error);
    kl_value_release(path);
    return status;
}

/* How many merges are made: all, unless there is a graph and many clusters are wanted. */
static size_t merges_of(const agglomerative *self, size_t n)
{
    bool is_word = kl_word_is(self->compute_full_tree, "auto");
    int64_t wanted = kl_is(self->n_clusters, KL_KIND_INT) ? kl_as_int(self->n_clusters) : 1;
    bool full = kl_is_null(self->connectivity) || !kl_is_null(self->distance_threshold) ||
                (is_word ? (double)wanted < KL_MAX(100.0, 0.02 * (double)n) : kl_as_bool(self->compute_full_tree));
    return full || wanted < 1 || (size_t)wanted > n ? n - 1 : n - (size_t)wanted;
}

static kl_status fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    agglomerative *self = (agglomerative *)base;
    kl_linkage how = KL_LINK_WARD;
    size_t merges = merges_of(self, in->n);
    kl_graph graph;
    kl_kept_tree tree;
    KL_TRY(check(self, in, error));
    for (size_t i = 0; linkages[i]; i++)
        if (kl_word_is(self->linkage, linkages[i]))
            how = (kl_linkage)i;
    if (!kl_is_null(self->connectivity))
        KL_TRY(read_graph(&graph, self, in, task, error));
    self->n_connected_components_ = kl_is_null(self->connectivity) ? 1 : (int64_t)graph.components;
    KL_TRY(make_tree(self, &tree, how == KL_LINK_SINGLE ? in->n - 1 : merges, error));
    KL_TRY(tree_of(&tree, self, how, kl_is_null(self->connectivity) ? NULL : &graph,
                                                             in, task, error));
    const int64_t *nodes = tree.children;
    KL_TRY(count_clusters(self, tree.distances, in->n, error));
    self->n_leaves_ = (int64_t)in->n;
    KL_TRY(merges < in->n - 1 ? label_heads(self, nodes, in->n, merges, task, error)
                              : label(self, nodes, in->n, task, error));
    if (kl_is_null(self->distance_threshold) && !self->compute_distances)
        kl_learn(&self->distances_, kl_null());
    return KL_OK;
}

/* ---- the type -------------------------------------------------------------------------------------- */

static const kl_field fields[] = {
    KL_VALUE(agglomerative, n_clusters, .kind = KL_KIND_INT, .fallback = "2", .flags = KL_OPTIONAL,
             .doc = "clusters, from 1 to the number of rows; None = as distance_threshold says"),
    KL_VALUE(agglomerative, metric, .kind = KL_KIND_STRING, .fallback = "\"euclidean\"", .flags = KL_KEYWORD_ONLY,
             .doc = "how far rows are from each other: euclidean (l2), manhattan (l1, cityblock), chebyshev, cosine, or "
                    "precomputed: x is the square of distances. Ward's linkage is for euclidean"),
    KL_VALUE(agglomerative, memory, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_FOREIGN | KL_KEYWORD_ONLY,
             .doc = "a folder where trees are kept: a fit to the same data with another n_clusters or distance_threshold reads "
                    "its tree from there; its path, or an object with cache() and location, such as joblib's Memory; None = "
                    "trees are not kept"),
    KL_VALUE(agglomerative, connectivity, .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL | KL_FOREIGN | KL_KEYWORD_ONLY,
             .doc = "which rows may be joined: a matrix of rows x rows (sparse, too), other than 0 where they may, or a "
                    "callable that makes it of x; None = all"),
    KL_VALUE(agglomerative, compute_full_tree, .kind = KL_KIND_ANY, .fallback = "\"auto\"", .flags = KL_KEYWORD_ONLY,
             .doc = "with connectivity: whether all is joined, or only as far as n_clusters; 'auto' = only as far for 100 clusters "
                    "or more, a fiftieth of the rows or more. Without it all is always joined"),
    KL_ENUM(agglomerative, linkage, "ward", .names = linkages, .flags = KL_KEYWORD_ONLY,
            .doc = "how far clusters are from each other: by how much joining them raises the sum of squares (ward), the "
                   "farthest rows, their mean distance, the nearest rows"),
    KL_VALUE(agglomerative, distance_threshold, .kind = KL_KIND_DOUBLE, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "clusters at this distance or farther are not joined, >= 0; n_clusters must be None"),
    KL_BOOL(agglomerative, compute_distances, false, .flags = KL_KEYWORD_ONLY,
            .doc = "whether distances_ is kept when distance_threshold is None"),
    KL_LEARNED_ARRAY(agglomerative, labels_, .doc = "the cluster of each row, as float64"),
    KL_LEARNED_ARRAY(agglomerative, children_,
                     .doc = "the two that each merge joined: rows are 0 to n - 1, merge k makes n + k"),
    KL_LEARNED_ARRAY(agglomerative, distances_, .doc = "how far they were from each other"),
    KL_LEARNED_INT(agglomerative, n_clusters_, .doc = "clusters"),
    KL_LEARNED_INT(agglomerative, n_leaves_, .doc = "leaves of the tree: rows"),
    KL_LEARNED_INT(agglomerative, n_connected_components_, .doc = "parts of the graph that nothing connects; 1 without connectivity"),
};

static const kl_limit limits[] = {{"n_clusters", KL_AT_LEAST(1)}, {"distance_threshold", KL_AT_LEAST(0)}};

static const kl_method methods[] = {KL_EST_CLUSTERER};

static const kl_estimator_table table = {
    .kind = KL_EST_CLUSTER,
    .limits = KL_TABLE(limits),
    .fit = fit,
    .shapes = "labels_ = * | none; children_ = int * * | none",
};

const kl_type kl_agglomerative_clustering_type = {
    .name = "AgglomerativeClustering",
    KL_ESTIMATOR(agglomerative),
    .doc = "Every row begins as a cluster, and the two nearest clusters become one until few are left (Ward 1963; Lance and "
           "Williams 1967), by chains of nearest neighbours in n^2 steps; single linkage by a spanning tree (Prim 1957). "
           "Needs the distances of all pairs: n^2 / 2 numbers; with connectivity only those of its edges.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .repr_fields = "n_clusters",
    .extension = &table,
};
KL_PUBLISH(kl_agglomerative_clustering_type);
