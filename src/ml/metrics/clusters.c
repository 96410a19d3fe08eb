/* src/ml/metrics/clusters.c - measures of clusters by where their rows lie: silhouette_score, davies_bouldin_score,
 * calinski_harabasz_score. */
#include "score.h"

#include "ml/kernels.h"
#include "ml/linalg.h"
#include "ml/numeric.h"
#include "parallel.h"

#include <float.h>
#include <math.h>

/* Rows and the cluster of each. */
typedef struct clusters {
    size_t n, d, k;
    const double *x;
    const int64_t *codes;
    double *sizes;
} clusters;

static kl_status check_count(size_t k, size_t n, kl_error *error)
{
    if (k >= 2 && k < n)
        return KL_OK;
    return kl_bad_input(error, "labels name %zu clusters of %zu rows; expected 2 to %zu", k, n,
                        n > 2 ? n - 1 : 2);
}

static kl_status count_sizes(clusters *of, kl_task *task, kl_error *error)
{
    KL_TRY(check_count(of->k, of->n, error));
    KL_TAKE(of->sizes, task, of->k, error);
    for (size_t i = 0; i < of->n; i++)
        of->sizes[of->codes[i]]++;
    return KL_OK;
}

static kl_status read_clusters(clusters *of, kl_value x, kl_value labels, kl_task *task,
                               kl_error *error)
{
    kl_matrix matrix;
    kl_value classes = kl_null();
    int64_t *codes;
    size_t n;
    KL_TRY(kl_linalg_begin(error));
    KL_TRY(kl_matrix_read(&matrix, x, "x", 0, task, error));
    KL_TRY(kl_labels_encode(&codes, &classes, &n, labels, kl_null(), "labels", task, error));
    *of = (clusters){matrix.rows, matrix.cols, kl_labels_count(classes), matrix.data, codes, NULL};
    kl_value_release(classes);
    if (n != of->n)
        return kl_bad_dimension(error, "labels", of->n, n);
    return KL_OK;
}

/* ---- silhouette -------------------------------------------------------------------------------------------- */

typedef enum silhouette_metric {
    SIL_EUCLIDEAN,
    SIL_SQUARED,
    SIL_OTHER,
    SIL_PRECOMPUTED
} silhouette_metric;

static const struct {
    const char *word;
    silhouette_metric how;
    kl_metric metric;
} metric_rows[] = {
    {"euclidean", SIL_EUCLIDEAN, KL_METRIC_EUCLIDEAN},
    {"l2", SIL_EUCLIDEAN, KL_METRIC_EUCLIDEAN},
    {"sqeuclidean", SIL_SQUARED, KL_METRIC_EUCLIDEAN},
    {"manhattan", SIL_OTHER, KL_METRIC_MANHATTAN},
    {"cityblock", SIL_OTHER, KL_METRIC_MANHATTAN},
    {"l1", SIL_OTHER, KL_METRIC_MANHATTAN},
    {"chebyshev", SIL_OTHER, KL_METRIC_CHEBYSHEV},
    {"minkowski", SIL_OTHER, KL_METRIC_MINKOWSKI},
    {"cosine", SIL_OTHER, KL_METRIC_COSINE},
    {"precomputed", SIL_PRECOMPUTED, KL_METRIC_EUCLIDEAN},
};
static const char *const metric_words[] = {"euclidean", "l2", "sqeuclidean", "manhattan", "cityblock", "l1",
                                           "chebyshev", "minkowski", "cosine", "precomputed", NULL};

/* Rows whose distances lie in memory at a time, so that it grows with n and not with n^2. */
enum { CHUNK = 256 };

typedef struct silhouette {
    clusters of;
    silhouette_metric how;
    kl_metric metric;
    double p;
    const double *squares; /* sums of squares of the rows */
    const double *apart;   /* distances of the chunk: CHUNK x n */
    double *sums;          /* of distances to each cluster: a row of k for every row of the chunk */
    double *out;           /* a number for each row */
    size_t begin;          /* of the chunk */
} silhouette;

static double one_silhouette(const silhouette *s, size_t i, double *sums)
{
    const clusters *of = &s->of;
    const double *apart = s->apart + (i - s->begin) * of->n;
    size_t own = (size_t)of->codes[i];
    if (of->sizes[own] == 1)
        return 0;
    for (size_t c = 0; c < of->k; c++)
        sums[c] = 0;
    for (size_t j = 0; j < of->n; j++)
        sums[of->codes[j]] += j == i ? 0 : apart[j];
    double within = sums[own] / (of->sizes[own] - 1), other = INFINITY;
    for (size_t c = 0; c < of->k; c++)
        if (c != own)
            other = fmin(other, sums[c] / of->sizes[c]);
    double most = fmax(within, other);
    return most == 0 ? 0 : (other - within) / most;
}

static kl_status silhouette_block(void *data, size_t block, size_t begin, size_t end,
                                  kl_error *error)
{
    silhouette *s = data;
    (void)block, (void)error;
    for (size_t i = begin; i < end; i++)
        s->out[s->begin + i] = one_silhouette(s, s->begin + i, s->sums + i * s->of.k);
    return KL_OK;
}

static kl_status chunk_distances(silhouette *s, double *apart, size_t rows, kl_task *task,
                                 kl_error *error)
{
    const clusters *of = &s->of;
    const double *x = of->x + s->begin * of->d;
    if (s->how == SIL_PRECOMPUTED) {
        s->apart = of->x + s->begin * of->n;
        return KL_OK;
    }
    if (s->how == SIL_OTHER)
        return kl_distances(apart, x, rows, of->x, of->n, of->d, s->metric, s->p, error);
    KL_TRY(kl_squared_distances(apart, x, rows, s->squares + s->begin, of->x, of->n, s->squares, of->d,
                                task, error));
    for (size_t i = 0; s->how == SIL_EUCLIDEAN && i < rows * of->n; i++)
        apart[i] = sqrt(apart[i]);
    return KL_OK;
}

static kl_status run_silhouette(silhouette *s, kl_task *task, kl_error *error)
{
    double *apart, *squares;
    size_t n = s->of.n;
    KL_TRY(count_sizes(&s->of, task, error));
    KL_TAKE_RAW(apart, task, s->how == SIL_PRECOMPUTED ? 1 : KL_MIN(n, CHUNK) * n, error);
    KL_TAKE_RAW(squares, task, n, error);
    KL_TAKE_RAW(s->sums, task, KL_MIN(n, CHUNK) * s->of.k, error);
    KL_TAKE_RAW(s->out, task, n, error);
    kl_kernels()->row_square_sums(squares, s->of.x, n, s->of.d);
    s->squares = squares;
    s->apart = apart;
    for (s->begin = 0; s->begin < n; s->begin += CHUNK) {
        size_t rows = KL_MIN(CHUNK, n - s->begin);
        KL_TRY(chunk_distances(s, apart, rows, task, error));
        KL_TRY(kl_parallel_for(rows, 16, silhouette_block, s, error));
        KL_TRY(kl_task_step(task, s->begin + rows, n, error));
    }
    return KL_OK;
}

/* Distances that were computed: a square matrix with zeros on its diagonal. */
static kl_status check_precomputed(const clusters *of, kl_error *error)
{
    if (of->n != of->d)
        return kl_bad_input(error, "x of metric='precomputed' must be square, got %zu x %zu", of->n, of->d);
    for (size_t i = 0; i < of->n; i++)
        if (fabs(of->x[i * of->n + i]) > 100 * DBL_EPSILON)
            return kl_bad_input(error, "x[%zu, %zu] is %g; the distance of a row to itself must be 0", i, i,
                                of->x[i * of->n + i]);
    return KL_OK;
}

/* Some of the rows, at random; of computed distances the columns as well. */
static kl_status sample(clusters *of, size_t count, bool precomputed, kl_value random_state,
                        kl_task *task, kl_error *error)
{
    uint64_t seed;
    kl_random random;
    int64_t *rows, *codes, *compact;
    double *x;
    count = KL_MIN(count, of->n);
    size_t cols = precomputed ? count : of->d;
    KL_TRY(kl_random_seed(&seed, random_state, error));
    kl_random_open(&random, seed, 0, 0);
    KL_TAKE_RAW(rows, task, count, error);
    KL_TAKE_RAW(codes, task, count, error);
    KL_TAKE(compact, task, of->k, error);
    KL_TAKE_RAW(x, task, count * cols, error);
    KL_TRY(kl_random_sample(&random, rows, count, of->n, error));
    size_t k = 0;
    for (size_t i = 0; i < count; i++) {
        size_t code = (size_t)of->codes[rows[i]];
        if (compact[code] == 0)
            compact[code] = (int64_t)++k;
        codes[i] = compact[code] - 1;
        for (size_t j = 0; j < cols; j++)
            x[i * cols + j] = of->x[(size_t)rows[i] * of->d + (precomputed ? (size_t)rows[j] : j)];
    }
    *of = (clusters){count, cols, k, x, codes, NULL};
    return KL_OK;
}

/* args: x, labels, metric, sample_size, random_state, p */
static kl_status silhouette_of(kl_value *out, const kl_value *args, kl_task *task, kl_error *error)
{
    silhouette s = {.p = kl_as_double(args[5])};
    for (size_t i = 0; i < KL_COUNT(metric_rows); i++) {
        if (kl_word_is(args[2], metric_rows[i].word)) {
            s.how = metric_rows[i].how;
            s.metric = metric_rows[i].metric;
        }
    }
    if (!(s.p >= 1))
        return kl_bad_parameter(error, "p", "a number >= 1", args[5]);
    KL_TRY(read_clusters(&s.of, args[0], args[1], task, error));
    if (s.how == SIL_PRECOMPUTED)
        KL_TRY(check_precomputed(&s.of, error));
    if (!kl_is_null(args[3]))
        KL_TRY(sample(&s.of, (size_t)kl_as_int(args[3]), s.how == SIL_PRECOMPUTED, args[4], task, error));
    KL_TRY(run_silhouette(&s, task, error));
    *out = kl_double(kl_kernels()->sum(s.out, s.of.n) / (double)s.of.n);
    return KL_OK;
}
KL_MEASURE(silhouette_of)

/* ---- centres ----------------------------------------------------------------------------------------------- */

static kl_status centres_of(double **out, const clusters *of, kl_task *task, kl_error *error)
{
    KL_TAKE(*out, task, of->k * of->d, error);
    for (size_t i = 0; i < of->n; i++)
        kl_kernels()->axpy(1, of->x + i * of->d, *out + (size_t)of->codes[i] * of->d, of->d);
    for (size_t c = 0; c < of->k; c++)
        for (size_t j = 0; j < of->d; j++)
            (*out)[c * of->d + j] /= of->sizes[c];
    return KL_OK;
}

/* Mean over the clusters of the largest (spread + spread) / distance to another one. */
static double bouldin_of(const double *centres, const double *spread, size_t k, size_t d)
{
    double sum = 0, widest = 0, farthest = 0;
    for (size_t a = 0; a < k; a++) {
        double worst = 0;
        widest = fmax(widest, spread[a]);
        for (size_t b = 0; b < k; b++) {
            double apart = a == b ? 0 : sqrt(kl_kernels()->squared_distance(centres + a * d, centres + b * d, d));
            farthest = fmax(farthest, apart);
            if (apart > 0)
                worst = fmax(worst, (spread[a] + spread[b]) / apart);
        }
        sum += worst;
    }
    return widest <= 1e-8 || farthest <= 1e-8 ? 0 : sum / (double)k;
}

static kl_status bouldin(kl_value *out, const kl_value *args, kl_task *task, kl_error *error)
{
    clusters of;
    double *centres, *spread;
    KL_TRY(read_clusters(&of, args[0], args[1], task, error));
    KL_TRY(count_sizes(&of, task, error));
    KL_TRY(centres_of(&centres, &of, task, error));
    KL_TAKE(spread, task, of.k, error);
    for (size_t i = 0; i < of.n; i++) {
        size_t c = (size_t)of.codes[i];
        spread[c] += sqrt(kl_kernels()->squared_distance(of.x + i * of.d, centres + c * of.d, of.d)) /
                     of.sizes[c];
    }
    *out = kl_double(bouldin_of(centres, spread, of.k, of.d));
    return KL_OK;
}
KL_MEASURE(bouldin)

static kl_status calinski(kl_value *out, const kl_value *args, kl_task *task, kl_error *error)
{
    clusters of;
    double *centres, *mean, between = 0, within = 0;
    KL_TRY(read_clusters(&of, args[0], args[1], task, error));
    KL_TRY(count_sizes(&of, task, error));
    KL_TRY(centres_of(&centres, &of, task, error));
    KL_TAKE(mean, task, of.d, error);
    for (size_t c = 0; c < of.k; c++)
        kl_kernels()->axpy(of.sizes[c] / (double)of.n, centres + c * of.d, mean, of.d);
    for (size_t c = 0; c < of.k; c++)
        between += of.sizes[c] * kl_kernels()->squared_distance(centres + c * of.d, mean, of.d);
    for (size_t i = 0; i < of.n; i++)
        within += kl_kernels()->squared_distance(of.x + i * of.d,
                                                 centres + (size_t)of.codes[i] * of.d, of.d);
    double freedom = (double)(of.n - of.k) / (double)(of.k - 1);
    *out = kl_double(within == 0 ? 1 : between / within * freedom);
    return KL_OK;
}
KL_MEASURE(calinski)

/* ---- tables ------------------------------------------------------------------------------------------------ */

#define ROWS                                                                                       \
    {.name = "x", .alias = "X", .kind = KL_KIND_ANY, .flags = KL_DATA, .doc = "rows: n x d"},      \
    {.name = "labels", .kind = KL_KIND_ANY, .flags = KL_DATA,                                      \
     .doc = "the cluster of each row; 2 to n - 1 clusters"}
static const kl_param rows_params[] = {ROWS};
static const kl_param silhouette_params[] = {
    ROWS,
    {.name = "metric", .kind = KL_KIND_ENUM, .names = metric_words, .fallback = "\"euclidean\"",
     .flags = KL_KEYWORD_ONLY,
     .doc = "distance of two rows; precomputed: x holds the distances, n x n"},
    {.name = "sample_size", .kind = KL_KIND_COUNT, .range = KL_RANGE(1, 9e15),
     .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
     .doc = "measure this many rows at random instead of all; None = all"},
    {.name = "random_state", .kind = KL_KIND_INT, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
     .doc = "seed of that choice, >= 0; None = a fresh one"},
    {.name = "p", .kind = KL_KIND_DOUBLE, .fallback = "2.0", .flags = KL_KEYWORD_ONLY,
     .doc = "exponent of the metric minkowski, >= 1"},
};
static const kl_function silhouette_function = {
    .module = "kailash.ml",
    .method = {.name = "silhouette_score", .call = silhouette_of_call,
               .params = KL_TABLE(silhouette_params), .returns = KL_KIND_DOUBLE,
               .flags = KL_BLOCKING, .raises = KL_MEASURE_RAISES,
               .doc = "Mean over the rows of (b - a) / max(a, b), a being the mean distance to the row's own cluster "
                      "and b that to the nearest other one (Rousseeuw 1987): 1 is best, below 0 the row lies "
                      "in another cluster. Takes time n^2 and memory n."}};
KL_PUBLISH_FUNCTION(silhouette_function);
static const kl_function bouldin_function = {
    .module = "kailash.ml",
    .method = {.name = "davies_bouldin_score", .call = bouldin_call,
               .params = KL_TABLE(rows_params), .returns = KL_KIND_DOUBLE,
               .raises = KL_MEASURE_RAISES,
               .doc = "Mean over the clusters of how much each overlaps its worst neighbour: spreads of both, beside "
                      "the distance of their centres (Davies and Bouldin 1979). 0 is best."}};
KL_PUBLISH_FUNCTION(bouldin_function);
static const kl_function calinski_function = {
    .module = "kailash.ml",
    .method = {.name = "calinski_harabasz_score", .call = calinski_call,
               .params = KL_TABLE(rows_params), .returns = KL_KIND_DOUBLE,
               .raises = KL_MEASURE_RAISES,
               .doc = "Variance between the clusters beside that within them, each by its degrees of freedom "
                      "(Calinski and Harabasz 1974): higher is better."}};
KL_PUBLISH_FUNCTION(calinski_function);
