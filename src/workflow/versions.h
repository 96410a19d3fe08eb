/* src/workflow/versions.h - workflow definitions by name and version. */
#ifndef KL_WORKFLOW_VERSIONS_H
#define KL_WORKFLOW_VERSIONS_H

#include "kailash/type.h"

extern KL_API const kl_type kl_version_key_type, kl_version_info_type, kl_versions_type;

/* The definition of the newest entry that has `hash`, as JSON text; given, null when there is
 * none. For workers, who are told a hash. `versions` is an object of kl_versions_type. */
KL_API kl_status kl_versions_by_hash(kl_value *out, kl_object *versions, kl_text hash,
                                     kl_error *error);

#endif
