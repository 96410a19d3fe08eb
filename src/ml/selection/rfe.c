/* src/ml/selection/rfe.c - RFE: the columns that are left when the least important go, step by step (Guyon et al. 2002). */
#include "ml/composition/holding.h"
#include "ml/estimator_parts.h"
#include "ml/numeric.h"

#include "kailash/data.h"

#include <math.h>
#include <stdio.h>

typedef struct rfe {
    kl_estimator base;
    kl_value n_features_to_select, step, estimator;
    int64_t verbose;
    kl_value importance_getter;
    kl_value support_, ranking_, estimator_;
    int64_t n_features_;
} rfe;

/* RFE(estimator, ...) as scikit-learn has it: the first argument is an estimator, the number stands where else that would. */
static kl_status check(kl_object *object, kl_error *error)
{
    rfe *self = (rfe *)object;
    kl_value model;
    if (kl_is_model(self->n_features_to_select) && !kl_is_model(self->estimator)) {
        kl_value swapped = self->n_features_to_select;
        self->n_features_to_select = self->estimator;
        self->estimator = swapped;
    }
    if (kl_is_null(self->estimator))
        return KL_OK;
    KL_TRY(kl_model_resolve(&model, self->estimator, "estimator", error));
    kl_value_replace(&self->estimator, model);
    return KL_OK;
}

/* ---- importances ------------------------------------------------------------------------------------------- */

/* An attribute by a path such as "named_steps.m.coef_", step by step. */
static kl_status follow(kl_value *out, kl_value model, kl_text path, kl_error *error)
{
    kl_value now = kl_value_retain(model), next;
    for (size_t at = 0; at < path.len;) {
        char name[64];
        size_t len = 0;
        while (at + len < path.len && path.data[at + len] != '.')
            len++;
        snprintf(name, sizeof name, "%.*s", (int)KL_MIN(len, sizeof name - 1), path.data + at);
        kl_status status = KL_OK;
        if (kl_is(now, KL_KIND_MAP))
            next = kl_value_retain(kl_map_get(now, kl_text_from(name)));
        else
            status = kl_model_attribute(&next, now, name, error);
        kl_value_release(now);
        if (status != KL_OK)
            return status;
        now = next;
        at += len + 1;
        if (at < path.len && !kl_is(now, KL_KIND_MAP) && !kl_is(now, KL_KIND_OBJECT)) {
            kl_value_release(now);
            return kl_error_set(error, KL_ATTRIBUTE, "importance_getter: there is no '%.*s'", KL_TEXT_ARG(path));
        }
    }
    *out = now;
    return KL_OK;
}

static kl_status raw_importances(kl_value *out, const rfe *self, kl_value model, kl_error *error)
{
    kl_error ignored = KL_ERROR_INIT;
    if (kl_as_object(self->importance_getter, &kl_callable_type))
        return kl_call_value(out, self->importance_getter, &model, 1, error);
    if (!kl_is(self->importance_getter, KL_KIND_STRING))
        return kl_bad_parameter(error, "importance_getter", "'auto', the name of an attribute or a function of the estimator",
                                self->importance_getter);
    if (!kl_word_is(self->importance_getter, "auto"))
        return follow(out, model, kl_as_text(self->importance_getter), error);
    if (kl_model_attribute(out, model, "coef_", &ignored) == KL_OK && !kl_is_null(*out))
        return KL_OK;
    kl_error_clear(&ignored);
    if (kl_model_attribute(out, model, "feature_importances_", &ignored) == KL_OK && !kl_is_null(*out))
        return KL_OK;
    kl_error_clear(&ignored);
    return kl_bad_input(error, "the estimator has neither coef_ nor feature_importances_; importance_getter names another "
                               "attribute");
}

/* Sums of squares over all rows of the attribute, one for each column. */
static kl_status importances(double *out, size_t d, const rfe *self, kl_value model, kl_task *task, kl_error *error)
{
    kl_value raw;
    const double *numbers;
    size_t rows, cols;
    KL_TRY(raw_importances(&raw, self, model, error));
    kl_status status = kl_targets_read(&numbers, &rows, &cols, raw, "the importances", task, error);
    if (status == KL_OK && cols == 1 && rows == d) {
        cols = d;
        rows = 1;
    }
    if (status == KL_OK && cols != d)
        status = kl_bad_dimension(error, "importances", d, cols);
    for (size_t j = 0; j < d; j++)
        out[j] = 0;
    for (size_t i = 0; status == KL_OK && i < rows * d; i++)
        out[i % d] += numbers[i] * numbers[i];
    kl_value_release(raw);
    return status;
}

/* ---- which estimator, how many columns --------------------------------------------------------------------- */

/* Whether y are labels: texts, bools, or at most twenty whole numbers. */
static kl_status are_labels(bool *out, kl_value y, kl_task *task, kl_error *error)
{
    const kl_array_view *view = kl_as_array_view(y);
    const double *numbers;
    kl_value classes;
    int64_t *codes;
    size_t n;
    *out = true;
    if ((view && view->layout.format == '?') || kl_is(y, KL_KIND_ARRAY))
        return KL_OK;
    KL_TRY(kl_numbers_read(&numbers, &n, y, "y", task, error));
    for (size_t i = 0; i < n && *out; i++)
        *out = numbers[i] == floor(numbers[i]);
    if (!*out)
        return KL_OK;
    KL_TRY(kl_labels_encode(&codes, &classes, &n, y, kl_null(), "y", task, error));
    *out = kl_labels_count(classes) <= 20;
    kl_value_release(classes);
    return KL_OK;
}

static kl_status prototype_of(kl_value *out, const rfe *self, kl_value y, kl_task *task, kl_error *error)
{
    bool labels;
    kl_value name;
    if (!kl_is_null(self->estimator)) {
        *out = kl_value_retain(self->estimator);
        return KL_OK;
    }
    KL_TRY(are_labels(&labels, y, task, error));
    KL_TRY(kl_string_new(&name, labels ? KL_TEXT("LogisticRegression") : KL_TEXT("Ridge"), error));
    kl_status status = kl_model_resolve(out, name, "estimator", error);
    kl_value_release(name);
    return status;
}

static kl_status count_of(size_t *out, const rfe *self, size_t d, kl_error *error)
{
    kl_value given = self->n_features_to_select;
    double count = kl_is_null(given) ? (double)(d / 2) : kl_as_double(given);
    if (kl_is(given, KL_KIND_DOUBLE))
        count = count > 0 && count <= 1 ? floor(count * (double)d) : -1;
    if ((!kl_is_null(given) && !kl_is_number(given)) || !(count >= 0))
        return kl_bad_parameter(error, "n_features_to_select", "a number of columns >= 1, a share in (0, 1] or None", given);
    if (kl_is(given, KL_KIND_INT) && (count < 1 || count > (double)d))
        return kl_bad_parameter(error, "n_features_to_select", "a number from 1 to the columns of x", given);
    *out = (size_t)fmax(1, count);
    return KL_OK;
}

static kl_status step_of(size_t *out, const rfe *self, size_t d, kl_error *error)
{
    double step = kl_as_double(self->step);
    bool share = kl_is(self->step, KL_KIND_DOUBLE);
    if (!kl_is_number(self->step) || !(step > 0) || (share && step >= 1))
        return kl_bad_parameter(error, "step", "a number of columns >= 1, or a share in (0, 1)", self->step);
    *out = share ? (size_t)fmax(1, step * (double)d) : (size_t)step;
    return KL_OK;
}

/* ---- fit --------------------------------------------------------------------------------------------------- */

typedef struct elimination {
    kl_value prototype, y, weights;
    kl_value x;
    int64_t *columns; /* those that are left */
    size_t left, d;
} elimination;

/* Fit a clone to the columns that are left; given. */
static kl_status fit_left(kl_value *out, const elimination *e, kl_error *error)
{
    kl_value model, x;
    KL_TRY(kl_model_clone(&model, e->prototype, error));
    kl_status status = kl_data_columns(&x, e->x, e->columns, e->left, error);
    if (status == KL_OK) {
        status = kl_model_fit(model, x, e->y, e->weights, error);
        kl_value_release(x);
    }
    if (status == KL_OK)
        *out = model;
    else
        kl_value_release(model);
    return status;
}

/* Drop the `count` least important columns, of equal ones the earlier; all that are gone rank one lower. */
static kl_status drop(elimination *e, const rfe *self, size_t count, int64_t *ranking, kl_task *task, kl_error *error)
{
    kl_value model;
    double *weight;
    int64_t *order;
    bool *gone;
    KL_TAKE(weight, task, e->left, error);
    KL_TAKE(order, task, e->left, error);
    KL_TAKE(gone, task, e->d, error);
    KL_TRY(fit_left(&model, e, error));
    kl_status status = importances(weight, e->left, self, model, task, error);
    kl_value_release(model);
    if (status == KL_OK)
        status = kl_argsort(order, weight, e->left, task, error);
    if (status != KL_OK)
        return status;
    for (size_t i = 0; i < count; i++)
        gone[e->columns[order[i]]] = true;
    size_t kept = 0;
    for (size_t i = 0; i < e->left; i++)
        if (!gone[e->columns[i]])
            e->columns[kept++] = e->columns[i];
    e->left = kept;
    memset(gone, 1, e->d * sizeof *gone);
    for (size_t i = 0; i < kept; i++)
        gone[e->columns[i]] = false;
    for (size_t j = 0; j < e->d; j++)
        ranking[j] += gone[j];
    return KL_OK;
}

static kl_status eliminate(rfe *self, elimination *e, kl_task *task, kl_error *error)
{
    size_t wanted, step;
    int64_t *ranking;
    bool *support;
    kl_value value;
    KL_TRY(count_of(&wanted, self, e->d, error));
    KL_TRY(step_of(&step, self, e->d, error));
    KL_TRY(kl_indices_new(&value, &ranking, e->d, error));
    kl_learn(&self->ranking_, value);
    KL_TRY(kl_flags_new(&value, &support, e->d, error));
    kl_learn(&self->support_, value);
    KL_TAKE(e->columns, task, e->d, error);
    e->left = e->d;
    for (size_t j = 0; j < e->d; j++) {
        e->columns[j] = (int64_t)j;
        ranking[j] = 1;
    }
    while (e->left > wanted) {
        KL_TRY(kl_task_step(task, e->d - e->left, e->d - wanted, error));
        KL_TRY(drop(e, self, KL_MIN(step, e->left - wanted), ranking, task, error));
    }
    for (size_t i = 0; i < e->left; i++)
        support[e->columns[i]] = true;
    self->n_features_ = (int64_t)e->left;
    KL_TRY(fit_left(&value, e, error));
    kl_learn(&self->estimator_, value);
    return KL_OK;
}

static kl_status fit(kl_estimator *model, const kl_fit *in, kl_task *task, kl_error *error)
{
    rfe *self = (rfe *)model;
    elimination e = {.x = in->raw_x, .y = in->raw_y, .weights = in->raw_weights};
    kl_value classes;
    kl_error ignored = KL_ERROR_INIT;
    size_t n;
    if (kl_is_null(in->raw_y))
        return kl_bad_input(error, "RFE needs y");
    KL_TRY(kl_held_rows(&n, in->raw_x, in->raw_y, error));
    KL_TRY(kl_held_note(model, in->raw_x, error));
    e.d = (size_t)model->features;
    if (e.d == 0)
        return kl_error_set(error, KL_TYPE, "x: expected a matrix (two dimensions) with at least one column");
    KL_TRY(prototype_of(&e.prototype, self, in->raw_y, task, error));
    kl_status status = eliminate(self, &e, task, error);
    kl_value_release(e.prototype);
    if (status == KL_OK && kl_model_attribute(&classes, self->estimator_, "classes_", &ignored) == KL_OK)
        kl_value_replace(&model->classes, classes);
    kl_error_clear(&ignored);
    return status;
}

/* ---- answers ----------------------------------------------------------------------------------------------- */

static kl_status selected(kl_value *out, const rfe *self, kl_value x, kl_error *error)
{
    const kl_array_view *view = kl_as_array_view(x);
    const kl_data_frame *frame = kl_as_object(x, &kl_data_frame_type);
    size_t d = (size_t)self->base.features, at = 0;
    size_t width = view && view->layout.ndim == 2 ? (size_t)view->shape[1]
                   : frame                        ? kl_array_len(frame->columns)
                                                  : kl_array_len(kl_array_at(x, 0));
    if (width != d)
        return kl_bad_dimension(error, "features", d, width);
    KL_TRY(kl_held_same_names(&self->base, x, error));
    int64_t *columns = kl_alloc(d * sizeof *columns);
    if (!columns)
        return kl_error_no_memory(error);
    for (size_t j = 0; j < d; j++)
        if (kl_flags(self->support_)[j])
            columns[at++] = (int64_t)j;
    kl_status status = kl_data_columns(out, x, columns, at, error);
    kl_free(columns);
    return status;
}

static kl_status inverse(kl_value *out, const rfe *self, kl_value x, kl_task *task, kl_error *error)
{
    kl_matrix m;
    double *to;
    size_t d = (size_t)self->base.features;
    KL_TRY(kl_matrix_read(&m, x, "x", KL_EST_NAN_OK | KL_EST_EMPTY_OK, task, error));
    if (m.cols != (size_t)self->n_features_)
        return kl_bad_dimension(error, "columns", (size_t)self->n_features_, m.cols);
    KL_TRY(kl_table_new(out, &to, m.rows, d, error));
    for (size_t i = 0; i < m.rows; i++)
        for (size_t j = 0, at = 0; j < d; j++)
            if (kl_flags(self->support_)[j])
                to[i * d + j] = kl_row(&m, i)[at++];
    return KL_OK;
}

/* NaN is refused where the estimator refuses it; what one of the face takes it knows itself. */
static kl_status check_numbers(const rfe *self, kl_value x, kl_task *task, kl_error *error)
{
    uint32_t flags = KL_EST_ANY_X;
    kl_matrix ignored;
    if (kl_as_estimator(self->estimator_))
        KL_TRY(kl_estimator_flags_now(&flags, kl_as_estimator(self->estimator_), error));
    if (flags & KL_EST_ANY_X)
        return KL_OK;
    return kl_matrix_read(&ignored, x, "x", flags | KL_EST_EMPTY_OK, task, error);
}

/* As a matrix, whatever they were. */
static kl_status columns_left(kl_value *out, const rfe *self, kl_value left, kl_task *task, kl_error *error)
{
    size_t rows;
    KL_TRY(check_numbers(self, left, task, error));
    KL_TRY(kl_data_rows(&rows, left, "x", error));
    return kl_held_stack(out, &left, 1, rows, 0, error);
}

static kl_status forward(kl_value *out, const kl_estimator *model, kl_operation operation, kl_value x, kl_task *task,
                         kl_error *error)
{
    const rfe *self = (const rfe *)model;
    kl_value left;
    if (operation == KL_OP_INVERSE)
        return inverse(out, self, x, task, error);
    KL_TRY(selected(&left, self, x, error));
    kl_status status = operation == KL_OP_TRANSFORM
                           ? columns_left(out, self, left, task, error)
                           : kl_model_apply(out, self->estimator_, operation, left, error);
    kl_value_release(left);
    return status;
}

static kl_value inner(const kl_estimator *model)
{
    const rfe *self = (const rfe *)model;
    return kl_is_null(self->estimator_) ? self->estimator : self->estimator_;
}

static bool has(const kl_estimator *any, kl_operation operation)
{
    kl_estimator *model = kl_held_model(any);
    kl_value within = inner(model ? model : any);
    bool can = operation == KL_OP_TRANSFORM || operation == KL_OP_INVERSE || operation == KL_OP_PREDICT;
    if (!can && kl_is_model(within))
        can = kl_model_has(within, operation);
    kl_object_release((kl_object *)model);
    return can;
}

static kl_status score(double *out, const kl_estimator *model, const kl_fit *in, kl_task *task, kl_error *error)
{
    const rfe *self = (const rfe *)model;
    kl_value left;
    (void)task;
    KL_TRY(selected(&left, self, in->raw_x, error));
    kl_status status = kl_model_score(out, self->estimator_, left, in->raw_y, in->raw_weights, error);
    kl_value_release(left);
    return status;
}

static kl_status names_out(kl_value *out, const kl_estimator *model, kl_value names, kl_error *error)
{
    const bool *support = kl_flags(((const rfe *)model)->support_);
    kl_value list;
    KL_TRY(kl_array_new(&list, kl_array_len(names), error));
    for (size_t j = 0; j < kl_array_len(names); j++)
        if (support[j])
            kl_array_push(&list, kl_value_retain(kl_array_at(names, j)), NULL); /* has room */
    *out = list;
    return KL_OK;
}

static kl_status get_support(kl_value *out, kl_object *object, const kl_value *args, kl_error *error)
{
    kl_estimator *model;
    int64_t *columns;
    KL_TRY(kl_estimator_need(&model, (const kl_estimator *)object, error));
    const rfe *self = (const rfe *)model;
    kl_status status = KL_OK;
    if (!kl_as_bool(args[0]))
        *out = kl_value_retain(self->support_);
    else
        status = kl_indices_new(out, &columns, (size_t)self->n_features_, error);
    for (size_t j = 0, at = 0; status == KL_OK && kl_as_bool(args[0]) && j < kl_array_axis(self->support_, 0); j++)
        if (kl_flags(self->support_)[j])
            columns[at++] = (int64_t)j;
    kl_object_release(&model->object);
    return status;
}

/* ---- the type ---------------------------------------------------------------------------------------------- */

static const kl_param support_params[] = {
    {.name = "indices", .kind = KL_KIND_BOOL, .fallback = "false", .doc = "numbers of columns instead of a mask"}};
static const kl_method methods[] = {
    KL_EST_TRANSFORMS_WEIGHTED, KL_EST_INVERSE, KL_EST_PREDICT, KL_EST_PROBA, KL_EST_DECISION, KL_EST_SCORE,
    KL_EST_CLASSES, KL_EST_NAMES_OUT,
    {.name = "get_support", .call = get_support, .params = KL_TABLE(support_params), .returns = KL_KIND_BUFFER,
     .raises = "NotFittedError", .doc = "Which columns are left: a mask, or their numbers."}};
static const kl_field fields[] = {
    KL_VALUE(rfe, n_features_to_select, .kind = KL_KIND_ANY, .flags = KL_FOREIGN | KL_OPTIONAL,
             .doc = "how many columns are left: a number, or a share in (0, 1]; None = half. An estimator may stand here, the "
                    "number being given by its name"),
    KL_VALUE(rfe, step, .kind = KL_KIND_ANY, .fallback = "1",
             .doc = "how many columns go at a time: a number >= 1, or a share of all in (0, 1)"),
    KL_VALUE(rfe, estimator, .kind = KL_KIND_ANY, .flags = KL_FOREIGN | KL_OPTIONAL,
             .doc = "what tells which columns matter: any object with fit() and coef_ or feature_importances_, or the name of "
                    "one; None = Ridge(), or LogisticRegression() when y holds texts, bools or at most twenty whole numbers"),
    KL_INT(rfe, verbose, 0, .flags = KL_KEYWORD_ONLY, .doc = "above 0: tell of progress on standard error"),
    KL_VALUE(rfe, importance_getter, .kind = KL_KIND_ANY, .fallback = "\"auto\"", .flags = KL_FOREIGN | KL_KEYWORD_ONLY,
             .doc = "where the importances are: auto = coef_ or feature_importances_; the path of an attribute "
                    "(\"named_steps.m.coef_\"), or a function of the fitted estimator"),
    KL_LEARNED_ARRAY(rfe, support_, .doc = "which columns are left"),
    KL_LEARNED_ARRAY(rfe, ranking_, .doc = "1 for those, higher the earlier a column went"),
    KL_LEARNED_VALUE(rfe, estimator_, .doc = "the estimator, fitted to the columns that are left"),
    KL_LEARNED_INT(rfe, n_features_, .doc = "how many are left"),
};
static const kl_estimator_table table = {
    .kind = KL_EST_META, .flags = KL_EST_RAW | KL_EST_ANY_X | KL_EST_SPARSE, .fit = fit, .forward = forward, .has = has,
    .score = score, .inner = inner, .names_out = names_out,
    .shapes = "support_ = flag features; ranking_ = int features",
};

const kl_type kl_rfe_type = {
    .name = "RFE", KL_ESTIMATOR(rfe), .check = check, .fields = KL_TABLE(fields), .methods = KL_TABLE(methods),
    .extension = &table,
    .doc = "Recursive feature elimination (Guyon, Weston, Barnhill, Vapnik 2002): fit, let the columns of the least importance "
           "(sum of squares of the coefficients) go, and again, until as many are left as wanted."};
KL_PUBLISH(kl_rfe_type);
