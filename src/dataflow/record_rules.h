/* src/dataflow/record_rules.h - records checked by the ValidationLayer of their database, before they are
 * written. */
#ifndef KL_DATAFLOW_RECORD_RULES_H
#define KL_DATAFLOW_RECORD_RULES_H

#include "access.h"

/*
 * Check one record (a map), or each of a list of them. Who may not write at all is refused first. Fails
 * with DataFlowValidationError "<method> failed: validation failed: ..."; does nothing for a database
 * without a layer. Calls back for custom rules.
 */
KL_API kl_status kl_check_record(const kl_data_session *session, const kl_table *table,
                                 kl_access access, kl_value record, kl_error *error);
KL_API kl_status kl_check_records(const kl_data_session *session, const kl_table *table,
                                  kl_access access, kl_value records, kl_error *error);

#endif
