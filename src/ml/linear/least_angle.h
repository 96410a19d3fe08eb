/* src/ml/linear/least_angle.h - least angle regression of one target on atoms whose products are known.
 *
 * The weights start at 0 and go along the path on which all active atoms have the same product with what is left of the
 * target (Efron, Hastie, Johnstone, Tibshirani 2004). As a lasso an atom goes when its weight comes to 0, and the path
 * ends at the minimum of |y - A'w|^2 / 2 + penalty |w|_1.
 */
#ifndef KL_ML_LINEAR_LEAST_ANGLE_H
#define KL_ML_LINEAR_LEAST_ANGLE_H

#include "kailash/base.h"

/* How paths go; any number of threads may share it. */
typedef struct kl_least_angle {
    const double *gram; /* A A': k x k */
    size_t k;
    double samples;     /* of the target: products are told apart from the penalty by samples times the eps of float32 */
    double penalty;     /* >= 0; 0 for plain paths */
    size_t steps_max;   /* the path ends there */
    bool lasso;
    bool positive;      /* no weight below 0; lasso only */
} kl_least_angle;

typedef enum kl_least_angle_trouble {
    KL_PATH_DEGENERATE = 1, /* an atom depended on the active ones and was left out */
    KL_PATH_UNSTEADY = 2    /* the path ended early, for rounding errors outgrew what is left */
} kl_least_angle_trouble;

/* Numbers of the room that one path needs. */
size_t kl_least_angle_room(const kl_least_angle *rules);
/* The weights w (k) at the end of the path for products xy (k) = A y with the target; w may be xy. `trouble` gains flags
 * of kl_least_angle_trouble. */
void kl_least_angle_follow(double *w, const kl_least_angle *rules, const double *xy, double *room, unsigned *trouble);

#endif
