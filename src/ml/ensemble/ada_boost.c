/* src/ml/ensemble/ada_boost.c - fitting AdaBoostClassifier (SAMME: Zhu, Zou, Rosset, Hastie: Multi-class AdaBoost,
 * 2009) and AdaBoostRegressor (AdaBoost.R2: Drucker: Improving regressors using boosting techniques, 1997). */
#include "ada_boost.h"

#include "base/host.h"
#include "bootstrap.h"

#include <float.h>
#include <math.h>

enum { GROW_STREAM = 2 };

typedef struct course {
    kl_ada_boost *self;
    const kl_fit *in;
    uint64_t seed;
    size_t n, stage, stages;
    double *weights;      /* of rows; they sum to 1 */
    bool *excluded;       /* rows that had no weight from the start */
    bool *wrong;          /* classifiers: rows that the stage got wrong */
    double *distances;    /* regressors: how far off it is, as shares of the largest */
    double *counts;       /* regressors: how often a row was drawn */
    int64_t *codes;
    double *numbers;
    double *member_weights, *member_errors; /* by stage */
    size_t members;
    /* trees */
    kl_tree_data data;
    kl_tree_target target;
    kl_tree_rules rules;
    kl_tree_buffer *trees;
    uint32_t *leaves;
} course;

static bool is_classifier(const course *c) { return c->in->codes != NULL; }
static bool has_trees(const course *c) { return kl_is_null(c->self->estimator); }

/* ---- one member -------------------------------------------------------------------------------------------- */

static kl_status grow(course *c, const double *weights, kl_task *task, kl_error *error)
{
    kl_tree_target target = c->target;
    kl_random random;
    target.weights = weights;
    kl_random_open(&random, c->seed, GROW_STREAM, c->stage);
    memset(c->leaves, 0xff, c->n * sizeof *c->leaves);
    KL_TRY(kl_tree_grow(&c->trees[c->members], &c->data, &target, &c->rules, &random, c->leaves,
                        task, error));
    for (size_t i = 0; i < c->n; i++)
        if (c->leaves[i] == UINT32_MAX)
            c->leaves[i] = kl_tree_data_leaf(&c->data, &c->trees[c->members], i);
    return KL_OK;
}

static kl_status add_model(course *c, kl_error *error)
{
    kl_value model;
    KL_TRY(kl_member_new(&model, c->self->estimator, c->seed, c->stage, error));
    return kl_array_push(&c->self->models, model, error);
}

static kl_value last_model(const course *c) { return kl_array_at(c->self->models, c->members); }

/* Forget the member that was made last. */
static kl_status drop_member(course *c, kl_error *error)
{
    kl_value shorter;
    if (has_trees(c)) {
        kl_tree_buffer_end(&c->trees[c->members]);
        return KL_OK;
    }
    KL_TRY(kl_array_slice(&shorter, c->self->models, 0, c->members, error));
    kl_learn(&c->self->models, shorter);
    return KL_OK;
}

/* ---- classifiers -------------------------------------------------------------------------------------------- */

static kl_status train_classifier(course *c, kl_task *task, kl_error *error)
{
    if (!has_trees(c)) {
        KL_TRY(add_model(c, error));
        KL_TRY(kl_member_fit(last_model(c), c->in, c->weights, error));
        return kl_member_codes(c->codes, last_model(c), c->in->raw_x, c->n, c->self->base.classes,
                               task, error);
    }
    KL_TRY(grow(c, c->weights, task, error));
    for (size_t i = 0; i < c->n; i++) {
        const double *shares = c->trees[c->members].values + c->leaves[i] * c->in->classes;
        c->codes[i] = 0;
        for (size_t k = 1; k < c->in->classes; k++)
            c->codes[i] = shares[k] > shares[c->codes[i]] ? (int64_t)k : c->codes[i];
    }
    return KL_OK;
}

/* `more`: whether another stage may follow. */
static kl_status boost_classifier(bool *more, course *c, kl_task *task, kl_error *error)
{
    double wrong = 0, all = 0, classes = (double)c->in->classes;
    *more = false;
    KL_TRY(train_classifier(c, task, error));
    for (size_t i = 0; i < c->n; i++) {
        c->wrong[i] = c->codes[i] != c->in->codes[i];
        wrong += c->wrong[i] ? c->weights[i] : 0;
        all += c->weights[i];
    }
    double share = wrong / all;
    if (share <= 0) {
        c->member_weights[c->stage] = 1;
        c->member_errors[c->stage] = 0;
        c->members++;
        return KL_OK;
    }
    if (share >= 1 - 1 / classes) {
        KL_TRY(drop_member(c, error));
        return c->members ? KL_OK
                          : kl_bad_input(error, "the first member is no better than guessing (it gets %g of the "
                                                "weight wrong), so there is nothing to boost", share);
    }
    double weight = c->self->learning_rate * (log((1 - share) / share) + log(classes - 1));
    c->member_weights[c->stage] = weight;
    c->member_errors[c->stage] = share;
    c->members++;
    for (size_t i = 0; i < c->n; i++)
        c->weights[i] *= c->wrong[i] ? exp(weight) : 1;
    *more = true;
    return KL_OK;
}

/* ---- regressors --------------------------------------------------------------------------------------------- */

static kl_status fit_rows(course *c, const kl_draws *draws, kl_error *error)
{
    kl_value x, y = kl_null();
    int64_t *rows = kl_alloc(draws->count * sizeof *rows);
    if (!rows)
        return kl_error_no_memory(error);
    kl_status status = kl_draw_rows(rows, draws, c->seed, c->stage, error);
    if (status == KL_OK)
        status = kl_data_take(&x, c->in->raw_x, rows, draws->count, error);
    if (status == KL_OK) {
        status = kl_data_take(&y, c->in->raw_y, rows, draws->count, error);
        if (status == KL_OK)
            status = kl_model_fit(last_model(c), x, y, kl_null(), error);
        kl_value_release(x);
        kl_value_release(y);
    }
    kl_free(rows);
    return status;
}

static kl_status train_regressor(course *c, kl_task *task, kl_error *error)
{
    kl_draws draws;
    KL_TRY(kl_draws_make(&draws, c->n, c->n, true, c->weights, task, error));
    if (!has_trees(c)) {
        KL_TRY(add_model(c, error));
        KL_TRY(fit_rows(c, &draws, error));
        return kl_member_numbers(c->numbers, last_model(c), c->in->raw_x, c->n, 1, task, error);
    }
    KL_TRY(kl_draw_counts(c->counts, &draws, c->seed, c->stage, error));
    kl_task_free(task, (void *)(uintptr_t)draws.running_sum);
    KL_TRY(grow(c, c->counts, task, error));
    for (size_t i = 0; i < c->n; i++)
        c->numbers[i] = c->trees[c->members].values[c->leaves[i]];
    return KL_OK;
}

static double scaled(const kl_ada_boost *self, double share)
{
    if (kl_word_is(self->loss, "square"))
        return share * share;
    return kl_word_is(self->loss, "exponential") ? 1 - exp(-share) : share;
}

static kl_status boost_regressor(bool *more, course *c, kl_task *task, kl_error *error)
{
    double largest = 0, loss = 0;
    *more = false;
    KL_TRY(train_regressor(c, task, error));
    for (size_t i = 0; i < c->n; i++) {
        c->distances[i] = fabs(c->numbers[i] - c->in->y[i]);
        if (c->weights[i] > 0)
            largest = KL_MAX(largest, c->distances[i]);
    }
    for (size_t i = 0; i < c->n; i++) {
        c->distances[i] = scaled(c->self, largest > 0 ? c->distances[i] / largest : c->distances[i]);
        loss += c->weights[i] > 0 ? c->weights[i] * c->distances[i] : 0;
    }
    if (loss <= 0) {
        c->member_weights[c->stage] = 1;
        c->member_errors[c->stage] = 0;
        c->members++;
        return KL_OK;
    }
    if (loss >= 0.5) { /* too bad to count; but one member there must be */
        if (c->members)
            return drop_member(c, error);
        c->members++;
        return KL_OK;
    }
    double beta = loss / (1 - loss);
    c->member_weights[c->stage] = c->self->learning_rate * log(1 / beta);
    c->member_errors[c->stage] = loss;
    c->members++;
    for (size_t i = 0; i < c->n; i++)
        c->weights[i] *= c->weights[i] > 0
                             ? pow(beta, (1 - c->distances[i]) * c->self->learning_rate)
                             : 1;
    *more = true;
    return KL_OK;
}

/* ---- all ------------------------------------------------------------------------------------------------- */

static void limit_weights(course *c)
{
    for (size_t i = 0; i < c->n; i++)
        c->weights[i] = c->excluded[i] ? 0 : KL_MAX(c->weights[i], DBL_EPSILON);
}

/* The weights sum to 1 again; false: they cannot. */
static kl_status scale_weights(bool *more, course *c, kl_error *error)
{
    double sum = 0;
    for (size_t i = 0; i < c->n; i++)
        sum += c->weights[i];
    *more = sum > 0 && isfinite(sum);
    if (!isfinite(sum))
        return kl_host_warn("the weights of rows became infinite, so boosting stops early; a lower "
                            "learning_rate would help",
                            error);
    for (size_t i = 0; *more && i < c->n; i++)
        c->weights[i] /= sum;
    return KL_OK;
}

static kl_status run(course *c, kl_task *task, kl_error *error)
{
    bool more = true;
    for (c->stage = 0; more && c->stage < c->stages; c->stage++) {
        KL_TRY(kl_task_step(task, c->stage, c->stages, error));
        limit_weights(c);
        KL_TRY(is_classifier(c) ? boost_classifier(&more, c, task, error)
                                : boost_regressor(&more, c, task, error));
        if (more)
            KL_TRY(scale_weights(&more, c, error));
    }
    return KL_OK;
}

static kl_status prepare_trees(course *c, kl_task *task, kl_error *error)
{
    kl_ada_boost *self = c->self;
    c->rules = (kl_tree_rules){
        .criterion = is_classifier(c) ? KL_CRITERION_GINI : KL_CRITERION_SQUARED,
        .max_depth = kl_is_null(self->max_depth) ? SIZE_MAX : (size_t)kl_as_int(self->max_depth),
        .min_split = 2, .min_leaf = 1, .max_features = c->in->d};
    KL_TAKE(c->trees, task, c->stages, error);
    KL_TAKE_RAW(c->leaves, task, c->n, error);
    KL_TRY(kl_tree_target_make(&c->target, c->in, NULL, task, error));
    return kl_tree_data_make(&c->data, c->in->x, true, task, error);
}

static kl_status prepare(course *c, kl_task *task, kl_error *error)
{
    kl_ada_boost *self = c->self;
    double sum = 0;
    c->stages = (size_t)self->n_estimators;
    KL_TRY(kl_estimator_seed(&c->seed, &self->base, error));
    KL_TAKE_RAW(c->weights, task, c->n, error);
    KL_TAKE_RAW(c->excluded, task, c->n, error);
    KL_TAKE_RAW(c->wrong, task, c->n, error);
    KL_TAKE_RAW(c->distances, task, c->n, error);
    KL_TAKE_RAW(c->counts, task, c->n, error);
    KL_TAKE_RAW(c->codes, task, c->n, error);
    KL_TAKE_RAW(c->numbers, task, c->n, error);
    KL_TRY(kl_vector_new(&self->estimator_weights_, &c->member_weights, c->stages, error));
    KL_TRY(kl_vector_new(&self->estimator_errors_, &c->member_errors, c->stages, error));
    for (size_t i = 0; i < c->n; i++) {
        c->weights[i] = c->in->weights ? c->in->weights[i] : 1;
        c->excluded[i] = c->weights[i] == 0;
        sum += c->weights[i];
    }
    for (size_t i = 0; i < c->n; i++)
        c->weights[i] /= sum;
    for (size_t i = 0; i < c->stages; i++)
        c->member_errors[i] = 1;
    self->n_classes_ = is_classifier(c) ? (int64_t)c->in->classes : 0;
    return has_trees(c) ? prepare_trees(c, task, error)
                        : kl_array_new(&self->models, c->stages, error);
}

kl_status kl_ada_boost_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    course c = {.self = (kl_ada_boost *)base, .in = in, .n = in->n};
    kl_status status = prepare(&c, task, error);
    if (status == KL_OK)
        status = run(&c, task, error);
    if (status == KL_OK && has_trees(&c))
        status = kl_tree_set_join(&c.self->trees, NULL, c.trees, c.members, c.target.width, error);
    for (size_t i = 0; c.trees && i < c.stages; i++)
        kl_tree_buffer_end(&c.trees[i]);
    return status;
}

kl_status kl_ada_boost_pack(const kl_tree_pack **out, const kl_ada_boost *self, kl_error *error)
{
    kl_ada_boost *own = (kl_ada_boost *)(uintptr_t)self;
    return kl_tree_pack_get(out, &own->pack, &own->trees, (size_t)self->base.features, error);
}

size_t kl_ada_boost_members(const kl_ada_boost *self)
{
    return kl_is_null(self->models) ? kl_tree_count(&self->trees) : kl_array_len(self->models);
}
