/* src/ml/ensemble/forest.c - growing forests: Breiman: Random forests (2001); Geurts, Ernst, Wehenkel: Extremely
 * randomized trees (2006). */
#include "forest.h"

#include "base/host.h"
#include "parallel.h"

enum { GROW_STREAM = 2 };

/* ---- one tree -------------------------------------------------------------------------------------------- */

typedef struct growth {
    const kl_forest *forest;
    const kl_tree_data *data;
    kl_tree_target target;
    kl_tree_rules rules;
    kl_draws draws;
    const double *weights; /* of rows, without a draw */
    bool by_subsample;     /* classes are balanced within each draw */
    uint64_t seed;
    size_t first;          /* trees there are already */
    kl_tree_buffer *trees;
} growth;

/* Weights of the drawn rows that give every class among them the same weight. */
static kl_status balance(double *counts, const growth *g, kl_error *error)
{
    size_t n = g->data->n, present = 0;
    double *by_class = kl_alloc_zero(g->target.width, sizeof *by_class);
    if (!by_class)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < n; i++)
        by_class[g->target.codes[i]] += counts[i];
    for (size_t k = 0; k < g->target.width; k++)
        present += by_class[k] > 0;
    for (size_t i = 0; i < n; i++)
        if (counts[i] > 0)
            counts[i] *= (double)g->draws.count / ((double)present * by_class[g->target.codes[i]]);
    kl_free(by_class);
    return KL_OK;
}

static kl_status draw_weights(double *counts, const growth *g, size_t number, kl_error *error)
{
    KL_TRY(kl_draw_counts(counts, &g->draws, g->seed, number, error));
    return g->by_subsample ? balance(counts, g, error) : KL_OK;
}

static kl_status grow_tree(kl_tree_buffer *tree, const growth *g, size_t number, double *scratch,
                           kl_error *error)
{
    kl_tree_target target = g->target;
    kl_tree_rules rules = g->rules;
    kl_random random;
    double weight = 0;
    target.weights = g->weights;
    if (scratch) {
        KL_TRY(draw_weights(scratch, g, number, error));
        target.weights = scratch;
    }
    for (size_t i = 0; i < g->data->n; i++)
        weight += target.weights ? target.weights[i] : 1;
    rules.min_weight_leaf = g->forest->min_weight_fraction_leaf * weight;
    kl_random_open(&random, g->seed, GROW_STREAM, number);
    KL_TRY(kl_tree_grow(tree, g->data, &target, &rules, &random, NULL, NULL, error));
    return g->forest->ccp_alpha > 0 ? kl_tree_prune(tree, g->forest->ccp_alpha, error) : KL_OK;
}

static kl_status grow_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const growth *g = data;
    double *scratch = NULL;
    kl_status status = KL_OK;
    (void)block;
    if (g->forest->bootstrap) {
        scratch = kl_alloc(g->data->n * sizeof *scratch);
        if (!scratch)
            return kl_error_no_memory(error);
    }
    for (size_t i = begin; i < end && status == KL_OK; i++)
        status = grow_tree(&g->trees[i], g, g->first + i, scratch, error);
    kl_free(scratch);
    return status;
}

/* All trees, in one go unless somebody wants to see how far it is. */
static kl_status grow_trees(growth *g, size_t count, kl_task *task, kl_error *error)
{
    bool is_watched = task->verbose || !kl_is_null(task->progress);
    size_t step = is_watched ? 8 * kl_parallel_threads() : count;
    kl_tree_buffer *trees = g->trees;
    size_t first = g->first;
    for (size_t done = 0; done < count; done += step) {
        KL_TRY(kl_task_step(task, done, count, error));
        g->trees = trees + done;
        g->first = first + done;
        KL_TRY(kl_parallel_for(KL_MIN(step, count - done), 1, grow_block, g, error));
    }
    return KL_OK;
}

/* ---- all ------------------------------------------------------------------------------------------------- */

static kl_status read_weights(growth *g, kl_forest *self, const kl_fit *in, kl_task *task,
                              kl_error *error)
{
    kl_value class_weight = self->class_weight, word = kl_null();
    g->weights = in->weights;
    if (!in->codes)
        return KL_OK;
    if (kl_word_is(class_weight, "balanced_subsample")) {
        g->by_subsample = self->bootstrap;
        if (!g->by_subsample)
            KL_TRY(kl_string_new(&word, KL_TEXT("balanced"), error));
        class_weight = word;
    }
    kl_status status = kl_tree_class_weights(&g->weights, class_weight, self->base.classes, in, task,
                                             error);
    kl_value_release(word);
    return status;
}

static kl_status read_draws(growth *g, kl_forest *self, const kl_fit *in, kl_task *task,
                            kl_error *error)
{
    double weight = 0;
    size_t count;
    self->rows = (int64_t)in->n;
    if (!self->bootstrap) {
        if (!kl_is_null(self->max_samples))
            return kl_bad_input(error, "max_samples needs bootstrap=True");
        if (kl_value_truthy(self->oob_score))
            return kl_bad_input(error, "oob_score needs bootstrap=True");
        return KL_OK;
    }
    for (size_t i = 0; i < in->n; i++)
        weight += g->weights ? g->weights[i] : 1;
    KL_TRY(kl_draws_count(&count, self->max_samples, in->n, weight, true, error));
    KL_TRY(kl_draws_make(&g->draws, in->n, count, true, g->weights, task, error));
    self->draws = (int64_t)count;
    return g->weights ? kl_vector_from(&self->row_weights, g->weights, in->n, error) : KL_OK;
}

/* The forest to go on with, or NULL. */
static kl_status read_before(const kl_forest **out, const kl_forest *self, const kl_fit *in,
                             kl_error *error)
{
    const kl_forest *before = self->warm_start ? (const kl_forest *)in->before : NULL;
    *out = NULL;
    if (!before)
        return KL_OK;
    if ((size_t)before->base.features != in->d)
        return kl_bad_dimension(error, "features", (size_t)before->base.features, in->d);
    size_t width = in->codes ? in->classes : in->outputs;
    if (kl_tree_width(&before->trees) != width)
        return kl_bad_dimension(error, in->codes ? "classes" : "targets",
                                kl_tree_width(&before->trees), width);
    if (kl_tree_count(&before->trees) > (size_t)self->n_estimators)
        return kl_bad_input(error, "n_estimators is %lld, but there are %zu trees to go on with "
                                   "(warm_start)", (long long)self->n_estimators,
                            kl_tree_count(&before->trees));
    *out = before;
    return KL_OK;
}

static kl_status keep_seeds(kl_forest *self, const kl_forest *before, uint64_t seed, kl_error *error)
{
    size_t old = before ? kl_tree_count(&before->trees) : 0, count = (size_t)self->n_estimators;
    int64_t *seeds;
    KL_TRY(kl_indices_new(&self->seeds, &seeds, count, error));
    for (size_t i = 0; i < count; i++)
        seeds[i] = i < old ? kl_indices(before->seeds)[i] : (int64_t)seed;
    return KL_OK;
}

static kl_status grow_more(kl_forest *self, growth *g, const kl_forest *before, kl_task *task,
                           kl_error *error)
{
    size_t old = before ? kl_tree_count(&before->trees) : 0;
    size_t count = (size_t)self->n_estimators - old;
    KL_TAKE(g->trees, task, count + 1, error);
    kl_tree_buffer *trees = g->trees;
    g->first = old;
    kl_status status = grow_trees(g, count, task, error);
    if (status == KL_OK)
        status = kl_tree_set_join(&self->trees, before ? &before->trees : NULL, trees, count,
                                  g->target.width, error);
    for (size_t i = 0; i < count; i++)
        kl_tree_buffer_end(&trees[i]);
    return status;
}

kl_status kl_forest_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    kl_forest *self = (kl_forest *)base;
    kl_tree_settings settings = KL_TREE_SETTINGS(self, in->codes != NULL);
    growth g = {.forest = self};
    const kl_forest *before;
    kl_tree_data data;
    settings.random_splits = kl_forest_is_random(self);
    KL_TRY(read_before(&before, self, in, error));
    KL_TRY(read_weights(&g, self, in, task, error));
    KL_TRY(read_draws(&g, self, in, task, error));
    KL_TRY(kl_tree_rules_make(&g.rules, &settings, in, 1, task, error));
    KL_TRY(kl_tree_check_poisson(in, g.rules.criterion, error));
    KL_TRY(kl_tree_target_make(&g.target, in, NULL, task, error));
    KL_TRY(kl_estimator_seed(&g.seed, base, error));
    KL_TRY(kl_tree_data_make(&data, in->x, !g.rules.random_splits, task, error));
    g.data = &data;
    g.rules.shuffle = true;
    self->n_outputs_ = (int64_t)in->outputs;
    self->n_classes_ = in->codes ? (int64_t)in->classes : 0;
    KL_TRY(keep_seeds(self, before, g.seed, error));
    KL_TRY(grow_more(self, &g, before, task, error));
    return kl_value_truthy(self->oob_score) ? kl_forest_out_of_bag(self, in, task, error) : KL_OK;
}

kl_status kl_forest_pack(const kl_tree_pack **out, const kl_forest *self, kl_error *error)
{
    kl_forest *own = (kl_forest *)(uintptr_t)self;
    return kl_tree_pack_get(out, &own->pack, &own->trees, (size_t)self->base.features, error);
}

kl_status kl_forest_draws(kl_draws *out, const kl_forest *self, kl_task *task, kl_error *error)
{
    return kl_draws_make(out, (size_t)self->rows, (size_t)self->draws, true,
                         kl_doubles(self->row_weights), task, error);
}
