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

/* ---- for the nodes over the engines that have effects -------------------------------------------- */

#define KL_EFFECT_DOC                                                                              \
    "a registered callback or a node type by its name, {node, config, inputs}, or {endpoint, "      \
    "headers} for a POST; anything else is done elsewhere"

/* Three rows of a config, in this order. */
#define KL_EFFECT_PARAMS                                                                           \
    {.name = "max_retries", .kind = KL_KIND_COUNT, .fallback = "0", .range = KL_RANGE(0, 1000),    \
     .doc = "tries after the first of everything that is done, unless it says otherwise"},         \
    {.name = "retry_delay_ms", .kind = KL_KIND_COUNT, .fallback = "100",                           \
     .range = KL_RANGE(0, 86400000),                                                               \
     .doc = "wait before the first retry, in milliseconds; doubles with each, up to half a minute"}, \
    {.name = "timeout_ms", .kind = KL_KIND_COUNT, .fallback = "0", .range = KL_RANGE(0, 86400000), \
     .doc = "longest time of a try, in milliseconds; 0 = as long as the run. Nobody knows whether "  \
            "what was left behind has been done, so it is undone with the rest"}

/* Their values as a map that a state keeps; given. `args` points to the first. */
kl_status kl_effect_policy_map(kl_value *out, const kl_value *args, kl_error *error);
/* The policy of a step or a participant: what it says itself, else what the map says. */
kl_effect_policy kl_effect_policy_of(kl_value own, kl_value map);
/* A failure of an engine as that of its node: "node execution failed: ..."; returns the status. */
kl_status kl_engine_failed(kl_status status, kl_error *error);

#endif
