/* src/nodes/effect.h - what a coordinator has done for it: a node or a callback is run, or a request
 * sent, and tried again after a failure. It is told as
 *
 *   "name"                        a registered callback or a node type
 *   {"node": NAME, "config": {}}  the same; "type" and "callback" are other words for "node"
 *   {"endpoint": URL}             POST of the inputs as JSON; 2xx is success, its body the result
 *
 * A dict may also hold "inputs" (or "params"), beside or over those that the coordinator gives, and
 * that of an endpoint "headers" and "method". Anything else, also a name that nobody has registered,
 * is no effect: then the work is done elsewhere and told to the coordinator.
 */
#ifndef KL_NODES_EFFECT_H
#define KL_NODES_EFFECT_H

#include "kailash/node.h"
#include "kailash/time.h"

/* How often and how long it is tried. */
typedef struct kl_effect_policy {
    int64_t max_retries;
    kl_duration delay;   /* before the first retry; doubles with each, up to half a minute */
    kl_duration timeout; /* of each try; 0 = none */
} kl_effect_policy;

/* How it went. End it with kl_effect_outcome_clear(). */
typedef struct kl_effect_outcome {
    bool done;
    bool uncertain;  /* failed by a timeout: it may have been done all the same */
    int64_t attempts;
    kl_value result; /* when done */
    kl_value reason; /* string, when not */
} kl_effect_outcome;

/* Whether `definition` is an effect; its faults are told with `where`, such as "steps[0].action". */
kl_status kl_effect_check(bool *out, kl_value definition, kl_registry *registry, const char *where,
                          kl_error *error);

/*
 * Do it. `inputs` is a map (borrowed), its `idempotency_key` the same with every try. An effect that
 * fails is a success here, told in `*out`; a failure means that the run has ended, or that the effect
 * could not even be tried.
 */
kl_status kl_effect_run(kl_effect_outcome *out, kl_value definition, kl_value inputs,
                        const kl_effect_policy *policy, const kl_node_call *call,
                        const char *where, kl_error *error);
void kl_effect_outcome_clear(kl_effect_outcome *outcome);

#endif
