/* src/ml/numeric_tail.c - incomplete beta and gamma functions, and the distributions that they give: see
 * numeric.h. */
#include "numeric.h"
#include "numeric_gamma.h"

#include <float.h>
#include <math.h>

static const double PI = 3.14159265358979323846;
enum { TERMS_MAX = 1000000 };

/* ---- beta ------------------------------------------------------------------------------------------------------ */

/* x^a y^b / B(a, b), with y = 1 - x: large powers and large factors are not let meet. */
static double beta_power(double a, double b, double x, double y)
{
    double n = a + b;
    return sqrt(a * (b / n) / (2 * PI)) *
           exp(-kl_deviance(a, n * x) - kl_deviance(b, n * y) +
               (kl_stirling_rest(n) - kl_stirling_rest(a) - kl_stirling_rest(b)));
}

/* The continued fraction (DLMF 8.17.22), by the method of Lentz; quick for x below (a + 1) / (a + b + 2). */
static double beta_fraction(double a, double b, double x)
{
    const double tiny = 1e-300;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < tiny ? tiny : d);
    double h = d;
    for (int m = 1; m < TERMS_MAX; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 + even * d, c = 1 + even / c;
        d = 1 / (fabs(d) < tiny ? tiny : d), c = fabs(c) < tiny ? tiny : c;
        h *= d * c;
        d = 1 + odd * d, c = 1 + odd / c;
        d = 1 / (fabs(d) < tiny ? tiny : d), c = fabs(c) < tiny ? tiny : c;
        double step = d * c;
        h *= step;
        if (fabs(step - 1) <= DBL_EPSILON)
            break;
    }
    return h;
}

/* y is 1 - x, and exact where x is near 1. */
static double beta_inc_of_both(double a, double b, double x, double y)
{
    if (isnan(a) || isnan(b) || isnan(x) || a <= 0 || b <= 0 || x < 0 || y < 0)
        return NAN;
    if (x == 0 || y == 0)
        return x == 0 ? 0 : 1;
    double power = beta_power(a, b, x, y);
    if (x < (a + 1) / (a + b + 2))
        return power * beta_fraction(a, b, x) / a;
    return 1 - power * beta_fraction(b, a, y) / b;
}

double kl_beta_inc(double a, double b, double x) { return beta_inc_of_both(a, b, x, 1 - x); }

/* ---- gamma ------------------------------------------------------------------------------------------------------- */

/* x^a e^-x / gamma(a) */
static double gamma_power(double a, double x)
{
    return sqrt(a / (2 * PI)) * exp(-kl_deviance(a, x) - kl_stirling_rest(a));
}

/* The series for P, times a / x^a e^-x. */
static double gamma_series(double a, double x)
{
    double sum = 1, term = 1;
    for (int n = 1; n < TERMS_MAX; n++) {
        term *= x / (a + n);
        sum += term;
        if (term < sum * (DBL_EPSILON / 4))
            break;
    }
    return sum;
}

/* The continued fraction for Q (DLMF 8.9.2), likewise. */
static double gamma_fraction(double a, double x)
{
    const double tiny = 1e-300;
    double b = x + 1 - a, c = 1 / tiny, d = 1 / b, h = d;
    for (int i = 1; i < TERMS_MAX; i++) {
        double an = -i * (i - a);
        b += 2;
        d = an * d + b, c = b + an / c;
        d = 1 / (fabs(d) < tiny ? tiny : d), c = fabs(c) < tiny ? tiny : c;
        double step = d * c;
        h *= step;
        if (fabs(step - 1) <= DBL_EPSILON)
            break;
    }
    return h;
}

/* For small a and x, Q is 1 less what is almost 1: x^a / gamma(1 + a) is kept as its difference to 1, and the
 * rest of the series as it is. */
static double gamma_q_of_small(double a, double x)
{
    double less_one = expm1(a * log(x) - lgamma(1 + a)), sum = 0, term = 1;
    for (int n = 1; n < 100; n++) {
        term *= -x / n;
        sum += term * a / (a + n);
        if (fabs(term) < DBL_EPSILON / 4)
            break;
    }
    return -less_one - (1 + less_one) * sum;
}

/* P and Q; the smaller one is exact in itself. */
static void gamma_both(double *p, double *q, double a, double x)
{
    if (x < a + 1) {
        *p = gamma_power(a, x) * gamma_series(a, x) / a;
        *q = a < 1 && x < 1 ? gamma_q_of_small(a, x) : 1 - *p;
    } else {
        *q = gamma_power(a, x) * gamma_fraction(a, x);
        *p = 1 - *q;
    }
}

double kl_gamma_q(double a, double x)
{
    double p, q;
    if (isnan(a) || isnan(x) || a <= 0 || x < 0)
        return NAN;
    if (x == 0 || isinf(x))
        return x == 0 ? 1 : 0;
    gamma_both(&p, &q, a, x);
    return q;
}

/* ---- tails --------------------------------------------------------------------------------------------------------- */

double kl_f_tail(double f, double d1, double d2)
{
    if (f <= 0)
        return 1;
    if (isinf(f))
        return 0;
    double whole = d2 + d1 * f;
    if (isinf(whole))
        return beta_inc_of_both(d2 / 2, d1 / 2, d2 / d1 / f, 1);
    return beta_inc_of_both(d2 / 2, d1 / 2, d2 / whole, d1 * f / whole);
}

double kl_chi2_tail(double x, double k) { return x <= 0 ? 1 : kl_gamma_q(k / 2, x / 2); }

double kl_t_tail2(double t, double k) { return kl_f_tail(t * t, 1, k); }

/* ---- the quantile of chi-squared ------------------------------------------------------------------------------------- */

/* Where to begin: the cube root is almost normal (Wilson and Hilferty 1931); far below, P is x^a / gamma(1 + a). */
static double first_guess(double p, double a)
{
    double root = 1 - 1 / (9 * a) + kl_normal_quantile(p) / (3 * sqrt(a));
    double guess = a * root * root * root;
    double least = exp((log(p) + lgamma(a + 1)) / a);
    return root > 0 && guess > least ? guess : least;
}

/* Newton's method for ln P, or ln Q, as a function of ln x: both are bent to one side. */
double kl_chi2_quantile(double p, double k)
{
    double a = k / 2;
    if (isnan(p) || isnan(k) || k <= 0 || p < 0 || p > 1)
        return NAN;
    if (p == 0 || p == 1)
        return p == 0 ? 0 : INFINITY;
    double x = first_guess(p, a);
    for (int i = 0; i < 100 && x > 0; i++) {
        double below, above, power = gamma_power(a, x);
        gamma_both(&below, &above, a, x);
        double step = p < 0.5 ? -log(below / p) * below / power : log(above / (1 - p)) * above / power;
        if (isnan(step) || fabs(step) > 1)
            step = step < 0 ? -1 : 1;
        x *= exp(step);
        if (fabs(step) < 2 * DBL_EPSILON)
            break;
    }
    return 2 * x;
}
