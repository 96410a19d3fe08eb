/* src/store/graph.h - property graphs: nodes with labels, relationships with a type, both with
 * properties; in memory, and in an SQLite file beside it when one is named. Any thread may use one.
 *
 * Nodes are told as {id, labels, properties}, relationships as {id, type, from_id, to_id, properties};
 * ids are node_1, node_2 ... and rel_1 ... and are never given twice.
 */
#ifndef KL_STORE_GRAPH_H
#define KL_STORE_GRAPH_H

#include "kailash/value.h"
#include "latch.h"

typedef struct kl_graph kl_graph;

/* The graph `name`; given. `file` is an SQLite file or URL, empty = in memory only. */
KL_API kl_status kl_graph_new(kl_graph **out, kl_text name, kl_text file, kl_error *error);
KL_API void kl_graph_free(kl_graph *graph);

/* A node; its id, given. `labels` is an array of strings, `properties` a map or null. */
KL_API kl_status kl_graph_create_node(kl_value *id, kl_graph *graph, kl_value labels,
                                      kl_value properties, kl_latch_waiter waiter, kl_error *error);
/* KL_NOT_FOUND: "source node not found: node_9", "target node not found: node_9" */
KL_API kl_status kl_graph_create_relationship(kl_value *id, kl_graph *graph, kl_text from,
                                              kl_text to, kl_text type, kl_value properties,
                                              kl_latch_waiter waiter, kl_error *error);
/* With its relationships. KL_NOT_FOUND: "node not found: node_9" */
KL_API kl_status kl_graph_delete_node(kl_graph *graph, kl_text id, kl_latch_waiter waiter,
                                      kl_error *error);
/* The nodes with all labels and properties (a map or null) as an array; given. */
KL_API kl_status kl_graph_match(kl_value *out, kl_graph *graph, kl_value labels,
                                kl_value properties, kl_latch_waiter waiter, kl_error *error);
/* An index on a property of the nodes with a label; it lives as long as the process. */
KL_API kl_status kl_graph_create_index(kl_graph *graph, kl_text label, kl_text property,
                                       kl_latch_waiter waiter, kl_error *error);

typedef struct kl_graph_result {
    kl_value columns; /* array of strings; empty without RETURN */
    kl_value rows;    /* array of maps */
    bool bare;        /* RETURN gives one variable, without a name of its own */
    size_t nodes_created, relationships_created, nodes_deleted, relationships_deleted,
        properties_set, labels_changed;
    size_t examined;  /* nodes that were looked at as starts of patterns */
} kl_graph_result;

/* Steps that a query may take unless told: values computed, relationships looked at. Some seconds. */
#define KL_GRAPH_STEPS_MAX ((uint64_t)10000000)

/*
 * Run a query in Cypher (see graph_cypher.h for what it knows); the result is to be cleared. `params`
 * is a map or null. KL_SYNTAX and KL_INVALID have line and column, KL_LIMIT comes beyond `steps_max`. A
 * query that fails changes nothing.
 */
KL_API kl_status kl_graph_query(kl_graph_result *out, kl_graph *graph, kl_text query,
                                kl_value params, uint64_t steps_max, kl_latch_waiter waiter,
                                kl_error *error);
KL_API void kl_graph_result_clear(kl_graph_result *result);

#endif
