/* src/dataflow/table.h - a registered model, made ready for one database: immutable and shared.
 *
 * Whatever a statement needs is worked out once, when the model is registered: the places of the
 * special columns, the quoted names, the list of columns, the shape of the rows.
 */
#ifndef KL_DATAFLOW_TABLE_H
#define KL_DATAFLOW_TABLE_H

#include "dialect.h"
#include "slab.h"

/* "No such column." */
#define KL_NO_COLUMN SIZE_MAX

typedef struct kl_table {
    kl_object object;
    kl_model *model; /* a copy of its own */
    kl_sql_dialect dialect;
    bool native;       /* PostgreSQL's own types for timestamps, JSON and UUIDs */
    bool json_decoded; /* json columns come out as values, not as text */
    bool strict_types;
    size_t count; /* of columns; all places below are indexes of them */
    const kl_column **columns;
    kl_value *quoted; /* strings: the quoted names */
    bool *plain;      /* whether a column's value needs no kl_column_read() */
    kl_value quoted_table;
    kl_value select_list; /* string: all columns as they are read, "a", "b"::text AS "b" */
    kl_value shape;       /* array of the names, in order */
    size_t key, tenant, level, created, updated, deleted; /* places, or KL_NO_COLUMN */
    kl_keys *keys; /* the shape that rows of all columns have */
    struct kl_plans *plans; /* statements made for it so far; see statement.h */
} kl_table;
extern KL_API const kl_type kl_table_type;

/* What the settings of a database give to its tables. */
typedef struct kl_table_options {
    kl_sql_dialect dialect;
    kl_pg_mode pg_mode;
    bool json_decoded, strict_types;
} kl_table_options;

/* Checks the model first. Given. */
KL_API kl_status kl_table_open(kl_table **out, const kl_model *model,
                               const kl_table_options *options, kl_error *error);
KL_API void kl_table_release(kl_table *table);
/* Place of a column by name, or KL_NO_COLUMN. */
KL_API size_t kl_table_find(const kl_table *table, kl_text name);
/* The same by a string value, whose hash is computed once only. */
KL_API size_t kl_table_find_string(const kl_table *table, kl_value name);
/* A list that rows are added to. Begin with its array; end with kl_slabs_end(). */
typedef struct kl_row_list {
    kl_value *rows;
    kl_slabs slabs; /* where the rows of a long list lie */
} kl_row_list;
/* A row that will stand in `list`, or by itself when that is NULL; given, its values are null. */
KL_API kl_status kl_row_new(kl_value *row, kl_value **values, const kl_table *table, kl_row_list *list,
                            kl_error *error);
/* Append a column as it is read: quoted, JSON in text. */
KL_API void kl_put_read_column(kl_buffer *out, const kl_table *table, size_t place);

#endif
