/* src/pact/context.h - PactGovernanceContext: what a role may, as it was at one moment. */
#ifndef KL_PACT_CONTEXT_H
#define KL_PACT_CONTEXT_H

#include "engine.h"

extern KL_API const kl_type kl_pact_context_type;
/* That of a role at an address. KL_FAILED, KL_NOT_FOUND; given. Takes the lock. */
KL_API kl_status kl_pact_context_new(kl_value *out, kl_pact_engine *engine, kl_text address,
                                     kl_posture posture, kl_error *error);

#endif
