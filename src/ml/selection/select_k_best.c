/* src/ml/selection/select_k_best.c - SelectKBest: the columns that tell most of y. */
#include "feature_scores.h"

#include "ml/estimator_parts.h"
#include "ml/numeric.h"

#include <math.h>

typedef struct select_k_best {
    kl_estimator base;
    kl_value score_func, k;
    kl_value scores_, pvalues_;
    kl_value support; /* bools */
} select_k_best;

/* ---- fit --------------------------------------------------------------------------------------------------- */

/* What a function of the face gave: scores, or (scores, p-values). */
static kl_status read_scores(double *scores, double *p_values, size_t d, kl_value given, kl_task *task, kl_error *error)
{
    const double *numbers;
    size_t count;
    bool is_pair = kl_is(given, KL_KIND_ARRAY) && kl_array_len(given) == 2;
    KL_TRY(kl_targets_read_as(&numbers, &count, &(size_t){0}, is_pair ? kl_array_at(given, 0) : given, "score_func(x, y)",
                              KL_EST_NAN_OK, task, error));
    if (count != d)
        return kl_bad_dimension(error, "scores from score_func", d, count);
    memcpy(scores, numbers, d * sizeof *scores);
    for (size_t j = 0; j < d; j++)
        p_values[j] = (double)NAN;
    if (!is_pair || kl_is_null(kl_array_at(given, 1)))
        return KL_OK;
    KL_TRY(kl_targets_read_as(&numbers, &count, &(size_t){0}, kl_array_at(given, 1), "score_func(x, y)", KL_EST_NAN_OK,
                              task, error));
    if (count != d)
        return kl_bad_dimension(error, "p-values from score_func", d, count);
    memcpy(p_values, numbers, d * sizeof *p_values);
    return KL_OK;
}

static kl_status score_columns(double *scores, double *p_values, const select_k_best *self, const kl_fit *in,
                               kl_task *task, kl_error *error)
{
    if (kl_is(self->score_func, KL_KIND_STRING)) {
        kl_feature_score *function = kl_feature_score_of(kl_as_text(self->score_func));
        return function ? function(scores, p_values, in->x, in->raw_y, task, error)
                        : kl_bad_parameter(error, "score_func",
                                           "f_classif, f_regression, chi2, mutual_info_classif, "
                                           "mutual_info_regression or a function of x and y",
                                           self->score_func);
    }
    if (!kl_as_object(self->score_func, &kl_callable_type))
        return kl_bad_parameter(error, "score_func", "the name of one, or a function of x and y", self->score_func);
    kl_value args[] = {in->raw_x, in->raw_y}, given;
    KL_TRY(kl_call_value(&given, self->score_func, args, 2, error));
    kl_status status = read_scores(scores, p_values, in->d, given, task, error);
    kl_value_release(given);
    return status;
}

static kl_status count_of(size_t *out, const select_k_best *self, size_t d, kl_error *error)
{
    if (kl_word_is(self->k, "all")) {
        *out = d;
        return KL_OK;
    }
    if (!kl_is(self->k, KL_KIND_INT) || kl_as_int(self->k) < 1)
        return kl_bad_parameter(error, "k", "a number of columns >= 1, or 'all'", self->k);
    *out = (size_t)kl_as_int(self->k);
    return *out <= d ? KL_OK
                     : kl_bad_input(error, "k is %zu, but x has %zu columns only", *out, d);
}

/* The k highest, NaN below all; of equal ones the later. */
static kl_status choose(bool *support, const double *scores, size_t d, size_t k, kl_task *task, kl_error *error)
{
    double *clean;
    int64_t *order;
    KL_TAKE_RAW(clean, task, d, error);
    KL_TAKE_RAW(order, task, d, error);
    for (size_t j = 0; j < d; j++)
        clean[j] = isnan(scores[j]) ? -INFINITY : scores[j];
    KL_TRY(kl_argsort(order, clean, d, task, error));
    for (size_t j = d - k; j < d; j++)
        support[order[j]] = true;
    return KL_OK;
}

static kl_status fit(kl_estimator *model, const kl_fit *in, kl_task *task, kl_error *error)
{
    select_k_best *self = (select_k_best *)model;
    double *scores, *p_values;
    bool *support;
    size_t k;
    kl_value value;
    if (kl_is_null(in->raw_y))
        return kl_bad_input(error, "SelectKBest needs y");
    KL_TRY(count_of(&k, self, in->d, error));
    KL_TRY(kl_vector_new(&value, &scores, in->d, error));
    kl_learn(&self->scores_, value);
    KL_TRY(kl_vector_new(&value, &p_values, in->d, error));
    kl_learn(&self->pvalues_, value);
    KL_TRY(score_columns(scores, p_values, self, in, task, error));
    bool none = true;
    for (size_t j = 0; j < in->d; j++)
        none = none && isnan(p_values[j]) && !isnan(scores[j]);
    if (none)
        kl_learn(&self->pvalues_, kl_null());
    KL_TRY(kl_flags_new(&value, &support, in->d, error));
    kl_learn(&self->support, value);
    return choose(support, scores, in->d, k, task, error);
}

/* ---- transform --------------------------------------------------------------------------------------------- */

static size_t width(const kl_estimator *model)
{
    const select_k_best *self = (const select_k_best *)model;
    const bool *support = kl_flags(self->support);
    size_t count = 0;
    for (size_t j = 0; j < kl_array_axis(self->support, 0); j++)
        count += support[j];
    return count;
}

static kl_status transform(kl_value *out, const kl_estimator *model, const kl_matrix *x, kl_task *task, kl_error *error)
{
    const bool *support = kl_flags(((const select_k_best *)model)->support);
    size_t *columns, count = 0;
    double *to;
    KL_TAKE_RAW(columns, task, x->cols, error);
    for (size_t j = 0; j < x->cols; j++)
        if (support[j])
            columns[count++] = j;
    KL_TRY(kl_table_new(out, &to, x->rows, count, error));
    for (size_t i = 0; i < x->rows; i++, to += count)
        for (size_t j = 0; j < count; j++)
            to[j] = kl_row(x, i)[columns[j]];
    return KL_OK;
}

static kl_status inverse(kl_value *out, const kl_estimator *model, const kl_matrix *x, kl_task *task, kl_error *error)
{
    const bool *support = kl_flags(((const select_k_best *)model)->support);
    size_t d = (size_t)model->features;
    double *to;
    (void)task;
    if (x->cols != width(model))
        return kl_bad_dimension(error, "columns", width(model), x->cols);
    KL_TRY(kl_table_new(out, &to, x->rows, d, error));
    for (size_t i = 0; i < x->rows; i++)
        for (size_t j = 0, at = 0; j < d; j++)
            if (support[j])
                to[i * d + j] = kl_row(x, i)[at++];
    return KL_OK;
}

static kl_status names_out(kl_value *out, const kl_estimator *model, kl_value names, kl_error *error)
{
    const bool *support = kl_flags(((const select_k_best *)model)->support);
    kl_value list;
    KL_TRY(kl_array_new(&list, width(model), error));
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
    const select_k_best *self = (const select_k_best *)model;
    kl_status status = KL_OK;
    if (!kl_as_bool(args[0]))
        *out = kl_value_retain(self->support);
    else
        status = kl_indices_new(out, &columns, width(model), error);
    for (size_t j = 0, at = 0; status == KL_OK && kl_as_bool(args[0]) && j < kl_array_axis(self->support, 0); j++)
        if (kl_flags(self->support)[j])
            columns[at++] = (int64_t)j;
    kl_object_release(&model->object);
    return status;
}

/* ---- the type ---------------------------------------------------------------------------------------------- */

static const kl_param support_params[] = {
    {.name = "indices", .kind = KL_KIND_BOOL, .fallback = "false", .doc = "numbers of columns instead of a mask"}};
static const kl_method methods[] = {
    KL_EST_TRANSFORMS, KL_EST_INVERSE, KL_EST_NAMES_OUT,
    {.name = "get_support", .call = get_support, .params = KL_TABLE(support_params), .returns = KL_KIND_BUFFER,
     .raises = "NotFittedError", .doc = "Which columns stay: a mask, or their numbers."}};
static const kl_field fields[] = {
    KL_VALUE(select_k_best, score_func, .kind = KL_KIND_ANY, .fallback = "\"f_classif\"", .flags = KL_FOREIGN,
             .doc = "what scores the columns: f_classif (variance between classes beside that within), f_regression "
                    "(correlation), chi2 (counts), mutual_info_classif, mutual_info_regression; or a function of x and y that "
                    "gives scores, or (scores, p-values)"),
    KL_VALUE(select_k_best, k, .kind = KL_KIND_ANY, .fallback = "10",
             .doc = "how many columns stay, from 1 to all; \"all\" = all"),
    KL_LEARNED_ARRAY(select_k_best, scores_, .doc = "score of each column; NaN of a constant one"),
    KL_LEARNED_ARRAY(select_k_best, pvalues_, .doc = "how likely chance gives a score as high; None for functions that do "
                                                     "not tell"),
    KL_KEPT_ARRAY(select_k_best, support, .doc = "which columns stay"),
};
static const kl_estimator_table table = {
    .kind = KL_EST_TRANSFORMER, .fit = fit, .transform = transform, .inverse = inverse, .names_out = names_out,
    .width = width,
    .shapes = "scores_ = features; pvalues_ = features | none; support = flag features",
};

const kl_type kl_select_k_best_type = {
    .name = "SelectKBest", KL_ESTIMATOR(select_k_best), .fields = KL_TABLE(fields), .methods = KL_TABLE(methods),
    .extension = &table,
    .doc = "The k columns with the highest scores, in the order of x. Columns that score NaN, as constant ones do, come last; "
           "of equal scores the later column stays."};
KL_PUBLISH(kl_select_k_best_type);
