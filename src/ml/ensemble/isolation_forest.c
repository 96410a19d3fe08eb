/* src/ml/ensemble/isolation_forest.c - IsolationForest: Liu, Ting, Zhou: Isolation forest (2008).
 *
 * Trees cut a few rows at random until each stands alone; what is alone soon is unusual. The value of a node is the
 * length of the path to it plus what it would take on average to part the rows in it, so scores are sums of values.
 */
#include "ml/shapes.h"
#include "bootstrap.h"

#include "base/host.h"
#include "ml/estimator_parts.h"
#include "ml/numeric.h"
#include "parallel.h"
#include "ml/tree/decision_tree.h"

#include <math.h>

typedef struct isolation_forest {
    kl_estimator base;
    int64_t n_estimators, verbose;
    kl_value contamination, max_samples, max_features, random_state, n_jobs;
    bool bootstrap, warm_start;
    /* learned */
    double offset_;
    int64_t max_samples_;
    kl_tree_set trees;
    kl_value seeds, row_weights;
    int64_t rows, features_drawn;
    kl_tree_pack_slot pack;
} isolation_forest;

enum { TARGET_STREAM = 4, GROW_STREAM = 2 };

/* ---- path lengths ---------------------------------------------------------------------------------------- */

/* Mean length of an unsuccessful search in a binary search tree of n items. */
static double average_path(double n)
{
    static const double euler_gamma = 0.57721566490153286;
    if (n <= 1)
        return 0;
    return n == 2 ? 1 : 2 * (log(n - 1) + euler_gamma) - 2 * (n - 1) / n;
}

static kl_status set_path_lengths(kl_tree_buffer *tree, kl_error *error)
{
    int64_t *depths = kl_alloc(tree->count * sizeof *depths);
    if (!depths)
        return kl_error_no_memory(error);
    kl_tree_depths(depths, tree->nodes, tree->count);
    for (size_t i = 0; i < tree->count; i++)
        tree->values[i] = (double)depths[i] + average_path((double)tree->nodes[i].samples);
    kl_free(depths);
    return KL_OK;
}

/* ---- one tree -------------------------------------------------------------------------------------------- */

typedef struct growth {
    const kl_tree_data *data;
    kl_tree_target target;
    kl_tree_rules rules;
    kl_draws draws;
    uint64_t seed;
    size_t first;
    kl_tree_buffer *trees;
} growth;

static kl_status grow_tree(kl_tree_buffer *tree, const growth *g, size_t number, double *counts,
                           int64_t *features, kl_error *error)
{
    kl_tree_target target = g->target;
    kl_tree_rules rules = g->rules;
    kl_random random;
    if (rules.feature_count < g->data->d) {
        KL_TRY(kl_draw_features(features, rules.feature_count, g->data->d, false, g->seed, number,
                                error));
        rules.features = features;
    }
    KL_TRY(kl_draw_counts(counts, &g->draws, g->seed, number, error));
    target.weights = counts;
    kl_random_open(&random, g->seed, GROW_STREAM, number);
    KL_TRY(kl_tree_grow(tree, g->data, &target, &rules, &random, NULL, NULL, error));
    return set_path_lengths(tree, error);
}

static kl_status grow_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const growth *g = data;
    kl_task memory = KL_TASK_INIT;
    double *counts = kl_task_alloc_raw(&memory, g->data->n, sizeof *counts);
    int64_t *features = kl_task_alloc_raw(&memory, g->data->d, sizeof *features);
    kl_status status = counts && features ? KL_OK : kl_error_no_memory(error);
    (void)block;
    for (size_t i = begin; i < end && status == KL_OK; i++)
        status = grow_tree(&g->trees[i], g, g->first + i, counts, features, error);
    kl_task_end(&memory);
    return status;
}

/* ---- parameters ------------------------------------------------------------------------------------------ */

static kl_status read_samples(size_t *out, const isolation_forest *self, size_t n, kl_error *error)
{
    kl_value value = self->max_samples;
    double share = kl_as_double(value);
    static const char expected[] = "'auto', None, an int >= 1 or a share in (0, 1]";
    if (kl_is_null(value) || kl_word_is(value, "auto")) {
        *out = KL_MIN(n, 256);
        return KL_OK;
    }
    if (kl_is(value, KL_KIND_INT)) {
        if (kl_as_int(value) < 1)
            return kl_bad_parameter(error, "max_samples", expected, value);
        *out = KL_MIN((size_t)kl_as_int(value), n);
        if ((size_t)kl_as_int(value) > n)
            return kl_host_warn("max_samples is more than x has rows, all of which are taken", error);
        return KL_OK;
    }
    if (!kl_is(value, KL_KIND_DOUBLE) || !(share > 0 && share <= 1))
        return kl_bad_parameter(error, "max_samples", expected, value);
    *out = KL_MAX((size_t)(share * (double)n), 1);
    return KL_OK;
}

static kl_status read_contamination(const isolation_forest *self, kl_error *error)
{
    kl_value value = self->contamination;
    double share = kl_as_double(value);
    if (kl_word_is(value, "auto") || (kl_is_number(value) && share > 0 && share <= 0.5))
        return KL_OK;
    return kl_bad_parameter(error, "contamination", "'auto' or a number in (0, 0.5]", value);
}

static kl_status read_before(const isolation_forest **out, const isolation_forest *self,
                             const kl_fit *in, kl_error *error)
{
    *out = self->warm_start ? (const isolation_forest *)in->before : NULL;
    if (!*out)
        return KL_OK;
    if ((size_t)(*out)->base.features != in->d)
        return kl_bad_dimension(error, "features", (size_t)(*out)->base.features, in->d);
    if (kl_tree_count(&(*out)->trees) > (size_t)self->n_estimators)
        return kl_bad_input(error, "n_estimators is %lld, but there are %zu trees to go on with "
                                   "(warm_start)", (long long)self->n_estimators,
                            kl_tree_count(&(*out)->trees));
    return KL_OK;
}

/* ---- fit ------------------------------------------------------------------------------------------------- */

/* A random target: every split is as good as another, so the first that is drawn is made. */
static kl_status make_target(growth *g, size_t n, kl_task *task, kl_error *error)
{
    kl_random random;
    double *y;
    KL_TAKE_RAW(y, task, n, error);
    kl_random_open(&random, g->seed, TARGET_STREAM, 0);
    kl_random_doubles(&random, y, n);
    g->target = (kl_tree_target){.y = y, .width = 1};
    return KL_OK;
}

static kl_status prepare(growth *g, isolation_forest *self, const kl_fit *in, kl_task *task,
                         kl_error *error)
{
    size_t samples, features;
    KL_TRY(read_contamination(self, error));
    KL_TRY(read_samples(&samples, self, in->n, error));
    KL_TRY(kl_tree_max_features(&features, self->max_features, in->d, error));
    KL_TRY(kl_draws_make(&g->draws, in->n, samples, self->bootstrap, in->weights, task, error));
    KL_TRY(kl_estimator_seed(&g->seed, &self->base, error));
    KL_TRY(make_target(g, in->n, task, error));
    g->rules = (kl_tree_rules){.criterion = KL_CRITERION_SQUARED, .random_splits = true,
                               .max_depth = (size_t)ceil(log2((double)KL_MAX(samples, 2))),
                               .min_split = 2, .min_leaf = 1, .max_features = 1, .shuffle = true,
                               .feature_count = features};
    self->max_samples_ = (int64_t)samples;
    self->rows = (int64_t)in->n;
    self->features_drawn = (int64_t)features;
    return in->weights ? kl_vector_from(&self->row_weights, in->weights, in->n, error) : KL_OK;
}

static kl_status keep_seeds(isolation_forest *self, const isolation_forest *before, uint64_t seed,
                            kl_error *error)
{
    size_t old = before ? kl_tree_count(&before->trees) : 0, count = (size_t)self->n_estimators;
    int64_t *seeds;
    KL_TRY(kl_indices_new(&self->seeds, &seeds, count, error));
    for (size_t i = 0; i < count; i++)
        seeds[i] = i < old ? kl_indices(before->seeds)[i] : (int64_t)seed;
    return KL_OK;
}

static kl_status grow(isolation_forest *self, growth *g, const isolation_forest *before,
                      kl_task *task, kl_error *error)
{
    size_t count = (size_t)self->n_estimators;
    g->first = before ? kl_tree_count(&before->trees) : 0;
    count -= g->first;
    KL_TAKE(g->trees, task, count + 1, error);
    kl_status status = kl_task_step(task, 0, count, error);
    if (status == KL_OK)
        status = kl_parallel_for(count, 4, grow_block, g, error);
    if (status == KL_OK)
        status = kl_tree_set_join(&self->trees, before ? &before->trees : NULL, g->trees, count, 1,
                                  error);
    for (size_t i = 0; i < count; i++)
        kl_tree_buffer_end(&g->trees[i]);
    return status;
}

static kl_status scores(double *out, const isolation_forest *self, const kl_matrix *x,
                        kl_error *error);

/* The score below which rows are outliers: a share of those it was fitted to. */
static kl_status set_offset(isolation_forest *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    double *sorted;
    self->offset_ = -0.5;
    if (kl_word_is(self->contamination, "auto"))
        return KL_OK;
    KL_TAKE_RAW(sorted, task, in->n, error);
    KL_TRY(scores(sorted, self, in->x, error));
    KL_TRY(kl_sort_doubles(sorted, in->n, task, error));
    self->offset_ = kl_quantile(sorted, in->n, kl_as_double(self->contamination));
    return KL_OK;
}

static kl_status fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    isolation_forest *self = (isolation_forest *)base;
    const isolation_forest *before;
    growth g = {0};
    kl_tree_data data;
    KL_TRY(read_before(&before, self, in, error));
    KL_TRY(prepare(&g, self, in, task, error));
    KL_TRY(kl_tree_data_make(&data, in->x, false, task, error));
    g.data = &data;
    KL_TRY(keep_seeds(self, before, g.seed, error));
    KL_TRY(grow(self, &g, before, task, error));
    return set_offset(self, in, task, error);
}

/* ---- answers --------------------------------------------------------------------------------------------- */

static kl_status pack_of(const kl_tree_pack **out, const isolation_forest *self, kl_error *error)
{
    isolation_forest *own = (isolation_forest *)(uintptr_t)self;
    return kl_tree_pack_get(out, &own->pack, &own->trees, (size_t)self->base.features, error);
}

static kl_status scores(double *out, const isolation_forest *self, const kl_matrix *x,
                        kl_error *error)
{
    const kl_tree_pack *pack;
    KL_TRY(pack_of(&pack, self, error));
    memset(out, 0, x->rows * sizeof *out);
    KL_TRY(kl_trees_add(out, pack, 0, pack->trees, NULL, x, error));
    double most = (double)pack->trees * average_path((double)self->max_samples_);
    for (size_t i = 0; i < x->rows; i++)
        out[i] = -exp2(-(most > 0 ? out[i] / most : 1));
    return KL_OK;
}

static kl_status score_samples(kl_value *out, const kl_estimator *base, const kl_matrix *x,
                               kl_task *task, kl_error *error)
{
    double *numbers;
    (void)task;
    KL_TRY(kl_vector_new(out, &numbers, x->rows, error));
    kl_status status = scores(numbers, (const isolation_forest *)base, x, error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

static kl_status decide(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                        kl_error *error)
{
    KL_TRY(score_samples(out, base, x, task, error));
    double *numbers = kl_doubles(*out);
    for (size_t i = 0; i < x->rows; i++)
        numbers[i] -= ((const isolation_forest *)base)->offset_;
    return KL_OK;
}

static kl_status predict(double *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                         kl_error *error)
{
    const isolation_forest *self = (const isolation_forest *)base;
    (void)task;
    KL_TRY(scores(out, self, x, error));
    for (size_t i = 0; i < x->rows; i++)
        out[i] = out[i] - self->offset_ < 0 ? -1 : 1;
    return KL_OK;
}

/* ---- what it is made of ---------------------------------------------------------------------------------- */

/* What is drawn for tree number `tree`; given. */
typedef kl_status member_function(kl_value *out, const isolation_forest *model, size_t tree,
                                  const kl_draws *draws, kl_error *error);

static kl_status tree_at(kl_value *out, const isolation_forest *model, size_t tree,
                         const kl_draws *draws, kl_error *error)
{
    kl_value params;
    (void)draws;
    KL_TRY(kl_map_new(&params, 0, error));
    kl_status status = kl_decision_tree_around(out, &kl_decision_tree_regressor_type, &model->trees,
                                               tree, params, &model->base, error);
    kl_value_release(params);
    return status;
}

static kl_status rows_at(kl_value *out, const isolation_forest *model, size_t tree,
                         const kl_draws *draws, kl_error *error)
{
    int64_t *rows;
    KL_TRY(kl_indices_new(out, &rows, draws->count, error));
    kl_status status = kl_draw_rows(rows, draws, (uint64_t)kl_indices(model->seeds)[tree], tree,
                                    error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

static kl_status features_at(kl_value *out, const isolation_forest *model, size_t tree,
                             const kl_draws *draws, kl_error *error)
{
    size_t count = (size_t)model->features_drawn, d = (size_t)model->base.features;
    int64_t *features;
    kl_status status = KL_OK;
    (void)draws;
    KL_TRY(kl_indices_new(out, &features, count, error));
    for (size_t i = 0; i < count; i++)
        features[i] = (int64_t)i;
    if (count < d)
        status = kl_draw_features(features, count, d, false,
                                  (uint64_t)kl_indices(model->seeds)[tree], tree, error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

static kl_status list_members(kl_value *out, const isolation_forest *model, member_function *member,
                              kl_error *error)
{
    kl_task task = KL_TASK_INIT;
    kl_draws draws;
    size_t count = kl_tree_count(&model->trees);
    kl_value list, item;
    KL_TRY(kl_array_new(&list, count, error));
    kl_status status = kl_draws_make(&draws, (size_t)model->rows, (size_t)model->max_samples_,
                                     model->bootstrap, kl_doubles(model->row_weights), &task, error);
    for (size_t t = 0; t < count && status == KL_OK; t++) {
        status = member(&item, model, t, &draws, error);
        if (status == KL_OK)
            kl_array_push(&list, item, NULL); /* has room */
    }
    kl_task_end(&task);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

static kl_status members(kl_value *out, kl_object *self, member_function *member, kl_error *error)
{
    kl_estimator *model;
    KL_TRY(kl_estimator_need(&model, (const kl_estimator *)self, error));
    kl_status status = list_members(out, (const isolation_forest *)model, member, error);
    kl_object_release(&model->object);
    return status;
}

#define MEMBERS(name, member)                                                                      \
    static kl_status name(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)   \
    {                                                                                              \
        (void)args;                                                                                \
        return members(out, self, member, error);                                                  \
    }
MEMBERS(estimators, tree_at)
MEMBERS(estimators_samples, rows_at)
MEMBERS(estimators_features, features_at)

static kl_status restored(kl_estimator *self, kl_error *error)
{
    const isolation_forest *model = (const isolation_forest *)self;
    const kl_tree_pack *pack;
    if (!self->is_model)
        return KL_OK;
    KL_TRY(pack_of(&pack, model, error));
    bool is_sound = kl_array_axis(model->seeds, 0) >= pack->trees && model->rows >= 1 && model->rows <= INT32_MAX &&
                    model->max_samples_ >= 1 && model->max_samples_ <= (model->bootstrap ? INT32_MAX : model->rows) &&
                    model->features_drawn >= 1 && model->features_drawn <= self->features &&
                    (kl_is_null(model->row_weights) || kl_is_vector(model->row_weights, 'd', (size_t)model->rows));
    return kl_shapes_are(is_sound, self, "trees and rows", error);
}

static void dispose(kl_object *self)
{
    kl_tree_pack_free(atomic_load(&((isolation_forest *)self)->pack));
}

/* ---- tables ---------------------------------------------------------------------------------------------- */

static const kl_field fields[] = {
    KL_INT(isolation_forest, n_estimators, 100, .doc = "trees; >= 1"),
    KL_VALUE(isolation_forest, contamination, .kind = KL_KIND_ANY, .fallback = "0.1",
             .doc = "share of outliers in what it is fitted to, in (0, 0.5]: sets offset_; 'auto' = offset_ is "
                    "-0.5, as in the paper"),
    KL_VALUE(isolation_forest, max_samples, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
             .doc = "rows drawn for each tree: an int >= 1, or a share of all in (0, 1]; None or 'auto' = 256, or "
                    "all when there are fewer"),
    KL_RANDOM_STATE(isolation_forest, ),
    KL_VALUE(isolation_forest, max_features, .kind = KL_KIND_NUMBER, .fallback = "1.0",
             .flags = KL_KEYWORD_ONLY,
             .doc = "features drawn for each tree: an int >= 1, or a share of all in (0, 1]"),
    KL_BOOL(isolation_forest, bootstrap, false, .flags = KL_KEYWORD_ONLY,
            .doc = "whether rows are drawn with replacement"),
    KL_VALUE(isolation_forest, n_jobs, .kind = KL_KIND_INT, .flags = KL_KEYWORD_ONLY | KL_OPTIONAL,
             .doc = "most threads; None or -1 = all processors"),
    KL_INT(isolation_forest, verbose, 0, .flags = KL_KEYWORD_ONLY, .doc = "1 = tell progress"),
    KL_BOOL(isolation_forest, warm_start, false, .flags = KL_KEYWORD_ONLY,
            .doc = "fit() keeps the trees there are and grows more up to n_estimators"),
    KL_LEARNED_DOUBLE(isolation_forest, offset_,
                      .doc = "decision_function(x) is score_samples(x) less this"),
    KL_LEARNED_INT(isolation_forest, max_samples_, .doc = "rows drawn for each tree"),
    KL_TREE_SET_FIELDS(isolation_forest, trees),
    KL_KEPT_ARRAY(isolation_forest, seeds, .doc = "seed of each tree"),
    KL_KEPT_ARRAY(isolation_forest, row_weights, .doc = "weights that rows are drawn by"),
    KL_KEPT_INT(isolation_forest, rows, .doc = "rows of x in fit()"),
    KL_KEPT_INT(isolation_forest, features_drawn, .doc = "features drawn for each tree"),
};
static const kl_limit limits[] = {{"n_estimators", KL_AT_LEAST(1)}};

#define LIST_ROW(title, function, what, text)                                                      \
    {.name = title, .call = function, .returns = KL_KIND_ARRAY, .item = what, .flags = KL_PROPERTY, \
     .raises = "NotFittedError", .doc = text}
static const kl_method methods[] = {
    KL_EST_FIT_WEIGHTED,
    KL_EST_PREDICT,
    KL_EST_FIT_PREDICT,
    KL_EST_DECISION,
    KL_EST_SCORE_SAMPLES,
    LIST_ROW("estimators_", estimators, KL_KIND_OBJECT,
             "The trees, each as a regressor of the length of the path that isolates a row."),
    LIST_ROW("estimators_samples_", estimators_samples, KL_KIND_BUFFER,
             "The rows that each tree was grown from."),
    LIST_ROW("estimators_features_", estimators_features, KL_KIND_BUFFER,
             "The features that each tree looked at."),
};
static const kl_estimator_table table = {
    .kind = KL_EST_OUTLIER,
    .flags = KL_EST_NAN_OK | KL_EST_SPARSE | KL_EST_Y_OPTIONAL,
    .limits = KL_TABLE(limits),
    .fit = fit,
    .predict = predict,
    .decide = decide,
    .score_samples = score_samples,
    .restored = restored,
    .shapes = "seeds = int *",
};

static const kl_type isolation_forest_type = {
    .name = "IsolationForest",
    KL_ESTIMATOR(isolation_forest),
    .repr_fields = "n_estimators contamination",
    .doc = "Finds outliers by how few random cuts part a row from the others (Liu, Ting, Zhou 2008). Each tree cuts "
           "rows drawn at random, at most ceil(log2 of their number) deep; score_samples() is -2^(-mean path / "
           "mean path of such a tree), in [-1, 0), and predict() gives -1 for outliers, 1 for the rest. "
           "sample_weight is the probability of a row to be drawn.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .dispose = dispose,
    .extension = &table,
};
KL_PUBLISH(isolation_forest_type);
