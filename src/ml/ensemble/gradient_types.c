/* src/ml/ensemble/gradient_types.c - GradientBoostingClassifier and GradientBoostingRegressor: what they answer and how
 * they are described. */
#include "gradient_boosting.h"

#include "ml/estimator_parts.h"

/* ---- answers --------------------------------------------------------------------------------------------- */

static kl_status loss_of(kl_boost_loss *out, const kl_boosting *self, kl_error *error)
{
    return kl_boosting_loss(out, self, (size_t)self->n_classes_, error);
}

static kl_status raw_of(double *raw, const kl_boosting *self, const kl_boost_loss *loss,
                        const kl_matrix *x, kl_error *error)
{
    const kl_tree_pack *pack;
    KL_TRY(kl_boosting_pack(&pack, self, error));
    KL_TRY(kl_boosting_begin(raw, self, loss, x->rows, x->value, error));
    return kl_trees_boost(raw, loss->columns, pack, 0, pack->trees, self->learning_rate, x, error);
}

static kl_status predict(double *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                         kl_error *error)
{
    kl_boost_loss loss;
    (void)task;
    KL_TRY(loss_of(&loss, (const kl_boosting *)base, error));
    return raw_of(out, (const kl_boosting *)base, &loss, x, error);
}

/* A vector, or a table for several columns. */
static kl_status new_raw(kl_value *out, double **raw, size_t rows, size_t columns, kl_error *error)
{
    return columns > 1 ? kl_table_new(out, raw, rows, columns, error)
                       : kl_vector_new(out, raw, rows, error);
}

static kl_status decide(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                        kl_error *error)
{
    const kl_boosting *self = (const kl_boosting *)base;
    kl_boost_loss loss;
    double *raw;
    (void)task;
    KL_TRY(loss_of(&loss, self, error));
    KL_TRY(new_raw(out, &raw, x->rows, loss.columns, error));
    kl_status status = raw_of(raw, self, &loss, x, error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

static kl_status proba(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                       kl_error *error)
{
    const kl_boosting *self = (const kl_boosting *)base;
    kl_boost_loss loss;
    double *raw, *p;
    KL_TRY(loss_of(&loss, self, error));
    KL_TAKE_RAW(raw, task, KL_MAX(x->rows * loss.columns, 1), error);
    KL_TRY(raw_of(raw, self, &loss, x, error));
    KL_TRY(kl_table_new(out, &p, x->rows, (size_t)self->n_classes_, error));
    kl_boost_proba(p, &loss, raw, x->rows);
    return KL_OK;
}

/* The largest; of one column, whether the second class is at least as likely. */
static void classes_of(int64_t *out, const double *raw, size_t rows, size_t columns)
{
    for (size_t i = 0; i < rows; i++) {
        const double *row = raw + i * columns;
        out[i] = columns == 1 && row[0] >= 0;
        for (size_t k = 1; k < columns; k++)
            out[i] = row[k] > row[out[i]] ? (int64_t)k : out[i];
    }
}

static kl_status classify(int64_t *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                          kl_error *error)
{
    const kl_boosting *self = (const kl_boosting *)base;
    kl_boost_loss loss;
    double *raw;
    KL_TRY(loss_of(&loss, self, error));
    KL_TAKE_RAW(raw, task, KL_MAX(x->rows * loss.columns, 1), error);
    KL_TRY(raw_of(raw, self, &loss, x, error));
    classes_of(out, raw, x->rows, loss.columns);
    return KL_OK;
}

/* ---- stage by stage ---------------------------------------------------------------------------------------- */

/* What raw predictions of a stage are shown as; given. */
typedef kl_status shown(kl_value *out, const kl_boosting *self, const kl_boost_loss *loss,
                        const double *raw, size_t rows, kl_error *error);

static kl_status show_raw(kl_value *out, const kl_boosting *self, const kl_boost_loss *loss,
                          const double *raw, size_t rows, kl_error *error)
{
    double *to;
    bool is_regressor = kl_is_null(self->base.classes);
    KL_TRY(is_regressor ? kl_vector_new(out, &to, rows, error)
                        : kl_table_new(out, &to, rows, loss->columns, error));
    memcpy(to, raw, rows * loss->columns * sizeof *to);
    return KL_OK;
}

static kl_status show_proba(kl_value *out, const kl_boosting *self, const kl_boost_loss *loss,
                            const double *raw, size_t rows, kl_error *error)
{
    double *to;
    KL_TRY(kl_table_new(out, &to, rows, (size_t)self->n_classes_, error));
    kl_boost_proba(to, loss, raw, rows);
    return KL_OK;
}

static kl_status show_labels(kl_value *out, const kl_boosting *self, const kl_boost_loss *loss,
                             const double *raw, size_t rows, kl_error *error)
{
    int64_t *codes = kl_alloc(KL_MAX(rows, 1) * sizeof *codes);
    if (!codes)
        return kl_error_no_memory(error);
    classes_of(codes, raw, rows, loss->columns);
    kl_status status = kl_labels_decode(out, self->base.classes, codes, rows, error);
    kl_free(codes);
    return status;
}

static kl_status push_stages(kl_value *list, const kl_boosting *self, const kl_matrix *x,
                             shown *show, kl_task *task, kl_error *error)
{
    const kl_tree_pack *pack;
    kl_boost_loss loss;
    kl_value item;
    double *raw;
    KL_TRY(loss_of(&loss, self, error));
    KL_TRY(kl_boosting_pack(&pack, self, error));
    KL_TAKE_RAW(raw, task, KL_MAX(x->rows * loss.columns, 1), error);
    KL_TRY(kl_boosting_begin(raw, self, &loss, x->rows, x->value, error));
    for (size_t t = 0; t < pack->trees; t += loss.columns) {
        KL_TRY(kl_trees_boost(raw, loss.columns, pack, t, t + loss.columns, self->learning_rate, x,
                              error));
        KL_TRY(show(&item, self, &loss, raw, x->rows, error));
        KL_TRY(kl_array_push(list, item, error));
    }
    return KL_OK;
}

static kl_status staged(kl_value *out, const kl_estimator *base, const kl_matrix *x, shown *show,
                        kl_task *task, kl_error *error)
{
    const kl_boosting *self = (const kl_boosting *)base;
    kl_value list;
    KL_TRY(kl_array_new(&list, (size_t)self->n_estimators_, error));
    kl_status status = push_stages(&list, self, x, show, task, error);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

#define STAGED(name, show)                                                                         \
    static kl_status name(kl_value *out, const kl_estimator *base, const kl_matrix *x,             \
                          kl_task *task, kl_error *error)                                          \
    {                                                                                              \
        return staged(out, base, x, show, task, error);                                            \
    }
STAGED(staged_raw, show_raw)
STAGED(staged_proba, show_proba)
STAGED(staged_labels, show_labels)

/* ---- other methods ------------------------------------------------------------------------------------------- */

static kl_status apply(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                       kl_error *error)
{
    const kl_boosting *self = (const kl_boosting *)base;
    const kl_tree_pack *pack;
    uint32_t *leaves;
    double *numbers;
    KL_TRY(kl_boosting_pack(&pack, self, error));
    size_t count = x->rows * pack->trees, columns = (size_t)self->n_trees_per_iteration_;
    size_t shape[] = {x->rows, pack->trees / columns, columns};
    void *data;
    KL_TAKE_RAW(leaves, task, KL_MAX(count, 1), error);
    KL_TRY(kl_trees_leaves(leaves, pack, &self->trees, 0, pack->trees, true, x, error));
    KL_TRY(kl_tensor_new(out, &data, 'd', kl_is_null(base->classes) ? 2 : 3, shape, error));
    numbers = data;
    for (size_t i = 0; i < count; i++)
        numbers[i] = leaves[i];
    return KL_OK;
}

KL_EST_ASK(apply_method, apply)
KL_EST_ASK(staged_raw_method, staged_raw)
KL_EST_ASK(staged_proba_method, staged_proba)
KL_EST_ASK(staged_labels_method, staged_labels)

static kl_status hold(kl_boosting **out, kl_object *self, kl_error *error)
{
    kl_estimator *model;
    KL_TRY(kl_estimator_need(&model, (const kl_estimator *)self, error));
    *out = (kl_boosting *)model;
    return KL_OK;
}

KL_EST_METHOD(importances)
{
    kl_boosting *model;
    (void)args;
    KL_TRY(hold(&model, self, error));
    kl_status status = kl_trees_importances(out, &model->trees, (size_t)model->base.features, false,
                                            error);
    kl_object_release(&model->base.object);
    return status;
}

/* The trees of a stage as regressors: an array. */
static kl_status list_stage(kl_value *out, const kl_boosting *model, size_t stage, kl_value params,
                            kl_error *error)
{
    size_t columns = (size_t)model->n_trees_per_iteration_;
    kl_estimator numbers = model->base; /* trees answer numbers, not classes */
    numbers.classes = kl_null();
    return kl_decision_trees_around(out, &kl_decision_tree_regressor_type, &model->trees,
                                    stage * columns, columns, params, &numbers, error);
}

static kl_status tree_params(kl_value *out, const kl_boosting *model, kl_error *error)
{
    static const char *const names[] = {"max_depth", "min_samples_split", "min_samples_leaf",
                                        "max_features", "max_leaf_nodes",
                                        "min_weight_fraction_leaf", "min_impurity_decrease",
                                        "ccp_alpha"};
    kl_value all, some;
    KL_TRY(kl_estimator_get_params(&all, &model->base, false, error));
    kl_status status = kl_map_new(&some, KL_COUNT(names), error);
    for (size_t i = 0; i < KL_COUNT(names) && status == KL_OK; i++) {
        kl_text name = kl_text_from(names[i]);
        status = kl_map_set(&some, name, kl_value_retain(kl_map_get(all, name)), error);
        if (status != KL_OK)
            kl_value_release(some);
    }
    kl_value_release(all);
    if (status == KL_OK)
        *out = some;
    return status;
}

static kl_status list_stages(kl_value *out, const kl_boosting *model, kl_error *error)
{
    kl_value list, params, stage;
    KL_TRY(tree_params(&params, model, error));
    kl_status status = kl_array_new(&list, (size_t)model->n_estimators_, error);
    if (status != KL_OK) {
        kl_value_release(params);
        return status;
    }
    for (int64_t i = 0; i < model->n_estimators_ && status == KL_OK; i++) {
        status = list_stage(&stage, model, (size_t)i, params, error);
        if (status == KL_OK)
            kl_array_push(&list, stage, NULL); /* has room */
    }
    kl_value_release(params);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

KL_EST_METHOD(estimators)
{
    kl_boosting *model;
    (void)args;
    KL_TRY(hold(&model, self, error));
    kl_status status = list_stages(out, model, error);
    kl_object_release(&model->base.object);
    return status;
}

static kl_status restored(kl_estimator *self, kl_error *error)
{
    const kl_tree_pack *pack;
    const kl_boosting *model = (const kl_boosting *)self;
    kl_boost_loss loss;
    if (!self->is_model)
        return KL_OK;
    KL_TRY(loss_of(&loss, model, error));
    KL_TRY(kl_boosting_pack(&pack, model, error));
    size_t columns = loss.columns;
    bool is_sound = pack->width == 1 && model->n_trees_per_iteration_ == (int64_t)columns &&
                    model->n_estimators_ >= 0 && model->n_estimators_ <= INT32_MAX &&
                    (int64_t)pack->trees == model->n_estimators_ * (int64_t)columns &&
                    (kl_is_null(model->start) ? !kl_is_null(model->init_)
                                              : kl_is_vector(model->start, 'd', columns));
    return is_sound ? KL_OK : kl_error_set(error, KL_INVALID, "the stages are damaged");
}

static void dispose(kl_object *self)
{
    kl_tree_pack_free(atomic_load(&((kl_boosting *)self)->pack));
}

/* ---- tables ---------------------------------------------------------------------------------------------- */

static const char *const class_losses[] = {"log_loss", "exponential", NULL};
static const char *const number_losses[] = {"squared_error", "absolute_error", "huber", "quantile", NULL};
static const char *const criteria[] = {"squared_error", "friedman_mse", "deprecated", NULL};

#define FIRST_FIELDS                                                                               \
    KL_INT(kl_boosting, n_estimators, 100, .doc = "stages; >= 1"),                                 \
        KL_DOUBLE(kl_boosting, learning_rate, 0.1, .doc = "what the answer of each tree is multiplied by; >= 0"), \
        {.kind = KL_KIND_INT, .fallback = "3", .flags = KL_OPTIONAL,                               \
         KL_FIELD_AT(kl_boosting, max_depth, kl_value),                                            \
         .doc = "most splits above a leaf of a tree, >= 1; None = until leaves are pure or small"}
#define MORE_FIELDS                                                                                \
    KL_DOUBLE(kl_boosting, subsample, 1.0, .flags = KL_KEYWORD_ONLY,                               \
              .doc = "share of the rows that each stage learns from, drawn without replacement; in (0, 1]"), \
        KL_ENUM(kl_boosting, criterion, "squared_error", .flags = KL_KEYWORD_ONLY, .names = criteria, \
                .doc = "no effect: all of them order splits alike"),                               \
        KL_TREE_MIN_SPLIT(kl_boosting, KL_KEYWORD_ONLY), KL_TREE_MIN_LEAF(kl_boosting),            \
        KL_TREE_MIN_WEIGHT(kl_boosting), KL_TREE_MIN_DECREASE(kl_boosting),                        \
        KL_VALUE(kl_boosting, init, .kind = KL_KIND_ANY,                                           \
                 .flags = KL_KEYWORD_ONLY | KL_OPTIONAL | KL_FOREIGN,                              \
                 .doc = "where to begin: None = the best constant, 'zero', or an estimator, which is fitted " \
                        "first"),                                                                  \
        KL_RANDOM_STATE(kl_boosting, | KL_KEYWORD_ONLY),                                           \
        KL_TREE_MAX_FEATURES(kl_boosting, "null"),                                                 \
        KL_INT(kl_boosting, verbose, 0, .flags = KL_KEYWORD_ONLY, .doc = "1 = tell progress"),     \
        KL_TREE_MAX_LEAVES(kl_boosting),                                                           \
        KL_BOOL(kl_boosting, warm_start, false, .flags = KL_KEYWORD_ONLY,                          \
                .doc = "fit() keeps the stages there are and adds more up to n_estimators"),       \
        KL_DOUBLE(kl_boosting, validation_fraction, 0.1, .flags = KL_KEYWORD_ONLY,                 \
                  .doc = "share of the rows set apart to see when to stop, in (0, 1); of each class alike"), \
        KL_VALUE(kl_boosting, n_iter_no_change, .kind = KL_KIND_INT,                               \
                 .flags = KL_KEYWORD_ONLY | KL_OPTIONAL,                                           \
                 .doc = "stop when the loss of the rows set apart was not better by tol than any of so many " \
                        "stages before, >= 1; None = never"),                                      \
        KL_DOUBLE(kl_boosting, tol, 0.0001, .flags = KL_KEYWORD_ONLY, .doc = "see n_iter_no_change; >= 0"), \
        KL_TREE_CCP_ALPHA(kl_boosting),                                                            \
        KL_LEARNED_INT(kl_boosting, n_estimators_, .doc = "stages that were made"),                \
        KL_LEARNED_INT(kl_boosting, n_trees_per_iteration_, .doc = "trees of a stage: one, or one a class"), \
        KL_LEARNED_INT(kl_boosting, max_features_, .doc = "features looked at for a split"),       \
        KL_LEARNED_ARRAY(kl_boosting, train_score_, .doc = "loss of the rows of each stage after it"), \
        KL_LEARNED_ARRAY(kl_boosting, oob_improvement_,                                            \
                         .doc = "by how much each stage lowered the loss of the rows that it did not see"), \
        KL_LEARNED_ARRAY(kl_boosting, oob_scores_, .doc = "loss of these rows after each stage"),  \
        KL_LEARNED_VALUE(kl_boosting, oob_score_, .doc = "the last of oob_scores_"),               \
        KL_LEARNED_VALUE(kl_boosting, init_, .doc = "the fitted estimator of init"),               \
        KL_TREE_SET_FIELDS(kl_boosting, trees),                                                    \
        KL_KEPT_ARRAY(kl_boosting, start, .doc = "raw predictions before any tree"),               \
        KL_KEPT_INT(kl_boosting, seed, .doc = "seed of the fit")

static const kl_field classifier_fields[] = {
    FIRST_FIELDS,
    KL_ENUM(kl_boosting, loss, "log_loss", .flags = KL_KEYWORD_ONLY, .names = class_losses,
            .doc = "the negative log-likelihood, or for two classes the exponential loss of AdaBoost"),
    KL_LEARNED_INT(kl_boosting, n_classes_, .doc = "classes"),
    MORE_FIELDS,
};
static const kl_field regressor_fields[] = {
    FIRST_FIELDS,
    KL_ENUM(kl_boosting, loss, "squared_error", .flags = KL_KEYWORD_ONLY, .names = number_losses,
            .doc = "squared or absolute distance, huber (squared up to the quantile alpha of all distances, "
                   "absolute beyond), or that of the quantile alpha"),
    KL_DOUBLE(kl_boosting, alpha, 0.9, .flags = KL_KEYWORD_ONLY, .doc = "see loss; in (0, 1)"),
    MORE_FIELDS,
};

#define SHARED_LIMITS                                                                              \
    KL_TREE_LIMITS, {"n_estimators", KL_AT_LEAST(1)}, {"learning_rate", KL_AT_LEAST(0)},           \
        {"subsample", KL_ABOVE_UP_TO(0, 1)}, {"validation_fraction", KL_BETWEEN_OPEN(0, 1)},       \
        {"n_iter_no_change", KL_AT_LEAST(1)}, {"tol", KL_AT_LEAST(0)}
static const kl_limit classifier_limits[] = {SHARED_LIMITS};
static const kl_limit regressor_limits[] = {SHARED_LIMITS, {"alpha", KL_BETWEEN_OPEN(0, 1)}};

#define SHARED_METHODS                                                                             \
    KL_EST_SUPERVISED_WEIGHTED,                                                                    \
    {.name = "feature_importances_", .call = importances, .returns = KL_KIND_BUFFER,               \
     .flags = KL_PROPERTY, .raises = "NotFittedError",                                             \
     .doc = "Share of the decrease of impurity that each feature brought in all trees."},          \
    {.name = "estimators_", .call = estimators, .returns = KL_KIND_ARRAY, .item = KL_KIND_ARRAY,   \
     .flags = KL_PROPERTY, .raises = "NotFittedError",                                             \
     .doc = "The trees: for each stage a list of regressors, one a column of raw predictions."}

static const kl_method classifier_methods[] = {
    SHARED_METHODS,
    KL_EST_CLASSES,
    KL_EST_PROBA,
    KL_EST_DECISION,
    KL_EST_ROW("apply", apply_method, kl_est_x, KL_KIND_BUFFER,
               "The leaf that each row of x ends in: rows x stages x trees of a stage."),
    KL_EST_ROW("staged_predict", staged_labels_method, kl_est_x, KL_KIND_ARRAY,
               "predict(x) after each stage: a list."),
    KL_EST_ROW("staged_predict_proba", staged_proba_method, kl_est_x, KL_KIND_ARRAY,
               "predict_proba(x) after each stage: a list."),
    KL_EST_ROW("staged_decision_function", staged_raw_method, kl_est_x, KL_KIND_ARRAY,
               "The raw predictions after each stage: a list of rows x columns, of which there is one for two classes, "
               "else one a class."),
};
static const kl_method regressor_methods[] = {
    SHARED_METHODS,
    KL_EST_ROW("apply", apply_method, kl_est_x, KL_KIND_BUFFER,
               "The leaf that each row of x ends in: rows x stages."),
    KL_EST_ROW("staged_predict", staged_raw_method, kl_est_x, KL_KIND_ARRAY,
               "predict(x) after each stage: a list."),
};

static const kl_estimator_table classifier_table = {
    .kind = KL_EST_CLASSIFIER,
    .flags = KL_EST_SPARSE,
    .limits = KL_TABLE(classifier_limits),
    .fit = kl_boosting_fit,
    .classify = classify,
    .proba = proba,
    .decide = decide,
    .restored = restored,
    .shapes = "n_classes_ = equal classes; n_trees_per_iteration_ = equal decisions; train_score_ = * | none; start = * | none",
};
static const kl_estimator_table regressor_table = {
    .kind = KL_EST_REGRESSOR,
    .flags = KL_EST_SPARSE,
    .limits = KL_TABLE(regressor_limits),
    .fit = kl_boosting_fit,
    .predict = predict,
    .restored = restored,
    .shapes = "train_score_ = * | none; start = * | none",
};

static const kl_type gradient_boosting_classifier_type = {
    .name = "GradientBoostingClassifier",
    KL_ESTIMATOR(kl_boosting),
    .doc = "Small regression trees added up, each fitted to what is left to gain: the negative gradient of the loss "
           "(Friedman 2001). Leaves take one Newton step. For more than two classes each stage has a tree a class. "
           "Ties between splits go to the first feature.",
    .fields = KL_TABLE(classifier_fields),
    .methods = KL_TABLE(classifier_methods),
    .dispose = dispose,
    .extension = &classifier_table,
};
KL_PUBLISH(gradient_boosting_classifier_type);

static const kl_type gradient_boosting_regressor_type = {
    .name = "GradientBoostingRegressor",
    KL_ESTIMATOR(kl_boosting),
    .doc = "Small regression trees added up, each fitted to the negative gradient of the loss (Friedman 2001). "
           "Leaves take the best constant. Ties between splits go to the first feature.",
    .fields = KL_TABLE(regressor_fields),
    .methods = KL_TABLE(regressor_methods),
    .dispose = dispose,
    .extension = &regressor_table,
};
KL_PUBLISH(gradient_boosting_regressor_type);
