/* src/trust_plane/path.h - paths as texts: their normal form, and sets of subtrees.
 *
 * The normal form is lexical: `/` and `\` separate, empty segments and `.` go, `..` takes the segment
 * before it with it. The disk is asked by kl_path_resolve() alone.
 */
#ifndef KL_TRUST_PLANE_PATH_H
#define KL_TRUST_PLANE_PATH_H

#include "text_set.h"

/* Room for the paths of the kernel; longer ones are texts like any other, but cannot be resolved. */
enum { KL_PATH_ROOM = 4096 };

/* The normal form of `path`, in `room` for path.len + 1 bytes. "" stays, and what ends up with no
 * segment is "." or "/". */
KL_API kl_text kl_path_normalise(char *room, kl_text path);

/* Whether a path is surely its own normal form, as most are: one with a segment that begins with a dot
 * is not looked at closely. */
KL_API bool kl_path_is_normal(kl_text path);

/* Why a path could not be resolved. */
typedef enum kl_path_fault {
    KL_PATH_FINE, KL_PATH_TOO_LONG, KL_PATH_TOO_MANY_LINKS, KL_PATH_UNREADABLE
} kl_path_fault;

/* Where `path` leads when all symbolic links in it are followed, also those to what is not there;
 * absolute and normal. What does not exist is taken as written. Asks the disk. */
KL_API kl_path_fault kl_path_resolve(char room[KL_PATH_ROOM], kl_text *out, kl_text path);

/* Subtrees: a set of directories (or files), each with all below it. */
typedef struct kl_path_set {
    kl_text_set roots;    /* normal forms */
    char *texts;          /* owned: where they lie */
    bool all_absolute;    /* "/" is among them */
    int ups;              /* of "." (0), ".." (1), "../.." (2) ... the highest; -1 = none of them */
} kl_path_set;
#define KL_PATH_SET_EMPTY {{NULL, 0}, NULL, false, -1}

/* Of an array of strings (may be null); with `resolved` also where each leads now: what cannot be
 * resolved stays as written. `set` is KL_PATH_SET_EMPTY. */
KL_API kl_status kl_path_set_of(kl_path_set *set, kl_value paths, bool resolved, kl_error *error);
KL_API void kl_path_set_end(kl_path_set *set);
/* Whether a path in normal form is one of the roots or lies below one. Allocates nothing. */
KL_API bool kl_path_set_covers(const kl_path_set *set, kl_text path);

#endif
