/* src/ml/naive_bayes/discrete_nb.c - MultinomialNB and BernoulliNB: columns are counts, or whether something is there.
 *
 * Both are linear in x: the joint log-likelihood of a class is a weight for each column and a constant.
 */
#include "bayes.h"

#include "../classes.h"
#include "../kernels.h"
#include "../linalg.h"
#include "base/host.h"

#include <math.h>

typedef struct discrete_nb {
    kl_estimator base;
    kl_value alpha, binarize, class_prior;
    bool force_alpha, fit_prior;
    kl_value feature_count_, feature_log_prob_, class_count_, class_log_prior_;
} discrete_nb;

extern const kl_type kl_bernoulli_nb_type;

static bool is_bernoulli(const discrete_nb *nb)
{
    return nb->base.object.type == &kl_bernoulli_nb_type;
}

/* ---- alpha -------------------------------------------------------------------------------------------- */

static const double alpha_least = 1e-10;
static const char alpha_expected[] = "a number >= 0, or one for each feature";

static kl_status read_alpha(double *out, const discrete_nb *nb, size_t d, kl_task *task,
                            kl_error *error)
{
    const double *each = NULL;
    size_t count = 0;
    double least = INFINITY;
    if (!kl_is_number(nb->alpha)) {
        if (kl_is_null(nb->alpha) || kl_is(nb->alpha, KL_KIND_STRING))
            return kl_bad_parameter(error, "alpha", alpha_expected, nb->alpha);
        KL_TRY(kl_numbers_read(&each, &count, nb->alpha, "alpha", task, error));
        if (count != d)
            return kl_bad_input(error, "alpha: expected one number for each of %zu features, got %zu",
                                d, count);
    }
    for (size_t j = 0; j < d; j++) {
        out[j] = each ? each[j] : kl_as_double(nb->alpha);
        if (!(out[j] >= 0) || !isfinite(out[j]))
            return kl_bad_parameter(error, "alpha", alpha_expected, kl_double(out[j]));
        least = KL_MIN(least, out[j]);
    }
    if (nb->force_alpha || least >= alpha_least)
        return KL_OK;
    for (size_t j = 0; j < d; j++)
        out[j] = KL_MAX(out[j], alpha_least);
    return kl_host_warn("alpha: below 1e-10, which would end in numeric errors, 1e-10 is taken; "
                        "force_alpha=True keeps it",
                        error);
}

/* ---- learning ----------------------------------------------------------------------------------------- */

/* ln of smoothed shares: of all counts of the class, or of its rows. */
static void learn_features(discrete_nb *nb, const double *alpha, size_t classes, size_t d)
{
    const double *count = kl_doubles(nb->feature_count_), *rows = kl_doubles(nb->class_count_);
    double *out = kl_doubles(nb->feature_log_prob_);
    for (size_t c = 0; c < classes; c++) {
        double total = 0;
        for (size_t j = 0; j < d; j++) {
            out[c * d + j] = count[c * d + j] + alpha[j];
            total += out[c * d + j];
        }
        kl_kernels()->log(out + c * d, out + c * d, d);
        for (size_t j = 0; j < d; j++)
            out[c * d + j] -= log(is_bernoulli(nb) ? rows[c] + 2 * alpha[j] : total);
    }
}

static kl_status learn_priors(discrete_nb *nb, size_t classes, kl_task *task, kl_error *error)
{
    const double *given, *rows = kl_doubles(nb->class_count_);
    double *out = kl_doubles(nb->class_log_prior_);
    KL_TRY(kl_class_priors(&given, nb->class_prior, "class_prior", classes, task, error));
    double total = kl_kernels()->sum(rows, classes);
    for (size_t c = 0; c < classes; c++)
        out[c] = given           ? log(given[c])
                 : nb->fit_prior ? log(rows[c]) - log(total)
                                 : -log((double)classes);
    return KL_OK;
}

static kl_status refuse_negative(const kl_matrix *x, kl_error *error)
{
    const double *numbers = x->data ? x->data : x->values;
    size_t count = x->data ? x->rows * x->cols : (size_t)x->indptr[x->rows];
    double least = kl_kernels()->min(numbers, count);
    if (count == 0 || least >= 0)
        return KL_OK;
    return kl_bad_input(error, "x: MultinomialNB needs counts >= 0, got %g", least);
}

static kl_status start(discrete_nb *nb, const kl_fit *in, kl_error *error)
{
    KL_TRY(kl_table_new(&nb->feature_count_, NULL, in->classes, in->d, error));
    KL_TRY(kl_table_new(&nb->feature_log_prob_, NULL, in->classes, in->d, error));
    KL_TRY(kl_vector_new(&nb->class_count_, NULL, in->classes, error));
    return kl_vector_new(&nb->class_log_prior_, NULL, in->classes, error);
}

static kl_status own(discrete_nb *nb, kl_error *error)
{
    KL_TRY(kl_learn_own(&nb->feature_count_, error));
    KL_TRY(kl_learn_own(&nb->feature_log_prob_, error));
    KL_TRY(kl_learn_own(&nb->class_count_, error));
    return kl_learn_own(&nb->class_log_prior_, error);
}

static kl_status learn(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    discrete_nb *nb = (discrete_nb *)self;
    size_t classes = in->classes, d = in->d;
    double threshold = kl_as_double(nb->binarize), *counts, *rows, *alpha;
    bool is_binary = is_bernoulli(nb) && !kl_is_null(nb->binarize);
    if (!is_bernoulli(nb))
        KL_TRY(refuse_negative(in->x, error));
    KL_TAKE(counts, task, classes * d, error);
    KL_TAKE(rows, task, classes, error);
    KL_TAKE(alpha, task, d, error);
    KL_TRY(read_alpha(alpha, nb, d, task, error));
    KL_TRY(kl_class_sums(counts, in->x, in->codes, in->weights, is_binary ? &threshold : NULL,
                         classes, task, error));
    kl_class_counts(rows, in->codes, in->n, in->weights, classes);
    KL_TRY(kl_is_null(nb->class_count_) ? start(nb, in, error) : own(nb, error));
    kl_axpy(1, counts, kl_doubles(nb->feature_count_), classes * d);
    kl_axpy(1, rows, kl_doubles(nb->class_count_), classes);
    learn_features(nb, alpha, classes, d);
    return learn_priors(nb, classes, task, error);
}

/* ---- answers ------------------------------------------------------------------------------------------ */

static void joint_sparse(double *out, const kl_bayes *b, const kl_matrix *x, size_t i)
{
    memcpy(out, b->constant, b->classes * sizeof *out);
    for (int64_t k = x->indptr[i]; k < x->indptr[i + 1]; k++) {
        double value = b->is_binary ? x->values[k] > b->threshold : x->values[k];
        const double *factor = b->factor + x->indices[k];
        for (size_t c = 0; c < b->classes && value != 0; c++)
            out[c] += value * factor[c * x->cols];
    }
}

static void joint(double *out, const kl_bayes *b, const kl_matrix *x, size_t begin, size_t end,
                  double *scratch)
{
    size_t d = x->cols, rows = end - begin;
    for (size_t i = 0; i < rows && !x->data; i++)
        joint_sparse(out + i * b->classes, b, x, begin + i);
    if (!x->data)
        return;
    const double *from = kl_row(x, begin);
    for (size_t k = 0; k < rows * d && b->is_binary; k++)
        scratch[k] = from[k] > b->threshold;
    for (size_t i = 0; i < rows; i++)
        memcpy(out + i * b->classes, b->constant, b->classes * sizeof *out);
    kl_gemm(false, true, rows, b->classes, d, 1, b->is_binary ? scratch : from, d, b->factor, d, 1,
            out, b->classes);
}

/* What is there counts by its logarithm, what is not by that of the rest: ln(1 - p). */
static void prepare_bernoulli(kl_bayes *b, const double *log_prob, size_t d)
{
    for (size_t c = 0; c < b->classes; c++)
        for (size_t j = 0; j < d; j++) {
            double absent = log(1 - exp(log_prob[c * d + j]));
            b->factor[c * d + j] = log_prob[c * d + j] - absent;
            b->constant[c] += absent;
        }
}

static kl_status prepare(kl_bayes *b, const kl_estimator *self, kl_task *task, kl_error *error)
{
    const discrete_nb *nb = (const discrete_nb *)self;
    size_t classes = kl_array_axis(nb->feature_log_prob_, 0);
    size_t d = kl_array_axis(nb->feature_log_prob_, 1);
    *b = (kl_bayes){.classes = classes, .joint = joint,
                    .threshold = kl_as_double(nb->binarize),
                    .is_binary = is_bernoulli(nb) && !kl_is_null(nb->binarize)};
    KL_TAKE_RAW(b->constant, task, classes, error);
    memcpy(b->constant, kl_doubles(nb->class_log_prior_), classes * sizeof *b->constant);
    b->factor = kl_doubles(nb->feature_log_prob_);
    if (is_bernoulli(nb)) {
        KL_TAKE_RAW(b->factor, task, classes * d, error);
        prepare_bernoulli(b, kl_doubles(nb->feature_log_prob_), d);
    }
    return KL_OK;
}

static kl_status classify(int64_t *out, const kl_estimator *self, const kl_matrix *x, kl_task *task,
                          kl_error *error)
{
    kl_bayes b;
    KL_TRY(prepare(&b, self, task, error));
    return kl_bayes_classify(out, &b, x, task, error);
}

static kl_status proba(kl_value *out, const kl_estimator *self, const kl_matrix *x, kl_task *task,
                       kl_error *error)
{
    kl_bayes b;
    KL_TRY(prepare(&b, self, task, error));
    return kl_bayes_numbers(out, &b, x, KL_BAYES_PROBA, task, error);
}

static kl_status log_proba(kl_value *out, const kl_estimator *self, const kl_matrix *x,
                           kl_task *task, kl_error *error)
{
    kl_bayes b;
    KL_TRY(prepare(&b, self, task, error));
    return kl_bayes_numbers(out, &b, x, KL_BAYES_LOG_PROBA, task, error);
}

static kl_status joint_of(kl_value *out, const kl_estimator *self, const kl_matrix *x, kl_task *task, kl_error *error)
{
    kl_bayes b;
    KL_TRY(prepare(&b, self, task, error));
    return kl_bayes_numbers(out, &b, x, KL_BAYES_JOINT, task, error);
}

KL_EST_ASK(joint_call, joint_of)

/* ---- the tables --------------------------------------------------------------------------------------- */

#define ALPHA                                                                                      \
    KL_VALUE(discrete_nb, alpha, .kind = KL_KIND_ANY, .fallback = "1.0", .flags = KL_DATA,         \
             .doc = "what is added to all counts (Laplace, Lidstone): a number >= 0, or one for "  \
                    "each feature")
#define COMMON                                                                                     \
    KL_BOOL(discrete_nb, force_alpha, true, .flags = KL_KEYWORD_ONLY,                              \
            .doc = "whether an alpha below 1e-10 is taken as it is; false = 1e-10, with a warning"),\
    KL_BOOL(discrete_nb, fit_prior, true, .flags = KL_KEYWORD_ONLY,                                \
            .doc = "whether classes have the probability of their share of the rows; false = all " \
                   "the same"),                                                                    \
    KL_VALUE(discrete_nb, class_prior, .kind = KL_KIND_ANY,                                        \
             .flags = KL_OPTIONAL | KL_DATA | KL_KEYWORD_ONLY,                                     \
             .doc = "probability of each class; None = see fit_prior"),                            \
    KL_LEARNED_ARRAY(discrete_nb, feature_count_,                                                  \
                     .doc = "sums of the columns for each class: classes x features"),             \
    KL_LEARNED_ARRAY(discrete_nb, feature_log_prob_,                                               \
                     .doc = "ln P(feature | class): classes x features"),                          \
    KL_LEARNED_ARRAY(discrete_nb, class_count_, .doc = "rows (or their weight) of each class"),    \
    KL_LEARNED_ARRAY(discrete_nb, class_log_prior_, .doc = "ln P(class)")

static const kl_field multinomial_fields[] = {ALPHA, COMMON};
static const kl_field bernoulli_fields[] = {
    ALPHA,
    KL_VALUE(discrete_nb, binarize, .kind = KL_KIND_NUMBER, .fallback = "0.0",
             .flags = KL_OPTIONAL,
             .doc = "numbers above it count as 1, all others as 0; >= 0; None = x is 0 and 1 already"),
    COMMON};
static const kl_limit limits[] = {{"binarize", KL_AT_LEAST(0)}};
static const kl_method methods[] = {KL_EST_SUPERVISED_WEIGHTED, KL_EST_CLASSES, KL_EST_PROBA,
                                    KL_EST_PARTIAL_FIT, KL_BAYES_JOINT_ROW};
static const kl_estimator_table multinomial_table = {
    .kind = KL_EST_CLASSIFIER, .flags = KL_EST_ONE_CLASS_OK | KL_EST_SPARSE | KL_EST_POSITIVE | KL_EST_POOR_SCORE,
    .fit = learn, .partial_fit = learn, .classify = classify, .proba = proba,
    .log_proba = log_proba,
    .shapes = "feature_count_ = classes features; feature_log_prob_ = classes features; "
              "class_count_ = classes; class_log_prior_ = classes",
};
static const kl_estimator_table bernoulli_table = {
    .kind = KL_EST_CLASSIFIER, .flags = KL_EST_ONE_CLASS_OK | KL_EST_SPARSE | KL_EST_POOR_SCORE,
    .limits = KL_TABLE(limits), .fit = learn, .partial_fit = learn, .classify = classify,
    .proba = proba, .log_proba = log_proba,
    .shapes = "feature_count_ = classes features; feature_log_prob_ = classes features; "
              "class_count_ = classes; class_log_prior_ = classes",
};

static const kl_type kl_multinomial_nb_type = {
    .name = "MultinomialNB", KL_ESTIMATOR(discrete_nb),
    .doc = "Naive Bayes with counts: the row of a class is drawn from a multinomial distribution, as the words "
           "of a text are (Manning, Raghavan, Schuetze: Introduction to Information Retrieval, 2008, chapter "
           "13). x: rows x features, >= 0, dense or sparse.",
    .fields = KL_TABLE(multinomial_fields), .methods = KL_TABLE(methods),
    .extension = &multinomial_table};
KL_PUBLISH(kl_multinomial_nb_type);
const kl_type kl_bernoulli_nb_type = {
    .name = "BernoulliNB", KL_ESTIMATOR(discrete_nb),
    .doc = "Naive Bayes with features that are there or not: each is drawn by itself, and its absence counts, too "
           "(Manning, Raghavan, Schuetze: Introduction to Information Retrieval, 2008, chapter 13). x: rows x "
           "features, dense or sparse.",
    .fields = KL_TABLE(bernoulli_fields), .methods = KL_TABLE(methods),
    .extension = &bernoulli_table};
KL_PUBLISH(kl_bernoulli_nb_type);
