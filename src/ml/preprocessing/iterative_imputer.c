/* src/ml/preprocessing/iterative_imputer.c - IterativeImputer: each column with gaps is learned from the others, in
 * rounds (van Buuren and Groothuis-Oudshoorn 2011).
 *
 * fit() keeps every estimator of every round, and transform() lets them answer in the same order: so a gap in new rows
 * goes the same way as one in those that were learned from.
 */
#include "../estimator.h"
#include "../model.h"
#include "../numeric.h"
#include "imputer.h"
#include "kailash/data.h"

#include <math.h>

typedef struct iterative_imputer {
    kl_estimator base;
    int64_t max_iter;
    double tol;
    kl_value estimator; /* null = BayesianRidge() */
    kl_value missing_values;
    bool sample_posterior, skip_complete, add_indicator, keep_empty_features;
    kl_value n_nearest_features, initial_strategy, fill_value, imputation_order, min_value, max_value, random_state;
    int64_t verbose;
    kl_value initial_imputer_, imputation_sequence_;
    int64_t n_iter_, n_features_with_missing_;
    kl_value missed;   /* columns that missed something in fit(), of which an indicator tells */
    kl_value empty;    /* flags: columns without a value, which initial_imputer_ alone fills */
    kl_value low, high; /* limits of each column; null before there were any */
} iterative_imputer;

static const char *const strategies[] = {"mean", "median", "most_frequent", "constant", NULL};
static const char *const orders[] = {"ascending", "descending", "roman", "arabic", "random", NULL};

/* A table on its way: rows x cols numbers, and which of them are missing. */
typedef struct filling {
    const iterative_imputer *self;
    kl_task *task;
    size_t rows, cols;
    double *filled;
    bool *gap;
    size_t *gaps;  /* of each column */
    kl_random random;
} filling;

/* ---- the first filling --------------------------------------------------------------------------- */

static kl_status put(kl_value *map, const char *name, kl_value value, kl_error *error)
{
    return kl_map_set(map, kl_text_from(name), kl_value_retain(value), error);
}

static kl_status make_initial(kl_value *out, const iterative_imputer *self, kl_error *error)
{
    kl_value params;
    KL_TRY(kl_map_new(&params, 4, error));
    kl_status status = put(&params, "strategy", self->initial_strategy, error);
    if (status == KL_OK)
        status = put(&params, "fill_value", self->fill_value, error);
    if (status == KL_OK)
        status = put(&params, "missing_values", self->missing_values, error);
    if (status == KL_OK)
        status = put(&params, "keep_empty_features", kl_bool(self->keep_empty_features), error);
    if (status == KL_OK)
        status = kl_object_from_map(out, kl_type_find(KL_TEXT("SimpleImputer"), "kailash.ml"), params, error);
    kl_value_release(params);
    return status;
}

/* What is missing, and what stands there at first. */
static kl_status begin(filling *f, const kl_matrix *given, kl_error *error)
{
    kl_matrix x = *given;
    kl_value filled;
    size_t count = x.rows * x.cols + 1;
    const bool *empty = kl_flags(f->self->empty);
    f->rows = x.rows;
    f->cols = x.cols;
    KL_TRY(kl_missing_to_nan(&x, f->self->missing_values, f->task, error));
    KL_TAKE_RAW(f->filled, f->task, count, error);
    KL_TAKE_RAW(f->gap, f->task, count, error);
    KL_TAKE(f->gaps, f->task, x.cols + 1, error);
    KL_TRY(kl_model_apply(&filled, f->self->initial_imputer_, KL_OP_TRANSFORM, given->value, error));
    memcpy(f->filled, kl_doubles(filled), x.rows * x.cols * sizeof *f->filled);
    kl_value_release(filled);
    for (size_t i = 0; i < x.rows; i++)
        for (size_t j = 0; j < x.cols; j++) {
            bool is_gap = isnan(kl_row(&x, i)[j]) && !empty[j];
            f->gap[i * x.cols + j] = is_gap;
            f->gaps[j] += is_gap;
        }
    return KL_OK;
}

static kl_status find_empty(iterative_imputer *self, const kl_matrix *given, kl_task *task, kl_error *error)
{
    kl_matrix x = *given;
    kl_value made;
    bool *empty;
    KL_TRY(kl_missing_to_nan(&x, self->missing_values, task, error));
    KL_TRY(kl_missing_columns(&self->missed, &x, error));
    KL_TRY(kl_flags_new(&made, &empty, x.cols, error));
    kl_learn(&self->empty, made);
    for (size_t j = 0; j < x.cols; j++) {
        empty[j] = true;
        for (size_t i = 0; i < x.rows && empty[j]; i++)
            empty[j] = isnan(kl_row(&x, i)[j]);
        if (empty[j] && !self->keep_empty_features)
            return kl_bad_input(error, "column %zu has no value to learn from; keep_empty_features=True keeps it", j);
    }
    return KL_OK;
}

/* ---- limits -------------------------------------------------------------------------------------- */

static kl_status read_limit(kl_value *kept, kl_value limit, const char *name, double none, size_t d, kl_task *task,
                            kl_error *error)
{
    const double *given = NULL;
    double *to;
    size_t n = 0;
    kl_value made;
    if (!kl_is_null(limit) && !kl_is_number(limit)) {
        KL_TRY(kl_numbers_read(&given, &n, limit, name, task, error));
        if (n != d)
            return kl_bad_input(error, "%s: expected a number, or one for each of %zu columns, got %zu", name, d, n);
    }
    KL_TRY(kl_vector_new(&made, &to, d, error));
    kl_learn(kept, made);
    for (size_t j = 0; j < d; j++)
        to[j] = given ? given[j] : kl_is_null(limit) ? none : kl_as_double(limit);
    return KL_OK;
}

static kl_status read_limits(iterative_imputer *self, size_t d, kl_task *task, kl_error *error)
{
    KL_TRY(read_limit(&self->low, self->min_value, "min_value", -INFINITY, d, task, error));
    KL_TRY(read_limit(&self->high, self->max_value, "max_value", INFINITY, d, task, error));
    for (size_t j = 0; j < d; j++)
        if (!(kl_doubles(self->high)[j] > kl_doubles(self->low)[j]))
            return kl_bad_input(error, "min_value must be below max_value, but of column %zu they are %.15g and %.15g", j,
                                kl_doubles(self->low)[j], kl_doubles(self->high)[j]);
    return KL_OK;
}

/* ---- which columns, in what order ----------------------------------------------------------------- */

/* Ascending by gaps, ties by place. Those without gaps come first, so that skipping them leaves the rest. */
static void sort_by_gaps(int64_t *columns, const filling *f)
{
    for (size_t i = 0; i < f->cols; i++) {
        size_t j = i;
        for (; j > 0 && f->gaps[columns[j - 1]] > f->gaps[i]; j--)
            columns[j] = columns[j - 1];
        columns[j] = (int64_t)i;
    }
}

static void turn_around(int64_t *columns, size_t count)
{
    for (size_t i = 0; 2 * i + 1 < count; i++) {
        int64_t column = columns[i];
        columns[i] = columns[count - 1 - i];
        columns[count - 1 - i] = column;
    }
}

/* The columns to fill; how many. */
static size_t order_columns(int64_t *columns, filling *f)
{
    kl_value order = f->self->imputation_order;
    bool by_gaps = kl_word_is(order, "ascending") || kl_word_is(order, "descending");
    size_t count = 0;
    for (size_t j = 0; j < f->cols; j++)
        columns[j] = (int64_t)j;
    if (by_gaps)
        sort_by_gaps(columns, f);
    for (size_t i = 0; i < f->cols; i++)
        if (f->gaps[columns[i]] || !f->self->skip_complete)
            columns[count++] = columns[i];
    if (kl_word_is(order, "descending") || kl_word_is(order, "arabic"))
        turn_around(columns, count);
    if (kl_word_is(order, "random"))
        kl_random_shuffle(&f->random, columns, count);
    return count;
}

/* |correlation| of all pairs of columns, at least 1e-6, 0 with itself. */
static kl_status correlate(double **out, const filling *f, kl_error *error)
{
    static const double least = 1e-6;
    size_t d = f->cols, n = f->rows;
    double *mean, *spread, *pairs;
    KL_TAKE(mean, f->task, d, error);
    KL_TAKE(spread, f->task, d, error);
    KL_TAKE(pairs, f->task, d * d, error);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++)
            mean[j] += f->filled[i * d + j] / (double)n;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++) {
            double off = f->filled[i * d + j] - mean[j];
            spread[j] += off * off;
            for (size_t k = 0; k < j; k++)
                pairs[j * d + k] += off * (f->filled[i * d + k] - mean[k]);
        }
    for (size_t j = 0; j < d; j++)
        for (size_t k = 0; k < j; k++) {
            double scale = sqrt(spread[j] * spread[k]), size = fabs(pairs[j * d + k]) / scale;
            pairs[j * d + k] = pairs[k * d + j] = scale > 0 && size > least ? size : least;
        }
    *out = pairs;
    return KL_OK;
}

/* The columns from which one is learned: all others, or some by chance, likelier the more they are like it. */
static kl_status choose_neighbours(kl_value *out, filling *f, size_t column, const double *pairs, kl_error *error)
{
    int64_t *to;
    double *weights;
    kl_value made;
    size_t d = f->cols, count = pairs ? (size_t)kl_as_int(f->self->n_nearest_features) : d - 1;
    KL_TAKE(weights, f->task, 2 * d, error);
    KL_TRY(kl_indices_new(&made, &to, count, error));
    *out = made;
    for (size_t j = 0, k = 0; !pairs && j < d; j++)
        if (j != column)
            to[k++] = (int64_t)j;
    if (pairs)
        memcpy(weights, pairs + column * d, d * sizeof *weights);
    for (size_t k = 0; pairs && k < count; k++) {
        double *sums = weights + d, sum = 0;
        for (size_t j = 0; j < d; j++)
            sums[j] = sum += weights[j];
        size_t chosen = kl_random_choice(&f->random, sums, d);
        to[k] = (int64_t)chosen;
        weights[chosen] = 0;
    }
    kl_task_free(f->task, weights);
    return KL_OK;
}

/* ---- one column ---------------------------------------------------------------------------------- */

/* The neighbours' numbers in the rows where the column is missing, or is not; the column's own to `y` (may be NULL).
 * Both given. */
static kl_status gather(kl_value *x, kl_value *y, const filling *f, size_t column, kl_value neighbours, bool missing,
                        kl_error *error)
{
    const int64_t *from = kl_indices(neighbours);
    size_t d = f->cols, width = kl_array_axis(neighbours, 0);
    size_t rows = missing ? f->gaps[column] : f->rows - f->gaps[column];
    double *to, *own = NULL;
    KL_TRY(kl_table_new(x, &to, rows, width, error));
    if (y) {
        kl_status status = kl_vector_new(y, &own, rows, error);
        if (status != KL_OK) {
            kl_value_release(*x);
            return status;
        }
    }
    for (size_t i = 0; i < f->rows; i++) {
        const double *row = f->filled + i * d;
        if (f->gap[i * d + column] != missing)
            continue;
        for (size_t k = 0; k < width; k++)
            *to++ = row[from[k]];
        if (own)
            *own++ = row[column];
    }
    return KL_OK;
}

static kl_status learn(kl_value model, const filling *f, size_t column, kl_value neighbours, kl_error *error)
{
    kl_value x, y;
    KL_TRY(gather(&x, &y, f, column, neighbours, false, error));
    kl_status status = kl_model_fit(model, x, y, kl_null(), error);
    kl_value_release(x);
    kl_value_release(y);
    return status;
}

/* predict(x, return_std=True): two arrays. */
static kl_status ask_deviations(kl_value *out, kl_value model, kl_value x, kl_error *error)
{
    kl_value named;
    kl_status status;
    const kl_value args[] = {x, kl_bool(true)};
    if (kl_as_estimator(model)) {
        const kl_method *predict = kl_type_method(model.as.object->type, KL_TEXT("predict"));
        if (!predict || predict->param_count < 2 || strcmp(predict->params[1].name, "return_std") != 0)
            return kl_error_set(error, KL_TYPE,
                                "sample_posterior needs an estimator whose predict() takes return_std, such as "
                                "BayesianRidge; that of %s does not",
                                model.as.object->type->name);
        return kl_object_call(out, model.as.object, KL_TEXT("predict"), args, 2, error);
    }
    KL_TRY(kl_map_of_one(&named, KL_TEXT("return_std"), kl_bool(true), error));
    status = kl_foreign_call(out, model, "predict", &x, 1, named, error);
    kl_value_release(named);
    return status;
}

/* A normal number between two limits (in units of its deviation), by the inverse of its distribution; on the side of
 * the tail where that is exact. */
static double between(kl_random *random, double low, double high)
{
    bool flip = low > 0;
    double from = kl_normal_cdf(flip ? -high : low), to = kl_normal_cdf(flip ? -low : high);
    double drawn = kl_normal_quantile(kl_random_between(random, from, to));
    drawn = flip ? -drawn : drawn;
    return drawn < low ? low : drawn > high ? high : drawn;
}

static double drawn_about(filling *f, double mean, double deviation, double low, double high)
{
    if (mean < low || mean > high || !(deviation > 0))
        return mean < low ? low : mean > high ? high : mean;
    return mean + deviation * between(&f->random, (low - mean) / deviation, (high - mean) / deviation);
}

/* Put answers into the gaps of a column; `deviations` NULL = the answers themselves. */
static void fill(filling *f, size_t column, const double *answers, const double *deviations)
{
    double low = kl_doubles(f->self->low)[column], high = kl_doubles(f->self->high)[column];
    for (size_t i = 0, k = 0; i < f->rows; i++) {
        double *cell = &f->filled[i * f->cols + column];
        if (!f->gap[i * f->cols + column])
            continue;
        if (deviations)
            *cell = drawn_about(f, answers[k], deviations[k], low, high);
        else
            *cell = answers[k] < low ? low : answers[k] > high ? high : answers[k];
        k++;
    }
}

static kl_status read_answers(const double **to, kl_value answers, size_t wanted, kl_task *task, kl_error *error)
{
    size_t n;
    KL_TRY(kl_numbers_read(to, &n, answers, "predict()", task, error));
    return n == wanted ? KL_OK : kl_bad_input(error, "predict() gave %zu answers for %zu rows", n, wanted);
}

static kl_status answer(filling *f, kl_value model, size_t column, kl_value neighbours, kl_error *error)
{
    kl_value x, answers = kl_null();
    const double *means, *deviations = NULL;
    kl_task task = KL_TASK_INIT;
    kl_status status;
    bool draws = f->self->sample_posterior;
    if (!f->gaps[column])
        return KL_OK;
    KL_TRY(gather(&x, NULL, f, column, neighbours, true, error));
    KL_TRY_OUT(draws ? ask_deviations(&answers, model, x, error)
                     : kl_model_apply(&answers, model, KL_OP_PREDICT, x, error));
    KL_TRY_OUT(read_answers(&means, draws ? kl_array_at(answers, 0) : answers, f->gaps[column], &task, error));
    if (draws)
        KL_TRY_OUT(read_answers(&deviations, kl_array_at(answers, 1), f->gaps[column], &task, error));
    fill(f, column, means, deviations);
out:
    kl_task_end(&task);
    kl_value_release(answers);
    kl_value_release(x);
    return status;
}

/* ---- rounds -------------------------------------------------------------------------------------- */

/* Learn one column and fill it; what was learned goes to the sequence as [column, neighbours, estimator]. */
static kl_status step(iterative_imputer *self, filling *f, kl_value prototype, size_t column, const double *pairs,
                      kl_error *error)
{
    kl_value model = kl_null(), neighbours = kl_null(), triplet = kl_null();
    kl_status status;
    KL_TRY_OUT(choose_neighbours(&neighbours, f, column, pairs, error));
    KL_TRY_OUT(kl_model_clone(&model, prototype, error));
    KL_TRY_OUT(learn(model, f, column, neighbours, error));
    KL_TRY_OUT(answer(f, model, column, neighbours, error));
    KL_TRY_OUT(kl_array_new(&triplet, 3, error));
    kl_array_push(&triplet, kl_int((int64_t)column), NULL); /* has room */
    kl_array_push(&triplet, kl_value_take(&neighbours), NULL);
    kl_array_push(&triplet, kl_value_take(&model), NULL);
    status = kl_array_push(&self->imputation_sequence_, kl_value_take(&triplet), error);
out:
    kl_value_release(triplet);
    kl_value_release(neighbours);
    kl_value_release(model);
    return status;
}

/* The greatest sum of what has changed in a row. */
static double change(const filling *f, const double *before)
{
    double most = 0;
    for (size_t i = 0; i < f->rows; i++) {
        double sum = 0;
        for (size_t j = 0; j < f->cols; j++)
            sum += fabs(f->filled[i * f->cols + j] - before[i * f->cols + j]);
        most = sum > most ? sum : most;
    }
    return most;
}

static double greatest_known(const filling *f)
{
    double most = 0;
    for (size_t i = 0; i < f->rows * f->cols; i++)
        if (!f->gap[i] && fabs(f->filled[i]) > most)
            most = fabs(f->filled[i]);
    return most;
}

static kl_status run_rounds(iterative_imputer *self, filling *f, kl_value prototype, kl_error *error)
{
    int64_t *columns;
    double *before, *pairs = NULL, enough = self->tol * greatest_known(f);
    size_t bytes = f->rows * f->cols * sizeof *before;
    bool is_near = kl_is_null(self->n_nearest_features) ||
                   (size_t)kl_as_int(self->n_nearest_features) >= f->cols;
    KL_TAKE(columns, f->task, f->cols, error);
    KL_TAKE_RAW(before, f->task, f->rows * f->cols, error);
    if (!is_near)
        KL_TRY(correlate(&pairs, f, error));
    size_t count = order_columns(columns, f);
    self->n_features_with_missing_ = (int64_t)count;
    for (int64_t round = 1; round <= self->max_iter; round++) {
        memcpy(before, f->filled, bytes);
        self->n_iter_ = round;
        if (round > 1 && kl_word_is(self->imputation_order, "random"))
            order_columns(columns, f);
        for (size_t i = 0; i < count; i++) {
            KL_TRY(kl_task_poll(error));
            KL_TRY(step(self, f, prototype, (size_t)columns[i], pairs, error));
        }
        KL_TRY(kl_task_step(f->task, (size_t)round, (size_t)self->max_iter, error));
        if (!self->sample_posterior && change(f, before) < enough)
            return KL_OK;
    }
    return self->sample_posterior ? KL_OK
                                  : kl_warn_convergence(error, "IterativeImputer has not converged in %lld rounds; "
                                                               "raise max_iter or tol",
                                                        (long long)self->max_iter);
}

static bool all_missing(const filling *f)
{
    for (size_t i = 0; i < f->rows * f->cols; i++)
        if (!f->gap[i])
            return false;
    return true;
}

/* ---- the functions of the table ------------------------------------------------------------------- */

static kl_status give(kl_value *out, const filling *f, const kl_matrix *given, kl_error *error)
{
    const iterative_imputer *self = f->self;
    size_t more = self->add_indicator ? kl_array_axis(self->missed, 0) : 0, width = f->cols + more;
    kl_matrix x = *given;
    double *to;
    KL_TRY(kl_missing_to_nan(&x, self->missing_values, f->task, error));
    KL_TRY(kl_table_new(out, &to, f->rows, width, error));
    for (size_t i = 0; i < f->rows; i++)
        memcpy(to + i * width, f->filled + i * f->cols, f->cols * sizeof *to);
    if (more)
        kl_missing_indicator(to + f->cols, width, &x, self->missed);
    return KL_OK;
}

static kl_status open_random(filling *f, kl_error *error)
{
    uint64_t seed;
    KL_TRY(kl_estimator_seed(&seed, &f->self->base, error));
    kl_random_open(&f->random, seed, 0x494D5055u, 0); /* "IMPU" */
    return KL_OK;
}

static kl_status learn_all(iterative_imputer *self, filling *f, const kl_matrix *x, kl_error *error)
{
    kl_value made, prototype;
    KL_TRY(find_empty(self, x, f->task, error));
    KL_TRY(read_limits(self, x->cols, f->task, error));
    KL_TRY(make_initial(&made, self, error));
    kl_learn(&self->initial_imputer_, made);
    KL_TRY(kl_model_fit(made, x->value, kl_null(), kl_null(), error));
    KL_TRY(kl_array_new(&made, 16, error));
    kl_learn(&self->imputation_sequence_, made);
    KL_TRY(begin(f, x, error));
    if (self->max_iter == 0 || x->cols == 1 || all_missing(f))
        return KL_OK;
    kl_value name = kl_null();
    if (kl_is_null(self->estimator))
        KL_TRY(kl_string_new(&name, KL_TEXT("BayesianRidge"), error));
    kl_status status = kl_model_resolve(&prototype, kl_is_null(name) ? self->estimator : name, "estimator", error);
    kl_value_release(name);
    KL_TRY(status);
    status = run_rounds(self, f, prototype, error);
    kl_value_release(prototype);
    return status;
}

static kl_status imputer_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    iterative_imputer *self = (iterative_imputer *)base;
    filling f = {.self = self, .task = task};
    KL_TRY(open_random(&f, error));
    return learn_all(self, &f, in->x, error);
}

static kl_status imputer_fit_transform(kl_value *out, kl_estimator *base, const kl_fit *in, kl_task *task,
                                       kl_error *error)
{
    iterative_imputer *self = (iterative_imputer *)base;
    filling f = {.self = self, .task = task};
    KL_TRY(open_random(&f, error));
    KL_TRY(learn_all(self, &f, in->x, error));
    return give(out, &f, in->x, error);
}

static kl_status imputer_transform(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                                   kl_error *error)
{
    const iterative_imputer *self = (const iterative_imputer *)base;
    filling f = {.self = self, .task = task};
    KL_TRY(open_random(&f, error));
    KL_TRY(begin(&f, x, error));
    for (size_t i = 0; i < kl_array_len(self->imputation_sequence_); i++) {
        kl_value triplet = kl_array_at(self->imputation_sequence_, i);
        KL_TRY(kl_task_poll(error));
        KL_TRY(answer(&f, kl_array_at(triplet, 2), (size_t)kl_as_int(kl_array_at(triplet, 0)), kl_array_at(triplet, 1),
                      error));
    }
    return give(out, &f, x, error);
}

static kl_status imputer_names(kl_value *out, const kl_estimator *base, kl_value names, kl_error *error)
{
    const iterative_imputer *self = (const iterative_imputer *)base;
    return kl_imputer_names(out, names, self->add_indicator ? self->missed : kl_null(), error);
}

#define LIMIT(member, text)                                                                        \
    KL_VALUE(iterative_imputer, member, .kind = KL_KIND_ANY,                                       \
             .flags = KL_OPTIONAL | KL_DATA | KL_KEYWORD_ONLY, .doc = text)

static const kl_field fields[] = {
    KL_INT(iterative_imputer, max_iter, 10, .doc = "most rounds; >= 0; 0 = what initial_strategy says"),
    KL_DOUBLE(iterative_imputer, tol, 1e-3,
              .doc = "the rounds end when no row has changed by more than this times the greatest known number; >= 0"),
    KL_VALUE(iterative_imputer, estimator, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_FOREIGN | KL_KEYWORD_ONLY,
             .doc = "the regressor that learns a column from others, or its name; None = BayesianRidge()"),
    KL_MISSING_VALUES(iterative_imputer),
    KL_BOOL(iterative_imputer, sample_posterior, false, .flags = KL_KEYWORD_ONLY,
            .doc = "whether a gap gets a number drawn from the normal distribution of the answer instead of its mean; "
                   "needs an estimator whose predict() takes return_std. All max_iter rounds are gone then"),
    KL_VALUE(iterative_imputer, n_nearest_features, .kind = KL_KIND_INT, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "how many columns each is learned from, drawn by chance, likelier the greater their absolute "
                    "correlation; >= 1; None = all others"),
    KL_ENUM(iterative_imputer, initial_strategy, "mean", .names = strategies, .flags = KL_KEYWORD_ONLY,
            .doc = "what stands for what is missing before the first round, as in SimpleImputer"),
    KL_VALUE(iterative_imputer, fill_value, .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "the number of initial_strategy constant; None = 0"),
    KL_ENUM(iterative_imputer, imputation_order, "ascending", .names = orders, .flags = KL_KEYWORD_ONLY,
            .doc = "which column is next: the one with the fewest gaps, with the most, from left to right (roman), from "
                   "right to left (arabic), or a random order in each round"),
    KL_BOOL(iterative_imputer, skip_complete, false, .flags = KL_KEYWORD_ONLY,
            .doc = "whether columns without gaps are not learned; in transform() their gaps get what initial_strategy "
                   "says then"),
    LIMIT(min_value, "least number that may be put into a gap, or one for each column; None = any"),
    LIMIT(max_value, "greatest number that may be put into a gap, or one for each column; None = any"),
    KL_INT(iterative_imputer, verbose, 0, .flags = KL_KEYWORD_ONLY, .doc = "above 0: each round is told on standard error"),
    KL_RANDOM_STATE(iterative_imputer, | KL_KEYWORD_ONLY),
    KL_BOOL(iterative_imputer, add_indicator, false, .flags = KL_KEYWORD_ONLY,
            .doc = "whether columns of 0 and 1 are added that tell where something was missing"),
    KL_BOOL(iterative_imputer, keep_empty_features, false, .flags = KL_KEYWORD_ONLY,
            .doc = "whether a column without any number is filled with 0 (strategy constant: fill_value) instead of "
                   "refused"),
    KL_LEARNED_VALUE(iterative_imputer, initial_imputer_, .doc = "the SimpleImputer that fills before the first round"),
    KL_LEARNED_VALUE(iterative_imputer, imputation_sequence_,
                     .doc = "what was learned, in order: lists of column, columns it was learned from, estimator"),
    KL_LEARNED_INT(iterative_imputer, n_iter_, .doc = "rounds that were gone"),
    KL_LEARNED_INT(iterative_imputer, n_features_with_missing_, .doc = "columns that are filled in each round"),
    KL_KEPT_ARRAY(iterative_imputer, missed, .doc = "columns in which something was missing"),
    KL_KEPT_ARRAY(iterative_imputer, empty, .doc = "which columns had no number"),
    KL_KEPT_ARRAY(iterative_imputer, low, .doc = "least number of each column"),
    KL_KEPT_ARRAY(iterative_imputer, high, .doc = "greatest number of each column"),
};

static const kl_limit limits[] = {
    {"max_iter", KL_AT_LEAST(0)}, {"tol", KL_AT_LEAST(0)}, {"n_nearest_features", KL_AT_LEAST(1)}};

static const kl_method methods[] = {KL_EST_TRANSFORMS, KL_EST_NAMES_OUT};

static const kl_estimator_table table = {
    .kind = KL_EST_TRANSFORMER,
    .flags = KL_EST_NAN_OK,
    .limits = KL_TABLE(limits),
    .fit = imputer_fit,
    .transform = imputer_transform,
    .fit_transform = imputer_fit_transform,
    .names_out = imputer_names,
    .shapes = "missed = int * < features; empty = flag features; low = features; high = features",
};

const kl_type kl_iterative_imputer_type = {
    .name = "IterativeImputer",
    KL_ESTIMATOR(iterative_imputer),
    .doc = "Fills what is missing (NaN) by learning each column from the others, round after round, until little changes "
           "(MICE: van Buuren and Groothuis-Oudshoorn 2011).",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_iterative_imputer_type);
