/* src/trust_plane/tree_copy.h - a private copy of a project's directory, to try things on. */
#ifndef KL_TRUST_PLANE_TREE_COPY_H
#define KL_TRUST_PLANE_TREE_COPY_H

#include "folder.h"

/* Copy all files that a project may have into a new directory, which only its owner can enter, in
 * TMPDIR; its path as a string, given. Nothing is synced. End it with kl_tree_copy_remove(). */
KL_API kl_status kl_tree_copy(kl_value *path, kl_trust_folder *from, kl_error *error);
/* Remove it with all that has come into it since. */
KL_API void kl_tree_copy_remove(kl_value path);

#endif
