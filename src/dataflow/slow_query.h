/* src/dataflow/slow_query.h - statements told to the query engine of their database, and to the log when
 * they are slow. */
#ifndef KL_DATAFLOW_SLOW_QUERY_H
#define KL_DATAFLOW_SLOW_QUERY_H

#include "database.h"

/* A query engine remembers so many bytes of a text: inserts of many rows differ in their length only. */
enum { KL_STATEMENT_SHOWN = 2000 };

/* A statement took so many milliseconds. Does nothing for a database without an engine. */
void kl_note_statement(kl_dataflow *dataflow, kl_text text, double duration_ms);

/* A text with ? for every value that stands in it, cut to KL_STATEMENT_SHOWN bytes: what may be logged. Of
 * a text that cannot be read, only its length; given. */
KL_API kl_status kl_statement_without_values(kl_value *out, kl_text text, kl_sql_dialect dialect,
                                             kl_error *error);

#endif
