/* src/ml/kernels/rows.c - matrices that lie row after row. */
#include "kernel.h"

/*
 * Rows that are short are taken several at a time, as if they were one: WIDE numbers and more. Each has sums of
 * its own, which are added up at the end.
 */
enum { WIDE = 64, WIDEST = 2 * WIDE };

static size_t rows_at_a_time(size_t rows, size_t cols)
{
    return cols >= WIDE || cols == 0 ? 1 : KL_MAX(KL_MIN(WIDE / cols, rows), 1);
}

static void add_rows(double *restrict sums, const double *restrict x, size_t n)
{
    KL_SIMD for (size_t i = 0; i < n; i++) sums[i] += x[i];
}

void KERNEL(column_sums)(double *out, const double *x, size_t rows, size_t cols)
{
    double sums[WIDEST] = {0};
    size_t together = rows_at_a_time(rows, cols), done = rows / together * together;
    memset(out, 0, cols * sizeof *out);
    if (together > 1)
        for (size_t i = 0; i < done; i += together)
            add_rows(sums, x + i * cols, together * cols);
    for (size_t i = together > 1 ? done : 0; i < rows; i++)
        add_rows(out, x + i * cols, cols);
    for (size_t i = 0; together > 1 && i < together; i++)
        add_rows(out, sums + i * cols, cols);
}

static void add_squares(double *restrict sums, const double *restrict x,
                        const double *restrict center, size_t n)
{
    KL_SIMD for (size_t i = 0; i < n; i++) sums[i] += (x[i] - center[i]) * (x[i] - center[i]);
}

static void add_plain_squares(double *restrict sums, const double *restrict x, size_t n)
{
    KL_SIMD for (size_t i = 0; i < n; i++) sums[i] += x[i] * x[i];
}

static void square_wide_rows(double *out, const double *x, const double *center, size_t rows,
                             size_t cols)
{
    for (size_t i = 0; i < rows; i++)
        if (center)
            add_squares(out, x + i * cols, center, cols);
        else
            add_plain_squares(out, x + i * cols, cols);
}

void KERNEL(column_square_sums)(double *out, const double *x, const double *center, size_t rows,
                                size_t cols)
{
    double sums[WIDEST] = {0}, centers[WIDEST] = {0};
    size_t together = rows_at_a_time(rows, cols), done = together > 1 ? rows / together * together : 0;
    memset(out, 0, cols * sizeof *out);
    for (size_t i = 0; center && together > 1 && i < together; i++)
        memcpy(centers + i * cols, center, cols * sizeof *center);
    for (size_t i = 0; i < done; i += together)
        add_squares(sums, x + i * cols, centers, together * cols);
    square_wide_rows(out, x + done * cols, center, rows - done, cols);
    for (size_t i = 0; together > 1 && i < together; i++)
        add_rows(out, sums + i * cols, cols);
}

static void widen_range(double *restrict low, double *restrict high, const double *restrict x_low,
                        const double *restrict x_high, size_t n)
{
    KL_SIMD for (size_t i = 0; i < n; i++)
    {
        low[i] = x_low[i] < low[i] ? x_low[i] : low[i];
        high[i] = x_high[i] > high[i] ? x_high[i] : high[i];
    }
}

/* NaN is skipped: a comparison with it is false. */
void KERNEL(column_range)(double *low, double *high, const double *x, size_t rows, size_t cols)
{
    double lows[WIDEST], highs[WIDEST];
    size_t together = rows_at_a_time(rows, cols), done = together > 1 ? rows / together * together : 0;
    for (size_t j = 0; j < cols; j++)
        low[j] = INFINITY, high[j] = -INFINITY;
    for (size_t j = 0; j < WIDEST; j++)
        lows[j] = INFINITY, highs[j] = -INFINITY;
    for (size_t i = 0; i < done; i += together)
        widen_range(lows, highs, x + i * cols, x + i * cols, together * cols);
    for (size_t i = done; i < rows; i++)
        widen_range(low, high, x + i * cols, x + i * cols, cols);
    for (size_t i = 0; done && i < together; i++)
        widen_range(low, high, lows + i * cols, highs + i * cols, cols);
}

static void center_and_scale(double *out, const double *x, const double *center,
                             const double *factor, size_t n)
{
    if (center && factor) {
        KL_SIMD for (size_t i = 0; i < n; i++) out[i] = (x[i] - center[i]) * factor[i];
    } else if (center) {
        KL_SIMD for (size_t i = 0; i < n; i++) out[i] = x[i] - center[i];
    } else {
        KL_SIMD for (size_t i = 0; i < n; i++) out[i] = x[i] * factor[i];
    }
}

void KERNEL(center_scale)(double *out, const double *x, const double *center, const double *factor,
                          size_t rows, size_t cols)
{
    double centers[WIDEST], factors[WIDEST];
    size_t together = rows_at_a_time(rows, cols), done = together > 1 ? rows / together * together : 0;
    if (!center && !factor) {
        if (out != x && rows && cols)
            memmove(out, x, rows * cols * sizeof *x);
        return;
    }
    for (size_t i = 0; done && i < together; i++)
        for (size_t j = 0; j < cols; j++) {
            centers[i * cols + j] = center ? center[j] : 0;
            factors[i * cols + j] = factor ? factor[j] : 1;
        }
    for (size_t i = 0; i < done; i += together)
        center_and_scale(out + i * cols, x + i * cols, center ? centers : NULL,
                         factor ? factors : NULL, together * cols);
    for (size_t i = done; i < rows; i++)
        center_and_scale(out + i * cols, x + i * cols, center, factor, cols);
}

void KERNEL(row_square_sums)(double *out, const double *x, size_t rows, size_t cols)
{
    for (size_t i = 0; i < rows; i++)
        out[i] = KERNEL(sum_squares)(x + i * cols, cols);
}
