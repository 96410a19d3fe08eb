/* src/ml/ensemble/forest_types.c - RandomForestClassifier, RandomForestRegressor, ExtraTreesClassifier,
 * ExtraTreesRegressor: what they answer and how they are described. */
#include "ml/shapes.h"
#include "forest.h"

#include "ml/estimator_parts.h"

static const kl_type extra_trees_classifier_type, extra_trees_regressor_type;

bool kl_forest_is_random(const kl_forest *self)
{
    const kl_type *type = self->base.object.type;
    return kl_type_is(type, &extra_trees_classifier_type) ||
           kl_type_is(type, &extra_trees_regressor_type);
}

/* ---- answers --------------------------------------------------------------------------------------------- */

/* Means over the trees. */
static kl_status predict(double *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                         kl_error *error)
{
    const kl_tree_pack *pack;
    (void)task;
    KL_TRY(kl_forest_pack(&pack, (const kl_forest *)base, error));
    size_t count = x->rows * pack->width;
    memset(out, 0, count * sizeof *out);
    KL_TRY(kl_trees_add(out, pack, 0, pack->trees, NULL, x, error));
    for (size_t i = 0; i < count; i++)
        out[i] /= (double)pack->trees;
    return KL_OK;
}

static kl_status proba(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                       kl_error *error)
{
    double *numbers;
    KL_TRY(kl_table_new(out, &numbers, x->rows, kl_labels_count(base->classes), error));
    kl_status status = predict(numbers, base, x, task, error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

static kl_status apply(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                       kl_error *error)
{
    const kl_forest *self = (const kl_forest *)base;
    const kl_tree_pack *pack;
    uint32_t *leaves;
    int64_t *numbers;
    KL_TRY(kl_forest_pack(&pack, self, error));
    size_t count = x->rows * pack->trees;
    KL_TAKE_RAW(leaves, task, KL_MAX(count, 1), error);
    KL_TRY(kl_trees_leaves(leaves, pack, &self->trees, 0, pack->trees, true, x, error));
    KL_TRY(kl_index_table_new(out, &numbers, x->rows, pack->trees, error));
    for (size_t i = 0; i < count; i++)
        numbers[i] = leaves[i];
    return KL_OK;
}

/* The matrix of all trees side by side, and where the nodes of each tree begin. */
static kl_status path(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                      kl_error *error)
{
    const kl_forest *self = (const kl_forest *)base;
    const kl_tree_pack *pack;
    kl_value matrix, list;
    KL_TRY(kl_forest_pack(&pack, self, error));
    KL_TRY(kl_trees_path(&matrix, pack, &self->trees, x, task, error));
    kl_status status = kl_array_new(&list, 2, error);
    if (status != KL_OK) {
        kl_value_release(matrix);
        return status;
    }
    kl_array_push(&list, matrix, NULL); /* has room */
    kl_array_push(&list, kl_value_retain(self->trees.starts), NULL);
    *out = list;
    return KL_OK;
}

/* ---- methods --------------------------------------------------------------------------------------------- */

KL_EST_ASK(apply_method, apply)
KL_EST_ASK(path_method, path)

static kl_status hold(kl_forest **out, kl_object *self, kl_error *error)
{
    kl_estimator *model;
    KL_TRY(kl_estimator_need(&model, (const kl_estimator *)self, error));
    *out = (kl_forest *)model;
    return KL_OK;
}

KL_EST_METHOD(importances)
{
    kl_forest *model;
    (void)args;
    KL_TRY(hold(&model, self, error));
    kl_status status = kl_trees_importances(out, &model->trees, (size_t)model->base.features, true,
                                            error);
    kl_object_release(&model->base.object);
    return status;
}

static kl_status tree_params(kl_value *out, const kl_forest *model, kl_error *error)
{
    KL_TRY(kl_estimator_get_params(out, &model->base, false, error));
    if (!kl_forest_is_random(model))
        return KL_OK;
    kl_value word;
    kl_status status = kl_string_new(&word, KL_TEXT("random"), error);
    if (status == KL_OK)
        status = kl_map_set(out, KL_TEXT("splitter"), word, error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

static kl_status list_trees(kl_value *out, const kl_forest *model, kl_error *error)
{
    bool is_classifier = kl_table_of(&model->base)->kind == KL_EST_CLASSIFIER;
    const kl_type *type = is_classifier ? &kl_decision_tree_classifier_type
                                        : &kl_decision_tree_regressor_type;
    kl_value params;
    KL_TRY(tree_params(&params, model, error));
    kl_status status = kl_decision_trees_around(out, type, &model->trees, 0,
                                                kl_tree_count(&model->trees), params, &model->base,
                                                error);
    kl_value_release(params);
    return status;
}

KL_EST_METHOD(estimators)
{
    kl_forest *model;
    (void)args;
    KL_TRY(hold(&model, self, error));
    kl_status status = list_trees(out, model, error);
    kl_object_release(&model->base.object);
    return status;
}

static kl_status rows_of_tree(kl_value *out, const kl_forest *model, const kl_draws *draws,
                              size_t tree, kl_error *error)
{
    int64_t *rows;
    kl_status status = KL_OK;
    KL_TRY(kl_indices_new(out, &rows, model->bootstrap ? draws->count : (size_t)model->rows, error));
    if (model->bootstrap)
        status = kl_draw_rows(rows, draws, (uint64_t)kl_indices(model->seeds)[tree], tree, error);
    for (int64_t i = 0; !model->bootstrap && i < model->rows; i++)
        rows[i] = i;
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

static kl_status list_rows(kl_value *out, const kl_forest *model, kl_error *error)
{
    kl_task task = KL_TASK_INIT;
    kl_draws draws;
    size_t count = kl_tree_count(&model->trees);
    kl_value list, rows;
    KL_TRY(kl_array_new(&list, count, error));
    kl_status status = kl_forest_draws(&draws, model, &task, error);
    for (size_t t = 0; t < count && status == KL_OK; t++) {
        status = rows_of_tree(&rows, model, &draws, t, error);
        if (status == KL_OK)
            kl_array_push(&list, rows, NULL); /* has room */
    }
    kl_task_end(&task);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

KL_EST_METHOD(estimators_samples)
{
    kl_forest *model;
    (void)args;
    KL_TRY(hold(&model, self, error));
    kl_status status = list_rows(out, model, error);
    kl_object_release(&model->base.object);
    return status;
}

static kl_status restored(kl_estimator *self, kl_error *error)
{
    const kl_forest *model = (const kl_forest *)self;
    const kl_tree_pack *pack;
    if (!self->is_model)
        return KL_OK;
    KL_TRY(kl_forest_pack(&pack, model, error));
    bool is_sound = kl_array_axis(model->seeds, 0) >= pack->trees && model->rows >= 1 && model->rows <= INT32_MAX &&
                    model->draws >= model->bootstrap && model->draws <= INT32_MAX &&
                    (kl_is_null(model->row_weights) || kl_is_vector(model->row_weights, 'd', (size_t)model->rows));
    return kl_shapes_are(is_sound, self, "trees and rows", error);
}

static void dispose(kl_object *self)
{
    kl_tree_pack_free(atomic_load(&((kl_forest *)self)->pack));
}

/* ---- tables ---------------------------------------------------------------------------------------------- */

#define FIRST_FIELDS                                                                               \
    KL_INT(kl_forest, n_estimators, 100, .doc = "trees; >= 1"),                                    \
        KL_TREE_MAX_DEPTH(kl_forest,                                                               \
                          .doc = "most splits above a leaf, >= 1; None = until leaves are pure or small"), \
        KL_TREE_MIN_SPLIT(kl_forest, 0), KL_RANDOM_STATE(kl_forest, )
#define MORE_FIELDS(features, bags)                                                                \
    KL_TREE_MIN_LEAF(kl_forest), KL_TREE_MIN_WEIGHT(kl_forest),                                    \
        KL_TREE_MAX_FEATURES(kl_forest, features), KL_TREE_MAX_LEAVES(kl_forest),                  \
        KL_TREE_MIN_DECREASE(kl_forest),                                                           \
        {.kind = KL_KIND_BOOL, .fallback = bags, KL_FIELD_AT(kl_forest, bootstrap, bool),          \
         .flags = KL_KEYWORD_ONLY,                                                                 \
         .doc = "each tree learns from rows that are drawn with replacement, with sample_weight as " \
                "probabilities; false: from all rows"},                                            \
        KL_VALUE(kl_forest, oob_score, .kind = KL_KIND_ANY, .fallback = "false",                   \
                 .flags = KL_KEYWORD_ONLY | KL_FOREIGN,                                            \
                 .doc = "whether to score the answers of trees that did not see a row; a callable of " \
                        "(y, answers) scores in its way. Needs bootstrap"),                        \
        KL_VALUE(kl_forest, n_jobs, .kind = KL_KIND_INT, .flags = KL_KEYWORD_ONLY | KL_OPTIONAL,   \
                 .doc = "most threads; None or -1 = all processors"),                              \
        KL_INT(kl_forest, verbose, 0, .flags = KL_KEYWORD_ONLY, .doc = "1 = tell progress"),       \
        KL_BOOL(kl_forest, warm_start, false, .flags = KL_KEYWORD_ONLY,                            \
                .doc = "fit() keeps the trees there are and grows more up to n_estimators"),       \
        KL_TREE_CCP_ALPHA(kl_forest),                                                              \
        KL_VALUE(kl_forest, max_samples, .kind = KL_KIND_NUMBER,                                   \
                 .flags = KL_KEYWORD_ONLY | KL_OPTIONAL,                                           \
                 .doc = "rows drawn for each tree: an int >= 1, or a share > 0 of the rows (of the sum " \
                        "of sample_weight); None = as many as x has. Needs bootstrap"),            \
        KL_TREE_MONOTONIC(kl_forest),                                                              \
        KL_LEARNED_INT(kl_forest, n_outputs_, .doc = "columns of y"),                              \
        KL_LEARNED_VALUE(kl_forest, oob_score_, .doc = "score of the out-of-bag answers"),         \
        KL_TREE_SET_FIELDS(kl_forest, trees),                                                      \
        KL_KEPT_ARRAY(kl_forest, seeds, .doc = "seed of each tree"),                               \
        KL_KEPT_ARRAY(kl_forest, row_weights, .doc = "weights that rows are drawn by"),            \
        KL_KEPT_INT(kl_forest, rows, .doc = "rows of x in fit()"),                                 \
        KL_KEPT_INT(kl_forest, draws, .doc = "rows drawn for each tree")
#define CLASSIFIER_FIELDS                                                                          \
    KL_ENUM(kl_forest, criterion, "gini", .flags = KL_KEYWORD_ONLY,                                \
            .names = kl_tree_class_criteria,                                                       \
            .doc = "impurity of a node: gini, or entropy in bits, which is log_loss, too"),        \
        KL_TREE_CLASS_WEIGHT(kl_forest, ", 'balanced_subsample' = balanced within each draw"),     \
        KL_LEARNED_INT(kl_forest, n_classes_, .doc = "classes"),                                   \
        KL_LEARNED_ARRAY(kl_forest, oob_decision_function_,                                        \
                         .doc = "out-of-bag probabilities: rows x classes")
#define REGRESSOR_FIELDS                                                                           \
    KL_ENUM(kl_forest, criterion, "squared_error", .flags = KL_KEYWORD_ONLY,                       \
            .names = kl_tree_number_criteria,                                                      \
            .doc = "impurity of a node: the variance (friedman_mse is another name), the mean distance " \
                   "to the median, half the mean Poisson deviance"),                               \
        KL_LEARNED_ARRAY(kl_forest, oob_prediction_,                                               \
                         .doc = "out-of-bag answers: rows, or rows x outputs")

static const kl_field random_classifier_fields[] = {FIRST_FIELDS, CLASSIFIER_FIELDS,
                                                    MORE_FIELDS("\"sqrt\"", "true")};
static const kl_field random_regressor_fields[] = {FIRST_FIELDS, REGRESSOR_FIELDS,
                                                   MORE_FIELDS("1.0", "true")};
static const kl_field extra_classifier_fields[] = {FIRST_FIELDS, CLASSIFIER_FIELDS,
                                                   MORE_FIELDS("\"sqrt\"", "false")};
static const kl_field extra_regressor_fields[] = {FIRST_FIELDS, REGRESSOR_FIELDS,
                                                  MORE_FIELDS("1.0", "false")};

static const kl_limit limits[] = {KL_TREE_LIMITS, {"n_estimators", KL_AT_LEAST(1)}};

#define SHARED_METHODS                                                                             \
    KL_EST_SUPERVISED_WEIGHTED,                                                                    \
    KL_EST_ROW("apply", apply_method, kl_est_x, KL_KIND_BUFFER,                                    \
               "The leaf that each row of x ends in, tree by tree: rows x trees."),                \
    KL_EST_ROW("decision_path", path_method, kl_est_x, KL_KIND_ARRAY,                              \
               "The nodes that each row of x passes: a sparse matrix of ones, rows x nodes of all trees " \
               "side by side, and an array of where each tree begins in it."),                     \
    {.name = "feature_importances_", .call = importances, .returns = KL_KIND_BUFFER,               \
     .flags = KL_PROPERTY, .raises = "NotFittedError",                                             \
     .doc = "Share of the decrease of impurity that each feature brought, the mean of all trees that " \
            "have a split."},                                                                      \
    {.name = "estimators_", .call = estimators, .returns = KL_KIND_ARRAY, .item = KL_KIND_OBJECT,  \
     .flags = KL_PROPERTY, .raises = "NotFittedError", .doc = "The trees, each as an estimator."}, \
    {.name = "estimators_samples_", .call = estimators_samples, .returns = KL_KIND_ARRAY,          \
     .item = KL_KIND_BUFFER, .flags = KL_PROPERTY, .raises = "NotFittedError",                     \
     .doc = "The rows that each tree learned from, as often as they were drawn."}

static const kl_method classifier_methods[] = {SHARED_METHODS, KL_EST_CLASSES, KL_EST_PROBA};
static const kl_method regressor_methods[] = {SHARED_METHODS};

static const kl_estimator_table classifier_table = {
    .kind = KL_EST_CLASSIFIER,
    .flags = KL_EST_NAN_OK | KL_EST_SPARSE | KL_EST_ONE_CLASS_OK,
    .limits = KL_TABLE(limits),
    .fit = kl_forest_fit,
    .proba = proba,
    .restored = restored,
    .shapes = "n_classes_ = equal classes; tree_values = * classes; seeds = int *; n_outputs_ = equal outputs",
};
static const kl_estimator_table regressor_table = {
    .kind = KL_EST_REGRESSOR,
    .flags = KL_EST_NAN_OK | KL_EST_SPARSE | KL_EST_MULTI_OUTPUT,
    .limits = KL_TABLE(limits),
    .fit = kl_forest_fit,
    .predict = predict,
    .restored = restored,
    .shapes = "seeds = int *; n_outputs_ = equal outputs",
};

static const kl_type random_forest_classifier_type = {
    .name = "RandomForestClassifier",
    KL_ESTIMATOR(kl_forest),
    .repr_fields = "n_estimators",
    .doc = "The mean of the probabilities of many decision trees, each grown from rows drawn with replacement, "
           "where every split looks at a few features drawn at random (Breiman: Random forests, 2001). Trees "
           "grow on all processors; tree number i of a seed is the same whoever grows it.",
    .fields = KL_TABLE(random_classifier_fields),
    .methods = KL_TABLE(classifier_methods),
    .dispose = dispose,
    .extension = &classifier_table,
};
KL_PUBLISH(random_forest_classifier_type);

static const kl_type random_forest_regressor_type = {
    .name = "RandomForestRegressor",
    KL_ESTIMATOR(kl_forest),
    .doc = "The mean of the answers of many decision trees, each grown from rows drawn with replacement "
           "(Breiman: Random forests, 2001). y may have several columns.",
    .fields = KL_TABLE(random_regressor_fields),
    .methods = KL_TABLE(regressor_methods),
    .dispose = dispose,
    .extension = &regressor_table,
};
KL_PUBLISH(random_forest_regressor_type);

static const kl_type extra_trees_classifier_type = {
    .name = "ExtraTreesClassifier",
    KL_ESTIMATOR(kl_forest),
    .repr_fields = "n_estimators",
    .doc = "The mean of the probabilities of many extremely randomised trees: each split is the best of one random "
           "threshold for each of a few random features (Geurts, Ernst, Wehenkel 2006).",
    .fields = KL_TABLE(extra_classifier_fields),
    .methods = KL_TABLE(classifier_methods),
    .dispose = dispose,
    .extension = &classifier_table,
};
KL_PUBLISH(extra_trees_classifier_type);

static const kl_type extra_trees_regressor_type = {
    .name = "ExtraTreesRegressor",
    KL_ESTIMATOR(kl_forest),
    .repr_fields = "n_estimators",
    .doc = "The mean of the answers of many extremely randomised trees: each split is the best of one random "
           "threshold for each feature (Geurts, Ernst, Wehenkel 2006). y may have several columns.",
    .fields = KL_TABLE(extra_regressor_fields),
    .methods = KL_TABLE(regressor_methods),
    .dispose = dispose,
    .extension = &regressor_table,
};
KL_PUBLISH(extra_trees_regressor_type);
