/* src/ml/persist.h - estimators as bytes.
 *
 * A file begins as the registry's artifacts do (KMLF, see persist.c) and ends in the model's bytes: sections that
 * each have a length and a CRC-32. What is damaged is refused, not guessed.
 */
#ifndef KL_ML_PERSIST_H
#define KL_ML_PERSIST_H

#include "estimator.h"

KL_API kl_status kl_estimator_save(const kl_estimator *self, kl_text path, kl_error *error);
/* Given. KL_SYNTAX for what is damaged, does not fit together (shapes.h) or is of a newer major version, KL_INVALID for
 * trees that are none. */
KL_API kl_status kl_estimator_load(kl_value *out, kl_text path, kl_error *error);

/* Bytes, and the objects of the face that lie in it, appended to `objects` (an array). Given. */
KL_API kl_status kl_estimator_dump(kl_value *out, kl_value *objects, const kl_estimator *self,
                                   kl_error *error);
KL_API kl_status kl_estimator_restore(kl_value *out, kl_text bytes, kl_value objects,
                                      kl_error *error);

#endif
