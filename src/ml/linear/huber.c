/* src/ml/linear/huber.c - HuberRegressor: squares for small residuals, absolute values for large ones. */
#include "linear.h"

#include "ml/kernels.h"
#include "ml/linalg.h"
#include "ml/numeric.h"

#include <float.h>
#include <math.h>

typedef struct huber {
    LINEAR_MODEL;
    double epsilon, alpha, tol;
    int64_t max_iter;
    bool fit_intercept, warm_start;
    double scale_;
    int64_t n_iter_;
    kl_value outliers_;
} huber;

enum { NEWTON_MAX = 512 };
#define SCALE_LEAST (10 * DBL_EPSILON)

/*
 * Owen's objective: the sum of weight (s + H(r / s) s) + alpha |w|^2, where H is z^2 up to epsilon and
 * 2 epsilon |z| - epsilon^2 beyond. theta is w (d), b (with an intercept), s. It is convex.
 */
typedef struct problem {
    const kl_fit *in;
    double epsilon, alpha;
    bool intercept;
    size_t size;      /* of theta */
    double *residual; /* n: y - x'w - b */
    double *pull;     /* n: half the slope of the loss to the residual, times weight */
    double *inside;   /* n: weight of rows that are no outliers, else 0 */
    double *bound;    /* n: weight of rows in a bound of squares: outliers epsilon scale / |residual| of theirs */
    double value, *slope;
} problem;

static double weight_at(const problem *p, size_t i) { return p->in->weights ? p->in->weights[i] : 1.0; }

static void find_residuals(problem *p, const double *theta)
{
    const kl_matrix *x = p->in->x;
    double b = p->intercept ? theta[x->cols] : 0.0;
    if (!kl_is_sparse(x))
        kl_gemv(false, x->rows, x->cols, 1.0, x->data, x->cols, theta, 0.0, p->residual);
    for (size_t i = 0; i < x->rows; i++) {
        double sum = kl_is_sparse(x) ? 0.0 : p->residual[i];
        for (int64_t e = kl_is_sparse(x) ? x->indptr[i] : 0; kl_is_sparse(x) && e < x->indptr[i + 1]; e++)
            sum += x->values[e] * theta[x->indices[e]];
        p->residual[i] = p->in->y[i] - sum - b;
    }
}

/* out (d) += by X'r */
static void add_back(double *out, const kl_matrix *x, double by, const double *r)
{
    if (!kl_is_sparse(x)) {
        kl_gemv(true, x->rows, x->cols, by, x->data, x->cols, r, 1.0, out);
        return;
    }
    for (size_t i = 0; i < x->rows; i++)
        for (int64_t e = x->indptr[i]; e < x->indptr[i + 1]; e++)
            out[x->indices[e]] += by * r[i] * x->values[e];
}

static kl_status evaluate(void *data, const double *theta, double *value, double *slope, kl_error *error)
{
    (void)error;
    problem *p = data;
    size_t d = p->in->d, n = p->in->n;
    double scale = theta[p->size - 1], squares = 0, linear = 0, outside = 0, total = 0, sum = 0;
    find_residuals(p, theta);
    for (size_t i = 0; i < n; i++) {
        double w = weight_at(p, i), r = p->residual[i];
        bool is_outlier = fabs(r) > p->epsilon * scale;
        total += w;
        p->inside[i] = is_outlier ? 0.0 : w;
        p->pull[i] = is_outlier ? w * p->epsilon * (r > 0 ? 1.0 : -1.0) : w * r / scale;
        squares += is_outlier ? 0.0 : w * r * r;
        linear += is_outlier ? w * fabs(r) : 0.0;
        outside += is_outlier ? w : 0.0;
        sum += p->pull[i];
    }
    double square = p->epsilon * p->epsilon;
    *value = total * scale + squares / scale + 2 * p->epsilon * linear - scale * outside * square +
             p->alpha * kl_kernels()->sum_squares(theta, d);
    memset(slope, 0, p->size * sizeof *slope);
    add_back(slope, p->in->x, -2.0, p->pull);
    kl_axpy(2 * p->alpha, theta, slope, d);
    if (p->intercept)
        slope[d] = -2 * sum;
    slope[p->size - 1] = total - outside * square - squares / (scale * scale);
    return KL_OK;
}

/* ---- Newton's method ------------------------------------------------------------------------------------------------- */

/* Scratch for the square of theta's size, and vectors of it. */
typedef struct space {
    double *bend, *factor, *gram, *border, *moment, *products, *step, *next, *slope;
} space;

static kl_status take_space(space *s, const problem *p, kl_task *task, kl_error *error)
{
    size_t m = p->size, d = p->in->d;
    KL_TAKE(s->bend, task, m * m, error);
    KL_TAKE(s->factor, task, m * m, error);
    KL_TAKE(s->gram, task, d * d, error);
    KL_TAKE(s->border, task, d, error);
    KL_TAKE(s->moment, task, d, error);
    KL_TAKE(s->products, task, p->in->n, error);
    KL_TAKE(s->step, task, m, error);
    KL_TAKE(s->next, task, m, error);
    KL_TAKE(s->slope, task, m, error);
    return KL_OK;
}

static void weighted_gram(double *gram, const kl_matrix *x, const double *weights)
{
    size_t d = x->cols;
    if (!kl_is_sparse(x)) {
        kl_gram(gram, x->data, x->rows, d, weights);
        return;
    }
    memset(gram, 0, d * d * sizeof *gram);
    for (size_t i = 0; i < x->rows; i++)
        for (int64_t a = x->indptr[i]; weights[i] > 0 && a < x->indptr[i + 1]; a++)
            for (int64_t b = x->indptr[i]; b < x->indptr[i + 1]; b++)
                gram[(size_t)x->indices[a] * d + (size_t)x->indices[b]] += weights[i] * x->values[a] * x->values[b];
}

/* Second derivatives to w and b; weights of rows are `inside`, or `bound`, with which they are those of squares that
 * lie above the objective everywhere. */
static void curvature_of_weights(space *s, const problem *p, const double *weights, double scale)
{
    size_t d = p->in->d, m = p->size;
    double count = kl_kernels()->sum(weights, p->in->n);
    memset(s->bend, 0, m * m * sizeof *s->bend);
    weighted_gram(s->gram, p->in->x, weights);
    for (size_t j = 0; j < d; j++)
        for (size_t k = 0; k < d; k++)
            s->bend[j * m + k] = 2 / scale * s->gram[j * d + k] + (j == k ? 2 * p->alpha : 0.0);
    if (!p->intercept)
        return;
    memset(s->border, 0, d * sizeof *s->border);
    add_back(s->border, p->in->x, 2 / scale, weights);
    for (size_t j = 0; j < d; j++)
        s->bend[j * m + d] = s->bend[d * m + j] = s->border[j];
    s->bend[d * m + d] = 2 / scale * count;
}

/* And those to the scale. */
static void curvature_of_scale(space *s, const problem *p, double scale)
{
    size_t d = p->in->d, m = p->size;
    double first = 0, squares = 0;
    for (size_t i = 0; i < p->in->n; i++) {
        s->products[i] = p->inside[i] * p->residual[i];
        first += s->products[i];
        squares += s->products[i] * p->residual[i];
    }
    memset(s->moment, 0, d * sizeof *s->moment);
    add_back(s->moment, p->in->x, 2 / (scale * scale), s->products);
    for (size_t j = 0; j < d; j++)
        s->bend[j * m + m - 1] = s->bend[(m - 1) * m + j] = s->moment[j];
    if (p->intercept)
        s->bend[d * m + m - 1] = s->bend[(m - 1) * m + d] = 2 / (scale * scale) * first;
    s->bend[m * m - 1] = 2 / (scale * scale * scale) * squares;
}

/* The step of a curvature that is made a little larger until it is definite. */
static bool solve_step(space *s, const problem *p)
{
    size_t m = p->size;
    double mean = 0, add = 0;
    for (size_t j = 0; j < m; j++)
        mean += s->bend[j * (m + 1)] / (double)m;
    for (int attempt = 0; attempt < 12; attempt++) {
        memcpy(s->factor, s->bend, m * m * sizeof *s->factor);
        for (size_t j = 0; j < m; j++)
            s->factor[j * (m + 1)] += add;
        if (kl_cholesky(s->factor, m, NULL) == KL_OK) {
            for (size_t j = 0; j < m; j++)
                s->step[j] = -p->slope[j];
            kl_cholesky_solve(s->factor, m, s->step, 1);
            return true;
        }
        add = add > 0 ? 30 * add : 1e-13 * mean + DBL_MIN;
    }
    return false;
}

/* A step that is sure to gain: squares that lie above the objective for w and b, and the best scale for the present
 * residuals. */
static bool careful_step(space *s, const problem *p, const double *theta)
{
    size_t m = p->size;
    double scale = theta[m - 1], squares = 0, outside = 0, total = 0;
    for (size_t i = 0; i < p->in->n; i++) {
        double w = weight_at(p, i), r = fabs(p->residual[i]);
        bool is_outlier = r > p->epsilon * scale;
        p->bound[i] = is_outlier ? w * p->epsilon * scale / r : w;
        squares += is_outlier ? 0.0 : w * r * r;
        outside += is_outlier ? w : 0.0;
        total += w;
    }
    curvature_of_weights(s, p, p->bound, scale);
    s->bend[m * m - 1] = 1.0;
    bool solved = solve_step(s, p);
    double rest = total - outside * p->epsilon * p->epsilon;
    double best = rest > 0 ? KL_MIN(sqrt(squares / rest), 10 * scale) : 2 * scale;
    s->step[m - 1] = KL_MAX(best, 0.1 * scale) - scale;
    return solved;
}

static bool quick_step(space *s, const problem *p, const double *theta)
{
    curvature_of_weights(s, p, p->inside, theta[p->size - 1]);
    curvature_of_scale(s, p, theta[p->size - 1]);
    return solve_step(s, p);
}

/* As far along the step as gains enough; returns the share, 0 when nothing is gained. The scale stays above 0. */
static kl_status walk(space *s, problem *p, const double *theta, double *share, double *value, kl_error *error)
{
    size_t m = p->size;
    double promise = -kl_dot(p->slope, s->step, m);
    *share = 1.0;
    if (theta[m - 1] + s->step[m - 1] <= 0.1 * theta[m - 1])
        *share = -0.9 * theta[m - 1] / s->step[m - 1];
    for (int halving = 0; halving < 50; halving++, *share *= 0.5) {
        memcpy(s->next, theta, m * sizeof *s->next);
        kl_axpy(*share, s->step, s->next, m);
        s->next[m - 1] = KL_MAX(s->next[m - 1], SCALE_LEAST);
        KL_TRY(evaluate(p, s->next, value, s->slope, error));
        if (*value <= p->value - 1e-4 * *share * promise + 8 * DBL_EPSILON * fabs(p->value))
            return KL_OK;
    }
    *share = 0;
    return KL_OK;
}

static double largest_slope(const double *slope, const double *theta, size_t m)
{
    double most = theta[m - 1] <= SCALE_LEAST && slope[m - 1] > 0 ? 0.0 : fabs(slope[m - 1]);
    for (size_t j = 0; j + 1 < m; j++)
        most = KL_MAX(most, fabs(slope[j]));
    return most;
}

static kl_status newton(double *theta, problem *p, huber *model, bool *converged, kl_task *task, kl_error *error)
{
    space s;
    size_t m = p->size;
    bool careful = false, was_careful = false;
    KL_TRY(take_space(&s, p, task, error));
    KL_TRY(evaluate(p, theta, &p->value, p->slope, error));
    *converged = largest_slope(p->slope, theta, m) <= model->tol;
    for (model->n_iter_ = 0; model->n_iter_ < model->max_iter && !*converged; model->n_iter_++) {
        double share, value;
        KL_TRY(kl_task_step(task, (size_t)model->n_iter_, (size_t)model->max_iter, error));
        if (!(careful ? careful_step : quick_step)(&s, p, theta))
            return kl_bad_input(error, "the curvature is not finite: x has numbers so large that it should be scaled");
        KL_TRY(walk(&s, p, theta, &share, &value, error));
        if (share == 0 && careful) { /* nothing can be gained in double precision */
            *converged = true;
            break;
        }
        double gain = p->value - value;
        if (share > 0) {
            memcpy(theta, s.next, m * sizeof *theta);
            memcpy(p->slope, s.slope, m * sizeof *s.slope);
            p->value = value;
        } else {
            KL_TRY(evaluate(p, theta, &p->value, p->slope, error));
        }
        was_careful = careful;
        careful = share < 0.25;
        *converged = largest_slope(p->slope, theta, m) <= model->tol ||
                     (share == 1 && !was_careful && gain <= 1e-15 * fabs(value));
    }
    return KL_OK;
}

static kl_status by_lbfgs(double *theta, problem *p, huber *model, bool *converged, kl_task *task, kl_error *error)
{
    double *low, *high;
    KL_TAKE(low, task, p->size, error);
    KL_TAKE(high, task, p->size, error);
    for (size_t j = 0; j < p->size; j++) {
        low[j] = j == p->size - 1 ? SCALE_LEAST : -INFINITY;
        high[j] = INFINITY;
    }
    kl_lbfgs how = {.iterations_max = (size_t)model->max_iter, .gradient_tol = model->tol, .low = low, .high = high};
    KL_TRY(kl_lbfgs_minimise(theta, p->size, &how, evaluate, p, task, error));
    model->n_iter_ = (int64_t)how.iterations;
    *converged = how.converged;
    return KL_OK;
}

/* ---- fit ---------------------------------------------------------------------------------------------------------------- */

/* At the median of y and its usual distance from it: then many rows are no outliers. */
static kl_status begin_in_the_middle(double *theta, const problem *p, kl_task *task, kl_error *error)
{
    size_t n = p->in->n;
    double *copy, middle = 0;
    KL_TAKE(copy, task, n, error);
    memcpy(copy, p->in->y, n * sizeof *copy);
    if (p->intercept)
        theta[p->in->d] = middle = kl_median(copy, n);
    for (size_t i = 0; i < n; i++)
        copy[i] = fabs(p->in->y[i] - middle);
    double distance = kl_median(copy, n);
    theta[p->size - 1] = distance > 0 ? 1.5 * distance : 1.0;
    return KL_OK;
}

static kl_status begin(problem *p, double **theta, const huber *model, const kl_fit *in, kl_task *task,
                       kl_error *error)
{
    *p = (problem){.in = in, .epsilon = model->epsilon, .alpha = model->alpha, .intercept = model->fit_intercept,
                   .size = in->d + model->fit_intercept + 1};
    KL_TAKE(p->residual, task, in->n, error);
    KL_TAKE(p->pull, task, in->n, error);
    KL_TAKE(p->inside, task, in->n, error);
    KL_TAKE(p->bound, task, in->n, error);
    KL_TAKE(p->slope, task, p->size, error);
    KL_TAKE(*theta, task, p->size, error);
    const double *former = model->warm_start ? kl_linear_former(in->before, 1, in->d) : NULL;
    if (!former)
        return begin_in_the_middle(*theta, p, task, error);
    memcpy(*theta, former, in->d * sizeof **theta);
    if (p->intercept)
        (*theta)[in->d] = kl_linear_intercept((const linear_model *)in->before, 0);
    (*theta)[p->size - 1] = ((const huber *)in->before)->scale_;
    return KL_OK;
}

static kl_status keep(huber *model, problem *p, const double *theta, kl_error *error)
{
    kl_value made = kl_null();
    bool *outliers;
    size_t d = p->in->d;
    model->scale_ = theta[p->size - 1];
    find_residuals(p, theta);
    KL_TRY(kl_flags_new(&made, &outliers, p->in->n, error));
    kl_learn(&model->outliers_, made);
    for (size_t i = 0; i < p->in->n; i++)
        outliers[i] = fabs(p->residual[i]) > model->scale_ * model->epsilon;
    return kl_linear_keep((linear_model *)model, theta, p->intercept ? theta + d : NULL, 1, d, error);
}

static kl_status fit(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    huber *model = (huber *)self;
    problem p;
    double *theta;
    bool converged = false;
    KL_TRY(begin(&p, &theta, model, in, task, error));
    KL_TRY((p.size <= NEWTON_MAX ? newton : by_lbfgs)(theta, &p, model, &converged, task, error));
    if (!converged)
        KL_TRY(kl_warn_convergence(error, "the solver did not converge after %lld iterations; increase max_iter or scale "
                                          "the data",
                                   (long long)model->n_iter_));
    return keep(model, &p, theta, error);
}

static const kl_field fields[] = {
    KL_DOUBLE(huber, epsilon, 1.35, .doc = "residuals beyond epsilon times the scale count by their size; >= 1, the smaller "
                                           "the more robust"),
    KL_DOUBLE(huber, alpha, 0.0001, .doc = "strength of the penalty alpha |w|^2; >= 0"),
    KL_COUNT_FIELD(huber, max_iter, 100, .doc = "most iterations; >= 0"),
    LINEAR_INTERCEPT(huber, 0),
    KL_DOUBLE(huber, tol, 1e-5, .flags = KL_KEYWORD_ONLY,
              .doc = "the largest slope of the objective that counts as the minimum; >= 0"),
    KL_BOOL(huber, warm_start, false, .flags = KL_KEYWORD_ONLY, .doc = "whether fit() starts from what was learned before"),
    LINEAR_LEARNED(huber),
    KL_LEARNED_DOUBLE(huber, scale_, .doc = "by which residuals are divided"),
    KL_LEARNED_INT(huber, n_iter_, .doc = "iterations"),
    KL_LEARNED_ARRAY(huber, outliers_, .doc = "for each row whether its residual is large: n bools"),
};
static const kl_limit limits[] = {{"epsilon", KL_AT_LEAST(1)}, {"alpha", KL_AT_LEAST(0)}, {"tol", KL_AT_LEAST(0)}};
static const kl_method methods[] = {KL_EST_SUPERVISED_WEIGHTED};
static const kl_estimator_table table = {
    .kind = KL_EST_REGRESSOR,
    .flags = KL_EST_SPARSE,
    .limits = KL_TABLE(limits),
    .fit = fit,
    .predict = kl_linear_predict,
    .shapes = "coef_ = features; intercept_ = number; outliers_ = flag * | none",
};
const kl_type kl_huber_regressor_type = {
    .name = "HuberRegressor",
    KL_ESTIMATOR(huber),
    .doc = "Robust regression by Huber's loss, with the scale of the residuals learned beside the weights (Huber 1981; Owen "
           "2007): minimises the sum of s + H(r / s) s, plus alpha |w|^2. Newton's method, of many features L-BFGS-B.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_huber_regressor_type);
