/* src/ml/boost/types.c - HistGradientBoostingClassifier and HistGradientBoostingRegressor: answers, methods, tables. */
#include "hist_boost.h"

#include "ml/kernels.h"

#include <math.h>

kl_hist_walk kl_hist_walk_of(const kl_hist_boost *model)
{
    return (kl_hist_walk){.nodes = (const kl_hist_node *)kl_indices(model->nodes),
                          .starts = kl_indices(model->starts),
                          .sets = (const kl_bin_set *)kl_indices(model->sets),
                          .categories = kl_doubles(model->categories),
                          .category_starts = kl_indices(model->category_starts)};
}

/* ---- answers --------------------------------------------------------------------------------------------- */

static void begin_raw(double *raw, const kl_hist_boost *self, size_t rows)
{
    const double *baseline = kl_doubles(self->baseline);
    size_t columns = (size_t)self->n_trees_per_iteration_;
    for (size_t i = 0; i < rows; i++)
        memcpy(raw + i * columns, baseline, columns * sizeof *raw);
}

/* Add the trees of rounds first to last - 1; raw is rows x columns. */
static void add_rounds(double *raw, const kl_hist_boost *self, const kl_matrix *x, size_t first, size_t last)
{
    kl_hist_walk walk = kl_hist_walk_of(self);
    size_t columns = (size_t)self->n_trees_per_iteration_;
    for (size_t k = 0; k < columns; k++)
        kl_hist_add(raw + k, columns, &walk, first * columns + k, last * columns, columns, x);
}

static kl_status predict(double *out, const kl_estimator *base, const kl_matrix *x, kl_task *task, kl_error *error)
{
    const kl_hist_boost *self = (const kl_hist_boost *)base;
    kl_hist_loss loss = kl_hist_loss_of(self);
    (void)task;
    (void)error;
    begin_raw(out, self, x->rows);
    add_rounds(out, self, x, 0, (size_t)self->n_iter_);
    kl_hist_invert(out, &loss, x->rows);
    return KL_OK;
}

/* What raw predictions are shown as; raw may be changed. Given. */
typedef kl_status shown(kl_value *out, const kl_hist_boost *self, double *raw, size_t rows, kl_error *error);

static kl_status show_numbers(kl_value *out, const kl_hist_boost *self, double *raw, size_t rows, kl_error *error)
{
    kl_hist_loss loss = kl_hist_loss_of(self);
    kl_hist_invert(raw, &loss, rows);
    return kl_vector_from(out, raw, rows, error);
}

static kl_status show_raw(kl_value *out, const kl_hist_boost *self, double *raw, size_t rows, kl_error *error)
{
    size_t columns = (size_t)self->n_trees_per_iteration_;
    return columns == 1 ? kl_vector_from(out, raw, rows, error) : kl_table_from(out, raw, rows, columns, error);
}

static kl_status show_proba(kl_value *out, const kl_hist_boost *self, double *raw, size_t rows, kl_error *error)
{
    size_t columns = (size_t)self->n_trees_per_iteration_;
    double *to;
    if (columns > 1) {
        kl_kernels()->softmax_rows(raw, rows, columns, NULL);
        return kl_table_from(out, raw, rows, columns, error);
    }
    KL_TRY(kl_table_new(out, &to, rows, 2, error));
    kl_kernels()->sigmoid(raw, raw, rows);
    for (size_t i = 0; i < rows; i++) {
        to[2 * i] = 1 - raw[i];
        to[2 * i + 1] = raw[i];
    }
    return KL_OK;
}

static kl_status show_labels(kl_value *out, const kl_hist_boost *self, double *raw, size_t rows, kl_error *error)
{
    size_t columns = (size_t)self->n_trees_per_iteration_;
    int64_t *codes = kl_alloc(KL_MAX(rows, 1) * sizeof *codes);
    if (!codes)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < rows && columns == 1; i++)
        codes[i] = raw[i] > 0;
    if (columns > 1)
        kl_kernels()->argmax_rows(codes, raw, rows, columns);
    kl_status status = kl_labels_decode(out, self->base.classes, codes, rows, error);
    kl_free(codes);
    return status;
}

static kl_status answer(kl_value *out, const kl_estimator *base, const kl_matrix *x, shown *show, kl_task *task,
                        kl_error *error)
{
    const kl_hist_boost *self = (const kl_hist_boost *)base;
    double *raw;
    KL_TAKE_RAW(raw, task, x->rows * (size_t)self->n_trees_per_iteration_ + 1, error);
    begin_raw(raw, self, x->rows);
    add_rounds(raw, self, x, 0, (size_t)self->n_iter_);
    return show(out, self, raw, x->rows, error);
}

static kl_status decide(kl_value *out, const kl_estimator *self, const kl_matrix *x, kl_task *task, kl_error *error)
{
    return answer(out, self, x, show_raw, task, error);
}

static kl_status proba(kl_value *out, const kl_estimator *self, const kl_matrix *x, kl_task *task, kl_error *error)
{
    return answer(out, self, x, show_proba, task, error);
}

/* ---- round by round -------------------------------------------------------------------------------------- */

static kl_status push_rounds(kl_value *list, const kl_hist_boost *self, const kl_matrix *x, shown *show,
                             kl_task *task, kl_error *error)
{
    size_t count = x->rows * (size_t)self->n_trees_per_iteration_;
    double *raw, *copy;
    kl_value item;
    KL_TAKE_RAW(raw, task, count + 1, error);
    KL_TAKE_RAW(copy, task, count + 1, error);
    begin_raw(raw, self, x->rows);
    for (size_t i = 0; i < (size_t)self->n_iter_; i++) {
        add_rounds(raw, self, x, i, i + 1);
        memcpy(copy, raw, count * sizeof *raw);
        KL_TRY(show(&item, self, copy, x->rows, error));
        KL_TRY(kl_array_push(list, item, error));
    }
    return KL_OK;
}

static kl_status staged(kl_value *out, const kl_estimator *base, const kl_matrix *x, shown *show, kl_task *task,
                        kl_error *error)
{
    const kl_hist_boost *self = (const kl_hist_boost *)base;
    kl_value list;
    KL_TRY(kl_array_new(&list, (size_t)self->n_iter_, error));
    kl_status status = push_rounds(&list, self, x, show, task, error);
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
    }                                                                                              \
    static kl_status name##_method(kl_value *out, kl_object *self, const kl_value *args,           \
                                   kl_error *error)                                                \
    {                                                                                              \
        return kl_estimator_ask(out, (const kl_estimator *)self, args[0], name, error);            \
    }
STAGED(staged_numbers, show_numbers)
STAGED(staged_raw, show_raw)
STAGED(staged_proba, show_proba)
STAGED(staged_labels, show_labels)

/* ---- what came from a file ------------------------------------------------------------------------------- */

static bool node_is_sound(const kl_hist_boost *self, kl_hist_node node, size_t at, size_t count)
{
    size_t left = node.link & KL_HIST_LEFT, feature = kl_hist_feature(node);
    if (node.link & KL_HIST_LEAF)
        return true;
    if (left <= at || left + 1 >= count || feature >= (size_t)self->base.features)
        return false;
    if (!(node.link & KL_HIST_CATEGORY))
        return true;
    return kl_array_axis(self->category_starts, 0) == (size_t)self->base.features + 1 && node.number >= 0 &&
           node.number < (double)kl_array_axis(self->sets, 0) && node.number == floor(node.number);
}

static bool trees_are_sound(const kl_hist_boost *self)
{
    kl_hist_walk walk = kl_hist_walk_of(self);
    size_t trees = kl_array_axis(self->starts, 0), count = kl_array_axis(self->nodes, 0);
    if (!kl_is_table(self->nodes, 'q', KL_ANY_COUNT, 2) || !kl_is_vector(self->starts, 'q', KL_ANY_COUNT))
        return false;
    for (size_t t = 0; t < trees; t++) {
        int64_t begin = walk.starts[t], end = t + 1 < trees ? walk.starts[t + 1] : (int64_t)count;
        if (begin < 0 || begin >= end || end > (int64_t)count)
            return false;
        for (int64_t i = begin; i < end; i++)
            if (!node_is_sound(self, walk.nodes[i], (size_t)(i - begin), (size_t)(end - begin)))
                return false;
    }
    return true;
}

static bool categories_are_sound(const kl_hist_boost *self)
{
    const int64_t *starts = kl_indices(self->category_starts);
    int64_t count = (int64_t)kl_array_axis(self->categories, 0);
    size_t d = (size_t)self->base.features;
    if (!kl_is_null(self->sets) && !kl_is_table(self->sets, 'q', KL_ANY_COUNT, 4))
        return false;
    if (kl_is_null(self->category_starts))
        return true;
    if (!kl_is_vector(self->category_starts, 'q', d + 1) ||
        !kl_is_vector(self->categories, 'd', KL_ANY_COUNT) || starts[0] != 0 || starts[d] != count)
        return false;
    for (size_t f = 0; f < d; f++)
        if (starts[f] > starts[f + 1] || starts[f + 1] - starts[f] > UINT8_MAX)
            return false;
    return true;
}

static kl_status restored(kl_estimator *base, kl_error *error)
{
    const kl_hist_boost *self = (const kl_hist_boost *)base;
    if (!base->is_model)
        return KL_OK;
    size_t columns = kl_hist_loss_of(self).columns;
    bool is_sound = self->n_trees_per_iteration_ == (int64_t)columns && self->n_iter_ >= 0 &&
                    kl_is_vector(self->baseline, 'd', columns) &&
                    kl_array_axis(self->starts, 0) == (size_t)self->n_iter_ * columns &&
                    categories_are_sound(self) && trees_are_sound(self);
    return is_sound ? KL_OK : kl_error_set(error, KL_INVALID, "the trees are damaged");
}

/* ---- tables ---------------------------------------------------------------------------------------------- */

static const char *const losses[] = {"squared_error", "absolute_error", "gamma", "poisson", "quantile", NULL};
static const char *const class_losses[] = {"log_loss", NULL};

#define FIRST_FIELDS                                                                               \
    KL_INT(kl_hist_boost, max_iter, 100, .doc = "rounds, each of which adds a tree (one a class for more than two "    \
           "classes); >= 1"),                                                                      \
        KL_DOUBLE(kl_hist_boost, learning_rate, 0.1, .doc = "what the answers of trees are multiplied by; > 0"),       \
        KL_VALUE(kl_hist_boost, max_depth, .kind = KL_KIND_INT, .fallback = "6", .flags = KL_OPTIONAL,                 \
                 .doc = "most splits above a leaf, >= 1; None = any"),                             \
        KL_INT(kl_hist_boost, max_bins, 255, .doc = "most bins of a feature, beside the one of missing values; in "    \
               "[2, 255]")
#define MORE_FIELDS                                                                                \
    KL_VALUE(kl_hist_boost, max_leaf_nodes, .kind = KL_KIND_INT, .fallback = "31",                 \
             .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,                                               \
             .doc = "most leaves of a tree, >= 2; None = any"),                                    \
        KL_INT(kl_hist_boost, min_samples_leaf, 20, .flags = KL_KEYWORD_ONLY, .doc = "fewest rows of a leaf; >= 1"),   \
        KL_DOUBLE(kl_hist_boost, l2_regularization, 0.0, .flags = KL_KEYWORD_ONLY,                 \
                  .doc = "added to the hessian of a leaf, so that small ones answer less; >= 0"),  \
        KL_DOUBLE(kl_hist_boost, max_features, 1.0, .flags = KL_KEYWORD_ONLY,                      \
                  .doc = "share of the features that are looked at for a split, drawn anew for each; in (0, 1]"),      \
        KL_VALUE(kl_hist_boost, categorical_features, .kind = KL_KIND_ANY,                         \
                 .flags = KL_OPTIONAL | KL_KEYWORD_ONLY | KL_DATA,                                 \
                 .doc = "columns whose numbers are names of at most max_bins categories: their numbers, their names, " \
                        "or True or False for each; None = none. What was not seen in fit() counts as missing"),       \
        KL_VALUE(kl_hist_boost, monotonic_cst, .kind = KL_KIND_ANY,                                \
                 .flags = KL_OPTIONAL | KL_KEYWORD_ONLY | KL_DATA,                                 \
                 .doc = "for each feature 1 = the answer (of two classes: the probability of the second) never falls " \
                        "with it, -1 = never rises, 0 = any; or a dict by names of columns; None = 0 for all"),        \
        KL_VALUE(kl_hist_boost, interaction_cst, .kind = KL_KIND_ANY,                              \
                 .flags = KL_OPTIONAL | KL_KEYWORD_ONLY | KL_FOREIGN,                              \
                 .doc = "which features may occur together on the way to a leaf: a list of groups of column numbers " \
                        "(columns of none of them are one more), 'pairwise', 'no_interactions'; None = all"),          \
        KL_BOOL(kl_hist_boost, warm_start, false, .flags = KL_KEYWORD_ONLY,                        \
                .doc = "fit() goes on from the rounds that were learned, up to max_iter of them"), \
        KL_VALUE(kl_hist_boost, early_stopping, .kind = KL_KIND_ANY, .fallback = "\"auto\"",       \
                 .flags = KL_KEYWORD_ONLY,                                                         \
                 .doc = "whether to stop when the score gets no better; 'auto' = with more than 10000 rows"),          \
        KL_VALUE(kl_hist_boost, scoring, .kind = KL_KIND_STRING, .fallback = "\"loss\"",           \
                 .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,                                           \
                 .doc = "the score for early stopping: 'loss' (minus it); of regressors 'r2', "    \
                        "'neg_mean_squared_error', 'neg_root_mean_squared_error', 'neg_mean_absolute_error'; of "      \
                        "classifiers 'accuracy', 'neg_log_loss'; None = r2, or accuracy"),         \
        KL_VALUE(kl_hist_boost, validation_fraction, .kind = KL_KIND_NUMBER, .fallback = "0.1",    \
                 .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,                                           \
                 .doc = "rows that are set aside for that score: a share in (0, 1), or a number of rows; None = the "  \
                        "score is that of the rows learned from"),                                 \
        KL_INT(kl_hist_boost, n_iter_no_change, 10, .flags = KL_KEYWORD_ONLY,                      \
               .doc = "stop when the score was not better for so many rounds; >= 1"),              \
        KL_DOUBLE(kl_hist_boost, tol, 1e-07, .flags = KL_KEYWORD_ONLY,                             \
                  .doc = "by how much a score must be higher to count as better; >= 0"),           \
        KL_INT(kl_hist_boost, verbose, 0, .flags = KL_KEYWORD_ONLY, .doc = "1 = tell progress"),   \
        KL_RANDOM_STATE(kl_hist_boost, | KL_KEYWORD_ONLY),                                         \
        KL_LEARNED_INT(kl_hist_boost, n_iter_, .doc = "rounds"),                                   \
        KL_LEARNED_INT(kl_hist_boost, n_trees_per_iteration_, .doc = "trees of a round"),          \
        KL_LEARNED_BOOL(kl_hist_boost, do_early_stopping_, .doc = "whether it could stop early"),  \
        KL_LEARNED_ARRAY(kl_hist_boost, train_score_,                                              \
                         .doc = "the score of the rows learned from, before the first round and after each; empty "    \
                                "without early stopping"),                                         \
        KL_LEARNED_ARRAY(kl_hist_boost, validation_score_, .doc = "that of the rows set aside"),   \
        KL_LEARNED_ARRAY(kl_hist_boost, is_categorical_, .doc = "for each feature whether its numbers are names of "   \
                         "categories; None when no one's are"),                                    \
        KL_KEPT_INT(kl_hist_boost, seed, .doc = "of the random numbers, to go on with"),           \
        KL_KEPT_ARRAY(kl_hist_boost, baseline, .doc = "what the trees are added to"),              \
        KL_KEPT_ARRAY(kl_hist_boost, nodes, .doc = "the trees of the model"),                      \
        KL_KEPT_ARRAY(kl_hist_boost, starts, .doc = "where each of them begins"),                  \
        KL_KEPT_ARRAY(kl_hist_boost, sets, .doc = "categories that go left"),                      \
        KL_KEPT_ARRAY(kl_hist_boost, categories, .doc = "their values"),                           \
        KL_KEPT_ARRAY(kl_hist_boost, category_starts, .doc = "where those of each feature begin")

static const kl_field regressor_fields[] = {
    FIRST_FIELDS,
    KL_ENUM(kl_hist_boost, loss, "squared_error", .names = losses, .flags = KL_KEYWORD_ONLY,
            .doc = "what is made small; gamma and poisson predict by the logarithm, for y > 0 and y >= 0"),
    KL_VALUE(kl_hist_boost, quantile, .kind = KL_KIND_DOUBLE, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "which quantile is predicted for loss='quantile'; in [0, 1]"),
    MORE_FIELDS,
};
static const kl_field classifier_fields[] = {
    FIRST_FIELDS,
    KL_ENUM(kl_hist_boost, loss, "log_loss", .names = class_losses, .flags = KL_KEYWORD_ONLY,
            .doc = "what is made small: minus the logarithm of the probability of the right class"),
    KL_VALUE(kl_hist_boost, class_weight, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_FOREIGN | KL_KEYWORD_ONLY,
             .doc = "what the rows of each class count: a dict from label to weight (1 where a label is missing), "
                    "'balanced' = rows / (classes x rows of the class), or None = 1"),
    MORE_FIELDS,
};

#define LIMITS                                                                                     \
    {"max_iter", KL_AT_LEAST(1)}, {"learning_rate", KL_ABOVE(0)}, {"max_depth", KL_AT_LEAST(1)},   \
        {"max_bins", KL_BETWEEN(2, 255)}, {"max_leaf_nodes", KL_AT_LEAST(2)},                      \
        {"min_samples_leaf", KL_AT_LEAST(1)}, {"l2_regularization", KL_AT_LEAST(0)},               \
        {"max_features", KL_ABOVE_UP_TO(0, 1)}, {"n_iter_no_change", KL_AT_LEAST(1)},              \
        {"tol", KL_AT_LEAST(0)}, {"verbose", KL_AT_LEAST(0)}
static const kl_limit regressor_limits[] = {LIMITS, {"quantile", KL_BETWEEN(0, 1)}};
static const kl_limit classifier_limits[] = {LIMITS};

static const kl_method regressor_methods[] = {
    KL_EST_SUPERVISED_WEIGHTED,
    KL_EST_ROW("staged_predict", staged_numbers_method, kl_est_x, KL_KIND_ARRAY,
               "predict(x) after each round: a list."),
};
static const kl_method classifier_methods[] = {
    KL_EST_SUPERVISED_WEIGHTED,
    KL_EST_CLASSES,
    KL_EST_PROBA,
    KL_EST_DECISION,
    KL_EST_ROW("staged_predict", staged_labels_method, kl_est_x, KL_KIND_ARRAY,
               "predict(x) after each round: a list."),
    KL_EST_ROW("staged_predict_proba", staged_proba_method, kl_est_x, KL_KIND_ARRAY,
               "predict_proba(x) after each round: a list."),
    KL_EST_ROW("staged_decision_function", staged_raw_method, kl_est_x, KL_KIND_ARRAY,
               "decision_function(x) after each round: a list."),
};

static const kl_estimator_table regressor_table = {
    .kind = KL_EST_REGRESSOR,
    .flags = KL_EST_NAN_OK,
    .limits = KL_TABLE(regressor_limits),
    .fit = kl_hist_fit,
    .predict = predict,
    .restored = restored,
    .shapes = "train_score_ = * | none; validation_score_ = * | none; baseline = * | none",
};
static const kl_estimator_table classifier_table = {
    .kind = KL_EST_CLASSIFIER,
    .flags = KL_EST_NAN_OK,
    .limits = KL_TABLE(classifier_limits),
    .fit = kl_hist_fit,
    .proba = proba,
    .decide = decide,
    .restored = restored,
    .shapes = "train_score_ = * | none; validation_score_ = * | none; baseline = * | none",
};

#define HOW                                                                                        \
    "Features are cut into bins of about as many rows each; trees grow leaf by leaf, the best split first, on histograms " \
    "of gradients and hessians. Missing values go to the side where they fit better, and where none was seen in fit(), "   \
    "to the larger one"

const kl_type kl_hist_gradient_boosting_regressor_type = {
    .name = "HistGradientBoostingRegressor",
    KL_ESTIMATOR(kl_hist_boost),
    .doc = "Gradient boosting on histograms (Friedman 2001; Chen and Guestrin 2016; Ke and others, LightGBM, 2017). " HOW ".",
    .fields = KL_TABLE(regressor_fields),
    .methods = KL_TABLE(regressor_methods),
    .extension = &regressor_table,
};
KL_PUBLISH(kl_hist_gradient_boosting_regressor_type);

const kl_type kl_hist_gradient_boosting_classifier_type = {
    .name = "HistGradientBoostingClassifier",
    KL_ESTIMATOR(kl_hist_boost),
    .doc = "Gradient boosting on histograms (Friedman 2001; Chen and Guestrin 2016; Ke and others, LightGBM, 2017). " HOW
           "; for more than two classes a round has a tree for each.",
    .fields = KL_TABLE(classifier_fields),
    .methods = KL_TABLE(classifier_methods),
    .extension = &classifier_table,
};
KL_PUBLISH(kl_hist_gradient_boosting_classifier_type);
