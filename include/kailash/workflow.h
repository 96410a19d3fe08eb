/* kailash/workflow.h - from nodes and connections to a run.
 *
 *   kl_registry   the node types a workflow may use
 *   kl_builder    collects nodes and connections; kl_builder_build() checks them once
 *   kl_workflow   the result: immutable, shared by threads, run any number of times
 *   kl_runtime    runs workflows
 *
 * All are objects: end them with kl_object_release((kl_object *)it).
 */
#ifndef KAILASH_WORKFLOW_H
#define KAILASH_WORKFLOW_H

#include "kailash/node.h"

KL_BEGIN_DECLS

/** See above. A builder belongs to one thread at a time; threads may share all others. */
typedef struct kl_builder kl_builder;
typedef struct kl_workflow kl_workflow;
typedef struct kl_runtime kl_runtime;
typedef struct kl_run_handle kl_run_handle;

/** Their types, for kl_as_object(), kl_object_call() and the like. */
extern KL_API const kl_type kl_registry_type, kl_builder_type, kl_workflow_type, kl_runtime_type,
    kl_runtime_config_type, kl_execute_opts_type, kl_retry_policy_type, kl_execution_context_type, kl_run_handle_type;

/* ---- registry -------------------------------------------------------------------------------- */

/** All built-in node types; given. */
KL_API kl_status kl_registry_new(kl_registry **out, kl_error *error);
/**
 * Add a node type that calls `callable` (borrowed) with one map of inputs and takes a map of
 * outputs. KL_INVALID when the name is taken, KL_STATE while a runtime uses the registry.
 * @param inputs, outputs  arrays of port names
 */
KL_API kl_status kl_registry_add_callback(kl_registry *registry, kl_text name, kl_value callable,
                                          kl_value inputs, kl_value outputs, kl_error *error);
/** Names of all types, sorted; given. */
KL_API kl_status kl_registry_names(kl_value *out, kl_registry *registry, kl_error *error);
/** Whether there is a type, built-in or registered, or an alias of that name. */
KL_API bool kl_registry_has(kl_registry *registry, kl_text name);

/* ---- builder --------------------------------------------------------------------------------- */

/** An empty builder; given. */
KL_API kl_status kl_builder_new(kl_builder **out, kl_error *error);
/** `config` is a map or null; borrowed. Nothing is checked before the build. */
KL_API kl_status kl_builder_add_node(kl_builder *builder, kl_text type, kl_text id, kl_value config,
                                     kl_error *error);
/** Connect an output of one node to an input of another. KL_STATE when the builder is used up. */
KL_API kl_status kl_builder_connect(kl_builder *builder, kl_text source, kl_text source_output,
                                    kl_text target, kl_text target_input, kl_error *error);
/** A connection through a gate that `when` opens; see predicate grammar in docs/workflows.md. */
KL_API kl_status kl_builder_connect_when(kl_builder *builder, kl_text source, kl_text source_output,
                                         kl_text target, kl_text target_input, kl_value when,
                                         kl_error *error);
/** Whether the graph may have cycles; the runtime must allow them too. */
KL_API kl_status kl_builder_enable_cycles(kl_builder *builder, bool enabled, kl_error *error);
/** Try a node again when it fails, as `policy` (a RetryPolicy object, borrowed) says. */
KL_API kl_status kl_builder_set_retry(kl_builder *builder, kl_text node, kl_value policy,
                                      kl_error *error);
/** Read a definition; given. KL_STATE with line, column and path of what is wrong. */
KL_API kl_status kl_builder_from_json(kl_builder **out, kl_text json, kl_error *error);
/**
 * All faults of a definition, so that they can be mended at once: an array of maps with line and
 * column (from 1), path ("nodes[3].config.url", "" for the whole) and message, in the order of the
 * text; given. Empty when it can be built. Cycles are looked for once everything else is right.
 */
KL_API kl_status kl_definition_faults(kl_value *out, kl_text json, kl_registry *registry,
                                      kl_error *error);
/** The definition as canonical JSON text; given. */
KL_API kl_status kl_builder_to_json(kl_value *out, kl_builder *builder, bool strict,
                                    kl_error *error);
/** Check and freeze; given. The builder is used up on success and stays as it was on failure. */
KL_API kl_status kl_builder_build(kl_workflow **out, kl_builder *builder, kl_registry *registry,
                                  kl_error *error);

/* ---- workflow -------------------------------------------------------------------------------- */

/** Number of nodes, gates of kl_builder_connect_when() counted. */
KL_API size_t kl_workflow_node_count(const kl_workflow *workflow);
/** Number of connections; one through a gate counts as two. */
KL_API size_t kl_workflow_connection_count(const kl_workflow *workflow);
/** Number of levels: the longest way from a root, counted in nodes. */
KL_API size_t kl_workflow_level_count(const kl_workflow *workflow);
/** Whether the graph has a cycle. */
KL_API bool kl_workflow_has_cycles(const kl_workflow *workflow);
/** The definition as a map with sorted configs; given. */
KL_API kl_status kl_workflow_definition(kl_value *out, const kl_workflow *workflow,
                                        kl_error *error);
/** Level of node `index` (insertion order). */
KL_API size_t kl_workflow_level(const kl_workflow *workflow, size_t index);
/** The graph in the DOT language of Graphviz, UTF-8; given. */
KL_API kl_status kl_workflow_dot(kl_value *out, const kl_workflow *workflow, kl_error *error);
/**
 * The graph as an SVG document: levels from left to right, gates as diamonds, light or dark as the
 * viewer prefers; given. KL_LIMIT beyond 20,000 nodes or connections.
 */
KL_API kl_status kl_workflow_svg(kl_value *out, const kl_workflow *workflow, kl_error *error);

/* ---- runtime --------------------------------------------------------------------------------- */

/** `config` is an object of kl_runtime_config_type or null for the defaults; borrowed. */
KL_API kl_status kl_runtime_new(kl_runtime **out, kl_registry *registry, kl_value config,
                                kl_error *error);

/** Called on the running thread after each node: id, status, seconds. */
typedef void kl_progress(void *data, kl_text node_id, bool ok, double seconds);

/** What one execution may be given; all may stay zero. */
typedef struct kl_run_options {
    double soft_time_limit; /* seconds; < 0 or 0 with has_soft = false: none */
    double time_limit;
    bool has_soft, has_hard;
    kl_value node_inputs;   /* map node -> map of values that only this node gets, or null */
    kl_progress *progress;
    void *progress_data;
} kl_run_options;

/**
 * Run `workflow` on `inputs` (a map or null; borrowed). `*out` is given: the result map with
 * results, run_id, metadata, and skipped, inert_gates when there are any.
 * On failure the error's details hold node_id, run_id, partial_results.
 */
KL_API kl_status kl_runtime_execute(kl_value *out, kl_runtime *runtime, kl_workflow *workflow,
                                    kl_value inputs, const kl_run_options *options,
                                    kl_error *error);
/** Run in the background; `*out` is given. Ending the handle does not end the run. */
KL_API kl_status kl_runtime_start(kl_run_handle **out, kl_runtime *runtime, kl_workflow *workflow,
                                  kl_value inputs, const kl_run_options *options, kl_error *error);
/** Wait for its result; given. `seconds` < 0 = for ever, else KL_TIMEOUT after them. */
KL_API kl_status kl_run_handle_result(kl_value *out, kl_run_handle *handle, double seconds,
                                      kl_error *error);
/** Whether the run has ended, in whatever way. */
KL_API bool kl_run_handle_is_done(kl_run_handle *handle);
/** Start no further node while paused; nodes that run go on. */
KL_API void kl_run_handle_pause(kl_run_handle *handle, bool paused);
/** Ask the run to stop; its result is then KL_CANCELLED. */
KL_API void kl_run_handle_cancel(kl_run_handle *handle);
/**
 * Take no further runs, wait `seconds` for those under way, then cancel what is left. Counts the
 * runs that ended by themselves and those that had to be cancelled.
 */
KL_API kl_status kl_runtime_drain(uint32_t *drained, uint32_t *cancelled, kl_runtime *runtime,
                                  double seconds, kl_error *error);

/** The run whose node this thread is calling; borrowed, NULL outside of one. */
KL_API kl_run *kl_run_current(void);
/** What the face wanted kept for the callbacks of a run; borrowed, may be NULL. */
KL_API kl_foreign *kl_run_context(kl_run *run);

KL_END_DECLS
#endif
