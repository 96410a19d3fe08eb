/* src/ml/cluster/xi.h - valleys of a plot of reachability: section 4.3 of Ankerst, Breunig, Kriegel, Sander (1999), with
 * the correction of Schubert and Gertz (2018). */
#ifndef KL_ML_CLUSTER_XI_H
#define KL_ML_CLUSTER_XI_H

#include "../task.h"

typedef struct kl_valley {
    size_t begin, end; /* places in the order, the last one included */
} kl_valley;

typedef struct kl_xi {
    const double *plot;   /* n + 1: reachability in the order, then infinity */
    const int64_t *from;  /* n: from which row each was reached */
    const int64_t *order; /* n: the rows */
    size_t n;
    double xi;            /* steepness of the sides */
    size_t gap;           /* places that are not steep within one side, at most */
    size_t least;         /* rows of a valley */
    bool correct;
    kl_valley *valleys;   /* inner ones first; in the task */
    size_t count;
} kl_xi;

kl_status kl_xi_find(kl_xi *xi, kl_task *task, kl_error *error);
/* The valley of each row, none of which holds another one that is numbered; -1 = none. */
void kl_xi_label(double *labels, const kl_xi *xi);

#endif
