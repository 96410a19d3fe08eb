/* src/workflow/engine.h - the structs behind kailash/workflow.h. */
#ifndef KL_WORKFLOW_ENGINE_H
#define KL_WORKFLOW_ENGINE_H

#include "kailash/workflow.h"
#include "fork.h"
#include "metrics.h"
#include "retry_policy.h"
#include "kailash/executor.h"

#include <pthread.h>

/* ---- registry -------------------------------------------------------------------------------- */

/* A type that calls a callable, or the row of an owner: the row and what it points to. An object,
 * because workflows keep their types when the registry is gone. */
typedef struct custom_type {
    kl_object object;
    kl_node_type row;
    kl_value name;      /* string; row.name points into it */
    kl_value callable;
    kl_object *owner;   /* of a row of another room (registered.h); then the rest is empty */
    kl_value ports;     /* array of the strings that the params point into */
    kl_param *params;   /* inputs, then outputs */
} custom_type;

typedef struct kl_shared kl_shared;

struct kl_registry {
    kl_object object;
    pthread_mutex_t lock; /* guards `custom` */
    kl_value custom;      /* map name -> object of custom_type_descriptor */
    uint32_t runtimes;    /* atomic: while > 0 nothing can be registered */
    kl_shared *shared;    /* what its nodes keep; guarded by the lock; see shared.h */
    kl_fork_watch fork_watch;
};

void kl_shared_free(kl_shared *list);

extern const kl_type kl_custom_type_type;

/* The row of a type, and the custom type behind it (given, or NULL). NULL when there is none. */
const kl_node_type *kl_registry_find(custom_type **custom, kl_registry *registry, kl_text name);

/* Add a type; "cannot WHAT: ..." when that is not possible. Not taken. */
kl_status kl_registry_add_custom(kl_registry *registry, custom_type *custom, const char *what,
                                 kl_error *error);

/* ---- builder --------------------------------------------------------------------------------- */

typedef struct draft_node {
    kl_value type, id, config; /* strings; a map */
} draft_node;

typedef struct draft_edge {
    kl_value source, source_output, target, target_input; /* strings */
} draft_edge;

/* When a cycle ends: after max_iterations passes, or when `until` holds for the outputs of node. */
typedef struct cycle_policy {
    int64_t max_iterations; /* 0 = cycles run one pass */
    kl_value until;         /* a checked predicate, or null */
    kl_value node;          /* string: whose outputs `until` reads, or null */
} cycle_policy;

/* A workflow as it was described. */
typedef struct draft {
    draft_node *nodes;
    size_t node_count, node_cap;
    draft_edge *edges;
    size_t edge_count, edge_cap;
    bool enable_cycles;
    cycle_policy cycle;
    kl_value retries; /* map: node id -> RetryPolicy; null = none */
} draft;

struct kl_builder {
    kl_object object;
    draft draft;
    size_t auto_ids;
    bool consumed;
};

void kl_draft_free(draft *draft);
/* Add what is at hand as values (borrowed): strings, and a map or null as config. */
kl_status kl_builder_add_values(kl_builder *builder, kl_value type, kl_value id, kl_value config,
                                kl_error *error);
/* source, its output, target, its input. */
kl_status kl_builder_connect_values(kl_builder *builder, const kl_value ends[4], kl_error *error);

/* The definition as a map with sorted configs; given. KL_DEPTH when a config is too deep. */
kl_status kl_definition_of(kl_value *out, const draft *draft, kl_error *error);
/* The map of a definition into an empty builder. `text` is for positions, or empty. With `faults`
 * (an array) refusals are gathered there instead of ending the reading; `error` is then needed. */
kl_status kl_definition_read(kl_builder *builder, kl_value map, kl_text text, kl_value *faults,
                             kl_error *error);
/* Append {line, column, path, message}; `at` is the byte of `text` it is about. */
kl_status kl_fault_add(kl_value *faults, kl_text text, size_t at, const char *path,
                       const char *message, kl_error *error);
/* 16 hexadecimal digits of FNV-1a 64 over the compact definition; given. */
kl_status kl_definition_hash(kl_value *out, kl_value definition, kl_error *error);

/* ---- workflow -------------------------------------------------------------------------------- */

typedef struct graph_edge {
    uint32_t source, target; /* nodes */
    uint32_t slot;           /* place of the target port in the target's shape */
    bool back;               /* closes a cycle */
    bool first;              /* first of the edges into its port */
    kl_value source_port, target_port; /* strings */
} graph_edge;

enum node_class {
    NODE_CHEAP,    /* runs at once on the coordinating thread */
    NODE_HEAVY,    /* native and long, or waiting: the face's lock is let go */
    NODE_CALLBACK, /* calls back into a face */
};

typedef struct graph_node {
    kl_value id, type_name, config;
    const kl_node_type *type;
    custom_type *custom; /* owned, or NULL */
    void *state;         /* what prepare() made */
    const retry_policy *retry; /* borrowed from the draft, or NULL */
    kl_keys *shape;      /* keys of the inputs when every port gets its value */
    uint32_t in_start, in_count;   /* into graph_edge workflow->edges (sorted by target) */
    uint32_t out_start, out_count; /* into workflow->out (edge indices) */
    uint32_t port_count; /* distinct target ports */
    uint32_t level;
    uint32_t component;  /* of its strongly connected component, for cycles */
    uint8_t class;
    bool unknown_config; /* has config keys that nothing declares or supplies: fails when it runs */
    bool gathers;        /* has a port flagged KL_MANY */
} graph_node;

struct kl_workflow {
    kl_object object;
    graph_node *nodes;
    graph_edge *edges;
    uint32_t *out;        /* edge indices sorted by source */
    uint32_t *order;      /* nodes in an order that respects the edges (back edges left out) */
    uint32_t node_count, edge_count, level_count;
    uint32_t component_count;
    uint32_t *component_size; /* of those with cycles; 0 = no cycle */
    bool cyclic;
    uint32_t warned;      /* atomic: whether a debugging runtime has looked at its ports */
    uint32_t cycle_node;  /* index of draft.cycle.node */
    kl_keys *ids;         /* node ids in insertion order */
    draft draft;          /* what it was made from; ids, types, configs above are borrowed from it */
};

/* Compile a draft; on success it moves into the workflow. */
kl_status kl_workflow_compile(kl_workflow **out, draft *draft, kl_registry *registry,
                              kl_error *error);

/* Whether something declares a config key of a node, or an edge supplies it. */
bool kl_node_knows(const kl_workflow *workflow, const graph_node *node, kl_text name);

/* ---- runtime --------------------------------------------------------------------------------- */

typedef struct runtime_config {
    kl_object object;
    bool debug;
    int64_t max_concurrent_nodes;
    bool enable_cycles;
    kl_value conditional_execution;
    kl_value connection_validation, enable_monitoring, enable_resource_limits, enable_security,
        enable_audit;
    kl_value node_timeout, workflow_timeout; /* seconds, or null */
    kl_value max_workflow_duration;
    kl_value max_nodes_per_workflow, max_concurrent_workflows;
    bool strict_input_validation;
} runtime_config;

typedef struct execute_opts {
    kl_object object;
    kl_value soft_time_limit, time_limit;
} execute_opts;

struct kl_runtime {
    kl_object object;
    kl_registry *registry;
    runtime_config *config;
    /* the config as numbers, read by every run */
    uint32_t max_concurrent;
    bool evaluate_all;
    int64_t node_timeout_ns, workflow_timeout_ns; /* -1 = none */
    int64_t max_nodes, max_runs;                  /* INT64_MAX = no limit */
    kl_runtime_metrics *metrics;
    kl_executor *executor; /* borrowed */
    uint32_t observed;    /* atomic: number of observers */
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    kl_value observers;   /* map: id -> callable(dict), told of every finished node */
    int64_t next_observer;
    uint32_t admitted;    /* runs that were let in and have not ended */
    uint32_t running;     /* of these, the ones whose turn has come */
    bool closed;          /* no further run is let in */
    struct kl_run *runs;  /* list of those admitted */
    uint32_t forks;       /* how often this process was forked off; runs of before are not its own */
    kl_fork_watch fork_watch;
};

/* Let a run in, run it on this thread, let it go. */
kl_status kl_runtime_admit(kl_runtime *runtime, kl_run *run, kl_error *error);
kl_status kl_runtime_run(kl_value *out, bool *ran, kl_runtime *runtime, kl_run *run,
                         kl_error *error);
void kl_runtime_let_go(kl_runtime *runtime, kl_run *run, bool ran);

#endif
