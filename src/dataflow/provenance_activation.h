/* src/dataflow/provenance_activation.h - who used what: distinct agents for each key of a stream of
 * events.
 *
 * The database gives each pair of key and agent once; what is counted here is how many agents a key
 * has. A blank agent is nobody: its events happened, but nobody did them.
 */
#ifndef KL_DATAFLOW_PROVENANCE_ACTIVATION_H
#define KL_DATAFLOW_PROVENANCE_ACTIVATION_H

#include "provenance_sweep.h"

/* What is known of one index key. */
typedef struct kl_index_use {
    kl_value key; /* string */
    int64_t agents;
    bool incorporated; /* some event says so */
    bool unjudged;     /* of some event nobody has said */
    bool declared;     /* an index entry has this key */
} kl_index_use;

typedef struct kl_index_uses {
    kl_index_use *items; /* by key */
    size_t count, room;
} kl_index_uses;

/* Read the events of the index; end it with kl_index_uses_end(), also after a failure. */
KL_API kl_status kl_index_uses_read(kl_index_uses *uses, kl_data_session *session, kl_error *error);
KL_API void kl_index_uses_end(kl_index_uses *uses);
/* By key; NULL when it has no event. */
KL_API kl_index_use *kl_index_use_of(const kl_index_uses *uses, kl_text key);

/* "activated-unattributed", "1-agent", "some" (2 up to the threshold), "many". */
KL_API const char *kl_activation_bucket(int64_t agents, int64_t threshold);
/* Whether events with this agent count for somebody. */
KL_API bool kl_is_agent(kl_value agent);

/* Texts are grouped by two or three columns and then sorted by them: "SELECT columns, more FROM t
 * WHERE scope GROUP BY columns ORDER BY order". */
typedef struct kl_grouping {
    const char *model;
    const char *const *columns; /* ended by NULL */
    const char *more;           /* further expressions with a comma in front, or "" */
    const char *const *order;   /* ended by NULL */
} kl_grouping;
/* Begin such a reading; end it with kl_reading_end(), also after a failure. */
KL_API kl_status kl_grouping_begin(kl_reading *reading, kl_data_session *session,
                                   const kl_grouping *grouping, kl_error *error);

/* An artifact as one tier of observation saw it. */
typedef struct kl_artifact_use {
    kl_value id, type; /* strings */
    int tier;          /* see kl_observation_tier() */
    int64_t agents;
} kl_artifact_use;

typedef struct kl_artifact_uses {
    kl_artifact_use *items; /* by id, then by tier */
    size_t count, room;
} kl_artifact_uses;

/* Read the events of artifacts; KL_FAILED for words that nobody knows, and for an artifact that has two
 * types. End it with kl_artifact_uses_end(), also after a failure. */
KL_API kl_status kl_artifact_uses_read(kl_artifact_uses *uses, kl_data_session *session,
                                       kl_error *error);
KL_API void kl_artifact_uses_end(kl_artifact_uses *uses);

#endif
