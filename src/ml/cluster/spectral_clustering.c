/* src/ml/cluster/spectral_clustering.c - SpectralClustering: clusters of rows that hang together.
 *
 * Rows are points of a graph whose edges are their likeness; the first eigenvectors of its Laplacian put what hangs
 * together in one place, where k-means finds it (Shi and Malik 2000; von Luxburg 2007).
 */
#include "../kernels.h"
#include "../linalg.h"
#include "../numeric.h"
#include "k_means.h"

#include <math.h>

typedef struct spectral_clustering {
    kl_estimator base;
    int64_t n_clusters, n_init, n_neighbors;
    double gamma;
    kl_value random_state, affinity, n_components;
    bool verbose;
    kl_value labels_, affinity_matrix_;
} spectral_clustering;

static const char *const affinities[] = {"rbf", "nearest_neighbors", "precomputed", NULL};

/* Up to here all eigenvectors are computed at once. */
enum { SMALL = 400 };

/* ---- likeness ------------------------------------------------------------------------------------ */

static kl_status rbf(double *a, const spectral_clustering *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    size_t count = in->n * in->n;
    KL_TRY(kl_squared_distances(a, in->x->data, in->n, NULL, in->x->data, in->n, NULL, in->d, task, error));
    kl_scale(a, -self->gamma, count);
    kl_kernels()->exp(a, a, count);
    for (size_t i = 0; i < in->n; i++)
        a[i * in->n + i] = 1;
    return KL_OK;
}

/* 1 where both are among each other's nearest rows (itself counted), 1/2 where one is. */
static kl_status neighbours(double *a, const spectral_clustering *self, const kl_fit *in, kl_task *task,
                            kl_error *error)
{
    size_t n = in->n, k = (size_t)self->n_neighbors;
    double *distances;
    int64_t *order;
    if (k > n)
        return kl_bad_input(error, "invalid parameter `n_neighbors`: expected at most the number of rows (%zu), got %zu", n, k);
    KL_TAKE_RAW(distances, task, n, error);
    KL_TAKE_RAW(order, task, n, error);
    memset(a, 0, n * n * sizeof *a);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++)
            distances[j] = j == i ? -1 : kl_kernels()->squared_distance(kl_row(in->x, i), kl_row(in->x, j), in->d);
        KL_TRY(kl_argsort(order, distances, n, task, error));
        for (size_t t = 0; t < k; t++) {
            a[i * n + (size_t)order[t]] += 0.5;
            a[(size_t)order[t] * n + i] += 0.5;
        }
    }
    return KL_OK;
}

static kl_status given(double *a, const kl_fit *in, kl_error *error)
{
    if (in->d != in->n)
        return kl_bad_input(error, "x must be square, as affinity is 'precomputed'; it has %zu rows and %zu columns", in->n,
                            in->d);
    for (size_t i = 0; i < in->n * in->n; i++)
        if (in->x->data[i] < 0)
            return kl_bad_input(error, "likeness must be >= 0; row %zu, column %zu is %.15g", i / in->n, i % in->n,
                                in->x->data[i]);
    memcpy(a, in->x->data, in->n * in->n * sizeof *a);
    return KL_OK;
}

static kl_status likeness(double *a, const spectral_clustering *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    if (kl_word_is(self->affinity, "precomputed"))
        return given(a, in, error);
    return kl_word_is(self->affinity, "rbf") ? rbf(a, self, in, task, error) : neighbours(a, self, in, task, error);
}

/* ---- the first eigenvectors ---------------------------------------------------------------------- */

/* a becomes D^-1/2 A D^-1/2 without its diagonal; `root`: the roots of the degrees, 1 for rows without edges. */
static void normalise(double *a, double *root, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        a[i * n + i] = 0;
        double degree = kl_kernels()->sum(a + i * n, n);
        root[i] = degree > 0 ? sqrt(degree) : 1;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            a[i * n + j] /= root[i] * root[j];
}

typedef struct graph {
    const double *a;
    size_t n;
} graph;

static kl_status step(void *data, const double *x, double *y, kl_error *error)
{
    const graph *g = data;
    (void)error;
    kl_gemv(false, g->n, g->n, 1, g->a, g->n, x, 0, y);
    return KL_OK;
}

/* Eigenvectors of the k largest eigenvalues, those of the smallest of the Laplacian: k x n. */
static kl_status eigenvectors(double *vectors, double *a, size_t n, size_t k, uint64_t seed, kl_task *task,
                              kl_error *error)
{
    graph g = {a, n};
    double *values;
    KL_TAKE_RAW(values, task, n, error);
    if (n > SMALL && k < n / 4)
        return kl_lanczos(values, vectors, n, k, true, 1e-10, step, &g, seed, task, error);
    return kl_eigh_range(values, vectors, a, n, n - k, n, task, error);
}

/* Coordinates of each row: n x k. */
static kl_status embed(double *out, double *a, size_t n, size_t k, uint64_t seed, kl_task *task, kl_error *error)
{
    double *root, *vectors;
    KL_TAKE_RAW(root, task, n, error);
    KL_TAKE_RAW(vectors, task, k * n, error);
    normalise(a, root, n);
    KL_TRY(eigenvectors(vectors, a, n, k, seed, task, error));
    for (size_t c = 0; c < k; c++) {
        double largest = 0;
        for (size_t i = 0; i < n; i++) {
            double at = vectors[c * n + i] / root[i];
            largest = fabs(at) > fabs(largest) ? at : largest;
        }
        for (size_t i = 0; i < n; i++)
            out[i * k + c] = vectors[c * n + i] / root[i] * (largest < 0 ? -1 : 1);
    }
    return KL_OK;
}

/* ---- fit ----------------------------------------------------------------------------------------- */

static kl_status fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    spectral_clustering *self = (spectral_clustering *)base;
    size_t k = kl_is_null(self->n_components) ? (size_t)self->n_clusters : (size_t)kl_as_int(self->n_components);
    kl_value affinity, labels_value;
    double *a, *points, *to, *kept;
    int32_t *labels;
    uint64_t seed;
    if (self->n_clusters > (int64_t)in->n)
        return kl_bad_input(error, "invalid parameter `n_clusters`: expected at most the number of rows (%zu), got %lld",
                            in->n, (long long)self->n_clusters);
    k = KL_MIN(k, in->n);
    KL_TRY(kl_estimator_seed(&seed, base, error));
    KL_TAKE_RAW(a, task, in->n * in->n, error);
    KL_TAKE_RAW(points, task, in->n * k, error);
    KL_TAKE_RAW(labels, task, in->n, error);
    KL_TRY(likeness(a, self, in, task, error));
    KL_TRY(kl_table_new(&affinity, &kept, in->n, in->n, error));
    kl_learn(&self->affinity_matrix_, affinity);
    memcpy(kept, a, in->n * in->n * sizeof *kept);
    KL_TRY(embed(points, a, in->n, k, seed, task, error));
    KL_TRY(kl_k_means_simple(labels, NULL, points, in->n, k, (size_t)self->n_clusters, (size_t)self->n_init, seed, task,
                             error));
    KL_TRY(kl_vector_new(&labels_value, &to, in->n, error));
    kl_learn(&self->labels_, labels_value);
    for (size_t i = 0; i < in->n; i++)
        to[i] = labels[i];
    return KL_OK;
}

/* ---- the type ------------------------------------------------------------------------------------ */

static const kl_field fields[] = {
    KL_INT(spectral_clustering, n_clusters, 8, .doc = "clusters; from 1 to the number of rows"),
    KL_DOUBLE(spectral_clustering, gamma, 1.0, .doc = "of rbf: likeness is exp(-gamma |a - b|^2); >= 0"),
    KL_RANDOM_STATE(spectral_clustering, ),
    KL_ENUM(spectral_clustering, affinity, "rbf", .names = affinities, .flags = KL_KEYWORD_ONLY,
            .doc = "likeness of two rows: by distance (rbf), by being among the nearest (nearest_neighbors), or what x "
                   "holds (precomputed)"),
    KL_INT(spectral_clustering, n_neighbors, 10, .flags = KL_KEYWORD_ONLY,
           .doc = "of nearest_neighbors: how many, the row itself counted; >= 1"),
    KL_VALUE(spectral_clustering, n_components, .kind = KL_KIND_INT, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "eigenvectors that k-means sees; None = n_clusters"),
    KL_INT(spectral_clustering, n_init, 10, .flags = KL_KEYWORD_ONLY, .doc = "runs of k-means, of which the best counts; >= 1"),
    KL_BOOL(spectral_clustering, verbose, false, .flags = KL_KEYWORD_ONLY, .doc = "whether progress is printed"),
    KL_LEARNED_ARRAY(spectral_clustering, labels_, .doc = "the cluster of each row, as float64"),
    KL_LEARNED_ARRAY(spectral_clustering, affinity_matrix_, .doc = "likeness of the rows"),
};

static const kl_limit limits[] = {{"n_clusters", KL_AT_LEAST(1)}, {"gamma", KL_AT_LEAST(0)}, {"n_init", KL_AT_LEAST(1)},
                                  {"n_neighbors", KL_AT_LEAST(1)}, {"n_components", KL_AT_LEAST(1)}};

static const kl_method methods[] = {KL_EST_CLUSTERER};

static const kl_estimator_table table = {
    .kind = KL_EST_CLUSTER,
    .limits = KL_TABLE(limits),
    .fit = fit,
};

const kl_type kl_spectral_clustering_type = {
    .name = "SpectralClustering",
    KL_ESTIMATOR(spectral_clustering),
    .doc = "Clusters of rows that hang together, whatever their shape: k-means on the first eigenvectors of the normalised "
           "Laplacian of their likeness (Shi and Malik 2000). Takes rows x rows of memory.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_spectral_clustering_type);
