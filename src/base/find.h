/* src/base/find.h - all places of one text in another. */
#ifndef KL_BASE_FIND_H
#define KL_BASE_FIND_H

#include "parts.h"

/* A search that goes on; both texts are borrowed, `what` is not empty. */
typedef struct kl_finder {
    kl_text text, what;
    size_t at; /* from where to look */
} kl_finder;

static inline kl_finder kl_finder_of(kl_text text, kl_text what)
{
    return (kl_finder){text, what, 0};
}

/* That of the places which begin in [begin, end). */
static inline kl_finder kl_finder_in(kl_text text, kl_text what, size_t begin, size_t end)
{
    size_t reach = what.len - 1;
    return (kl_finder){{text.data, end + KL_MIN(reach, text.len - end)}, what, begin};
}

/* The next places that do not overlap, at most `room`, in order; fewer means that there are no more. */
KL_API size_t kl_find(size_t *places, size_t room, kl_finder *finder);

/*
 * How a text may be searched in parts. Where a text begins as it ends, which places do not overlap depends on those
 * before them: then there is one part.
 */
KL_API kl_cut kl_find_parts(kl_text text, kl_text what);
/* Where the part begins that was cut at `at`: there, or behind a place that reaches over it. */
KL_API size_t kl_find_edge(kl_text text, kl_text what, size_t at);

#endif
