/* src/pact/envelope_advice.h - what is odd about an envelope, or about who decides what (pact 3.5).
 *
 * Advice forbids nothing. Each function gives an array of objects.
 */
#ifndef KL_PACT_ENVELOPE_ADVICE_H
#define KL_PACT_ENVELOPE_ADVICE_H

#include "../eatp/envelope.h"
#include "kailash/type.h"

extern KL_API const kl_type kl_degenerate_warning_type; /* PactDegenerateWarning */
extern KL_API const kl_type kl_envelope_warning_type;   /* PactEnvelopeWarning */

/* Dimensions in which an agent can do next to nothing: PactDegenerateWarning; given. */
KL_API kl_status kl_advise_degenerate(kl_value *out, const kl_governance *envelope,
                                      kl_error *error);
/* One PactDegenerateWarning when no dimension is stated; given. */
KL_API kl_status kl_advise_passthrough(kl_value *out, const kl_governance *envelope,
                                       kl_error *error);
/* What contradicts itself or never applies: PactEnvelopeWarning; given. */
KL_API kl_status kl_advise_health(kl_value *out, const kl_governance *envelope, kl_error *error);
/* Actions that are never delegated and not left to a human: `zones` is an array of pairs [action, zone],
 * `never_delegated` one of actions. PactDegenerateWarning; given. KL_INVALID for an unknown zone. */
KL_API kl_status kl_advise_gradient(kl_value *out, kl_value zones, kl_value never_delegated,
                                    kl_error *error);

#endif
