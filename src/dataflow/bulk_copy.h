/* src/dataflow/bulk_copy.h - many rows by COPY, where the database has it. */
#ifndef KL_DATAFLOW_BULK_COPY_H
#define KL_DATAFLOW_BULK_COPY_H

#include "statement.h"

/* Rows from which on it is worth its round trips, and those of one COPY. */
enum { KL_COPY_MIN = 1000, KL_COPY_MAX = 20000 };

/*
 * Store `count` items from `from` on, for all of which `plan` is; the rows are appended to `*rows` as
 * the caller may see them. `*done` is false, and nothing has happened, when the values would not be
 * stored as they are. `now` as in kl_plan_input.
 */
KL_API kl_status kl_bulk_copy(bool *done, kl_value *rows, kl_data_session *session,
                              const kl_table *table, const kl_plan *plan, kl_value items,
                              size_t from, size_t count, kl_value *now, kl_error *error);

#endif
