/* src/nodes/graphs_bolt.h - the operations of GraphDatabaseNode on a server that speaks Bolt. */
#ifndef KL_NODES_GRAPHS_BOLT_H
#define KL_NODES_GRAPHS_BOLT_H

#include "kailash/node.h"
#include "net/bolt.h"

/* What an operation gave; end it with kl_bolt_result_clear(). */
typedef struct kl_graphs_bolt {
    const kl_node_call *call;
    kl_bolt_settings server;
    kl_text database;
    int64_t timeout_ms;
    kl_value scope;
    kl_bolt *bolt; /* while an operation runs */
    kl_stream_watch watch;
} kl_graphs_bolt;

/* The arguments of the operations; all borrowed. */
typedef struct kl_graphs_bolt_task {
    kl_value query, params, labels, properties;
    kl_text from, to, type, node_id, property;
} kl_graphs_bolt_task;

typedef kl_status kl_graphs_bolt_fn(kl_bolt_result *out, kl_graphs_bolt *graph,
                                    const kl_graphs_bolt_task *task, kl_error *error);

/* Connect (or take a connection of the pool), run `operation` and give the connection back. Errors
 * are those of a node. */
kl_status kl_graphs_bolt_run(kl_bolt_result *out, kl_graphs_bolt *graph,
                             kl_graphs_bolt_fn *operation, const kl_graphs_bolt_task *task,
                             kl_error *error);

/* Rows as they come. */
kl_graphs_bolt_fn kl_graphs_bolt_query;
/* One row {id}. */
kl_graphs_bolt_fn kl_graphs_bolt_create_node, kl_graphs_bolt_create_relationship;
/* KL_NOT_FOUND when there is no such node. */
kl_graphs_bolt_fn kl_graphs_bolt_delete_node;
/* Rows {n}, a node each. */
kl_graphs_bolt_fn kl_graphs_bolt_match;
kl_graphs_bolt_fn kl_graphs_bolt_create_index;

#endif
