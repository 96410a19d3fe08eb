/* src/nodes/abac.h - policies by attributes: what a policy says, and whether it applies. */
#ifndef KL_NODES_ABAC_H
#define KL_NODES_ABAC_H

#include "kailash/value.h"
#include "work.h"

/* Who asks for what, where; all borrowed. */
typedef struct kl_abac_request {
    kl_value subject, resource, environment; /* maps */
    kl_text action;
} kl_abac_request;

/*
 * Check a whole policy first, so that a fault denies whatever the request is. KL_INVALID with the
 * fault as "invalid input 'PLACE': expected ..., got ...".
 */
kl_status kl_abac_check(kl_value policy, kl_error *error);
/* Whether a sound policy applies: its action fits and all its conditions hold. */
kl_status kl_abac_applies(bool *out, kl_value policy, const kl_abac_request *request, kl_work *work,
                          kl_error *error);
/* Whether a sound policy allows: anything but "allow" denies. */
bool kl_abac_allows(kl_value policy);

#endif
