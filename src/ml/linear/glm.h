/* src/ml/linear/glm.h - models whose rows each have a smooth loss of x'w + b, with penalties on w.
 *
 * Minimises   sum of weight x loss / sum of weights + l2 |w|^2 / 2 + l1 |w|_1
 * and, where the intercept is penalised (liblinear), l2_intercept b^2 / 2 + l1_intercept |b|.
 *
 * A row has `outputs` numbers x'w + b: one, or one per class (multinomial). theta holds outputs rows of
 * `width` = d (+ 1 for the intercept) numbers: w, then b. Few parameters: Newton's method with a Cholesky factor; many:
 * L-BFGS; l1: Newton's method with coordinate descent on its quadratic (Yuan, Ho, Lin 2012), or, of many
 * parameters, accelerated proximal gradients (Beck and Teboulle 2009). One pass through x gives value, slope
 * and curvature: rows are taken in blocks that stay in the cache.
 */
#ifndef KL_ML_LINEAR_GLM_H
#define KL_ML_LINEAR_GLM_H

#include "ml/input.h"

typedef struct kl_glm kl_glm;

/* Losses of n rows from number `begin` on. `raw` (n x outputs) are the numbers x'w + b, and become the slopes of
 * weight x loss; `curve` (may be NULL; n x outputs) gets second derivatives times weight, of a multinomial loss the
 * probabilities instead. `scratch` has n x outputs numbers. Returns the sum of weight x loss. */
typedef double kl_loss(const kl_glm *glm, double *raw, double *curve, double *scratch, size_t begin, size_t n);

KL_API kl_loss kl_loss_logistic;    /* targets 0 and 1 */
KL_API kl_loss kl_loss_multinomial; /* codes */
KL_API kl_loss kl_loss_tweedie;     /* half the deviance of power `power`; targets > 0 or >= 0 */

struct kl_glm {
    const kl_matrix *x;
    const double *y;      /* targets, or NULL */
    const int64_t *codes; /* classes, or NULL */
    const double *weights;
    kl_loss *loss;
    size_t outputs;
    bool intercept;
    double l2, l1, l2_intercept, l1_intercept;
    double power; /* of Tweedie losses */
    bool is_log;  /* their link: log, or identity */
    size_t iterations_max;
    double tol;   /* of the largest slope */
    bool many;    /* as if there were many parameters, whatever their number (for tests) */
    /* results */
    size_t iterations;
    double slope_max;
    bool converged;
    /* made by kl_glm_minimise() */
    size_t width;
    double total; /* of the weights */
};

/* From theta, which becomes the minimum. Running out of iterations is no failure. */
KL_API kl_status kl_glm_minimise(double *theta, kl_glm *glm, kl_task *task, kl_error *error);

/* ---- parts ------------------------------------------------------------------------------------------------ */

/* Memory of evaluations. */
typedef struct kl_glm_work kl_glm_work;
kl_status kl_glm_work_new(kl_glm_work **out, const kl_glm *glm, bool curvature, kl_task *task, kl_error *error);
/* Value (without l1) at theta, slope (outputs x width) and, unless NULL, curvature (square of outputs x width). */
kl_status kl_glm_evaluate(double *value, double *slope, double *curvature, kl_glm_work *work, const double *theta,
                          kl_error *error);

kl_status kl_glm_newton(double *theta, kl_glm *glm, kl_task *task, kl_error *error);
kl_status kl_glm_proximal_newton(double *theta, kl_glm *glm, kl_task *task, kl_error *error);
kl_status kl_glm_proximal_gradient(double *theta, kl_glm *glm, kl_task *task, kl_error *error);
/* Make directions that no loss sees definite: adding a number to all classes' w or b. */
void kl_glm_fix_symmetry(double *curvature, const kl_glm *glm);
static inline size_t kl_glm_size(const kl_glm *glm) { return glm->outputs * glm->width; }
static inline bool kl_glm_is_intercept(const kl_glm *glm, size_t at)
{
    return glm->intercept && at % glm->width == glm->width - 1;
}

#endif
