/* src/ml/svm/svc.h - SVC and NuSVC.
 *
 * Pairs of classes (i, j), i < j, stand in the order (0, 1), (0, 2), ... (1, 2), ... What a sample of class i counts in the pair
 * (i, j) stands in row j - 1 of the duals, what one of class j counts in row i: a sample is in one pair with each
 * other class.
 */
#ifndef KL_ML_SVM_SVC_H
#define KL_ML_SVM_SVC_H

#include "svm.h"

/* The classes of a pair. */
static inline void svc_pair(size_t *i, size_t *j, size_t pair, size_t classes)
{
    size_t left = classes - 1;
    for (*i = 0; pair >= left; (*i)++)
        pair -= left--;
    *j = *i + 1 + pair;
}

kl_status kl_svc_fit(svm *self, const kl_fit *in, bool is_nu, kl_task *task, kl_error *error);

#endif
