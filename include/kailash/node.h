/* kailash/node.h - node types as tables: what a step of a workflow takes, does and gives.
 *
 * A family of node types is one file with one table. The registry, the builder's checks, the
 * engine's checks of inputs, `kailash nodes NAME` and the reference read the row.
 */
#ifndef KAILASH_NODE_H
#define KAILASH_NODE_H

#include "kailash/type.h"

KL_BEGIN_DECLS

/** What the engine must know of a node type. */
typedef enum kl_node_flags {
    KL_NODE_BLOCKING = 1, /* waits for something outside: never on the thread that holds a lock */
    KL_NODE_HEAVY = 2,    /* computes long on big inputs: the face's lock is let go around it */
    KL_NODE_STRICT = 4,   /* an unknown key in its config fails the build */
    KL_NODE_OPEN = 8,     /* takes any input besides the declared ones (NoOp, Merge, Gate) */
} kl_node_flags;

/** A node type: a row of a table, static and never changed. */
typedef struct kl_node_type kl_node_type;
/** The types a workflow may use, and one execution of a workflow; see kailash/workflow.h. */
typedef struct kl_registry kl_registry;
typedef struct kl_run kl_run;

/** One run of one node. All is borrowed for the length of the call. */
typedef struct kl_node_call {
    const kl_node_type *type;
    /* Checked values in table order: first .inputs, then .config. Absent ones have their default,
     * else null. kl_node_given() tells whether a value was given. */
    const kl_value *args;
    kl_value inputs;       /* the whole merged map: config, workflow inputs, edge values */
    void *state;           /* what prepare() made, or NULL */
    const char *node_id;
    const char *run_id;    /* UUID of the run, or NULL when a node is run alone */
    kl_registry *registry; /* may be NULL when a node is run alone */
    kl_run *run;           /* may be NULL likewise; for kl_run_is_cancelled() and kl_run_wait() */
    kl_value gathered;     /* of a type with a KL_MANY port: map port -> list of all its edges'
                              values in edge order; else null */
    uint32_t outcome;      /* set by a gate: kl_node_outcome */
} kl_node_call;

/** What a gate tells the engine beside its outputs. */
typedef enum kl_node_outcome {
    KL_OUTCOME_OPEN,   /* the outputs count: every node but a gate */
    KL_OUTCOME_CLOSED, /* nothing passes: the node counts as not run */
    KL_OUTCOME_INERT,  /* passes, but has no predicate */
} kl_node_outcome;

/** The row. `name`, `category`, `doc` and `run` must be there; an alias has name and alias_of. */
struct kl_node_type {
    const char *name;
    const char *category;
    const char *doc;
    /* Inputs may come by connection, as workflow input or stand in the config; an input with
     * neither fallback nor KL_OPTIONAL is required. Config keys are the same, but are no ports. */
    const kl_param *inputs;
    size_t input_count;
    const kl_param *config;
    size_t config_count;
    const kl_param *outputs;
    size_t output_count;
    uint32_t flags;
    /* Give the outputs as a map; `*out` is given. */
    kl_status (*run)(kl_value *out, kl_node_call *call, kl_error *error);
    /* Check the config when the workflow is built and keep what a run wants prepared. Optional. */
    kl_status (*prepare)(void **state, kl_value config, kl_error *error);
    /* Instead of prepare(), for a type that holds nodes of its own: `registry` has their types;
     * NULL when a node is run alone. */
    kl_status (*prepare_with)(void **state, kl_value config, kl_registry *registry,
                              kl_error *error);
    void (*dispose)(void *state);
    /* Checks its own inputs (GateNode): the engine checks only what the table says is required. */
    const char *alias_of; /* another name of that type: all else in the row is taken from there */
};

/** Types that share a file. */
typedef struct kl_node_family {
    const char *name;
    const kl_node_type *types;
    size_t type_count;
} kl_node_family;

/** Make a family known; one line behind its table. */
#define KL_PUBLISH_NODES(family)                                                                   \
    static const kl_node_family *const kl_published_##family                                       \
        __attribute__((used, section("kl_nodes"))) = &(family)

/** All built-in types. */
KL_API size_t kl_node_type_count(void);
/** Number `index` of them, in no particular order; NULL when there is none. */
KL_API const kl_node_type *kl_node_type_at(size_t index);
/** By name, an alias giving the type it stands for; NULL when there is none. */
KL_API const kl_node_type *kl_node_type_find(kl_text name);

/** Name, aliases, doc, inputs, config, outputs ... of a type as a map, for docs; given. */
KL_API kl_status kl_node_describe(kl_value *out, const kl_node_type *type, kl_error *error);
/** Faults of the rows of all families, as kl_types_lint() finds them in types; given. */
KL_API kl_status kl_nodes_lint(kl_value *out, kl_error *error);

/** Whether the value of `args[index]` came from the caller rather than from the default. */
KL_API bool kl_node_given(const kl_node_call *call, size_t index);

/* ---- failing: the forms every node error has --------------------------------------------------- */

/** "missing required input: NAME" */
KL_API kl_status kl_node_missing(kl_error *error, const char *name);
/** "invalid input 'NAME': expected WHAT, got ..." with the kind (or the text) of `got`. */
KL_API kl_status kl_node_bad_value(kl_error *error, const char *name, const char *expected,
                                   kl_value got);
/** The same with words of one's own. */
KL_API kl_status kl_node_bad(kl_error *error, const char *name, const char *format, ...)
    KL_PRINTF(3, 4);
/** "node execution failed: ..." */
KL_API kl_status kl_node_failed(kl_error *error, const char *format, ...) KL_PRINTF(2, 3);
/** "resource limit exceeded: WHAT (limit: N UNIT)" */
KL_API kl_status kl_node_limit(kl_error *error, const char *what, uint64_t limit, const char *unit);

/* All of these are `formed` (see kl_error). What somebody else said gets such a form, unless it has one, with
 * these two; the code stays. `error` may be NULL. */
/** "node execution failed: ..." */
KL_API void kl_node_form(kl_error *error);
/** "invalid input 'NAME': ..." */
KL_API void kl_node_form_bad(kl_error *error, const char *name);

/** A result map of one pair; `value` is taken. */
KL_API kl_status kl_node_result(kl_value *out, const char *name, kl_value value, kl_error *error);

/** Largest text and longest list that one node may produce. */
#define KL_NODE_TEXT_MAX ((size_t)64 << 20)
#define KL_NODE_LIST_MAX ((size_t)10000000)

/* ---- running one node alone, for tests and for nodes that run others --------------------------- */

/**
 * Prepare `type` with `config` (a map or null), check and run it on `inputs` (likewise).
 * `*out` is given: the map of its outputs.
 */
KL_API kl_status kl_node_run_alone(kl_value *out, const kl_node_type *type, kl_value config,
                                   kl_value inputs, kl_error *error);

/** True when the run (NULL = never) was cancelled or its time is over; long nodes ask this. */
KL_API bool kl_run_is_cancelled(kl_run *run);
/** Sleep; returns early with KL_CANCELLED or KL_TIMEOUT when the run ends. */
KL_API kl_status kl_run_wait(kl_run *run, double seconds, kl_error *error);

KL_END_DECLS
#endif
