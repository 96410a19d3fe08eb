/* src/ml/numeric_search.h - how far to go along a line: More and Thuente (1994). */
#ifndef KL_ML_NUMERIC_SEARCH_H
#define KL_ML_NUMERIC_SEARCH_H

#include "kailash/base.h"

typedef struct kl_search_point {
    double step, value, slope;
} kl_search_point;

typedef struct kl_search {
    kl_search_point start;     /* step 0 */
    kl_search_point best, end; /* the best so far, and the other end of where a minimum is */
    double step;               /* to be tried next */
    double step_max;
    double low, high;          /* where the next step is looked for */
    double width, width_before;
    bool bracketed;            /* there is a minimum between best and end */
    bool descended;            /* a point was low enough and rose: from then on plain values count */
} kl_search;

/* From a point with this value and this (negative) slope, the first step to try being `step`. */
void kl_search_begin(kl_search *search, double value, double slope, double step, double step_max);
/* What the step gave. True: it will do, or no better one can be told from it; else `step` is to be tried. A value
 * that is no number means that the step was too long. */
bool kl_search_next(kl_search *search, double value, double slope);

#endif
