/* src/ml/linear/matching_pursuit.h - orthogonal matching pursuit of one target on atoms whose products are known.
 *
 * One atom after the other joins, the one with the largest product with what is left of the target, which is then its
 * distance from all of them (Pati, Rezaiifar, Krishnaprasad 1993; with an updated factor: Rubinstein, Zibulevsky, Elad 2008).
 */
#ifndef KL_ML_LINEAR_MATCHING_PURSUIT_H
#define KL_ML_LINEAR_MATCHING_PURSUIT_H

#include "kailash/base.h"

/* Numbers of the room that one pursuit needs. */
size_t kl_pursuit_room(size_t k, size_t count);
/* w (k) gets at most `count` (<= k) weights other than 0 for products xy (k) with the target; w may be xy. False: it
 * ended early, for no atom that is left is any better. */
bool kl_pursue(double *w, const double *gram, size_t k, size_t count, const double *xy, double *room);

#endif
