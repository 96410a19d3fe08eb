/* src/store/document_pipeline.h - aggregation: documents led through stages, as MongoDB has them. */
#ifndef KL_STORE_DOCUMENT_PIPELINE_H
#define KL_STORE_DOCUMENT_PIPELINE_H

#include "kailash/value.h"
#include "work.h"

#define KL_PIPELINE_STAGES                                                                         \
    "$match, $group, $project, $addFields, $set, $unset, $unwind, $sort, $skip, $limit, $count, "  \
    "$lookup, $facet, $sortByCount, $replaceRoot"

/* What a pipeline asks of others. */
typedef struct kl_pipeline_context {
    /* The documents of a collection as an array, given; for $lookup. */
    kl_status (*collection)(kl_value *out, void *data, kl_text name, kl_error *error);
    void *data;
    kl_work *work;
} kl_pipeline_context;

/* Check all stages. KL_INVALID is a whole message: "invalid input 'pipeline[1].$foo': expected ..." */
KL_API kl_status kl_pipeline_check(kl_value pipeline, kl_error *error);

/* Lead `documents` (an array, taken) through a checked pipeline; given. */
KL_API kl_status kl_pipeline_run(kl_value *out, kl_value documents, kl_value pipeline,
                                 const kl_pipeline_context *context, kl_error *error);

/* Sort an array (in place) by {"path": 1, "other": -1}, the first counting most; stable. */
kl_status kl_documents_sort(kl_value *documents, kl_value order, kl_work *work, kl_error *error);
/* KL_INVALID: "expected 1 or -1 ..." */
kl_status kl_documents_sort_check(kl_value order, const char *where, kl_error *error);

/* What a projection keeps or computes; `where` names it in messages. */
kl_status kl_projection_check(kl_value projection, const char *where, kl_error *error);
kl_status kl_projection_apply(kl_value *out, kl_value document, kl_value projection, kl_work *work,
                              kl_error *error);

/* $group: see document_group.c. */
kl_status kl_group_check(kl_value group, const char *where, kl_error *error);
kl_status kl_group_run(kl_value *out, kl_value documents, kl_value group, kl_work *work,
                       kl_error *error);

#endif
