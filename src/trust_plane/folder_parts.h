/* src/trust_plane/folder_parts.h - what the files of folder.h share. */
#ifndef KL_TRUST_PLANE_FOLDER_PARTS_H
#define KL_TRUST_PLANE_FOLDER_PARTS_H

#include "../base/fork.h"
#include "folder.h"

struct kl_trust_folder {
    uint32_t refs;   /* atomic */
    int root;        /* the directory */
    kl_value path, real_path;
    char *temporary; /* name it has until it is settled; NULL = it has its own */

    pthread_mutex_t gate; /* guards the rest, for moments only */
    pthread_cond_t opened;
    bool busy;   /* a thread is inside */
    bool torn;   /* see kl_trust_was_torn() */
    int lock_fd; /* of the thread inside; -1 = none */
    kl_fork_watch watch;
};

/* "I/O error: cannot DO 'PATH': why" by `code` of errno. KL_NOT_FOUND for ENOENT, else KL_IO. */
kl_status kl_trust_io_error(kl_error *error, int code, const char *action,
                            const kl_trust_folder *folder, const char *sub, kl_text name);
/* The folder `sub` opened; `*descriptor` is the caller's to close. Links are not followed. */
kl_status kl_trust_open_sub(int *descriptor, const kl_trust_folder *folder, const char *sub,
                            kl_error *error);
/* Remove what the open folder `descriptor` holds, to a depth of few levels; errno on failure. */
bool kl_trust_empty(int descriptor, int depth);

#endif
