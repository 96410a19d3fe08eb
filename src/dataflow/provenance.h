/* src/dataflow/provenance.h - where knowledge came from: what the files of provenance share.
 *
 * Seven models (provenance_models.c) hold it, all of them by tenant. Whatever is asked of them reads
 * row by row (kl_reading), so that it takes the memory of its answer and not that of the rows.
 */
#ifndef KL_DATAFLOW_PROVENANCE_H
#define KL_DATAFLOW_PROVENANCE_H

#include "statement.h"
#include "kailash/type.h"

/* Where the functions have their home. */
#define KL_PROVENANCE_MODULE "kailash"

/* ---- one call ---------------------------------------------------------------------------------- */

/* Take a connection for a call on behalf of a tenant; given, end it with kl_data_session_end().
 * `express` is a DataFlowExpress or a DataFlow, else KL_TYPE. KL_FAILED "... tenant required: model M is
 * multi-tenant ..." for a blank tenant; `model` is the one that is asked first. */
KL_API kl_status kl_provenance_begin(kl_data_session *session, kl_value express, kl_value tenant,
                                     const char *method, const char *model, kl_error *error);

/* ---- reading ----------------------------------------------------------------------------------- */

/* Columns a reading has at most. */
enum { KL_READING_COLUMNS = 5 };

/* One SELECT on its way: put together, then read row by row. */
typedef struct kl_reading {
    kl_data_session *session;
    kl_table *table; /* retained */
    kl_statement statement;
    kl_sql_cursor cursor;
    bool running;
    kl_value values[KL_READING_COLUMNS]; /* of the row at hand */
} kl_reading;

/* Begin a statement about the rows of a model; end it with kl_reading_end(), also after a failure of
 * the following ones. */
KL_API kl_status kl_reading_begin(kl_reading *reading, kl_data_session *session, const char *model,
                                  kl_error *error);
/* Begin "SELECT columns FROM table", the names of the columns ended by NULL. */
KL_API kl_status kl_reading_select(kl_reading *reading, kl_data_session *session, const char *model,
                                   const char *const *columns, kl_error *error);
/* Append the quoted name of a column; KL_FAILED when the model has none such. */
KL_API kl_status kl_reading_put(kl_reading *reading, const char *column, kl_error *error);
/* Append " ORDER BY a, b", texts by their bytes wherever it runs; the names ended by NULL. */
KL_API kl_status kl_reading_order(kl_reading *reading, const char *const *columns, kl_error *error);
/* Append the condition that a text column has a value, or that the tenant is the caller's. */
KL_API kl_status kl_reading_where(kl_reading *reading, const char *column, kl_value value,
                                  kl_error *error);
KL_API kl_status kl_reading_scope(kl_reading *reading, kl_error *error);
/* Go to the next row, whose values are in reading->values then. The first call runs the statement. */
KL_API kl_status kl_reading_next(bool *has_row, kl_reading *reading, kl_error *error);
KL_API void kl_reading_end(kl_reading *reading);

/* The value that a json column holds, whatever the database made of it; given. */
KL_API kl_status kl_reading_json(kl_value *out, kl_value stored, kl_error *error);

/* ---- annotations ------------------------------------------------------------------------------- */

/* Set `key` to a text that is formatted; its arguments follow. */
KL_API kl_status kl_map_set_format(kl_value *map, const char *key, kl_error *error,
                                   const char *format, ...) KL_PRINTF(4, 5);

/* ---- anchors and edges ------------------------------------------------------------------------- */

/* Whether an anchor can be found again by searching; KL_INVALID says why not. */
KL_API kl_status kl_provenance_anchor_check(kl_text anchor, kl_error *error);
extern KL_API const kl_type kl_derives_from_edge_type; /* DerivesFromEdge */

/* "observed", "availability", "self-reported": their place in this order, or -1. */
KL_API int kl_observation_tier(kl_text word);
/* "agent", "skill", "rule", "hook". */
KL_API bool kl_is_artifact_type(kl_text word);

/* Parameters of the functions of provenance. */
#define KL_P_EXPRESS                                                                               \
    {.name = "express", .kind = KL_KIND_OBJECT,                                                    \
     .doc = "whose database: a DataFlowExpress or a DataFlow"}
#define KL_P_TENANT                                                                                \
    {.name = "tenant_id", .kind = KL_KIND_STRING, .doc = "whose rows; RuntimeError when it is blank"}
#define KL_P_LABEL                                                                                 \
    {.name = "scope_label", .kind = KL_KIND_STRING,                                                \
     .doc = "what the sources are, for the reader: it is given back"}
#define KL_P_THRESHOLD                                                                             \
    {.name = "threshold", .kind = KL_KIND_COUNT,                                                   \
     .doc = "so many agents are still \"some\"; more are \"many\""}
#define KL_P_RESOLVER                                                                              \
    {.name = "resolver", .kind = KL_KIND_CALLABLE, .flags = KL_VALUE_ERROR,                        \
     .doc = "resolver(anchor) says whether an anchor still leads somewhere; called once for each "  \
            "that has chunks. What it raises passes unchanged; TypeError when it gives no bool"}
#define KL_PROVENANCE_RAISES "TypeError, RuntimeError, DataFlowDatabaseError"

#endif
