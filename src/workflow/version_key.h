/* src/workflow/version_key.h - the structs of VersionKey and VersionInfo. */
#ifndef KL_WORKFLOW_VERSION_KEY_H
#define KL_WORKFLOW_VERSION_KEY_H

#include "versions.h"

typedef struct version_key {
    kl_object object;
    kl_value name, version;
} version_key;

typedef struct version_info {
    kl_object object;
    kl_value name, version, workflow_hash, registered_at;
} version_info;

#endif
