/* src/dataflow/audit.h - who reads classified fields, told to the logger kailash.dataflow.audit.
 *
 * Only for a database whose engine asks for it (enable_classification(audit_access=True)). A record names
 * fields and the key of the row, never other values. */
#ifndef KL_DATAFLOW_AUDIT_H
#define KL_DATAFLOW_AUDIT_H

#include "database.h"

/* A caller got `rows`: a list of rows, one row, or null, when nothing was seen. */
KL_API void kl_audit_rows(const kl_data_session *session, const kl_table *table, kl_value rows);
/* A caller's query depends on a column: a condition, an order, a group, an aggregate. */
KL_API void kl_audit_reference(const kl_data_session *session, const kl_table *table, size_t column);

#endif
