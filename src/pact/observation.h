/* src/pact/observation.h - PactObservation: an event of governance, for monitors. */
#ifndef KL_PACT_OBSERVATION_H
#define KL_PACT_OBSERVATION_H

#include "verdict.h"

extern KL_API const kl_type kl_pact_observation_type;

/* The observation of a verdict; given. `correlation_id` is a string or null, borrowed. */
KL_API kl_status kl_pact_observation_of(kl_value *out, const kl_pact_verdict *verdict,
                                        kl_value correlation_id, kl_error *error);

#endif
