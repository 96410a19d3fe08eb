/* src/trust_plane/folder_parts.h - what the files of folder.h share. */
#ifndef KL_TRUST_PLANE_FOLDER_PARTS_H
#define KL_TRUST_PLANE_FOLDER_PARTS_H

#include "folder.h"
#include "gate.h"

struct kl_trust_folder {
    uint32_t refs;   /* atomic */
    int root;        /* the directory */
    kl_value path, real_path;
    kl_value signer; /* see seal.h */
    char *temporary; /* name it has until it is settled; NULL = it has its own */

    kl_gate gate; /* guards the rest: the thread inside owns it */
    bool torn;    /* atomic; see kl_trust_was_torn() */
    int lock_fd;  /* -1 = not locked, or nothing to lock */
};

/* "I/O error: cannot DO 'PATH': why" by `code` of errno. KL_NOT_FOUND for ENOENT, else KL_IO. */
kl_status kl_trust_io_error(kl_error *error, int code, const char *action,
                            const kl_trust_folder *folder, const char *sub, kl_text name);
/* The folder `sub` opened; `*descriptor` is the caller's to close. Links are not followed. */
kl_status kl_trust_open_sub(int *descriptor, const kl_trust_folder *folder, const char *sub,
                            kl_error *error);
/* kl_trust_read() and kl_trust_stat() in a folder that is open already as `at`. */
kl_status kl_trust_read_at(kl_value *out, kl_trust_facts *facts, const kl_trust_folder *folder,
                           int at, const char *sub, kl_text name, kl_error *error);
bool kl_trust_stat_at(kl_trust_facts *out, int at, kl_text name);
/* Remove what the open folder `descriptor` holds, to a depth of few levels; errno on failure. */
bool kl_trust_empty(int descriptor, int depth);

#endif
