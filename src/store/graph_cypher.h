/* src/store/graph_cypher.h - queries in Cypher as trees.
 *
 *   query      clause+
 *   clause     [OPTIONAL] MATCH patterns [WHERE e] | CREATE patterns | SET items | REMOVE items
 *            | MERGE pattern [ON CREATE SET items] [ON MATCH SET items] | [DETACH] DELETE e, ...
 *            | UNWIND e AS name | WITH projection [WHERE e] | RETURN projection
 *   projection [DISTINCT] (* | e [AS name], ...) [ORDER BY e [ASC|DESC], ...] [SKIP e] [LIMIT e]
 *   pattern    [name =] (name:Label {k: e})-[name:TYPE|TYPE *1..3 {k: e}]->(...) ...
 *   e          OR XOR AND NOT = <> < <= > >= =~ IN STARTS WITH ENDS WITH CONTAINS IS [NOT] NULL
 *              + - * / % ^ a.b a[i] a[i..j] a:Label $name f(...) count(*) CASE [x IN l WHERE e | e]
 */
#ifndef KL_STORE_GRAPH_CYPHER_H
#define KL_STORE_GRAPH_CYPHER_H

#include "kailash/value.h"

enum { CYPHER_DEPTH_MAX = 64, CYPHER_HOPS_MAX = 64, CYPHER_PATTERNS_MAX = 64,
       CYPHER_LENGTH_MAX = 1 << 20 };

typedef enum cypher_kind {
    CYPHER_LITERAL,   /* value */
    CYPHER_PARAMETER, /* value: name */
    CYPHER_VARIABLE,  /* value: name */
    CYPHER_LIST,      /* parts */
    CYPHER_MAP,       /* parts; names: their keys */
    CYPHER_PROPERTY,  /* parts[0]; value: key */
    CYPHER_INDEX,     /* parts[0][parts[1]] */
    CYPHER_SLICE,     /* parts[0][parts[1]..parts[2]], which may be NULL */
    CYPHER_LABELS,    /* parts[0] has all labels of value (array) */
    CYPHER_CALL,      /* value: name in small letters; parts; distinct */
    CYPHER_COUNT_ALL,
    CYPHER_CASE,      /* parts: subject or NULL, then when, then pairs, then otherwise or NULL */
    CYPHER_COMPREHENSION, /* value: name; parts: list, where or NULL, what or NULL */
    CYPHER_OR, CYPHER_XOR, CYPHER_AND, CYPHER_NOT,
    CYPHER_EQ, CYPHER_NE, CYPHER_LT, CYPHER_LE, CYPHER_GT, CYPHER_GE, CYPHER_MATCHES,
    CYPHER_IN, CYPHER_STARTS, CYPHER_ENDS, CYPHER_CONTAINS, CYPHER_IS_NULL, CYPHER_IS_NOT_NULL,
    CYPHER_ADD, CYPHER_SUBTRACT, CYPHER_MULTIPLY, CYPHER_DIVIDE, CYPHER_MODULO, CYPHER_POWER,
    CYPHER_NEGATE,
} cypher_kind;

typedef struct cypher_expression cypher_expression;
struct cypher_expression {
    cypher_kind kind;
    kl_text source; /* as it stands in the query */
    kl_value value; /* owned */
    cypher_expression **parts; /* owned by the query, as all trees are */
    size_t count;
    kl_value names;
    bool distinct;
};

typedef struct cypher_node {
    kl_text name;    /* empty = none */
    kl_value labels; /* owned array */
    cypher_expression *properties; /* a map, a parameter, or NULL */
    const char *at;
} cypher_node;

typedef enum cypher_direction { CYPHER_BOTH, CYPHER_OUT, CYPHER_IN_WARDS } cypher_direction;

typedef struct cypher_hop {
    kl_text name;
    kl_value types; /* owned array; empty = any */
    cypher_expression *properties;
    cypher_direction direction;
    bool many;       /* a path of min to max relationships */
    size_t min, max;
    const char *at;
} cypher_hop;

/* Nodes with a hop between each two. */
typedef struct cypher_pattern {
    kl_text name; /* of the path, or empty */
    cypher_node *nodes;
    cypher_hop *hops;
    size_t hop_count;
} cypher_pattern;

typedef enum cypher_set_kind {
    CYPHER_SET_PROPERTY, /* target.name = value */
    CYPHER_SET_ALL,      /* target = value */
    CYPHER_SET_MORE,     /* target += value */
    CYPHER_SET_LABELS,   /* target:labels */
    CYPHER_REMOVE_PROPERTY,
    CYPHER_REMOVE_LABELS,
} cypher_set_kind;

typedef struct cypher_set {
    cypher_set_kind kind;
    cypher_expression *target, *value;
    kl_text name;
    kl_value labels; /* owned */
} cypher_set;

typedef struct cypher_item {
    cypher_expression *expression;
    kl_text name; /* of its own, or its source */
    bool named, descending;
} cypher_item;

typedef enum cypher_clause_kind {
    CYPHER_MATCH, CYPHER_CREATE, CYPHER_MERGE, CYPHER_SET, CYPHER_DELETE, CYPHER_UNWIND, CYPHER_WITH,
    CYPHER_RETURN,
} cypher_clause_kind;

typedef struct cypher_clause {
    cypher_clause_kind kind;
    bool optional, detach, distinct, all;
    const char *at;
    cypher_pattern *patterns;
    size_t pattern_count;
    cypher_expression *where, *skip, *limit;
    cypher_set *sets;       /* SET, REMOVE; of MERGE: ON CREATE, then ON MATCH from `on_match` */
    size_t set_count, on_match;
    cypher_item *items, *orders; /* also what DELETE and UNWIND have */
    size_t item_count, order_count;
} cypher_clause;

typedef struct cypher_query {
    kl_text text; /* borrowed */
    cypher_clause *clauses;
    size_t clause_count;
    bool writes;
    cypher_expression **expressions; /* all of them */
    size_t expression_count, expression_capacity;
} cypher_query;

/* Parse; given. `text` is borrowed as long as the query lives. KL_SYNTAX with line and column. */
KL_API kl_status cypher_parse(cypher_query **out, kl_text text, kl_error *error);
KL_API void cypher_free(cypher_query *query);

#endif
