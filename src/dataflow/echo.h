/* src/dataflow/echo.h - the row that an insert has stored, told without asking the database.
 *
 * In SQLite, RETURNING costs more than the insert itself: it keeps its rows in a table of its own. And
 * PostgreSQL's COPY gives nothing back. Where the table is as DataFlow would make it and each value is
 * of the kind that its column keeps as it is, the stored row is known: what was bound, and its key.
 */
#ifndef KL_DATAFLOW_ECHO_H
#define KL_DATAFLOW_ECHO_H

#include "statement.h"

/* Whether single rows of this table are told so: in SQLite alone, which is asked once. */
KL_API kl_status kl_can_echo(bool *out, kl_data_session *session, const kl_table *table,
                             kl_error *error);

/* What a table of PostgreSQL is asked: whether its rows can be told so, as it is now, and for numbers of the
 * sequence of its key. The answer is read later, so that there is time for other work, but for statements. */
typedef struct kl_echo {
    kl_data_session *session;
    const kl_table *table;
    size_t count;     /* of numbers */
    kl_value numbers; /* array: the first of numbers that follow one another, or all; owned */
    kl_buffer text;
    kl_value values[3];
    kl_sql_cursor cursor;
} kl_echo;

/* Ask; `numbers` may be 0. kl_echo_answer() must follow a success, and after that kl_value_release() of the
 * numbers, whether it succeeded or not. */
KL_API kl_status kl_echo_ask(kl_echo *echo, kl_data_session *session, const kl_table *table,
                             size_t numbers, kl_error *error);
KL_API kl_status kl_echo_answer(bool *fits, kl_echo *echo, kl_error *error);
KL_API int64_t kl_echo_number(const kl_echo *echo, size_t index);

/* Whether the values of one inserted row will be stored as they are. */
KL_API bool kl_echo_fits(const kl_plan *plan, const kl_table *table, const kl_value *values);
/* The row of `values`, stored under `rowid` unless they have a key; given. Nothing is masked. `list` is that
 * which it will stand in, or NULL. */
KL_API kl_status kl_echo_row(kl_value *row, const kl_plan *plan, const kl_table *table,
                             const kl_value *values, int64_t rowid, kl_row_list *list, kl_error *error);

#endif
