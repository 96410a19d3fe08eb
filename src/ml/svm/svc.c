/* src/ml/svm/svc.c - SVC, NuSVC: answers, and their tables. */
#include "svc.h"

#include "../kernels.h"
#include "../linalg.h"
#include "parallel.h"
#include "platt.h"

#include <math.h>

static size_t classes_of(const svm *self) { return kl_array_axis(self->n_support_, 0); }

/* ---- decision values of all pairs --------------------------------------------------------------------- */

/* Sums of each class of support vectors with each of the other classes; then pairs take theirs. */
static void combine(const svm_answer *a, double *out, const double *values, size_t rows,
                    double *extra)
{
    size_t classes = classes_of(a->self), others = classes - 1, at = 0, pair = 0;
    const double *duals = kl_doubles(a->self->dual_coef_);
    const int64_t *counts = kl_indices(a->self->n_support_);
    for (size_t c = 0; c < classes; at += (size_t)counts[c++])
        kl_gemm(false, true, rows, others, (size_t)counts[c], 1, values + at, a->vectors, duals + at,
                a->vectors, 0, extra + c * rows * others, others);
    for (size_t i = 0; i < classes; i++)
        for (size_t j = i + 1; j < classes; j++, pair++)
            for (size_t r = 0; r < rows; r++)
                out[r * a->width + pair] = extra[(i * rows + r) * others + j - 1] +
                                           extra[(j * rows + r) * others + i] + a->intercept[pair];
}

/* rows x pairs; of two classes positive for the second one, of more for the first of the pair. */
static kl_status pair_values(double *out, const svm *self, const kl_matrix *x, kl_task *task,
                             kl_error *error)
{
    size_t classes = classes_of(self);
    svm_answer a = {.self = self, .x = x, .vectors = kl_array_axis(self->support_, 0),
                    .width = classes * (classes - 1) / 2, .out = out, .combine = combine,
                    .extra = classes * (classes - 1), .linear = kl_doubles(self->coef_),
                    .intercept = kl_doubles(self->intercept_)};
    return kl_svm_answer(&a, task, error);
}

/* ---- of classes ---------------------------------------------------------------------------------------- */

/* Votes, and of equal ones those that are surer first: what the pairs are sure of is squeezed below a third. */
static void rest_values(double *out, const double *pairs, size_t classes)
{
    size_t pair = 0;
    memset(out, 0, classes * sizeof *out);
    for (size_t i = 0; i < classes; i++)
        for (size_t j = i + 1; j < classes; j++, pair++)
            out[i] += pairs[pair], out[j] -= pairs[pair];
    for (size_t c = 0; c < classes; c++)
        out[c] /= 3 * (fabs(out[c]) + 1);
    pair = 0;
    for (size_t i = 0; i < classes; i++)
        for (size_t j = i + 1; j < classes; j++, pair++)
            out[pairs[pair] < 0 ? j : i] += 1;
}

static int64_t winner(const double *pairs, size_t classes, int64_t *votes)
{
    size_t pair = 0, best = 0;
    memset(votes, 0, classes * sizeof *votes);
    for (size_t i = 0; i < classes; i++)
        for (size_t j = i + 1; j < classes; j++, pair++)
            votes[pairs[pair] > 0 ? i : j]++;
    for (size_t c = 1; c < classes; c++)
        if (votes[c] > votes[best])
            best = c;
    return (int64_t)best;
}

static kl_status pairs_of(double **out, const svm *self, const kl_matrix *x, kl_task *task,
                          kl_error *error)
{
    size_t classes = classes_of(self);
    KL_TAKE_RAW(*out, task, x->rows * classes * (classes - 1) / 2 + 1, error);
    return pair_values(*out, self, x, task, error);
}

static kl_status classify(int64_t *out, const kl_estimator *estimator, const kl_matrix *x,
                          kl_task *task, kl_error *error)
{
    const svm *self = (const svm *)estimator;
    size_t classes = classes_of(self), width = classes * (classes - 1) / 2;
    double *pairs, *scores;
    int64_t *votes;
    bool is_rest = kl_word_is(self->decision_function_shape, "ovr");
    if (self->break_ties && !is_rest)
        return kl_bad_parameter(error, "break_ties", "False with decision_function_shape='ovo'",
                                kl_bool(true));
    KL_TRY(pairs_of(&pairs, self, x, task, error));
    KL_TAKE(votes, task, classes, error);
    KL_TAKE(scores, task, classes, error);
    for (size_t r = 0; r < x->rows; r++) {
        if (classes == 2) {
            out[r] = pairs[r] >= 0;
        } else if (self->break_ties) {
            rest_values(scores, pairs + r * width, classes);
            out[r] = (int64_t)kl_kernels()->argmax(scores, classes);
        } else {
            out[r] = winner(pairs + r * width, classes, votes);
        }
    }
    return KL_OK;
}

static kl_status decide(kl_value *out, const kl_estimator *estimator, const kl_matrix *x,
                        kl_task *task, kl_error *error)
{
    const svm *self = (const svm *)estimator;
    size_t classes = classes_of(self), width = classes * (classes - 1) / 2;
    double *pairs, *values;
    KL_TRY(pairs_of(&pairs, self, x, task, error));
    if (classes == 2)
        return kl_vector_from(out, pairs, x->rows, error);
    if (!kl_word_is(self->decision_function_shape, "ovr"))
        return kl_table_from(out, pairs, x->rows, width, error);
    KL_TRY(kl_table_new(out, &values, x->rows, classes, error));
    for (size_t r = 0; r < x->rows; r++)
        rest_values(values + r * classes, pairs + r * width, classes);
    return KL_OK;
}

/* ---- probabilities -------------------------------------------------------------------------------------- */

/* P(i | i or j) of all pairs, kept away from 0 and 1. */
static void pair_probabilities(double *out, const svm *self, const double *pairs, size_t classes)
{
    static const double least = 1e-7;
    const double *a = kl_doubles(self->probA_), *b = kl_doubles(self->probB_);
    size_t pair = 0;
    for (size_t i = 0; i < classes; i++)
        for (size_t j = i + 1; j < classes; j++, pair++) {
            double value = classes == 2 ? -pairs[pair] : pairs[pair];
            double p = kl_platt_probability(value, a[pair], b[pair]);
            p = KL_MIN(KL_MAX(p, least), 1 - least);
            out[i * classes + j] = p;
            out[j * classes + i] = 1 - p;
        }
}

typedef struct coupling {
    const svm *self;
    const double *pairs;
    double *out, *scratch;
    size_t classes;
} coupling;

static kl_status couple_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const coupling *c = data;
    size_t k = c->classes;
    double *table = c->scratch + kl_parallel_me() * (2 * k * k + k);
    (void)block, (void)error;
    for (size_t r = begin; r < end; r++) {
        double *out = c->out + r * k;
        pair_probabilities(table, c->self, c->pairs + r * (k * (k - 1) / 2), k);
        if (k == 2)
            out[0] = table[1], out[1] = table[2];
        else
            kl_couple_pairs(out, table, k, table + k * k);
    }
    return KL_OK;
}

static kl_status proba(kl_value *out, const kl_estimator *estimator, const kl_matrix *x,
                       kl_task *task, kl_error *error)
{
    const svm *self = (const svm *)estimator;
    double *pairs;
    coupling c = {.self = self, .classes = classes_of(self)};
    KL_TRY(pairs_of(&pairs, self, x, task, error));
    KL_TAKE(c.scratch, task, kl_parallel_threads() * (2 * c.classes + 1) * c.classes, error);
    kl_value made;
    KL_TRY(kl_table_new(&made, &c.out, x->rows, c.classes, error));
    c.pairs = pairs;
    kl_status status = kl_parallel_for(x->rows, 256, couple_block, &c, error);
    if (status == KL_OK)
        *out = made;
    else
        kl_value_release(made);
    return status;
}

/* predict_proba() is there once it was fitted with probability=True. */
static bool has(const kl_estimator *self, kl_operation operation)
{
    if (operation == KL_OP_PROBA || operation == KL_OP_LOG_PROBA)
        return ((const svm *)self)->probability;
    return operation == KL_OP_PREDICT || operation == KL_OP_DECISION;
}

/* ---- the tables --------------------------------------------------------------------------------------- */

static kl_status svc_fit(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    return kl_svc_fit((svm *)self, in, false, task, error);
}

static kl_status nu_svc_fit(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    return kl_svc_fit((svm *)self, in, true, task, error);
}

static const char *const shapes[] = {"ovr", "ovo", NULL};

#define CLASSES(weights)                                                                           \
    KL_BOOL(svm, probability, false, .flags = KL_KEYWORD_ONLY,                                     \
            .doc = "whether predict_proba() shall be possible: five more fits of each pair, and "  \
                   "Platt's sigmoid of what they say of rows they have not seen"),                 \
    KL_VALUE(svm, class_weight, .kind = KL_KIND_ANY,                                               \
             .flags = KL_OPTIONAL | KL_FOREIGN | KL_KEYWORD_ONLY, .doc = weights),                 \
    KL_ENUM(svm, decision_function_shape, "ovr", .names = shapes, .flags = KL_KEYWORD_ONLY,        \
            .doc = "what decision_function() gives for more than two classes: ovr = a number for " \
                   "each class, ovo = one for each pair"),                                         \
    KL_BOOL(svm, break_ties, false, .flags = KL_KEYWORD_ONLY,                                      \
            .doc = "whether of classes with as many votes the surest wins (with ovr), not the "    \
                   "first"),                                                                       \
    KL_RANDOM_STATE(svm, | KL_KEYWORD_ONLY),                                                       \
    KL_LEARNED_ARRAY(svm, class_weight_, .doc = "what each class weighs"),                         \
    KL_LEARNED_ARRAY(svm, probA_, .doc = "slope of the sigmoid of each pair; empty without "       \
                                         "probability"),                                           \
    KL_LEARNED_ARRAY(svm, probB_, .doc = "its constant")

static const kl_field svc_fields[] = {
    SVM_C, SVM_KERNEL, SVM_GAMMA, SVM_DEGREE(0), SVM_COEF0(0), SVM_SOLVER,
    CLASSES("factor of C for each class: 'balanced' = rows / (classes * rows of the class), or a dict "
            "from labels to numbers; None = 1"),
    SVM_LEARNED};
static const kl_limit svc_limits[] = {{"c", KL_ABOVE(0)}, SVM_LIMITS};
static const kl_method methods[] = {KL_EST_SUPERVISED_WEIGHTED, KL_EST_CLASSES, KL_EST_DECISION,
                                    KL_EST_PROBA};
#define SHAPES                                                                                     \
    "support_ = int vectors; support_vectors_ = vectors features | 0 0; "                          \
    "n_support_ = int classes + vectors; dual_coef_ = classes-1 vectors; intercept_ = pairs; "     \
    "coef_ = pairs features | none; x_fit = rows features | none; "                                \
    "probA_ = pairs | 0 unless probability | none unless probability; "                            \
    "probB_ = pairs | 0 unless probability | none unless probability"
static const kl_estimator_table svc_table = {
    .kind = KL_EST_CLASSIFIER, .limits = KL_TABLE(svc_limits), .fit = svc_fit, .classify = classify,
    .decide = decide, .proba = proba, .has = has,
    .restored = kl_svm_restored,
    .shapes = SHAPES,
};
static const kl_type kl_svc_type = {
    .name = "SVC", KL_ESTIMATOR(svm), .check = kl_svm_check,
    .doc = "Support vector classification: the widest margin in the space of a kernel, where errors cost C each; "
           "one machine for each pair of classes, which vote. Fitted by sequential minimal optimisation with "
           "second-order working sets (Fan, Chen, Lin: JMLR 6, 2005). x: rows x features.",
    .fields = KL_TABLE(svc_fields), .methods = KL_TABLE(methods), .extension = &svc_table};
KL_PUBLISH(kl_svc_type);

static const kl_field nu_svc_fields[] = {
    SVM_NU("on the wrong side of their margin"), SVM_KERNEL, SVM_GAMMA, SVM_DEGREE(KL_KEYWORD_ONLY),
    SVM_COEF0(KL_KEYWORD_ONLY), SVM_SOLVER,
    CLASSES("checked and shown as class_weight_; nu alone bounds what rows count, so the machine "
            "does not depend on it (weigh rows instead)"),
    SVM_LEARNED};
static const kl_limit nu_svc_limits[] = {{"nu", KL_ABOVE_UP_TO(0, 1)}, SVM_LIMITS};
static const kl_estimator_table nu_svc_table = {
    .kind = KL_EST_CLASSIFIER, .limits = KL_TABLE(nu_svc_limits), .fit = nu_svc_fit,
    .classify = classify, .decide = decide, .proba = proba, .has = has,
    .restored = kl_svm_restored,
    .shapes = SHAPES,
};
static const kl_type kl_nu_svc_type = {
    .name = "NuSVC", KL_ESTIMATOR(svm), .check = kl_svm_check,
    .doc = "Support vector classification where nu, the share of rows within the margin, stands for C "
           "(Schoelkopf, Smola, Williamson, Bartlett: New support vector algorithms, Neural Computation 12, 2000). "
           "x: rows x features.",
    .fields = KL_TABLE(nu_svc_fields), .methods = KL_TABLE(methods), .extension = &nu_svc_table};
KL_PUBLISH(kl_nu_svc_type);
