/* src/dataflow/statement.h - SQL as it is put together: a text and the values of its placeholders.
 *
 *   kl_statement  a text on its way, made anew for every call: lists, filters, aggregates
 *   kl_plan       a text that is made once for a table, an operation and a set of columns, and
 *                 where its values come from; kept with the table
 */
#ifndef KL_DATAFLOW_STATEMENT_H
#define KL_DATAFLOW_STATEMENT_H

#include "database.h"

/* ---- statements ---------------------------------------------------------------------------------- */

typedef struct kl_statement {
    const kl_data_session *session;
    const kl_table *table;
    kl_buffer text;
    kl_value values; /* array */
    bool has_where;
} kl_statement;

KL_API kl_status kl_statement_begin(kl_statement *statement, const kl_data_session *session,
                                    const kl_table *table, kl_error *error);
KL_API void kl_statement_end(kl_statement *statement);

static inline void kl_put(kl_statement *statement, const char *text)
{
    kl_buffer_string(&statement->text, text);
}
/* " WHERE " the first time, then " AND ". */
KL_API void kl_put_and(kl_statement *statement);
/* The quoted name of a column, or of the table. */
KL_API void kl_put_name(kl_statement *statement, size_t column);
KL_API void kl_put_table(kl_statement *statement);
/* The placeholder of a column's value, cast where the column needs it. */
KL_API void kl_put_placeholder(kl_statement *statement, size_t column);
/* A placeholder and its value (borrowed), in the column's form. */
KL_API kl_status kl_put_value(kl_statement *statement, size_t column, kl_value value,
                              kl_error *error);
/* A value as it is, whose placeholder stands already; taken, also on failure. */
KL_API kl_status kl_put_bound(kl_statement *statement, kl_value value, kl_error *error);

/* Whether the text could be put together at all; also asked by those below. */
KL_API kl_status kl_check_statement(const kl_statement *statement, kl_error *error);
/* Run one that only reads; its rows as the driver reads them, or as they were kept. Given. */
KL_API kl_status kl_statement_select(kl_value *rows, kl_data_session *session,
                                     kl_statement *statement, kl_error *error);
/* Run it. `rows`: list of maps as the driver reads them; NULL = there are none. */
KL_API kl_status kl_statement_run(kl_value *rows, kl_sql_effect *effect, kl_data_session *session,
                                  kl_statement *statement, kl_error *error);

/* ---- plans --------------------------------------------------------------------------------------- */

typedef enum kl_plan_kind {
    KL_PLAN_INSERT,
    KL_PLAN_UPSERT,
    KL_PLAN_INSERT_NEW, /* does nothing on a conflict */
    KL_PLAN_READ,
    KL_PLAN_UPDATE,
    KL_PLAN_DELETE,
    KL_PLAN_RESTORE,
} kl_plan_kind;

/* Where a value of a plan comes from. */
typedef enum kl_plan_source {
    KL_FROM_DATA,    /* value `at` of the caller's map */
    KL_FROM_INITIAL, /* the column's initial value */
    KL_FROM_NOW,
    KL_FROM_UUID,    /* a new one */
    KL_FROM_TENANT,
    KL_FROM_LEVEL,
    KL_FROM_CLEARANCE,
    KL_FROM_KEY,
    KL_FROM_NULL,
} kl_plan_source;

typedef struct kl_plan_slot {
    kl_plan_source source;
    uint32_t column;
    uint32_t at;
} kl_plan_slot;

typedef struct kl_plan {
    uint32_t refs; /* atomic */
    kl_plan_kind kind;
    uint32_t variant; /* what else the text depends on: flags of the operation */
    kl_keys *keys;    /* of the caller's map, or NULL */
    kl_value extra;   /* what else: conflict columns, or null */
    kl_value text;
    size_t row_begin, row_end; /* bytes of `text` with the placeholders of one inserted row, or 0 */
    size_t row_slots;          /* the first so many slots are those of that row */
    size_t count;
    kl_plan_slot slots[];
} kl_plan;

struct kl_plans;
/* What is kept with a table: plans and ranks; made and ended with it. */
KL_API kl_status kl_plans_new(struct kl_plans **out, kl_error *error);
KL_API void kl_plans_free(struct kl_plans *plans);
/* The highest rank that one of the table's columns asks for; -1 = not known yet. */
KL_API int kl_plans_rank(struct kl_plans *plans);
KL_API void kl_plans_set_rank(struct kl_plans *plans, int rank);
/* How often the model was written to while results of it were kept; see query_cache.h. */
KL_API uint64_t kl_plans_generation(struct kl_plans *plans);
KL_API void kl_plans_note_kept(struct kl_plans *plans);
/* Begin a new one; whether anything was kept of the old one. `writers` is added to the number of
 * those who are writing just now. */
KL_API bool kl_plans_new_generation(struct kl_plans *plans, int writers);
KL_API bool kl_plans_has_writers(struct kl_plans *plans);
/* Whether rows can be told as echo.h does; -1 = not known yet. */
KL_API int kl_plans_echoes(struct kl_plans *plans);
KL_API void kl_plans_set_echoes(struct kl_plans *plans, bool echoes);

/* What a plan is found by. */
typedef struct kl_plan_key {
    kl_plan_kind kind;
    uint32_t variant;
    kl_value data;  /* a map, or null */
    kl_value extra; /* an array of strings, or null */
} kl_plan_key;

/* Fills a statement's text and the slots that its placeholders stand for, in their order. */
typedef struct kl_plan_draft {
    kl_statement statement;
    kl_plan_slot *slots;
    size_t count, room;
    size_t row_begin, row_end, row_slots; /* see kl_plan */
} kl_plan_draft;
typedef kl_status kl_plan_make(kl_plan_draft *draft, const kl_plan_key *key, kl_error *error);

/* The kept plan, or the one that `make` makes; given, end it with kl_plan_release(). */
KL_API kl_status kl_plan_get(const kl_plan **out, const kl_data_session *session,
                             const kl_table *table, const kl_plan_key *key, kl_plan_make *make,
                             kl_error *error);
KL_API void kl_plan_release(const kl_plan *plan);
/* A placeholder for a column, filled from `source`. */
KL_API kl_status kl_draft_slot(kl_plan_draft *draft, size_t column, kl_plan_source source,
                               size_t at, kl_error *error);

/* What one execution of a plan gives to its slots. */
typedef struct kl_plan_input {
    const kl_value *data; /* values of the caller's map */
    kl_value key;         /* bound already */
    kl_value now;         /* bound already; null = the time is taken when it is needed. Owned */
} kl_plan_input;

/* Values of slots `from` up to `to`; given: end them with kl_values_end(). */
KL_API kl_status kl_plan_fill(kl_value *values, const kl_plan *plan, size_t from, size_t to,
                              const kl_data_session *session, const kl_table *table,
                              kl_plan_input *input, kl_error *error);
KL_API void kl_values_end(kl_value *values, size_t count);

/* Values of one execution: on the stack while they are few. */
enum { KL_PLAN_VALUES = 32 };
typedef struct kl_plan_values {
    kl_value few[KL_PLAN_VALUES];
    kl_value *all;
    size_t count;
} kl_plan_values;
KL_API kl_status kl_plan_bind(kl_plan_values *values, const kl_plan *plan,
                              const kl_data_session *session, const kl_table *table,
                              kl_plan_input *input, kl_error *error);
KL_API void kl_plan_unbind(kl_plan_values *values);

#endif
