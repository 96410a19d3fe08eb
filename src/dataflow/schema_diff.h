/* src/dataflow/schema_diff.h - in what a live database differs from the registered models. */
#ifndef KL_DATAFLOW_SCHEMA_DIFF_H
#define KL_DATAFLOW_SCHEMA_DIFF_H

#include "table.h"

typedef enum kl_change_kind {
    KL_CHANGE_CREATE_TABLE,
    KL_CHANGE_ADD_COLUMN,
    KL_CHANGE_ALTER_COLUMN, /* its type, whether it may be null, or both */
    KL_CHANGE_DROP_COLUMN,
    KL_CHANGE_ADD_INDEX,
    KL_CHANGE_DROP_INDEX, /* unique ones too */
    KL_CHANGE_ADD_UNIQUE,
    KL_CHANGE_ADD_REFERENCE,
    KL_CHANGE_DROP_REFERENCE,
} kl_change_kind;

typedef struct kl_change {
    kl_change_kind kind;
    const kl_table *table;
    const kl_column *column; /* of the model; NULL when it is not in it */
    kl_value live_table;     /* map of kl_schema_table(), or null: there is no such table */
    kl_value live;           /* map of the column, index or foreign key that is there, or null; of a new
                                index in MySQL: the one of a foreign key that it replaces */
    bool type_differs, null_differs;
    bool is_part;   /* of a change that stands in the list by itself: of a new column, say */
} kl_change;

/* All that keeps a database from being what the models say. What is there beyond the models is
 * removed only when that was asked for; `kept` tells it otherwise. */
typedef struct kl_changes {
    kl_change *items; /* table by table; of each first what goes, then columns, then what comes */
    size_t count, cap;
    kl_value tables; /* array of kl_table: what the items borrow from */
    kl_value live;   /* array of maps: likewise */
    kl_value kept;   /* array of strings such as "column users.nick" */
} kl_changes;

/* Compare. `tables` is an array of kl_table. End it with kl_changes_clear(). KL_STATE when a
 * difference is none that statements can mend: another primary key. */
KL_API kl_status kl_schema_diff(kl_changes *out, kl_sql *sql, kl_value tables, bool allow_drops,
                                kl_error *error);
KL_API void kl_changes_clear(kl_changes *changes);
/* Those that are no part of others. */
KL_API size_t kl_changes_count(const kl_changes *changes);

/* Whether a live type ("varchar(255)") is what DDL names so ("VARCHAR(255)"). */
KL_API bool kl_schema_type_is(kl_text live, const char *wanted, kl_sql_dialect dialect);

#endif
