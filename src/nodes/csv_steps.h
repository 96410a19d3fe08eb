/* src/nodes/csv_steps.h - what CSVProcessorNode does to rows between reading and writing them. */
#ifndef KL_NODES_CSV_STEPS_H
#define KL_NODES_CSV_STEPS_H

#include "kailash/node.h"

/* ---- choosing and renaming columns ------------------------------------------------------------ */

/* Where each cell of an output row comes from; made once for each shape of input rows. */
typedef struct csv_projection {
    kl_value select;  /* array of input names, or null = all; borrowed */
    kl_value rename;  /* map from input name to output name, or null; borrowed */
    kl_value columns; /* array of output names, or null = all; borrowed */
    kl_keys *from;    /* shape that the rest is for */
    kl_keys *to;
    ptrdiff_t *sources; /* position in `from` of each key of `to`; -1 = null */
} csv_projection;

bool csv_projection_is_needed(const csv_projection *projection);
/* The output names of rows with the keys `names` (an array of strings); given. */
kl_status csv_projection_names(kl_value *out, const csv_projection *projection, kl_value names,
                               kl_error *error);
/* Put the projected row in place of `*row`. */
kl_status csv_project(kl_value *row, csv_projection *projection, kl_error *error);
void csv_projection_end(csv_projection *projection);

/* ---- grouping ---------------------------------------------------------------------------------- */

typedef struct csv_groups csv_groups;

/*
 * Groups of rows by the cells of `group_by` (array of names, may be empty), each giving one row of
 * these and of `aggregates` (map from output name to {op, field}); given. Refuses an unknown op.
 */
kl_status csv_groups_new(csv_groups **out, kl_value group_by, kl_value aggregates, kl_error *error);
kl_status csv_groups_add(csv_groups *groups, kl_value row, kl_error *error);
/* Names of the columns of the groups' rows; borrowed. */
kl_value csv_groups_columns(const csv_groups *groups);
/* One row per group in order of first appearance: an array; given. */
kl_status csv_groups_rows(kl_value *out, csv_groups *groups, kl_error *error);
void csv_groups_free(csv_groups *groups);

/* ---- order and doubles ------------------------------------------------------------------------- */

/* Sort an array of rows by the columns `sort_by` (array of names); stable. Texts that are numbers
 * sort as numbers. */
kl_status csv_sort(kl_value *rows, kl_value sort_by, bool descending, kl_error *error);

/* Whether a row with these cells was seen before; `*seen` (a map) remembers it. */
kl_status csv_seen(bool *out, kl_value *seen, kl_value row, kl_error *error);

#endif
