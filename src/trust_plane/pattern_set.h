/* src/trust_plane/pattern_set.h - several globs at once, most of which do not match. */
#ifndef KL_TRUST_PLANE_PATTERN_SET_H
#define KL_TRUST_PLANE_PATTERN_SET_H

#include "kailash/match.h"

/* A flat glob, and what every text that it matches has: cheap to look for before matching. */
typedef struct kl_pattern {
    kl_glob *glob;       /* owned */
    uint64_t bytes;      /* bit b & 63 of each byte that must be there */
    kl_text start, end;  /* letters it begins and ends with; borrowed from `letters` */
    kl_text middle;      /* the longest run of letters between them */
    char *letters;       /* owned */
} kl_pattern;

/* All zero is the empty set. Never changes: threads may share it. */
typedef struct kl_pattern_set {
    kl_pattern *patterns;
    size_t count;
} kl_pattern_set;

/* Of an array of strings, into an empty set. KL_SYNTAX for one that is no glob: `*bad` is its position. */
KL_API kl_status kl_pattern_set_of(kl_pattern_set *set, size_t *bad, kl_value patterns,
                                   kl_error *error);
KL_API void kl_pattern_set_end(kl_pattern_set *set);
/* Whether one of them matches the whole of `text`. Allocates nothing. */
KL_API bool kl_pattern_set_match(const kl_pattern_set *set, kl_text text);

#endif
