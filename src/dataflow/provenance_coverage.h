/* src/dataflow/provenance_coverage.h - how much of the sources reached the index.
 *
 * A chunk is one span of a source. The index entry of its index_key decides: a span is covered, was
 * left out as boilerplate, or, when there is no such entry, is uncovered. Only the uncovered spans
 * are kept while the chunks pass by.
 */
#ifndef KL_DATAFLOW_PROVENANCE_COVERAGE_H
#define KL_DATAFLOW_PROVENANCE_COVERAGE_H

#include "provenance_sweep.h"

typedef struct kl_source_coverage {
    kl_value source_id; /* string */
    int64_t covered, boilerplate;
    kl_value uncovered; /* array of {"source_id", "locator", "span"} */
} kl_source_coverage;

typedef struct kl_corpus {
    kl_source_coverage *sources; /* in the order of their first chunks */
    size_t count, room;
    kl_value places; /* map: source_id -> its place in `sources` */
} kl_corpus;

/* Read the chunks of all sources, or of `only` (a string; null = all). KL_FAILED for a row that says
 * what nobody knows. End it with kl_corpus_end(), also after a failure. */
KL_API kl_status kl_corpus_read(kl_corpus *corpus, kl_data_session *session, kl_value only,
                                kl_error *error);
KL_API void kl_corpus_end(kl_corpus *corpus);

/* Covered out of covered and uncovered, a float; null when both are 0. */
KL_API kl_value kl_coverage_of(int64_t covered, int64_t uncovered);

/* Words of coverage_status. */
typedef enum kl_coverage_status {
    KL_COVERAGE_DISTILLED,
    KL_COVERAGE_FALLBACK,
    KL_COVERAGE_BOILERPLATE,
    KL_COVERAGE_UNKNOWN
} kl_coverage_status;
KL_API kl_coverage_status kl_coverage_status_of(kl_text word);

#endif
