/* src/ml/cluster/spectral.h - what the files of SpectralClustering share. */
#ifndef KL_ML_CLUSTER_SPECTRAL_H
#define KL_ML_CLUSTER_SPECTRAL_H

#include "../random.h"
#include "../task.h"

/* Eigenvectors (k x n) of the k largest eigenvalues of a symmetric a (n x n), descending, by blocks of vectors that are
 * made better together (Knyazev 2001: LOBPCG). `vectors` is where it starts; n >= 3 k. Stops when the residuals of the
 * first `wanted` are not longer than `tol`, or after `steps_max` steps; *converged tells. */
kl_status kl_block_eigenvectors(double *vectors, bool *converged, const double *a, size_t n, size_t k, size_t wanted,
                                double tol, size_t steps_max, kl_task *task, kl_error *error);

/* Labels of n points (n x k) that lie about in k directions from the origin. The directions are those of k points that a
 * factorisation with pivots picks (Damle, Minden, Ying 2019) ... */
kl_status kl_labels_by_pivots(int32_t *labels, const double *points, size_t n, size_t k, kl_task *task, kl_error *error);
/* ... or a rotation that brings the points nearest to indicators of classes (Yu and Shi 2003). */
kl_status kl_labels_by_rotation(int32_t *labels, const double *points, size_t n, size_t k, uint64_t seed, kl_task *task,
                                kl_error *error);

#endif
