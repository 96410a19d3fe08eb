/* src/ml/memory.h - the parameter `memory`: a folder in which what was learned is kept for the next fit to the same data.
 *
 * A file is named by a hash of all that it was made of, so it is never changed, and appears whole or not at all. Nothing is
 * ever removed.
 */
#ifndef KL_ML_MEMORY_H
#define KL_ML_MEMORY_H

#include "kailash/type.h"

/* The folder that the parameter (marked KL_FOREIGN) names: a path, or an object with cache() by its location (joblib's
 * Memory); null = none. KL_TYPE for anything else. Given. */
kl_status kl_memory_folder(kl_value *out, kl_value memory, kl_error *error);
/* FOLDER/kailash-KIND-HASH of all the parts, this version of the library and the machine's order of bytes; given. */
kl_status kl_memory_path(kl_value *out, kl_text folder, const char *kind, const kl_text *parts, size_t count,
                         kl_error *error);
/* After an attempt to keep what `name` learned: a failure (`cause`, cleared) is a warning, and none of the fit. */
kl_status kl_memory_kept(kl_status status, const char *name, kl_error *cause, kl_error *error);

#endif
