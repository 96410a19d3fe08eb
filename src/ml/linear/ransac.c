/* src/ml/linear/ransac.c - RANSACRegressor: a model of the rows that agree with each other. */
#include "ml/model.h"
#include "ml/numeric.h"

#include "kailash/data.h"

#include <float.h>
#include <math.h>

typedef struct ransac {
    kl_estimator base;
    kl_value estimator, min_samples, residual_threshold, is_data_valid, is_model_valid, loss, random_state;
    kl_value max_trials, max_skips, stop_n_inliers, stop_score;
    double stop_probability;
    bool fit_intercept;
    kl_value estimator_, inlier_mask_;
    int64_t n_trials_, n_skips_no_inliers_, n_skips_invalid_data_, n_skips_invalid_model_;
} ransac;

extern const kl_type kl_linear_regression_type;

/* One trial after the other, and the best of them. */
typedef struct trials {
    ransac *model;
    const kl_fit *in;
    kl_value x, y, weights; /* as values; borrowed */
    kl_value fitted;        /* the model that is tried */
    size_t size;            /* rows of a sample */
    double threshold, limit; /* limit: trials that are still worth it */
    double *losses;         /* n */
    bool *inside, *best_inside; /* n */
    size_t best_count;
    double best_score;
    int64_t *rows;
    kl_random random;
} trials;

/* ---- parameters ------------------------------------------------------------------------------------------------- */

/* A count that may be infinite; null is. */
static kl_status read_count(double *out, kl_value value, const char *name, kl_error *error)
{
    *out = kl_is_null(value) ? INFINITY : kl_as_double(value);
    if ((kl_is_null(value) || kl_is_number(value)) && *out >= 0)
        return KL_OK;
    return kl_bad_parameter(error, name, "a number >= 0, inf or None", value);
}

static kl_status sample_size(size_t *out, const ransac *model, const kl_fit *in, kl_error *error)
{
    double given = kl_as_double(model->min_samples);
    kl_estimator *own = kl_as_estimator(model->estimator);
    bool is_plain = kl_is_null(model->estimator) || (own && own->object.type == &kl_linear_regression_type);
    if (kl_is_null(model->min_samples)) {
        if (!is_plain)
            return kl_bad_parameter(error, "min_samples", "a number where the estimator is no LinearRegression",
                                    model->min_samples);
        given = (double)in->d + 1;
    } else if (given < 0 || (given >= 1 && given != floor(given)) || !kl_is_number(model->min_samples)) {
        return kl_bad_parameter(error, "min_samples", "an int >= 1, or a share from 0 to 1", model->min_samples);
    } else if (given < 1) {
        given = ceil(given * (double)in->n);
    }
    if (given > (double)in->n || given < 1)
        return kl_bad_input(error, "invalid parameter `min_samples`: expected 1 to %zu rows, got %g", in->n, given);
    *out = (size_t)given;
    return KL_OK;
}

/* The median of the distances of y from its median. */
static kl_status usual_threshold(double *out, const kl_fit *in, kl_task *task, kl_error *error)
{
    size_t n = in->n * in->outputs;
    double *copy;
    KL_TAKE(copy, task, n, error);
    memcpy(copy, in->y, n * sizeof *copy);
    double middle = kl_median(copy, n);
    for (size_t i = 0; i < n; i++)
        copy[i] = fabs(in->y[i] - middle);
    *out = kl_median(copy, n);
    return KL_OK;
}

static kl_status new_model(kl_value *out, const ransac *model, kl_error *error)
{
    kl_value known = kl_null();
    if (kl_is_null(model->estimator)) {
        KL_TRY(kl_map_of_one(&known, KL_TEXT("fit_intercept"), kl_bool(model->fit_intercept), error));
        kl_status status = kl_object_from_map(out, &kl_linear_regression_type, known, error);
        kl_value_release(known);
        return status;
    }
    KL_TRY(kl_model_resolve(&known, model->estimator, "estimator", error));
    kl_status status = kl_model_clone(out, known, error);
    kl_value_release(known);
    return status;
}

/* ---- one trial ----------------------------------------------------------------------------------------------------- */

/* x, y and weights of some rows; each given or null. */
typedef struct part {
    kl_value x, y, weights;
} part;

static void drop_part(part *p)
{
    kl_value_release(p->x);
    kl_value_release(p->y);
    kl_value_release(p->weights);
    *p = (part){kl_null(), kl_null(), kl_null()};
}

static kl_status take_part(part *out, const trials *t, const int64_t *rows, size_t count, kl_error *error)
{
    part p = {kl_null(), kl_null(), kl_null()};
    kl_status status = kl_data_take(&p.x, t->x, rows, count, error);
    if (status == KL_OK)
        status = kl_data_take(&p.y, t->y, rows, count, error);
    if (status == KL_OK && !kl_is_null(t->weights))
        status = kl_data_take(&p.weights, t->weights, rows, count, error);
    if (status == KL_OK)
        *out = p;
    else
        drop_part(&p);
    return status;
}

/* A check of the user; null = all is well. */
static kl_status ask(bool *good, kl_value check, const kl_value *args, size_t count, kl_error *error)
{
    kl_value answer = kl_null();
    *good = true;
    if (kl_is_null(check))
        return KL_OK;
    KL_TRY(kl_call_value(&answer, check, args, count, error));
    const kl_array_view *view = kl_as_array_view(answer); /* numpy's bools may come as arrays of no dimension */
    *good = view && view->layout.format == '?' ? *(const bool *)view->layout.data : kl_value_truthy(answer);
    kl_value_release(answer);
    return KL_OK;
}

static void plain_losses(trials *t, const double *answers)
{
    size_t k = t->in->outputs;
    bool squared = kl_word_is(t->model->loss, "squared_error");
    for (size_t i = 0; i < t->in->n; i++) {
        t->losses[i] = 0;
        for (size_t o = 0; o < k; o++) {
            double r = t->in->y[i * k + o] - answers[i * k + o];
            t->losses[i] += squared ? r * r : fabs(r);
        }
    }
}

static kl_status losses_of(trials *t, kl_value answers, kl_task *task, kl_error *error)
{
    const double *numbers;
    size_t n, outputs;
    if (kl_is(t->model->loss, KL_KIND_STRING)) {
        KL_TRY(kl_targets_read(&numbers, &n, &outputs, answers, "predictions", task, error));
        if (n != t->in->n || outputs != t->in->outputs)
            return kl_bad_dimension(error, "predictions", t->in->n * t->in->outputs, n * outputs);
        plain_losses(t, numbers);
        return KL_OK;
    }
    kl_value args[2] = {t->y, answers}, made = kl_null();
    if (kl_as_object(t->model->loss, &kl_callable_type))
        KL_TRY(kl_call_value(&made, t->model->loss, args, 2, error));
    else
        KL_TRY(kl_foreign_call(&made, t->model->loss, "__call__", args, 2, kl_null(), error));
    kl_status status = kl_numbers_read(&numbers, &n, made, "loss", task, error);
    if (status == KL_OK && n != t->in->n)
        status = kl_bad_dimension(error, "losses", t->in->n, n);
    if (status == KL_OK)
        memcpy(t->losses, numbers, n * sizeof *numbers);
    kl_value_release(made);
    return status;
}

/* Which rows agree with the model that was just fitted. */
static kl_status find_inside(trials *t, size_t *count, kl_error *error)
{
    kl_value answers = kl_null();
    kl_task task = KL_TASK_INIT;
    KL_TRY(kl_model_apply(&answers, t->fitted, KL_OP_PREDICT, t->x, error));
    kl_status status = losses_of(t, answers, &task, error);
    kl_value_release(answers);
    kl_task_end(&task);
    *count = 0;
    for (size_t i = 0; status == KL_OK && i < t->in->n; i++) {
        t->inside[i] = t->losses[i] <= t->threshold;
        *count += t->inside[i];
    }
    return status;
}

static size_t list_rows(int64_t *rows, const bool *inside, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (inside[i])
            rows[count++] = (int64_t)i;
    return count;
}

/* Trials after which a sample without outliers was drawn with the wanted probability. */
static double trials_needed(const trials *t)
{
    double missed = KL_MAX(DBL_EPSILON, 1 - t->model->stop_probability);
    double share = (double)t->best_count / (double)t->in->n;
    double spoilt = KL_MAX(DBL_EPSILON, 1 - pow(share, (double)t->size));
    if (missed == 1)
        return 0;
    return spoilt == 1 ? INFINITY : fabs(ceil(log(missed) / log(spoilt)));
}

/* Keep the rows inside, if they are more than ever, or as many and better. */
static kl_status judge(trials *t, size_t count, kl_error *error)
{
    part p;
    double score;
    if (count < t->best_count) {
        t->model->n_skips_no_inliers_++;
        return KL_OK;
    }
    KL_TRY(take_part(&p, t, t->rows, list_rows(t->rows, t->inside, t->in->n), error));
    kl_status status = kl_model_score(&score, t->fitted, p.x, p.y, p.weights, error);
    drop_part(&p);
    if (status != KL_OK || (count == t->best_count && score < t->best_score))
        return status;
    t->best_count = count;
    t->best_score = score;
    memcpy(t->best_inside, t->inside, t->in->n * sizeof *t->inside);
    t->limit = KL_MIN(t->limit, trials_needed(t));
    return KL_OK;
}

/* Learn from a few rows by chance; *go false when a check refuses them. */
static kl_status learn_sample(trials *t, bool *go, kl_error *error)
{
    part p;
    KL_TRY(kl_random_sample(&t->random, t->rows, t->size, t->in->n, error));
    KL_TRY(take_part(&p, t, t->rows, t->size, error));
    kl_value args[3] = {p.x, p.y, kl_null()};
    kl_status status = ask(go, t->model->is_data_valid, args, 2, error);
    t->model->n_skips_invalid_data_ += status == KL_OK && !*go;
    if (status == KL_OK && *go) {
        status = kl_model_fit(t->fitted, p.x, p.y, p.weights, error);
        kl_value model_args[3] = {t->fitted, p.x, p.y};
        if (status == KL_OK)
            status = ask(go, t->model->is_model_valid, model_args, 3, error);
        t->model->n_skips_invalid_model_ += status == KL_OK && !*go;
    }
    drop_part(&p);
    return status;
}

/* ---- all trials ---------------------------------------------------------------------------------------------------- */

static double skips(const ransac *m)
{
    return (double)(m->n_skips_no_inliers_ + m->n_skips_invalid_data_ + m->n_skips_invalid_model_);
}

static kl_status try_all(trials *t, kl_task *task, kl_error *error)
{
    ransac *m = t->model;
    double most_skips, enough, good = kl_is_null(m->stop_score) ? INFINITY : kl_as_double(m->stop_score);
    KL_TRY(read_count(&t->limit, m->max_trials, "max_trials", error));
    KL_TRY(read_count(&most_skips, m->max_skips, "max_skips", error));
    KL_TRY(read_count(&enough, m->stop_n_inliers, "stop_n_inliers", error));
    while ((double)m->n_trials_ < t->limit) {
        bool go;
        size_t count;
        KL_TRY(kl_task_step(task, (size_t)m->n_trials_, 0, error));
        m->n_trials_++;
        if (skips(m) > most_skips)
            break;
        KL_TRY(learn_sample(t, &go, error));
        if (!go)
            continue;
        KL_TRY(find_inside(t, &count, error));
        KL_TRY(judge(t, count, error));
        if (t->best_score > -INFINITY && ((double)t->best_count >= enough || t->best_score >= good))
            break;
    }
    if (t->best_score == -INFINITY)
        return kl_bad_input(error, "RANSAC found no rows that agree: no sample of %lld trials passed (%lld with too few "
                                   "rows inside, %lld and %lld refused by is_data_valid and is_model_valid)",
                            (long long)m->n_trials_, (long long)m->n_skips_no_inliers_,
                            (long long)m->n_skips_invalid_data_, (long long)m->n_skips_invalid_model_);
    if (skips(m) > most_skips)
        return kl_warn_convergence(error, "RANSAC ended early, for more than max_skips samples were skipped");
    return KL_OK;
}

/* Once more, from all rows that agree. */
static kl_status finish(trials *t, kl_error *error)
{
    part p;
    bool *mask;
    kl_value made = kl_null();
    KL_TRY(kl_flags_new(&made, &mask, t->in->n, error));
    kl_learn(&t->model->inlier_mask_, made);
    memcpy(mask, t->best_inside, t->in->n * sizeof *mask);
    KL_TRY(take_part(&p, t, t->rows, list_rows(t->rows, t->best_inside, t->in->n), error));
    kl_status status = kl_model_fit(t->fitted, p.x, p.y, p.weights, error);
    drop_part(&p);
    if (status == KL_OK)
        kl_learn(&t->model->estimator_, kl_value_retain(t->fitted));
    return status;
}

static kl_status run(trials *t, kl_task *task, kl_error *error)
{
    uint64_t seed;
    KL_TAKE(t->losses, task, t->in->n, error);
    KL_TAKE(t->inside, task, t->in->n, error);
    KL_TAKE(t->best_inside, task, t->in->n, error);
    KL_TAKE(t->rows, task, t->in->n, error);
    KL_TRY(sample_size(&t->size, t->model, t->in, error));
    t->threshold = kl_as_double(t->model->residual_threshold);
    if (kl_is_null(t->model->residual_threshold))
        KL_TRY(usual_threshold(&t->threshold, t->in, task, error));
    KL_TRY(kl_estimator_seed(&seed, &t->model->base, error));
    kl_random_open(&t->random, seed, 1, 0);
    KL_TRY(kl_model_seed(t->fitted, seed, error));
    KL_TRY(try_all(t, task, error));
    return finish(t, error);
}

static kl_status fit(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    ransac *model = (ransac *)self;
    trials t = {.model = model, .in = in, .x = in->raw_x, .y = in->raw_y, .weights = in->raw_weights,
                .fitted = kl_null(), .best_count = 1, .best_score = -INFINITY};
    bool is_word = kl_word_is(model->loss, "absolute_error") || kl_word_is(model->loss, "squared_error");
    bool is_function = kl_as_object(model->loss, &kl_callable_type) ||
                       (kl_as_foreign(model->loss) && kl_foreign_has(model->loss, "__call__"));
    if (!is_word && !is_function)
        return kl_bad_parameter(error, "loss", "'absolute_error', 'squared_error' or a function of y and predictions",
                                model->loss);
    KL_TRY(new_model(&t.fitted, model, error));
    kl_status status = run(&t, task, error);
    kl_value_release(t.fitted);
    return status;
}

static kl_status predict(double *out, const kl_estimator *self, const kl_matrix *x, kl_task *task, kl_error *error)
{
    const ransac *model = (const ransac *)self;
    kl_value answers = kl_null();
    const double *numbers;
    size_t n, outputs;
    KL_TRY(kl_model_apply(&answers, model->estimator_, KL_OP_PREDICT, x->value, error));
    kl_status status = kl_targets_read(&numbers, &n, &outputs, answers, "predictions", task, error);
    if (status == KL_OK && n * outputs != x->rows * (size_t)self->outputs)
        status = kl_bad_dimension(error, "predictions", x->rows * (size_t)self->outputs, n * outputs);
    if (status == KL_OK)
        memcpy(out, numbers, n * outputs * sizeof *out);
    kl_value_release(answers);
    return status;
}

static const kl_field fields[] = {
    KL_VALUE(ransac, max_trials, .kind = KL_KIND_ANY, .fallback = "100", .flags = KL_OPTIONAL,
             .doc = "most samples that are tried; >= 0, inf or None = until stop_probability is reached"),
    KL_BOOL(ransac, fit_intercept, true, .doc = "of the LinearRegression that stands for estimator=None"),
    KL_VALUE(ransac, estimator, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_FOREIGN | KL_KEYWORD_ONLY,
             .doc = "the model to fit; None = LinearRegression()"),
    KL_VALUE(ransac, min_samples, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "rows of a sample: an int, or a share of all from 0 to 1; None = features + 1"),
    KL_VALUE(ransac, residual_threshold, .kind = KL_KIND_DOUBLE, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "largest loss of rows that agree; >= 0, None = median distance of y from its median"),
    KL_VALUE(ransac, is_data_valid, .kind = KL_KIND_CALLABLE, .flags = KL_OPTIONAL | KL_FOREIGN | KL_KEYWORD_ONLY,
             .doc = "function of x and y of a sample that tells whether to use it"),
    KL_VALUE(ransac, is_model_valid, .kind = KL_KIND_CALLABLE, .flags = KL_OPTIONAL | KL_FOREIGN | KL_KEYWORD_ONLY,
             .doc = "function of the fitted model, x and y of its sample that tells whether to use it"),
    KL_VALUE(ransac, max_skips, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "most samples that may be skipped; >= 0, inf or None = any number"),
    KL_VALUE(ransac, stop_n_inliers, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "stop when so many rows agree; >= 0, inf or None = never"),
    KL_VALUE(ransac, stop_score, .kind = KL_KIND_DOUBLE, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "stop when the score of the rows that agree is this good; None = never"),
    KL_DOUBLE(ransac, stop_probability, 0.99, .flags = KL_KEYWORD_ONLY,
              .doc = "stop when a sample without outliers was drawn with this probability; from 0 to 1"),
    KL_VALUE(ransac, loss, .kind = KL_KIND_ANY, .fallback = "\"absolute_error\"", .flags = KL_FOREIGN | KL_KEYWORD_ONLY,
             .doc = "absolute_error, squared_error, or a function of y and predictions that gives a number per row"),
    KL_RANDOM_STATE(ransac, | KL_KEYWORD_ONLY),
    KL_LEARNED_VALUE(ransac, estimator_, .doc = "the model, fitted to the rows that agree"),
    KL_LEARNED_ARRAY(ransac, inlier_mask_, .doc = "for each row whether it agrees: n bools"),
    KL_LEARNED_INT(ransac, n_trials_, .doc = "samples that were tried"),
    KL_LEARNED_INT(ransac, n_skips_no_inliers_, .doc = "samples with which fewer rows agreed than with the best"),
    KL_LEARNED_INT(ransac, n_skips_invalid_data_, .doc = "samples that is_data_valid refused"),
    KL_LEARNED_INT(ransac, n_skips_invalid_model_, .doc = "models that is_model_valid refused"),
};
static const kl_limit limits[] = {{"residual_threshold", KL_AT_LEAST(0)}, {"stop_probability", KL_BETWEEN(0, 1)}};
static const kl_method methods[] = {KL_EST_SUPERVISED_WEIGHTED};
static const kl_estimator_table table = {
    .kind = KL_EST_REGRESSOR,
    .flags = KL_EST_MULTI_OUTPUT | KL_EST_SPARSE | KL_EST_NOT_DETERMINISTIC,
    .limits = KL_TABLE(limits),
    .fit = fit,
    .predict = predict,
    .shapes = "inlier_mask_ = flag * | none",
};
const kl_type kl_ransac_type = {
    .name = "RANSACRegressor",
    KL_ESTIMATOR(ransac),
    .doc = "Random sample consensus (Fischler and Bolles 1981): models of small samples are tried, and the one with which most "
           "rows agree is fitted to those rows.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_ransac_type);
