/* src/ml/metrics/regression.c - measures of predicted numbers. */
#include "score.h"

#include "ml/numeric.h"

#include <float.h>
#include <math.h>

/* ---- one number for each column ---------------------------------------------------------------------------- */

/* Sums of a loss over the rows, for each column; `expression` sees the true y and the predicted p. */
#define LOSS(name, expression)                                                                     \
    static kl_status name(double *out, const kl_number_pair *pair, kl_task *task, kl_error *error) \
    {                                                                                              \
        (void)task, (void)error;                                                                   \
        for (size_t c = 0; c < pair->m; c++)                                                       \
            out[c] = 0;                                                                            \
        for (size_t i = 0; i < pair->n; i++) {                                                     \
            double w = kl_pair_weight(pair->weights, i);                                           \
            for (size_t c = 0; c < pair->m; c++) {                                                 \
                double y = pair->truth[i * pair->m + c], p = pair->answer[i * pair->m + c];        \
                out[c] += w * (expression);                                                        \
            }                                                                                      \
        }                                                                                          \
        for (size_t c = 0; c < pair->m; c++)                                                       \
            out[c] /= pair->total;                                                                 \
        return KL_OK;                                                                              \
    }

static double log_difference(double y, double p)
{
    double apart = log1p(y) - log1p(p);
    return apart * apart;
}

LOSS(squared_loss, (y - p) * (y - p))
LOSS(absolute_loss, fabs(y - p))
LOSS(percentage_loss, fabs(y - p) / fmax(fabs(y), DBL_EPSILON))
LOSS(squared_log_sum, log_difference(y, p))
LOSS(poisson_loss, 2 * ((y > 0 ? y * log(y / p) : 0) - y + p))
LOSS(gamma_loss, 2 * (log(p / y) + y / p - 1))

static kl_status squared_log_loss(double *out, const kl_number_pair *pair, kl_task *task,
                                  kl_error *error)
{
    for (size_t i = 0; i < pair->n * pair->m; i++)
        if (pair->truth[i] < 0 || pair->answer[i] < 0)
            return kl_bad_input(error, "y_true and y_pred must not be negative for a logarithmic error, "
                                       "got %g and %g", pair->truth[i], pair->answer[i]);
    return squared_log_sum(out, pair, task, error);
}

/* The middle one of numbers: halfway between both where the weights on either side are the same. */
static kl_status middle_of(double *out, double *x, const double *weights, size_t n, double total,
                           kl_task *task, kl_error *error)
{
    if (!weights) {
        *out = kl_median(x, n);
        return KL_OK;
    }
    int64_t *order;
    KL_TAKE_RAW(order, task, n, error);
    KL_TRY(kl_argsort(order, x, n, task, error));
    double sum = 0, low = x[order[n - 1]];
    size_t i = 0;
    for (; i < n; i++) {
        sum += weights[order[i]];
        if (sum >= total / 2 && weights[order[i]] > 0) {
            low = x[order[i]];
            break;
        }
    }
    double high = low;
    if (i < n && fabs(sum - total / 2) <= 8 * DBL_EPSILON * total)
        for (i++; i < n; i++)
            if (weights[order[i]] > 0) {
                high = x[order[i]];
                break;
            }
    *out = low + (high - low) / 2;
    return KL_OK;
}

static kl_status median_loss(double *out, const kl_number_pair *pair, kl_task *task,
                             kl_error *error)
{
    double *errors;
    KL_TAKE_RAW(errors, task, pair->n, error);
    for (size_t c = 0; c < pair->m; c++) {
        bool has_nan = false;
        for (size_t i = 0; i < pair->n; i++) {
            errors[i] = fabs(pair->truth[i * pair->m + c] - pair->answer[i * pair->m + c]);
            has_nan = has_nan || isnan(errors[i]);
        }
        out[c] = (double)NAN;
        if (!has_nan)
            KL_TRY(middle_of(&out[c], errors, pair->weights, pair->n, pair->total, task, error));
    }
    return KL_OK;
}

/* ---- averages ---------------------------------------------------------------------------------------------- */

/* Refuse words that a measure has no use for. */
static kl_status bad_multioutput(kl_value given, bool has_variance, kl_error *error)
{
    return kl_bad_parameter(error, "multioutput",
                            has_variance ? "raw_values, uniform_average, variance_weighted or a weight for "
                                           "each column"
                                         : "raw_values, uniform_average or a weight for each column",
                            given);
}

/* One number of all columns, or the numbers themselves, by the parameter multioutput. */
static kl_status combine(kl_value *out, const double *scores, size_t m, kl_value multioutput,
                         const double *variances, kl_task *task, kl_error *error)
{
    if (kl_word_is(multioutput, "raw_values"))
        return kl_vector_from(out, scores, m, error);
    const double *weights = NULL;
    if (variances && kl_word_is(multioutput, "variance_weighted")) {
        weights = variances;
    } else if (!kl_word_is(multioutput, "uniform_average")) {
        size_t count;
        if (kl_is(multioutput, KL_KIND_STRING) || kl_is_null(multioutput) ||
            kl_is_number(multioutput))
            return bad_multioutput(multioutput, variances != NULL, error);
        KL_TRY(kl_numbers_read(&weights, &count, multioutput, "multioutput", task, error));
        if (count != m)
            return kl_bad_dimension(error, "weights in multioutput", m, count);
    }
    double sum = 0, total = 0, plain = 0;
    for (size_t c = 0; c < m; c++) {
        double w = weights ? weights[c] : 1;
        sum += w * scores[c];
        total += w;
        plain += scores[c];
    }
    bool no_variance = weights && weights == variances && total == 0;
    *out = kl_double(no_variance ? plain / (double)m : sum / total);
    return KL_OK;
}

typedef kl_status loss(double *out, const kl_number_pair *pair, kl_task *task, kl_error *error);

/* args: y_true, y_pred, sample_weight, multioutput */
static kl_status measure(kl_value *out, const kl_value *args, loss *of, bool rooted, kl_task *task,
                         kl_error *error)
{
    kl_number_pair pair;
    double *scores;
    KL_TRY(kl_number_pair_read(&pair, args[0], args[1], args[2], "y_pred", task, error));
    KL_TAKE(scores, task, pair.m, error);
    KL_TRY(of(scores, &pair, task, error));
    for (size_t c = 0; rooted && c < pair.m; c++)
        scores[c] = sqrt(scores[c]);
    return combine(out, scores, pair.m, args[3], NULL, task, error);
}

/* ---- shares of the variance -------------------------------------------------------------------------------- */

/* For each column: the sum of squares that is left, and that of the true numbers about their mean. `centred`: the
 * mean of the errors is no error. */
static void squares(double *left, double *all, const kl_number_pair *pair, bool centred)
{
    for (size_t c = 0; c < pair->m; c++) {
        double mean = 0, shift = 0;
        for (size_t i = 0; i < pair->n; i++) {
            double w = kl_pair_weight(pair->weights, i), y = pair->truth[i * pair->m + c];
            mean += w * y;
            shift += w * (y - pair->answer[i * pair->m + c]);
        }
        mean /= pair->total;
        shift = centred ? shift / pair->total : 0;
        left[c] = all[c] = 0;
        for (size_t i = 0; i < pair->n; i++) {
            double w = kl_pair_weight(pair->weights, i), y = pair->truth[i * pair->m + c];
            double e = y - pair->answer[i * pair->m + c] - shift;
            left[c] += w * e * e;
            all[c] += w * (y - mean) * (y - mean);
        }
    }
}

/* 1 - left / all; where the true numbers are all the same: 1 when nothing is left, else 0, if `finite`. */
static double share(double left, double all, bool finite)
{
    if (all != 0 || !finite)
        return 1 - left / all;
    return isnan(left) ? left : left == 0 ? 1 : 0;
}

/* args: y_true, y_pred, sample_weight, multioutput, force_finite */
static kl_status shares(kl_value *out, const kl_value *args, bool centred, kl_task *task,
                        kl_error *error)
{
    kl_number_pair pair;
    double *scores, *all;
    KL_TRY(kl_number_pair_read(&pair, args[0], args[1], args[2], "y_pred", task, error));
    KL_TAKE(scores, task, pair.m, error);
    KL_TAKE(all, task, pair.m, error);
    squares(scores, all, &pair, centred);
    for (size_t c = 0; c < pair.m; c++)
        scores[c] = share(scores[c], all[c], kl_as_bool(args[4]));
    return combine(out, scores, pair.m, args[3], all, task, error);
}

/* ---- functions --------------------------------------------------------------------------------------------- */

#define ERROR_MEASURE(name, loss, rooted)                                                          \
    static kl_status name(kl_value *out, const kl_value *args, kl_task *task, kl_error *error)     \
    {                                                                                              \
        return measure(out, args, loss, rooted, task, error);                                      \
    }                                                                                              \
    KL_MEASURE(name)
ERROR_MEASURE(squared_error, squared_loss, false)
ERROR_MEASURE(root_error, squared_loss, true)
ERROR_MEASURE(absolute_error, absolute_loss, false)
ERROR_MEASURE(median_error, median_loss, false)
ERROR_MEASURE(percentage_error, percentage_loss, false)
ERROR_MEASURE(squared_log_error, squared_log_loss, false)

static kl_status r2(kl_value *out, const kl_value *args, kl_task *task, kl_error *error)
{
    return shares(out, args, false, task, error);
}
KL_MEASURE(r2)

static kl_status explained(kl_value *out, const kl_value *args, kl_task *task, kl_error *error)
{
    return shares(out, args, true, task, error);
}
KL_MEASURE(explained)

static kl_status largest_of(double *out, kl_value truth, kl_value answer, kl_task *task,
                            kl_error *error)
{
    kl_number_pair pair;
    KL_TRY(kl_number_pair_read(&pair, truth, answer, kl_null(), "y_pred", task, error));
    if (pair.m != 1)
        return kl_bad_input(error, "y_true has %zu columns; max_error is of one", pair.m);
    double largest = 0;
    for (size_t i = 0; i < pair.n; i++) {
        double apart = fabs(pair.truth[i] - pair.answer[i]);
        if (isnan(apart))
            return kl_bad_input(error, "y_true or y_pred contains NaN at position %zu", i);
        largest = KL_MAX(largest, apart);
    }
    *out = largest;
    return KL_OK;
}

static kl_status largest(kl_value *out, const kl_value *args, kl_task *task, kl_error *error)
{
    double score;
    KL_TRY(largest_of(&score, args[0], args[1], task, error));
    *out = kl_double(score);
    return KL_OK;
}
KL_MEASURE(largest)

/* ---- as scorers -------------------------------------------------------------------------------------------- */

static kl_status score(double *out, const kl_score_call *call, loss *of, bool rooted, kl_task *task,
                       kl_error *error)
{
    kl_number_pair pair;
    double *scores, sum = 0;
    KL_TRY(kl_number_pair_read(&pair, call->truth, call->answer, call->weights, "y_pred", task, error));
    KL_TAKE(scores, task, pair.m, error);
    KL_TRY(of(scores, &pair, task, error));
    for (size_t c = 0; c < pair.m; c++)
        sum += rooted ? sqrt(scores[c]) : scores[c];
    *out = sum / (double)pair.m;
    return KL_OK;
}

static kl_status score_share(double *out, const kl_score_call *call, bool centred, kl_task *task,
                             kl_error *error)
{
    kl_number_pair pair;
    double *left, *all, sum = 0;
    KL_TRY(kl_number_pair_read(&pair, call->truth, call->answer, call->weights, "y_pred", task, error));
    KL_TAKE(left, task, pair.m, error);
    KL_TAKE(all, task, pair.m, error);
    squares(left, all, &pair, centred);
    for (size_t c = 0; c < pair.m; c++)
        sum += share(left[c], all[c], true);
    *out = sum / (double)pair.m;
    return KL_OK;
}

#define ERROR_SCORE(name, loss, rooted)                                                            \
    kl_status kl_score_##name(double *out, const kl_score_call *call, kl_task *task,               \
                              kl_error *error)                                                     \
    {                                                                                              \
        return score(out, call, loss, rooted, task, error);                                        \
    }
ERROR_SCORE(squared_error, squared_loss, false)
ERROR_SCORE(root_squared_error, squared_loss, true)
ERROR_SCORE(absolute_error, absolute_loss, false)
ERROR_SCORE(median_absolute_error, median_loss, false)
ERROR_SCORE(percentage_error, percentage_loss, false)
ERROR_SCORE(squared_log_error, squared_log_loss, false)
ERROR_SCORE(root_squared_log_error, squared_log_loss, true)

kl_status kl_score_r2(double *out, const kl_score_call *call, kl_task *task, kl_error *error)
{
    return score_share(out, call, false, task, error);
}
kl_status kl_score_explained_variance(double *out, const kl_score_call *call, kl_task *task,
                                      kl_error *error)
{
    return score_share(out, call, true, task, error);
}
kl_status kl_score_max_error(double *out, const kl_score_call *call, kl_task *task, kl_error *error)
{
    return largest_of(out, call->truth, call->answer, task, error);
}

/* Deviances need positive numbers: predictions always, the true ones too for gamma (`strictly`). */
static kl_status deviance_loss(double *out, const kl_number_pair *pair, bool gamma, kl_task *task,
                               kl_error *error)
{
    for (size_t i = 0; i < pair->n * pair->m; i++)
        if (!(pair->answer[i] > 0) || !(pair->truth[i] >= 0) || (gamma && pair->truth[i] == 0))
            return kl_bad_input(error,
                                "the deviance needs predictions > 0 and true numbers %s 0, got %g "
                                "and %g",
                                gamma ? ">" : ">=", pair->answer[i], pair->truth[i]);
    return gamma ? gamma_loss(out, pair, task, error) : poisson_loss(out, pair, task, error);
}
static kl_status poisson_deviance(double *out, const kl_number_pair *pair, kl_task *task,
                                  kl_error *error)
{
    return deviance_loss(out, pair, false, task, error);
}
static kl_status gamma_deviance(double *out, const kl_number_pair *pair, kl_task *task,
                                kl_error *error)
{
    return deviance_loss(out, pair, true, task, error);
}
ERROR_SCORE(poisson_deviance, poisson_deviance, false)
ERROR_SCORE(gamma_deviance, gamma_deviance, false)

/* 1 - mean |y - p| / mean |y - median of y|. */
static kl_status d2_loss(double *out, const kl_number_pair *pair, kl_task *task, kl_error *error)
{
    double *column, middle;
    KL_TRY(absolute_loss(out, pair, task, error));
    KL_TAKE_RAW(column, task, pair->n, error);
    for (size_t c = 0; c < pair->m; c++) {
        double all = 0;
        for (size_t i = 0; i < pair->n; i++)
            column[i] = pair->truth[i * pair->m + c];
        KL_TRY(middle_of(&middle, column, pair->weights, pair->n, pair->total, task, error));
        for (size_t i = 0; i < pair->n; i++)
            all += kl_pair_weight(pair->weights, i) * fabs(pair->truth[i * pair->m + c] - middle);
        out[c] = share(out[c], all / pair->total, true);
    }
    return KL_OK;
}
ERROR_SCORE(d2_absolute_error, d2_loss, false)

/* ---- tables ------------------------------------------------------------------------------------------------ */

#define MULTIOUTPUT(more)                                                                          \
    {.name = "multioutput", .kind = KL_KIND_ANY, .fallback = "\"uniform_average\"",                \
     .flags = KL_DATA | KL_KEYWORD_ONLY,                                                           \
     .doc = "of several columns: their mean (uniform_average), a number for each (raw_values)" more \
            ", or an array with a weight for each"}
#define FORCE_FINITE                                                                               \
    {.name = "force_finite", .kind = KL_KIND_BOOL, .fallback = "true", .flags = KL_KEYWORD_ONLY,   \
     .doc = "true numbers that are all the same give 1 when they are met and 0 otherwise; false: nan "\
            "and -inf"}
static const kl_param error_params[] = {KL_MEASURE_PAIR, KL_MEASURE_WEIGHT, MULTIOUTPUT("")};
static const kl_param share_params[] = {
    KL_MEASURE_PAIR, KL_MEASURE_WEIGHT,
    MULTIOUTPUT(", their mean weighted by the variances (variance_weighted)"), FORCE_FINITE};
static const kl_param pair_params[] = {KL_MEASURE_PAIR};

#define PUBLISH(which, python, parameters, kind, text)                                             \
    static const kl_function which##_function = {                                                  \
        .module = "kailash.ml",                                                                    \
        .method = {.name = python, .call = which##_call, .params = KL_TABLE(parameters),           \
                   .returns = kind, .flags = KL_ARRAYS, .raises = KL_MEASURE_RAISES, .doc = text}}; \
    KL_PUBLISH_FUNCTION(which##_function)

PUBLISH(r2, "r2_score", share_params, KL_KIND_ANY,
        "Coefficient of determination: 1 - (sum of squared errors) / (sum of squares about the mean). "
        "1 is best, 0 what the mean would give.");
PUBLISH(explained, "explained_variance_score", share_params, KL_KIND_ANY,
        "Share of the variance of y_true that y_pred explains: as r2_score(), with a constant error free.");
PUBLISH(squared_error, "mean_squared_error", error_params, KL_KIND_ANY,
        "Mean of the squared differences, in squared units of y.");
PUBLISH(root_error, "root_mean_squared_error", error_params, KL_KIND_ANY,
        "Square root of the mean squared difference, in units of y.");
PUBLISH(absolute_error, "mean_absolute_error", error_params, KL_KIND_ANY,
        "Mean of the absolute differences, in units of y.");
PUBLISH(median_error, "median_absolute_error", error_params, KL_KIND_ANY,
        "Median of the absolute differences (mean of the middle two), in units of y.");
PUBLISH(percentage_error, "mean_absolute_percentage_error", error_params, KL_KIND_ANY,
        "Mean of the absolute differences divided by |y_true| (by 2.2e-16 where that is less); a "
        "fraction, not per cent.");
PUBLISH(squared_log_error, "mean_squared_log_error", error_params, KL_KIND_ANY,
        "Mean of (ln(1 + y_true) - ln(1 + y_pred))^2; both must not be negative.");
PUBLISH(largest, "max_error", pair_params, KL_KIND_DOUBLE,
        "Largest absolute difference, in units of y; NaN is refused.");
