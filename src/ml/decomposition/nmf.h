/* src/ml/decomposition/nmf.h - what the files of NMF share: x is about w h, all of them >= 0. */
#ifndef KL_ML_NMF_H
#define KL_ML_NMF_H

#include "parts.h"

typedef struct kl_nmf {
    const kl_matrix *x;
    size_t k;
    double *w; /* rows x k */
    double *h; /* k x cols; not changed when it is `fixed` */
    bool fixed;
    double l1_w, l1_h, l2_w, l2_h; /* penalties, times the other side of x */
    double beta;                   /* of the divergence: 2 = squares, 1 = Kullback-Leibler, 0 = Itakura-Saito */
    double tol;
    size_t iterations_max;
    kl_random *shuffle; /* or NULL */
    /* results */
    size_t iterations;
} kl_nmf;

/* A beginning by name: nndsvd, nndsvda, nndsvdar (Boutsidis and Gallopoulos 2008), random. */
kl_status kl_nmf_begin(kl_nmf *f, const char *name, uint64_t seed, kl_task *task, kl_error *error);
/* Coordinate descent on the squares (Cichocki and Phan 2009). */
kl_status kl_nmf_descend(kl_nmf *f, kl_task *task, kl_error *error);
/* Multiplicative updates (Lee and Seung 2001; Fevotte and Idier 2011). */
kl_status kl_nmf_multiply(kl_nmf *f, kl_task *task, kl_error *error);
/* sqrt(2 divergence of x from w h). */
kl_status kl_nmf_error(double *out, const kl_nmf *f, kl_task *task, kl_error *error);
/* Mean of all numbers of x. */
double kl_nmf_mean(const kl_matrix *x);

#endif
