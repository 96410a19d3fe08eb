/* src/store/location.h - a checked path: an open folder and a name in it. */
#ifndef KL_STORE_LOCATION_H
#define KL_STORE_LOCATION_H

#include "kailash/base.h"

#include <limits.h>

typedef struct kl_location {
    int folder;          /* open for paths only (O_PATH) */
    char path[PATH_MAX]; /* absolute, without links */
    const char *name;    /* last part of `path`, "." for the root itself */
} kl_location;

/*
 * Resolve `path`; given, end it with kl_location_free(). The last part need not exist.
 * base_dir       a folder that the path must lie in after all symlinks are resolved; empty = none.
 *                KL_DENIED when it does not
 * make_folders   make the folders above that are missing
 */
KL_API kl_status kl_location_new(kl_location **out, kl_text path, kl_text base_dir,
                                 bool make_folders, kl_error *error);
KL_API void kl_location_free(kl_location *location);

/* KL_IO: "cannot DO 'PATH': why", by errno. */
kl_status kl_path_error(kl_error *error, const char *action, const char *path);

#endif
