/* src/store/document_index.h - the values at a path in order, each with the slot of its document.
 *
 * Entries are only added: what a changed or removed document leaves behind is passed over by whoever
 * tests the documents found, and goes when the index is made anew.
 */
#ifndef KL_STORE_DOCUMENT_INDEX_H
#define KL_STORE_DOCUMENT_INDEX_H

#include "document_filter.h"
#include "sort.h"

typedef struct kl_document_index {
    kl_value path;        /* owned string */
    bool unique;
    kl_sort_pair *pairs;  /* keys owned; items are slots. Sorted up to `sorted` */
    size_t count, sorted, capacity;
} kl_document_index;

void kl_document_index_clear(kl_document_index *index); /* all but path and unique */
kl_status kl_document_index_add(kl_document_index *index, kl_value document, size_t slot,
                                kl_error *error);
/* Sort what was added, when it is much (or `all`). */
kl_status kl_document_index_settle(kl_document_index *index, bool all, kl_error *error);

/* Slots that may match, appended to `*slots` (given, grows); sorted, each once. */
kl_status kl_document_index_find(size_t **slots, size_t *count, const kl_document_index *index,
                                 const kl_filter_bounds *bounds, kl_error *error);

#endif
