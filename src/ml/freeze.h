/* src/ml/freeze.h - values with arrays and objects as plain values beside a list of arrays, and back.
 *
 * What msgpack cannot say becomes a map whose key "$" names a form: array and sparse (numbers of arrays in the list),
 * map (keys and values apart), object (type, fields, and of an estimator what the frame keeps), record, face (number
 * of an object that the caller keeps).
 */
#ifndef KL_ML_FREEZE_H
#define KL_ML_FREEZE_H

#include "estimator.h"

typedef struct kl_frozen {
    kl_value arrays;  /* array of ArrayViews */
    kl_value objects; /* array of objects of the face */
} kl_frozen;

/* Given; what it refers to is appended to `to`. KL_TYPE for what has no form. */
KL_API kl_status kl_freeze(kl_value *out, kl_frozen *to, kl_value value, kl_error *error);
/* Given. KL_SYNTAX for what was not made by kl_freeze(). */
KL_API kl_status kl_thaw(kl_value *out, const kl_frozen *from, kl_value frozen, kl_error *error);

#endif
