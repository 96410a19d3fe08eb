/* src/ml/tree/decision_tree.c - DecisionTreeClassifier and DecisionTreeRegressor. */
#include "decision_tree.h"

#include "export.h"
#include "ml/estimator_parts.h"

/* ---- fit ------------------------------------------------------------------------------------------------- */

static double sum_of(const double *weights, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += weights ? weights[i] : 1;
    return sum;
}

/* The tree before it is pruned, in a buffer that the caller ends. */
static kl_status grow(kl_tree_buffer *tree, kl_decision_tree *self, const kl_fit *in, kl_task *task,
                      kl_error *error)
{
    bool is_classifier = in->codes != NULL;
    kl_tree_settings settings = KL_TREE_SETTINGS(self, is_classifier);
    const double *weights = in->weights;
    kl_tree_data data;
    kl_tree_target target;
    kl_tree_rules rules;
    kl_random random;
    uint64_t seed;
    settings.random_splits = kl_word_is(self->splitter, "random");
    if (is_classifier)
        KL_TRY(kl_tree_class_weights(&weights, self->class_weight, self->base.classes, in, task,
                                     error));
    KL_TRY(kl_tree_rules_make(&rules, &settings, in, sum_of(weights, in->n), task, error));
    KL_TRY(kl_tree_check_poisson(in, rules.criterion, error));
    KL_TRY(kl_tree_target_make(&target, in, weights, task, error));
    KL_TRY(kl_tree_data_make(&data, in->x, !rules.random_splits, task, error));
    KL_TRY(kl_estimator_seed(&seed, &self->base, error));
    kl_random_open(&random, seed, 0, 0);
    /* Without a seed the search through all features goes by their numbers: the same tree every time. */
    rules.shuffle = !kl_is_null(self->random_state) || rules.max_features < in->d;
    self->max_features_ = (int64_t)rules.max_features;
    self->n_outputs_ = (int64_t)in->outputs;
    self->n_classes_ = is_classifier ? (int64_t)in->classes : 0;
    return kl_tree_grow(tree, &data, &target, &rules, &random, NULL, task, error);
}

static kl_status fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    kl_decision_tree *self = (kl_decision_tree *)base;
    kl_tree_buffer tree = {0};
    kl_status status = grow(&tree, self, in, task, error);
    if (status == KL_OK && self->ccp_alpha > 0)
        status = kl_tree_prune(&tree, self->ccp_alpha, error);
    if (status == KL_OK)
        status = kl_tree_set_join(&self->trees, NULL, &tree, 1, tree.width, error);
    kl_tree_buffer_end(&tree);
    return status;
}

static kl_status pack_of(const kl_tree_pack **out, const kl_estimator *base, kl_error *error)
{
    kl_decision_tree *self = (kl_decision_tree *)(uintptr_t)base;
    return kl_tree_pack_get(out, &self->pack, &self->trees, (size_t)base->features, error);
}

static kl_status restored(kl_estimator *self, kl_error *error)
{
    const kl_tree_pack *pack;
    return self->is_model ? pack_of(&pack, self, error) : KL_OK;
}

static void dispose(kl_object *self)
{
    kl_tree_pack_free(atomic_load(&((kl_decision_tree *)self)->pack));
}

/* ---- answers --------------------------------------------------------------------------------------------- */

static kl_status predict(double *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                         kl_error *error)
{
    const kl_tree_pack *pack;
    (void)task;
    KL_TRY(pack_of(&pack, base, error));
    memset(out, 0, x->rows * pack->width * sizeof *out);
    return kl_trees_add(out, pack, 0, 1, NULL, x, error);
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
    const kl_tree_pack *pack;
    uint32_t *leaves;
    int64_t *numbers;
    KL_TRY(pack_of(&pack, base, error));
    KL_TAKE_RAW(leaves, task, KL_MAX(x->rows, 1), error);
    KL_TRY(kl_trees_leaves(leaves, pack, &((const kl_decision_tree *)base)->trees, 0, 1, true, x,
                           error));
    KL_TRY(kl_indices_new(out, &numbers, x->rows, error));
    for (size_t i = 0; i < x->rows; i++)
        numbers[i] = leaves[i];
    return KL_OK;
}

static kl_status path(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                      kl_error *error)
{
    const kl_tree_pack *pack;
    KL_TRY(pack_of(&pack, base, error));
    return kl_trees_path(out, pack, &((const kl_decision_tree *)base)->trees, x, task, error);
}

/* ---- methods --------------------------------------------------------------------------------------------- */

KL_EST_ASK(apply_method, apply)
KL_EST_ASK(path_method, path)

/* The model, or NotFittedError; given. */
static kl_status hold(kl_decision_tree **out, kl_object *self, kl_error *error)
{
    kl_estimator *model;
    KL_TRY(kl_estimator_need(&model, (const kl_estimator *)self, error));
    *out = (kl_decision_tree *)model;
    return KL_OK;
}

KL_EST_METHOD(tree)
{
    kl_decision_tree *model;
    (void)args;
    KL_TRY(hold(&model, self, error));
    size_t width = kl_tree_width(&model->trees), outputs = (size_t)model->n_outputs_;
    kl_status status = kl_tree_object(out, &model->trees, 0, (size_t)model->base.features, outputs,
                                      width / outputs, error);
    kl_object_release(&model->base.object);
    return status;
}

KL_EST_METHOD(importances)
{
    kl_decision_tree *model;
    double *numbers;
    (void)args;
    KL_TRY(hold(&model, self, error));
    kl_status status = kl_vector_new(out, &numbers, (size_t)model->base.features, error);
    if (status == KL_OK)
        kl_tree_importances(numbers, kl_tree_nodes(&model->trees, 0), kl_tree_size(&model->trees, 0),
                            true);
    kl_object_release(&model->base.object);
    return status;
}

KL_EST_METHOD(get_depth)
{
    kl_decision_tree *model;
    size_t depth;
    (void)args;
    KL_TRY(hold(&model, self, error));
    kl_status status = kl_tree_depth(&depth, kl_tree_nodes(&model->trees, 0),
                                     kl_tree_size(&model->trees, 0), error);
    kl_object_release(&model->base.object);
    if (status == KL_OK)
        *out = kl_int((int64_t)depth);
    return status;
}

KL_EST_METHOD(get_n_leaves)
{
    kl_decision_tree *model;
    (void)args;
    KL_TRY(hold(&model, self, error));
    *out = kl_int((int64_t)kl_tree_leaves(kl_tree_nodes(&model->trees, 0),
                                          kl_tree_size(&model->trees, 0)));
    kl_object_release(&model->base.object);
    return KL_OK;
}

static kl_status check_names(kl_value names, size_t expected, kl_error *error)
{
    size_t got = kl_array_len(names);
    return kl_is_null(names) || got == expected
               ? KL_OK
               : kl_bad_dimension(error, "class_names", expected, got);
}

KL_EST_METHOD(export_text)
{
    kl_decision_tree *model;
    KL_TRY(hold(&model, self, error));
    const kl_tree_set *trees = &model->trees;
    kl_tree_export how = {.nodes = kl_tree_nodes(trees, 0),
                          .values = kl_tree_values(trees, 0),
                          .count = kl_tree_size(trees, 0),
                          .width = kl_tree_width(trees),
                          .features = (size_t)model->base.features,
                          .feature_names = args[0],
                          .class_names = kl_is_null(args[1]) ? model->base.classes : args[1],
                          .max_depth = kl_as_int(args[2]),
                          .spacing = kl_as_int(args[3]),
                          .decimals = kl_as_int(args[4]),
                          .show_weights = kl_as_bool(args[5])};
    kl_status status = KL_OK;
    if (kl_is_null(model->base.classes))
        how.class_names = kl_null();
    else
        status = check_names(args[1], kl_labels_count(model->base.classes), error);
    if (status == KL_OK)
        status = kl_tree_export_text(out, &how, error);
    kl_object_release(&model->base.object);
    return status;
}

/* ---- the pruning path ------------------------------------------------------------------------------------ */

/* Two arrays of a model's own tree, which was not pruned. */
static kl_status path_of_model(kl_value *out, const kl_decision_tree *model, kl_error *error)
{
    kl_value alphas, impurities, map;
    kl_tree_buffer tree = {.nodes = (kl_tree_node *)(uintptr_t)kl_tree_nodes(&model->trees, 0),
                           .values = kl_tree_values(&model->trees, 0),
                           .count = kl_tree_size(&model->trees, 0),
                           .width = kl_tree_width(&model->trees)};
    KL_TRY(kl_tree_prune_path(&alphas, &impurities, &tree, error));
    kl_status status = kl_map_new(&map, 2, error);
    if (status != KL_OK) {
        kl_value_release(alphas);
        kl_value_release(impurities);
        return status;
    }
    status = kl_map_set(&map, KL_TEXT("ccp_alphas"), alphas, error);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("impurities"), impurities, error);
    else
        kl_value_release(impurities);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

KL_EST_METHOD(pruning_path)
{
    kl_value clone;
    kl_lesson lesson = {.x = args[0], .y = args[1], .weights = args[2]};
    KL_TRY(kl_estimator_clone(&clone, (const kl_estimator *)self, error));
    kl_decision_tree *fresh = (kl_decision_tree *)clone.as.object, *model;
    fresh->ccp_alpha = 0;
    kl_status status = kl_estimator_learn(&fresh->base, &lesson, false, error);
    if (status == KL_OK)
        status = hold(&model, &fresh->base.object, error);
    if (status == KL_OK) {
        status = path_of_model(out, model, error);
        kl_object_release(&model->base.object);
    }
    kl_value_release(clone);
    return status;
}

/* ---- members of committees -------------------------------------------------------------------------------- */

/* Those of the parameters that a tree has. */
static kl_status known_params(kl_value *out, const kl_type *type, kl_value params, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_map_new(&map, kl_map_len(params), error));
    for (size_t i = 0; i < kl_map_len(params); i++) {
        kl_text name = kl_map_key_at(params, i);
        if (!kl_type_field(type, name))
            continue;
        kl_status status = kl_map_set(&map, name, kl_value_retain(kl_map_value_at(params, i)), error);
        if (status != KL_OK) {
            kl_value_release(map);
            return status;
        }
    }
    *out = map;
    return KL_OK;
}

static kl_status fill_model(kl_decision_tree *to, const kl_tree_set *set, size_t tree,
                            const kl_estimator *model, kl_error *error)
{
    bool is_classifier = !kl_is_null(model->classes);
    size_t width = kl_tree_width(set);
    kl_tree_buffer one = {.nodes = (kl_tree_node *)(uintptr_t)kl_tree_nodes(set, tree),
                          .values = kl_tree_values(set, tree), .count = kl_tree_size(set, tree),
                          .width = width};
    to->base.is_model = true;
    to->base.features = model->features;
    to->base.outputs = is_classifier ? 1 : (int64_t)width;
    to->base.names = kl_value_retain(model->names);
    to->base.classes = kl_value_retain(model->classes);
    to->n_outputs_ = to->base.outputs;
    to->n_classes_ = is_classifier ? (int64_t)width : 0;
    size_t features;
    KL_TRY(kl_tree_max_features(&features, to->max_features, (size_t)model->features, error));
    to->max_features_ = (int64_t)features;
    return kl_tree_set_join(&to->trees, NULL, &one, 1, width, error);
}

kl_status kl_decision_tree_around(kl_value *out, const kl_type *type, const kl_tree_set *set,
                                  size_t tree, kl_value params, const kl_estimator *model,
                                  kl_error *error)
{
    kl_value known, outer = kl_null(), inner = kl_null();
    kl_status status;
    KL_TRY(known_params(&known, type, params, error));
    KL_TRY_OUT(kl_object_from_map(&outer, type, known, error));
    KL_TRY_OUT(kl_object_from_map(&inner, type, known, error));
    KL_TRY_OUT(fill_model((kl_decision_tree *)inner.as.object, set, tree, model, error));
    kl_estimator_set_model((kl_estimator *)outer.as.object, (kl_estimator *)inner.as.object);
    kl_value_release(known);
    *out = outer;
    return KL_OK;
out:
    kl_value_release(known);
    kl_value_release(outer);
    kl_value_release(inner);
    return status;
}

kl_status kl_decision_trees_around(kl_value *out, const kl_type *type, const kl_tree_set *set,
                                   size_t first, size_t count, kl_value params,
                                   const kl_estimator *model, kl_error *error)
{
    kl_value list, tree;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&list, count, error));
    for (size_t t = 0; t < count && status == KL_OK; t++) {
        status = kl_decision_tree_around(&tree, type, set, first + t, params, model, error);
        if (status == KL_OK)
            kl_array_push(&list, tree, NULL); /* has room */
    }
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

/* ---- tables ---------------------------------------------------------------------------------------------- */

static const char *const splitters[] = {"best", "random", NULL};

#define SHARED_FIELDS                                                                              \
    KL_TREE_MAX_DEPTH(kl_decision_tree,                                                            \
                      .doc = "most splits above a leaf, >= 1; None = until leaves are pure or small"), \
        KL_TREE_MIN_SPLIT(kl_decision_tree, 0)
#define MORE_FIELDS                                                                                \
    KL_ENUM(kl_decision_tree, splitter, "best", .flags = KL_KEYWORD_ONLY, .names = splitters,      \
            .doc = "the best of all thresholds of a feature, or one random threshold each"),       \
        KL_TREE_MIN_LEAF(kl_decision_tree), KL_TREE_MIN_WEIGHT(kl_decision_tree),                  \
        KL_TREE_MAX_FEATURES(kl_decision_tree, "null"),                                            \
        KL_RANDOM_STATE(kl_decision_tree, | KL_KEYWORD_ONLY), KL_TREE_MAX_LEAVES(kl_decision_tree),                   \
        KL_TREE_MIN_DECREASE(kl_decision_tree), KL_TREE_CCP_ALPHA(kl_decision_tree),               \
        KL_TREE_MONOTONIC(kl_decision_tree),                                                       \
        KL_LEARNED_INT(kl_decision_tree, n_outputs_, .doc = "columns of y"),                       \
        KL_LEARNED_INT(kl_decision_tree, max_features_, .doc = "features looked at for a split"),  \
        KL_TREE_SET_FIELDS(kl_decision_tree, trees)

static const kl_field classifier_fields[] = {
    SHARED_FIELDS,
    KL_ENUM(kl_decision_tree, criterion, "gini", .flags = KL_KEYWORD_ONLY,
            .names = kl_tree_class_criteria,
            .doc = "impurity of a node: gini, or entropy in bits, which is log_loss, too"),
    KL_TREE_CLASS_WEIGHT(kl_decision_tree, ""),
    KL_LEARNED_INT(kl_decision_tree, n_classes_, .doc = "classes"),
    MORE_FIELDS,
};
static const kl_field regressor_fields[] = {
    SHARED_FIELDS,
    KL_ENUM(kl_decision_tree, criterion, "squared_error", .flags = KL_KEYWORD_ONLY,
            .names = kl_tree_number_criteria,
            .doc = "impurity of a node: the variance (friedman_mse is another name), the mean distance "
                   "to the median, half the mean Poisson deviance"),
    MORE_FIELDS,
};

static const kl_limit limits[] = {KL_TREE_LIMITS};

static const kl_param export_params[] = {
    {.name = "feature_names", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .flags = KL_OPTIONAL | KL_TUPLE, .doc = "names of the columns; None = feature_0, feature_1 ..."},
    {.name = "class_names", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .flags = KL_OPTIONAL | KL_TUPLE | KL_KEYWORD_ONLY,
     .doc = "names of the classes in the order of classes_; None = the labels"},
    {.name = "max_depth", .kind = KL_KIND_COUNT, .fallback = "10", .flags = KL_KEYWORD_ONLY,
     .doc = "branches below this depth are cut off"},
    {.name = "spacing", .kind = KL_KIND_COUNT, .fallback = "3", .range = KL_RANGE(1, 100),
     .flags = KL_KEYWORD_ONLY, .doc = "width of a level"},
    {.name = "decimals", .kind = KL_KIND_COUNT, .fallback = "2", .range = KL_RANGE(0, 30),
     .flags = KL_KEYWORD_ONLY, .doc = "digits behind the point"},
    {.name = "show_weights", .kind = KL_KIND_BOOL, .fallback = "false", .flags = KL_KEYWORD_ONLY,
     .doc = "weight of each class in the leaves of a classifier"},
};
static const kl_param path_params[] = {
    {.name = "x", .kind = KL_KIND_ANY, .flags = KL_DATA, .doc = "rows x columns of numbers"},
    {.name = "y", .kind = KL_KIND_ANY, .flags = KL_DATA, .doc = "a label or a number for each row"},
    {.name = "sample_weight", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL,
     .doc = "a weight >= 0 for each row; None = all 1"},
};

#define SHARED_METHODS                                                                             \
    KL_EST_SUPERVISED_WEIGHTED,                                                                    \
    KL_EST_ROW("apply", apply_method, kl_est_x, KL_KIND_BUFFER, "The leaf that each row of x ends in."), \
    KL_EST_ROW("decision_path", path_method, kl_est_x, KL_KIND_ANY,                                \
               "The nodes that each row of x passes: a sparse matrix rows x nodes of ones."),      \
    {.name = "tree_", .call = tree, .returns = KL_KIND_OBJECT, .returns_type = &kl_tree_type,      \
     .flags = KL_PROPERTY, .raises = "NotFittedError", .doc = "The tree, array by array."},        \
    {.name = "feature_importances_", .call = importances, .returns = KL_KIND_BUFFER,               \
     .flags = KL_PROPERTY, .raises = "NotFittedError",                                             \
     .doc = "Share of the decrease of impurity that each feature brought; they sum to 1, or are 0 for a " \
            "tree that is a leaf."},                                                               \
    {.name = "get_depth", .call = get_depth, .returns = KL_KIND_INT, .raises = "NotFittedError",   \
     .doc = "Splits above the deepest leaf."},                                                     \
    {.name = "get_n_leaves", .call = get_n_leaves, .returns = KL_KIND_INT,                         \
     .raises = "NotFittedError", .doc = "Leaves of the tree."},                                    \
    {.name = "export_text", .call = export_text, .params = KL_TABLE(export_params),                \
     .returns = KL_KIND_STRING, .raises = "NotFittedError, MlError",                               \
     .doc = "The tree as text, a line for each side of a split and each leaf."},                   \
    {.name = "cost_complexity_pruning_path", .call = pruning_path, .params = KL_TABLE(path_params), \
     .returns = KL_KIND_MAP, .raises = "TypeError, MlError",                                       \
     .doc = "What ccp_alpha would do: grows a tree from x and y (this one stays as it is) and gives the " \
            "effective alphas at which branches go (ccp_alphas) and the impurity of the leaves that are " \
            "left (impurities)."}

static const kl_method classifier_methods[] = {SHARED_METHODS, KL_EST_CLASSES, KL_EST_PROBA};
static const kl_method regressor_methods[] = {SHARED_METHODS};

static const kl_estimator_table classifier_table = {
    .kind = KL_EST_CLASSIFIER,
    .flags = KL_EST_NAN_OK | KL_EST_SPARSE | KL_EST_ONE_CLASS_OK,
    .limits = KL_TABLE(limits),
    .fit = fit,
    .proba = proba,
    .restored = restored,
    .shapes = "n_classes_ = equal classes; tree_values = * classes; n_outputs_ = equal outputs",
};
static const kl_estimator_table regressor_table = {
    .kind = KL_EST_REGRESSOR,
    .flags = KL_EST_NAN_OK | KL_EST_SPARSE | KL_EST_MULTI_OUTPUT,
    .limits = KL_TABLE(limits),
    .fit = fit,
    .predict = predict,
    .restored = restored,
    .shapes = "n_outputs_ = equal outputs",
};

const kl_type kl_decision_tree_classifier_type = {
    .name = "DecisionTreeClassifier",
    KL_ESTIMATOR(kl_decision_tree),
    .doc = "A binary tree that asks of one feature at a time whether it is <= a threshold, and answers with the "
           "shares of the classes in the leaf (CART; Breiman, Friedman, Olshen, Stone 1984). Each split lowers "
           "the impurity most; thresholds lie midway between neighbouring values of x, which is read in float32. "
           "NaN goes to the side where it fits better, and where none was seen in fit(), to the larger side. "
           "Without random_state features are tried in order and the first of equal splits is taken.",
    .fields = KL_TABLE(classifier_fields),
    .methods = KL_TABLE(classifier_methods),
    .dispose = dispose,
    .extension = &classifier_table,
};
KL_PUBLISH(kl_decision_tree_classifier_type);

const kl_type kl_decision_tree_regressor_type = {
    .name = "DecisionTreeRegressor",
    KL_ESTIMATOR(kl_decision_tree),
    .doc = "A binary tree that asks of one feature at a time whether it is <= a threshold, and answers with the "
           "mean of y in the leaf, or the median for the absolute_error criterion (CART; Breiman, Friedman, "
           "Olshen, Stone 1984). y may have several columns. Missing values and ties as in "
           "DecisionTreeClassifier.",
    .fields = KL_TABLE(regressor_fields),
    .methods = KL_TABLE(regressor_methods),
    .dispose = dispose,
    .extension = &regressor_table,
};
KL_PUBLISH(kl_decision_tree_regressor_type);
