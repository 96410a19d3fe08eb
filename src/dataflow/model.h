/* src/dataflow/model.h - what a model says: its table and fields, as they are declared.
 *
 *   kl_column  a FieldDef: one field of a model; never changed once it is part of one
 *   kl_model   a ModelDefinition: may grow until it is registered; who registers it works with a
 *              kl_table (table.h), which is made of it and never changes
 */
#ifndef KL_DATAFLOW_MODEL_H
#define KL_DATAFLOW_MODEL_H

#include "kailash/type.h"

/* The kinds of fields; a FieldType is the object of one. */
typedef enum kl_column_kind {
    KL_COLUMN_INTEGER,
    KL_COLUMN_FLOAT,
    KL_COLUMN_TEXT,
    KL_COLUMN_BOOLEAN,
    KL_COLUMN_TIMESTAMP,
    KL_COLUMN_JSON,
    KL_COLUMN_UUID,
    KL_COLUMN_VECTOR,
} kl_column_kind;

/* How timestamps, JSON and UUIDs lie in PostgreSQL: as text, or in its own types. */
typedef enum kl_pg_mode { KL_PG_INHERIT, KL_PG_ANY_COMPAT, KL_PG_NATIVE } kl_pg_mode;

/* Longest name of a table or column: that of PostgreSQL. */
enum { KL_IDENTIFIER_MAX = 63 };

typedef struct kl_column {
    kl_object object;
    kl_value name;           /* string */
    kl_value type;           /* the FieldType; .kind says the same */
    kl_value initial;        /* what a row has that gives no value; null and none are two things */
    kl_value references;     /* map {table, column}, or null */
    kl_value classification; /* of kl_data_classification_type; null = undeclared */
    kl_value masking;        /* of kl_masking_strategy_type, or null */
    kl_column_kind kind;
    bool is_primary_key, is_nullable, is_required, is_unique, is_indexed;
    bool is_auto_managed;    /* created_at and updated_at: written by DataFlow alone */
    bool is_soft_delete;
    bool has_initial;
    bool allows_query_reference;
} kl_column;
extern KL_API const kl_type kl_column_type;     /* FieldDef */
extern KL_API const kl_type kl_field_type_type; /* FieldType */

typedef struct kl_model {
    kl_object object;
    kl_value name;         /* string: free text */
    kl_value table;        /* string: an identifier */
    kl_value columns;      /* array of kl_column, in the order they were declared */
    kl_value tenant;       /* string: name of the tenant column, or null */
    kl_value level;        /* string: name of the column of row classification, or null */
    kl_pg_mode pg_mode;
    bool has_timestamps;
} kl_model;
extern KL_API const kl_type kl_model_type; /* ModelDefinition */

/* Whether a name may stand in SQL: [A-Za-z_][A-Za-z0-9_]*, at most KL_IDENTIFIER_MAX bytes. */
KL_API bool kl_is_sql_identifier(kl_text name);
/* "any_compat" or "native"; KL_INVALID for other words. */
KL_API kl_status kl_pg_mode_of(kl_pg_mode *out, kl_text word, kl_error *error);
/* What validate() checks; KL_RUNTIME with its message. */
KL_API kl_status kl_model_check(const kl_model *model, kl_error *error);
/* Whether two definitions say the same, field by field. */
KL_API bool kl_model_same(const kl_model *a, const kl_model *b);
KL_API size_t kl_model_column_count(const kl_model *model);
KL_API const kl_column *kl_model_column_at(const kl_model *model, size_t index);
/* By name; NULL when there is none. */
KL_API const kl_column *kl_model_column(const kl_model *model, kl_text name);

#endif
