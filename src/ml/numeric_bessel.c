/* src/ml/numeric_bessel.c - the modified Bessel function of the second kind, of real order: see numeric.h.
 *
 * Temme's series (1975) for x up to 2 and Steed's continued fraction above give two neighbouring orders in
 * [-1/2, 3/2]; the recurrence leads up from there, which is stable.
 */
#include "numeric.h"

#include <float.h>
#include <math.h>

enum { TERMS_MAX = 10000 };
static const double PI = 3.14159265358979323846;

/* 1 / gamma(1 + z) = sum of c[k] z^k. */
static const double reciprocal_gamma[] = {
    1.0, 5.7721566490153286555e-1, -6.5587807152025390245e-1, -4.2002635034095237021e-2,
    1.6653861138229147931e-1, -4.2197734555544333390e-2, -9.6219715278769730321e-3,
    7.2189432466630999025e-3, -1.1651675918590651687e-3, -2.1524167411495097519e-4,
    1.2805028238811619551e-4, -2.0134854780788238686e-5, -1.2504934821426706307e-6,
    1.1330272319816959286e-6, -2.0563384169776070734e-7, 6.1160951044814160872e-9,
    5.0020076444692229454e-9, -1.1812745704870200441e-9, 1.0434267116911005398e-10,
    7.7822634399050708143e-12, -3.6968056186422059787e-12, 5.1003702874544757537e-13,
    -2.0583260535665066357e-14, -5.3481225394230178203e-15,
};

/* Half the difference of 1 / gamma(1 - mu) and 1 / gamma(1 + mu), over mu; and half their sum. |mu| <= 1/2. */
static void temme_gammas(double mu, double *difference, double *sum)
{
    double odd = 0, even = 0, square = mu * mu;
    for (size_t k = KL_COUNT(reciprocal_gamma); k > 0; k -= 2) {
        odd = odd * square + reciprocal_gamma[k - 1];
        even = even * square + reciprocal_gamma[k - 2];
    }
    *difference = -odd;
    *sum = even;
}

/* K of orders mu and mu + 1, for 0 < x <= 2. */
static void temme_series(double mu, double x, double *k0, double *k1)
{
    double log_half = -log(x / 2), e = mu * log_half, sine = PI * mu, difference, mean;
    temme_gammas(mu, &difference, &mean);
    double by_sine = fabs(sine) < DBL_EPSILON ? 1 : sine / sin(sine);
    double by_sinh = fabs(e) < DBL_EPSILON ? 1 : sinh(e) / e;
    double f = by_sine * (difference * cosh(e) + mean * by_sinh * log_half);
    double p = 0.5 * exp(e) / (mean - mu * difference), q = 0.5 * exp(-e) / (mean + mu * difference);
    double c = 1, quarter = x * x / 4, sum = f, sum1 = p;
    for (int i = 1; i < TERMS_MAX; i++) {
        f = (i * f + p + q) / (i * i - mu * mu);
        c *= quarter / i;
        p /= i - mu;
        q /= i + mu;
        sum += c * f;
        sum1 += c * (p - i * f);
        if (fabs(c * f) < fabs(sum) * (DBL_EPSILON / 4))
            break;
    }
    *k0 = sum;
    *k1 = sum1 * 2 / x;
}

/* The same for x > 2. */
static void steed_fraction(double mu, double x, double *k0, double *k1)
{
    double b = 2 * (1 + x), d = 1 / b, h = d, step = d;
    double q1 = 0, q2 = 1, a1 = 0.25 - mu * mu, q = a1, c = a1, a = -a1, sum = 1 + q * step;
    for (int i = 2; i < TERMS_MAX; i++) {
        a -= 2 * (i - 1);
        c = -a * c / i;
        double next = (q1 - b * q2) / a;
        q1 = q2, q2 = next;
        q += c * next;
        b += 2;
        d = 1 / (b + a * d);
        step *= b * d - 1;
        h += step;
        sum += q * step;
        if (fabs(q * step) < fabs(sum) * (DBL_EPSILON / 4))
            break;
    }
    *k0 = sqrt(PI / (2 * x)) * exp(-x) / sum;
    *k1 = *k0 * (mu + x + 0.5 - a1 * h) / x;
}

double kl_bessel_k(double nu, double x)
{
    nu = fabs(nu); /* K is even in its order */
    if (isnan(nu) || isnan(x) || x < 0)
        return NAN;
    if (x == 0 || isinf(nu))
        return INFINITY;
    if (isinf(x))
        return 0;
    double steps = floor(nu + 0.5), mu = nu - steps, k0, k1;
    if (x <= 2)
        temme_series(mu, x, &k0, &k1);
    else
        steed_fraction(mu, x, &k0, &k1);
    for (double i = 1; i <= steps; i++) {
        double next = 2 * (mu + i) / x * k1 + k0;
        k0 = k1, k1 = next;
        if (isinf(k1) || k1 == 0)
            return i < steps ? k1 : k0; /* larger orders are larger; what vanished stays so */
    }
    return k0;
}
