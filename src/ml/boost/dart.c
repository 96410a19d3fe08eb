/* src/ml/boost/dart.c - DartRegressor: gradient boosting that drops trees while it learns others. */
#include "ml/tree/grow.h"

#include <math.h>

typedef struct dart {
    kl_estimator base;
    int64_t n_estimators, max_depth, min_samples_split, min_samples_leaf;
    double learning_rate, drop_rate, skip_drop;
    kl_value random_state;
    kl_tree_set trees;
    kl_value scales;   /* what the answers of each tree count */
    double start;      /* what they are added to */
    kl_value train_score_, feature_importances_;
    kl_tree_pack_slot pack;
} dart;

enum { STREAM_DROP = 0x58, STREAM_TREE = 0x59 };

/* A fit. */
typedef struct rounds {
    dart *self;
    const kl_fit *in;
    kl_tree_data data;
    kl_tree_rules rules;
    kl_tree_buffer *trees; /* n_estimators */
    uint32_t *leaves;      /* trees x n: the leaf of each row */
    double *raw, *rest;    /* n: what the trees add up to; what is missing to y */
    double *scales, *scores;
    size_t *dropped;       /* trees that are left out of this round */
    size_t dropped_count;
    uint64_t seed;
} rounds;

/* Add `by` times the answers of a tree. */
static void add_tree(const rounds *r, size_t tree, double by)
{
    const uint32_t *leaves = r->leaves + tree * r->in->n;
    const double *values = r->trees[tree].values;
    for (size_t i = 0; i < r->in->n; i++)
        r->raw[i] += by * values[leaves[i]];
}

/* Choose the trees to leave out, and take their answers away. */
static void drop_trees(rounds *r, size_t round)
{
    kl_random random;
    kl_random_open(&random, r->seed, STREAM_DROP, round);
    r->dropped_count = 0;
    if (kl_random_double(&random) < r->self->skip_drop)
        return;
    for (size_t t = 0; t < round; t++) {
        if (kl_random_double(&random) >= r->self->drop_rate)
            continue;
        r->dropped[r->dropped_count++] = t;
        add_tree(r, t, -r->scales[t]);
    }
}

/* The new tree and the dropped ones share what the dropped ones told: 1 / (k + 1) and k / (k + 1). */
static void settle(rounds *r, size_t round)
{
    double k = (double)r->dropped_count;
    r->scales[round] = r->self->learning_rate / (k + 1);
    add_tree(r, round, r->scales[round]);
    for (size_t i = 0; i < r->dropped_count; i++) {
        r->scales[r->dropped[i]] *= k / (k + 1);
        add_tree(r, r->dropped[i], r->scales[r->dropped[i]]);
    }
}

static double mean_square(const rounds *r)
{
    double sum = 0, weight = 0;
    for (size_t i = 0; i < r->in->n; i++) {
        double off = r->in->y[i] - r->raw[i], w = r->in->weights ? r->in->weights[i] : 1;
        sum += w * off * off;
        weight += w;
    }
    return sum / weight;
}

static kl_status run_round(rounds *r, size_t round, kl_task *task, kl_error *error)
{
    kl_random random;
    kl_tree_target target = {.y = r->rest, .width = 1, .weights = r->in->weights};
    drop_trees(r, round);
    for (size_t i = 0; i < r->in->n; i++)
        r->rest[i] = r->in->y[i] - r->raw[i];
    kl_random_open(&random, r->seed, STREAM_TREE, round);
    r->trees[round].width = 1;
    KL_TRY(kl_tree_grow(&r->trees[round], &r->data, &target, &r->rules, &random, r->leaves + round * r->in->n, task,
                        error));
    settle(r, round);
    r->scores[round] = mean_square(r);
    return KL_OK;
}

static void begin(rounds *r)
{
    double sum = 0, weight = 0;
    for (size_t i = 0; i < r->in->n; i++) {
        double w = r->in->weights ? r->in->weights[i] : 1;
        sum += w * r->in->y[i];
        weight += w;
    }
    r->self->start = sum / weight;
    for (size_t i = 0; i < r->in->n; i++)
        r->raw[i] = r->self->start;
}

static kl_status prepare(rounds *r, kl_task *task, kl_error *error)
{
    const dart *self = r->self;
    size_t n = r->in->n, trees = (size_t)self->n_estimators;
    r->rules = (kl_tree_rules){.criterion = KL_CRITERION_SQUARED, .max_depth = (size_t)self->max_depth,
                               .min_split = (size_t)self->min_samples_split, .min_leaf = (size_t)self->min_samples_leaf,
                               .max_features = r->in->d};
    KL_TRY(kl_estimator_seed(&r->seed, &self->base, error));
    KL_TRY(kl_tree_data_make(&r->data, r->in->x, true, task, error));
    KL_TAKE(r->leaves, task, trees * n, error);
    KL_TAKE_RAW(r->raw, task, n, error);
    KL_TAKE_RAW(r->rest, task, n, error);
    KL_TAKE_RAW(r->scales, task, trees, error);
    KL_TAKE_RAW(r->scores, task, trees, error);
    KL_TAKE_RAW(r->dropped, task, trees, error);
    begin(r);
    return KL_OK;
}

/* How much the trees of each feature brought, as shares. */
static kl_status keep_importances(rounds *r, kl_error *error)
{
    kl_value value;
    double *numbers, sum = 0;
    KL_TRY(kl_vector_new(&value, &numbers, r->in->d, error));
    kl_learn(&r->self->feature_importances_, value);
    for (size_t t = 0; t < (size_t)r->self->n_estimators; t++)
        kl_tree_importances(numbers, r->trees[t].nodes, r->trees[t].count, false);
    for (size_t f = 0; f < r->in->d; f++)
        sum += numbers[f];
    for (size_t f = 0; sum > 0 && f < r->in->d; f++)
        numbers[f] /= sum;
    return KL_OK;
}

static kl_status learn(rounds *r, kl_task *task, kl_error *error)
{
    size_t trees = (size_t)r->self->n_estimators;
    kl_value value;
    KL_TRY(prepare(r, task, error));
    for (size_t t = 0; t < trees; t++) {
        KL_TRY(run_round(r, t, task, error));
        KL_TRY(kl_task_step(task, t + 1, trees, error));
    }
    KL_TRY(keep_importances(r, error));
    KL_TRY(kl_vector_from(&value, r->scales, trees, error));
    kl_learn(&r->self->scales, value);
    KL_TRY(kl_vector_from(&value, r->scores, trees, error));
    kl_learn(&r->self->train_score_, value);
    return kl_tree_set_join(&r->self->trees, NULL, r->trees, trees, 1, error);
}

static kl_status fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    rounds r = {.self = (dart *)base, .in = in};
    size_t trees = (size_t)r.self->n_estimators;
    KL_TAKE(r.trees, task, trees, error);
    kl_status status = learn(&r, task, error);
    for (size_t t = 0; t < trees; t++)
        kl_tree_buffer_end(&r.trees[t]);
    return status;
}

/* ---- answers ------------------------------------------------------------------------------------------- */

static kl_status pack_of(const kl_tree_pack **out, const kl_estimator *base, kl_error *error)
{
    dart *self = (dart *)(uintptr_t)base;
    return kl_tree_pack_get(out, &self->pack, &self->trees, (size_t)base->features, error);
}

static kl_status predict(double *out, const kl_estimator *base, const kl_matrix *x, kl_task *task, kl_error *error)
{
    const dart *self = (const dart *)base;
    const kl_tree_pack *pack;
    (void)task;
    KL_TRY(pack_of(&pack, base, error));
    for (size_t i = 0; i < x->rows; i++)
        out[i] = self->start;
    return kl_trees_add(out, pack, 0, pack->trees, kl_doubles(self->scales), x, error);
}

static kl_status restored(kl_estimator *base, kl_error *error)
{
    const kl_tree_pack *pack;
    if (!base->is_model)
        return KL_OK;
    KL_TRY(pack_of(&pack, base, error));
    return pack->width == 1 && kl_is_vector(((const dart *)base)->scales, 'd', pack->trees)
               ? KL_OK
               : kl_error_set(error, KL_INVALID, "the trees are damaged");
}

static void dispose(kl_object *self) { kl_tree_pack_free(atomic_load(&((dart *)self)->pack)); }

/* ---- the type ------------------------------------------------------------------------------------------ */

static const kl_field fields[] = {
    KL_INT(dart, n_estimators, 100, .doc = "trees; >= 1"),
    KL_DOUBLE(dart, learning_rate, 0.1, .doc = "what the answers of a new tree are multiplied by; > 0"),
    KL_INT(dart, max_depth, 3, .doc = "most splits above a leaf; >= 1"),
    KL_DOUBLE(dart, drop_rate, 0.1, .doc = "probability of each tree to be dropped in a round; in [0, 1]"),
    KL_RANDOM_STATE(dart, ),
    KL_DOUBLE(dart, skip_drop, 0.5, .flags = KL_KEYWORD_ONLY,
              .doc = "probability of a round that drops no tree; in [0, 1]"),
    KL_INT(dart, min_samples_split, 2, .flags = KL_KEYWORD_ONLY, .doc = "a node with fewer rows is a leaf; >= 2"),
    KL_INT(dart, min_samples_leaf, 1, .flags = KL_KEYWORD_ONLY, .doc = "fewest rows of a leaf; >= 1"),
    KL_LEARNED_ARRAY(dart, train_score_, .doc = "mean squared error of the rows learned from, after each round"),
    KL_LEARNED_ARRAY(dart, feature_importances_,
                     .doc = "share of the decrease of the squared error that each feature brought"),
    KL_TREE_SET_FIELDS(dart, trees),
    KL_KEPT_ARRAY(dart, scales, .doc = "what the answers of each tree count"),
    KL_KEPT_DOUBLE(dart, start, .doc = "what they are added to: the mean of y"),
};

static const kl_limit limits[] = {
    {"n_estimators", KL_AT_LEAST(1)},      {"learning_rate", KL_ABOVE(0)},        {"max_depth", KL_AT_LEAST(1)},
    {"drop_rate", KL_BETWEEN(0, 1)},       {"skip_drop", KL_BETWEEN(0, 1)},       {"min_samples_split", KL_AT_LEAST(2)},
    {"min_samples_leaf", KL_AT_LEAST(1)},
};

static const kl_method methods[] = {KL_EST_SUPERVISED_WEIGHTED};

static const kl_estimator_table table = {
    .kind = KL_EST_REGRESSOR,
    .flags = KL_EST_NAN_OK,
    .limits = KL_TABLE(limits),
    .fit = fit,
    .predict = predict,
    .restored = restored,
    .shapes = "train_score_ = * | none; feature_importances_ = features | none; scales = * | none",
};

const kl_type kl_dart_regressor_type = {
    .name = "DartRegressor",
    KL_ESTIMATOR(dart),
    .doc = "Gradient boosting of the squared error that drops trees (Rashmi and Gilad-Bachrach, DART, 2015): a round leaves "
           "out some of the trees so far, fits a new one to what is missing then, and gives all of them together the "
           "weight of those that were dropped: of k dropped trees each keeps k / (k + 1), the new one has 1 / (k + 1).",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .dispose = dispose,
    .extension = &table,
};
KL_PUBLISH(kl_dart_regressor_type);
