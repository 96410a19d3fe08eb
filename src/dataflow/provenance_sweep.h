/* src/dataflow/provenance_sweep.h - both sweeps over the anchors, from one reading of them. */
#ifndef KL_DATAFLOW_PROVENANCE_SWEEP_H
#define KL_DATAFLOW_PROVENANCE_SWEEP_H

#include "provenance.h"

/* Anchors as maps {"id", "anchor", "chunk_refs", "origin"}, in the order of their rows. */
typedef struct kl_sweep {
    bool wants_backed;
    kl_value backed;   /* array: those with chunks, which may lead nowhere */
    kl_value unbacked; /* array: those without, though they should have some */
    kl_value orphaned; /* array: those of `backed` that the resolver does not find */
} kl_sweep;

/* Read the anchors; `backed` stays empty unless it is wanted. End it with kl_sweep_end(), also after a
 * failure. */
KL_API kl_status kl_sweep_read(kl_sweep *sweep, kl_data_session *session, bool wants_backed,
                               kl_error *error);
/* Ask the resolver about each; it may do anything, so no connection is held meanwhile. */
KL_API kl_status kl_sweep_resolve(kl_sweep *sweep, kl_value resolver, kl_error *error);
KL_API void kl_sweep_end(kl_sweep *sweep);

#endif
