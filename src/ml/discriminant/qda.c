/* src/ml/discriminant/qda.c - QuadraticDiscriminantAnalysis: classes are normal, each with a covariance of its own. */
#include "spread.h"

#include "../classes.h"
#include "../kernels.h"
#include "../linalg.h"
#include "../shapes.h"
#include "parallel.h"

#include <math.h>

typedef struct qda {
    kl_estimator base;
    double reg_param, tol;
    kl_value solver, shrinkage, priors, covariance_estimator;
    bool store_covariance;
    kl_value means_, priors_, scalings_, rotations_, covariance_;
} qda;

/* One class at a time. */
typedef struct work {
    qda *self;
    kl_spread how;
    size_t n, d, class;
    double *x;      /* rows of the class, then minus their mean */
    double *copy, *scaling, *vectors, *covariance; /* vectors: rows are directions */
} work;

/* ---- fit ---------------------------------------------------------------------------------------------- */

/* Variances along the principal directions of centred rows, descending: by the covariance, or where that is too coarse by
 * the singular value decomposition. */
static kl_status principal(work *w, kl_task *task, kl_error *error)
{
    size_t d = w->d, n = w->n;
    double *values = w->copy + n * d, *rows = values + d;
    if (n > d) {
        kl_gram(w->covariance, w->x, n, d, NULL);
        kl_scale(w->covariance, 1 / (double)n, d * d);
        KL_TRY(kl_eigh(values, rows, w->covariance, d, task, error));
        for (size_t j = 0; j < d; j++) {
            w->scaling[j] = KL_MAX(values[d - 1 - j], 0);
            memcpy(w->vectors + j * d, rows + (d - 1 - j) * d, d * sizeof *rows);
        }
        double r = w->self->reg_param;
        if ((1 - r) * values[0] + r > 1e-8 * values[d - 1])
            return KL_OK;
    }
    memcpy(w->copy, w->x, n * d * sizeof *w->x);
    memset(w->scaling, 0, d * sizeof *w->scaling);
    KL_TRY(kl_svd(NULL, w->scaling, w->vectors, w->copy, n, d, task, error));
    for (size_t j = 0; j < KL_MIN(n, d); j++)
        w->scaling[j] *= w->scaling[j] / (double)n;
    return KL_OK;
}

static kl_status by_svd(work *w, const double *mean, kl_task *task, kl_error *error)
{
    double r = w->self->reg_param;
    kl_kernels()->center_scale(w->x, w->x, mean, NULL, w->n, w->d);
    KL_TRY(principal(w, task, error));
    for (size_t j = 0; j < KL_MIN(w->n, w->d); j++)
        w->scaling[j] = (1 - r) * w->scaling[j] + r;
    return KL_OK;
}

static kl_status by_covariance(work *w, kl_task *task, kl_error *error)
{
    size_t d = w->d;
    double *values = w->copy, *rows = values + d, *matrix = rows + d * d;
    KL_TRY(kl_spread_of(w->covariance, &w->how, w->x, w->n, d, task, error));
    memcpy(matrix, w->covariance, d * d * sizeof *matrix);
    KL_TRY(kl_eigh(values, rows, matrix, d, task, error));
    for (size_t j = 0; j < d; j++) {
        w->scaling[j] = values[d - 1 - j];
        memcpy(w->vectors + j * d, rows + (d - 1 - j) * d, d * sizeof *rows);
    }
    return KL_OK;
}

static kl_status check_rank(const work *w, bool is_svd, kl_error *error)
{
    size_t rank = 0;
    for (size_t j = 0; j < w->d; j++)
        rank += w->scaling[j] > w->self->tol;
    if (rank == w->d)
        return KL_OK;
    return kl_bad_input(error, "the covariance of class %zu (of classes_, from 0), which has %zu rows, is not of "
                               "full rank: %zu of %zu; %s",
                        w->class, w->n, rank, w->d,
                        !is_svd            ? "raise shrinkage"
                        : w->n <= w->d     ? "it needs more rows than features, or solver='eigen' with shrinkage"
                                           : "raise reg_param, or leave out features that depend on others");
}

static kl_status keep_class(work *w, bool is_svd, kl_error *error)
{
    qda *self = w->self;
    size_t d = w->d;
    kl_value made;
    double *numbers;
    KL_TRY(kl_vector_from(&made, w->scaling, d, error));
    KL_TRY(kl_array_push(&self->scalings_, made, error));
    KL_TRY(kl_table_new(&made, &numbers, d, d, error));
    kl_transpose(numbers, w->vectors, d, d);
    KL_TRY(kl_array_push(&self->rotations_, made, error));
    if (!self->store_covariance)
        return KL_OK;
    KL_TRY(kl_table_new(&made, &numbers, d, d, error));
    if (is_svd)
        kl_gram(numbers, w->vectors, d, d, w->scaling);
    else
        memcpy(numbers, w->covariance, d * d * sizeof *numbers);
    return kl_array_push(&self->covariance_, made, error);
}

static kl_status fit_class(work *w, const double *mean, kl_task *task, kl_error *error)
{
    bool is_svd = kl_word_is(w->self->solver, "svd");
    if (w->n < 2)
        return kl_bad_input(error, "class %zu (of classes_, from 0) has one row only, which has no covariance",
                            w->class);
    KL_TRY(is_svd ? by_svd(w, mean, task, error) : by_covariance(w, task, error));
    KL_TRY(check_rank(w, is_svd, error));
    return keep_class(w, is_svd, error);
}

static kl_status check(const qda *self, kl_spread *how, kl_error *error)
{
    KL_TRY(kl_spread_read(how, self->shrinkage, self->covariance_estimator, error));
    if (!kl_word_is(self->solver, "svd"))
        return KL_OK;
    if (!kl_is_null(self->shrinkage))
        return kl_bad_parameter(error, "shrinkage", "None with the solver svd", self->shrinkage);
    if (!kl_is_null(self->covariance_estimator))
        return kl_bad_parameter(error, "covariance_estimator", "None with the solver svd",
                                self->covariance_estimator);
    return KL_OK;
}

static kl_status read_priors(qda *self, const double *counts, const kl_fit *in, kl_task *task,
                             kl_error *error)
{
    const double *given;
    double *priors;
    KL_TRY(kl_class_priors(&given, self->priors, "priors", in->classes, task, error));
    KL_TRY(kl_vector_new(&self->priors_, &priors, in->classes, error));
    for (size_t c = 0; c < in->classes; c++)
        priors[c] = given ? given[c] : counts[c] / (double)in->n;
    return KL_OK;
}

static kl_status take_work(work *w, size_t most, kl_task *task, kl_error *error)
{
    size_t d = w->d;
    KL_TAKE_RAW(w->x, task, most * d, error);
    KL_TAKE_RAW(w->copy, task, most * d + 2 * d * d + d, error);
    KL_TAKE(w->scaling, task, d, error);
    KL_TAKE(w->vectors, task, d * d, error);
    KL_TAKE(w->covariance, task, d * d, error);
    return KL_OK;
}

static kl_status fit(kl_estimator *estimator, const kl_fit *in, kl_task *task, kl_error *error)
{
    qda *self = (qda *)estimator;
    work w = {.self = self, .d = in->d};
    size_t *order, *starts;
    double *counts, *means;
    KL_TRY(check(self, &w.how, error));
    KL_TAKE(counts, task, in->classes, error);
    KL_TAKE_RAW(order, task, in->n, error);
    KL_TAKE_RAW(starts, task, in->classes + 1, error);
    kl_class_counts(counts, in->codes, in->n, NULL, in->classes);
    KL_TRY(read_priors(self, counts, in, task, error));
    KL_TRY(kl_table_new(&self->means_, &means, in->classes, in->d, error));
    KL_TRY(kl_class_means(means, in, counts, task, error));
    kl_class_order(order, starts, in->codes, in->n, in->classes);
    KL_TRY(take_work(&w, (size_t)kl_kernels()->max(counts, in->classes), task, error));
    KL_TRY(kl_array_new(&self->scalings_, in->classes, error));
    KL_TRY(kl_array_new(&self->rotations_, in->classes, error));
    if (self->store_covariance)
        KL_TRY(kl_array_new(&self->covariance_, in->classes, error));
    for (w.class = 0; w.class < in->classes; w.class++) {
        w.n = starts[w.class + 1] - starts[w.class];
        kl_spread_gather(w.x, in->x, order + starts[w.class], w.n);
        KL_TRY(fit_class(&w, means + w.class * in->d, task, error));
    }
    return KL_OK;
}

/* ---- answers ------------------------------------------------------------------------------------------ */

enum { ROWS = 64 };

typedef struct answers {
    const qda *self;
    const kl_matrix *x;
    size_t classes;
    double *out;                /* rows x classes: log posterior, but for what all have */
    double *turns, *constants;  /* classes x d x d: directions times 1 / sd */
    double *scratch;
} answers;

static void answer_rows(const answers *a, size_t begin, size_t rows, double *scratch)
{
    const kl_kernel_table *k = kl_kernels();
    size_t d = a->x->cols;
    double *turned = scratch + ROWS * d, squares[ROWS];
    for (size_t c = 0; c < a->classes; c++) {
        k->center_scale(scratch, kl_row(a->x, begin), kl_doubles(a->self->means_) + c * d, NULL, rows,
                        d);
        kl_gemm(false, false, rows, d, d, 1, scratch, d, a->turns + c * d * d, d, 0, turned, d);
        k->row_square_sums(squares, turned, rows, d);
        for (size_t i = 0; i < rows; i++)
            a->out[(begin + i) * a->classes + c] = a->constants[c] - squares[i] / 2;
    }
}

static kl_status answer_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const answers *a = data;
    double *scratch = a->scratch + kl_parallel_me() * 2 * ROWS * a->x->cols;
    (void)block, (void)error;
    for (size_t at = begin; at < end; at += ROWS)
        answer_rows(a, at, KL_MIN(end - at, ROWS), scratch);
    return KL_OK;
}

static kl_status answer(double *out, const qda *self, const kl_matrix *x, kl_task *task,
                        kl_error *error)
{
    size_t d = x->cols;
    answers a = {.self = self, .x = x, .classes = kl_array_axis(self->priors_, 0), .out = out};
    const double *priors = kl_doubles(self->priors_);
    KL_TAKE_RAW(a.turns, task, a.classes * d * d, error);
    KL_TAKE_RAW(a.constants, task, a.classes, error);
    KL_TAKE_RAW(a.scratch, task, kl_parallel_threads() * 2 * ROWS * d, error);
    for (size_t c = 0; c < a.classes; c++) {
        const double *scaling = kl_doubles(kl_array_at(self->scalings_, c));
        const double *rotation = kl_doubles(kl_array_at(self->rotations_, c));
        double logs = 0;
        for (size_t j = 0; j < d; j++) {
            logs += log(scaling[j]);
            a.constants[c] = 1 / sqrt(scaling[j]);
            for (size_t i = 0; i < d; i++)
                a.turns[(c * d + i) * d + j] = rotation[i * d + j] * a.constants[c];
        }
        a.constants[c] = log(priors[c]) - logs / 2;
    }
    size_t each = a.classes * d * (d + 8) + 1;
    return kl_parallel_for(x->rows, (((size_t)1 << 20) / each / ROWS + 1) * ROWS, answer_block, &a,
                           error);
}

static kl_status classify(int64_t *out, const kl_estimator *estimator, const kl_matrix *x,
                          kl_task *task, kl_error *error)
{
    const qda *self = (const qda *)estimator;
    size_t classes = kl_array_axis(self->priors_, 0);
    double *scores;
    KL_TAKE_RAW(scores, task, x->rows * classes + 1, error);
    KL_TRY(answer(scores, self, x, task, error));
    kl_kernels()->argmax_rows(out, scores, x->rows, classes);
    return KL_OK;
}

static kl_status table_of_answers(kl_value *out, double **numbers, const kl_estimator *estimator,
                                  const kl_matrix *x, kl_task *task, kl_error *error)
{
    const qda *self = (const qda *)estimator;
    kl_value made;
    KL_TRY(kl_table_new(&made, numbers, x->rows, kl_array_axis(self->priors_, 0), error));
    kl_status status = answer(*numbers, self, x, task, error);
    if (status == KL_OK)
        *out = made;
    else
        kl_value_release(made);
    return status;
}

static kl_status decide(kl_value *out, const kl_estimator *self, const kl_matrix *x, kl_task *task,
                        kl_error *error)
{
    kl_value scores, single;
    double *numbers, *difference;
    KL_TRY(table_of_answers(&scores, &numbers, self, x, task, error));
    *out = scores;
    if (kl_array_axis(scores, 1) != 2)
        return KL_OK;
    kl_status status = kl_vector_new(&single, &difference, x->rows, error);
    for (size_t i = 0; status == KL_OK && i < x->rows; i++)
        difference[i] = numbers[2 * i + 1] - numbers[2 * i];
    kl_value_release(scores);
    if (status == KL_OK)
        *out = single;
    return status;
}

static kl_status proba(kl_value *out, const kl_estimator *self, const kl_matrix *x, kl_task *task,
                       kl_error *error)
{
    double *numbers;
    KL_TRY(table_of_answers(out, &numbers, self, x, task, error));
    kl_kernels()->softmax_rows(numbers, x->rows, kl_array_axis(*out, 1), NULL);
    return KL_OK;
}

static kl_status log_proba(kl_value *out, const kl_estimator *self, const kl_matrix *x,
                           kl_task *task, kl_error *error)
{
    double *numbers, *copy, *norm;
    KL_TRY(table_of_answers(out, &numbers, self, x, task, error));
    size_t classes = kl_array_axis(*out, 1), count = x->rows * classes;
    copy = kl_task_alloc_raw(task, count + 1, sizeof *copy);
    norm = kl_task_alloc_raw(task, x->rows + 1, sizeof *norm);
    if (!copy || !norm) {
        kl_value_release(*out);
        return kl_error_no_memory(error);
    }
    memcpy(copy, numbers, count * sizeof *copy);
    kl_kernels()->softmax_rows(copy, x->rows, classes, norm);
    for (size_t i = 0; i < count; i++)
        numbers[i] -= norm[i / classes];
    return KL_OK;
}

/* ---- the table ---------------------------------------------------------------------------------------- */

static const char *const solvers[] = {"svd", "eigen", NULL};

static const kl_field fields[] = {
    KL_DOUBLE(qda, reg_param, 0.0,
              .doc = "r in [0, 1]: variances become (1 - r) variance + r; of the solver svd"),
    KL_ENUM(qda, solver, "svd", .names = solvers, .flags = KL_KEYWORD_ONLY,
            .doc = "svd: no covariance is made; eigen: by covariances, which may be shrunk"),
    KL_VALUE(qda, shrinkage, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "how far covariances are drawn to multiples of the identity: a number in [0, 1], or "
                    "'auto' (Ledoit and Wolf 2004); None = not; of the solver eigen"),
    KL_SPREAD_FIELDS(qda),
    KL_LEARNED_ARRAY(qda, means_, .doc = "means of the classes: classes x features"),
    KL_LEARNED_ARRAY(qda, priors_, .doc = "probability of each class"),
    KL_LEARNED_VALUE(qda, scalings_, .doc = "variances along the principal directions: an array for each "
                                            "class, descending"),
    KL_LEARNED_VALUE(qda, rotations_, .doc = "principal directions: for each class features x "
                                             "features, column by column"),
    KL_LEARNED_VALUE(qda, covariance_, .doc = "covariances of the classes, with store_covariance"),
};
static const kl_limit limits[] = {{"reg_param", KL_BETWEEN(0, 1)}, {"tol", KL_AT_LEAST(0)}};
static const kl_method methods[] = {KL_EST_SUPERVISED, KL_EST_CLASSES, KL_EST_DECISION,
                                    KL_EST_PROBA};
/* A rotation has as many columns as there are scalings. */
static kl_status restored(kl_estimator *base, kl_error *error)
{
    const qda *self = (const qda *)base;
    bool is_sound = true;
    for (size_t c = 0; c < kl_array_len(self->rotations_); c++)
        is_sound &= kl_array_axis(kl_array_at(self->rotations_, c), 1) == kl_array_axis(kl_array_at(self->scalings_, c), 0);
    return kl_shapes_are(is_sound, base, "rotations and scalings", error);
}

static const kl_estimator_table table = {
    .kind = KL_EST_CLASSIFIER, .limits = KL_TABLE(limits), .fit = fit, .classify = classify,
    .decide = decide, .proba = proba, .log_proba = log_proba,
    .restored = restored,
    .shapes = "means_ = classes features; priors_ = classes; scalings_ = list classes of *; "
              "rotations_ = list classes of features *",
};
static const kl_type kl_qda_type = {
    .name = "QuadraticDiscriminantAnalysis", KL_ESTIMATOR(qda),
    .doc = "Classes are normal, each with a covariance of its own, so borders are quadratic (Hastie, Tibshirani, "
           "Friedman: The Elements of Statistical Learning, 2009, section 4.3). x: rows x features.",
    .fields = KL_TABLE(fields), .methods = KL_TABLE(methods), .extension = &table};
KL_PUBLISH(kl_qda_type);
