/* src/ml/linear/glm_loss.c - losses, their slopes and curvatures. */
#include "glm.h"

#include "ml/kernels.h"

#include <math.h>

static inline double weight_at(const kl_glm *glm, size_t i) { return glm->weights ? glm->weights[i] : 1.0; }

/* ln(1 + e^raw) - y raw */
double kl_loss_logistic(const kl_glm *glm, double *raw, double *curve, double *scratch, size_t begin, size_t n)
{
    const double *y = glm->y + begin;
    double sum = 0;
    kl_kernels()->log1pexp(scratch, raw, n);
    for (size_t i = 0; i < n; i++)
        sum += weight_at(glm, begin + i) * (scratch[i] - y[i] * raw[i]);
    kl_kernels()->sigmoid(raw, raw, n);
    for (size_t i = 0; i < n; i++) {
        double p = raw[i], w = weight_at(glm, begin + i);
        if (curve)
            curve[i] = w * p * (1 - p);
        raw[i] = w * (p - y[i]);
    }
    return sum;
}

/* ln sum e^raw - raw of the row's class */
double kl_loss_multinomial(const kl_glm *glm, double *raw, double *curve, double *scratch, size_t begin, size_t n)
{
    size_t k = glm->outputs;
    const int64_t *codes = glm->codes + begin;
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum -= weight_at(glm, begin + i) * raw[i * k + (size_t)codes[i]];
    kl_kernels()->softmax_rows(raw, n, k, scratch);
    for (size_t i = 0; i < n; i++)
        sum += weight_at(glm, begin + i) * scratch[i];
    if (curve)
        memcpy(curve, raw, n * k * sizeof *raw);
    for (size_t i = 0; i < n; i++) {
        double w = weight_at(glm, begin + i);
        raw[i * k + (size_t)codes[i]] -= 1.0;
        for (size_t c = 0; glm->weights && c < k; c++)
            raw[i * k + c] *= w;
    }
    return sum;
}

/* ---- Tweedie ------------------------------------------------------------------------------------------------- */

/* Half the unit deviance at mean mu, the terms of y alone left out where they may be infinite. */
static double half_deviance(double y, double mu, double power)
{
    if (power == 0)
        return 0.5 * (y - mu) * (y - mu);
    if (mu == 0 && power < 0)
        return 0;
    if (!(mu > 0))
        return INFINITY;
    if (power == 1)
        return mu - (y > 0 ? y * log(mu) : 0.0);
    if (power == 2)
        return log(mu) + y / mu;
    return pow(mu, 2 - power) / (2 - power) - y * pow(mu, 1 - power) / (1 - power);
}

/* One row: slope and curvature in raw. The expected curvature stands in where the real one is not positive. */
static double tweedie_row(const kl_glm *glm, double y, double *raw, double *curve)
{
    double power = glm->power, mu = glm->is_log ? exp(*raw) : *raw;
    double value = half_deviance(y, mu, power);
    double to_mu = (mu - y) * (power == 0 ? 1.0 : pow(mu, -power)); /* d loss / d mu */
    double expected = power == 0 ? 1.0 : pow(mu, -power);
    if (!glm->is_log) {
        double own = power == 0 ? 1.0 : expected - power * to_mu / mu;
        *curve = own > 0 ? own : expected;
        *raw = to_mu;
        return value;
    }
    double own = to_mu * mu + mu * (mu * expected - power * to_mu);
    *curve = own > 0 ? own : mu * mu * expected;
    *raw = to_mu * mu;
    return value;
}

/* Of power 1 and log link, which is the commonest: e^raw - y raw. */
static double poisson(const kl_glm *glm, double *raw, double *curve, double *scratch, size_t begin, size_t n)
{
    double sum = 0;
    kl_kernels()->exp(scratch, raw, n);
    for (size_t i = 0; i < n; i++) {
        double w = weight_at(glm, begin + i), y = glm->y[begin + i], mu = scratch[i];
        sum += w * (mu - y * raw[i]);
        if (curve)
            curve[i] = w * mu;
        raw[i] = w * (mu - y);
    }
    return sum;
}

/* Of power 2 and log link: raw + y e^-raw. */
static double gamma_loss(const kl_glm *glm, double *raw, double *curve, double *scratch, size_t begin, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        scratch[i] = -raw[i];
    kl_kernels()->exp(scratch, scratch, n);
    for (size_t i = 0; i < n; i++) {
        double w = weight_at(glm, begin + i), ratio = glm->y[begin + i] * scratch[i];
        sum += w * (raw[i] + ratio);
        if (curve)
            curve[i] = w * ratio;
        raw[i] = w * (1 - ratio);
    }
    return sum;
}

double kl_loss_tweedie(const kl_glm *glm, double *raw, double *curve, double *scratch, size_t begin, size_t n)
{
    double sum = 0;
    if (glm->is_log && glm->power == 1)
        return poisson(glm, raw, curve, scratch, begin, n);
    if (glm->is_log && glm->power == 2)
        return gamma_loss(glm, raw, curve, scratch, begin, n);
    for (size_t i = 0; i < n; i++) {
        double w = weight_at(glm, begin + i), bend = 0;
        if (w == 0) {
            raw[i] = 0;
        } else {
            sum += w * tweedie_row(glm, glm->y[begin + i], raw + i, &bend);
            raw[i] *= w;
        }
        if (curve)
            curve[i] = w * bend;
    }
    return sum;
}
