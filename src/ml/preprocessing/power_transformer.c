/* src/ml/preprocessing/power_transformer.c - PowerTransformer: columns made as normal as a power can make them.
 *
 * Box and Cox (1964), Yeo and Johnson (2000). The exponent of each column is where the likelihood of a normal
 * distribution is highest, found by Brent's method.
 */
#include "columns.h"

#include "../numeric.h"
#include "parallel.h"

#include <float.h>
#include <math.h>

typedef struct power_transformer {
    kl_estimator base;
    kl_value method;
    bool standardize, copy;
    kl_value lambdas_;
    kl_value mean, scale; /* of the columns with their exponent */
} power_transformer;

static const char *const methods_known[] = {"yeo-johnson", "box-cox", NULL};

/* ---- powers of one number ------------------------------------------------------------------------ */

static double box_cox(double x, double lambda)
{
    return fabs(lambda) < DBL_EPSILON ? log(x) : expm1(lambda * log(x)) / lambda;
}

static double box_cox_back(double y, double lambda)
{
    return fabs(lambda) < DBL_EPSILON ? exp(y) : exp(log1p(lambda * y) / lambda);
}

static double yeo_johnson(double x, double lambda)
{
    if (x >= 0)
        return fabs(lambda) < DBL_EPSILON ? log1p(x) : expm1(lambda * log1p(x)) / lambda;
    return fabs(lambda - 2) < DBL_EPSILON ? -log1p(-x)
                                          : -expm1((2 - lambda) * log1p(-x)) / (2 - lambda);
}

static double yeo_johnson_back(double y, double lambda)
{
    if (y >= 0)
        return fabs(lambda) < DBL_EPSILON ? expm1(y) : expm1(log1p(lambda * y) / lambda);
    return fabs(lambda - 2) < DBL_EPSILON ? -expm1(-y)
                                          : -expm1(log1p(-(2 - lambda) * y) / (2 - lambda));
}

typedef double power(double number, double lambda);

static power *power_of(const power_transformer *self, bool back)
{
    if (kl_word_is(self->method, "box-cox"))
        return back ? box_cox_back : box_cox;
    return back ? yeo_johnson_back : yeo_johnson;
}

/* ---- the exponent -------------------------------------------------------------------------------- */

typedef struct column {
    const double *x; /* without NaN */
    double *y;       /* with the exponent */
    size_t n;
    double logs;     /* sum of sign(x) ln(1 + |x|), or of ln x */
    power *power;
} column;

static double mean_of(const double *y, size_t n)
{
    double sum = 0, rest = 0;
    for (size_t i = 0; i < n; i++)
        sum += y[i];
    sum /= (double)n;
    for (size_t i = 0; i < n; i++)
        rest += y[i] - sum;
    return sum + rest / (double)n;
}

static double variance_of(const double *y, size_t n)
{
    double mean = mean_of(y, n), sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (y[i] - mean) * (y[i] - mean);
    return sum / (double)n;
}

/* The negative logarithm of the likelihood, but for a constant. */
static double surprise(void *data, double lambda)
{
    const column *c = data;
    for (size_t i = 0; i < c->n; i++)
        c->y[i] = c->power(c->x[i], lambda);
    double variance = variance_of(c->y, c->n);
    if (!(variance >= DBL_MIN) || !isfinite(variance))
        return INFINITY;
    return (double)c->n / 2 * log(variance) - (lambda - 1) * c->logs;
}

/* A column whose numbers are all one, or which has none, keeps exponent 1. */
static double find_lambda(column *c)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < c->n; i++) {
        low = fmin(low, c->x[i]);
        high = fmax(high, c->x[i]);
    }
    if (!(high > low))
        return 1;
    c->logs = 0;
    for (size_t i = 0; i < c->n; i++)
        c->logs += c->power == box_cox ? log(c->x[i]) : copysign(log1p(fabs(c->x[i])), c->x[i]);
    return kl_brent(surprise, c, -2, 2, true, 1.48e-8, 500);
}

/* ---- learning ------------------------------------------------------------------------------------ */

typedef struct learning {
    const power_transformer *self;
    const kl_matrix *x;
    double *scratch; /* 2 x rows for each thread */
    double *lambda, *mean, *scale;
} learning;

static size_t gather(double *out, const kl_matrix *x, size_t j)
{
    size_t n = 0;
    for (size_t i = 0; i < x->rows; i++)
        if (!isnan(kl_row(x, i)[j]))
            out[n++] = kl_row(x, i)[j];
    return n;
}

static kl_status learn_column(const learning *l, size_t j, kl_error *error)
{
    double *numbers = l->scratch + kl_parallel_me() * 2 * l->x->rows;
    column c = {.x = numbers, .y = numbers + l->x->rows, .power = power_of(l->self, false)};
    c.n = gather(numbers, l->x, j);
    for (size_t i = 0; i < c.n && c.power == box_cox; i++)
        if (!(numbers[i] > 0))
            return kl_bad_input(error, "box-cox needs numbers above 0; column %zu has %.15g", j, numbers[i]);
    l->lambda[j] = find_lambda(&c);
    for (size_t i = 0; i < c.n; i++)
        c.y[i] = c.power(c.x[i], l->lambda[j]);
    double mean = c.n ? mean_of(c.y, c.n) : NAN, variance = c.n ? variance_of(c.y, c.n) : NAN;
    double noise = (double)c.n * mean * DBL_EPSILON;
    bool is_constant = variance <= (double)c.n * DBL_EPSILON * variance + noise * noise;
    l->mean[j] = mean;
    l->scale[j] = is_constant ? 1 : sqrt(variance);
    return KL_OK;
}

static kl_status learn_columns(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)block;
    for (size_t j = begin; j < end; j++)
        KL_TRY(learn_column(data, j, error));
    return KL_OK;
}

static kl_status power_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    power_transformer *self = (power_transformer *)base;
    learning l = {.self = self, .x = in->x};
    kl_value lambdas, means, scales;
    KL_TAKE_RAW(l.scratch, task, 2 * in->n * kl_parallel_threads(), error);
    KL_TRY(kl_vector_new(&lambdas, &l.lambda, in->d, error));
    kl_learn(&self->lambdas_, lambdas);
    KL_TRY(kl_vector_new(&means, &l.mean, in->d, error));
    kl_learn(&self->mean, means);
    KL_TRY(kl_vector_new(&scales, &l.scale, in->d, error));
    kl_learn(&self->scale, scales);
    return kl_parallel_for(in->d, 1, learn_columns, &l, error);
}

/* ---- answering ----------------------------------------------------------------------------------- */

typedef struct answering {
    const power_transformer *self;
    const kl_matrix *x;
    double *out;
    bool back;
} answering;

static kl_status answer_rows(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const answering *a = data;
    const double *lambda = kl_doubles(a->self->lambdas_), *mean = kl_doubles(a->self->mean);
    const double *scale = kl_doubles(a->self->scale);
    power *power = power_of(a->self, a->back);
    bool scales = a->self->standardize;
    (void)block;
    (void)error;
    for (size_t i = begin; i < end; i++)
        for (size_t j = 0; j < a->x->cols; j++) {
            double number = kl_row(a->x, i)[j];
            if (a->back && scales)
                number = number * scale[j] + mean[j];
            number = power(number, lambda[j]);
            a->out[i * a->x->cols + j] = scales && !a->back ? (number - mean[j]) / scale[j] : number;
        }
    return KL_OK;
}

static kl_status answer(kl_value *out, const kl_estimator *base, const kl_matrix *x, bool back,
                        kl_error *error)
{
    answering a = {.self = (const power_transformer *)base, .x = x, .back = back};
    bool positive = kl_word_is(a.self->method, "box-cox") && !back;
    if (x->cols != (size_t)base->features)
        return kl_bad_dimension(error, "features", (size_t)base->features, x->cols);
    for (size_t i = 0; positive && i < x->rows * x->cols; i++)
        if (x->data[i] <= 0)
            return kl_bad_input(error, "box-cox needs numbers above 0; row %zu, column %zu is %.15g", i / x->cols,
                                i % x->cols, x->data[i]);
    KL_TRY(kl_table_new(out, &a.out, x->rows, x->cols, error));
    kl_status status = kl_parallel_for(x->rows, 1 + 8192 / x->cols, answer_rows, &a, error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

static kl_status power_transform(kl_value *out, const kl_estimator *self, const kl_matrix *x,
                                 kl_task *task, kl_error *error)
{
    (void)task;
    return answer(out, self, x, false, error);
}

static kl_status power_inverse(kl_value *out, const kl_estimator *self, const kl_matrix *x,
                               kl_task *task, kl_error *error)
{
    (void)task;
    return answer(out, self, x, true, error);
}

/* ---- the type ------------------------------------------------------------------------------------ */

static const kl_field fields[] = {
    KL_ENUM(power_transformer, method, "yeo-johnson", .names = methods_known,
            .doc = "yeo-johnson takes any numbers, box-cox those above 0"),
    KL_BOOL(power_transformer, standardize, true,
            .doc = "whether columns get mean 0 and variance 1 afterwards"),
    KL_BOOL(power_transformer, copy, true, .flags = KL_KEYWORD_ONLY,
            .doc = "has no effect: what is given is never changed"),
    KL_LEARNED_ARRAY(power_transformer, lambdas_, .doc = "the exponent of each column; 1 for constant ones"),
    KL_KEPT_ARRAY(power_transformer, mean, .doc = "mean of each column with its exponent"),
    KL_KEPT_ARRAY(power_transformer, scale, .doc = "standard deviation of each column with its exponent"),
};

static const kl_method methods[] = {KL_EST_TRANSFORMS, KL_EST_INVERSE, KL_EST_NAMES_OUT};

static const kl_estimator_table table = {
    .kind = KL_EST_TRANSFORMER,
    .flags = KL_EST_NAN_OK,
    .fit = power_fit,
    .transform = power_transform,
    .inverse = power_inverse,
    .names_kept = true,
    .shapes = "lambdas_ = features; mean = features | none unless standardize; "
              "scale = features | none unless standardize",
};

const kl_type kl_power_transformer_type = {
    .name = "PowerTransformer",
    KL_ESTIMATOR(power_transformer),
    .doc = "Columns made as normal as a power can make them (Box and Cox 1964; Yeo and Johnson 2000), the exponent "
           "that of highest likelihood. NaN is left out when learning and stays where it is.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_power_transformer_type);
