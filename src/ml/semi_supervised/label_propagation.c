/* src/ml/semi_supervised/label_propagation.c - LabelPropagation, LabelSpreading: labels flow from rows that have one to
 * their neighbours.
 *
 * Zhu and Ghahramani: Learning from labeled and unlabeled data with label propagation (2002). Zhou, Bousquet, Lal,
 * Weston, Schoelkopf: Learning with local and global consistency (2004).
 */
#include "ml/estimator_parts.h"
#include "ml/kernels.h"
#include "ml/linalg.h"
#include "ml/neighbors/neighbors.h"

#include <math.h>

typedef struct propagation {
    kl_estimator base;
    int64_t n_neighbors, max_iter;
    double tol, gamma, alpha; /* alpha of LabelSpreading */
    kl_value kernel, n_jobs;
    kl_value X_, label_distributions_, transduction_;
    int64_t n_iter_;
} propagation;

extern const kl_type kl_label_spreading_type;

static bool is_spreading(const propagation *self) { return self->base.object.type == &kl_label_spreading_type; }

/* ---- who is like whom ---------------------------------------------------------------------------- */

/* Weights between rows: dense, n x n, or k equal ones a row. */
typedef struct graph {
    size_t n, k;
    double *dense;
    int64_t *near; /* n x k */
    double *scale; /* of spreading by neighbours: 1 / sqrt of how often a row is a neighbour */
} graph;

/* The user's function of two matrices: weights, m x n. */
static kl_status call_kernel(double *out, kl_value kernel, const kl_matrix *a, const kl_matrix *b, kl_task *task,
                             kl_error *error)
{
    kl_value answer, args[2] = {kl_null(), kl_null()};
    const double *weights = NULL;
    KL_TRY(kl_table_from(&args[0], a->data, a->rows, a->cols, error));
    kl_status status = kl_table_from(&args[1], b->data, b->rows, b->cols, error);
    if (status == KL_OK)
        status = kl_call_value(&answer, kernel, args, 2, error);
    kl_value_release(args[0]);
    kl_value_release(args[1]);
    KL_TRY(status);
    if (kl_array_axis(answer, 0) != a->rows || kl_array_axis(answer, 1) != b->rows)
        status = kl_bad_input(error, "kernel(a, b) must give %zu x %zu weights", a->rows, b->rows);
    else
        status = kl_doubles_read(&weights, answer, task, error);
    if (status == KL_OK)
        memcpy(out, weights, a->rows * b->rows * sizeof *out);
    kl_value_release(answer);
    return status;
}

static kl_status weigh(double *out, const propagation *self, const kl_matrix *a, const kl_matrix *b, kl_task *task,
                       kl_error *error)
{
    size_t count = a->rows * b->rows;
    if (!kl_word_is(self->kernel, "rbf"))
        return call_kernel(out, self->kernel, a, b, task, error);
    KL_TRY(kl_squared_distances(out, a->data, a->rows, NULL, b->data, b->rows, NULL, a->cols, task, error));
    kl_scale(out, -self->gamma, count);
    kl_kernels()->exp(out, out, count);
    return KL_OK;
}

/* Each row sums to 1. */
static void normalise_rows(double *x, size_t rows, size_t cols)
{
    for (size_t i = 0; i < rows; i++) {
        double sum = kl_kernels()->sum(x + i * cols, cols);
        if (sum != 0)
            kl_scale(x + i * cols, 1 / sum, cols);
    }
}

/* D^-1/2 W D^-1/2 without its diagonal. */
static kl_status normalise_both(double *w, size_t n, kl_task *task, kl_error *error)
{
    double *scale;
    KL_TAKE_RAW(scale, task, n, error);
    for (size_t i = 0; i < n; i++)
        w[i * n + i] = 0;
    kl_kernels()->column_sums(scale, w, n, n);
    for (size_t i = 0; i < n; i++)
        scale[i] = scale[i] > 0 ? 1 / sqrt(scale[i]) : 1;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            w[i * n + j] = w[i * n + j] * scale[i] * scale[j]; /* in this order: both may be huge */
    return KL_OK;
}

static kl_status find_near(int64_t **out, const propagation *self, const double *x, size_t n, const kl_matrix *q,
                           kl_task *task, kl_error *error)
{
    kl_neighbor_index index;
    size_t k = (size_t)self->n_neighbors;
    if (k > n)
        return kl_bad_input(error, "expected n_neighbors <= %zu (rows of fit()), got n_neighbors = %zu", n, k);
    KL_TAKE_RAW(*out, task, q->rows * k + 1, error);
    KL_TRY(kl_neighbor_index_make(&index, x, n, q->cols, KL_METRIC_EUCLIDEAN, 2, task, error));
    return kl_neighbors_nearest(*out, NULL, &index, q->data, q->rows, k, false, task, error);
}

static kl_status make_near(graph *g, const propagation *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    g->k = (size_t)self->n_neighbors;
    KL_TRY(find_near(&g->near, self, in->x->data, in->n, in->x, task, error));
    if (!is_spreading(self))
        return KL_OK;
    KL_TAKE(g->scale, task, g->n, error);
    for (size_t at = 0; at < g->n * g->k; at++)
        if ((size_t)g->near[at] != at / g->k)
            g->scale[g->near[at]]++;
    for (size_t i = 0; i < g->n; i++)
        g->scale[i] = g->scale[i] > 0 ? 1 / sqrt(g->scale[i]) : 1;
    return KL_OK;
}

static kl_status make_graph(graph *g, const propagation *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    *g = (graph){.n = in->n};
    if (kl_word_is(self->kernel, "knn"))
        return make_near(g, self, in, task, error);
    if (!kl_word_is(self->kernel, "rbf") && !kl_as_object(self->kernel, &kl_callable_type))
        return kl_bad_parameter(error, "kernel", "'rbf', 'knn' or a function of two matrices", self->kernel);
    KL_TAKE_RAW(g->dense, task, in->n * in->n, error);
    KL_TRY(weigh(g->dense, self, in->x, in->x, task, error));
    if (is_spreading(self))
        return normalise_both(g->dense, in->n, task, error);
    normalise_rows(g->dense, in->n, in->n);
    return KL_OK;
}

/* out = graph f */
static void flow(double *out, const graph *g, const double *f, size_t classes)
{
    if (g->dense) {
        kl_gemm(false, false, g->n, classes, g->n, 1, g->dense, g->n, f, classes, 0, out, classes);
        return;
    }
    memset(out, 0, g->n * classes * sizeof *out);
    for (size_t i = 0; i < g->n; i++)
        for (size_t k = 0; k < g->k; k++) {
            size_t from = (size_t)g->near[i * g->k + k];
            double weight = !g->scale ? 1 / (double)g->k : from == i ? 0 : g->scale[i] * g->scale[from];
            for (size_t c = 0; c < classes; c++)
                out[i * classes + c] += weight * f[from * classes + c];
        }
}

/* ---- learning ------------------------------------------------------------------------------------ */

/* Classes without -1, which stands for "no label"; *codes counts in them, and is -1 for such rows. */
static kl_status read_codes(int64_t **codes, propagation *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    const double *labels = kl_doubles(self->base.classes);
    size_t unknown = in->classes, kept = 0;
    kl_value made;
    double *known;
    for (size_t c = 0; labels && c < in->classes; c++)
        if (labels[c] == -1)
            unknown = c;
    KL_TAKE_RAW(*codes, task, in->n, error);
    for (size_t i = 0; i < in->n; i++)
        (*codes)[i] = (size_t)in->codes[i] == unknown ? -1 : in->codes[i] - ((size_t)in->codes[i] > unknown);
    if (unknown == in->classes)
        return KL_OK;
    if (in->classes == 1)
        return kl_bad_input(error, "y has no label but -1, which stands for no label");
    KL_TRY(kl_vector_new(&made, &known, in->classes - 1, error));
    for (size_t c = 0; c < in->classes; c++)
        if (c != unknown)
            known[kept++] = labels[c];
    kl_learn(&self->base.classes, made);
    return KL_OK;
}

static double change(const double *a, const double *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += fabs(a[i] - b[i]);
    return sum;
}

/* After one flow: rows with a label keep it, or are drawn to it. */
static void clamp(double *f, const propagation *self, const int64_t *codes, size_t n, size_t classes)
{
    if (!is_spreading(self))
        normalise_rows(f, n, classes);
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < classes; c++) {
            double known = codes[i] == (int64_t)c, *to = &f[i * classes + c];
            if (is_spreading(self))
                *to = self->alpha * *to + (1 - self->alpha) * known;
            else if (codes[i] >= 0)
                *to = known;
        }
}

static kl_status propagate(double *f, propagation *self, const graph *g, const int64_t *codes, size_t classes,
                           kl_task *task, kl_error *error)
{
    size_t count = g->n * classes;
    double *before;
    KL_TAKE(before, task, count, error);
    for (self->n_iter_ = 0; self->n_iter_ < self->max_iter; self->n_iter_++) {
        if (change(f, before, count) < self->tol)
            return KL_OK;
        memcpy(before, f, count * sizeof *f);
        flow(f, g, before, classes);
        clamp(f, self, codes, g->n, classes);
        KL_TRY(kl_task_step(task, (size_t)self->n_iter_ + 1, (size_t)self->max_iter, error));
    }
    return kl_warn_convergence(error, "max_iter=%lld was reached without convergence", (long long)self->max_iter);
}

static kl_status keep_answers(propagation *self, const double *f, size_t n, size_t classes, kl_task *task,
                              kl_error *error)
{
    int64_t *codes;
    kl_value labels;
    KL_TAKE_RAW(codes, task, n, error);
    kl_kernels()->argmax_rows(codes, f, n, classes);
    KL_TRY(kl_labels_decode(&labels, self->base.classes, codes, n, error));
    kl_learn(&self->transduction_, labels);
    return KL_OK;
}

static kl_status fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    propagation *self = (propagation *)base;
    kl_value made;
    int64_t *codes;
    double *f;
    graph g;
    KL_TRY(read_codes(&codes, self, in, task, error));
    size_t classes = kl_labels_count(base->classes);
    KL_TRY(make_graph(&g, self, in, task, error));
    KL_TRY(kl_table_from(&made, in->x->data, in->n, in->d, error));
    kl_learn(&self->X_, made);
    KL_TRY(kl_table_new(&made, &f, in->n, classes, error));
    kl_learn(&self->label_distributions_, made);
    for (size_t i = 0; i < in->n; i++)
        if (codes[i] >= 0)
            f[i * classes + (size_t)codes[i]] = 1;
    KL_TRY(propagate(f, self, &g, codes, classes, task, error));
    normalise_rows(f, in->n, classes);
    return keep_answers(self, f, in->n, classes, task, error);
}

/* ---- answering ----------------------------------------------------------------------------------- */

static kl_status ask(double *p, const propagation *self, const kl_matrix *x, size_t classes, kl_task *task,
                     kl_error *error)
{
    size_t n = kl_array_axis(self->X_, 0), k = (size_t)self->n_neighbors;
    const double *f = kl_doubles(self->label_distributions_);
    if (kl_word_is(self->kernel, "knn")) {
        int64_t *near;
        KL_TRY(find_near(&near, self, kl_doubles(self->X_), n, x, task, error));
        for (size_t at = 0; at < x->rows * k; at++)
            for (size_t c = 0; c < classes; c++)
                p[at / k * classes + c] += f[(size_t)near[at] * classes + c];
        return KL_OK;
    }
    /* the kernel sees rows of fit() first */
    kl_matrix known = {.rows = n, .cols = x->cols, .data = kl_doubles(self->X_)};
    double *weights;
    KL_TAKE_RAW(weights, task, n * x->rows + 1, error);
    KL_TRY(weigh(weights, self, &known, x, task, error));
    kl_gemm(true, false, x->rows, classes, n, 1, weights, x->rows, f, classes, 0, p, classes);
    return KL_OK;
}

static kl_status proba(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task, kl_error *error)
{
    size_t classes = kl_labels_count(base->classes);
    double *p;
    KL_TRY(kl_table_new(out, &p, x->rows, classes, error));
    kl_status status = x->rows ? ask(p, (const propagation *)base, x, classes, task, error) : KL_OK;
    if (status != KL_OK) {
        kl_value_release(*out);
        return status;
    }
    for (size_t i = 0; i < x->rows; i++) {
        double sum = kl_kernels()->sum(p + i * classes, classes);
        for (size_t c = 0; c < classes; c++)
            p[i * classes + c] /= sum; /* far from all rows: NaN, nothing is known */
    }
    return KL_OK;
}

/* ---- the types ----------------------------------------------------------------------------------- */

#define WHEEL_FIELDS                                                                               \
    KL_COUNT_FIELD(propagation, n_neighbors, 7, .doc = "neighbours of kernel 'knn', itself among them; >= 1"),\
    KL_COUNT_FIELD(propagation, max_iter, 30, .doc = "most rounds; >= 1"),                         \
    KL_DOUBLE(propagation, tol, 1e-3, .doc = "stop when distributions change by less, in sum; >= 0"),\
    KL_DOUBLE(propagation, gamma, 20.0, .doc = "of kernel 'rbf': e^(-gamma |a - b|^2); >= 0")
#define MORE_FIELDS                                                                                \
    KL_VALUE(propagation, kernel, .kind = KL_KIND_ANY, .fallback = "\"rbf\"", .flags = KL_FOREIGN | KL_KEYWORD_ONLY,\
             .doc = "how rows weigh for each other: 'rbf', 'knn' = 1 for the nearest, or a function of two matrices "\
                    "a and b that gives weights, rows of a x rows of b"),                          \
    KL_NEIGHBORS_N_JOBS(propagation),                                                              \
    KL_LEARNED_ARRAY(propagation, X_, .doc = "x of fit()"),                                        \
    KL_LEARNED_ARRAY(propagation, label_distributions_, .doc = "shares of the classes: rows x classes"),\
    KL_LEARNED_ARRAY(propagation, transduction_, .doc = "the label that each row of fit() got"),   \
    KL_LEARNED_INT(propagation, n_iter_, .doc = "rounds made")

static const kl_field propagation_fields[] = {WHEEL_FIELDS, MORE_FIELDS};
static const kl_field spreading_fields[] = {
    WHEEL_FIELDS,
    KL_DOUBLE(propagation, alpha, 0.2,
              .doc = "share that a row takes from its neighbours, the rest being its own label; 0 < alpha < 1"),
    MORE_FIELDS,
};
#define LIMITS                                                                                     \
    {"n_neighbors", KL_AT_LEAST(1)}, {"max_iter", KL_AT_LEAST(1)}, {"tol", KL_AT_LEAST(0)},        \
    {"gamma", KL_AT_LEAST(0)}
static const kl_limit propagation_limits[] = {LIMITS};
static const kl_limit spreading_limits[] = {LIMITS, {"alpha", KL_BETWEEN_OPEN(0, 1)}};
static const kl_method methods[] = {KL_EST_SUPERVISED, KL_EST_CLASSES, KL_EST_PROBA};

static const kl_estimator_table propagation_table = {
    .kind = KL_EST_CLASSIFIER,
    .flags = KL_EST_ONE_CLASS_OK,
    .limits = KL_TABLE(propagation_limits),
    .fit = fit,
    .proba = proba,
    .shapes = "X_ = rows features; label_distributions_ = rows classes",
};
static const kl_estimator_table spreading_table = {
    .kind = KL_EST_CLASSIFIER,
    .flags = KL_EST_ONE_CLASS_OK,
    .limits = KL_TABLE(spreading_limits),
    .fit = fit,
    .proba = proba,
    .shapes = "X_ = rows features; label_distributions_ = rows classes",
};

const kl_type kl_label_propagation_type = {
    .name = "LabelPropagation",
    KL_ESTIMATOR(propagation),
    .doc = "Labels of some rows flow to those that have none, marked -1, along weights between all rows (Zhu and "
           "Ghahramani 2002). Rows with a label keep it.",
    .fields = KL_TABLE(propagation_fields),
    .methods = KL_TABLE(methods),
    .extension = &propagation_table,
};
KL_PUBLISH(kl_label_propagation_type);

const kl_type kl_label_spreading_type = {
    .name = "LabelSpreading",
    KL_ESTIMATOR(propagation),
    .doc = "Labels of some rows flow to those that have none, marked -1, by the normalised weights between all rows; "
           "rows with a label may lose it (Zhou, Bousquet, Lal, Weston, Schoelkopf 2004).",
    .fields = KL_TABLE(spreading_fields),
    .methods = KL_TABLE(methods),
    .extension = &spreading_table,
};
KL_PUBLISH(kl_label_spreading_type);
