/* src/dataflow/row.h - what the files of the operations share. */
#ifndef KL_DATAFLOW_ROW_H
#define KL_DATAFLOW_ROW_H

#include "access.h"
#include "operations.h"
#include "statement.h"
#include "table.h"

/* Flags of the variants of plans, beside those of scopes (access.h). */
enum {
    KL_VARIANT_LOCK = 16,     /* FOR UPDATE */
    KL_VARIANT_NO_KEY = 32,   /* the key is given as null: that is no key */
    KL_VARIANT_RETURNS = 64,  /* the row is read back by the statement itself */
    KL_VARIANT_TELLS_NEW = 128, /* a column more tells whether it was inserted */
};

/* Whether the database can give back what it has written, in the statement that writes. */
KL_API bool kl_can_return(const kl_data_session *session, const kl_table *table, kl_plan_kind kind);

/* RowLockUnsupportedError where the database cannot lock rows. */
KL_API kl_status kl_check_lock(const kl_data_session *session, const kl_table *table,
                               kl_error *error);

/* The key of a row in the form of its column; `*usable` is false when no row can have it. Given. */
KL_API kl_status kl_key_bind(kl_value *out, bool *usable, const kl_table *table, kl_value key,
                             kl_error *error);

/* The columns and placeholders of an insert: "INSERT INTO t (a, b) VALUES (?, ?)". Checks the keys
 * of the caller's map. */
KL_API kl_status kl_draft_insert(kl_plan_draft *draft, const kl_plan_key *key, kl_error *error);
/* The plan of an insert, which gives the row back when the variant says so. */
KL_API kl_status kl_make_insert(kl_plan_draft *draft, const kl_plan_key *key, kl_error *error);
/* End the text of an insert so that it gives all columns of the row; and, on PostgreSQL alone, one more, whether
 * it was new. */
KL_API kl_status kl_draft_returning(kl_plan_draft *draft, bool tells_new, kl_error *error);
/* The plans of an upsert: change the row that is there, let it alone, and the same for MySQL, which counts in
 * @kailash_met how many were there. */
KL_API kl_status kl_make_upsert(kl_plan_draft *draft, const kl_plan_key *key, kl_error *error);
KL_API kl_status kl_make_insert_new(kl_plan_draft *draft, const kl_plan_key *key, kl_error *error);
KL_API kl_status kl_make_mysql_upsert(kl_plan_draft *draft, const kl_plan_key *key, kl_error *error);
/* The columns by which an existing row is found: those of `conflict`, or the key. */
KL_API size_t kl_conflict_count(kl_value conflict);
KL_API size_t kl_conflict_at(const kl_table *table, kl_value conflict, size_t index);
/* The variant bits that the caller's map asks for. */
KL_API uint32_t kl_insert_variant(const kl_table *table, kl_value data);

/* Whether an assignment to a column is refused, left out, or made. */
typedef enum kl_writable { KL_WRITE, KL_WRITE_NOT, KL_WRITE_REFUSED } kl_writable;
KL_API kl_writable kl_column_writable(const kl_table *table, size_t column);
/* Find a column that an update assigns to; KL_NO_COLUMN = it is left out. */
KL_API kl_status kl_update_column(size_t *out, const kl_data_session *session,
                                  const kl_table *table, kl_value name, kl_error *error);

/* A row that its writer may not see: the key alone stays readable. `row` is taken. */
KL_API kl_status kl_hide_row(kl_value *out, const kl_table *table, kl_value row, kl_error *error);
static inline bool kl_writes_above_clearance(const kl_data_session *session, const kl_table *table)
{
    return table->level != KL_NO_COLUMN && session->caller.level > session->caller.clearance;
}

/* As kl_row_create() and kl_row_upsert(), of a record that has passed the rules. */
KL_API kl_status kl_row_insert(kl_value *row, kl_data_session *session, const kl_table *table,
                               kl_value data, kl_error *error);
/* The same with a time that several rows have together: `*now` as in kl_plan_input. */
KL_API kl_status kl_row_insert_at(kl_value *row, kl_data_session *session, const kl_table *table,
                                  kl_value data, kl_value *now, kl_error *error);
KL_API kl_status kl_row_put(kl_value *row, bool *created, kl_data_session *session,
                            const kl_table *table, kl_value data, kl_value conflict,
                            kl_error *error);

/* The plan of KL_PLAN_INSERT, _READ, _UPDATE or _DELETE as it is made for `data`, without what reads the
 * row back; given. */
KL_API kl_status kl_row_plan(const kl_plan **out, const kl_data_session *session,
                             const kl_table *table, kl_plan_kind kind, kl_value data,
                             kl_error *error);

/* Run a plan whose rows do not matter. */
KL_API kl_status kl_plan_run(kl_sql_effect *effect, const kl_plan *plan, kl_data_session *session,
                             const kl_table *table, kl_plan_input *input, kl_error *error);
/* Run a plan that gives one row, or null. */
KL_API kl_status kl_plan_row(kl_value *row, const kl_plan *plan, kl_data_session *session,
                             const kl_table *table, kl_plan_input *input, kl_error *error);

#endif
