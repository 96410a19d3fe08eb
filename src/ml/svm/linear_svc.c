/* src/ml/svm/linear_svc.c - LinearSVC: linear support vector classification. */
#include "linear.h"

#include "../classes.h"
#include "../kernels.h"
#include "parallel.h"

typedef struct linear_svc {
    kl_estimator base;
    double c, tol, intercept_scaling;
    int64_t max_iter;
    kl_value penalty, loss, dual, multi_class, class_weight, random_state;
    bool fit_intercept, verbose;
    kl_value coef_, intercept_;
    int64_t n_iter_;
} linear_svc;

/* One problem for each class (of two classes one), or one for all. */
typedef struct fitting {
    const linear_svc *self;
    const kl_fit *in;
    kl_linear_problem problem; /* what all share */
    double *class_weights, *weights; /* of classes; of rows that weigh */
    double *y, *cost;          /* n for each problem */
    double *w;                 /* cols + 1 for each row of coefficients */
    size_t *rounds;
    size_t count;
    bool dual, is_l1;
    kl_task *task;
} fitting;

/* ---- fit ---------------------------------------------------------------------------------------------- */

static kl_status solve(const fitting *f, kl_linear_problem *p, kl_error *error)
{
    return f->is_l1 ? kl_linear_sparse_weights(p, f->task, error)
           : f->dual ? kl_linear_dual(p, f->task, error)
                     : kl_linear_newton(p, f->task, error);
}

/* One class against the rest: of two classes the second one is positive and both have their weight, else only the
 * positive class has. */
static kl_status fit_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    fitting *f = data;
    (void)block;
    for (size_t k = begin; k < end; k++) {
        kl_linear_problem p = f->problem;
        double *y = f->y + k * p.n, *cost = f->cost + k * p.n;
        int64_t positive = f->count == 1 ? 1 : (int64_t)k;
        for (size_t i = 0; i < p.n; i++) {
            int64_t code = f->in->codes[p.rows[i]];
            y[i] = code == positive ? 1 : -1;
            cost[i] = f->self->c * f->weights[i];
            if (f->count == 1 || code == positive)
                cost[i] *= f->class_weights[code];
        }
        p.y = y, p.cost = cost, p.stream = (uint32_t)k;
        p.w = f->w + k * (p.x->cols + 1);
        KL_TRY(solve(f, &p, error));
        f->rounds[k] = p.rounds;
    }
    return KL_OK;
}

static kl_status fit_rest(fitting *f, kl_task *task, kl_error *error)
{
    if (f->count == 1) {
        f->task = task;
        return fit_block(f, 0, 0, 1, error);
    }
    return kl_parallel_for(f->count, 1, fit_block, f, error);
}

static kl_status fit_all_classes(fitting *f, kl_task *task, kl_error *error)
{
    kl_linear_problem *p = &f->problem;
    for (size_t i = 0; i < p->n; i++) {
        int64_t code = f->in->codes[p->rows[i]];
        f->y[i] = (double)code;
        f->cost[i] = f->self->c * f->weights[i] * f->class_weights[code];
    }
    p->y = f->y, p->cost = f->cost, p->w = f->w;
    KL_TRY(kl_linear_all_classes(p, f->in->classes, task, error));
    f->rounds[0] = p->rounds;
    return KL_OK;
}

static kl_status take_rows(fitting *f, kl_task *task, kl_error *error)
{
    size_t *rows;
    KL_TAKE_RAW(rows, task, f->in->n, error);
    KL_TAKE_RAW(f->weights, task, f->in->n, error);
    for (size_t i = 0; i < f->in->n; i++) {
        double weight = f->in->weights ? f->in->weights[i] : 1;
        if (weight > 0) {
            f->weights[f->problem.n] = weight;
            rows[f->problem.n++] = i;
        }
    }
    f->problem.rows = rows;
    return KL_OK;
}

static kl_status keep(linear_svc *self, const fitting *f, bool is_difference, kl_error *error)
{
    size_t d = f->in->d, count = is_difference ? 1 : f->count;
    double *coef, *intercept;
    KL_TRY(kl_table_new(&self->coef_, &coef, count, d, error));
    KL_TRY(kl_vector_new(&self->intercept_, &intercept, count, error));
    for (size_t k = 0; k < count; k++)
        for (size_t j = 0; j <= d; j++) {
            double w = is_difference ? f->w[d + 1 + j] - f->w[j] : f->w[k * (d + 1) + j];
            if (j < d)
                coef[k * d + j] = w;
            else
                intercept[k] = f->problem.bias * w;
        }
    for (size_t k = 0; k < f->count; k++)
        self->n_iter_ = KL_MAX(self->n_iter_, (int64_t)f->rounds[k]);
    if (self->n_iter_ < self->max_iter)
        return KL_OK;
    return kl_warn_convergence(error, "LinearSVC: not converged after max_iter=%lld rounds",
                               (long long)self->max_iter);
}

static kl_status begin(fitting *f, linear_svc *self, const kl_fit *in, bool is_all, kl_task *task,
                       kl_error *error)
{
    bool is_hinge = kl_word_is(self->loss, "hinge");
    f->is_l1 = kl_word_is(self->penalty, "l1");
    if (!is_all)
        KL_TRY(kl_linear_choose(&f->dual, self->dual, in, !is_hinge, !f->is_l1,
                                is_hinge     ? f->is_l1 ? "penalty='l1' and loss='hinge'" : "loss='hinge'"
                                : f->is_l1   ? "penalty='l1'"
                                             : "loss='squared_hinge'",
                                error));
    KL_TRY(kl_linear_bias(&f->problem.bias, self->fit_intercept, self->intercept_scaling, error));
    f->problem.x = in->x;
    f->problem.loss = is_hinge ? KL_LOSS_HINGE : KL_LOSS_SQUARED_HINGE;
    f->problem.tol = self->tol;
    f->problem.rounds_max = (size_t)self->max_iter;
    f->count = is_all || in->classes > 2 ? in->classes : 1;
    KL_TRY(kl_estimator_seed(&f->problem.seed, &self->base, error));
    KL_TRY(kl_class_weights(&f->class_weights, self->class_weight, self->base.classes, in, in->weights,
                            task, error));
    KL_TRY(take_rows(f, task, error));
    size_t problems = is_all ? 1 : f->count;
    KL_TAKE_RAW(f->y, task, problems * f->problem.n, error);
    KL_TAKE_RAW(f->cost, task, problems * f->problem.n, error);
    KL_TAKE(f->w, task, f->count * (in->d + 1), error);
    KL_TAKE(f->rounds, task, f->count, error);
    return KL_OK;
}

static kl_status fit(kl_estimator *estimator, const kl_fit *in, kl_task *task, kl_error *error)
{
    linear_svc *self = (linear_svc *)estimator;
    bool is_all = kl_word_is(self->multi_class, "crammer_singer");
    fitting f = {.self = self, .in = in};
    KL_TRY(begin(&f, self, in, is_all, task, error));
    KL_TRY(is_all ? fit_all_classes(&f, task, error) : fit_rest(&f, task, error));
    return keep(self, &f, is_all && in->classes == 2, error);
}

/* ---- answers ------------------------------------------------------------------------------------------ */

static kl_status decide(kl_value *out, const kl_estimator *estimator, const kl_matrix *x,
                        kl_task *task, kl_error *error)
{
    const linear_svc *self = (const linear_svc *)estimator;
    size_t width = kl_array_axis(self->intercept_, 0);
    double *scores;
    (void)task;
    if (width == 1)
        KL_TRY(kl_vector_new(out, &scores, x->rows, error));
    else
        KL_TRY(kl_table_new(out, &scores, x->rows, width, error));
    kl_linear_scores(scores, x, kl_doubles(self->coef_), kl_doubles(self->intercept_), width);
    return KL_OK;
}

/* ---- the table ---------------------------------------------------------------------------------------- */

static const char *const penalties[] = {"l1", "l2", NULL};
static const char *const losses[] = {"hinge", "squared_hinge", NULL};
static const char *const ways[] = {"ovr", "crammer_singer", NULL};

static const kl_field fields[] = {
    KL_DOUBLE(linear_svc, c, 1.0, .alias = "C", .doc = "what an error costs beside the penalty; > 0"),
    KL_INT(linear_svc, max_iter, 1000, .doc = "rounds at most, with a ConvergenceWarning; >= 0"),
    KL_ENUM(linear_svc, penalty, "l2", .names = penalties, .flags = KL_KEYWORD_ONLY,
            .doc = "l2: |w|^2 / 2; l1: the sum of |w|, which leaves most weights 0 (squared_hinge alone)"),
    KL_ENUM(linear_svc, loss, "squared_hinge", .names = losses, .flags = KL_KEYWORD_ONLY,
            .doc = "hinge: max(0, 1 - y f(x)); squared_hinge: its square"),
    KL_VALUE(linear_svc, dual, .kind = KL_KIND_ANY, .fallback = "\"auto\"", .flags = KL_KEYWORD_ONLY,
             .doc = "whether the dual is solved, row by row, or the primal, by Newton's method; 'auto' = the "
                    "dual where there are fewer rows than features, or the primal is not possible"),
    KL_DOUBLE(linear_svc, tol, 1e-4, .flags = KL_KEYWORD_ONLY,
              .doc = "violation of the optimum, or share of the first gradient, at which it stops; > 0"),
    KL_ENUM(linear_svc, multi_class, "ovr", .names = ways, .flags = KL_KEYWORD_ONLY,
            .doc = "ovr: a machine for each class against the rest; crammer_singer: one for all classes "
                   "(penalty, loss and dual play no part)"),
    KL_BOOL(linear_svc, fit_intercept, true, .flags = KL_KEYWORD_ONLY,
            .doc = "whether there is a constant"),
    KL_DOUBLE(linear_svc, intercept_scaling, 1.0, .flags = KL_KEYWORD_ONLY,
              .doc = "the constant is the weight of a feature of this value, which is penalised as all are; "
                     "the larger, the less; > 0"),
    KL_VALUE(linear_svc, class_weight, .kind = KL_KIND_ANY,
             .flags = KL_OPTIONAL | KL_FOREIGN | KL_KEYWORD_ONLY,
             .doc = "factor of C for each class: 'balanced' = rows / (classes * rows of the class), or a dict "
                    "from labels to numbers; None = 1"),
    KL_BOOL(linear_svc, verbose, false, .flags = KL_KEYWORD_ONLY,
            .doc = "whether lines of progress go to standard error"),
    KL_RANDOM_STATE(linear_svc, | KL_KEYWORD_ONLY),
    KL_LEARNED_ARRAY(linear_svc, coef_, .doc = "weights: classes x features, 1 x features for two classes"),
    KL_LEARNED_ARRAY(linear_svc, intercept_, .doc = "constant of each row of coef_"),
    KL_LEARNED_INT(linear_svc, n_iter_, .doc = "rounds, of the class that took most"),
};
static const kl_limit limits[] = {{"c", KL_ABOVE(0)}, {"tol", KL_ABOVE(0)},
                                  {"max_iter", KL_AT_LEAST(0)}};
static const kl_method methods[] = {KL_EST_SUPERVISED_WEIGHTED, KL_EST_CLASSES, KL_EST_DECISION};
static const kl_estimator_table table = {
    .kind = KL_EST_CLASSIFIER, .flags = KL_EST_SPARSE, .limits = KL_TABLE(limits), .fit = fit,
    .decide = decide,
    .shapes = "coef_ = decisions features; intercept_ = decisions",
};
static const kl_type kl_linear_svc_type = {
    .name = "LinearSVC", KL_ESTIMATOR(linear_svc),
    .doc = "Linear support vector classification, as LIBLINEAR defines it (Fan, Chang, Hsieh, Wang, Lin: JMLR 9, "
           "2008), for many rows and features. x: rows x features, dense or sparse.",
    .fields = KL_TABLE(fields), .methods = KL_TABLE(methods), .extension = &table};
KL_PUBLISH(kl_linear_svc_type);
