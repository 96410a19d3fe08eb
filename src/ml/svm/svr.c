/* src/ml/svm/svr.c - SVR, NuSVR, OneClassSVM: one decision function. */
#include "svm.h"

#include "../kernels.h"
#include "../linalg.h"

/* ---- fit ---------------------------------------------------------------------------------------------- */

/* The rows that weigh more than 0, and arrays for the problem. */
typedef struct problem {
    size_t n;
    size_t *rows;
    double *weights, *low, *high, *linear, *b;
} problem;

static kl_status begin(problem *p, const kl_fit *in, size_t sides, kl_task *task, kl_error *error)
{
    KL_TAKE_RAW(p->rows, task, in->n, error);
    KL_TAKE_RAW(p->weights, task, in->n, error);
    p->n = 0;
    for (size_t i = 0; i < in->n; i++)
        if (!in->weights || in->weights[i] > 0) {
            p->weights[p->n] = in->weights ? in->weights[i] : 1;
            p->rows[p->n++] = i;
        }
    KL_TAKE(p->low, task, sides * p->n, error);
    KL_TAKE(p->high, task, sides * p->n, error);
    KL_TAKE(p->linear, task, p->n, error);
    KL_TAKE(p->b, task, sides * p->n, error);
    for (size_t i = 0; i < p->n; i++)
        p->linear[i] = in->y ? -in->y[p->rows[i]] : 0;
    return KL_OK;
}

static kl_status keep(svm *self, const kl_fit *in, const problem *p, const kl_smo *smo,
                      kl_task *task, kl_error *error)
{
    int64_t *support;
    double *duals, *intercept, *weights;
    size_t count = 0;
    KL_TAKE_RAW(support, task, p->n, error);
    for (size_t i = 0; i < p->n; i++)
        if (p->b[i] != 0) {
            p->b[count] = p->b[i];
            support[count++] = (int64_t)p->rows[i];
        }
    KL_TRY(kl_svm_keep(self, in, support, count, error));
    KL_TRY(kl_table_new(&self->dual_coef_, &duals, 1, count, error));
    memcpy(duals, p->b, count * sizeof *duals);
    KL_TRY(kl_vector_new(&self->intercept_, &intercept, 1, error));
    *intercept = -smo->rho;
    KL_TRY(kl_indices_from(&self->n_support_, &(int64_t){(int64_t)count}, 1, error));
    self->n_iter_ = kl_int(smo->iterations);
    if (kl_word_is(self->kernel, "linear")) {
        KL_TRY(kl_table_new(&self->coef_, &weights, 1, in->d, error));
        kl_gemv(true, count, in->d, 1, kl_doubles(self->support_vectors_), in->d, duals, 0, weights);
    }
    return kl_svm_finish(self, smo->converged, error);
}

static kl_status solve(svm *self, const kl_fit *in, problem *p, kl_smo *smo, kl_task *task,
                       kl_error *error)
{
    smo->source.at = p->rows;
    smo->low = p->low, smo->high = p->high, smo->linear = p->linear, smo->b = p->b;
    KL_TRY(kl_smo_solve(smo, task, error));
    for (size_t i = 0; i < p->n && smo->sides > 1; i++)
        p->b[i] += p->b[p->n + i];
    return keep(self, in, p, smo, task, error);
}

static kl_status svr_fit(kl_estimator *estimator, const kl_fit *in, kl_task *task, kl_error *error)
{
    svm *self = (svm *)estimator;
    svm_data data;
    problem p;
    KL_TRY(kl_svm_begin(&data, self, in, task, error));
    KL_TRY(begin(&p, in, 1, task, error));
    for (size_t i = 0; i < p.n; i++) {
        p.high[i] = self->c * p.weights[i];
        p.low[i] = -p.high[i];
    }
    kl_smo smo = kl_svm_problem(&data, p.n);
    smo.width = self->epsilon;
    return solve(self, in, &p, &smo, task, error);
}

/* Both sides start with the same: as much as nu allows, from the first row on. */
static kl_status nu_svr_fit(kl_estimator *estimator, const kl_fit *in, kl_task *task,
                            kl_error *error)
{
    svm *self = (svm *)estimator;
    svm_data data;
    problem p;
    double left = 0;
    KL_TRY(kl_svm_begin(&data, self, in, task, error));
    KL_TRY(begin(&p, in, 2, task, error));
    for (size_t i = 0; i < p.n; i++) {
        p.high[i] = self->c * p.weights[i];
        p.low[p.n + i] = -p.high[i];
        left += p.high[i] * self->nu / 2;
    }
    for (size_t i = 0; i < p.n; i++) {
        p.b[i] = KL_MIN(left, p.high[i]);
        p.b[p.n + i] = -p.b[i];
        left -= p.b[i];
    }
    kl_smo smo = kl_svm_problem(&data, p.n);
    smo.sides = 2;
    return solve(self, in, &p, &smo, task, error);
}

static kl_status one_class_fit(kl_estimator *estimator, const kl_fit *in, kl_task *task,
                               kl_error *error)
{
    svm *self = (svm *)estimator;
    svm_data data;
    problem p;
    double left = 0, *offset;
    KL_TRY(kl_svm_begin(&data, self, in, task, error));
    KL_TRY(begin(&p, in, 1, task, error));
    for (size_t i = 0; i < p.n; i++) {
        p.high[i] = p.weights[i];
        left += p.high[i] * self->nu;
    }
    for (size_t i = 0; i < p.n && left > 0; i++) {
        p.b[i] = KL_MIN(left, p.high[i]);
        left -= p.b[i];
    }
    kl_smo smo = kl_svm_problem(&data, p.n);
    KL_TRY(solve(self, in, &p, &smo, task, error));
    KL_TRY(kl_vector_new(&self->offset_, &offset, 1, error));
    *offset = smo.rho;
    return KL_OK;
}

/* ---- answers ------------------------------------------------------------------------------------------ */

static void combine(const svm_answer *a, double *out, const double *values, size_t rows,
                    double *extra)
{
    (void)extra;
    const double *duals = kl_doubles(a->self->dual_coef_);
    for (size_t i = 0; i < rows; i++)
        out[i] = kl_kernels()->dot(values + i * a->vectors, duals, a->vectors) + a->intercept[0];
}

static kl_status decisions(double *out, const kl_estimator *estimator, const kl_matrix *x,
                           kl_task *task, kl_error *error)
{
    const svm *self = (const svm *)estimator;
    svm_answer a = {.self = self, .x = x, .vectors = kl_array_axis(self->support_, 0), .width = 1,
                    .out = out, .combine = combine, .linear = kl_doubles(self->coef_),
                    .intercept = kl_doubles(self->intercept_)};
    return kl_svm_answer(&a, task, error);
}

static kl_status decide(kl_value *out, const kl_estimator *self, const kl_matrix *x, kl_task *task,
                        kl_error *error)
{
    double *numbers;
    kl_value made;
    KL_TRY(kl_vector_new(&made, &numbers, x->rows, error));
    kl_status status = decisions(numbers, self, x, task, error);
    if (status == KL_OK)
        *out = made;
    else
        kl_value_release(made);
    return status;
}

static kl_status inliers(double *out, const kl_estimator *self, const kl_matrix *x, kl_task *task,
                         kl_error *error)
{
    KL_TRY(decisions(out, self, x, task, error));
    for (size_t i = 0; i < x->rows; i++)
        out[i] = out[i] > 0 ? 1 : -1;
    return KL_OK;
}

static kl_status score_samples(kl_value *out, const kl_estimator *self, const kl_matrix *x,
                               kl_task *task, kl_error *error)
{
    KL_TRY(decide(out, self, x, task, error));
    double offset = kl_doubles(((const svm *)self)->offset_)[0], *numbers = kl_doubles(*out);
    for (size_t i = 0; i < x->rows; i++)
        numbers[i] += offset;
    return KL_OK;
}

/* ---- the tables --------------------------------------------------------------------------------------- */

#define EPSILON                                                                                    \
    KL_DOUBLE(svm, epsilon, 0.1, .doc = "errors up to it cost nothing; >= 0")

static const kl_field svr_fields[] = {
    SVM_C, EPSILON, SVM_KERNEL, SVM_GAMMA, SVM_DEGREE(KL_KEYWORD_ONLY), SVM_COEF0(KL_KEYWORD_ONLY),
    SVM_SOLVER, SVM_LEARNED};
static const kl_limit svr_limits[] = {{"c", KL_ABOVE(0)}, {"epsilon", KL_AT_LEAST(0)}, SVM_LIMITS};
static const kl_method methods[] = {KL_EST_SUPERVISED_WEIGHTED};
#define SHAPES                                                                                     \
    "support_ = int vectors; support_vectors_ = vectors features | 0 0; "                          \
    "n_support_ = int 1 + vectors; dual_coef_ = 1 vectors; intercept_ = 1; "                       \
    "coef_ = 1 features | none; x_fit = rows features | none"
static const kl_estimator_table svr_table = {.kind = KL_EST_REGRESSOR, .limits = KL_TABLE(svr_limits),
                                             .fit = svr_fit, .predict = decisions,
    .restored = kl_svm_restored,
    .shapes = SHAPES,
};
static const kl_type kl_svr_type = {
    .name = "SVR", KL_ESTIMATOR(svm), .check = kl_svm_check,
    .doc = "Support vector regression: errors beyond epsilon cost C each. Fitted by sequential minimal "
           "optimisation with second-order working sets (Fan, Chen, Lin: JMLR 6, 2005). x: rows x features, "
           "y: rows.",
    .fields = KL_TABLE(svr_fields), .methods = KL_TABLE(methods), .extension = &svr_table};
KL_PUBLISH(kl_svr_type);

static const kl_field nu_svr_fields[] = {
    SVM_NU("errors"), SVM_C, SVM_KERNEL, SVM_GAMMA, SVM_DEGREE(KL_KEYWORD_ONLY),
    SVM_COEF0(KL_KEYWORD_ONLY), SVM_SOLVER, SVM_LEARNED};
static const kl_limit nu_svr_limits[] = {{"c", KL_ABOVE(0)}, {"nu", KL_ABOVE_UP_TO(0, 1)}, SVM_LIMITS};
static const kl_estimator_table nu_svr_table = {
    .kind = KL_EST_REGRESSOR, .limits = KL_TABLE(nu_svr_limits), .fit = nu_svr_fit,
    .predict = decisions,
    .restored = kl_svm_restored,
    .shapes = SHAPES,
};
static const kl_type kl_nu_svr_type = {
    .name = "NuSVR", KL_ESTIMATOR(svm), .check = kl_svm_check,
    .doc = "Support vector regression where nu, the share of rows with errors, stands for the width that costs "
           "nothing (Schoelkopf, Smola, Williamson, Bartlett: New support vector algorithms, Neural Computation "
           "12, 2000). x: rows x features, y: rows.",
    .fields = KL_TABLE(nu_svr_fields), .methods = KL_TABLE(methods), .extension = &nu_svr_table};
KL_PUBLISH(kl_nu_svr_type);

static const kl_field one_class_fields[] = {
    SVM_NU("outliers"), SVM_KERNEL, SVM_GAMMA, SVM_DEGREE(KL_KEYWORD_ONLY),
    SVM_COEF0(KL_KEYWORD_ONLY), SVM_SOLVER, SVM_LEARNED,
    KL_LEARNED_ARRAY(svm, offset_, .doc = "what divides score_samples() of inliers and outliers")};
static const kl_limit one_class_limits[] = {{"nu", KL_ABOVE_UP_TO(0, 1)}, SVM_LIMITS};
static const kl_method one_class_methods[] = {KL_EST_FIT_WEIGHTED, KL_EST_PREDICT, KL_EST_DECISION,
                                              KL_EST_SCORE_SAMPLES, KL_EST_FIT_PREDICT,
                                              KL_EST_SCORE_PLAIN};
static const kl_estimator_table one_class_table = {
    .kind = KL_EST_OUTLIER, .flags = KL_EST_Y_OPTIONAL, .limits = KL_TABLE(one_class_limits),
    .fit = one_class_fit, .predict = inliers, .decide = decide, .score_samples = score_samples,
    .restored = kl_svm_restored,
    .shapes = SHAPES "; offset_ = 1",
};
static const kl_type kl_one_class_svm_type = {
    .name = "OneClassSVM", KL_ESTIMATOR(svm), .check = kl_svm_check,
    .doc = "The support of a distribution: 1 for rows within it, -1 for outliers (Schoelkopf, Platt, "
           "Shawe-Taylor, Smola, Williamson: Estimating the support of a high-dimensional distribution, Neural "
           "Computation 13, 2001). x: rows x features.",
    .fields = KL_TABLE(one_class_fields), .methods = KL_TABLE(one_class_methods),
    .extension = &one_class_table};
KL_PUBLISH(kl_one_class_svm_type);
