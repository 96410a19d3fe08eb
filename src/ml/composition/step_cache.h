/* src/ml/composition/step_cache.h - what a transformer learned, kept in a folder for the next fit to the same data.
 *
 * Files are those of memory.h: of the class, the parameters and the data. One that is damaged is as good as none.
 */
#ifndef KL_ML_COMPOSITION_STEP_CACHE_H
#define KL_ML_COMPOSITION_STEP_CACHE_H

#include "holding.h"

/* Fit a transformer, or let it have what is kept, and what it makes of x (given). An estimator that holds objects of the
 * face is fitted as ever. A file that cannot be written is a warning. */
kl_status kl_step_cache_fit(kl_value *made, kl_value folder, kl_value model, kl_value x, kl_value y, kl_value weights,
                            kl_error *error);

#endif
