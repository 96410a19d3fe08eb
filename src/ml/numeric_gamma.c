/* src/ml/numeric_gamma.c - the gamma function's relatives: see numeric.h. */
#include "numeric_gamma.h"
#include "numeric.h"

#include <math.h>

static const double PI = 3.14159265358979323846;
static const double HALF_LN_2PI = 0.91893853320467274178;

/* ---- derivatives of ln gamma ---------------------------------------------------------------------------------- */

enum { SERIES_FROM = 10 };

/* The asymptotic series of Bernoulli's numbers. */
static double digamma_of_large(double x)
{
    double z = 1 / (x * x);
    double series = z * (1.0 / 12 -
                         z * (1.0 / 120 -
                              z * (1.0 / 252 -
                                   z * (1.0 / 240 - z * (1.0 / 132 - z * (691.0 / 32760 - z / 12))))));
    return log(x) - 0.5 / x - series;
}

double kl_digamma(double x)
{
    double shift = 0;
    if (isnan(x) || x == -INFINITY)
        return NAN;
    if (x == 0)
        return copysign(INFINITY, -x);
    if (x < 0) {
        if (x == floor(x))
            return NAN;
        return kl_digamma(1 - x) - PI / tan(PI * (x - round(x)));
    }
    for (; x < SERIES_FROM; x++)
        shift -= 1 / x;
    return isinf(x) ? x : digamma_of_large(x) + shift;
}

static double trigamma_of_large(double x)
{
    double z = 1 / (x * x);
    double series = z * (1.0 / 6 -
                         z * (1.0 / 30 -
                              z * (1.0 / 42 -
                                   z * (1.0 / 30 - z * (5.0 / 66 - z * (691.0 / 2730 - z * 7 / 6))))));
    return (1 + 0.5 / x + series) / x;
}

double kl_trigamma(double x)
{
    double shift = 0;
    if (isnan(x))
        return x;
    if (x <= 0) {
        if (x == floor(x))
            return INFINITY;
        double sine = sin(PI * (x - round(x)));
        return PI * PI / (sine * sine) - kl_trigamma(1 - x);
    }
    for (; x < SERIES_FROM; x++)
        shift += 1 / (x * x);
    return trigamma_of_large(x) + shift;
}

/* ---- Stirling -------------------------------------------------------------------------------------------------- */

static double rest_of_large(double x)
{
    double z = 1 / (x * x);
    return (1.0 / 12 -
            z * (1.0 / 360 -
                 z * (1.0 / 1260 -
                      z * (1.0 / 1680 - z * (1.0 / 1188 - z * (691.0 / 360360 - z / 156)))))) / x;
}

/* Step by step up to where the series holds: of two neighbours, the rests differ by
 * (z + 1/2) ln(1 + 1/z) - 1. */
double kl_stirling_rest(double z)
{
    if (z < 1e-3)
        return lgamma(z) - ((z - 0.5) * log(z) - z + HALF_LN_2PI);
    double sum = 0;
    for (; z < SERIES_FROM; z++)
        sum += (z + 0.5) * log1p(1 / z) - 1;
    return sum + rest_of_large(z);
}

double kl_deviance(double x, double m)
{
    if (fabs(x - m) >= 0.1 * (x + m))
        return x * log(x / m) + m - x;
    double v = (x - m) / (x + m), sum = (x - m) * v, term = 2 * x * v;
    for (int i = 3; i < 1000; i += 2) {
        term *= v * v;
        double next = sum + term / i;
        if (next == sum)
            break;
        sum = next;
    }
    return sum;
}

double kl_log_beta(double a, double b)
{
    double p = KL_MIN(a, b), q = KL_MAX(a, b);
    if (isnan(a) || isnan(b) || p < 0)
        return NAN;
    if (p == 0)
        return INFINITY;
    if (isinf(q))
        return -INFINITY;
    double log_share = -log1p(q / p); /* ln(p / (p + q)) */
    if (p >= SERIES_FROM)
        return HALF_LN_2PI - 0.5 * log(q) + (p - 0.5) * log_share - q * log1p(p / q) +
               (kl_stirling_rest(p) + kl_stirling_rest(q) - kl_stirling_rest(p + q));
    if (q >= SERIES_FROM)
        return lgamma(p) + (kl_stirling_rest(q) - kl_stirling_rest(p + q)) + p - p * log(p + q) -
               (q - 0.5) * log1p(p / q);
    if (p < 1e-300)
        return -log(p);
    return log(tgamma(p) * (tgamma(q) / tgamma(p + q)));
}
