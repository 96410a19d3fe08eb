/* src/ml/cluster/spectral_clustering.c - SpectralClustering: clusters of rows that hang together.
 *
 * Rows are points of a graph whose edges are their likeness; the first eigenvectors of its Laplacian put what hangs
 * together in one place, where k-means finds it (Shi and Malik 2000; von Luxburg 2007).
 */
#include "../callable.h"
#include "../kernels.h"
#include "../linalg.h"
#include "../neighbors/index.h"
#include "../numeric.h"
#include "../svm/kernel_matrix.h"
#include "k_means.h"
#include "spectral.h"

#include <math.h>

typedef struct spectral_clustering {
    kl_estimator base;
    int64_t n_clusters, n_init, n_neighbors;
    double gamma, degree, coef0;
    kl_value random_state, affinity, n_components, assign_labels, eigen_solver, eigen_tol, kernel_params, n_jobs;
    bool verbose;
    kl_value labels_, affinity_matrix_;
} spectral_clustering;

/* Up to here all eigenvectors are computed at once. */
enum { SMALL = 400, BLOCK_STEPS = 2000, STREAM = 0x10b };

/* Of the residuals of blocks of vectors, over the rows. */
#define BLOCK_TOL 3.162277660168379e-8

/* ---- likeness ------------------------------------------------------------------------------------ */

static bool is_word(kl_kernel_kind *kind, kl_value affinity)
{
    return kl_is(affinity, KL_KIND_STRING) && kl_kernel_find(kind, kl_as_text(affinity)) && *kind < KL_KERNEL_PRECOMPUTED;
}

static kl_status check(kl_object *object, kl_error *error)
{
    const spectral_clustering *self = (const spectral_clustering *)object;
    static const char *const others[] = {"nearest_neighbors", "precomputed", "precomputed_nearest_neighbors"};
    kl_kernel_kind kind;
    kl_text word = kl_as_text(self->affinity);
    if (is_word(&kind, self->affinity) || kl_is_callable(self->affinity))
        return KL_OK;
    for (size_t i = 0; i < KL_COUNT(others); i++)
        if (kl_word_is(self->affinity, others[i]))
            return KL_OK;
    return kl_error_set(error, KL_INVALID,
                        "affinity: expected one of: additive_chi2, chi2, cosine, laplacian, linear, nearest_neighbors, poly, "
                        "polynomial, precomputed, precomputed_nearest_neighbors, rbf, sigmoid, or a callable; got %s%.*s%s",
                        word.len ? "'" : kl_value_kind_name(self->affinity), KL_TEXT_ARG(word), word.len ? "'" : "");
}

static kl_status by_kernel(double *a, const spectral_clustering *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    const double *x = in->x->data;
    kl_kernel kernel = {.gamma = self->gamma, .degree = self->degree, .coef0 = self->coef0};
    bool is_callable = !is_word(&kernel.kind, self->affinity);
    KL_TRY(kl_kernel_params_check(self->kernel_params, is_callable, error));
    return is_callable ? kl_kernel_call_pairs(a, self->affinity, self->kernel_params, x, in->n, x, in->n, in->d, task, error)
                       : kl_kernel_matrix(a, &kernel, x, in->n, x, in->n, in->d, task, error);
}

static kl_status check_square(const kl_fit *in, kl_error *error)
{
    return in->d == in->n ? KL_OK
                          : kl_bad_input(error, "x must be square, as affinity is precomputed; it has %zu rows and %zu columns",
                                         in->n, in->d);
}

/* The k - 1 nearest other rows of each, by the distances that x has. */
static kl_status nearest_given(int64_t *rows, const kl_fit *in, size_t k, kl_task *task, kl_error *error)
{
    double *distances;
    int64_t *order;
    KL_TRY(check_square(in, error));
    KL_TAKE_RAW(distances, task, in->n, error);
    KL_TAKE_RAW(order, task, in->n, error);
    for (size_t i = 0; i < in->n; i++) {
        memcpy(distances, kl_row(in->x, i), in->n * sizeof *distances);
        distances[i] = -1; /* itself comes first */
        KL_TRY(kl_argsort(order, distances, in->n, task, error));
        memcpy(rows + i * (k - 1), order + 1, (k - 1) * sizeof *rows);
    }
    return KL_OK;
}

static kl_status nearest_found(int64_t *rows, const kl_fit *in, size_t k, kl_task *task, kl_error *error)
{
    kl_neighbor_index index;
    if (k == 1)
        return KL_OK;
    KL_TRY(kl_neighbor_index_make(&index, in->x->data, in->n, in->d, KL_METRIC_EUCLIDEAN, 2, task, error));
    return kl_neighbors_nearest(rows, NULL, &index, in->x->data, in->n, k - 1, true, task, error);
}

/* 1 where both are among each other's nearest rows (itself counted), 1/2 where one is. */
static kl_status neighbours(double *a, const spectral_clustering *self, const kl_fit *in, kl_task *task,
                            kl_error *error)
{
    size_t n = in->n, k = (size_t)self->n_neighbors;
    bool given = kl_word_is(self->affinity, "precomputed_nearest_neighbors");
    int64_t *rows;
    if (k > n)
        return kl_bad_input(error, "invalid parameter `n_neighbors`: expected at most the number of rows (%zu), got %zu", n, k);
    KL_TAKE_RAW(rows, task, n * (k - 1) + 1, error);
    KL_TRY(given ? nearest_given(rows, in, k, task, error) : nearest_found(rows, in, k, task, error));
    memset(a, 0, n * n * sizeof *a);
    for (size_t i = 0; i < n; i++) {
        a[i * n + i] = 1;
        for (size_t t = 0; t < k - 1; t++) {
            size_t j = (size_t)rows[i * (k - 1) + t];
            a[i * n + j] += 0.5;
            a[j * n + i] += 0.5;
        }
    }
    return KL_OK;
}

static kl_status given(double *a, const kl_fit *in, kl_error *error)
{
    KL_TRY(check_square(in, error));
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
    if (kl_word_is(self->affinity, "nearest_neighbors") || kl_word_is(self->affinity, "precomputed_nearest_neighbors"))
        return neighbours(a, self, in, task, error);
    return by_kernel(a, self, in, task, error);
}

/* ---- the first eigenvectors ---------------------------------------------------------------------- */

/* a becomes D^-1/2 A D^-1/2 without its diagonal; `root`: the roots of the degrees, 1 for rows without edges. */
static kl_status normalise(double *a, double *root, size_t n, kl_error *error)
{
    for (size_t i = 0; i < n; i++) {
        a[i * n + i] = 0;
        double degree = kl_kernels()->sum(a + i * n, n);
        if (degree < 0)
            return kl_bad_input(error, "the likeness of row %zu to the others adds up to %.15g: an affinity must be >= 0", i,
                                degree);
        root[i] = degree > 0 ? sqrt(degree) : 1;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            a[i * n + j] /= root[i] * root[j];
    return KL_OK;
}

typedef struct graph {
    const double *a;
    size_t n;
    size_t *starts, *columns; /* of a sparse one: where the edges of each row begin, where they lead; else NULL */
    double *edges;
} graph;

/* Of a graph with few edges, as that of nearest neighbours, they alone are gone through. */
static kl_status find_edges(graph *g, kl_task *task, kl_error *error)
{
    size_t count = 0;
    for (size_t i = 0; i < g->n * g->n; i++)
        count += g->a[i] != 0;
    if (count > g->n * g->n / 8)
        return KL_OK;
    KL_TAKE_RAW(g->starts, task, g->n + 1, error);
    KL_TAKE_RAW(g->columns, task, count + 1, error);
    KL_TAKE_RAW(g->edges, task, count + 1, error);
    count = 0;
    for (size_t i = 0; i < g->n; i++) {
        g->starts[i] = count;
        for (size_t j = 0; j < g->n; j++)
            if (g->a[i * g->n + j] != 0) {
                g->columns[count] = j;
                g->edges[count++] = g->a[i * g->n + j];
            }
    }
    g->starts[g->n] = count;
    return KL_OK;
}

static kl_status step(void *data, const double *x, double *y, kl_error *error)
{
    const graph *g = data;
    (void)error;
    if (!g->starts) {
        kl_gemv(false, g->n, g->n, 1, g->a, g->n, x, 0, y);
        return KL_OK;
    }
    for (size_t i = 0; i < g->n; i++) {
        double sum = 0;
        for (size_t k = g->starts[i]; k < g->starts[i + 1]; k++)
            sum += g->edges[k] * x[g->columns[k]];
        y[i] = sum;
    }
    return KL_OK;
}

/* One vector more than asked for, from those of chance and the one that is known: the roots of the degrees. */
static kl_status by_blocks(double *vectors, const double *a, const double *root, size_t n, size_t k, double tol,
                           uint64_t seed, kl_task *task, kl_error *error)
{
    double *block;
    kl_random random;
    bool converged;
    KL_TAKE_RAW(block, task, (k + 1) * n, error);
    kl_random_open(&random, seed, STREAM, 0);
    memcpy(block, root, n * sizeof *block);
    kl_random_normals(&random, block + n, k * n);
    KL_TRY(kl_block_eigenvectors(block, &converged, a, n, k + 1, k, tol > 0 ? tol : BLOCK_TOL * (double)n, BLOCK_STEPS, task,
                                 error));
    memcpy(vectors, block, k * n * sizeof *vectors);
    return converged ? KL_OK
                     : kl_warn_convergence(error, "lobpcg did not converge in %d steps; take a larger eigen_tol, or the "
                                                  "eigen_solver 'arpack'",
                                           (int)BLOCK_STEPS);
}

/* Eigenvectors of the k largest eigenvalues, those of the smallest of the Laplacian: k x n. */
static kl_status eigenvectors(double *vectors, double *a, const double *root, const spectral_clustering *self, size_t n,
                              size_t k, uint64_t seed, kl_task *task, kl_error *error)
{
    graph g = {.a = a, .n = n};
    double *values, tol = kl_is_number(self->eigen_tol) ? kl_as_double(self->eigen_tol) : 0;
    KL_TAKE_RAW(values, task, n, error);
    if (kl_word_is(self->eigen_solver, "lobpcg") && n > 5 * k)
        return by_blocks(vectors, a, root, n, k, tol, seed, task, error);
    if (n > SMALL && k < n / 4) {
        KL_TRY(find_edges(&g, task, error));
        return kl_lanczos(values, vectors, n, k, true, tol > 0 ? tol : 1e-10, step, &g, seed, task, error);
    }
    return kl_eigh_range(values, vectors, a, n, n - k, n, task, error);
}

/* Coordinates of each row: n x k. */
static kl_status embed(double *out, double *a, const spectral_clustering *self, size_t n, size_t k, uint64_t seed,
                       kl_task *task, kl_error *error)
{
    double *root, *vectors;
    KL_TAKE_RAW(root, task, n, error);
    KL_TAKE_RAW(vectors, task, k * n, error);
    KL_TRY(normalise(a, root, n, error));
    KL_TRY(eigenvectors(vectors, a, root, self, n, k, seed, task, error));
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

static kl_status check_solver(const spectral_clustering *self, kl_error *error)
{
    if (kl_word_is(self->eigen_solver, "amg"))
        return kl_bad_parameter(error, "eigen_solver", "'arpack' or 'lobpcg', for 'amg' needs pyamg, which is not here",
                                self->eigen_solver);
    if (!kl_word_is(self->eigen_tol, "auto") && !(kl_is_number(self->eigen_tol) && kl_as_double(self->eigen_tol) >= 0))
        return kl_bad_parameter(error, "eigen_tol", "'auto' or a number >= 0", self->eigen_tol);
    return KL_OK;
}

static kl_status assign(int32_t *labels, const spectral_clustering *self, const double *points, size_t n, size_t k,
                        uint64_t seed, kl_task *task, kl_error *error)
{
    if (kl_word_is(self->assign_labels, "cluster_qr"))
        return kl_labels_by_pivots(labels, points, n, k, task, error);
    if (kl_word_is(self->assign_labels, "discretize"))
        return kl_labels_by_rotation(labels, points, n, k, seed, task, error);
    return kl_k_means_simple(labels, NULL, points, n, k, (size_t)self->n_clusters, (size_t)self->n_init, seed, task, error);
}

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
    KL_TRY(check_solver(self, error));
    KL_TRY(kl_estimator_seed(&seed, base, error));
    KL_TAKE_RAW(a, task, in->n * in->n, error);
    KL_TAKE_RAW(points, task, in->n * k, error);
    KL_TAKE_RAW(labels, task, in->n, error);
    KL_TRY(likeness(a, self, in, task, error));
    KL_TRY(kl_table_new(&affinity, &kept, in->n, in->n, error));
    kl_learn(&self->affinity_matrix_, affinity);
    memcpy(kept, a, in->n * in->n * sizeof *kept);
    KL_TRY(embed(points, a, self, in->n, k, seed, task, error));
    KL_TRY(assign(labels, self, points, in->n, k, seed, task, error));
    KL_TRY(kl_vector_new(&labels_value, &to, in->n, error));
    kl_learn(&self->labels_, labels_value);
    for (size_t i = 0; i < in->n; i++)
        to[i] = labels[i];
    return KL_OK;
}

/* ---- the type ------------------------------------------------------------------------------------ */

static const char *const assignments[] = {"kmeans", "discretize", "cluster_qr", NULL};
static const char *const solvers[] = {"arpack", "lobpcg", "amg", NULL};

static const kl_field fields[] = {
    KL_INT(spectral_clustering, n_clusters, 8, .doc = "clusters; from 1 to the number of rows"),
    KL_DOUBLE(spectral_clustering, gamma, 1.0,
              .doc = "factor in the kernels rbf, laplacian, poly, sigmoid and chi2; >= 0"),
    KL_RANDOM_STATE(spectral_clustering, ),
    KL_VALUE(spectral_clustering, affinity, .kind = KL_KIND_ANY, .fallback = "\"rbf\"", .flags = KL_FOREIGN | KL_KEYWORD_ONLY,
             .doc = "likeness of two rows. rbf: exp(-gamma |x - y|^2); laplacian: exp(-gamma |x - y|_1); linear: x'y; poly or "
                    "polynomial: (gamma x'y + coef0)^degree; sigmoid: tanh(gamma x'y + coef0); cosine; additive_chi2 and "
                    "chi2, of numbers >= 0; nearest_neighbors: being among the nearest; precomputed: what x holds; "
                    "precomputed_nearest_neighbors: being among the nearest by the distances that x holds; or a callable of "
                    "two rows that answers with a number >= 0"),
    KL_INT(spectral_clustering, n_neighbors, 10, .flags = KL_KEYWORD_ONLY,
           .doc = "how many are the nearest, the row itself counted; >= 1"),
    KL_DOUBLE(spectral_clustering, degree, 3.0, .flags = KL_KEYWORD_ONLY, .doc = "power of poly; >= 0"),
    KL_DOUBLE(spectral_clustering, coef0, 1.0, .flags = KL_KEYWORD_ONLY, .doc = "constant in poly and sigmoid"),
    KL_VALUE(spectral_clustering, kernel_params, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_FOREIGN | KL_KEYWORD_ONLY,
             .doc = "a dict of what a callable gets by name beside its two rows"),
    KL_VALUE(spectral_clustering, n_components, .kind = KL_KIND_INT, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "eigenvectors that labels are made from; None = n_clusters"),
    KL_ENUM(spectral_clustering, assign_labels, "kmeans", .names = assignments, .flags = KL_KEYWORD_ONLY,
            .doc = "how labels are made from eigenvectors. kmeans; discretize: by the rotation nearest to indicators of "
                   "clusters (Yu and Shi 2003); cluster_qr: by a factorisation with pivots, without chance (Damle, Minden, "
                   "Ying 2019). The last two give as many clusters as eigenvectors"),
    KL_VALUE(spectral_clustering, eigen_solver, .kind = KL_KIND_ENUM, .names = solvers, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "arpack or None: by Lanczos, all at once for few rows; lobpcg: by blocks of vectors (Knyazev 2001); amg is "
                    "refused, as it needs pyamg"),
    KL_VALUE(spectral_clustering, eigen_tol, .kind = KL_KIND_ANY, .fallback = "\"auto\"", .flags = KL_KEYWORD_ONLY,
             .doc = "how exact eigenvectors are, where they are not computed all at once; 'auto' or 0 = nearly to the last "
                    "digits by arpack, 3e-8 of the rows by lobpcg"),
    KL_VALUE(spectral_clustering, n_jobs, .kind = KL_KIND_INT, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "most threads to use; -1 or None = all processors"),
    KL_INT(spectral_clustering, n_init, 10, .flags = KL_KEYWORD_ONLY, .doc = "runs of k-means, of which the best counts; >= 1"),
    KL_BOOL(spectral_clustering, verbose, false, .flags = KL_KEYWORD_ONLY, .doc = "whether progress is printed"),
    KL_LEARNED_ARRAY(spectral_clustering, labels_, .doc = "the cluster of each row, as float64"),
    KL_LEARNED_ARRAY(spectral_clustering, affinity_matrix_, .doc = "likeness of the rows"),
};

static const kl_limit limits[] = {{"n_clusters", KL_AT_LEAST(1)}, {"gamma", KL_AT_LEAST(0)}, {"n_init", KL_AT_LEAST(1)},
                                  {"n_neighbors", KL_AT_LEAST(1)}, {"n_components", KL_AT_LEAST(1)},
                                  {"degree", KL_AT_LEAST(0)}};

static const kl_method methods[] = {KL_EST_CLUSTERER};

static const kl_estimator_table table = {
    .kind = KL_EST_CLUSTER,
    .limits = KL_TABLE(limits),
    .fit = fit,
    .shapes = "labels_ = * | none; affinity_matrix_ = * * | none",
};

const kl_type kl_spectral_clustering_type = {
    .name = "SpectralClustering",
    KL_ESTIMATOR(spectral_clustering),
    .check = check,
    .doc = "Clusters of rows that hang together, whatever their shape: k-means, or another way to labels, on the first eigenvectors of "
           "the normalised Laplacian of their likeness (Shi and Malik 2000). Takes rows x rows of memory.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_spectral_clustering_type);
