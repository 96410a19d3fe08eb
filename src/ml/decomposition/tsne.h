/* src/ml/decomposition/tsne.h - what the files of TSNE share. */
#ifndef KL_ML_TSNE_H
#define KL_ML_TSNE_H

#include "../estimator.h"

/* Joint probabilities of pairs of rows: of near ones in compressed rows, or (`dense`) of all. */
typedef struct kl_tsne_affinity {
    size_t n;
    int64_t *starts, *others; /* n + 1; */
    double *values;
    double *dense; /* n x n, or NULL */
} kl_tsne_affinity;

/* From squared distances, row by row (each `width` long): probabilities e^(-beta d) / sum whose perplexity is as wanted. `self`:
 * position of the row itself, whose probability is 0; SIZE_MAX = it is not among them. Distances become probabilities. */
void kl_tsne_perplexity(double *row, size_t width, size_t self, double perplexity);

/* Gradients of a map of up to three dimensions by Barnes and Hut: cells that are seen under less than an angle act as one. */
typedef struct kl_tsne_tree kl_tsne_tree;
kl_status kl_tsne_tree_new(kl_tsne_tree **out, size_t n, size_t dims, double angle, kl_task *task, kl_error *error);
/* The gradient of the divergence at y (n x dims); `divergence` (NULL = not wanted). */
kl_status kl_tsne_tree_gradient(kl_tsne_tree *tree, double *gradient, double *divergence, const double *y,
                                const kl_tsne_affinity *p, double degrees, kl_error *error);

#endif
