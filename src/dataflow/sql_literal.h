/* src/dataflow/sql_literal.h - values as they stand in SQL texts, to be shown. */
#ifndef KL_DATAFLOW_SQL_LITERAL_H
#define KL_DATAFLOW_SQL_LITERAL_H

#include "kailash/value.h"

/* NULL, TRUE, 1, 1.5, 'it''s', X'00FF'; lists and maps as the text of their JSON. Given. */
KL_API kl_status kl_sql_literal(kl_value *out, kl_value value, kl_error *error);

#endif
