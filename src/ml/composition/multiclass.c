/* src/ml/composition/multiclass.c - OneVsRestClassifier, OneVsOneClassifier: many classes by classifiers of two. */
#include "multiclass.h"

#include "ml/estimator_parts.h"

#include <math.h>

typedef kl_multiclass multiclass;

extern const kl_type kl_one_vs_rest_type, kl_one_vs_one_type;

static kl_status check(kl_object *object, kl_error *error)
{
    multiclass *self = (multiclass *)object;
    kl_value model;
    KL_TRY(kl_model_resolve(&model, self->estimator, "estimator", error));
    kl_value_replace(&self->estimator, model);
    return KL_OK;
}

/* ---- confidence of a classifier of two --------------------------------------------------------------------- */

/* What it says of the second class, one number for each row: decisions (0 is the border) or probabilities (0.5); a regressor
 * what it predicts (0.5). Into out[i * stride]. */
static kl_status confidence(double *out, size_t n, size_t stride, kl_value model, kl_value x, kl_task *task,
                            kl_error *error)
{
    kl_value answer;
    const double *numbers;
    size_t cols;
    bool decides = kl_model_has(model, KL_OP_DECISION), proba = !decides && kl_model_has(model, KL_OP_PROBA);
    kl_operation operation = decides ? KL_OP_DECISION : proba ? KL_OP_PROBA : KL_OP_PREDICT;
    KL_TRY(kl_model_apply(&answer, model, operation, x, error));
    kl_status status = kl_held_numbers(&numbers, n, &cols, answer, task, error);
    for (size_t i = 0; status == KL_OK && i < n; i++)
        out[i * stride] = numbers[i * cols + cols - 1];
    kl_value_release(answer);
    return status;
}

static double border(kl_value model) { return kl_model_has(model, KL_OP_DECISION) ? 0 : 0.5; }

/* Probability of the second class. */
static kl_status second_proba(double *out, size_t n, size_t stride, kl_value model, kl_value x, kl_task *task,
                              kl_error *error)
{
    kl_value answer;
    const double *numbers;
    size_t cols;
    KL_TRY(kl_model_apply(&answer, model, KL_OP_PROBA, x, error));
    kl_status status = kl_held_numbers(&numbers, n, &cols, answer, task, error);
    for (size_t i = 0; status == KL_OK && i < n; i++)
        out[i * stride] = numbers[i * cols + cols - 1];
    kl_value_release(answer);
    return status;
}

/* ---- many fits --------------------------------------------------------------------------------------------- */

/* One problem of two classes: rows (NULL = all) and their targets, 0 or 1. */
typedef struct problem {
    kl_value model;
    const int64_t *rows;
    size_t count;
    double *targets;
} problem;

typedef struct problems {
    problem *all;
    size_t count;
    kl_value x, weights;
} problems;

static kl_status solve(const problems *of, const problem *one, kl_error *error)
{
    kl_value x = kl_null(), y = kl_null(), weights = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_vector_from(&y, one->targets, one->count, error));
    if (one->rows) {
        KL_TRY_OUT(kl_data_take(&x, of->x, one->rows, one->count, error));
        KL_TRY_OUT(kl_data_take(&weights, of->weights, one->rows, one->count, error));
    } else {
        x = kl_value_retain(of->x);
        weights = kl_value_retain(of->weights);
    }
    KL_TRY_OUT(kl_model_fit(one->model, x, y, weights, error));
out:
    kl_value_release(x);
    kl_value_release(y);
    kl_value_release(weights);
    return status;
}

static kl_status solve_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const problems *of = data;
    (void)block;
    for (size_t i = begin; i < end; i++)
        if (!kl_is_null(of->all[i].model))
            KL_TRY(solve(of, &of->all[i], error));
    return KL_OK;
}

/* Clone, fit, keep. A problem whose model is KL_KIND_BOOL true gets one. */
static kl_status solve_all(multiclass *self, problems *of, kl_task *task, kl_error *error)
{
    kl_value list, *models;
    kl_status status = KL_OK;
    KL_TAKE(models, task, of->count + 1, error);
    for (size_t i = 0; i < of->count && status == KL_OK; i++) {
        bool wanted = kl_as_bool(of->all[i].model);
        of->all[i].model = kl_null();
        if (wanted)
            status = kl_model_clone(&models[i], self->estimator, error);
        if (status == KL_OK)
            of->all[i].model = models[i];
    }
    if (status == KL_OK && kl_models_are_own(&self->estimator, 1))
        status = kl_parallel_for(of->count, 1, solve_block, of, error);
    else if (status == KL_OK)
        status = solve_block(of, 0, 0, of->count, error);
    if (status == KL_OK)
        status = kl_held_list(&list, models, of->count, error);
    if (status == KL_OK)
        kl_learn(&self->estimators_, list);
    kl_held_release(models, of->count);
    return status;
}

/* ---- one against the rest ---------------------------------------------------------------------------------- */

/* Targets of one class; a class that all or no rows have needs no classifier. */
static kl_status rest_problem(problem *out, double *constant, size_t n, kl_task *task, kl_error *error)
{
    KL_TAKE(out->targets, task, n, error);
    out->count = n;
    out->model = kl_bool(true);
    *constant = (double)NAN;
    return KL_OK;
}

static void note_constant(problem *of, double *constant)
{
    size_t ones = 0;
    for (size_t i = 0; i < of->count; i++)
        ones += of->targets[i] != 0;
    if (ones > 0 && ones < of->count)
        return;
    *constant = ones > 0;
    of->model = kl_null();
}

static kl_status rest_of_labels(multiclass *self, problems *of, double **constants, const kl_fit *in, kl_task *task,
                                kl_error *error)
{
    int64_t *codes;
    size_t n;
    KL_TRY(kl_held_labels(&codes, &self->base, in->raw_x, in->raw_y, 0, task, error));
    KL_TRY(kl_data_rows(&n, in->raw_x, "x", error));
    size_t classes = kl_labels_count(self->base.classes);
    of->count = classes == 2 ? 1 : classes;
    KL_TAKE(of->all, task, of->count, error);
    KL_TAKE(*constants, task, of->count, error);
    for (size_t c = 0; c < of->count; c++) {
        KL_TRY(rest_problem(&of->all[c], &(*constants)[c], n, task, error));
        for (size_t i = 0; i < n; i++)
            of->all[c].targets[i] = (size_t)codes[i] == (classes == 2 ? 1 : c);
    }
    return KL_OK;
}

/* y is a table of 0 and 1: a column a label. */
static kl_status rest_of_table(multiclass *self, problems *of, double **constants, const kl_fit *in, kl_task *task,
                               kl_error *error)
{
    const double *y;
    double *numbers;
    size_t n, rows, cols;
    kl_value classes;
    KL_TRY(kl_held_rows(&rows, in->raw_x, in->raw_y, error));
    KL_TRY(kl_targets_read(&y, &n, &cols, in->raw_y, "y", task, error));
    KL_TRY(kl_vector_new(&classes, &numbers, cols, error));
    kl_value_replace(&self->base.classes, classes);
    of->count = cols;
    KL_TAKE(of->all, task, cols, error);
    KL_TAKE(*constants, task, cols, error);
    for (size_t c = 0; c < cols; c++) {
        numbers[c] = (double)c;
        KL_TRY(rest_problem(&of->all[c], &(*constants)[c], n, task, error));
        for (size_t i = 0; i < n; i++) {
            of->all[c].targets[i] = y[i * cols + c];
            if (y[i * cols + c] != 0 && y[i * cols + c] != 1)
                return kl_bad_input(error, "y has several columns, so each number must be 0 or 1, got %g",
                                    y[i * cols + c]);
        }
        note_constant(&of->all[c], &(*constants)[c]);
    }
    return KL_OK;
}

static size_t columns_of(kl_value y)
{
    const kl_array_view *view = kl_as_array_view(y);
    if (view)
        return view->layout.ndim > 1 ? (size_t)view->shape[1] : 1;
    return kl_is(kl_array_at(y, 0), KL_KIND_ARRAY) ? kl_array_len(kl_array_at(y, 0)) : 1;
}

static kl_status fit_rest(kl_estimator *model, const kl_fit *in, kl_task *task, kl_error *error)
{
    multiclass *self = (multiclass *)model;
    problems of = {.x = in->raw_x, .weights = in->raw_weights};
    double *constants;
    kl_value kept;
    KL_TRY(kl_held_note(model, in->raw_x, error));
    self->multilabel_ = columns_of(in->raw_y) > 1;
    KL_TRY(self->multilabel_ ? rest_of_table(self, &of, &constants, in, task, error)
                             : rest_of_labels(self, &of, &constants, in, task, error));
    KL_TRY(kl_vector_from(&kept, constants, of.count, error));
    kl_learn(&self->constants, kept);
    self->n_classes_ = (int64_t)kl_labels_count(model->classes);
    return solve_all(self, &of, task, error);
}

/* Confidences (or probabilities) of every classifier: n x count. */
static kl_status rest_scores(double **out, size_t *n, const multiclass *self, bool proba, kl_value x, kl_task *task,
                             kl_error *error)
{
    size_t count = kl_array_len(self->estimators_);
    const double *constants = kl_doubles(self->constants);
    KL_TRY(kl_data_rows(n, x, "x", error));
    KL_TAKE(*out, task, *n * count + 1, error);
    for (size_t c = 0; c < count; c++) {
        kl_value model = kl_array_at(self->estimators_, c);
        if (!kl_is_null(model))
            KL_TRY(proba ? second_proba(*out + c, *n, count, model, x, task, error)
                         : confidence(*out + c, *n, count, model, x, task, error));
        for (size_t i = 0; kl_is_null(model) && i < *n; i++)
            (*out)[i * count + c] = proba ? constants[c] : constants[c] != 0 ? INFINITY : -INFINITY;
    }
    return KL_OK;
}

/* Of two classes the sign; of more the highest, of equal ones the last. */
static kl_status predict_rest(kl_value *out, const multiclass *self, kl_value x, kl_task *task, kl_error *error)
{
    double *scores, *bits;
    int64_t *codes;
    size_t n, count = kl_array_len(self->estimators_);
    KL_TRY(rest_scores(&scores, &n, self, false, x, task, error));
    double edge = border(self->estimator);
    if (self->multilabel_) {
        KL_TRY(kl_table_new(out, &bits, n, count, error));
        for (size_t i = 0; i < n * count; i++)
            bits[i] = scores[i] > edge;
        return KL_OK;
    }
    KL_TAKE(codes, task, n + 1, error);
    for (size_t i = 0; i < n; i++) {
        const double *row = scores + i * count;
        if (count == 1)
            codes[i] = row[0] > edge;
        for (size_t c = 1; c < count; c++)
            if (row[c] >= row[codes[i]])
                codes[i] = (int64_t)c;
    }
    return kl_labels_decode(out, self->base.classes, codes, n, error);
}

static kl_status proba_rest(kl_value *out, const multiclass *self, kl_value x, kl_task *task, kl_error *error)
{
    double *scores, *p;
    size_t n, count = kl_array_len(self->estimators_), classes = (size_t)self->n_classes_;
    KL_TRY(rest_scores(&scores, &n, self, true, x, task, error));
    KL_TRY(kl_table_new(out, &p, n, classes, error));
    for (size_t i = 0; i < n; i++) {
        double *row = p + i * classes, sum = 0;
        if (count == 1 && classes == 2) {
            row[0] = 1 - scores[i];
            row[1] = scores[i];
            continue;
        }
        for (size_t c = 0; c < classes; c++)
            sum += row[c] = scores[i * count + c];
        for (size_t c = 0; !self->multilabel_ && c < classes; c++)
            row[c] = sum > 0 ? row[c] / sum : 1 / (double)classes;
    }
    return KL_OK;
}

static kl_status decide_rest(kl_value *out, const multiclass *self, kl_value x, kl_task *task, kl_error *error)
{
    double *scores;
    size_t n, count = kl_array_len(self->estimators_);
    KL_TRY(rest_scores(&scores, &n, self, false, x, task, error));
    return count == 1 ? kl_vector_from(out, scores, n, error) : kl_table_from(out, scores, n, count, error);
}

static kl_status forward_rest(kl_value *out, const kl_estimator *model, kl_operation operation, kl_value x,
                              kl_task *task, kl_error *error)
{
    const multiclass *self = (const multiclass *)model;
    return operation == KL_OP_PROBA      ? proba_rest(out, self, x, task, error)
           : operation == KL_OP_DECISION ? decide_rest(out, self, x, task, error)
                                         : predict_rest(out, self, x, task, error);
}

static bool has_rest(const kl_estimator *self, kl_operation operation)
{
    return operation == KL_OP_PREDICT ||
           ((operation == KL_OP_PROBA || operation == KL_OP_DECISION) &&
            kl_model_has(((const multiclass *)self)->estimator, operation));
}

/* ---- one against one --------------------------------------------------------------------------------------- */

static kl_status pair_problem(problem *out, const int64_t *codes, size_t n, int64_t a, int64_t b, kl_task *task,
                              kl_error *error)
{
    int64_t *rows;
    for (size_t i = 0; i < n; i++)
        out->count += codes[i] == a || codes[i] == b;
    KL_TAKE(rows, task, out->count, error);
    KL_TAKE(out->targets, task, out->count, error);
    for (size_t i = 0, at = 0; i < n; i++) {
        if (codes[i] != a && codes[i] != b)
            continue;
        rows[at] = (int64_t)i;
        out->targets[at++] = codes[i] == b;
    }
    out->rows = rows;
    out->model = kl_bool(true);
    return KL_OK;
}

static kl_status fit_pairs(kl_estimator *model, const kl_fit *in, kl_task *task, kl_error *error)
{
    multiclass *self = (multiclass *)model;
    problems of = {.x = in->raw_x};
    int64_t *codes;
    size_t n, at = 0;
    KL_TRY(kl_held_note(model, in->raw_x, error));
    KL_TRY(kl_held_labels(&codes, model, in->raw_x, in->raw_y, 0, task, error));
    KL_TRY(kl_data_rows(&n, in->raw_x, "x", error));
    size_t classes = kl_labels_count(model->classes);
    self->n_classes_ = (int64_t)classes;
    of.count = classes * (classes - 1) / 2;
    KL_TAKE(of.all, task, of.count, error);
    for (size_t a = 0; a < classes; a++)
        for (size_t b = a + 1; b < classes; b++)
            KL_TRY(pair_problem(&of.all[at++], codes, n, (int64_t)a, (int64_t)b, task, error));
    KL_TRY(kl_held_weights(&of.weights, in->raw_weights, n, task, error));
    kl_status status = solve_all(self, &of, task, error);
    kl_value_release(of.weights);
    return status;
}

/* Votes of all pairs, and the sums of their confidences squeezed into (-1/3, 1/3), which decide between equals. */
static kl_status pair_scores(double **out, size_t *n, const multiclass *self, kl_value x, kl_task *task,
                             kl_error *error)
{
    size_t classes = (size_t)self->n_classes_, at = 0;
    double *sums, *scores;
    KL_TRY(kl_data_rows(n, x, "x", error));
    KL_TAKE(*out, task, *n * classes + 1, error);
    KL_TAKE(sums, task, *n * classes + 1, error);
    KL_TAKE(scores, task, *n + 1, error);
    for (size_t a = 0; a < classes; a++) {
        for (size_t b = a + 1; b < classes; b++, at++) {
            kl_value model = kl_array_at(self->estimators_, at);
            double edge = border(model);
            KL_TRY(confidence(scores, *n, 1, model, x, task, error));
            for (size_t i = 0; i < *n; i++) {
                (*out)[i * classes + (scores[i] > edge ? b : a)] += 1;
                sums[i * classes + a] -= scores[i];
                sums[i * classes + b] += scores[i];
            }
        }
    }
    for (size_t i = 0; i < *n * classes; i++)
        (*out)[i] += sums[i] / (3 * (fabs(sums[i]) + 1));
    return KL_OK;
}

static kl_status predict_pairs(kl_value *out, const multiclass *self, kl_value x, kl_task *task, kl_error *error)
{
    double *scores;
    int64_t *codes;
    size_t n, classes = (size_t)self->n_classes_;
    KL_TRY(pair_scores(&scores, &n, self, x, task, error));
    KL_TAKE(codes, task, n + 1, error);
    for (size_t i = 0; i < n; i++) {
        const double *row = scores + i * classes;
        if (classes == 2)
            codes[i] = row[1] > border(kl_array_at(self->estimators_, 0));
        for (size_t c = 1; classes > 2 && c < classes; c++)
            if (row[c] > row[codes[i]])
                codes[i] = (int64_t)c;
    }
    return kl_labels_decode(out, self->base.classes, codes, n, error);
}

static kl_status forward_pairs(kl_value *out, const kl_estimator *model, kl_operation operation, kl_value x,
                               kl_task *task, kl_error *error)
{
    const multiclass *self = (const multiclass *)model;
    double *scores;
    size_t n, classes = (size_t)self->n_classes_;
    if (operation == KL_OP_PREDICT)
        return predict_pairs(out, self, x, task, error);
    KL_TRY(pair_scores(&scores, &n, self, x, task, error));
    if (classes > 2)
        return kl_table_from(out, scores, n, classes, error);
    for (size_t i = 0; i < n; i++)
        scores[i] = scores[i * 2 + 1];
    return kl_vector_from(out, scores, n, error);
}

static bool has_pairs(const kl_estimator *self, kl_operation operation)
{
    (void)self;
    return operation == KL_OP_PREDICT || operation == KL_OP_DECISION;
}

/* ---- both -------------------------------------------------------------------------------------------------- */

static kl_status score(double *out, const kl_estimator *model, const kl_fit *in, kl_task *task, kl_error *error)
{
    kl_value answer;
    KL_TRY(kl_table_of(model)->forward(&answer, model, KL_OP_PREDICT, in->raw_x, task, error));
    kl_status status = kl_held_score(out, true, in->raw_y, answer, in->raw_weights, task, error);
    kl_value_release(answer);
    return status;
}

static const kl_method rest_methods[] = {KL_EST_SUPERVISED_WEIGHTED, KL_EST_PROBA, KL_EST_DECISION, KL_EST_CLASSES, KL_EST_PARTIAL_FIT};
static const kl_method pair_methods[] = {KL_EST_SUPERVISED_WEIGHTED, KL_EST_DECISION, KL_EST_CLASSES, KL_EST_PARTIAL_FIT};

#define SHARED                                                                                     \
    KL_VALUE(multiclass, estimator, .kind = KL_KIND_ANY, .flags = KL_FOREIGN,                      \
             .doc = "a classifier of two classes, of which a clone is fitted for each: any object with fit() and " \
                    "decision_function(), predict_proba() or predict(), or the name of one"),      \
    KL_VALUE(multiclass, n_jobs, .kind = KL_KIND_INT, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,      \
             .doc = "threads at most; None = all. Classifiers of Python run one after the other")
static const kl_field rest_fields[] = {
    SHARED,
    KL_INT(multiclass, verbose, 0, .flags = KL_KEYWORD_ONLY, .doc = "above 0: tell of progress on standard error"),
    KL_LEARNED_VALUE(multiclass, estimators_, .doc = "a classifier for each class (one for two classes); None where all or "
                                                     "no rows have the label"),
    KL_KEPT_ARRAY(multiclass, constants, .doc = "what those answer that are None"),
    KL_LEARNED_BOOL(multiclass, multilabel_, .doc = "whether y was a table of several labels"),
    KL_LEARNED_INT(multiclass, n_classes_, .doc = "how many classes"),
};
static const kl_field pair_fields[] = {
    SHARED,
    KL_LEARNED_VALUE(multiclass, estimators_, .doc = "a classifier for each pair of classes: (0, 1), (0, 2) ... (1, 2)"),
    KL_LEARNED_INT(multiclass, n_classes_, .doc = "how many classes"),
};

static const kl_estimator_table rest_table = {
    .kind = KL_EST_CLASSIFIER, .flags = KL_EST_RAW | KL_EST_ANY_X | KL_EST_MULTI_OUTPUT, .fit = fit_rest,
    .partial_fit = kl_multiclass_rest_more,
    .forward = forward_rest, .has = has_rest, .score = score,
    .shapes = "estimators_ = list decisions; constants = decisions; n_classes_ = equal classes",
};
static const kl_estimator_table pair_table = {
    .kind = KL_EST_CLASSIFIER, .flags = KL_EST_RAW | KL_EST_ANY_X, .fit = fit_pairs,
    .partial_fit = kl_multiclass_pairs_more, .forward = forward_pairs,
    .has = has_pairs, .score = score,
    .shapes = "estimators_ = list pairs; n_classes_ = equal classes",
};

const kl_type kl_one_vs_rest_type = {
    .name = "OneVsRestClassifier", KL_ESTIMATOR(multiclass), .check = check, .fields = KL_TABLE(rest_fields),
    .methods = KL_TABLE(rest_methods), .extension = &rest_table,
    .doc = "Each class against all others: the class whose classifier is surest. y may be a table of 0 and 1, a column a "
           "label, of which a row may have several."};
KL_PUBLISH(kl_one_vs_rest_type);
const kl_type kl_one_vs_one_type = {
    .name = "OneVsOneClassifier", KL_ESTIMATOR(multiclass), .check = check, .fields = KL_TABLE(pair_fields),
    .methods = KL_TABLE(pair_methods), .extension = &pair_table,
    .doc = "Each class against each: the class with most votes of the classifiers of pairs; of equals the one they are surest "
           "of."};
KL_PUBLISH(kl_one_vs_one_type);
