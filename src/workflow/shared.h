/* src/workflow/shared.h - what nodes keep between runs: stores, sessions, pools, limiters.
 *
 * A state is found by its kind and a name, per process or per registry, and made when it is first
 * asked for. Any thread may ask, and all get the same one: a state has a lock of its own, which a
 * forked child must find free (base/fork.h).
 */
#ifndef KL_WORKFLOW_SHARED_H
#define KL_WORKFLOW_SHARED_H

#include "kailash/node.h"

/* A kind of state; static, told apart by its address. */
typedef struct kl_shared_kind {
    /* Make an empty state. May be called twice at once for one name: the loser is disposed of. */
    kl_status (*make)(void **out, kl_text name, kl_error *error);
    void (*dispose)(void *state);
} kl_shared_kind;

/*
 * The state of a name; borrowed. That of a process (`registry` is NULL) is there until its end,
 * that of a registry as long as somebody holds the registry, as every run of its runtimes does.
 */
KL_API kl_status kl_shared_get(void **out, const kl_shared_kind *kind, kl_text name,
                               kl_registry *registry, kl_error *error);

/* The row of the switch in a node's config, with what the type has been by default. */
extern KL_API const char *const kl_scope_words[];
#define KL_SCOPE_PARAM(by_default)                                                                 \
    {.name = "scope", .kind = KL_KIND_ENUM, .names = kl_scope_words, .fallback = "\"" by_default "\"", \
     .doc = "who shares the state: \"process\" = all of this process, \"registry\" = all "         \
            "workflows that run with the same NodeRegistry"}

/* The state for a call, by what its `scope` says. A node run alone has no registry but the process. */
KL_API kl_status kl_node_shared(void **out, const kl_shared_kind *kind, kl_text name,
                                const kl_node_call *call, kl_value scope, kl_error *error);

#endif
