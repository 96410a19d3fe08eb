/* src/dataflow/operations.h - what can be done with the rows of a model, once for all faces.
 *
 * Each operation checks its arguments against the table, asks tenancy and classification, builds
 * one statement (statement.h) and reads what comes back. All arguments are borrowed, all results
 * given.
 */
#ifndef KL_DATAFLOW_OPERATIONS_H
#define KL_DATAFLOW_OPERATIONS_H

#include "database.h"

/* Which rows, in which order, how many. */
typedef struct kl_selection {
    kl_value filters;   /* array of FilterCondition, a filter object (map), or null */
    kl_value order_by;  /* string or array of strings ("-col" = descending), or null */
    kl_value order_dir; /* "asc", "desc" or null */
    int64_t limit;      /* -1 = none */
    int64_t offset;
    bool include_deleted;
    bool for_update;
    bool allow_all; /* a write may do without a condition */
} kl_selection;
#define KL_SELECTION_INIT                                                                          \
    {                                                                                              \
        .limit = -1                                                                                \
    }

KL_API kl_status kl_row_create(kl_value *row, kl_data_session *session, const kl_table *table,
                               kl_value data, kl_error *error);
/* Null when there is no such row. */
KL_API kl_status kl_row_read(kl_value *row, kl_data_session *session, const kl_table *table,
                             kl_value key, bool include_deleted, bool for_update, kl_error *error);
KL_API kl_status kl_rows_list(kl_value *rows, kl_data_session *session, const kl_table *table,
                              const kl_selection *selection, kl_error *error);
KL_API kl_status kl_rows_count(int64_t *count, kl_data_session *session, const kl_table *table,
                               const kl_selection *selection, kl_error *error);
/* `row` may be NULL: then it is not read back, and `affected` says whether there was one. */
KL_API kl_status kl_row_update(kl_value *row, int64_t *affected, kl_data_session *session,
                               const kl_table *table, kl_value key, kl_value data, kl_error *error);
KL_API kl_status kl_row_delete(int64_t *affected, kl_data_session *session, const kl_table *table,
                               kl_value key, kl_error *error);
KL_API kl_status kl_row_restore(bool *done, kl_data_session *session, const kl_table *table,
                                kl_value key, kl_error *error);
/* `created` (may be NULL): it was inserted. `conflict`: array of column names, or null for the key.
 */
KL_API kl_status kl_row_upsert(kl_value *row, bool *created, kl_data_session *session,
                               const kl_table *table, kl_value data, kl_value conflict,
                               kl_error *error);
KL_API kl_status kl_rows_create(kl_value *rows, kl_data_session *session, const kl_table *table,
                                kl_value items, kl_error *error);
KL_API kl_status kl_rows_update(int64_t *matched, kl_data_session *session, const kl_table *table,
                                const kl_selection *selection, kl_value updates, kl_error *error);
KL_API kl_status kl_rows_delete(int64_t *matched, kl_data_session *session, const kl_table *table,
                                const kl_selection *selection, kl_error *error);
/* `rows` may be NULL. */
KL_API kl_status kl_rows_upsert(kl_value *rows, int64_t *created, int64_t *updated,
                                kl_data_session *session, const kl_table *table, kl_value items,
                                kl_value conflict, kl_error *error);
/* `specs`: array of AggregateSpec; `group_by`: array of column names, may be empty. */
KL_API kl_status kl_rows_aggregate(kl_value *rows, kl_data_session *session, const kl_table *table,
                                   kl_value specs, kl_value group_by, const kl_selection *selection,
                                   kl_error *error);

#endif
