/* src/dataflow/provenance_report.h - the parts that the coverage reports have in common. */
#ifndef KL_DATAFLOW_PROVENANCE_REPORT_H
#define KL_DATAFLOW_PROVENANCE_REPORT_H

#include "provenance_coverage.h"

/* All that a report about a corpus is made of; the connection is given back by then. */
typedef struct kl_corpus_facts {
    kl_corpus corpus;
    kl_sweep sweep;
    kl_value entries; /* array of index_descriptions; null unless they are wanted */
} kl_corpus_facts;

/* `args` are those of compute_corpus_coverage(). End it with kl_corpus_facts_end(), also after a
 * failure. */
KL_API kl_status kl_corpus_facts_read(kl_corpus_facts *facts, const kl_value *args,
                                      const char *method, bool with_entries, kl_error *error);
KL_API void kl_corpus_facts_end(kl_corpus_facts *facts);

/* The index entries as a report describes them; given. */
KL_API kl_status kl_index_descriptions(kl_value *out, kl_data_session *session, kl_error *error);

/* Set a key of a map to a value (taken, also on failure). */
static inline kl_status kl_report_set(kl_value *map, const char *key, kl_value value, kl_error *error)
{
    return kl_map_set(map, kl_text_from(key), value, error);
}

#endif
