/* src/ml/decomposition/coding.h - rows as sums of few atoms: x (n x d) is about codes (n x k) times atoms (k x d).
 *
 * All rows need is the atoms' products with each other and with the rows, so each row costs the same whatever d is.
 */
#ifndef KL_ML_DECOMPOSITION_CODING_H
#define KL_ML_DECOMPOSITION_CODING_H

#include "../task.h"
#include "kailash/value.h"

typedef enum kl_coder {
    KL_CODER_LASSO_LARS, /* min |x - w atoms|^2 / 2 + alpha |w|_1, by least angles */
    KL_CODER_LASSO_CD,   /* the same by coordinate descent, from the codes there are */
    KL_CODER_LARS,       /* `count` steps of least angle regression */
    KL_CODER_OMP,        /* `count` atoms by orthogonal matching pursuit */
    KL_CODER_THRESHOLD   /* products with the atoms, nearer to 0 by alpha */
} kl_coder;

typedef struct kl_coding {
    kl_coder by;
    double alpha;     /* of lassos and threshold */
    size_t count;     /* of lars and omp, which takes at most k */
    size_t steps_max; /* of lassos */
    bool positive;    /* no code below 0; not for lars and omp */
} kl_coding;

/* Codes made with the same memory again and again. */
typedef struct kl_code_maker {
    kl_coding how;
    const double *x;
    size_t n, d, k;
    double *squares;  /* of the rows, for lasso_cd; else NULL */
    double *gram;     /* k x k */
    double *products; /* n x k for lasso_cd; else NULL: they lie where the codes will */
    double *rooms;    /* one for each thread */
    size_t room;
    unsigned trouble; /* atomic: what befell the paths so far */
} kl_code_maker;

/* Memory in the task for rows x, which is borrowed. */
kl_status kl_code_begin(kl_code_maker *out, const kl_coding *how, const double *x, size_t n, size_t d, size_t k,
                        kl_task *task, kl_error *error);
/* The codes of all rows, on all threads. */
kl_status kl_code_rows(double *codes, kl_code_maker *maker, const double *atoms, kl_error *error);
/* Tell the user of what befell, once. */
kl_status kl_code_warn(const kl_code_maker *maker, kl_error *error);

#endif
