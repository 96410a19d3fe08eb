/* src/dataflow/bulk_upsert.h - many rows by one statement, which inserts or updates. */
#ifndef KL_DATAFLOW_BULK_UPSERT_H
#define KL_DATAFLOW_BULK_UPSERT_H

#include "statement.h"

/* Items `from` on of one list: all with the same keys, and with what tells whether their row is there. */
typedef struct kl_upsert_chunk {
    const kl_table *table;
    kl_value items;
    kl_value conflict; /* array of column names, or null for the key */
    size_t from, count;
    bool tells_new;    /* whether `created` is wanted */
    bool in_order;     /* whether the rows must be in the order of the items */
    kl_value *now;     /* as in kl_plan_input */
    kl_value rows;     /* what was written, as the caller may see it; owned */
    int64_t created;
} kl_upsert_chunk;

/*
 * Write them, within a transaction, and undo that again on any failure. KL_FAILED without more may be a matter
 * of one row, or only that it cannot be told here what became of each: then the rows are for one after the
 * other, which gives the exact error.
 */
kl_status kl_upsert_many(kl_upsert_chunk *chunk, kl_data_session *session, kl_error *error);
/* How many items like the first one statement takes at most; 1 = none takes several. */
size_t kl_upsert_most(const kl_upsert_chunk *chunk, const kl_data_session *session);

/* `text` of a plan with the placeholders of `count` rows instead of one; given. */
kl_status kl_repeat_row(kl_value *out, const kl_plan *plan, size_t count, kl_error *error);
/* The values of those rows, one after another; given: end them with kl_values_end(). */
kl_status kl_bind_items(kl_value *values, const kl_plan *plan, const kl_data_session *session,
                        const kl_table *table, kl_value items, size_t from, size_t count, kl_value *now,
                        kl_error *error);
/* Append the rows of a list. */
kl_status kl_append_rows(kl_value *to, kl_value rows, kl_error *error);

#endif
