/* src/trust_plane/project_copy.h - a project on a copy of its directory. */
#ifndef KL_TRUST_PLANE_PROJECT_COPY_H
#define KL_TRUST_PLANE_PROJECT_COPY_H

#include "project.h"

/*
 * Open `path`, a private copy of the directory of `project`, as a project of its own: under the same
 * authority, and with the same key if one is bound, whatever the environment says of directories.
 * Given.
 */
kl_status kl_trust_project_open_copy(kl_value *out, kl_trust_project *project, kl_text path,
                                     kl_error *error);

#endif
