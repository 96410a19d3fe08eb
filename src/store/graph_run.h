/* src/store/graph_run.h - running Cypher: what the parts of it share.
 *
 * A row is a map of variables. Every clause takes the rows of the one before and gives its own.
 */
#ifndef KL_STORE_GRAPH_RUN_H
#define KL_STORE_GRAPH_RUN_H

#include "graph_cypher.h"
#include "graph_parts.h"
#include "work.h"

typedef struct cypher_run {
    kl_graph *graph;
    const cypher_query *query;
    kl_value params; /* a map or null */
    kl_work work;
    kl_graph_result *result;
} cypher_run;

/* Where an expression is computed. */
typedef struct cypher_scope {
    kl_value row;
    const kl_value *group; /* the rows that aggregates are over; NULL = none may stand here */
    size_t group_count;
} cypher_scope;

/* Compute; given. KL_INVALID with line and column. */
kl_status cypher_value(kl_value *out, const cypher_expression *it, cypher_run *run,
                       const cypher_scope *scope, kl_error *error);
/* Whether a condition holds: null does not. */
kl_status cypher_holds(bool *out, const cypher_expression *it, cypher_run *run, kl_value row,
                       kl_error *error);
bool cypher_has_aggregate(const cypher_expression *it);
/* "WHAT" at a place of the query. */
kl_status cypher_fail(const cypher_run *run, kl_text at, kl_error *error, const char *format, ...)
    KL_PRINTF(4, 5);

/* A function by its name in small letters, `args` computed; see graph_functions.c. */
typedef struct cypher_function {
    const char *name;
    size_t min, max;
    kl_status (*run)(kl_value *out, const kl_value *args, size_t count, cypher_run *run,
                     const cypher_expression *it, kl_error *error);
} cypher_function;
const cypher_function *cypher_find_function(kl_text name);

/* Properties of a node, a relationship or a map; borrowed, null for all else. */
kl_value cypher_properties(const cypher_run *run, kl_value value);

/* Order and equality as Cypher has them. `*known` is false where null takes part, or kinds differ. */
kl_status cypher_order(int *order, bool *known, kl_value a, kl_value b, kl_error *error);

/* MATCH: all rows that the patterns make of `row`, appended to `rows`; see graph_match.c. */
kl_status cypher_match(kl_value *rows, const cypher_pattern *patterns, size_t count,
                       const cypher_expression *where, cypher_run *run, kl_value row,
                       kl_error *error);
/* Set variables of patterns that `row` lacks to null (OPTIONAL MATCH). */
kl_status cypher_fill_nulls(kl_value *row, const cypher_pattern *patterns, size_t count,
                            kl_error *error);

#endif
