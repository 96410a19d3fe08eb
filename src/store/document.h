/* src/store/document.h - collections of documents (maps with an `_id`), in memory, and in an SQLite
 * file beside it when one is named. Any thread may use a collection.
 *
 * Filters are those of document_filter.h, updates those of document_update.h, pipelines those of
 * document_pipeline.h. What they get wrong is KL_INVALID with a whole message.
 */
#ifndef KL_STORE_DOCUMENT_H
#define KL_STORE_DOCUMENT_H

#include "document_pipeline.h"
#include "latch.h"

typedef struct kl_documents kl_documents;

/* The collection `name`; given. `file` is an SQLite file or URL, empty = in memory only. */
KL_API kl_status kl_documents_new(kl_documents **out, kl_text name, kl_text file, kl_error *error);
KL_API void kl_documents_free(kl_documents *documents);

/* A document with an `_id` in front, a UUID where it has none; given. KL_INVALID for an _id that is a
 * list or bytes. */
KL_API kl_status kl_document_identify(kl_value *out, kl_value document, kl_error *error);

/*
 * Insert maps; their ids as an array, given. One without `_id` gets a UUID. All or none: KL_STATE when
 * an id, or the value of a unique index, is there already.
 */
KL_API kl_status kl_documents_insert(kl_value *ids, kl_documents *documents, kl_value list,
                                     kl_latch_waiter waiter, kl_error *error);

typedef struct kl_documents_find {
    kl_value filter;     /* null = all; the rest likewise absent when null */
    kl_value projection;
    kl_value order;      /* {"field": 1 or -1, ...} */
    size_t skip, limit;  /* limit 0 = all */
    size_t examined;     /* result: documents that were looked at */
} kl_documents_find;

/* The documents that match, as an array; given. In the order they were inserted unless sorted. */
KL_API kl_status kl_documents_query(kl_value *out, kl_documents *documents, kl_documents_find *find,
                                    kl_latch_waiter waiter, kl_error *error);
KL_API kl_status kl_documents_count(size_t *out, kl_documents *documents, kl_value filter,
                                    kl_latch_waiter waiter, kl_error *error);

typedef struct kl_documents_update {
    kl_value filter, update;
    bool one;    /* the first that matches, not all */
    bool upsert; /* insert one when none matches: what the filter demands, updated */
    size_t matched, modified; /* results */
    kl_value upserted_id;     /* given; null when none was */
} kl_documents_update;

KL_API kl_status kl_documents_change(kl_documents *documents, kl_documents_update *update,
                                     kl_latch_waiter waiter, kl_error *error);
KL_API kl_status kl_documents_delete(size_t *deleted, kl_documents *documents, kl_value filter,
                                     bool one, kl_latch_waiter waiter, kl_error *error);

/* `context` finds other collections; its work may be NULL. */
KL_API kl_status kl_documents_aggregate(kl_value *out, kl_documents *documents, kl_value pipeline,
                                        kl_pipeline_context context, kl_latch_waiter waiter,
                                        kl_error *error);

/* Indexes on a path; making one that is there changes nothing. They live as long as the process. */
KL_API kl_status kl_documents_create_index(kl_documents *documents, kl_text path, bool unique,
                                           kl_latch_waiter waiter, kl_error *error);
KL_API kl_status kl_documents_drop_index(bool *dropped, kl_documents *documents, kl_text path,
                                         kl_latch_waiter waiter, kl_error *error);
/* Maps of path and unique; given. */
KL_API kl_status kl_documents_indexes(kl_value *out, kl_documents *documents,
                                      kl_latch_waiter waiter, kl_error *error);

#endif
