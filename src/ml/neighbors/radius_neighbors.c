/* src/ml/neighbors/radius_neighbors.c - RadiusNeighborsClassifier, RadiusNeighborsRegressor: answers of all rows that
 * are near enough. */
#include "votes.h"

#include "ml/kernels.h"

static kl_status ask_within(kl_neighbor_lists *lists, double **weights, const kl_neighbors_model *model,
                            const kl_matrix *x, kl_task *task, kl_error *error)
{
    kl_neighbor_index index;
    kl_neighbors_open(&index, model);
    KL_TRY(kl_neighbors_within(lists, &index, x->data, x->rows, model->radius, 0, task, error));
    return kl_neighbors_weigh(weights, model->weights, lists->distances, x->rows, lists->starts, task, error);
}

/* ---- classes ------------------------------------------------------------------------------------- */

static kl_status find_outlier(int64_t *out, kl_value label, kl_value classes, kl_error *error)
{
    for (size_t c = 0; c < kl_labels_count(classes); c++) {
        const double *numbers = kl_doubles(classes);
        bool same = numbers ? kl_is_number(label) && kl_as_double(label) == numbers[c]
                            : kl_is(label, KL_KIND_STRING) &&
                                  kl_text_equal(kl_as_text(label), kl_as_text(kl_array_at(classes, c)));
        if (same) {
            *out = (int64_t)c;
            return KL_OK;
        }
    }
    return kl_bad_parameter(error, "outlier_label", "one of the classes, 'most_frequent' or None", label);
}

static kl_status keep_outlier(kl_neighbors_model *model, const kl_fit *in, kl_task *task, kl_error *error)
{
    kl_value labels;
    model->outlier = -1;
    if (kl_is_null(model->outlier_label))
        return KL_OK;
    if (kl_word_is(model->outlier_label, "most_frequent")) {
        double *counts;
        KL_TAKE(counts, task, in->classes, error);
        for (size_t i = 0; i < in->n; i++)
            counts[in->codes[i]]++;
        model->outlier = (int64_t)kl_kernels()->argmax(counts, in->classes);
    } else {
        KL_TRY(find_outlier(&model->outlier, model->outlier_label, model->base.classes, error));
    }
    const double *numbers = kl_doubles(model->base.classes);
    KL_TRY(kl_array_new(&labels, 1, error));
    kl_learn(&model->outlier_label_, labels);
    kl_value label = numbers ? kl_double(numbers[model->outlier])
                             : kl_value_retain(kl_array_at(model->base.classes, (size_t)model->outlier));
    return kl_array_push(&model->outlier_label_, label, error);
}

static kl_status classifier_fit(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    kl_neighbors_model *model = (kl_neighbors_model *)self;
    kl_value made;
    KL_TRY(keep_outlier(model, in, task, error));
    KL_TRY(kl_indices_from(&made, in->codes, in->n, error));
    kl_learn(&model->codes, made);
    return kl_neighbors_keep(model, in, task, error);
}

static kl_status ask_votes(kl_votes *votes, const kl_neighbors_model *model, const kl_matrix *x, kl_task *task,
                           kl_error *error)
{
    kl_neighbor_lists lists;
    *votes = (kl_votes){.rows = x->rows, .classes = kl_labels_count(model->base.classes),
                        .codes = kl_indices(model->codes)};
    KL_TRY(ask_within(&lists, &votes->weights, model, x, task, error));
    votes->starts = lists.starts;
    votes->items = lists.items;
    for (size_t i = 0; i < x->rows && model->outlier < 0; i++)
        if (lists.starts[i] == lists.starts[i + 1])
            return kl_bad_input(error,
                                "row %zu has no neighbour within radius %.15g; a larger radius or an outlier_label "
                                "would give an answer",
                                i, model->radius);
    return KL_OK;
}

static kl_status classifier_classify(int64_t *out, const kl_estimator *self, const kl_matrix *x, kl_task *task,
                                     kl_error *error)
{
    const kl_neighbors_model *model = (const kl_neighbors_model *)self;
    kl_votes votes;
    KL_TRY(ask_votes(&votes, model, x, task, error));
    KL_TRY(kl_votes_winner(out, &votes, task, error));
    for (size_t i = 0; i < x->rows; i++)
        if (votes.starts[i] == votes.starts[i + 1])
            out[i] = model->outlier;
    return KL_OK;
}

static kl_status classifier_proba(kl_value *out, const kl_estimator *self, const kl_matrix *x, kl_task *task,
                                  kl_error *error)
{
    const kl_neighbors_model *model = (const kl_neighbors_model *)self;
    kl_votes votes;
    double *p;
    KL_TRY(ask_votes(&votes, model, x, task, error));
    KL_TRY(kl_table_new(out, &p, x->rows, votes.classes, error));
    kl_votes_shares(p, &votes);
    for (size_t i = 0; i < x->rows; i++)
        if (votes.starts[i] == votes.starts[i + 1])
            p[i * votes.classes + (size_t)model->outlier] = 1;
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
    kl_neighbor_lists lists;
    double *weights;
    size_t alone = 0;
    KL_TRY(ask_within(&lists, &weights, model, x, task, error));
    kl_mean_targets(out, model, x->rows, lists.starts, lists.items, weights);
    for (size_t i = 0; i < x->rows; i++)
        alone += lists.starts[i] == lists.starts[i + 1];
    if (alone == 0)
        return KL_OK;
    return kl_warn(error, "%zu rows have no neighbour within radius %.15g; their answer is NaN", alone, model->radius);
}

/* ---- the types ----------------------------------------------------------------------------------- */

#define RADIUS_FIELD                                                                               \
    KL_DOUBLE(kl_neighbors_model, radius, 1.0, .doc = "largest distance of a row that answers, itself included; >= 0")

static const kl_field classifier_fields[] = {
    RADIUS_FIELD,
    KL_VALUE(kl_neighbors_model, outlier_label, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "class of rows without a neighbour: a label of y, or 'most_frequent'; None = such rows are refused"),
    KL_NEIGHBORS_FIELDS,
    KL_LEARNED_VALUE(kl_neighbors_model, outlier_label_, .doc = "label of rows without a neighbour, in a list; None = refused"),
};
static const kl_field regressor_fields[] = {RADIUS_FIELD, KL_NEIGHBORS_FIELDS};
static const kl_limit limits[] = {{"radius", KL_AT_LEAST(0)}, KL_NEIGHBORS_LIMITS};

static const kl_method classifier_methods[] = {KL_EST_SUPERVISED, KL_EST_CLASSES, KL_EST_PROBA,
                                               KL_NEIGHBORS_RADIUS_METHODS};
static const kl_method regressor_methods[] = {KL_EST_SUPERVISED, KL_NEIGHBORS_RADIUS_METHODS};

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

const kl_type kl_radius_neighbors_classifier_type = {
    .name = "RadiusNeighborsClassifier",
    KL_ESTIMATOR(kl_neighbors_model),
    .repr_fields = "radius",
    .doc = "The class that most of the rows within a radius have; of classes with equal votes the first wins.",
    .fields = KL_TABLE(classifier_fields),
    .methods = KL_TABLE(classifier_methods),
    .extension = &classifier_table,
};
KL_PUBLISH(kl_radius_neighbors_classifier_type);

const kl_type kl_radius_neighbors_regressor_type = {
    .name = "RadiusNeighborsRegressor",
    KL_ESTIMATOR(kl_neighbors_model),
    .repr_fields = "radius",
    .doc = "The mean of y of the rows within a radius; NaN, with a warning, where there are none. y may have several "
           "columns.",
    .fields = KL_TABLE(regressor_fields),
    .methods = KL_TABLE(regressor_methods),
    .extension = &regressor_table,
};
KL_PUBLISH(kl_radius_neighbors_regressor_type);
