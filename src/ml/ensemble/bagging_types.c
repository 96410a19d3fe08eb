/* src/ml/ensemble/bagging_types.c - BaggingClassifier and BaggingRegressor: what they answer and how they are
 * described. */
#include "bagging.h"

#include "ml/estimator_parts.h"

/* ---- answers --------------------------------------------------------------------------------------------- */

/* Means over the members: probabilities or numbers, rows x width. */
static kl_status mean_of_trees(double *out, const kl_bagging *self, const kl_matrix *x,
                               kl_error *error)
{
    const kl_tree_pack *pack;
    KL_TRY(kl_bagging_pack(&pack, self, error));
    KL_TRY(kl_trees_add(out, pack, 0, pack->trees, NULL, x, error));
    for (size_t i = 0; i < x->rows * pack->width; i++)
        out[i] /= (double)pack->trees;
    return KL_OK;
}

/* Add the answer of one member, who sees his features. */
static kl_status add_member(double *out, const kl_bagging *self, size_t member,
                            kl_operation operation, const kl_matrix *x, size_t width, double *column,
                            kl_task *task, kl_error *error)
{
    kl_value seen, model = kl_array_at(self->models, member);
    KL_TRY(kl_bagging_view(&seen, self, member, x->value, error));
    kl_status status;
    if (operation == KL_OP_PROBA) {
        status = kl_member_add_proba(out, model, seen, x->rows, self->base.classes, task, error);
    } else if (operation == KL_OP_DECISION) {
        status = kl_member_add_decision(out, model, seen, x->rows * width, task, error);
    } else {
        status = kl_member_numbers(column, model, seen, x->rows, 1, task, error);
        for (size_t i = 0; status == KL_OK && i < x->rows; i++)
            out[i] += column[i];
    }
    kl_value_release(seen);
    return status;
}

static kl_status mean_of_models(double *out, const kl_bagging *self, kl_operation operation,
                                const kl_matrix *x, size_t width, kl_task *task, kl_error *error)
{
    size_t members = kl_array_len(self->models);
    double *column;
    KL_TAKE_RAW(column, task, KL_MAX(x->rows, 1), error);
    for (size_t m = 0; m < members; m++)
        KL_TRY(add_member(out, self, m, operation, x, width, column, task, error));
    for (size_t i = 0; i < x->rows * width; i++)
        out[i] /= (double)members;
    return KL_OK;
}

static kl_status means(double *out, const kl_bagging *self, kl_operation operation,
                       const kl_matrix *x, size_t width, kl_task *task, kl_error *error)
{
    memset(out, 0, x->rows * width * sizeof *out);
    return kl_is_null(self->models) ? mean_of_trees(out, self, x, error)
                                    : mean_of_models(out, self, operation, x, width, task, error);
}

static kl_status predict(double *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                         kl_error *error)
{
    return means(out, (const kl_bagging *)base, KL_OP_PREDICT, x, 1, task, error);
}

static kl_status proba(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                       kl_error *error)
{
    size_t classes = kl_labels_count(base->classes);
    double *numbers;
    KL_TRY(kl_table_new(out, &numbers, x->rows, classes, error));
    kl_status status = means(numbers, (const kl_bagging *)base, KL_OP_PROBA, x, classes, task, error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

/* The mean of what members say, where they have such a function. */
static bool members_decide(const kl_bagging *self)
{
    return !kl_is_null(self->models) && kl_model_has(kl_array_at(self->models, 0), KL_OP_DECISION);
}

/* Else the probabilities; of two classes, by how much the second is more likely. */
static kl_status decide_by_shares(double *out, const kl_bagging *self, const kl_matrix *x,
                                  size_t classes, kl_task *task, kl_error *error)
{
    double *shares;
    if (classes > 2)
        return means(out, self, KL_OP_PROBA, x, classes, task, error);
    KL_TAKE_RAW(shares, task, KL_MAX(x->rows * classes, 1), error);
    KL_TRY(means(shares, self, KL_OP_PROBA, x, classes, task, error));
    for (size_t i = 0; i < x->rows; i++)
        out[i] = classes == 2 ? shares[2 * i + 1] - shares[2 * i] : 0;
    return KL_OK;
}

/* Rows, or rows x classes for more than two. */
static kl_status decide(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                        kl_error *error)
{
    const kl_bagging *self = (const kl_bagging *)base;
    size_t classes = kl_labels_count(base->classes), width = classes > 2 ? classes : 1;
    double *numbers;
    KL_TRY(width > 1 ? kl_table_new(out, &numbers, x->rows, width, error)
                     : kl_vector_new(out, &numbers, x->rows, error));
    kl_status status = members_decide(self)
                           ? means(numbers, self, KL_OP_DECISION, x, width, task, error)
                           : decide_by_shares(numbers, self, x, classes, task, error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

static kl_status classify(int64_t *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                          kl_error *error)
{
    size_t classes = kl_labels_count(base->classes);
    double *shares;
    KL_TAKE_RAW(shares, task, KL_MAX(x->rows * classes, 1), error);
    KL_TRY(means(shares, (const kl_bagging *)base, KL_OP_PROBA, x, classes, task, error));
    for (size_t i = 0; i < x->rows; i++) {
        const double *row = shares + i * classes;
        out[i] = 0;
        for (size_t k = 1; k < classes; k++)
            out[i] = row[k] > row[out[i]] ? (int64_t)k : out[i];
    }
    return KL_OK;
}

/* ---- what it is made of ---------------------------------------------------------------------------------- */

/* A copy of a tree whose features are numbered as its member sees them. */
static kl_status local_tree(kl_tree_set *out, const kl_bagging *model, size_t tree,
                            const int64_t *features, kl_error *error)
{
    size_t count = kl_tree_size(&model->trees, tree);
    kl_tree_node *nodes = kl_alloc(count * sizeof *nodes);
    if (!nodes)
        return kl_error_no_memory(error);
    memcpy(nodes, kl_tree_nodes(&model->trees, tree), count * sizeof *nodes);
    for (size_t i = 0; i < count; i++)
        for (int64_t k = 0; nodes[i].left >= 0 && k < model->features_drawn; k++)
            if (features[k] == kl_tree_nodes(&model->trees, tree)[i].feature) {
                nodes[i].feature = k;
                break;
            }
    kl_tree_buffer one = {.nodes = nodes, .values = kl_tree_values(&model->trees, tree),
                          .count = count, .width = kl_tree_width(&model->trees)};
    kl_status status = kl_tree_set_join(out, NULL, &one, 1, one.width, error);
    kl_free(nodes);
    return status;
}

static kl_status local_estimator(kl_value *out, const kl_bagging *model, const kl_type *type,
                                 size_t tree, kl_value params, kl_error *error)
{
    kl_estimator seen = model->base; /* as the member sees the data */
    kl_tree_set set;
    int64_t *features = kl_alloc((size_t)model->features_drawn * sizeof *features);
    if (!features)
        return kl_error_no_memory(error);
    kl_status status = kl_bagging_features(features, model, tree, error);
    if (status == KL_OK)
        status = local_tree(&set, model, tree, features, error);
    kl_free(features);
    if (status != KL_OK)
        return status;
    seen.features = model->features_drawn;
    seen.names = kl_null();
    status = kl_decision_tree_around(out, type, &set, 0, params, &seen, error);
    kl_tree_set_release(&set);
    return status;
}

static kl_status tree_at(kl_value *out, const kl_bagging *model, size_t tree, kl_value params,
                         kl_error *error)
{
    const kl_type *type = kl_is_null(model->base.classes) ? &kl_decision_tree_regressor_type
                                                          : &kl_decision_tree_classifier_type;
    return kl_bagging_picks_features(model)
               ? local_estimator(out, model, type, tree, params, error)
               : kl_decision_tree_around(out, type, &model->trees, tree, params, &model->base, error);
}

static kl_status list_trees(kl_value *out, const kl_bagging *model, kl_error *error)
{
    size_t count = kl_tree_count(&model->trees);
    kl_value params, list, tree;
    KL_TRY(kl_map_of_one(&params, KL_TEXT("max_depth"), kl_value_retain(model->max_depth), error));
    kl_status status = kl_array_new(&list, count, error);
    if (status != KL_OK) {
        kl_value_release(params);
        return status;
    }
    for (size_t t = 0; t < count && status == KL_OK; t++) {
        status = tree_at(&tree, model, t, params, error);
        if (status == KL_OK)
            kl_array_push(&list, tree, NULL); /* has room */
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
    kl_estimator *base;
    kl_status status = KL_OK;
    (void)args;
    KL_TRY(kl_estimator_need(&base, (const kl_estimator *)self, error));
    const kl_bagging *model = (const kl_bagging *)base;
    if (kl_is_null(model->models))
        status = list_trees(out, model, error);
    else
        *out = kl_value_retain(model->models);
    kl_object_release(&base->object);
    return status;
}

/* A list with an array of indices for each member. */
static kl_status list_indices(kl_value *out, const kl_bagging *model, bool of_rows, kl_error *error)
{
    kl_task task = KL_TASK_INIT;
    kl_draws draws;
    size_t count = kl_bagging_members(model);
    kl_value list, item;
    int64_t *numbers;
    KL_TRY(kl_array_new(&list, count, error));
    kl_status status = kl_bagging_draws(&draws, model, &task, error);
    for (size_t m = 0; m < count && status == KL_OK; m++) {
        size_t length = of_rows ? draws.count : (size_t)model->features_drawn;
        uint64_t seed = (uint64_t)kl_indices(model->seeds)[m];
        status = kl_indices_new(&item, &numbers, length, error);
        if (status != KL_OK)
            break;
        status = of_rows ? kl_draw_rows(numbers, &draws, seed, m, error)
                         : kl_bagging_features(numbers, model, m, error);
        if (status == KL_OK)
            kl_array_push(&list, item, NULL); /* has room */
        else
            kl_value_release(item);
    }
    kl_task_end(&task);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

static kl_status indices(kl_value *out, kl_object *self, bool of_rows, kl_error *error)
{
    kl_estimator *model;
    KL_TRY(kl_estimator_need(&model, (const kl_estimator *)self, error));
    kl_status status = list_indices(out, (const kl_bagging *)model, of_rows, error);
    kl_object_release(&model->object);
    return status;
}

KL_EST_METHOD(estimators_samples)
{
    (void)args;
    return indices(out, self, true, error);
}

KL_EST_METHOD(estimators_features)
{
    (void)args;
    return indices(out, self, false, error);
}

static kl_status restored(kl_estimator *self, kl_error *error)
{
    const kl_bagging *model = (const kl_bagging *)self;
    const kl_tree_pack *pack;
    if (!self->is_model)
        return KL_OK;
    if (kl_is_null(model->models)) {
        KL_TRY(kl_bagging_pack(&pack, model, error));
        if (pack->width != (size_t)KL_MAX(model->n_classes_, 1))
            return kl_error_set(error, KL_INVALID, "the trees are damaged");
    }
    bool is_sound = kl_is_vector(model->seeds, 'q', KL_ANY_COUNT) && kl_bagging_members(model) &&
                    kl_array_axis(model->seeds, 0) >= kl_bagging_members(model) &&
                    model->features_drawn >= 1 && model->features_drawn <= self->features &&
                    model->rows >= 1 && model->draws >= 1 &&
                    (model->bootstrap || model->draws <= model->rows) &&
                    (kl_is_null(model->row_weights) ||
                     kl_is_vector(model->row_weights, 'd', (size_t)model->rows)) &&
                    (kl_is_null(self->classes) ||
                     kl_labels_count(self->classes) == (size_t)model->n_classes_);
    return is_sound ? KL_OK : kl_error_set(error, KL_INVALID, "the members are damaged");
}

static void dispose(kl_object *self)
{
    kl_tree_pack_free(atomic_load(&((kl_bagging *)self)->pack));
}

/* ---- tables ---------------------------------------------------------------------------------------------- */

#define SHARED_FIELDS                                                                              \
    KL_INT(kl_bagging, n_estimators, 10, .doc = "members; >= 1"),                                  \
        KL_VALUE(kl_bagging, max_samples, .kind = KL_KIND_NUMBER, .fallback = "1.0",               \
                 .flags = KL_OPTIONAL,                                                             \
                 .doc = "rows drawn for each member: an int >= 1, or a share in (0, 1) of the rows (of the " \
                        "sum of sample_weight); None or 1.0 = as many as x has"),                  \
        KL_VALUE(kl_bagging, max_features, .kind = KL_KIND_NUMBER, .fallback = "1.0",              \
                 .doc = "features drawn for each member: an int >= 1, or a share of all in (0, 1]"), \
        KL_VALUE(kl_bagging, max_depth, .kind = KL_KIND_INT, .flags = KL_OPTIONAL,                 \
                 .doc = "most splits above a leaf of the trees that are members unless there is an " \
                        "estimator, >= 1; None = until leaves are pure"),                          \
        KL_RANDOM_STATE(kl_bagging, ),                                                             \
        KL_VALUE(kl_bagging, estimator, .kind = KL_KIND_ANY,                                       \
                 .flags = KL_KEYWORD_ONLY | KL_OPTIONAL | KL_FOREIGN,                              \
                 .doc = "what members are copies of: any estimator; None = decision trees of max_depth"), \
        KL_BOOL(kl_bagging, bootstrap, true, .flags = KL_KEYWORD_ONLY,                             \
                .doc = "whether rows are drawn with replacement; sample_weight are the probabilities"), \
        KL_BOOL(kl_bagging, bootstrap_features, false, .flags = KL_KEYWORD_ONLY,                   \
                .doc = "whether features are drawn with replacement"),                             \
        KL_BOOL(kl_bagging, oob_score, false, .flags = KL_KEYWORD_ONLY,                            \
                .doc = "whether to score the answers of members that did not see a row; needs bootstrap"), \
        KL_BOOL(kl_bagging, warm_start, false, .flags = KL_KEYWORD_ONLY,                           \
                .doc = "fit() keeps the members there are and adds more up to n_estimators"),      \
        KL_VALUE(kl_bagging, n_jobs, .kind = KL_KIND_INT, .flags = KL_KEYWORD_ONLY | KL_OPTIONAL,  \
                 .doc = "most threads; None or -1 = all processors"),                              \
        KL_INT(kl_bagging, verbose, 0, .flags = KL_KEYWORD_ONLY, .doc = "1 = tell progress"),      \
        KL_LEARNED_VALUE(kl_bagging, oob_score_,                                                   \
                         .doc = "accuracy, or R2, of the out-of-bag answers"),                     \
        KL_TREE_SET_FIELDS(kl_bagging, trees),                                                     \
        KL_KEPT_VALUE(kl_bagging, models, .doc = "members that are no trees of its own"),          \
        KL_KEPT_ARRAY(kl_bagging, seeds, .doc = "seed of each member"),                            \
        KL_KEPT_ARRAY(kl_bagging, row_weights, .doc = "weights that rows are drawn by"),           \
        KL_KEPT_INT(kl_bagging, rows, .doc = "rows of x in fit()"),                                \
        KL_KEPT_INT(kl_bagging, draws, .doc = "rows drawn for each member"),                       \
        KL_KEPT_INT(kl_bagging, features_drawn, .doc = "features drawn for each member")

static const kl_field classifier_fields[] = {
    SHARED_FIELDS,
    KL_LEARNED_INT(kl_bagging, n_classes_, .doc = "classes"),
    KL_LEARNED_ARRAY(kl_bagging, oob_decision_function_,
                     .doc = "out-of-bag probabilities: rows x classes; NaN where every member saw the row"),
};
static const kl_field regressor_fields[] = {
    SHARED_FIELDS,
    KL_LEARNED_ARRAY(kl_bagging, oob_prediction_, .doc = "out-of-bag answers"),
};
static const kl_limit limits[] = {{"n_estimators", KL_AT_LEAST(1)}, {"max_depth", KL_AT_LEAST(1)}};

#define LIST_ROW(title, function, what, text)                                                      \
    {.name = title, .call = function, .returns = KL_KIND_ARRAY, .item = what, .flags = KL_PROPERTY, \
     .raises = "NotFittedError", .doc = text}
#define SHARED_METHODS                                                                             \
    KL_EST_SUPERVISED_WEIGHTED,                                                                    \
        LIST_ROW("estimators_", estimators, KL_KIND_OBJECT, "The members."),                       \
        LIST_ROW("estimators_samples_", estimators_samples, KL_KIND_BUFFER,                        \
                 "The rows that each member learned from, as often as they were drawn."),          \
        LIST_ROW("estimators_features_", estimators_features, KL_KIND_BUFFER,                      \
                 "The features that each member sees, in its order.")

static const kl_method classifier_methods[] = {SHARED_METHODS, KL_EST_CLASSES, KL_EST_PROBA,
                                               KL_EST_DECISION};
static const kl_method regressor_methods[] = {SHARED_METHODS};

static const kl_estimator_table classifier_table = {
    .kind = KL_EST_CLASSIFIER,
    .flags = KL_EST_NAN_OK | KL_EST_SPARSE | KL_EST_ONE_CLASS_OK,
    .limits = KL_TABLE(limits),
    .fit = kl_bagging_fit,
    .classify = classify,
    .proba = proba,
    .decide = decide,
    .restored = restored,
    .shapes = "seeds = int * | none",
};
static const kl_estimator_table regressor_table = {
    .kind = KL_EST_REGRESSOR,
    .flags = KL_EST_NAN_OK | KL_EST_SPARSE,
    .limits = KL_TABLE(limits),
    .fit = kl_bagging_fit,
    .predict = predict,
    .restored = restored,
    .shapes = "seeds = int * | none",
};

static const kl_type bagging_classifier_type = {
    .name = "BaggingClassifier",
    KL_ESTIMATOR(kl_bagging),
    .doc = "Copies of an estimator, each fitted to rows and features drawn at random; the answer is the mean of their "
           "probabilities, or of their votes where they have none (Breiman: Bagging predictors, 1996). Estimators of "
           "the library learn from draws as weights where they take weights. decision_function() is the mean of "
           "those of members, or where they have none, of their probabilities (for two classes, by how much the second is more "
           "likely).",
    .fields = KL_TABLE(classifier_fields),
    .methods = KL_TABLE(classifier_methods),
    .dispose = dispose,
    .extension = &classifier_table,
};
KL_PUBLISH(bagging_classifier_type);

static const kl_type bagging_regressor_type = {
    .name = "BaggingRegressor",
    KL_ESTIMATOR(kl_bagging),
    .doc = "Copies of an estimator, each fitted to rows and features drawn at random; the answer is the mean of theirs "
           "(Breiman: Bagging predictors, 1996).",
    .fields = KL_TABLE(regressor_fields),
    .methods = KL_TABLE(regressor_methods),
    .dispose = dispose,
    .extension = &regressor_table,
};
KL_PUBLISH(bagging_regressor_type);
