/* src/store/graph_parts.h - inside of a graph, shared by graph.c and the running of queries. */
#ifndef KL_STORE_GRAPH_PARTS_H
#define KL_STORE_GRAPH_PARTS_H

#include "document_index.h"
#include "graph.h"
#include "key_index.h"
#include "mirror.h"

/* Slots in an array that grows. */
typedef struct graph_slots {
    size_t *items, count, capacity;
} graph_slots;

/*
 * While a query runs, nodes and relationships are values: bytes of a letter and slots. 'N' node,
 * 'R' relationship, 'P' path (node, relationship, node ...).
 */
typedef struct graph_node {
    kl_value id, labels, properties, ref;
    graph_slots out, in; /* relationships; dead ones are passed over */
    bool alive;
} graph_node;

typedef struct graph_relationship {
    kl_value id, type, properties, ref;
    size_t from, to;
    bool alive;
} graph_relationship;

typedef struct graph_label {
    kl_value name;
    graph_slots nodes; /* those that have or had it */
} graph_label;

typedef struct graph_index {
    kl_value label;
    kl_document_index entries; /* its path is the property */
} graph_index;

/* How to take back one change. */
typedef struct graph_undo {
    enum { UNDO_NODE, UNDO_RELATIONSHIP } kind;
    size_t slot;
    bool alive;                  /* before */
    kl_value labels, properties; /* before; owned */
} graph_undo;

struct kl_graph {
    kl_latch latch; /* guards all below */
    kl_mirror *mirror;
    graph_node *nodes;
    size_t node_count, node_capacity;
    graph_relationship *relationships;
    size_t relationship_count, relationship_capacity;
    kl_key_index ids; /* of nodes */
    graph_label *labels;
    size_t label_count, label_capacity;
    graph_index *indexes;
    size_t index_count;
    graph_undo *undos; /* of the change that is going on */
    size_t undo_count, undo_capacity;
    int64_t next_node, next_relationship;
};

/* One more place in an array that doubles. */
kl_status graph_grow(void *rows, size_t *capacity, size_t count, size_t size, kl_error *error);
kl_status graph_slots_push(graph_slots *to, size_t slot, kl_error *error);

/* Hold the graph; `writes` for a change, which end() keeps or, when `status` is no success, undoes. */
kl_status graph_begin(kl_graph *graph, bool writes, kl_latch_waiter waiter, kl_error *error);
kl_status graph_end(kl_graph *graph, bool writes, kl_status status, kl_error *error);

/* Changes, each of which can be undone. Values are borrowed. */
kl_status graph_add_node(size_t *slot, kl_graph *graph, kl_value labels, kl_value properties,
                         kl_error *error);
kl_status graph_add_relationship(size_t *slot, kl_graph *graph, size_t from, size_t to,
                                 kl_value type, kl_value properties, kl_error *error);
kl_status graph_set_node(kl_graph *graph, size_t slot, kl_value labels, kl_value properties,
                         kl_error *error);
kl_status graph_set_relationship(kl_graph *graph, size_t slot, kl_value properties, kl_error *error);
kl_status graph_remove_node(kl_graph *graph, size_t slot, kl_error *error);
kl_status graph_remove_relationship(kl_graph *graph, size_t slot, kl_error *error);
/* Relationships of a node that are alive. */
size_t graph_degree(const kl_graph *graph, size_t slot);

bool graph_has_label(const kl_graph *graph, size_t slot, kl_text label);
const graph_label *graph_find_label(const kl_graph *graph, kl_text name);
const graph_index *graph_find_index(const kl_graph *graph, kl_text label, kl_text property);

/* References. */
char graph_ref_kind(kl_value value); /* 'N', 'R', 'P', or 0 for any other value */
size_t graph_ref_slot(kl_value ref, size_t index);
size_t graph_ref_count(kl_value ref);
kl_status graph_ref_make(kl_value *out, char kind, const size_t *slots, size_t count,
                         kl_error *error);

/* A value with references as what they stand for; given. */
kl_status graph_tell(kl_value *out, const kl_graph *graph, kl_value value, kl_error *error);

#endif
