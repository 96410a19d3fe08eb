/* src/ml/svm/platt.c - probabilities of decision values. */
#include "platt.h"

#include <math.h>

/* ---- one pair of classes ------------------------------------------------------------------------------ */

typedef struct sigmoid_fit {
    const double *values, *targets, *weights;
    size_t n;
} sigmoid_fit;

static double weight_of(const sigmoid_fit *f, size_t i) { return f->weights ? f->weights[i] : 1; }

/* Minus the log-likelihood, in the form that does not overflow. */
static double loss(const sigmoid_fit *f, double a, double b)
{
    double sum = 0;
    for (size_t i = 0; i < f->n; i++) {
        double z = a * f->values[i] + b;
        double term = z >= 0 ? f->targets[i] * z + log1p(exp(-z))
                             : (f->targets[i] - 1) * z + log1p(exp(z));
        sum += weight_of(f, i) * term;
    }
    return sum;
}

/* Gradient and second derivatives: aa, ab, bb. */
static void derivatives(double *gradient, double *second, const sigmoid_fit *f, double a, double b)
{
    static const double ridge = 1e-12; /* keeps the matrix positive definite */
    gradient[0] = gradient[1] = second[1] = 0;
    second[0] = second[2] = ridge;
    for (size_t i = 0; i < f->n; i++) {
        double p = kl_platt_probability(f->values[i], a, b), w = weight_of(f, i);
        double curve = w * p * (1 - p), slope = w * (f->targets[i] - p), value = f->values[i];
        second[0] += value * value * curve;
        second[1] += value * curve;
        second[2] += curve;
        gradient[0] += value * slope;
        gradient[1] += slope;
    }
}

/* Newton's step, halved until it is good enough; false when even the smallest is not. */
static bool newton_step(double *a, double *b, double *value, const sigmoid_fit *f,
                        const double *gradient, const double *second)
{
    double determinant = second[0] * second[2] - second[1] * second[1];
    double da = -(second[2] * gradient[0] - second[1] * gradient[1]) / determinant;
    double db = -(second[0] * gradient[1] - second[1] * gradient[0]) / determinant;
    double slope = gradient[0] * da + gradient[1] * db;
    enum { HALVINGS = 34 }; /* to 1e-10 */
    double length = 1;
    for (int k = 0; k < HALVINGS; k++, length /= 2) {
        double next = loss(f, *a + length * da, *b + length * db);
        if (next < *value + 1e-4 * length * slope) {
            *a += length * da, *b += length * db, *value = next;
            return true;
        }
    }
    return false;
}

void kl_platt_fit(double *a, double *b, const double *values, const bool *positive,
                  const double *weights, size_t n, double *scratch)
{
    enum { ITERATIONS = 100 };
    sigmoid_fit f = {values, scratch, weights, n};
    double above = 0, below = 0, gradient[2], second[3];
    for (size_t i = 0; i < n; i++)
        *(positive[i] ? &above : &below) += weight_of(&f, i);
    for (size_t i = 0; i < n; i++)
        scratch[i] = positive[i] ? (above + 1) / (above + 2) : 1 / (below + 2);
    *a = 0, *b = log((below + 1) / (above + 1));
    double value = loss(&f, *a, *b);
    for (int k = 0; k < ITERATIONS; k++) {
        derivatives(gradient, second, &f, *a, *b);
        if (fabs(gradient[0]) < 1e-5 && fabs(gradient[1]) < 1e-5)
            break;
        if (!newton_step(a, b, &value, &f, gradient, second))
            break;
    }
}

double kl_platt_probability(double value, double a, double b)
{
    double z = a * value + b;
    return z >= 0 ? exp(-z) / (1 + exp(-z)) : 1 / (1 + exp(z));
}

/* ---- all classes -------------------------------------------------------------------------------------- */

/* Q of the quadratic form p'Qp whose minimum on the simplex is wanted. */
static void coupling_matrix(double *q, const double *pairs, size_t k)
{
    for (size_t i = 0; i < k; i++) {
        q[i * k + i] = 0;
        for (size_t j = 0; j < k; j++)
            if (j != i) {
                q[i * k + i] += pairs[j * k + i] * pairs[j * k + i];
                q[i * k + j] = -pairs[j * k + i] * pairs[i * k + j];
            }
    }
}

/* One round over the classes; qp = Qp and p'Qp are kept up to date. */
static void coupling_round(double *p, double *qp, double form, const double *q, size_t k)
{
    for (size_t i = 0; i < k; i++) {
        double step = (form - qp[i]) / q[i * k + i];
        p[i] += step;
        form = (form + step * (step * q[i * k + i] + 2 * qp[i])) / ((1 + step) * (1 + step));
        for (size_t j = 0; j < k; j++) {
            qp[j] = (qp[j] + step * q[i * k + j]) / (1 + step);
            p[j] /= 1 + step;
        }
    }
}

void kl_couple_pairs(double *out, const double *pairs, size_t k, double *scratch)
{
    double *q = scratch, *qp = scratch + k * k;
    double tolerance = 0.005 / (double)k;
    coupling_matrix(q, pairs, k);
    for (size_t i = 0; i < k; i++)
        out[i] = 1 / (double)k;
    for (size_t round = 0; round < KL_MAX(100, k); round++) {
        double form = 0, most = 0;
        for (size_t i = 0; i < k; i++) {
            qp[i] = 0;
            for (size_t j = 0; j < k; j++)
                qp[i] += q[i * k + j] * out[j];
            form += out[i] * qp[i];
        }
        for (size_t i = 0; i < k; i++)
            most = KL_MAX(most, fabs(qp[i] - form));
        if (most < tolerance)
            return;
        coupling_round(out, qp, form, q, k);
    }
}
