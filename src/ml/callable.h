/* src/ml/callable.h - what users give to be called: functions as parameters of estimators. */
#ifndef KL_ML_CALLABLE_H
#define KL_ML_CALLABLE_H

#include "kailash/type.h"

/* Whether a value (of a parameter marked KL_FOREIGN) can be called. */
KL_API bool kl_is_callable(kl_value value);
/* Call it; `named` (a map, or null) by name. Arrays reach the face as its own, and come as those of KL_DATA. `*out` given. Not
 * from within a parallel loop. */
KL_API kl_status kl_call_given(kl_value *out, kl_value callable, const kl_value *args, size_t count, kl_value named,
                               kl_error *error);

#endif
