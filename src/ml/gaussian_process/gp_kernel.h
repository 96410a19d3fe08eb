/* src/ml/gaussian_process/gp_kernel.h - covariance functions of Gaussian processes: sums, products and powers of simple ones.
 *
 * Written as text, and read from it:
 *
 *     2.5 * rbf(1.0) + white(0.1)          constant(2.5) * matern(1.0, nu=2.5)
 *     rbf([1.0, 4.0], bounds=(0.1, 100))   dot_product(1.0) ** 2 * rational_quadratic(1.0, alpha=0.5, fixed)
 *
 * Rasmussen, Williams: Gaussian Processes for Machine Learning, 2006, chapter 4.
 */
#ifndef KL_ML_GP_KERNEL_H
#define KL_ML_GP_KERNEL_H

#include "../estimator.h"

typedef enum kl_gp_kind {
    KL_GP_CONSTANT,            /* value */
    KL_GP_WHITE,               /* noise, of a row beside itself alone */
    KL_GP_RBF,                 /* exp(-|x - y|^2 / (2 length^2)), one length or one for each feature */
    KL_GP_MATERN,              /* likewise, smooth to the degree nu */
    KL_GP_RATIONAL_QUADRATIC,  /* (1 + |x - y|^2 / (2 alpha length^2))^-alpha */
    KL_GP_EXP_SINE_SQUARED,    /* exp(-2 sin^2(pi |x - y| / period) / length^2) */
    KL_GP_DOT_PRODUCT,         /* sigma^2 + x'y */
    KL_GP_SUM,
    KL_GP_PRODUCT,
    KL_GP_POWER                /* of its first part */
} kl_gp_kind;

/* Nodes, hyperparameters of a kernel, and levels of brackets. */
enum { KL_GP_NODES_MAX = 64, KL_GP_PARAMS_MAX = 1024, KL_GP_DEPTH_MAX = 16 };

typedef struct kl_gp_node {
    kl_gp_kind kind;
    size_t first, second;  /* parts of sums, products, powers: nodes before this one */
    size_t param, params;  /* its hyperparameters within those of the kernel */
    double fixed;          /* nu, or the exponent of a power */
} kl_gp_node;

typedef struct kl_gp_kernel {
    kl_gp_node nodes[KL_GP_NODES_MAX]; /* parts before what is made of them; the last one is the whole */
    size_t count;
    double *values, *low, *high; /* of hyperparameters; low == high: fixed. In the task */
    size_t params;
} kl_gp_kernel;

/* From a text (a word alone is that kernel times a constant, as rbf and matern are) or a kernel object of the face with
 * the attributes of scikit-learn's; null = 1 * rbf(1). KL_INVALID tells where. */
kl_status kl_gp_read(kl_gp_kernel *out, kl_value kernel, kl_task *task, kl_error *error);
/* As text; given. */
kl_status kl_gp_print(kl_value *out, const kl_gp_kernel *kernel, kl_error *error);
/* KL_INVALID when a kernel has lengths for another number of features. */
kl_status kl_gp_check_width(const kl_gp_kernel *kernel, size_t d, kl_error *error);
/* One more node, whose parts are there; its hyperparameters have `count` values, bounds (each low == high: fixed). */
kl_status kl_gp_add(kl_gp_kernel *kernel, kl_gp_node node, const double *values, size_t count,
                    double low, double high, kl_error *error);

/* out (m x n) = values for rows of a and b. `same`: b is a, which white noise needs to know. Threads. */
kl_status kl_gp_values(double *out, const kl_gp_kernel *kernel, const double *a, size_t m,
                       const double *b, size_t n, size_t d, bool same, kl_error *error);
/* out (m) = the value of each row beside itself. */
kl_status kl_gp_diagonal(double *out, const kl_gp_kernel *kernel, const double *a, size_t m, size_t d,
                         kl_error *error);
/* gradient[p] = sum of weights (n x n, symmetric) times the slopes of the values for the logarithm of hyperparameter
 * p. Threads. */
kl_status kl_gp_slopes(double *gradient, const kl_gp_kernel *kernel, const double *weights,
                       const double *a, size_t n, size_t d, kl_error *error);

#endif
