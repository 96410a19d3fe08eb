/* src/ml/linear/ridge_cv_judge.c - how good the penalties of RidgeCV are. */
#include "ridge_cv_judge.h"

#include "ridge.h"

#include <math.h>

extern const kl_type kl_ridge_type;

/* ---- sums over the rows -------------------------------------------------------------------------------------------------- */


static const struct {
    const char *name;
    kl_ridge_score kind;
} scorings[] = {
    {"neg_mean_squared_error", KL_RIDGE_SQUARES},       {"r2", KL_RIDGE_R2},
    {"explained_variance", KL_RIDGE_VARIANCE},          {"neg_root_mean_squared_error", KL_RIDGE_ROOT},
    {"neg_mean_absolute_error", KL_RIDGE_SIZE},         {"neg_max_error", KL_RIDGE_LARGEST},
};

kl_status kl_ridge_judge_of(kl_ridge_judge *out, kl_value scoring, kl_ridge_score otherwise, kl_error *error)
{
    *out = (kl_ridge_judge){.kind = otherwise, .scorer.callable = kl_null()};
    if (kl_is_null(scoring))
        return KL_OK;
    for (size_t i = 0; i < KL_COUNT(scorings); i++)
        if (kl_word_is(scoring, scorings[i].name)) {
            out->kind = scorings[i].kind;
            return KL_OK;
        }
    out->kind = KL_RIDGE_ANY;
    return kl_scorer_resolve(&out->scorer, scoring, error);
}

/* Sums over the rows of one target, from which every score comes. */
typedef struct tally {
    double total, mean, error_mean, squares, sizes, largest, spread;
} tally;

/* Of target `t`. */
static double sums_of(kl_ridge_score kind, const kl_ridge_rows *rows, size_t target)
{
    const double *y = rows->y + target, *errors = rows->errors + target, *weights = rows->weights;
    size_t n = rows->n, stride = rows->k;
    tally t = {0};
    for (size_t i = 0; i < n; i++) {
        double w = weights ? weights[i] : 1.0, e = errors[i * stride];
        t.total += w;
        t.mean += w * y[i * stride];
        t.error_mean += w * e;
        t.squares += w * e * e;
        t.sizes += w * fabs(e);
        t.largest = KL_MAX(t.largest, fabs(e));
    }
    for (size_t i = 0; i < n; i++) {
        double away = y[i * stride] - t.mean / t.total;
        t.spread += (weights ? weights[i] : 1.0) * away * away;
    }
    double unexplained = t.squares - (kind == KL_RIDGE_VARIANCE ? t.error_mean * t.error_mean / t.total : 0.0);
    switch (kind) {
    case KL_RIDGE_SQUARES:
        return -t.squares / t.total;
    case KL_RIDGE_ROOT:
        return -sqrt(t.squares / t.total);
    case KL_RIDGE_SIZE:
        return -t.sizes / t.total;
    case KL_RIDGE_LARGEST:
        return -t.largest;
    default:
        return t.spread > 0 ? 1 - unexplained / t.spread : unexplained > 0 ? 0.0 : 1.0;
    }
}

/* ---- any scorer ---------------------------------------------------------------------------------------------------------- */

/* A regressor whose predictions are x. */
static kl_status say_x(double *out, const kl_estimator *self, const kl_matrix *x, kl_task *task, kl_error *error)
{
    (void)self, (void)task, (void)error;
    memcpy(out, x->data, x->rows * x->cols * sizeof *out);
    return KL_OK;
}

static const kl_method echo_methods[] = {KL_EST_PREDICT};
static const kl_estimator_table echo_table = {
    .kind = KL_EST_REGRESSOR, .flags = KL_EST_MULTI_OUTPUT | KL_EST_VECTOR_OK, .predict = say_x};
static const kl_type echo_type = {
    .name = "KnownPredictions", KL_ESTIMATOR(kl_estimator), .methods = KL_TABLE(echo_methods), .extension = &echo_table,
    .doc = "What a scorer gets where predictions are there already: predict(x) is x."};

static kl_status echo_new(kl_value *out, size_t outputs, kl_error *error)
{
    kl_estimator *made;
    KL_TRY(kl_estimator_new(&made, &echo_type, error));
    made->features = made->outputs = (int64_t)outputs;
    *out = kl_value_of(&made->object);
    return KL_OK;
}

/* Predictions, or what is right, of the targets from `first` on: a vector when there is one. Given. */
static kl_status columns_of(kl_value *out, const kl_ridge_rows *rows, size_t first, size_t count, bool predicted,
                            kl_error *error)
{
    double *to;
    KL_TRY(rows->k == 1 || count == 1 ? kl_vector_new(out, &to, rows->n, error)
                                      : kl_table_new(out, &to, rows->n, count, error));
    for (size_t i = 0; i < rows->n; i++)
        for (size_t t = 0; t < count; t++) {
            size_t at = i * rows->k + first + t;
            *to++ = rows->y[at] - (predicted ? rows->errors[at] : 0);
        }
    return KL_OK;
}

static kl_status ask_scorer(double *out, const kl_ridge_judge *judge, const kl_ridge_rows *rows, size_t first,
                            size_t count, kl_error *error)
{
    kl_value model = kl_null(), predicted = kl_null(), truth = kl_null(), weights = kl_null();
    kl_status status;
    KL_TRY_OUT(echo_new(&model, count, error));
    KL_TRY_OUT(columns_of(&predicted, rows, first, count, true, error));
    KL_TRY_OUT(columns_of(&truth, rows, first, count, false, error));
    if (rows->weights)
        KL_TRY_OUT(kl_vector_from(&weights, rows->weights, rows->n, error));
    KL_TRY_OUT(kl_scorer_apply(out, &judge->scorer, model, predicted, truth, weights, error));
out:
    kl_value_release(model);
    kl_value_release(predicted);
    kl_value_release(truth);
    kl_value_release(weights);
    return status;
}

kl_status kl_ridge_judge_rows(double *out, const kl_ridge_judge *judge, const kl_ridge_rows *rows, size_t t,
                              kl_error *error)
{
    size_t first = t < rows->k ? t : 0, count = t < rows->k ? 1 : rows->k;
    double sum = 0;
    if (judge->kind == KL_RIDGE_ANY)
        return ask_scorer(out, judge, rows, first, count, error);
    for (size_t i = 0; i < count; i++)
        sum += sums_of(judge->kind, rows, first + i);
    *out = sum / (double)count;
    return KL_OK;
}

/* ---- models of a fold ---------------------------------------------------------------------------------------------------- */

static kl_status model_of(kl_value *out, double alpha, const double *coef, const double *intercept, const kl_fit *test,
                          kl_error *error)
{
    kl_estimator *made;
    KL_TRY(kl_estimator_new(&made, &kl_ridge_type, error));
    made->features = (int64_t)test->d;
    made->outputs = (int64_t)test->outputs;
    kl_learn(&((ridge_model *)made)->alpha, kl_double(alpha));
    kl_status status = kl_linear_keep((linear_model *)made, coef, intercept, test->outputs, test->d, error);
    if (status == KL_OK)
        *out = kl_value_of(&made->object);
    else
        kl_object_release(&made->object);
    return status;
}

kl_status kl_ridge_judge_model(double *out, const kl_ridge_judge *judge, double alpha, const double *coef,
                               const double *intercept, const kl_fit *test, kl_error *error)
{
    kl_value model = kl_null(), x = kl_null(), y = kl_null(), weights = kl_null();
    kl_status status;
    if (test->weights)
        KL_TRY(kl_vector_from(&weights, test->weights, test->n, error));
    KL_TRY_OUT(model_of(&model, alpha, coef, intercept, test, error));
    KL_TRY_OUT(kl_table_from(&x, test->x->data, test->n, test->d, error));
    KL_TRY_OUT(test->outputs == 1 ? kl_vector_from(&y, test->y, test->n, error)
                                  : kl_table_from(&y, test->y, test->n, test->outputs, error));
    KL_TRY_OUT(kl_scorer_apply(out, &judge->scorer, model, x, y, weights, error));
out:
    kl_value_release(weights);
    kl_value_release(model);
    kl_value_release(x);
    kl_value_release(y);
    return status;
}
