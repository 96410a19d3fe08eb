/* src/ml/estimator_answer.c - the way of predict() and its like: a model that is held, x, the table's function. */
#include "estimator_parts.h"
#include "kernels.h"
#include "linalg.h"
#include "parallel.h"

#include "base/host.h"

#include <math.h>

/* Below this many numbers the face's lock is kept: letting it go costs more. */
enum { LET_GO_FROM = 4096 };

/* ---- x ------------------------------------------------------------------------------------------- */

kl_status kl_estimator_same_names(const kl_estimator *model, kl_value names, kl_error *error)
{
    bool same;
    if (kl_is_null(model->names) || kl_is_null(names))
        return KL_OK;
    KL_TRY(kl_value_equal(&same, model->names, names, error));
    if (same)
        return KL_OK;
    for (size_t i = 0; i < kl_array_len(names); i++) {
        kl_text expected = kl_as_text(kl_array_at(model->names, i));
        kl_text got = kl_as_text(kl_array_at(names, i));
        if (!kl_text_equal(expected, got))
            return kl_bad_input(error, "column %zu of x is named '%.*s'; in fit() it was '%.*s'", i,
                                KL_TEXT_ARG(got), KL_TEXT_ARG(expected));
    }
    return KL_OK;
}

static kl_status read_x(kl_matrix *x, const kl_estimator *model, kl_operation operation,
                        kl_value value, kl_task *task, kl_error *error)
{
    uint32_t flags = kl_table_of(model)->flags | KL_EST_EMPTY_OK;
    if (flags & KL_EST_ANY_X || flags & KL_EST_RAW) {
        *x = (kl_matrix){.value = value};
        return flags & KL_EST_RAW ? KL_OK : kl_data_rows(&x->rows, value, "x", error);
    }
    KL_TRY(kl_matrix_read(x, value, "x", flags, task, error));
    if (operation == KL_OP_INVERSE || (flags & KL_EST_STATELESS && model->features == 0))
        return KL_OK;
    if (x->cols != (size_t)model->features)
        return kl_bad_dimension(error, "features", (size_t)model->features, x->cols);
    return kl_estimator_same_names(model, x->names, error);
}

/* ---- classes ------------------------------------------------------------------------------------- */

/* The largest of each row; of one number a row, its sign. */
static void largest(int64_t *out, const double *scores, size_t rows, size_t cols)
{
    for (size_t i = 0; i < rows && cols == 1; i++)
        out[i] = scores[i] > 0;
    if (cols > 1)
        kl_kernels()->argmax_rows(out, scores, rows, cols);
}

kl_status kl_estimator_classify(int64_t *out, const kl_estimator *model, const kl_matrix *x,
                                kl_task *task, kl_error *error)
{
    const kl_estimator_table *table = kl_table_of(model);
    kl_answer *scores_of = table->decide ? table->decide : table->proba;
    kl_value scores;
    if (table->classify)
        return table->classify(out, model, x, task, error);
    if (kl_labels_count(model->classes) == 1) { /* no sign could tell it from a second one */
        memset(out, 0, x->rows * sizeof *out);
        return KL_OK;
    }
    KL_TRY(scores_of(&scores, model, x, task, error));
    size_t cols = kl_array_axis(scores, 1);
    largest(out, kl_doubles(scores), x->rows, cols ? cols : 1);
    kl_value_release(scores);
    return KL_OK;
}

static kl_status predict_labels(kl_value *out, const kl_estimator *model, const kl_matrix *x,
                                kl_task *task, kl_error *error)
{
    int64_t *codes;
    KL_TAKE_RAW(codes, task, x->rows ? x->rows : 1, error);
    KL_TRY(kl_estimator_classify(codes, model, x, task, error));
    return kl_labels_decode(out, model->classes, codes, x->rows, error);
}

static kl_status predict_numbers(kl_value *out, const kl_estimator *model, const kl_matrix *x,
                                 kl_task *task, kl_error *error)
{
    double *numbers;
    if (model->outputs > 1)
        KL_TRY(kl_table_new(out, &numbers, x->rows, (size_t)model->outputs, error));
    else
        KL_TRY(kl_vector_new(out, &numbers, x->rows, error));
    kl_status status = kl_table_of(model)->predict(numbers, model, x, task, error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

/* ---- all answers --------------------------------------------------------------------------------- */

static kl_status log_proba(kl_value *out, const kl_estimator *model, const kl_matrix *x,
                           kl_task *task, kl_error *error)
{
    const kl_estimator_table *table = kl_table_of(model);
    if (table->log_proba)
        return table->log_proba(out, model, x, task, error);
    KL_TRY(table->proba(out, model, x, task, error));
    double *p = kl_doubles(*out);
    kl_kernels()->log(p, p, kl_array_view_count(kl_as_array_view(*out)));
    return KL_OK;
}

static kl_answer *function_of(const kl_estimator *model, kl_operation operation)
{
    const kl_estimator_table *table = kl_table_of(model);
    switch (operation) {
    case KL_OP_PREDICT:
        if (table->kind != KL_EST_CLASSIFIER)
            return table->predict ? predict_numbers : NULL;
        return table->classify || table->decide || table->proba ? predict_labels : NULL;
    case KL_OP_PROBA:
        return table->proba;
    case KL_OP_LOG_PROBA:
        return table->proba || table->log_proba ? log_proba : NULL;
    case KL_OP_DECISION:
        return table->decide;
    case KL_OP_TRANSFORM:
        return table->transform;
    case KL_OP_INVERSE:
        return table->inverse;
    case KL_OP_SCORE_SAMPLES:
        return table->score_samples;
    }
    return NULL;
}

static const char *const operation_names[] = {
    "predict",   "predict_proba",     "predict_log_proba", "decision_function",
    "transform", "inverse_transform", "score_samples",
};

bool kl_estimator_has(const kl_estimator *self, kl_operation operation)
{
    const kl_estimator_table *table = kl_table_of(self);
    if (table->has)
        return table->has(self, operation);
    return table->forward || function_of(self, operation);
}

/* One answer of a model: `function`, or `forward` of a type that sees values as they were given. */
static kl_status ask(kl_value *out, const kl_estimator *model, kl_operation operation,
                     kl_answer *function, kl_value value, kl_error *error)
{
    const kl_estimator_table *table = kl_table_of(model);
    kl_task task = KL_TASK_INIT;
    kl_matrix x;
    kl_status status = kl_linalg_begin(error);
    if (status == KL_OK)
        status = read_x(&x, model, operation, value, &task, error);
    void *token = NULL;
    bool is_long = status == KL_OK && (!function || x.rows * (x.cols + 1) >= LET_GO_FROM);
    if (is_long)
        token = kl_blocking_begin();
    size_t threads = kl_parallel_limit(kl_estimator_threads(model));
    if (status == KL_OK)
        status = function ? function(out, model, &x, &task, error)
                          : table->forward(out, model, operation, value, &task, error);
    kl_parallel_limit(threads);
    if (is_long)
        kl_blocking_end(token);
    kl_task_end(&task);
    return status;
}

/* One that needs no fit() goes by its parameters of now; what columns there were it has kept. */
static kl_status begin_stateless(kl_estimator **out, const kl_estimator *self, kl_error *error)
{
    kl_estimator *before = kl_estimator_hold(self);
    kl_status status = kl_estimator_begin(out, self, error);
    if (status == KL_OK && before)
        kl_estimator_copy_learned(*out, before);
    kl_object_release((kl_object *)before);
    return status;
}

kl_status kl_estimator_ask(kl_value *out, const kl_estimator *self, kl_value x, kl_answer *function,
                           kl_error *error)
{
    kl_estimator *model;
    KL_TRY(kl_estimator_need(&model, self, error));
    kl_status status = ask(out, model, KL_OP_PREDICT, function, x, error);
    kl_object_release(&model->object);
    return status;
}

kl_status kl_estimator_answer(kl_value *out, const kl_estimator *self, kl_operation operation,
                              kl_value x, kl_error *error)
{
    const kl_estimator_table *table = kl_table_of(self);
    kl_estimator *model;
    KL_TRY(table->flags & KL_EST_STATELESS && !self->is_model ? begin_stateless(&model, self, error)
                                                              : kl_estimator_need(&model, self, error));
    kl_status status = KL_OK;
    if (!kl_estimator_has(model, operation))
        status = kl_error_set(error, KL_ATTRIBUTE, "'%s' object has no attribute '%s'",
                              self->object.type->name, operation_names[operation]);
    if (status == KL_OK)
        status = ask(out, model, operation, table->forward ? NULL : function_of(model, operation), x,
                     error);
    kl_object_release(&model->object);
    return status;
}

/* ---- score() ------------------------------------------------------------------------------------- */

static double weight_of(const double *weights, size_t i) { return weights ? weights[i] : 1.0; }

/* R2 of one column; `stride` numbers lie between two rows. A constant target: 1 when it is met, else 0. */
static double r2(const double *y, const double *p, const double *weights, size_t n, size_t stride)
{
    double mean = 0, all = 0, residual = 0, total = 0;
    for (size_t i = 0; i < n; i++) {
        mean += weight_of(weights, i) * y[i * stride];
        all += weight_of(weights, i);
    }
    mean /= all;
    for (size_t i = 0; i < n; i++) {
        double e = y[i * stride] - p[i * stride], c = y[i * stride] - mean;
        residual += weight_of(weights, i) * e * e;
        total += weight_of(weights, i) * c * c;
    }
    return total > 0 ? 1 - residual / total : residual > 0 ? 0.0 : 1.0;
}

/* Which answers are right. Labels of y that are no known class are wrong answers, not faults. */
static kl_status compare_labels(bool *right, kl_value predicted, kl_value y, size_t rows,
                                kl_task *task, kl_error *error)
{
    const double *p = kl_doubles(predicted), *truth;
    size_t n = kl_array_len(y);
    bool are_texts = kl_is(y, KL_KIND_ARRAY);
    if (are_texts == (p != NULL))
        return kl_bad_input(error, "y: labels are %s, those of fit() were %s",
                            are_texts ? "texts" : "numbers", p ? "numbers" : "texts");
    if (p)
        KL_TRY(kl_numbers_read(&truth, &n, y, "y", task, error));
    if (n != rows)
        return kl_bad_dimension(error, "samples", rows, n);
    for (size_t i = 0; i < rows; i++)
        right[i] = p ? p[i] == truth[i]
                     : kl_text_equal(kl_as_text(kl_array_at(predicted, i)),
                                     kl_as_text(kl_array_at(y, i)));
    return KL_OK;
}

static kl_status score_classifier(double *out, const kl_estimator *model, const kl_matrix *x,
                                  kl_value y, const double *weights, kl_task *task,
                                  kl_error *error)
{
    kl_value predicted;
    double hits = 0, all = 0;
    bool *right;
    KL_TAKE(right, task, x->rows, error);
    KL_TRY(predict_labels(&predicted, model, x, task, error));
    kl_status status = compare_labels(right, predicted, y, x->rows, task, error);
    kl_value_release(predicted);
    for (size_t i = 0; i < x->rows; i++) {
        hits += weight_of(weights, i) * right[i];
        all += weight_of(weights, i);
    }
    *out = hits / all;
    return status;
}

static kl_status score_regressor(double *out, const kl_estimator *model, const kl_matrix *x,
                                 kl_value y, const double *weights, kl_task *task, kl_error *error)
{
    const double *truth;
    double *p, sum = 0;
    size_t n, outputs, expected = (size_t)model->outputs;
    KL_TRY(kl_targets_read(&truth, &n, &outputs, y, "y", task, error));
    if (n != x->rows)
        return kl_bad_dimension(error, "samples", x->rows, n);
    if (outputs != expected)
        return kl_bad_dimension(error, "targets", expected, outputs);
    KL_TAKE(p, task, n * outputs, error);
    KL_TRY(kl_table_of(model)->predict(p, model, x, task, error));
    for (size_t j = 0; j < outputs; j++)
        sum += r2(truth + j, p + j, weights, n, outputs);
    *out = sum / (double)outputs;
    return KL_OK;
}

static kl_status score_density(double *out, const kl_estimator *model, const kl_matrix *x,
                               kl_task *task, kl_error *error)
{
    kl_value samples;
    KL_TRY(kl_table_of(model)->score_samples(&samples, model, x, task, error));
    *out = kl_kernels()->sum(kl_doubles(samples), x->rows) / (double)x->rows;
    kl_value_release(samples);
    return KL_OK;
}

static kl_status refuse_score(const kl_estimator *model, kl_error *error)
{
    return kl_error_set(error, KL_ATTRIBUTE, "'%s' object has no attribute 'score'", model->object.type->name);
}

static kl_status score_checked(double *out, const kl_estimator *model, kl_value x_value, kl_value y,
                               kl_value weights_value, kl_task *task, kl_error *error)
{
    const kl_estimator_table *table = kl_table_of(model);
    kl_fit in = {.raw_x = x_value, .raw_y = y, .raw_weights = weights_value};
    kl_matrix x;
    KL_TRY(read_x(&x, model, KL_OP_PREDICT, x_value, task, error));
    if (table->flags & KL_EST_RAW)
        return table->score ? table->score(out, model, &in, task, error) : refuse_score(model, error);
    if (x.rows == 0)
        return kl_bad_input(error, "x has 0 rows; at least 1 is needed");
    KL_TRY(kl_weights_read(&in.weights, weights_value, x.rows, task, error));
    if (table->score) {
        in.x = &x;
        in.n = x.rows;
        in.d = x.cols;
        in.outputs = 1;
        if (!kl_is_null(y) && table->kind == KL_EST_REGRESSOR)
            KL_TRY(kl_targets_read(&in.y, &in.n, &in.outputs, y, "y", task, error));
        return in.n == x.rows ? table->score(out, model, &in, task, error)
                              : kl_bad_dimension(error, "samples", x.rows, in.n);
    }
    if (table->kind == KL_EST_CLASSIFIER)
        return score_classifier(out, model, &x, y, in.weights, task, error);
    if (table->kind == KL_EST_REGRESSOR)
        return score_regressor(out, model, &x, y, in.weights, task, error);
    if (table->score_samples)
        return score_density(out, model, &x, task, error);
    return refuse_score(model, error);
}

kl_status kl_estimator_score(double *out, const kl_estimator *self, kl_value x, kl_value y,
                             kl_value weights, kl_error *error)
{
    kl_task task = KL_TASK_INIT;
    kl_estimator *model;
    KL_TRY(kl_estimator_need(&model, self, error));
    void *token = kl_blocking_begin();
    kl_status status = kl_linalg_begin(error);
    if (status == KL_OK)
        status = score_checked(out, model, x, y, weights, &task, error);
    kl_blocking_end(token);
    kl_task_end(&task);
    kl_object_release(&model->object);
    return status;
}
