/* src/ml/neighbors/nearest_centroid.c - NearestCentroid: the class whose centre is nearest.
 *
 * With shrink_threshold centres move towards that of all rows, as nearest shrunken centroids do (Tibshirani, Hastie,
 * Narasimhan, Chu 2002).
 */
#include "../classes.h"
#include "../kernels.h"
#include "../linalg.h"
#include "../numeric.h"

#include <math.h>

typedef struct nearest_centroid {
    kl_estimator base;
    kl_value shrink_threshold, metric, priors;
    kl_value centroids_, class_prior_, within_class_std_dev_, deviations_;
} nearest_centroid;

static const char *const metrics[] = {"euclidean", "manhattan", NULL};

static bool is_euclidean(const nearest_centroid *self) { return kl_word_is(self->metric, "euclidean"); }

/* ---- learning ------------------------------------------------------------------------------------ */

static kl_status keep(double **data, kl_value *member, size_t rows, size_t cols, kl_error *error)
{
    kl_value made;
    KL_TRY(rows ? kl_table_new(&made, data, rows, cols, error) : kl_vector_new(&made, data, cols, error));
    kl_learn(member, made);
    return KL_OK;
}

static kl_status read_priors(nearest_centroid *self, const kl_fit *in, const double *counts, kl_task *task,
                             kl_error *error)
{
    double *priors, sum = 0;
    const double *given = NULL;
    bool empirical = kl_word_is(self->priors, "empirical");
    KL_TRY(keep(&priors, &self->class_prior_, 0, in->classes, error));
    if (!empirical && !kl_word_is(self->priors, "uniform")) {
        if (kl_is(self->priors, KL_KIND_STRING) || kl_is_null(self->priors))
            return kl_bad_parameter(error, "priors", "'uniform', 'empirical' or one number >= 0 for each class",
                                    self->priors);
        KL_TRY(kl_class_priors(&given, self->priors, "priors", in->classes, task, error));
    }
    for (size_t c = 0; c < in->classes; c++) {
        priors[c] = given ? given[c] : empirical ? counts[c] / (double)in->n : 1 / (double)in->classes;
        sum += priors[c];
    }
    if (fabs(sum - 1) <= 1e-8 + 1e-5)
        return KL_OK;
    if (sum <= 0)
        return kl_bad_parameter(error, "priors", "numbers that are not all 0", self->priors);
    for (size_t c = 0; c < in->classes; c++)
        priors[c] /= sum;
    return kl_warn(error, "the priors do not sum to 1; they are divided by their sum");
}

/* Medians of the columns of each class. */
static kl_status find_medians(double *centers, const kl_fit *in, kl_task *task, kl_error *error)
{
    double *column;
    size_t *order, *starts;
    KL_TAKE_RAW(column, task, in->n, error);
    KL_TAKE_RAW(order, task, in->n, error);
    KL_TAKE_RAW(starts, task, in->classes + 1, error);
    kl_class_order(order, starts, in->codes, in->n, in->classes);
    for (size_t c = 0; c < in->classes; c++)
        for (size_t j = 0; j < in->d; j++) {
            size_t count = starts[c + 1] - starts[c];
            for (size_t i = 0; i < count; i++)
                column[i] = kl_row(in->x, order[starts[c] + i])[j];
            centers[c * in->d + j] = kl_median(column, count);
        }
    return KL_OK;
}

static kl_status find_centers(double *centers, const nearest_centroid *self, const kl_fit *in, const double *counts,
                              kl_task *task, kl_error *error)
{
    if (!is_euclidean(self))
        return find_medians(centers, in, task, error);
    KL_TRY(kl_class_sums(centers, in->x, in->codes, NULL, NULL, in->classes, task, error));
    for (size_t c = 0; c < in->classes; c++)
        for (size_t j = 0; j < in->d; j++)
            centers[c * in->d + j] /= counts[c];
    return KL_OK;
}

/* Deviation within the classes, of each column. */
static kl_status find_spread(double *spread, const double *centers, const kl_fit *in, kl_error *error)
{
    bool flat = false, constant = true;
    for (size_t i = 0; i < in->n; i++) {
        const double *row = kl_row(in->x, i), *center = centers + (size_t)in->codes[i] * in->d;
        for (size_t j = 0; j < in->d; j++) {
            spread[j] += (row[j] - center[j]) * (row[j] - center[j]);
            constant &= row[j] == in->x->data[j];
        }
    }
    if (constant)
        return kl_bad_input(error, "all columns of x are constant; no class is nearer than another");
    for (size_t j = 0; j < in->d; j++) {
        spread[j] = sqrt(spread[j] / ((double)in->n - (double)in->classes));
        flat |= spread[j] == 0;
    }
    return flat ? kl_warn(error, "a column does not vary within the classes") : KL_OK;
}

static kl_status read_threshold(double *out, const nearest_centroid *self, kl_error *error)
{
    *out = kl_as_double(self->shrink_threshold);
    if (kl_is_null(self->shrink_threshold) || (kl_is_number(self->shrink_threshold) && *out > 0 && !isinf(*out)))
        return KL_OK;
    return kl_bad_parameter(error, "shrink_threshold", "a number > 0 or None", self->shrink_threshold);
}

/* How far each centre is from that of all rows, in units of the spread; shrunk, centres follow. */
static void deviate(double *deviations, double *centers, const double *mean, const double *spread,
                    const double *counts, double middle, double threshold, const kl_fit *in)
{
    for (size_t c = 0; c < in->classes; c++) {
        double m = sqrt(1 / counts[c] - 1 / (double)in->n);
        for (size_t j = 0; j < in->d; j++) {
            size_t at = c * in->d + j;
            double unit = m * (spread[j] + middle), away = (centers[at] - mean[j]) / unit;
            deviations[at] = away;
            if (!(threshold > 0))
                continue;
            deviations[at] = copysign(KL_MAX(fabs(away) - threshold, 0.0), away);
            centers[at] = mean[j] + unit * deviations[at];
        }
    }
}

static kl_status fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    nearest_centroid *self = (nearest_centroid *)base;
    double *centers, *spread, *deviations, *mean, *sorted, *counts, threshold;
    KL_TRY(read_threshold(&threshold, self, error));
    KL_TAKE(counts, task, in->classes, error);
    kl_class_counts(counts, in->codes, in->n, NULL, in->classes);
    KL_TRY(read_priors(self, in, counts, task, error));
    KL_TRY(keep(&centers, &self->centroids_, in->classes, in->d, error));
    KL_TRY(keep(&spread, &self->within_class_std_dev_, 0, in->d, error));
    KL_TRY(keep(&deviations, &self->deviations_, in->classes, in->d, error));
    KL_TRY(find_centers(centers, self, in, counts, task, error));
    KL_TRY(find_spread(spread, centers, in, error));
    KL_TAKE_RAW(mean, task, in->d, error);
    KL_TAKE_RAW(sorted, task, in->d, error);
    kl_kernels()->column_sums(mean, in->x->data, in->n, in->d);
    kl_scale(mean, 1 / (double)in->n, in->d);
    memcpy(sorted, spread, in->d * sizeof *sorted);
    deviate(deviations, centers, mean, spread, counts, kl_median(sorted, in->d), threshold, in);
    return KL_OK;
}

/* ---- answering ----------------------------------------------------------------------------------- */

static bool equal_priors(const nearest_centroid *self, size_t classes)
{
    const double *priors = kl_doubles(self->class_prior_);
    for (size_t c = 0; c < classes; c++)
        if (fabs(priors[c] - 1 / (double)classes) > 1e-8 + 1e-5 / (double)classes)
            return false;
    return true;
}

/* Scores of a row: what is predicted has the largest. */
static void score_row(double *out, const nearest_centroid *self, const double *row, double *scratch)
{
    size_t k = kl_labels_count(self->base.classes), d = (size_t)self->base.features;
    const double *spread = kl_doubles(self->within_class_std_dev_), *priors = kl_doubles(self->class_prior_);
    kl_metric metric = is_euclidean(self) ? KL_METRIC_EUCLIDEAN : KL_METRIC_MANHATTAN;
    for (size_t c = 0; c < k; c++) {
        const double *center = kl_doubles(self->centroids_) + c * d;
        for (size_t j = 0; j < d; j++) {
            double unit = spread[j] != 0 ? spread[j] : 1;
            scratch[j] = row[j] / unit;
            scratch[d + j] = center[j] / unit;
        }
        double distance = kl_distance(scratch, scratch + d, d, metric, 2);
        out[c] = 2 * log(priors[c]) - distance * distance;
    }
}

static kl_status score_all(double *out, const nearest_centroid *self, const kl_matrix *x, kl_task *task,
                           kl_error *error)
{
    size_t k = kl_labels_count(self->base.classes);
    double *scratch;
    KL_TAKE_RAW(scratch, task, 2 * x->cols + 1, error);
    for (size_t i = 0; i < x->rows; i++)
        score_row(out + i * k, self, kl_row(x, i), scratch);
    return KL_OK;
}

/* By distance alone where all classes are as likely, as columns stand; else by the scores. */
static kl_status classify(int64_t *out, const kl_estimator *base, const kl_matrix *x, kl_task *task, kl_error *error)
{
    const nearest_centroid *self = (const nearest_centroid *)base;
    size_t k = kl_labels_count(base->classes), d = x->cols;
    double *scores;
    bool plain = equal_priors(self, k);
    KL_TAKE_RAW(scores, task, plain ? k : x->rows * k + 1, error);
    if (!plain) {
        KL_TRY(score_all(scores, self, x, task, error));
        kl_kernels()->argmax_rows(out, scores, x->rows, k);
        return KL_OK;
    }
    const double *centers = kl_doubles(self->centroids_);
    for (size_t i = 0; i < x->rows; i++) {
        for (size_t c = 0; c < k; c++)
            scores[c] = is_euclidean(self) ? kl_kernels()->squared_distance(kl_row(x, i), centers + c * d, d)
                                           : kl_kernels()->manhattan(kl_row(x, i), centers + c * d, d);
        out[i] = (int64_t)kl_kernels()->argmin(scores, k);
    }
    return KL_OK;
}

static kl_status need_euclidean(const nearest_centroid *self, const char *method, kl_error *error)
{
    return is_euclidean(self) ? KL_OK
                              : kl_error_set(error, KL_ATTRIBUTE,
                                             "NearestCentroid has %s() with metric='euclidean' only", method);
}

static kl_status decide(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task, kl_error *error)
{
    const nearest_centroid *self = (const nearest_centroid *)base;
    size_t k = kl_labels_count(base->classes);
    double *scores, *to;
    KL_TRY(need_euclidean(self, "decision_function", error));
    KL_TAKE_RAW(scores, task, x->rows * k + 1, error);
    KL_TRY(score_all(scores, self, x, task, error));
    KL_TRY(k == 2 ? kl_vector_new(out, &to, x->rows, error) : kl_table_new(out, &to, x->rows, k, error));
    for (size_t i = 0; i < x->rows; i++)
        for (size_t c = 0; c < (k == 2 ? 1 : k); c++)
            to[k == 2 ? i : i * k + c] = k == 2 ? scores[2 * i + 1] - scores[2 * i] : scores[i * k + c];
    return KL_OK;
}

static kl_status proba(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task, kl_error *error)
{
    const nearest_centroid *self = (const nearest_centroid *)base;
    size_t k = kl_labels_count(base->classes);
    double *p;
    KL_TRY(need_euclidean(self, "predict_proba", error));
    KL_TRY(kl_table_new(out, &p, x->rows, k, error));
    kl_status status = score_all(p, self, x, task, error);
    if (status != KL_OK) {
        kl_value_release(*out);
        return status;
    }
    kl_kernels()->softmax_rows(p, x->rows, k, NULL);
    return KL_OK;
}

/* ---- the type ------------------------------------------------------------------------------------ */

static const kl_field fields[] = {
    KL_VALUE(nearest_centroid, shrink_threshold, .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL,
             .doc = "how far the centres move towards that of all rows, in units of their deviation; > 0, None = not"),
    KL_ENUM(nearest_centroid, metric, "euclidean", .names = metrics, .flags = KL_KEYWORD_ONLY,
            .doc = "'euclidean' with means as centres, or 'manhattan' with medians"),
    KL_VALUE(nearest_centroid, priors, .kind = KL_KIND_ANY, .fallback = "\"uniform\"",
             .flags = KL_DATA | KL_KEYWORD_ONLY,
             .doc = "how likely each class is: 'uniform', 'empirical' = its share of the rows, or one number for each"),
    KL_LEARNED_ARRAY(nearest_centroid, centroids_, .doc = "centres: classes x columns"),
    KL_LEARNED_ARRAY(nearest_centroid, class_prior_, .doc = "how likely each class is"),
    KL_LEARNED_ARRAY(nearest_centroid, within_class_std_dev_, .doc = "deviation of each column within the classes"),
    KL_LEARNED_ARRAY(nearest_centroid, deviations_,
                     .doc = "how far centres are from that of all rows, shrunk, in units of the deviation"),
};

static const kl_method methods[] = {KL_EST_SUPERVISED, KL_EST_CLASSES, KL_EST_DECISION, KL_EST_PROBA};

static const kl_estimator_table table = {
    .kind = KL_EST_CLASSIFIER,
    .fit = fit,
    .classify = classify,
    .decide = decide,
    .proba = proba,
    .shapes = "centroids_ = classes features; class_prior_ = classes; within_class_std_dev_ = features; "
              "deviations_ = classes features",
};

const kl_type kl_nearest_centroid_type = {
    .name = "NearestCentroid",
    KL_ESTIMATOR(nearest_centroid),
    .doc = "The class whose centre is nearest, the first of equals; with shrink_threshold nearest shrunken centroids "
           "(Tibshirani, Hastie, Narasimhan, Chu 2002). Scores and probabilities are those of normal distributions "
           "with one diagonal covariance.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_nearest_centroid_type);
