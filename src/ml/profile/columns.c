/* src/ml/profile/columns.c - statistics of columns. */
#include "profile.h"

#include "ml/numeric.h"

#include <math.h>

enum { FEW_VALUES = 10 };      /* a column of no more distinct values ... */
#define FEW_VALUES_RATIO 0.05  /* ... that are no larger a share of all is categorical */

/* Moments of the finite numbers. */
static void moments(kl_column_profile *of, const double *x, size_t n)
{
    double sum = 0, m2 = 0, m3 = 0, m4 = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    of->mean = sum / (double)n;
    for (size_t i = 0; i < n; i++) {
        double e = x[i] - of->mean, square = e * e;
        m2 += square / (double)n;
        m3 += square * e / (double)n;
        m4 += square * square / (double)n;
    }
    of->std = sqrt(m2);
    if (n < 3 || of->std == 0)
        return;
    of->skewness = m3 / (m2 * of->std);
    of->kurtosis = m4 / (m2 * m2) - 3;
}

/* Distinct values of ascending numbers, and how often the most and the least frequent one occurs. */
static void frequencies(kl_column_profile *of, const double *sorted)
{
    of->smallest = SIZE_MAX;
    for (size_t i = 0; i < of->count;) {
        size_t end = i;
        while (end < of->count && sorted[end] == sorted[i])
            end++;
        of->unique++;
        of->largest = KL_MAX(of->largest, end - i);
        of->smallest = KL_MIN(of->smallest, end - i);
        if (sorted[i] == 0)
            of->zeros = end - i;
        i = end;
    }
}

static const char *dtype_of(const kl_column_profile *of, const double *sorted)
{
    bool bits = of->count > 0;
    for (size_t i = 0; i < of->count && bits; i++)
        bits = sorted[i] == 0 || sorted[i] == 1;
    if (bits)
        return "boolean";
    double ratio = of->count ? (double)of->unique / (double)of->count : 1;
    return of->unique > 0 && of->unique <= FEW_VALUES && ratio <= FEW_VALUES_RATIO ? "categorical" : "numeric";
}

/* `values`: room for a column. */
static kl_status profile_column(kl_column_profile *of, const kl_matrix *x, size_t column, double *values,
                                double *finite, kl_task *task, kl_error *error)
{
    size_t usable = 0;
    of->rows = x->rows;
    of->mean = of->std = of->min = of->max = of->median = of->q25 = of->q75 = (double)NAN;
    of->skewness = of->kurtosis = (double)NAN;
    for (size_t i = 0; i < x->rows; i++) {
        double v = kl_row(x, i)[column];
        if (isnan(v)) {
            of->nulls++;
            continue;
        }
        values[of->count++] = v;
        if (isfinite(v))
            finite[usable++] = v;
    }
    of->infinite = of->count - usable;
    if (usable > 0)
        moments(of, finite, usable);
    KL_TRY(kl_sort_doubles(values, of->count, task, error));
    if (of->count > 0) {
        of->min = values[0];
        of->max = values[of->count - 1];
        of->median = kl_quantile(values, of->count, 0.5);
        of->q25 = kl_quantile(values, of->count, 0.25);
        of->q75 = kl_quantile(values, of->count, 0.75);
    }
    frequencies(of, values);
    of->dtype = dtype_of(of, values);
    return KL_OK;
}

static kl_status name_column(kl_text *out, kl_value names, size_t column, kl_task *task, kl_error *error)
{
    char *name;
    if (!kl_is_null(names)) {
        *out = kl_as_text(kl_array_at(names, column));
        return KL_OK;
    }
    KL_TAKE(name, task, 32, error);
    size_t at = sizeof "col_" - 1, digits = 1;
    memcpy(name, "col_", at);
    for (size_t rest = column; rest >= 10; rest /= 10)
        digits++;
    for (size_t i = digits, rest = column; i-- > 0; rest /= 10)
        name[at + i] = (char)('0' + rest % 10);
    *out = (kl_text){name, at + digits};
    return KL_OK;
}

kl_status kl_profile_columns(kl_column_profile **out, const kl_matrix *x, kl_value names, kl_task *task,
                             kl_error *error)
{
    double *values, *finite;
    KL_TAKE(*out, task, x->cols, error);
    KL_TAKE_RAW(values, task, x->rows, error);
    KL_TAKE_RAW(finite, task, x->rows, error);
    for (size_t j = 0; j < x->cols; j++) {
        KL_TRY(name_column(&(*out)[j].name, names, j, task, error));
        KL_TRY(profile_column(&(*out)[j], x, j, values, finite, task, error));
        KL_TRY(kl_task_step(task, j, x->cols, error));
    }
    return KL_OK;
}
