/* src/nodes/arithmetic.h - sums and extremes of lists of numbers, as the nodes reckon them. */
#ifndef KL_NODES_ARITHMETIC_H
#define KL_NODES_ARITHMETIC_H

#include "kailash/value.h"

/* A double as a result: an int when it is whole and fits int64 (so -0.0 becomes 0). */
kl_value kl_number_of(double real);

/* Ints stay exact; with a float among them, or beyond int64, the sum is a float. */
kl_value kl_numbers_sum(kl_value numbers);
/* The largest (sign 1) or smallest (sign -1), NaN passed over unless there is nothing else; null
 * of an empty list. */
kl_value kl_numbers_extreme(kl_value numbers, int sign);

#endif
