/* src/ml/naive_bayes/gaussian_nb.c - GaussianNB: each column normal within each class. */
#include "bayes.h"

#include "../classes.h"
#include "../kernels.h"

#include <math.h>

typedef struct gaussian_nb {
    kl_estimator base;
    double var_smoothing;
    kl_value priors;
    kl_value theta_, var_, class_count_, class_prior_;
    double epsilon_;
} gaussian_nb;

/* What the rows of one call say: weight, mean and variance by class. */
typedef struct moments {
    double *count, *mean, *var;
} moments;

static kl_status moments_of(moments *m, const kl_fit *in, kl_task *task, kl_error *error)
{
    size_t classes = in->classes, d = in->d;
    KL_TAKE(m->count, task, classes, error);
    KL_TAKE(m->mean, task, classes * d, error);
    KL_TAKE(m->var, task, classes * d, error);
    kl_class_counts(m->count, in->codes, in->n, in->weights, classes);
    KL_TRY(kl_class_sums(m->mean, in->x, in->codes, in->weights, NULL, classes, task, error));
    for (size_t c = 0; c < classes; c++)
        for (size_t j = 0; j < d && m->count[c] > 0; j++)
            m->mean[c * d + j] /= m->count[c];
    KL_TRY(kl_class_square_sums(m->var, in->x, m->mean, in->codes, in->weights, classes, task, error));
    for (size_t c = 0; c < classes; c++)
        for (size_t j = 0; j < d && m->count[c] > 0; j++)
            m->var[c * d + j] /= m->count[c];
    return KL_OK;
}

/* The largest variance of a column of all rows, without weights. */
static kl_status largest_variance(double *out, const kl_fit *in, const moments *m, kl_task *task,
                                  kl_error *error)
{
    const kl_kernel_table *k = kl_kernels();
    size_t n = in->n, d = in->d;
    double *mean, *squares;
    KL_TAKE(mean, task, d, error);
    KL_TAKE(squares, task, d, error);
    if (in->weights) {
        k->column_sums(mean, in->x->data, n, d);
        for (size_t j = 0; j < d; j++)
            mean[j] /= (double)n;
        k->column_square_sums(squares, in->x->data, mean, n, d);
    } else { /* put together from the classes: no pass over x */
        for (size_t c = 0; c < in->classes; c++)
            for (size_t j = 0; j < d; j++)
                mean[j] += m->count[c] / (double)n * m->mean[c * d + j];
        for (size_t c = 0; c < in->classes; c++)
            for (size_t j = 0; j < d; j++) {
                double away = m->mean[c * d + j] - mean[j];
                squares[j] += m->count[c] * (m->var[c * d + j] + away * away);
            }
    }
    *out = k->max(squares, d) / (double)n;
    return KL_OK;
}

/* Chan, Golub and LeVeque (STAN-CS-79-773): moments of two sets of rows, put together. */
static void merge(double *mean, double *var, double past, const double *new_mean,
                  const double *new_var, double fresh, size_t d)
{
    double total = past + fresh;
    for (size_t j = 0; j < d; j++) {
        double away = mean[j] - new_mean[j];
        var[j] = (past * var[j] + fresh * new_var[j] + fresh * past / total * away * away) / total;
        mean[j] = (fresh * new_mean[j] + past * mean[j]) / total;
    }
}

static void learn_class(gaussian_nb *nb, const moments *m, size_t c, size_t d)
{
    double *count = kl_doubles(nb->class_count_) + c;
    double *mean = kl_doubles(nb->theta_) + c * d, *var = kl_doubles(nb->var_) + c * d;
    if (!(m->count[c] > 0))
        return;
    if (*count == 0) {
        memcpy(mean, m->mean + c * d, d * sizeof *mean);
        memcpy(var, m->var + c * d, d * sizeof *var);
    } else {
        merge(mean, var, *count, m->mean + c * d, m->var + c * d, m->count[c], d);
    }
    *count += m->count[c];
}

static kl_status priors_of(gaussian_nb *nb, size_t classes, kl_task *task, kl_error *error)
{
    const double *given;
    double *prior = kl_doubles(nb->class_prior_), *count = kl_doubles(nb->class_count_);
    KL_TRY(kl_class_priors(&given, nb->priors, "priors", classes, task, error));
    double total = kl_kernels()->sum(given ? given : count, classes);
    if (given && !(fabs(total - 1) <= 1e-5 + 1e-8))
        return kl_bad_parameter(error, "priors", "numbers whose sum is 1", kl_double(total));
    for (size_t c = 0; c < classes; c++)
        prior[c] = given ? given[c] : count[c] / total;
    return KL_OK;
}

static kl_status start(gaussian_nb *nb, const kl_fit *in, kl_error *error)
{
    KL_TRY(kl_table_new(&nb->theta_, NULL, in->classes, in->d, error));
    KL_TRY(kl_table_new(&nb->var_, NULL, in->classes, in->d, error));
    KL_TRY(kl_vector_new(&nb->class_count_, NULL, in->classes, error));
    return kl_vector_new(&nb->class_prior_, NULL, in->classes, error);
}

static kl_status own(gaussian_nb *nb, kl_error *error)
{
    KL_TRY(kl_learn_own(&nb->theta_, error));
    KL_TRY(kl_learn_own(&nb->var_, error));
    KL_TRY(kl_learn_own(&nb->class_count_, error));
    return kl_learn_own(&nb->class_prior_, error);
}

static kl_status learn(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    gaussian_nb *nb = (gaussian_nb *)self;
    moments m;
    double largest;
    KL_TRY(moments_of(&m, in, task, error));
    KL_TRY(largest_variance(&largest, in, &m, task, error));
    bool is_first = kl_is_null(nb->theta_);
    KL_TRY(is_first ? start(nb, in, error) : own(nb, error));
    double *var = kl_doubles(nb->var_);
    double epsilon = nb->var_smoothing * largest;
    /* What the peer does: the epsilon of this call is taken out before the rows and put back after them. */
    for (size_t i = 0; !is_first && i < in->classes * in->d; i++)
        var[i] -= epsilon;
    for (size_t c = 0; c < in->classes; c++)
        learn_class(nb, &m, c, in->d);
    for (size_t i = 0; i < in->classes * in->d; i++)
        var[i] += epsilon;
    nb->epsilon_ = epsilon;
    return priors_of(nb, in->classes, task, error);
}

/* ---- answers ------------------------------------------------------------------------------------------ */

static void joint(double *out, const kl_bayes *b, const kl_matrix *x, size_t begin, size_t end,
                  double *scratch)
{
    size_t d = x->cols, rows = end - begin;
    double squares[KL_BAYES_ROWS];
    for (size_t c = 0; c < b->classes; c++) {
        kl_kernels()->center_scale(scratch, kl_row(x, begin), b->mean + c * d, b->factor + c * d,
                                   rows, d);
        kl_kernels()->row_square_sums(squares, scratch, rows, d);
        for (size_t i = 0; i < rows; i++)
            out[i * b->classes + c] = b->constant[c] - squares[i] / 2;
    }
}

static kl_status prepare(kl_bayes *b, const kl_estimator *self, kl_task *task, kl_error *error)
{
    const gaussian_nb *nb = (const gaussian_nb *)self;
    size_t classes = kl_array_axis(nb->theta_, 0), d = kl_array_axis(nb->theta_, 1);
    const double *var = kl_doubles(nb->var_), *prior = kl_doubles(nb->class_prior_);
    *b = (kl_bayes){.classes = classes, .joint = joint, .mean = kl_doubles(nb->theta_)};
    KL_TAKE_RAW(b->constant, task, classes, error);
    KL_TAKE_RAW(b->factor, task, classes * d, error);
    for (size_t c = 0; c < classes; c++) {
        double sum = 0;
        for (size_t j = 0; j < d; j++) {
            sum += log(2 * M_PI * var[c * d + j]);
            b->factor[c * d + j] = 1 / sqrt(var[c * d + j]);
        }
        b->constant[c] = log(prior[c]) - sum / 2;
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

/* ---- the table ---------------------------------------------------------------------------------------- */

static const kl_field fields[] = {
    KL_DOUBLE(gaussian_nb, var_smoothing, 1e-9,
              .doc = "share of the largest variance of a column that is added to all variances; >= 0"),
    KL_VALUE(gaussian_nb, priors, .kind = KL_KIND_ANY,
             .flags = KL_OPTIONAL | KL_DATA | KL_KEYWORD_ONLY,
             .doc = "probability of each class, sum 1; None = their shares of the rows"),
    KL_LEARNED_ARRAY(gaussian_nb, theta_, .doc = "means: classes x features"),
    KL_LEARNED_ARRAY(gaussian_nb, var_, .doc = "variances, epsilon_ added: classes x features"),
    KL_LEARNED_ARRAY(gaussian_nb, class_count_, .doc = "rows (or their weight) of each class"),
    KL_LEARNED_ARRAY(gaussian_nb, class_prior_, .doc = "probability of each class"),
    KL_LEARNED_DOUBLE(gaussian_nb, epsilon_, .doc = "what was added to variances"),
};
static const kl_limit limits[] = {{"var_smoothing", KL_AT_LEAST(0)}};
static const kl_method methods[] = {KL_EST_SUPERVISED_WEIGHTED, KL_EST_CLASSES, KL_EST_PROBA,
                                    KL_EST_PARTIAL_FIT, KL_BAYES_JOINT_ROW};
static const kl_estimator_table table = {
    .kind = KL_EST_CLASSIFIER, .flags = KL_EST_ONE_CLASS_OK, .limits = KL_TABLE(limits),
    .fit = learn, .partial_fit = learn, .classify = classify, .proba = proba,
    .log_proba = log_proba,
    .shapes = "theta_ = classes features; var_ = classes features; class_count_ = classes; "
              "class_prior_ = classes",
};
const kl_type kl_gaussian_nb_type = {
    .name = "GaussianNB", KL_ESTIMATOR(gaussian_nb),
    .doc = "Naive Bayes with normal features: within a class each column is normal and independent of the "
           "others. Means and variances are updated as Chan, Golub and LeVeque do (STAN-CS-79-773). x: "
           "rows x features.",
    .fields = KL_TABLE(fields), .methods = KL_TABLE(methods), .extension = &table};
KL_PUBLISH(kl_gaussian_nb_type);
