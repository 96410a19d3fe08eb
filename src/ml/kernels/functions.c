/* src/ml/kernels/functions.c - functions of each number by itself, written so that compilers use all lanes: no
 * branches, no tables, whole numbers only where registers can do them. */
#include "kernel.h"

#include <float.h>

static const double LOG2_E = 0x1.71547652b82fep+0;
static const double LN2_HIGH = 0x1.62e42fefa0000p-1; /* ends in zeros, so that its multiples are exact */
static const double LN2_LOW = 0x1.cf79abc9e3b3ap-40;
static const double ROUND = 0x1.8p52; /* added, it leaves a whole number in the low bits */

/* ---- exponential --------------------------------------------------------------------------------------------- */

/* 2^k, for a whole |k| < 1023 that stands in the low bits of k + ROUND. */
static inline double power_of_two(double k_rounded)
{
    return double_of((bits_of(k_rounded) + 1023) << 52);
}

/* e^r - 1 - r for |r| <= ln 2 / 2: the series, which ends where terms are lost. */
static inline double exp_tail(double r)
{
    double p = 1.0 / 6227020800;
    p = p * r + 1.0 / 479001600;
    p = p * r + 1.0 / 39916800;
    p = p * r + 1.0 / 3628800;
    p = p * r + 1.0 / 362880;
    p = p * r + 1.0 / 40320;
    p = p * r + 1.0 / 5040;
    p = p * r + 1.0 / 720;
    p = p * r + 1.0 / 120;
    p = p * r + 1.0 / 24;
    p = p * r + 1.0 / 6;
    p = p * r + 0.5;
    return p * (r * r);
}

/* The power is put on in two steps, so that tiny results are rounded and not lost. */
static inline double exp_of(double x)
{
    x = x > 710 ? 710 : x;
    x = x < -750 ? -750 : x;
    double k = (x * LOG2_E + ROUND) - ROUND;
    double high = x - k * LN2_HIGH, low = k * LN2_LOW;
    double r = high - low;
    double e = 1 + (r + (exp_tail(r) + ((high - r) - low)));
    double first = k * 0.5 + ROUND;
    double second = (k - (first - ROUND)) + ROUND;
    return e * power_of_two(first) * power_of_two(second);
}

void KERNEL(exp)(double *out, const double *x, size_t n)
{
    KL_SIMD for (size_t i = 0; i < n; i++) out[i] = exp_of(x[i]);
}

static inline double sigmoid_of(double x)
{
    double e = exp_of(-fabs(x));
    return (x < 0 ? e : 1) / (1 + e);
}

/* NaN passes through fabs(). */
void KERNEL(sigmoid)(double *out, const double *x, size_t n)
{
    KL_SIMD for (size_t i = 0; i < n; i++) out[i] = sigmoid_of(x[i]);
}

/* e^(2|x|) - 1 over itself plus 2; what the two sums lose is put back in. Beyond 20 that is 1. */
static inline double tanh_of(double x)
{
    double y = fabs(x) * 2;
    y = y > 44 ? 44 : y;
    double k_rounded = y * LOG2_E + ROUND, k = k_rounded - ROUND;
    double high = y - k * LN2_HIGH, low = k * LN2_LOW, r = high - low;
    double tail = exp_tail(r) + ((high - r) - low), e = r + tail;
    double power = power_of_two(k_rounded);
    double less_one = power * e + (power - 1), below = less_one + 2, t = less_one / below;
    double lost = power * (tail - (e - r)), lost_below = less_one - (below - 2);
    return copysign(t + (lost * (1 - t) - t * lost_below) / below, x);
}

void KERNEL(tanh)(double *out, const double *x, size_t n)
{
    KL_SIMD for (size_t i = 0; i < n; i++) out[i] = tanh_of(x[i]);
}

/* ---- logarithm ---------------------------------------------------------------------------------------------------- */

/* ln(2^k m) for m in [sqrt(1/2), sqrt(2)) and f = m - 1: with s = f / (2 + f) it is ln((1 + s) / (1 - s)), whose
 * series in s^2 is that of the inverse hyperbolic tangent, here with coefficients of the best fit. */
static inline double log_of_parts(double k, double f)
{
    double s = f / (2 + f), z = s * s, half = 0.5 * f * f;
    double p = 1.479819860511658591e-01;
    p = p * z + 1.531383769920937332e-01;
    p = p * z + 1.818357216161805012e-01;
    p = p * z + 2.222219843214978396e-01;
    p = p * z + 2.857142874366239149e-01;
    p = p * z + 3.999999999940941908e-01;
    p = p * z + 6.666666666666735130e-01;
    p = p * z;
    return k * LN2_HIGH - ((half - (s * (half + p) + k * LN2_LOW)) - f);
}

/* For x > 0, not infinite. */
static inline double log_of_positive(double x)
{
    bool is_tiny = x < DBL_MIN;
    x = is_tiny ? x * 0x1p54 : x;
    uint64_t bits = bits_of(x) + (UINT64_C(0x3ff0000000000000) - UINT64_C(0x3fe6a09e667f3bcd));
    uint64_t mantissa = (bits & UINT64_C(0x000fffffffffffff)) + UINT64_C(0x3fe6a09e667f3bcd);
    /* The exponent as a number: in the low bits of 2^52. */
    double k = double_of((bits >> 52) | UINT64_C(0x4330000000000000)) - (0x1p52 + 1023);
    k = is_tiny ? k - 54 : k;
    return log_of_parts(k, double_of(mantissa) - 1);
}

static inline double log_of(double x)
{
    double y = log_of_positive(x);
    y = x == 0 ? -INFINITY : y;
    y = x < 0 || x != x ? NAN : y;
    return x == INFINITY ? INFINITY : y;
}

void KERNEL(log)(double *out, const double *x, size_t n)
{
    KL_SIMD for (size_t i = 0; i < n; i++) out[i] = log_of(x[i]);
}

/* max(x, 0) + ln(1 + e^-|x|); what the sum of 1 and e loses is put back in. */
static inline double log1pexp_of(double x)
{
    double e = exp_of(-fabs(x)), one = 1 + e;
    double y = log_of_positive(one) + (e - (one - 1)) / one;
    return x == x ? (x > 0 ? x : 0) + y : x;
}

void KERNEL(log1pexp)(double *out, const double *x, size_t n)
{
    KL_SIMD for (size_t i = 0; i < n; i++) out[i] = log1pexp_of(x[i]);
}

/* ---- the rest -------------------------------------------------------------------------------------------------------- */

void KERNEL(relu)(double *out, const double *x, size_t n)
{
    KL_SIMD for (size_t i = 0; i < n; i++) out[i] = x[i] < 0 ? 0 : x[i];
}

static inline float float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline float power_of_two_f32(float k_rounded)
{
    uint32_t bits;
    memcpy(&bits, &k_rounded, sizeof bits);
    return float_of((bits + 127) << 23);
}

static inline float exp_of_f32(float x)
{
    const float round = 0x1.8p23f;
    x = x > 89 ? 89 : x;
    x = x < -105 ? -105 : x;
    float k = (x * 0x1.715476p+0f + round) - round;
    float r = (x - k * 0x1.62e4p-1f) - k * 0x1.7f7d1cp-20f;
    float p = 1.0f / 5040;
    p = p * r + 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 0.5f;
    float e = 1 + (r + p * (r * r));
    float first = k * 0.5f + round, second = (k - (first - round)) + round;
    return e * power_of_two_f32(first) * power_of_two_f32(second);
}

void KERNEL(exp_f32)(float *out, const float *x, size_t n)
{
    KL_SIMD for (size_t i = 0; i < n; i++) out[i] = exp_of_f32(x[i]);
}

void KERNEL(to_f32)(float *out, const double *x, size_t n)
{
    KL_SIMD for (size_t i = 0; i < n; i++) out[i] = (float)x[i];
}

/* ---- rows ---------------------------------------------------------------------------------------------------------------- */

static double softmax_row(double *x, size_t n)
{
    double most = KERNEL(max)(x, n), sum = 0;
    most = most > -INFINITY ? most : 0; /* all -inf: all NaN, as 0 / 0 is */
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++) {
        x[i] = exp_of(x[i] - most);
        sum += x[i];
    }
    double factor = 1 / sum;
    KL_SIMD for (size_t i = 0; i < n; i++) x[i] *= factor;
    return most + log_of(sum);
}

enum { SHORT = 16, TOGETHER = 256 }; /* numbers of a row that fills no registers; of such rows at once */

/* Short rows: what makes the time, exp, is of many rows at once. */
static void softmax_short_rows(double *x, size_t rows, size_t cols, double *norm)
{
    double most[TOGETHER];
    for (size_t i = 0; i < rows; i++) {
        most[i] = -INFINITY;
        for (size_t j = 0; j < cols; j++)
            most[i] = larger(x[i * cols + j], most[i]);
        most[i] = most[i] > -INFINITY ? most[i] : 0;
        for (size_t j = 0; j < cols; j++)
            x[i * cols + j] -= most[i];
    }
    KERNEL(exp)(x, x, rows * cols);
    for (size_t i = 0; i < rows; i++) {
        double sum = 0;
        for (size_t j = 0; j < cols; j++)
            sum += x[i * cols + j];
        double factor = 1 / sum;
        for (size_t j = 0; j < cols; j++)
            x[i * cols + j] *= factor;
        if (norm)
            norm[i] = sum;
    }
    if (norm)
        KERNEL(log)(norm, norm, rows);
    for (size_t i = 0; norm && i < rows; i++)
        norm[i] += most[i];
}

void KERNEL(softmax_rows)(double *x, size_t rows, size_t cols, double *norm)
{
    for (size_t i = 0; i < rows && cols && cols < SHORT; i += TOGETHER)
        softmax_short_rows(x + i * cols, KL_MIN(rows - i, TOGETHER), cols, norm ? norm + i : NULL);
    for (size_t i = 0; i < rows && cols >= SHORT; i++) {
        double sum = softmax_row(x + i * cols, cols);
        if (norm)
            norm[i] = sum;
    }
}
