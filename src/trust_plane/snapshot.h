/* src/trust_plane/snapshot.h - what files a folder holds: their paths and the hashes of their content. */
#ifndef KL_TRUST_PLANE_SNAPSHOT_H
#define KL_TRUST_PLANE_SNAPSHOT_H

#include "kailash/value.h"

/* Files that one snapshot may hold. */
#define KL_SNAPSHOT_MAX 1000000

/*
 * A map from the path of every regular file below `root`, which each path begins with, to the SHA-256
 * of its content as hexadecimal text, or null where it cannot be read; given. Hidden files are among
 * them; folders called .git and symlinks are not. A file or a folder that vanishes on the way is
 * none. Bytes of names that are no UTF-8 stand as \xNN. KL_NOT_FOUND when `root` is no folder.
 */
KL_API kl_status kl_snapshot_take(kl_value *out, kl_text root, kl_error *error);

/* The commit that the repository around `folder` is at: 40 hexadecimal digits; null outside of one. */
KL_API kl_status kl_git_head(kl_value *out, kl_text folder, kl_error *error);

#endif
