/* src/ml/metrics/partition.c - measures of two partitions of the same rows, whatever their labels are called:
 * adjusted_rand_score, normalized_mutual_info_score, v_measure_score and their kin. */
#include "score.h"

#include <float.h>
#include <math.h>

/* Rows that are in cluster `a` of the first and `b` of the second partition. */
typedef struct cell {
    size_t a, b;
    double count;
} cell;

/* How two partitions meet: the cells that are not empty, and the sizes of the clusters on both sides. */
typedef struct meeting {
    size_t n, ka, kb, cells;
    cell *cell;
    double *a, *b;
} meeting;

/* ---- counting ---------------------------------------------------------------------------------------------- */

static kl_status encode(int64_t **codes, size_t *k, size_t *n, kl_value labels, const char *name,
                        kl_task *task, kl_error *error)
{
    kl_value classes = kl_null();
    KL_TRY(kl_labels_encode(codes, &classes, n, labels, kl_null(), name, task, error));
    *k = kl_labels_count(classes);
    kl_value_release(classes);
    return KL_OK;
}

/* Rows in the order of their cluster in the first partition; starts[c] is where cluster c begins. */
static kl_status bucket(size_t **rows, size_t **starts, const int64_t *codes, size_t n, size_t k,
                        kl_task *task, kl_error *error)
{
    size_t *at;
    KL_TAKE_RAW(*rows, task, n, error);
    KL_TAKE(*starts, task, k + 1, error);
    KL_TAKE(at, task, k + 1, error);
    for (size_t i = 0; i < n; i++)
        (*starts)[codes[i] + 1]++;
    for (size_t c = 0; c < k; c++)
        (*starts)[c + 1] += (*starts)[c];
    memcpy(at, *starts, k * sizeof *at);
    for (size_t i = 0; i < n; i++)
        (*rows)[at[codes[i]]++] = i;
    return KL_OK;
}

static kl_status count_cells(meeting *out, const int64_t *a, const int64_t *b, kl_task *task,
                             kl_error *error)
{
    size_t *rows, *starts, *touched;
    double *counts;
    KL_TRY(bucket(&rows, &starts, a, out->n, out->ka, task, error));
    KL_TAKE(out->cell, task, out->n, error);
    KL_TAKE(counts, task, out->kb, error);
    KL_TAKE(touched, task, out->kb, error);
    for (size_t c = 0; c < out->ka; c++) {
        size_t count = 0;
        for (size_t i = starts[c]; i < starts[c + 1]; i++) {
            size_t other = (size_t)b[rows[i]];
            if (counts[other]++ == 0)
                touched[count++] = other;
        }
        for (size_t t = 0; t < count; t++) {
            out->cell[out->cells++] = (cell){c, touched[t], counts[touched[t]]};
            counts[touched[t]] = 0;
        }
    }
    return KL_OK;
}

static kl_status meet(meeting *out, kl_value first, kl_value second, kl_task *task, kl_error *error)
{
    int64_t *a, *b;
    size_t n;
    *out = (meeting){0};
    KL_TRY(encode(&a, &out->ka, &out->n, first, "labels_true", task, error));
    KL_TRY(encode(&b, &out->kb, &n, second, "labels_pred", task, error));
    if (n != out->n)
        return kl_bad_dimension(error, "elements of labels_pred", out->n, n);
    if (n == 0)
        return kl_bad_input(error, "labels_true is empty");
    KL_TRY(count_cells(out, a, b, task, error));
    KL_TAKE(out->a, task, out->ka, error);
    KL_TAKE(out->b, task, out->kb, error);
    for (size_t i = 0; i < n; i++) {
        out->a[a[i]]++;
        out->b[b[i]]++;
    }
    return KL_OK;
}

/* ---- pairs of rows ----------------------------------------------------------------------------------------- */

/* Pairs of rows, ordered: together in both, in the first alone, in the second alone, in neither. Exact up to 9e7
 * rows, for then they fit the digits of a double. */
typedef struct pairs {
    double both, first, second, neither;
} pairs;

static pairs pairs_of(const meeting *of)
{
    double n = (double)of->n, cells = 0, a = 0, b = 0;
    for (size_t i = 0; i < of->cells; i++)
        cells += of->cell[i].count * of->cell[i].count;
    for (size_t i = 0; i < of->ka; i++)
        a += of->a[i] * of->a[i];
    for (size_t i = 0; i < of->kb; i++)
        b += of->b[i] * of->b[i];
    return (pairs){cells - n, a - cells, b - cells, n * n - a - b + cells};
}

static double rand_of(const meeting *of)
{
    pairs p = pairs_of(of);
    double all = p.both + p.first + p.second + p.neither;
    return all == 0 ? 1 : (p.both + p.neither) / all;
}

/* Hubert and Arabie 1985. */
static double adjusted_rand_of(const meeting *of)
{
    pairs p = pairs_of(of);
    if (p.first == 0 && p.second == 0)
        return 1;
    return 2 * (p.both * p.neither - p.first * p.second) /
           ((p.both + p.first) * (p.first + p.neither) + (p.both + p.second) * (p.second + p.neither));
}

static double fowlkes_mallows_of(const meeting *of)
{
    pairs p = pairs_of(of);
    return p.both == 0 ? 0 : sqrt(p.both / (p.both + p.first)) * sqrt(p.both / (p.both + p.second));
}

/* ---- information ------------------------------------------------------------------------------------------- */

static double entropy_of(const double *sizes, size_t k, size_t n)
{
    double sum = 0;
    for (size_t i = 0; k > 1 && i < k; i++)
        sum -= sizes[i] / (double)n * log(sizes[i] / (double)n);
    return sum;
}

/* In nats. */
static double information_of(const meeting *of)
{
    double n = (double)of->n, sum = 0;
    if (of->ka == 1 || of->kb == 1)
        return 0;
    for (size_t i = 0; i < of->cells; i++) {
        const cell *c = &of->cell[i];
        double part = c->count / n *
                      (log(c->count) - log(n) - log(of->a[c->a] * of->b[c->b]) + 2 * log(n));
        sum += fabs(part) < DBL_EPSILON ? 0 : part;
    }
    return fmax(sum, 0);
}

/* The information that partitions of these sizes share by chance (Vinh, Epps and Bailey 2010): for each pair of
 * clusters the mean over the hypergeometric distribution of how many rows they share. */
static double expected_information(const meeting *of)
{
    double n = (double)of->n, sum = 0;
    for (size_t i = 0; i < of->ka; i++) {
        for (size_t j = 0; j < of->kb; j++) {
            double a = of->a[i], b = of->b[j];
            double fixed = lgamma(a + 1) + lgamma(b + 1) + lgamma(n - a + 1) + lgamma(n - b + 1) -
                           lgamma(n + 1);
            for (double m = fmax(1, a + b - n); m <= fmin(a, b); m++) {
                double chance = fixed - lgamma(m + 1) - lgamma(a - m + 1) - lgamma(b - m + 1) -
                                lgamma(n - a - b + m + 1);
                sum += m / n * log(n * m / (a * b)) * exp(chance);
            }
        }
    }
    return sum;
}

static double average_of(double a, double b, kl_text how)
{
    if (kl_text_is(how, "min"))
        return fmin(a, b);
    if (kl_text_is(how, "max"))
        return fmax(a, b);
    return kl_text_is(how, "geometric") ? sqrt(a * b) : (a + b) / 2;
}

static double normalised_of(const meeting *of, kl_text how)
{
    if (of->ka == 1 && of->kb == 1)
        return 1;
    double shared = information_of(of);
    if (shared == 0)
        return 0;
    return shared / average_of(entropy_of(of->a, of->ka, of->n), entropy_of(of->b, of->kb, of->n), how);
}

static double away_from_zero(double x)
{
    return x < 0 ? fmin(x, -DBL_EPSILON) : fmax(x, DBL_EPSILON);
}

static double adjusted_information_of(const meeting *of)
{
    if (of->ka == 1 || of->kb == 1)
        return of->ka == of->kb;
    double chance = expected_information(of);
    double most = (entropy_of(of->a, of->ka, of->n) + entropy_of(of->b, of->kb, of->n)) / 2;
    return away_from_zero(information_of(of) - chance) / away_from_zero(most - chance);
}

static double homogeneity_of(const meeting *of)
{
    double entropy = entropy_of(of->a, of->ka, of->n);
    return entropy != 0 ? information_of(of) / entropy : 1;
}

static double completeness_of(const meeting *of)
{
    double entropy = entropy_of(of->b, of->kb, of->n);
    return entropy != 0 ? information_of(of) / entropy : 1;
}

/* Rosenberg and Hirschberg 2007. */
static double v_of(const meeting *of, double beta)
{
    double h = homogeneity_of(of), c = completeness_of(of);
    return h + c == 0 ? 0 : (1 + beta) * h * c / (beta * h + c);
}

/* ---- functions --------------------------------------------------------------------------------------------- */

static kl_status adjusted_rand(kl_value *out, const kl_value *args, kl_task *task, kl_error *error)
{
    meeting of;
    KL_TRY(meet(&of, args[0], args[1], task, error));
    *out = kl_double(adjusted_rand_of(&of));
    return KL_OK;
}
KL_MEASURE(adjusted_rand)

static kl_status normalised(kl_value *out, const kl_value *args, kl_task *task, kl_error *error)
{
    meeting of;
    KL_TRY(meet(&of, args[0], args[1], task, error));
    *out = kl_double(normalised_of(&of, kl_as_text(args[2])));
    return KL_OK;
}
KL_MEASURE(normalised)

static kl_status v_measure(kl_value *out, const kl_value *args, kl_task *task, kl_error *error)
{
    meeting of;
    if (!(kl_as_double(args[2]) >= 0) || !isfinite(kl_as_double(args[2])))
        return kl_bad_parameter(error, "beta", "a number >= 0", args[2]);
    KL_TRY(meet(&of, args[0], args[1], task, error));
    *out = kl_double(v_of(&of, kl_as_double(args[2])));
    return KL_OK;
}
KL_MEASURE(v_measure)

#define SCORE(name, formula)                                                                       \
    kl_status kl_score_##name(double *out, const kl_score_call *call, kl_task *task,               \
                              kl_error *error)                                                     \
    {                                                                                              \
        meeting of;                                                                                \
        KL_TRY(meet(&of, call->truth, call->answer, task, error));                                 \
        *out = (formula);                                                                          \
        return KL_OK;                                                                              \
    }
SCORE(rand, rand_of(&of))
SCORE(adjusted_rand, adjusted_rand_of(&of))
SCORE(fowlkes_mallows, fowlkes_mallows_of(&of))
SCORE(mutual_info, information_of(&of))
SCORE(normalized_mutual_info, normalised_of(&of, KL_TEXT("arithmetic")))
SCORE(adjusted_mutual_info, adjusted_information_of(&of))
SCORE(homogeneity, homogeneity_of(&of))
SCORE(completeness, completeness_of(&of))
SCORE(v_measure, v_of(&of, 1))

#define PARTITIONS                                                                                 \
    {.name = "labels_true", .kind = KL_KIND_ANY, .flags = KL_DATA, .doc = "the true cluster of each row"}, \
    {.name = "labels_pred", .kind = KL_KIND_ANY, .flags = KL_DATA, .doc = "the cluster it was put into"}
static const kl_param plain_params[] = {PARTITIONS};
static const char *const averages[] = {"arithmetic", "geometric", "min", "max", NULL};
static const kl_param normalised_params[] = {
    PARTITIONS,
    {.name = "average_method", .kind = KL_KIND_ENUM, .names = averages, .fallback = "\"arithmetic\"",
     .flags = KL_KEYWORD_ONLY, .doc = "which mean of the two entropies it is divided by"},
};
static const kl_param v_params[] = {
    PARTITIONS,
    {.name = "beta", .kind = KL_KIND_DOUBLE, .fallback = "1.0", .flags = KL_KEYWORD_ONLY,
     .doc = "weight of homogeneity beside completeness; above 1 completeness counts more"},
};
static const kl_function adjusted_rand_function = {
    .module = "kailash.ml",
    .method = {.name = "adjusted_rand_score", .call = adjusted_rand_call,
               .params = KL_TABLE(plain_params), .returns = KL_KIND_DOUBLE,
               .raises = KL_MEASURE_RAISES,
               .doc = "Share of the pairs of rows that two partitions treat alike, beyond chance (Hubert and "
                      "Arabie 1985): 1 = the same partition, 0 = as chance would have it."}};
KL_PUBLISH_FUNCTION(adjusted_rand_function);
static const kl_function normalised_function = {
    .module = "kailash.ml",
    .method = {.name = "normalized_mutual_info_score", .call = normalised_call,
               .params = KL_TABLE(normalised_params), .returns = KL_KIND_DOUBLE,
               .raises = KL_MEASURE_RAISES,
               .doc = "Information that two partitions share, divided by a mean of their entropies: 0 to 1."}};
KL_PUBLISH_FUNCTION(normalised_function);
static const kl_function v_measure_function = {
    .module = "kailash.ml",
    .method = {.name = "v_measure_score", .call = v_measure_call, .params = KL_TABLE(v_params),
               .returns = KL_KIND_DOUBLE, .raises = KL_MEASURE_RAISES,
               .doc = "Weighted harmonic mean of homogeneity (a cluster holds one class only) and completeness (a "
                      "class lies in one cluster only); Rosenberg and Hirschberg 2007."}};
KL_PUBLISH_FUNCTION(v_measure_function);
