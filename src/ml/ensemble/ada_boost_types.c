/* src/ml/ensemble/ada_boost_types.c - AdaBoostClassifier and AdaBoostRegressor: what they answer and how they are
 * described. */
#include "ada_boost.h"

#include "ml/estimator_parts.h"
#include "ml/kernels.h"
#include "ml/metrics/score.h"

#include <math.h>

/* ---- what members say ------------------------------------------------------------------------------------------ */

/* Leaves of all trees for all rows, or NULL when members are models. */
static kl_status leaves_of(uint32_t **out, const kl_ada_boost *self, const kl_matrix *x,
                           kl_task *task, kl_error *error)
{
    const kl_tree_pack *pack;
    uint32_t *leaves;
    *out = NULL;
    if (!kl_is_null(self->models))
        return KL_OK;
    KL_TRY(kl_ada_boost_pack(&pack, self, error));
    KL_TAKE_RAW(leaves, task, KL_MAX(x->rows * pack->trees, 1), error);
    KL_TRY(kl_trees_leaves(leaves, pack, &self->trees, 0, pack->trees, false, x, error));
    *out = leaves;
    return KL_OK;
}

/* The class of each node: the largest share, the first of equals. */
static kl_status node_classes(uint32_t **out, const kl_ada_boost *self, kl_task *task,
                              kl_error *error)
{
    size_t nodes = kl_array_axis(self->trees.nodes, 0), width = kl_tree_width(&self->trees);
    const double *values = kl_doubles(self->trees.values);
    uint32_t *classes;
    KL_TAKE(classes, task, KL_MAX(nodes, 1), error);
    for (size_t i = 0; i < nodes; i++)
        for (size_t k = 1; k < width; k++)
            if (values[i * width + k] > values[i * width + classes[i]])
                classes[i] = (uint32_t)k;
    *out = classes;
    return KL_OK;
}

/* ---- classifiers --------------------------------------------------------------------------------------------- */

/* Votes of the members for x, one member after another. */
typedef struct voting {
    const kl_ada_boost *self;
    const kl_matrix *x;
    kl_task *task;
    size_t members, classes;
    const uint32_t *leaves;  /* of trees: rows x members */
    const uint32_t *labels;  /* of their nodes */
    int64_t *codes;
    double *votes;           /* rows x classes */
    double weight;           /* of the members that have voted */
} voting;

static kl_status voting_begin(voting *v, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                              kl_error *error)
{
    const kl_ada_boost *self = (const kl_ada_boost *)base;
    uint32_t *leaves, *labels = NULL;
    *v = (voting){.self = self, .x = x, .task = task, .members = kl_ada_boost_members(self),
                  .classes = (size_t)self->n_classes_};
    KL_TRY(leaves_of(&leaves, self, x, task, error));
    if (leaves)
        KL_TRY(node_classes(&labels, self, task, error));
    v->leaves = leaves;
    v->labels = labels;
    KL_TAKE(v->codes, task, KL_MAX(x->rows, 1), error);
    KL_TAKE(v->votes, task, KL_MAX(x->rows * v->classes, 1), error);
    return KL_OK;
}

static kl_status vote(voting *v, size_t member, kl_error *error)
{
    double weight = kl_doubles(v->self->estimator_weights_)[member];
    double other = -weight / (double)(v->classes - 1);
    if (!v->leaves)
        KL_TRY(kl_member_codes(v->codes, kl_array_at(v->self->models, member), v->x->value,
                               v->x->rows, v->self->base.classes, v->task, error));
    for (size_t i = 0; i < v->x->rows; i++) {
        size_t code = v->leaves ? v->labels[v->leaves[i * v->members + member]]
                                : (size_t)v->codes[i];
        for (size_t k = 0; k < v->classes; k++)
            v->votes[i * v->classes + k] += k == code ? weight : other;
    }
    v->weight += weight;
    return KL_OK;
}

/* Votes as decision_function() gives them: one number for two classes. */
static kl_status decision_of(kl_value *out, const voting *v, kl_error *error)
{
    size_t rows = v->x->rows, classes = v->classes;
    double *to;
    if (classes == 2) {
        KL_TRY(kl_vector_new(out, &to, rows, error));
        for (size_t i = 0; i < rows; i++)
            to[i] = v->votes[2 * i + 1] / v->weight - v->votes[2 * i] / v->weight;
        return KL_OK;
    }
    KL_TRY(kl_table_new(out, &to, rows, classes, error));
    for (size_t i = 0; i < rows * classes; i++)
        to[i] = v->votes[i] / v->weight;
    return KL_OK;
}

static kl_status proba_of(kl_value *out, const voting *v, kl_error *error)
{
    size_t rows = v->x->rows, classes = v->classes;
    double *to, factor = 1 / (v->weight * (double)(classes - 1));
    KL_TRY(kl_table_new(out, &to, rows, classes, error));
    for (size_t i = 0; i < rows * classes; i++)
        to[i] = v->votes[i] * factor;
    kl_kernels()->softmax_rows(to, rows, classes, NULL);
    return KL_OK;
}

static kl_status labels_of(kl_value *out, const voting *v, kl_error *error)
{
    for (size_t i = 0; i < v->x->rows; i++) {
        const double *votes = v->votes + i * v->classes;
        v->codes[i] = 0;
        for (size_t k = 1; k < v->classes; k++)
            v->codes[i] = votes[k] > votes[v->codes[i]] ? (int64_t)k : v->codes[i];
    }
    return kl_labels_decode(out, v->self->base.classes, v->codes, v->x->rows, error);
}

typedef kl_status shown(kl_value *out, const voting *v, kl_error *error);

static kl_status answer(kl_value *out, const kl_estimator *base, const kl_matrix *x, shown *show,
                        kl_task *task, kl_error *error)
{
    voting v;
    KL_TRY(voting_begin(&v, base, x, task, error));
    for (size_t m = 0; m < v.members; m++)
        KL_TRY(vote(&v, m, error));
    return show(out, &v, error);
}

static kl_status push_stages(kl_value *list, voting *v, shown *show, kl_error *error)
{
    kl_value item;
    for (size_t m = 0; m < v->members; m++) {
        KL_TRY(vote(v, m, error));
        KL_TRY(show(&item, v, error));
        KL_TRY(kl_array_push(list, item, error));
    }
    return KL_OK;
}

static kl_status staged(kl_value *out, const kl_estimator *base, const kl_matrix *x, shown *show,
                        kl_task *task, kl_error *error)
{
    voting v;
    kl_value list;
    KL_TRY(voting_begin(&v, base, x, task, error));
    KL_TRY(kl_array_new(&list, v.members, error));
    kl_status status = push_stages(&list, &v, show, error);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

#define ANSWER(name, how, show)                                                                    \
    static kl_status name(kl_value *out, const kl_estimator *base, const kl_matrix *x,             \
                          kl_task *task, kl_error *error)                                          \
    {                                                                                              \
        return how(out, base, x, show, task, error);                                               \
    }
ANSWER(decide, answer, decision_of)
ANSWER(proba, answer, proba_of)
ANSWER(staged_decision, staged, decision_of)
ANSWER(staged_proba, staged, proba_of)
ANSWER(staged_labels, staged, labels_of)

/* ---- regressors ---------------------------------------------------------------------------------------------- */

/* Numbers of all members: rows x members. */
static kl_status numbers_of(double **out, const kl_ada_boost *self, const kl_matrix *x,
                            kl_task *task, kl_error *error)
{
    size_t members = kl_ada_boost_members(self);
    const double *values = kl_doubles(self->trees.values);
    uint32_t *leaves;
    double *numbers, *column;
    KL_TRY(leaves_of(&leaves, self, x, task, error));
    KL_TAKE_RAW(numbers, task, KL_MAX(x->rows * members, 1), error);
    KL_TAKE_RAW(column, task, KL_MAX(x->rows, 1), error);
    for (size_t i = 0; leaves && i < x->rows * members; i++)
        numbers[i] = values[leaves[i]];
    for (size_t m = 0; !leaves && m < members; m++) {
        KL_TRY(kl_member_numbers(column, kl_array_at(self->models, m), x->value, x->rows, 1, task,
                                 error));
        for (size_t i = 0; i < x->rows; i++)
            numbers[i * members + m] = column[i];
    }
    *out = numbers;
    return KL_OK;
}

typedef struct ballot {
    double number, weight;
} ballot;

/* Shell's sort: there are few members. */
static void sort_ballots(ballot *ballots, size_t count)
{
    size_t gap = 1;
    while (gap < count / 3)
        gap = 3 * gap + 1;
    for (; gap; gap /= 3)
        for (size_t i = gap; i < count; i++) {
            ballot item = ballots[i];
            size_t k = i;
            for (; k >= gap && ballots[k - gap].number > item.number; k -= gap)
                ballots[k] = ballots[k - gap];
            ballots[k] = item;
        }
}

/* The number below or at which half of the weight of the first `count` members lies. */
static double weighted_median(const double *numbers, const double *weights, size_t count,
                              ballot *ballots)
{
    double total = 0, below = 0;
    for (size_t m = 0; m < count; m++)
        ballots[m] = (ballot){numbers[m], weights[m]};
    sort_ballots(ballots, count);
    for (size_t m = 0; m < count; m++)
        total += ballots[m].weight;
    for (size_t m = 0; m < count; m++) {
        below += ballots[m].weight;
        if (below >= 0.5 * total)
            return ballots[m].number;
    }
    return ballots[count - 1].number;
}

static kl_status predict(double *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                         kl_error *error)
{
    const kl_ada_boost *self = (const kl_ada_boost *)base;
    const double *weights = kl_doubles(self->estimator_weights_);
    size_t members = kl_ada_boost_members(self);
    double *numbers;
    ballot *ballots;
    KL_TRY(numbers_of(&numbers, self, x, task, error));
    KL_TAKE_RAW(ballots, task, members, error);
    for (size_t i = 0; i < x->rows; i++)
        out[i] = weighted_median(numbers + i * members, weights, members, ballots);
    return KL_OK;
}

static kl_status push_medians(kl_value *list, const kl_ada_boost *self, const kl_matrix *x,
                              kl_task *task, kl_error *error)
{
    const double *weights = kl_doubles(self->estimator_weights_);
    size_t members = kl_ada_boost_members(self);
    double *numbers, *to;
    ballot *ballots;
    kl_value item;
    KL_TRY(numbers_of(&numbers, self, x, task, error));
    KL_TAKE_RAW(ballots, task, members, error);
    for (size_t m = 0; m < members; m++) {
        KL_TRY(kl_vector_new(&item, &to, x->rows, error));
        for (size_t i = 0; i < x->rows; i++)
            to[i] = weighted_median(numbers + i * members, weights, m + 1, ballots);
        KL_TRY(kl_array_push(list, item, error));
    }
    return KL_OK;
}

static kl_status staged_numbers(kl_value *out, const kl_estimator *base, const kl_matrix *x,
                                kl_task *task, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, kl_ada_boost_members((const kl_ada_boost *)base), error));
    kl_status status = push_medians(&list, (const kl_ada_boost *)base, x, task, error);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

/* ---- methods --------------------------------------------------------------------------------------------- */

KL_EST_ASK(staged_decision_method, staged_decision)
KL_EST_ASK(staged_proba_method, staged_proba)
KL_EST_ASK(staged_labels_method, staged_labels)
KL_EST_ASK(staged_numbers_method, staged_numbers)

/* What a measure says of each stage beside y. */
static kl_status score_stages(kl_value *out, kl_value stages, const kl_value *args, kl_score_function *measure,
                              kl_error *error)
{
    kl_value scores;
    KL_TRY(kl_array_new(&scores, kl_array_len(stages), error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_array_len(stages) && status == KL_OK; i++) {
        kl_score_call call = {.truth = args[1], .answer = kl_array_at(stages, i), .weights = args[2]};
        kl_task task = KL_TASK_INIT;
        double score = 0;
        status = measure(&score, &call, &task, error);
        kl_task_end(&task);
        if (status == KL_OK)
            status = kl_array_push(&scores, kl_double(score), error);
    }
    if (status == KL_OK)
        *out = scores;
    else
        kl_value_release(scores);
    return status;
}

static kl_status staged_score(kl_value *out, kl_object *self, const kl_value *args, kl_answer *stages_of,
                              kl_score_function *measure, kl_error *error)
{
    kl_value stages;
    KL_TRY(kl_estimator_ask(&stages, (const kl_estimator *)self, args[0], stages_of, error));
    kl_status status = score_stages(out, stages, args, measure, error);
    kl_value_release(stages);
    return status;
}

KL_EST_METHOD(staged_accuracy) { return staged_score(out, self, args, staged_labels, kl_score_accuracy, error); }
KL_EST_METHOD(staged_r2) { return staged_score(out, self, args, staged_numbers, kl_score_r2, error); }

static kl_status add_importances(double *numbers, const kl_ada_boost *model, kl_error *error)
{
    const double *weights = kl_doubles(model->estimator_weights_);
    size_t features = (size_t)model->base.features, members = kl_ada_boost_members(model);
    double sum = 0;
    kl_task task = KL_TASK_INIT;
    double *own = kl_task_alloc(&task, features, sizeof *own);
    kl_status status = own ? KL_OK : kl_error_no_memory(error);
    for (size_t m = 0; m < members && status == KL_OK; m++) {
        if (!kl_is_null(model->models)) {
            status = kl_member_add_importances(numbers, kl_array_at(model->models, m), features,
                                               weights[m], &task, error);
        } else {
            memset(own, 0, features * sizeof *own);
            kl_tree_importances(own, kl_tree_nodes(&model->trees, m),
                                kl_tree_size(&model->trees, m), true);
            for (size_t k = 0; k < features; k++)
                numbers[k] += weights[m] * own[k];
        }
        sum += weights[m];
    }
    for (size_t k = 0; status == KL_OK && sum > 0 && k < features; k++)
        numbers[k] /= sum;
    kl_task_end(&task);
    return status;
}

KL_EST_METHOD(importances)
{
    kl_estimator *model;
    double *numbers;
    (void)args;
    KL_TRY(kl_estimator_need(&model, (const kl_estimator *)self, error));
    kl_status status = kl_vector_new(out, &numbers, (size_t)model->features, error);
    if (status == KL_OK) {
        status = add_importances(numbers, (const kl_ada_boost *)model, error);
        if (status != KL_OK)
            kl_value_release(*out);
    }
    kl_object_release(&model->object);
    return status;
}

static kl_status list_trees(kl_value *out, const kl_ada_boost *model, kl_error *error)
{
    const kl_type *type = kl_is_null(model->base.classes) ? &kl_decision_tree_regressor_type
                                                          : &kl_decision_tree_classifier_type;
    kl_value params;
    KL_TRY(kl_map_of_one(&params, KL_TEXT("max_depth"), kl_value_retain(model->max_depth), error));
    kl_status status = kl_decision_trees_around(out, type, &model->trees, 0,
                                                kl_tree_count(&model->trees), params, &model->base,
                                                error);
    kl_value_release(params);
    return status;
}

KL_EST_METHOD(estimators)
{
    kl_estimator *base;
    kl_status status = KL_OK;
    (void)args;
    KL_TRY(kl_estimator_need(&base, (const kl_estimator *)self, error));
    const kl_ada_boost *model = (const kl_ada_boost *)base;
    if (kl_is_null(model->models))
        status = list_trees(out, model, error);
    else
        *out = kl_value_retain(model->models);
    kl_object_release(&base->object);
    return status;
}

static kl_status restored(kl_estimator *self, kl_error *error)
{
    const kl_ada_boost *model = (const kl_ada_boost *)self;
    const kl_tree_pack *pack;
    if (!self->is_model)
        return KL_OK;
    if (kl_is_null(model->models)) {
        KL_TRY(kl_ada_boost_pack(&pack, model, error));
        if (pack->width != (size_t)KL_MAX(model->n_classes_, 1))
            return kl_error_set(error, KL_INVALID, "the trees are damaged");
    }
    bool is_sound = kl_is_vector(model->estimator_weights_, 'd', KL_ANY_COUNT) &&
                    kl_array_axis(model->estimator_weights_, 0) >= kl_ada_boost_members(model) &&
                    (kl_is_null(self->classes) ||
                     (model->n_classes_ >= 2 &&
                      kl_labels_count(self->classes) == (size_t)model->n_classes_));
    return is_sound ? KL_OK : kl_error_set(error, KL_INVALID, "the members are damaged");
}

static void dispose(kl_object *self)
{
    kl_tree_pack_free(atomic_load(&((kl_ada_boost *)self)->pack));
}

/* ---- tables ---------------------------------------------------------------------------------------------- */

static const char *const losses[] = {"linear", "square", "exponential", NULL};

#define FIRST_FIELDS(depth)                                                                        \
    KL_INT(kl_ada_boost, n_estimators, 50, .doc = "most members; >= 1"),                           \
        KL_DOUBLE(kl_ada_boost, learning_rate, 1.0, .doc = "what the weight of each member is multiplied by; > 0"), \
        {.kind = KL_KIND_INT, .fallback = depth, .flags = KL_OPTIONAL,                             \
         KL_FIELD_AT(kl_ada_boost, max_depth, kl_value),                                           \
         .doc = "most splits above a leaf of the trees that are members unless there is an estimator, >= 1; " \
                "None = until leaves are pure"},                                                   \
        KL_RANDOM_STATE(kl_ada_boost, ),                                                           \
        KL_VALUE(kl_ada_boost, estimator, .kind = KL_KIND_ANY,                                     \
                 .flags = KL_KEYWORD_ONLY | KL_OPTIONAL | KL_FOREIGN,                              \
                 .doc = "what members are copies of: any estimator (one that takes sample_weight, of a " \
                        "classifier); None = decision trees of max_depth")
#define LEARNED_FIELDS                                                                             \
    KL_LEARNED_ARRAY(kl_ada_boost, estimator_weights_,                                             \
                     .doc = "weight of each member in the answer; 0 for those that were not made"), \
        KL_LEARNED_ARRAY(kl_ada_boost, estimator_errors_,                                          \
                         .doc = "error of each member on the weighted rows; 1 for those that were not made"), \
        KL_TREE_SET_FIELDS(kl_ada_boost, trees),                                                   \
        KL_KEPT_VALUE(kl_ada_boost, models, .doc = "members that are no trees of its own")

static const kl_field classifier_fields[] = {
    FIRST_FIELDS("1"),
    KL_LEARNED_INT(kl_ada_boost, n_classes_, .doc = "classes"),
    LEARNED_FIELDS,
};
static const kl_field regressor_fields[] = {
    FIRST_FIELDS("3"),
    KL_ENUM(kl_ada_boost, loss, "linear", .flags = KL_KEYWORD_ONLY, .names = losses,
            .doc = "how distances, as shares e of the largest, count: e, e^2 or 1 - exp(-e)"),
    LEARNED_FIELDS,
};
static const kl_limit limits[] = {{"n_estimators", KL_AT_LEAST(1)},
                                  {"learning_rate", KL_ABOVE(0)},
                                  {"max_depth", KL_AT_LEAST(1)}};

#define SHARED_METHODS                                                                             \
    KL_EST_SUPERVISED_WEIGHTED,                                                                    \
    {.name = "feature_importances_", .call = importances, .returns = KL_KIND_BUFFER,               \
     .flags = KL_PROPERTY, .raises = "NotFittedError, AttributeError",                             \
     .doc = "The mean of those of the members by their weights; where members have none there is no such " \
            "attribute."},                                                                         \
    {.name = "estimators_", .call = estimators, .returns = KL_KIND_ARRAY, .item = KL_KIND_OBJECT,  \
     .flags = KL_PROPERTY, .raises = "NotFittedError", .doc = "The members."}

static const kl_method classifier_methods[] = {
    SHARED_METHODS,
    KL_EST_CLASSES,
    KL_EST_PROBA,
    KL_EST_DECISION,
    KL_EST_ROW("staged_predict", staged_labels_method, kl_est_x, KL_KIND_ARRAY,
               "predict(x) by the first members, after each: a list."),
    KL_EST_ROW("staged_predict_proba", staged_proba_method, kl_est_x, KL_KIND_ARRAY,
               "predict_proba(x) by the first members, after each: a list."),
    KL_EST_ROW("staged_decision_function", staged_decision_method, kl_est_x, KL_KIND_ARRAY,
               "decision_function(x) by the first members, after each: a list."),
    KL_EST_ROW("staged_score", staged_accuracy, kl_est_score_xy, KL_KIND_ARRAY,
               "score(x, y) by the first members, after each: a list."),
};
static const kl_method regressor_methods[] = {
    SHARED_METHODS,
    KL_EST_ROW("staged_predict", staged_numbers_method, kl_est_x, KL_KIND_ARRAY,
               "predict(x) by the first members, after each: a list."),
    KL_EST_ROW("staged_score", staged_r2, kl_est_score_xy, KL_KIND_ARRAY,
               "score(x, y) by the first members, after each: a list."),
};

static const kl_estimator_table classifier_table = {
    .kind = KL_EST_CLASSIFIER,
    .flags = KL_EST_SPARSE,
    .limits = KL_TABLE(limits),
    .fit = kl_ada_boost_fit,
    .proba = proba,
    .decide = decide,
    .restored = restored,
    .shapes = "estimator_weights_ = * | none; estimator_errors_ = * | none",
};
static const kl_estimator_table regressor_table = {
    .kind = KL_EST_REGRESSOR,
    .flags = KL_EST_SPARSE,
    .limits = KL_TABLE(limits),
    .fit = kl_ada_boost_fit,
    .predict = predict,
    .restored = restored,
    .shapes = "estimator_weights_ = * | none; estimator_errors_ = * | none",
};

static const kl_type ada_boost_classifier_type = {
    .name = "AdaBoostClassifier",
    KL_ESTIMATOR(kl_ada_boost),
    .doc = "Members learn one after another from rows that weigh more the more often they were got wrong, and vote "
           "with weights learning_rate (ln((1 - e) / e) + ln(K - 1)) of their weighted errors e (SAMME; Zhu, Zou, "
           "Rosset, Hastie 2009). It stops when a member is perfect, or no better than guessing.",
    .fields = KL_TABLE(classifier_fields),
    .methods = KL_TABLE(classifier_methods),
    .dispose = dispose,
    .extension = &classifier_table,
};
KL_PUBLISH(ada_boost_classifier_type);

static const kl_type ada_boost_regressor_type = {
    .name = "AdaBoostRegressor",
    KL_ESTIMATOR(kl_ada_boost),
    .doc = "Members learn one after another from rows drawn with probabilities that grow where the former ones were "
           "far off; the answer is the weighted median of theirs (AdaBoost.R2; Drucker 1997).",
    .fields = KL_TABLE(regressor_fields),
    .methods = KL_TABLE(regressor_methods),
    .dispose = dispose,
    .extension = &regressor_table,
};
KL_PUBLISH(ada_boost_regressor_type);
