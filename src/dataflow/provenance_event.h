/* src/dataflow/provenance_event.h - the use of an artifact, as a line of JSON tells it. */
#ifndef KL_DATAFLOW_PROVENANCE_EVENT_H
#define KL_DATAFLOW_PROVENANCE_EVENT_H

#include "provenance.h"

/* Where a line stands: a file's line is one event, however often it is read. */
typedef struct kl_event_place {
    kl_value tenant, file; /* strings */
    int64_t line;          /* from 1 */
} kl_event_place;

/* The row of ArtifactActivationEvent that a line stands for; given. KL_SYNTAX or KL_INVALID says what is
 * wrong with it. */
KL_API kl_status kl_artifact_event_read(kl_value *row, kl_text line, const kl_event_place *place,
                                        kl_error *error);

#endif
