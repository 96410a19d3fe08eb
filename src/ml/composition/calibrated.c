/* src/ml/composition/calibrated.c - CalibratedClassifierCV: a classifier whose probabilities are frequencies. */
#include "ml/shapes.h"
#include "calibration.h"
#include "holding.h"

#include "ml/estimator_parts.h"
#include "ml/model_selection/splitter.h"

#include <math.h>

typedef struct calibrated {
    kl_estimator base;
    kl_value method, cv, estimator, n_jobs, ensemble;
    kl_value estimators;   /* array of fitted classifiers; null for a column of decisions */
    kl_value curves;       /* array, for each of them an array of curves, one for each class (one for two) */
} calibrated;

static kl_status check(kl_object *object, kl_error *error)
{
    calibrated *self = (calibrated *)object;
    kl_value model;
    if (kl_is_null(self->estimator))
        return KL_OK;
    KL_TRY(kl_model_resolve(&model, self->estimator, "estimator", error));
    kl_value_replace(&self->estimator, model);
    return KL_OK;
}

static bool is_sigmoid(const calibrated *self) { return kl_word_is(self->method, "sigmoid"); }
static bool is_prefit(const calibrated *self) { return kl_word_is(self->cv, "prefit"); }

/* ---- curves ------------------------------------------------------------------------------------------------ */

/* A curve as an array: a and b of a sigmoid; or x and y of points, one row after the other. */
static kl_status fit_curve(kl_value *out, const calibrated *self, const double *f, const double *y,
                           const double *weights, size_t n, kl_task *task, kl_error *error)
{
    double sigmoid[2], *px, *py, *to;
    size_t count;
    if (is_sigmoid(self)) {
        KL_TRY(kl_sigmoid_fit(&sigmoid[0], &sigmoid[1], f, y, weights, n, task, error));
        return kl_vector_from(out, sigmoid, 2, error);
    }
    KL_TRY(kl_rising_fit(&px, &py, &count, f, y, weights, n, task, error));
    if (count == 0)
        return kl_bad_input(error, "a fold has no rows with a weight above 0 to calibrate on");
    KL_TRY(kl_table_new(out, &to, 2, count, error));
    memcpy(to, px, count * sizeof *to);
    memcpy(to + count, py, count * sizeof *to);
    return KL_OK;
}

static double curve_at(kl_value curve, bool sigmoid, double f)
{
    const double *numbers = kl_doubles(curve);
    size_t count = kl_array_axis(curve, 1);
    return sigmoid ? kl_sigmoid_at(numbers[0], numbers[1], f) : kl_rising_at(numbers, numbers + count, count, f);
}

/* ---- decisions --------------------------------------------------------------------------------------------- */

/* What a classifier says of each class: n x classes, of two classes n x 1. The classes that it knows are codes. Memory of
 * the task. */
static kl_status decisions(const double **out, size_t n, kl_value model, kl_value x, size_t classes, kl_task *task,
                           kl_error *error)
{
    kl_value answer;
    const double *numbers;
    size_t cols, width = classes == 2 ? 1 : classes;
    double *to;
    bool decides = kl_model_has(model, KL_OP_DECISION);
    if (!decides && !kl_model_has(model, KL_OP_PROBA))
        return kl_bad_input(error, "the estimator has neither decision_function() nor predict_proba()");
    KL_TAKE(to, task, n * width + 1, error);
    KL_TRY(kl_model_apply(&answer, model, decides ? KL_OP_DECISION : KL_OP_PROBA, x, error));
    kl_status status = kl_held_numbers(&numbers, n, &cols, answer, task, error);
    if (status == KL_OK && width > 1 && cols != width)
        status = kl_bad_input(error, "a fold has rows of %zu classes only, there are %zu; use fewer folds", cols, width);
    for (size_t i = 0; status == KL_OK && i < n; i++)
        for (size_t c = 0; c < width; c++)
            to[i * width + c] = numbers[i * cols + (width == 1 ? cols - 1 : c)];
    kl_value_release(answer);
    *out = to;
    return status;
}

/* Curves of all classes from decisions (n x width) and codes; given. */
static kl_status fit_curves(kl_value *out, const calibrated *self, const double *f, const double *codes,
                            const double *weights, size_t n, size_t classes, kl_task *task, kl_error *error)
{
    size_t width = classes == 2 ? 1 : classes;
    double *column, *target;
    kl_value list, curve;
    KL_TAKE(column, task, n + 1, error);
    KL_TAKE(target, task, n + 1, error);
    KL_TRY(kl_array_new(&list, width, error));
    for (size_t c = 0; c < width; c++) {
        for (size_t i = 0; i < n; i++) {
            column[i] = f[i * width + c];
            target[i] = codes[i] == (double)(width == 1 ? 1 : c);
        }
        kl_status status = fit_curve(&curve, self, column, target, weights, n, task, error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
        kl_array_push(&list, curve, NULL); /* has room */
    }
    *out = list;
    return KL_OK;
}

/* ---- folds ------------------------------------------------------------------------------------------------- */

typedef struct calibration {
    const calibrated *self;
    const kl_folds *folds;
    kl_value prototype, x, codes, weights;
    size_t classes;
    bool ensemble;
    double *decisions;     /* of all rows out of fold, when there is no ensemble */
    kl_value *models, *curves; /* one for each fold */
} calibration;

/* The curves of a classifier from rows it has not learned from. */
static kl_status calibrate(kl_value *curves, const calibration *run, kl_value model, kl_value x, kl_value codes,
                           kl_value weights, kl_task *task, kl_error *error)
{
    const double *f, *w;
    size_t n = kl_array_axis(codes, 0);
    KL_TRY(decisions(&f, n, model, x, run->classes, task, error));
    KL_TRY(kl_weights_read(&w, weights, n, task, error));
    return fit_curves(curves, run->self, f, kl_doubles(codes), w, n, run->classes, task, error);
}

static kl_status keep_decisions(const calibration *run, kl_value model, kl_value x, const kl_fold *fold, kl_task *task,
                                kl_error *error)
{
    const double *f;
    size_t width = run->classes == 2 ? 1 : run->classes;
    KL_TRY(decisions(&f, fold->test_count, model, x, run->classes, task, error));
    for (size_t i = 0; i < fold->test_count; i++)
        memcpy(run->decisions + (size_t)fold->test[i] * width, f + i * width, width * sizeof *f);
    return KL_OK;
}

/* Rows of x, codes and weights; end all three. */
static kl_status take(kl_value *out, const calibration *run, const int64_t *rows, size_t count, kl_error *error)
{
    KL_TRY(kl_data_take(&out[0], run->x, rows, count, error));
    KL_TRY(kl_data_take(&out[1], run->codes, rows, count, error));
    return kl_data_take(&out[2], run->weights, rows, count, error);
}

static kl_status run_fold(calibration *run, size_t number, kl_error *error)
{
    const kl_fold *fold = &run->folds->fold[number];
    kl_value train[3] = {kl_null(), kl_null(), kl_null()}, test[3] = {kl_null(), kl_null(), kl_null()};
    kl_value model = kl_null();
    kl_task task = KL_TASK_INIT;
    kl_status status;
    KL_TRY_OUT(take(train, run, fold->train, fold->train_count, error));
    KL_TRY_OUT(take(test, run, fold->test, fold->test_count, error));
    KL_TRY_OUT(kl_model_clone(&model, run->prototype, error));
    KL_TRY_OUT(kl_model_fit(model, train[0], train[1], train[2], error));
    if (!run->ensemble) {
        KL_TRY_OUT(keep_decisions(run, model, test[0], fold, &task, error));
        goto out;
    }
    KL_TRY_OUT(calibrate(&run->curves[number], run, model, test[0], test[1], test[2], &task, error));
    run->models[number] = kl_value_take(&model);
out:
    kl_value_release(model);
    kl_held_release(train, 3);
    kl_held_release(test, 3);
    kl_task_end(&task);
    return status;
}

static kl_status fold_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)block;
    for (size_t f = begin; f < end; f++)
        KL_TRY(run_fold(data, f, error));
    return KL_OK;
}

static kl_status run_folds(calibration *run, kl_error *error)
{
    if (kl_models_are_own(&run->prototype, 1))
        return kl_parallel_for(run->folds->count, 1, fold_block, run, error);
    return fold_block(run, 0, 0, run->folds->count, error);
}

/* ---- fit --------------------------------------------------------------------------------------------------- */

static kl_status keep(calibrated *self, const kl_value *models, const kl_value *curves, size_t count, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_held_list(&list, models, count, error));
    kl_learn(&self->estimators, list);
    KL_TRY(kl_held_list(&list, curves, count, error));
    kl_learn(&self->curves, list);
    return KL_OK;
}

/* One classifier that learned from all rows, one curve from what others said of rows they had not seen. */
static kl_status fit_single(calibrated *self, calibration *run, size_t n, kl_task *task, kl_error *error)
{
    kl_value model = kl_null(), curves = kl_null();
    const double *w;
    kl_status status;
    KL_TAKE(run->decisions, task, n * run->classes, error);
    KL_TRY(run_folds(run, error));
    KL_TRY_OUT(kl_weights_read(&w, run->weights, n, task, error));
    KL_TRY_OUT(fit_curves(&curves, self, run->decisions, kl_doubles(run->codes), w, n, run->classes, task, error));
    KL_TRY_OUT(kl_model_clone(&model, run->prototype, error));
    KL_TRY_OUT(kl_model_fit(model, run->x, run->codes, run->weights, error));
    KL_TRY_OUT(keep(self, &model, &curves, 1, error));
out:
    kl_value_release(model);
    kl_value_release(curves);
    return status;
}

static kl_status fit_ensemble(calibrated *self, calibration *run, kl_task *task, kl_error *error)
{
    KL_TAKE(run->models, task, run->folds->count, error);
    KL_TAKE(run->curves, task, run->folds->count, error);
    kl_status status = run_folds(run, error);
    if (status == KL_OK)
        status = keep(self, run->models, run->curves, run->folds->count, error);
    kl_held_release(run->models, run->folds->count);
    kl_held_release(run->curves, run->folds->count);
    return status;
}

/* The estimator is fitted already: all rows calibrate it. */
static kl_status fit_known(calibrated *self, const calibration *run, kl_task *task, kl_error *error)
{
    kl_value curves;
    KL_TRY(calibrate(&curves, run, run->prototype, run->x, run->codes, run->weights, task, error));
    kl_status status = keep(self, &run->prototype, &curves, 1, error);
    kl_value_release(curves);
    return status;
}

/* x is a column of decisions, of two classes. */
static kl_status fit_column(calibrated *self, const calibration *run, kl_task *task, kl_error *error)
{
    const double *f, *w;
    size_t n, cols;
    kl_value curves, none = kl_null();
    KL_TRY(kl_targets_read(&f, &n, &cols, run->x, "x", task, error));
    KL_TRY(kl_weights_read(&w, run->weights, n, task, error));
    KL_TRY(fit_curves(&curves, self, f, kl_doubles(run->codes), w, n, 2, task, error));
    kl_status status = keep(self, &none, &curves, 1, error);
    kl_value_release(curves);
    return status;
}

static kl_status fit_by_folds(calibrated *self, calibration *run, size_t n, kl_task *task, kl_error *error)
{
    kl_folds folds;
    kl_split_data data = {.n = n, .x = run->x, .y = run->codes, .groups = kl_null()};
    KL_TRY(kl_folds_of(&folds, self->cv, true, &data, task, error));
    run->folds = &folds;
    run->ensemble = !kl_is(self->ensemble, KL_KIND_BOOL) || kl_as_bool(self->ensemble);
    return run->ensemble ? fit_ensemble(self, run, task, error) : fit_single(self, run, n, task, error);
}

static kl_status prototype_of(kl_value *out, const calibrated *self, kl_error *error)
{
    kl_value name;
    if (!kl_is_null(self->estimator)) {
        *out = kl_value_retain(self->estimator);
        return KL_OK;
    }
    KL_TRY(kl_string_new(&name, KL_TEXT("LinearSVC"), error));
    kl_status status = kl_model_resolve(out, name, "estimator", error);
    kl_value_release(name);
    return status;
}

static kl_status fit(kl_estimator *model, const kl_fit *in, kl_task *task, kl_error *error)
{
    calibrated *self = (calibrated *)model;
    calibration run = {.self = self, .x = in->raw_x, .weights = kl_null(), .prototype = kl_null(),
                       .codes = kl_null()};
    int64_t *codes;
    size_t n;
    kl_status status;
    if (!kl_is(self->ensemble, KL_KIND_BOOL) && !kl_word_is(self->ensemble, "auto"))
        return kl_bad_parameter(error, "ensemble", "true, false or 'auto'", self->ensemble);
    KL_TRY(kl_held_note(model, in->raw_x, error));
    KL_TRY(kl_held_labels(&codes, model, in->raw_x, in->raw_y, 0, task, error));
    KL_TRY(kl_data_rows(&n, in->raw_x, "x", error));
    run.classes = kl_labels_count(model->classes);
    KL_TRY_OUT(kl_held_codes(&run.codes, codes, n, error));
    KL_TRY_OUT(kl_held_weights(&run.weights, in->raw_weights, n, task, error));
    if (kl_is_null(self->estimator) && model->features <= 1 && run.classes == 2) {
        KL_TRY_OUT(fit_column(self, &run, task, error));
        goto out;
    }
    KL_TRY_OUT(prototype_of(&run.prototype, self, error));
    KL_TRY_OUT(is_prefit(self) ? fit_known(self, &run, task, error) : fit_by_folds(self, &run, n, task, error));
out:
    kl_value_release(run.prototype);
    kl_value_release(run.codes);
    kl_value_release(run.weights);
    return status;
}

/* ---- answers ----------------------------------------------------------------------------------------------- */

/* Probabilities of one classifier, added to `sum`; those of a row add up to 1. */
static kl_status add_probabilities(double *sum, const calibrated *self, size_t which, kl_value x, size_t n,
                                   kl_task *task, kl_error *error)
{
    size_t classes = kl_labels_count(self->base.classes), width = classes == 2 ? 1 : classes, cols;
    kl_value model = kl_array_at(self->estimators, which), curves = kl_array_at(self->curves, which);
    const double *f;
    double *row;
    KL_TAKE(row, task, classes, error);
    if (kl_is_null(model))
        KL_TRY(kl_held_numbers(&f, n, &cols, x, task, error));
    else
        KL_TRY(decisions(&f, n, model, x, classes, task, error));
    for (size_t i = 0; i < n; i++) {
        double total = 0;
        for (size_t c = 0; c < width; c++)
            total += row[c] = curve_at(kl_array_at(curves, c), is_sigmoid(self), f[i * width + c]);
        if (width == 1) {
            sum[i * 2] += 1 - row[0];
            sum[i * 2 + 1] += row[0];
        }
        for (size_t c = 0; width > 1 && c < classes; c++)
            sum[i * classes + c] += total > 0 ? row[c] / total : 1 / (double)classes;
    }
    return KL_OK;
}

static kl_status proba(kl_value *out, const calibrated *self, kl_value x, kl_task *task, kl_error *error)
{
    size_t n, classes = kl_labels_count(self->base.classes), count = kl_array_len(self->curves);
    double *p;
    kl_value table;
    KL_TRY(kl_data_rows(&n, x, "x", error));
    KL_TRY(kl_table_new(&table, &p, n, classes, error));
    for (size_t m = 0; m < count; m++) {
        kl_status status = add_probabilities(p, self, m, x, n, task, error);
        if (status != KL_OK) {
            kl_value_release(table);
            return status;
        }
    }
    for (size_t i = 0; i < n * classes; i++)
        p[i] /= (double)count;
    *out = table;
    return KL_OK;
}

static kl_status predict(kl_value *out, const calibrated *self, kl_value x, kl_task *task, kl_error *error)
{
    kl_value table;
    int64_t *codes;
    KL_TRY(proba(&table, self, x, task, error));
    size_t n = kl_array_axis(table, 0), classes = kl_array_axis(table, 1);
    codes = kl_task_alloc(task, n + 1, sizeof *codes);
    for (size_t i = 0; codes && i < n; i++) {
        const double *row = kl_doubles(table) + i * classes;
        for (size_t c = 1; c < classes; c++)
            if (row[c] > row[codes[i]])
                codes[i] = (int64_t)c;
    }
    kl_value_release(table);
    return codes ? kl_labels_decode(out, self->base.classes, codes, n, error) : kl_error_no_memory(error);
}

static kl_status forward(kl_value *out, const kl_estimator *model, kl_operation operation, kl_value x, kl_task *task,
                         kl_error *error)
{
    const calibrated *self = (const calibrated *)model;
    return operation == KL_OP_PROBA ? proba(out, self, x, task, error) : predict(out, self, x, task, error);
}

static bool has(const kl_estimator *self, kl_operation operation)
{
    (void)self;
    return operation == KL_OP_PREDICT || operation == KL_OP_PROBA;
}

static kl_status score(double *out, const kl_estimator *model, const kl_fit *in, kl_task *task, kl_error *error)
{
    kl_value answer;
    KL_TRY(predict(&answer, (const calibrated *)model, in->raw_x, task, error));
    kl_status status = kl_held_score(out, true, in->raw_y, answer, in->raw_weights, task, error);
    kl_value_release(answer);
    return status;
}

/* ---- the type ---------------------------------------------------------------------------------------------- */

static const kl_method methods[] = {KL_EST_SUPERVISED_WEIGHTED, KL_EST_PROBA, KL_EST_CLASSES};
static const char *const words[] = {"sigmoid", "isotonic", NULL};
static const kl_field fields[] = {
    KL_ENUM(calibrated, method, "sigmoid", .names = words,
            .doc = "sigmoid: Platt's, for few rows; isotonic: any rising function, for a thousand rows and more"),
    KL_VALUE(calibrated, cv, .kind = KL_KIND_ANY, .fallback = "5", .flags = KL_FOREIGN | KL_OPTIONAL,
             .doc = "folds, each of which calibrates what learned from the others: their number, at least 2 (stratified), a "
                    "splitter, pairs of train and test rows; None = 5; \"prefit\": the estimator is fitted already and all "
                    "rows calibrate it"),
    KL_VALUE(calibrated, estimator, .kind = KL_KIND_ANY, .flags = KL_FOREIGN | KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "the classifier, any object with fit() and decision_function() or predict_proba(), or the name of one; "
                    "None = LinearSVC(), or, when x has one column and y two classes, x itself: decisions of any "
                    "classifier"),
    KL_VALUE(calibrated, n_jobs, .kind = KL_KIND_INT, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "threads at most; None = all. Classifiers of Python run one after the other"),
    KL_VALUE(calibrated, ensemble, .kind = KL_KIND_ANY, .fallback = "\"auto\"", .flags = KL_KEYWORD_ONLY,
             .doc = "true, auto: the mean of a classifier and its curve for each fold; false: one classifier of all rows, "
                    "with a curve from what the folds said of rows they had not seen"),
    KL_KEPT_VALUE(calibrated, estimators, .doc = "the fitted classifiers"),
    KL_KEPT_VALUE(calibrated, curves, .doc = "their curves"),
};

/* A curve for each class, or one for two. */
static kl_status restored(kl_estimator *base, kl_error *error)
{
    const calibrated *self = (const calibrated *)base;
    size_t classes = kl_labels_count(base->classes), width = classes == 2 ? 1 : classes;
    bool is_sound = classes >= 2 && kl_array_len(self->curves) > 0;
    for (size_t i = 0; i < kl_array_len(self->curves) && is_sound; i++) {
        kl_value curves = kl_array_at(self->curves, i), model = kl_array_at(self->estimators, i);
        is_sound = kl_is(curves, KL_KIND_ARRAY) && kl_array_len(curves) == width && (kl_is_null(model) || kl_is_model(model));
        for (size_t c = 0; c < width && is_sound; c++) {
            kl_value curve = kl_array_at(curves, c);
            is_sound = is_sigmoid(self) ? kl_is_vector(curve, 'd', 2)
                                        : kl_is_table(curve, 'd', 2, kl_array_axis(curve, 1)) && kl_array_axis(curve, 1) > 0;
        }
    }
    return kl_shapes_are(is_sound, base, "curves", error);
}

static const kl_estimator_table table = {.kind = KL_EST_CLASSIFIER, .flags = KL_EST_RAW | KL_EST_ANY_X | KL_EST_SPARSE, .fit = fit,
                                         .forward = forward, .has = has, .score = score,
    .restored = restored,
    .shapes = "estimators = list folds; curves = list folds",
};

const kl_type kl_calibrated_type = {
    .name = "CalibratedClassifierCV", KL_ESTIMATOR(calibrated), .check = check, .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods), .extension = &table,
    .doc = "A classifier whose probabilities are calibrated on rows it has not learned from (Platt 1999; Zadrozny and Elkan "
           "2002). Of more than two classes each is calibrated against the rest."};
KL_PUBLISH(kl_calibrated_type);
