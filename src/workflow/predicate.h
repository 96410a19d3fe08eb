/* src/workflow/predicate.h - the closed grammar of `when`: what opens a gate.
 *
 *   {"input": NAME, "equals": VALUE} | {"input": NAME, "truthy": true} | {"not": P}
 *   | {"all": [P, ...]} | {"any": [P, ...]}
 */
#ifndef KL_WORKFLOW_PREDICATE_H
#define KL_WORKFLOW_PREDICATE_H

#include "kailash/value.h"

#define KL_PREDICATE_DEPTH 32 /* levels above the leaf */

/* Check the grammar; KL_INVALID says what is wrong and what would be right. */
kl_status kl_predicate_check(kl_value predicate, kl_error *error);

/*
 * Evaluate a checked predicate over a map. Total: every named input is looked at, and one that
 * is absent makes the whole undetermined - `*missing` (borrowed) then names it, else it is empty.
 */
kl_status kl_predicate_test(bool *open, kl_text *missing, kl_value predicate, kl_value inputs,
                            kl_error *error);

#endif
