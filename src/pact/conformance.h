/* src/pact/conformance.h - the forms in which implementations of PACT compare what they decide
 * (pact 4.8): keys sorted, ", " and ": " between the parts, ASCII. */
#ifndef KL_PACT_CONFORMANCE_H
#define KL_PACT_CONFORMANCE_H

#include "verdict.h"

/* {access_decision, action, allowed, audit_details, effective_envelope_snapshot, envelope_version, level,
 * reason, role_address, timestamp}; given. */
KL_API kl_status kl_pact_canonical_verdict(kl_value *out, const kl_pact_verdict *verdict,
                                           kl_error *error);
/* Any map of plain values in that form; given. `map` is taken. */
KL_API kl_status kl_pact_canonical_map(kl_value *out, kl_value map, kl_error *error);

#endif
