/* src/ml/isotonic/isotonic_regression.c - IsotonicRegression: the rising line of steps that is nearest. */
#include "ml/estimator.h"
#include "ml/numeric.h"

#include <math.h>

typedef struct isotonic {
    kl_estimator base;
    kl_value increasing, out_of_bounds, y_min, y_max;
    bool increasing_;
    double X_min_, X_max_;
    kl_value X_thresholds_, y_thresholds_;
} isotonic;

/* Points with distinct x, ascending. */
typedef struct points {
    double *x, *y, *w;
    size_t n;
} points;

/* Nearer than this two x are one, as in scikit-learn. */
#define SAME 1e-15

/* ---- which way ------------------------------------------------------------------------------------------------------ */

/* Ranks from 1, equal numbers sharing their mean. */
static kl_status ranks(double *out, const double *x, size_t n, kl_task *task, kl_error *error)
{
    int64_t *order;
    KL_TAKE_RAW(order, task, n, error);
    KL_TRY(kl_argsort(order, x, n, task, error));
    for (size_t a = 0, b; a < n; a = b) {
        for (b = a; b < n && x[order[b]] == x[order[a]]; b++)
            ;
        for (size_t i = a; i < b; i++)
            out[order[i]] = 0.5 * (double)(a + b + 1);
    }
    return KL_OK;
}

/* Is Spearman's correlation positive? */
static kl_status rises(bool *out, const double *x, const double *y, size_t n, kl_task *task, kl_error *error)
{
    double *a, *b, mean = 0.5 * (double)(n + 1), sum = 0;
    KL_TAKE_RAW(a, task, n, error);
    KL_TAKE_RAW(b, task, n, error);
    KL_TRY(ranks(a, x, n, task, error));
    KL_TRY(ranks(b, y, n, task, error));
    for (size_t i = 0; i < n; i++)
        sum += (a[i] - mean) * (b[i] - mean);
    *out = sum >= 0;
    return KL_OK;
}

/* ---- pooling ---------------------------------------------------------------------------------------------------------- */

/* Rows that count, by x, with the weighted mean of y where x is the same. */
static kl_status gather(points *out, const kl_fit *in, kl_task *task, kl_error *error)
{
    points p = {0};
    int64_t *order;
    const double *x = in->x->data;
    KL_TAKE_RAW(order, task, in->n, error);
    KL_TAKE_RAW(p.x, task, in->n, error);
    KL_TAKE_RAW(p.y, task, in->n, error);
    KL_TAKE_RAW(p.w, task, in->n, error);
    KL_TRY(kl_argsort(order, x, in->n, task, error));
    for (size_t i = 0; i < in->n; i++) {
        size_t at = (size_t)order[i];
        double w = in->weights ? in->weights[at] : 1.0;
        if (w <= 0)
            continue;
        if (p.n == 0 || x[at] - p.x[p.n - 1] >= SAME) {
            p.x[p.n] = x[at];
            p.y[p.n] = p.w[p.n] = 0;
            p.n++;
        }
        p.y[p.n - 1] += w * in->y[at];
        p.w[p.n - 1] += w;
    }
    for (size_t i = 0; i < p.n; i++)
        p.y[i] /= p.w[i];
    *out = p;
    return KL_OK;
}

/* Pool adjacent violators: a block that falls below the one before is joined with it. `sign` -1: it falls. */
static kl_status pool(points *p, double sign, kl_task *task, kl_error *error)
{
    double *mean, *weight;
    size_t *end, blocks = 0;
    KL_TAKE_RAW(mean, task, p->n, error);
    KL_TAKE_RAW(weight, task, p->n, error);
    KL_TAKE_RAW(end, task, p->n, error);
    for (size_t i = 0; i < p->n; i++) {
        mean[blocks] = p->y[i];
        weight[blocks] = p->w[i];
        end[blocks++] = i + 1;
        while (blocks > 1 && sign * mean[blocks - 2] >= sign * mean[blocks - 1]) {
            double both = weight[blocks - 2] + weight[blocks - 1];
            mean[blocks - 2] = (weight[blocks - 2] * mean[blocks - 2] + weight[blocks - 1] * mean[blocks - 1]) / both;
            weight[blocks - 2] = both;
            end[blocks - 2] = end[blocks - 1];
            blocks--;
        }
    }
    for (size_t b = 0, i = 0; b < blocks; b++)
        for (; i < end[b]; i++)
            p->y[i] = mean[b];
    return KL_OK;
}

static void clip_answers(points *p, const isotonic *model)
{
    double low = kl_is(model->y_min, KL_KIND_NULL) ? -INFINITY : kl_as_double(model->y_min);
    double high = kl_is(model->y_max, KL_KIND_NULL) ? INFINITY : kl_as_double(model->y_max);
    for (size_t i = 0; i < p->n; i++)
        p->y[i] = KL_MIN(KL_MAX(p->y[i], low), high);
}

/* Of each level only the ends are needed. */
static void trim(points *p)
{
    size_t kept = 0;
    double before = 0;
    for (size_t i = 0; i < p->n; i++) {
        bool inner = i > 0 && i + 1 < p->n && p->y[i] == before && p->y[i] == p->y[i + 1];
        before = p->y[i];
        if (inner)
            continue;
        p->x[kept] = p->x[i];
        p->y[kept++] = p->y[i];
    }
    p->n = kept;
}

static kl_status check_parameters(const isotonic *model, kl_error *error)
{
    if (!kl_is(model->increasing, KL_KIND_BOOL) && !kl_word_is(model->increasing, "auto"))
        return kl_bad_parameter(error, "increasing", "True, False or 'auto'", model->increasing);
    if (!kl_is(model->y_min, KL_KIND_NULL) && !kl_is(model->y_max, KL_KIND_NULL) &&
        kl_as_double(model->y_min) > kl_as_double(model->y_max))
        return kl_bad_parameter(error, "y_min", "a number that is not above y_max", model->y_min);
    return KL_OK;
}

static kl_status fit(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    isotonic *model = (isotonic *)self;
    points p;
    kl_value made = kl_null();
    KL_TRY(check_parameters(model, error));
    if (in->d != 1)
        return kl_bad_input(error, "IsotonicRegression takes x of one column, got %zu columns", in->d);
    model->increasing_ = kl_as_bool(model->increasing);
    if (kl_word_is(model->increasing, "auto"))
        KL_TRY(rises(&model->increasing_, in->x->data, in->y, in->n, task, error));
    KL_TRY(gather(&p, in, task, error));
    KL_TRY(pool(&p, model->increasing_ ? 1.0 : -1.0, task, error));
    clip_answers(&p, model);
    model->X_min_ = p.x[0];
    model->X_max_ = p.x[p.n - 1];
    trim(&p);
    KL_TRY(kl_vector_from(&made, p.x, p.n, error));
    kl_learn(&model->X_thresholds_, made);
    made = kl_null();
    KL_TRY(kl_vector_from(&made, p.y, p.n, error));
    kl_learn(&model->y_thresholds_, made);
    return KL_OK;
}

/* ---- answering ---------------------------------------------------------------------------------------------------------- */

/* On the line between the two thresholds around t, which is within all. */
static double interpolate(const double *x, const double *y, size_t n, double t)
{
    size_t low = 0, high = n - 1;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (x[middle] <= t)
            low = middle;
        else
            high = middle;
    }
    return y[low] + (y[high] - y[low]) / (x[high] - x[low]) * (t - x[low]);
}

static kl_status predict(double *out, const kl_estimator *self, const kl_matrix *in, kl_task *task, kl_error *error)
{
    (void)task;
    const isotonic *model = (const isotonic *)self;
    const double *x = kl_doubles(model->X_thresholds_), *y = kl_doubles(model->y_thresholds_);
    size_t n = kl_array_axis(model->X_thresholds_, 0);
    bool clips = kl_word_is(model->out_of_bounds, "clip"), raises = kl_word_is(model->out_of_bounds, "raise");
    for (size_t i = 0; i < in->rows; i++) {
        double t = in->data[i];
        bool outside = t < x[0] || t > x[n - 1];
        if (outside && raises && n > 1)
            return kl_bad_input(error, "row %zu of x is %g, outside of what was learned from, %g to %g", i, t, x[0],
                                x[n - 1]);
        if (n == 1)
            out[i] = y[0];
        else if (outside && !clips)
            out[i] = NAN;
        else
            out[i] = t <= x[0] ? y[0] : t >= x[n - 1] ? y[n - 1] : interpolate(x, y, n, t);
    }
    return KL_OK;
}

static kl_status transform(kl_value *out, const kl_estimator *self, const kl_matrix *x, kl_task *task, kl_error *error)
{
    kl_value made = kl_null();
    double *numbers;
    KL_TRY(kl_vector_new(&made, &numbers, x->rows, error));
    kl_status status = predict(numbers, self, x, task, error);
    if (status != KL_OK)
        kl_value_release(made);
    else
        *out = made;
    return status;
}

static size_t width(const kl_estimator *self)
{
    (void)self;
    return 1;
}

static const char *const outsides[] = {"clip", "nan", "raise", NULL};
static const kl_field fields[] = {
    KL_VALUE(isotonic, increasing, .kind = KL_KIND_ANY, .fallback = "true",
             .doc = "True: answers rise with x; False: they fall; 'auto': as Spearman's rank correlation is"),
    KL_ENUM(isotonic, out_of_bounds, "clip", .names = outsides,
            .doc = "x outside of what was learned from: the answer at the end, NaN, or an error"),
    KL_VALUE(isotonic, y_min, .kind = KL_KIND_DOUBLE, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "least answer; None = none"),
    KL_VALUE(isotonic, y_max, .kind = KL_KIND_DOUBLE, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "greatest answer; None = none"),
    KL_LEARNED_BOOL(isotonic, increasing_, .doc = "whether answers rise"),
    KL_LEARNED_DOUBLE(isotonic, X_min_, .doc = "least x that was seen"),
    KL_LEARNED_DOUBLE(isotonic, X_max_, .doc = "greatest x that was seen"),
    KL_LEARNED_ARRAY(isotonic, X_thresholds_, .doc = "x where the line of answers bends, ascending"),
    KL_LEARNED_ARRAY(isotonic, y_thresholds_, .doc = "answers there; between them they lie on straight lines"),
};
static const kl_method methods[] = {
    KL_EST_SUPERVISED_WEIGHTED, KL_EST_TRANSFORM,
    KL_EST_ROW("fit_transform", kl_est_fit_transform, kl_est_fit_x, KL_KIND_BUFFER, "fit(x, y), and the answers for x."),
    KL_EST_NAMES_OUT};
static const kl_estimator_table table = {
    .kind = KL_EST_REGRESSOR,
    .flags = KL_EST_VECTOR_OK | KL_EST_NO_TABLE,
    .fit = fit,
    .predict = predict,
    .transform = transform,
    .width = width,
    .shapes = "X_thresholds_ = points; y_thresholds_ = points",
};
const kl_type kl_isotonic_regression_type = {
    .name = "IsotonicRegression",
    KL_ESTIMATOR(isotonic),
    .doc = "The rising (or falling) answers that are nearest to y in weighted squares (Barlow and others 1972), by pooling "
           "adjacent violators; between thresholds they are interpolated. x has one column.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_isotonic_regression_type);
