/* src/base/find.h - all places of one text in another. */
#ifndef KL_BASE_FIND_H
#define KL_BASE_FIND_H

#include "kailash/base.h"

/* A search that goes on; both texts are borrowed, `what` is not empty. */
typedef struct kl_finder {
    kl_text text, what;
    size_t at; /* from where to look */
} kl_finder;

static inline kl_finder kl_finder_of(kl_text text, kl_text what)
{
    return (kl_finder){text, what, 0};
}

/* The next places that do not overlap, at most `room`, in order; fewer means that there are no more. */
KL_API size_t kl_find(size_t *places, size_t room, kl_finder *finder);

#endif
