/* src/ml/linear/sgd_models.c - SGDClassifier, SGDRegressor, Perceptron: models that learn row by row. */
#include "linear.h"
#include "sgd.h"

#include "ml/class_weight.h"
#include "ml/kernels.h"

#include <math.h>

typedef struct sgd_model {
    LINEAR_MODEL;
    kl_value loss, penalty, l1_ratio, tol, learning_rate, average, class_weight, random_state, n_jobs;
    double alpha, epsilon, eta0, power_t, validation_fraction;
    int64_t max_iter, n_iter_no_change, verbose;
    bool fit_intercept, shuffle, early_stopping, warm_start;
    int64_t n_iter_;
    double t_;
    kl_value steps_, step_intercepts_;       /* weights without averaging: targets x d, targets */
    kl_value average_, average_intercepts_;  /* with it; null when they are not averaged */
} sgd_model;
typedef sgd_model sgd_classifier, sgd_regressor, perceptron;

extern const kl_type kl_perceptron_type;

/* ---- parameters ---------------------------------------------------------------------------------------------------- */

static const char *const losses[] = {
    "hinge", "squared_hinge", "perceptron", "log_loss", "modified_huber",
    "squared_error", "huber", "epsilon_insensitive", "squared_epsilon_insensitive", NULL};
static const char *const rates[] = {"constant", "optimal", "invscaling", "adaptive", "pa1", "pa2", NULL};
static const char *const penalties[] = {"l2", "l1", "elasticnet", "none", NULL};

static size_t word_at(const char *const *words, kl_value word)
{
    size_t i = 0;
    while (words[i] && !kl_word_is(word, words[i]))
        i++;
    return i;
}

static bool is_classifier(const sgd_model *model)
{
    return kl_table_of(&model->base)->kind == KL_EST_CLASSIFIER;
}

static bool is_perceptron(const sgd_model *model) { return model->base.object.type == &kl_perceptron_type; }

/* Step from which w is averaged; 0 = never. */
static kl_status average_from(int64_t *out, const sgd_model *model, kl_error *error)
{
    if (kl_is(model->average, KL_KIND_BOOL) || kl_is(model->average, KL_KIND_NULL))
        *out = kl_as_bool(model->average);
    else if (kl_is(model->average, KL_KIND_INT) && kl_as_int(model->average) > 0)
        *out = kl_as_int(model->average);
    else
        return kl_bad_parameter(error, "average", "True, False, or the step (>= 1) from which weights are averaged",
                                model->average);
    return KL_OK;
}

static kl_status check(const sgd_model *model, const kl_sgd *how, bool more, kl_error *error)
{
    if (more && model->early_stopping)
        return kl_bad_parameter(error, "early_stopping", "False with partial_fit()", kl_bool(true));
    if (more && kl_word_is(model->class_weight, "balanced"))
        return kl_bad_parameter(error, "class_weight", "a dict or None with partial_fit(), which does not see all rows",
                                model->class_weight);
    if (how->rate == KL_SGD_OPTIMAL && !(model->alpha > 0))
        return kl_bad_parameter(error, "alpha", "a number > 0 with learning_rate='optimal'", kl_double(model->alpha));
    kl_sgd_loss passive = is_classifier(model) ? KL_SGD_HINGE : KL_SGD_EPSILON_INSENSITIVE;
    if (how->rate >= KL_SGD_PA1 && how->loss != passive)
        return kl_bad_parameter(error, "loss", is_classifier(model) ? "'hinge' with learning_rate 'pa1' and 'pa2'"
                                                                    : "'epsilon_insensitive' with learning_rate 'pa1' and 'pa2'",
                                model->loss);
    if (kl_word_is(model->penalty, "elasticnet") && kl_is(model->l1_ratio, KL_KIND_NULL))
        return kl_bad_parameter(error, "l1_ratio", "a number from 0 to 1 with penalty='elasticnet'", model->l1_ratio);
    return KL_OK;
}

static kl_status read_how(kl_sgd *out, const sgd_model *model, const kl_fit *in, bool more, kl_error *error)
{
    bool none = kl_is(model->penalty, KL_KIND_NULL) || kl_word_is(model->penalty, "none");
    double ratio = kl_word_is(model->penalty, "l1") ? 1.0
                   : kl_word_is(model->penalty, "elasticnet") ? kl_as_double(model->l1_ratio) : 0.0;
    kl_sgd how = {
        .x = in->x, .weights = in->weights, .epsilon = model->epsilon, .alpha = model->alpha, .l1_ratio = ratio,
        .penalised = !none, .eta0 = model->eta0, .power_t = model->power_t, .intercept = model->fit_intercept,
        .shuffle = model->shuffle, .classifies = is_classifier(model), .epochs_max = more ? 1 : (size_t)model->max_iter,
        .tol = more || kl_is(model->tol, KL_KIND_NULL) ? -INFINITY : kl_as_double(model->tol),
        .patience = (size_t)model->n_iter_no_change};
    how.loss = is_perceptron(model) ? KL_SGD_PERCEPTRON : (kl_sgd_loss)word_at(losses, model->loss);
    how.rate = is_perceptron(model) ? KL_SGD_CONSTANT : (kl_sgd_rate)word_at(rates, model->learning_rate);
    KL_TRY(average_from(&how.average_from, model, error));
    KL_TRY(kl_estimator_seed(&how.seed, &model->base, error));
    *out = how;
    return check(model, &how, more, error);
}

/* ---- rows held out ---------------------------------------------------------------------------------------------------- */

/* Choose `share` of the rows whose code is `code` (all when there are no codes). */
static void hold_out(bool *held_out, const kl_fit *in, int64_t code, double share, int64_t *rows, kl_random *random)
{
    size_t count = 0;
    for (size_t i = 0; i < in->n; i++)
        if (!in->codes || in->codes[i] == code)
            rows[count++] = (int64_t)i;
    kl_random_shuffle(random, rows, count);
    for (size_t i = 0; (double)i < share * (double)count - 0.5; i++)
        held_out[rows[i]] = true;
}

static kl_status choose_held_out(kl_sgd *how, const sgd_model *model, const kl_fit *in, kl_task *task, kl_error *error)
{
    kl_random random;
    int64_t *rows;
    bool *held_out;
    if (!model->early_stopping)
        return KL_OK;
    KL_TAKE(rows, task, in->n, error);
    KL_TAKE(held_out, task, in->n, error);
    kl_random_open(&random, how->seed, 1, 0);
    for (size_t c = 0; c < (in->codes ? in->classes : 1); c++)
        hold_out(held_out, in, (int64_t)c, model->validation_fraction, rows, &random);
    double weight = 0;
    size_t count = 0;
    for (size_t i = 0; i < in->n; i++) {
        count += held_out[i];
        weight += held_out[i] ? (in->weights ? in->weights[i] : 1.0) : 0.0;
    }
    if (count == in->n || !(weight > 0))
        return kl_bad_input(error, "early_stopping: validation_fraction %g of %zu rows leaves no rows, or none that count, "
                                   "to learn from or to judge by",
                            model->validation_fraction, in->n);
    how->held_out = held_out;
    return KL_OK;
}

/* ---- targets ------------------------------------------------------------------------------------------------------------ */

static size_t target_count(const sgd_model *model, const kl_fit *in)
{
    return is_classifier(model) && in->classes > 2 ? in->classes : 1;
}

/* 1 for a class, -1 for all others; of two classes the second. */
static kl_status code_targets(kl_sgd_target *targets, size_t count, const sgd_model *model, const kl_fit *in,
                              kl_task *task, kl_error *error)
{
    const double *by_class = NULL;
    KL_TRY(kl_code_weights(&by_class, model->class_weight, model->base.classes, in->codes, in->n, NULL, task, error));
    for (size_t c = 0; c < count; c++) {
        double *y;
        size_t own = count == 1 ? 1 : c;
        KL_TAKE_RAW(y, task, in->n, error);
        for (size_t i = 0; i < in->n; i++)
            y[i] = (size_t)in->codes[i] == own ? 1.0 : -1.0;
        targets[c].y = y;
        targets[c].positive = by_class ? by_class[own] : 1.0;
        targets[c].negative = by_class && count == 1 ? by_class[0] : 1.0;
    }
    return KL_OK;
}

/* Where it begins: at 0, or at what `from` has learned. */
static kl_status begin_target(kl_sgd_target *target, size_t at, const sgd_model *from, bool more, const kl_sgd *how,
                              kl_task *task, kl_error *error)
{
    size_t d = how->x->cols, size = d * sizeof *target->w;
    KL_TAKE(target->w, task, d, error);
    if (how->average_from > 0)
        KL_TAKE(target->average, task, d, error);
    target->t = 1.0;
    target->stream = at;
    if (!from)
        return KL_OK;
    /* A warm start begins with what predicts; a partial fit goes on with what was stepping. */
    memcpy(target->w, kl_doubles(more ? from->steps_ : from->coef_) + at * d, size);
    target->intercept = kl_doubles(more ? from->step_intercepts_ : from->intercept_)[at];
    if (!more)
        return KL_OK;
    target->t = from->t_;
    if (target->average && kl_doubles(from->average_)) {
        memcpy(target->average, kl_doubles(from->average_) + at * d, size);
        target->average_intercept = kl_doubles(from->average_intercepts_)[at];
    }
    return KL_OK;
}

static kl_status begin_targets(kl_sgd_target **out, size_t count, const sgd_model *model, const kl_fit *in, bool more,
                               const kl_sgd *how, kl_task *task, kl_error *error)
{
    kl_sgd_target *targets;
    const sgd_model *before = (const sgd_model *)in->before;
    bool goes_on = before && (more || model->warm_start) && kl_linear_former(in->before, count, in->d);
    KL_TAKE(targets, task, count, error);
    for (size_t c = 0; c < count; c++)
        KL_TRY(begin_target(targets + c, c, goes_on ? before : NULL, more, how, task, error));
    if (is_classifier(model))
        KL_TRY(code_targets(targets, count, model, in, task, error));
    else
        targets->y = in->y;
    for (size_t c = 0; !is_classifier(model) && c < count; c++)
        targets[c].positive = targets[c].negative = 1.0;
    *out = targets;
    return KL_OK;
}

/* ---- what is kept ---------------------------------------------------------------------------------------------------------- */

/* A table and a vector of all targets: their steps, or their averages. */
static kl_status gather(kl_value *weights, kl_value *intercepts, const kl_sgd_target *targets, size_t count, size_t d,
                        bool averages, kl_error *error)
{
    double *w, *b;
    kl_value made = kl_null();
    KL_TRY(kl_table_new(&made, &w, count, d, error));
    kl_learn(weights, made);
    made = kl_null();
    KL_TRY(kl_vector_new(&made, &b, count, error));
    kl_learn(intercepts, made);
    for (size_t c = 0; c < count; c++) {
        memcpy(w + c * d, averages ? targets[c].average : targets[c].w, d * sizeof *w);
        b[c] = averages ? targets[c].average_intercept : targets[c].intercept;
    }
    return KL_OK;
}

static kl_status keep(sgd_model *model, const kl_sgd_target *targets, size_t count, const kl_sgd *how, kl_error *error)
{
    size_t d = how->x->cols;
    bool averages = how->average_from > 0;
    KL_TRY(gather(&model->steps_, &model->step_intercepts_, targets, count, d, false, error));
    if (averages)
        KL_TRY(gather(&model->average_, &model->average_intercepts_, targets, count, d, true, error));
    model->t_ = targets->t;
    for (size_t c = 0; c < count; c++) {
        model->n_iter_ = c == 0 ? (int64_t)targets[c].epochs : KL_MAX(model->n_iter_, (int64_t)targets[c].epochs);
        model->t_ = KL_MAX(model->t_, targets[c].t);
    }
    bool reached = averages && (double)how->average_from <= model->t_ - 1;
    const double *weights = kl_doubles(reached ? model->average_ : model->steps_);
    kl_value made = kl_null();
    if (is_classifier(model))
        KL_TRY(kl_table_from(&made, weights, count, d, error));
    else
        KL_TRY(kl_vector_from(&made, weights, d, error));
    kl_learn(&model->coef_, made);
    kl_learn(&model->intercept_, kl_value_retain(reached ? model->average_intercepts_ : model->step_intercepts_));
    return KL_OK;
}

/* ---- fit --------------------------------------------------------------------------------------------------------------------- */

static kl_status learn(sgd_model *model, const kl_fit *in, bool more, kl_task *task, kl_error *error)
{
    kl_sgd how;
    kl_sgd_target *targets;
    size_t count = target_count(model, in);
    KL_TRY(read_how(&how, model, in, more, error));
    KL_TRY(choose_held_out(&how, model, in, task, error));
    KL_TRY(begin_targets(&targets, count, model, in, more, &how, task, error));
    KL_TRY(kl_sgd_run(targets, count, &how, task, error));
    for (size_t c = 0; c < count; c++)
        if (targets[c].overflow)
            return kl_bad_input(error, "the weights passed all bounds in epoch %zu; scale x, or take a smaller eta0",
                                targets[c].epochs);
    KL_TRY(keep(model, targets, count, &how, error));
    if (!more && isfinite(how.tol) && model->n_iter_ == model->max_iter)
        return kl_warn_convergence(error, "the loss still went down after %lld epochs; increase max_iter",
                                   (long long)model->max_iter);
    return KL_OK;
}

static kl_status fit(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    return learn((sgd_model *)self, in, false, task, error);
}

static kl_status partial_fit(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    return learn((sgd_model *)self, in, true, task, error);
}

/* ---- probabilities ------------------------------------------------------------------------------------------------------------ */

static bool has(const kl_estimator *self, kl_operation operation)
{
    const sgd_model *model = (const sgd_model *)self;
    bool probable = kl_word_is(model->loss, "log_loss") || kl_word_is(model->loss, "modified_huber");
    switch (operation) {
    case KL_OP_PREDICT:
    case KL_OP_DECISION:
        return true;
    case KL_OP_PROBA:
    case KL_OP_LOG_PROBA:
        return probable && !is_perceptron(model);
    default:
        return false;
    }
}

/* Numbers of one row to probabilities that add up to 1; all alike where all are 0. */
static void normalise(double *p, size_t k)
{
    double sum = 0;
    for (size_t c = 0; c < k; c++)
        sum += p[c];
    for (size_t c = 0; c < k; c++)
        p[c] = sum > 0 ? p[c] / sum : 1.0 / (double)k;
}

static void to_probabilities(double *p, size_t n, size_t k, bool is_log)
{
    if (is_log)
        kl_kernels()->sigmoid(p, p, n * k);
    for (size_t i = 0; !is_log && i < n * k; i++)
        p[i] = (KL_MIN(KL_MAX(p[i], -1.0), 1.0) + 1) / 2;
}

static kl_status proba(kl_value *out, const kl_estimator *self, const kl_matrix *x, kl_task *task, kl_error *error)
{
    const linear_model *model = (const linear_model *)self;
    size_t k = kl_linear_outputs(model, x->cols), n = x->rows;
    double *raw, *p;
    KL_TAKE_RAW(raw, task, n * k + 1, error);
    KL_TRY(kl_linear_decide(raw, model, x, error));
    to_probabilities(raw, n, k, kl_word_is(((const sgd_model *)self)->loss, "log_loss"));
    kl_value made = kl_null();
    KL_TRY(kl_table_new(&made, &p, n, k == 1 ? 2 : k, error));
    for (size_t i = 0; i < n; i++) {
        if (k == 1) {
            p[2 * i] = 1 - raw[i];
            p[2 * i + 1] = raw[i];
        } else {
            memcpy(p + i * k, raw + i * k, k * sizeof *p);
            normalise(p + i * k, k);
        }
    }
    *out = made;
    return KL_OK;
}

/* ---- tables --------------------------------------------------------------------------------------------------------------------- */

#define SGD_PENALTY(owner, initial, flag_word)                                                     \
    KL_VALUE(owner, penalty, .kind = KL_KIND_ENUM, .names = penalties, .fallback = initial,        \
             .flags = KL_OPTIONAL | (flag_word),                                                   \
             .doc = "l2: of squares; l1: of absolute values; elasticnet: of both, by l1_ratio; None or 'none': none")
#define SGD_ALPHA(owner, flag_word)                                                                \
    KL_DOUBLE(owner, alpha, 0.0001, .flags = (flag_word), .doc = "strength of the penalty; >= 0")
#define SGD_EPOCHS(owner) KL_COUNT_FIELD(owner, max_iter, 1000, .doc = "most epochs of fit(); >= 1")
#define SGD_L1_RATIO(owner)                                                                        \
    KL_VALUE(owner, l1_ratio, .kind = KL_KIND_DOUBLE, .fallback = "0.15", .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,\
             .doc = "share of absolute values in the elasticnet penalty, from 0 to 1")
#define SGD_STOP(owner)                                                                            \
    KL_VALUE(owner, tol, .kind = KL_KIND_DOUBLE, .fallback = "1e-3", .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,\
             .doc = "stop when the loss (or the score on rows held out) has not got better by this for "\
                    "n_iter_no_change epochs; >= 0, None = never"),                                \
    KL_BOOL(owner, shuffle, true, .flags = KL_KEYWORD_ONLY, .doc = "whether each epoch takes rows in another order"),\
    KL_INT(owner, verbose, 0, .flags = KL_KEYWORD_ONLY, .doc = "> 0: tell of progress on standard error"),\
    KL_BOOL(owner, early_stopping, false, .flags = KL_KEYWORD_ONLY,                                \
            .doc = "whether rows are held out, and their score tells when to stop"),               \
    KL_DOUBLE(owner, validation_fraction, 0.1, .flags = KL_KEYWORD_ONLY,                           \
              .doc = "share of the rows that is held out, between 0 and 1"),                       \
    KL_COUNT_FIELD(owner, n_iter_no_change, 5, .flags = KL_KEYWORD_ONLY,                           \
                   .doc = "epochs without a gain after which it stops; >= 1"),                     \
    KL_BOOL(owner, warm_start, false, .flags = KL_KEYWORD_ONLY,                                    \
            .doc = "whether fit() starts from what was learned before")
#define SGD_RATE(owner, initial, power)                                                            \
    KL_ENUM(owner, learning_rate, initial, .names = rates, .flags = KL_KEYWORD_ONLY,               \
            .doc = "size of step t: constant = eta0; optimal = 1 / (alpha (t0 + t)) with t0 as Bottou found it; "\
                   "invscaling = eta0 / t^power_t; adaptive = eta0, a fifth of it whenever it would stop; pa1, "\
                   "pa2 = passive and aggressive steps with C = eta0"),                            \
    KL_DOUBLE(owner, eta0, 0.01, .flags = KL_KEYWORD_ONLY, .doc = "first size of steps; > 0"),     \
    KL_DOUBLE(owner, power_t, power, .flags = KL_KEYWORD_ONLY, .doc = "how fast invscaling makes steps smaller"),\
    KL_DOUBLE(owner, epsilon, 0.1, .flags = KL_KEYWORD_ONLY,                                       \
              .doc = "of the losses huber (where it becomes linear) and epsilon_insensitive (what costs nothing)"),\
    KL_VALUE(owner, average, .kind = KL_KIND_ANY, .fallback = "false", .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,\
             .doc = "True: coef_ is the mean of the weights of all steps; an int: from that step on")
#define SGD_LEARNED(owner)                                                                         \
    KL_LEARNED_INT(owner, n_iter_, .doc = "epochs; of several classes the most"),                  \
    KL_LEARNED_DOUBLE(owner, t_, .doc = "steps, and 1"),                                           \
    KL_KEPT_ARRAY(owner, steps_, .doc = "weights that partial_fit() goes on with"),                \
    KL_KEPT_ARRAY(owner, step_intercepts_, .doc = "intercepts that partial_fit() goes on with"),   \
    KL_KEPT_ARRAY(owner, average_, .doc = "means of the weights of all steps"),                    \
    KL_KEPT_ARRAY(owner, average_intercepts_, .doc = "means of the intercepts of all steps")

static const kl_field classifier_fields[] = {
    KL_ENUM(sgd_classifier, loss, "hinge", .names = losses,
            .doc = "hinge: a linear support vector machine; log_loss: logistic regression; modified_huber: smooth, with "
                   "probabilities; squared_hinge; perceptron; the others are losses of regression on 1 and -1"),
    SGD_PENALTY(sgd_classifier, "\"l2\"", 0),
    SGD_ALPHA(sgd_classifier, 0),
    SGD_EPOCHS(sgd_classifier),
    LINEAR_INTERCEPT(sgd_classifier, 0),
    SGD_L1_RATIO(sgd_classifier),
    SGD_STOP(sgd_classifier),
    SGD_RATE(sgd_classifier, "optimal", 0.5),
    KL_CLASS_WEIGHT(sgd_classifier),
    KL_RANDOM_STATE(sgd_classifier, | KL_KEYWORD_ONLY),
    LINEAR_N_JOBS(sgd_classifier),
    LINEAR_LEARNED_CLASSES(sgd_classifier),
    SGD_LEARNED(sgd_classifier),
};
static const kl_field regressor_fields[] = {
    KL_ENUM(sgd_regressor, loss, "squared_error", .names = losses + KL_SGD_SQUARED,
            .doc = "squared_error; huber: linear beyond epsilon; epsilon_insensitive: what is nearer than epsilon costs "
                   "nothing; squared_epsilon_insensitive"),
    SGD_PENALTY(sgd_regressor, "\"l2\"", 0),
    SGD_ALPHA(sgd_regressor, 0),
    SGD_EPOCHS(sgd_regressor),
    LINEAR_INTERCEPT(sgd_regressor, 0),
    SGD_L1_RATIO(sgd_regressor),
    SGD_STOP(sgd_regressor),
    SGD_RATE(sgd_regressor, "invscaling", 0.25),
    KL_RANDOM_STATE(sgd_regressor, | KL_KEYWORD_ONLY),
    KL_LEARNED_ARRAY(sgd_regressor, coef_, .doc = "weights of the features: d numbers"),
    KL_LEARNED_ARRAY(sgd_regressor, intercept_, .doc = "what is added to x'w: an array of one number"),
    SGD_LEARNED(sgd_regressor),
};
static const kl_field perceptron_fields[] = {
    SGD_EPOCHS(perceptron),
    KL_DOUBLE(perceptron, eta0, 1.0, .doc = "size of steps; > 0"),
    LINEAR_INTERCEPT(perceptron, 0),
    SGD_PENALTY(perceptron, "null", KL_KEYWORD_ONLY),
    SGD_ALPHA(perceptron, KL_KEYWORD_ONLY),
    SGD_L1_RATIO(perceptron),
    SGD_STOP(perceptron),
    KL_CLASS_WEIGHT(perceptron),
    KL_VALUE(perceptron, random_state, .kind = KL_KIND_INT, .fallback = "0", .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "seed of the order of rows: an int >= 0; None = a fresh one"),
    LINEAR_N_JOBS(perceptron),
    LINEAR_LEARNED_CLASSES(perceptron),
    SGD_LEARNED(perceptron),
};
static const kl_limit limits[] = {
    {"alpha", KL_AT_LEAST(0)}, {"max_iter", KL_AT_LEAST(1)}, {"l1_ratio", KL_BETWEEN(0, 1)}, {"tol", KL_AT_LEAST(0)},
    {"epsilon", KL_AT_LEAST(0)}, {"eta0", KL_ABOVE(0)}, {"validation_fraction", KL_BETWEEN_OPEN(0, 1)},
    {"n_iter_no_change", KL_AT_LEAST(1)}};
static const kl_limit perceptron_limits[] = {
    {"alpha", KL_AT_LEAST(0)}, {"max_iter", KL_AT_LEAST(1)}, {"l1_ratio", KL_BETWEEN(0, 1)}, {"tol", KL_AT_LEAST(0)},
    {"eta0", KL_ABOVE(0)}, {"validation_fraction", KL_BETWEEN_OPEN(0, 1)}, {"n_iter_no_change", KL_AT_LEAST(1)}};
static const kl_method classifier_methods[] = {
    KL_EST_SUPERVISED_WEIGHTED, KL_EST_CLASSES, KL_EST_DECISION, KL_EST_PROBA, KL_EST_PARTIAL_FIT};
static const kl_method perceptron_methods[] = {
    KL_EST_SUPERVISED_WEIGHTED, KL_EST_CLASSES, KL_EST_DECISION, KL_EST_PARTIAL_FIT};
static const kl_method regressor_methods[] = {KL_EST_SUPERVISED_WEIGHTED, KL_EST_PARTIAL_FIT};
static const kl_estimator_table classifier_table = {
    .kind = KL_EST_CLASSIFIER, .flags = KL_EST_SPARSE | KL_EST_NOT_DETERMINISTIC, .limits = KL_TABLE(limits),
    .fit = fit, .partial_fit = partial_fit, .decide = kl_linear_decision, .proba = proba, .has = has,
    .shapes = "coef_ = decisions features; intercept_ = decisions; steps_ = decisions features; "
              "step_intercepts_ = decisions; average_ = decisions features | none; "
              "average_intercepts_ = decisions | none",
};
static const kl_estimator_table perceptron_table = {
    .kind = KL_EST_CLASSIFIER, .flags = KL_EST_SPARSE | KL_EST_NOT_DETERMINISTIC,
    .limits = KL_TABLE(perceptron_limits), .fit = fit, .partial_fit = partial_fit, .decide = kl_linear_decision,
    .shapes = "coef_ = decisions features; intercept_ = decisions; steps_ = decisions features; "
              "step_intercepts_ = decisions; average_ = decisions features | none; "
              "average_intercepts_ = decisions | none",
};
static const kl_estimator_table regressor_table = {
    .kind = KL_EST_REGRESSOR, .flags = KL_EST_SPARSE | KL_EST_NOT_DETERMINISTIC, .limits = KL_TABLE(limits),
    .fit = fit, .partial_fit = partial_fit, .predict = kl_linear_predict,
    .shapes = "coef_ = features; intercept_ = 1; steps_ = 1 features; step_intercepts_ = 1; "
              "average_ = 1 features | none; average_intercepts_ = 1 | none",
};

const kl_type kl_sgd_classifier_type = {
    .name = "SGDClassifier",
    KL_ESTIMATOR(sgd_classifier),
    .doc = "Linear classifiers learned by stochastic gradients (Bottou 2012): rows in random order, each moving the weights "
           "against the slope of its loss; several classes each against all others.",
    .fields = KL_TABLE(classifier_fields),
    .methods = KL_TABLE(classifier_methods),
    .extension = &classifier_table,
};
KL_PUBLISH(kl_sgd_classifier_type);
const kl_type kl_sgd_regressor_type = {
    .name = "SGDRegressor",
    KL_ESTIMATOR(sgd_regressor),
    .doc = "Linear regression learned by stochastic gradients (Bottou 2012): rows in random order, each moving the weights "
           "against the slope of its loss.",
    .fields = KL_TABLE(regressor_fields),
    .methods = KL_TABLE(regressor_methods),
    .extension = &regressor_table,
};
KL_PUBLISH(kl_sgd_regressor_type);
const kl_type kl_perceptron_type = {
    .name = "Perceptron",
    KL_ESTIMATOR(perceptron),
    .doc = "The perceptron (Rosenblatt 1958): a row that is on the wrong side moves the weights towards it by eta0; several "
           "classes each against all others.",
    .fields = KL_TABLE(perceptron_fields),
    .methods = KL_TABLE(perceptron_methods),
    .extension = &perceptron_table,
};
KL_PUBLISH(kl_perceptron_type);
