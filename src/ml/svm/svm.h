/* src/ml/svm/svm.h - what the support vector machines with kernels share: parameters, what is learned, answers. */
#ifndef KL_ML_SVM_H
#define KL_ML_SVM_H

#include "smo.h"

typedef struct svm {
    kl_estimator base;
    /* parameters; each type has those that its table names */
    double c, nu, epsilon, coef0, tol, cache_size;
    int64_t degree, max_iter;
    kl_value kernel, gamma, class_weight, decision_function_shape, random_state;
    bool shrinking, probability, break_ties, verbose;
    /* learned */
    kl_value support_, support_vectors_, n_support_, dual_coef_, intercept_, coef_, offset_;
    kl_value class_weight_, probA_, probB_, shape_fit_, n_iter_;
    int64_t fit_status_;
    double kernel_gamma; /* the number that gamma came to */
    kl_value x_fit;      /* what a callable is given beside x */
} svm;

/* ---- fit ---------------------------------------------------------------------------------------------- */

/* What all problems of one fit share. */
typedef struct svm_data {
    const svm *self;
    kl_kernel kernel;
    kl_smo_source source;
    size_t room; /* bytes for rows of each problem */
} svm_data;

/* kl_type.check of all: kernel is a word that there is, or a callable. */
kl_status kl_svm_check(kl_object *self, kl_error *error);
/* Kernel, gamma, and the values of precomputed and callable kernels; fills self->kernel_gamma, x_fit, shape_fit_. */
kl_status kl_svm_begin(svm_data *out, svm *self, const kl_fit *in, kl_task *task, kl_error *error);
/* A table of all values of the kernel for a source that has none, when there is room for one. */
kl_status kl_svm_fill_table(svm_data *data, size_t n, kl_task *task, kl_error *error);
/* A problem with the settings of `self`, one side, and room for `n` samples; bounds and start are the caller's. */
kl_smo kl_svm_problem(const svm_data *data, size_t n);
/* Keep as support: `support` (count) are numbers of rows; coef_ of the linear kernel, from dual_coef_ (see coef). */
kl_status kl_svm_keep(svm *self, const kl_fit *in, const int64_t *support, size_t count,
                      kl_error *error);
/* KL_INVALID when dual coefficients or intercepts are not finite; warns when not converged. */
kl_status kl_svm_finish(svm *self, bool converged, kl_error *error);

/* ---- answers ------------------------------------------------------------------------------------------ */

/* What is done with kernel values: of `rows` rows of x from `begin` on, for all support vectors. */
typedef struct svm_answer svm_answer;
struct svm_answer {
    const svm *self;
    const kl_matrix *x;
    size_t vectors;     /* how many support vectors */
    size_t width;       /* numbers each row gets */
    double *out;        /* rows x width */
    /* Of one block: sums of values times duals (scratch: see extra). */
    void (*combine)(const svm_answer *a, double *out, const double *values, size_t rows,
                    double *extra);
    size_t extra;       /* numbers of scratch that each row needs */
    const double *linear, *intercept; /* with the linear kernel: out = x linear' + intercept */
    /* filled by kl_svm_answer() */
    kl_kernel kernel;
    const double *squares, *table;
    double *scratch;
    size_t columns;     /* of the table */
};
kl_status kl_svm_answer(svm_answer *answer, kl_task *task, kl_error *error);

/* table.restored of all. */
kl_status kl_svm_restored(kl_estimator *self, kl_error *error);

/* ---- rows of the tables -------------------------------------------------------------------------------- */

#define SVM_KERNEL                                                                                 \
    KL_VALUE(svm, kernel, .kind = KL_KIND_ANY, .fallback = "\"rbf\"", .flags = KL_FOREIGN,         \
             .doc = "rbf: exp(-gamma |x - y|^2); linear: x'y; poly: (gamma x'y + coef0)^degree; "  \
                    "sigmoid: tanh(gamma x'y + coef0); precomputed: x holds the values, rows x "   \
                    "rows in fit(); or a callable(x, y) that answers with the values of all pairs "\
                    "of rows")
#define SVM_GAMMA                                                                                  \
    KL_VALUE(svm, gamma, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,                                \
             .doc = "of the kernels rbf, poly and sigmoid: a number > 0; 'scale' or None = 1 / "  \
                    "(features * variance of x); 'auto' = 1 / features")
#define SVM_C                                                                                      \
    KL_DOUBLE(svm, c, 1.0, .alias = "C",                                                           \
              .doc = "what an error costs: the penalty is |w|^2 / 2 beside C times the errors; > 0")
#define SVM_NU(what)                                                                               \
    KL_DOUBLE(svm, nu, 0.5,                                                                        \
              .doc = "share of rows in (0, 1]: at most so many are " what                          \
                     ", at least so many are support vectors")
#define SVM_DEGREE(how)                                                                            \
    KL_INT(svm, degree, 3, .flags = (how), .doc = "of the kernel poly; >= 0")
#define SVM_COEF0(how)                                                                             \
    KL_DOUBLE(svm, coef0, 0.0, .flags = (how), .doc = "constant of the kernels poly and sigmoid")
#define SVM_SOLVER                                                                                 \
    KL_BOOL(svm, shrinking, true, .flags = KL_KEYWORD_ONLY,                                        \
            .doc = "whether rows that seem settled are set aside; the result is the same"),        \
    KL_DOUBLE(svm, tol, 0.001, .flags = KL_KEYWORD_ONLY,                                           \
              .doc = "by how much a pair of rows may violate the optimum in the end; > 0"),        \
    KL_DOUBLE(svm, cache_size, 200.0, .flags = KL_KEYWORD_ONLY,                                    \
              .doc = "megabytes for values of the kernel; > 0"),                                   \
    KL_BOOL(svm, verbose, false, .flags = KL_KEYWORD_ONLY,                                         \
            .doc = "whether lines of progress go to standard error"),                              \
    KL_INT(svm, max_iter, -1, .flags = KL_KEYWORD_ONLY,                                            \
           .doc = "steps at most, with a ConvergenceWarning; -1 = no limit")
#define SVM_LEARNED                                                                                \
    KL_LEARNED_ARRAY(svm, support_, .doc = "numbers of the rows that are support vectors"),        \
    KL_LEARNED_ARRAY(svm, support_vectors_,                                                        \
                     .doc = "these rows; 0 x 0 where the kernel is precomputed or a callable"),    \
    KL_LEARNED_ARRAY(svm, n_support_,                                                              \
                     .doc = "how many support vectors each class has; of others: how many there "  \
                            "are"),                                                                \
    KL_LEARNED_ARRAY(svm, dual_coef_,                                                              \
                     .doc = "what each support vector counts: (classes - 1) x vectors, 1 x "       \
                            "vectors where there are no classes"),                                 \
    KL_LEARNED_ARRAY(svm, intercept_, .doc = "constant of each decision function"),                \
    KL_LEARNED_ARRAY(svm, coef_,                                                                   \
                     .doc = "weights of the features, of the kernel linear alone: a row for each " \
                            "decision function"),                                                  \
    KL_LEARNED_VALUE(svm, shape_fit_, .doc = "rows and columns of x in fit()"),                    \
    KL_LEARNED_INT(svm, fit_status_, .doc = "0 = converged, 1 = not"),                             \
    KL_LEARNED_VALUE(svm, n_iter_, .doc = "steps taken: a number, or of a classifier an array of " \
                                          "one for each pair of classes"),                         \
    KL_KEPT_DOUBLE(svm, kernel_gamma, .doc = "the number that gamma came to"),                     \
    KL_KEPT_ARRAY(svm, x_fit, .doc = "x of fit(), where the kernel is a callable")

/* Limits that all have. */
#define SVM_LIMITS                                                                                 \
    {"gamma", KL_ABOVE(0)}, {"degree", KL_AT_LEAST(0)}, {"tol", KL_ABOVE(0)},                      \
        {"cache_size", KL_ABOVE(0)}, {"max_iter", KL_AT_LEAST(-1)}

#endif
