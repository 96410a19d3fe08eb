/* src/ml/neighbors/k_neighbors.c - KNeighborsClassifier, KNeighborsRegressor: answers of the k nearest rows. */
#include "votes.h"

/* ---- classes ------------------------------------------------------------------------------------- */

static kl_status classifier_fit(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    kl_neighbors_model *model = (kl_neighbors_model *)self;
    kl_value made;
    KL_TRY(kl_indices_from(&made, in->codes, in->n, error));
    kl_learn(&model->codes, made);
    return kl_neighbors_keep(model, in, task, error);
}

static kl_status ask_votes(kl_votes *votes, const kl_neighbors_model *model, const kl_matrix *x, kl_task *task,
                           kl_error *error)
{
    double *distances;
    *votes = (kl_votes){.rows = x->rows, .classes = kl_labels_count(model->base.classes),
                        .codes = kl_indices(model->codes)};
    KL_TRY(kl_neighbors_ask(&votes->items, &distances, model, x, task, error));
    KL_TRY(kl_neighbors_even(&votes->starts, x->rows, (size_t)model->n_neighbors, task, error));
    return kl_neighbors_weigh(&votes->weights, model->weights, distances, x->rows, votes->starts, task, error);
}

static kl_status classifier_classify(int64_t *out, const kl_estimator *self, const kl_matrix *x, kl_task *task,
                                     kl_error *error)
{
    kl_votes votes;
    KL_TRY(ask_votes(&votes, (const kl_neighbors_model *)self, x, task, error));
    return kl_votes_winner(out, &votes, task, error);
}

static kl_status classifier_proba(kl_value *out, const kl_estimator *self, const kl_matrix *x, kl_task *task,
                                  kl_error *error)
{
    kl_votes votes;
    double *p;
    KL_TRY(ask_votes(&votes, (const kl_neighbors_model *)self, x, task, error));
    KL_TRY(kl_table_new(out, &p, x->rows, votes.classes, error));
    kl_votes_shares(p, &votes);
    return KL_OK;
}

/* ---- numbers ------------------------------------------------------------------------------------- */

static kl_status regressor_fit(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    kl_neighbors_model *model = (kl_neighbors_model *)self;
    kl_value made;
    KL_TRY(kl_table_from(&made, in->y, in->n, in->outputs, error));
    kl_learn(&model->targets, made);
    return kl_neighbors_keep(model, in, task, error);
}

static kl_status regressor_predict(double *out, const kl_estimator *self, const kl_matrix *x, kl_task *task,
                                   kl_error *error)
{
    const kl_neighbors_model *model = (const kl_neighbors_model *)self;
    int64_t *items;
    double *distances, *weights;
    size_t *starts;
    KL_TRY(kl_neighbors_ask(&items, &distances, model, x, task, error));
    KL_TRY(kl_neighbors_even(&starts, x->rows, (size_t)model->n_neighbors, task, error));
    KL_TRY(kl_neighbors_weigh(&weights, model->weights, distances, x->rows, starts, task, error));
    kl_mean_targets(out, model, x->rows, starts, items, weights);
    return KL_OK;
}

/* ---- the types ----------------------------------------------------------------------------------- */

static const kl_field fields[] = {
    KL_COUNT_FIELD(kl_neighbors_model, n_neighbors, 5, .doc = "how many rows answer; >= 1, at most the rows of fit()"),
    KL_NEIGHBORS_FIELDS,
};
static const kl_limit limits[] = {{"n_neighbors", KL_AT_LEAST(1)}, KL_NEIGHBORS_LIMITS};

static const kl_method classifier_methods[] = {KL_EST_SUPERVISED, KL_EST_CLASSES, KL_EST_PROBA,
                                               KL_NEIGHBORS_K_METHODS};
static const kl_method regressor_methods[] = {KL_EST_SUPERVISED, KL_NEIGHBORS_K_METHODS};

static const kl_estimator_table classifier_table = {
    .kind = KL_EST_CLASSIFIER,
    .flags = KL_EST_ONE_CLASS_OK,
    .limits = KL_TABLE(limits),
    .fit = classifier_fit,
    .classify = classifier_classify,
    .proba = classifier_proba,
    .restored = kl_neighbors_restored,
    .shapes = "rows = n_samples_fit_ features; codes = int n_samples_fit_ < classes; "
              "squares = n_samples_fit_ | none; tree_order = int n_samples_fit_ < n_samples_fit_ | none; "
              "tree_points = n_samples_fit_ features | none; tree_boxes = * * | none",
};
static const kl_estimator_table regressor_table = {
    .kind = KL_EST_REGRESSOR,
    .flags = KL_EST_MULTI_OUTPUT,
    .limits = KL_TABLE(limits),
    .fit = regressor_fit,
    .predict = regressor_predict,
    .restored = kl_neighbors_restored,
    .shapes = "rows = n_samples_fit_ features; targets = n_samples_fit_ outputs; "
              "squares = n_samples_fit_ | none; tree_order = int n_samples_fit_ < n_samples_fit_ | none; "
              "tree_points = n_samples_fit_ features | none; tree_boxes = * * | none",
};

const kl_type kl_k_neighbors_classifier_type = {
    .name = "KNeighborsClassifier",
    KL_ESTIMATOR(kl_neighbors_model),
    .repr_fields = "n_neighbors",
    .doc = "The class that most of the k nearest rows have (Fix and Hodges 1951; Cover and Hart 1967). Of rows at "
           "equal distance the lower number is nearer; of classes with equal votes the first wins.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(classifier_methods),
    .extension = &classifier_table,
};
KL_PUBLISH(kl_k_neighbors_classifier_type);

const kl_type kl_k_neighbors_regressor_type = {
    .name = "KNeighborsRegressor",
    KL_ESTIMATOR(kl_neighbors_model),
    .repr_fields = "n_neighbors",
    .doc = "The mean of y of the k nearest rows. y may have several columns. Of rows at equal distance the lower "
           "number is nearer.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(regressor_methods),
    .extension = &regressor_table,
};
KL_PUBLISH(kl_k_neighbors_regressor_type);
