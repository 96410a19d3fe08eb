/* src/ml/ensemble/bagging.c - fitting BaggingClassifier and BaggingRegressor: Breiman: Bagging predictors (1996). */
#include "bagging.h"

#include "parallel.h"

enum { GROW_STREAM = 2 };

static bool has_trees(const kl_bagging *self) { return kl_is_null(self->estimator); }

size_t kl_bagging_members(const kl_bagging *self)
{
    return kl_is_null(self->models) ? kl_tree_count(&self->trees) : kl_array_len(self->models);
}

/* ---- features -------------------------------------------------------------------------------------------- */

bool kl_bagging_picks_features(const kl_bagging *self)
{
    return self->bootstrap_features || self->features_drawn < self->base.features;
}

kl_status kl_bagging_features(int64_t *out, const kl_bagging *self, size_t member, kl_error *error)
{
    if (kl_bagging_picks_features(self))
        return kl_draw_features(out, (size_t)self->features_drawn, (size_t)self->base.features,
                                self->bootstrap_features,
                                (uint64_t)kl_indices(self->seeds)[member], member, error);
    for (int64_t i = 0; i < self->features_drawn; i++)
        out[i] = i;
    return KL_OK;
}

kl_status kl_bagging_view(kl_value *out, const kl_bagging *self, size_t member, kl_value x,
                          kl_error *error)
{
    if (!kl_bagging_picks_features(self)) {
        *out = kl_value_retain(x);
        return KL_OK;
    }
    int64_t *features = kl_alloc((size_t)self->features_drawn * sizeof *features);
    if (!features)
        return kl_error_no_memory(error);
    kl_status status = kl_bagging_features(features, self, member, error);
    if (status == KL_OK)
        status = kl_data_columns(out, x, features, (size_t)self->features_drawn, error);
    kl_free(features);
    return status;
}

/* ---- trees ----------------------------------------------------------------------------------------------- */

typedef struct growth {
    kl_bagging *self;
    kl_tree_data data;
    kl_tree_target target;
    kl_tree_rules rules;
    kl_draws draws;
    size_t first;
    kl_tree_buffer *trees;
} growth;

static kl_status grow_tree(kl_tree_buffer *tree, const growth *g, size_t member, double *counts,
                           int64_t *features, kl_error *error)
{
    uint64_t seed = (uint64_t)kl_indices(g->self->seeds)[member];
    kl_tree_target target = g->target;
    kl_tree_rules rules = g->rules;
    kl_random random;
    if (kl_bagging_picks_features(g->self)) {
        KL_TRY(kl_bagging_features(features, g->self, member, error));
        rules.features = features;
        rules.feature_count = (size_t)g->self->features_drawn;
    }
    KL_TRY(kl_draw_counts(counts, &g->draws, seed, member, error));
    target.weights = counts;
    kl_random_open(&random, seed, GROW_STREAM, member);
    return kl_tree_grow(tree, &g->data, &target, &rules, &random, NULL, NULL, error);
}

static kl_status grow_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const growth *g = data;
    kl_task memory = KL_TASK_INIT;
    double *counts = kl_task_alloc_raw(&memory, g->data.n, sizeof *counts);
    int64_t *features = kl_task_alloc_raw(&memory, (size_t)g->self->features_drawn, sizeof *features);
    kl_status status = counts && features ? KL_OK : kl_error_no_memory(error);
    (void)block;
    for (size_t i = begin; i < end && status == KL_OK; i++)
        status = grow_tree(&g->trees[i], g, g->first + i, counts, features, error);
    kl_task_end(&memory);
    return status;
}

static kl_status grow_trees(kl_bagging *self, const kl_fit *in, const kl_draws *draws,
                            const kl_bagging *before, kl_task *task, kl_error *error)
{
    growth g = {.self = self, .draws = *draws};
    g.first = before ? kl_tree_count(&before->trees) : 0;
    size_t count = (size_t)self->n_estimators - g.first;
    g.rules = (kl_tree_rules){
        .criterion = in->codes ? KL_CRITERION_GINI : KL_CRITERION_SQUARED,
        .max_depth = kl_is_null(self->max_depth) ? SIZE_MAX : (size_t)kl_as_int(self->max_depth),
        .min_split = 2, .min_leaf = 1, .max_features = SIZE_MAX, .shuffle = true};
    KL_TRY(kl_tree_target_make(&g.target, in, NULL, task, error));
    KL_TRY(kl_tree_data_make(&g.data, in->x, true, task, error));
    KL_TAKE(g.trees, task, count + 1, error);
    kl_status status = kl_task_step(task, 0, count, error);
    if (status == KL_OK)
        status = kl_parallel_for(count, 1, grow_block, &g, error);
    if (status == KL_OK)
        status = kl_tree_set_join(&self->trees, before ? &before->trees : NULL, g.trees, count,
                                  g.target.width, error);
    for (size_t i = 0; i < count; i++)
        kl_tree_buffer_end(&g.trees[i]);
    return status;
}

/* ---- models ---------------------------------------------------------------------------------------------- */

/* Those who take weights learn how often each row was drawn, the others from the drawn rows. */
static kl_status fit_counts(kl_value model, kl_value x, const kl_fit *in, const kl_draws *draws,
                            uint64_t seed, size_t member, kl_error *error)
{
    kl_value weights;
    double *counts;
    KL_TRY(kl_vector_new(&weights, &counts, in->n, error));
    kl_status status = kl_draw_counts(counts, draws, seed, member, error);
    if (status == KL_OK)
        status = kl_model_fit(model, x, in->raw_y, weights, error);
    kl_value_release(weights);
    return status;
}

static kl_status fit_rows(kl_value model, kl_value x, const kl_fit *in, const kl_draws *draws,
                          uint64_t seed, size_t member, kl_error *error)
{
    kl_value some_x, some_y;
    int64_t *rows = kl_alloc(draws->count * sizeof *rows);
    if (!rows)
        return kl_error_no_memory(error);
    kl_status status = kl_draw_rows(rows, draws, seed, member, error);
    if (status == KL_OK)
        status = kl_data_take(&some_x, x, rows, draws->count, error);
    if (status == KL_OK) {
        status = kl_data_take(&some_y, in->raw_y, rows, draws->count, error);
        if (status == KL_OK) {
            status = kl_model_fit(model, some_x, some_y, kl_null(), error);
            kl_value_release(some_y);
        }
        kl_value_release(some_x);
    }
    kl_free(rows);
    return status;
}

static kl_status add_model(kl_bagging *self, const kl_fit *in, const kl_draws *draws, size_t member,
                           kl_error *error)
{
    uint64_t seed = (uint64_t)kl_indices(self->seeds)[member];
    kl_value model, x;
    KL_TRY(kl_member_new(&model, self->estimator, seed, member, error));
    kl_status status = kl_bagging_view(&x, self, member, in->raw_x, error);
    if (status == KL_OK) {
        status = kl_member_takes_weights(model)
                     ? fit_counts(model, x, in, draws, seed, member, error)
                     : fit_rows(model, x, in, draws, seed, member, error);
        kl_value_release(x);
    }
    if (status != KL_OK) {
        kl_value_release(model);
        return status;
    }
    return kl_array_push(&self->models, model, error);
}

static kl_status fit_models(kl_bagging *self, const kl_fit *in, const kl_draws *draws,
                            const kl_bagging *before, kl_task *task, kl_error *error)
{
    size_t old = before ? kl_array_len(before->models) : 0, count = (size_t)self->n_estimators;
    KL_TRY(kl_array_new(&self->models, count, error));
    for (size_t m = 0; m < old; m++)
        KL_TRY(kl_array_push(&self->models, kl_value_retain(kl_array_at(before->models, m)), error));
    for (size_t m = old; m < count; m++) {
        KL_TRY(kl_task_step(task, m, count, error));
        KL_TRY(add_model(self, in, draws, m, error));
    }
    return KL_OK;
}

/* ---- all ------------------------------------------------------------------------------------------------- */

static kl_status read_before(const kl_bagging **out, const kl_bagging *self, const kl_fit *in,
                             kl_error *error)
{
    const kl_bagging *before = self->warm_start ? (const kl_bagging *)in->before : NULL;
    *out = before;
    if (!before)
        return KL_OK;
    if ((size_t)before->base.features != in->d)
        return kl_bad_dimension(error, "features", (size_t)before->base.features, in->d);
    if (in->codes && (size_t)before->n_classes_ != in->classes)
        return kl_bad_dimension(error, "classes", (size_t)before->n_classes_, in->classes);
    if (kl_is_null(before->models) != has_trees(self))
        return kl_bad_input(error, "warm_start goes on with members of the same kind only");
    if (kl_bagging_members(before) > (size_t)self->n_estimators)
        return kl_bad_input(error, "n_estimators is %lld, but there are %zu members to go on with "
                                   "(warm_start)",
                            (long long)self->n_estimators, kl_bagging_members(before));
    return KL_OK;
}

static kl_status keep_seeds(kl_bagging *self, const kl_bagging *before, kl_error *error)
{
    size_t old = before ? kl_bagging_members(before) : 0, count = (size_t)self->n_estimators;
    int64_t *seeds;
    uint64_t seed;
    KL_TRY(kl_estimator_seed(&seed, &self->base, error));
    KL_TRY(kl_indices_new(&self->seeds, &seeds, count, error));
    for (size_t i = 0; i < count; i++)
        seeds[i] = i < old ? kl_indices(before->seeds)[i] : (int64_t)seed;
    return KL_OK;
}

/* 1.0 is all rows, whatever they weigh. */
static kl_status count_draws(kl_bagging *self, const kl_fit *in, kl_error *error)
{
    bool is_all = kl_is(self->max_samples, KL_KIND_DOUBLE) && kl_as_double(self->max_samples) == 1;
    double share = kl_as_double(self->max_samples), weight = 0;
    size_t count, features;
    for (size_t i = 0; i < in->n; i++)
        weight += in->weights ? in->weights[i] : 1;
    if (kl_is(self->max_samples, KL_KIND_DOUBLE) && !(share > 0 && share <= 1))
        return kl_bad_parameter(error, "max_samples", "None, an int >= 1 or a share in (0, 1]",
                                self->max_samples);
    KL_TRY(kl_draws_count(&count, is_all ? kl_null() : self->max_samples, in->n, weight,
                          self->bootstrap, error));
    if (kl_is(self->max_features, KL_KIND_INT) && kl_as_int(self->max_features) > (int64_t)in->d)
        return kl_bad_parameter(error, "max_features", "at most the columns of x",
                                self->max_features);
    KL_TRY(kl_tree_max_features(&features, self->max_features, in->d, error));
    self->rows = (int64_t)in->n;
    self->draws = (int64_t)count;
    self->features_drawn = (int64_t)features;
    return in->weights ? kl_vector_from(&self->row_weights, in->weights, in->n, error) : KL_OK;
}

kl_status kl_bagging_draws(kl_draws *out, const kl_bagging *self, kl_task *task, kl_error *error)
{
    return kl_draws_make(out, (size_t)self->rows, (size_t)self->draws, self->bootstrap,
                         kl_doubles(self->row_weights), task, error);
}

kl_status kl_bagging_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    kl_bagging *self = (kl_bagging *)base;
    const kl_bagging *before;
    kl_draws draws;
    KL_TRY(read_before(&before, self, in, error));
    if (self->oob_score && !self->bootstrap)
        return kl_bad_input(error, "oob_score needs bootstrap=True");
    if (self->oob_score && self->warm_start)
        return kl_bad_input(error, "oob_score needs warm_start=False");
    KL_TRY(count_draws(self, in, error));
    KL_TRY(kl_bagging_draws(&draws, self, task, error));
    KL_TRY(keep_seeds(self, before, error));
    self->n_classes_ = in->codes ? (int64_t)in->classes : 0;
    KL_TRY(has_trees(self) ? grow_trees(self, in, &draws, before, task, error)
                           : fit_models(self, in, &draws, before, task, error));
    return self->oob_score ? kl_bagging_out_of_bag(self, in, task, error) : KL_OK;
}

kl_status kl_bagging_pack(const kl_tree_pack **out, const kl_bagging *self, kl_error *error)
{
    kl_bagging *own = (kl_bagging *)(uintptr_t)self;
    return kl_tree_pack_get(out, &own->pack, &own->trees, (size_t)self->base.features, error);
}
