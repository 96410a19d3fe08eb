/* src/ml/selection/feature_scores.c - analysis of variance, correlation, chi-squared. */
#include "feature_scores.h"

#include "ml/numeric.h"

#include <float.h>
#include <math.h>

static kl_status labels_of(int64_t **codes, size_t *classes, kl_value y, size_t n, kl_task *task, kl_error *error)
{
    kl_value labels;
    size_t count;
    KL_TRY(kl_labels_encode(codes, &labels, &count, y, kl_null(), "y", task, error));
    *classes = kl_labels_count(labels);
    kl_value_release(labels);
    return count == n ? KL_OK : kl_bad_dimension(error, "samples", n, count);
}

/* ---- analysis of variance ---------------------------------------------------------------------------------- */

static bool is_constant(const kl_matrix *x, size_t column)
{
    for (size_t i = 1; i < x->rows; i++)
        if (kl_row(x, i)[column] != kl_row(x, 0)[column])
            return false;
    return true;
}

/* Variance between the classes beside that within them: the F statistic of Fisher. */
static kl_status f_classif(double *scores, double *p_values, const kl_matrix *x, kl_value y, kl_task *task,
                           kl_error *error)
{
    int64_t *codes;
    size_t classes, n = x->rows, d = x->cols;
    double *sums, *counts, *means;
    KL_TRY(labels_of(&codes, &classes, y, n, task, error));
    KL_TAKE(sums, task, classes * d, error);
    KL_TAKE(counts, task, classes, error);
    KL_TAKE(means, task, d, error);
    for (size_t i = 0; i < n; i++) {
        counts[codes[i]]++;
        for (size_t j = 0; j < d; j++) {
            sums[(size_t)codes[i] * d + j] += kl_row(x, i)[j];
            means[j] += kl_row(x, i)[j];
        }
    }
    for (size_t j = 0; j < d; j++)
        means[j] /= (double)n;
    double *within = p_values, *between = scores;
    memset(within, 0, d * sizeof *within);
    memset(between, 0, d * sizeof *between);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++) {
            double e = kl_row(x, i)[j] - sums[(size_t)codes[i] * d + j] / counts[codes[i]];
            within[j] += e * e;
        }
    for (size_t c = 0; c < classes; c++)
        for (size_t j = 0; j < d; j++) {
            double e = sums[c * d + j] / counts[c] - means[j];
            between[j] += counts[c] * e * e;
        }
    double above = (double)classes - 1, below = (double)(n - classes);
    for (size_t j = 0; j < d; j++) {
        scores[j] = is_constant(x, j) ? (double)NAN : between[j] / above / (within[j] / below);
        p_values[j] = isnan(scores[j]) ? (double)NAN : isinf(scores[j]) ? 0 : kl_f_tail(scores[j], above, below);
    }
    return KL_OK;
}

/* ---- correlation ------------------------------------------------------------------------------------------- */

/* F of a line through y: r^2 / (1 - r^2) * (n - 2). A constant column has 0. */
static kl_status f_regression(double *scores, double *p_values, const kl_matrix *x, kl_value y, kl_task *task,
                              kl_error *error)
{
    const double *target;
    size_t count, n = x->rows, d = x->cols;
    double *means, *squares, *products, mean = 0, square = 0;
    KL_TRY(kl_numbers_read(&target, &count, y, "y", task, error));
    if (count != n)
        return kl_bad_dimension(error, "samples", n, count);
    KL_TAKE(means, task, d, error);
    KL_TAKE(squares, task, d, error);
    KL_TAKE(products, task, d, error);
    for (size_t i = 0; i < n; i++) {
        mean += target[i] / (double)n;
        for (size_t j = 0; j < d; j++)
            means[j] += kl_row(x, i)[j] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        double t = target[i] - mean;
        square += t * t;
        for (size_t j = 0; j < d; j++) {
            double e = kl_row(x, i)[j] - means[j];
            squares[j] += e * e;
            products[j] += e * t;
        }
    }
    for (size_t j = 0; j < d; j++) {
        double r = products[j] / sqrt(squares[j]) / sqrt(square), freedom = (double)n - 2;
        scores[j] = r * r / (1 - r * r) * freedom;
        if (isnan(scores[j])) {
            scores[j] = 0;
            p_values[j] = 1;
        } else if (isinf(scores[j]) || scores[j] < 0) {
            scores[j] = DBL_MAX;
            p_values[j] = 0;
        } else {
            p_values[j] = kl_f_tail(scores[j], 1, freedom);
        }
    }
    return KL_OK;
}

/* ---- chi-squared ------------------------------------------------------------------------------------------- */

/* Sums of a column in each class beside those that shares of the rows let expect. */
static kl_status chi2(double *scores, double *p_values, const kl_matrix *x, kl_value y, kl_task *task, kl_error *error)
{
    int64_t *codes;
    size_t classes, n = x->rows, d = x->cols;
    double *observed, *shares, *totals;
    KL_TRY(labels_of(&codes, &classes, y, n, task, error));
    KL_TAKE(observed, task, classes * d, error);
    KL_TAKE(shares, task, classes, error);
    KL_TAKE(totals, task, d, error);
    for (size_t i = 0; i < n; i++) {
        shares[codes[i]] += 1 / (double)n;
        for (size_t j = 0; j < d; j++) {
            double v = kl_row(x, i)[j];
            if (v < 0)
                return kl_bad_input(error, "chi2 is of counts and frequencies: x must not be negative, got %g", v);
            observed[(size_t)codes[i] * d + j] += v;
            totals[j] += v;
        }
    }
    for (size_t j = 0; j < d; j++) {
        scores[j] = 0;
        for (size_t c = 0; c < classes; c++) {
            double expected = shares[c] * totals[j], e = observed[c * d + j] - expected;
            scores[j] += e * e / expected;
        }
        p_values[j] = isnan(scores[j]) ? (double)NAN : kl_chi2_tail(scores[j], (double)classes - 1);
    }
    return KL_OK;
}

/* ---- by name ----------------------------------------------------------------------------------------------- */

const char *const kl_feature_score_names[] = {"f_classif", "f_regression", "chi2", "mutual_info_classif",
                                              "mutual_info_regression", NULL};

kl_feature_score *kl_feature_score_of(kl_text name)
{
    static kl_feature_score *const functions[] = {f_classif, f_regression, chi2, kl_information_of_labels,
                                                  kl_information_of_numbers};
    for (size_t i = 0; kl_feature_score_names[i]; i++)
        if (kl_text_is(name, kl_feature_score_names[i]))
            return functions[i];
    return NULL;
}
